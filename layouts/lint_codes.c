/* SPDX-License-Identifier: Apache-2.0 */
/* The codes of findings: their levels, and what to do about each. */
#include "base/text.h"
#include "layouts/lint.h"

/* clang-format off */
const struct it_lint_code it_lint_codes[] = {
	{ "compat.go-refuses", IT_LINT_NOTE, "the Go tool does not load the layout like this",
	  "write every standard member and no other; intoto layout compile does" },
	{ "compat.python-ignores", IT_LINT_WARNING, "the Python tool passes over this member",
	  "name keys in pubkeys as well, or do not verify with the Python tool" },
	{ "glob.backslash", IT_LINT_WARNING, "a backslash is itself here and escapes in Go",
	  "write [*] for a star that means itself" },
	{ "glob.braces", IT_LINT_WARNING, "braces are no choice in any implementation",
	  "write one rule for each of the names" },
	{ "glob.caret", IT_LINT_WARNING, "[^a] is the class of ^ and a; negation is [!a]",
	  "write [!a] to negate, or put the ^ at the end of the class" },
	{ "glob.class", IT_LINT_WARNING, "a class that other implementations refuse",
	  "put ] and - into rules of their own, or use ?" },
	{ "glob.double-star", IT_LINT_NOTE, "** means the same as *, which matches the slash too",
	  "write *" },
	{ "glob.empty-range", IT_LINT_WARNING, "a range that holds nothing",
	  "write the smaller character first" },
	{ "glob.open", IT_LINT_ERROR, "a [ without its ], which verification refuses",
	  "close the class, or write [[] for the character itself" },
	{ "glob.path", IT_LINT_WARNING, "a path that is not written as names are recorded",
	  "leave out ./, doubled slashes, .. and the slash at the end" },
	{ "inspection.no-command", IT_LINT_ERROR, "an inspection that runs nothing",
	  "give it a command (run), for example true" },
	{ "inspection.relative-command", IT_LINT_WARNING,
	  "an inspection that runs a program out of the folder that it looks at",
	  "name a program of the verifier's system: by an absolute path, or without a slash" },
	{ "key.duplicate", IT_LINT_WARNING, "the same public key under two ids",
	  "keep one of the two" },
	{ "key.expired", IT_LINT_ERROR, "a key whose time is over",
	  "replace the key" },
	{ "key.expires-soon", IT_LINT_WARNING, "a key whose time is over soon",
	  "replace the key, or prolong it" },
	{ "key.unknown-kind", IT_LINT_WARNING, "a key of a kind that nothing here implements",
	  "replace the key by one of a kind that intoto key knows" },
	{ "key.unused", IT_LINT_WARNING, "a key that no step names",
	  "remove the key, or name it in the pubkeys of a step" },
	{ "key.weak", IT_LINT_NOTE, "an RSA key with fewer than 3072 bits",
	  "use ed25519, ecdsa or RSA with 3072 bits or more" },
	{ "layout.empty", IT_LINT_ERROR, "no steps and no inspections",
	  "add steps with intoto layout add-step" },
	{ "layout.expired", IT_LINT_ERROR, "the layout's time is over",
	  "set a new expiry and sign again" },
	{ "layout.expires-soon", IT_LINT_WARNING, "the layout's time is over soon",
	  "prepare the next layout" },
	{ "layout.format", IT_LINT_ERROR, "the document is no layout",
	  "correct it; intoto layout writes well-formed ones" },
	{ "layout.no-expiry", IT_LINT_ERROR, "the layout never expires, which verification refuses",
	  "set expires" },
	{ "layout.unsigned", IT_LINT_NOTE, "nobody has signed the layout",
	  "sign it with intoto sign" },
	{ "name.case", IT_LINT_WARNING, "two names differ only in their case",
	  "rename one: on some systems their files are the same" },
	{ "name.duplicate", IT_LINT_ERROR, "two steps or inspections have one name",
	  "rename one" },
	{ "name.pattern", IT_LINT_WARNING, "a name with * ? [ or ], which the Go tool takes for a pattern",
	  "use letters, digits, - _ and ." },
	{ "name.unsafe", IT_LINT_ERROR, "a name that cannot be part of a file name",
	  "use letters, digits, - _ and ." },
	{ "parameter.missing", IT_LINT_ERROR, "a parameter without a value, while others have one",
	  "give it a value (--param), or double the braces" },
	{ "parameter.unset", IT_LINT_NOTE, "what looks like a parameter, and no value is given",
	  "give it a value (--param) here and when you verify" },
	{ "parameter.unused", IT_LINT_WARNING, "a value that nothing in the layout asks for",
	  "leave it out, or correct its name" },
	{ "rule.allows-all", IT_LINT_NOTE, "ALLOW * takes everything that is left",
	  "name what may be there, and end with DISALLOW *" },
	{ "rule.dead", IT_LINT_WARNING, "a rule that can never take anything",
	  "remove it, or move it before the rule that leaves it nothing" },
	{ "rule.from-inspection", IT_LINT_ERROR, "a step with MATCH FROM an inspection",
	  "an inspection runs when all steps are over: move the rule to an inspection" },
	{ "rule.later-step", IT_LINT_WARNING, "MATCH FROM a step that comes later",
	  "put the steps in the order in which they are done" },
	{ "rule.open-end", IT_LINT_WARNING, "no DISALLOW * at the end, so anything else is allowed",
	  "end the list with DISALLOW *" },
	{ "rule.powerless", IT_LINT_ERROR, "a DISALLOW that can never forbid anything",
	  "move it before the rule that allows what it forbids" },
	{ "rule.require-late", IT_LINT_WARNING, "REQUIRE behind a rule that may take the file first",
	  "put REQUIRE in front of the rules that take" },
	{ "rule.require-never", IT_LINT_ERROR, "a REQUIRE that always fails",
	  "put REQUIRE in front of the rules that take" },
	{ "rule.self", IT_LINT_WARNING, "MATCH with the very files that it is applied to",
	  "write ALLOW, or name the step where the files come from" },
	{ "rule.side", IT_LINT_WARNING, "CREATE of materials, or DELETE of products",
	  "CREATE belongs to products and DELETE to materials" },
	{ "rule.unknown-step", IT_LINT_ERROR, "MATCH FROM what is no step or inspection",
	  "correct the name" },
	{ "step.certificates-open", IT_LINT_WARNING, "whoever has a certificate may do the step",
	  "ask for a name, as --cert-constraint 'uri=spiffe://example.com/build' does" },
	{ "step.key-missing", IT_LINT_ERROR, "a step names a key that the layout does not have",
	  "add the key with intoto layout add-key" },
	{ "step.key-twice", IT_LINT_ERROR, "a step names one public key under two ids",
	  "keep one of the two" },
	{ "step.keyid-twice", IT_LINT_WARNING, "a step names one id twice, which counts once",
	  "remove one" },
	{ "step.no-keys", IT_LINT_ERROR, "nobody may do the step",
	  "name keys in pubkeys" },
	{ "step.root-missing", IT_LINT_ERROR, "a constraint names a root that the layout does not have",
	  "add the root with intoto layout add-root" },
	{ "step.threshold", IT_LINT_ERROR, "a threshold below 1, which verification refuses",
	  "use 1 or more" },
	{ "step.unreachable", IT_LINT_ERROR, "a threshold above the number of distinct keys",
	  "lower the threshold, or name more keys" },
};
/* clang-format on */

const size_t it_lint_code_count = IT_COUNT_OF(it_lint_codes);

const struct it_lint_code *it_lint_code_named(const char *code)
{
	for (size_t i = 0; i < it_lint_code_count; i++)
		if (it_streq(it_lint_codes[i].code, code))
			return &it_lint_codes[i];
	return NULL;
}

const char *it_lint_level_name(enum it_lint_level level)
{
	static const char *const names[] = { "error", "warning", "note" };

	return names[level];
}

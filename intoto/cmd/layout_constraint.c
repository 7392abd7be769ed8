/* SPDX-License-Identifier: Apache-2.0 */
/* From words to a constraint, as in-toto-golang reads it. */
#include "cmd/layout_constraint.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "layouts/words.h"

static const struct {
	const char *word;
	enum it_want want;
} names[] = {
	{ "cn", IT_WANT_COMMON_NAME }, { "dns", IT_WANT_DNS_NAMES },
	{ "email", IT_WANT_EMAILS },   { "organization", IT_WANT_ORGANIZATIONS },
	{ "root", IT_WANT_ROOTS },     { "uri", IT_WANT_URIS },
};

static int refuse_word(const char *word, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(word));

	return it_err_set(err, INTOTO_E_USAGE,
			  "want cn, dns, email, organization, uri or root, = and a value, found "
			  "'%s'",
			  quoted ? quoted : "");
}

static int check_root(const struct it_layout_file *file, const char *id, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = NULL;

	if (it_streq(id, "*") || it_layout_anchor(&file->layout->rootcas, id))
		return INTOTO_OK;
	quoted = it_text_quoted(it_span_text(id));
	return it_err_set(err, INTOTO_E_NOTFOUND,
			  "%s: has no root '%s' (intoto layout add-root puts one in)", file->path,
			  quoted ? quoted : "");
}

static int add_value(const struct it_layout_file *file, struct it_constraint *constraint,
		     enum it_want want, const char *value, struct intoto_error **err)
{
	constraint->given[want] = true;
	if (want == IT_WANT_ROOTS) {
		int rc = check_root(file, value, err);

		if (rc)
			return rc;
	}
	if (want == IT_WANT_COMMON_NAME && constraint->want[want].count)
		return it_err_set(err, INTOTO_E_USAGE, "cn is given twice");
	return *value ? it_strings_add(&constraint->want[want], value, err) : INTOTO_OK;
}

static int read_word(const struct it_layout_file *file, struct it_constraint *constraint,
		     const char *word, struct intoto_error **err)
{
	const char *equals = strchr(word, '=');

	for (size_t i = 0; equals && i < IT_COUNT_OF(names); i++)
		if (it_span_is(it_span(word, (size_t)(equals - word)), names[i].word))
			return add_value(file, constraint, names[i].want, equals + 1, err);
	return refuse_word(word, err);
}

/* Go takes a member that is absent as one that wants nothing to be there. */
static int fill_rest(struct it_constraint *constraint, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < IT_COUNT_OF(names); i++) {
		if (constraint->given[names[i].want])
			continue;
		constraint->given[names[i].want] = true;
		rc = it_strings_add(&constraint->want[names[i].want], "*", err);
	}
	return rc;
}

static int read_constraint(const struct it_layout_file *file, struct it_constraint *constraint,
			   const char *text, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings words = { 0 };
	int rc = it_words_split(&words, text, err);

	if (!rc && !words.count)
		rc = refuse_word("", err);
	for (size_t i = 0; !rc && i < words.count; i++)
		rc = read_word(file, constraint, words.items[i], err);
	return rc ? rc : fill_rest(constraint, err);
}

int it_layout_add_constraints(struct it_layout_file *file, struct it_layout_step *step,
			      const struct it_strings *texts, struct intoto_error **err)
{
	if (texts->count && !file->layout->rootcas.count)
		return it_err_set(err, INTOTO_E_USAGE,
				  "%s: has no root, and --cert-constraint wants one (intoto layout "
				  "add-root puts one in)",
				  file->path);
	for (size_t i = 0; i < texts->count; i++) {
		struct it_constraint constraint = { 0 };
		IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(texts->items[i]));
		int rc = read_constraint(file, &constraint, texts->items[i], err);

		if (rc) {
			it_constraint_done(&constraint);
			return it_err_wrap(err, rc, "--cert-constraint '%s'", quoted ? quoted : "");
		}
		rc = it_constraints_take(&step->constraints, &constraint, err);
		if (rc)
			return rc;
	}
	return INTOTO_OK;
}

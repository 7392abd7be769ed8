/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a link says of its making, against what the layout demands.  Everything that the link says
 * may be missing or nonsense: then it does not meet the demand.
 */
#include <string.h>

#include "base/text.h"
#include "layouts/glob.h"
#include "layouts/requirement.h"

enum { SENTENCE_MAX = 64 * 1024, WORDS_TOLD = 10 };

#define LANDLOCK "landlock-"

/* --- clauses, for people --- */

static int add_clause(struct it_strings *out, bool wanted, const char *clause,
		      struct intoto_error **err)
{
	return wanted ? it_strings_add(out, clause, err) : INTOTO_OK;
}

static int add_network(struct it_strings *out, const struct it_strings *network,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_done)
	struct it_buf text = IT_BUF(2 * IT_REQUIREMENT_WORDS_MAX * IT_REQUIREMENT_WORD_BYTES);
	int rc;

	(void)it_buf_add_text(&text, "no network address"); /* looked at below, as what follows */
	for (size_t i = 0; i < network->count; i++)
		(void)it_buf_printf(&text, "%s%s", i ? ", " : " but ", network->items[i]);
	rc = it_buf_check(&text, "a list of addresses", err);
	return rc ? rc : it_strings_add(out, it_buf_text(&text), err);
}

static int add_pair(struct it_strings *out, const char *what, const char *word,
		    struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SENTENCE_MAX);
	int rc;

	(void)it_buf_printf(&text, "%s %s", what, word); /* looked at in the next line */
	rc = it_buf_check(&text, "a word", err);
	return rc ? rc : it_strings_add(out, it_buf_text(&text), err);
}

int it_requirement_clauses(struct it_strings *out, const struct it_requirement *requirement,
			   struct intoto_error **err)
{
	const struct it_trace_requirement *trace = &requirement->trace;
	const struct it_sandbox_requirement *sandbox = &requirement->sandbox;
	int rc = add_clause(out, trace->given, "a trace of what is written", err);

	if (!rc)
		rc = add_clause(out, trace->full, "a trace of what is read", err);
	if (!rc)
		rc = add_clause(out, trace->complete, "a trace that is complete", err);
	if (!rc)
		rc = add_clause(out, trace->writes_proven, "a trace that proves writes", err);
	if (!rc)
		rc = add_clause(out, trace->reads_proven, "a trace that proves reads", err);
	if (!rc)
		rc = add_clause(out, trace->statement, "the trace's statement", err);
	if (!rc && trace->network_given)
		rc = add_network(out, &trace->network, err);
	for (size_t i = 0; !rc && it_promise_words[i]; i++)
		if (sandbox->promises & (1U << i))
			rc = add_pair(out, "a sandbox that promises", it_promise_words[i], err);
	for (size_t i = 0; !rc && i < sandbox->level.count; i++)
		rc = add_pair(out, "a sandbox with", sandbox->level.items[i], err);
	if (!rc)
		rc = add_clause(out, sandbox->nothing_denied, "a sandbox that denied nothing", err);
	return rc ? rc : add_clause(out, requirement->computed, "digests that were computed", err);
}

/* --- what is missing --- */

/* One kind of demand on its way: reasons are collected, then told at once. */
struct findings {
	struct it_buf text;
	bool met;
};

static void findings_done(struct findings *findings)
{
	it_buf_done(&findings->text);
}

/* The next reason; what is cut off by the ceiling is told by the reasons in front of it. */
static void miss(struct findings *findings, const char *reason)
{
	(void)it_buf_printf(&findings->text, "%s%s", findings->met ? "" : "; ", reason);
	findings->met = false;
}

/* The same with a hostile word behind it. */
static void miss_word(struct findings *findings, const char *reason, struct it_span word)
{
	miss(findings, reason);
	it_where_quote(&findings->text, word);
}

static bool is_true(const struct it_json *object, const char *name)
{
	bool said = false;

	return it_json_bool(it_json_get(object, name), &said) && said;
}

static void tell(const struct findings *findings, const char *code, const char *good,
		 void (*each)(void *arg, const struct it_requirement_answer *answer), void *arg)
{
	struct it_requirement_answer answer = { code, findings->met,
						findings->met ? good
							      : it_buf_text(&findings->text) };

	each(arg, &answer);
}

/* --- the trace --- */

/* A link that calls itself complete and counts what it lost contradicts itself. */
static bool is_complete(const struct it_json *trace)
{
	static const char *const counts[] = { "escaped", "lost", "unfollowed" };

	for (size_t i = 0; i < IT_COUNT_OF(counts); i++) {
		int64_t count = 0;

		if (!it_json_int(it_json_get(trace, counts[i]), &count) || count)
			return false;
	}
	return is_true(trace, "complete");
}

static void say_lost(struct findings *findings, const struct it_json *trace)
{
	static const char *const counts[] = { "lost", "unfollowed", "escaped" };
	static const char *const words[] = { "lost", "not followed", "escaped" };
	const char *between = " (";

	miss(findings, "the trace is not complete");
	for (size_t i = 0; i < IT_COUNT_OF(counts); i++) {
		int64_t count = 0;

		if (!it_json_int(it_json_get(trace, counts[i]), &count) || count <= 0)
			continue;
		(void)it_buf_printf(&findings->text, "%s%lld %s", between, (long long)count,
				    words[i]); /* as in miss() */
		between = ", ";
	}
	if (*between == ',')
		(void)it_buf_add_byte(&findings->text, ')');
}

static bool may_talk_to(const struct it_strings *allowed, struct it_span address)
{
	for (size_t i = 0; i < allowed->count; i++) {
		struct it_glob glob = it_glob(it_span_text(allowed->items[i]));

		if (it_glob_match(&glob, address))
			return true;
	}
	return false;
}

static void compare_network(struct findings *findings, const struct it_trace_requirement *want,
			    const struct it_json *trace)
{
	const struct it_json *list = it_json_get(trace, "network");
	size_t told = 0;

	if (it_json_kind(list) != IT_JSON_LIST) {
		miss(findings, "the trace does not say which addresses were talked to");
		return;
	}
	for (size_t i = 0; i < it_json_count(list); i++) {
		struct it_span address = it_json_text(it_json_at(list, i));

		if (address.data && may_talk_to(&want->network, address))
			continue;
		if (told++ < WORDS_TOLD)
			miss_word(findings, "the command talked to ", address);
	}
	if (told > WORDS_TOLD)
		(void)it_buf_printf(&findings->text, " and %zu more addresses", told - WORDS_TOLD);
}

static void compare_trace(const struct it_trace_requirement *want, const struct it_json *trace,
			  struct findings *findings)
{
	struct it_span tier = it_json_text(it_json_get(trace, "tier"));

	if (it_json_kind(trace) != IT_JSON_OBJECT) {
		miss(findings, want->full
				       ? "the command was not traced; want --trace=full"
				       : "the command was not traced; want --trace=writes or full");
		return;
	}
	if (!it_span_is(tier, "full") && (want->full || !it_span_is(tier, "writes")))
		miss_word(findings,
			  want->full ? "want a trace of the tier full, found "
				     : "want a trace of the tier writes or full, found ",
			  tier);
	if (want->complete && !is_complete(trace))
		say_lost(findings, trace);
	if (want->writes_proven && !is_true(trace, "writes-proven"))
		miss_word(findings, "writes are not proven by the mechanism ",
			  it_json_text(it_json_get(trace, "mechanism")));
	if (want->reads_proven && !is_true(trace, "reads-proven"))
		miss_word(findings, "reads are not proven by the mechanism ",
			  it_json_text(it_json_get(trace, "mechanism")));
	if (want->network_given)
		compare_network(findings, want, trace);
}

/* --- the sandbox --- */

static bool has_word(const struct it_json *list, const char *word)
{
	for (size_t i = 0; i < it_json_count(list); i++)
		if (it_span_is(it_json_text(it_json_at(list, i)), word))
			return true;
	return false;
}

/* Later versions of Landlock do all that earlier ones do (landlock(7)). */
static bool has_landlock(const struct it_json *list, const char *word)
{
	uint64_t want = 0;
	uint64_t found = 0;

	if (!it_starts_with(word, LANDLOCK) ||
	    !it_parse_u64(word + sizeof LANDLOCK - 1, UINT32_MAX, &want))
		return false;
	for (size_t i = 0; i < it_json_count(list); i++) {
		struct it_span text = it_json_text(it_json_at(list, i));

		if (text.data && it_starts_with(text.data, LANDLOCK) &&
		    it_parse_u64(text.data + sizeof LANDLOCK - 1, UINT32_MAX, &found) &&
		    found >= want)
			return true;
	}
	return false;
}

static void compare_sandbox(const struct it_sandbox_requirement *want,
			    const struct it_json *sandbox, struct findings *findings)
{
	const struct it_json *promises = it_json_get(sandbox, "promises");
	const struct it_json *level = it_json_get(sandbox, "level");
	const struct it_json *denied = it_json_get(sandbox, "denied");

	if (it_json_kind(sandbox) != IT_JSON_OBJECT) {
		miss(findings, "the command was not in a sandbox; want --sandbox");
		return;
	}
	for (size_t i = 0; it_promise_words[i]; i++)
		if ((want->promises & (1U << i)) && !has_word(promises, it_promise_words[i]))
			miss_word(findings, "the sandbox does not promise ",
				  it_span_text(it_promise_words[i]));
	for (size_t i = 0; i < want->level.count; i++)
		if (!has_word(level, want->level.items[i]) &&
		    !has_landlock(level, want->level.items[i]))
			miss_word(findings, "the sandbox is without ",
				  it_span_text(want->level.items[i]));
	if (!want->nothing_denied)
		return;
	if (it_json_kind(denied) != IT_JSON_LIST)
		miss(findings, "the link does not say what the sandbox denied");
	else if (it_json_count(denied))
		miss_word(findings, "the sandbox denied ", it_json_text(it_json_at(denied, 0)));
}

/* --- the digests --- */

/*
 * Only who reuses digests says anything about them.  With a cache in the mode verify every file was
 * read.
 */
static void compare_digests(const struct it_json *digests, struct findings *findings)
{
	const struct it_json *cache = it_json_get(digests, "cache");
	int64_t reused = 0;

	if (!digests)
		return;
	if (!it_json_int(it_json_get(digests, "reused"), &reused) && it_json_get(digests, "reused"))
		reused = -1;
	if (reused < 0 || it_json_kind(digests) != IT_JSON_OBJECT)
		miss(findings, "the link does not say how its digests were come by");
	else if (reused)
		miss(findings, "digests were reused instead of computed");
	if (cache && !it_span_is(it_json_text(cache), "verify"))
		miss(findings, "digests were taken from a cache");
}

void it_requirement_compare(const struct it_requirement *requirement,
			    const struct it_json *environment,
			    void (*each)(void *arg, const struct it_requirement_answer *answer),
			    void *arg)
{
	const struct it_json *ours = it_json_get(environment, "intoto");

	if (requirement->computed) {
		IT_AUTO(findings_done) struct findings findings = { IT_BUF(SENTENCE_MAX), true };

		compare_digests(it_json_get(ours, "digests"), &findings);
		tell(&findings, "link.digests", "all digests were computed", each, arg);
	}
	if (requirement->sandbox.given) {
		IT_AUTO(findings_done) struct findings findings = { IT_BUF(SENTENCE_MAX), true };

		compare_sandbox(&requirement->sandbox, it_json_get(ours, "sandbox"), &findings);
		tell(&findings, "link.sandbox", "the command was in a sandbox as the layout wants",
		     each, arg);
	}
	if (requirement->trace.given) {
		IT_AUTO(findings_done) struct findings findings = { IT_BUF(SENTENCE_MAX), true };

		compare_trace(&requirement->trace, it_json_get(ours, "trace"), &findings);
		tell(&findings, "link.trace", "the command was traced as the layout wants", each,
		     arg);
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/* From words to a requirement. */
#include "cmd/layout_requirement.h"

#include <stddef.h>

#include "base/text.h"

const char *const it_required_digests[] = { "computed", NULL };

static int refuse(const char *option, const char *want, struct it_span word,
		  struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(word);

	return it_err_set(err, INTOTO_E_USAGE, "--%s: want %s, found '%s'", option, want,
			  quoted ? quoted : "");
}

/* Calls read for each part of a text between commas. */
static int read_parts(struct it_requirement *out, const char *text,
		      int (*read)(struct it_requirement *out, struct it_span word,
				  struct intoto_error **err),
		      struct intoto_error **err)
{
	for (;;) {
		size_t len = strcspn(text, ",");
		int rc = read(out, it_span(text, len), err);

		if (rc || !text[len])
			return rc;
		text += len + 1;
	}
}

static int read_trace(struct it_requirement *out, struct it_span word, struct intoto_error **err)
{
	static const struct {
		const char *word;
		size_t offset;
	} flags[] = {
		{ "complete", offsetof(struct it_trace_requirement, complete) },
		{ "reads-proven", offsetof(struct it_trace_requirement, reads_proven) },
		{ "statement", offsetof(struct it_trace_requirement, statement) },
		{ "writes-proven", offsetof(struct it_trace_requirement, writes_proven) },
	};
	struct it_trace_requirement *trace = &out->trace;

	if (!trace->given) {
		trace->given = true;
		trace->full = it_span_is(word, "full");
		if (trace->full || it_span_is(word, "writes"))
			return INTOTO_OK;
		return refuse("require-trace", "writes or full first", word, err);
	}
	for (size_t i = 0; i < IT_COUNT_OF(flags); i++) {
		if (!it_span_is(word, flags[i].word))
			continue;
		*(bool *)((char *)trace + flags[i].offset) = true;
		return INTOTO_OK;
	}
	return refuse("require-trace", "complete, reads-proven, statement or writes-proven", word,
		      err);
}

static int read_sandbox(struct it_requirement *out, struct it_span word, struct intoto_error **err)
{
	out->sandbox.given = true;
	if (it_span_is(word, "nothing-denied")) {
		out->sandbox.nothing_denied = true;
		return INTOTO_OK;
	}
	for (size_t i = 0; it_promise_words[i]; i++) {
		if (!it_span_is(word, it_promise_words[i]))
			continue;
		out->sandbox.promises |= 1U << i;
		return INTOTO_OK;
	}
	return refuse("require-sandbox", "files, no-network, nothing-left or nothing-denied", word,
		      err);
}

static int read_network(struct it_requirement *out, const struct it_strings *patterns,
			struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (patterns->count && !out->trace.given)
		return it_err_set(err, INTOTO_E_USAGE,
				  "--require-network: wants --require-trace=full");
	out->trace.network_given = patterns->count > 0;
	for (size_t i = 0; !rc && i < patterns->count; i++) {
		if (!it_streq(patterns->items[i], "none"))
			rc = it_strings_add(&out->trace.network, patterns->items[i], err);
		else if (patterns->count > 1)
			rc = it_err_set(err, INTOTO_E_USAGE,
					"--require-network: none, and addresses: want one of them");
	}
	return rc;
}

static int read_level(struct it_requirement *out, const struct it_strings *words,
		      struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < words->count; i++)
		rc = it_strings_add(&out->sandbox.level, words->items[i], err);
	out->sandbox.given |= words->count > 0;
	return rc;
}

/* What fits together is decided in one place; but here it is the words that are wrong. */
static int check(const struct it_requirement *out, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;

	if (!it_requirement_is_given(out) || !it_requirement_check(out, NULL, &why))
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_USAGE, "%s", intoto_error_text(why));
}

int it_requirement_from_words(struct it_requirement *out, const struct it_requirement_words *words,
			      struct intoto_error **err)
{
	int rc = INTOTO_OK;

	out->computed = words->digests != NULL;
	if (words->trace)
		rc = read_parts(out, words->trace, read_trace, err);
	if (!rc)
		rc = read_network(out, &words->network, err);
	if (!rc && words->sandbox)
		rc = read_parts(out, words->sandbox, read_sandbox, err);
	if (!rc)
		rc = read_level(out, &words->level, err);
	return rc ? rc : check(out, err);
}

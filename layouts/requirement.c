/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing what a layout demands of the making of links. */
#include "layouts/requirement.h"

#include <string.h>

#include "base/text.h"
#include "json/field.h"

const char *const it_promise_words[] = { "files", "no-network", "nothing-left", NULL };

void it_requirement_done(struct it_requirement *requirement)
{
	it_strings_done(&requirement->trace.network);
	it_strings_done(&requirement->sandbox.level);
	*requirement = (struct it_requirement){ 0 };
}

bool it_requirement_is_given(const struct it_requirement *requirement)
{
	return requirement->computed || requirement->sandbox.given || requirement->trace.given;
}

/* --- reading --- */

/* false would look like a demand and be none. */
static int read_true(bool *out, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	bool said = false;

	if (!it_json_bool(value, &said))
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want true, found %s",
				       it_json_kind_name(value));
	if (!said)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want true, found false; leave it out to demand nothing");
	*out = true;
	return INTOTO_OK;
}

static int refuse_word(const struct it_json *value, const char *want, const struct it_where *where,
		       struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_json_text(value));

	if (!it_json_text(value).data)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want %s, found %s", want,
				       it_json_kind_name(value));
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want %s, found '%s'", want,
			       quoted ? quoted : "");
}

/* Texts without controls: they stand in sentences and are compared with others. */
static int read_word(struct it_strings *out, const struct it_json *value, const char *want,
		     const struct it_where *where, struct intoto_error **err)
{
	struct it_span text = it_json_text(value);

	if (!text.data || !text.len || text.len > IT_REQUIREMENT_WORD_BYTES ||
	    memchr(text.data, '\0', text.len))
		return refuse_word(value, want, where, err);
	if (it_strings_has(out, text.data))
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "is there twice");
	return it_strings_add_span(out, text, err);
}

static int read_words(struct it_strings *out, const struct it_json *list, const char *want,
		      const struct it_where *where, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (it_json_kind(list) != IT_JSON_LIST)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want a list, found %s",
				       it_json_kind_name(list));
	if (it_json_count(list) > IT_REQUIREMENT_WORDS_MAX)
		return it_where_refuse(where, INTOTO_E_LIMIT, err, "more than %d texts",
				       IT_REQUIREMENT_WORDS_MAX);
	for (size_t i = 0; !rc && i < it_json_count(list); i++) {
		struct it_where element = { where, NULL, i };

		rc = read_word(out, it_json_at(list, i), want, &element, err);
	}
	return rc;
}

static int read_complete(void *target, const struct it_json *value, const struct it_where *where,
			 struct intoto_error **err)
{
	struct it_trace_requirement *out = target;

	return read_true(&out->complete, value, where, err);
}

static int read_network(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	struct it_trace_requirement *out = target;

	out->network_given = true;
	return read_words(&out->network, value,
			  "a pattern of addresses (inet 192.0.2.1:443, unix /run/*)", where, err);
}

static int read_reads_proven(void *target, const struct it_json *value,
			     const struct it_where *where, struct intoto_error **err)
{
	struct it_trace_requirement *out = target;

	return read_true(&out->reads_proven, value, where, err);
}

static int read_statement(void *target, const struct it_json *value, const struct it_where *where,
			  struct intoto_error **err)
{
	struct it_trace_requirement *out = target;

	return read_true(&out->statement, value, where, err);
}

static int read_tier(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	struct it_trace_requirement *out = target;
	struct it_span text = it_json_text(value);

	out->full = it_span_is(text, "full");
	if (out->full || it_span_is(text, "writes"))
		return INTOTO_OK;
	return refuse_word(value, "\"writes\" or \"full\"", where, err);
}

static int read_writes_proven(void *target, const struct it_json *value,
			      const struct it_where *where, struct intoto_error **err)
{
	struct it_trace_requirement *out = target;

	return read_true(&out->writes_proven, value, where, err);
}

static const struct it_field trace_fields[] = {
	{ "complete", IT_FIELD_CUSTOM, false, 0, read_complete },
	{ "network", IT_FIELD_CUSTOM, false, 0, read_network },
	{ "reads-proven", IT_FIELD_CUSTOM, false, 0, read_reads_proven },
	{ "statement", IT_FIELD_CUSTOM, false, 0, read_statement },
	{ "tier", IT_FIELD_CUSTOM, true, 0, read_tier },
	{ "writes-proven", IT_FIELD_CUSTOM, false, 0, read_writes_proven },
};

static int read_level(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	struct it_sandbox_requirement *out = target;

	return read_words(&out->level, value, "the word of a mechanism (seccomp, landlock-4)",
			  where, err);
}

static int read_nothing_denied(void *target, const struct it_json *value,
			       const struct it_where *where, struct intoto_error **err)
{
	struct it_sandbox_requirement *out = target;

	return read_true(&out->nothing_denied, value, where, err);
}

static int read_promises(void *target, const struct it_json *value, const struct it_where *where,
			 struct intoto_error **err)
{
	static const char want[] = "\"files\", \"no-network\" or \"nothing-left\"";
	struct it_sandbox_requirement *out = target;
	IT_AUTO(it_strings_done) struct it_strings words = { 0 };
	int rc = read_words(&words, value, want, where, err);

	for (size_t i = 0; !rc && i < words.count; i++) {
		struct it_where element = { where, NULL, i };
		unsigned found = 0;

		for (size_t j = 0; it_promise_words[j]; j++)
			if (it_streq(words.items[i], it_promise_words[j]))
				found = 1U << j;
		if (!found)
			return refuse_word(it_json_at(value, i), want, &element, err);
		out->promises |= found;
	}
	return rc;
}

static const struct it_field sandbox_fields[] = {
	{ "level", IT_FIELD_CUSTOM, false, 0, read_level },
	{ "nothing-denied", IT_FIELD_CUSTOM, false, 0, read_nothing_denied },
	{ "promises", IT_FIELD_CUSTOM, false, 0, read_promises },
};

static int read_digests(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	struct it_requirement *out = target;

	out->computed = it_span_is(it_json_text(value), "computed");
	return out->computed ? INTOTO_OK : refuse_word(value, "\"computed\"", where, err);
}

static int read_sandbox(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	struct it_requirement *out = target;

	out->sandbox.given = true;
	return it_fields_read(&out->sandbox, value, sandbox_fields, IT_COUNT_OF(sandbox_fields),
			      IT_FIELDS_CLOSED, where, err);
}

static int read_trace(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	struct it_requirement *out = target;

	out->trace.given = true;
	return it_fields_read(&out->trace, value, trace_fields, IT_COUNT_OF(trace_fields),
			      IT_FIELDS_CLOSED, where, err);
}

static const struct it_field fields[] = {
	{ "digests", IT_FIELD_CUSTOM, false, 0, read_digests },
	{ "sandbox", IT_FIELD_CUSTOM, false, 0, read_sandbox },
	{ "trace", IT_FIELD_CUSTOM, false, 0, read_trace },
};

int it_requirement_check(const struct it_requirement *requirement, const struct it_where *where,
			 struct intoto_error **err)
{
	const struct it_sandbox_requirement *sandbox = &requirement->sandbox;
	const struct it_trace_requirement *trace = &requirement->trace;

	if (!it_requirement_is_given(requirement))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "demands nothing; want digests, sandbox or trace");
	if (sandbox->given && !sandbox->promises && !sandbox->level.count &&
	    !sandbox->nothing_denied)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "sandbox demands nothing; want level, nothing-denied or "
				       "promises");
	if (trace->given && !trace->full && (trace->network_given || trace->reads_proven))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "trace: %s wants the tier full: a trace of writes sees none",
				       trace->network_given ? "network" : "reads-proven");
	return INTOTO_OK;
}

int it_requirement_read(struct it_requirement *out, const struct it_json *object,
			const struct it_where *where, struct intoto_error **err)
{
	int rc = it_fields_read(out, object, fields, IT_COUNT_OF(fields), IT_FIELDS_CLOSED, where,
				err);

	return rc ? rc : it_requirement_check(out, where, err);
}

/* --- writing --- */

static void write_true(struct it_writer *writer, const char *name, bool wanted)
{
	if (!wanted)
		return;
	it_write_name(writer, name);
	it_write_bool(writer, true);
}

static void write_words(struct it_writer *writer, const char *name, const struct it_strings *words)
{
	it_write_name(writer, name);
	it_write_list(writer);
	for (size_t i = 0; i < words->count; i++)
		it_write_text(writer, words->items[i]);
	it_write_list_end(writer);
}

static void write_sandbox(struct it_writer *writer, const struct it_sandbox_requirement *sandbox)
{
	it_write_name(writer, "sandbox");
	it_write_object(writer);
	if (sandbox->level.count)
		write_words(writer, "level", &sandbox->level);
	write_true(writer, "nothing-denied", sandbox->nothing_denied);
	if (sandbox->promises) {
		it_write_name(writer, "promises");
		it_write_list(writer);
		for (size_t i = 0; it_promise_words[i]; i++)
			if (sandbox->promises & (1U << i))
				it_write_text(writer, it_promise_words[i]);
		it_write_list_end(writer);
	}
	it_write_object_end(writer);
}

static void write_trace(struct it_writer *writer, const struct it_trace_requirement *trace)
{
	it_write_name(writer, "trace");
	it_write_object(writer);
	write_true(writer, "complete", trace->complete);
	if (trace->network_given)
		write_words(writer, "network", &trace->network);
	write_true(writer, "reads-proven", trace->reads_proven);
	write_true(writer, "statement", trace->statement);
	it_write_name(writer, "tier");
	it_write_text(writer, trace->full ? "full" : "writes");
	write_true(writer, "writes-proven", trace->writes_proven);
	it_write_object_end(writer);
}

void it_requirement_write(struct it_writer *writer, const struct it_requirement *requirement)
{
	it_write_object(writer);
	if (requirement->computed) {
		it_write_name(writer, "digests");
		it_write_text(writer, "computed");
	}
	if (requirement->sandbox.given)
		write_sandbox(writer, &requirement->sandbox);
	if (requirement->trace.given)
		write_trace(writer, &requirement->trace);
	it_write_object_end(writer);
}

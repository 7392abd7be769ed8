/* SPDX-License-Identifier: Apache-2.0 */
/* The members of an answer, each looked at once. */
#include "attest/answer.h"

#include "base/text.h"
#include "json/field.h"
#include "json/pull.h"

enum {
	SMALL_MAX = 16 * 1024 * 1024, /* of notes and redactions, which are read as trees */
	VALUES_MAX = 64 * 1024 * 1024,
	RULE_MAX = 64,
	QUOTED_MAX = 4096,
};

/* An answer that is being read. */
struct reading {
	struct it_answer *out;
	const struct it_manifest *manifest;
	struct it_pull pull;
	unsigned seen; /* bits of members */
	char *outcome;
};

static const struct it_json_limits limits = {
	.bytes = IT_ATTEST_OUTPUT_MAX, .depth = IT_ANSWER_DEPTH, .reals = true, .values = VALUES_MAX
};

void it_answer_done(struct it_answer *answer)
{
	it_buf_wipe(&answer->text);
	free(answer->reason);
	for (size_t i = 0; i < answer->count; i++) {
		free(answer->statements[i].type);
		it_buf_done(&answer->statements[i].masked);
	}
	free(answer->statements);
	it_strings_done(&answer->notes);
	for (size_t i = 0; i < answer->redaction_count; i++) {
		free(answer->redactions[i].stream);
		free(answer->redactions[i].rule);
	}
	free(answer->redactions);
	*answer = (struct it_answer){ .text = IT_BUF(0) };
}

/* --- what cannot be read --- */

/* The document reader has the words, for what it can look at without much memory. */
static int refuse_text(const struct reading *self, const char *why, struct intoto_error **err)
{
	const struct it_json_limits few = {
		.bytes = SMALL_MAX, .depth = IT_ANSWER_DEPTH, .reals = true, .values = 1024 * 1024
	};
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	struct it_span text = it_buf_span(&self->out->text);
	int rc;

	if (self->pull.failed == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (!text.len)
		return it_err_set(err, INTOTO_E_FORMAT, "answer: is empty");
	if (why)
		return it_err_set(err, INTOTO_E_FORMAT, "answer: %s", why);
	if (text.len <= SMALL_MAX) {
		rc = it_json_parse(&root, text, &few, err);
		if (rc && rc != INTOTO_E_LIMIT)
			return it_err_wrap(err, rc, "answer");
	}
	if (err && *err) {
		intoto_error_free(*err);
		*err = NULL;
	}
	return it_err_set(
		err, INTOTO_E_FORMAT,
		"answer: is no JSON document as intoto-attestor(7) wants it (cut off, with "
		"a NUL, or a member of another kind)");
}

static int refuse_member(const char *where, struct it_span found, const char *want,
			 struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf quoted = IT_BUF(QUOTED_MAX);

	it_where_quote(&quoted, found);
	return it_err_set(err, INTOTO_E_FORMAT, "answer%s%s: want %s, found %s", *where ? "." : "",
			  where, want, it_buf_text(&quoted));
}

/* --- reading --- */

static int skip(struct reading *self, struct it_span *span, struct intoto_error **err)
{
	const char *why;

	return it_answer_walk(&self->pull, span, &why) ? INTOTO_OK : refuse_text(self, why, err);
}

/* A member as a tree, if it is short. */
static int read_small(struct reading *self, struct it_json **out, const char *name,
		      struct intoto_error **err)
{
	struct it_span span;
	int rc = skip(self, &span, err);

	*out = NULL;
	if (rc)
		return rc;
	if (span.len > SMALL_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "answer.%s: has more than %d bytes", name,
				  SMALL_MAX);
	rc = it_json_parse(out, span, &limits, err);
	return it_err_wrap(err, rc, "answer.%s", name);
}

static int read_text(struct reading *self, char **out, const char *name, struct intoto_error **err)
{
	struct it_pull_text text;

	if (!it_pull_text(&self->pull, &text))
		return refuse_text(self, "a member is no text that should be one", err);
	if (!text.said.len || text.said.len > IT_ANSWER_TEXT_MAX)
		return refuse_member(name, text.said, "1 to 4096 bytes", err);
	free(*out);
	*out = strndup(text.said.data, text.said.len);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

static int read_protocol(struct reading *self, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *value = NULL;
	int64_t number = 0;
	int rc = read_small(self, &value, "protocol", err);

	if (rc)
		return rc;
	if (!it_json_int(value, &number))
		return it_err_set(err, INTOTO_E_FORMAT,
				  "answer.protocol: want the number %d, found %s",
				  IT_ATTEST_PROTOCOL, it_json_kind_name(value));
	if (number != IT_ATTEST_PROTOCOL)
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "answer.protocol: want %d, which it was asked in, found %jd",
				  IT_ATTEST_PROTOCOL, (intmax_t)number);
	return INTOTO_OK;
}

static int read_outcome(struct reading *self, struct intoto_error **err)
{
	return read_text(self, &self->outcome, "outcome", err);
}

static int read_reason(struct reading *self, struct intoto_error **err)
{
	return read_text(self, &self->out->reason, "reason", err);
}

/* --- statements --- */

static struct it_answer_statement *add_statement(struct reading *self, struct intoto_error **err)
{
	struct it_answer *out = self->out;
	struct it_answer_statement *grown;

	if (out->count == IT_ANSWER_STATEMENTS_MAX) {
		(void)it_err_set(err, INTOTO_E_LIMIT, "answer.statements: want at most %d",
				 IT_ANSWER_STATEMENTS_MAX); /* the caller has the code */
		return NULL;
	}
	grown = reallocarray(out->statements, out->count + 1, sizeof *grown);
	if (!grown) {
		(void)it_err_nomem(err); /* likewise */
		return NULL;
	}
	out->statements = grown;
	grown[out->count] = (struct it_answer_statement){ 0 };
	return &grown[out->count++];
}

static int read_statement_member(struct reading *self, struct it_answer_statement *statement,
				 struct it_span name, struct intoto_error **err)
{
	if (it_span_is(name, "predicateType") && !statement->type)
		return read_text(self, &statement->type, "statements.predicateType", err);
	if (it_span_is(name, "predicate") && !statement->predicate.data)
		return skip(self, &statement->predicate, err);
	return refuse_member("statements", name, "predicateType and predicate, each once", err);
}

static int read_statement(struct reading *self, struct intoto_error **err)
{
	struct it_answer_statement *statement = add_statement(self, err);
	struct it_pull_text name;
	int rc = INTOTO_OK;

	if (!statement)
		return self->out->count == IT_ANSWER_STATEMENTS_MAX ? INTOTO_E_LIMIT
								    : INTOTO_E_NOMEM;
	it_pull_open(&self->pull, '{');
	while (!rc && it_pull_next(&self->pull, '}')) {
		if (!it_pull_name(&self->pull, &name))
			break;
		rc = read_statement_member(self, statement, name.said, err);
	}
	if (rc)
		return rc;
	if (self->pull.failed)
		return refuse_text(self, NULL, err);
	if (!statement->type || !statement->predicate.data)
		return it_err_set(err, INTOTO_E_FORMAT,
				  "answer.statements: want predicateType and predicate in each");
	if (statement->predicate.data[0] != '{')
		return it_err_set(err, INTOTO_E_FORMAT,
				  "answer.statements.predicate: want an object");
	if (!it_strings_has(&self->manifest->predicates, statement->type))
		return refuse_member("statements.predicateType", it_span_text(statement->type),
				     "one that its manifest names", err);
	return INTOTO_OK;
}

static int read_statements(struct reading *self, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	it_pull_open(&self->pull, '[');
	while (!rc && it_pull_next(&self->pull, ']'))
		rc = read_statement(self, err);
	if (!rc && self->pull.failed)
		rc = refuse_text(self, NULL, err);
	return rc;
}

/* --- notes and redactions --- */

static int read_notes(struct reading *self, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *list = NULL;
	int rc = read_small(self, &list, "notes", err);

	if (!rc &&
	    (it_json_kind(list) != IT_JSON_LIST || it_json_count(list) > IT_ANSWER_NOTES_MAX))
		rc = it_err_set(err, INTOTO_E_FORMAT,
				"answer.notes: want a list of at most %d texts",
				IT_ANSWER_NOTES_MAX);
	for (size_t i = 0; !rc && i < it_json_count(list); i++) {
		struct it_span text = it_json_text(it_json_at(list, i));

		if (!text.data || !text.len || text.len > IT_ANSWER_TEXT_MAX)
			rc = it_err_set(err, INTOTO_E_FORMAT,
					"answer.notes[%zu]: want a text of 1 to %d bytes", i,
					IT_ANSWER_TEXT_MAX);
		else
			rc = it_strings_add_span(&self->out->notes, text, err);
	}
	return rc;
}

static bool is_rule(const char *text)
{
	size_t len = strlen(text);

	return len && len <= RULE_MAX &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
		       len;
}

struct redaction_words {
	char *stream;
	int64_t offset;
	int64_t length;
	char *rule;
};

static const struct it_field redaction_fields[] = {
	{ "stream", IT_FIELD_TEXT, true, offsetof(struct redaction_words, stream), NULL },
	{ "offset", IT_FIELD_INT, true, offsetof(struct redaction_words, offset), NULL },
	{ "length", IT_FIELD_INT, true, offsetof(struct redaction_words, length), NULL },
	{ "rule", IT_FIELD_TEXT, true, offsetof(struct redaction_words, rule), NULL },
};

static int read_redaction(struct it_redaction *out, const struct it_json *value,
			  const struct it_where *where, struct intoto_error **err)
{
	struct redaction_words words = { 0 };
	int rc = it_fields_read(&words, value, redaction_fields, IT_COUNT_OF(redaction_fields),
				IT_FIELDS_CLOSED, where, err);

	*out = (struct it_redaction){ words.stream, (uint64_t)words.offset, (uint64_t)words.length,
				      words.rule };
	if (rc)
		return rc;
	if (!it_streq(words.stream, "stdout") && !it_streq(words.stream, "stderr"))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want stdout or stderr as the stream");
	if (words.offset < 0 || words.length < 1 || words.offset > INT64_MAX - words.length)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want an offset from 0 on and a length from 1 on");
	if (!is_rule(words.rule))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want 1 to %d of A-Z a-z 0-9 . _ - as the rule", RULE_MAX);
	return INTOTO_OK;
}

static int read_redactions(struct reading *self, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *list = NULL;
	struct it_answer *out = self->out;
	struct it_where answer = { NULL, "answer", 0 };
	struct it_where where = { &answer, "redactions", 0 };
	int rc = read_small(self, &list, "redactions", err);
	size_t count = it_json_count(list);

	if (rc)
		return rc;
	if (it_json_kind(list) != IT_JSON_LIST || count > IT_ANSWER_REDACTIONS_MAX)
		return it_where_refuse(&where, INTOTO_E_FORMAT, err,
				       "want a list of at most %d objects",
				       IT_ANSWER_REDACTIONS_MAX);
	if (count && !(self->manifest->needs & IT_NEEDS_OUTPUT))
		return it_where_refuse(
			&where, INTOTO_E_FORMAT, err,
			"it was not shown what the step printed: its manifest has no "
			"need \"output\"");
	out->redactions = calloc(count ? count : 1, sizeof *out->redactions);
	if (!out->redactions)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < count; i++) {
		struct it_where at = { &where, NULL, i };

		out->redaction_count++;
		rc = read_redaction(&out->redactions[i], it_json_at(list, i), &at, err);
	}
	return rc;
}

/* --- the document --- */

static const struct {
	const char *name;
	int (*read)(struct reading *self, struct intoto_error **err);
} members[] = {
	{ "protocol", read_protocol }, { "outcome", read_outcome },
	{ "reason", read_reason },     { "statements", read_statements },
	{ "notes", read_notes },       { "redactions", read_redactions },
};

static int read_member(struct reading *self, struct it_span name, struct intoto_error **err)
{
	for (size_t i = 0; i < IT_COUNT_OF(members); i++) {
		if (!it_span_is(name, members[i].name))
			continue;
		if (self->seen & 1U << i)
			return it_err_set(err, INTOTO_E_FORMAT,
					  "answer.%s: two members of one object have the same name",
					  members[i].name);
		self->seen |= 1U << i;
		return members[i].read(self, err);
	}
	return refuse_member("", name, "protocol, outcome, reason, statements, notes, redactions",
			     err);
}

static int read_document(struct reading *self, struct intoto_error **err)
{
	struct it_pull_text name;
	int rc = INTOTO_OK;

	it_pull_open(&self->pull, '{');
	while (!rc && it_pull_next(&self->pull, '}')) {
		if (!it_pull_name(&self->pull, &name))
			break;
		rc = read_member(self, name.said, err);
	}
	if (rc)
		return rc;
	return it_pull_end(&self->pull) ? INTOTO_OK : refuse_text(self, NULL, err);
}

static int judge(const struct reading *self, struct intoto_error **err)
{
	struct it_answer *out = self->out;

	if (!(self->seen & 1U))
		return it_err_set(err, INTOTO_E_FORMAT, "answer.protocol: is missing");
	if (!self->outcome)
		return it_err_set(err, INTOTO_E_FORMAT, "answer.outcome: is missing");
	out->failed = !it_streq(self->outcome, "ok");
	if (out->failed && !it_streq(self->outcome, "failed"))
		return refuse_member("outcome", it_span_text(self->outcome), "ok or failed", err);
	if (out->failed && !out->reason)
		return it_err_set(err, INTOTO_E_FORMAT,
				  "answer.reason: is missing, though the outcome is \"failed\"");
	if (!out->failed && out->reason)
		return it_err_set(err, INTOTO_E_FORMAT,
				  "answer.reason: goes with the outcome \"failed\" only");
	if (!out->failed && !out->count)
		return it_err_set(err, INTOTO_E_FORMAT,
				  "answer.statements: want at least one with the outcome \"ok\"");
	return INTOTO_OK;
}

int it_answer_take(struct it_answer *out, struct it_buf *text, const struct it_manifest *manifest,
		   struct intoto_error **err)
{
	struct reading self = { .out = out, .manifest = manifest };
	int rc;

	*out = (struct it_answer){ .text = *text };
	*text = (struct it_buf)IT_BUF(0);
	it_pull_init(&self.pull, it_buf_span(&out->text), &limits);
	rc = out->text.len ? read_document(&self, err) : refuse_text(&self, NULL, err);
	if (!rc)
		rc = judge(&self, err);
	it_pull_done(&self.pull);
	free(self.outcome);
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Statements, notes and redactions, and the document that holds them. */
#include "attestors/kit/answer.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

enum {
	NOTES_MOST = 100,
	NOTE_SIZE = 2000,
	REDACTIONS_SIZE = 4 << 20,
};

void it_answer_init(struct intoto_answer *answer, uint64_t most)
{
	*answer = (struct intoto_answer){ 0 };
	it_out_init(&answer->statements, most);
	it_out_init(&answer->notes, (uint64_t)2 * NOTES_MOST * NOTE_SIZE);
	it_out_init(&answer->redactions, REDACTIONS_SIZE);
	intoto_out_list(&answer->statements);
	intoto_out_list(&answer->notes);
	intoto_out_list(&answer->redactions);
}

void it_answer_done(struct intoto_answer *answer)
{
	it_out_done(&answer->statements);
	it_out_done(&answer->notes);
	it_out_done(&answer->redactions);
}

int intoto_answer_begin(struct intoto_answer *answer, const char *predicate_type,
			struct intoto_json_out **out, struct intoto_error **err)
{
	struct intoto_json_out *to = &answer->statements;

	*out = NULL;
	if (answer->open)
		return it_err_set(err, INTOTO_E_INTERNAL, "a statement inside of a statement");
	answer->open = true;
	intoto_out_object(to);
	intoto_out_member(to, "predicateType", predicate_type);
	intoto_out_name(to, "predicate");
	to->floor = to->depth;
	to->roots = 0;
	*out = to;
	return it_out_check(to, err);
}

int intoto_answer_end(struct intoto_answer *answer, struct intoto_error **err)
{
	struct intoto_json_out *to = &answer->statements;
	int rc = it_out_check(to, err);

	if (rc)
		return rc;
	if (!answer->open)
		return it_err_set(err, INTOTO_E_INTERNAL, "the end of a statement that is not");
	if (to->depth != to->floor || to->roots != 1 || !to->root_object)
		return it_err_set(err, INTOTO_E_INTERNAL, "a predicate that is not one object");
	answer->open = false;
	to->floor = 0;
	intoto_out_object_end(to);
	return it_out_check(to, err);
}

int intoto_answer_note(struct intoto_answer *answer, struct intoto_error **err, const char *format,
		       ...)
{
	char text[NOTE_SIZE];
	va_list args;

	if (answer->note_count >= NOTES_MOST)
		return 0; /* the last one says so */
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args); /* a longer note is cut */
	va_end(args);
	if (++answer->note_count == NOTES_MOST)
		intoto_out_text(&answer->notes, "further notes were left out");
	else
		intoto_out_text(&answer->notes, text);
	return it_out_check(&answer->notes, err);
}

int intoto_answer_redact(struct intoto_answer *answer, const char *stream, uint64_t offset,
			 uint64_t length, const char *rule, struct intoto_error **err)
{
	struct intoto_json_out *to = &answer->redactions;

	if (offset > INT64_MAX || length > INT64_MAX - offset)
		return it_err_set(err, INTOTO_E_INTERNAL, "a redaction behind the end of a stream");
	intoto_out_object(to);
	intoto_out_member(to, "stream", stream);
	intoto_out_name(to, "offset");
	intoto_out_int(to, (int64_t)offset);
	intoto_out_name(to, "length");
	intoto_out_int(to, (int64_t)length);
	intoto_out_member(to, "rule", rule);
	intoto_out_object_end(to);
	return it_out_check(to, err);
}

/* One after the other: a large predicate is never in memory as a whole. */
static int send_lists(struct intoto_answer *answer, bool ok, int fd, struct intoto_error **err)
{
	int rc = it_out_write(fd, it_span_text(",\"statements\":"), err);

	if (!rc && ok)
		rc = it_out_pour(&answer->statements, fd, err);
	else if (!rc)
		rc = it_out_write(fd, it_span_text("[]"), err);
	if (!rc)
		rc = it_out_write(fd, it_span_text(",\"notes\":"), err);
	if (!rc)
		rc = it_out_pour(&answer->notes, fd, err);
	if (!rc)
		rc = it_out_write(fd, it_span_text(",\"redactions\":"), err);
	if (!rc)
		rc = it_out_pour(&answer->redactions, fd, err);
	return rc ? rc : it_out_write(fd, it_span_text("}\n"), err);
}

static int finish_lists(struct intoto_answer *answer, bool ok, struct intoto_error **err)
{
	int rc = 0;

	if (answer->statements.replaced)
		rc = intoto_answer_note(answer, err,
					"bytes that are no UTF-8 were replaced by U+FFFD");
	intoto_out_list_end(&answer->notes);
	intoto_out_list_end(&answer->redactions);
	if (!rc)
		rc = it_out_check(&answer->notes, err);
	if (!rc)
		rc = it_out_check(&answer->redactions, err);
	if (rc || !ok)
		return rc;
	intoto_out_list_end(&answer->statements);
	return it_out_check(&answer->statements, err);
}

int it_answer_send(struct intoto_answer *answer, const char *reason, int fd,
		   struct intoto_error **err)
{
	struct intoto_json_out head;
	int rc = finish_lists(answer, !reason, err);

	if (rc)
		return rc;
	it_out_init(&head, (uint64_t)1 << 20);
	intoto_out_object(&head);
	intoto_out_name(&head, "protocol");
	intoto_out_int(&head, INTOTO_ATTESTOR_PROTOCOL);
	intoto_out_member(&head, "outcome", reason ? "failed" : "ok");
	intoto_out_member(&head, "reason", reason);
	rc = it_out_pour(&head, fd, err);
	it_out_done(&head);
	return rc ? rc : send_lists(answer, !reason, fd, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The audit's own memory, and reading an archive into it. */
#include "report/audit.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "base/text.h"

/* --- memory --- */

const char *it_audit_keep_span(struct it_audit *audit, struct it_span text)
{
	IT_AUTO(it_buf_done) struct it_buf clean = IT_BUF(IT_AUDIT_DOCUMENT_MAX);
	const void *nul = text.len ? memchr(text.data, '\0', text.len) : NULL;

	if (audit->failed || !text.len)
		return "";
	if (nul)
		text.len = (size_t)((const char *)nul - text.data);
	if (text.len > IT_AUDIT_KEPT_MAX - audit->kept) {
		audit->cut = true;
		return "";
	}
	(void)it_utf8_replace(&clean, text); /* whether any was: it is shown as what it is */
	if (clean.failed || it_strings_add(&audit->texts, it_buf_text(&clean), NULL)) {
		audit->failed = INTOTO_E_NOMEM;
		return "";
	}
	audit->kept += clean.len;
	return audit->texts.items[audit->texts.count - 1];
}

const char *it_audit_keep(struct it_audit *audit, const char *text)
{
	return it_audit_keep_span(audit, it_span_text(text));
}

const char *it_audit_say(struct it_audit *audit, const char *format, ...)
{
	IT_AUTO(it_freep) char *text = NULL;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0) {
		text = NULL;
		audit->failed = INTOTO_E_NOMEM;
	}
	return it_audit_keep(audit, text);
}

void it_audit_list(struct it_audit *audit, struct it_strings *list, const char *text)
{
	const unsigned char *at = (const unsigned char *)list;

	/* What is spilt is nobody's, and nobody would free it. */
	if (audit->failed || (at >= audit->spill && at < audit->spill + sizeof audit->spill))
		return;
	if (it_strings_add(list, text, NULL))
		audit->failed = INTOTO_E_NOMEM;
}

void *it_audit_row(struct it_audit *audit, void *items, size_t *count, size_t size)
{
	void *rows;

	memset(audit->spill, 0, sizeof audit->spill);
	memcpy(&rows, items, sizeof rows);
	if (*count == IT_AUDIT_ROWS_MAX)
		audit->cut = true;
	if (audit->failed || *count == IT_AUDIT_ROWS_MAX)
		return audit->spill;
	if (!(*count & (*count - 1))) { /* a power of two is full */
		rows = reallocarray(rows, *count ? *count * 2 : 1, size);
		if (!rows) {
			audit->failed = INTOTO_E_NOMEM;
			return audit->spill;
		}
		memcpy(items, &rows, sizeof rows);
	}
	rows = (char *)rows + *count * size;
	memset(rows, 0, size);
	(*count)++;
	return rows;
}

static void free_steps(struct it_audit *audit)
{
	for (size_t i = 0; i < audit->step_count; i++) {
		struct it_audit_step *step = &audit->steps[i];

		free(step->signers);
		free(step->sides[INTOTO_MATERIALS].shown);
		free(step->sides[INTOTO_PRODUCTS].shown);
		it_strings_done(&step->gates);
		it_strings_done(&step->members);
	}
	free(audit->steps);
}

void it_audit_free(struct it_audit *audit)
{
	if (!audit)
		return;
	free_steps(audit);
	for (size_t i = 0; i < audit->link_count; i++)
		intoto_link_free(audit->links[i].link);
	for (size_t i = 0; i < audit->layout_count; i++)
		intoto_layout_free(audit->layouts[i].layout);
	for (size_t i = 0; i < audit->key_count; i++)
		it_strings_done(&audit->keys[i].steps);
	for (size_t i = 0; i < audit->later_count; i++)
		it_strings_done(&audit->laters[i].withheld);
	free(audit->laters);
	free(audit->links);
	free(audit->layouts);
	free(audit->keys);
	free(audit->edges);
	free(audit->checks);
	free(audit->exceptions);
	free(audit->documents);
	free(audit->packages);
	free(audit->findings);
	free(audit->vexes);
	free(audit->gaps);
	it_archive_free(audit->archive);
	it_strings_done(&audit->texts);
	free(audit);
}

/* --- reading --- */

struct reading {
	struct it_audit *audit;
	struct it_buf bytes; /* of the member that is being read */
};

static int collect(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct reading *reading = arg;

	if (it_buf_add_span(&reading->bytes, piece))
		return it_buf_check(&reading->bytes, "a member", err);
	return INTOTO_OK;
}

/* What is shown as a file among others, and never looked into. */
static bool is_read(const struct it_archive_member *member)
{
	switch (member->role) {
	case IT_ROLE_LAYOUT:
	case IT_ROLE_LINK:
	case IT_ROLE_ATTESTATION:
	case IT_ROLE_RAW:
	case IT_ROLE_REPORT:
	case IT_ROLE_VSA:
	case IT_ROLE_PARAMETERS:
	case IT_ROLE_EXCEPTION:
		return true;
	case IT_ROLE_KEY:
	case IT_ROLE_ATTESTATIONS: /* the same again */
	case IT_ROLE_CERTIFICATE:
	case IT_ROLE_TIMESTAMP:
	case IT_ROLE_TRUST:
	case IT_ROLE_OTHER:
		break;
	}
	return false;
}

static int begin_member(void *arg, const struct it_archive_member *member, struct it_sink *sink,
			struct intoto_error **err)
{
	struct reading *reading = arg;

	(void)err; /* nothing here goes wrong */
	it_buf_reset(&reading->bytes);
	if (!is_read(member))
		return INTOTO_OK;
	if (member->size > IT_AUDIT_DOCUMENT_MAX) {
		reading->audit->cut = true;
		return INTOTO_OK;
	}
	*sink = (struct it_sink){ collect, reading };
	return INTOTO_OK;
}

static int end_member(void *arg, const struct it_archive_member *member, bool good,
		      struct intoto_error **err)
{
	struct reading *reading = arg;

	if (good && is_read(member) && reading->bytes.len == member->size)
		it_audit_take(reading->audit, member, it_buf_span(&reading->bytes));
	return reading->audit->failed ? it_err_nomem(err) : INTOTO_OK;
}

int it_audit_read(struct it_audit **out, const char *path, const struct it_archive_answer *answer,
		  struct intoto_error **err)
{
	IT_AUTO(it_audit_freep) struct it_audit *audit = calloc(1, sizeof *audit);
	struct reading reading = { audit, IT_BUF(IT_AUDIT_DOCUMENT_MAX) };
	struct it_archive_visitor visitor = { begin_member, end_member, &reading };
	int rc;

	*out = NULL;
	if (!audit)
		return it_err_nomem(err);
	audit->answer = answer;
	audit->file = it_audit_keep(audit, it_path_base(path));
	rc = it_archive_read(&audit->archive, path, &visitor, err);
	it_buf_done(&reading.bytes);
	if (rc)
		return rc;
	/* What was checked must be what is shown. */
	if (answer &&
	    (!answer->archive || !it_streq(answer->archive->sha256, audit->archive->sha256)))
		return it_err_set(err, INTOTO_E_IO, "%s: changed while it was read", path);
	it_audit_take_later(audit);
	it_audit_join(audit);
	if (audit->failed)
		return it_err_nomem(err);
	*out = audit;
	audit = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* --- for readers of an audit --- */

size_t it_audit_tally(const struct it_audit *audit, enum intoto_outcome outcome)
{
	size_t count = 0;

	for (size_t i = 0; i < audit->check_count; i++)
		count += audit->checks[i].outcome == outcome;
	return count;
}

enum it_proof it_audit_proof(const struct it_audit *audit, const char *code)
{
	enum it_proof proof = IT_PROOF_NONE;
	bool family = it_ends_with(code, ".");

	for (size_t i = 0; i < audit->check_count; i++) {
		const struct it_audit_check *check = &audit->checks[i];

		if (family ? !it_starts_with(check->code, code) : !it_streq(check->code, code))
			continue;
		if (check->outcome == INTOTO_CHECK_FAILED ||
		    check->outcome == INTOTO_CHECK_UNDECIDED)
			return IT_PROOF_FAILED;
		if (check->outcome == INTOTO_CHECK_PASSED)
			proof = IT_PROOF_CHECKED;
	}
	return proof;
}

const struct it_audit_document *it_audit_document(const struct it_audit *audit, const char *sort,
						  size_t *start)
{
	while (*start < audit->document_count) {
		const struct it_audit_document *document = &audit->documents[(*start)++];

		if (it_streq(document->sort, sort) && !*document->trouble)
			return document;
	}
	return NULL;
}

bool it_audit_member(const struct it_audit *audit, const char *name, size_t *index)
{
	const struct it_archive_member *member =
		it_archive_manifest_find(audit->archive->manifest, name);

	if (member)
		*index = (size_t)(member - audit->archive->manifest->members);
	return member;
}

/* What the chain came to is another question: a refused release can be packed and signed, too. */
bool it_audit_is_verified(const struct it_audit *audit)
{
	bool is_signed = false;

	for (size_t i = 0; audit->answer && i < audit->answer->note_count; i++) {
		const struct it_archive_note *note = &audit->answer->notes[i];
		bool passed = note->outcome == INTOTO_CHECK_PASSED;

		if (it_streq(note->code, "archive.signature"))
			is_signed = is_signed || passed;
		if (note->outcome != INTOTO_CHECK_FAILED && note->outcome != INTOTO_CHECK_UNDECIDED)
			continue;
		if (!it_streq(note->code, "archive.chain") &&
		    !it_streq(note->code, "archive.inspections"))
			return false;
	}
	return is_signed;
}

size_t it_audit_evidenced(const struct it_audit *audit, size_t *steps)
{
	size_t count = 0;

	*steps = 0;
	for (size_t i = 0; i < audit->step_count; i++) {
		const struct it_audit_step *step = &audit->steps[i];

		if (step->inspection)
			continue;
		(*steps)++;
		count += step->evidence && step->people >= step->threshold;
	}
	return count;
}

size_t it_audit_open_findings(const struct it_audit *audit, enum it_severity severity)
{
	size_t count = 0;

	for (size_t i = 0; i < audit->finding_count; i++)
		count += audit->findings[i].severity == severity && !audit->findings[i].allowed;
	return count;
}

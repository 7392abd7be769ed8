/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The document for spreadsheets (RFC 4180): one table, whose first column says what a row is.  A
 * spreadsheet takes text that begins with =, +, -, @ for a formula and runs it, so such text gets
 * an apostrophe in front, which it shows as text.
 */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "report/document.h"
#include "report/picture.h"

enum { CELL_MAX = 1024 * 1024 };

static void add_cell(struct it_buf *out, const char *text, const char *end)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(text));

	if (!quoted) {
		out->failed = INTOTO_E_NOMEM;
		return;
	}
	(void)it_buf_add_byte(out, '"'); /* sticks in out, as the rest */
	if (*quoted && strchr("=+-@", *quoted))
		(void)it_buf_add_byte(out, '\'');
	for (const char *c = quoted; *c; c++) {
		if (*c == '"')
			(void)it_buf_add_byte(out, '"');
		(void)it_buf_add_byte(out, *c);
	}
	(void)it_buf_add_byte(out, '"');
	(void)it_buf_add_text(out, end);
}

static void add_row(struct it_buf *out, const char *kind, const char *id, const char *about,
		    const char *state, const char *text, const char *evidence)
{
	add_cell(out, kind, ",");
	add_cell(out, id, ",");
	add_cell(out, about, ",");
	add_cell(out, state, ",");
	add_cell(out, text, ",");
	add_cell(out, evidence, "\r\n");
}

static void add_steps(struct it_buf *out, const struct it_audit *audit)
{
	for (size_t i = 0; i < audit->step_count; i++) {
		const struct it_audit_step *step = &audit->steps[i];
		IT_AUTO(it_buf_done) struct it_buf people = IT_BUF(CELL_MAX);
		IT_AUTO(it_buf_done) struct it_buf members = IT_BUF(CELL_MAX);

		for (size_t j = 0; j < step->signer_count; j++)
			(void)it_buf_printf(&people, "%s%s", j ? "; " : "signed by ",
					    step->signers[j].name); /* sticks: then shorter */
		for (size_t j = 0; j < step->members.count; j++)
			(void)it_buf_printf(&members, "%s%s", j ? "; " : "",
					    step->members.items[j]); /* sticks: then shorter */
		add_row(out, step->inspection ? "inspection" : "step", step->label,
			it_buf_text(&people), it_step_state(step), step->why,
			it_buf_text(&members));
	}
}

static void add_controls(struct it_buf *out, struct it_audit *audit)
{
	struct it_shown_all shown;

	it_evidence_show(&shown, audit);
	for (size_t i = 0; it_frameworks[i]; i++) {
		for (size_t j = 0; j < it_frameworks[i]->count; j++) {
			const struct it_control *control = &it_frameworks[i]->controls[j];
			IT_AUTO(it_buf_done) struct it_buf pieces = IT_BUF(CELL_MAX);

			for (unsigned k = 0; k < IT_EVIDENCE_COUNT; k++)
				if (control->evidence & 1U << k)
					(void)it_buf_printf(&pieces, "%s%s: %s",
							    pieces.len ? "; " : "",
							    it_evidence_name((enum it_evidence)k),
							    shown.items[k].text); /* sticks */
			add_row(out, it_frameworks[i]->name, control->id, control->asks,
				it_control_state_name(it_control_judge(control, &shown)),
				control->rest ? control->rest : "", it_buf_text(&pieces));
		}
	}
}

static void add_findings(struct it_buf *out, const struct it_audit *audit)
{
	for (size_t i = 0; i < audit->finding_count; i++) {
		const struct it_audit_finding *one = &audit->findings[i];
		IT_AUTO(it_buf_done) struct it_buf about = IT_BUF(CELL_MAX);

		(void)it_buf_printf(&about, "%s %s", one->package, one->version); /* sticks */
		add_row(out, "finding", one->id, it_buf_text(&about),
			it_severity_word(one->severity),
			*one->decided ? one->decided : "by no gate", one->member);
	}
}

static void add_others(struct it_buf *out, const struct it_audit *audit)
{
	char time[IT_TIME_SIZE];

	for (size_t i = 0; i < audit->exception_count; i++) {
		const struct it_audit_exception *one = &audit->exceptions[i];

		it_time_format(time, one->expires);
		add_row(out, "exception", one->id, one->owner, one->used > 0 ? "used" : "not used",
			one->reason, one->member);
		add_row(out, "exception expires", one->id, one->owner, time, one->scope,
			one->member);
	}
	for (size_t i = 0; i < audit->package_count; i++)
		add_row(out, "package", audit->packages[i].name, audit->packages[i].version,
			audit->packages[i].license, audit->packages[i].purl,
			audit->packages[i].member);
	for (size_t i = 0; i < audit->document_count; i++)
		add_row(out, "document", audit->documents[i].member, audit->documents[i].about,
			*audit->documents[i].trouble ? "cannot be read" : audit->documents[i].sort,
			*audit->documents[i].trouble ? audit->documents[i].trouble
						     : audit->documents[i].summary,
			audit->documents[i].member);
	for (size_t i = 0; i < audit->gap_count; i++)
		add_row(out, "not evidenced", audit->gaps[i].what, "",
			audit->gaps[i].serious ? "wanted" : "not asked for", audit->gaps[i].why,
			"");
	for (size_t i = 0; i < audit->check_count; i++)
		add_row(out, "check", audit->checks[i].code, audit->checks[i].item,
			intoto_outcome_name(audit->checks[i].outcome), audit->checks[i].text,
			audit->checks[i].subject);
	for (size_t i = 0; i < audit->archive->manifest->member_count; i++) {
		const struct it_archive_member *member = &audit->archive->manifest->members[i];

		add_row(out, "member", member->name, it_archive_role_name(member->role),
			member->media_type, member->sha256, member->name);
	}
}

static int print_csv(struct it_buf *out, struct it_audit *audit, struct intoto_error **err)
{
	const struct it_archive_manifest *manifest = audit->archive->manifest;

	(void)err; /* failures stick in out */
	add_row(out, "kind", "id", "about", "state", "text", "evidence");
	add_row(out, "release", manifest->product, manifest->release, audit->verdict,
		audit->answer ? it_audit_is_verified(audit) ? "the archive was verified"
							    : "the archive did not pass"
			      : "the archive was not verified: no key was given",
		audit->archive->sha256);
	add_steps(out, audit);
	add_controls(out, audit);
	add_findings(out, audit);
	add_others(out, audit);
	return INTOTO_OK;
}

const struct it_document_format it_document_csv = { "csv", print_csv };

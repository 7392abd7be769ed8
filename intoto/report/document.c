/* SPDX-License-Identifier: Apache-2.0 */
/* The HTML document: its head, its parts, its foot. */
#include "report/document.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "report/html.h"
#include "report/picture.h"

static const struct it_document_format *const formats[] = { &it_document_csv, &it_document_html,
							    &it_document_json };

const struct it_document_format *it_document_find(const char *name)
{
	for (size_t i = 0; i < IT_COUNT_OF(formats); i++)
		if (it_streq(formats[i]->name, name))
			return formats[i];
	return NULL;
}

int it_document_print(struct it_buf *out, const struct it_document_format *format,
		      struct it_audit *audit, struct intoto_error **err)
{
	int rc = format->print(out, audit, err);

	if (!rc)
		rc = it_buf_check(out, "the report", err);
	return !rc && audit->failed ? it_err_nomem(err) : rc;
}

/* --- words and colours --- */

void it_document_badge(struct it_buf *out, const char *class, const char *word)
{
	it_html(out, "<span class=\"badge %s\">%s</span>", class, word);
}

const char *it_verdict_class(const char *verdict)
{
	if (it_streq(verdict, "passed"))
		return "good";
	if (it_streq(verdict, "refused") || it_streq(verdict, "failed"))
		return "bad";
	return *verdict ? "warn" : "none";
}

const char *it_outcome_class(enum intoto_outcome outcome)
{
	switch (outcome) {
	case INTOTO_CHECK_PASSED:
		return "good";
	case INTOTO_CHECK_FAILED:
		return "bad";
	case INTOTO_CHECK_WARNING:
	case INTOTO_CHECK_UNDECIDED:
		return "warn";
	case INTOTO_CHECK_SKIPPED:
		break;
	}
	return "none";
}

const char *it_control_class(enum it_control_state state)
{
	static const char *const classes[] = { [IT_CONTROL_NOT_SHOWN] = "none",
					       [IT_CONTROL_CONTRADICTED] = "bad",
					       [IT_CONTROL_PART] = "warn",
					       [IT_CONTROL_SHOWN] = "good" };

	return classes[state];
}

const char *it_severity_class(enum it_severity severity)
{
	if (severity == IT_SEVERITY_CRITICAL || severity == IT_SEVERITY_HIGH)
		return "bad";
	return severity == IT_SEVERITY_MEDIUM || severity == IT_SEVERITY_UNKNOWN ? "warn" : "none";
}

void it_document_member(struct it_buf *out, const struct it_audit *audit, const char *name)
{
	IT_AUTO(it_buf_done) struct it_buf file = IT_BUF(64 * 1024);
	const char *hash = strrchr(name, '#');
	size_t index;

	/* "FILE#LINE" is a line of a member. */
	(void)it_buf_add(&file, name, hash ? (size_t)(hash - name) : strlen(name)); /* sticks */
	if (it_audit_member(audit, name, &index) ||
	    it_audit_member(audit, it_buf_text(&file), &index))
		it_html(out, "<a href=\"#member-%zu\">%s</a>", index, name);
	else
		it_html(out, "%s", name);
}

/* --- head --- */

static void add_title(struct it_buf *out, const struct it_audit *audit)
{
	const struct it_archive_manifest *manifest = audit->archive->manifest;

	if (*manifest->product)
		it_html(out, "%s %s", manifest->product, manifest->release);
	else
		it_html(out, "%s", audit->file);
}

static const struct {
	const char *anchor;
	const char *name;
} parts[] = {
	{ "chain", "Chain" },		{ "steps", "Steps" },	     { "gates", "Gates" },
	{ "exceptions", "Exceptions" }, { "sbom", "SBOM" },	     { "findings", "Findings" },
	{ "documents", "Evidence" },	{ "gaps", "Not evidenced" }, { "controls", "Controls" },
	{ "archive", "Archive" },	{ "checks", "All checks" },
};

static void add_header(struct it_buf *out, const struct it_audit *audit)
{
	const char *verdict = *audit->verdict ? audit->verdict : "not verified";

	it_html(out, "<header>\n<p class=\"dim small\">Release evidence report</p>\n<h1>");
	add_title(out, audit);
	it_html(out, "</h1>\n<p>");
	it_document_badge(out, it_verdict_class(audit->verdict), verdict);
	if (audit->verified) {
		it_html(out, " <span class=\"dim\">as of ");
		it_html_time(out, audit->verified);
		it_html(out, "</span>");
	}
	it_html(out, "</p>\n<nav aria-label=\"Parts of the report\"><ul>\n");
	for (size_t i = 0; i < IT_COUNT_OF(parts); i++)
		it_html(out, "<li><a href=\"#%s\">%s</a></li>\n", parts[i].anchor, parts[i].name);
	it_html(out, "</ul></nav>\n</header>\n");
}

void it_document_body(struct it_buf *out, struct it_audit *audit)
{
	struct it_shown_all shown;

	it_evidence_show(&shown, audit);
	it_document_summary(out, audit);
	it_html(out, "<div class=\"two\">\n<section aria-labelledby=\"chain\">\n<h2 "
		     "id=\"chain\">The chain</h2>\n");
	it_picture_draw(out, audit);
	it_html(out, "</section>\n");
	it_document_steps(out, audit);
	it_html(out, "</div>\n");
	it_document_gates(out, audit);
	it_document_exceptions(out, audit);
	it_document_sbom(out, audit);
	it_document_findings(out, audit);
	it_document_evidence(out, audit);
	it_document_gaps(out, audit);
	it_document_controls(out, audit, &shown);
	it_document_archive(out, audit);
	it_document_checks(out, audit);
}

static int print_html(struct it_buf *out, struct it_audit *audit, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf title = IT_BUF(64 * 1024);
	const struct it_archive_manifest *manifest = audit->archive->manifest;
	struct it_html_head head = { .body = "report" };

	(void)err;					       /* failures stick in out */
	(void)it_buf_printf(&title, "%s %s: release evidence", /* sticks: then it is shorter */
			    *manifest->product ? manifest->product : audit->file,
			    manifest->release);
	head.title = it_buf_text(&title);
	it_html_begin(out, &head);
	add_header(out, audit);
	it_html(out, "<main id=\"main\" tabindex=\"-1\">\n");
	it_document_body(out, audit);
	it_html(out,
		"</main>\n<footer>\n<p>Made by intoto from %s (sha256 <code>%s</code>). This page "
		"is a reading of the archive and proves nothing by itself: verify the archive with "
		"<code>intoto archive verify --key KEY %s</code>.</p>\n</footer>\n",
		audit->file, audit->archive->sha256, audit->file);
	it_html_end(out);
	return INTOTO_OK;
}

const struct it_document_format it_document_html = { "html", print_html };

/* SPDX-License-Identifier: Apache-2.0 */
/* An audit as a document: for people (HTML), for programs (JSON), for spreadsheets (CSV). */
#ifndef IT_REPORT_DOCUMENT_H
#define IT_REPORT_DOCUMENT_H

#include "report/controls.h"

enum { IT_DOCUMENT_MAX = 1024 * 1024 * 1024 };

struct it_document_format {
	const char *name;
	/* Appends; failures to add stick in out. */
	int (*print)(struct it_buf *out, struct it_audit *audit, struct intoto_error **err);
};
extern const struct it_document_format it_document_csv;
extern const struct it_document_format it_document_html;
extern const struct it_document_format it_document_json;
/* NULL for an unknown name. */
const struct it_document_format *it_document_find(const char *name);
/* Also looks whether everything was added. */
IT_CHECK int it_document_print(struct it_buf *out, const struct it_document_format *format,
			       struct it_audit *audit, struct intoto_error **err);

/* --- the parts of the HTML document, in their order --- */

void it_document_summary(struct it_buf *out, const struct it_audit *audit);
void it_document_steps(struct it_buf *out, const struct it_audit *audit);
void it_document_gates(struct it_buf *out, const struct it_audit *audit);
void it_document_exceptions(struct it_buf *out, const struct it_audit *audit);
void it_document_sbom(struct it_buf *out, const struct it_audit *audit);
void it_document_findings(struct it_buf *out, const struct it_audit *audit);
void it_document_evidence(struct it_buf *out, const struct it_audit *audit);
void it_document_gaps(struct it_buf *out, const struct it_audit *audit);
void it_document_controls(struct it_buf *out, const struct it_audit *audit,
			  const struct it_shown_all *shown);
void it_document_archive(struct it_buf *out, const struct it_audit *audit);
void it_document_checks(struct it_buf *out, const struct it_audit *audit);
/* The body between header and footer; levels of headings begin with h2. */
void it_document_body(struct it_buf *out, struct it_audit *audit);

/* A badge with a word; class is "good", "bad", "warn" or "none". */
void it_document_badge(struct it_buf *out, const char *class, const char *word);
const char *it_verdict_class(const char *verdict);
const char *it_outcome_class(enum intoto_outcome outcome);
const char *it_control_class(enum it_control_state state);
const char *it_severity_class(enum it_severity severity);
/* A link to where a member stands in the list of members; its name alone when it is in none. */
void it_document_member(struct it_buf *out, const struct it_audit *audit, const char *name);

#endif

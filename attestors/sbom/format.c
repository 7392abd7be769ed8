/* SPDX-License-Identifier: Apache-2.0 */
/* Telling SBOM formats apart. */
#include "attestors/sbom/format.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEAD_BYTES = 64 * 1024 };

#define CYCLONEDX "https://cyclonedx.org/bom"
#define SPDX "https://spdx.dev/Document"

static const struct row {
	enum sbom_format format;
	const char *word;
	const char *name;
	const char *predicate;
} rows[] = {
	{ SBOM_SPDX2_JSON, "spdx", "SPDX 2 (JSON)", SPDX },
	{ SBOM_SPDX2_TAG_VALUE, "spdx-tag-value", "SPDX 2 (tag-value)", SPDX },
	{ SBOM_SPDX3, "spdx3", "SPDX 3 (JSON-LD)", SPDX "/v3" },
	{ SBOM_CYCLONEDX_JSON, "cyclonedx", "CycloneDX (JSON)", CYCLONEDX },
	{ SBOM_CYCLONEDX_XML, "cyclonedx-xml", "CycloneDX (XML)", CYCLONEDX },
};

static const struct row *find_row(enum sbom_format format)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].format == format)
			return &rows[i];
	return NULL;
}

const char *sbom_format_name(enum sbom_format format)
{
	const struct row *row = find_row(format);

	return row ? row->name : "no SBOM";
}

const char *sbom_format_predicate(enum sbom_format format)
{
	const struct row *row = find_row(format);

	return row ? row->predicate : NULL;
}

/* --- JSON --- */

struct marks {
	bool spdx2;
	bool spdx3;
	bool cyclonedx;
};

static int look(void *arg, const struct intoto_event *event, struct intoto_error **err)
{
	struct marks *marks = arg;

	(void)err; /* nothing to refuse */
	if (!event->depth)
		return 0;
	marks->spdx2 |= intoto_text_same(event->path, "spdxVersion");
	marks->cyclonedx |= intoto_text_same(event->path, "bomFormat");
	if ((intoto_text_same(event->path, "@context") ||
	     intoto_text_same(event->path, "@context/[]")) &&
	    event->kind == INTOTO_VALUE_TEXT)
		marks->spdx3 |= intoto_text_begins(event->text, "https://spdx.org/rdf/3.");
	if (event->end || event->kind < INTOTO_VALUE_LIST ||
	    intoto_text_same(event->path, "@context"))
		return 0;
	return INTOTO_EVENT_SKIP;
}

static int find_json(enum sbom_format *out, int fd, struct intoto_error **err)
{
	struct marks marks = { 0 };
	int rc = intoto_events_read(fd, NULL, look, &marks, err);

	if (rc)
		return rc;
	if (marks.spdx2 + marks.spdx3 + marks.cyclonedx > 1)
		return intoto_attestor_fail(
			err, INTOTO_E_FORMAT,
			"has the marks of two SBOM formats (%s%s%s); say which with the option as",
			marks.spdx2 ? "\"spdxVersion\" " : "", marks.spdx3 ? "\"@context\" " : "",
			marks.cyclonedx ? "\"bomFormat\"" : "");
	if (marks.spdx2 + marks.spdx3 + marks.cyclonedx == 0)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "is no SBOM: want \"spdxVersion\", an SPDX 3 "
					    "\"@context\", or \"bomFormat\"");
	*out = marks.spdx2 ? SBOM_SPDX2_JSON : marks.spdx3 ? SBOM_SPDX3 : SBOM_CYCLONEDX_JSON;
	return 0;
}

/* --- the rest --- */

/* The first line that says something begins so. */
static bool first_line_begins(const char *text, const char *with)
{
	for (;;) {
		text += strspn(text, " \t\r\n");
		if (*text != '#')
			return intoto_text_begins(text, with);
		text += strcspn(text, "\n");
	}
}

/* What is read decides what else is checked; the reader refuses what does not fit. */
static int find_by_head(enum sbom_format *out, const char *head, int fd, struct intoto_error **err)
{
	if (intoto_text_begins(head, "\xef\xbb\xbf"))
		head += 3;
	head += strspn(head, " \t\r\n");
	if (*head == '{' || *head == '[')
		return find_json(out, fd, err);
	if (*head == '<') {
		if (!strstr(head, "cyclonedx.org/schema/bom/"))
			return intoto_attestor_fail(err, INTOTO_E_FORMAT,
						    "is XML, and no CycloneDX: want the namespace "
						    "http://cyclonedx.org/schema/bom/1.2 to 1.7");
		*out = SBOM_CYCLONEDX_XML;
		return 0;
	}
	if (first_line_begins(head, "SPDXVersion:")) {
		*out = SBOM_SPDX2_TAG_VALUE;
		return 0;
	}
	return intoto_attestor_fail(err, INTOTO_E_FORMAT,
				    "is no SBOM: want SPDX 2 (JSON or tag-value), SPDX 3 (JSON-LD) "
				    "or CycloneDX (JSON or XML)");
}

static int find_forced(enum sbom_format *out, const char *as, struct intoto_error **err)
{
	char *quoted;
	int rc;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (intoto_text_same(rows[i].word, as)) {
			*out = rows[i].format;
			return 0;
		}
	quoted = intoto_text_quoted(as);
	rc = intoto_attestor_fail(err, INTOTO_E_USAGE,
				  "the option as: want spdx, spdx-tag-value, spdx3, cyclonedx or "
				  "cyclonedx-xml, found '%.100s'",
				  quoted ? quoted : "");
	free(quoted);
	return rc;
}

int sbom_format_find(enum sbom_format *out, int fd, const char *as, struct intoto_error **err)
{
	char head[HEAD_BYTES + 1];
	ssize_t got;
	int rc;

	*out = SBOM_NONE;
	if (as)
		return find_forced(out, as, err);
	got = pread(fd, head, HEAD_BYTES, 0);
	if (got < 0)
		return intoto_attestor_fail(err, INTOTO_E_IO, "cannot be read");
	head[got] = '\0';
	rc = find_by_head(out, head, fd, err);
	if (!rc && lseek(fd, 0, SEEK_SET))
		rc = intoto_attestor_fail(err, INTOTO_E_IO, "cannot be read twice");
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of SPDX tag-value (SPDX 2.3, clause 4.3 and the tags of clauses 6 to 12). */
#include "attestors/sbom/tag_lines.h"

#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 4 << 20, TAG_BYTES_MAX = 64 };

struct reading {
	struct tag_lines *out;
	char *at;
	char *end;
	size_t line;
	size_t package; /* record of the last one */
	struct intoto_error **err;
};

void tag_lines_free(struct tag_lines *lines)
{
	free(lines->lines);
	free(lines->records);
	*lines = (struct tag_lines){ 0 };
}

static int refuse(const struct reading *in, size_t line, const char *what)
{
	return intoto_attestor_fail(in->err, INTOTO_E_FORMAT, "line %zu: %s", line, what);
}

/* --- sections --- */

/* Tags that begin something new. */
static const struct {
	const char *tag;
	enum tag_section section;
} heads[] = {
	{ "SPDXVersion", TAG_DOCUMENT },
	{ "PackageName", TAG_PACKAGE },
	{ "FileName", TAG_FILE },
	{ "LicenseID", TAG_LICENSE },
	{ "Relationship", TAG_RELATIONSHIP },
	{ "SnippetSPDXID", TAG_OTHER },
	{ "Annotator", TAG_OTHER },
	{ "Reviewer", TAG_OTHER },
};

/* Tags of the document, which may come back behind other things. */
static bool is_of_document(const char *tag)
{
	static const char *const tags[] = {
		"DataLicense",	   "DocumentName",	  "DocumentNamespace",
		"DocumentComment", "ExternalDocumentRef", "Creator",
		"Created",	   "CreatorComment",	  "LicenseListVersion"
	};

	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
		if (intoto_text_same(tags[i], tag))
			return true;
	return false;
}

static void *grow(void *items, size_t *room, size_t count, size_t size)
{
	size_t more = *room ? *room * 2 : 64;

	if (count < *room)
		return items;
	items = reallocarray(items, more, size);
	if (items)
		*room = more;
	return items;
}

static int add_record(struct reading *in, enum tag_section section)
{
	struct tag_lines *out = in->out;
	struct tag_record *records =
		grow(out->records, &out->record_room, out->record_count, sizeof *records);

	if (!records)
		return intoto_attestor_fail(in->err, INTOTO_E_NOMEM, "out of memory");
	out->records = records;
	if (section == TAG_PACKAGE)
		in->package = out->record_count;
	records[out->record_count++] = (struct tag_record){
		.section = section,
		.first = out->line_count,
		.within = section == TAG_FILE ? in->package : SIZE_MAX,
	};
	return 0;
}

static int add_line(struct reading *in, const char *tag, const char *value, size_t line)
{
	struct tag_lines *out = in->out;
	struct tag_line *lines = grow(out->lines, &out->line_room, out->line_count, sizeof *lines);

	if (!lines)
		return intoto_attestor_fail(in->err, INTOTO_E_NOMEM, "out of memory");
	out->lines = lines;
	if (out->line_count == LINES_MAX)
		return intoto_attestor_fail(in->err, INTOTO_E_LIMIT, "more than %d lines",
					    LINES_MAX);
	lines[out->line_count++] = (struct tag_line){ tag, value, line };
	out->records[out->record_count - 1].count++;
	return 0;
}

static int put_line(struct reading *in, const char *tag, const char *value, size_t line)
{
	bool begins = false;
	int rc = 0;

	for (size_t i = 0; !begins && i < sizeof heads / sizeof *heads; i++) {
		begins = intoto_text_same(heads[i].tag, tag);
		if (begins && heads[i].section == TAG_DOCUMENT && in->out->record_count)
			return refuse(in, line, "a second SPDXVersion: want one document");
		if (begins)
			rc = add_record(in, heads[i].section);
	}
	if (!begins && !in->out->record_count)
		return refuse(in, line, "want SPDXVersion first");
	if (!rc && !begins && is_of_document(tag) &&
	    in->out->records[in->out->record_count - 1].section != TAG_DOCUMENT)
		rc = add_record(in, TAG_DOCUMENT);
	return rc ? rc : add_line(in, tag, value, line);
}

/* --- lines --- */

/* What stands between <text> and </text>, also over several lines. */
static int read_text(struct reading *in, char **value)
{
	size_t line = in->line;
	char *from = *value + strlen("<text>");
	char *close = strstr(from, "</text>");

	if (!close)
		return refuse(in, line, "a <text> without its end");
	for (char *at = from; at < close; at++)
		in->line += *at == '\n';
	*close = '\0';
	*value = from;
	in->at = close + strlen("</text>");
	in->at += strspn(in->at, " \t\r");
	if (in->at < in->end && *in->at != '\n')
		return refuse(in, in->line, "something behind </text>");
	return 0;
}

static void trim(char *text)
{
	size_t length = strlen(text);

	while (length && strchr(" \t\r", text[length - 1]))
		text[--length] = '\0';
}

static int read_line(struct reading *in)
{
	char *tag = in->at + strspn(in->at, " \t\r");
	char *stop = tag + strcspn(tag, "\n");
	char *colon = memchr(tag, ':', (size_t)(stop - tag));
	size_t line = in->line;
	char *value;
	int rc = 0;

	in->at = stop;
	if (tag == stop || *tag == '#')
		return 0;
	if (!colon || colon == tag || colon - tag > TAG_BYTES_MAX)
		return refuse(in, line, "want \"Tag: value\"");
	*colon = '\0';
	trim(tag);
	value = colon + 1 + strspn(colon + 1, " \t\r");
	if (intoto_text_begins(value, "<text>"))
		rc = read_text(in, &value);
	if (rc)
		return rc;
	if (in->at < in->end)
		*in->at = '\0'; /* the end of the line; the caller steps over it */
	if (value < in->at && !memchr(value, '\n', strlen(value)))
		trim(value);
	return put_line(in, tag, value, line);
}

int tag_lines_read(struct tag_lines *out, char *text, size_t length, struct intoto_error **err)
{
	struct reading in = { out, text, text + length, 1, SIZE_MAX, err };
	int rc = 0;

	*out = (struct tag_lines){ 0 };
	if (memchr(text, '\0', length))
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "a NUL character inside the text");
	if (intoto_text_begins(text, "\xef\xbb\xbf"))
		in.at += 3;
	while (!rc && in.at < in.end) {
		rc = read_line(&in);
		in.at++;
		in.line++;
	}
	if (!rc && !out->record_count)
		rc = intoto_attestor_fail(err, INTOTO_E_FORMAT, "has no line that says anything");
	if (rc)
		tag_lines_free(out);
	return rc;
}

const char *tag_lines_get(const struct tag_lines *lines, const struct tag_record *record,
			  const char *tag)
{
	for (size_t i = 0; i < record->count; i++)
		if (intoto_text_same(lines->lines[record->first + i].tag, tag))
			return lines->lines[record->first + i].value;
	return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Tag-value lines as the JSON of SPDX 2 (SPDX 2.3; each clause names both). */
#include "attestors/sbom/tag_value.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attestors/sbom/tag_lines.h"

enum { BYTES_MAX = 64 << 20, PIECE = 64 * 1024 };

enum how { HOW_TEXT, HOW_LIST, HOW_BOOL, HOW_CHECKSUM, HOW_REFERENCE, HOW_CODE };

struct row {
	const char *tag;
	const char *member;
	enum how how;
};

static const struct row package_rows[] = {
	{ "PackageName", "name", HOW_TEXT },
	{ "SPDXID", "SPDXID", HOW_TEXT },
	{ "PackageVersion", "versionInfo", HOW_TEXT },
	{ "PackageFileName", "packageFileName", HOW_TEXT },
	{ "PackageSupplier", "supplier", HOW_TEXT },
	{ "PackageOriginator", "originator", HOW_TEXT },
	{ "PackageDownloadLocation", "downloadLocation", HOW_TEXT },
	{ "FilesAnalyzed", "filesAnalyzed", HOW_BOOL },
	{ "PackageVerificationCode", "packageVerificationCode", HOW_CODE },
	{ "PackageChecksum", "checksums", HOW_CHECKSUM },
	{ "PackageHomePage", "homepage", HOW_TEXT },
	{ "PackageSourceInfo", "sourceInfo", HOW_TEXT },
	{ "PackageLicenseConcluded", "licenseConcluded", HOW_TEXT },
	{ "PackageLicenseInfoFromFiles", "licenseInfoFromFiles", HOW_LIST },
	{ "PackageLicenseDeclared", "licenseDeclared", HOW_TEXT },
	{ "PackageLicenseComments", "licenseComments", HOW_TEXT },
	{ "PackageCopyrightText", "copyrightText", HOW_TEXT },
	{ "PackageSummary", "summary", HOW_TEXT },
	{ "PackageDescription", "description", HOW_TEXT },
	{ "PackageComment", "comment", HOW_TEXT },
	{ "PackageAttributionText", "attributionTexts", HOW_LIST },
	{ "ExternalRef", "externalRefs", HOW_REFERENCE },
	{ "PrimaryPackagePurpose", "primaryPackagePurpose", HOW_TEXT },
	{ "ReleaseDate", "releaseDate", HOW_TEXT },
	{ "BuiltDate", "builtDate", HOW_TEXT },
	{ "ValidUntilDate", "validUntilDate", HOW_TEXT },
	{ NULL, NULL, HOW_TEXT },
};
static const struct row file_rows[] = {
	{ "FileName", "fileName", HOW_TEXT },
	{ "SPDXID", "SPDXID", HOW_TEXT },
	{ "FileType", "fileTypes", HOW_LIST },
	{ "FileChecksum", "checksums", HOW_CHECKSUM },
	{ "LicenseConcluded", "licenseConcluded", HOW_TEXT },
	{ "LicenseInfoInFile", "licenseInfoInFiles", HOW_LIST },
	{ "LicenseComments", "licenseComments", HOW_TEXT },
	{ "FileCopyrightText", "copyrightText", HOW_TEXT },
	{ "FileComment", "comment", HOW_TEXT },
	{ "FileNotice", "noticeText", HOW_TEXT },
	{ "FileContributor", "fileContributors", HOW_LIST },
	{ "FileAttributionText", "attributionTexts", HOW_LIST },
	{ NULL, NULL, HOW_TEXT },
};
static const struct row license_rows[] = {
	{ "LicenseID", "licenseId", HOW_TEXT },
	{ "ExtractedText", "extractedText", HOW_TEXT },
	{ "LicenseName", "name", HOW_TEXT },
	{ "LicenseCrossReference", "seeAlsos", HOW_LIST },
	{ "LicenseComment", "comment", HOW_TEXT },
	{ NULL, NULL, HOW_TEXT },
};
/* What stands at the top, and what stands in creationInfo. */
static const struct row document_rows[] = {
	{ "SPDXVersion", "spdxVersion", HOW_TEXT },
	{ "DataLicense", "dataLicense", HOW_TEXT },
	{ "SPDXID", "SPDXID", HOW_TEXT },
	{ "DocumentName", "name", HOW_TEXT },
	{ "DocumentNamespace", "documentNamespace", HOW_TEXT },
	{ "DocumentComment", "comment", HOW_TEXT },
	{ NULL, NULL, HOW_TEXT },
};
static const struct row creation_rows[] = {
	{ "Created", "created", HOW_TEXT },
	{ "Creator", "creators", HOW_LIST },
	{ "CreatorComment", "comment", HOW_TEXT },
	{ "LicenseListVersion", "licenseListVersion", HOW_TEXT },
	{ NULL, NULL, HOW_TEXT },
};

struct converting {
	struct intoto_json_out *out;
	struct tag_lines lines;
	struct sbom_tally *tally;
	struct intoto_error **err;
};

static int refuse(const struct converting *in, const struct tag_line *line, const char *what)
{
	return intoto_attestor_fail(in->err, INTOTO_E_FORMAT, "line %zu: %s: %s", line->line,
				    line->tag, what);
}

static const struct row *find_row(const struct row *rows, const char *tag)
{
	for (; rows->tag; rows++)
		if (intoto_text_same(rows->tag, tag))
			return rows;
	return NULL;
}

/* --- values --- */

/* "SHA1: 85ed0817…" */
static int write_checksum(const struct converting *in, const struct tag_line *line)
{
	const char *colon = strchr(line->value, ':');
	const char *hex = colon ? colon + 1 + strspn(colon + 1, " \t") : "";

	if (!*hex || colon == line->value)
		return refuse(in, line, "want \"ALGORITHM: HEX\"");
	intoto_out_object(in->out);
	intoto_out_name(in->out, "algorithm");
	intoto_out_bytes(in->out, line->value, (size_t)(colon - line->value));
	intoto_out_member(in->out, "checksumValue", hex);
	intoto_out_object_end(in->out);
	return 0;
}

/* Three words; a comment may stand in the line behind. */
static int write_reference(const struct converting *in, const struct tag_record *record, size_t at)
{
	const struct tag_line *line = &in->lines.lines[record->first + at];
	const char *type = line->value + strcspn(line->value, " \t");
	const char *locator;
	size_t category = (size_t)(type - line->value);

	type += strspn(type, " \t");
	locator = type + strcspn(type, " \t");
	if (!*type || !locator[strspn(locator, " \t")])
		return refuse(in, line, "want \"CATEGORY TYPE LOCATOR\"");
	intoto_out_object(in->out);
	intoto_out_name(in->out, "referenceCategory");
	intoto_out_bytes(in->out, line->value, category);
	intoto_out_name(in->out, "referenceType");
	intoto_out_bytes(in->out, type, (size_t)(locator - type));
	intoto_out_member(in->out, "referenceLocator", locator + strspn(locator, " \t"));
	if (at + 1 < record->count && intoto_text_same(line[1].tag, "ExternalRefComment"))
		intoto_out_member(in->out, "comment", line[1].value);
	intoto_out_object_end(in->out);
	return 0;
}

/* "d6a770ba… (excludes: ./package.spdx)" */
static void write_code(const struct converting *in, const struct tag_line *line)
{
	size_t length = strcspn(line->value, " \t(");
	const char *excluded = strstr(line->value, "excludes:");
	size_t size;

	intoto_out_object(in->out);
	intoto_out_name(in->out, "packageVerificationCodeValue");
	intoto_out_bytes(in->out, line->value, length);
	if (excluded) {
		excluded += strlen("excludes:");
		excluded += strspn(excluded, " \t");
		size = strcspn(excluded, ")");
		intoto_out_name(in->out, "packageVerificationCodeExcludedFiles");
		intoto_out_list(in->out);
		intoto_out_bytes(in->out, excluded, size);
		intoto_out_list_end(in->out);
	}
	intoto_out_object_end(in->out);
}

static int write_value(const struct converting *in, const struct tag_record *record, size_t at,
		       enum how how)
{
	const struct tag_line *line = &in->lines.lines[record->first + at];

	switch (how) {
	case HOW_TEXT:
	case HOW_LIST:
		intoto_out_text(in->out, line->value);
		return 0;
	case HOW_BOOL:
		if (!intoto_text_same(line->value, "true") &&
		    !intoto_text_same(line->value, "false"))
			return refuse(in, line, "want true or false");
		intoto_out_bool(in->out, intoto_text_same(line->value, "true"));
		return 0;
	case HOW_CHECKSUM:
		return write_checksum(in, line);
	case HOW_REFERENCE:
		return write_reference(in, record, at);
	case HOW_CODE:
		write_code(in, line);
		return 0;
	}
	return 0;
}

/* --- members --- */

static bool is_list(enum how how)
{
	return how == HOW_LIST || how == HOW_CHECKSUM || how == HOW_REFERENCE;
}

/* All lines of one tag in a record as a member; a tag that holds one value comes once. */
static int write_member(const struct converting *in, const struct tag_record *record,
			const struct row *row)
{
	size_t found = 0;
	int rc = 0;

	for (size_t i = 0; !rc && i < record->count; i++) {
		const struct tag_line *line = &in->lines.lines[record->first + i];

		if (!intoto_text_same(line->tag, row->tag))
			continue;
		if (found && !is_list(row->how))
			return refuse(in, line, "is there twice");
		if (!found++) {
			intoto_out_name(in->out, row->member);
			if (is_list(row->how))
				intoto_out_list(in->out);
		}
		rc = write_value(in, record, i, row->how);
	}
	if (found && is_list(row->how))
		intoto_out_list_end(in->out);
	return rc;
}

/* Tags that have no place are counted, once for each line. */
static void count_unknown(const struct converting *in, const struct tag_record *record,
			  const struct row *rows)
{
	for (size_t i = 0; i < record->count; i++) {
		const char *tag = in->lines.lines[record->first + i].tag;

		if (find_row(rows, tag) || intoto_text_same(tag, "ExternalRefComment"))
			continue;
		in->tally->left_out++;
		sbom_tally_name(in->tally, tag);
	}
}

static int write_record(const struct converting *in, const struct tag_record *record,
			const struct row *rows, const char *const *required)
{
	int rc = 0;

	for (size_t i = 0; required[i]; i++) {
		const char *value = tag_lines_get(&in->lines, record, required[i]);

		if (!value || !*value)
			return intoto_attestor_fail(
				in->err, INTOTO_E_FORMAT, "line %zu: want a line with %s behind %s",
				in->lines.lines[record->first].line, required[i],
				in->lines.lines[record->first].tag);
	}
	intoto_out_object(in->out);
	for (; !rc && rows->tag; rows++)
		rc = write_member(in, record, rows);
	intoto_out_object_end(in->out);
	return rc;
}

static int write_section(const struct converting *in, enum tag_section section, const char *member,
			 const struct row *rows, const char *const *required, uint64_t *count)
{
	int rc = 0;

	intoto_out_name(in->out, member);
	intoto_out_list(in->out);
	for (size_t i = 0; !rc && i < in->lines.record_count; i++) {
		if (in->lines.records[i].section != section)
			continue;
		++*count;
		count_unknown(in, &in->lines.records[i], rows);
		rc = write_record(in, &in->lines.records[i], rows, required);
	}
	intoto_out_list_end(in->out);
	return rc;
}

/* --- relationships --- */

static void write_relationship(const struct converting *in, const char *from, size_t from_length,
			       const char *type, size_t type_length, const char *to)
{
	intoto_out_object(in->out);
	intoto_out_name(in->out, "spdxElementId");
	intoto_out_bytes(in->out, from, from_length);
	intoto_out_name(in->out, "relationshipType");
	intoto_out_bytes(in->out, type, type_length);
	intoto_out_member(in->out, "relatedSpdxElement", to);
}

/* "SPDXRef-DOCUMENT DESCRIBES SPDXRef-Package" */
static int write_said(const struct converting *in, const struct tag_record *record)
{
	const struct tag_line *line = &in->lines.lines[record->first];
	const char *type = line->value + strcspn(line->value, " \t");
	size_t from = (size_t)(type - line->value);
	const char *to;

	type += strspn(type, " \t");
	to = type + strcspn(type, " \t");
	if (!*to || !to[strspn(to, " \t")])
		return refuse(in, line, "want \"ELEMENT TYPE ELEMENT\"");
	write_relationship(in, line->value, from, type, (size_t)(to - type),
			   to + strspn(to, " \t"));
	intoto_out_member(in->out, "comment",
			  tag_lines_get(&in->lines, record, "RelationshipComment"));
	intoto_out_object_end(in->out);
	return 0;
}

/* A file behind a package is in it (SPDX 2.3, clause 8.1). */
static void write_contained(const struct converting *in, const struct tag_record *file)
{
	const char *package;
	const char *id;

	if (file->section != TAG_FILE || file->within == SIZE_MAX)
		return;
	package = tag_lines_get(&in->lines, &in->lines.records[file->within], "SPDXID");
	id = tag_lines_get(&in->lines, file, "SPDXID");
	if (!package || !id)
		return;
	write_relationship(in, package, strlen(package), "CONTAINS", strlen("CONTAINS"), id);
	intoto_out_object_end(in->out);
}

static int write_relationships(const struct converting *in)
{
	int rc = 0;

	intoto_out_name(in->out, "relationships");
	intoto_out_list(in->out);
	for (size_t i = 0; !rc && i < in->lines.record_count; i++) {
		const struct tag_record *record = &in->lines.records[i];

		write_contained(in, record);
		if (record->section == TAG_RELATIONSHIP)
			rc = write_said(in, record);
	}
	intoto_out_list_end(in->out);
	return rc;
}

/* --- the document --- */

/* Its lines may stand in several places; each tag comes once, but for those that are lists. */
static int write_top_row(const struct converting *in, const struct row *row)
{
	bool found = false;
	int rc = 0;

	for (size_t i = 0; !rc && i < in->lines.record_count; i++) {
		const struct tag_record *record = &in->lines.records[i];

		if (record->section != TAG_DOCUMENT || !tag_lines_get(&in->lines, record, row->tag))
			continue;
		if (found)
			return refuse(in, &in->lines.lines[record->first],
				      "what the document says stands in two places");
		found = true;
		rc = write_member(in, record, row);
	}
	if (!rc && !found && !intoto_text_same(row->member, "comment") &&
	    !intoto_text_same(row->member, "licenseListVersion"))
		return intoto_attestor_fail(in->err, INTOTO_E_FORMAT, "want a line with %s",
					    row->tag);
	return rc;
}

static int check_document(const struct converting *in)
{
	const struct tag_record *record = &in->lines.records[0];
	const char *version = tag_lines_get(&in->lines, record, "SPDXVersion");
	const char *id = tag_lines_get(&in->lines, record, "SPDXID");
	int64_t time;

	if (!intoto_text_same(version, "SPDX-2.2") && !intoto_text_same(version, "SPDX-2.3"))
		return intoto_attestor_fail(in->err, INTOTO_E_UNSUPPORTED,
					    "SPDXVersion: want SPDX-2.2 or SPDX-2.3");
	if (!intoto_text_same(id, "SPDXRef-DOCUMENT"))
		return intoto_attestor_fail(in->err, INTOTO_E_FORMAT,
					    "SPDXID: want SPDXRef-DOCUMENT for the document");
	for (size_t i = 0; i < in->lines.record_count; i++) {
		const char *created = tag_lines_get(&in->lines, &in->lines.records[i], "Created");

		if (in->lines.records[i].section == TAG_DOCUMENT && created &&
		    !intoto_time_parse(&time, created))
			return intoto_attestor_fail(in->err, INTOTO_E_FORMAT,
						    "Created: want a time of RFC 3339");
	}
	return 0;
}

static int write_top(const struct converting *in)
{
	int rc = 0;

	for (const struct row *row = document_rows; !rc && row->tag; row++)
		rc = write_top_row(in, row);
	intoto_out_name(in->out, "creationInfo");
	intoto_out_object(in->out);
	for (const struct row *row = creation_rows; !rc && row->tag; row++)
		rc = write_top_row(in, row);
	intoto_out_object_end(in->out);
	return rc;
}

static void count_left_out(const struct converting *in)
{
	for (size_t i = 0; i < in->lines.record_count; i++) {
		const struct tag_record *record = &in->lines.records[i];
		const char *tag;

		for (size_t k = 0; k < record->count; k++) {
			tag = in->lines.lines[record->first + k].tag;
			if (record->section != TAG_OTHER &&
			    (record->section != TAG_DOCUMENT || find_row(document_rows, tag) ||
			     find_row(creation_rows, tag)))
				continue;
			in->tally->left_out++;
			sbom_tally_name(in->tally, tag);
		}
	}
}

static int write_document(const struct converting *in)
{
	static const char *const package[] = { "SPDXID", "PackageDownloadLocation", NULL };
	static const char *const file[] = { "SPDXID", NULL };
	static const char *const license[] = { "ExtractedText", NULL };
	uint64_t licenses = 0;
	int rc = check_document(in);

	intoto_out_object(in->out);
	if (!rc)
		rc = write_top(in);
	if (!rc)
		rc = write_section(in, TAG_PACKAGE, "packages", package_rows, package,
				   &in->tally->packages);
	if (!rc)
		rc = write_section(in, TAG_FILE, "files", file_rows, file, &in->tally->files);
	if (!rc)
		rc = write_section(in, TAG_LICENSE, "hasExtractedLicensingInfos", license_rows,
				   license, &licenses);
	if (!rc)
		rc = write_relationships(in);
	intoto_out_object_end(in->out);
	count_left_out(in);
	return rc;
}

int sbom_tag_value_convert_text(struct intoto_json_out *out, char *text, size_t length,
				struct sbom_tally *tally, struct intoto_error **err)
{
	struct converting in = { .out = out, .tally = tally, .err = err };
	int rc = tag_lines_read(&in.lines, text, length, err);

	if (!rc)
		rc = write_document(&in);
	tag_lines_free(&in.lines);
	return rc;
}

int sbom_tag_value_convert(struct intoto_json_out *out, int fd, struct sbom_tally *tally,
			   struct intoto_error **err)
{
	char *text = malloc(1);
	size_t length = 0;
	ssize_t got = 1;
	int rc = 0;

	while (!rc && text && got > 0) {
		char *more = length > BYTES_MAX ? NULL : realloc(text, length + PIECE + 1);

		if (!more) {
			rc = intoto_attestor_fail(err, INTOTO_E_LIMIT,
						  "is too long for tag-value: more than %d bytes",
						  BYTES_MAX);
			break;
		}
		text = more;
		got = read(fd, text + length, PIECE);
		if (got < 0)
			rc = intoto_attestor_fail(err, INTOTO_E_IO, "cannot be read");
		length += got > 0 ? (size_t)got : 0;
		text[length] = '\0';
	}
	if (!text)
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	if (!rc)
		rc = sbom_tag_value_convert_text(out, text, length, tally, err);
	free(text);
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX 2.2 and 2.3 in JSON (spdx-spec 2.3, schemas/spdx-schema.json). */
#include "base/text.h"
#include "model/sbom_part.h"

static int read_version(struct it_sbom *sbom, const struct it_json *document,
			struct intoto_error **err)
{
	const char *version;
	int rc = it_sbom_text(&version, document, "spdxVersion", true, NULL, err);

	if (rc)
		return rc;
	if (!it_streq(version, "SPDX-2.2") && !it_streq(version, "SPDX-2.3")) {
		IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(version));

		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "spdxVersion: want SPDX-2.2 or SPDX-2.3, found '%.80s'",
				  quoted ? quoted : "");
	}
	sbom->format = IT_SBOM_SPDX2;
	sbom->version = version + strlen("SPDX-");
	return INTOTO_OK;
}

static int read_creation(struct it_sbom *sbom, const struct it_json *document,
			 struct intoto_error **err)
{
	struct it_where where = { NULL, "creationInfo", 0 };
	struct it_where list = { &where, "creators", 0 };
	const struct it_json *info;
	const struct it_json *creators = NULL;
	int rc = it_sbom_value(&info, document, "creationInfo", IT_JSON_OBJECT, NULL, err);

	if (!rc)
		rc = it_sbom_time(&sbom->created, info, "created", &where, err);
	if (!rc)
		rc = it_sbom_value(&creators, info, "creators", IT_JSON_LIST, &where, err);
	for (size_t i = 0; !rc && i < it_json_count(creators); i++) {
		struct it_span text = it_json_text(it_json_at(creators, i));
		struct it_where element = { &list, NULL, i };

		if (!text.data)
			rc = it_where_refuse(&element, INTOTO_E_FORMAT, err, "want a text");
		else if (it_starts_with(text.data, "Tool: "))
			rc = it_strings_add_span(&sbom->tools, it_span(text.data + 6, text.len - 6),
						 err);
	}
	return rc;
}

static int read_license(struct it_sbom_licenses *out, const struct it_json *object,
			const char *member, const struct it_where *where, struct intoto_error **err)
{
	const char *text;
	int rc = it_sbom_text(&text, object, member, false, where, err);

	if (rc || !*text)
		return rc;
	return it_sbom_add_license(out, text, false, err);
}

static int read_checksums(struct it_sbom *sbom, size_t index, const struct it_json *object,
			  const struct it_where *where, struct intoto_error **err)
{
	struct it_where list = { where, "checksums", 0 };
	struct it_sbom_digests digests = { 0 };
	const struct it_json *checksums;
	int rc = it_sbom_value(&checksums, object, "checksums", IT_JSON_LIST, where, err);

	for (size_t i = 0; !rc && i < it_json_count(checksums); i++) {
		const struct it_json *checksum = it_json_at(checksums, i);
		struct it_where element = { &list, NULL, i };
		const char *algorithm = "";
		const char *hex = "";

		rc = it_sbom_text(&algorithm, checksum, "algorithm", true, &element, err);
		if (!rc)
			rc = it_sbom_text(&hex, checksum, "checksumValue", true, &element, err);
		if (!rc)
			it_sbom_digest(&digests, algorithm, hex);
	}
	return rc ? rc : it_sbom_digests_keep(sbom, &sbom->components[index], &digests, err);
}

/* The reference category has been written with "-" and with "_"; the type decides. */
static int read_purl(struct it_sbom_component *out, const struct it_json *package,
		     const struct it_where *where, struct intoto_error **err)
{
	struct it_where list = { where, "externalRefs", 0 };
	const struct it_json *refs;
	int rc = it_sbom_value(&refs, package, "externalRefs", IT_JSON_LIST, where, err);

	for (size_t i = 0; !rc && i < it_json_count(refs) && !*out->purl; i++) {
		struct it_where element = { &list, NULL, i };
		const char *type;

		rc = it_sbom_text(&type, it_json_at(refs, i), "referenceType", false, &element,
				  err);
		if (!rc && it_streq(type, "purl"))
			rc = it_sbom_text(&out->purl, it_json_at(refs, i), "referenceLocator", true,
					  &element, err);
	}
	return rc;
}

static int read_package(struct it_sbom *sbom, const struct it_json *package,
			const struct it_where *where, struct intoto_error **err)
{
	struct it_sbom_component *out = it_sbom_add(sbom, err);
	size_t index = sbom->count - 1;
	int rc;

	if (!out)
		return INTOTO_E_LIMIT;
	rc = it_sbom_text(&out->id, package, "SPDXID", true, where, err);
	if (!rc)
		rc = it_sbom_text(&out->name, package, "name", true, where, err);
	if (!rc)
		rc = it_sbom_text(&out->version, package, "versionInfo", false, where, err);
	if (!rc)
		rc = it_sbom_text(&out->supplier, package, "supplier", false, where, err);
	if (!rc)
		rc = it_sbom_text(&out->type, package, "primaryPackagePurpose", false, where, err);
	if (!rc)
		rc = read_license(&out->concluded, package, "licenseConcluded", where, err);
	if (!rc)
		rc = read_license(&out->declared, package, "licenseDeclared", where, err);
	if (!rc)
		rc = read_purl(out, package, where, err);
	if (it_streq(out->supplier, "NOASSERTION"))
		out->supplier = "";
	return rc ? rc : read_checksums(sbom, index, package, where, err);
}

static int read_file(struct it_sbom *sbom, const struct it_json *file, const struct it_where *where,
		     struct intoto_error **err)
{
	struct it_sbom_component *out = it_sbom_add(sbom, err);
	size_t index = sbom->count - 1;
	int rc;

	if (!out)
		return INTOTO_E_LIMIT;
	out->file = true;
	out->type = "file";
	rc = it_sbom_text(&out->id, file, "SPDXID", true, where, err);
	if (!rc)
		rc = it_sbom_text(&out->name, file, "fileName", true, where, err);
	if (!rc)
		rc = read_license(&out->concluded, file, "licenseConcluded", where, err);
	return rc ? rc : read_checksums(sbom, index, file, where, err);
}

static int read_elements(struct it_sbom *sbom, const struct it_json *document, const char *member,
			 int (*read)(struct it_sbom *, const struct it_json *,
				     const struct it_where *, struct intoto_error **),
			 struct intoto_error **err)
{
	struct it_where where = { NULL, member, 0 };
	const struct it_json *list;
	int rc = it_sbom_value(&list, document, member, IT_JSON_LIST, NULL, err);

	for (size_t i = 0; !rc && i < it_json_count(list); i++) {
		struct it_where element = { &where, NULL, i };

		if (it_json_kind(it_json_at(list, i)) != IT_JSON_OBJECT)
			rc = it_where_refuse(&element, INTOTO_E_FORMAT, err, "want an object");
		else
			rc = read(sbom, it_json_at(list, i), &element, err);
	}
	return rc;
}

/* --- what it describes --- */

struct entry {
	const char *id;
	size_t index;
};

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->id, ((const struct entry *)b)->id);
}

/* Sorted by id; the caller's.  An id that two elements have says nothing: refused. */
static int make_index(struct entry **out, const struct it_sbom *sbom, struct intoto_error **err)
{
	struct entry *entries = calloc(sbom->count + 1, sizeof *entries);

	*out = entries;
	if (!entries)
		return it_err_nomem(err);
	for (size_t i = 0; i < sbom->count; i++)
		entries[i] = (struct entry){ sbom->components[i].id, i };
	qsort(entries, sbom->count, sizeof *entries, compare);
	for (size_t i = 1; i < sbom->count; i++)
		if (it_streq(entries[i - 1].id, entries[i].id)) {
			IT_AUTO(it_freep)
			char *quoted = it_text_quoted(it_span_text(entries[i].id));

			return it_err_set(err, INTOTO_E_FORMAT,
					  "the SPDXID '%.200s' is that of two elements",
					  quoted ? quoted : "");
		}
	return INTOTO_OK;
}

static void describe(struct it_sbom *sbom, const struct entry *index, const char *id)
{
	struct entry key = { id, 0 };
	struct entry *found =
		sbom->count ? bsearch(&key, index, sbom->count, sizeof key, compare) : NULL;

	if (found)
		sbom->components[found->index].described = true;
}

static int read_relationship(struct it_sbom *sbom, const struct entry *index,
			     const struct it_json *object, const struct it_where *where,
			     struct intoto_error **err)
{
	const char *from;
	const char *type = "";
	const char *to = "";
	int rc = it_sbom_text(&from, object, "spdxElementId", true, where, err);

	if (!rc)
		rc = it_sbom_text(&type, object, "relationshipType", true, where, err);
	if (!rc)
		rc = it_sbom_text(&to, object, "relatedSpdxElement", true, where, err);
	if (rc)
		return rc;
	if (it_streq(type, "DESCRIBES") && it_streq(from, "SPDXRef-DOCUMENT"))
		describe(sbom, index, to);
	if (it_streq(type, "DESCRIBED_BY") && it_streq(to, "SPDXRef-DOCUMENT"))
		describe(sbom, index, from);
	return INTOTO_OK;
}

static int read_described(struct it_sbom *sbom, const struct it_json *document,
			  struct intoto_error **err)
{
	IT_AUTO(it_freep) struct entry *index = NULL;
	struct it_where where = { NULL, "relationships", 0 };
	const struct it_json *list = NULL;
	const struct it_json *relationships = NULL;
	int rc = make_index(&index, sbom, err);

	if (!rc)
		rc = it_sbom_value(&list, document, "documentDescribes", IT_JSON_LIST, NULL, err);
	for (size_t i = 0; !rc && i < it_json_count(list); i++)
		if (it_json_text(it_json_at(list, i)).data)
			describe(sbom, index, it_json_text(it_json_at(list, i)).data);
	if (!rc)
		rc = it_sbom_value(&relationships, document, "relationships", IT_JSON_LIST, NULL,
				   err);
	for (size_t i = 0; !rc && i < it_json_count(relationships); i++) {
		struct it_where element = { &where, NULL, i };

		rc = read_relationship(sbom, index, it_json_at(relationships, i), &element, err);
	}
	return rc;
}

int it_sbom_read_spdx2(struct it_sbom *sbom, const struct it_json *document,
		       struct intoto_error **err)
{
	int rc = read_version(sbom, document, err);

	if (!rc)
		rc = it_sbom_text(&sbom->name, document, "name", true, NULL, err);
	if (!rc)
		rc = read_creation(sbom, document, err);
	if (!rc)
		rc = read_elements(sbom, document, "packages", read_package, err);
	if (!rc)
		rc = read_elements(sbom, document, "files", read_file, err);
	return rc ? rc : read_described(sbom, document, err);
}

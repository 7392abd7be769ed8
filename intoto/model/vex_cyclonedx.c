/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CycloneDX documents whose vulnerabilities have an analysis (1.4 and later).
 *
 * "affects" names components by bom-ref; the product is what the document describes, which is what
 * its envelope is about.  A reference to another document is taken by the package URL in it, if it
 * has one.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/vex_part.h"

enum { COMPONENTS_MAX = 500 * 1000 };

struct part {
	struct it_span ref;
	const struct it_json *component;
	bool root; /* metadata.component */
};

struct reading {
	struct it_vex *vex;
	struct part *parts; /* sorted by ref */
	size_t count;
	size_t cap;
	const struct it_json *root;
	int64_t time;
};

static struct it_span text_of(const struct it_json *object, const char *name)
{
	return it_json_text(it_json_get(object, name));
}

static bool is_list(const struct it_json *value)
{
	return it_json_kind(value) == IT_JSON_LIST;
}

static void done(struct reading *reading)
{
	free(reading->parts);
}

/* --- components by their bom-ref --- */

static int add_part(struct reading *reading, const struct it_json *component, bool root,
		    struct intoto_error **err)
{
	struct it_span ref = text_of(component, "bom-ref");

	if (!ref.len)
		return INTOTO_OK;
	if (reading->count == COMPONENTS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "a document of more than %d components",
				  COMPONENTS_MAX);
	if (reading->count == reading->cap) {
		size_t cap = reading->cap ? 2 * reading->cap : 64;
		void *more = reallocarray(reading->parts, cap, sizeof *reading->parts);

		if (!more)
			return it_err_nomem(err);
		reading->parts = more;
		reading->cap = cap;
	}
	reading->parts[reading->count++] = (struct part){ ref, component, root };
	return INTOTO_OK;
}

/* Components nest, as deep as the document, which its reader has bounded. */
static int add_parts(struct reading *reading, const struct it_json *list, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && is_list(list) && i < it_json_count(list); i++) {
		const struct it_json *component = it_json_at(list, i);

		rc = add_part(reading, component, false, err);
		if (!rc)
			rc = add_parts(reading, it_json_get(component, "components"), err);
		if (!rc)
			rc = add_parts(reading, it_json_get(component, "services"), err);
	}
	return rc;
}

static int order(const void *a, const void *b)
{
	const struct part *left = a;
	const struct part *right = b;

	return it_span_cmp(left->ref, right->ref);
}

static const struct part *find_part(const struct reading *reading, struct it_span ref)
{
	struct part wanted = { ref, NULL, false };

	if (!reading->count)
		return NULL;
	return bsearch(&wanted, reading->parts, reading->count, sizeof *reading->parts, order);
}

static int read_component(struct it_vex_thing *thing, const struct it_json *component,
			  struct intoto_error **err)
{
	const struct it_json *hashes = it_json_get(component, "hashes");
	int rc = it_vex_thing_add_purl(thing, text_of(component, "purl"), err);

	if (!rc)
		rc = it_vex_add_text(&thing->cpes, text_of(component, "cpe"), err);
	for (size_t i = 0; !rc && is_list(hashes) && i < it_json_count(hashes); i++)
		rc = it_vex_thing_add_digest(thing, text_of(it_json_at(hashes, i), "alg"),
					     text_of(it_json_at(hashes, i), "content"), err);
	return rc;
}

/* --- one vulnerability --- */

static const struct {
	const char *word;
	enum it_vex_status status;
} states[] = {
	{ "resolved", IT_VEX_FIXED },
	{ "resolved_with_pedigree", IT_VEX_FIXED },
	{ "exploitable", IT_VEX_AFFECTED },
	{ "in_triage", IT_VEX_UNDER_INVESTIGATION },
	{ "false_positive", IT_VEX_NOT_AFFECTED },
	{ "not_affected", IT_VEX_NOT_AFFECTED },
};

static bool status_of(enum it_vex_status *out, struct it_span state)
{
	for (size_t i = 0; i < IT_COUNT_OF(states); i++)
		if (it_span_is(state, states[i].word)) {
			*out = states[i].status;
			return true;
		}
	return false;
}

static int read_ids(struct it_strings *out, const struct it_json *vulnerability,
		    const struct it_where *where, struct intoto_error **err)
{
	const struct it_json *references = it_json_get(vulnerability, "references");
	int rc = it_vex_add_text(out, text_of(vulnerability, "id"), err);

	/* "references": the same vulnerability by the ids of others */
	for (size_t i = 0; !rc && is_list(references) && i < it_json_count(references); i++)
		rc = it_vex_add_text(out, text_of(it_json_at(references, i), "id"), err);
	if (!rc && !out->count)
		rc = it_where_refuse(where, INTOTO_E_FORMAT, err, "has no id");
	return rc;
}

/* BOM-Link, "urn:cdx:SERIAL/VERSION#REF": the reference in the other document. */
static struct it_span behind_link(struct it_span ref)
{
	const char *hash;

	if (ref.len < 8 || !it_starts_with(ref.data, "urn:cdx:"))
		return ref;
	hash = memchr(ref.data, '#', ref.len);
	return hash ? it_span(hash + 1, ref.len - (size_t)(hash + 1 - ref.data)) : ref;
}

static int decode_percent(struct it_buf *out, struct it_span text, struct intoto_error **err)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '%' && i + 2 < text.len &&
		    it_hex_decode(out, it_span(text.data + i + 1, 2)))
			i += 2;
		else
			it_buf_add_byte(out, text.data[i]);
	}
	return it_buf_check(out, "a reference", err);
}

/* The product is the described component; what is not that is a component of it. */
static int add_affected(const struct reading *reading, struct it_vex_statement *statement,
			struct it_span ref, struct it_vex_thing **out, struct intoto_error **err)
{
	const struct part *part = find_part(reading, ref);
	IT_AUTO(it_buf_done) struct it_buf linked = IT_BUF(64 * 1024);
	struct it_span root_name = text_of(reading->root, "name");
	struct it_vex_product *product = NULL;
	int rc = it_vex_add_product(statement, &product, root_name, err);

	if (!rc)
		rc = read_component(&product->thing, reading->root, err);
	if (rc)
		return rc;
	product->thing.bound = true;
	*out = &product->thing;
	if (part && part->root)
		return INTOTO_OK;
	rc = decode_percent(&linked, behind_link(ref), err);
	if (!rc)
		rc = it_vex_add_component(product, out, part ? ref : it_buf_span(&linked), err);
	return rc || !part ? rc : read_component(*out, part->component, err);
}

static int add_statement(const struct reading *reading, struct it_vex_statement **out,
			 const struct it_json *vulnerability, const struct it_where *where,
			 struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf place = IT_BUF(4096);
	const struct it_json *analysis = it_json_get(vulnerability, "analysis");
	struct it_span updated = text_of(analysis, "lastUpdated");
	int rc;

	it_where_print(&place, where);
	rc = it_buf_check(&place, "a place", err);
	if (!rc)
		rc = it_vex_add(reading->vex, out, it_buf_text(&place), err);
	if (!rc)
		rc = read_ids(&(*out)->ids, vulnerability, where, err);
	if (!rc)
		rc = it_vex_set_text(&(*out)->justification, text_of(analysis, "justification"),
				     err);
	if (!rc)
		rc = it_vex_set_text(&(*out)->impact, text_of(analysis, "detail"), err);
	if (rc)
		return rc;
	(*out)->time = it_vex_time(updated.len ? updated : text_of(analysis, "firstIssued"));
	if (!(*out)->time)
		(*out)->time = reading->time;
	return INTOTO_OK;
}

static int set_status(struct it_vex_statement *statement, enum it_vex_status status,
		      struct intoto_error **err)
{
	statement->status = status;
	if (status != IT_VEX_NOT_AFFECTED || statement->justification || statement->impact)
		return INTOTO_OK;
	return it_vex_set_text(&statement->lacks,
			       it_span_text("it gives neither a justification nor a detail"), err);
}

/* A version or range: "affected" goes by the analysis, the others speak for themselves. */
static int read_versions(const struct reading *reading, const struct it_json *vulnerability,
			 enum it_vex_status status, const struct it_json *affected,
			 const struct it_where *where, struct intoto_error **err)
{
	const struct it_json *versions = it_json_get(affected, "versions");
	size_t count = is_list(versions) ? it_json_count(versions) : 0;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < (count ? count : 1); i++) {
		const struct it_json *version = it_json_at(versions, i);
		struct it_span word = text_of(version, "status");
		struct it_span range = text_of(version, "range");
		struct it_vex_statement *statement = NULL;
		struct it_vex_thing *thing = NULL;

		rc = add_statement(reading, &statement, vulnerability, where, err);
		if (!rc)
			rc = add_affected(reading, statement, text_of(affected, "ref"), &thing,
					  err);
		if (!rc && count)
			rc = it_vex_set_text(&thing->range,
					     range.len ? range : text_of(version, "version"), err);
		if (rc)
			return rc;
		rc = set_status(statement,
				it_span_is(word, "unaffected") ? IT_VEX_NOT_AFFECTED
				: it_span_is(word, "unknown")  ? IT_VEX_UNDER_INVESTIGATION
							       : status,
				err);
	}
	return rc;
}

/* Without "affects" it is about what the document describes, and so its envelope. */
static int read_whole(const struct reading *reading, const struct it_json *value,
		      enum it_vex_status status, const struct it_where *where,
		      struct intoto_error **err)
{
	struct it_vex_statement *statement = NULL;
	int rc = add_statement(reading, &statement, value, where, err);

	return rc ? rc : set_status(statement, status, err);
}

static int read_vulnerability(const struct reading *reading, const struct it_json *value,
			      const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, "affects", 0 };
	const struct it_json *affects = it_json_get(value, "affects");
	const struct it_json *state = it_json_get(it_json_get(value, "analysis"), "state");
	enum it_vex_status status;
	int rc = INTOTO_OK;

	if (it_json_kind(state) == IT_JSON_NULL)
		return INTOTO_OK; /* a finding, about which nobody has said anything */
	if (!status_of(&status, it_json_text(state))) {
		struct it_where analysis = { where, "analysis", 0 };
		struct it_where state_at = { &analysis, "state", 0 };

		return it_vex_refuse("resolved, resolved_with_pedigree, exploitable, in_triage, "
				     "false_positive or not_affected",
				     state, &state_at, err);
	}
	if (!affects) /* an explicit null is none, and about nothing */
		return read_whole(reading, value, status, where, err);
	for (size_t i = 0; !rc && is_list(affects) && i < it_json_count(affects); i++) {
		struct it_where element = { &at, NULL, i };

		if (!text_of(it_json_at(affects, i), "ref").len)
			return it_where_refuse(&element, INTOTO_E_FORMAT, err, "has no ref");
		rc = read_versions(reading, value, status, it_json_at(affects, i), &element, err);
	}
	return rc;
}

/* --- who says it --- */

static int add_named(struct it_strings *out, const struct it_json *value, struct intoto_error **err)
{
	return it_vex_add_text(out, text_of(value, "name"), err);
}

static int read_authors(struct it_vex *vex, const struct it_json *metadata,
			struct intoto_error **err)
{
	static const char *const organizations[] = { "supplier", "manufacturer", "manufacture" };
	const struct it_json *authors = it_json_get(metadata, "authors");
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && is_list(authors) && i < it_json_count(authors); i++) {
		rc = add_named(&vex->authors, it_json_at(authors, i), err);
		if (!rc)
			rc = it_vex_add_text(&vex->authors,
					     text_of(it_json_at(authors, i), "email"), err);
	}
	for (size_t i = 0; !rc && i < IT_COUNT_OF(organizations); i++)
		rc = add_named(&vex->authors, it_json_get(metadata, organizations[i]), err);
	return rc;
}

int it_vex_read_cyclonedx(struct it_vex *vex, const struct it_json *document,
			  const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(done) struct reading reading = { .vex = vex };
	struct it_where list_at = { NULL, "vulnerabilities", 0 };
	const struct it_json *metadata = it_json_get(document, "metadata");
	const struct it_json *list = it_json_get(document, "vulnerabilities");
	int rc = read_authors(vex, metadata, err);

	(void)where; /* places are told from the top of the document */
	reading.root = it_json_get(metadata, "component");
	reading.time = it_vex_time(text_of(metadata, "timestamp"));
	if (!rc)
		rc = it_vex_set_text(&vex->id, text_of(document, "serialNumber"), err);
	if (!rc)
		rc = add_part(&reading, reading.root, true, err);
	if (!rc)
		rc = add_parts(&reading, it_json_get(document, "components"), err);
	if (!rc)
		rc = add_parts(&reading, it_json_get(document, "services"), err);
	if (!rc && reading.count)
		qsort(reading.parts, reading.count, sizeof *reading.parts, order);
	for (size_t i = 0; !rc && is_list(list) && i < it_json_count(list); i++) {
		struct it_where at = { &list_at, NULL, i };

		rc = read_vulnerability(&reading, it_json_at(list, i), &at, err);
	}
	return rc;
}

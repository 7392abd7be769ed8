/* SPDX-License-Identifier: Apache-2.0 */
/* CSAF 2.0 and 2.1 VEX documents (OASIS, profile 5: VEX). */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/vex_csaf_tree.h"
#include "model/vex_part.h"

static struct it_span text_of(const struct it_json *object, const char *name)
{
	return it_json_text(it_json_get(object, name));
}

static bool is_list(const struct it_json *value)
{
	return it_json_kind(value) == IT_JSON_LIST;
}

/* "recommended" says nothing about being affected. */
static const struct {
	const char *name;
	enum it_vex_status status;
} groups[] = {
	{ "first_affected", IT_VEX_AFFECTED },
	{ "first_fixed", IT_VEX_FIXED },
	{ "fixed", IT_VEX_FIXED },
	{ "known_affected", IT_VEX_AFFECTED },
	{ "known_not_affected", IT_VEX_NOT_AFFECTED },
	{ "last_affected", IT_VEX_AFFECTED },
	{ "under_investigation", IT_VEX_UNDER_INVESTIGATION },
};

struct reading {
	struct it_vex *vex;
	struct it_csaf_tree tree;
	const struct it_json *vulnerability;
	int64_t time;
};

static int read_ids(struct it_strings *out, const struct it_json *vulnerability,
		    const struct it_where *where, struct intoto_error **err)
{
	const struct it_json *ids = it_json_get(vulnerability, "ids");
	int rc = it_vex_add_text(out, text_of(vulnerability, "cve"), err);

	for (size_t i = 0; !rc && is_list(ids) && i < it_json_count(ids); i++)
		rc = it_vex_add_text(out, text_of(it_json_at(ids, i), "text"), err);
	if (!rc && !out->count)
		rc = it_where_refuse(where, INTOTO_E_FORMAT, err,
				     "want the id of a vulnerability in \"cve\" or \"ids\"");
	return rc;
}

/* The first of a list that names the product; with a category, only of that one. */
static const struct it_json *find_about(const struct reading *reading, const char *list,
					const char *category, struct it_span id)
{
	const struct it_json *items = it_json_get(reading->vulnerability, list);

	for (size_t i = 0; is_list(items) && i < it_json_count(items); i++) {
		const struct it_json *item = it_json_at(items, i);

		if ((!category || it_span_is(text_of(item, "category"), category)) &&
		    it_csaf_tree_names(&reading->tree, item, id))
			return item;
	}
	return NULL;
}

/* 4.5: known_not_affected needs an impact statement as flag or threat, known_affected an action. */
static int read_reasons(const struct reading *reading, struct it_vex_statement *statement,
			struct it_span id, struct intoto_error **err)
{
	const struct it_json *flag = find_about(reading, "flags", NULL, id);
	const struct it_json *threat = find_about(reading, "threats", "impact", id);
	const struct it_json *action = find_about(reading, "remediations", NULL, id);
	const char *lacks = NULL;
	int rc = INTOTO_OK;

	if (statement->status == IT_VEX_NOT_AFFECTED) {
		rc = it_vex_set_text(&statement->justification, text_of(flag, "label"), err);
		if (!rc)
			rc = it_vex_set_text(&statement->impact, text_of(threat, "details"), err);
		if (!statement->justification && !statement->impact)
			lacks = "neither a flag nor an impact threat gives a reason for it";
	} else if (statement->status == IT_VEX_AFFECTED) {
		rc = it_vex_set_text(&statement->impact, text_of(action, "details"), err);
		if (!action)
			lacks = "no remediation is given for it";
	}
	return rc || !lacks ? rc : it_vex_set_text(&statement->lacks, it_span_text(lacks), err);
}

static int read_product(struct reading *reading, enum it_vex_status status, struct it_span id,
			const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf place = IT_BUF(4096);
	struct it_vex_statement *statement = NULL;
	int rc;

	it_where_print(&place, where);
	rc = it_buf_check(&place, "a place", err);
	if (!rc)
		rc = it_vex_add(reading->vex, &statement, it_buf_text(&place), err);
	if (rc)
		return rc;
	statement->status = status;
	statement->time = reading->time;
	rc = read_ids(&statement->ids, reading->vulnerability, where, err);
	if (!rc)
		rc = it_csaf_tree_add(&reading->tree, statement, id, where, err);
	return rc ? rc : read_reasons(reading, statement, id, err);
}

static int read_group(struct reading *reading, size_t group, const struct it_json *list,
		      const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, groups[group].name, 0 };
	int rc = INTOTO_OK;

	if (it_json_kind(list) == IT_JSON_NULL)
		return INTOTO_OK;
	if (!is_list(list))
		return it_vex_refuse("a list", list, &at, err);
	for (size_t i = 0; !rc && i < it_json_count(list); i++) {
		struct it_where element = { &at, NULL, i };

		rc = read_product(reading, groups[group].status, it_json_text(it_json_at(list, i)),
				  &element, err);
	}
	return rc;
}

static int read_vulnerability(struct reading *reading, const struct it_where *where,
			      struct intoto_error **err)
{
	struct it_where at = { where, "product_status", 0 };
	const struct it_json *status = it_json_get(reading->vulnerability, "product_status");
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < IT_COUNT_OF(groups); i++)
		rc = read_group(reading, i, it_json_get(status, groups[i].name), &at, err);
	return rc;
}

/* Either name may be the one that a layout knows a publisher by. */
static int read_publisher(struct it_vex *vex, const struct it_json *document,
			  const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, "publisher", 0 };
	struct it_where name = { &at, "name", 0 };
	const struct it_json *publisher = it_json_get(document, "publisher");
	int rc = it_vex_add_text(&vex->authors, text_of(publisher, "name"), err);

	if (!rc && !vex->authors.count)
		rc = it_vex_refuse("the name of a publisher", it_json_get(publisher, "name"), &name,
				   err);
	if (!rc)
		rc = it_vex_add_text(&vex->authors, text_of(publisher, "namespace"), err);
	return rc;
}

static void done(struct reading *reading)
{
	it_csaf_tree_done(&reading->tree);
}

int it_vex_read_csaf(struct it_vex *vex, const struct it_json *document,
		     const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(done) struct reading reading = { .vex = vex };
	struct it_where document_at = { where, "document", 0 };
	struct it_where tree_at = { where, "product_tree", 0 };
	struct it_where list_at = { NULL, "vulnerabilities", 0 };
	const struct it_json *head = it_json_get(document, "document");
	const struct it_json *tracking = it_json_get(head, "tracking");
	const struct it_json *list = it_json_get(document, "vulnerabilities");
	int rc = read_publisher(vex, head, &document_at, err);

	if (!rc)
		rc = it_vex_set_text(&vex->id, text_of(tracking, "id"), err);
	if (!rc)
		rc = it_csaf_tree_read(&reading.tree, it_json_get(document, "product_tree"),
				       &tree_at, err);
	vex->draft = it_span_is(text_of(tracking, "status"), "draft");
	reading.time = it_vex_time(text_of(tracking, "current_release_date"));
	for (size_t i = 0; !rc && is_list(list) && i < it_json_count(list); i++) {
		struct it_where at = { &list_at, NULL, i };

		reading.vulnerability = it_json_at(list, i);
		rc = read_vulnerability(&reading, &at, err);
	}
	return rc;
}

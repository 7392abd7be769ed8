/* SPDX-License-Identifier: Apache-2.0 */
/* CSAF 2.0 and 2.1, profile 5 "VEX" (section 4.5). */
#include <stdlib.h>
#include <string.h>

#include "attestors/vex/vex.h"

static bool is_csaf(const struct intoto_value *document)
{
	return intoto_value_text(intoto_value_get(intoto_value_get(document, "document"),
						  "csaf_version")) != NULL;
}

/* --- the head: 3.2.1 --- */

static int check_publisher(const struct intoto_value *head, struct intoto_error **err)
{
	static const char *const names[] = { "category", "name", "namespace" };
	const struct intoto_value *publisher = NULL;
	const char *text = NULL;
	int rc = vex_need_object(&publisher, head, "document", "publisher", err);

	for (size_t i = 0; !rc && i < sizeof names / sizeof *names; i++)
		rc = vex_need_text(&text, publisher, "document.publisher", names[i], err);
	return rc;
}

static int check_history(const struct intoto_value *tracking, struct intoto_error **err)
{
	const struct intoto_value *history = NULL;
	int rc = vex_need_list(&history, tracking, "document.tracking", "revision_history", err);

	for (size_t i = 0; !rc && i < intoto_value_count(history); i++) {
		struct vex_place place = vex_place("document.tracking.revision_history[%zu]", i);
		const struct intoto_value *revision = intoto_value_at(history, i);
		const char *text = NULL;

		rc = vex_need_time(revision, place.text, "date", err);
		if (!rc)
			rc = vex_need_text(&text, revision, place.text, "number", err);
		if (!rc)
			rc = vex_need_text(&text, revision, place.text, "summary", err);
	}
	return rc;
}

static int check_tracking(const struct intoto_value *head, struct intoto_error **err)
{
	static const char *const states[] = { "draft", "interim", "final", NULL };
	static const char where[] = "document.tracking";
	const struct intoto_value *tracking = NULL;
	const char *text = NULL;
	int rc = vex_need_object(&tracking, head, "document", "tracking", err);

	if (!rc)
		rc = vex_need_text(&text, tracking, where, "id", err);
	if (!rc)
		rc = vex_need_text(&text, tracking, where, "version", err);
	if (!rc)
		rc = vex_need_word(&text, tracking, where, "status", states, err);
	if (!rc)
		rc = vex_need_time(tracking, where, "initial_release_date", err);
	if (!rc)
		rc = vex_need_time(tracking, where, "current_release_date", err);
	return rc ? rc : check_history(tracking, err);
}

static int check_head(const struct intoto_value *document, struct intoto_error **err)
{
	static const char *const versions[] = { "2.0", "2.1", NULL };
	static const char *const categories[] = { "csaf_vex", NULL };
	const struct intoto_value *head = NULL;
	const char *text = NULL;
	int rc = vex_need_object(&head, document, "", "document", err);

	if (!rc)
		rc = vex_need_word(&text, head, "document", "csaf_version", versions, err);
	if (!rc)
		rc = vex_need_word(&text, head, "document", "category", categories, err);
	if (!rc)
		rc = vex_need_text(&text, head, "document", "title", err);
	if (!rc)
		rc = check_publisher(head, err);
	return rc ? rc : check_tracking(head, err);
}

/* --- vulnerabilities: 3.2.3 and 4.5 --- */

/* Groups of one class agree with each other; those of different ones do not (6.1.6). */
enum status_class { AFFECTED, NOT_AFFECTED, FIXED, UNDER_INVESTIGATION, NO_CLASS };

static const struct {
	const char *name;
	enum status_class class;
} groups[] = {
	{ "first_affected", AFFECTED },
	{ "first_fixed", FIXED },
	{ "fixed", FIXED },
	{ "known_affected", AFFECTED },
	{ "known_not_affected", NOT_AFFECTED },
	{ "last_affected", AFFECTED },
	{ "recommended", NO_CLASS },
	{ "under_investigation", UNDER_INVESTIGATION },
};

struct checking {
	struct vex_ids products;
	const struct intoto_value *groups; /* product_groups */
	struct vex_counts *counts;
};

static bool list_has(const struct intoto_value *list, const char *id)
{
	for (size_t i = 0; i < intoto_value_count(list); i++)
		if (intoto_text_same(intoto_value_text(intoto_value_at(list, i)), id))
			return true;
	return false;
}

static bool names_product(const struct checking *checking, const struct intoto_value *item,
			  const char *id)
{
	const struct intoto_value *wanted = intoto_value_get(item, "group_ids");

	if (list_has(intoto_value_get(item, "product_ids"), id))
		return true;
	for (size_t i = 0; i < intoto_value_count(checking->groups); i++) {
		const struct intoto_value *group = intoto_value_at(checking->groups, i);

		if (list_has(wanted, intoto_value_text(intoto_value_get(group, "group_id"))) &&
		    list_has(intoto_value_get(group, "product_ids"), id))
			return true;
	}
	return false;
}

static bool any_names(const struct checking *checking, const struct intoto_value *vulnerability,
		      const char *list, const char *category, const char *id)
{
	const struct intoto_value *items = intoto_value_get(vulnerability, list);

	for (size_t i = 0; i < intoto_value_count(items); i++) {
		const struct intoto_value *item = intoto_value_at(items, i);

		if ((!category ||
		     intoto_text_same(intoto_value_text(intoto_value_get(item, "category")),
				      category)) &&
		    names_product(checking, item, id))
			return true;
	}
	return false;
}

static int check_reason(const struct checking *checking, const struct intoto_value *vulnerability,
			size_t group, const char *id, const char *where, struct intoto_error **err)
{
	if (intoto_text_same(groups[group].name, "known_not_affected") &&
	    !any_names(checking, vulnerability, "flags", NULL, id) &&
	    !any_names(checking, vulnerability, "threats", "impact", id))
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "%s: is known not to be affected, and neither a flag "
					    "nor a threat of the category impact says why",
					    where);
	if (intoto_text_same(groups[group].name, "known_affected") &&
	    !any_names(checking, vulnerability, "remediations", NULL, id))
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "%s: is known to be affected, and no remediation says "
					    "what to do",
					    where);
	return 0;
}

static void count(struct vex_counts *counts, enum status_class class)
{
	counts->affected += class == AFFECTED;
	counts->not_affected += class == NOT_AFFECTED;
	counts->fixed += class == FIXED;
	counts->under_investigation += class == UNDER_INVESTIGATION;
}

static int check_group(struct checking *checking, const struct intoto_value *vulnerability,
		       size_t group, struct vex_ids *out, const char *where,
		       struct intoto_error **err)
{
	const struct intoto_value *status = intoto_value_get(vulnerability, "product_status");
	const struct intoto_value *list = NULL;
	int rc;

	if (!intoto_value_get(status, groups[group].name))
		return 0;
	rc = vex_need_list(&list, status, where, groups[group].name, err);
	for (size_t i = 0; !rc && i < intoto_value_count(list); i++) {
		const struct intoto_value *value = intoto_value_at(list, i);
		const char *id = intoto_value_text(value);
		struct vex_place place = vex_place("%.120s.%s[%zu]", where, groups[group].name, i);

		if (!id || !vex_ids_have(&checking->products, id))
			return vex_refuse(place.text, "a product_id of the product tree", value,
					  err);
		rc = check_reason(checking, vulnerability, group, id, place.text, err);
		if (!rc)
			rc = vex_ids_add(out, id, err);
		count(checking->counts, groups[group].class);
	}
	return rc;
}

/* No product is in two classes at once. */
static int check_contradictions(const struct vex_ids classes[static NO_CLASS + 1],
				const char *where, struct intoto_error **err)
{
	for (int i = 0; i < NO_CLASS; i++)
		for (int j = i + 1; j < NO_CLASS; j++)
			for (size_t k = 0; k < classes[i].count; k++) {
				char *quoted;
				int rc;

				if (!vex_ids_have(&classes[j], classes[i].items[k]))
					continue;
				quoted = intoto_text_quoted(classes[i].items[k]);
				rc = intoto_attestor_fail(err, INTOTO_E_FORMAT,
							  "%s: the product '%.200s' is in groups "
							  "that contradict each other",
							  where, quoted ? quoted : "");
				free(quoted);
				return rc;
			}
	return 0;
}

static int check_status(struct checking *checking, const struct intoto_value *vulnerability,
			const char *where, struct intoto_error **err)
{
	static const char *const needed[] = { "fixed", "known_affected", "known_not_affected",
					      "under_investigation" };
	const struct intoto_value *status = NULL;
	struct vex_ids classes[NO_CLASS + 1] = { { 0 } };
	struct vex_place place = vex_place("%.150s.product_status", where);
	bool found = false;
	int rc = vex_need_object(&status, vulnerability, where, "product_status", err);

	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		found = found || intoto_value_get(status, needed[i]);
	if (!rc && !found)
		rc = intoto_attestor_fail(err, INTOTO_E_FORMAT,
					  "%s: has none of fixed, known_affected, "
					  "known_not_affected and under_investigation",
					  place.text);
	for (size_t i = 0; !rc && i < sizeof groups / sizeof *groups; i++)
		rc = check_group(checking, vulnerability, i, &classes[groups[i].class], place.text,
				 err);
	for (size_t i = 0; i <= NO_CLASS; i++)
		vex_ids_sort(&classes[i]);
	if (!rc)
		rc = check_contradictions(classes, place.text, err);
	for (size_t i = 0; i <= NO_CLASS; i++)
		vex_ids_done(&classes[i]);
	return rc;
}

static int check_flags(const struct intoto_value *vulnerability, const char *where,
		       struct intoto_error **err)
{
	const struct intoto_value *flags = intoto_value_get(vulnerability, "flags");
	const char *label = NULL;
	int rc = 0;

	for (size_t i = 0; !rc && i < intoto_value_count(flags); i++) {
		struct vex_place place = vex_place("%.150s.flags[%zu]", where, i);

		rc = vex_need_word(&label, intoto_value_at(flags, i), place.text, "label",
				   vex_justifications, err);
	}
	return rc;
}

static int check_vulnerability(struct checking *checking, const struct intoto_value *vulnerability,
			       const char *where, struct intoto_error **err)
{
	const struct intoto_value *list = NULL;
	const char *cve = intoto_value_text(intoto_value_get(vulnerability, "cve"));
	int rc = 0;

	if (!cve && !intoto_value_count(intoto_value_get(vulnerability, "ids")))
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "%s: has neither cve nor ids",
					    where);
	rc = vex_need_list(&list, vulnerability, where, "notes", err);
	if (!rc)
		rc = check_flags(vulnerability, where, err);
	return rc ? rc : check_status(checking, vulnerability, where, err);
}

static int check_csaf(struct vex_counts *counts, const struct intoto_value *document,
		      struct intoto_error **err)
{
	struct checking checking = { .counts = counts };
	const struct intoto_value *tree = NULL;
	const struct intoto_value *list = NULL;
	int rc = check_head(document, err);

	if (!rc)
		rc = vex_need_object(&tree, document, "", "product_tree", err);
	if (!rc)
		rc = vex_csaf_products(&checking.products, tree, err);
	checking.groups = intoto_value_get(tree, "product_groups");
	if (!rc)
		rc = vex_need_list(&list, document, "", "vulnerabilities", err);
	for (size_t i = 0; !rc && i < intoto_value_count(list); i++) {
		struct vex_place place = vex_place("vulnerabilities[%zu]", i);

		rc = check_vulnerability(&checking, intoto_value_at(list, i), place.text, err);
	}
	vex_ids_done(&checking.products);
	return rc;
}

const struct vex_format vex_csaf = {
	.name = "csaf",
	.title = "CSAF",
	.predicate = "https://in-toto.io/intoto/csaf/v1",
	.is = is_csaf,
	.check = check_csaf,
};

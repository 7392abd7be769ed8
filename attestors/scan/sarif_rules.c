/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of SARIF: by index in the driver or an extension, or by id (SARIF 2.1.0, 3.52). */
#include "attestors/scan/sarif.h"

#include <stdlib.h>
#include <string.h>

void sarif_free(struct sarif *sarif)
{
	if (!sarif)
		return;
	free(sarif->rules);
	free(sarif->by_id);
	free(sarif->components);
	free(sarif);
}

static int fail_memory(struct intoto_error **err)
{
	return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
}

/* A score is a text by convention; some tools write a number. */
static const char *severity_of(struct scan *scan, const struct intoto_value *properties)
{
	const struct intoto_value *value = intoto_value_get(properties, "security-severity");
	const char *text = intoto_value_text(value);

	return scan_keep(scan, text ? text : intoto_value_number(value));
}

static int add_rule(struct scan *scan, struct sarif *sarif, const struct intoto_value *from,
		    struct intoto_error **err)
{
	const struct intoto_value *configuration = intoto_value_get(from, "defaultConfiguration");
	struct sarif_rule *rules;

	if (sarif->rule_count == sarif->rule_room) {
		size_t room = sarif->rule_room ? sarif->rule_room * 2 : 64;

		rules = realloc(sarif->rules, room * sizeof *rules);
		if (!rules)
			return fail_memory(err);
		sarif->rules = rules;
		sarif->rule_room = room;
	}
	sarif->rules[sarif->rule_count++] = (struct sarif_rule){
		.run = sarif->runs,
		.id = scan_keep(scan, scan_text(from, "id")),
		.level = scan_keep(scan, scan_text(configuration, "level")),
		.severity = severity_of(scan, intoto_value_get(from, "properties")),
		.help = scan_keep(scan, scan_text(from, "helpUri")),
	};
	return 0;
}

static int add_component(struct scan *scan, struct sarif *sarif, int64_t index,
			 const struct intoto_value *from, struct intoto_error **err)
{
	const struct intoto_value *rules = intoto_value_get(from, "rules");
	struct sarif_component *components;
	int rc = 0;

	if (sarif->component_count == sarif->component_room) {
		size_t room = sarif->component_room ? sarif->component_room * 2 : 8;

		components = realloc(sarif->components, room * sizeof *components);
		if (!components)
			return fail_memory(err);
		sarif->components = components;
		sarif->component_room = room;
	}
	sarif->components[sarif->component_count++] =
		(struct sarif_component){ sarif->runs, index, sarif->rule_count,
					  intoto_value_count(rules) };
	for (size_t i = 0; i < intoto_value_count(rules) && !rc; i++)
		rc = add_rule(scan, sarif, intoto_value_at(rules, i), err);
	return rc;
}

int sarif_add_tool(struct scan *scan, struct sarif *sarif, const struct intoto_value *tool,
		   struct intoto_error **err)
{
	const struct intoto_value *extensions = intoto_value_get(tool, "extensions");
	int rc = add_component(scan, sarif, -1, intoto_value_get(tool, "driver"), err);

	for (size_t i = 0; i < intoto_value_count(extensions) && !rc; i++)
		rc = add_component(scan, sarif, (int64_t)i, intoto_value_at(extensions, i), err);
	return rc;
}

static int compare(const struct sarif_rule *a, size_t run, const char *id)
{
	if (a->run != run)
		return a->run < run ? -1 : 1;
	return strcmp(a->id, id);
}

static int by_id(const void *a, const void *b)
{
	const struct sarif_rule *const *left = a;
	const struct sarif_rule *const *right = b;

	return compare(*left, (*right)->run, (*right)->id);
}

int sarif_sort(struct sarif *sarif, struct intoto_error **err)
{
	sarif->by_id = calloc(sarif->rule_count + 1, sizeof *sarif->by_id);
	if (!sarif->by_id)
		return fail_memory(err);
	for (size_t i = 0; i < sarif->rule_count; i++) {
		if (!sarif->rules[i].id)
			return intoto_attestor_fail(err, INTOTO_E_FORMAT,
						    "runs[].tool: rules[]: want an id");
		sarif->by_id[i] = &sarif->rules[i];
	}
	qsort(sarif->by_id, sarif->rule_count, sizeof *sarif->by_id, by_id);
	return 0;
}

static const struct sarif_rule *find_by_id(const struct sarif *sarif, const char *id)
{
	size_t low = 0;
	size_t high = sarif->rule_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(sarif->by_id[middle], sarif->runs, id);

		if (!order)
			return sarif->by_id[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* "CA1000/1" is a part of the rule "CA1000" (3.27.5). */
static const struct sarif_rule *find_by_path(const struct sarif *sarif, const char *id)
{
	const struct sarif_rule *rule = find_by_id(sarif, id);
	char *whole = rule ? NULL : strdup(id);
	char *slash = whole ? strrchr(whole, '/') : NULL;

	while (slash && !rule) {
		*slash = '\0';
		rule = find_by_id(sarif, whole);
		slash = strrchr(whole, '/');
	}
	free(whole);
	return rule;
}

static const struct sarif_rule *find_by_index(const struct sarif *sarif, int64_t component,
					      int64_t index)
{
	for (size_t i = 0; i < sarif->component_count; i++) {
		const struct sarif_component *each = &sarif->components[i];

		if (each->run == sarif->runs && each->index == component)
			return (uint64_t)index < each->count
				       ? &sarif->rules[each->first + (size_t)index]
				       : NULL;
	}
	return NULL;
}

const struct sarif_rule *sarif_rule_of(const struct sarif *sarif, const struct intoto_value *result,
				       bool *missing)
{
	const struct intoto_value *reference = intoto_value_get(result, "rule");
	const struct sarif_rule *rule = NULL;
	const char *id = scan_text(result, "ruleId");
	int64_t component = -1;
	int64_t index = -1;

	(void)intoto_value_int(intoto_value_get(result, "ruleIndex"), &index);
	(void)intoto_value_int(intoto_value_get(reference, "index"), &index);
	(void)intoto_value_int(
		intoto_value_get(intoto_value_get(reference, "toolComponent"), "index"),
		&component); /* each is -1 where it is not there, as in the specification */
	if (!id)
		id = scan_text(reference, "id");
	*missing = false;
	if (index >= 0) {
		rule = find_by_index(sarif, component, index);
		*missing = !rule;
		return rule;
	}
	return id ? find_by_path(sarif, id) : NULL;
}

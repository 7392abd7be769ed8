/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of a SARIF log, read in front of its results. */
#ifndef IT_ATTESTORS_SCAN_SARIF_H
#define IT_ATTESTORS_SCAN_SARIF_H

#include "attestors/scan/scan.h"

struct sarif_rule {
	size_t run;
	const char *id;
	const char *level;    /* of its default configuration; or NULL */
	const char *severity; /* properties.security-severity; or NULL */
	const char *help;
};

/* The driver of a tool, or one of its extensions. */
struct sarif_component {
	size_t run;
	int64_t index; /* -1: the driver */
	size_t first;  /* of its rules */
	size_t count;
};

struct sarif {
	struct sarif_rule *rules;
	size_t rule_count;
	size_t rule_room;
	const struct sarif_rule **by_id;
	struct sarif_component *components;
	size_t component_count;
	size_t component_room;
	size_t runs;	 /* that began */
	bool results;	 /* of the run there is a list */
	uint64_t absent; /* results of an earlier run that this one did not find */
};

void sarif_free(struct sarif *sarif);
/* Keeps the rules of a tool; what it needs is kept by the scan. */
int sarif_add_tool(struct scan *scan, struct sarif *sarif, const struct intoto_value *tool,
		   struct intoto_error **err);
/* After the last tool. */
int sarif_sort(struct sarif *sarif, struct intoto_error **err);
/* The rule of a result in the run that is being read, or NULL; *missing: it names one that is not
 * there. */
const struct sarif_rule *sarif_rule_of(const struct sarif *sarif, const struct intoto_value *result,
				       bool *missing);

#endif

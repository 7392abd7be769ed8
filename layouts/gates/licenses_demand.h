/* SPDX-License-Identifier: Apache-2.0 */
/* What the gate "licenses" demands, as it stands in a layout (gate_licenses.c). */
#ifndef IT_LAYOUTS_GATES_LICENSES_DEMAND_H
#define IT_LAYOUTS_GATES_LICENSES_DEMAND_H

#include "layouts/gates/gate.h"

enum it_licenses_source { IT_LICENSES_CONCLUDED, IT_LICENSES_DECLARED, IT_LICENSES_BOTH };

/* What somebody found out about some packages, or what is allowed for them alone. */
struct it_licenses_override {
	char *package; /* a purl with or without its version, a name; or a beginning and '*' */
	char *license; /* NULL: what the SBOM says */
	char *reason;
	struct it_strings allow;
};

struct it_licenses_demand {
	struct it_strings allow;
	struct it_strings deny;
	bool none;
	bool noassertion;
	bool unlisted;
	enum it_licenses_source source;
	struct it_licenses_override *overrides;
	size_t override_count;
	struct it_strings names;    /* and, at the same index, */
	struct it_strings meanings; /* what they mean */
};

/* As in struct it_gate_kind. */
IT_CHECK int it_licenses_read(void **out, const struct it_json *object,
			      const struct it_where *where, struct intoto_error **err);
void it_licenses_free(void *demand);
IT_CHECK int it_licenses_clauses(struct it_strings *out, const void *demand,
				 struct intoto_error **err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What the gate "sbom" demands, as it stands in a layout (gate_sbom.c). */
#ifndef IT_LAYOUTS_GATES_SBOM_DEMAND_H
#define IT_LAYOUTS_GATES_SBOM_DEMAND_H

#include "layouts/gates/gate.h"
#include "model/sbom.h"

enum it_sbom_describes {
	IT_SBOM_DESCRIBES_ANY,
	IT_SBOM_DESCRIBES_PRODUCT,
	IT_SBOM_DESCRIBES_ALL,
	IT_SBOM_DESCRIBES_MATERIAL,
};

/* What a package can have, of which a layout wants a share. */
struct it_sbom_property {
	const char *name;
	bool (*is_there)(const struct it_sbom_component *component);
};
enum { IT_SBOM_PROPERTIES = 5 };
extern const struct it_sbom_property it_sbom_properties[IT_SBOM_PROPERTIES];

struct it_sbom_demand {
	struct it_strings formats;
	struct it_strings tools;
	int64_t least; /* packages but what it is about; 0: one package or file */
	int64_t coverage[IT_SBOM_PROPERTIES]; /* percent; 0: not asked for */
	int64_t age;			      /* 0: any */
	enum it_sbom_describes describes;
	char *digest; /* NULL: any */
	bool contains;
};

/* As in struct it_gate_kind. */
IT_CHECK int it_sbom_demand_read(void **out, const struct it_json *object,
				 const struct it_where *where, struct intoto_error **err);
void it_sbom_demand_free(void *demand);
IT_CHECK int it_sbom_demand_clauses(struct it_strings *out, const void *demand,
				    struct intoto_error **err);

/* Words with " or " between them; sticks in out. */
void it_sbom_demand_list(struct it_buf *out, const struct it_strings *words);
/* Moves a clause into a list; text is empty after. */
IT_CHECK int it_sbom_demand_clause(struct it_strings *out, struct it_buf *text,
				   struct intoto_error **err);

#endif

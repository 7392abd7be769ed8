/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of VEX formats share; for vex*.c alone. */
#ifndef IT_MODEL_VEX_PART_H
#define IT_MODEL_VEX_PART_H

#include "model/vex.h"

int it_vex_read_openvex(struct it_vex *vex, const struct it_json *document,
			const struct it_where *where, struct intoto_error **err);
int it_vex_read_csaf(struct it_vex *vex, const struct it_json *document,
		     const struct it_where *where, struct intoto_error **err);
int it_vex_read_cyclonedx(struct it_vex *vex, const struct it_json *document,
			  const struct it_where *where, struct intoto_error **err);

/* One more statement at "LIST[index]"; borrowed until the next call. */
IT_CHECK int it_vex_add(struct it_vex *vex, struct it_vex_statement **out, const char *place,
			struct intoto_error **err);
IT_CHECK int it_vex_add_product(struct it_vex_statement *statement, struct it_vex_product **out,
				struct it_span id, struct intoto_error **err);
IT_CHECK int it_vex_add_component(struct it_vex_product *product, struct it_vex_thing **out,
				  struct it_span id, struct intoto_error **err);
/* A text that is no purl identifies nothing and is left out. */
IT_CHECK int it_vex_thing_add_purl(struct it_vex_thing *thing, struct it_span text,
				   struct intoto_error **err);
/* algorithm in the spelling of any format ("SHA-256", "sha256"); what nobody knows is left out. */
IT_CHECK int it_vex_thing_add_digest(struct it_vex_thing *thing, struct it_span algorithm,
				     struct it_span hex, struct intoto_error **err);
IT_CHECK int it_vex_thing_copy(struct it_vex_thing *out, const struct it_vex_thing *thing,
			       struct intoto_error **err);
void it_vex_thing_done(struct it_vex_thing *thing);
/* Adds a text once. */
IT_CHECK int it_vex_add_text(struct it_strings *list, struct it_span text,
			     struct intoto_error **err);
/* Replaces *out by a copy; an empty one leaves it alone. */
IT_CHECK int it_vex_set_text(char **out, struct it_span text, struct intoto_error **err);
/* 0 when it is no time. */
int64_t it_vex_time(struct it_span text);
/* Refuses with what was found. */
int it_vex_refuse(const char *want, const struct it_json *found, const struct it_where *where,
		  struct intoto_error **err);

#endif

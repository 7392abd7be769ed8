/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The certificates in a layout: "rootcas" and "intermediatecas" of in-toto-golang, which are maps
 * of key objects with a certificate, and the "trustBundles" of ITE-7.
 */
#ifndef IT_LAYOUTS_LAYOUT_CERTIFICATES_H
#define IT_LAYOUTS_LAYOUT_CERTIFICATES_H

#include "crypto/certificate.h"
#include "json/where.h"
#include "json/writer.h"

/* What stands under one id. */
struct it_layout_anchor {
	char *id;
	struct it_certificates roots;	      /* of rootcas and trustBundles */
	struct it_certificates intermediates; /* of intermediatecas and trustBundles */
	struct it_json *object;		      /* as it was read */
};

struct it_layout_anchors {
	struct it_layout_anchor *items; /* sorted by id */
	size_t count;
};

void it_layout_anchors_done(struct it_layout_anchors *anchors);

/* For the table of a layout's members; target is the struct it_layout_anchors. */
IT_CHECK int it_layout_read_rootcas(struct it_layout_anchors *out, const struct it_json *value,
				    const struct it_where *where, struct intoto_error **err);
IT_CHECK int it_layout_read_intermediatecas(struct it_layout_anchors *out,
					    const struct it_json *value,
					    const struct it_where *where,
					    struct intoto_error **err);
IT_CHECK int it_layout_read_bundles(struct it_layout_anchors *out, const struct it_json *value,
				    const struct it_where *where, struct intoto_error **err);

/* The member, unless there is nothing to write. */
void it_layout_write_anchors(struct it_writer *writer, const char *name,
			     const struct it_layout_anchors *anchors);

/* NULL when there is none. */
const struct it_layout_anchor *it_layout_anchor(const struct it_layout_anchors *anchors,
						const char *id);

/*
 * Adds the first certificate of a list as in-toto-golang would, under the id of its key; as an
 * intermediate or a root.  One that is there already is kept.  *id is borrowed.
 */
IT_CHECK int it_layout_add_anchor(struct it_layout_anchors *anchors,
				  const struct it_certificates *certificates, bool intermediate,
				  const char **id, struct intoto_error **err);

#endif

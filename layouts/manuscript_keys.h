/* SPDX-License-Identifier: Apache-2.0 */
/* The people of a layout as people write it. */
#ifndef IT_LAYOUTS_MANUSCRIPT_KEYS_H
#define IT_LAYOUTS_MANUSCRIPT_KEYS_H

#include "json/where.h"
#include "layouts/manuscript.h"

struct it_manuscript_person {
	char *name; /* a name of "keys", or the path of a key file */
	char *id;
};

struct it_manuscript_keys {
	const struct it_manuscript_options *options;
	struct it_json *objects; /* the layout's "keys" */
	struct it_manuscript_person *people;
	size_t count;
};

void it_manuscript_keys_done(struct it_manuscript_keys *keys);
/* The member "keys"; NULL when there is none. */
IT_CHECK int it_manuscript_keys_read(struct it_manuscript_keys *keys, const struct it_json *value,
				     struct intoto_error **err);
/* The member "pubkeys": a list of ids for a list of names, ids and paths. */
IT_CHECK int it_manuscript_people(struct it_json **out, const struct it_json *value,
				  struct it_manuscript_keys *keys, const struct it_where *where,
				  struct intoto_error **err);

#endif

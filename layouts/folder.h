/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder of links: the names in it, and which line of which bundle of attestations is about which
 * step.  The folder may also be one bundle.
 */
#ifndef IT_LAYOUTS_FOLDER_H
#define IT_LAYOUTS_FOLDER_H

#include "base/strings.h"
#include "layouts/source.h"

struct it_chain;

/* An attestation in a bundle; nobody has looked at its signatures yet. */
struct it_attested {
	struct it_source *source;
	size_t step; /* it_item.index */
};

struct it_folder {
	struct it_strings names;
	bool is_bundle;		   /* it is a bundle itself, so there are no names */
	bool is_open;		   /* something in it could not be listed or read, so who knows */
	size_t bundles;		   /* how many */
	struct it_attested *lines; /* in the order of the bundles' names, then of lines */
	size_t line_count;
	size_t line_cap;
};

/* Looks into chain->link_dir; what cannot be used is reported. */
IT_CHECK int it_folder_open(struct it_chain *chain, struct intoto_error **err);
void it_folder_done(struct it_folder *folder);

/*
 * The step that a file name gives an attestation to: the longest one whose name, or name and a
 * dot, the file name begins with once the suffix is gone.  NULL: none of the layout's.
 */
struct it_layout_step;
const struct it_layout_step *it_folder_step_of(const struct it_chain *chain, const char *file,
					       const char *suffix);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products that are files, or are not there yet: the folder of each is shown with a folder of ours
 * in its place, in which everything that is there stays as it is and anything can be made.  When
 * the step has ended, the products move to where they belong; the rest is thrown away and told.
 *
 * That way a product may be written, renamed over, removed and made again as every tool does it.
 */
#ifndef IT_RUN_STEP_SANDBOX_MADE_H
#define IT_RUN_STEP_SANDBOX_MADE_H

#include "base/strings.h"
#include "run/step_sandbox_places.h"

enum { IT_MADE_ENTRIES_MAX = 2000 };

struct it_made_folder {
	char *path; /* where it is shown */
	char *top;  /* ours, of the two below */
	char *stand_in;
	char *work;		 /* of the file system that may lay it over */
	bool beside;		 /* ours is below path itself: the scratch folder is elsewhere */
	struct it_strings names; /* that we put there */
};

struct it_made_product {
	char *path;
	size_t folder;	/* whose product it is */
	bool was_there; /* a file, linked into the folder of ours */
	bool missing;	/* nothing was there */
	bool is_folder; /* was given with a slash at the end */
};

struct it_made {
	struct it_made_folder *folders;
	size_t folder_count;
	struct it_made_product *products;
	size_t product_count;
};

void it_made_done(struct it_made *made);

/* Takes note of a product; path is without links, above the folder in which it is to appear. */
IT_CHECK int it_made_add(struct it_made *made, const char *path, const char *above, bool is_folder,
			 struct intoto_error **err);

/* Makes the folders below scratch, and adds them and what stands in them to the places. */
IT_CHECK int it_made_prepare(struct it_made *made, struct it_places *places, const char *scratch,
			     struct intoto_error **err);

/*
 * Moves the products, and removes the folders of ours.  With a view: what was made besides is added
 * to left.  Without one nothing was made there, and placeholders that nobody used are removed.
 */
IT_CHECK int it_made_finish(struct it_made *made, const struct it_places *places, bool has_view,
			    struct it_strings *left, struct intoto_error **err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the layout place share: the folder, its index.json, and what is to change
 * there. */
#ifndef IT_IMAGE_PLACE_LAYOUT_H
#define IT_IMAGE_PLACE_LAYOUT_H

#include "image/place.h"

#define IT_LAYOUT_REF_NAME "org.opencontainers.image.ref.name"

enum {
	IT_LAYOUT_INDEX_MAX = 4 * 1024 * 1024,
	IT_LAYOUT_ENTRIES_MAX = 4096,
};

/* An entry of index.json; texts are owned. */
struct it_layout_entry {
	char *digest;
	char *media_type;
	char *artifact_type; /* "" */
	char *name;	     /* "" */
	char *kind;	     /* as cosign save says it, "" */
	uint64_t size;
	struct it_json *raw; /* as read; NULL for one of ours */
};

/* What is to be done with index.json when all is there. */
enum it_layout_act { IT_LAYOUT_PUT, IT_LAYOUT_SWAP, IT_LAYOUT_REMOVE };
struct it_layout_change {
	enum it_layout_act act;
	struct it_layout_entry entry; /* REMOVE: name or digest */
	char *expected;		      /* SWAP: digest; "" for none */
};

struct it_layout_referrer {
	char *subject;
	struct it_layout_entry entry;
};

struct it_layout {
	char *folder;
	bool writing;
	struct it_layout_entry *entries; /* as of the last look, with our changes */
	size_t entry_count;
	struct it_layout_change *changes;
	size_t change_count;
	struct it_layout_referrer *referrers; /* found by looking at all manifests */
	size_t referrer_count;
	bool scanned;
};

/* "FOLDER[:TAG][@DIGEST]": tag and digest into the place. */
IT_CHECK int it_layout_split(struct it_place *place, char **folder, const char *rest,
			     struct intoto_error **err);
void it_layout_entry_done(struct it_layout_entry *entry);
/* Appends FOLDER/blobs/ALGORITHM/HEX. */
IT_CHECK int it_layout_blob_path(char **out, const struct it_layout *layout, const char *digest,
				 struct intoto_error **err);
/* Reads index.json anew and does our changes to what was read. */
IT_CHECK int it_layout_read_index(struct it_layout *layout, struct intoto_error **err);
/* The same under a lock, and writes it. */
IT_CHECK int it_layout_write_index(struct it_layout *layout, struct intoto_error **err);
/* Remembers a change and does it to what is known; takes what entry owns. */
IT_CHECK int it_layout_change(struct it_layout *layout, enum it_layout_act act,
			      struct it_layout_entry *entry, const char *expected,
			      struct intoto_error **err);
/* By tag, or the only image when name is "": NOTFOUND, or FORMAT when there are several. */
IT_CHECK int it_place_layout_find(const struct it_layout_entry **out, struct it_place *place,
				  const char *name, struct intoto_error **err);
/* Of all manifests in the folder that name a subject. */
IT_CHECK int it_layout_scan(struct it_place *place, struct intoto_error **err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a check of a store. */
#ifndef IT_STORE_FSCK_PART_H
#define IT_STORE_FSCK_PART_H

#include "attest/room.h"
#include "store/entry.h"
#include "store/fsck.h"
#include "store/leaf.h"
#include "store/retention_log.h"

enum { IT_FSCK_BATCH = 1000 };

struct it_fsck_removal {
	int64_t number; /* of its leaf */
	int64_t entry;
	struct it_object_id id;
	bool logged; /* a leaf says so */
};

struct it_fsck {
	struct it_store *store;
	const struct it_fsck_options *options;
	struct it_fsck_result *result;
	struct it_merkle tree;	      /* of the leaves that were seen */
	bool has_gap;		      /* leaves are missing: it is the tree of nothing */
	struct it_merkle_hash *nodes; /* of complete subtrees of 256 leaves */
	size_t node_count, node_cap;
	struct it_fsck_removal *removals;    /* in the order of their leaves */
	const struct it_fsck_removal **gone; /* the same, in the order of their entries */
	size_t removal_count, removal_cap;
	struct it_retention_log *retention;
	struct it_room room; /* where archives are read; opened by the first one */
	char *archive;	     /* the file there */
	void *holds;	     /* tsearch(3): those that the log says are open */
};

/* Tells of it. */
IT_CHECK int it_fsck_fault(struct it_fsck *fsck, const char *code, int64_t number,
			   const struct it_object_id *id, struct intoto_error **err,
			   const char *format, ...) IT_PRINTF(6, 7);
IT_CHECK int it_fsck_note(struct it_fsck *fsck, const char *code, const struct it_object_id *id,
			  const char *text, struct intoto_error **err);

/* Leaves, and the rows that they speak of. */
IT_CHECK int it_fsck_log(struct it_fsck *fsck, struct intoto_error **err);
/* The edge, the nodes and the checkpoint: behind it_fsck_log. */
IT_CHECK int it_fsck_tree(struct it_fsck *fsck, struct intoto_error **err);
/* Holds as the log has them, and as the table has them: behind it_fsck_log. */
IT_CHECK int it_fsck_hold_leaf(struct it_fsck *fsck, int64_t number, const struct it_leaf *leaf,
			       struct intoto_error **err);
IT_CHECK int it_fsck_holds(struct it_fsck *fsck, struct intoto_error **err);
void it_fsck_holds_done(struct it_fsck *fsck);
/* Classes and locks, of which the leaves were taken: behind it_fsck_log. */
IT_CHECK int it_fsck_retention(struct it_fsck *fsck, struct intoto_error **err);
/* Objects and facts. */
IT_CHECK int it_fsck_objects(struct it_fsck *fsck, struct intoto_error **err);

struct it_fsck_entry {
	int64_t number;
	struct it_object_id id;
	uint64_t size;
	char *name;
	bool is_archive; /* that it is one is no fact of its document */
};

/* What the index says of an entry, against what its document says. */
IT_CHECK int it_fsck_facts(struct it_fsck *fsck, const struct it_fsck_entry *entry,
			   const struct it_facts *facts, struct intoto_error **err);

/* How rows differ, each once; both are sorted. */
void it_fsck_compare(struct it_strings *said, struct it_strings *found, size_t *missing,
		     size_t *added);

/* --- archives --- */

/* The bytes of an entry on their way into a file, where they may be an archive. */
struct it_fsck_spool {
	struct it_fsck *fsck;
	const struct it_fsck_entry *entry;
	int fd; /* -1: none */
	bool begun;
};

/* Each piece of its bytes. */
IT_CHECK int it_fsck_spool_take(struct it_fsck_spool *spool, struct it_span piece,
				struct intoto_error **err);
void it_fsck_spool_done(struct it_fsck_spool *spool);
/* What the index says of a release, against the manifest; the bytes were those of the entry. */
IT_CHECK int it_fsck_archive(struct it_fsck_spool *spool, struct intoto_error **err);
/* Releases of what is no archive. */
IT_CHECK int it_fsck_releases(struct it_fsck *fsck, struct intoto_error **err);

#endif

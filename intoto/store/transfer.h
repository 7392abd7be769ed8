/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a store holds on its way to another one: a folder, with the log as the proof that it is what
 * was put, and all of it.
 *
 *	checkpoint	of the log as it was, signed by its key; lines behind the root, which
 *			c2sp.org/tlog-checkpoint leaves to us, say what the files are:
 *				intoto-store-export/v1 all		or "some" of the entries
 *				log.jsonl sha256:HEX
 *				entries.jsonl sha256:HEX
 *	log.jsonl	a line for each leaf: {"leaf":TEXT}, or {"hash":HEX} of one that does not
 *			belong to an entry that was chosen
 *	entries.jsonl	for each class of retention, when it is of all:
 *				{"class":NAME,"duration":SECONDS}
 *			then for each entry, in the order of their numbers:
 *				{"by":…,"class":…,"holds":[…],"id":…,"kind":…,"lockUntil":…,
 *				"name":…,"number":…,"size":…}
 *	objects/	ab/cdef…, by their SHA-256
 *
 * The checkpoint is written last: a folder without it is none, or one that is not whole yet.
 */
#ifndef IT_STORE_TRANSFER_H
#define IT_STORE_TRANSFER_H

#include "model/signed_note.h"
#include "store/query.h"
#include "store/retention.h"

struct it_transfer_progress {
	void (*advance)(void *arg, size_t entries, uint64_t bytes); /* NULL: nobody looks */
	void *arg;
};

struct it_export_options {
	/* Is made.  One of an export is gone on with: what does not belong to this one goes. */
	const char *folder;
	const struct it_query *query; /* NULL: all entries; before and limit do not count */
	struct it_transfer_progress progress;
};

struct it_export_result {
	uint64_t leaves, entries, bytes;
};

/* NOTFOUND when nothing fulfils the query.  SERVICE when something was removed meanwhile, or
 * another export writes there. */
IT_CHECK int it_store_export(struct it_store *store, const struct it_export_options *options,
			     struct it_export_result *result, struct intoto_error **err);

/* --- importing --- */

/* An export that was looked at. */
struct it_transfer {
	char *folder;
	struct it_objects *objects;
	struct it_buf lines; /* of entries.jsonl */
	char *origin;	     /* of the log */
	bool all;
	uint64_t leaves, entries, bytes;
};

/*
 * Everything is read and compared before anything is believed: signature, digests, the log's root,
 * each entry with its leaf, each object, and that nothing was left out.  verifier NULL: of whatever
 * log it is.  POLICY for what does not fit, FORMAT for what is no export.
 */
IT_CHECK int it_transfer_open(struct it_transfer **out, const char *folder,
			      const struct it_note_verifier *verifier,
			      const struct it_transfer_progress *progress,
			      struct intoto_error **err);
void it_transfer_free(struct it_transfer *transfer);
IT_DEFINE_AUTO(struct it_transfer, it_transfer_free);

struct it_import_options {
	/* it_archive_keep(), for an entry that is said to be an archive. */
	int (*archive)(struct it_store *store, const char *path, const struct it_object_id *id,
		       const char *actor, bool *kept, struct intoto_error **err);
	struct it_transfer_progress progress;
};

struct it_import_result {
	uint64_t entries, fresh, holds, archives;
};

/*
 * Puts what is not there yet: who was stopped begins again.  Locks and holds go along.  A class of
 * retention that is neither known nor used here gets its duration, "default" never: nothing that is
 * here already is kept for less.  All durations begin anew.
 */
IT_CHECK int it_store_import(struct it_store *store, const struct it_transfer *transfer,
			     const struct it_import_options *options,
			     struct it_import_result *result, struct intoto_error **err);

#endif

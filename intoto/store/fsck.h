/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a store is what its log says: for those who do not trust its operator.  The log proves
 * what was put, removed, held and released; rows and objects are compared with it, and the facts
 * with what the documents say.
 */
#ifndef IT_STORE_FSCK_H
#define IT_STORE_FSCK_H

#include "model/signed_note.h"
#include "store/release.h"

struct it_fsck_finding {
	const char *code; /* a word that stays: see docs/intoto-store.1 */
	bool fault;	  /* false: a note, like an object that belongs to nothing */
	const char *text;
	int64_t number;		       /* of an entry or a leaf; -1: of none */
	const struct it_object_id *id; /* NULL: of none */
};

struct it_fsck_options {
	/* A log that was seen once, of which the store's must be an extension; NULL: none.  Its
	 * signature was checked. */
	const struct it_checkpoint *checkpoint;
	bool log_only; /* rows and log, no objects */
	/* it_archive_claims(); NULL: archives are files like others. */
	int (*archive)(const char *path, bool whole,
		       int (*tell)(void *arg, const struct it_store_release *release,
				   struct intoto_error **err),
		       void *arg, struct intoto_error **err);
	int (*finding)(void *arg, const struct it_fsck_finding *finding, struct intoto_error **err);
	void (*progress)(void *arg, size_t objects, uint64_t bytes); /* may be NULL */
	void *arg;
};

struct it_fsck_result {
	uint64_t leaves, entries, objects, bytes;
	uint64_t faults, notes;
};

/* Faults are findings, no errors: OK when all was looked at. */
IT_CHECK int it_fsck_run(struct it_store *store, const struct it_fsck_options *options,
			 struct it_fsck_result *result, struct intoto_error **err);

#endif

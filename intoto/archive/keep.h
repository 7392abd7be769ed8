/* SPDX-License-Identifier: Apache-2.0 */
/* Archives in a store: each of their members becomes an entry, too, so that it is found. */
#ifndef IT_ARCHIVE_KEEP_H
#define IT_ARCHIVE_KEEP_H

#include "archive/archive.h"
#include "store/release.h"

/*
 * Puts the members of an archive that is an entry already (id), and notes what release it is.  A
 * file that is no archive, or one that is not whole, is left as the file that it is: *kept says
 * whether it was one.  Signatures are not looked at: what a store says are claims.
 */
IT_CHECK int it_archive_keep(struct it_store *store, const char *path,
			     const struct it_object_id *id, const char *actor, bool *kept,
			     struct intoto_error **err);

/*
 * Tells what an archive says of itself, as it_archive_keep() notes it; nothing of a file that is no
 * archive.  whole: all of it is read, it must be whole, and what a redaction withholds is no
 * member; else the manifest alone is.  archive stays zero: who asks knows which entry it is.
 */
IT_CHECK int it_archive_claims(const char *path, bool whole,
			       int (*tell)(void *arg, const struct it_store_release *release,
					   struct intoto_error **err),
			       void *arg, struct intoto_error **err);

#endif

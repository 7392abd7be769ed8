/* SPDX-License-Identifier: Apache-2.0 */
/* clang-format off */
/*
 * A store of evidence: objects by digest, an index of what they say, and a log that only grows.
 *
 * The order of a put: the object is durable, then one transaction adds its row, its facts and its
 * leaf, then it is acknowledged.  A removal goes the other way: its leaf and the rows in one
 * transaction, then the object.  So an object without a row may be left by a crash (the next put or
 * gc takes it), never a row without an object (<store/sweep.h>).
 *
 * Tables (all times are seconds since 1970; numbers are those of the leaf in the log, from 0):
 *
 *	meta		name TEXT PRIMARY KEY, value BYTES
 *	entry		number PRIMARY KEY, id BYTES UNIQUE (sha256), gitoid BYTES (sha256 blob id), size,
 *			kind, media_type, predicate_type, step, name (of the file that was put), verdict:
 *			TEXT, said (time in the document), put (time), actor TEXT (who put it), class
 *			TEXT (of retention), lock_until
 *	subject		entry, place (its number there) PRIMARY KEY, role, name, algorithm: TEXT, value BYTES (of
 *			hex digits; else the text), line (of a bundle; 0)
 *	signer		keyid, identity: TEXT, entry
 *	package		purl, base, name, version, license: TEXT, line, entry
 *	vulnerability	id, package, base, version (or a vers range): TEXT, finding (ids that share it are
 *			aliases), state, severity: TEXT, line, entry
 *	bundled		entry, line PRIMARY KEY, kind, predicate_type, step, verdict: TEXT (what the lines of a
 *			bundle are; those of its entry are what they agree on)
 *	exception	id, owner, reason: TEXT, expires, entry
 *	release		entry (an archive) PRIMARY KEY, product, release, verdict: TEXT, time, previous
 *			BYTES
 *	member		archive, entry, role, name: TEXT (what an archive holds; each is an entry, too)
 *	hold		entry, name TEXT, reason, actor: TEXT, since
 *	leaf		number PRIMARY KEY, hash BYTES, entry BYTES (what was hashed)
 *	node		level, number, hash BYTES (of all complete subtrees of 256, 65,536 ... leaves)
 *	removal		number (of its leaf) PRIMARY KEY, entry (its number), id, time, actor, reason: TEXT
 *			(what gc removed: the rows of the entry are gone)
 *	retention	class TEXT PRIMARY KEY, duration (see <store/retention.h>)
 *
 * All that an entry says is found by its number.  Searches are indexed by signer.keyid,
 * signer.identity, vulnerability.id, exception.id, entry.step, entry.predicate_type, entry.put; and
 * in parts (IT_SCHEMA_PARTS) by subject.value, subject.name, package.base and entry.gitoid.
 */
/* clang-format on */
#ifndef IT_STORE_STORE_H
#define IT_STORE_STORE_H

#include <intoto/key.h>

#include "store/facts.h"
#include "store/objects.h"
#include "store/sql.h"

struct it_store {
	struct it_sql *sql;
	struct it_objects *objects;
	struct intoto_key *log_key; /* NULL: not needed so far (it_store_log_key) */
	char *log_key_path;	    /* NULL: none is known */
	char *origin;		    /* name of the log */
	char *verifier; /* key that its checkpoints are checked with: it_note_verifier */
	char *place;	/* for messages; no secrets */
};

struct it_store_options {
	const char *place;   /* a folder, or postgresql://… */
	const char *objects; /* when it is made: where they are; NULL: in the folder */
	const char *log_key; /* file; NULL: log.key in the folder, or none */
	const struct it_objects_access *access;
	const char *origin; /* when it is made: what its log is called; NULL: a name of chance */
	bool create;	    /* one that is not there yet; one that is there is an error */
	bool read_only;
};

IT_CHECK int it_store_open(struct it_store **out, const struct it_store_options *options,
			   struct intoto_error **err);
void it_store_close(struct it_store *store);

/* Reads store->log_key: only who signs checkpoints needs it.  KEY when there is none, or another. */
IT_CHECK int it_store_log_key(struct it_store *store, struct intoto_error **err);
IT_DEFINE_AUTO(struct it_store, it_store_close);

enum { IT_STORE_DOCUMENT_MAX = 256 * 1024 * 1024 }; /* larger ones are kept without facts */

struct it_store_put {
	const char *path; /* NULL: bytes */
	struct it_span bytes;
	const char *name;  /* shown; NULL: the path's last part */
	const char *actor; /* who puts it; "" */
	const char *retention;
	int64_t lock_until; /* 0 */
	const struct it_object_id *expected; /* NULL: whatever it is; else another one is POLICY */
};

struct it_store_receipt {
	struct it_object_id id;
	uint64_t number; /* of its leaf */
	bool fresh;	 /* false: it was there already */
};

/*
 * All or none, in one transaction; when it returns OK, they are durable.  receipts: count of them,
 * filled.
 */
IT_CHECK int it_store_put(struct it_store *store, const struct it_store_put *puts, size_t count,
			  struct it_store_receipt *receipts, struct intoto_error **err);
IT_CHECK int it_store_get(struct it_store *store, const struct it_object_id *id,
			  const struct it_sink *sink, struct intoto_error **err);

/* "sha256:HEX", HEX (at least 8 digits of it, if only one entry begins so),
 * "gitoid:blob:sha256:HEX" or a number; NOTFOUND, or USAGE when several begin so. */
IT_CHECK int it_store_resolve(struct it_store *store, const char *text, struct it_object_id *out,
			      struct intoto_error **err);

#endif

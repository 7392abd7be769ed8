/* SPDX-License-Identifier: Apache-2.0 */
/* Searching a store: every condition that is given must hold; rows come newest first. */
#ifndef IT_STORE_QUERY_H
#define IT_STORE_QUERY_H

#include "store/store.h"

/* NULL, 0: no condition. */
struct it_query {
	const char *digest; /* "ALG:HEX" or HEX, of any artifact */
	const char *name;   /* of an artifact; with "*" and "?" a pattern */
	const char *step;
	const char *signer; /* keyid (or its beginning), or identity */
	const char *predicate_type;
	const char *kind;
	const char *vulnerability;
	const char *package; /* purl, with or without version */
	const char *verdict;
	const char *exception; /* id; "*": any */
	const char *product;
	int64_t since, until; /* of the document's own time, else of the put; until is excluded */
	const char *role;     /* with digest or name: "material" … */
	uint64_t before;      /* numbers below this one: the next page */
	unsigned limit;	      /* 0: 100; at most 10,000 */
};

struct it_found {
	uint64_t number;
	struct it_object_id id;
	uint64_t size;
	const char *kind, *media_type, *predicate_type, *step, *name, *verdict, *actor, *retention;
	int64_t said, put, lock_until;
	bool held;
};

IT_CHECK int it_query_run(struct it_store *store, const struct it_query *query,
			  int (*found)(void *arg, const struct it_found *found,
				       struct intoto_error **err),
			  void *arg, struct intoto_error **err);

/* A release (or an image, or an entry that is in none) that contains something. */
struct it_affected {
	const char *product, *release; /* "" */
	const char *image;	       /* name of the subject of the SBOM, "" */
	const char *digest;	       /* of that subject */
	const char *package, *version;
	const char *vulnerability;
	const char *state; /* "contains" (of a package), "found", "not_affected", "excepted" … */
	const char *said_by;			       /* name of the entry that says so */
	struct it_object_id archive, evidence, speaks; /* zeros: none */
};

/* what: a vulnerability id or a purl. */
IT_CHECK int it_query_affected(struct it_store *store, const char *what,
			       int (*found)(void *arg, const struct it_affected *affected,
					    struct intoto_error **err),
			       void *arg, struct intoto_error **err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People who signed, each once: two signatures are of one person when they share the key, or the
 * names in their certificates, also through a third.
 */
#ifndef IT_LAYOUTS_PEOPLE_H
#define IT_LAYOUTS_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>

#include <intoto/key.h>

#include "base/attr.h"

struct it_person {
	const char *fingerprint; /* of the public key; of an OpenPGP key, of its main key */
	/* Of the certificate, as <layouts/certificate.h> has them; NULL for a key of the layout. */
	const char *identity;
	const char *issuer;
	const char *name; /* for people */
	/* The key of the layout, borrowed, and the id of the OpenPGP key or subkey that must have
	   signed, NULL for any; both NULL for a certificate. */
	const struct intoto_key *key;
	const char *only;
	size_t rank; /* among the step's pubkeys; certificates come behind them */
	size_t same; /* the same number for the same person */
	char *texts; /* where they stand, when they are a copy */
};

/* Zero-initialised is empty. */
struct it_people {
	struct it_person *items;
	size_t count;
	size_t cap;
};

void it_people_done(struct it_people *signers);

/* Copies the texts; one who is there already is not added again.  same is set here. */
IT_CHECK int it_people_add(struct it_people *signers, const struct it_person *signer,
			   struct intoto_error **err);
IT_CHECK int it_people_add_all(struct it_people *signers, const struct it_people *more,
			       struct intoto_error **err);
/* How many people they are. */
size_t it_people_count(const struct it_people *signers);
/* The smallest rank; SIZE_MAX when there is nobody. */
size_t it_people_rank(const struct it_people *signers);
/* Whether two are one person, looking at nobody else. */
bool it_person_same(const struct it_person *a, const struct it_person *b);

#endif

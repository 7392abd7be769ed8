/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must stand in a certificate for its owner to do a step: "cert_constraints" (ITE-7, and
 * in-toto-golang).  A certificate must satisfy one constraint of the step, and that one wholly.
 */
#ifndef IT_LAYOUTS_CONSTRAINT_H
#define IT_LAYOUTS_CONSTRAINT_H

#include "base/strings.h"
#include "crypto/certificate.h"
#include "json/where.h"
#include "json/writer.h"

enum { IT_CONSTRAINTS_MAX = 256 /* of a step */ };

/* In the order of their members' names. */
enum it_want {
	IT_WANT_COMMON_NAME,
	IT_WANT_DNS_NAMES,
	IT_WANT_EMAILS,
	IT_WANT_ORGANIZATIONS,
	IT_WANT_ROOTS,	 /* ids in rootcas: one of them must have issued */
	IT_WANT_BUNDLES, /* trustBundleIds of ITE-7: the same with trust bundles */
	IT_WANT_URIS,
	IT_WANTS,
};

/*
 * A single "*" takes anything.  An empty list, [""] and a member that is absent want that the
 * certificate has no such name; but a constraint that says nothing about roots in either of the two
 * members takes none.  Everything else must be the same set of values, byte by byte.
 */
struct it_constraint {
	struct it_strings want[IT_WANTS];
	bool given[IT_WANTS]; /* the member is there */
};

struct it_constraints {
	struct it_constraint *items;
	size_t count;
	bool prose; /* read as "certConstraints", which the prose of ITE-7 says once */
};

void it_constraint_done(struct it_constraint *constraint);
void it_constraints_done(struct it_constraints *constraints);

/* The member of an it_want: "common_name". */
const char *it_want_name(enum it_want want);

/* Reads a list of constraints, each closed. */
IT_CHECK int it_constraints_read(struct it_constraints *out, const struct it_json *list,
				 const struct it_where *where, struct intoto_error **err);
/* Writes the list as the value of a member. */
void it_constraints_write(struct it_writer *writer, const struct it_constraints *constraints);
/* Takes what constraint owns, also on failure. */
IT_CHECK int it_constraints_take(struct it_constraints *out, struct it_constraint *constraint,
				 struct intoto_error **err);

/* Whether one attribute takes anything. */
bool it_constraint_is_any(const struct it_constraint *constraint, enum it_want want);
/* Whether it takes everybody whom the roots have a certificate for: all names are "*". */
bool it_constraint_is_open(const struct it_constraint *constraint);

/* Whether the names are what is wanted; else appends why the first that differs is not. */
bool it_constraint_takes_names(const struct it_constraint *constraint,
			       const struct it_certificate_names *names, struct it_buf *why);

#endif

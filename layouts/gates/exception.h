/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exceptions: somebody who is answerable says, signed, that a finding may pass for a while.
 *
 * A DSSE envelope of IT_EXCEPTION_PAYLOAD around a closed object:
 *   { "_type": "exception", "id", "owner", "reason", "ticket"?, "notBefore"?, "expires",
 *     "scope": { "gate", "steps"?: [names], "findings"?: [ids], "packages"?: [purls, "*" at the
 * end], "licenses"?: [ids], "tests"?: [names], "artifacts"?: [{ "sha256" }] } } The layout says who
 * may sign one, how many must, how long one may last, whether a ticket is wanted: "exceptions": {
 * "pubkeys": [ids], "threshold": 1, "maxDays": 90, "requireTicket": true } Without that member no
 * exception counts.  Who signed the evidence can never excuse it.
 */
#ifndef IT_LAYOUTS_GATES_EXCEPTION_H
#define IT_LAYOUTS_GATES_EXCEPTION_H

#include "base/buf.h"
#include "base/strings.h"
#include "layouts/people.h"

#define IT_EXCEPTION_PAYLOAD "application/vnd.intoto.exception+json"

struct it_exceptions;

/* What a gate wants to let pass.  Unused texts are NULL. */
struct it_exception_query {
	const char *gate;
	const char *step; /* label */
	const struct it_strings
		*ids;	     /* of the finding: its id and its aliases; any one is enough */
	const char *package; /* purl, or name */
	const char *license;
	const char *test;
	const char
		*sha256; /* of the artifact that it was found in; NULL: of no one in particular */
	const struct it_people *producers; /* who signed the evidence */
};

/*
 * The exception that covers it, as "exception ID (owner OWNER, until DATE)" in by, which is empty
 * else; *id is borrowed, NULL for none.  Each that would have covered it but for its time, its
 * signer, its length or its missing ticket is named in why_not, a clause each.  A used one is
 * remembered as used (interior mutability: who judges has a const one).
 */
IT_CHECK int it_exceptions_find(const struct it_exceptions *exceptions,
				const struct it_exception_query *query, const char **id,
				struct it_buf *by, struct it_strings *why_not,
				struct intoto_error **err);

#endif

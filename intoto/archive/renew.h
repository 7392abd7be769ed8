/* SPDX-License-Identifier: Apache-2.0 */
/* New archives of old ones: renewed, or with members withheld. */
#ifndef IT_ARCHIVE_RENEW_H
#define IT_ARCHIVE_RENEW_H

#include "archive/later.h"
#include "crypto/certificate.h"

/* Who adds evidence to an archive. */
struct it_archive_adding {
	const char *path;
	const char *output;
	int64_t time;
	const char *tool;
	/* Whether the archive is worth it, once it is known to be whole; NULL: nobody asks. */
	int (*trust)(void *arg, const struct it_archive *archive, struct intoto_error **err);
	void *trust_arg;
	int (*sign)(void *arg, struct intoto_envelope *envelope, struct intoto_error **err);
	void *sign_arg;
};

/* A timestamp for a renewal. */
struct it_archive_stamp {
	struct it_span bytes; /* empty: none */
	const struct it_certificates
		*roots; /* of authorities; NULL: who made it is not looked at */
};

struct it_archive_renewed {
	char name[IT_ARCHIVE_LATER_NAME];
	size_t entries;	 /* that it is over */
	int64_t stamped; /* time of its timestamp; 0: it has none */
};

/*
 * Adds a renewal: SHA-512 over every entry that there is, signed, with a timestamp over the same
 * listing (RFC 3161, hashed with SHA-512) unless that is empty.
 * UNTRUSTED when it is over something else, or, where there are roots, when a verification would
 * refuse it: by nobody known, or made when the timestamp before it had aged.  POLICY when the
 * archive is not whole, or its earlier evidence does not hold.
 */
IT_CHECK int it_archive_renew(struct it_archive_renewed *out,
			      const struct it_archive_adding *adding,
			      const struct it_archive_stamp *stamp, struct intoto_error **err);

/* Appends the request for that timestamp, in DER. */
IT_CHECK int it_archive_renewal_request(struct it_buf *out, const struct it_archive_adding *adding,
					struct intoto_error **err);

/*
 * A copy without some members: the manifest still names them, and a redaction says who withheld
 * them and why.  What repeats a withheld link or attestation (attestations.intoto.jsonl) is
 * withheld too.  *withheld gets all names.  Never withheld are the layout, its keys and the
 * parameters, without which nothing could be verified, nor one of two members with the same bytes.
 */
IT_CHECK int it_archive_redact(const struct it_archive_adding *adding,
			       const struct it_strings *names, const char *reason,
			       struct it_strings *withheld, struct intoto_error **err);

#endif

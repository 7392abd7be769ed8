/* SPDX-License-Identifier: Apache-2.0 */
/* Timestamps of RFC 3161: at which time some bytes existed, by an authority's word. */
#ifndef IT_CRYPTO_TIMESTAMP_H
#define IT_CRYPTO_TIMESTAMP_H

#include "crypto/certificate.h"

enum { IT_TIMESTAMP_MAX = 64 * 1024 }; /* with a long chain of certificates: 10 KiB */

/*
 * Reads a timestamp over data: a token, or the whole response that it came in (which must say that
 * it was granted).  The bare token is appended to token, which may be NULL; *time is what it says.
 * UNTRUSTED when the token is over other bytes, or hashes them with anything but SHA-256, SHA-384
 * or SHA-512.  Whoever made the token is not looked at: this is for carrying one.
 */
IT_CHECK int it_timestamp_read(int64_t *time, struct it_buf *token, struct it_span timestamp,
			       struct it_span data, struct intoto_error **err);

/*
 * The same, and the token is signed (over SHA-2) by a certificate that is for timestamps and
 * nothing else, as a critical extension says (RFC 3161 section 2.3), and that stood under one of
 * the roots at the time of the token.
 */
IT_CHECK int it_timestamp_verify(int64_t *time, struct it_span timestamp, struct it_span data,
				 const struct it_certificates *roots, struct intoto_error **err);

/* Appends a request for a timestamp over data (a TimeStampReq in DER): SHA-512, with the
 * certificates of who makes it.  It has no nonce: the answer may come years later. */
IT_CHECK int it_timestamp_request(struct it_buf *out, struct it_span data,
				  struct intoto_error **err);

/* Whether a timestamp that can be read hashes its data with SHA-512. */
bool it_timestamp_is_sha512(struct it_span timestamp);

/* Whether the authority of a timestamp that was verified still stood under one of the roots at a
 * later time: UNTRUSTED when not (RFC 4998 section 5.3 asks it at the time of the next one).
 * *until: when the first certificate on its path ends. */
IT_CHECK int it_timestamp_holds(int64_t *until, struct it_span timestamp,
				const struct it_certificates *roots, int64_t at,
				struct intoto_error **err);

#endif

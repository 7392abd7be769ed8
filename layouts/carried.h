/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a signature carries beside its bytes: "cert" (in-toto-golang) or "certificate" (ITE-7,
 * go-witness), "intermediates" and "timestamps" (go-witness).
 */
#ifndef IT_LAYOUTS_CARRIED_H
#define IT_LAYOUTS_CARRIED_H

#include "crypto/certificate.h"
#include "model/envelope.h"

/* Whether there is a certificate at all. */
bool it_carries_certificate(const struct it_signature *signature);

/*
 * Reads them: the leaf first, then what may be its issuers.  A text is PEM, or base64 of PEM.
 * Errors begin with the member.
 */
IT_CHECK int it_carried_certificates(struct it_certificates *out,
				     const struct it_signature *signature,
				     struct intoto_error **err);

/*
 * Calls each with the bytes of every RFC 3161 timestamp, or with why there are none (data NULL):
 * "timestamps": [{ "type": "tsp", "data" }], or as in a Sigstore bundle
 * "rfc3161Timestamps": [{ "signedTimestamp" }].  Ends at the first result that is not 0.
 */
IT_CHECK int it_carried_timestamps(const struct it_signature *signature,
				   int (*each)(void *arg, struct it_span data, const char *why),
				   void *arg);

#endif

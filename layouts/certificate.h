/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functionaries known by a certificate (ITE-7): a signature carries its leaf, a constraint of the
 * step says what must stand in it and which root must have issued it.
 */
#ifndef IT_LAYOUTS_CERTIFICATE_H
#define IT_LAYOUTS_CERTIFICATE_H

#include "layouts/chain.h"

/* One signer by certificate. */
struct it_certified {
	/* What counts as one person: the same for two keys under one name, and for two
	   certificates of one key. */
	char *identity;
	char *fingerprint; /* of the public key: intoto_key_fingerprint */
	char *name;	   /* for people: the URI, mail address or common name */
};

struct it_certifieds {
	struct it_certified *items;
	size_t count;
};
void it_certifieds_done(struct it_certifieds *certifieds);

/*
 * The signatures of an envelope that verify with the certificate they carry, where that certificate
 * satisfies at least one constraint of the step wholly, at the trusted time (a timestamp on the
 * signature, else chain->now).  Says in the report (link.certificate) why each of the others does
 * not count; file names it there.
 */
IT_CHECK int it_certificates_judge(struct it_chain *chain, const struct it_layout_step *step,
				   const char *file, const struct intoto_envelope *envelope,
				   struct it_certifieds *out, struct intoto_error **err);

#endif

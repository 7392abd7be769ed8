/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functionaries known by a certificate (ITE-7): a signature carries its leaf, a constraint of the
 * step says what must stand in it and which root must have issued it.
 */
#ifndef IT_LAYOUTS_CERTIFICATE_H
#define IT_LAYOUTS_CERTIFICATE_H

#include "layouts/chain.h"

/* What the caller's options name, loaded once for a whole run. */
struct it_trust {
	struct it_certificates intermediates;
	struct it_certificates timestamp_roots;
};

/* Errors begin with the file. */
IT_CHECK int it_trust_load(struct it_trust *out, const struct intoto_verify_options *options,
			   struct intoto_error **err);
void it_trust_done(struct it_trust *trust);

/* One signer by certificate. */
struct it_certified {
	/* The full set of names and the root, hashed: the same for two keys of one person.  Two
	   certificates of one key have the same fingerprint, too: see it_certified_same. */
	char *identity;
	char *issuer;	   /* the same with the issuer's key in place of the root */
	char *fingerprint; /* of the public key: intoto_key_fingerprint */
	char *name;	   /* for people: the URI, mail address or common name; not quoted */
};

struct it_certifieds {
	struct it_certified *items;
	size_t count;
};
void it_certifieds_done(struct it_certifieds *certifieds);

/*
 * Whether two are one person, who counts once: the same key; or the same names under the same root,
 * or by the same issuer (whom two roots may have certified).
 */
bool it_certified_same(const struct it_certified *a, const struct it_certified *b);

/*
 * The signatures of an envelope that verify with the certificate they carry, where that certificate
 * satisfies at least one constraint of the step wholly, at the trusted time (a timestamp on the
 * signature, else chain->now).  Says in the report (link.certificate) why each of the others does
 * not count; file names it there.
 */
IT_CHECK int it_certificates_judge(struct it_chain *chain, const struct it_layout_step *step,
				   const char *file, const struct intoto_envelope *envelope,
				   struct it_certifieds *out, struct intoto_error **err);

/*
 * Says in the report (step.certificates) what the constraints of a step mean: one that takes
 * everybody, one that names a root that the layout does not have.
 */
void it_constraints_remark(struct it_chain *chain, const struct it_layout_step *step);

#endif

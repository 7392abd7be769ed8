/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate that signs: only what a verified chain made is signed, unless the caller says
 * "unverified", which then stands in the signature.
 */
#ifndef IT_IMAGE_SIGN_H
#define IT_IMAGE_SIGN_H

#include <intoto/verify.h>

#include "crypto/signer.h"
#include "image/attached.h"
#include "layouts/report.h"
#include "layouts/trace.h"

/* Annotations that the gate writes itself; nobody else may use names that begin so. */
#define IT_SIGN_OURS "intoto."
#define IT_SIGN_LAYOUT "intoto.layout"	       /* "sha256:HEX" of the layout that was verified */
#define IT_SIGN_STEP "intoto.step"	       /* whose product the image is */
#define IT_SIGN_INDEX "intoto.index"	       /* of a platform: the index that names it */
#define IT_SIGN_UNVERIFIED "intoto.unverified" /* "true" */
#define IT_SIGN_TIME "intoto.time"	       /* of an unverified one */

/* What lets images be signed.  Made by it_image_gate only, so that the order cannot be turned. */
struct it_image_permit;

struct it_image_gate {
	const struct intoto_verify_options *verify; /* NULL: unverified */
	const char *step;	/* whose product the image must be; NULL: that the layout names */
	const char *policy_uri; /* what the layout is called; NULL: its path */
};

/* What the gate saw; must outlive the permit. */
struct it_image_judgement {
	struct intoto_report *report; /* NULL: unverified */
	struct it_trace *trace;
	char *why; /* the chain passed, and the image is none of its products; else NULL */
};
void it_image_judgement_done(struct it_image_judgement *judgement);

/*
 * Runs the verification, and finds the digest among the products of the step: gate->step, else the
 * one step whose product rules name an image artifact ("oci:" …), else the last of the layout;
 * USAGE when several do.  INTOTO_OK with *out NULL: decided no, judgement says why.
 */
IT_CHECK int it_image_gate(struct it_image_permit **out, struct it_image_judgement *judgement,
			   const struct it_oci_manifest *image, const struct it_image_gate *gate,
			   struct intoto_error **err);
void it_image_permit_free(struct it_image_permit *permit);
IT_DEFINE_AUTO(struct it_image_permit, it_image_permit_free);

/*
 * Lets what an index names be signed too: a digest vouches for the bytes, and so for the digests in
 * them.  POLICY when the index itself is not permitted.
 */
IT_CHECK int it_image_permit_widen(struct it_image_permit *permit,
				   const struct it_oci_manifest *index, struct intoto_error **err);
bool it_image_permit_allows(const struct it_image_permit *permit, const char *digest);
bool it_image_permit_is_verified(const struct it_image_permit *permit);
/* Borrowed; "" for an unverified one. */
const char *it_image_permit_step(const struct it_image_permit *permit);
const char *it_image_permit_layout(const struct it_image_permit *permit); /* "sha256:HEX" */
/* The index through which a digest is permitted; "" for the image itself. */
const char *it_image_permit_index(const struct it_image_permit *permit, const char *digest);

/* What a VSA says beside what the gate knows. */
struct it_image_vsa {
	const char *verifier_id;
	const char *resource_uri;
	const char *const *levels; /* SLSA levels and properties */
	size_t level_count;
	int64_t time; /* 0: that of the verification */
};
/* The verdict about one of the permitted images, with the digests of all that was read; unsigned.
 * time: 0 is that of the verification. */
IT_CHECK int it_image_permit_vsa(struct intoto_envelope **out, const struct it_image_permit *permit,
				 const char *digest, const struct it_image_vsa *about, int64_t time,
				 struct intoto_error **err);

struct it_image_signing {
	const struct it_signer *const *signers;
	size_t signer_count;
	bool bundle, simple;  /* forms; at least one */
	const char *identity; /* docker-reference of simple signing */
	const struct it_oci_annotation *annotations;
	size_t annotation_count;
	const struct it_image_vsa *vsa; /* NULL: none */
	int64_t time;			/* of what is unverified, and of the manifests */
};

enum it_signed_kind { IT_SIGNED_IMAGE, IT_SIGNED_VSA, IT_SIGNED_ATTESTATION };
enum it_signed_state { IT_SIGNED_MISSING, IT_SIGNED_PUT, IT_SIGNED_THERE };

/* One signature; the texts are owned. */
struct it_signed {
	enum it_signed_kind kind;
	enum it_attached_form form;
	enum it_signed_state state; /* THERE: it was, and is not doubled */
	char image[IT_OCI_DIGEST_SIZE];
	const char *keytype;
	char key[sizeof "sha256:" + 64];   /* of the public key's SPKI */
	char manifest[IT_OCI_DIGEST_SIZE]; /* of a referrer that was put; "" */
};
struct it_signed_list {
	struct it_signed *items;
	size_t count;
};
void it_signed_list_done(struct it_signed_list *list);

/*
 * Signs manifests that the permit allows, and attaches everything: all signatures are made before
 * the first is put; one that is there already by the same key over the same content is left.  When
 * putting fails, the error says what is there and what is not, and the same call again completes
 * it.  out is filled as far as it came, also then.
 */
IT_CHECK int it_image_sign(struct it_signed_list *out, struct it_place *place,
			   const struct it_oci_manifest *const *images, size_t image_count,
			   const struct it_image_permit *permit,
			   const struct it_image_signing *signing, struct intoto_error **err);

/* A statement of the caller about an image that is there. */
struct it_image_statement {
	const char *type;	  /* of the predicate, a URI */
	struct it_span predicate; /* JSON */
};
/*
 * Signs a statement and attaches it, in the same manner.  USAGE for the types that say "signed" and
 * "verified": those come from the gate only.
 */
IT_CHECK int it_image_attest(struct it_signed_list *out, struct it_place *place,
			     const struct it_oci_manifest *image,
			     const struct it_image_statement *statement,
			     const struct it_image_signing *signing, struct intoto_error **err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client of OCI registries (distribution-spec 1.1, and Docker's registries): one repository of
 * one registry.  What it returns has the digest that was asked for, always computed here.
 *
 * NOTFOUND means that the registry said so (404 with a code that fits); SERVICE that it could not
 * be found out (no answer, 401, 403, 429, 5xx …); POLICY that the registry gave other bytes than
 * their digest says.
 */
#ifndef IT_NET_OCI_REGISTRY_H
#define IT_NET_OCI_REGISTRY_H

#include "model/oci_manifest.h"
#include "net/oci/access.h"

struct it_registry;

/* reference: host and repository; access and reference are copied as far as needed, the access
 * texts borrowed. */
IT_CHECK int it_registry_open(struct it_registry **out, const struct it_image_reference *reference,
			      const struct it_registry_access *access, struct intoto_error **err);
void it_registry_free(struct it_registry *registry);
IT_DEFINE_AUTO(struct it_registry, it_registry_free);
/* Of the same registry, sharing connections; the first must outlive it. */
IT_CHECK int it_registry_open_beside(struct it_registry **out, struct it_registry *registry,
				     const struct it_image_reference *reference,
				     struct intoto_error **err);

/* name is a tag or a digest. */
IT_CHECK int it_registry_manifest(struct it_registry *registry, struct it_oci_manifest **out,
				  const char *name, struct intoto_error **err);
/* Digest, size and media type by HEAD, else by GET; owned texts in the manifest form would be too
 * much: media_type is the caller's (free). */
IT_CHECK int it_registry_resolve(struct it_registry *registry, char digest[IT_OCI_DIGEST_SIZE],
				 uint64_t *size, char **media_type, const char *name,
				 struct intoto_error **err);
/* Puts under tag, or by its digest when tag is NULL.  *subject_done: the registry said that it has
 * processed the subject (OCI-Subject); may be NULL. */
IT_CHECK int it_registry_put_manifest(struct it_registry *registry, struct it_span bytes,
				      const char *media_type, const char *tag, bool *subject_done,
				      struct intoto_error **err);
IT_CHECK int it_registry_delete_manifest(struct it_registry *registry, const char *name,
					 struct intoto_error **err);

IT_CHECK int it_registry_has_blob(struct it_registry *registry, bool *has, const char *digest,
				  struct intoto_error **err);
/*
 * A blob of exactly that size and digest into a sink: hashed on the way, a cut connection resumed
 * by a range.  The sink may have got wrong bytes before POLICY is known: it keeps them aside until
 * INTOTO_OK.
 */
IT_CHECK int it_registry_blob(struct it_registry *registry, const char *digest, uint64_t size,
			      const struct it_sink *sink, struct intoto_error **err);
struct it_upload_options {
	uint64_t chunk;		/* bytes of a PATCH; 0: one PUT (monolithic) */
	const char *mount_from; /* repository of the same registry that has it; NULL */
	void (*progress)(void *arg, uint64_t sent); /* may be NULL */
	void *arg;
};
/* Nothing is sent when it is there already.  A cut connection is resumed where the registry says
 * (GET of the upload); the registry's digest is compared. */
IT_CHECK int it_registry_put_blob(struct it_registry *registry, const char *digest,
				  const struct it_message *blob,
				  const struct it_upload_options *options,
				  struct intoto_error **err);
IT_CHECK int it_registry_delete_blob(struct it_registry *registry, const char *digest,
				     struct intoto_error **err);

/* Calls visit with each tag, through all pages, until it returns nonzero. */
IT_CHECK int it_registry_each_tag(struct it_registry *registry,
				  int (*visit)(void *arg, const char *tag,
					       struct intoto_error **err),
				  void *arg, struct intoto_error **err);

/*
 * What names the digest as its subject: the referrers API, else (404) the index at the fallback tag
 * (distribution-spec, "Unavailable Referrers API"); both when the API is there and the tag too.
 * Each digest once.  artifact_type narrows what the registry is asked for and is checked by the
 * caller on the manifests themselves (a fallback index often names it wrongly); NULL: all.  Nothing
 * there is INTOTO_OK without a call; no answer is SERVICE, never "none".
 */
IT_CHECK int it_registry_each_referrer(
	struct it_registry *registry, const char *digest, const char *artifact_type,
	int (*visit)(void *arg, const struct it_oci_descriptor *found, struct intoto_error **err),
	void *arg, struct intoto_error **err);

/*
 * Puts a manifest that has a subject, by its digest, and sees to it that it is found: where the
 * registry has not processed the subject, the index at the fallback tag gets an entry, is read
 * again, and the entry put again when another writer's update lost it (at most 10 times, with
 * waits). Entries of manifests that are gone are left out, those of others never.
 */
IT_CHECK int it_registry_put_referrer(struct it_registry *registry, struct it_span bytes,
				      const char *media_type, struct intoto_error **err);
/* Takes one out of the fallback index (and deletes the manifest). */
IT_CHECK int it_registry_delete_referrer(struct it_registry *registry, const char *subject,
					 const char *digest, struct intoto_error **err);
/* Appends "sha256-HEX". */
void it_registry_fallback_tag(struct it_buf *out, const char *digest);

uint64_t it_registry_round_trips(const struct it_registry *registry);

#endif

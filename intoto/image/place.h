/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where images are: a registry ("oci:"), a folder ("oci-layout:", image-spec image-layout.md), a
 * tar file of one ("oci-archive:"), what docker save wrote ("docker-archive:").  Signing, verifying
 * and copying are written once, over this.
 *
 * Whatever kind of place: what is read has the digest and size that were asked for, computed here.
 * NOTFOUND, SERVICE and POLICY mean what they mean in <net/oci/registry.h>.
 */
#ifndef IT_IMAGE_PLACE_H
#define IT_IMAGE_PLACE_H

#include "model/image_reference.h"
#include "model/oci_manifest.h"
#include "net/oci/access.h"

struct it_place {
	const struct it_place_kind *kind;
	struct it_image_reference reference; /* of a registry: all of it; else tag and digest */
	char *text;			     /* as given, for messages */
	char *tag;			     /* that was named, or "" */
	char *digest;			     /* that was named, or "" */
	const char *mount_from; /* set by who copies: a repository of the same registry that has the
				   blobs which are put; NULL */
	void *state;
};

/* What may be asked of a kind beyond reading. */
enum it_place_ability {
	IT_PLACE_WRITES = 1,
	IT_PLACE_DELETES = 2,
	IT_PLACE_REFERRERS =
		4, /* it keeps referrers itself, so that no .sig tag is needed to find them */
	IT_PLACE_AGAIN = 8, /* it may be opened a second time, also on another thread, to read and
			       put blobs at once; what the first one finishes has them all */
};

struct it_place_kind {
	const char *scheme; /* "oci" */
	unsigned abilities;
	/* rest is what stands behind "scheme:".  for_writing: a folder or file that is not there is
	 * made (at the latest by finish). */
	int (*open)(struct it_place *place, const char *rest, bool for_writing,
		    const struct it_registry_access *access, struct intoto_error **err);
	void (*close)(struct it_place *place);
	/* name: a tag or a digest. */
	int (*manifest)(struct it_place *place, struct it_oci_manifest **out, const char *name,
			struct intoto_error **err);
	int (*blob)(struct it_place *place, const char *digest, uint64_t size,
		    const struct it_sink *sink, struct intoto_error **err);
	int (*has_blob)(struct it_place *place, bool *has, const char *digest,
			struct intoto_error **err);
	int (*put_blob)(struct it_place *place, const char *digest, const struct it_message *blob,
			struct intoto_error **err);
	/* tag NULL: by digest only.  With a subject it is found by each_referrer afterwards. */
	int (*put_manifest)(struct it_place *place, struct it_span bytes, const char *media_type,
			    const char *tag, struct intoto_error **err);
	/* Replaces what tag names, but only if it still is expected (a digest; "" for none): POLICY
	 * with nothing changed when another writer was faster.  A registry cannot promise that: it
	 * looks before and after. */
	int (*swap_tag)(struct it_place *place, struct it_span bytes, const char *media_type,
			const char *tag, const char *expected, struct intoto_error **err);
	int (*each_referrer)(struct it_place *place, const char *digest,
			     int (*visit)(void *arg, const struct it_oci_descriptor *found,
					  struct intoto_error **err),
			     void *arg, struct intoto_error **err);
	int (*each_tag)(struct it_place *place,
			int (*visit)(void *arg, const char *tag, struct intoto_error **err),
			void *arg, struct intoto_error **err);
	/* A tag or a digest; NULL where it cannot. */
	int (*remove)(struct it_place *place, const char *name, struct intoto_error **err);
	/* Everything that was put is on its medium, and not before: an archive is renamed into its
	 * place here, a folder's index.json written.  Without it nothing of an archive is left. */
	int (*finish)(struct it_place *place, struct intoto_error **err);
	uint64_t (*round_trips)(const struct it_place *place); /* NULL: 0 */
};

extern const struct it_place_kind it_place_registry;	   /* place_registry.c */
extern const struct it_place_kind it_place_layout;	   /* place_layout.c */
extern const struct it_place_kind it_place_archive;	   /* place_archive.c */
extern const struct it_place_kind it_place_docker_archive; /* place_docker.c; reads only */

/* Those that a program can reach, NULL-terminated: defined by the program, since tar files need a
 * library that not every one maps. */
extern const struct it_place_kind *const it_place_kinds[];

/* "oci:REF", "oci-layout:FOLDER[:TAG|@DIGEST]", "oci-archive:FILE[…]", "docker-archive:FILE[:REF]";
 * without a scheme it is a registry's; "docker://REF" and "oci://REF" are taken too. */
IT_CHECK int it_place_open(struct it_place **out, const char *text, bool for_writing,
			   const struct it_registry_access *access, struct intoto_error **err);
void it_place_free(struct it_place *place);
IT_DEFINE_AUTO(struct it_place, it_place_free);

/*
 * The manifest that the place names: by its digest, else its tag.  When it names both, the tag must
 * stand at that digest, else POLICY.
 */
IT_CHECK int it_place_named(struct it_place *place, struct it_oci_manifest **out,
			    struct intoto_error **err);
/* Another tag of the same repository or folder, "sha256-HEX.sig": NOTFOUND when it is not there. */
IT_CHECK int it_place_manifest(struct it_place *place, struct it_oci_manifest **out,
			       const char *name, struct intoto_error **err);
/* A blob into memory, out->max bytes at most. */
IT_CHECK int it_place_read_blob(struct it_place *place, struct it_buf *out,
				const struct it_oci_descriptor *blob, struct intoto_error **err);
/* Puts bytes, fills the descriptor's digest (owned by the caller's array) and size. */
IT_CHECK int it_place_put_bytes(struct it_place *place, struct it_span bytes,
				char digest[IT_OCI_DIGEST_SIZE], struct intoto_error **err);

#endif

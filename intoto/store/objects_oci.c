/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects in a repository of an OCI registry: each is a blob, and the one layer of a small artifact
 * manifest (image-spec, "Guidelines for Artifact Usage") with a tag of its own, "object-HEX".  The
 * manifest keeps the blob from a registry's garbage collection, and the tags are the list of what
 * is there.  The blob comes first: what has a tag has its bytes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "net/oci/registry.h"
#include "store/objects_crew.h"

#define ARTIFACT_TYPE "application/vnd.intoto.store.object.v1"
#define TAG "object-"
#define TITLE "org.opencontainers.image.title"

enum {
	HEX = 2 * IT_SHA256_SIZE,
	TAG_ROOM = sizeof TAG + HEX,
	MANIFEST_MAX = 4096, /* of one that we write: it has some 600 bytes */
	TRIES = 3,
};

struct oci {
	struct it_image_reference reference;
	struct it_registry_access access;
	struct it_strings insecure;		     /* for it */
	struct it_registry *registries[IT_CREW_MAX]; /* a member's own; NULL: not needed yet */
	struct it_objects_queue queue;
	bool has_config; /* what all manifests name is there */
};

static void oci_close(struct it_objects *objects)
{
	struct oci *oci = objects->state;

	for (size_t i = 0; i < IT_CREW_MAX; i++)
		it_registry_free(oci->registries[i]);
	it_objects_queue_done(&oci->queue);
	it_image_reference_done(&oci->reference);
	it_strings_done(&oci->insecure);
	free(oci);
	objects->state = NULL;
}

static int registry_of(struct it_registry **out, struct oci *oci, unsigned member,
		       struct intoto_error **err)
{
	struct it_registry_access access = oci->access;
	int rc = INTOTO_OK;

	if (member)
		access.on_retry = NULL; /* whoever listens need not know of threads */
	if (!oci->registries[member])
		rc = it_registry_open(&oci->registries[member], &oci->reference, &access, err);
	*out = oci->registries[member];
	return rc;
}

/* --- an object's names --- */

struct names {
	char hex[HEX + 1];
	char digest[sizeof "sha256:" + HEX];
	char tag[TAG_ROOM];
};

static void name(struct names *out, const struct it_object_id *id)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < IT_SHA256_SIZE; i++) {
		out->hex[2 * i] = digits[id->bytes[i] >> 4];
		out->hex[2 * i + 1] = digits[id->bytes[i] & 15];
	}
	out->hex[HEX] = '\0';
	(void)snprintf(out->digest, sizeof out->digest, "sha256:%s", out->hex); /* the same size */
	(void)snprintf(out->tag, sizeof out->tag, TAG "%s", out->hex);		/* the same */
}

static bool read_tag(struct it_object_id *id, const char *tag)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(IT_SHA256_SIZE);
	struct it_span hex = it_span_text(tag);
	struct names again;

	if (hex.len != TAG_ROOM - 1 || !it_starts_with(tag, TAG))
		return false;
	hex = it_span(hex.data + sizeof TAG - 1, HEX);
	if (!it_hex_decode(&bytes, hex) || bytes.len != sizeof id->bytes)
		return false;
	memcpy(id->bytes, bytes.data, sizeof id->bytes);
	name(&again, id);
	return it_streq(again.tag, tag); /* not in capitals: those are somebody else's */
}

/* The same object has the same manifest, whoever puts it. */
static int print_manifest(struct it_buf *out, const struct names *names, uint64_t size,
			  struct intoto_error **err)
{
	struct it_oci_annotation title = { TITLE, names->hex };
	const struct it_oci_descriptor config = { .media_type = IT_OCI_EMPTY,
						  .digest = IT_OCI_EMPTY_DIGEST,
						  .size = 2 };
	const struct it_oci_descriptor layer = { .media_type = "application/octet-stream",
						 .digest = names->digest,
						 .size = size,
						 .annotations = &title,
						 .annotation_count = 1 };
	const struct it_oci_draft draft = { .media_type = IT_OCI_MANIFEST,
					    .artifact_type = ARTIFACT_TYPE,
					    .config = &config,
					    .layers = &layer,
					    .layer_count = 1 };

	return it_oci_draft_print(out, &draft, err);
}

/* The manifest that the tag stands for; POLICY when it is not one of that object. */
static int find(struct it_oci_manifest **out, struct it_objects *objects,
		struct it_registry *registry, const struct names *names, struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
	int rc = it_registry_manifest(registry, &manifest, names->tag, err);

	*out = NULL;
	if (rc)
		return rc;
	if (manifest->is_index || manifest->layer_count != 1 ||
	    !it_streq(manifest->layers[0].digest, names->digest))
		return it_err_set(err, INTOTO_E_POLICY,
				  "%s: the tag %s stands for something else than that object",
				  objects->place, names->tag);
	*out = manifest;
	manifest = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* --- opening --- */

static int put_config(struct oci *oci, struct intoto_error **err)
{
	struct it_span empty = it_span_text("{}");
	const struct it_message message = it_message_of(&empty);
	struct it_registry *registry;
	int rc = oci->has_config ? INTOTO_OK : registry_of(&registry, oci, 0, err);

	if (!rc && !oci->has_config)
		rc = it_registry_put_blob(registry, IT_OCI_EMPTY_DIGEST, &message, NULL, err);
	oci->has_config = !rc;
	return rc;
}

static int find_access(struct oci *oci, const struct it_objects_access *access,
		       struct intoto_error **err)
{
	if (access && access->registry)
		oci->access = *access->registry;
	if (!access || access->registry)
		return INTOTO_OK;
	oci->access.ca = access->ca;
	if (!access->insecure)
		return INTOTO_OK;
	oci->access.insecure = &oci->insecure;
	return it_strings_add(&oci->insecure, "", err); /* the one that is named */
}

static int oci_open(struct it_objects *objects, const char *rest, bool create,
		    const struct it_objects_access *access, struct intoto_error **err)
{
	struct oci *oci = calloc(1, sizeof *oci);
	int rc;

	if (!oci)
		return it_err_nomem(err);
	objects->state = oci;
	rc = find_access(oci, access, err);
	if (rc)
		return rc;
	if (it_starts_with(rest, "//"))
		rest += 2;
	/* Somebody's password may be in front of it: nothing of that is said again. */
	if (strchr(rest, '@'))
		return it_err_set(err, INTOTO_E_USAGE,
				  "want oci:REGISTRY/REPOSITORY without user, tag and digest");
	rc = it_image_reference_parse(&oci->reference, rest, err);
	if (rc)
		return it_err_wrap(err, rc, "%s", objects->place);
	if (*oci->reference.tag)
		return it_err_set(err, INTOTO_E_USAGE,
				  "%s: want oci:REGISTRY/REPOSITORY without a tag", objects->place);
	/* Whether we may write there is better known before there is a store. */
	return create ? put_config(oci, err) : INTOTO_OK;
}

/* --- putting --- */

/* What is poured, looked at on its way: not every registry does. */
struct looking {
	const struct it_message *message;
	const struct it_sink *sink;
	struct it_digest digest;
	bool poured;
};

static int look_at_piece(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct looking *looking = arg;

	it_digest_add(&looking->digest, piece.data, piece.len);
	return it_sink_take(looking->sink, piece, err);
}

static int look_and_pour(void *self, const struct it_sink *sink, struct intoto_error **err)
{
	struct looking *looking = self;
	const struct it_sink own = { look_at_piece, looking };

	looking->sink = sink;
	looking->poured = true;
	it_digest_start(&looking->digest, it_digest_find("sha256"));
	return it_message_pour(looking->message, &own, err);
}

static int put_bytes(struct it_registry *registry, const struct it_object_id *id,
		     const struct names *names, const struct it_message *bytes,
		     struct intoto_error **err)
{
	struct looking looking = { .message = bytes };
	const struct it_message message = { look_and_pour, &looking, bytes->len, bytes->sure };
	unsigned char found[IT_DIGEST_MAX];
	int rc = it_registry_put_blob(registry, names->digest, &message, NULL, err);

	if (rc || !looking.poured)
		return rc;
	it_digest_finish(&looking.digest, found);
	if (it_span_eq(it_span(found, IT_SHA256_SIZE), it_span(id->bytes, IT_SHA256_SIZE)))
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_IO, "%s: what was put changed meanwhile", names->digest);
}

/* Some registries refuse a tag that is there already, even for the same. */
static int is_tagged(bool *out, struct it_registry *registry, const struct names *names,
		     struct it_span manifest, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	IT_AUTO(it_freep) char *media_type = NULL;
	char wanted[IT_OCI_DIGEST_SIZE];
	char found[IT_OCI_DIGEST_SIZE];
	uint64_t size;
	int rc = it_registry_resolve(registry, found, &size, &media_type, names->tag, &why);

	it_oci_digest(wanted, manifest);
	*out = !rc && it_streq(found, wanted);
	if (!rc || rc == INTOTO_E_NOTFOUND)
		return INTOTO_OK;
	return it_err_set(err, rc, "%s", intoto_error_text(why));
}

static int put_once(struct it_registry *registry, const struct it_object_id *id,
		    const struct it_message *bytes, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf manifest = IT_BUF(MANIFEST_MAX);
	struct names names;
	bool there;
	int rc;

	name(&names, id);
	rc = print_manifest(&manifest, &names, bytes->len, err);
	if (!rc)
		rc = it_registry_has_blob(registry, &there, names.digest, err);
	if (rc)
		return rc;
	if (there) {
		rc = is_tagged(&there, registry, &names, it_buf_span(&manifest), err);
		if (rc || there)
			return rc;
	} else {
		rc = put_bytes(registry, id, &names, bytes, err);
	}
	return rc ? rc
		  : it_registry_put_manifest(registry, it_buf_span(&manifest), IT_OCI_MANIFEST,
					     names.tag, NULL, err);
}

/* A manifest is refused when somebody removed the blob meanwhile (MANIFEST_BLOB_UNKNOWN). */
static int put_one(struct it_registry *registry, const struct it_object_id *id,
		   const struct it_message *bytes, struct intoto_error **err)
{
	for (unsigned i = 1;; i++) {
		IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
		int rc = put_once(registry, id, bytes, &why);

		if (i < TRIES && (rc == INTOTO_E_NOTFOUND || rc == INTOTO_E_FORMAT))
			continue;
		return rc ? it_err_set(err, rc, "%s", intoto_error_text(why)) : INTOTO_OK;
	}
}

static int put_waiting(void *arg, unsigned member, size_t number, struct intoto_error **err)
{
	struct oci *oci = arg;
	const struct it_objects_waiting *item = &oci->queue.items[number];
	struct it_span bytes = it_buf_span(&item->bytes);
	const struct it_message message = it_message_of(&bytes);
	struct it_registry *registry;
	int rc = registry_of(&registry, oci, member, err);

	return rc ? rc : put_one(registry, &item->id, &message, err);
}

static int work_off(struct oci *oci, struct intoto_error **err)
{
	int rc = oci->queue.count ? put_config(oci, err) : INTOTO_OK;

	if (!rc)
		rc = it_crew_do(oci->queue.count, put_waiting, oci, err);
	it_objects_queue_done(&oci->queue);
	return rc;
}

static int oci_put(struct it_objects *objects, const struct it_object_id *id,
		   const struct it_message *bytes, struct intoto_error **err)
{
	struct oci *oci = objects->state;
	struct it_registry *registry;
	bool waits;
	int rc = it_objects_queue_is_full(&oci->queue) ? work_off(oci, err) : INTOTO_OK;

	if (!rc)
		rc = it_objects_queue_add(&waits, &oci->queue, id, bytes, err);
	if (rc || waits)
		return rc;
	rc = put_config(oci, err);
	if (!rc)
		rc = registry_of(&registry, oci, 0, err);
	return rc ? rc : put_one(registry, id, bytes, err);
}

static int oci_sync(struct it_objects *objects, struct intoto_error **err)
{
	return work_off(objects->state, err);
}

/* --- reading --- */

static int oci_get(struct it_objects *objects, const struct it_object_id *id,
		   const struct it_sink *sink, struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
	struct it_registry *registry;
	struct names names;
	int rc = registry_of(&registry, objects->state, 0, err);

	name(&names, id);
	if (!rc)
		rc = find(&manifest, objects, registry, &names, err);
	return rc ? rc
		  : it_registry_blob(registry, names.digest, manifest->layers[0].size, sink, err);
}

/* A tag that stands for something else is no object: a put sets it right. */
static int oci_has(struct it_objects *objects, const struct it_object_id *id, bool *has,
		   uint64_t *size, struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_registry *registry;
	struct names names;
	int rc = registry_of(&registry, objects->state, 0, err);

	*has = false;
	*size = 0;
	if (rc)
		return rc;
	name(&names, id);
	rc = find(&manifest, objects, registry, &names, &why);
	if (rc == INTOTO_E_NOTFOUND || rc == INTOTO_E_POLICY || rc == INTOTO_E_FORMAT)
		return INTOTO_OK;
	if (rc)
		return it_err_set(err, rc, "%s", intoto_error_text(why));
	rc = it_registry_has_blob(registry, has, names.digest, err);
	*size = *has ? manifest->layers[0].size : 0;
	return rc;
}

/* --- removing --- */

/* First the bytes: as long as the tag is there, who was killed in between comes back for the rest.
 * Where a registry leaves blobs to its own collection, that takes what no manifest names. */
static int remove_bytes(struct it_registry *registry, const struct names *names,
			struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = INTOTO_OK;

	/* Every manifest names it. */
	if (!it_streq(names->digest, IT_OCI_EMPTY_DIGEST))
		rc = it_registry_delete_blob(registry, names->digest, &why);
	if (!rc || rc == INTOTO_E_NOTFOUND || rc == INTOTO_E_UNSUPPORTED)
		return INTOTO_OK;
	return it_err_set(err, rc, "%s", intoto_error_text(why));
}

static int remove_manifest(struct it_registry *registry, const char *digest,
			   struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_registry_delete_manifest(registry, digest, &why);

	if (!rc || rc == INTOTO_E_NOTFOUND)
		return INTOTO_OK;
	return it_err_set(err, rc, "%s", intoto_error_text(why));
}

static int oci_remove(struct it_objects *objects, const struct it_object_id *id,
		      struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_registry *registry;
	struct names names;
	int rc = registry_of(&registry, objects->state, 0, err);

	if (rc)
		return rc;
	name(&names, id);
	rc = find(&manifest, objects, registry, &names, &why);
	if (rc == INTOTO_E_NOTFOUND)
		return INTOTO_OK;
	if (rc)
		return it_err_set(err, rc, "%s", intoto_error_text(why));
	rc = remove_bytes(registry, &names, err);
	return rc ? rc : remove_manifest(registry, manifest->digest, err);
}

/* --- what is there --- */

struct listing {
	int (*object)(void *arg, const struct it_object_id *id, uint64_t size,
		      struct intoto_error **err);
	void *arg;
	bool begun;
};

static int take_tag(void *arg, const char *tag, struct intoto_error **err)
{
	struct listing *listing = arg;
	struct it_object_id id;

	listing->begun = true;
	return read_tag(&id, tag) ? listing->object(listing->arg, &id, IT_OBJECT_SIZE_UNKNOWN, err)
				  : INTOTO_OK;
}

static int oci_each(struct it_objects *objects,
		    int (*object)(void *arg, const struct it_object_id *id, uint64_t size,
				  struct intoto_error **err),
		    void *arg, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct listing listing = { object, arg, false };
	struct it_registry *registry;
	int rc = registry_of(&registry, objects->state, 0, err);

	if (rc)
		return rc;
	rc = it_registry_each_tag(registry, take_tag, &listing, &why);
	/* A repository in which nothing was put is none yet. */
	if (!rc || (rc == INTOTO_E_NOTFOUND && !listing.begun))
		return INTOTO_OK;
	return it_err_set(err, rc, "%s", intoto_error_text(why));
}

const struct it_objects_kind it_objects_oci = {
	.scheme = "oci",
	.open = oci_open,
	.close = oci_close,
	.put = oci_put,
	.sync = oci_sync,
	.get = oci_get,
	.has = oci_has,
	.remove = oci_remove,
	.each = oci_each,
};

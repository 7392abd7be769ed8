/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of the index at the fallback tag, which several may make at once and no registry guards
 * (distribution-spec, "Referrers Tag Schema": protection against races is the clients' task).
 *
 * Each reads the index, adds his entry, and puts it: conditionally, for registries that heed that.
 * For those that do not, whoever read before and puts after loses what came between; so everybody
 * comes back after a while that is longer than such a change takes, looks, and adds his entry again
 * if it is lost.  Who saw that others are at work comes back twice.
 */
#include <poll.h>

#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"
#include "net/oci/registry_part.h"

enum {
	CHANGES_MAX = 10,
	TROUBLES_MAX = 5,
	LOOKS_MAX = 4 * CHANGES_MAX,
	NS_PER_MS = 1000 * 1000,
	SETTLE_MS = 60, /* at least; three times what our own change took, if that is longer */
	SETTLE_LONGEST_MS = 3000,
	STALE_MS = 200, /* after that what was read is read again before it is changed */
};

struct change {
	struct it_registry *registry;
	const struct it_registry_entry *entry;
	const char *tag;
	struct it_oci_manifest *index; /* as read; NULL: there is none */
	struct it_registry_got got;
	int64_t read_at;
	struct it_strings drop;
	unsigned changes; /* that were put, or refused as too late */
	unsigned looks;
	unsigned troubles; /* answers that only say that somebody else was at it */
	unsigned calm; /* times in a row that it was found as it should be, after the last change */
	int window_ms; /* from reading to having put, the longest */
	bool contended; /* others were at work */
	size_t entries; /* that we put, the last time */
};

static int milliseconds_since(int64_t start)
{
	int64_t ms = (it_clock_monotonic() - start) / NS_PER_MS;

	return ms > SETTLE_LONGEST_MS ? SETTLE_LONGEST_MS : (int)ms;
}

static void rest(const struct change *change)
{
	int ms = 3 * change->window_ms;
	uint16_t chance = 0;

	if (ms < SETTLE_MS)
		ms = SETTLE_MS;
	if (change->contended)
		ms += ms / 2;
	if (ms > SETTLE_LONGEST_MS)
		ms = SETTLE_LONGEST_MS;
	/* without chance two that collided collide again, which costs time and no more */
	if (it_random(&chance, sizeof chance, NULL))
		chance = 0;
	(void)poll(NULL, 0, ms + chance % (ms / 2)); /* an early return only looks earlier */
}

/* Two that write one tag at once can make docker-registry answer 500, also to who only reads. */
static bool is_trouble(struct change *change, int status)
{
	if (status != 500 || change->troubles == TROUBLES_MAX)
		return false;
	change->troubles++;
	change->contended = true;
	return true;
}

static int refuse_image(const struct change *change, struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_FORMAT,
			  "%s/%s:%s: want an image index of referrers, found %s",
			  change->registry->reference.host, change->registry->reference.repository,
			  change->tag, change->index->media_type);
}

/* *again: it is to be tried again. */
static int read_index(struct change *change, bool *again, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc;

	it_oci_manifest_free(change->index);
	change->index = NULL;
	it_buf_reset(&change->got.etag);
	change->read_at = it_clock_monotonic();
	change->looks++;
	change->got.status = 0;
	*again = false;
	rc = it_registry_get_manifest(change->registry, &change->index, change->tag, &change->got,
				      &why);
	if (rc == INTOTO_E_NOTFOUND)
		return INTOTO_OK;
	*again = rc && is_trouble(change, change->got.status);
	if (*again)
		return INTOTO_OK;
	if (rc) {
		it_registry_pass_error(err, &why);
		return rc;
	}
	/* A registry that takes "sha256-HEX" for the digest itself has nothing at that tag. */
	if (it_streq(change->index->digest, change->entry->subject)) {
		it_oci_manifest_free(change->index);
		change->index = NULL;
		it_buf_reset(&change->got.etag);
		return INTOTO_OK;
	}
	return it_streq(change->index->media_type, IT_OCI_INDEX) ? INTOTO_OK
								 : refuse_image(change, err);
}

static void add_condition(const struct change *change, struct it_registry_call *call)
{
	if (!change->index)
		it_registry_call_header(call, "If-None-Match", "*");
	else if (change->got.etag.len)
		it_registry_call_header(call, "If-Match", it_buf_text(&change->got.etag));
}

/* Not repeated by itself: by then another index may stand there. */
static int put_index(struct change *change, struct it_registry_call *call, struct it_span text,
		     struct intoto_error **err)
{
	struct it_message message = it_message_of(&text);

	it_registry_call_manifest(call, change->registry, IT_HTTP_PUT, IT_REGISTRY_PUSH,
				  change->tag);
	it_registry_call_header(call, "Content-Type", IT_OCI_INDEX);
	add_condition(change, call);
	call->request.body = &message;
	call->request.once = true;
	return it_registry_call_do(call, err);
}

/* A registry that looks whether what an index names is there refuses one that names what is gone.
 */
static int find_gone(struct change *change, struct intoto_error **err)
{
	for (size_t i = 0; change->index && i < change->index->layer_count; i++) {
		IT_AUTO(it_registry_call_done) struct it_registry_call call = { 0 };
		const char *digest = change->index->layers[i].digest;
		int rc;

		it_registry_call_manifest(&call, change->registry, IT_HTTP_HEAD, IT_REGISTRY_PULL,
					  digest);
		it_registry_call_header(&call, "Accept", change->index->layers[i].media_type);
		rc = it_registry_call_do(&call, err);
		if (!rc && call.answer.status == 404)
			rc = it_strings_add(&change->drop, digest, err);
		if (rc)
			return rc;
	}
	return INTOTO_OK;
}

/* *mended: what stood in the way is in change->drop now. */
static int judge_put(struct change *change, const struct it_registry_call *call, bool *mended,
		     struct intoto_error **err)
{
	int status = call->answer.status;
	size_t before = change->drop.count;
	int rc;

	*mended = false;
	if (status == 201)
		return INTOTO_OK;
	if (is_trouble(change, status))
		return INTOTO_OK;
	if (status == 412 || status == 409) {
		change->contended = true;
		return INTOTO_OK;
	}
	if (status != 400 && status != 404)
		return it_registry_refused(call, "such repository", err);
	rc = find_gone(change, err);
	*mended = !rc && change->drop.count > before;
	return rc || *mended ? rc : it_registry_refused(call, "such repository", err);
}

static int put_changed(struct change *change, struct it_span text, struct intoto_error **err)
{
	IT_AUTO(it_registry_call_done) struct it_registry_call call = { 0 };
	bool mended;
	int took, rc;

	change->entries = change->index ? change->index->layer_count : 0;
	rc = put_index(change, &call, text, err);
	if (!rc)
		rc = judge_put(change, &call, &mended, err);
	if (rc || mended)
		return rc;
	/* Ours was in, and is not any more. */
	change->contended = change->contended || change->changes > 0;
	change->changes++;
	change->calm = 0;
	took = milliseconds_since(change->read_at);
	if (took > change->window_ms)
		change->window_ms = took;
	rest(change);
	return INTOTO_OK;
}

/* We were held up: what stands there by now is to be read again, if that was not done just now. */
static bool is_stale(const struct change *change)
{
	return milliseconds_since(change->read_at) > STALE_MS && change->looks % 2;
}

/* *done: it is as it should be, and was so for long enough. */
static int turn(struct change *change, bool *done, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_OCI_MANIFEST_BYTES_MAX);
	bool same, again;
	int rc = read_index(change, &again, err);

	*done = false;
	if (!rc && again)
		return rest(change), INTOTO_OK;
	if (!rc)
		rc = it_registry_fallback_print(&text, &same, change->index, change->entry,
						&change->drop, err);
	if (rc)
		return rc;
	if (!same)
		return is_stale(change) ? INTOTO_OK : put_changed(change, it_buf_span(&text), err);
	/* More or less than we left there: somebody else's. */
	if (change->changes && !change->calm && change->index &&
	    change->index->layer_count != change->entries + (change->entry->gone ? 0 : 1))
		change->contended = true;
	*done = !change->changes || change->calm >= (change->contended ? 1 : 0);
	if (*done)
		return INTOTO_OK;
	change->calm++;
	rest(change);
	return INTOTO_OK;
}

static int change_until_done(struct change *change, struct intoto_error **err)
{
	while (change->changes < CHANGES_MAX && change->looks < LOOKS_MAX) {
		bool done;
		int rc = turn(change, &done, err);

		if (rc || done)
			return rc;
	}
	return it_err_set(
		err, INTOTO_E_SERVICE,
		"%s/%s:%s: others change it all the time: %s is not listed there after %u "
		"changes",
		change->registry->reference.host, change->registry->reference.repository,
		change->tag, change->entry->descriptor.digest, change->changes);
}

int it_registry_fallback_change(struct it_registry *registry, const struct it_registry_entry *entry,
				struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf tag = IT_BUF(IT_IMAGE_TAG_MAX);
	struct change change = { .registry = registry,
				 .entry = entry,
				 .got = { .etag = IT_BUF(IT_REGISTRY_WHERE_MAX) } };
	int rc;

	it_registry_fallback_tag(&tag, entry->subject);
	rc = it_buf_check(&tag, "the tag of referrers", err);
	change.tag = it_buf_text(&tag);
	if (!rc)
		rc = change_until_done(&change, err);
	it_oci_manifest_free(change.index);
	it_buf_done(&change.got.etag);
	it_strings_done(&change.drop);
	return rc;
}

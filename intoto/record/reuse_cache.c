/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cache file: a head, sorted records of one size, a signature.  It is read in one piece (a
 * mapping could change, or end, after it was verified) and searched as it stands.
 *
 * A change time says something on the machine that gave it, and only as long as that runs: after a
 * crash a file may hold new bytes under an old time, a device has another number, a disk may have
 * been written to by another system.  So the file is bound to the machine and to its start.  That
 * an older file is put back does no harm: each of its entries was true, and stands for a state that
 * a file does not come back to while the clock goes forward.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/regular.h"
#include "base/text.h"
#include "record/reuse_part.h"

enum {
	TRIES = 3,
	CACHE_VERSION = 1,
	BYTE_ORDER_MARK = 0x01020304,
	RECORD_ALIGN = 8,
	SIGNATURE_MAX = 64 * 1024,
	ID_MAX = 128,
};

static const char magic[8] = "intotoDC";
static const char context[] = "intoto: cache of digests, version 1\n";

void it_reuse_cache_done(struct it_reuse_cache *cache)
{
	it_buf_done(&cache->bytes);
	free(cache->seen);
	free(cache->path);
}

void it_reuse_cache_forget(struct it_reuse *reuse)
{
	reuse->cache.records = NULL;
	reuse->cache.count = 0;
	reuse->device_count = 0;
	it_buf_done(&reuse->cache.bytes);
}

size_t it_reuse_record_size(const struct it_reuse *reuse)
{
	size_t size = sizeof(struct it_reuse_record) + reuse->value_size;

	return (size + RECORD_ALIGN - 1) / RECORD_ALIGN * RECORD_ALIGN;
}

static int add_id(struct it_buf *out, const char *path, bool must, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf id = IT_BUF(ID_MAX);
	int rc = it_file_read(&id, path, must ? err : NULL);

	(void)it_buf_add_span(out, it_buf_span(&id)); /* sticky */
	(void)it_buf_add_byte(out, '\0');	      /* sticky */
	return must ? rc : INTOTO_OK;
}

/* Two containers on one host differ by the first, two starts of a machine by the second. */
int it_reuse_machine(unsigned char out[IT_REUSE_MACHINE_SIZE], struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf ids = IT_BUF(3 * ID_MAX);
	int rc = add_id(&ids, "/etc/machine-id", false, err);

	if (!rc)
		rc = add_id(&ids, "/proc/sys/kernel/random/boot_id", true, err);
	if (!rc)
		rc = it_buf_check(&ids, "the ids of the machine", err);
	if (!rc)
		it_sha256(out, it_buf_span(&ids));
	return rc;
}

void it_reuse_cache_message(struct it_buf *out, struct it_span bytes)
{
	unsigned char digest[IT_SHA256_SIZE];

	it_sha256(digest, bytes);
	(void)it_buf_add_text(out, context);	      /* sticky */
	(void)it_buf_add(out, digest, sizeof digest); /* sticky */
}

/* --- reading --- */

void it_reuse_cache_head(struct it_reuse_head *head, const struct it_reuse *reuse,
			 const unsigned char machine[IT_REUSE_MACHINE_SIZE])
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(sizeof head->algorithms);

	for (size_t i = 0; reuse->algorithms[i]; i++)
		(void)it_buf_printf(&text, "%s%s:%zu", i ? "," : "", reuse->algorithms[i]->name,
				    reuse->algorithms[i]->size); /* eight of them fit */
	memcpy(head->magic, magic, sizeof magic);
	head->version = CACHE_VERSION;
	head->order = BYTE_ORDER_MARK;
	memcpy(head->machine, machine, IT_REUSE_MACHINE_SIZE);
	memset(head->algorithms, 0, sizeof head->algorithms);
	memcpy(head->algorithms, it_buf_text(&text), text.len);
}

static const char *check_head(const struct it_reuse_head *head, const struct it_reuse *reuse,
			      const unsigned char machine[IT_REUSE_MACHINE_SIZE])
{
	struct it_reuse_head want;

	it_reuse_cache_head(&want, reuse, machine);
	if (!it_span_eq(it_span(head->magic, sizeof magic), it_span(magic, sizeof magic)))
		return "it is no cache of digests";
	if (head->version != CACHE_VERSION || head->order != BYTE_ORDER_MARK)
		return "it is of another version";
	if (!it_span_eq(it_span(head->machine, sizeof head->machine),
			it_span(machine, IT_REUSE_MACHINE_SIZE)))
		return "it is from another machine, or from before the last start of this one";
	if (!it_span_eq(it_span(head->algorithms, sizeof head->algorithms),
			it_span(want.algorithms, sizeof want.algorithms)))
		return "it is of other digests";
	if (head->record_size != it_reuse_record_size(reuse) ||
	    head->device_count > IT_REUSE_DEVICES || head->count > IT_REUSE_RECORDS_MAX)
		return "it is damaged";
	return NULL;
}

const char *it_reuse_cache_read(struct it_reuse *reuse,
				const unsigned char machine[IT_REUSE_MACHINE_SIZE], int64_t now,
				struct it_span *signature)
{
	struct it_span bytes = it_buf_span(&reuse->cache.bytes);
	struct it_reuse_head head;
	const char *fault;
	size_t records;

	if (bytes.len < sizeof head)
		return "it is damaged";
	memcpy(&head, bytes.data, sizeof head);
	fault = check_head(&head, reuse, machine);
	if (fault)
		return fault;
	if (head.saved > now)
		return "the clock was set back since it was written";
	records = (size_t)head.count * head.record_size; /* both are bounded */
	if (bytes.len - sizeof head <= records || bytes.len - sizeof head - records > SIGNATURE_MAX)
		return "it is damaged";
	*signature = it_span(bytes.data + sizeof head + records, bytes.len - sizeof head - records);
	for (uint32_t i = 0; i < head.device_count; i++) {
		reuse->devices[i].dev = head.devices[i].dev;
		reuse->devices[i].id = head.devices[i].id;
		atomic_store(&reuse->devices[i].trust, IT_REUSE_UNCHECKED);
	}
	reuse->device_count = head.device_count;
	reuse->cache.records = (const unsigned char *)bytes.data + sizeof head;
	reuse->cache.count = (size_t)head.count;
	return NULL;
}

static const char *verify(const struct it_reuse *reuse, struct it_span signature,
			  const struct it_signer *signer)
{
	IT_AUTO(it_buf_done) struct it_buf message = IT_BUF(ID_MAX);
	struct it_span bytes = it_buf_span(&reuse->cache.bytes);

	it_reuse_cache_message(&message, it_span(bytes.data, bytes.len - signature.len));
	if (!message.failed &&
	    it_key_verify(signer->key, it_buf_span(&message), signature, NULL) == INTOTO_OK)
		return NULL;
	return "it is damaged, or signed with another key";
}

/* Its head says how long it is: what claims to be longer than it can be is not read at all. */
static int read_file(struct it_reuse_cache *cache, const struct it_reuse *reuse,
		     const unsigned char machine[IT_REUSE_MACHINE_SIZE], const char **fault)
{
	const struct it_extent front = { 0, sizeof(struct it_reuse_head) };
	const struct it_extent all = { 0, 0 };
	IT_AUTO(it_buf_done) struct it_buf start = IT_BUF(sizeof(struct it_reuse_head));
	struct it_reuse_head head;
	int rc = it_regular_read(&start, cache->path, front, NULL);

	if (rc)
		return rc;
	memcpy(&head, start.data, sizeof head);
	*fault = check_head(&head, reuse, machine);
	if (*fault)
		return INTOTO_OK;
	it_buf_done(&cache->bytes); /* of a try before */
	cache->bytes.max = sizeof head + (size_t)head.count * head.record_size + SIGNATURE_MAX;
	return it_regular_read(&cache->bytes, cache->path, all, NULL);
}

/* Why it cannot be used; NULL when it can, or when there is none. */
static const char *load(struct it_reuse *reuse, const struct it_signer *signer, int *rc,
			struct intoto_error **err)
{
	unsigned char machine[IT_REUSE_MACHINE_SIZE];
	struct it_span signature;
	struct it_reuse_clock now;
	const char *fault = NULL;
	int got = INTOTO_E_LIMIT;

	if (it_reuse_machine(machine, NULL))
		return "this machine has no name for its start, so nothing can be bound to it";
	/* Another run may put a longer one there between the look at the head and the rest. */
	for (int i = 0; i < TRIES && got == INTOTO_E_LIMIT; i++)
		got = read_file(&reuse->cache, reuse, machine, &fault);
	/* Only now: another run may have written it just before. */
	if (!it_reuse_clock_read(&now))
		return "there is no clock to compare it with";
	if (got == INTOTO_E_NOTFOUND || fault)
		return fault;
	if (got)
		return "it is damaged, or cannot be read";
	fault = it_reuse_cache_read(reuse, machine, now.now, &signature);
	if (!fault)
		fault = verify(reuse, signature, signer);
	if (fault || !reuse->cache.count)
		return fault;
	reuse->cache.seen = calloc(reuse->cache.count, sizeof *reuse->cache.seen);
	if (!reuse->cache.seen)
		*rc = it_err_nomem(err);
	return NULL;
}

static void tell(const struct it_reuse *reuse, const char *fault)
{
	IT_AUTO(it_freep) char *path = it_text_quoted(it_span_text(reuse->cache.path));
	IT_AUTO(it_freep) char *text = NULL;

	if (reuse->cache.notice && asprintf(&text, "%s: this cache is not used and begins anew: %s",
					    path ? path : "", fault) >= 0)
		reuse->cache.notice(reuse->cache.arg, text);
}

/* To know the file when it is met in a tree that is recorded. */
static void find_folder(struct it_reuse_cache *cache)
{
	size_t len = (size_t)(it_path_base(cache->path) - cache->path);
	IT_AUTO(it_freep) char *folder = len ? strndup(cache->path, len) : strdup(".");
	struct stat about;

	if (!folder || stat(folder, &about))
		return;
	cache->folder_dev = about.st_dev;
	cache->folder_ino = about.st_ino;
}

int it_reuse_load(struct it_reuse *reuse, const char *path, const struct it_signer *signer,
		  void (*notice)(void *arg, const char *text), void *arg, struct intoto_error **err)
{
	const char *fault;
	int rc = INTOTO_OK;

	reuse->cache.asked_for = true;
	reuse->cache.notice = notice;
	reuse->cache.arg = arg;
	reuse->cache.path = strdup(path);
	if (!reuse->cache.path)
		return it_err_nomem(err);
	reuse->cache.base = it_span_text(it_path_base(reuse->cache.path));
	find_folder(&reuse->cache);
	fault = load(reuse, signer, &rc, err);
	if (fault || rc)
		it_reuse_cache_forget(reuse);
	if (fault)
		tell(reuse, fault);
	reuse->counts.loaded = reuse->cache.count;
	return rc;
}

/* --- searching --- */

static uint64_t place_at(const struct it_reuse *reuse, size_t index)
{
	uint64_t place;

	/* It stands first in a record. */
	memcpy(&place, reuse->cache.records + index * it_reuse_record_size(reuse), sizeof place);
	return place;
}

const unsigned char *it_reuse_cache_find(struct it_reuse *reuse, const struct it_reuse_state *state)
{
	const unsigned char *found;
	struct it_reuse_record record;
	size_t low = 0;
	size_t high = reuse->cache.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (place_at(reuse, middle) < state->place)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == reuse->cache.count)
		return NULL;
	found = reuse->cache.records + low * it_reuse_record_size(reuse);
	memcpy(&record, found, sizeof record);
	if (!it_reuse_same_state(&record.state, state))
		return NULL;
	atomic_store_explicit(&reuse->cache.seen[low], (unsigned char)reuse->snapshots,
			      memory_order_relaxed);
	return found + sizeof record;
}

/* --- the file itself --- */

static bool is_folder(const struct it_reuse_cache *cache, int at, const char *path, size_t len)
{
	IT_AUTO(it_freep) char *folder = len ? strndup(path, len) : strdup(".");
	struct stat about;

	return folder && (cache->folder_dev || cache->folder_ino) &&
	       fstatat(at, folder, &about, 0) == 0 && about.st_dev == cache->folder_dev &&
	       about.st_ino == cache->folder_ino;
}

/* The last part of a path, and nothing else than that. */
static bool ends_with_name(struct it_span name, struct it_span base)
{
	size_t head = name.len - base.len;

	return name.len >= base.len && (!head || name.data[head - 1] == '/') &&
	       it_span_eq(it_span(name.data + head, base.len), base);
}

/* By its place, since other runs may exchange it; a link to it, by what it leads to. */
bool it_reuse_is_cache(const struct it_reuse *reuse, const struct it_walk_found *found)
{
	const struct it_reuse_cache *cache = &reuse->cache;
	struct stat one;
	struct stat other;

	if (!cache->path)
		return false;
	if (found->is_link)
		return fstatat(found->at, found->path, &one, 0) == 0 &&
		       stat(cache->path, &other) == 0 && one.st_dev == other.st_dev &&
		       one.st_ino == other.st_ino;
	return ends_with_name(found->name, cache->base) &&
	       is_folder(cache, found->at, found->path, strlen(found->path) - cache->base.len);
}

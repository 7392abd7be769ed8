/* SPDX-License-Identifier: Apache-2.0 */
/* The cache file as it is left for the next run: what was there, and what is new, merged. */
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "record/reuse_part.h"

enum {
	CACHE_MODE = 0600, /* digests tell about files that others may not read */
	SIGNATURE_MAX = 64 * 1024,
	MESSAGE_MAX = 128,
	VALUE_MAX = IT_REUSE_ALGORITHMS * IT_DIGEST_MAX,
	DAYS_KEPT = 30, /* what no run of its scope asked for */
	DAYS_STALE = 7, /* then the file is written again, so that its days do not run out */
	SECONDS_PER_DAY = 24 * 3600,
	PLACE_BITS = 48,
};
#define NS_PER_S INT64_C(1000000000)

struct fresh {
	const struct it_reuse_known *known;
	uint32_t scope;
};

struct merge {
	struct it_buf *out;
	const struct it_reuse *reuse;
	struct fresh *fresh; /* sorted by place */
	size_t fresh_count;
	uint32_t today;
	uint64_t count;
	bool changed;
	bool used[IT_REUSE_DEVICES];
	uint64_t place_of[IT_REUSE_DEVICES]; /* the new index of each that is used */
};

static void merge_done(struct merge *merge)
{
	free(merge->fresh);
}

/* --- what was read in this run --- */

static int compare(const void *a, const void *b)
{
	uint64_t left = ((const struct fresh *)a)->known->state.place;
	uint64_t right = ((const struct fresh *)b)->known->state.place;

	return (left > right) - (left < right);
}

/* Files stand in the table in the order in which they came, one snapshot behind the other. */
static int collect(struct merge *merge, struct intoto_error **err)
{
	const struct it_reuse *reuse = merge->reuse;
	size_t snapshot = 0;

	merge->fresh = calloc(reuse->table.count + 1, sizeof *merge->fresh);
	if (!merge->fresh)
		return it_err_nomem(err);
	for (size_t i = 0; i < reuse->table.count; i++) {
		const struct it_reuse_known *known = it_reuse_table_at(&reuse->table, i);

		while (snapshot + 1 < reuse->snapshots && reuse->first[snapshot + 1] <= i)
			snapshot++;
		if (known->digests)
			merge->fresh[merge->fresh_count++] =
				(struct fresh){ known, reuse->scopes[snapshot] };
	}
	if (merge->fresh_count)
		qsort(merge->fresh, merge->fresh_count, sizeof *merge->fresh, compare);
	return INTOTO_OK;
}

/* "sha256:<hex>,..." as it was recorded: the same algorithms in the same order. */
static bool read_value(unsigned char out[VALUE_MAX], const struct it_reuse *reuse, const char *text)
{
	IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(VALUE_MAX);

	for (size_t i = 0; reuse->algorithms[i]; i++) {
		size_t digits = 2 * reuse->algorithms[i]->size;
		const char *hex = strchr(text, ':');

		if (!hex || strlen(hex + 1) < digits ||
		    !it_hex_decode(&value, it_span(hex + 1, digits)))
			return false;
		text = hex + 1 + digits;
	}
	if (value.failed || value.len != reuse->value_size)
		return false;
	memcpy(out, value.data, value.len);
	return true;
}

/* --- what was there --- */

static const unsigned char *old_at(const struct it_reuse *reuse, size_t index,
				   struct it_reuse_record *record)
{
	const unsigned char *bytes = reuse->cache.records + index * it_reuse_record_size(reuse);

	memcpy(record, bytes, sizeof *record);
	return bytes + sizeof *record;
}

static bool is_ended(const struct it_reuse *reuse, uint32_t scope)
{
	for (size_t i = 0; i < reuse->snapshots; i++)
		if (reuse->ended[i] && reuse->scopes[i] == scope)
			return true;
	return false;
}

/* Seen, or it may still be there for a run that looks at something else.  Sets scope and day. */
static bool is_kept(struct merge *merge, struct it_reuse_record *record, unsigned seen)
{
	const struct it_reuse *reuse = merge->reuse;
	uint64_t device = record->state.place >> PLACE_BITS;

	if (device >= reuse->device_count ||
	    atomic_load(&reuse->devices[device].trust) == IT_REUSE_GONE)
		return false;
	if (seen && seen <= reuse->snapshots) {
		if (merge->today - record->day >= DAYS_STALE)
			merge->changed = true;
		record->scope = reuse->scopes[seen - 1];
		record->day = merge->today;
		return true;
	}
	return !is_ended(reuse, record->scope) && merge->today - record->day <= DAYS_KEPT;
}

/* --- both --- */

/* Only devices that an entry is on are written, in the same order, so that places stay sorted. */
static void number_devices(struct merge *merge, struct it_reuse_head *head)
{
	for (size_t i = 0; i < merge->reuse->device_count; i++) {
		if (!merge->used[i])
			continue;
		merge->place_of[i] = (uint64_t)head->device_count << PLACE_BITS;
		head->devices[head->device_count].dev = merge->reuse->devices[i].dev;
		head->devices[head->device_count].id = merge->reuse->devices[i].id;
		head->device_count++;
	}
}

static void put(struct merge *merge, const struct it_reuse_record *record,
		const unsigned char *value)
{
	static const unsigned char zeros[sizeof(uint64_t)];
	uint64_t device = record->state.place >> PLACE_BITS;
	size_t len = sizeof *record + merge->reuse->value_size;
	struct it_reuse_record placed = *record;

	if (merge->count == IT_REUSE_RECORDS_MAX)
		return;
	merge->count++;
	merge->used[device] = true;
	if (!merge->out)
		return; /* only looked at, for the devices and the room */
	placed.state.place &= (UINT64_C(1) << PLACE_BITS) - 1;
	placed.state.place |= merge->place_of[device];
	(void)it_buf_add(merge->out, &placed, sizeof placed); /* all sticky */
	(void)it_buf_add(merge->out, value, merge->reuse->value_size);
	(void)it_buf_add(merge->out, zeros, it_reuse_record_size(merge->reuse) - len);
}

static void put_fresh(struct merge *merge, const struct fresh *fresh, const unsigned char *old,
		      const struct it_reuse_state *old_state)
{
	const struct it_reuse_record record = { fresh->known->state, fresh->scope, merge->today };
	unsigned char value[VALUE_MAX];

	if (!read_value(value, merge->reuse, fresh->known->digests))
		return; /* not one of ours: nothing to keep */
	if (!old || !it_reuse_same_state(&record.state, old_state) ||
	    !it_span_eq(it_span(value, merge->reuse->value_size),
			it_span(old, merge->reuse->value_size)))
		merge->changed = true;
	put(merge, &record, value);
}

/* Both are sorted by place; of one place, what was read in this run counts. */
static void run(struct merge *merge)
{
	const struct it_reuse *reuse = merge->reuse;
	size_t next = 0;

	merge->count = 0;
	for (size_t i = 0; i < reuse->cache.count; i++) {
		struct it_reuse_record old;
		const unsigned char *value = old_at(reuse, i, &old);
		bool exchanged;

		while (next < merge->fresh_count &&
		       merge->fresh[next].known->state.place < old.state.place)
			put_fresh(merge, &merge->fresh[next++], NULL, NULL);
		exchanged = next < merge->fresh_count &&
			    merge->fresh[next].known->state.place == old.state.place;
		if (exchanged)
			put_fresh(merge, &merge->fresh[next++], value, &old.state);
		else if (is_kept(merge, &old, reuse->cache.seen ? reuse->cache.seen[i] : 0))
			put(merge, &old, value);
		else
			merge->changed = true;
	}
	while (next < merge->fresh_count)
		put_fresh(merge, &merge->fresh[next++], NULL, NULL);
}

int it_reuse_cache_write(struct it_buf *out, bool *changed, struct it_reuse *reuse,
			 const unsigned char machine[IT_REUSE_MACHINE_SIZE],
			 struct it_reuse_clock now, struct intoto_error **err)
{
	IT_AUTO(merge_done)
	struct merge merge = { .reuse = reuse,
			       .today = (uint32_t)(now.now / NS_PER_S / SECONDS_PER_DAY) };
	struct it_reuse_head head = { .record_size = (uint32_t)it_reuse_record_size(reuse),
				      .saved = now.now };
	int rc = collect(&merge, err);

	if (rc)
		return rc;
	run(&merge);
	*changed = merge.changed;
	if (!merge.changed)
		return INTOTO_OK;
	it_reuse_cache_head(&head, reuse, machine);
	head.count = merge.count;
	number_devices(&merge, &head);
	(void)it_buf_reserve(out, sizeof head + (size_t)merge.count * head.record_size +
					  SIGNATURE_MAX); /* all sticky */
	(void)it_buf_add(out, &head, sizeof head);
	merge.out = out;
	run(&merge);
	return it_buf_check(out, "the cache of digests", err);
}

/* A pipe would be waited for, a device written to. */
static int check_place(const char *path, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(path));
	struct stat about;

	if (lstat(path, &about) || S_ISREG(about.st_mode) || S_ISLNK(about.st_mode))
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_IO, "%s: is no file, so it is not replaced",
			  quoted ? quoted : "");
}

int it_reuse_save(struct it_reuse *reuse, const char *path, const struct it_signer *signer,
		  struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(IT_REUSE_CACHE_MAX);
	IT_AUTO(it_buf_done) struct it_buf message = IT_BUF(MESSAGE_MAX);
	IT_AUTO(it_buf_done) struct it_buf signature = IT_BUF(SIGNATURE_MAX);
	unsigned char machine[IT_REUSE_MACHINE_SIZE];
	struct it_reuse_clock now;
	bool changed = false;
	int rc;

	if (reuse->clock_was_set || !reuse->snapshots || !it_reuse_clock_read(&now))
		return INTOTO_OK;
	rc = check_place(path, err);
	if (!rc)
		rc = it_reuse_machine(machine, err);
	if (!rc)
		rc = it_reuse_cache_write(&bytes, &changed, reuse, machine, now, err);
	if (rc || !changed)
		return rc;
	it_reuse_cache_message(&message, it_buf_span(&bytes));
	rc = it_buf_check(&message, "the cache of digests", err);
	if (!rc)
		rc = it_signer_sign(signer, it_buf_span(&message), &signature, err);
	(void)it_buf_add_span(&bytes, it_buf_span(&signature)); /* sticky */
	if (!rc)
		rc = it_buf_check(&bytes, "the cache of digests", err);
	return rc ? rc : it_file_write(path, it_buf_span(&bytes), CACHE_MODE, 0, err);
}

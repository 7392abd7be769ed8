/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/keep.h"

#include <stdlib.h>

#include "attest/room.h"
#include "base/path.h"
#include "base/text.h"
#include "store/release.h"

enum { BATCH = 1000 };

struct keeping {
	struct it_store *store;
	const struct it_archive_manifest *manifest;
	const char *folder; /* of the extracted members */
	const char *actor;
	const struct it_archive_member **there; /* a redaction withholds others */
	size_t count;
	struct it_store_member *members;
};

static void keeping_done(struct keeping *keeping)
{
	free(keeping->there);
	free(keeping->members);
}

struct batch {
	struct it_store_put *puts;
	struct it_store_receipt *receipts;
	struct it_strings paths;
};

static void batch_done(struct batch *batch)
{
	free(batch->puts);
	free(batch->receipts);
	it_strings_done(&batch->paths);
}

static int fill_batch(struct batch *batch, const struct keeping *keeping, size_t from, size_t count,
		      struct intoto_error **err)
{
	int rc = INTOTO_OK;

	batch->puts = calloc(count, sizeof *batch->puts);
	batch->receipts = calloc(count, sizeof *batch->receipts);
	if (!batch->puts || !batch->receipts)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < count; i++) {
		const char *name = keeping->there[from + i]->name;
		IT_AUTO(it_freep) char *path = it_path_join(keeping->folder, name);

		rc = path ? it_strings_add(&batch->paths, path, err) : it_err_nomem(err);
		if (!rc)
			batch->puts[i] = (struct it_store_put){
				.path = batch->paths.items[batch->paths.count - 1],
				.actor = keeping->actor,
				.retention = keeping->manifest->retention,
				.lock_until = keeping->manifest->lock_until,
			};
	}
	return rc;
}

static int put_some(struct keeping *keeping, size_t from, size_t count, struct intoto_error **err)
{
	IT_AUTO(batch_done) struct batch batch = { 0 };
	int rc = fill_batch(&batch, keeping, from, count, err);

	if (!rc)
		rc = it_store_put(keeping->store, batch.puts, count, batch.receipts, err);
	for (size_t i = 0; !rc && i < count; i++) {
		const struct it_archive_member *member = keeping->there[from + i];

		keeping->members[from + i] = (struct it_store_member){
			.id = batch.receipts[i].id,
			.role = it_archive_role_name(member->role),
			.name = member->name,
		};
	}
	return rc;
}

static int find_members(struct keeping *keeping, const struct it_archive *archive,
			struct intoto_error **err)
{
	const struct it_archive_manifest *manifest = archive->manifest;

	keeping->manifest = manifest;
	keeping->there =
		calloc(manifest->member_count + 1, sizeof(const struct it_archive_member *));
	if (!keeping->there)
		return it_err_nomem(err);
	for (size_t i = 0; i < manifest->member_count; i++)
		if (archive->there[i])
			keeping->there[keeping->count++] = &manifest->members[i];
	return INTOTO_OK;
}

static int keep(struct keeping *keeping, const struct it_object_id *id, struct intoto_error **err)
{
	const struct it_archive_manifest *manifest = keeping->manifest;
	const struct it_store_release release = {
		.archive = *id,
		.product = manifest->product,
		.release = manifest->release,
		.verdict = manifest->verdict,
		.time = manifest->time,
		.previous = manifest->previous,
		.retention = manifest->retention,
		.lock_until = manifest->lock_until,
		.member_count = keeping->count,
	};
	struct it_store_release filled = release;
	int rc = INTOTO_OK;

	keeping->members = calloc(keeping->count + 1, sizeof *keeping->members);
	if (!keeping->members)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < keeping->count; i += BATCH) {
		size_t left = keeping->count - i;

		rc = put_some(keeping, i, left < BATCH ? left : BATCH, err);
	}
	filled.members = keeping->members;
	return rc ? rc : it_store_relate(keeping->store, &filled, err);
}

/* What is no archive, or none that is whole, is a file like any other; what could not be read is an
 * error. */
static int read_whole(bool *whole, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_archive_freep) struct it_archive *archive = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_archive_read(&archive, path, NULL, &why);

	*whole = !rc && it_archive_is_whole(archive);
	if (!rc || rc == INTOTO_E_FORMAT || rc == INTOTO_E_LIMIT || rc == INTOTO_E_UNSUPPORTED)
		return INTOTO_OK;
	return it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
}

int it_archive_keep(struct it_store *store, const char *path, const struct it_object_id *id,
		    const char *actor, bool *kept, struct intoto_error **err)
{
	IT_AUTO(it_room_done) struct it_room room = { 0 };
	IT_AUTO(it_freep) char *folder = NULL;
	IT_AUTO(it_archive_freep) struct it_archive *archive = NULL;
	IT_AUTO(keeping_done) struct keeping keeping = { .store = store, .actor = actor };
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(2 * IT_SHA256_SIZE);
	bool whole = false;
	int rc;

	*kept = false;
	rc = read_whole(&whole, path, err);
	if (rc || !whole)
		return rc;
	rc = it_room_open(&room, true, 0, err);
	if (rc)
		return rc;
	folder = it_path_join(room.home, "evidence");
	it_hex_encode(&hex, it_span(id->bytes, sizeof id->bytes));
	if (!folder || hex.failed)
		return it_err_nomem(err);
	rc = it_archive_extract(&archive, path, folder, NULL, err);
	/* It may be another file by now. */
	if (rc || !it_archive_is_whole(archive) || !it_streq(archive->sha256, it_buf_text(&hex)))
		return rc;
	keeping.folder = folder;
	rc = find_members(&keeping, archive, err);
	if (!rc)
		rc = keep(&keeping, id, err);
	*kept = !rc;
	return rc;
}

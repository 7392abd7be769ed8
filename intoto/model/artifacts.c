/* SPDX-License-Identifier: Apache-2.0 */
/* The table of artifacts. */
#include "model/artifacts.h"

#include <string.h>

#include "base/text.h"
#include "model/artifacts_sort.h"
#include "model/digest_set.h"

enum {
	CHUNK_FIRST = 4096, /* a step without files must not pay for one with many */
	CHUNK_LARGEST = 1024 * 1024,
};

struct it_artifact_chunk {
	struct it_artifact_chunk *next;
	size_t used;
	size_t size;
	char bytes[];
};

struct it_artifact_arena {
	size_t owners; /* tables */
	struct it_artifact_chunk *chunks;
};

static void arena_drop(struct it_artifact_arena *arena)
{
	if (!arena || --arena->owners)
		return;
	while (arena->chunks) {
		struct it_artifact_chunk *chunk = arena->chunks;

		arena->chunks = chunk->next;
		free(chunk);
	}
	free(arena);
}

void it_artifacts_done(struct it_artifacts *artifacts)
{
	arena_drop(artifacts->arena);
	free(artifacts->items);
	*artifacts = (struct it_artifacts){ 0 };
}

/* A new chunk in front, with room for at least need bytes. */
static int add_chunk(struct it_artifact_arena *arena, size_t need)
{
	size_t size = arena->chunks ? arena->chunks->size * 2 : CHUNK_FIRST;
	struct it_artifact_chunk *chunk;

	if (size > CHUNK_LARGEST)
		size = CHUNK_LARGEST;
	if (size < need)
		size = need;
	chunk = malloc(sizeof *chunk + size);
	if (!chunk)
		return INTOTO_E_NOMEM;
	chunk->next = arena->chunks;
	chunk->used = 0;
	chunk->size = size;
	arena->chunks = chunk;
	return INTOTO_OK;
}

static bool has_arena(struct it_artifacts *artifacts)
{
	if (!artifacts->arena) {
		artifacts->arena = calloc(1, sizeof *artifacts->arena);
		if (artifacts->arena)
			artifacts->arena->owners = 1;
	}
	return artifacts->arena;
}

void it_artifacts_share(struct it_artifacts *artifacts, const struct it_artifacts *with)
{
	arena_drop(artifacts->arena);
	artifacts->arena = with->arena;
	if (artifacts->arena)
		artifacts->arena->owners++;
}

const char *it_artifacts_keep(struct it_artifacts *artifacts, struct it_span text)
{
	struct it_artifact_chunk *chunk;
	char *copy;

	if (!has_arena(artifacts))
		return NULL;
	chunk = artifacts->arena->chunks;
	if ((!chunk || chunk->size - chunk->used <= text.len) &&
	    add_chunk(artifacts->arena, text.len + 1))
		return NULL;
	chunk = artifacts->arena->chunks;
	copy = chunk->bytes + chunk->used;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	chunk->used += text.len + 1;
	return copy;
}

static int make_room(struct it_artifacts *artifacts)
{
	size_t cap = artifacts->cap ? artifacts->cap * 2 : 16;
	struct it_artifact *items;

	if (artifacts->count < artifacts->cap)
		return INTOTO_OK;
	items = reallocarray(artifacts->items, cap, sizeof *items);
	if (!items)
		return INTOTO_E_NOMEM;
	artifacts->items = items;
	artifacts->cap = cap;
	return INTOTO_OK;
}

/* Behind the others; both texts live with the table. */
static int push(struct it_artifacts *artifacts, struct it_span name, struct it_span digests)
{
	if (name.len > UINT32_MAX || digests.len > UINT32_MAX)
		return INTOTO_E_LIMIT;
	if (make_room(artifacts))
		return INTOTO_E_NOMEM;
	artifacts->items[artifacts->count++] = (struct it_artifact){
		.name = name.data,
		.digests = digests.data,
		.name_len = (uint32_t)name.len,
		.digests_len = (uint32_t)digests.len,
	};
	return INTOTO_OK;
}

int it_artifacts_append(struct it_artifacts *artifacts, struct it_span kept, struct it_span digests)
{
	const char *text = it_artifacts_keep(artifacts, digests);

	return text ? push(artifacts, kept, it_span(text, digests.len)) : INTOTO_E_NOMEM;
}

int it_artifacts_append_like(struct it_artifacts *artifacts, const struct it_artifact *like,
			     struct it_span digests)
{
	struct it_span same = it_span(like->digests, like->digests_len);

	if (it_span_eq(same, digests))
		return push(artifacts, it_artifact_name(like), same);
	return it_artifacts_append(artifacts, it_artifact_name(like), digests);
}

/* Nearly every set is one SHA-256, and there are millions. */
enum it_digests_match it_artifacts_match(const struct it_artifact *a, const struct it_artifact *b)
{
	static const char strong[] = "sha256:";

	if (a->digests_len == b->digests_len && a->digests_len > sizeof strong - 1 &&
	    it_span_eq(it_span(a->digests, sizeof strong - 1),
		       it_span(strong, sizeof strong - 1)) &&
	    it_span_eq(it_span(a->digests, a->digests_len), it_span(b->digests, b->digests_len)))
		return IT_DIGESTS_MATCH;
	return it_digests_match(a->digests, b->digests);
}

static int add_checked(struct it_artifacts *artifacts, struct it_span name, struct it_span digests,
		       struct intoto_error **err)
{
	const char *kept = it_artifacts_keep(artifacts, name);
	int rc;

	if (!kept)
		return it_err_nomem(err);
	rc = it_artifacts_append(artifacts, it_span(kept, name.len), digests);
	if (rc == INTOTO_E_LIMIT)
		return it_err_set(err, rc, "digests of more than %u bytes", UINT32_MAX);
	return rc ? it_err_nomem(err) : INTOTO_OK;
}

/* NULL when the name can be kept, else what is wrong with it. */
static const char *name_fault(struct it_span name)
{
	if (name.len == 0)
		return "an empty artifact name";
	if (name.len > IT_ARTIFACT_NAME_MAX)
		return "an artifact name of more than 65536 bytes";
	return memchr(name.data, '\0', name.len) ? "a NUL character in an artifact name" : NULL;
}

int it_artifacts_add(struct it_artifacts *artifacts, struct it_span name, struct it_span digests,
		     struct intoto_error **err)
{
	const char *fault = name_fault(name);
	IT_AUTO(it_buf_done) struct it_buf shown = IT_BUF(SIZE_MAX / 2);

	if (!fault && !it_utf8_valid(name))
		fault = "an artifact name that is not UTF-8";
	if (!fault)
		return add_checked(artifacts, name, digests, err);
	it_where_quote(&shown, name);
	return it_err_set(err, INTOTO_E_FORMAT, "artifact %s: %s", it_buf_text(&shown), fault);
}

static int refuse_conflict(const struct it_artifact *item, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(SIZE_MAX / 2);

	it_where_quote(&name, it_span_text(item->name));
	return it_err_set(err, INTOTO_E_FORMAT,
			  "artifact %s: recorded twice with different digests", it_buf_text(&name));
}

int it_artifacts_seal(struct it_artifacts *artifacts, struct intoto_error **err)
{
	struct it_artifact *items = artifacts->items;
	size_t kept = 0;

	if (it_artifacts_sort(items, artifacts->count))
		return it_err_nomem(err);
	for (size_t i = 0; i < artifacts->count; i++) {
		bool again = kept && it_span_eq(it_artifact_name(&items[kept - 1]),
						it_artifact_name(&items[i]));

		if (again && !it_streq(items[kept - 1].digests, items[i].digests))
			return refuse_conflict(&items[i], err);
		if (!again)
			items[kept++] = items[i];
	}
	artifacts->count = kept;
	return INTOTO_OK;
}

size_t it_artifacts_lower_bound(const struct it_artifacts *artifacts, struct it_span name)
{
	size_t low = 0;
	size_t high = artifacts->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (it_span_cmp(it_artifact_name(&artifacts->items[middle]), name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct it_artifact *it_artifacts_find(const struct it_artifacts *artifacts,
					    struct it_span name)
{
	size_t at = it_artifacts_lower_bound(artifacts, name);

	if (at == artifacts->count || !it_span_eq(name, it_artifact_name(&artifacts->items[at])))
		return NULL;
	return &artifacts->items[at];
}

bool it_artifacts_equal(const struct it_artifacts *a, const struct it_artifacts *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!it_span_eq(it_artifact_name(&a->items[i]), it_artifact_name(&b->items[i])) ||
		    it_artifacts_match(&a->items[i], &b->items[i]) != IT_DIGESTS_MATCH)
			return false;
	return true;
}

static int read_artifact(struct it_artifacts *out, const struct it_json_member *member,
			 struct it_buf *digests, const struct it_where *up,
			 struct intoto_error **err)
{
	struct it_where where = { up, member->name.data, 0 };
	const char *fault = name_fault(member->name);
	int rc;

	if (fault)
		return it_where_refuse(&where, INTOTO_E_FORMAT, err, "%s", fault);
	rc = it_digest_set_read(digests, member->value, &where, err);
	if (rc)
		return rc;
	return add_checked(out, member->name, it_buf_span(digests), err);
}

int it_artifacts_read(struct it_artifacts *out, const struct it_json *object,
		      const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	IT_AUTO(it_buf_done) struct it_buf digests = IT_BUF(SIZE_MAX / 2);
	size_t count;
	int rc;

	if (it_json_kind(object) != IT_JSON_OBJECT)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want an object, found %s",
				       it_json_kind_name(object));
	rc = it_json_members(&members, &count, object, err);
	for (size_t i = 0; rc == INTOTO_OK && i < count; i++)
		rc = read_artifact(out, &members[i], &digests, where, err);
	return rc ? rc : it_artifacts_seal(out, err);
}

void it_artifacts_write(struct it_writer *writer, const struct it_artifacts *artifacts)
{
	it_write_object(writer);
	for (size_t i = 0; i < artifacts->count && !it_writer_failed(writer); i++) {
		it_write_name_kept(writer, it_artifact_name(&artifacts->items[i]));
		it_digest_set_write_span(writer, it_span(artifacts->items[i].digests,
							 artifacts->items[i].digests_len));
	}
	it_write_object_end(writer);
}

int it_artifacts_copy(struct it_artifacts *out, const struct it_artifacts *artifacts,
		      struct intoto_error **err)
{
	for (size_t i = 0; i < artifacts->count; i++) {
		const struct it_artifact *item = &artifacts->items[i];
		int rc = add_checked(out, it_artifact_name(item),
				     it_span(item->digests, item->digests_len), err);

		if (rc)
			return rc;
	}
	return INTOTO_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* intoto verify --explain: what was meant, and what was perhaps meant instead. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/suggest.h"
#include "cmd/verify.h"
#include "record/hash.h"

enum { NEAR_MAX = 3, DIGESTS_LIMIT = 4096 };

void it_verify_explain_done(struct it_stories *stories)
{
	for (size_t i = 0; i < stories->count; i++)
		it_story_done(&stories->items[i]);
	free(stories->items);
	*stories = (struct it_stories){ 0 };
}

/* --- the file here --- */

/* Appends the digests of a regular file; nothing when there is none that can be read. */
static int hash_local(const char *path, struct it_buf *out, struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	static const char *const names[] = { "sha256", "sha384", "sha512", "gitoid" };
	const struct it_digest_alg *algorithms[IT_COUNT_OF(names) + 1] = { NULL };
	IT_AUTO(it_hasher_done) struct it_hasher hasher = { 0 };
	struct stat about;
	int rc;

	if (fd < 0 || fstat(fd, &about) || !S_ISREG(about.st_mode))
		return INTOTO_OK;
	for (size_t i = 0; i < IT_COUNT_OF(names); i++)
		algorithms[i] = it_digest_find(names[i]);
	rc = it_hasher_init(&hasher, algorithms, err);
	return rc ? rc : it_hash_file(&hasher, fd, &about, it_span_text(path), out, err);
}

/* --- what may have been meant --- */

static int add_near(struct it_strings *near, const char *name, struct intoto_error **err)
{
	if (near->count >= NEAR_MAX || it_strings_has(near, name))
		return INTOTO_OK;
	return it_strings_add(near, name, err);
}

/* Files of that name in other folders, and the name that is nearest by letters. */
static int look_at_side(struct it_story *story, const struct it_traced_side *side,
			struct it_suggestion *nearest, struct intoto_error **err)
{
	const char *base = it_path_base(story->query);
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < side->count; i++) {
		const char *name = side->artifacts[i].name;

		if (*base && it_streq(it_path_base(name), base))
			rc = add_near(&story->near, name, err);
		it_suggest(nearest, name);
	}
	return rc;
}

static int find_near(struct it_story *story, const struct it_trace *trace,
		     struct intoto_error **err)
{
	struct it_suggestion nearest = { .word = story->query };
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < it_trace_count(trace); i++) {
		const struct it_traced_item *item = it_trace_at(trace, i);

		for (size_t side = 0; !rc && side < IT_COUNT_OF(item->sides); side++)
			rc = look_at_side(story, &item->sides[side], &nearest, err);
	}
	return rc || story->near.count || !nearest.best ? rc
							: add_near(&story->near, nearest.best, err);
}

/* --- all of them --- */

/* "./a//b" is a/b to a link. */
static int clean(struct it_buf *out, const char *query, struct intoto_error **err)
{
	if (it_story_is_digest(query))
		(void)it_buf_add_text(out, query); /* looked at below */
	else
		(void)it_path_clean(out, it_span_text(query));
	return it_buf_check(out, "artifact", err);
}

static int explain(struct it_story *story, const struct it_trace *trace, const char *query,
		   struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(IT_ARTIFACT_NAME_MAX);
	IT_AUTO(it_buf_done) struct it_buf local = IT_BUF(DIGESTS_LIMIT);
	int rc = clean(&name, query, err);

	if (!rc && !it_story_is_digest(query))
		rc = hash_local(query, &local, err);
	if (!rc)
		rc = it_story_find(story, trace, it_buf_text(&name),
				   local.len ? it_buf_text(&local) : NULL, err);
	return rc || story->count ? rc : find_near(story, trace, err);
}

int it_verify_explain(struct it_verify_result *result, const struct it_strings *queries,
		      struct intoto_error **err)
{
	int rc;

	if (!queries->count)
		return INTOTO_OK;
	rc = it_trace_check(result->trace, err);
	if (rc)
		return rc;
	result->stories.items = calloc(queries->count, sizeof *result->stories.items);
	if (!result->stories.items)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < queries->count; i++) {
		result->stories.count++;
		rc = explain(&result->stories.items[i], result->trace, queries->items[i], err);
	}
	return it_err_wrap(err, rc, "--explain");
}

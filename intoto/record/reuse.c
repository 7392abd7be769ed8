/* SPDX-License-Identifier: Apache-2.0 */
/* When a digest that is known may stand for a file. */
#include "record/reuse.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "record/hash.h"
#include "record/reuse_part.h"

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)

enum {
	/* Two ticks of the slowest kernel (100 a second). */
	YOUNG_MS = 20,
	/* Where times have no fraction: ext4 with small inodes, ext3. */
	YOUNG_WHOLE_S = 2,
	PLACE_BITS = 48,
};

/* Beyond it a time in nanoseconds does not fit. */
static const int64_t seconds_max = INT64_C(9000000000);

/* --- making one --- */

int it_reuse_new(struct it_reuse **out, enum it_reuse_mode mode,
		 const struct it_digest_alg *const *algorithms, struct intoto_error **err)
{
	IT_AUTO(it_hasher_done) struct it_hasher order = { 0 };
	int rc = it_hasher_init(&order, algorithms, err);
	struct it_reuse *reuse;

	*out = NULL;
	if (rc)
		return rc;
	reuse = calloc(1, sizeof *reuse);
	if (!reuse)
		return it_err_nomem(err);
	_Static_assert((int)IT_HASH_ALGORITHMS <= (int)IT_REUSE_ALGORITHMS, "as many algorithms");
	for (size_t i = 0; i < order.count; i++) {
		reuse->algorithms[i] = order.digests[i].alg;
		reuse->value_size += order.digests[i].alg->size;
	}
	reuse->mode = mode;
	reuse->watch = -1;
	(void)pthread_rwlock_init(&reuse->lock, NULL); /* default attributes: cannot fail */
	*out = reuse;
	return INTOTO_OK;
}

void it_reuse_free(struct it_reuse *reuse)
{
	if (!reuse)
		return;
	it_reuse_table_done(&reuse->table);
	it_reuse_cache_done(&reuse->cache);
	for (size_t i = 0; i < IT_REUSE_SNAPSHOTS; i++)
		it_artifacts_done(&reuse->texts[i]);
	for (size_t i = 0; i < IT_REUSE_FOLDERS; i++)
		free(reuse->folders[i].path);
	it_fd_close(&reuse->watch);
	(void)pthread_rwlock_destroy(&reuse->lock); /* nobody holds it any more */
	free(reuse);
}

void it_reuse_ask(struct it_reuse *reuse, bool (*touched)(void *arg, struct it_span path),
		  void *arg)
{
	reuse->touched = touched;
	reuse->touched_arg = arg;
}

void it_reuse_count(struct it_reuse *reuse, struct it_reuse_counts *out)
{
	*out = (struct it_reuse_counts){
		.asked = atomic_load(&reuse->counts.missed) + atomic_load(&reuse->counts.used),
		.used = atomic_load(&reuse->counts.used),
		.wrong = atomic_load(&reuse->counts.wrong),
		.untrusted = atomic_load(&reuse->counts.untrusted),
		.loaded = atomic_load(&reuse->counts.loaded),
		.left_out = atomic_load(&reuse->counts.left_out),
	};
}

enum it_reuse_mode it_reuse_mode(const struct it_reuse *reuse)
{
	return reuse->mode;
}

bool it_reuse_has_cache(const struct it_reuse *reuse)
{
	return reuse->cache.asked_for;
}

/* --- snapshots --- */

static void forget_folders(struct it_reuse *reuse)
{
	for (size_t i = 0; i < IT_REUSE_FOLDERS; i++) {
		free(reuse->folders[i].path);
		reuse->folders[i].path = NULL;
	}
}

/* Everything that was known was told by change times that mean nothing any more. */
static void forget_all(struct it_reuse *reuse)
{
	if (!reuse->clock_was_set && reuse->cache.notice)
		reuse->cache.notice(reuse->cache.arg, "the clock was set meanwhile, so every file "
						      "is read again");
	reuse->clock_was_set = true;
	it_reuse_table_done(&reuse->table);
}

int it_reuse_begin(struct it_reuse *reuse, struct it_artifacts *artifacts, uint32_t scope,
		   struct intoto_error **err)
{
	struct it_reuse_clock now;
	size_t at = reuse->snapshots;

	if (at == IT_REUSE_SNAPSHOTS)
		return it_err_set(err, INTOTO_E_LIMIT, "more than %d snapshots in one step",
				  IT_REUSE_SNAPSHOTS);
	/* So that there is something to share. */
	if (!it_artifacts_keep(artifacts, it_span_text("")))
		return it_err_nomem(err);
	it_artifacts_share(&reuse->texts[at], artifacts);
	reuse->scopes[at] = scope;
	reuse->first[at] = reuse->table.count;
	reuse->snapshots++;
	forget_folders(reuse);
	if (!at)
		reuse->watch = it_reuse_clock_watch();
	if (!it_reuse_clock_read(&now)) {
		forget_all(reuse);
		return INTOTO_OK;
	}
	if (!at)
		reuse->clock = now;
	else if (it_reuse_clock_was_set(reuse->watch) || !it_reuse_clock_kept(&reuse->clock, &now))
		forget_all(reuse);
	reuse->began = now.now;
	return INTOTO_OK;
}

void it_reuse_end(struct it_reuse *reuse)
{
	if (reuse->snapshots)
		reuse->ended[reuse->snapshots - 1] = true;
}

/* --- states --- */

static bool to_ns(int64_t *out, struct timespec time)
{
	if (time.tv_sec > seconds_max || time.tv_sec < -seconds_max)
		return false;
	*out = (int64_t)time.tv_sec * NS_PER_S + time.tv_nsec;
	return true;
}

bool it_reuse_state_of(struct it_reuse_state *out, unsigned device, const struct stat *about)
{
	if ((uint64_t)about->st_ino >> PLACE_BITS || device >= IT_REUSE_DEVICES)
		return false;
	out->place = (uint64_t)device << PLACE_BITS | (uint64_t)about->st_ino;
	out->size = (uint64_t)about->st_size;
	return to_ns(&out->mtime, about->st_mtim) && to_ns(&out->ctime, about->st_ctim);
}

bool it_reuse_same_state(const struct it_reuse_state *a, const struct it_reuse_state *b)
{
	return a->place == b->place && a->size == b->size && a->mtime == b->mtime &&
	       a->ctime == b->ctime;
}

/*
 * What changes after the snapshot began gets a time that is not before it by more than the
 * fineness of times: so a file that is older by more than that would show another ctime.
 */
bool it_reuse_is_old(const struct stat *about, int64_t began)
{
	int64_t young = about->st_ctim.tv_nsec ? YOUNG_MS * NS_PER_MS : YOUNG_WHOLE_S * NS_PER_S;
	int64_t ctime;

	return to_ns(&ctime, about->st_ctim) && ctime < began - young;
}

/* --- what a trace says --- */

/* Where an open descriptor stands now; false: nowhere. */
static bool path_of(char out[PATH_MAX], int fd)
{
	char link[sizeof "/proc/self/fd/" + 3 * sizeof fd];
	ssize_t len;

	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd); /* fits */
	len = readlink(link, out, PATH_MAX - 1);
	if (len <= 0 || out[0] != '/')
		return false;
	out[len] = '\0';
	return true;
}

/* The path of a folder, which many files share. */
static bool folder_path(struct it_reuse *reuse, char out[PATH_MAX], int fd)
{
	struct stat about;
	size_t at;
	bool known;

	if (fstat(fd, &about))
		return false;
	at = (size_t)(about.st_ino % IT_REUSE_FOLDERS);
	(void)pthread_rwlock_rdlock(&reuse->lock); /* ours, and initialised: cannot fail */
	known = reuse->folders[at].path && reuse->folders[at].dev == about.st_dev &&
		reuse->folders[at].ino == about.st_ino;
	if (known)
		(void)snprintf(out, PATH_MAX, "%s", reuse->folders[at].path); /* fitted before */
	(void)pthread_rwlock_unlock(&reuse->lock);
	if (known || !path_of(out, fd))
		return known;
	(void)pthread_rwlock_wrlock(&reuse->lock); /* as above */
	free(reuse->folders[at].path);
	reuse->folders[at].path = strdup(out); /* without memory it is asked for again */
	reuse->folders[at].dev = about.st_dev;
	reuse->folders[at].ino = about.st_ino;
	(void)pthread_rwlock_unlock(&reuse->lock);
	return true;
}

/* As the host sees it, whatever the path was given as: links in it are followed. */
static bool real_path(struct it_reuse *reuse, char out[PATH_MAX], const struct it_walk_found *found)
{
	bool plain = !found->is_link && found->at >= 0 && !strchr(found->path, '/');
	IT_AUTO(it_fd_close) int fd = -1;
	size_t len;

	if (!plain) {
		fd = openat(found->at, found->path,
			    O_PATH | O_CLOEXEC | (found->is_link ? 0 : O_NOFOLLOW));
		return fd >= 0 && path_of(out, fd);
	}
	if (!folder_path(reuse, out, found->at))
		return false;
	len = strlen(out);
	return snprintf(out + len, PATH_MAX - len, "%s%s", len > 1 ? "/" : "", found->path) <
	       (int)(PATH_MAX - len);
}

/* What has no path cannot be asked about. */
static bool is_touched(struct it_reuse *reuse, const struct it_walk_found *found)
{
	char path[PATH_MAX];

	return !real_path(reuse, path, found) ||
	       reuse->touched(reuse->touched_arg, it_span_text(path));
}

/* --- finding --- */

/* The digests of one file as a text; value has them one behind the other. */
static void add_value(struct it_buf *out, const struct it_reuse *reuse, const unsigned char *value)
{
	for (size_t i = 0; reuse->algorithms[i]; i++) {
		const struct it_digest_alg *alg = reuse->algorithms[i];

		(void)it_buf_add_text(out, i ? "," : ""); /* all sticky */
		(void)it_buf_add_text(out, alg->name);
		(void)it_buf_add_byte(out, ':');
		it_hex_encode(out, it_span(value, alg->size));
		value += alg->size;
	}
}

/* Of the device a file is on; for the first file of it, one more look. */
static int device_of(struct it_reuse *reuse, const struct it_walk_found *found,
		     const struct stat *about)
{
	IT_AUTO(it_fd_close) int fd = -1;
	bool checked;
	int device = it_reuse_device_known(reuse, about, &checked);

	if (checked)
		return device;
	fd = openat(found->at, found->path, O_PATH | O_CLOEXEC | (found->is_link ? 0 : O_NOFOLLOW));
	return fd < 0 ? -1 : it_reuse_device(reuse, fd, about);
}

/* The text stays; an entry of the table may not. */
static const char *find_in_table(struct it_reuse *reuse, const struct it_reuse_state *state)
{
	const struct it_reuse_known *known;
	const char *digests = NULL;

	if (!atomic_load(&reuse->has_known))
		return NULL;
	(void)pthread_rwlock_rdlock(&reuse->lock); /* as above */
	known = it_reuse_table_find(&reuse->table, state->place);
	if (known && it_reuse_same_state(&known->state, state))
		digests = known->digests;
	(void)pthread_rwlock_unlock(&reuse->lock);
	return digests;
}

static bool look_up(struct it_reuse *reuse, const struct it_reuse_state *state, struct it_buf *out)
{
	const char *digests = find_in_table(reuse, state);
	const unsigned char *value = digests ? NULL : it_reuse_cache_find(reuse, state);

	if (digests)
		(void)it_buf_add_text(out, digests); /* sticky */
	if (value)
		add_value(out, reuse, value);
	return digests || value;
}

static bool is_known(struct it_reuse *reuse, const struct it_walk_found *found, struct stat *about,
		     struct it_buf *out)
{
	struct it_reuse_state state;
	int device;

	if (fstatat(found->at, found->path, about, found->is_link ? 0 : AT_SYMLINK_NOFOLLOW) ||
	    !S_ISREG(about->st_mode) || (reuse->touched && is_touched(reuse, found)))
		return false;
	device = device_of(reuse, found, about);
	return device >= 0 && it_reuse_state_of(&state, (unsigned)device, about) &&
	       look_up(reuse, &state, out);
}

enum it_reuse_answer it_reuse_find(struct it_reuse *reuse, const struct it_walk_found *found,
				   struct stat *about, struct it_buf *out)
{
	if (it_reuse_is_cache(reuse, found)) {
		atomic_fetch_add(&reuse->counts.left_out, 1);
		return IT_REUSE_LEFT_OUT;
	}
	if (reuse->mode == IT_REUSE_VERIFY || reuse->clock_was_set)
		return IT_REUSE_READ;
	if (!is_known(reuse, found, about, out)) {
		atomic_fetch_add(&reuse->counts.missed, 1);
		return IT_REUSE_READ;
	}
	atomic_fetch_add(&reuse->counts.used, 1);
	return IT_REUSE_KNOWN;
}

/* --- remembering --- */

/* A file in another state than before is another file. */
static void expect(struct it_reuse *reuse, const struct it_reuse_state *state)
{
	struct it_reuse_known *known = it_reuse_table_add(&reuse->table, state->place);

	if (known && !(known->digests && it_reuse_same_state(&known->state, state)))
		*known = (struct it_reuse_known){ .state = *state };
}

bool it_reuse_opened(struct it_reuse *reuse, int fd)
{
	return !reuse->clock_was_set && it_reuse_is_settled(fd);
}

void it_reuse_was_read(struct it_reuse *reuse, int fd, const struct stat *about, bool settled)
{
	bool trusted = settled && !reuse->clock_was_set && it_reuse_is_old(about, reuse->began);
	struct it_reuse_state state;
	int device;

	device = trusted ? it_reuse_device(reuse, fd, about) : -1;
	if (device < 0 || !it_reuse_state_of(&state, (unsigned)device, about)) {
		atomic_fetch_add(&reuse->counts.untrusted, 1);
		return;
	}
	(void)pthread_rwlock_wrlock(&reuse->lock); /* as above */
	expect(reuse, &state);
	(void)pthread_rwlock_unlock(&reuse->lock);
}

static void tell_wrong(struct it_reuse *reuse, struct it_span name)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(name);
	IT_AUTO(it_freep) char *text = NULL;

	atomic_fetch_add(&reuse->counts.wrong, 1);
	if (!reuse->cache.notice ||
	    asprintf(&text,
		     "%s: another digest was known for the file in this state; it was read, "
		     "and the digest is right now",
		     quoted ? quoted : "") < 0)
		return;
	reuse->cache.notice(reuse->cache.arg, text);
}

/* Whether what was known says something else; only who verifies can find that. */
static bool is_wrong(struct it_reuse *reuse, const struct it_reuse_known *known,
		     const char *digests)
{
	const unsigned char *value = it_reuse_cache_find(reuse, &known->state);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_REUSE_ALGORITHMS * 256);

	if (known->digests)
		return !it_streq(known->digests, digests);
	if (!value)
		return false;
	add_value(&text, reuse, value);
	return !text.failed && !it_streq(it_buf_text(&text), digests);
}

void it_reuse_remember(struct it_reuse *reuse, struct it_span name, const struct stat *about,
		       const char *digests)
{
	struct it_reuse_known *known = NULL;
	struct it_reuse_state state;
	bool checked;
	int device = it_reuse_device_known(reuse, about, &checked);

	if (device < 0 || !it_reuse_state_of(&state, (unsigned)device, about))
		return;
	(void)pthread_rwlock_wrlock(&reuse->lock); /* as above */
	known = it_reuse_table_find(&reuse->table, state.place);
	if (known && it_reuse_same_state(&known->state, &state)) {
		if (is_wrong(reuse, known, digests))
			tell_wrong(reuse, name);
		known->digests = digests;
		atomic_store(&reuse->has_known, true);
	}
	(void)pthread_rwlock_unlock(&reuse->lock);
}

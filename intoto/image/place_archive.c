/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "oci-archive:FILE[:TAG|@DIGEST]": a layout in a tar file.  Its files are taken out by what they
 * are called in a layout, never to a path of the archive's choice; what is written becomes a tar
 * file at the end, the same bytes for the same image.
 */
#include "image/place_archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/draft.h"
#include "base/file.h"
#include "base/path.h"
#include "base/strings.h"
#include "base/text.h"
#include "image/place_layout.h"
#include "store/tar.h"

/* --- the folder --- */

static void remove_files(const char *folder)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };

	if (it_dir_list(&names, folder, NULL))
		return;
	for (size_t i = 0; i < names.count; i++) {
		IT_AUTO(it_freep) char *path = it_path_join(folder, names.items[i]);

		if (path)
			(void)unlink(path); /* a folder is left to the caller */
	}
}

/* Only what a layout has is ever in it. */
static void remove_folder(const char *folder)
{
	static const char *const inner[] = { "blobs/sha256", "blobs/sha512", "blobs", "" };

	for (size_t i = 0; i < IT_COUNT_OF(inner); i++) {
		IT_AUTO(it_freep) char *path = it_path_join(folder, inner[i]);

		if (!path)
			continue;
		remove_files(path);
		(void)rmdir(path); /* what is left is in the system's folder for such things */
	}
}

void it_place_archive_close(struct it_place *place)
{
	struct it_place_archive_state *state = place->state;

	it_place_free(state->layout);
	it_fd_close(&state->lock);
	if (state->folder)
		remove_folder(state->folder);
	free(state->folder);
	free(state->file);
	free(state);
}

/* Beside the file that will be written, so that what has room here has it there; what is read goes
 * where large temporary files belong. */
int it_place_archive_folder(struct it_place_archive_state *state, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *top = NULL;
	const char *temporary = getenv("TMPDIR");
	const char *base = it_path_base(state->file);
	int made = state->writing ? asprintf(&top, "%.*s.intoto-XXXXXX", (int)(base - state->file),
					     state->file)
				  : asprintf(&top, "%s/intoto-XXXXXX",
					     temporary && *temporary ? temporary : "/var/tmp");
	IT_AUTO(it_freep) char *blobs = NULL;

	if (made < 0) {
		top = NULL;
		return it_err_nomem(err);
	}
	if (!mkdtemp(top))
		return it_err_errno(err, errno, "%s", top);
	state->folder = top;
	top = NULL; /* now the state's */
	blobs = it_path_join(state->folder, "blobs/sha256");
	return blobs ? it_dir_make(blobs, err) : it_err_nomem(err);
}

int it_place_archive_start(struct it_place *place, const char *rest, bool for_writing,
			   struct intoto_error **err)
{
	struct it_place_archive_state *state = calloc(1, sizeof *state);
	int rc;

	if (!state)
		return it_err_nomem(err);
	place->state = state;
	state->lock = -1;
	state->writing = for_writing;
	rc = it_layout_split(place, &state->file, rest, err);
	return rc ? rc : it_place_archive_folder(state, err);
}

int it_place_archive_enter(struct it_place *place, struct intoto_error **err)
{
	struct it_place_archive_state *state = place->state;
	const struct it_registry_access nobody = { 0 };
	IT_AUTO(it_freep) char *text = NULL;
	int rc;

	/* Behind a slash nothing in its name is taken for a tag. */
	if (asprintf(&text, "oci-layout:%s/", state->folder) < 0) {
		text = NULL;
		return it_err_nomem(err);
	}
	rc = it_place_open(&state->layout, text, state->writing, &nobody, err);
	if (rc)
		return rc;
	free(state->layout->text); /* messages name the archive */
	state->layout->text = strdup(place->text);
	return state->layout->text ? INTOTO_OK : it_err_nomem(err);
}

/* --- taking out --- */

struct taking {
	const char *folder;
	struct it_draft draft;
};

/* "oci-layout", "index.json", "blobs/ALGORITHM/HEX"; everything else is not of a layout. */
static bool is_of_layout(const char *name)
{
	IT_AUTO(it_buf_done) struct it_buf digest = IT_BUF(IT_OCI_DIGEST_SIZE);
	const char *slash;

	if (it_streq(name, "oci-layout") || it_streq(name, "index.json"))
		return true;
	if (!it_starts_with(name, "blobs/"))
		return false;
	name += strlen("blobs/");
	slash = strchr(name, '/');
	if (!slash)
		return false;
	(void)it_buf_printf(&digest, "%.*s:%s", (int)(slash - name), name, slash + 1); /* sticks */
	return !digest.failed && it_image_digest_valid(it_buf_span(&digest));
}

static int take_out(void *arg, const struct it_tar_member *member, struct it_sink *sink,
		    struct intoto_error **err)
{
	struct taking *taking = arg;
	IT_AUTO(it_freep) char *path = NULL;
	IT_AUTO(it_freep) char *folder = NULL;
	int rc;

	if (member->link || !is_of_layout(member->name))
		return INTOTO_OK;
	path = it_path_join(taking->folder, member->name);
	folder = path ? strndup(path, (size_t)(it_path_base(path) - path)) : NULL;
	if (!folder)
		return it_err_nomem(err);
	rc = it_dir_make(folder, err);
	if (!rc)
		rc = it_draft_open(&taking->draft, path, 0600, 0, err);
	sink->take = it_draft_take;
	sink->arg = &taking->draft;
	return rc;
}

static int taken_out(void *arg, const struct it_tar_member *member, struct intoto_error **err)
{
	struct taking *taking = arg;
	int rc = it_draft_finish(&taking->draft, err);

	(void)member; /* it is whole */
	it_draft_drop(&taking->draft);
	taking->draft = (struct it_draft)IT_DRAFT;
	return rc;
}

static int take_all(const struct it_place_archive_state *state, struct intoto_error **err)
{
	struct taking taking = { state->folder, IT_DRAFT };
	const struct it_tar_visitor visitor = { take_out, taken_out, &taking };
	int rc = it_tar_read(state->file, &visitor, err);

	it_draft_drop(&taking.draft);
	return rc;
}

/* The whole file is written anew: who writes it, too, waits, and then reads what we wrote.  A lock
 * on the file itself would go with it. */
static int lock(struct it_place_archive_state *state, struct intoto_error **err)
{
	size_t len = (size_t)(it_path_base(state->file) - state->file);
	IT_AUTO(it_freep) char *folder = len ? strndup(state->file, len) : strdup(".");
	int rc;

	if (!folder)
		return it_err_nomem(err);
	state->lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	do {
		rc = state->lock < 0 ? -1 : flock(state->lock, LOCK_EX);
	} while (rc && errno == EINTR);
	return rc ? it_err_errno(err, errno, "%s", folder) : INTOTO_OK;
}

static int archive_open(struct it_place *place, const char *rest, bool for_writing,
			const struct it_registry_access *access_unused, struct intoto_error **err)
{
	struct it_place_archive_state *state;
	int rc = it_place_archive_start(place, rest, for_writing, err);

	(void)access_unused; /* no network */
	state = place->state;
	if (!rc && for_writing)
		rc = lock(state, err);
	/* One that is there is added to. */
	if (!rc && (!for_writing || access(state->file, F_OK) == 0))
		rc = take_all(state, err);
	return rc ? rc : it_place_archive_enter(place, err);
}

/* --- as the layout does --- */

static struct it_place *inner(const struct it_place *place)
{
	const struct it_place_archive_state *state = place->state;

	return state->layout;
}

int it_place_archive_manifest(struct it_place *place, struct it_oci_manifest **out,
			      const char *name, struct intoto_error **err)
{
	return it_place_layout.manifest(inner(place), out, name, err);
}

int it_place_archive_blob(struct it_place *place, const char *digest, uint64_t size,
			  const struct it_sink *sink, struct intoto_error **err)
{
	return it_place_layout.blob(inner(place), digest, size, sink, err);
}

int it_place_archive_has_blob(struct it_place *place, bool *has, const char *digest,
			      struct intoto_error **err)
{
	return it_place_layout.has_blob(inner(place), has, digest, err);
}

int it_place_archive_each_referrer(struct it_place *place, const char *digest,
				   int (*visit)(void *arg, const struct it_oci_descriptor *found,
						struct intoto_error **err),
				   void *arg, struct intoto_error **err)
{
	return it_place_layout.each_referrer(inner(place), digest, visit, arg, err);
}

int it_place_archive_each_tag(struct it_place *place,
			      int (*visit)(void *arg, const char *tag, struct intoto_error **err),
			      void *arg, struct intoto_error **err)
{
	return it_place_layout.each_tag(inner(place), visit, arg, err);
}

static int archive_put_blob(struct it_place *place, const char *digest,
			    const struct it_message *blob, struct intoto_error **err)
{
	return it_place_layout.put_blob(inner(place), digest, blob, err);
}

static int archive_put_manifest(struct it_place *place, struct it_span bytes,
				const char *media_type, const char *tag, struct intoto_error **err)
{
	return it_place_layout.put_manifest(inner(place), bytes, media_type, tag, err);
}

static int archive_swap_tag(struct it_place *place, struct it_span bytes, const char *media_type,
			    const char *tag, const char *expected, struct intoto_error **err)
{
	return it_place_layout.swap_tag(inner(place), bytes, media_type, tag, expected, err);
}

static int archive_remove(struct it_place *place, const char *name, struct intoto_error **err)
{
	return it_place_layout.remove(inner(place), name, err);
}

/* --- the tar file --- */

static int add_folder(struct it_strings *names, const char *top, const char *folder,
		      struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = it_path_join(top, folder);
	IT_AUTO(it_strings_done) struct it_strings found = { 0 };
	int rc = path ? INTOTO_OK : it_err_nomem(err);

	if (rc || access(path, F_OK) != 0)
		return rc;
	rc = it_dir_list(&found, path, err);
	for (size_t i = 0; !rc && i < found.count; i++) {
		IT_AUTO(it_freep) char *name = it_path_join(folder, found.items[i]);

		rc = name ? it_strings_add(names, name, err) : it_err_nomem(err);
	}
	return rc;
}

static int write_tar(const struct it_place_archive_state *state, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	IT_AUTO(it_strings_done) struct it_strings paths = { 0 };
	IT_AUTO(it_freep) struct it_tar_file *files = NULL;
	int rc = it_strings_add(&names, "oci-layout", err);

	if (!rc)
		rc = it_strings_add(&names, "index.json", err);
	if (!rc)
		rc = add_folder(&names, state->folder, "blobs/sha256", err);
	if (!rc)
		rc = add_folder(&names, state->folder, "blobs/sha512", err);
	files = rc ? NULL : calloc(names.count, sizeof *files);
	for (size_t i = 0; !rc && files && i < names.count; i++) {
		IT_AUTO(it_freep) char *path = it_path_join(state->folder, names.items[i]);

		rc = path ? it_strings_add(&paths, path, err) : it_err_nomem(err);
	}
	for (size_t i = 0; !rc && files && i < names.count; i++)
		files[i] = (struct it_tar_file){ names.items[i], paths.items[i], .spent = true };
	if (rc)
		return rc;
	return files ? it_tar_write(state->file, files, names.count, err) : it_err_nomem(err);
}

static int archive_finish(struct it_place *place, struct intoto_error **err)
{
	const struct it_place_archive_state *state = place->state;
	int rc;

	if (!state->writing)
		return INTOTO_OK;
	rc = it_place_layout.finish(state->layout, err);
	return rc ? rc : write_tar(state, err);
}

const struct it_place_kind it_place_archive = {
	.scheme = "oci-archive",
	.abilities = IT_PLACE_WRITES | IT_PLACE_DELETES | IT_PLACE_REFERRERS,
	.open = archive_open,
	.close = it_place_archive_close,
	.manifest = it_place_archive_manifest,
	.blob = it_place_archive_blob,
	.has_blob = it_place_archive_has_blob,
	.put_blob = archive_put_blob,
	.put_manifest = archive_put_manifest,
	.swap_tag = archive_swap_tag,
	.each_referrer = it_place_archive_each_referrer,
	.each_tag = it_place_archive_each_tag,
	.remove = archive_remove,
	.finish = archive_finish,
};

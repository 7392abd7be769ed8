/* SPDX-License-Identifier: Apache-2.0 */
/* The folder of an export: nothing of anybody else's, and nobody else's meanwhile. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/strings.h"
#include "base/text.h"
#include "store/transfer_part.h"

static int in_folder(char **out, const char *folder, const char *name, struct intoto_error **err)
{
	*out = it_path_join(folder, name);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

static bool is_leftover(const char *name)
{
	return it_starts_with(name, ".intoto-") && it_ends_with(name, ".tmp");
}

static int refuse_folder(const char *folder, const char *name, struct intoto_error **err)
{
	return it_err_set(
		err, INTOTO_E_USAGE,
		"%s: holds something else (%s): want an empty folder, or one of an export", folder,
		name);
}

/* Ours are a folder and files, and none of them leads elsewhere. */
static int check_name(const char *folder, const char *name, bool has_log, struct intoto_error **err)
{
	static const char *const files[] = { "checkpoint", "entries.jsonl", "log.jsonl" };
	IT_AUTO(it_freep) char *path = NULL;
	bool is_objects = it_streq(name, "objects");
	bool known = is_leftover(name) || (is_objects && has_log);
	struct stat about;
	int rc = in_folder(&path, folder, name, err);

	for (size_t i = 0; i < IT_COUNT_OF(files); i++)
		known = known || (it_streq(name, files[i]) && has_log);
	if (rc)
		return rc;
	if (!known)
		return refuse_folder(folder, name, err);
	if (lstat(path, &about))
		return it_err_errno(err, errno, "%s", path);
	if (is_objects ? !S_ISDIR(about.st_mode) : !S_ISREG(about.st_mode))
		return refuse_folder(folder, name, err);
	return INTOTO_OK;
}

/* Objects are written below, and removed: none of their folders leads elsewhere either. */
static int check_objects(const char *folder, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	IT_AUTO(it_freep) char *objects = NULL;
	int rc = in_folder(&objects, folder, "objects", err);

	if (!rc)
		rc = it_dir_list(&names, objects, err);
	for (size_t i = 0; !rc && i < names.count; i++) {
		IT_AUTO(it_freep) char *path = NULL;
		struct stat about;

		rc = in_folder(&path, objects, names.items[i], err);
		if (!rc && lstat(path, &about))
			rc = it_err_errno(err, errno, "%s", path);
		else if (!rc && S_ISLNK(about.st_mode))
			rc = refuse_folder(objects, names.items[i], err);
	}
	return rc;
}

/* A list that was being written when an export was killed. */
static int remove_leftover(const char *folder, const char *name, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = NULL;
	int rc = is_leftover(name) ? in_folder(&path, folder, name, err) : INTOTO_OK;

	if (path && unlink(path))
		rc = it_err_errno(err, errno, "%s", path);
	return rc;
}

static int lock_folder(int *lock, const char *folder, struct intoto_error **err)
{
	*lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*lock < 0)
		return it_err_errno(err, errno, "%s", folder);
	if (!flock(*lock, LOCK_EX | LOCK_NB))
		return INTOTO_OK;
	return errno == EWOULDBLOCK ? it_err_set(err, INTOTO_E_SERVICE,
						 "%s: another export is writing there", folder)
				    : it_err_errno(err, errno, "%s", folder);
}

/* A checkpoint of something else is not ours to remove. */
static int check_checkpoint(const char *folder, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf note = IT_BUF(IT_NOTE_MAX);
	IT_AUTO(it_freep) char *path = NULL;
	int rc = in_folder(&path, folder, "checkpoint", err);

	if (!rc)
		rc = it_file_read(&note, path, err);
	if (!rc && !strstr(it_buf_text(&note), "\n" IT_TRANSFER_FORMAT " "))
		rc = refuse_folder(folder, "checkpoint", err);
	return rc;
}

/* An empty one, or one of an export, which has a log as soon as it has anything. */
int it_transfer_folder_take(int *lock, const char *folder, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	int rc = it_dir_make(folder, err);

	if (!rc)
		rc = lock_folder(lock, folder, err);
	if (!rc)
		rc = it_dir_list(&names, folder, err);
	for (size_t i = 0; !rc && i < names.count; i++)
		rc = check_name(folder, names.items[i], it_strings_has(&names, "log.jsonl"), err);
	if (!rc && it_strings_has(&names, "checkpoint"))
		rc = check_checkpoint(folder, err);
	if (!rc && it_strings_has(&names, "objects"))
		rc = check_objects(folder, err);
	for (size_t i = 0; !rc && i < names.count; i++)
		rc = remove_leftover(folder, names.items[i], err);
	return rc;
}

/* It is no export until the checkpoint is there again. */
int it_transfer_folder_unseal(const char *folder, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = NULL;
	int rc = in_folder(&path, folder, "checkpoint", err);

	if (!rc && unlink(path) && errno != ENOENT)
		rc = it_err_errno(err, errno, "%s", path);
	return rc;
}

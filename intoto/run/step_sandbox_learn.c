/* SPDX-License-Identifier: Apache-2.0 */
/* Each file that was touched falls into one list, and many of one folder become the folder. */
#include "run/step_sandbox_learn.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "base/text.h"
#include "run/step_sandbox_places.h"

enum {
	DESCRIPTORS = 64, /* looked at */
	FEW = 4,	  /* files of one folder that are still named one by one */
	FEW_TOP = 8	  /* likewise, of the folder of the step itself */
};

#define CHANGES (IT_TOUCH_WRITTEN | IT_TOUCH_CREATED | IT_TOUCH_REMOVED)

/* Parts of a path that hold keys, passwords or tokens by custom. */
static const char *const secret_parts[] = {
	".ssh",	      ".aws",		".gnupg",	".netrc",	    ".docker",
	".kube",      ".npmrc",		".pypirc",	".git-credentials", ".azure",
	".gcloud",    ".config/gcloud", ".vault-token", ".password-store",  ".config/gh",
	".pgpass",    "shadow",		"gshadow",	"credentials",	    "id_rsa",
	"id_ed25519", "id_ecdsa",	".env",
};
static const char *const secret_ends[] = { ".pem", ".key", ".p12", ".pfx", ".keystore", ".kdbx" };

static const char *const scratch[] = { "/tmp", "/var/tmp", "/dev/shm" };
static const char *const elsewhere[] = { "/proc", "/dev", "/sys" };

struct lesson {
	struct it_learned *learned;
	char *folder; /* of the step */
};

static void lesson_done(struct lesson *lesson)
{
	free(lesson->folder);
}

void it_learned_free(struct it_learned *learned)
{
	if (!learned)
		return;
	it_strings_done(&learned->materials);
	it_strings_done(&learned->products);
	it_strings_done(&learned->read);
	it_strings_done(&learned->write);
	it_strings_done(&learned->toolchain);
	it_strings_done(&learned->secrets);
	free(learned);
}

static bool is_below_any(const char *path, const char *const *folders, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (it_place_is_below(path, folders[i]))
			return true;
	return false;
}

static bool is_of_system(const char *path)
{
	for (size_t i = 0; i < it_sandbox_system_count; i++)
		if (it_place_is_below(path, it_sandbox_system[i].path))
			return true;
	return false;
}

/* Whether the parts of want stand in path, whole. */
static bool has_parts(const char *path, const char *want)
{
	size_t len = strlen(want);

	for (const char *at = strstr(path, want); at; at = strstr(at + 1, want))
		if (at > path && at[-1] == '/' && (at[len] == '/' || !at[len]))
			return true;
	return false;
}

static bool is_secret(const char *path)
{
	for (size_t i = 0; i < IT_COUNT_OF(secret_parts); i++)
		if (has_parts(path, secret_parts[i]))
			return true;
	for (size_t i = 0; i < IT_COUNT_OF(secret_ends); i++)
		if (it_ends_with(path, secret_ends[i]))
			return true;
	return false;
}

static bool is_temporary(const char *path)
{
	const char *own = getenv("TMPDIR");

	return is_below_any(path, scratch, IT_COUNT_OF(scratch)) ||
	       (own && own[0] == '/' && it_place_is_below(path, own));
}

/* The settings of a user are in HOME, which is another one in the sandbox. */
static bool is_setting(const char *path)
{
	const char *home = getenv("HOME");

	return home && home[0] == '/' && it_place_is_below(path, home) &&
	       it_starts_with(path + strlen(home), "/.");
}

static int add_once(struct it_strings *list, const char *text, struct intoto_error **err)
{
	return it_strings_has(list, text) ? INTOTO_OK : it_strings_add(list, text, err);
}

/* PREFIX of PREFIX/bin/program: a toolchain has its libraries beside that. */
static int add_program(struct lesson *lesson, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *prefix = strdup(path);
	char *slash = prefix ? strrchr(prefix, '/') : NULL;

	if (!slash)
		return it_err_nomem(err);
	*slash = '\0';
	if (it_ends_with(prefix, "/bin") && strlen(prefix) > sizeof "/bin")
		*strrchr(prefix, '/') = '\0';
	return add_once(&lesson->learned->toolchain, *prefix ? prefix : path, err);
}

static int learn_change(struct lesson *lesson, const char *name, const struct it_touched_file *file,
			bool there, struct intoto_error **err)
{
	struct it_learned *learned = lesson->learned;
	int rc;

	if (!there) /* made and removed, or renamed */
		return it_strings_add(&learned->write, name, err);
	rc = it_strings_add(&learned->products, name, err);
	if (!rc && (file->touches & IT_TOUCH_READ) && !(file->touches & IT_TOUCH_CREATED))
		rc = it_strings_add(&learned->materials, name, err);
	return rc;
}

static int learn_outside(struct lesson *lesson, const struct it_touched_file *file, bool there,
			 struct intoto_error **err)
{
	struct it_learned *learned = lesson->learned;
	const char *path = file->path;

	if (is_of_system(path) || is_below_any(path, elsewhere, IT_COUNT_OF(elsewhere)))
		return INTOTO_OK;
	if (is_temporary(path) && (file->touches & CHANGES))
		return INTOTO_OK; /* it has a folder for that */
	if (!there)
		return INTOTO_OK;
	if (is_secret(path))
		return it_strings_add(&learned->secrets, path, err);
	if (file->touches & CHANGES)
		return is_setting(path) ? INTOTO_OK : it_strings_add(&learned->write, path, err);
	if (file->touches & IT_TOUCH_EXECUTED)
		return add_program(lesson, path, err);
	if ((file->touches & IT_TOUCH_FOLDER) || is_setting(path))
		return INTOTO_OK;
	return it_strings_add(&learned->read, path, err);
}

/* A descriptor that the command inherits leads to its file in a sandbox, too: where a log goes. */
static bool is_handed_down(const struct stat *about)
{
	struct stat open_file;

	for (int fd = 0; fd < DESCRIPTORS; fd++) {
		int flags = fcntl(fd, F_GETFD);

		if (flags >= 0 && !(flags & FD_CLOEXEC) && fstat(fd, &open_file) == 0 &&
		    open_file.st_dev == about->st_dev && open_file.st_ino == about->st_ino)
			return true;
	}
	return false;
}

static int learn_file(struct lesson *lesson, const struct it_touched_file *file,
		      struct intoto_error **err)
{
	size_t len = strlen(lesson->folder);
	const char *name = file->path + len + 1;
	struct stat about;
	bool there = lstat(file->path, &about) == 0;

	if (there && is_handed_down(&about))
		return INTOTO_OK;
	if (!it_place_is_below(file->path, lesson->folder))
		return learn_outside(lesson, file, there, err);
	if (!file->path[len] || (there && S_ISDIR(about.st_mode) && !(file->touches & CHANGES)))
		return INTOTO_OK; /* folders are there for what is in them */
	if (there && is_secret(file->path) && !(file->touches & CHANGES))
		return it_strings_add(&lesson->learned->secrets, name, err);
	if (file->touches & CHANGES)
		return learn_change(lesson, name, file, there, err);
	if (!there || !(file->touches & (IT_TOUCH_READ | IT_TOUCH_EXECUTED)))
		return INTOTO_OK;
	return it_strings_add(&lesson->learned->materials, name, err);
}

/* --- fewer words --- */

static size_t folder_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

/* How many of the list stand right in the folder of item i. */
static size_t siblings(const struct it_strings *list, size_t i)
{
	struct it_span folder = it_span(list->items[i], folder_len(list->items[i]));
	size_t count = 0;

	for (size_t j = 0; j < list->count; j++)
		count += it_span_eq(folder, it_span(list->items[j], folder_len(list->items[j])));
	return count;
}

/* Sorted; what a folder of the list covers already goes. */
static void drop_covered(struct it_strings *list)
{
	size_t kept = 0;

	it_strings_sort(list);
	for (size_t i = 0; i < list->count; i++) {
		bool covered = false;

		for (size_t j = 0; j < kept && !covered; j++)
			covered = it_streq(list->items[j], ".") ||
				  it_place_is_below(list->items[i], list->items[j]);
		if (covered)
			free(list->items[i]);
		else
			list->items[kept++] = list->items[i];
	}
	list->count = kept;
	if (list->items)
		list->items[kept] = NULL;
}

/* Items that were covered are found in the new list by their folder, so one pass a level is enough.
 */
static int collapse_once(struct it_strings *list, bool *changed, struct intoto_error **err)
{
	struct it_strings fewer = { 0 };
	int rc = INTOTO_OK;

	*changed = false;
	for (size_t i = 0; !rc && i < list->count; i++) {
		size_t len = folder_len(list->items[i]);
		size_t most = len ? FEW : FEW_TOP;
		bool many = !it_streq(list->items[i], ".") && siblings(list, i) > most;
		IT_AUTO(it_freep) char *folder = len ? strndup(list->items[i], len) : strdup(".");

		if (!folder)
			rc = it_err_nomem(err);
		else if (list->items[i][0] == '/' && (!len || is_temporary(folder)))
			rc = add_once(&fewer, list->items[i], err);
		else
			rc = add_once(&fewer, many ? folder : list->items[i], err);
		*changed = *changed || many;
	}
	if (rc) {
		it_strings_done(&fewer);
		return rc;
	}
	it_strings_done(list);
	*list = fewer;
	return INTOTO_OK;
}

static int collapse(struct it_strings *list, struct intoto_error **err)
{
	bool changed = true;
	int rc = INTOTO_OK;

	drop_covered(list);
	for (unsigned level = 0; !rc && changed && level < 64; level++) {
		rc = collapse_once(list, &changed, err);
		drop_covered(list);
	}
	return rc;
}

/* What a product covers need not be granted again; nor what the toolchain brings. */
static void drop_of(struct it_strings *list, const struct it_strings *covering)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		bool covered = false;

		for (size_t j = 0; j < covering->count && !covered; j++)
			covered = it_streq(covering->items[j], ".")
					  ? list->items[i][0] != '/'
					  : it_place_is_below(list->items[i], covering->items[j]);
		if (covered)
			free(list->items[i]);
		else
			list->items[kept++] = list->items[i];
	}
	list->count = kept;
	if (list->items)
		list->items[kept] = NULL;
}

/* Something that is gone again is made beside a product as it is; only elsewhere it needs a word.
 */
static void drop_beside(struct it_strings *list, const struct it_strings *products)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct it_span folder = it_span(list->items[i], folder_len(list->items[i]));
		bool beside = false;

		for (size_t j = 0; j < products->count && !beside; j++)
			beside = it_span_eq(folder, it_span(products->items[j],
							    folder_len(products->items[j])));
		if (beside)
			free(list->items[i]);
		else
			list->items[kept++] = list->items[i];
	}
	list->count = kept;
	if (list->items)
		list->items[kept] = NULL;
}

static int make_fewer(struct it_learned *learned, struct intoto_error **err)
{
	int rc = collapse(&learned->materials, err);

	if (!rc)
		rc = collapse(&learned->products, err);
	if (!rc)
		drop_of(&learned->read, &learned->toolchain);
	if (!rc)
		rc = collapse(&learned->read, err);
	drop_of(&learned->write, &learned->products);
	drop_beside(&learned->write, &learned->products);
	if (!rc)
		rc = collapse(&learned->write, err);
	drop_covered(&learned->toolchain);
	drop_covered(&learned->secrets);
	drop_of(&learned->secrets, &learned->toolchain);
	return rc;
}

int it_step_learn(struct it_learned **out, const struct it_step_options *options,
		  const struct it_touched *touched, struct intoto_error **err)
{
	IT_AUTO(it_learned_freep) struct it_learned *learned = calloc(1, sizeof *learned);
	IT_AUTO(lesson_done) struct lesson lesson = { .learned = learned };
	const char *base = options->snapshot.base_path ? options->snapshot.base_path : ".";
	int rc = INTOTO_OK;

	*out = NULL;
	if (!learned)
		return it_err_nomem(err);
	lesson.folder = realpath(base, NULL);
	if (!lesson.folder)
		return it_err_errno(err, errno, "%s", base);
	for (size_t i = 0; !rc && i < touched->file_count; i++)
		rc = learn_file(&lesson, &touched->files[i], err);
	for (size_t i = 0; i < touched->address_count; i++)
		if (it_starts_with(touched->addresses[i].address, "inet"))
			learned->network = true;
	if (!rc)
		rc = make_fewer(learned, err);
	if (rc)
		return rc;
	*out = learned;
	learned = NULL; /* now the caller's */
	return INTOTO_OK;
}

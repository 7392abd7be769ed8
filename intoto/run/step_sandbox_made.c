/* SPDX-License-Identifier: Apache-2.0 */
/* Folders that stand in for others while a step runs. */
#include "run/step_sandbox_made.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "run/scratch_tree.h"

enum { PRODUCTS_MAX = 10000, PERMISSIONS = 07777 };

static void folder_done(struct it_made_folder *folder)
{
	int fd = folder->beside
			 ? open(folder->stand_in, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
			 : -1;

	/* What is in the scratch folder goes with that. */
	if (fd >= 0) {
		(void)it_scratch_empty(fd); /* as much as can be */
		(void)close(fd);
		(void)rmdir(folder->top);
	}
	free(folder->path);
	free(folder->top);
	free(folder->stand_in);
	free(folder->work);
	it_strings_done(&folder->names);
}

void it_made_done(struct it_made *made)
{
	for (size_t i = 0; i < made->folder_count; i++)
		folder_done(&made->folders[i]);
	for (size_t i = 0; i < made->product_count; i++)
		free(made->products[i].path);
	free(made->folders);
	free(made->products);
	*made = (struct it_made){ 0 };
}

static int find_folder(struct it_made *made, size_t *index, const char *path,
		       struct intoto_error **err)
{
	struct it_made_folder *folders;

	for (*index = 0; *index < made->folder_count; ++*index)
		if (it_streq(made->folders[*index].path, path))
			return INTOTO_OK;
	folders = reallocarray(made->folders, made->folder_count + 1, sizeof *folders);
	if (!folders)
		return it_err_nomem(err);
	made->folders = folders;
	folders[*index] = (struct it_made_folder){ .path = strdup(path) };
	if (!folders[*index].path)
		return it_err_nomem(err);
	made->folder_count++;
	return INTOTO_OK;
}

int it_made_add(struct it_made *made, const char *path, const char *above, bool is_folder,
		struct intoto_error **err)
{
	struct it_made_product *products;
	size_t folder;
	int rc;

	for (size_t i = 0; i < made->product_count; i++)
		if (it_streq(made->products[i].path, path))
			return INTOTO_OK;
	if (made->product_count == PRODUCTS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT,
				  "sandbox: over %d products that are files or not there yet: want "
				  "their folders",
				  PRODUCTS_MAX);
	rc = find_folder(made, &folder, above, err);
	if (rc)
		return rc;
	products = reallocarray(made->products, made->product_count + 1, sizeof *products);
	if (!products)
		return it_err_nomem(err);
	made->products = products;
	products[made->product_count] = (struct it_made_product){ .path = strdup(path),
								  .folder = folder,
								  .is_folder = is_folder };
	return products[made->product_count++].path ? INTOTO_OK : it_err_nomem(err);
}

/* --- before --- */

/* Whether a folder of one can be renamed into the other: mounts are in the way of that, too. */
static bool can_move(const char *from, const char *to)
{
	struct statx one;
	struct statx two;

	if (statx(AT_FDCWD, from, 0, STATX_MNT_ID, &one) ||
	    statx(AT_FDCWD, to, 0, STATX_MNT_ID, &two))
		return false;
	return (one.stx_mask & two.stx_mask & STATX_MNT_ID) && one.stx_mnt_id == two.stx_mnt_id &&
	       one.stx_dev_major == two.stx_dev_major && one.stx_dev_minor == two.stx_dev_minor;
}

/* The usual patterns leave its name out, should somebody else record the folder meanwhile. */
static int make_stand_in(struct it_made_folder *folder, const char *scratch,
			 struct intoto_error **err)
{
	struct stat about;

	folder->beside = !can_move(scratch, folder->path);
	if (asprintf(&folder->top, "%s/%s", folder->beside ? folder->path : scratch,
		     folder->beside ? ".intoto-XXXXXX.link-unfinished" : "made-XXXXXX") < 0) {
		folder->top = NULL;
		return it_err_nomem(err);
	}
	if (!mkdtemp(folder->top)) {
		free(folder->top);
		folder->top = NULL;
		return it_err_errno(err, errno, "%s: is to get a product", folder->path);
	}
	folder->stand_in = it_path_join(folder->top, "made");
	folder->work = it_path_join(folder->top, "work");
	if (!folder->stand_in || !folder->work)
		return it_err_nomem(err);
	if (mkdir(folder->stand_in, S_IRWXU) || mkdir(folder->work, S_IRWXU))
		return it_err_errno(err, errno, "%s", folder->top);
	if (stat(folder->path, &about) ||
	    chmod(folder->stand_in, (about.st_mode & PERMISSIONS) | S_IRWXU))
		return it_err_errno(err, errno, "%s", folder->path);
	return INTOTO_OK;
}

static const struct it_made_product *product_at(const struct it_made *made, const char *path)
{
	for (size_t i = 0; i < made->product_count; i++)
		if (it_streq(made->products[i].path, path))
			return &made->products[i];
	return NULL;
}

/* Everything that could be read there before can be read there still. */
static int show_entries(struct it_made *made, struct it_made_folder *folder,
			struct it_places *places, unsigned rights, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	int rc = it_dir_list(&names, folder->path, err);

	if (!rc && names.count > IT_MADE_ENTRIES_MAX)
		return it_err_set(err, INTOTO_E_LIMIT,
				  "%s: has over %d entries, too many to make a single product "
				  "there: want the folder itself as a product, or one in a folder "
				  "of its own",
				  folder->path, IT_MADE_ENTRIES_MAX);
	for (size_t i = 0; !rc && i < names.count; i++) {
		IT_AUTO(it_freep) char *path = it_path_join(folder->path, names.items[i]);
		struct stat about;

		if (!path)
			return it_err_nomem(err);
		if (it_streq(path, folder->top) || product_at(made, path) || lstat(path, &about))
			continue;
		rc = it_strings_add(&folder->names, names.items[i], err);
		if (!rc)
			rc = it_places_add(places,
					   &(struct it_sandbox_path){
						   .path = path,
						   .rights = S_ISLNK(about.st_mode) ? 0 : rights },
					   err);
	}
	return rc;
}

static int prepare_folder(struct it_made *made, struct it_made_folder *folder,
			  struct it_places *places, const char *scratch, struct intoto_error **err)
{
	const struct it_sandbox_path *above = it_places_above(places, folder->path);
	unsigned rights = above && !above->from ? above->rights & ~(unsigned)IT_SANDBOX_WRITE : 0;
	int rc = make_stand_in(folder, scratch, err);

	if (!rc && (rights & IT_SANDBOX_READ))
		rc = show_entries(made, folder, places, rights, err);
	return rc ? rc
		  : it_places_add(places,
				  &(struct it_sandbox_path){ .path = folder->path,
							     .from = folder->stand_in,
							     .work = folder->work,
							     .rights = IT_PLACE_OUTPUT },
				  err);
}

static char *inside(const struct it_made *made, const struct it_made_product *product)
{
	const struct it_made_folder *folder = &made->folders[product->folder];
	size_t len = strlen(folder->path);

	return it_path_join(folder->stand_in, product->path + len + (folder->path[len - 1] != '/'));
}

/*
 * A file that is there is linked, so that writing into it is writing into it.  Where links cannot
 * be had, it is shown as it is, and cannot be replaced.
 */
static int prepare_product(struct it_made *made, struct it_made_product *product,
			   struct it_places *places, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = inside(made, product);
	IT_AUTO(it_freep) char *named = NULL;
	struct stat about;
	int rc;

	if (!path || asprintf(&named, "%s%s", product->path, product->is_folder ? "/" : "") < 0) {
		named = NULL;
		return it_err_nomem(err);
	}
	rc = it_places_add(places,
			   &(struct it_sandbox_path){
				   .path = named, .rights = IT_PLACE_OUTPUT, .no_view = true },
			   err);
	product->missing = lstat(product->path, &about) != 0;
	if (rc || product->missing)
		return rc;
	product->was_there = linkat(AT_FDCWD, product->path, AT_FDCWD, path, 0) == 0;
	for (size_t i = 0; product->was_there && i < places->count; i++)
		if (!places->items[i].no_view && it_streq(places->items[i].path, product->path))
			places->items[i].rights = 0; /* a material, too: it is written to */
	return product->was_there
		       ? INTOTO_OK
		       : it_places_add(places,
				       &(struct it_sandbox_path){ .path = product->path,
								  .rights = IT_PLACE_OUTPUT },
				       err);
}

static int by_path(const void *a, const void *b)
{
	const struct it_made_folder *one = a;
	const struct it_made_folder *two = b;

	return it_span_cmp(it_span_text(one->path), it_span_text(two->path));
}

/* Upper folders first: what they show counts for those below.  Products keep theirs by name. */
static int sort_folders(struct it_made *made, struct intoto_error **err)
{
	IT_AUTO(it_freep) char **paths = calloc(made->product_count + 1, sizeof *paths);

	if (!paths)
		return it_err_nomem(err);
	for (size_t i = 0; i < made->product_count; i++)
		paths[i] = made->folders[made->products[i].folder].path;
	qsort(made->folders, made->folder_count, sizeof *made->folders, by_path);
	for (size_t i = 0; i < made->product_count; i++)
		for (size_t j = 0; j < made->folder_count; j++)
			if (made->folders[j].path == paths[i])
				made->products[i].folder = j;
	return INTOTO_OK;
}

int it_made_prepare(struct it_made *made, struct it_places *places, const char *scratch,
		    struct intoto_error **err)
{
	int rc = made->folder_count ? sort_folders(made, err) : INTOTO_OK;

	for (size_t i = 0; !rc && i < made->folder_count; i++)
		rc = prepare_folder(made, &made->folders[i], places, scratch, err);
	for (size_t i = 0; !rc && i < made->product_count; i++)
		rc = prepare_product(made, &made->products[i], places, err);
	return rc;
}

/* --- after --- */

static int make_parents(const char *path, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *above = strdup(path);

	if (!above)
		return it_err_nomem(err);
	*strrchr(above, '/') = '\0';
	return *above ? it_dir_make(above, err) : INTOTO_OK;
}

static int move_product(const struct it_made *made, const struct it_made_product *product,
			struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = inside(made, product);
	struct stat now;
	struct stat before;
	int rc;

	if (!path)
		return it_err_nomem(err);
	if (lstat(path, &now)) {
		if (product->was_there && unlink(product->path) && errno != ENOENT)
			return it_err_errno(err, errno,
					    "%s: was removed by the step and is still "
					    "there",
					    product->path);
		return INTOTO_OK;
	}
	if (product->was_there && lstat(product->path, &before) == 0 &&
	    before.st_dev == now.st_dev && before.st_ino == now.st_ino)
		return INTOTO_OK; /* it was written to, or not */
	rc = make_parents(product->path, err);
	if (!rc && rename(path, product->path))
		rc = it_err_errno(err, errno, "%s: cannot be moved to its place", product->path);
	return rc;
}

static bool is_ours(const struct it_made *made, const struct it_places *places,
		    const struct it_made_folder *folder, const char *name, const char *path)
{
	if (it_strings_has(&folder->names, name))
		return true;
	for (size_t i = 0; i < made->product_count; i++)
		if (it_place_is_below(made->products[i].path, path))
			return true;
	for (size_t i = 0; i < places->count; i++)
		if (it_place_is_below(places->items[i].path, path))
			return true;
	return false;
}

/* Sorted, as the names in a folder are. */
static int list_left(const struct it_made *made, const struct it_places *places,
		     const struct it_made_folder *folder, struct it_strings *left,
		     struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	int rc = it_dir_list(&names, folder->stand_in, err);

	for (size_t i = 0; !rc && i < names.count; i++) {
		IT_AUTO(it_freep) char *path = it_path_join(folder->path, names.items[i]);

		if (!path)
			return it_err_nomem(err);
		if (!is_ours(made, places, folder, names.items[i], path))
			rc = it_strings_add(left, path, err);
	}
	return rc;
}

/* Made at the last moment for lack of a view, and never used. */
static int remove_placeholder(const struct it_made_product *product, struct intoto_error **err)
{
	struct stat about;

	if (!product->missing || lstat(product->path, &about) || about.st_mtim.tv_sec ||
	    about.st_mtim.tv_nsec || (S_ISREG(about.st_mode) && about.st_size))
		return INTOTO_OK;
	if (S_ISREG(about.st_mode) ? unlink(product->path) : rmdir(product->path))
		return it_err_errno(err, errno, "%s: is empty and cannot be removed",
				    product->path);
	return INTOTO_OK;
}

int it_made_finish(struct it_made *made, const struct it_places *places, bool has_view,
		   struct it_strings *left, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && has_view && i < made->product_count; i++)
		rc = move_product(made, &made->products[i], err);
	for (size_t i = 0; !rc && has_view && i < made->folder_count; i++)
		rc = list_left(made, places, &made->folders[i], left, err);
	for (size_t i = 0; !rc && !has_view && i < made->product_count; i++)
		rc = remove_placeholder(&made->products[i], err);
	for (size_t i = 0; i < made->folder_count; i++)
		folder_done(&made->folders[i]);
	made->folder_count = 0;
	return rc;
}

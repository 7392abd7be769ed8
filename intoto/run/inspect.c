/* SPDX-License-Identifier: Apache-2.0 */
/* Scratch copy, sandbox, environment and limits of inspections. */
#include "run/inspect.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "base/text.h"
#include "record/resolver.h"
#include "record/snapshot.h"
#include "run/scratch.h"

enum {
	NOBODY = 65534, /* has no files anywhere, by custom */
	PATHS_OURS = 4,
	OPEN_FILES = 4096,
	PATH_MAX_BYTES = 64 * 1024,
};

#define EVERYTHING (IT_SANDBOX_READ | IT_SANDBOX_WRITE | IT_SANDBOX_EXECUTE)

struct it_inspector {
	struct it_inspector_options options;
	struct it_strings paths;
	struct it_strings images;
	struct it_artifacts looked_up; /* those images, once somebody asked */
	bool has_looked;
	struct it_strings registry;
	struct it_scratch *scratch;
	struct it_strings environment;
	struct it_sandbox_path *shown;
	struct it_sandbox_spec spec;
	struct it_artifacts latest; /* as long as nothing ran */
	bool is_current;
	bool ran;
};

/* --- options --- */

static bool leads_upwards(const char *path)
{
	for (const char *at = path; *at;) {
		size_t len = strcspn(at, "/");

		if (it_span_is(it_span(at, len), ".."))
			return true;
		at += len + (at[len] == '/');
	}
	return false;
}

static bool is_image(const char *path)
{
	const struct it_resolver *resolver = NULL;
	const char *rest;

	return !it_resolver_find(&resolver, &rest, path, NULL) && resolver &&
	       it_resolver_is_image(resolver);
}

static int add_path(struct it_inspector *self, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf clean = IT_BUF(PATH_MAX_BYTES);
	IT_AUTO(it_freep) char *quoted = NULL;

	if (is_image(path))
		return it_strings_add(&self->images, path, err);

	(void)it_path_clean(&clean, it_span_text(path)); /* sticky */
	if (*path && !clean.failed && path[0] != '/' && !leads_upwards(path))
		return it_strings_add(&self->paths, it_buf_text(&clean), err);
	quoted = it_text_quoted(it_span_text(path));
	return it_err_set(err, INTOTO_E_USAGE,
			  "inspection path '%s': want one below the current folder",
			  quoted ? quoted : "");
}

int it_inspector_new(struct it_inspector **out, const struct it_inspector_options *options,
		     struct intoto_error **err)
{
	struct it_inspector *self = calloc(1, sizeof *self);
	int rc = self ? INTOTO_OK : it_err_nomem(err);

	*out = NULL;
	if (!self)
		return rc;
	self->options = *options;
	for (size_t i = 0; !rc && i < options->path_count; i++)
		rc = add_path(self, options->paths[i], err);
	for (size_t i = 0; !rc && i < options->registry_count; i++)
		rc = it_strings_add(&self->registry, options->registry[i], err);
	if (!rc && !self->paths.count)
		rc = it_strings_add(&self->paths, ".", err);
	if (rc) {
		(void)it_inspector_free(self, NULL); /* there is no folder yet */
		return rc;
	}
	*out = self;
	return INTOTO_OK;
}

/* --- environment --- */

static bool is_of_system(struct it_span folder)
{
	for (size_t i = 0; i < it_sandbox_system_count; i++) {
		struct it_span system = it_span_text(it_sandbox_system[i].path);

		if ((it_sandbox_system[i].rights & IT_SANDBOX_EXECUTE) &&
		    folder.len >= system.len &&
		    it_span_eq(it_span(folder.data, system.len), system) &&
		    (folder.len == system.len || folder.data[system.len] == '/'))
			return true;
	}
	return false;
}

/* Of PATH, the folders that the sandbox shows: a program found elsewhere could not be started. */
static int add_search_path(struct it_inspector *self, struct intoto_error **err)
{
	const char *path = getenv("PATH");
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(PATH_MAX_BYTES);
	size_t empty;

	(void)it_buf_add_text(&out, "PATH="); /* sticky, all of it */
	empty = out.len;
	for (const char *at = path ? path : ""; *at;) {
		struct it_span folder = it_span(at, strcspn(at, ":"));

		if (is_of_system(folder)) {
			(void)it_buf_add_text(&out, out.len > empty ? ":" : "");
			(void)it_buf_add_span(&out, folder);
		}
		at += folder.len + (at[folder.len] == ':');
	}
	if (out.len == empty)
		(void)it_buf_add_text(&out, "/usr/local/bin:/usr/bin:/bin");
	if (it_buf_check(&out, "PATH", err))
		return INTOTO_E_LIMIT;
	return it_strings_add(&self->environment, it_buf_text(&out), err);
}

static int add_variable(struct it_inspector *self, const char *name, const char *value,
			struct intoto_error **err)
{
	IT_AUTO(it_freep) char *entry = NULL;

	if (asprintf(&entry, "%s=%s", name, value) < 0) {
		entry = NULL;
		return it_err_nomem(err);
	}
	return it_strings_add(&self->environment, entry, err);
}

/* Language and time as the caller has them; nothing else gets in. */
static int fill_environment(struct it_inspector *self, struct intoto_error **err)
{
	static const char *const kept[] = { "LANG=", "LANGUAGE=", "LC_",
					    "TZ=", "SOURCE_DATE_EPOCH=" };
	int rc = add_search_path(self, err);

	if (!rc)
		rc = add_variable(self, "HOME", it_scratch_home(self->scratch), err);
	if (!rc)
		rc = add_variable(self, "TMPDIR", it_scratch_temporary(self->scratch), err);
	for (char **entry = environ; !rc && *entry; entry++)
		for (size_t i = 0; !rc && i < IT_COUNT_OF(kept); i++)
			if (it_starts_with(*entry, kept[i]))
				rc = it_strings_add(&self->environment, *entry, err);
	return rc;
}

/* --- sandbox --- */

/* The system's folders to read, the scratch folder's to write. */
static int fill_spec(struct it_inspector *self, struct intoto_error **err)
{
	const struct it_scratch *scratch = self->scratch;
	const struct it_inspector_options *options = &self->options;
	const struct it_sandbox_path ours[PATHS_OURS] = {
		/* another one each time */
		{ .path = "/tmp", .from = it_scratch_temporary(scratch), .rights = EVERYTHING },
		{ .path = it_scratch_work(scratch), .rights = EVERYTHING },
		{ .path = it_scratch_home(scratch), .rights = EVERYTHING },
		{ .path = it_scratch_temporary(scratch), .rights = EVERYTHING },
	};
	size_t count = it_sandbox_system_count;

	self->shown = calloc(count + PATHS_OURS, sizeof *self->shown);
	if (!self->shown)
		return it_err_nomem(err);
	memcpy(self->shown, it_sandbox_system, count * sizeof *self->shown);
	memcpy(self->shown + count, ours, sizeof ours);
	self->spec = (struct it_sandbox_spec){
		.paths = self->shown,
		.path_count = count + PATHS_OURS,
		.view = it_scratch_view(scratch),
		.user = it_scratch_user(scratch),
		.limits = { .memory = options->memory,
			    .file_size = options->scratch_bytes,
			    .open_files = OPEN_FILES,
			    .processes = options->processes ? options->processes
							    : IT_INSPECTION_PROCESSES },
		.required = IT_SANDBOX_NO_NETWORK | IT_SANDBOX_FILES | IT_SANDBOX_NOTHING_LEFT,
	};
	return INTOTO_OK;
}

int it_inspector_prepare(struct it_inspector *self, void (*notice)(void *arg, const char *text),
			 void *arg, struct intoto_error **err)
{
	struct it_inspector_options *options = &self->options;
	struct it_scratch_options scratch = {
		.paths = &self->paths, .user = NOBODY, .notice = notice, .arg = arg
	};
	int rc;

	if (!options->sandbox || self->scratch)
		return INTOTO_OK;
	if (!options->scratch_bytes)
		options->scratch_bytes = IT_INSPECTION_SCRATCH_BYTES;
	if (!options->scratch_files)
		options->scratch_files = IT_INSPECTION_SCRATCH_FILES;
	scratch.most_bytes = options->scratch_bytes;
	scratch.most_files = options->scratch_files;
	rc = it_scratch_new(&self->scratch, &scratch, err);
	if (!rc)
		rc = fill_environment(self, err);
	return rc ? rc : fill_spec(self, err);
}

/* --- recording --- */

/* Images are no part of what a command works on: they are looked up once, from the current folder.
 */
static int add_images(struct it_inspector *self, struct it_artifacts *out,
		      struct intoto_error **err)
{
	const struct it_snapshot_options options = { .registry = &self->registry };
	const struct it_artifacts *found = &self->looked_up;
	int rc = INTOTO_OK;

	if (self->images.count && !self->has_looked)
		rc = it_snapshot(&self->looked_up, &self->images, &options, err);
	self->has_looked = !rc;
	for (size_t i = 0; !rc && i < found->count; i++)
		rc = it_artifacts_add(out, it_span_text(found->items[i].name),
				      it_span_text(found->items[i].digests), err);
	return rc;
}

static int copy_all(struct it_inspector *self, struct it_artifacts *out,
		    const struct it_artifacts *from, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < from->count; i++)
		rc = it_artifacts_add(out, it_span_text(from->items[i].name),
				      it_span_text(from->items[i].digests), err);
	if (!rc)
		rc = add_images(self, out, err);
	return rc ? rc : it_artifacts_seal(out, err);
}

/* Without a scratch copy. */
static int record_here(struct it_inspector *self, struct it_artifacts *out,
		       const struct it_snapshot_options *options, struct intoto_error **err)
{
	IT_AUTO(it_artifacts_done) struct it_artifacts found = { 0 };
	int rc;

	if (!self->images.count)
		return it_snapshot(out, &self->paths, options, err);
	rc = it_snapshot(&found, &self->paths, options, err);
	return rc ? rc : copy_all(self, out, &found, err);
}

int it_inspector_record(struct it_inspector *self, struct it_artifacts *out,
			struct intoto_error **err)
{
	struct it_snapshot_options options = { .symlinks = IT_SYMLINKS_FOLLOW,
					       .optional = self->ran };
	int rc;

	if (!self->scratch)
		return record_here(self, out, &options, err);
	if (self->is_current)
		return copy_all(self, out, &self->latest, err);
	options.base_path = it_scratch_work(self->scratch);
	it_artifacts_done(&self->latest);
	self->latest = (struct it_artifacts){ 0 };
	rc = it_scratch_check_links(self->scratch, err);
	if (!rc)
		rc = it_snapshot(&self->latest, &self->paths, &options, err);
	self->is_current = rc == INTOTO_OK;
	return rc ? rc : copy_all(self, out, &self->latest, err);
}

/* --- running --- */

int it_inspector_run(struct it_inspector *self, char *const *argv, struct it_command_result *result,
		     struct intoto_error **err)
{
	struct it_command_options options = {
		.argv = argv,
		.quiet = !self->options.show,
		.foreign = true,
		.timeout_ms = self->options.timeout_ms,
	};
	int rc = INTOTO_OK;

	self->ran = true;
	self->is_current = false;
	if (self->scratch) {
		rc = it_scratch_fresh(self->scratch, &self->shown[it_sandbox_system_count].from,
				      err);
		options.sandbox = &self->spec;
		options.environment = self->environment.items;
		options.folder = it_scratch_work(self->scratch);
		options.show_most = self->options.show ? IT_INSPECTION_SHOWN : 0;
	}
	return rc ? rc : it_command_run(result, &options, err);
}

int it_inspector_free(struct it_inspector *self, struct intoto_error **err)
{
	int rc;

	if (!self)
		return INTOTO_OK;
	rc = it_scratch_free(self->scratch, err);
	it_strings_done(&self->paths);
	it_strings_done(&self->images);
	it_artifacts_done(&self->looked_up);
	it_strings_done(&self->registry);
	it_strings_done(&self->environment);
	it_artifacts_done(&self->latest);
	free(self->shown);
	free(self);
	return rc;
}

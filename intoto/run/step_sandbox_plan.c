/* SPDX-License-Identifier: Apache-2.0 */
/* Toolchain, materials, products, scratch folders, and what the user's own step has of the user. */
#include "run/step_sandbox_plan.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "base/text.h"
#include "record/resolver.h"

static const char jobserver[] = "--jobserver-auth=fifo:";

void it_step_plan_done(struct it_step_plan *plan)
{
	it_places_done(&plan->places);
	it_made_done(&plan->made);
	free(plan->folder);
	plan->folder = NULL;
}

static int show(struct it_step_plan *plan, const char *path, const char *from, unsigned rights,
		struct intoto_error **err)
{
	return it_places_add(
		&plan->places,
		&(struct it_sandbox_path){ .path = path, .from = from, .rights = rights }, err);
}

/* --- declared paths --- */

static bool ends_in_slash(const char *path)
{
	size_t len = strlen(path);

	return len && path[len - 1] == '/';
}

/* A path that is declared to be read; what is not there is somebody else's to tell. */
static int declare_input(struct it_step_plan *plan, const char *path, unsigned rights,
			 struct intoto_error **err)
{
	IT_AUTO(it_place_done) struct it_place place = { 0 };
	int rc = it_places_find(&plan->places, &place, path, err);

	if (!rc && !place.missing)
		rc = show(plan, place.path, NULL, rights, err);
	return rc;
}

/* The folder above a path without links. */
static char *above(const char *path)
{
	size_t len = (size_t)(strrchr(path, '/') - path);

	return strndup(path, len ? len : 1);
}

static int declare_output(struct it_step_plan *plan, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_place_done) struct it_place place = { 0 };
	IT_AUTO(it_freep) char *folder = NULL;
	const struct it_sandbox_path *whole;
	struct stat about;
	int rc = it_places_find(&plan->places, &place, path, err);

	if (rc)
		return rc;
	if (!place.missing && lstat(place.path, &about))
		return it_err_errno(err, errno, "%s", place.path);
	if (!place.missing && !S_ISREG(about.st_mode))
		return show(plan, place.path, NULL, IT_PLACE_OUTPUT, err);
	folder = place.missing ? strdup(place.above) : above(place.path);
	if (!folder)
		return it_err_nomem(err);
	whole = it_places_above(&plan->places, folder);
	if (whole && !whole->from && (whole->rights & IT_SANDBOX_WRITE))
		return INTOTO_OK; /* all of the folder may be written */
	return it_made_add(&plan->made, place.path, folder, place.missing && ends_in_slash(path),
			   err);
}

/* As the snapshot takes it: relative to the base, without the scheme of a file or a folder. */
static int absolute(char **out, const char *base, const char *path, bool with_scheme,
		    struct intoto_error **err)
{
	const struct it_resolver *resolver = NULL;
	const char *rest = path;
	int rc = with_scheme ? it_resolver_find(&resolver, &rest, path, err) : INTOTO_OK;

	*out = NULL;
	if (rc || (resolver && resolver != &it_resolver_dir))
		return rc; /* of a repository: nothing that the step could read by this name */
	*out = rest[0] == '/' ? strdup(rest) : it_path_join(base, rest);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

enum declared { INPUTS, READS, OUTPUTS, WRITES };

static int declare_all(struct it_step_plan *plan, const char *base, const struct it_strings *paths,
		       enum declared what, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && paths && i < paths->count; i++) {
		IT_AUTO(it_freep) char *path = NULL;

		rc = absolute(&path, base, paths->items[i], what == INPUTS || what == OUTPUTS, err);
		if (rc || !path)
			continue;
		if (what == OUTPUTS || what == WRITES)
			rc = declare_output(plan, path, err);
		else
			rc = declare_input(plan, path,
					   what == INPUTS ? IT_PLACE_INPUT : IT_SANDBOX_READ, err);
	}
	return rc;
}

/* Folders first: a product in a folder that may be written needs nothing of its own. */
static int declare_outputs(struct it_step_plan *plan, const char *base,
			   const struct it_strings *paths, bool products, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && paths && i < paths->count; i++) {
		IT_AUTO(it_freep) char *path = NULL;
		IT_AUTO(it_place_done) struct it_place place = { 0 };
		struct stat about;

		rc = absolute(&path, base, paths->items[i], products, err);
		if (!rc && path)
			rc = it_places_find(&plan->places, &place, path, err);
		if (!rc && place.path && !place.missing && stat(place.path, &about) == 0 &&
		    S_ISDIR(about.st_mode))
			rc = show(plan, place.path, NULL, IT_PLACE_OUTPUT, err);
	}
	return rc;
}

/* --- what programs need --- */

static int add_system(struct it_step_plan *plan, bool devices_alone, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < it_sandbox_system_count; i++)
		if (!devices_alone || it_starts_with(it_sandbox_system[i].path, "/dev/"))
			rc = it_places_add(&plan->places, &it_sandbox_system[i], err);
	return rc;
}

static int refuse_toolchain(const char *path, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(path));

	return it_err_set(err, INTOTO_E_USAGE,
			  "toolchain '%s': want system, none, or a path that is there",
			  quoted ? quoted : "");
}

static int add_toolchain(struct it_step_plan *plan, const char *cwd, const char *word,
			 struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = NULL;
	int rc;

	if (it_streq(word, "system"))
		return add_system(plan, false, err);
	if (it_streq(word, "none"))
		return INTOTO_OK;
	rc = absolute(&path, cwd, word, false, err);
	if (!rc && access(path, F_OK))
		return refuse_toolchain(word, err);
	return rc ? rc : declare_input(plan, path, IT_PLACE_INPUT, err);
}

/* Hosts are found by what is written here, which is a link as often as not. */
static int add_network(struct it_step_plan *plan, struct intoto_error **err)
{
	static const char *const paths[] = { "/etc/resolv.conf", "/etc/gai.conf" };
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < IT_COUNT_OF(paths); i++)
		rc = declare_input(plan, paths[i], IT_SANDBOX_READ, err);
	return rc;
}

/* The terminal or the file that a stream is, by its name: scripts write to /dev/stderr. */
static int add_stream(struct it_step_plan *plan, int fd, struct intoto_error **err)
{
	char link[sizeof "/proc/self/fd/0"];
	char path[4096];
	struct stat about;
	ssize_t len;

	if (fstat(fd, &about) || !(S_ISREG(about.st_mode) || isatty(fd)))
		return INTOTO_OK;
	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd); /* one digit */
	len = readlink(link, path, sizeof path - 1);
	if (len <= 0 || path[0] != '/')
		return INTOTO_OK;
	path[len] = '\0';
	if (lstat(path, &about) || S_ISDIR(about.st_mode) || S_ISLNK(about.st_mode))
		return INTOTO_OK; /* it was removed, and something else may stand there */
	return show(plan, path, NULL,
		    fd ? IT_SANDBOX_READ | IT_SANDBOX_WRITE
		       : IT_SANDBOX_READ | (isatty(fd) ? IT_SANDBOX_WRITE : 0),
		    err);
}

static int add_streams(struct it_step_plan *plan, struct intoto_error **err)
{
	bool terminal = false;
	int rc = INTOTO_OK;

	for (int fd = STDIN_FILENO; !rc && fd <= STDERR_FILENO; fd++) {
		rc = add_stream(plan, fd, err);
		terminal = terminal || isatty(fd);
	}
	return rc || !terminal
		       ? rc
		       : show(plan, "/dev/tty", NULL, IT_SANDBOX_READ | IT_SANDBOX_WRITE, err);
}

/* A jobserver that is a named pipe is handed down as much as one that is a descriptor. */
static int add_jobserver(struct it_step_plan *plan, struct intoto_error **err)
{
	const char *flags = getenv("MAKEFLAGS");
	const char *at = flags ? strstr(flags, jobserver) : NULL;
	IT_AUTO(it_freep) char *path = NULL;
	struct stat about;

	if (!at)
		return INTOTO_OK;
	at += sizeof jobserver - 1;
	path = strndup(at, strcspn(at, " "));
	if (!path)
		return it_err_nomem(err);
	if (path[0] != '/' || lstat(path, &about) || !S_ISFIFO(about.st_mode))
		return INTOTO_OK;
	return show(plan, path, NULL, IT_SANDBOX_READ | IT_SANDBOX_WRITE, err);
}

/* --- folders of its own --- */

static int add_scratch(struct it_step_plan *plan, struct it_scratch *scratch,
		       struct intoto_error **err)
{
	static const char *const names[] = { "/tmp", "/var/tmp", "/dev/shm" };
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < IT_COUNT_OF(names); i++) {
		IT_AUTO(it_freep) char *from = NULL;
		const char *fresh;

		rc = it_scratch_fresh(scratch, &fresh, err);
		if (!rc && !(from = strdup(fresh)))
			rc = it_err_nomem(err);
		if (!rc)
			rc = it_scratch_fresh(scratch, &fresh, err);
		if (!rc)
			rc = it_places_add(&plan->places,
					   &(struct it_sandbox_path){ .path = names[i],
								      .from = from,
								      .work = fresh,
								      .rights = IT_PLACE_OUTPUT },
					   err);
	}
	if (!rc)
		rc = show(plan, it_scratch_home(scratch), NULL, IT_PLACE_OUTPUT, err);
	return rc ? rc : show(plan, it_scratch_temporary(scratch), NULL, IT_PLACE_OUTPUT, err);
}

/* The folder that it starts in is there, if only by name; also by the name that the shell has. */
static int add_current(struct it_step_plan *plan, struct intoto_error **err)
{
	IT_AUTO(it_place_done) struct it_place place = { 0 };
	const char *logical = getenv("PWD");
	struct stat here;
	struct stat there;
	int rc = show(plan, plan->folder, NULL, 0, err);

	if (rc || !logical || logical[0] != '/' || stat(".", &here) || stat(logical, &there) ||
	    here.st_dev != there.st_dev || here.st_ino != there.st_ino ||
	    it_streq(logical, plan->folder))
		return rc;
	return it_places_find(&plan->places, &place, logical, err);
}

/* By name, so that what is looked for in them is told by its own. */
static int add_usual(struct it_step_plan *plan, struct intoto_error **err)
{
	static const char *const names[] = { "/home", "/media", "/mnt", "/root",
					     "/run",  "/srv",	"/sys", "/var" };
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < IT_COUNT_OF(names); i++)
		rc = show(plan, names[i], NULL, 0, err);
	return rc;
}

static int fill_from_caller(struct it_step_plan *plan, const struct it_step_options *options,
			    struct it_scratch *scratch, struct intoto_error **err)
{
	const struct it_step_sandbox *sandbox = options->sandbox;
	const struct it_strings *words = sandbox->toolchain;
	int rc = add_system(plan, words && words->count, err);

	for (size_t i = 0; !rc && words && i < words->count; i++)
		rc = add_toolchain(plan, plan->folder, words->items[i], err);
	if (!rc)
		rc = add_usual(plan, err);
	if (!rc && sandbox->network)
		rc = add_network(plan, err);
	if (!rc)
		rc = add_streams(plan, err);
	if (!rc)
		rc = add_jobserver(plan, err);
	if (!rc)
		rc = add_current(plan, err);
	return rc ? rc : add_scratch(plan, scratch, err);
}

int it_step_plan_fill(struct it_step_plan *plan, const struct it_step_options *options,
		      struct it_scratch *scratch, struct intoto_error **err)
{
	const struct it_step_sandbox *sandbox = options->sandbox;
	IT_AUTO(it_freep) char *base = NULL;
	int rc;

	plan->folder = getcwd(NULL, 0);
	if (!plan->folder)
		return it_err_errno(err, errno, "sandbox: the current folder");
	rc = absolute(&base, plan->folder,
		      options->snapshot.base_path ? options->snapshot.base_path : ".", false, err);
	if (!rc)
		rc = fill_from_caller(plan, options, scratch, err);
	if (!rc)
		rc = declare_all(plan, base, options->materials, INPUTS, err);
	if (!rc)
		rc = declare_all(plan, plan->folder, sandbox->read, READS, err);
	if (!rc)
		rc = declare_outputs(plan, base, options->products, true, err);
	if (!rc)
		rc = declare_outputs(plan, plan->folder, sandbox->write, false, err);
	if (!rc)
		rc = declare_all(plan, base, options->products, OUTPUTS, err);
	if (!rc)
		rc = declare_all(plan, plan->folder, sandbox->write, WRITES, err);
	if (!rc)
		rc = it_made_prepare(&plan->made, &plan->places, it_scratch_work(scratch), err);
	if (!rc)
		it_places_arrange(&plan->places);
	return it_err_wrap(err, rc, "sandbox");
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A step in its sandbox, from before the command to after it. */
#include "run/step_sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "run/step_sandbox_environment.h"
#include "run/step_sandbox_plan.h"

struct it_confinement {
	struct it_scratch *scratch;
	struct it_step_plan plan;
	struct it_strings environment;
	struct it_strings withheld;
	struct it_sandbox_denied *denied;
	struct it_sandbox_spec spec;
};

void it_confinement_free(struct it_confinement *self)
{
	if (!self)
		return;
	it_step_plan_done(&self->plan);
	(void)it_scratch_free(self->scratch, NULL); /* there is an error to tell already */
	it_strings_done(&self->environment);
	it_strings_done(&self->withheld);
	it_sandbox_denied_free(self->denied);
	free(self);
}

void it_confined_free(struct it_confined *confined)
{
	if (!confined)
		return;
	for (size_t i = 0; i < confined->denied_count; i++)
		free(confined->denied[i].path);
	free(confined->denied);
	free(confined->why_not_named);
	it_strings_done(&confined->withheld);
	free(confined);
}

/* --- before --- */

static int prepare(struct it_confinement *self, const struct it_step_options *options,
		   struct intoto_error **err)
{
	const struct it_step_sandbox *sandbox = options->sandbox;
	const struct it_strings nothing = { 0 };
	const struct it_scratch_options scratch = { .paths = &nothing,
						    .most_bytes = UINT64_MAX,
						    .most_files = UINT64_MAX };
	int rc = it_sandbox_denied_new(&self->denied, err);

	if (!rc)
		rc = it_scratch_new(&self->scratch, &scratch, err);
	if (!rc)
		rc = it_step_plan_fill(&self->plan, options, self->scratch, err);
	if (!rc)
		rc = it_step_environment(&self->environment, &self->withheld,
					 sandbox->environment ? sandbox->environment : &nothing,
					 &self->plan.places, it_scratch_home(self->scratch),
					 it_scratch_temporary(self->scratch), err);
	if (rc)
		return rc;
	self->spec = (struct it_sandbox_spec){
		.paths = self->plan.places.items,
		.path_count = self->plan.places.count,
		.view = it_scratch_view(self->scratch),
		.network = sandbox->network,
		.limits = sandbox->limits,
		.required = sandbox->best_effort
				    ? 0
				    : IT_SANDBOX_FILES | IT_SANDBOX_NOTHING_LEFT |
					      (sandbox->network ? 0U : IT_SANDBOX_NO_NETWORK),
		.own = true,
		.denied = self->denied,
	};
	return INTOTO_OK;
}

int it_confinement_new(struct it_confinement **out, struct it_command_options *command,
		       const struct it_step_options *options, struct intoto_error **err)
{
	IT_AUTO(it_confinement_freep) struct it_confinement *self = calloc(1, sizeof *self);
	int rc = self ? prepare(self, options, err) : it_err_nomem(err);

	*out = NULL;
	if (rc)
		return rc;
	command->sandbox = &self->spec;
	command->environment = self->environment.items;
	command->folder = self->plan.folder;
	*out = self;
	self = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* --- after --- */

static int add_denied(struct it_confined *confined, const char *path, enum it_denial how,
		      struct intoto_error **err)
{
	struct it_denied_path *denied;

	if (confined->denied_count >= IT_SANDBOX_DENIED_PATHS) {
		confined->denied_more++;
		return INTOTO_OK;
	}
	denied = reallocarray(confined->denied, confined->denied_count + 1, sizeof *denied);
	if (!denied)
		return it_err_nomem(err);
	confined->denied = denied;
	denied[confined->denied_count] =
		(struct it_denied_path){ .path = strdup(path), .how = how };
	return denied[confined->denied_count++].path ? INTOTO_OK : it_err_nomem(err);
}

static int take_seen(struct it_confined *confined, const struct it_sandbox_denied *seen,
		     struct intoto_error **err)
{
	const char *at = seen->text;
	int rc = INTOTO_OK;

	confined->denied_more += seen->more;
	for (size_t i = 0; !rc && i < seen->count; i++) {
		rc = add_denied(confined, at + 1, *at == 'w' ? IT_DENIED_WRITE : IT_DENIED_READ,
				err);
		at += strlen(at) + 1;
	}
	return rc;
}

/* A product that is a file, or was not there. */
static bool is_output(const struct it_places *places, const char *path)
{
	for (size_t i = 0; i < places->count; i++)
		if (places->items[i].no_view && it_place_is_below(path, places->items[i].path))
			return true;
	return false;
}

/* What the trace has and no place covers: to be read or run, if it is there at all. */
static int look_at_touched(struct it_confined *confined, const struct it_places *places,
			   const struct it_touched_file *file, struct intoto_error **err)
{
	const unsigned changes =
		IT_TOUCH_WRITTEN | IT_TOUCH_CREATED | IT_TOUCH_REMOVED | IT_TOUCH_CHANGED;
	const struct it_sandbox_path *place = it_places_above(places, file->path);
	unsigned rights = place ? place->rights : 0;
	struct stat about;

	if (it_place_is_below(file->path, "/proc") || is_output(places, file->path))
		return INTOTO_OK;
	if (place && place->from && (file->touches & changes))
		return INTOTO_OK; /* in a folder of ours */
	if (place && place->from)
		rights = 0;
	if ((file->touches & changes) && !(rights & IT_SANDBOX_WRITE))
		return add_denied(confined, file->path, IT_DENIED_WRITE, err);
	if ((file->touches & IT_TOUCH_DENIED) ||
	    (!(rights & IT_SANDBOX_READ) && lstat(file->path, &about) == 0 &&
	     !S_ISDIR(about.st_mode) && !S_ISLNK(about.st_mode)))
		return add_denied(confined, file->path, IT_DENIED_READ, err);
	return INTOTO_OK;
}

static int by_path(const void *a, const void *b)
{
	const struct it_denied_path *one = a;
	const struct it_denied_path *two = b;
	int order = it_span_cmp(it_span_text(one->path), it_span_text(two->path));

	return order ? order : (int)two->how - (int)one->how;
}

/* Each path once, by the stronger of what was refused. */
static void sort_denied(struct it_confined *confined)
{
	size_t count = confined->denied_count;
	size_t kept = 0;

	if (count)
		qsort(confined->denied, count, sizeof *confined->denied, by_path);
	for (size_t i = 0; i < count; i++) {
		struct it_denied_path denied = confined->denied[i];

		if (kept && it_streq(confined->denied[kept - 1].path, denied.path))
			free(denied.path);
		else
			confined->denied[kept++] = denied;
	}
	confined->denied_count = kept;
}

static int say_why_not_named(struct it_confined *confined, const struct it_sandbox_denied *seen,
			     bool has_view, struct intoto_error **err)
{
	const char *why = !has_view	 ? "there is no mount namespace"
			  : seen->number ? strerrordesc_np(seen->number)
					 : "the view is without it";

	if (asprintf(&confined->why_not_named, "%s%s", has_view ? "/dev/fuse: " : "", why) >= 0)
		return INTOTO_OK;
	confined->why_not_named = NULL;
	return it_err_nomem(err);
}

static int describe(struct it_confined *confined, struct it_confinement *self,
		    const struct it_strings *left, const struct it_touched *touched,
		    struct intoto_error **err)
{
	bool has_view = confined->level.mechanisms & IT_SANDBOX_MOUNT_NS;
	int rc = take_seen(confined, self->denied, err);

	for (size_t i = 0; !rc && i < left->count; i++)
		rc = add_denied(confined, left->items[i], IT_DENIED_LEFT, err);
	for (size_t i = 0; !rc && touched && i < touched->file_count; i++)
		rc = look_at_touched(confined, &self->plan.places, &touched->files[i], err);
	confined->named = self->denied->named || touched;
	if (!rc && !confined->named)
		rc = say_why_not_named(confined, self->denied, has_view, err);
	if (rc)
		return rc;
	sort_denied(confined);
	confined->withheld = self->withheld;
	self->withheld = (struct it_strings){ 0 }; /* now theirs */
	return INTOTO_OK;
}

static int clean_up(struct it_confinement *self, int rc, struct intoto_error **err)
{
	struct it_scratch *scratch = self->scratch;
	int removed;

	self->scratch = NULL;
	removed = it_scratch_free(scratch, rc ? NULL : err);
	return rc ? rc : removed;
}

int it_confinement_finish(struct it_confinement *self, const struct it_command_result *result,
			  const struct it_touched *touched, struct it_confined **out,
			  struct intoto_error **err)
{
	IT_AUTO(it_confined_freep) struct it_confined *confined = calloc(1, sizeof *confined);
	IT_AUTO(it_strings_done) struct it_strings left = { 0 };
	int rc;

	*out = NULL;
	if (!confined)
		return it_err_nomem(err);
	confined->level = result->level;
	confined->promises = it_sandbox_promises(&result->level);
	confined->closed = result->closed;
	rc = it_made_finish(&self->plan.made, &self->plan.places,
			    confined->level.mechanisms & IT_SANDBOX_MOUNT_NS, &left, err);
	if (!rc)
		rc = describe(confined, self, &left, touched, err);
	rc = clean_up(self, rc, err);
	if (rc)
		return it_err_wrap(err, rc, "sandbox");
	*out = confined;
	confined = NULL; /* now the caller's */
	return INTOTO_OK;
}

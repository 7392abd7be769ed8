/* SPDX-License-Identifier: Apache-2.0 */
/* A step from its first snapshot to its file. */
#include "run/step.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/text.h"
#include "model/envelope.h"
#include "run/step_attest.h"
#include "run/step_digests.h"
#include "run/step_link.h"
#include "run/step_listing.h"
#include "run/step_sandbox.h"
#include "run/step_sandbox_learn.h"
#include "run/step_trace.h"

enum { HOW_IT_ENDED_SIZE = 64 };

void it_step_result_done(struct it_step_result *result)
{
	it_command_result_done(&result->command);
	it_confined_free(result->confined);
	it_learned_free(result->learned);
	free(result->link_path);
	free(result->trace_path);
	result->trace_path = NULL;
	result->confined = NULL;
	result->learned = NULL;
	result->link_path = NULL;
}

static void describe_end(char out[HOW_IT_ENDED_SIZE], const struct it_command_result *command)
{
	char name[IT_SIGNAL_NAME_SIZE];

	/* Both are shorter than the room. */
	if (command->signal) {
		it_signal_name(name, command->signal);
		(void)snprintf(out, HOW_IT_ENDED_SIZE, "was ended by %s", name);
	} else {
		(void)snprintf(out, HOW_IT_ENDED_SIZE, "ended with status %d", command->status);
	}
}

/*
 * An unfinished link has a dot in front of its name, too, which no step of a layout has: whoever
 * renames its file makes no link of the step of it.
 */
static int mark_unfinished(struct intoto_link *link, struct intoto_error **err)
{
	char *name = NULL;

	if (asprintf(&name, ".%s", link->name) < 0)
		return it_err_nomem(err);
	free(link->name);
	link->name = name;
	return INTOTO_OK;
}

/* Takes the dot off; the Python tool puts none. */
static void mark_finished(struct intoto_link *link)
{
	if (link->name[0] == '.')
		memmove(link->name, link->name + 1, strlen(link->name));
}

/*
 * The command cannot be run again just for the record, so what there is is kept: signed, but under
 * a name that verification does not take for a link.
 */
static int keep_unfinished(struct intoto_link *link, const struct it_step_options *options,
			   const struct it_step_result *result, int rc, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = it_step_unfinished_path(options);
	IT_AUTO(intoto_error_freep) struct intoto_error *why = err ? *err : NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why_not = NULL;
	char end[HOW_IT_ENDED_SIZE];
	int kept;

	if (err)
		*err = NULL;
	it_artifacts_done(&link->products);
	kept = path ? mark_unfinished(link, &why_not) : it_err_nomem(&why_not);
	if (!kept && options->attest)
		kept = it_step_attest_give_up(options->attest, link, &why_not);
	if (!kept)
		kept = it_step_write(link, path, options->format, IT_FILE_NEW, options, &why_not);
	describe_end(end, &result->command);
	if (kept)
		return it_err_set(err, (enum intoto_code)rc,
				  "%s; the command %s, and there is no link of it: its materials "
				  "could not be kept either: %s",
				  intoto_error_text(why), end, intoto_error_text(why_not));
	return it_err_set(err, (enum intoto_code)rc,
			  "%s; the command %s, and there is no link of it yet: its materials are "
			  "kept in %s, 'intoto record stop' completes them",
			  intoto_error_text(why), end, path);
}

static int add_command(struct intoto_link *link, char *const *argv, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && argv && argv[i]; i++)
		rc = it_strings_add(&link->command, argv[i], err);
	return rc;
}

static int run_command(struct it_step_result *result, struct intoto_link *link,
		       const struct it_step_options *options, struct it_step_trace *trace,
		       struct intoto_error **err)
{
	IT_AUTO(it_confinement_freep) struct it_confinement *confinement = NULL;
	struct it_command_options command = options->command;
	int64_t start;
	int rc = INTOTO_OK;

	if (options->sandbox && !options->sandbox->learn)
		rc = it_confinement_new(&confinement, &command, options, err);
	if (rc)
		return rc;
	if (trace->tracer)
		command.tracer = trace->tracer; /* also of a confined one, which is a new command */
	start = it_clock_monotonic();
	result->started = it_clock_files();
	rc = it_command_run(&result->command, &command, err);
	result->finished = it_clock_files();
	result->command_ns = it_clock_monotonic() - start;
	trace->finished = it_clock_now();
	result->ran = result->command.started;
	result->not_started = !result->ran;
	if (rc)
		return rc;
	link->byproducts = it_json_ref(result->command.byproducts);
	if (options->attest)
		rc = it_step_attest_mask(options->attest, link, err);
	if (rc)
		return rc;
	if (options->sandbox && options->sandbox->learn && trace->tracer)
		rc = it_step_learn(&result->learned, options, &trace->touched, err);
	if (confinement)
		rc = it_confinement_finish(confinement, &result->command,
					   trace->tracer ? &trace->touched : NULL,
					   &result->confined, err);
	return rc || !confinement ? rc : it_confined_note(result->confined, options, link, err);
}

static int hear_attestors(const struct it_step_result *result, struct intoto_link *link,
			  const struct it_step_options *options, struct intoto_error **err)
{
	const struct it_command_result *command = &result->command;
	const struct it_attest_step step = {
		.name = options->name,
		.command = &link->command,
		.started = result->started,
		.finished = result->finished,
		.status = command->signal ? -command->signal : command->status,
		.materials = &link->materials,
		.products = &link->products,
		.byproducts = link->byproducts,
	};

	return it_step_attest(options->attest, link, options, &step, err);
}

/* trace is NULL for a step without one. */
static int finish(struct it_step_result *result, struct intoto_link *link,
		  const struct it_step_options *options, enum intoto_envelope_format format,
		  struct it_step_trace *trace, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = it_step_link_path(options);
	int rc = path ? INTOTO_OK : it_err_nomem(err);

	if (!rc)
		rc = it_step_take_products(link, options, err);
	if (!rc && trace)
		rc = it_step_trace_settle(trace, link, result, err);
	if (!rc && options->attest)
		rc = hear_attestors(result, link, options, err);
	result->link_ns = -it_clock_monotonic();
	if (!rc)
		rc = it_step_write_listed(link, path, format, options, err);
	result->link_ns += it_clock_monotonic();
	if (rc)
		return rc;
	result->materials = link->materials.count;
	result->products = link->products.count;
	result->link_path = path;
	path = NULL; /* now the result's */
	return INTOTO_OK;
}

/* A link with command, environment and materials. */
static int begin(struct intoto_link **link, const struct it_step_options *options,
		 struct intoto_error **err)
{
	int rc = it_link_new(link, options->name, err);

	if (!rc)
		rc = add_command(*link, options->command.argv, err);
	if (!rc)
		rc = it_step_describe(*link, options, err);
	if (!rc)
		rc = it_step_take_materials(*link, options, err);
	return rc;
}

/*
 * A trace that must be complete and is not: nothing is signed, and nothing is kept that could be
 * signed later as if it had not been asked for.
 */
static int refuse_incomplete(const struct it_step_result *result, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = err ? *err : NULL;
	char end[HOW_IT_ENDED_SIZE];

	if (err)
		*err = NULL;
	describe_end(end, &result->command);
	return it_err_set(err, INTOTO_E_POLICY, "%s; the command %s, and no link of it is signed",
			  intoto_error_text(why), end);
}

/* The command has run, or what follows it failed with rc. */
static int complete(struct it_step_result *result, struct intoto_link *link,
		    const struct it_step_options *options, struct it_step_trace *trace, int rc,
		    struct intoto_error **err)
{
	bool strict = options->trace && options->trace_strict;

	if (!rc && strict)
		rc = it_step_trace_judge(trace, err);

	if (!rc)
		rc = finish(result, link, options, options->format, options->trace ? trace : NULL,
			    err);
	if (!rc || !result->ran)
		return rc;
	if (strict && rc == INTOTO_E_POLICY)
		return refuse_incomplete(result, err);
	return keep_unfinished(link, options, result, rc, err);
}

int it_step_run(struct it_step_result *result, const struct it_step_options *options,
		struct intoto_error **err)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	IT_AUTO(it_step_trace_done) struct it_step_trace trace = { 0 };
	struct it_step_options own = *options;
	int rc;

	*result = (struct it_step_result){ 0 };
	rc = it_step_check(options, err);
	if (!rc && options->trace)
		rc = it_step_trace_start(&trace, &own, err);
	if (!rc)
		rc = begin(&link, &own, err);
	if (!rc && options->trace)
		rc = it_step_trace_watch(&trace, err);
	if (!rc && options->command.argv)
		rc = run_command(result, link, &own, &trace, err);
	if (rc && (!link || !link->byproducts))
		return rc;
	if (trace.tracer)
		it_step_trace_share(&trace, &own);
	return complete(result, link, &own, &trace, rc, err);
}

static int refuse_existing(const char *path, struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_USAGE,
			  "%s: a record of this step has been started; finish it with 'intoto "
			  "record stop', or remove the file to start again",
			  path);
}

int it_step_start(struct it_step_result *result, const struct it_step_options *options,
		  struct intoto_error **err)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	IT_AUTO(it_freep) char *path = NULL;
	int rc;

	*result = (struct it_step_result){ 0 };
	rc = it_step_check(options, err);
	if (rc)
		return rc;
	path = it_step_unfinished_path(options);
	if (!path)
		return it_err_nomem(err);
	if (access(path, F_OK) == 0)
		return refuse_existing(path, err);
	rc = begin(&link, options, err);
	if (!rc)
		rc = mark_unfinished(link, err);
	result->link_ns = -it_clock_monotonic();
	if (!rc)
		rc = it_step_write(link, path, options->format, IT_FILE_NEW, options, err);
	result->link_ns += it_clock_monotonic();
	if (rc)
		return rc;
	result->materials = link->materials.count;
	result->link_path = path;
	path = NULL; /* now the result's */
	return INTOTO_OK;
}

static int refuse_missing(const char *path, struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_NOTFOUND,
			  "%s: no such file; 'intoto record start' with the same step name and "
			  "key makes it",
			  path);
}

/* In the metadata folder, or else in the current one. */
static int find_unfinished(char **out, const struct it_step_options *options,
			   struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = it_step_unfinished_path(options);

	*out = NULL;
	if (!path)
		return it_err_nomem(err);
	if (access(path, F_OK) == 0)
		*out = strdup(path);
	else if (access(it_path_base(path), F_OK) == 0)
		*out = strdup(it_path_base(path));
	else
		return refuse_missing(path, err);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

/* Whoever can write into the folder could put a file there: only what the same key signed counts.
 */
static int read_unfinished(struct intoto_link **link, enum intoto_envelope_format *format,
			   const char *path, const struct it_step_options *options,
			   struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	int rc = intoto_envelope_load(&envelope, path, err);

	if (rc)
		return rc;
	rc = intoto_envelope_verify(envelope, options->signer->key, err);
	if (!rc)
		rc = intoto_link_from_envelope(link, envelope, err);
	if (!rc)
		mark_finished(*link);
	if (!rc && !it_streq((*link)->name, options->name))
		rc = it_err_set(err, INTOTO_E_FORMAT, "link.name: want '%s', found another name",
				options->name);
	if (!rc && (*link)->products.count)
		rc = it_err_set(err, INTOTO_E_FORMAT, "link.products: want none yet");
	*format = intoto_envelope_format(envelope);
	return it_err_wrap(err, rc, "%s", path);
}

int it_step_stop(struct it_step_result *result, const struct it_step_options *options,
		 struct intoto_error **err)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	IT_AUTO(it_freep) char *path = NULL;
	enum intoto_envelope_format format;
	int rc;

	*result = (struct it_step_result){ 0 };
	rc = it_step_check(options, err);
	if (!rc)
		rc = find_unfinished(&path, options, err);
	if (!rc)
		rc = read_unfinished(&link, &format, path, options, err);
	if (!rc)
		rc = it_step_describe(link, options, err);
	if (!rc)
		rc = finish(result, link, options, format, NULL, err);
	if (!rc && unlink(path))
		rc = it_err_errno(err, errno, "%s: cannot be removed, though the link is written",
				  path);
	return rc;
}

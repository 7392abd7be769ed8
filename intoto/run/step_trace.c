/* SPDX-License-Identifier: Apache-2.0 */
/* The trace of a step. */
#include "run/step_trace.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/path.h"
#include "base/text.h"
#include "model/runtime_trace.h"
#include "run/step_link.h"
#include "run/step_sandbox.h"
#include "run/step_trace_artifacts.h"

enum { SENTENCE_MAX = 64 * 1024, NOTES_TOLD = 5 };

void it_step_trace_done(struct it_step_trace *trace)
{
	it_reuse_free(trace->reuse);
	it_tracer_free(trace->tracer);
	it_touched_done(&trace->touched);
	it_traced_files_done(&trace->files);
	it_strings_done(&trace->folders);
	free(trace->base);
	*trace = (struct it_step_trace){ 0 };
}

int it_step_trace_check(const struct it_step_options *options, struct intoto_error **err)
{
	if (!options->trace && (options->traced_materials || options->traced_products))
		return it_err_set(err, INTOTO_E_USAGE, "%s=traced: wants a trace",
				  options->traced_materials ? "materials" : "products");
	if (!options->trace)
		return INTOTO_OK;
	if (!options->command.argv)
		return it_err_set(err, INTOTO_E_USAGE, "trace: wants a command");
	if (options->traced_materials && options->trace->tier != IT_TRACE_FULL)
		return it_err_set(
			err, INTOTO_E_USAGE,
			"materials=traced: wants a full trace, one of writes does not see "
			"what is read");
	return INTOTO_OK;
}

/* --- folders --- */

static bool is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return it_starts_with(path, folder) &&
	       (!path[len] || path[len] == '/' || folder[len - 1] == '/');
}

/* The real path of a folder, or of the folder that a file is or will be in; else nothing. */
static int add_folder(struct it_strings *folders, const char *path, struct intoto_error **err)
{
	char real[PATH_MAX];
	IT_AUTO(it_freep) char *parent = NULL;
	struct stat about;

	if (stat(path, &about) || !S_ISDIR(about.st_mode)) {
		parent = strndup(path, (size_t)(it_path_base(path) - path));
		if (!parent)
			return it_err_nomem(err);
		path = *parent ? parent : ".";
	}
	if (!realpath(path, real))
		return INTOTO_OK; /* the command may make it; what it makes is below another */
	for (size_t i = 0; i < folders->count; i++)
		if (is_below(real, folders->items[i]))
			return INTOTO_OK;
	return it_strings_add(folders, real, err);
}

/* Folders first, so that what is below one of them is passed over. */
static int find_folders(struct it_step_trace *trace, struct intoto_error **err)
{
	const struct it_strings *products = trace->options->products;
	int rc = add_folder(&trace->folders, trace->base, err);

	if (!rc)
		rc = add_folder(&trace->folders, ".", err);
	for (size_t i = 0; !rc && products && i < products->count; i++) {
		const char *path = products->items[i];
		IT_AUTO(it_freep) char *joined = NULL;

		if (it_starts_with(path, "file:") || it_starts_with(path, "dir:"))
			path = strchr(path, ':') + 1;
		joined = *path == '/' ? strdup(path) : it_path_join(trace->base, path);
		rc = joined ? add_folder(&trace->folders, joined, err) : it_err_nomem(err);
	}
	return rc;
}

/* --- before the command --- */

/* Nobody asked for it, so what is remembered is used only if the trace turns out to be a proof. */
static int remember(struct it_step_trace *trace, struct it_step_options *options,
		    struct intoto_error **err)
{
	int rc;

	if (options->snapshot.reuse || options->trace_rehash)
		return INTOTO_OK;
	rc = it_reuse_new(&trace->reuse, IT_REUSE_TRUST, options->snapshot.algorithms, err);
	options->snapshot.reuse = trace->reuse;
	return rc;
}

int it_step_trace_start(struct it_step_trace *trace, struct it_step_options *options,
			struct intoto_error **err)
{
	const char *base = options->snapshot.base_path ? options->snapshot.base_path : ".";
	int rc = INTOTO_OK;

	*trace = (struct it_step_trace){ .options = options };
	trace->base = realpath(base, NULL);
	if (!trace->base)
		return it_err_errno(err, errno, "%s", base);
	if (!options->trace->folders)
		rc = find_folders(trace, err);
	if (!rc && clock_gettime(CLOCK_REALTIME_COARSE, &trace->recorded))
		rc = it_err_errno(err, errno, "the clock of change times");
	return rc ? rc : remember(trace, options, err);
}

int it_step_trace_watch(struct it_step_trace *trace, struct intoto_error **err)
{
	const struct it_step_options *options = trace->options;
	struct it_tracer_options tracing = *options->trace;
	int rc = it_trace_moment(&trace->begin, err); /* first: mechanisms go by the same clock */

	if (!tracing.folders)
		tracing.folders = &trace->folders;
	/* In a sandbox nobody makes mounts any more, which the others would have to. */
	if (options->sandbox && !options->sandbox->learn && !tracing.mechanism)
		tracing.mechanism = "user-notification";
	if (!rc)
		rc = it_tracer_new(&trace->tracer, &tracing, &trace->touched, err);
	trace->started = it_clock_now();
	return rc;
}

/* --- after it --- */

int it_step_trace_judge(const struct it_step_trace *trace, struct intoto_error **err)
{
	const struct it_touched_statement *statement = &trace->touched.statement;
	const struct it_strings *notes = &statement->notes;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SENTENCE_MAX);

	if (it_touched_is_complete(&trace->touched))
		return INTOTO_OK;
	for (size_t i = 0; i < notes->count && i < NOTES_TOLD; i++) {
		(void)it_buf_add_text(&text, i ? "; " : ": "); /* sticks; still a text */
		it_text_quote(&text, it_span_text(notes->items[i]));
	}
	return it_err_set(err, INTOTO_E_POLICY,
			  "the trace (%s) is not complete: %llu events lost, %llu system calls not "
			  "followed, %llu processes escaped%s",
			  statement->mechanism, (unsigned long long)statement->lost,
			  (unsigned long long)statement->unfollowed,
			  (unsigned long long)statement->escaped, it_buf_text(&text));
}

static bool is_changed(const struct it_touched_file *file)
{
	return file && (file->touches & (IT_TOUCH_WRITTEN | IT_TOUCH_CREATED | IT_TOUCH_REMOVED |
					 IT_TOUCH_CHANGED | IT_TOUCH_ASKED));
}

bool it_step_trace_may_have_changed(const struct it_step_trace *trace, struct it_span path)
{
	const struct it_strings *folders = trace->tracer ? trace->tracer->options.folders : NULL;
	bool watched = false;

	if (!it_touched_is_complete(&trace->touched))
		return true;
	for (size_t i = 0; folders && i < folders->count; i++) {
		size_t len = strlen(folders->items[i]);

		watched |= path.len > len && it_span_is(it_span(path.data, len), folders->items[i]);
	}
	if (!watched || is_changed(it_touched_find(&trace->touched, path)))
		return true;
	/* A folder that was renamed brings what is below it with it. */
	for (size_t len = path.len; len > 1; len--)
		if (path.data[len - 1] == '/' &&
		    is_changed(it_touched_find(&trace->touched, it_span(path.data, len - 1))))
			return true;
	return false;
}

static bool may_have_changed(void *arg, struct it_span path)
{
	return it_step_trace_may_have_changed(arg, path);
}

/* Whatever a command does, it is executed: a full trace without a file has not followed it. */
static void doubt_silence(struct it_step_trace *trace)
{
	if (trace->options->trace->tier != IT_TRACE_FULL || trace->touched.file_count)
		return;
	trace->touched.statement.lost++;
	it_touched_note(&trace->touched, "nothing was seen, not even the command itself");
}

void it_step_trace_share(struct it_step_trace *trace, struct it_step_options *options)
{
	bool proven;

	doubt_silence(trace);
	proven = trace->touched.statement.writes_proven && it_touched_is_complete(&trace->touched);
	if (trace->reuse && !proven)
		options->snapshot.reuse = NULL;
	if (options->snapshot.reuse)
		it_reuse_ask(options->snapshot.reuse, may_have_changed, trace);
}

/* What could not be listed is missing from the record. */
static int count_unlisted(struct it_step_trace *trace, struct intoto_error **err)
{
	if (!trace->unlisted)
		return INTOTO_OK;
	trace->touched.statement.lost += trace->unlisted;
	return it_strings_add(&trace->touched.statement.notes,
			      "a folder that the command made cannot be listed", err);
}

static int add_artifacts(struct it_step_trace *trace, struct intoto_link *link,
			 const struct it_trace_terms *terms, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (trace->options->traced_materials)
		rc = it_traced_materials(&link->materials, &trace->files, terms, err);
	if (!rc && trace->options->traced_products)
		rc = it_traced_products(&link->products, &trace->files, terms, err);
	return rc;
}

/* Not an error, but nothing to pass over in silence. */
static void tell_incomplete(const struct it_step_trace *trace)
{
	const struct it_snapshot_options *snapshot = &trace->options->snapshot;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;

	if (it_step_trace_judge(trace, &why) && snapshot->notice)
		snapshot->notice(snapshot->arg, intoto_error_text(why));
}

/* The link names the statement by its digest, so whoever signs the one vouches for the other. */
static int bind(struct intoto_link *link, struct it_json *note, const char *path,
		const struct it_buf *sha256, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *statement = it_json_new_object();
	int rc = it_json_set_take(statement, "name",
				  it_json_new_text(it_span_text(it_path_base(path))), err);

	if (!rc)
		rc = it_json_set_take(statement, "sha256", it_json_new_text(it_buf_span(sha256)),
				      err);
	if (!rc)
		rc = it_json_set_take(note, "statement", it_json_ref(statement), err);
	return rc ? rc : it_step_note(link, "trace", it_json_ref(note), err);
}

static int publish(struct it_step_trace *trace, struct intoto_link *link,
		   struct it_step_result *result, struct intoto_error **err)
{
	const struct it_step_options *options = trace->options;
	IT_AUTO(it_json_freep) struct it_json *note = NULL;
	IT_AUTO(it_buf_done) struct it_buf sha256 = IT_BUF(2 * IT_SHA256_SIZE);
	IT_AUTO(it_freep)
	char *name = it_runtime_trace_file_name(
		options->name, intoto_key_id(options->signer->key, options->keyid_style));
	IT_AUTO(it_freep)
	char *path = name ? it_path_join(options->metadata_directory, name) : NULL;
	int rc = path ? it_step_trace_note(&note, trace, err) : it_err_nomem(err);

	if (!rc)
		rc = it_step_trace_write(trace, link, note, path, &sha256, err);
	if (!rc)
		rc = bind(link, note, path, &sha256, err);
	if (rc)
		return rc;
	result->traced = trace->files.count;
	result->trace_path = path;
	path = NULL; /* now the result's */
	return INTOTO_OK;
}

int it_step_trace_settle(struct it_step_trace *trace, struct intoto_link *link,
			 struct it_step_result *result, struct intoto_error **err)
{
	const struct it_trace_terms terms = { .begin = trace->begin,
					      .recorded = trace->recorded,
					      .base = trace->base,
					      .snapshot = &trace->options->snapshot,
					      .materials = &link->materials,
					      .products = &link->products };
	int rc = it_traced_files_settle(&trace->files, &trace->touched, &terms, &trace->unlisted,
					err);

	if (!rc)
		rc = count_unlisted(trace, err);
	if (!rc && trace->options->trace_strict)
		rc = it_step_trace_judge(trace, err);
	if (!rc)
		rc = add_artifacts(trace, link, &terms, err);
	if (rc)
		return rc;
	tell_incomplete(trace);
	return publish(trace, link, result, err);
}

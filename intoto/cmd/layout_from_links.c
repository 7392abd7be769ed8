/* SPDX-License-Identifier: Apache-2.0 */
/* intoto layout from-links: a draft out of what a good run recorded. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/layout_file.h"
#include "cmd/layout_options.h"
#include "cmd/output.h"
#include "layouts/draft.h"
#include "model/envelope.h"
#include "model/listing.h"

enum { LIMIT_MAX = 1000 * 1000, LINKS_MAX = 10 * 1000 };

struct from_links_options {
	const char *output;
	struct it_strings keys;
	const char *expires;
	const char *expires_in;
	const char *limit;
	const char *readme;
	const char *keyid_style;
	const char *format;
	bool force;
	bool quiet;
};

/* clang-format off */
static const struct it_option options[] = {
	IT_REQUIRED(struct from_links_options, output, 'o', "output", "FILE", "the new layout"),
	IT_WORDS(struct from_links_options, keys, 'k', "keys", "FILE",
		 "public keys of those who signed the links; they may do the steps"),
	IT_VALUE(struct from_links_options, expires, 0, "expires", "TIME",
		 "when the layout stops being valid: 2026-01-31T23:59:59Z"),
	IT_VALUE(struct from_links_options, expires_in, 0, "expires-in", "TIME",
		 "the same from now: 12h, 90d, 8w (90d)"),
	IT_VALUE(struct from_links_options, limit, 0, "limit", "N",
		 "name up to N files of a side one by one; more by their folders (50)"),
	IT_VALUE(struct from_links_options, readme, 0, "readme", "TEXT", "a word to whoever reads it"),
	IT_KEYID_STYLE_OPTION(struct from_links_options, keyid_style),
	IT_ENVELOPE_OPTION(struct from_links_options, format),
	IT_FLAG(struct from_links_options, force, 'f', "force", "replace a file that is there"),
	IT_FLAG(struct from_links_options, quiet, 'q', "quiet", "no notes"),
};
/* clang-format on */

/* A link file. */
struct source {
	char *path;
	struct intoto_envelope *envelope;
	struct intoto_link *link;
};

struct work {
	const struct from_links_options *self;
	struct intoto_key **keys; /* as many as self->keys has */
	struct source *sources;
	size_t count;
	struct intoto_layout *layout;
	struct it_strings notes;
};

static void work_done(struct work *work)
{
	for (size_t i = 0; work->keys && i < work->self->keys.count; i++)
		intoto_key_free(work->keys[i]);
	free(work->keys);
	for (size_t i = 0; i < work->count; i++) {
		free(work->sources[i].path);
		intoto_envelope_free(work->sources[i].envelope);
		intoto_link_free(work->sources[i].link);
	}
	free(work->sources);
	intoto_layout_free(work->layout);
	it_strings_done(&work->notes);
}

/* --- the links --- */

static int note(struct work *work, const char *path, const char *text, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(64 * 1024);

	it_text_quote(&out, it_span_text(path));
	(void)it_buf_printf(&out, ": %s", text); /* short */
	return it_strings_add(&work->notes, it_buf_text(&out), err);
}

static bool is_signed_by(const struct source *source, const struct intoto_key *key)
{
	return intoto_envelope_verify(source->envelope, key, NULL) == INTOTO_OK;
}

/* With keys given, a link of a stranger is no link of the run. */
static int check_signers(const struct work *work, const struct source *source,
			 struct intoto_error **err)
{
	for (size_t i = 0; i < work->self->keys.count; i++)
		if (is_signed_by(source, work->keys[i]))
			return INTOTO_OK;
	if (!work->self->keys.count)
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_UNTRUSTED, "%s: none of the given keys has signed it",
			  source->path);
}

static int load_link(struct work *work, const char *path, struct intoto_error **err)
{
	struct source *source = &work->sources[work->count];
	int rc;

	*source = (struct source){ .path = strdup(path) };
	work->count++;
	if (!source->path)
		return it_err_nomem(err);
	rc = intoto_envelope_load(&source->envelope, path, err);
	if (rc)
		return rc;
	if (it_streq(intoto_envelope_type(source->envelope), "layout"))
		return note(work, path, "is a sublayout, and is left out", err);
	rc = intoto_link_from_envelope(&source->link, source->envelope, err);
	if (rc)
		return it_err_wrap(err, rc, "%s", path);
	rc = check_signers(work, source, err);
	return rc ? rc : it_listing_resolve_beside(source->link, path, err);
}

static int add_source(struct work *work, const char *path, struct intoto_error **err)
{
	struct source *sources;

	if (work->count == LINKS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "more than %d links", (int)LINKS_MAX);
	sources = reallocarray(work->sources, work->count + 1, sizeof *sources);
	if (!sources)
		return it_err_nomem(err);
	work->sources = sources;
	return load_link(work, path, err);
}

static int load_folder(struct work *work, const char *folder, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	size_t before = work->count;
	int rc = it_dir_list(&names, folder, err);

	for (size_t i = 0; !rc && i < names.count; i++) {
		IT_AUTO(it_freep) char *path = NULL;

		if (!it_ends_with(names.items[i], ".link"))
			continue;
		path = it_path_join(folder, names.items[i]);
		rc = path ? add_source(work, path, err) : it_err_nomem(err);
	}
	if (!rc && work->count == before)
		return it_err_set(err, INTOTO_E_NOTFOUND, "%s: there is no link in it", folder);
	return rc;
}

static int load_links(struct work *work, const struct it_strings *paths, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < paths->count; i++) {
		struct stat about;
		bool folder = !stat(paths->items[i], &about) && S_ISDIR(about.st_mode);

		rc = folder ? load_folder(work, paths->items[i], err)
			    : add_source(work, paths->items[i], err);
	}
	return rc;
}

static int load_keys(struct work *work, struct intoto_error **err)
{
	const struct it_strings *paths = &work->self->keys;
	int rc = INTOTO_OK;

	work->keys = calloc(paths->count + 1, sizeof *work->keys);
	if (!work->keys)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < paths->count; i++)
		rc = intoto_key_load(&work->keys[i], paths->items[i], NULL, NULL, err);
	return rc;
}

/* --- the layout --- */

static struct it_layout_step *step_named(struct intoto_layout *layout, const char *name)
{
	for (size_t i = 0; i < layout->step_count; i++)
		if (it_streq(layout->steps[i].item.name, name))
			return &layout->steps[i];
	return NULL;
}

/* Whoever signed a link of the step may do it. */
static int add_people(struct work *work, const struct source *source, struct intoto_error **err)
{
	enum intoto_keyid_style style = it_keyid_style_named(work->self->keyid_style);
	struct it_layout_step *step = step_named(work->layout, source->link->name);
	int rc = INTOTO_OK;

	for (size_t i = 0; step && !rc && i < work->self->keys.count; i++) {
		const char *id = NULL;

		if (!is_signed_by(source, work->keys[i]))
			continue;
		rc = it_layout_add_key(work->layout, work->keys[i], style, &id, err);
		if (!rc && !it_strings_has(&step->pubkeys, id))
			rc = it_strings_add(&step->pubkeys, id, err);
	}
	return rc;
}

static int read_limit(size_t *out, const char *text, struct intoto_error **err)
{
	uint64_t limit = IT_DRAFT_LIMIT;

	if (text && !it_parse_u64(text, LIMIT_MAX, &limit))
		return it_refuse_value("--limit", "a whole number up to 1000000", text, err);
	*out = (size_t)limit;
	return INTOTO_OK;
}

static int draft(struct work *work, struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_draft_run *runs = calloc(work->count + 1, sizeof *runs);
	struct it_draft_options wanted = { 0 };
	size_t count = 0;
	int rc = runs ? read_limit(&wanted.limit, work->self->limit, err) : it_err_nomem(err);

	if (rc)
		return rc;
	for (size_t i = 0; i < work->count; i++)
		if (work->sources[i].link)
			runs[count++] = (struct it_draft_run){ work->sources[i].path,
							       work->sources[i].link };
	rc = it_draft(work->layout, runs, count, &wanted, &work->notes, err);
	for (size_t i = 0; !rc && i < work->count; i++)
		if (work->sources[i].link)
			rc = add_people(work, &work->sources[i], err);
	if (!rc && !work->self->keys.count)
		rc = it_strings_add(&work->notes,
				    "nobody may do the steps yet: --keys names those who signed "
				    "the links",
				    err);
	return rc;
}

static int begin_layout(struct work *work, struct intoto_error **err)
{
	const struct from_links_options *self = work->self;
	bool given = self->expires || self->expires_in;
	char text[IT_TIME_SIZE];
	int rc = it_layout_new(&work->layout, err);

	if (!rc)
		rc = it_read_expiry(&work->layout->expires, self->expires,
				    given ? self->expires_in : "90d", err);
	if (rc)
		return rc;
	if (self->readme && !it_utf8_valid(it_span_text(self->readme)))
		return it_err_set(err, INTOTO_E_USAGE, "--readme: want UTF-8");
	it_time_format(text, work->layout->expires);
	work->layout->expires_text = strdup(text);
	work->layout->readme = strdup(self->readme ? self->readme : "");
	return work->layout->expires_text && work->layout->readme ? INTOTO_OK : it_err_nomem(err);
}

static int save(const struct work *work, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_freep) char *text = NULL;
	size_t len = 0;
	int rc = it_layout_to_envelope(&envelope, work->layout,
				       it_envelope_named(work->self->format), err);

	if (!rc)
		rc = intoto_envelope_print(envelope, &text, &len, err);
	if (rc)
		return rc;
	return it_file_write(work->self->output, it_span(text, len), IT_LAYOUT_MODE,
			     IT_FILE_SYNC | (work->self->force ? 0u : (unsigned)IT_FILE_NEW), err);
}

static void print_notes(const struct work *work)
{
	for (size_t i = 0; !work->self->quiet && i < work->notes.count; i++)
		(void)fprintf(stderr, "note: %s\n",
			      work->notes.items[i]); /* a note that is lost is no failure */
}

static int run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	IT_AUTO(work_done) struct work work = { .self = parsed };
	int rc = INTOTO_OK;

	if (!operands->count)
		rc = it_err_set(err, INTOTO_E_USAGE, "want folders of links, or link files");
	if (!rc)
		rc = begin_layout(&work, err);
	if (!rc)
		rc = load_keys(&work, err);
	if (!rc)
		rc = load_links(&work, operands, err);
	if (!rc)
		rc = draft(&work, err);
	if (!rc)
		rc = save(&work, err);
	print_notes(&work);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_layout_from_links = {
	.name = "from-links",
	.synopsis = "FOLDER... -o FILE [OPTIONS]",
	.summary = "draft a layout from the links of a good run",
	.examples = "intoto layout from-links links -o root.layout --keys alice.pub bob.pub",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct from_links_options),
	.run = run,
	.manual = "intoto-layout",
};

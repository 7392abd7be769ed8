/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folders of links, and bundles of attestations in them (attestation framework, "Bundle").
 *
 * A bundle is read once: which step a line is about is remembered with the line's place and digest,
 * and the line is read again when that step's evidence is judged.  A link statement names its step;
 * a provenance does not, so the bundle's file name must.
 */
#include "layouts/folder.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "layouts/document.h"
#include "model/bundle.h"

#define BUNDLE ".intoto.jsonl"

enum { LINES_TOLD = 10 }; /* of those that cannot be used, in one bundle */

void it_folder_done(struct it_folder *folder)
{
	it_strings_done(&folder->names);
	for (size_t i = 0; i < folder->line_count; i++)
		it_source_free(folder->lines[i].source);
	free(folder->lines);
	*folder = (struct it_folder){ 0 };
}

const struct it_layout_step *it_folder_step_of(const struct it_chain *chain, const char *file,
					       const char *suffix)
{
	const struct intoto_layout *layout = chain->layout;
	const struct it_layout_step *found = NULL;
	size_t longest = 0;

	if (!it_ends_with(file, suffix))
		return NULL;
	for (size_t i = 0; i < layout->step_count; i++) {
		const char *name = layout->steps[i].item.name;
		size_t len = strlen(name);

		/* The suffix begins with a dot too. */
		if (len <= longest || !it_starts_with(file, name) || file[len] != '.' ||
		    strlen(file) - len < strlen(suffix))
			continue;
		found = &layout->steps[i];
		longest = len;
	}
	return found;
}

/* One bundle on its way. */
struct reading {
	struct it_chain *chain;
	const struct it_source *bundle;
	const struct it_layout_step *step; /* that the file name says; NULL: none */
	struct it_span text;		   /* of the whole bundle */
	size_t line;
	size_t told;
	size_t untold;
};

static void report(struct reading *reading, enum intoto_outcome outcome, const char *code,
		   const char *text)
{
	IT_AUTO(it_buf_done) struct it_buf subject = IT_BUF(64 * 1024);

	if (reading->told++ >= LINES_TOLD) {
		reading->untold++;
		return;
	}
	(void)it_buf_printf(&subject, "%s#%zu", reading->bundle->name, reading->line); /* bounded */
	it_report_add(reading->chain->report, outcome, code, it_chain_label(reading->chain, ""),
		      it_buf_text(&subject), "%s", text);
}

/* --- one line --- */

static int keep(struct reading *reading, const struct it_layout_step *step, struct it_span line,
		struct intoto_error **err)
{
	struct it_folder *folder = &reading->chain->folder;
	struct it_source *source = NULL;
	int rc;

	if (folder->line_count == folder->line_cap) {
		size_t cap = folder->line_cap ? folder->line_cap * 2 : 16;
		struct it_attested *lines = reallocarray(folder->lines, cap, sizeof *lines);

		if (!lines)
			return it_err_nomem(err);
		folder->lines = lines;
		folder->line_cap = cap;
	}
	rc = it_source_new_line(&source, reading->bundle, reading->line,
				(uint64_t)(line.data - reading->text.data), line, err);
	if (!rc)
		folder->lines[folder->line_count++] =
			(struct it_attested){ source, step->item.index };
	return rc;
}

static const struct it_layout_step *find_step(const struct it_chain *chain, const char *name)
{
	const struct it_item *item = it_layout_find(chain->layout, name);

	return item && item->index < chain->layout->step_count ? &chain->layout->steps[item->index]
							       : NULL;
}

static int place(struct reading *reading, const struct intoto_link *link, bool named,
		 struct it_span line, struct intoto_error **err)
{
	const struct it_layout_step *step =
		named ? find_step(reading->chain, link->name) : reading->step;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(64 * 1024);

	if (step)
		return keep(reading, step, line, err);
	if (!named) {
		report(reading, INTOTO_CHECK_WARNING, "attestation.step",
		       "was not used: this provenance names no step, and neither does its file "
		       "(want <step>.json, <step>" BUNDLE " or <step>.<anything>" BUNDLE ")");
		return INTOTO_OK;
	}
	(void)it_buf_add_text(&text, "the layout has no step "); /* sticks; still a text */
	it_where_quote(&text, it_span_text(link->name));
	report(reading, INTOTO_CHECK_SKIPPED, "attestation.step", it_buf_text(&text));
	return INTOTO_OK;
}

static int read_statement(struct reading *reading, struct intoto_envelope *envelope,
			  struct it_span line, struct intoto_error **err)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	const char *kind = intoto_envelope_type(envelope);
	bool named = true;
	int rc = kind && !it_streq(kind, "layout")
			 ? it_document_to_link(&link, &named, envelope, &why)
			 : it_err_set(&why, INTOTO_E_UNSUPPORTED, "is neither link nor statement");

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (!rc)
		return place(reading, link, named, line, err);
	if (rc == INTOTO_E_UNSUPPORTED)
		report(reading, INTOTO_CHECK_SKIPPED, "attestation.predicate",
		       intoto_error_text(why));
	else
		report(reading, INTOTO_CHECK_WARNING, "attestation.format", intoto_error_text(why));
	return INTOTO_OK;
}

/* What nobody knows is ignored, as the framework demands; what is broken is told. */
static int read_line(void *arg, size_t number, struct it_span line, struct intoto_error **err)
{
	struct reading *reading = arg;
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = intoto_envelope_parse(&envelope, line.data, line.len, &why);

	reading->line = number;
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (!rc)
		return read_statement(reading, envelope, line, err);
	if (rc == INTOTO_E_FORMAT && it_document_is_foreign(line))
		report(reading, INTOTO_CHECK_SKIPPED, "attestation.format",
		       "is no signed document");
	else
		report(reading, INTOTO_CHECK_WARNING, "attestation.format", intoto_error_text(why));
	return INTOTO_OK;
}

/* --- one bundle --- */

static void report_untold(struct reading *reading)
{
	if (reading->untold)
		it_report_add(reading->chain->report, INTOTO_CHECK_WARNING, "attestation.format",
			      it_chain_label(reading->chain, ""), reading->bundle->name,
			      "%zu more lines could not be used", reading->untold);
}

/* A bundle that the system refuses to read may hold what a step needs. */
static void report_unread(struct reading *reading, int rc, const struct intoto_error *why)
{
	struct it_chain *chain = reading->chain;

	if (rc == INTOTO_E_IO) {
		chain->folder.is_open = true;
		it_report_undecided(chain->report, "attestation.file", it_chain_label(chain, ""),
				    reading->bundle->name, why);
		return;
	}
	it_report_add(chain->report, INTOTO_CHECK_WARNING, "attestation.file",
		      it_chain_label(chain, ""), reading->bundle->name, "%s",
		      intoto_error_text(why));
}

static int read_bundle(struct it_chain *chain, struct it_source *bundle, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_JSON_BYTES_MAX);
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct reading reading = { .chain = chain,
				   .bundle = bundle,
				   .step = it_folder_step_of(chain, bundle->name, BUNDLE) };
	int rc = it_source_read(bundle, &text, &why);

	chain->folder.bundles++;
	reading.text = it_buf_span(&text);
	if (!rc)
		rc = it_bundle_each(reading.text, read_line, &reading, &why);
	report_untold(&reading);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc)
		report_unread(&reading, rc, why);
	return INTOTO_OK;
}

/* Takes source. */
static int add_bundle(struct it_chain *chain, const char *dir, const char *name,
		      struct intoto_error **err)
{
	IT_AUTO(it_source_freep) struct it_source *bundle = NULL;
	int rc = it_source_new(&bundle, dir, name, err);

	return rc ? rc : read_bundle(chain, bundle, err);
}

/* --- the folder --- */

static int list(struct it_chain *chain, const char *folder, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_dir_list(&chain->folder.names, folder, &why);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (!rc)
		return INTOTO_OK;
	chain->folder.is_open = rc == INTOTO_E_IO;
	it_report_add(chain->report, INTOTO_CHECK_WARNING, "link.folder", it_chain_label(chain, ""),
		      folder, "%s", intoto_error_text(why));
	return INTOTO_OK;
}

int it_folder_open(struct it_chain *chain, struct intoto_error **err)
{
	const char *path = chain->link_dir && *chain->link_dir ? chain->link_dir : ".";
	struct it_folder *folder = &chain->folder;
	struct stat about;
	int rc;

	if (stat(path, &about) == 0 && !S_ISDIR(about.st_mode)) {
		folder->is_bundle = true;
		return add_bundle(chain, path, NULL, err);
	}
	rc = list(chain, path, err);
	for (size_t i = 0; !rc && i < folder->names.count; i++)
		if (it_ends_with(folder->names.items[i], BUNDLE))
			rc = add_bundle(chain, chain->link_dir, folder->names.items[i], err);
	return rc;
}

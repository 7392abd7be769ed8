/* SPDX-License-Identifier: Apache-2.0 */
/* The copy itself is in image/copy.h; here it is asked for, shown and told. */
#include "cmd/image_copying.h"

#include "base/clock.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/output.h"
#include "cmd/progress.h"
#include "json/writer.h"

enum { OUTPUT_MAX = 16 * 1024 * 1024 };

const char *const it_copying_what_words[] = { "image", "signatures", "attestations",
					      "sboms", "referrers",  NULL };

static const unsigned whats[] = { IT_TREE_IMAGE, IT_TREE_SIGNATURE, IT_TREE_ATTESTATION,
				  IT_TREE_SBOM, IT_TREE_OTHER };

int it_copying_number(unsigned *out, const char *option, const char *text, unsigned otherwise,
		      unsigned most, struct intoto_error **err)
{
	uint64_t number = otherwise;

	if (text && (!it_parse_u64(text, most, &number) || !number))
		return it_err_set(err, INTOTO_E_USAGE, "%s: want a number from 1 to %u", option,
				  most);
	*out = (unsigned)number;
	return INTOTO_OK;
}

static unsigned what_of(const struct it_copying_words *words)
{
	unsigned what = 0;

	if (words->no_attached)
		return IT_TREE_IMAGE;
	for (size_t i = 0; i < words->only.count; i++)
		for (size_t j = 0; j < IT_COUNT_OF(whats); j++)
			if (it_streq(words->only.items[i], it_copying_what_words[j]))
				what |= whats[j];
	return what ? what : IT_TREE_ALL;
}

static int fill_options(struct it_copy_options *out, const struct it_copying_words *words,
			struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (words->no_attached && words->only.count)
		return it_err_set(err, INTOTO_E_USAGE, "want --only or --no-attached, not both");
	rc = it_copying_number(&out->depth, "--depth", words->depth, IT_TREE_DEPTH,
			       IT_TREE_DEPTH_MAX, err);
	if (!rc)
		rc = it_copying_number(&out->at_once, "--parallel", words->parallel,
				       IT_COPY_AT_ONCE, IT_COPY_AT_ONCE_MAX, err);
	out->what = what_of(words);
	out->platforms = &words->platforms;
	out->missing = &words->missing;
	out->merge = words->merge;
	return rc;
}

/* One caller at a time: it_image_copy sees to it. */
static void show(void *arg, const struct it_copy_report *so_far)
{
	struct it_progress *progress = arg;

	if (!progress->begun)
		it_progress_expect(progress, "blobs", so_far->blobs, so_far->bytes);
	it_progress_files(progress, so_far->blobs_done, so_far->bytes_done);
}

/* --- what is told --- */

static void add_count(struct it_buf *out, size_t count, const char *one, const char *many)
{
	if (count)
		(void)it_buf_printf(out, ", %zu %s", count, count == 1 ? one : many); /* sticks */
}

static void add_names(struct it_buf *out, const char *what, const struct it_strings *names)
{
	for (size_t i = 0; i < names->count; i++) {
		(void)it_buf_printf(out, "  %s ", what); /* sticks */
		it_text_quote(out, it_span_text(names->items[i]));
		(void)it_buf_add_byte(out, '\n');
	}
}

static void print_report(struct it_buf *out, const struct it_copying *copying,
			 const struct it_copy_report *report)
{
	(void)it_buf_printf(out, "%s: ", report->digest); /* sticks, as all here */
	it_text_quote(out, it_span_text(copying->from));
	(void)it_buf_add_text(out, " is now at ");
	it_text_quote(out, it_span_text(copying->to));
	(void)it_buf_add_text(out, "\n  ");
	(void)it_buf_printf(out, "%zu of %zu blobs sent (%ju bytes)", report->blobs_sent,
			    report->blobs, (uintmax_t)report->bytes_sent);
	add_count(out, report->images, "manifest of the image", "manifests of the image");
	add_count(out, report->signatures, "manifest of signatures", "manifests of signatures");
	add_count(out, report->attestations, "of attestations", "of attestations");
	add_count(out, report->sboms, "of an SBOM", "of SBOMs");
	add_count(out, report->others, "other that hangs on it", "others that hang on it");
	(void)it_buf_add_byte(out, '\n');
	add_names(out, "left out, as allowed:", &report->left_out);
	add_names(out, "has more at the destination, and stays:", &report->kept);
	add_names(out, "added to:", &report->merged);
}

static void write_names(struct it_writer *writer, const char *name, const struct it_strings *names)
{
	it_write_name(writer, name);
	it_write_list(writer);
	for (size_t i = 0; i < names->count; i++)
		it_write_text(writer, names->items[i]);
	it_write_list_end(writer);
}

static void write_number(struct it_writer *writer, const char *name, uint64_t number)
{
	it_write_name(writer, name);
	it_write_int(writer, number > INT64_MAX ? INT64_MAX : (int64_t)number);
}

static int write_report(struct it_buf *out, const struct it_copying *copying,
			const struct it_copy_report *report, struct intoto_error **err)
{
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	it_write_object(&writer);
	write_number(&writer, "attestations", report->attestations);
	write_number(&writer, "blobs", report->blobs);
	write_number(&writer, "blobsSent", report->blobs_sent);
	write_number(&writer, "bytes", report->bytes);
	write_number(&writer, "bytesSent", report->bytes_sent);
	it_write_name(&writer, "digest");
	it_write_text(&writer, report->digest);
	it_write_name(&writer, "from");
	it_write_text(&writer, copying->from);
	write_number(&writer, "images", report->images);
	write_names(&writer, "kept", &report->kept);
	write_names(&writer, "leftOut", &report->left_out);
	write_names(&writer, "merged", &report->merged);
	write_number(&writer, "others", report->others);
	write_number(&writer, "sboms", report->sboms);
	write_number(&writer, "signatures", report->signatures);
	it_write_name(&writer, "to");
	it_write_text(&writer, copying->to);
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(out, '\n'); /* sticks */
	return rc;
}

static int tell(const struct it_copying *copying, const struct it_copy_report *report,
		struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(OUTPUT_MAX);
	int rc;

	if (!it_report_is_json(copying->image->format)) {
		print_report(&text, copying, report);
		return it_print(&text, err);
	}
	rc = write_report(&text, copying, report, err);
	return rc ? rc : it_print_json(&text, err);
}

static int copy(const struct it_copying *copying, struct it_copy_report *report,
		const struct it_copy_options *options, struct intoto_error **err)
{
	IT_AUTO(it_place_freep) struct it_place *from = NULL;
	IT_AUTO(it_place_freep) struct it_place *to = NULL;
	int rc = it_place_open(&from, copying->from, false, options->access, err);

	if (!rc)
		rc = it_place_open(&to, copying->to, true, options->access, err);
	if (!rc)
		rc = it_image_copy(report, to, from, options, err);
	return rc;
}

int it_copying_run(const struct it_copying *copying, struct intoto_error **err)
{
	IT_AUTO(it_copy_report_done) struct it_copy_report report = { 0 };
	struct it_registry_access access = { 0 };
	struct it_copy_options options = { .access = &access, .progress = show };
	struct it_progress progress;
	int rc = fill_options(&options, copying->words, err);

	it_progress_start(&progress, copying->command, copying->words->quiet);
	options.arg = &progress;
	if (!rc)
		rc = it_image_access(&access, copying->image, err);
	if (!rc)
		rc = copy(copying, &report, &options, err);
	it_progress_end(&progress);
	if (!rc && copying->after)
		rc = copying->after(copying->arg, &report, err);
	if (!rc)
		rc = tell(copying, &report, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

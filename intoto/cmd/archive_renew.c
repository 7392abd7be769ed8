/* SPDX-License-Identifier: Apache-2.0 */
/* intoto archive renew: all that there is, hashed and stamped anew, before what proves it ages. */
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "cmd/archive_adding.h"
#include "cmd/choices.h"
#include "cmd/output.h"
#include "crypto/timestamp.h"

enum { FILE_MODE = 0666 /* and umask */, REQUEST_MAX = 1024 };

struct renew_options {
	struct it_adding_words adding;
	const char *timestamp, *request;
	struct it_strings roots;
};

/* clang-format off */
static const struct it_option renew_options[] = {
	IT_ADDING_OPTIONS(struct renew_options, adding),
	IT_VALUE(struct renew_options, timestamp, 0, "timestamp", "FILE",
		 "an authority's answer to the request: an RFC 3161 timestamp"),
	IT_EACH(struct renew_options, roots, 0, "timestamp-roots", "FILE",
		"certificates of its authorities: refuse a timestamp that verify would refuse"),
	IT_VALUE(struct renew_options, request, 0, "timestamp-request", "FILE",
		 "write the request for that timestamp, and nothing else"),
};
/* clang-format on */

/* --- asking --- */

static int check_asking(const struct renew_options *self, struct intoto_error **err)
{
	const struct it_adding_words *words = &self->adding;

	if (self->timestamp || self->roots.count || words->output || words->signing_keys.count ||
	    words->keys.count || words->format)
		return it_err_set(err, INTOTO_E_USAGE,
				  "option --timestamp-request only writes a request: want no other "
				  "option");
	return INTOTO_OK;
}

static int ask(const struct renew_options *self, const char *path, struct intoto_error **err)
{
	const struct it_archive_adding adding = { .path = path };
	IT_AUTO(it_buf_done) struct it_buf request = IT_BUF(REQUEST_MAX);
	int rc = check_asking(self, err);

	if (!rc)
		rc = it_archive_renewal_request(&request, &adding, err);
	return rc ? rc : it_file_write(self->request, it_buf_span(&request), FILE_MODE, 0, err);
}

/* --- telling --- */

static void tell_text(struct it_buf *out, const char *path,
		      const struct it_archive_renewed *renewed)
{
	char time[IT_TIME_SIZE];

	it_time_format(time, renewed->stamped);
	(void)it_buf_add_text(out, "renewed: "); /* sticky */
	it_text_quote(out, it_span_text(path));
	(void)it_buf_printf(out, ", %s over %zu entries, ", renewed->name,
			    renewed->entries); /* sticky */
	if (renewed->stamped)
		(void)it_buf_printf(out, "with a timestamp of %s\n", time); /* sticky */
	else
		(void)it_buf_add_text(out, "without a timestamp\n"); /* sticky */
}

static int tell_json(struct it_buf *out, const char *path, const struct it_archive_renewed *renewed,
		     struct intoto_error **err)
{
	struct it_writer writer;
	char time[IT_TIME_SIZE];

	it_time_format(time, renewed->stamped);
	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	it_write_object(&writer);
	it_write_name(&writer, "archive");
	it_write_text(&writer, path);
	it_write_name(&writer, "entries");
	it_write_int(&writer, (int64_t)renewed->entries);
	it_write_name(&writer, "renewal");
	it_write_text(&writer, renewed->name);
	if (renewed->stamped) {
		it_write_name(&writer, "timestamp");
		it_write_text(&writer, time);
	}
	it_write_object_end(&writer);
	(void)it_buf_add_byte(out, '\n'); /* looked at by it_print_json */
	return it_writer_finish(&writer, err);
}

static int tell(const struct it_adding_words *words, const struct it_archive_renewed *renewed,
		struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_ARCHIVE_OUTPUT_MAX);
	int rc;

	if (!it_report_is_json(words->format)) {
		tell_text(&text, words->output, renewed);
		return it_print(&text, err);
	}
	rc = tell_json(&text, words->output, renewed, err);
	return rc ? rc : it_print_json(&text, err);
}

/* --- renewing --- */

struct job {
	struct it_adding adding;
	struct it_buf timestamp;
	struct it_certificates roots;
};

static void job_done(struct job *job)
{
	it_adding_done(&job->adding);
	it_buf_done(&job->timestamp);
	it_certificates_done(&job->roots);
}

static int read_stamp(struct job *job, const struct renew_options *self, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (!self->timestamp)
		return self->roots.count ? it_err_set(err, INTOTO_E_USAGE,
						      "option --timestamp-roots wants a timestamp "
						      "(--timestamp FILE)")
					 : INTOTO_OK;
	for (size_t i = 0; !rc && i < self->roots.count; i++)
		rc = it_certificates_load(&job->roots, self->roots.items[i], err);
	if (!rc)
		rc = it_file_read(&job->timestamp, self->timestamp, err);
	if (!rc && !job->timestamp.len)
		rc = it_err_set(err, INTOTO_E_FORMAT, "%s: is empty", self->timestamp);
	return rc;
}

static int renew(struct renew_options *self, const char *path, struct intoto_error **err)
{
	IT_AUTO(job_done) struct job job = { .timestamp = IT_BUF(IT_TIMESTAMP_MAX) };
	struct it_archive_stamp stamp = { .roots = self->roots.count ? &job.roots : NULL };
	struct it_archive_renewed renewed = { 0 };
	int rc = read_stamp(&job, self, err);

	stamp.bytes = it_buf_span(&job.timestamp);
	if (!rc)
		rc = it_adding_open(&job.adding, &self->adding, path, err);
	if (!rc)
		rc = it_archive_renew(&renewed, &job.adding.adding, &stamp, err);
	return rc ? rc : tell(&self->adding, &renewed, err);
}

static int renew_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct renew_options *self = parsed;
	const char *path = NULL;
	int rc = it_archive_operand(&path, operands, err);

	if (!rc)
		rc = self->request ? ask(self, path, err) : renew(self, path, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

extern const struct it_command it_cmd_archive_renew;

const struct it_command it_cmd_archive_renew = {
	.name = "renew",
	.synopsis = "-o NEW --signing-key KEY [--timestamp FILE] ARCHIVE",
	.summary = "hash, stamp and sign an archive anew, before what proves it ages",
	.examples = "intoto archive renew --timestamp-request app.tsq app-1.4.evidence.tar.zst\n"
		    "curl -H 'Content-Type: application/timestamp-query' \\\n"
		    "    --data-binary @app.tsq -o app.tsr https://tsa.example/\n"
		    "intoto archive renew -o app-1.4.renewed.tar.zst --signing-key archive.key \\\n"
		    "    --timestamp app.tsr app-1.4.evidence.tar.zst",
	.options = renew_options,
	.option_count = IT_COUNT_OF(renew_options),
	.options_size = sizeof(struct renew_options),
	.run = renew_run,
	.manual = "intoto-archive",
};

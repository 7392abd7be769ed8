/* SPDX-License-Identifier: Apache-2.0 */
/* What is made for an archive: the report, the VSA, the parameters, the bundle of attestations. */
#include <stdlib.h>
#include <string.h>

#include "archive/collect_part.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "json/writer.h"
#include "layouts/grounds.h"
#include "layouts/report_format.h"
#include "model/link.h"

enum { TEXT_MAX = 256 * 1024 * 1024 };

static int collect_report(struct it_archive_collection *out, const struct it_archive_wish *wish,
			  struct intoto_error **err)
{
	const struct it_report_view view = { .report = wish->report, .trace = wish->trace };
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(TEXT_MAX);
	int rc = it_report_print(&bytes, &it_report_format_json, &view, err);

	return rc ? rc
		  : it_collect_document(out, IT_ROLE_REPORT, "report/verification.json", &bytes,
					err);
}

/* --- the VSA --- */

struct subjects {
	struct it_resource *items;
	size_t count;
};

static void subjects_done(struct subjects *subjects)
{
	free(subjects->items);
}

/* The products of the last step on a pass; else, or when there are none, the layout itself. */
static int find_subjects(struct subjects *subjects, const struct it_archive_wish *wish,
			 const struct it_resource *policy, struct intoto_error **err)
{
	const struct it_artifacts *products = wish->summary ? &wish->summary->products : NULL;
	size_t count = products ? products->count : 0;

	subjects->items = calloc(count + 1, sizeof *subjects->items);
	if (!subjects->items)
		return it_err_nomem(err);
	for (size_t i = 0; i < count; i++)
		subjects->items[subjects->count++] =
			(struct it_resource){ .name = products->items[i].name,
					      .digests = products->items[i].digests };
	if (!count)
		subjects->items[subjects->count++] = *policy;
	return INTOTO_OK;
}

static int sign_all(struct intoto_envelope *envelope, const struct it_archive_wish *wish,
		    struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < wish->signer_count; i++)
		rc = it_envelope_sign(envelope, wish->signers[i], INTOTO_KEYID_LEGACY, err);
	return rc;
}

static int collect_vsa(struct it_archive_collection *out, const struct it_archive_wish *wish,
		       struct intoto_error **err)
{
	IT_AUTO(it_grounds_done) struct it_grounds grounds = { 0 };
	IT_AUTO(subjects_done) struct subjects subjects = { 0 };
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_freep) char *text = NULL;
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(TEXT_MAX);
	struct it_verification done = {
		.verifier_id = wish->verifier_id,
		.verifier_version = intoto_version(),
		.resource_uri = wish->resource_uri,
		.time = it_report_time(wish->report),
		.passed = intoto_report_verdict(wish->report) == INTOTO_PASSED,
	};
	size_t len = 0;
	int rc = it_grounds_find(&grounds, wish->report, NULL, err);

	if (!rc)
		rc = find_subjects(&subjects, wish, &grounds.policy, err);
	if (rc || !subjects.items[0].digests) /* not even the layout was read */
		return rc;
	done.subjects = subjects.items;
	done.subject_count = subjects.count;
	done.policy = grounds.policy;
	done.inputs = grounds.inputs;
	done.input_count = grounds.input_count;
	done.excuses = grounds.excuses;
	done.excuse_count = grounds.excuse_count;
	rc = it_vsa_to_envelope(&envelope, &done, err);
	if (!rc)
		rc = sign_all(envelope, wish, err);
	if (!rc)
		rc = intoto_envelope_print(envelope, &text, &len, err);
	if (rc)
		return rc;
	(void)it_buf_add(&bytes, text, len); /* looked at below */
	rc = it_buf_check(&bytes, "the VSA", err);
	return rc ? rc : it_collect_document(out, IT_ROLE_VSA, "report/vsa.dsse.json", &bytes, err);
}

/* --- the parameters --- */

static void write_time(struct it_writer *writer, const char *name, int64_t seconds)
{
	char text[IT_TIME_SIZE];

	it_time_format(text, seconds);
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_parameters(struct it_writer *writer, const struct intoto_verify_options *verify)
{
	it_write_name(writer, "parameters");
	it_write_list(writer); /* a list: the order of the command line */
	for (size_t i = 0; i < verify->parameter_count; i++) {
		it_write_object(writer);
		it_write_name(writer, "name");
		it_write_text(writer, verify->parameters[i].name);
		it_write_name(writer, "value");
		it_write_text(writer, verify->parameters[i].value);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
	it_write_name(writer, "passParameters");
	it_write_bool(writer, verify->pass_parameters);
}

static int collect_parameters(struct it_archive_collection *out, const struct it_archive_wish *wish,
			      struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(TEXT_MAX);
	const struct intoto_verify_options *verify = wish->verify;
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, &bytes, IT_WRITE_PRETTY);
	it_write_object(&writer);
	it_write_name(&writer, "allow");
	it_write_int(&writer, verify->allow);
	write_parameters(&writer, verify);
	write_time(&writer, "time", it_report_time(wish->report));
	it_write_name(&writer, "verifier");
	it_write_text(&writer, wish->verifier_id);
	it_write_name(&writer, "version");
	it_write_text(&writer, intoto_version());
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	return rc ? rc
		  : it_collect_document(out, IT_ROLE_PARAMETERS, "report/parameters.json", &bytes,
					err);
}

int it_collect_verdict(struct it_archive_collection *out, const struct it_archive_wish *wish,
		       struct intoto_error **err)
{
	int rc = collect_report(out, wish, err);

	if (!rc)
		rc = collect_vsa(out, wish, err);
	return rc ? rc : collect_parameters(out, wish, err);
}

/* --- the bundle --- */

static const struct it_json_limits line_limits = {
	.bytes = IT_JSON_BYTES_MAX, .depth = 32, .reals = true, .values = 4 << 20
};

/* DSSE (protocol.md): an object with a payload and signatures. */
static bool is_dsse(const struct it_json *root)
{
	return it_json_text(it_json_get(root, "payload")).data &&
	       it_json_kind(it_json_get(root, "signatures")) == IT_JSON_LIST;
}

/* The signature is over the payload's bytes, which stay; only blanks around it go. */
static int add_envelope(struct it_buf *lines, struct it_span text, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	struct it_writer writer;
	int rc;

	if (it_json_parse(&root, text, &line_limits, NULL) || !is_dsse(root))
		return INTOTO_OK; /* a Metablock, or none of ours: not for this file */
	it_writer_init(&writer, lines, IT_WRITE_COMPACT);
	it_write_value(&writer, root);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(lines, '\n'); /* looked at by who is last */
	return rc;
}

static int add_lines(struct it_buf *lines, struct it_span text, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	while (!rc && text.len) {
		const char *end = memchr(text.data, '\n', text.len);
		size_t len = end ? (size_t)(end - text.data) : text.len;

		rc = add_envelope(lines, it_span(text.data, len), err);
		text.data += len + (end ? 1 : 0);
		text.len -= len + (end ? 1 : 0);
	}
	return rc;
}

int it_collect_bundle(struct it_archive_collection *out, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf lines = IT_BUF(1 << 30);
	size_t count = out->count;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < count; i++) {
		const struct it_archive_source *source = &out->sources[i];
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);

		if (!source->path || (source->member.role != IT_ROLE_LINK &&
				      source->member.role != IT_ROLE_ATTESTATION))
			continue;
		rc = it_file_read(&text, source->path, err);
		if (!rc)
			rc = it_ends_with(source->member.name, ".jsonl")
				     ? add_lines(&lines, it_buf_span(&text), err)
				     : add_envelope(&lines, it_buf_span(&text), err);
	}
	if (!rc)
		rc = it_buf_check(&lines, "the attestations", err);
	return rc || !lines.len ? rc
				: it_collect_document(out, IT_ROLE_ATTESTATIONS,
						      "attestations.intoto.jsonl", &lines, err);
}

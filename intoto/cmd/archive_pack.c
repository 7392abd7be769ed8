/* SPDX-License-Identifier: Apache-2.0 */
/* intoto archive pack: verifies a chain, and keeps all that the verdict rests on. */
#include <stdlib.h>
#include <string.h>

#include "archive/collect.h"
#include "base/clock.h"
#include "base/text.h"
#include "cmd/archive_words.h"
#include "cmd/choices.h"
#include "cmd/layout_options.h"
#include "cmd/output.h"
#include "cmd/progress.h"
#include "cmd/signers.h"
#include "cmd/verify.h"
#include "cmd/verify_request.h"

enum { LEVEL_MAX = 19 };

/* Who says that the chain was verified, unless the user says who he is. */
#define VERIFIER_ID "https://in-toto.io/intoto/archive/v1"

struct pack_options {
	struct it_chain_words chain;
	struct it_registry_options registry;
	const char *output;
	struct it_strings signing_keys;
	struct it_passphrase passphrase;
	const char *product, *release;
	const char *previous;
	struct it_strings previous_keys;
	struct it_strings raw, trust, others;
	const char *retention;
	const char *lock_until, *keep;
	const char *compression, *level;
	const char *verifier_id, *resource_uri;
	bool even_if_refused;
	const char *format;
};

static const char *const compression_words[] = { "zstd", "none", NULL };

/* clang-format off */
static const struct it_option pack_options[] = {
	IT_REQUIRED(struct pack_options, output, 'o', "output", "FILE", "the archive"),
	IT_REQUIRED(struct pack_options, chain.layout, 'l', "layout", "FILE", "the signed layout"),
	IT_CHAIN_OPTIONS(struct pack_options, chain),
	IT_REGISTRY_OPTIONS(struct pack_options, registry),
	IT_EACH(struct pack_options, signing_keys, 0, "signing-key", "KEY",
		"a private key that signs the manifest: a file, or the URI of a signer"),
	IT_PASSPHRASE_OPTIONS(struct pack_options, passphrase),
	IT_VALUE(struct pack_options, product, 0, "product", "NAME",
		 "what it is a release of (as the previous archive says)"),
	IT_VALUE(struct pack_options, release, 0, "release", "VERSION", "which release"),
	IT_VALUE(struct pack_options, previous, 0, "previous", "ARCHIVE",
		 "the archive of the release before, which this one then names by its digest"),
	IT_EACH(struct pack_options, previous_keys, 0, "previous-key", "FILE",
		"a public key of who signed that one (the signing key)"),
	IT_EACH(struct pack_options, raw, 0, "raw", "FOLDER",
		"reports and SBOMs: those whose digests evidence names are packed"),
	IT_EACH(struct pack_options, trust, 0, "trust", "FILE", "a root of trust as of now, to be kept"),
	IT_EACH(struct pack_options, others, 0, "add", "NAME=FILE", "pack another file as other/NAME"),
	IT_VALUE(struct pack_options, retention, 0, "retention", "CLASS",
		 "how long such archives are kept, in your own words (release)"),
	IT_VALUE(struct pack_options, lock_until, 0, "lock-until", "TIME",
		 "not to be deleted before 2036-01-31T23:59:59Z"),
	IT_VALUE(struct pack_options, keep, 0, "keep", "TIME", "the same from now on, like 3653d"),
	IT_CHOICE(struct pack_options, compression, 0, "compression", "HOW", compression_words,
		  "zstd or none (zstd)"),
	IT_VALUE(struct pack_options, level, 0, "level", "NUMBER", "of zstd, from 1 to 19 (3)"),
	IT_VALUE(struct pack_options, verifier_id, 0, "verifier-id", "URI", "who verifies, in the VSA"),
	IT_VALUE(struct pack_options, resource_uri, 0, "resource-uri", "URI",
		 "what was verified, in the VSA (urn:PRODUCT:RELEASE)"),
	IT_FLAG(struct pack_options, even_if_refused, 0, "even-if-refused",
		"pack a chain that did not pass, too, which the manifest then says"),
	IT_REPORT_OPTION(struct pack_options, format),
	IT_TALLY(struct pack_options, chain.verbose, 'v', "verbose", "show what inspections print"),
};
/* clang-format on */

/* All that one packing owns. */
struct job {
	struct pack_options *words;
	struct it_verify_request request;
	struct it_signers signers;
	struct intoto_report *report;
	struct intoto_link *summary;
	struct it_trace *trace;
	struct it_archive *previous;
	struct it_archive_collection found;
	struct it_archive_manifest *manifest;
	struct it_buf resource;
	struct it_progress progress;
};

static void job_done(struct job *job)
{
	it_progress_end(&job->progress);
	it_archive_collection_done(&job->found);
	it_archive_manifest_free(job->manifest);
	it_archive_free(job->previous);
	it_trace_free(job->trace);
	intoto_link_free(job->summary);
	intoto_report_free(job->report);
	it_signers_done(&job->signers);
	it_verify_request_done(&job->request);
	it_buf_done(&job->resource);
}

/* --- words --- */

static int read_lock(struct it_archive_manifest *manifest, const struct pack_options *words,
		     struct intoto_error **err)
{
	int64_t span = 0;
	int rc;

	if (words->lock_until && words->keep)
		return it_err_set(err, INTOTO_E_USAGE, "want one of --lock-until and --keep");
	if (words->lock_until &&
	    !it_time_parse(&manifest->lock_until, it_span_text(words->lock_until)))
		return it_err_set(err, INTOTO_E_USAGE,
				  "--lock-until: want a time like 2036-01-31T23:59:59Z");
	if (!words->keep)
		return INTOTO_OK;
	rc = it_read_span(&span, "--keep", words->keep, err);
	manifest->lock_until = manifest->time + span;
	return rc;
}

static int read_previous(struct job *job, struct intoto_error **err)
{
	const char *path = job->words->previous;
	int rc = path ? it_archive_read(&job->previous, path, NULL, err) : INTOTO_OK;

	if (rc || !path)
		return rc;
	if (!it_archive_is_whole(job->previous))
		return it_err_set(err, INTOTO_E_POLICY, "%s: is not whole: %s %s", path,
				  job->previous->faults[0].name, job->previous->faults[0].text);
	if (job->words->product && !it_streq(job->words->product, job->previous->manifest->product))
		return it_err_set(err, INTOTO_E_USAGE, "%s: is of another product", path);
	job->manifest->previous = job->previous->sha256;
	job->manifest->number = job->previous->manifest->number + 1;
	return INTOTO_OK;
}

/* Its product and number are inherited, and whoever trusts this one takes that for its past. */
static int trust_previous(const struct job *job, struct intoto_error **err)
{
	IT_AUTO(it_archive_keys_done) struct it_archive_keys given = { 0 };
	size_t own = job->signers.count;
	IT_AUTO(it_freep) void *block = NULL;
	struct it_archive_keys all = { 0 };
	int rc = it_archive_keys_load(&given, &job->words->previous_keys, err);

	if (rc)
		return rc;
	block = calloc(own + given.count + 1, sizeof(struct intoto_key *));
	if (!block)
		return it_err_nomem(err);
	all.items = block;
	for (size_t i = 0; i < own; i++)
		all.items[all.count++] = (struct intoto_key *)(uintptr_t)job->signers.items[i]->key;
	for (size_t i = 0; i < given.count; i++)
		all.items[all.count++] = given.items[i];
	return it_err_wrap(err, it_archive_signed(job->previous, &all, err),
			   "%s: who signed it must be named (--previous-key FILE), unless the "
			   "same key signs now",
			   job->words->previous);
}

static int fill_manifest(struct job *job, struct intoto_error **err)
{
	const struct pack_options *words = job->words;
	struct it_archive_manifest *manifest = calloc(1, sizeof *manifest);
	bool given = false;
	int rc;

	job->manifest = manifest;
	if (!manifest)
		return it_err_nomem(err);
	manifest->previous = "";
	manifest->verdict = "";
	manifest->tool = "intoto " PACKAGE_VERSION;
	manifest->retention = words->retention ? words->retention : "release";
	rc = it_verify_epoch(&manifest->time, &given, err);
	if (!given)
		manifest->time = it_clock_now();
	if (!rc)
		rc = read_lock(manifest, words, err);
	if (!rc)
		rc = read_previous(job, err);
	manifest->product = words->product  ? words->product
			    : job->previous ? job->previous->manifest->product
					    : "";
	manifest->release = words->release ? words->release : "";
	return rc;
}

static int read_level(int *out, const char *text, struct intoto_error **err)
{
	uint64_t level = 0;

	*out = 0;
	if (!text)
		return INTOTO_OK;
	if (!it_parse_u64(text, LEVEL_MAX, &level) || !level)
		return it_refuse_value("--level", "a whole number from 1 to 19", text, err);
	*out = (int)level;
	return INTOTO_OK;
}

/* --- the chain --- */

static int verify(struct job *job, struct intoto_error **err)
{
	int rc = it_trace_new_brief(&job->trace, err);

	if (!rc)
		rc = it_verify(&job->report, &job->summary, &job->request.verify, job->trace, err);
	return rc;
}

/* What stands in the VSA for "from where consumers fetch it". */
static int name_resource(struct job *job, struct intoto_error **err)
{
	const struct it_archive_manifest *manifest = job->manifest;

	job->resource = (struct it_buf)IT_BUF(IT_ARCHIVE_NAME_MAX);
	if (job->words->resource_uri)
		(void)it_buf_add_text(&job->resource, job->words->resource_uri); /* below */
	else
		(void)it_buf_printf(&job->resource, "urn:%s:%s",
				    *manifest->product ? manifest->product : "product",
				    *manifest->release ? manifest->release : "release"); /* below */
	for (size_t i = 0; !job->words->resource_uri && i < job->resource.len; i++)
		if (job->resource.data[i] == ' ')
			job->resource.data[i] = '-';
	return it_buf_check(&job->resource, "--resource-uri", err);
}

static int collect(struct job *job, struct intoto_error **err)
{
	const struct pack_options *words = job->words;
	const struct it_archive_wish wish = {
		.verify = &job->request.verify,
		.report = job->report,
		.summary = job->summary,
		.trace = job->trace,
		.raw = &words->raw,
		.trust = &words->trust,
		.others = &words->others,
		.verifier_id = words->verifier_id ? words->verifier_id : VERIFIER_ID,
		.resource_uri = it_buf_text(&job->resource),
		.signers = job->signers.items,
		.signer_count = job->signers.count,
	};

	return it_archive_collect(&job->found, job->manifest, &wish, err);
}

/* --- packing --- */

static int sign(void *arg, struct intoto_envelope *envelope, struct intoto_error **err)
{
	const struct it_signers *signers = arg;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < signers->count; i++)
		rc = it_envelope_sign(envelope, signers->items[i], INTOTO_KEYID_LEGACY, err);
	return rc;
}

static int pack(struct job *job, struct intoto_error **err)
{
	const struct pack_options *words = job->words;
	struct it_archive_packing packing = {
		.sources = job->found.sources,
		.source_count = job->found.count,
		.manifest = job->manifest,
		.compression =
			it_streq(words->compression, "none") ? IT_ARCHIVE_PLAIN : IT_ARCHIVE_ZSTD,
		.sign = sign,
		.sign_arg = &job->signers,
		.progress = it_progress_files,
		.progress_arg = &job->progress,
	};
	int rc = read_level(&packing.level, words->level, err);

	it_progress_start(&job->progress, "intoto archive pack", false);
	if (!rc)
		rc = it_archive_pack(words->output, &packing, err);
	it_progress_end(&job->progress);
	return rc;
}

/* --- telling --- */

static void write_steps(struct it_writer *writer, const struct it_archive_manifest *manifest)
{
	it_write_name(writer, "steps");
	it_write_list(writer);
	for (size_t i = 0; i < manifest->step_count; i++) {
		it_write_object(writer);
		it_write_name(writer, "evidence");
		it_write_int(writer, (int64_t)manifest->steps[i].evidence.count);
		it_write_name(writer, "step");
		it_write_text(writer, manifest->steps[i].name);
		it_write_name(writer, "threshold");
		it_write_int(writer, manifest->steps[i].threshold);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static int tell_json(struct it_buf *out, const struct job *job, struct intoto_error **err)
{
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	it_write_object(&writer);
	it_write_name(&writer, "archive");
	it_write_text(&writer, job->words->output);
	it_write_name(&writer, "members");
	it_write_int(&writer, (int64_t)job->manifest->member_count);
	write_steps(&writer, job->manifest);
	it_write_name(&writer, "verdict");
	it_write_text(&writer, job->manifest->verdict);
	it_write_object_end(&writer);
	(void)it_buf_add_byte(out, '\n'); /* looked at by it_print_json */
	return it_writer_finish(&writer, err);
}

static void tell_text(struct it_buf *out, const struct job *job)
{
	const struct it_archive_manifest *manifest = job->manifest;

	(void)it_buf_add_text(out, "packed: "); /* sticky */
	it_text_quote(out, it_span_text(job->words->output));
	(void)it_buf_printf(out, ", %zu members; the chain %s\n", manifest->member_count,
			    it_streq(manifest->verdict, "passed") ? "passed"
								  : "DID NOT PASS"); /* sticky */
	for (size_t i = 0; i < manifest->step_count; i++) {
		const struct it_archive_step *step = &manifest->steps[i];

		(void)it_buf_add_text(out, "  "); /* sticky */
		it_text_quote(out, it_span_text(step->name));
		if (step->evidence.count)
			(void)it_buf_printf(out, ": %zu of %u\n", step->evidence.count,
					    step->threshold); /* sticky */
		else
			(void)it_buf_add_text(out, ": none\n"); /* sticky */
	}
}

static int tell(const struct job *job, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_ARCHIVE_OUTPUT_MAX);
	int rc;

	if (!it_report_is_json(job->words->format)) {
		tell_text(&text, job);
		return it_print(&text, err);
	}
	rc = tell_json(&text, job, err);
	return rc ? rc : it_print_json(&text, err);
}

/* A chain that did not pass: what verify would have printed. */
static int tell_refusal(const struct job *job, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *text = NULL;
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(IT_ARCHIVE_OUTPUT_MAX);
	int rc = intoto_report_text(job->report, false, &text, err);

	if (rc)
		return IT_EXIT_FROM_ERROR;
	(void)it_buf_add_text(&out, text); /* looked at by it_print */
	(void)it_buf_add_text(
		&out, "nothing was packed: --even-if-refused would, and say so\n"); /* same */
	return it_print(&out, err) ? IT_EXIT_FROM_ERROR : it_verify_status(job->report);
}

static int open_all(struct job *job, struct intoto_error **err)
{
	struct pack_options *words = job->words;
	int rc = words->signing_keys.count
			 ? it_passphrase_check(&words->passphrase, err)
			 : it_err_set(err, INTOTO_E_USAGE,
				      "want a key that signs the manifest (--signing-key KEY)");

	if (!rc)
		rc = it_verify_request_read(&job->request, &words->chain, &words->registry, err);
	if (!rc)
		rc = fill_manifest(job, err);
	if (!rc)
		rc = name_resource(job, err);
	if (!rc && words->previous_keys.count && !words->previous)
		rc = it_err_set(err, INTOTO_E_USAGE, "option --previous-key wants --previous");
	if (!rc)
		rc = it_signers_open(&job->signers, &words->signing_keys, &words->passphrase, err);
	return rc || !job->previous ? rc : trust_previous(job, err);
}

static int pack_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	IT_AUTO(job_done) struct job job = { .words = parsed };

	if (operands->count)
		return it_refuse_operand(operands, 0, err);
	if (open_all(&job, err) || verify(&job, err))
		return IT_EXIT_FROM_ERROR;
	if (intoto_report_verdict(job.report) != INTOTO_PASSED && !job.words->even_if_refused)
		return tell_refusal(&job, err);
	if (collect(&job, err) || pack(&job, err) || tell(&job, err))
		return IT_EXIT_FROM_ERROR;
	return IT_EXIT_YES;
}

extern const struct it_command it_cmd_archive_pack;

const struct it_command it_cmd_archive_pack = {
	.name = "pack",
	.synopsis = "-o ARCHIVE -l LAYOUT --verification-keys FILE... --signing-key KEY [OPTIONS]",
	.summary = "verify a chain, and put all of its evidence into one file",
	.examples =
		"intoto archive pack -o app-1.4.evidence.tar.zst -l root.layout \\\n"
		"    --verification-keys owner.pub --link-dir links --signing-key archive.key \\\n"
		"    --product app --release 1.4 --keep 3653d --raw reports",
	.options = pack_options,
	.option_count = IT_COUNT_OF(pack_options),
	.options_size = sizeof(struct pack_options),
	.run = pack_run,
	.manual = "intoto-archive",
};

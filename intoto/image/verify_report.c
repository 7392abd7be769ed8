/* SPDX-License-Identifier: Apache-2.0 */
/* What was checked about an image, kept and printed. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "image/verify.h"
#include "json/where.h"
#include "json/writer.h"

/* What a hostile registry can fill: one that says more is not listed to the end. */
enum { CHECKS_MAX = 16 * 1024 };

#define REPORT_TYPE "https://in-toto.io/intoto/image-report/v1"

const struct it_image_code it_image_codes[] = {
	{ "attached.gone",
	  "the list of what refers to the image names something that is not there" },
	{ "attached.too-large", "an attachment is larger than any that is read" },
	{ "attached.unknown",
	  "the registry did not say whether something is there, or what it is" },
	{ "attached.unreadable", "an attachment is not what its digest, size or form says" },
	{ "chain.passed", "the chain was verified again, and the image is a product of it" },
	{ "chain.refused", "the chain does not pass, or the image is no product of it" },
	{ "denied.chain",
	  "the deny list has a key, an identity or a document that the chain rests on" },
	{ "denied.digest", "the deny list has the digest of the image or of an attachment" },
	{ "denied.identity", "the deny list has the identity that a document names" },
	{ "denied.key", "the deny list has a key, whose signatures do not count" },
	{ "denied.layer", "the deny list has a layer or the configuration of the image" },
	{ "index.child", "an image that the index names was verified itself" },
	{ "index.missing-child", "the index names an image that is not there" },
	{ "index.too-deep", "indexes name indexes more often than is followed" },
	{ "index.vouched", "an image is named by an index whose signature is good" },
	{ "signature.annotation", "a good signature lacks an annotation that is required" },
	{ "signature.attestation",
	  "an attestation says something else than that the image is signed" },
	{ "signature.certificate", "a signature by a certificate, which no key of --key made" },
	{ "signature.good", "a signature over this image by a key that counts" },
	{ "signature.identity", "a good signature is for another repository" },
	{ "signature.same-key", "a further signature by a key that was counted already" },
	{ "signature.unknown-key", "no key that was given made this signature" },
	{ "signature.unreadable",
	  "a signature by a key that counts covers no payload that can be read" },
	{ "signature.wrong-digest", "a good signature is over another image" },
	{ "statement.good",
	  "an attestation of a wanted type, about this image, by a key that counts" },
	{ "statement.missing", "too few keys signed an attestation of a wanted type" },
	{ "statement.same-key",
	  "a further attestation of that type by a key that was counted already" },
	{ "statement.unknown-key", "no key that was given signed this attestation" },
	{ "statement.wrong-digest", "an attestation is about another image" },
	{ "threshold.met", "enough distinct keys signed the image" },
	{ "threshold.missed", "too few distinct keys signed the image" },
	{ "vsa.failed", "the newest verdict about the image is that its chain did not pass" },
	{ "vsa.future", "a verdict is from a time that has not come" },
	{ "vsa.good", "the newest verdict about the image is that its chain passed" },
	{ "vsa.layout", "a verdict was made by another layout" },
	{ "vsa.missing", "no verdict about the image counts" },
	{ "vsa.older", "a verdict that a newer one replaces" },
	{ "vsa.unknown-key", "no key for verdicts signed this one" },
	{ "vsa.unreadable", "a signed verdict lacks what one must say" },
	{ "vsa.verifier", "a verdict is by another verifier" },
};
const size_t it_image_code_count = IT_COUNT_OF(it_image_codes);

void it_image_report_free(struct it_image_report *report)
{
	if (!report)
		return;
	for (size_t i = 0; i < report->check_count; i++) {
		free(report->checks[i].what);
		free(report->checks[i].text);
		free(report->checks[i].predicate_type);
	}
	free(report->checks);
	for (size_t i = 0; i < report->statement_count; i++) {
		free(report->statements[i].type);
		it_buf_done(&report->statements[i].payload);
	}
	free(report->statements);
	free(report);
}

/* The table's own text, so that a code which it lacks is our bug. */
static const char *find_code(const char *code)
{
	for (size_t i = 0; i < IT_COUNT_OF(it_image_codes); i++)
		if (it_streq(it_image_codes[i].code, code))
			return it_image_codes[i].code;
	return NULL;
}

static int fill(struct it_image_check *check, const struct it_image_note *note,
		struct intoto_error **err)
{
	check->code = find_code(note->code);
	check->result = note->result;
	(void)snprintf(check->image, sizeof check->image, "%s", note->image ? note->image : "");
	(void)snprintf(check->keyid, sizeof check->keyid, "%s", note->keyid ? note->keyid : "");
	check->what = strdup(note->what ? note->what : "");
	check->predicate_type = note->predicate_type ? strdup(note->predicate_type) : NULL;
	if (!check->code)
		return it_err_set(err, INTOTO_E_INTERNAL, "no check has the code %s", note->code);
	return check->what && (check->predicate_type || !note->predicate_type) ? INTOTO_OK
									       : it_err_nomem(err);
}

int it_image_report_add(struct it_image_report *report, const struct it_image_note *note,
			struct intoto_error **err, const char *format, ...)
{
	struct it_image_check *checks;
	va_list args;
	int length;

	if (report->check_count >= CHECKS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "more than %d checks about one image",
				  (int)CHECKS_MAX);
	checks = reallocarray(report->checks, report->check_count + 1, sizeof *checks);
	if (!checks)
		return it_err_nomem(err);
	report->checks = checks;
	checks += report->check_count++;
	*checks = (struct it_image_check){ 0 };
	va_start(args, format);
	length = vasprintf(&checks->text, format, args);
	va_end(args);
	if (length < 0) {
		checks->text = NULL;
		return it_err_nomem(err);
	}
	return fill(checks, note, err);
}

void it_image_report_refuse(struct it_image_report *report)
{
	report->verdict = IT_IMAGE_REFUSED;
}

/* --- printing --- */

static const char *const verdicts[] = { "refused", "good", "unsigned" };
static const char *const results[] = { "good", "refused", "passed-over" };

static void write_member(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_check(struct it_writer *writer, const struct it_image_check *check)
{
	it_write_object(writer);
	write_member(writer, "code", check->code);
	if (*check->image)
		write_member(writer, "image", check->image);
	if (*check->keyid)
		write_member(writer, "key", check->keyid);
	if (check->predicate_type)
		write_member(writer, "predicateType", check->predicate_type);
	write_member(writer, "result", results[check->result]);
	write_member(writer, "text", check->text);
	if (*check->what)
		write_member(writer, "what", check->what);
	it_write_object_end(writer);
}

int it_image_report_print_json(struct it_buf *out, const struct it_image_report *report,
			       const char *place, struct intoto_error **err)
{
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	it_write_object(&writer);
	write_member(&writer, "_type", REPORT_TYPE);
	it_write_name(&writer, "checks");
	it_write_list(&writer);
	for (size_t i = 0; i < report->check_count; i++)
		write_check(&writer, &report->checks[i]);
	it_write_list_end(&writer);
	write_member(&writer, "digest", report->digest);
	write_member(&writer, "image", place);
	it_write_name(&writer, "roundTrips");
	it_write_int(&writer, (int64_t)report->round_trips);
	it_write_name(&writer, "signers");
	it_write_int(&writer, (int64_t)report->signers);
	write_member(&writer, "verdict", verdicts[report->verdict]);
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(out, '\n'); /* looked at by who prints it */
	return rc;
}

static void print_check(struct it_buf *out, const struct it_image_check *check)
{
	static const char *const words[] = { "ok", "no", "--" };

	(void)it_buf_printf(out, "  %s  %s: ", words[check->result], check->code); /* sticky */
	if (*check->what) {
		it_text_quote(out, it_span_text(check->what));
		(void)it_buf_add_text(out, ": ");
	}
	(void)it_buf_printf(out, "%s\n", check->text);
}

/* A refusal says all that was wrong; a pass what it rests on. */
static bool is_worth_telling(const struct it_image_report *report,
			     const struct it_image_check *check, bool verbose)
{
	if (verbose)
		return true;
	if (report->verdict == IT_IMAGE_GOOD)
		return check->result == IT_CHECK_GOOD || it_starts_with(check->code, "denied.");
	return check->result != IT_CHECK_GOOD;
}

void it_image_report_print(struct it_buf *out, const struct it_image_report *report,
			   const char *place, bool verbose)
{
	static const char *const sentences[] = { "REFUSED", "GOOD", "NOT SIGNED" };

	(void)it_buf_printf(out, "%s: ", sentences[report->verdict]); /* sticky */
	it_text_quote(out, it_span_text(place));
	(void)it_buf_printf(out, " (%s), %zu signer%s\n", report->digest, report->signers,
			    report->signers == 1 ? "" : "s");
	for (size_t i = 0; i < report->check_count; i++)
		if (is_worth_telling(report, &report->checks[i], verbose))
			print_check(out, &report->checks[i]);
}

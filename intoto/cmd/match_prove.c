/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs, made and looked at. */
#include "cmd/match_prove.h"

#include "base/file.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/output.h"
#include "model/digest_set.h"
#include "model/listing_proof.h"

enum { REPORT_MAX = 4 * 1024 * 1024, PROOF_MAX = 1024 * 1024 };

/* One attempt. */
struct attempt {
	const struct it_proving *proving;
	struct it_listing_proof proof;
	struct it_artifacts here;
	const struct it_artifact *found; /* in the listing or the proof; NULL: it is not there */
	struct intoto_error *why_not;
	bool refused; /* the proof itself, for that reason */
};

static void attempt_done(struct attempt *attempt)
{
	it_listing_proof_done(&attempt->proof);
	it_artifacts_done(&attempt->here);
	intoto_error_free(attempt->why_not);
}

/* --- what there is to prove with --- */

static int read_proof(struct attempt *attempt, struct intoto_error **err)
{
	const struct it_proving *proving = attempt->proving;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(PROOF_MAX);
	int rc = it_file_read(&text, proving->proof, err);

	if (rc)
		return rc;
	rc = it_listing_proof_read(&attempt->proof, it_buf_span(&text), proving->link,
				   &attempt->why_not);
	attempt->refused = rc == INTOTO_E_UNTRUSTED;
	if (rc && !attempt->refused)
		return it_err_set(err, (enum intoto_code)rc, "%s: %s", proving->proof,
				  intoto_error_text(attempt->why_not));
	if (!rc && proving->materials_asked && attempt->proof.side != INTOTO_MATERIALS)
		return it_err_set(err, INTOTO_E_USAGE,
				  "%s: is about the products, not the materials", proving->proof);
	return INTOTO_OK;
}

static int open_proof(struct attempt *attempt, struct intoto_error **err)
{
	const struct it_proving *proving = attempt->proving;

	if (proving->proof)
		return read_proof(attempt, err);
	return it_listing_proof_open(&attempt->proof, proving->link, proving->link_path,
				     proving->side, err);
}

/* --- the file --- */

/* Exactly one, under the name that it would be recorded with. */
static int look(struct attempt *attempt, struct intoto_error **err)
{
	const struct it_proving *proving = attempt->proving;
	int rc = proving->look(proving->arg, &attempt->here, &attempt->proof.table, err);

	if (rc || attempt->here.count == 1)
		return rc;
	return it_err_set(err, attempt->here.count ? INTOTO_E_USAGE : INTOTO_E_NOTFOUND,
			  "%s: want one file that is recorded, found %zu", proving->file,
			  attempt->here.count);
}

static int say_no(struct attempt *attempt, const char *what)
{
	const struct it_artifact *here = &attempt->here.items[0];
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(REPORT_MAX);

	it_text_quote(&name, it_artifact_name(here));
	(void)it_err_set(&attempt->why_not, INTOTO_E_UNTRUSTED, "%s %s", it_buf_text(&name),
			 what); /* says no; the caller goes on */
	return INTOTO_OK;
}

static int compare(struct attempt *attempt, struct intoto_error **err)
{
	const struct it_artifact *here;
	int rc = look(attempt, err);

	if (rc)
		return rc;
	here = &attempt->here.items[0];
	attempt->found = it_artifacts_find(&attempt->proof.table, it_artifact_name(here));
	if (!attempt->found)
		return say_no(attempt, attempt->proving->proof ? "is not what the proof is about"
							       : "is not in the listing");
	if (it_artifacts_match(attempt->found, here) != IT_DIGESTS_MATCH)
		return say_no(attempt, "is another file now: its digests differ from those listed");
	return INTOTO_OK;
}

static int prove(struct attempt *attempt, struct intoto_error **err)
{
	int rc = open_proof(attempt, err);

	if (rc || attempt->why_not)
		return rc;
	attempt->found = attempt->proof.artifact; /* of a proof; a listing has none yet */
	if (attempt->proving->file)
		rc = compare(attempt, err);
	if (rc || attempt->why_not || attempt->proving->proof)
		return rc;
	return it_listing_proof_make(&attempt->proof, attempt->found, err);
}

/* --- telling it --- */

static const char *trust_of(const struct attempt *attempt)
{
	return attempt->proving->signed_by ? "signature verified" : "signature not checked";
}

/* All additions are sticky: it_print looks. */
static void write_text(struct it_buf *out, const struct attempt *attempt)
{
	const struct it_proving *proving = attempt->proving;

	it_text_quote(out, it_span_text(proving->link_path));
	(void)it_buf_printf(out, ": %s: ", trust_of(attempt));
	if (attempt->why_not) {
		(void)it_buf_printf(out, "%s%s\n", attempt->refused ? "the proof " : "",
				    intoto_error_text(attempt->why_not));
		return;
	}
	it_text_quote(out, it_artifact_name(attempt->proof.artifact));
	(void)it_buf_printf(out, " is number %llu of the %llu %s, by a proof of %zu hashes%s\n",
			    (unsigned long long)attempt->proof.path.index + 1,
			    (unsigned long long)attempt->proof.listing.count,
			    it_listing_side_name(attempt->proof.side), attempt->proof.path.length,
			    proving->file ? "" : "; no file was looked at");
}

static void write_name(struct it_writer *writer, const char *name, const char *text)
{
	IT_AUTO(it_freep) char *quoted = text ? it_text_quoted(it_span_text(text)) : NULL;

	it_write_name(writer, name);
	if (quoted)
		it_write_text(writer, quoted);
	else
		it_write_null(writer);
}

static void write_verdict(struct it_writer *writer, const struct attempt *attempt)
{
	const struct it_proving *proving = attempt->proving;
	bool proven = !attempt->why_not;

	it_write_object(writer);
	write_name(writer, "file", proving->file);
	write_name(writer, "link", proving->link_path);
	it_write_name(writer, "proven");
	it_write_bool(writer, proven);
	write_name(writer, "side", it_listing_side_name(attempt->proof.side));
	write_name(writer, "signed-by", proving->signed_by);
	write_name(writer, "why-not", proven ? NULL : intoto_error_text(attempt->why_not));
	it_write_object_end(writer);
}

/* The proof itself, where one was made. */
static int write_json(struct it_buf *out, const struct attempt *attempt, struct intoto_error **err)
{
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	if (attempt->proving->proof || attempt->why_not)
		write_verdict(&writer, attempt);
	else
		it_listing_proof_write(&writer, &attempt->proof);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(out, '\n');
	return rc;
}

static int print(const struct attempt *attempt, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(REPORT_MAX);
	int rc;

	if (attempt->proving->quiet)
		return INTOTO_OK;
	if (!it_report_is_json(attempt->proving->format)) {
		write_text(&out, attempt);
		return it_print(&out, err);
	}
	rc = write_json(&out, attempt, err);
	return rc ? rc : it_print_json(&out, err);
}

int it_prove(bool *proven, const struct it_proving *proving, struct intoto_error **err)
{
	IT_AUTO(attempt_done) struct attempt attempt = { .proving = proving };
	int rc = prove(&attempt, err);

	*proven = !rc && !attempt.why_not;
	return rc ? rc : print(&attempt, err);
}

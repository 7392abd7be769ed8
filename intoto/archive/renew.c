/* SPDX-License-Identifier: Apache-2.0 */
/* Renewals (RFC 4998 section 5): all that there is, hashed anew and stamped anew. */
#include "archive/renew.h"

#include "archive/rewrite.h"
#include "crypto/timestamp.h"

int it_archive_renewal_request(struct it_buf *out, const struct it_archive_adding *adding,
			       struct intoto_error **err)
{
	IT_AUTO(it_archive_rewriting_done) struct it_archive_rewriting rewriting = { 0 };
	int rc = it_archive_rewriting_open(&rewriting, adding, err);

	return rc ? rc : it_timestamp_request(out, it_buf_span(&rewriting.text), err);
}

/* The one before it; *token stays empty when there is none. */
static int find_last(struct it_buf *token, const struct it_archive *archive,
		     struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = archive->addition_count; !rc && !token->len && i-- > 0;) {
		IT_AUTO(it_archive_later_freep) struct it_archive_later *later = NULL;

		rc = it_archive_later_read(&later, archive->additions[i].envelope, err);
		if (!rc)
			(void)it_buf_add_span(token, it_buf_span(&later->timestamp)); /* below */
	}
	return rc ? rc : it_buf_check(token, "timestamp", err);
}

/* Nothing can mend it afterwards: an archive with such a renewal would be refused for ever. */
static int judge(const struct it_archive_rewriting *rewriting, const struct it_archive_stamp *stamp,
		 int64_t time, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf last = IT_BUF(IT_TIMESTAMP_MAX);
	int64_t until = 0;
	int rc = it_timestamp_verify(&time, stamp->bytes, it_buf_span(&rewriting->text),
				     stamp->roots, err);

	if (!rc && time < rewriting->archive->manifest->time)
		rc = it_err_set(err, INTOTO_E_UNTRUSTED, "the timestamp is older than the archive");
	if (!rc)
		rc = find_last(&last, rewriting->archive, err);
	if (rc || !last.len)
		return rc;
	rc = it_timestamp_holds(&until, it_buf_span(&last), stamp->roots, time, err);
	return it_err_wrap(err, rc,
			   "it comes too late: the timestamp before it had aged by then, which no "
			   "renewal mends");
}

static int add_stamp(struct it_archive_later *later, const struct it_archive_rewriting *rewriting,
		     const struct it_archive_stamp *stamp, int64_t *stamped,
		     struct intoto_error **err)
{
	int rc = it_timestamp_read(stamped, &later->timestamp, stamp->bytes,
				   it_buf_span(&rewriting->text), err);

	if (!rc && !it_timestamp_is_sha512(stamp->bytes))
		rc = it_err_set(err, INTOTO_E_UNTRUSTED,
				"the timestamp does not hash with SHA-512: a renewal wants a "
				"stronger digest than the archive has");
	return rc || !stamp->roots ? rc : judge(rewriting, stamp, *stamped, err);
}

static void later_done(struct it_archive_later *later)
{
	it_buf_done(&later->timestamp);
}

int it_archive_renew(struct it_archive_renewed *out, const struct it_archive_adding *adding,
		     const struct it_archive_stamp *stamp, struct intoto_error **err)
{
	IT_AUTO(it_archive_rewriting_done) struct it_archive_rewriting rewriting = { 0 };
	IT_AUTO(later_done)
	struct it_archive_later later = { .reason = "", .timestamp = IT_BUF(IT_TIMESTAMP_MAX) };
	int rc = it_archive_rewriting_open(&rewriting, adding, err);

	*out = (struct it_archive_renewed){ 0 };
	if (!rc && stamp->bytes.len)
		rc = add_stamp(&later, &rewriting, stamp, &out->stamped, err);
	if (rc)
		return rc;
	it_archive_later_name(out->name, rewriting.archive->addition_count);
	out->entries = rewriting.listing->count;
	return it_archive_rewrite(&rewriting, &later, err);
}

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

/* Its maker is judged when the archive is verified, as of then. */
static int stamp(struct it_archive_later *later, const struct it_archive_rewriting *rewriting,
		 struct it_span timestamp, int64_t *stamped, struct intoto_error **err)
{
	int rc = it_timestamp_read(stamped, &later->timestamp, timestamp,
				   it_buf_span(&rewriting->text), err);

	if (!rc && !it_timestamp_is_sha512(timestamp))
		rc = it_err_set(err, INTOTO_E_UNTRUSTED,
				"the timestamp does not hash with SHA-512: a renewal wants a "
				"stronger digest than the archive has");
	return rc;
}

static void later_done(struct it_archive_later *later)
{
	it_buf_done(&later->timestamp);
}

int it_archive_renew(struct it_archive_renewed *out, const struct it_archive_adding *adding,
		     struct it_span timestamp, struct intoto_error **err)
{
	IT_AUTO(it_archive_rewriting_done) struct it_archive_rewriting rewriting = { 0 };
	IT_AUTO(later_done)
	struct it_archive_later later = { .reason = "", .timestamp = IT_BUF(IT_TIMESTAMP_MAX) };
	int rc = it_archive_rewriting_open(&rewriting, adding, err);

	*out = (struct it_archive_renewed){ 0 };
	if (!rc && timestamp.len)
		rc = stamp(&later, &rewriting, timestamp, &out->stamped, err);
	if (rc)
		return rc;
	it_archive_later_name(out->name, rewriting.archive->addition_count);
	out->entries = rewriting.listing->count;
	return it_archive_rewrite(&rewriting, &later, err);
}

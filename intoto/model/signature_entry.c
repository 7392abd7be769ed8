/* SPDX-License-Identifier: Apache-2.0 */
/* What an entry of "signatures" holds beside keyid and signature: a certificate, timestamps. */
#include "base/text.h"
#include "crypto/timestamp.h"
#include "model/envelope_text.h"

enum { TIMESTAMPS_MAX = 32 };

/* The entry of a signature of ours, as it would be printed. */
static int make_entry(struct it_json **out, const struct it_signature *signature,
		      enum intoto_envelope_format format, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_SIGNATURE_BYTES_MAX * 2);
	IT_AUTO(it_json_freep) struct it_json *entry = it_json_new_object();
	int rc;

	(format == INTOTO_DSSE ? it_base64_encode : it_hex_encode)(&text,
								   it_buf_span(&signature->bytes));
	rc = entry ? it_buf_check(&text, "signature", err) : it_err_nomem(err);
	if (!rc)
		rc = it_json_set_take(entry, "keyid",
				      it_json_new_text(it_span_text(signature->keyid)), err);
	if (!rc)
		rc = it_json_set_take(entry, "sig", it_json_new_text(it_buf_span(&text)), err);
	if (rc)
		return rc;
	*out = entry;
	entry = NULL; /* now the caller's */
	return INTOTO_OK;
}

int it_signature_certify(struct it_signature *signature, const char *certificate,
			 enum intoto_envelope_format format, struct intoto_error **err)
{
	int rc = signature->raw ? INTOTO_OK : make_entry(&signature->raw, signature, format, err);

	/* As in-toto-golang spells it; ITE-7 says "certificate". */
	return rc ? rc
		  : it_json_set_take(signature->raw, "cert",
				     it_json_new_text(it_span_text(certificate)), err);
}

/* { "type": "tsp", "data" }, as go-witness writes it. */
static int make_stamp(struct it_json **out, const struct it_buf *token, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_TIMESTAMP_MAX * 2);
	IT_AUTO(it_json_freep) struct it_json *stamp = it_json_new_object();
	int rc;

	it_base64_encode(&text, it_buf_span(token));
	rc = stamp ? it_buf_check(&text, "timestamp", err) : it_err_nomem(err);
	if (!rc)
		rc = it_json_set_take(stamp, "type", it_json_new_text(it_span_text("tsp")), err);
	if (!rc)
		rc = it_json_set_take(stamp, "data", it_json_new_text(it_buf_span(&text)), err);
	if (rc)
		return rc;
	*out = stamp;
	stamp = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* The list with one more at its end; a list that is there belongs to the document. */
static int extend(struct it_json **out, const struct it_json *old, struct it_json *stamp,
		  struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *list = it_json_new_list();
	int rc = list ? INTOTO_OK : it_err_nomem(err);

	for (size_t i = 0; !rc && i < it_json_count(old); i++)
		rc = it_json_append_take(list, it_json_ref(it_json_at(old, i)), err);
	if (rc) {
		it_json_free(stamp);
		return rc;
	}
	rc = it_json_append_take(list, stamp, err);
	if (rc)
		return rc;
	*out = list;
	list = NULL; /* now the caller's */
	return INTOTO_OK;
}

static int stamp_signature(struct it_signature *signature, const struct it_buf *token,
			   enum intoto_envelope_format format, struct intoto_error **err)
{
	struct it_json *stamp = NULL;
	struct it_json *list = NULL;
	const struct it_json *old;
	int rc = signature->raw ? INTOTO_OK : make_entry(&signature->raw, signature, format, err);

	if (rc)
		return rc;
	old = it_json_get(signature->raw, "timestamps");
	if (it_json_kind(old) != IT_JSON_NULL && it_json_kind(old) != IT_JSON_LIST)
		return it_err_set(err, INTOTO_E_FORMAT, "timestamps: want a list, found %s",
				  it_json_kind_name(old));
	if (it_json_count(old) >= TIMESTAMPS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "more than %d timestamps", TIMESTAMPS_MAX);
	rc = make_stamp(&stamp, token, err);
	if (!rc)
		rc = extend(&list, old, stamp, err);
	return rc ? rc : it_json_set_take(signature->raw, "timestamps", list, err);
}

int it_envelope_stamp(struct intoto_envelope *envelope, struct it_span timestamp, int64_t *time,
		      struct intoto_error **err)
{
	for (size_t i = 0; i < envelope->signature_count; i++) {
		struct it_signature *signature = &envelope->signatures[i];
		IT_AUTO(it_buf_done) struct it_buf token = IT_BUF(IT_TIMESTAMP_MAX);
		bool last = i + 1 == envelope->signature_count;
		int rc = it_timestamp_read(time, &token, timestamp, it_buf_span(&signature->bytes),
					   last ? err : NULL);

		if (!rc)
			return stamp_signature(signature, &token, envelope->format, err);
		if (last)
			return rc;
	}
	return it_err_set(err, INTOTO_E_UNTRUSTED, "has no signature that could have a timestamp");
}

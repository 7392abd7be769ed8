/* SPDX-License-Identifier: Apache-2.0 */
/* Envelopes as text: DSSE (secure-systems-lab/dsse envelope.md) and Metablock (specification 4.2).
 */
#include "model/envelope_text.h"

#include <string.h>

#include "base/text.h"
#include "json/field.h"
#include "json/writer.h"
#include "model/link.h"
#include "model/link_stream.h"

static int refuse_kind(const struct it_where *where, const char *want, const struct it_json *value,
		       struct intoto_error **err)
{
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want %s, found %s", want,
			       it_json_kind_name(value));
}

/* Decodes a text with one of base's decoders. */
static int decode(struct it_buf *out, const struct it_json *value,
		  bool (*decoder)(struct it_buf *, struct it_span), const char *want,
		  const struct it_where *where, struct intoto_error **err)
{
	struct it_span text = it_json_text(value);

	if (!text.data)
		return refuse_kind(where, want, value, err);
	if (decoder(out, text))
		return INTOTO_OK;
	if (out->failed == INTOTO_E_LIMIT)
		return it_where_refuse(where, INTOTO_E_LIMIT, err, "more than %zu bytes", out->max);
	if (out->failed)
		return it_err_nomem(err);
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want %s, found another text", want);
}

static int read_base64(void *target, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	struct it_signature *signature = target;

	return decode(&signature->bytes, value, it_base64_decode, "base64", where, err);
}

static int read_hex(void *target, const struct it_json *value, const struct it_where *where,
		    struct intoto_error **err)
{
	struct it_signature *signature = target;

	return decode(&signature->bytes, value, it_hex_decode, "hex digits", where, err);
}

static const struct it_field dsse_signature[] = {
	{ "keyid", IT_FIELD_TEXT, false, offsetof(struct it_signature, keyid), NULL },
	{ "sig", IT_FIELD_CUSTOM, true, 0, read_base64 },
};

static const struct it_field metablock_signature[] = {
	{ "keyid", IT_FIELD_TEXT, false, offsetof(struct it_signature, keyid), NULL },
	{ "sig", IT_FIELD_CUSTOM, true, 0, read_hex },
};

/* { keyid, signature, other_headers }: kept for who reads OpenPGP, never good for a key of ours. */
static const struct it_field openpgp_signature[] = {
	{ "keyid", IT_FIELD_TEXT, false, offsetof(struct it_signature, keyid), NULL },
};

static int read_signature(struct it_signature *out, const struct it_json *entry,
			  const struct it_field *fields, size_t count, const struct it_where *where,
			  struct intoto_error **err)
{
	int rc;

	out->bytes.max = IT_SIGNATURE_BYTES_MAX;
	out->keyid = strdup("");
	if (!out->keyid)
		return it_err_nomem(err);
	rc = it_fields_read(out, entry, fields, count, 0, where, err);
	if (!rc)
		out->raw = it_json_ref(entry);
	return rc;
}

static int read_entry(struct intoto_envelope *envelope, const struct it_json *entry,
		      const struct it_where *where, struct intoto_error **err)
{
	struct it_signature *out = &envelope->signatures[envelope->signature_count++];
	bool dsse = envelope->format == INTOTO_DSSE;

	if (!it_json_get(entry, "sig") && it_json_get(entry, "signature") &&
	    (!dsse || it_json_get(entry, "other_headers")))
		return read_signature(out, entry, openpgp_signature, IT_COUNT_OF(openpgp_signature),
				      where, err);
	if (dsse)
		return read_signature(out, entry, dsse_signature, IT_COUNT_OF(dsse_signature),
				      where, err);
	return read_signature(out, entry, metablock_signature, IT_COUNT_OF(metablock_signature),
			      where, err);
}

static int read_signatures(void *target, const struct it_json *value, const struct it_where *where,
			   struct intoto_error **err)
{
	struct intoto_envelope *envelope = target;
	size_t count = it_json_count(value);

	if (it_json_kind(value) != IT_JSON_LIST)
		return refuse_kind(where, "a list", value, err);
	if (count > IT_SIGNATURES_MAX)
		return it_where_refuse(where, INTOTO_E_LIMIT, err, "more than %d signatures",
				       IT_SIGNATURES_MAX);
	envelope->signatures = calloc(count ? count : 1, sizeof *envelope->signatures);
	if (!envelope->signatures)
		return it_err_nomem(err);
	for (size_t i = 0; i < count; i++) {
		struct it_where element = { where, NULL, i };
		int rc = read_entry(envelope, it_json_at(value, i), &element, err);

		if (rc)
			return rc;
	}
	return INTOTO_OK;
}

int it_envelope_read_signatures(struct intoto_envelope *envelope, const struct it_json *list,
				struct intoto_error **err)
{
	static const struct it_where up = { NULL, "envelope", 0 };
	struct it_where where = { &up, "signatures", 0 };

	return read_signatures(envelope, list, &where, err);
}

static int read_payload(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	struct intoto_envelope *envelope = target;

	return decode(&envelope->payload, value, it_base64_decode, "base64", where, err);
}

static int read_signed(void *target, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	struct intoto_envelope *envelope = target;

	if (it_json_kind(value) != IT_JSON_OBJECT)
		return refuse_kind(where, "an object", value, err);
	envelope->body = it_json_ref(value);
	return INTOTO_OK;
}

static const struct it_field dsse[] = {
	{ "payload", IT_FIELD_CUSTOM, true, 0, read_payload },
	{ "payloadType", IT_FIELD_TEXT, true, offsetof(struct intoto_envelope, payload_type),
	  NULL },
	{ "signatures", IT_FIELD_CUSTOM, true, 0, read_signatures },
};

static const struct it_field metablock[] = {
	{ "signatures", IT_FIELD_CUSTOM, true, 0, read_signatures },
	{ "signed", IT_FIELD_CUSTOM, true, 0, read_signed },
};

static int choose_format(enum intoto_envelope_format *out, const struct it_json *root,
			 struct intoto_error **err)
{
	bool is_dsse = it_json_get(root, "payload") || it_json_get(root, "payloadType");
	bool is_metablock = it_json_get(root, "signed");

	*out = is_dsse ? INTOTO_DSSE : INTOTO_METABLOCK;
	if (it_json_kind(root) != IT_JSON_OBJECT)
		return it_err_set(err, INTOTO_E_FORMAT, "envelope: want an object, found %s",
				  it_json_kind_name(root));
	if (is_dsse && is_metablock)
		return it_err_set(err, INTOTO_E_FORMAT,
				  "envelope: both \"payload\" (DSSE) and \"signed\" (Metablock)");
	if (!is_dsse && !is_metablock)
		return it_err_set(
			err, INTOTO_E_FORMAT,
			"envelope: neither \"payload\" (DSSE) nor \"signed\" (Metablock)");
	return INTOTO_OK;
}

static int read_envelope(struct intoto_envelope *envelope, const struct it_json *root,
			 struct intoto_error **err)
{
	static const struct it_where where = { NULL, "envelope", 0 };

	if (envelope->format == INTOTO_DSSE)
		return it_fields_read(envelope, root, dsse, IT_COUNT_OF(dsse), 0, &where, err);
	return it_fields_read(envelope, root, metablock, IT_COUNT_OF(metablock), 0, &where, err);
}

int it_envelope_parse_document(struct intoto_envelope **out, struct it_span text,
			       struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	enum intoto_envelope_format format;
	int rc;

	*out = NULL;
	rc = it_json_parse(&root, text, &it_json_signed_limits, err);
	if (!rc)
		rc = choose_format(&format, root, err);
	if (!rc)
		rc = it_envelope_alloc(&envelope, format, err);
	if (!rc)
		rc = read_envelope(envelope, root, err);
	if (!rc)
		rc = it_envelope_settle(envelope, err);
	if (rc)
		return rc;
	*out = envelope;
	envelope = NULL; /* now the caller's */
	return INTOTO_OK;
}

int intoto_envelope_parse(struct intoto_envelope **out, const void *data, size_t len,
			  struct intoto_error **err)
{
	struct it_span text = it_span(len ? data : "", len);
	int rc = it_link_stream_envelope(out, text, err);

	return rc || *out ? rc : it_envelope_parse_document(out, text, err);
}

static void write_encoded(struct it_writer *writer, const struct it_buf *bytes,
			  void (*encode)(struct it_buf *, struct it_span))
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SIZE_MAX / 2);

	encode(&text, it_buf_span(bytes));
	if (text.failed)
		writer->out->failed = text.failed;
	it_write_text_span(writer, it_buf_span(&text));
}

static void write_signature(struct it_writer *writer, const struct it_signature *signature,
			    enum intoto_envelope_format format)
{
	if (signature->raw) {
		it_write_value(writer, signature->raw);
		return;
	}
	it_write_object(writer);
	it_write_name(writer, "keyid");
	it_write_text(writer, signature->keyid);
	it_write_name(writer, "sig");
	write_encoded(writer, &signature->bytes,
		      format == INTOTO_DSSE ? it_base64_encode : it_hex_encode);
	it_write_object_end(writer);
}

void it_envelope_write_signatures(struct it_writer *writer, const struct intoto_envelope *envelope)
{
	it_write_name(writer, "signatures");
	it_write_list(writer);
	for (size_t i = 0; i < envelope->signature_count; i++)
		write_signature(writer, &envelope->signatures[i], envelope->format);
	it_write_list_end(writer);
}

static void write_dsse(struct it_writer *writer, const struct intoto_envelope *envelope)
{
	it_write_object(writer);
	it_write_name(writer, "payload");
	write_encoded(writer, &envelope->payload, it_base64_encode);
	it_write_name(writer, "payloadType");
	it_write_text(writer, envelope->payload_type);
	it_envelope_write_signatures(writer, envelope);
	it_write_object_end(writer);
}

static void write_metablock(struct it_writer *writer, const struct intoto_envelope *envelope)
{
	it_write_object(writer);
	it_envelope_write_signatures(writer, envelope);
	it_write_name(writer, "signed");
	if (envelope->link)
		it_link_write_as_read(writer, envelope->link, envelope->has_byproducts,
				      envelope->has_environment);
	else
		it_write_value(writer, envelope->body);
	it_write_object_end(writer);
}

int intoto_envelope_print(const struct intoto_envelope *envelope, char **out, size_t *len,
			  struct intoto_error **err)
{
	bool is_dsse = envelope->format == INTOTO_DSSE;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_JSON_BYTES_MAX);
	struct it_writer writer;
	int rc;

	*out = NULL;
	*len = 0;
	if (!is_dsse && !envelope->body && !envelope->link)
		return it_err_set(err, INTOTO_E_INTERNAL, "the link was taken out of the envelope");
	it_writer_init(&writer, &text, is_dsse ? IT_WRITE_COMPACT : IT_WRITE_PRETTY);
	if (is_dsse)
		write_dsse(&writer, envelope);
	else
		write_metablock(&writer, envelope);
	rc = it_writer_finish(&writer, err);
	if (rc)
		return rc;
	(void)it_buf_add_byte(&text, '\n'); /* sticky */
	rc = it_buf_check(&text, "document", err);
	if (rc)
		return rc;
	*len = text.len;
	*out = it_buf_take(&text);
	return INTOTO_OK;
}

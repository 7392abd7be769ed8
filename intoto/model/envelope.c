/* SPDX-License-Identifier: Apache-2.0 */
/* Envelopes: made, looked at, loaded, saved. */
#include "model/envelope.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "json/writer.h"
#include "model/envelope_text.h"

enum { FILE_MODE = 0666 }; /* and umask */

int it_envelope_alloc(struct intoto_envelope **out, enum intoto_envelope_format format,
		      struct intoto_error **err)
{
	struct intoto_envelope *envelope = calloc(1, sizeof *envelope);

	*out = envelope;
	if (!envelope)
		return it_err_nomem(err);
	envelope->format = format;
	envelope->payload.max = IT_JSON_BYTES_MAX;
	envelope->payload_type = strdup(format == INTOTO_DSSE ? INTOTO_PAYLOAD_TYPE : "");
	if (!envelope->payload_type)
		return it_err_nomem(err);
	return INTOTO_OK;
}

void it_signature_done(struct it_signature *signature)
{
	free(signature->keyid);
	it_buf_done(&signature->bytes);
	it_json_free(signature->raw);
	*signature = (struct it_signature){ 0 };
}

void intoto_envelope_free(struct intoto_envelope *envelope)
{
	if (!envelope)
		return;
	for (size_t i = 0; i < envelope->signature_count; i++)
		it_signature_done(&envelope->signatures[i]);
	free(envelope->signatures);
	free(envelope->payload_type);
	it_buf_done(&envelope->payload);
	it_json_free(envelope->body);
	intoto_link_free(envelope->link);
	free(envelope);
}

/* "application/vnd.in-toto.<predicate>+json" (attestation framework v1.2, "Media types"). */
static bool is_predicate_type(const char *type)
{
	static const char before[] = "application/vnd.in-toto.";
	static const char after[] = "+json";

	return it_starts_with(type, before) && it_ends_with(type, after) &&
	       strlen(type) > sizeof before - 1 + sizeof after - 1;
}

/* What _type of the body says; only in-toto's own payload types give it that meaning. */
static const char *kind_of(const struct intoto_envelope *envelope)
{
	struct it_span type = it_json_text(it_json_get(envelope->body, "_type"));
	bool dsse = envelope->format == INTOTO_DSSE;
	bool ours = it_streq(envelope->payload_type, INTOTO_PAYLOAD_TYPE);

	if (dsse && (ours || is_predicate_type(envelope->payload_type)) &&
	    (it_span_is(type, "https://in-toto.io/Statement/v1") ||
	     it_span_is(type, "https://in-toto.io/Statement/v0.1")))
		return "statement";
	if (dsse && !ours)
		return NULL;
	if (it_span_is(type, "link"))
		return "link";
	return it_span_is(type, "layout") || it_span_is(type, "gated-layout") ? "layout" : NULL;
}

static int parse_limited(struct intoto_envelope *envelope, bool reals, struct intoto_error **err)
{
	struct it_json_limits limits = it_json_signed_limits;

	limits.reals = reals;
	return it_json_parse(&envelope->body, it_buf_span(&envelope->payload), &limits, err);
}

/*
 * Other payload types may hold anything; what calls itself JSON must be, and may hold reals, since
 * a DSSE signature does not cover a canonical form.  Of ours only statements may: what their
 * predicates hold is not for us to say.
 */
static int parse_payload(struct intoto_envelope *envelope, struct intoto_error **err)
{
	bool ours = it_streq(envelope->payload_type, INTOTO_PAYLOAD_TYPE);
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc;

	if (!ours && !it_ends_with(envelope->payload_type, "json"))
		return INTOTO_OK;
	rc = parse_limited(envelope, !ours, &why);
	if (rc == INTOTO_E_FORMAT && ours && !parse_limited(envelope, true, NULL) &&
	    it_streq(kind_of(envelope), "statement"))
		return INTOTO_OK;
	if (!rc)
		return INTOTO_OK;
	return it_err_set(err, rc, "payload: %s", intoto_error_text(why));
}

static int check_body(const struct intoto_envelope *envelope, struct intoto_error **err)
{
	const char *name = envelope->format == INTOTO_DSSE ? "payload" : "signed";

	if (!envelope->body || it_json_kind(envelope->body) == IT_JSON_OBJECT)
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_FORMAT, "%s: want an object, found %s", name,
			  it_json_kind_name(envelope->body));
}

int it_envelope_settle(struct intoto_envelope *envelope, struct intoto_error **err)
{
	int rc = envelope->format == INTOTO_DSSE
			 ? parse_payload(envelope, err)
			 : it_json_canonical(&envelope->payload, envelope->body, err);

	if (!rc)
		rc = check_body(envelope, err);
	if (!rc)
		envelope->kind = kind_of(envelope);
	return rc;
}

/* One level is left for the envelope around it, so that what we print we also read. */
static int parse_signed(struct intoto_envelope *envelope, struct it_span json,
			struct intoto_error **err)
{
	struct it_json_limits limits = it_json_signed_limits;

	limits.depth--;
	return it_err_wrap(err, it_json_parse(&envelope->body, json, &limits, err), "signed");
}

int it_envelope_wrap(struct intoto_envelope **out, enum intoto_envelope_format format,
		     struct it_buf *json, const char *kind, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	int rc;

	*out = NULL;
	rc = it_envelope_alloc(&envelope, format, err);
	if (rc)
		return rc;
	envelope->kind = kind;
	if (format == INTOTO_DSSE) {
		envelope->payload = *json;
		*json = (struct it_buf)IT_BUF(json->max);
	} else {
		rc = parse_signed(envelope, it_buf_span(json), err);
		if (!rc)
			rc = it_envelope_settle(envelope, err);
	}
	if (rc)
		return rc;
	*out = envelope;
	envelope = NULL; /* now the caller's */
	return INTOTO_OK;
}

int intoto_envelope_new(struct intoto_envelope **out, enum intoto_envelope_format format,
			const void *payload, size_t len, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	int rc;

	*out = NULL;
	rc = it_envelope_alloc(&envelope, format, err);
	if (!rc && format == INTOTO_DSSE) {
		(void)it_buf_add(&envelope->payload, payload, len); /* sticky */
		rc = it_buf_check(&envelope->payload, "payload", err);
	} else if (!rc) {
		rc = parse_signed(envelope, it_span(payload, len), err);
	}
	if (!rc)
		rc = it_envelope_settle(envelope, err);
	if (rc)
		return rc;
	*out = envelope;
	envelope = NULL; /* now the caller's */
	return INTOTO_OK;
}

int intoto_envelope_load(struct intoto_envelope **out, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_JSON_BYTES_MAX);
	int rc;

	*out = NULL;
	rc = it_file_read(&text, path, err);
	if (rc)
		return rc;
	return it_err_wrap(err, intoto_envelope_parse(out, text.data, text.len, err), "%s", path);
}

int intoto_envelope_save(const struct intoto_envelope *envelope, const char *path,
			 struct intoto_error **err)
{
	IT_AUTO(it_freep) char *text = NULL;
	size_t len = 0;
	int rc = intoto_envelope_print(envelope, &text, &len, err);

	if (rc)
		return it_err_wrap(err, rc, "%s", path);
	return it_file_write(path, it_span(text, len), FILE_MODE, 0, err);
}

enum intoto_envelope_format intoto_envelope_format(const struct intoto_envelope *envelope)
{
	return envelope->format;
}

const char *intoto_envelope_type(const struct intoto_envelope *envelope)
{
	return envelope->kind;
}

const char *intoto_envelope_payload_type(const struct intoto_envelope *envelope)
{
	return envelope->payload_type;
}

size_t intoto_envelope_signature_count(const struct intoto_envelope *envelope)
{
	return envelope->signature_count;
}

const char *intoto_envelope_signature_keyid(const struct intoto_envelope *envelope, size_t index)
{
	return index < envelope->signature_count ? envelope->signatures[index].keyid : "";
}

const struct it_json *it_envelope_body(const struct intoto_envelope *envelope)
{
	return envelope->body;
}

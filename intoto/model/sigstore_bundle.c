/* SPDX-License-Identifier: Apache-2.0 */
/* Reading Sigstore bundles (protobuf-specs sigstore_bundle.proto, in proto3's JSON: base64 with
 * padding, numbers of 64 bits as texts, null for what is not set). */
#include "model/sigstore_bundle.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "json/field.h"
#include "json/writer.h"

enum {
	BYTES_MAX = 128 << 20, /* cosign's own ceiling for what it attaches */
	DEPTH_MAX = 32,
	VALUES_MAX = 1 << 20,
	CERTIFICATE_MAX = 64 * 1024,
	DIGEST_MAX = 64,
	TIMESTAMP_MAX = 256 * 1024,
	INDEX_DIGITS_MAX = 19,
};

static const struct it_json_limits limits = {
	.bytes = BYTES_MAX, .depth = DEPTH_MAX, .reals = false, .values = VALUES_MAX
};

static const struct {
	const char *media_type;
	int version;
} versions[] = {
	{ "application/vnd.dev.sigstore.bundle+json;version=0.1", 1 },
	{ "application/vnd.dev.sigstore.bundle+json;version=0.2", 2 },
	{ "application/vnd.dev.sigstore.bundle+json;version=0.3", 3 },
	{ IT_SIGSTORE_BUNDLE, 3 },
};

/* --- values --- */

static bool is_set(const struct it_json *value)
{
	return it_json_kind(value) != IT_JSON_NULL;
}

static int refuse_kind(const struct it_where *where, const char *want, const struct it_json *value,
		       struct intoto_error **err)
{
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want %s, found %s", want,
			       it_json_kind_name(value));
}

/* Standard base64 with its padding; the decoder for envelopes takes more. */
static bool is_strict_base64(struct it_span text)
{
	return text.len % 4 == 0 && !memchr(text.data, '-', text.len) &&
	       !memchr(text.data, '_', text.len);
}

static int read_bytes(struct it_buf *out, size_t most, const struct it_json *object,
		      const char *name, const struct it_where *up, struct intoto_error **err)
{
	struct it_where where = { up, name, 0 };
	const struct it_json *value = it_json_get(object, name);
	struct it_span text = it_json_text(value);

	*out = (struct it_buf)IT_BUF(most);
	if (!text.data)
		return refuse_kind(&where, "base64", value, err);
	if (!text.len)
		return it_where_refuse(&where, INTOTO_E_FORMAT, err, "is empty");
	if (is_strict_base64(text) && it_base64_decode(out, text))
		return INTOTO_OK;
	if (out->failed == INTOTO_E_LIMIT)
		return it_where_refuse(&where, INTOTO_E_LIMIT, err, "more than %zu bytes", most);
	if (out->failed)
		return it_err_nomem(err);
	return it_where_refuse(&where, INTOTO_E_FORMAT, err,
			       "want base64 with its padding, found another text");
}

static int read_object(const struct it_json **out, const struct it_json *object, const char *name,
		       const struct it_where *up, struct intoto_error **err)
{
	struct it_where where = { up, name, 0 };

	*out = it_json_get(object, name);
	if (it_json_kind(*out) == IT_JSON_OBJECT)
		return INTOTO_OK;
	return refuse_kind(&where, "an object", *out, err);
}

/* A list that may be missing. */
static int read_list(const struct it_json **out, const struct it_json *object, const char *name,
		     size_t most, const struct it_where *up, struct intoto_error **err)
{
	struct it_where where = { up, name, 0 };

	*out = it_json_get(object, name);
	if (!is_set(*out)) {
		*out = NULL;
		return INTOTO_OK;
	}
	if (it_json_kind(*out) != IT_JSON_LIST)
		return refuse_kind(&where, "a list", *out, err);
	if (it_json_count(*out) > most)
		return it_where_refuse(&where, INTOTO_E_LIMIT, err,
				       "has %zu elements, want at most %zu", it_json_count(*out),
				       most);
	return INTOTO_OK;
}

/* --- who signed --- */

static int add_certificate(struct it_sigstore_bundle *out, const struct it_json *object,
			   const struct it_where *where, struct intoto_error **err)
{
	struct it_buf *certificate = &out->certificates[out->certificate_count++];
	int rc = read_bytes(certificate, CERTIFICATE_MAX, object, "rawBytes", where, err);

	if (!rc && it_certificate_der_is_root(it_buf_span(certificate)))
		rc = it_where_refuse(where, INTOTO_E_FORMAT, err,
				     "is a root certificate, which has no place in a bundle");
	return rc;
}

static int read_chain(struct it_sigstore_bundle *out, const struct it_json *chain,
		      const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, "certificates", 0 };
	const struct it_json *list;
	int rc = read_list(&list, chain, "certificates", IT_SIGSTORE_CERTIFICATES_MAX, where, err);

	if (!rc && !it_json_count(list))
		rc = it_where_refuse(&at, INTOTO_E_FORMAT, err, "want at least one certificate");
	for (size_t i = 0; !rc && i < it_json_count(list); i++) {
		struct it_where element = { &at, NULL, i };

		rc = add_certificate(out, it_json_at(list, i), &element, err);
	}
	return rc;
}

static int read_hint(struct it_sigstore_bundle *out, const struct it_json *key,
		     const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, "hint", 0 };
	const struct it_json *value = it_json_get(key, "hint");
	struct it_span text = it_json_text(value);

	out->hint = "";
	if (!is_set(value))
		return INTOTO_OK;
	if (!text.data || memchr(text.data, '\0', text.len))
		return refuse_kind(&at, "a text", value, err);
	out->hint = text.data;
	return INTOTO_OK;
}

/* Exactly one of three (VerificationMaterial.content). */
static int read_signer(struct it_sigstore_bundle *out, const struct it_json *material,
		       const struct it_where *where, struct intoto_error **err)
{
	static const char *const names[] = { "publicKey", "certificate", "x509CertificateChain" };
	const struct it_json *found = NULL;
	struct it_where at = { where, NULL, 0 };

	for (size_t i = 0; i < IT_COUNT_OF(names); i++) {
		const struct it_json *value = it_json_get(material, names[i]);

		if (!is_set(value))
			continue;
		if (found)
			return it_where_refuse(where, INTOTO_E_FORMAT, err, "has both %s and %s",
					       at.name, names[i]);
		found = value;
		at.name = names[i];
		out->signer = (enum it_sigstore_signer)i;
	}
	if (!found)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want one of publicKey, certificate, x509CertificateChain");
	if (it_json_kind(found) != IT_JSON_OBJECT)
		return refuse_kind(&at, "an object", found, err);
	out->hint = "";
	if (out->signer == IT_SIGSTORE_PUBLIC_KEY)
		return read_hint(out, found, &at, err);
	return out->signer == IT_SIGSTORE_CERTIFICATE ? add_certificate(out, found, &at, err)
						      : read_chain(out, found, &at, err);
}

/* --- when --- */

/* int64 is a text of digits in proto3's JSON; a number is taken, too. */
static int read_index(int64_t *out, const struct it_json *object, const char *name,
		      const struct it_where *up, struct intoto_error **err)
{
	struct it_where where = { up, name, 0 };
	const struct it_json *value = it_json_get(object, name);
	struct it_span text = it_json_text(value);
	uint64_t number = 0;

	*out = 0;
	if (!is_set(value))
		return INTOTO_OK;
	if (it_json_int(value, out) && *out >= 0)
		return INTOTO_OK;
	if (text.data && text.len <= INDEX_DIGITS_MAX && strlen(text.data) == text.len &&
	    it_parse_u64(text.data, INT64_MAX, &number)) {
		*out = (int64_t)number;
		return INTOTO_OK;
	}
	return it_where_refuse(&where, INTOTO_E_FORMAT, err,
			       "want a whole number that is not negative");
}

static int read_entry(int64_t *index, struct it_span *log, const struct it_json *entry,
		      const struct it_where *where, struct intoto_error **err)
{
	int64_t other;
	int rc;

	if (it_json_kind(entry) != IT_JSON_OBJECT)
		return refuse_kind(where, "an object", entry, err);
	*log = it_json_text(it_json_get(it_json_get(entry, "logId"), "keyId"));
	rc = read_index(index, entry, "logIndex", where, err);
	if (!rc)
		rc = read_index(&other, entry, "integratedTime", where, err);
	return rc;
}

/* sigstore-go refuses two entries that are one. */
static int read_entries(struct it_sigstore_bundle *out, const struct it_json *material,
			const struct it_where *up, struct intoto_error **err)
{
	struct it_where where = { up, "tlogEntries", 0 };
	struct {
		int64_t index;
		struct it_span log;
	} seen[IT_SIGSTORE_LOG_ENTRIES_MAX];
	int rc = read_list(&out->log_entries, material, "tlogEntries", IT_SIGSTORE_LOG_ENTRIES_MAX,
			   up, err);

	for (size_t i = 0; !rc && i < it_json_count(out->log_entries); i++) {
		struct it_where element = { &where, NULL, i };

		rc = read_entry(&seen[i].index, &seen[i].log, it_json_at(out->log_entries, i),
				&element, err);
		for (size_t j = 0; !rc && j < i; j++)
			if (seen[j].index == seen[i].index && it_span_eq(seen[j].log, seen[i].log))
				rc = it_where_refuse(&element, INTOTO_E_FORMAT, err,
						     "is the same log entry as number %zu", j);
	}
	out->log_entry_count = it_json_count(out->log_entries);
	return rc;
}

static int read_timestamps(struct it_sigstore_bundle *out, const struct it_json *material,
			   const struct it_where *up, struct intoto_error **err)
{
	struct it_where data_at = { up, "timestampVerificationData", 0 };
	struct it_where where = { &data_at, "rfc3161Timestamps", 0 };
	const struct it_json *data = it_json_get(material, "timestampVerificationData");
	const struct it_json *list;
	int rc;

	if (!is_set(data))
		return INTOTO_OK;
	if (it_json_kind(data) != IT_JSON_OBJECT)
		return refuse_kind(&data_at, "an object", data, err);
	rc = read_list(&list, data, "rfc3161Timestamps", IT_SIGSTORE_TIMESTAMPS_MAX, &data_at, err);
	for (size_t i = 0; !rc && i < it_json_count(list); i++) {
		struct it_where element = { &where, NULL, i };

		rc = read_bytes(&out->timestamps[out->timestamp_count++], TIMESTAMP_MAX,
				it_json_at(list, i), "signedTimestamp", &element, err);
	}
	return rc;
}

static int read_material(struct it_sigstore_bundle *out, struct intoto_error **err)
{
	static const struct it_where where = { NULL, "verificationMaterial", 0 };
	const struct it_json *material;
	int rc = read_object(&material, out->body, where.name, NULL, err);

	if (!rc)
		rc = read_signer(out, material, &where, err);
	if (!rc && out->version == 3 && out->signer == IT_SIGSTORE_CHAIN)
		rc = it_where_refuse(&where, INTOTO_E_FORMAT, err,
				     "a bundle of version 0.3 has one certificate, found a chain");
	if (!rc)
		rc = read_entries(out, material, &where, err);
	if (!rc)
		rc = read_timestamps(out, material, &where, err);
	return rc;
}

/* --- what was signed --- */

static int read_message(struct it_sigstore_bundle *out, const struct it_json *message,
			struct intoto_error **err)
{
	static const struct it_where where = { NULL, "messageSignature", 0 };
	static const struct it_where digest_at = { &where, "messageDigest", 0 };
	static const struct it_where algorithm_at = { &digest_at, "algorithm", 0 };
	const struct it_json *digest = it_json_get(message, "messageDigest");
	struct it_span algorithm = it_json_text(it_json_get(digest, "algorithm"));
	int rc = read_bytes(&out->signature, IT_SIGNATURE_BYTES_MAX, message, "signature", &where,
			    err);

	out->digest_algorithm = "";
	if (rc || !is_set(digest))
		return rc;
	if (!algorithm.data || memchr(algorithm.data, '\0', algorithm.len))
		return refuse_kind(&algorithm_at, "a text", it_json_get(digest, "algorithm"), err);
	out->digest_algorithm = algorithm.data;
	return read_bytes(&out->digest, DIGEST_MAX, digest, "digest", &digest_at, err);
}

static int read_envelope(struct it_sigstore_bundle *out, const struct it_json *envelope,
			 struct intoto_error **err)
{
	static const struct it_where where = { NULL, "dsseEnvelope", 0 };
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(BYTES_MAX);
	struct it_writer writer;
	int rc;

	/* The payload is a text in it, whose bytes are what is verified and parsed. */
	it_writer_init(&writer, &text, IT_WRITE_COMPACT);
	it_write_value(&writer, envelope);
	rc = it_writer_finish(&writer, err);
	if (!rc)
		rc = it_err_wrap(err,
				 intoto_envelope_parse(&out->envelope, text.data, text.len, err),
				 "dsseEnvelope");
	if (!rc && intoto_envelope_format(out->envelope) != INTOTO_DSSE)
		rc = it_where_refuse(&where, INTOTO_E_FORMAT, err, "want a DSSE envelope");
	if (!rc && intoto_envelope_signature_count(out->envelope) != 1)
		rc = it_where_refuse(&where, INTOTO_E_FORMAT, err,
				     "want exactly one signature, found %zu",
				     intoto_envelope_signature_count(out->envelope));
	return rc;
}

static int read_content(struct it_sigstore_bundle *out, struct intoto_error **err)
{
	const struct it_json *message = it_json_get(out->body, "messageSignature");
	const struct it_json *envelope = it_json_get(out->body, "dsseEnvelope");

	if (is_set(message) == is_set(envelope))
		return it_err_set(err, INTOTO_E_FORMAT,
				  "want exactly one of messageSignature and dsseEnvelope");
	if (is_set(envelope))
		return read_envelope(out, envelope, err);
	return read_message(out, message, err);
}

static int read_version(struct it_sigstore_bundle *out, struct intoto_error **err)
{
	static const struct it_where where = { NULL, "mediaType", 0 };
	struct it_span text = it_json_text(it_json_get(out->body, "mediaType"));

	for (size_t i = 0; i < IT_COUNT_OF(versions); i++)
		if (it_span_is(text, versions[i].media_type)) {
			out->version = versions[i].version;
			return INTOTO_OK;
		}
	if (text.data && it_starts_with(text.data, "application/vnd.dev.sigstore.bundle"))
		return it_where_refuse(&where, INTOTO_E_UNSUPPORTED, err,
				       "want a Sigstore bundle of version 0.1, 0.2 or 0.3");
	return it_where_refuse(&where, INTOTO_E_FORMAT, err, "want that of a Sigstore bundle");
}

static int make_room(struct it_sigstore_bundle *bundle, struct intoto_error **err)
{
	bundle->certificates = calloc(IT_SIGSTORE_CERTIFICATES_MAX, sizeof *bundle->certificates);
	bundle->timestamps = calloc(IT_SIGSTORE_TIMESTAMPS_MAX, sizeof *bundle->timestamps);
	return bundle->certificates && bundle->timestamps ? INTOTO_OK : it_err_nomem(err);
}

int it_sigstore_bundle_parse(struct it_sigstore_bundle **out, struct it_span text,
			     struct intoto_error **err)
{
	IT_AUTO(it_sigstore_bundle_freep)
	struct it_sigstore_bundle *bundle = calloc(1, sizeof *bundle);
	int rc;

	*out = NULL;
	if (!bundle)
		return it_err_nomem(err);
	rc = make_room(bundle, err);
	if (!rc)
		rc = it_json_parse(&bundle->body, text, &limits, err);
	if (!rc && it_json_kind(bundle->body) != IT_JSON_OBJECT)
		rc = refuse_kind(NULL, "a bundle", bundle->body, err);
	if (!rc)
		rc = read_version(bundle, err);
	if (!rc)
		rc = read_material(bundle, err);
	if (!rc)
		rc = read_content(bundle, err);
	if (rc)
		return rc;
	*out = bundle;
	bundle = NULL;
	return INTOTO_OK;
}

void it_sigstore_bundle_free(struct it_sigstore_bundle *bundle)
{
	if (!bundle)
		return;
	for (size_t i = 0; i < bundle->certificate_count; i++)
		it_buf_done(&bundle->certificates[i]);
	for (size_t i = 0; i < bundle->timestamp_count; i++)
		it_buf_done(&bundle->timestamps[i]);
	free(bundle->certificates);
	free(bundle->timestamps);
	intoto_envelope_free(bundle->envelope);
	it_buf_done(&bundle->digest);
	it_buf_done(&bundle->signature);
	it_json_free(bundle->body);
	free(bundle);
}

/* --- writing --- */

static int hint_of(struct it_buf *out, const struct intoto_key *key, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf der = IT_BUF(IT_KEY_TEXT_MAX);
	unsigned char digest[IT_SHA256_SIZE];
	int rc;

	if (!key->scheme || !key->scheme->form)
		return it_err_set(err, INTOTO_E_KEY,
				  "a key of this kind has no place in a Sigstore bundle");
	rc = key->scheme->form->public_der(key, &der, err);
	if (rc)
		return rc;
	it_sha256(digest, it_buf_span(&der));
	it_base64_encode(out, it_span(digest, sizeof digest));
	return it_buf_check(out, "a hint", err);
}

static int envelope_text(struct it_buf *out, const struct intoto_envelope *envelope,
			 struct intoto_error **err)
{
	IT_AUTO(it_freep) char *text = NULL;
	size_t len = 0;
	int rc = intoto_envelope_print(envelope, &text, &len, err);

	if (rc)
		return rc;
	while (len && text[len - 1] == '\n')
		len--;
	(void)it_buf_add(out, text, len); /* looked at here */
	return it_buf_check(out, "a bundle", err);
}

int it_sigstore_bundle_print(struct it_buf *out, const struct intoto_envelope *envelope,
			     const struct intoto_key *key, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf hint = IT_BUF(128);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(BYTES_MAX);
	struct it_writer writer;
	int rc;

	if (intoto_envelope_format(envelope) != INTOTO_DSSE ||
	    intoto_envelope_signature_count(envelope) != 1)
		return it_err_set(err, INTOTO_E_INTERNAL,
				  "a Sigstore bundle holds a DSSE envelope with one signature");
	rc = hint_of(&hint, key, err);
	if (!rc)
		rc = envelope_text(&text, envelope, err);
	if (rc)
		return rc;
	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "dsseEnvelope");
	it_write_raw(&writer, it_buf_span(&text));
	it_write_name(&writer, "mediaType");
	it_write_text(&writer, IT_SIGSTORE_BUNDLE);
	it_write_name(&writer, "verificationMaterial");
	it_write_object(&writer);
	it_write_name(&writer, "publicKey");
	it_write_object(&writer);
	it_write_name(&writer, "hint");
	it_write_text_span(&writer, it_buf_span(&hint));
	it_write_object_end(&writer);
	it_write_object_end(&writer);
	it_write_object_end(&writer);
	return it_writer_finish(&writer, err);
}

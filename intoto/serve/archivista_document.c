/* SPDX-License-Identifier: Apache-2.0 */
/* An envelope as Archivista's schema has it. */
#include "crypto/digest.h"
#include "serve/archivista.h"

#include "base/text.h"

enum { PAYLOAD_MAX = 256 * 1024 * 1024, ID_MAX = 512 };

static const struct it_json_limits limits = {
	.bytes = PAYLOAD_MAX, .depth = 64, .reals = true, .values = 4 * 1024 * 1024
};

static int put_text(struct it_json *object, const char *name, struct it_span text,
		    struct intoto_error **err)
{
	return it_json_set_take(object, name, it_json_new_text(text), err);
}

/* "ABOVE/PART/NUMBER" */
static int put_id(struct it_json *object, const char *above, const char *part, size_t number,
		  struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf id = IT_BUF(ID_MAX);

	(void)it_buf_printf(&id, "%s/%s/%zu", above, part, number); /* is looked at */
	if (it_buf_check(&id, "an id", err))
		return (int)id.failed;
	return put_text(object, "id", it_buf_span(&id), err);
}

/* A text of the document, "" for anything else. */
static struct it_span text_of(const struct it_json *value)
{
	return it_json_kind(value) == IT_JSON_TEXT ? it_json_text(value) : it_span_text("");
}

/* {"algorithm":…,"value":…} for each digest of a subject. */
static int put_digests(struct it_json *subject, const char *id, const struct it_json *digest,
		       struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *list = it_json_new_list();
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count = 0;
	int rc = INTOTO_OK;

	if (!list)
		return it_err_nomem(err);
	if (it_json_kind(digest) == IT_JSON_OBJECT)
		rc = it_json_members(&members, &count, digest, err);
	for (size_t i = 0; !rc && i < count; i++) {
		IT_AUTO(it_json_freep) struct it_json *row = it_json_new_object();

		if (!row)
			return it_err_nomem(err);
		rc = put_id(row, id, "digest", i, err);
		if (!rc)
			rc = put_text(row, "algorithm", members[i].name, err);
		if (!rc)
			rc = put_text(row, "value", text_of(members[i].value), err);
		if (!rc)
			rc = it_json_append_take(list, it_json_ref(row), err);
	}
	return rc ? rc : it_json_set_take(subject, "subjectDigests", it_json_ref(list), err);
}

static int add_subject(struct it_json *list, const char *gitoid, const struct it_json *subject,
		       size_t number, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *row = it_json_new_object();
	IT_AUTO(it_buf_done) struct it_buf id = IT_BUF(ID_MAX);
	int rc;

	if (!row)
		return it_err_nomem(err);
	(void)it_buf_printf(&id, "%s/subject/%zu", gitoid, number); /* short */
	rc = put_text(row, "id", it_buf_span(&id), err);
	if (!rc)
		rc = put_text(row, "name", text_of(it_json_get(subject, "name")), err);
	if (!rc)
		rc = put_digests(row, it_buf_text(&id), it_json_get(subject, "digest"), err);
	return rc ? rc : it_json_append_take(list, it_json_ref(row), err);
}

static int put_subjects(struct it_json *statement, const char *gitoid,
			const struct it_json *subjects, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *list = it_json_new_list();
	int rc = list ? INTOTO_OK : it_err_nomem(err);
	size_t count = it_json_kind(subjects) == IT_JSON_LIST ? it_json_count(subjects) : 0;

	for (size_t i = 0; !rc && i < count; i++)
		rc = add_subject(list, gitoid, it_json_at(subjects, i), i, err);
	return rc ? rc : it_json_set_take(statement, "subjects", it_json_ref(list), err);
}

/* Witness puts what its attestors found into one statement. */
static int put_collection(struct it_json *statement, const char *gitoid,
			  const struct it_json *predicate, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *collection = it_json_new_object();
	IT_AUTO(it_json_freep) struct it_json *list = it_json_new_list();
	const struct it_json *found = it_json_get(predicate, "attestations");
	size_t count = it_json_kind(found) == IT_JSON_LIST ? it_json_count(found) : 0;
	int rc = collection && list ? INTOTO_OK : it_err_nomem(err);

	for (size_t i = 0; !rc && i < count; i++) {
		IT_AUTO(it_json_freep) struct it_json *row = it_json_new_object();

		rc = row ? put_id(row, gitoid, "attestation", i, err) : it_err_nomem(err);
		if (!rc)
			rc = put_text(row, "type",
				      text_of(it_json_get(it_json_at(found, i), "type")), err);
		if (!rc)
			rc = it_json_append_take(list, it_json_ref(row), err);
	}
	if (!rc)
		rc = put_id(collection, gitoid, "collection", 0, err);
	if (!rc)
		rc = put_text(collection, "name", text_of(it_json_get(predicate, "name")), err);
	if (!rc)
		rc = it_json_set_take(collection, "attestations", it_json_ref(list), err);
	return rc ? rc
		  : it_json_set_take(statement, "attestationCollections", it_json_ref(collection),
				     err);
}

static int put_policy(struct it_json *statement, const char *gitoid,
		      const struct it_json *predicate, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *policy = it_json_new_object();
	int rc = policy ? put_id(policy, gitoid, "policy", 0, err) : it_err_nomem(err);

	if (!rc)
		rc = put_text(policy, "name", text_of(it_json_get(predicate, "name")), err);
	return rc ? rc : it_json_set_take(statement, "policy", it_json_ref(policy), err);
}

static bool type_has(struct it_span type, const char *part)
{
	return type.len && memmem(type.data, type.len, part, strlen(part));
}

static int put_statement(struct it_json *dsse, const char *gitoid, const struct it_json *payload,
			 struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *statement = it_json_new_object();
	const struct it_json *predicate = it_json_get(payload, "predicate");
	struct it_span type = text_of(it_json_get(payload, "predicateType"));
	int rc = statement ? put_id(statement, gitoid, "statement", 0, err) : it_err_nomem(err);

	if (!rc)
		rc = put_text(statement, "predicate", type, err);
	if (!rc)
		rc = put_subjects(statement, gitoid, it_json_get(payload, "subject"), err);
	if (!rc && type_has(type, "/attestation-collection/"))
		rc = put_collection(statement, gitoid, predicate, err);
	if (!rc && type_has(type, "witness") && type_has(type, "/policy/"))
		rc = put_policy(statement, gitoid, predicate, err);
	return rc ? rc : it_json_set_take(dsse, "statement", it_json_ref(statement), err);
}

static int put_payload_digest(struct it_json *dsse, const char *gitoid, struct it_span payload,
			      struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *list = it_json_new_list();
	IT_AUTO(it_json_freep) struct it_json *row = it_json_new_object();
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(2 * IT_SHA256_SIZE);
	int rc = list && row ? put_id(row, gitoid, "payload", 0, err) : it_err_nomem(err);

	it_sha256_hex(&hex, payload);
	if (!rc)
		rc = put_text(row, "algorithm", it_span_text("sha256"), err);
	if (!rc)
		rc = put_text(row, "value", it_buf_span(&hex), err);
	if (!rc)
		rc = it_json_append_take(list, it_json_ref(row), err);
	return rc ? rc : it_json_set_take(dsse, "payloadDigests", it_json_ref(list), err);
}

static int put_signatures(struct it_json *dsse, const char *gitoid, const struct it_json *found,
			  struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *list = it_json_new_list();
	size_t count = it_json_kind(found) == IT_JSON_LIST ? it_json_count(found) : 0;
	int rc = list ? INTOTO_OK : it_err_nomem(err);

	for (size_t i = 0; !rc && i < count; i++) {
		IT_AUTO(it_json_freep) struct it_json *row = it_json_new_object();
		const struct it_json *one = it_json_at(found, i);

		rc = row ? put_id(row, gitoid, "signature", i, err) : it_err_nomem(err);
		if (!rc)
			rc = put_text(row, "keyID", text_of(it_json_get(one, "keyid")), err);
		if (!rc)
			rc = put_text(row, "signature", text_of(it_json_get(one, "sig")), err);
		if (!rc)
			rc = it_json_append_take(list, it_json_ref(row), err);
	}
	return rc ? rc : it_json_set_take(dsse, "signatures", it_json_ref(list), err);
}

/* The payload, when it is a statement; a payload that is none has no subjects. */
static int put_payload(struct it_json *dsse, const char *gitoid, const struct it_json *envelope,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf payload = IT_BUF(PAYLOAD_MAX);
	IT_AUTO(it_json_freep) struct it_json *body = NULL;
	int rc;

	if (!it_base64_decode(&payload, text_of(it_json_get(envelope, "payload"))))
		return INTOTO_OK;
	rc = put_payload_digest(dsse, gitoid, it_buf_span(&payload), err);
	if (rc)
		return rc;
	if (it_json_parse(&body, it_buf_span(&payload), &limits, NULL) ||
	    !it_json_get(body, "predicateType"))
		return INTOTO_OK;
	return put_statement(dsse, gitoid, body, err);
}

static void gitoid_of(struct it_buf *out, struct it_span bytes)
{
	const struct it_digest_alg *alg = it_digest_find("gitoid");
	unsigned char digest[IT_DIGEST_MAX];
	struct it_digest state;

	it_digest_start_sized(&state, alg, bytes.len);
	it_digest_add(&state, bytes.data, bytes.len);
	it_digest_finish(&state, digest);
	it_hex_encode(out, it_span(digest, alg->size));
}

static int put_envelope(struct it_json *dsse, struct it_span bytes, const struct it_json *envelope,
			struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf gitoid = IT_BUF(2 * IT_DIGEST_MAX);
	int rc;

	gitoid_of(&gitoid, bytes);
	rc = put_text(dsse, "id", it_buf_span(&gitoid), err);
	if (!rc)
		rc = put_text(dsse, "gitoidSha256", it_buf_span(&gitoid), err);
	if (!rc)
		rc = put_text(dsse, "payloadType", text_of(it_json_get(envelope, "payloadType")),
			      err);
	if (!rc)
		rc = put_signatures(dsse, it_buf_text(&gitoid), it_json_get(envelope, "signatures"),
				    err);
	return rc ? rc : put_payload(dsse, it_buf_text(&gitoid), envelope, err);
}

int it_archivista_document(struct it_json **out, struct it_span bytes, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *envelope = NULL;
	IT_AUTO(it_json_freep) struct it_json *dsse = NULL;
	int rc;

	*out = NULL;
	if (it_json_parse(&envelope, bytes, &limits, NULL) ||
	    it_json_kind(it_json_get(envelope, "payload")) != IT_JSON_TEXT ||
	    it_json_kind(it_json_get(envelope, "payloadType")) != IT_JSON_TEXT)
		return INTOTO_OK;
	dsse = it_json_new_object();
	if (!dsse)
		return it_err_nomem(err);
	rc = put_envelope(dsse, bytes, envelope, err);
	if (rc)
		return rc;
	*out = it_json_ref(dsse);
	return INTOTO_OK;
}

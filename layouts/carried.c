/* SPDX-License-Identifier: Apache-2.0 */
/* The members of a signature's entry that nobody has signed: hostile until proven otherwise. */
#include "layouts/carried.h"

#include "base/text.h"
#include "crypto/timestamp.h"

enum {
	CARRIED_MAX = 256 * 1024, /* bytes of one text */
	CARRIED_COUNT = 32,	  /* certificates of one signature */
	TIMESTAMPS_MAX = 32,	  /* as sigstore-go has it */
};

/* Go writes no member for none, but reads "" as none. */
static bool is_none(const struct it_json *value)
{
	return it_json_kind(value) == IT_JSON_NULL ||
	       (it_json_kind(value) == IT_JSON_TEXT && !it_json_text(value).len);
}

static const struct it_json *leaf_member(const struct it_signature *signature, const char **name)
{
	static const char *const names[] = { "cert", "certificate" };

	for (size_t i = 0; i < IT_COUNT_OF(names); i++) {
		const struct it_json *value = it_json_get(signature->raw, names[i]);

		*name = names[i];
		if (!is_none(value))
			return value;
	}
	return NULL;
}

bool it_carries_certificate(const struct it_signature *signature)
{
	const char *name;

	return signature->raw && leaf_member(signature, &name);
}

/* JSON of Go writes bytes in base64: go-witness does so with the text. */
static int read_text(struct it_certificates *out, const struct it_json *value, const char *name,
		     struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf decoded = IT_BUF(CARRIED_MAX);
	struct it_span text = it_json_text(value);
	int rc;

	if (!text.data)
		return it_err_set(err, INTOTO_E_FORMAT, "%s: want a text, found %s", name,
				  it_json_kind_name(value));
	if (text.len > CARRIED_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "%s: more than %d bytes", name, CARRIED_MAX);
	if (text.len && it_base64_decode(&decoded, text))
		text = it_buf_span(&decoded);
	rc = it_certificates_parse(out, text, err);
	if (!rc && out->count > CARRIED_COUNT)
		rc = it_err_set(err, INTOTO_E_LIMIT, "more than %d certificates", CARRIED_COUNT);
	return it_err_wrap(err, rc, "%s", name);
}

static int read_intermediates(struct it_certificates *out, const struct it_json *list,
			      struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (it_json_kind(list) == IT_JSON_NULL)
		return INTOTO_OK;
	if (it_json_kind(list) != IT_JSON_LIST)
		return it_err_set(err, INTOTO_E_FORMAT, "intermediates: want a list, found %s",
				  it_json_kind_name(list));
	for (size_t i = 0; !rc && i < it_json_count(list); i++)
		rc = read_text(out, it_json_at(list, i), "intermediates", err);
	return rc;
}

/* Both names are fine where they say the same. */
static int check_twins(const struct it_signature *signature, struct it_certificate leaf,
		       struct intoto_error **err)
{
	IT_AUTO(it_certificates_done) struct it_certificates other = { 0 };
	const struct it_json *cert = it_json_get(signature->raw, "cert");
	const struct it_json *certificate = it_json_get(signature->raw, "certificate");
	int rc;

	if (is_none(cert) || is_none(certificate))
		return INTOTO_OK;
	rc = read_text(&other, certificate, "certificate", err);
	if (rc || it_certificate_same(leaf, other.items[0]))
		return rc;
	return it_err_set(err, INTOTO_E_FORMAT,
			  "cert and certificate are there, and not the same certificate");
}

int it_carried_certificates(struct it_certificates *out, const struct it_signature *signature,
			    struct intoto_error **err)
{
	const char *name = NULL;
	const struct it_json *leaf = leaf_member(signature, &name);
	int rc = read_text(out, leaf, name, err);

	if (!rc)
		rc = check_twins(signature, out->items[0], err);
	return rc ? rc : read_intermediates(out, it_json_get(signature->raw, "intermediates"), err);
}

/* --- timestamps --- */

struct visit {
	int (*each)(void *arg, struct it_span data, const char *why);
	void *arg;
};

static int visit_data(const struct visit *visit, const struct it_json *value)
{
	IT_AUTO(it_buf_done) struct it_buf data = IT_BUF(IT_TIMESTAMP_MAX);
	struct it_span text = it_json_text(value);

	if (!text.data || !it_base64_decode(&data, text) || !data.len)
		return visit->each(visit->arg, it_span(NULL, 0),
				   "its timestamp is no base64 of at most 64 KiB");
	return visit->each(visit->arg, it_buf_span(&data), NULL);
}

static int visit_entry(const struct visit *visit, const struct it_json *entry, const char *member)
{
	const struct it_json *type = it_json_get(entry, "type");

	if (it_json_kind(type) != IT_JSON_NULL && !it_span_is(it_json_text(type), "tsp"))
		return visit->each(visit->arg, it_span(NULL, 0),
				   "its timestamp is of another type than \"tsp\" (RFC 3161)");
	return visit_data(visit, it_json_get(entry, member));
}

static int visit_list(const struct visit *visit, const struct it_json *list, const char *member)
{
	int rc = 0;

	if (it_json_kind(list) == IT_JSON_NULL)
		return 0;
	if (it_json_kind(list) != IT_JSON_LIST || it_json_count(list) > TIMESTAMPS_MAX)
		return visit->each(visit->arg, it_span(NULL, 0),
				   "its timestamps are no list of at most 32");
	for (size_t i = 0; !rc && i < it_json_count(list); i++)
		rc = visit_entry(visit, it_json_at(list, i), member);
	return rc;
}

int it_carried_timestamps(const struct it_signature *signature,
			  int (*each)(void *arg, struct it_span data, const char *why), void *arg)
{
	struct visit visit = { each, arg };
	int rc;

	if (!signature->raw)
		return 0;
	rc = visit_list(&visit, it_json_get(signature->raw, "timestamps"), "data");
	return rc ? rc
		  : visit_list(&visit, it_json_get(signature->raw, "rfc3161Timestamps"),
			       "signedTimestamp");
}

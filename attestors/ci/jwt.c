/* SPDX-License-Identifier: Apache-2.0 */
/* Taking a token apart, its signature, its claims. */
#include "attestors/ci/jwt.h"

#include <string.h>

#include "attestors/source/text.h"

/* The three parts of the compact form (RFC 7515 section 7.1). */
struct parts {
	struct jwk_bytes header;
	struct jwk_bytes payload;
	struct jwk_bytes signature;
	struct jwk_bytes signed_part; /* header and payload with their dot */
};

void jwt_done(struct jwt *jwt)
{
	intoto_value_free(jwt->header);
	intoto_value_free(jwt->claims);
	*jwt = (struct jwt){ 0 };
}

static int no_token(struct intoto_error **err, const char *why)
{
	return intoto_attestor_fail(err, INTOTO_E_FORMAT, "this is no signed token: %s", why);
}

static int take_apart(struct parts *out, const char *text, size_t len, struct intoto_error **err)
{
	const char *first = memchr(text, '.', len);
	const char *second, *end = text + len;

	if (!first)
		return no_token(err, "want three parts with dots between them");
	second = memchr(first + 1, '.', (size_t)(end - first - 1));
	if (!second || memchr(second + 1, '.', (size_t)(end - second - 1)))
		return no_token(err, "want three parts with dots between them");
	out->header = (struct jwk_bytes){ text, (size_t)(first - text) };
	out->payload = (struct jwk_bytes){ first + 1, (size_t)(second - first - 1) };
	out->signature = (struct jwk_bytes){ second + 1, (size_t)(end - second - 1) };
	out->signed_part = (struct jwk_bytes){ text, (size_t)(second - text) };
	return INTOTO_OK;
}

/* One part as a JSON object; what names it.  Nothing of it goes into a sentence: it may be secret.
 */
static int read_object(struct intoto_value **out, struct jwk_bytes part, const char *what,
		       struct intoto_error **err)
{
	AT_AUTO(at_buf_wipe) struct at_buf text = { .max = JWT_MAX };
	int rc;

	if (!part.len || !at_base64url(&text, part.data, part.len))
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "the %s of the token is no base64url", what);
	rc = intoto_value_parse(out, text.data, text.len, NULL);
	if (rc || intoto_value_kind(*out) != INTOTO_VALUE_OBJECT)
		return intoto_attestor_fail(err, rc == INTOTO_E_NOMEM ? rc : INTOTO_E_FORMAT,
					    "the %s of the token is no JSON object (or names a "
					    "member twice)",
					    what);
	return INTOTO_OK;
}

/* --- header --- */

static int read_header(const struct jwk_algorithm **algorithm, struct jwt *jwt,
		       struct intoto_error **err)
{
	const struct intoto_value *kid = intoto_value_get(jwt->header, "kid");

	jwt->algorithm = intoto_value_text(intoto_value_get(jwt->header, "alg"));
	*algorithm = jwk_algorithm_find(jwt->algorithm);
	if (!*algorithm)
		return intoto_attestor_fail(
			err, INTOTO_E_UNTRUSTED,
			"the token's algorithm is not one of RS256, RS384, RS512, "
			"PS256, PS384, PS512, ES256, ES384, ES512 and EdDSA "
			"(\"none\" and shared keys prove nothing)");
	/* RFC 7515 section 4.1.11: what is critical and not understood makes it invalid */
	if (intoto_value_get(jwt->header, "crit") || intoto_value_get(jwt->header, "b64"))
		return intoto_attestor_fail(err, INTOTO_E_UNTRUSTED,
					    "the token's header has extensions (crit) that are not "
					    "known here");
	jwt->kid = intoto_value_text(kid);
	if (kid && !jwt->kid)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "the token's kid is no text");
	return INTOTO_OK;
}

static int check_signature(struct jwt *jwt, const struct parts *parts,
			   const struct intoto_value *keys, struct intoto_error **err)
{
	AT_AUTO(at_buf_done) struct at_buf signature = { .max = JWT_MAX };
	const struct jwk_algorithm *algorithm;
	const struct intoto_value *key = NULL;
	struct intoto_error *why = NULL;
	int rc = read_header(&algorithm, jwt, err);

	if (rc)
		return rc;
	if (!parts->signature.len ||
	    !at_base64url(&signature, parts->signature.data, parts->signature.len))
		return intoto_attestor_fail(err, INTOTO_E_UNTRUSTED,
					    "the token has no signature in base64url");
	rc = jwk_choose(&key, keys, algorithm, jwt->kid, &why);
	if (rc) {
		rc = intoto_attestor_fail(err, rc, "the key set: %s", intoto_error_text(why));
		intoto_error_free(why);
		return rc;
	}
	rc = jwk_verify(key, algorithm, parts->signed_part,
			(struct jwk_bytes){ signature.data, signature.len }, &why);
	if (rc) {
		rc = intoto_attestor_fail(err, rc, "the token: %s", intoto_error_text(why));
		intoto_error_free(why);
		return rc;
	}
	return jwk_thumbprint(jwt->thumbprint, key, err);
}

/* --- claims --- */

static int check_issuer(const struct jwt *jwt, const struct jwt_terms *terms,
			struct intoto_error **err)
{
	const char *issuer = intoto_value_text(intoto_value_get(jwt->claims, "iss"));

	if (intoto_text_same(issuer, terms->issuer))
		return INTOTO_OK;
	return intoto_attestor_fail(err, INTOTO_E_POLICY, "the token was issued by %s, want %s",
				    issuer ? issuer : "nobody (it has no iss)", terms->issuer);
}

/* A text, or a list of texts one of which fits (RFC 7519 section 4.1.3). */
static int check_audience(const struct jwt *jwt, const struct jwt_terms *terms,
			  struct intoto_error **err)
{
	const struct intoto_value *audience = intoto_value_get(jwt->claims, "aud");
	bool found = intoto_text_same(intoto_value_text(audience), terms->audience);

	if (intoto_value_kind(audience) == INTOTO_VALUE_LIST)
		for (size_t i = 0; i < intoto_value_count(audience); i++)
			found |= intoto_text_same(intoto_value_text(intoto_value_at(audience, i)),
						  terms->audience);
	if (found)
		return INTOTO_OK;
	return intoto_attestor_fail(
		err, INTOTO_E_POLICY, "the token is for %s, want the audience %s",
		audience ? "somebody else" : "nobody (it has no aud)", terms->audience);
}

/* Whole seconds, or with a fraction that is passed over (RFC 7519 section 2, NumericDate). */
static bool read_date(int64_t *out, const struct intoto_value *value)
{
	const char *digits = intoto_value_number(value);
	int64_t seconds = 0;
	size_t count = 0;

	if (intoto_value_int(value, out))
		return *out >= 0;
	if (intoto_value_kind(value) != INTOTO_VALUE_NUMBER || !digits)
		return false;
	for (; *digits >= '0' && *digits <= '9' && count < 12; digits++, count++)
		seconds = seconds * 10 + (*digits - '0');
	if (!count || *digits++ != '.' || !*digits)
		return false;
	digits += strspn(digits, "0123456789");
	*out = seconds;
	return !*digits;
}

static int no_date(const char *name, struct intoto_error **err)
{
	return intoto_attestor_fail(err, INTOTO_E_FORMAT,
				    "the token's %s is not there or no number of seconds", name);
}

static int check_times(struct jwt *jwt, const struct jwt_terms *terms, struct intoto_error **err)
{
	const struct intoto_value *not_before = intoto_value_get(jwt->claims, "nbf");
	char said[AT_TIME_SIZE], now[AT_TIME_SIZE];
	int64_t start = 0;

	at_time(now, terms->now);
	if (!read_date(&jwt->expires, intoto_value_get(jwt->claims, "exp")))
		return no_date("exp", err);
	if (!read_date(&jwt->issued, intoto_value_get(jwt->claims, "iat")))
		return no_date("iat", err);
	at_time(said, jwt->expires);
	if (jwt->expires <= terms->now - terms->leeway)
		return intoto_attestor_fail(err, INTOTO_E_POLICY,
					    "the token expired at %s; it is %s", said, now);
	at_time(said, jwt->issued);
	if (jwt->issued > terms->now + terms->leeway)
		return intoto_attestor_fail(err, INTOTO_E_POLICY,
					    "the token was issued at %s; it is %s", said, now);
	if (!not_before)
		return INTOTO_OK;
	if (!read_date(&start, not_before))
		return no_date("nbf", err);
	at_time(said, start);
	if (start > terms->now + terms->leeway)
		return intoto_attestor_fail(err, INTOTO_E_POLICY,
					    "the token does not hold before %s; it is %s", said,
					    now);
	return INTOTO_OK;
}

static int verify(struct jwt *jwt, const char *text, size_t len, const struct intoto_value *keys,
		  const struct jwt_terms *terms, struct intoto_error **err)
{
	struct parts parts = { 0 };
	int rc = take_apart(&parts, text, len, err);

	if (!rc)
		rc = read_object(&jwt->header, parts.header, "header", err);
	if (!rc)
		rc = check_signature(jwt, &parts, keys, err);
	/* nothing of the claims is looked at before */
	if (!rc)
		rc = read_object(&jwt->claims, parts.payload, "payload", err);
	if (!rc)
		rc = check_issuer(jwt, terms, err);
	if (!rc)
		rc = check_audience(jwt, terms, err);
	if (!rc)
		rc = check_times(jwt, terms, err);
	return rc ? rc : jwk_sha256(jwt->sha256, text, len, err);
}

int jwt_verify(struct jwt *out, const char *text, size_t len, const struct intoto_value *keys,
	       const struct jwt_terms *terms, struct intoto_error **err)
{
	AT_AUTO(jwt_done) struct jwt jwt = { 0 };
	int rc;

	*out = (struct jwt){ 0 };
	if (len > JWT_MAX)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT, "a token of more than %d bytes",
					    JWT_MAX);
	if (!terms->issuer || !terms->audience)
		return intoto_attestor_fail(
			err, INTOTO_E_USAGE,
			"want an issuer and an audience that the token must name");
	rc = verify(&jwt, text, len, keys, terms, err);
	if (rc)
		return rc;
	*out = jwt;
	jwt = (struct jwt){ 0 }; /* now the caller's */
	return INTOTO_OK;
}

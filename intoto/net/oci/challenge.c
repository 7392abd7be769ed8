/* SPDX-License-Identifier: Apache-2.0 */
/* Challenges (RFC 9110 section 11.6.1): a list of schemes, each with parameters behind commas. */
#include <string.h>

#include "base/text.h"
#include "json/where.h"
#include "net/oci/access.h"

enum { VALUE_MAX = 8192, NAMES_MAX = 256 };

void it_challenge_done(struct it_challenge *challenge)
{
	free(challenge->realm);
	free(challenge->service);
	free(challenge->scope);
	*challenge = (struct it_challenge){ 0 };
}

/* RFC 9110 section 5.6.2. */
static bool is_token_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

static struct it_span token(const char **at)
{
	const char *from = *at;

	while (is_token_char(**at))
		(*at)++;
	return it_span(from, (size_t)(*at - from));
}

static const char *skip(const char *at, const char *what)
{
	return at + strspn(at, what);
}

static bool is(struct it_span text, const char *word)
{
	IT_AUTO(it_freep) char *copy = strndup(text.data, text.len);

	return it_streq_nocase(copy ? copy : "", word);
}

/* A token or a quoted string; false when it has no end. */
static bool read_value(struct it_buf *out, const char **at)
{
	if (**at != '"') {
		(void)it_buf_add_span(out, token(at)); /* looked at by the caller */
		return true;
	}
	for ((*at)++; **at && **at != '"'; (*at)++) {
		if (**at == '\\' && (*at)[1])
			(*at)++;
		(void)it_buf_add_byte(out, **at);
	}
	if (**at != '"')
		return false;
	(*at)++;
	return true;
}

static int keep(struct it_challenge *challenge, struct it_span name, struct it_buf *value,
		struct intoto_error **err)
{
	char **slot = is(name, "realm")	    ? &challenge->realm
		      : is(name, "service") ? &challenge->service
		      : is(name, "scope")   ? &challenge->scope
					    : NULL;

	if (!slot || *slot)
		return INTOTO_OK;
	if (value->failed)
		return it_buf_check(value, "a challenge", err);
	*slot = it_buf_take(value);
	return *slot ? INTOTO_OK : it_err_nomem(err);
}

/* The parameters of one scheme, up to the next scheme or the end. */
static int read_parameters(struct it_challenge *challenge, const char **at,
			   struct intoto_error **err)
{
	for (;;) {
		const char *before = *at = skip(*at, " \t,");
		struct it_span name = token(at);
		IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(VALUE_MAX);
		const char *equals = skip(*at, " \t");
		int rc;

		if (!name.len || *equals != '=') {
			*at = before;
			return INTOTO_OK;
		}
		*at = skip(equals + 1, " \t");
		if (!read_value(&value, at))
			return it_err_set(err, INTOTO_E_FORMAT,
					  "a challenge with a quoted text that does not end");
		rc = keep(challenge, name, &value, err);
		if (rc)
			return rc;
	}
}

/* "Negotiate abc==" has one value without a name. */
static const char *skip_token68(const char *at)
{
	const char *end = skip(at, " \t");
	size_t len =
		strspn(end, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/");
	const char *behind = end + len + strspn(end + len, "=");

	return len && (*skip(behind, " \t") == ',' || !*skip(behind, " \t")) ? behind : at;
}

/* Bearer before Basic, and the first of each. */
static bool is_better(const struct it_challenge *found, const struct it_challenge *so_far, bool any)
{
	return !any || (found->bearer && !so_far->bearer);
}

static int refuse(const struct it_buf *names, struct intoto_error **err)
{
	return it_err_set(
		err, INTOTO_E_UNSUPPORTED,
		"the registry wants a kind of authorization that is not known here: %s (Bearer "
		"and Basic are)",
		names->len ? it_buf_text(names) : "none that it names");
}

static int read_one(struct it_challenge *found, struct it_span scheme, const char **at,
		    struct intoto_error **err)
{
	found->bearer = is(scheme, "bearer");
	if (!found->bearer && !is(scheme, "basic"))
		*at = skip_token68(*at);
	return read_parameters(found, at, err);
}

int it_challenge_parse(struct it_challenge *out, const char *header, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf names = IT_BUF(NAMES_MAX);
	const char *at = header;
	bool any = false;

	*out = (struct it_challenge){ 0 };
	for (;;) {
		struct it_challenge found = { 0 };
		struct it_span scheme;
		int rc;

		at = skip(at, " \t,");
		scheme = token(&at);
		if (!scheme.len)
			break;
		if (names.len < NAMES_MAX / 2) {
			(void)it_buf_add_text(&names,
					      names.len ? ", " : ""); /* sticky: a message */
			it_text_quote(&names, scheme);
		}
		rc = read_one(&found, scheme, &at, err);
		if (rc) {
			it_challenge_done(&found);
			it_challenge_done(out);
			return rc;
		}
		if ((found.bearer || is(scheme, "basic")) && is_better(&found, out, any)) {
			it_challenge_done(out);
			*out = found;
			any = true;
		} else {
			it_challenge_done(&found);
		}
	}
	if (*at)
		any = false; /* what is no list of challenges says nothing */
	if (any)
		return INTOTO_OK;
	it_challenge_done(out);
	return refuse(&names, err);
}

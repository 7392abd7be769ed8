/* SPDX-License-Identifier: Apache-2.0 */
/* The header Authorization. */
#include "serve/credential.h"

#include <strings.h>

#include "base/text.h"

static int refuse(struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_FORMAT,
			  "the header Authorization: want \"Bearer TOKEN\", or \"Basic\" with the "
			  "token as the password");
}

/* What stands behind the scheme's name and one or more spaces; len 0: another scheme. */
static struct it_span behind(struct it_span header, const char *scheme)
{
	size_t len = strlen(scheme);
	char word[16] = { 0 };

	if (header.len <= len || len >= sizeof word)
		return it_span(NULL, 0);
	memcpy(word, header.data, len);
	if (!it_streq_nocase(word, scheme) || header.data[len] != ' ')
		return it_span(NULL, 0);
	while (len < header.len && header.data[len] == ' ')
		len++;
	return it_span(header.data + len, header.len - len);
}

/* b64token of RFC 6750: nothing that would need quoting anywhere. */
static bool is_token(struct it_span text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		bool plain =
			(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (!plain && !(c && strchr("-._~+/=", c)))
			return false;
	}
	return text.len > 0;
}

static int read_basic(struct it_buf *token, struct it_span text, struct intoto_error **err)
{
	IT_AUTO(it_buf_wipe) struct it_buf pair = IT_BUF(IT_CREDENTIAL_MAX);
	const char *colon;

	if (!it_base64_decode(&pair, text) || !pair.len)
		return refuse(err);
	colon = memchr(pair.data, ':', pair.len);
	if (!colon)
		return refuse(err);
	colon++;
	(void)it_buf_add(token, colon, pair.len - (size_t)(colon - pair.data)); /* sticky */
	return is_token(it_buf_span(token)) ? it_buf_check(token, "the token", err) : refuse(err);
}

int it_credential_read(struct it_buf *token, enum it_credential_kind *kind, struct it_span header,
		       struct intoto_error **err)
{
	struct it_span bearer;
	struct it_span basic;

	if (header.len > IT_CREDENTIAL_MAX)
		return it_err_set(err, INTOTO_E_LIMIT,
				  "the header Authorization: want at most %d bytes",
				  IT_CREDENTIAL_MAX);
	bearer = behind(header, "Bearer");
	basic = behind(header, "Basic");
	*kind = basic.len ? IT_CREDENTIAL_BASIC : IT_CREDENTIAL_BEARER;
	if (basic.len)
		return read_basic(token, basic, err);
	if (!is_token(bearer))
		return refuse(err);
	(void)it_buf_add_span(token, bearer); /* sticky */
	return it_buf_check(token, "the token", err);
}

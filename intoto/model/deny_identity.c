/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identities as they are compared by a deny list: whoever is revoked stays so in every spelling
 * that means the same.
 *
 * URIs by RFC 3986 section 6.2 (case, percent-encoding, default port, empty path), image references
 * by their own normalisation, mail addresses without case: RFC 5321 section 2.4 lets a host tell
 * "Joe" from "joe", and none is known that does; denying both is the safe side.
 */
#include "base/text.h"
#include "model/deny_list.h"
#include "model/image_reference.h"

static bool is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static int hex_digit(char c)
{
	c = lower(c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void add_lower(struct it_buf *out, struct it_span text)
{
	for (size_t i = 0; i < text.len; i++)
		(void)it_buf_add_byte(out, lower(text.data[i])); /* sticky, as all here */
}

/* RFC 3986 6.2.2.2: what need not be encoded is not, and hex digits are upper-case. */
static void add_decoded(struct it_buf *out, struct it_span text)
{
	for (size_t i = 0; i < text.len; i++) {
		int high =
			text.data[i] == '%' && i + 2 < text.len ? hex_digit(text.data[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(text.data[i + 2]) : -1;
		unsigned char byte = low >= 0 ? (unsigned char)(high * 16 + low) : 0;

		if (low < 0) {
			(void)it_buf_add_byte(out, text.data[i]);
			continue;
		}
		i += 2;
		if (is_unreserved(byte))
			(void)it_buf_add_byte(out, (char)byte);
		else
			(void)it_buf_printf(out, "%%%02X", byte);
	}
}

/* A host may end in a dot, which names the same one. */
static void add_host(struct it_buf *out, struct it_span host)
{
	if (host.len && host.data[host.len - 1] == '.')
		host.len--;
	add_lower(out, host);
}

/* out begins with the scheme. */
static bool is_default_port(const struct it_buf *out, struct it_span port)
{
	const char *uri = it_buf_text(out);

	return !port.len || (it_starts_with(uri, "https://") && it_span_is(port, "443")) ||
	       (it_starts_with(uri, "http://") && it_span_is(port, "80"));
}

/* "user@host:port" */
static void add_authority(struct it_buf *out, struct it_span authority)
{
	const char *end = authority.data + authority.len;
	const char *at = memrchr(authority.data, '@', authority.len);
	const char *host = at ? at + 1 : authority.data;
	const char *colon = memrchr(host, ':', (size_t)(end - host));

	if (colon && memchr(colon, ']', (size_t)(end - colon)))
		colon = NULL; /* of an IPv6 address */
	(void)it_buf_add(out, authority.data, (size_t)(host - authority.data));
	add_host(out, it_span(host, (size_t)((colon ? colon : end) - host)));
	if (colon && !is_default_port(out, it_span(colon + 1, (size_t)(end - colon - 1))))
		(void)it_buf_add(out, colon, (size_t)(end - colon));
}

static void add_uri(struct it_buf *out, const char *text, const char *behind_scheme)
{
	const char *authority = behind_scheme + sizeof "://" - 1;
	size_t len = strcspn(authority, "/?#");
	const char *path = authority + len;

	add_lower(out, it_span(text, (size_t)(behind_scheme - text)));
	(void)it_buf_add_text(out, "://");
	add_authority(out, it_span(authority, len));
	if (*path != '/')
		(void)it_buf_add_byte(out, '/');
	add_decoded(out, it_span_text(path));
}

static void add_reference(struct it_buf *out, const struct it_image_reference *reference)
{
	struct it_image_reference same = *reference; /* borrowed */
	char *host = strdup(reference->host);

	if (!host) {
		out->failed = INTOTO_E_NOMEM;
		return;
	}
	for (char *c = host; *c; c++)
		*c = lower(*c);
	same.host = host;
	it_image_reference_print(out, &same);
	free(host);
}

int it_deny_identity(struct it_buf *out, const char *text, struct intoto_error **err)
{
	IT_AUTO(it_image_reference_done) struct it_image_reference reference = { 0 };
	const char *scheme = strstr(text, "://");
	const char *at = strrchr(text, '@');
	int rc;

	rc = scheme ? INTOTO_E_FORMAT : it_image_reference_parse(&reference, text, NULL);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (scheme) {
		add_uri(out, text, scheme);
	} else if (!rc) {
		add_reference(out, &reference);
	} else if (at) {
		add_lower(out, it_span(text, (size_t)(at + 1 - text)));
		add_host(out, it_span_text(at + 1));
	} else {
		(void)it_buf_add_text(out, text);
	}
	return it_buf_check(out, "an identity", err);
}

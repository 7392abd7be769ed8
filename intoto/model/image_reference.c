/* SPDX-License-Identifier: Apache-2.0 */
/* Reading references to images (distribution/reference, "Grammar"), and what Docker Hub's short
 * names stand for. */
#include "model/image_reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "json/where.h"

#define HUB "docker.io"
#define HUB_OLD "index.docker.io"
#define HUB_OFFICIAL "library/"

enum { PORT_DIGITS_MAX = 5, HEX_NAME = 64 };

/* --- characters --- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_name_char(char c)
{
	return is_lower(c) || is_digit(c);
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

static size_t run(struct it_span text, size_t at, bool (*of)(char))
{
	size_t len = 0;

	while (at + len < text.len && of(text.data[at + len]))
		len++;
	return len;
}

static struct it_span part(struct it_span text, size_t from, size_t to)
{
	return it_span(text.data + from, to - from);
}

/* Where c stands; text.len when it does not. */
static size_t find(struct it_span text, char c)
{
	const char *at = text.len ? memchr(text.data, c, text.len) : NULL;

	return at ? (size_t)(at - text.data) : text.len;
}

static size_t find_last(struct it_span text, char c)
{
	const char *at = text.len ? memrchr(text.data, c, text.len) : NULL;

	return at ? (size_t)(at - text.data) : text.len;
}

/* --- the parts --- */

bool it_image_digest_valid(struct it_span text)
{
	size_t colon = find(text, ':');
	struct it_span hex;
	size_t want;

	if (colon == text.len)
		return false;
	hex = part(text, colon + 1, text.len);
	if (it_span_is(part(text, 0, colon), "sha256"))
		want = 64;
	else if (it_span_is(part(text, 0, colon), "sha512"))
		want = 128;
	else
		return false;
	return hex.len == want && run(hex, 0, is_hex) == want;
}

static bool is_word(char c)
{
	return is_name_char(c) || is_upper(c) || c == '_';
}

static bool is_tag_char(char c)
{
	return is_word(c) || c == '.' || c == '-';
}

bool it_image_tag_valid(struct it_span text)
{
	return text.len && text.len <= IT_IMAGE_TAG_MAX && is_word(*text.data) &&
	       run(text, 0, is_tag_char) == text.len;
}

static bool is_dash(char c)
{
	return c == '-';
}

/* One of "." "_" "__" and any number of "-". */
static size_t separator(struct it_span text, size_t at)
{
	size_t dashes = run(text, at, is_dash);

	if (dashes || at >= text.len)
		return dashes;
	if (text.data[at] == '.')
		return 1;
	if (text.data[at] != '_')
		return 0;
	return at + 1 < text.len && text.data[at + 1] == '_' ? 2 : 1;
}

static bool component_valid(struct it_span text)
{
	size_t at = run(text, 0, is_name_char);
	size_t len = at;

	while (len && at < text.len) {
		len = separator(text, at);
		at += len;
		if (len) {
			len = run(text, at, is_name_char);
			at += len;
		}
	}
	return len > 0;
}

static bool path_valid(struct it_span text)
{
	size_t from = 0;

	while (from <= text.len) {
		struct it_span rest = part(text, from, text.len);
		size_t slash = find(rest, '/');

		if (!component_valid(part(rest, 0, slash)))
			return false;
		if (slash == rest.len)
			return true;
		from += slash + 1;
	}
	return false;
}

static bool label_valid(struct it_span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_name_char(text.data[i]) && !is_upper(text.data[i]) && text.data[i] != '-')
			return false;
	return text.len && text.data[0] != '-' && text.data[text.len - 1] != '-';
}

static bool name_valid(struct it_span text)
{
	size_t from = 0;

	for (;;) {
		struct it_span rest = part(text, from, text.len);
		size_t dot = find(rest, '.');

		if (!label_valid(part(rest, 0, dot)))
			return false;
		if (dot == rest.len)
			return true;
		from += dot + 1;
	}
}

static bool is_address_char(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':';
}

/* "name", "1.2.3.4", "[::1]", each with ":PORT" or without. */
static bool host_valid(struct it_span text)
{
	size_t end = text.len && text.data[0] == '[' ? find(text, ']') + 1 : find(text, ':');
	struct it_span port;
	bool bracketed = text.len && text.data[0] == '[';

	if (end > text.len)
		return false;
	port = part(text, end, text.len);
	if (port.len && (port.data[0] != ':' || port.len < 2 || port.len > PORT_DIGITS_MAX + 1 ||
			 run(port, 1, is_digit) != port.len - 1))
		return false;
	if (!bracketed)
		return name_valid(part(text, 0, end));
	return end > 2 && run(text, 1, is_address_char) == end - 2;
}

/* Whether the first part is a host: "localhost", or it has a dot, a colon or a capital. */
static bool is_host(struct it_span text)
{
	if (it_span_is(text, "localhost"))
		return true;
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == '.' || text.data[i] == ':' || is_upper(text.data[i]))
			return true;
	return false;
}

/* --- the whole --- */

static int refuse(const char *text, const char *why, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf quoted = IT_BUF(4096);

	it_where_quote(&quoted, it_span_text(text));
	return it_err_set(err, INTOTO_E_FORMAT, "the image %s: %s", it_buf_text(&quoted), why);
}

struct parts {
	struct it_span host;
	struct it_span path;
	struct it_span tag;
	struct it_span digest;
	bool official; /* stands in library/ */
};

/* Why the text is no reference, or NULL. */
static const char *split(struct parts *out, const char *text)
{
	struct it_span all = it_span_text(text);
	size_t at = find(all, '@');
	struct it_span name = part(all, 0, at);
	size_t slash, colon;

	if (at < all.len) {
		out->digest = part(all, at + 1, all.len);
		if (!it_image_digest_valid(out->digest))
			return "behind \"@\" want sha256: and 64, or sha512: and 128 lower-case "
			       "hex digits";
	}
	slash = find_last(name, '/');
	colon = find_last(name, ':');
	if (colon < name.len && (slash == name.len || colon > slash)) {
		out->tag = part(name, colon + 1, name.len);
		name = part(name, 0, colon);
		if (!it_image_tag_valid(out->tag))
			return "want a tag of letters, digits, \"_\", \".\" and \"-\", at most "
			       "128, that does not begin with \".\" or \"-\"";
	}
	slash = find(name, '/');
	out->host = it_span_text(HUB);
	out->path = name;
	if (slash < name.len && is_host(part(name, 0, slash))) {
		out->host = part(name, 0, slash);
		out->path = part(name, slash + 1, name.len);
	} else if (name.len == HEX_NAME && run(name, 0, is_hex) == HEX_NAME) {
		return "a name of 64 hex digits would be mistaken for a digest";
	}
	if (it_span_is(out->host, HUB_OLD))
		out->host = it_span_text(HUB);
	if (!host_valid(out->host))
		return "want a registry like \"registry.example:5000\" in front of the first \"/\"";
	if (!path_valid(out->path))
		return "want a repository of lower-case letters and digits, separated by \"/\", "
		       "\".\", \"_\", \"__\" or \"-\"";
	out->official = it_span_is(out->host, HUB) && find(out->path, '/') == out->path.len;
	if (out->host.len + 1 + out->path.len + (out->official ? sizeof HUB_OFFICIAL - 1 : 0) >
	    IT_IMAGE_REPOSITORY_MAX)
		return "registry and repository together are longer than 255 bytes";
	return NULL;
}

static char *copy(struct it_span text)
{
	return strndup(text.data ? text.data : "", text.len);
}

/* Host names have no case; the rest of a reference has none either, or keeps it. */
static void lower(char *text)
{
	for (; text && *text; text++)
		if (is_upper(*text))
			*text = (char)(*text | 0x20);
}

int it_image_reference_parse(struct it_image_reference *out, const char *text,
			     struct intoto_error **err)
{
	struct parts parts = { 0 };
	const char *why = split(&parts, text);

	*out = (struct it_image_reference){ 0 };
	if (why)
		return refuse(text, why, err);
	out->host = copy(parts.host);
	lower(out->host);
	if (!parts.official)
		out->repository = copy(parts.path);
	else if (asprintf(&out->repository, HUB_OFFICIAL "%.*s", (int)parts.path.len,
			  parts.path.data) < 0)
		out->repository = NULL;
	out->tag = copy(parts.tag);
	out->digest = copy(parts.digest);
	if (out->host && out->repository && out->tag && out->digest)
		return INTOTO_OK;
	it_image_reference_done(out);
	return it_err_nomem(err);
}

void it_image_reference_done(struct it_image_reference *reference)
{
	free(reference->host);
	free(reference->repository);
	free(reference->tag);
	free(reference->digest);
	*reference = (struct it_image_reference){ 0 };
}

int it_image_reference_copy(struct it_image_reference *out, const struct it_image_reference *from,
			    struct intoto_error **err)
{
	*out = (struct it_image_reference){ .host = strdup(from->host),
					    .repository = strdup(from->repository),
					    .tag = strdup(from->tag),
					    .digest = strdup(from->digest) };
	if (out->host && out->repository && out->tag && out->digest)
		return INTOTO_OK;
	it_image_reference_done(out);
	return it_err_nomem(err);
}

const char *it_image_reference_tag(const struct it_image_reference *reference)
{
	if (*reference->tag || *reference->digest)
		return reference->tag;
	return "latest";
}

void it_image_reference_print_repository(struct it_buf *out,
					 const struct it_image_reference *reference)
{
	(void)it_buf_printf(out, "%s/%s", reference->host, reference->repository); /* sticky */
}

void it_image_reference_print(struct it_buf *out, const struct it_image_reference *reference)
{
	it_image_reference_print_repository(out, reference);
	if (*reference->tag)
		(void)it_buf_printf(out, ":%s", reference->tag); /* sticky */
	if (*reference->digest)
		(void)it_buf_printf(out, "@%s", reference->digest); /* sticky */
}

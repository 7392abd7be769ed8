/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and comparing package URLs. */
#include "model/purl.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "model/version_order.h"

/* --- what the types do to case (purl-spec, types/NAME-definition.json) --- */

enum type_rules {
	LOWER_NAMESPACE = 1,
	LOWER_NAME = 2,
	LOWER_VERSION = 4,
	DASHES = 8,	  /* runs of - _ . are one dash (PEP 503) */
	UNDERSCORES = 16, /* what is no letter and no digit is "_" */
};

static const struct {
	const char *type;
	unsigned rules;
} type_rules[] = {
	{ "alpm", LOWER_NAMESPACE | LOWER_NAME },
	{ "apk", LOWER_NAMESPACE | LOWER_NAME },
	{ "bitbucket", LOWER_NAMESPACE | LOWER_NAME },
	{ "bitnami", LOWER_NAME },
	{ "brew", LOWER_NAMESPACE | LOWER_NAME },
	{ "composer", LOWER_NAMESPACE | LOWER_NAME },
	{ "deb", LOWER_NAMESPACE | LOWER_NAME },
	{ "github", LOWER_NAMESPACE | LOWER_NAME },
	{ "golang", LOWER_NAMESPACE | LOWER_NAME },
	{ "hex", LOWER_NAMESPACE | LOWER_NAME },
	{ "huggingface", LOWER_VERSION },
	{ "luarocks", LOWER_NAMESPACE | LOWER_NAME },
	{ "oci", LOWER_NAME | LOWER_VERSION },
	{ "otp", LOWER_NAME },
	{ "pub", LOWER_NAME | UNDERSCORES },
	{ "pypi", LOWER_NAME | LOWER_VERSION | DASHES },
	{ "qpkg", LOWER_NAMESPACE },
	{ "rpm", LOWER_NAMESPACE },
	{ "vscode-extension", LOWER_NAMESPACE | LOWER_NAME | LOWER_VERSION },
	{ "yocto", LOWER_NAMESPACE },
};

static unsigned rules_of(const char *type)
{
	for (size_t i = 0; i < IT_COUNT_OF(type_rules); i++)
		if (it_streq(type_rules[i].type, type))
			return type_rules[i].rules;
	return 0;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_letter(char c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void lower_all(char *text)
{
	for (; *text; text++)
		*text = lower(*text);
}

static bool is_separator(char c)
{
	return c == '-' || c == '_' || c == '.';
}

static void join_dashes(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++)
		if (!is_separator(*from))
			*to++ = *from;
		else if (to == text || to[-1] != '-')
			*to++ = '-';
	*to = '\0';
}

static void use_underscores(char *text)
{
	for (; *text; text++)
		if (!is_letter(*text) && !is_digit(*text) && !((unsigned char)*text & 0x80))
			*text = '_';
}

/* One of the places where MLflow models live knows no case. */
static bool is_databricks(const struct it_purl *purl)
{
	const char *url = it_purl_qualifier(purl, "repository_url");

	return url && strstr(url, "azuredatabricks.");
}

static void apply_rules(struct it_purl *purl)
{
	unsigned rules = rules_of(purl->type);

	if (rules & LOWER_NAMESPACE)
		lower_all(purl->namespace);
	if (rules & LOWER_NAME)
		lower_all(purl->name);
	if (rules & LOWER_VERSION)
		lower_all(purl->version);
	if (it_streq(purl->type, "mlflow") && is_databricks(purl))
		lower_all(purl->name);
	if (rules & DASHES)
		join_dashes(purl->name);
	if (rules & UNDERSCORES)
		use_underscores(purl->name);
}

/* --- reading --- */

static int refuse(struct intoto_error **err, const char *what)
{
	return it_err_set(err, INTOTO_E_FORMAT, "is no package URL: %s", what);
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-decoding; a control character can stand nowhere in one. */
static int decode(struct it_buf *out, struct it_span text, struct intoto_error **err)
{
	size_t start = out->len;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (c == '%') {
			int high = i + 2 < text.len ? hex_value(text.data[i + 1]) : -1;
			int low = high < 0 ? -1 : hex_value(text.data[i + 2]);

			if (low < 0)
				return refuse(err, "a percent sign without two hex digits");
			c = (char)(high * 16 + low);
			i += 2;
		}
		if ((unsigned char)c < 0x20 || c == 0x7f)
			return refuse(err, "a control character");
		it_buf_add_byte(out, c);
	}
	if (!it_utf8_valid(it_span(it_buf_text(out) + start, out->len - start)))
		return refuse(err, "it is not UTF-8");
	return it_buf_check(out, "a package URL", err);
}

static int decode_text(char **out, struct it_span text, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf buf = IT_BUF(IT_PURL_BYTES_MAX);
	int rc = decode(&buf, text, err);

	if (rc)
		return rc;
	*out = it_buf_take(&buf);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

static struct it_span next_part(struct it_span *rest, char separator)
{
	const char *end = rest->len ? memchr(rest->data, separator, rest->len) : NULL;
	struct it_span part = *rest;

	if (!end) {
		rest->len = 0;
		return part;
	}
	part.len = (size_t)(end - rest->data);
	*rest = it_span(end + 1, rest->len - part.len - 1);
	return part;
}

/* Segments are decoded one by one; empty ones are left out, and "." and ".." in a subpath too. */
static int decode_segments(char **out, struct it_span text, bool dots, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf buf = IT_BUF(IT_PURL_BYTES_MAX);
	int rc = INTOTO_OK;

	while (!rc && text.len) {
		struct it_span part = next_part(&text, '/');
		size_t start;

		if (!part.len || (dots && (it_span_is(part, ".") || it_span_is(part, ".."))))
			continue;
		if (buf.len)
			it_buf_add_byte(&buf, '/');
		start = buf.len;
		rc = decode(&buf, part, err);
		if (!rc && memchr(buf.data + start, '/', buf.len - start))
			rc = refuse(err, "a slash is encoded in a segment");
	}
	if (rc)
		return rc;
	*out = it_buf_take(&buf);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

static bool is_word(struct it_span text, const char *more)
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_letter(text.data[i]) && !is_digit(text.data[i]) &&
		    (!text.data[i] || !strchr(more, text.data[i])))
			return false;
	return text.len && !is_digit(text.data[0]);
}

static int read_qualifier(struct it_purl *purl, struct it_span pair, struct intoto_error **err)
{
	struct it_span value = pair;
	struct it_span name = next_part(&value, '=');
	struct it_purl_qualifier *entry = &purl->qualifiers[purl->qualifier_count];
	int rc;

	if (name.len == pair.len)
		return refuse(err, "a qualifier without a value");
	if (!value.len)
		return INTOTO_OK; /* the same as a qualifier that is not there */
	if (!is_word(name, ".-_"))
		return refuse(err, "the name of a qualifier");
	purl->qualifier_count++; /* freed from here on */
	rc = decode_text(&entry->name, name, err);
	if (!rc)
		rc = decode_text(&entry->value, value, err);
	if (rc)
		return rc;
	lower_all(entry->name);
	return INTOTO_OK;
}

static int order_qualifiers(const void *a, const void *b)
{
	const struct it_purl_qualifier *left = a;
	const struct it_purl_qualifier *right = b;

	return strcmp(left->name, right->name);
}

static int read_qualifiers(struct it_purl *purl, struct it_span text, struct intoto_error **err)
{
	size_t most = 1;
	int rc = INTOTO_OK;

	for (size_t i = 0; i < text.len; i++)
		most += text.data[i] == '&';
	if (most > IT_PURL_QUALIFIERS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT,
				  "is a package URL of more than %d qualifiers",
				  IT_PURL_QUALIFIERS_MAX);
	purl->qualifiers = calloc(most, sizeof *purl->qualifiers);
	if (!purl->qualifiers)
		return it_err_nomem(err);
	while (!rc && text.len) {
		struct it_span pair = next_part(&text, '&');

		if (pair.len)
			rc = read_qualifier(purl, pair, err);
	}
	if (rc)
		return rc;
	qsort(purl->qualifiers, purl->qualifier_count, sizeof *purl->qualifiers, order_qualifiers);
	for (size_t i = 1; i < purl->qualifier_count; i++)
		if (it_streq(purl->qualifiers[i - 1].name, purl->qualifiers[i].name))
			return refuse(err, "a qualifier that is there twice");
	return INTOTO_OK;
}

static bool cut_last(struct it_span *text, char separator, struct it_span *tail)
{
	for (size_t i = text->len; i > 0; i--)
		if (text->data[i - 1] == separator) {
			*tail = it_span(text->data + i, text->len - i);
			text->len = i - 1;
			return true;
		}
	*tail = it_span("", 0);
	return false;
}

/* The "@" of an npm scope that is not encoded begins a segment that another one follows. */
static bool cut_version(struct it_span *text, struct it_span *version)
{
	struct it_span whole = *text;

	if (!cut_last(text, '@', version) || (text->len && text->data[text->len - 1] != '/'))
		return true;
	if (!memchr(version->data, '/', version->len))
		return false; /* a version without a name */
	*text = whole;
	*version = it_span("", 0);
	return true;
}

static int read_path(struct it_purl *purl, struct it_span text, struct intoto_error **err)
{
	struct it_span version;
	struct it_span name;
	struct it_span space = text;
	int rc;

	if (!cut_version(&space, &version))
		return refuse(err, "it has no name");
	while (space.len && space.data[space.len - 1] == '/')
		space.len--;
	if (!cut_last(&space, '/', &name)) {
		name = space;
		space.len = 0;
	}
	if (!name.len)
		return refuse(err, "it has no name");
	rc = decode_segments(&purl->namespace, space, false, err);
	if (!rc)
		rc = decode_text(&purl->name, name, err);
	if (!rc)
		rc = decode_text(&purl->version, version, err);
	return rc;
}

static int read_parts(struct it_purl *purl, struct it_span text, struct intoto_error **err)
{
	struct it_span subpath = text;
	struct it_span path = next_part(&subpath, '#');
	struct it_span qualifiers;
	struct it_span type;
	int rc;

	qualifiers = path;
	path = next_part(&qualifiers, '?');
	while (path.len && path.data[0] == '/')
		path = it_span(path.data + 1, path.len - 1);
	type = next_part(&path, '/');
	if (!is_word(type, ".-"))
		return refuse(err, "it has no type");
	rc = decode_text(&purl->type, type, err);
	if (rc)
		return rc;
	lower_all(purl->type);
	rc = read_path(purl, path, err);
	if (!rc)
		rc = read_qualifiers(purl, qualifiers, err);
	if (!rc)
		rc = decode_segments(&purl->subpath, subpath, true, err);
	return rc;
}

bool it_purl_looks_like_one(const char *text)
{
	return text && lower(text[0]) == 'p' && lower(text[1]) == 'k' && lower(text[2]) == 'g' &&
	       text[3] == ':';
}

int it_purl_parse(struct it_purl **out, struct it_span text, struct intoto_error **err)
{
	IT_AUTO(it_purl_freep) struct it_purl *purl = NULL;
	int rc;

	*out = NULL;
	if (text.len > IT_PURL_BYTES_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "is a package URL of more than %d bytes",
				  IT_PURL_BYTES_MAX);
	if (text.len < 4 || !it_purl_looks_like_one(text.data))
		return refuse(err, "it does not begin with \"pkg:\"");
	purl = calloc(1, sizeof *purl);
	if (!purl)
		return it_err_nomem(err);
	rc = read_parts(purl, it_span(text.data + 4, text.len - 4), err);
	if (rc)
		return rc;
	apply_rules(purl);
	*out = purl;
	purl = NULL;
	return INTOTO_OK;
}

void it_purl_free(struct it_purl *purl)
{
	if (!purl)
		return;
	for (size_t i = 0; i < purl->qualifier_count; i++) {
		free(purl->qualifiers[i].name);
		free(purl->qualifiers[i].value);
	}
	free(purl->qualifiers);
	free(purl->type);
	free(purl->namespace);
	free(purl->name);
	free(purl->version);
	free(purl->subpath);
	free(purl);
}

/* --- using --- */

const char *it_purl_qualifier(const struct it_purl *purl, const char *name)
{
	for (size_t i = 0; i < purl->qualifier_count; i++)
		if (it_streq(purl->qualifiers[i].name, name))
			return purl->qualifiers[i].value;
	return NULL;
}

static bool stays(char c)
{
	return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '_' || c == '~' ||
	       c == ':';
}

static void encode(struct it_buf *out, const char *text, bool slashes)
{
	for (; *text; text++)
		if (stays(*text) || (slashes && *text == '/'))
			it_buf_add_byte(out, *text);
		else
			it_buf_printf(out, "%%%02X", (unsigned)(unsigned char)*text);
}

void it_purl_print(struct it_buf *out, const struct it_purl *purl, unsigned parts)
{
	it_buf_printf(out, "pkg:%s/", purl->type);
	if (purl->namespace[0]) {
		encode(out, purl->namespace, true);
		it_buf_add_byte(out, '/');
	}
	encode(out, purl->name, false);
	if (parts & IT_PURL_VERSION && purl->version[0]) {
		it_buf_add_byte(out, '@');
		encode(out, purl->version, false);
	}
	for (size_t i = 0; parts & IT_PURL_QUALIFIERS && i < purl->qualifier_count; i++) {
		it_buf_printf(out, "%c%s=", i ? '&' : '?', purl->qualifiers[i].name);
		encode(out, purl->qualifiers[i].value, false);
	}
	if (parts & IT_PURL_SUBPATH && purl->subpath[0]) {
		it_buf_add_byte(out, '#');
		encode(out, purl->subpath, true);
	}
}

static bool same_qualifiers(const struct it_purl *a, const struct it_purl *b)
{
	if (a->qualifier_count != b->qualifier_count)
		return false;
	for (size_t i = 0; i < a->qualifier_count; i++)
		if (!it_streq(a->qualifiers[i].name, b->qualifiers[i].name) ||
		    !it_streq(a->qualifiers[i].value, b->qualifiers[i].value))
			return false;
	return true;
}

bool it_purl_same(const struct it_purl *a, const struct it_purl *b, unsigned parts)
{
	return it_streq(a->type, b->type) && it_streq(a->namespace, b->namespace) &&
	       it_streq(a->name, b->name) &&
	       (!(parts & IT_PURL_VERSION) || it_purl_same_version(a, b)) &&
	       (!(parts & IT_PURL_QUALIFIERS) || same_qualifiers(a, b)) &&
	       (!(parts & IT_PURL_SUBPATH) || it_streq(a->subpath, b->subpath));
}

void it_purl_full_version(struct it_buf *out, const struct it_purl *purl)
{
	const char *epoch = it_purl_qualifier(purl, "epoch");

	if (epoch && purl->version[0] && !strchr(purl->version, ':') && !it_streq(epoch, "0"))
		it_buf_printf(out, "%s:", epoch);
	it_buf_add_text(out, purl->version);
}

bool it_purl_same_version(const struct it_purl *a, const struct it_purl *b)
{
	IT_AUTO(it_buf_done) struct it_buf left = IT_BUF(2 * IT_PURL_BYTES_MAX);
	IT_AUTO(it_buf_done) struct it_buf right = IT_BUF(2 * IT_PURL_BYTES_MAX);

	if (!a->version[0] || !b->version[0])
		return !a->version[0] && !b->version[0];
	it_purl_full_version(&left, a);
	it_purl_full_version(&right, b);
	if (left.failed || right.failed)
		return false;
	return it_versions_equal(it_version_scheme_of(a->type), it_buf_text(&left),
				 it_buf_text(&right));
}

void it_purl_split(struct it_buf *base, struct it_buf *version, const char *text)
{
	IT_AUTO(it_purl_freep) struct it_purl *purl = NULL;

	if (it_purl_parse(&purl, it_span_text(text), NULL)) {
		(void)it_buf_add_text(base, text); /* sticky */
		return;
	}
	it_purl_print(base, purl, 0);
	it_purl_full_version(version, purl);
}

void it_purl_package_name(struct it_buf *out, const struct it_purl *purl)
{
	/* A distribution's name is no part of what its packages are called. */
	static const char *const distributions[] = { "alpm", "apk", "deb", "qpkg", "rpm" };
	bool named = purl->namespace[0] != '\0';

	for (size_t i = 0; i < IT_COUNT_OF(distributions); i++)
		named = named && !it_streq(purl->type, distributions[i]);
	if (named)
		it_buf_printf(out, "%s%c", purl->namespace,
			      it_streq(purl->type, "maven") ? ':' : '/');
	it_buf_add_text(out, purl->name);
}

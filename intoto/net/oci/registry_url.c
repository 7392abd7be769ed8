/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses that a registry names: of an upload's next piece, of a list's next page. */
#include "base/text.h"
#include "net/oci/registry_part.h"

/* What may stand in a URL (RFC 3986 2); what may not is no accident. */
static bool is_url_text(struct it_span text)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
		"-._~:/?[]@!$&'()*+,;=%";

	for (size_t i = 0; i < text.len; i++)
		if (!text.data[i] || !strchr(allowed, text.data[i]))
			return false;
	return text.len > 0;
}

/* "scheme://authority" of a URL that begins so; 0 for another. */
static size_t origin_len(const char *url)
{
	size_t scheme = it_starts_with(url, "https://")	 ? sizeof "https://" - 1
			: it_starts_with(url, "http://") ? sizeof "http://" - 1
							 : 0;

	return scheme ? scheme + strcspn(url + scheme, "/?#") : 0;
}

static int refuse_url(const struct it_registry_call *call, const char *text, const char *why,
		      struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span(text, strnlen(text, 200)));

	return it_err_set(err, INTOTO_E_SERVICE, "%s: the registry leads to \"%s\", %s",
			  it_buf_text(&call->where), quoted ? quoted : "", why);
}

/* The URL that answered; what it named is to be understood from there. */
static const char *base_of(const struct it_registry_call *call)
{
	return call->answer.url && origin_len(call->answer.url) ? call->answer.url
								: it_buf_text(&call->url);
}

static bool same_origin(const char *url, const char *base)
{
	size_t len = origin_len(base);

	return origin_len(url) == len && it_span_eq(it_span(url, len), it_span(base, len));
}

/* RFC 3986 5.2, without dot segments, which no registry sends. */
static void add_absolute(struct it_buf *out, const char *base, const char *text)
{
	size_t origin = origin_len(base);
	size_t path = origin + strcspn(base + origin, "?#");

	/* of any scheme: which ones are followed is looked at afterwards */
	if (text[strcspn(text, ":/?")] == ':') {
		(void)it_buf_add_text(out, text); /* sticky: the caller looks */
		return;
	}
	if (it_starts_with(text, "//"))
		(void)it_buf_add(out, base, (size_t)(strstr(base, "//") - base));
	else if (*text == '/')
		(void)it_buf_add(out, base, origin);
	else if (*text == '?')
		(void)it_buf_add(out, base, path);
	else {
		while (path > origin && base[path - 1] != '/')
			path--;
		(void)it_buf_add(out, base, path);
		if (path == origin)
			(void)it_buf_add_byte(out, '/');
	}
	(void)it_buf_add_text(out, text);
}

int it_registry_resolve_url(struct it_buf *out, bool *ours, const struct it_registry_call *call,
			    const char *text, struct intoto_error **err)
{
	struct it_span fragment = it_span(text, strcspn(text, "#"));
	IT_AUTO(it_freep) char *rest = strndup(fragment.data, fragment.len);
	const char *url;
	size_t origin;
	int rc;

	it_buf_reset(out);
	if (!rest)
		return it_err_nomem(err);
	if (!is_url_text(fragment))
		return refuse_url(call, text, "which is no address", err);
	add_absolute(out, base_of(call), rest);
	rc = it_buf_check(out, "the address that the registry names", err);
	if (rc)
		return rc;
	url = it_buf_text(out);
	origin = origin_len(url);
	if (!origin || memchr(url, '@', origin))
		return refuse_url(call, text, "which is not an address of http or https", err);
	if (it_starts_with(url, "http://") && !call->registry->plain)
		return refuse_url(call, text, "out of https into plain http", err);
	*ours = same_origin(url, call->registry->base);
	return INTOTO_OK;
}

/* One link value: <URL>; rel="next".  *text is moved behind it. */
static bool next_link(struct it_span *url, bool *is_next, const char **text)
{
	const char *open = strchr(*text, '<');
	const char *close = open ? strchr(open, '>') : NULL;
	size_t parameters;

	if (!close)
		return false;
	*url = it_span(open + 1, (size_t)(close - open - 1));
	parameters = strcspn(close, "<");
	*is_next = memmem(close, parameters, "rel=\"next\"", sizeof "rel=\"next\"" - 1) ||
		   memmem(close, parameters, "rel=next", sizeof "rel=next" - 1);
	*text = close + parameters;
	return true;
}

static int take_next(struct it_buf *out, const struct it_registry_call *call, struct it_span url,
		     struct intoto_error **err)
{
	IT_AUTO(it_freep) char *text = strndup(url.data, url.len);
	bool ours;
	int rc;

	if (!text)
		return it_err_nomem(err);
	rc = it_registry_resolve_url(out, &ours, call, text, err);
	if (rc)
		return rc;
	if (!ours)
		return refuse_url(call, text, "another host, for the rest of a list", err);
	if (it_streq(it_buf_text(out), it_buf_text(&call->url)))
		return refuse_url(call, text, "where this page came from", err);
	return INTOTO_OK;
}

int it_registry_next_page(struct it_buf *out, const struct it_registry_call *call,
			  struct intoto_error **err)
{
	static const char name[] = "link: ";

	it_buf_reset(out);
	for (size_t i = 0; i < call->answer.headers.count; i++) {
		const char *text = call->answer.headers.items[i];
		struct it_span url;
		bool is_next;

		if (!it_starts_with(text, name))
			continue;
		while (next_link(&url, &is_next, &text))
			if (is_next)
				return take_next(out, call, url, err);
	}
	return INTOTO_OK;
}

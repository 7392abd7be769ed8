/* SPDX-License-Identifier: Apache-2.0 */
/* The table of artifact resolvers. */
#include "record/resolver.h"

#include <string.h>

#include "base/text.h"
#include "record/name.h"

enum { TEXT_MAX = 4096 };

static const struct it_resolver *const resolvers[] = {
	&it_resolver_dir,
	&it_resolver_git,
	&it_resolver_ostree,
	&it_resolver_oci,
	&it_resolver_oci_layout,
	&it_resolver_oci_archive,
	&it_resolver_docker_archive,
};

static size_t scheme_length(const char *path)
{
	size_t len = strspn(path, "abcdefghijklmnopqrstuvwxyz0123456789+.-");

	return len > 1 && path[len] == ':' && path[0] >= 'a' && path[0] <= 'z' ? len : 0;
}

static int refuse_scheme(const char *path, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);

	(void)it_buf_add_text(&text, "this scheme is not known, want file:"); /* short */
	for (size_t i = 0; i < IT_COUNT_OF(resolvers); i++)
		(void)it_buf_printf(&text, ", %s:", resolvers[i]->scheme);	/* short */
	(void)it_buf_add_text(&text, ", or ./ in front of the name of a file"); /* short */
	return it_name_refuse(err, INTOTO_E_UNSUPPORTED, it_span_text(path), it_buf_text(&text));
}

int it_resolver_find(const struct it_resolver **out, const char **rest, const char *path,
		     struct intoto_error **err)
{
	size_t len = scheme_length(path);

	*out = NULL;
	*rest = path + (len ? len + 1 : 0);
	if (!len || it_span_is(it_span(path, len), "file"))
		return INTOTO_OK;
	for (size_t i = 0; i < IT_COUNT_OF(resolvers); i++)
		if (it_span_is(it_span(path, len), resolvers[i]->scheme))
			*out = resolvers[i];
	return *out ? INTOTO_OK : refuse_scheme(path, err);
}

int it_resolver_refuse(struct intoto_error **err, enum intoto_code code, const char *scheme,
		       const char *rest, const char *text)
{
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(IT_WALK_NAME_MAX);

	(void)it_buf_printf(&name, "%s:%s", scheme, rest); /* a cut name is still a name */
	return it_name_refuse(err, code, it_buf_span(&name), text);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Paths as text. */
#include "base/path.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

char *it_path_join(const char *dir, const char *name)
{
	size_t len = dir ? strlen(dir) : 0;
	char *path = NULL;

	if (len == 0 || it_streq(dir, "."))
		return strdup(name);
	if (asprintf(&path, dir[len - 1] == '/' ? "%s%s" : "%s/%s", dir, name) < 0)
		return NULL;
	return path;
}

int it_path_clean(struct it_buf *out, struct it_span path)
{
	size_t start = out->len;
	size_t at = 0;

	if (path.len && path.data[0] == '/')
		(void)it_buf_add_byte(out, '/'); /* sticky */
	while (at < path.len) {
		const char *slash = memchr(path.data + at, '/', path.len - at);
		size_t len = slash ? (size_t)(slash - path.data) - at : path.len - at;
		struct it_span part = it_span(path.data + at, len);

		at += len + 1;
		if (len == 0 || it_span_is(part, "."))
			continue;
		if (out->len > start && out->data[out->len - 1] != '/')
			(void)it_buf_add_byte(out, '/'); /* sticky */
		(void)it_buf_add_span(out, part);	 /* sticky */
	}
	if (out->len == start)
		(void)it_buf_add_byte(out, '.'); /* sticky */
	return out->failed;
}

const char *it_path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool it_name_is_safe(struct it_span name)
{
	if (name.len == 0 || name.len > IT_NAME_MAX || name.data[0] == '.' || !it_utf8_valid(name))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		unsigned char byte = (unsigned char)name.data[i];

		if (byte < 0x20 || byte == 0x7f || byte == '/' || byte == '\\')
			return false;
		/* U+0080 to U+009F are controls too; valid UTF-8 has a byte behind 0xc2 */
		if (byte == 0xc2 && (unsigned char)name.data[i + 1] < 0xa0)
			return false;
	}
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Names of artifacts. */
#include "record/name.h"

#include <string.h>

#include "base/path.h"
#include "base/text.h"

/* Takes the last part off out, which starts at start and ends in no slash; false for a "..". */
static bool drop_last(struct it_buf *out, size_t start)
{
	const char *text = out->data + start;
	size_t len = out->len - start;
	const char *slash = memrchr(text, '/', len);
	size_t name = slash ? (size_t)(slash - text) + 1 : 0;

	if (name == len || it_span_is(it_span(text + name, len - name), ".."))
		return false;
	out->len = start + (slash && slash != text ? name - 1 : name);
	out->data[out->len] = '\0';
	return true;
}

static int add_part(struct it_buf *out, size_t start, struct it_span part)
{
	bool rooted = out->len > start && out->data[start] == '/';

	if (part.len == 0 || it_span_is(part, "."))
		return out->failed;
	if (it_span_is(part, "..")) {
		if (out->len > start && drop_last(out, start))
			return INTOTO_OK;
		if (rooted && out->len == start + 1)
			return INTOTO_OK; /* above / is / */
	}
	if (out->len > start && out->data[out->len - 1] != '/')
		(void)it_buf_add_byte(out, '/'); /* sticky */
	return it_buf_add_span(out, part);
}

int it_name_of_path(struct it_buf *out, struct it_span path)
{
	size_t start = out->len;

	if (path.len && path.data[0] == '/')
		(void)it_buf_add_byte(out, '/'); /* sticky */
	for (size_t at = 0; at < path.len && !out->failed;) {
		const char *slash = memchr(path.data + at, '/', path.len - at);
		size_t end = slash ? (size_t)(slash - path.data) : path.len;

		(void)add_part(out, start, it_span(path.data + at, end - at)); /* sticky */
		at = end + 1;
	}
	if (out->len == start)
		(void)it_buf_add_byte(out, '.'); /* sticky */
	return out->failed;
}

struct it_span it_name_strip(struct it_span name, const struct it_strings *prefixes)
{
	size_t longest = 0;

	for (size_t i = 0; prefixes && i < prefixes->count; i++) {
		const char *prefix = prefixes->items[i];
		struct it_span span =
			it_span_text(it_starts_with(prefix, "./") ? prefix + 2 : prefix);

		if (span.len > longest && span.len <= name.len &&
		    it_span_eq(span, it_span(name.data, span.len)))
			longest = span.len;
	}
	return it_span(name.data + longest, name.len - longest);
}

int it_name_refuse(struct intoto_error **err, enum intoto_code code, struct it_span name,
		   const char *text)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(name);

	return it_err_set(err, code, "%s: %s", quoted ? quoted : "", text);
}

int it_name_errno(struct intoto_error **err, int number, struct it_span name)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(name);

	return it_err_errno(err, number, "%s", quoted ? quoted : "");
}

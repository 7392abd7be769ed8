/* SPDX-License-Identifier: Apache-2.0 */
/* What a request asks for. */
#include "serve/target.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static int hex_of(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

static int refuse_escape(const char *what, struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_FORMAT, "%s: want %%XX with two hex digits behind every %%",
			  what);
}

/* Appends one part, decoded.  form: a "+" is a space, as browsers send it. */
static int decode(struct it_buf *out, struct it_span text, bool form, const char *what,
		  struct intoto_error **err)
{
	for (size_t i = 0; i < text.len; i++) {
		int byte = (unsigned char)text.data[i];

		if (form && byte == '+')
			byte = ' ';
		if (text.data[i] == '%') {
			int high = i + 2 < text.len ? hex_of(text.data[i + 1]) : -1;
			int low = i + 2 < text.len ? hex_of(text.data[i + 2]) : -1;

			if (high < 0 || low < 0)
				return refuse_escape(what, err);
			byte = high * 16 + low;
			i += 2;
			if (!form && byte == '/')
				return it_err_set(err, INTOTO_E_FORMAT,
						  "%s: want no %%2F in a path", what);
		}
		if (byte < ' ' || byte == 0x7f)
			return it_err_set(err, INTOTO_E_FORMAT,
					  "%s: want no control characters, found the byte %d", what,
					  byte);
		(void)it_buf_add_byte(out, (char)byte); /* sticky */
	}
	if (!it_utf8_valid(it_buf_span(out)))
		return it_err_set(err, INTOTO_E_FORMAT, "%s: want UTF-8", what);
	return it_buf_check(out, what, err);
}

/* No part that a file system would read otherwise, and none that is empty. */
static int check_parts(const char *path, struct intoto_error **err)
{
	const char *part = path + 1;

	for (;;) {
		size_t len = strcspn(part, "/");

		if (!part[len] && !len)
			return INTOTO_OK;
		if (!len || it_span_is(it_span(part, len), ".") ||
		    it_span_is(it_span(part, len), ".."))
			return it_err_set(err, INTOTO_E_FORMAT,
					  "the path: want no empty part, no \".\" and no \"..\"");
		if (!part[len])
			return INTOTO_OK;
		part += len + 1;
	}
}

static int read_path(struct it_target *out, struct it_span text, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf path = IT_BUF(IT_TARGET_MAX);
	int rc;

	if (!text.len || text.data[0] != '/')
		return it_err_set(err, INTOTO_E_FORMAT,
				  "the path: want one that begins with \"/\"");
	rc = decode(&path, text, false, "the path", err);
	if (rc)
		return rc;
	out->path = it_buf_take(&path);
	return out->path ? check_parts(out->path, err) : it_err_nomem(err);
}

static int decoded(char **out, struct it_span text, const char *what, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf buf = IT_BUF(IT_TARGET_MAX);
	int rc = decode(&buf, text, true, what, err);

	if (rc)
		return rc;
	*out = it_buf_take(&buf);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

static int add_parameter(struct it_target *out, struct it_span text, struct intoto_error **err)
{
	const char *equals = memchr(text.data, '=', text.len);
	size_t len = equals ? (size_t)(equals - text.data) : text.len;
	struct it_parameter *slot = &out->parameters[out->parameter_count];
	int rc;

	if (out->parameter_count == IT_TARGET_PARAMETERS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "want at most %d parameters",
				  IT_TARGET_PARAMETERS_MAX);
	out->parameter_count++; /* is freed whatever comes */
	rc = decoded(&slot->name, it_span(text.data, len), "the name of a parameter", err);
	if (!rc)
		rc = decoded(&slot->value,
			     equals ? it_span(equals + 1, text.len - len - 1) : it_span_text(""),
			     "the value of a parameter", err);
	if (rc)
		return rc;
	for (struct it_parameter *other = out->parameters; other != slot; other++) {
		if (it_streq(other->name, slot->name))
			return it_err_set(err, INTOTO_E_FORMAT,
					  "want each parameter once, found one twice");
	}
	return INTOTO_OK;
}

static int read_query(struct it_target *out, struct it_span text, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	out->parameters = calloc(IT_TARGET_PARAMETERS_MAX + 1, sizeof *out->parameters);
	if (!out->parameters)
		return it_err_nomem(err);
	while (!rc && text.len) {
		const char *and = memchr(text.data, '&', text.len);
		size_t len = and? (size_t)(and-text.data) : text.len;

		if (len)
			rc = add_parameter(out, it_span(text.data, len), err);
		len += and? 1 : 0;
		text = it_span(text.data + len, text.len - len);
	}
	return rc;
}

int it_target_parse(struct it_target *out, struct it_span text, struct intoto_error **err)
{
	const char *question = text.len ? memchr(text.data, '?', text.len) : NULL;
	size_t len = question ? (size_t)(question - text.data) : text.len;
	struct it_span query =
		question ? it_span(question + 1, text.len - len - 1) : it_span_text("");
	int rc;

	*out = (struct it_target){ 0 };
	if (text.len > IT_TARGET_MAX)
		return it_err_set(err, INTOTO_E_LIMIT,
				  "what is asked for has %zu bytes, want at "
				  "most %d",
				  text.len, IT_TARGET_MAX);
	if (query.len && memchr(query.data, 0, query.len))
		return it_err_set(err, INTOTO_E_FORMAT, "want no NUL behind the \"?\"");
	out->query = strndup(query.data, query.len);
	if (!out->query)
		return it_err_nomem(err);
	rc = read_path(out, it_span(text.data, len), err);
	return rc ? rc : read_query(out, query, err);
}

void it_target_done(struct it_target *target)
{
	for (size_t i = 0; i < target->parameter_count; i++) {
		free(target->parameters[i].name);
		free(target->parameters[i].value);
	}
	free(target->parameters);
	free(target->path);
	free(target->query);
	*target = (struct it_target){ 0 };
}

const char *it_target_get(const struct it_target *target, const char *name)
{
	for (size_t i = 0; i < target->parameter_count; i++) {
		if (it_streq(target->parameters[i].name, name))
			return target->parameters[i].value;
	}
	return NULL;
}

static bool is_among(const char *name, const char *const *names)
{
	for (; *names; names++) {
		if (it_streq(name, *names))
			return true;
	}
	return false;
}

int it_target_only(const struct it_target *target, const char *const *names,
		   struct intoto_error **err)
{
	for (size_t i = 0; i < target->parameter_count; i++) {
		IT_AUTO(it_freep)
		char *quoted = it_text_quoted(it_span_text(target->parameters[i].name));

		if (!is_among(target->parameters[i].name, names))
			return it_err_set(err, INTOTO_E_USAGE, "there is no parameter '%s' here",
					  quoted ? quoted : "");
	}
	return INTOTO_OK;
}

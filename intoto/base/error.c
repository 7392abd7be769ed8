/* SPDX-License-Identifier: Apache-2.0 */
/* The error object: one class, one sentence, owned by whoever asked for it. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct intoto_error {
	enum intoto_code code;
	char *text;
};

/* Given out when there is no memory for a real one; never freed. */
static struct intoto_error out_of_memory = { INTOTO_E_NOMEM, NULL };

enum intoto_code intoto_error_code(const struct intoto_error *error)
{
	return error ? error->code : INTOTO_OK;
}

const char *intoto_error_text(const struct intoto_error *error)
{
	if (!error)
		return "";
	return error->text ? error->text : "out of memory";
}

void intoto_error_free(struct intoto_error *error)
{
	if (!error || error == &out_of_memory)
		return;
	free(error->text);
	free(error);
}

const char *intoto_code_name(enum intoto_code code)
{
	static const char *const names[] = { "ok",	  "no-memory",	 "io",	      "format",
					     "limit",	  "unsupported", "not-found", "key",
					     "untrusted", "policy",	 "helper",    "usage",
					     "internal",
					     "service" };
	int index = -(int)code;

	if (index < 0 || (size_t)index >= IT_COUNT_OF(names))
		return "internal";
	return names[index];
}

/* Takes text, also on failure. */
static int set_take(struct intoto_error **err, enum intoto_code code, char *text)
{
	struct intoto_error *error = text ? malloc(sizeof *error) : NULL;

	if (!error) {
		free(text);
		*err = &out_of_memory;
		return code;
	}
	error->code = code;
	error->text = text;
	*err = error;
	return code;
}

static char *format_text(const char *format, va_list args) IT_PRINTF(1, 0);

static char *format_text(const char *format, va_list args)
{
	char *text = NULL;

	return vasprintf(&text, format, args) < 0 ? NULL : text;
}

int it_err_set(struct intoto_error **err, enum intoto_code code, const char *format, ...)
{
	va_list args;
	char *text;

	if (!err || *err)
		return code;
	va_start(args, format);
	text = format_text(format, args);
	va_end(args);
	return set_take(err, code, text);
}

int it_err_nomem(struct intoto_error **err)
{
	if (err && !*err)
		*err = &out_of_memory;
	return INTOTO_E_NOMEM;
}

static enum intoto_code code_of_errno(int number)
{
	if (number == ENOENT || number == ENOTDIR)
		return INTOTO_E_NOTFOUND;
	return number == ENOMEM ? INTOTO_E_NOMEM : INTOTO_E_IO;
}

int it_err_errno(struct intoto_error **err, int number, const char *format, ...)
{
	enum intoto_code code = code_of_errno(number);
	const char *why = strerrordesc_np(number);
	IT_AUTO(it_freep) char *what = NULL;
	char *text = NULL;
	va_list args;

	if (!err || *err)
		return code;
	va_start(args, format);
	what = format_text(format, args);
	va_end(args);
	if (what && asprintf(&text, "%s: %s", what, why ? why : "unknown error") < 0)
		text = NULL;
	return set_take(err, code, text);
}

int it_err_wrap(struct intoto_error **err, int rc, const char *format, ...)
{
	IT_AUTO(it_freep) char *what = NULL;
	char *text = NULL;
	va_list args;

	if (!err || !*err)
		return rc;
	va_start(args, format);
	what = format_text(format, args);
	va_end(args);
	if (!what || asprintf(&text, "%s: %s", what, intoto_error_text(*err)) < 0)
		return rc;
	if (*err == &out_of_memory) /* there may be some again by now */
		return set_take(err, out_of_memory.code, text), rc;
	free((*err)->text);
	(*err)->text = text;
	return rc;
}

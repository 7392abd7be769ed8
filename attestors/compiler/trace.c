/* SPDX-License-Identifier: Apache-2.0 */
/* The programs that a runtime-trace statement has, with the digests that they had when they ran. */
#include <string.h>

#include "attestors/compiler/tools.h"

#define TRACE_TYPE "https://in-toto.io/attestation/runtime-trace/v0.1"

enum { TRACE_MAX = 64 << 20 };

static void free_value(struct intoto_value **value)
{
	intoto_value_free(*value);
}

static const struct intoto_value *get(const struct intoto_value *object, const char *name)
{
	return intoto_value_get(object, name);
}

static const char *text(const struct intoto_value *object, const char *name)
{
	return intoto_value_text(get(object, name));
}

/* --- base64 of an envelope's payload --- */

static int digit_of(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	if (at)
		return (int)(at - digits);
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* NULL: it is none, or no memory. */
static char *decode(const char *base64, size_t *length)
{
	size_t digits = strcspn(base64, "=");
	char *out = malloc(digits / 4 * 3 + 4);
	unsigned bits = 0;
	unsigned held = 0;

	*length = 0;
	for (size_t i = 0; out && i < digits; i++) {
		int digit = digit_of(base64[i]);

		if (digit < 0) {
			free(out);
			return NULL;
		}
		held = (held << 6 | (unsigned)digit) & 0xffffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[(*length)++] = (char)(held >> bits & 0xff);
		}
	}
	return out;
}

/* The statement in an envelope, or the document itself. */
static int open_envelope(struct intoto_value **document, struct intoto_error **err)
{
	const char *payload = text(*document, "payload");
	TOOL_OWNED(tool_free_text) char *inside = NULL;
	struct intoto_value *statement = NULL;
	size_t length;
	int rc;

	if (!payload)
		return INTOTO_OK;
	inside = decode(payload, &length);
	if (!inside)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "payload: want base64");
	rc = intoto_value_parse(&statement, inside, length, err);
	if (rc)
		return rc;
	intoto_value_free(*document);
	*document = statement;
	return INTOTO_OK;
}

/* --- programs --- */

static int take_program(struct tools *tools, const char *path, struct intoto_error **err)
{
	if (!path || *path != '/')
		return INTOTO_OK;
	if (tools->count == TOOLS_MAX) {
		tools->left_out++;
		return INTOTO_OK;
	}
	return tools_add(tools, path, "trace", NULL, err);
}

static void take_digest(struct tools *tools, const struct intoto_value *file)
{
	const char *name = text(file, "name");
	const char *sha256 = text(get(file, "digest"), "sha256");

	if (!name || !sha256 || strlen(sha256) != TOOL_SHA256 - 1)
		return;
	for (size_t i = 0; i < tools->count; i++)
		if (intoto_text_same(tools->items[i].path, name))
			memcpy(tools->items[i].traced, sha256, TOOL_SHA256);
}

static int read_trace(struct tools *tools, const struct intoto_value *statement,
		      struct intoto_error **err)
{
	const struct intoto_value *log = get(get(statement, "predicate"), "monitorLog");
	const struct intoto_value *processes = get(log, "process");
	const struct intoto_value *files = get(log, "fileAccess");
	int rc = INTOTO_OK;

	if (!intoto_text_same(text(statement, "predicateType"), TRACE_TYPE))
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "predicateType: want a runtime trace (%s)", TRACE_TYPE);
	if (intoto_value_kind(processes) != INTOTO_VALUE_LIST)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "predicate.monitorLog.process: want a list");
	for (size_t i = 0; !rc && i < intoto_value_count(processes); i++)
		rc = take_program(tools, text(intoto_value_at(processes, i), "program"), err);
	for (size_t i = 0; !rc && i < intoto_value_count(files); i++)
		take_digest(tools, intoto_value_at(files, i));
	return rc;
}

int tools_read_trace(struct tools *tools, const struct intoto_input *input,
		     struct intoto_error **err)
{
	TOOL_OWNED(free_value) struct intoto_value *document = NULL;
	TOOL_OWNED(tool_free_text) char *bytes = NULL;
	struct intoto_error *why = NULL;
	size_t length;
	int rc = intoto_input_read(&bytes, &length, input, TRACE_MAX, err);

	if (rc)
		return rc;
	rc = intoto_value_parse(&document, bytes, length, &why);
	if (!rc)
		rc = open_envelope(&document, &why);
	if (!rc)
		rc = read_trace(tools, document, &why);
	if (rc)
		rc = intoto_attestor_fail(err, (enum intoto_code)rc, "%s: %s", input->name,
					  intoto_error_text(why));
	intoto_error_free(why);
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "net/s3/credentials.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"

enum { FILE_MAX = 1024 * 1024 };

static void wipe(char **text)
{
	if (*text)
		explicit_bzero(*text, strlen(*text));
	free(*text);
	*text = NULL;
}

void it_s3_credentials_done(struct it_s3_credentials *credentials)
{
	wipe(&credentials->access_key);
	wipe(&credentials->secret);
	wipe(&credentials->token);
}

static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static int copy(char **out, struct it_span text, struct intoto_error **err)
{
	wipe(out);
	*out = strndup(text.data, text.len);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

/* --- the file --- */

static struct it_span trim(struct it_span text)
{
	while (text.len && strchr(" \t\r", text.data[0]))
		text = it_span(text.data + 1, text.len - 1);
	while (text.len && strchr(" \t\r", text.data[text.len - 1]))
		text.len--;
	return text;
}

/* "[default]", "[profile name]" */
static bool is_section(struct it_span line, const char *profile)
{
	struct it_span name = trim(it_span(line.data + 1, line.len - 1));
	const struct it_span word = it_span_text("profile ");

	if (!name.len || name.data[name.len - 1] != ']')
		return false;
	name = trim(it_span(name.data, name.len - 1));
	if (name.len > word.len && it_span_eq(it_span(name.data, word.len), word))
		name = trim(it_span(name.data + word.len, name.len - word.len));
	return it_span_eq(name, it_span_text(profile));
}

static int take_line(struct it_s3_credentials *out, struct it_span line, struct intoto_error **err)
{
	const char *equals = memchr(line.data, '=', line.len);
	struct it_span name;
	struct it_span value;

	if (!equals)
		return INTOTO_OK;
	name = trim(it_span(line.data, (size_t)(equals - line.data)));
	value = trim(it_span(equals + 1, line.len - (size_t)(equals - line.data) - 1));
	if (it_span_eq(name, it_span_text("aws_access_key_id")))
		return copy(&out->access_key, value, err);
	if (it_span_eq(name, it_span_text("aws_secret_access_key")))
		return copy(&out->secret, value, err);
	if (it_span_eq(name, it_span_text("aws_session_token")))
		return copy(&out->token, value, err);
	return INTOTO_OK;
}

int it_s3_credentials_read(struct it_s3_credentials *out, struct it_span text, const char *profile,
			   struct intoto_error **err)
{
	bool inside = false;
	int rc = INTOTO_OK;

	while (!rc && text.len) {
		const char *newline = memchr(text.data, '\n', text.len);
		size_t len = newline ? (size_t)(newline - text.data) : text.len;
		struct it_span line = trim(it_span(text.data, len));

		if (line.len && line.data[0] == '[')
			inside = is_section(line, profile);
		else if (inside && line.len && line.data[0] != '#' && line.data[0] != ';')
			rc = take_line(out, line, err);
		len += newline != NULL;
		text = it_span(text.data + len, text.len - len);
	}
	if (!rc && (!out->access_key || !out->secret))
		rc = it_err_set(err, INTOTO_E_KEY,
				"has no aws_access_key_id and aws_secret_access_key of that "
				"profile");
	return rc;
}

static int read_file(struct it_s3_credentials *out, struct intoto_error **err)
{
	const char *profile = environment("AWS_PROFILE");
	const char *path = environment("AWS_SHARED_CREDENTIALS_FILE");
	const char *home = environment("HOME");
	IT_AUTO(it_freep) char *own = home ? it_path_join(home, ".aws/credentials") : NULL;
	IT_AUTO(it_buf_wipe) struct it_buf text = IT_BUF(FILE_MAX);
	int rc;

	path = path ? path : own;
	if (!path || access(path, F_OK))
		return it_err_set(err, INTOTO_E_KEY,
				  "want AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a file of "
				  "credentials (AWS_SHARED_CREDENTIALS_FILE)");
	rc = it_file_read(&text, path, err);
	if (!rc)
		rc = it_s3_credentials_read(out, it_buf_span(&text), profile ? profile : "default",
					    err);
	return rc ? it_err_wrap(err, rc, "%s", path) : rc;
}

int it_s3_credentials_find(struct it_s3_credentials *out, struct intoto_error **err)
{
	const char *access_key = environment("AWS_ACCESS_KEY_ID");
	const char *secret = environment("AWS_SECRET_ACCESS_KEY");
	const char *token = environment("AWS_SESSION_TOKEN");
	int rc;

	if (!access_key || !secret)
		return read_file(out, err);
	rc = copy(&out->access_key, it_span_text(access_key), err);
	if (!rc)
		rc = copy(&out->secret, it_span_text(secret), err);
	if (!rc && token)
		rc = copy(&out->token, it_span_text(token), err);
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Names of variables, and what is to be thought of them. */
#include "run/step_sandbox_environment.h"

#include <stdio.h>
#include <unistd.h>

#include "base/text.h"

enum { SEARCH_PATH_MAX = 256 * 1024 };

/* Folders of the user's home and sockets of the user's services. */
static const char *const place_names[] = {
	"HOME",
	"TMPDIR",
	"TMP",
	"TEMP",
	"TEMPDIR",
	"XDG_CACHE_HOME",
	"XDG_CONFIG_HOME",
	"XDG_DATA_HOME",
	"XDG_STATE_HOME",
	"XDG_RUNTIME_DIR",
	"DBUS_SESSION_BUS_ADDRESS",
	"DBUS_SYSTEM_BUS_ADDRESS",
	"DISPLAY",
	"WAYLAND_DISPLAY",
	"XAUTHORITY",
	"ICEAUTHORITY",
	"SESSION_MANAGER",
	"SSH_AUTH_SOCK",
	"SSH_AGENT_PID",
	"SSH_ASKPASS",
	"GIT_ASKPASS",
	"GPG_AGENT_INFO",
	"GNUPGHOME",
	"KRB5CCNAME",
	"DOCKER_HOST",
	"CONTAINER_HOST",
	"NOTIFY_SOCKET",
	"LISTEN_FDS",
	"LISTEN_PID",
	"LISTEN_FDNAMES",
	"HISTFILE",
	"MAIL",
};

/* Parts of a name between underscores, in any case: GITHUB_TOKEN, npm_config__authToken. */
static const char *const secrets[] = {
	"token",      "secret",	     "secrets", "password",  "passwd",	 "passphrase",
	"credential", "credentials", "apikey",	"authtoken", "pwd_file",
};
/* Two parts: PRIVATE_KEY, AWS_ACCESS_KEY_ID. */
static const char *const secret_keys[] = { "api",  "access", "private",	  "signing",
					   "auth", "secret", "encryption" };

static bool is_one_of(struct it_span part, const char *const *words, size_t count)
{
	char text[16];

	if (part.len >= sizeof text)
		return false;
	memcpy(text, part.data, part.len);
	text[part.len] = '\0';
	for (size_t i = 0; i < count; i++)
		if (it_streq_nocase(text, words[i]))
			return true;
	return false;
}

static bool is_secret(struct it_span name)
{
	bool keyed = false;

	for (size_t at = 0; at < name.len;) {
		size_t len = 0;
		struct it_span part;

		while (at + len < name.len && name.data[at + len] != '_')
			len++;
		part = it_span(name.data + at, len);
		if (is_one_of(part, secrets, IT_COUNT_OF(secrets)))
			return true;
		if (keyed && is_one_of(part, (const char *const[]){ "key", "keys" }, 2))
			return true;
		keyed = is_one_of(part, secret_keys, IT_COUNT_OF(secret_keys));
		at += len + 1;
	}
	return false;
}

enum it_variable it_variable_of(struct it_span name)
{
	for (size_t i = 0; i < IT_COUNT_OF(place_names); i++)
		if (it_span_is(name, place_names[i]))
			return IT_VARIABLE_PLACE;
	return is_secret(name) ? IT_VARIABLE_SECRET : IT_VARIABLE_PLAIN;
}

static int add_variable(struct it_strings *out, const char *name, const char *value,
			struct intoto_error **err)
{
	IT_AUTO(it_freep) char *entry = NULL;

	if (asprintf(&entry, "%s=%s", name, value) < 0) {
		entry = NULL;
		return it_err_nomem(err);
	}
	return it_strings_add(out, entry, err);
}

static int add_ours(struct it_strings *out, struct it_strings *withheld,
		    const struct it_strings *kept, const char *entry, struct intoto_error **err)
{
	struct it_span name = it_span(entry, strcspn(entry, "="));
	IT_AUTO(it_freep) char *text = strndup(name.data, name.len);
	enum it_variable kind = it_variable_of(name);

	if (!text)
		return it_err_nomem(err);
	if (kind == IT_VARIABLE_PLAIN || it_strings_has(kept, text))
		return it_strings_add(out, entry, err);
	return kind == IT_VARIABLE_SECRET ? it_strings_add(withheld, text, err) : INTOTO_OK;
}

static bool is_shown(const struct it_places *places, struct it_span folder)
{
	IT_AUTO(it_freep) char *text = strndup(folder.data, folder.len);
	IT_AUTO(it_freep) char *real = text && folder.len ? realpath(text, NULL) : NULL;

	const struct it_sandbox_path *place = real ? it_places_above(places, real) : NULL;

	return place && !place->from;
}

static int add_search_path(struct it_strings *out, const struct it_places *places, const char *path,
			   struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf shown = IT_BUF(SEARCH_PATH_MAX);

	for (const char *at = path; *at;) {
		struct it_span folder = it_span(at, strcspn(at, ":"));

		if (is_shown(places, folder)) {
			(void)it_buf_add_text(&shown, shown.len ? ":" : ""); /* sticky */
			(void)it_buf_add_span(&shown, folder);
		}
		at += folder.len + (at[folder.len] == ':');
	}
	if (it_buf_check(&shown, "PATH", err))
		return INTOTO_E_LIMIT;
	return add_variable(out, "PATH", shown.len ? it_buf_text(&shown) : path, err);
}

int it_step_environment(struct it_strings *out, struct it_strings *withheld,
			const struct it_strings *kept, const struct it_places *places,
			const char *home, const char *temporary, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (char **entry = environ; !rc && *entry; entry++)
		rc = it_starts_with(*entry, "PATH=")
			     ? add_search_path(out, places, *entry + sizeof "PATH=" - 1, err)
			     : add_ours(out, withheld, kept, *entry, err);
	if (!rc && !it_strings_has(kept, "HOME"))
		rc = add_variable(out, "HOME", home, err);
	if (!rc && !it_strings_has(kept, "TMPDIR"))
		rc = add_variable(out, "TMPDIR", temporary, err);
	if (!rc)
		it_strings_sort(withheld);
	return rc;
}

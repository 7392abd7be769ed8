/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names and passwords for registries: Docker's config.json and podman's auth.json (they are the
 * same format; containers-auth.json(5)), and the programs that those name.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/ask.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "json/field.h"
#include "json/json.h"
#include "net/oci/access.h"

enum {
	FILE_MAX = 1024 * 1024,
	HELPER_ANSWER_MAX = 256 * 1024,
	HELPER_MS = 30 * 1000,
	KEY_MAX = 1024,
	PAIR_MAX = 64 * 1024,
};

#define HUB "docker.io"
#define HUB_KEY "https://index.docker.io/v1/"

static const struct it_json_limits limits = {
	.bytes = FILE_MAX, .depth = 16, .reals = true, .values = 64 * 1024
};

static char *wiped(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	free(secret);
	return NULL;
}

void it_credentials_done(struct it_credentials *credentials)
{
	free(credentials->user);
	credentials->user = NULL;
	credentials->password = wiped(credentials->password);
	credentials->identity = wiped(credentials->identity);
}

/* --- names of a registry in such a file --- */

/* Each key that may stand for a reference, the narrowest first, until visit answers nonzero. */
static int each_key(const struct it_image_reference *reference,
		    int (*visit)(void *arg, const char *key, struct intoto_error **err), void *arg,
		    struct intoto_error **err)
{
	static const char *const hub[] = { HUB_KEY, "index.docker.io", "registry-1.docker.io",
					   "https://registry-1.docker.io", "https://docker.io" };
	IT_AUTO(it_buf_done) struct it_buf key = IT_BUF(KEY_MAX);
	IT_AUTO(it_buf_done) struct it_buf url = IT_BUF(KEY_MAX);
	static const char *const forms[] = { "https://%s", "https://%s/", "https://%s/v1/",
					     "https://%s/v2/", "http://%s" };
	size_t host = strlen(reference->host);
	int rc = INTOTO_OK;

	(void)it_buf_printf(&key, "%s/%s", reference->host, reference->repository);
	if (key.failed)
		return it_err_nomem(err);
	for (size_t len = key.len; !rc && len >= host; len--)
		if (len == host || len == key.len || key.data[len] == '/') {
			key.data[len] = '\0';
			rc = visit(arg, key.data, err);
		}
	for (size_t i = 0; !rc && i < IT_COUNT_OF(forms); i++) {
		const char *at = strstr(forms[i], "%s");

		it_buf_reset(&url);
		(void)it_buf_printf(&url, "%.*s%s%s", (int)(at - forms[i]), forms[i],
				    reference->host, at + 2);
		rc = visit(arg, it_buf_text(&url), err);
	}
	for (size_t i = 0; !rc && i < IT_COUNT_OF(hub) && it_streq(reference->host, HUB); i++)
		rc = visit(arg, hub[i], err);
	return rc;
}

/* --- one file --- */

struct looking {
	struct it_credentials *out;
	const char *path;
	const struct it_json *auths;
	const struct it_json *helpers;
	const char *store;
	bool found;
};

static int refuse(const struct looking *looking, const char *key, const char *why,
		  struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(key));

	return it_err_set(err, INTOTO_E_FORMAT, "%s: %s: %s", looking->path, quoted ? quoted : "",
			  why);
}

static int keep(struct it_credentials *out, struct it_span user, struct it_span password,
		struct intoto_error **err)
{
	out->user = strndup(user.data ? user.data : "", user.len);
	out->password = strndup(password.data ? password.data : "", password.len);
	return out->user && out->password ? INTOTO_OK : it_err_nomem(err);
}

static bool has_nul(struct it_span text)
{
	return text.len && memchr(text.data, '\0', text.len);
}

/* "auth" is base64 of "user:password"; Docker writes NULs behind some passwords, and ignores them.
 */
static int take_pair(struct looking *looking, const char *key, struct it_span auth,
		     struct intoto_error **err)
{
	IT_AUTO(it_buf_wipe) struct it_buf pair = IT_BUF(PAIR_MAX);
	const char *colon;

	if (!it_base64_decode(&pair, auth))
		return refuse(looking, key, "\"auth\" is not base64", err);
	while (pair.len && !pair.data[pair.len - 1])
		pair.len--;
	colon = pair.len ? memchr(pair.data, ':', pair.len) : NULL;
	if (!colon || has_nul(it_buf_span(&pair)))
		return refuse(looking, key,
			      "\"auth\" is no name and password with a colon between them", err);
	return keep(looking->out, it_span(pair.data, (size_t)(colon - pair.data)),
		    it_span(colon + 1, (size_t)(pair.data + pair.len - colon - 1)), err);
}

static int check_kind(const struct looking *looking, const char *key, const struct it_json *value,
		      enum it_json_kind want, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *why = NULL;

	if (it_json_kind(value) == IT_JSON_NULL || it_json_kind(value) == want)
		return INTOTO_OK;
	if (asprintf(&why, "want %s, found %s", want == IT_JSON_TEXT ? "a text" : "an object",
		     it_json_kind_name(value)) < 0)
		return it_err_nomem(err);
	return refuse(looking, key, why, err);
}

/* What is there and broken is not "nobody": that would be a silent visit without a name. */
static int check_entry(const struct looking *looking, const char *key, const struct it_json *entry,
		       struct intoto_error **err)
{
	static const char *const names[] = { "auth", "username", "password", "identitytoken" };
	int rc = check_kind(looking, key, entry, IT_JSON_OBJECT, err);

	for (size_t i = 0; !rc && i < IT_COUNT_OF(names); i++)
		rc = check_kind(looking, key, it_json_get(entry, names[i]), IT_JSON_TEXT, err);
	return rc;
}

static int take_entry(void *arg, const char *key, struct intoto_error **err)
{
	struct looking *looking = arg;
	const struct it_json *entry = it_json_get(looking->auths, key);
	struct it_span auth = it_json_text(it_json_get(entry, "auth"));
	struct it_span user = it_json_text(it_json_get(entry, "username"));
	struct it_span password = it_json_text(it_json_get(entry, "password"));
	struct it_span identity = it_json_text(it_json_get(entry, "identitytoken"));
	int rc = looking->found ? INTOTO_OK : check_entry(looking, key, entry, err);

	if (rc || looking->found || !(auth.len || user.len || identity.len))
		return rc;
	if (has_nul(user) || has_nul(password) || has_nul(identity))
		return refuse(looking, key, "has a NUL in it", err);
	looking->found = true;
	if (auth.len)
		rc = take_pair(looking, key, auth, err);
	else if (user.len)
		rc = keep(looking->out, user, password, err);
	if (!rc && identity.len) {
		looking->out->identity = strndup(identity.data, identity.len);
		if (!looking->out->identity)
			rc = it_err_nomem(err);
	}
	return rc;
}

/* --- helpers (docker-credential-helpers, "get") --- */

static bool is_helper_name(const char *name)
{
	return *name &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
		       strlen(name) &&
	       *name != '.' && *name != '-';
}

/* { ServerURL, Username, Secret }; a name "<token>" stands for an identity token. */
static int take_answer(struct looking *looking, const char *program, struct it_span answer,
		       struct intoto_error **err)
{
	IT_AUTO(it_json_wipep) struct it_json *root = NULL;
	struct it_span user, secret;
	int rc = it_json_parse(&root, answer, &limits, err);

	if (rc)
		return it_err_wrap(err, rc, "what %s answers", program);
	user = it_json_text(it_json_get(root, "Username"));
	secret = it_json_text(it_json_get(root, "Secret"));
	if (!secret.data || has_nul(user) || has_nul(secret))
		return it_err_set(err, INTOTO_E_HELPER, "%s: answers without a Secret", program);
	if (!user.len && !secret.len) /* how some say that they know nobody */
		return INTOTO_OK;
	looking->found = true;
	if (!it_span_is(user, "<token>"))
		return keep(looking->out, user, secret, err);
	looking->out->identity = strndup(secret.data, secret.len);
	return looking->out->identity ? INTOTO_OK : it_err_nomem(err);
}

/* What a helper prints for who it does not know. */
static bool knows_nobody(const struct it_buf *answer)
{
	return answer->len && (strstr(answer->data, "credentials not found") ||
			       strstr(answer->data, "no credentials server URL"));
}

static int ask_helper(struct looking *looking, const char *name, const char *key,
		      struct intoto_error **err)
{
	IT_AUTO(it_buf_wipe) struct it_buf answer = IT_BUF(HELPER_ANSWER_MAX);
	IT_AUTO(it_buf_done) struct it_buf program = IT_BUF(KEY_MAX);
	const char *argv[] = { NULL, "get", NULL };
	const struct it_question question = { .argv = argv,
					      .input = it_span_text(key),
					      .timeout_ms = HELPER_MS,
					      .take = it_sink_into_buf,
					      .arg = &answer };
	struct it_answer how;
	int rc;

	if (!is_helper_name(name))
		return refuse(looking, name, "is no name of a credential helper", err);
	(void)it_buf_printf(&program, "docker-credential-%s", name); /* looked at below */
	rc = it_buf_check(&program, "the name of a credential helper", err);
	if (rc)
		return rc;
	argv[0] = it_buf_text(&program);
	rc = it_err_wrap(err, it_ask(&how, &question, err), "%s", looking->path);
	if (rc)
		return rc;
	if (how.status && knows_nobody(&answer))
		return INTOTO_OK;
	rc = it_answer_check(&how, argv[0], err);
	return rc ? rc : take_answer(looking, argv[0], it_buf_span(&answer), err);
}

static int ask_named(void *arg, const char *key, struct intoto_error **err)
{
	struct looking *looking = arg;
	const struct it_json *value = it_json_get(looking->helpers, key);
	struct it_span name = it_json_text(value);
	int rc = looking->found ? INTOTO_OK : check_kind(looking, key, value, IT_JSON_TEXT, err);

	if (rc || looking->found || !name.len)
		return rc;
	if (has_nul(name))
		return refuse(looking, key, "has a NUL in it", err);
	return ask_helper(looking, name.data, key, err);
}

static int ask_store(struct looking *looking, const struct it_image_reference *reference,
		     struct intoto_error **err)
{
	return ask_helper(looking, looking->store,
			  it_streq(reference->host, HUB) ? HUB_KEY : reference->host, err);
}

/* Docker's order: the helper of this registry, the store, what stands in the file itself. */
static int look(struct looking *looking, const struct it_image_reference *reference,
		struct intoto_error **err)
{
	int rc = each_key(reference, ask_named, looking, err);

	if (!rc && !looking->found && looking->store)
		rc = ask_store(looking, reference, err);
	if (!rc && !looking->found)
		rc = each_key(reference, take_entry, looking, err);
	if (rc)
		it_credentials_done(looking->out);
	return rc;
}

static int check_object(const struct it_json *value, const char *path, const char *name,
			struct intoto_error **err)
{
	if (it_json_kind(value) == IT_JSON_NULL || it_json_kind(value) == IT_JSON_OBJECT)
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_FORMAT, "%s: %s: want an object, found %s", path, name,
			  it_json_kind_name(value));
}

static int take_store(struct looking *looking, const struct it_json *value,
		      struct intoto_error **err)
{
	struct it_span name = it_json_text(value);
	int rc = check_kind(looking, "credsStore", value, IT_JSON_TEXT, err);

	if (rc)
		return rc;
	if (has_nul(name))
		return refuse(looking, "credsStore", "has a NUL in it", err);
	looking->store = name.len ? name.data : NULL;
	return INTOTO_OK;
}

static int look_into(bool *found, struct it_credentials *out, const char *path,
		     const struct it_image_reference *reference, struct intoto_error **err)
{
	IT_AUTO(it_buf_wipe) struct it_buf text = IT_BUF(FILE_MAX);
	IT_AUTO(it_json_wipep) struct it_json *root = NULL;
	struct looking looking = { .out = out, .path = path };
	int rc = it_file_read(&text, path, err);

	if (rc)
		return rc;
	rc = it_err_wrap(err, it_json_parse(&root, it_buf_span(&text), &limits, err), "%s", path);
	if (!rc)
		rc = check_object(root, path, "the document", err);
	looking.auths = it_json_get(root, "auths");
	looking.helpers = it_json_get(root, "credHelpers");
	if (!rc)
		rc = take_store(&looking, it_json_get(root, "credsStore"), err);
	if (!rc)
		rc = check_object(looking.auths, path, "auths", err);
	if (!rc)
		rc = check_object(looking.helpers, path, "credHelpers", err);
	if (!rc)
		rc = look(&looking, reference, err);
	*found = looking.found;
	return rc;
}

/* --- where files are --- */

static char *below(const char *folder, const char *name)
{
	return folder && *folder ? it_path_join(folder, name) : NULL;
}

/* Without a session (a build machine's root, as a rule) it is in a folder by the user's number. */
static char *runtime_file(void)
{
	const char *folder = getenv("XDG_RUNTIME_DIR");
	char *path = NULL;

	if (folder && *folder)
		return below(folder, "containers/auth.json");
	return asprintf(&path, "/run/containers/%lu/auth.json", (unsigned long)getuid()) < 0 ? NULL
											     : path;
}

/* podman's own, then Docker's (containers-auth.json(5)). */
static int look_at_usual_places(struct it_credentials *out,
				const struct it_image_reference *reference,
				struct intoto_error **err)
{
	IT_AUTO(it_freep) char *runtime = runtime_file();
	IT_AUTO(it_freep)
	char *config = getenv("XDG_CONFIG_HOME")
			       ? below(getenv("XDG_CONFIG_HOME"), "containers/auth.json")
			       : below(getenv("HOME"), ".config/containers/auth.json");
	IT_AUTO(it_freep)
	char *docker = getenv("DOCKER_CONFIG") ? below(getenv("DOCKER_CONFIG"), "config.json")
					       : below(getenv("HOME"), ".docker/config.json");
	const char *places[] = { runtime, config, docker };
	bool found = false;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && !found && i < IT_COUNT_OF(places); i++)
		if (places[i] && access(places[i], F_OK) == 0)
			rc = look_into(&found, out, places[i], reference, err);
	return rc;
}

int it_credentials_find(struct it_credentials *out, const struct it_registry_access *access,
			const struct it_image_reference *reference, struct intoto_error **err)
{
	const char *named = access->auth_file ? access->auth_file : getenv("REGISTRY_AUTH_FILE");
	bool found = false;

	*out = (struct it_credentials){ 0 };
	if (named && *named)
		return look_into(&found, out, named, reference, err);
	return look_at_usual_places(out, reference, err);
}

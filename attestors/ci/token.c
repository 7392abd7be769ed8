/* SPDX-License-Identifier: Apache-2.0 */
/* Getting a token and a key set. */
#include "attestors/ci/token.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attestors/ci/jwt.h"
#include "attestors/source/program.h"

enum { URL_MAX = 8192, HEADER_MAX = 32 * 1024, PATH_BYTES = 4096 };

bool ci_network_is_granted(const struct intoto_request *request)
{
	bool granted = false;

	return intoto_value_bool(intoto_value_get(intoto_request_document(request), "network"),
				 &granted) &&
	       granted;
}

/* --- the helper --- */

/* Beside this program, as in the build, or in the folder above it, as installed. */
static int find_helper(struct at_buf *out, struct intoto_error **err)
{
	static const char *const names[] = { "/ci-fetch", "/../ci-fetch" };
	char own[PATH_BYTES];
	ssize_t len = readlink("/proc/self/exe", own, sizeof own - 1);
	const char *slash;

	own[len > 0 ? len : 0] = '\0';
	/* without /proc: how we were started */
	if (len <= 0 && strlen(program_invocation_name) < sizeof own)
		memcpy(own, program_invocation_name, strlen(program_invocation_name) + 1);
	slash = strrchr(own, '/');
	for (size_t i = 0; slash && i < sizeof names / sizeof *names; i++) {
		out->len = 0;
		at_buf_add(out, own, (size_t)(slash - own));
		at_buf_text(out, names[i]);
		if (!out->failed && !access(out->data, X_OK))
			return INTOTO_OK;
	}
	return intoto_attestor_fail(
		err, INTOTO_E_NOTFOUND,
		"the program ci-fetch is not beside this one, or cannot be seen: "
		"--attest-path ci=FOLDER shows it");
}

static int fetch(struct at_buf *out, const char *method, const char *url, const char *header,
		 struct intoto_error **err)
{
	AT_AUTO(at_buf_done) struct at_buf path = { .max = PATH_BYTES };
	AT_AUTO(at_buf_done) struct at_buf roots = { .max = PATH_BYTES };
	AT_AUTO(at_buf_done) struct at_buf sanitizer = { .max = PATH_BYTES };
	const char *certificates = ci_variable("SSL_CERT_FILE");
	const char *options = ci_variable("ASAN_OPTIONS"); /* of builds with a sanitizer alone */
	const char *arguments[] = { "ci-fetch", method, url, NULL };
	const char *environment[] = { "LANG=C.UTF-8", NULL, NULL, NULL };
	size_t count = 1;
	int rc = find_helper(&path, err);

	if (rc)
		return rc;
	if (certificates) {
		at_buf_text(&roots, "SSL_CERT_FILE=");
		at_buf_text(&roots, certificates);
		environment[count++] = roots.data;
	}
	if (options) {
		at_buf_text(&sanitizer, "ASAN_OPTIONS=");
		at_buf_text(&sanitizer, options);
		environment[count++] = sanitizer.data;
	}
	return at_program_run(out,
			      &(struct at_program){ .path = path.data,
						    .arguments = arguments,
						    .environment = environment,
						    .input = header,
						    .what = "ci-fetch" },
			      err);
}

static int want_network(const struct intoto_request *request, const char *what,
			struct intoto_error **err)
{
	if (ci_network_is_granted(request))
		return INTOTO_OK;
	return intoto_attestor_fail(err, INTOTO_E_USAGE,
				    "%s needs the network; grant it with --attest-network ci",
				    what);
}

/* --- keys --- */

int ci_keys_get(struct at_buf *out, const char **where, const struct intoto_request *request,
		struct intoto_error **err)
{
	const struct intoto_input *input = intoto_request_input(request, 0);
	const char *url = intoto_request_option(request, "jwks-url");
	AT_AUTO(at_freep) char *text = NULL;
	size_t len = 0;
	int rc;

	*where = NULL;
	if (input && url)
		return intoto_attestor_fail(err, INTOTO_E_USAGE,
					    "want a file of keys or the option jwks-url, not both");
	if (!input && !url)
		return INTOTO_OK;
	*where = input ? input->name : url;
	if (url) {
		rc = want_network(request, "the option jwks-url", err);
		return rc ? rc : fetch(out, "GET", url, NULL, err);
	}
	rc = intoto_input_read(&text, &len, input, JWK_SET_MAX, err);
	if (rc)
		return rc;
	at_buf_add(out, text, len);
	return out->failed ? intoto_attestor_fail(err, INTOTO_E_LIMIT,
						  "a key set of more than %d bytes", JWK_SET_MAX)
			   : INTOTO_OK;
}

/* --- tokens --- */

static void trim(struct at_buf *text)
{
	while (text->len && strchr(" \t\r\n", text->data[text->len - 1]))
		text->data[--text->len] = '\0';
}

static void close_fdp(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* it was only read */
}

static int read_file(struct at_buf *out, const char *path, struct intoto_error **err)
{
	AT_AUTO(close_fdp) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char chunk[4096];
	struct stat about;
	ssize_t got;

	if (fd < 0 || fstat(fd, &about))
		return intoto_attestor_fail(err, INTOTO_E_NOTFOUND, "the token file %s: %s", path,
					    strerror(errno));
	if (!S_ISREG(about.st_mode))
		return intoto_attestor_fail(err, INTOTO_E_IO, "the token file %s is no file", path);
	do {
		got = read(fd, chunk, sizeof chunk);
		if (got > 0)
			at_buf_add(out, chunk, (size_t)got);
	} while ((got > 0 && !out->failed) || (got < 0 && errno == EINTR));
	explicit_bzero(chunk, sizeof chunk);
	if (got < 0 || out->failed)
		return intoto_attestor_fail(
			err, INTOTO_E_LIMIT,
			"the token file %s cannot be read, or has more than %zu "
			"bytes",
			path, out->max);
	trim(out);
	return INTOTO_OK;
}

static int read_variable(struct at_buf *out, const char *name, struct intoto_error **err)
{
	const char *value = ci_variable(name);

	if (!value)
		return intoto_attestor_fail(err, INTOTO_E_NOTFOUND,
					    "the variable %s is not set, or was not granted with "
					    "--attest-env ci=%s",
					    name, name);
	at_buf_text(out, value);
	trim(out);
	return out->failed ? intoto_attestor_fail(err, INTOTO_E_LIMIT,
						  "the variable %s is too long", name)
			   : INTOTO_OK;
}

/* Letters, digits, "-._~" stand for themselves in a URL (RFC 3986 section 2.3). */
static void add_escaped(struct at_buf *out, const char *text)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		char escape[3] = { '%', digits[c >> 4], digits[c & 15] };
		bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
			     (c >= '0' && c <= '9') || strchr("-._~", c);

		at_buf_add(out, plain ? text : escape, plain ? 1 : sizeof escape);
	}
}

static int request_token(struct at_buf *out, const struct ci_provider *provider,
			 const char *audience, struct intoto_error **err)
{
	bool azure = provider->request == CI_REQUEST_AZURE;
	AT_AUTO(at_buf_done) struct at_buf url = { .max = URL_MAX };
	AT_AUTO(at_buf_wipe) struct at_buf header = { .max = HEADER_MAX };
	AT_AUTO(at_buf_wipe) struct at_buf answer = { .max = JWK_SET_MAX };
	const char *base = ci_variable(provider->request_url);
	struct intoto_value *document = NULL;
	const char *token;
	int rc;

	at_buf_text(&url, base);
	at_buf_text(&url, strchr(base, '?') ? "&" : "?");
	at_buf_text(&url, azure ? "api-version=7.1" : "audience=");
	if (!azure)
		add_escaped(&url, audience);
	at_buf_text(&header, "Authorization: Bearer ");
	at_buf_text(&header, ci_variable(provider->request_token));
	if (url.failed || header.failed)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT, "%s or %s is too long",
					    provider->request_url, provider->request_token);
	rc = fetch(&answer, azure ? "POST" : "GET", url.data, header.data, err);
	if (!rc && intoto_value_parse(&document, answer.data ? answer.data : "", answer.len, NULL))
		rc = intoto_attestor_fail(err, INTOTO_E_FORMAT,
					  "the provider's answer with the token is no JSON");
	if (rc)
		return rc;
	token = intoto_value_text(intoto_value_get(document, azure ? "oidcToken" : "value"));
	if (token)
		at_buf_text(out, token);
	intoto_value_free(document);
	if (token && !out->failed)
		return INTOTO_OK;
	return intoto_attestor_fail(err, INTOTO_E_FORMAT, "the provider's answer has no token");
}

int ci_token_get(struct at_buf *out, const char **where, const struct ci_provider *provider,
		 const struct intoto_request *request, const char *audience,
		 struct intoto_error **err)
{
	const char *file = intoto_request_option(request, "token-file");
	const char *variable = intoto_request_option(request, "token-variable");

	*where = NULL;
	if (file && variable)
		return intoto_attestor_fail(
			err, INTOTO_E_USAGE,
			"want one of the options token-file and token-variable");
	if (file) {
		*where = "file";
		return read_file(out, file, err);
	}
	for (const char *const *name = provider->token_variables; !variable && name && *name;
	     name++)
		if (ci_variable(*name))
			variable = *name;
	if (variable) {
		*where = "variable";
		return read_variable(out, variable, err);
	}
	if (!ci_variable(provider->request_url) || !ci_variable(provider->request_token) ||
	    !ci_network_is_granted(request))
		return INTOTO_OK;
	*where = "request";
	return request_token(out, provider, audience, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ci-fetch: one document from one URL, the only program of the attestors that uses the network.
 *
 *	ci-fetch GET|POST URL <HEADER >BODY
 *
 * Standard input has one header line, or nothing: so no secret stands in the list of processes.
 * https only, except for the machine itself (a loopback address, or "localhost"); no redirection is
 * followed, nothing is answered that has no status 200.  SSL_CERT_FILE names other roots.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "attestors/source/text.h"

enum {
	EX_OK = 0,
	EX_NO = 1,
	EX_USAGE = 64,
	BODY_MAX = 1 << 20,
	HEADER_MAX = 32 * 1024,
	CONNECT_SECONDS = 15,
	ALL_SECONDS = 40,
};

static void say(const char *text)
{
	AT_AUTO(at_buf_done) struct at_buf line = { .max = 4096 };

	at_buf_text(&line, "ci-fetch: ");
	at_buf_text(&line, text);
	at_buf_text(&line, "\n");
	if (!line.failed && write(STDERR_FILENO, line.data, line.len) < 0)
		return; /* there is nobody to tell */
}

static bool read_header(struct at_buf *out)
{
	char chunk[4096];
	ssize_t got;

	do {
		got = read(STDIN_FILENO, chunk, sizeof chunk);
		if (got > 0)
			at_buf_add(out, chunk, (size_t)got);
	} while (got > 0 || (got < 0 && errno == EINTR));
	explicit_bzero(chunk, sizeof chunk);
	/* one line: nobody can smuggle a second header in */
	return got == 0 && !out->failed &&
	       (!out->data || (strlen(out->data) == out->len && !strpbrk(out->data, "\r\n")));
}

static size_t take_body(char *data, size_t size, size_t count, void *arg)
{
	struct at_buf *body = arg;

	at_buf_add(body, data, size * count);
	return body->failed ? 0 : size * count;
}

/* 127.0.0.0/8, [::1] and "localhost", which libcurl itself takes for the machine. */
static bool is_loopback(const char *host)
{
	const char *rest = host;

	if (intoto_text_same(host, "localhost") || intoto_text_same(host, "[::1]"))
		return true;
	if (!at_text_begins(host, "127."))
		return false;
	while ((*rest >= '0' && *rest <= '9') || *rest == '.')
		rest++;
	return !*rest;
}

/* Which protocols a URL may use; NULL: none. */
static const char *protocols_of(const char *url)
{
	CURLU *parts = curl_url();
	char *host = NULL, *user = NULL, *scheme = NULL;
	const char *out = NULL;

	if (parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_NO_USER)
		out = intoto_text_same(scheme, "https")			      ? "https"
		      : intoto_text_same(scheme, "http") && is_loopback(host) ? "http"
									      : NULL;
	curl_free(host);
	curl_free(user);
	curl_free(scheme);
	curl_url_cleanup(parts);
	return out;
}

static bool set_up(CURL *handle, const char *url, const char *protocols, bool post)
{
	const char *roots = getenv("SSL_CERT_FILE");
	bool good = curl_easy_setopt(handle, CURLOPT_URL, url) == CURLE_OK &&
		    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, protocols) == CURLE_OK &&
		    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
		    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS) ==
			    CURLE_OK &&
		    curl_easy_setopt(handle, CURLOPT_TIMEOUT, (long)ALL_SECONDS) == CURLE_OK &&
		    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
		    curl_easy_setopt(handle, CURLOPT_MAXFILESIZE, (long)BODY_MAX) == CURLE_OK &&
		    curl_easy_setopt(handle, CURLOPT_USERAGENT, "intoto-attestor-ci") == CURLE_OK;

	/* what goes to the machine itself needs no proxy, and none may see it */
	if (good && intoto_text_same(protocols, "http"))
		good = curl_easy_setopt(handle, CURLOPT_NOPROXY, "*") == CURLE_OK;
	if (good && roots && *roots)
		good = curl_easy_setopt(handle, CURLOPT_CAINFO, roots) == CURLE_OK;
	if (good && post)
		good = curl_easy_setopt(handle, CURLOPT_POST, 1L) == CURLE_OK &&
		       curl_easy_setopt(handle, CURLOPT_POSTFIELDS, "") == CURLE_OK;
	return good;
}

static int get(CURL *handle, const char *url, struct at_buf *body)
{
	AT_AUTO(at_buf_done) struct at_buf why = { .max = 2048 };
	long status = 0;
	CURLcode rc = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);

	if (rc == CURLE_OK)
		rc = curl_easy_setopt(handle, CURLOPT_WRITEDATA, body);
	if (rc == CURLE_OK)
		rc = curl_easy_perform(handle);
	if (rc == CURLE_OK)
		rc = curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
	if (rc == CURLE_OK && status == 200)
		return EX_OK;
	at_buf_add(&why, url, strcspn(url, "?#"));
	at_buf_text(&why, ": ");
	if (rc != CURLE_OK) {
		at_buf_text(&why, curl_easy_strerror(rc));
	} else {
		char digits[] = "000";

		for (int i = 2; i >= 0; i--, status /= 10)
			digits[i] = (char)('0' + status % 10);
		at_buf_text(&why, "answered with status ");
		at_buf_text(&why, digits);
	}
	say(why.data ? why.data : "no answer");
	return EX_NO;
}

static int fetch(const char *url, const char *header, bool post)
{
	AT_AUTO(at_buf_wipe) struct at_buf body = { .max = BODY_MAX };
	const char *protocols = protocols_of(url);
	struct curl_slist *headers = NULL;
	CURL *handle;
	size_t at = 0;
	int status = EX_NO;

	if (!protocols) {
		say("want an https URL without a user in it (http for this machine alone)");
		return EX_NO;
	}
	handle = curl_easy_init();
	if (header)
		headers = curl_slist_append(NULL, header);
	if (handle && (!header || headers) && set_up(handle, url, protocols, post) &&
	    (!headers || curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers) == CURLE_OK))
		status = get(handle, url, &body);
	else
		say("libcurl cannot be set up");
	curl_slist_free_all(headers);
	curl_easy_cleanup(handle);
	while (status == EX_OK && at < body.len) {
		ssize_t sent = write(STDOUT_FILENO, body.data + at, body.len - at);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return EX_NO;
		at += (size_t)sent;
	}
	return status;
}

int main(int argc, char **argv)
{
	AT_AUTO(at_buf_wipe) struct at_buf header = { .max = HEADER_MAX };
	bool post = argc == 3 && intoto_text_same(argv[1], "POST");
	int status;

	if (argc != 3 || (!post && !intoto_text_same(argv[1], "GET"))) {
		say("want GET or POST, and a URL");
		return EX_USAGE;
	}
	if (!read_header(&header)) {
		say("want one header line on standard input, or nothing");
		return EX_USAGE;
	}
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		say("libcurl cannot be started");
		return EX_NO;
	}
	status = fetch(argv[2], header.data, post);
	curl_global_cleanup();
	return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks for credentials in the products of a step and in what it printed.  A credential itself
 * never stands in the evidence: only the rule, the place, and a digest under a salt of this
 * statement, by which two findings of the same credential can be told.
 */
#include <intoto/attestor.h>

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "attestors/secrets/rules.h"

static const char predicate[] = "https://in-toto.io/intoto/secrets/v1";

enum {
	WINDOW = 1 << 20,
	SALT_SIZE = 16,
	FINDINGS_MOST = 10000,
	INPUTS_MOST = 1000,
};

struct look {
	const struct intoto_request *request;
	struct intoto_answer *answer;
	struct intoto_json_out *out;
	unsigned char salt[SALT_SIZE];
	size_t findings;
	size_t files;
	uint64_t bytes;
	size_t excluded;
	bool incomplete;
};

/* Where something was found. */
struct place {
	const char *file;   /* or NULL */
	const char *stream; /* or NULL */
	size_t line;
	size_t counted; /* bytes of the window whose lines are in it */
};

static int fail_memory(struct intoto_error **err)
{
	return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
}

/* --- findings --- */

static void write_hex(struct intoto_json_out *out, const char *name, const unsigned char *bytes,
		      size_t count)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * EVP_MAX_MD_SIZE + 1];

	for (size_t i = 0; i < count; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * count] = '\0';
	intoto_out_member(out, name, text);
}

static int digest(unsigned char out[EVP_MAX_MD_SIZE], const struct look *look, const char *data,
		  size_t length, struct intoto_error **err)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) &&
		    EVP_DigestUpdate(context, look->salt, sizeof look->salt) &&
		    EVP_DigestUpdate(context, data, length) &&
		    EVP_DigestFinal_ex(context, out, NULL);

	EVP_MD_CTX_free(context);
	return good ? 0 : intoto_attestor_fail(err, INTOTO_E_INTERNAL, "SHA-256 does not work");
}

static bool is_allowed(const struct look *look, const char *rule)
{
	size_t count = intoto_request_option_count(look->request, "allow");

	for (size_t i = 0; i < count; i++)
		if (intoto_text_same(intoto_request_option_at(look->request, "allow", i), rule))
			return true;
	return false;
}

static int write_finding(struct look *look, const struct place *place, const struct secret *secret,
			 const char *data, struct intoto_error **err)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	int rc;

	if (look->findings == FINDINGS_MOST) {
		look->incomplete = true;
		return 0;
	}
	rc = digest(hash, look, data + secret->at, secret->length, err);
	if (rc)
		return rc;
	look->findings++;
	intoto_out_object(look->out);
	intoto_out_member(look->out, "rule", secret->rule);
	intoto_out_member(look->out, "file", place->file);
	intoto_out_member(look->out, "stream", place->stream);
	intoto_out_name(look->out, "line");
	intoto_out_int(look->out, (int64_t)place->line);
	write_hex(look->out, "saltedSha256", hash, 32);
	intoto_out_object_end(look->out);
	return 0;
}

static void count_lines(struct place *place, const char *data, size_t to)
{
	for (; place->counted < to; place->counted++)
		place->line += data[place->counted] == '\n';
}

/* All that begins in front of until; *from is then where the next one may begin. */
static int look_at(struct look *look, struct place *place, const char *data, size_t length,
		   size_t *from, size_t until, struct intoto_error **err)
{
	struct secret secret;
	int rc = 0;

	while (!rc && secrets_find(&secret, data, length, *from, until)) {
		count_lines(place, data, secret.at);
		*from = secret.at + secret.length;
		if (is_allowed(look, secret.rule))
			continue;
		rc = write_finding(look, place, &secret, data, err);
		if (!rc && place->stream)
			rc = intoto_answer_redact(look->answer, place->stream, secret.at,
						  secret.length, secret.rule, err);
	}
	count_lines(place, data, until);
	return rc;
}

/* --- files --- */

/* Fills up to WINDOW and SECRETS_REACH; how many bytes there are, or an error. */
static int fill(int fd, char *data, size_t *length, bool *end)
{
	while (*length < WINDOW + SECRETS_REACH) {
		ssize_t got = read(fd, data + *length, WINDOW + SECRETS_REACH - *length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return INTOTO_E_IO;
		*end = !got;
		if (!got)
			return 0;
		*length += (size_t)got;
	}
	return 0;
}

/* Windows overlap by what the rules look at: nothing is missed where one ends. */
static int look_through(struct look *look, int fd, const char *name, struct intoto_error **err)
{
	struct place place = { .file = name, .line = 1 };
	char *data = malloc(WINDOW + SECRETS_REACH);
	size_t length = 0;
	size_t from = 0;
	bool end = false;
	int rc = data ? 0 : fail_memory(err);

	while (!rc && !end) {
		size_t until;
		size_t drop;

		rc = fill(fd, data, &length, &end);
		if (rc) {
			rc = intoto_attestor_fail(err, INTOTO_E_IO, "%s: cannot be read", name);
			break;
		}
		until = end ? length : length - SECRETS_REACH;
		rc = look_at(look, &place, data, length, &from, until, err);
		/* What stands in front of a credential can be what tells it. */
		drop = until > SECRETS_BEHIND ? until - SECRETS_BEHIND : 0;
		from = (from > until ? from : until) - drop;
		memmove(data, data + drop, length - drop);
		length -= drop;
		place.counted -= drop;
	}
	free(data);
	return rc;
}

/* What is not looked at stands in the evidence. */
static int skip(struct look *look, const char *name, const char *why, struct intoto_error **err)
{
	look->incomplete = true;
	return intoto_answer_note(look->answer, err, "%s: was not looked at: %s", name, why);
}

static bool is_excluded(const struct look *look, const char *name)
{
	size_t count = intoto_request_option_count(look->request, "exclude");

	for (size_t i = 0; i < count; i++)
		if (!fnmatch(intoto_request_option_at(look->request, "exclude", i), name, 0))
			return true;
	return false;
}

static int look_into(struct look *look, const char *name, const char *path,
		     struct intoto_error **err)
{
	struct stat is;
	int fd;
	int rc;

	if (is_excluded(look, name)) {
		look->excluded++;
		return 0;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return skip(look, name, strerror(errno), err);
	if (fstat(fd, &is) || !S_ISREG(is.st_mode)) {
		(void)close(fd); /* was not read */
		return skip(look, name, "it is no regular file", err);
	}
	look->files++;
	look->bytes += (uint64_t)is.st_size;
	rc = look_through(look, fd, name, err);
	(void)close(fd); /* was only read */
	return rc;
}

static int look_at_products(struct look *look, struct intoto_error **err)
{
	const struct intoto_value *products =
		intoto_value_get(intoto_request_document(look->request), "products");
	const char *folder = intoto_request_folder(look->request);
	char path[PATH_MAX];
	int rc = 0;

	for (size_t i = 0; i < intoto_value_count(products) && !rc; i++) {
		const char *name =
			intoto_value_text(intoto_value_get(intoto_value_at(products, i), "name"));
		int len = name && name[0] == '/'
				  ? snprintf(path, sizeof path, "%s", name)
				  : snprintf(path, sizeof path, "%s/%s", folder, name ? name : "");

		if (!name)
			rc = intoto_attestor_fail(err, INTOTO_E_FORMAT,
						  "request: products[]: want a name");
		else if (len < 0 || (size_t)len >= sizeof path)
			rc = skip(look, name, "its path is too long", err);
		else
			rc = look_into(look, name, path, err);
	}
	return rc;
}

/* --- streams --- */

static int look_at_stream(struct look *look, const char *stream, struct intoto_error **err)
{
	struct place place = { .stream = stream, .line = 1 };
	char *text;
	size_t length;
	size_t from = 0;
	int rc = intoto_request_captured(look->request, stream, &text, &length, err);

	if (rc || !text)
		return rc;
	look->bytes += length;
	rc = look_at(look, &place, text, length, &from, length, err);
	free(text);
	return rc;
}

static void write_streams(struct look *look)
{
	const struct intoto_value *captured =
		intoto_value_get(intoto_request_document(look->request), "captured");

	intoto_out_name(look->out, "streams");
	intoto_out_list(look->out);
	for (size_t i = 0; i < intoto_value_count(captured); i++)
		intoto_out_text(look->out, intoto_value_name(captured, i));
	intoto_out_list_end(look->out);
}

/* --- the predicate --- */

static int look_everywhere(struct look *look, struct intoto_error **err)
{
	size_t count = intoto_request_input_count(look->request);
	int rc = 0;

	intoto_out_name(look->out, "findings");
	intoto_out_list(look->out);
	for (size_t i = 0; i < count && !rc; i++) {
		const struct intoto_input *input = intoto_request_input(look->request, i);

		rc = look_into(look, input->name, input->path, err);
	}
	if (!rc)
		rc = look_at_products(look, err);
	if (!rc)
		rc = look_at_stream(look, "stdout", err);
	if (!rc)
		rc = look_at_stream(look, "stderr", err);
	intoto_out_list_end(look->out);
	return rc;
}

static void write_number(struct look *look, const char *name, uint64_t number)
{
	intoto_out_name(look->out, name);
	intoto_out_int(look->out, (int64_t)number);
}

static int check_options(const struct look *look, struct intoto_error **err)
{
	size_t count = intoto_request_option_count(look->request, "allow");

	for (size_t i = 0; i < count; i++)
		if (!secrets_is_rule(intoto_request_option_at(look->request, "allow", i)))
			return intoto_attestor_fail(err, INTOTO_E_USAGE,
						    "option allow: want the name of a rule");
	return 0;
}

static int attest(const struct intoto_request *request, struct intoto_answer *answer,
		  struct intoto_error **err)
{
	struct look look = { .request = request, .answer = answer };
	int rc = check_options(&look, err);

	if (rc)
		return rc;
	if (getrandom(look.salt, sizeof look.salt, 0) != sizeof look.salt)
		return intoto_attestor_fail(err, INTOTO_E_IO, "no random bytes for the salt");
	rc = intoto_answer_begin(answer, predicate, &look.out, err);
	if (rc)
		return rc;
	intoto_out_object(look.out);
	rc = look_everywhere(&look, err);
	if (rc)
		return rc;
	write_hex(look.out, "salt", look.salt, sizeof look.salt);
	write_number(&look, "files", look.files);
	write_number(&look, "bytes", look.bytes);
	write_number(&look, "excluded", look.excluded);
	write_streams(&look);
	intoto_out_name(look.out, "complete");
	intoto_out_bool(look.out, !look.incomplete);
	intoto_out_object_end(look.out);
	return intoto_answer_end(answer, err);
}

int main(int argc, char **argv)
{
	static const char *const predicates[] = { predicate, NULL };
	static const struct intoto_attestor_option options[] = {
		{ "allow", "RULE", "take what this rule finds for no credential", true },
		{ "exclude", "PATTERN", "do not look into files whose name matches", true },
		{ NULL, NULL, NULL, false },
	};
	static const struct intoto_attestor secrets = {
		.name = "secrets",
		.summary = "credentials in the products of a step and in what it printed",
		.predicates = predicates,
		.options = options,
		.inputs_most = INPUTS_MOST,
		.needs = INTOTO_NEEDS_ARTIFACTS | INTOTO_NEEDS_OUTPUT | INTOTO_NEEDS_FOLDER,
		.seconds = 300,
		.attest = attest,
	};

	return intoto_attestor_main(argc, argv, &secrets);
}

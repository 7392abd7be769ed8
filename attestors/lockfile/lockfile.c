/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lock files as evidence, https://in-toto.io/intoto/lockfile/v1:
 *
 *   { "lockfiles": [{ "name", "format", "formatVersion"?, "packages": [{ "name", "version"?,
 * "purl", "source"?, "scope"?, "digests": ["sha512:HEX"…] }…], "count": N, "withDigest": N }…] }
 */
#include <intoto/attestor.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attestors/lockfile/lock.h"

enum { BYTES_MAX = 64 << 20 };

#define PREDICATE "https://in-toto.io/intoto/lockfile/v1"

const struct lock_format lock_formats[] = {
	{ "npm", "package-lock.json", "npm", lock_read_npm },
	{ "npm", "npm-shrinkwrap.json", "npm", lock_read_npm },
	{ "yarn", "yarn.lock", "npm", lock_read_yarn },
	{ "pnpm", "pnpm-lock.yaml", "npm", lock_read_pnpm },
	{ "cargo", "Cargo.lock", "cargo", lock_read_toml },
	{ "go", "go.sum", "golang", lock_read_go },
	{ "poetry", "poetry.lock", "pypi", lock_read_toml },
	{ "requirements", "requirements*.txt", "pypi", lock_read_requirements },
	{ "gem", "Gemfile.lock", "gem", lock_read_gem },
	{ "composer", "composer.lock", "composer", lock_read_composer },
};
const size_t lock_format_count = sizeof lock_formats / sizeof *lock_formats;

static bool is_file(const char *pattern, const char *name)
{
	const char *star = strchr(pattern, '*');
	char head[32];

	if (!star)
		return intoto_text_same(pattern, name);
	(void)snprintf(head, sizeof head, "%.*s", (int)(star - pattern), pattern); /* fits */
	return strlen(name) >= strlen(pattern) - 1 && intoto_text_begins(name, head) &&
	       intoto_text_ends(name, star + 1);
}

/* Lock files are known by their names: the tools look for no others. */
static const struct lock_format *find_format(const char *name, const char *as)
{
	const char *slash = strrchr(name, '/');

	for (size_t i = 0; i < lock_format_count; i++)
		if (as ? intoto_text_same(lock_formats[i].word, as)
		       : is_file(lock_formats[i].file, slash ? slash + 1 : name))
			return &lock_formats[i];
	return NULL;
}

static int refuse_format(const char *as, struct intoto_error **err)
{
	char *quoted = as ? intoto_text_quoted(as) : NULL;
	int rc =
		as ? intoto_attestor_fail(err, INTOTO_E_USAGE,
					  "no lock file is called '%.100s': want npm, yarn, pnpm, "
					  "cargo, go, poetry, requirements, gem or composer",
					  quoted ? quoted : "")
		   : intoto_attestor_fail(err, INTOTO_E_FORMAT,
					  "has no name of a lock file; say with the option as what "
					  "it is");

	free(quoted);
	return rc;
}

/* A merge that nobody finished: each tool would read something else. */
static bool has_conflict(const char *text)
{
	return intoto_text_begins(text, "<<<<<<< ") || strstr(text, "\n<<<<<<< ");
}

static int write_lock(struct lock_writer *writer, const struct lock_format *format,
		      const char *name, char *text, size_t length, struct intoto_error **err)
{
	struct intoto_json_out *out = writer->out;
	int rc;

	if (memchr(text, '\0', length))
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "a NUL character inside the text");
	if (has_conflict(text))
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "holds a merge conflict that was not resolved");
	intoto_out_object(out);
	intoto_out_member(out, "name", name);
	intoto_out_member(out, "format", format->word);
	intoto_out_name(out, "packages");
	intoto_out_list(out);
	rc = format->read(writer, text, length, err);
	intoto_out_list_end(out);
	intoto_out_member(out, "formatVersion", *writer->version ? writer->version : NULL);
	intoto_out_name(out, "count");
	intoto_out_int(out, (int64_t)writer->count);
	intoto_out_name(out, "withDigest");
	intoto_out_int(out, (int64_t)writer->with_digest);
	intoto_out_object_end(out);
	return rc;
}

static int attest_input(const struct intoto_request *request, struct intoto_answer *answer,
			struct intoto_json_out *out, const struct intoto_input *input,
			struct intoto_error **err)
{
	const char *as = intoto_request_option(request, "as");
	const struct lock_format *format = find_format(input->name, as);
	struct lock_writer writer = { .out = out, .version = "" };
	struct intoto_error *why = NULL;
	char *text = NULL;
	size_t length = 0;
	int rc;

	if (format) {
		rc = intoto_input_read(&text, &length, input, BYTES_MAX, err);
		if (rc)
			return rc; /* names the file itself */
		writer.type = format->purl;
		rc = write_lock(&writer, format, input->name, text, length, &why);
	} else {
		rc = refuse_format(as, &why);
	}
	free(text);
	lock_writer_done(&writer);
	if (rc)
		(void)intoto_attestor_fail(err, (enum intoto_code)rc, "%s: %s", input->name,
					   intoto_error_text(why));
	intoto_error_free(why);
	return rc ? rc
		  : intoto_answer_note(answer, err,
				       "%s: %" PRIu64 " packages, %" PRIu64
				       " of them with a digest",
				       input->name, writer.count, writer.with_digest);
}

static int attest(const struct intoto_request *request, struct intoto_answer *answer,
		  struct intoto_error **err)
{
	struct intoto_json_out *out;
	int rc = intoto_answer_begin(answer, PREDICATE, &out, err);

	if (rc)
		return rc;
	intoto_out_object(out);
	intoto_out_name(out, "lockfiles");
	intoto_out_list(out);
	for (size_t i = 0; !rc && i < intoto_request_input_count(request); i++)
		rc = attest_input(request, answer, out, intoto_request_input(request, i), err);
	intoto_out_list_end(out);
	intoto_out_object_end(out);
	return rc ? rc : intoto_answer_end(answer, err);
}

int main(int argc, char **argv)
{
	static const char *const predicates[] = { PREDICATE, NULL };
	static const struct intoto_attestor_option options[] = {
		{ "as", "FORMAT",
		  "take them as npm, yarn, pnpm, cargo, go, poetry, requirements, gem or composer",
		  false },
		{ NULL, NULL, NULL, false },
	};
	static const struct intoto_attestor lockfile = {
		.name = "lockfile",
		.summary = "lock files: packages with their versions and digests",
		.predicates = predicates,
		.options = options,
		.inputs_least = 1,
		.inputs_most = 16,
		.memory_bytes = (uint64_t)1 << 30,
		.attest = attest,
	};

	return intoto_attestor_main(argc, argv, &lockfile);
}

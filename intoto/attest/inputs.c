/* SPDX-License-Identifier: Apache-2.0 */
/* From words to hashed files. */
#include "attest/inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "record/hash.h"

enum { DIGESTS_MAX = 4096 };

#define NS_PER_SECOND INT64_C(1000000000)

int64_t it_attest_input_modified(const struct it_attest_input *input)
{
	return (int64_t)input->about.st_mtim.tv_sec * NS_PER_SECOND + input->about.st_mtim.tv_nsec;
}

void it_attest_inputs_done(struct it_attest_inputs *inputs)
{
	for (size_t i = 0; i < inputs->count; i++) {
		free(inputs->items[i].name);
		free(inputs->items[i].path);
	}
	free(inputs->items);
	*inputs = (struct it_attest_inputs){ 0 };
}

static int hash(struct it_attest_input *input, struct intoto_error **err)
{
	IT_AUTO(it_fd_close)
	int fd = open(input->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	IT_AUTO(it_hasher_done) struct it_hasher hasher = { 0 };
	IT_AUTO(it_buf_done) struct it_buf digests = IT_BUF(DIGESTS_MAX);
	struct it_span name = it_span_text(input->name);
	int rc;

	if (fd < 0)
		return it_err_errno(err, errno, "%s", input->name);
	rc = it_hash_look(fd, &input->about, name, err);
	if (!rc)
		rc = it_hasher_init(&hasher, NULL, err);
	if (!rc)
		rc = it_hash_file(&hasher, fd, &input->about, name, &digests, err);
	if (!rc)
		rc = it_buf_check(&digests, input->name, err);
	if (!rc && digests.len != sizeof "sha256:" - 1 + IT_SHA256_HEX)
		rc = it_err_set(err, INTOTO_E_INTERNAL, "%s: no SHA-256", input->name);
	if (!rc)
		memcpy(input->sha256, digests.data + sizeof "sha256:" - 1, IT_SHA256_HEX);
	return rc;
}

static int add(struct it_attest_inputs *inputs, const char *name, struct intoto_error **err)
{
	struct it_attest_input *grown;
	struct it_attest_input *input;

	if (inputs->count == IT_ATTEST_INPUTS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT,
				  "%s: is one file more than the %d that are "
				  "read",
				  name, IT_ATTEST_INPUTS_MAX);
	if (!it_utf8_valid(it_span_text(name)))
		return it_err_set(err, INTOTO_E_FORMAT,
				  "the name of a report is not UTF-8, so it cannot be recorded");
	grown = reallocarray(inputs->items, inputs->count + 1, sizeof *grown);
	if (!grown)
		return it_err_nomem(err);
	inputs->items = grown;
	input = &grown[inputs->count++];
	*input = (struct it_attest_input){ .name = strdup(name) };
	if (!input->name)
		return it_err_nomem(err);
	input->path = realpath(name, NULL);
	if (!input->path)
		return it_err_errno(err, errno, "%s", name);
	if (!it_utf8_valid(it_span_text(input->path)))
		return it_err_set(err, INTOTO_E_FORMAT,
				  "%s: its path is not UTF-8, so it cannot be told to an attestor",
				  name);
	return hash(input, err);
}

/* A folder that is not there has no match; one that cannot be read may have some. */
static int is_fatal(const char *path, int number)
{
	(void)path; /* the pattern is named */
	return number != ENOENT && number != ENOTDIR;
}

static int add_matches(struct it_attest_inputs *inputs, const char *pattern,
		       struct intoto_error **err)
{
	glob_t found = { 0 };
	int number = glob(pattern, 0, is_fatal, &found);
	int rc = INTOTO_OK;

	if (number == GLOB_NOMATCH)
		rc = it_err_set(err, INTOTO_E_NOTFOUND, "%s: no file matches", pattern);
	else if (number == GLOB_NOSPACE)
		rc = it_err_nomem(err);
	else if (number)
		rc = it_err_set(err, INTOTO_E_IO, "%s: a folder of it cannot be read", pattern);
	for (size_t i = 0; !rc && i < found.gl_pathc; i++)
		rc = add(inputs, found.gl_pathv[i], err);
	globfree(&found);
	return rc;
}

int it_attest_inputs_add(struct it_attest_inputs *inputs, const char *pattern,
			 struct intoto_error **err)
{
	if (access(pattern, F_OK) && strpbrk(pattern, "*?["))
		return add_matches(inputs, pattern, err);
	return add(inputs, pattern, err);
}

int it_attest_inputs_check_unchanged(const struct it_attest_inputs *inputs,
				     struct intoto_error **err)
{
	for (size_t i = 0; i < inputs->count; i++) {
		const struct it_attest_input *input = &inputs->items[i];
		const struct stat *before = &input->about;
		struct stat now;

		if (stat(input->path, &now))
			return it_err_errno(err, errno, "%s", input->name);
		if (now.st_ino != before->st_ino || now.st_dev != before->st_dev ||
		    now.st_size != before->st_size ||
		    now.st_mtim.tv_sec != before->st_mtim.tv_sec ||
		    now.st_mtim.tv_nsec != before->st_mtim.tv_nsec ||
		    now.st_ctim.tv_sec != before->st_ctim.tv_sec ||
		    now.st_ctim.tv_nsec != before->st_ctim.tv_nsec)
			return it_err_set(err, INTOTO_E_IO,
					  "%s: was changed while the attestor read it",
					  input->name);
	}
	return INTOTO_OK;
}

enum it_attest_reach it_attest_inputs_reach(const struct it_attest_inputs *inputs)
{
	enum it_attest_reach least = IT_REACH_ALL;

	for (size_t i = 0; i < inputs->count; i++) {
		enum it_attest_reach reach = it_attest_reach_of(inputs->items[i].path);

		if (reach < least)
			least = reach;
	}
	return least;
}

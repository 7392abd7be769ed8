/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ostree: the commit of a branch.  OSTree names a commit by the SHA-256 of its file, which we hash
 * again: a repository that lies about its names is refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "record/resolver.h"

enum { COMMIT_HEX = 64, REF_MAX = 1024, COMMIT_MAX = 64 * 1024 * 1024, PATH_LIMIT = 8192 };

static const char scheme[] = "ostree";

/* A branch is a relative path of plain parts; anything else could leave refs/heads. */
static bool is_branch(const char *ref)
{
	for (;;) {
		size_t len = strcspn(ref, "/");

		if (!it_name_is_safe(it_span(ref, len)))
			return false;
		if (!ref[len])
			return true;
		ref += len + 1;
	}
}

static int read_at(struct it_buf *out, int base_fd, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int fd = openat(base_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char piece[4096];
	ssize_t got = 1;

	if (fd < 0)
		return it_err_errno(err, errno, "%s", path);
	while (got) {
		got = read(fd, piece, sizeof piece);
		if (got < 0 && errno != EINTR)
			return it_err_errno(err, errno, "%s", path);
		if (got > 0)
			(void)it_buf_add(out, piece, (size_t)got); /* checked below */
	}
	return it_buf_check(out, path, err);
}

/* The commit that stands in refs/heads/REF: 64 digits in lower case and a line feed. */
static int read_ref(char out[COMMIT_HEX + 1], int base_fd, const char *ref,
		    struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf path = IT_BUF(PATH_LIMIT);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(REF_MAX);
	const char *hex;
	int rc;

	(void)it_buf_printf(&path, "refs/heads/%s", ref); /* is_branch has bounded it */
	rc = read_at(&text, base_fd, it_buf_text(&path), err);
	if (rc)
		return rc;
	hex = it_buf_text(&text);
	if (strspn(hex, "0123456789abcdef") != COMMIT_HEX || !it_streq(hex + COMMIT_HEX, "\n"))
		return it_err_set(err, INTOTO_E_FORMAT, "%s: want a commit of %d hex digits",
				  it_buf_text(&path), COMMIT_HEX);
	memcpy(out, hex, COMMIT_HEX);
	out[COMMIT_HEX] = '\0';
	return INTOTO_OK;
}

static int check_commit(int base_fd, const char *commit, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf path = IT_BUF(PATH_LIMIT);
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(COMMIT_MAX);
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(COMMIT_HEX);
	int rc;

	(void)it_buf_printf(&path, "objects/%.2s/%s.commit", commit, commit + 2); /* short */
	rc = read_at(&bytes, base_fd, it_buf_text(&path), err);
	if (rc)
		return rc;
	it_sha256_hex(&hex, it_buf_span(&bytes));
	if (!it_span_is(it_buf_span(&hex), commit))
		return it_err_set(err, INTOTO_E_UNTRUSTED,
				  "%s: has the digest %s, so the repository is damaged",
				  it_buf_text(&path), it_buf_text(&hex));
	return INTOTO_OK;
}

static int resolve(struct it_resolution *resolution, const char *rest, struct intoto_error **err)
{
	char commit[COMMIT_HEX + 1];
	int base_fd = resolution->walk->base_fd;
	int rc;

	if (strlen(rest) > REF_MAX || !is_branch(rest))
		return it_resolver_refuse(err, INTOTO_E_USAGE, scheme, rest,
					  "want the name of a branch (refs/heads/NAME)");
	rc = read_ref(commit, base_fd, rest, err);
	if (!rc)
		rc = check_commit(base_fd, commit, err);
	if (rc)
		return it_err_wrap(err, rc, "ostree:%s", rest);
	(void)it_buf_add_text(&resolution->name, rest); /* both are sticky */
	(void)it_buf_printf(&resolution->digests, "sha256:%s", commit);
	return INTOTO_OK;
}

const struct it_resolver it_resolver_ostree = {
	.scheme = scheme,
	.resolve = resolve,
};

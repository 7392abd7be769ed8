/* SPDX-License-Identifier: Apache-2.0 */
/* Whose signature counts. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/archive.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "model/envelope.h"
#include "model/sigstore_bundle.h"
#include "serve/upload.h"
#include "store/query.h"

enum { PIECE = 64 * 1024, HEAD = 64 };

static int check_signatures(const struct it_upload_policy *policy,
			    const struct intoto_envelope *envelope, struct intoto_error **err)
{
	if (!intoto_envelope_signature_count(envelope))
		return it_err_set(err, INTOTO_E_POLICY,
				  "nobody has signed this, and what is put here is to be signed");
	for (size_t i = 0; i < policy->key_count; i++) {
		if (!intoto_envelope_verify(envelope, policy->keys[i], NULL))
			return INTOTO_OK;
	}
	return it_err_set(err, INTOTO_E_UNTRUSTED,
			  "no signature of this is good by a key that is trusted here");
}

static int check_bundle(const struct it_upload_policy *policy, struct it_span text,
			struct intoto_error **err)
{
	IT_AUTO(it_sigstore_bundle_freep) struct it_sigstore_bundle *bundle = NULL;
	int rc = it_sigstore_bundle_parse(&bundle, text, err);

	if (rc)
		return rc;
	if (!bundle->envelope)
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "want a bundle with a statement in it, found the signature of "
				  "something else");
	return check_signatures(policy, bundle->envelope, err);
}

static bool is_bundle(struct it_span text)
{
	return text.len && memmem(text.data, text.len, "application/vnd.dev.sigstore.bundle", 35);
}

static int check_document(const struct it_upload_policy *policy, const char *path,
			  struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(0);
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc;

	text.max = policy->document_max < SIZE_MAX ? (size_t)policy->document_max : SIZE_MAX;
	rc = it_file_read(&text, path, &why);
	if (rc == INTOTO_E_LIMIT)
		return it_err_set(err, rc,
				  "want a document of at most %zu bytes, so that its "
				  "signatures can be checked",
				  text.max);
	if (rc)
		return it_err_set(err, INTOTO_E_IO, "%s", intoto_error_text(why));
	rc = intoto_envelope_parse(&envelope, text.data, text.len, &why);
	if (rc && is_bundle(it_buf_span(&text)))
		return check_bundle(policy, it_buf_span(&text), err);
	if (rc)
		return it_err_set(err, (enum intoto_code)rc, "want a signed document: %s",
				  intoto_error_text(why));
	return check_signatures(policy, envelope, err);
}

/* All of it is read, so that what is kept is what was signed. */
static int check_archive(const struct it_upload_policy *policy, const char *path,
			 struct intoto_error **err)
{
	IT_AUTO(it_archive_freep) struct it_archive *archive = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_archive_read(&archive, path, NULL, &why);

	if (rc)
		return it_err_set(err, (enum intoto_code)rc,
				  "want a signed document or an archive of evidence");
	for (size_t i = 0; i < archive->fault_count; i++) {
		if (archive->faults[i].kind != IT_FAULT_WITHHELD)
			return it_err_set(err, INTOTO_E_POLICY, "the archive is not whole: %s",
					  archive->faults[i].text);
	}
	/* Who withholds members, or renews, is asked like who packed: else anybody could leave out
	 * what he does not like. */
	for (size_t i = 0; i < archive->addition_count; i++) {
		rc = check_signatures(policy, archive->additions[i].envelope, err);
		if (rc)
			return rc;
	}
	return check_signatures(policy, archive->envelope, err);
}

static int hash_file(struct it_buf *hex, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	unsigned char digest[IT_DIGEST_MAX];
	struct it_digest state;
	char piece[PIECE];
	ssize_t got;

	if (fd < 0)
		return it_err_errno(err, errno, "an upload");
	it_digest_start(&state, it_digest_find("sha256"));
	while ((got = read(fd, piece, sizeof piece)) > 0)
		it_digest_add(&state, piece, (size_t)got);
	if (got < 0)
		return it_err_errno(err, errno, "an upload");
	it_digest_finish(&state, digest);
	(void)it_buf_add_text(hex, "sha256:"); /* short, as below */
	it_hex_encode(hex, it_span(digest, IT_SHA256_SIZE));
	return INTOTO_OK;
}

static int found(void *arg, const struct it_found *row, struct intoto_error **err)
{
	bool *any = arg;

	(void)row; /* that there is one is enough */
	(void)err;
	*any = true;
	return INTOTO_OK;
}

/* Reports and SBOMs are not signed themselves; a signed statement has their digest. */
static int check_named(struct it_store *store, const char *path, bool *named,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(128);
	struct it_query query = { .limit = 1 };
	int rc = hash_file(&hex, path, err);

	*named = false;
	query.digest = it_buf_text(&hex);
	return rc ? rc : it_query_run(store, &query, found, named, err);
}

/* Whether it begins as JSON does. */
int it_upload_is_document(bool *out, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	char head[HEAD];
	ssize_t got = fd < 0 ? -1 : read(fd, head, sizeof head);
	ssize_t at = 0;

	if (got < 0)
		return it_err_errno(err, errno, "an upload");
	while (at < got && memchr(" \t\r\n", head[at], 4))
		at++;
	*out = at == got || head[at] == '{';
	return got ? INTOTO_OK : it_err_set(err, INTOTO_E_FORMAT, "want something, found no bytes");
}

int it_upload_check(const struct it_upload_policy *policy, struct it_store *store, const char *path,
		    struct intoto_error **err)
{
	bool document = false;
	bool named = false;
	int rc = it_upload_is_document(&document, path, err);

	if (rc || policy->accept == IT_ACCEPT_ANY)
		return rc;
	if (policy->accept == IT_ACCEPT_NAMED) {
		rc = check_named(store, path, &named, err);
		if (rc || named)
			return rc;
	}
	return document ? check_document(policy, path, err) : check_archive(policy, path, err);
}

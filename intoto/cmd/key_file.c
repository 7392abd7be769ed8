/* SPDX-License-Identifier: Apache-2.0 */
/* Key files read, described and made. */
#include "cmd/key_file.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/gpg.h"
#include "model/sealed_key.h"

enum { PATH_TEXT_MAX = 64 * 1024, KEY_FILE_MAX = 1024 * 1024 };

/* Passes the question on, and remembers that it was asked: the file is encrypted. */
struct listener {
	struct it_passphrase *source;
	bool asked;
};

static int listen(void *arg, const char *what, unsigned attempt, char *out, size_t size,
		  size_t *len, struct intoto_error **err)
{
	struct listener *listener = arg;

	listener->asked = true;
	return it_passphrase_get(listener->source, what, attempt, out, size, len, err);
}

/* Only what was encrypted can be. */
static bool is_of_cosign(const char *path, bool encrypted)
{
	IT_AUTO(it_buf_wipe) struct it_buf text = IT_BUF(KEY_FILE_MAX);

	return encrypted && it_file_read(&text, path, NULL) == INTOTO_OK &&
	       it_cosign_key_is(it_buf_span(&text));
}

int it_key_file_load(struct it_key_file *file, const char *path, struct it_passphrase *passphrase,
		     struct intoto_error **err)
{
	struct listener listener = { passphrase, false };
	int rc = it_starts_with(path, "gpg:")
			 ? it_gpg_uri_key(&file->key, path, err)
			 : intoto_key_load(&file->key, path, listen, &listener, err);

	file->path = path;
	file->encrypted = listener.asked;
	file->cosign = !rc && is_of_cosign(path, listener.asked);
	return rc;
}

void it_key_file_done(struct it_key_file *file)
{
	intoto_key_free(file->key);
	file->key = NULL;
}

static const char *kind_of(const struct it_key_file *file)
{
	if (!intoto_key_is_private(file->key))
		return "public";
	return file->encrypted ? "private, encrypted" : "private, not encrypted";
}

void it_key_file_describe(struct it_buf *out, const struct it_key_file *file)
{
	const struct intoto_key *key = file->key;

	if (key->openpgp) {
		it_key_file_describe_openpgp(out, file);
		return;
	}
	it_text_quote(out, it_span_text(file->path));
	/* Sticky: whoever prints it looks once. */
	(void)it_buf_printf(out, "\n  kind           %s\n", kind_of(file));
	(void)it_buf_printf(out, "  type           %s\n", intoto_key_type(key));
	(void)it_buf_printf(out, "  scheme         %s\n", intoto_key_scheme(key));
	(void)it_buf_printf(out, "  keyid legacy   %s\n", intoto_key_id(key, INTOTO_KEYID_LEGACY));
	(void)it_buf_printf(out, "  keyid current  %s\n", intoto_key_id(key, INTOTO_KEYID_CURRENT));
	(void)it_buf_printf(out, "  fingerprint    %s\n", intoto_key_fingerprint(key));
}

static void write_member(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

void it_write_path(struct it_writer *writer, const char *name, const char *path)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(PATH_TEXT_MAX);

	(void)it_utf8_replace(&text, it_span_text(path)); /* for people; not to be opened */
	it_write_name(writer, name);
	it_write_text_span(writer, it_buf_span(&text));
}

void it_key_file_write_json(struct it_writer *writer, const struct it_key_file *file)
{
	const struct intoto_key *key = file->key;

	if (key->openpgp) {
		it_key_file_write_openpgp(writer, file);
		return;
	}
	it_write_object(writer);
	it_write_name(writer, "encrypted");
	it_write_bool(writer, file->encrypted);
	it_write_path(writer, "file", file->path);
	write_member(writer, "fingerprint", intoto_key_fingerprint(key));
	it_write_name(writer, "keyids");
	it_write_object(writer);
	write_member(writer, "current", intoto_key_id(key, INTOTO_KEYID_CURRENT));
	write_member(writer, "legacy", intoto_key_id(key, INTOTO_KEYID_LEGACY));
	it_write_object_end(writer);
	write_member(writer, "keytype", intoto_key_type(key));
	it_write_name(writer, "private");
	it_write_bool(writer, intoto_key_is_private(key));
	write_member(writer, "scheme", intoto_key_scheme(key));
	it_write_object_end(writer);
}

static int wrap_name(struct intoto_error **err, int rc, const char *name)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(name));

	return it_err_wrap(err, rc, "%s", quoted ? quoted : "key");
}

/* cosign has no other form for a key that nothing protects. */
static int cosign_text(char **out, const struct intoto_key *key, struct it_span passphrase,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_wipe) struct it_buf text = IT_BUF(2 * IT_KEY_TEXT_MAX);
	int rc = it_cosign_key_print(&text, key, passphrase, err);

	if (rc)
		return rc;
	*out = strdup(it_buf_text(&text));
	return *out ? INTOTO_OK : it_err_nomem(err);
}

int it_key_private_text(char **out, const struct intoto_key *key, struct it_passphrase *passphrase,
			const char *what, struct intoto_error **err)
{
	char secret[IT_PASSPHRASE_MAX];
	size_t len = 0;
	int rc = INTOTO_OK;

	*out = NULL;
	if (!passphrase->none)
		rc = it_passphrase_get(passphrase, what, 0, secret, sizeof secret, &len, err);
	if (!rc && passphrase->cosign)
		rc = cosign_text(out, key, it_span(secret, len), err);
	else if (!rc)
		rc = intoto_key_private_pem(key, passphrase->none ? NULL : secret, len, out, err);
	explicit_bzero(secret, sizeof secret);
	return rc ? wrap_name(err, rc, what) : INTOTO_OK;
}

void it_secret_done(char **text)
{
	if (*text)
		explicit_bzero(*text, strlen(*text));
	free(*text);
	*text = NULL;
}

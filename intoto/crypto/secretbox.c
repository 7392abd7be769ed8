/* SPDX-License-Identifier: Apache-2.0 */
/* scrypt and libsodium's secretbox, as Go's package "encrypted" has them. */
#include <string.h>

#include <sodium.h>

#include "crypto/legacy_lock.h"

enum {
	KEY_SIZE = crypto_secretbox_KEYBYTES,
	NONCE_SIZE = crypto_secretbox_NONCEBYTES,
	TAG_SIZE = crypto_secretbox_MACBYTES,
	SALT_MIN = 8,
	SALT_MAX = 1024,
	/* N times r, each of 128 bytes: 256 MiB; and times p: about two seconds. */
	MEMORY_MAX = 1 << 21,
	WORK_MAX = 1 << 22,
};

static int check_cost(const struct it_secretbox *box, struct intoto_error **err)
{
	if (box->n < 2 || box->r < 1 || box->p < 1 || (box->n & (box->n - 1)))
		return it_err_set(err, INTOTO_E_FORMAT,
				  "kdf.params: want N a power of two, r and p above 0");
	if (box->n > MEMORY_MAX || box->r > MEMORY_MAX || box->p > WORK_MAX ||
	    box->n * box->r > MEMORY_MAX || box->n * box->r * box->p > WORK_MAX)
		return it_err_set(
			err, INTOTO_E_LIMIT,
			"kdf.params: scrypt would take too much time or memory (N times r "
			"over %d, or times p over %d)",
			MEMORY_MAX, WORK_MAX);
	return INTOTO_OK;
}

static int check(const struct it_secretbox *box, struct intoto_error **err)
{
	if (box->salt.len < SALT_MIN || box->salt.len > SALT_MAX)
		return it_err_set(err, INTOTO_E_FORMAT,
				  "kdf.salt: %zu bytes, so the file is damaged", box->salt.len);
	if (box->nonce.len != NONCE_SIZE)
		return it_err_set(err, INTOTO_E_FORMAT,
				  "cipher.nonce: %zu bytes, want %d, so the file is damaged",
				  box->nonce.len, NONCE_SIZE);
	return check_cost(box, err);
}

static int check_box(const struct it_secretbox *box, struct intoto_error **err)
{
	if (box->box.len <= TAG_SIZE || box->box.len > IT_KEY_TEXT_MAX)
		return it_err_set(err, INTOTO_E_FORMAT,
				  "ciphertext: %zu bytes, so the file is damaged", box->box.len);
	return INTOTO_OK;
}

static const unsigned char *bytes_of(struct it_span span)
{
	return (const unsigned char *)span.data;
}

static int derive(unsigned char key[KEY_SIZE], const struct it_secretbox *box,
		  struct it_span passphrase, struct intoto_error **err)
{
	if (crypto_pwhash_scryptsalsa208sha256_ll(
		    bytes_of(passphrase), passphrase.len, bytes_of(box->salt), box->salt.len,
		    (uint64_t)box->n, (uint32_t)box->r, (uint32_t)box->p, key, KEY_SIZE))
		return it_err_set(err, INTOTO_E_NOMEM, "scrypt: not enough memory");
	return INTOTO_OK;
}

static int unlock(const void *arg, struct it_span passphrase, struct it_buf *plain,
		  struct intoto_error **err)
{
	const struct it_secretbox *box = arg;
	size_t len = box->box.len - TAG_SIZE;
	unsigned char key[KEY_SIZE];
	int rc;

	(void)it_buf_reserve(plain, len); /* sticky */
	if (it_buf_check(plain, "key", err))
		return (int)plain->failed;
	rc = derive(key, box, passphrase, err);
	if (!rc &&
	    crypto_secretbox_open_easy((unsigned char *)plain->data + plain->len,
				       bytes_of(box->box), box->box.len, bytes_of(box->nonce), key))
		rc = IT_PASSPHRASE_WRONG;
	explicit_bzero(key, sizeof key);
	if (rc)
		return rc;
	plain->len += len;
	plain->data[plain->len] = '\0';
	return INTOTO_OK;
}

int it_secretbox_open(struct it_buf *plain, const struct it_secretbox *box,
		      const struct it_passphrase_source *source, struct intoto_error **err)
{
	int rc = check(box, err);

	if (!rc)
		rc = check_box(box, err);
	if (rc)
		return rc;
	if (sodium_init() < 0)
		return it_err_set(err, INTOTO_E_INTERNAL, "libsodium cannot be started");
	return it_unlock(plain, source, unlock, box, "wrong passphrase, or a damaged file", err);
}

int it_secretbox_seal(struct it_buf *out, const struct it_secretbox *box, struct it_span plain,
		      struct it_span passphrase, struct intoto_error **err)
{
	unsigned char key[KEY_SIZE];
	size_t len = plain.len + TAG_SIZE;
	int rc = check(box, err);

	if (rc)
		return rc;
	if (sodium_init() < 0)
		return it_err_set(err, INTOTO_E_INTERNAL, "libsodium cannot be started");
	(void)it_buf_reserve(out, len); /* sticky */
	rc = it_buf_check(out, "key", err);
	if (!rc)
		rc = derive(key, box, passphrase, err);
	if (!rc && crypto_secretbox_easy((unsigned char *)out->data + out->len, bytes_of(plain),
					 plain.len, bytes_of(box->nonce), key))
		rc = it_err_set(err, INTOTO_E_INTERNAL, "libsodium cannot encrypt");
	explicit_bzero(key, sizeof key);
	if (rc)
		return rc;
	out->len += len;
	out->data[out->len] = '\0';
	return INTOTO_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* "@@@@": PBKDF2, AES-256-CTR and HMAC-SHA256 (securesystemslib rsa_keys.py before 1.0). */
#include "crypto/legacy_lock.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/text.h"
#include "crypto/evp.h"

IT_DEFINE_AUTO(EVP_CIPHER_CTX, EVP_CIPHER_CTX_free);

enum {
	ROUNDS_MAX = 10 * 1000 * 1000, /* a few seconds */
	ROUNDS_DIGITS = 8,
	SALT_MAX = 1024,
	KEY_SIZE = 32,
	HMAC_SIZE = 32,
	IV_SIZE = 16,
	FIELDS = 5,
};

static const char joint[] = "@@@@";
static const char wrong[] = "wrong passphrase, or a damaged file";

struct lock {
	struct it_buf salt;
	int rounds;
	struct it_buf hmac;
	struct it_buf iv;
	struct it_buf bytes;
};

static void lock_done(struct lock *lock)
{
	it_buf_done(&lock->salt);
	it_buf_done(&lock->hmac);
	it_buf_done(&lock->iv);
	it_buf_done(&lock->bytes);
}

static bool split(struct it_span fields[FIELDS], struct it_span text)
{
	for (size_t i = 0; i < FIELDS; i++) {
		const char *next = memmem(text.data, text.len, joint, sizeof joint - 1);
		size_t len = next ? (size_t)(next - text.data) : text.len;

		if ((i == FIELDS - 1) != !next)
			return false;
		fields[i] = it_span(text.data, len);
		len += next ? sizeof joint - 1 : 0;
		text = it_span(text.data + len, text.len - len);
	}
	return true;
}

static int read_rounds(int *out, struct it_span text, struct intoto_error **err)
{
	char digits[ROUNDS_DIGITS + 1] = "";
	uint64_t rounds = 0;

	if (text.len > ROUNDS_DIGITS)
		return it_err_set(err, INTOTO_E_LIMIT,
				  "its passphrase is hashed more than %d times", ROUNDS_MAX);
	memcpy(digits, text.data, text.len);
	if (!it_parse_u64(digits, UINT32_MAX, &rounds) || !rounds)
		return it_err_set(
			err, INTOTO_E_FORMAT,
			"the second field is no number of rounds, so the file is damaged");
	if (rounds > ROUNDS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT,
				  "its passphrase is hashed more than %d times", ROUNDS_MAX);
	*out = (int)rounds;
	return INTOTO_OK;
}

static int read_lock(struct lock *out, struct it_span text, struct intoto_error **err)
{
	struct it_span fields[FIELDS];

	if (!split(fields, text))
		return it_err_set(err, INTOTO_E_FORMAT,
				  "want %d fields joined by %s, so the file is damaged", FIELDS,
				  joint);
	if (!it_hex_decode(&out->salt, fields[0]) || !out->salt.len ||
	    !it_hex_decode(&out->hmac, fields[2]) || out->hmac.len != HMAC_SIZE ||
	    !it_hex_decode(&out->iv, fields[3]) || out->iv.len != IV_SIZE ||
	    !it_hex_decode(&out->bytes, fields[4]) || !out->bytes.len)
		return it_err_set(err, INTOTO_E_FORMAT,
				  "a field is not the hex digits that it should be, so the file is "
				  "damaged");
	return read_rounds(&out->rounds, fields[1], err);
}

static const unsigned char *bytes_of(const struct it_buf *buf)
{
	return (const unsigned char *)buf->data;
}

static bool decrypt(struct it_buf *plain, const struct lock *lock, const unsigned char *key)
{
	IT_AUTO(EVP_CIPHER_CTX_freep) EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int len = 0;

	(void)it_buf_reserve(plain, lock->bytes.len); /* sticky */
	if (!ctx || plain->failed ||
	    EVP_DecryptInit_ex(ctx, EVP_aes_256_ctr(), NULL, key, bytes_of(&lock->iv)) != 1 ||
	    EVP_DecryptUpdate(ctx, (unsigned char *)plain->data + plain->len, &len,
			      bytes_of(&lock->bytes), (int)lock->bytes.len) != 1)
		return false;
	plain->len += (size_t)len;
	plain->data[plain->len] = '\0';
	return true;
}

/* The HMAC is looked at before anything is decrypted. */
static int unlock(const void *arg, struct it_span passphrase, struct it_buf *plain,
		  struct intoto_error **err)
{
	IT_EVP_SESSION;
	const struct lock *lock = arg;
	unsigned char key[KEY_SIZE];
	unsigned char hmac[HMAC_SIZE];
	unsigned hmac_len = 0;
	int rc = IT_PASSPHRASE_WRONG;

	if (PKCS5_PBKDF2_HMAC(passphrase.data, (int)passphrase.len, bytes_of(&lock->salt),
			      (int)lock->salt.len, lock->rounds, EVP_sha256(), KEY_SIZE,
			      key) != 1 ||
	    !HMAC(EVP_sha256(), key, KEY_SIZE, bytes_of(&lock->bytes), lock->bytes.len, hmac,
		  &hmac_len))
		rc = it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot derive a key");
	else if (hmac_len == HMAC_SIZE && CRYPTO_memcmp(hmac, lock->hmac.data, HMAC_SIZE) == 0)
		rc = decrypt(plain, lock, key)
			     ? INTOTO_OK
			     : it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot decrypt");
	explicit_bzero(key, sizeof key);
	return rc;
}

int it_legacy_open(struct it_buf *plain, struct it_span text,
		   const struct it_passphrase_source *source, struct intoto_error **err)
{
	IT_AUTO(lock_done)
	struct lock lock = { .salt = IT_BUF(SALT_MAX),
			     .hmac = IT_BUF(SALT_MAX),
			     .iv = IT_BUF(SALT_MAX),
			     .bytes = IT_BUF(IT_KEY_TEXT_MAX) };
	int rc = read_lock(&lock, text, err);

	return rc ? rc : it_unlock(plain, source, unlock, &lock, wrong, err);
}

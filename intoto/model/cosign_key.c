/* SPDX-License-Identifier: Apache-2.0 */
/* Key files of cosign: the JSON of sealed_key.c in a PEM block (cosign pkg/cosign/keys.go). */
#include <string.h>

#include "base/random.h"
#include "base/text.h"
#include "crypto/legacy_lock.h"
#include "crypto/pem.h"
#include "json/writer.h"
#include "model/sealed_key.h"

#define LABEL "ENCRYPTED SIGSTORE PRIVATE KEY"
#define LABEL_OLD "ENCRYPTED COSIGN PRIVATE KEY"

enum { SCRYPT_N = 65536, SCRYPT_R = 8, SCRYPT_P = 1, SALT_SIZE = 32, NONCE_SIZE = 24 };

struct fresh {
	unsigned char salt[SALT_SIZE];
	unsigned char nonce[NONCE_SIZE];
};

bool it_cosign_key_is(struct it_span text)
{
	static const char *const begins[] = { "-----BEGIN " LABEL_OLD "-----",
					      "-----BEGIN " LABEL "-----" };

	for (size_t i = 0; i < IT_COUNT_OF(begins); i++)
		if (text.len && memmem(text.data, text.len, begins[i], strlen(begins[i])))
			return true;
	return false;
}

static void write_base64(struct it_writer *writer, const char *name, struct it_span bytes)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(2 * IT_KEY_TEXT_MAX);

	it_base64_encode(&text, bytes);
	it_write_name(writer, name);
	it_write_text_span(writer, it_buf_span(&text));
}

static int write_sealed(struct it_buf *out, const struct it_secretbox *box,
			struct intoto_error **err)
{
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "cipher");
	it_write_object(&writer);
	it_write_name(&writer, "name");
	it_write_text(&writer, "nacl/secretbox");
	write_base64(&writer, "nonce", box->nonce);
	it_write_object_end(&writer);
	write_base64(&writer, "ciphertext", box->box);
	it_write_name(&writer, "kdf");
	it_write_object(&writer);
	it_write_name(&writer, "name");
	it_write_text(&writer, "scrypt");
	it_write_name(&writer, "params");
	it_write_object(&writer);
	it_write_name(&writer, "N");
	it_write_int(&writer, box->n);
	it_write_name(&writer, "p");
	it_write_int(&writer, box->p);
	it_write_name(&writer, "r");
	it_write_int(&writer, box->r);
	it_write_object_end(&writer);
	write_base64(&writer, "salt", box->salt);
	it_write_object_end(&writer);
	it_write_object_end(&writer);
	return it_writer_finish(&writer, err);
}

static int pkcs8_of(struct it_buf *out, const struct intoto_key *key, struct intoto_error **err)
{
	if (key->openpgp || !key->scheme)
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "an OpenPGP key has no form that cosign reads");
	if (!key->is_private)
		return it_err_set(err, INTOTO_E_KEY, "want a private key, found a public one");
	return key->scheme->form->private_der(key, out, err);
}

int it_cosign_key_print(struct it_buf *out, const struct intoto_key *key, struct it_span passphrase,
			struct intoto_error **err)
{
	IT_AUTO(it_buf_wipe) struct it_buf plain = IT_BUF(IT_KEY_TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf sealed = IT_BUF(IT_KEY_TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf json = IT_BUF(2 * IT_KEY_TEXT_MAX);
	struct fresh fresh;
	struct it_secretbox box = { .n = SCRYPT_N, .r = SCRYPT_R, .p = SCRYPT_P };
	int rc = pkcs8_of(&plain, key, err);

	if (!rc)
		rc = it_random(&fresh, sizeof fresh, err);
	if (rc)
		return rc;
	box.salt = it_span(fresh.salt, sizeof fresh.salt);
	box.nonce = it_span(fresh.nonce, sizeof fresh.nonce);
	rc = it_secretbox_seal(&sealed, &box, it_buf_span(&plain), passphrase, err);
	box.box = it_buf_span(&sealed);
	if (!rc)
		rc = write_sealed(&json, &box, err);
	return rc ? rc : it_pem_write(out, LABEL, it_buf_span(&json), err);
}

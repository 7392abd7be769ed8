/* SPDX-License-Identifier: Apache-2.0 */
/* Verifying what "ssh-keygen -Y sign" makes. */
#include "attestors/git/ssh.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

enum {
	SIG_VERSION = 1,
	RSA_BITS_MIN = 2048,
	RSA_BITS_MAX = 16384,
	ED25519_SIZE = 32,
	FLAG_PRESENT = 1, /* somebody touched the token */
};

static const char magic[] = "SSHSIG";
static const char begin_mark[] = "-----BEGIN SSH SIGNATURE-----";
static const char end_mark[] = "-----END SSH SIGNATURE-----";

static void pkey_freep(EVP_PKEY **key)
{
	EVP_PKEY_free(*key);
}

static void pkey_ctx_freep(EVP_PKEY_CTX **ctx)
{
	EVP_PKEY_CTX_free(*ctx);
}

static void md_ctx_freep(EVP_MD_CTX **ctx)
{
	EVP_MD_CTX_free(*ctx);
}

static void bn_freep(BIGNUM **number)
{
	BN_free(*number);
}

static void build_freep(OSSL_PARAM_BLD **build)
{
	OSSL_PARAM_BLD_free(*build);
}

static void params_freep(OSSL_PARAM **params)
{
	OSSL_PARAM_free(*params);
}

static void ecdsa_freep(ECDSA_SIG **signature)
{
	ECDSA_SIG_free(*signature);
}

static void openssl_freep(unsigned char **bytes)
{
	OPENSSL_free(*bytes);
}

/* --- the wire --- */

static bool take_u32(struct repo_slice *in, uint32_t *out)
{
	const unsigned char *bytes = (const unsigned char *)in->data;

	if (in->len < 4)
		return false;
	*out = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
	in->data += 4;
	in->len -= 4;
	return true;
}

/* RFC 4251 section 5, "string". */
static bool take_string(struct repo_slice *in, struct repo_slice *out)
{
	struct repo_slice rest = *in;
	uint32_t len;

	if (!take_u32(&rest, &len) || len > rest.len)
		return false;
	*out = (struct repo_slice){ rest.data, len };
	*in = (struct repo_slice){ rest.data + len, rest.len - len };
	return true;
}

static bool is(struct repo_slice slice, const char *text)
{
	return slice.len == strlen(text) && at_text_begins(slice.data, text);
}

static void add_string(struct at_buf *out, const void *data, size_t len)
{
	unsigned char size[4] = { (unsigned char)(len >> 24), (unsigned char)(len >> 16),
				  (unsigned char)(len >> 8), (unsigned char)len };

	at_buf_add(out, size, sizeof size);
	at_buf_add(out, data, len);
}

static int malformed(const char *what, struct intoto_error **err)
{
	return intoto_attestor_fail(err, INTOTO_E_FORMAT, "the ssh signature is malformed: %s",
				    what);
}

/* --- taking apart --- */

bool ssh_signature_is(struct repo_slice armored)
{
	return armored.len >= sizeof begin_mark - 1 && at_text_begins(armored.data, begin_mark);
}

static int read_fields(struct ssh_signature *out, struct repo_slice in, struct intoto_error **err)
{
	uint32_t version;

	if (in.len < sizeof magic - 1 || !at_text_begins(in.data, magic))
		return malformed("it does not begin with SSHSIG", err);
	in.data += sizeof magic - 1;
	in.len -= sizeof magic - 1;
	if (!take_u32(&in, &version) || version != SIG_VERSION)
		return malformed("it has another version than 1", err);
	if (!take_string(&in, &out->key) || !take_string(&in, &out->name_space) ||
	    !take_string(&in, &out->reserved) || !take_string(&in, &out->hash) ||
	    !take_string(&in, &out->value) || in.len)
		return malformed("its fields do not fit", err);
	return INTOTO_OK;
}

int ssh_signature_parse(struct ssh_signature *out, struct at_buf *bytes, struct repo_slice armored,
			struct intoto_error **err)
{
	const char *body, *end;
	size_t tail;

	*out = (struct ssh_signature){ 0 };
	if (!ssh_signature_is(armored))
		return malformed("it has no first line", err);
	body = armored.data + sizeof begin_mark - 1;
	end = memmem(body, armored.len - (sizeof begin_mark - 1), end_mark, sizeof end_mark - 1);
	if (!end)
		return malformed("it has no last line", err);
	tail = (size_t)(armored.data + armored.len - end) - (sizeof end_mark - 1);
	for (size_t i = 0; i < tail; i++)
		if (!strchr(" \r\n", end[sizeof end_mark - 1 + i]))
			return malformed("bytes follow its last line", err);
	if (!at_base64(bytes, body, (size_t)(end - body)))
		return malformed("it is no base64", err);
	return read_fields(out, (struct repo_slice){ bytes->data, bytes->len }, err);
}

/* --- keys --- */

static EVP_PKEY *key_of(const char *type, OSSL_PARAM *params)
{
	AT_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (!ctx || !params || EVP_PKEY_fromdata_init(ctx) <= 0 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0)
		return NULL;
	return key;
}

static EVP_PKEY *read_ed25519(struct repo_slice in, const char *group)
{
	struct repo_slice point;

	(void)group; /* there is one */
	if (!take_string(&in, &point) || point.len != ED25519_SIZE)
		return NULL;
	return EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL,
					      (const unsigned char *)point.data, point.len);
}

static EVP_PKEY *read_ecdsa(struct repo_slice in, const char *group)
{
	AT_AUTO(build_freep) OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	AT_AUTO(params_freep) OSSL_PARAM *params = NULL;
	AT_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *check = NULL;
	struct repo_slice curve, point;
	EVP_PKEY *key;

	if (!take_string(&in, &curve) || !take_string(&in, &point) || !point.len ||
	    point.data[0] != 4 || !build ||
	    !OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) ||
	    !OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point.data,
					      point.len))
		return NULL;
	params = OSSL_PARAM_BLD_to_param(build);
	key = key_of("EC", params);
	if (key)
		check = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	if (check && EVP_PKEY_public_check(check) == 1)
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

static EVP_PKEY *read_rsa(struct repo_slice in, const char *group)
{
	AT_AUTO(build_freep) OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	AT_AUTO(params_freep) OSSL_PARAM *params = NULL;
	AT_AUTO(bn_freep) BIGNUM *e = NULL;
	AT_AUTO(bn_freep) BIGNUM *n = NULL;
	struct repo_slice exponent, modulus;

	(void)group; /* of curves */
	if (!take_string(&in, &exponent) || !take_string(&in, &modulus) || exponent.len > 8 ||
	    modulus.len > RSA_BITS_MAX / 8 + 1)
		return NULL;
	e = BN_bin2bn((const unsigned char *)exponent.data, (int)exponent.len, NULL);
	n = BN_bin2bn((const unsigned char *)modulus.data, (int)modulus.len, NULL);
	if (!build || !e || !n || BN_num_bits(n) < RSA_BITS_MIN || BN_num_bits(e) < 2 ||
	    !BN_is_odd(e) || !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) ||
	    !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e))
		return NULL;
	params = OSSL_PARAM_BLD_to_param(build);
	return key_of("RSA", params);
}

/* --- algorithms --- */

struct ssh_algorithm {
	const char *signature; /* its name in a signature */
	const char *key;       /* and in the key */
	const char *group;     /* of libcrypto */
	const char *digest;    /* NULL: its own */
	EVP_PKEY *(*read)(struct repo_slice in, const char *group);
	bool pair;  /* the value is r and s */
	bool token; /* made in a hardware token (PROTOCOL.u2f) */
};

/* ssh-rsa, which is SHA-1, and DSA are left out on purpose, as ssh-keygen -Y does. */
static const struct ssh_algorithm algorithms[] = {
	{ "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", "prime256v1", "SHA256", read_ecdsa, true,
	  false },
	{ "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", "secp384r1", "SHA384", read_ecdsa, true,
	  false },
	{ "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521", "secp521r1", "SHA512", read_ecdsa, true,
	  false },
	{ "rsa-sha2-256", "ssh-rsa", NULL, "SHA256", read_rsa, false, false },
	{ "rsa-sha2-512", "ssh-rsa", NULL, "SHA512", read_rsa, false, false },
	{ "sk-ecdsa-sha2-nistp256@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com", "prime256v1",
	  "SHA256", read_ecdsa, true, true },
	{ "sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519@openssh.com", NULL, NULL, read_ed25519,
	  false, true },
	{ "ssh-ed25519", "ssh-ed25519", NULL, NULL, read_ed25519, false, false },
};

static const struct ssh_algorithm *find_algorithm(struct repo_slice signature,
						  struct repo_slice key)
{
	for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++)
		if (is(signature, algorithms[i].signature) && is(key, algorithms[i].key))
			return &algorithms[i];
	return NULL;
}

static bool digest(unsigned char *out, unsigned *len, const char *name, const void *data,
		   size_t data_len)
{
	size_t size = 0;
	bool good = EVP_Q_digest(NULL, name, NULL, data, data_len, out, &size);

	*len = (unsigned)size;
	return good;
}

/* PROTOCOL.sshsig: what is really signed. */
static int signed_data(struct at_buf *out, const struct ssh_signature *signature,
		       struct repo_slice message, struct intoto_error **err)
{
	const char *name = is(signature->hash, "sha256")   ? "SHA256"
			   : is(signature->hash, "sha512") ? "SHA512"
							   : NULL;
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (!name)
		return malformed("its hash is neither sha256 nor sha512", err);
	if (!digest(hash, &len, name, message.data, message.len))
		return intoto_attestor_fail(err, INTOTO_E_INTERNAL, "no digest");
	at_buf_add(out, magic, sizeof magic - 1);
	add_string(out, signature->name_space.data, signature->name_space.len);
	add_string(out, signature->reserved.data, signature->reserved.len);
	add_string(out, signature->hash.data, signature->hash.len);
	add_string(out, hash, len);
	return out->failed ? malformed("it is too large", err) : INTOTO_OK;
}

/* PROTOCOL.u2f: a token signs the digest of the application and of the data, its flags, a counter.
 * rest holds flags and counter, application the last field of the key. */
static bool token_data(struct at_buf *out, struct repo_slice application, struct repo_slice rest,
		       const struct at_buf *data)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (rest.len != 5 || !(rest.data[0] & FLAG_PRESENT) ||
	    !digest(hash, &len, "SHA256", application.data, application.len))
		return false;
	at_buf_add(out, hash, len);
	at_buf_add(out, rest.data, rest.len);
	if (!digest(hash, &len, "SHA256", data->data, data->len))
		return false;
	at_buf_add(out, hash, len);
	return !out->failed;
}

/* The last string of a blob: where a token's key has its application. */
static bool last_string(struct repo_slice blob, struct repo_slice *out)
{
	while (blob.len)
		if (!take_string(&blob, out))
			return false;
	return out->data;
}

/* r and s as two numbers of ssh to the DER of libcrypto. */
static int pair_to_der(unsigned char **out, struct repo_slice value)
{
	AT_AUTO(ecdsa_freep) ECDSA_SIG *pair = ECDSA_SIG_new();
	AT_AUTO(bn_freep) BIGNUM *r = NULL;
	AT_AUTO(bn_freep) BIGNUM *s = NULL;
	struct repo_slice first, second;

	if (!pair || !take_string(&value, &first) || !take_string(&value, &second) || value.len ||
	    first.len > 80 || second.len > 80)
		return 0;
	r = BN_bin2bn((const unsigned char *)first.data, (int)first.len, NULL);
	s = BN_bin2bn((const unsigned char *)second.data, (int)second.len, NULL);
	if (!r || !s || !ECDSA_SIG_set0(pair, r, s))
		return 0;
	r = s = NULL; /* now the pair's */
	return i2d_ECDSA_SIG(pair, out);
}

static bool check(EVP_PKEY *key, const struct ssh_algorithm *algorithm, struct repo_slice value,
		  const struct at_buf *data)
{
	AT_AUTO(md_ctx_freep) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	AT_AUTO(openssl_freep) unsigned char *der = NULL;
	int len = algorithm->pair ? pair_to_der(&der, value) : (int)value.len;
	const unsigned char *bytes = algorithm->pair ? der : (const unsigned char *)value.data;

	return ctx && len > 0 &&
	       EVP_DigestVerifyInit_ex(ctx, NULL, algorithm->digest, NULL, NULL, key, NULL) == 1 &&
	       EVP_DigestVerify(ctx, bytes, (size_t)len, (const unsigned char *)data->data,
				data->len) == 1;
}

int ssh_signature_verify(const struct ssh_signature *signature, const char *name_space,
			 struct repo_slice message, struct intoto_error **err)
{
	AT_AUTO(at_buf_done) struct at_buf data = { .max = SSH_BLOB_MAX };
	AT_AUTO(at_buf_done) struct at_buf token = { .max = SSH_BLOB_MAX };
	AT_AUTO(pkey_freep) EVP_PKEY *key = NULL;
	struct repo_slice blob = signature->key, rest = signature->value;
	struct repo_slice kind = { 0 }, type = { 0 }, value = { 0 }, application = { 0 };
	const struct ssh_algorithm *algorithm;
	int rc;

	if (!is(signature->name_space, name_space))
		return intoto_attestor_fail(err, INTOTO_E_UNTRUSTED,
					    "the ssh signature was made for something else than %s",
					    name_space);
	if (!take_string(&blob, &kind) || !take_string(&rest, &type) || !take_string(&rest, &value))
		return malformed("key and signature do not fit", err);
	algorithm = find_algorithm(type, kind);
	if (!algorithm || (!algorithm->token && rest.len))
		return intoto_attestor_fail(err, INTOTO_E_UNSUPPORTED,
					    "an ssh signature of a kind that is not known here");
	rc = signed_data(&data, signature, message, err);
	if (rc)
		return rc;
	key = algorithm->read(blob, algorithm->group);
	if (!key)
		return intoto_attestor_fail(err, INTOTO_E_KEY, "the ssh key cannot be used");
	if (algorithm->token &&
	    (!last_string(blob, &application) || !token_data(&token, application, rest, &data)))
		return intoto_attestor_fail(err, INTOTO_E_UNTRUSTED,
					    "the token's signature does not say that somebody was "
					    "there");
	if (check(key, algorithm, value, algorithm->token ? &token : &data))
		return INTOTO_OK;
	return intoto_attestor_fail(err, INTOTO_E_UNTRUSTED, "the ssh signature is not good");
}

int ssh_fingerprint(char *out, size_t size, struct repo_slice blob, struct intoto_error **err)
{
	static const char prefix[] = "SHA256:";
	unsigned char hash[EVP_MAX_MD_SIZE], text[2 * EVP_MAX_MD_SIZE];
	unsigned len = 0;
	int text_len;

	if (!digest(hash, &len, "SHA256", blob.data, blob.len))
		return intoto_attestor_fail(err, INTOTO_E_INTERNAL, "no digest");
	text_len = EVP_EncodeBlock(text, hash, (int)len);
	while (text_len > 0 && text[text_len - 1] == '=')
		text_len--;
	if (sizeof prefix + (size_t)text_len > size)
		return intoto_attestor_fail(err, INTOTO_E_INTERNAL, "no room for a fingerprint");
	memcpy(out, prefix, sizeof prefix - 1);
	memcpy(out + sizeof prefix - 1, text, (size_t)text_len);
	out[sizeof prefix - 1 + (size_t)text_len] = '\0';
	return INTOTO_OK;
}

bool ssh_blob_same(struct repo_slice a, struct repo_slice b)
{
	int order;

	if (a.len != b.len || !a.len)
		return false;
	order = memcmp(a.data, b.data, a.len);
	return !order;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* From a leaf to a root, by libcrypto's path validation over a store of our own. */
#include "base/clock.h"
#include "base/text.h"
#include "crypto/certificate_part.h"

enum {
	STRENGTH_112_BITS = 2, /* SSL_CTX_set_security_level(3) has the table */
	ALONE_MAX = 32,	       /* roots that are tried on their own */
};

X509_STORE *it_x509_store(const struct it_certificates *roots, int64_t at)
{
	X509_STORE *store = X509_STORE_new();
	X509_VERIFY_PARAM *param = store ? X509_STORE_get0_param(store) : NULL;
	bool good = param;

	for (size_t i = 0; good && i < roots->count; i++)
		good = X509_STORE_add_cert(store, roots->items[i].x509) == 1;
	if (good) {
		X509_VERIFY_PARAM_set_time(param, (time_t)at);
		X509_VERIFY_PARAM_set_depth(param, IT_CERTIFICATE_DEPTH);
		X509_VERIFY_PARAM_set_auth_level(param, STRENGTH_112_BITS);
		/* A root is what the layout calls one, whoever issued it (RFC 5280 section 6.1). */
		good = X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN) == 1;
	}
	if (good)
		return store;
	X509_STORE_free(store);
	return NULL;
}

static void describe(struct it_buf *out, X509_STORE_CTX *ctx)
{
	X509 *x509 = X509_STORE_CTX_get_current_cert(ctx);

	if (X509_STORE_CTX_get_error_depth(ctx) <= 0 || !x509) {
		(void)it_buf_add_text(out, "the certificate"); /* sticky, as below */
		return;
	}
	(void)it_buf_add_text(out, "its issuer '");
	it_certificate_subject(out, (struct it_certificate){ x509 });
	(void)it_buf_add_byte(out, '\'');
}

static int refuse_dates(X509_STORE_CTX *ctx, const char *who, int64_t at, bool early,
			struct intoto_error **err)
{
	const X509 *x509 = X509_STORE_CTX_get_current_cert(ctx);
	const ASN1_TIME *limit = early ? X509_get0_notBefore(x509) : X509_get0_notAfter(x509);
	int64_t seconds = 0;
	char then[IT_TIME_SIZE] = "";
	char now[IT_TIME_SIZE] = "";

	if (it_x509_time(&seconds, limit))
		it_time_format(then, seconds);
	it_time_format(now, at);
	return it_err_set(err, INTOTO_E_UNTRUSTED,
			  early ? "%s is valid from %s on, later than %s, as of which it is judged"
				: "%s expired at %s, before %s, as of which it is judged",
			  who, then, now);
}

int it_x509_refuse_path(X509_STORE_CTX *ctx, int64_t at, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf who = IT_BUF(SIZE_MAX / 2);
	int why = X509_STORE_CTX_get_error(ctx);

	describe(&who, ctx);
	switch (why) {
	case X509_V_ERR_CERT_NOT_YET_VALID:
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return refuse_dates(ctx, it_buf_text(&who), at,
				    why == X509_V_ERR_CERT_NOT_YET_VALID, err);
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_UNTRUSTED:
		return it_err_set(err, INTOTO_E_UNTRUSTED,
				  "no chain of issuers leads from %s to such a root",
				  it_buf_text(&who));
	default:
		return it_err_set(err, INTOTO_E_UNTRUSTED, "%s: %s", it_buf_text(&who),
				  X509_verify_cert_error_string(why));
	}
}

static size_t find_root(const struct it_certificates *roots, const STACK_OF(X509) * path)
{
	const X509 *last = sk_X509_value(path, sk_X509_num(path) - 1);
	size_t i = 0;

	while (i < roots->count && X509_cmp(roots->items[i].x509, last) != 0)
		i++;
	return i;
}

static int judge_path(size_t *root, X509_STORE_CTX *ctx, const struct it_certificates *roots,
		      struct intoto_error **err)
{
	const STACK_OF(X509) *path = X509_STORE_CTX_get0_chain(ctx);
	int rc = it_x509_check_issuers(path, 0, err);

	if (rc)
		return rc;
	*root = find_root(roots, path);
	if (*root == roots->count)
		return it_err_set(err, INTOTO_E_INTERNAL, "a path ends in no root");
	return INTOTO_OK;
}

/* *why is libcrypto's reason. */
static int attempt(size_t *root, int *why, X509 *leaf, const struct it_certificates *roots,
		   const struct it_certificates *helpers, int64_t at, struct intoto_error **err)
{
	IT_AUTO(X509_STORE_freep) X509_STORE *store = it_x509_store(roots, at);
	IT_AUTO(X509_STORE_CTX_freep) X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *between = sk_X509_new_reserve(NULL, (int)helpers->count + 1);
	int verdict = INTOTO_E_UNTRUSTED;

	for (size_t i = 0; between && i < helpers->count; i++)
		(void)sk_X509_push(between, helpers->items[i].x509); /* there is room */
	if (!store || !ctx || !between || X509_STORE_CTX_init(ctx, store, leaf, between) != 1) {
		sk_X509_free(between);
		return it_err_nomem(err);
	}
	if (X509_verify_cert(ctx) == 1)
		verdict = judge_path(root, ctx, roots, err);
	else
		verdict = it_x509_refuse_path(ctx, at, err);
	*why = X509_STORE_CTX_get_error(ctx);
	sk_X509_free(between);
	return verdict;
}

/*
 * libcrypto tries one issuer of a name only.  Where an authority has changed its key and kept its
 * name, and its certificates do not say which key has signed them, that may be the wrong one: so
 * each root is tried on its own.
 */
static int attempt_each(size_t *root, X509 *leaf, const struct it_certificates *roots,
			const struct it_certificates *helpers, int64_t at)
{
	int rc = INTOTO_E_UNTRUSTED;

	for (size_t i = 0; rc == INTOTO_E_UNTRUSTED && i < roots->count && i < ALONE_MAX; i++) {
		struct it_certificates one = { &roots->items[i], 1 };
		int why = X509_V_OK;

		rc = attempt(root, &why, leaf, &one, helpers, at, NULL);
		if (!rc)
			*root = i;
	}
	return rc;
}

int it_certificate_chain(size_t *root, struct it_certificate leaf,
			 const struct it_certificates *roots, const struct it_certificates *helpers,
			 int64_t at, struct intoto_error **err)
{
	IT_EVP_SESSION;
	IT_AUTO(intoto_error_freep) struct intoto_error *first = NULL;
	int why = X509_V_OK;
	int rc = attempt(root, &why, leaf.x509, roots, helpers, at, &first);

	if (rc == INTOTO_E_UNTRUSTED && why == X509_V_ERR_CERT_SIGNATURE_FAILURE &&
	    roots->count > 1)
		rc = attempt_each(root, leaf.x509, roots, helpers, at);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	return rc ? it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(first))
		  : INTOTO_OK;
}

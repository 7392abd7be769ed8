/* SPDX-License-Identifier: Apache-2.0 */
/* The table of signature schemes.  A new one is a file and a word here. */
#include "crypto/scheme.h"

#include "base/text.h"

static const struct it_scheme *const schemes[] = {
	&it_scheme_ed25519,
	&it_scheme_ecdsa_p256,
	&it_scheme_ecdsa_p384,
	&it_scheme_ecdsa_p521,
	&it_scheme_rsa_pss_sha256,
	&it_scheme_rsa_pss_sha384,
	&it_scheme_rsa_pss_sha512,
	&it_scheme_rsa_pss_sha224,
	&it_scheme_rsa_pkcs1_sha256,
	&it_scheme_rsa_pkcs1_sha384,
	&it_scheme_rsa_pkcs1_sha512,
	&it_scheme_rsa_pkcs1_sha224,
	NULL,
};

const struct it_scheme *const *it_schemes(void)
{
	return schemes;
}

const struct it_scheme *it_scheme_find(const char *name)
{
	for (size_t i = 0; schemes[i]; i++) {
		if (it_streq(schemes[i]->name, name))
			return schemes[i];
	}
	return NULL;
}

void it_scheme_list(struct it_buf *out)
{
	for (size_t i = 0; schemes[i]; i++)
		(void)it_buf_printf(out, "%s%s", i ? ", " : "", schemes[i]->name); /* sticky */
}

int it_scheme_refuse(struct it_span name, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(name);
	IT_AUTO(it_buf_done) struct it_buf known = IT_BUF(4096);

	it_scheme_list(&known);
	return it_err_set(err, INTOTO_E_UNSUPPORTED, "found \"%s\", want one of %s",
			  quoted ? quoted : "", it_buf_text(&known));
}

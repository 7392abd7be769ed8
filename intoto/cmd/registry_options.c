/* SPDX-License-Identifier: Apache-2.0 */
/* The registry options handed on to a helper program. */
#include "cmd/registry_options.h"

#include <stdio.h>

enum { WORD_MAX = 16 * 1024 };

static int add(struct it_strings *out, const char *name, const char *value,
	       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf word = IT_BUF(WORD_MAX);
	int rc;

	if (!value)
		return INTOTO_OK;
	(void)it_buf_printf(&word, *value ? "--%s=%s" : "--%s", name, value); /* looked at here */
	rc = it_buf_check(&word, name, err);
	return rc ? rc : it_strings_add(out, it_buf_text(&word), err);
}

int it_registry_words(struct it_strings *out, const struct it_registry_options *options,
		      struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (options->insecure_tls)
		(void)fputs("intoto: " IT_INSECURE_TLS_WARNING "\n", stderr); /* else nowhere */
	for (size_t i = 0; !rc && i < options->insecure.count; i++)
		rc = add(out, "insecure-registry", options->insecure.items[i], err);
	if (!rc)
		rc = add(out, "registry-ca", options->ca, err);
	if (!rc)
		rc = add(out, "registry-cert", options->cert, err);
	if (!rc)
		rc = add(out, "registry-key", options->key, err);
	if (!rc)
		rc = add(out, "registry-auth-file", options->auth_file, err);
	if (!rc)
		rc = add(out, "insecure-tls", options->insecure_tls ? "" : NULL, err);
	return rc ? rc : add(out, "retry-seconds", options->retry_seconds, err);
}

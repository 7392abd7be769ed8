/* SPDX-License-Identifier: Apache-2.0 */
/* Attempts with a passphrase. */
#include "crypto/unlock.h"

#include <string.h>

enum { ATTEMPTS = 3 };

struct passphrase {
	char text[IT_KEY_PASSPHRASE_MAX];
	size_t len;
};

static void wipe(struct passphrase *passphrase)
{
	explicit_bzero(passphrase, sizeof *passphrase);
}

static int refuse_none(int rc, struct intoto_error **err)
{
	return it_err_set(err, rc < 0 ? (enum intoto_code)rc : INTOTO_E_KEY,
			  "the key is encrypted and no passphrase was given");
}

static int ask(struct passphrase *out, const struct it_passphrase_source *source, unsigned number,
	       struct intoto_error **err)
{
	int rc = source->ask(source->arg, source->name, number, out->text, sizeof out->text,
			     &out->len, err);

	if (rc)
		return refuse_none(rc, err);
	if (out->len > sizeof out->text)
		return it_err_set(err, INTOTO_E_INTERNAL,
				  "the passphrase function went over its buffer");
	return INTOTO_OK;
}

int it_unlock(struct it_buf *plain, const struct it_passphrase_source *source,
	      int (*unlock)(const void *lock, struct it_span passphrase, struct it_buf *plain,
			    struct intoto_error **err),
	      const void *lock, const char *wrong, struct intoto_error **err)
{
	if (!source->ask)
		return refuse_none(INTOTO_E_KEY, err);
	for (unsigned number = 0; number < ATTEMPTS; number++) {
		IT_AUTO(wipe) struct passphrase passphrase = { .len = 0 };
		IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
		int rc = ask(&passphrase, source, number, number ? &why : err);

		/* A source that has only one says so, and the lock knows more. */
		if (rc == INTOTO_E_KEY && number)
			break;
		if (rc && number)
			return it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
		if (!rc)
			rc = unlock(lock, it_span(passphrase.text, passphrase.len), plain, err);
		if (rc && plain->data) {
			explicit_bzero(plain->data, plain->cap);
			it_buf_reset(plain);
		}
		if (rc != IT_PASSPHRASE_WRONG)
			return rc;
	}
	return it_err_set(err, INTOTO_E_KEY, "%s", wrong);
}

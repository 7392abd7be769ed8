/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/archive_adding.h"

#include <stdlib.h>

#include "base/clock.h"
#include "cmd/verify.h"

static int sign(void *arg, struct intoto_envelope *envelope, struct intoto_error **err)
{
	const struct it_adding *adding = arg;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < adding->signers.count; i++)
		rc = it_envelope_sign(envelope, adding->signers.items[i], INTOTO_KEYID_LEGACY, err);
	return rc;
}

/* Without --key, all of it must be signed by those that sign now. */
static int trust(void *arg, const struct it_archive *archive, struct intoto_error **err)
{
	const struct it_adding *adding = arg;
	IT_AUTO(it_freep)
	void *block = calloc(adding->signers.count + 1, sizeof(struct intoto_key *));
	struct it_archive_keys own = { block, 0 };

	if (adding->keys.count)
		return it_archive_signed(archive, &adding->keys, err);
	if (!block)
		return it_err_nomem(err);
	for (; own.count < adding->signers.count; own.count++)
		own.items[own.count] =
			(struct intoto_key *)(uintptr_t)adding->signers.items[own.count]->key;
	return it_err_wrap(
		err, it_archive_signed(archive, &own, err),
		"who signed it must be named (--key FILE), unless the same key signs now");
}

int it_adding_open(struct it_adding *out, struct it_adding_words *words, const char *path,
		   struct intoto_error **err)
{
	bool given = false;
	int rc = INTOTO_OK;

	if (!words->output)
		rc = it_err_set(err, INTOTO_E_USAGE, "want a name for the new archive (-o FILE)");
	if (!rc && !words->signing_keys.count)
		rc = it_err_set(err, INTOTO_E_USAGE, "want a key that signs (--signing-key KEY)");
	if (!rc)
		rc = it_passphrase_check(&words->passphrase, err);
	if (!rc)
		rc = it_archive_keys_load(&out->keys, &words->keys, err);
	if (!rc)
		rc = it_verify_epoch(&out->adding.time, &given, err);
	if (!rc)
		rc = it_signers_open(&out->signers, &words->signing_keys, &words->passphrase, err);
	if (!given)
		out->adding.time = it_clock_now();
	out->adding.path = path;
	out->adding.output = words->output;
	out->adding.tool = "intoto " PACKAGE_VERSION;
	out->adding.trust = trust;
	out->adding.trust_arg = out;
	out->adding.sign = sign;
	out->adding.sign_arg = out;
	return rc;
}

void it_adding_done(struct it_adding *adding)
{
	it_signers_done(&adding->signers);
	it_archive_keys_done(&adding->keys);
}

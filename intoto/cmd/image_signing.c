/* SPDX-License-Identifier: Apache-2.0 */
/* Signers of images from the words of the command line, and the account of what they did. */
#include "cmd/image_signing.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "cmd/verify.h"

const char *const it_image_signature_words[] = { "bundle", "simple", "both", NULL };

int it_image_signing_open(struct it_image_signing *signing, struct it_signers *signers,
			  struct it_image_signing_words *words, struct intoto_error **err)
{
	bool given = false;
	int rc = it_passphrase_check(&words->passphrase, err);

	if (!rc)
		rc = it_verify_epoch(&signing->time, &given, err);
	if (!rc && !given)
		signing->time = it_clock_now();
	if (!rc)
		rc = it_signers_open(signers, &words->keys, &words->passphrase, err);
	signing->bundle = !it_streq(words->signature, "simple");
	signing->simple = !it_streq(words->signature, "bundle");
	signing->signers = (const struct it_signer *const *)signers->items;
	signing->signer_count = signers->count;
	return rc;
}

/* --- what was done --- */

static const char *kind_name(enum it_signed_kind kind)
{
	static const char *const names[] = { [IT_SIGNED_IMAGE] = "signature",
					     [IT_SIGNED_VSA] = "vsa",
					     [IT_SIGNED_ATTESTATION] = "attestation" };

	return names[kind];
}

static const char *form_name(enum it_attached_form form)
{
	if (form == IT_ATTACHED_BUNDLE)
		return "bundle";
	return form == IT_ATTACHED_SIGNATURE ? "sig" : "att";
}

static const char *state_name(enum it_signed_state state)
{
	static const char *const names[] = { [IT_SIGNED_MISSING] = "missing",
					     [IT_SIGNED_PUT] = "put",
					     [IT_SIGNED_THERE] = "there" };

	return names[state];
}

void it_image_signed_print(struct it_buf *out, const struct it_signed_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct it_signed *entry = &list->items[i];

		/* Sticky: who prints it looks. */
		(void)it_buf_printf(out, "  %-11s  %-6s  %s  %s %s%s\n", kind_name(entry->kind),
				    form_name(entry->form), entry->image, entry->keytype,
				    entry->key,
				    entry->state == IT_SIGNED_THERE ? "  (was there)" : "");
	}
}

static void write_member(struct it_writer *writer, const char *name, const char *value)
{
	it_write_name(writer, name);
	it_write_text(writer, value);
}

void it_image_signed_write(struct it_writer *writer, const struct it_signed_list *list)
{
	it_write_list(writer);
	for (size_t i = 0; i < list->count; i++) {
		const struct it_signed *entry = &list->items[i];

		it_write_object(writer);
		write_member(writer, "form", form_name(entry->form));
		write_member(writer, "image", entry->image);
		write_member(writer, "key", entry->key);
		write_member(writer, "keyType", entry->keytype);
		write_member(writer, "kind", kind_name(entry->kind));
		if (*entry->manifest)
			write_member(writer, "manifest", entry->manifest);
		write_member(writer, "state", state_name(entry->state));
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

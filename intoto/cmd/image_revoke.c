/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intoto image revoke: keeps the deny list that intoto image verify consults.
 *
 * A list is only changed by who could have signed it: one with another's signature is left alone,
 * or whoever can write the file would have his own entries signed.
 */
#include "cmd/image_revoke.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/layout_options.h"
#include "cmd/output.h"
#include "crypto/signer.h"

enum { FILE_MODE = 0666 /* and umask */ };

#define DEFAULT_SPAN "30d"

/* clang-format off */
static const struct it_option options[] = {
	IT_REQUIRED(struct it_image_revoke_words, deny_list, 0, "deny-list", "FILE",
		    "the list; it is made if it is not there"),
	IT_VALUE(struct it_image_revoke_words, signing_key, 0, "signing-key", "KEY",
		 "the private key that signs it: a file, or the URI of a signer"),
	IT_PASSPHRASE_OPTIONS(struct it_image_revoke_words, passphrase),
	IT_EACH(struct it_image_revoke_words, deny_list_keys, 0, "deny-list-key", "FILE",
		"another public key that the list may have been signed by so far"),
	IT_EACH(struct it_image_revoke_words, keys, 0, "key", "FILE",
		"revoke a public key: its signatures count no more"),
	IT_EACH(struct it_image_revoke_words, identities, 0, "identity", "TEXT",
		"revoke an identity: of a verifier, or the name that a signature is for"),
	IT_EACH(struct it_image_revoke_words, digests, 0, "digest", "sha256:HEX",
		"revoke an image, a layer or an attestation by its digest"),
	IT_VALUE(struct it_image_revoke_words, reason, 0, "reason", "TEXT", "why; verify says it"),
	IT_VALUE(struct it_image_revoke_words, since, 0, "since", "TIME",
		 "since when: 2026-01-31T23:59:59Z, or @SECONDS since 1970 (now)"),
	IT_VALUE(struct it_image_revoke_words, by, 0, "by", "TEXT", "who says so"),
	IT_VALUE(struct it_image_revoke_words, expires, 0, "expires", "TIME",
		 "for how long the list is good from now on, as 12h, 90d or 8w (30d)"),
	IT_FLAG(struct it_image_revoke_words, remove, 0, "remove",
		"take these out of the list instead"),
	IT_FLAG(struct it_image_revoke_words, renew, 0, "renew",
		"change nothing but the time until which it is good"),
	IT_FLAG(struct it_image_revoke_words, show, 0, "show", "only show the list"),
	IT_IMAGE_OPTIONS(struct it_image_revoke_words, image),
};
/* clang-format on */

/* One run. */
struct revoking {
	const struct it_image_revoke_words *words;
	struct it_key_list trusted; /* of --deny-list-key */
	struct it_signer *signer;   /* NULL: only shown */
	struct it_deny_list *list;
	struct it_revoked revoked;
	const char *signed_by; /* fingerprint; NULL: nobody known, or new */
	int64_t now;
	int lock;
};

static void revoking_done(struct revoking *self)
{
	it_key_list_done(&self->trusted);
	it_signer_free(self->signer);
	it_deny_list_free(self->list);
	it_revoked_done(&self->revoked);
	it_fd_close(&self->lock);
}

/* --- words --- */

static int check_words(const struct it_image_revoke_words *words, size_t places,
		       struct intoto_error **err)
{
	bool named = words->keys.count || words->identities.count || words->digests.count || places;

	if (words->show && (named || words->remove || words->renew))
		return it_err_set(err, INTOTO_E_USAGE, "option --show changes nothing");
	if (words->show)
		return INTOTO_OK;
	if (!words->signing_key)
		return it_err_set(err, INTOTO_E_USAGE,
				  "want the key that signs the list "
				  "(--signing-key KEY)");
	if (words->renew && (named || words->remove))
		return it_err_set(err, INTOTO_E_USAGE, "option --renew changes no entry");
	if (!named && !words->renew)
		return it_err_set(err, INTOTO_E_USAGE,
				  "want what is revoked: --key, --identity, --digest, or an image");
	if (named && !words->remove && (!words->reason || !*words->reason))
		return it_err_set(err, INTOTO_E_USAGE, "want the reason (--reason TEXT)");
	if (words->remove && (words->reason || words->since || words->by))
		return it_err_set(err, INTOTO_E_USAGE,
				  "options --reason, --since and --by are for what is revoked, not "
				  "for --remove");
	return INTOTO_OK;
}

/* --- the list that is there --- */

static int find_signer(struct revoking *self, const struct intoto_envelope *envelope,
		       struct intoto_error **err)
{
	for (size_t i = 0; !self->signed_by && i < self->trusted.count; i++)
		if (intoto_envelope_verify(envelope, self->trusted.items[i], NULL) == INTOTO_OK)
			self->signed_by = intoto_key_fingerprint(self->trusted.items[i]);
	if (!self->signed_by && self->signer &&
	    intoto_envelope_verify(envelope, self->signer->key, NULL) == INTOTO_OK)
		self->signed_by = intoto_key_fingerprint(self->signer->key);
	if (self->signed_by || (self->words->show && !self->trusted.count))
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_UNTRUSTED,
			  "is signed by none of the keys at hand: one that signed it so far is "
			  "given by --deny-list-key");
}

static int read_list(struct revoking *self, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_freep) char *path = it_text_quoted(it_span_text(self->words->deny_list));
	int rc = intoto_envelope_load(&envelope, self->words->deny_list, err);

	if (rc)
		return rc;
	rc = find_signer(self, envelope, err);
	if (!rc)
		rc = it_deny_list_read(&self->list, envelope, err);
	return it_err_wrap(err, rc, "%s", path ? path : "");
}

static int open_list(struct revoking *self, struct intoto_error **err)
{
	if (!self->words->show && access(self->words->deny_list, F_OK) && errno == ENOENT)
		return self->words->remove || self->words->renew
			       ? read_list(self, err)
			       : it_deny_list_new(&self->list, err);
	return read_list(self, err);
}

/* Two that change one list wait for each other: the lock is on its folder, since the file itself is
 * replaced. */
static int lock(struct revoking *self, struct intoto_error **err)
{
	const char *path = self->words->deny_list;
	const char *slash = strrchr(path, '/');
	IT_AUTO(it_freep)
	char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	IT_AUTO(it_freep) char *quoted = folder ? it_text_quoted(it_span_text(folder)) : NULL;

	if (!folder || !quoted)
		return it_err_nomem(err);
	self->lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (self->lock < 0 || flock(self->lock, LOCK_EX))
		return it_err_errno(err, errno, "%s", quoted);
	return INTOTO_OK;
}

/* --- changing --- */

static int change(struct revoking *self, struct intoto_error **err)
{
	const struct it_image_revoke_words *words = self->words;
	struct it_deny_entry entry = { .reason = words->reason, .by = words->by ? words->by : "" };
	int rc = it_read_time(&entry.since, "--since", words->since, err);

	for (size_t i = 0; !rc && i < self->revoked.values.count; i++) {
		entry.kind = self->revoked.kinds[i];
		entry.value = self->revoked.values.items[i];
		rc = words->remove ? it_deny_list_remove(self->list, entry.kind, entry.value, err)
				   : it_deny_list_add(self->list, &entry, err);
	}
	return rc;
}

static int write_list(struct revoking *self, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_freep) char *path = NULL;
	IT_AUTO(it_freep) char *text = NULL;
	size_t len = 0;
	int rc = it_deny_list_to_envelope(&envelope, self->list, err);

	if (!rc)
		rc = it_envelope_sign(envelope, self->signer, INTOTO_KEYID_CURRENT, err);
	if (!rc)
		rc = intoto_envelope_print(envelope, &text, &len, err);
	if (!rc)
		rc = it_path_in_place(&path, self->words->deny_list, err);
	return rc ? rc : it_file_write(path, it_span(text, len), FILE_MODE, IT_FILE_SYNC, err);
}

static int renew(struct revoking *self, struct intoto_error **err)
{
	int64_t span = 0;
	int rc = it_read_span(&span, "--expires",
			      self->words->expires ? self->words->expires : DEFAULT_SPAN, err);

	if (rc)
		return rc;
	if (self->list->version == INT64_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "the list has the last version there is");
	self->list->version++;
	self->list->issued = self->now;
	self->list->expires = self->now + span;
	return write_list(self, err);
}

static int update(struct revoking *self, struct intoto_error **err)
{
	int rc = lock(self, err);

	if (!rc)
		rc = open_list(self, err);
	if (!rc)
		rc = change(self, err);
	if (!rc)
		rc = renew(self, err);
	if (!rc)
		self->signed_by = intoto_key_fingerprint(self->signer->key);
	return rc;
}

static int do_it(struct revoking *self, struct it_image_revoke_words *words,
		 const struct it_strings *places, struct intoto_error **err)
{
	int rc = it_key_list_load(&self->trusted, &words->deny_list_keys, err);

	self->now = it_clock_now();
	if (rc)
		return rc;
	if (words->show) {
		rc = read_list(self, err);
	} else {
		rc = it_signer_open(&self->signer, words->signing_key, it_passphrase_get,
				    &words->passphrase, err);
		if (!rc)
			rc = it_revoked_read(&self->revoked, words, places, err);
		if (!rc)
			rc = update(self, err);
	}
	return rc ? rc
		  : it_deny_list_show(self->list, self->signed_by,
				      it_report_is_json(words->image.format), self->now, err);
}

static int run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct it_image_revoke_words *words = parsed;
	IT_AUTO(revoking_done) struct revoking self = { .words = words, .lock = -1 };
	int rc = it_passphrase_check(&words->passphrase, err);

	if (!rc)
		rc = check_words(words, operands->count, err);
	if (!rc)
		rc = do_it(&self, words, operands, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_image_revoke = {
	.name = "revoke",
	.synopsis = "--deny-list FILE --signing-key KEY [OPTIONS] [IMAGE]...",
	.summary = "say whose signatures and which images are trusted no more",
	.examples = "intoto image revoke --deny-list denied.json --signing-key security.key "
		    "--key lost.pub --reason \"laptop stolen\"\n"
		    "intoto image revoke --deny-list denied.json --signing-key security.key "
		    "registry.example/app:1.3 --reason CVE-2026-1\n"
		    "intoto image revoke --deny-list denied.json --show",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct it_image_revoke_words),
	.run = run,
	.manual = "intoto-image-revoke",
};

/* SPDX-License-Identifier: Apache-2.0 */
/* From words to a step. */
#include "cmd/step_options.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "crypto/certificate.h"

const char *const it_digest_words[] = { "sha256",      "sha384",  "sha512", "gitoid",
					"gitoid-sha1", "dirHash", NULL };
const char *const it_symlink_words[] = { "follow", "record", NULL };
const char *const it_key_type_words[] = { "ed25519", "rsa", "ecdsa", NULL };

int it_refuse_password(void *options, const char *value, struct intoto_error **err)
{
	(void)options;
	(void)value;
	return it_err_set(err, INTOTO_E_USAGE,
			  "every process could read the passphrase: want --passphrase-file, "
			  "--passphrase-fd, --passphrase-env, or nothing for a prompt");
}

/* The command that is run next has no business with the passphrase. */
static void hide_passphrase(const struct it_passphrase *source)
{
	uint64_t fd;

	if (source->env)
		(void)unsetenv(source->env); /* a name without "=", or it was refused */
	if (source->fd && it_parse_u64(source->fd, INT_MAX, &fd) && fd > STDERR_FILENO)
		(void)fcntl((int)fd, F_SETFD, FD_CLOEXEC); /* it was read from */
}

static int open_signer(struct it_step_setup *setup, struct it_step_words *words,
		       struct intoto_error **err)
{
	const char *name = words->key;
	const char *type;
	int rc = it_gpg_check(words->gpg != NULL, words->key != NULL, words->gpg_home, err);

	if (!rc && !words->gpg && !words->key)
		rc = it_err_set(err, INTOTO_E_USAGE,
				"option --signing-key KEY is missing (or --gpg [KEYID])");
	if (!rc && words->gpg) {
		setup->uri = it_gpg_uri(words->gpg, words->gpg_home);
		name = setup->uri;
		rc = name ? INTOTO_OK : it_err_nomem(err);
	}
	if (!rc)
		rc = it_signer_open(&setup->signer, name, it_passphrase_get, &words->passphrase,
				    err);
	if (rc)
		return rc;
	type = intoto_key_type(setup->signer->key);
	if (words->key_type && !it_streq(type, words->key_type))
		return it_err_set(err, INTOTO_E_KEY, "%s: want a key of type %s, found %s", name,
				  words->key_type, type);
	return words->certificate ? it_signer_certify(setup->signer, words->certificate, err)
				  : INTOTO_OK;
}

/* SHA-1 decides nothing (it_digests_match), and a set has one value by one name. */
static int check_digests(const struct it_strings *words, const struct it_step_setup *setup,
			 struct intoto_error **err)
{
	bool strong = !setup->algorithms[0];

	for (size_t i = 0; setup->algorithms[i]; i++)
		strong = strong || setup->algorithms[i]->strong;
	if (!strong)
		return it_err_set(err, INTOTO_E_USAGE,
				  "--digest gitoid-sha1: SHA-1 alone proves nothing, want sha256 "
				  "or another beside it");
	if (it_strings_has(words, "gitoid") && it_strings_has(words, "gitoid-sha1"))
		return it_err_set(err, INTOTO_E_USAGE,
				  "--digest gitoid and gitoid-sha1: both would be recorded as "
				  "gitBlob, want one of them");
	if (it_strings_has(words, "dirHash") && setup->algorithms[0] &&
	    !it_strings_has(words, "sha256"))
		return it_err_set(err, INTOTO_E_USAGE,
				  "--digest dirHash: it is made of SHA-256, want sha256 beside it");
	return INTOTO_OK;
}

/* The option table has checked the words; one that is given twice counts once. */
static int choose_digests(struct it_step_setup *setup, const struct it_strings *words,
			  struct intoto_error **err)
{
	size_t count = 0;

	for (size_t i = 0; it_digest_words[i]; i++)
		if (it_strings_has(words, it_digest_words[i]) &&
		    it_digest_find(it_digest_words[i])) /* dirHash is not of a file */
			setup->algorithms[count++] = it_digest_find(it_digest_words[i]);
	return check_digests(words, setup, err);
}

int it_step_setup(struct it_step_setup *setup, struct it_step_words *words, const char *command,
		  struct intoto_error **err)
{
	struct it_snapshot_options *snapshot = &setup->options.snapshot;
	int rc;

	*setup = (struct it_step_setup){ 0 };
	it_progress_start(&setup->progress, command, words->quiet);
	rc = choose_digests(setup, &words->digests, err);
	if (!rc)
		rc = it_registry_words(&setup->registry, &words->registry, err);
	*snapshot = (struct it_snapshot_options){
		.base_path = words->base_path,
		.exclude = words->exclude.count ? &words->exclude : NULL,
		.lstrip = &words->lstrip,
		.symlinks = it_streq(words->symlinks, "record") ? IT_SYMLINKS_RECORD
								: IT_SYMLINKS_FOLLOW,
		.optional = words->optional,
		.algorithms = setup->algorithms[0] ? setup->algorithms : NULL,
		.registry = &setup->registry,
		.dir_hash = it_strings_has(&words->digests, "dirHash"),
		.notice = it_progress_notice,
		.progress = it_progress_files,
		.arg = &setup->progress,
	};
	setup->options.name = words->name;
	setup->options.keyid_style = it_keyid_style_named(words->keyid_style);
	setup->options.metadata_directory = words->metadata_directory;
	if (!rc)
		rc = open_signer(setup, words, err);
	hide_passphrase(&words->passphrase);
	setup->options.signer = setup->signer;
	return rc;
}

void it_step_setup_done(struct it_step_setup *setup)
{
	it_progress_end(&setup->progress);
	it_signer_free(setup->signer);
	it_strings_done(&setup->registry);
	free(setup->uri);
}

void it_step_tell(const struct it_step_setup *setup, const struct it_step_words *words,
		  const struct it_step_result *result)
{
	IT_AUTO(it_freep) char *path = NULL;

	if (!words->verbose || !result->link_path)
		return;
	path = it_text_quoted(it_span_text(result->link_path));
	(void)fprintf(stderr, "%s: %s: %zu materials, %zu products\n", setup->progress.command,
		      path ? path : "", result->materials,
		      result->products); /* nowhere else to say it */
}

int it_step_format(enum intoto_envelope_format *out, const char *word, bool use_dsse,
		   struct intoto_error **err)
{
	*out = it_envelope_named(word);
	if (use_dsse && *out != INTOTO_DSSE)
		return it_err_set(err, INTOTO_E_USAGE,
				  "--use-dsse and --format=%s: want one of "
				  "them",
				  word);
	return INTOTO_OK;
}

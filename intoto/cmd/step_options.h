/* SPDX-License-Identifier: Apache-2.0 */
/* What intoto run, record start and record stop have in common on the command line. */
#ifndef IT_CMD_STEP_OPTIONS_H
#define IT_CMD_STEP_OPTIONS_H

#include "cmd/choices.h"
#include "cmd/gpg_options.h"
#include "cmd/passphrase.h"
#include "cmd/progress.h"
#include "cmd/registry_options.h"
#include "run/step.h"

struct it_step_words {
	const char *name;
	const char *key;
	const char *key_type;
	const char *gpg; /* "" is gpg's default key */
	const char *gpg_home;
	const char *certificate;
	struct it_strings exclude;
	const char *base_path;
	struct it_strings lstrip;
	const char *metadata_directory;
	struct it_strings digests;
	const char *symlinks;
	const char *keyid_style;
	bool optional;
	bool quiet;
	unsigned verbose;
	struct it_registry_options registry;
	struct it_passphrase passphrase;
};

extern const char *const it_digest_words[];   /* sha256 (the default) and others */
extern const char *const it_symlink_words[];  /* follow (the default), record */
extern const char *const it_key_type_words[]; /* ed25519, rsa, ecdsa */

/* An option of the Python tool that puts a secret where every process can read it. */
int it_refuse_password(void *options, const char *value, struct intoto_error **err);

/* clang-format off */
/* The rows in front of those of a command, and behind them. */
#define IT_STEP_WHO_OPTIONS(type, member) \
	IT_REQUIRED(type, member.name, 'n', "step-name", "NAME", "the step's name in the layout"), \
	IT_VALUE(type, member.key, 0, "signing-key", "KEY", \
		 "the private key that signs: a file, or the URI of a signer"), \
	IT_VALUE(type, member.key, 'k', "key", "KEY", "the same by its older name"), \
	IT_GPG_OPTION(type, member.gpg), \
	IT_GPG_HOME_OPTION(type, member.gpg_home), \
	IT_CHOICE(type, member.key_type, 't', "key-type", "TYPE", it_key_type_words, \
		  "what kind of key that is; only checked"), \
	IT_VALUE(type, member.certificate, 'c', "cert", "FILE", \
		 "the key's certificate, then its issuers; put onto the signature"), \
	IT_PASSPHRASE_OPTIONS(type, member.passphrase), \
	{ .letter = 'P', .name = "password", .kind = IT_OPTION_CUSTOM, .set = it_refuse_password, \
	  .help = "refused: a secret on the command line is no secret", .hidden = true }
#define IT_STEP_HOW_OPTIONS(type, member) \
	IT_WORDS(type, member.exclude, 0, "exclude", "PATTERN", \
		 "leave out what these match, as in .gitignore, instead of the usual"), \
	IT_VALUE(type, member.base_path, 0, "base-path", "FOLDER", \
		 "paths and names are relative to FOLDER"), \
	IT_WORDS(type, member.lstrip, 0, "lstrip-paths", "PREFIX", \
		 "take the longest of these off the front of each name"), \
	IT_VALUE(type, member.metadata_directory, 'd', "metadata-directory", "FOLDER", \
		 "where the link is put (the current folder)"), \
	{ .name = "digest", .argument = "ALGORITHM", .kind = IT_OPTION_TEXTS, \
	  .offset = offsetof(type, member.digests), .choices = it_digest_words, \
	  .help = "how files are hashed (sha256)" }, \
	IT_CHOICE(type, member.symlinks, 0, "symlinks", "WHAT", it_symlink_words, \
		  "record what symbolic links lead to, or the links themselves"), \
	IT_FLAG(type, member.optional, 0, "optional", \
		"skip paths that are not there, with a notice"), \
	IT_KEYID_STYLE_OPTION(type, member.keyid_style), \
	IT_REGISTRY_OPTIONS(type, member.registry), \
	IT_TALLY(type, member.verbose, 'v', "verbose", "say what was recorded and where"), \
	IT_FLAG(type, member.quiet, 'q', "quiet", "say nothing but errors")
/* clang-format on */

enum { IT_STEP_DIGESTS = 5 };

/* A step made from words, its key opened. */
struct it_step_setup {
	struct it_step_options options;
	struct it_signer *signer;
	char *uri; /* of a key that gpg keeps */
	struct it_strings registry; /* words for whoever asks registries */
	const struct it_digest_alg *algorithms[IT_STEP_DIGESTS + 1];
	struct it_progress progress;
};

/* command is "intoto run": it stands in front of what is said on standard error. */
IT_CHECK int it_step_setup(struct it_step_setup *setup, struct it_step_words *words,
			   const char *command, struct intoto_error **err);
void it_step_setup_done(struct it_step_setup *setup);

/* With --verbose: what stands in which file now. */
void it_step_tell(const struct it_step_setup *setup, const struct it_step_words *words,
		  const struct it_step_result *result);

/* --format and --use-dsse together: the flag of the Python tool is what we do anyway. */
IT_CHECK int it_step_format(enum intoto_envelope_format *out, const char *word, bool use_dsse,
			    struct intoto_error **err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* --attest and what belongs to it; attestors opened from words. */
#ifndef IT_CMD_ATTEST_OPTIONS_H
#define IT_CMD_ATTEST_OPTIONS_H

#include "cmd/command.h"
#include "run/step_attest.h"

struct it_attest_words {
	struct it_strings attest;      /* NAME or NAME=FILE-OR-GLOB */
	struct it_strings options;     /* NAME:KEY=VALUE */
	struct it_strings on_failure;  /* NAME=fatal|record|ignore */
	struct it_strings network;     /* NAME */
	struct it_strings environment; /* NAME=VARIABLE */
	struct it_strings paths;       /* NAME=PATH */
	struct it_strings folders;
	bool no_reports;
	bool best_effort;
	struct it_strings allowed; /* variables */
	bool redact;
};

/* clang-format off */
#define IT_ATTEST_OPTIONS(type, member) \
	IT_EACH(type, member.attest, 0, "attest", "NAME[=FILE]", \
		"let this attestor look at the step, and sign what it says (FILE may be a pattern)"), \
	IT_EACH(type, member.options, 0, "attest-option", "NAME:KEY=VALUE", \
		"an option of that attestor"), \
	IT_EACH(type, member.on_failure, 0, "attest-on-failure", "NAME=WHAT", \
		"when it fails: fatal (nothing is signed), record or ignore"), \
	IT_EACH(type, member.network, 0, "attest-network", "NAME", \
		"grant it the network, if it asks for it"), \
	IT_EACH(type, member.environment, 0, "attest-env", "NAME=VARIABLE", \
		"pass it this variable (PREFIX_*: all such that look like no secret)"), \
	IT_EACH(type, member.paths, 0, "attest-path", "NAME=PATH", \
		"let it read this file or folder, too"), \
	IT_EACH(type, member.folders, 0, "attestor-path", "FOLDER", \
		"look for attestors here first"), \
	IT_FLAG(type, member.best_effort, 0, "attest-best-effort", \
		"hear attestors also where they cannot be confined"), \
	IT_EACH(type, member.allowed, 0, "allow-secret", "VARIABLE", \
		"the value of this variable may be recorded, though its name says secret"), \
	IT_FLAG(type, member.redact, 0, "redact", \
		"take values of secret variables out of the link; --attest does it anyway"), \
	IT_FLAG(type, member.no_reports, 0, "no-reports", \
		"do not keep the files that attestors read beside the link")
/* clang-format on */

/* Attestors that were found, each by its manifest; lives as long as the step. */
struct it_attest_setup {
	struct it_step_attest attest;
	struct it_step_attestor *items;
	struct it_strings *lists; /* four for each item: files, options, granted, paths */
	size_t count;
	struct it_strings hidden;
};

/*
 * Finds them and checks what they are asked.  key and passphrase_file are hidden from them; either
 * may be NULL.  Afterwards setup->attest.items is empty when there is none.
 */
IT_CHECK int it_attest_setup(struct it_attest_setup *setup, const struct it_attest_words *words,
			     bool in_step, const char *key, const char *passphrase_file,
			     struct intoto_error **err);
void it_attest_setup_done(struct it_attest_setup *setup);

/* Where those are that ship with us, as --help and messages name it. */
const char *it_attestors_folder(void);

#endif

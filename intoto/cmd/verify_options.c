/* SPDX-License-Identifier: Apache-2.0 */
/* The options of intoto verify, and the command itself. */
#include "cmd/choices.h"
#include "cmd/gpg_options.h"
#include "cmd/verify.h"

static const char *const allow_words[] = { "bad-glob",		 "disagreement",   "empty-layout",
					   "failed-step",	 "name-mismatch",  "no-expiry",
					   "unnamed-provenance", "zero-threshold", NULL };
static const char *const inspection_words[] = { "sandbox", "host", "refuse", NULL };
/* As in the table of layouts/report_format.c. */
static const char *const format_words[] = { "text", "json", "junit", "sarif", "markdown", NULL };
static const char *const key_type_words[] = { "rsa", "ecdsa", "ed25519", NULL };

/* clang-format off */
static const struct it_option options[] = {
	IT_REQUIRED(struct it_verify_words, layout, 'l', "layout", "FILE", "the signed layout"),
	IT_WORDS(struct it_verify_words, verification_keys, 0, "verification-keys", "FILE",
		 "public keys; each of them must have signed the layout"),
	IT_WORDS(struct it_verify_words, layout_keys, 'k', "layout-keys", "FILE",
		 "the same by its older name"),
	{ .letter = 't', .name = "key-types", .argument = "TYPE", .kind = IT_OPTION_LIST,
	  .offset = offsetof(struct it_verify_words, key_types), .choices = key_type_words,
	  .help = "what the --layout-keys are, in their order; only checked" },
	IT_GPG_KEYS_OPTION(struct it_verify_words, gpg,
			   "public keys that gpg keeps; each must have signed the layout, too"),
	IT_GPG_HOME_OPTION(struct it_verify_words, gpg_home),
	IT_VALUE(struct it_verify_words, link_dir, 'd', "link-dir", "FOLDER",
		 "where the links are (the current folder)"),
	IT_WORDS(struct it_verify_words, intermediates, 'i', "intermediate-certs", "FILE",
		 "certificates that may stand between one on a link and a root of the layout"),
	IT_WORDS(struct it_verify_words, timestamp_roots, 0, "timestamp-roots", "FILE",
		 "certificates of the authorities whose timestamps count"),
	IT_WORDS(struct it_verify_words, exceptions, 0, "exceptions", "PATH",
		 "signed exceptions, files or folders of them, besides those beside the links"),
	IT_EACH(struct it_verify_words, parameters, 0, "param", "NAME=VALUE",
		"put VALUE for {NAME} in the layout"),
	IT_FLAG(struct it_verify_words, pass_parameters, 0, "pass-parameters",
		"put them into sublayouts too"),
	IT_VALUE(struct it_verify_words, at, 0, "at", "TIME",
		 "verify as of 2026-01-31T23:59:59Z, or @SECONDS since 1970"),
	{ .name = "allow", .argument = "NAME", .kind = IT_OPTION_TEXTS,
	  .offset = offsetof(struct it_verify_words, allow), .choices = allow_words,
	  .help = "allow one thing that is refused by default" },
	IT_CHOICE(struct it_verify_words, inspections, 0, "inspections", "WHAT", inspection_words,
		  "run the layout's commands confined (sandbox), with all your rights (host), or not at all"),
	IT_EACH(struct it_verify_words, inspection_paths, 0, "inspection-paths", "PATH",
		"what inspections see and record (all of the current folder)"),
	IT_VALUE(struct it_verify_words, inspection_timeout, 0, "inspection-timeout", "SECONDS",
		 "end an inspection that takes longer; 0 is never (60 in the sandbox)"),
	IT_VALUE(struct it_verify_words, inspection_memory, 0, "inspection-memory", "SIZE",
		 "address space of a process in the sandbox, like 512M; 0 is no limit (4G)"),
	IT_VALUE(struct it_verify_words, inspection_processes, 0, "inspection-processes", "NUMBER",
		 "how many processes at once in the sandbox (512)"),
	IT_VALUE(struct it_verify_words, inspection_size, 0, "inspection-size", "SIZE",
		 "how much may be copied for the sandbox, and the largest file there (16G)"),
	IT_CHOICE(struct it_verify_words, format, 0, "format", "FORMAT", format_words,
		  "how the report is printed (text)"),
	IT_EACH(struct it_verify_words, reports, 0, "report", "FORMAT=FILE",
		"write the report to a file too, whatever the verdict"),
	IT_EACH(struct it_verify_words, explain, 0, "explain", "ARTIFACT",
		"tell the story of a name, a file, or a digest like sha256:1a2b3c4d"),
	IT_EACH(struct it_verify_words, graphs, 0, "graph", "FILE",
		"draw the chain into FILE.svg or FILE.dot; svg or dot alone prints it instead"),
	IT_FLAG(struct it_verify_words, no_ci_summary, 0, "no-ci-summary",
		"do not append a summary to the file that GITHUB_STEP_SUMMARY names"),
	IT_VALUE(struct it_verify_words, summary_link, 0, "summary-link", "FILE",
		 "on a pass, write the summary link"),
	IT_VALUE(struct it_verify_words, summary_name, 0, "summary-name", "NAME",
		 "the step that the summary link stands for"),
	IT_VALUE(struct it_verify_words, vsa, 0, "vsa", "FILE",
		 "write the verdict as a signed SLSA verification summary"),
	IT_VALUE(struct it_verify_words, svr, 0, "svr", "FILE",
		 "on a pass, write a signed in-toto simple verification result"),
	IT_VALUE(struct it_verify_words, signing_key, 0, "signing-key", "KEY",
		 "the private key that signs these: a file, or the URI of a signer"),
	IT_PASSPHRASE_OPTIONS(struct it_verify_words, passphrase),
	IT_KEYID_STYLE_OPTION(struct it_verify_words, keyid_style),
	IT_VALUE(struct it_verify_words, verifier_id, 0, "verifier-id", "URI",
		 "who verifies, for --vsa and --svr"),
	IT_VALUE(struct it_verify_words, resource_uri, 0, "resource-uri", "URI",
		 "what was verified, for --vsa: from where consumers fetch it"),
	IT_VALUE(struct it_verify_words, policy_uri, 0, "policy-uri", "URI",
		 "what the layout is called, for --vsa and --svr (file:LAYOUT)"),
	IT_EACH(struct it_verify_words, levels, 0, "verified-level", "LEVEL",
		"a SLSA level or property that a pass stands for"),
	IT_EACH(struct it_verify_words, subjects, 0, "subject", "ARTIFACT",
		"the product that it is about, by name or sha256:HEX (all of the last step)"),
	IT_TALLY(struct it_verify_words, verbose, 'v', "verbose",
		 "list every check, and show what inspections print"),
	IT_FLAG(struct it_verify_words, quiet, 'q', "quiet", "say nothing on a pass"),
};
/* clang-format on */

const struct it_command it_cmd_verify = {
	.name = "verify",
	.synopsis = "-l LAYOUT --verification-keys FILE... [OPTIONS]",
	.summary = "check a chain of links against its layout",
	.examples = "intoto verify -l root.layout --verification-keys owner.pub\n"
		    "intoto verify -l root.layout --verification-keys owner.pub --link-dir links "
		    "--format=json",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct it_verify_words),
	.run = it_verify_run,
};

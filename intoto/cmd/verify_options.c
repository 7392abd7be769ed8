/* SPDX-License-Identifier: Apache-2.0 */
/* The options of intoto verify, and the command itself. */
#include "cmd/choices.h"
#include "cmd/verify.h"

/* As in the table of layouts/report_format.c. */
static const char *const format_words[] = { "text", "json", "junit", "sarif", "markdown", NULL };
/* clang-format off */
static const struct it_option options[] = {
	IT_REQUIRED(struct it_verify_words, chain.layout, 'l', "layout", "FILE", "the signed layout"),
	IT_CHAIN_OPTIONS(struct it_verify_words, chain),
	IT_REGISTRY_OPTIONS(struct it_verify_words, registry),
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
	IT_TALLY(struct it_verify_words, chain.verbose, 'v', "verbose",
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

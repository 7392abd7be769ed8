/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words that decide whether a chain passes, for every command that verifies one (verify, image
 * sign, image verify), and the request made from them.
 *
 * A new option of that kind is a member here, a row in IT_CHAIN_OPTIONS, and a line in
 * verify_request.c.
 */
#ifndef IT_CMD_VERIFY_REQUEST_H
#define IT_CMD_VERIFY_REQUEST_H

#include <intoto/verify.h>

#include "cmd/command.h"
#include "cmd/gpg_options.h"
#include "cmd/registry_options.h"

struct it_chain_words {
	const char *layout;
	struct it_strings verification_keys;
	struct it_strings layout_keys; /* the same, by the older name */
	struct it_strings key_types;
	struct it_strings gpg; /* ids of keys that gpg keeps */
	const char *gpg_home;
	const char *link_dir;
	struct it_strings intermediates;
	struct it_strings timestamp_roots;
	struct it_strings exceptions;
	struct it_strings parameters;
	bool pass_parameters;
	const char *at;
	struct it_strings allow;
	const char *inspections;
	const char *inspection_timeout;
	struct it_strings inspection_paths;
	const char *inspection_memory;
	const char *inspection_processes;
	const char *inspection_size;
	unsigned verbose; /* decides nothing, but inspections then show what they print */
};

/* For the rows; NULL-terminated. */
extern const char *const it_chain_allow_words[];
extern const char *const it_chain_inspection_words[];
extern const char *const it_chain_key_type_words[];

/* clang-format off */
/* All but --layout, which not every command requires, and --verbose. */
#define IT_CHAIN_OPTIONS(type, member) \
	IT_WORDS(type, member.verification_keys, 0, "verification-keys", "FILE", \
		 "public keys; each of them must have signed the layout"), \
	IT_WORDS(type, member.layout_keys, 'k', "layout-keys", "FILE", \
		 "the same by its older name"), \
	{ .letter = 't', .name = "key-types", .argument = "TYPE", .kind = IT_OPTION_LIST, \
	  .offset = offsetof(type, member.key_types), .choices = it_chain_key_type_words, \
	  .help = "what the --layout-keys are, in their order; only checked" }, \
	IT_GPG_KEYS_OPTION(type, member.gpg, \
			   "public keys that gpg keeps; each must have signed the layout, too"), \
	IT_GPG_HOME_OPTION(type, member.gpg_home), \
	IT_VALUE(type, member.link_dir, 'd', "link-dir", "FOLDER", \
		 "where the links are (the current folder)"), \
	IT_WORDS(type, member.intermediates, 'i', "intermediate-certs", "FILE", \
		 "certificates that may stand between one on a link and a root of the layout"), \
	IT_WORDS(type, member.timestamp_roots, 0, "timestamp-roots", "FILE", \
		 "certificates of the authorities whose timestamps count"), \
	IT_WORDS(type, member.exceptions, 0, "exceptions", "PATH", \
		 "signed exceptions, files or folders of them, besides those beside the links"), \
	IT_EACH(type, member.parameters, 0, "param", "NAME=VALUE", \
		"put VALUE for {NAME} in the layout"), \
	IT_FLAG(type, member.pass_parameters, 0, "pass-parameters", \
		"put them into sublayouts too"), \
	IT_VALUE(type, member.at, 0, "at", "TIME", \
		 "verify as of 2026-01-31T23:59:59Z, or @SECONDS since 1970"), \
	{ .name = "allow", .argument = "NAME", .kind = IT_OPTION_TEXTS, \
	  .offset = offsetof(type, member.allow), .choices = it_chain_allow_words, \
	  .help = "allow one thing that is refused by default" }, \
	IT_CHOICE(type, member.inspections, 0, "inspections", "WHAT", it_chain_inspection_words, \
		  "run the layout's commands confined (sandbox), with all your rights (host), or not at all"), \
	IT_EACH(type, member.inspection_paths, 0, "inspection-paths", "PATH", \
		"what inspections see and record (all of the current folder)"), \
	IT_VALUE(type, member.inspection_timeout, 0, "inspection-timeout", "SECONDS", \
		 "end an inspection that takes longer; 0 is never (60 in the sandbox)"), \
	IT_VALUE(type, member.inspection_memory, 0, "inspection-memory", "SIZE", \
		 "address space of a process in the sandbox, like 512M; 0 is no limit (4G)"), \
	IT_VALUE(type, member.inspection_processes, 0, "inspection-processes", "NUMBER", \
		 "how many processes at once in the sandbox (512)"), \
	IT_VALUE(type, member.inspection_size, 0, "inspection-size", "SIZE", \
		 "how much may be copied for the sandbox, and the largest file there (16G)")
/* clang-format on */

/* What intoto_verify wants, and who owns it. */
struct it_verify_request {
	struct intoto_key **keys;
	size_t key_count;
	struct it_strings names;    /* of parameters */
	struct it_strings registry; /* words for whoever asks registries */
	struct intoto_parameter *parameters;
	struct intoto_verify_options verify;
};

/*
 * Fills a zeroed request; it borrows from the words.  registry is for inspection paths that name
 * images.  it_verify_request_done frees in any case.
 */
IT_CHECK int it_verify_request_read(struct it_verify_request *request,
				    const struct it_chain_words *words,
				    const struct it_registry_options *registry,
				    struct intoto_error **err);
void it_verify_request_done(struct it_verify_request *request);

/* The bits of names of --allow, which an option table has checked. */
unsigned it_chain_allowed(const struct it_strings *names);
/* What --param says; names (empty at first) own the names, texts the values, and *out is the
 * caller's, also on failure. */
IT_CHECK int it_chain_read_parameters(struct intoto_parameter **out, struct it_strings *names,
				      const struct it_strings *texts, struct intoto_error **err);

#endif

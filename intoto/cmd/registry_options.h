/* SPDX-License-Identifier: Apache-2.0 */
/* How registries are reached, as options: of the image commands, and of those that record what is in a
 * registry. */
#ifndef IT_CMD_REGISTRY_OPTIONS_H
#define IT_CMD_REGISTRY_OPTIONS_H

#include "cmd/command.h"

struct it_registry_options {
	struct it_strings insecure; /* hosts; "" for all */
	const char *ca, *cert, *key;
	const char *auth_file;
	bool insecure_tls;
	const char *retry_seconds;
};

/* clang-format off */
#define IT_REGISTRY_OPTIONS(type, member) \
	{ .name = "insecure-registry", .argument = "[=HOST]", .kind = IT_OPTION_TEXTS, \
	  .offset = offsetof(type, member.insecure), .bare = true, .glued = true, \
	  .help = "speak plain HTTP with this registry, or with every one that is named here" }, \
	IT_VALUE(type, member.ca, 0, "registry-ca", "FILE", \
		 "certificates of the authorities that registries have theirs from (the system's)"), \
	IT_VALUE(type, member.cert, 0, "registry-cert", "FILE", \
		 "a certificate to show to registries"), \
	IT_VALUE(type, member.key, 0, "registry-key", "FILE", "the private key of that certificate"), \
	IT_VALUE(type, member.auth_file, 0, "registry-auth-file", "FILE", \
		 "names and passwords for registries (those of podman and docker)"), \
	IT_FLAG(type, member.insecure_tls, 0, "insecure-tls", \
		"take whatever certificate a registry shows"), \
	IT_VALUE(type, member.retry_seconds, 0, "retry-seconds", "NUMBER", \
		 "how long is waited in all for a registry that is busy (60)")
/* clang-format on */

/* Said whenever that option is used, quiet or not. */
#define IT_INSECURE_TLS_WARNING \
	"--insecure-tls: CERTIFICATES OF REGISTRIES ARE NOT LOOKED AT, whoever is on the way " \
	"can read and change everything"

/* The same as words for the program that speaks with registries: "--registry-ca=FILE" …  Appends. */
IT_CHECK int it_registry_words(struct it_strings *out, const struct it_registry_options *options,
			       struct intoto_error **err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The options that all image commands share: how registries are reached, and for whom is printed.
 */
#ifndef IT_CMD_IMAGE_OPTIONS_H
#define IT_CMD_IMAGE_OPTIONS_H

#include "cmd/choices.h"
#include "image/place.h"

struct it_image_options {
	struct it_strings insecure; /* hosts; "" for all */
	const char *ca, *cert, *key;
	const char *auth_file;
	bool insecure_tls;
	const char *retry_seconds;
	const char *format;
};

/* clang-format off */
#define IT_IMAGE_OPTIONS(type, member) \
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
		 "how long is waited in all for a registry that is busy (60)"), \
	IT_REPORT_OPTION(type, member.format)
/* clang-format on */

/* From the words; borrows from them.  Says loudly on standard error what is not safe. */
IT_CHECK int it_image_access(struct it_registry_access *access,
			     const struct it_image_options *options, struct intoto_error **err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Packages of the system, from the text of its database. */
#ifndef INTOTO_ATTESTORS_HOST_PACKAGES_H
#define INTOTO_ATTESTORS_HOST_PACKAGES_H

#include <stddef.h>

#include <intoto/attestor.h>

enum { PACKAGES_MAX = 100 * 1000, PACKAGE_WORD_MAX = 1024 };

struct package {
	char *name;
	char *version;
	char *architecture; /* "" when it is not said */
};

struct packages {
	struct package *items;
	size_t count;
	size_t cap;
};

void packages_done(struct packages *packages);
/* By name, architecture and version. */
void packages_sort(struct packages *packages);

/* /var/lib/dpkg/status, and files of status.d: what is installed now. */
int packages_read_dpkg(struct packages *out, const char *text, struct intoto_error **err);
/* /lib/apk/db/installed. */
int packages_read_apk(struct packages *out, const char *text, struct intoto_error **err);
/* Lines "NAME<tab>VERSION<tab>ARCHITECTURE", as rpm is asked for them. */
int packages_read_rpm(struct packages *out, const char *text, struct intoto_error **err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A repository's own settings (git-config(1), "Syntax"), read by us: nothing is included from other
 * files, nothing is run, nothing is expanded.
 */
#ifndef INTOTO_ATTESTORS_SOURCE_CONFIG_H
#define INTOTO_ATTESTORS_SOURCE_CONFIG_H

#include <intoto/attestor.h>

enum { REPO_CONFIG_MAX = 1 << 20, REPO_SETTINGS_MAX = 20000 };

/* "remote", "origin", "url": section and name in lower case, the middle as it stands or "". */
struct repo_setting {
	char *section;
	char *subsection;
	char *name;
	char *value; /* "true" for a name without "=" */
};

struct repo_config {
	struct repo_setting *items;
	size_t count;
	size_t cap;
};

void repo_config_done(struct repo_config *config);
/* Appends what the text says.  FORMAT, with the line. */
int repo_config_parse(struct repo_config *config, const char *text, size_t len,
		      struct intoto_error **err);
/* The last value; subsection may be "".  NULL: none. */
const char *repo_config_get(const struct repo_config *config, const char *section,
			    const char *subsection, const char *name);
bool repo_config_has_section(const struct repo_config *config, const char *section);

#endif

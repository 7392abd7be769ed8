/* SPDX-License-Identifier: Apache-2.0 */
/* Exclude patterns in gitignore syntax (gitignore(5)): ! negates, / anchors, ** spans folders. */
#ifndef IT_RECORD_IGNORE_H
#define IT_RECORD_IGNORE_H

#include "base/strings.h"

struct it_ignore;

/* Left out unless --exclude says otherwise: link files, .git, *.pyc, *~. */
extern const char *const it_ignore_defaults[]; /* NULL-terminated */

/*
 * Compiles the patterns in order (the last that matches decides); NULL means the defaults.  A bad
 * one, which git would silently never match, is INTOTO_E_USAGE.
 */
IT_CHECK int it_ignore_new(struct it_ignore **out, const struct it_strings *patterns,
			   struct intoto_error **err);
void it_ignore_free(struct it_ignore *ignore);
IT_DEFINE_AUTO(struct it_ignore, it_ignore_free);

/*
 * Whether a clean path is left out; slashes in front do not count.  The caller walks from the top
 * and does not enter an excluded folder, as git does.
 */
bool it_ignore_match(const struct it_ignore *ignore, const char *path, bool is_folder);

/*
 * The same for a path that is not reached by a walk: also left out when one of the folders above
 * it is.  "." and ".." themselves never are.
 */
bool it_ignore_match_named(const struct it_ignore *ignore, const char *path, bool is_folder);

#endif

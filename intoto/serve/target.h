/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a request asks for: the path in its parts and the parameters behind the "?" (RFC 3986,
 * RFC 9112 section 3.2.1).  Every byte of it comes from a stranger: it is decoded once, here, and
 * what could be read in two ways is refused.
 */
#ifndef IT_SERVE_TARGET_H
#define IT_SERVE_TARGET_H

#include "base/strings.h"

enum {
	IT_TARGET_MAX = 8192, /* bytes, as they came */
	IT_TARGET_PARAMETERS_MAX = 64,
};

struct it_parameter {
	char *name;
	char *value;
};

struct it_target {
	char *path;  /* decoded, begins with "/"; no "." and "..", no empty part but the last */
	char *query; /* as it came, "" */
	struct it_parameter *parameters; /* decoded; each name once */
	size_t parameter_count;
};

/*
 * FORMAT: no path, a bad escape, a control character, a "/" or NUL that was escaped, bytes that are
 * not UTF-8, a parameter twice.  LIMIT: too long, too many.  *out is to be freed in every case.
 */
IT_CHECK int it_target_parse(struct it_target *out, struct it_span text, struct intoto_error **err);
void it_target_done(struct it_target *target);

/* The value of a parameter; NULL when it was not given. */
const char *it_target_get(const struct it_target *target, const char *name);

/* USAGE, with its name, when there is a parameter that stands not in names (NULL-terminated): a
 * condition that is misspelt must not be one that is not made. */
IT_CHECK int it_target_only(const struct it_target *target, const char *const *names,
			    struct intoto_error **err);

#endif

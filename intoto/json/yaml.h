/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML read as the same values that JSON has.  The only code that knows libyaml; it is no part of
 * the core program, which starts yaml2json instead: nobody who runs a step pays for the library.
 *
 * What people trip over is left out: every scalar is a text, whatever it looks like ("no", "1.10");
 * a member without a value is not there.  Refused, with line and column: aliases, anchors, tags,
 * directives, several documents, duplicate members, more than the limits.
 */
#ifndef IT_JSON_YAML_H
#define IT_JSON_YAML_H

#include "json/json.h"

enum {
	IT_YAML_BYTES_MAX = 4 << 20,
	IT_YAML_DEPTH_MAX = 32,
	IT_YAML_VALUES_MAX = 100 * 1000,
};

/*
 * On success *root is the caller's, and so is *places: an object that gives for the path of each
 * value ("layout.steps[0].name", beginning with the name of the root) where it stands, as "line 3,
 * column 7".  Errors: FORMAT and LIMIT, which begin with the line and column; NOMEM.
 */
IT_CHECK int it_yaml_parse(struct it_json **root, struct it_json **places, const char *name,
			   struct it_span text, struct intoto_error **err);

#endif

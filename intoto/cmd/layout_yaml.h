/* SPDX-License-Identifier: Apache-2.0 */
/* Layouts in YAML: read by a helper program, so that no other command pays for the library. */
#ifndef IT_CMD_LAYOUT_YAML_H
#define IT_CMD_LAYOUT_YAML_H

#include <intoto/envelope.h>

#include "base/buf.h"

/* Whether a file is one by its name. */
bool it_is_yaml(const char *path);

struct it_yaml_options {
	int64_t now;
	enum intoto_keyid_style style;
	enum intoto_envelope_format format;
};

/*
 * The unsigned envelope of a layout that is written in YAML; paths of keys are relative to its
 * folder.  Errors begin with the path, and say line and column.  HELPER: the helper program did not
 * do its work.
 */
IT_CHECK int it_yaml_layout_load(struct intoto_envelope **out, const char *path,
				 const struct it_yaml_options *options, struct intoto_error **err);

#endif

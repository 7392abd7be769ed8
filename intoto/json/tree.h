/* SPDX-License-Identifier: Apache-2.0 */
/* What a value is for this folder: jansson's type behind ours.  Nobody outside includes this. */
#ifndef IT_JSON_TREE_H
#define IT_JSON_TREE_H

#include <jansson.h>

#include "json/json.h"

/* jansson counts owners in the value itself and so wants it mutable, even to look at it. */
static inline json_t *it_json_tree(const struct it_json *value)
{
	return (json_t *)(uintptr_t)value;
}

static inline struct it_json *it_json_from_tree(json_t *tree)
{
	return (struct it_json *)tree;
}

#endif

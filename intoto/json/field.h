/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Formats as tables of fields: one table reads an object into a struct and names what is wrong in
 * it.
 */
#ifndef IT_JSON_FIELD_H
#define IT_JSON_FIELD_H

#include "base/strings.h"
#include "json/json.h"
#include "json/where.h"

enum it_field_kind {
	IT_FIELD_TEXT,	 /* char *: owned copy, no NUL inside */
	IT_FIELD_TEXTS,	 /* struct it_strings: a list of texts */
	IT_FIELD_INT,	 /* int64_t */
	IT_FIELD_BOOL,	 /* bool */
	IT_FIELD_VALUE,	 /* const struct it_json *: any value, borrowed */
	IT_FIELD_OBJECT, /* const struct it_json *: borrowed, must be an object */
	IT_FIELD_LIST,	 /* const struct it_json *: borrowed, must be a list */
	IT_FIELD_CUSTOM, /* read(): anything else */
};

struct it_field {
	const char *name;
	enum it_field_kind kind;
	bool required;
	size_t offset; /* into the struct that is filled */
	/* Only for IT_FIELD_CUSTOM; target is the struct, not the member. */
	int (*read)(void *target, const struct it_json *value, const struct it_where *where,
		    struct intoto_error **err);
};

enum it_field_flags {
	IT_FIELDS_CLOSED = 1, /* a member that the table does not name is refused */
};

/*
 * Fills target from object by the table.  An optional field that is absent (or null) leaves its
 * member untouched.  On failure target may be partly filled: its owner frees it as usual.
 */
IT_CHECK int it_fields_read(void *target, const struct it_json *object,
			    const struct it_field *fields, size_t count, unsigned flags,
			    const struct it_where *where, struct intoto_error **err);

#endif

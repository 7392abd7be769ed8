/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON documents read within bounds.  The only folder that knows jansson; nobody outside sees its
 * types.
 *
 * Refused, with the path inside the document and the line: duplicate keys, trailing bytes, nesting
 * deeper than the limit, more bytes than the limit, integers outside 64 bits, reals (unless asked
 * for), bytes that are not UTF-8.
 */
#ifndef IT_JSON_JSON_H
#define IT_JSON_JSON_H

#include "base/buf.h"

/* One value of a document.  Borrowed values live as long as the root that was parsed. */
struct it_json;

enum it_json_kind {
	IT_JSON_NULL,
	IT_JSON_BOOL,
	IT_JSON_INT,
	IT_JSON_REAL,
	IT_JSON_TEXT,
	IT_JSON_LIST,
	IT_JSON_OBJECT,
};

struct it_json_limits {
	size_t bytes;	/* of the text */
	unsigned depth; /* of nested lists and objects; [[]] is 2 */
	bool reals;	/* whether 1.5 and 1e3 are taken; never in signed documents */
	size_t values;	/* in lists and objects together: a byte of text can cost 80 in memory */
};

enum { IT_JSON_BYTES_MAX = 256 << 20 };

/* 256 MiB, 32 levels, no reals, 4 Mi values. */
extern const struct it_json_limits it_json_signed_limits;

/* On success *root is the caller's (it_json_free).  Errors: FORMAT, LIMIT, NOMEM. */
IT_CHECK int it_json_parse(struct it_json **root, struct it_span text,
			   const struct it_json_limits *limits, struct intoto_error **err);

/* One more owner of the same value, also of a part of a document; it stays immutable for both. */
struct it_json *it_json_ref(const struct it_json *value);
void it_json_free(struct it_json *value);
IT_DEFINE_AUTO(struct it_json, it_json_free);

/* The same, and overwrites its texts first: for documents that hold a secret.  Only the last owner
 * may. */
void it_json_wipe(struct it_json *root);
IT_DEFINE_AUTO(struct it_json, it_json_wipe);

/* All take NULL for "not there". */
enum it_json_kind it_json_kind(const struct it_json *value); /* NULL counts as IT_JSON_NULL */
const char *it_json_kind_name(const struct it_json *value); /* "a text", "a list" …; for messages */
/* Borrowed; NULL when value is no object, or has no such member. */
const struct it_json *it_json_get(const struct it_json *value, const char *name);
/* Of a list or an object; 0 for everything else. */
size_t it_json_count(const struct it_json *value);
const struct it_json *it_json_at(const struct it_json *list, size_t index);
/* The bytes of a text (may hold NUL, is also NUL-terminated); data NULL for anything else. */
struct it_span it_json_text(const struct it_json *value);
/* Whether value is a whole number, and if so which. */
bool it_json_int(const struct it_json *value, int64_t *out);
bool it_json_bool(const struct it_json *value, bool *out);
/* Whether value is a number, whole or not, and if so which. */
bool it_json_number(const struct it_json *value, double *out);

struct it_json_member {
	struct it_span name;
	const struct it_json *value;
};

/* The members of an object sorted bytewise by name; *out is the caller's (free), *count its length.
 */
IT_CHECK int it_json_members(struct it_json_member **out, size_t *count,
			     const struct it_json *object, struct intoto_error **err);

/* Whether both are the same value; order of members does not count. */
bool it_json_equal(const struct it_json *a, const struct it_json *b);
/* Whether a real number stands anywhere in value. */
bool it_json_has_real(const struct it_json *value);

/* For building.  NULL when memory ran out or text is not UTF-8. */
struct it_json *it_json_new_object(void);
struct it_json *it_json_new_list(void);
struct it_json *it_json_new_text(struct it_span text);
struct it_json *it_json_new_int(int64_t number);
struct it_json *it_json_new_bool(bool value);
/* Both own value afterwards, also on failure; a NULL value is NOMEM, so that calls can be nested.
 */
IT_CHECK int it_json_set_take(struct it_json *object, const char *name, struct it_json *value,
			      struct intoto_error **err);
IT_CHECK int it_json_append_take(struct it_json *list, struct it_json *value,
				 struct intoto_error **err);

#endif

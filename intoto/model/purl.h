/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Package URLs (purl-spec): pkg:type/namespace/name@version?qualifiers#subpath.
 *
 * What was read is kept decoded and in the canonical case of its type, so that two are compared
 * part by part.
 */
#ifndef IT_MODEL_PURL_H
#define IT_MODEL_PURL_H

#include "base/buf.h"

enum { IT_PURL_BYTES_MAX = 8 * 1024, IT_PURL_QUALIFIERS_MAX = 64 };

struct it_purl_qualifier {
	char *name;  /* lower case */
	char *value; /* never empty */
};

struct it_purl {
	char *type;			      /* lower case */
	char *namespace;		      /* segments joined by "/"; "" for none */
	char *name;			      /* never empty */
	char *version;			      /* "" for none */
	char *subpath;			      /* "" for none */
	struct it_purl_qualifier *qualifiers; /* sorted by name */
	size_t qualifier_count;
};

/* Parts that a comparison or a printing goes by; type, namespace and name always. */
enum it_purl_parts {
	IT_PURL_VERSION = 1,
	IT_PURL_QUALIFIERS = 2,
	IT_PURL_SUBPATH = 4,
	IT_PURL_WHOLE = 7,
};

/* Whether a text says of itself that it is one. */
bool it_purl_looks_like_one(const char *text);
/* FORMAT and LIMIT say what is wrong with it, without naming it. */
IT_CHECK int it_purl_parse(struct it_purl **out, struct it_span text, struct intoto_error **err);
void it_purl_free(struct it_purl *purl);
IT_DEFINE_AUTO(struct it_purl, it_purl_free);

/* The value; NULL when there is no such qualifier. */
const char *it_purl_qualifier(const struct it_purl *purl, const char *name);
/* Appends the canonical form of the parts (bits of enum it_purl_parts). */
void it_purl_print(struct it_buf *out, const struct it_purl *purl, unsigned parts);
/* Whether both name the same package; parts are compared too. */
bool it_purl_same(const struct it_purl *a, const struct it_purl *b, unsigned parts);
/*
 * Whether the versions are the same one: an epoch counts wherever it is written (rpm has it as a
 * qualifier), Go's leading "v" does not.
 */
bool it_purl_same_version(const struct it_purl *a, const struct it_purl *b);
/* Appends the version with the epoch in front of it, as it is ordered. */
void it_purl_full_version(struct it_buf *out, const struct it_purl *purl);
/* Appends both of a text, as they are looked up: the canonical form without version, and the full
 * version ("" for none).  A text that is no purl is a name, without a version. */
void it_purl_split(struct it_buf *base, struct it_buf *version, const char *text);
/* Appends the name as people write it: "group:artifact" of Maven, "namespace/name", "name". */
void it_purl_package_name(struct it_buf *out, const struct it_purl *purl);

#endif

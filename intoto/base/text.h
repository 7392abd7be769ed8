/* SPDX-License-Identifier: Apache-2.0 */
/* Text as bytes: equality, numbers, UTF-8, hex, base64, and what may reach a terminal. */
#ifndef IT_BASE_TEXT_H
#define IT_BASE_TEXT_H

#include "base/buf.h"

/* The only string equality in the tree; NULL equals only NULL. */
bool it_streq(const char *a, const char *b);
bool it_starts_with(const char *text, const char *prefix);
bool it_ends_with(const char *text, const char *suffix);
/* ASCII only, whatever the locale. */
bool it_streq_nocase(const char *a, const char *b);

/* Whole text is one decimal number up to max; false otherwise, *out untouched. */
bool it_parse_u64(const char *text, uint64_t max, uint64_t *out);

/* Strict UTF-8: no surrogates, no overlong forms, at most U+10FFFF. */
bool it_utf8_valid(struct it_span text);
/* Appends text with each invalid byte replaced by U+FFFD; says whether any was. */
bool it_utf8_replace(struct it_buf *out, struct it_span text);

/*
 * Appends text so that it is safe and honest on a terminal or in a log line: control characters,
 * invalid UTF-8, line separators and bidirectional controls become \xHH or \u{HHHH}; backslash
 * stays.
 */
void it_text_quote(struct it_buf *out, struct it_span text);

/*
 * Appends JSON so that it is safe on a terminal and means the same: the characters that
 * it_text_quote() makes visible can stand in its texts only, and become \uXXXX.
 */
void it_text_tame_json(struct it_buf *out, struct it_span json);
/* The same as an owned string; NULL only when memory ran out. */
char *it_text_quoted(struct it_span text);

void it_hex_encode(struct it_buf *out, struct it_span bytes);
/* Either case; false for an odd length or another character. */
bool it_hex_decode(struct it_buf *out, struct it_span text);
bool it_hex_valid(struct it_span text);

/* Standard alphabet with padding. */
void it_base64_encode(struct it_buf *out, struct it_span bytes);
/*
 * Standard or URL-safe alphabet, never both in one text; padding present and right, or absent; no
 * white space; unused bits zero (RFC 4648 section 3.5).  DSSE protocol.md asks to accept both
 * alphabets.
 */
bool it_base64_decode(struct it_buf *out, struct it_span text);

#endif

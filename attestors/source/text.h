/* SPDX-License-Identifier: Apache-2.0 */
/* Texts as the attestors of this family need them: built within bounds, compared, cleaned. */
#ifndef INTOTO_ATTESTORS_SOURCE_TEXT_H
#define INTOTO_ATTESTORS_SOURCE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <intoto/attestor.h>

/* AT_AUTO(fn) T x: fn(&x) runs when x leaves its scope. */
#define AT_AUTO(fn) __attribute__((cleanup(fn)))

static inline void at_freep(void *owner)
{
	free(*(void **)owner);
}

/* Looks at no more bytes of text than prefix has: text need not end. */
bool at_text_begins(const char *text, const char *prefix);
/* Whether a NULL-terminated list has the text. */
bool at_list_has(const char *const *list, const char *text);

/* Bytes that grow up to a ceiling and then fail; the failure sticks.  data is NUL-terminated
 * whenever it is not NULL. */
struct at_buf {
	char *data;
	size_t len;
	size_t cap;
	size_t max;
	bool failed;
};
void at_buf_add(struct at_buf *buf, const void *data, size_t len);
void at_buf_text(struct at_buf *buf, const char *text);
void at_buf_done(struct at_buf *buf);
/* Overwrites before it frees: for tokens. */
void at_buf_wipe(struct at_buf *buf);

/* Lower-case hex digits; out has 2 * len + 1 bytes. */
void at_hex(char *out, const unsigned char *bytes, size_t len);
/* base64url without padding (RFC 7515 section 2), strict: other characters and stray bits are
 * refused. */
bool at_base64url(struct at_buf *out, const char *text, size_t len);
/* Standard base64 with padding; white space is passed over. */
bool at_base64(struct at_buf *out, const char *text, size_t len);

enum { AT_TIME_SIZE = sizeof "2026-01-31T23:59:59Z" };
/* UTC, as RFC 3339 has it; years before 1970 and after 9999 become their bounds. */
void at_time(char out[AT_TIME_SIZE], int64_t seconds);

/*
 * A URL without what could be a secret: user and password before the "@" of its authority; with
 * whole, also its query and fragment.  Owned; NULL without memory.  *cleaned says whether anything
 * was taken out.  "user@host:path", the form of ssh, is left as it is: a user alone is none.
 */
char *at_url_clean(const char *url, bool whole, bool *cleaned);

#endif

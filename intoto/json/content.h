/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many bytes the names, texts and whole numbers of a document hold: counted in its text and in
 * the tree that was made of it.  jansson leaves bytes out of them, without a word, when memory runs
 * out while it reads a long one.
 */
#ifndef IT_JSON_CONTENT_H
#define IT_JSON_CONTENT_H

#include "json/scan.h"

/* Of one token; 0 for what is neither a text nor a whole number. */
size_t it_content_of_token(struct it_token token);
/* Of a value and everything in it. */
size_t it_content_of(const struct it_json *value);

#endif

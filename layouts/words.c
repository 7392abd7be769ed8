/* SPDX-License-Identifier: Apache-2.0 */
/* Splitting and joining words. */
#include "layouts/words.h"

#include <string.h>

enum { WORD_LIMIT = 1024 * 1024 };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Takes the inside of a quoted part; returns what follows the closing quote, NULL if there is none.
 */
static const char *take_quoted(struct it_buf *word, const char *text, char quote)
{
	for (; *text && *text != quote; text++) {
		if (quote == '"' && *text == '\\' && (text[1] == '"' || text[1] == '\\'))
			text++;
		(void)it_buf_add_byte(word, *text); /* sticks; looked at for the whole word */
	}
	return *text ? text + 1 : NULL;
}

/* Takes one word; returns what follows it. */
static const char *take_word(struct it_buf *word, const char *text, struct intoto_error **err)
{
	while (text && *text && !is_blank(*text)) {
		if (*text == '\'' || *text == '"') {
			text = take_quoted(word, text + 1, *text);
			continue;
		}
		if (*text == '\\' && !text[1]) {
			text = NULL;
			continue;
		}
		if (*text == '\\')
			text++;
		(void)it_buf_add_byte(word, *text++); /* as above */
	}
	if (!text)
		(void)it_err_set(err, INTOTO_E_FORMAT, /* NULL says it */
				 "a quote or a backslash at the end protects nothing");
	return text;
}

int it_words_split(struct it_strings *out, const char *text, struct intoto_error **err)
{
	while (true) {
		IT_AUTO(it_buf_done) struct it_buf word = IT_BUF(WORD_LIMIT);
		int rc;

		while (is_blank(*text))
			text++;
		if (!*text)
			return INTOTO_OK;
		text = take_word(&word, text, err);
		if (!text)
			return INTOTO_E_FORMAT;
		rc = it_buf_check(&word, "word", err);
		if (!rc)
			rc = it_strings_add_span(out, it_buf_span(&word), err);
		if (rc)
			return rc;
	}
}

static bool needs_quotes(const char *word)
{
	if (!*word)
		return true;
	for (; *word; word++)
		if (is_blank(*word) || strchr("'\"\\", *word))
			return true;
	return false;
}

static void join_word(struct it_buf *out, const char *word)
{
	if (!needs_quotes(word)) {
		(void)it_buf_add_text(out, word); /* sticks in out */
		return;
	}
	(void)it_buf_add_byte(out, '"');
	for (; *word; word++) {
		if (*word == '"' || *word == '\\')
			(void)it_buf_add_byte(out, '\\');
		(void)it_buf_add_byte(out, *word);
	}
	(void)it_buf_add_byte(out, '"');
}

void it_words_join(struct it_buf *out, const struct it_strings *words)
{
	for (size_t i = 0; i < words->count; i++) {
		if (i)
			(void)it_buf_add_byte(out, ' '); /* sticks in out */
		join_word(out, words->items[i]);
	}
}

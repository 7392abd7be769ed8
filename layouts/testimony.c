/* SPDX-License-Identifier: Apache-2.0 */
/* What a link says about its step, and whether that fits: its name, its command, how that ended. */
#include "base/text.h"
#include "layouts/document.h"
#include "layouts/words.h"

enum { WORDS_MAX = 16 * 1024 };

/* A file whose name promises little may well be about another step. */
static bool check_name(const struct it_document *document)
{
	const char *said = document->link->name;
	bool allowed = it_chain_allows(document->chain, INTOTO_ALLOW_NAME_MISMATCH);
	bool told = allowed || document->kind == IT_DOCUMENT_LOOSE;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(WORDS_MAX);

	if (!document->named || it_streq(said, document->item->name))
		return true;
	(void)it_buf_add_text(&text, "this is a link of the step "); /* short; sticks */
	it_where_quote(&text, it_span_text(said));
	(void)it_buf_add_text(&text, ", renamed");
	it_document_report(document, told ? INTOTO_CHECK_WARNING : INTOTO_CHECK_FAILED, "link.name",
			   it_buf_text(&text));
	return allowed;
}

/* A sentence about a command that did not end well. */
static void describe_end(struct it_buf *out, enum it_link_end end, int64_t value)
{
	/* The smallest number has no positive twin. */
	unsigned long long size =
		value < 0 ? 0 - (unsigned long long)value : (unsigned long long)value;

	if (end == IT_LINK_END_LATE)
		(void)it_buf_add_text(out, "the command took too long and was ended"); /* short */
	else if (end == IT_LINK_END_UNREADABLE)
		(void)it_buf_add_text(out, "the link's \"return-value\" is no whole number, so "
					   "nobody knows how the command ended"); /* short */
	else
		(void)it_buf_printf(out, /* short */
				    value < 0 ? "the command was ended by signal %llu"
					      : "the command failed with status %llu",
				    size);
}

/* A step that failed gives a link that says so; it still counts, so that the report has one reason.
 */
static void check_status(const struct it_document *document)
{
	bool allowed = it_chain_allows(document->chain, INTOTO_ALLOW_FAILED_STEP);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(WORDS_MAX);
	int64_t value = 0;
	enum it_link_end end = it_link_end(document->link, &value);

	if (end == IT_LINK_END_GOOD) {
		it_document_report(document, INTOTO_CHECK_PASSED, "link.status",
				   "the command succeeded");
	} else if (end == IT_LINK_END_UNTOLD) {
		if (document->link->command.count)
			it_document_report(document, INTOTO_CHECK_WARNING, "link.status",
					   "the link does not say how its command ended");
	} else {
		describe_end(&text, end, value);
		it_document_report(document, allowed ? INTOTO_CHECK_WARNING : INTOTO_CHECK_FAILED,
				   "link.status", it_buf_text(&text));
	}
}

static bool same_words(const struct it_strings *a, const struct it_strings *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (!it_streq(a->items[i], b->items[i]))
			return false;
	return a->count == b->count;
}

/* Only ever a warning (specification 5.2, step 7). */
static void check_command(const struct it_document *document)
{
	const struct it_strings *expected = &document->item->command;
	IT_AUTO(it_buf_done) struct it_buf ran = IT_BUF(WORDS_MAX);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(WORDS_MAX);

	if (!expected->count)
		return;
	if (same_words(expected, &document->link->command)) {
		it_document_report(document, INTOTO_CHECK_PASSED, "link.command",
				   "the command is the expected one");
		return;
	}
	it_words_join(&ran, &document->link->command);
	(void)it_buf_add_text(&text, "the layout expects another command than "); /* sticks */
	it_where_quote(&text, it_buf_span(&ran));
	it_document_report(document, INTOTO_CHECK_WARNING, "link.command", it_buf_text(&text));
}

bool it_document_fits(const struct it_document *document)
{
	if (!check_name(document))
		return false;
	check_status(document);
	check_command(document);
	return true;
}

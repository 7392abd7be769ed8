/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report as GitHub-flavoured markdown, for the summary of a CI job.
 *
 * Text from documents can end neither a cell nor an element nor the table: every byte of ASCII that
 * could mean anything to markdown or HTML is written as a numeric character reference, which is
 * never structure (CommonMark 6.2).
 */
#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "layouts/report_format.h"
#include "layouts/report_groups.h"
#include "layouts/report_place.h"

enum {
	MARKDOWN_ENOUGH = 768 * 1024, /* GitHub shows no summary over 1 MiB: rows end before */
	CELL_MAX = 2000,	      /* bytes of one text */
};

/* --- text --- */

static void add_byte(struct it_buf *out, char byte)
{
	unsigned char c = (unsigned char)byte;

	if (c >= 0x80 || isalnum(c) || (c && strchr(" ,;()/-", c)))
		(void)it_buf_add_byte(out, byte); /* sticks in out, as the rest */
	else
		(void)it_buf_printf(out, "&#%u;", (unsigned)c);
}

/* Cuts between characters. */
static size_t cut_at(const char *text)
{
	size_t len = strlen(text);

	if (len <= CELL_MAX)
		return len;
	len = CELL_MAX;
	while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

static void add_text(struct it_buf *out, const char *text)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(text));
	size_t len = quoted ? cut_at(quoted) : 0;

	if (!quoted)
		out->failed = INTOTO_E_NOMEM;
	for (size_t i = 0; i < len; i++)
		add_byte(out, quoted[i]);
	if (quoted && quoted[len])
		(void)it_buf_add_text(out, "&#8230;"); /* sticks in out */
}

/* In an element, not in backticks: those would show references as they are written. */
static void add_code(struct it_buf *out, const char *text)
{
	(void)it_buf_add_text(out, "<code>"); /* sticks in out, as the rest */
	add_text(out, text);
	(void)it_buf_add_text(out, "</code>");
}

/* --- rows --- */

static const char *sign_of(enum intoto_outcome outcome)
{
	static const char *const signs[IT_OUTCOME_COUNT] = {
		[INTOTO_CHECK_FAILED] = "❌",	   [INTOTO_CHECK_PASSED] = "✅",
		[INTOTO_CHECK_WARNING] = "⚠️", [INTOTO_CHECK_UNDECIDED] = "❓",
		[INTOTO_CHECK_SKIPPED] = "⏭️",
	};

	return signs[outcome];
}

static void add_row(struct it_buf *out, const struct it_report_view *view,
		    const struct intoto_check *check, bool with_place)
{
	(void)it_buf_printf(out, "| %s ", sign_of(check->outcome)); /* sticks in out, as the rest */
	add_text(out, intoto_outcome_name(check->outcome));
	(void)it_buf_add_text(out, " | ");
	add_code(out, *check->item ? check->item : "layout");
	(void)it_buf_add_text(out, " | ");
	if (*check->subject) {
		add_code(out, check->subject);
		(void)it_buf_add_byte(out, ' ');
	}
	add_text(out, check->text);
	(void)it_buf_add_text(out, " | ");
	if (with_place) {
		IT_AUTO(it_report_place_done) struct it_report_place place;

		it_report_place_find(&place, view, check);
		add_code(out, it_buf_text(&place.path));
		if (place.line)
			(void)it_buf_printf(out, " line %llu", (unsigned long long)place.line);
		(void)it_buf_add_text(out, " | ");
		add_text(out, it_report_advice(check->code));
		(void)it_buf_add_text(out, " | ");
	}
	add_code(out, check->code);
	(void)it_buf_add_text(out, " |\n");
}

/* The checks with one outcome, as long as there is room. */
static void add_rows(struct it_buf *out, const struct it_report_view *view,
		     enum intoto_outcome outcome, bool with_place)
{
	size_t left = it_report_tally(view->report, outcome);

	for (size_t i = 0; i < intoto_report_count(view->report); i++) {
		const struct intoto_check *check = intoto_report_at(view->report, i);

		if (check->outcome != outcome)
			continue;
		if (out->len > MARKDOWN_ENOUGH)
			break;
		add_row(out, view, check, with_place);
		left--;
	}
	if (left)
		(void)it_buf_printf(out, "| %s | | and %zu more |%s |\n", sign_of(outcome), left,
				    with_place ? " | |" : ""); /* sticks in out */
}

static void add_folded(struct it_buf *out, const struct it_report_view *view,
		       enum intoto_outcome outcome, const char *what)
{
	size_t count = it_report_tally(view->report, outcome);

	if (!count)
		return;
	(void)it_buf_printf(out,
			    "\n<details>\n<summary>%s %zu %s</summary>\n\n"
			    "| Outcome | Where | What | Code |\n| --- | --- | --- | --- |\n",
			    sign_of(outcome), count, what); /* sticks in out, as the rest */
	add_rows(out, view, outcome, false);
	(void)it_buf_add_text(out, "\n</details>\n");
}

/* --- sections --- */

static void add_headline(struct it_buf *out, const struct it_report_view *view)
{
	enum intoto_verdict verdict = intoto_report_verdict(view->report);
	char time[IT_TIME_SIZE];

	it_time_format(time, it_report_time(view->report));
	(void)it_buf_printf(out, "## %s: ",
			    verdict == INTOTO_PASSED	  ? "✅ Passed"
			    : verdict == INTOTO_UNDECIDED ? "❓ Undecided"
							  : "❌ Refused"); /* sticks in out */
	add_code(out, it_report_layout(view->report));
	(void)it_buf_printf(out, "\n\nVerified as of %s by intoto %s: ", time, intoto_version());
	for (size_t i = 0, told = 0; i < IT_OUTCOME_COUNT; i++) {
		size_t count = it_report_tally(view->report, (enum intoto_outcome)i);

		if (count)
			(void)it_buf_printf(out, "%s%zu %s", told++ ? ", " : "", count,
					    intoto_outcome_name((enum intoto_outcome)i));
	}
	(void)it_buf_add_text(out, "\n");
}

static void add_faults(struct it_buf *out, const struct it_report_view *view)
{
	if (!it_report_tally(view->report, INTOTO_CHECK_FAILED) &&
	    !it_report_tally(view->report, INTOTO_CHECK_UNDECIDED))
		return;
	(void)it_buf_add_text(out, "\n### What is wrong\n\n"
				   "| Outcome | Where | What | File | To do | Code |\n"
				   "| --- | --- | --- | --- | --- | --- |\n"); /* sticks in out */
	add_rows(out, view, INTOTO_CHECK_FAILED, true);
	add_rows(out, view, INTOTO_CHECK_UNDECIDED, true);
}

static void add_item(struct it_buf *out, const struct it_report_group *group)
{
	(void)it_buf_printf(out, "| %s ",
			    group->tally[INTOTO_CHECK_FAILED]	   ? "❌"
			    : group->tally[INTOTO_CHECK_UNDECIDED] ? "❓"
			    : group->tally[INTOTO_CHECK_WARNING]   ? "⚠️"
			    : group->tally[INTOTO_CHECK_PASSED]	   ? "✅"
								   : "⏭️");
	add_code(out, *group->item ? group->item : "layout");
	for (size_t i = 0; i < IT_OUTCOME_COUNT; i++)
		(void)it_buf_printf(out, " | %zu",
				    group->tally[i]); /* sticks in out, as the rest */
	(void)it_buf_add_text(out, " |\n");
}

static int add_items(struct it_buf *out, const struct it_report_view *view,
		     struct intoto_error **err)
{
	IT_AUTO(it_report_groups_done) struct it_report_groups groups = { 0 };
	int rc = it_report_groups_make(&groups, view->report, err);
	size_t i;

	if (rc)
		return rc;
	(void)it_buf_add_text(out, "\n| Step or inspection"); /* sticks in out, as the rest */
	for (i = 0; i < IT_OUTCOME_COUNT; i++)
		(void)it_buf_printf(out, " | %s", intoto_outcome_name((enum intoto_outcome)i));
	(void)it_buf_add_text(out, " |\n| --- | ---: | ---: | ---: | ---: | ---: |\n");
	for (i = 0; i < groups.count && out->len < MARKDOWN_ENOUGH; i++)
		add_item(out, &groups.items[i]);
	if (i < groups.count)
		(void)it_buf_printf(out, "| and %zu more | | | | | |\n", groups.count - i);
	return INTOTO_OK;
}

static int print_markdown(struct it_buf *out, const struct it_report_view *view,
			  struct intoto_error **err)
{
	int rc;

	add_headline(out, view);
	add_faults(out, view);
	rc = add_items(out, view, err);
	if (rc)
		return rc;
	add_folded(out, view, INTOTO_CHECK_WARNING, "to be looked at");
	add_folded(out, view, INTOTO_CHECK_SKIPPED, "skipped");
	add_folded(out, view, INTOTO_CHECK_PASSED, "passed");
	return INTOTO_OK;
}

const struct it_report_format it_report_format_markdown = { "markdown", print_markdown };

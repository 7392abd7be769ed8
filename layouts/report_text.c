/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report for people.  The first screen is for mending: the verdict, then the causes with the
 * file to look at and what to do, then what only follows from them, then what may explain it.
 * Verbose cuts nothing and lists everything.
 */
#include <string.h>

#include "base/text.h"
#include "layouts/report_causes.h"
#include "layouts/report_format.h"
#include "layouts/report_place.h"

enum {
	CAUSES_SHOWN = 20,
	CAUSES_OF_A_CODE = 4, /* the others are alike */
	FOLLOWING_SHOWN = 5,
	WARNINGS_SHOWN = 8,
	WARNINGS_SEARCHED = 1000,
	SENTENCE_SHOWN = 480, /* bytes */
};

static void add_quoted(struct it_buf *out, const char *text)
{
	it_text_quote(out, it_span_text(text));
}

/* The next begin of a character from a byte on. */
static size_t character_from(const char *quoted, size_t at)
{
	while (((unsigned char)quoted[at] & 0xc0) == 0x80)
		at++;
	return at;
}

/* Of a long sentence the begin and the end: a name in it may be long, and the reason stands last.
 */
static void add_sentence(struct it_buf *out, const char *text, bool verbose)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(text));
	size_t len = quoted ? strlen(quoted) : 0;
	size_t head;
	size_t tail;

	if (!quoted)
		out->failed = INTOTO_E_NOMEM;
	if (verbose || len <= SENTENCE_SHOWN) {
		(void)it_buf_add(out, quoted, len); /* sticks in out, as the rest */
		return;
	}
	head = character_from(quoted, SENTENCE_SHOWN / 3);
	tail = character_from(quoted, len - 2 * SENTENCE_SHOWN / 3);
	(void)it_buf_add(out, quoted, head);
	(void)it_buf_add_text(out, " … ");
	(void)it_buf_add(out, quoted + tail, len - tail);
	(void)it_buf_add_text(out, " (--verbose shows all of it)");
}

/* An error of the library names its file already. */
static bool names_subject(const struct intoto_check *check)
{
	size_t len = strlen(check->subject);

	return it_starts_with(check->text, check->subject) && check->text[len] == ':';
}

/* "  failed     build: root/build.12345678.link: sentence [code]" */
static void add_check(struct it_buf *out, const char *word, const struct intoto_check *check,
		      bool verbose)
{
	(void)it_buf_printf(out, "  %-10s ", word); /* sticks */
	add_quoted(out, *check->item ? check->item : "layout");
	(void)it_buf_add_text(out, ": ");
	if (*check->subject && !names_subject(check)) {
		add_sentence(out, check->subject, verbose);
		(void)it_buf_add_text(out, ": ");
	}
	add_sentence(out, check->text, verbose);
	(void)it_buf_printf(out, " [%s]\n", check->code);
}

/* With verbose: all of one outcome. */
static void add_all(struct it_buf *out, const struct intoto_report *report,
		    enum intoto_outcome outcome)
{
	for (size_t i = 0; i < intoto_report_count(report); i++)
		if (intoto_report_at(report, i)->outcome == outcome)
			add_check(out, intoto_outcome_name(outcome), intoto_report_at(report, i),
				  true);
}

static void add_rest(struct it_buf *out, size_t left, const char *what)
{
	if (left)
		(void)it_buf_printf(out, "             and %zu more %s (--verbose lists them)\n",
				    left, what); /* sticks in out */
}

/* --- causes --- */

/* The file, when it is not the layout, and not named already. */
static void add_place(struct it_buf *out, const struct it_report_view *view,
		      const struct intoto_check *check)
{
	IT_AUTO(it_report_place_done) struct it_report_place place = { 0 };
	const char *path;

	/* What is missing is in no file. */
	if (it_streq(check->code, "step.threshold"))
		return;
	it_report_place_find(&place, view, check);
	path = it_buf_text(&place.path);
	if (!it_streq(path, it_report_layout(view->report)) && !strstr(check->text, path) &&
	    !it_streq(check->subject, path)) {
		(void)it_buf_add_text(out,
				      "             look at: "); /* sticks in out, as the rest */
		add_quoted(out, path);
		if (place.line)
			(void)it_buf_printf(out, " line %llu", (unsigned long long)place.line);
		(void)it_buf_add_byte(out, '\n');
	}
}

/* How many causes with this code and outcome come before; at most CAUSES_OF_A_CODE are counted. */
static size_t count_alike(const struct it_report_view *view, const struct it_report_causes *causes,
			  size_t before)
{
	const struct intoto_check *check = intoto_report_at(view->report, before);
	size_t alike = 0;

	for (size_t i = 0; i < before && alike < CAUSES_OF_A_CODE; i++) {
		const struct intoto_check *other = intoto_report_at(view->report, i);

		alike += other->code == check->code && other->outcome == check->outcome &&
			 causes->of[i] == IT_REPORT_NO_CAUSE;
	}
	return alike;
}

static void add_cause(struct it_buf *out, const struct it_report_view *view,
		      const struct intoto_check *check, bool first)
{
	const char *advice = it_report_advice(check->code);

	add_check(out, intoto_outcome_name(check->outcome), check, view->verbose);
	add_place(out, view, check);
	if (*advice && first)
		(void)it_buf_printf(out, "             to do:   %s\n", advice); /* sticks in out */
}

static void add_causes(struct it_buf *out, const struct it_report_view *view,
		       const struct it_report_causes *causes, enum intoto_outcome outcome)
{
	size_t shown = 0;
	size_t left = 0;

	for (size_t i = 0; i < causes->count; i++) {
		const struct intoto_check *check = intoto_report_at(view->report, i);
		size_t alike;

		if (check->outcome != outcome || causes->of[i] != IT_REPORT_NO_CAUSE)
			continue;
		alike = shown >= CAUSES_SHOWN ? 1 : count_alike(view, causes, i);
		if (!view->verbose && (shown == CAUSES_SHOWN || alike == CAUSES_OF_A_CODE)) {
			left++;
			continue;
		}
		shown++;
		add_cause(out, view, check, alike == 0);
	}
	add_rest(out, left, intoto_outcome_name(outcome));
}

static void add_following(struct it_buf *out, const struct it_report_view *view,
			  const struct it_report_causes *causes)
{
	size_t shown = 0;
	size_t left = 0;

	for (size_t i = 0; i < causes->count; i++) {
		if (causes->of[i] == IT_REPORT_NO_CAUSE)
			continue;
		if (!view->verbose && shown == FOLLOWING_SHOWN) {
			left++;
			continue;
		}
		if (!shown++)
			(void)it_buf_add_text(out, "what follows from that:\n"); /* sticks */
		add_check(out, "follows", intoto_report_at(view->report, i), view->verbose);
	}
	add_rest(out, left, "that follow");
}

/* --- warnings --- */

/*
 * Whether something is wrong with the same item, so that a warning there may say why.  One about
 * the layout or its folder may say why anything is.
 */
static bool has_fault(const struct intoto_report *report, const char *item)
{
	if (!*item)
		return true;
	for (size_t i = 0; i < intoto_report_count(report); i++) {
		const struct intoto_check *check = intoto_report_at(report, i);

		if ((check->outcome == INTOTO_CHECK_FAILED ||
		     check->outcome == INTOTO_CHECK_UNDECIDED) &&
		    it_streq(check->item, item))
			return true;
	}
	return false;
}

static void add_warnings(struct it_buf *out, const struct it_report_view *view)
{
	size_t shown = 0;
	size_t left = 0;

	for (size_t i = 0; i < intoto_report_count(view->report); i++) {
		const struct intoto_check *check = intoto_report_at(view->report, i);

		if (check->outcome != INTOTO_CHECK_WARNING)
			continue;
		if (shown == WARNINGS_SHOWN || left >= WARNINGS_SEARCHED ||
		    !has_fault(view->report, check->item)) {
			left++;
			continue;
		}
		shown++;
		add_check(out, "warning", check, false);
	}
	add_rest(out, left, left == 1 ? "warning" : "warnings");
}

static void add_count(struct it_buf *out, const struct intoto_report *report,
		      enum intoto_outcome outcome, const char *what)
{
	size_t count = it_report_tally(report, outcome);

	if (count)
		(void)it_buf_printf(out, ", %zu %s", count, what); /* sticks in out */
}

static void add_headline(struct it_buf *out, const struct intoto_report *report)
{
	enum intoto_verdict verdict = intoto_report_verdict(report);
	size_t passed = it_report_tally(report, INTOTO_CHECK_PASSED);

	(void)it_buf_add_text(out, verdict == INTOTO_PASSED	 ? "PASSED: "
				   : verdict == INTOTO_UNDECIDED ? "UNDECIDED: "
								 : "REFUSED: "); /* sticks */
	add_quoted(out, it_report_layout(report));
	(void)it_buf_printf(out, ": %zu check%s passed", passed, passed == 1 ? "" : "s");
	add_count(out, report, INTOTO_CHECK_FAILED, "failed");
	add_count(out, report, INTOTO_CHECK_UNDECIDED, "undecided");
	add_count(out, report, INTOTO_CHECK_SKIPPED, "skipped");
	add_count(out, report, INTOTO_CHECK_WARNING, "to be looked at (warning)");
	(void)it_buf_add_byte(out, '\n');
}

/* What passes only because somebody excused it is told always. */
static void add_excused(struct it_buf *out, const struct it_report_view *view)
{
	for (size_t i = 0; !view->verbose && i < intoto_report_count(view->report); i++) {
		const struct intoto_check *check = intoto_report_at(view->report, i);

		if (check->outcome == INTOTO_CHECK_PASSED &&
		    it_streq(check->code, "gate.exception"))
			add_check(out, "excused", check, false);
	}
}

static int print_text(struct it_buf *out, const struct it_report_view *view,
		      struct intoto_error **err)
{
	const struct intoto_report *report = view->report;
	IT_AUTO(it_report_causes_done) struct it_report_causes causes = { 0 };
	int rc = it_report_causes_find(&causes, view, err);

	if (rc)
		return rc;
	add_headline(out, report);
	add_causes(out, view, &causes, INTOTO_CHECK_FAILED);
	add_causes(out, view, &causes, INTOTO_CHECK_UNDECIDED);
	add_following(out, view, &causes);
	/* A warning may explain a failure; on a pass it waits until it is asked for. */
	if (view->verbose) {
		add_all(out, report, INTOTO_CHECK_WARNING);
		add_all(out, report, INTOTO_CHECK_SKIPPED);
		add_all(out, report, INTOTO_CHECK_PASSED);
	} else if (intoto_report_verdict(report) != INTOTO_PASSED) {
		add_warnings(out, view);
	}
	add_excused(out, view);
	for (size_t i = 0; view->stories && i < view->stories->count; i++)
		it_story_print(out, &view->stories->items[i], report);
	return INTOTO_OK;
}

const struct it_report_format it_report_format_text = { "text", print_text };

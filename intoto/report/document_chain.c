/* SPDX-License-Identifier: Apache-2.0 */
/* Of the HTML document: the summary, the steps, and what gates and exceptions decided. */
#include "report/document.h"

#include <string.h>

#include "base/text.h"
#include "report/html.h"
#include "report/picture.h"

enum { DECISIONS_SHOWN = 300 };

/* --- summary --- */

static void add_card(struct it_buf *out, const char *anchor, size_t number, const char *of,
		     const char *what)
{
	it_html(out, "<li><a href=\"#%s\"><b>%zu%s</b>%s</a></li>\n", anchor, number, of, what);
}

static void add_archive_note(struct it_buf *out, const struct it_audit *audit)
{
	if (!audit->answer)
		it_html(out, "<div class=\"note warn\" role=\"note\"><p><strong>The archive's "
			     "signature was not "
			     "verified.</strong> No key was given, so nobody has vouched that what "
			     "follows is what "
			     "its signer packed.</p></div>\n");
	else if (it_audit_is_verified(audit))
		it_html(out, "<div class=\"note good\" role=\"note\"><p><strong>The archive was "
			     "verified</strong>: it is signed, and whole.</p></div>\n");
	else
		it_html(out, "<div class=\"note bad\" role=\"note\"><p><strong>The archive was "
			     "verified, and "
			     "did not pass.</strong> See <a href=\"#archive\">what was "
			     "found</a>.</p></div>\n");
}

static size_t count_serious(const struct it_audit *audit)
{
	size_t count = 0;

	for (size_t i = 0; i < audit->gap_count; i++)
		count += audit->gaps[i].serious;
	return count;
}

static void add_facts(struct it_buf *out, const struct it_audit *audit)
{
	const struct it_archive_manifest *manifest = audit->archive->manifest;

	it_html(out,
		"<dl class=\"facts\">\n<dt>Product</dt><dd>%s</dd>\n<dt>Release</dt><dd>%s</dd>\n"
		"<dt>Packed</dt><dd>",
		*manifest->product ? manifest->product : "not named",
		*manifest->release ? manifest->release : "not named");
	it_html_time(out, manifest->time);
	it_html(out, " by %s</dd>\n<dt>Layout expires</dt><dd>", manifest->tool);
	if (audit->layout_expires)
		it_html_time(out, audit->layout_expires);
	else
		it_html(out, "never, or not known");
	it_html(out, "</dd>\n<dt>Kept</dt><dd>%s",
		*manifest->retention ? manifest->retention : "no class is named");
	if (manifest->lock_until) {
		it_html(out, ", until ");
		it_html_time(out, manifest->lock_until);
	}
	it_html(out, "</dd>\n<dt>Archive before</dt><dd>");
	if (*manifest->previous)
		it_html_digest(out, manifest->previous);
	else
		it_html(out, "none is named");
	it_html(out, "</dd>\n</dl>\n");
	if (*audit->readme)
		it_html(out, "<p>%s</p>\n", audit->readme);
}

void it_document_summary(struct it_buf *out, const struct it_audit *audit)
{
	IT_AUTO(it_buf_done) struct it_buf of = IT_BUF(64);
	size_t steps;
	size_t good = it_audit_evidenced(audit, &steps);
	size_t used = 0;
	size_t blocked = 0;

	for (size_t i = 0; i < audit->exception_count; i++)
		used += audit->exceptions[i].used > 0;
	for (size_t i = 0; i < audit->finding_count; i++)
		blocked += audit->findings[i].blocked;
	(void)it_buf_printf(&of, " of %zu", steps); /* short */
	add_archive_note(out, audit);
	it_html(out, "<ul class=\"cards\">\n");
	add_card(out, "steps", good, it_buf_text(&of), "steps with enough signed evidence");
	add_card(out, "checks", it_audit_tally(audit, INTOTO_CHECK_FAILED), "", "checks failed");
	add_card(out, "exceptions", used, "", "exceptions used");
	add_card(out, "sbom", audit->package_count, "", "packages in SBOMs");
	add_card(out, "findings", blocked, "", "findings block");
	add_card(out, "gaps", count_serious(audit), "", "things wanted and not evidenced");
	it_html(out, "</ul>\n");
	add_facts(out, audit);
}

/* --- steps --- */

static void add_signers(struct it_buf *out, const struct it_audit_step *step)
{
	if (step->inspection) {
		it_html(out, "<span class=\"dim\">the verifier</span>");
		return;
	}
	for (size_t i = 0; i < step->signer_count; i++)
		it_html(out, "<div>%s</div>", step->signers[i].name);
	if (!step->signer_count)
		it_html(out, "<span class=\"dim\">nobody</span>");
	it_html(out, "<div class=\"dim small\">%lld of %lld wanted</div>", (long long)step->people,
		(long long)step->threshold);
}

static void add_when(struct it_buf *out, const struct it_audit_step *step)
{
	if (!step->finished) {
		it_html(out, "<span class=\"dim\">not said</span>");
		return;
	}
	it_html_time(out, step->finished);
}

static void add_step_row(struct it_buf *out, const struct it_audit *audit, size_t index)
{
	const struct it_audit_step *step = &audit->steps[index];

	it_html(out, "<tr><th scope=\"row\"><a href=\"#step-%zu\">%s</a></th><td data-l=\"State\">",
		index, step->label);
	it_html(out, "<span>");
	it_document_badge(out, it_step_class(step), it_step_state(step));
	it_html(out, "</span></td><td data-l=\"Signed by\"><div>");
	add_signers(out, step);
	it_html(out, "</div></td><td data-l=\"When\"><span>");
	add_when(out, step);
	it_html(out,
		"</span></td><td data-l=\"Materials\" class=\"num\">%zu</td><td "
		"data-l=\"Products\" "
		"class=\"num\">%zu</td></tr>\n",
		step->sides[INTOTO_MATERIALS].count, step->sides[INTOTO_PRODUCTS].count);
}

static void add_side(struct it_buf *out, const struct it_audit_side *side, const char *title)
{
	it_html(out, "<details%s><summary>%s: %zu</summary>\n",
		side->count && side->count <= 12 ? " open" : "", title, side->count);
	if (!side->shown_count) {
		it_html(out, "<p class=\"dim\">%s</p></details>\n",
			side->count ? "The archive holds no link with their names." : "None.");
		return;
	}
	it_html(out, "<ul class=\"small\">\n");
	for (size_t i = 0; i < side->shown_count; i++) {
		it_html(out, "<li><code>%s</code> ", side->shown[i].name);
		it_html_digest(out, side->shown[i].digests);
		it_html(out, "</li>\n");
	}
	it_html(out, "</ul>\n");
	if (side->count > side->shown_count)
		it_html(out, "<p class=\"dim\">and %zu more in the link.</p>\n",
			side->count - side->shown_count);
	it_html(out, "</details>\n");
}

static void add_step(struct it_buf *out, const struct it_audit *audit, size_t index)
{
	const struct it_audit_step *step = &audit->steps[index];

	it_html(out, "<section id=\"step-%zu\"><h3>%s %s ", index,
		step->inspection ? "Inspection" : "Step", step->label);
	it_document_badge(out, it_step_class(step), it_step_state(step));
	it_html(out, "</h3>\n");
	if (*step->why && !it_streq(it_step_state(step), "passed"))
		it_html(out, "<p>%s</p>\n", step->why);
	it_html(out, "<dl class=\"facts\">\n<dt>Signed by</dt><dd>");
	for (size_t i = 0; i < step->signer_count; i++) {
		it_html(out, "<div>%s, ", step->signers[i].name);
		it_html_digest(out, step->signers[i].identity);
		it_html(out, " in <code>%s</code></div>", step->signers[i].file);
	}
	it_html(out, "%s</dd>\n<dt>Command</dt><dd>%s<code>%s</code></dd>\n<dt>Evidence</dt><dd>",
		step->signer_count ? ""
		: step->inspection ? "nobody: the verifier ran it"
				   : "nobody",
		*step->command ? "" : "none is recorded", step->command);
	for (size_t i = 0; i < step->members.count; i++) {
		it_html(out, "<div>");
		it_document_member(out, audit, step->members.items[i]);
		it_html(out, "</div>");
	}
	if (!step->members.count)
		it_html(out, "none");
	it_html(out, "</dd>\n</dl>\n");
	add_side(out, &step->sides[INTOTO_MATERIALS], "Materials");
	add_side(out, &step->sides[INTOTO_PRODUCTS], "Products");
	it_html(out, "</section>\n");
}

void it_document_steps(struct it_buf *out, const struct it_audit *audit)
{
	it_html(out, "<section aria-labelledby=\"steps\">\n<h2 id=\"steps\">Who did what, and "
		     "when</h2>\n"
		     "<p class=\"dim small\">A time is as attestations of the step say; links say "
		     "none.</p>\n"
		     "<div class=\"scroll\"><table class=\"rows\">\n<thead><tr><th "
		     "scope=\"col\">Step</th><th scope=\"col\">State</th><th scope=\"col\">Signed "
		     "by</th><th "
		     "scope=\"col\">When</th><th scope=\"col\" class=\"num\">Materials</th><th "
		     "scope=\"col\" "
		     "class=\"num\">Products</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < audit->step_count; i++)
		add_step_row(out, audit, i);
	it_html(out, "</tbody></table></div>\n");
	for (size_t i = 0; i < audit->step_count; i++)
		add_step(out, audit, i);
	it_html(out, "</section>\n");
}

/* --- gates --- */

static bool is_gate(const struct it_audit_check *check, const struct it_audit_step *step)
{
	return it_starts_with(check->code, "gate.") && it_streq(check->item, step->label);
}

static void add_decisions(struct it_buf *out, const struct it_audit *audit,
			  const struct it_audit_step *step)
{
	size_t shown = 0;
	size_t left = 0;

	it_html(out, "<div class=\"scroll\"><table class=\"rows\">\n<thead><tr><th "
		     "scope=\"col\">Gate</th><th "
		     "scope=\"col\">Outcome</th><th scope=\"col\">About</th><th "
		     "scope=\"col\">Decision</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < audit->check_count; i++) {
		const struct it_audit_check *check = &audit->checks[i];

		if (!is_gate(check, step))
			continue;
		/* What is good is shown until there is too much; what is not, always. */
		if (check->outcome == INTOTO_CHECK_PASSED && shown >= DECISIONS_SHOWN) {
			left++;
			continue;
		}
		shown++;
		it_html(out, "<tr><th scope=\"row\">%s</th><td data-l=\"Outcome\"><span>",
			check->code + strlen("gate."));
		it_document_badge(out, it_outcome_class(check->outcome),
				  intoto_outcome_name(check->outcome));
		it_html(out,
			"</span></td><td data-l=\"About\">%s</td><td "
			"data-l=\"Decision\">%s</td></tr>\n",
			*check->subject ? check->subject : "the gate itself", check->text);
	}
	it_html(out, "</tbody></table></div>\n");
	if (left)
		it_html(out,
			"<p class=\"dim\">and %zu more that passed; --format=json has them "
			"all.</p>\n",
			left);
}

void it_document_gates(struct it_buf *out, const struct it_audit *audit)
{
	size_t gated = 0;

	it_html(out, "<section aria-labelledby=\"gates\">\n<h2 id=\"gates\">Gates, with every "
		     "decision</h2>\n");
	for (size_t i = 0; i < audit->step_count; i++) {
		const struct it_audit_step *step = &audit->steps[i];

		if (!step->gates.count)
			continue;
		gated++;
		it_html(out,
			"<h3>Step <a href=\"#step-%zu\">%s</a></h3>\n<p class=\"dim small\">What "
			"the "
			"layout demands:</p>\n<ul class=\"small\">\n",
			i, step->label);
		for (size_t j = 0; j < step->gates.count; j++)
			it_html(out, "<li>%s</li>\n", step->gates.items[j]);
		it_html(out, "</ul>\n");
		add_decisions(out, audit, step);
	}
	if (!gated)
		it_html(out,
			"<p>No step has a gate: nothing was demanded of SBOMs, scans, tests or "
			"licences.</p>\n");
	it_html(out, "</section>\n");
}

/* --- exceptions --- */

void it_document_exceptions(struct it_buf *out, const struct it_audit *audit)
{
	it_html(out,
		"<section aria-labelledby=\"exceptions\">\n<h2 id=\"exceptions\">Exceptions and "
		"their owners</h2>\n");
	if (!audit->exception_count) {
		it_html(out, "<p>There are none.</p>\n</section>\n");
		return;
	}
	it_html(out,
		"<div class=\"scroll\"><table class=\"rows wide\">\n<thead><tr><th "
		"scope=\"col\">Id</th><th scope=\"col\">Owner</th><th scope=\"col\">Reason</th><th "
		"scope=\"col\">Ticket</th><th scope=\"col\">Scope</th><th "
		"scope=\"col\">Expires</th><th "
		"scope=\"col\">Used</th><th scope=\"col\">Evidence</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < audit->exception_count; i++) {
		const struct it_audit_exception *one = &audit->exceptions[i];

		it_html(out,
			"<tr><th scope=\"row\">%s</th><td data-l=\"Owner\">%s</td><td "
			"data-l=\"Reason\">%s</td>"
			"<td data-l=\"Ticket\">%s</td><td data-l=\"Scope\">%s</td><td "
			"data-l=\"Expires\"><span>",
			one->id, one->owner, one->reason, one->ticket, one->scope);
		it_html_time(out, one->expires);
		if (one->used < 0)
			it_html(out, "</span></td><td data-l=\"Used\">no");
		else
			it_html(out, "</span></td><td data-l=\"Used\">%lld time%s",
				(long long)one->used, one->used == 1 ? "" : "s");
		it_html(out, "</td><td data-l=\"Evidence\"><span>");
		it_document_member(out, audit, one->member);
		it_html(out, "</span></td></tr>\n");
	}
	it_html(out, "</tbody></table></div>\n</section>\n");
}

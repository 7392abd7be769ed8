/* SPDX-License-Identifier: Apache-2.0 */
/* Of the HTML document: controls, the archive itself, and every check. */
#include "archive/manifest.h"
#include "base/clock.h"
#include "report/document.h"
#include "report/html.h"

enum { MEMBERS_SHOWN = 20000, CHECKS_SHOWN = 5000 };

/* --- controls --- */

static const char *proof_word(enum it_proof proof)
{
	static const char *const words[] = { [IT_PROOF_NONE] = "not shown",
					     [IT_PROOF_PRESENT] = "present, not checked",
					     [IT_PROOF_CHECKED] = "checked",
					     [IT_PROOF_FAILED] = "failed" };

	return words[proof];
}

static void add_pieces(struct it_buf *out, const struct it_control *control,
		       const struct it_shown_all *all)
{
	it_html(out, "<ul>");
	for (unsigned i = 0; i < IT_EVIDENCE_COUNT; i++) {
		const struct it_shown *shown = &all->items[i];

		if (!(control->evidence & 1U << i))
			continue;
		it_html(out, "<li><a href=\"#%s\">%s</a>: %s <span class=\"dim\">(%s)</span></li>",
			shown->anchor, it_evidence_name((enum it_evidence)i), shown->text,
			proof_word(shown->proof));
	}
	it_html(out, "</ul>");
	if (!control->evidence)
		it_html(out, "<span class=\"dim\">nothing in an archive shows it</span>");
}

static void add_framework(struct it_buf *out, const struct it_framework *framework,
			  const struct it_shown_all *all)
{
	it_html(out,
		"<h3 id=\"controls-%s\">%s <span class=\"dim\">%s</span></h3>\n<p "
		"class=\"small\">%s</p>\n"
		"<div class=\"scroll\"><table class=\"rows\">\n<thead><tr><th "
		"scope=\"col\">Control</th><th "
		"scope=\"col\">Asks</th><th scope=\"col\">State</th><th "
		"scope=\"col\">Evidence</th><th "
		"scope=\"col\">Must be shown otherwise</th></tr></thead>\n<tbody>\n",
		framework->id, framework->name, framework->edition, framework->note);
	for (size_t i = 0; i < framework->count; i++) {
		const struct it_control *control = &framework->controls[i];
		enum it_control_state state = it_control_judge(control, all);

		it_html(out,
			"<tr><th scope=\"row\">%s</th><td data-l=\"Asks\">%s</td><td "
			"data-l=\"State\"><span>",
			control->id, control->asks);
		it_document_badge(out, it_control_class(state), it_control_state_name(state));
		it_html(out, "</span></td><td data-l=\"Evidence\"><div>");
		add_pieces(out, control, all);
		it_html(out, "</div></td><td data-l=\"Otherwise\">%s</td></tr>\n",
			control->rest ? control->rest : "");
	}
	it_html(out, "</tbody></table></div>\n");
}

void it_document_controls(struct it_buf *out, const struct it_audit *audit,
			  const struct it_shown_all *shown)
{
	it_html(out,
		"<section aria-labelledby=\"controls\">\n<h2 "
		"id=\"controls\">Controls</h2>\n<p>What this "
		"release shows of rules that an auditor asks for. <em>Evidenced</em> means that a "
		"check of the verification shows each piece; what an archive cannot show stands in "
		"the last column; <em>in part</em>, that some are "
		"missing, or are documents that nothing checked; <em>contradicted</em>, that a "
		"check says the contrary. Nobody conforms to a rule by an archive alone.%s</p>\n",
		audit->answer ? ""
			      : " The archive was not verified, so all of it is as it stands in "
				"the file.");
	for (size_t i = 0; it_frameworks[i]; i++)
		add_framework(out, it_frameworks[i], shown);
	it_html(out, "</section>\n");
}

/* --- the archive --- */

static const char *fault_word(enum it_archive_fault_kind kind)
{
	static const char *const words[] = {
		[IT_FAULT_REMOVED] = "removed",	  [IT_FAULT_ADDED] = "added",
		[IT_FAULT_REPLACED] = "replaced", [IT_FAULT_REORDERED] = "reordered",
		[IT_FAULT_REPEATED] = "repeated", [IT_FAULT_UNSAFE] = "unsafe",
		[IT_FAULT_CUT] = "cut",		  [IT_FAULT_WITHHELD] = "withheld",
	};

	return (size_t)kind < IT_COUNT_OF(words) ? words[kind] : "wrong";
}

static void add_faults(struct it_buf *out, const struct it_audit *audit)
{
	const struct it_archive *archive = audit->archive;

	if (!archive->fault_count)
		return;
	it_html(out, "<h3>%s</h3>\n<ul>\n",
		it_archive_is_whole(archive) ? "What is withheld"
					     : "What is not as the manifest says");
	for (size_t i = 0; i < archive->fault_count; i++) {
		it_html(out, "<li>");
		it_document_badge(out,
				  archive->faults[i].kind == IT_FAULT_WITHHELD ? "warn" : "bad",
				  fault_word(archive->faults[i].kind));
		it_html(out, " <code>%s</code> %s</li>\n", archive->faults[i].name,
			archive->faults[i].text);
	}
	it_html(out, "</ul>\n");
}

static void add_later(struct it_buf *out, const struct it_audit_later *later)
{
	char time[IT_TIME_SIZE];

	it_time_format(time, later->time);
	it_html(out, "<li><code>%s</code>: %s", later->name, later->kind);
	if (later->time)
		it_html(out, " of %s", time);
	it_html(out, "%s", later->stamped ? ", with a timestamp" : "");
	if (later->withheld.count)
		it_html(out, ": %s; withheld: ", later->reason);
	for (size_t i = 0; i < later->withheld.count; i++)
		it_html(out, "%s<code>%s</code>", i ? ", " : "", later->withheld.items[i]);
	it_html(out, "</li>\n");
}

static void add_laters(struct it_buf *out, const struct it_audit *audit)
{
	if (!audit->later_count)
		return;
	it_html(out, "<h3>What was added later</h3>\n<ul>\n");
	for (size_t i = 0; i < audit->later_count; i++)
		add_later(out, &audit->laters[i]);
	it_html(out, "</ul>\n");
}

static void add_notes(struct it_buf *out, const struct it_audit *audit)
{
	if (!audit->answer)
		return;
	it_html(out, "<h3>What the verification of the archive found</h3>\n<ul>\n");
	for (size_t i = 0; i < audit->answer->note_count; i++) {
		enum intoto_outcome outcome = audit->answer->notes[i].outcome;

		it_html(out, "<li>");
		it_document_badge(out, it_outcome_class(outcome), intoto_outcome_name(outcome));
		it_html(out, " %s %s <span class=\"dim\">[%s]</span></li>\n",
			audit->answer->notes[i].subject, audit->answer->notes[i].text,
			audit->answer->notes[i].code);
	}
	it_html(out, "</ul>\n");
}

static void add_keys(struct it_buf *out, const struct it_audit *audit)
{
	if (!audit->key_count)
		return;
	it_html(out,
		"<h3>Keys of the layout</h3>\n<div class=\"scroll\"><table "
		"class=\"rows\">\n<thead><tr><th "
		"scope=\"col\">Id</th><th scope=\"col\">Kind</th><th scope=\"col\">Fingerprint "
		"(SPKI)</th><th scope=\"col\">May</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < audit->key_count; i++) {
		const struct it_audit_key *key = &audit->keys[i];

		it_html(out, "<tr><th scope=\"row\">");
		it_html_digest(out, key->id);
		it_html(out, "</th><td data-l=\"Kind\">%s</td><td data-l=\"Fingerprint\"><span>",
			key->kind);
		it_html_digest(out, key->fingerprint);
		it_html(out, "</span></td><td data-l=\"May\"><span>");
		for (size_t j = 0; j < key->steps.count; j++)
			it_html(out, "%s%s", j ? ", " : "do ", key->steps.items[j]);
		it_html(out, "%s%s</span></td></tr>\n",
			key->steps.count && key->excuses ? "; " : "",
			key->excuses ? "sign exceptions" : "");
	}
	it_html(out, "</tbody></table></div>\n");
}

void it_document_archive(struct it_buf *out, const struct it_audit *audit)
{
	const struct it_archive_manifest *manifest = audit->archive->manifest;

	it_html(out,
		"<section aria-labelledby=\"archive\">\n<h2 id=\"archive\">The archive</h2>\n"
		"<p>%s, sha256 <code>%s</code>, number %lld of its product, %zu members.</p>\n",
		audit->file, audit->archive->sha256, (long long)manifest->number,
		manifest->member_count);
	add_notes(out, audit);
	add_laters(out, audit);
	add_faults(out, audit);
	add_keys(out, audit);
	it_html(out, "<details open><summary>Members</summary>\n<div class=\"scroll\"><table "
		     "class=\"rows\">\n<thead><tr><th scope=\"col\">Name</th><th "
		     "scope=\"col\">Role</th><th "
		     "scope=\"col\">Media type</th><th scope=\"col\" class=\"num\">Size</th><th "
		     "scope=\"col\">SHA-256</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < manifest->member_count && i < MEMBERS_SHOWN; i++) {
		const struct it_archive_member *member = &manifest->members[i];

		it_html(out,
			"<tr id=\"member-%zu\"><th scope=\"row\">%s</th><td "
			"data-l=\"Role\">%s</td><td "
			"data-l=\"Media type\">%s</td><td data-l=\"Size\" class=\"num\">",
			i, member->name, it_archive_role_name(member->role), member->media_type);
		it_html_size(out, member->size);
		it_html(out, "</td><td data-l=\"SHA-256\"><span>");
		it_html_digest(out, member->sha256);
		it_html(out, "</span></td></tr>\n");
	}
	it_html(out, "</tbody></table></div>\n");
	if (manifest->member_count > MEMBERS_SHOWN)
		it_html(out, "<p class=\"dim\">and %zu more.</p>\n",
			manifest->member_count - MEMBERS_SHOWN);
	it_html(out, "</details>\n</section>\n");
}

/* --- every check --- */

static void add_check(struct it_buf *out, const struct it_audit_check *check)
{
	it_html(out, "<tr><td data-l=\"Outcome\"><span>");
	it_document_badge(out, it_outcome_class(check->outcome),
			  intoto_outcome_name(check->outcome));
	it_html(out,
		"</span></td><td data-l=\"Code\">%s</td><td data-l=\"Item\">%s</td><td "
		"data-l=\"About\">%s</td><td data-l=\"Sentence\">%s</td></tr>\n",
		check->code, check->item, check->subject, check->text);
}

void it_document_checks(struct it_buf *out, const struct it_audit *audit)
{
	size_t shown = 0;

	it_html(out, "<section aria-labelledby=\"checks\">\n<h2 id=\"checks\">Every check of the "
		     "verification</h2>\n");
	if (!audit->reported) {
		it_html(out, "<p>The archive holds no report that can be read.</p>\n</section>\n");
		return;
	}
	it_html(out,
		"<p>%zu passed, %zu failed, %zu undecided, %zu warnings, %zu "
		"skipped.</p>\n<details><summary>"
		"Show them</summary>\n<div class=\"scroll\"><table class=\"rows\">\n<thead><tr><th "
		"scope=\"col\">Outcome</th><th scope=\"col\">Code</th><th "
		"scope=\"col\">Item</th><th "
		"scope=\"col\">About</th><th scope=\"col\">Sentence</th></tr></thead>\n<tbody>\n",
		it_audit_tally(audit, INTOTO_CHECK_PASSED),
		it_audit_tally(audit, INTOTO_CHECK_FAILED),
		it_audit_tally(audit, INTOTO_CHECK_UNDECIDED),
		it_audit_tally(audit, INTOTO_CHECK_WARNING),
		it_audit_tally(audit, INTOTO_CHECK_SKIPPED));
	for (size_t i = 0; i < audit->check_count && shown < CHECKS_SHOWN; i++, shown++)
		add_check(out, &audit->checks[i]);
	it_html(out, "</tbody></table></div>\n");
	if (audit->check_count > shown)
		it_html(out, "<p class=\"dim\">and %zu more; --format=json has them all.</p>\n",
			audit->check_count - shown);
	it_html(out, "</details>\n</section>\n");
}

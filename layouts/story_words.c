/* SPDX-License-Identifier: Apache-2.0 */
/* Telling a story, to people and to programs. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "json/where.h"
#include "layouts/story.h"
#include "model/digest_set.h"

enum { NAMES_SHOWN = 5, SIGNERS_SHOWN = 5, EVENTS_SHOWN = 200 };

enum it_story_change it_story_change(const struct it_story_event *event)
{
	if (!event->material)
		return IT_STORY_MADE;
	if (!event->product)
		return IT_STORY_USED;
	return it_streq(event->material->digests, event->product->digests) ? IT_STORY_UNCHANGED
									   : IT_STORY_CHANGED;
}

static const char *side_name(enum intoto_link_side side)
{
	return side == INTOTO_MATERIALS ? "materials" : "products";
}

static const struct it_traced_artifact *artifact_of(const struct it_story_event *event,
						    enum intoto_link_side side)
{
	return side == INTOTO_MATERIALS ? event->material : event->product;
}

static const char *name_of(const struct it_story_event *event)
{
	return event->material ? event->material->name : event->product->name;
}

static const struct it_traced_rule *rule_of(const struct it_story_event *event,
					    enum intoto_link_side side, bool refused)
{
	const struct it_traced_artifact *artifact = artifact_of(event, side);

	if (!artifact)
		return NULL;
	return it_traced_rule(&event->item->sides[side],
			      refused ? artifact->refused_by : artifact->consumed_by);
}

/* --- for people --- */

static void add_quoted(struct it_buf *out, const char *text)
{
	it_text_quote(out, it_span_text(text));
}

static void add_named(struct it_buf *out, const char *text)
{
	it_where_quote(out, it_span_text(text));
}

/* What a rule said about it, in the report's words. */
static const char *find_sentence(const struct intoto_report *report,
				 const struct it_story_event *event,
				 const struct it_traced_rule *rule, enum intoto_link_side side)
{
	/* The same rule may stand on both sides; the report's sentences begin with theirs. */
	for (size_t i = 0; i < intoto_report_count(report); i++) {
		const struct intoto_check *check = intoto_report_at(report, i);

		if ((check->outcome == INTOTO_CHECK_FAILED ||
		     check->outcome == INTOTO_CHECK_UNDECIDED) &&
		    it_streq(check->item, event->item->label) &&
		    it_streq(check->subject, rule->text) &&
		    it_starts_with(check->text, side_name(side)))
			return check->text;
	}
	return "";
}

static void print_refusal(struct it_buf *out, const struct it_story_event *event,
			  const struct it_traced_rule *rule, enum intoto_link_side side,
			  const struct intoto_report *report)
{
	(void)it_buf_add_text(out, "  REFUSED in "); /* sticks, as the rest */
	add_quoted(out, event->item->label);
	(void)it_buf_printf(out, " among the %s by ", side_name(side));
	add_quoted(out, rule->text);
	(void)it_buf_add_text(out, "\n    ");
	add_quoted(out, find_sentence(report, event, rule, side));
	(void)it_buf_add_byte(out, '\n');
}

/* First of all, what is wrong: each rule once, however many files of the same bytes it refused. */
static size_t print_refusals(struct it_buf *out, const struct it_story *story,
			     const struct intoto_report *report)
{
	const struct it_traced_rule *told[2] = { NULL, NULL };
	size_t refusals = 0;

	for (size_t i = 0; i < story->count; i++)
		for (int side = INTOTO_MATERIALS; side <= INTOTO_PRODUCTS; side++) {
			const struct it_story_event *event = &story->events[i];
			const struct it_traced_rule *rule =
				rule_of(event, (enum intoto_link_side)side, true);

			if (!rule || rule == told[side])
				continue;
			told[side] = rule;
			refusals++;
			print_refusal(out, event, rule, (enum intoto_link_side)side, report);
		}
	return refusals;
}

/* "from 3 materials: "a", "b", "c"" */
static void print_sources(struct it_buf *out, const struct it_traced_item *item)
{
	const struct it_traced_side *side = &item->sides[INTOTO_MATERIALS];

	if (!side->count) {
		(void)it_buf_add_text(out, ", out of no materials"); /* sticks, as the rest */
		return;
	}
	(void)it_buf_printf(out, ", from %zu material%s: ", side->count,
			    side->count == 1 ? "" : "s");
	for (size_t i = 0; i < side->count && i < NAMES_SHOWN; i++) {
		if (i)
			(void)it_buf_add_text(out, ", ");
		add_named(out, side->artifacts[i].name);
	}
	if (side->count > NAMES_SHOWN)
		(void)it_buf_printf(out, " and %zu more", side->count - NAMES_SHOWN);
}

static void print_change(struct it_buf *out, const struct it_story_event *event)
{
	switch (it_story_change(event)) {
	case IT_STORY_MADE:
		(void)it_buf_add_text(out, "made here"); /* sticks, as the rest */
		print_sources(out, event->item);
		return;
	case IT_STORY_UNCHANGED:
		(void)it_buf_add_text(out, "goes through unchanged");
		return;
	case IT_STORY_CHANGED:
		(void)it_buf_add_text(out, "is changed here");
		return;
	case IT_STORY_USED:
		(void)it_buf_add_text(out, "goes in, and does not come out");
		return;
	}
}

/* Which rule spoke about it on one side. */
static void print_rule(struct it_buf *out, const struct it_story_event *event,
		       enum intoto_link_side side)
{
	const struct it_traced_side *all = &event->item->sides[side];
	const struct it_traced_rule *consumer = rule_of(event, side, false);
	const struct it_traced_rule *refuser = rule_of(event, side, true);
	bool applied = true;

	if (!artifact_of(event, side))
		return;
	for (size_t i = 0; i < all->rule_count; i++)
		applied = applied && all->rules[i].applied;
	(void)it_buf_printf(out, "    %s: ", side_name(side)); /* sticks, as the rest */
	if (refuser) {
		(void)it_buf_add_text(out, "refused by ");
		add_quoted(out, refuser->text);
	} else if (consumer) {
		(void)it_buf_add_text(out, "allowed by ");
		add_quoted(out, consumer->text);
	} else {
		(void)it_buf_add_text(out, applied ? "no rule is about it, so it is allowed"
						   : "rules were not applied");
	}
	(void)it_buf_add_byte(out, '\n');
}

static void print_signers(struct it_buf *out, const struct it_traced_item *item)
{
	if (!item->signer_count) {
		if (item->is_inspection)
			(void)it_buf_add_text(out, "    recorded by the inspection here\n");
		return;
	}
	(void)it_buf_add_text(out, "    signed by "); /* sticks, as the rest */
	for (size_t i = 0; i < item->signer_count && i < SIGNERS_SHOWN; i++) {
		if (i)
			(void)it_buf_add_text(out, ", ");
		add_quoted(out, item->signers[i].name);
		(void)it_buf_add_text(out, " (");
		add_quoted(out, item->signers[i].file);
		(void)it_buf_add_byte(out, ')');
	}
	if (item->signer_count > SIGNERS_SHOWN)
		(void)it_buf_printf(out, " and %zu more", item->signer_count - SIGNERS_SHOWN);
	(void)it_buf_add_byte(out, '\n');
}

/* Digests are told when they are new in the story. */
static const char *print_event(struct it_buf *out, const struct it_story *story,
			       const struct it_story_event *event, const char *known)
{
	const char *digests = event->product ? event->product->digests : event->material->digests;

	(void)it_buf_add_text(out, "  "); /* sticks, as the rest */
	add_quoted(out, event->item->label);
	(void)it_buf_add_text(out, ": ");
	if (!it_streq(name_of(event), story->query)) {
		add_named(out, name_of(event));
		(void)it_buf_add_byte(out, ' ');
	}
	print_change(out, event);
	(void)it_buf_add_byte(out, '\n');
	if (!it_streq(digests, known)) {
		(void)it_buf_add_text(out, "    ");
		add_quoted(out, digests);
		(void)it_buf_add_byte(out, '\n');
	}
	print_rule(out, event, INTOTO_MATERIALS);
	print_rule(out, event, INTOTO_PRODUCTS);
	print_signers(out, event->item);
	return digests;
}

/* What lies here now, against what the chain says last. */
static void print_local(struct it_buf *out, const struct it_story *story, const char *last)
{
	bool known = false;

	if (!story->local)
		return;
	if (it_digests_match(story->local, last) == IT_DIGESTS_MATCH) {
		(void)it_buf_add_text(out, "  the file here is the one that was seen last\n");
		return;
	}
	for (size_t i = 0; i < story->count && !known; i++) {
		const struct it_story_event *event = &story->events[i];

		known = (event->material &&
			 it_digests_match(story->local, event->material->digests) ==
				 IT_DIGESTS_MATCH) ||
			(event->product &&
			 it_digests_match(story->local, event->product->digests) ==
				 IT_DIGESTS_MATCH);
	}
	/* Sticks, as the rest. */
	(void)it_buf_add_text(out, known ? "  the file here is an earlier one: "
					 : "  the file here is none of these: ");
	add_quoted(out, story->local);
	(void)it_buf_add_byte(out, '\n');
}

static void print_unknown(struct it_buf *out, const struct it_story *story)
{
	(void)it_buf_add_text(out, "nothing in this chain knows it"); /* sticks, as the rest */
	for (size_t i = 0; i < story->near.count; i++) {
		(void)it_buf_add_text(out, i ? ", " : "; did you mean ");
		add_named(out, story->near.items[i]);
	}
	(void)it_buf_add_text(out, story->near.count ? "?\n" : "\n");
	if (story->local) {
		(void)it_buf_add_text(out, "  the file here has ");
		add_quoted(out, story->local);
		(void)it_buf_add_byte(out, '\n');
	}
}

/* --- gates --- */

static bool is_told_before(const struct it_story *story, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (it_streq(story->events[i].item->label, story->events[index].item->label))
			return true;
	return false;
}

/* What gates of a step decided: the verdicts, and what was not simply fine. */
static void print_gates_of(struct it_buf *out, const char *label,
			   const struct intoto_report *report)
{
	size_t shown = 0;

	for (size_t i = 0; i < intoto_report_count(report); i++) {
		const struct intoto_check *check = intoto_report_at(report, i);
		bool verdict = !*check->subject;
		bool plain = check->outcome == INTOTO_CHECK_PASSED &&
			     !it_starts_with(check->text, "allowed: ");

		if (!it_starts_with(check->code, "gate.") || !it_streq(check->item, label) ||
		    (plain && !verdict) || shown++ >= EVENTS_SHOWN)
			continue;
		(void)it_buf_printf(out, "  %s of ", check->code); /* sticks, as the rest */
		add_quoted(out, label);
		(void)it_buf_printf(out, " %s: ", intoto_outcome_name(check->outcome));
		add_quoted(out, check->subject);
		(void)it_buf_add_text(out, verdict ? "" : ": ");
		add_quoted(out, check->text);
		(void)it_buf_add_byte(out, '\n');
	}
	if (shown > EVENTS_SHOWN)
		(void)it_buf_printf(out, "  and %zu more (--verbose lists them)\n",
				    shown - EVENTS_SHOWN);
}

static void print_gates(struct it_buf *out, const struct it_story *story,
			const struct intoto_report *report)
{
	for (size_t i = 0; i < story->count && i < EVENTS_SHOWN; i++)
		if (!is_told_before(story, i))
			print_gates_of(out, story->events[i].item->label, report);
}

void it_story_print(struct it_buf *out, const struct it_story *story,
		    const struct intoto_report *report)
{
	const char *known = "";

	(void)it_buf_add_byte(out, '\n'); /* sticks, as the rest */
	add_named(out, story->query);
	(void)it_buf_add_text(out, ": ");
	if (!story->count) {
		print_unknown(out, story);
		return;
	}
	(void)it_buf_printf(out, "seen in %zu place%s of this chain\n", story->count,
			    story->count == 1 ? "" : "s");
	if (!print_refusals(out, story, report))
		(void)it_buf_add_text(out, "  no rule refused it\n");
	for (size_t i = 0; i < story->count && i < EVENTS_SHOWN; i++)
		known = print_event(out, story, &story->events[i], known);
	if (story->count > EVENTS_SHOWN)
		(void)it_buf_printf(out, "  and %zu more\n", story->count - EVENTS_SHOWN);
	print_gates(out, story, report);
	print_local(out, story, known);
}

/* --- for programs --- */

static void write_member(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_side(struct it_writer *writer, const struct it_story_event *event,
		       enum intoto_link_side side)
{
	const struct it_traced_rule *consumer = rule_of(event, side, false);
	const struct it_traced_rule *refuser = rule_of(event, side, true);

	if (!artifact_of(event, side))
		return;
	it_write_name(writer, side_name(side));
	it_write_object(writer);
	write_member(writer, "consumedBy", consumer ? consumer->text : "");
	it_write_name(writer, "digest");
	it_digest_set_write(writer, artifact_of(event, side)->digests);
	write_member(writer, "refusedBy", refuser ? refuser->text : "");
	it_write_object_end(writer);
}

static void write_event(struct it_writer *writer, const struct it_story_event *event)
{
	static const char *const changes[] = { "made", "unchanged", "changed", "used" };

	it_write_object(writer);
	write_member(writer, "change", changes[it_story_change(event)]);
	write_member(writer, "file", event->item->file);
	write_member(writer, "item", event->item->label);
	write_side(writer, event, INTOTO_MATERIALS);
	write_member(writer, "name", name_of(event));
	write_side(writer, event, INTOTO_PRODUCTS);
	it_write_name(writer, "signers");
	it_write_list(writer);
	for (size_t i = 0; i < event->item->signer_count; i++)
		it_write_text(writer, event->item->signers[i].name);
	it_write_list_end(writer);
	it_write_object_end(writer);
}

void it_story_write(struct it_writer *writer, const struct it_story *story)
{
	it_write_object(writer);
	write_member(writer, "artifact", story->query);
	it_write_name(writer, "known");
	it_write_bool(writer, story->count > 0);
	if (story->local) {
		it_write_name(writer, "local");
		it_digest_set_write(writer, story->local);
	}
	it_write_name(writer, "near");
	it_write_list(writer);
	for (size_t i = 0; i < story->near.count; i++)
		it_write_text(writer, story->near.items[i]);
	it_write_list_end(writer);
	it_write_name(writer, "story");
	it_write_list(writer);
	for (size_t i = 0; i < story->count; i++)
		write_event(writer, &story->events[i]);
	it_write_list_end(writer);
	it_write_object_end(writer);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts of bundles of attestations: an envelope a line (<model/bundle.h>).  Each line says what it
 * would say alone, so that a bundle is found by whatever is in it.
 */
#include "base/text.h"
#include "model/bundle.h"
#include "store/facts_part.h"

static bool begins_object(struct it_span line)
{
	size_t blanks = 0;

	while (blanks < line.len && (line.data[blanks] == ' ' || line.data[blanks] == '\t'))
		blanks++;
	return blanks < line.len && line.data[blanks] == '{';
}

/* The findings of the next line are others, also where they have the same numbers. */
static void pass_findings(struct it_facts *facts, size_t from)
{
	for (size_t i = from; i < facts->vulnerability_count; i++)
		if (facts->vulnerabilities[i].finding >= facts->finding)
			facts->finding = facts->vulnerabilities[i].finding + 1;
}

/* As if the line were all there is. */
static void begin_line(struct it_facts *facts, size_t number)
{
	facts->line = (unsigned)number;
	facts->kind = "file";
	facts->predicate_type = facts->step = facts->verdict = "";
	facts->time = 0;
}

static int add_line(struct it_facts *facts, struct intoto_error **err)
{
	const struct it_fact_line one = { facts->line, facts->kind, facts->predicate_type,
					  facts->step, facts->verdict };

	return it_fact_line(facts, &one, err);
}

static int read_line(void *arg, size_t number, struct it_span line, struct intoto_error **err)
{
	struct it_facts *facts = arg;
	struct intoto_envelope *envelope = NULL;
	size_t findings = facts->vulnerability_count;
	int64_t youngest = facts->time;
	int rc = begins_object(line) ? intoto_envelope_parse(&envelope, line.data, line.len, NULL)
				     : INTOTO_E_FORMAT;

	if (rc)
		return it_fact_none(facts, rc, err);
	begin_line(facts, number);
	rc = it_facts_of_envelope(facts, envelope, err);
	if (!rc)
		rc = add_line(facts, err);
	pass_findings(facts, findings);
	if (facts->time < youngest)
		facts->time = youngest;
	return rc;
}

static const char *agreed(const char *one, const char *two)
{
	return it_streq(one, two) ? one : "";
}

static void agree(struct it_facts *facts)
{
	struct it_fact_line all = facts->lines[0];

	for (size_t i = 1; i < facts->line_count; i++) {
		all.predicate_type = agreed(all.predicate_type, facts->lines[i].predicate_type);
		all.step = agreed(all.step, facts->lines[i].step);
		all.verdict = agreed(all.verdict, facts->lines[i].verdict);
	}
	facts->kind = "bundle";
	facts->media_type = "application/vnd.in-toto.bundle";
	facts->predicate_type = all.predicate_type;
	facts->step = all.step;
	facts->verdict = all.verdict;
}

int it_facts_of_bundle(struct it_facts *facts, struct it_span bytes, struct intoto_error **err)
{
	int rc = it_bundle_each(bytes, read_line, facts, NULL);

	facts->line = 0;
	if (rc == INTOTO_E_LIMIT) /* of lines */
		facts->cut = true;
	else if (rc)
		return it_fact_none(facts, rc, err);
	if (facts->line_count)
		agree(facts);
	else
		facts->unread = true;
	return INTOTO_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Packages and findings of all documents, each once, beside what was said and decided about them.
 */
#include <string.h>

#include "base/text.h"
#include "report/audit.h"

enum { SAID_MAX = 64 * 1024, SAID_SHOWN = 8 };

/* --- packages --- */

static int compare_texts(const char *a, const char *b)
{
	return it_span_cmp(it_span_text(a), it_span_text(b));
}

static int compare_packages(const void *left, const void *right)
{
	const struct it_audit_package *a = left;
	const struct it_audit_package *b = right;
	int order = compare_texts(a->name, b->name);

	order = order ? order : compare_texts(a->version, b->version);
	order = order ? order : compare_texts(a->purl, b->purl);
	/* One with a licence stands before the same without. */
	return order ? order : compare_texts(b->license, a->license);
}

static void join_packages(struct it_audit *audit)
{
	size_t kept = 0;

	if (!audit->package_count)
		return;
	qsort(audit->packages, audit->package_count, sizeof *audit->packages, compare_packages);
	for (size_t i = 1; i < audit->package_count; i++) {
		const struct it_audit_package *one = &audit->packages[i];
		const struct it_audit_package *last = &audit->packages[kept];

		if (!it_streq(one->name, last->name) || !it_streq(one->version, last->version) ||
		    !it_streq(one->purl, last->purl))
			audit->packages[++kept] = *one;
	}
	audit->package_count = kept + 1;
}

/* --- findings --- */

static int compare_ids(const void *left, const void *right)
{
	const struct it_audit_finding *a = left;
	const struct it_audit_finding *b = right;
	int order = compare_texts(a->id, b->id);

	order = order ? order : compare_texts(a->package, b->package);
	return order ? order : compare_texts(a->version, b->version);
}

static void join_twins(struct it_audit *audit)
{
	size_t kept = 0;

	for (size_t i = 1; i < audit->finding_count; i++) {
		const struct it_audit_finding *one = &audit->findings[i];
		struct it_audit_finding *last = &audit->findings[kept];

		if (compare_ids(one, last)) {
			audit->findings[++kept] = *one;
			continue;
		}
		if (last->severity == IT_SEVERITY_UNKNOWN ||
		    (one->severity != IT_SEVERITY_UNKNOWN && one->severity > last->severity))
			last->severity = one->severity;
		if (!it_streq(one->scanner, last->scanner) && !strstr(last->scanner, one->scanner))
			last->scanner = it_audit_say(audit, "%s, %s", last->scanner, one->scanner);
	}
	audit->finding_count = kept + 1;
}

/* The first finding with an id that is not less. */
static size_t lower_bound(const struct it_audit *audit, struct it_span id)
{
	size_t low = 0;
	size_t high = audit->finding_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (it_span_cmp(it_span_text(audit->findings[middle].id), id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The gate calls a finding "ID in PACKAGE". */
static void join_decision(struct it_audit *audit, const struct it_audit_check *check)
{
	const char *in = strstr(check->subject, " in ");
	struct it_span id = it_span(check->subject,
				    in ? (size_t)(in - check->subject) : strlen(check->subject));

	for (size_t i = lower_bound(audit, id);
	     i < audit->finding_count && it_span_is(id, audit->findings[i].id); i++) {
		struct it_audit_finding *finding = &audit->findings[i];

		if (in && *finding->package && !strstr(in, finding->package))
			continue;
		if (check->outcome == INTOTO_CHECK_WARNING && *finding->decided)
			continue;
		finding->decided = check->text;
		finding->blocked = check->outcome == INTOTO_CHECK_FAILED;
		finding->allowed = check->outcome == INTOTO_CHECK_PASSED &&
				   it_starts_with(check->text, "allowed");
	}
}

/* A VEX statement names a vulnerability; whether it holds for the finding the gate decides. */
static void join_vex(struct it_audit *audit, const struct it_audit_vex *vex)
{
	const char *comma = strchr(vex->id, ',');
	struct it_span id = it_span(vex->id, comma ? (size_t)(comma - vex->id) : strlen(vex->id));

	for (size_t i = lower_bound(audit, id);
	     i < audit->finding_count && it_span_is(id, audit->findings[i].id); i++) {
		struct it_audit_finding *finding = &audit->findings[i];

		if (strlen(finding->said) > SAID_MAX)
			continue;
		finding->said = it_audit_say(audit, "%s%s%s (%s)", finding->said,
					     *finding->said ? "; " : "", vex->status, vex->product);
	}
}

static int severity_weight(enum it_severity severity)
{
	/* Unknown is never the harmless value. */
	return severity == IT_SEVERITY_UNKNOWN ? IT_SEVERITY_CRITICAL * 2 + 1 : (int)severity * 2;
}

static int compare_findings(const void *left, const void *right)
{
	const struct it_audit_finding *a = left;
	const struct it_audit_finding *b = right;
	int order = (int)b->blocked - (int)a->blocked;

	order = order ? order : severity_weight(b->severity) - severity_weight(a->severity);
	return order ? order : compare_ids(left, right);
}

static void join_findings(struct it_audit *audit)
{
	if (!audit->finding_count)
		return;
	qsort(audit->findings, audit->finding_count, sizeof *audit->findings, compare_ids);
	join_twins(audit);
	for (size_t i = 0; i < audit->check_count; i++)
		if (it_streq(audit->checks[i].code, "gate.vulnerabilities"))
			join_decision(audit, &audit->checks[i]);
	for (size_t i = 0; i < audit->vex_count; i++)
		join_vex(audit, &audit->vexes[i]);
	qsort(audit->findings, audit->finding_count, sizeof *audit->findings, compare_findings);
}

/* --- times --- */

static void join_times(struct it_audit *audit)
{
	for (size_t i = 0; i < audit->document_count; i++) {
		const struct it_audit_document *document = &audit->documents[i];

		for (size_t j = 0; *document->step && j < audit->step_count; j++) {
			struct it_audit_step *step = &audit->steps[j];

			if (!it_streq(step->label, document->step))
				continue;
			if (document->started &&
			    (!step->started || document->started < step->started))
				step->started = document->started;
			if (document->finished > step->finished)
				step->finished = document->finished;
		}
	}
}

void it_audit_join_evidence(struct it_audit *audit)
{
	if (audit->failed)
		return;
	join_packages(audit);
	join_findings(audit);
	join_times(audit);
}

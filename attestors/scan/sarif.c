/* SPDX-License-Identifier: Apache-2.0 */
/* SARIF 2.1.0: results of any static analyser. */
#include "attestors/scan/sarif.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- in front: tools and rules --- */

static int on_tool(void *arg, const struct intoto_value *tool, struct intoto_error **err)
{
	const struct intoto_value *driver = intoto_value_get(tool, "driver");
	struct scan *scan = arg;

	if (!scan_text(driver, "name"))
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "%s: runs[].tool.driver: want a name",
					    scan->input->name);
	if (!scan->scanner) {
		const char *version = scan_text(driver, "semanticVersion");

		scan->scanner = scan_keep(scan, scan_text(driver, "name"));
		scan->version = scan_keep(scan, version ? version : scan_text(driver, "version"));
		scan->uri = scan_keep(scan, scan_text(driver, "informationUri"));
	}
	return sarif_add_tool(scan, scan->own, tool, err);
}

static int has_outside(struct scan *scan, const struct intoto_event *event,
		       struct intoto_error **err)
{
	(void)event;
	return intoto_attestor_fail(err, INTOTO_E_UNSUPPORTED,
				    "%s: a part of the log is in other files (external properties, "
				    "SARIF 3.15): merge it into one file",
				    scan->input->name);
}

static int count_run(struct scan *scan, const struct intoto_event *event)
{
	struct sarif *sarif = scan->own;

	/* Runs are counted from 1 while they are read. */
	sarif->runs += !event->end;
	sarif->results = false;
	return 0;
}

static int prepare(void *arg, const struct intoto_event *event, struct intoto_error **err)
{
	struct scan *scan = arg;
	bool nested = event->kind == INTOTO_VALUE_OBJECT || event->kind == INTOTO_VALUE_LIST;

	if (!event->depth && !event->end) {
		scan->own = calloc(1, sizeof(struct sarif));
		return scan->own ? 0 : intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	}
	if (!event->depth) {
		((struct sarif *)scan->own)->runs = 0;
		return sarif_sort(scan->own, err);
	}
	if (intoto_text_same(event->path, "runs/[]"))
		return count_run(scan, event);
	if (event->end || intoto_text_same(event->path, "runs"))
		return 0;
	if (intoto_text_same(event->path, "runs/[]/tool"))
		return intoto_events_collect(event, on_tool, scan, err);
	if (intoto_text_same(event->path, "runs/[]/externalPropertyFileReferences") ||
	    intoto_text_same(event->path, "inlineExternalProperties"))
		return has_outside(scan, event, err);
	return nested ? INTOTO_EVENT_SKIP : 0;
}

/* --- results --- */

/* 3.27.10: the level of the result, else of its rule, else warning; none for another kind. */
static const char *level_of(const struct intoto_value *result, const struct sarif_rule *rule)
{
	const char *kind = scan_text(result, "kind");
	const char *level = scan_text(result, "level");

	if (kind && !intoto_text_same(kind, "fail"))
		return "none";
	if (level)
		return level;
	return rule && rule->level ? rule->level : "warning";
}

static const char *word_of(const char *level)
{
	static const struct {
		const char *level;
		const char *word;
	} words[] = {
		{ "error", "high" },
		{ "warning", "medium" },
		{ "note", "low" },
		{ "none", "none" },
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (intoto_text_same(level, words[i].level))
			return words[i].word;
	return "unknown";
}

/* GitHub's convention, a score as of CVSS, says more than three levels. */
static void add_severity(struct scan_finding *finding, const struct intoto_value *result,
			 const struct sarif_rule *rule)
{
	const struct intoto_value *own =
		intoto_value_get(intoto_value_get(result, "properties"), "security-severity");
	const char *severity = intoto_value_text(own);
	const char *level = level_of(result, rule);
	unsigned tenths;

	if (!severity)
		severity = intoto_value_number(own);
	if (!severity && rule)
		severity = rule->severity;
	finding->method = "sarif";
	finding->word = word_of(level);
	if (scan_tenths(severity, &tenths) && !intoto_text_same(level, "none")) {
		finding->method = "security-severity";
		finding->word = scan_band(3, tenths);
	}
}

/* "CVE-2021-44228-log4j-core": Grype, Trivy and others put the id in front of the rule's. */
static const char *vulnerability_in(struct scan_finding *finding, const char *rule)
{
	size_t len = 0;

	if (intoto_text_begins(rule, "CVE-")) {
		len = 4 + strspn(rule + 4, "0123456789");
		if (len == 8 && rule[len] == '-')
			len += 1 + strspn(rule + len + 1, "0123456789");
		return len > 9 ? scan_finding_keep(finding, "%.*s", (int)len, rule) : NULL;
	}
	if (intoto_text_begins(rule, "GHSA-") && strlen(rule) >= 19)
		return scan_finding_keep(finding, "%.19s", rule);
	return NULL;
}

static void add_location(struct scan_finding *finding, const struct intoto_value *result)
{
	const struct intoto_value *first =
		intoto_value_at(intoto_value_get(result, "locations"), 0);
	const struct intoto_value *place = intoto_value_get(first, "physicalLocation");
	const char *uri = scan_text(intoto_value_get(place, "artifactLocation"), "uri");
	const char *line = intoto_value_number(
		intoto_value_get(intoto_value_get(place, "region"), "startLine"));

	if (uri && line)
		finding->location = scan_finding_keep(finding, "%s:%s", uri, line);
	else
		finding->location = uri;
}

/* 3.27.23: accepted, which a missing status means too; one that is rejected or under review keeps
 * the result open. */
static void add_suppression(struct scan_finding *finding, const struct intoto_value *result)
{
	const struct intoto_value *list = intoto_value_get(result, "suppressions");
	const char *by = NULL;

	for (size_t i = 0; i < intoto_value_count(list); i++) {
		const struct intoto_value *suppression = intoto_value_at(list, i);
		const struct intoto_value *status = intoto_value_get(suppression, "status");
		const char *why = scan_text(suppression, "justification");
		const char *kind = scan_text(suppression, "kind");

		if (status && !intoto_text_same(intoto_value_text(status), "accepted"))
			return;
		if (!by)
			by = scan_finding_keep(finding, "%s%s%s", kind ? kind : "suppression",
					       why ? ": " : "", why ? why : "");
	}
	finding->suppressed_by = by;
}

/* These say that the rule looked, and found nothing. */
static bool is_no_finding(const struct intoto_value *result)
{
	const char *kind = scan_text(result, "kind");

	return intoto_text_same(kind, "pass") || intoto_text_same(kind, "notApplicable") ||
	       intoto_text_same(kind, "informational");
}

static int write_result(struct scan *scan, const struct intoto_value *result,
			const struct sarif_rule *rule, struct intoto_error **err)
{
	struct scan_finding finding = { .rule = scan_text(result, "ruleId") };
	const char *vulnerability;
	int rc;

	if (!finding.rule)
		finding.rule = scan_text(intoto_value_get(result, "rule"), "id");
	if (!finding.rule && rule)
		finding.rule = rule->id;
	if (!finding.rule)
		finding.rule = "unnamed"; /* 3.27.5: a tool need not have rules */
	vulnerability = vulnerability_in(&finding, finding.rule);
	finding.id = vulnerability ? vulnerability : finding.rule;
	finding.kind = vulnerability ? "vulnerability" : "code";
	finding.url = rule ? rule->help : NULL;
	add_severity(&finding, result, rule);
	add_location(&finding, result);
	add_suppression(&finding, result);
	rc = scan_write(scan, &finding, err);
	scan_finding_done(&finding);
	return rc;
}

static int on_result(void *arg, const struct intoto_value *result, struct intoto_error **err)
{
	struct scan *scan = arg;
	struct sarif *sarif = scan->own;
	const struct sarif_rule *rule;
	bool missing;
	int rc = 0;

	if (intoto_value_kind(result) != INTOTO_VALUE_OBJECT)
		return scan_refuse(scan, err, "results", "an object");
	if (intoto_text_same(scan_text(result, "baselineState"), "absent")) {
		sarif->absent++;
		return 0;
	}
	scan->elements++;
	if (is_no_finding(result))
		return 0;
	rule = sarif_rule_of(sarif, result, &missing);
	if (missing)
		rc = scan_incomplete(scan, err, "a result names a rule that is not in the log");
	return rc ? rc : write_result(scan, result, rule, err);
}

static int check_notifications(struct scan *scan, const struct intoto_value *invocation,
			       const char *name, struct intoto_error **err)
{
	const struct intoto_value *list = intoto_value_get(invocation, name);

	for (size_t i = 0; i < intoto_value_count(list); i++)
		if (intoto_text_same(scan_text(intoto_value_at(list, i), "level"), "error"))
			return scan_incomplete(scan, err, "the tool reported an error in %s", name);
	return 0;
}

static int on_invocation(void *arg, const struct intoto_value *invocation,
			 struct intoto_error **err)
{
	struct scan *scan = arg;
	bool successful = false;
	int64_t ended = 0;
	int64_t began = 0;
	int rc = 0;

	(void)intoto_value_bool(intoto_value_get(invocation, "executionSuccessful"), &successful);
	scan_time(&began, scan_text(invocation, "startTimeUtc"));
	scan_time(&ended, scan_text(invocation, "endTimeUtc"));
	if (began && (!scan->started || began < scan->started))
		scan->started = began;
	if (ended > scan->finished)
		scan->finished = ended;
	if (!successful)
		rc = scan_incomplete(scan, err, "executionSuccessful is not true");
	if (!rc)
		rc = check_notifications(scan, invocation, "toolExecutionNotifications", err);
	return rc ? rc
		  : check_notifications(scan, invocation, "toolConfigurationNotifications", err);
}

/* 3.14.23: no results, or null, means that the tool did not look. */
static int end_run(struct scan *scan, struct intoto_error **err)
{
	const struct sarif *sarif = scan->own;

	return sarif->results ? 0 : scan_incomplete(scan, err, "a run has no list of results");
}

static int each(void *arg, const struct intoto_event *event, struct intoto_error **err)
{
	struct scan *scan = arg;
	struct sarif *sarif = scan->own;
	bool nested = event->kind == INTOTO_VALUE_OBJECT || event->kind == INTOTO_VALUE_LIST;
	int rc;

	if (intoto_text_same(event->path, "runs/[]")) {
		rc = event->end ? end_run(scan, err) : 0;
		scan->elements = 0;
		return rc ? rc : count_run(scan, event);
	}
	if (event->end || !event->depth || intoto_text_same(event->path, "runs") ||
	    intoto_text_same(event->path, "runs/[]/invocations"))
		return 0;
	if (intoto_text_same(event->path, "runs/[]/results/[]"))
		return intoto_events_collect(event, on_result, scan, err);
	if (intoto_text_same(event->path, "runs/[]/invocations/[]"))
		return intoto_events_collect(event, on_invocation, scan, err);
	if (intoto_text_same(event->path, "runs/[]/results")) {
		sarif->results = event->kind == INTOTO_VALUE_LIST;
		return sarif->results ? 0 : nested ? INTOTO_EVENT_SKIP : 0;
	}
	return nested ? INTOTO_EVENT_SKIP : 0;
}

static int finish(struct scan *scan, struct intoto_error **err)
{
	const struct sarif *sarif = scan->own;
	int rc = 0;

	if (!sarif || !sarif->runs)
		return scan_incomplete(scan, err, "there is no run");
	if (sarif->absent)
		rc = intoto_answer_note(scan->answer, err,
					"%s: %" PRIu64 " results of an earlier run are gone "
					"(baselineState absent)",
					scan->input->name, sarif->absent);
	if (!rc && sarif->runs > 1)
		rc = intoto_answer_note(scan->answer, err,
					"%s: %zu runs; the scanner is that of the first",
					scan->input->name, sarif->runs);
	return rc;
}

static void done(struct scan *scan)
{
	sarif_free(scan->own);
	scan->own = NULL;
}

const struct scan_format scan_format_sarif = {
	.name = "sarif",
	.scanner = NULL,
	.prepare = prepare,
	.each = each,
	.finish = finish,
	.done = done,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* Grype's JSON: anchore/grype, grype/presenter/models. */
#include "attestors/scan/scan.h"

#include <stdlib.h>

static const char *method_of(const char *namespace)
{
	if (intoto_text_begins(namespace, "nvd"))
		return "nvd";
	return intoto_text_begins(namespace, "github") ? "ghsa" : "vendor";
}

static void add_cvss(struct scan_finding *finding, const struct intoto_value *vulnerability)
{
	const struct intoto_value *list = intoto_value_get(vulnerability, "cvss");

	for (size_t i = 0; i < intoto_value_count(list); i++) {
		const struct intoto_value *cvss = intoto_value_at(list, i);
		const struct intoto_value *metrics = intoto_value_get(cvss, "metrics");

		scan_finding_cvss(finding, scan_text(cvss, "vector"),
				  intoto_value_number(intoto_value_get(metrics, "baseScore")));
	}
}

static void add_exploits(struct scan_finding *finding, const struct intoto_value *vulnerability)
{
	const struct intoto_value *list = intoto_value_get(vulnerability, "epss");

	for (size_t i = 0; i < intoto_value_count(list); i++)
		scan_finding_epss(finding, intoto_value_number(intoto_value_get(
						   intoto_value_at(list, i), "epss")));
	if (intoto_value_count(intoto_value_get(vulnerability, "knownExploited")))
		finding->known_exploited = true;
}

/* A GHSA has its CVE here, with what NVD, EPSS and CISA know of it. */
static void add_related(struct scan_finding *finding, const struct intoto_value *match)
{
	const struct intoto_value *list = intoto_value_get(match, "relatedVulnerabilities");

	for (size_t i = 0; i < intoto_value_count(list); i++) {
		const struct intoto_value *related = intoto_value_at(list, i);
		const char *id = scan_text(related, "id");

		if (!intoto_text_same(id, finding->id))
			scan_texts_add(finding, &finding->aliases, id);
		add_cvss(finding, related);
		add_exploits(finding, related);
	}
}

static void add_fix(struct scan_finding *finding, const struct intoto_value *vulnerability)
{
	static const char *const states[] = { "fixed", "not-fixed", "wont-fix" };
	const struct intoto_value *fix = intoto_value_get(vulnerability, "fix");
	const struct intoto_value *versions = intoto_value_get(fix, "versions");
	const char *state = scan_text(fix, "state");

	for (size_t i = 0; i < intoto_value_count(versions); i++)
		scan_texts_add(finding, &finding->fixed_in,
			       intoto_value_text(intoto_value_at(versions, i)));
	finding->fix_state = "unknown";
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (intoto_text_same(state, states[i]))
			finding->fix_state = states[i];
}

static void add_artifact(struct scan_finding *finding, const struct intoto_value *match)
{
	const struct intoto_value *artifact = intoto_value_get(match, "artifact");
	const struct intoto_value *locations = intoto_value_get(artifact, "locations");

	finding->package = scan_text(artifact, "name");
	finding->version = scan_text(artifact, "version");
	finding->purl = scan_text(artifact, "purl");
	finding->ecosystem = scan_text(artifact, "type");
	finding->location = scan_text(intoto_value_at(locations, 0), "path");
}

/* The rule of the user's configuration or of a VEX document that hid a match. */
static void add_ignore_rule(struct scan_finding *finding, const struct intoto_value *match)
{
	const struct intoto_value *rules = intoto_value_get(match, "appliedIgnoreRules");
	const struct intoto_value *rule = intoto_value_at(rules, 0);
	const char *status = scan_text(rule, "vex-status");
	const char *why = scan_text(rule, "vex-justification");
	const char *reason = scan_text(rule, "reason");
	const char *id = scan_text(rule, "vulnerability");

	if (status)
		finding->suppressed_by = scan_finding_keep(finding, "VEX %s%s%s", status,
							   why ? ": " : "", why ? why : "");
	else
		finding->suppressed_by =
			scan_finding_keep(finding, "ignore rule%s%s%s%s", id ? " for " : "",
					  id ? id : "", reason ? ": " : "", reason ? reason : "");
}

static int write_match(struct scan *scan, const struct intoto_value *match, bool ignored,
		       struct intoto_error **err)
{
	const struct intoto_value *vulnerability = intoto_value_get(match, "vulnerability");
	struct scan_finding finding = { .id = scan_text(vulnerability, "id") };
	int rc;

	if (!finding.id)
		return scan_refuse(scan, err, ignored ? "ignoredMatches" : "matches",
				   "a vulnerability with an id");
	finding.word = scan_text(vulnerability, "severity");
	finding.method = method_of(scan_text(vulnerability, "namespace"));
	finding.url = scan_text(vulnerability, "dataSource");
	add_cvss(&finding, vulnerability);
	add_exploits(&finding, vulnerability);
	add_related(&finding, match);
	add_fix(&finding, vulnerability);
	add_artifact(&finding, match);
	if (ignored)
		add_ignore_rule(&finding, match);
	rc = scan_write(scan, &finding, err);
	scan_finding_done(&finding);
	scan->elements++;
	return rc;
}

static int on_match(void *arg, const struct intoto_value *match, struct intoto_error **err)
{
	return write_match(arg, match, false, err);
}

static int on_ignored(void *arg, const struct intoto_value *match, struct intoto_error **err)
{
	return write_match(arg, match, true, err);
}

/* Up to 0.87 {built, schemaVersion, error}; then {status: {built, schemaVersion, valid, error}}. */
static int on_database(void *arg, const struct intoto_value *database, struct intoto_error **err)
{
	const struct intoto_value *status = intoto_value_get(database, "status");
	const struct intoto_value *from = status ? status : database;
	const struct intoto_value *schema = intoto_value_get(from, "schemaVersion");
	const char *error = scan_text(from, "error");
	struct scan *scan = arg;
	bool valid = true;

	scan_time(&scan->database.updated, scan_text(from, "built"));
	scan->database.uri = scan_keep(scan, scan_text(from, "from"));
	scan->database.version =
		scan_keep(scan, intoto_value_text(schema) ? intoto_value_text(schema)
							  : intoto_value_number(schema));
	if (intoto_value_bool(intoto_value_get(from, "valid"), &valid) && !valid)
		return scan_incomplete(scan, err, "the database of Grype is not valid");
	if (error)
		return scan_incomplete(scan, err, "the database of Grype has an error");
	return 0;
}

static void read_descriptor(struct scan *scan, const struct intoto_event *event)
{
	if (intoto_text_same(event->name, "name"))
		scan->scanner = scan_keep(scan, event->text);
	if (intoto_text_same(event->name, "version") && event->text && event->text[0] != '[')
		scan->version = scan_keep(scan, event->text);
	if (intoto_text_same(event->name, "timestamp"))
		scan_time(&scan->finished, event->text);
}

/* A package of a distribution that Grype does not know, or whose data has ended, cannot match. */
static int on_alert(void *arg, const struct intoto_value *package, struct intoto_error **err)
{
	const struct intoto_value *alerts = intoto_value_get(package, "alerts");
	const char *type = scan_text(intoto_value_at(alerts, 0), "type");
	char *shown = intoto_text_quoted(type ? type : "of an unknown kind");
	int rc = scan_incomplete(arg, err, "Grype gave the alert \"%.80s\" for a package",
				 shown ? shown : "");

	free(shown);
	return rc;
}

static int each(void *arg, const struct intoto_event *event, struct intoto_error **err)
{
	struct scan *scan = arg;

	if (event->end || !event->depth)
		return 0;
	if (event->depth == 2 && intoto_text_same(event->path, "matches/[]"))
		return intoto_events_collect(event, on_match, scan, err);
	if (event->depth == 2 && intoto_text_same(event->path, "ignoredMatches/[]"))
		return intoto_events_collect(event, on_ignored, scan, err);
	if (event->depth == 2 && intoto_text_same(event->path, "alertsByPackage/[]"))
		return intoto_events_collect(event, on_alert, scan, err);
	if (intoto_text_same(event->path, "descriptor/db"))
		return intoto_events_collect(event, on_database, scan, err);
	if (event->depth == 2 && intoto_text_begins(event->path, "descriptor/"))
		read_descriptor(scan, event);
	if (event->depth == 1) {
		scan->elements = 0;
		if (intoto_text_same(event->name, "matches"))
			scan->own = scan; /* is there */
		if (intoto_text_same(event->name, "descriptor") ||
		    intoto_text_same(event->name, "matches") ||
		    intoto_text_same(event->name, "ignoredMatches") ||
		    intoto_text_same(event->name, "alertsByPackage"))
			return 0;
	}
	return event->kind == INTOTO_VALUE_OBJECT || event->kind == INTOTO_VALUE_LIST
		       ? INTOTO_EVENT_SKIP
		       : 0;
}

static int finish(struct scan *scan, struct intoto_error **err)
{
	if (!scan->own)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "%s: want the list matches",
					    scan->input->name);
	return 0;
}

const struct scan_format scan_format_grype = {
	.name = "grype",
	.scanner = "https://github.com/anchore/grype",
	.each = each,
	.finish = finish,
};

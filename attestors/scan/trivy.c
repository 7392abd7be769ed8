/* SPDX-License-Identifier: Apache-2.0 */
/* Trivy's JSON, schema 2: aquasecurity/trivy, pkg/types/report.go. */
#include "attestors/scan/scan.h"

#include <stdlib.h>

/* Of the result that is being read; the report writes these in front of its lists. */
struct trivy {
	const char *target;
	const char *class;
	const char *type;
	bool any;      /* result */
	bool packages; /* one of a class that has versions */
	bool root;
};

static const char *method_of(const char *source)
{
	if (intoto_text_same(source, "nvd"))
		return "nvd";
	return intoto_text_same(source, "ghsa") ? "ghsa" : "vendor";
}

/* By source: {"nvd": {"V2Vector", "V2Score", "V3Vector", …}}. */
static void add_cvss(struct scan_finding *finding, const struct intoto_value *sources)
{
	static const struct {
		const char *vector;
		const char *score;
		unsigned cvss;
	} names[] = {
		{ "V40Vector", "V40Score", 4 },
		{ "V3Vector", "V3Score", 3 },
		{ "V2Vector", "V2Score", 2 },
	};

	for (size_t i = 0; i < intoto_value_count(sources); i++)
		for (size_t j = 0; j < sizeof names / sizeof *names; j++) {
			const struct intoto_value *source = intoto_value_at(sources, i);
			const char *vector = scan_text(source, names[j].vector);
			const char *score =
				intoto_value_number(intoto_value_get(source, names[j].score));

			if (vector)
				scan_finding_cvss(finding, vector, score);
			else if (score)
				scan_finding_score(finding, names[j].cvss, score);
		}
}

static const char *fix_state(const char *status, const char *fixed)
{
	static const struct {
		const char *status;
		const char *state;
	} states[] = {
		{ "fixed", "fixed" },
		{ "affected", "not-fixed" },
		{ "fix_deferred", "not-fixed" },
		{ "end_of_life", "not-fixed" },
		{ "will_not_fix", "wont-fix" },
		{ "under_investigation", "unknown" },
	};

	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (intoto_text_same(status, states[i].status))
			return states[i].state;
	return fixed ? "fixed" : "unknown";
}

static void read_vulnerability(struct scan_finding *finding, const struct intoto_value *from)
{
	const struct intoto_value *vendor = intoto_value_get(from, "VendorIDs");
	const char *status = scan_text(from, "Status");
	const char *path = scan_text(from, "PkgPath");

	finding->id = scan_text(from, "VulnerabilityID");
	for (size_t i = 0; i < intoto_value_count(vendor); i++)
		scan_texts_add(finding, &finding->aliases,
			       intoto_value_text(intoto_value_at(vendor, i)));
	finding->method = method_of(scan_text(from, "SeveritySource"));
	finding->package = scan_text(from, "PkgName");
	finding->version = scan_text(from, "InstalledVersion");
	finding->purl = scan_text(intoto_value_get(from, "PkgIdentifier"), "PURL");
	if (path)
		finding->location = path;
	scan_texts_split(finding, &finding->fixed_in, scan_text(from, "FixedVersion"));
	finding->fix_state = fix_state(status, scan_text(from, "FixedVersion"));
	if (intoto_text_same(status, "not_affected"))
		finding->suppressed_by = "the vendor says not_affected";
	add_cvss(finding, intoto_value_get(from, "CVSS"));
	finding->published = scan_text(from, "PublishedDate");
	finding->modified = scan_text(from, "LastModifiedDate");
}

static void read_misconfiguration(struct scan_finding *finding, const struct intoto_value *from)
{
	const char *id = scan_text(from, "ID");

	finding->kind = "misconfiguration";
	finding->id = id ? id : scan_text(from, "AVDID");
	finding->rule = finding->id;
	scan_texts_add(finding, &finding->aliases, id ? scan_text(from, "AVDID") : NULL);
	if (intoto_text_same(scan_text(from, "Status"), "EXCEPTION"))
		finding->suppressed_by = "an exception of the user's configuration";
}

/* The text that was found is not repeated, though Trivy masks most of it. */
static void read_secret(struct scan_finding *finding, const struct intoto_value *from)
{
	const char *line = intoto_value_number(intoto_value_get(from, "StartLine"));

	finding->kind = "secret";
	finding->id = finding->rule = scan_text(from, "RuleID");
	if (line && finding->location)
		finding->location = scan_finding_keep(finding, "%s:%s", finding->location, line);
}

static void read_license(struct scan_finding *finding, const struct intoto_value *from)
{
	const char *path = scan_text(from, "FilePath");

	finding->kind = "license";
	finding->id = scan_text(from, "Name");
	finding->rule = scan_text(from, "Category");
	finding->package = scan_text(from, "PkgName");
	if (path)
		finding->location = path;
}

static const struct {
	const char *list;
	const char *type; /* in ExperimentalModifiedFindings */
	void (*read)(struct scan_finding *finding, const struct intoto_value *from);
} kinds[] = {
	{ "Vulnerabilities", "vulnerability", read_vulnerability },
	{ "Misconfigurations", "misconfiguration", read_misconfiguration },
	{ "Secrets", "secret", read_secret },
	{ "Licenses", "license", read_license },
};

static int write_finding(struct scan *scan, size_t kind, const struct intoto_value *from,
			 const struct intoto_value *modified, struct intoto_error **err)
{
	const struct trivy *trivy = scan->own;
	struct scan_finding finding = { .location = trivy->target, .ecosystem = trivy->type };
	const char *statement = scan_text(modified, "Statement");
	const char *source = scan_text(modified, "Source");
	int rc;

	kinds[kind].read(&finding, from);
	finding.word = scan_text(from, "Severity");
	finding.url = scan_text(from, "PrimaryURL");
	if (modified)
		finding.suppressed_by =
			scan_finding_keep(&finding, "%s%s%s%s%s", scan_text(modified, "Status"),
					  statement ? ": " : "", statement ? statement : "",
					  source ? " in " : "", source ? source : "");
	if (finding.id)
		rc = scan_write(scan, &finding, err);
	else
		rc = scan_refuse(scan, err, kinds[kind].list, "an id");
	scan_finding_done(&finding);
	scan->elements++;
	return rc;
}

/* A check that passed is no finding. */
static int on_misconfiguration(void *arg, const struct intoto_value *from,
			       struct intoto_error **err)
{
	if (intoto_text_same(scan_text(from, "Status"), "PASS"))
		return 0;
	return write_finding(arg, 1, from, NULL, err);
}

static int on_vulnerability(void *arg, const struct intoto_value *from, struct intoto_error **err)
{
	return write_finding(arg, 0, from, NULL, err);
}

static int on_secret(void *arg, const struct intoto_value *from, struct intoto_error **err)
{
	return write_finding(arg, 2, from, NULL, err);
}

static int on_license(void *arg, const struct intoto_value *from, struct intoto_error **err)
{
	return write_finding(arg, 3, from, NULL, err);
}

static int on_modified(void *arg, const struct intoto_value *modified, struct intoto_error **err)
{
	const char *type = scan_text(modified, "Type");

	if (!scan_text(modified, "Status"))
		return scan_refuse(arg, err, "ExperimentalModifiedFindings", "a status");
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (intoto_text_same(type, kinds[i].type))
			return write_finding(arg, i, intoto_value_get(modified, "Finding"),
					     modified, err);
	return scan_refuse(arg, err, "ExperimentalModifiedFindings", "a type that is known");
}

static const struct {
	const char *path;
	intoto_collected_fn *each;
} lists[] = {
	{ "Results/[]/Vulnerabilities/[]", on_vulnerability },
	{ "Results/[]/Misconfigurations/[]", on_misconfiguration },
	{ "Results/[]/Secrets/[]", on_secret },
	{ "Results/[]/Licenses/[]", on_license },
	{ "Results/[]/ExperimentalModifiedFindings/[]", on_modified },
};

static int on_database(void *arg, const struct intoto_value *database, struct intoto_error **err)
{
	struct scan *scan = arg;

	(void)err;
	scan_time(&scan->database.updated, scan_text(database, "UpdatedAt"));
	return 0;
}

static int on_system(void *arg, const struct intoto_value *system, struct intoto_error **err)
{
	bool ended = false;

	if (intoto_value_bool(intoto_value_get(system, "EOSL"), &ended) && ended)
		return scan_incomplete(arg, err,
				       "the distribution has ended: nobody publishes what it is "
				       "vulnerable to");
	return 0;
}

static void read_result(struct scan *scan, const struct intoto_event *event)
{
	struct trivy *trivy = scan->own;

	if (intoto_text_same(event->name, "Target"))
		trivy->target = scan_keep(scan, event->text);
	if (intoto_text_same(event->name, "Type"))
		trivy->type = scan_keep(scan, event->text);
	if (intoto_text_same(event->name, "Class"))
		trivy->packages |= intoto_text_same(event->text, "os-pkgs") ||
				   intoto_text_same(event->text, "lang-pkgs");
}

/* Where the reader goes down: all else is passed over. */
static bool leads_on(const struct intoto_event *event)
{
	static const char *const ways[] = { "",
					    "Results",
					    "Results/[]",
					    "Metadata",
					    "Trivy",
					    "Trivy/Server",
					    "Results/[]/Vulnerabilities",
					    "Results/[]/Misconfigurations",
					    "Results/[]/Secrets",
					    "Results/[]/Licenses",
					    "Results/[]/ExperimentalModifiedFindings" };

	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
		if (intoto_text_same(event->path, ways[i]))
			return true;
	return false;
}

static int begin_result(struct scan *scan, struct intoto_error **err)
{
	struct trivy *trivy = scan->own;

	if (!trivy)
		return intoto_attestor_fail(err, INTOTO_E_INTERNAL,
					    "a result in front of a report");
	trivy->target = trivy->type = NULL;
	trivy->any = true;
	return 0;
}

static int each(void *arg, const struct intoto_event *event, struct intoto_error **err)
{
	struct scan *scan = arg;

	if (event->end)
		return 0;
	if (!event->depth) {
		scan->own = calloc(1, sizeof(struct trivy));
		return scan->own ? 0 : intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	}
	for (size_t i = 0; event->depth == 4 && i < sizeof lists / sizeof *lists; i++)
		if (intoto_text_same(event->path, lists[i].path))
			return intoto_events_collect(event, lists[i].each, scan, err);
	if (intoto_text_same(event->path, "Metadata/OS"))
		return intoto_events_collect(event, on_system, scan, err);
	if (intoto_text_same(event->path, "Trivy/VulnerabilityDB") ||
	    intoto_text_same(event->path, "Trivy/Server/VulnerabilityDB"))
		return intoto_events_collect(event, on_database, scan, err);
	if (intoto_text_same(event->path, "Trivy/Version"))
		scan->version = scan_keep(scan, event->text);
	if (intoto_text_same(event->path, "CreatedAt"))
		scan_time(&scan->finished, event->text);
	if (intoto_text_same(event->path, "Results/[]"))
		return begin_result(scan, err);
	if (event->depth == 3 && event->text && intoto_text_begins(event->path, "Results/[]/"))
		read_result(scan, event);
	if (event->depth == 3)
		scan->elements = 0;
	if (event->kind != INTOTO_VALUE_OBJECT && event->kind != INTOTO_VALUE_LIST)
		return 0;
	return leads_on(event) ? 0 : INTOTO_EVENT_SKIP;
}

/* "Results" is left out when there is nothing to say; but a report that only looked at
 * configuration says nothing of vulnerabilities. */
static int finish(struct scan *scan, struct intoto_error **err)
{
	const struct trivy *trivy = scan->own;

	scan->scanner = "trivy";
	if (!trivy)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "%s: want an object",
					    scan->input->name);
	if (!trivy->any)
		return intoto_answer_note(scan->answer, err,
					  "%s: Trivy has no results: it found nothing, or there "
					  "was nothing that it knows",
					  scan->input->name);
	if (!trivy->packages)
		return scan_incomplete(scan, err,
				       "no packages were looked at, only configuration, secrets "
				       "or licences");
	return 0;
}

static void done(struct scan *scan)
{
	free(scan->own);
	scan->own = NULL;
}

const struct scan_format scan_format_trivy = {
	.name = "trivy",
	.scanner = "https://github.com/aquasecurity/trivy",
	.each = each,
	.finish = finish,
	.done = done,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* OSV-Scanner's JSON: google/osv-scanner, pkg/models/results.go; records as in the OSV schema. */
#include "attestors/scan/scan.h"

#include <stdlib.h>

/* What "source" says, or the older "packageSource", which stand in front of "packages". */
struct osv {
	const char *path;
	bool results;
};

static const struct intoto_value *group_of(const struct intoto_value *package, const char *id)
{
	const struct intoto_value *groups = intoto_value_get(package, "groups");

	for (size_t i = 0; i < intoto_value_count(groups); i++) {
		const struct intoto_value *ids =
			intoto_value_get(intoto_value_at(groups, i), "ids");

		for (size_t j = 0; j < intoto_value_count(ids); j++)
			if (intoto_text_same(intoto_value_text(intoto_value_at(ids, j)), id))
				return intoto_value_at(groups, i);
	}
	return NULL;
}

static void add_texts(struct scan_finding *finding, struct scan_texts *texts,
		      const struct intoto_value *list)
{
	for (size_t i = 0; i < intoto_value_count(list); i++) {
		const char *text = intoto_value_text(intoto_value_at(list, i));

		if (!intoto_text_same(text, finding->id))
			scan_texts_add(finding, texts, text);
	}
}

/* The schema has no word of its own: a vector, a word of Ubuntu, or one of the database. */
static void add_severity(struct scan_finding *finding, const struct intoto_value *record,
			 const struct intoto_value *group)
{
	const struct intoto_value *list = intoto_value_get(record, "severity");

	finding->word = scan_text(intoto_value_get(record, "database_specific"), "severity");
	finding->method = intoto_text_begins(finding->id, "GHSA-") ? "ghsa" : "vendor";
	for (size_t i = 0; i < intoto_value_count(list); i++) {
		const struct intoto_value *severity = intoto_value_at(list, i);
		const char *score = scan_text(severity, "score");

		if (intoto_text_begins(scan_text(severity, "type"), "CVSS"))
			scan_finding_cvss(finding, score, NULL);
		else if (!finding->word)
			finding->word = score;
	}
	/* Of the whole group, and then of CVSS 3 in all likelihood: the last resort. */
	if (!finding->word && !finding->worst_band)
		scan_finding_score(finding, 3, scan_text(group, "max_severity"));
}

static void add_ranges(struct scan_finding *finding, const struct intoto_value *affected)
{
	const struct intoto_value *ranges = intoto_value_get(affected, "ranges");

	for (size_t i = 0; i < intoto_value_count(ranges); i++) {
		const struct intoto_value *range = intoto_value_at(ranges, i);
		const struct intoto_value *events = intoto_value_get(range, "events");

		if (intoto_text_same(scan_text(range, "type"), "GIT"))
			continue; /* commits are no versions */
		for (size_t j = 0; j < intoto_value_count(events); j++)
			scan_texts_add(finding, &finding->fixed_in,
				       scan_text(intoto_value_at(events, j), "fixed"));
	}
}

static void add_fixes(struct scan_finding *finding, const struct intoto_value *record)
{
	const struct intoto_value *list = intoto_value_get(record, "affected");

	for (size_t i = 0; i < intoto_value_count(list); i++) {
		const struct intoto_value *affected = intoto_value_at(list, i);
		const struct intoto_value *package = intoto_value_get(affected, "package");

		if (intoto_text_same(scan_text(package, "name"), finding->package))
			add_ranges(finding, affected);
	}
	finding->fix_state = finding->fixed_in.count ? "fixed" : "unknown";
}

/* The call analysis and a record that was withdrawn take a finding back. */
static void add_suppression(struct scan_finding *finding, const struct intoto_value *record,
			    const struct intoto_value *group)
{
	const struct intoto_value *analysis = intoto_value_get(group, "experimentalAnalysis");
	const char *withdrawn = scan_text(record, "withdrawn");
	bool called = true;

	if (!analysis)
		analysis = intoto_value_get(group, "experimental_analysis");
	if (intoto_value_bool(intoto_value_get(intoto_value_get(analysis, finding->id), "called"),
			      &called) &&
	    !called)
		finding->suppressed_by = "call analysis: the vulnerable code is not called";
	if (withdrawn)
		finding->suppressed_by = scan_finding_keep(finding, "withdrawn at %s", withdrawn);
}

static void read_package(struct scan_finding *finding, const struct intoto_value *package)
{
	finding->package = scan_text(package, "name");
	finding->version = scan_text(package, "version");
	finding->ecosystem = scan_text(package, "ecosystem");
	if (!finding->version)
		finding->version = scan_text(package, "commit");
	finding->purl =
		scan_finding_purl(finding, finding->ecosystem, finding->package, finding->version);
}

static int write_record(struct scan *scan, const struct intoto_value *entry,
			const struct intoto_value *record, struct intoto_error **err)
{
	const struct osv *osv = scan->own;
	const struct intoto_value *group = group_of(entry, scan_text(record, "id"));
	struct scan_finding finding = { .id = scan_text(record, "id"), .location = osv->path };
	int rc;

	if (!finding.id)
		return scan_refuse(scan, err, "packages", "vulnerabilities with an id");
	read_package(&finding, intoto_value_get(entry, "package"));
	add_texts(&finding, &finding.aliases, intoto_value_get(record, "aliases"));
	add_texts(&finding, &finding.aliases, intoto_value_get(group, "aliases"));
	add_texts(&finding, &finding.aliases, intoto_value_get(group, "ids"));
	add_severity(&finding, record, group);
	add_fixes(&finding, record);
	add_suppression(&finding, record, group);
	finding.published = scan_text(record, "published");
	finding.modified = scan_text(record, "modified");
	finding.url = scan_finding_keep(&finding, "https://osv.dev/%s", finding.id);
	rc = scan_write(scan, &finding, err);
	scan_finding_done(&finding);
	return rc;
}

static int write_license(struct scan *scan, const struct intoto_value *entry, const char *license,
			 struct intoto_error **err)
{
	const struct osv *osv = scan->own;
	struct scan_finding finding = { .id = license, .location = osv->path, .kind = "license" };
	int rc;

	if (!license)
		return scan_refuse(scan, err, "packages", "license_violations that are texts");
	read_package(&finding, intoto_value_get(entry, "package"));
	rc = scan_write(scan, &finding, err);
	scan_finding_done(&finding);
	return rc;
}

static int on_package(void *arg, const struct intoto_value *entry, struct intoto_error **err)
{
	const struct intoto_value *records = intoto_value_get(entry, "vulnerabilities");
	const struct intoto_value *licenses = intoto_value_get(entry, "license_violations");
	const struct intoto_value *groups = intoto_value_get(entry, "groups");
	struct scan *scan = arg;
	int rc = 0;

	if (intoto_value_kind(intoto_value_get(entry, "package")) != INTOTO_VALUE_OBJECT)
		return scan_refuse(scan, err, "packages", "a package");
	for (size_t i = 0; i < intoto_value_count(records) && !rc; i++)
		rc = write_record(scan, entry, intoto_value_at(records, i), err);
	for (size_t i = 0; i < intoto_value_count(licenses) && !rc; i++)
		rc = write_license(scan, entry, intoto_value_text(intoto_value_at(licenses, i)),
				   err);
	if (!rc && intoto_value_count(groups) && !intoto_value_count(records))
		rc = scan_incomplete(scan, err,
				     "a package has groups of vulnerabilities, but "
				     "the vulnerabilities are missing");
	scan->elements++;
	return rc;
}

static int on_source(void *arg, const struct intoto_value *source, struct intoto_error **err)
{
	struct scan *scan = arg;
	struct osv *osv = scan->own;

	(void)err;
	osv->path = scan_keep(scan, scan_text(source, "path"));
	return 0;
}

static int each(void *arg, const struct intoto_event *event, struct intoto_error **err)
{
	struct scan *scan = arg;
	struct osv *osv = scan->own;

	if (event->end)
		return 0;
	if (!event->depth) {
		scan->own = calloc(1, sizeof(struct osv));
		return scan->own ? 0 : intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	}
	if (intoto_text_same(event->path, "results/[]/source") ||
	    intoto_text_same(event->path, "results/[]/packageSource"))
		return intoto_events_collect(event, on_source, scan, err);
	if (intoto_text_same(event->path, "results/[]/packages/[]"))
		return intoto_events_collect(event, on_package, scan, err);
	if (intoto_text_same(event->path, "results/[]"))
		osv->path = NULL;
	if (intoto_text_same(event->path, "results"))
		osv->results = event->kind == INTOTO_VALUE_LIST;
	if (intoto_text_same(event->path, "results") ||
	    intoto_text_same(event->path, "results/[]") ||
	    intoto_text_same(event->path, "results/[]/packages"))
		return 0;
	return event->kind == INTOTO_VALUE_OBJECT || event->kind == INTOTO_VALUE_LIST
		       ? INTOTO_EVENT_SKIP
		       : 0;
}

static int finish(struct scan *scan, struct intoto_error **err)
{
	const struct osv *osv = scan->own;

	scan->scanner = "osv-scanner";
	if (!osv || !osv->results)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "%s: want the list results",
					    scan->input->name);
	return 0;
}

static void done(struct scan *scan)
{
	free(scan->own);
	scan->own = NULL;
}

const struct scan_format scan_format_osv = {
	.name = "osv",
	.scanner = "https://github.com/google/osv-scanner",
	.each = each,
	.finish = finish,
	.done = done,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* "npm audit --json" of npm 7 and later (auditReportVersion 2), and of npm 6. */
#include "attestors/scan/scan.h"

#include <stdlib.h>
#include <string.h>

/* Both are small, and refer to each other: they are read as a tree. */

/* "https://github.com/advisories/GHSA-…" */
static const char *ghsa_of(const char *url)
{
	const char *last = url ? strrchr(url, '/') : NULL;

	return last && intoto_text_begins(last + 1, "GHSA-") ? last + 1 : NULL;
}

static void add_cvss(struct scan_finding *finding, const struct intoto_value *cvss)
{
	const char *score = intoto_value_number(intoto_value_get(cvss, "score"));
	const char *vector = scan_text(cvss, "vectorString");

	/* A score of 0 without a vector is "none was given". */
	if (vector)
		scan_finding_cvss(finding, vector, score);
}

static const char *advisory_id(struct scan_finding *finding, const char *ghsa, const char *number)
{
	if (ghsa)
		return ghsa;
	return number ? scan_finding_keep(finding, "npm-advisory-%s", number) : NULL;
}

/* "critical": 1 … of metadata.vulnerabilities; how many there are by their count. */
static int64_t total_of(const struct intoto_value *root)
{
	static const char *const bands[] = { "info", "low", "moderate", "high", "critical" };
	const struct intoto_value *counts =
		intoto_value_get(intoto_value_get(root, "metadata"), "vulnerabilities");
	int64_t total = 0;

	if (intoto_value_kind(counts) != INTOTO_VALUE_OBJECT)
		return -1;
	for (size_t i = 0; i < sizeof bands / sizeof *bands; i++) {
		int64_t count = 0;

		if (intoto_value_int(intoto_value_get(counts, bands[i]), &count) && count > 0 &&
		    count < INT32_MAX)
			total += count;
	}
	return total;
}

/* --- version 2 --- */

static int write_advisory(struct scan *scan, const struct intoto_value *entry,
			  const struct intoto_value *advisory, struct intoto_error **err)
{
	const struct intoto_value *fix = intoto_value_get(entry, "fixAvailable");
	const struct intoto_value *nodes = intoto_value_get(entry, "nodes");
	const struct intoto_value *source = intoto_value_get(advisory, "source");
	const char *number = intoto_value_number(
		source ? source : intoto_value_get(advisory, "id")); /* "id" in npm 7.0 */
	struct scan_finding finding = { .ecosystem = "npm" };
	bool available = intoto_value_kind(fix) == INTOTO_VALUE_OBJECT;
	int rc;

	finding.url = scan_text(advisory, "url");
	finding.id = advisory_id(&finding, ghsa_of(finding.url), number);
	if (!finding.id) {
		scan_finding_done(&finding);
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "%s: vulnerabilities[].via[]: want an advisory with a "
					    "url or a source",
					    scan->input->name);
	}
	finding.word = scan_text(advisory, "severity");
	finding.method = ghsa_of(finding.url) ? "ghsa" : "vendor";
	add_cvss(&finding, intoto_value_get(advisory, "cvss"));
	finding.package = scan_text(advisory, "dependency");
	if (!finding.package)
		finding.package = scan_text(entry, "name");
	finding.purl = scan_finding_purl(&finding, "npm", finding.package, NULL);
	finding.location = intoto_value_text(intoto_value_at(nodes, 0));
	(void)intoto_value_bool(fix, &available); /* an object names the fix */
	finding.fix_state = available ? "fixed" : "not-fixed";
	rc = scan_write(scan, &finding, err);
	scan_finding_done(&finding);
	return rc;
}

/* A text is the name of the package through which this one is vulnerable. */
static int read_entry(struct scan *scan, const struct intoto_value *entries,
		      const struct intoto_value *entry, struct intoto_error **err)
{
	const struct intoto_value *via = intoto_value_get(entry, "via");
	int rc = 0;

	if (!intoto_value_count(via))
		rc = scan_incomplete(scan, err, "a vulnerable package has no advisory");
	for (size_t i = 0; i < intoto_value_count(via) && !rc; i++) {
		const struct intoto_value *each = intoto_value_at(via, i);
		const char *name = intoto_value_text(each);

		if (!name)
			rc = write_advisory(scan, entry, each, err);
		else if (!intoto_value_get(entries, name))
			rc = scan_incomplete(scan, err,
					     "a package is vulnerable through another "
					     "that is not in the report");
	}
	return rc;
}

static int read_v2(void *arg, const struct intoto_value *root, struct intoto_error **err)
{
	const struct intoto_value *entries = intoto_value_get(root, "vulnerabilities");
	struct scan *scan = arg;
	int64_t total = total_of(root);
	int rc = 0;

	scan->scanner = "npm audit";
	if (intoto_value_kind(entries) != INTOTO_VALUE_OBJECT)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "%s: vulnerabilities: want an object",
					    scan->input->name);
	for (size_t i = 0; i < intoto_value_count(entries) && !rc; i++)
		rc = read_entry(scan, entries, intoto_value_at(entries, i), err);
	if (rc)
		return rc;
	if (total < 0)
		return scan_incomplete(scan, err,
				       "metadata.vulnerabilities, the totals, are "
				       "missing");
	if ((uint64_t)total != intoto_value_count(entries))
		return scan_incomplete(scan, err,
				       "the totals disagree with the elements: %lld vulnerable "
				       "packages are counted, %zu are there",
				       (long long)total, intoto_value_count(entries));
	return 0;
}

/* --- version 1 --- */

struct counts {
	size_t findings;
	size_t paths;
};

static int write_v1(struct scan *scan, const struct intoto_value *advisory,
		    const struct intoto_value *found, struct intoto_error **err)
{
	const struct intoto_value *cves = intoto_value_get(advisory, "cves");
	const struct intoto_value *paths = intoto_value_get(found, "paths");
	const char *ghsa = scan_text(advisory, "github_advisory_id");
	const char *patched = scan_text(advisory, "patched_versions");
	struct scan_finding finding = { .ecosystem = "npm" };
	int rc;

	finding.url = scan_text(advisory, "url");
	finding.id = advisory_id(&finding, ghsa ? ghsa : ghsa_of(finding.url),
				 intoto_value_number(intoto_value_get(advisory, "id")));
	for (size_t i = 0; i < intoto_value_count(cves); i++)
		scan_texts_add(&finding, &finding.aliases,
			       intoto_value_text(intoto_value_at(cves, i)));
	if (!finding.id) {
		scan_finding_done(&finding);
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "%s: advisories: want an id",
					    scan->input->name);
	}
	finding.word = scan_text(advisory, "severity");
	finding.method = ghsa ? "ghsa" : "vendor";
	add_cvss(&finding, intoto_value_get(advisory, "cvss"));
	finding.package = scan_text(advisory, "module_name");
	finding.version = scan_text(found, "version");
	finding.purl = scan_finding_purl(&finding, "npm", finding.package, finding.version);
	finding.location = intoto_value_text(intoto_value_at(paths, 0));
	/* "<0.0.0" is how "none" is written. */
	finding.fix_state = !patched				  ? "unknown"
			    : intoto_text_same(patched, "<0.0.0") ? "not-fixed"
								  : "fixed";
	finding.published = scan_text(advisory, "created");
	finding.modified = scan_text(advisory, "updated");
	rc = scan_write(scan, &finding, err);
	scan_finding_done(&finding);
	return rc;
}

static int read_advisory(struct scan *scan, const struct intoto_value *advisory,
			 struct counts *counts, struct intoto_error **err)
{
	const struct intoto_value *findings = intoto_value_get(advisory, "findings");
	int rc = 0;

	counts->findings += intoto_value_count(findings);
	for (size_t i = 0; i < intoto_value_count(findings) && !rc; i++) {
		const struct intoto_value *found = intoto_value_at(findings, i);

		counts->paths += intoto_value_count(intoto_value_get(found, "paths"));
		rc = write_v1(scan, advisory, found, err);
	}
	if (!rc && !intoto_value_count(findings)) {
		rc = write_v1(scan, advisory, NULL, err);
		if (!rc)
			rc = scan_incomplete(scan, err, "an advisory does not say what it found");
	}
	return rc;
}

/* npm 6 counts paths, yarn 1 and pnpm findings or advisories: the totals must be one of them. */
static int check_totals(struct scan *scan, int64_t total, size_t advisories,
			const struct counts *counts, struct intoto_error **err)
{
	if (total < 0)
		return scan_incomplete(scan, err,
				       "metadata.vulnerabilities, the totals, are "
				       "missing");
	if ((uint64_t)total == advisories || (uint64_t)total == counts->findings ||
	    (uint64_t)total == counts->paths)
		return 0;
	return scan_incomplete(scan, err,
			       "the totals disagree with the elements: %lld vulnerabilities are "
			       "counted, %zu are there, at %zu paths",
			       (long long)total, counts->findings, counts->paths);
}

static int read_v1(void *arg, const struct intoto_value *root, struct intoto_error **err)
{
	const struct intoto_value *advisories = intoto_value_get(root, "advisories");
	size_t muted = intoto_value_count(intoto_value_get(root, "muted"));
	struct counts counts = { 0 };
	struct scan *scan = arg;
	int rc = 0;

	scan->scanner = "npm audit";
	if (intoto_value_kind(advisories) != INTOTO_VALUE_OBJECT)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "%s: advisories: want an object",
					    scan->input->name);
	for (size_t i = 0; i < intoto_value_count(advisories) && !rc; i++)
		rc = read_advisory(scan, intoto_value_at(advisories, i), &counts, err);
	if (!rc && muted)
		rc = scan_incomplete(scan, err,
				     "%zu advisories were muted and are not in the report", muted);
	return rc ? rc
		  : check_totals(scan, total_of(root), intoto_value_count(advisories), &counts,
				 err);
}

static int each_v2(void *arg, const struct intoto_event *event, struct intoto_error **err)
{
	return intoto_events_collect(event, read_v2, arg, err);
}

static int each_v1(void *arg, const struct intoto_event *event, struct intoto_error **err)
{
	return intoto_events_collect(event, read_v1, arg, err);
}

const struct scan_format scan_format_npm = {
	.name = "npm",
	.scanner = "https://docs.npmjs.com/cli/commands/npm-audit",
	.each = each_v2,
};

const struct scan_format scan_format_npm_v1 = {
	.name = "npm-v1",
	.scanner = "https://docs.npmjs.com/cli/v6/commands/npm-audit",
	.each = each_v1,
};

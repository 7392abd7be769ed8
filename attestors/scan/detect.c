/* SPDX-License-Identifier: Apache-2.0 */
/* Which format a report has: by the members that tell it from the others, never by its first bytes.
 */
#include "attestors/scan/scan.h"

#include <stdio.h>
#include <string.h>

enum mark {
	GRYPE_NAME = 1 << 0,
	GRYPE_MATCHES = 1 << 1,
	TRIVY_SCHEMA = 1 << 2,
	TRIVY_ARTIFACT = 1 << 3,
	OSV_RESULTS = 1 << 4,
	OSV_PACKAGES = 1 << 5,
	NPM_VERSION = 1 << 6,
	VULNERABILITIES_OBJECT = 1 << 7,
	VULNERABILITIES_LIST = 1 << 8,
	NPM_ADVISORIES = 1 << 9,
	NPM_ACTIONS = 1 << 10,
	SARIF_VERSION = 1 << 11,
	SARIF_RUNS = 1 << 12,
	CYCLONEDX_NAME = 1 << 13,
	CLAIR_HASH = 1 << 14,
	CLAIR_PAIRS = 1 << 15,
	TRIVY_DATABASE = 1 << 16,
	NPM_ERROR = 1 << 17,
	ROOT_LIST = 1 << 18,
	CYCLONEDX_VERSION = 1 << 19,
};

/* A member that stands there with that kind, and that text if there is one. */
static const struct {
	const char *path;
	enum intoto_value_kind kind;
	const char *text;
	enum mark mark;
} members[] = {
	{ "", INTOTO_VALUE_LIST, NULL, ROOT_LIST },
	{ "descriptor/name", INTOTO_VALUE_TEXT, "grype", GRYPE_NAME },
	{ "matches", INTOTO_VALUE_LIST, NULL, GRYPE_MATCHES },
	{ "SchemaVersion", INTOTO_VALUE_NUMBER, "2", TRIVY_SCHEMA },
	{ "ArtifactName", INTOTO_VALUE_TEXT, NULL, TRIVY_ARTIFACT },
	{ "ArtifactType", INTOTO_VALUE_TEXT, NULL, TRIVY_ARTIFACT },
	{ "results", INTOTO_VALUE_LIST, NULL, OSV_RESULTS },
	{ "results/[]/packages", INTOTO_VALUE_LIST, NULL, OSV_PACKAGES },
	{ "experimental_config", INTOTO_VALUE_OBJECT, NULL, OSV_PACKAGES },
	{ "auditReportVersion", INTOTO_VALUE_NUMBER, "2", NPM_VERSION },
	{ "vulnerabilities", INTOTO_VALUE_OBJECT, NULL, VULNERABILITIES_OBJECT },
	{ "vulnerabilities", INTOTO_VALUE_LIST, NULL, VULNERABILITIES_LIST },
	{ "advisories", INTOTO_VALUE_OBJECT, NULL, NPM_ADVISORIES },
	{ "actions", INTOTO_VALUE_LIST, NULL, NPM_ACTIONS },
	{ "version", INTOTO_VALUE_TEXT, "2.1.0", SARIF_VERSION },
	{ "runs", INTOTO_VALUE_LIST, NULL, SARIF_RUNS },
	{ "bomFormat", INTOTO_VALUE_TEXT, "CycloneDX", CYCLONEDX_NAME },
	{ "specVersion", INTOTO_VALUE_TEXT, "1.4", CYCLONEDX_VERSION },
	{ "specVersion", INTOTO_VALUE_TEXT, "1.5", CYCLONEDX_VERSION },
	{ "specVersion", INTOTO_VALUE_TEXT, "1.6", CYCLONEDX_VERSION },
	{ "specVersion", INTOTO_VALUE_TEXT, "1.7", CYCLONEDX_VERSION },
	{ "manifest_hash", INTOTO_VALUE_TEXT, NULL, CLAIR_HASH },
	{ "package_vulnerabilities", INTOTO_VALUE_OBJECT, NULL, CLAIR_PAIRS },
	{ "VulnerabilityDB", INTOTO_VALUE_OBJECT, NULL, TRIVY_DATABASE },
	{ "error", INTOTO_VALUE_OBJECT, NULL, NPM_ERROR },
};

static const struct {
	const struct scan_format *format;
	unsigned marks; /* all of them */
} formats[] = {
	{ &scan_format_clair, CLAIR_HASH | CLAIR_PAIRS | VULNERABILITIES_OBJECT },
	{ &scan_format_cyclonedx, CYCLONEDX_NAME | CYCLONEDX_VERSION | VULNERABILITIES_LIST },
	{ &scan_format_grype, GRYPE_NAME | GRYPE_MATCHES },
	{ &scan_format_npm, NPM_VERSION | VULNERABILITIES_OBJECT },
	{ &scan_format_npm_v1, NPM_ADVISORIES | NPM_ACTIONS },
	{ &scan_format_osv, OSV_RESULTS | OSV_PACKAGES },
	{ &scan_format_sarif, SARIF_VERSION | SARIF_RUNS },
	{ &scan_format_trivy, TRIVY_SCHEMA | TRIVY_ARTIFACT },
};

enum { FORMATS = sizeof formats / sizeof *formats };

static int look(void *arg, const struct intoto_event *event, struct intoto_error **err)
{
	unsigned *marks = arg;

	(void)err;
	if (event->end)
		return 0;
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		if (event->kind == members[i].kind &&
		    intoto_text_same(event->path, members[i].path) &&
		    (!members[i].text || intoto_text_same(event->text, members[i].text)))
			*marks |= members[i].mark;
	if (!event->depth || intoto_text_same(event->path, "descriptor") ||
	    intoto_text_same(event->path, "results") || intoto_text_same(event->path, "results/[]"))
		return 0;
	/* All else that is deeper tells nothing. */
	return event->kind == INTOTO_VALUE_OBJECT || event->kind == INTOTO_VALUE_LIST
		       ? INTOTO_EVENT_SKIP
		       : 0;
}

/* What is wrong when nothing matches: the commonest mistakes have a sentence. */
static int refuse_unknown(const struct scan *scan, unsigned marks, struct intoto_error **err)
{
	const char *why =
		"no format that is known, want a report of Grype, Trivy, OSV-Scanner, npm "
		"audit, Clair, SARIF 2.1.0 or CycloneDX with vulnerabilities; the option "
		"as=FORMAT forces one";

	if (marks & NPM_ERROR)
		why = "an error instead of a report: the audit did not run";
	else if (marks & ROOT_LIST)
		why = "a list, which no scanner writes today (Trivy did before its schema 2)";
	else if (marks & CYCLONEDX_NAME)
		why = "a CycloneDX document without vulnerabilities or of another version than 1.4 "
		      "to 1.7: the attestor sbom reads those";
	else if (marks & (GRYPE_MATCHES | TRIVY_SCHEMA | SARIF_RUNS | OSV_RESULTS))
		why = "only a part of a report: what says which scanner wrote it is missing; the "
		      "option as=FORMAT forces one";
	return intoto_attestor_fail(err, INTOTO_E_FORMAT, "%s: %s", scan->input->name, why);
}

static int refuse_two(const struct scan *scan, unsigned marks, struct intoto_error **err)
{
	char names[200] = "";

	for (size_t i = 0; i < FORMATS; i++) {
		size_t len = strlen(names);

		if ((marks & formats[i].marks) == formats[i].marks)
			(void)snprintf(names + len, sizeof names - len, "%s%s", len ? ", " : "",
				       formats[i].format->name); /* eight short names fit */
	}
	return intoto_attestor_fail(err, INTOTO_E_FORMAT,
				    "%s: more than one format in one file (%s), which cannot be; "
				    "the option as=FORMAT forces one",
				    scan->input->name, names);
}

static int force(struct scan *scan, const char *as, unsigned marks, struct intoto_error **err)
{
	for (size_t i = 0; i < FORMATS; i++) {
		if (!intoto_text_same(formats[i].format->name, as))
			continue;
		scan->format = formats[i].format;
		if ((marks & formats[i].marks) == formats[i].marks)
			return 0;
		return scan_incomplete(scan, err,
				       "read as %s because the user said so: what tells this "
				       "format from others is missing",
				       as);
	}
	return intoto_attestor_fail(err, INTOTO_E_USAGE,
				    "option as: want clair, cyclonedx, grype, npm, npm-v1, osv, "
				    "sarif or trivy");
}

int scan_detect(struct scan *scan, bool *database, struct intoto_error **err)
{
	const char *as = intoto_request_option(scan->request, "as");
	unsigned marks = 0;
	unsigned matches = 0;
	int rc = scan_read(scan, look, &marks, err);

	*database = false;
	if (rc)
		return rc;
	if (as)
		return force(scan, as, marks, err);
	for (size_t i = 0; i < FORMATS; i++) {
		if ((marks & formats[i].marks) != formats[i].marks)
			continue;
		scan->format = formats[i].format;
		matches++;
	}
	if (matches > 1)
		return refuse_two(scan, marks, err);
	*database = !matches && (marks & TRIVY_DATABASE);
	return matches || *database ? 0 : refuse_unknown(scan, marks, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of Grype and Trivy as they stand in cosign's vuln/v1. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/vulns_part.h"

static bool is_list(const struct it_json *value)
{
	return it_json_kind(value) == IT_JSON_LIST;
}

static int want_object(const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	if (it_json_kind(value) == IT_JSON_OBJECT)
		return INTOTO_OK;
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want an object, found %s",
			       it_json_kind_name(value));
}

static struct it_span text_of(const struct it_json *object, const char *name)
{
	return it_json_text(it_json_get(object, name));
}

/* Calls each for the elements of a list, which may be absent. */
typedef int each_fn(struct it_vulns *vulns, const struct it_json *value,
		    const struct it_where *where, struct intoto_error **err);

static int for_each(struct it_vulns *vulns, const struct it_json *object, const char *name,
		    each_fn *each, const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, name, 0 };
	const struct it_json *list = it_json_get(object, name);
	int rc = INTOTO_OK;

	if (it_json_kind(list) == IT_JSON_NULL)
		return INTOTO_OK;
	if (!is_list(list))
		return it_where_refuse(&at, INTOTO_E_FORMAT, err, "want a list, found %s",
				       it_json_kind_name(list));
	for (size_t i = 0; !rc && i < it_json_count(list); i++) {
		struct it_where element = { &at, NULL, i };

		rc = want_object(it_json_at(list, i), &element, err);
		if (!rc)
			rc = each(vulns, it_json_at(list, i), &element, err);
	}
	return rc;
}

/* --- Grype (grype/presenter/models) --- */

static int read_grype_aliases(struct it_finding *finding, const struct it_json *related,
			      struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && is_list(related) && i < it_json_count(related); i++)
		rc = it_finding_add_alias(finding, text_of(it_json_at(related, i), "id"), err);
	return rc;
}

static int read_grype_fix(struct it_finding *finding, const struct it_json *fix,
			  const struct it_where *where, struct intoto_error **err)
{
	struct it_span state = text_of(fix, "state");
	int rc = it_vulns_texts(&finding->fixed_in, fix, "versions", where, err);

	if (it_span_is(state, "fixed") || finding->fixed_in.count)
		finding->fix = IT_FIX_AVAILABLE;
	else if (it_span_is(state, "not-fixed") || it_span_is(state, "wont-fix"))
		finding->fix = IT_FIX_NONE;
	return rc;
}

static void read_grype_threat(struct it_finding *finding, const struct it_json *vulnerability)
{
	const struct it_json *epss = it_json_at(it_json_get(vulnerability, "epss"), 0);
	double number = -1;

	if (it_json_number(it_json_get(epss, "epss"), &number) && number >= 0.0 && number <= 1.0)
		finding->epss = (int)(number * IT_EPSS_UNIT);
	if (it_json_count(it_json_get(vulnerability, "knownExploited")))
		finding->exploited = IT_TOLD_YES;
}

static int read_grype_package(struct it_finding *finding, const struct it_json *artifact,
			      const struct it_where *where, struct intoto_error **err)
{
	int rc = it_vulns_text(&finding->package, artifact, "name", where, err);

	if (!rc)
		rc = it_vulns_text(&finding->version, artifact, "version", where, err);
	if (!rc)
		rc = it_vulns_text(&finding->ecosystem, artifact, "type", where, err);
	if (!rc)
		rc = it_finding_set_purl(finding, it_json_get(artifact, "purl"), where, err);
	return rc;
}

static int read_grype_match(struct it_vulns *vulns, const struct it_json *match,
			    const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, "vulnerability", 0 };
	struct it_where artifact = { where, "artifact", 0 };
	const struct it_json *vulnerability = it_json_get(match, "vulnerability");
	struct it_finding *finding = NULL;
	int rc = it_vulns_add(vulns, &finding, it_json_get(vulnerability, "id"), &at, err);

	if (!rc)
		rc = it_finding_add_rating(finding, text_of(vulnerability, "namespace"),
					   it_severity_read(text_of(vulnerability, "severity")),
					   err);
	if (!rc)
		rc = read_grype_aliases(finding, it_json_get(match, "relatedVulnerabilities"), err);
	if (!rc)
		rc = read_grype_fix(finding, it_json_get(vulnerability, "fix"), &at, err);
	if (!rc)
		rc = read_grype_package(finding, it_json_get(match, "artifact"), &artifact, err);
	if (!rc)
		read_grype_threat(finding, vulnerability);
	return rc;
}

static int read_grype_ignored(struct it_vulns *vulns, const struct it_json *match,
			      const struct it_where *where, struct intoto_error **err)
{
	int rc = read_grype_match(vulns, match, where, err);
	struct it_finding *finding = rc ? NULL : &vulns->items[vulns->count - 1];

	if (rc)
		return rc;
	finding->suppressed = true;
	return it_vulns_text(&finding->suppressed_by,
			     it_json_at(it_json_get(match, "appliedIgnoreRules"), 0), "reason",
			     where, err);
}

static int read_grype(struct it_vulns *vulns, const struct it_json *report,
		      const struct it_where *where, struct intoto_error **err)
{
	const struct it_json *db = it_json_get(it_json_get(report, "descriptor"), "db");
	const struct it_json *status = it_json_get(db, "status");
	struct it_span built = text_of(status ? status : db, "built");
	int rc = for_each(vulns, report, "matches", read_grype_match, where, err);

	if (!rc)
		rc = for_each(vulns, report, "ignoredMatches", read_grype_ignored, where, err);
	if (!vulns->database && built.len)
		(void)it_time_parse_any(&vulns->database, built); /* or it stays unknown */
	return rc;
}

/* --- Trivy (pkg/types/report.go, SchemaVersion 2) --- */

static int read_trivy_fix(struct it_finding *finding, const struct it_json *value,
			  struct intoto_error **err)
{
	static const char *const unfixed[] = { "affected", "will_not_fix", "fix_deferred",
					       "end_of_life" };
	struct it_span fixed = text_of(value, "FixedVersion");
	struct it_span status = text_of(value, "Status");

	if (fixed.len) {
		finding->fix = IT_FIX_AVAILABLE;
		return it_strings_add_span(&finding->fixed_in, fixed, err);
	}
	for (size_t i = 0; i < IT_COUNT_OF(unfixed); i++)
		if (it_span_is(status, unfixed[i]))
			finding->fix = IT_FIX_NONE;
	if (it_span_is(status, "fixed"))
		finding->fix = IT_FIX_AVAILABLE;
	return INTOTO_OK;
}

static int read_trivy_aliases(struct it_finding *finding, const struct it_json *list,
			      struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && is_list(list) && i < it_json_count(list); i++)
		rc = it_finding_add_alias(finding, it_json_text(it_json_at(list, i)), err);
	return rc;
}

static int read_trivy_vulnerability(struct it_vulns *vulns, const struct it_json *value,
				    const struct it_where *where, struct intoto_error **err)
{
	struct it_finding *finding = NULL;
	struct it_span published = text_of(value, "PublishedDate");
	int rc = it_vulns_add(vulns, &finding, it_json_get(value, "VulnerabilityID"), where, err);

	if (!rc)
		rc = it_finding_add_rating(finding, text_of(value, "SeveritySource"),
					   it_severity_read(text_of(value, "Severity")), err);
	if (!rc)
		rc = read_trivy_aliases(finding, it_json_get(value, "VendorIDs"), err);
	if (!rc)
		rc = it_vulns_text(&finding->package, value, "PkgName", where, err);
	if (!rc)
		rc = it_vulns_text(&finding->version, value, "InstalledVersion", where, err);
	if (!rc)
		rc = read_trivy_fix(finding, value, err);
	if (!rc)
		rc = it_finding_set_purl(finding,
					 it_json_get(it_json_get(value, "PkgIdentifier"), "PURL"),
					 where, err);
	if (!rc && published.len)
		(void)it_time_parse_any(&finding->published, published); /* or unknown */
	return rc;
}

/* A misconfiguration, a secret or a licence: each with its id and its own severity. */
static int read_trivy_other(struct it_vulns *vulns, const struct it_json *value, const char *id,
			    const char *kind, const struct it_where *where,
			    struct intoto_error **err)
{
	struct it_finding *finding = NULL;
	int rc = it_vulns_add(vulns, &finding, it_json_get(value, id), where, err);

	if (!rc)
		rc = it_finding_add_rating(finding, it_span_text("trivy"),
					   it_severity_read(text_of(value, "Severity")), err);
	if (rc)
		return rc;
	free(finding->kind);
	finding->kind = strdup(kind);
	return finding->kind ? INTOTO_OK : it_err_nomem(err);
}

static int read_trivy_misconfiguration(struct it_vulns *vulns, const struct it_json *value,
				       const struct it_where *where, struct intoto_error **err)
{
	struct it_span status = text_of(value, "Status");

	if (it_span_is(status, "PASS") || it_span_is(status, "EXCEPTION"))
		return INTOTO_OK; /* a rule that was kept */
	return read_trivy_other(vulns, value, "ID", "misconfiguration", where, err);
}

static int read_trivy_secret(struct it_vulns *vulns, const struct it_json *value,
			     const struct it_where *where, struct intoto_error **err)
{
	return read_trivy_other(vulns, value, "RuleID", "secret", where, err);
}

static int read_trivy_suppressed(struct it_vulns *vulns, const struct it_json *value,
				 const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, "Finding", 0 };
	const struct it_json *finding = it_json_get(value, "Finding");
	int rc;

	if (!it_span_is(text_of(value, "Type"), "vulnerability"))
		return INTOTO_OK;
	rc = want_object(finding, &at, err);
	if (!rc)
		rc = read_trivy_vulnerability(vulns, finding, &at, err);
	if (rc)
		return rc;
	vulns->items[vulns->count - 1].suppressed = true;
	return it_vulns_text(&vulns->items[vulns->count - 1].suppressed_by, value, "Statement",
			     where, err);
}

static int read_trivy_result(struct it_vulns *vulns, const struct it_json *result,
			     const struct it_where *where, struct intoto_error **err)
{
	int rc = for_each(vulns, result, "Vulnerabilities", read_trivy_vulnerability, where, err);

	if (!rc)
		rc = for_each(vulns, result, "Misconfigurations", read_trivy_misconfiguration,
			      where, err);
	if (!rc)
		rc = for_each(vulns, result, "Secrets", read_trivy_secret, where, err);
	if (!rc)
		rc = for_each(vulns, result, "ExperimentalModifiedFindings", read_trivy_suppressed,
			      where, err);
	return rc;
}

int it_vulns_read_raw(struct it_vulns *vulns, const struct it_json *report,
		      const struct it_where *where, struct intoto_error **err)
{
	int64_t schema = 0;

	if (is_list(it_json_get(report, "matches")) &&
	    it_span_is(text_of(it_json_get(report, "descriptor"), "name"), "grype"))
		return read_grype(vulns, report, where, err);
	/* "Results" is left out by Trivy when there is nothing to report. */
	if (it_json_int(it_json_get(report, "SchemaVersion"), &schema) && schema == 2 &&
	    it_json_text(it_json_get(report, "ArtifactName")).data)
		return for_each(vulns, report, "Results", read_trivy_result, where, err);
	return it_where_refuse(where, INTOTO_E_UNSUPPORTED, err,
			       "a report inside a cosign predicate that is neither of Grype nor of "
			       "Trivy (SchemaVersion 2)");
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the predicates vulns/v0.2 and v0.1, and the frame of cosign's vuln/v1. */
#include "model/vulns.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/vulns_part.h"

static int refuse_kind(const char *want, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want %s, found %s", want,
			       it_json_kind_name(value));
}

/* --- annotations: what vulns/v0.2 has no members for --- */

/* Annotations are open: a member of ours that has another kind is somebody else's. */
static int copy_text(char **out, const struct it_json *object, const char *name,
		     struct intoto_error **err)
{
	struct it_span text = it_json_text(it_json_get(object, name));

	if (!text.len || memchr(text.data, '\0', text.len))
		return INTOTO_OK;
	free(*out);
	*out = strndup(text.data, text.len);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

static int read_aliases(struct it_finding *finding, const struct it_json *list,
			struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && it_json_kind(list) == IT_JSON_LIST && i < it_json_count(list);
	     i++)
		rc = it_finding_add_alias(finding, it_json_text(it_json_at(list, i)), err);
	return rc;
}

static int read_fixes(struct it_finding *finding, const struct it_json *object,
		      struct intoto_error **err)
{
	const struct it_json *list = it_json_get(object, "fixedIn");
	struct it_span state = it_json_text(it_json_get(object, "fixState"));
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && it_json_kind(list) == IT_JSON_LIST && i < it_json_count(list);
	     i++) {
		struct it_span text = it_json_text(it_json_at(list, i));

		if (text.len)
			rc = it_strings_add_span(&finding->fixed_in, text, err);
	}
	if (it_span_is(state, "fixed") || finding->fixed_in.count)
		finding->fix = IT_FIX_AVAILABLE;
	else if (it_span_is(state, "not-fixed") || it_span_is(state, "wont-fix"))
		finding->fix = IT_FIX_NONE;
	return rc;
}

int it_epss_read(struct it_span text)
{
	int millionths = 0;
	int unit = IT_EPSS_UNIT;

	if (!text.len || text.len > 32 || (text.data[0] != '0' && text.data[0] != '1') ||
	    (text.len > 1 && (text.data[1] != '.' || text.len == 2)))
		return -1;
	if (text.data[0] == '1')
		millionths = unit;
	for (size_t i = 2; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return -1;
		unit /= 10;
		millionths += (text.data[i] - '0') * unit;
	}
	return millionths <= IT_EPSS_UNIT ? millionths : -1;
}

static void read_threat(struct it_finding *finding, const struct it_json *object)
{
	struct it_span published = it_json_text(it_json_get(object, "published"));
	bool exploited = false;
	int64_t when = 0;
	int epss = it_epss_read(it_json_text(it_json_get(object, "epss")));

	if (epss >= 0)
		finding->epss = epss;
	if (it_json_bool(it_json_get(object, "knownExploited"), &exploited))
		finding->exploited = exploited ? IT_TOLD_YES : IT_TOLD_NO;
	if (published.len && it_time_parse_any(&when, published))
		finding->published = when; /* any other gives no days of grace */
}

static int read_annotation(struct it_finding *finding, const struct it_json *object,
			   const struct it_where *where, struct intoto_error **err)
{
	const struct {
		const char *name;
		char **out;
	} texts[] = {
		{ "package", &finding->package },     { "version", &finding->version },
		{ "ecosystem", &finding->ecosystem }, { "location", &finding->location },
		{ "kind", &finding->kind },	      { "suppressedBy", &finding->suppressed_by },
	};
	int rc = read_aliases(finding, it_json_get(object, "aliases"), err);

	for (size_t i = 0; !rc && i < IT_COUNT_OF(texts); i++)
		rc = copy_text(texts[i].out, object, texts[i].name, err);
	if (!rc)
		rc = read_fixes(finding, object, err);
	if (!rc && !finding->purl)
		rc = it_finding_set_purl(finding, it_json_get(object, "purl"), where, err);
	if (rc)
		return rc;
	read_threat(finding, object);
	if (it_span_is(it_json_text(it_json_get(object, "state")), "suppressed"))
		finding->suppressed = true;
	return INTOTO_OK;
}

static int read_annotations(struct it_finding *finding, const struct it_json *list,
			    const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, "annotations", 0 };
	int rc = INTOTO_OK;

	if (it_json_kind(list) == IT_JSON_OBJECT) /* as v0.1 was written by some */
		return read_annotation(finding, list, &at, err);
	for (size_t i = 0; !rc && it_json_kind(list) == IT_JSON_LIST && i < it_json_count(list);
	     i++) {
		struct it_where element = { &at, NULL, i };

		if (it_json_kind(it_json_at(list, i)) == IT_JSON_OBJECT)
			rc = read_annotation(finding, it_json_at(list, i), &element, err);
	}
	return rc;
}

/* --- results --- */

static int read_severity(struct it_finding *finding, const struct it_json *value,
			 const struct it_where *where, struct intoto_error **err)
{
	const struct it_json *score = it_json_get(value, "score");
	enum it_severity severity = it_severity_read(it_json_text(score));
	double number = 0;

	if (it_json_kind(value) != IT_JSON_OBJECT)
		return refuse_kind("an object", value, where, err);
	if (it_json_number(score, &number) && number >= 0 && number <= 10)
		severity = it_severity_of_tenths((int)(number * 10 + 0.001));
	return it_finding_add_rating(finding, it_json_text(it_json_get(value, "method")), severity,
				     err);
}

/* A list in v0.2, one object in the text of v0.1. */
static int read_severities(struct it_finding *finding, const struct it_json *value,
			   const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, "severity", 0 };
	int rc = INTOTO_OK;

	if (it_json_kind(value) == IT_JSON_OBJECT)
		return read_severity(finding, value, &at, err);
	if (it_json_kind(value) != IT_JSON_LIST)
		return refuse_kind("a list", value, &at, err);
	for (size_t i = 0; !rc && i < it_json_count(value); i++) {
		struct it_where element = { &at, NULL, i };

		rc = read_severity(finding, it_json_at(value, i), &element, err);
	}
	return rc;
}

static int read_result(struct it_vulns *vulns, const struct it_json *value,
		       const struct it_where *where, struct intoto_error **err)
{
	/* v0.1: the text nests the first two in "vulnerability", its example does not. */
	const struct it_json *nested = it_json_get(value, "vulnerability");
	const struct it_json *named = nested ? nested : value;
	struct it_finding *finding = NULL;
	int rc;

	if (it_json_kind(value) != IT_JSON_OBJECT)
		return refuse_kind("an object", value, where, err);
	rc = it_vulns_add(vulns, &finding, it_json_get(named, "id"), where, err);
	if (!rc)
		rc = read_severities(finding, it_json_get(named, "severity"), where, err);
	if (!rc)
		rc = read_annotations(finding, it_json_get(value, "annotations"), where, err);
	return rc;
}

static int read_results(struct it_vulns *vulns, const struct it_json *list,
			const struct it_where *where, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (it_json_kind(list) != IT_JSON_LIST)
		return refuse_kind("a list", list, where, err);
	for (size_t i = 0; !rc && i < it_json_count(list); i++) {
		struct it_where element = { where, NULL, i };

		rc = read_result(vulns, it_json_at(list, i), &element, err);
	}
	return rc;
}

/* --- the frame --- */

static int say_incomplete(struct it_vulns *vulns, const char *why, struct intoto_error **err)
{
	if (vulns->incomplete)
		return INTOTO_OK;
	vulns->complete = false;
	vulns->incomplete = strdup(why);
	return vulns->incomplete ? INTOTO_OK : it_err_nomem(err);
}

/* "pkg:github/aquasecurity/trivy@0.50" and "https://github.com/aquasecurity/trivy" are trivy. */
static int name_scanner(struct it_vulns *vulns, struct it_span format, struct intoto_error **err)
{
	const char *uri = vulns->uri;
	size_t len = strcspn(uri, "?#");
	const char *at = memchr(uri, '@', len);
	size_t start;

	if (format.len) {
		vulns->scanner = strndup(format.data, format.len);
		return vulns->scanner ? INTOTO_OK : it_err_nomem(err);
	}
	len = at ? (size_t)(at - uri) : len;
	while (len && uri[len - 1] == '/')
		len--;
	for (start = len; start && uri[start - 1] != '/' && uri[start - 1] != ':';)
		start--;
	vulns->scanner = strndup(uri + start, len - start);
	return vulns->scanner ? INTOTO_OK : it_err_nomem(err);
}

static int read_scanner(struct it_vulns *vulns, const struct it_json *scanner,
			const struct it_where *where, struct intoto_error **err)
{
	const struct it_json *database = it_json_get(scanner, "db");
	struct it_where db = { where, "db", 0 };
	struct it_where uri = { where, "uri", 0 };
	int rc;

	if (it_json_kind(scanner) != IT_JSON_OBJECT)
		return refuse_kind("an object", scanner, where, err);
	rc = it_vulns_text(&vulns->uri, scanner, "uri", where, err);
	if (!rc && !vulns->uri)
		rc = it_where_refuse(&uri, INTOTO_E_FORMAT, err, "is missing");
	if (!rc)
		rc = it_vulns_text(&vulns->version, scanner, "version", where, err);
	if (!rc && it_json_kind(database) == IT_JSON_OBJECT)
		rc = it_vulns_time(&vulns->database, database, "lastUpdate", &db, err);
	return rc;
}

static int read_metadata(struct it_vulns *vulns, const struct it_json *metadata,
			 const struct it_where *where, struct intoto_error **err)
{
	bool complete = false;
	int rc;

	if (it_json_kind(metadata) == IT_JSON_NULL)
		return say_incomplete(vulns, "it does not say when the scan ended", err);
	if (it_json_kind(metadata) != IT_JSON_OBJECT)
		return refuse_kind("an object", metadata, where, err);
	rc = it_vulns_time(&vulns->started, metadata, "scanStartedOn", where, err);
	if (!rc)
		rc = it_vulns_time(&vulns->finished, metadata, "scanFinishedOn", where, err);
	if (!rc && !vulns->finished)
		rc = say_incomplete(vulns, "it does not say when the scan ended", err);
	if (!rc && vulns->started > vulns->finished && vulns->finished)
		rc = say_incomplete(vulns, "the scan ended before it began", err);
	if (!rc && it_json_kind(it_json_get(metadata, "intotoComplete")) != IT_JSON_NULL &&
	    (!it_json_bool(it_json_get(metadata, "intotoComplete"), &complete) || !complete))
		rc = say_incomplete(vulns, "its report says that the scan did not end well", err);
	return rc;
}

static int read_findings(struct it_vulns *vulns, const struct it_json *scanner, const char *type,
			 const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, "result", 0 };
	const struct it_json *result = it_json_get(scanner, "result");

	if (strstr(type, "cosign.sigstore.dev") && it_json_kind(result) == IT_JSON_OBJECT)
		return it_vulns_read_raw(vulns, result, &at, err);
	return read_results(vulns, result, &at, err);
}

/* Of a word that the metadata has, when our attestor wrote it. */
static int read_all(struct it_vulns *vulns, const struct it_json *predicate, const char *type,
		    const struct it_where *where, struct intoto_error **err)
{
	const struct it_json *scanner = it_json_get(predicate, "scanner");
	const struct it_json *metadata = it_json_get(predicate, "metadata");
	struct it_where scanner_at = { where, "scanner", 0 };
	struct it_where metadata_at = { where, "metadata", 0 };
	int rc = read_scanner(vulns, scanner, &scanner_at, err);

	vulns->complete = true; /* what follows may take it back */
	if (!rc)
		rc = read_metadata(vulns, metadata, &metadata_at, err);
	if (!rc)
		rc = name_scanner(vulns, it_json_text(it_json_get(metadata, "intotoFormat")), err);
	if (!rc)
		rc = read_findings(vulns, scanner, type, &scanner_at, err);
	return rc;
}

int it_vulns_read(struct it_vulns **out, const struct it_json *predicate, const char *type,
		  const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_vulns_freep) struct it_vulns *vulns = calloc(1, sizeof *vulns);
	int rc;

	*out = NULL;
	if (!vulns)
		return it_err_nomem(err);
	rc = read_all(vulns, predicate, type, where, err);
	if (rc)
		return rc;
	*out = vulns;
	vulns = NULL;
	return INTOTO_OK;
}

int it_vulns_read_report(struct it_vulns **out, const struct it_json *report,
			 const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_vulns_freep) struct it_vulns *vulns = calloc(1, sizeof *vulns);
	int rc;

	*out = NULL;
	if (!vulns)
		return it_err_nomem(err);
	rc = it_vulns_read_raw(vulns, report, where, err);
	if (rc)
		return rc;
	*out = vulns;
	vulns = NULL; /* now the caller's */
	return INTOTO_OK;
}

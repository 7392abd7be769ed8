/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the members of the gate "vulnerabilities". */
#include <string.h>

#include "base/text.h"
#include "json/field.h"
#include "layouts/gates/gate.h"
#include "layouts/gates/vulnerabilities.h"
#include "model/vulns.h"

enum { LIMIT_MAX = 1000 * 1000, QUORUM_MAX = 64 };

void it_vulnerabilities_free(void *demand)
{
	struct it_vulnerabilities *own = demand;

	if (!own)
		return;
	it_strings_done(&own->sources);
	it_strings_done(&own->kinds);
	it_strings_done(&own->scanners);
	it_strings_done(&own->vex.authors);
	it_strings_done(&own->vex.functionaries);
	it_strings_done(&own->vex.statuses);
	it_strings_done(&own->vex.justifications);
	it_strings_done(&own->vex.products);
	free(own);
}

static void free_own(struct it_vulnerabilities **own)
{
	it_vulnerabilities_free(*own);
}

static int refuse_value(const char *want, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_json_text(value));

	if (!it_json_text(value).data)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want %s, found %s", want,
				       it_json_kind_name(value));
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want %s, found '%s'", want,
			       quoted ? quoted : "");
}

/* One of two words: true for the first. */
static int read_choice(bool *out, const char *yes, const char *no, const struct it_json *value,
		       const struct it_where *where, struct intoto_error **err)
{
	char want[64] = "";
	size_t len = 0;

	*out = it_span_is(it_json_text(value), yes);
	if (*out || it_span_is(it_json_text(value), no))
		return INTOTO_OK;
	for (const char *const *part =
		     (const char *const[]){ "\"", yes, "\" or \"", no, "\"", NULL };
	     *part; part++)
		for (const char *c = *part; *c && len + 1 < sizeof want; c++)
			want[len++] = *c;
	return refuse_value(want, value, where, err);
}

/* Words out of a table, each once. */
static int read_known(struct it_strings *out, const char *const *known, const char *want,
		      const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	int rc = it_gate_read_words(out, value, where, err);

	for (size_t i = 0; !rc && i < out->count; i++) {
		struct it_where element = { where, NULL, i };
		bool found = false;

		for (size_t j = 0; known[j]; j++)
			found = found || it_streq(known[j], out->items[i]);
		if (!found)
			rc = refuse_value(want, it_json_at(value, i), &element, err);
	}
	return rc;
}

/* --- limits and days of grace by severity --- */

typedef int entry_fn(int64_t *out, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err);

static int read_limit(int64_t *out, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	return it_gate_read_count(out, value, 0, LIMIT_MAX, where, err);
}

static int read_by_severity(int64_t out[static IT_SEVERITY_UNKNOWN], const struct it_json *object,
			    entry_fn *read, const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count = 0;
	int rc;

	if (it_json_kind(object) != IT_JSON_OBJECT)
		return refuse_value("an object", object, where, err);
	rc = it_json_members(&members, &count, object, err);
	if (!rc && !count)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "is empty; leave it out");
	for (size_t i = 0; !rc && i < count; i++) {
		struct it_where at = { where, members[i].name.data, 0 };
		enum it_severity severity = IT_SEVERITY_UNKNOWN;

		if (!it_severity_parse(&severity, members[i].name) ||
		    severity == IT_SEVERITY_UNKNOWN)
			return it_where_refuse(&at, INTOTO_E_FORMAT, err,
					       "want critical, high, medium, low, negligible or "
					       "none as a name");
		rc = read(&out[severity], members[i].value, &at, err);
	}
	return rc;
}

/*
 * A limit is for findings of that severity and worse.  A higher number for a worse one would never
 * be reached: whoever wrote it meant something else.
 */
static int check_limits(const struct it_vulnerabilities *own, const struct it_where *where,
			struct intoto_error **err)
{
	int64_t below = -1;

	for (unsigned i = 0; i < IT_SEVERITY_UNKNOWN; i++) {
		if (own->limits[i] >= 0 && below >= 0 && own->limits[i] > below)
			return it_where_refuse(
				where, INTOTO_E_FORMAT, err,
				"%s: %lld is over the limit for less severe findings, %lld, which "
				"counts these too",
				it_severity_word((enum it_severity)i), (long long)own->limits[i],
				(long long)below);
		below = own->limits[i] >= 0 ? own->limits[i] : below;
	}
	return INTOTO_OK;
}

static int read_limits(void *target, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	struct it_vulnerabilities *own = target;
	int rc = read_by_severity(own->limits, value, read_limit, where, err);

	return rc ? rc : check_limits(own, where, err);
}

static int read_grace(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	struct it_vulnerabilities *own = target;

	return read_by_severity(own->grace, value, it_gate_read_duration, where, err);
}

/* --- the rest --- */

static int read_grace_from(void *target, const struct it_json *value, const struct it_where *where,
			   struct intoto_error **err)
{
	struct it_vulnerabilities *own = target;

	return read_choice(&own->from_detection, "detection", "publication", value, where, err);
}

static int read_unknown(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	struct it_vulnerabilities *own = target;

	if (it_severity_parse(&own->unknown, it_json_text(value)) &&
	    own->unknown != IT_SEVERITY_UNKNOWN)
		return INTOTO_OK;
	return refuse_value("critical, high, medium, low, negligible or none", value, where, err);
}

static int read_sources(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	struct it_vulnerabilities *own = target;

	return it_gate_read_words(&own->sources, value, where, err);
}

static int read_kinds(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	static const char *const known[] = { "vulnerability", "misconfiguration",
					     "secret",	      "license",
					     "code",	      NULL };
	struct it_vulnerabilities *own = target;

	return read_known(&own->kinds, known,
			  "vulnerability, misconfiguration, secret, license or code", value, where,
			  err);
}

static int read_scanners(void *target, const struct it_json *value, const struct it_where *where,
			 struct intoto_error **err)
{
	struct it_vulnerabilities *own = target;

	return it_gate_read_words(&own->scanners, value, where, err);
}

static int read_quorum(void *target, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	struct it_vulnerabilities *own = target;

	return it_gate_read_count(&own->quorum, value, 1, QUORUM_MAX, where, err);
}

static int read_database_age(void *target, const struct it_json *value,
			     const struct it_where *where, struct intoto_error **err)
{
	struct it_vulnerabilities *own = target;

	return it_gate_read_duration(&own->database_age, value, where, err);
}

static int read_scan_age(void *target, const struct it_json *value, const struct it_where *where,
			 struct intoto_error **err)
{
	struct it_vulnerabilities *own = target;

	return it_gate_read_duration(&own->scan_age, value, where, err);
}

/* A probability as text: signed documents have no real numbers. */
static int read_epss(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	struct it_vulnerabilities *own = target;

	own->epss = it_epss_read(it_json_text(value));
	if (own->epss >= 0)
		return INTOTO_OK;
	return refuse_value("a probability as a text, \"0.1\"", value, where, err);
}

static int read_exploited(void *target, const struct it_json *value, const struct it_where *where,
			  struct intoto_error **err)
{
	struct it_vulnerabilities *own = target;

	if (it_span_is(it_json_text(value), "block")) {
		own->block_exploited = true;
		return INTOTO_OK;
	}
	return refuse_value("\"block\"", value, where, err);
}

static int read_untold(void *target, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	struct it_vulnerabilities *own = target;

	return read_choice(&own->pass_untold, "pass", "block", value, where, err);
}

static int read_fixed_only(void *target, const struct it_json *value, const struct it_where *where,
			   struct intoto_error **err)
{
	struct it_vulnerabilities *own = target;

	return it_gate_read_bool(&own->fixed_only, value, where, err);
}

static int read_suppressed(void *target, const struct it_json *value, const struct it_where *where,
			   struct intoto_error **err)
{
	struct it_vulnerabilities *own = target;

	return read_choice(&own->accept_suppressed, "accept", "count", value, where, err);
}

/* --- VEX --- */

static int read_vex_authors(void *target, const struct it_json *value, const struct it_where *where,
			    struct intoto_error **err)
{
	struct it_vex_terms *vex = target;

	return it_gate_read_words(&vex->authors, value, where, err);
}

static int read_vex_functionaries(void *target, const struct it_json *value,
				  const struct it_where *where, struct intoto_error **err)
{
	struct it_vex_terms *vex = target;

	return it_gate_read_words(&vex->functionaries, value, where, err);
}

static int read_vex_statuses(void *target, const struct it_json *value,
			     const struct it_where *where, struct intoto_error **err)
{
	static const char *const known[] = { "not_affected", "fixed", NULL };
	struct it_vex_terms *vex = target;

	return read_known(&vex->statuses, known, "not_affected or fixed", value, where, err);
}

static int read_vex_justifications(void *target, const struct it_json *value,
				   const struct it_where *where, struct intoto_error **err)
{
	/* OpenVEX and CSAF have the same five; the others are CycloneDX's. */
	static const char *const known[] = {
		"component_not_present",
		"vulnerable_code_not_present",
		"vulnerable_code_not_in_execute_path",
		"vulnerable_code_cannot_be_controlled_by_adversary",
		"inline_mitigations_already_exist",
		"code_not_present",
		"code_not_reachable",
		"requires_configuration",
		"requires_dependency",
		"requires_environment",
		"protected_by_compiler",
		"protected_at_runtime",
		"protected_at_perimeter",
		"protected_by_mitigating_control",
		NULL,
	};
	struct it_vex_terms *vex = target;

	return read_known(&vex->justifications, known, "a justification of OpenVEX or CycloneDX",
			  value, where, err);
}

static int read_vex_products(void *target, const struct it_json *value,
			     const struct it_where *where, struct intoto_error **err)
{
	struct it_vex_terms *vex = target;

	return it_gate_read_words(&vex->products, value, where, err);
}

static int read_vex_age(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	struct it_vex_terms *vex = target;

	return it_gate_read_duration(&vex->max_age, value, where, err);
}

static int read_vex_versioned(void *target, const struct it_json *value,
			      const struct it_where *where, struct intoto_error **err)
{
	struct it_vex_terms *vex = target;

	return it_gate_read_bool(&vex->versioned, value, where, err);
}

static const struct it_field vex_fields[] = {
	{ "authors", IT_FIELD_CUSTOM, false, 0, read_vex_authors },
	{ "functionaries", IT_FIELD_CUSTOM, false, 0, read_vex_functionaries },
	{ "justifications", IT_FIELD_CUSTOM, false, 0, read_vex_justifications },
	{ "maxAge", IT_FIELD_CUSTOM, false, 0, read_vex_age },
	{ "products", IT_FIELD_CUSTOM, false, 0, read_vex_products },
	{ "statuses", IT_FIELD_CUSTOM, false, 0, read_vex_statuses },
	{ "versioned", IT_FIELD_CUSTOM, false, 0, read_vex_versioned },
};

static int read_vex(void *target, const struct it_json *value, const struct it_where *where,
		    struct intoto_error **err)
{
	struct it_vulnerabilities *own = target;
	struct it_vex_terms *vex = &own->vex;
	int rc = it_fields_read(vex, value, vex_fields, IT_COUNT_OF(vex_fields), IT_FIELDS_CLOSED,
				where, err);

	if (!rc && !vex->authors.count && !vex->functionaries.count)
		rc = it_where_refuse(where, INTOTO_E_FORMAT, err,
				     "names nobody whose statements count: give \"authors\" or "
				     "\"functionaries\"");
	vex->given = true;
	if (!rc && !vex->statuses.count)
		rc = it_strings_add(&vex->statuses, "not_affected", err);
	if (!rc && vex->statuses.count == 1 && !it_json_get(value, "statuses"))
		rc = it_strings_add(&vex->statuses, "fixed", err);
	return rc;
}

static const struct it_field fields[] = {
	{ "databaseAge", IT_FIELD_CUSTOM, false, 0, read_database_age },
	{ "epss", IT_FIELD_CUSTOM, false, 0, read_epss },
	{ "exploitationUnknown", IT_FIELD_CUSTOM, false, 0, read_untold },
	{ "fixedOnly", IT_FIELD_CUSTOM, false, 0, read_fixed_only },
	{ "grace", IT_FIELD_CUSTOM, false, 0, read_grace },
	{ "graceFrom", IT_FIELD_CUSTOM, false, 0, read_grace_from },
	{ "kinds", IT_FIELD_CUSTOM, false, 0, read_kinds },
	{ "knownExploited", IT_FIELD_CUSTOM, false, 0, read_exploited },
	{ "limits", IT_FIELD_CUSTOM, false, 0, read_limits },
	{ "quorum", IT_FIELD_CUSTOM, false, 0, read_quorum },
	{ "scanAge", IT_FIELD_CUSTOM, false, 0, read_scan_age },
	{ "scanners", IT_FIELD_CUSTOM, false, 0, read_scanners },
	{ "severitySources", IT_FIELD_CUSTOM, false, 0, read_sources },
	{ "suppressed", IT_FIELD_CUSTOM, false, 0, read_suppressed },
	{ "unknownSeverity", IT_FIELD_CUSTOM, false, 0, read_unknown },
	{ "vex", IT_FIELD_CUSTOM, false, 0, read_vex },
};

static int check_grace(const struct it_vulnerabilities *own, const struct it_json *object,
		       const struct it_where *where, struct intoto_error **err)
{
	struct it_where grace = { where, "grace", 0 };

	for (unsigned i = 0; i < IT_SEVERITY_UNKNOWN; i++)
		if (own->grace[i] && it_vulnerabilities_limit(own, (enum it_severity)i) < 0)
			return it_where_refuse(&grace, INTOTO_E_FORMAT, err,
					       "%s: no limit counts such findings, so they need "
					       "no grace",
					       it_severity_word((enum it_severity)i));
	if (it_json_get(object, "graceFrom") && !it_json_get(object, "grace"))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "\"graceFrom\" without \"grace\" means nothing");
	return INTOTO_OK;
}

static int check(struct it_vulnerabilities *own, const struct it_json *object,
		 const struct it_where *where, struct intoto_error **err)
{
	struct it_where quorum = { where, "quorum", 0 };
	bool limited = own->block_exploited || own->epss >= 0;

	for (unsigned i = 0; i < IT_SEVERITY_UNKNOWN; i++)
		limited = limited || own->limits[i] >= 0;
	if (!limited)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "demands nothing of findings: give \"limits\", "
				       "\"knownExploited\" or \"epss\"");
	if (!own->quorum)
		own->quorum = own->scanners.count ? (int64_t)own->scanners.count : 1;
	if (own->scanners.count && own->quorum > (int64_t)own->scanners.count)
		return it_where_refuse(&quorum, INTOTO_E_FORMAT, err,
				       "%lld of %zu scanners, which nothing can meet",
				       (long long)own->quorum, own->scanners.count);
	return check_grace(own, object, where, err);
}

int it_vulnerabilities_read(void **out, const struct it_json *object, const struct it_where *where,
			    struct intoto_error **err)
{
	IT_AUTO(free_own) struct it_vulnerabilities *own = calloc(1, sizeof *own);
	int rc;

	if (!own)
		return it_err_nomem(err);
	own->unknown = IT_SEVERITY_CRITICAL;
	own->epss = -1;
	for (unsigned i = 0; i < IT_SEVERITY_UNKNOWN; i++)
		own->limits[i] = -1;
	rc = it_fields_read(own, object, fields, IT_COUNT_OF(fields), IT_FIELDS_CLOSED, where, err);
	if (!rc)
		rc = check(own, object, where, err);
	if (rc)
		return rc;
	*out = own;
	own = NULL; /* now the caller's */
	return INTOTO_OK;
}

int64_t it_vulnerabilities_limit(const struct it_vulnerabilities *own, enum it_severity severity)
{
	/* Limits never rise with the severity (check_limits): the nearest at or below decides. */
	for (int i = (int)severity; i >= 0; i--)
		if (own->limits[i] >= 0)
			return own->limits[i];
	return -1;
}

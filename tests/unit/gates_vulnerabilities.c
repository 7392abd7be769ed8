/* SPDX-License-Identifier: Apache-2.0 */
/* The gate "vulnerabilities": limits, and which scans count. */
#include "vulnerability_cases.h"

static void blocks_when_there_is_no_scan(void **state)
{
	static const struct document nothing[] = { { 0 } };

	(void)state;
	comes_to(NO_CRITICAL, nothing, false, IT_DECISION_BLOCKED, "",
		 "a scan for vulnerabilities");
}

static void passes_with_a_scan_that_found_nothing(void **state)
{
	(void)state;
	comes_to(NO_CRITICAL, DOCUMENTS({ .type = VULNS, .predicate = SCAN("") }), true,
		 IT_DECISION_FINE, "a.json", "is a scan by grype with 0 findings");
}

static void blocks_what_is_over_its_limit(void **state)
{
	(void)state;
	comes_to(NO_CRITICAL, DOCUMENTS({ .type = VULNS, .predicate = SCAN(CRITICAL) }), false,
		 IT_DECISION_BLOCKED, "CVE-2026-1 in pkg:deb/debian/zlib1g@1.2.13",
		 "critical (nvd), found by grype: 1 finding is critical, and at most 0 may be");
	comes_to(NO_CRITICAL,
		 DOCUMENTS({ .type = VULNS, .predicate = SCAN(FOUND("CVE-1", "high", ZLIB, "")) }),
		 true, IT_DECISION_FINE, "CVE-1", "no limit counts it");
}

/* Chainloop's example looks at HIGH and MEDIUM, and lets CRITICAL pass. */
static void counts_the_worse_ones_in_every_limit(void **state)
{
	(void)state;
	comes_to(GATE("\"limits\":{\"medium\":0,\"high\":0}"),
		 DOCUMENTS({ .type = VULNS, .predicate = SCAN(CRITICAL) }), false,
		 IT_DECISION_BLOCKED, "CVE-2026-1", "is high or worse");
	comes_to(GATE("\"limits\":{\"high\":1}"),
		 DOCUMENTS({ .type = VULNS, .predicate = SCAN(CRITICAL) }), true, IT_DECISION_FINE,
		 "CVE-2026-1", "within the limits");
	comes_to(GATE("\"limits\":{\"high\":1}"),
		 DOCUMENTS({ .type = VULNS,
			     .predicate = SCAN(CRITICAL "," FOUND("CVE-2", "high", ZLIB, "")) }),
		 false, IT_DECISION_BLOCKED, "CVE-2 ",
		 "2 findings are high or worse, and at most 1");
}

static void takes_an_unknown_severity_for_critical(void **state)
{
	const struct document *documents =
		DOCUMENTS({ .type = VULNS, .predicate = SCAN(FOUND("CVE-3", "untold", ZLIB, "")) });

	(void)state;
	comes_to(NO_CRITICAL, documents, false, IT_DECISION_BLOCKED, "CVE-3",
		 "unknown, which counts as critical");
	comes_to(GATE("\"limits\":{\"critical\":0},\"unknownSeverity\":\"low\""), documents, true,
		 IT_DECISION_FINE, "CVE-3", "counts as low");
}

static void goes_by_the_order_of_severity_sources(void **state)
{
	static const char two[] =
		SCAN("{\"id\":\"CVE-4\",\"severity\":[{\"method\":\"vendor\",\"score\":\"low\"},"
		     "{\"method\":\"cvss_v3\",\"score\":\"9.8\"}]}");

	(void)state;
	comes_to(NO_CRITICAL, DOCUMENTS({ .type = VULNS, .predicate = two }), false,
		 IT_DECISION_BLOCKED, "CVE-4", "critical (cvss_v3)");
	comes_to(GATE("\"limits\":{\"critical\":0},\"severitySources\":[\"vendor\"]"),
		 DOCUMENTS({ .type = VULNS, .predicate = two }), true, IT_DECISION_FINE, "CVE-4",
		 "low (vendor)");
	comes_to(GATE("\"limits\":{\"critical\":0},\"severitySources\":[\"ghsa\"]"),
		 DOCUMENTS({ .type = VULNS, .predicate = two }), false, IT_DECISION_BLOCKED,
		 "CVE-4", "critical");
}

static void never_takes_an_incomplete_scan_for_clean(void **state)
{
	(void)state;
	comes_to(NO_CRITICAL,
		 DOCUMENTS({ .type = VULNS,
			     .predicate = SCAN_BY("grype", ",\"intotoComplete\":false", "") }),
		 false, IT_DECISION_BLOCKED, "app", "by 0 of the 1 scanners");
	comes_to(NO_CRITICAL,
		 DOCUMENTS({ .type = VULNS,
			     .predicate = "{\"scanner\":{\"uri\":\"x\",\"result\":[]}}" }),
		 false, IT_DECISION_REMARK, "a.json", "it does not say when the scan ended");
	/* Another complete scan of the same artifact stands for it; what it found counts. */
	comes_to(NO_CRITICAL,
		 DOCUMENTS({ .type = VULNS,
			     .predicate = SCAN_BY("grype", ",\"intotoComplete\":false", "") },
			   { .type = VULNS, .predicate = SCAN_BY("trivy", "", "") }),
		 true, IT_DECISION_REMARK, "a.json", "does not count as a scan by grype");
	comes_to(NO_CRITICAL,
		 DOCUMENTS({ .type = VULNS,
			     .predicate = SCAN_BY("grype", ",\"intotoComplete\":false", "") },
			   { .type = VULNS, .predicate = SCAN_BY("trivy", "", ""), "other", B64 }),
		 false, IT_DECISION_BLOCKED, "app", "by 0 of the 1 scanners");
}

static void wants_the_named_scanners(void **state)
{
	static const char both[] =
		GATE("\"limits\":{\"critical\":0},\"scanners\":[\"grype\",\"trivy\"]");
	static const char one[] =
		GATE("\"limits\":{\"critical\":0},\"scanners\":[\"grype\",\"trivy\"],\"quorum\":1");

	(void)state;
	comes_to(both, DOCUMENTS({ .type = VULNS, .predicate = SCAN("") }), false,
		 IT_DECISION_BLOCKED, "app",
		 "by 1 of the 2 scanners that must have scanned it: not by trivy");
	comes_to(one, DOCUMENTS({ .type = VULNS, .predicate = SCAN("") }), true, IT_DECISION_FINE,
		 "a.json", "grype");
	comes_to(both,
		 DOCUMENTS({ .type = VULNS, .predicate = SCAN("") },
			   { .type = VULNS, .predicate = SCAN_BY("trivy", "", "") }),
		 true, IT_DECISION_FINE, "b.json", "trivy");
	/* Two reports of one scanner are not two scanners. */
	comes_to(GATE("\"limits\":{\"critical\":0},\"quorum\":2"),
		 DOCUMENTS({ .type = VULNS, .predicate = SCAN("") },
			   { .type = VULNS, .predicate = SCAN("") }),
		 false, IT_DECISION_BLOCKED, "app", "by 1 of the 2 scanners");
	comes_to(one, DOCUMENTS({ .type = VULNS, .predicate = SCAN_BY("clair", "", "") }), false,
		 IT_DECISION_BLOCKED, "app",
		 "by 0 of the 1 scanners that must have scanned it: not by grype, trivy");
}

static void limits_the_age_of_scans_and_databases(void **state)
{
	(void)state;
	comes_to(GATE("\"limits\":{\"critical\":0},\"scanAge\":\"12h\""),
		 DOCUMENTS({ .type = VULNS, .predicate = SCAN("") }), false, IT_DECISION_REMARK,
		 "a.json", "it is 16 hours old, and at most 12 may be");
	comes_to(GATE("\"limits\":{\"critical\":0},\"scanAge\":\"24h\""),
		 DOCUMENTS({ .type = VULNS, .predicate = SCAN("") }), true, IT_DECISION_FINE,
		 "a.json", "grype");
	comes_to(GATE("\"limits\":{\"critical\":0},\"databaseAge\":\"5h\""),
		 DOCUMENTS({ .type = VULNS, .predicate = SCAN("") }), false, IT_DECISION_REMARK,
		 "a.json", "its database is 10 hours old, and at most 5 may be");
	comes_to(GATE("\"limits\":{\"critical\":0},\"databaseAge\":\"1d\""),
		 DOCUMENTS({ .type = VULNS, .predicate = SCAN("") }), true, IT_DECISION_FINE,
		 "a.json", "grype");
	comes_to(
		GATE("\"limits\":{\"critical\":0},\"databaseAge\":\"1d\""),
		DOCUMENTS({ .type = VULNS,
			    .predicate =
				    "{\"scanner\":{\"uri\":\"x/trivy\",\"result\":[]},\"metadata\":"
				    "{\"scanFinishedOn\":\"2026-02-01T10:00:05Z\"}}" }),
		false, IT_DECISION_REMARK, "a.json",
		"it does not say when its database was updated");
}

static void tells_which_scanners_differ(void **state)
{
	/* The same advisory through an alias, and purls that differ in their qualifiers. */
	static const char other[] = SCAN_BY("trivy", "",
					    FOUND("GHSA-1", "high", "pkg:deb/debian/zlib1g@1.2.13",
						  ",\"aliases\":[\"CVE-2026-1\"]"));

	(void)state;
	comes_to(NO_CRITICAL,
		 DOCUMENTS({ .type = VULNS, .predicate = SCAN(CRITICAL) },
			   { .type = VULNS, .predicate = other }),
		 false, IT_DECISION_BLOCKED, "CVE-2026-1 in", "found by grype, trivy: 1 finding");
	comes_to(NO_CRITICAL,
		 DOCUMENTS({ .type = VULNS, .predicate = SCAN(CRITICAL) },
			   { .type = VULNS, .predicate = SCAN_BY("trivy", "", "") }),
		 false, IT_DECISION_BLOCKED, "CVE-2026-1 in", "found by grype, not by trivy");
}

static void counts_what_a_scanner_suppressed_itself(void **state)
{
	const struct document *documents = DOCUMENTS(
		{ .type = VULNS,
		  .predicate = SCAN(FOUND("CVE-5", "critical", ZLIB,
					  ",\"state\":\"suppressed\",\"suppressedBy\":\"us\"")) });

	(void)state;
	comes_to(NO_CRITICAL, documents, false, IT_DECISION_BLOCKED, "CVE-5", "is critical");
	comes_to(GATE("\"limits\":{\"critical\":0},\"suppressed\":\"accept\""), documents, true,
		 IT_DECISION_ALLOWED, "CVE-5", "the scanner's own suppression");
}

static void counts_only_what_can_be_fixed_if_told_so(void **state)
{
	static const char gate[] = GATE("\"limits\":{\"critical\":0},\"fixedOnly\":true");

	(void)state;
	comes_to(gate,
		 DOCUMENTS({ .type = VULNS,
			     .predicate = SCAN(FOUND("CVE-6", "critical", ZLIB,
						     ",\"fixState\":\"wont-fix\"")) }),
		 true, IT_DECISION_ALLOWED, "CVE-6", "no fix exists");
	comes_to(gate,
		 DOCUMENTS({ .type = VULNS,
			     .predicate = SCAN(FOUND("CVE-6", "critical", ZLIB,
						     ",\"fixState\":\"unknown\"")) }),
		 false, IT_DECISION_BLOCKED, "CVE-6", "is critical");
	comes_to(gate,
		 DOCUMENTS({ .type = VULNS,
			     .predicate = SCAN(
				     FOUND("CVE-6", "critical", ZLIB,
					   ",\"fixedIn\":[\"2\"],\"fixState\":\"not-fixed\"")) }),
		 false, IT_DECISION_BLOCKED, "CVE-6", "is critical");
}

static void blocks_what_is_exploited(void **state)
{
	static const char gate[] = GATE("\"knownExploited\":\"block\"");
	static const char lenient[] =
		GATE("\"knownExploited\":\"block\",\"exploitationUnknown\":\"pass\"");

	(void)state;
	comes_to(gate,
		 DOCUMENTS({ .type = VULNS,
			     .predicate = SCAN(
				     FOUND("CVE-7", "low", ZLIB, ",\"knownExploited\":true")) }),
		 false, IT_DECISION_BLOCKED, "CVE-7", "it is known to be exploited");
	comes_to(gate,
		 DOCUMENTS({ .type = VULNS,
			     .predicate = SCAN(
				     FOUND("CVE-7", "low", ZLIB, ",\"knownExploited\":false")) }),
		 true, IT_DECISION_FINE, "CVE-7", "no limit");
	comes_to(gate,
		 DOCUMENTS({ .type = VULNS, .predicate = SCAN(FOUND("CVE-7", "low", ZLIB, "")) }),
		 false, IT_DECISION_UNDECIDED, "CVE-7", "no scanner tells whether it is exploited");
	comes_to(lenient,
		 DOCUMENTS({ .type = VULNS, .predicate = SCAN(FOUND("CVE-7", "low", ZLIB, "")) }),
		 true, IT_DECISION_FINE, "CVE-7", "no limit");
}

static void limits_the_probability_of_exploitation(void **state)
{
	static const char gate[] = GATE("\"epss\":\"0.1\"");

	(void)state;
	comes_to(gate,
		 DOCUMENTS({ .type = VULNS,
			     .predicate =
				     SCAN(FOUND("CVE-8", "low", ZLIB, ",\"epss\":\"0.10001\"")) }),
		 false, IT_DECISION_BLOCKED, "CVE-8", "its EPSS is over the limit");
	comes_to(gate,
		 DOCUMENTS({ .type = VULNS,
			     .predicate = SCAN(FOUND("CVE-8", "low", ZLIB, ",\"epss\":\"0.1\"")) }),
		 true, IT_DECISION_FINE, "CVE-8", "no limit");
	comes_to(gate,
		 DOCUMENTS({ .type = VULNS, .predicate = SCAN(FOUND("CVE-8", "low", ZLIB, "")) }),
		 false, IT_DECISION_UNDECIDED, "CVE-8", "no scanner tells its EPSS");
}

static void gives_days_of_grace(void **state)
{
	static const char gate[] =
		GATE("\"limits\":{\"critical\":0},\"grace\":{\"critical\":\"7d\"}");

	(void)state;
	comes_to(gate,
		 DOCUMENTS({ .type = VULNS,
			     .predicate = SCAN(FOUND("CVE-9", "critical", ZLIB,
						     ",\"published\":\"2026-01-30T00:00:00Z\"")) }),
		 true, IT_DECISION_ALLOWED, "CVE-9", "until 2026-02-06T00:00:00Z");
	comes_to(gate,
		 DOCUMENTS({ .type = VULNS,
			     .predicate = SCAN(FOUND("CVE-9", "critical", ZLIB,
						     ",\"published\":\"2026-01-20T00:00:00Z\"")) }),
		 false, IT_DECISION_BLOCKED, "CVE-9", "is critical");
	/* Neither an unknown day nor one that is still to come gives any. */
	comes_to(gate,
		 DOCUMENTS({ .type = VULNS,
			     .predicate = SCAN(FOUND("CVE-9", "critical", ZLIB, "")) }),
		 false, IT_DECISION_BLOCKED, "CVE-9", "is critical");
	comes_to(gate,
		 DOCUMENTS({ .type = VULNS,
			     .predicate = SCAN(FOUND("CVE-9", "critical", ZLIB,
						     ",\"published\":\"2027-01-20T00:00:00Z\"")) }),
		 false, IT_DECISION_BLOCKED, "CVE-9", "is critical");
	comes_to(GATE("\"limits\":{\"critical\":0},\"grace\":{\"critical\":\"7d\"},"
		      "\"graceFrom\":\"detection\""),
		 DOCUMENTS({ .type = VULNS,
			     .predicate = SCAN(FOUND("CVE-9", "critical", ZLIB, "")) }),
		 true, IT_DECISION_ALLOWED, "CVE-9", "from its detection");
}

static void counts_the_kinds_that_it_is_told_to(void **state)
{
	const struct document *documents =
		DOCUMENTS({ .type = VULNS,
			    .predicate = SCAN(FOUND("AVD-1", "critical", ZLIB,
						    ",\"kind\":\"misconfiguration\"")) });

	(void)state;
	comes_to(NO_CRITICAL, documents, false, IT_DECISION_BLOCKED, "AVD-1", "is critical");
	comes_to(GATE("\"limits\":{\"critical\":0},\"kinds\":[\"vulnerability\"]"), documents, true,
		 IT_DECISION_FINE, "AVD-1", "does not count this kind");
}

static void cannot_decide_about_a_scan_that_it_cannot_read(void **state)
{
	(void)state;
	comes_to(NO_CRITICAL,
		 DOCUMENTS({ .type = VULNS, .predicate = SCAN("") },
			   { .type = VULNS,
			     .predicate = "{\"scanner\":{\"uri\":\"x\",\"result\":{}}}" }),
		 false, IT_DECISION_UNDECIDED, "b.json",
		 "predicate.scanner.result: want a list, found an object");
	comes_to(NO_CRITICAL,
		 DOCUMENTS({ .type = VULNS,
			     .predicate = SCAN(FOUND("CVE-1", "low", "pkg:deb", "")) }),
		 false, IT_DECISION_UNDECIDED, "a.json",
		 "annotations[0].purl: 'pkg:deb' is no package URL");
}

/* --- what is refused in a layout --- */

static void refuses_what_demands_nothing_or_cannot_be_met(void **state)
{
	(void)state;
	refuses("{\"gate\":\"vulnerabilities\"}", "demands nothing of findings");
	refuses(GATE("\"limits\":{}"), "gate.limits: is empty; leave it out");
	refuses(GATE("\"limits\":{\"severe\":0}"), "want critical, high, medium");
	refuses(GATE("\"limits\":{\"critical\":5,\"high\":3}"),
		"critical: 5 is over the limit for less severe findings, 3");
	refuses(GATE("\"limits\":{\"critical\":-1}"), "want a number from 0");
	refuses(GATE("\"limits\":{\"critical\":0},\"quorum\":2,\"scanners\":[\"grype\"]"),
		"gate.quorum: 2 of 1 scanners, which nothing can meet");
	refuses(GATE("\"limits\":{\"critical\":0},\"vex\":{}"),
		"gate.vex: names nobody whose statements count");
	refuses(GATE("\"limits\":{\"critical\":0},\"vex\":{\"authors\":[\"x\"],"
		     "\"statuses\":[\"affected\"]}"),
		"want not_affected or fixed, found 'affected'");
	refuses(GATE("\"limits\":{\"critical\":0},\"grace\":{\"low\":\"7d\"}"),
		"gate.grace: low: no limit counts such findings");
	refuses(GATE("\"limits\":{\"critical\":0},\"graceFrom\":\"detection\""),
		"\"graceFrom\" without \"grace\"");
	refuses(GATE("\"limits\":{\"critical\":0},\"unknownSeverity\":\"unknown\""),
		"gate.unknownSeverity: want critical, high");
	refuses(GATE("\"epss\":\"1.5\""), "gate.epss: want a probability as a text");
	refuses(GATE("\"limits\":{\"critical\":0},\"suppressed\":\"yes\""),
		"gate.suppressed: want \"accept\" or \"count\", found 'yes'");
	refuses(GATE("\"limits\":{\"critical\":0},\"kinds\":[\"bug\"]"),
		"want vulnerability, misconfiguration");
	refuses(GATE("\"limits\":{\"critical\":0},\"severity\":\"x\""), "severity");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_when_there_is_no_scan),
		cmocka_unit_test(passes_with_a_scan_that_found_nothing),
		cmocka_unit_test(blocks_what_is_over_its_limit),
		cmocka_unit_test(counts_the_worse_ones_in_every_limit),
		cmocka_unit_test(takes_an_unknown_severity_for_critical),
		cmocka_unit_test(goes_by_the_order_of_severity_sources),
		cmocka_unit_test(never_takes_an_incomplete_scan_for_clean),
		cmocka_unit_test(wants_the_named_scanners),
		cmocka_unit_test(limits_the_age_of_scans_and_databases),
		cmocka_unit_test(tells_which_scanners_differ),
		cmocka_unit_test(counts_what_a_scanner_suppressed_itself),
		cmocka_unit_test(counts_only_what_can_be_fixed_if_told_so),
		cmocka_unit_test(blocks_what_is_exploited),
		cmocka_unit_test(limits_the_probability_of_exploitation),
		cmocka_unit_test(gives_days_of_grace),
		cmocka_unit_test(counts_the_kinds_that_it_is_told_to),
		cmocka_unit_test(cannot_decide_about_a_scan_that_it_cannot_read),
		cmocka_unit_test(refuses_what_demands_nothing_or_cannot_be_met),
	};

	return cmocka_run_group_tests_name("the gate vulnerabilities", tests, NULL, NULL);
}

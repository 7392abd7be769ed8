/* SPDX-License-Identifier: Apache-2.0 */
/* The gate "vulnerabilities": limits, scans that count, VEX statements that match and do not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/text.h"
#include "layouts/gates/gate.h"

enum { DOCUMENTS_MAX = 4, NOW = 1770000000 /* 2026-02-02T02:40:00Z */ };

#define A64 "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define B64 "af86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define VULNS "https://in-toto.io/attestation/vulns/v0.2"
#define OPENVEX "https://openvex.dev/ns/v0.2.0"
#define CSAF "https://in-toto.io/intoto/csaf/v1"
#define CYCLONEDX "https://cyclonedx.org/bom"

static const struct it_json_limits limits = { 1 << 20, 32, true, 100000 };

struct document {
	const char *type;
	const char *predicate;
	const char *subject; /* name; NULL: "app" */
	const char *digest;  /* sha256; NULL: A64 */
};

struct evidence {
	struct it_json *documents[DOCUMENTS_MAX];
	char digests[DOCUMENTS_MAX][128];
	struct it_attested_subject subjects[DOCUMENTS_MAX];
	struct it_attestation attestations[DOCUMENTS_MAX];
	struct it_gate_evidence items[DOCUMENTS_MAX];
	struct it_people nobody;
	size_t count;
};

static void add(struct evidence *out, const struct document *document)
{
	static const char *const names[] = { "a.json", "b.json", "c.json", "d.json" };
	size_t i = out->count++;
	struct intoto_error *err = NULL;

	if (it_json_parse(&out->documents[i], it_span_text(document->predicate), &limits, &err))
		fail_msg("%s: %s", document->predicate, intoto_error_text(err));
	(void)snprintf(out->digests[i], sizeof out->digests[i], "sha256:%s",
		       document->digest ? document->digest : A64); /* fits */
	out->subjects[i] = (struct it_attested_subject){
		it_span_text(document->subject ? document->subject : "app"), out->digests[i]
	};
	out->attestations[i] = (struct it_attestation){
		.type = document->type,
		.family = it_predicate_family_of(document->type),
		.predicate = out->documents[i],
		.subjects = &out->subjects[i],
		.subject_count = 1,
	};
	out->items[i] = (struct it_gate_evidence){ &out->attestations[i], &out->nobody, names[i],
						   IT_ABOUT_PRODUCT };
}

static void done(struct evidence *evidence)
{
	for (size_t i = 0; i < evidence->count; i++)
		it_json_free(evidence->documents[i]);
}

static struct it_json *parse(const char *text)
{
	struct it_json *value = NULL;
	struct intoto_error *err = NULL;

	if (it_json_parse(&value, it_span_text(text), &it_json_signed_limits, &err))
		fail_msg("%s: %s", text, intoto_error_text(err));
	return value;
}

static void judge(struct it_gate_verdict *out, const char *gate, const struct document *documents)
{
	IT_AUTO(done) struct evidence evidence = { 0 };
	IT_AUTO(it_gates_done) struct it_gates gates = { 0 };
	IT_AUTO(it_json_freep) struct it_json *object = parse(gate);
	struct it_gate_input input = { .step = "build", .now = NOW };
	struct intoto_error *err = NULL;

	for (; documents->type; documents++)
		add(&evidence, documents);
	input.evidence = evidence.items;
	input.count = evidence.count;
	if (it_gates_add(&gates, object, NULL, &err) ||
	    gates.items[0].kind->judge(out, gates.items[0].demand, &input, &err))
		fail_msg("%s: %s", gate, intoto_error_text(err));
}

static const struct it_decision *find(const struct it_gate_verdict *verdict,
				      enum it_decision_kind kind, const char *subject,
				      const char *text)
{
	for (size_t i = 0; i < verdict->count; i++) {
		const struct it_decision *one = &verdict->decisions[i];

		if (one->kind == kind && strstr(one->subject, subject) &&
		    (strstr(one->text, text) || (one->by && strstr(one->by, text))))
			return one;
	}
	return NULL;
}

/* The gate comes to passed, and says so with a decision of that kind. */
static void comes_to(const char *gate, const struct document *documents, bool passed,
		     enum it_decision_kind kind, const char *subject, const char *text)
{
	IT_AUTO(it_gate_verdict_done) struct it_gate_verdict verdict = { 0 };

	judge(&verdict, gate, documents);
	if (verdict.passed == passed && find(&verdict, kind, subject, text))
		return;
	for (size_t i = 0; i < verdict.count; i++)
		print_message("%d %s: %s [%s]\n", verdict.decisions[i].kind,
			      verdict.decisions[i].subject, verdict.decisions[i].text,
			      verdict.decisions[i].by ? verdict.decisions[i].by : "");
	fail_msg("%s: passed %d (%s); wanted %d, %d %s: %s", gate, verdict.passed, verdict.summary,
		 passed, kind, subject, text);
}

static void refuses(const char *gate, const char *why)
{
	IT_AUTO(it_gates_done) struct it_gates gates = { 0 };
	IT_AUTO(it_json_freep) struct it_json *object = parse(gate);
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	struct it_where where = { NULL, "gate", 0 };

	assert_int_equal(it_gates_add(&gates, object, &where, &err), INTOTO_E_FORMAT);
	if (!strstr(intoto_error_text(err), why))
		fail_msg("%s: found '%s', wanted '%s'", gate, intoto_error_text(err), why);
}

/* --- scans --- */

#define SCAN_BY(scanner, more, results)                                                            \
	"{\"scanner\":{\"uri\":\"pkg:github/x/" scanner                                            \
	"@1\",\"db\":{\"lastUpdate\":\"2026-02-01T00:00:00Z\"},\"result\":[" results               \
	"]},\"metadata\":{\"scanStartedOn\":\"2026-02-01T10:00:00Z\","                             \
	"\"scanFinishedOn\":\"2026-02-01T10:00:05Z\"" more "}}"
#define SCAN(results) SCAN_BY("grype", "", results)
#define FOUND(id, word, package, more)                                                             \
	"{\"id\":\"" id "\",\"severity\":[{\"method\":\"nvd\",\"score\":\"" word                   \
	"\"}],\"annotations\":[{\"purl\":\"" package "\"" more "}]}"
#define ZLIB "pkg:deb/debian/zlib1g@1.2.13?arch=amd64&distro=debian-12"
#define CRITICAL FOUND("CVE-2026-1", "critical", ZLIB, "")
#define NO_CRITICAL "{\"gate\":\"vulnerabilities\",\"limits\":{\"critical\":0}}"
#define GATE(members) "{\"gate\":\"vulnerabilities\"," members "}"
#define DOCUMENTS(...)                                                                             \
	(const struct document[])                                                                  \
	{                                                                                          \
		__VA_ARGS__,                                                                       \
		{                                                                                  \
			0                                                                          \
		}                                                                                  \
	}

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
		 "critical (nvd), found by grype: 1 findings are critical, and at most 0 may be");
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
		 IT_DECISION_BLOCKED, "CVE-2026-1", "are high or worse");
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
		 false, IT_DECISION_BLOCKED, "CVE-2026-1 in", "found by grype, trivy: 1 findings");
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
	comes_to(NO_CRITICAL, documents, false, IT_DECISION_BLOCKED, "CVE-5", "are critical");
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
		 false, IT_DECISION_BLOCKED, "CVE-6", "are critical");
	comes_to(gate,
		 DOCUMENTS({ .type = VULNS,
			     .predicate = SCAN(
				     FOUND("CVE-6", "critical", ZLIB,
					   ",\"fixedIn\":[\"2\"],\"fixState\":\"not-fixed\"")) }),
		 false, IT_DECISION_BLOCKED, "CVE-6", "are critical");
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
		 false, IT_DECISION_BLOCKED, "CVE-9", "are critical");
	/* Neither an unknown day nor one that is still to come gives any. */
	comes_to(gate,
		 DOCUMENTS({ .type = VULNS,
			     .predicate = SCAN(FOUND("CVE-9", "critical", ZLIB, "")) }),
		 false, IT_DECISION_BLOCKED, "CVE-9", "are critical");
	comes_to(gate,
		 DOCUMENTS({ .type = VULNS,
			     .predicate = SCAN(FOUND("CVE-9", "critical", ZLIB,
						     ",\"published\":\"2027-01-20T00:00:00Z\"")) }),
		 false, IT_DECISION_BLOCKED, "CVE-9", "are critical");
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
	comes_to(NO_CRITICAL, documents, false, IT_DECISION_BLOCKED, "AVD-1", "are critical");
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

/* --- VEX --- */

#define WITH_VEX GATE("\"limits\":{\"critical\":0},\"vex\":{\"authors\":[\"Alice\",\"Debian\"]}")
#define SAYS(statement)                                                                            \
	"{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"@id\":\"x\",\"author\":\"Alice\","      \
	"\"timestamp\":\"2026-01-10T00:00:00Z\",\"version\":1,\"statements\":[" statement "]}"
#define ABOUT(products, status)                                                                    \
	"{\"vulnerability\":{\"name\":\"CVE-2026-1\"},\"products\":[" products "],\"status\":"     \
	"\"" status "\",\"justification\":\"component_not_present\",\"action_statement\":\"do\"}"
#define DATED(time, products, status)                                                              \
	"{\"timestamp\":\"" time                                                                   \
	"\",\"vulnerability\":{\"name\":\"CVE-2026-1\"},\"products\":[" products                   \
	"],\"status\":\"" status                                                                   \
	"\",\"justification\":\"component_not_present\",\"action_statement\":\"do\"}"
#define PRODUCT(purl) "{\"@id\":\"" purl "\"}"
#define INSIDE(purl, component)                                                                    \
	"{\"@id\":\"" purl "\",\"subcomponents\":[{\"@id\":\"" component "\"}]}"
#define EXACT PRODUCT("pkg:deb/debian/zlib1g@1.2.13")
#define OPEN PRODUCT("pkg:deb/debian/zlib1g")
#define SCANNED                                                                                    \
	{                                                                                          \
		VULNS, SCAN(CRITICAL), "registry.example.com/team/app:1.0", NULL                   \
	}

static void vex_case(const char *gate, const char *vex, bool passed, enum it_decision_kind kind,
		     const char *text)
{
	comes_to(gate, DOCUMENTS(SCANNED, { .type = OPENVEX, .predicate = vex }), passed, kind,
		 "CVE-2026-1", text);
}

static void lets_pass_what_vex_says_is_not_affected(void **state)
{
	(void)state;
	vex_case(WITH_VEX, SAYS(ABOUT(EXACT, "not_affected")), true, IT_DECISION_ALLOWED,
		 "vex b.json statements[0] (not_affected: component_not_present) by Alice of "
		 "2026-01-10T00:00:00Z");
	vex_case(WITH_VEX, SAYS(ABOUT(EXACT, "fixed")), true, IT_DECISION_ALLOWED, "(fixed");
	vex_case(WITH_VEX, SAYS(ABOUT(OPEN, "not_affected")), true, IT_DECISION_ALLOWED,
		 "for every version");
	vex_case(WITH_VEX, SAYS(ABOUT(EXACT, "affected")), false, IT_DECISION_REMARK,
		 "is the one that counts, and clears nothing");
	vex_case(WITH_VEX, SAYS(ABOUT(EXACT, "under_investigation")), false, IT_DECISION_REMARK,
		 "is the one that counts, and clears nothing");
}

static void takes_vex_only_from_whom_the_layout_names(void **state)
{
	(void)state;
	vex_case(NO_CRITICAL, SAYS(ABOUT(EXACT, "not_affected")), false, IT_DECISION_REMARK,
		 "the layout lets no VEX statement count");
	vex_case(GATE("\"limits\":{\"critical\":0},\"vex\":{\"authors\":[\"Bob\"]}"),
		 SAYS(ABOUT(EXACT, "not_affected")), false, IT_DECISION_REMARK,
		 "its author 'Alice' is not among those whom the layout names");
	vex_case(GATE("\"limits\":{\"critical\":0},\"vex\":{\"functionaries\":[\"ab\"]}"),
		 SAYS(ABOUT(EXACT, "not_affected")), false, IT_DECISION_REMARK,
		 "it is signed by none of those whom the layout names");
	vex_case(GATE("\"limits\":{\"critical\":0},\"vex\":{\"authors\":[\"Alice\"],"
		      "\"statuses\":[\"fixed\"]}"),
		 SAYS(ABOUT(EXACT, "not_affected")), false, IT_DECISION_REMARK, "clears nothing");
	vex_case(GATE("\"limits\":{\"critical\":0},\"vex\":{\"authors\":[\"Alice\"],"
		      "\"justifications\":[\"vulnerable_code_not_present\"]}"),
		 SAYS(ABOUT(EXACT, "not_affected")), false, IT_DECISION_REMARK,
		 "its justification is none that the layout accepts");
	vex_case(GATE("\"limits\":{\"critical\":0},\"vex\":{\"authors\":[\"Alice\"],"
		      "\"maxAge\":\"7d\"}"),
		 SAYS(ABOUT(EXACT, "not_affected")), false, IT_DECISION_REMARK,
		 "it is older than the layout allows");
	vex_case(GATE("\"limits\":{\"critical\":0},\"vex\":{\"authors\":[\"Alice\"],"
		      "\"versioned\":true}"),
		 SAYS(ABOUT(OPEN, "not_affected")), false, IT_DECISION_REMARK,
		 "it names no version, and the layout wants one");
}

static void explains_why_a_statement_does_not_match(void **state)
{
	static const char *const cases[][2] = {
		{ PRODUCT("pkg:deb/debian/zlib1g@1.2.11"),
		  "it is about version 1.2.11, the finding about 1.2.13" },
		{ PRODUCT("pkg:deb/debian/zlib@1.2.13"), "it is about pkg:deb/debian/zlib@1.2.13" },
		{ PRODUCT("pkg:rpm/debian/zlib1g@1.2.13"), "it is about pkg:rpm/debian/zlib1g" },
		{ PRODUCT("pkg:deb/debian/zlib1g@1.2.13?arch=arm64"),
		  "it is about arch=arm64, and the finding about amd64" },
		{ PRODUCT("pkg:deb/debian/zlib1g@1.2.13?vendor=x"),
		  "it is about vendor=x, and the finding does not say which" },
		{ PRODUCT("pkg:deb/debian/zlib1g@1.2.13#lib"), "it is about the part #lib alone" },
		{ PRODUCT("https://example.com/app"),
		  "it is about 'https://example.com/app', which has no package URL" },
		{ INSIDE("pkg:oci/other", "pkg:deb/debian/zlib1g@1.2.13"),
		  "it is about the image pkg:oci/other, which is not what was scanned" },
		{ INSIDE("pkg:oci/app?tag=2.0", "pkg:deb/debian/zlib1g@1.2.13"),
		  "which is not what was scanned" },
		{ INSIDE("pkg:oci/app?repository_url=ghcr.io/team/app",
			 "pkg:deb/debian/zlib1g@1.2.13"),
		  "which is not what was scanned" },
		{ INSIDE("pkg:oci/app?arch=arm64", "pkg:deb/debian/zlib1g@1.2.13"),
		  "nobody knows the architecture" },
		{ INSIDE("pkg:oci/app@sha256%3A" B64, "pkg:deb/debian/zlib1g@1.2.13"),
		  "it is about sha256:" B64 ", which is not what was scanned" },
		{ INSIDE("pkg:oci/app@sha256%3A" A64, "pkg:deb/debian/zlib1g@1.2.11"),
		  "in its component, it is about version 1.2.11" },
		{ INSIDE("pkg:oci/app", "pkg:deb/debian/perl"),
		  "in its component, it is about pkg:deb/debian/perl" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(cases); i++) {
		char vex[2048];

		(void)snprintf(vex, sizeof vex,
			       "{\"@context\":\"https://openvex.dev/ns\",\"@id\":\"x\",\"author\":"
			       "\"Alice\",\"timestamp\":\"2026-01-10T00:00:00Z\",\"version\":1,"
			       "\"statements\":[{\"vulnerability\":{\"name\":\"CVE-2026-1\"},"
			       "\"products\":[%s],\"status\":\"not_affected\","
			       "\"justification\":\"component_not_present\"}]}",
			       cases[i][0]); /* fits */
		vex_case(WITH_VEX, vex, false, IT_DECISION_REMARK, cases[i][1]);
	}
}

static void matches_images_and_their_components(void **state)
{
	static const char *const cases[] = {
		INSIDE("pkg:oci/app@sha256%3A" A64, "pkg:deb/debian/zlib1g@1.2.13"),
		INSIDE("pkg:oci/app@sha256%3A" A64, "pkg:deb/debian/zlib1g"),
		/* A digest is the image in every registry (anchore/grype#3657). */
		INSIDE("pkg:oci/other@sha256%3A" A64 "?repository_url=ghcr.io/x/other&tag=9",
		       "pkg:deb/debian/zlib1g@1.2.13"),
		INSIDE("pkg:oci/app", "pkg:deb/debian/zlib1g@1.2.13"),
		INSIDE("pkg:oci/app?tag=1.0", "pkg:deb/debian/zlib1g@1.2.13"),
		INSIDE("pkg:oci/app?repository_url=registry.example.com/team/app",
		       "pkg:deb/debian/zlib1g@1.2.13"),
		INSIDE("pkg:docker/team/app@1.0?repository_url=registry.example.com",
		       "pkg:deb/debian/zlib1g@1.2.13"),
		INSIDE("registry.example.com/team/app:1.0", "pkg:deb/debian/zlib1g@1.2.13"),
		/* The whole image: everything in it. */
		PRODUCT("pkg:oci/app@sha256%3A" A64),
		"{\"@id\":\"whatever\",\"hashes\":{\"sha-256\":\"" A64 "\"}}",
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(cases); i++) {
		char vex[2048];

		(void)snprintf(vex, sizeof vex,
			       "{\"@context\":\"https://openvex.dev/ns\",\"@id\":\"x\",\"author\":"
			       "\"Alice\",\"timestamp\":\"2026-01-10T00:00:00Z\",\"version\":1,"
			       "\"statements\":[{\"vulnerability\":{\"name\":\"CVE-2026-1\"},"
			       "\"products\":[%s],\"status\":\"not_affected\","
			       "\"justification\":\"component_not_present\"}]}",
			       cases[i]); /* fits */
		vex_case(WITH_VEX, vex, true, IT_DECISION_ALLOWED, "vex b.json statements[0]");
	}
}

static void goes_by_names_that_the_layout_gives(void **state)
{
	static const char gate[] =
		GATE("\"limits\":{\"critical\":0},\"vex\":{\"authors\":[\"Alice\"]"
		     ",\"products\":[\"pkg:generic/app@1.0\"]}");

	(void)state;
	vex_case(
		gate,
		SAYS(ABOUT(INSIDE("pkg:generic/app@1.0", "pkg:deb/debian/zlib1g"), "not_affected")),
		true, IT_DECISION_ALLOWED, "b.json");
	vex_case(
		gate,
		SAYS(ABOUT(INSIDE("pkg:generic/app@2.0", "pkg:deb/debian/zlib1g"), "not_affected")),
		false, IT_DECISION_REMARK,
		"it is about pkg:generic/app@2.0, and the product is pkg:generic/app@1.0");
	vex_case(
		WITH_VEX,
		SAYS(ABOUT(INSIDE("pkg:generic/app@1.0", "pkg:deb/debian/zlib1g"), "not_affected")),
		false, IT_DECISION_REMARK, "which is not known to be what was scanned");
}

/* docker-hardened-images/advisories#1827 */
static void does_not_widen_versions_by_an_open_purl(void **state)
{
	(void)state;
	vex_case(WITH_VEX,
		 SAYS(ABOUT(OPEN "," PRODUCT("pkg:deb/debian/zlib1g@1.2.11"), "not_affected")),
		 false, IT_DECISION_REMARK,
		 "it names versions of the package, of which this is none, and its package URL "
		 "without a version does not widen that");
	vex_case(WITH_VEX, SAYS(ABOUT(EXACT "," OPEN, "not_affected")), true, IT_DECISION_ALLOWED,
		 "b.json");
}

static void lets_the_later_statement_win(void **state)
{
	(void)state;
	vex_case(WITH_VEX,
		 SAYS(DATED("2026-01-01T00:00:00Z", EXACT,
			    "affected") "," DATED("2026-01-05T00:00:00Z", EXACT, "not_affected")),
		 true, IT_DECISION_ALLOWED, "statements[1]");
	vex_case(WITH_VEX,
		 SAYS(DATED("2026-01-05T00:00:00Z", EXACT,
			    "not_affected") "," DATED("2026-01-06T00:00:00Z", EXACT, "affected")),
		 false, IT_DECISION_REMARK,
		 "statements[0] (not_affected: component_not_present) does not count: a later "
		 "statement replaces it, vex b.json statements[1] (affected");
	vex_case(WITH_VEX,
		 SAYS(DATED("2026-01-05T00:00:00Z", EXACT,
			    "not_affected") "," DATED("2026-01-05T00:00:00Z", EXACT, "affected")),
		 false, IT_DECISION_REMARK, "another statement of the same time and precision");
	vex_case(WITH_VEX, SAYS(DATED("2027-01-05T00:00:00Z", EXACT, "not_affected")), false,
		 IT_DECISION_REMARK, "it is dated in the future");
}

static void lets_the_versioned_statement_go_first(void **state)
{
	(void)state;
	/* About every version, and older: the exact one decides. */
	vex_case(WITH_VEX,
		 SAYS(DATED("2026-01-01T00:00:00Z", OPEN,
			    "affected") "," DATED("2026-01-02T00:00:00Z", EXACT, "fixed")),
		 true, IT_DECISION_ALLOWED, "statements[1]");
	/* About every version, and newer: it cannot clear what the exact one says … */
	vex_case(WITH_VEX,
		 SAYS(DATED("2026-01-01T00:00:00Z", EXACT,
			    "affected") "," DATED("2026-01-02T00:00:00Z", OPEN, "not_affected")),
		 false, IT_DECISION_REMARK,
		 "statements[1] (not_affected: component_not_present) does not count: a statement "
		 "about the very version goes before it");
	/* … but it can take a clearing back. */
	vex_case(WITH_VEX,
		 SAYS(DATED("2026-01-01T00:00:00Z", EXACT,
			    "not_affected") "," DATED("2026-01-02T00:00:00Z", OPEN, "affected")),
		 false, IT_DECISION_REMARK, "a later statement replaces it");
}

static void takes_no_statement_without_its_reason(void **state)
{
	(void)state;
	vex_case(WITH_VEX,
		 SAYS("{\"vulnerability\":{\"name\":\"CVE-2026-1\"},\"products\":[" EXACT
		      "],\"status\":\"not_affected\"}"),
		 false, IT_DECISION_REMARK,
		 "it gives neither a justification nor an impact statement");
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED, { .type = OPENVEX, .predicate = "{\"@context\":\"x\"}" }),
		 false, IT_DECISION_REMARK, "b.json", "cannot be read as VEX, and clears nothing");
}

static void finds_statements_by_an_alias(void **state)
{
	(void)state;
	vex_case(WITH_VEX,
		 SAYS("{\"vulnerability\":{\"name\":\"DSA-1\",\"aliases\":[\"cve-2026-1\"]},"
		      "\"products\":[" EXACT "],\"status\":\"fixed\"}"),
		 true, IT_DECISION_ALLOWED, "b.json statements[0]");
}

#define CSAF_SAYS(status, tree, vulnerability)                                                     \
	"{\"document\":{\"category\":\"csaf_vex\",\"csaf_version\":\"2.0\",\"publisher\":"         \
	"{\"name\":\"Debian\",\"namespace\":\"https://debian.org\"},\"tracking\":{\"id\":\"D1\","  \
	"\"status\":\"" status "\",\"current_release_date\":\"2026-01-10T00:00:00+01:00\"}},"      \
	"\"product_tree\":" tree ",\"vulnerabilities\":[{\"cve\":\"CVE-2026-1\"," vulnerability    \
	"}]}"
#define CSAF_TREE                                                                                  \
	"{\"branches\":[{\"category\":\"vendor\",\"name\":\"Debian\",\"branches\":[{\"category\":" \
	"\"product_version\",\"name\":\"1.2.13\",\"product\":{\"product_id\":\"Z\",\"name\":"      \
	"\"zlib\",\"product_identification_helper\":{\"purl\":\"pkg:deb/debian/zlib1g@1.2.13\"}}}" \
	",{\"category\":\"product_version_range\",\"name\":\"vers:deb/<1.3\",\"product\":{"        \
	"\"product_id\":\"R\",\"name\":\"zlib\",\"product_identification_helper\":{\"purl\":"      \
	"\"pkg:deb/debian/zlib1g\"}}}]}],\"full_product_names\":[{\"product_id\":\"A\",\"name\":"  \
	"\"app\",\"product_identification_helper\":{\"hashes\":[{\"filename\":\"a\","              \
	"\"file_hashes\":[{\"algorithm\":\"sha256\",\"value\":\"" A64 "\"}]}]}}],"                 \
	"\"relationships\":[{\"category\":\"default_component_of\",\"product_reference\":\"Z\","   \
	"\"relates_to_product_reference\":\"A\",\"full_product_name\":{\"product_id\":\"AZ\","     \
	"\"name\":\"zlib in app\"}}]}"
#define CSAF_FLAG(id)                                                                              \
	"\"product_status\":{\"known_not_affected\":[\"" id "\"]},\"flags\":[{\"label\":"          \
	"\"component_not_present\",\"product_ids\":[\"" id "\"]}]"

static void reads_csaf_product_trees(void **state)
{
	static const char *const ids[] = { CSAF_FLAG("Z"), CSAF_FLAG("R"), CSAF_FLAG("A"),
					   CSAF_FLAG("AZ") };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(ids); i++) {
		char vex[4096];

		(void)snprintf(vex, sizeof vex, CSAF_SAYS("final", CSAF_TREE, "%s"),
			       ids[i]); /* fits */
		comes_to(WITH_VEX, DOCUMENTS(SCANNED, { .type = CSAF, .predicate = vex }), true,
			 IT_DECISION_ALLOWED, "CVE-2026-1",
			 "product_status.known_not_affected[0] (not_affected");
	}
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED, { .type = CSAF,
				      .predicate = CSAF_SAYS("draft", CSAF_TREE, CSAF_FLAG("Z")) }),
		 false, IT_DECISION_REMARK, "CVE-2026-1", "its document is a draft");
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED,
			   { .type = CSAF,
			     .predicate = CSAF_SAYS("final", CSAF_TREE,
						    "\"product_status\":{\"known_not_affected\":"
						    "[\"Z\"]}") }),
		 false, IT_DECISION_REMARK, "CVE-2026-1",
		 "neither a flag nor an impact threat gives a reason for it");
	/* In two groups at once: nobody can know. */
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED,
			   { .type = CSAF,
			     .predicate = CSAF_SAYS(
				     "final", CSAF_TREE,
				     "\"product_status\":{\"fixed\":[\"Z\"],\"known_affected\":"
				     "[\"Z\"]},\"remediations\":[{\"category\":\"vendor_fix\","
				     "\"details\":\"x\",\"product_ids\":[\"Z\"]}]") }),
		 false, IT_DECISION_REMARK, "CVE-2026-1", "of the same time");
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED, { .type = CSAF,
				      .predicate = CSAF_SAYS("final", CSAF_TREE, CSAF_FLAG("Q")) }),
		 false, IT_DECISION_REMARK, "b.json", "the product tree has no product_id 'Q'");
}

#define BOM(analysis, affects)                                                                     \
	"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"metadata\":{\"timestamp\":"        \
	"\"2026-01-10T00:00:00Z\",\"authors\":[{\"name\":\"Alice\"}],\"component\":{\"bom-ref\":"  \
	"\"root\",\"name\":\"app\",\"type\":\"application\"}},\"components\":[{\"bom-ref\":\"z\"," \
	"\"purl\":\"pkg:deb/debian/zlib1g@1.2.13\"}],\"vulnerabilities\":[{\"id\":"                \
	"\"CVE-2026-1\"" analysis ",\"affects\":[" affects "]}]}"
#define NOT_REACHABLE                                                                              \
	",\"analysis\":{\"state\":\"not_affected\",\"justification\":\"code_not_reachable\"}"

static void reads_cyclonedx_analyses(void **state)
{
	(void)state;
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED, { .type = CYCLONEDX,
				      .predicate = BOM(NOT_REACHABLE, "{\"ref\":\"z\"}") }),
		 true, IT_DECISION_ALLOWED, "CVE-2026-1", "vulnerabilities[0].affects[0]");
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED, { .type = CYCLONEDX,
				      .predicate = BOM(NOT_REACHABLE, "{\"ref\":\"root\"}") }),
		 true, IT_DECISION_ALLOWED, "CVE-2026-1", "vulnerabilities[0].affects[0]");
	/* About another artifact. */
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED, { .type = CYCLONEDX,
				      .predicate = BOM(NOT_REACHABLE, "{\"ref\":\"z\"}"),
				      NULL,
				      B64 }),
		 false, IT_DECISION_REMARK, "CVE-2026-1",
		 "what its document is about is not what was scanned");
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED, { .type = CYCLONEDX, .predicate = BOM("", "{\"ref\":\"z\"}") }),
		 false, IT_DECISION_BLOCKED, "CVE-2026-1", "are critical");
	comes_to(WITH_VEX,
		 DOCUMENTS(SCANNED,
			   { .type = CYCLONEDX,
			     .predicate = BOM(NOT_REACHABLE,
					      "{\"ref\":\"root\",\"versions\":[{\"range\":"
					      "\"vers:deb/<1.2\",\"status\":\"affected\"}]}") }),
		 false, IT_DECISION_REMARK, "CVE-2026-1",
		 "it is about the versions vers:deb/<1.2, and what was scanned is not known to be");
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
		cmocka_unit_test(lets_pass_what_vex_says_is_not_affected),
		cmocka_unit_test(takes_vex_only_from_whom_the_layout_names),
		cmocka_unit_test(explains_why_a_statement_does_not_match),
		cmocka_unit_test(matches_images_and_their_components),
		cmocka_unit_test(goes_by_names_that_the_layout_gives),
		cmocka_unit_test(does_not_widen_versions_by_an_open_purl),
		cmocka_unit_test(lets_the_later_statement_win),
		cmocka_unit_test(lets_the_versioned_statement_go_first),
		cmocka_unit_test(takes_no_statement_without_its_reason),
		cmocka_unit_test(finds_statements_by_an_alias),
		cmocka_unit_test(reads_csaf_product_trees),
		cmocka_unit_test(reads_cyclonedx_analyses),
		cmocka_unit_test(refuses_what_demands_nothing_or_cannot_be_met),
	};

	return cmocka_run_group_tests_name("the gate vulnerabilities", tests, NULL, NULL);
}

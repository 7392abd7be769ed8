/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate "vulnerabilities": what scanners found, less what VEX statements and exceptions say,
 * stays within limits.
 *
 *   { "gate": "vulnerabilities", "limits": { "critical": 0, "high": 3 }, "scanners": ["grype"…],
 *     "quorum": 1, "vex": { "authors": [NAME…] } … }
 *
 * A limit counts findings of its severity and of every worse one, so that no list of limits can
 * leave the worst out.  docs/gates.md has all members.
 */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "layouts/gates/exception.h"
#include "layouts/gates/findings.h"
#include "layouts/gates/gate.h"
#include "layouts/gates/vex_answers.h"
#include "layouts/gates/vulnerabilities.h"

enum { TEXT_LIMIT = 1 << 20, DAY = 24 * 3600 };

/* Where a finding stands between the two walks over all of them. */
enum standing {
	STANDS_DECIDED, /* its decision is made */
	STANDS_COUNTED, /* it counts against the limits */
	STANDS_BLOCKED, /* whatever the limits say */
};

struct judging {
	struct it_gate_verdict *out;
	const struct it_vulnerabilities *own;
	const struct it_gate_input *input;
	struct it_scans scans;
	struct it_union findings;
	struct it_vex_answers answers;
	enum standing *standing; /* of each finding */
	size_t counted[IT_SEVERITY_UNKNOWN];
	size_t blocked;
	size_t allowed;
	struct intoto_error **err;
};

static void judging_done(struct judging *judging)
{
	it_union_done(&judging->findings);
	it_vex_answers_done(&judging->answers);
	it_scans_done(&judging->scans);
	free(judging->standing);
}

static enum it_severity severity_of(const struct judging *judging, const struct it_united *united)
{
	return united->severity == IT_SEVERITY_UNKNOWN ? judging->own->unknown : united->severity;
}

/* --- who reports it --- */

static bool reports(const struct judging *judging, const struct it_united *united,
		    const char *scanner)
{
	for (size_t i = 0; i < united->report_count; i++)
		if (it_streq(judging->scans.items[united->reports[i].scan].vulns->scanner, scanner))
			return true;
	return false;
}

/* "found by grype, not by trivy": each scanner once, in the order of the evidence. */
static void say_scanners(struct it_buf *out, const struct judging *judging,
			 const struct it_united *united, bool found, const char *before)
{
	for (size_t i = 0; i < judging->scans.count; i++) {
		const char *scanner = judging->scans.items[i].vulns->scanner;
		bool again = false;

		for (size_t j = 0; j < i; j++)
			again = again || it_streq(judging->scans.items[j].vulns->scanner, scanner);
		if (again || reports(judging, united, scanner) != found)
			continue;
		(void)it_buf_add_text(out, before); /* sticks */
		it_text_quote(out, it_span_text(scanner));
		before = ", ";
	}
}

/* "critical (nvd), found by grype, not by trivy" */
static void describe(struct it_buf *out, const struct judging *judging,
		     const struct it_united *united)
{
	(void)it_buf_add_text(out, it_severity_word(united->severity)); /* sticks */
	if (united->rated_by[0]) {
		(void)it_buf_add_text(out, " (");
		it_text_quote(out, it_span_text(united->rated_by));
		(void)it_buf_add_byte(out, ')');
	}
	if (united->severity == IT_SEVERITY_UNKNOWN)
		(void)it_buf_printf(out, ", which counts as %s",
				    it_severity_word(judging->own->unknown));
	say_scanners(out, judging, united, true, ", found by ");
	say_scanners(out, judging, united, false, ", not by ");
}

static int decide(struct judging *judging, const struct it_united *united,
		  enum it_decision_kind kind, const char *by, const char *exception,
		  const char *more)
{
	IT_AUTO(it_buf_done) struct it_buf subject = IT_BUF(TEXT_LIMIT);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_LIMIT);
	int rc;

	it_united_print(&subject, united);
	describe(&text, judging, united);
	rc = it_buf_check(&subject, "the name of a finding", judging->err);
	if (!rc)
		rc = it_buf_check(&text, "the description of a finding", judging->err);
	if (rc)
		return rc;
	judging->blocked += kind == IT_DECISION_BLOCKED || kind == IT_DECISION_UNDECIDED;
	judging->allowed += kind == IT_DECISION_ALLOWED;
	return it_gate_decide(judging->out, kind, it_buf_text(&subject), by, exception,
			      judging->err, "%s: %s", it_buf_text(&text), more);
}

static int remark_all(struct judging *judging, const struct it_united *united,
		      const struct it_strings *remarks)
{
	IT_AUTO(it_buf_done) struct it_buf subject = IT_BUF(TEXT_LIMIT);
	int rc;

	it_united_print(&subject, united);
	rc = it_buf_check(&subject, "the name of a finding", judging->err);
	for (size_t i = 0; !rc && i < remarks->count; i++)
		rc = it_gate_decide(judging->out, IT_DECISION_REMARK, it_buf_text(&subject), NULL,
				    NULL, judging->err, "%s", remarks->items[i]);
	return rc;
}

/* --- what a finding would be blocked for, whatever the limits --- */

enum threat { THREAT_NONE, THREAT_BLOCKS, THREAT_UNTOLD };

static enum threat threat_of(const struct it_vulnerabilities *own, const struct it_united *united,
			     const char **why)
{
	if (own->block_exploited && united->exploited == IT_TOLD_YES) {
		*why = "it is known to be exploited";
		return THREAT_BLOCKS;
	}
	if (own->epss >= 0 && united->epss > own->epss) {
		*why = "its EPSS is over the limit";
		return THREAT_BLOCKS;
	}
	if (own->pass_untold || !it_streq(united->kind, "vulnerability"))
		return THREAT_NONE;
	if (own->block_exploited && united->exploited == IT_TOLD_NOT) {
		*why = "no scanner tells whether it is exploited, and the layout wants to know";
		return THREAT_UNTOLD;
	}
	if (own->epss >= 0 && united->epss < 0) {
		*why = "no scanner tells its EPSS, and the layout limits it";
		return THREAT_UNTOLD;
	}
	return THREAT_NONE;
}

static bool is_counted_kind(const struct it_vulnerabilities *own, const struct it_united *united)
{
	return !own->kinds.count || it_strings_has(&own->kinds, united->kind);
}

/* --- what lets a finding pass --- */

static int ask_vex(struct judging *judging, const struct it_united *united, bool *passes)
{
	IT_AUTO(it_buf_done) struct it_buf by = IT_BUF(TEXT_LIMIT);
	IT_AUTO(it_strings_done) struct it_strings remarks = { 0 };
	const struct it_vex_target target = { united, &judging->scans,
					      &judging->own->vex.products };
	int rc = it_vex_answers_find(&judging->answers, &by, &remarks, &target, judging->err);

	if (!rc)
		rc = remark_all(judging, united, &remarks);
	*passes = !rc && by.len;
	if (!*passes)
		return rc;
	return decide(judging, united, IT_DECISION_ALLOWED, it_buf_text(&by), NULL,
		      "a VEX statement says that it does not matter");
}

/* The artifact, when the scans that report it are of a single one. */
static int only_artifact(struct it_buf *out, const struct judging *judging,
			 const struct it_united *united, struct intoto_error **err)
{
	const char *digests = NULL;
	const char *found;

	for (size_t i = 0; i < united->report_count; i++) {
		const struct it_attestation *attestation =
			judging->scans.items[united->reports[i].scan].evidence->attestation;

		if (attestation->subject_count != 1 ||
		    (digests && it_digests_match(digests, attestation->subjects[0].digests) !=
					IT_DIGESTS_MATCH))
			return INTOTO_OK;
		digests = attestation->subjects[0].digests;
	}
	found = digests ? strstr(digests, "sha256:") : NULL;
	if (!found || (found != digests && found[-1] != ','))
		return INTOTO_OK;
	found += strlen("sha256:");
	(void)it_buf_add(out, found, strcspn(found, ",")); /* sticks */
	return it_buf_check(out, "a digest", err);
}

static int find_producers(struct it_people *out, const struct judging *judging,
			  const struct it_united *united)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < united->report_count; i++) {
		const struct it_gate_evidence *evidence =
			judging->scans.items[united->reports[i].scan].evidence;

		if (evidence->signers)
			rc = it_people_add_all(out, evidence->signers, judging->err);
	}
	return rc;
}

static int ask_exceptions(struct judging *judging, const struct it_united *united, bool *passes)
{
	IT_AUTO(it_buf_done) struct it_buf package = IT_BUF(TEXT_LIMIT);
	IT_AUTO(it_buf_done) struct it_buf sha256 = IT_BUF(1024);
	IT_AUTO(it_buf_done) struct it_buf by = IT_BUF(TEXT_LIMIT);
	IT_AUTO(it_strings_done) struct it_strings why_not = { 0 };
	IT_AUTO(it_people_done) struct it_people producers = { 0 };
	struct it_exception_query query = {
		.gate = "vulnerabilities",
		.step = judging->input->step,
		.ids = &united->ids,
		.producers = &producers,
	};
	const char *id = NULL;
	int rc = find_producers(&producers, judging, united);

	if (united->purl)
		it_purl_print(&package, united->purl, IT_PURL_VERSION);
	else
		(void)it_buf_add_text(&package,
				      united->package ? united->package : ""); /* sticks */
	if (!rc)
		rc = it_buf_check(&package, "a package", judging->err);
	if (!rc)
		rc = only_artifact(&sha256, judging, united, judging->err);
	query.package = package.len ? it_buf_text(&package) : NULL;
	query.sha256 = sha256.len ? it_buf_text(&sha256) : NULL;
	if (!rc)
		rc = it_exceptions_find(judging->input->exceptions, &query, &id, &by, &why_not,
					judging->err);
	if (!rc)
		rc = remark_all(judging, united, &why_not);
	*passes = !rc && id;
	if (!*passes)
		return rc;
	return decide(judging, united, IT_DECISION_ALLOWED, it_buf_text(&by), id,
		      "an exception covers it");
}

static int ask_grace(struct judging *judging, const struct it_united *united, bool *passes)
{
	const struct it_vulnerabilities *own = judging->own;
	enum it_severity severity = severity_of(judging, united);
	int64_t from = own->from_detection ? united->detected : united->published;
	int64_t now = judging->input->now;
	IT_AUTO(it_buf_done) struct it_buf by = IT_BUF(256);
	char until[IT_TIME_SIZE];

	*passes = false;
	if (!own->grace[severity] || !from || from > now || now - from >= own->grace[severity])
		return INTOTO_OK;
	it_time_format(until, from + own->grace[severity]);
	(void)it_buf_printf(&by, "the grace of %lld hours from its %s, until %s",
			    (long long)(own->grace[severity] / 3600),
			    own->from_detection ? "detection" : "publication", until); /* fits */
	*passes = true;
	return decide(judging, united, IT_DECISION_ALLOWED, it_buf_text(&by), NULL, "it is new");
}

/* What would count against a limit, and does not. */
static int ask_limits(struct judging *judging, const struct it_united *united, bool *passes)
{
	const struct it_vulnerabilities *own = judging->own;

	*passes = true;
	if (own->fixed_only && !united->fixable)
		return decide(judging, united, IT_DECISION_ALLOWED, "\"fixedOnly\"", NULL,
			      "no fix exists");
	return ask_grace(judging, united, passes);
}

/* --- the two walks --- */

static int ask_all(struct judging *judging, const struct it_united *united, bool limits,
		   bool *passes)
{
	int rc = limits ? ask_limits(judging, united, passes) : INTOTO_OK;

	if (!rc && !*passes)
		rc = ask_vex(judging, united, passes);
	if (!rc && !*passes)
		rc = ask_exceptions(judging, united, passes);
	return rc;
}

static int weigh(struct judging *judging, size_t index)
{
	const struct it_vulnerabilities *own = judging->own;
	const struct it_united *united = &judging->findings.items[index];
	enum it_severity severity = severity_of(judging, united);
	const char *why = "";
	enum threat threat;
	bool passes = false;
	int rc;

	if (!is_counted_kind(own, united))
		return decide(judging, united, IT_DECISION_FINE, NULL, NULL,
			      "the gate does not count this kind of finding");
	if (own->accept_suppressed && united->suppressed)
		return decide(judging, united, IT_DECISION_ALLOWED, "the scanner's own suppression",
			      NULL,
			      united->suppressed_by ? "it was suppressed with a reason"
						    : "it was suppressed without a reason");
	threat = threat_of(own, united, &why);
	if (threat == THREAT_NONE && it_vulnerabilities_limit(own, severity) < 0)
		return decide(judging, united, IT_DECISION_FINE, NULL, NULL, "no limit counts it");
	rc = ask_all(judging, united, threat == THREAT_NONE, &passes);
	if (rc || passes)
		return rc;
	if (threat != THREAT_NONE) {
		judging->standing[index] = STANDS_BLOCKED;
		return decide(judging, united,
			      threat == THREAT_UNTOLD ? IT_DECISION_UNDECIDED : IT_DECISION_BLOCKED,
			      NULL, NULL, why);
	}
	judging->standing[index] = STANDS_COUNTED;
	judging->counted[severity]++;
	return INTOTO_OK;
}

/* How many findings count that are at least so severe. */
static size_t count_from(const struct judging *judging, enum it_severity severity)
{
	size_t count = 0;

	for (unsigned i = severity; i < IT_SEVERITY_UNKNOWN; i++)
		count += judging->counted[i];
	return count;
}

/* A limit at or below the severity that is passed over; UNKNOWN: none is. */
static enum it_severity broken_limit(const struct judging *judging, enum it_severity severity)
{
	for (int i = (int)severity; i >= 0; i--) {
		int64_t limit = judging->own->limits[i];

		if (limit >= 0 && count_from(judging, (enum it_severity)i) > (size_t)limit)
			return (enum it_severity)i;
	}
	return IT_SEVERITY_UNKNOWN;
}

static int settle(struct judging *judging, size_t index)
{
	const struct it_united *united = &judging->findings.items[index];
	enum it_severity broken = broken_limit(judging, severity_of(judging, united));
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1024);
	size_t count;

	if (judging->standing[index] != STANDS_COUNTED)
		return INTOTO_OK;
	if (broken == IT_SEVERITY_UNKNOWN)
		return decide(judging, united, IT_DECISION_FINE, NULL, NULL, "within the limits");
	count = count_from(judging, broken);
	(void)it_buf_printf(&text, "%zu %s %s%s, and at most %lld may be", count,
			    count == 1 ? "finding is" : "findings are", it_severity_word(broken),
			    broken == IT_SEVERITY_CRITICAL ? "" : " or worse",
			    (long long)judging->own->limits[broken]); /* fits */
	return decide(judging, united, IT_DECISION_BLOCKED, NULL, NULL, it_buf_text(&text));
}

static int judge_findings(struct judging *judging)
{
	int rc = it_union_make(&judging->findings, &judging->scans, &judging->own->sources,
			       judging->err);

	if (rc)
		return rc;
	judging->standing = calloc(judging->findings.count + 1, sizeof *judging->standing);
	if (!judging->standing)
		return it_err_nomem(judging->err);
	for (size_t i = 0; !rc && i < judging->findings.count; i++)
		rc = weigh(judging, i);
	for (size_t i = 0; !rc && i < judging->findings.count; i++)
		rc = settle(judging, i);
	return rc;
}

/* A scan that found nothing is told too: without any decision a gate does not pass. */
static int tell_scans(struct judging *judging)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < judging->scans.count; i++) {
		const struct it_scan *scan = &judging->scans.items[i];

		if (!scan->unfit)
			rc = it_gate_decide(judging->out, IT_DECISION_FINE, scan->evidence->name,
					    NULL, NULL, judging->err, "is a scan by %s with %zu %s",
					    scan->vulns->scanner, scan->vulns->count,
					    scan->vulns->count == 1 ? "finding" : "findings");
	}
	return rc;
}

extern const struct it_gate_kind it_gate_vulnerabilities;

static int judge(struct it_gate_verdict *out, const void *demand, const struct it_gate_input *input,
		 struct intoto_error **err)
{
	IT_AUTO(judging_done)
	struct judging judging = { .out = out, .own = demand, .input = input, .err = err };
	int rc = it_scans_read(&judging.scans, out, judging.own, input, err);

	if (!rc && !judging.scans.count)
		rc = it_gate_block_for_nothing(out, &it_gate_vulnerabilities, input,
					       "a scan for vulnerabilities", err);
	if (!rc)
		rc = tell_scans(&judging);
	if (!rc)
		rc = it_scans_judge_quorum(&judging.scans, out, judging.own, err);
	if (!rc)
		rc = it_vex_answers_read(&judging.answers, out, &judging.own->vex, input, err);
	if (!rc)
		rc = judge_findings(&judging);
	return rc ? rc
		  : it_gate_conclude(out, err, "%zu %s of %zu %s: %zu blocked, %zu allowed",
				     judging.findings.count,
				     judging.findings.count == 1 ? "finding" : "findings",
				     judging.scans.count,
				     judging.scans.count == 1 ? "scan" : "scans", judging.blocked,
				     judging.allowed);
}

static const char *const predicates[] = { "vulns", "vex", "sbom-cyclonedx", NULL };

const struct it_gate_kind it_gate_vulnerabilities = {
	.name = "vulnerabilities",
	.summary = "what scanners found stays within limits",
	.read = it_vulnerabilities_read,
	.free = it_vulnerabilities_free,
	.clauses = it_vulnerabilities_clauses,
	.predicates = predicates,
	.judge = judge,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* Which scans count, and whether enough scanners looked at each artifact. */
#include "layouts/gates/scans.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum {
	CLOCKS_DIFFER = 600, /* seconds that clocks of honest machines may differ */
	FEW_SUBJECTS = 64,   /* that are compared one by one */
	WHY_LIMIT = 1024,
	NAME_SHOWN = 200,
};

void it_scans_done(struct it_scans *scans)
{
	for (size_t i = 0; i < scans->count; i++) {
		it_vulns_free(scans->items[i].vulns);
		free(scans->items[i].unfit);
		free(scans->items[i].digests);
	}
	free(scans->items);
	*scans = (struct it_scans){ 0 };
}

/* --- whether a scan counts --- */

static void say_age(struct it_buf *why, const char *what, int64_t age, int64_t most)
{
	(void)it_buf_printf(why, "%s is %lld hours old, and at most %lld may be", what,
			    (long long)(age / 3600), (long long)(most / 3600)); /* sticks */
}

static void check_database(struct it_buf *why, const struct it_vulnerabilities *own,
			   const struct it_vulns *vulns)
{
	int64_t age = vulns->finished - vulns->database;

	if (!own->database_age)
		return;
	if (!vulns->database)
		(void)it_buf_add_text(why, "it does not say when its database was updated");
	else if (age < -CLOCKS_DIFFER)
		(void)it_buf_add_text(why, "its database is younger than the scan");
	else if (age > own->database_age)
		say_age(why, "its database", age, own->database_age);
}

static void check_scan(struct it_buf *why, const struct it_vulnerabilities *own,
		       const struct it_vulns *vulns, int64_t now)
{
	if (!vulns->complete) {
		(void)it_buf_add_text(why, vulns->incomplete);
		return;
	}
	if (vulns->finished > now + CLOCKS_DIFFER) {
		(void)it_buf_add_text(why, "it ended in the future");
		return;
	}
	if (own->scan_age && now - vulns->finished > own->scan_age) {
		say_age(why, "it", now - vulns->finished, own->scan_age);
		return;
	}
	check_database(why, own, vulns);
}

/* --- subjects --- */

static int order(const void *a, const void *b)
{
	const char *const *left = a;
	const char *const *right = b;

	return strcmp(*left, *right);
}

static int sort_subjects(struct it_scan *scan, struct intoto_error **err)
{
	const struct it_attestation *attestation = scan->evidence->attestation;

	scan->digests = calloc(attestation->subject_count + 1, sizeof *scan->digests);
	if (!scan->digests)
		return it_err_nomem(err);
	for (size_t i = 0; i < attestation->subject_count; i++)
		scan->digests[i] = attestation->subjects[i].digests;
	qsort(scan->digests, attestation->subject_count, sizeof *scan->digests, order);
	return INTOTO_OK;
}

bool it_scan_has_digests(const struct it_scan *scan, const char *digests)
{
	size_t count = scan->evidence->attestation->subject_count;

	if (bsearch(&digests, scan->digests, count, sizeof *scan->digests, order))
		return true;
	/* Sets of different algorithms may mean the same bytes. */
	for (size_t i = 0; count <= FEW_SUBJECTS && i < count; i++)
		if (it_digests_match(scan->digests[i], digests) == IT_DIGESTS_MATCH)
			return true;
	return false;
}

/* --- reading --- */

static int read_one(struct it_scans *out, struct it_gate_verdict *verdict,
		    const struct it_vulnerabilities *own, const struct it_gate_evidence *evidence,
		    int64_t now, struct intoto_error **err)
{
	static const struct it_where where = { NULL, "predicate", 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *unreadable = NULL;
	IT_AUTO(it_buf_done) struct it_buf why = IT_BUF(WHY_LIMIT);
	struct it_scan *scan = &out->items[out->count];
	int rc = it_vulns_read(&scan->vulns, evidence->attestation->predicate,
			       evidence->attestation->type, &where, &unreadable);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc)
		return it_gate_decide(verdict, IT_DECISION_UNDECIDED, evidence->name, NULL, NULL,
				      err, "cannot be read as a scan: %s",
				      intoto_error_text(unreadable));
	scan->evidence = evidence;
	out->count++;
	rc = sort_subjects(scan, err);
	check_scan(&why, own, scan->vulns, now);
	if (rc || !why.len)
		return rc;
	scan->unfit = it_buf_take(&why);
	if (!scan->unfit)
		return it_err_nomem(err);
	return it_gate_decide(verdict, IT_DECISION_REMARK, evidence->name, NULL, NULL, err,
			      "does not count as a scan by %s: %s", scan->vulns->scanner,
			      scan->unfit);
}

int it_scans_read(struct it_scans *out, struct it_gate_verdict *verdict,
		  const struct it_vulnerabilities *own, const struct it_gate_input *input,
		  struct intoto_error **err)
{
	int rc = INTOTO_OK;

	out->items = calloc(input->count + 1, sizeof *out->items);
	if (!out->items)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < input->count; i++)
		if (it_predicate_is(input->evidence[i].attestation->type, "vulns"))
			rc = read_one(out, verdict, own, &input->evidence[i], input->now, err);
	return rc;
}

/* --- who scanned what --- */

static bool is_scanner(const struct it_scan *scan, const char *name)
{
	return it_streq_nocase(scan->vulns->scanner, name) || it_streq(scan->vulns->uri, name);
}

static bool scanned(const struct it_scan *scan, const char *digests)
{
	return !scan->unfit && it_scan_has_digests(scan, digests);
}

/* How many of the layout's scanners have scanned it. */
static size_t count_named(const struct it_scans *scans, const struct it_strings *names,
			  const char *digests)
{
	size_t found = 0;

	for (size_t i = 0; i < names->count; i++) {
		bool seen = false;

		for (size_t j = 0; !seen && j < scans->count; j++)
			seen = is_scanner(&scans->items[j], names->items[i]) &&
			       scanned(&scans->items[j], digests);
		found += seen;
	}
	return found;
}

/* How many different ones have. */
static size_t count_any(const struct it_scans *scans, const char *digests)
{
	size_t found = 0;

	for (size_t i = 0; i < scans->count; i++) {
		bool again = !scanned(&scans->items[i], digests);

		for (size_t j = 0; !again && j < i; j++)
			again = it_streq_nocase(scans->items[j].vulns->scanner,
						scans->items[i].vulns->scanner) &&
				scanned(&scans->items[j], digests);
		found += !again;
	}
	return found;
}

static void name_missing(struct it_buf *out, const struct it_scans *scans,
			 const struct it_strings *names, const char *digests)
{
	const char *before = ": not by ";

	for (size_t i = 0; i < names->count; i++) {
		bool seen = false;

		for (size_t j = 0; !seen && j < scans->count; j++)
			seen = is_scanner(&scans->items[j], names->items[i]) &&
			       scanned(&scans->items[j], digests);
		if (seen)
			continue;
		(void)it_buf_printf(out, "%s%s", before, names->items[i]); /* sticks */
		before = ", ";
	}
}

static int judge_subject(const struct it_scans *scans, struct it_gate_verdict *verdict,
			 const struct it_vulnerabilities *own,
			 const struct it_attested_subject *subject, bool *short_of,
			 struct intoto_error **err)
{
	const struct it_strings *names = &own->scanners;
	IT_AUTO(it_buf_done) struct it_buf missing = IT_BUF(1 << 20);
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(8 * NAME_SHOWN + 16);
	size_t found = names->count ? count_named(scans, names, subject->digests)
				    : count_any(scans, subject->digests);
	int rc;

	*short_of = found < (size_t)own->quorum;
	if (!*short_of)
		return INTOTO_OK;
	name_missing(&missing, scans, names, subject->digests);
	rc = it_buf_check(&missing, "a list of scanners", err);
	if (rc)
		return rc;
	it_text_quote(&name, subject->name.len
				     ? it_span(subject->name.data, subject->name.len > NAME_SHOWN
									   ? NAME_SHOWN
									   : subject->name.len)
				     : it_span_text("an artifact without a name"));
	return it_gate_decide(
		verdict, IT_DECISION_BLOCKED, it_buf_text(&name), NULL, NULL, err,
		"was scanned, as far as scans count, by %zu of the %lld scanners that "
		"must have scanned it%s",
		found, (long long)own->quorum, it_buf_text(&missing));
}

/* Whether an earlier document is about it too: it was judged there. */
static bool was_judged(const struct it_scans *scans, size_t index, const char *digests)
{
	for (size_t i = 0; i < index; i++)
		if (it_scan_has_digests(&scans->items[i], digests))
			return true;
	return false;
}

int it_scans_judge_quorum(const struct it_scans *scans, struct it_gate_verdict *verdict,
			  const struct it_vulnerabilities *own, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < scans->count; i++) {
		const struct it_attestation *attestation = scans->items[i].evidence->attestation;
		bool short_of = false;

		/* The first that is missed says it: the others of the document are the same case.
		 */
		for (size_t j = 0; !rc && !short_of && j < attestation->subject_count; j++)
			if (!was_judged(scans, i, attestation->subjects[j].digests))
				rc = judge_subject(scans, verdict, own, &attestation->subjects[j],
						   &short_of, err);
	}
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Uniting the reports of several scanners. */
#include "layouts/gates/findings.h"

#include <string.h>

#include "base/text.h"
#include "model/version_order.h"

enum {
	NAME_SHOWN = 300,
	PACKAGES_COMPARED = 1000, /* of one name, for one id: more are only told apart less well */
};

/* One id of one report, for sorting: those that may be the same stand side by side. */
struct entry {
	struct it_span name; /* of the package, its last part */
	const char *id;
	size_t report;
};

struct uniting {
	const struct it_scans *scans;
	struct it_report *reports;
	size_t count;
	size_t *leader; /* of each report: an earlier one of the same group, or itself */
};

static void uniting_done(struct uniting *uniting)
{
	free(uniting->reports);
	free(uniting->leader);
}

void it_union_done(struct it_union *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		it_strings_done(&findings->items[i].ids);
	free(findings->items);
	free(findings->reports);
	*findings = (struct it_union){ 0 };
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static int compare_nocase(const char *a, const char *b)
{
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return (unsigned char)lower(*a) - (unsigned char)lower(*b);
}

/* "group:artifact", "@scope/name", "github.com/x/name": scanners differ in what they put before. */
static struct it_span last_part(const struct it_finding *finding)
{
	const char *name = finding->purl ? finding->purl->name : finding->package;
	size_t len = name ? strlen(name) : 0;
	size_t start = len;

	while (start && name[start - 1] != '/' && name[start - 1] != ':')
		start--;
	return it_span(name ? name + start : "", len - start);
}

static int compare_names(struct it_span a, struct it_span b)
{
	for (size_t i = 0; i < a.len && i < b.len; i++)
		if (lower(a.data[i]) != lower(b.data[i]))
			return (unsigned char)lower(a.data[i]) - (unsigned char)lower(b.data[i]);
	return (a.len > b.len) - (a.len < b.len);
}

static int order_entries(const void *a, const void *b)
{
	const struct entry *left = a;
	const struct entry *right = b;
	int order = compare_names(left->name, right->name);

	if (!order)
		order = compare_nocase(left->id, right->id);
	if (!order)
		order = (left->report > right->report) - (left->report < right->report);
	return order;
}

static const char *version_of(const struct it_finding *finding)
{
	if (finding->purl && finding->purl->version[0])
		return finding->purl->version;
	return finding->version;
}

/* Of the same name: whether they may be the same package. */
static bool is_same_package(const struct it_finding *a, const struct it_finding *b)
{
	const char *left = version_of(a);
	const char *right = version_of(b);
	const struct it_purl *purl = a->purl ? a->purl : b->purl;
	enum it_version_scheme scheme = it_version_scheme_of(purl ? purl->type : NULL);

	if (a->purl && b->purl && !it_purl_same(a->purl, b->purl, 0))
		return false;
	if (!it_streq(a->kind, b->kind))
		return false;
	/* Without a package the places tell two findings of one rule apart. */
	if (!purl && !a->package && !b->package)
		return it_streq(a->location, b->location);
	return !left || !right || it_versions_equal(scheme, left, right);
}

static size_t find_leader(struct uniting *uniting, size_t report)
{
	while (uniting->leader[report] != report) {
		uniting->leader[report] = uniting->leader[uniting->leader[report]];
		report = uniting->leader[report];
	}
	return report;
}

static void unite(struct uniting *uniting, size_t a, size_t b)
{
	a = find_leader(uniting, a);
	b = find_leader(uniting, b);
	if (a < b)
		uniting->leader[b] = a;
	else
		uniting->leader[a] = b;
}

/* A report without a version may be one of several versions: it joins the first of them. */
static void unite_run(struct uniting *uniting, const struct entry *run, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t j = 0; j < i && j < PACKAGES_COMPARED; j++)
			if (is_same_package(uniting->reports[run[i].report].finding,
					    uniting->reports[run[j].report].finding)) {
				unite(uniting, run[i].report, run[j].report);
				break;
			}
}

static int count_reports(struct uniting *uniting, size_t *entries, struct intoto_error **err)
{
	size_t total = 0;
	size_t at = 0;

	*entries = 0;
	for (size_t i = 0; i < uniting->scans->count; i++)
		total += uniting->scans->items[i].vulns->count;
	uniting->reports = calloc(total + 1, sizeof *uniting->reports);
	uniting->leader = calloc(total + 1, sizeof *uniting->leader);
	if (!uniting->reports || !uniting->leader)
		return it_err_nomem(err);
	for (size_t i = 0; i < uniting->scans->count; i++) {
		const struct it_vulns *vulns = uniting->scans->items[i].vulns;

		for (size_t j = 0; j < vulns->count; j++, at++) {
			uniting->reports[at] = (struct it_report){ &vulns->items[j], i };
			uniting->leader[at] = at;
			*entries += vulns->items[j].ids.count;
		}
	}
	uniting->count = total;
	return INTOTO_OK;
}

static int unite_all(struct uniting *uniting, struct intoto_error **err)
{
	size_t count = 0;
	size_t at = 0;
	int rc = count_reports(uniting, &count, err);
	IT_AUTO(it_freep) struct entry *entries = rc ? NULL : calloc(count + 1, sizeof *entries);

	if (rc)
		return rc;
	if (!entries)
		return it_err_nomem(err);
	for (size_t i = 0; i < uniting->count; i++) {
		const struct it_finding *finding = uniting->reports[i].finding;

		for (size_t j = 0; j < finding->ids.count; j++)
			entries[at++] =
				(struct entry){ last_part(finding), finding->ids.items[j], i };
	}
	qsort(entries, count, sizeof *entries, order_entries);
	for (size_t i = 0; i < count; i = at) {
		for (at = i + 1; at < count && !compare_names(entries[at].name, entries[i].name) &&
				 !compare_nocase(entries[at].id, entries[i].id);)
			at++;
		unite_run(uniting, entries + i, at - i);
	}
	return INTOTO_OK;
}

/* --- what a group says as a whole: where scanners differ, the worse --- */

static void rate(struct it_united *out, enum it_severity severity, const char *source)
{
	/* A severity that nobody knows gives way to any that somebody does. */
	bool worse = out->severity == IT_SEVERITY_UNKNOWN ||
		     (severity != IT_SEVERITY_UNKNOWN && severity > out->severity);

	if (!worse || severity == IT_SEVERITY_UNKNOWN)
		return;
	out->severity = severity;
	out->rated_by = source;
}

static void rate_by(struct it_united *out, const char *source)
{
	for (size_t i = 0; i < out->report_count; i++) {
		const struct it_finding *finding = out->reports[i].finding;

		for (size_t j = 0; j < finding->rating_count; j++)
			if (!source || it_streq_nocase(finding->ratings[j].source, source))
				rate(out, finding->ratings[j].severity, finding->ratings[j].source);
	}
}

static void rate_all(struct it_united *out, const struct it_strings *sources)
{
	out->severity = IT_SEVERITY_UNKNOWN;
	out->rated_by = "";
	for (size_t i = 0; i < sources->count && out->severity == IT_SEVERITY_UNKNOWN; i++)
		rate_by(out, sources->items[i]);
	if (out->severity == IT_SEVERITY_UNKNOWN)
		rate_by(out, NULL);
}

static void name_package(struct it_united *out, const struct it_finding *finding)
{
	if (!out->purl || (!out->purl->version[0] && finding->purl && finding->purl->version[0]))
		out->purl = finding->purl ? finding->purl : out->purl;
	if (!out->package)
		out->package = finding->package;
	if (!out->version)
		out->version = version_of(finding);
}

static int add_report(struct it_united *out, const struct it_report *report,
		      const struct it_scan *scan, struct intoto_error **err)
{
	const struct it_finding *finding = report->finding;
	int64_t begun = scan->vulns->started ? scan->vulns->started : scan->vulns->finished;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < finding->ids.count; i++)
		if (!it_strings_has(&out->ids, finding->ids.items[i]))
			rc = it_strings_add(&out->ids, finding->ids.items[i], err);
	name_package(out, finding);
	out->kind = finding->kind;
	out->fixable = out->fixable || finding->fix != IT_FIX_NONE;
	if (finding->fixed_in.count && !out->fixed_in)
		out->fixed_in = finding->fixed_in.items[0];
	if (finding->epss > out->epss)
		out->epss = finding->epss;
	if (finding->exploited > out->exploited)
		out->exploited = finding->exploited;
	if (finding->published && (!out->published || finding->published < out->published))
		out->published = finding->published;
	if (begun && (!out->detected || begun < out->detected))
		out->detected = begun;
	out->suppressed = out->suppressed && finding->suppressed;
	if (finding->suppressed_by)
		out->suppressed_by = finding->suppressed_by;
	return rc;
}

/* --- groups as parts of one array --- */

struct place {
	size_t leader;
	size_t report;
};

static int order_places(const void *a, const void *b)
{
	const struct place *left = a;
	const struct place *right = b;

	if (left->leader != right->leader)
		return left->leader < right->leader ? -1 : 1;
	return (left->report > right->report) - (left->report < right->report);
}

static int order_united(const void *a, const void *b)
{
	const struct it_united *left = a;
	const struct it_united *right = b;
	int order = compare_names(last_part(left->reports[0].finding),
				  last_part(right->reports[0].finding));

	if (!order)
		order = compare_nocase(left->ids.items[0], right->ids.items[0]);
	if (!order)
		order = (left->reports > right->reports) - (left->reports < right->reports);
	return order;
}

static int group(struct it_union *out, struct uniting *uniting, const struct place *places,
		 struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < uniting->count; i++) {
		struct it_united *one;

		if (!i || places[i].leader != places[i - 1].leader) {
			one = &out->items[out->count++];
			*one = (struct it_united){ .reports = &out->reports[i],
						   .epss = -1,
						   .suppressed = true };
		}
		one = &out->items[out->count - 1];
		out->reports[i] = uniting->reports[places[i].report];
		one->report_count++;
		rc = add_report(one, &out->reports[i], &uniting->scans->items[out->reports[i].scan],
				err);
	}
	return rc;
}

int it_union_make(struct it_union *out, const struct it_scans *scans,
		      const struct it_strings *sources, struct intoto_error **err)
{
	IT_AUTO(uniting_done) struct uniting uniting = { .scans = scans };
	IT_AUTO(it_freep) struct place *places = NULL;
	int rc = unite_all(&uniting, err);

	if (rc)
		return rc;
	places = calloc(uniting.count + 1, sizeof *places);
	out->items = calloc(uniting.count + 1, sizeof *out->items);
	out->reports = calloc(uniting.count + 1, sizeof *out->reports);
	if (!places || !out->items || !out->reports)
		return it_err_nomem(err);
	for (size_t i = 0; i < uniting.count; i++)
		places[i] = (struct place){ find_leader(&uniting, i), i };
	qsort(places, uniting.count, sizeof *places, order_places);
	rc = group(out, &uniting, places, err);
	for (size_t i = 0; i < out->count; i++)
		rate_all(&out->items[i], sources);
	if (!rc)
		qsort(out->items, out->count, sizeof *out->items, order_united);
	return rc;
}

static void quote(struct it_buf *out, const char *text)
{
	size_t len = strlen(text);

	it_text_quote(out, it_span(text, len > NAME_SHOWN ? NAME_SHOWN : len));
}

void it_united_print(struct it_buf *out, const struct it_united *united)
{
	const struct it_finding *first = united->reports[0].finding;

	quote(out, united->ids.items[0]);
	if (united->purl) {
		(void)it_buf_add_text(out, " in "); /* sticks */
		it_purl_print(out, united->purl, IT_PURL_VERSION);
	} else if (united->package) {
		(void)it_buf_add_text(out, " in ");
		quote(out, united->package);
		if (united->version) {
			(void)it_buf_add_byte(out, '@');
			quote(out, united->version);
		}
	} else if (first->location) {
		(void)it_buf_add_text(out, " at ");
		quote(out, first->location);
	}
}

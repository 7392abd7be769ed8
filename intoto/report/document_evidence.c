/* SPDX-License-Identifier: Apache-2.0 */
/* Of the HTML document: SBOMs and licences, findings, all evidence, and what is not evidenced. */
#include <string.h>

#include "base/text.h"
#include "report/document.h"
#include "report/html.h"

enum { PACKAGES_SHOWN = 5000, FINDINGS_SHOWN = 5000, DOCUMENTS_SHOWN = 2000, LICENSES_SHOWN = 100 };

static void begin_table(struct it_buf *out, const char *const *columns)
{
	size_t count = 0;

	while (columns[count])
		count++;
	it_html(out, "<div class=\"scroll\"><table class=\"rows%s\">\n<thead><tr>",
		count > 6 ? " wide" : "");
	for (; *columns; columns++)
		it_html(out, "<th scope=\"col\">%s</th>", *columns);
	it_html(out, "</tr></thead>\n<tbody>\n");
}

static void end_table(struct it_buf *out, size_t count, size_t shown)
{
	it_html(out, "</tbody></table></div>\n");
	if (count > shown)
		it_html(out, "<p class=\"dim\">and %zu more; --format=json has them all.</p>\n",
			count - shown);
}

/* --- SBOMs --- */

static int compare_texts(const char *a, const char *b)
{
	return it_span_cmp(it_span_text(a), it_span_text(b));
}

struct tally {
	const char *license;
	size_t count;
};

static int compare_names(const void *left, const void *right)
{
	const struct tally *a = left;
	const struct tally *b = right;

	return compare_texts(a->license, b->license);
}

static int compare_counts(const void *left, const void *right)
{
	const struct tally *a = left;
	const struct tally *b = right;

	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return compare_names(left, right);
}

/* NULL without memory. */
static struct tally *count_licenses(const struct it_audit *audit, size_t *count)
{
	struct tally *tallies = calloc(audit->package_count + 1, sizeof *tallies);
	size_t kept = 0;

	if (!tallies)
		return NULL;
	for (size_t i = 0; i < audit->package_count; i++)
		tallies[i] = (struct tally){ audit->packages[i].license, 1 };
	qsort(tallies, audit->package_count, sizeof *tallies, compare_names);
	for (size_t i = 1; i < audit->package_count; i++) {
		if (it_streq(tallies[i].license, tallies[kept].license))
			tallies[kept].count++;
		else
			tallies[++kept] = tallies[i];
	}
	*count = audit->package_count ? kept + 1 : 0;
	qsort(tallies, *count, sizeof *tallies, compare_counts);
	return tallies;
}

static void add_licenses(struct it_buf *out, const struct it_audit *audit)
{
	static const char *const columns[] = { "Licence", "Packages", NULL };
	size_t count = 0;
	IT_AUTO(it_freep) struct tally *tallies = count_licenses(audit, &count);

	if (!tallies) {
		out->failed = INTOTO_E_NOMEM;
		return;
	}
	it_html(out, "<h3>Licences</h3>\n");
	begin_table(out, columns);
	for (size_t i = 0; i < count && i < LICENSES_SHOWN; i++)
		it_html(out, "<tr><th scope=\"row\">%s</th><td data-l=\"Packages\">%zu</td></tr>\n",
			*tallies[i].license ? tallies[i].license : "none is said",
			tallies[i].count);
	end_table(out, count, LICENSES_SHOWN);
}

static void add_packages(struct it_buf *out, const struct it_audit *audit)
{
	static const char *const columns[] = { "Package",  "Version", "Licence",
					       "Supplier", "Source",  NULL };

	it_html(out, "<details%s><summary>All %zu packages</summary>\n",
		audit->package_count <= 40 ? " open" : "", audit->package_count);
	begin_table(out, columns);
	for (size_t i = 0; i < audit->package_count && i < PACKAGES_SHOWN; i++) {
		const struct it_audit_package *one = &audit->packages[i];

		it_html(out,
			"<tr><th scope=\"row\"><span title=\"%s\">%s</span></th><td "
			"data-l=\"Version\">%s</td>"
			"<td data-l=\"Licence\">%s</td><td data-l=\"Supplier\">%s</td><td "
			"data-l=\"Source\"><span>",
			one->purl, one->name, one->version,
			*one->license ? one->license : "none is said", one->supplier);
		it_document_member(out, audit, one->member);
		it_html(out, "</span></td></tr>\n");
	}
	end_table(out, audit->package_count, PACKAGES_SHOWN);
	it_html(out, "</details>\n");
}

void it_document_sbom(struct it_buf *out, const struct it_audit *audit)
{
	const struct it_audit_document *document;
	size_t start = 0;

	it_html(out, "<section aria-labelledby=\"sbom\">\n<h2 id=\"sbom\">What it is made "
		     "of</h2>\n<ul>\n");
	while ((document = it_audit_document(audit, "sbom", &start))) {
		it_html(out, "<li>");
		it_document_member(out, audit, document->member);
		it_html(out, ": %s%s%s</li>\n", document->summary,
			*document->about ? ", about " : "", document->about);
	}
	it_html(out, "</ul>\n");
	if (audit->package_count) {
		add_licenses(out, audit);
		add_packages(out, audit);
	} else {
		it_html(out, "<p>No SBOM in this archive names a package.</p>\n");
	}
	it_html(out, "</section>\n");
}

/* --- findings --- */

static void add_severities(struct it_buf *out, const struct it_audit *audit)
{
	static const enum it_severity order[] = { IT_SEVERITY_CRITICAL,	  IT_SEVERITY_HIGH,
						  IT_SEVERITY_MEDIUM,	  IT_SEVERITY_LOW,
						  IT_SEVERITY_NEGLIGIBLE, IT_SEVERITY_NONE,
						  IT_SEVERITY_UNKNOWN };

	it_html(out, "<p>");
	for (size_t i = 0; i < IT_COUNT_OF(order); i++) {
		size_t count = 0;

		for (size_t j = 0; j < audit->finding_count; j++)
			count += audit->findings[j].severity == order[i];
		if (!count)
			continue;
		it_document_badge(out, it_severity_class(order[i]), it_severity_word(order[i]));
		it_html(out, " %zu &nbsp; ", count);
	}
	it_html(out, "</p>\n");
}

static void add_finding(struct it_buf *out, const struct it_audit *audit,
			const struct it_audit_finding *one)
{
	it_html(out, "<tr><th scope=\"row\">%s</th><td data-l=\"Severity\"><span>", one->id);
	it_document_badge(out, it_severity_class(one->severity), it_severity_word(one->severity));
	it_html(out,
		"</span></td><td data-l=\"Package\">%s %s</td><td data-l=\"Fixed in\">%s</td><td "
		"data-l=\"Said (VEX)\">%s</td><td data-l=\"Decided\"><span>",
		one->package, one->version, one->fix, one->said);
	if (*one->decided) {
		it_document_badge(out,
				  one->blocked	 ? "bad"
				  : one->allowed ? "warn"
						 : "none",
				  one->blocked	 ? "blocks"
				  : one->allowed ? "allowed"
						 : "no limit");
		it_html(out, " %s", one->decided);
	} else {
		it_html(out, "<span class=\"dim\">by no gate</span>");
	}
	it_html(out, "</span></td><td data-l=\"Found by\"><span>%s, ", one->scanner);
	it_document_member(out, audit, one->member);
	it_html(out, "</span></td></tr>\n");
}

static void add_vexes(struct it_buf *out, const struct it_audit *audit)
{
	static const char *const columns[] = { "Vulnerability", "Status", "Product",
					       "Justification", "Words",  "By",
					       "Evidence",	NULL };

	if (!audit->vex_count)
		return;
	it_html(out,
		"<h3>Statements about vulnerabilities (VEX)</h3>\n<p class=\"dim small\">A "
		"statement is the word of its author; whether it counts, a gate decides.</p>\n");
	begin_table(out, columns);
	for (size_t i = 0; i < audit->vex_count && i < FINDINGS_SHOWN; i++) {
		const struct it_audit_vex *one = &audit->vexes[i];

		it_html(out,
			"<tr><th scope=\"row\">%s</th><td data-l=\"Status\">%s</td><td "
			"data-l=\"Product\">%s</td><td data-l=\"Justification\">%s</td><td "
			"data-l=\"Words\">%s</td><td data-l=\"By\">%s</td><td "
			"data-l=\"Evidence\"><span>",
			one->id, one->status, one->product, one->justification, one->impact,
			one->author);
		it_document_member(out, audit, one->member);
		it_html(out, "</span></td></tr>\n");
	}
	end_table(out, audit->vex_count, FINDINGS_SHOWN);
}

void it_document_findings(struct it_buf *out, const struct it_audit *audit)
{
	static const char *const columns[] = { "Id",	     "Severity", "Package",  "Fixed in",
					       "Said (VEX)", "Decided",	 "Found by", NULL };
	size_t start = 0;

	it_html(out, "<section aria-labelledby=\"findings\">\n<h2 id=\"findings\">Findings</h2>\n");
	if (audit->finding_count) {
		add_severities(out, audit);
		begin_table(out, columns);
		for (size_t i = 0; i < audit->finding_count && i < FINDINGS_SHOWN; i++)
			add_finding(out, audit, &audit->findings[i]);
		end_table(out, audit->finding_count, FINDINGS_SHOWN);
	} else if (it_audit_document(audit, "vulns", &start)) {
		it_html(out, "<p>The scans found nothing.</p>\n");
	} else {
		it_html(out,
			"<p>There is no scan for vulnerabilities that can be read, so nothing is "
			"known.</p>\n");
	}
	add_vexes(out, audit);
	it_html(out, "</section>\n");
}

/* --- all evidence --- */

static void add_document(struct it_buf *out, const struct it_audit *audit,
			 const struct it_audit_document *one)
{
	it_html(out, "<tr><th scope=\"row\">");
	it_document_member(out, audit, one->member);
	it_html(out,
		"</th><td data-l=\"Kind\">%s<div class=\"dim small\">%s</div></td><td "
		"data-l=\"About\"><span>%s ",
		*one->sort ? one->sort : "other", one->type, one->about);
	if (*one->digest)
		it_html_digest(out, one->digest);
	it_html(out,
		"</span></td><td data-l=\"Step\">%s</td><td data-l=\"Made by\">%s</td><td "
		"data-l=\"When\"><span>",
		one->step, one->maker);
	it_html_time(out, one->time);
	it_html(out, "</span></td><td data-l=\"Key ids\"><span>");
	if (*one->signers)
		it_html_digest(out, one->signers);
	else
		it_html(out, "<span class=\"dim\">not signed</span>");
	it_html(out, "</span></td><td data-l=\"Says\">");
	if (*one->trouble)
		it_html(out, "<span class=\"bad\">cannot be read: %s</span>", one->trouble);
	else
		it_html(out, "%s", one->summary);
	it_html(out, "</td></tr>\n");
}

void it_document_evidence(struct it_buf *out, const struct it_audit *audit)
{
	static const char *const columns[] = { "Document", "Kind",    "About", "Step", "Made by",
					       "When",	   "Key ids", "Says",  NULL };

	it_html(out,
		"<section aria-labelledby=\"documents\">\n<h2 id=\"documents\">Evidence besides "
		"links</h2>\n");
	if (!audit->document_count) {
		it_html(out, "<p>There is none.</p>\n</section>\n");
		return;
	}
	it_html(out,
		"<p class=\"dim small\">Makers, times and key ids are as the documents claim; what "
		"the verification made of them stands at the gates.</p>\n");
	begin_table(out, columns);
	for (size_t i = 0; i < audit->document_count && i < DOCUMENTS_SHOWN; i++)
		add_document(out, audit, &audit->documents[i]);
	end_table(out, audit->document_count, DOCUMENTS_SHOWN);
	it_html(out, "</section>\n");
}

/* --- gaps --- */

static void add_gaps(struct it_buf *out, const struct it_audit *audit, bool serious)
{
	it_html(out, "<ul>\n");
	for (size_t i = 0; i < audit->gap_count; i++)
		if (audit->gaps[i].serious == serious)
			it_html(out, "<li><strong>%s</strong>: %s</li>\n", audit->gaps[i].what,
				audit->gaps[i].why);
	it_html(out, "</ul>\n");
}

void it_document_gaps(struct it_buf *out, const struct it_audit *audit)
{
	size_t serious = 0;

	for (size_t i = 0; i < audit->gap_count; i++)
		serious += audit->gaps[i].serious;
	it_html(out,
		"<section aria-labelledby=\"gaps\">\n<h2 id=\"gaps\">What is not evidenced</h2>\n");
	if (serious) {
		it_html(out, "<h3>Wanted, and not there</h3>\n");
		add_gaps(out, audit, true);
	}
	if (audit->gap_count > serious) {
		it_html(out, "<h3>Never asked for, or not judged</h3>\n");
		add_gaps(out, audit, false);
	}
	if (!audit->gap_count)
		it_html(out, "<p>Nothing that this report looks for is missing.</p>\n");
	it_html(out, "</section>\n");
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Search, and which releases contain something. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "report/pages_part.h"

enum { AFFECTED_MAX = 5000 };

/* The form's fields, which are parameters of the query. */
static const struct field {
	const char *name;
	const char *label;
	const char *hint;
	size_t offset; /* into struct it_query */
} fields[] = {
	{ "digest", "Digest of an artifact", "sha256:…", offsetof(struct it_query, digest) },
	{ "name", "Name of an artifact", "app-*.tar", offsetof(struct it_query, name) },
	{ "step", "Step", "build", offsetof(struct it_query, step) },
	{ "signer", "Signer", "key id or identity", offsetof(struct it_query, signer) },
	{ "kind", "Kind", "link, sbom, archive", offsetof(struct it_query, kind) },
	{ "type", "Predicate type", "https://…", offsetof(struct it_query, predicate_type) },
	{ "vulnerability", "Vulnerability", "CVE-2026-1234",
	  offsetof(struct it_query, vulnerability) },
	{ "package", "Package", "pkg:deb/debian/zlib", offsetof(struct it_query, package) },
	{ "verdict", "Verdict", "passed", offsetof(struct it_query, verdict) },
	{ "exception", "Exception", "id, or *", offsetof(struct it_query, exception) },
	{ "product", "Product", "app", offsetof(struct it_query, product) },
};
enum { FIELDS = IT_COUNT_OF(fields) };

struct search {
	struct it_query query;
	struct it_buf values[FIELDS];
	struct it_buf since, until; /* dates */
	struct it_buf *out;
	size_t shown;
	uint64_t last;
	bool asked; /* anything at all */
};

static void search_done(struct search *search)
{
	for (size_t i = 0; i < FIELDS; i++)
		it_buf_done(&search->values[i]);
	it_buf_done(&search->since);
	it_buf_done(&search->until);
}

/* "2026-01-31", as a date field of a form gives it; "" is no condition. */
static int read_date(struct it_page_making *making, const char *name, struct it_buf *text,
		     int64_t *out, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf whole = IT_BUF(3 * IT_FACT_TEXT_MAX);
	int rc = it_page_parameter(making, name, text, err);

	if (rc || !text->len)
		return rc;
	(void)it_buf_printf(&whole, "%sT00:00:00Z", it_buf_text(text)); /* sticks: no date then */
	if (!it_time_parse(out, it_buf_span(&whole)))
		return it_err_set(err, INTOTO_E_FORMAT, "%s: want a date like 2026-01-31", name);
	return INTOTO_OK;
}

static int read_search(struct it_page_making *making, struct search *search,
		       struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; i < FIELDS; i++)
		search->values[i] = (struct it_buf)IT_BUF(3 * IT_FACT_TEXT_MAX);
	search->since = search->until = (struct it_buf)IT_BUF(3 * IT_FACT_TEXT_MAX);
	for (size_t i = 0; !rc && i < FIELDS; i++) {
		const char *value;

		rc = it_page_parameter(making, fields[i].name, &search->values[i], err);
		if (rc || !search->values[i].len)
			continue;
		value = it_buf_text(&search->values[i]);
		memcpy((char *)&search->query + fields[i].offset, &value, sizeof value);
		search->asked = true;
	}
	if (!rc)
		rc = read_date(making, "since", &search->since, &search->query.since, err);
	if (!rc)
		rc = read_date(making, "until", &search->until, &search->query.until, err);
	if (!rc)
		rc = it_page_number(making, "before", &search->query.before, err);
	search->asked = search->asked || search->query.since || search->query.until;
	search->query.limit = IT_PAGE_ROWS;
	return rc;
}

static void show_form(struct search *search)
{
	it_html(search->out,
		"<form class=\"search\" action=\"/search\" method=\"get\" role=\"search\">\n");
	for (size_t i = 0; i < FIELDS; i++)
		it_html(search->out,
			"<label>%s<input name=\"%s\" value=\"%s\" placeholder=\"%s\" "
			"maxlength=\"%d\" "
			"autocomplete=\"off\" spellcheck=\"false\"></label>\n",
			fields[i].label, fields[i].name, it_buf_text(&search->values[i]),
			fields[i].hint, IT_FACT_TEXT_MAX);
	it_html(search->out,
		"<label>Since<input type=\"date\" name=\"since\" value=\"%s\"></label>\n"
		"<label>Before<input type=\"date\" name=\"until\" value=\"%s\"></label>\n"
		"<button>Search</button></form>\n",
		it_buf_text(&search->since), it_buf_text(&search->until));
}

static int show_found(void *arg, const struct it_found *found, struct intoto_error **err)
{
	struct search *search = arg;

	(void)err; /* failures stick in out */
	search->shown++;
	search->last = found->number;
	it_html(search->out, "<tr><th scope=\"row\"><span>");
	it_page_id(search->out, it_streq(found->kind, "archive") ? "release" : "entry", &found->id);
	it_html(search->out,
		"</span></th><td data-l=\"Name\">%s</td><td data-l=\"Kind\">%s<div class=\"dim "
		"small\">%s</div></td><td data-l=\"Step\">%s</td><td data-l=\"Verdict\"><span>",
		found->name, found->kind, found->predicate_type, found->step);
	if (*found->verdict)
		it_html(search->out, "<span class=\"badge %s\">%s</span>",
			it_page_verdict_class(found->verdict), found->verdict);
	it_html(search->out, "</span></td><td data-l=\"Time\"><span>");
	it_html_time(search->out, found->said ? found->said : found->put);
	it_html(search->out, "</span></td><td data-l=\"Size\" class=\"num\">");
	it_html_size(search->out, found->size);
	it_html(search->out, "%s</td></tr>\n", found->held ? " (held)" : "");
	return INTOTO_OK;
}

static void show_next(struct search *search)
{
	if (search->shown < IT_PAGE_ROWS)
		return;
	it_html(search->out, "<p><a href=\"/search?before=%lld", (long long)search->last);
	for (size_t i = 0; i < FIELDS; i++) {
		if (!search->values[i].len)
			continue;
		it_html(search->out, "&amp;%s=", fields[i].name);
		it_html_query(search->out, it_buf_text(&search->values[i]));
	}
	if (search->since.len)
		it_html(search->out, "&amp;since=%s", it_buf_text(&search->since));
	if (search->until.len)
		it_html(search->out, "&amp;until=%s", it_buf_text(&search->until));
	it_html(search->out, "\">Older ones</a></p>\n");
}

int it_page_search(struct it_page_making *making, const char *rest, struct intoto_error **err)
{
	IT_AUTO(search_done) struct search search = { .out = making->out };
	int rc = read_search(making, &search, err);

	(void)rest; /* there is none */
	if (rc)
		return rc;
	it_page_open(making, "Search");
	show_form(&search);
	it_html(making->out,
		"<h2>%s</h2>\n<div class=\"scroll\"><table class=\"rows wide\">\n<thead><tr><th "
		"scope=\"col\">Document</th><th scope=\"col\">Name</th><th "
		"scope=\"col\">Kind</th><th scope=\"col\">Step</th><th "
		"scope=\"col\">Verdict</th><th scope=\"col\">Time</th><th scope=\"col\" "
		"class=\"num\">Size</th></tr></thead>\n<tbody>\n",
		search.asked ? "Found" : "The newest documents");
	rc = it_query_run(making->store, &search.query, show_found, &search, err);
	if (rc)
		return rc;
	it_html(making->out, "</tbody></table></div>\n");
	if (!search.shown)
		it_html(making->out, "<p>Nothing was found.</p>\n");
	show_next(&search);
	it_page_close(making);
	return INTOTO_OK;
}

/* --- affected --- */

struct affected {
	struct it_buf *out;
	size_t count;
};

static bool is_none(const struct it_object_id *id)
{
	for (size_t i = 0; i < sizeof id->bytes; i++)
		if (id->bytes[i])
			return false;
	return true;
}

static const char *state_class(const char *state)
{
	if (it_streq(state, "found") || it_streq(state, "affected"))
		return "bad";
	if (it_streq(state, "fixed") || it_streq(state, "not_affected"))
		return "good";
	return *state ? "warn" : "none";
}

static int show_affected(void *arg, const struct it_affected *one, struct intoto_error **err)
{
	struct affected *all = arg;

	(void)err; /* failures stick in out */
	if (all->count++ >= AFFECTED_MAX)
		return INTOTO_OK;
	it_html(all->out, "<tr><th scope=\"row\">%s %s</th><td data-l=\"Image\">%s",
		*one->product ? one->product : "in no release", one->release, one->image);
	if (*one->digest) {
		it_html(all->out, "<div>");
		it_html_digest(all->out, one->digest);
		it_html(all->out, "</div>");
	}
	it_html(all->out,
		"</td><td data-l=\"Package\">%s %s</td><td data-l=\"Vulnerability\">%s</td><td "
		"data-l=\"State\"><span>",
		one->package, one->version, one->vulnerability);
	if (*one->state)
		it_html(all->out, "<span class=\"badge %s\">%s</span>", state_class(one->state),
			one->state);
	it_html(all->out, "</span></td><td data-l=\"Says\"><span>%s ", one->said_by);
	if (!is_none(&one->speaks))
		it_page_id(all->out, "entry", &one->speaks);
	it_html(all->out, "</span></td><td data-l=\"Evidence\"><span>");
	if (!is_none(&one->evidence))
		it_page_id(all->out, "entry", &one->evidence);
	if (!is_none(&one->archive)) {
		it_html(all->out, " in ");
		it_page_id(all->out, "release", &one->archive);
	}
	it_html(all->out, "</span></td></tr>\n");
	return INTOTO_OK;
}

int it_page_affected(struct it_page_making *making, const char *rest, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf what = IT_BUF(3 * IT_FACT_TEXT_MAX);
	struct affected all = { making->out, 0 };
	int rc = it_page_parameter(making, "what", &what, err);

	(void)rest; /* there is none */
	if (rc)
		return rc;
	it_page_open(making, "Affected");
	it_html(making->out,
		"<p>Which releases and images contain a package, or have a vulnerability, and "
		"which VEX "
		"or exceptions speak of it.</p>\n<form class=\"search\" action=\"/affected\" "
		"method=\"get\"><label>Vulnerability or package<input name=\"what\" value=\"%s\" "
		"placeholder=\"CVE-2026-1234 or pkg:deb/debian/zlib\" maxlength=\"%d\" "
		"autocomplete=\"off\" "
		"spellcheck=\"false\"></label>\n<button>Look</button></form>\n",
		it_buf_text(&what), IT_FACT_TEXT_MAX);
	if (what.len) {
		it_html(making->out,
			"<h2>%s</h2>\n<div class=\"scroll\"><table class=\"rows "
			"wide\">\n<thead><tr><th "
			"scope=\"col\">Release</th><th scope=\"col\">Image</th><th "
			"scope=\"col\">Package</th><th scope=\"col\">Vulnerability</th><th "
			"scope=\"col\">State</th><th scope=\"col\">Says</th><th "
			"scope=\"col\">Evidence</th></tr></thead>\n<tbody>\n",
			it_buf_text(&what));
		rc = it_query_affected(making->store, it_buf_text(&what), show_affected, &all, err);
		if (rc)
			return rc;
		it_html(making->out, "</tbody></table></div>\n<p>%zu found%s.</p>\n", all.count,
			all.count > AFFECTED_MAX ? "; the first are shown" : "");
	}
	it_page_close(making);
	return INTOTO_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The dashboard: which pages there are, what frames them, and what a query says. */
#include "report/pages.h"

#include <string.h>

#include "base/text.h"
#include "report/pages_part.h"

static const struct route {
	const char *path; /* ends in "/": what follows is a part of it */
	it_page_fn *make;
	const char *name; /* in the navigation; NULL: not there */
} routes[] = {
	{ "/", it_page_home, "Overview" },
	{ "/releases", it_page_releases, "Releases" },
	{ "/search", it_page_search, "Search" },
	{ "/affected", it_page_affected, "Affected" },
	{ "/expiring", it_page_expiring, "Expiring" },
	{ "/entry/", it_page_entry, NULL },
	{ "/release/", it_page_release, NULL },
	{ "/style.css", it_page_style, NULL },
};

/*
 * Nothing but our own style sheet and forms that come back here; never in somebody's frame; never
 * kept by a proxy, since who may read is decided for each request.
 */
const char *const it_page_headers[][2] = {
	{ "Content-Security-Policy",
	  "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
	  "frame-ancestors 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Cache-Control", "no-store" },
	{ NULL, NULL },
};

static const struct route *find_route(const char *path, const char **rest)
{
	for (size_t i = 0; i < IT_COUNT_OF(routes); i++) {
		const struct route *route = &routes[i];
		size_t len = strlen(route->path);

		*rest = "";
		if (it_streq(path, route->path))
			return len > 1 && route->path[len - 1] == '/' ? NULL : route;
		if (len > 1 && route->path[len - 1] == '/' && it_starts_with(path, route->path)) {
			*rest = path + len;
			return route;
		}
	}
	return NULL;
}

bool it_page_is_known(const char *path)
{
	const char *rest;

	return find_route(path, &rest);
}

/* --- the frame --- */

void it_page_open(struct it_page_making *making, const char *title)
{
	struct it_html_head head = { .title = title, .style_sheet = "/style.css", .body = "page" };
	struct it_buf *out = making->out;

	it_html_begin(out, &head);
	it_html(out, "<div class=\"bar\"><div class=\"top\"><strong>Evidence store</strong>\n<nav "
		     "aria-label=\"Pages\"><ul>\n");
	for (size_t i = 0; i < IT_COUNT_OF(routes); i++) {
		if (!routes[i].name)
			continue;
		it_html(out, "<li><a href=\"%s\"", routes[i].path);
		if (it_streq(making->request->path, routes[i].path))
			it_html(out, " aria-current=\"page\"");
		it_html(out, ">%s</a></li>\n", routes[i].name);
	}
	it_html(out, "</ul></nav></div></div>\n<main id=\"main\" tabindex=\"-1\">\n<h1>%s</h1>\n",
		title);
}

void it_page_close(struct it_page_making *making)
{
	it_html(making->out, "</main>\n<footer><p>As of ");
	it_html_time(making->out, making->request->now);
	it_html(making->out,
		". What documents say is shown as they say it; nothing on this page was verified "
		"by showing it.</p></footer>\n");
	it_html_end(making->out);
}

void it_page_refuse(struct it_page_making *making, int status, const char *sentence)
{
	it_buf_reset(making->out);
	making->page->status = status;
	it_page_open(making, status == 404 ? "Not found" : "Not like this");
	it_html(making->out, "<p>%s</p>\n", sentence);
	it_page_close(making);
}

int it_page_make(struct it_page *page, struct it_store *store,
		 const struct it_page_request *request, struct intoto_error **err)
{
	struct it_page_making making = { page, &page->body, store, request };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	const char *rest;
	const struct route *route = find_route(request->path, &rest);
	int rc;

	page->body.max = page->body.max ? page->body.max : IT_PAGE_MAX;
	page->status = 200;
	page->media_type = "text/html; charset=utf-8";
	if (!route) {
		it_page_refuse(&making, 404, "There is no such page.");
		return it_buf_check(&page->body, "the page", err);
	}
	rc = route->make(&making, rest, &why);
	if (rc == INTOTO_E_NOTFOUND)
		it_page_refuse(&making, 404, intoto_error_text(why));
	else if (rc == INTOTO_E_USAGE || rc == INTOTO_E_FORMAT)
		it_page_refuse(&making, 400, intoto_error_text(why));
	else if (rc)
		return it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
	return it_buf_check(&page->body, "the page", err);
}

int it_page_style(struct it_page_making *making, const char *rest, struct intoto_error **err)
{
	(void)rest; /* there is none */
	(void)err;  /* failures stick in the body */
	making->page->media_type = "text/css; charset=utf-8";
	it_html_style(making->out);
	return INTOTO_OK;
}

/* --- the query --- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* As forms write it: "+" is a blank. */
static bool decode(struct it_buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '+') {
			(void)it_buf_add_byte(out, ' '); /* sticks in out, as the rest */
		} else if (text[i] != '%') {
			(void)it_buf_add_byte(out, text[i]);
		} else {
			if (len - i < 3 || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0)
				return false;
			(void)it_buf_add_byte(
				out, (char)(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])));
			i += 2;
		}
	}
	return true;
}

static bool is_fit(struct it_span text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7f)
			return false;
	return it_utf8_valid(text);
}

int it_page_parameter(const struct it_page_making *making, const char *name, struct it_buf *out,
		      struct intoto_error **err)
{
	const char *at = making->request->query;

	it_buf_reset(out);
	while (*at) {
		size_t whole = strcspn(at, "&");
		size_t key = strcspn(at, "=&");

		if (key < whole && key == strlen(name) && it_starts_with(at, name)) {
			if (!decode(out, at + key + 1, whole - key - 1) ||
			    !is_fit(it_buf_span(out)) || out->len > IT_FACT_TEXT_MAX || out->failed)
				return it_err_set(err, INTOTO_E_FORMAT,
						  "%s: want a text of at most %d bytes", name,
						  IT_FACT_TEXT_MAX);
			return INTOTO_OK;
		}
		at += whole + (at[whole] == '&');
	}
	return INTOTO_OK;
}

int it_page_number(const struct it_page_making *making, const char *name, uint64_t *out,
		   struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(2 * IT_FACT_TEXT_MAX);
	int rc = it_page_parameter(making, name, &text, err);

	*out = 0;
	if (rc || !text.len)
		return rc;
	if (!it_parse_u64(it_buf_text(&text), INT64_MAX, out))
		return it_err_set(err, INTOTO_E_FORMAT, "%s: want a whole number", name);
	return INTOTO_OK;
}

/* --- small parts --- */

const char *it_page_verdict_class(const char *verdict)
{
	if (it_streq(verdict, "passed"))
		return "good";
	if (it_streq(verdict, "refused") || it_streq(verdict, "failed"))
		return "bad";
	return *verdict ? "warn" : "none";
}

void it_page_hex(struct it_buf *out, struct it_span bytes)
{
	it_hex_encode(out, bytes);
}

void it_page_id(struct it_buf *out, const char *folder, const struct it_object_id *id)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(128);

	it_hex_encode(&hex, it_span(id->bytes, sizeof id->bytes));
	it_html(out, "<a href=\"/%s/%s\">", folder, it_buf_text(&hex));
	it_html_digest(out, it_buf_text(&hex));
	it_html(out, "</a>");
}

int it_page_columns(const struct it_sql_row *row, size_t wanted, struct intoto_error **err)
{
	if (row->count == wanted)
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_INTERNAL, "a row of the index: %zu columns, wanted %zu",
			  row->count, wanted);
}

const char *it_page_text(const struct it_sql_row *row, size_t column, struct it_buf *space)
{
	it_buf_reset(space);
	if (column >= row->count || row->values[column].kind != IT_SQL_TEXT)
		return "";
	(void)it_buf_add_span(space, row->values[column].bytes); /* sticks: then it is shorter */
	return it_buf_text(space);
}

int64_t it_page_count(const struct it_sql_row *row, size_t column)
{
	if (column >= row->count || row->values[column].kind != IT_SQL_NUMBER)
		return 0;
	return row->values[column].number;
}

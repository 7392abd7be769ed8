/* SPDX-License-Identifier: Apache-2.0 */
/* What the pages of the dashboard share. */
#ifndef IT_REPORT_PAGES_PART_H
#define IT_REPORT_PAGES_PART_H

#include "report/html.h"
#include "report/pages.h"

enum {
	IT_PAGE_MAX = 64 * 1024 * 1024,
	IT_PAGE_ROWS = 50,
	IT_PAGE_SOON = 30 * 24 * 3600, /* what expires within is shown at home */
};

/* A page that is being made. */
struct it_page_making {
	struct it_page *page;
	struct it_buf *out; /* body of the page */
	struct it_store *store;
	const struct it_page_request *request;
};

/* The frame: everything up to the content, with the navigation; and behind it. */
void it_page_open(struct it_page_making *making, const char *title);
void it_page_close(struct it_page_making *making);
/* A page that says why there is none; replaces what was written. */
void it_page_refuse(struct it_page_making *making, int status, const char *sentence);

/*
 * The decoded value of a parameter, at most IT_FACT_TEXT_MAX bytes of UTF-8 without control
 * characters; "" when it was not given.  FORMAT: it is not such a text.
 */
IT_CHECK int it_page_parameter(const struct it_page_making *making, const char *name,
			       struct it_buf *out, struct intoto_error **err);
/* A whole number, 0 when it was not given. */
IT_CHECK int it_page_number(const struct it_page_making *making, const char *name, uint64_t *out,
			    struct intoto_error **err);

/* "good" …, for verdicts of releases and documents alike. */
const char *it_page_verdict_class(const char *verdict);
void it_page_id(struct it_buf *out, const char *folder, const struct it_object_id *id);
void it_page_hex(struct it_buf *out, struct it_span bytes);

/* A row of SQL has as many columns as who reads it believes; else it and the statement parted. */
IT_CHECK int it_page_columns(const struct it_sql_row *row, size_t wanted,
			     struct intoto_error **err);
/* Texts of a row of SQL: "" for NULL; until the row function returns. */
const char *it_page_text(const struct it_sql_row *row, size_t column, struct it_buf *space);
int64_t it_page_count(const struct it_sql_row *row, size_t column);

/* Layouts, their certificates and keys, and exceptions, that end soon or have ended; by time. */
struct it_expiring {
	char kind[16]; /* "layout", "certificate", "key", "exception" */
	char *name;
	char *about;
	int64_t expires;
	struct it_object_id entry;
};
struct it_expiring_list {
	struct it_expiring *items;
	size_t count;
};
IT_CHECK int it_page_find_expiring(struct it_expiring_list *out, struct it_store *store,
				   int64_t now, struct intoto_error **err);
void it_page_expiring_done(struct it_expiring_list *list);
/* A table of the first so many. */
void it_page_show_expiring(struct it_buf *out, const struct it_expiring_list *list, int64_t now,
			   size_t most);

/* The pages.  rest is what stands behind the path's first part, "" for none. */
typedef int it_page_fn(struct it_page_making *making, const char *rest, struct intoto_error **err);
it_page_fn it_page_home;
it_page_fn it_page_search;
it_page_fn it_page_affected;
it_page_fn it_page_entry;
it_page_fn it_page_release;
it_page_fn it_page_releases;
it_page_fn it_page_expiring;
it_page_fn it_page_style;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of the dashboard, made from a store; whoever serves them looks at rights before. */
#ifndef IT_REPORT_PAGES_H
#define IT_REPORT_PAGES_H

#include "base/buf.h"
#include "store/query.h"

struct it_page_request {
	const char *path;  /* "/", "/search", "/release/HEX", "/entry/HEX", "/style.css" … */
	const char *query; /* behind "?", as it came; "" */
	int64_t now;
};

struct it_page {
	struct it_buf body;
	int status;		/* of HTTP */
	const char *media_type; /* constant */
};

/* Whether the path is one of the dashboard at all. */
bool it_page_is_known(const char *path);
IT_CHECK int it_page_make(struct it_page *page, struct it_store *store,
			  const struct it_page_request *request, struct intoto_error **err);
/* The headers that every page goes with: Content-Security-Policy and the rest. */
extern const char *const it_page_headers[][2];

#endif

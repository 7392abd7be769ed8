/* SPDX-License-Identifier: Apache-2.0 */
/* What can be asked for, by whom. */
#include "serve/routes.h"

#include "base/text.h"
#include "report/pages.h"
#include "serve/answers.h"
#include "serve/upload.h"

#define GET(where, right, how)                                                                     \
	{                                                                                          \
		IT_METHOD_GET, where, right, IT_BODY_NONE, how                                     \
	}
#define POST(where, right, body, how)                                                              \
	{                                                                                          \
		IT_METHOD_POST, where, right, body, how                                            \
	}

/* Those without /v1 are the paths of Archivista before it had versions; its clients use them. */
static const struct it_route routes[] = {
	GET("/healthz", 0, it_answer_health),
	GET("/v1/search", IT_RIGHT_READ, it_answer_search),
	GET("/v1/affected", IT_RIGHT_READ, it_answer_affected),
	GET("/v1/proof/", IT_RIGHT_READ, it_answer_proof),
	GET("/v1/download/", IT_RIGHT_READ, it_answer_download),
	GET("/download/", IT_RIGHT_READ, it_answer_download),
	GET("/log/checkpoint", IT_RIGHT_READ, it_answer_checkpoint),
	GET("/log/tile/", IT_RIGHT_READ, it_answer_tile),
	GET("/log/consistency/", IT_RIGHT_READ, it_answer_consistency),
	POST("/v1/upload", IT_RIGHT_WRITE, IT_BODY_FILE, it_upload_answer),
	POST("/upload", IT_RIGHT_WRITE, IT_BODY_FILE, it_upload_answer),
	POST("/v1/query", IT_RIGHT_READ, IT_BODY_MEMORY, it_answer_query),
	POST("/query", IT_RIGHT_READ, IT_BODY_MEMORY, it_answer_query),
};

/* The dashboard says itself which paths it has. */
static const struct it_route page = GET("/", IT_RIGHT_READ, it_answer_page);

/* Whether a path is a route's, and what of it is behind the route. */
static bool is_path(const struct it_route *route, const char *path, const char **rest)
{
	if (!it_ends_with(route->path, "/")) {
		*rest = "";
		return it_streq(route->path, path);
	}
	if (!it_starts_with(path, route->path))
		return false;
	*rest = path + strlen(route->path);
	return **rest != '\0';
}

const struct it_route *it_route_find(struct it_exchange *exchange, bool *other_method)
{
	const char *path = exchange->target.path;

	*other_method = false;
	for (size_t i = 0; i < IT_COUNT_OF(routes); i++) {
		const char *rest = NULL;

		if (!is_path(&routes[i], path, &rest))
			continue;
		if (routes[i].method != exchange->method) {
			*other_method = true;
			continue;
		}
		exchange->rest = rest;
		return &routes[i];
	}
	if (*other_method || !it_page_is_known(path))
		return NULL;
	*other_method = exchange->method != page.method;
	exchange->rest = path;
	return *other_method ? NULL : &page;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the HTTP client: one transfer on the wire, where a redirect leads, when to try
 * again. */
#ifndef IT_NET_HTTP_PART_H
#define IT_NET_HTTP_PART_H

#include <curl/curl.h>

#include "net/http.h"

enum {
	IT_HTTP_HEADERS_MAX = 200, /* lines of one answer */
	IT_HTTP_HEADER_BYTES_MAX = 256 * 1024,
	IT_HTTP_SAID_MAX = 64 * 1024, /* kept of the body of an answer that is no success */
	IT_HTTP_HOPS_MAX = 10,
};

#define IT_HTTP_CEILING (UINT64_C(4) << 20)

struct it_http {
	struct it_http_options options;
	CURLM *multi; /* holds the connections */
	CURL *easy;
	uint64_t trips;
};

/* What goes over the wire in one hop. */
struct it_http_hop {
	const struct it_http_request *request;
	const char *url;
	bool away; /* from the host that was asked: credentials stay behind */
};

/* How one hop ended. */
struct it_http_end {
	CURLcode code;
	char text[CURL_ERROR_SIZE];
	bool began;	   /* the sink got bytes */
	bool poured_wrong; /* the message had fewer bytes than it said */
};

/*
 * One request and its answer.  INTOTO_OK: end says how it went, and answer holds the status when
 * there was one.  What a sink or a message returns comes back, and LIMIT for more than the ceiling.
 */
IT_CHECK int it_http_transfer(struct it_http *http, struct it_http_answer *answer,
			      const struct it_http_hop *hop, struct it_http_end *end,
			      struct intoto_error **err);

/*
 * Whether the answer is a redirect that is followed, and where it leads (owned, else NULL).  *away:
 * to another scheme, host or port than url's.  SERVICE for one that would leave https, or leads
 * nowhere.
 */
IT_CHECK int it_http_next(char **next, bool *away, const struct it_http_answer *answer,
			  const struct it_http_request *request, const char *url,
			  struct intoto_error **err);

/* "https://host/path", without user, query and fragment, quoted: for people. */
void it_http_print_url(struct it_buf *out, const char *url);

/* Of one request: what has been tried and waited. */
struct it_http_patience {
	unsigned tried;
	int64_t waited_ms;
};

/*
 * Waits before the next attempt, if there is one: false when it is over.  answer's status is 0 when
 * none came.
 */
bool it_http_wait(struct it_http_patience *patience, const struct it_http *http,
		  const struct it_http_request *request, const struct it_http_answer *answer,
		  const struct it_http_end *end);

#endif

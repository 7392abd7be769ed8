/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP for clients of ours: a client holds the connections, a request gives an answer whose body
 * goes into a sink within a ceiling.  The only user of libcurl.
 *
 * Always: TLS 1.2 or newer with verification; only http and https; no cookies, no netrc, no
 * globbing; a redirect is followed (at most 10) and credentials and own headers go to the same
 * scheme, host and port only; https is never left for http; time limits for connecting, for silence
 * and, when the caller sets one, for all of it.  http is refused unless the caller said that this
 * host may be spoken to in plain text.
 */
#ifndef IT_NET_HTTP_H
#define IT_NET_HTTP_H

#include "base/sink.h"
#include "base/strings.h"

struct it_http;

/* Borrowed while the client lives. */
struct it_http_options {
	const char *ca;	  /* PEM file of roots, in the place of the system's; NULL */
	const char *cert; /* client certificate and its key, PEM files; NULL */
	const char *key;
	bool insecure_tls; /* whatever certificate is taken; the caller has said so loudly */
	const char *user_agent;
	unsigned connect_seconds; /* 0: 15 */
	unsigned stall_seconds;	  /* with less than 1 KiB a second; 0: 30 */
	unsigned attempts;	  /* of what may be repeated, all together; 0: 4 */
	unsigned retry_seconds; /* most that is waited in all, also at a server's Retry-After; 0: 60
				 */
	/* Told of each wait, for people; may be NULL. */
	void (*on_retry)(void *arg, const char *text);
	void *arg;
};

IT_CHECK int it_http_new(struct it_http **out, const struct it_http_options *options,
			 struct intoto_error **err);
void it_http_free(struct it_http *http);
IT_DEFINE_AUTO(struct it_http, it_http_free);

enum it_http_method {
	IT_HTTP_GET,
	IT_HTTP_HEAD,
	IT_HTTP_POST,
	IT_HTTP_PUT,
	IT_HTTP_PATCH,
	IT_HTTP_DELETE
};

struct it_http_request {
	enum it_http_method method;
	const char *url;
	const struct it_strings *headers; /* "Name: value"; NULL: none */
	const char *authorization; /* value of the header; NULL: none.  Never to another host */
	bool plain;		   /* http is allowed */
	bool stranger; /* it goes to another host than the client is for, which is not shown the
			  client's certificate */
	/* Sent; NULL: nothing (Content-Length: 0).  A message that is poured again on a retry; a
	 * range of it when length is set. */
	const struct it_message *body;
	uint64_t body_offset;
	uint64_t body_length; /* 0: from offset to the end */
	/* Received: where the body of a 2xx answer goes, at most ceiling bytes, and at most what a
	 * Content-Length promised; of another answer the first 64 KiB are kept in the answer. */
	const struct it_sink *sink; /* NULL: into answer->body */
	uint64_t ceiling;	    /* 0: 4 MiB */
	/* Started again at the beginning on a retry: called before the sink gets bytes anew.  NULL:
	 * a body that was begun is never repeated, the caller resumes by a range. */
	int (*restart)(void *arg, struct intoto_error **err);
	void *restart_arg;
	bool once;	  /* is not repeated whatever happens (it is not idempotent) */
	unsigned seconds; /* for all of it; 0: no limit but silence */
};

struct it_http_answer {
	int status;
	struct it_strings headers; /* "name: value", names in lower case, of the last hop */
	struct it_buf body;
	uint64_t received; /* bytes of body that the sink got */
	char *url;	   /* that answered, after redirects; without query for people */
	bool moved;	   /* another scheme, host or port answered than was asked */
};

/*
 * INTOTO_OK means that some answer came: the status is the caller's to judge.  SERVICE: none came
 * (no name, no connection, TLS, silence, cut in the middle), with the host and what was tried;
 * LIMIT: over the ceiling.  What the sink returns comes back.  429, 502, 503, 504 and failed
 * connections are repeated with growing waits (and what Retry-After asks for, within
 * retry_seconds), idempotent methods only unless the request says otherwise.
 */
IT_CHECK int it_http_do(struct it_http *http, struct it_http_answer *answer,
			const struct it_http_request *request, struct intoto_error **err);
void it_http_answer_done(struct it_http_answer *answer);
/* The first header of that name (lower case), or NULL. */
const char *it_http_header(const struct it_http_answer *answer, const char *name);

/* How many requests went over the wire since the client was made, retries and redirects included.
 */
uint64_t it_http_round_trips(const struct it_http *http);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* One request to the store service, and its answer; who speaks HTTP is server.c alone. */
#ifndef IT_SERVE_EXCHANGE_H
#define IT_SERVE_EXCHANGE_H

#include "base/strings.h"
#include "serve/target.h"
#include "serve/tokens.h"

enum it_method { IT_METHOD_GET, IT_METHOD_POST, IT_METHOD_OTHER };

/* Where the body of a request goes. */
enum it_body_kind { IT_BODY_NONE, IT_BODY_MEMORY, IT_BODY_FILE };

enum {
	IT_HTTP_OK = 200,
	IT_HTTP_CREATED = 201,
	IT_HTTP_BAD_REQUEST = 400,
	IT_HTTP_UNAUTHORIZED = 401,
	IT_HTTP_FORBIDDEN = 403,
	IT_HTTP_NOT_FOUND = 404,
	IT_HTTP_NOT_ALLOWED = 405,
	IT_HTTP_TOO_SLOW = 408,
	IT_HTTP_CONFLICT = 409,
	IT_HTTP_TOO_LARGE = 413,
	IT_HTTP_TOO_LONG = 414,
	IT_HTTP_UNSUPPORTED_MEDIA = 415,
	IT_HTTP_UNPROCESSABLE = 422,
	IT_HTTP_INTERNAL = 500,
	IT_HTTP_UNAVAILABLE = 503,
};

struct it_worker;
struct it_exchange;

struct it_route {
	enum it_method method;
	const char *path; /* ends in "/": something stands behind it */
	unsigned right;	  /* enum it_right; 0: anybody */
	enum it_body_kind body;
	/* Fills the answer; an error becomes one. */
	int (*answer)(struct it_exchange *exchange, struct it_worker *worker,
		      struct intoto_error **err);
};

struct it_exchange {
	/* what was asked */
	char *address; /* of the client, without its port */
	char *asked;   /* the target as it came */
	char *verb;    /* the method as it came */
	enum it_method method;
	struct it_target target;
	const char *rest; /* of the path, behind that of the route */
	const struct it_route *route;
	char *who; /* name of the token or certificate; NULL: nobody */
	unsigned rights;
	uint64_t received; /* bytes of the body */
	struct it_buf body;
	int body_fd;
	char *body_path;

	/* what is answered */
	int status; /* 0: nothing yet */
	const char *media_type;
	struct it_buf answer;
	int answer_fd;
	uint64_t answer_len;		 /* of the file */
	const char *const (*headers)[2]; /* more of them, or NULL */
	bool attached;			 /* a browser saves it, and shows nothing */
	bool graphql;			 /* errors are told as GraphQL does */

	/* for the audit line */
	char *object; /* digest of what it was about */
	char *reason; /* why it was refused, in full */
	int64_t begun;
	void *connection;
	struct it_exchange *next; /* in the queue */
	bool queued, answered;
	bool counted; /* as an upload */
};

int it_exchange_new(struct it_exchange **out, const char *address, const char *asked);
void it_exchange_free(struct it_exchange *exchange);

/* Makes the answer a JSON object with the sentence; what it held before is dropped. */
void it_exchange_refuse(struct it_exchange *exchange, int status, const char *sentence);
/* The same from an error; what the client did not cause is told to the audit only. */
void it_exchange_fail(struct it_exchange *exchange, const struct intoto_error *err);
/* A file without a name to answer from. */
IT_CHECK int it_exchange_spool(struct it_exchange *exchange, const char *folder,
			       struct intoto_error **err);

#endif

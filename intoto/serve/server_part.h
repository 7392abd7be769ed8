/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the server share. */
#ifndef IT_SERVE_SERVER_PART_H
#define IT_SERVE_SERVER_PART_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "serve/audit.h"
#include "serve/guard.h"
#include "serve/server.h"

enum { IT_UPLOADS_MAX = 64 /* at once */ };

/* A connection of a client. */
struct it_client {
	struct it_server *server;
	struct it_client *next, **slot; /* in the server's list, under its lock */
	int fd;
	char *address;
	_Atomic int64_t deadline;     /* on the monotonic clock; 0: none */
	_Atomic bool slow;	      /* and so it was cut off */
	_Atomic bool busy;	      /* a request was begun and is not answered */
	struct it_exchange *exchange; /* of the request that is going on */
	bool told; /* the audit has what became of its last request */
	bool certified;		      /* its certificate was looked at */
	bool has_certificate;
	unsigned char certificate[IT_SHA256_SIZE];
};

struct it_server {
	const struct it_server_options *options;
	struct it_guard *guard;
	struct it_audit *audit;
	struct it_workers *workers;
	struct MHD_Daemon *daemon;
	pthread_mutex_t lock;
	struct it_client *clients;
	_Atomic unsigned uploads;
	_Atomic bool stopping;
	int listener;
	struct it_buf certificate, key, client_ca;
};

/* server_request.c: the callbacks that MHD calls. */
enum MHD_Result it_server_request(void *server, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *data,
				  size_t *len, void **context);
void *it_server_target(void *server, const char *uri, struct MHD_Connection *connection);
void it_server_completed(void *server, struct MHD_Connection *connection, void **context,
			 enum MHD_RequestTerminationCode why);
/* A worker has answered. */
void it_server_answered(void *server, struct it_exchange *exchange);

/* server_client.c */
void it_server_connected(void *server, struct MHD_Connection *connection, void **context,
			 enum MHD_ConnectionNotificationCode what);
struct it_client *it_client_of(struct MHD_Connection *connection);
/* Gives the client time for so many bytes more. */
void it_client_allow(struct it_client *client, int64_t since, uint64_t bytes);
/* Shuts down those whose time is over; and, when stopping, those that have asked for nothing. */
void it_clients_sweep(struct it_server *server);
bool it_clients_any_busy(struct it_server *server);
/* The certificate that was shown and verified; NULL: none. */
const unsigned char *it_client_certificate(struct it_client *client,
					   struct MHD_Connection *connection);

/* server_listen.c: a socket, and its address as a URL. */
IT_CHECK int it_server_listen(struct it_server *server, struct it_buf *url,
			      struct intoto_error **err);

#endif

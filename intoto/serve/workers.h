/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The threads that look into the store, each over a connection of its own, so that a slow client
 * costs none of them and a slow store stops no other client.
 */
#ifndef IT_SERVE_WORKERS_H
#define IT_SERVE_WORKERS_H

#include "serve/commits.h"
#include "serve/exchange.h"
#include "serve/upload.h"
#include "store/store.h"

enum { IT_WORKERS_MAX = 64 };

/* What all of them share and nobody changes. */
struct it_service {
	struct it_store_options store;
	struct it_upload_policy policy;
	const char *spool; /* folder */
};

struct it_worker {
	const struct it_service *service;
	struct it_store *store;	    /* open */
	struct it_commits *commits; /* of all of them */
};

struct it_workers;

/* answered is called by one of the threads for each exchange; nobody else touches it meanwhile.
 * Opens the stores first, so that a store that cannot be served is told here. */
IT_CHECK int it_workers_start(struct it_workers **out, const struct it_service *service,
			      unsigned count,
			      void (*answered)(void *arg, struct it_exchange *exchange), void *arg,
			      struct intoto_error **err);
/* false: they are being stopped. */
bool it_workers_give(struct it_workers *workers, struct it_exchange *exchange);
/* Does what was given and ends; what is given later is not taken. */
void it_workers_stop(struct it_workers *workers);
/* When they were stopped and nobody gives any more. */
void it_workers_free(struct it_workers *workers);

#endif

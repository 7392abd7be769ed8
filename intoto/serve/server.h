/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store over HTTPS.  One thread or a few move bytes and never wait for anything else; clients
 * that are slow or many are bounded; what they upload goes to a file, never into memory.
 */
#ifndef IT_SERVE_SERVER_H
#define IT_SERVE_SERVER_H

#include "serve/workers.h"

struct it_server_options {
	const char *listen;	 /* "ADDRESS:PORT", "[ADDRESS]:PORT"; port 0: any that is free */
	const char *certificate; /* PEM, with its chain; NULL: plain */
	const char *key;	 /* PEM */
	const char *client_ca; /* PEM: who shows a certificate needs one from these; NULL: nobody */
	bool plain;	       /* http: no certificate */
	const char *tokens;    /* file; NULL */
	bool anonymous_read;
	const char *audit; /* file, or "-" */
	uint64_t upload_max;
	unsigned connections;		  /* at most, in all */
	unsigned connections_per_address; /* 0: no limit */
	unsigned patience; /* seconds for the head of a request, and beside the rate below */
	unsigned rate;	   /* bytes a second that a client must move */
	unsigned grace;	   /* seconds that requests have to end when it is stopped */
	unsigned workers;
	struct it_service service;
	void (*notice)(void *arg, const char *sentence);
	void *notice_arg;
};

/*
 * Serves until SIGTERM or SIGINT; then what was begun is finished and 0 returned.  A second signal
 * breaks it off.  Signals of the process are its: the caller starts no threads of its own before.
 */
IT_CHECK int it_server_run(const struct it_server_options *options, struct intoto_error **err);

#endif

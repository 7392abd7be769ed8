/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who a client is and what it may do.  The file of tokens is read again as soon as it has changed,
 * so that a token that is taken away is good for nothing from then on.
 */
#ifndef IT_SERVE_GUARD_H
#define IT_SERVE_GUARD_H

#include "serve/exchange.h"

struct it_guard;

/* tokens may be NULL: then there are no rights but those of everybody. */
IT_CHECK int it_guard_new(struct it_guard **out, const char *tokens, unsigned anonymous,
			  struct intoto_error **err);
void it_guard_free(struct it_guard *guard);
IT_DEFINE_AUTO(struct it_guard, it_guard_free);

/*
 * Fills who and rights.  header is Authorization, NULL when there is none; certificate the SHA-256
 * of one that the client showed and that stands under the roots for clients, or NULL.  Whoever
 * shows a token and it is not good is refused, whatever else it has.  UNTRUSTED: not good, or
 * expired; SERVICE: the file cannot be read now.
 */
IT_CHECK int it_guard_ask(struct it_guard *guard, struct it_exchange *exchange, const char *header,
			  const unsigned char *certificate, struct intoto_error **err);

#endif

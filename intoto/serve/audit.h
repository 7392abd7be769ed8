/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit log of a server: one line of JSON for each request, whatever became of it: who, when,
 * from where, what, about which object, with which outcome.  Never a token.
 */
#ifndef IT_SERVE_AUDIT_H
#define IT_SERVE_AUDIT_H

#include "serve/exchange.h"

struct it_audit;

/* path "-" is standard error; else lines are appended. */
IT_CHECK int it_audit_open(struct it_audit **out, const char *path, struct intoto_error **err);
void it_audit_close(struct it_audit *audit);
IT_DEFINE_AUTO(struct it_audit, it_audit_close);

/* outcome: "answered", "slow", "broken off", "stopped". */
void it_audit_request(struct it_audit *audit, const struct it_exchange *exchange,
		      const char *outcome);
/* Of a client that never said what it wants. */
void it_audit_client(struct it_audit *audit, const char *address, const char *outcome);
/* Whether the last line could be written; when not, nothing is answered any more. */
bool it_audit_is_good(struct it_audit *audit);

#endif

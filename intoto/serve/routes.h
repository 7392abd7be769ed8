/* SPDX-License-Identifier: Apache-2.0 */
/* What can be asked for, by whom; the table is in routes.c. */
#ifndef IT_SERVE_ROUTES_H
#define IT_SERVE_ROUTES_H

#include "serve/exchange.h"

/* The route of an exchange whose target was read, and what is behind it in exchange->rest; NULL:
 * none, and *other_method says whether there is one for another method. */
const struct it_route *it_route_find(struct it_exchange *exchange, bool *other_method);

#endif

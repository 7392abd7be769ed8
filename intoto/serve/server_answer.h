/* SPDX-License-Identifier: Apache-2.0 */
/* Answers as they go out. */
#ifndef IT_SERVE_SERVER_ANSWER_H
#define IT_SERVE_SERVER_ANSWER_H

#include "serve/server_part.h"

/* What the exchange says goes to the client; what it holds for that is then the library's. */
enum MHD_Result it_server_send(struct it_client *client, struct it_exchange *exchange,
			       struct MHD_Connection *connection);

#endif

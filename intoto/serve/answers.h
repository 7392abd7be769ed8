/* SPDX-License-Identifier: Apache-2.0 */
/* How each request is answered; a function for each route. */
#ifndef IT_SERVE_ANSWERS_H
#define IT_SERVE_ANSWERS_H

#include "serve/workers.h"

#define IT_ANSWER(name)                                                                            \
	IT_CHECK int it_answer_##name(struct it_exchange *exchange, struct it_worker *worker,      \
				      struct intoto_error **err)

IT_ANSWER(health);	/* GET /healthz */
IT_ANSWER(download);	/* GET /v1/download/ID */
IT_ANSWER(search);	/* GET /v1/search?… */
IT_ANSWER(affected);	/* GET /v1/affected?what=… */
IT_ANSWER(proof);	/* GET /v1/proof/ID */
IT_ANSWER(checkpoint);	/* GET /log/checkpoint */
IT_ANSWER(tile);	/* GET /log/tile/… */
IT_ANSWER(consistency); /* GET /log/consistency/SIZE */
IT_ANSWER(query);	/* POST /v1/query */
IT_ANSWER(page);	/* GET /…: the dashboard */

#endif

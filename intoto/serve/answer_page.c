/* SPDX-License-Identifier: Apache-2.0 */
/* GET /…: a page of the dashboard. */
#include "base/clock.h"
#include "report/pages.h"
#include "serve/answers.h"

int it_answer_page(struct it_exchange *exchange, struct it_worker *worker,
		   struct intoto_error **err)
{
	const struct it_page_request request = { .path = exchange->target.path,
						 .query = exchange->target.query,
						 .now = it_clock_now() };
	struct it_page page = { .body.max = exchange->answer.max };
	int rc = it_page_make(&page, worker->store, &request, err);

	if (!rc)
		rc = it_buf_check(&page.body, "the page", err);
	if (rc) {
		it_buf_done(&page.body);
		return rc;
	}
	it_buf_done(&exchange->answer);
	exchange->answer = page.body; /* now the exchange's */
	exchange->status = page.status;
	exchange->media_type = page.media_type;
	exchange->headers = it_page_headers;
	return INTOTO_OK;
}

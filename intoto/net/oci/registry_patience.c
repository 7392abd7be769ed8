/* SPDX-License-Identifier: Apache-2.0 */
/* How often a transfer that was cut is taken up again. */
#include <poll.h>

#include "base/text.h"
#include "net/oci/registry_part.h"

enum {
	TRIES = 6,
	EARNS = 1024 * 1024, /* bytes that came over: then patience is as fresh as it was */
	FIRST_MS = 100,
	LONGEST_MS = 5000,
	WAIT_SECONDS = 60, /* as http.h has it */
	DAY_SECONDS = 24 * 60 * 60,
};

int64_t it_registry_retry_after(const struct it_registry_call *call)
{
	const char *text = it_http_header(&call->answer, "retry-after");
	uint64_t seconds;

	return text && it_parse_u64(text, DAY_SECONDS, &seconds) ? (int64_t)seconds * 1000 : 0;
}

static bool is_too_long(const struct it_registry_patience *patience,
			const struct it_registry *registry)
{
	unsigned seconds = registry->access.retry_seconds;

	return patience->asked_ms > (int64_t)(seconds ? seconds : WAIT_SECONDS) * 1000;
}

void it_registry_patience_start(struct it_registry_patience *patience,
				const struct it_registry *registry)
{
	unsigned attempts = registry->access.attempts;

	patience->tries = attempts ? attempts : TRIES;
	patience->left = patience->tries;
	patience->waits = 0;
	patience->reached = 0;
	patience->asked_ms = 0;
}

/* A connection that breaks once is taken up at once; one that breaks again may want a rest. */
static void rest(struct it_registry_patience *patience)
{
	int ms = FIRST_MS;

	for (unsigned i = 1; i < patience->waits && ms < LONGEST_MS; i++)
		ms *= 2;
	if (patience->waits++ == 0)
		ms = 0;
	if (ms < patience->asked_ms)
		ms = (int)patience->asked_ms;
	if (ms)
		(void)poll(NULL, 0, ms); /* an early return only means an earlier try */
}

bool it_registry_patience_more(struct it_registry_patience *patience,
			       const struct it_registry *registry, uint64_t reached,
			       const char *what)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_REGISTRY_WHERE_MAX);

	if (reached >= patience->reached + EARNS) {
		patience->left = patience->tries;
		patience->waits = 0;
		patience->reached = reached;
	}
	if (!patience->left || is_too_long(patience, registry))
		return false;
	patience->left--;
	if (registry->access.on_retry) {
		/* sticky: a text that does not fit is cut */
		(void)it_buf_printf(&text, "%s: interrupted, going on at byte %llu", what,
				    (unsigned long long)reached);
		registry->access.on_retry(registry->access.arg, it_buf_text(&text));
	}
	rest(patience);
	return true;
}

void it_registry_pass_error(struct intoto_error **err, struct intoto_error **why)
{
	if (!err)
		return;
	*err = *why;
	*why = NULL;
}

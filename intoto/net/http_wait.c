/* SPDX-License-Identifier: Apache-2.0 */
/* When a request is repeated, and how long that is waited for (RFC 9110 section 10.2.3,
 * Retry-After). */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"
#include "net/http_part.h"

enum {
	ATTEMPTS = 4,
	WAIT_SECONDS = 60,
	FIRST_MS = 250,
	LONGEST_MS = 10 * 1000,
	SENTENCE_MAX = 4096,
	DAY_SECONDS = 86400,
};

static bool is_idempotent(const struct it_http_request *request)
{
	return request->method != IT_HTTP_POST && request->method != IT_HTTP_PATCH;
}

/* What a second attempt may mend; never what was decided (certificates, names of protocols). */
static bool may_pass(CURLcode code)
{
	switch ((int)code) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_PARTIAL_FILE:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
	case CURLE_SEND_FAIL_REWIND:
		return true;
	default:
		return false;
	}
}

static bool is_busy(int status)
{
	return status == 429 || (status >= 500 && status <= 504 && status != 501);
}

/* It has not done what it was asked for; behind the others it may have. */
static bool has_declined(int status)
{
	return status == 429 || status == 502 || status == 503;
}

/* Seconds or a date; -1 when it says neither. */
static int64_t asked_for(const struct it_http_answer *answer)
{
	const char *text = it_http_header(answer, "retry-after");
	uint64_t seconds = 0;
	int64_t left;
	time_t date;

	if (!text)
		return -1;
	if (it_parse_u64(text, DAY_SECONDS, &seconds))
		return (int64_t)seconds * 1000;
	date = curl_getdate(text, NULL);
	if (date < 0)
		return -1;
	left = (int64_t)date - it_clock_now();
	if (left > DAY_SECONDS) /* a year of ten digits is a date, too */
		left = DAY_SECONDS;
	return left > 0 ? left * 1000 : 0;
}

/* Grows by two, and differs between those who wait together. */
static int64_t own_wait(unsigned tried)
{
	int64_t wait = FIRST_MS;
	unsigned char random = 0;

	for (unsigned i = 1; i < tried && wait < LONGEST_MS; i++)
		wait *= 2;
	if (wait > LONGEST_MS)
		wait = LONGEST_MS;
	if (it_random(&random, sizeof random, NULL))
		random = 0; /* all wait alike then */
	return wait + wait * random / 512;
}

static void sleep_ms(int64_t ms)
{
	struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

static void tell(const struct it_http *http, const struct it_http_request *request, int status,
		 int64_t ms)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SENTENCE_MAX);

	if (!http->options.on_retry)
		return;
	it_http_print_url(&text, request->url);
	if (status) /* sticky: a message */
		(void)it_buf_printf(&text, " answered with status %d", status);
	else
		(void)it_buf_add_text(&text, " did not answer");
	(void)it_buf_printf(&text, ", trying again in %lld.%lld s", (long long)(ms / 1000),
			    (long long)(ms % 1000 / 100));
	http->options.on_retry(http->options.arg, it_buf_text(&text));
}

bool it_http_wait(struct it_http_patience *patience, const struct it_http *http,
		  const struct it_http_request *request, const struct it_http_answer *answer,
		  const struct it_http_end *end)
{
	unsigned attempts = http->options.attempts ? http->options.attempts : ATTEMPTS;
	unsigned seconds = http->options.retry_seconds ? http->options.retry_seconds : WAIT_SECONDS;
	bool answered = end->code == CURLE_OK;
	int64_t wait, asked;

	if (answered ? !is_busy(answer->status) : !may_pass(end->code))
		return false;
	if (request->once ||
	    (!is_idempotent(request) && !(answered && has_declined(answer->status))))
		return false;
	if (end->poured_wrong || ++patience->tried >= attempts)
		return false;
	asked = answered ? asked_for(answer) : -1;
	wait = asked >= 0 ? asked : own_wait(patience->tried);
	if (patience->waited_ms + wait > (int64_t)seconds * 1000)
		return false;
	tell(http, request, answered ? answer->status : 0, wait);
	sleep_ms(wait);
	patience->waited_ms += wait;
	return true;
}

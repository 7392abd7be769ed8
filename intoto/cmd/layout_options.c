/* SPDX-License-Identifier: Apache-2.0 */
/* Values of options about layouts. */
#include "cmd/layout_options.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum { UNITS_MAX = 100 * 366 * 24 }; /* a hundred years of hours, and no more of any other unit */

#define LONGEST_SPAN ((int64_t)UNITS_MAX * 3600)

int it_refuse_value(const char *option, const char *want, const char *found,
		    struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(found));

	return it_err_set(err, INTOTO_E_USAGE, "%s: want %s, found '%s'", option, want,
			  quoted ? quoted : "");
}

/* A number and h, d or w. */
int it_read_span(int64_t *seconds, const char *option, const char *text, struct intoto_error **err)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 'h', 3600 }, { 'd', 24 * 3600 }, { 'w', 7 * 24 * 3600 } };
	size_t len = strlen(text);
	IT_AUTO(it_freep) char *digits = len ? strndup(text, len - 1) : strdup("");
	uint64_t count = 0;

	if (!digits)
		return it_err_nomem(err);
	for (size_t i = 0; len && i < IT_COUNT_OF(units); i++) {
		if (text[len - 1] != units[i].unit || !it_parse_u64(digits, UNITS_MAX, &count) ||
		    !count)
			continue;
		*seconds = (int64_t)count * units[i].seconds;
		if (*seconds <= LONGEST_SPAN)
			return INTOTO_OK;
	}
	return it_refuse_value(option, "a number and h, d or w, as 90d", text, err);
}

int it_read_time(int64_t *out, const char *option, const char *text, struct intoto_error **err)
{
	uint64_t seconds = 0;

	if (!text) {
		*out = it_clock_now();
		return INTOTO_OK;
	}
	if (it_time_parse(out, it_span_text(text)))
		return INTOTO_OK;
	if (text[0] == '@' && it_parse_u64(text + 1, INT64_MAX, &seconds)) {
		*out = (int64_t)seconds;
		return INTOTO_OK;
	}
	return it_refuse_value(option, "2026-01-31T23:59:59Z or @SECONDS", text, err);
}

int it_read_expiry(int64_t *out, const char *time, const char *span, struct intoto_error **err)
{
	int64_t seconds = 0;
	int rc;

	if (!time == !span)
		return it_err_set(err, INTOTO_E_USAGE, "want one of --expires and --expires-in");
	if (time) {
		if (it_time_parse(out, it_span_text(time)))
			return INTOTO_OK;
		return it_refuse_value("--expires", "a date as 2026-01-31T23:59:59Z", time, err);
	}
	rc = it_read_span(&seconds, "--expires-in", span, err);
	*out = it_clock_now() + seconds;
	return rc;
}

void it_given_done(struct it_given *given)
{
	free(given->items);
	free(given->parameters.used);
	it_strings_done(&given->names);
}

int it_given_read(struct it_given *out, const struct it_strings *words, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	out->items = calloc(words->count + 1, sizeof *out->items);
	out->parameters.used = calloc(words->count + 1, sizeof *out->parameters.used);
	if (!out->items || !out->parameters.used)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < words->count; i++) {
		const char *word = words->items[i];
		const char *equals = strchr(word, '=');

		if (!equals)
			return it_refuse_value("--param", "NAME=VALUE", word, err);
		rc = it_strings_add_span(&out->names, it_span(word, (size_t)(equals - word)), err);
		out->items[i].value = equals + 1;
	}
	if (rc)
		return rc;
	for (size_t i = 0; i < words->count; i++)
		out->items[i].name = out->names.items[i];
	out->parameters.items = out->items;
	out->parameters.count = words->count;
	return it_parameters_check(out->items, words->count, err);
}

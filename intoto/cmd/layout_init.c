/* SPDX-License-Identifier: Apache-2.0 */
/* intoto layout init: an empty layout. */
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/layout_file.h"
#include "cmd/output.h"
#include "model/envelope.h"

enum { UNITS_MAX = 100 * 366 * 24 }; /* a hundred years of hours, and no more of any other unit */

#define LONGEST_SPAN ((int64_t)UNITS_MAX * 3600)

struct init_options {
	const char *expires;
	const char *expires_in;
	const char *readme;
	const char *format;
	bool force;
};

/* clang-format off */
static const struct it_option options[] = {
	IT_VALUE(struct init_options, expires, 0, "expires", "TIME",
		 "when the layout stops being valid: 2026-01-31T23:59:59Z"),
	IT_VALUE(struct init_options, expires_in, 0, "expires-in", "TIME",
		 "the same from now: 12h, 90d, 8w"),
	IT_VALUE(struct init_options, readme, 0, "readme", "TEXT", "a word to whoever reads it"),
	IT_ENVELOPE_OPTION(struct init_options, format),
	IT_FLAG(struct init_options, force, 'f', "force", "replace a file that is there"),
};
/* clang-format on */

static int refuse_time(const char *option, const char *want, const char *found,
		       struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(found));

	return it_err_set(err, INTOTO_E_USAGE, "%s: want %s, found '%s'", option, want,
			  quoted ? quoted : "");
}

/* A number and h, d or w. */
static int read_span(int64_t *seconds, const char *text, struct intoto_error **err)
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
	return refuse_time("--expires-in", "a number and h, d or w, as 90d", text, err);
}

static int read_expiry(struct intoto_layout *layout, const struct init_options *self,
		       struct intoto_error **err)
{
	char text[IT_TIME_SIZE];
	int64_t seconds = 0;
	int rc;

	if (!self->expires == !self->expires_in)
		return it_err_set(err, INTOTO_E_USAGE, "want one of --expires and --expires-in");
	if (self->expires && !it_time_parse(&layout->expires, it_span_text(self->expires)))
		return refuse_time("--expires", "a date as 2026-01-31T23:59:59Z", self->expires,
				   err);
	if (self->expires_in) {
		rc = read_span(&seconds, self->expires_in, err);
		if (rc)
			return rc;
		layout->expires = it_clock_now() + seconds;
	}
	it_time_format(text, layout->expires);
	layout->expires_text = strdup(text);
	return layout->expires_text ? INTOTO_OK : it_err_nomem(err);
}

static int make(struct intoto_envelope **envelope, const struct init_options *self,
		struct intoto_error **err)
{
	IT_AUTO(intoto_layout_freep) struct intoto_layout *layout = NULL;
	int rc = it_layout_new(&layout, err);

	if (!rc)
		rc = read_expiry(layout, self, err);
	if (!rc && self->readme) {
		layout->readme = strdup(self->readme);
		rc = layout->readme ? INTOTO_OK : it_err_nomem(err);
	}
	if (!rc && self->readme && !it_utf8_valid(it_span_text(self->readme)))
		rc = it_err_set(err, INTOTO_E_USAGE, "--readme: want UTF-8");
	return rc ? rc
		  : it_layout_to_envelope(envelope, layout, it_envelope_named(self->format), err);
}

static int run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	const struct init_options *self = parsed;
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_freep) char *text = NULL;
	size_t len = 0;
	int rc = INTOTO_OK;

	if (!operands->count)
		rc = it_err_set(err, INTOTO_E_USAGE, "want the name of the new layout file");
	if (operands->count > 1)
		return it_refuse_operand(operands, 1, err);
	if (!rc)
		rc = make(&envelope, self, err);
	if (!rc)
		rc = intoto_envelope_print(envelope, &text, &len, err);
	if (!rc)
		rc = it_file_write(operands->items[0], it_span(text, len), IT_LAYOUT_MODE,
				   IT_FILE_SYNC | (self->force ? 0u : (unsigned)IT_FILE_NEW), err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_layout_init = {
	.name = "init",
	.synopsis = "FILE --expires-in TIME [OPTIONS]",
	.summary = "begin a layout",
	.examples = "intoto layout init root.layout --expires-in 90d",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct init_options),
	.run = run,
	.manual = "intoto-layout",
};

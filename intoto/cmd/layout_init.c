/* SPDX-License-Identifier: Apache-2.0 */
/* intoto layout init: an empty layout. */
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/layout_file.h"
#include "cmd/layout_options.h"
#include "cmd/output.h"
#include "model/envelope.h"

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

static int read_expiry(struct intoto_layout *layout, const struct init_options *self,
		       struct intoto_error **err)
{
	char text[IT_TIME_SIZE];
	int rc = it_read_expiry(&layout->expires, self->expires, self->expires_in, err);

	if (rc)
		return rc;
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

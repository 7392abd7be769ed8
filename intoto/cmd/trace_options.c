/* SPDX-License-Identifier: Apache-2.0 */
/* From words to a trace. */
#include "cmd/trace_options.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define TRACED "traced"

const char *const it_trace_mechanisms[] = { "overlay", "fanotify", "user-notification", "ptrace",
					    NULL };

void it_trace_setup_done(struct it_trace_setup *setup)
{
	it_strings_done(&setup->materials);
	it_strings_done(&setup->products);
}

static int refuse(struct it_span word, const char *want, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(word);

	return it_err_set(err, INTOTO_E_USAGE, "--trace: want %s, found '%s'", want,
			  quoted ? quoted : "");
}

static int read_tier(struct it_trace_setup *setup, struct it_step_options *step, const char *text,
		     struct intoto_error **err)
{
	size_t len = strcspn(text, ",");
	struct it_span word = it_span(text, len);

	if (!it_span_is(word, "writes") && !it_span_is(word, "full"))
		return refuse(word, "writes or full first", err);
	setup->tracing.tier = it_span_is(word, "full") ? IT_TRACE_FULL : IT_TRACE_WRITES;
	for (text += len; *text; text += len) {
		len = strcspn(++text, ",");
		word = it_span(text, len);
		if (it_span_is(word, "strict"))
			step->trace_strict = true;
		else if (it_span_is(word, "rehash"))
			step->trace_rehash = true;
		else
			return refuse(word, "strict or rehash behind the tier", err);
	}
	step->trace = &setup->tracing;
	return INTOTO_OK;
}

/* A file of that name is ./traced. */
static int split(struct it_strings *out, bool *traced, const struct it_strings *given,
		 struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < given->count; i++) {
		if (it_streq(given->items[i], TRACED))
			*traced = true;
		else
			rc = it_strings_add(out, given->items[i], err);
	}
	return rc;
}

static int check(const struct it_trace_words *words, const struct it_step_options *step,
		 struct intoto_error **err)
{
	bool full = step->trace && step->trace->tier == IT_TRACE_FULL;

	if (words->mechanism && !step->trace)
		return it_err_set(err, INTOTO_E_USAGE, "--trace-with: wants --trace");
	if (step->traced_materials && !full)
		return it_err_set(err, INTOTO_E_USAGE,
				  "--materials=traced: wants --trace=full (a file of that name is "
				  "./traced)");
	if (step->traced_products && !step->trace)
		return it_err_set(err, INTOTO_E_USAGE,
				  "--products=traced: wants --trace (a file of that name is "
				  "./traced)");
	return INTOTO_OK;
}

int it_trace_setup(struct it_trace_setup *setup, struct it_step_options *step,
		   const struct it_trace_words *words, const struct it_strings *materials,
		   const struct it_strings *products, struct intoto_error **err)
{
	int rc = words->tier ? read_tier(setup, step, words->tier, err) : INTOTO_OK;

	setup->tracing.mechanism = words->mechanism;
	if (!rc)
		rc = split(&setup->materials, &step->traced_materials, materials, err);
	if (!rc)
		rc = split(&setup->products, &step->traced_products, products, err);
	step->materials = &setup->materials;
	step->products = &setup->products;
	return rc ? rc : check(words, step, err);
}

void it_trace_tell(const char *command, const struct it_step_result *result)
{
	IT_AUTO(it_freep) char *path = NULL;

	if (!result->trace_path)
		return;
	path = it_text_quoted(it_span_text(result->trace_path));
	(void)fprintf(stderr, "%s: %s: %zu files touched\n", command, path ? path : "",
		      result->traced); /* nowhere else to say it */
}

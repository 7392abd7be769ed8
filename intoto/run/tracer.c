/* SPDX-License-Identifier: Apache-2.0 */
/* The mechanisms, best first, and the choice among them. */
#include "run/tracer.h"

#include "base/text.h"

static const struct it_tracer_kind *const kinds[] = {
	&it_tracer_overlay, &it_tracer_fanotify, &it_tracer_notify, &it_tracer_ptrace, NULL,
};

static int enter(void *arg)
{
	struct it_tracer *tracer = arg;

	return tracer->kind->enter(tracer);
}

static int refuse_word(const struct it_tracer_options *options, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf words = IT_BUF(1024);
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(options->mechanism));

	for (size_t i = 0; i < IT_COUNT_OF(kinds) && kinds[i]; i++)
		if (kinds[i]->tiers & 1U << options->tier)
			it_buf_printf(&words, "%s%s", words.len ? ", " : "", kinds[i]->name);
	return it_err_set(err, INTOTO_E_USAGE, "trace: want one of %s, found '%s'",
			  it_buf_text(&words), quoted ? quoted : "");
}

static int refuse_all(const struct it_touched *touched, struct intoto_error **err)
{
	const struct it_strings *reasons = &touched->statement.passed_over;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(64 * 1024);

	for (size_t i = 0; i < reasons->count; i++)
		it_buf_printf(&text, "%s%s", i ? "; " : "", reasons->items[i]);
	return it_err_set(err, INTOTO_E_UNSUPPORTED,
			  "nothing here can see what the command touches: %s", it_buf_text(&text));
}

/* The reason stands in the statement, so that a reader knows why nothing better was used. */
static int pass_over(struct it_touched *touched, const struct it_tracer_kind *kind,
		     const struct intoto_error *why, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(64 * 1024);

	it_buf_printf(&text, "%s: %s", kind->name, intoto_error_text(why));
	if (it_buf_check(&text, "a reason", NULL))
		return it_err_nomem(err);
	return it_strings_add(&touched->statement.passed_over, it_buf_text(&text), err);
}

static void forget(struct it_tracer *tracer)
{
	if (tracer->kind && tracer->kind->done)
		tracer->kind->done(tracer);
	tracer->kind = NULL;
	tracer->state = NULL;
}

/* Takes the first that works. */
static int choose(struct it_tracer *tracer, struct intoto_error **err)
{
	const char *word = tracer->options.mechanism;
	bool known = !word;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < IT_COUNT_OF(kinds) && kinds[i]; i++) {
		IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;

		if (!(kinds[i]->tiers & 1U << tracer->options.tier) ||
		    (word && !it_streq(word, kinds[i]->name)))
			continue;
		known = true;
		tracer->kind = kinds[i];
		rc = kinds[i]->prepare(tracer, &why);
		if (!rc)
			return INTOTO_OK;
		forget(tracer);
		if (rc != INTOTO_E_UNSUPPORTED)
			return it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
		rc = pass_over(tracer->touched, kinds[i], why, err);
	}
	if (rc)
		return rc;
	return known ? refuse_all(tracer->touched, err) : refuse_word(&tracer->options, err);
}

int it_tracer_new(struct it_tracer **out, const struct it_tracer_options *options,
		  struct it_touched *touched, struct intoto_error **err)
{
	IT_AUTO(it_tracer_freep) struct it_tracer *tracer = calloc(1, sizeof *tracer);
	int rc;

	*out = NULL;
	if (!tracer)
		return it_err_nomem(err);
	tracer->options = *options;
	tracer->touched = touched;
	tracer->entry = (struct it_proc_entry){ .enter = enter, .arg = tracer, .what = "tracing" };
	rc = choose(tracer, err);
	if (rc)
		return rc;
	touched->statement.mechanism = tracer->kind->name;
	*out = tracer;
	tracer = NULL; /* now the caller's */
	return INTOTO_OK;
}

int it_tracer_started(struct it_tracer *tracer, pid_t pid, struct intoto_error **err)
{
	return tracer->kind->started ? tracer->kind->started(tracer, pid, err) : INTOTO_OK;
}

int it_tracer_finish(struct it_tracer *tracer, struct intoto_error **err)
{
	int rc = tracer->kind->finish(tracer, err);

	return rc ? rc : it_touched_seal(tracer->touched, err);
}

int it_tracer_left(struct it_tracer *tracer, int rc, struct intoto_error **err)
{
	return tracer->kind->left ? tracer->kind->left(tracer, rc, err) : rc;
}

void it_tracer_free(struct it_tracer *tracer)
{
	if (!tracer)
		return;
	forget(tracer);
	free(tracer);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Criteria that documents keep or not. */
#include "layouts/gates/criterion.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"
#include "layouts/gates/exception.h"
#include "layouts/glob.h"

enum { SENTENCE_MAX = 8192 };

/* --- deciding --- */

static int tell_why_not(struct it_criteria *criteria, const struct it_strings *why_not,
			struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < why_not->count; i++)
		rc = it_gate_decide(criteria->out, IT_DECISION_REMARK, criteria->evidence->name,
				    NULL, NULL, err, "%s", why_not->items[i]);
	return rc;
}

static int decide_failed(struct it_criteria *criteria, const char *word, const char *text,
			 struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings ids = { 0 };
	IT_AUTO(it_strings_done) struct it_strings why_not = { 0 };
	IT_AUTO(it_buf_done) struct it_buf by = IT_BUF(IT_CRITERION_TEXT_MAX);
	const char *id = NULL;
	int rc = it_strings_add(&ids, word, err);

	if (!rc)
		rc = it_exceptions_find(
			criteria->input->exceptions,
			&(struct it_exception_query){ .gate = criteria->gate,
						      .step = criteria->input->step,
						      .ids = &ids,
						      .producers = criteria->evidence->signers },
			&id, &by, &why_not, err);
	if (!rc && id)
		return it_gate_decide(criteria->out, IT_DECISION_ALLOWED, criteria->evidence->name,
				      it_buf_text(&by), id, err, "%s", text);
	criteria->failed++;
	if (!rc)
		rc = it_gate_decide(criteria->out, IT_DECISION_BLOCKED, criteria->evidence->name,
				    NULL, NULL, err, "%s: %s", word, text);
	return rc ? rc : tell_why_not(criteria, &why_not, err);
}

int it_criterion_fail(struct it_criteria *criteria, const char *word, struct intoto_error **err,
		      const char *format, ...)
{
	char text[SENTENCE_MAX];
	va_list list;

	va_start(list, format);
	(void)vsnprintf(text, sizeof text, format, list); /* cut where it is longer */
	va_end(list);
	return decide_failed(criteria, word, text, err);
}

int it_criterion_keep(struct it_criteria *criteria, struct intoto_error **err, const char *format,
		      ...)
{
	char text[SENTENCE_MAX];
	va_list list;

	va_start(list, format);
	(void)vsnprintf(text, sizeof text, format, list); /* cut where it is longer */
	va_end(list);
	return it_gate_decide(criteria->out, IT_DECISION_FINE, criteria->evidence->name, NULL, NULL,
			      err, "%s", text);
}

/* --- patterns --- */

int it_patterns_read(struct it_strings *out, const struct it_json *value,
		     const struct it_where *where, struct intoto_error **err)
{
	int rc = it_gate_read_words(out, value, where, err);

	for (size_t i = 0; !rc && i < out->count; i++) {
		struct it_where element = { where, NULL, i };
		struct it_glob glob = it_glob(it_span_text(out->items[i]));

		if (!it_glob_is_closed(&glob))
			rc = it_where_refuse(&element, INTOTO_E_FORMAT, err, "a [ without its ]");
	}
	return rc;
}

bool it_patterns_match(const struct it_strings *patterns, const char *text)
{
	for (size_t i = 0; text && i < patterns->count; i++) {
		struct it_glob glob = it_glob(it_span_text(patterns->items[i]));

		if (it_glob_match(&glob, it_span_text(text)))
			return true;
	}
	return false;
}

void it_patterns_name(struct it_buf *out, const struct it_strings *patterns)
{
	for (size_t i = 0; i < patterns->count; i++) {
		if (i)
			(void)it_buf_add_text(out, i + 1 == patterns->count ? " or " : ", ");
		it_text_quote(out, it_span_text(patterns->items[i]));
	}
}

int it_patterns_clause(struct it_strings *out, const char *what, const struct it_strings *patterns,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_CRITERION_TEXT_MAX);
	int rc;

	if (!patterns->count)
		return INTOTO_OK;
	(void)it_buf_printf(&text, "%s ", what); /* sticks */
	it_patterns_name(&text, patterns);
	rc = it_buf_check(&text, "a clause", err);
	return rc ? rc : it_strings_add(out, it_buf_text(&text), err);
}

int it_criterion_match(struct it_criteria *criteria, const char *word, const char *what,
		       const char *text, const struct it_strings *patterns,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf names = IT_BUF(IT_CRITERION_TEXT_MAX);
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(text ? text : ""));
	int rc;

	if (!patterns->count)
		return INTOTO_OK;
	it_patterns_name(&names, patterns);
	rc = it_buf_check(&names, "a list of patterns", err);
	if (rc)
		return rc;
	if (!quoted)
		return it_err_nomem(err);
	if (it_patterns_match(patterns, text))
		return it_criterion_keep(criteria, err, "%s is %s", what, quoted);
	if (!text)
		return it_criterion_fail(criteria, word, err, "%s is not said, want %s", what,
					 it_buf_text(&names));
	return it_criterion_fail(criteria, word, err, "%s is %s, want %s", what, quoted,
				 it_buf_text(&names));
}

/* --- members --- */

const char *it_member_text(const struct it_json *object, const char *name)
{
	struct it_span text = it_json_text(it_json_get(object, name));

	return text.data && !memchr(text.data, '\0', text.len) ? text.data : NULL;
}

bool it_member_is_true(const struct it_json *object, const char *name)
{
	bool value = false;

	return it_json_bool(it_json_get(object, name), &value) && value;
}

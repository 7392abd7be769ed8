/* SPDX-License-Identifier: Apache-2.0 */
/* The set of exceptions: which of them hold, and which covers a finding. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "layouts/gates/exceptions.h"

enum { EXCEPTIONS_MAX = 10 * 1000, SENTENCE_MAX = 64 * 1024, DAY = 24 * 3600 };

static void item_done(struct it_exception_item *item)
{
	it_exception_done(&item->exception);
	it_people_done(&item->signers);
	free(item->name);
	free(item->uri);
	free(item->why_not);
	free(item->used);
}

void it_exceptions_done(struct it_exceptions *exceptions)
{
	for (size_t i = 0; i < exceptions->count; i++)
		item_done(&exceptions->items[i]);
	free(exceptions->items);
	*exceptions = (struct it_exceptions){ 0 };
}

/* --- what keeps one from holding --- */

/* How many people signed who did not make the evidence. */
static size_t count_others(const struct it_people *signers, const struct it_people *producers,
			   size_t *others)
{
	*others = 0;
	for (size_t i = 0; i < signers->count; i++) {
		bool produced = false;
		bool counted = false;

		/* A person with two keys is one: whoever is the same as a producer is out. */
		for (size_t j = 0; j < signers->count; j++)
			for (size_t k = 0; producers && k < producers->count; k++)
				produced |=
					signers->items[j].same == signers->items[i].same &&
					it_person_same(&signers->items[j], &producers->items[k]);
		for (size_t j = 0; j < i; j++)
			counted |= signers->items[j].same == signers->items[i].same;
		*others += !produced && !counted;
	}
	return *others;
}

static void say_time(struct it_buf *why, const char *what, int64_t time)
{
	char text[IT_TIME_SIZE];

	it_time_format(text, time);
	(void)it_buf_printf(why, "%s%s", what, text); /* short */
}

static void judge_length(struct it_buf *why, const struct it_exception_terms *terms,
			 const struct it_exception *exception)
{
	int64_t seconds = exception->expires - exception->not_before;

	if (!terms->max_days)
		return;
	if (!exception->not_before)
		(void)it_buf_add_text(why, "does not say from when it holds (notBefore), and the "
					   "layout limits how long one may last");
	else if (seconds > terms->max_days * DAY)
		(void)it_buf_printf(why, "lasts %lld days, and the layout allows %lld",
				    (long long)((seconds + DAY - 1) / DAY),
				    (long long)terms->max_days);
}

static void judge_time(struct it_buf *why, const struct it_exception *exception, int64_t now)
{
	if (now < exception->not_before)
		say_time(why, "holds only from ", exception->not_before);
	else if (now >= exception->expires)
		say_time(why, "is over since ", exception->expires);
}

static int judge(struct it_exception_item *item, const struct it_exceptions *exceptions,
		 struct intoto_error **err)
{
	const struct it_exception_terms *terms = exceptions->terms;
	IT_AUTO(it_buf_done) struct it_buf why = IT_BUF(SENTENCE_MAX);
	size_t people = it_people_count(&item->signers);

	if (!terms || !terms->given)
		(void)it_buf_add_text(&why, "does not count: the layout takes no exceptions");
	else if (people < (uint64_t)terms->threshold)
		(void)it_buf_printf(&why,
				    "is signed by %zu of the people whom the layout lets excuse, "
				    "and %lld must have",
				    people, (long long)terms->threshold);
	else if (terms->require_ticket && !item->exception.ticket)
		(void)it_buf_add_text(&why, "names no ticket, and the layout wants one");
	else
		judge_length(&why, terms, &item->exception);
	if (!why.len)
		judge_time(&why, &item->exception, exceptions->now);
	if (!why.len)
		return why.failed ? it_err_nomem(err) : INTOTO_OK;
	item->why_not = it_buf_take(&why);
	return item->why_not ? INTOTO_OK : it_err_nomem(err);
}

/* --- adding --- */

static int find_signers(struct it_exception_item *item, const struct intoto_envelope *envelope,
			const struct it_excuser *excusers, size_t count, int64_t now,
			struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < count; i++) {
		struct it_terms terms = { now, excusers[i].only };
		struct it_person person = { .fingerprint = intoto_key_fingerprint(excusers[i].key),
					    .name = excusers[i].name,
					    .key = excusers[i].key,
					    .only = excusers[i].only,
					    .rank = excusers[i].rank };
		int found = it_envelope_verify_under(envelope, excusers[i].key, &terms, NULL);

		if (found == INTOTO_E_NOMEM)
			rc = it_err_nomem(err);
		else if (!found)
			rc = it_people_add(&item->signers, &person, err);
	}
	return rc;
}

static int describe(struct it_exception_item *item, const char *name, const char *uri,
		    struct it_span text, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(sizeof item->sha256);

	item->name = strdup(name);
	item->uri = strdup(uri);
	item->used = calloc(1, sizeof *item->used);
	it_sha256_hex(&hex, text);
	if (!item->name || !item->uri || !item->used || hex.len >= sizeof item->sha256)
		return it_err_nomem(err);
	memcpy(item->sha256, it_buf_text(&hex), hex.len + 1);
	return INTOTO_OK;
}

static int make_room(struct it_exceptions *exceptions, struct intoto_error **err)
{
	struct it_exception_item *items;

	if (exceptions->count == EXCEPTIONS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "more than %d exceptions", EXCEPTIONS_MAX);
	items = reallocarray(exceptions->items, exceptions->count + 1, sizeof *items);
	if (!items)
		return it_err_nomem(err);
	exceptions->items = items;
	return INTOTO_OK;
}

int it_exceptions_add(struct it_exceptions *exceptions, const char *name, const char *uri,
		      struct it_span text, const struct it_excuser *excusers, size_t excuser_count,
		      struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	struct it_exception_item item = { 0 };
	int rc = make_room(exceptions, err);

	if (!rc)
		rc = intoto_envelope_parse(&envelope, text.data, text.len, err);
	if (!rc)
		rc = it_exception_from_envelope(&item.exception, envelope, err);
	if (!rc)
		rc = describe(&item, name, uri, text, err);
	if (!rc)
		rc = find_signers(&item, envelope, excusers, excuser_count, exceptions->now, err);
	if (!rc)
		rc = judge(&item, exceptions, err);
	if (rc) {
		item_done(&item);
		return rc;
	}
	exceptions->items[exceptions->count++] = item;
	return INTOTO_OK;
}

/* --- asking --- */

static bool matches_package(const struct it_strings *patterns, const char *package)
{
	for (size_t i = 0; package && i < patterns->count; i++) {
		const char *pattern = patterns->items[i];
		size_t len = strlen(pattern);

		if (it_streq(pattern, package))
			return true;
		if (pattern[len - 1] == '*' && strlen(package) >= len - 1 &&
		    it_span_eq(it_span(pattern, len - 1), it_span(package, len - 1)))
			return true;
	}
	return false;
}

static bool matches_any(const struct it_strings *words, const struct it_strings *found)
{
	for (size_t i = 0; found && i < found->count; i++)
		if (it_strings_has(words, found->items[i]))
			return true;
	return false;
}

static bool has(const struct it_strings *words, const char *word)
{
	return word && it_strings_has(words, word);
}

/* "build" of "sub/build": an exception knows the names of its own layout. */
static const char *step_of(const char *label)
{
	const char *slash = label ? strrchr(label, '/') : NULL;

	return slash ? slash + 1 : label;
}

static bool covers(const struct it_exception *exception, const struct it_exception_query *query)
{
	return it_streq(exception->gate, query->gate) &&
	       (!exception->steps.count || has(&exception->steps, step_of(query->step))) &&
	       (!exception->findings.count || matches_any(&exception->findings, query->ids)) &&
	       (!exception->packages.count ||
		matches_package(&exception->packages, query->package)) &&
	       (!exception->licenses.count || has(&exception->licenses, query->license)) &&
	       (!exception->tests.count || has(&exception->tests, query->test)) &&
	       (!exception->artifacts.count || has(&exception->artifacts, query->sha256));
}

static int add_why(struct it_strings *out, const struct it_exception *exception, const char *why,
		   struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SENTENCE_MAX);
	int rc;

	if (!out)
		return INTOTO_OK;
	(void)it_buf_add_text(&text, "exception "); /* looked at below */
	it_text_quote(&text, it_span_text(exception->id));
	(void)it_buf_printf(&text, " %s", why);
	rc = it_buf_check(&text, "a clause", err);
	return rc ? rc : it_strings_add(out, it_buf_text(&text), err);
}

static int say_by(struct it_buf *by, const struct it_exception *exception,
		  struct intoto_error **err)
{
	(void)it_buf_add_text(by, "exception "); /* looked at below */
	it_text_quote(by, it_span_text(exception->id));
	(void)it_buf_add_text(by, " (owner ");
	it_text_quote(by, it_span_text(exception->owner));
	say_time(by, ", until ", exception->expires);
	(void)it_buf_add_text(by, ")");
	return it_buf_check(by, "an exception", err);
}

int it_exceptions_find(const struct it_exceptions *exceptions,
		       const struct it_exception_query *query, const char **id, struct it_buf *by,
		       struct it_strings *why_not, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	*id = NULL;
	it_buf_reset(by);
	for (size_t i = 0; !rc && i < exceptions->count; i++) {
		const struct it_exception_item *item = &exceptions->items[i];
		size_t others = 0;

		if (!covers(&item->exception, query))
			continue;
		if (item->why_not) {
			rc = add_why(why_not, &item->exception, item->why_not, err);
			continue;
		}
		if (count_others(&item->signers, query->producers, &others) <
		    (uint64_t)exceptions->terms->threshold) {
			rc = add_why(why_not, &item->exception,
				     "does not count here: who signed the evidence cannot excuse "
				     "it",
				     err);
			continue;
		}
		++*item->used;
		*id = item->exception.id;
		return say_by(by, &item->exception, err);
	}
	return rc;
}

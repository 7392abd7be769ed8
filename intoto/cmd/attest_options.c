/* SPDX-License-Identifier: Apache-2.0 */
/* From words to orders. */
#include "cmd/attest_options.h"

#include <stdio.h>
#include <string.h>

#include "base/libexec.h"
#include "base/text.h"

enum { LISTS = 4, FILES = 0, OPTIONS = 1, GRANTED = 2, PATHS = 3 };

const char *it_attestors_folder(void)
{
	return it_libexec_attestors;
}

void it_attest_setup_done(struct it_attest_setup *setup)
{
	for (size_t i = 0; i < setup->count; i++)
		it_attestor_free(setup->items[i].order.attestor);
	for (size_t i = 0; setup->lists && i < setup->count * LISTS; i++)
		it_strings_done(&setup->lists[i]);
	free(setup->items);
	free(setup->lists);
	it_strings_done(&setup->hidden);
	*setup = (struct it_attest_setup){ 0 };
}

static int refuse(const char *option, const char *word, const char *want, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(word));

	return it_err_set(err, INTOTO_E_USAGE, "--%s: want %s, found '%s'", option, want,
			  quoted ? quoted : "");
}

/* The name in front of a separator, or all of it. */
static struct it_span name_of(const char *word, const char *separator)
{
	return it_span(word, strcspn(word, separator));
}

/* What stands behind "NAME<separator>" for that attestor, or NULL. */
static const char *value_for(const char *word, char separator, const char *name)
{
	size_t len = strlen(name);

	return it_starts_with(word, name) && word[len] == separator ? word + len + 1 : NULL;
}

/* --- words that name an attestor which nobody asked for --- */

static bool is_asked(const struct it_attest_words *words, struct it_span name)
{
	for (size_t i = 0; i < words->attest.count; i++)
		if (it_span_eq(name_of(words->attest.items[i], "="), name))
			return true;
	return false;
}

static int check_names(const struct it_attest_words *words, const struct it_strings *given,
		       const char *option, const char *separator, const char *form,
		       struct intoto_error **err)
{
	for (size_t i = 0; i < given->count; i++) {
		struct it_span name = name_of(given->items[i], separator);

		if (*separator && !given->items[i][name.len])
			return refuse(option, given->items[i], form, err);
		if (!is_asked(words, name))
			return refuse(option, given->items[i],
				      "the name of an attestor that --attest names, too", err);
	}
	return INTOTO_OK;
}

static int check_words(const struct it_attest_words *words, struct intoto_error **err)
{
	int rc = check_names(words, &words->options, "attest-option", ":", "NAME:KEY=VALUE", err);

	if (!rc)
		rc = check_names(words, &words->on_failure, "attest-on-failure", "=",
				 "NAME=fatal, NAME=record or NAME=ignore", err);
	if (!rc)
		rc = check_names(words, &words->network, "attest-network", "", "NAME", err);
	if (!rc)
		rc = check_names(words, &words->environment, "attest-env", "=", "NAME=VARIABLE",
				 err);
	return rc ? rc : check_names(words, &words->paths, "attest-path", "=", "NAME=PATH", err);
}

/* --- one attestor --- */

static int read_policy(enum it_attest_policy *out, const struct it_attest_words *words,
		       const char *name, struct intoto_error **err)
{
	static const char *const policies[] = { [IT_ATTEST_FATAL] = "fatal",
						[IT_ATTEST_RECORD] = "record",
						[IT_ATTEST_IGNORE] = "ignore" };

	*out = IT_ATTEST_FATAL;
	for (size_t i = 0; i < words->on_failure.count; i++) {
		const char *word = value_for(words->on_failure.items[i], '=', name);
		bool found = !word;

		for (size_t j = 0; word && j < IT_COUNT_OF(policies); j++) {
			if (!it_streq(word, policies[j]))
				continue;
			*out = (enum it_attest_policy)j;
			found = true;
		}
		if (!found)
			return refuse("attest-on-failure", words->on_failure.items[i],
				      "fatal, record or ignore", err);
	}
	return INTOTO_OK;
}

static int take_values(struct it_strings *out, const struct it_strings *given, char separator,
		       const char *name, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < given->count; i++) {
		const char *value = value_for(given->items[i], separator, name);

		if (value)
			rc = it_strings_add(out, value, err);
	}
	return rc;
}

static int fill_order(struct it_step_attestor *item, struct it_strings *lists,
		      const struct it_attest_words *words, const char *name, const char *file,
		      struct intoto_error **err)
{
	int rc = file ? it_strings_add(&lists[FILES], file, err) : INTOTO_OK;

	if (!rc)
		rc = take_values(&lists[OPTIONS], &words->options, ':', name, err);
	if (!rc)
		rc = take_values(&lists[GRANTED], &words->environment, '=', name, err);
	if (!rc)
		rc = take_values(&lists[PATHS], &words->paths, '=', name, err);
	if (!rc)
		rc = read_policy(&item->policy, words, name, err);
	item->order.files = &lists[FILES];
	item->order.options = &lists[OPTIONS];
	item->order.granted = &lists[GRANTED];
	item->order.paths = &lists[PATHS];
	item->order.network = it_strings_has(&words->network, name);
	return rc;
}

static int open_one(struct it_attest_setup *setup, const struct it_attest_words *words,
		    const char *word, bool in_step, struct intoto_error **err)
{
	const struct it_attestor_places places = { .package = it_attestors_folder(),
						   .folders = &words->folders,
						   .best_effort = words->best_effort };
	size_t index = setup->count++;
	struct it_step_attestor *item = &setup->items[index];
	struct it_span name = name_of(word, "=");
	IT_AUTO(it_freep) char *copy = strndup(word, name.len);
	const char *file = word[name.len] ? word + name.len + 1 : NULL;
	int rc = copy ? INTOTO_OK : it_err_nomem(err);

	if (!rc && file && !*file)
		rc = refuse("attest", word, "a file behind the =", err);
	if (!rc)
		rc = it_attestor_find(&item->order.attestor, copy, &places, err);
	if (!rc)
		rc = fill_order(item, &setup->lists[index * LISTS], words, copy, file, err);
	return rc ? rc : it_attest_order_check(&item->order, in_step, err);
}

int it_attest_setup(struct it_attest_setup *setup, const struct it_attest_words *words,
		    bool in_step, const char *key, const char *passphrase_file,
		    struct intoto_error **err)
{
	size_t count = words->attest.count;
	int rc = check_words(words, err);

	setup->attest.allowed = &words->allowed;
	if (rc || !count)
		return rc;
	setup->items = calloc(count, sizeof *setup->items);
	setup->lists = calloc(count * LISTS, sizeof *setup->lists);
	if (!setup->items || !setup->lists)
		return it_err_nomem(err);
	if (key)
		rc = it_strings_add(&setup->hidden, key, err);
	if (!rc && passphrase_file)
		rc = it_strings_add(&setup->hidden, passphrase_file, err);
	for (size_t i = 0; !rc && i < count; i++)
		rc = open_one(setup, words, words->attest.items[i], in_step, err);
	setup->attest = (struct it_step_attest){ .items = setup->items,
						 .count = setup->count,
						 .hidden = &setup->hidden,
						 .keep_reports = !words->no_reports,
						 .best_effort = words->best_effort,
						 .allowed = &words->allowed };
	return rc;
}

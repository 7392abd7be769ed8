/* SPDX-License-Identifier: Apache-2.0 */
/* What the link says of a sandbox: the level that was reached, and the profile. */
#include "base/text.h"
#include "run/step_link.h"
#include "run/step_sandbox.h"

enum { TEXT_MAX = 64 * 1024 };

static const struct {
	const char *word;
	enum it_sandbox_promise bit;
} promises[] = {
	{ "files", IT_SANDBOX_FILES },
	{ "no-network", IT_SANDBOX_NO_NETWORK },
	{ "nothing-left", IT_SANDBOX_NOTHING_LEFT },
};

/* Bytes that are no UTF-8 cannot stand in JSON. */
static int append(struct it_json *list, const char *text, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf valid = IT_BUF(TEXT_MAX);

	(void)it_utf8_replace(&valid, it_span_text(text)); /* said by the mark in its place */
	if (it_buf_check(&valid, "path", err))
		return INTOTO_E_LIMIT;
	return it_json_append_take(list, it_json_new_text(it_buf_span(&valid)), err);
}

/* Each list is the sum of two; either may be NULL. */
static int set_lists(struct it_json *object, const char *name, const struct it_strings *one,
		     const struct it_strings *two, struct intoto_error **err)
{
	const struct it_strings *const lists[] = { one, two };
	struct it_json *texts = it_json_new_list();
	int rc = texts ? INTOTO_OK : it_err_nomem(err);

	for (size_t i = 0; i < IT_COUNT_OF(lists); i++)
		for (size_t j = 0; !rc && lists[i] && j < lists[i]->count; j++)
			rc = append(texts, lists[i]->items[j], err);
	if (!rc)
		return it_json_set_take(object, name, texts, err);
	it_json_free(texts);
	return rc;
}

static int set_denied(struct it_json *object, const struct it_confined *confined,
		      struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings paths = { 0 };
	int64_t more =
		confined->denied_more < INT64_MAX ? (int64_t)confined->denied_more : INT64_MAX;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < confined->denied_count; i++)
		rc = it_strings_add(&paths, confined->denied[i].path, err);
	if (!rc)
		rc = set_lists(object, "denied", &paths, NULL, err);
	if (!rc && more)
		rc = it_json_set_take(object, "denied-more", it_json_new_int(more), err);
	return rc ? rc
		  : it_json_set_take(object, "denied-named", it_json_new_bool(confined->named),
				     err);
}

static int set_level(struct it_json *object, const struct it_confined *confined,
		     struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings words = { 0 };
	IT_AUTO(it_strings_done) struct it_strings kept = { 0 };
	int rc = it_sandbox_words(&words, &confined->level, err);

	for (size_t i = 0; !rc && i < IT_COUNT_OF(promises); i++)
		if (confined->promises & (unsigned)promises[i].bit)
			rc = it_strings_add(&kept, promises[i].word, err);
	if (!rc)
		rc = set_lists(object, "level", &words, NULL, err);
	return rc ? rc : set_lists(object, "promises", &kept, NULL, err);
}

static int set_profile(struct it_json *object, const struct it_step_options *options,
		       struct intoto_error **err)
{
	const struct it_step_sandbox *sandbox = options->sandbox;
	char word[] = "system";
	char *usual[] = { word, NULL };
	const struct it_strings system = { .items = usual, .count = 1 };
	bool named = sandbox->toolchain && sandbox->toolchain->count;
	int rc = set_lists(object, "read", options->materials, sandbox->read, err);

	if (!rc)
		rc = set_lists(object, "write", options->products, sandbox->write, err);
	if (!rc)
		rc = set_lists(object, "toolchain", named ? sandbox->toolchain : &system, NULL,
			       err);
	return rc ? rc
		  : it_json_set_take(object, "network", it_json_new_bool(sandbox->network), err);
}

int it_confined_note(const struct it_confined *confined, const struct it_step_options *options,
		     struct intoto_link *link, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *object = it_json_new_object();
	int rc = object ? INTOTO_OK : it_err_nomem(err);

	if (!rc)
		rc = set_level(object, confined, err);
	if (!rc)
		rc = set_profile(object, options, err);
	if (!rc && confined->withheld.count)
		rc = set_lists(object, "withheld", &confined->withheld, NULL, err);
	if (!rc)
		rc = set_denied(object, confined, err);
	return rc ? rc : it_step_note(link, "sandbox", it_json_ref(object), err);
}

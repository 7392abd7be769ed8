/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an attestor prints, as a manifest and as an answer.  An answer that is taken must be one
 * document for the reader of documents too, with the same predicates; and JSON out of which a
 * secret was taken must still be JSON, without it.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "attest/answer.h"
#include "attest/secrets.h"
#include "base/text.h"
#include "json/json.h"

static const struct it_json_limits limits = {
	.bytes = 1 << 20, .depth = IT_ANSWER_DEPTH, .reals = true, .values = 1 << 20
};

static struct it_json *parse(struct it_span text)
{
	struct it_json *root;

	return it_json_parse(&root, text, &limits, NULL) ? NULL : root;
}

static void compare(const struct it_answer *answer)
{
	IT_AUTO(it_json_freep) struct it_json *root = parse(it_buf_span(&answer->text));
	const struct it_json *list = it_json_get(root, "statements");

	if (!root || it_json_count(list) != answer->count)
		abort();
	for (size_t i = 0; i < answer->count; i++) {
		IT_AUTO(it_json_freep)
		struct it_json *predicate = parse(answer->statements[i].predicate);

		if (!predicate ||
		    !it_json_equal(predicate, it_json_get(it_json_at(list, i), "predicate")))
			abort();
	}
}

static bool has(const struct it_json *value, const char *text)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count = 0;

	if (it_json_kind(value) == IT_JSON_TEXT)
		return memmem(it_json_text(value).data, it_json_text(value).len, text,
			      strlen(text));
	for (size_t i = 0; it_json_kind(value) == IT_JSON_LIST && i < it_json_count(value); i++)
		if (has(it_json_at(value, i), text))
			return true;
	if (it_json_kind(value) != IT_JSON_OBJECT || it_json_members(&members, &count, value, NULL))
		return false;
	for (size_t i = 0; i < count; i++)
		if (memmem(members[i].name.data, members[i].name.len, text, strlen(text)) ||
		    has(members[i].value, text))
			return true;
	return false;
}

static void mask(struct it_span predicate)
{
	static const char value[] = "se\"cr\\t";
	struct it_secret secret = { .name = "X", .value = { value, sizeof value - 1 } };
	struct it_secrets secrets = { .items = &secret, .count = 1 };
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(1 << 22);
	struct it_json *tree = NULL;

	if (!it_secrets_mask_json(&out, predicate, &secrets)) {
		tree = parse(predicate);
		if (has(tree, value))
			abort();
	} else if (it_json_parse(&tree, it_buf_span(&out), &limits, NULL) == INTOTO_OK &&
		   has(tree, value)) {
		abort();
	}
	it_json_free(tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *types[] = { (char *)(uintptr_t) "a:b", NULL };
	const struct it_manifest asked = { .predicates = { types, 1, 1 },
					   .needs = IT_NEEDS_OUTPUT };
	struct it_span text = it_span(data, size);
	struct it_manifest manifest;
	struct it_answer answer;
	struct it_buf copy = IT_BUF(1 << 20);

	(void)!it_manifest_read(&manifest, text, "x", NULL); /* must only come back */
	it_manifest_done(&manifest);
	if (it_buf_add_span(&copy, text)) {
		it_buf_done(&copy);
		return 0;
	}
	if (it_answer_take(&answer, &copy, &asked, NULL) == INTOTO_OK) {
		compare(&answer);
		for (size_t i = 0; i < answer.count; i++)
			mask(answer.statements[i].predicate);
	}
	it_answer_done(&answer);
	return 0;
}

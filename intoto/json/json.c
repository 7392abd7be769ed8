/* SPDX-License-Identifier: Apache-2.0 */
/* Documents: read within bounds, and looked at. */
#include "json/json.h"

#include <string.h>

#include "base/text.h"
#include "json/content.h"
#include "json/place.h"
#include "json/tree.h"
#include "json/where.h"

enum { MESSAGE_MAX = 4096 };

const struct it_json_limits it_json_signed_limits = {
	.bytes = IT_JSON_BYTES_MAX,
	.depth = 32,
	.reals = false,
	.values = (size_t)4 << 20,
};

/* Where the parser stopped: at the beginning of the token that it did not want. */
static size_t stop_of(struct it_span text, const json_error_t *why)
{
	size_t position = why->position < 0 ? 0 : (size_t)why->position;

	if (position > text.len)
		position = text.len;
	if (json_error_code(why) == json_error_invalid_utf8 ||
	    json_error_code(why) == json_error_premature_end_of_input)
		return position;
	return it_place_token(text, position).at;
}

/* The parser's words end with the raw text that it stopped at: quoted anew from the document. */
static void print_syntax(struct it_buf *out, const char *words, struct it_token found)
{
	const char *near = strstr(words, " near ");

	it_text_quote(out, it_span(words, near ? (size_t)(near - words) : strlen(words)));
	(void)it_buf_add_text(out, " at "); /* sticky */
	it_where_quote(out, found.text);
}

static void print_cause(struct it_buf *out, const json_error_t *why, struct it_token found)
{
	static const struct {
		enum json_error_code code;
		const char *words;
	} causes[] = {
		{ json_error_invalid_utf8, "bytes that are not UTF-8" },
		{ json_error_premature_end_of_input, "the text ends too early" },
		{ json_error_end_of_input_expected, "something behind the end of the document" },
		{ json_error_null_byte_in_key, "a NUL character in a member name" },
		{ json_error_numeric_overflow, "a number that does not fit into 64 bits" },
	};

	if (json_error_code(why) == json_error_duplicate_key) {
		(void)it_buf_add_text(out, "duplicate member "); /* sticky */
		it_place_print_text(out, found);
		return;
	}
	for (size_t i = 0; i < IT_COUNT_OF(causes); i++) {
		if (causes[i].code == json_error_code(why)) {
			(void)it_buf_add_text(out, causes[i].words); /* sticky */
			return;
		}
	}
	print_syntax(out, why->text, found);
}

static int refuse_text(struct it_span text, const json_error_t *why, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf cause = IT_BUF(MESSAGE_MAX);
	struct it_scan scan = { text, stop_of(text, why) };
	size_t at = scan.at;

	/* Without memory jansson fails in places without a word. */
	if (json_error_code(why) == json_error_out_of_memory || !why->text[0])
		return it_err_nomem(err);
	print_cause(&cause, why, it_scan_next(&scan));
	return it_place_refuse(text, at, INTOTO_E_FORMAT, err, "%s", it_buf_text(&cause));
}

int it_json_parse(struct it_json **root, struct it_span text, const struct it_json_limits *limits,
		  struct intoto_error **err)
{
	json_error_t why = { .line = 0 };
	json_t *tree;
	size_t content;
	int rc;

	*root = NULL;
	rc = it_scan_bounds(text, limits, &content, err);
	if (rc)
		return rc;
	tree = json_loadb(text.len ? text.data : "", text.len,
			  JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &why);
	if (!tree)
		return refuse_text(text, &why, err);
	if (it_content_of(it_json_from_tree(tree)) != content) {
		json_decref(tree);
		return it_err_nomem(err);
	}
	*root = it_json_from_tree(tree);
	return INTOTO_OK;
}

struct it_json *it_json_ref(const struct it_json *value)
{
	return it_json_from_tree(json_incref(it_json_tree(value)));
}

void it_json_free(struct it_json *value)
{
	json_decref(it_json_tree(value));
}

static void wipe_texts(json_t *value)
{
	const char *name;
	json_t *member;
	size_t index;

	if (json_is_string(value))
		explicit_bzero((void *)(uintptr_t)json_string_value(value),
			       json_string_length(value));
	json_object_foreach(value, name, member) wipe_texts(member);
	json_array_foreach(value, index, member) wipe_texts(member);
}

void it_json_wipe(struct it_json *root)
{
	wipe_texts(it_json_tree(root));
	it_json_free(root);
}

enum it_json_kind it_json_kind(const struct it_json *value)
{
	static const enum it_json_kind kinds[] = {
		[JSON_OBJECT] = IT_JSON_OBJECT, [JSON_ARRAY] = IT_JSON_LIST,
		[JSON_STRING] = IT_JSON_TEXT,	[JSON_INTEGER] = IT_JSON_INT,
		[JSON_REAL] = IT_JSON_REAL,	[JSON_TRUE] = IT_JSON_BOOL,
		[JSON_FALSE] = IT_JSON_BOOL,	[JSON_NULL] = IT_JSON_NULL,
	};

	return value ? kinds[json_typeof(it_json_tree(value))] : IT_JSON_NULL;
}

const char *it_json_kind_name(const struct it_json *value)
{
	static const char *const names[] = {
		[IT_JSON_NULL] = "null",	[IT_JSON_BOOL] = "a boolean",
		[IT_JSON_INT] = "a number",	[IT_JSON_REAL] = "a real number",
		[IT_JSON_TEXT] = "a text",	[IT_JSON_LIST] = "a list",
		[IT_JSON_OBJECT] = "an object",
	};

	return value ? names[it_json_kind(value)] : "nothing";
}

const struct it_json *it_json_get(const struct it_json *value, const char *name)
{
	return it_json_from_tree(json_object_get(it_json_tree(value), name));
}

size_t it_json_count(const struct it_json *value)
{
	const json_t *tree = it_json_tree(value);

	return json_is_array(tree) ? json_array_size(tree) : json_object_size(tree);
}

const struct it_json *it_json_at(const struct it_json *list, size_t index)
{
	return it_json_from_tree(json_array_get(it_json_tree(list), index));
}

struct it_span it_json_text(const struct it_json *value)
{
	const json_t *tree = it_json_tree(value);

	return it_span(json_string_value(tree), json_string_length(tree));
}

bool it_json_int(const struct it_json *value, int64_t *out)
{
	const json_t *tree = it_json_tree(value);

	if (!json_is_integer(tree))
		return false;
	*out = json_integer_value(tree);
	return true;
}

bool it_json_number(const struct it_json *value, double *out)
{
	if (!value || !json_is_number(it_json_tree(value)))
		return false;
	*out = json_number_value(it_json_tree(value));
	return true;
}

bool it_json_bool(const struct it_json *value, bool *out)
{
	const json_t *tree = it_json_tree(value);

	if (!json_is_boolean(tree))
		return false;
	*out = json_is_true(tree);
	return true;
}

static int compare_members(const void *a, const void *b)
{
	const struct it_json_member *left = a;
	const struct it_json_member *right = b;

	return it_span_cmp(left->name, right->name);
}

/* Says whether they stood sorted. */
static bool list_members(struct it_json_member *members, json_t *tree)
{
	bool sorted = true;
	size_t n = 0;

	for (void *at = json_object_iter(tree); at; at = json_object_iter_next(tree, at)) {
		members[n].name = it_span(json_object_iter_key(at), json_object_iter_key_len(at));
		members[n].value = it_json_from_tree(json_object_iter_value(at));
		sorted = sorted && (n == 0 || compare_members(&members[n - 1], &members[n]) < 0);
		n++;
	}
	return sorted;
}

int it_json_members(struct it_json_member **out, size_t *count, const struct it_json *object,
		    struct intoto_error **err)
{
	size_t size = json_object_size(it_json_tree(object));
	struct it_json_member *members;

	*out = NULL;
	*count = 0;
	if (size == 0)
		return INTOTO_OK;
	members = reallocarray(NULL, size, sizeof *members);
	if (!members)
		return it_err_nomem(err);
	/* Most writers sort: looking costs a hundredth of sorting. */
	if (!list_members(members, it_json_tree(object)))
		qsort(members, size, sizeof *members, compare_members);
	*out = members;
	*count = size;
	return INTOTO_OK;
}

bool it_json_equal(const struct it_json *a, const struct it_json *b)
{
	if (it_json_kind(a) == IT_JSON_NULL)
		return it_json_kind(b) == IT_JSON_NULL;
	return json_equal(it_json_tree(a), it_json_tree(b)) == 1;
}

static bool has_real(json_t *value)
{
	const char *name;
	json_t *member;
	size_t index;

	json_object_foreach(value, name, member)
	{
		if (has_real(member))
			return true;
	}
	json_array_foreach(value, index, member)
	{
		if (has_real(member))
			return true;
	}
	return json_is_real(value);
}

bool it_json_has_real(const struct it_json *value)
{
	return has_real(it_json_tree(value));
}

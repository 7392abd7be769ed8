/* SPDX-License-Identifier: Apache-2.0 */
/* The parser of licence expressions. */
#include "model/spdx_expression.h"

#include <stdio.h>

#include "base/text.h"
#include "model/spdx_list.h"

struct parser {
	struct it_span text;
	size_t at;
	unsigned depth;
	struct it_spdx_expression *out;
	struct intoto_error **err;
};

void it_spdx_expression_done(struct it_spdx_expression *expression)
{
	free(expression->nodes);
	it_strings_done(&expression->texts);
	*expression = (struct it_spdx_expression){ 0 };
}

void it_spdx_node_print(struct it_buf *out, const struct it_spdx_node *node)
{
	if (node->op == IT_SPDX_NONE || node->op == IT_SPDX_NOASSERTION) {
		(void)it_buf_add_text(out, node->op == IT_SPDX_NONE ? "NONE" : "NOASSERTION");
		return;
	}
	(void)it_buf_add_text(out, node->license); /* sticks in out, as what follows */
	if (node->later && !it_ends_with(node->license, "-or-later"))
		(void)it_buf_add_byte(out, '+');
	if (node->exception)
		(void)it_buf_printf(out, " WITH %s", node->exception);
}

/* --- words --- */

static int refuse(const struct parser *in, size_t at, const char *what, struct it_span found)
{
	IT_AUTO(it_freep)
	char *quoted = it_text_quoted(it_span(found.data, found.len < 80 ? found.len : 80));

	if (!found.data)
		return it_err_set(in->err, INTOTO_E_FORMAT, "column %zu: %s", at + 1, what);
	return it_err_set(in->err, INTOTO_E_FORMAT, "column %zu: %s, found '%s'", at + 1, what,
			  quoted ? quoted : "");
}

static void skip_blanks(struct parser *in)
{
	while (in->at < in->text.len && in->text.data[in->at] == ' ')
		in->at++;
}

static bool is_id_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '-' || c == '.';
}

/* The bytes up to a blank or a parenthesis. */
static struct it_span word_at(const struct parser *in)
{
	size_t end = in->at;

	while (end < in->text.len && !strchr(" ()", in->text.data[end]))
		end++;
	return it_span(in->text.data + in->at, end - in->at);
}

/* Takes an operator, which has blanks on both sides. */
static bool take_operator(struct parser *in, const char *capitals, const char *small)
{
	size_t start = in->at;
	struct it_span word;

	skip_blanks(in);
	word = word_at(in);
	if (in->at > start && (it_span_is(word, capitals) || it_span_is(word, small)) &&
	    in->at + word.len < in->text.len && in->text.data[in->at + word.len] == ' ') {
		in->at += word.len;
		skip_blanks(in);
		return true;
	}
	in->at = start;
	return false;
}

static bool is_operator(struct it_span word)
{
	static const char *const words[] = { "AND", "OR", "WITH" };
	char copy[8] = { 0 };

	if (!word.len || word.len >= sizeof copy)
		return false;
	memcpy(copy, word.data, word.len);
	for (size_t i = 0; i < IT_COUNT_OF(words); i++)
		if (it_streq_nocase(copy, words[i]))
			return true;
	return false;
}

/* --- nodes --- */

static int add_node(struct parser *in, const struct it_spdx_node *node)
{
	struct it_spdx_expression *out = in->out;
	size_t cap = out->cap ? out->cap * 2 : 8;
	struct it_spdx_node *nodes = out->nodes;

	if (out->count == IT_SPDX_NODES_MAX)
		return it_err_set(in->err, INTOTO_E_LIMIT,
				  "more than %d licences and operators in one expression",
				  IT_SPDX_NODES_MAX);
	if (out->count == out->cap) {
		nodes = reallocarray(nodes, cap, sizeof *nodes);
		if (!nodes)
			return it_err_nomem(in->err);
		out->nodes = nodes;
		out->cap = cap;
	}
	nodes[out->count++] = *node;
	return INTOTO_OK;
}

/* A copy that lives with the expression; NULL: err is set. */
static const char *keep(struct parser *in, struct it_span text)
{
	if (it_strings_add_span(&in->out->texts, text, in->err))
		return NULL;
	return in->out->texts.items[in->out->texts.count - 1];
}

static bool is_id(struct it_span text)
{
	bool solid = false; /* at least one letter or digit */

	for (size_t i = 0; i < text.len; i++) {
		if (!is_id_byte(text.data[i]))
			return false;
		solid |= text.data[i] != '-' && text.data[i] != '.';
	}
	return solid;
}

static bool span_starts(struct it_span text, const char *prefix)
{
	size_t length = strlen(prefix);

	return text.len >= length && it_span_is(it_span(text.data, length), prefix);
}

/* ["DocumentRef-" idstring ":"] PREFIX idstring */
static bool is_reference(struct it_span word, const char *prefix)
{
	size_t length = strlen(prefix);

	if (span_starts(word, "DocumentRef-")) {
		const char *colon = memchr(word.data, ':', word.len);
		size_t head = colon ? (size_t)(colon - word.data) : 0;

		if (!colon || !is_id(it_span(word.data + 12, head - 12)))
			return false;
		word = it_span(colon + 1, word.len - head - 1);
	}
	return span_starts(word, prefix) && is_id(it_span(word.data + length, word.len - length));
}

/* --- leaves --- */

static int read_addition(struct parser *in, struct it_spdx_node *node)
{
	struct it_span word = word_at(in);
	const char *listed = it_spdx_exception(word);

	if (node->exception)
		return refuse(in, in->at, "this licence stands for one with an exception already",
			      it_span(NULL, 0));
	if (is_operator(word) || (!listed && !is_id(word) && !is_reference(word, "AdditionRef-")))
		return refuse(in, in->at, "want an exception behind WITH", word);
	node->exception = listed ? listed : keep(in, word);
	node->listed &= listed != NULL;
	in->at += word.len;
	return node->exception ? INTOTO_OK : INTOTO_E_NOMEM;
}

/* "GPL-2.0" with or without "+" is, since list 3.0, one of two identifiers. */
static void resolve(struct it_spdx_node *node)
{
	const struct it_spdx_alias *alias = it_spdx_alias(node->license);
	char later[64];
	const char *listed;

	if (alias) {
		node->license = alias->license;
		node->exception = alias->exception;
	}
	if (node->later && it_ends_with(node->license, "-only")) {
		(void)snprintf(later, sizeof later, "%.*s-or-later",
			       (int)(strlen(node->license) - 5), node->license);
		listed = it_spdx_license(it_span_text(later));
		node->license = listed ? listed : node->license;
	}
	node->later |= it_ends_with(node->license, "-or-later");
}

static int read_license(struct parser *in, struct it_span word)
{
	struct it_spdx_node node = { .op = IT_SPDX_LICENSE };
	struct it_span id = word;
	size_t at = in->at;
	const char *listed;
	int rc;

	if (id.len > 1 && id.data[id.len - 1] == '+')
		id.len--;
	node.later = id.len < word.len;
	listed = it_spdx_license(id);
	if (!listed && !is_id(id) && (node.later || !is_reference(id, "LicenseRef-")))
		return refuse(in, at, "want a licence", word);
	node.license = listed ? listed : keep(in, id);
	if (!node.license)
		return INTOTO_E_NOMEM;
	node.listed = listed != NULL;
	if (listed)
		resolve(&node);
	in->at += word.len;
	rc = take_operator(in, "WITH", "with") ? read_addition(in, &node) : INTOTO_OK;
	return rc ? rc : add_node(in, &node);
}

static int read_any(struct parser *in);

static int read_group(struct parser *in)
{
	size_t at = in->at++;
	int rc;

	if (++in->depth > IT_SPDX_DEPTH_MAX)
		return it_err_set(in->err, INTOTO_E_LIMIT,
				  "column %zu: more than %d parentheses deep", at + 1,
				  IT_SPDX_DEPTH_MAX);
	skip_blanks(in);
	rc = read_any(in);
	if (rc)
		return rc;
	in->depth--;
	skip_blanks(in);
	if (in->at >= in->text.len || in->text.data[in->at] != ')')
		return refuse(in, in->at, "want ')'", it_span(NULL, 0));
	in->at++;
	return INTOTO_OK;
}

static int read_leaf(struct parser *in)
{
	struct it_spdx_node special = { .op = IT_SPDX_NONE };
	struct it_span word;

	if (in->at < in->text.len && in->text.data[in->at] == '(')
		return read_group(in);
	word = word_at(in);
	if (!word.len || is_operator(word))
		return refuse(in, in->at, "want a licence", word);
	if (!it_span_is(word, "NONE") && !it_span_is(word, "NOASSERTION"))
		return read_license(in, word);
	if (it_span_is(word, "NOASSERTION"))
		special.op = IT_SPDX_NOASSERTION;
	in->at += word.len;
	return add_node(in, &special);
}

/* --- operators --- */

static bool is_special(const struct parser *in, size_t index)
{
	enum it_spdx_op op = in->out->nodes[index].op;

	return op == IT_SPDX_NONE || op == IT_SPDX_NOASSERTION;
}

static int read_all(struct parser *in)
{
	struct it_spdx_node node = { .op = IT_SPDX_AND };
	int rc = read_leaf(in);

	while (!rc && take_operator(in, "AND", "and")) {
		node.left = in->out->count - 1;
		rc = read_leaf(in);
		if (rc)
			break;
		node.right = in->out->count - 1;
		rc = add_node(in, &node);
	}
	return rc;
}

static int read_any(struct parser *in)
{
	struct it_spdx_node node = { .op = IT_SPDX_OR };
	int rc = read_all(in);

	while (!rc && take_operator(in, "OR", "or")) {
		size_t at = in->at;

		node.left = in->out->count - 1;
		rc = read_all(in);
		if (rc)
			break;
		node.right = in->out->count - 1;
		/* Annex B: "cannot be used with the OR operator". */
		if (is_special(in, node.left) || is_special(in, node.right))
			return refuse(in, at, "NONE and NOASSERTION are nothing to choose from",
				      it_span(NULL, 0));
		rc = add_node(in, &node);
	}
	return rc;
}

int it_spdx_expression_parse(struct it_spdx_expression *out, struct it_span text,
			     struct intoto_error **err)
{
	struct parser in = { .text = text, .out = out, .err = err };
	int rc;

	*out = (struct it_spdx_expression){ 0 };
	if (text.len > IT_SPDX_BYTES_MAX)
		return it_err_set(err, INTOTO_E_LIMIT,
				  "a licence expression of %zu bytes, at most %d", text.len,
				  IT_SPDX_BYTES_MAX);
	skip_blanks(&in);
	rc = read_any(&in);
	skip_blanks(&in);
	if (!rc && in.at < text.len)
		rc = refuse(&in, in.at, "want AND, OR or the end", word_at(&in));
	if (rc)
		it_spdx_expression_done(out);
	return rc;
}

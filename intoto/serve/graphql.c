/* SPDX-License-Identifier: Apache-2.0 */
/* GraphQL documents. */
#include "serve/graphql.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "serve/graphql_token.h"

/* What a document owns, so that it is freed at once. */
struct it_graphql_block {
	struct it_graphql_block *next;
	_Alignas(16) char bytes[];
};

struct parse {
	struct it_graphql *document;
	struct it_graphql_reader reader;
	unsigned depth;
	struct intoto_error **err;
};

void it_graphql_free(struct it_graphql *document)
{
	struct it_graphql_block *block = document ? document->blocks : NULL;

	while (block) {
		struct it_graphql_block *next = block->next;

		free(block);
		block = next;
	}
	free(document);
}

/* Zeroed; NULL when memory or the limit is out, and then the error is set. */
static void *owned(struct parse *parse, size_t size)
{
	struct it_graphql_block *block;

	if (parse->document->nodes++ >= IT_GRAPHQL_NODES_MAX) {
		(void)it_err_set(parse->err, INTOTO_E_LIMIT, "line %u: want at most %d words",
				 parse->reader.line, IT_GRAPHQL_NODES_MAX); /* NULL says it */
		return NULL;
	}
	block = calloc(1, sizeof *block + size);
	if (!block) {
		(void)it_err_nomem(parse->err); /* NULL says it */
		return NULL;
	}
	block->next = parse->document->blocks;
	parse->document->blocks = block;
	return block->bytes;
}

static int failed(const struct parse *parse)
{
	return parse->err && *parse->err ? (int)intoto_error_code(*parse->err) : INTOTO_E_NOMEM;
}

static int keep(struct parse *parse, const char **out, struct it_span text)
{
	char *copy = owned(parse, text.len + 1);

	if (!copy)
		return failed(parse);
	if (text.len)
		memcpy(copy, text.data, text.len);
	*out = copy;
	return INTOTO_OK;
}

static int next(struct parse *parse)
{
	return it_graphql_next(&parse->reader, parse->err);
}

static int refuse(struct parse *parse, const char *wanted)
{
	return it_graphql_refuse(&parse->reader, wanted, parse->err);
}

static bool is_mark(const struct parse *parse, const char *mark)
{
	return parse->reader.kind == IT_TOKEN_MARK && it_span_is(parse->reader.word, mark);
}

static bool is_word(const struct parse *parse, const char *word)
{
	return parse->reader.kind == IT_TOKEN_NAME && it_span_is(parse->reader.word, word);
}

static int want_mark(struct parse *parse, const char *mark, const char *wanted)
{
	return is_mark(parse, mark) ? next(parse) : refuse(parse, wanted);
}

static int want_name(struct parse *parse, const char **out, const char *wanted)
{
	int rc;

	if (parse->reader.kind != IT_TOKEN_NAME)
		return refuse(parse, wanted);
	rc = keep(parse, out, parse->reader.word);
	return rc ? rc : next(parse);
}

static int deeper(struct parse *parse)
{
	if (++parse->depth > IT_GRAPHQL_DEPTH)
		return it_err_set(parse->err, INTOTO_E_LIMIT, "line %u: nested deeper than %d",
				  parse->reader.line, IT_GRAPHQL_DEPTH);
	return INTOTO_OK;
}

static int read_value(struct parse *parse, struct it_graphql_value *value, bool constant);

/* "NAME: VALUE" up to the closing mark, which is taken; a name twice is refused. */
static int read_named(struct parse *parse, struct it_graphql_value **first, const char *close,
		      bool constant)
{
	struct it_graphql_value **slot = first;

	while (!is_mark(parse, close)) {
		struct it_graphql_value *value = owned(parse, sizeof *value);
		int rc = value ? want_name(parse, &value->name, "a name") : failed(parse);

		if (!rc)
			rc = want_mark(parse, ":", "':' behind a name");
		if (!rc)
			rc = read_value(parse, value, constant);
		for (struct it_graphql_value *other = *first; !rc && other; other = other->next) {
			if (it_streq(other->name, value->name))
				return it_err_set(parse->err, INTOTO_E_FORMAT,
						  "line %u: want '%s' once", parse->reader.line,
						  value->name);
		}
		if (rc)
			return rc;
		*slot = value;
		slot = &value->next;
	}
	return next(parse);
}

static int read_list(struct parse *parse, struct it_graphql_value *list, bool constant)
{
	struct it_graphql_value **slot = &list->first;

	while (!is_mark(parse, "]")) {
		struct it_graphql_value *value = owned(parse, sizeof *value);
		int rc = value ? read_value(parse, value, constant) : failed(parse);

		if (rc)
			return rc;
		*slot = value;
		slot = &value->next;
	}
	return next(parse);
}

static int read_nested(struct parse *parse, struct it_graphql_value *value, bool constant)
{
	bool list = is_mark(parse, "[");
	int rc = deeper(parse);

	value->kind = list ? IT_GRAPHQL_LIST : IT_GRAPHQL_OBJECT;
	if (!rc)
		rc = next(parse);
	if (!rc)
		rc = list ? read_list(parse, value, constant)
			  : read_named(parse, &value->first, "}", constant);
	parse->depth--;
	return rc;
}

static int read_variable(struct parse *parse, struct it_graphql_value *value, bool constant)
{
	int rc;

	if (constant)
		return refuse(parse, "a value without variables");
	value->kind = IT_GRAPHQL_VARIABLE;
	rc = next(parse);
	return rc ? rc : want_name(parse, &value->text, "the name of a variable");
}

static enum it_graphql_kind kind_of_name(const struct parse *parse)
{
	if (is_word(parse, "true") || is_word(parse, "false"))
		return IT_GRAPHQL_BOOL;
	return is_word(parse, "null") ? IT_GRAPHQL_NULL : IT_GRAPHQL_ENUM;
}

static int read_value(struct parse *parse, struct it_graphql_value *value, bool constant)
{
	struct it_span text = parse->reader.word;
	int rc;

	switch (parse->reader.kind) {
	case IT_TOKEN_END:
		return refuse(parse, "a value");
	case IT_TOKEN_MARK:
		if (is_mark(parse, "$"))
			return read_variable(parse, value, constant);
		if (is_mark(parse, "[") || is_mark(parse, "{"))
			return read_nested(parse, value, constant);
		return refuse(parse, "a value");
	case IT_TOKEN_NAME:
		value->kind = kind_of_name(parse);
		break;
	case IT_TOKEN_INT:
		value->kind = IT_GRAPHQL_INT;
		break;
	case IT_TOKEN_FLOAT:
		value->kind = IT_GRAPHQL_FLOAT;
		break;
	case IT_TOKEN_STRING:
		value->kind = IT_GRAPHQL_STRING;
		text = it_buf_span(&parse->reader.said);
		break;
	}
	rc = keep(parse, &value->text, text);
	return rc ? rc : next(parse);
}

static int read_arguments(struct parse *parse, struct it_graphql_value **first, bool constant)
{
	int rc;

	if (!is_mark(parse, "("))
		return INTOTO_OK;
	rc = next(parse);
	if (!rc && is_mark(parse, ")"))
		return refuse(parse, "an argument");
	return rc ? rc : read_named(parse, first, ")", constant);
}

static int read_directives(struct parse *parse, struct it_graphql_directive **slot, bool constant)
{
	int rc = INTOTO_OK;

	while (!rc && is_mark(parse, "@")) {
		struct it_graphql_directive *directive = owned(parse, sizeof *directive);

		rc = directive ? next(parse) : failed(parse);
		if (!rc)
			rc = want_name(parse, &directive->name, "the name of a directive");
		if (!rc)
			rc = read_arguments(parse, &directive->arguments, constant);
		if (rc)
			return rc;
		*slot = directive;
		slot = &directive->next;
	}
	return rc;
}

static int read_selections(struct parse *parse, struct it_graphql_selection **first);

static int read_field(struct parse *parse, struct it_graphql_selection *field)
{
	int rc = want_name(parse, &field->name, "a field");

	field->what = IT_GRAPHQL_FIELD;
	field->alias = field->name;
	if (!rc && is_mark(parse, ":")) {
		rc = next(parse);
		if (!rc)
			rc = want_name(parse, &field->name, "a field behind its alias");
	}
	if (!rc)
		rc = read_arguments(parse, &field->arguments, false);
	if (!rc)
		rc = read_directives(parse, &field->directives, false);
	if (!rc && is_mark(parse, "{"))
		rc = read_selections(parse, &field->first);
	return rc;
}

static int read_spread(struct parse *parse, struct it_graphql_selection *spread)
{
	int rc = next(parse);

	spread->what = IT_GRAPHQL_INLINE;
	if (!rc && parse->reader.kind == IT_TOKEN_NAME && !is_word(parse, "on")) {
		spread->what = IT_GRAPHQL_SPREAD;
		rc = want_name(parse, &spread->name, "the name of a fragment");
		return rc ? rc : read_directives(parse, &spread->directives, false);
	}
	if (!rc && is_word(parse, "on")) {
		rc = next(parse);
		if (!rc)
			rc = want_name(parse, &spread->type, "a type behind \"on\"");
	}
	if (!rc)
		rc = read_directives(parse, &spread->directives, false);
	return rc ? rc : read_selections(parse, &spread->first);
}

static int read_selections(struct parse *parse, struct it_graphql_selection **first)
{
	struct it_graphql_selection **slot = first;
	int rc = deeper(parse);

	if (!rc)
		rc = want_mark(parse, "{", "'{' and the fields that are asked for");
	if (!rc && is_mark(parse, "}"))
		return refuse(parse, "a field");
	while (!rc && !is_mark(parse, "}")) {
		struct it_graphql_selection *selection = owned(parse, sizeof *selection);

		if (!selection)
			return failed(parse);
		rc = is_mark(parse, "...") ? read_spread(parse, selection)
					   : read_field(parse, selection);
		*slot = selection;
		slot = &selection->next;
	}
	parse->depth--;
	return rc ? rc : next(parse);
}

/* "[[String!]]!": names inside brackets. */
static int read_type(struct parse *parse, struct it_graphql_variable *variable)
{
	int rc = INTOTO_OK;

	while (!rc && is_mark(parse, "[")) {
		rc = deeper(parse);
		if (!rc)
			rc = next(parse);
		variable->lists++;
	}
	parse->depth -= variable->lists;
	if (!rc)
		rc = want_name(parse, &variable->type, "a type");
	for (unsigned i = variable->lists + 1; !rc && i; i--) {
		variable->required = is_mark(parse, "!");
		if (variable->required)
			rc = next(parse);
		if (!rc && i > 1)
			rc = want_mark(parse, "]", "']'");
	}
	return rc;
}

static int read_definition(struct parse *parse, struct it_graphql_variable *variable)
{
	struct it_graphql_directive *ignored = NULL;
	int rc = want_mark(parse, "$", "a variable");

	if (!rc)
		rc = want_name(parse, &variable->name, "the name of a variable");
	if (!rc)
		rc = want_mark(parse, ":", "':' and the type of the variable");
	if (!rc)
		rc = read_type(parse, variable);
	if (!rc && is_mark(parse, "=")) {
		rc = next(parse);
		variable->fallback = rc ? NULL : owned(parse, sizeof *variable->fallback);
		if (!rc && !variable->fallback)
			return failed(parse);
		if (!rc)
			rc = read_value(parse, variable->fallback, true);
	}
	return rc ? rc : read_directives(parse, &ignored, true);
}

static int read_definitions(struct parse *parse, struct it_graphql_variable **first)
{
	struct it_graphql_variable **slot = first;
	int rc;

	if (!is_mark(parse, "("))
		return INTOTO_OK;
	rc = next(parse);
	if (!rc && is_mark(parse, ")"))
		return refuse(parse, "a variable");
	while (!rc && !is_mark(parse, ")")) {
		struct it_graphql_variable *variable = owned(parse, sizeof *variable);

		rc = variable ? read_definition(parse, variable) : failed(parse);
		for (struct it_graphql_variable *other = *first; !rc && other;
		     other = other->next) {
			if (it_streq(other->name, variable->name))
				return it_err_set(parse->err, INTOTO_E_FORMAT,
						  "line %u: want the variable '%s' once",
						  parse->reader.line, variable->name);
		}
		if (rc)
			return rc;
		*slot = variable;
		slot = &variable->next;
	}
	return rc ? rc : next(parse);
}

static int read_operation(struct parse *parse)
{
	struct it_graphql_operation *operation = owned(parse, sizeof *operation);
	int rc = INTOTO_OK;

	if (!operation)
		return failed(parse);
	operation->kind = "query";
	if (!is_mark(parse, "{")) {
		rc = want_name(parse, &operation->kind, "query");
		if (!rc && parse->reader.kind == IT_TOKEN_NAME)
			rc = want_name(parse, &operation->name, "a name");
		if (!rc)
			rc = read_definitions(parse, &operation->variables);
		if (!rc)
			rc = read_directives(parse, &operation->directives, false);
	}
	if (!rc)
		rc = read_selections(parse, &operation->first);
	operation->next = parse->document->operations;
	parse->document->operations = operation;
	return rc;
}

static int read_fragment(struct parse *parse)
{
	struct it_graphql_fragment *fragment = owned(parse, sizeof *fragment);
	int rc = fragment ? next(parse) : failed(parse);

	if (!rc && is_word(parse, "on"))
		return refuse(parse, "the name of a fragment");
	if (!rc)
		rc = want_name(parse, &fragment->name, "the name of a fragment");
	if (!rc && it_graphql_fragment(parse->document, fragment->name))
		return it_err_set(parse->err, INTOTO_E_FORMAT,
				  "line %u: want the fragment '%s' once", parse->reader.line,
				  fragment->name);
	if (!rc && !is_word(parse, "on"))
		return refuse(parse, "\"on\" and a type");
	if (!rc)
		rc = next(parse);
	if (!rc)
		rc = want_name(parse, &fragment->type, "a type");
	if (!rc)
		rc = read_directives(parse, &fragment->directives, false);
	if (!rc)
		rc = read_selections(parse, &fragment->first);
	if (rc)
		return rc;
	fragment->next = parse->document->fragments;
	parse->document->fragments = fragment;
	return INTOTO_OK;
}

static bool begins_operation(const struct parse *parse)
{
	return is_mark(parse, "{") || is_word(parse, "query") || is_word(parse, "mutation") ||
	       is_word(parse, "subscription");
}

static int read_document(struct parse *parse)
{
	int rc = next(parse);

	while (!rc && parse->reader.kind != IT_TOKEN_END) {
		if (is_word(parse, "fragment"))
			rc = read_fragment(parse);
		else if (begins_operation(parse))
			rc = read_operation(parse);
		else
			rc = refuse(parse, "a query or a fragment");
	}
	if (!rc && !parse->document->operations)
		rc = refuse(parse, "a query");
	return rc;
}

int it_graphql_parse(struct it_graphql **out, struct it_span text, struct intoto_error **err)
{
	IT_AUTO(it_graphql_freep) struct it_graphql *document = calloc(1, sizeof *document);
	struct intoto_error *own = NULL;
	struct parse parse = { .document = document, .err = err ? err : &own };
	int rc;

	*out = NULL;
	if (!document)
		return it_err_nomem(err);
	if (text.len > IT_GRAPHQL_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "a query of %zu bytes, want at most %d",
				  text.len, IT_GRAPHQL_MAX);
	if (!it_utf8_valid(text) || (text.len && memchr(text.data, 0, text.len)))
		return it_err_set(err, INTOTO_E_FORMAT, "want UTF-8 without NUL");
	it_graphql_reader_init(&parse.reader, text.len ? text : it_span_text(""));
	rc = read_document(&parse);
	it_graphql_reader_done(&parse.reader);
	intoto_error_free(own);
	if (rc)
		return rc;
	*out = document;
	document = NULL; /* now the caller's */
	return INTOTO_OK;
}

const struct it_graphql_fragment *it_graphql_fragment(const struct it_graphql *document,
						      const char *name)
{
	const struct it_graphql_fragment *fragment = document->fragments;

	while (fragment && !it_streq(fragment->name, name))
		fragment = fragment->next;
	return fragment;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What clients of Archivista ask. */
#include "serve/archivista.h"

#include "base/text.h"
#include "json/writer.h"
#include "serve/archivista_select.h"
#include "serve/graphql_values.h"

static const struct it_json_limits request_limits = {
	.bytes = IT_ARCHIVISTA_REQUEST_MAX, .depth = 32, .reals = true, .values = 64 * 1024
};

static const struct root {
	const char *name;
	const struct it_type *type;
} roots[] = {
	{ "dsses", &it_type_dsse },
	{ "subjects", &it_type_subject },
	{ "attestationPolicies", &it_type_policy },
};

/* ---- which documents are asked for at all ---- */

static void hint_done(struct it_archivista_hint *hint)
{
	it_strings_done(&hint->gitoids);
	it_strings_done(&hint->digests);
}

static int hint_add(struct it_strings *out, const struct it_json *value, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (it_json_kind(value) == IT_JSON_TEXT)
		return it_strings_add_span(out, it_json_text(value), err);
	for (size_t i = 0; !rc && i < it_json_count(value); i++)
		rc = it_json_kind(it_json_at(value, i)) == IT_JSON_TEXT
			     ? it_strings_add_span(out, it_json_text(it_json_at(value, i)), err)
			     : INTOTO_OK;
	return rc;
}

/* A list whose members must all hold, or the one; only the first one narrows down. */
static const struct it_json *sole(const struct it_json *value)
{
	return it_json_kind(value) == IT_JSON_LIST ? it_json_at(value, 0) : value;
}

/* Of conditions that must hold, whatever else is asked: the first list that is found counts. */
static int hint_read(struct it_archivista_hint *hint, const struct it_json *where, unsigned depth,
		     struct intoto_error **err)
{
	static const char *const ways[] = { "hasStatementWith", "hasDsseWith", "hasSubjectsWith",
					    "and" };
	const struct it_json *digest = sole(it_json_get(where, "hasSubjectDigestsWith"));
	int rc = INTOTO_OK;

	if (!where || depth > IT_GRAPHQL_DEPTH)
		return INTOTO_OK;
	if (!hint->gitoids.count)
		rc = hint_add(&hint->gitoids, it_json_get(where, "gitoidSha256"), err);
	if (!rc && !hint->gitoids.count)
		rc = hint_add(&hint->gitoids, it_json_get(where, "gitoidSha256In"), err);
	if (!rc && !hint->digests.count)
		rc = hint_add(&hint->digests, it_json_get(digest, "value"), err);
	if (!rc && !hint->digests.count)
		rc = hint_add(&hint->digests, it_json_get(digest, "valueIn"), err);
	for (size_t i = 0; !rc && i < IT_COUNT_OF(ways); i++)
		rc = hint_read(hint, sole(it_json_get(where, ways[i])), depth + 1, err);
	return rc;
}

/* ---- one field of the query ---- */

struct asking {
	struct it_selecting *selecting;
	const struct it_graphql_selection *field;
	const struct root *root;
	struct it_page_words words;
	struct it_rows rows;
	uint64_t number; /* of the document that is looked at */
};

static int take_node(struct asking *asking, const struct it_node *node, size_t index,
		     struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf cursor = IT_BUF(64);
	struct it_json *object = NULL;
	bool good = false;
	int rc = it_where_holds(&good, node, asking->words.where, err);

	if (rc || !good)
		return rc;
	if (asking->rows.count == IT_ARCHIVISTA_ROWS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT,
				  "the answer has more than %d rows: narrow the query down",
				  IT_ARCHIVISTA_ROWS_MAX);
	(void)it_buf_printf(&cursor, "%020ju.%010zu", (uintmax_t)asking->number, index); /* short */
	rc = it_select_row(&object, asking->selecting, asking->field, node, err);
	return rc ? rc : it_rows_add(&asking->rows, object, it_buf_text(&cursor), err);
}

static int take_subject(void *arg, const struct it_node *node, size_t index,
			struct intoto_error **err)
{
	return take_node(arg, node, index, err);
}

/* The subjects or policies of a statement. */
static int take_statement(void *arg, const struct it_node *node, size_t index,
			  struct intoto_error **err)
{
	struct asking *asking = arg;
	const char *name = asking->root->type == &it_type_subject ? "subjects" : "policy";

	(void)index; /* there is one */
	return it_node_each(node, it_type_edge(node->type, name), take_subject, asking, err);
}

static int take_document(void *arg, uint64_t number, struct it_span bytes,
			 struct intoto_error **err)
{
	struct asking *asking = arg;
	IT_AUTO(it_json_freep) struct it_json *document = NULL;
	struct it_node node = { .type = &it_type_dsse };
	int rc = it_archivista_document(&document, bytes, err);

	if (rc || !document)
		return rc;
	asking->number = number;
	node.value = document;
	if (asking->root->type == &it_type_dsse)
		return take_node(asking, &node, 0, err);
	return it_node_each(&node, it_type_edge(&it_type_dsse, "statement"), take_statement, asking,
			    err);
}

struct answering {
	struct it_selecting selecting;
	const struct it_archivista_source *source;
	struct it_json *data;
};

static int answer_root(struct answering *answering, struct asking *asking,
		       struct intoto_error **err)
{
	IT_AUTO(hint_done) struct it_archivista_hint hint = { 0 };
	struct it_json *object = NULL;
	int rc = it_page_words_read(&asking->words, asking->selecting, asking->field, err);

	if (!rc)
		rc = hint_read(&hint, asking->words.where, 0, err);
	if (!rc)
		rc = answering->source->each(answering->source->arg, &hint, take_document, asking,
					     err);
	if (rc)
		return rc;
	it_rows_cut(&asking->rows, &asking->words);
	rc = it_select_connection(&object, asking->selecting, asking->field, asking->root->type,
				  &asking->rows, err);
	return rc ? rc : it_json_set_take(answering->data, asking->field->alias, object, err);
}

static int answer_field(void *arg, const struct it_graphql_selection *field,
			struct intoto_error **err)
{
	struct answering *answering = arg;
	struct asking asking = { .selecting = &answering->selecting, .field = field };
	int rc;

	if (it_streq(field->name, "__typename"))
		return it_json_set_take(answering->data, field->alias,
					it_json_new_text(it_span_text("Query")), err);
	for (size_t i = 0; i < IT_COUNT_OF(roots); i++) {
		if (it_streq(roots[i].name, field->name))
			asking.root = &roots[i];
	}
	if (!asking.root)
		return it_err_set(err, INTOTO_E_FORMAT, "the field '%s' is not offered",
				  field->name);
	if (!field->first || it_json_get(answering->data, field->alias))
		return it_err_set(err, INTOTO_E_FORMAT,
				  "want the field '%s' once, with its fields "
				  "in braces",
				  field->alias);
	rc = answer_root(answering, &asking, err);
	it_rows_done(&asking.rows);
	it_page_words_done(&asking.words);
	return rc;
}

/* ---- the request ---- */

/* The operation of that name, or the only one there is. */
static int choose(const struct it_graphql_operation **out, const struct it_graphql *document,
		  const struct it_json *name, struct intoto_error **err)
{
	const struct it_graphql_operation *operation = document->operations;

	if (it_json_kind(name) == IT_JSON_TEXT && it_json_text(name).len) {
		while (operation && !it_streq(operation->name, it_json_text(name).data))
			operation = operation->next;
	} else if (operation->next) {
		return it_err_set(err, INTOTO_E_FORMAT,
				  "want operationName, since there is more than one operation");
	}
	if (!operation)
		return it_err_set(err, INTOTO_E_FORMAT, "there is no operation of that name");
	if (!it_streq(operation->kind, "query"))
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "a %s is not offered: what is kept cannot be changed this way",
				  operation->kind);
	*out = operation;
	return INTOTO_OK;
}

static int write_data(struct it_buf *out, const struct it_json *data, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_ARCHIVISTA_ANSWER_MAX);
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, &text, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "data");
	it_write_value(&writer, data);
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	if (rc)
		return rc;
	(void)it_buf_add_span(out, it_buf_span(&text)); /* sticky */
	return it_buf_check(out, "the answer", err);
}

static int answer(struct it_buf *out, const struct it_graphql *document,
		  const struct it_json *request, const struct it_archivista_source *source,
		  struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *variables = NULL;
	IT_AUTO(it_json_freep) struct it_json *data = it_json_new_object();
	const struct it_graphql_operation *operation = NULL;
	struct answering answering = { { document, NULL, 0 }, source, data };
	bool included = false;
	int rc = data ? choose(&operation, document, it_json_get(request, "operationName"), err)
		      : it_err_nomem(err);

	if (!rc)
		rc = it_graphql_variables(&variables, operation, it_json_get(request, "variables"),
					  err);
	answering.selecting.variables = variables;
	if (!rc)
		rc = it_graphql_included(&included, operation->directives, variables, err);
	if (!rc && included)
		rc = it_select_fields(&answering.selecting, operation->first, "Query", answer_field,
				      &answering, err);
	return rc ? rc : write_data(out, data, err);
}

int it_archivista_query(struct it_buf *out, struct it_span text,
			const struct it_archivista_source *source, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *request = NULL;
	IT_AUTO(it_graphql_freep) struct it_graphql *document = NULL;
	const struct it_json *query;
	int rc = it_json_parse(&request, text, &request_limits, err);

	if (rc)
		return rc;
	query = it_json_get(request, "query");
	if (it_json_kind(query) != IT_JSON_TEXT)
		return it_err_set(err, INTOTO_E_FORMAT, "query: want a text, found %s",
				  it_json_kind_name(query));
	rc = it_graphql_parse(&document, it_json_text(query), err);
	if (rc)
		return it_err_wrap(err, rc, "query");
	return answer(out, document, request, source, err);
}

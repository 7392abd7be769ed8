/* SPDX-License-Identifier: Apache-2.0 */
/* Connections: rows in pages, as Relay's specification of cursors has them. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "serve/archivista.h"
#include "serve/archivista_select.h"
#include "serve/graphql_values.h"

void it_rows_done(struct it_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		it_json_free(rows->nodes[i]);
		free(rows->cursors[i]);
	}
	free(rows->nodes);
	free(rows->cursors);
	*rows = (struct it_rows){ 0 };
}

static int grow(struct it_rows *rows, struct intoto_error **err)
{
	size_t cap = rows->cap ? 2 * rows->cap : 16;
	struct it_json **nodes = realloc(rows->nodes, cap * sizeof *nodes);
	char **cursors;

	if (!nodes)
		return it_err_nomem(err);
	rows->nodes = nodes;
	cursors = realloc(rows->cursors, cap * sizeof *cursors);
	if (!cursors)
		return it_err_nomem(err);
	rows->cursors = cursors;
	rows->cap = cap;
	return INTOTO_OK;
}

int it_rows_add(struct it_rows *rows, struct it_json *node, const char *cursor,
		struct intoto_error **err)
{
	char *copy = strdup(cursor);
	int rc = copy ? INTOTO_OK : it_err_nomem(err);

	if (!rc && rows->count == rows->cap)
		rc = grow(rows, err);
	if (rc) {
		it_json_free(node);
		free(copy);
		return rc;
	}
	rows->nodes[rows->count] = node;
	rows->cursors[rows->count++] = copy;
	rows->total++;
	return INTOTO_OK;
}

/* Takes away count rows from number at on. */
static void drop(struct it_rows *rows, size_t at, size_t count)
{
	size_t behind = rows->count - at - count;

	for (size_t i = at; i < at + count; i++) {
		it_json_free(rows->nodes[i]);
		free(rows->cursors[i]);
	}
	if (behind) {
		memmove(rows->nodes + at, rows->nodes + at + count, behind * sizeof *rows->nodes);
		memmove(rows->cursors + at, rows->cursors + at + count,
			behind * sizeof *rows->cursors);
	}
	rows->count -= count;
}

static size_t rows_up_to(const struct it_rows *rows, struct it_span cursor, bool with)
{
	size_t count = 0;

	while (count < rows->count) {
		int order = it_span_cmp(it_span_text(rows->cursors[count]), cursor);

		if (order > 0 || (!order && !with))
			break;
		count++;
	}
	return count;
}

void it_rows_cut(struct it_rows *rows, const struct it_page_words *words)
{
	size_t count;

	if (words->after) {
		count = rows_up_to(rows, it_json_text(words->after), true);
		rows->before = count > 0;
		drop(rows, 0, count);
	}
	if (words->before) {
		count = rows_up_to(rows, it_json_text(words->before), false);
		rows->after = count < rows->count;
		drop(rows, count, rows->count - count);
	}
	if (words->first >= 0 && (uint64_t)words->first < rows->count) {
		rows->after = true;
		drop(rows, (size_t)words->first, rows->count - (size_t)words->first);
	}
	if (words->last >= 0 && (uint64_t)words->last < rows->count) {
		rows->before = true;
		drop(rows, 0, rows->count - (size_t)words->last);
	}
}

void it_page_words_done(struct it_page_words *words)
{
	it_json_free(words->after);
	it_json_free(words->before);
	it_json_free(words->where);
	*words = (struct it_page_words){ 0 };
}

static int read_count(int64_t *out, const struct it_json *value, const char *name,
		      struct intoto_error **err)
{
	if (it_json_kind(value) == IT_JSON_NULL)
		return INTOTO_OK;
	if (!it_json_int(value, out) || *out < 0)
		return it_err_set(err, INTOTO_E_FORMAT, "the argument '%s': want a whole number",
				  name);
	return INTOTO_OK;
}

static int keep_cursor(struct it_json **slot, struct it_json **value, const char *name,
		       struct intoto_error **err)
{
	if (it_json_kind(*value) == IT_JSON_NULL)
		return INTOTO_OK;
	if (it_json_kind(*value) != IT_JSON_TEXT)
		return it_err_set(err, INTOTO_E_FORMAT, "the argument '%s': want a cursor", name);
	*slot = *value;
	*value = NULL; /* now theirs */
	return INTOTO_OK;
}

static int read_word(struct it_page_words *out, const struct it_graphql_value *argument,
		     const struct it_json *variables, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *value = NULL;
	const char *name = argument->name;
	int rc = it_graphql_value(&value, argument, variables, err);

	if (rc)
		return rc;
	if (it_streq(name, "first"))
		return read_count(&out->first, value, name, err);
	if (it_streq(name, "last"))
		return read_count(&out->last, value, name, err);
	if (it_streq(name, "after"))
		return keep_cursor(&out->after, &value, name, err);
	if (it_streq(name, "before"))
		return keep_cursor(&out->before, &value, name, err);
	if (!it_streq(name, "where"))
		return it_err_set(err, INTOTO_E_FORMAT, "there is no argument '%s' here", name);
	out->where = value;
	value = NULL; /* now theirs */
	return INTOTO_OK;
}

int it_page_words_read(struct it_page_words *out, const struct it_selecting *selecting,
		       const struct it_graphql_selection *field, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	*out = (struct it_page_words){ .first = -1, .last = -1 };
	for (const struct it_graphql_value *argument = field->arguments; !rc && argument;
	     argument = argument->next)
		rc = read_word(out, argument, selecting->variables, err);
	return rc;
}

/* An object of a connection that is being made: itself, an edge, or its page. */
struct making {
	struct it_selecting *selecting;
	const struct it_type *type;
	const struct it_rows *rows;
	size_t row;
	struct it_json *object;
};

static int refuse(const struct it_graphql_selection *field, struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_FORMAT, "the field '%s' of a connection is not there",
			  field->name);
}

static int put(struct making *making, const struct it_graphql_selection *field,
	       struct it_json *value, struct intoto_error **err)
{
	return it_json_set_take(making->object, field->alias, value, err);
}

static int put_cursor(struct making *making, const struct it_graphql_selection *field, size_t row,
		      struct intoto_error **err)
{
	const char *text = row < making->rows->count ? making->rows->cursors[row] : "";

	return put(making, field, it_json_new_text(it_span_text(text)), err);
}

static int put_page_field(void *arg, const struct it_graphql_selection *field,
			  struct intoto_error **err)
{
	struct making *making = arg;

	if (it_streq(field->name, "hasNextPage"))
		return put(making, field, it_json_new_bool(making->rows->after), err);
	if (it_streq(field->name, "hasPreviousPage"))
		return put(making, field, it_json_new_bool(making->rows->before), err);
	if (it_streq(field->name, "startCursor"))
		return put_cursor(making, field, 0, err);
	if (it_streq(field->name, "endCursor"))
		return put_cursor(making, field, making->rows->count - 1, err);
	return refuse(field, err);
}

static int put_edge_field(void *arg, const struct it_graphql_selection *field,
			  struct intoto_error **err)
{
	struct making *making = arg;

	if (it_streq(field->name, "cursor"))
		return put_cursor(making, field, making->row, err);
	if (it_streq(field->name, "node") && making->rows->nodes[making->row])
		return put(making, field, it_json_ref(making->rows->nodes[making->row]), err);
	return refuse(field, err);
}

static int put_edges(struct making *making, const struct it_graphql_selection *field,
		     struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *list = it_json_new_list();
	int rc = list ? INTOTO_OK : it_err_nomem(err);

	for (size_t i = 0; !rc && i < making->rows->count; i++) {
		IT_AUTO(it_json_freep) struct it_json *edge = it_json_new_object();
		struct making inner = *making;

		inner.object = edge;
		inner.row = i;
		rc = edge ? it_select_fields(making->selecting, field->first, "Edge",
					     put_edge_field, &inner, err)
			  : it_err_nomem(err);
		if (!rc)
			rc = it_json_append_take(list, it_json_ref(edge), err);
	}
	return rc ? rc : put(making, field, it_json_ref(list), err);
}

static int put_page(struct making *making, const struct it_graphql_selection *field,
		    struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *page = it_json_new_object();
	struct making inner = *making;
	int rc = page ? INTOTO_OK : it_err_nomem(err);

	inner.object = page;
	if (!rc)
		rc = it_select_fields(making->selecting, field->first, "PageInfo", put_page_field,
				      &inner, err);
	return rc ? rc : put(making, field, it_json_ref(page), err);
}

static int put_connection_field(void *arg, const struct it_graphql_selection *field,
				struct intoto_error **err)
{
	struct making *making = arg;

	if (it_streq(field->name, "totalCount"))
		return put(making, field, it_json_new_int((int64_t)making->rows->total), err);
	if (it_streq(field->name, "edges") && field->first)
		return put_edges(making, field, err);
	if (it_streq(field->name, "pageInfo") && field->first)
		return put_page(making, field, err);
	return refuse(field, err);
}

int it_select_connection(struct it_json **out, struct it_selecting *selecting,
			 const struct it_graphql_selection *connection, const struct it_type *type,
			 const struct it_rows *rows, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *object = it_json_new_object();
	struct making making = { selecting, type, rows, 0, object };
	int rc = object ? INTOTO_OK : it_err_nomem(err);

	*out = NULL;
	if (!rc)
		rc = it_select_fields(selecting, connection->first, "Connection",
				      put_connection_field, &making, err);
	if (!rc)
		*out = it_json_ref(object);
	return rc;
}

/* The way down from a connection to what its nodes are asked for. */
struct finding {
	struct it_selecting *selecting;
	const struct it_node *node;
	struct it_json *found;
};

static int find_node(void *arg, const struct it_graphql_selection *field, struct intoto_error **err)
{
	struct finding *finding = arg;

	if (!it_streq(field->name, "node"))
		return INTOTO_OK;
	if (finding->found || !field->first)
		return it_err_set(err, INTOTO_E_FORMAT,
				  "want the field 'node' once, with its fields in braces");
	return it_select_node(&finding->found, finding->selecting, field->first, finding->node,
			      err);
}

static int find_edges(void *arg, const struct it_graphql_selection *field,
		      struct intoto_error **err)
{
	struct finding *finding = arg;

	if (!it_streq(field->name, "edges"))
		return INTOTO_OK;
	return it_select_fields(finding->selecting, field->first, "Edge", find_node, finding, err);
}

int it_select_row(struct it_json **out, struct it_selecting *selecting,
		  const struct it_graphql_selection *connection, const struct it_node *node,
		  struct intoto_error **err)
{
	struct finding finding = { selecting, node, NULL };
	int rc = it_select_fields(selecting, connection->first, "Connection", find_edges, &finding,
				  err);

	if (rc)
		it_json_free(finding.found);
	*out = rc ? NULL : finding.found;
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The fields that a query asks for. */
#include "serve/archivista_select.h"

#include "base/text.h"
#include "serve/archivista.h"
#include "serve/graphql_values.h"

struct spread {
	struct it_selecting *selecting;
	const char *type;
	int (*each)(void *arg, const struct it_graphql_selection *field, struct intoto_error **err);
	void *arg;
	unsigned depth; /* of fragments in fragments: one that is in itself ends here */
};

static int spread_all(const struct spread *spread, const struct it_graphql_selection *selections,
		      struct intoto_error **err);

/* Of connections and their edges there is one sort, which the type in front of the word names. */
static bool is_type(const char *here, const char *type)
{
	if (it_streq(here, "Connection") || it_streq(here, "Edge"))
		return it_ends_with(type, here);
	return it_streq(type, here) || it_streq(type, "Node");
}

/* A fragment on another type has nothing to say here. */
static int spread_fragment(const struct spread *spread, const char *type,
			   const struct it_graphql_selection *selections, struct intoto_error **err)
{
	struct spread inner = *spread;

	if (++inner.depth > IT_GRAPHQL_DEPTH)
		return it_err_set(err, INTOTO_E_LIMIT,
				  "fragments stand in each other deeper than %d", IT_GRAPHQL_DEPTH);
	if (type && !is_type(spread->type, type))
		return INTOTO_OK;
	return spread_all(&inner, selections, err);
}

static int spread_named(const struct spread *spread, const char *name, struct intoto_error **err)
{
	const struct it_graphql_fragment *fragment =
		it_graphql_fragment(spread->selecting->document, name);

	if (!fragment)
		return it_err_set(err, INTOTO_E_FORMAT, "there is no fragment '%s'", name);
	return spread_fragment(spread, fragment->type, fragment->first, err);
}

static int spread_all(const struct spread *spread, const struct it_graphql_selection *selections,
		      struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (const struct it_graphql_selection *one = selections; !rc && one; one = one->next) {
		bool included = false;

		rc = it_graphql_included(&included, one->directives, spread->selecting->variables,
					 err);
		if (rc || !included)
			continue;
		if (one->what == IT_GRAPHQL_FIELD)
			rc = spread->each(spread->arg, one, err);
		else if (one->what == IT_GRAPHQL_SPREAD)
			rc = spread_named(spread, one->name, err);
		else
			rc = spread_fragment(spread, one->type, one->first, err);
	}
	return rc;
}

int it_select_fields(struct it_selecting *selecting, const struct it_graphql_selection *selections,
		     const char *type,
		     int (*each)(void *arg, const struct it_graphql_selection *field,
				 struct intoto_error **err),
		     void *arg, struct intoto_error **err)
{
	const struct spread spread = { selecting, type, each, arg, 0 };

	return spread_all(&spread, selections, err);
}

/* One object that is being made. */
struct making {
	struct it_selecting *selecting;
	const struct it_node *node;
	struct it_json *object;
};

static int refuse_field(const struct it_graphql_selection *field, const struct it_type *type,
			const char *why, struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_FORMAT, "the field '%s' of %s %s", field->name, type->name,
			  why);
}

struct listing {
	const struct making *making;
	const struct it_graphql_selection *field;
	struct it_json *list;
};

static int list_one(void *arg, const struct it_node *node, size_t index, struct intoto_error **err)
{
	struct listing *listing = arg;
	struct it_json *object = NULL;
	int rc = it_select_node(&object, listing->making->selecting, listing->field->first, node,
				err);

	(void)index; /* the order is that of the document */
	return rc ? rc : it_json_append_take(listing->list, object, err);
}

/* NULL object: null. */
static int put(struct making *making, const char *name, struct it_json *value,
	       struct intoto_error **err)
{
	const struct it_json_limits limits = { .bytes = 8, .depth = 1, .values = 2 };
	IT_AUTO(it_json_freep) struct it_json *list = NULL;
	int rc;

	if (value)
		return it_json_set_take(making->object, name, value, err);
	rc = it_json_parse(&list, it_span_text("[null]"), &limits, err);
	return rc ? rc
		  : it_json_set_take(making->object, name, it_json_ref(it_json_at(list, 0)), err);
}

static int put_objects(struct making *making, const struct it_graphql_selection *field,
		       const struct it_edge *edge, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *list = it_json_new_list();
	struct listing listing = { making, field, list };
	bool one = edge->kind == IT_EDGE_ONE || edge->kind == IT_EDGE_BACK;
	int rc = list ? it_node_each(making->node, edge, list_one, &listing, err)
		      : it_err_nomem(err);

	if (rc)
		return rc;
	if (!one)
		return put(making, field->alias, it_json_ref(list), err);
	return put(making, field->alias,
		   it_json_count(list) ? it_json_ref(it_json_at(list, 0)) : NULL, err);
}

struct paging {
	const struct making *making;
	const struct it_graphql_selection *field;
	const struct it_page_words *words;
	struct it_rows rows;
};

static int page_one(void *arg, const struct it_node *node, size_t index, struct intoto_error **err)
{
	struct paging *paging = arg;
	IT_AUTO(it_buf_done) struct it_buf cursor = IT_BUF(32);
	struct it_json *object = NULL;
	bool good = false;
	int rc = it_where_holds(&good, node, paging->words->where, err);

	if (rc || !good)
		return rc;
	(void)it_buf_printf(&cursor, "%020zu", index); /* short */
	rc = it_select_row(&object, paging->making->selecting, paging->field, node, err);
	return rc ? rc : it_rows_add(&paging->rows, object, it_buf_text(&cursor), err);
}

static int put_connection(struct making *making, const struct it_graphql_selection *field,
			  const struct it_edge *edge, struct intoto_error **err)
{
	IT_AUTO(it_page_words_done) struct it_page_words words = { 0 };
	struct paging paging = { .making = making, .field = field, .words = &words };
	struct it_json *object = NULL;
	int rc = it_page_words_read(&words, making->selecting, field, err);

	if (!rc)
		rc = it_node_each(making->node, edge, page_one, &paging, err);
	if (!rc) {
		it_rows_cut(&paging.rows, &words);
		rc = it_select_connection(&object, making->selecting, field, edge->type,
					  &paging.rows, err);
	}
	it_rows_done(&paging.rows);
	return rc ? rc : put(making, field->alias, object, err);
}

static int put_field(void *arg, const struct it_graphql_selection *field, struct intoto_error **err)
{
	struct making *making = arg;
	const struct it_type *type = making->node->type;
	const struct it_edge *edge = it_type_edge(type, field->name);
	const struct it_json *value;

	if (it_streq(field->name, "__typename") && !field->first)
		return put(making, field->alias, it_json_new_text(it_span_text(type->name)), err);
	if (!edge)
		return refuse_field(field, type, "is not there", err);
	if ((edge->kind == IT_EDGE_LEAF) == (field->first != NULL))
		return refuse_field(field, type,
				    field->first ? "has no fields" : "wants its fields in braces",
				    err);
	if (field->arguments && edge->kind != IT_EDGE_CONNECTION)
		return refuse_field(field, type, "takes no arguments", err);
	if (edge->kind != IT_EDGE_LEAF && it_json_get(making->object, field->alias))
		return refuse_field(field, type, "is asked for twice under one name", err);
	if (edge->kind == IT_EDGE_CONNECTION)
		return put_connection(making, field, edge, err);
	if (edge->kind != IT_EDGE_LEAF)
		return put_objects(making, field, edge, err);
	value = it_json_get(making->node->value, field->name);
	return put(making, field->alias, value ? it_json_ref(value) : NULL, err);
}

int it_select_node(struct it_json **out, struct it_selecting *selecting,
		   const struct it_graphql_selection *selections, const struct it_node *node,
		   struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *object = it_json_new_object();
	struct making making = { selecting, node, object };
	int rc = object ? INTOTO_OK : it_err_nomem(err);

	*out = NULL;
	if (!rc && ++selecting->rows > 64 * (size_t)IT_ARCHIVISTA_ROWS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT,
				  "the answer has more than %d objects: narrow the query down",
				  64 * IT_ARCHIVISTA_ROWS_MAX);
	if (!rc)
		rc = it_select_fields(selecting, selections, node->type->name, put_field, &making,
				      err);
	if (!rc)
		*out = it_json_ref(object);
	return rc;
}

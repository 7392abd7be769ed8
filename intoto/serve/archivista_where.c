/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions of Archivista's schema: FIELD and FIELDOperator on texts, hasEDGE and hasEDGEWith on
 * what hangs on it, and, or, not.  All members of an object must hold.  null, and the empty list of
 * an "In", are no condition, as the server that the clients know has it.
 */
#include "base/text.h"
#include "serve/archivista_schema.h"

/* a is what the document has, b what is asked. */
static bool is_equal(struct it_span a, struct it_span b)
{
	return it_span_eq(a, b);
}

static bool is_unequal(struct it_span a, struct it_span b)
{
	return !it_span_eq(a, b);
}

static bool is_greater(struct it_span a, struct it_span b)
{
	return it_span_cmp(a, b) > 0;
}

static bool is_not_less(struct it_span a, struct it_span b)
{
	return it_span_cmp(a, b) >= 0;
}

static bool is_less(struct it_span a, struct it_span b)
{
	return it_span_cmp(a, b) < 0;
}

static bool is_not_greater(struct it_span a, struct it_span b)
{
	return it_span_cmp(a, b) <= 0;
}

static bool begins(struct it_span a, struct it_span b)
{
	return a.len >= b.len && it_span_eq(it_span(a.data, b.len), b);
}

static bool ends(struct it_span a, struct it_span b)
{
	return a.len >= b.len && it_span_eq(it_span(a.data + (a.len - b.len), b.len), b);
}

static bool holds(struct it_span a, struct it_span b)
{
	return !b.len || (a.len && memmem(a.data, a.len, b.data, b.len));
}

static char folded(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool begins_folded(struct it_span a, struct it_span b)
{
	for (size_t i = 0; i < b.len; i++) {
		if (i >= a.len || folded(a.data[i]) != folded(b.data[i]))
			return false;
	}
	return true;
}

static bool is_equal_folded(struct it_span a, struct it_span b)
{
	return a.len == b.len && begins_folded(a, b);
}

static bool holds_folded(struct it_span a, struct it_span b)
{
	for (size_t i = 0; i + b.len <= a.len; i++) {
		if (begins_folded(it_span(a.data + i, a.len - i), b))
			return true;
	}
	return !b.len;
}

static const struct operator_row {
	const char *suffix;
	bool (*compare)(struct it_span a, struct it_span b);
	bool list;
	bool none; /* of the list */
} operators[] = {
	{ "", is_equal, false, false },
	{ "NEQ", is_unequal, false, false },
	{ "In", is_equal, true, false },
	{ "NotIn", is_equal, true, true },
	{ "GT", is_greater, false, false },
	{ "GTE", is_not_less, false, false },
	{ "LT", is_less, false, false },
	{ "LTE", is_not_greater, false, false },
	{ "Contains", holds, false, false },
	{ "HasPrefix", begins, false, false },
	{ "HasSuffix", ends, false, false },
	{ "EqualFold", is_equal_folded, false, false },
	{ "ContainsFold", holds_folded, false, false },
};

static int refuse(const char *name, const char *wanted, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(name));

	return it_err_set(err, INTOTO_E_FORMAT, "where: %s: want %s", quoted ? quoted : "", wanted);
}

static int compare_list(bool *out, struct it_span text, const struct operator_row *row,
			const char *name, const struct it_json *list, struct intoto_error **err)
{
	bool found = false;

	if (it_json_kind(list) != IT_JSON_LIST)
		return refuse(name, "a list of texts", err);
	for (size_t i = 0; i < it_json_count(list); i++) {
		const struct it_json *value = it_json_at(list, i);

		if (it_json_kind(value) != IT_JSON_TEXT)
			return refuse(name, "a list of texts", err);
		found = found || row->compare(text, it_json_text(value));
	}
	*out = !it_json_count(list) || found != row->none;
	return INTOTO_OK;
}

/* *known: name is one of this leaf's conditions. */
static int compare_leaf(bool *out, bool *known, const struct it_node *node,
			const struct it_edge *edge, const char *name, const struct it_json *value,
			struct intoto_error **err)
{
	struct it_span text = it_json_text(it_json_get(node->value, edge->name));
	const char *suffix = name + strlen(edge->name);

	for (size_t i = 0; i < IT_COUNT_OF(operators); i++) {
		const struct operator_row *row = &operators[i];

		if (!it_streq(row->suffix, suffix))
			continue;
		*known = true;
		if (row->list)
			return compare_list(out, text, row, name, value, err);
		if (it_json_kind(value) != IT_JSON_TEXT)
			return refuse(name, "a text", err);
		*out = row->compare(text, it_json_text(value));
		return INTOTO_OK;
	}
	return INTOTO_OK;
}

struct search {
	const struct it_json *where; /* NULL: anything will do */
	bool found;
};

/* All of a list hold, or the one that is no list. */
static int all_hold(bool *out, const struct it_node *node, const struct it_json *where,
		    struct intoto_error **err)
{
	int rc = INTOTO_OK;

	*out = true;
	if (it_json_kind(where) != IT_JSON_LIST)
		return it_where_holds(out, node, where, err);
	for (size_t i = 0; !rc && *out && i < it_json_count(where); i++)
		rc = it_where_holds(out, node, it_json_at(where, i), err);
	return rc;
}

static int look(void *arg, const struct it_node *node, size_t index, struct intoto_error **err)
{
	struct search *search = arg;
	bool good = true;
	int rc = search->where ? all_hold(&good, node, search->where, err) : INTOTO_OK;

	(void)index; /* of no interest */
	search->found = search->found || good;
	return rc;
}

/* "hasSubjects" of the edge "subjects"; what is behind it in *rest. */
static bool is_about(const char *name, const struct it_edge *edge, const char **rest)
{
	size_t len = strlen(edge->name);

	if (!it_starts_with(name, "has") || strlen(name) < 3 + len || !len)
		return false;
	if (folded(name[3]) != edge->name[0] || name[3] == edge->name[0] ||
	    !it_span_eq(it_span(name + 4, len - 1), it_span(edge->name + 1, len - 1)))
		return false;
	*rest = name + 3 + len;
	return true;
}

static int compare_edge(bool *out, bool *known, const struct it_node *node,
			const struct it_edge *edge, const char *name, const struct it_json *value,
			struct intoto_error **err)
{
	struct search search = { 0 };
	const char *rest = "";
	bool wanted = true;
	int rc;

	if (!is_about(name, edge, &rest) || (*rest && !it_streq(rest, "With")))
		return INTOTO_OK;
	*known = true;
	if (*rest)
		search.where = value;
	else if (!it_json_bool(value, &wanted))
		return refuse(name, "true or false", err);
	rc = it_node_each(node, edge, look, &search, err);
	*out = search.found == wanted;
	return rc;
}

static int compare_field(bool *out, const struct it_node *node, const char *name,
			 const struct it_json *value, struct intoto_error **err)
{
	bool known = false;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && !known && i < node->type->count; i++) {
		const struct it_edge *edge = &node->type->edges[i];

		if (edge->kind != IT_EDGE_LEAF)
			rc = compare_edge(out, &known, node, edge, name, value, err);
		else if (it_starts_with(name, edge->name))
			rc = compare_leaf(out, &known, node, edge, name, value, err);
	}
	if (!rc && !known)
		return refuse(name, "a condition that there is", err);
	return rc;
}

static int any_holds(bool *out, const struct it_node *node, const struct it_json *list,
		     struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (it_json_kind(list) != IT_JSON_LIST)
		return it_where_holds(out, node, list, err);
	*out = !it_json_count(list);
	for (size_t i = 0; !rc && !*out && i < it_json_count(list); i++)
		rc = it_where_holds(out, node, it_json_at(list, i), err);
	return rc;
}

static int member_holds(bool *out, const struct it_node *node, const char *name,
			const struct it_json *value, struct intoto_error **err)
{
	int rc;

	*out = true;
	if (it_json_kind(value) == IT_JSON_NULL)
		return INTOTO_OK;
	if (it_streq(name, "and"))
		return all_hold(out, node, value, err);
	if (it_streq(name, "or"))
		return any_holds(out, node, value, err);
	if (!it_streq(name, "not"))
		return compare_field(out, node, name, value, err);
	rc = it_where_holds(out, node, value, err);
	*out = !*out;
	return rc;
}

int it_where_holds(bool *out, const struct it_node *node, const struct it_json *where,
		   struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count = 0;
	bool good = true;
	int rc;

	*out = false;
	if (it_json_kind(where) == IT_JSON_NULL) {
		*out = true;
		return INTOTO_OK;
	}
	if (it_json_kind(where) != IT_JSON_OBJECT)
		return it_err_set(err, INTOTO_E_FORMAT, "where: want an object, found %s",
				  it_json_kind_name(where));
	rc = it_json_members(&members, &count, where, err);
	/* All are looked at: a condition that is none is told whatever the others say. */
	for (size_t i = 0; !rc && i < count; i++) {
		bool one = false;

		rc = member_holds(&one, node, members[i].name.data, members[i].value, err);
		good = good && one;
	}
	*out = !rc && good;
	return rc;
}

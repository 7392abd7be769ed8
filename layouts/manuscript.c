/* SPDX-License-Identifier: Apache-2.0 */
/* Layouts as people write them. */
#include "layouts/manuscript.h"

#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "json/where.h"
#include "layouts/manuscript_keys.h"
#include "layouts/manuscript_time.h"
#include "layouts/words.h"

enum { THRESHOLD_MAX = 1000 * 1000 };

static const struct it_where root = { NULL, "layout", 0 };

static int refuse_kind(const char *want, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want %s, found %s", want,
			       it_json_kind_name(value));
}

/* Takes a member over as it is. */
static int keep(struct it_json *out, const char *name, const struct it_json *value,
		struct intoto_error **err)
{
	return it_json_set_take(out, name, it_json_ref(value), err);
}

static int set_text(struct it_json *out, const char *name, const char *text,
		    struct intoto_error **err)
{
	return it_json_set_take(out, name, it_json_new_text(it_span_text(text)), err);
}

/* --- words --- */

static int add_texts(struct it_json *list, const struct it_strings *words,
		     struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < words->count; i++)
		rc = it_json_append_take(list, it_json_new_text(it_span_text(words->items[i])),
					 err);
	return rc;
}

/* One text is split; a list stays what it is. */
static int read_words(struct it_json **out, const struct it_json *value,
		      const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings words = { 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc;

	if (it_json_kind(value) == IT_JSON_LIST) {
		*out = it_json_ref(value);
		return INTOTO_OK;
	}
	if (it_json_kind(value) != IT_JSON_TEXT)
		return refuse_kind("a text or a list of texts", value, where, err);
	rc = it_words_split(&words, it_json_text(value).data, &why);
	if (rc)
		return it_where_refuse(where, (enum intoto_code)rc, err, "%s",
				       intoto_error_text(why));
	*out = it_json_new_list();
	return *out ? add_texts(*out, &words, err) : it_err_nomem(err);
}

static int read_rules(struct it_json **out, const struct it_json *value,
		      const struct it_where *where, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (it_json_kind(value) != IT_JSON_LIST)
		return refuse_kind("a list of rules", value, where, err);
	*out = it_json_new_list();
	if (!*out)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < it_json_count(value); i++) {
		struct it_where element = { where, NULL, i };
		struct it_json *rule = NULL;

		rc = read_words(&rule, it_json_at(value, i), &element, err);
		if (rc)
			it_json_free(rule);
		else
			rc = it_json_append_take(*out, rule, err);
	}
	return rc;
}

static int read_threshold(struct it_json **out, const struct it_json *value,
			  const struct it_where *where, struct intoto_error **err)
{
	struct it_span text = it_json_text(value);
	uint64_t number = 0;
	IT_AUTO(it_freep) char *quoted = it_text_quoted(text);

	if (it_json_kind(value) == IT_JSON_INT) {
		*out = it_json_ref(value);
		return INTOTO_OK;
	}
	if (!text.data)
		return refuse_kind("a whole number", value, where, err);
	if (!it_parse_u64(text.data, THRESHOLD_MAX, &number))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want a whole number, found '%s'", quoted ? quoted : "");
	*out = it_json_new_int((int64_t)number);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

/* --- what a step requires --- */

/* In YAML every word is a text; what must be true or a list of nothing is written as one. */
static int read_demand(struct it_json *out, const struct it_json_member *member,
		       struct intoto_error **err)
{
	static const char *const truths[] = { "complete", "nothing-denied", "reads-proven",
					      "statement", "writes-proven" };
	struct it_span text = it_json_text(member->value);

	for (size_t i = 0; i < IT_COUNT_OF(truths); i++)
		if (it_span_is(member->name, truths[i]) &&
		    (it_span_is(text, "true") || it_span_is(text, "false")))
			return it_json_set_take(out, truths[i],
						it_json_new_bool(it_span_is(text, "true")), err);
	if (it_span_is(member->name, "network") && it_span_is(text, "none"))
		return it_json_set_take(out, "network", it_json_new_list(), err);
	return keep(out, member->name.data, member->value, err);
}

static int read_demands(struct it_json **out, const struct it_json *value,
			struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *all = NULL;
	size_t count = 0;
	int rc = it_json_members(&all, &count, value, err);

	if (rc)
		return rc;
	*out = it_json_new_object();
	rc = *out ? INTOTO_OK : it_err_nomem(err);
	for (size_t i = 0; !rc && i < count; i++)
		rc = read_demand(*out, &all[i], err);
	return rc;
}

/* What is none of it is refused when the layout is read. */
static int read_requires(struct it_json **out, const struct it_json *value,
			 const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *all = NULL;
	size_t count = 0;
	int rc;

	if (it_json_kind(value) != IT_JSON_OBJECT)
		return refuse_kind("an object", value, where, err);
	rc = it_json_members(&all, &count, value, err);
	if (rc)
		return rc;
	*out = it_json_new_object();
	rc = *out ? INTOTO_OK : it_err_nomem(err);
	for (size_t i = 0; !rc && i < count; i++) {
		IT_AUTO(it_json_freep) struct it_json *demands = NULL;

		if (it_json_kind(all[i].value) != IT_JSON_OBJECT) {
			rc = keep(*out, all[i].name.data, all[i].value, err);
			continue;
		}
		rc = read_demands(&demands, all[i].value, err);
		if (!rc)
			rc = keep(*out, all[i].name.data, demands, err);
	}
	return rc;
}

/* --- gates --- */

/*
 * In YAML every word is a text: of a gate's members "true" and "false" become truths, and whole
 * numbers numbers; words in lists stay what they are (ids, versions, names).
 */
static struct it_json *settle_gate_word(const struct it_json *value)
{
	struct it_span text = it_json_text(value);
	uint64_t number = 0;

	if (it_span_is(text, "true") || it_span_is(text, "false"))
		return it_json_new_bool(it_span_is(text, "true"));
	if (text.data && !memchr(text.data, '\0', text.len) &&
	    it_parse_u64(text.data, INT64_MAX, &number))
		return it_json_new_int((int64_t)number);
	return it_json_ref(value);
}

static int settle_object(struct it_json **out, const struct it_json *object, unsigned depth,
			 struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *all = NULL;
	size_t count = 0;
	int rc = it_json_members(&all, &count, object, err);

	if (rc)
		return rc;
	*out = it_json_new_object();
	rc = *out ? INTOTO_OK : it_err_nomem(err);
	for (size_t i = 0; !rc && i < count; i++) {
		struct it_json *value = NULL;

		if (it_json_kind(all[i].value) == IT_JSON_OBJECT && depth)
			rc = settle_object(&value, all[i].value, depth - 1, err);
		else
			value = settle_gate_word(all[i].value);
		if (rc)
			it_json_free(value);
		else
			rc = it_json_set_take(*out, all[i].name.data, value, err);
	}
	return rc;
}

enum { GATE_DEPTH = 8 };

/* The ids of people can be their names, or files, as in pubkeys. */
static int name_people(struct it_json *object, const struct it_json *source,
		       struct it_manuscript_keys *keys, const struct it_where *where,
		       struct intoto_error **err)
{
	const struct it_json *people = it_json_get(source, "functionaries");
	struct it_where at = { where, "functionaries", 0 };
	struct it_json *ids = NULL;
	int rc;

	if (!people)
		return INTOTO_OK;
	rc = it_manuscript_people(&ids, people, keys, &at, err);
	if (!rc)
		return it_json_set_take(object, "functionaries", ids, err);
	it_json_free(ids);
	return rc;
}

/* A member may name people of its own: whose VEX statements count, who signed the result before. */
static int name_all_people(struct it_json *gate, const struct it_json *source,
			   struct it_manuscript_keys *keys, const struct it_where *where,
			   struct intoto_error **err)
{
	static const char *const members[] = { "previous", "vex" };
	int rc = name_people(gate, source, keys, where, err);

	for (size_t i = 0; !rc && i < IT_COUNT_OF(members); i++) {
		const struct it_json *own = it_json_get(source, members[i]);
		struct it_where at = { where, members[i], 0 };
		struct it_json *copy = NULL;

		if (it_json_kind(own) != IT_JSON_OBJECT)
			continue;
		rc = settle_object(&copy, own, GATE_DEPTH, err);
		if (!rc)
			rc = name_people(copy, own, keys, &at, err);
		if (rc)
			it_json_free(copy);
		else
			rc = it_json_set_take(gate, members[i], copy, err);
	}
	return rc;
}

static int read_gate(struct it_json *list, const struct it_json *source,
		     struct it_manuscript_keys *keys, const struct it_where *where,
		     struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *gate = NULL;
	int rc;

	if (it_json_kind(source) != IT_JSON_OBJECT)
		return refuse_kind("an object", source, where, err);
	rc = settle_object(&gate, source, GATE_DEPTH, err);
	if (!rc)
		rc = name_all_people(gate, source, keys, where, err);
	return rc ? rc : it_json_append_take(list, it_json_ref(gate), err);
}

static int read_gates(struct it_json **out, const struct it_json *value,
		      struct it_manuscript_keys *keys, const struct it_where *where,
		      struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (it_json_kind(value) != IT_JSON_LIST)
		return refuse_kind("a list", value, where, err);
	*out = it_json_new_list();
	if (!*out)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < it_json_count(value); i++) {
		struct it_where element = { where, NULL, i };

		rc = read_gate(*out, it_json_at(value, i), keys, &element, err);
	}
	return rc;
}

/* --- steps and inspections --- */

/* What each member of an item becomes. */
struct member {
	const char *name;
	int (*read)(struct it_json **out, const struct it_json *value, const struct it_where *where,
		    struct intoto_error **err);
};

static const struct member members[] = {
	{ "expected_command", read_words },
	{ "expected_materials", read_rules },
	{ "expected_products", read_rules },
	{ "requires", read_requires },
	{ "run", read_words },
	{ "threshold", read_threshold },
};

static const struct member *find_member(struct it_span name)
{
	for (size_t i = 0; i < IT_COUNT_OF(members); i++)
		if (it_span_is(name, members[i].name))
			return &members[i];
	return NULL;
}

static int read_member(struct it_json *out, const struct it_json_member *member,
		       struct it_manuscript_keys *keys, const struct it_where *item,
		       struct intoto_error **err)
{
	const struct member *known = find_member(member->name);
	struct it_where where = { item, member->name.data, 0 };
	struct it_json *value = NULL;
	int rc;

	if (it_span_is(member->name, "pubkeys"))
		rc = it_manuscript_people(&value, member->value, keys, &where, err);
	else if (it_span_is(member->name, "expectedAttributes"))
		rc = read_gates(&value, member->value, keys, &where, err);
	else if (known)
		rc = known->read(&value, member->value, &where, err);
	else
		return keep(out, member->name.data, member->value, err);
	if (rc) {
		it_json_free(value);
		return rc;
	}
	return it_json_set_take(out, member->name.data, value, err);
}

/* Go wants each standard member. */
static int fill_gaps(struct it_json *item, const char *type, struct intoto_error **err)
{
	static const char *const lists[] = { "expected_materials", "expected_products" };
	bool step = it_streq(type, "step");
	int rc = it_json_get(item, "_type") ? INTOTO_OK : set_text(item, "_type", type, err);

	for (size_t i = 0; !rc && i < IT_COUNT_OF(lists); i++)
		if (!it_json_get(item, lists[i]))
			rc = it_json_set_take(item, lists[i], it_json_new_list(), err);
	if (!rc && step && !it_json_get(item, "pubkeys"))
		rc = it_json_set_take(item, "pubkeys", it_json_new_list(), err);
	if (!rc && step && !it_json_get(item, "threshold"))
		rc = it_json_set_take(item, "threshold", it_json_new_int(1), err);
	if (!rc && !it_json_get(item, step ? "expected_command" : "run"))
		rc = it_json_set_take(item, step ? "expected_command" : "run", it_json_new_list(),
				      err);
	return rc;
}

static int read_item(struct it_json *list, const struct it_json *source, const char *type,
		     struct it_manuscript_keys *keys, const struct it_where *where,
		     struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *all = NULL;
	IT_AUTO(it_json_freep) struct it_json *item = it_json_new_object();
	size_t count = 0;
	int rc;

	if (it_json_kind(source) != IT_JSON_OBJECT)
		return refuse_kind("an object", source, where, err);
	rc = item ? it_json_members(&all, &count, source, err) : it_err_nomem(err);
	for (size_t i = 0; !rc && i < count; i++)
		rc = read_member(item, &all[i], keys, where, err);
	if (!rc)
		rc = fill_gaps(item, type, err);
	return rc ? rc : it_json_append_take(list, it_json_ref(item), err);
}

static int read_items(struct it_json *out, const char *name, const char *type,
		      const struct it_json *source, struct it_manuscript_keys *keys,
		      struct intoto_error **err)
{
	struct it_where where = { &root, name, 0 };
	IT_AUTO(it_json_freep) struct it_json *list = it_json_new_list();
	const struct it_json *items = it_json_get(source, name);
	int rc = list ? INTOTO_OK : it_err_nomem(err);

	if (items && it_json_kind(items) != IT_JSON_LIST)
		return refuse_kind("a list", items, &where, err);
	for (size_t i = 0; !rc && i < it_json_count(items); i++) {
		struct it_where element = { &where, NULL, i };

		rc = read_item(list, it_json_at(items, i), type, keys, &element, err);
	}
	return rc ? rc : keep(out, name, list, err);
}

/* --- the layout --- */

static bool is_ours(struct it_span name)
{
	return it_span_is(name, "keys") || it_span_is(name, "steps") ||
	       it_span_is(name, "inspect") || it_span_is(name, "expires") ||
	       it_span_is(name, "exceptions");
}

static int read_rest(struct it_json *out, const struct it_json *source, struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *all = NULL;
	size_t count = 0;
	int rc = it_json_members(&all, &count, source, err);

	for (size_t i = 0; !rc && i < count; i++)
		if (!is_ours(all[i].name))
			rc = keep(out, all[i].name.data, all[i].value, err);
	if (!rc && !it_json_get(out, "readme"))
		rc = set_text(out, "readme", "", err);
	return rc;
}

static int read_expires(struct it_json *out, const struct it_json *source,
			const struct it_manuscript_options *options, struct intoto_error **err)
{
	struct it_where where = { &root, "expires", 0 };
	char text[IT_TIME_SIZE];
	int rc;

	if (!it_json_get(source, "expires"))
		return INTOTO_OK;
	rc = it_manuscript_expiry(text, it_json_get(source, "expires"), options->now, &where, err);
	return rc ? rc : set_text(out, "expires", text, err);
}

/* Who may excuse is named as in pubkeys. */
static int read_exceptions(struct it_json *out, const struct it_json *source,
			   struct it_manuscript_keys *keys, struct intoto_error **err)
{
	struct it_where where = { &root, "exceptions", 0 };
	struct it_where at = { &where, "pubkeys", 0 };
	const struct it_json *terms = it_json_get(source, "exceptions");
	IT_AUTO(it_json_freep) struct it_json *settled = NULL;
	struct it_json *ids = NULL;
	int rc;

	if (!terms)
		return INTOTO_OK;
	if (it_json_kind(terms) != IT_JSON_OBJECT)
		return refuse_kind("an object", terms, &where, err);
	rc = settle_object(&settled, terms, GATE_DEPTH, err);
	if (!rc && it_json_get(terms, "pubkeys"))
		rc = it_manuscript_people(&ids, it_json_get(terms, "pubkeys"), keys, &at, err);
	if (rc) {
		it_json_free(ids);
		return rc;
	}
	if (ids)
		rc = it_json_set_take(settled, "pubkeys", ids, err);
	return rc ? rc : keep(out, "exceptions", settled, err);
}

/* What older verifiers must not pass over has a type of its own. */
static int choose_type(struct it_json *out, struct intoto_error **err)
{
	const struct it_json *steps = it_json_get(out, "steps");
	bool gated = it_json_get(out, "exceptions") || it_json_get(out, "attestors");

	if (it_json_get(out, "_type"))
		return INTOTO_OK;
	for (size_t i = 0; i < it_json_count(steps); i++)
		gated |= it_json_get(it_json_at(steps, i), "expectedAttributes") != NULL;
	return set_text(out, "_type", gated ? "gated-layout" : "layout", err);
}

static int compile(struct it_json *out, const struct it_json *source,
		   const struct it_manuscript_options *options, struct it_manuscript_keys *keys,
		   struct intoto_error **err)
{
	int rc = read_rest(out, source, err);

	if (!rc)
		rc = read_expires(out, source, options, err);
	if (!rc)
		rc = it_manuscript_keys_read(keys, it_json_get(source, "keys"), err);
	if (!rc)
		rc = read_items(out, "steps", "step", source, keys, err);
	if (!rc)
		rc = read_items(out, "inspect", "inspection", source, keys, err);
	if (!rc)
		rc = read_exceptions(out, source, keys, err);
	if (!rc)
		rc = choose_type(out, err);
	return rc ? rc : keep(out, "keys", keys->objects, err);
}

int it_manuscript_compile(struct it_json **out, const struct it_json *source,
			  const struct it_manuscript_options *options, struct intoto_error **err)
{
	IT_AUTO(it_manuscript_keys_done) struct it_manuscript_keys keys = { .options = options };
	IT_AUTO(it_json_freep) struct it_json *layout = it_json_new_object();
	int rc;

	*out = NULL;
	keys.objects = it_json_new_object();
	if (!layout || !keys.objects)
		return it_err_nomem(err);
	if (it_json_kind(source) != IT_JSON_OBJECT)
		return refuse_kind("an object", source, &root, err);
	rc = compile(layout, source, options, &keys, err);
	if (rc)
		return rc;
	*out = layout;
	layout = NULL; /* now the caller's */
	return INTOTO_OK;
}

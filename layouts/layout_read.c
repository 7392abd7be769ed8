/* SPDX-License-Identifier: Apache-2.0 */
/* Reading layouts (in-toto specification 4.3.1): by tables of fields, closed. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "json/field.h"
#include "layouts/layout.h"
#include "model/envelope.h"
#include "model/key_object.h"

/* --- what members have in common --- */

static int check_type(const struct it_json *value, const char *want, const struct it_where *where,
		      struct intoto_error **err)
{
	if (it_span_is(it_json_text(value), want))
		return INTOTO_OK;
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want the text \"%s\"", want);
}

static int refuse_kind(const char *want, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want %s, found %s", want,
			       it_json_kind_name(value));
}

/* Calls read for each element of a list. */
static int read_each(void *target, const struct it_json *list, const struct it_where *where,
		     int (*read)(void *target, const struct it_json *value,
				 const struct it_where *where, struct intoto_error **err),
		     struct intoto_error **err)
{
	if (it_json_kind(list) != IT_JSON_LIST)
		return refuse_kind("a list", list, where, err);
	for (size_t i = 0; i < it_json_count(list); i++) {
		struct it_where element = { where, NULL, i };
		int rc = read(target, it_json_at(list, i), &element, err);

		if (rc)
			return rc;
	}
	return INTOTO_OK;
}

/* Appends one text to a struct it_strings. */
static int read_word(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	struct it_span text = it_json_text(value);

	if (!text.data)
		return refuse_kind("a text", value, where, err);
	if (memchr(text.data, '\0', text.len))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "a NUL character inside a text");
	return it_strings_add_span(target, text, err);
}

static int read_rule(void *rules, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings tokens = { 0 };
	int rc = read_each(&tokens, value, where, read_word, err);

	return rc ? rc : it_rules_add(rules, &tokens, where, err);
}

/* A keyid becomes part of a file name, so it is hex digits and nothing else. */
static int check_id(struct it_span id, const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = NULL;

	if (id.len && strspn(id.data, "0123456789abcdefABCDEF") == id.len)
		return INTOTO_OK;
	quoted = it_text_quoted(id);
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want hex digits, found '%s'",
			       quoted ? quoted : "");
}

static int read_id(void *ids, const struct it_json *value, const struct it_where *where,
		   struct intoto_error **err)
{
	int rc = read_word(ids, value, where, err);

	return rc ? rc : check_id(it_json_text(value), where, err);
}

/* --- steps and inspections --- */

static int read_name(struct it_item *item, const struct it_json *value,
		     const struct it_where *where, struct intoto_error **err)
{
	struct it_span text = it_json_text(value);

	if (!text.data)
		return refuse_kind("a text", value, where, err);
	if (memchr(text.data, '\0', text.len))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "a NUL character inside a name");
	item->name = strndup(text.data, text.len);
	return item->name ? it_layout_check_name(item->name, where, err) : it_err_nomem(err);
}

static int read_item_name(void *item, const struct it_json *value, const struct it_where *where,
			  struct intoto_error **err)
{
	return read_name(item, value, where, err);
}

static int read_materials(void *target, const struct it_json *value, const struct it_where *where,
			  struct intoto_error **err)
{
	struct it_item *item = target;

	return read_each(&item->rules[INTOTO_MATERIALS], value, where, read_rule, err);
}

static int read_products(void *target, const struct it_json *value, const struct it_where *where,
			 struct intoto_error **err)
{
	struct it_item *item = target;

	return read_each(&item->rules[INTOTO_PRODUCTS], value, where, read_rule, err);
}

static int read_step_type(void *target, const struct it_json *value, const struct it_where *where,
			  struct intoto_error **err)
{
	(void)target; /* only checked */
	return check_type(value, "step", where, err);
}

static int read_pubkeys(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	struct it_layout_step *step = target;

	return read_each(&step->pubkeys, value, where, read_id, err);
}

/* A list under two names would hide one of them from other readers. */
static int read_constraints(void *target, const struct it_json *value, const struct it_where *where,
			    struct intoto_error **err)
{
	struct it_layout_step *step = target;

	if (step->constraints.count)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "the step has constraints under another name, too");
	return it_constraints_read(&step->constraints, value, where, err);
}

static int read_prose_constraints(void *target, const struct it_json *value,
				  const struct it_where *where, struct intoto_error **err)
{
	struct it_layout_step *step = target;

	step->constraints.prose = true;
	return read_constraints(target, value, where, err);
}

/* A member of ours. */
static int read_requires(void *target, const struct it_json *value, const struct it_where *where,
			 struct intoto_error **err)
{
	struct it_layout_step *step = target;

	return it_requirement_read(&step->requires, value, where, err);
}

/* Ours too (ITE-10 and ITE-11 are where the name is from). */
static int read_gates(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	struct it_layout_step *step = target;

	return it_gates_read(&step->gates, value, where, err);
}

/* The item comes first in a step, so that one reader serves both. */
_Static_assert(offsetof(struct it_layout_step, item) == 0, "a step begins with its item");

static const struct it_field step_fields[] = {
	{ "_type", IT_FIELD_CUSTOM, false, 0, read_step_type },
	{ "certConstraints", IT_FIELD_CUSTOM, false, 0, read_prose_constraints },
	{ "cert_constraints", IT_FIELD_CUSTOM, false, 0, read_constraints },
	{ "expectedAttributes", IT_FIELD_CUSTOM, false, 0, read_gates },
	{ "expected_command", IT_FIELD_TEXTS, false, offsetof(struct it_layout_step, item.command),
	  NULL },
	{ "expected_materials", IT_FIELD_CUSTOM, false, 0, read_materials },
	{ "expected_products", IT_FIELD_CUSTOM, false, 0, read_products },
	{ "name", IT_FIELD_CUSTOM, true, 0, read_item_name },
	{ "pubkeys", IT_FIELD_CUSTOM, false, 0, read_pubkeys },
	{ "requires", IT_FIELD_CUSTOM, false, 0, read_requires },
	{ "threshold", IT_FIELD_INT, true, offsetof(struct it_layout_step, threshold), NULL },
};

static int read_inspection_type(void *target, const struct it_json *value,
				const struct it_where *where, struct intoto_error **err)
{
	(void)target; /* only checked */
	return check_type(value, "inspection", where, err);
}

static const struct it_field inspection_fields[] = {
	{ "_type", IT_FIELD_CUSTOM, false, 0, read_inspection_type },
	{ "expected_materials", IT_FIELD_CUSTOM, false, 0, read_materials },
	{ "expected_products", IT_FIELD_CUSTOM, false, 0, read_products },
	{ "name", IT_FIELD_CUSTOM, true, 0, read_item_name },
	{ "run", IT_FIELD_TEXTS, false, offsetof(struct it_item, command), NULL },
};

/* --- the layout's own members --- */

static int read_layout_type(void *target, const struct it_json *value, const struct it_where *where,
			    struct intoto_error **err)
{
	struct intoto_layout *layout = target;

	layout->said_gated = it_span_is(it_json_text(value), "gated-layout");
	return layout->said_gated ? INTOTO_OK : check_type(value, "layout", where, err);
}

static int read_attestors(void *target, const struct it_json *value, const struct it_where *where,
			  struct intoto_error **err)
{
	struct intoto_layout *layout = target;

	return it_attestor_pins_read(&layout->attestors, value, where, err);
}

static int read_exceptions(void *target, const struct it_json *value, const struct it_where *where,
			   struct intoto_error **err)
{
	struct intoto_layout *layout = target;

	return it_exception_terms_read(&layout->exceptions, value, where, err);
}

/*
 * Older verifiers ignore members that they do not know, but no _type: so what they must not pass
 * over stands under a type of its own, and nothing else does.
 */
static int check_gated(const struct intoto_layout *layout, const struct it_where *root,
		       struct intoto_error **err)
{
	struct it_where where = { root, "_type", 0 };

	if (layout->said_gated == it_layout_is_gated(layout))
		return INTOTO_OK;
	return it_where_refuse(
		&where, INTOTO_E_FORMAT, err,
		layout->said_gated ? "want the text \"layout\": it has no "
				     "\"expectedAttributes\", \"exceptions\" or \"attestors\""
				   : "want the text \"gated-layout\", because it has "
				     "\"expectedAttributes\", \"exceptions\" or \"attestors\", "
				     "which verifiers that do not know them must not pass over");
}

static int read_expires(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	struct intoto_layout *layout = target;
	struct it_span text = it_json_text(value);

	if (!text.data)
		return refuse_kind("a text", value, where, err);
	if (!it_time_parse(&layout->expires, text)) {
		IT_AUTO(it_freep) char *quoted = it_text_quoted(text);

		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want a date as 2026-01-31T23:59:59Z, found '%s'",
				       quoted ? quoted : "");
	}
	layout->expires_text = strndup(text.data, text.len);
	return layout->expires_text ? INTOTO_OK : it_err_nomem(err);
}

/* The map's name and the object's own keyid must say the same. */
static int check_declared(const struct it_json_member *member, const struct it_where *where,
			  struct intoto_error **err)
{
	struct it_where keyid = { where, "keyid", 0 };
	const struct it_json *declared = it_json_get(member->value, "keyid");

	if (it_json_kind(declared) == IT_JSON_NULL ||
	    it_span_eq(it_json_text(declared), member->name))
		return INTOTO_OK;
	return it_where_refuse(&keyid, INTOTO_E_FORMAT, err,
			       "is not the name that the key has in \"keys\"");
}

/* A key of a kind that we do not know is kept by its name: it never verifies anything. */
static int read_key_object(struct it_layout_key *key, const struct it_json *object,
			   const struct it_where *where, struct intoto_error **err)
{
	struct intoto_error *why = NULL;
	int rc = it_key_object_read(&key->key, object, where, &why);

	if (rc == INTOTO_OK)
		return INTOTO_OK;
	if (rc != INTOTO_E_UNSUPPORTED) {
		if (err && !*err)
			*err = why;
		else
			intoto_error_free(why);
		return rc;
	}
	key->why_not = strdup(intoto_error_text(why));
	intoto_error_free(why);
	return key->why_not ? INTOTO_OK : it_err_nomem(err);
}

static int read_key(struct intoto_layout *layout, const struct it_json_member *member,
		    const struct it_where *keys, struct intoto_error **err)
{
	struct it_where where = { keys, member->name.data, 0 };
	struct it_layout_key key = { 0 };
	int rc = check_id(member->name, keys, err);

	if (!rc)
		rc = check_declared(member, &where, err);
	if (!rc)
		rc = read_key_object(&key, member->value, &where, err);
	if (rc)
		return rc;
	key.id = strndup(member->name.data, member->name.len);
	key.object = it_json_ref(member->value);
	rc = it_layout_take_key(layout, &key, err);
	if (!rc && !layout->keys[layout->key_count - 1].id)
		rc = it_err_nomem(err);
	return rc;
}

static int read_keys(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count;
	int rc;

	if (it_json_kind(value) != IT_JSON_OBJECT)
		return refuse_kind("an object", value, where, err);
	rc = it_json_members(&members, &count, value, err);
	for (size_t i = 0; !rc && i < count; i++)
		rc = read_key(target, &members[i], where, err);
	return rc;
}

static int read_step(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	struct intoto_layout *layout = target;
	struct it_layout_step *step = &layout->steps[layout->step_count++];

	return it_fields_read(step, value, step_fields, IT_COUNT_OF(step_fields), IT_FIELDS_CLOSED,
			      where, err);
}

static int read_steps(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	struct intoto_layout *layout = target;

	layout->steps = calloc(it_json_count(value) + 1, sizeof *layout->steps);
	if (!layout->steps)
		return it_err_nomem(err);
	return read_each(layout, value, where, read_step, err);
}

static int read_inspection(void *target, const struct it_json *value, const struct it_where *where,
			   struct intoto_error **err)
{
	struct intoto_layout *layout = target;

	return it_fields_read(&layout->inspections[layout->inspection_count++], value,
			      inspection_fields, IT_COUNT_OF(inspection_fields), IT_FIELDS_CLOSED,
			      where, err);
}

static int read_inspections(void *target, const struct it_json *value, const struct it_where *where,
			    struct intoto_error **err)
{
	struct intoto_layout *layout = target;

	layout->inspections = calloc(it_json_count(value) + 1, sizeof *layout->inspections);
	if (!layout->inspections)
		return it_err_nomem(err);
	return read_each(layout, value, where, read_inspection, err);
}

static int read_rootcas(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	struct intoto_layout *layout = target;

	return it_layout_read_rootcas(&layout->rootcas, value, where, err);
}

static int read_intermediatecas(void *target, const struct it_json *value,
				const struct it_where *where, struct intoto_error **err)
{
	struct intoto_layout *layout = target;

	return it_layout_read_intermediatecas(&layout->intermediatecas, value, where, err);
}

static int read_bundles(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	struct intoto_layout *layout = target;

	return it_layout_read_bundles(&layout->bundles, value, where, err);
}

static const struct it_field layout_fields[] = {
	{ "_type", IT_FIELD_CUSTOM, true, 0, read_layout_type },
	{ "attestors", IT_FIELD_CUSTOM, false, 0, read_attestors },
	{ "exceptions", IT_FIELD_CUSTOM, false, 0, read_exceptions },
	{ "expires", IT_FIELD_CUSTOM, false, 0, read_expires },
	{ "inspect", IT_FIELD_CUSTOM, true, 0, read_inspections },
	{ "intermediatecas", IT_FIELD_CUSTOM, false, 0, read_intermediatecas },
	{ "keys", IT_FIELD_CUSTOM, true, 0, read_keys },
	{ "readme", IT_FIELD_TEXT, false, offsetof(struct intoto_layout, readme), NULL },
	{ "rootcas", IT_FIELD_CUSTOM, false, 0, read_rootcas },
	{ "steps", IT_FIELD_CUSTOM, true, 0, read_steps },
	{ "trustBundles", IT_FIELD_CUSTOM, false, 0, read_bundles },
};

static const struct it_where root = { NULL, "layout", 0 };

int intoto_layout_from_envelope(struct intoto_layout **out, const struct intoto_envelope *envelope,
				struct intoto_error **err)
{
	IT_AUTO(intoto_layout_freep) struct intoto_layout *layout = NULL;
	int rc;

	*out = NULL;
	/* ITE-5: links and layouts have a payload type of their own. */
	if (intoto_envelope_format(envelope) == INTOTO_DSSE &&
	    !it_streq(intoto_envelope_payload_type(envelope), INTOTO_PAYLOAD_TYPE))
		return it_err_set(err, INTOTO_E_FORMAT, "payloadType: want \"%s\"",
				  INTOTO_PAYLOAD_TYPE);
	rc = it_layout_new(&layout, err);
	if (!rc)
		rc = it_fields_read(layout, it_envelope_body(envelope), layout_fields,
				    IT_COUNT_OF(layout_fields), IT_FIELDS_CLOSED, &root, err);
	if (!rc)
		rc = check_gated(layout, &root, err);
	if (!rc)
		rc = it_layout_index(layout, &root, err);
	if (rc)
		return rc;
	*out = layout;
	layout = NULL; /* now the caller's */
	return INTOTO_OK;
}

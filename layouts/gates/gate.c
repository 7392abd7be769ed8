/* SPDX-License-Identifier: Apache-2.0 */
/* The table of gates, and how a layout's gates are read and written. */
#include "layouts/gates/gate.h"

#include <string.h>

#include "base/text.h"

enum {
	GATES_MAX = 64, /* of one step */
	THRESHOLD_MAX = 1000,
	TEXT_LIMIT = 64 * 1024,
};

/* Sorted by name.  A new gate is one file and one line here. */
const struct it_gate_kind *const it_gate_kinds[] = {
	&it_gate_command,
	&it_gate_identity,
	&it_gate_licenses,
	&it_gate_provenance,
	&it_gate_require,
	&it_gate_rule,
	&it_gate_sbom,
	&it_gate_source,
	&it_gate_tests,
	&it_gate_vulnerabilities,
	NULL,
};

const struct it_gate_kind *it_gate_kind_find(struct it_span name)
{
	for (size_t i = 0; it_gate_kinds[i]; i++)
		if (it_span_is(name, it_gate_kinds[i]->name))
			return it_gate_kinds[i];
	return NULL;
}

bool it_gate_reads(const struct it_gate_kind *kind, const char *predicate_type)
{
	for (size_t i = 0; kind->predicates && kind->predicates[i]; i++)
		if (it_predicate_is(predicate_type, kind->predicates[i]))
			return true;
	return !kind->predicates && !kind->link_only;
}

bool it_gate_wants(const struct it_gate *gate, const char *predicate_type)
{
	return it_gate_reads(gate->kind, predicate_type) &&
	       (!gate->kind->reads || gate->kind->reads(gate->demand, predicate_type));
}

static void gate_done(struct it_gate *gate)
{
	if (gate->kind && gate->kind->free && gate->demand)
		gate->kind->free(gate->demand);
	it_strings_done(&gate->terms.functionaries);
	it_json_free(gate->object);
	*gate = (struct it_gate){ 0 };
}

void it_gates_done(struct it_gates *gates)
{
	for (size_t i = 0; i < gates->count; i++)
		gate_done(&gates->items[i]);
	free(gates->items);
	*gates = (struct it_gates){ 0 };
}

/* --- the terms that all have in common --- */

static const struct {
	const char *word;
	unsigned about;
	const char *clause;
} subjects[] = {
	{ "all-products", IT_ABOUT_ALL_PRODUCTS, "about every product of the step" },
	{ "any", 0, "about anything" },
	{ "link", IT_ABOUT_LINK, "named by the step's link" },
	{ "material", IT_ABOUT_MATERIAL, "about a material of the step" },
	{ "product", IT_ABOUT_PRODUCT, "about a product of the step" },
	{ "step", IT_ABOUT_PRODUCT | IT_ABOUT_MATERIAL | IT_ABOUT_LINK, NULL },
};

static int read_functionaries(struct it_gate_terms *terms, const struct it_json *value,
			      const struct it_where *where, struct intoto_error **err)
{
	int rc = it_gate_read_words(&terms->functionaries, value, where, err);

	for (size_t i = 0; !rc && i < terms->functionaries.count; i++) {
		struct it_where element = { where, NULL, i };
		const char *id = terms->functionaries.items[i];
		IT_AUTO(it_freep) char *quoted = NULL;

		if (strspn(id, "0123456789abcdefABCDEF") == strlen(id))
			continue;
		quoted = it_text_quoted(it_span_text(id));
		rc = it_where_refuse(&element, INTOTO_E_FORMAT, err,
				     "want the id of a key, hex digits, found '%s'",
				     quoted ? quoted : "");
	}
	return rc;
}

static int read_max_age(struct it_gate_terms *terms, const struct it_json *value,
			const struct it_where *where, struct intoto_error **err)
{
	return it_gate_read_duration(&terms->max_age, value, where, err);
}

static int read_subject(struct it_gate_terms *terms, const struct it_json *value,
			const struct it_where *where, struct intoto_error **err)
{
	struct it_span text = it_json_text(value);
	IT_AUTO(it_freep) char *quoted = NULL;

	for (size_t i = 0; i < IT_COUNT_OF(subjects); i++) {
		if (!it_span_is(text, subjects[i].word))
			continue;
		terms->about = subjects[i].about;
		return INTOTO_OK;
	}
	quoted = it_text_quoted(text);
	return it_where_refuse(where, INTOTO_E_FORMAT, err,
			       "want \"step\", \"product\", \"all-products\", \"material\", "
			       "\"link\" or \"any\", found '%s'",
			       quoted ? quoted : "");
}

static int read_threshold(struct it_gate_terms *terms, const struct it_json *value,
			  const struct it_where *where, struct intoto_error **err)
{
	return it_gate_read_count(&terms->threshold, value, 1, THRESHOLD_MAX, where, err);
}

static int read_warn(struct it_gate_terms *terms, const struct it_json *value,
		     const struct it_where *where, struct intoto_error **err)
{
	return it_gate_read_bool(&terms->warn, value, where, err);
}

static const struct term {
	const char *name;
	bool evidence; /* makes sense only for gates that read evidence */
	int (*read)(struct it_gate_terms *terms, const struct it_json *value,
		    const struct it_where *where, struct intoto_error **err);
} term_table[] = {
	{ "functionaries", true, read_functionaries },
	{ "maxAge", true, read_max_age },
	{ "subject", true, read_subject },
	{ "threshold", true, read_threshold },
	{ "warn", false, read_warn },
};

static const struct term *find_term(struct it_span name)
{
	for (size_t i = 0; i < IT_COUNT_OF(term_table); i++)
		if (it_span_is(name, term_table[i].name))
			return &term_table[i];
	return NULL;
}

static int read_term(struct it_gate *gate, const struct term *term, const struct it_json *value,
		     const struct it_where *object, struct intoto_error **err)
{
	struct it_where where = { object, term->name, 0 };

	if (gate->kind->link_only && term->evidence)
		return it_where_refuse(&where, INTOTO_E_FORMAT, err,
				       "the gate \"%s\" reads the link alone, so this demands "
				       "nothing; leave it out",
				       gate->kind->name);
	return term->read(&gate->terms, value, &where, err);
}

/* --- one gate --- */

static int find_kind(struct it_gate *gate, const struct it_json *object, const struct it_where *up,
		     struct intoto_error **err)
{
	struct it_where where = { up, "gate", 0 };
	const struct it_json *name = it_json_get(object, "gate");
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_LIMIT);

	if (it_json_kind(object) != IT_JSON_OBJECT)
		return it_where_refuse(up, INTOTO_E_FORMAT, err, "want an object, found %s",
				       it_json_kind_name(object));
	if (!it_json_text(name).data)
		return it_where_refuse(&where, INTOTO_E_FORMAT, err, "want a text, found %s",
				       it_json_kind_name(name));
	gate->kind = it_gate_kind_find(it_json_text(name));
	if (gate->kind)
		return INTOTO_OK;
	(void)it_buf_add_text(&text, "no gate is called "); /* sticks; still a text */
	it_where_quote(&text, it_json_text(name));
	(void)it_buf_add_text(&text, "; known are");
	for (size_t i = 0; it_gate_kinds[i]; i++)
		(void)it_buf_printf(&text, "%s %s", i ? "," : "", it_gate_kinds[i]->name);
	return it_where_refuse(&where, INTOTO_E_FORMAT, err, "%s", it_buf_text(&text));
}

/* The common members are read here; the others go into own. */
static int part_members(struct it_gate *gate, struct it_json *own, const struct it_json *object,
			const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count = 0;
	int rc = it_json_members(&members, &count, object, err);

	for (size_t i = 0; !rc && i < count; i++) {
		const struct term *term = find_term(members[i].name);

		if (memchr(members[i].name.data, '\0', members[i].name.len))
			rc = it_where_refuse(where, INTOTO_E_FORMAT, err,
					     "a NUL character inside the name of a member");
		else if (term)
			rc = read_term(gate, term, members[i].value, where, err);
		else if (!it_span_is(members[i].name, "gate"))
			rc = it_json_set_take(own, members[i].name.data,
					      it_json_ref(members[i].value), err);
	}
	return rc;
}

/* What can never be met is a mistake of the author. */
static int check_terms(const struct it_gate_terms *terms, const struct it_where *up,
		       struct intoto_error **err)
{
	struct it_where where = { up, "threshold", 0 };

	if (!terms->functionaries.count || (uint64_t)terms->threshold <= terms->functionaries.count)
		return INTOTO_OK;
	return it_where_refuse(&where, INTOTO_E_FORMAT, err,
			       "%lld people can never sign: \"functionaries\" names %zu",
			       (long long)terms->threshold, terms->functionaries.count);
}

static int read_gate(struct it_gate *gate, const struct it_json *object,
		     const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *own = it_json_new_object();
	int rc;

	if (!own)
		return it_err_nomem(err);
	gate->terms.threshold = 1;
	gate->terms.about = IT_ABOUT_PRODUCT | IT_ABOUT_MATERIAL | IT_ABOUT_LINK;
	rc = find_kind(gate, object, where, err);
	if (!rc)
		rc = part_members(gate, own, object, where, err);
	if (!rc)
		rc = check_terms(&gate->terms, where, err);
	if (!rc)
		rc = gate->kind->read(&gate->demand, own, where, err);
	if (rc)
		return rc;
	gate->object = it_json_ref(object);
	return INTOTO_OK;
}

int it_gates_add(struct it_gates *out, const struct it_json *object, const struct it_where *where,
		 struct intoto_error **err)
{
	struct it_gate gate = { 0 };
	struct it_gate *items;
	int rc;

	if (out->count == GATES_MAX)
		return it_where_refuse(where, INTOTO_E_LIMIT, err, "more than %d gates", GATES_MAX);
	items = reallocarray(out->items, out->count + 1, sizeof *items);
	if (!items)
		return it_err_nomem(err);
	out->items = items;
	rc = read_gate(&gate, object, where, err);
	if (rc) {
		gate_done(&gate);
		return rc;
	}
	items[out->count++] = gate;
	return INTOTO_OK;
}

int it_gates_read(struct it_gates *out, const struct it_json *list, const struct it_where *where,
		  struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (it_json_kind(list) != IT_JSON_LIST)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want a list, found %s",
				       it_json_kind_name(list));
	if (!it_json_count(list))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "is empty; leave it out to demand nothing");
	for (size_t i = 0; !rc && i < it_json_count(list); i++) {
		struct it_where element = { where, NULL, i };

		rc = it_gates_add(out, it_json_at(list, i), &element, err);
	}
	return rc;
}

void it_gates_write(struct it_writer *writer, const struct it_gates *gates)
{
	it_write_list(writer);
	for (size_t i = 0; i < gates->count; i++)
		it_write_value(writer, gates->items[i].object);
	it_write_list_end(writer);
}

/* --- for people --- */

static const char *clause_of(unsigned about)
{
	for (size_t i = 0; i < IT_COUNT_OF(subjects); i++)
		if (subjects[i].about == about)
			return subjects[i].clause;
	return NULL;
}

static int add_clause(struct it_strings *out, struct it_buf *text, struct intoto_error **err)
{
	int rc = it_buf_check(text, "a clause", err);

	if (!rc)
		rc = it_strings_add(out, it_buf_text(text), err);
	it_buf_reset(text);
	return rc;
}

static void say_signers(struct it_buf *text, const struct it_gate_terms *terms)
{
	(void)it_buf_printf(text, "signed by %lld", (long long)terms->threshold); /* sticks */
	if (!terms->functionaries.count) {
		(void)it_buf_add_text(text, " who may do the step");
		return;
	}
	(void)it_buf_add_text(text, " of");
	for (size_t i = 0; i < terms->functionaries.count; i++)
		(void)it_buf_printf(text, "%s %.8s", i ? "," : "", terms->functionaries.items[i]);
}

int it_gate_clauses(struct it_strings *out, const struct it_gate *gate, struct intoto_error **err)
{
	const struct it_gate_terms *terms = &gate->terms;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_LIMIT);
	int rc = gate->kind->clauses ? gate->kind->clauses(out, gate->demand, err) : INTOTO_OK;

	if (!rc && (terms->functionaries.count || terms->threshold > 1)) {
		say_signers(&text, terms);
		rc = add_clause(out, &text, err);
	}
	if (!rc && clause_of(terms->about) && !gate->kind->link_only)
		rc = it_strings_add(out, clause_of(terms->about), err);
	if (!rc && terms->max_age) {
		(void)it_buf_printf(&text, "at most %lld seconds old", /* short */
				    (long long)terms->max_age);
		rc = add_clause(out, &text, err);
	}
	if (!rc && terms->warn)
		rc = it_strings_add(out, "only a warning", err);
	return rc;
}

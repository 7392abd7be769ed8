/* SPDX-License-Identifier: Apache-2.0 */
/* Findings, and the walk over a layout that collects them. */
#include "layouts/lint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { TEXT_MAX = 1024 * 1024 };

/* --- the list --- */

static void finding_done(struct it_finding *finding)
{
	free(finding->place);
	free(finding->item);
	free(finding->subject);
	free(finding->text);
}

void it_findings_done(struct it_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		finding_done(&findings->items[i]);
	free(findings->items);
	*findings = (struct it_findings){ 0 };
}

int it_findings_check(const struct it_findings *findings, struct intoto_error **err)
{
	if (findings->failed == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (findings->failed)
		return it_err_set(err, findings->failed, "a finding has a code without meaning");
	return INTOTO_OK;
}

size_t it_findings_tally(const struct it_findings *findings, enum it_lint_level level)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		count += findings->items[i].code->level == level;
	return count;
}

static bool make_room(struct it_findings *out)
{
	size_t cap = out->cap ? out->cap * 2 : 16;
	struct it_finding *items;

	if (out->count < out->cap)
		return true;
	items = reallocarray(out->items, cap, sizeof *items);
	if (!items)
		return false;
	out->items = items;
	out->cap = cap;
	return true;
}

static char *print_place(const struct it_where *where)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);

	if (where)
		it_where_print(&text, where);
	else
		(void)it_buf_add_text(&text, "layout"); /* looked at below */
	return text.failed ? NULL : it_buf_take(&text);
}

/* Takes text. */
static void add(struct it_findings *out, const struct it_lint_code *code,
		const struct it_where *where, const struct it_item *item, const char *subject,
		char *text)
{
	struct it_finding finding = { .code = code, .text = text };

	finding.place = print_place(where);
	finding.item = strdup(item ? item->name : "");
	finding.subject = strdup(subject);
	if (finding.place && finding.item && finding.subject && text && make_room(out)) {
		out->items[out->count++] = finding;
		return;
	}
	finding_done(&finding);
	out->failed = INTOTO_E_NOMEM;
}

static void add_format(struct it_findings *out, const char *name, const struct it_where *where,
		       const struct it_item *item, const char *subject, const char *format,
		       va_list args) IT_PRINTF(6, 0);

static void add_format(struct it_findings *out, const char *name, const struct it_where *where,
		       const struct it_item *item, const char *subject, const char *format,
		       va_list args)
{
	const struct it_lint_code *code = it_lint_code_named(name);
	char *text = NULL;

	if (out->failed || (out->ignored && it_strings_has(out->ignored, name)))
		return;
	if (!code) {
		out->failed = INTOTO_E_INTERNAL;
		return;
	}
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	add(out, code, where, item, subject, text);
}

void it_findings_add(struct it_findings *out, const char *code, const struct it_where *where,
		     const struct it_item *item, const char *subject, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_format(out, code, where, item, subject, format, args);
	va_end(args);
}

void it_lint_rule(const struct it_lint_rules *list, size_t index, const char *code,
		  const char *format, ...)
{
	struct it_where where = { list->where, NULL, index };
	const struct it_rules *rules = &list->item->rules[list->side];
	IT_AUTO(it_freep) char *text = NULL;
	size_t before = list->out->count;
	va_list args;

	if (index < rules->count) {
		text = it_rule_text(&rules->items[index]);
		if (!text)
			list->out->failed = INTOTO_E_NOMEM;
	}
	va_start(args, format);
	add_format(list->out, code, index < rules->count ? &where : list->where, list->item,
		   text ? text : "", format, args);
	va_end(args);
	if (list->out->count > before)
		list->out->items[before].rules = rules;
}

/* --- the walk --- */

bool it_item_is_step(const struct intoto_layout *layout, const struct it_item *item)
{
	return item->index < layout->step_count;
}

static void lint_rules(struct it_findings *out, const struct intoto_layout *layout,
		       const struct it_item *item, const struct it_where *where, bool open)
{
	static const char *const names[] = { "expected_materials", "expected_products" };

	for (int side = INTOTO_MATERIALS; side <= INTOTO_PRODUCTS; side++) {
		struct it_where rules = { where, names[side], 0 };
		struct it_lint_rules list = { out,    layout, item, (enum intoto_link_side)side,
					      &rules, open };

		it_lint_patterns(&list);
		it_lint_order(&list);
	}
}

static const struct it_where root = { NULL, "layout", 0 };

int it_lint_item(struct it_findings *out, const struct intoto_layout *layout,
		 const struct it_item *item, struct intoto_error **err)
{
	bool is_step = it_item_is_step(layout, item);
	struct it_where list = { &root, is_step ? "steps" : "inspect", 0 };
	struct it_where where = { &list, NULL,
				  is_step ? item->index : item->index - layout->step_count };

	lint_rules(out, layout, item, &where, true);
	return it_findings_check(out, err);
}

static void lint_expiry(struct it_findings *out, const struct intoto_layout *layout,
			const struct it_lint_options *options)
{
	struct it_where where = { &root, "expires", 0 };

	if (!layout->expires_text)
		it_findings_add(out, "layout.no-expiry", NULL, NULL, "",
				"the layout has no \"expires\"");
	else if (layout->expires <= options->now)
		it_findings_add(out, "layout.expired", &where, NULL, "", "expired at %s",
				layout->expires_text);
	else if (layout->expires - options->now <= options->soon)
		it_findings_add(out, "layout.expires-soon", &where, NULL, "", "expires at %s",
				layout->expires_text);
}

static void lint_command(struct it_findings *out, const struct intoto_layout *layout,
			 const struct it_item *item, const struct it_where *where)
{
	struct it_where run = { where, "run", 0 };
	const char *program = item->command.count ? item->command.items[0] : "";

	if (it_item_is_step(layout, item))
		return;
	if (!*program)
		it_findings_add(out, "inspection.no-command", &run, item, "",
				"there is no command to run");
	else if (*program != '/' && strchr(program, '/'))
		it_findings_add(out, "inspection.relative-command", &run, item, program,
				"the program is looked for in the folder that is verified, so "
				"whoever made its files chooses it");
}

/* The text of a word that looks like a parameter, {name}; NULL when there is none. */
static const char *find_parameter(const char *text, size_t *len)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

	for (text = strchr(text, '{'); text; text = strchr(text, '{')) {
		size_t name = strspn(text + 1, allowed);

		if (name && text[1 + name] == '}') {
			*len = name + 2;
			return text;
		}
		text += text[1] == '{' ? 2 : 1;
	}
	return NULL;
}

static void lint_word(struct it_findings *out, const struct it_item *item, const char *word,
		      const struct it_where *where)
{
	size_t len = 0;
	const char *found = find_parameter(word, &len);
	IT_AUTO(it_freep) char *name = found ? strndup(found, len) : NULL;

	if (name)
		it_findings_add(out, "parameter.unset", where, item, name,
				"%s stands for itself as long as no parameter is given", name);
}

/* Only while no parameter has a value: with one, a missing one is refused. */
static void lint_parameters(struct it_findings *out, const struct it_item *item,
			    const struct it_where *where)
{
	for (size_t i = 0; i < item->command.count; i++)
		lint_word(out, item, item->command.items[i], where);
	for (int side = INTOTO_MATERIALS; side <= INTOTO_PRODUCTS; side++) {
		for (size_t i = 0; i < item->rules[side].count; i++) {
			const struct it_rule *rule = &item->rules[side].items[i];

			lint_word(out, item, rule->pattern, where);
			lint_word(out, item, rule->source, where);
			lint_word(out, item, rule->destination, where);
			lint_word(out, item, rule->from, where);
		}
	}
}

static bool differ_in_case(const char *a, const char *b)
{
	return !it_streq(a, b) && it_streq_nocase(a, b);
}

static const struct it_item *item_at(const struct intoto_layout *layout, size_t index)
{
	return index < layout->step_count ? &layout->steps[index].item
					  : &layout->inspections[index - layout->step_count];
}

static void lint_name(struct it_findings *out, const struct intoto_layout *layout,
		      const struct it_item *item, const struct it_where *where)
{
	struct it_where name = { where, "name", 0 };

	if (strpbrk(item->name, "*?[]"))
		it_findings_add(out, "name.pattern", &name, item, item->name,
				"other names may match it");
	for (size_t i = 0; i < item->index; i++)
		if (differ_in_case(item_at(layout, i)->name, item->name))
			it_findings_add(out, "name.case", &name, item, item->name,
					"another one is called '%s'", item_at(layout, i)->name);
}

static void lint_items(struct it_findings *out, const struct intoto_layout *layout, bool open)
{
	size_t count = layout->step_count + layout->inspection_count;

	for (size_t i = 0; i < count; i++) {
		const struct it_item *item = item_at(layout, i);
		bool is_step = it_item_is_step(layout, item);
		struct it_where list = { &root, is_step ? "steps" : "inspect", 0 };
		struct it_where where = { &list, NULL, is_step ? i : i - layout->step_count };

		lint_name(out, layout, item, &where);
		lint_command(out, layout, item, &where);
		if (open)
			lint_parameters(out, item, &where);
		lint_rules(out, layout, item, &where, open);
	}
	if (!count)
		it_findings_add(out, "layout.empty", NULL, NULL, "",
				"the layout has neither steps nor inspections");
}

/* --- all together --- */

/* Puts the values in; *open says whether some are missing still. */
static int apply_parameters(struct it_findings *out, struct intoto_layout *layout,
			    const struct it_parameters *given, bool *open,
			    struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc;

	*open = true;
	if (!given || !given->count)
		return INTOTO_OK;
	rc = it_parameters_apply(given, layout, &why);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	*open = rc != INTOTO_OK;
	if (rc)
		it_findings_add(out, "parameter.missing", NULL, NULL, "", "%s",
				intoto_error_text(why));
	for (size_t i = 0; !rc && i < given->count; i++)
		if (!given->used[i])
			it_findings_add(out, "parameter.unused", NULL, NULL, given->items[i].name,
					"nothing in the layout asks for '%s'",
					given->items[i].name);
	return INTOTO_OK;
}

static int lint_layout(struct it_findings *out, struct intoto_layout *layout,
		       const struct it_lint_options *options, struct intoto_error **err)
{
	bool open;
	int rc = apply_parameters(out, layout, options->parameters, &open, err);

	if (rc)
		return rc;
	lint_expiry(out, layout, options);
	it_lint_people(out, layout, options);
	lint_items(out, layout, open);
	rc = it_lint_gates(out, layout, options, err);
	return rc ? rc : it_findings_check(out, err);
}

int it_lint(struct it_findings *out, const struct intoto_envelope *envelope,
	    const struct it_lint_options *options, struct intoto_error **err)
{
	IT_AUTO(intoto_layout_freep) struct intoto_layout *layout = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc;

	if (!intoto_envelope_signature_count(envelope))
		it_findings_add(out, "layout.unsigned", NULL, NULL, "", "nobody has signed it");
	it_lint_members(out, it_envelope_body(envelope));
	rc = intoto_layout_from_envelope(&layout, envelope, &why);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (!rc)
		return lint_layout(out, layout, options, err);
	it_findings_add(out, "layout.format", NULL, NULL, "", "%s", intoto_error_text(why));
	return it_findings_check(out, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* intoto layout show: what a layout says. */
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/layout_file.h"
#include "cmd/output.h"
#include "json/writer.h"
#include "layouts/words.h"
#include "model/envelope.h"

enum { REPORT_MAX = 1024 * 1024 * 1024 };

struct show_options {
	const char *format;
};

/* clang-format off */
static const struct it_option options[] = {
	IT_REPORT_OPTION(struct show_options, format),
};
/* clang-format on */

/* --- for people --- */

/* All of these append to a buffer whose failure sticks until it is printed. */
static void show_line(struct it_buf *out, const char *name, const char *text)
{
	(void)it_buf_printf(out, "  %-12s ", name);
	it_text_quote(out, it_span_text(text));
	(void)it_buf_add_byte(out, '\n');
}

static void show_command(struct it_buf *out, const char *name, const struct it_strings *words)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(REPORT_MAX);

	if (!words->count)
		return;
	it_words_join(&text, words);
	show_line(out, name, it_buf_text(&text));
}

static void show_rules(struct it_buf *out, const char *name, const struct it_rules *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		IT_AUTO(it_freep) char *text = it_rule_text(&rules->items[i]);

		show_line(out, i ? "" : name, text ? text : "");
	}
}

static void show_item(struct it_buf *out, const char *command, const struct it_item *item)
{
	show_command(out, command, &item->command);
	show_rules(out, "materials", &item->rules[INTOTO_MATERIALS]);
	show_rules(out, "products", &item->rules[INTOTO_PRODUCTS]);
}

static void show_constraint(struct it_buf *out, const struct it_constraint *constraint)
{
	const char *name = "certificate";

	for (size_t want = 0; want < IT_WANTS; want++) {
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(REPORT_MAX);

		if (!constraint->given[want])
			continue;
		(void)it_buf_printf(&text, "%s: ", it_want_name((enum it_want)want));
		it_words_join(&text, &constraint->want[want]);
		if (!constraint->want[want].count)
			(void)it_buf_add_text(&text, "none");
		show_line(out, name, it_buf_text(&text));
		name = "";
	}
}

static void show_requirement(struct it_buf *out, const struct it_requirement *requires)
{
	IT_AUTO(it_strings_done) struct it_strings clauses = { 0 };

	if (it_requirement_clauses(&clauses, requires, NULL))
		out->failed = INTOTO_E_NOMEM; /* the only way it fails for what was read */
	for (size_t i = 0; i < clauses.count; i++)
		show_line(out, i ? "" : "requires", clauses.items[i]);
}

static void show_gates(struct it_buf *out, const struct it_gates *gates)
{
	for (size_t i = 0; i < gates->count; i++) {
		IT_AUTO(it_strings_done) struct it_strings clauses = { 0 };
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(REPORT_MAX);

		if (it_gate_clauses(&clauses, &gates->items[i], NULL))
			out->failed = INTOTO_E_NOMEM; /* the only way it fails */
		(void)it_buf_printf(&text, "%s%s", gates->items[i].kind->name,
				    clauses.count ? ": " : "");
		for (size_t j = 0; j < clauses.count; j++)
			(void)it_buf_printf(&text, "%s%s", j ? "; " : "", clauses.items[j]);
		show_line(out, i ? "" : "gates", it_buf_text(&text));
	}
}

static void show_step(struct it_buf *out, const struct it_layout_step *step)
{
	(void)it_buf_add_text(out, "step ");
	it_text_quote(out, it_span_text(step->item.name));
	(void)it_buf_printf(out, "\n  %-12s %lld of %zu%s\n", "threshold",
			    (long long)step->threshold, step->pubkeys.count,
			    step->constraints.count ? ", and who has a certificate" : "");
	for (size_t i = 0; i < step->pubkeys.count; i++)
		show_line(out, i ? "" : "keys", step->pubkeys.items[i]);
	for (size_t i = 0; i < step->constraints.count; i++)
		show_constraint(out, &step->constraints.items[i]);
	show_requirement(out, &step->requires);
	show_gates(out, &step->gates);
	show_item(out, "command", &step->item);
}

static void show_clauses(struct it_buf *out, const char *name, struct it_strings *clauses, int rc)
{
	if (rc)
		out->failed = INTOTO_E_NOMEM; /* the only way it fails */
	for (size_t i = 0; i < clauses->count; i++)
		show_line(out, i ? "" : name, clauses->items[i]);
	it_strings_done(clauses);
}

static void show_terms(struct it_buf *out, const struct intoto_layout *layout)
{
	struct it_strings clauses = { 0 };
	int rc = it_attestor_pins_clauses(&clauses, &layout->attestors, NULL);

	show_clauses(out, "attestors", &clauses, rc);
	rc = it_exception_terms_clauses(&clauses, &layout->exceptions, NULL);
	show_clauses(out, "exceptions", &clauses, rc);
}

static void show_keys(struct it_buf *out, const struct intoto_layout *layout)
{
	for (size_t i = 0; i < layout->key_count; i++) {
		const struct it_layout_key *key = &layout->keys[i];

		(void)it_buf_printf(out, "key %s ", key->id);
		if (key->key)
			(void)it_buf_add_text(out, intoto_key_scheme(key->key));
		else
			it_text_quote(out, it_span_text(key->why_not));
		(void)it_buf_add_byte(out, '\n');
	}
}

static void show_certificates(struct it_buf *out, const char *what, const char *id,
			      const struct it_certificates *certificates)
{
	for (size_t i = 0; i < certificates->count; i++) {
		(void)it_buf_printf(out, "%s ", what);
		it_text_quote(out, it_span_text(id));
		(void)it_buf_add_byte(out, ' ');
		it_certificate_subject(out, certificates->items[i]);
		(void)it_buf_add_byte(out, '\n');
	}
}

static void show_anchors(struct it_buf *out, const struct it_layout_anchors *anchors,
			 const char *root, const char *intermediate)
{
	for (size_t i = 0; i < anchors->count; i++) {
		const struct it_layout_anchor *anchor = &anchors->items[i];

		show_certificates(out, root, anchor->id, &anchor->roots);
		show_certificates(out, intermediate, anchor->id, &anchor->intermediates);
	}
}

static void show_head(struct it_buf *out, const struct it_layout_file *file)
{
	const struct intoto_layout *layout = file->layout;
	size_t signatures = intoto_envelope_signature_count(file->envelope);
	const char *format = it_envelope_words[intoto_envelope_format(file->envelope)];

	(void)it_buf_add_text(out, "layout ");
	it_text_quote(out, it_span_text(file->path));
	(void)it_buf_printf(out, "\n  %-12s %s\n  %-12s %s\n", "format", format, "expires",
			    layout->expires_text ? layout->expires_text : "never");
	if (layout->readme && *layout->readme)
		show_line(out, "readme", layout->readme);
	show_terms(out, layout);
	if (!signatures)
		show_line(out, "signed by", "nobody yet");
	for (size_t i = 0; i < signatures; i++)
		show_line(out, i ? "" : "signed by",
			  intoto_envelope_signature_keyid(file->envelope, i));
}

static void show_text(struct it_buf *out, const struct it_layout_file *file)
{
	const struct intoto_layout *layout = file->layout;

	show_head(out, file);
	show_keys(out, layout);
	show_anchors(out, &layout->rootcas, "root", "root");
	show_anchors(out, &layout->intermediatecas, "intermediate", "intermediate");
	show_anchors(out, &layout->bundles, "bundle root", "bundle intermediate");
	for (size_t i = 0; i < layout->step_count; i++)
		show_step(out, &layout->steps[i]);
	for (size_t i = 0; i < layout->inspection_count; i++) {
		(void)it_buf_add_text(out, "inspection ");
		it_text_quote(out, it_span_text(layout->inspections[i].name));
		(void)it_buf_add_byte(out, '\n');
		show_item(out, "run", &layout->inspections[i]);
	}
}

/* --- for programs --- */

static int show_json(struct it_buf *out, const struct it_layout_file *file,
		     struct intoto_error **err)
{
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	it_write_object(&writer);
	it_write_name(&writer, "format");
	it_write_text(&writer, it_envelope_words[intoto_envelope_format(file->envelope)]);
	it_write_name(&writer, "layout");
	it_write_value(&writer, it_envelope_body(file->envelope));
	it_write_name(&writer, "signatures");
	it_write_list(&writer);
	for (size_t i = 0; i < intoto_envelope_signature_count(file->envelope); i++)
		it_write_text(&writer, intoto_envelope_signature_keyid(file->envelope, i));
	it_write_list_end(&writer);
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(out, '\n'); /* looked at by it_print */
	return rc;
}

static int run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	const struct show_options *self = parsed;
	IT_AUTO(it_layout_file_done) struct it_layout_file file = { 0 };
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(REPORT_MAX);
	int rc = INTOTO_OK;

	if (!operands->count)
		rc = it_err_set(err, INTOTO_E_USAGE, "want the name of a layout file");
	if (operands->count > 1)
		return it_refuse_operand(operands, 1, err);
	if (!rc)
		rc = it_layout_file_load(&file, operands->items[0], err);
	if (rc)
		return IT_EXIT_FROM_ERROR;
	if (it_report_is_json(self->format)) {
		rc = show_json(&out, &file, err);
		rc = rc ? rc : it_print_json(&out, err);
	} else {
		show_text(&out, &file);
		rc = it_print(&out, err);
	}
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_layout_show = {
	.name = "show",
	.synopsis = "FILE [--format=json]",
	.summary = "print what a layout says",
	.examples = "intoto layout show root.layout",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct show_options),
	.run = run,
	.manual = "intoto-layout",
};

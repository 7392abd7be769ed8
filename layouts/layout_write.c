/* SPDX-License-Identifier: Apache-2.0 */
/* Writing layouts: the standard fields, all of them, members sorted. */
#include "layouts/layout.h"
#include "model/envelope.h"
#include "model/key_object.h"

enum { LAYOUT_MAX = 256 * 1024 * 1024 };

static void write_texts(struct it_writer *writer, const char *name, const struct it_strings *texts)
{
	it_write_name(writer, name);
	it_write_list(writer);
	for (size_t i = 0; i < texts->count; i++)
		it_write_text(writer, texts->items[i]);
	it_write_list_end(writer);
}

static void write_rules(struct it_writer *writer, const char *name, const struct it_rules *rules)
{
	it_write_name(writer, name);
	it_write_list(writer);
	for (size_t i = 0; i < rules->count; i++) {
		IT_AUTO(it_strings_done) struct it_strings tokens = { 0 };

		if (it_rule_tokens(&rules->items[i], &tokens, NULL))
			writer->out->failed = INTOTO_E_NOMEM; /* the only way it fails */
		it_write_list(writer);
		for (size_t j = 0; j < tokens.count; j++)
			it_write_text(writer, tokens.items[j]);
		it_write_list_end(writer);
	}
	it_write_list_end(writer);
}

static void write_inspection(struct it_writer *writer, const struct it_item *inspection)
{
	it_write_object(writer);
	it_write_name(writer, "_type");
	it_write_text(writer, "inspection");
	write_rules(writer, "expected_materials", &inspection->rules[INTOTO_MATERIALS]);
	write_rules(writer, "expected_products", &inspection->rules[INTOTO_PRODUCTS]);
	it_write_name(writer, "name");
	it_write_text(writer, inspection->name);
	write_texts(writer, "run", &inspection->command);
	it_write_object_end(writer);
}

static void write_step(struct it_writer *writer, const struct it_layout_step *step)
{
	it_write_object(writer);
	it_write_name(writer, "_type");
	it_write_text(writer, "step");
	if (step->constraints.count) {
		it_write_name(writer,
			      step->constraints.prose ? "certConstraints" : "cert_constraints");
		it_constraints_write(writer, &step->constraints);
	}
	if (step->gates.count) {
		it_write_name(writer, "expectedAttributes");
		it_gates_write(writer, &step->gates);
	}
	write_texts(writer, "expected_command", &step->item.command);
	write_rules(writer, "expected_materials", &step->item.rules[INTOTO_MATERIALS]);
	write_rules(writer, "expected_products", &step->item.rules[INTOTO_PRODUCTS]);
	it_write_name(writer, "name");
	it_write_text(writer, step->item.name);
	write_texts(writer, "pubkeys", &step->pubkeys);
	if (it_requirement_is_given(&step->requires)) {
		it_write_name(writer, "requires");
		it_requirement_write(writer, &step->requires);
	}
	it_write_name(writer, "threshold");
	it_write_int(writer, step->threshold);
	it_write_object_end(writer);
}

/* Key objects are written as they were read, so that their ids stay what they are. */
static void write_keys(struct it_writer *writer, const struct intoto_layout *layout)
{
	it_write_name(writer, "keys");
	it_write_object(writer);
	for (size_t i = 0; i < layout->key_count; i++) {
		it_write_name(writer, layout->keys[i].id);
		it_write_value(writer, layout->keys[i].object);
	}
	it_write_object_end(writer);
}

void it_layout_write(struct it_writer *writer, const struct intoto_layout *layout)
{
	it_write_object(writer);
	it_write_name(writer, "_type");
	it_write_text(writer, it_layout_is_gated(layout) ? "gated-layout" : "layout");
	if (layout->attestors.count) {
		it_write_name(writer, "attestors");
		it_write_value(writer, layout->attestors.object);
	}
	if (layout->exceptions.given) {
		it_write_name(writer, "exceptions");
		it_write_value(writer, layout->exceptions.object);
	}
	if (layout->expires_text) {
		it_write_name(writer, "expires");
		it_write_text(writer, layout->expires_text);
	}
	it_write_name(writer, "inspect");
	it_write_list(writer);
	for (size_t i = 0; i < layout->inspection_count; i++)
		write_inspection(writer, &layout->inspections[i]);
	it_write_list_end(writer);
	it_layout_write_anchors(writer, "intermediatecas", &layout->intermediatecas);
	write_keys(writer, layout);
	it_write_name(writer, "readme");
	it_write_text(writer, layout->readme ? layout->readme : "");
	it_layout_write_anchors(writer, "rootcas", &layout->rootcas);
	it_write_name(writer, "steps");
	it_write_list(writer);
	for (size_t i = 0; i < layout->step_count; i++)
		write_step(writer, &layout->steps[i]);
	it_write_list_end(writer);
	it_layout_write_anchors(writer, "trustBundles", &layout->bundles);
	it_write_object_end(writer);
}

int it_layout_to_envelope(struct intoto_envelope **out, const struct intoto_layout *layout,
			  enum intoto_envelope_format format, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(LAYOUT_MAX);
	struct it_writer writer;
	int rc;

	*out = NULL;
	it_writer_init(&writer, &text, IT_WRITE_COMPACT);
	it_layout_write(&writer, layout);
	rc = it_writer_finish(&writer, err);
	return rc ? rc : intoto_envelope_new(out, format, text.data, text.len, err);
}

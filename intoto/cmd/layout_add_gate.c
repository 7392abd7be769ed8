/* SPDX-License-Identifier: Apache-2.0 */
/* intoto layout add-gate: what a step's evidence must show. */
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/gate_word.h"
#include "cmd/layout_file.h"
#include "cmd/output.h"

enum { NAMED_OPERANDS = 2 };

struct add_gate_options {
	struct it_strings keys;
	struct it_strings keyids;
	const char *keyid_style;
	bool drop_signatures;
};

/* clang-format off */
static const struct it_option options[] = {
	IT_EACH(struct add_gate_options, keys, 0, "key", "FILE",
		"public key of somebody whose evidence the gates accept; put into the layout too"),
	IT_EACH(struct add_gate_options, keyids, 0, "keyid", "ID",
		"the same by the id of a key that the layout has"),
	IT_KEYID_STYLE_OPTION(struct add_gate_options, keyid_style),
	IT_FLAG(struct add_gate_options, drop_signatures, 0, "drop-signatures",
		"change a signed layout, and remove its signatures"),
};
/* clang-format on */

static struct it_layout_step *find_step(const struct it_layout_file *file, const char *name,
					struct intoto_error **err)
{
	struct intoto_layout *layout = file->layout;
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(name));

	for (size_t i = 0; i < layout->step_count; i++)
		if (it_streq(layout->steps[i].item.name, name))
			return &layout->steps[i];
	(void)it_err_set(err, INTOTO_E_NOTFOUND, "%s: has no step '%s'", file->path,
			 quoted ? quoted : "");
	return NULL;
}

static int find_people(struct it_json *list, struct it_layout_file *file,
		       const struct add_gate_options *self, struct intoto_error **err)
{
	enum intoto_keyid_style style = it_keyid_style_named(self->keyid_style);
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < self->keys.count; i++) {
		const char *id = NULL;

		rc = it_layout_file_add_key(file, self->keys.items[i], style, &id, err);
		if (!rc)
			rc = it_json_append_take(list, it_json_new_text(it_span_text(id)), err);
	}
	for (size_t i = 0; !rc && i < self->keyids.count; i++) {
		const char *id = self->keyids.items[i];
		const struct it_layout_key *key = it_layout_key(file->layout, id);

		if (!key)
			return it_err_set(err, INTOTO_E_NOTFOUND, "%s: has no key '%s'", file->path,
					  id);
		rc = it_json_append_take(list, it_json_new_text(it_span_text(key->id)), err);
	}
	return rc;
}

static int add_gate(struct it_layout_step *step, const char *word, const struct it_json *people,
		    struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *object = NULL;
	int rc = it_gate_word_read(&object, word, err);
	const struct it_gate_kind *kind =
		rc ? NULL : it_gate_kind_find(it_json_text(it_json_get(object, "gate")));
	/* One that reads the link alone has nobody to ask. */
	bool asks = it_json_count(people) && !(kind && kind->link_only);

	if (!rc && asks && it_json_get(object, "functionaries"))
		rc = it_err_set(err, INTOTO_E_USAGE,
				"the gate names its functionaries itself: want that, or --key and "
				"--keyid");
	if (!rc && asks)
		rc = it_json_set_take(object, "functionaries", it_json_ref(people), err);
	return rc ? rc : it_gates_add(&step->gates, object, NULL, err);
}

static int run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	const struct add_gate_options *self = parsed;
	IT_AUTO(it_layout_file_done) struct it_layout_file file = { 0 };
	IT_AUTO(it_json_freep) struct it_json *people = it_json_new_list();
	struct it_layout_step *step = NULL;
	int rc = people ? INTOTO_OK : it_err_nomem(err);

	if (!rc && operands->count <= NAMED_OPERANDS)
		rc = it_err_set(err, INTOTO_E_USAGE,
				"want a layout, the name of a step, and gates: NAME or "
				"'NAME:{ members }'");
	if (!rc)
		rc = it_layout_file_open(&file, operands->items[0], self->drop_signatures, err);
	if (!rc)
		step = find_step(&file, operands->items[1], err);
	if (!rc && !step)
		return IT_EXIT_FROM_ERROR;
	if (!rc)
		rc = find_people(people, &file, self, err);
	for (size_t i = NAMED_OPERANDS; !rc && i < operands->count; i++)
		rc = add_gate(step, operands->items[i], people, err);
	if (!rc)
		rc = it_layout_file_save(&file, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_layout_add_gate = {
	.name = "add-gate",
	.synopsis = "FILE STEP GATE... [OPTIONS]",
	.summary = "demand something of a step's evidence",
	.examples = "intoto layout add-gate root.layout build \\\n"
		    "    'require:{\"predicates\": [\"sbom\"], \"maxAge\": \"7d\"}' --key ci.pub",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct add_gate_options),
	.run = run,
	.manual = "intoto-layout",
};

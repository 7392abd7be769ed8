/* SPDX-License-Identifier: Apache-2.0 */
/* intoto layout add-step: who may do a step, and what its artifacts must look like. */
#include <string.h>

#include <stdint.h>

#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/layout_constraint.h"
#include "cmd/layout_requirement.h"
#include "cmd/output.h"

enum { NAMED_OPERANDS = 2, THRESHOLD_MAX = 1024 };

struct add_step_options {
	struct it_strings keys;
	struct it_strings keyids;
	struct it_strings constraints;
	const char *threshold;
	struct it_strings command;
	struct it_strings materials;
	struct it_strings products;
	struct it_requirement_words requires;
	const char *keyid_style;
	bool drop_signatures;
	bool quiet;
};

/* clang-format off */
static const struct it_option options[] = {
	IT_EACH(struct add_step_options, keys, 0, "key", "FILE",
		"public key of somebody who may do the step; put into the layout too"),
	IT_EACH(struct add_step_options, keyids, 0, "keyid", "ID",
		"the same by the id of a key that the layout has"),
	IT_EACH(struct add_step_options, constraints, 0, "cert-constraint", "NAMES",
		"who has such a certificate may do it too: 'uri=spiffe://a/b root=ID'"),
	IT_VALUE(struct add_step_options, threshold, 0, "threshold", "N",
		 "how many of them must have done it, with the same result (1)"),
	IT_COMMAND_WORDS(struct add_step_options, command, "expected-command",
			 "the command, for a warning when it was another; or behind --"),
	IT_EACH(struct add_step_options, materials, 0, "material-rule", "RULE",
		"the next rule for what goes in"),
	IT_EACH(struct add_step_options, products, 0, "product-rule", "RULE",
		"the next rule for what comes out"),
	IT_REQUIREMENT_OPTIONS(struct add_step_options, requires),
	IT_KEYID_STYLE_OPTION(struct add_step_options, keyid_style),
	IT_FLAG(struct add_step_options, drop_signatures, 0, "drop-signatures",
		"change a signed layout, and remove its signatures"),
	IT_FLAG(struct add_step_options, quiet, 0, "quiet", "no notes about the rules"),
};
/* clang-format on */

static int add_id(struct it_layout_step *step, const char *id, struct intoto_error **err)
{
	if (it_strings_has(&step->pubkeys, id))
		return it_err_set(err, INTOTO_E_USAGE, "the key %s is given twice", id);
	return it_strings_add(&step->pubkeys, id, err);
}

/* gpg prints fingerprints in capital letters. */
static void make_lower(char *hex)
{
	for (; *hex; hex++)
		if (*hex >= 'A' && *hex <= 'F')
			*hex = (char)(*hex | 0x20);
}

static int add_keyid(struct it_layout_file *file, struct it_layout_step *step, const char *id,
		     struct intoto_error **err)
{
	IT_AUTO(it_freep) char *lower = strdup(id);
	IT_AUTO(it_freep) char *quoted = NULL;
	const struct it_layout_key *key;

	if (!lower)
		return it_err_nomem(err);
	make_lower(lower);
	key = it_layout_key(file->layout, lower);
	if (key)
		return add_id(step, key->id, err);
	quoted = it_text_quoted(it_span_text(id));
	return it_err_set(err, INTOTO_E_NOTFOUND, "%s: has no key '%s'", file->path,
			  quoted ? quoted : "");
}

static int add_people(struct it_layout_file *file, struct it_layout_step *step,
		      const struct add_step_options *self, struct intoto_error **err)
{
	enum intoto_keyid_style style = it_keyid_style_named(self->keyid_style);
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < self->keys.count; i++) {
		const char *id = NULL;

		rc = it_layout_file_add_key(file, self->keys.items[i], style, &id, err);
		if (!rc)
			rc = add_id(step, id, err);
	}
	for (size_t i = 0; !rc && i < self->keyids.count; i++)
		rc = add_keyid(file, step, self->keyids.items[i], err);
	if (!rc)
		rc = it_layout_add_constraints(file, step, &self->constraints, err);
	if (!rc && !step->pubkeys.count && !step->constraints.count)
		rc = it_err_set(err, INTOTO_E_USAGE,
				"want at least one --key, --keyid or --cert-constraint");
	return rc;
}

static int read_threshold(struct it_layout_step *step, const char *text, struct intoto_error **err)
{
	uint64_t threshold = 1;
	IT_AUTO(it_freep) char *quoted = NULL;

	if (text && (!it_parse_u64(text, THRESHOLD_MAX, &threshold) || !threshold)) {
		quoted = it_text_quoted(it_span_text(text));
		return it_err_set(err, INTOTO_E_USAGE,
				  "--threshold: want a whole number from 1, found '%s'",
				  quoted ? quoted : "");
	}
	if (threshold > step->pubkeys.count && !step->constraints.count)
		return it_err_set(err, INTOTO_E_USAGE,
				  "--threshold: %llu, but only %zu keys may do the step",
				  (unsigned long long)threshold, step->pubkeys.count);
	step->threshold = (int64_t)threshold;
	return INTOTO_OK;
}

static int fill(struct it_layout_file *file, struct it_layout_step *step,
		const struct add_step_options *self, const struct it_strings *operands,
		struct intoto_error **err)
{
	int rc = add_people(file, step, self, err);

	if (!rc)
		rc = read_threshold(step, self->threshold, err);
	if (!rc)
		rc = it_requirement_from_words(&step->requires, &self->requires, err);
	if (!rc)
		rc = it_layout_add_command(&step->item.command, &self->command, operands,
					   NAMED_OPERANDS, err);
	if (!rc)
		rc = it_layout_add_rules(&step->item.rules[INTOTO_MATERIALS], &self->materials,
					 "--material-rule", err);
	return rc ? rc
		  : it_layout_add_rules(&step->item.rules[INTOTO_PRODUCTS], &self->products,
					"--product-rule", err);
}

static int run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	const struct add_step_options *self = parsed;
	IT_AUTO(it_layout_file_done) struct it_layout_file file = { 0 };
	struct it_layout_step *step = NULL;
	int rc = INTOTO_OK;

	if (operands->count < NAMED_OPERANDS)
		rc = it_err_set(err, INTOTO_E_USAGE, "want a layout and the name of the step");
	if (!rc)
		rc = it_layout_file_open(&file, operands->items[0], self->drop_signatures, err);
	if (!rc)
		rc = it_layout_add_step(file.layout, operands->items[1], &step, err);
	if (!rc)
		rc = fill(&file, step, self, operands, err);
	if (!rc)
		rc = it_layout_file_save(&file, err);
	if (!rc && !self->quiet)
		it_layout_remark(&file, &step->item);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_layout_add_step = {
	.name = "add-step",
	.synopsis = "FILE NAME --key KEY [OPTIONS] [-- COMMAND...]",
	.summary = "add a step",
	.examples = "intoto layout add-step root.layout build --key bob.pub \\\n"
		    "    --material-rule 'MATCH * WITH PRODUCTS FROM checkout' \\\n"
		    "    --material-rule 'DISALLOW *' --product-rule 'CREATE out/*' \\\n"
		    "    --product-rule 'DISALLOW *' -- make",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct add_step_options),
	.run = run,
	.manual = "intoto-layout",
};

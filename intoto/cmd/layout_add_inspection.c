/* SPDX-License-Identifier: Apache-2.0 */
/* intoto layout add-inspection: a command that the verifier runs. */
#include "cmd/layout_file.h"
#include "cmd/output.h"

enum { NAMED_OPERANDS = 2 };

struct add_inspection_options {
	struct it_strings run;
	struct it_strings materials;
	struct it_strings products;
	bool drop_signatures;
	bool quiet;
};

/* clang-format off */
static const struct it_option options[] = {
	IT_COMMAND_WORDS(struct add_inspection_options, run, "run",
			 "the command, up to a word that begins with --; or behind --"),
	IT_EACH(struct add_inspection_options, materials, 0, "material-rule", "RULE",
		"the next rule for what is there before"),
	IT_EACH(struct add_inspection_options, products, 0, "product-rule", "RULE",
		"the next rule for what is there after"),
	IT_FLAG(struct add_inspection_options, drop_signatures, 0, "drop-signatures",
		"change a signed layout, and remove its signatures"),
	IT_FLAG(struct add_inspection_options, quiet, 0, "quiet", "no notes about the rules"),
};
/* clang-format on */

static int fill(struct it_item *item, const struct add_inspection_options *self,
		const struct it_strings *operands, struct intoto_error **err)
{
	int rc = it_layout_add_command(&item->command, &self->run, operands, NAMED_OPERANDS, err);

	if (!rc && !item->command.count)
		rc = it_err_set(err, INTOTO_E_USAGE, "want the command of the inspection (--run)");
	if (!rc)
		rc = it_layout_add_rules(&item->rules[INTOTO_MATERIALS], &self->materials,
					 "--material-rule", err);
	return rc ? rc
		  : it_layout_add_rules(&item->rules[INTOTO_PRODUCTS], &self->products,
					"--product-rule", err);
}

static int run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	const struct add_inspection_options *self = parsed;
	IT_AUTO(it_layout_file_done) struct it_layout_file file = { 0 };
	struct it_item *item = NULL;
	int rc = INTOTO_OK;

	if (operands->count < NAMED_OPERANDS)
		rc = it_err_set(err, INTOTO_E_USAGE,
				"want a layout and the name of the inspection");
	if (!rc)
		rc = it_layout_file_open(&file, operands->items[0], self->drop_signatures, err);
	if (!rc)
		rc = it_layout_add_inspection(file.layout, operands->items[1], &item, err);
	if (!rc)
		rc = fill(item, self, operands, err);
	if (!rc)
		rc = it_layout_file_save(&file, err);
	if (!rc && !self->quiet)
		it_layout_remark(&file, item);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_layout_add_inspection = {
	.name = "add-inspection",
	.synopsis = "FILE NAME [OPTIONS] -- COMMAND...",
	.summary = "add an inspection",
	.examples = "intoto layout add-inspection root.layout unpack \\\n"
		    "    --product-rule 'MATCH * WITH PRODUCTS FROM build' -- tar -xf out.tar.xz",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct add_inspection_options),
	.run = run,
	.manual = "intoto-layout",
};

/* SPDX-License-Identifier: Apache-2.0 */
/* intoto store get: the bytes of an entry. */
#include <unistd.h>

#include "base/draft.h"
#include "cmd/output.h"
#include "cmd/store_options.h"

struct get_options {
	struct it_store_words store;
	const char *output;
};

/* clang-format off */
static const struct it_option get_options[] = {
	IT_STORE_OPTIONS(struct get_options, store),
	IT_VALUE(struct get_options, output, 'o', "output", "FILE", "where to (standard output)"),
};
/* clang-format on */

static int get(const struct get_options *self, struct it_store *store, const char *name,
	       struct intoto_error **err)
{
	IT_AUTO(it_draft_drop) struct it_draft draft = IT_DRAFT;
	const struct it_sink sink = { it_draft_take, &draft };
	struct it_object_id id;
	int rc = it_store_resolve(store, name, &id, err);

	if (!rc)
		rc = it_draft_open(&draft, self->output ? self->output : "-", 0666, 0, err);
	if (!rc)
		rc = it_store_get(store, &id, &sink, err);
	return rc ? rc : it_draft_finish(&draft, err);
}

static int get_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct get_options *self = parsed;
	IT_AUTO(it_store_closep) struct it_store *store = NULL;
	struct it_store_options options = { .read_only = true };
	int rc = it_store_words_read(&options, &self->store, err);

	if (!rc && !operands->count)
		rc = it_err_set(err, INTOTO_E_USAGE, "want an entry: sha256:HEX, or how it begins");
	if (!rc && operands->count > 1)
		return it_refuse_operand(operands, 1, err);
	if (!rc)
		rc = it_store_open(&store, &options, err);
	if (!rc)
		rc = get(self, store, operands->items[0], err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

extern const struct it_command it_cmd_store_get;

const struct it_command it_cmd_store_get = {
	.name = "get",
	.synopsis = "[--store PLACE] [-o FILE] ENTRY",
	.summary = "give back what was put",
	.examples = "intoto store get --store evidence sha256:1a2b3c4d",
	.options = get_options,
	.option_count = IT_COUNT_OF(get_options),
	.options_size = sizeof(struct get_options),
	.run = get_run,
	.manual = "intoto-store",
};

/* SPDX-License-Identifier: Apache-2.0 */
/* intoto store init: makes a store, and says by which key its log is known. */
#include "base/text.h"
#include "cmd/output.h"
#include "cmd/store_options.h"
#include "model/signed_note.h"

struct init_options {
	struct it_store_words store;
	const char *origin;
	const char *objects;
};

/* clang-format off */
static const struct it_option init_options[] = {
	IT_STORE_OPTIONS(struct init_options, store),
	IT_STORE_LOG_KEY_OPTION(struct init_options, store),
	IT_VALUE(struct init_options, objects, 0, "objects", "PLACE",
		 "where the documents are kept (inside the folder)"),
	IT_VALUE(struct init_options, origin, 0, "log-name", "NAME",
		 "what its log is called, like example.org/evidence (a name of chance)"),
};
/* clang-format on */

static int init_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct init_options *self = parsed;
	IT_AUTO(it_store_closep) struct it_store *store = NULL;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096);
	struct it_store_options options = { .create = true,
					    .origin = self->origin,
					    .objects = self->objects };
	int rc;

	if (operands->count)
		return it_refuse_operand(operands, 0, err);
	rc = it_store_words_read(&options, &self->store, err);
	if (!rc)
		rc = it_store_open(&store, &options, err);
	if (!rc)
		(void)it_buf_add_text(&text, store->verifier); /* sticky */
	(void)it_buf_add_byte(&text, '\n');		       /* looked at by it_print */
	if (!rc)
		rc = it_print(&text, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

extern const struct it_command it_cmd_store_init;

const struct it_command it_cmd_store_init = {
	.name = "init",
	.synopsis = "[--store PLACE] [--objects PLACE] [--log-key FILE] [--log-name NAME]",
	.summary = "make a store, and print the key that its log is checked with",
	.examples = "intoto store init --store evidence --log-name example.org/evidence\n"
		    "intoto store init --store postgresql://db.example.org/evidence --objects "
		    "/srv/evidence --log-key /etc/evidence/log.key",
	.options = init_options,
	.option_count = IT_COUNT_OF(init_options),
	.options_size = sizeof(struct init_options),
	.run = init_run,
	.manual = "intoto-store",
};

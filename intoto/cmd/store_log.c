/* SPDX-License-Identifier: Apache-2.0 */
/* intoto store log: what others need to check that nothing was taken out. */
#include "base/text.h"
#include "cmd/output.h"
#include "cmd/store_options.h"
#include "store/log.h"

enum { OUTPUT_MAX = 1024 * 1024 };

struct log_options {
	struct it_store_words store;
	const char *prove;
	const char *since;
	bool key;
};

/* clang-format off */
static const struct it_option log_options[] = {
	IT_STORE_OPTIONS(struct log_options, store),
	IT_STORE_LOG_KEY_OPTION(struct log_options, store),
	IT_VALUE(struct log_options, prove, 0, "prove", "NUMBER",
		 "print a proof that the log holds this entry (c2sp.org/tlog-proof)"),
	IT_VALUE(struct log_options, since, 0, "consistent-since", "SIZE",
		 "print a proof that the log of that size is the beginning of this one"),
	IT_FLAG(struct log_options, key, 0, "key", "print the key that checkpoints are checked with"),
};
/* clang-format on */

static int print_consistency(struct it_store *store, uint64_t first, struct it_buf *out,
			     struct intoto_error **err)
{
	struct it_merkle_hash hashes[2 * IT_MERKLE_DEPTH];
	size_t count = 0;
	int rc = it_log_consistency(store, first, hashes, &count, err);

	for (size_t i = 0; !rc && i < count; i++) {
		it_base64_encode(out, it_span(hashes[i].bytes, sizeof hashes[i].bytes));
		(void)it_buf_add_byte(out, '\n'); /* looked at by it_print */
	}
	return rc;
}

static int print(const struct log_options *self, struct it_store *store, struct it_buf *out,
		 struct intoto_error **err)
{
	uint64_t number = 0;

	if ((self->key != 0) + (self->prove != NULL) + (self->since != NULL) > 1)
		return it_err_set(err, INTOTO_E_USAGE,
				  "want one of --key, --prove and --consistent-since");
	if (self->key) {
		(void)it_buf_printf(out, "%s\n", store->verifier); /* looked at by it_print */
		return INTOTO_OK;
	}
	if ((self->prove && !it_parse_u64(self->prove, INT64_MAX, &number)) ||
	    (self->since && !it_parse_u64(self->since, INT64_MAX, &number)))
		return it_err_set(err, INTOTO_E_USAGE, "want a whole number");
	if (self->prove)
		return it_log_prove(store, number, out, err);
	return self->since ? print_consistency(store, number, out, err)
			   : it_log_checkpoint(store, out, err);
}

static int log_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct log_options *self = parsed;
	IT_AUTO(it_store_closep) struct it_store *store = NULL;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(OUTPUT_MAX);
	struct it_store_options options = { .read_only = self->key };
	int rc;

	if (operands->count)
		return it_refuse_operand(operands, 0, err);
	rc = it_store_words_read(&options, &self->store, err);
	if (!rc)
		rc = it_store_open(&store, &options, err);
	if (!rc)
		rc = print(self, store, &text, err);
	if (!rc)
		rc = it_print(&text, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

extern const struct it_command it_cmd_store_log;

const struct it_command it_cmd_store_log = {
	.name = "log",
	.synopsis = "[--store PLACE] [--key | --prove NUMBER | --consistent-since SIZE]",
	.summary = "print a signed checkpoint of the log, its key, or a proof",
	.examples = "intoto store log --store evidence\n"
		    "intoto store log --store evidence --prove 17",
	.options = log_options,
	.option_count = IT_COUNT_OF(log_options),
	.options_size = sizeof(struct log_options),
	.run = log_run,
	.manual = "intoto-store",
};

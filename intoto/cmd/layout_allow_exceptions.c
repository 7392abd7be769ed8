/* SPDX-License-Identifier: Apache-2.0 */
/* intoto layout allow-exceptions: who may excuse what gates refuse, and for how long. */
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/layout_file.h"
#include "cmd/output.h"
#include "json/where.h"

struct allow_options {
	struct it_strings keys;
	const char *threshold;
	const char *max_days;
	bool require_ticket;
	const char *keyid_style;
	bool drop_signatures;
};

/* clang-format off */
static const struct it_option options[] = {
	IT_EACH(struct allow_options, keys, 0, "key", "FILE",
		"public key of somebody who may sign exceptions; put into the layout too"),
	IT_VALUE(struct allow_options, threshold, 0, "threshold", "N",
		 "how many of them must have signed one (1)"),
	IT_VALUE(struct allow_options, max_days, 0, "max-days", "N",
		 "how long one may last at most (no limit)"),
	IT_FLAG(struct allow_options, require_ticket, 0, "require-ticket",
		"one without a ticket does not count"),
	IT_KEYID_STYLE_OPTION(struct allow_options, keyid_style),
	IT_FLAG(struct allow_options, drop_signatures, 0, "drop-signatures",
		"change a signed layout, and remove its signatures"),
};
/* clang-format on */

static int set_number(struct it_json *object, const char *name, const char *option,
		      const char *text, struct intoto_error **err)
{
	uint64_t number = 0;
	IT_AUTO(it_freep) char *quoted = NULL;

	if (!text)
		return INTOTO_OK;
	if (it_parse_u64(text, 1000 * 1000, &number))
		return it_json_set_take(object, name, it_json_new_int((int64_t)number), err);
	quoted = it_text_quoted(it_span_text(text));
	return it_err_set(err, INTOTO_E_USAGE, "%s: want a whole number, found '%s'", option,
			  quoted ? quoted : "");
}

static int make_terms(struct it_json *object, struct it_layout_file *file,
		      const struct allow_options *self, struct intoto_error **err)
{
	enum intoto_keyid_style style = it_keyid_style_named(self->keyid_style);
	IT_AUTO(it_json_freep) struct it_json *ids = it_json_new_list();
	int rc = ids ? INTOTO_OK : it_err_nomem(err);

	for (size_t i = 0; !rc && i < self->keys.count; i++) {
		const char *id = NULL;

		rc = it_layout_file_add_key(file, self->keys.items[i], style, &id, err);
		if (!rc)
			rc = it_json_append_take(ids, it_json_new_text(it_span_text(id)), err);
	}
	if (!rc)
		rc = it_json_set_take(object, "pubkeys", it_json_ref(ids), err);
	if (!rc)
		rc = set_number(object, "threshold", "--threshold", self->threshold, err);
	if (!rc)
		rc = set_number(object, "maxDays", "--max-days", self->max_days, err);
	if (!rc && self->require_ticket)
		rc = it_json_set_take(object, "requireTicket", it_json_new_bool(true), err);
	return rc;
}

static int run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	static const struct it_where where = { NULL, "exceptions", 0 };
	const struct allow_options *self = parsed;
	IT_AUTO(it_layout_file_done) struct it_layout_file file = { 0 };
	IT_AUTO(it_json_freep) struct it_json *object = it_json_new_object();
	int rc = object ? INTOTO_OK : it_err_nomem(err);

	if (!rc && (!operands->count || !self->keys.count))
		rc = it_err_set(err, INTOTO_E_USAGE, "want a layout and at least one --key");
	if (!rc && operands->count > 1)
		return it_refuse_operand(operands, 1, err);
	if (!rc)
		rc = it_layout_file_open(&file, operands->items[0], self->drop_signatures, err);
	if (!rc)
		rc = make_terms(object, &file, self, err);
	if (!rc) {
		it_exception_terms_done(&file.layout->exceptions);
		rc = it_exception_terms_read(&file.layout->exceptions, object, &where, err);
	}
	if (!rc)
		rc = it_layout_file_save(&file, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_layout_allow_exceptions = {
	.name = "allow-exceptions",
	.synopsis = "FILE --key KEY... [OPTIONS]",
	.summary = "say who may excuse what gates refuse",
	.examples = "intoto layout allow-exceptions root.layout --key security.pub --max-days 90 "
		    "--require-ticket",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct allow_options),
	.run = run,
	.manual = "intoto-layout",
};

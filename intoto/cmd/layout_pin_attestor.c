/* SPDX-License-Identifier: Apache-2.0 */
/* intoto layout pin-attestor: which programs may have made the evidence. */
#include "base/file.h"
#include "base/text.h"
#include "cmd/layout_file.h"
#include "cmd/output.h"
#include "crypto/digest.h"
#include "json/where.h"

enum { PROGRAM_MAX = 256 << 20 };

struct pin_options {
	struct it_strings programs;
	struct it_strings sha256;
	struct it_strings version;
	struct it_strings level;
	bool drop_signatures;
};

/* clang-format off */
static const struct it_option options[] = {
	IT_EACH(struct pin_options, programs, 0, "program", "FILE",
		"the attestor's program, whose digest is taken"),
	IT_EACH(struct pin_options, sha256, 0, "digest", "HEX",
		"a SHA-256 that its program may have"),
	IT_EACH(struct pin_options, version, 0, "attestor-version", "VERSION",
		"a version that it may have"),
	IT_EACH(struct pin_options, level, 0, "level", "MECHANISM",
		"what its sandbox must have been made of"),
	IT_FLAG(struct pin_options, drop_signatures, 0, "drop-signatures",
		"change a signed layout, and remove its signatures"),
};
/* clang-format on */

static int add_program(struct it_json *list, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(PROGRAM_MAX);
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(IT_DIGEST_MAX * 2);
	int rc = it_file_read(&text, path, err);

	if (rc)
		return rc;
	it_sha256_hex(&hex, it_buf_span(&text));
	return it_json_append_take(list, it_json_new_text(it_buf_span(&hex)), err);
}

static int set_words(struct it_json *pin, const char *name, const struct it_strings *words,
		     const struct it_strings *programs, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *list = it_json_new_list();
	int rc = list ? INTOTO_OK : it_err_nomem(err);

	for (size_t i = 0; !rc && i < words->count; i++)
		rc = it_json_append_take(list, it_json_new_text(it_span_text(words->items[i])),
					 err);
	for (size_t i = 0; !rc && programs && i < programs->count; i++)
		rc = add_program(list, programs->items[i], err);
	if (rc || !it_json_count(list))
		return rc;
	return it_json_set_take(pin, name, it_json_ref(list), err);
}

/* The other pins stay; one of the same name is replaced. */
static int add_pin(struct intoto_layout *layout, const char *name, const struct it_json *pin,
		   struct intoto_error **err)
{
	static const struct it_where where = { NULL, "attestors", 0 };
	IT_AUTO(it_json_freep) struct it_json *object = it_json_new_object();
	IT_AUTO(it_freep) struct it_json_member *all = NULL;
	size_t count = 0;
	int rc = object ? INTOTO_OK : it_err_nomem(err);

	if (!rc && layout->attestors.object)
		rc = it_json_members(&all, &count, layout->attestors.object, err);
	for (size_t i = 0; !rc && i < count; i++)
		if (!it_span_is(all[i].name, name))
			rc = it_json_set_take(object, all[i].name.data, it_json_ref(all[i].value),
					      err);
	if (!rc)
		rc = it_json_set_take(object, name, it_json_ref(pin), err);
	if (rc)
		return rc;
	it_attestor_pins_done(&layout->attestors);
	return it_attestor_pins_read(&layout->attestors, object, &where, err);
}

static int run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	const struct pin_options *self = parsed;
	IT_AUTO(it_layout_file_done) struct it_layout_file file = { 0 };
	IT_AUTO(it_json_freep) struct it_json *pin = it_json_new_object();
	int rc = pin ? INTOTO_OK : it_err_nomem(err);

	if (!rc && operands->count < 2)
		rc = it_err_set(err, INTOTO_E_USAGE, "want a layout and the name of an attestor");
	if (!rc && operands->count > 2)
		return it_refuse_operand(operands, 2, err);
	if (!rc)
		rc = it_layout_file_open(&file, operands->items[0], self->drop_signatures, err);
	if (!rc)
		rc = set_words(pin, "sha256", &self->sha256, &self->programs, err);
	if (!rc)
		rc = set_words(pin, "version", &self->version, NULL, err);
	if (!rc)
		rc = set_words(pin, "level", &self->level, NULL, err);
	if (!rc)
		rc = add_pin(file.layout, operands->items[1], pin, err);
	if (!rc)
		rc = it_layout_file_save(&file, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_layout_pin_attestor = {
	.name = "pin-attestor",
	.synopsis = "FILE NAME [OPTIONS]",
	.summary = "say which program an attestor must have been",
	.examples = "intoto layout pin-attestor root.layout scan --program "
		    "/usr/libexec/intoto/attestors/scan --level seccomp",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct pin_options),
	.run = run,
	.manual = "intoto-layout",
};

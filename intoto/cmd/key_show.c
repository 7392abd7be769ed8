/* SPDX-License-Identifier: Apache-2.0 */
/* intoto key show and key id: what a key file holds. */
#include "cmd/choices.h"
#include "cmd/key_file.h"
#include "cmd/output.h"

enum { REPORT_MAX = 16 * 1024 * 1024 };

struct show_options {
	const char *format;
	struct it_passphrase passphrase;
};

/* clang-format off */
static const struct it_option show_options[] = {
	IT_REPORT_OPTION(struct show_options, format),
	IT_PASSPHRASE_OPTIONS(struct show_options, passphrase),
};
/* clang-format on */

static int refuse_no_file(struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_USAGE, "want the name of a key file");
}

/* One file after the other; writer is NULL for text. */
static int show_each(struct it_buf *out, struct it_writer *writer, struct it_passphrase *passphrase,
		     const struct it_strings *paths, struct intoto_error **err)
{
	for (size_t i = 0; i < paths->count; i++) {
		IT_AUTO(it_key_file_done) struct it_key_file file = { 0 };
		int rc = it_key_file_load(&file, paths->items[i], passphrase, err);

		if (rc)
			return rc;
		if (writer)
			it_key_file_write_json(writer, &file);
		else
			it_key_file_describe(out, &file);
	}
	return INTOTO_OK;
}

static int show_json(struct it_buf *out, struct it_passphrase *passphrase,
		     const struct it_strings *paths, struct intoto_error **err)
{
	struct it_writer writer;
	int finished;
	int rc;

	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	it_write_list(&writer);
	rc = show_each(out, &writer, passphrase, paths, err);
	it_write_list_end(&writer);
	finished = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(out, '\n'); /* sticky */
	return rc ? rc : finished;
}

static int show_run(void *options, const struct it_strings *operands, struct intoto_error **err)
{
	struct show_options *self = options;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(REPORT_MAX);
	int rc =
		operands->count ? it_passphrase_check(&self->passphrase, err) : refuse_no_file(err);

	if (!rc)
		rc = it_report_is_json(self->format)
			     ? show_json(&text, &self->passphrase, operands, err)
			     : show_each(&text, NULL, &self->passphrase, operands, err);
	if (!rc)
		rc = it_print(&text, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_key_show = {
	.name = "show",
	.synopsis = "[OPTIONS] FILE...",
	.summary = "print kind, scheme, keyids and fingerprint",
	.examples = "intoto key show alice.key.pub",
	.options = show_options,
	.option_count = IT_COUNT_OF(show_options),
	.options_size = sizeof(struct show_options),
	.run = show_run,
};

struct id_options {
	const char *keyid_style;
	struct it_passphrase passphrase;
};

/* clang-format off */
static const struct it_option id_options[] = {
	IT_KEYID_STYLE_OPTION(struct id_options, keyid_style),
	IT_PASSPHRASE_OPTIONS(struct id_options, passphrase),
};
/* clang-format on */

static int print_id(struct id_options *self, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_key_file_done) struct it_key_file file = { 0 };
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(REPORT_MAX);
	int rc = it_key_file_load(&file, path, &self->passphrase, err);

	if (rc)
		return rc;
	(void)it_buf_printf(&text, "%s\n",
			    intoto_key_id(file.key, it_keyid_style_named(self->keyid_style)));
	return it_print(&text, err);
}

static int id_run(void *options, const struct it_strings *operands, struct intoto_error **err)
{
	struct id_options *self = options;
	int rc =
		operands->count ? it_passphrase_check(&self->passphrase, err) : refuse_no_file(err);

	if (!rc && operands->count > 1)
		return it_refuse_operand(operands, 1, err);
	if (!rc)
		rc = print_id(self, operands->items[0], err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_key_id = {
	.name = "id",
	.synopsis = "[OPTIONS] FILE",
	.summary = "print the keyid alone",
	.examples = "intoto key id --keyid-style=current alice.key.pub",
	.options = id_options,
	.option_count = IT_COUNT_OF(id_options),
	.options_size = sizeof(struct id_options),
	.run = id_run,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* intoto store affected: what contains a package or has a vulnerability, and who speaks of it. */
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/output.h"
#include "cmd/store_options.h"
#include "json/writer.h"
#include "store/query.h"

enum { OUTPUT_MAX = 256 * 1024 * 1024, ID_MAX = 128 };

struct affected_options {
	struct it_store_words store;
	const char *format;
};

/* clang-format off */
static const struct it_option affected_options[] = {
	IT_STORE_OPTIONS(struct affected_options, store),
	IT_REPORT_OPTION(struct affected_options, format),
};
/* clang-format on */

struct telling {
	struct it_buf text;
	bool json;
};

static void telling_done(struct telling *telling)
{
	it_buf_done(&telling->text);
}

static bool is_none(const struct it_object_id *id)
{
	for (size_t i = 0; i < sizeof id->bytes; i++)
		if (id->bytes[i])
			return false;
	return true;
}

static const struct it_object_id *entry_of(const struct it_affected *row)
{
	return is_none(&row->speaks) ? &row->evidence : &row->speaks;
}

static void print_id(struct it_buf *out, const struct it_object_id *id)
{
	(void)it_buf_add_text(out, "sha256:"); /* sticky */
	it_hex_encode(out, it_span(id->bytes, sizeof id->bytes));
}

static void print_word(struct it_buf *out, const char *before, const char *word)
{
	if (!*word)
		return;
	(void)it_buf_add_text(out, before); /* sticky */
	it_text_quote(out, it_span_text(word));
}

/* STATE  PRODUCT RELEASE  image IMAGE DIGEST  PACKAGE VERSION  VULNERABILITY  NAME ID */
static void print(struct it_buf *out, const struct it_affected *row)
{
	it_text_quote(out, it_span_text(row->state));
	print_word(out, "  ", *row->product ? row->product : "in no release");
	print_word(out, " ", row->release);
	if (*row->image || *row->digest)
		(void)it_buf_add_text(out, "  about"); /* sticky */
	print_word(out, " ", row->image);
	print_word(out, " ", row->digest);
	print_word(out, "  ", row->package);
	print_word(out, " ", row->version);
	print_word(out, "  ", row->vulnerability);
	(void)it_buf_add_text(out, "  says "); /* sticky */
	print_word(out, "", row->said_by);
	(void)it_buf_add_byte(out, ' '); /* sticky */
	print_id(out, entry_of(row));
	(void)it_buf_add_byte(out, '\n'); /* looked at by it_print */
}

static void write_text(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_id(struct it_writer *writer, const char *name, const struct it_object_id *id)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ID_MAX);

	if (is_none(id))
		return;
	print_id(&text, id);
	write_text(writer, name, it_buf_text(&text));
}

/* An object a line, with the members that the server's /v1/affected has. */
static int write(struct it_buf *out, const struct it_affected *row, struct intoto_error **err)
{
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	write_id(&writer, "archive", &row->archive);
	write_text(&writer, "digest", row->digest);
	write_id(&writer, "evidence", &row->evidence);
	write_text(&writer, "image", row->image);
	write_text(&writer, "package", row->package);
	write_text(&writer, "product", row->product);
	write_text(&writer, "release", row->release);
	write_text(&writer, "saidBy", row->said_by);
	write_id(&writer, "speaks", &row->speaks);
	write_text(&writer, "state", row->state);
	write_text(&writer, "version", row->version);
	write_text(&writer, "vulnerability", row->vulnerability);
	it_write_object_end(&writer);
	(void)it_buf_add_byte(out, '\n'); /* looked at by who prints */
	return it_writer_finish(&writer, err);
}

static int tell(void *arg, const struct it_affected *row, struct intoto_error **err)
{
	struct telling *telling = arg;

	if (telling->json)
		return write(&telling->text, row, err);
	print(&telling->text, row);
	return it_buf_check(&telling->text, "the output", err);
}

static int affected_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct affected_options *self = parsed;
	IT_AUTO(it_store_closep) struct it_store *store = NULL;
	IT_AUTO(telling_done) struct telling telling = { .text = IT_BUF(OUTPUT_MAX) };
	struct it_store_options options = { .read_only = true };
	int rc = INTOTO_OK;

	if (operands->count > 1)
		return it_refuse_operand(operands, 1, err);
	if (!operands->count || !*operands->items[0])
		rc = it_err_set(err, INTOTO_E_USAGE,
				"want the id of a vulnerability, or a package: CVE-2024-3094, "
				"pkg:deb/debian/xz-utils@5.6.0");
	telling.json = it_report_is_json(self->format);
	if (!rc)
		rc = it_store_words_read(&options, &self->store, err);
	if (!rc)
		rc = it_store_open(&store, &options, err);
	if (!rc)
		rc = it_query_affected(store, operands->items[0], tell, &telling, err);
	if (!rc)
		rc = telling.json ? it_print_json(&telling.text, err)
				  : it_print(&telling.text, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

extern const struct it_command it_cmd_store_affected;

const struct it_command it_cmd_store_affected = {
	.name = "affected",
	.synopsis = "[--store PLACE] VULNERABILITY|PACKAGE",
	.summary = "tell which releases and images contain something, and who speaks of it",
	.examples = "intoto store affected --store evidence CVE-2024-3094\n"
		    "intoto store affected --store evidence pkg:deb/debian/xz-utils@5.6.0",
	.options = affected_options,
	.option_count = IT_COUNT_OF(affected_options),
	.options_size = sizeof(struct affected_options),
	.run = affected_run,
	.manual = "intoto-store",
};

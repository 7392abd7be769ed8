/* SPDX-License-Identifier: Apache-2.0 */
/* intoto store search: which entries fulfil all conditions, the newest first. */
#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/layout_options.h"
#include "cmd/output.h"
#include "cmd/store_conditions.h"
#include "cmd/store_options.h"
#include "json/writer.h"

enum { OUTPUT_MAX = 256 * 1024 * 1024, LIMIT_MAX = 10 * 1000, ID_MAX = 128 };

struct search_options {
	struct it_store_words store;
	struct it_store_conditions conditions;
	const char *before, *limit;
	const char *format;
};

/* clang-format off */
static const struct it_option search_options[] = {
	IT_STORE_OPTIONS(struct search_options, store),
	IT_STORE_CONDITIONS(struct search_options, conditions),
	IT_VALUE(struct search_options, before, 0, "before", "NUMBER", "entries below this number: the next page"),
	IT_VALUE(struct search_options, limit, 0, "limit", "NUMBER", "how many at most (100)"),
	IT_REPORT_OPTION(struct search_options, format),
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

static void print_id(struct it_buf *out, const struct it_object_id *id)
{
	(void)it_buf_add_text(out, "sha256:"); /* sticky */
	it_hex_encode(out, it_span(id->bytes, sizeof id->bytes));
}

static void print(struct it_buf *out, const struct it_found *found)
{
	char time[IT_TIME_SIZE];

	it_time_format(time, found->said ? found->said : found->put);
	print_id(out, &found->id);
	(void)it_buf_printf(out, "  %ju  %s  %s", (uintmax_t)found->number, time,
			    found->kind); /* sticky */
	if (*found->step) {
		(void)it_buf_add_text(out, "  step "); /* sticky */
		it_text_quote(out, it_span_text(found->step));
	}
	(void)it_buf_add_text(out, "  "); /* sticky */
	it_text_quote(out, it_span_text(found->name));
	if (*found->predicate_type) {
		(void)it_buf_add_text(out, "  "); /* sticky */
		it_text_quote(out, it_span_text(found->predicate_type));
	}
	(void)it_buf_add_byte(out, '\n'); /* sticky */
}

static void write_text(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_int(struct it_writer *writer, const char *name, int64_t number)
{
	it_write_name(writer, name);
	it_write_int(writer, number);
}

/* An object a line. */
static int write(struct it_buf *out, const struct it_found *found, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf id = IT_BUF(ID_MAX);
	struct it_writer writer;

	print_id(&id, &found->id);
	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	write_text(&writer, "by", found->actor);
	write_text(&writer, "id", it_buf_text(&id));
	write_text(&writer, "kind", found->kind);
	write_text(&writer, "mediaType", found->media_type);
	write_text(&writer, "name", found->name);
	write_int(&writer, "number", (int64_t)found->number);
	write_text(&writer, "predicateType", found->predicate_type);
	write_int(&writer, "put", found->put);
	write_int(&writer, "said", found->said);
	write_int(&writer, "size", (int64_t)found->size);
	write_text(&writer, "step", found->step);
	write_text(&writer, "verdict", found->verdict);
	it_write_object_end(&writer);
	(void)it_buf_add_byte(out, '\n'); /* looked at by who prints */
	return it_writer_finish(&writer, err);
}

static int tell(void *arg, const struct it_found *found, struct intoto_error **err)
{
	struct telling *telling = arg;

	if (telling->json)
		return write(&telling->text, found, err);
	print(&telling->text, found);
	return INTOTO_OK;
}

static int read_number(uint64_t *out, const char *option, const char *text, uint64_t max,
		       struct intoto_error **err)
{
	char wanted[sizeof "a whole number from 1 to 18446744073709551615"];

	if (!text || (it_parse_u64(text, max, out) && *out))
		return INTOTO_OK;
	(void)snprintf(wanted, sizeof wanted, "a whole number from 1 to %ju", (uintmax_t)max);
	return it_refuse_value(option, wanted, text, err);
}

static int read_query(struct search_options *self, struct intoto_error **err)
{
	struct it_query *query = &self->conditions.query;
	uint64_t limit = 0;
	int rc = read_number(&limit, "--limit", self->limit, LIMIT_MAX, err);

	if (!rc)
		rc = read_number(&query->before, "--before", self->before, INT64_MAX, err);
	query->limit = (unsigned)limit;
	return rc ? rc : it_store_conditions_read(&self->conditions, err);
}

static int search_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct search_options *self = parsed;
	IT_AUTO(it_store_closep) struct it_store *store = NULL;
	IT_AUTO(telling_done) struct telling telling = { .text = IT_BUF(OUTPUT_MAX) };
	struct it_store_options options = { .read_only = true };
	int rc;

	if (operands->count)
		return it_refuse_operand(operands, 0, err);
	telling.json = it_report_is_json(self->format);
	rc = read_query(self, err);
	if (!rc)
		rc = it_store_words_read(&options, &self->store, err);
	if (!rc)
		rc = it_store_open(&store, &options, err);
	if (!rc)
		rc = it_query_run(store, &self->conditions.query, tell, &telling, err);
	if (!rc)
		rc = telling.json ? it_print_json(&telling.text, err)
				  : it_print(&telling.text, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

extern const struct it_command it_cmd_store_search;

const struct it_command it_cmd_store_search = {
	.name = "search",
	.synopsis = "[--store PLACE] [CONDITION]...",
	.summary = "find entries that fulfil all conditions",
	.examples = "intoto store search --store evidence --digest sha256:1a2b… --role product\n"
		    "intoto store search --store evidence --package pkg:deb/debian/zlib1g "
		    "--format=json",
	.options = search_options,
	.option_count = IT_COUNT_OF(search_options),
	.options_size = sizeof(struct search_options),
	.run = search_run,
	.manual = "intoto-store",
};

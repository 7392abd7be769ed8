/* SPDX-License-Identifier: Apache-2.0 */
/* intoto store stats: how much a store holds, of what, and how it grew. */
#include "base/clock.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/output.h"
#include "cmd/store_options.h"
#include "json/writer.h"
#include "store/stats.h"

enum { OUTPUT_MAX = 64 * 1024 * 1024 };

struct stats_options {
	struct it_store_words store;
	const char *format;
};

/* clang-format off */
static const struct it_option stats_options[] = {
	IT_STORE_OPTIONS(struct stats_options, store),
	IT_REPORT_OPTION(struct stats_options, format),
};
/* clang-format on */

static const struct {
	enum it_stats_group group;
	const char *name;
	const char *title;
} groups[] = {
	{ IT_STATS_CLASS, "classes", "by class of retention" },
	{ IT_STATS_KIND, "kinds", "by kind" },
	{ IT_STATS_MONTH, "months", "by month of the put" },
	{ IT_STATS_TYPE, "predicateTypes", "by predicate type" },
};

/* --- for people --- */

static int print_row(void *arg, const struct it_stats_row *row, struct intoto_error **err)
{
	struct it_buf *out = arg;

	(void)err;
	(void)it_buf_printf(out, "  %10ju  %14ju  ", (uintmax_t)row->entries,
			    (uintmax_t)row->bytes); /* sticky */
	it_text_quote(out, it_span_text(*row->name ? row->name : "(none)"));
	(void)it_buf_add_byte(out, '\n'); /* looked at by it_print */
	return INTOTO_OK;
}

static void print_sums(struct it_buf *out, const struct it_stats *stats)
{
	const struct {
		uint64_t number;
		const char *text;
	} rows[] = {
		{ stats->entries, "entries" },
		{ stats->bytes, "bytes" },
		{ stats->largest, "bytes of the largest" },
		{ stats->releases, "releases (archives)" },
		{ stats->locked, "locked" },
		{ stats->held, "held" },
		{ stats->due, "due for gc" },
		{ stats->leaves, "leaves of the log" },
		{ stats->removals, "of them removals" },
		{ stats->subjects, "digests to search by" },
		{ stats->packages, "packages" },
		{ stats->vulnerabilities, "vulnerabilities" },
	};
	char first[IT_TIME_SIZE];
	char last[IT_TIME_SIZE];

	for (size_t i = 0; i < IT_COUNT_OF(rows); i++)
		(void)it_buf_printf(out, "%14ju  %s\n", (uintmax_t)rows[i].number,
				    rows[i].text); /* sticky */
	if (!stats->entries)
		return;
	it_time_format(first, stats->first);
	it_time_format(last, stats->last);
	(void)it_buf_printf(out, "put from %s to %s\n", first, last); /* sticky */
}

static int print(struct it_buf *out, struct it_store *store, const struct it_stats *stats,
		 struct intoto_error **err)
{
	int rc = INTOTO_OK;

	print_sums(out, stats);
	for (size_t i = 0; !rc && stats->entries && i < IT_COUNT_OF(groups); i++) {
		(void)it_buf_printf(out, "%s: entries, bytes\n", groups[i].title); /* sticky */
		rc = it_stats_each(store, groups[i].group, print_row, out, err);
	}
	return rc;
}

/* --- for programs --- */

static void write_int(struct it_writer *writer, const char *name, uint64_t number)
{
	it_write_name(writer, name);
	it_write_int(writer, (int64_t)number);
}

static int write_row(void *arg, const struct it_stats_row *row, struct intoto_error **err)
{
	struct it_writer *writer = arg;

	(void)err;
	it_write_object(writer);
	write_int(writer, "bytes", row->bytes);
	write_int(writer, "entries", row->entries);
	it_write_name(writer, "name");
	it_write_text(writer, row->name);
	it_write_object_end(writer);
	return INTOTO_OK;
}

static int write_groups(struct it_writer *writer, struct it_store *store, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	it_write_name(writer, "by");
	it_write_object(writer);
	for (size_t i = 0; !rc && i < IT_COUNT_OF(groups); i++) {
		it_write_name(writer, groups[i].name);
		it_write_list(writer);
		rc = it_stats_each(store, groups[i].group, write_row, writer, err);
		it_write_list_end(writer);
	}
	it_write_object_end(writer);
	return rc;
}

static int write(struct it_buf *out, struct it_store *store, const struct it_stats *stats,
		 struct intoto_error **err)
{
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	rc = write_groups(&writer, store, err);
	if (rc)
		return rc;
	write_int(&writer, "bytes", stats->bytes);
	write_int(&writer, "due", stats->due);
	write_int(&writer, "entries", stats->entries);
	write_int(&writer, "first", (uint64_t)stats->first);
	write_int(&writer, "held", stats->held);
	write_int(&writer, "largest", stats->largest);
	write_int(&writer, "last", (uint64_t)stats->last);
	write_int(&writer, "leaves", stats->leaves);
	write_int(&writer, "locked", stats->locked);
	write_int(&writer, "packages", stats->packages);
	write_int(&writer, "releases", stats->releases);
	write_int(&writer, "removals", stats->removals);
	write_int(&writer, "subjects", stats->subjects);
	write_int(&writer, "vulnerabilities", stats->vulnerabilities);
	it_write_object_end(&writer);
	(void)it_buf_add_byte(out, '\n'); /* looked at by who prints */
	return it_writer_finish(&writer, err);
}

static int stats_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct stats_options *self = parsed;
	IT_AUTO(it_store_closep) struct it_store *store = NULL;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(OUTPUT_MAX);
	struct it_store_options options = { .read_only = true };
	struct it_stats stats;
	bool json = it_report_is_json(self->format);
	int rc;

	if (operands->count)
		return it_refuse_operand(operands, 0, err);
	rc = it_store_words_read(&options, &self->store, err);
	if (!rc)
		rc = it_store_open(&store, &options, err);
	if (!rc)
		rc = it_stats_read(store, &stats, it_clock_now(), err);
	if (!rc)
		rc = json ? write(&text, store, &stats, err) : print(&text, store, &stats, err);
	if (!rc)
		rc = json ? it_print_json(&text, err) : it_print(&text, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

extern const struct it_command it_cmd_store_stats;

const struct it_command it_cmd_store_stats = {
	.name = "stats",
	.synopsis = "[--store PLACE] [--format FORMAT]",
	.summary = "say how much a store holds, of what, and how it grew",
	.examples = "intoto store stats --store evidence\n"
		    "intoto store stats --store evidence --format=json",
	.options = stats_options,
	.option_count = IT_COUNT_OF(stats_options),
	.options_size = sizeof(struct stats_options),
	.run = stats_run,
	.manual = "intoto-store",
};

/* SPDX-License-Identifier: Apache-2.0 */
/* intoto store retention: how long entries are kept. */
#include "base/clock.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/layout_options.h"
#include "cmd/output.h"
#include "cmd/store_entries.h"
#include "json/writer.h"
#include "store/retention.h"

enum { OUTPUT_MAX = 64 * 1024 * 1024, NAME_MAX_BYTES = 256, SECONDS_A_DAY = 24 * 60 * 60 };

struct retention_options {
	struct it_store_words store;
	struct it_strings classes;
	const char *set, *lock_until, *actor;
	const char *format;
};

/* clang-format off */
static const struct it_option retention_options[] = {
	IT_STORE_OPTIONS(struct retention_options, store),
	IT_EACH(struct retention_options, classes, 0, "class", "NAME=TIME",
		"from now on entries of this class are kept so long from their put, like 3653d; or \"forever\""),
	IT_VALUE(struct retention_options, set, 0, "set", "CLASS", "the class of the entries that are named"),
	IT_VALUE(struct retention_options, lock_until, 0, "lock-until", "TIME",
		 "before which the entries that are named are not removed; it is never made earlier"),
	IT_VALUE(struct retention_options, actor, 0, "by", "WHO", "who says so, for the log"),
	IT_REPORT_OPTION(struct retention_options, format),
};
/* clang-format on */

/* --- classes --- */

static int define(struct it_store *store, const char *word, const char *actor,
		  struct intoto_error **err)
{
	const char *equals = strchr(word, '=');
	IT_AUTO(it_freep) char *class = equals ? strndup(word, (size_t)(equals - word)) : NULL;
	struct it_retention_rule rule = { .class = class, .duration = -1, .actor = actor };
	int rc = INTOTO_OK;

	if (!equals || equals == word || equals - word > NAME_MAX_BYTES)
		return it_refuse_value("--class", "NAME=TIME, like release=3653d", word, err);
	if (!class)
		return it_err_nomem(err);
	if (!it_streq(equals + 1, "forever"))
		rc = it_read_span(&rule.duration, "--class", equals + 1, err);
	return rc ? rc : it_retention_define(store, &rule, err);
}

/* --- entries --- */

static int change(const struct retention_options *self, struct it_store *store,
		  const struct it_strings *names, struct intoto_error **err)
{
	IT_AUTO(it_store_entries_done) struct it_store_entries entries = { 0 };
	struct it_retention_change wanted = { .class = self->set, .actor = self->actor };
	int rc = INTOTO_OK;

	if (self->lock_until)
		rc = it_read_time(&wanted.lock_until, "--lock-until", self->lock_until, err);
	if (!rc)
		rc = it_store_entries_read(&entries, store, names, err);
	return rc ? rc : it_retention_change(store, entries.items, entries.count, &wanted, err);
}

/* --- the list --- */

struct listing {
	struct it_buf text;
	bool json;
};

static void listing_done(struct listing *listing)
{
	it_buf_done(&listing->text);
}

static void print(struct it_buf *out, const struct it_retention_class *class)
{
	it_text_quote(out, it_span_text(*class->class ? class->class : "(none)"));
	if (class->duration < 0)
		(void)it_buf_add_text(out, "  forever"); /* sticky */
	else
		(void)it_buf_printf(out, "  %jdd", (intmax_t) class->duration / SECONDS_A_DAY);
	(void)it_buf_printf(out, "  %ju entries  %ju bytes", (uintmax_t) class->count,
			    (uintmax_t) class->size); /* sticky */
	if (class->over)
		(void)it_buf_printf(out, "  %ju of them are due",
				    (uintmax_t) class->over); /* sticky */
	(void)it_buf_add_byte(out, '\n');		      /* sticky */
}

/* An object a line. */
static int write(struct it_buf *out, const struct it_retention_class *class,
		 struct intoto_error **err)
{
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "bytes");
	it_write_int(&writer, (int64_t) class->size);
	it_write_name(&writer, "class");
	it_write_text(&writer, class->class);
	it_write_name(&writer, "due");
	it_write_int(&writer, (int64_t) class->over);
	it_write_name(&writer, "duration");
	if (class->duration < 0)
		it_write_null(&writer);
	else
		it_write_int(&writer, class->duration);
	it_write_name(&writer, "entries");
	it_write_int(&writer, (int64_t) class->count);
	it_write_object_end(&writer);
	(void)it_buf_add_byte(out, '\n'); /* looked at by who prints */
	return it_writer_finish(&writer, err);
}

static int tell(void *arg, const struct it_retention_class *class, struct intoto_error **err)
{
	struct listing *listing = arg;

	if (listing->json)
		return write(&listing->text, class, err);
	print(&listing->text, class);
	return INTOTO_OK;
}

static int list(const struct retention_options *self, struct it_store *store,
		struct intoto_error **err)
{
	IT_AUTO(listing_done) struct listing listing = { .text = IT_BUF(OUTPUT_MAX) };
	int rc;

	listing.json = it_report_is_json(self->format);
	rc = it_retention_each(store, it_clock_now(), tell, &listing, err);
	if (rc)
		return rc;
	return listing.json ? it_print_json(&listing.text, err) : it_print(&listing.text, err);
}

/* --- all of it --- */

static int check_words(const struct retention_options *self, const struct it_strings *operands,
		       struct intoto_error **err)
{
	bool changes = self->set || self->lock_until;

	if (operands->count && !changes)
		return it_err_set(err, INTOTO_E_USAGE,
				  "want --set or --lock-until for the entries that are named");
	if (!operands->count && changes)
		return it_err_set(err, INTOTO_E_USAGE,
				  "options --set and --lock-until want entries");
	if ((changes || self->classes.count) && (!self->actor || !*self->actor))
		return it_err_set(err, INTOTO_E_USAGE,
				  "want --by WHO, which stands in the log, to change how long "
				  "something is kept");
	return INTOTO_OK;
}

static int retention_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct retention_options *self = parsed;
	IT_AUTO(it_store_closep) struct it_store *store = NULL;
	bool changes = self->classes.count || operands->count;
	struct it_store_options options = { .read_only = !changes };
	int rc = check_words(self, operands, err);

	if (!rc)
		rc = it_store_words_read(&options, &self->store, err);
	if (!rc)
		rc = it_store_open(&store, &options, err);
	for (size_t i = 0; !rc && i < self->classes.count; i++)
		rc = define(store, self->classes.items[i], self->actor, err);
	if (!rc && operands->count)
		rc = change(self, store, operands, err);
	if (!rc && !changes)
		rc = list(self, store, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

extern const struct it_command it_cmd_store_retention;

const struct it_command it_cmd_store_retention = {
	.name = "retention",
	.synopsis =
		"[--by WHO] [--class NAME=TIME]... [--set CLASS] [--lock-until TIME] [ENTRY...]",
	.summary = "say how long entries are kept, or show it",
	.examples = "intoto store retention --store evidence --by alice --class release=3653d "
		    "--class default=forever\n"
		    "intoto store retention --store evidence --by alice --lock-until "
		    "2041-01-01T00:00:00Z "
		    "sha256:1a2b3c4d\n"
		    "intoto store retention --store evidence",
	.options = retention_options,
	.option_count = IT_COUNT_OF(retention_options),
	.options_size = sizeof(struct retention_options),
	.run = retention_run,
	.manual = "intoto-store",
};

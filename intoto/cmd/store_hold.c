/* SPDX-License-Identifier: Apache-2.0 */
/* intoto store hold: what must not be removed as long as a matter is open. */
#include "base/clock.h"
#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/output.h"
#include "cmd/store_entries.h"
#include "json/writer.h"
#include "store/retention.h"

enum { OUTPUT_MAX = 256 * 1024 * 1024, ID_MAX = 128 };

/* ---- add, release ---- */

struct change_options {
	struct it_store_words store;
	const char *name, *actor, *reason;
};

/* clang-format off */
static const struct it_option change_options[] = {
	IT_STORE_OPTIONS(struct change_options, store),
	IT_REQUIRED(struct change_options, name, 'n', "name", "NAME", "of the matter, like case-2031-7"),
	IT_REQUIRED(struct change_options, actor, 0, "by", "WHO", "who says so, for the log"),
	IT_REQUIRED(struct change_options, reason, 0, "reason", "TEXT", "why, for the log"),
};
/* clang-format on */

struct change {
	struct it_store *store;
	struct it_store_entries entries;
	struct it_hold hold;
};

static void change_done(struct change *change)
{
	it_store_close(change->store);
	it_store_entries_done(&change->entries);
}

static int change_open(struct change *change, struct change_options *self,
		       const struct it_strings *operands, struct intoto_error **err)
{
	struct it_store_options options = { 0 };
	int rc = it_store_words_read(&options, &self->store, err);

	change->hold = (struct it_hold){ .name = self->name,
					 .actor = self->actor,
					 .reason = self->reason,
					 .since = it_clock_now() };
	if (!rc && (!*self->name || !*self->actor || !*self->reason))
		rc = it_err_set(err, INTOTO_E_USAGE,
				"options --name, --by and --reason: want a text");
	if (!rc)
		rc = it_store_open(&change->store, &options, err);
	return rc ? rc : it_store_entries_read(&change->entries, change->store, operands, err);
}

static int add_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct change_options *self = parsed;
	IT_AUTO(change_done) struct change change = { 0 };
	int rc = operands->count ? change_open(&change, self, operands, err)
				 : it_err_set(err, INTOTO_E_USAGE, "want entries to hold");

	if (!rc)
		rc = it_hold_add(change.store, change.entries.items, change.entries.count,
				 &change.hold, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

static int release_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct change_options *self = parsed;
	IT_AUTO(change_done) struct change change = { 0 };
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ID_MAX);
	size_t released = 0;
	int rc = change_open(&change, self, operands, err);

	if (!rc)
		rc = it_hold_release(change.store, change.entries.items, change.entries.count,
				     &change.hold, &released, err);
	(void)it_buf_printf(&text, "released: %zu entries\n", released); /* looked at below */
	if (!rc)
		rc = it_print(&text, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

/* ---- list ---- */

struct list_options {
	struct it_store_words store;
	const char *name;
	const char *format;
};

/* clang-format off */
static const struct it_option list_options[] = {
	IT_STORE_OPTIONS(struct list_options, store),
	IT_VALUE(struct list_options, name, 'n', "name", "NAME", "only what this matter holds"),
	IT_REPORT_OPTION(struct list_options, format),
};
/* clang-format on */

struct listing {
	struct it_buf text;
	bool json;
};

static void listing_done(struct listing *listing)
{
	it_buf_done(&listing->text);
}

static void print(struct it_buf *out, const struct it_hold *hold)
{
	char since[IT_TIME_SIZE];
	const char *const texts[] = { hold->name, hold->entry, hold->actor, hold->reason };

	it_time_format(since, hold->since);
	it_object_id_print(out, &hold->id);
	(void)it_buf_printf(out, "  %s", since); /* sticky */
	for (size_t i = 0; i < IT_COUNT_OF(texts); i++) {
		(void)it_buf_add_text(out, "  "); /* sticky */
		it_text_quote(out, it_span_text(texts[i]));
	}
	(void)it_buf_add_byte(out, '\n'); /* sticky */
}

/* An object a line. */
static int write(struct it_buf *out, const struct it_hold *hold, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf id = IT_BUF(ID_MAX);
	struct it_writer writer;

	it_object_id_print(&id, &hold->id);
	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "by");
	it_write_text(&writer, hold->actor);
	it_write_name(&writer, "entry");
	it_write_text(&writer, hold->entry);
	it_write_name(&writer, "id");
	it_write_text(&writer, it_buf_text(&id));
	it_write_name(&writer, "name");
	it_write_text(&writer, hold->name);
	it_write_name(&writer, "reason");
	it_write_text(&writer, hold->reason);
	it_write_name(&writer, "since");
	it_write_int(&writer, hold->since);
	it_write_object_end(&writer);
	(void)it_buf_add_byte(out, '\n'); /* looked at by who prints */
	return it_writer_finish(&writer, err);
}

static int tell(void *arg, const struct it_hold *hold, struct intoto_error **err)
{
	struct listing *listing = arg;

	if (listing->json)
		return write(&listing->text, hold, err);
	print(&listing->text, hold);
	return INTOTO_OK;
}

static int list_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct list_options *self = parsed;
	IT_AUTO(it_store_closep) struct it_store *store = NULL;
	IT_AUTO(listing_done) struct listing listing = { .text = IT_BUF(OUTPUT_MAX) };
	struct it_store_options options = { .read_only = true };
	int rc;

	if (operands->count)
		return it_refuse_operand(operands, 0, err);
	listing.json = it_report_is_json(self->format);
	rc = it_store_words_read(&options, &self->store, err);
	if (!rc)
		rc = it_store_open(&store, &options, err);
	if (!rc)
		rc = it_hold_each(store, self->name, tell, &listing, err);
	if (!rc)
		rc = listing.json ? it_print_json(&listing.text, err)
				  : it_print(&listing.text, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

/* ---- all of them ---- */

static const struct it_command it_cmd_store_hold_add = {
	.name = "add",
	.synopsis = "--name NAME --by WHO --reason TEXT ENTRY...",
	.summary = "hold entries, and what they hold if they are archives",
	.examples = "intoto store hold add --store evidence --name case-2031-7 --by legal "
		    "--reason 'subpoena of 2031-02-01' sha256:1a2b3c4d",
	.options = change_options,
	.option_count = IT_COUNT_OF(change_options),
	.options_size = sizeof(struct change_options),
	.run = add_run,
	.manual = "intoto-store",
};

static const struct it_command it_cmd_store_hold_list = {
	.name = "list",
	.synopsis = "[--name NAME]",
	.summary = "say what is held, by whom and why",
	.examples = "intoto store hold list --store evidence --format=json",
	.options = list_options,
	.option_count = IT_COUNT_OF(list_options),
	.options_size = sizeof(struct list_options),
	.run = list_run,
	.manual = "intoto-store",
};

static const struct it_command it_cmd_store_hold_release = {
	.name = "release",
	.synopsis = "--name NAME --by WHO --reason TEXT [ENTRY...]",
	.summary = "release these entries, or all that a matter holds",
	.examples = "intoto store hold release --store evidence --name case-2031-7 --by legal "
		    "--reason 'case closed'",
	.options = change_options,
	.option_count = IT_COUNT_OF(change_options),
	.options_size = sizeof(struct change_options),
	.run = release_run,
	.manual = "intoto-store",
};

static const struct it_command *const subcommands[] = { &it_cmd_store_hold_add,
							&it_cmd_store_hold_list,
							&it_cmd_store_hold_release, NULL };

extern const struct it_command it_cmd_store_hold;

const struct it_command it_cmd_store_hold = {
	.name = "hold",
	.synopsis = "COMMAND [OPTIONS]...",
	.summary = "keep entries from being removed while a matter is open",
	.children = subcommands,
	.manual = "intoto-store",
};

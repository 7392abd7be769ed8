/* SPDX-License-Identifier: Apache-2.0 */
/* intoto image clean: takes off what hangs on an image. */
#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/image_copying.h"
#include "cmd/output.h"
#include "cmd/terminal.h"
#include "image/clean.h"
#include "json/writer.h"

enum { OUTPUT_MAX = 16 * 1024 * 1024, ANSWER_MAX = 64 };

struct clean_options {
	struct it_strings types;
	bool yes;
	bool dry_run;
	struct it_image_options image;
};

static const char *const type_words[] = { "signature", "attestation", "sbom",
					  "referrer",  "all",	      NULL };
static const unsigned type_values[] = { IT_TREE_SIGNATURE, IT_TREE_ATTESTATION, IT_TREE_SBOM,
					IT_CLEAN_REFERRERS,
					(IT_TREE_ALL & ~(unsigned)IT_TREE_IMAGE) |
						IT_CLEAN_REFERRERS };

/* clang-format off */
static const struct it_option clean_options[] = {
	{ .name = "type", .argument = "TYPE", .kind = IT_OPTION_TEXTS, .required = true,
	  .offset = offsetof(struct clean_options, types), .choices = type_words,
	  .help = "what is deleted, with all that hangs on it; may be repeated" },
	IT_FLAG(struct clean_options, yes, 'y', "yes", "do not ask"),
	IT_FLAG(struct clean_options, dry_run, 0, "dry-run", "only say what would be deleted"),
	IT_IMAGE_OPTIONS(struct clean_options, image),
};
/* clang-format on */

static unsigned what_of(const struct it_strings *types)
{
	unsigned what = 0;

	for (size_t i = 0; i < types->count; i++)
		for (size_t j = 0; j < IT_COUNT_OF(type_values); j++)
			if (it_streq(types->items[i], type_words[j]))
				what |= type_values[j];
	return what;
}

/* One run. */
struct cleaning {
	const struct clean_options *self;
	const char *name;
	struct it_place *place;
	struct it_tree tree;
	bool *chosen;
	size_t count;
	struct it_strings removed;
};

static void cleaning_done(struct cleaning *cleaning)
{
	it_tree_done(&cleaning->tree);
	it_strings_done(&cleaning->removed);
	it_place_free(cleaning->place);
	free(cleaning->chosen);
}

static void add_node(struct it_buf *out, const struct it_tree_node *node)
{
	(void)it_buf_printf(out, "  %s %s", it_tree_what_name(node->what),
			    node->digest); /* sticks */
	if (node->form == IT_TREE_TAG) {
		(void)it_buf_add_text(out, " at ");
		it_text_quote(out, it_span_text(node->tag));
	}
	(void)it_buf_add_byte(out, '\n');
}

static void print_chosen(struct it_buf *out, const struct cleaning *cleaning, const char *what)
{
	(void)it_buf_printf(out, "%s%s", cleaning->count ? "" : "nothing ", what); /* sticks */
	it_text_quote(out, it_span_text(cleaning->name));
	(void)it_buf_add_text(out, cleaning->count ? ":\n" : "\n");
	for (size_t i = 0; i < cleaning->tree.count; i++)
		if (cleaning->chosen[i])
			add_node(out, &cleaning->tree.nodes[i]);
}

static int write_chosen(struct it_buf *out, const struct cleaning *cleaning,
			struct intoto_error **err)
{
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	it_write_object(&writer);
	it_write_name(&writer, "deleted");
	it_write_bool(&writer, !cleaning->self->dry_run);
	it_write_name(&writer, "digest");
	it_write_text(&writer, cleaning->tree.nodes[0].digest);
	it_write_name(&writer, "manifests");
	it_write_list(&writer);
	for (size_t i = 0; i < cleaning->tree.count; i++) {
		const struct it_tree_node *node = &cleaning->tree.nodes[i];

		if (!cleaning->chosen[i])
			continue;
		it_write_object(&writer);
		it_write_name(&writer, "digest");
		it_write_text(&writer, node->digest);
		it_write_name(&writer, "kind");
		it_write_text(&writer, it_tree_what_name(node->what));
		it_write_name(&writer, "tag");
		it_write_text(&writer, node->tag);
		it_write_object_end(&writer);
	}
	it_write_list_end(&writer);
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(out, '\n'); /* sticks */
	return rc;
}

static int tell(const struct cleaning *cleaning, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(OUTPUT_MAX);
	int rc;

	if (!it_report_is_json(cleaning->self->image.format)) {
		print_chosen(&text, cleaning,
			     cleaning->self->dry_run ? "would be deleted from " : "deleted from ");
		return it_print(&text, err);
	}
	rc = write_chosen(&text, cleaning, err);
	return rc ? rc : it_print_json(&text, err);
}

/* Only a clear yes is one. */
static int ask(const struct cleaning *cleaning, bool *yes, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(OUTPUT_MAX);
	char answer[ANSWER_MAX];

	*yes = false;
	if (!it_is_terminal(STDIN_FILENO) || !it_is_terminal(STDERR_FILENO))
		return it_err_set(err, INTOTO_E_USAGE,
				  "there is no terminal to ask on: want --yes or --dry-run");
	print_chosen(&text, cleaning, "will be deleted from ");
	if (it_buf_check(&text, "the list", err))
		return text.failed;
	(void)fprintf(stderr, "%sdelete %zu of them? [y/N] ", it_buf_text(&text),
		      cleaning->count); /* nowhere else to ask */
	(void)fflush(stderr);
	if (!fgets(answer, sizeof answer, stdin))
		return INTOTO_OK;
	answer[strcspn(answer, "\n")] = '\0';
	*yes = it_streq_nocase(answer, "y") || it_streq_nocase(answer, "yes");
	return INTOTO_OK;
}

static int look(struct cleaning *cleaning, const struct it_registry_access *access,
		struct intoto_error **err)
{
	const struct it_tree_options options = { .details = true };
	struct it_oci_manifest *root = NULL;
	int rc = it_place_open(&cleaning->place, cleaning->name, true, access, err);

	if (!rc)
		rc = it_place_named(cleaning->place, &root, err);
	if (!rc)
		rc = it_tree_read(&cleaning->tree, cleaning->place, root, &options, err);
	return rc ? rc
		  : it_clean_choose(&cleaning->chosen, &cleaning->count, &cleaning->tree,
				    what_of(&cleaning->self->types), err);
}

/* What could not be read was left, and that is no clean answer. */
static int status_of(const struct cleaning *cleaning, struct intoto_error **err)
{
	enum intoto_code first;
	size_t troubles = it_tree_troubles(&cleaning->tree, &first);

	if (!troubles)
		return IT_EXIT_YES;
	(void)it_err_set(err, first, "%zu of what hangs on it could not be read, and was left",
			 troubles);
	return IT_EXIT_FROM_ERROR;
}

static int clean(struct cleaning *cleaning, struct intoto_error **err)
{
	const struct clean_options *self = cleaning->self;
	struct it_registry_access access = { 0 };
	bool yes = self->yes;
	int rc = it_image_access(&access, &self->image, err);

	if (!rc)
		rc = look(cleaning, &access, err);
	if (!rc && cleaning->count && !yes && !self->dry_run) {
		rc = ask(cleaning, &yes, err);
		if (!rc && !yes)
			return IT_EXIT_NO;
	}
	if (!rc && cleaning->count && !self->dry_run)
		rc = it_image_clean(&cleaning->removed, cleaning->place, &cleaning->tree,
				    cleaning->chosen, err);
	if (!rc)
		rc = tell(cleaning, err);
	return rc ? IT_EXIT_FROM_ERROR : status_of(cleaning, err);
}

static int clean_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	IT_AUTO(cleaning_done) struct cleaning cleaning = { .self = parsed };

	if (!operands->count) {
		(void)it_err_set(err, INTOTO_E_USAGE, "want an image");
		return IT_EXIT_FROM_ERROR;
	}
	if (operands->count > 1)
		return it_refuse_operand(operands, 1, err);
	cleaning.name = operands->items[0];
	return clean(&cleaning, err);
}

const struct it_command it_cmd_image_clean = {
	.name = "clean",
	.synopsis = "IMAGE --type TYPE [OPTIONS]",
	.summary = "delete what hangs on an image, and never the image",
	.examples = "intoto image clean registry.example/app:1.4 --type signature --dry-run\n"
		    "intoto image clean registry.example/app:1.4 --type all --yes",
	.options = clean_options,
	.option_count = IT_COUNT_OF(clean_options),
	.options_size = sizeof(struct clean_options),
	.run = clean_run,
	.manual = "intoto-image-clean",
};

/* SPDX-License-Identifier: Apache-2.0 */
/* intoto image tree: what hangs on an image. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/image_copying.h"
#include "cmd/output.h"
#include "cmd/terminal.h"
#include "json/writer.h"

enum { OUTPUT_MAX = 64 * 1024 * 1024 };

struct tree_options {
	struct it_strings platforms;
	const char *depth;
	bool ascii;
	struct it_image_options image;
};

/* clang-format off */
static const struct it_option tree_options[] = {
	IT_EACH(struct tree_options, platforms, 0, "platform", "OS/ARCH[/VARIANT]",
		"of an index, the images for this platform only; may be repeated"),
	IT_VALUE(struct tree_options, depth, 0, "depth", "NUMBER",
		 "how deep what hangs on what hangs is followed (8)"),
	IT_FLAG(struct tree_options, ascii, 0, "ascii", "draw without box characters"),
	IT_IMAGE_OPTIONS(struct tree_options, image),
};
/* clang-format on */

/* As setlocale(3) would choose it, without it: the program has no other use for a locale. */
static bool is_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < IT_COUNT_OF(names); i++) {
		const char *value = getenv(names[i]);
		const char *dot;

		if (!value || !*value)
			continue;
		dot = strchr(value, '.');
		return dot && (it_streq_nocase(dot, ".utf-8") || it_streq_nocase(dot, ".utf8"));
	}
	return false;
}

static int print(const struct tree_options *self, const struct it_tree *tree, const char *name,
		 struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(OUTPUT_MAX);
	struct it_writer writer;
	int rc;

	if (!it_report_is_json(self->image.format)) {
		it_tree_draw(&text, tree, name,
			     !self->ascii && it_is_terminal(STDOUT_FILENO) && is_utf8());
		return it_print(&text, err);
	}
	it_writer_init(&writer, &text, IT_WRITE_PRETTY);
	it_tree_write(&writer, tree, name);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(&text, '\n'); /* looked at by it_print_json */
	return rc ? rc : it_print_json(&text, err);
}

static int read_tree(const struct tree_options *self, struct it_tree *tree, const char *name,
		     struct intoto_error **err)
{
	IT_AUTO(it_place_freep) struct it_place *place = NULL;
	struct it_registry_access access = { 0 };
	struct it_tree_options options = { .platforms = &self->platforms, .details = true };
	struct it_oci_manifest *root = NULL;
	int rc = it_copying_number(&options.depth, "--depth", self->depth, IT_TREE_DEPTH,
				   IT_TREE_DEPTH_MAX, err);

	if (!rc)
		rc = it_image_access(&access, &self->image, err);
	if (!rc)
		rc = it_place_open(&place, name, false, &access, err);
	if (!rc)
		rc = it_place_named(place, &root, err);
	return rc ? rc : it_tree_read(tree, place, root, &options, err);
}

static int tree_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	const struct tree_options *self = parsed;
	IT_AUTO(it_tree_done) struct it_tree tree = { 0 };
	enum intoto_code first;
	size_t troubles;

	if (!operands->count) {
		(void)it_err_set(err, INTOTO_E_USAGE, "want an image");
		return IT_EXIT_FROM_ERROR;
	}
	if (operands->count > 1)
		return it_refuse_operand(operands, 1, err);
	if (read_tree(self, &tree, operands->items[0], err) ||
	    print(self, &tree, operands->items[0], err))
		return IT_EXIT_FROM_ERROR;
	troubles = it_tree_troubles(&tree, &first);
	if (!troubles)
		return IT_EXIT_YES;
	(void)it_err_set(err, first, "%zu of %zu manifests could not be read", troubles,
			 tree.count);
	return IT_EXIT_FROM_ERROR;
}

const struct it_command it_cmd_image_tree = {
	.name = "tree",
	.synopsis = "IMAGE [OPTIONS]",
	.summary = "draw what hangs on an image",
	.examples = "intoto image tree registry.example/app:1.4\n"
		    "intoto image tree --format=json oci-layout:app:1.4",
	.options = tree_options,
	.option_count = IT_COUNT_OF(tree_options),
	.options_size = sizeof(struct tree_options),
	.run = tree_run,
	.manual = "intoto-image-tree",
};

/* SPDX-License-Identifier: Apache-2.0 */
/* What hangs on an image, drawn for people and written for programs. */
#include "base/text.h"
#include "image/tree.h"
#include "json/writer.h"

enum {
	TEXT_SHOWN = 200, /* bytes of a text of others */
	KIB = 1024,
	ANCESTORS_MAX = IT_TREE_DEPTH_MAX + 2,
};

struct lines {
	const char *between, *last, *passing, *under;
};

static const struct lines boxes_of_unicode = { "\u251c\u2500 ", "\u2514\u2500 ", "\u2502  ",
					       "   " };
static const struct lines boxes_of_ascii = { "|- ", "`- ", "|  ", "   " };

struct drawing {
	struct it_buf *out;
	const struct it_tree *tree;
	const struct lines *lines;
	bool *is_last;	   /* of its parent's */
	bool *has_further; /* nodes below it */
};

const char *it_tree_what_name(enum it_tree_what what)
{
	switch (what) {
	case IT_TREE_IMAGE:
		return "image";
	case IT_TREE_SIGNATURE:
		return "signature";
	case IT_TREE_ATTESTATION:
		return "attestation";
	case IT_TREE_SBOM:
		return "sbom";
	case IT_TREE_OTHER:
	case IT_TREE_ALL:
		break;
	}
	return "referrer";
}

const char *it_tree_form_name(enum it_tree_form form)
{
	static const char *const names[] = { "root", "child", "referrer", "tag" };

	return names[form];
}

/* A text of others, on one line and not longer than a line may be. */
static void add_quoted(struct it_buf *out, const char *text)
{
	size_t len = strlen(text);
	size_t shown = len > TEXT_SHOWN ? TEXT_SHOWN : len;

	while (shown && shown < len && ((unsigned char)text[shown] & 0xc0) == 0x80)
		shown--;
	it_text_quote(out, it_span(text, shown));
	(void)it_buf_add_text(out, shown < len ? "..." : ""); /* sticks, as all here */
}

static void add_size(struct it_buf *out, uint64_t bytes)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	double size = (double)bytes / KIB;
	size_t unit = 0;

	if (bytes < KIB) {
		(void)it_buf_printf(out, ", %ju B", (uintmax_t)bytes);
		return;
	}
	while (size >= KIB && unit + 1 < IT_COUNT_OF(units)) {
		size /= KIB;
		unit++;
	}
	(void)it_buf_printf(out, ", %.1f %s", size, units[unit]);
}

static void add_part(struct it_buf *out, const struct it_tree_part *part)
{
	for (size_t i = 0; i < part->who.count; i++) {
		(void)it_buf_add_text(out, ", ");
		add_quoted(out, part->who.items[i]);
	}
	if (part->trouble) {
		(void)it_buf_add_text(out, " (cannot be read: ");
		add_quoted(out, part->trouble);
		(void)it_buf_add_text(out, ")");
	}
}

static void add_type(struct it_buf *out, const char *type)
{
	if (!*type)
		return;
	(void)it_buf_add_text(out, " ");
	add_quoted(out, type);
}

/* What stands in front of a line below node: for each above it, whether more follow there. */
static void add_lines(const struct drawing *drawing, size_t node, bool below)
{
	size_t above[ANCESTORS_MAX];
	size_t count = 0;

	for (size_t i = node; i && i != SIZE_MAX && count < ANCESTORS_MAX;
	     i = drawing->tree->nodes[i].parent)
		above[count++] = i;
	for (size_t i = count; i-- > (below ? 0 : 1);)
		(void)it_buf_add_text(drawing->out, drawing->is_last[above[i]]
							    ? drawing->lines->under
							    : drawing->lines->passing);
	if (!below && count)
		(void)it_buf_add_text(drawing->out, drawing->is_last[node]
							    ? drawing->lines->last
							    : drawing->lines->between);
}

static void draw_parts(const struct drawing *drawing, size_t index)
{
	const struct it_tree_node *node = &drawing->tree->nodes[index];

	for (size_t i = 0; i < node->part_count; i++) {
		const struct it_tree_part *part = &node->parts[i];
		bool last = i + 1 == node->part_count && !drawing->has_further[index];

		add_lines(drawing, index, true);
		(void)it_buf_add_text(drawing->out,
				      last ? drawing->lines->last : drawing->lines->between);
		(void)it_buf_printf(drawing->out, "%s",
				    node->what == IT_TREE_OTHER ? "layer"
								: it_tree_what_name(node->what));
		add_type(drawing->out, part->predicate_type);
		add_type(drawing->out, part->digest);
		add_type(drawing->out, part->media_type);
		add_size(drawing->out, part->size);
		add_part(drawing->out, part);
		(void)it_buf_add_byte(drawing->out, '\n');
	}
}

static void draw_head(struct it_buf *out, const struct it_tree_node *node)
{
	bool one = node->form == IT_TREE_REFERRER && node->part_count == 1;

	if (*node->platform)
		add_quoted(out, node->platform);
	else if (node->form == IT_TREE_TAG)
		add_quoted(out, node->tag);
	else
		(void)it_buf_add_text(out, it_oci_is_index(node->media_type) &&
							   node->what == IT_TREE_IMAGE
						   ? "index"
						   : it_tree_what_name(node->what));
	if (one)
		add_type(out, node->parts[0].predicate_type);
	add_type(out, node->digest);
	add_type(out, node->form == IT_TREE_REFERRER ? node->artifact_type : node->media_type);
	if (!node->unread && !node->again)
		add_size(out, node->content);
	if (one)
		add_part(out, &node->parts[0]);
}

static void draw_node(const struct drawing *drawing, size_t index)
{
	const struct it_tree_node *node = &drawing->tree->nodes[index];
	bool parts = node->form == IT_TREE_TAG || node->part_count > 1;

	add_lines(drawing, index, false);
	draw_head(drawing->out, node);
	if (node->again)
		(void)it_buf_add_text(drawing->out, " (as above)");
	if (node->trouble) {
		(void)it_buf_printf(drawing->out,
				    " (%s: ", node->unread ? "cannot be read" : "not all is known");
		add_quoted(drawing->out, node->trouble);
		(void)it_buf_add_text(drawing->out, ")");
	}
	(void)it_buf_add_byte(drawing->out, '\n');
	if (parts)
		draw_parts(drawing, index);
}

void it_tree_draw(struct it_buf *out, const struct it_tree *tree, const char *name, bool boxes)
{
	IT_AUTO(it_freep) bool *is_last = calloc(tree->count + 1, sizeof *is_last);
	IT_AUTO(it_freep) bool *has_further = calloc(tree->count + 1, sizeof *has_further);
	const struct drawing drawing = {
		.out = out,
		.tree = tree,
		.lines = boxes ? &boxes_of_unicode : &boxes_of_ascii,
		.is_last = is_last,
		.has_further = has_further,
	};

	if (!is_last || !has_further) {
		out->failed = INTOTO_E_NOMEM;
		return;
	}
	for (size_t i = tree->count; i-- > 1;) {
		is_last[i] = !has_further[tree->nodes[i].parent];
		has_further[tree->nodes[i].parent] = true;
	}
	add_quoted(out, name);
	(void)it_buf_add_byte(out, '\n');
	for (size_t i = 0; i < tree->count; i++)
		draw_node(&drawing, i);
}

static void write_text(struct it_writer *writer, const char *name, const char *text)
{
	if (!text || !*text)
		return;
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_size(struct it_writer *writer, const char *name, uint64_t size)
{
	it_write_name(writer, name);
	it_write_int(writer, size > INT64_MAX ? INT64_MAX : (int64_t)size);
}

static void write_part(struct it_writer *writer, const struct it_tree_part *part)
{
	it_write_object(writer);
	write_text(writer, "digest", part->digest);
	write_text(writer, "mediaType", part->media_type);
	write_text(writer, "predicateType", part->predicate_type);
	write_size(writer, "size", part->size);
	write_text(writer, "trouble", part->trouble);
	it_write_name(writer, "who");
	it_write_list(writer);
	for (size_t i = 0; i < part->who.count; i++)
		it_write_text(writer, part->who.items[i]);
	it_write_list_end(writer);
	it_write_object_end(writer);
}

/* Writes a node with all below it; returns the number of the next one beside it. */
static size_t write_node(struct it_writer *writer, const struct it_tree *tree, size_t index,
			 const char *name)
{
	const struct it_tree_node *node = &tree->nodes[index];
	size_t next = index + 1;

	it_write_object(writer);
	write_text(writer, "artifactType", node->artifact_type);
	it_write_name(writer, "attached");
	it_write_list(writer);
	while (next < tree->count && tree->nodes[next].depth > node->depth)
		next = write_node(writer, tree, next, NULL);
	it_write_list_end(writer);
	write_size(writer, "contentSize", node->content);
	write_text(writer, "digest", node->digest);
	write_text(writer, "form", it_tree_form_name(node->form));
	it_write_name(writer, "kind");
	it_write_text(writer, it_tree_what_name(node->what));
	write_text(writer, "mediaType", node->media_type);
	write_text(writer, "name", name);
	it_write_name(writer, "parts");
	it_write_list(writer);
	for (size_t i = 0; i < node->part_count; i++)
		write_part(writer, &node->parts[i]);
	it_write_list_end(writer);
	write_text(writer, "platform", node->platform);
	it_write_name(writer, "repeated");
	it_write_bool(writer, node->again);
	write_size(writer, "size", node->size);
	write_text(writer, "tag", node->tag);
	write_text(writer, "trouble", node->trouble);
	it_write_object_end(writer);
	return next;
}

void it_tree_write(struct it_writer *writer, const struct it_tree *tree, const char *name)
{
	(void)write_node(writer, tree, 0, name); /* the root's next is the end */
}

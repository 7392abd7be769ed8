/* SPDX-License-Identifier: Apache-2.0 */
/* The tree behind xml_tree.h; texts and nodes lie in blocks that are freed together. */
#include "attestors/sbom/xml_tree.h"

#include <expat.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	DEPTH_MAX = 64,
	NODES_MAX = 2 << 20,
	ATTRIBUTES_MAX = 64,
	BYTES_MAX = 64 << 20,
	BLOCK_BYTES = 1 << 20,
	PIECE = 64 * 1024,
};

struct block {
	struct block *next;
	size_t used, size;
	alignas(max_align_t) char bytes[];
};

struct xml_tree {
	struct block *blocks;
	struct xml_node *root;
	/* while it is read */
	XML_Parser parser;
	struct xml_node *open[DEPTH_MAX];
	unsigned depth;
	size_t nodes;
	char *text; /* of the element that was opened last */
	size_t text_length, text_room;
	int failed;
	struct intoto_error **err;
};

/* --- memory --- */

static void *take(struct xml_tree *tree, size_t size)
{
	size_t need = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	struct block *block = tree->blocks;

	if (!block || block->size - block->used < need) {
		size_t room = need > BLOCK_BYTES ? need : BLOCK_BYTES;

		block = malloc(sizeof *block + room);
		if (!block)
			return NULL;
		*block = (struct block){ .next = tree->blocks, .size = room };
		tree->blocks = block;
	}
	block->used += need;
	return block->bytes + block->used - need;
}

static const char *copy(struct xml_tree *tree, const char *text, size_t length)
{
	char *out = take(tree, length + 1);

	if (!out)
		return NULL;
	memcpy(out, text, length);
	out[length] = '\0';
	return out;
}

void xml_tree_free(struct xml_tree *tree)
{
	if (!tree)
		return;
	while (tree->blocks) {
		struct block *next = tree->blocks->next;

		free(tree->blocks);
		tree->blocks = next;
	}
	free(tree->text);
	free(tree);
}

const struct xml_node *xml_tree_root(const struct xml_tree *tree)
{
	return tree->root;
}

const char *xml_attribute_get(const struct xml_node *node, const char *name)
{
	for (const struct xml_attribute *at = node->attributes; at; at = at->next)
		if (intoto_text_same(at->name, name))
			return at->value;
	return NULL;
}

/* --- reading --- */

static void stop(struct xml_tree *tree, enum intoto_code code, const char *why)
{
	if (tree->failed)
		return;
	tree->failed =
		intoto_attestor_fail(tree->err, code, "line %lu: %s",
				     (unsigned long)XML_GetCurrentLineNumber(tree->parser), why);
	(void)XML_StopParser(tree->parser, XML_FALSE); /* nothing more is asked of it */
}

static int add_attributes(struct xml_tree *tree, struct xml_node *node, const char **pairs)
{
	size_t count = 0;

	for (; *pairs; pairs += 2) {
		struct xml_attribute *one = take(tree, sizeof *one);

		if (++count > ATTRIBUTES_MAX || !one)
			return -1;
		*one = (struct xml_attribute){ copy(tree, pairs[0], strlen(pairs[0])),
					       copy(tree, pairs[1], strlen(pairs[1])),
					       node->attributes };
		if (!one->name || !one->value)
			return -1;
		node->attributes = one;
	}
	return 0;
}

static struct xml_node *make_node(struct xml_tree *tree, const char *name)
{
	const char *bar = strchr(name, '|');
	struct xml_node *node = take(tree, sizeof *node);

	if (!node)
		return NULL;
	*node = (struct xml_node){
		.space = bar ? copy(tree, name, (size_t)(bar - name)) : "",
		.name = bar ? copy(tree, bar + 1, strlen(bar + 1)) : copy(tree, name, strlen(name)),
		.text = "",
		.line = (size_t)XML_GetCurrentLineNumber(tree->parser),
	};
	return node->space && node->name ? node : NULL;
}

static void on_start(void *arg, const char *name, const char **attributes)
{
	struct xml_tree *tree = arg;
	struct xml_node *node;

	if (tree->depth == DEPTH_MAX) {
		stop(tree, INTOTO_E_LIMIT, "more than 64 elements deep");
		return;
	}
	if (++tree->nodes > NODES_MAX) {
		stop(tree, INTOTO_E_LIMIT, "more than 2097152 elements");
		return;
	}
	node = make_node(tree, name);
	if (!node || add_attributes(tree, node, attributes)) {
		stop(tree, INTOTO_E_LIMIT, "more than 64 attributes, or no memory for them");
		return;
	}
	if (tree->depth) {
		struct xml_node *up = tree->open[tree->depth - 1];

		*(up->last ? &up->last->next : &up->first) = node;
		up->last = node;
	} else {
		tree->root = node;
	}
	tree->open[tree->depth++] = node;
	tree->text_length = 0;
}

static void on_text(void *arg, const char *text, int length)
{
	struct xml_tree *tree = arg;
	size_t more = (size_t)length;

	if (tree->text_room - tree->text_length < more) {
		size_t room = (tree->text_length + more) * 2;
		char *bytes = realloc(tree->text, room);

		if (!bytes) {
			stop(tree, INTOTO_E_NOMEM, "out of memory");
			return;
		}
		tree->text = bytes;
		tree->text_room = room;
	}
	memcpy(tree->text + tree->text_length, text, more);
	tree->text_length += more;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void on_end(void *arg, const char *name)
{
	struct xml_tree *tree = arg;
	struct xml_node *node = tree->open[--tree->depth];
	size_t from = 0;
	size_t to = tree->text_length;

	(void)name; /* expat has matched it with its beginning */
	while (from < to && is_blank(tree->text[from]))
		from++;
	while (to > from && is_blank(tree->text[to - 1]))
		to--;
	if (!node->first && to > from)
		node->text = copy(tree, tree->text + from, to - from);
	if (!node->text)
		stop(tree, INTOTO_E_NOMEM, "out of memory");
	tree->text_length = 0;
}

/* Before any entity can be defined. */
static void on_doctype(void *arg, const char *name, const char *system, const char *public,
		       int subset)
{
	(void)name; /* whatever it is */
	(void)system;
	(void)public;
	(void)subset;
	stop(arg, INTOTO_E_FORMAT, "a DTD, which is not read: it could define entities");
}

static int read_all(struct xml_tree *tree, int fd)
{
	char piece[PIECE];
	size_t length = 0;
	ssize_t got;

	do {
		got = read(fd, piece, sizeof piece);
		if (got < 0)
			return intoto_attestor_fail(tree->err, INTOTO_E_IO, "cannot be read");
		length += (size_t)got;
		if (length > BYTES_MAX)
			return intoto_attestor_fail(tree->err, INTOTO_E_LIMIT,
						    "more than %d bytes of XML", BYTES_MAX);
		if (XML_Parse(tree->parser, piece, (int)got, got == 0) == XML_STATUS_ERROR) {
			if (!tree->failed)
				stop(tree, INTOTO_E_FORMAT,
				     XML_ErrorString(XML_GetErrorCode(tree->parser)));
			return tree->failed;
		}
	} while (got);
	return tree->failed;
}

int xml_tree_read(struct xml_tree **out, int fd, struct intoto_error **err)
{
	struct xml_tree *tree = calloc(1, sizeof *tree);
	int rc;

	*out = NULL;
	if (!tree)
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	tree->err = err;
	tree->parser = XML_ParserCreateNS(NULL, '|');
	if (!tree->parser) {
		xml_tree_free(tree);
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	}
	XML_SetUserData(tree->parser, tree);
	XML_SetElementHandler(tree->parser, on_start, on_end);
	XML_SetCharacterDataHandler(tree->parser, on_text);
	XML_SetStartDoctypeDeclHandler(tree->parser, on_doctype);
	rc = read_all(tree, fd);
	XML_ParserFree(tree->parser);
	tree->parser = NULL;
	if (rc) {
		xml_tree_free(tree);
		return rc;
	}
	*out = tree;
	return 0;
}

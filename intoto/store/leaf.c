/* SPDX-License-Identifier: Apache-2.0 */
#include "store/leaf.h"

#include "base/text.h"
#include "json/writer.h"

enum { LEAF_MAX = 32 * 1024, ID_MAX = 2 * IT_SHA256_SIZE + sizeof "sha256:" };

const char *it_leaf_type_name(enum it_leaf_type type)
{
	static const char *const names[] = { [IT_LEAF_PUT] = "put",
					     [IT_LEAF_REMOVAL] = "removal",
					     [IT_LEAF_HOLD] = "hold",
					     [IT_LEAF_RELEASE] = "release" };

	return names[type];
}

static void write_text(struct it_writer *writer, const char *name, const char *text)
{
	if (!text || !*text)
		return;
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static int check_texts(const struct it_leaf *leaf, struct intoto_error **err)
{
	const char *const texts[] = { leaf->name, leaf->actor, leaf->reason };
	static const char *const names[] = { "name", "actor", "reason" };

	for (size_t i = 0; i < IT_COUNT_OF(texts); i++)
		if (texts[i] && strlen(texts[i]) > IT_LEAF_TEXT_MAX)
			return it_err_set(err, INTOTO_E_USAGE, "want at most %d bytes of %s",
					  IT_LEAF_TEXT_MAX, names[i]);
	return INTOTO_OK;
}

/* The names come in their order: the writer wants them so. */
int it_leaf_print(struct it_buf *out, const struct it_leaf *leaf, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf id = IT_BUF(ID_MAX);
	struct it_writer writer;
	int rc = check_texts(leaf, err);

	if (rc)
		return rc;
	(void)it_buf_add_text(&id, "sha256:"); /* sticky */
	it_hex_encode(&id, it_span(leaf->id.bytes, sizeof leaf->id.bytes));
	it_writer_init(&writer, out, IT_WRITE_CANONICAL);
	it_write_object(&writer);
	write_text(&writer, "actor", leaf->actor);
	write_text(&writer, "id", it_buf_text(&id));
	write_text(&writer, "kind", leaf->kind);
	write_text(&writer, "name", leaf->name);
	write_text(&writer, "reason", leaf->reason);
	if (leaf->type == IT_LEAF_PUT) {
		it_write_name(&writer, "size");
		it_write_int(&writer, (int64_t)leaf->size);
	}
	it_write_name(&writer, "time");
	it_write_int(&writer, leaf->time);
	write_text(&writer, "type", it_leaf_type_name(leaf->type));
	it_write_object_end(&writer);
	return it_writer_finish(&writer, err);
}

int it_leaf_append(struct it_log *log, const struct it_leaf *leaf, uint64_t *number,
		   struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(LEAF_MAX);
	int rc = it_leaf_print(&text, leaf, err);

	return rc ? rc : it_log_append(log, it_buf_span(&text), number, err);
}

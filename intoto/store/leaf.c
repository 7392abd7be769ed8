/* SPDX-License-Identifier: Apache-2.0 */
#include "store/leaf.h"

#include <string.h>

#include "base/text.h"
#include "json/writer.h"

enum { LEAF_MAX = 32 * 1024, ID_MAX = 2 * IT_SHA256_SIZE + sizeof "sha256:" };

const char *it_leaf_type_name(enum it_leaf_type type)
{
	static const char *const names[] = { [IT_LEAF_PUT] = "put",
					     [IT_LEAF_REMOVAL] = "removal",
					     [IT_LEAF_HOLD] = "hold",
					     [IT_LEAF_RELEASE] = "release",
					     [IT_LEAF_RETENTION] = "retention",
					     [IT_LEAF_CLASS] = "class",
					     [IT_LEAF_LOCK] = "lock",
					     [IT_LEAF_ARCHIVE] = "archive" };

	return names[type];
}

static void write_text(struct it_writer *writer, const char *name, const char *text)
{
	if (!text || !*text)
		return;
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_int(struct it_writer *writer, const char *name, int64_t number)
{
	it_write_name(writer, name);
	it_write_int(writer, number);
}

static int check_texts(const struct it_leaf *leaf, struct intoto_error **err)
{
	const char *const texts[] = { leaf->name, leaf->actor, leaf->reason, leaf->class };
	static const char *const names[] = { "name", "actor", "reason", "class" };

	for (size_t i = 0; i < IT_COUNT_OF(texts); i++)
		if (texts[i] && strlen(texts[i]) > IT_LEAF_TEXT_MAX)
			return it_err_set(err, INTOTO_E_USAGE, "want at most %d bytes of %s",
					  IT_LEAF_TEXT_MAX, names[i]);
	return INTOTO_OK;
}

/* The names come in their order: the writer wants them so.  Not the canonical style of signed
 * metadata, in which a reason of two lines is no JSON any more. */
int it_leaf_print(struct it_buf *out, const struct it_leaf *leaf, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf id = IT_BUF(ID_MAX);
	struct it_writer writer;
	int rc = check_texts(leaf, err);

	if (rc)
		return rc;
	(void)it_buf_add_text(&id, "sha256:"); /* sticky */
	it_hex_encode(&id, it_span(leaf->id.bytes, sizeof leaf->id.bytes));
	rc = it_buf_check(&id, "an id", err);
	if (rc)
		return rc;
	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	write_text(&writer, "actor", leaf->actor);
	write_text(&writer, "class", leaf->class);
	if (leaf->type == IT_LEAF_RETENTION && leaf->duration >= 0)
		write_int(&writer, "duration", leaf->duration);
	if (leaf->type != IT_LEAF_RETENTION)
		write_text(&writer, "id", it_buf_text(&id));
	write_text(&writer, "kind", leaf->kind);
	if (leaf->type == IT_LEAF_PUT || leaf->type == IT_LEAF_LOCK)
		write_int(&writer, "lockUntil", leaf->lock_until);
	write_text(&writer, "name", leaf->name);
	write_text(&writer, "reason", leaf->reason);
	if (leaf->type == IT_LEAF_PUT)
		write_int(&writer, "size", (int64_t)leaf->size);
	write_int(&writer, "time", leaf->time);
	write_text(&writer, "type", it_leaf_type_name(leaf->type));
	it_write_object_end(&writer);
	return it_writer_finish(&writer, err);
}

static const char *text_of(const struct it_json *object, const char *name)
{
	const char *text = it_json_text(it_json_get(object, name)).data;

	return text ? text : "";
}

static bool read_type(enum it_leaf_type *out, const char *name)
{
	for (int type = IT_LEAF_PUT; type <= IT_LEAF_ARCHIVE; type++) {
		*out = (enum it_leaf_type)type;
		if (it_streq(it_leaf_type_name(*out), name))
			return true;
	}
	return false;
}

static bool read_id(struct it_object_id *out, const char *text)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(sizeof out->bytes);
	const char *colon = strchr(text, ':');

	if (!it_starts_with(text, "sha256:") || !it_hex_decode(&bytes, it_span_text(colon + 1)) ||
	    bytes.len != sizeof out->bytes)
		return false;
	memcpy(out->bytes, bytes.data, bytes.len);
	return true;
}

/* What leaves of some types say. */
static bool read_said(struct it_leaf *out, const struct it_json *root)
{
	const struct it_json *lock = it_json_get(root, "lockUntil");
	const struct it_json *duration = it_json_get(root, "duration");

	out->duration = -1;
	out->says_keeping = out->type == IT_LEAF_PUT && lock;
	if (out->type == IT_LEAF_RETENTION)
		return *text_of(root, "class") &&
		       (!duration || (it_json_int(duration, &out->duration) && out->duration >= 0));
	if (!read_id(&out->id, text_of(root, "id")))
		return false;
	if (out->says_keeping || out->type == IT_LEAF_LOCK)
		return it_json_int(lock, &out->lock_until) && out->lock_until >= 0;
	return true;
}

int it_leaf_read(struct it_leaf *out, struct it_json **root, struct it_span entry,
		 struct intoto_error **err)
{
	static const struct it_json_limits limits = { .bytes = LEAF_MAX, .depth = 1, .values = 16 };
	int64_t size = 0;
	int rc = it_json_parse(root, entry, &limits, err);

	*out = (struct it_leaf){ 0 };
	if (rc)
		return rc;
	if (!read_type(&out->type, text_of(*root, "type")) || !read_said(out, *root) ||
	    !it_json_int(it_json_get(*root, "time"), &out->time))
		return it_err_set(err, INTOTO_E_FORMAT, "is no leaf of a store's log");
	(void)it_json_int(it_json_get(*root, "size"), &size); /* puts alone have it */
	out->size = (uint64_t)size;
	out->kind = text_of(*root, "kind");
	out->name = text_of(*root, "name");
	out->actor = text_of(*root, "actor");
	out->reason = text_of(*root, "reason");
	out->class = text_of(*root, "class");
	return INTOTO_OK;
}

int it_leaf_append(struct it_log *log, const struct it_leaf *leaf, uint64_t *number,
		   struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(LEAF_MAX);
	int rc = it_leaf_print(&text, leaf, err);

	return rc ? rc : it_log_append(log, it_buf_span(&text), number, err);
}

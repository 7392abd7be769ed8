/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index.json of a layout (image-spec image-layout.md).  Changes are kept until all that they name
 * is there, and are then made under a lock to what the file says by then: a parallel writer's
 * entries stay.  What others wrote into an entry is written back as it was.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/regular.h"
#include "base/text.h"
#include "image/attached.h"
#include "image/copy_cosign.h"
#include "image/place_layout.h"
#include "json/writer.h"

enum { DEPTH = 16, TAG_MAX = 256 };

static const struct it_json_limits limits = {
	.bytes = IT_LAYOUT_INDEX_MAX, .depth = DEPTH, .reals = false, .values = 256 * 1024
};

void it_layout_entry_done(struct it_layout_entry *entry)
{
	free(entry->digest);
	free(entry->media_type);
	free(entry->artifact_type);
	free(entry->name);
	free(entry->kind);
	it_json_free(entry->raw);
	*entry = (struct it_layout_entry){ 0 };
}

static char *copy_text(const struct it_json *value)
{
	struct it_span text = it_json_text(value);

	return strndup(text.data ? text.data : "", text.len);
}

static int read_entry(struct it_layout_entry *out, const struct it_json *entry, const char *path,
		      size_t index, struct intoto_error **err)
{
	const struct it_json *annotations = it_json_get(entry, "annotations");
	struct it_span digest = it_json_text(it_json_get(entry, "digest"));
	int64_t size = -1;

	if (!digest.data || !it_image_digest_valid(digest))
		return it_err_set(err, INTOTO_E_FORMAT, "%s: manifests[%zu].digest: want a digest",
				  path, index);
	if (!it_json_int(it_json_get(entry, "size"), &size) || size < 0)
		return it_err_set(err, INTOTO_E_FORMAT,
				  "%s: manifests[%zu].size: want a number of bytes", path, index);
	out->digest = copy_text(it_json_get(entry, "digest"));
	out->media_type = copy_text(it_json_get(entry, "mediaType"));
	out->artifact_type = copy_text(it_json_get(entry, "artifactType"));
	out->name = copy_text(it_json_get(annotations, IT_LAYOUT_REF_NAME));
	out->kind = copy_text(it_json_get(annotations, IT_COSIGN_KIND));
	out->size = (uint64_t)size;
	out->raw = it_json_ref(entry);
	return out->digest && out->media_type && out->artifact_type && out->name && out->kind
		       ? INTOTO_OK
		       : it_err_nomem(err);
}

/* cosign save gives no names: what hangs on its image gets the one that a registry would have. */
static int name_cosign(struct it_layout *layout, struct intoto_error **err)
{
	const char *image = NULL;

	for (size_t i = 0; i < layout->entry_count; i++)
		if (it_streq(layout->entries[i].kind, IT_COSIGN_IMAGE) ||
		    it_streq(layout->entries[i].kind, IT_COSIGN_INDEX))
			image = layout->entries[i].digest;
	for (size_t i = 0; image && i < layout->entry_count; i++) {
		struct it_layout_entry *entry = &layout->entries[i];
		IT_AUTO(it_buf_done) struct it_buf tag = IT_BUF(TAG_MAX);
		bool sigs = it_streq(entry->kind, IT_COSIGN_SIGS);

		if (*entry->name || (!sigs && !it_streq(entry->kind, IT_COSIGN_ATTS)))
			continue;
		it_attached_tag(&tag, image, sigs ? ".sig" : ".att");
		free(entry->name);
		entry->name = it_buf_take(&tag);
		if (!entry->name)
			return it_err_nomem(err);
	}
	return INTOTO_OK;
}

static void forget_entries(struct it_layout *layout)
{
	for (size_t i = 0; i < layout->entry_count; i++)
		it_layout_entry_done(&layout->entries[i]);
	free(layout->entries);
	layout->entries = NULL;
	layout->entry_count = 0;
}

static int read_entries(struct it_layout *layout, const struct it_json *index, const char *path,
			struct intoto_error **err)
{
	const struct it_json *list = it_json_get(index, "manifests");
	size_t count = it_json_count(list);
	int rc = INTOTO_OK;

	if (it_json_kind(list) != IT_JSON_LIST)
		return it_err_set(err, INTOTO_E_FORMAT, "%s: manifests: want a list, found %s",
				  path, it_json_kind_name(list));
	if (count > IT_LAYOUT_ENTRIES_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "%s: %zu manifests, at most %d", path, count,
				  IT_LAYOUT_ENTRIES_MAX);
	layout->entries = calloc(count + 1, sizeof *layout->entries);
	if (!layout->entries)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < count; i++) {
		layout->entry_count = i + 1;
		rc = read_entry(&layout->entries[i], it_json_at(list, i), path, i, err);
	}
	return rc ? rc : name_cosign(layout, err);
}

static int read_file(struct it_layout *layout, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_LAYOUT_INDEX_MAX);
	IT_AUTO(it_json_freep) struct it_json *index = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_regular_read(&text, path, (struct it_extent){ 0 }, &why);

	if (rc == INTOTO_E_NOTFOUND && layout->writing)
		return INTOTO_OK; /* it is made at the end */
	if (rc)
		return it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
	rc = it_json_parse(&index, it_buf_span(&text), &limits, err);
	if (rc)
		return it_err_wrap(err, rc, "%s", path);
	return read_entries(layout, index, path, err);
}

/* --- our changes --- */

static int copy_entry(struct it_layout_entry *out, const struct it_layout_entry *from,
		      struct intoto_error **err)
{
	*out = (struct it_layout_entry){
		.digest = strdup(from->digest),
		.media_type = strdup(from->media_type),
		.artifact_type = strdup(from->artifact_type),
		.name = strdup(from->name),
		.kind = strdup(from->kind),
		.size = from->size,
		.raw = it_json_ref(from->raw),
	};
	if (out->digest && out->media_type && out->artifact_type && out->name && out->kind)
		return INTOTO_OK;
	it_layout_entry_done(out);
	return it_err_nomem(err);
}

static void take_out(struct it_layout *layout, size_t index)
{
	it_layout_entry_done(&layout->entries[index]);
	layout->entry_count--;
	(void)memmove(&layout->entries[index], &layout->entries[index + 1],
		      (layout->entry_count - index) * sizeof *layout->entries); /* returns it */
}

static int put_in(struct it_layout *layout, const struct it_layout_entry *entry,
		  struct intoto_error **err)
{
	struct it_layout_entry *more;
	int rc;

	if (layout->entry_count >= IT_LAYOUT_ENTRIES_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "%s: more than %d manifests", layout->folder,
				  IT_LAYOUT_ENTRIES_MAX);
	more = realloc(layout->entries, (layout->entry_count + 1) * sizeof *more);
	if (!more)
		return it_err_nomem(err);
	layout->entries = more;
	rc = copy_entry(&layout->entries[layout->entry_count], entry, err);
	layout->entry_count += !rc;
	return rc;
}

static const char *digest_at(const struct it_layout *layout, const char *name)
{
	for (size_t i = 0; i < layout->entry_count; i++)
		if (it_streq(layout->entries[i].name, name))
			return layout->entries[i].digest;
	return "";
}

/* A name stands once; an entry without one goes when the same manifest gets a name. */
static int do_put(struct it_layout *layout, const struct it_layout_entry *entry,
		  struct intoto_error **err)
{
	bool there = false;

	for (size_t i = layout->entry_count; i-- > 0;) {
		const struct it_layout_entry *old = &layout->entries[i];
		bool same = it_streq(old->digest, entry->digest);

		if (same && (it_streq(old->name, entry->name) || !*entry->name))
			there = true;
		else if (*entry->name &&
			 (it_streq(old->name, entry->name) || (same && !*old->name)))
			take_out(layout, i);
	}
	return there ? INTOTO_OK : put_in(layout, entry, err);
}

static void do_remove(struct it_layout *layout, const struct it_layout_entry *entry)
{
	for (size_t i = layout->entry_count; i-- > 0;)
		if (*entry->name ? it_streq(layout->entries[i].name, entry->name)
				 : it_streq(layout->entries[i].digest, entry->digest))
			take_out(layout, i);
}

static int do_change(struct it_layout *layout, const struct it_layout_change *change,
		     struct intoto_error **err)
{
	if (change->act == IT_LAYOUT_REMOVE) {
		do_remove(layout, &change->entry);
		return INTOTO_OK;
	}
	if (change->act == IT_LAYOUT_SWAP) {
		const char *now = digest_at(layout, change->entry.name);

		if (!it_streq(now, change->expected) && !it_streq(now, change->entry.digest))
			return it_err_set(err, INTOTO_E_SERVICE,
					  "%s: another writer moved the tag %s: nothing was "
					  "written, try again",
					  layout->folder, change->entry.name);
	}
	return do_put(layout, &change->entry, err);
}

static int do_changes(struct it_layout *layout, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < layout->change_count; i++)
		rc = do_change(layout, &layout->changes[i], err);
	return rc;
}

int it_layout_read_index(struct it_layout *layout, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = it_path_join(layout->folder, "index.json");
	int rc;

	if (!path)
		return it_err_nomem(err);
	forget_entries(layout);
	rc = read_file(layout, path, err);
	return rc ? rc : do_changes(layout, err);
}

int it_layout_change(struct it_layout *layout, enum it_layout_act act,
		     struct it_layout_entry *entry, const char *expected, struct intoto_error **err)
{
	struct it_layout_change *more =
		realloc(layout->changes, (layout->change_count + 1) * sizeof *more);
	struct it_layout_change *change;
	int rc;

	if (more)
		layout->changes = more;
	change = more ? &more[layout->change_count] : NULL;
	if (change)
		*change = (struct it_layout_change){ act, *entry, strdup(expected) };
	if (!change || !change->expected) {
		it_layout_entry_done(entry);
		return it_err_nomem(err);
	}
	*entry = (struct it_layout_entry){ 0 }; /* now the change's */
	rc = do_change(layout, change, err);
	if (!rc) {
		layout->change_count++;
		return INTOTO_OK;
	}
	it_layout_entry_done(&change->entry);
	free(change->expected);
	return rc;
}

/* --- writing --- */

static void write_entry(struct it_writer *writer, const struct it_layout_entry *entry)
{
	if (entry->raw) {
		it_write_value(writer, entry->raw);
		return;
	}
	it_write_object(writer);
	if (*entry->name) {
		it_write_name(writer, "annotations");
		it_write_object(writer);
		it_write_name(writer, IT_LAYOUT_REF_NAME);
		it_write_text(writer, entry->name);
		it_write_object_end(writer);
	}
	if (*entry->artifact_type) {
		it_write_name(writer, "artifactType");
		it_write_text(writer, entry->artifact_type);
	}
	it_write_name(writer, "digest");
	it_write_text(writer, entry->digest);
	it_write_name(writer, "mediaType");
	it_write_text(writer, entry->media_type);
	it_write_name(writer, "size");
	it_write_int(writer, (int64_t)entry->size);
	it_write_object_end(writer);
}

static int print_index(struct it_buf *out, const struct it_layout *layout,
		       struct intoto_error **err)
{
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "manifests");
	it_write_list(&writer);
	for (size_t i = 0; i < layout->entry_count; i++)
		write_entry(&writer, &layout->entries[i]);
	it_write_list_end(&writer);
	it_write_name(&writer, "mediaType");
	it_write_text(&writer, IT_OCI_INDEX);
	it_write_name(&writer, "schemaVersion");
	it_write_int(&writer, 2);
	it_write_object_end(&writer);
	return it_writer_finish(&writer, err);
}

static int write_file(const struct it_layout *layout, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(2 * IT_LAYOUT_INDEX_MAX);
	IT_AUTO(it_freep) char *path = it_path_join(layout->folder, "index.json");
	int rc = path ? print_index(&text, layout, err) : it_err_nomem(err);

	return rc ? rc : it_file_write(path, it_buf_span(&text), 0666, IT_FILE_SYNC, err);
}

/* A manifest that nothing in index.json names any more would still be found as a referrer. */
static void drop_removed(const struct it_layout *layout)
{
	for (size_t i = 0; i < layout->change_count; i++) {
		const struct it_layout_change *change = &layout->changes[i];
		IT_AUTO(it_freep) char *path = NULL;
		bool named = false;

		if (change->act != IT_LAYOUT_REMOVE || !*change->entry.digest)
			continue;
		for (size_t j = 0; !named && j < layout->entry_count; j++)
			named = it_streq(layout->entries[j].digest, change->entry.digest);
		if (!named && !it_layout_blob_path(&path, layout, change->entry.digest, NULL))
			(void)unlink(path); /* one that is left is garbage, as its layers are */
	}
}

int it_layout_write_index(struct it_layout *layout, struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int fd = open(layout->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc;

	if (fd < 0 || flock(fd, LOCK_EX))
		return it_err_errno(err, errno, "%s", layout->folder);
	rc = it_layout_read_index(layout, err);
	if (!rc)
		rc = write_file(layout, err);
	if (!rc)
		drop_removed(layout);
	return rc;
}

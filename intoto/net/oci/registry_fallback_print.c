/* SPDX-License-Identifier: Apache-2.0 */
/* The index at the fallback tag with one entry more or less (distribution-spec, "Pushing Manifests
 * with Subject"); what others wrote there stays as they wrote it. */
#include "base/text.h"
#include "json/writer.h"
#include "net/oci/registry_part.h"

struct printing {
	struct it_writer writer;
	const struct it_registry_entry *entry;
	const struct it_strings *drop;
	bool found;   /* the entry is there */
	bool changed; /* something is left out or added */
};

static void write_annotations(struct it_writer *writer, const struct it_oci_descriptor *of)
{
	it_write_name(writer, "annotations");
	it_write_object(writer);
	for (size_t i = 0; i < of->annotation_count; i++) {
		it_write_name(writer, of->annotations[i].name);
		it_write_text(writer, of->annotations[i].value);
	}
	it_write_object_end(writer);
}

static void write_entry(struct it_writer *writer, const struct it_oci_descriptor *entry)
{
	it_write_object(writer);
	if (entry->annotation_count)
		write_annotations(writer, entry);
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

static bool keeps(struct printing *printing, const struct it_oci_descriptor *one)
{
	if (it_streq(one->digest, printing->entry->descriptor.digest)) {
		printing->found = true;
		return !printing->entry->gone;
	}
	return !printing->drop || !it_strings_has(printing->drop, one->digest);
}

/* The index was read from this body: its entries are in the same order. */
static void write_manifests(struct printing *printing, const struct it_oci_manifest *index)
{
	const struct it_json *list = index ? it_json_get(index->body, "manifests") : NULL;

	it_write_name(&printing->writer, "manifests");
	it_write_list(&printing->writer);
	for (size_t i = 0; i < it_json_count(list); i++) {
		if (keeps(printing, &index->layers[i]))
			it_write_value(&printing->writer, it_json_at(list, i));
		else
			printing->changed = true;
	}
	if (!printing->found && !printing->entry->gone) {
		write_entry(&printing->writer, &printing->entry->descriptor);
		printing->changed = true;
	}
	it_write_list_end(&printing->writer);
}

static void write_new(struct printing *printing)
{
	write_manifests(printing, NULL);
	it_write_name(&printing->writer, "mediaType");
	it_write_text(&printing->writer, IT_OCI_INDEX);
	it_write_name(&printing->writer, "schemaVersion");
	it_write_int(&printing->writer, 2);
}

static int write_changed(struct printing *printing, const struct it_oci_manifest *index,
			 struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count;
	int rc = it_json_members(&members, &count, index->body, err);

	for (size_t i = 0; !rc && i < count; i++) {
		if (it_span_is(members[i].name, "manifests")) {
			write_manifests(printing, index);
			continue;
		}
		it_write_name_span(&printing->writer, members[i].name);
		it_write_value(&printing->writer, members[i].value);
	}
	return rc;
}

int it_registry_fallback_print(struct it_buf *out, bool *same, const struct it_oci_manifest *index,
			       const struct it_registry_entry *entry, const struct it_strings *drop,
			       struct intoto_error **err)
{
	struct printing printing = { .entry = entry, .drop = drop };
	struct intoto_error *why = NULL;
	int rc = INTOTO_OK;
	int end;

	it_writer_init(&printing.writer, out, IT_WRITE_COMPACT);
	it_write_object(&printing.writer);
	if (index)
		rc = write_changed(&printing, index, err);
	else
		write_new(&printing);
	it_write_object_end(&printing.writer);
	end = it_writer_finish(&printing.writer, &why);
	*same = !printing.changed;
	if (!rc && end)
		it_registry_pass_error(err, &why);
	intoto_error_free(why);
	return rc ? rc : end;
}

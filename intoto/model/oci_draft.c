/* SPDX-License-Identifier: Apache-2.0 */
/* Writing manifests and indexes: the same draft gives the same bytes. */
#include "json/writer.h"
#include "model/oci_manifest.h"

static void write_if(struct it_writer *writer, const char *name, const char *text)
{
	if (!text || !*text)
		return;
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_annotations(struct it_writer *writer, const struct it_oci_annotation *annotations,
			      size_t count)
{
	if (!count)
		return;
	it_write_name(writer, "annotations");
	it_write_object(writer);
	for (size_t i = 0; i < count; i++) {
		it_write_name(writer, annotations[i].name);
		it_write_text(writer, annotations[i].value);
	}
	it_write_object_end(writer);
}

static void write_platform(struct it_writer *writer, const struct it_oci_descriptor *descriptor)
{
	if (!descriptor->os || !*descriptor->os || !descriptor->architecture)
		return;
	it_write_name(writer, "platform");
	it_write_object(writer);
	it_write_name(writer, "architecture");
	it_write_text(writer, descriptor->architecture);
	it_write_name(writer, "os");
	it_write_text(writer, descriptor->os);
	write_if(writer, "variant", descriptor->variant);
	it_write_object_end(writer);
}

static void write_descriptor(struct it_writer *writer, const struct it_oci_descriptor *descriptor)
{
	it_write_object(writer);
	write_annotations(writer, descriptor->annotations, descriptor->annotation_count);
	write_if(writer, "artifactType", descriptor->artifact_type);
	write_if(writer, "data", descriptor->data);
	it_write_name(writer, "digest");
	it_write_text(writer, descriptor->digest);
	it_write_name(writer, "mediaType");
	it_write_text(writer, descriptor->media_type);
	write_platform(writer, descriptor);
	it_write_name(writer, "size");
	it_write_int(writer, (int64_t)descriptor->size);
	it_write_object_end(writer);
}

static void write_list(struct it_writer *writer, const char *name, const struct it_oci_draft *draft)
{
	it_write_name(writer, name);
	it_write_list(writer);
	for (size_t i = 0; i < draft->layer_count; i++)
		write_descriptor(writer, &draft->layers[i]);
	it_write_list_end(writer);
}

int it_oci_draft_print(struct it_buf *out, const struct it_oci_draft *draft,
		       struct intoto_error **err)
{
	bool index = it_oci_is_index(draft->media_type);
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	write_annotations(&writer, draft->annotations, draft->annotation_count);
	write_if(&writer, "artifactType", draft->artifact_type);
	if (draft->config) {
		it_write_name(&writer, "config");
		write_descriptor(&writer, draft->config);
	}
	if (!index)
		write_list(&writer, "layers", draft);
	if (index)
		write_list(&writer, "manifests", draft);
	it_write_name(&writer, "mediaType");
	it_write_text(&writer, draft->media_type);
	it_write_name(&writer, "schemaVersion");
	it_write_int(&writer, 2);
	if (draft->subject) {
		it_write_name(&writer, "subject");
		write_descriptor(&writer, draft->subject);
	}
	it_write_object_end(&writer);
	return it_writer_finish(&writer, err);
}

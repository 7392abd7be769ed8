/* SPDX-License-Identifier: Apache-2.0 */
/* Simple signing: read as strictly as skopeo does (containers/image, untrustedSigstorePayload),
 * written as cosign writes it. */
#include "model/simple_signing.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "json/field.h"
#include "json/writer.h"
#include "model/image_reference.h"

#define TYPE "cosign container image signature"

enum { PAYLOAD_MAX = 1 << 20, DEPTH_MAX = 16, VALUES_MAX = 16 * 1024, OPTIONAL_MAX = 1024 };

/* Real numbers are allowed where skopeo itself puts one: optional.timestamp. */
static const struct it_json_limits limits = {
	.bytes = PAYLOAD_MAX, .depth = DEPTH_MAX, .reals = true, .values = VALUES_MAX
};

struct critical {
	const struct it_json *identity;
	const struct it_json *image;
	const struct it_json *type;
};

struct one {
	const struct it_json *value;
};

static const struct it_field root_fields[] = {
	{ "critical", IT_FIELD_OBJECT, true, offsetof(struct one, value), NULL },
};

static const struct it_field critical_fields[] = {
	{ "identity", IT_FIELD_OBJECT, true, offsetof(struct critical, identity), NULL },
	{ "image", IT_FIELD_OBJECT, true, offsetof(struct critical, image), NULL },
	{ "type", IT_FIELD_VALUE, true, offsetof(struct critical, type), NULL },
};

static const struct it_field identity_fields[] = {
	{ "docker-reference", IT_FIELD_VALUE, true, offsetof(struct one, value), NULL },
};

static const struct it_field image_fields[] = {
	{ "docker-manifest-digest", IT_FIELD_VALUE, true, offsetof(struct one, value), NULL },
};

static const struct it_where critical_where = { NULL, "critical", 0 };

static int read_only_text(const char **out, const struct it_json *object, const char *member,
			  const struct it_field *fields, struct intoto_error **err)
{
	struct it_where where = { &critical_where, member, 0 };
	struct it_where leaf = { &where, fields->name, 0 };
	struct one one = { 0 };
	int rc = it_fields_read(&one, object, fields, 1, IT_FIELDS_CLOSED, &where, err);
	struct it_span text = it_json_text(one.value);

	if (rc)
		return rc;
	if (!text.data)
		return it_where_refuse(&leaf, INTOTO_E_FORMAT, err, "want a text, found %s",
				       it_json_kind_name(one.value));
	if (!text.len || memchr(text.data, '\0', text.len))
		return it_where_refuse(&leaf, INTOTO_E_FORMAT, err, "is empty, or has a NUL in it");
	*out = text.data;
	return INTOTO_OK;
}

static int read_critical(struct it_simple_signing *out, const struct it_json *object,
			 struct intoto_error **err)
{
	static const struct it_where type_where = { &critical_where, "type", 0 };
	static const struct it_where image_where = { &critical_where, "image", 0 };
	static const struct it_where digest_where = { &image_where, "docker-manifest-digest", 0 };
	struct critical critical = { 0 };
	int rc = it_fields_read(&critical, object, critical_fields, IT_COUNT_OF(critical_fields),
				IT_FIELDS_CLOSED, &critical_where, err);

	if (!rc && !it_span_is(it_json_text(critical.type), TYPE))
		rc = it_where_refuse(&type_where, INTOTO_E_FORMAT, err, "want \"" TYPE "\"");
	if (!rc)
		rc = read_only_text(&out->reference, critical.identity, "identity", identity_fields,
				    err);
	if (!rc)
		rc = read_only_text(&out->digest, critical.image, "image", image_fields, err);
	if (!rc && !it_image_digest_valid(it_span_text(out->digest)))
		rc = it_where_refuse(
			&digest_where, INTOTO_E_FORMAT, err,
			"want \"sha256:\" and 64, or \"sha512:\" and 128 lower-case hex digits");
	return rc;
}

static int read_optional(struct it_simple_signing *out, const struct it_json *object,
			 struct intoto_error **err)
{
	static const struct it_where where = { NULL, "optional", 0 };
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count = 0;
	int rc;

	if (it_json_kind(object) == IT_JSON_NULL)
		return INTOTO_OK;
	if (it_json_kind(object) != IT_JSON_OBJECT)
		return it_where_refuse(&where, INTOTO_E_FORMAT, err, "want an object, found %s",
				       it_json_kind_name(object));
	rc = it_json_members(&members, &count, object, err);
	if (rc)
		return rc;
	if (count > OPTIONAL_MAX)
		return it_where_refuse(&where, INTOTO_E_LIMIT, err, "more than %d members",
				       OPTIONAL_MAX);
	out->optional = calloc(count ? count : 1, sizeof *out->optional);
	if (!out->optional)
		return it_err_nomem(err);
	for (size_t i = 0; i < count; i++) {
		struct it_span text = it_json_text(members[i].value);

		if (!text.data || memchr(text.data, '\0', text.len) ||
		    memchr(members[i].name.data, '\0', members[i].name.len))
			continue;
		out->optional[out->optional_count++] =
			(struct it_oci_annotation){ members[i].name.data, text.data };
	}
	return INTOTO_OK;
}

int it_simple_signing_parse(struct it_simple_signing **out, struct it_span payload,
			    struct intoto_error **err)
{
	IT_AUTO(it_simple_signing_freep) struct it_simple_signing *read = calloc(1, sizeof *read);
	struct one root = { 0 };
	int rc;

	*out = NULL;
	if (!read)
		return it_err_nomem(err);
	rc = it_json_parse(&read->body, payload, &limits, err);
	if (!rc)
		rc = it_fields_read(&root, read->body, root_fields, 1, 0, NULL, err);
	if (!rc)
		rc = read_critical(read, root.value, err);
	if (!rc)
		rc = read_optional(read, it_json_get(read->body, "optional"), err);
	if (rc)
		return rc;
	*out = read;
	read = NULL;
	return INTOTO_OK;
}

void it_simple_signing_free(struct it_simple_signing *payload)
{
	if (!payload)
		return;
	free(payload->optional);
	it_json_free(payload->body);
	free(payload);
}

static void write_optional(struct it_writer *writer, const struct it_oci_annotation *optional,
			   size_t count)
{
	it_write_name(writer, "optional");
	if (!count) {
		it_write_null(writer);
		return;
	}
	it_write_object(writer);
	for (size_t i = 0; i < count; i++) {
		it_write_name(writer, optional[i].name);
		it_write_text(writer, optional[i].value);
	}
	it_write_object_end(writer);
}

int it_simple_signing_print(struct it_buf *out, const char *reference, const char *digest,
			    const struct it_oci_annotation *optional, size_t count,
			    struct intoto_error **err)
{
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "critical");
	it_write_object(&writer);
	it_write_name(&writer, "identity");
	it_write_object(&writer);
	it_write_name(&writer, "docker-reference");
	it_write_text(&writer, reference);
	it_write_object_end(&writer);
	it_write_name(&writer, "image");
	it_write_object(&writer);
	it_write_name(&writer, "docker-manifest-digest");
	it_write_text(&writer, digest);
	it_write_object_end(&writer);
	it_write_name(&writer, "type");
	it_write_text(&writer, TYPE);
	it_write_object_end(&writer);
	write_optional(&writer, optional, count);
	it_write_object_end(&writer);
	return it_writer_finish(&writer, err);
}

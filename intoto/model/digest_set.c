/* SPDX-License-Identifier: Apache-2.0 */
/* Digest sets: an object in a document, one text in memory. */
#include "model/digest_set.h"

#include <string.h>

#include "base/text.h"
#include "model/artifacts.h"

/* The number of hex digits of an algorithm, 0 when it is not known. */
static size_t hex_size(struct it_span algorithm)
{
	static const struct {
		const char *name;
		size_t digits;
	} sizes[] = { { "sha256", 64 }, { "sha512", 128 }, { "sha1", 40 },
		      { "sha384", 96 }, { "sha224", 56 },  { "md5", 32 } };

	for (size_t i = 0; i < IT_COUNT_OF(sizes); i++)
		if (it_span_is(algorithm, sizes[i].name))
			return sizes[i].digits;
	return 0;
}

static int check_hex(struct it_span hex, struct it_span algorithm, const struct it_where *where,
		     struct intoto_error **err)
{
	size_t want = hex_size(algorithm);
	IT_AUTO(it_buf_done) struct it_buf shown = IT_BUF(SIZE_MAX / 2);

	if (want && hex.len != want)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want %zu hex digits, found %zu bytes", want, hex.len);
	if (hex.len == 0 || hex.len % 2 || hex.len > IT_ARTIFACT_HEX_MAX)
		return it_where_refuse(
			where, INTOTO_E_FORMAT, err,
			"want an even number of hex digits from 2 to %d, found %zu bytes",
			IT_ARTIFACT_HEX_MAX, hex.len);
	if (it_hex_valid(hex))
		return INTOTO_OK;
	it_where_quote(&shown, hex);
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want hex digits, found %s",
			       it_buf_text(&shown));
}

static bool is_algorithm(struct it_span name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '_' || c == '-'))
			return false;
	}
	return name.len > 0 && name.len <= IT_ARTIFACT_ALGORITHM_MAX;
}

static void add_lower(struct it_buf *out, struct it_span hex)
{
	size_t from = out->len;

	if (it_buf_add_span(out, hex))
		return; /* sticky */
	for (size_t i = from; i < out->len; i++)
		if (out->data[i] >= 'A' && out->data[i] <= 'F')
			out->data[i] = (char)(out->data[i] + ('a' - 'A'));
}

static int read_digest(struct it_buf *out, const struct it_json_member *member,
		       const struct it_where *up, struct intoto_error **err)
{
	struct it_where where = { up, member->name.data, 0 };
	struct it_span hex = it_json_text(member->value);
	int rc;

	if (!is_algorithm(member->name))
		return it_where_refuse(&where, INTOTO_E_FORMAT, err,
				       "not the name of a digest algorithm");
	if (!hex.data)
		return it_where_refuse(&where, INTOTO_E_FORMAT, err, "want hex digits, found %s",
				       it_json_kind_name(member->value));
	rc = check_hex(hex, member->name, &where, err);
	if (rc)
		return rc;
	if (out->len)
		(void)it_buf_add_byte(out, ','); /* all sticky */
	(void)it_buf_add_span(out, member->name);
	(void)it_buf_add_byte(out, ':');
	add_lower(out, hex);
	return it_buf_check(out, "digests", err);
}

int it_digest_set_read(struct it_buf *out, const struct it_json *object,
		       const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count;
	int rc;

	it_buf_reset(out);
	if (it_json_kind(object) != IT_JSON_OBJECT)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want an object, found %s",
				       it_json_kind_name(object));
	rc = it_json_members(&members, &count, object, err);
	if (rc)
		return rc;
	if (count == 0)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "no digest");
	if (count > IT_ARTIFACT_DIGESTS_MAX)
		return it_where_refuse(where, INTOTO_E_LIMIT, err, "more than %d digests",
				       IT_ARTIFACT_DIGESTS_MAX);
	for (size_t i = 0; rc == INTOTO_OK && i < count; i++)
		rc = read_digest(out, &members[i], where, err);
	return rc;
}

void it_digest_set_write(struct it_writer *writer, const char *text)
{
	it_write_object(writer);
	while (*text) {
		size_t name = strcspn(text, ":,");
		size_t hex = text[name] == ':' ? strcspn(text + name + 1, ",") : 0;

		if (!hex) {
			writer->misused = true;
			return;
		}
		it_write_name_span(writer, it_span(text, name));
		it_write_text_span(writer, it_span(text + name + 1, hex));
		text += name + 1 + hex;
		text += *text == ',';
	}
	it_write_object_end(writer);
}

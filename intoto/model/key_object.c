/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON key object of in-toto and securesystemslib. */
#include "model/key_object.h"

#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "json/field.h"
#include "model/openpgp_object.h"

enum { DECLARED_ID_MAX = sizeof((struct intoto_key *)NULL)->declared_id - 1 };

struct key_object {
	char *keyid;
	char *keytype;
	char *scheme;
	const struct it_json *algorithms;
	const struct it_json *keyval;
};

static void key_object_done(struct key_object *object)
{
	free(object->keyid);
	free(object->keytype);
	free(object->scheme);
}

static int read_keyid(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	struct key_object *object = target;
	struct it_span text = it_json_text(value);

	if (!text.data)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want a text, found %s",
				       it_json_kind_name(value));
	if (text.len > DECLARED_ID_MAX)
		return it_where_refuse(where, INTOTO_E_LIMIT, err, "more than %d bytes",
				       DECLARED_ID_MAX);
	if (text.len && !it_name_is_safe(text))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "must not be used in a file name");
	object->keyid = strndup(text.data, text.len);
	return object->keyid ? INTOTO_OK : it_err_nomem(err);
}

static const struct it_field fields[] = {
	{ "keyid", IT_FIELD_CUSTOM, false, 0, read_keyid },
	{ "keyid_hash_algorithms", IT_FIELD_LIST, false, offsetof(struct key_object, algorithms),
	  NULL },
	{ "keytype", IT_FIELD_TEXT, true, offsetof(struct key_object, keytype), NULL },
	{ "keyval", IT_FIELD_OBJECT, true, offsetof(struct key_object, keyval), NULL },
	{ "scheme", IT_FIELD_TEXT, true, offsetof(struct key_object, scheme), NULL },
};

/* "" for null and absent. */
static int read_keyval(struct it_span *out, const struct it_json *keyval, const char *name,
		       const struct it_where *up, struct intoto_error **err)
{
	struct it_where keyval_where = { up, "keyval", 0 };
	struct it_where where = { &keyval_where, name, 0 };
	const struct it_json *value = it_json_get(keyval, name);

	*out = it_json_text(value);
	if (out->data || it_json_kind(value) == IT_JSON_NULL)
		return INTOTO_OK;
	return it_where_refuse(&where, INTOTO_E_FORMAT, err, "want a text, found %s",
			       it_json_kind_name(value));
}

static int wrap_where(struct intoto_error **err, int rc, const struct it_where *where)
{
	IT_AUTO(it_buf_done) struct it_buf path = IT_BUF(SIZE_MAX / 2);

	it_where_print(&path, where);
	return it_err_wrap(err, rc, "%s", it_buf_text(&path));
}

static int make_key(struct intoto_key **out, const struct key_object *object,
		    const struct it_where *where, struct intoto_error **err)
{
	struct it_span public_text;
	struct it_span secret_text;
	int rc;

	/* Looked at first: other schemes have other members in keyval. */
	if (!it_scheme_find(object->scheme)) {
		struct it_where scheme = { where, "scheme", 0 };

		return wrap_where(err, it_scheme_refuse(it_span_text(object->scheme), err),
				  &scheme);
	}
	rc = read_keyval(&public_text, object->keyval, "public", where, err);
	if (!rc)
		rc = read_keyval(&secret_text, object->keyval, "private", where, err);
	if (rc)
		return rc;
	rc = it_key_from_texts(out, object->keytype, object->scheme, public_text, secret_text,
			       object->keyid, err);
	return rc ? wrap_where(err, rc, where) : INTOTO_OK;
}

int it_key_object_read(struct intoto_key **out, const struct it_json *object,
		       const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(key_object_done) struct key_object read = { 0 };
	int rc;

	*out = NULL;
	/* OpenPGP keys have type, method and hashes instead (securesystemslib formats.py). */
	if (!it_json_get(object, "keytype") && it_json_get(object, "method"))
		return it_openpgp_object_read(out, object, where, err);
	rc = it_fields_read(&read, object, fields, IT_COUNT_OF(fields), 0, where, err);
	return rc ? rc : make_key(out, &read, where, err);
}

/* The legacy dialect hashes PEM without its last newline (reference 2.5). */
static void write_public(struct it_writer *writer, const struct intoto_key *key,
			 enum intoto_keyid_style style)
{
	struct it_span text = it_span_text(key->public_text);

	if (style == INTOTO_KEYID_LEGACY && text.len && text.data[text.len - 1] == '\n')
		text.len--;
	it_write_name(writer, "keyval");
	it_write_object(writer);
	it_write_name(writer, "public");
	it_write_text_span(writer, text);
	it_write_object_end(writer);
}

void it_key_object_write(struct it_writer *writer, const struct intoto_key *key,
			 enum intoto_keyid_style style, bool with_keyid)
{
	if (key->openpgp) {
		it_openpgp_object_write(writer, key);
		return;
	}
	it_write_object(writer);
	if (with_keyid) {
		it_write_name(writer, "keyid");
		it_write_text(writer, intoto_key_id(key, style));
	}
	if (style == INTOTO_KEYID_LEGACY) {
		it_write_name(writer, "keyid_hash_algorithms");
		it_write_list(writer);
		it_write_text(writer, "sha256");
		it_write_text(writer, "sha512");
		it_write_list_end(writer);
	}
	it_write_name(writer, "keytype");
	it_write_text(writer, intoto_key_type(key));
	write_public(writer, key, style);
	it_write_name(writer, "scheme");
	it_write_text(writer, intoto_key_scheme(key));
	it_write_object_end(writer);
}

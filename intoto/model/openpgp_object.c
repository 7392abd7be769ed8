/* SPDX-License-Identifier: Apache-2.0 */
/* Key objects of OpenPGP keys (securesystemslib formats.py, GPG_PUBKEY_SCHEMA). */
#include "model/openpgp_object.h"

#include <string.h>

#include "base/text.h"
#include "crypto/openpgp.h"
#include "json/field.h"

enum { NUMBER_MAX = 2048 }; /* bytes */

struct object {
	char *keyid;
	char *method;
	char *type;
	const struct it_json *hashes;
	const struct it_json *keyval;
	const struct it_json *subkeys;
	const struct it_json *created;
	const struct it_json *lifetime;
};

static void object_done(struct object *object)
{
	free(object->keyid);
	free(object->method);
	free(object->type);
}

static const struct it_field fields[] = {
	{ "creation_time", IT_FIELD_VALUE, false, offsetof(struct object, created), NULL },
	{ "hashes", IT_FIELD_LIST, false, offsetof(struct object, hashes), NULL },
	{ "keyid", IT_FIELD_TEXT, true, offsetof(struct object, keyid), NULL },
	{ "keyval", IT_FIELD_OBJECT, true, offsetof(struct object, keyval), NULL },
	{ "method", IT_FIELD_TEXT, true, offsetof(struct object, method), NULL },
	{ "subkeys", IT_FIELD_OBJECT, false, offsetof(struct object, subkeys), NULL },
	{ "type", IT_FIELD_TEXT, true, offsetof(struct object, type), NULL },
	{ "validity_period", IT_FIELD_VALUE, false, offsetof(struct object, lifetime), NULL },
};

static int wrap_where(struct intoto_error **err, int rc, const struct it_where *where)
{
	IT_AUTO(it_buf_done) struct it_buf path = IT_BUF(SIZE_MAX / 2);

	if (!rc)
		return INTOTO_OK;
	it_where_print(&path, where);
	return it_err_wrap(err, rc, "%s", it_buf_text(&path));
}

/* Seconds that fit where OpenPGP keeps them; absent is 0. */
static int read_seconds(int64_t *out, const struct it_json *value, const char *name,
			const struct it_where *up, struct intoto_error **err)
{
	struct it_where where = { up, name, 0 };

	*out = 0;
	if (it_json_kind(value) == IT_JSON_NULL)
		return INTOTO_OK;
	if (!it_json_int(value, out) || *out < 0 || *out > UINT32_MAX)
		return it_where_refuse(&where, INTOTO_E_FORMAT, err,
				       "want whole seconds from 0 to %ju, found %s",
				       (uintmax_t)UINT32_MAX, it_json_kind_name(value));
	return INTOTO_OK;
}

static int read_number(struct it_buf *out, const struct it_json *public, const char *name,
		       const struct it_where *up, struct intoto_error **err)
{
	struct it_where keyval = { up, "keyval", 0 };
	struct it_where where = { &keyval, "public", 0 };
	struct it_where number = { &where, name, 0 };
	const struct it_json *value = it_json_get(public, name);
	struct it_span text = it_json_text(value);

	*out = (struct it_buf)IT_BUF(NUMBER_MAX);
	if (!text.data)
		return it_where_refuse(&number, INTOTO_E_FORMAT, err, "want hex digits, found %s",
				       it_json_kind_name(value));
	if (text.len / 2 > NUMBER_MAX)
		return it_where_refuse(&number, INTOTO_E_LIMIT, err, "more than %d bytes",
				       NUMBER_MAX);
	if (!it_hex_decode(out, text) || !out->len)
		return it_where_refuse(&number, INTOTO_E_FORMAT, err,
				       "want hex digits, found another text");
	return INTOTO_OK;
}

static void strip_zeros(struct it_buf *number)
{
	size_t zeros = 0;

	while (zeros < number->len && number->data[zeros] == 0)
		zeros++;
	memmove(number->data, number->data + zeros, number->len - zeros);
	number->len -= zeros;
	number->data[number->len] = '\0';
}

static int read_numbers(struct it_pgp_part *part, const struct object *object,
			const struct it_where *where, struct intoto_error **err)
{
	const struct it_json *public = it_json_get(object->keyval, "public");

	for (size_t i = 0; part->kind->names[i]; i++) {
		int rc = read_number(&part->numbers[i], public, part->kind->names[i], where, err);

		if (rc)
			return rc;
		if (part->kind->algorithm != IT_PGP_EDDSA)
			strip_zeros(&part->numbers[i]);
	}
	return INTOTO_OK;
}

static int read_id(struct it_pgp_part *part, const struct object *object, const struct it_where *up,
		   struct intoto_error **err)
{
	struct it_where where = { up, "keyid", 0 };
	struct it_span id = it_span_text(object->keyid);

	if (id.len != IT_PGP_ID_SIZE - 1 || !it_hex_valid(id))
		return it_where_refuse(&where, INTOTO_E_FORMAT, err,
				       "want the fingerprint of an OpenPGP key (%d hex digits)",
				       IT_PGP_ID_SIZE - 1);
	for (size_t i = 0; i < id.len; i++) {
		char digit = id.data[i];

		part->id[i] = digit >= 'A' && digit <= 'F' ? (char)(digit - 'A' + 'a') : digit;
	}
	return INTOTO_OK;
}

static int read_part(struct it_pgp_part *part, const struct object *object,
		     const struct it_where *where, struct intoto_error **err)
{
	struct it_where type = { where, "type", 0 };
	int rc = read_id(part, object, where, err);

	part->has_created = it_json_kind(object->created) != IT_JSON_NULL;
	if (!it_streq(object->type, part->kind->type))
		return it_where_refuse(&type, INTOTO_E_FORMAT, err,
				       "want \"%s\", which is what \"method\" says",
				       part->kind->type);
	if (!rc)
		rc = read_seconds(&part->created, object->created, "creation_time", where, err);
	if (!rc)
		rc = read_seconds(&part->lifetime, object->lifetime, "validity_period", where, err);
	if (!rc && part->lifetime && !part->has_created)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "\"validity_period\" without \"creation_time\": nobody can "
				       "tell when it ends");
	return rc ? rc : read_numbers(part, object, where, err);
}

/* Adds a part to key; for the main one, whose method is known, key is made.  Both are alike. */
static int add_part(struct intoto_key *key, const struct object *object,
		    const struct it_where *where, struct intoto_error **err)
{
	struct it_pgp_part part = { .kind = it_pgp_kind_of_method(object->method) };
	int rc;

	if (!part.kind)
		return INTOTO_OK; /* a subkey that never verifies anything */
	rc = read_part(&part, object, where, err);
	if (rc) {
		it_pgp_part_done(&part);
		return rc;
	}
	return wrap_where(err, it_openpgp_add(key, &part, err), where);
}

static int read_subkeys(struct intoto_key *key, const struct it_json *subkeys,
			const struct it_where *up, struct intoto_error **err)
{
	struct it_where where = { up, "subkeys", 0 };
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count = 0;
	int rc = INTOTO_OK;

	if (subkeys)
		rc = it_json_members(&members, &count, subkeys, err);
	for (size_t i = 0; !rc && i < count; i++) {
		struct it_where place = { &where, members[i].name.data, 0 };
		IT_AUTO(object_done) struct object object = { 0 };

		if (it_json_kind(members[i].value) != IT_JSON_OBJECT)
			return it_where_refuse(&place, INTOTO_E_FORMAT, err,
					       "want an object, found %s",
					       it_json_kind_name(members[i].value));
		rc = it_fields_read(&object, members[i].value, fields, IT_COUNT_OF(fields), 0,
				    &place, err);
		if (!rc && !it_span_is(members[i].name, object.keyid))
			return it_where_refuse(&place, INTOTO_E_FORMAT, err,
					       "is not the keyid that stands in it");
		if (!rc)
			rc = add_part(key, &object, &place, err);
	}
	return rc;
}

int it_openpgp_object_read(struct intoto_key **out, const struct it_json *json,
			   const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(object_done) struct object object = { 0 };
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	int rc;

	*out = NULL;
	/* Looked at first: other methods have other members. */
	rc = it_openpgp_new(&key, it_json_text(it_json_get(json, "method")).data, err);
	if (rc)
		return wrap_where(err, rc, where);
	rc = it_fields_read(&object, json, fields, IT_COUNT_OF(fields), 0, where, err);
	if (!rc)
		rc = add_part(key, &object, where, err);
	if (!rc)
		rc = read_subkeys(key, object.subkeys, where, err);
	if (!rc)
		rc = it_openpgp_settle(key, err);
	if (rc)
		return rc;
	/* As it was written: a layout names its keys so. */
	memcpy(key->declared_id, object.keyid, IT_PGP_ID_SIZE);
	*out = key;
	key = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* --- writing --- */

static void write_member(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

/* In the order of their bytes: p q g y comes as g p q y. */
static void write_numbers(struct it_writer *writer, const struct it_pgp_part *part)
{
	static const char order[] = "egnpqy";

	for (const char *letter = order; *letter; letter++) {
		for (size_t i = 0; part->kind->names[i]; i++) {
			IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(2 * NUMBER_MAX);

			if (part->kind->names[i][0] != *letter)
				continue;
			it_hex_encode(&hex, it_buf_span(&part->numbers[i]));
			write_member(writer, part->kind->names[i], it_buf_text(&hex));
		}
	}
}

static bool is_written(const struct it_pgp_part *subkey)
{
	return !subkey->why_not && !subkey->revoked;
}

static void write_subkeys(struct it_writer *writer, const struct it_openpgp *openpgp);

/* Members sorted; a part is a subkey when openpgp is NULL. */
static void write_part(struct it_writer *writer, const struct it_pgp_part *part,
		       const struct it_openpgp *openpgp)
{
	it_write_object(writer);
	if (part->has_created) {
		it_write_name(writer, "creation_time");
		it_write_int(writer, part->created);
	}
	it_write_name(writer, "hashes");
	it_write_list(writer);
	it_write_text(writer, "pgp+SHA2");
	it_write_list_end(writer);
	write_member(writer, "keyid", part->id);
	it_write_name(writer, "keyval");
	it_write_object(writer);
	write_member(writer, "private", "");
	it_write_name(writer, "public");
	it_write_object(writer);
	write_numbers(writer, part);
	it_write_object_end(writer);
	it_write_object_end(writer);
	write_member(writer, "method", part->kind->method);
	if (openpgp)
		write_subkeys(writer, openpgp);
	write_member(writer, "type", part->kind->type);
	if (part->lifetime) {
		it_write_name(writer, "validity_period");
		it_write_int(writer, part->lifetime);
	}
	it_write_object_end(writer);
}

static int compare(const void *a, const void *b)
{
	const struct it_pgp_part *const *left = a;
	const struct it_pgp_part *const *right = b;

	return it_span_cmp(it_span_text((*left)->id), it_span_text((*right)->id));
}

/* None is no member at all. */
static void write_subkeys(struct it_writer *writer, const struct it_openpgp *openpgp)
{
	IT_AUTO(it_freep)
	const struct it_pgp_part **sorted = calloc(openpgp->count, sizeof *sorted);
	size_t count = 0;

	if (!sorted) {
		writer->out->failed = INTOTO_E_NOMEM;
		return;
	}
	for (size_t i = 1; i < openpgp->count; i++)
		if (is_written(&openpgp->parts[i]))
			sorted[count++] = &openpgp->parts[i];
	if (!count)
		return;
	qsort(sorted, count, sizeof *sorted, compare);
	it_write_name(writer, "subkeys");
	it_write_object(writer);
	for (size_t i = 0; i < count; i++) {
		it_write_name(writer, sorted[i]->id);
		write_part(writer, sorted[i], NULL);
	}
	it_write_object_end(writer);
}

void it_openpgp_object_write(struct it_writer *writer, const struct intoto_key *key)
{
	write_part(writer, &key->openpgp->parts[0], key->openpgp);
}

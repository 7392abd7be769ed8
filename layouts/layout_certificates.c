/* SPDX-License-Identifier: Apache-2.0 */
/* Roots and intermediates of a layout: read closed, kept as they were, written back. */
#include "layouts/layout_certificates.h"

#include <string.h>

#include "base/text.h"
#include "json/field.h"

enum { OBJECT_MAX = 1024 * 1024 };

static void anchor_done(struct it_layout_anchor *anchor)
{
	free(anchor->id);
	it_certificates_done(&anchor->roots);
	it_certificates_done(&anchor->intermediates);
	it_json_free(anchor->object);
}

void it_layout_anchors_done(struct it_layout_anchors *anchors)
{
	for (size_t i = 0; i < anchors->count; i++)
		anchor_done(&anchors->items[i]);
	free(anchors->items);
	*anchors = (struct it_layout_anchors){ 0 };
}

/* --- certificates in texts --- */

static int read_pem(struct it_certificates *out, const struct it_json *value,
		    const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_span text = it_json_text(value);
	int rc;

	if (!text.data)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want a text, found %s",
				       it_json_kind_name(value));
	rc = it_certificates_parse(out, text, &why);
	if (!rc)
		return INTOTO_OK;
	return it_where_refuse(where, (enum intoto_code)rc, err, "%s", intoto_error_text(why));
}

static int read_pems(struct it_certificates *out, const struct it_json *list,
		     const struct it_where *where, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (it_json_kind(list) != IT_JSON_LIST)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want a list, found %s",
				       it_json_kind_name(list));
	for (size_t i = 0; !rc && i < it_json_count(list); i++) {
		struct it_where element = { where, NULL, i };

		rc = read_pem(out, it_json_at(list, i), &element, err);
	}
	return rc;
}

/* The map's name and what the object calls itself must say the same. */
static int check_declared(const struct it_layout_anchor *anchor, const struct it_json *declared,
			  const struct it_where *where, struct intoto_error **err)
{
	if (it_span_is(it_json_text(declared), anchor->id))
		return INTOTO_OK;
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "is not the name that the object has");
}

/* --- key objects (Go) --- */

struct keyval {
	const struct it_json *certificate;
	char *private_text;
	const struct it_json *public_text;
};

static const struct it_field keyval_fields[] = {
	{ "certificate", IT_FIELD_VALUE, false, offsetof(struct keyval, certificate), NULL },
	{ "private", IT_FIELD_TEXT, false, offsetof(struct keyval, private_text), NULL },
	{ "public", IT_FIELD_VALUE, false, offsetof(struct keyval, public_text), NULL },
};

/* The first text of ITE-7 had the certificate where the public key is now. */
static int read_keyval(struct it_certificates *out, const struct it_json *value,
		       const struct it_where *where, struct intoto_error **err)
{
	struct it_where certificate = { where, "certificate", 0 };
	struct it_where public_text = { where, "public", 0 };
	struct keyval keyval = { 0 };
	int rc = it_fields_read(&keyval, value, keyval_fields, IT_COUNT_OF(keyval_fields),
				IT_FIELDS_CLOSED, where, err);
	bool has_private = keyval.private_text && *keyval.private_text;

	free(keyval.private_text);
	if (rc)
		return rc;
	if (has_private)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "has a private key in it");
	if (keyval.certificate)
		return read_pem(out, keyval.certificate, &certificate, err);
	if (keyval.public_text)
		return read_pem(out, keyval.public_text, &public_text, err);
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "has no \"certificate\"");
}

static int read_keyid(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	return check_declared(target, value, where, err);
}

static int read_root_keyval(void *target, const struct it_json *value, const struct it_where *where,
			    struct intoto_error **err)
{
	struct it_layout_anchor *anchor = target;

	return read_keyval(&anchor->roots, value, where, err);
}

static int read_intermediate_keyval(void *target, const struct it_json *value,
				    const struct it_where *where, struct intoto_error **err)
{
	struct it_layout_anchor *anchor = target;

	return read_keyval(&anchor->intermediates, value, where, err);
}

/* Members that only say what the certificate says. */
static int pass_over(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	(void)target;
	(void)value;
	(void)where;
	(void)err;
	return INTOTO_OK;
}

static const struct it_field root_fields[] = {
	{ "keyid", IT_FIELD_CUSTOM, false, 0, read_keyid },
	{ "keyid_hash_algorithms", IT_FIELD_CUSTOM, false, 0, pass_over },
	{ "keytype", IT_FIELD_CUSTOM, false, 0, pass_over },
	{ "keyval", IT_FIELD_CUSTOM, true, 0, read_root_keyval },
	{ "scheme", IT_FIELD_CUSTOM, false, 0, pass_over },
};

static const struct it_field intermediate_fields[] = {
	{ "keyid", IT_FIELD_CUSTOM, false, 0, read_keyid },
	{ "keyid_hash_algorithms", IT_FIELD_CUSTOM, false, 0, pass_over },
	{ "keytype", IT_FIELD_CUSTOM, false, 0, pass_over },
	{ "keyval", IT_FIELD_CUSTOM, true, 0, read_intermediate_keyval },
	{ "scheme", IT_FIELD_CUSTOM, false, 0, pass_over },
};

/* --- trust bundles (ITE-7) --- */

static int read_bundle_roots(void *target, const struct it_json *value,
			     const struct it_where *where, struct intoto_error **err)
{
	struct it_layout_anchor *anchor = target;

	return read_pems(&anchor->roots, value, where, err);
}

static int read_bundle_intermediates(void *target, const struct it_json *value,
				     const struct it_where *where, struct intoto_error **err)
{
	struct it_layout_anchor *anchor = target;

	return read_pems(&anchor->intermediates, value, where, err);
}

static const struct it_field bundle_fields[] = {
	{ "bundleid", IT_FIELD_CUSTOM, false, 0, read_keyid },
	{ "intermediates", IT_FIELD_CUSTOM, false, 0, read_bundle_intermediates },
	{ "roots", IT_FIELD_CUSTOM, true, 0, read_bundle_roots },
};

/* --- the maps --- */

static int compare_anchors(const void *a, const void *b)
{
	const struct it_layout_anchor *left = a;
	const struct it_layout_anchor *right = b;

	return it_span_cmp(it_span_text(left->id), it_span_text(right->id));
}

/* Takes what anchor owns, also on failure. */
static int take(struct it_layout_anchors *anchors, struct it_layout_anchor *anchor,
		struct intoto_error **err)
{
	struct it_layout_anchor *items =
		reallocarray(anchors->items, anchors->count + 1, sizeof *items);

	if (!items || !anchor->id) {
		if (items)
			anchors->items = items;
		anchor_done(anchor);
		return it_err_nomem(err);
	}
	anchors->items = items;
	items[anchors->count++] = *anchor;
	qsort(items, anchors->count, sizeof *items, compare_anchors);
	return INTOTO_OK;
}

/* An id is what constraints name; "*" would be everybody. */
static int check_id(struct it_span id, const struct it_where *where, struct intoto_error **err)
{
	if (!id.len || it_span_is(id, "*") || memchr(id.data, '\0', id.len))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want an id that is not empty, not \"*\", and without NUL");
	return INTOTO_OK;
}

static int read_anchor(struct it_layout_anchors *out, const struct it_json_member *member,
		       const struct it_field *fields, size_t count, const struct it_where *up,
		       struct intoto_error **err)
{
	struct it_where where = { up, member->name.data, 0 };
	struct it_layout_anchor anchor = { 0 };
	int rc = check_id(member->name, up, err);

	if (rc)
		return rc;
	anchor.id = strndup(member->name.data, member->name.len);
	anchor.object = it_json_ref(member->value);
	rc = anchor.id ? it_fields_read(&anchor, member->value, fields, count, IT_FIELDS_CLOSED,
					&where, err)
		       : it_err_nomem(err);
	if (rc) {
		anchor_done(&anchor);
		return rc;
	}
	return take(out, &anchor, err);
}

static int read_anchors(struct it_layout_anchors *out, const struct it_json *value,
			const struct it_field *fields, size_t field_count,
			const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count = 0;
	int rc;

	if (it_json_kind(value) != IT_JSON_OBJECT)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want an object, found %s",
				       it_json_kind_name(value));
	if (it_json_count(value) > IT_CERTIFICATES_MAX)
		return it_where_refuse(where, INTOTO_E_LIMIT, err, "more than %d certificates",
				       IT_CERTIFICATES_MAX);
	rc = it_json_members(&members, &count, value, err);
	for (size_t i = 0; !rc && i < count; i++)
		rc = read_anchor(out, &members[i], fields, field_count, where, err);
	return rc;
}

int it_layout_read_rootcas(struct it_layout_anchors *out, const struct it_json *value,
			   const struct it_where *where, struct intoto_error **err)
{
	return read_anchors(out, value, root_fields, IT_COUNT_OF(root_fields), where, err);
}

int it_layout_read_intermediatecas(struct it_layout_anchors *out, const struct it_json *value,
				   const struct it_where *where, struct intoto_error **err)
{
	return read_anchors(out, value, intermediate_fields, IT_COUNT_OF(intermediate_fields),
			    where, err);
}

int it_layout_read_bundles(struct it_layout_anchors *out, const struct it_json *value,
			   const struct it_where *where, struct intoto_error **err)
{
	return read_anchors(out, value, bundle_fields, IT_COUNT_OF(bundle_fields), where, err);
}

void it_layout_write_anchors(struct it_writer *writer, const char *name,
			     const struct it_layout_anchors *anchors)
{
	if (!anchors->count)
		return;
	it_write_name(writer, name);
	it_write_object(writer);
	for (size_t i = 0; i < anchors->count; i++) {
		it_write_name(writer, anchors->items[i].id);
		it_write_value(writer, anchors->items[i].object);
	}
	it_write_object_end(writer);
}

const struct it_layout_anchor *it_layout_anchor(const struct it_layout_anchors *anchors,
						const char *id)
{
	for (size_t i = 0; i < anchors->count; i++)
		if (it_streq(anchors->items[i].id, id))
			return &anchors->items[i];
	return NULL;
}

/* --- building --- */

static void write_member(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

/* As `in-toto key layout` of in-toto-golang prints it: all members, since it verifies Metablock
 * over the document rebuilt from its model. */
static void write_key(struct it_writer *writer, const struct intoto_key *key, const char *pem)
{
	struct it_span text = it_span_text(key->public_text);

	if (text.len && text.data[text.len - 1] == '\n')
		text.len--;
	it_write_object(writer);
	write_member(writer, "keyid", intoto_key_id(key, INTOTO_KEYID_LEGACY));
	it_write_name(writer, "keyid_hash_algorithms");
	it_write_list(writer);
	it_write_text(writer, "sha256");
	it_write_text(writer, "sha512");
	it_write_list_end(writer);
	write_member(writer, "keytype", intoto_key_type(key));
	it_write_name(writer, "keyval");
	it_write_object(writer);
	write_member(writer, "certificate", pem);
	it_write_name(writer, "public");
	it_write_text_span(writer, text);
	it_write_object_end(writer);
	write_member(writer, "scheme", intoto_key_scheme(key));
	it_write_object_end(writer);
}

static int make_object(struct it_json **out, struct it_certificate certificate,
		       const struct intoto_key *key, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf pem = IT_BUF(IT_CERTIFICATE_TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(OBJECT_MAX);
	struct it_writer writer;
	int rc = it_certificate_print(&pem, certificate, err);

	if (rc)
		return rc;
	it_writer_init(&writer, &text, IT_WRITE_COMPACT);
	write_key(&writer, key, it_buf_text(&pem));
	rc = it_writer_finish(&writer, err);
	return rc ? rc : it_json_parse(out, it_buf_span(&text), &it_json_signed_limits, err);
}

static const struct it_layout_anchor *find_same(const struct it_layout_anchors *anchors,
						struct it_certificate certificate)
{
	for (size_t i = 0; i < anchors->count; i++) {
		const struct it_layout_anchor *anchor = &anchors->items[i];
		const struct it_certificates *list =
			anchor->roots.count ? &anchor->roots : &anchor->intermediates;

		for (size_t j = 0; j < list->count; j++)
			if (it_certificate_same(list->items[j], certificate))
				return anchor;
	}
	return NULL;
}

static int fill(struct it_layout_anchor *out, const struct it_certificates *certificates,
		bool intermediate, const struct intoto_key *key, struct intoto_error **err)
{
	struct it_certificates first = { certificates->items, 1 };
	int rc;

	out->id = strdup(intoto_key_id(key, INTOTO_KEYID_LEGACY));
	rc = out->id ? make_object(&out->object, first.items[0], key, err) : it_err_nomem(err);
	if (!rc)
		rc = it_certificates_share(intermediate ? &out->intermediates : &out->roots, &first,
					   0, err);
	return rc;
}

int it_layout_add_anchor(struct it_layout_anchors *anchors,
			 const struct it_certificates *certificates, bool intermediate,
			 const char **id, struct intoto_error **err)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	const struct it_layout_anchor *same = find_same(anchors, certificates->items[0]);
	struct it_layout_anchor added = { 0 };
	int rc;

	*id = same ? same->id : NULL;
	if (same)
		return INTOTO_OK;
	rc = it_certificate_key(&key, certificates->items[0], err);
	if (rc)
		return rc;
	if (it_layout_anchor(anchors, intoto_key_id(key, INTOTO_KEYID_LEGACY)))
		return it_err_set(err, INTOTO_E_FORMAT,
				  "the layout has another certificate of the same key, %s",
				  intoto_key_id(key, INTOTO_KEYID_LEGACY));
	rc = fill(&added, certificates, intermediate, key, err);
	if (rc) {
		anchor_done(&added);
		return rc;
	}
	*id = added.id; /* the text stays where it is */
	return take(anchors, &added, err);
}

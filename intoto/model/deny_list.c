/* SPDX-License-Identifier: Apache-2.0 */
/* The deny list: read, changed, written. */
#include "model/deny_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "json/field.h"
#include "json/writer.h"
#include "model/image_reference.h"

enum {
	TEXT_MAX_BYTES = 4096,
	LIST_BYTES_MAX = 64 << 20,
	NAME_MAX_BYTES = TEXT_MAX_BYTES + 256, /* a reference gets a host, a URI a slash */
	ENCODED_MAX = 3,		       /* bytes for one, where a URI is %HH all over */
};

static const char *const kinds[] = { "key", "identity", "digest" };

/* --- entries --- */

static int compare(const struct it_deny_entry *entry, enum it_deny_kind kind, const char *name)
{
	if (entry->kind != kind)
		return entry->kind < kind ? -1 : 1;
	return it_span_cmp(it_span_text(entry->name), it_span_text(name));
}

/* Where an entry stands, or would. */
static size_t place_of(const struct it_deny_list *list, enum it_deny_kind kind, const char *name)
{
	size_t low = 0;
	size_t high = list->entry_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&list->entries[middle], kind, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool stands_at(const struct it_deny_list *list, size_t at, enum it_deny_kind kind,
		      const char *name)
{
	return at < list->entry_count && !compare(&list->entries[at], kind, name);
}

static int print_name(struct it_buf *out, enum it_deny_kind kind, const char *value,
		      struct intoto_error **err)
{
	if (kind == IT_DENY_IDENTITY)
		return it_deny_identity(out, value, err);
	return it_buf_add_text(out, value) ? it_buf_check(out, "a name", err) : INTOTO_OK;
}

int it_deny_list_find(const struct it_deny_entry **out, const struct it_deny_list *list,
		      enum it_deny_kind kind, const char *value, struct intoto_error **err)
{
	/* What no entry could be is not put into another form. */
	IT_AUTO(it_buf_done)
	struct it_buf name = IT_BUF((size_t)ENCODED_MAX * NAME_MAX_BYTES);
	size_t at;
	int rc;

	*out = NULL;
	if (!list || !value || strlen(value) > (size_t)ENCODED_MAX * TEXT_MAX_BYTES)
		return INTOTO_OK;
	rc = print_name(&name, kind, value, err);
	if (rc)
		return rc;
	at = place_of(list, kind, it_buf_text(&name));
	if (stands_at(list, at, kind, it_buf_text(&name)))
		*out = &list->entries[at];
	return INTOTO_OK;
}

static int print_key(struct it_buf *out, const struct intoto_key *key, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf der = IT_BUF(IT_KEY_TEXT_MAX);
	int rc;

	if (!key->scheme || !key->scheme->form)
		return it_err_set(err, INTOTO_E_KEY,
				  "a key of this kind cannot be denied by its SPKI");
	rc = key->scheme->form->public_der(key, &der, err);
	if (rc)
		return rc;
	(void)it_buf_add_text(out, "sha256:"); /* looked at below */
	it_sha256_hex(out, it_buf_span(&der));
	return it_buf_check(out, "the name of a key", err);
}

int it_deny_key_value(struct it_buf *out, const struct intoto_key *key, struct intoto_error **err)
{
	return print_key(out, key, err);
}

int it_deny_list_find_key(const struct it_deny_entry **out, const struct it_deny_list *list,
			  const struct intoto_key *key, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(128);
	int rc = list ? print_key(&value, key, err) : INTOTO_OK;

	*out = NULL;
	return rc || !list ? rc
			   : it_deny_list_find(out, list, IT_DENY_KEY, it_buf_text(&value), err);
}

static const char *wrong(const struct it_deny_entry *entry)
{
	struct it_span value = it_span_text(entry->value);
	bool hashed = entry->kind == IT_DENY_KEY || entry->kind == IT_DENY_DIGEST;

	if (hashed && !it_image_digest_valid(value))
		return "value: want \"sha256:\" and 64 lower-case hex digits";
	if (entry->kind == IT_DENY_KEY && !it_starts_with(entry->value, "sha256:"))
		return "value: want \"sha256:\" and 64 lower-case hex digits";
	if (!value.len || value.len > TEXT_MAX_BYTES)
		return "value: want a text of 1 to 4096 bytes";
	if (!entry->reason || !*entry->reason || strlen(entry->reason) > TEXT_MAX_BYTES)
		return "reason: want a text of 1 to 4096 bytes";
	return entry->by && strlen(entry->by) > TEXT_MAX_BYTES ? "by: longer than 4096 bytes"
							       : NULL;
}

static const char *own(struct it_deny_list *list, const char *text)
{
	if (it_strings_add(&list->owned_texts, text ? text : "", NULL))
		return NULL;
	return list->owned_texts.items[list->owned_texts.count - 1];
}

static int insert(struct it_deny_list *list, const struct it_deny_entry *entry, const char *name,
		  size_t at, struct intoto_error **err)
{
	struct it_deny_entry *entries =
		reallocarray(list->entries, list->entry_count + 1, sizeof *entries);
	struct it_deny_entry copy = *entry;

	if (!entries)
		return it_err_nomem(err);
	list->entries = entries;
	copy.value = own(list, entry->value);
	copy.name = own(list, name);
	copy.reason = own(list, entry->reason);
	copy.by = own(list, entry->by);
	if (!copy.value || !copy.name || !copy.reason || !copy.by)
		return it_err_nomem(err);
	memmove(&entries[at + 1], &entries[at], (list->entry_count - at) * sizeof *entries);
	entries[at] = copy;
	list->entry_count++;
	return INTOTO_OK;
}

int it_deny_list_add(struct it_deny_list *list, const struct it_deny_entry *entry,
		     struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(NAME_MAX_BYTES);
	const char *why = wrong(entry);
	size_t at;
	int rc;

	if (why)
		return it_err_set(err, INTOTO_E_FORMAT, "%s", why);
	rc = print_name(&name, entry->kind, entry->value, err);
	if (rc)
		return rc;
	at = place_of(list, entry->kind, it_buf_text(&name));
	if (stands_at(list, at, entry->kind, it_buf_text(&name)))
		return INTOTO_OK;
	if (list->entry_count == IT_DENY_ENTRIES_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "more than %d entries", IT_DENY_ENTRIES_MAX);
	return insert(list, entry, it_buf_text(&name), at, err);
}

int it_deny_list_remove(struct it_deny_list *list, enum it_deny_kind kind, const char *value,
			struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf quoted = IT_BUF(TEXT_MAX_BYTES);
	const struct it_deny_entry *found;
	size_t at;
	int rc = it_deny_list_find(&found, list, kind, value, err);

	if (rc)
		return rc;
	if (!found) {
		it_where_quote(&quoted, it_span_text(value));
		return it_err_set(err, INTOTO_E_NOTFOUND, "the list does not deny the %s %s",
				  kinds[kind], it_buf_text(&quoted));
	}
	at = (size_t)(found - list->entries);
	list->entry_count--;
	memmove(&list->entries[at], &list->entries[at + 1],
		(list->entry_count - at) * sizeof *list->entries);
	return INTOTO_OK;
}

int it_deny_list_new(struct it_deny_list **out, struct intoto_error **err)
{
	*out = calloc(1, sizeof **out);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

void it_deny_list_free(struct it_deny_list *list)
{
	if (!list)
		return;
	free(list->entries);
	it_strings_done(&list->owned_texts);
	it_json_free(list->body);
	free(list);
}

/* --- reading --- */

struct raw_entry {
	char *kind, *value, *reason, *since, *by;
};

static void raw_entry_done(struct raw_entry *raw)
{
	free(raw->kind);
	free(raw->value);
	free(raw->reason);
	free(raw->since);
	free(raw->by);
}

static const struct it_field entry_fields[] = {
	{ "by", IT_FIELD_TEXT, false, offsetof(struct raw_entry, by), NULL },
	{ "kind", IT_FIELD_TEXT, true, offsetof(struct raw_entry, kind), NULL },
	{ "reason", IT_FIELD_TEXT, true, offsetof(struct raw_entry, reason), NULL },
	{ "since", IT_FIELD_TEXT, true, offsetof(struct raw_entry, since), NULL },
	{ "value", IT_FIELD_TEXT, true, offsetof(struct raw_entry, value), NULL },
};

struct raw_list {
	char *type, *issued, *expires;
	int64_t version;
	const struct it_json *entries;
};

static void raw_list_done(struct raw_list *raw)
{
	free(raw->type);
	free(raw->issued);
	free(raw->expires);
}

static const struct it_field list_fields[] = {
	{ "_type", IT_FIELD_TEXT, true, offsetof(struct raw_list, type), NULL },
	{ "entries", IT_FIELD_LIST, true, offsetof(struct raw_list, entries), NULL },
	{ "expires", IT_FIELD_TEXT, true, offsetof(struct raw_list, expires), NULL },
	{ "issued", IT_FIELD_TEXT, true, offsetof(struct raw_list, issued), NULL },
	{ "version", IT_FIELD_INT, true, offsetof(struct raw_list, version), NULL },
};

static int read_time(int64_t *out, const char *text, const struct it_where *up, const char *name,
		     struct intoto_error **err)
{
	struct it_where where = { up, name, 0 };

	if (it_time_parse(out, it_span_text(text)))
		return INTOTO_OK;
	return it_where_refuse(&where, INTOTO_E_FORMAT, err,
			       "want a time like 2026-01-31T23:59:59Z, found another text");
}

/* An entry of a kind that we do not know may deny what we would let pass. */
static int read_kind(enum it_deny_kind *out, const char *text, const struct it_where *up,
		     struct intoto_error **err)
{
	struct it_where where = { up, "kind", 0 };

	for (size_t i = 0; i < IT_COUNT_OF(kinds); i++)
		if (it_streq(text, kinds[i])) {
			*out = (enum it_deny_kind)i;
			return INTOTO_OK;
		}
	return it_where_refuse(&where, INTOTO_E_UNSUPPORTED, err, "want key, identity or digest");
}

static int read_entry(struct it_deny_list *list, const struct it_json *value,
		      const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(raw_entry_done) struct raw_entry raw = { 0 };
	const struct it_deny_entry *found;
	struct it_deny_entry entry = { 0 };
	const char *why;
	size_t before = list->entry_count;
	int rc = it_fields_read(&raw, value, entry_fields, IT_COUNT_OF(entry_fields),
				IT_FIELDS_CLOSED, where, err);

	if (!rc)
		rc = read_kind(&entry.kind, raw.kind, where, err);
	if (!rc)
		rc = read_time(&entry.since, raw.since, where, "since", err);
	if (rc)
		return rc;
	entry.value = raw.value;
	entry.reason = raw.reason;
	entry.by = raw.by;
	why = wrong(&entry);
	if (why)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "%s", why);
	rc = it_deny_list_add(list, &entry, err);
	if (rc || list->entry_count > before)
		return rc;
	/* Two spellings of one identity are none too many. */
	rc = it_deny_list_find(&found, list, entry.kind, entry.value, err);
	if (!rc && it_streq(found->value, entry.value))
		rc = it_where_refuse(where, INTOTO_E_FORMAT, err, "is there twice");
	return rc;
}

static int read_entries(struct it_deny_list *list, const struct it_json *entries,
			struct intoto_error **err)
{
	static const struct it_where where = { NULL, "entries", 0 };
	int rc = INTOTO_OK;

	if (it_json_count(entries) > IT_DENY_ENTRIES_MAX)
		return it_where_refuse(&where, INTOTO_E_LIMIT, err, "more than %d entries",
				       IT_DENY_ENTRIES_MAX);
	for (size_t i = 0; !rc && i < it_json_count(entries); i++) {
		struct it_where element = { &where, NULL, i };

		rc = read_entry(list, it_json_at(entries, i), &element, err);
	}
	return rc;
}

static int read_body(struct it_deny_list *list, const struct it_json *body,
		     struct intoto_error **err)
{
	static const struct it_where type = { NULL, "_type", 0 };
	static const struct it_where version = { NULL, "version", 0 };
	IT_AUTO(raw_list_done) struct raw_list raw = { 0 };
	int rc = it_fields_read(&raw, body, list_fields, IT_COUNT_OF(list_fields), IT_FIELDS_CLOSED,
				NULL, err);

	if (!rc && !it_streq(raw.type, IT_DENY_LIST_TYPE))
		rc = it_where_refuse(&type, INTOTO_E_FORMAT, err, "want \"" IT_DENY_LIST_TYPE "\"");
	if (!rc && raw.version < 1)
		rc = it_where_refuse(&version, INTOTO_E_FORMAT, err, "want 1 or more, found %lld",
				     (long long)raw.version);
	if (!rc)
		rc = read_time(&list->issued, raw.issued, NULL, "issued", err);
	if (!rc)
		rc = read_time(&list->expires, raw.expires, NULL, "expires", err);
	if (rc)
		return rc;
	list->version = raw.version;
	return read_entries(list, raw.entries, err);
}

int it_deny_list_read(struct it_deny_list **out, const struct intoto_envelope *envelope,
		      struct intoto_error **err)
{
	IT_AUTO(it_deny_list_freep) struct it_deny_list *list = NULL;
	int rc = it_deny_list_new(&list, err);

	*out = NULL;
	if (rc)
		return rc;
	if (intoto_envelope_format(envelope) != INTOTO_DSSE ||
	    !it_streq(intoto_envelope_payload_type(envelope), IT_DENY_LIST_PAYLOAD))
		return it_err_set(err, INTOTO_E_FORMAT, "want a DSSE envelope of type %s",
				  IT_DENY_LIST_PAYLOAD);
	rc = it_json_parse(&list->body, it_buf_span(&envelope->payload), &it_json_signed_limits,
			   err);
	if (!rc)
		rc = read_body(list, list->body, err);
	if (rc)
		return rc;
	*out = list;
	list = NULL;
	return INTOTO_OK;
}

/* --- writing --- */

static void write_time(struct it_writer *writer, const char *name, int64_t time)
{
	char text[IT_TIME_SIZE];

	it_time_format(text, time);
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_entry(struct it_writer *writer, const struct it_deny_entry *entry)
{
	it_write_object(writer);
	if (*entry->by) {
		it_write_name(writer, "by");
		it_write_text(writer, entry->by);
	}
	it_write_name(writer, "kind");
	it_write_text(writer, kinds[entry->kind]);
	it_write_name(writer, "reason");
	it_write_text(writer, entry->reason);
	write_time(writer, "since", entry->since);
	it_write_name(writer, "value");
	it_write_text(writer, entry->value);
	it_write_object_end(writer);
}

/* A payload type of its own, so that nothing else that was signed by the key is taken for a list.
 */
static int wrap(struct intoto_envelope **out, struct it_buf *text, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	char *type = strdup(IT_DENY_LIST_PAYLOAD);
	int rc = type ? it_envelope_wrap(&envelope, INTOTO_DSSE, text, NULL, err)
		      : it_err_nomem(err);

	if (rc) {
		free(type);
		return rc;
	}
	free(envelope->payload_type);
	envelope->payload_type = type;
	*out = envelope;
	envelope = NULL;
	return INTOTO_OK;
}

int it_deny_list_to_envelope(struct intoto_envelope **out, const struct it_deny_list *list,
			     struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(LIST_BYTES_MAX);
	struct it_writer writer;
	int rc;

	*out = NULL;
	it_writer_init(&writer, &text, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "_type");
	it_write_text(&writer, IT_DENY_LIST_TYPE);
	it_write_name(&writer, "entries");
	it_write_list(&writer);
	for (size_t i = 0; i < list->entry_count; i++)
		write_entry(&writer, &list->entries[i]);
	it_write_list_end(&writer);
	write_time(&writer, "expires", list->expires);
	write_time(&writer, "issued", list->issued);
	it_write_name(&writer, "version");
	it_write_int(&writer, list->version);
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	return rc ? rc : wrap(out, &text, err);
}

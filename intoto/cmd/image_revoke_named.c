/* SPDX-License-Identifier: Apache-2.0 */
/* What intoto image revoke is about, and a deny list for people and programs. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "cmd/image_revoke.h"
#include "cmd/output.h"
#include "json/where.h"
#include "json/writer.h"

enum { OUTPUT_MAX = 512 << 20, VALUE_MAX = 4096 };

static const char *const kind_words[] = { "key", "identity", "digest" };

void it_revoked_done(struct it_revoked *revoked)
{
	free(revoked->kinds);
	it_strings_done(&revoked->values);
}

static int add(struct it_revoked *out, enum it_deny_kind kind, const char *value,
	       struct intoto_error **err)
{
	enum it_deny_kind *kinds =
		reallocarray(out->kinds, out->values.count + 1, sizeof *out->kinds);

	if (!kinds)
		return it_err_nomem(err);
	out->kinds = kinds;
	kinds[out->values.count] = kind;
	return it_strings_add(&out->values, value, err);
}

static int add_key(struct it_revoked *out, const char *path, struct intoto_error **err)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(VALUE_MAX);
	int rc = intoto_key_load(&key, path, NULL, NULL, err);

	if (!rc)
		rc = it_deny_key_value(&value, key, err);
	return rc ? rc : add(out, IT_DENY_KEY, it_buf_text(&value), err);
}

/* An image that is named by its digest need not be there (any more). */
static int add_place(struct it_revoked *out, const char *text,
		     const struct it_registry_access *access, struct intoto_error **err)
{
	IT_AUTO(it_place_freep) struct it_place *place = NULL;
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
	int rc = it_place_open(&place, text, false, access, err);

	if (rc)
		return rc;
	if (*place->digest && !*place->tag)
		return add(out, IT_DENY_DIGEST, place->digest, err);
	rc = it_place_named(place, &manifest, err);
	return rc ? rc : add(out, IT_DENY_DIGEST, manifest->digest, err);
}

int it_revoked_read(struct it_revoked *out, const struct it_image_revoke_words *words,
		    const struct it_strings *places, struct intoto_error **err)
{
	struct it_registry_access access;
	int rc = it_image_access(&access, &words->image, err);

	for (size_t i = 0; !rc && i < words->keys.count; i++)
		rc = add_key(out, words->keys.items[i], err);
	for (size_t i = 0; !rc && i < words->identities.count; i++)
		rc = add(out, IT_DENY_IDENTITY, words->identities.items[i], err);
	for (size_t i = 0; !rc && i < words->digests.count; i++)
		rc = add(out, IT_DENY_DIGEST, words->digests.items[i], err);
	for (size_t i = 0; !rc && i < places->count; i++)
		rc = add_place(out, places->items[i], &access, err);
	return rc;
}

/* --- showing --- */

static void write_member(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_time(struct it_writer *writer, const char *name, int64_t seconds)
{
	char text[IT_TIME_SIZE];

	it_time_format(text, seconds);
	write_member(writer, name, text);
}

static int show_json(const struct it_deny_list *list, const char *verified, bool expired,
		     struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(OUTPUT_MAX);
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, &text, IT_WRITE_PRETTY);
	it_write_object(&writer);
	it_write_name(&writer, "entries");
	it_write_list(&writer);
	for (size_t i = 0; i < list->entry_count; i++) {
		const struct it_deny_entry *entry = &list->entries[i];

		it_write_object(&writer);
		write_member(&writer, "by", entry->by);
		write_member(&writer, "kind", kind_words[entry->kind]);
		write_member(&writer, "reason", entry->reason);
		write_time(&writer, "since", entry->since);
		write_member(&writer, "value", entry->value);
		it_write_object_end(&writer);
	}
	it_write_list_end(&writer);
	it_write_name(&writer, "expired");
	it_write_bool(&writer, expired);
	write_time(&writer, "expires", list->expires);
	write_time(&writer, "issued", list->issued);
	it_write_name(&writer, "signedBy");
	if (verified)
		it_write_text(&writer, verified);
	else
		it_write_null(&writer);
	it_write_name(&writer, "version");
	it_write_int(&writer, list->version);
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(&text, '\n'); /* looked at next */
	return rc ? rc : it_print_json(&text, err);
}

static void print_entry(struct it_buf *out, const struct it_deny_entry *entry)
{
	char since[IT_TIME_SIZE];

	it_time_format(since, entry->since);
	(void)it_buf_printf(out, "  %s ", kind_words[entry->kind]); /* sticky */
	it_text_quote(out, it_span_text(entry->value));
	(void)it_buf_printf(out, "\n    since %s", since);
	if (*entry->by) {
		(void)it_buf_add_text(out, " by ");
		it_text_quote(out, it_span_text(entry->by));
	}
	(void)it_buf_add_text(out, ": ");
	it_text_quote(out, it_span_text(entry->reason));
	(void)it_buf_add_byte(out, '\n');
}

int it_deny_list_show(const struct it_deny_list *list, const char *verified, bool json, int64_t now,
		      struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(OUTPUT_MAX);
	bool expired = list->expires <= now;
	char expires[IT_TIME_SIZE];

	if (json)
		return show_json(list, verified, expired, err);
	it_time_format(expires, list->expires);
	(void)it_buf_printf(&text, "deny list version %lld, %s %s, %s%s: %zu revoked\n",
			    (long long)list->version, expired ? "EXPIRED on" : "good until",
			    expires,
			    verified ? "signed by the key sha256:" : "SIGNATURE NOT LOOKED AT",
			    verified ? verified : "", list->entry_count); /* sticky */
	for (size_t i = 0; i < list->entry_count; i++)
		print_entry(&text, &list->entries[i]);
	return it_print(&text, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Renewals and redactions as statements. */
#include "archive/later.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "crypto/timestamp.h"
#include "json/field.h"
#include "json/writer.h"

enum { SHA256_DIGITS = 64, SHA512_DIGITS = 128, TEXT_MAX = 16 * 1024 * 1024 };

static const struct it_where predicate_where = { NULL, "predicate", 0 };
static const struct it_where subjects_where = { NULL, "subject", 0 };

void it_archive_later_free(struct it_archive_later *later)
{
	if (!later)
		return;
	free(later->withheld);
	it_buf_done(&later->timestamp);
	it_strings_done(&later->texts);
	free(later);
}

void it_archive_later_name(char out[IT_ARCHIVE_LATER_NAME], size_t i)
{
	(void)snprintf(out, IT_ARCHIVE_LATER_NAME, IT_ARCHIVE_LATER "%04zu.dsse.json",
		       i + 1); /* has room for any number */
}

void it_archive_sha512(struct it_buf *out, struct it_span bytes)
{
	unsigned char digest[IT_DIGEST_MAX];
	struct it_digest hashing;

	it_digest_start(&hashing, it_digest_find("sha512"));
	it_digest_add(&hashing, bytes.data, bytes.len);
	it_digest_finish(&hashing, digest);
	it_hex_encode(out, it_span(digest, sizeof digest));
}

/* --- reading --- */

struct raw_statement {
	char *type, *predicate_type;
	const struct it_json *predicate, *subject;
};

static void raw_statement_done(struct raw_statement *raw)
{
	free(raw->type);
	free(raw->predicate_type);
}

static const struct it_field statement_fields[] = {
	{ "_type", IT_FIELD_TEXT, true, offsetof(struct raw_statement, type), NULL },
	{ "predicate", IT_FIELD_OBJECT, true, offsetof(struct raw_statement, predicate), NULL },
	{ "predicateType", IT_FIELD_TEXT, true, offsetof(struct raw_statement, predicate_type),
	  NULL },
	{ "subject", IT_FIELD_LIST, true, offsetof(struct raw_statement, subject), NULL },
};

struct raw_predicate {
	int64_t entries;
	char *reason, *time, *timestamp, *tool;
	const struct it_json *archive, *withheld;
};

static void raw_predicate_done(struct raw_predicate *raw)
{
	free(raw->reason);
	free(raw->time);
	free(raw->timestamp);
	free(raw->tool);
}

/* Closed: what is not understood is never taken for a renewal. */
static const struct it_field predicate_fields[] = {
	{ "archive", IT_FIELD_OBJECT, true, offsetof(struct raw_predicate, archive), NULL },
	{ "entries", IT_FIELD_INT, true, offsetof(struct raw_predicate, entries), NULL },
	{ "reason", IT_FIELD_TEXT, false, offsetof(struct raw_predicate, reason), NULL },
	{ "time", IT_FIELD_TEXT, true, offsetof(struct raw_predicate, time), NULL },
	{ "timestamp", IT_FIELD_TEXT, false, offsetof(struct raw_predicate, timestamp), NULL },
	{ "tool", IT_FIELD_TEXT, true, offsetof(struct raw_predicate, tool), NULL },
	{ "withheld", IT_FIELD_LIST, false, offsetof(struct raw_predicate, withheld), NULL },
};

struct raw_withheld {
	char *name;
	int64_t size;
	const struct it_json *digest;
};

static void raw_withheld_done(struct raw_withheld *raw)
{
	free(raw->name);
}

static const struct it_field withheld_fields[] = {
	{ "digest", IT_FIELD_OBJECT, true, offsetof(struct raw_withheld, digest), NULL },
	{ "name", IT_FIELD_TEXT, true, offsetof(struct raw_withheld, name), NULL },
	{ "size", IT_FIELD_INT, true, offsetof(struct raw_withheld, size), NULL },
};

static int own(struct it_archive_later *later, const char **out, const char *text,
	       struct intoto_error **err)
{
	int rc = it_strings_add(&later->texts, text, err);

	if (!rc)
		*out = later->texts.items[later->texts.count - 1];
	return rc;
}

static bool is_hex(struct it_span text, size_t digits)
{
	if (text.len != digits)
		return false;
	for (size_t i = 0; i < digits; i++)
		if (!strchr("0123456789abcdef", text.data[i]) || !text.data[i])
			return false;
	return true;
}

static int read_digest(struct it_archive_later *later, const char **out, const struct it_json *set,
		       const char *name, const struct it_where *where, struct intoto_error **err)
{
	struct it_span text = it_json_text(it_json_get(set, name));
	size_t digits = it_streq(name, "sha256") ? SHA256_DIGITS : SHA512_DIGITS;
	int rc;

	if (!is_hex(text, digits))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want a %s in lower-case hex digits", name);
	rc = it_strings_add_span(&later->texts, text, err);
	if (!rc)
		*out = later->texts.items[later->texts.count - 1];
	return rc;
}

static int read_withheld(struct it_archive_later *later, struct it_archive_withheld *one,
			 const struct it_json *value, const struct it_where *where,
			 struct intoto_error **err)
{
	IT_AUTO(raw_withheld_done) struct raw_withheld raw = { 0 };
	int rc = it_fields_read(&raw, value, withheld_fields, IT_COUNT_OF(withheld_fields),
				IT_FIELDS_CLOSED, where, err);

	if (!rc && (!it_archive_name_is_safe(raw.name) || raw.size < 0))
		rc = it_where_refuse(where, INTOTO_E_FORMAT, err,
				     "its name or size is none that a member may have");
	if (!rc)
		rc = own(later, &one->name, raw.name, err);
	if (rc)
		return rc;
	one->size = (uint64_t)raw.size;
	rc = read_digest(later, &one->sha256, raw.digest, "sha256", where, err);
	return rc ? rc : read_digest(later, &one->sha512, raw.digest, "sha512", where, err);
}

/* Strictly rising, so that none comes twice. */
static int read_withheld_list(struct it_archive_later *later, const struct it_json *list,
			      struct intoto_error **err)
{
	struct it_where where = { &predicate_where, "withheld", 0 };
	size_t count = it_json_count(list);
	int rc = INTOTO_OK;

	if (!count || count > IT_ARCHIVE_WITHHELD_MAX)
		return it_where_refuse(&where, INTOTO_E_LIMIT, err, "want from 1 to %d members",
				       IT_ARCHIVE_WITHHELD_MAX);
	later->withheld = calloc(count, sizeof *later->withheld);
	if (!later->withheld)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < count; i++) {
		struct it_where element = { &where, NULL, i };

		rc = read_withheld(later, &later->withheld[i], it_json_at(list, i), &element, err);
		if (!rc && i &&
		    it_span_cmp(it_span_text(later->withheld[i - 1].name),
				it_span_text(later->withheld[i].name)) >= 0)
			rc = it_where_refuse(&element, INTOTO_E_FORMAT, err,
					     "the names are not in order");
	}
	later->withheld_count = rc ? 0 : count;
	return rc;
}

static int read_timestamp(struct it_archive_later *later, const char *text,
			  struct intoto_error **err)
{
	struct it_where where = { &predicate_where, "timestamp", 0 };

	later->timestamp = (struct it_buf)IT_BUF(IT_TIMESTAMP_MAX);
	if (text && (!*text || !it_base64_decode(&later->timestamp, it_span_text(text))))
		return it_where_refuse(&where, INTOTO_E_FORMAT, err, "want a token in base64");
	return it_buf_check(&later->timestamp, "timestamp", err);
}

static int read_subject(struct it_archive_later *later, const struct it_json *list,
			struct intoto_error **err)
{
	if (it_json_count(list) != 1)
		return it_where_refuse(&subjects_where, INTOTO_E_FORMAT, err,
				       "want one, the listing");
	return read_digest(later, &later->listing, it_json_get(it_json_at(list, 0), "digest"),
			   "sha512", &subjects_where, err);
}

static int read_predicate(struct it_archive_later *later, const struct it_json *value,
			  struct intoto_error **err)
{
	struct it_where archive = { &predicate_where, "archive", 0 };
	IT_AUTO(raw_predicate_done) struct raw_predicate raw = { 0 };
	int rc = it_fields_read(&raw, value, predicate_fields, IT_COUNT_OF(predicate_fields),
				IT_FIELDS_CLOSED, &predicate_where, err);

	if (rc)
		return rc;
	if (raw.entries < 1 || !it_time_parse(&later->time, it_span_text(raw.time)))
		return it_where_refuse(&predicate_where, INTOTO_E_FORMAT, err,
				       "its time or number of entries is none");
	/* A redaction is no renewal, and the other way round. */
	if (!raw.withheld != !later->redaction || !raw.reason != !later->redaction ||
	    (later->redaction && raw.timestamp))
		return it_where_refuse(&predicate_where, INTOTO_E_FORMAT, err,
				       "does not fit its predicateType");
	if (raw.reason && (!*raw.reason || strlen(raw.reason) > IT_ARCHIVE_REASON_MAX))
		return it_where_refuse(&predicate_where, INTOTO_E_LIMIT, err,
				       "its reason has %zu bytes, want from 1 to %d",
				       strlen(raw.reason), IT_ARCHIVE_REASON_MAX);
	later->entries = (uint64_t)raw.entries;
	rc = own(later, &later->reason, raw.reason ? raw.reason : "", err);
	if (!rc)
		rc = own(later, &later->tool, raw.tool, err);
	if (!rc)
		rc = read_digest(later, &later->archive, raw.archive, "sha256", &archive, err);
	if (!rc && later->redaction)
		rc = read_withheld_list(later, raw.withheld, err);
	return rc ? rc : read_timestamp(later, raw.timestamp, err);
}

int it_archive_later_read(struct it_archive_later **out, const struct intoto_envelope *envelope,
			  struct intoto_error **err)
{
	IT_AUTO(it_archive_later_freep) struct it_archive_later *later = calloc(1, sizeof *later);
	IT_AUTO(raw_statement_done) struct raw_statement raw = { 0 };
	const struct it_json *body = it_envelope_body(envelope);
	int rc;

	*out = NULL;
	if (!later)
		return it_err_nomem(err);
	if (intoto_envelope_format(envelope) != INTOTO_DSSE || !body ||
	    !it_streq(intoto_envelope_type(envelope), "statement"))
		return it_err_set(err, INTOTO_E_FORMAT, "want a statement in a DSSE envelope");
	rc = it_fields_read(&raw, body, statement_fields, IT_COUNT_OF(statement_fields), 0, NULL,
			    err);
	if (rc)
		return rc;
	later->redaction = it_streq(raw.predicate_type, IT_ARCHIVE_REDACTION_TYPE);
	if (!later->redaction && !it_streq(raw.predicate_type, IT_ARCHIVE_RENEWAL_TYPE))
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "predicateType: is neither a renewal nor a redaction");
	rc = read_subject(later, raw.subject, err);
	if (!rc)
		rc = read_predicate(later, raw.predicate, err);
	if (rc)
		return rc;
	*out = later;
	later = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* --- writing --- */

static void write_member(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_digest(struct it_writer *writer, const char *sha256, const char *sha512)
{
	it_write_object(writer);
	if (sha256)
		write_member(writer, "sha256", sha256);
	if (sha512)
		write_member(writer, "sha512", sha512);
	it_write_object_end(writer);
}

static void write_withheld(struct it_writer *writer, const struct it_archive_later *later)
{
	it_write_name(writer, "withheld");
	it_write_list(writer);
	for (size_t i = 0; i < later->withheld_count; i++) {
		const struct it_archive_withheld *one = &later->withheld[i];

		it_write_object(writer);
		it_write_name(writer, "digest");
		write_digest(writer, one->sha256, one->sha512);
		write_member(writer, "name", one->name);
		it_write_name(writer, "size");
		it_write_int(writer, (int64_t)one->size);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static int write_predicate(struct it_writer *writer, const struct it_archive_later *later,
			   struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf token = IT_BUF(2 * (size_t)IT_TIMESTAMP_MAX);
	char time[IT_TIME_SIZE];
	int rc;

	it_base64_encode(&token, it_buf_span(&later->timestamp));
	rc = it_buf_check(&token, "timestamp", err);
	if (rc)
		return rc;
	it_time_format(time, later->time);
	it_write_object(writer);
	it_write_name(writer, "archive");
	write_digest(writer, later->archive, NULL);
	it_write_name(writer, "entries");
	it_write_int(writer, (int64_t)later->entries);
	if (later->redaction)
		write_member(writer, "reason", later->reason);
	write_member(writer, "time", time);
	if (token.len)
		write_member(writer, "timestamp", it_buf_text(&token));
	write_member(writer, "tool", later->tool);
	if (later->redaction)
		write_withheld(writer, later);
	it_write_object_end(writer);
	return INTOTO_OK;
}

int it_archive_later_write(struct intoto_envelope **out, const struct it_archive_later *later,
			   struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);
	struct it_writer writer;
	int rc;

	*out = NULL;
	it_writer_init(&writer, &text, IT_WRITE_COMPACT);
	it_write_object(&writer);
	write_member(&writer, "_type", "https://in-toto.io/Statement/v1");
	it_write_name(&writer, "predicate");
	rc = write_predicate(&writer, later, err);
	if (rc)
		return rc;
	write_member(&writer, "predicateType",
		     later->redaction ? IT_ARCHIVE_REDACTION_TYPE : IT_ARCHIVE_RENEWAL_TYPE);
	it_write_name(&writer, "subject");
	it_write_list(&writer);
	it_write_object(&writer);
	it_write_name(&writer, "digest");
	write_digest(&writer, NULL, later->listing);
	write_member(&writer, "name", "listing");
	it_write_object_end(&writer);
	it_write_list_end(&writer);
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	return rc ? rc : intoto_envelope_new(out, INTOTO_DSSE, text.data, text.len, err);
}

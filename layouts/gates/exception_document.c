/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions as documents, and the terms that a layout has for them. */
#include <string.h>

#include "base/clock.h"
#include "base/path.h"
#include "base/text.h"
#include "json/field.h"
#include "layouts/gates/exceptions.h"
#include "layouts/gates/gate.h"

enum {
	DAYS_MAX = 3650,
	THRESHOLD_MAX = 1000,
	TEXT_BYTES = 16 * 1024,
	DOCUMENT_MAX = 1 << 20,
	SHA256_DIGITS = 64,
};

/* --- the terms --- */

void it_exception_terms_done(struct it_exception_terms *terms)
{
	it_strings_done(&terms->pubkeys);
	it_json_free(terms->object);
	*terms = (struct it_exception_terms){ 0 };
}

static int read_pubkeys(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	struct it_exception_terms *terms = target;
	int rc = it_gate_read_words(&terms->pubkeys, value, where, err);

	for (size_t i = 0; !rc && i < terms->pubkeys.count; i++) {
		struct it_where element = { where, NULL, i };
		const char *id = terms->pubkeys.items[i];

		if (strspn(id, "0123456789abcdefABCDEF") != strlen(id))
			rc = it_where_refuse(&element, INTOTO_E_FORMAT, err,
					     "want the id of a key, hex digits");
	}
	return rc;
}

static int read_threshold(void *target, const struct it_json *value, const struct it_where *where,
			  struct intoto_error **err)
{
	struct it_exception_terms *terms = target;

	return it_gate_read_count(&terms->threshold, value, 1, THRESHOLD_MAX, where, err);
}

static int read_max_days(void *target, const struct it_json *value, const struct it_where *where,
			 struct intoto_error **err)
{
	struct it_exception_terms *terms = target;

	return it_gate_read_count(&terms->max_days, value, 1, DAYS_MAX, where, err);
}

static int read_ticket_wanted(void *target, const struct it_json *value,
			      const struct it_where *where, struct intoto_error **err)
{
	struct it_exception_terms *terms = target;

	return it_gate_read_bool(&terms->require_ticket, value, where, err);
}

static const struct it_field terms_fields[] = {
	{ "maxDays", IT_FIELD_CUSTOM, false, 0, read_max_days },
	{ "pubkeys", IT_FIELD_CUSTOM, true, 0, read_pubkeys },
	{ "requireTicket", IT_FIELD_CUSTOM, false, 0, read_ticket_wanted },
	{ "threshold", IT_FIELD_CUSTOM, false, 0, read_threshold },
};

int it_exception_terms_read(struct it_exception_terms *out, const struct it_json *object,
			    const struct it_where *where, struct intoto_error **err)
{
	struct it_where threshold = { where, "threshold", 0 };
	int rc;

	out->given = true;
	out->threshold = 1;
	rc = it_fields_read(out, object, terms_fields, IT_COUNT_OF(terms_fields), IT_FIELDS_CLOSED,
			    where, err);
	if (!rc && (uint64_t)out->threshold > out->pubkeys.count)
		rc = it_where_refuse(&threshold, INTOTO_E_FORMAT, err,
				     "%lld people can never sign: \"pubkeys\" names %zu",
				     (long long)out->threshold, out->pubkeys.count);
	if (!rc)
		out->object = it_json_ref(object);
	return rc;
}

int it_exception_terms_clauses(struct it_strings *out, const struct it_exception_terms *terms,
			       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(DOCUMENT_MAX);
	int rc = INTOTO_OK;

	if (!terms->given)
		return INTOTO_OK;
	(void)it_buf_printf(&text, "signed by %lld of", (long long)terms->threshold); /* sticks */
	for (size_t i = 0; i < terms->pubkeys.count; i++)
		(void)it_buf_printf(&text, "%s %.8s", i ? "," : "", terms->pubkeys.items[i]);
	rc = it_buf_check(&text, "a clause", err);
	if (!rc)
		rc = it_strings_add(out, it_buf_text(&text), err);
	it_buf_reset(&text);
	if (!rc && terms->max_days) {
		(void)it_buf_printf(&text, "for at most %lld days", (long long)terms->max_days);
		rc = it_strings_add(out, it_buf_text(&text), err);
	}
	return rc || !terms->require_ticket ? rc : it_strings_add(out, "with a ticket", err);
}

/* --- the document --- */

void it_exception_done(struct it_exception *exception)
{
	free(exception->id);
	free(exception->owner);
	free(exception->reason);
	free(exception->ticket);
	free(exception->gate);
	it_strings_done(&exception->steps);
	it_strings_done(&exception->findings);
	it_strings_done(&exception->packages);
	it_strings_done(&exception->licenses);
	it_strings_done(&exception->tests);
	it_strings_done(&exception->artifacts);
	*exception = (struct it_exception){ 0 };
}

static int read_type(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	(void)target; /* only checked */
	if (it_span_is(it_json_text(value), "exception"))
		return INTOTO_OK;
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want the text \"exception\"");
}

static int read_text(char **out, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	struct it_span text = it_json_text(value);

	if (!text.data)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want a text, found %s",
				       it_json_kind_name(value));
	if (!text.len || text.len > TEXT_BYTES || memchr(text.data, '\0', text.len))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want a text of 1 to %d bytes without NUL", TEXT_BYTES);
	*out = strndup(text.data, text.len);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

static int read_id(void *target, const struct it_json *value, const struct it_where *where,
		   struct intoto_error **err)
{
	struct it_exception *out = target;
	int rc = read_text(&out->id, value, where, err);

	if (!rc && !it_name_is_safe(it_span_text(out->id)))
		rc = it_where_refuse(where, INTOTO_E_FORMAT, err,
				     "want an id that can be part of a file name");
	return rc;
}

#define TEXT_READER(member)                                                                        \
	static int read_##member(void *target, const struct it_json *value,                        \
				 const struct it_where *where, struct intoto_error **err)          \
	{                                                                                          \
		struct it_exception *out = target;                                                 \
                                                                                                   \
		return read_text(&out->member, value, where, err);                                 \
	}

TEXT_READER(owner)
TEXT_READER(reason)
TEXT_READER(ticket)
TEXT_READER(gate)

#define WORDS_READER(member)                                                                       \
	static int read_##member(void *target, const struct it_json *value,                        \
				 const struct it_where *where, struct intoto_error **err)          \
	{                                                                                          \
		struct it_exception *out = target;                                                 \
                                                                                                   \
		return it_gate_read_words(&out->member, value, where, err);                        \
	}

WORDS_READER(steps)
WORDS_READER(findings)
WORDS_READER(packages)
WORDS_READER(licenses)
WORDS_READER(tests)

static int read_time(int64_t *out, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	if (it_time_parse(out, it_json_text(value)) && *out > 0)
		return INTOTO_OK;
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want a date as 2026-01-31T23:59:59Z");
}

static int read_not_before(void *target, const struct it_json *value, const struct it_where *where,
			   struct intoto_error **err)
{
	struct it_exception *out = target;

	return read_time(&out->not_before, value, where, err);
}

static int read_expires(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	struct it_exception *out = target;

	return read_time(&out->expires, value, where, err);
}

/* { "sha256": HEX } */
static int read_artifact(struct it_exception *out, const struct it_json *value,
			 const struct it_where *where, struct intoto_error **err)
{
	struct it_span hex = it_json_text(it_json_get(value, "sha256"));
	char lower[SHA256_DIGITS];

	if (it_json_kind(value) != IT_JSON_OBJECT || it_json_count(value) != 1 ||
	    hex.len != SHA256_DIGITS || !it_hex_valid(hex))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want { \"sha256\": 64 hex digits } and nothing else");
	for (size_t i = 0; i < hex.len; i++)
		lower[i] = hex.data[i] >= 'A' && hex.data[i] <= 'F' ? (char)(hex.data[i] | 0x20)
								    : hex.data[i];
	return it_strings_add_span(&out->artifacts, it_span(lower, sizeof lower), err);
}

static int read_artifacts(void *target, const struct it_json *value, const struct it_where *where,
			  struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (it_json_kind(value) != IT_JSON_LIST || !it_json_count(value))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want a list of artifacts that is not empty");
	for (size_t i = 0; !rc && i < it_json_count(value); i++) {
		struct it_where element = { where, NULL, i };

		rc = read_artifact(target, it_json_at(value, i), &element, err);
	}
	return rc;
}

static const struct it_field scope_fields[] = {
	{ "artifacts", IT_FIELD_CUSTOM, false, 0, read_artifacts },
	{ "findings", IT_FIELD_CUSTOM, false, 0, read_findings },
	{ "gate", IT_FIELD_CUSTOM, true, 0, read_gate },
	{ "licenses", IT_FIELD_CUSTOM, false, 0, read_licenses },
	{ "packages", IT_FIELD_CUSTOM, false, 0, read_packages },
	{ "steps", IT_FIELD_CUSTOM, false, 0, read_steps },
	{ "tests", IT_FIELD_CUSTOM, false, 0, read_tests },
};

/* A star ends a pattern and means any end; alone it would mean everything. */
static int check_packages(const struct it_exception *out, const struct it_where *up,
			  struct intoto_error **err)
{
	struct it_where where = { up, "packages", 0 };

	for (size_t i = 0; i < out->packages.count; i++) {
		struct it_where element = { &where, NULL, i };
		const char *text = out->packages.items[i];
		const char *star = strchr(text, '*');

		if (star && (star == text || star[1]))
			return it_where_refuse(&element, INTOTO_E_FORMAT, err,
					       "a star can only stand at the end, behind "
					       "something");
	}
	return INTOTO_OK;
}

static int read_scope(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	struct it_exception *out = target;
	struct it_where gate = { where, "gate", 0 };
	int rc = it_fields_read(out, value, scope_fields, IT_COUNT_OF(scope_fields),
				IT_FIELDS_CLOSED, where, err);

	if (rc)
		return rc;
	if (!it_gate_kind_find(it_span_text(out->gate)))
		return it_where_refuse(&gate, INTOTO_E_FORMAT, err, "no gate is called so");
	if (!out->findings.count && !out->packages.count && !out->licenses.count &&
	    !out->tests.count)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "would excuse everything: want \"findings\", \"packages\", "
				       "\"licenses\" or \"tests\"");
	return check_packages(out, where, err);
}

static const struct it_field fields[] = {
	{ "_type", IT_FIELD_CUSTOM, true, 0, read_type },
	{ "expires", IT_FIELD_CUSTOM, true, 0, read_expires },
	{ "id", IT_FIELD_CUSTOM, true, 0, read_id },
	{ "notBefore", IT_FIELD_CUSTOM, false, 0, read_not_before },
	{ "owner", IT_FIELD_CUSTOM, true, 0, read_owner },
	{ "reason", IT_FIELD_CUSTOM, true, 0, read_reason },
	{ "scope", IT_FIELD_CUSTOM, true, 0, read_scope },
	{ "ticket", IT_FIELD_CUSTOM, false, 0, read_ticket },
};

int it_exception_read(struct it_exception *out, const struct it_json *object,
		      const struct it_where *where, struct intoto_error **err)
{
	struct it_where expires = { where, "expires", 0 };
	int rc = it_fields_read(out, object, fields, IT_COUNT_OF(fields), IT_FIELDS_CLOSED, where,
				err);

	if (!rc && out->not_before >= out->expires)
		rc = it_where_refuse(&expires, INTOTO_E_FORMAT, err,
				     "is not after \"notBefore\", so it never holds");
	return rc;
}

int it_exception_from_envelope(struct it_exception *out, const struct intoto_envelope *envelope,
			       struct intoto_error **err)
{
	static const struct it_where where = { NULL, "exception", 0 };

	if (intoto_envelope_format(envelope) != INTOTO_DSSE ||
	    !it_streq(intoto_envelope_payload_type(envelope), IT_EXCEPTION_PAYLOAD))
		return it_err_set(err, INTOTO_E_FORMAT, "payloadType: want \"%s\"",
				  IT_EXCEPTION_PAYLOAD);
	if (it_json_has_real(it_envelope_body(envelope)))
		return it_err_set(err, INTOTO_E_FORMAT, "exception: holds a real number");
	return it_exception_read(out, it_envelope_body(envelope), &where, err);
}

/* --- writing --- */

static void write_text(struct it_writer *writer, const char *name, const char *text)
{
	if (!text)
		return;
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_words(struct it_writer *writer, const char *name, const struct it_strings *words)
{
	if (!words->count)
		return;
	it_write_name(writer, name);
	it_write_list(writer);
	for (size_t i = 0; i < words->count; i++)
		it_write_text(writer, words->items[i]);
	it_write_list_end(writer);
}

static void write_time(struct it_writer *writer, const char *name, int64_t time)
{
	char text[IT_TIME_SIZE];

	if (!time)
		return;
	it_time_format(text, time);
	write_text(writer, name, text);
}

static void write_scope(struct it_writer *writer, const struct it_exception *exception)
{
	it_write_object(writer);
	if (exception->artifacts.count) {
		it_write_name(writer, "artifacts");
		it_write_list(writer);
		for (size_t i = 0; i < exception->artifacts.count; i++) {
			it_write_object(writer);
			write_text(writer, "sha256", exception->artifacts.items[i]);
			it_write_object_end(writer);
		}
		it_write_list_end(writer);
	}
	write_words(writer, "findings", &exception->findings);
	write_text(writer, "gate", exception->gate);
	write_words(writer, "licenses", &exception->licenses);
	write_words(writer, "packages", &exception->packages);
	write_words(writer, "steps", &exception->steps);
	write_words(writer, "tests", &exception->tests);
	it_write_object_end(writer);
}

void it_exception_write(struct it_writer *writer, const struct it_exception *exception)
{
	it_write_object(writer);
	write_text(writer, "_type", "exception");
	write_time(writer, "expires", exception->expires);
	write_text(writer, "id", exception->id);
	write_time(writer, "notBefore", exception->not_before);
	write_text(writer, "owner", exception->owner);
	write_text(writer, "reason", exception->reason);
	it_write_name(writer, "scope");
	write_scope(writer, exception);
	write_text(writer, "ticket", exception->ticket);
	it_write_object_end(writer);
}

int it_exception_to_envelope(struct intoto_envelope **out, const struct it_exception *exception,
			     struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(DOCUMENT_MAX);
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_exception_done) struct it_exception again = { 0 };
	struct it_writer writer;
	int rc;

	*out = NULL;
	it_writer_init(&writer, &text, IT_WRITE_COMPACT);
	it_exception_write(&writer, exception);
	rc = it_writer_finish(&writer, err);
	if (!rc)
		rc = intoto_envelope_new(&envelope, INTOTO_DSSE, text.data, text.len, err);
	if (rc)
		return rc;
	free(envelope->payload_type);
	envelope->payload_type = strdup(IT_EXCEPTION_PAYLOAD);
	if (!envelope->payload_type)
		return it_err_nomem(err);
	/* What nobody could use must not be signed. */
	rc = it_exception_from_envelope(&again, envelope, err);
	if (rc)
		return rc;
	*out = envelope;
	envelope = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* --- for people --- */

static void say_words(struct it_buf *out, const char *what, const struct it_strings *words)
{
	if (!words->count)
		return;
	(void)it_buf_add_text(out, what); /* sticks in out, as the rest */
	for (size_t i = 0; i < words->count; i++) {
		(void)it_buf_add_text(out, i ? ", " : " ");
		it_text_quote(out, it_span_text(words->items[i]));
	}
}

void it_exception_scope(struct it_buf *out, const struct it_exception *exception)
{
	it_text_quote(out, it_span_text(exception->gate));
	(void)it_buf_add_byte(out, ':'); /* sticks in out */
	say_words(out, "", &exception->findings);
	say_words(out, " in the package", &exception->packages);
	say_words(out, " under the license", &exception->licenses);
	say_words(out, " of the test", &exception->tests);
	say_words(out, " in the step", &exception->steps);
	say_words(out, " of the artifact", &exception->artifacts);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Statement v1 (attestation framework) about a verification. */
#include "model/vsa_statement.h"

#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/digest_set.h"

#define STATEMENT_TYPE "https://in-toto.io/Statement/v1"

/* --- checks --- */

/* Bytes of "scheme:"; 0 when there is none. */
static size_t scheme_length(const char *uri)
{
	size_t len = 0;

	if (!islower((unsigned char)uri[0]))
		return 0;
	while (islower((unsigned char)uri[len]) || isdigit((unsigned char)uri[len]) ||
	       (uri[len] && strchr("+-.", uri[len])))
		len++;
	return uri[len] == ':' ? len + 1 : 0;
}

static bool has_upper(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (isupper((unsigned char)text[i]))
			return true;
	return false;
}

static bool is_visible(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || (unsigned char)*text >= 0x7f)
			return false;
	return true;
}

int it_resource_check_uri(const char *uri, const char *what, struct intoto_error **err)
{
	size_t scheme = uri ? scheme_length(uri) : 0;
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(uri ? uri : ""));
	const char *rest = uri ? uri + scheme : "";

	if (scheme && *rest && is_visible(uri) &&
	    !(it_starts_with(rest, "//") && has_upper(rest + 2, strcspn(rest + 2, "/?#"))))
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_USAGE,
			  "%s: want a URI (https://example.org/verifier), scheme and host in lower "
			  "case, found '%s'",
			  what, quoted ? quoted : "");
}

int it_verification_check(const struct it_verification *done, struct intoto_error **err)
{
	int rc = it_resource_check_uri(done->verifier_id, "verifier.id", err);

	if (!rc && !done->subject_count)
		rc = it_err_set(err, INTOTO_E_USAGE, "subject: want at least one artifact");
	for (size_t i = 0; !rc && i < done->subject_count; i++)
		if (!done->subjects[i].digests || !*done->subjects[i].digests)
			rc = it_err_set(err, INTOTO_E_USAGE, "subject[%zu]: want a digest", i);
	return rc;
}

/* --- writing --- */

void it_resource_write(struct it_writer *writer, const struct it_resource *resource)
{
	it_write_object(writer);
	if (resource->digests) {
		it_write_name(writer, "digest");
		it_digest_set_write(writer, resource->digests);
	}
	if (resource->name) {
		it_write_name(writer, "name");
		it_write_text(writer, resource->name);
	}
	if (resource->uri) {
		it_write_name(writer, "uri");
		it_write_text(writer, resource->uri);
	}
	it_write_object_end(writer);
}

void it_verification_write_time(struct it_writer *writer, const char *name,
				const struct it_verification *done)
{
	char time[IT_TIME_SIZE];

	it_time_format(time, done->time);
	it_write_name(writer, name);
	it_write_text(writer, time);
}

int it_verification_to_envelope(struct intoto_envelope **out, const struct it_verification *done,
				const char *type,
				void (*predicate)(struct it_writer *writer,
						  const struct it_verification *done),
				struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_JSON_BYTES_MAX);
	struct it_writer writer;
	int rc;

	*out = NULL;
	it_writer_init(&writer, &text, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "_type");
	it_write_text(&writer, STATEMENT_TYPE);
	it_write_name(&writer, "predicate");
	predicate(&writer, done);
	it_write_name(&writer, "predicateType");
	it_write_text(&writer, type);
	it_write_name(&writer, "subject");
	it_write_list(&writer);
	for (size_t i = 0; i < done->subject_count; i++)
		it_resource_write(&writer, &done->subjects[i]);
	it_write_list_end(&writer);
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	if (!rc)
		rc = it_buf_check(&text, "statement", err);
	return rc ? rc : it_envelope_wrap(out, INTOTO_DSSE, &text, "statement", err);
}

/* --- exceptions --- */

static void write_text(struct it_writer *writer, const char *name, const char *text)
{
	if (!text)
		return;
	it_write_name(writer, name);
	it_write_text(writer, text);
}

void it_verification_write_excuses(struct it_writer *writer, const struct it_verification *done)
{
	char expires[IT_TIME_SIZE];

	if (!done->excuse_count)
		return;
	it_write_name(writer, "intoto");
	it_write_object(writer);
	it_write_name(writer, "exceptions");
	it_write_list(writer);
	for (size_t i = 0; i < done->excuse_count; i++) {
		const struct it_excuse *excuse = &done->excuses[i];

		it_time_format(expires, excuse->expires);
		it_write_object(writer);
		write_text(writer, "expires", expires);
		write_text(writer, "id", excuse->id);
		write_text(writer, "owner", excuse->owner);
		write_text(writer, "reason", excuse->reason);
		write_text(writer, "ticket", excuse->ticket);
		write_text(writer, "uri", excuse->uri);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
	it_write_object_end(writer);
}

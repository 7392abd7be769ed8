/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of any document: what it is, and then what such a document says. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/purl.h"
#include "model/vulnerability_id.h"
#include "store/facts_part.h"

void it_facts_free(struct it_facts *facts)
{
	if (!facts)
		return;
	free(facts->subjects);
	free(facts->signers);
	free(facts->packages);
	free(facts->vulnerabilities);
	free(facts->exceptions);
	free(facts->lines);
	it_strings_done(&facts->texts);
	free(facts);
}

/* --- adding --- */

/* At most IT_FACT_TEXT_MAX, and no half of a character. */
static size_t end_of_text(const char *text)
{
	size_t end = IT_FACT_TEXT_MAX;

	while (end && ((unsigned char)text[end] & 0xc0) == 0x80)
		end--;
	return end;
}

/* What no database takes as it is: what is no UTF-8 is replaced. */
static int add_cleaned(struct it_facts *facts, struct it_span text, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf clean = IT_BUF(4 * IT_FACT_TEXT_MAX);
	int rc;

	(void)it_utf8_replace(&clean, text);
	rc = it_buf_check(&clean, "a fact", err);
	/* What was replaced is longer than it was. */
	if (!rc && clean.len > IT_FACT_TEXT_MAX)
		clean.data[end_of_text(clean.data)] = '\0';
	return rc ? rc : it_strings_add(&facts->texts, it_buf_text(&clean), err);
}

int it_fact_text(struct it_facts *facts, const char **out, struct it_span text,
		 struct intoto_error **err)
{
	struct it_span cut = text;
	int rc;

	*out = "";
	if (!text.len)
		return INTOTO_OK;
	if (cut.len > IT_FACT_TEXT_MAX)
		cut.len = IT_FACT_TEXT_MAX;
	/* No database takes a NUL in a text, and not all take what is no UTF-8. */
	cut.len = strnlen(cut.data, cut.len);
	rc = it_utf8_valid(cut) ? it_strings_add_span(&facts->texts, cut, err)
				: add_cleaned(facts, cut, err);
	if (!rc)
		*out = facts->texts.items[facts->texts.count - 1];
	return rc;
}

/* Room for one more; *cut when there are too many already. */
static int grow(void **items, size_t count, size_t *cap, size_t size, struct intoto_error **err)
{
	size_t more = *cap ? *cap * 2 : 16;
	void *grown;

	if (count < *cap)
		return INTOTO_OK;
	grown = reallocarray(*items, more, size);
	if (!grown)
		return it_err_nomem(err);
	*items = grown;
	*cap = more;
	return INTOTO_OK;
}

#define ADD(facts, list, number, capacity, one)                                                    \
	do {                                                                                       \
		void *items = (facts)->list;                                                       \
		int grown;                                                                         \
		if ((facts)->number >= IT_FACTS_MAX) {                                             \
			(facts)->cut = true;                                                       \
			return INTOTO_OK;                                                          \
		}                                                                                  \
		grown = grow(&items, (facts)->number, &(facts)->capacity, sizeof(one), err);       \
		if (grown)                                                                         \
			return grown;                                                              \
		(facts)->list = items;                                                             \
		(facts)->list[(facts)->number++] = (one);                                          \
		return INTOTO_OK;                                                                  \
	} while (0)

int it_fact_subject(struct it_facts *facts, const char *role, struct it_span name,
		    struct it_span digest, struct intoto_error **err)
{
	const char *colon = memchr(digest.data, ':', digest.len);
	struct it_fact_subject one = { .role = role, .line = facts->line };
	size_t len = colon ? (size_t)(colon - digest.data) : 0;
	int rc = it_fact_text(facts, &one.name, name, err);

	if (!colon)
		return rc;
	if (!rc)
		rc = it_fact_text(facts, &one.algorithm, it_span(digest.data, len), err);
	if (!rc)
		rc = it_fact_text(facts, &one.value, it_span(colon + 1, digest.len - len - 1), err);
	if (rc)
		return rc;
	ADD(facts, subjects, subject_count, subject_cap, one);
}

int it_fact_subjects(struct it_facts *facts, const char *role, struct it_span name,
		     const char *digests, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (const char *at = digests; !rc && at && *at;) {
		size_t len = strcspn(at, ",");

		rc = it_fact_subject(facts, role, name, it_span(at, len), err);
		at += len + (at[len] == ',');
	}
	return rc;
}

int it_fact_signer(struct it_facts *facts, const char *keyid, const char *identity,
		   struct intoto_error **err)
{
	struct it_fact_signer one = { 0 };
	int rc = it_fact_text(facts, &one.keyid, it_span_text(keyid), err);

	if (!rc)
		rc = it_fact_text(facts, &one.identity, it_span_text(identity), err);
	if (rc)
		return rc;
	ADD(facts, signers, signer_count, signer_cap, one);
}

/* What has no purl is known by its name. */
int it_fact_package(struct it_facts *facts, const struct it_fact_package *told,
		    struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf base = IT_BUF(4 * IT_FACT_TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf version = IT_BUF(4 * IT_FACT_TEXT_MAX);
	struct it_fact_package one = { .line = facts->line };
	int rc = it_fact_text(facts, &one.purl, it_span_text(told->purl), err);

	it_purl_split(&base, &version, *told->purl ? told->purl : told->name);
	if (!rc)
		rc = it_fact_text(facts, &one.base, it_buf_span(&base), err);
	if (!rc)
		rc = it_fact_text(facts, &one.name, it_span_text(told->name), err);
	if (!rc)
		rc = it_fact_text(facts, &one.version,
				  version.len ? it_buf_span(&version) : it_span_text(told->version),
				  err);
	if (!rc)
		rc = it_fact_text(facts, &one.license, it_span_text(told->license), err);
	if (rc)
		return rc;
	ADD(facts, packages, package_count, package_cap, one);
}

int it_fact_exception(struct it_facts *facts, const struct it_fact_exception *told,
		      struct intoto_error **err)
{
	struct it_fact_exception one = { .expires = told->expires };
	int rc = it_fact_text(facts, &one.id, it_span_text(told->id), err);

	if (!rc)
		rc = it_fact_text(facts, &one.owner, it_span_text(told->owner), err);
	if (!rc)
		rc = it_fact_text(facts, &one.reason, it_span_text(told->reason), err);
	if (rc)
		return rc;
	ADD(facts, exceptions, exception_count, exception_cap, one);
}

int it_fact_vulnerability(struct it_facts *facts, const struct it_fact_vulnerability *told,
			  struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf base = IT_BUF(4 * IT_FACT_TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf version = IT_BUF(4 * IT_FACT_TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf id = IT_BUF(IT_FACT_TEXT_MAX);
	struct it_fact_vulnerability one = { .state = told->state,
					     .finding = facts->finding + told->finding,
					     .line = facts->line };
	int rc;

	it_vulnerability_id_print(&id, told->id);
	/* One that is too long for a name is kept as it is, cut. */
	rc = it_fact_text(facts, &one.id, id.failed ? it_span_text(told->id) : it_buf_span(&id),
			  err);
	it_purl_split(&base, &version, told->package);
	if (!rc)
		rc = it_fact_text(facts, &one.package, it_span_text(told->package), err);
	if (!rc)
		rc = it_fact_text(facts, &one.base, it_buf_span(&base), err);
	if (!rc)
		rc = it_fact_text(facts, &one.version,
				  told->version && *told->version ? it_span_text(told->version)
								  : it_buf_span(&version),
				  err);
	if (!rc)
		rc = it_fact_text(facts, &one.severity, it_span_text(told->severity), err);
	if (rc)
		return rc;
	ADD(facts, vulnerabilities, vulnerability_count, vulnerability_cap, one);
}

int it_fact_line(struct it_facts *facts, const struct it_fact_line *one, struct intoto_error **err)
{
	ADD(facts, lines, line_count, line_cap, *one);
}

int it_fact_none(struct it_facts *facts, int rc, struct intoto_error **err)
{
	facts->unread = true;
	return rc == INTOTO_E_NOMEM ? it_err_nomem(err) : INTOTO_OK;
}

/* --- what it is --- */

static const struct it_json_limits raw_limits = {
	.bytes = IT_JSON_BYTES_MAX, .depth = 64, .reals = true, .values = 8 << 20
};

/* Documents that are read by what they are; a failure leaves the facts that there were. */
static int read_document(struct it_facts *facts, struct it_span bytes, struct intoto_error **err)
{
	struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_json_freep) struct it_json *root = NULL;

	int rc = intoto_envelope_parse(&envelope, bytes.data, bytes.len, NULL);

	if (!rc)
		return it_facts_of_envelope(facts, envelope, err);
	if (rc != INTOTO_E_NOMEM)
		rc = it_json_parse(&root, bytes, &raw_limits, NULL);
	if (!rc)
		return it_facts_of_raw(facts, root, err);
	return rc == INTOTO_E_NOMEM ? it_err_nomem(err) : it_facts_of_bundle(facts, bytes, err);
}

int it_facts_read(struct it_facts **out, struct it_span bytes, const char *name,
		  struct intoto_error **err)
{
	IT_AUTO(it_facts_freep) struct it_facts *facts = calloc(1, sizeof *facts);
	size_t blanks = 0;
	int rc = INTOTO_OK;

	*out = NULL;
	if (!facts)
		return it_err_nomem(err);
	facts->kind = "file";
	facts->media_type = "application/octet-stream";
	facts->predicate_type = facts->step = facts->verdict = "";
	while (blanks < bytes.len && strchr(" \t\r\n", bytes.data[blanks]))
		blanks++;
	if (it_ends_with(name, ".pub") || it_ends_with(name, ".pem"))
		facts->media_type = "application/x-pem-file";
	if (blanks < bytes.len && bytes.data[blanks] == '{') {
		facts->media_type = "application/json";
		rc = read_document(facts, bytes, err);
	}
	if (rc)
		return rc;
	*out = facts;
	facts = NULL; /* now the caller's */
	return INTOTO_OK;
}

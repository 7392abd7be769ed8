/* SPDX-License-Identifier: Apache-2.0 */
/* Reading documents, and who signed them. */
#include "layouts/gates/evidence.h"

#include <string.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/openpgp.h"
#include "layouts/layout.h"

enum { DOCUMENTS_MAX = 20 * 1000, NAME_MAX_BYTES = 4096, NAMED_DIGITS = 8 };

/* All of them are in memory while gates are judged, about eight times as large. */
#define BYTES_MAX ((size_t)512 << 20)

/* --- keys --- */

void it_gate_keys_done(struct it_gate_keys *keys)
{
	for (size_t i = 0; i < keys->count; i++)
		free(keys->items[i].name);
	free(keys->items);
	it_strings_done(&keys->ids);
	*keys = (struct it_gate_keys){ 0 };
}

int it_gate_keys_add(struct it_gate_keys *out, const char *id, const struct intoto_key *key,
		     const char *only, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(NAME_MAX_BYTES);
	struct it_gate_key *items;
	int rc;

	if (it_strings_has(&out->ids, id))
		return INTOTO_OK;
	items = reallocarray(out->items, out->count + 1, sizeof *items);
	if (!items)
		return it_err_nomem(err);
	out->items = items;
	items[out->count] = (struct it_gate_key){ .key = key, .only = only };
	(void)it_buf_printf(&name, "%s %.*s", key ? intoto_key_type(key) : "key", /* short */
			    NAMED_DIGITS, id);
	items[out->count].name = it_buf_take(&name);
	rc = it_strings_add(&out->ids, id, err);
	if (!rc && !items[out->count].name)
		rc = it_err_nomem(err);
	if (rc) {
		free(items[out->count].name);
		return rc;
	}
	items[out->count].id = out->ids.items[out->ids.count - 1];
	out->count++;
	return INTOTO_OK;
}

/* The id of an OpenPGP subkey entitles that subkey only, the id of the main key all of them. */
static const char *subkey_of(const struct it_layout_key *key, const char *id)
{
	const struct it_pgp_part *part =
		key->key->openpgp ? it_openpgp_part(key->key, it_span_text(id)) : NULL;

	return part && part != &key->key->openpgp->parts[0] ? id : NULL;
}

int it_gate_keys_named(struct it_gate_keys *out, const struct intoto_layout *layout,
		       const struct it_strings *ids, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < ids->count; i++) {
		const struct it_layout_key *key = it_layout_key(layout, ids->items[i]);
		bool usable = key && key->key;

		rc = it_gate_keys_add(out, ids->items[i], usable ? key->key : NULL,
				      usable ? subkey_of(key, ids->items[i]) : NULL, err);
	}
	return rc;
}

int it_gate_keys_of(struct it_gate_keys *out, const struct intoto_layout *layout,
		    struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < layout->step_count; i++) {
		const struct it_layout_step *step = &layout->steps[i];

		if (step->gates.count)
			rc = it_gate_keys_named(out, layout, &step->pubkeys, err);
		for (size_t j = 0; !rc && j < step->gates.count; j++)
			rc = it_gate_keys_named(out, layout,
						&step->gates.items[j].terms.functionaries, err);
	}
	return rc;
}

/* --- documents --- */

static void document_done(struct it_gate_document *document)
{
	it_attestation_free(document->attestation);
	it_people_done(&document->signers);
	free(document->name);
	free(document->uri);
	free(document->good);
}

void it_gate_documents_done(struct it_gate_documents *documents)
{
	for (size_t i = 0; i < documents->count; i++)
		document_done(&documents->items[i]);
	free(documents->items);
	*documents = (struct it_gate_documents){ 0 };
}

static void print_hex(char out[65], const unsigned char *digest)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < IT_SHA256_SIZE; i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 15];
	}
	out[64] = '\0';
}

/* A file that became a line of a bundle lost its end of line. */
static int measure(struct it_gate_document *document, struct it_span text,
		   struct intoto_error **err)
{
	unsigned char digest[IT_SHA256_SIZE];
	IT_AUTO(it_buf_done) struct it_buf line = IT_BUF(SIZE_MAX / 2);
	int rc;

	it_sha256(digest, text);
	print_hex(document->sha256, digest);
	if (!strchr(document->name, '#'))
		return INTOTO_OK;
	(void)it_buf_add_span(&line, text); /* looked at below */
	(void)it_buf_add_byte(&line, '\n');
	rc = it_buf_check(&line, "a line", err);
	it_sha256(digest, it_buf_span(&line));
	print_hex(document->sha256_line, digest);
	return rc;
}

static int find_signers(struct it_gate_document *document, const struct it_gate_documents *set,
			struct intoto_error **err)
{
	const struct it_gate_keys *keys = set->keys;
	int rc = INTOTO_OK;

	document->good = calloc(keys->count + 1, sizeof *document->good);
	if (!document->good)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < keys->count; i++) {
		const struct it_gate_key *entry = &keys->items[i];
		struct it_terms terms = { set->now, entry->only };
		struct it_person person = {
			.name = entry->name, .key = entry->key, .only = entry->only, .rank = i
		};
		int found = INTOTO_E_UNTRUSTED;

		if (entry->key)
			found = it_envelope_verify_under(document->attestation->envelope,
							 entry->key, &terms, NULL);
		if (found == INTOTO_E_NOMEM)
			return it_err_nomem(err);
		document->good[i] = found == INTOTO_OK;
		if (found)
			continue;
		person.fingerprint = intoto_key_fingerprint(entry->key);
		rc = it_people_add(&document->signers, &person, err);
	}
	return rc;
}

static int make_room(struct it_gate_documents *documents, struct it_span text,
		     struct intoto_error **err)
{
	size_t cap = documents->cap ? documents->cap * 2 : 16;
	struct it_gate_document *items;

	if (documents->count == DOCUMENTS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "more than %d attestations", DOCUMENTS_MAX);
	if (text.len > BYTES_MAX - documents->bytes)
		return it_err_set(err, INTOTO_E_LIMIT, "more than %zu MiB of attestations",
				  BYTES_MAX >> 20);
	if (documents->count < documents->cap)
		return INTOTO_OK;
	items = reallocarray(documents->items, cap, sizeof *items);
	if (!items)
		return it_err_nomem(err);
	documents->items = items;
	documents->cap = cap;
	return INTOTO_OK;
}

/* The payload was needed for the signatures only, and may be large. */
static int fill(struct it_gate_document *document, const struct it_gate_documents *documents,
		const char *name, const char *uri, struct it_span text, struct intoto_error **err)
{
	int rc;

	document->name = strdup(name);
	document->uri = strdup(uri);
	if (!document->name || !document->uri)
		return it_err_nomem(err);
	rc = measure(document, text, err);
	if (!rc)
		rc = find_signers(document, documents, err);
	return rc;
}

static int take(struct it_gate_documents *documents, const char *name, const char *uri,
		struct it_span text, struct it_attestation *attestation, struct intoto_error **err)
{
	struct it_gate_document document = { .attestation = attestation };
	int rc = make_room(documents, text, err);

	if (!rc)
		rc = fill(&document, documents, name, uri, text, err);
	if (rc) {
		document_done(&document);
		return rc;
	}
	documents->bytes += text.len;
	documents->items[documents->count++] = document;
	return INTOTO_OK;
}

int it_gate_documents_take(struct it_gate_documents *documents, const char *name, const char *uri,
			   struct it_span text, struct intoto_envelope *envelope,
			   struct intoto_error **err)
{
	struct it_attestation *attestation = NULL;
	int rc = it_attestation_take(&attestation, envelope, err);

	return rc ? rc : take(documents, name, uri, text, attestation, err);
}

int it_gate_documents_add(struct it_gate_documents *documents, const char *name, const char *uri,
			  struct it_span text, enum it_gate_text *what, struct intoto_error **err)
{
	struct intoto_envelope *envelope = NULL;
	struct it_attestation *attestation = NULL;
	int rc = intoto_envelope_parse(&envelope, text.data, text.len, err);

	*what = IT_GATE_TEXT_FOREIGN;
	if (rc)
		return rc;
	if (!it_streq(intoto_envelope_type(envelope), "statement")) {
		intoto_envelope_free(envelope);
		return INTOTO_OK;
	}
	rc = it_attestation_take(&attestation, envelope, err);
	if (rc)
		return rc;
	*what = IT_GATE_TEXT_UNWANTED;
	if (documents->wanted && !documents->wanted(documents->arg, attestation->type)) {
		it_attestation_free(attestation);
		return INTOTO_OK;
	}
	*what = IT_GATE_TEXT_TAKEN;
	return take(documents, name, uri, text, attestation, err);
}

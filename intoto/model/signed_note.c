/* SPDX-License-Identifier: Apache-2.0 */
/* Signed notes and checkpoints with Ed25519 (signature type 0x01 of c2sp.org/signed-note). */
#include "model/signed_note.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "crypto/ed25519.h"
#include "crypto/scheme.h"

enum {
	ID_SIZE = 4,
	TYPE_ED25519 = 1,
	KEY_SIZE = 32,
	BLOB_MAX = 8 * 1024,
	LINE_MAX = 16 * 1024,
};

/* The em dash, U+2014, that begins a signature's line. */
#define DASH "\xe2\x80\x94 "

/* "Key names MUST be non-empty and not contain any Unicode spaces or plus characters." */
static bool name_is_good(struct it_span name)
{
	if (!name.len || name.len > IT_NOTE_NAME_MAX || !it_utf8_valid(name))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		unsigned char byte = (unsigned char)name.data[i];

		if (byte <= ' ' || byte == '+' || byte == 0x7f)
			return false;
	}
	/* The spaces beyond ASCII that have names: U+00A0, U+1680, U+2000 to U+200A, U+2028 … */
	return !memmem(name.data, name.len, "\xc2\xa0", 2) &&
	       !memmem(name.data, name.len, "\xe1\x9a\x80", 3) &&
	       !memmem(name.data, name.len, "\xe2\x80", 2) &&
	       !memmem(name.data, name.len, "\xe3\x80\x80", 3);
}

/* SHA-256(name || 0x0A || type || key)[:4] */
static int print_id(unsigned char out[ID_SIZE], struct it_span name, struct it_span key,
		    struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(LINE_MAX);
	unsigned char digest[IT_SHA256_SIZE];
	int rc;

	(void)it_buf_add_span(&text, name);	    /* sticky */
	(void)it_buf_add_byte(&text, '\n');	    /* sticky */
	(void)it_buf_add_byte(&text, TYPE_ED25519); /* sticky */
	(void)it_buf_add_span(&text, key);	    /* looked at below */
	rc = it_buf_check(&text, "a key's id", err);
	if (rc)
		return rc;
	it_sha256(digest, it_buf_span(&text));
	memcpy(out, digest, ID_SIZE);
	return INTOTO_OK;
}

/* --- verifiers --- */

void it_note_verifier_free(struct it_note_verifier *verifier)
{
	if (!verifier)
		return;
	free(verifier->name);
	intoto_key_free(verifier->key);
	free(verifier);
}

static int make_key(struct intoto_key **out, struct it_span bytes, struct intoto_error **err)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = calloc(1, sizeof *key);
	int rc;

	if (!key)
		return it_err_nomem(err);
	key->scheme = &it_scheme_ed25519;
	rc = it_ed25519_set_public(key, bytes, err);
	if (!rc)
		rc = it_key_settle(key, NULL, err);
	if (rc)
		return rc;
	*out = key;
	key = NULL; /* now the caller's */
	return INTOTO_OK;
}

static int refuse_verifier(struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_FORMAT,
			  "want a verifier key like \"NAME+1a2b3c4d+BASE64\" of an Ed25519 key");
}

int it_note_verifier_parse(struct it_note_verifier **out, const char *text,
			   struct intoto_error **err)
{
	IT_AUTO(it_note_verifier_freep) struct it_note_verifier *verifier = NULL;
	IT_AUTO(it_buf_done) struct it_buf id = IT_BUF(BLOB_MAX);
	IT_AUTO(it_buf_done) struct it_buf key = IT_BUF(BLOB_MAX);
	const char *plus = strchr(text, '+');
	const char *second = plus ? strchr(plus + 1, '+') : NULL;
	unsigned char found[ID_SIZE];
	struct it_span name;
	int rc;

	*out = NULL;
	if (!second || !name_is_good(name = it_span(text, (size_t)(plus - text))) ||
	    !it_hex_decode(&id, it_span(plus + 1, (size_t)(second - plus - 1))) ||
	    id.len != ID_SIZE || !it_base64_decode(&key, it_span_text(second + 1)) ||
	    key.len != 1 + KEY_SIZE || key.data[0] != TYPE_ED25519)
		return refuse_verifier(err);
	rc = print_id(found, name, it_span(key.data + 1, KEY_SIZE), err);
	if (rc)
		return rc;
	if (!it_span_eq(it_span(found, ID_SIZE), it_buf_span(&id)))
		return it_err_set(err, INTOTO_E_FORMAT,
				  "the id of a verifier key does not belong to its name and key");
	verifier = calloc(1, sizeof *verifier);
	if (!verifier || !(verifier->name = strndup(name.data, name.len)))
		return it_err_nomem(err);
	memcpy(verifier->id, found, ID_SIZE);
	rc = make_key(&verifier->key, it_span(key.data + 1, KEY_SIZE), err);
	if (rc)
		return rc;
	*out = verifier;
	verifier = NULL; /* now the caller's */
	return INTOTO_OK;
}

static int check_signer(const char *name, const struct intoto_key *key, struct intoto_error **err)
{
	if (!name_is_good(it_span_text(name)))
		return it_err_set(err, INTOTO_E_USAGE,
				  "a name of a log is a text without blanks and \"+\"");
	if (key->scheme != &it_scheme_ed25519)
		return it_err_set(err, INTOTO_E_KEY, "a log is signed with an Ed25519 key");
	return INTOTO_OK;
}

int it_note_verifier_print(struct it_buf *out, const char *name, const struct intoto_key *key,
			   struct intoto_error **err)
{
	struct it_span bytes = it_span(key->ed25519_public, KEY_SIZE);
	unsigned char blob[1 + KEY_SIZE] = { TYPE_ED25519 };
	unsigned char id[ID_SIZE];
	int rc = check_signer(name, key, err);

	if (!rc)
		rc = print_id(id, it_span_text(name), bytes, err);
	if (rc)
		return rc;
	memcpy(blob + 1, bytes.data, bytes.len);
	(void)it_buf_printf(out, "%s+", name); /* sticky */
	it_hex_encode(out, it_span(id, ID_SIZE));
	(void)it_buf_add_byte(out, '+'); /* sticky */
	it_base64_encode(out, it_span(blob, sizeof blob));
	return it_buf_check(out, "a verifier key", err);
}

/* --- notes --- */

/* "the text MUST end in newline", and no control characters below U+0020 but newlines. */
static bool text_is_good(struct it_span text)
{
	if (!text.len || text.data[text.len - 1] != '\n' || !it_utf8_valid(text))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.data[i] < ' ' && text.data[i] != '\n')
			return false;
	return true;
}

int it_note_sign(struct it_buf *out, struct it_span text, const char *name,
		 const struct intoto_key *key, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf blob = IT_BUF(BLOB_MAX);
	unsigned char id[ID_SIZE];
	int rc = check_signer(name, key, err);

	if (!rc && !text_is_good(text))
		rc = it_err_set(
			err, INTOTO_E_FORMAT,
			"a note is UTF-8 that ends in a newline, without control characters");
	if (!rc)
		rc = print_id(id, it_span_text(name), it_span(key->ed25519_public, KEY_SIZE), err);
	if (rc)
		return rc;
	(void)it_buf_add(&blob, id, ID_SIZE); /* sticky */
	rc = it_key_sign(key, text, &blob, err);
	if (rc)
		return rc;
	(void)it_buf_add_span(out, text);		 /* sticky */
	(void)it_buf_printf(out, "\n" DASH "%s ", name); /* sticky */
	it_base64_encode(out, it_buf_span(&blob));
	(void)it_buf_add_byte(out, '\n'); /* looked at below */
	return it_buf_check(out, "a note", err);
}

/* The text of a note, and the lines of its signatures; the blank line is the last one. */
static int split(struct it_span *text, struct it_span *lines, struct it_span note,
		 struct intoto_error **err)
{
	const char *last = NULL;

	for (const char *at = note.data;
	     note.len && (at = memmem(at, (size_t)(note.data + note.len - at), "\n\n", 2)); at++)
		last = at;
	if (!last || note.len > IT_NOTE_MAX || note.data[note.len - 1] != '\n')
		return it_err_set(err, INTOTO_E_FORMAT, "is no signed note");
	*text = it_span(note.data, (size_t)(last - note.data) + 1);
	*lines = it_span(last + 2, note.len - text->len - 1);
	if (!text_is_good(*text) || !lines->len)
		return it_err_set(err, INTOTO_E_FORMAT, "is no signed note");
	return INTOTO_OK;
}

enum judged { OTHER, GOOD, BAD, MALFORMED };

/* One line without its newline. */
static enum judged judge(struct it_span line, struct it_span text,
			 const struct it_note_verifier *verifier)
{
	IT_AUTO(it_buf_done) struct it_buf blob = IT_BUF(BLOB_MAX);
	const char *blank;
	struct it_span name;

	if (line.len < strlen(DASH) ||
	    !it_span_eq(it_span(line.data, strlen(DASH)), it_span_text(DASH)))
		return MALFORMED;
	line = it_span(line.data + strlen(DASH), line.len - strlen(DASH));
	blank = memchr(line.data, ' ', line.len);
	if (!blank)
		return MALFORMED;
	name = it_span(line.data, (size_t)(blank - line.data));
	if (!name_is_good(name) ||
	    !it_base64_decode(&blob, it_span(blank + 1, line.len - name.len - 1)) ||
	    blob.len <= ID_SIZE)
		return MALFORMED;
	if (!it_span_is(name, verifier->name) ||
	    !it_span_eq(it_span(blob.data, ID_SIZE), it_span(verifier->id, ID_SIZE)))
		return OTHER;
	return it_key_verify(verifier->key, text, it_span(blob.data + ID_SIZE, blob.len - ID_SIZE),
			     NULL)
		       ? BAD
		       : GOOD;
}

int it_note_verify(struct it_span *text, struct it_span note,
		   const struct it_note_verifier *verifier, struct intoto_error **err)
{
	struct it_span lines = { 0 };
	bool good = false;
	int rc = split(text, &lines, note, err);

	for (size_t count = 0; !rc && lines.len; count++) {
		const char *end = memchr(lines.data, '\n', lines.len);
		size_t len = end ? (size_t)(end - lines.data) : lines.len;
		enum judged judged = judge(it_span(lines.data, len), *text, verifier);

		if (count == IT_NOTE_SIGNATURES_MAX)
			return it_err_set(err, INTOTO_E_LIMIT, "more than %d signatures",
					  IT_NOTE_SIGNATURES_MAX);
		if (judged == MALFORMED)
			return it_err_set(err, INTOTO_E_FORMAT, "a signature line is malformed");
		if (judged == BAD)
			return it_err_set(err, INTOTO_E_UNTRUSTED,
					  "the signature of %s does not verify", verifier->name);
		good = good || judged == GOOD;
		lines = it_span(lines.data + len + 1, lines.len - len - 1);
	}
	if (rc || good)
		return rc;
	return it_err_set(err, INTOTO_E_UNTRUSTED, "is not signed by %s", verifier->name);
}

/* --- checkpoints --- */

void it_checkpoint_done(struct it_checkpoint *checkpoint)
{
	free(checkpoint->origin);
	*checkpoint = (struct it_checkpoint){ 0 };
}

static struct it_span next_line(struct it_span *text)
{
	const char *end = memchr(text->data, '\n', text->len);
	size_t len = end ? (size_t)(end - text->data) : text->len;
	struct it_span line = it_span(text->data, len);

	*text = it_span(text->data + len + (end ? 1 : 0), text->len - len - (end ? 1 : 0));
	return line;
}

int it_checkpoint_parse(struct it_checkpoint *out, struct it_span text, struct intoto_error **err)
{
	struct it_span origin = next_line(&text);
	struct it_span size = next_line(&text);
	struct it_span root = next_line(&text);
	IT_AUTO(it_freep) char *number = strndup(size.data ? size.data : "", size.len);
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(BLOB_MAX);

	if (!number)
		return it_err_nomem(err);
	/* "ASCII decimal with no leading zeroes" */
	if (!origin.len || !it_parse_u64(number, INT64_MAX, &out->size) ||
	    (size.len > 1 && number[0] == '0') || !it_base64_decode(&bytes, root) ||
	    bytes.len != IT_SHA256_SIZE)
		return it_err_set(err, INTOTO_E_FORMAT, "is no checkpoint of a log");
	memcpy(out->root.bytes, bytes.data, sizeof out->root.bytes);
	out->origin = strndup(origin.data, origin.len);
	return out->origin ? INTOTO_OK : it_err_nomem(err);
}

int it_checkpoint_print(struct it_buf *out, const struct it_checkpoint *checkpoint,
			struct intoto_error **err)
{
	(void)it_buf_printf(out, "%s\n%ju\n", checkpoint->origin,
			    (uintmax_t)checkpoint->size); /* sticky */
	it_base64_encode(out, it_span(checkpoint->root.bytes, sizeof checkpoint->root.bytes));
	(void)it_buf_add_byte(out, '\n'); /* looked at below */
	return it_buf_check(out, "a checkpoint", err);
}

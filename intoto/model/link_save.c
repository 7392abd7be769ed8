/* SPDX-License-Identifier: Apache-2.0 */
/* Links signed and written in passes. */
#include "model/link_save.h"

#include "base/base64_sink.h"
#include "base/draft.h"
#include "base/relay.h"
#include "base/text.h"
#include "crypto/fingerprint.h"
#include "json/recanon.h"
#include "json/writer.h"
#include "model/envelope_text.h"

enum {
	TEXT_MAX = 2 * IT_WRITER_CHUNK,
	HEAD_MAX = 256,
	RELAY_LEAST = 1024 * 1024, /* hashing less is done before a thread has started */
};

/* What is signed: written again from the link whenever it is asked for. */
struct body {
	const struct it_writing *document;
	enum it_writer_style style;
	struct it_buf chunk;
	struct it_buf head; /* what a signature covers before it */
	uint64_t len;
	struct it_fingerprint fingerprint; /* of the first pass */
	unsigned pass;
	unsigned last;		       /* the pass that goes into the file as well; 0: none does */
	const struct it_sink *payload; /* gets that one */
};

static void body_done(struct body *body)
{
	it_buf_done(&body->chunk);
	it_buf_done(&body->head);
}

static int write_body(struct body *body, const struct it_sink *sink, struct intoto_error **err)
{
	struct it_writer writer;

	it_buf_reset(&body->chunk);
	it_writer_init_sink(&writer, &body->chunk, body->style, sink);
	body->document->write(&writer, body->document->arg);
	return it_writer_finish(&writer, err);
}

/* --- looking at what goes by --- */

struct pass {
	const struct it_sink *next[2]; /* NULL: nobody */
	struct it_fingerprint_run run;
	uint64_t len;
};

static int look(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct pass *pass = arg;
	int rc = INTOTO_OK;

	it_fingerprint_add(&pass->run, piece);
	pass->len += piece.len;
	for (size_t i = 0; !rc && i < IT_COUNT_OF(pass->next); i++)
		if (pass->next[i])
			rc = it_sink_take(pass->next[i], piece, err);
	return rc;
}

static void begin_pass(struct pass *pass, const struct body *body)
{
	*pass = (struct pass){ .len = 0 };
	it_fingerprint_begin(&pass->run, &body->fingerprint);
}

/* A fault of the machine, or of ours: what was signed is not what is there now. */
static int end_pass(struct pass *pass, struct body *body, struct intoto_error **err)
{
	if (it_fingerprint_end(&pass->run, &body->fingerprint) || pass->len != body->len)
		return it_err_set(err, INTOTO_E_INTERNAL,
				  "the link was another one when it was written again");
	return INTOTO_OK;
}

/* --- the message that is signed --- */

static int pour_to(struct body *body, const struct it_sink *sink, struct intoto_error **err)
{
	struct pass pass;
	const struct it_sink looking = { look, &pass };
	int rc = INTOTO_OK;

	begin_pass(&pass, body);
	pass.next[0] = sink;
	if (++body->pass == body->last)
		pass.next[1] = body->payload;
	if (body->head.len)
		rc = it_sink_take(sink, it_buf_span(&body->head), err);
	if (!rc)
		rc = write_body(body, &looking, err);
	return rc ? rc : end_pass(&pass, body, err);
}

/*
 * The last pass of the signature is the one into the file, so that what is written is what was
 * signed.  Who signs hashes all of it, which takes as long as writing it: on another processor.
 */
static int pour_covered(void *self, const struct it_sink *sink, struct intoto_error **err)
{
	struct body *body = self;
	struct it_relay relay;
	const struct it_sink relaying = { it_relay_take, &relay };
	int rc;
	int other;

	if (body->len < RELAY_LEAST)
		return pour_to(body, sink, err);
	it_relay_open(&relay, sink);
	rc = pour_to(body, &relaying, err);
	other = it_relay_close(&relay, err);
	return rc ? rc : other;
}

static int refuse_long(uint64_t len, const struct it_writing *document, struct intoto_error **err)
{
	if (len <= IT_JSON_BYTES_MAX)
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_LIMIT,
			  "the %s has more than %d bytes, which no reader takes", document->kind,
			  IT_JSON_BYTES_MAX);
}

static int count(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct body *body = arg;

	body->len += piece.len;
	return refuse_long(body->len, body->document, err);
}

/* The length first: in the PAE it stands in front of what it counts. */
static int measure(struct body *body, const char *payload_type, struct intoto_error **err)
{
	const struct it_sink counting = { count, body };
	int rc = write_body(body, &counting, err);

	if (!rc)
		rc = it_fingerprint_init(&body->fingerprint, err);
	if (rc || !*payload_type)
		return rc;
	it_pae_head(&body->head, payload_type, body->len);
	return it_buf_check(&body->head, "signed bytes", err);
}

static int sign(struct body *body, struct intoto_envelope *envelope,
		const struct it_link_saving *how, struct intoto_error **err)
{
	const struct it_message message = {
		.pour = pour_covered,
		.self = body,
		.len = body->head.len + body->len,
	};

	return it_envelope_sign_message(envelope, &message, how->signer, how->keyid_style, err);
}

/* --- the file --- */

/* Passes on, up to what a reader takes. */
struct limited {
	struct it_draft *draft;
	const struct it_writing *document;
	bool hashed; /* somebody wants its digest */
	struct it_digest sha256;
	uint64_t len;
	bool failed; /* the file, whose errors begin with its path */
};

static int put(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct limited *out = arg;
	int rc;

	out->len += piece.len;
	rc = refuse_long(out->len, out->document, err);
	if (rc)
		return rc;
	if (out->hashed)
		it_digest_add(&out->sha256, piece.data, piece.len);
	rc = it_draft_add(out->draft, piece, err);
	out->failed = rc;
	return rc;
}

/* The envelope printed without its payload, and that put where it belongs; how it is signed says
   when. */
static const char front[] = "{\"payload\":\"";

static int write_rest(const struct intoto_envelope *envelope, const struct it_sink *out,
		      struct intoto_error **err)
{
	IT_AUTO(it_freep) char *text = NULL;
	size_t len;
	int rc = intoto_envelope_print(envelope, &text, &len, err);

	if (rc)
		return rc;
	if (!it_starts_with(text, front))
		return it_err_set(err, INTOTO_E_INTERNAL, "an envelope without room for a payload");
	return it_sink_take(out, it_span(text + sizeof front - 1, len - sizeof front + 1), err);
}

static int write_dsse(struct body *body, struct intoto_envelope *envelope,
		      const struct it_link_saving *how, const struct it_sink *out,
		      struct intoto_error **err)
{
	struct it_base64_sink encoder = { .next = out, .text = IT_BUF(TEXT_MAX) };
	const struct it_sink encoding = { it_base64_take, &encoder };
	int rc = it_sink_take(out, it_span(front, sizeof front - 1), err);

	body->last = it_signer_passes(how->signer);
	body->payload = &encoding;
	if (!rc)
		rc = sign(body, envelope, how, err);
	if (!rc && body->pass != body->last)
		rc = it_err_set(err, INTOTO_E_INTERNAL,
				"a signature in %u passes, where %u were to be", body->pass,
				body->last);
	if (!rc)
		rc = it_base64_end(&encoder, err);
	it_buf_done(&encoder.text);
	return rc ? rc : write_rest(envelope, out, err);
}

/* Into the file and, while "signed" is written, past who compares its canonical form. */
struct fork {
	const struct it_sink *out;
	const struct it_sink *form; /* NULL outside of it */
};

static int both(void *arg, struct it_span piece, struct intoto_error **err)
{
	const struct fork *fork = arg;
	int rc = fork->form ? it_sink_take(fork->form, piece, err) : INTOTO_OK;

	return rc ? rc : it_sink_take(fork->out, piece, err);
}

static int write_around(struct body *body, const struct intoto_envelope *envelope,
			struct fork *fork, const struct it_sink *form, struct intoto_error **err)
{
	const struct it_sink sink = { both, fork };
	struct it_writer writer;
	int rc;

	it_buf_reset(&body->chunk);
	it_writer_init_sink(&writer, &body->chunk, IT_WRITE_PRETTY, &sink);
	it_write_object(&writer);
	it_envelope_write_signatures(&writer, envelope);
	it_write_name(&writer, "signed");
	it_writer_flush(&writer);
	fork->form = form;
	body->document->write(&writer, body->document->arg);
	it_writer_flush(&writer);
	fork->form = NULL;
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	return rc ? rc : it_sink_take(fork->out, it_span("\n", 1), err);
}

static int write_metablock(struct body *body, struct intoto_envelope *envelope,
			   const struct it_link_saving *how, const struct it_sink *out,
			   struct intoto_error **err)
{
	struct pass pass;
	const struct it_sink looking = { look, &pass };
	struct it_recanon canonical = { .next = &looking, .out = IT_BUF(TEXT_MAX) };
	const struct it_sink form = { it_recanon_take, &canonical };
	struct fork fork = { out, NULL };
	int rc = sign(body, envelope, how, err);

	if (rc)
		return rc;
	begin_pass(&pass, body);
	rc = write_around(body, envelope, &fork, &form, err);
	it_buf_done(&canonical.out);
	return rc ? rc : end_pass(&pass, body, err);
}

static int write_file(struct body *body, struct intoto_envelope *envelope,
		      const struct it_link_saving *how, struct intoto_error **err)
{
	IT_AUTO(it_draft_drop) struct it_draft draft = IT_DRAFT;
	struct limited limited = {
		.draft = &draft,
		.document = body->document,
		.hashed = how->sha256,
	};
	const struct it_sink out = { put, &limited };
	int rc = it_draft_open(&draft, how->path, how->mode, how->flags, err);

	if (rc)
		return rc;
	it_digest_start(&limited.sha256, it_digest_find("sha256"));
	rc = how->format == INTOTO_DSSE ? write_dsse(body, envelope, how, &out, err)
					: write_metablock(body, envelope, how, &out, err);
	if (rc)
		return limited.failed ? rc : it_err_wrap(err, rc, "%s", how->path);
	if (how->sha256)
		it_digest_finish(&limited.sha256, how->sha256);
	return it_draft_finish(&draft, err);
}

static int save_long(const struct it_writing *document, const struct it_link_saving *how,
		     struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(body_done)
	struct body body = {
		.document = document,
		.style = how->format == INTOTO_DSSE ? IT_WRITE_COMPACT : IT_WRITE_CANONICAL,
		.chunk = IT_BUF(TEXT_MAX),
		.head = IT_BUF(HEAD_MAX),
	};
	int rc = it_envelope_alloc(&envelope, how->format, err);

	if (!rc)
		rc = measure(&body, envelope->payload_type, err);
	if (rc)
		return it_err_wrap(err, rc, "%s", how->path);
	return write_file(&body, envelope, how, err);
}

/* --- short links --- */

static int save_short(struct it_buf *json, const struct it_writing *document,
		      const struct it_link_saving *how, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_freep) char *text = NULL;
	size_t len;
	int rc = it_envelope_wrap(&envelope, how->format, json, document->kind, err);

	rc = it_err_wrap(err, rc, "%s", document->kind);
	if (!rc)
		rc = it_envelope_sign(envelope, how->signer, how->keyid_style, err);
	if (!rc)
		rc = intoto_envelope_print(envelope, &text, &len, err);
	if (rc)
		return it_err_wrap(err, rc, "%s", how->path);
	if (how->sha256)
		it_sha256(how->sha256, it_span(text, len));
	return it_file_write(how->path, it_span(text, len), how->mode, how->flags, err);
}

int it_writing_save(const struct it_writing *document, const struct it_link_saving *how,
		    struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf json = IT_BUF(IT_LINK_SHORT - 1);
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, &json, IT_WRITE_COMPACT);
	document->write(&writer, document->arg);
	rc = it_writer_finish(&writer, &why);
	if (!rc)
		return save_short(&json, document, how, err);
	if (rc == INTOTO_E_LIMIT)
		return save_long(document, how, err);
	return it_err_set(err, (enum intoto_code)rc, "%s: %s: %s", how->path, document->kind,
			  intoto_error_text(why));
}

static void write_link(struct it_writer *writer, const void *arg)
{
	it_link_write(writer, arg);
}

int it_link_save(const struct intoto_link *link, const struct it_link_saving *how,
		 struct intoto_error **err)
{
	const struct it_writing document = { write_link, link, "link" };

	return it_writing_save(&document, how, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The payloads: cosign's statement about an image, simple signing, and the VSA. */
#include "image/sign_content.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "json/writer.h"
#include "model/digest_set.h"
#include "model/sigstore_bundle.h"
#include "model/simple_signing.h"
#include "model/vsa.h"

enum { OUR_NOTES = 4 };

static const struct it_span no_predicate = { "{}", 2 };

const char *it_sign_predicate(const struct it_sign_subject *subject, enum it_signed_kind kind)
{
	if (kind == IT_SIGNED_ATTESTATION)
		return subject->statement->type;
	return kind == IT_SIGNED_VSA ? IT_VSA_TYPE : IT_COSIGN_SIGN_TYPE;
}

/* --- annotations --- */

struct notes {
	struct it_oci_annotation *items; /* sorted */
	size_t count;
	char time[IT_TIME_SIZE];
};

static void notes_done(struct notes *notes)
{
	free(notes->items);
}

static void note(struct notes *notes, const char *name, const char *value)
{
	if (*value)
		notes->items[notes->count++] = (struct it_oci_annotation){ name, value };
}

static int by_name(const void *a, const void *b)
{
	const struct it_oci_annotation *left = a;
	const struct it_oci_annotation *right = b;

	return it_span_cmp(it_span_text(left->name), it_span_text(right->name));
}

/* Facts about the image and its chain only: nothing of the machine that signs. */
static int make_notes(struct notes *notes, const struct it_sign_subject *subject, int64_t time,
		      struct intoto_error **err)
{
	const struct it_image_signing *signing = subject->signing;

	notes->items = calloc(signing->annotation_count + OUR_NOTES, sizeof *notes->items);
	if (!notes->items)
		return it_err_nomem(err);
	for (size_t i = 0; i < signing->annotation_count; i++)
		notes->items[notes->count++] = signing->annotations[i];
	note(notes, IT_SIGN_INDEX, it_image_permit_index(subject->permit, subject->image->digest));
	if (it_image_permit_is_verified(subject->permit)) {
		note(notes, IT_SIGN_LAYOUT, it_image_permit_layout(subject->permit));
		note(notes, IT_SIGN_STEP, it_image_permit_step(subject->permit));
	} else {
		it_time_format(notes->time, time);
		note(notes, IT_SIGN_TIME, notes->time);
		note(notes, IT_SIGN_UNVERIFIED, "true");
	}
	qsort(notes->items, notes->count, sizeof *notes->items, by_name);
	return INTOTO_OK;
}

/* --- payloads --- */

static void write_subject(struct it_writer *writer, const char *digest, const struct notes *notes)
{
	it_write_name(writer, "subject");
	it_write_list(writer);
	it_write_object(writer);
	if (notes->count) {
		it_write_name(writer, "annotations");
		it_write_object(writer);
		for (size_t i = 0; i < notes->count; i++) {
			it_write_name(writer, notes->items[i].name);
			it_write_text(writer, notes->items[i].value);
		}
		it_write_object_end(writer);
	}
	it_write_name(writer, "digest");
	it_digest_set_write(writer, digest);
	it_write_object_end(writer);
	it_write_list_end(writer);
}

/* As cosign 3 signs images: the predicate is empty.  Attestations have their own. */
static int print_statement(struct it_buf *out, const struct it_sign_subject *subject,
			   const char *type, const struct notes *notes, struct intoto_error **err)
{
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "_type");
	it_write_text(&writer, "https://in-toto.io/Statement/v1");
	it_write_name(&writer, "predicate");
	it_write_raw(&writer, subject->statement ? subject->statement->predicate : no_predicate);
	it_write_name(&writer, "predicateType");
	it_write_text(&writer, type);
	write_subject(&writer, subject->image->digest, notes);
	it_write_object_end(&writer);
	return it_writer_finish(&writer, err);
}

static int print_vsa(struct it_buf *out, const struct it_sign_subject *subject, int64_t time,
		     struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	int rc = it_image_permit_vsa(&envelope, subject->permit, subject->image->digest,
				     subject->signing->vsa, time, err);

	if (rc)
		return rc;
	(void)it_buf_add_span(out, it_buf_span(&envelope->payload)); /* looked at next */
	return it_buf_check(out, "VSA", err);
}

int it_sign_content(struct it_buf *out, const struct it_sign_subject *subject,
		    enum it_signed_kind kind, enum it_attached_form form, int64_t time,
		    struct intoto_error **err)
{
	IT_AUTO(notes_done) struct notes notes = { 0 };
	int rc;

	if (kind == IT_SIGNED_VSA)
		return print_vsa(out, subject, time, err);
	rc = kind == IT_SIGNED_IMAGE ? make_notes(&notes, subject, time, err) : INTOTO_OK;
	if (rc)
		return rc;
	if (form != IT_ATTACHED_SIGNATURE)
		return print_statement(out, subject, it_sign_predicate(subject, kind), &notes, err);
	return it_simple_signing_print(out, subject->signing->identity, subject->image->digest,
				       notes.items, notes.count, err);
}

/* --- times --- */

static const struct it_json *time_member(const struct it_json *root, enum it_signed_kind kind,
					 enum it_attached_form form)
{
	if (kind == IT_SIGNED_VSA)
		return it_json_get(it_json_get(root, "predicate"), "timeVerified");
	if (form == IT_ATTACHED_BUNDLE)
		return it_json_get(
			it_json_get(it_json_at(it_json_get(root, "subject"), 0), "annotations"),
			IT_SIGN_TIME);
	return it_json_get(it_json_get(root, "optional"), IT_SIGN_TIME);
}

bool it_sign_content_time(int64_t *time, struct it_span payload, enum it_signed_kind kind,
			  enum it_attached_form form)
{
	IT_AUTO(it_json_freep) struct it_json *root = NULL;

	if (it_json_parse(&root, payload, &it_json_signed_limits, NULL))
		return false; /* another's, which is none of ours */
	return it_time_parse(time, it_json_text(time_member(root, kind, form)));
}

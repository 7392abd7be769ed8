/* SPDX-License-Identifier: Apache-2.0 */
/* What intoto image sign prints. */
#include <stdio.h>

#include "base/text.h"
#include "cmd/choices.h"
#include "cmd/image_sign.h"
#include "cmd/output.h"
#include "cmd/verify.h"

enum { OUTPUT_MAX = 256 * 1024 * 1024 };

int it_image_sign_refused(const struct it_image_sign_words *words,
			  const struct it_image_judgement *judgement, struct intoto_error **err)
{
	const struct it_report_view view = { .report = judgement->report,
					     .trace = judgement->trace,
					     .verbose = words->chain.verbose > 0,
					     .link_dir = words->chain.link_dir };
	int rc = it_verify_print(&view, words->image.format, false, err);

	if (rc)
		return IT_EXIT_FROM_ERROR;
	/* After the report, which says why. */
	(void)fprintf(stderr, "intoto image sign: nothing was signed\n");
	return it_verify_status(judgement->report);
}

static void print_text(struct it_buf *out, const struct it_place *place,
		       const struct it_oci_manifest *image, const struct it_image_permit *permit,
		       const struct it_signed_list *list)
{
	(void)it_buf_add_text(out, "signed: "); /* sticky, looked at by it_print */
	it_text_quote(out, it_span_text(place->text));
	(void)it_buf_printf(out, ", %s\n", image->digest);
	if (it_image_permit_is_verified(permit)) {
		(void)it_buf_add_text(out, "  a product of step '");
		it_text_quote(out, it_span_text(it_image_permit_step(permit)));
		(void)it_buf_printf(out, "' of the layout %s\n", it_image_permit_layout(permit));
	} else {
		(void)it_buf_add_text(out, "  unverified, which the signatures say\n");
	}
	it_image_signed_print(out, list);
}

static int print_json(struct it_buf *out, const struct it_place *place,
		      const struct it_oci_manifest *image, const struct it_image_permit *permit,
		      const struct it_signed_list *list, struct intoto_error **err)
{
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, out, IT_WRITE_PRETTY);
	it_write_object(&writer);
	it_write_name(&writer, "digest");
	it_write_text(&writer, image->digest);
	it_write_name(&writer, "image");
	it_write_text(&writer, place->text);
	if (it_image_permit_is_verified(permit)) {
		it_write_name(&writer, "layout");
		it_write_text(&writer, it_image_permit_layout(permit));
	}
	it_write_name(&writer, "signatures");
	it_image_signed_write(&writer, list);
	if (it_image_permit_is_verified(permit)) {
		it_write_name(&writer, "step");
		it_write_text(&writer, it_image_permit_step(permit));
	}
	it_write_name(&writer, "verified");
	it_write_bool(&writer, it_image_permit_is_verified(permit));
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(out, '\n'); /* sticky */
	return rc;
}

int it_image_sign_print(const struct it_image_sign_words *words, const struct it_place *place,
			const struct it_oci_manifest *image, const struct it_image_permit *permit,
			const struct it_signed_list *list, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(OUTPUT_MAX);
	bool json = it_report_is_json(words->image.format);
	int rc;

	if (words->quiet && !json)
		return INTOTO_OK;
	if (!json) {
		print_text(&out, place, image, permit, list);
		return it_print(&out, err);
	}
	rc = print_json(&out, place, image, permit, list, err);
	return rc ? rc : it_print_json(&out, err);
}

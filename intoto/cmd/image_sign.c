/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intoto image sign: what a verified chain made is signed, and nothing else.
 *
 * The order is the point: keys, then the digest, which alone counts from there on; the chain; the
 * digest among its products; the tag once more; all signatures; and only then anything is put.
 */
#include "cmd/image_sign.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "cmd/output.h"

/* clang-format off */
static const struct it_option options[] = {
	IT_VALUE(struct it_image_sign_words, chain.layout, 'l', "layout", "FILE",
		 "the signed layout that decides"),
	IT_CHAIN_OPTIONS(struct it_image_sign_words, chain),
	IT_VALUE(struct it_image_sign_words, step, 0, "step", "NAME",
		 "the step whose product the image must be"),
	IT_IMAGE_SIGNING_OPTIONS(struct it_image_sign_words, signing),
	IT_EACH(struct it_image_sign_words, annotations, 'a', "annotation", "NAME=VALUE",
		"something more that the signature says"),
	IT_FLAG(struct it_image_sign_words, recursive, 'r', "recursive",
		"sign what an index names, too: the image of each platform"),
	IT_VALUE(struct it_image_sign_words, identity, 0, "identity", "REFERENCE",
		 "what simple signing calls the image: its repository, with the word tag its tag too, or that"),
	IT_VALUE(struct it_image_sign_words, vsa_verifier, 0, "vsa-verifier", "URI",
		 "who verified, for the VSA"),
	IT_VALUE(struct it_image_sign_words, resource_uri, 0, "resource-uri", "URI",
		 "what was verified, for the VSA: from where it is fetched (pkg:oci/NAME...)"),
	IT_VALUE(struct it_image_sign_words, policy_uri, 0, "policy-uri", "URI",
		 "what the layout is called, for the VSA (file:LAYOUT)"),
	IT_EACH(struct it_image_sign_words, levels, 0, "verified-level", "LEVEL",
		"a SLSA level or property that a pass stands for, for the VSA"),
	IT_FLAG(struct it_image_sign_words, no_vsa, 0, "no-vsa", "attach no VSA"),
	IT_FLAG(struct it_image_sign_words, unverified, 0, "unverified",
		"verify no chain; the signature says so"),
	IT_IMAGE_OPTIONS(struct it_image_sign_words, image),
	IT_TALLY(struct it_image_sign_words, chain.verbose, 'v', "verbose",
		 "list every check of a chain that is refused, and show what inspections print"),
	IT_FLAG(struct it_image_sign_words, quiet, 'q', "quiet", "print nothing but refusals"),
};
/* clang-format on */

/* What is signed: the image, then what indexes name. */
struct images {
	struct it_oci_manifest **items;
	size_t count;
};

static void images_done(struct images *images)
{
	for (size_t i = 0; i < images->count; i++)
		it_oci_manifest_free(images->items[i]);
	free(images->items);
}

/* Takes the manifest, also on failure. */
static int add_image(struct images *images, struct it_oci_manifest *manifest,
		     struct intoto_error **err)
{
	struct it_oci_manifest **items =
		reallocarray(images->items, images->count + 1, sizeof(struct it_oci_manifest *));

	if (!items) {
		it_oci_manifest_free(manifest);
		return it_err_nomem(err);
	}
	images->items = items;
	items[images->count++] = manifest;
	return INTOTO_OK;
}

static bool has_image(const struct images *images, const char *digest)
{
	for (size_t i = 0; i < images->count; i++)
		if (it_streq(images->items[i]->digest, digest))
			return true;
	return false;
}

/* --- what an index names --- */

static int refuse_missing(const struct it_oci_manifest *index,
			  const struct it_oci_descriptor *child, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf platform = IT_BUF(1024);

	if (child->os && *child->os) {
		(void)it_buf_add_text(&platform, " ("); /* sticky */
		it_text_quote(&platform, it_span_text(child->os));
		(void)it_buf_add_byte(&platform, '/');
		it_text_quote(&platform, it_span_text(child->architecture));
		(void)it_buf_add_byte(&platform, ')');
	}
	return it_err_set(err, INTOTO_E_NOTFOUND,
			  "the index %s names %s%s, which is not there: nothing was signed",
			  index->digest, child->digest, it_buf_text(&platform));
}

static int add_children(struct images *images, struct it_place *place, size_t parent,
			struct intoto_error **err)
{
	const struct it_oci_manifest *index = images->items[parent];
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < index->layer_count; i++) {
		const struct it_oci_descriptor *child = &index->layers[i];
		IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
		struct it_oci_manifest *manifest = NULL;

		if (has_image(images, child->digest))
			continue;
		if (images->count > IT_OCI_CHILDREN_MAX)
			return it_err_set(err, INTOTO_E_LIMIT,
					  "%s: names more than %d images, through all its indexes",
					  images->items[0]->digest, (int)IT_OCI_CHILDREN_MAX);
		rc = it_place_manifest(place, &manifest, child->digest, &why);
		if (rc == INTOTO_E_NOTFOUND)
			return refuse_missing(index, child, err);
		if (rc)
			return it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
		rc = add_image(images, manifest, err);
	}
	return rc;
}

/* Every one must be there: half an index is not signed. */
static int descend(struct images *images, struct it_image_permit *permit, struct it_place *place,
		   struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < images->count; i++) {
		if (!images->items[i]->is_index)
			continue;
		rc = it_image_permit_widen(permit, images->items[i], err);
		if (!rc)
			rc = add_children(images, place, i, err);
	}
	return rc;
}

/* --- the tag, once more --- */

/* Whoever reads "app:1.4 was signed" must find that image under the name. */
static int look_again(struct it_place *place, const struct it_oci_manifest *image,
		      struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *now = NULL;
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(place->text));
	int rc;

	if (*place->digest && !*place->tag)
		return INTOTO_OK;
	rc = it_place_named(place, &now, &why);
	if (rc && rc != INTOTO_E_NOTFOUND)
		return it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
	if (!rc && it_streq(now->digest, image->digest))
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_POLICY,
			  "%s: was moved while its chain was verified, from %s to %s: nothing was "
			  "signed",
			  quoted ? quoted : "", image->digest, rc ? "nothing" : now->digest);
}

/* --- the order --- */

static int refuse_image(const struct it_image_judgement *judgement, struct intoto_error **err)
{
	it_err_set(err, INTOTO_E_POLICY, "%s: nothing was signed", judgement->why);
	return IT_EXIT_FROM_ERROR;
}

/* An exit status. */
static int sign(struct it_image_sign_request *request, const struct it_image_sign_words *words,
		struct it_place *place, struct images *images, struct intoto_error **err)
{
	IT_AUTO(it_image_judgement_done) struct it_image_judgement judgement = { 0 };
	IT_AUTO(it_image_permit_freep) struct it_image_permit *permit = NULL;
	IT_AUTO(it_signed_list_done) struct it_signed_list list = { 0 };
	const struct it_oci_manifest *image = images->items[0];
	int rc = it_image_gate(&permit, &judgement, image, &request->gate, err);

	if (rc)
		return IT_EXIT_FROM_ERROR;
	if (!permit)
		return judgement.why ? refuse_image(&judgement, err)
				     : it_image_sign_refused(words, &judgement, err);
	if (words->recursive)
		rc = descend(images, permit, place, err);
	if (!rc)
		rc = look_again(place, image, err);
	if (!rc)
		rc = it_image_sign(&list, place,
				   (const struct it_oci_manifest *const *)images->items,
				   images->count, permit, &request->signing, err);
	if (!rc)
		rc = it_image_sign_print(words, place, image, permit, &list, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

static int sign_run(void *parsed, const struct it_strings *operands, struct intoto_error **err)
{
	struct it_image_sign_words *words = parsed;
	IT_AUTO(it_image_sign_request_done) struct it_image_sign_request request = { 0 };
	IT_AUTO(it_place_freep) struct it_place *place = NULL;
	IT_AUTO(images_done) struct images images = { 0 };
	struct it_registry_access access = { 0 };
	struct it_oci_manifest *image = NULL;
	int rc = INTOTO_OK;

	if (operands->count > 1)
		return it_refuse_operand(operands, 1, err);
	if (!operands->count)
		rc = it_err_set(err, INTOTO_E_USAGE, "want the image to sign");
	if (!rc)
		rc = it_image_access(&access, &words->image, err);
	if (!rc)
		rc = it_image_sign_request_read(&request, words, err);
	if (!rc)
		rc = it_place_open(&place, operands->items[0], true, &access, err);
	if (!rc)
		rc = it_place_named(place, &image, err);
	if (!rc)
		rc = add_image(&images, image, err);
	if (!rc)
		rc = it_image_sign_request_place(&request, words, place, image, err);
	if (rc)
		return IT_EXIT_FROM_ERROR;
	if (words->unverified)
		(void)fprintf(stderr,
			      "intoto image sign: --unverified: NO CHAIN WAS VERIFIED, and the "
			      "signatures say so\n");
	return sign(&request, words, place, &images, err);
}

const struct it_command it_cmd_image_sign = {
	.name = "sign",
	.synopsis = "IMAGE --layout FILE --verification-keys FILE... --signing-key KEY [OPTIONS]",
	.summary = "verify the chain that made an image, and sign the image if it passes",
	.examples =
		"intoto image sign registry.example/app:1.4 --layout release.layout "
		"--verification-keys owner.pub --link-dir links --signing-key cosign.key\n"
		"intoto image sign registry.example/app:1.4 --unverified --signing-key cosign.key",
	.options = options,
	.option_count = IT_COUNT_OF(options),
	.options_size = sizeof(struct it_image_sign_words),
	.run = sign_run,
	.manual = "intoto-image-sign",
};

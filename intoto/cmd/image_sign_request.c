/* SPDX-License-Identifier: Apache-2.0 */
/* From the words of intoto image sign to what the gate and the signers understand. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cmd/image_sign.h"
#include "cmd/verify.h"
#include "model/vsa.h"

enum { REFERENCE_MAX = 4096, TEXT_MAX = 64 * 1024 };

/* Who says that it was verified, unless the user says who he is. */
#define VERIFIER_ID "https://in-toto.io/intoto/image-sign/v1"

void it_image_sign_request_done(struct it_image_sign_request *request)
{
	it_verify_request_done(&request->verify);
	it_signers_done(&request->signers);
	it_strings_done(&request->names);
	free(request->annotations);
	it_buf_done(&request->identity);
	it_buf_done(&request->resource);
}

/* --- words that do not go together --- */

static int check_unverified(const struct it_image_sign_words *words, struct intoto_error **err)
{
	const struct it_chain_words *chain = &words->chain;
	const char *excluded = NULL;

	if (chain->layout)
		excluded = "--layout";
	else if (chain->verification_keys.count || chain->layout_keys.count || chain->gpg.count)
		excluded = "the keys of a layout";
	else if (words->step)
		excluded = "--step";
	else if (words->vsa_verifier || words->resource_uri || words->policy_uri ||
		 words->levels.count)
		excluded = "what a VSA says";
	if (!excluded)
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_USAGE,
			  "option --unverified excludes %s: either the chain is verified, or it is "
			  "not",
			  excluded);
}

static int check_vsa(const struct it_image_sign_words *words, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (words->no_vsa && (words->vsa_verifier || words->resource_uri || words->levels.count))
		return it_err_set(err, INTOTO_E_USAGE,
				  "option --no-vsa excludes --vsa-verifier, --resource-uri and "
				  "--verified-level");
	if (words->vsa_verifier)
		rc = it_resource_check_uri(words->vsa_verifier, "--vsa-verifier", err);
	if (!rc && words->resource_uri)
		rc = it_resource_check_uri(words->resource_uri, "--resource-uri", err);
	if (!rc && words->policy_uri)
		rc = it_resource_check_uri(words->policy_uri, "--policy-uri", err);
	if (!rc)
		rc = it_err_wrap(err,
				 it_vsa_check_levels((const char *const *)words->levels.items,
						     words->levels.count, err),
				 "--verified-level");
	return rc;
}

static int check_words(const struct it_image_sign_words *words, struct intoto_error **err)
{
	if (!words->signing.keys.count)
		return it_err_set(err, INTOTO_E_USAGE, "want a key that signs (--signing-key KEY)");
	if (words->unverified)
		return check_unverified(words, err);
	if (!words->chain.layout)
		return it_err_set(err, INTOTO_E_USAGE,
				  "want the layout that decides (--layout FILE), or --unverified, "
				  "which then stands in the signature");
	return check_vsa(words, err);
}

/* --- annotations --- */

static int refuse_annotation(const char *text, const char *why, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(text));

	return it_err_set(err, INTOTO_E_USAGE, "--annotation '%s': %s", quoted ? quoted : "", why);
}

static int read_annotation(struct it_image_sign_request *request, const char *text,
			   struct intoto_error **err)
{
	const char *equals = strchr(text, '=');
	const char *name;
	int rc;

	if (!equals || equals == text)
		return refuse_annotation(text, "want NAME=VALUE", err);
	if (!it_utf8_valid(it_span_text(text)))
		return refuse_annotation(text, "want UTF-8", err);
	if (it_starts_with(text, IT_SIGN_OURS))
		return refuse_annotation(
			text, "names that begin with " IT_SIGN_OURS " are for the gate itself",
			err);
	rc = it_strings_add_span(&request->names, it_span(text, (size_t)(equals - text)), err);
	if (rc)
		return rc;
	name = request->names.items[request->names.count - 1];
	for (size_t i = 0; i < request->signing.annotation_count; i++)
		if (it_streq(request->annotations[i].name, name))
			return refuse_annotation(text, "its name came before", err);
	request->annotations[request->signing.annotation_count++] =
		(struct it_oci_annotation){ name, equals + 1 };
	return INTOTO_OK;
}

static int read_annotations(struct it_image_sign_request *request, const struct it_strings *texts,
			    struct intoto_error **err)
{
	int rc = INTOTO_OK;

	request->annotations = calloc(texts->count + 1, sizeof *request->annotations);
	if (!request->annotations)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < texts->count; i++)
		rc = read_annotation(request, texts->items[i], err);
	request->signing.annotations = request->annotations;
	return rc;
}

/* --- all of them --- */

static int read_chain(struct it_image_sign_request *request,
		      const struct it_image_sign_words *words, struct intoto_error **err)
{
	bool given = false;
	int rc = it_verify_request_read(&request->verify, &words->chain, &words->image.registry,
					err);

	if (rc)
		return rc;
	request->gate = (struct it_image_gate){ .verify = &request->verify.verify,
						.step = words->step,
						.policy_uri = words->policy_uri };
	if (words->no_vsa)
		return INTOTO_OK;
	request->vsa.verifier_id = words->vsa_verifier ? words->vsa_verifier : VERIFIER_ID;
	request->vsa.levels = (const char *const *)words->levels.items;
	request->vsa.level_count = words->levels.count;
	/* As verify does: the time that the verdict is about, or the one that makes the output
	   reproducible. */
	rc = it_verify_epoch(&request->vsa.time, &given, err);
	if (words->chain.at || !given)
		request->vsa.time = 0;
	request->signing.vsa = &request->vsa;
	return rc;
}

int it_image_sign_request_read(struct it_image_sign_request *request,
			       struct it_image_sign_words *words, struct intoto_error **err)
{
	int rc = check_words(words, err);

	request->identity.max = REFERENCE_MAX;
	request->resource.max = TEXT_MAX;
	if (!rc)
		rc = read_annotations(request, &words->annotations, err);
	if (!rc && !words->unverified)
		rc = read_chain(request, words, err);
	return rc ? rc
		  : it_image_signing_open(&request->signing, &request->signers, &words->signing,
					  err);
}

/* --- what depends on the place --- */

static int read_identity(struct it_buf *out, const char *text, struct intoto_error **err)
{
	struct it_image_reference reference = { 0 };
	int rc = it_image_reference_parse(&reference, text, err);

	if (!rc && *reference.digest)
		rc = it_err_set(err, INTOTO_E_USAGE,
				"want a repository, perhaps with a tag: the digest is in the "
				"signature anyway");
	if (!rc)
		it_image_reference_print(out, &reference);
	it_image_reference_done(&reference);
	return rc ? rc : it_buf_check(out, "reference", err);
}

/*
 * What the image is called, as simple signing says it (containers-signature(5),
 * "critical.identity.docker-reference"): cosign writes the repository; podman's default policy
 * wants the very reference that is pulled.
 */
static int find_identity(struct it_buf *out, const char *identity, const struct it_place *place,
			 struct intoto_error **err)
{
	bool with_tag = it_streq(identity, "tag");

	if (identity && !with_tag)
		return it_err_wrap(err, read_identity(out, identity, err), "--identity");
	if (place->kind != &it_place_registry)
		return it_err_set(
			err, INTOTO_E_USAGE,
			"--identity: want what the image is called in its registry, which "
			"a simple signature says (or --signature=bundle, which does not)");
	it_image_reference_print_repository(out, &place->reference);
	if (with_tag && !*place->tag)
		return it_err_set(err, INTOTO_E_USAGE,
				  "--identity=tag: the image was named "
				  "without a tag");
	if (with_tag)
		(void)it_buf_printf(out, ":%s", place->tag); /* looked at next */
	return it_buf_check(out, "reference", err);
}

/* Of a part of a package URL. */
static void add_escaped(struct it_buf *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x80 && (isalnum(c) || strchr("-._~/", c)))
			(void)it_buf_add_byte(out, (char)c); /* sticky */
		else
			(void)it_buf_printf(out, "%%%02X", (unsigned)c);
	}
}

/* pkg:oci/NAME@sha256%3AHEX?repository_url=HOST/REPOSITORY (package-url types-doc/oci). */
static int find_resource(struct it_buf *out, const struct it_place *place, const char *digest,
			 struct intoto_error **err)
{
	bool registry = place->kind == &it_place_registry;
	const char *repository = registry ? place->reference.repository : "image";
	const char *slash = strrchr(repository, '/');

	(void)it_buf_add_text(out, "pkg:oci/"); /* looked at below */
	add_escaped(out, slash ? slash + 1 : repository);
	(void)it_buf_add_byte(out, '@');
	add_escaped(out, digest);
	if (registry) {
		(void)it_buf_add_text(out, "?repository_url=");
		add_escaped(out, place->reference.host);
		(void)it_buf_add_byte(out, '/');
		add_escaped(out, repository);
	}
	return it_buf_check(out, "resource", err);
}

int it_image_sign_request_place(struct it_image_sign_request *request,
				const struct it_image_sign_words *words,
				const struct it_place *place, const struct it_oci_manifest *image,
				struct intoto_error **err)
{
	int rc = request->signing.simple
			 ? find_identity(&request->identity, words->identity, place, err)
			 : INTOTO_OK;

	if (!rc && !words->resource_uri)
		rc = find_resource(&request->resource, place, image->digest, err);
	request->signing.identity = it_buf_text(&request->identity);
	request->vsa.resource_uri =
		words->resource_uri ? words->resource_uri : it_buf_text(&request->resource);
	return rc;
}

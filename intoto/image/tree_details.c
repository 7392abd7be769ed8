/* SPDX-License-Identifier: Apache-2.0 */
/* What hangs on an image, by its own words: of which kind it is, and who made it. */
#include "base/text.h"
#include "crypto/certificate.h"
#include "image/tree.h"
#include "model/sigstore_bundle.h"
#include "model/simple_signing.h"

enum {
	LOOK_MAX = 1024 * 1024, /* bytes of a blob that is read for this */
	PEM_MAX = 256 * 1024,
	WHO_MAX = 64, /* of one layer */
	WHO_BYTES_MAX = 64 * 1024,
};

#define CERTIFICATE "dev.sigstore.cosign/certificate"

struct artifact {
	const char *prefix; /* of the artifact type, or of the type of the first layer */
	enum it_tree_what what;
};

/* Who hangs these on images: cosign 2 with OCI 1.1, notation, in-toto and cosign attestations, and
 * the media types that IANA has for SBOMs. */
static const struct artifact artifacts[] = {
	{ "application/vnd.dev.cosign.artifact.sig.", IT_TREE_SIGNATURE },
	{ "application/vnd.dev.cosign.simplesigning.", IT_TREE_SIGNATURE },
	{ "application/vnd.cncf.notary.signature", IT_TREE_SIGNATURE },
	{ "application/vnd.dsse.envelope.", IT_TREE_ATTESTATION },
	{ "application/vnd.in-toto", IT_TREE_ATTESTATION },
	{ "application/vnd.dev.cosign.artifact.sbom.", IT_TREE_SBOM },
	{ "application/vnd.cyclonedx", IT_TREE_SBOM },
	{ "application/spdx+json", IT_TREE_SBOM },
	{ "application/vnd.syft+json", IT_TREE_SBOM },
	{ "text/spdx", IT_TREE_SBOM },
};

#define BUNDLE_PREFIX "application/vnd.dev.sigstore.bundle"

static const char *annotation_of(const struct it_oci_manifest *manifest, const char *name)
{
	const char *value =
		it_oci_annotation(manifest->annotations, manifest->annotation_count, name);

	return value ? value : "";
}

static bool classify_type(const char *type, enum it_tree_what *what)
{
	for (size_t i = 0; i < IT_COUNT_OF(artifacts); i++) {
		if (!it_starts_with(type, artifacts[i].prefix))
			continue;
		*what = artifacts[i].what;
		return true;
	}
	return false;
}

static bool is_bundle(const struct it_oci_manifest *manifest)
{
	return it_starts_with(manifest->artifact_type, BUNDLE_PREFIX) ||
	       (!manifest->is_index && manifest->layer_count == 1 &&
		it_starts_with(manifest->layers[0].media_type, BUNDLE_PREFIX));
}

enum it_tree_what it_tree_classify(const struct it_oci_manifest *manifest)
{
	enum it_tree_what what = IT_TREE_OTHER;

	if (is_bundle(manifest))
		return it_streq(annotation_of(manifest, IT_BUNDLE_CONTENT), "message-signature") ||
				       it_streq(annotation_of(manifest, IT_BUNDLE_PREDICATE),
						IT_COSIGN_SIGN_TYPE)
			       ? IT_TREE_SIGNATURE
			       : IT_TREE_ATTESTATION;
	if (classify_type(manifest->artifact_type, &what) ||
	    (manifest->has_config && classify_type(manifest->config.media_type, &what)))
		return what;
	if (!manifest->is_index && manifest->layer_count)
		(void)classify_type(manifest->layers[0].media_type, &what); /* else it is other */
	return what;
}

static int say_who(struct it_tree_part *part, const char *word, struct it_span name,
		   struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(WHO_BYTES_MAX);

	if (part->who.count >= WHO_MAX)
		return INTOTO_OK;
	(void)it_buf_add_text(&text, word); /* sticks */
	(void)it_buf_add_span(&text, name);
	if (it_buf_check(&text, "who signed", err))
		return text.failed;
	return it_strings_add(&part->who, it_buf_text(&text), err);
}

static int say_certificate(struct it_tree_part *part, struct it_span pem, struct intoto_error **err)
{
	IT_AUTO(it_certificates_done) struct it_certificates list = { 0 };
	IT_AUTO(it_certificate_names_done) struct it_certificate_names names = { 0 };
	size_t said = part->who.count;
	int rc = INTOTO_OK;

	/* One that cannot be read names nobody; it is not judged here. */
	if (it_certificates_parse(&list, pem, NULL) || !list.count ||
	    it_certificate_names(&names, list.items[0], NULL))
		return say_who(part, "a certificate that cannot be read", it_span_text(""), err);
	for (size_t kind = 0; !rc && kind < IT_NAME_KINDS; kind++)
		for (size_t i = 0; !rc && (kind == IT_NAME_EMAIL || kind == IT_NAME_URI) &&
				   i < names.of[kind].count;
		     i++)
			rc = say_who(part, "certificate of ", it_span_text(names.of[kind].items[i]),
				     err);
	for (size_t i = 0; !rc && said == part->who.count && i < names.of[IT_NAME_COMMON].count;
	     i++)
		rc = say_who(part, "certificate of ",
			     it_span_text(names.of[IT_NAME_COMMON].items[i]), err);
	return rc;
}

static int say_der(struct it_tree_part *part, struct it_span der, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf pem = IT_BUF(PEM_MAX);

	(void)it_buf_add_text(&pem, "-----BEGIN CERTIFICATE-----\n"); /* sticks */
	it_base64_encode(&pem, der);
	(void)it_buf_add_text(&pem, "\n-----END CERTIFICATE-----\n");
	if (it_buf_check(&pem, "certificate", err))
		return pem.failed;
	return say_certificate(part, it_buf_span(&pem), err);
}

/* Annotations by which people say who they are; everything else is not about that. */
static bool names_signer(const char *name)
{
	return it_streq(name, "signer") || it_streq(name, "creator") || it_streq(name, "identity");
}

static int say_annotation(struct it_tree_part *part, const char *name, struct it_span value,
			  struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf word = IT_BUF(WHO_BYTES_MAX);

	if (!names_signer(name))
		return INTOTO_OK;
	(void)it_buf_printf(&word, "%s=", name); /* sticks: "" */
	return say_who(part, it_buf_text(&word), value, err);
}

/* predicateType, and what the first subject's annotations say about the signer (as cosign 3 puts
 * them). */
static int look_at_statement(struct it_tree_part *part, const struct intoto_envelope *envelope,
			     struct intoto_error **err)
{
	const struct it_json *body = it_envelope_body(envelope);
	const struct it_json *subject = it_json_at(it_json_get(body, "subject"), 0);
	const struct it_json *annotations = it_json_get(subject, "annotations");
	struct it_span type = it_json_text(it_json_get(body, "predicateType"));
	static const char *const names[] = { "creator", "identity", "signer" };
	int rc = INTOTO_OK;

	if (type.data && !memchr(type.data, 0, type.len)) {
		free(part->predicate_type);
		part->predicate_type = strndup(type.data, type.len);
		if (!part->predicate_type)
			return it_err_nomem(err);
	}
	for (size_t i = 0; !rc && i < IT_COUNT_OF(names); i++) {
		struct it_span value = it_json_text(it_json_get(annotations, names[i]));

		if (value.data && !memchr(value.data, 0, value.len))
			rc = say_annotation(part, names[i], value, err);
	}
	return rc;
}

static int look_at_bundle(struct it_tree_part *part, struct it_span bytes,
			  struct intoto_error **err)
{
	IT_AUTO(it_sigstore_bundle_freep) struct it_sigstore_bundle *bundle = NULL;
	int rc = it_sigstore_bundle_parse(&bundle, bytes, err);

	if (rc)
		return rc;
	if (bundle->certificate_count)
		rc = say_der(part, it_buf_span(&bundle->certificates[0]), err);
	else if (bundle->hint && *bundle->hint)
		rc = say_who(part, "key ", it_span_text(bundle->hint), err);
	if (rc)
		return rc;
	part->what = IT_TREE_SIGNATURE;
	if (!bundle->envelope)
		return INTOTO_OK;
	rc = look_at_statement(part, bundle->envelope, err);
	if (!it_streq(part->predicate_type, IT_COSIGN_SIGN_TYPE))
		part->what = IT_TREE_ATTESTATION;
	return rc;
}

static int look_at_envelope(struct it_tree_part *part, struct it_span bytes,
			    struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	int rc = intoto_envelope_parse(&envelope, bytes.data, bytes.len, err);

	for (size_t i = 0; !rc && i < intoto_envelope_signature_count(envelope); i++) {
		const char *keyid = intoto_envelope_signature_keyid(envelope, i);

		if (*keyid)
			rc = say_who(part, "key ", it_span_text(keyid), err);
	}
	return rc ? rc : look_at_statement(part, envelope, err);
}

static int look_at_simple(struct it_tree_part *part, struct it_span bytes,
			  struct intoto_error **err)
{
	IT_AUTO(it_simple_signing_freep) struct it_simple_signing *payload = NULL;
	int rc = it_simple_signing_parse(&payload, bytes, err);

	for (size_t i = 0; !rc && i < payload->optional_count; i++)
		rc = say_annotation(part, payload->optional[i].name,
				    it_span_text(payload->optional[i].value), err);
	return rc;
}

static int look_at_bytes(struct it_tree_part *part, struct it_span bytes, struct intoto_error **err)
{
	if (it_starts_with(part->media_type, BUNDLE_PREFIX))
		return look_at_bundle(part, bytes, err);
	if (it_streq(part->media_type, IT_SIMPLE_SIGNING_LAYER))
		return look_at_simple(part, bytes, err);
	if (it_starts_with(part->media_type, "application/vnd.dsse.envelope."))
		return look_at_envelope(part, bytes, err);
	return INTOTO_OK;
}

static bool worth_reading(const char *media_type)
{
	return it_starts_with(media_type, BUNDLE_PREFIX) ||
	       it_streq(media_type, IT_SIMPLE_SIGNING_LAYER) ||
	       it_starts_with(media_type, "application/vnd.dsse.envelope.");
}

/* What is wrong with the blob is the part's trouble; that there is no answer, the caller's. */
static int look(struct it_tree_part *part, struct it_place *place,
		const struct it_oci_descriptor *layer, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(LOOK_MAX);
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_place_read_blob(place, &bytes, layer, &why);

	if (!rc)
		rc = look_at_bytes(part, it_buf_span(&bytes), &why);
	if (!rc)
		return INTOTO_OK;
	if (rc == INTOTO_E_SERVICE || rc == INTOTO_E_NOMEM || rc == INTOTO_E_IO) {
		if (err) {
			*err = why;
			why = NULL;
		}
		return rc;
	}
	part->trouble = strdup(intoto_error_text(why));
	return part->trouble ? INTOTO_OK : it_err_nomem(err);
}

static int fill_part(struct it_tree_part *part, enum it_tree_what what,
		     const struct it_oci_manifest *manifest, const struct it_oci_descriptor *layer,
		     struct intoto_error **err)
{
	const char *type =
		it_oci_annotation(layer->annotations, layer->annotation_count, "predicateType");
	const char *pem =
		it_oci_annotation(layer->annotations, layer->annotation_count, CERTIFICATE);

	if (!type)
		type = what == IT_TREE_ATTESTATION ? annotation_of(manifest, IT_BUNDLE_PREDICATE)
						   : "";
	part->digest = strdup(layer->digest);
	part->media_type = strdup(layer->media_type);
	part->predicate_type = strdup(type);
	part->size = layer->size;
	part->what = what;
	if (!part->digest || !part->media_type || !part->predicate_type)
		return it_err_nomem(err);
	return pem && *pem ? say_certificate(part, it_span_text(pem), err) : INTOTO_OK;
}

int it_tree_look_inside(struct it_tree_node *node, const struct it_oci_manifest *manifest,
			struct it_place *place, size_t *budget, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (!manifest->layer_count)
		return INTOTO_OK;
	node->parts = calloc(manifest->layer_count, sizeof *node->parts);
	if (!node->parts)
		return it_err_nomem(err);
	node->part_count = manifest->layer_count;
	for (size_t i = 0; !rc && i < manifest->layer_count; i++) {
		const struct it_oci_descriptor *layer = &manifest->layers[i];

		rc = fill_part(&node->parts[i], node->what, manifest, layer, err);
		if (rc || !*budget || layer->size > LOOK_MAX || !worth_reading(layer->media_type))
			continue;
		(*budget)--;
		rc = look(&node->parts[i], place, layer, err);
	}
	if (!rc && node->form == IT_TREE_REFERRER && is_bundle(manifest) && !node->parts[0].trouble)
		node->what = node->parts[0].what;
	return rc;
}

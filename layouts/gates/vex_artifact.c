/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a product that a VEX statement names is the artifact that was scanned. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "layouts/gates/vex_match.h"
#include "model/digest_set.h"
#include "model/version_order.h"

enum { TEXT_SHOWN = 200, SUBJECTS_COMPARED = 4096 };

static void quote(struct it_buf *out, const char *text)
{
	size_t len = strlen(text);

	it_text_quote(out, it_span(text, len > TEXT_SHOWN ? TEXT_SHOWN : len));
}

/* Calls each for the subjects of every scan that reports the finding, until it says true. */
typedef bool subject_fn(const struct it_attested_subject *subject, const void *arg);

static bool any_subject(const struct it_vex_target *target, subject_fn *each, const void *arg)
{
	for (size_t i = 0; i < target->united->report_count; i++) {
		const struct it_scan *scan = &target->scans->items[target->united->reports[i].scan];
		const struct it_attestation *attestation = scan->evidence->attestation;

		for (size_t j = 0; j < attestation->subject_count && j < SUBJECTS_COMPARED; j++)
			if (each(&attestation->subjects[j], arg))
				return true;
	}
	return false;
}

/*
 * A finding may be in any subject of its scan, and nobody knows in which: a statement about one of
 * several is about the finding only if it covers them all.
 */
static bool all_subjects(const struct it_vex_target *target, subject_fn *each, const void *arg)
{
	bool found = false;

	for (size_t i = 0; i < target->united->report_count; i++) {
		const struct it_scan *scan = &target->scans->items[target->united->reports[i].scan];
		const struct it_attestation *attestation = scan->evidence->attestation;

		if (attestation->subject_count > SUBJECTS_COMPARED)
			return false;
		for (size_t j = 0; j < attestation->subject_count; j++) {
			if (!each(&attestation->subjects[j], arg))
				return false;
			found = true;
		}
	}
	return found;
}

static bool has_digest(const struct it_attested_subject *subject, const void *arg)
{
	return it_digests_match(subject->digests, arg) == IT_DIGESTS_MATCH;
}

static bool is_of_carrier(const struct it_attested_subject *subject, const void *arg)
{
	const struct it_gate_evidence *carrier = arg;
	const struct it_attestation *attestation = carrier->attestation;

	for (size_t i = 0; i < attestation->subject_count && i < SUBJECTS_COMPARED; i++)
		if (it_digests_match(subject->digests, attestation->subjects[i].digests) ==
		    IT_DIGESTS_MATCH)
			return true;
	return false;
}

static bool has_name(const struct it_attested_subject *subject, const void *arg)
{
	return subject->name.len && it_span_is(subject->name, arg);
}

/* --- image references --- */

/* "docker.io/library/alpine:3.19@sha256:…": what is in front of the tag, and the tag. */
struct reference {
	char repository[512]; /* without scheme; Docker Hub's names in full */
	char tag[256];
};

static bool copy(char *out, size_t size, struct it_span text)
{
	if (text.len >= size)
		return false;
	(void)memcpy(out, text.len ? text.data : "", text.len); /* it fits */
	out[text.len] = '\0';
	return true;
}

static struct it_span skip_scheme(struct it_span text)
{
	static const char *const schemes[] = { "https://", "http://", "oci://", "docker://" };

	for (size_t i = 0; i < IT_COUNT_OF(schemes); i++) {
		size_t len = strlen(schemes[i]);

		if (text.len > len && it_span_is(it_span(text.data, len), schemes[i]))
			return it_span(text.data + len, text.len - len);
	}
	return text;
}

static bool is_host(struct it_span text)
{
	return memchr(text.data, '.', text.len) || memchr(text.data, ':', text.len) ||
	       it_span_is(text, "localhost");
}

/* "alpine", "library/alpine", "index.docker.io/alpine" are all docker.io/library/alpine. */
static bool read_repository(char *out, size_t size, struct it_span text)
{
	const char *slash;
	struct it_span host;
	const char *middle;
	int len;

	text = skip_scheme(text);
	while (text.len && text.data[text.len - 1] == '/')
		text.len--;
	if (!text.len)
		return false;
	slash = memchr(text.data, '/', text.len);
	host = it_span(text.data, slash ? (size_t)(slash - text.data) : 0);
	if (slash && is_host(host))
		text = it_span(slash + 1, text.len - host.len - 1);
	else
		host = it_span_text("docker.io");
	if (it_span_is(host, "index.docker.io") || it_span_is(host, "registry-1.docker.io"))
		host = it_span_text("docker.io");
	middle = it_span_is(host, "docker.io") && !memchr(text.data, '/', text.len) ? "library/"
										    : "";
	len = snprintf(out, size, "%.*s/%s%.*s", (int)host.len, host.data, middle, (int)text.len,
		       text.data);
	return len > 0 && (size_t)len < size;
}

static bool read_reference(struct reference *out, struct it_span text)
{
	const char *at = text.len && text.len < 512 ? memchr(text.data, '@', text.len) : NULL;
	size_t colon;

	out->tag[0] = '\0';
	if (!text.len || text.len >= 512 || memchr(text.data, '\0', text.len))
		return false;
	if (at)
		text.len = (size_t)(at - text.data);
	text = skip_scheme(text);
	for (colon = text.len; colon && text.data[colon - 1] != ':' && text.data[colon - 1] != '/';)
		colon--;
	if (colon && text.data[colon - 1] == ':') {
		if (!copy(out->tag, sizeof out->tag, it_span(text.data + colon, text.len - colon)))
			return false;
		text.len = colon - 1;
	}
	return read_repository(out->repository, sizeof out->repository, text);
}

/* What an image's package URL asks of a reference. */
struct image {
	char repository[512]; /* "" when it gives the name alone */
	const char *name;
	const char *tag; /* NULL: any */
};

static bool is_digest(const char *version)
{
	return strchr(version, ':') != NULL;
}

static bool read_image(struct image *out, const struct it_purl *purl)
{
	const char *url = it_purl_qualifier(purl, "repository_url");
	bool docker = it_streq(purl->type, "docker");
	char text[512];
	int len;

	*out = (struct image){ .name = purl->name, .tag = it_purl_qualifier(purl, "tag") };
	if (docker && purl->version[0] && !is_digest(purl->version))
		out->tag = purl->version;
	if (!docker)
		return !url ||
		       read_repository(out->repository, sizeof out->repository, it_span_text(url));
	len = snprintf(text, sizeof text, "%s%s%s%s%s", url ? url : "", url ? "/" : "",
		       purl->namespace, purl->namespace[0] ? "/" : "", purl->name);
	return len > 0 && (size_t)len < sizeof text &&
	       read_repository(out->repository, sizeof out->repository, it_span_text(text));
}

static const char *last_part(const char *repository)
{
	const char *slash = strrchr(repository, '/');

	return slash ? slash + 1 : repository;
}

static bool is_image(const struct it_attested_subject *subject, const void *arg)
{
	const struct image *image = arg;
	struct reference reference;

	if (!read_reference(&reference, subject->name))
		return false;
	if (image->tag && !it_streq(image->tag, reference.tag))
		return false;
	if (image->repository[0])
		return it_streq_nocase(image->repository, reference.repository);
	return it_streq_nocase(image->name, last_part(reference.repository));
}

/* --- one package URL --- */

static enum it_vex_fit match_digest(struct it_buf *why, const struct it_vex_target *target,
				    const char *digest)
{
	if (all_subjects(target, has_digest, digest))
		return IT_VEX_FITS;
	if (any_subject(target, has_digest, digest)) {
		(void)it_buf_add_text(why, "it is about one of several artifacts of the scan, and "
					   "the finding may be in another"); /* sticks */
		return IT_VEX_OTHER_PRODUCT;
	}
	(void)it_buf_add_text(why, "it is about ");
	quote(why, digest);
	(void)it_buf_add_text(why, ", which is not what was scanned");
	return IT_VEX_OTHER_VERSION;
}

/* What stands in a document may look like a digest and be none. */
static bool is_kept(const char *digest)
{
	size_t colon = strcspn(digest, ":");

	return digest[colon] &&
	       it_digest_is_kept(it_span(digest, colon), it_span_text(digest + colon + 1));
}

static enum it_vex_fit match_image(struct it_buf *why, const struct it_vex_target *target,
				   const struct it_purl *purl)
{
	const char *arch = it_purl_qualifier(purl, "arch");
	struct image image;

	/* The digest says all: whichever registry has it, it is the same image (grype#3657). */
	if (is_digest(purl->version) && is_kept(purl->version))
		return match_digest(why, target, purl->version);
	(void)it_buf_add_text(why, "it is about the image "); /* sticks */
	it_purl_print(why, purl, IT_PURL_WHOLE);
	if (is_digest(purl->version) || !read_image(&image, purl) ||
	    !all_subjects(target, is_image, &image)) {
		(void)it_buf_add_text(why, ", which is not what was scanned");
		return IT_VEX_OTHER_PRODUCT;
	}
	if (arch) {
		(void)it_buf_add_text(why, ", and nobody knows the architecture of what was "
					   "scanned");
		return IT_VEX_OTHER_VERSION;
	}
	return IT_VEX_FITS_ANY_VERSION;
}

/* What was scanned has a name and a digest: whether its version lies in a range nobody knows. */
static enum it_vex_fit unknown_version(struct it_buf *why, const struct it_vex_thing *thing)
{
	it_buf_reset(why);
	(void)it_buf_add_text(why, "it is about the versions "); /* sticks */
	quote(why, thing->range);
	(void)it_buf_add_text(why, ", and what was scanned is not known to be one of them");
	return IT_VEX_OTHER_VERSION;
}

/* A name that the layout gives to the step's product. */
static enum it_vex_fit match_given(struct it_buf *why, const struct it_vex_thing *thing,
				   const struct it_purl *purl, const char *given)
{
	IT_AUTO(it_purl_freep) struct it_purl *known = NULL;

	if (it_purl_parse(&known, it_span_text(given), NULL) || !it_purl_same(purl, known, 0))
		return IT_VEX_OTHER_PRODUCT;
	if (it_vex_purl_asks_more(why, purl, known))
		return IT_VEX_OTHER_VERSION;
	if (!purl->version[0] && !thing->range)
		return IT_VEX_FITS_ANY_VERSION;
	if (!purl->version[0] && it_version_in_range(thing->range, known->version) == IT_VERSION_IN)
		return IT_VEX_FITS;
	if (!purl->version[0])
		return unknown_version(why, thing);
	if (it_purl_same_version(purl, known))
		return IT_VEX_FITS;
	(void)it_buf_add_text(why, "it is about "); /* sticks */
	it_purl_print(why, purl, IT_PURL_VERSION);
	(void)it_buf_add_text(why, ", and the product is ");
	it_purl_print(why, known, IT_PURL_VERSION);
	return IT_VEX_OTHER_VERSION;
}

static enum it_vex_fit match_purl(struct it_buf *why, const struct it_vex_target *target,
				  const struct it_vex_thing *thing, const struct it_purl *purl)
{
	enum it_vex_fit best = IT_VEX_OTHER_PRODUCT;

	if (it_streq(purl->type, "oci") || it_streq(purl->type, "docker"))
		best = match_image(why, target, purl);
	if (best == IT_VEX_FITS_ANY_VERSION && thing->range)
		best = unknown_version(why, thing);
	for (size_t i = 0; i < target->products->count && best < IT_VEX_FITS; i++) {
		IT_AUTO(it_buf_done) struct it_buf reason = IT_BUF(8 * IT_PURL_BYTES_MAX);
		enum it_vex_fit fit = match_given(&reason, thing, purl, target->products->items[i]);

		if (fit <= best)
			continue;
		best = fit;
		it_buf_reset(why);
		(void)it_buf_add_span(why, it_buf_span(&reason)); /* sticks */
	}
	if (best == IT_VEX_OTHER_PRODUCT && !why->len) {
		(void)it_buf_add_text(why, "its product is ");
		it_purl_print(why, purl, IT_PURL_VERSION);
		(void)it_buf_add_text(why, ", which is not known to be what was scanned");
	}
	return best;
}

/* --- a thing with all that identifies it --- */

static enum it_vex_fit match_digests(struct it_buf *why, const struct it_vex_target *target,
				     const struct it_vex_thing *thing)
{
	enum it_vex_fit best = IT_VEX_OTHER_PRODUCT;

	for (size_t i = 0; i < thing->digests.count && best < IT_VEX_FITS; i++) {
		it_buf_reset(why);
		best = match_digest(why, target, thing->digests.items[i]);
	}
	return best;
}

static bool is_named(const struct it_vex_target *target, const struct it_vex_thing *thing)
{
	for (size_t i = 0; i < target->products->count; i++)
		if (it_streq(target->products->items[i], thing->id) ||
		    it_strings_has(&thing->cpes, target->products->items[i]))
			return true;
	return thing->id[0] && all_subjects(target, has_name, thing->id);
}

enum it_vex_fit it_vex_match_artifact(struct it_buf *why, const struct it_vex_thing *thing,
				      const struct it_gate_evidence *carrier,
				      const struct it_vex_target *target)
{
	enum it_vex_fit best = match_digests(why, target, thing);

	if (best == IT_VEX_FITS)
		return best;
	if (thing->bound && all_subjects(target, is_of_carrier, carrier))
		return thing->range ? unknown_version(why, thing) : IT_VEX_FITS;
	/* A digest that differs is not outweighed by a name. */
	if (thing->digests.count)
		return best;
	for (size_t i = 0; i < thing->purl_count && best < IT_VEX_FITS; i++) {
		IT_AUTO(it_buf_done) struct it_buf reason = IT_BUF(8 * IT_PURL_BYTES_MAX);
		enum it_vex_fit fit = match_purl(&reason, target, thing, thing->purls[i]);

		if (i && fit <= best)
			continue;
		best = fit;
		it_buf_reset(why);
		(void)it_buf_add_span(why, it_buf_span(&reason)); /* sticks */
	}
	if (best < IT_VEX_FITS_ANY_VERSION && is_named(target, thing))
		return thing->range ? unknown_version(why, thing) : IT_VEX_FITS_ANY_VERSION;
	if (!why->len) {
		(void)it_buf_add_text(why, thing->bound ? "what its document is about"
							: "its product '");
		if (!thing->bound) {
			quote(why, thing->id);
			(void)it_buf_add_byte(why, '\'');
		}
		(void)it_buf_add_text(why, " is not what was scanned");
	}
	return best;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listings are named after what is in them (the begin of the root), so that none replaces the one
 * of another link, and equal sides share a file.
 */
#include "run/step_listing.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "base/text.h"
#include "model/listing.h"
#include "run/step_link.h"

enum { KEYID_PART = 8, ROOT_PART = 8 /* bytes */, SIDES = 2 };

struct listed {
	struct it_listing listing;
	char *path;
	bool is_new;
};

/* The link as it is written: the tables of another one, and two of its own. */
struct shadow {
	struct intoto_link link;
	struct listed sides[SIDES];
};

static void shadow_done(struct shadow *shadow)
{
	it_json_free(shadow->link.environment);
	it_artifacts_done(&shadow->link.materials);
	it_artifacts_done(&shadow->link.products);
	for (size_t i = 0; i < SIDES; i++) {
		it_listing_done(&shadow->sides[i].listing);
		free(shadow->sides[i].path);
	}
}

static int name_file(struct listed *side, const char *link_path,
		     const struct it_step_options *options, struct intoto_error **err)
{
	const char *keyid = intoto_key_id(options->signer->key, options->keyid_style);
	int folder = (int)(it_path_base(link_path) - link_path);
	IT_AUTO(it_buf_done) struct it_buf root = IT_BUF(2 * ROOT_PART);

	it_hex_encode(&root, it_span(side->listing.root.bytes, ROOT_PART));
	if (asprintf(&side->listing.file, "%s.%.*s.%s" IT_LISTING_SUFFIX, options->name, KEYID_PART,
		     keyid, it_buf_text(&root)) < 0) {
		side->listing.file = NULL;
		return it_err_nomem(err);
	}
	if (asprintf(&side->path, "%.*s%s", folder, link_path, side->listing.file) < 0) {
		side->path = NULL;
		return it_err_nomem(err);
	}
	return INTOTO_OK;
}

static int list_side(struct shadow *shadow, enum intoto_link_side which,
		     const struct it_artifacts *table, const char *link_path,
		     const struct it_step_options *options, struct intoto_error **err)
{
	struct it_artifacts *instead =
		which == INTOTO_MATERIALS ? &shadow->link.materials : &shadow->link.products;
	struct listed *side = &shadow->sides[which];
	int rc;

	if (!table->count)
		return INTOTO_OK;
	rc = it_listing_measure(&side->listing, table, err);
	if (!rc)
		rc = name_file(side, link_path, options, err);
	if (rc)
		return rc;
	if (which != INTOTO_PRODUCTS ||
	    !it_streq(side->path, shadow->sides[INTOTO_MATERIALS].path)) {
		side->is_new = access(side->path, F_OK) != 0;
		rc = it_listing_write(table, side->path, 0, err);
	}
	return rc ? rc : it_listing_stand_in(instead, &side->listing, err);
}

static int note(struct shadow *shadow, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *listing = it_json_new_object();
	int rc = listing ? INTOTO_OK : it_err_nomem(err);

	for (int i = 0; !rc && i < SIDES; i++) {
		struct it_json *about = NULL;

		if (!shadow->sides[i].listing.file)
			continue;
		rc = it_listing_describe(&about, &shadow->sides[i].listing, err);
		if (!rc)
			rc = it_json_set_take(listing,
					      it_listing_side_name((enum intoto_link_side)i), about,
					      err);
	}
	if (rc || !it_json_count(listing))
		return rc;
	return it_step_note(&shadow->link, "listing", it_json_ref(listing), err);
}

static void remove_new(const struct shadow *shadow)
{
	for (size_t i = 0; i < SIDES; i++)
		if (shadow->sides[i].is_new)
			(void)unlink(shadow->sides[i].path); /* the first failure is to be told */
}

static int write_shadow(struct shadow *shadow, const struct intoto_link *link, const char *path,
			enum intoto_envelope_format format, const struct it_step_options *options,
			struct intoto_error **err)
{
	int rc = list_side(shadow, INTOTO_MATERIALS, &link->materials, path, options, err);

	if (!rc)
		rc = list_side(shadow, INTOTO_PRODUCTS, &link->products, path, options, err);
	if (!rc)
		rc = note(shadow, err);
	return rc ? rc : it_step_write(&shadow->link, path, format, 0, options, err);
}

int it_step_write_listed(const struct intoto_link *link, const char *path,
			 enum intoto_envelope_format format, const struct it_step_options *options,
			 struct intoto_error **err)
{
	IT_AUTO(shadow_done) struct shadow shadow = { .link = *link };
	int rc;

	shadow.link.environment = link->environment ? it_json_ref(link->environment) : NULL;
	shadow.link.materials = (struct it_artifacts){ 0 };
	shadow.link.products = (struct it_artifacts){ 0 };
	if (!options->listing)
		return it_step_write(link, path, format, 0, options, err);
	rc = write_shadow(&shadow, link, path, format, options, err);
	if (rc)
		remove_new(&shadow);
	return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* One archive as a list of claims. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/diff_part.h"
#include "base/text.h"

enum { DOCUMENT_MAX = 256 * 1024 * 1024, CLAIMS_MAX = 4 * 1000 * 1000, TEXT_MAX = 16 * 1024 };

void it_claims_done(struct it_claims *claims)
{
	it_archive_free(claims->archive);
	free(claims->items);
	it_strings_done(&claims->texts);
}

static int keep(struct it_claims *claims, const char **out, const char *text,
		struct intoto_error **err)
{
	int rc = it_strings_add(&claims->texts, text, err);

	if (!rc)
		*out = claims->texts.items[claims->texts.count - 1];
	return rc;
}

int it_claims_add(struct it_claims *claims, const struct it_claim *claim, struct intoto_error **err)
{
	struct it_claim one = *claim;
	int rc;

	one.member = claims->member;
	if (!*one.value)
		return INTOTO_OK;
	if (claims->count == CLAIMS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "says more than %d things", CLAIMS_MAX);
	if (claims->count == claims->cap) {
		size_t cap = claims->cap ? 2 * claims->cap : 256;
		struct it_claim *items = reallocarray(claims->items, cap, sizeof *items);

		if (!items)
			return it_err_nomem(err);
		claims->items = items;
		claims->cap = cap;
	}
	rc = keep(claims, &one.name, claim->name, err);
	if (!rc)
		rc = keep(claims, &one.value, claim->value, err);
	if (!rc)
		claims->items[claims->count++] = one;
	return rc;
}

int it_claims_miss(struct it_claims *claims, const struct it_archive_member *member,
		   const char *why, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);
	int rc;

	(void)it_buf_printf(&text, "%s (sha256:%s)", why, member->sha256); /* below */
	rc = it_buf_check(&text, "a reason", err);
	return rc ? rc
		  : it_claims_add(claims,
				  &(struct it_claim){ .group = IT_DIFF_MISSING,
						      .name = member->name,
						      .value = it_buf_text(&text) },
				  err);
}

static int add(struct it_claims *claims, enum it_archive_diff_group group, const char *name,
	       const char *value, struct intoto_error **err)
{
	const struct it_claim claim = { .group = group, .name = name, .value = value };

	return it_claims_add(claims, &claim, err);
}

/* --- members --- */

struct reading {
	struct it_claims *claims;
	struct it_buf bytes;
};

static bool is_read(enum it_archive_role role)
{
	return role == IT_ROLE_LINK || role == IT_ROLE_ATTESTATION || role == IT_ROLE_RAW ||
	       role == IT_ROLE_EXCEPTION || role == IT_ROLE_PARAMETERS;
}

static int begin(void *arg, const struct it_archive_member *member, struct it_sink *sink,
		 struct intoto_error **err)
{
	struct reading *reading = arg;

	if (!is_read(member->role))
		return INTOTO_OK;
	if (member->size > DOCUMENT_MAX)
		return it_claims_miss(reading->claims, member, "is too long", err);
	it_buf_reset(&reading->bytes);
	*sink = (struct it_sink){ it_sink_into_buf, &reading->bytes };
	return INTOTO_OK;
}

static int end(void *arg, const struct it_archive_member *member, bool good,
	       struct intoto_error **err)
{
	struct reading *reading = arg;
	struct it_span bytes = it_buf_span(&reading->bytes);

	if (!good)
		return INTOTO_OK; /* is refused below */
	reading->claims->member = member;
	if (member->role == IT_ROLE_PARAMETERS)
		return it_claims_of_parameters(reading->claims, member, bytes, err);
	if (member->role == IT_ROLE_RAW)
		return it_claims_of_document(reading->claims, member, bytes, err);
	return member->role == IT_ROLE_EXCEPTION
		       ? it_claims_of_exception(reading->claims, member, bytes, err)
		       : it_claims_of_evidence(reading->claims, member, bytes, err);
}

/* --- the manifest --- */

/* Those that are compared by their bytes; what repeats the others, and what every packing makes
 * anew (reports, timestamps), is not. */
static bool find_group(enum it_archive_diff_group *out, enum it_archive_role role)
{
	static const struct {
		enum it_archive_role role;
		enum it_archive_diff_group group;
	} groups[] = {
		{ IT_ROLE_LAYOUT, IT_DIFF_LAYOUT }, { IT_ROLE_KEY, IT_DIFF_LAYOUT },
		{ IT_ROLE_TRUST, IT_DIFF_TRUST },   { IT_ROLE_CERTIFICATE, IT_DIFF_TRUST },
		{ IT_ROLE_OTHER, IT_DIFF_FILE },
	};

	for (size_t i = 0; i < IT_COUNT_OF(groups); i++)
		if (groups[i].role == role) {
			*out = groups[i].group;
			return true;
		}
	return false;
}

static int take_member(struct it_claims *claims, size_t number, struct intoto_error **err)
{
	const struct it_archive *archive = claims->archive;
	const struct it_archive_member *member = &archive->manifest->members[number];
	enum it_archive_diff_group group;

	if (find_group(&group, member->role))
		return add(claims, group, member->name, member->sha256, err);
	return !archive->there[number] && is_read(member->role)
		       ? it_claims_miss(claims, member, "is withheld", err)
		       : INTOTO_OK;
}

static int take_step(struct it_claims *claims, const struct it_archive_step *step,
		     struct intoto_error **err)
{
	char text[64];

	(void)snprintf(text, sizeof text, "evidence by %zu, %u wanted", step->evidence.count,
		       step->threshold); /* fits */
	return add(claims, IT_DIFF_STEP, step->name, text, err);
}

/* As the envelope names them: who looks at its signatures verifies it. */
static int take_signers(struct it_claims *claims, struct intoto_error **err)
{
	const struct intoto_envelope *envelope = claims->archive->envelope;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < intoto_envelope_signature_count(envelope); i++)
		rc = add(claims, IT_DIFF_SIGNER, IT_ARCHIVE_MANIFEST_NAME,
			 intoto_envelope_signature_keyid(envelope, i), err);
	return rc;
}

static int take_manifest(struct it_claims *claims, struct intoto_error **err)
{
	const struct it_archive_manifest *manifest = claims->archive->manifest;
	const char *const rows[][2] = {
		{ "keeping", manifest->retention }, { "product", manifest->product },
		{ "release", manifest->release },   { "verdict", manifest->verdict },
		{ "packed by", manifest->tool },
	};
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < IT_COUNT_OF(rows); i++)
		rc = add(claims, IT_DIFF_RELEASE, rows[i][0], rows[i][1], err);
	if (!rc)
		rc = take_signers(claims, err);
	for (size_t i = 0; !rc && i < manifest->step_count; i++)
		rc = take_step(claims, &manifest->steps[i], err);
	for (size_t i = 0; !rc && i < manifest->member_count; i++)
		rc = take_member(claims, i, err);
	return rc;
}

/* --- all of it --- */

static int compare(const void *a, const void *b)
{
	const struct it_claim *one = a;
	const struct it_claim *two = b;
	int order = (one->group > two->group) - (one->group < two->group);

	if (!order)
		order = it_span_cmp(it_span_text(one->name), it_span_text(two->name));
	return order ? order : it_span_cmp(it_span_text(one->value), it_span_text(two->value));
}

/* What a step took from another one came not from outside. */
static void leave_out_made(struct it_claims *claims)
{
	size_t kept = 0;

	for (size_t i = 0; i < claims->count; i++) {
		struct it_claim product = claims->items[i];

		product.group = IT_DIFF_PRODUCT;
		claims->items[i].made =
			claims->items[i].group == IT_DIFF_INPUT &&
			bsearch(&product, claims->items, claims->count, sizeof product, compare);
	}
	for (size_t i = 0; i < claims->count; i++)
		if (!claims->items[i].made &&
		    (!kept || compare(&claims->items[kept - 1], &claims->items[i])))
			claims->items[kept++] = claims->items[i];
	claims->count = kept;
}

static bool is_withheld(const struct it_archive *archive, const struct it_archive_member *member)
{
	const struct it_archive_member *same =
		it_archive_manifest_find(archive->manifest, member->name);

	return same && !archive->there[same - archive->manifest->members] &&
	       it_streq(same->sha256, member->sha256);
}

/* What it says is known here and not there: that is no difference. */
static int leave_out_withheld(struct it_claims *claims, const struct it_archive *other,
			      struct intoto_error **err)
{
	const struct it_archive_manifest *manifest = claims->archive->manifest;
	size_t kept = 0;
	int rc = INTOTO_OK;

	for (size_t i = 0; i < claims->count; i++)
		if (!claims->items[i].member || !is_withheld(other, claims->items[i].member))
			claims->items[kept++] = claims->items[i];
	claims->count = kept;
	for (size_t i = 0; !rc && i < manifest->member_count; i++)
		if (claims->archive->there[i] && is_read(manifest->members[i].role) &&
		    is_withheld(other, &manifest->members[i]))
			rc = it_claims_miss(claims, &manifest->members[i], "is withheld", err);
	return rc;
}

int it_claims_settle(struct it_claims *claims, const struct it_archive *other,
		     struct intoto_error **err)
{
	int rc = leave_out_withheld(claims, other, err);

	if (rc)
		return rc;
	if (claims->count)
		qsort(claims->items, claims->count, sizeof *claims->items, compare);
	leave_out_made(claims);
	return INTOTO_OK;
}

static int check_whole(const struct it_archive *archive, struct intoto_error **err)
{
	for (size_t i = 0; i < archive->fault_count; i++)
		if (archive->faults[i].kind != IT_FAULT_WITHHELD)
			return it_err_set(err, INTOTO_E_FORMAT, "is not whole: %s %s",
					  archive->faults[i].name, archive->faults[i].text);
	return INTOTO_OK;
}

int it_claims_read(struct it_claims *claims, const char *path, struct intoto_error **err)
{
	struct reading reading = { claims, IT_BUF(DOCUMENT_MAX) };
	const struct it_archive_visitor visitor = { begin, end, &reading };
	int rc = it_archive_read(&claims->archive, path, &visitor, err);

	it_buf_done(&reading.bytes);
	claims->member = NULL;
	if (rc)
		return rc;
	rc = check_whole(claims->archive, err);
	if (!rc)
		rc = take_manifest(claims, err);
	return it_err_wrap(err, rc, "%s", path);
}

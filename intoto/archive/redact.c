/* SPDX-License-Identifier: Apache-2.0 */
/* Redaction: members are left out, and what proves them stays. */
#include <stdlib.h>
#include <string.h>

#include "archive/rewrite.h"
#include "base/text.h"

struct redacting {
	struct it_archive_rewriting rewriting;
	struct it_archive_later later;
};

static void redacting_done(struct redacting *redacting)
{
	it_archive_rewriting_done(&redacting->rewriting);
	free(redacting->later.withheld);
}

static int refuse(enum intoto_code code, const char *name, const char *why,
		  struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(name));

	return it_err_set(err, code, "member '%s' %s", quoted ? quoted : "", why);
}

static int check_name(const struct it_archive *archive, const char *name, struct intoto_error **err)
{
	const struct it_archive_manifest *manifest = archive->manifest;
	const struct it_archive_member *member = it_archive_manifest_find(manifest, name);

	if (!member)
		return refuse(INTOTO_E_NOTFOUND, name, "is not there", err);
	if (!archive->there[member - manifest->members])
		return refuse(INTOTO_E_USAGE, name, "is withheld already", err);
	if (member->role == IT_ROLE_LAYOUT || member->role == IT_ROLE_KEY ||
	    member->role == IT_ROLE_PARAMETERS)
		return refuse(INTOTO_E_USAGE, name,
			      "cannot be withheld: without the layout, its keys and the "
			      "parameters nothing could be verified",
			      err);
	return INTOTO_OK;
}

static void mark(struct redacting *redacting, const struct it_archive_member *member)
{
	/* The manifest is entry number 0. */
	redacting->rewriting
		.withhold[1 + (size_t)(member - redacting->rewriting.archive->manifest->members)] =
		true;
}

static int mark_names(struct redacting *redacting, const struct it_strings *names,
		      struct intoto_error **err)
{
	const struct it_archive *archive = redacting->rewriting.archive;
	bool evidence = false;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < names->count; i++) {
		const struct it_archive_member *member =
			it_archive_manifest_find(archive->manifest, names->items[i]);

		rc = check_name(archive, names->items[i], err);
		if (rc)
			break;
		mark(redacting, member);
		evidence = evidence || member->role == IT_ROLE_LINK ||
			   member->role == IT_ROLE_ATTESTATION;
	}
	/* It has every link and attestation in it once more. */
	for (size_t i = 0; !rc && evidence && i < archive->manifest->member_count; i++)
		if (archive->manifest->members[i].role == IT_ROLE_ATTESTATIONS && archive->there[i])
			mark(redacting, &archive->manifest->members[i]);
	return rc;
}

struct content {
	const char *sha256;
	size_t number;
};

static int compare_content(const void *a, const void *b)
{
	const struct content *one = a;
	const struct content *two = b;

	return it_span_cmp(it_span_text(one->sha256), it_span_text(two->sha256));
}

/* Withholding one of two members with the same bytes would withhold nothing. */
static int check_copies(const struct redacting *redacting, struct intoto_error **err)
{
	const struct it_archive *archive = redacting->rewriting.archive;
	const struct it_archive_manifest *manifest = archive->manifest;
	const bool *withhold = redacting->rewriting.withhold;
	IT_AUTO(it_freep) void *block = calloc(manifest->member_count + 1, sizeof(struct content));
	struct content *contents = block;
	size_t count = 0;

	if (!contents)
		return it_err_nomem(err);
	for (size_t i = 0; i < manifest->member_count; i++)
		if (archive->there[i])
			contents[count++] = (struct content){ manifest->members[i].sha256, i };
	qsort(contents, count, sizeof *contents, compare_content);
	for (size_t i = 1; i < count; i++) {
		size_t one = contents[i - 1].number;
		size_t two = contents[i].number;

		if (!it_streq(contents[i - 1].sha256, contents[i].sha256) ||
		    withhold[1 + one] == withhold[1 + two])
			continue;
		return refuse(INTOTO_E_USAGE, manifest->members[withhold[1 + one] ? two : one].name,
			      "has the same bytes as one that is to be withheld: withhold both",
			      err);
	}
	return INTOTO_OK;
}

static int fill(struct redacting *redacting, struct it_strings *withheld, struct intoto_error **err)
{
	const struct it_archive_rewriting *rewriting = &redacting->rewriting;
	const struct it_archive_manifest *manifest = rewriting->archive->manifest;
	struct it_archive_later *later = &redacting->later;
	int rc = INTOTO_OK;

	later->withheld = calloc(manifest->member_count + 1, sizeof *later->withheld);
	if (!later->withheld)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < manifest->member_count; i++) {
		const struct it_archive_member *member = &manifest->members[i];

		if (!rewriting->withhold[1 + i])
			continue;
		later->withheld[later->withheld_count++] = (struct it_archive_withheld){
			member->name,
			member->size,
			member->sha256,
			rewriting->listing->entries[1 + i].sha512,
		};
		rc = it_strings_add(withheld, member->name, err);
	}
	if (!rc && later->withheld_count > IT_ARCHIVE_WITHHELD_MAX)
		rc = it_err_set(err, INTOTO_E_LIMIT, "want at most %d members at once",
				IT_ARCHIVE_WITHHELD_MAX);
	return rc;
}

int it_archive_redact(const struct it_archive_adding *adding, const struct it_strings *names,
		      const char *reason, struct it_strings *withheld, struct intoto_error **err)
{
	IT_AUTO(redacting_done)
	struct redacting redacting = { .later = { .redaction = true, .reason = reason } };
	int rc;

	if (!names->count || !*reason || strlen(reason) > IT_ARCHIVE_REASON_MAX)
		return it_err_set(err, INTOTO_E_USAGE,
				  "want members to withhold, and a reason of at most %d bytes",
				  IT_ARCHIVE_REASON_MAX);
	rc = it_archive_rewriting_open(&redacting.rewriting, adding, err);
	if (!rc)
		rc = it_err_wrap(err, mark_names(&redacting, names, err), "%s", adding->path);
	if (!rc)
		rc = it_err_wrap(err, check_copies(&redacting, err), "%s", adding->path);
	if (!rc)
		rc = fill(&redacting, withheld, err);
	return rc ? rc : it_archive_rewrite(&redacting.rewriting, &redacting.later, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What release an archive says it is, for who compares it with what a store says. */
#include <stdlib.h>

#include "archive/keep.h"
#include "base/text.h"

struct claims {
	struct it_store_release release;
	struct it_store_member *members;
};

static void claims_done(struct claims *claims)
{
	free(claims->members);
}

static int fill_member(struct it_store_member *out, const struct it_archive_member *member,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(sizeof out->id.bytes);

	if (!it_hex_decode(&bytes, it_span_text(member->sha256)) ||
	    bytes.len != sizeof out->id.bytes)
		return it_err_set(err, INTOTO_E_FORMAT, "a digest of the manifest is none");
	memcpy(out->id.bytes, bytes.data, bytes.len);
	out->role = it_archive_role_name(member->role);
	out->name = member->name;
	return INTOTO_OK;
}

static int fill(struct claims *claims, const struct it_archive *archive, bool whole,
		struct intoto_error **err)
{
	const struct it_archive_manifest *manifest = archive->manifest;
	struct it_store_release *release = &claims->release;
	int rc = INTOTO_OK;

	*release = (struct it_store_release){
		.product = manifest->product,
		.release = manifest->release,
		.verdict = manifest->verdict,
		.time = manifest->time,
		.previous = manifest->previous,
		.retention = manifest->retention,
		.lock_until = manifest->lock_until,
	};
	claims->members = calloc(manifest->member_count + 1, sizeof *claims->members);
	if (!claims->members)
		return it_err_nomem(err);
	release->members = claims->members;
	for (size_t i = 0; !rc && i < manifest->member_count; i++)
		if (!whole || archive->there[i])
			rc = fill_member(&claims->members[release->member_count++],
					 &manifest->members[i], err);
	return rc;
}

int it_archive_claims(const char *path, bool whole,
		      int (*tell)(void *arg, const struct it_store_release *release,
				  struct intoto_error **err),
		      void *arg, struct intoto_error **err)
{
	IT_AUTO(it_archive_freep) struct it_archive *archive = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	IT_AUTO(claims_done) struct claims claims = { 0 };
	int rc = whole ? it_archive_read(&archive, path, NULL, &why)
		       : it_archive_peek(&archive, path, &why);

	if (rc == INTOTO_E_FORMAT || rc == INTOTO_E_LIMIT || rc == INTOTO_E_UNSUPPORTED)
		return INTOTO_OK; /* a file like any other */
	if (rc)
		return it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
	if (whole && !it_archive_is_whole(archive))
		return INTOTO_OK;
	rc = fill(&claims, archive, whole, err);
	return rc ? rc : tell(arg, &claims.release, err);
}

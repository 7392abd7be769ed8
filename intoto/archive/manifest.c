/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest as a model: its words, its leaves, finding and freeing. */
#include "archive/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { LEAF_MAX = 8 * 1024 };

static const struct role {
	const char *name;
	const char *folder; /* with its slash; "" at the top */
} roles[] = {
	[IT_ROLE_LAYOUT] = { "layout", "layout/" },
	[IT_ROLE_KEY] = { "key", "layout/keys/" },
	[IT_ROLE_LINK] = { "link", "links/" },
	[IT_ROLE_ATTESTATION] = { "attestation", "links/" },
	[IT_ROLE_ATTESTATIONS] = { "attestations", "" },
	[IT_ROLE_RAW] = { "raw", "raw/" },
	[IT_ROLE_CERTIFICATE] = { "certificate", "certificates/" },
	[IT_ROLE_TIMESTAMP] = { "timestamp", "timestamps/" },
	[IT_ROLE_TRUST] = { "trust", "trust/" },
	[IT_ROLE_REPORT] = { "report", "report/" },
	[IT_ROLE_VSA] = { "vsa", "report/" },
	[IT_ROLE_PARAMETERS] = { "parameters", "report/" },
	[IT_ROLE_EXCEPTION] = { "exception", "exceptions/" },
	[IT_ROLE_OTHER] = { "other", "other/" },
};

const char *it_archive_role_folder(enum it_archive_role role)
{
	return roles[role].folder;
}

const char *it_archive_role_name(enum it_archive_role role)
{
	return roles[role].name;
}

bool it_archive_role_find(enum it_archive_role *out, const char *name)
{
	for (size_t i = 0; i < IT_COUNT_OF(roles); i++)
		if (it_streq(roles[i].name, name)) {
			*out = (enum it_archive_role)i;
			return true;
		}
	return false;
}

/* A part of a path that no file system, shell or terminal takes for something else. */
static bool part_is_safe(struct it_span part)
{
	if (!part.len || part.len > IT_ARCHIVE_PART_MAX || it_span_is(part, ".") ||
	    it_span_is(part, ".."))
		return false;
	for (size_t i = 0; i < part.len; i++) {
		unsigned char byte = (unsigned char)part.data[i];

		if (byte < ' ' || byte == 0x7f || byte == '\\')
			return false;
	}
	return true;
}

bool it_archive_name_is_safe(const char *name)
{
	struct it_span rest = it_span_text(name);

	if (!rest.len || rest.len > IT_ARCHIVE_NAME_MAX || !it_utf8_valid(rest))
		return false;
	for (;;) {
		const char *slash = memchr(rest.data, '/', rest.len);
		struct it_span part =
			slash ? it_span(rest.data, (size_t)(slash - rest.data)) : rest;

		if (!part_is_safe(part))
			return false;
		if (!slash)
			return true;
		rest = it_span(slash + 1, rest.len - part.len - 1);
	}
}

/* Lengths go in front of the name, so that no two members give the same line. */
int it_archive_member_leaf(struct it_merkle_hash *out, const struct it_archive_member *member,
			   struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf line = IT_BUF(LEAF_MAX);
	int rc;

	(void)it_buf_printf(&line, "%zu:%s %ju sha256:%s", strlen(member->name), member->name,
			    (uintmax_t)member->size, member->sha256); /* sticky */
	if (*member->sha512)
		(void)it_buf_printf(&line, " sha512:%s", member->sha512); /* sticky */
	rc = it_buf_check(&line, "a member's line", err);
	if (!rc)
		it_merkle_leaf(out, it_buf_span(&line));
	return rc;
}

int it_archive_manifest_root(struct it_merkle_hash *out, const struct it_archive_manifest *manifest,
			     struct intoto_error **err)
{
	struct it_merkle tree = { 0 };

	for (size_t i = 0; i < manifest->member_count; i++) {
		struct it_merkle_hash leaf;
		int rc = it_archive_member_leaf(&leaf, &manifest->members[i], err);

		if (rc)
			return rc;
		it_merkle_add(&tree, &leaf);
	}
	it_merkle_root(out, &tree);
	return INTOTO_OK;
}

const struct it_archive_member *it_archive_manifest_find(const struct it_archive_manifest *manifest,
							 const char *name)
{
	size_t low = 0;
	size_t high = manifest->member_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = it_span_cmp(it_span_text(manifest->members[middle].name),
					it_span_text(name));

		if (!order)
			return &manifest->members[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void it_archive_manifest_free(struct it_archive_manifest *manifest)
{
	if (!manifest)
		return;
	for (size_t i = 0; i < manifest->step_count; i++)
		it_strings_done(&manifest->steps[i].evidence);
	free(manifest->steps);
	free(manifest->members);
	it_strings_done(&manifest->texts);
	free(manifest);
}

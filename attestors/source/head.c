/* SPDX-License-Identifier: Apache-2.0 */
/* What HEAD names: a branch or an id, loose or packed (gitrepository-layout(5)). */
#include "attestors/source/place.h"

#include <string.h>

#include "attestors/source/text.h"

enum { REF_FILE_MAX = 4096, PACKED_MAX = 64 << 20, SYMBOLIC_DEEP = 5 };

bool repo_id_is(const char *text, size_t len, size_t id_len)
{
	if (len != id_len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f')))
			return false;
	return true;
}

/* git-check-ref-format(1), as far as it keeps a name from leading elsewhere. */
static bool ref_is_safe(const char *ref)
{
	if (!at_text_begins(ref, "refs/") || strstr(ref, "..") || strstr(ref, "//") ||
	    strstr(ref, "/.") || strstr(ref, "@{") || ref[strlen(ref) - 1] == '/')
		return false;
	for (; *ref; ref++)
		if ((unsigned char)*ref <= ' ' || *ref == 0x7f || strchr("~^:?*[\\", *ref))
			return false;
	return true;
}

static int find_packed(struct repo_head *out, const struct repo_place *place,
		       struct intoto_error **err)
{
	AT_AUTO(at_buf_done) struct at_buf text = { .max = PACKED_MAX };
	size_t ref_len = strlen(out->ref);
	int rc = repo_file_read(&text, place->shared, "packed-refs", err);

	if (rc)
		return rc;
	for (const char *line = text.data; *line;) {
		size_t len = strcspn(line, "\n");

		if (len == place->id_len + 1 + ref_len && line[place->id_len] == ' ' &&
		    repo_id_is(line, place->id_len, place->id_len) &&
		    at_text_begins(line + place->id_len + 1, out->ref)) {
			memcpy(out->id, line, place->id_len);
			out->id[place->id_len] = '\0';
			return INTOTO_OK;
		}
		line += len + (line[len] ? 1 : 0);
	}
	return INTOTO_OK;
}

/* One file: an id, or "ref: NAME". */
static int read_ref(struct repo_head *out, const char *folder, const char *name,
		    const struct repo_place *place, struct intoto_error **err)
{
	AT_AUTO(at_buf_done) struct at_buf text = { .max = REF_FILE_MAX };
	int rc = repo_file_read(&text, folder, name, err);
	const char *ref;

	if (rc)
		return rc;
	while (text.len && strchr(" \t\r\n", text.data[text.len - 1]))
		text.data[--text.len] = '\0';
	if (repo_id_is(text.data, text.len, place->id_len)) {
		memcpy(out->id, text.data, text.len + 1);
		return INTOTO_OK;
	}
	ref = text.data + 4;
	if (at_text_begins(text.data, "ref:"))
		ref += strspn(ref, " \t");
	if (!at_text_begins(text.data, "ref:") || !ref_is_safe(ref) ||
	    strlen(ref) >= sizeof out->ref)
		return intoto_attestor_fail(
			err, INTOTO_E_FORMAT,
			"%s/%s: want an id of %zu hex digits or \"ref: refs/…\"", folder, name,
			place->id_len);
	memcpy(out->ref, ref, strlen(ref) + 1);
	return INTOTO_OK;
}

int repo_head_read(struct repo_head *out, const struct repo_place *place, struct intoto_error **err)
{
	int rc;

	*out = (struct repo_head){ 0 };
	rc = read_ref(out, place->git, "HEAD", place, err);
	for (int deep = 0; !rc && !out->id[0] && deep < SYMBOLIC_DEEP; deep++) {
		rc = read_ref(out, place->shared, out->ref, place, err);
		if (rc != INTOTO_E_NOTFOUND)
			continue;
		/* not loose: packed, or a branch without a commit */
		if (err) {
			intoto_error_free(*err);
			*err = NULL;
		}
		rc = find_packed(out, place, NULL);
		if (!rc || rc == INTOTO_E_NOTFOUND)
			return INTOTO_OK;
		return intoto_attestor_fail(err, rc, "%s/packed-refs: cannot be read",
					    place->shared);
	}
	if (rc)
		return rc;
	if (!out->id[0])
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "HEAD: names of names without end");
	return INTOTO_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Taking commits and tags apart (gitformat of objects: headers, an empty line, the message). */
#include "attestors/git/object.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "attestors/source/place.h"

/* Lines of an object that were not read yet. */
struct lines {
	const char *at;
	const char *end;
	size_t id_len;
};

void repo_commit_done(struct repo_commit *commit)
{
	at_buf_done(&commit->signature);
	at_buf_done(&commit->covered);
	*commit = (struct repo_commit){ 0 };
}

static int malformed(const char *what, struct intoto_error **err)
{
	return intoto_attestor_fail(err, INTOTO_E_FORMAT, "the object is malformed: %s", what);
}

static bool slice_is(struct repo_slice slice, const char *text)
{
	return slice.len == strlen(text) && at_text_begins(slice.data, text);
}

/* The value of the next line if it has that name; false with nothing taken otherwise. */
static bool take_header(struct lines *lines, const char *name, struct repo_slice *out)
{
	size_t len = strlen(name);
	const char *newline = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));

	if (!newline || (size_t)(newline - lines->at) <= len || lines->at[len] != ' ')
		return false;
	for (size_t i = 0; i < len; i++)
		if (lines->at[i] != name[i])
			return false;
	*out = (struct repo_slice){ lines->at + len + 1, (size_t)(newline - lines->at) - len - 1 };
	lines->at = newline + 1;
	return true;
}

static bool take_id(struct lines *lines, const char *name, struct repo_slice *out)
{
	return take_header(lines, name, out) && repo_id_is(out->data, out->len, lines->id_len);
}

/* Digits to a number; false for none and for more than 18. */
static bool read_seconds(int64_t *out, struct repo_slice text)
{
	*out = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9' || i == 18)
			return false;
		*out = *out * 10 + (text.data[i] - '0');
	}
	return text.len > 0;
}

static bool read_person(struct repo_person *out, struct repo_slice line)
{
	const char *end = line.data + line.len;
	const char *open = memchr(line.data, '<', line.len);
	const char *close = open ? memchr(open, '>', (size_t)(end - open)) : NULL;
	const char *space;

	if (!close)
		return false;
	out->name = (struct repo_slice){ line.data, (size_t)(open - line.data) };
	while (out->name.len && out->name.data[out->name.len - 1] == ' ')
		out->name.len--;
	out->email = (struct repo_slice){ open + 1, (size_t)(close - open - 1) };
	close += close + 1 < end && close[1] == ' ' ? 2 : 1;
	space = memchr(close, ' ', (size_t)(end - close));
	out->has_time =
		space &&
		read_seconds(&out->time, (struct repo_slice){ close, (size_t)(space - close) });
	if (space)
		out->zone = (struct repo_slice){ space + 1, (size_t)(end - space - 1) };
	return true;
}

static bool take_person(struct lines *lines, const char *name, struct repo_person *out)
{
	struct repo_slice line;

	return take_header(lines, name, &line) && read_person(out, line);
}

/* --- commits --- */

/* The rest of the headers; signatures go to where they belong (git-commit(1), gpgsig).  Lines that
 * begin with a space go on with the header before. */
static int read_rest(struct repo_commit *out, struct lines *lines, struct intoto_error **err)
{
	const char *wanted = lines->id_len == 64 ? "gpgsig-sha256" : "gpgsig";
	enum { OTHER, OURS, FOREIGN } in = OTHER;
	bool seen = false;

	while (lines->at < lines->end && *lines->at != '\n') {
		const char *newline = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
		const char *line = lines->at;
		struct repo_slice value;

		if (!newline)
			return malformed("a header has no end", err);
		if (*line != ' ')
			in = OTHER;
		lines->at = line;
		if (*line != ' ' && take_header(lines, wanted, &value)) {
			if (seen)
				return malformed("it has two signatures", err);
			seen = true;
			in = OURS;
			at_buf_add(&out->signature, value.data, value.len);
			at_buf_add(&out->signature, "\n", 1);
		} else if (*line == ' ' && in == OURS) {
			at_buf_add(&out->signature, line + 1, (size_t)(newline - line));
		} else if (in == OTHER && newline - line > 6 && at_text_begins(line, "gpgsig")) {
			in = FOREIGN;
		}
		if (in == OTHER)
			at_buf_add(&out->covered, line, (size_t)(newline + 1 - line));
		lines->at = newline + 1;
	}
	return lines->at < lines->end ? INTOTO_OK : malformed("it has no message", err);
}

static int read_commit(struct repo_commit *out, struct lines *lines, struct intoto_error **err)
{
	const char *begin = lines->at;
	int rc;

	if (!take_id(lines, "tree", &out->tree))
		return malformed("want a tree", err);
	while (lines->end - lines->at > 7 && at_text_begins(lines->at, "parent ")) {
		if (out->parent_count == REPO_PARENTS_MAX)
			return malformed("too many parents", err);
		if (!take_id(lines, "parent", &out->parents[out->parent_count]))
			return malformed("a parent is no id", err);
		out->parent_count++;
	}
	if (!take_person(lines, "author", &out->author) ||
	    !take_person(lines, "committer", &out->committer))
		return malformed("want an author and a committer", err);
	at_buf_add(&out->covered, begin, (size_t)(lines->at - begin));
	rc = read_rest(out, lines, err);
	if (rc)
		return rc;
	out->message = (struct repo_slice){ lines->at + 1, (size_t)(lines->end - lines->at - 1) };
	at_buf_add(&out->covered, lines->at, (size_t)(lines->end - lines->at));
	if (out->covered.failed || out->signature.failed)
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	return INTOTO_OK;
}

int repo_commit_parse(struct repo_commit *out, const char *bytes, size_t len, size_t id_len,
		      struct intoto_error **err)
{
	AT_AUTO(repo_commit_done)
	struct repo_commit commit = { .signature = { .max = REPO_OBJECT_MAX + 1 },
				      .covered = { .max = REPO_OBJECT_MAX + 1 } };
	struct lines lines = { bytes, bytes + len, id_len };
	int rc;

	*out = (struct repo_commit){ 0 };
	if (len > REPO_OBJECT_MAX)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT, "a commit of more than %d bytes",
					    REPO_OBJECT_MAX);
	rc = read_commit(&commit, &lines, err);
	if (rc)
		return rc;
	*out = commit;
	commit = (struct repo_commit){ 0 }; /* now the caller's */
	return INTOTO_OK;
}

/* --- tags --- */

/* The signature begins at the last line that says so, as git takes it. */
static void split_signature(struct repo_tag *tag, const char *begin)
{
	static const char *const marks[] = { "-----BEGIN PGP SIGNATURE-----",
					     "-----BEGIN PGP MESSAGE-----",
					     "-----BEGIN SSH SIGNATURE-----",
					     "-----BEGIN SIGNED MESSAGE-----", NULL };
	const char *end = tag->message.data + tag->message.len;
	const char *found = NULL;

	for (const char *line = tag->message.data; line < end;) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));

		for (const char *const *mark = marks; *mark; mark++)
			if ((size_t)(end - line) >= strlen(*mark) && at_text_begins(line, *mark))
				found = line;
		line = newline ? newline + 1 : end;
	}
	if (!found)
		return;
	tag->signature = (struct repo_slice){ found, (size_t)(end - found) };
	tag->message.len = (size_t)(found - tag->message.data);
	tag->covered = (struct repo_slice){ begin, (size_t)(found - begin) };
}

int repo_tag_parse(struct repo_tag *out, const char *bytes, size_t len, size_t id_len,
		   struct intoto_error **err)
{
	struct lines lines = { bytes, bytes + len, id_len };
	const char *message;

	*out = (struct repo_tag){ 0 };
	if (len > REPO_OBJECT_MAX)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT, "a tag of more than %d bytes",
					    REPO_OBJECT_MAX);
	if (!take_id(&lines, "object", &out->object) || !take_header(&lines, "type", &out->type) ||
	    !take_header(&lines, "tag", &out->name))
		return malformed("want object, type and tag", err);
	if (lines.end - lines.at > 7 && at_text_begins(lines.at, "tagger ") &&
	    !take_person(&lines, "tagger", &out->tagger))
		return malformed("the tagger is nobody", err);
	message = memmem(lines.at, (size_t)(lines.end - lines.at), "\n", 1);
	/* headers that are not known here end at an empty line */
	while (message && message != lines.at) {
		lines.at = message + 1;
		message = memchr(lines.at, '\n', (size_t)(lines.end - lines.at));
	}
	if (!message)
		return slice_is(out->type, "commit") && lines.at == lines.end
			       ? INTOTO_OK
			       : malformed("it has no message", err);
	out->message = (struct repo_slice){ message + 1, (size_t)(lines.end - message - 1) };
	split_signature(out, bytes);
	return INTOTO_OK;
}

/* --- ids --- */

static void md_ctx_freep(EVP_MD_CTX **ctx)
{
	EVP_MD_CTX_free(*ctx);
}

int repo_object_check(const char *id, size_t id_len, const char *type, const char *bytes,
		      size_t len, struct intoto_error **err)
{
	AT_AUTO(md_ctx_freep) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const EVP_MD *md = id_len == 64 ? EVP_sha256() : EVP_sha1();
	unsigned char digest[EVP_MAX_MD_SIZE];
	char header[64], hex[2 * EVP_MAX_MD_SIZE + 1];
	unsigned size = 0;
	int header_len = snprintf(header, sizeof header, "%s %zu", type, len);

	if (!ctx || header_len < 0 || EVP_DigestInit_ex(ctx, md, NULL) != 1 ||
	    EVP_DigestUpdate(ctx, header, (size_t)header_len + 1) != 1 ||
	    EVP_DigestUpdate(ctx, bytes, len) != 1 || EVP_DigestFinal_ex(ctx, digest, &size) != 1)
		return intoto_attestor_fail(err, INTOTO_E_INTERNAL, "no digest for an object's id");
	at_hex(hex, digest, size);
	if (intoto_text_same(hex, id))
		return INTOTO_OK;
	return intoto_attestor_fail(err, INTOTO_E_FORMAT,
				    "the object %s has other bytes than its id says", id);
}

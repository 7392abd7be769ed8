/* SPDX-License-Identifier: Apache-2.0 */
#include "run/mounts.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"

enum { TEXT_MOST = 64 * 1024 * 1024, MOUNTS_MOST = 100000, OCTAL_DIGITS = 3, FIELDS_FIRST = 6 };

/* proc_pid_mountinfo(5): blank, tabulator, line feed and backslash are \ooo. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; ++to) {
		unsigned value = 0;
		int digits = 0;

		while (*from == '\\' && digits < OCTAL_DIGITS && from[digits + 1] >= '0' &&
		       from[digits + 1] <= '7')
			value = value * 8 + (unsigned)(from[++digits] - '0');
		if (digits == OCTAL_DIGITS) {
			*to = (char)value;
			from += 1 + OCTAL_DIGITS;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/* Cuts off the next word; NULL: there is none. */
static char *next_word(char **at)
{
	char *word = *at;
	char *end;

	if (!word || !*word)
		return NULL;
	end = strchr(word, ' ');
	*at = end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	return word;
}

static bool read_device(uint64_t *out, char *text)
{
	char *colon = strchr(text, ':');
	uint64_t major;
	uint64_t minor;

	if (!colon)
		return false;
	*colon = '\0';
	if (!it_parse_u64(text, UINT32_MAX, &major) || !it_parse_u64(colon + 1, UINT32_MAX, &minor))
		return false;
	*out = major << 32 | minor;
	return true;
}

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue" */
static bool read_line(struct it_mount *out, char *line)
{
	char *words[FIELDS_FIRST];
	char *at = line;
	char *type;

	for (int i = 0; i < FIELDS_FIRST; i++)
		if (!(words[i] = next_word(&at)))
			return false;
	do
		type = next_word(&at);
	while (type && !it_streq(type, "-"));
	type = type ? next_word(&at) : NULL;
	if (!type || !it_parse_u64(words[0], UINT64_MAX, &out->id) ||
	    !read_device(&out->device, words[2]))
		return false;
	unescape(words[3]);
	unescape(words[4]);
	out->root = words[3];
	out->point = words[4];
	out->type = type;
	return true;
}

static int add(struct it_mounts *out, size_t *room, char *line, struct intoto_error **err)
{
	if (out->count == MOUNTS_MOST)
		return it_err_set(err, INTOTO_E_LIMIT, "mountinfo: more than %d mounts",
				  MOUNTS_MOST);
	if (out->count == *room) {
		size_t more = *room ? 2 * *room : 64;
		void *grown = realloc(out->items, more * sizeof *out->items);

		if (!grown)
			return it_err_nomem(err);
		out->items = grown;
		*room = more;
	}
	if (!read_line(&out->items[out->count], line))
		return it_err_set(err, INTOTO_E_FORMAT,
				  "mountinfo: line %zu is not what proc(5) says", out->count + 1);
	++out->count;
	return INTOTO_OK;
}

static int split(struct it_mounts *out, struct intoto_error **err)
{
	char *at = out->text.data;
	size_t room = 0;
	int rc = INTOTO_OK;

	while (!rc && at && *at) {
		char *end = strchr(at, '\n');

		if (end)
			*end = '\0';
		rc = add(out, &room, at, err);
		at = end ? end + 1 : NULL;
	}
	return rc;
}

int it_mounts_parse(struct it_mounts *out, struct it_span text, struct intoto_error **err)
{
	int rc;

	*out = (struct it_mounts){ .text = IT_BUF(TEXT_MOST) };
	(void)it_buf_add_span(&out->text, text); /* checked next */
	rc = it_buf_check(&out->text, "mountinfo", err);
	if (!rc && memchr(text.data ? text.data : "", '\0', text.len))
		rc = it_err_set(err, INTOTO_E_FORMAT, "mountinfo: a NUL");
	if (!rc)
		rc = split(out, err);
	if (rc)
		it_mounts_done(out);
	return rc;
}

int it_mounts_read(struct it_mounts *out, struct intoto_error **err)
{
	int rc;

	*out = (struct it_mounts){ .text = IT_BUF(TEXT_MOST) };
	rc = it_file_read(&out->text, "/proc/self/mountinfo", err);
	if (!rc)
		rc = split(out, err);
	if (rc)
		it_mounts_done(out);
	return rc;
}

void it_mounts_done(struct it_mounts *mounts)
{
	free(mounts->items);
	it_buf_done(&mounts->text);
	*mounts = (struct it_mounts){ 0 };
}

const struct it_mount *it_mounts_find(const struct it_mounts *mounts, uint64_t id)
{
	for (size_t i = 0; i < mounts->count; i++)
		if (mounts->items[i].id == id)
			return &mounts->items[i];
	return NULL;
}

bool it_mounts_within(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	if (it_streq(folder, "/"))
		return path[0] == '/';
	return it_starts_with(path, folder) && (path[len] == '/' || !path[len]);
}

const struct it_mount *it_mounts_below(const struct it_mounts *mounts, const char *folder)
{
	for (size_t i = mounts->count; i > 0; i--) {
		const char *point = mounts->items[i - 1].point;

		if (it_mounts_within(point, folder) && !it_streq(point, folder))
			return &mounts->items[i - 1];
	}
	return NULL;
}

/* The folder's own path in its file system. */
static char *inner_path(const struct it_mount *own, const char *folder)
{
	const char *below = it_streq(own->point, "/") ? folder : folder + strlen(own->point);

	while (*below == '/')
		++below;
	return *below ? it_path_join(own->root, below) : strdup(own->root);
}

const struct it_mount *it_mounts_alias(const struct it_mounts *mounts, const struct it_mount *own,
				       const char *folder)
{
	IT_AUTO(it_freep) char *inner = inner_path(own, folder);

	for (size_t i = 0; i < mounts->count; i++) {
		const struct it_mount *other = &mounts->items[i];

		if (other == own || other->device != own->device)
			continue;
		/* Without memory: rather one that is none. */
		if (!inner || it_mounts_within(inner, other->root) ||
		    it_mounts_within(other->root, inner))
			return other;
	}
	return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole archive.  Behind the first byte stands, if that is 'f', the file as it is; else a recipe
 * of one, so that checksums and digests stop nobody from looking further:
 *
 *	KIND NAMELENGTH NAME... SIZE CONTENT...
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

#include "archive/archive.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"

enum {
	BLOCK = 512,
	ENTRIES_MAX = 64,
	NAME_ROOM = 64,
	FILE_ROOM = 1 << 20,
	KIND_TAR_ONLY = 5, /* below it: in the manifest and in the file */
	KIND_MANIFEST_ONLY = 6,
	KIND_ODD = 7,
	KINDS = 8,
};

struct entry {
	unsigned char kind, type;
	char name[NAME_ROOM];
	char sha256[2 * IT_SHA256_SIZE + 1];
	struct it_span content;
};

struct recipe {
	const uint8_t *data;
	size_t left;
	struct entry entries[ENTRIES_MAX];
	size_t count;
};

static unsigned char next_byte(struct recipe *recipe)
{
	if (!recipe->left)
		return 0;
	recipe->left--;
	return *recipe->data++;
}

static void read_entry(struct recipe *recipe)
{
	static const char types[] = "0xgL125\0";
	struct entry *entry = &recipe->entries[recipe->count++];
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(sizeof entry->sha256);
	unsigned char bytes[IT_DIGEST_MAX];
	struct it_digest digest;
	size_t len;

	entry->kind = next_byte(recipe);
	entry->type = entry->kind % KINDS == KIND_ODD
			      ? (unsigned char)types[entry->kind / KINDS % (sizeof types - 1)]
			      : '0';
	entry->kind %= KINDS;
	len = next_byte(recipe) % (NAME_ROOM - 1);
	for (size_t i = 0; i < len; i++)
		entry->name[i] = (char)next_byte(recipe);
	len = next_byte(recipe);
	if (len > recipe->left)
		len = recipe->left;
	entry->content = it_span((const char *)recipe->data, len);
	recipe->data += len;
	recipe->left -= len;
	it_digest_start(&digest, it_digest_find("sha256"));
	it_digest_add(&digest, entry->content.data, len);
	it_digest_finish(&digest, bytes);
	it_hex_encode(&hex, it_span(bytes, IT_SHA256_SIZE));
	(void)snprintf(entry->sha256, sizeof entry->sha256, "%s", it_buf_text(&hex)); /* fits */
}

static int compare(const void *a, const void *b)
{
	const struct it_archive_member *one = a;
	const struct it_archive_member *two = b;

	return it_span_cmp(it_span_text(one->name), it_span_text(two->name));
}

static void add_entry(struct it_buf *out, const char *name, unsigned char type,
		      struct it_span content)
{
	char head[BLOCK] = { 0 };
	unsigned sum = 0;

	(void)snprintf(head, 100, "%s", name); /* cut where it does not fit */
	(void)snprintf(head + 100, 8, "%07o", 0644);
	(void)snprintf(head + 124, 12, "%011zo", content.len);
	(void)snprintf(head + 136, 12, "%011o", 0);
	head[156] = (char)type;
	(void)snprintf(head + 257, 6, "ustar");
	head[263] = head[264] = '0';
	for (size_t i = 0; i < sizeof head; i++)
		sum += i >= 148 && i < 156 ? ' ' : (unsigned char)head[i];
	(void)snprintf(head + 148, 8, "%06o", sum);
	(void)it_buf_add(out, head, sizeof head); /* looked at by who calls */
	(void)it_buf_add(out, content.data, content.len);
	while (out->len % BLOCK)
		(void)it_buf_add_byte(out, '\0');
}

static void add_manifest(struct it_buf *out, const struct recipe *recipe)
{
	IT_AUTO(it_archive_manifest_freep)
	struct it_archive_manifest *manifest = calloc(1, sizeof *manifest);
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_freep) char *text = NULL;
	size_t len = 0;

	if (!manifest)
		return;
	manifest->product = manifest->release = manifest->previous = "";
	manifest->tool = manifest->verdict = manifest->retention = "x";
	manifest->members = calloc(recipe->count + 1, sizeof *manifest->members);
	for (size_t i = 0; manifest->members && i < recipe->count; i++)
		if (recipe->entries[i].kind < KIND_TAR_ONLY ||
		    recipe->entries[i].kind == KIND_MANIFEST_ONLY)
			manifest->members[manifest->member_count++] = (struct it_archive_member){
				.name = recipe->entries[i].name,
				.role = (enum it_archive_role)recipe->entries[i].kind,
				.media_type = "a/b",
				.size = recipe->entries[i].content.len,
				.sha256 = recipe->entries[i].sha256,
				.sha512 = "",
			};
	if (manifest->members)
		qsort(manifest->members, manifest->member_count, sizeof *manifest->members,
		      compare);
	if (!it_archive_manifest_root(&manifest->root, manifest, NULL) &&
	    !it_archive_manifest_write(&envelope, manifest, NULL) &&
	    !intoto_envelope_print(envelope, &text, &len, NULL))
		add_entry(out, IT_ARCHIVE_MANIFEST_NAME, '0', it_span(text, len));
}

static void cook(struct it_buf *out, const uint8_t *data, size_t size)
{
	IT_AUTO(it_freep) void *block = calloc(1, sizeof(struct recipe));
	struct recipe *recipe = block;

	if (!recipe)
		return;
	recipe->data = data;
	recipe->left = size;
	while (recipe->left && recipe->count < ENTRIES_MAX)
		read_entry(recipe);
	add_manifest(out, recipe);
	for (size_t i = 0; i < recipe->count; i++)
		if (recipe->entries[i].kind != KIND_MANIFEST_ONLY)
			add_entry(out, recipe->entries[i].name, recipe->entries[i].type,
				  recipe->entries[i].content);
	for (size_t i = 0; i < 2 * (size_t)BLOCK; i++)
		(void)it_buf_add_byte(out, '\0');
}

struct seen {
	size_t begun, good;
};

static int take(void *arg, struct it_span piece, struct intoto_error **err)
{
	(void)arg;
	(void)err;
	return piece.len ? INTOTO_OK : INTOTO_E_INTERNAL;
}

static int begin(void *arg, const struct it_archive_member *member, struct it_sink *sink,
		 struct intoto_error **err)
{
	struct seen *seen = arg;

	(void)err;
	if (!it_archive_name_is_safe(member->name))
		abort();
	seen->begun++;
	*sink = (struct it_sink){ take, NULL };
	return INTOTO_OK;
}

static int end(void *arg, const struct it_archive_member *member, bool good,
	       struct intoto_error **err)
{
	struct seen *seen = arg;

	(void)member;
	(void)err;
	if (!seen->begun--)
		abort();
	seen->good += good;
	return INTOTO_OK;
}

static void read_file(const char *path)
{
	struct seen seen = { 0 };
	const struct it_archive_visitor visitor = { begin, end, &seen };
	IT_AUTO(it_archive_freep) struct it_archive *archive = NULL;
	IT_AUTO(it_archive_freep) struct it_archive *peeked = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	int rc = it_archive_read(&archive, path, &visitor, &err);

	if (rc ? !*intoto_error_text(err) || archive : !archive)
		abort();
	if (seen.begun) /* each that began ends */
		abort();
	if (!rc && !archive->fault_count && seen.good != archive->manifest->member_count)
		abort();
	if (!it_archive_peek(&peeked, path, NULL) != !rc)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(FILE_ROOM);
	IT_AUTO(it_fd_close) int fd = memfd_create("archive", MFD_CLOEXEC);
	char path[32];

	if (fd < 0 || !size)
		return 0;
	if (data[0] == 'f')
		(void)it_buf_add(&bytes, data + 1, size - 1); /* looked at below */
	else
		cook(&bytes, data + 1, size - 1);
	if (bytes.failed || it_fd_write(fd, it_buf_span(&bytes), NULL))
		return 0;
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd); /* fits */
	read_file(path);
	return 0;
}

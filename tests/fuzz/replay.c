/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target over its corpus: every file as it is, cut short at many places, and with
 * single bytes changed.  One TAP line for each file.
 *
 * usage: NAME [FOLDER]; without FOLDER it is $INTOTO_SOURCE/tests/fuzz/corpus/NAME.
 */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/strings.h"

enum {
	FILE_MAX_BYTES = 16 * 1024 * 1024,
	VARIANTS_MAX = 256, /* of each sort, for each file: a whole corpus stays under a second */
	STUCK_SECONDS = 120,
};

/* The target sees exactly size bytes in memory of their own, so that a sanitizer sees one more. */
static void feed(const char *data, size_t size)
{
	IT_AUTO(it_freep) uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	if (size)
		memcpy(copy, data, size);
	(void)LLVMFuzzerTestOneInput(copy, size); /* always 0 */
}

static void feed_variants(char *data, size_t size)
{
	static const char bytes[] = { '\0', '"', '\\', '{', ']', '\x80', '\xff', '-' };
	size_t step = size / VARIANTS_MAX + 1;

	for (size_t at = 0; at < size; at += step)
		feed(data, at);
	for (size_t at = 0; at < size; at += step) {
		char kept = data[at];

		data[at] = bytes[at / step % sizeof bytes];
		feed(data, size);
		data[at] = kept;
	}
}

static int replay(const char *folder, const char *name, size_t number)
{
	IT_AUTO(it_freep) char *path = it_path_join(folder, name);
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(FILE_MAX_BYTES);

	if (!path || it_file_read(&text, path, &err)) {
		(void)printf("not ok %zu - %s: %s\n", number, name, intoto_error_text(err));
		return 1;
	}
	(void)alarm(STUCK_SECONDS); /* its signal is the failure */
	feed(it_buf_text(&text), text.len);
	if (text.len)
		feed_variants(text.data, text.len);
	(void)alarm(0);
	(void)printf("ok %zu - %s\n", number, name);
	return 0;
}

/* The corpus of the target that this program is. */
static char *default_folder(const char *program)
{
	const char *source = getenv("INTOTO_SOURCE");
	char *folder = NULL;

	if (asprintf(&folder, "%s/tests/fuzz/corpus/%s", source ? source : ".",
		     it_path_base(program)) < 0)
		return NULL;
	return folder;
}

int main(int argc, char **argv)
{
	IT_AUTO(it_freep) char *folder = argc > 1 ? strdup(argv[1]) : default_folder(argv[0]);
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	int failed = 0;

	(void)setvbuf(stdout, NULL, _IOLBF, 0); /* a crash must not lose the lines before it */
	if (!folder || it_dir_list(&names, folder, &err)) {
		(void)printf("Bail out! %s\n", intoto_error_text(err));
		return 1;
	}
	feed("", 0);
	(void)printf("1..%zu\n", names.count ? names.count : 1);
	if (!names.count)
		(void)printf("not ok 1 - %s is empty\n", folder);
	for (size_t i = 0; i < names.count; i++)
		failed |= replay(folder, names.items[i], i + 1);
	return failed || !names.count;
}

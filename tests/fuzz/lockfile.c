/* SPDX-License-Identifier: Apache-2.0 */
/* Lock files: the first byte chooses the format, the rest is the file. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "attestors/kit/out.h"
#include "attestors/lockfile/lock.h"
#include "base/buf.h"

enum { OUT_MAX = 64 << 20 };

static int (*const readers[])(struct lock_writer *writer, char *text, size_t length,
			      struct intoto_error **err) = {
	lock_read_npm,	lock_read_composer, lock_read_yarn,	    lock_read_pnpm,
	lock_read_toml, lock_read_go,	    lock_read_requirements, lock_read_gem,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct intoto_json_out out;
	struct lock_writer writer = { .out = &out, .type = "npm", .version = "" };
	char *text;

	if (!size || memchr(data, '\0', size))
		return 0;
	text = malloc(size);
	if (!text)
		abort();
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	it_out_init(&out, OUT_MAX);
	intoto_out_list(&out);
	(void)readers[data[0] % (sizeof readers / sizeof *readers)](&writer, text, size - 1, NULL);
	intoto_out_list_end(&out);
	lock_writer_done(&writer);
	it_out_done(&out);
	free(text);
	return 0;
}

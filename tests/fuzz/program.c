/* SPDX-License-Identifier: Apache-2.0 */
/* The first bytes of a program, and an address, as they stand in a step's files and memory. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "base/text.h"
#include "run/touched_address.h"
#include "run/tracer_program.h"

static void must(bool true_always)
{
	if (!true_always)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct it_span head = it_span(data, size < IT_PROGRAM_HEAD ? size : IT_PROGRAM_HEAD);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(64 * 1024);
	char out[PATH_MAX];

	if (it_tracer_interpreter(head, out))
		must(*out && strlen(out) < PATH_MAX);
	if (size >= sizeof(sa_family_t) && size <= sizeof(struct sockaddr_storage)) {
		struct sockaddr_storage address = { 0 };

		memcpy(&address, data, size);
		it_touched_write_address(&text, (const struct sockaddr *)&address, size);
		must(text.len > 0 && it_utf8_valid(it_buf_span(&text)));
	}
	return 0;
}

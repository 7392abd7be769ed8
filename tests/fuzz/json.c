/* SPDX-License-Identifier: Apache-2.0 */
/* What was read and printed reads back as the same value, with the same canonical form. */
#include "tests/fuzz/fuzz.h"

#include "json/writer.h"

static void print(struct it_buf *out, const struct it_json *value, enum it_writer_style style)
{
	struct it_writer writer;

	it_writer_init(&writer, out, style);
	it_write_value(&writer, value);
	if (it_writer_finish(&writer, NULL))
		abort();
}

static void check_style(const struct it_json *root, enum it_writer_style style)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SIZE_MAX / 2);
	IT_AUTO(it_buf_done) struct it_buf before = IT_BUF(SIZE_MAX / 2);
	IT_AUTO(it_buf_done) struct it_buf after = IT_BUF(SIZE_MAX / 2);
	IT_AUTO(it_json_freep) struct it_json *again = NULL;

	print(&text, root, style);
	if (it_json_parse(&again, it_buf_span(&text), &it_json_signed_limits, NULL))
		abort();
	if (!it_json_equal(root, again))
		abort();
	if (it_json_canonical(&before, root, NULL) || it_json_canonical(&after, again, NULL))
		abort();
	if (!it_span_eq(it_buf_span(&before), it_buf_span(&after)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	int rc = it_json_parse(&root, it_span(data, size), &it_json_signed_limits, &err);

	if ((rc == INTOTO_OK) != (root != NULL) || (rc == INTOTO_OK) != (err == NULL))
		abort();
	if (!root)
		return 0;
	check_style(root, IT_WRITE_COMPACT);
	check_style(root, IT_WRITE_PRETTY);
	return 0;
}

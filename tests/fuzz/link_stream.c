/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader that makes no tree takes only what the document reader takes, and reads the same: the
 * bytes as an envelope, as what a Metablock signs, and as the payload of DSSE.
 */
#include "tests/fuzz/fuzz.h"

#include "tests/fuzz/same_link.h"

static void check(struct it_span text)
{
	if (same_link(text) == SAME_NOT)
		abort();
}

static void check_metablock(struct it_span body)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SIZE_MAX / 2);

	(void)it_buf_add_text(&text, "{\"signatures\":[],\"signed\":"); /* seen below */
	(void)it_buf_add_span(&text, body);
	(void)it_buf_add_byte(&text, '}');
	if (text.failed)
		abort();
	check(it_buf_span(&text));
}

static void check_dsse(struct it_span body)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SIZE_MAX / 2);

	(void)it_buf_add_text(&text, "{\"payloadType\":\"" INTOTO_PAYLOAD_TYPE
				     "\",\"signatures\":[],\"payload\":\""); /* seen below */
	it_base64_encode(&text, body);
	(void)it_buf_add_text(&text, "\"}");
	if (text.failed)
		abort();
	check(it_buf_span(&text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct it_span text = it_span(data, size);

	check(text);
	check_metablock(text);
	check_dsse(text);
	return 0;
}

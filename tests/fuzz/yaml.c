/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML, and layouts as people write them.  What was read can be written as JSON; what was made of
 * it is a layout or refused with a sentence.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "json/writer.h"
#include "json/yaml.h"
#include "layouts/manuscript.h"

static void write_back(const struct it_json *value)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1 << 28);
	struct it_writer writer;

	it_writer_init(&writer, &text, IT_WRITE_COMPACT);
	it_write_value(&writer, value);
	if (it_writer_finish(&writer, NULL))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	IT_AUTO(it_json_freep) struct it_json *places = NULL;
	IT_AUTO(it_json_freep) struct it_json *layout = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_manuscript_options options = { .folder = "/nonexistent", .now = 1700000000 };

	if (it_yaml_parse(&root, &places, "layout", it_span(data, size), &why)) {
		if (root || places || !*intoto_error_text(why))
			abort();
		return 0;
	}
	write_back(root);
	write_back(places);
	if (!it_manuscript_compile(&layout, root, &options, &why))
		write_back(layout);
	else if (layout || !*intoto_error_text(why))
		abort();
	return 0;
}

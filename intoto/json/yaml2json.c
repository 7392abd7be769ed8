/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml2json NAME: reads a YAML document on standard input and writes one JSON object on standard
 * output, { "document": …, "places": … } or { "error": … }.  NAME is what paths begin with. Started
 * by the core program, which so needs no YAML library.
 */
#include <unistd.h>

#include "base/file.h"
#include "json/writer.h"
#include "json/yaml.h"

enum { OUTPUT_MAX = 256 << 20, STATUS_DATA = 65, STATUS_USAGE = 64, STATUS_IO = 74 };

static int read_input(struct it_json **root, struct it_json **places, const char *name,
		      struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_YAML_BYTES_MAX);
	int rc = it_file_read(&text, "-", err);

	return rc ? rc : it_yaml_parse(root, places, name, it_buf_span(&text), err);
}

static int write_answer(const struct it_json *root, const struct it_json *places,
			const struct intoto_error *why)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(OUTPUT_MAX);
	struct it_writer writer;

	it_writer_init(&writer, &out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, root ? "document" : "error");
	if (root)
		it_write_value(&writer, root);
	else
		it_write_text(&writer, intoto_error_text(why));
	if (root) {
		it_write_name(&writer, "places");
		it_write_value(&writer, places);
	}
	it_write_object_end(&writer);
	if (it_writer_finish(&writer, NULL) || it_fd_write(STDOUT_FILENO, it_buf_span(&out), NULL))
		return STATUS_IO;
	return root ? 0 : STATUS_DATA;
}

int main(int argc, char **argv)
{
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	IT_AUTO(it_json_freep) struct it_json *places = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;

	if (argc != 2)
		return STATUS_USAGE;
	if (read_input(&root, &places, argv[1], &why))
		return write_answer(NULL, NULL, why);
	return write_answer(root, places, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* intoto attest list, intoto attest describe NAME: which attestors there are, and what they say. */
#include "base/text.h"
#include "cmd/attest.h"
#include "cmd/output.h"
#include "json/writer.h"

enum { OUTPUT_MAX = 16 * 1024 * 1024 };

static void add_list(struct it_writer *writer, const char *name, const struct it_strings *list)
{
	it_write_name(writer, name);
	it_write_list(writer);
	for (size_t i = 0; i < list->count; i++)
		it_write_text(writer, list->items[i]);
	it_write_list_end(writer);
}

static void add_text(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text ? text : "");
}

static void add_number(struct it_writer *writer, const char *name, uint64_t number)
{
	it_write_name(writer, name);
	it_write_int(writer, (int64_t)number);
}

static void add_options(struct it_writer *writer, const struct it_manifest *manifest)
{
	it_write_name(writer, "options");
	it_write_list(writer);
	for (size_t i = 0; i < manifest->option_count; i++) {
		it_write_object(writer);
		add_text(writer, "argument", manifest->options[i].argument);
		it_write_name(writer, "many");
		it_write_bool(writer, manifest->options[i].many);
		add_text(writer, "name", manifest->options[i].name);
		add_text(writer, "summary", manifest->options[i].summary);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

static void add_limits(struct it_writer *writer, const struct it_manifest *manifest)
{
	it_write_name(writer, "inputs");
	it_write_object(writer);
	add_number(writer, "least", manifest->least);
	add_number(writer, "most", manifest->most);
	it_write_object_end(writer);
	it_write_name(writer, "limits");
	it_write_object(writer);
	add_number(writer, "memory", manifest->memory);
	add_number(writer, "output", manifest->output);
	add_number(writer, "seconds", manifest->seconds);
	it_write_object_end(writer);
}

static void add_manifest(struct it_writer *writer, const struct it_attestor *attestor)
{
	const struct it_manifest *manifest = &attestor->manifest;

	it_write_object(writer);
	add_list(writer, "environment", &manifest->environment);
	add_limits(writer, manifest);
	add_text(writer, "name", manifest->name);
	add_list(writer, "needs", &manifest->need_words);
	add_options(writer, manifest);
	add_text(writer, "path", attestor->path);
	add_list(writer, "paths", &manifest->paths);
	add_list(writer, "predicates", &manifest->predicates);
	add_number(writer, "protocol", IT_ATTEST_PROTOCOL);
	add_list(writer, "secrets", &manifest->secrets);
	add_text(writer, "sha256", attestor->sha256);
	add_text(writer, "summary", manifest->summary);
	add_text(writer, "version", manifest->version);
	it_write_object_end(writer);
}

static void print_list(struct it_buf *out, const char *title, const struct it_strings *list)
{
	for (size_t i = 0; i < list->count; i++) {
		(void)it_buf_printf(out, "%-12s", i ? "" : title); /* sticky, it_print looks */
		it_text_quote(out, it_span_text(list->items[i]));
		(void)it_buf_add_byte(out, '\n');
	}
}

static void print_line(struct it_buf *out, const char *title, const char *text)
{
	(void)it_buf_printf(out, "%-12s", title); /* sticky, it_print looks */
	it_text_quote(out, it_span_text(text));
	(void)it_buf_add_byte(out, '\n');
}

static void print_manifest(struct it_buf *out, const struct it_attestor *attestor)
{
	const struct it_manifest *manifest = &attestor->manifest;

	print_line(out, "name", manifest->name);
	print_line(out, "version", manifest->version);
	print_line(out, "summary", manifest->summary);
	print_line(out, "program", attestor->path);
	print_line(out, "sha256", attestor->sha256);
	print_list(out, "predicates", &manifest->predicates);
	(void)it_buf_printf(out, "%-12s%u to %u\n", "files", manifest->least, manifest->most);
	for (size_t i = 0; i < manifest->option_count; i++) {
		const struct it_manifest_option *option = &manifest->options[i];

		(void)it_buf_printf(out, "%-12s", i ? "" : "options"); /* sticky */
		it_text_quote(out, it_span_text(option->name));
		(void)it_buf_add_byte(out, '=');
		it_text_quote(out, it_span_text(option->argument ? option->argument : "VALUE"));
		(void)it_buf_add_text(out, option->summary ? "  " : "");
		it_text_quote(out, it_span_text(option->summary));
		(void)it_buf_add_text(out, option->many ? " (may be repeated)\n" : "\n");
	}
	print_list(out, "needs", &manifest->need_words);
	print_list(out, "variables", &manifest->environment);
	print_list(out, "secrets", &manifest->secrets);
	print_list(out, "paths", &manifest->paths);
	(void)it_buf_printf(out, "%-12s%u seconds, %ju bytes of memory, %zu bytes of output\n",
			    "limits", manifest->seconds, (uintmax_t)manifest->memory,
			    manifest->output);
}

int it_attest_describe(const struct it_attestor_places *places, bool json,
		       const struct it_strings *operands, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(OUTPUT_MAX);
	struct it_writer writer;
	int rc = INTOTO_OK;

	if (operands->count < 2)
		return it_err_set(err, INTOTO_E_USAGE, "describe: want the name of an attestor");
	it_writer_init(&writer, &out, IT_WRITE_PRETTY);
	if (json)
		it_write_list(&writer);
	for (size_t i = 1; !rc && i < operands->count; i++) {
		IT_AUTO(it_attestor_freep) struct it_attestor *attestor = NULL;

		rc = it_attestor_find(&attestor, operands->items[i], places, err);
		if (!rc && json)
			add_manifest(&writer, attestor);
		else if (!rc)
			print_manifest(&out, attestor);
	}
	if (!json)
		return rc ? rc : it_print(&out, err);
	it_write_list_end(&writer);
	if (rc) {
		(void)!it_writer_finish(&writer, NULL); /* frees; there is an error to tell */
		return rc;
	}
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(&out, '\n'); /* sticky, it_print_json looks */
	return rc ? rc : it_print_json(&out, err);
}

/* One that cannot be described is listed all the same, with why. */
static void list_one(struct it_buf *out, struct it_writer *writer, const char *name,
		     const struct it_attestor_places *places)
{
	IT_AUTO(it_attestor_freep) struct it_attestor *attestor = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	bool good = it_attestor_find(&attestor, name, places, &why) == INTOTO_OK;

	if (!writer) {
		(void)it_buf_printf(out, "%-16s", name); /* sticky, it_print looks */
		it_text_quote(out, it_span_text(good ? attestor->manifest.summary
						     : intoto_error_text(why)));
		(void)it_buf_add_byte(out, '\n');
		return;
	}
	if (good) {
		add_manifest(writer, attestor);
		return;
	}
	it_write_object(writer);
	add_text(writer, "error", intoto_error_text(why));
	add_text(writer, "name", name);
	it_write_object_end(writer);
}

int it_attest_list(const struct it_attestor_places *places, bool json,
		   const struct it_strings *operands, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(OUTPUT_MAX);
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	struct it_writer writer;
	int rc;

	if (operands->count > 1) {
		(void)it_refuse_operand(operands, 1, err); /* the code is USAGE */
		return INTOTO_E_USAGE;
	}
	rc = it_attestor_list(&names, places, err);
	if (rc)
		return rc;
	it_writer_init(&writer, &out, IT_WRITE_PRETTY);
	if (json)
		it_write_list(&writer);
	for (size_t i = 0; i < names.count; i++)
		list_one(&out, json ? &writer : NULL, names.items[i], places);
	if (!json)
		return it_print(&out, err);
	it_write_list_end(&writer);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(&out, '\n'); /* sticky, it_print_json looks */
	return rc ? rc : it_print_json(&out, err);
}

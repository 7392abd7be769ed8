/* SPDX-License-Identifier: Apache-2.0 */
/* What --sandbox=learn found out. */
#include <stdio.h>

#include "base/text.h"
#include "cmd/sandbox_options.h"
#include "json/writer.h"

enum { LINE_MAX_BYTES = 16 << 20 };

/* For a shell: plain words as they are, others in single quotes. */
static void add_word(struct it_buf *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "%+,-./:=@_^";

	(void)it_buf_add_byte(out, ' '); /* sticky, all of it */
	if (*word && !word[strspn(word, plain)]) {
		(void)it_buf_add_text(out, word);
		return;
	}
	(void)it_buf_add_byte(out, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			(void)it_buf_add_text(out, "'\\'");
		(void)it_buf_add_byte(out, *word);
	}
	(void)it_buf_add_byte(out, '\'');
}

static void add_words(struct it_buf *out, const char *option, const struct it_strings *words,
		      bool each)
{
	for (size_t i = 0; i < words->count; i++) {
		if (each || !i)
			(void)it_buf_printf(out, " %s", option); /* sticky */
		add_word(out, words->items[i]);
	}
}

static void add_line(struct it_buf *out, const struct it_step_options *step,
		     const struct it_learned *learned)
{
	(void)it_buf_add_text(out, "intoto run -n"); /* sticky */
	add_word(out, step->name);
	add_words(out, "-m", &learned->materials, false);
	add_words(out, "-p", &learned->products, false);
	(void)it_buf_add_text(out, " --sandbox");
	if (learned->toolchain.count)
		(void)it_buf_add_text(out, " --toolchain system");
	add_words(out, "--toolchain", &learned->toolchain, true);
	add_words(out, "--sandbox-read", &learned->read, true);
	add_words(out, "--sandbox-write", &learned->write, true);
	if (learned->network)
		(void)it_buf_add_text(out, " --sandbox-network");
	(void)it_buf_add_text(out, " --");
	for (char *const *word = step->command.argv; *word; word++)
		add_word(out, *word);
}

static void write_list(struct it_writer *writer, const char *name, const struct it_strings *texts)
{
	it_write_name(writer, name);
	it_write_list(writer);
	for (size_t i = 0; i < texts->count; i++) {
		IT_AUTO(it_buf_done) struct it_buf valid = IT_BUF(LINE_MAX_BYTES);

		(void)it_utf8_replace(&valid,
				      it_span_text(texts->items[i])); /* JSON has no others */
		it_write_text_span(writer, it_buf_span(&valid));
	}
	it_write_list_end(writer);
}

/* Members sorted. */
static int add_json(struct it_buf *out, const struct it_learned *learned)
{
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	write_list(&writer, "materials", &learned->materials);
	it_write_name(&writer, "network");
	it_write_bool(&writer, learned->network);
	write_list(&writer, "products", &learned->products);
	write_list(&writer, "read", &learned->read);
	write_list(&writer, "secrets", &learned->secrets);
	write_list(&writer, "toolchain", &learned->toolchain);
	write_list(&writer, "write", &learned->write);
	it_write_object_end(&writer);
	return it_writer_finish(&writer, NULL);
}

void it_sandbox_tell_learned(const char *command, const struct it_step_options *step,
			     const struct it_learned *learned)
{
	IT_AUTO(it_buf_done) struct it_buf line = IT_BUF(LINE_MAX_BYTES);
	IT_AUTO(it_buf_done) struct it_buf shown = IT_BUF(LINE_MAX_BYTES);
	IT_AUTO(it_buf_done) struct it_buf json = IT_BUF(LINE_MAX_BYTES);
	IT_AUTO(it_buf_done) struct it_buf tame = IT_BUF(LINE_MAX_BYTES);

	for (size_t i = 0; i < learned->secrets.count; i++) {
		IT_AUTO(it_freep)
		char *path = it_text_quoted(it_span_text(learned->secrets.items[i]));

		(void)fprintf(stderr,
			      "%s: sandbox: %s: was read and looks like a secret, so it is not "
			      "proposed\n",
			      command, path ? path : ""); /* nowhere else to say it */
	}
	add_line(&line, step, learned);
	it_text_quote(&shown, it_buf_span(&line));
	(void)fprintf(stderr, "%s: sandbox: with its key, this would do:\n%s\n", command,
		      it_buf_text(&shown)); /* likewise */
	if (add_json(&json, learned))
		return;
	it_text_tame_json(&tame, it_buf_span(&json));
	(void)fprintf(stderr, "%s\n", it_buf_text(&tame)); /* likewise */
}

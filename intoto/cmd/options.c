/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines read by option tables. */
#include "cmd/options.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cmd/suggest.h"

const struct it_option it_common_options[IT_COMMON_OPTIONS] = {
	IT_FLAG(struct it_common_options, help, 'h', "help", "print this help"),
	IT_FLAG(struct it_common_options, version, 0, "version", "print the version"),
};

/* One reading of one command line. */
struct reader {
	const struct it_command *command;
	struct it_parsed *parsed;
	char *const *next; /* the first word that was not read yet */
	bool *seen;	   /* by row of the command's table */
	struct intoto_error **err;
};

/* An option that was found, the struct it fills, and how it was written. */
struct hit {
	const struct it_option *option;
	void *target;
	const char *attached; /* value in the same word, or NULL */
};

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0';
}

static bool takes_value(const struct it_option *option)
{
	return option->kind != IT_OPTION_FLAG && option->kind != IT_OPTION_COUNT &&
	       (option->kind != IT_OPTION_CUSTOM || option->argument);
}

/* "option --NAME VERDICT 'WORD'" with the word made safe for a terminal. */
static int refuse_word(struct reader *reader, const struct it_option *option, const char *wanted,
		       const char *word)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(word));

	if (!quoted)
		return it_err_nomem(reader->err);
	return it_err_set(reader->err, INTOTO_E_USAGE, "option --%s %s, found '%s'", option->name,
			  wanted, quoted);
}

static bool row_named(struct hit *hit, const struct it_option *row, void *target, char letter,
		      struct it_span name)
{
	if (letter ? row->letter != letter : !it_span_is(name, row->name))
		return false;
	hit->option = row;
	hit->target = target;
	return true;
}

/* Rows that fill the same member are other names for one option. */
static void mark_seen(struct reader *reader, const struct it_option *row)
{
	const struct it_command *command = reader->command;

	for (size_t i = 0; i < command->option_count; i++) {
		const struct it_option *other = &command->options[i];

		if (other == row || (row->kind != IT_OPTION_CUSTOM && other->kind == row->kind &&
				     other->offset == row->offset))
			reader->seen[i] = true;
	}
}

/* By letter, or with letter 0 by name.  The command's own rows come first. */
static bool find_row(struct hit *hit, struct reader *reader, char letter, struct it_span name)
{
	const struct it_command *command = reader->command;

	for (size_t i = 0; i < command->option_count; i++) {
		if (row_named(hit, &command->options[i], reader->parsed->options, letter, name)) {
			mark_seen(reader, &command->options[i]);
			return true;
		}
	}
	for (size_t i = 0; i < IT_COMMON_OPTIONS; i++) {
		if (row_named(hit, &it_common_options[i], &reader->parsed->common, letter, name))
			return true;
	}
	return false;
}

static int refuse_unknown_name(struct reader *reader, const char *word, size_t len)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span(word, len));
	IT_AUTO(it_freep) char *name = strndup(word + 2, len - 2);
	struct it_suggestion nearest = { .word = name };

	if (!quoted || !name)
		return it_err_nomem(reader->err);
	for (size_t i = 0; i < reader->command->option_count; i++) {
		if (!reader->command->options[i].hidden)
			it_suggest(&nearest, reader->command->options[i].name);
	}
	for (size_t i = 0; i < IT_COMMON_OPTIONS; i++)
		it_suggest(&nearest, it_common_options[i].name);
	if (!nearest.best)
		return it_err_set(reader->err, INTOTO_E_USAGE, "unknown option '%s'", quoted);
	return it_err_set(reader->err, INTOTO_E_USAGE, "unknown option '%s', did you mean --%s?",
			  quoted, nearest.best);
}

static int refuse_unknown_letter(struct reader *reader, const char *letter, const char *word)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(word));

	if (!quoted)
		return it_err_nomem(reader->err);
	if ((unsigned char)*letter < 0x21 || (unsigned char)*letter > 0x7e)
		return it_err_set(reader->err, INTOTO_E_USAGE, "unknown option '%s'", quoted);
	return it_err_set(reader->err, INTOTO_E_USAGE, "unknown option '-%c' in '%s'", *letter,
			  quoted);
}

/* "one of dsse, metablock" */
static int refuse_choice(struct reader *reader, const struct it_option *option, const char *value)
{
	IT_AUTO(it_buf_done) struct it_buf wanted = IT_BUF(4096);

	for (const char *const *word = option->choices; *word; word++)
		(void)it_buf_printf(&wanted, "%s%s", word == option->choices ? "wants " : " or ",
				    *word); /* sticky: the sentence is shorter then */
	return refuse_word(reader, option, it_buf_text(&wanted), value);
}

static bool is_choice(const struct it_option *option, const char *value)
{
	if (!option->choices || (option->bare && !*value))
		return true;
	for (const char *const *word = option->choices; *word; word++) {
		if (it_streq(*word, value))
			return true;
	}
	return false;
}

static int set_custom(struct reader *reader, const struct hit *hit, const char *value)
{
	int rc = hit->option->set(hit->target, value, reader->err);

	return rc ? it_err_wrap(reader->err, rc, "option --%s", hit->option->name) : INTOTO_OK;
}

/* Puts a value (NULL for a flag) where the row says. */
static int store(struct reader *reader, const struct hit *hit, const char *value)
{
	void *member = (char *)hit->target + hit->option->offset;

	if (value && !is_choice(hit->option, value))
		return refuse_choice(reader, hit->option, value);
	switch (hit->option->kind) {
	case IT_OPTION_FLAG:
		*(bool *)member = true;
		return INTOTO_OK;
	case IT_OPTION_COUNT:
		++*(unsigned *)member;
		return INTOTO_OK;
	case IT_OPTION_TEXT:
		*(const char **)member = value;
		return INTOTO_OK;
	case IT_OPTION_TEXTS:
	case IT_OPTION_LIST:
		return it_strings_add(member, value, reader->err);
	case IT_OPTION_CUSTOM:
		return set_custom(reader, hit, value);
	}
	return it_err_set(reader->err, INTOTO_E_INTERNAL, "option --%s has no kind",
			  hit->option->name);
}

/* Whether a word ends the values of a list: an option, and in a command only a long one. */
static bool ends_list(const struct hit *hit, const char *word)
{
	return hit->option->dashed ? it_starts_with(word, "--") : is_option(word);
}

/* The value in the next word, or for a list in all words up to the next option. */
static int store_next_words(struct reader *reader, const struct hit *hit)
{
	const char *word = *reader->next;
	int rc = INTOTO_OK;

	if (!word)
		return it_err_set(reader->err, INTOTO_E_USAGE, "option --%s wants a value: %s",
				  hit->option->name, hit->option->argument);
	if (is_option(word)) {
		IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(word));

		return it_err_set(
			reader->err, INTOTO_E_USAGE,
			"option --%s wants a value: %s, found the option '%s' (a value that begins "
			"with '-' is written --%s=VALUE)",
			hit->option->name, hit->option->argument, quoted ? quoted : "-",
			hit->option->name);
	}
	do {
		rc = store(reader, hit, *reader->next++);
	} while (!rc && hit->option->kind == IT_OPTION_LIST && *reader->next &&
		 !ends_list(hit, *reader->next));
	return rc;
}

static int store_hit(struct reader *reader, const struct hit *hit)
{
	if (!takes_value(hit->option))
		return hit->attached
			       ? refuse_word(reader, hit->option, "takes no value", hit->attached)
			       : store(reader, hit, NULL);
	if (hit->option->bare && !hit->attached &&
	    (hit->option->glued || !*reader->next || is_option(*reader->next)))
		return store(reader, hit, "");
	return hit->attached ? store(reader, hit, hit->attached) : store_next_words(reader, hit);
}

static int read_long(struct reader *reader, const char *word)
{
	const char *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) : strlen(word);
	struct hit hit = { .attached = equals ? equals + 1 : NULL };

	if (!find_row(&hit, reader, 0, it_span(word + 2, len - 2)))
		return refuse_unknown_name(reader, word, len);
	return store_hit(reader, &hit);
}

/* -xqnNAME: flags, then at most one option with a value. */
static int read_letters(struct reader *reader, const char *word)
{
	for (const char *letter = word + 1; *letter; letter++) {
		struct hit hit = { 0 };
		int rc;

		if (!find_row(&hit, reader, *letter, it_span_text(NULL)))
			return refuse_unknown_letter(reader, letter, word);
		if (letter[1] == '=')
			hit.attached = letter + 2;
		else if (takes_value(hit.option) && letter[1])
			hit.attached = letter + 1;
		rc = store_hit(reader, &hit);
		if (rc || hit.attached)
			return rc;
	}
	return INTOTO_OK;
}

static int read_words(struct reader *reader)
{
	bool only_operands = false;
	int rc = INTOTO_OK;

	while (!rc && *reader->next) {
		const char *word = *reader->next++;

		if (only_operands || !is_option(word))
			rc = it_strings_add(&reader->parsed->operands, word, reader->err);
		else if (it_streq(word, "--"))
			only_operands = true;
		else if (word[1] == '-')
			rc = read_long(reader, word);
		else
			rc = read_letters(reader, word);
		if (reader->parsed->common.help || reader->parsed->common.version)
			return rc;
	}
	return rc;
}

static int check_required(struct reader *reader)
{
	const struct it_command *command = reader->command;

	if (reader->parsed->common.help || reader->parsed->common.version)
		return INTOTO_OK;
	for (size_t i = 0; i < command->option_count; i++) {
		const struct it_option *option = &command->options[i];

		if (option->required && !reader->seen[i])
			return it_err_set(reader->err, INTOTO_E_USAGE, "option --%s %s is missing",
					  option->name, option->argument);
	}
	return INTOTO_OK;
}

int it_options_parse(struct it_parsed *parsed, const struct it_command *command, char *const *words,
		     struct intoto_error **err)
{
	IT_AUTO(it_freep) bool *seen = calloc(command->option_count + 1, sizeof *seen);
	struct reader reader = { command, parsed, words, seen, err };
	int rc;

	*parsed = (struct it_parsed){ 0 };
	parsed->options = calloc(1, command->options_size + 1);
	if (!seen || !parsed->options)
		return it_err_nomem(err);
	rc = read_words(&reader);
	return rc ? rc : check_required(&reader);
}

void it_parsed_done(struct it_parsed *parsed, const struct it_command *command)
{
	if (parsed->options && command->done)
		command->done(parsed->options);
	for (size_t i = 0; parsed->options && i < command->option_count; i++) {
		const struct it_option *option = &command->options[i];

		if (option->kind == IT_OPTION_TEXTS || option->kind == IT_OPTION_LIST)
			it_strings_done((void *)((char *)parsed->options + option->offset));
	}
	if (parsed->options)
		explicit_bzero(parsed->options, command->options_size); /* may hold a passphrase */
	free(parsed->options);
	parsed->options = NULL;
	it_strings_done(&parsed->operands);
}

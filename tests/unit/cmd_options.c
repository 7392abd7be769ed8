/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines: every form that is read, and every mistake with its sentence. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "cmd/options.h"
#include "tests/unit/refused.h"

struct options {
	bool quiet;
	bool no_command;
	unsigned verbose;
	const char *name;
	const char *format;
	struct it_strings keys;
	struct it_strings materials;
	const char *gpg;
	struct it_strings gpgs;
	int64_t level;
};

static int set_level(void *target, const char *value, struct intoto_error **err)
{
	struct options *options = target;

	if (!it_streq(value, "7"))
		return it_err_set(err, INTOTO_E_USAGE, "want 7");
	options->level = 7;
	return INTOTO_OK;
}

static const char *const formats[] = { "dsse", "metablock", NULL };

/* clang-format off */
static const struct it_option table[] = {
	IT_REQUIRED(struct options, name, 'n', "step-name", "NAME", "name of the step"),
	IT_VALUE(struct options, name, 0, "name", "NAME", "the same"),
	IT_FLAG(struct options, quiet, 'q', "quiet", "say less"),
	IT_FLAG(struct options, no_command, 'x', "no-command", "there is none"),
	IT_TALLY(struct options, verbose, 'v', "verbose", "say more"),
	IT_CHOICE(struct options, format, 0, "format", "FORMAT", formats, "how it is wrapped"),
	IT_EACH(struct options, keys, 'k', "key", "FILE", "key"),
	IT_WORDS(struct options, materials, 'm', "materials", "PATH", "what goes in"),
	{ .letter = 'g', .name = "gpg", .argument = "[KEYID]", .kind = IT_OPTION_TEXT,
	  .offset = offsetof(struct options, gpg), .help = "key", .bare = true },
	{ .letter = 'G', .name = "gpgs", .argument = "[KEYID]", .kind = IT_OPTION_LIST,
	  .offset = offsetof(struct options, gpgs), .help = "keys", .bare = true },
	{ .name = "insecure", .argument = "[=HOST]", .kind = IT_OPTION_TEXTS,
	  .offset = offsetof(struct options, keys), .help = "host", .bare = true, .glued = true },
	{ .name = "level", .argument = "N", .kind = IT_OPTION_CUSTOM, .set = set_level, .help = "level" },
	{ .name = "secret", .kind = IT_OPTION_FLAG, .offset = offsetof(struct options, quiet),
	  .help = "for checks", .hidden = true },
};
/* clang-format on */

static const struct it_command command = {
	.name = "run",
	.options = table,
	.option_count = IT_COUNT_OF(table),
	.options_size = sizeof(struct options),
};

/* One reading, freed by its owner. */
static int parse(struct it_parsed *parsed, const char *const *words, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings list = { 0 };
	static char *const none[] = { NULL };
	int rc;

	for (; *words; words++)
		assert_int_equal(it_strings_add(&list, *words, NULL), 0);
	rc = it_options_parse(parsed, &command, list.items ? list.items : none, err);
	/* TEXT members are borrowed from argv, which outlives a real program; here it does not. */
	if (parsed->options) {
		struct options *options = parsed->options;
		static char kept[64];

		if (options->name) {
			(void)strncpy(kept, options->name, sizeof kept - 1);
			options->name = kept;
		}
		for (const char *const *word = formats; options->format && *word; word++)
			options->format =
				it_streq(*word, options->format) ? *word : options->format;
	}
	return rc;
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void done(struct it_parsed *parsed)
{
	it_parsed_done(parsed, &command);
}

static void assert_mistake(const char *const *words, const char *text)
{
	IT_AUTO(done) struct it_parsed parsed = { 0 };
	struct intoto_error *err = NULL;

	assert_refused(parse(&parsed, words, &err), &err, INTOTO_E_USAGE, text);
}

static void assert_name(const char *const *words, const char *name)
{
	IT_AUTO(done) struct it_parsed parsed = { 0 };
	struct intoto_error *err = NULL;

	assert_int_equal(parse(&parsed, words, &err), 0);
	assert_string_equal(((struct options *)parsed.options)->name, name);
}

static void a_value_may_stand_attached_or_next(void **state)
{
	(void)state;
	assert_name(WORDS("-n", "build"), "build");
	assert_name(WORDS("-nbuild"), "build");
	assert_name(WORDS("-n=build"), "build");
	assert_name(WORDS("--step-name", "build"), "build");
	assert_name(WORDS("--step-name=build"), "build");
	assert_name(WORDS("--step-name=a=b"), "a=b");
	assert_name(WORDS("--step-name=--x"), "--x");
	assert_name(WORDS("--step-name="), "");
	assert_name(WORDS("-n", "-"), "-");
	assert_name(WORDS("-n", ""), "");
}

static void a_glued_option_never_takes_the_next_word(void **state)
{
	IT_AUTO(done) struct it_parsed parsed = { 0 };
	const struct options *options;

	(void)state;
	assert_int_equal(parse(&parsed, WORDS("-nx", "--insecure", "a", "--insecure=b"), NULL), 0);
	options = parsed.options;
	assert_int_equal(options->keys.count, 2);
	assert_string_equal(options->keys.items[0], "");
	assert_string_equal(options->keys.items[1], "b");
	assert_int_equal(parsed.operands.count, 1);
	assert_string_equal(parsed.operands.items[0], "a");
}

/* As argparse has it for the Python tool's -g. */
static void a_bare_option_may_stand_without_a_value(void **state)
{
	const char *const *const bare[] = {
		WORDS("-n", "x", "-g"),	     WORDS("-g", "-n", "x"), WORDS("-g", "--", "make"),
		WORDS("-g", "--name", "x"),  WORDS("-xg", "-n=x"),   WORDS("--gpg=", "-nx"),
		WORDS("-nx", "-x", "--gpg"),
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(bare); i++) {
		IT_AUTO(done) struct it_parsed parsed = { 0 };
		struct intoto_error *err = NULL;
		const char *gpg;

		(void)parse(&parsed, bare[i], &err); /* one has no name; the option was read */
		intoto_error_free(err);
		gpg = ((struct options *)parsed.options)->gpg;
		assert_non_null(gpg);
	}
	{
		IT_AUTO(done) struct it_parsed parsed = { 0 };
		const struct options *options;

		assert_int_equal(parse(&parsed, WORDS("-nx", "-G", "-v", "-G", "ab", "cd"), NULL),
				 0);
		options = parsed.options;
		assert_int_equal(options->gpgs.count, 3);
		assert_string_equal(options->gpgs.items[0], "");
		assert_string_equal(options->gpgs.items[1], "ab");
		assert_string_equal(options->gpgs.items[2], "cd");
		assert_null(options->gpg);
	}
}

static void the_last_text_counts(void **state)
{
	(void)state;
	assert_name(WORDS("-n", "a", "-n", "b"), "b");
}

static void short_flags_cluster_and_one_value_may_end_them(void **state)
{
	IT_AUTO(done) struct it_parsed parsed = { 0 };
	struct intoto_error *err = NULL;
	const struct options *options;

	(void)state;
	assert_int_equal(parse(&parsed, WORDS("-xqvvnbuild"), &err), 0);
	options = parsed.options;
	assert_true(options->quiet && options->no_command);
	assert_int_equal(options->verbose, 2);
	assert_string_equal(options->name, "build");
}

static void repeated_flags_add_up_or_stay(void **state)
{
	IT_AUTO(done) struct it_parsed parsed = { 0 };
	struct intoto_error *err = NULL;
	const struct options *options;

	(void)state;
	assert_int_equal(
		parse(&parsed, WORDS("-q", "--quiet", "-v", "--verbose", "-v", "-n", "a"), &err),
		0);
	options = parsed.options;
	assert_true(options->quiet);
	assert_int_equal(options->verbose, 3);
}

static void a_list_takes_words_up_to_the_next_option(void **state)
{
	IT_AUTO(done) struct it_parsed parsed = { 0 };
	struct intoto_error *err = NULL;
	const struct options *options;

	(void)state;
	assert_int_equal(parse(&parsed,
			       WORDS("-m", "a", "b", "-", "-n", "x", "-mc", "--materials=d", "--",
				     "-m", "e"),
			       &err),
			 0);
	options = parsed.options;
	assert_int_equal(options->materials.count, 5);
	assert_string_equal(options->materials.items[2], "-");
	assert_string_equal(options->materials.items[3], "c");
	assert_string_equal(options->materials.items[4], "d");
	assert_int_equal(parsed.operands.count, 2);
	assert_string_equal(parsed.operands.items[0], "-m");
}

static void a_repeated_value_takes_one_word_each_time(void **state)
{
	IT_AUTO(done) struct it_parsed parsed = { 0 };
	struct intoto_error *err = NULL;
	const struct options *options;

	(void)state;
	assert_int_equal(parse(&parsed, WORDS("-k", "a", "b", "--key=c", "-n", "x"), &err), 0);
	options = parsed.options;
	assert_int_equal(options->keys.count, 2);
	assert_string_equal(options->keys.items[1], "c");
	assert_int_equal(parsed.operands.count, 1);
	assert_string_equal(parsed.operands.items[0], "b");
}

static void operands_may_stand_between_options(void **state)
{
	IT_AUTO(done) struct it_parsed parsed = { 0 };
	struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(parse(&parsed, WORDS("a", "-n", "x", "b", "-", "--", "--", "-q"), &err),
			 0);
	assert_int_equal(parsed.operands.count, 5);
	assert_string_equal(parsed.operands.items[2], "-");
	assert_string_equal(parsed.operands.items[3], "--");
	assert_string_equal(parsed.operands.items[4], "-q");
	assert_false(((struct options *)parsed.options)->quiet);
}

static void another_name_of_a_required_option_will_do(void **state)
{
	(void)state;
	assert_name(WORDS("--name", "build"), "build");
}

static void help_ends_the_reading_before_any_complaint(void **state)
{
	IT_AUTO(done) struct it_parsed parsed = { 0 };
	struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(parse(&parsed, WORDS("-qh", "--no-such-option"), &err), 0);
	assert_true(parsed.common.help);
}

static void version_needs_no_required_option(void **state)
{
	IT_AUTO(done) struct it_parsed parsed = { 0 };
	struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(parse(&parsed, WORDS("--version"), &err), 0);
	assert_true(parsed.common.version);
}

static void a_setter_gets_the_value(void **state)
{
	IT_AUTO(done) struct it_parsed parsed = { 0 };
	struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(parse(&parsed, WORDS("-n", "x", "--level", "7"), &err), 0);
	assert_int_equal(((struct options *)parsed.options)->level, 7);
}

static void refuses_what_a_setter_refuses(void **state)
{
	(void)state;
	assert_mistake(WORDS("-n", "x", "--level=8"), "option --level: want 7");
}

static void refuses_an_unknown_option_and_names_the_nearest(void **state)
{
	(void)state;
	assert_mistake(WORDS("--step-nam=x"),
		       "unknown option '--step-nam', did you mean --step-name?");
	assert_mistake(WORDS("--zebra"), "unknown option '--zebra'");
	assert_mistake(WORDS("-z"), "unknown option '-z' in '-z'");
	assert_mistake(WORDS("-qz"), "unknown option '-z' in '-qz'");
}

static void refuses_abbreviated_names(void **state)
{
	(void)state;
	assert_mistake(WORDS("--mat", "a"), "unknown option '--mat', did you mean --materials?");
	assert_mistake(WORDS("--step", "a"), "unknown option '--step', did you mean --step-name?");
}

static void does_not_suggest_what_is_hidden(void **state)
{
	IT_AUTO(done) struct it_parsed parsed = { 0 };
	struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(parse(&parsed, WORDS("--secre"), &err), INTOTO_E_USAGE);
	assert_null(strstr(intoto_error_text(err), "did you mean"));
	intoto_error_free(err);
}

static void refuses_a_missing_value(void **state)
{
	(void)state;
	assert_mistake(WORDS("-n"), "option --step-name wants a value: NAME");
	assert_mistake(WORDS("-qn"), "option --step-name wants a value: NAME");
	assert_mistake(WORDS("-n", "x", "--materials"), "option --materials wants a value: PATH");
}

static void refuses_an_option_as_a_value(void **state)
{
	(void)state;
	assert_mistake(
		WORDS("-n", "-q"),
		"option --step-name wants a value: NAME, found the option '-q' (a value that "
		"begins with '-' is written --step-name=VALUE)");
	assert_mistake(WORDS("-m", "--", "cmd"),
		       "option --materials wants a value: PATH, found the option '--'");
}

static void refuses_a_value_for_a_flag(void **state)
{
	(void)state;
	assert_mistake(WORDS("--quiet=yes"), "option --quiet takes no value, found 'yes'");
	assert_mistake(WORDS("--quiet="), "option --quiet takes no value, found ''");
	assert_mistake(WORDS("-q=yes"), "option --quiet takes no value, found 'yes'");
	assert_mistake(WORDS("--verbose=2"), "option --verbose takes no value, found '2'");
}

static void refuses_a_word_that_is_no_choice(void **state)
{
	(void)state;
	assert_mistake(WORDS("--format=xml"),
		       "option --format wants dsse or metablock, found 'xml'");
	assert_mistake(WORDS("--format", "DSSE"),
		       "option --format wants dsse or metablock, found 'DSSE'");
}

static void refuses_to_do_without_a_required_option(void **state)
{
	(void)state;
	assert_mistake(WORDS("-q"), "option --step-name NAME is missing");
	assert_mistake(WORDS("--", "-n", "x"), "option --step-name NAME is missing");
}

static void quotes_hostile_words(void **state)
{
	(void)state;
	assert_mistake(WORDS("--\033[2J"), "unknown option '--\\u{1b}[2J'");
	assert_mistake(WORDS("--format=\r\xff"), "found '\\u{d}\\xff'");
	assert_mistake(WORDS("-\x01"), "unknown option '-\\u{1}'");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_may_stand_attached_or_next),
		cmocka_unit_test(a_bare_option_may_stand_without_a_value),
		cmocka_unit_test(a_glued_option_never_takes_the_next_word),
		cmocka_unit_test(the_last_text_counts),
		cmocka_unit_test(short_flags_cluster_and_one_value_may_end_them),
		cmocka_unit_test(repeated_flags_add_up_or_stay),
		cmocka_unit_test(a_list_takes_words_up_to_the_next_option),
		cmocka_unit_test(a_repeated_value_takes_one_word_each_time),
		cmocka_unit_test(operands_may_stand_between_options),
		cmocka_unit_test(another_name_of_a_required_option_will_do),
		cmocka_unit_test(help_ends_the_reading_before_any_complaint),
		cmocka_unit_test(version_needs_no_required_option),
		cmocka_unit_test(a_setter_gets_the_value),
		cmocka_unit_test(refuses_what_a_setter_refuses),
		cmocka_unit_test(refuses_an_unknown_option_and_names_the_nearest),
		cmocka_unit_test(refuses_abbreviated_names),
		cmocka_unit_test(does_not_suggest_what_is_hidden),
		cmocka_unit_test(refuses_a_missing_value),
		cmocka_unit_test(refuses_an_option_as_a_value),
		cmocka_unit_test(refuses_a_value_for_a_flag),
		cmocka_unit_test(refuses_a_word_that_is_no_choice),
		cmocka_unit_test(refuses_to_do_without_a_required_option),
		cmocka_unit_test(quotes_hostile_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

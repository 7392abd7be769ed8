/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command: one file, one const object it_cmd_NAME, one word in the table of main.c.
 *
 * The option table is the only description of the options: parsing, --help, completion and the
 * check against the man page all come from it.
 */
#ifndef IT_CMD_COMMAND_H
#define IT_CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strings.h"

/* Exit statuses of every command (sysexits where they fit). */
enum it_exit {
	IT_EXIT_YES = 0,
	IT_EXIT_NO = 1,	    /* decided: no */
	IT_EXIT_ABSENT = 3, /* what was to be judged is not there (image verify: no signature) */
	IT_EXIT_USAGE = 64,
	IT_EXIT_DATA = 65,	  /* bad input */
	IT_EXIT_NOINPUT = 66,	  /* missing input */
	IT_EXIT_UNAVAILABLE = 69, /* a service or helper is not available */
	IT_EXIT_BUG = 70,
	IT_EXIT_IO = 74, /* the system refused: full disk, no permission */
};

/* The exit status for a class of errors. */
int it_exit_of(enum intoto_code code);

enum it_option_kind {
	IT_OPTION_FLAG,	  /* bool */
	IT_OPTION_COUNT,  /* unsigned: each -v adds one */
	IT_OPTION_TEXT,	  /* const char *: the last one counts */
	IT_OPTION_TEXTS,  /* struct it_strings: one value each time, may be repeated */
	IT_OPTION_LIST,	  /* struct it_strings: takes all words up to the next option, as the Python
			     tool does */
	IT_OPTION_CUSTOM, /* set(): anything else, with a value; set_flag semantics when argument is
			     NULL */
};

struct it_option {
	char letter;	      /* 'n', or 0 */
	const char *name;     /* "step-name"; never NULL */
	const char *argument; /* "NAME" in the help, NULL for flags */
	enum it_option_kind kind;
	size_t offset;	  /* into the command's options struct */
	const char *help; /* one line, lower case, no full stop */
	bool required;
	int (*set)(void *options, const char *value, struct intoto_error **err);
	const char *const *
		choices; /* NULL-terminated; other values of TEXT are refused; for completion too */
	bool dashed;	 /* LIST: a word with one dash in front is a value too (commands) */
	bool bare;	 /* TEXT, TEXTS, LIST: may stand without a value, which is "" then */
	bool glued;	 /* bare: a value stands behind "=" only, never in the next word */
	bool hidden;	 /* for checks, not for people: in no help, completion or man page */
};

/* clang-format off */
/* The rows of an option table; type and member say what the value fills. */
#define IT_FLAG(type, member, short_name, long_name, text) \
	{ .letter = short_name, .name = long_name, .kind = IT_OPTION_FLAG, \
	  .offset = offsetof(type, member), .help = text }
#define IT_TALLY(type, member, short_name, long_name, text) \
	{ .letter = short_name, .name = long_name, .kind = IT_OPTION_COUNT, \
	  .offset = offsetof(type, member), .help = text }
#define IT_VALUE(type, member, short_name, long_name, value, text) \
	{ .letter = short_name, .name = long_name, .argument = value, .kind = IT_OPTION_TEXT, \
	  .offset = offsetof(type, member), .help = text }
#define IT_REQUIRED(type, member, short_name, long_name, value, text) \
	{ .letter = short_name, .name = long_name, .argument = value, .kind = IT_OPTION_TEXT, \
	  .offset = offsetof(type, member), .help = text, .required = true }
#define IT_CHOICE(type, member, short_name, long_name, value, words, text) \
	{ .letter = short_name, .name = long_name, .argument = value, .kind = IT_OPTION_TEXT, \
	  .offset = offsetof(type, member), .help = text, .choices = words }
#define IT_EACH(type, member, short_name, long_name, value, text) \
	{ .letter = short_name, .name = long_name, .argument = value, .kind = IT_OPTION_TEXTS, \
	  .offset = offsetof(type, member), .help = text }
#define IT_WORDS(type, member, short_name, long_name, value, text) \
	{ .letter = short_name, .name = long_name, .argument = value, .kind = IT_OPTION_LIST, \
	  .offset = offsetof(type, member), .help = text }
#define IT_COMMAND_WORDS(type, member, long_name, text) \
	{ .name = long_name, .argument = "WORD", .kind = IT_OPTION_LIST, \
	  .offset = offsetof(type, member), .help = text, .dashed = true }
/* clang-format on */

struct it_command {
	const char *name;     /* "run"; for "key generate" the two words are nested tables */
	const char *synopsis; /* behind the name: "-n NAME [OPTIONS] -- COMMAND..." */
	const char *summary;  /* one line for the list of commands */
	const char *examples; /* lines for --help; may be NULL */
	const struct it_option *options;
	size_t option_count;
	size_t options_size; /* of the struct that the table fills; it_main allocates it zeroed */
	const struct it_command *const *children; /* NULL-terminated subcommands, or NULL */
	/* operands: what is left behind the options; returns an exit status. */
	int (*run)(void *options, const struct it_strings *operands, struct intoto_error **err);
	/* Frees what the options own besides IT_OPTION_TEXTS and _LIST (those are freed by the
	 * table); or NULL. */
	void (*done)(void *options);
	const char *const *operand_words; /* NULL-terminated, for completion; NULL: files */
	const char *manual;		  /* the man page; NULL: intoto-NAME */
	bool elsewhere; /* is in a helper program of this name, which has all tables of this
			   program, too */
	bool whole;	/* wants everything: runs in the helper program that has it where there is
			   one */
	/* Of a command of the first level: words that hold one of these want everything, too;
	 * NULL-terminated, or NULL. */
	const char *const *heavy;
	int failure; /* exit status for our own failures; 0: it_exit_of() decides (run: 125) */
};

/* In run(): return it_fail(err) after a failed call; main prints *err and exits with it_exit_of().
 */
enum { IT_EXIT_FROM_ERROR = -1 };

/* The program itself, in main.c; its children are the commands. */
extern const struct it_command it_cmd_root;

/* The subcommand of that name, or NULL. */
const struct it_command *it_command_child(const struct it_command *command, const char *name);

/* Calls each for command and all below it, parents first; full_name is "intoto key generate". */
void it_command_walk(const struct it_command *command,
		     void (*each)(void *arg, const struct it_command *command,
				  const char *full_name),
		     void *arg);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times commands against each other: one round runs each once, and the next round begins one
 * command later, so that whatever the machine does meanwhile meets them all alike.
 *
 * usage: timer ROUNDS {EVERY LABEL FOLDER PROGRAM [ARGUMENT...] ::}...
 *
 * EVERY 5 runs a (slow) command in each fifth round only.  Prints for each, in microseconds of wall
 * time from vfork to wait: LABEL COUNT MINIMUM P10 MEDIAN P90.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { COMMANDS_MAX = 16, ROUNDS_MAX = 100000 };

extern char **environ;

struct command {
	unsigned long every;
	const char *label;
	const char *folder;
	char **argv; /* PROGRAM on, NULL-terminated */
	int64_t *samples;
	size_t count;
};

static void die(const char *what)
{
	(void)fprintf(stderr, "timer: %s\n", what);
	exit(1);
}

static int64_t now_ns(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now))
		die("no clock");
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* vfork by another name, which posix_spawn uses inside (glibc 2.24 and later). */
static int64_t run(const struct command *command, const posix_spawn_file_actions_t *actions)
{
	int64_t start = now_ns();
	int status;
	pid_t pid;

	if (posix_spawn(&pid, command->argv[0], actions, NULL, command->argv, environ))
		die(command->argv[0]);
	if (waitpid(pid, &status, 0) != pid)
		die("lost a child");
	start = now_ns() - start;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		(void)fprintf(stderr, "timer: %s failed (status %d)\n", command->label, status);
		exit(1);
	}
	return start;
}

static void run_in_folder(struct command *command)
{
	posix_spawn_file_actions_t actions;

	if (posix_spawn_file_actions_init(&actions) ||
	    posix_spawn_file_actions_addchdir_np(&actions, command->folder) ||
	    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) ||
	    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0) ||
	    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0))
		die("cannot prepare a child");
	command->samples[command->count++] = run(command, &actions);
	(void)posix_spawn_file_actions_destroy(&actions);
}

static unsigned long number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (!*text || *end || value == 0 || value > ROUNDS_MAX)
		die("want numbers from 1 to 100000");
	return value;
}

/* Cuts the words into commands at each "::". */
static size_t read_commands(struct command *commands, char **words, size_t rounds)
{
	size_t count = 0;

	while (*words) {
		struct command *command = &commands[count];

		if (++count > COMMANDS_MAX)
			die("too many commands");
		for (int i = 0; i < 4; i++)
			if (!words[i])
				die("want EVERY LABEL FOLDER PROGRAM");
		command->every = number(words[0]);
		command->label = words[1];
		command->folder = words[2];
		command->argv = words + 3;
		command->samples = calloc(rounds, sizeof *command->samples);
		if (!command->samples)
			die("out of memory");
		for (words += 3; *words && strcmp(*words, "::") != 0; words++)
			;
		if (*words)
			*words++ = NULL;
	}
	return count;
}

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void print(const struct command *command)
{
	size_t n = command->count;
	const int64_t *at = command->samples;

	qsort(command->samples, n, sizeof *command->samples, ascending);
	(void)printf("%s %zu %.0f %.0f %.0f %.0f\n", command->label, n, (double)at[0] / 1e3,
		     (double)at[n / 10] / 1e3, (double)at[n / 2] / 1e3,
		     (double)at[n * 9 / 10] / 1e3);
}

int main(int argc, char **argv)
{
	static struct command commands[COMMANDS_MAX];
	size_t rounds;
	size_t count;

	if (argc < 2)
		die("usage: timer ROUNDS {EVERY LABEL FOLDER PROGRAM [ARGUMENT...] ::}...");
	rounds = number(argv[1]);
	count = read_commands(commands, argv + 2, rounds + 1);
	for (size_t i = 0; i < count; i++) {
		run_in_folder(&commands[i]); /* once to warm up */
		commands[i].count = 0;
	}
	for (size_t round = 0; round < rounds; round++)
		for (size_t i = 0; i < count; i++) {
			struct command *command = &commands[(round + i) % count];

			if (round % command->every == 0)
				run_in_folder(command);
		}
	for (size_t i = 0; i < count; i++)
		print(&commands[i]);
	return 0;
}

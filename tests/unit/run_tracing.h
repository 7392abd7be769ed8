/* SPDX-License-Identifier: Apache-2.0 */
/* A program of run_touching.h under a tracer, and what the log says then.  Include cmocka first. */
#ifndef INTOTO_TESTS_UNIT_RUN_TRACING_H
#define INTOTO_TESTS_UNIT_RUN_TRACING_H

#include "base/file.h"
#include "base/strings.h"
#include "run/command.h"
#include "run_touching.h"
#include "workspace.h"

struct tracing {
	bool knows; /* whether calls worked */
	struct it_touched touched;
	struct it_command_result result;
	const char *folder;
	enum it_trace_tier tier;
	unsigned wrong; /* how much is not as it should be; each is told */
};

static inline void tracing_done(struct tracing *tracing)
{
	it_touched_done(&tracing->touched);
	it_command_result_done(&tracing->result);
}

#define EXPECT(tracing, what, ...)                                                                 \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			(tracing)->wrong++;                                                        \
			printf("# line %d: %s: ", __LINE__, #what);                                \
			printf(__VA_ARGS__);                                                       \
			printf("\n");                                                              \
		}                                                                                  \
	} while (0)

static inline void tracing_prepare(const struct touching *touching)
{
	char *words = strdup(touching->files ? touching->files : "");
	char *rest = words;

	assert_non_null(words);
	for (char *word; (word = strsep(&rest, " ")) && *word;) {
		size_t len = strlen(word);
		char *to = strchr(word, '>');

		if (to) {
			*to = '\0';
			assert_int_equal(symlink(to + 1, word), 0);
		} else if (word[len - 1] == '/') {
			word[len - 1] = '\0';
			assert_int_equal(mkdir(word, 0755), 0);
		} else {
			workspace_write(word, "x\n");
		}
	}
	free(words);
}

/* Runs words, which may be NULL behind the first, under a mechanism. */
static inline void tracing_run(struct tracing *tracing, const char *mechanism,
			       const char *const *words)
{
	IT_AUTO(it_tracer_freep) struct it_tracer *tracer = NULL;
	IT_AUTO(it_strings_done) struct it_strings argv = { 0 };
	IT_AUTO(it_strings_done) struct it_strings folders = { 0 };
	struct it_tracer_options options = { .tier = tracing->tier,
					     .mechanism = mechanism,
					     .folders = &folders };
	struct it_command_options command = { 0 };
	struct intoto_error *err = NULL;

	tracing->knows = strcmp(mechanism, "ptrace") == 0;
	for (; *words; words++)
		assert_int_equal(it_strings_add(&argv, *words, NULL), 0);
	assert_int_equal(it_strings_add(&folders, tracing->folder, NULL), 0);
	if (it_tracer_new(&tracer, &options, &tracing->touched, &err))
		fail_msg("%s", intoto_error_text(err));
	command.argv = argv.items;
	command.tracer = tracer;
	if (it_command_run(&tracing->result, &command, &err))
		fail_msg("%s", intoto_error_text(err));
}

static inline const struct it_touched_file *tracing_file(const struct tracing *tracing,
							 const char *path)
{
	char *joined = NULL;
	const struct it_touched_file *file;

	if (*path == '/')
		return it_touched_find(&tracing->touched, it_span_text(path));
	assert_true(asprintf(&joined, "%s/%s", tracing->folder, path) > 0);
	file = it_touched_find(&tracing->touched, it_span_text(joined));
	free(joined);
	return file;
}

static inline bool tracing_has_address(const struct tracing *tracing, enum it_touched_talk talk,
				       const char *text)
{
	for (size_t i = 0; i < tracing->touched.address_count; i++)
		if (tracing->touched.addresses[i].talk == talk &&
		    strcmp(tracing->touched.addresses[i].address, text) == 0)
			return true;
	return false;
}

static inline bool tracing_has_program(const struct tracing *tracing, const char *end)
{
	for (size_t i = 0; i < tracing->touched.process_count; i++) {
		const char *program = tracing->touched.processes[i].program;
		size_t len = program ? strlen(program) : 0;

		if (len >= strlen(end) && strcmp(program + len - strlen(end), end) == 0)
			return tracing->touched.processes[i].parent > 0;
	}
	return false;
}

static inline bool tracing_has_note(const struct tracing *tracing, const char *part)
{
	const struct it_strings *notes = &tracing->touched.statement.notes;

	for (size_t i = 0; i < notes->count; i++)
		if (strstr(notes->items[i], part))
			return true;
	return false;
}

/* What the log should say; 0: nothing. */
static inline unsigned tracing_wanted(const struct tracing *tracing, unsigned touches)
{
	bool full = tracing->tier == IT_TRACE_FULL;

	if (touches == RA)
		return full ? A : 0;
	if (touches & MA)
		touches = (touches & ~(unsigned)MA) | M;
	if (!full)
		touches &= ~(unsigned)(IT_TOUCH_READ | IT_TOUCH_EXECUTED);
	return touches == F ? 0 : touches;
}

static inline void tracing_check_files(struct tracing *tracing, const struct touching *touching)
{
	size_t inside = 0;
	size_t wanted = 0;

	for (size_t i = 0; i < IT_COUNT_OF(touching->want) && touching->want[i].path; i++) {
		const char *path = touching->want[i].path;
		unsigned want = tracing_wanted(tracing, touching->want[i].touches);
		const struct it_touched_file *file = tracing_file(tracing, path);

		wanted += want != 0;
		if (tracing->knows && (touching->want[i].touches & MA) && file &&
		    !(file->touches & M))
			want = want == (unsigned)(M | R) ? R : A;
		if (tracing->knows && touching->fails && want)
			want |= C; /* it knows that nothing has changed */
		EXPECT(tracing, (file ? file->touches : 0) == want, "%s: %x instead of %x", path,
		       file ? file->touches : 0, want);
	}
	for (size_t i = 0; !touching->loose && i < tracing->touched.file_count; i++) {
		const char *path = tracing->touched.files[i].path;
		size_t len = strlen(tracing->folder);

		inside += strncmp(path, tracing->folder, len) == 0 && path[len] == '/';
	}
	EXPECT(tracing, touching->loose || inside == wanted, "%zu files instead of %zu", inside,
	       wanted);
	for (size_t i = 0; inside != wanted && i < tracing->touched.file_count; i++)
		printf("#   %x %s\n", tracing->touched.files[i].touches,
		       tracing->touched.files[i].path);
}

static inline void tracing_check_statement(struct tracing *tracing, const struct touching *touching)
{
	const struct it_touched_statement *statement = &tracing->touched.statement;
	uint64_t unfollowed = tracing->knows && touching->fails ? 0 : touching->unfollowed;

	EXPECT(tracing, tracing->result.status == 0 && tracing->result.signal == 0,
	       "status %d, signal %d", tracing->result.status, tracing->result.signal);
	EXPECT(tracing, statement->lost == 0, "%llu", (unsigned long long)statement->lost);
	EXPECT(tracing, statement->unfollowed == unfollowed, "%llu",
	       (unsigned long long)statement->unfollowed);
	EXPECT(tracing, statement->refused == touching->refused, "%llu",
	       (unsigned long long)statement->refused);
	EXPECT(tracing, statement->escaped == touching->escaped, "%llu",
	       (unsigned long long)statement->escaped);
	EXPECT(tracing,
	       it_touched_is_complete(&tracing->touched) == !(unfollowed || touching->escaped),
	       "is complete");
	EXPECT(tracing,
	       (statement->notes.count > 0) ==
		       (unfollowed || touching->refused || touching->escaped),
	       "%zu notes", statement->notes.count);
	for (size_t i = 0; tracing->wrong && i < statement->notes.count; i++)
		printf("# note: %s\n", statement->notes.items[i]);
}

/* In a folder of its own below the workspace; further says what else there is to look at. */
static inline unsigned tracing_try(const char *mechanism, const char *name, enum it_trace_tier tier,
				   void (*further)(struct tracing *tracing))
{
	const struct touching *touching = touching_find(name);
	const char *words[] = { "/proc/self/exe", name, NULL };
	IT_AUTO(tracing_done) struct tracing tracing = { .tier = tier };
	IT_AUTO(it_freep) char *folder = NULL;

	assert_non_null(touching);
	if (!touching)
		return 1; /* which the compiler cannot know */
	assert_int_equal(mkdir("try", 0755), 0);
	assert_int_equal(chdir("try"), 0);
	folder = realpath(".", NULL);
	tracing.folder = folder;
	tracing_prepare(touching);
	if (strcmp(name, "exec") == 0)
		assert_int_equal(
			system("cp /bin/true copy && cp /bin/true sub/copy2 && "
			       "printf '#!/bin/sh\\nexit 3\\n' >script && chmod 755 script"),
			0);
	tracing_run(&tracing, mechanism, words);
	tracing_check_files(&tracing, touching);
	tracing_check_statement(&tracing, touching);
	if (further)
		further(&tracing);
	if (tracing.wrong)
		printf("# %s, %s, uid %u\n", name, tier == IT_TRACE_FULL ? "full" : "writes",
		       (unsigned)geteuid());
	assert_int_equal(chdir(".."), 0);
	assert_int_equal(nftw("try", workspace_remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
	return tracing.wrong;
}

/* Both tiers; as we are, and, if we are root, as somebody who is not. */
static inline void tracing_check(const char *mechanism, const char *name,
				 void (*further)(struct tracing *tracing))
{
	int status = 0;
	pid_t pid;

	assert_int_equal(tracing_try(mechanism, name, IT_TRACE_WRITES, further), 0);
	assert_int_equal(tracing_try(mechanism, name, IT_TRACE_FULL, further), 0);
	if (geteuid() != 0)
		return;
	assert_int_equal(chmod(".", 0777), 0);
	(void)fflush(stdout); /* or the child writes it, too */
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		unsigned wrong = 1;

		if (setgid(65534) == 0 && setuid(65534) == 0 && prctl(PR_SET_DUMPABLE, 1) == 0)
			wrong = tracing_try(mechanism, name, IT_TRACE_WRITES, further) +
				tracing_try(mechanism, name, IT_TRACE_FULL, further);
		(void)fflush(stdout); /* what it says is all that there is */
		_exit(wrong != 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

#endif

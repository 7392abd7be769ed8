/* SPDX-License-Identifier: Apache-2.0 */
/* --reuse-digests, --cache and --cache-file, --stats and --stats-file, which intoto run and record
   have. */
#ifndef IT_CMD_REUSE_OPTIONS_H
#define IT_CMD_REUSE_OPTIONS_H

#include "cmd/step_options.h"
#include "record/reuse.h"

struct it_reuse_words {
	bool reuse;
	const char *cache; /* NULL, "", "trust" or "verify" */
	const char *cache_file;
	const char *stats; /* NULL, "", "text" or "json" */
	const char *stats_file;
};

extern const char *const it_cache_words[]; /* trust (when none is given), verify */
extern const char *const it_stats_words[]; /* text (when none is given), json */

/* clang-format off */
#define IT_REUSE_OPTIONS(type, member) \
	IT_FLAG(type, member.reuse, 0, "reuse-digests", \
		"do not read a file again whose change time says that it did not change"), \
	{ .name = "cache", .argument = "[trust|verify]", .kind = IT_OPTION_TEXT, .bare = true, \
	  .offset = offsetof(type, member.cache), .choices = it_cache_words, \
	  .help = "carry digests over to the next run, and use them; or compare every one" }, \
	IT_VALUE(type, member.cache_file, 0, "cache-file", "FILE", \
		 "where --cache keeps them (below $XDG_CACHE_HOME/intoto)"), \
	{ .name = "stats", .argument = "[text|json]", .kind = IT_OPTION_TEXT, .bare = true, \
	  .offset = offsetof(type, member.stats), .choices = it_stats_words, \
	  .help = "say at the end how much was read, and how long it took" }, \
	IT_VALUE(type, member.stats_file, 0, "stats-file", "FILE", \
		 "where --stats says it (standard error)")
/* clang-format on */

/* What they make of a step. */
struct it_reuse_setup {
	const struct it_reuse_words *words;
	struct it_reuse *reuse;
	char *cache_file; /* NULL: no cache */
	struct it_snapshot_stats stats;
	int64_t start;
};

/* The step is set up, its key open; it will use what this makes. */
IT_CHECK int it_reuse_setup(struct it_reuse_setup *setup, const struct it_reuse_words *words,
			    struct it_step_setup *step, struct intoto_error **err);
/*
 * The step has ended, well or not: what was learned is kept for the next run (that this fails is
 * told, and no failure), and --stats is answered.
 */
void it_reuse_finish(struct it_reuse_setup *setup, struct it_step_setup *step,
		     const struct it_step_result *result);
void it_reuse_setup_done(struct it_reuse_setup *setup);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* From words to a step that knows digests, and what is said of it at the end. */
#include "cmd/reuse_options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "json/writer.h"

const char *const it_cache_words[] = { "trust", "verify", NULL };
const char *const it_stats_words[] = { "text", "json", NULL };

#define NS_PER_S INT64_C(1000000000)

enum {
	PATH_TEXT_MAX = 64 * 1024,
	STATS_MAX = 64 * 1024,
	STATS_MODE = 0666, /* and umask */
	NS_PER_MS = 1000 * 1000,
	KIB = 1024,
	KEY_DIGITS = 16,
};

/* --- the cache --- */

/* One file for each key and list of digests, so that none takes another's place. */
static int default_file(char **out, const struct it_step_setup *step, struct intoto_error **err)
{
	const char *home = getenv("XDG_CACHE_HOME");
	const char *own = getenv("HOME");
	IT_AUTO(it_buf_done) struct it_buf path = IT_BUF(PATH_TEXT_MAX);

	/* A relative one is to be ignored (XDG Base Directory Specification). */
	if (home && home[0] == '/')
		(void)it_buf_printf(&path, "%s/intoto", home); /* all sticky */
	else if (own && own[0] == '/')
		(void)it_buf_printf(&path, "%s/.cache/intoto", own);
	else
		return it_err_set(err, INTOTO_E_USAGE,
				  "--cache: there is no home folder to keep it in, want "
				  "--cache-file FILE");
	if (it_buf_check(&path, "the path of the cache", err))
		return INTOTO_E_LIMIT;
	if (it_dir_make(it_buf_text(&path), err))
		return it_err_wrap(err, INTOTO_E_IO, "--cache");
	(void)it_buf_printf(&path, "/digests.%.*s", KEY_DIGITS,
			    intoto_key_id(step->signer->key, INTOTO_KEYID_LEGACY));
	for (size_t i = 0; step->algorithms[i]; i++)
		(void)it_buf_printf(&path, ".%s-%zu", step->algorithms[i]->name,
				    8 * step->algorithms[i]->size);
	*out = it_buf_take(&path);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

static int choose_file(struct it_reuse_setup *setup, const struct it_step_setup *step,
		       struct intoto_error **err)
{
	const struct it_reuse_words *words = setup->words;

	if (words->cache_file && !words->cache)
		return it_err_set(err, INTOTO_E_USAGE, "--cache-file without --cache");
	if (!words->cache)
		return INTOTO_OK;
	if (!words->cache_file)
		return default_file(&setup->cache_file, step, err);
	if (!*words->cache_file || it_ends_with(words->cache_file, "/"))
		return it_err_set(err, INTOTO_E_USAGE, "--cache-file: want a file");
	setup->cache_file = strdup(words->cache_file);
	return setup->cache_file ? INTOTO_OK : it_err_nomem(err);
}

int it_reuse_setup(struct it_reuse_setup *setup, const struct it_reuse_words *words,
		   struct it_step_setup *step, struct intoto_error **err)
{
	struct it_snapshot_options *snapshot = &step->options.snapshot;
	bool verify = it_streq(words->cache, "verify");
	int rc;

	setup->words = words;
	setup->start = it_clock_monotonic();
	if (words->stats_file && !words->stats)
		return it_err_set(err, INTOTO_E_USAGE, "--stats-file without --stats");
	if (words->stats)
		step->options.stats = &setup->stats;
	rc = choose_file(setup, step, err);
	if (rc || (!words->reuse && !words->cache))
		return rc;
	rc = it_reuse_new(&setup->reuse, verify ? IT_REUSE_VERIFY : IT_REUSE_TRUST,
			  snapshot->algorithms, err);
	if (!rc && setup->cache_file)
		rc = it_reuse_load(setup->reuse, setup->cache_file, step->signer, snapshot->notice,
				   snapshot->arg, err);
	snapshot->reuse = setup->reuse;
	return rc;
}

/* The step is done and its link is written: a cache that cannot be written is no reason to fail. */
static void save(struct it_reuse_setup *setup, struct it_step_setup *step)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	IT_AUTO(it_freep) char *text = NULL;

	if (setup->cache_file &&
	    it_reuse_save(setup->reuse, setup->cache_file, step->signer, &err) &&
	    asprintf(&text, "the cache of digests could not be kept: %s", intoto_error_text(err)) >=
		    0)
		it_progress_notice(&step->progress, text);
}

/* --- what it took --- */

/* All in one place, so that text and JSON cannot differ. */
struct figures {
	struct it_snapshot_cost sum;
	int64_t materials, command, products, link, all; /* nanoseconds */
	uint64_t peak;					 /* bytes */
	struct it_reuse_counts counts;
};

static void add_cost(struct it_snapshot_cost *sum, const struct it_snapshot_cost *cost)
{
	sum->files += cost->files;
	sum->folders += cost->folders;
	sum->bytes += cost->bytes;
	sum->known_files += cost->known_files;
	sum->known_bytes += cost->known_bytes;
	if (cost->threads > sum->threads)
		sum->threads = cost->threads;
}

static int64_t span_of(const struct it_snapshot_cost *cost)
{
	return cost->ended - cost->began;
}

static void gather(struct figures *out, struct it_reuse_setup *setup,
		   const struct it_step_result *result)
{
	const struct it_snapshot_stats *stats = &setup->stats;
	int64_t now = it_clock_monotonic();
	struct rusage usage = { 0 };

	*out = (struct figures){ .all = now - setup->start, .command = result->command_ns };
	add_cost(&out->sum, &stats->materials);
	add_cost(&out->sum, &stats->products);
	out->materials = span_of(&stats->materials);
	out->products = span_of(&stats->products);
	out->link = result->link_ns;
	(void)getrusage(RUSAGE_SELF, &usage); /* then it is 0 */
	out->peak = (uint64_t)usage.ru_maxrss * KIB;
	if (setup->reuse)
		it_reuse_count(setup->reuse, &out->counts);
}

static double seconds(int64_t ns)
{
	return (double)ns / (double)NS_PER_S;
}

/* Of what was read, while it was looked for; 0 when nothing was. */
static double rate(const struct figures *figures)
{
	int64_t ns = figures->materials + figures->products;

	return ns > 0 ? (double)figures->sum.bytes / seconds(ns) : 0;
}

static void add_text(struct it_buf *out, const char *command, const struct figures *f,
		     const struct it_reuse_setup *setup)
{
	(void)it_buf_printf(out,
			    "%s: %" PRIu64 " files in %" PRIu64 " folders, %" PRIu64
			    " bytes read, %" PRIu64 " not (%" PRIu64 " files), %zu threads\n",
			    command, f->sum.files, f->sum.folders, f->sum.bytes, f->sum.known_bytes,
			    f->sum.known_files, f->sum.threads); /* all sticky */
	(void)it_buf_printf(out,
			    "%s: %.3f s: materials %.3f, command %.3f, products %.3f, link %.3f; "
			    "%.0f MB/s; at most %.1f MiB of memory\n",
			    command, seconds(f->all), seconds(f->materials), seconds(f->command),
			    seconds(f->products), seconds(f->link), rate(f) / 1e6,
			    (double)f->peak / (double)(KIB * KIB));
	if (setup->cache_file)
		(void)it_buf_printf(out,
				    "%s: cache: %" PRIu64 " entries, %" PRIu64 " wrong; %" PRIu64
				    " files too young to be kept, or not to be trusted\n",
				    command, f->counts.loaded, f->counts.wrong,
				    f->counts.untrusted);
}

static void add_number(struct it_writer *writer, const char *name, uint64_t number)
{
	it_write_name(writer, name);
	it_write_int(writer, number > INT64_MAX ? INT64_MAX : (int64_t)number);
}

static void add_cost_json(struct it_writer *writer, const char *name,
			  const struct it_snapshot_cost *cost)
{
	it_write_name(writer, name);
	it_write_object(writer);
	add_number(writer, "bytes", cost->bytes);
	add_number(writer, "bytes-not-read", cost->known_bytes);
	add_number(writer, "files", cost->files);
	add_number(writer, "files-not-read", cost->known_files);
	add_number(writer, "folders", cost->folders);
	add_number(writer, "microseconds", (uint64_t)span_of(cost) / 1000);
	add_number(writer, "threads", cost->threads);
	it_write_object_end(writer);
}

/* Whole numbers only, since our documents know no others. */
static void add_json(struct it_buf *out, const struct figures *f,
		     const struct it_reuse_setup *setup)
{
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	if (setup->cache_file) {
		it_write_name(&writer, "cache");
		it_write_object(&writer);
		add_number(&writer, "entries", f->counts.loaded);
		add_number(&writer, "left-out", f->counts.left_out);
		add_number(&writer, "untrusted", f->counts.untrusted);
		add_number(&writer, "wrong", f->counts.wrong);
		it_write_object_end(&writer);
	}
	add_number(&writer, "command-microseconds", (uint64_t)f->command / 1000);
	add_number(&writer, "link-microseconds", (uint64_t)f->link / 1000);
	add_cost_json(&writer, "materials", &setup->stats.materials);
	add_number(&writer, "microseconds", (uint64_t)f->all / 1000);
	add_number(&writer, "peak-memory", f->peak);
	add_cost_json(&writer, "products", &setup->stats.products);
	it_write_object_end(&writer);
	if (it_writer_finish(&writer, NULL))
		it_buf_reset(out);	  /* without memory: nothing is better than half of it */
	(void)it_buf_add_byte(out, '\n'); /* sticky */
}

static void tell_stats(struct it_reuse_setup *setup, struct it_step_setup *step,
		       const struct it_step_result *result)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(STATS_MAX);
	IT_AUTO(it_freep) char *why = NULL;
	struct figures figures;
	int rc;

	gather(&figures, setup, result);
	if (it_streq(setup->words->stats, "json"))
		add_json(&text, &figures, setup);
	else
		add_text(&text, step->progress.command, &figures, setup);
	if (!setup->words->stats_file) {
		(void)fputs(it_buf_text(&text), stderr); /* nowhere else to say it */
		return;
	}
	rc = it_file_write(setup->words->stats_file, it_buf_span(&text), STATS_MODE, 0, &err);
	if (rc && asprintf(&why, "--stats: %s", intoto_error_text(err)) >= 0)
		it_progress_notice(&step->progress, why);
}

void it_reuse_finish(struct it_reuse_setup *setup, struct it_step_setup *step,
		     const struct it_step_result *result)
{
	it_progress_end(&step->progress);
	if (setup->reuse)
		save(setup, step);
	if (setup->words && setup->words->stats)
		tell_stats(setup, step, result);
}

void it_reuse_setup_done(struct it_reuse_setup *setup)
{
	it_reuse_free(setup->reuse);
	free(setup->cache_file);
}

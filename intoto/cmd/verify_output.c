/* SPDX-License-Identifier: Apache-2.0 */
/* What intoto verify prints, and the files that it writes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cmd/output.h"
#include "cmd/terminal.h"
#include "cmd/verify.h"
#include "layouts/graph.h"
#include "layouts/report_format.h"

enum { OUTPUT_MODE = 0666 }; /* and umask */

/* --- the words --- */

/* FORMAT=FILE; *path is what stands behind the sign. */
static int split_report(const char *word, const struct it_report_format **format, const char **path,
			struct intoto_error **err)
{
	const char *equals = strchr(word, '=');
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(word));
	IT_AUTO(it_freep)
	char *name = equals ? strndup(word, (size_t)(equals - word)) : strdup(word);

	if (!name || !quoted)
		return it_err_nomem(err);
	*format = it_report_format_find(name);
	*path = equals ? equals + 1 : "";
	if (*format && **path)
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_USAGE,
			  "--report: want FORMAT=FILE with text, json, junit, sarif or markdown, "
			  "found '%s'",
			  quoted);
}

/* What a word of --graph asks for. */
struct graph_word {
	bool svg;
	bool print; /* on standard output, in place of the report */
};

static int read_graph(const char *word, struct graph_word *graph, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(word));

	graph->print = it_streq(word, "svg") || it_streq(word, "dot");
	graph->svg = it_streq(word, "svg") || it_ends_with(word, ".svg");
	if (graph->print || graph->svg || it_ends_with(word, ".dot"))
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_USAGE,
			  "--graph: want FILE.svg, FILE.dot, svg or dot, found '%s'",
			  quoted ? quoted : "");
}

static int check_graphs(const struct it_verify_words *words, struct intoto_error **err)
{
	size_t printed = 0;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < words->graphs.count; i++) {
		struct graph_word graph;

		rc = read_graph(words->graphs.items[i], &graph, err);
		printed += !rc && graph.print;
	}
	if (!rc && printed && (printed > 1 || words->format || words->explain.count))
		rc = it_err_set(err, INTOTO_E_USAGE,
				"--graph: standard output has room for one thing: want FILE.svg or "
				"FILE.dot beside --format, --explain and other pictures");
	return rc;
}

int it_verify_output_check(const struct it_verify_words *words, struct intoto_error **err)
{
	int rc = it_verify_sign_check(words, err);

	if (!rc)
		rc = check_graphs(words, err);

	for (size_t i = 0; !rc && i < words->reports.count; i++) {
		const struct it_report_format *format;
		const char *path;

		rc = split_report(words->reports.items[i], &format, &path, err);
	}
	return rc;
}

/* --- printing --- */

static enum it_colour colour_of(enum intoto_verdict verdict)
{
	if (verdict == INTOTO_PASSED)
		return IT_COLOUR_GOOD;
	return verdict == INTOTO_REFUSED ? IT_COLOUR_BAD : IT_COLOUR_DOUBT;
}

/* The verdict is the first word. */
static int print_text(const struct it_buf *text, enum intoto_verdict verdict,
		      struct intoto_error **err)
{
	bool coloured = it_colour_wanted(STDOUT_FILENO);
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(IT_REPORT_MAX);
	size_t word = strcspn(it_buf_text(text), ":");

	/* Sticky, looked at by it_print. */
	(void)it_buf_add_text(&out, it_colour_start(coloured, colour_of(verdict)));
	(void)it_buf_add(&out, text->data, word);
	(void)it_buf_add_text(&out, it_colour_stop(coloured));
	(void)it_buf_add_text(&out, it_buf_text(text) + word);
	return it_print(&out, err);
}

int it_verify_print(const struct it_report_view *view, const char *format, bool quiet,
		    struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_REPORT_MAX);
	const char *name = format ? format : "text";
	enum intoto_verdict verdict = intoto_report_verdict(view->report);
	bool is_text = it_streq(name, "text");
	int rc;

	if (is_text && quiet && verdict == INTOTO_PASSED &&
	    !(view->stories && view->stories->count))
		return INTOTO_OK;
	rc = it_report_print(&text, it_report_format_find(name), view, err);
	if (rc)
		return rc;
	if (is_text)
		return print_text(&text, verdict, err);
	return it_streq(name, "json") ? it_print_json(&text, err) : it_print(&text, err);
}

static bool prints_graph(const struct it_verify_words *words)
{
	return it_strings_has(&words->graphs, "svg") || it_strings_has(&words->graphs, "dot");
}

/* --- files --- */

static int write_graph(const char *word, const struct it_report_view *view,
		       struct intoto_error **err)
{
	IT_AUTO(it_graph_done) struct it_graph graph = { 0 };
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_REPORT_MAX);
	struct graph_word want;
	int rc = read_graph(word, &want, err);

	if (!rc)
		rc = it_graph_make(&graph, view->trace, view->report, err);
	if (rc)
		return rc;
	if (want.svg)
		rc = it_graph_svg(&text, &graph, err);
	else
		it_graph_dot(&text, &graph);
	if (!rc)
		rc = it_buf_check(&text, "picture", err);
	if (rc)
		return rc;
	if (want.print)
		return it_print(&text, err);
	return it_file_write(word, it_buf_span(&text), OUTPUT_MODE, IT_FILE_SYNC, err);
}

static int write_report(const char *word, const struct it_report_view *view,
			struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_REPORT_MAX);
	const struct it_report_format *format;
	const char *path;
	int rc = split_report(word, &format, &path, err);

	if (!rc)
		rc = it_report_print(&text, format, view, err);
	if (rc)
		return rc;
	return it_file_write(path, it_buf_span(&text), OUTPUT_MODE, IT_FILE_SYNC, err);
}

/* Others append to the file as well; it is never cut. */
static int append(const char *path, struct it_span bytes, struct intoto_error **err)
{
	IT_AUTO(it_fd_close)
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, OUTPUT_MODE);
	struct stat about;

	if (fd < 0 || fstat(fd, &about))
		return it_err_errno(err, errno, "%s", path);
	if (!S_ISREG(about.st_mode))
		return it_err_set(err, INTOTO_E_IO, "%s: is no regular file", path);
	return it_err_wrap(err, it_fd_write(fd, bytes, err), "%s", path);
}

/*
 * The CI server asks for it by a variable, the user did not: so one that cannot be written is a
 * remark, and no failure.
 */
static void write_ci_summary(const struct it_verify_words *words, const struct it_report_view *view)
{
	const char *path = words->no_ci_summary ? NULL : getenv("GITHUB_STEP_SUMMARY");
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_REPORT_MAX);
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc;

	if (!path || !*path)
		return;
	rc = it_report_print(&text, it_report_format_find("markdown"), view, &why);
	if (!rc)
		rc = append(path, it_buf_span(&text), &why);
	if (rc)
		(void)fprintf(stderr, "intoto verify: GITHUB_STEP_SUMMARY: %s\n",
			      intoto_error_text(why)); /* nowhere else to say it */
}

void it_keep_first(int *first, int rc)
{
	if (!*first)
		*first = rc;
}

struct intoto_error **it_only_first(struct intoto_error **err)
{
	return err && *err ? NULL : err;
}

int it_verify_output(const struct it_verify_words *words, const struct it_verify_result *result,
		     struct intoto_error **err)
{
	struct it_report_view view = { .report = result->report,
				       .trace = result->trace,
				       .verbose = words->chain.verbose > 0,
				       .stories = &result->stories,
				       .link_dir = words->chain.link_dir };
	int first = it_trace_check(result->trace, err);

	if (!prints_graph(words))
		it_keep_first(&first, it_verify_print(&view, words->format, words->quiet,
						      it_only_first(err)));
	for (size_t i = 0; i < words->graphs.count; i++)
		it_keep_first(&first,
			      write_graph(words->graphs.items[i], &view, it_only_first(err)));
	for (size_t i = 0; i < words->reports.count; i++)
		it_keep_first(&first,
			      write_report(words->reports.items[i], &view, it_only_first(err)));
	write_ci_summary(words, &view);
	it_keep_first(&first, it_verify_sign(words, result, it_only_first(err)));
	return first;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report as it stands in an archive: what was read has the name of its member there, so that
 * nobody learns from it where on this machine it was, and the same evidence gives the same bytes
 * from wherever it was read.
 */
#include <stdlib.h>
#include <string.h>

#include "archive/bundle.h"
#include "archive/collect_part.h"
#include "base/path.h"
#include "base/text.h"

#define NAME_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-+@%/"

enum { TEXT_MAX = 64 * 1024 * 1024 };

/* A path as it was typed, and what stands for it. */
struct swap {
	const char *from;
	size_t len;
	const char *to;
};

struct relating {
	const struct it_archive_wish *wish;
	struct intoto_report *out;
	struct swap *swaps;
	size_t count;
	struct it_strings texts;
};

static void relating_done(struct relating *relating)
{
	intoto_report_free(relating->out);
	free(relating->swaps);
	it_strings_done(&relating->texts);
}

/* --- paths in sentences --- */

static int add_swap(struct relating *relating, const char *from, const char *folder,
		    const char *name, const char *suffix, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf to = IT_BUF(TEXT_MAX);
	struct swap swap = { .from = from, .len = strlen(from) };
	int rc;

	while (swap.len > 1 && from[swap.len - 1] == '/')
		swap.len--;
	(void)it_buf_printf(&to, "%s%s%s", folder, name, suffix); /* below */
	if (to.len && !*name)
		to.len--; /* its slash stands behind the path, too */
	rc = it_buf_check(&to, "a name", err);
	if (!rc)
		rc = it_strings_add_span(&relating->texts, it_buf_span(&to), err);
	if (rc)
		return rc;
	swap.to = relating->texts.items[relating->texts.count - 1];
	relating->swaps[relating->count++] = swap;
	return INTOTO_OK;
}

static int add_files(struct relating *relating, enum it_archive_role role, const char *const *paths,
		     size_t count, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < count; i++)
		rc = add_swap(relating, paths[i], it_archive_role_folder(role),
			      it_path_base(paths[i]), "", err);
	return rc;
}

static int find_swaps(struct relating *relating, struct intoto_error **err)
{
	const struct intoto_verify_options *verify = relating->wish->verify;
	const char *links = verify->link_dir;
	bool given = links && it_collect_is_file(links);
	int rc;

	relating->swaps =
		calloc(3 + verify->exception_path_count + verify->intermediate_count +
			       verify->timestamp_root_count + relating->wish->trust->count,
		       sizeof *relating->swaps);
	if (!relating->swaps)
		return it_err_nomem(err);
	rc = add_swap(relating, verify->layout_path, "", IT_COLLECT_LAYOUT, "", err);
	if (!rc && links && *links && !it_streq(links, "."))
		rc = add_swap(relating, links, it_archive_role_folder(IT_ROLE_LINK),
			      given ? it_path_base(links) : "",
			      given ? it_archive_bundle_suffix(links) : "", err);
	if (!rc && given) /* checks of its lines have its name alone */
		rc = add_swap(relating, it_path_base(links), it_archive_role_folder(IT_ROLE_LINK),
			      it_path_base(links), it_archive_bundle_suffix(links), err);
	if (!rc)
		rc = add_files(relating, IT_ROLE_EXCEPTION, verify->exception_paths,
			       verify->exception_path_count, err);
	if (!rc)
		rc = add_files(relating, IT_ROLE_CERTIFICATE, verify->intermediates,
			       verify->intermediate_count, err);
	return rc ? rc
		  : add_files(relating, IT_ROLE_TRUST, verify->timestamp_roots,
			      verify->timestamp_root_count, err);
}

static bool is_of_name(char letter)
{
	return letter && (strchr(NAME_LETTERS, letter));
}

/* A relative path is one where a sentence begins with it, or ends with where was looked: elsewhere
 * the same letters may be an artifact, or a word. */
static bool may_stand(const struct swap *swap, const char *text, size_t at)
{
	static const char where[] = " in ";
	const size_t len = sizeof where - 1;

	if (!at || *swap->from == '/')
		return true;
	return !text[at + swap->len] && at >= len &&
	       it_span_is(it_span(text + at - len, len), where);
}

static const struct swap *find_swap(const struct relating *relating, const char *text, size_t at)
{
	const struct swap *found = NULL;

	if (at && is_of_name(text[at - 1]))
		return NULL;
	for (size_t i = 0; i < relating->count; i++) {
		const struct swap *swap = &relating->swaps[i];
		char next;

		if ((found && swap->len <= found->len) ||
		    !it_span_eq(it_span(text + at, strnlen(text + at, swap->len)),
				it_span(swap->from, swap->len)) ||
		    !may_stand(swap, text, at))
			continue;
		next = text[at + swap->len];
		if (next == '/' || !is_of_name(next))
			found = swap;
	}
	return found;
}

static int swap_all(struct it_buf *out, const struct relating *relating, const char *text,
		    struct intoto_error **err)
{
	for (size_t at = 0; text[at];) {
		const struct swap *swap = find_swap(relating, text, at);

		if (!swap) {
			(void)it_buf_add_byte(out, text[at++]); /* below */
			continue;
		}
		(void)it_buf_add_text(out, swap->to); /* below */
		at += swap->len;
		while (text[at] == '/' && text[at + 1] == '/')
			at++;
	}
	return it_buf_check(out, "a sentence of the report", err);
}

/* --- the parts of a report --- */

/* With the line of a bundle. */
static int add_name(struct it_buf *out, const struct relating *relating, const char *uri,
		    struct intoto_error **err)
{
	const char *line = "";
	int rc = it_collect_name(out, &line, relating->wish, uri, err);

	(void)it_buf_add_text(out, line); /* below */
	return rc ? rc : it_buf_check(out, "a name", err);
}

/* What rules are about are artifacts, which have the names that they have. */
static int add_check(struct relating *relating, const struct intoto_check *check,
		     struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf subject = IT_BUF(TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);
	bool keep = it_starts_with(check->code, "rule.");
	const char *links = relating->wish->verify->link_dir;
	bool here = it_streq(check->code, "sublayout.verdict") &&
		    (!links || !*links || it_streq(links, "."));
	int rc = INTOTO_OK;

	if (here)
		rc = add_name(&subject, relating, check->subject, err);
	else if (!keep)
		rc = swap_all(&subject, relating, check->subject, err);
	if (!rc && !keep)
		rc = swap_all(&text, relating, check->text, err);
	if (!rc)
		it_report_add(relating->out, check->outcome, check->code, check->item,
			      keep ? check->subject : it_buf_text(&subject), "%s",
			      keep ? check->text : it_buf_text(&text));
	return rc;
}

static int add_input(struct relating *relating, const struct it_report_input *input,
		     struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(TEXT_MAX);
	int rc = add_name(&name, relating, input->uri, err);

	if (!rc)
		it_report_add_input(relating->out, it_buf_text(&name),
				    *input->sha256 ? input->sha256 : NULL);
	return rc;
}

static int add_exception(struct relating *relating, const struct it_report_exception *exception,
			 struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(TEXT_MAX);
	struct it_report_exception one = *exception;
	int rc = add_name(&name, relating, exception->uri, err);

	one.uri = it_buf_text(&name);
	if (!rc)
		it_report_add_exception(relating->out, &one);
	return rc;
}

static int fill(struct relating *relating, struct intoto_error **err)
{
	const struct intoto_report *report = relating->wish->report;
	int rc = INTOTO_OK;

	it_report_about(relating->out, IT_COLLECT_LAYOUT, it_report_time(report));
	for (size_t i = 0; !rc && i < intoto_report_count(report); i++)
		rc = add_check(relating, intoto_report_at(report, i), err);
	for (size_t i = 0; !rc && i < it_report_input_count(report); i++)
		rc = add_input(relating, it_report_input_at(report, i), err);
	for (size_t i = 0; !rc && i < it_report_exception_count(report); i++)
		rc = add_exception(relating, it_report_exception_at(report, i), err);
	if (rc)
		return rc;
	it_report_close(relating->out);
	if (intoto_report_verdict(relating->out) != intoto_report_verdict(report))
		return it_err_set(err, INTOTO_E_INTERNAL, "the report cannot be copied");
	return INTOTO_OK;
}

int it_collect_report(struct intoto_report **out, const struct it_archive_wish *wish,
		      struct intoto_error **err)
{
	IT_AUTO(relating_done) struct relating relating = { .wish = wish };
	int rc = it_report_new(&relating.out, err);

	*out = NULL;
	if (!rc)
		rc = find_swaps(&relating, err);
	if (!rc)
		rc = fill(&relating, err);
	if (rc)
		return rc;
	*out = relating.out;
	relating.out = NULL; /* now the caller's */
	return INTOTO_OK;
}

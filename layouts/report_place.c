/* SPDX-License-Identifier: Apache-2.0 */
/* A check names a file, or an item that has one, or is about the layout. */
#include "layouts/report_place.h"

#include <ctype.h>
#include <string.h>

#include "base/path.h"
#include "base/text.h"

enum { PATH_LIMIT = 1024 * 1024 };

void it_report_place_uri(struct it_buf *out, struct it_span path)
{
	if (path.len && path.data[0] == '/')
		(void)it_buf_add_text(out, "file://"); /* sticks in out, as the rest */
	for (size_t i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.data[i];

		if ((c < 0x80 && isalnum(c)) || (c && strchr("-._~/", c)))
			(void)it_buf_add_byte(out, (char)c);
		else
			(void)it_buf_printf(out, "%%%02X", (unsigned)c);
	}
}

/* A path may have the sign in it by itself. */
struct it_span it_report_input_path(const char *uri, uint64_t *line)
{
	const char *sign = strrchr(uri, '#');

	*line = 0;
	if (sign && it_parse_u64(sign + 1, UINT32_MAX, line) && *line)
		return it_span(uri, (size_t)(sign - uri));
	return it_span_text(uri);
}

static void set_uri(struct it_report_place *place, const char *uri)
{
	struct it_span path = it_report_input_path(uri, &place->line);

	(void)it_buf_add_span(&place->path, path); /* sticks in path */
}

/* A file that was opened, by its path or its name alone. */
static const char *find_input(const struct intoto_report *report, const char *file)
{
	for (size_t i = 0; i < it_report_input_count(report); i++) {
		const char *uri = it_report_input_at(report, i)->uri;

		if (it_streq(uri, file) || it_streq(it_path_base(uri), file))
			return uri;
	}
	return NULL;
}

/* Also one line of a bundle. */
static bool names_document(const char *subject)
{
	static const char *const endings[] = { ".link", ".json", ".jsonl", ".layout" };
	uint64_t line;
	struct it_span path = it_report_input_path(subject, &line);

	for (size_t i = 0; i < IT_COUNT_OF(endings); i++) {
		struct it_span ending = it_span_text(endings[i]);

		if (path.len > ending.len &&
		    it_span_eq(it_span(path.data + path.len - ending.len, ending.len), ending))
			return true;
	}
	return false;
}

/* One that could not be opened stands where it was looked for; the layout in no folder of links. */
static void set_file(struct it_report_place *place, const struct it_report_view *view,
		     const struct intoto_check *check, const char *file)
{
	const char *uri = find_input(view->report, file);
	IT_AUTO(it_freep) char *path = NULL;

	if (uri) {
		set_uri(place, uri);
		return;
	}
	if (!strchr(file, '/') && !strchr(check->item, '/') &&
	    (*check->item || !it_streq(file, it_report_layout(view->report))))
		path = it_path_join(view->link_dir, file);
	set_uri(place, path ? path : file);
}

/* The link of the item, or one that was signed for it. */
static const char *file_of_item(const struct it_report_view *view, const char *label)
{
	const struct it_traced_item *item = view->trace ? it_trace_find(view->trace, label) : NULL;

	if (!item)
		return NULL;
	if (*item->file)
		return item->file;
	return item->signer_count ? item->signers[0].file : NULL;
}

void it_report_place_find(struct it_report_place *place, const struct it_report_view *view,
			  const struct intoto_check *check)
{
	const char *file = NULL;

	*place = (struct it_report_place){ .path = IT_BUF(PATH_LIMIT) };
	if (find_input(view->report, check->subject) || names_document(check->subject))
		file = check->subject;
	else if (*check->item)
		file = file_of_item(view, check->item);
	if (file && *file)
		set_file(place, view, check, file);
	else
		(void)it_buf_add_text(&place->path, it_report_layout(view->report)); /* sticks */
}

void it_report_place_done(struct it_report_place *place)
{
	it_buf_done(&place->path);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What ends soon, or has ended: layouts, the certificates and keys in them, and exceptions. */
#include <string.h>

#include "base/text.h"
#include "crypto/openpgp.h"
#include "layouts/layout.h"
#include "model/envelope.h"
#include "report/pages_part.h"

enum {
	LAYOUTS = 100,		       /* the newest that are looked into */
	LAYOUT_MAX = 16 * 1024 * 1024, /* bytes of one */
	PAST = 90 * 24 * 3600,	       /* how long what has ended is shown */
	FUTURE = 400 * 24 * 3600,      /* and how far we look */
	LISTED_MAX = 10 * 1000,
	STEPS_NAMED = 8,
};

void it_page_expiring_done(struct it_expiring_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].name);
		free(list->items[i].about);
	}
	free(list->items);
	*list = (struct it_expiring_list){ 0 };
}

/* --- collecting --- */

struct collecting {
	struct it_expiring_list *list;
	struct it_store *store;
	int64_t now;
	struct it_object_id entry; /* that is being looked at */
	struct it_object_id found[LAYOUTS];
	size_t found_count;
};

static int add(struct collecting *all, const char *kind, const char *name, const char *about,
	       int64_t expires, struct intoto_error **err)
{
	struct it_expiring_list *list = all->list;
	struct it_expiring *items;

	if (expires < all->now - PAST || expires > all->now + FUTURE || list->count == LISTED_MAX)
		return INTOTO_OK;
	items = reallocarray(list->items, list->count + 1, sizeof *items);
	if (!items)
		return it_err_nomem(err);
	list->items = items;
	items += list->count;
	*items = (struct it_expiring){ .expires = expires, .entry = all->entry };
	for (size_t i = 0; i + 1 < sizeof items->kind && kind[i]; i++)
		items->kind[i] = kind[i];
	items->name = strdup(name);
	items->about = strdup(about);
	list->count++;
	return items->name && items->about ? INTOTO_OK : it_err_nomem(err);
}

static int add_certificates(struct collecting *all, const struct it_certificates *list,
			    struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < list->count; i++) {
		IT_AUTO(it_buf_done) struct it_buf subject = IT_BUF(64 * 1024);
		int64_t from;
		int64_t until;

		if (!it_certificate_span(list->items[i], &from, &until))
			continue;
		it_certificate_subject(&subject, list->items[i]);
		rc = add(all, "certificate", it_buf_text(&subject), "of a layout", until, err);
	}
	return rc;
}

static int add_anchors(struct collecting *all, const struct it_layout_anchors *anchors,
		       struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < anchors->count; i++) {
		rc = add_certificates(all, &anchors->items[i].roots, err);
		if (!rc)
			rc = add_certificates(all, &anchors->items[i].intermediates, err);
	}
	return rc;
}

/* Only OpenPGP keys have an end of their own. */
static int add_key(struct collecting *all, const struct it_layout_key *key,
		   struct intoto_error **err)
{
	const struct it_openpgp *openpgp = key->key ? key->key->openpgp : NULL;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && openpgp && i < openpgp->count; i++) {
		const struct it_pgp_part *part = &openpgp->parts[i];

		if (part->lifetime)
			rc = add(all, "key", part->id, "OpenPGP key of a layout",
				 (int64_t)part->created + (int64_t)part->lifetime, err);
	}
	return rc;
}

static int add_layout(struct collecting *all, const struct intoto_layout *layout,
		      struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf steps = IT_BUF(64 * 1024);
	int rc = INTOTO_OK;

	for (size_t i = 0; i < layout->step_count && i < STEPS_NAMED; i++)
		(void)it_buf_printf(&steps, "%s%s", i ? ", " : "steps ",
				    layout->steps[i].item.name); /* sticks: then it is shorter */
	if (layout->expires_text)
		rc = add(all, "layout", it_buf_text(&steps), layout->readme ? layout->readme : "",
			 layout->expires, err);
	if (!rc)
		rc = add_anchors(all, &layout->rootcas, err);
	if (!rc)
		rc = add_anchors(all, &layout->intermediatecas, err);
	if (!rc)
		rc = add_anchors(all, &layout->bundles, err);
	for (size_t i = 0; !rc && i < layout->key_count; i++)
		rc = add_key(all, &layout->keys[i], err);
	return rc;
}

static int take_piece(void *arg, struct it_span piece, struct intoto_error **err)
{
	if (it_buf_add_span(arg, piece))
		return it_buf_check(arg, "a layout", err);
	return INTOTO_OK;
}

/* One that is gone, too large or no layout any more is passed over. */
static int look_into(struct collecting *all, const struct it_object_id *id,
		     struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(LAYOUT_MAX);
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(intoto_layout_freep) struct intoto_layout *layout = NULL;
	struct it_sink sink = { take_piece, &bytes };

	all->entry = *id;
	if (it_store_get(all->store, id, &sink, NULL) ||
	    intoto_envelope_parse(&envelope, bytes.data, bytes.len, NULL) ||
	    intoto_layout_from_envelope(&layout, envelope, NULL))
		return INTOTO_OK;
	return add_layout(all, layout, err);
}

static int found_layout(void *arg, const struct it_found *found, struct intoto_error **err)
{
	struct collecting *all = arg;

	(void)err; /* nothing goes wrong */
	if (found->size <= LAYOUT_MAX && all->found_count < LAYOUTS)
		all->found[all->found_count++] = found->id;
	return INTOTO_OK;
}

static int found_exception(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct collecting *all = arg;
	IT_AUTO(it_buf_done) struct it_buf id = IT_BUF(64 * 1024);
	IT_AUTO(it_buf_done) struct it_buf owner = IT_BUF(64 * 1024);
	int rc = it_page_columns(row, 4, err);

	if (rc || row->values[3].bytes.len != sizeof all->entry.bytes)
		return rc;
	memcpy(all->entry.bytes, row->values[3].bytes.data, sizeof all->entry.bytes);
	return add(all, "exception", it_page_text(row, 0, &id), it_page_text(row, 1, &owner),
		   it_page_count(row, 2), err);
}

static int by_time(const void *left, const void *right)
{
	const struct it_expiring *a = left;
	const struct it_expiring *b = right;
	int order = (a->expires > b->expires) - (a->expires < b->expires);

	return order ? order : it_span_cmp(it_span_text(a->name), it_span_text(b->name));
}

/* The same key of the same time stands in every layout of a product. */
static void drop_twins(struct it_expiring_list *list)
{
	size_t kept = 0;

	for (size_t i = 1; i < list->count; i++) {
		struct it_expiring *one = &list->items[i];
		const struct it_expiring *last = &list->items[kept];

		if (one->expires == last->expires && it_streq(one->kind, last->kind) &&
		    it_streq(one->name, last->name) && !it_streq(one->kind, "layout")) {
			free(one->name);
			free(one->about);
			continue;
		}
		list->items[++kept] = *one;
	}
	list->count = list->count ? kept + 1 : 0;
}

int it_page_find_expiring(struct it_expiring_list *out, struct it_store *store, int64_t now,
			  struct intoto_error **err)
{
	static const char exceptions[] =
		"SELECT x.id, x.owner, x.expires, e.id FROM exception x JOIN entry e ON e.number = "
		"x.entry WHERE x.expires >= $1 AND x.expires <= $2 ORDER BY "
		"x.expires "
		"LIMIT 1000";
	struct collecting all = { .list = out, .store = store, .now = now };
	struct it_query query = { .kind = "layout", .limit = LAYOUTS };
	int rc = it_query_run(store, &query, found_layout, &all, err);

	for (size_t i = 0; !rc && i < all.found_count; i++)
		rc = look_into(&all, &all.found[i], err);
	if (!rc)
		rc = it_sql_each(
			store->sql, exceptions,
			(struct it_sql_value[]){ IT_SQL_N(now - PAST), IT_SQL_N(now + FUTURE) }, 2,
			found_exception, &all, err);
	if (rc)
		return rc;
	if (out->count)
		qsort(out->items, out->count, sizeof *out->items, by_time);
	drop_twins(out);
	return INTOTO_OK;
}

/* --- showing --- */

void it_page_show_expiring(struct it_buf *out, const struct it_expiring_list *list, int64_t now,
			   size_t most)
{
	if (!list->count) {
		it_html(out, "<p>Nothing that this store knows ends within a year.</p>\n");
		return;
	}
	it_html(out,
		"<div class=\"scroll\"><table class=\"rows\">\n<thead><tr><th "
		"scope=\"col\">Name</th><th scope=\"col\">Kind</th><th scope=\"col\">Ends</th><th "
		"scope=\"col\">State</th><th scope=\"col\">About</th><th "
		"scope=\"col\">Document</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < list->count && i < most; i++) {
		const struct it_expiring *one = &list->items[i];
		bool ended = one->expires <= now;
		bool soon = one->expires - now <= IT_PAGE_SOON;

		it_html(out,
			"<tr><th scope=\"row\">%s</th><td data-l=\"Kind\">%s</td><td "
			"data-l=\"Ends\"><span>",
			*one->name ? one->name : "without a name", one->kind);
		it_html_time(out, one->expires);
		it_html(out,
			"</span></td><td data-l=\"State\"><span><span class=\"badge %s\">%s</span>",
			ended  ? "bad"
			: soon ? "warn"
			       : "none",
			ended  ? "has ended"
			: soon ? "ends soon"
			       : "holds");
		it_html(out,
			"</span></td><td data-l=\"About\">%s</td><td data-l=\"Document\"><span>",
			one->about);
		it_page_id(out, "entry", &one->entry);
		it_html(out, "</span></td></tr>\n");
	}
	it_html(out, "</tbody></table></div>\n");
}

int it_page_expiring(struct it_page_making *making, const char *rest, struct intoto_error **err)
{
	IT_AUTO(it_page_expiring_done) struct it_expiring_list list = { 0 };
	int rc = it_page_find_expiring(&list, making->store, making->request->now, err);

	(void)rest; /* there is none */
	if (rc)
		return rc;
	it_page_open(making, "Expiring");
	it_html(making->out,
		"<p>Layouts (the newest %d), the certificates and OpenPGP keys in them, and "
		"exceptions "
		"that end within 400 days or ended in the last 90.  Other keys have no end of "
		"their "
		"own.</p>\n",
		LAYOUTS);
	it_page_show_expiring(making->out, &list, making->request->now, LISTED_MAX);
	it_page_close(making);
	return INTOTO_OK;
}

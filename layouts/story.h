/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The story of one artifact through a chain: where it came from, what it was called, which rule let
 * it through or refused it, who signed that, and where it went.
 *
 * It is followed by its name on both sides of an item, through MATCH rules in both directions, and
 * by its digests everywhere; so a file that is renamed on the way stays the same file.
 */
#ifndef IT_LAYOUTS_STORY_H
#define IT_LAYOUTS_STORY_H

#include "json/writer.h"
#include "layouts/report.h"
#include "layouts/trace.h"

/* One name in one item: before and after. */
struct it_story_event {
	const struct it_traced_item *item;
	const struct it_traced_artifact *material; /* NULL: it did not go in */
	const struct it_traced_artifact *product;  /* NULL: it did not come out */
};

struct it_story {
	char *query; /* a name, or "sha256:<hex>", which may be cut short */
	char *local; /* the digest set of a file here with that name; NULL: there is none */
	struct it_strings near;	       /* names that may have been meant, when nothing is known */
	struct it_story_event *events; /* as things happened; none: nothing knows the artifact */
	size_t count;
};

/* Fills a zeroed story; borrows events from the trace.  local may be NULL. */
IT_CHECK int it_story_find(struct it_story *story, const struct it_trace *trace, const char *query,
			   const char *local, struct intoto_error **err);
void it_story_done(struct it_story *story);

struct it_stories {
	struct it_story *items;
	size_t count;
};

/* For people. */
void it_story_print(struct it_buf *out, const struct it_story *story,
		    const struct intoto_report *report);
/* For programs: one object. */
void it_story_write(struct it_writer *writer, const struct it_story *story);

/* Whether query says "ALGORITHM:HEX" with enough digits to mean one thing. */
bool it_story_is_digest(const char *query);

/* In story_words.c: what happened to it in an item. */
enum it_story_change {
	IT_STORY_MADE,	    /* it came out, and did not go in */
	IT_STORY_UNCHANGED, /* it went through */
	IT_STORY_CHANGED,   /* it came out with other digests */
	IT_STORY_USED,	    /* it went in, and did not come out */
};
enum it_story_change it_story_change(const struct it_story_event *event);

#endif

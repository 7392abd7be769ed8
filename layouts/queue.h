/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queue of the rules of one side of one item: its artifacts, sorted, minus those that a rule
 * consumed.  Consumed ones leave by a bitmap and are stepped over 64 at a time.
 */
#ifndef IT_LAYOUTS_QUEUE_H
#define IT_LAYOUTS_QUEUE_H

#include "model/artifacts.h"

/* How an artifact differs between the two sides of an item. */
enum it_change {
	IT_ONLY_HERE, /* not on the other side: created (products), deleted (materials) */
	IT_UNCHANGED,
	IT_MODIFIED,  /* on both, with different digests */
	IT_UNCERTAIN, /* on both, with digests that cannot be compared: who knows */
	IT_CHANGES,   /* how many there are */
};

struct it_queue {
	const struct it_artifacts *artifacts; /* borrowed */
	const struct it_artifacts *there;     /* likewise: the other side */
	uint64_t *gone;			      /* a bit for each artifact */
	/* Likewise: each artifact is in one of them, once a rule has asked. */
	uint64_t *changed[IT_CHANGES];
	bool compared;
	size_t left;
};

/* A queue of all of here; there is the other side of the same item.  Both are borrowed. */
IT_CHECK int it_queue_init(struct it_queue *queue, const struct it_artifacts *here,
			   const struct it_artifacts *there, struct intoto_error **err);
void it_queue_done(struct it_queue *queue);

/* Positions of names with one prefix: they stand together. */
struct it_range {
	size_t begin;
	size_t end;
};
struct it_range it_artifacts_range(const struct it_artifacts *artifacts, struct it_span prefix);

/* The first position in [at, end) that is still queued; end if there is none. */
size_t it_queue_next(const struct it_queue *queue, size_t at, size_t end);
/* The same of those that differ in that way; the sides are compared when this is asked first. */
size_t it_queue_next_changed(struct it_queue *queue, enum it_change change, size_t at, size_t end);
enum it_change it_queue_change(const struct it_queue *queue, size_t position);
void it_queue_consume(struct it_queue *queue, size_t position);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Builds the tree of <intoto/attestor.h> from events; all of a tree lies in one arena. */
#ifndef IT_ATTESTORS_KIT_VALUE_H
#define IT_ATTESTORS_KIT_VALUE_H

#include <intoto/attestor.h>

#include "base/buf.h"

struct it_value_block;
struct it_value_open;

struct it_builder {
	struct it_value_block *blocks; /* the newest first */
	struct intoto_value *pending;  /* finished values of the lists and objects that are open */
	size_t pending_count;
	size_t pending_room;
	struct it_value_open *open;
	size_t open_count;
	size_t open_room;
	const char *name; /* of the member that comes */
};

void it_builder_done(struct it_builder *builder);
/* Frees the tree that was built, and is ready for the next. */
void it_builder_reset(struct it_builder *builder);
/* Each returns 0 or INTOTO_E_NOMEM. */
int it_builder_name(struct it_builder *builder, struct it_span name);
int it_builder_begin(struct it_builder *builder, enum intoto_value_kind kind);
int it_builder_end(struct it_builder *builder);
/* A text or the digits of a number. */
int it_builder_text(struct it_builder *builder, enum intoto_value_kind kind, struct it_span text);
/* A truth value or null. */
int it_builder_word(struct it_builder *builder, enum intoto_value_kind kind, bool value);
/* The tree, borrowed, when all that was begun has ended; else NULL. */
const struct intoto_value *it_builder_root(const struct it_builder *builder);
/* Hands the tree over; NULL when memory ran out. */
struct intoto_value *it_builder_take(struct it_builder *builder);

#endif

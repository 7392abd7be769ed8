/* SPDX-License-Identifier: Apache-2.0 */
/* Files by their place: open addressing over indexes, so that a million of them stay small. */
#include <string.h>

#include "record/reuse_part.h"

enum { PIECE = 1024, SLOTS_FIRST = 64 };

struct it_reuse_known *it_reuse_table_at(const struct it_reuse_table *table, size_t index)
{
	return &table->pieces[index / PIECE][index % PIECE];
}

/* Inodes come in rows: their bits are spread by an odd number (the golden ratio's). */
static size_t slot_of(const struct it_reuse_table *table, uint64_t place)
{
	return (size_t)((place * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (table->slot_count - 1);
}

/* Where place is, or where it would be. */
static uint32_t *find_slot(const struct it_reuse_table *table, uint64_t place)
{
	size_t at = slot_of(table, place);

	while (table->slots[at] &&
	       it_reuse_table_at(table, table->slots[at] - 1)->state.place != place)
		at = (at + 1) & (table->slot_count - 1);
	return &table->slots[at];
}

struct it_reuse_known *it_reuse_table_find(const struct it_reuse_table *table, uint64_t place)
{
	const uint32_t *slot = table->slot_count ? find_slot(table, place) : NULL;

	return slot && *slot ? it_reuse_table_at(table, *slot - 1) : NULL;
}

/* Three quarters full at most. */
static bool has_slots(struct it_reuse_table *table)
{
	size_t count = table->slot_count ? table->slot_count * 2 : SLOTS_FIRST;
	uint32_t *old = table->slots;

	if (table->count + 1 <= table->slot_count / 4 * 3)
		return true;
	if (table->count >= UINT32_MAX / 2)
		return false;
	table->slots = calloc(count, sizeof *table->slots);
	if (!table->slots) {
		table->slots = old;
		return false;
	}
	table->slot_count = count;
	for (size_t i = 0; i < table->count; i++)
		*find_slot(table, it_reuse_table_at(table, i)->state.place) = (uint32_t)i + 1;
	free(old);
	return true;
}

static bool has_piece(struct it_reuse_table *table)
{
	size_t need = table->count / PIECE + 1;
	struct it_reuse_known **pieces;

	if (need <= table->piece_count)
		return true;
	pieces = reallocarray(table->pieces, need, sizeof *pieces);
	if (!pieces)
		return false;
	table->pieces = pieces;
	pieces[table->piece_count] = calloc(PIECE, sizeof **pieces);
	if (!pieces[table->piece_count])
		return false;
	table->piece_count++;
	return true;
}

struct it_reuse_known *it_reuse_table_add(struct it_reuse_table *table, uint64_t place)
{
	struct it_reuse_known *known = it_reuse_table_find(table, place);

	if (known)
		return known;
	if (!has_piece(table) || !has_slots(table))
		return NULL;
	*find_slot(table, place) = (uint32_t)table->count + 1;
	known = it_reuse_table_at(table, table->count++);
	*known = (struct it_reuse_known){ .state.place = place };
	return known;
}

void it_reuse_table_done(struct it_reuse_table *table)
{
	for (size_t i = 0; i < table->piece_count; i++)
		free(table->pieces[i]);
	free(table->pieces);
	free(table->slots);
	*table = (struct it_reuse_table){ 0 };
}

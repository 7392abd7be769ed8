/* SPDX-License-Identifier: Apache-2.0 */
/* Rows in the order of their first event, found by a hash of the path until they are sorted. */
#include "run/touched.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/random.h"
#include "base/text.h"
#include "run/touched_address.h"

enum {
	FILES_MAX = 4 * 1000 * 1000,
	ADDRESSES_MAX = 100 * 1000,
	PROCESSES_MAX = 1000 * 1000,
	NOTES_MAX = 64,
	PATH_BYTES_MAX = 4096,
	CHUNK_SIZE = 64 * 1024,
	FIRST_ROOM = 256,
};

/* Texts, never moved: rows point into them. */
struct chunk {
	struct chunk *next;
	size_t used;
	char text[CHUNK_SIZE];
};

struct slot {
	uint32_t row; /* plus 1; 0: free */
	uint32_t tag; /* of the hash */
};

struct slots {
	struct slot *items;
	size_t count; /* a power of two */
};

struct it_touched_index {
	uint64_t seed[2]; /* a step cannot choose paths that all fall on one slot */
	struct chunk *chunks;
	struct slots files;
	struct slots addresses;
	struct slots processes;
	size_t file_room;
	size_t address_room;
	size_t process_room;
};

/* What a row is found by. */
struct key {
	struct it_span text;
	uint64_t number;
};

/* --- the hash: SipHash with one round a word and three at the end --- */

static uint64_t rotated(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

static void stir(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotated(v[1], 13) ^ v[0];
	v[0] = rotated(v[0], 32);
	v[2] += v[3];
	v[3] = rotated(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotated(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotated(v[1], 17) ^ v[2];
	v[2] = rotated(v[2], 32);
}

static void take_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	stir(v);
	v[0] ^= word;
}

static uint64_t hash(const struct it_touched_index *index, struct key key)
{
	uint64_t v[4] = { index->seed[0] ^ UINT64_C(0x736f6d6570736575),
			  index->seed[1] ^ UINT64_C(0x646f72616e646f6d),
			  index->seed[0] ^ UINT64_C(0x6c7967656e657261),
			  index->seed[1] ^ UINT64_C(0x7465646279746573) };
	uint64_t last = (uint64_t)key.text.len << 56;
	size_t at = 0;

	take_word(v, key.number);
	for (; key.text.len - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, key.text.data + at, sizeof word);
		take_word(v, word);
	}
	for (unsigned shift = 0; at < key.text.len; at++, shift += 8)
		last |= (uint64_t)(unsigned char)key.text.data[at] << shift;
	take_word(v, last);
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		stir(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* --- slots --- */

typedef bool same_row(const struct it_touched *touched, size_t row, struct key key);

static bool same_file(const struct it_touched *touched, size_t row, struct key key)
{
	const struct it_touched_file *file = &touched->files[row];

	return (file->touches & IT_TOUCH_UNRESOLVED) == key.number &&
	       it_span_is(key.text, file->path);
}

static bool same_address(const struct it_touched *touched, size_t row, struct key key)
{
	const struct it_touched_address *address = &touched->addresses[row];

	return (uint64_t)address->talk == key.number && it_span_is(key.text, address->address);
}

static bool same_process(const struct it_touched *touched, size_t row, struct key key)
{
	return (uint64_t)touched->processes[row].pid == key.number;
}

/* The slot of the key's row, or the free one where it belongs. */
static struct slot *find_slot(const struct it_touched *touched, const struct slots *slots,
			      struct key key, uint64_t hashed, same_row *same)
{
	size_t at = hashed & (slots->count - 1);

	for (;; at = (at + 1) & (slots->count - 1)) {
		struct slot *slot = &slots->items[at];

		if (!slot->row ||
		    (slot->tag == (uint32_t)(hashed >> 32) && same(touched, slot->row - 1, key)))
			return slot;
	}
}

static bool new_slots(struct slots *out, size_t count)
{
	out->items = calloc(count, sizeof *out->items);
	out->count = out->items ? count : 0;
	return out->items;
}

static struct key file_key(struct it_span path, unsigned touches)
{
	return (struct key){ path, touches & IT_TOUCH_UNRESOLVED };
}

static struct key key_of(const struct it_touched *touched, const struct slots *slots, size_t row)
{
	const struct it_touched_index *index = touched->index;

	if (slots == &index->files)
		return file_key(it_span_text(touched->files[row].path),
				touched->files[row].touches);
	if (slots == &index->addresses)
		return (struct key){ it_span_text(touched->addresses[row].address),
				     touched->addresses[row].talk };
	return (struct key){ it_span(NULL, 0), (uint64_t)touched->processes[row].pid };
}

/* At least half of the slots stay free. */
static bool grow_slots(const struct it_touched *touched, struct slots *slots)
{
	struct slots more;

	if (!new_slots(&more, slots->count ? slots->count * 2 : (size_t)FIRST_ROOM * 2))
		return false;
	for (size_t i = 0; i < slots->count; i++) {
		const struct slot *old = &slots->items[i];
		uint64_t hashed;
		size_t at;

		if (!old->row)
			continue;
		hashed = hash(touched->index, key_of(touched, slots, old->row - 1));
		for (at = hashed & (more.count - 1); more.items[at].row;)
			at = (at + 1) & (more.count - 1);
		more.items[at] = *old;
	}
	free(slots->items);
	*slots = more;
	return true;
}

/* --- memory --- */

static bool open_index(struct it_touched *touched)
{
	struct it_touched_index *index;

	if (touched->index)
		return true;
	index = calloc(1, sizeof *index);
	if (!index)
		return false;
	if (it_random(index->seed, sizeof index->seed, NULL)) {
		free(index);
		return false;
	}
	touched->index = index;
	return true;
}

static const char *keep_text(struct it_touched_index *index, struct it_span text)
{
	struct chunk *chunk = index->chunks;
	char *at;

	if (text.len >= CHUNK_SIZE)
		return NULL;
	if (!chunk || CHUNK_SIZE - chunk->used <= text.len) {
		chunk = malloc(sizeof *chunk);
		if (!chunk)
			return NULL;
		chunk->next = index->chunks;
		chunk->used = 0;
		index->chunks = chunk;
	}
	at = chunk->text + chunk->used;
	if (text.len)
		memcpy(at, text.data, text.len);
	at[text.len] = '\0';
	chunk->used += text.len + 1;
	return at;
}

/* The rows, with room for one more; NULL, and the rows as they were, without memory. */
static void *make_room(void *rows, size_t *room, size_t count, size_t size)
{
	size_t more = *room ? *room * 2 : FIRST_ROOM;
	void *grown;

	if (count < *room)
		return rows;
	grown = reallocarray(rows, more, size);
	if (grown)
		*room = more;
	return grown;
}

/* Where the key's row is, or goes to; NULL without memory. */
static struct slot *claim(struct it_touched *touched, struct slots *slots, size_t count,
			  struct key key, same_row *same)
{
	struct slot *slot;
	uint64_t hashed;

	if ((count + 1) * 2 > slots->count && !grow_slots(touched, slots))
		return NULL;
	hashed = hash(touched->index, key);
	slot = find_slot(touched, slots, key, hashed, same);
	slot->tag = (uint32_t)(hashed >> 32);
	return slot;
}

void it_touched_done(struct it_touched *touched)
{
	struct it_touched_index *index = touched->index;

	while (index && index->chunks) {
		struct chunk *next = index->chunks->next;

		free(index->chunks);
		index->chunks = next;
	}
	if (index) {
		free(index->files.items);
		free(index->addresses.items);
		free(index->processes.items);
	}
	free(index);
	free(touched->files);
	free(touched->addresses);
	free(touched->processes);
	it_strings_done(&touched->statement.notes);
	it_strings_done(&touched->statement.passed_over);
	*touched = (struct it_touched){ 0 };
}

/* --- filling --- */

void it_touched_note(struct it_touched *touched, const char *format, ...)
{
	struct it_strings *notes = &touched->statement.notes;
	IT_AUTO(it_freep) char *text = NULL;
	va_list args;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0) {
		text = NULL; /* its value is not defined then */
		return;
	}
	if (notes->count < NOTES_MAX && !it_strings_has(notes, text))
		(void)it_strings_add(notes, text, NULL); /* what it is about was counted */
}

static void lose(struct it_touched *touched, const char *why)
{
	touched->statement.lost++;
	it_touched_note(touched, "%s", why);
}

static void lose_memory(struct it_touched *touched)
{
	lose(touched, "memory ran out while events were recorded");
}

/* What is removed before anybody created it was there before the step. */
static unsigned with_found(unsigned before, unsigned touches)
{
	if ((touches & IT_TOUCH_REMOVED) && !(before & IT_TOUCH_CREATED))
		touches |= IT_TOUCH_FOUND;
	return before | touches;
}

static bool add_file(struct it_touched *touched, struct it_span path, unsigned touches)
{
	struct it_touched_index *index = touched->index;
	struct it_touched_file *files =
		make_room(touched->files, &index->file_room, touched->file_count, sizeof *files);
	const char *kept = files ? keep_text(index, path) : NULL;

	if (files)
		touched->files = files;
	if (kept)
		files[touched->file_count++] =
			(struct it_touched_file){ kept, with_found(0, touches), 1,
						  touched->statement.events - 1 };
	return kept;
}

static bool is_sound(struct it_touched *touched, struct it_span path)
{
	if (path.len > PATH_BYTES_MAX)
		lose(touched, "a path has more than 4,096 bytes");
	else if (!path.len || path.data[0] != '/')
		lose(touched, "the folder that a path begins in is not known");
	else
		return true;
	return false;
}

void it_touched_file(struct it_touched *touched, struct it_span path, unsigned touches)
{
	struct slot *slot;

	touched->statement.events++;
	if (!is_sound(touched, path))
		return;
	slot = open_index(touched) ? claim(touched, &touched->index->files, touched->file_count,
					   file_key(path, touches), same_file)
				   : NULL;
	if (slot && slot->row) {
		struct it_touched_file *file = &touched->files[slot->row - 1];

		file->touches = with_found(file->touches, touches);
		file->events++;
	} else if (touched->file_count == FILES_MAX) {
		lose(touched, "more than 4 million files were touched");
	} else if (slot && add_file(touched, path, touches)) {
		slot->row = (uint32_t)touched->file_count;
	} else {
		lose_memory(touched);
	}
}

/* --- addresses --- */

static bool add_address(struct it_touched *touched, enum it_touched_talk talk, struct it_span text)
{
	struct it_touched_index *index = touched->index;
	struct it_touched_address *addresses = make_room(touched->addresses, &index->address_room,
							 touched->address_count, sizeof *addresses);
	const char *kept = addresses ? keep_text(index, text) : NULL;

	if (addresses)
		touched->addresses = addresses;
	if (kept)
		addresses[touched->address_count++] = (struct it_touched_address){ talk, kept, 1 };
	return kept;
}

void it_touched_address(struct it_touched *touched, enum it_touched_talk talk,
			const struct sockaddr *address, size_t len)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(CHUNK_SIZE / 2);
	struct slot *slot = NULL;

	touched->statement.events++;
	it_touched_write_address(&text, address, len);
	if (!it_buf_check(&text, "an address", NULL) && open_index(touched))
		slot = claim(touched, &touched->index->addresses, touched->address_count,
			     (struct key){ it_buf_span(&text), talk }, same_address);
	if (slot && slot->row)
		touched->addresses[slot->row - 1].events++;
	else if (touched->address_count == ADDRESSES_MAX)
		lose(touched, "more than 100,000 addresses were talked to");
	else if (slot && add_address(touched, talk, it_buf_span(&text)))
		slot->row = (uint32_t)touched->address_count;
	else
		lose_memory(touched);
}

/* --- processes --- */

static bool add_process(struct it_touched *touched, pid_t pid, pid_t parent, const char *program)
{
	struct it_touched_index *index = touched->index;
	struct it_touched_process *processes = make_room(touched->processes, &index->process_room,
							 touched->process_count, sizeof *processes);
	const char *kept = program ? keep_text(index, it_span_text(program)) : NULL;

	if (processes)
		touched->processes = processes;
	if (!processes || (program && !kept))
		return false;
	processes[touched->process_count++] = (struct it_touched_process){ pid, parent, kept };
	return true;
}

/*
 * A process that only forked so far becomes the program.  One that has another parent is another,
 * to which the system gave the same number again.
 */
static bool is_news(struct it_touched *touched, struct it_touched_process *known, pid_t parent,
		    const char *program)
{
	if (known->parent != parent)
		return true;
	if (!program || it_streq(known->program, program))
		return false;
	if (known->program)
		return true;
	known->program = keep_text(touched->index, it_span_text(program));
	return !known->program;
}

void it_touched_process(struct it_touched *touched, pid_t pid, pid_t parent, const char *program)
{
	struct slot *slot = NULL;

	if (open_index(touched))
		slot = claim(touched, &touched->index->processes, touched->process_count,
			     (struct key){ it_span(NULL, 0), (uint64_t)pid }, same_process);
	if (slot && slot->row &&
	    !is_news(touched, &touched->processes[slot->row - 1], parent, program))
		return;
	if (touched->process_count == PROCESSES_MAX)
		lose(touched, "more than a million processes ran");
	else if (slot && add_process(touched, pid, parent, program))
		slot->row = (uint32_t)touched->process_count;
	else
		lose_memory(touched);
}

/* --- the end --- */

int it_touched_resolve(struct it_touched *touched, it_touched_resolver *resolver, void *arg,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf path = IT_BUF(PATH_BYTES_MAX);
	size_t kept = 0;

	if (!touched->index)
		return INTOTO_OK;
	memset(touched->index->files.items, 0,
	       touched->index->files.count * sizeof *touched->index->files.items);
	for (size_t i = 0; i < touched->file_count; i++) {
		struct it_touched_file file = touched->files[i];
		struct slot *slot;

		if (file.touches & IT_TOUCH_UNRESOLVED) {
			it_buf_reset(&path);
			file.touches &= ~(unsigned)IT_TOUCH_UNRESOLVED;
			resolver(arg, &file, &path);
			if (path.len && !it_span_is(it_buf_span(&path), file.path))
				file.path = keep_text(touched->index, it_buf_span(&path));
			if (!file.path)
				return it_err_nomem(err);
		}
		slot = claim(touched, &touched->index->files, kept,
			     file_key(it_span_text(file.path), 0), same_file);
		if (!slot)
			return it_err_nomem(err);
		if (!slot->row) {
			touched->files[kept++] = file;
			slot->row = (uint32_t)kept;
			continue;
		}
		touched->files[slot->row - 1].touches |= file.touches;
		touched->files[slot->row - 1].events += file.events;
		if (file.first < touched->files[slot->row - 1].first)
			touched->files[slot->row - 1].first = file.first;
	}
	touched->file_count = kept;
	return INTOTO_OK;
}

static int by_path(const void *a, const void *b)
{
	const struct it_touched_file *left = a;
	const struct it_touched_file *right = b;

	return strcmp(left->path, right->path);
}

static int by_talk(const void *a, const void *b)
{
	const struct it_touched_address *left = a;
	const struct it_touched_address *right = b;

	if (left->talk != right->talk)
		return left->talk < right->talk ? -1 : 1;
	return strcmp(left->address, right->address);
}

/* What is left of it when nothing more will be heard. */
static unsigned sealed(unsigned touches)
{
	const unsigned used = IT_TOUCH_READ | IT_TOUCH_EXECUTED;
	const unsigned made = IT_TOUCH_WRITTEN | IT_TOUCH_CREATED | IT_TOUCH_REMOVED;

	if ((touches & IT_TOUCH_UNSURE) && !(touches & made))
		touches = (touches & ~used) | IT_TOUCH_ASKED;
	if (touches & (used | made | IT_TOUCH_CHANGED))
		touches &= ~(unsigned)IT_TOUCH_ASKED;
	return touches & ~(unsigned)IT_TOUCH_UNSURE;
}

int it_touched_seal(struct it_touched *touched, struct intoto_error **err)
{
	for (size_t i = 0; i < touched->file_count; i++) {
		struct it_touched_file *file = &touched->files[i];

		if (file->touches & IT_TOUCH_UNRESOLVED)
			return it_err_set(err, INTOTO_E_INTERNAL, "a path was not resolved");
		file->touches = sealed(file->touches);
	}
	if (touched->file_count)
		qsort(touched->files, touched->file_count, sizeof *touched->files, by_path);
	if (touched->address_count)
		qsort(touched->addresses, touched->address_count, sizeof *touched->addresses,
		      by_talk);
	if (touched->index) { /* the texts stay */
		it_freep(&touched->index->files.items);
		it_freep(&touched->index->addresses.items);
		it_freep(&touched->index->processes.items);
		touched->index->files = touched->index->addresses = touched->index->processes =
			(struct slots){ 0 };
	}
	return INTOTO_OK;
}

const struct it_touched_file *it_touched_find(const struct it_touched *touched, struct it_span path)
{
	size_t low = 0;
	size_t high = touched->file_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = it_span_cmp(it_span_text(touched->files[middle].path), path);

		if (!order)
			return &touched->files[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

bool it_touched_is_complete(const struct it_touched *touched)
{
	const struct it_touched_statement *statement = &touched->statement;

	return !statement->lost && !statement->unfollowed && !statement->escaped;
}

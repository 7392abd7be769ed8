/* SPDX-License-Identifier: Apache-2.0 */
/* The names of one object, to see one that comes twice.  Keeps 128-bit hashes under a random key.
 */
#ifndef IT_ATTESTORS_KIT_NAMES_H
#define IT_ATTESTORS_KIT_NAMES_H

#include "base/buf.h"

enum {
	/* 16 bytes and an index each: past that an object is no report. */
	IT_NAMES_MOST = 1 << 20,
};

struct it_name_key {
	uint64_t a;
	uint64_t b;
};

struct it_name_hash {
	uint64_t a;
	uint64_t b;
};

struct it_names {
	struct it_name_hash *hashes;
	size_t count;
	size_t room;
	uint32_t *slots; /* index + 1 of a hash; NULL while there are few */
	size_t slot_count;
};

int it_name_key_make(struct it_name_key *key, struct intoto_error **err);
/* SipHash-2-4 with 128 bits of result. */
struct it_name_hash it_name_hash(const struct it_name_key *key, struct it_span name);

void it_names_done(struct it_names *names);
/* For the next object. */
void it_names_reset(struct it_names *names);
/* INTOTO_E_FORMAT for a name that is there, without an error object: the caller says where. */
int it_names_add(struct it_names *names, struct it_name_hash hash);

#endif

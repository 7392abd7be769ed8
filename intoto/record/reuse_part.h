/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of struct it_reuse, for the files that make it up and their tests. */
#ifndef IT_RECORD_REUSE_PART_H
#define IT_RECORD_REUSE_PART_H

#include <pthread.h>
#include <stdatomic.h>

#include "record/reuse.h"

enum {
	IT_REUSE_DEVICES = 64,
	IT_REUSE_SNAPSHOTS = 8,
	IT_REUSE_FOLDERS = 16,
	IT_REUSE_ALGORITHMS = 8,
};

/* What a file is told by: 48 bits of inode and 16 of an index of devices; times in nanoseconds. */
struct it_reuse_state {
	uint64_t place;
	uint64_t size;
	int64_t mtime;
	int64_t ctime;
};

/* A file that was opened; digests is NULL until it was read to its end. */
struct it_reuse_known {
	struct it_reuse_state state;
	const char *digests; /* borrowed from the table of artifacts */
};

/* Found by place; kept in pieces, so that nothing moves while it grows. */
struct it_reuse_table {
	struct it_reuse_known **pieces;
	size_t piece_count;
	size_t count;
	uint32_t *slots; /* index + 1; a power of two of them */
	size_t slot_count;
};

enum it_reuse_trust {
	IT_REUSE_UNCHECKED, /* in this run: it comes from the cache */
	IT_REUSE_HONEST,
	IT_REUSE_DISHONEST,
	IT_REUSE_GONE, /* its number belongs to another file system now */
};

struct it_reuse_device {
	uint64_t dev;
	uint64_t id;	   /* of the file system, by statfs */
	atomic_uint trust; /* enum it_reuse_trust; the others do not change once it is there */
};

/* In front of the cache file, in the order of bytes of this machine: nobody else reads it. */
struct it_reuse_head {
	char magic[8];
	uint32_t version;
	uint32_t order; /* of bytes */
	uint32_t record_size;
	uint32_t device_count;
	uint64_t count;
	int64_t saved;
	unsigned char machine[32];
	char algorithms[128]; /* "sha256:32,sha512:64" */
	struct {
		uint64_t dev, id;
	} devices[IT_REUSE_DEVICES];
};

/* An entry of the cache file, digests behind it, filled up to 8 bytes; sorted by place. */
struct it_reuse_record {
	struct it_reuse_state state;
	uint32_t scope;
	uint32_t day; /* since 1970, when it was seen last */
};

struct it_reuse_cache {
	struct it_buf bytes;	      /* of the file */
	const unsigned char *records; /* in it; NULL: none */
	size_t count;
	atomic_uchar *seen; /* of each record: the snapshot that last asked for it, from 1 on */
	bool asked_for;
	char *path;
	struct it_span base;		 /* the last part of it */
	uint64_t folder_dev, folder_ino; /* where it is; 0 and 0: that is not there yet */
	void (*notice)(void *arg, const char *text);
	void *arg;
};

/* Where two clocks stand to each other: that moves only when somebody sets the time. */
struct it_reuse_clock {
	int64_t now;	/* of the day, as the kernel stamps files with it */
	int64_t offset; /* to the time since the start of the machine */
};

struct it_reuse {
	enum it_reuse_mode mode;
	const struct it_digest_alg *algorithms[IT_REUSE_ALGORITHMS + 1]; /* sorted by name */
	size_t value_size;     /* of all digests of a file, in this order */
	pthread_rwlock_t lock; /* of table and folders, and for adding a device */
	struct it_reuse_table table;
	struct it_reuse_device devices[IT_REUSE_DEVICES];
	atomic_size_t device_count;
	struct it_artifacts texts[IT_REUSE_SNAPSHOTS]; /* only to keep them */
	uint32_t scopes[IT_REUSE_SNAPSHOTS];
	bool ended[IT_REUSE_SNAPSHOTS];
	size_t first[IT_REUSE_SNAPSHOTS]; /* how many files the table had when it began */
	size_t snapshots;
	atomic_bool has_known;	     /* whether there is anything to find in the table */
	struct it_reuse_clock clock; /* of the first snapshot */
	int64_t began;		     /* the current one */
	int watch;		     /* a timer that ends when the clock is set, or -1 */
	bool clock_was_set;	     /* nothing is known any more */
	bool (*touched)(void *arg, struct it_span path);
	void *touched_arg;
	struct {
		uint64_t dev, ino;
		char *path; /* as the kernel calls it */
	} folders[IT_REUSE_FOLDERS];
	struct it_reuse_cache cache;
	struct {
		atomic_uint_fast64_t missed, used, wrong, untrusted, loaded, left_out;
	} counts;
};

/* --- reuse_table.c --- */

struct it_reuse_known *it_reuse_table_find(const struct it_reuse_table *table, uint64_t place);
/* The one of that place, new or not; NULL without memory. */
struct it_reuse_known *it_reuse_table_add(struct it_reuse_table *table, uint64_t place);
struct it_reuse_known *it_reuse_table_at(const struct it_reuse_table *table, size_t index);
void it_reuse_table_done(struct it_reuse_table *table);

/* --- reuse_system.c --- */

/* Whether its change times can be believed, also against the owner of a file. */
bool it_reuse_system_is_honest(uint64_t magic);
/* The index of a device that was checked, and is honest; -1: of none.  *checked says whether it
 * was.
 */
int it_reuse_device_known(const struct it_reuse *reuse, const struct stat *about, bool *checked);
/* The same for a file that is open, also with O_PATH; takes the lock when its device is new. */
int it_reuse_device(struct it_reuse *reuse, int fd, const struct stat *about);
/* Whether nobody has it open, or mapped, for writing. */
bool it_reuse_is_settled(int fd);

/* --- reuse_clock.c --- */

bool it_reuse_clock_read(struct it_reuse_clock *out);
/* A descriptor for the next function, or -1. */
int it_reuse_clock_watch(void);
bool it_reuse_clock_was_set(int watch);
/* Whether nobody set the clock between the two, as far as they say it. */
bool it_reuse_clock_kept(const struct it_reuse_clock *before, const struct it_reuse_clock *now);

/* --- reuse.c --- */

/* False for what has no place in a state: times and inodes beyond its bits. */
bool it_reuse_state_of(struct it_reuse_state *out, unsigned device, const struct stat *about);
bool it_reuse_same_state(const struct it_reuse_state *a, const struct it_reuse_state *b);
/* Old enough for a snapshot that began then. */
bool it_reuse_is_old(const struct stat *about, int64_t began);

/* --- reuse_cache.c --- */

enum {
	IT_REUSE_MACHINE_SIZE = 32,
	IT_REUSE_RECORDS_MAX = 2 * 1000 * 1000,
	IT_REUSE_CACHE_MAX = 1024 * 1024 * 1024
};

size_t it_reuse_record_size(const struct it_reuse *reuse);
/* What stands for this machine since it was started. */
IT_CHECK int it_reuse_machine(unsigned char out[IT_REUSE_MACHINE_SIZE], struct intoto_error **err);
/*
 * Takes what stands in cache.bytes: NULL, or why it cannot be used.  *signature is what stands
 * behind the records; nothing may be believed before it was verified.
 */
const char *it_reuse_cache_read(struct it_reuse *reuse,
				const unsigned char machine[IT_REUSE_MACHINE_SIZE], int64_t now,
				struct it_span *signature);
/* Nothing of it is used. */
void it_reuse_cache_forget(struct it_reuse *reuse);
/* What says which machine and which digests it is for. */
void it_reuse_cache_head(struct it_reuse_head *head, const struct it_reuse *reuse,
			 const unsigned char machine[IT_REUSE_MACHINE_SIZE]);
/* What is signed of bytes that are a cache without its signature. */
void it_reuse_cache_message(struct it_buf *out, struct it_span bytes);
/* NULL when there is none in that state. */
const unsigned char *it_reuse_cache_find(struct it_reuse *reuse,
					 const struct it_reuse_state *state);
bool it_reuse_is_cache(const struct it_reuse *reuse, const struct it_walk_found *found);
void it_reuse_cache_done(struct it_reuse_cache *cache);

/* --- reuse_save.c --- */

/* All of it but the signature.  Nothing is written when it would say what is there already. */
IT_CHECK int it_reuse_cache_write(struct it_buf *out, bool *changed, struct it_reuse *reuse,
				  const unsigned char machine[IT_REUSE_MACHINE_SIZE],
				  struct it_reuse_clock now, struct intoto_error **err);

#endif

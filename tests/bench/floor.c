/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What recording a tree costs at least: its files read and nothing else, or as many bytes hashed as
 * it has, in messages of the same lengths, and nothing read.
 *
 *	floor [-j THREADS] [-b KIB] walk|read|plain|evict FOLDER
 *	floor [-j THREADS] ours|libcrypto FOLDER
 *
 * walk finds the files; read opens, reads to the end and closes each; plain
 * hashes what it reads with libcrypto, too, as a simple program does; evict throws what the system
 * holds of them out of its memory (what was written lately must be on the disk: sync first).  ours
 * hashes with two messages at a time in each thread by the SHA instructions, libcrypto one at a
 * time.  Prints "FILES BYTES CPU WALL MEMORY": microseconds (user and system) and KiB.
 *
 * Threads share folders and runs of files of one folder; names are resolved from the folder.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "crypto/sha256_pair.h"

enum { RUN_FILES = 16, THREADS_MAX = 256, MESSAGE_MAX = 1024 * 1024 };
enum mode { MODE_WALK, MODE_READ, MODE_PLAIN, MODE_EVICT, MODE_OURS, MODE_LIBCRYPTO };

static const char *const modes[] = { "walk", "read", "plain", "evict", "ours", "libcrypto" };

/* A folder that is open, for as long as something below it is still to be done. */
struct folder {
	int fd;
	atomic_uint users;
};

/* A folder to be read, or a run of files; name is the folder's, or those of the files. */
struct task {
	struct task *next;
	struct folder *in; /* NULL: the first folder */
	size_t files;	   /* 0: a folder */
	size_t len;
	char name[];
};

static struct {
	enum mode mode;
	size_t buffer;
	pthread_mutex_t lock;
	pthread_cond_t change;
	struct task *folders, *runs;
	unsigned busy;
	atomic_ullong files, bytes;
	uint64_t *sizes; /* of the files, for hashing without reading */
	size_t size_count, size_cap;
	atomic_size_t next_size;
} all = { .buffer = 128 * 1024,
	  .lock = PTHREAD_MUTEX_INITIALIZER,
	  .change = PTHREAD_COND_INITIALIZER };

static _Noreturn void fail(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static void *must(void *made)
{
	if (!made)
		fail("floor");
	return made;
}

static void put_folder(struct folder *folder)
{
	if (!folder || atomic_fetch_sub(&folder->users, 1) > 1)
		return;
	(void)close(folder->fd);
	free(folder);
}

static void push(struct task **stack, struct folder *in, size_t files, const char *name, size_t len)
{
	struct task *task = must(malloc(sizeof *task + len));

	*task = (struct task){ .in = in, .files = files, .len = len };
	memcpy(task->name, name, len);
	if (in)
		atomic_fetch_add(&in->users, 1);
	(void)pthread_mutex_lock(&all.lock);
	task->next = *stack;
	*stack = task;
	(void)pthread_cond_signal(&all.change);
	(void)pthread_mutex_unlock(&all.lock);
}

static void note_size(uint64_t size)
{
	(void)pthread_mutex_lock(&all.lock);
	if (all.size_count == all.size_cap) {
		all.size_cap = all.size_cap ? all.size_cap * 2 : 1024;
		all.sizes = must(reallocarray(all.sizes, all.size_cap, sizeof *all.sizes));
	}
	all.sizes[all.size_count++] = size;
	(void)pthread_mutex_unlock(&all.lock);
}

static void look_at(int at, const char *name)
{
	struct stat about;

	if (fstatat(at, name, &about, AT_SYMLINK_NOFOLLOW))
		fail(name);
	note_size((uint64_t)about.st_size);
	atomic_fetch_add(&all.bytes, (uint64_t)about.st_size);
}

/* What a thread keeps for its files. */
struct reader {
	EVP_MD *sha256;
	EVP_MD_CTX *context;
};

static void read_file(int at, const char *name, unsigned char *buffer, struct reader *reader)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	int fd = openat(at, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	uint64_t bytes = 0;
	ssize_t got = 0;

	if (fd < 0)
		fail(name);
	if (all.mode == MODE_EVICT)
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	if (all.mode == MODE_PLAIN)
		(void)EVP_DigestInit_ex2(reader->context, reader->sha256, NULL);
	while (all.mode != MODE_EVICT && (got = read(fd, buffer, all.buffer)) > 0) {
		bytes += (uint64_t)got;
		if (all.mode == MODE_PLAIN)
			(void)EVP_DigestUpdate(reader->context, buffer, (size_t)got);
	}
	if (got < 0)
		fail(name);
	if (all.mode == MODE_PLAIN)
		(void)EVP_DigestFinal_ex(reader->context, digest, NULL);
	(void)close(fd);
	atomic_fetch_add(&all.bytes, bytes);
}

static void run_files(const struct task *task, unsigned char *buffer, struct reader *reader)
{
	const char *name = task->name;

	for (size_t i = 0; i < task->files; i++, name += strlen(name) + 1) {
		if (all.mode == MODE_READ || all.mode == MODE_PLAIN || all.mode == MODE_EVICT)
			read_file(task->in->fd, name, buffer, reader);
		else if (all.mode != MODE_WALK)
			look_at(task->in->fd, name);
	}
	atomic_fetch_add(&all.files, task->files);
}

static void read_folder(struct task *task)
{
	struct folder *folder = must(calloc(1, sizeof *folder));
	char names[RUN_FILES * (NAME_MAX + 1)];
	size_t len = 0;
	size_t files = 0;
	DIR *stream;

	folder->fd = openat(task->in ? task->in->fd : AT_FDCWD, task->name,
			    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder->fd < 0)
		fail(task->name);
	atomic_init(&folder->users, 1);
	stream = must(fdopendir(dup(folder->fd)));
	for (struct dirent *found; (found = readdir(stream));) {
		size_t size = strlen(found->d_name) + 1;

		if (found->d_type == DT_DIR && strcmp(found->d_name, ".") &&
		    strcmp(found->d_name, ".."))
			push(&all.folders, folder, 0, found->d_name, size);
		if (found->d_type != DT_REG)
			continue;
		memcpy(names + len, found->d_name, size);
		len += size;
		if (++files < RUN_FILES)
			continue;
		push(&all.runs, folder, files, names, len);
		files = len = 0;
	}
	if (files)
		push(&all.runs, folder, files, names, len);
	(void)closedir(stream);
	put_folder(folder);
}

static struct task *pop(struct task **stack)
{
	struct task *task = *stack;

	if (task)
		*stack = task->next;
	return task;
}

static void *walk(void *unused)
{
	unsigned char *buffer = must(aligned_alloc(4096, all.buffer));
	struct reader reader = { 0 };
	struct task *task;

	(void)unused;
	if (all.mode == MODE_PLAIN) {
		reader.sha256 = must(EVP_MD_fetch(NULL, "SHA256", NULL));
		reader.context = must(EVP_MD_CTX_new());
	}
	(void)pthread_mutex_lock(&all.lock);
	for (;;) {
		task = pop(&all.runs);
		if (!task)
			task = pop(&all.folders);
		if (!task && !all.busy)
			break;
		if (!task) {
			(void)pthread_cond_wait(&all.change, &all.lock);
			continue;
		}
		all.busy++;
		(void)pthread_mutex_unlock(&all.lock);
		if (task->files)
			run_files(task, buffer, &reader);
		else
			read_folder(task);
		put_folder(task->in);
		free(task);
		(void)pthread_mutex_lock(&all.lock);
		if (--all.busy == 0)
			(void)pthread_cond_broadcast(&all.change);
	}
	(void)pthread_mutex_unlock(&all.lock);
	EVP_MD_CTX_free(reader.context);
	EVP_MD_free(reader.sha256);
	free(buffer);
	return NULL;
}

/* --- hashing alone --- */

struct message {
	struct it_sha256_stream stream;
	uint64_t blocks; /* with the padding */
};

static bool next_message(struct message *message)
{
	size_t at = atomic_fetch_add(&all.next_size, 1);

	if (at >= all.size_count)
		return false;
	it_sha256_stream_start(&message->stream);
	message->blocks = (all.sizes[at] + 8) / IT_SHA256_BLOCK + 1;
	return true;
}

static size_t most(const struct message *message)
{
	const size_t limit = MESSAGE_MAX / IT_SHA256_BLOCK;

	return message->blocks < limit ? (size_t)message->blocks : limit;
}

static void *hash_pairs(void *unused)
{
	const struct it_sha256_kernel *kernel = must((void *)(uintptr_t)it_sha256_pair_kernel());
	unsigned char *data = must(calloc(1, 2 * (size_t)MESSAGE_MAX));
	const unsigned char *const at[2] = { data, data + MESSAGE_MAX };
	struct message messages[2] = { 0 };
	struct it_sha256_stream *const streams[2] = { &messages[0].stream, &messages[1].stream };

	(void)unused;
	for (;;) {
		bool first = messages[0].blocks || next_message(&messages[0]);
		bool second = messages[1].blocks || next_message(&messages[1]);
		size_t blocks = most(&messages[first ? 0 : 1]);

		if (!first && !second)
			break;
		if (first && second && most(&messages[1]) < blocks)
			blocks = most(&messages[1]);
		if (first && second)
			kernel->two(streams, at, blocks);
		else
			kernel->one(streams[first ? 0 : 1], data, blocks);
		messages[0].blocks -= first ? blocks : 0;
		messages[1].blocks -= second ? blocks : 0;
	}
	free(data);
	return NULL;
}

static void *hash_singly(void *unused)
{
	EVP_MD *sha256 = must(EVP_MD_fetch(NULL, "SHA256", NULL));
	EVP_MD_CTX *context = must(EVP_MD_CTX_new());
	unsigned char *data = must(calloc(1, MESSAGE_MAX));
	unsigned char digest[EVP_MAX_MD_SIZE];

	(void)unused;
	for (size_t at; (at = atomic_fetch_add(&all.next_size, 1)) < all.size_count;) {
		(void)EVP_DigestInit_ex2(context, sha256, NULL);
		for (uint64_t left = all.sizes[at], part; left; left -= part) {
			part = left < MESSAGE_MAX ? left : MESSAGE_MAX;
			(void)EVP_DigestUpdate(context, data, (size_t)part);
		}
		(void)EVP_DigestFinal_ex(context, digest, NULL);
	}
	EVP_MD_CTX_free(context);
	EVP_MD_free(sha256);
	free(data);
	return NULL;
}

/* --- measuring --- */

static long long micros(struct timeval time)
{
	return (long long)time.tv_sec * 1000000 + time.tv_usec;
}

static long long processor_time(struct rusage *usage)
{
	(void)getrusage(RUSAGE_SELF, usage);
	return micros(usage->ru_utime) + micros(usage->ru_stime);
}

static long long now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (long long)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void run_threads(void *(*work)(void *), unsigned count)
{
	pthread_t threads[THREADS_MAX];

	for (unsigned i = 1; i < count; i++)
		if (pthread_create(&threads[i], NULL, work, NULL))
			fail("a thread");
	(void)work(NULL);
	for (unsigned i = 1; i < count; i++)
		(void)pthread_join(threads[i], NULL);
}

static enum mode mode_of(const char *word)
{
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		if (!strcmp(word, modes[i]))
			return (enum mode)i;
	fprintf(stderr, "floor: there is no '%s'\n", word);
	exit(EXIT_FAILURE);
}

int main(int argc, char **argv)
{
	unsigned threads = 1;
	struct rusage usage;
	long long used, start;

	for (int option; (option = getopt(argc, argv, "j:b:")) != -1;) {
		if (option == 'j')
			threads = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'b')
			all.buffer = (size_t)strtoul(optarg, NULL, 10) * 1024;
		else
			return EXIT_FAILURE;
	}
	if (argc - optind != 2 || !threads || threads > THREADS_MAX || !all.buffer)
		return EXIT_FAILURE;
	all.mode = mode_of(argv[optind]);
	used = processor_time(&usage);
	start = now();
	push(&all.folders, NULL, 0, argv[optind + 1], strlen(argv[optind + 1]) + 1);
	run_threads(walk, threads);
	if (all.mode == MODE_OURS || all.mode == MODE_LIBCRYPTO) {
		used = processor_time(&usage);
		start = now();
		run_threads(all.mode == MODE_OURS ? hash_pairs : hash_singly, threads);
	}
	start = now() - start;
	used = processor_time(&usage) - used;
	printf("%llu %llu %lld %lld %ld\n", atomic_load(&all.files), atomic_load(&all.bytes), used,
	       start, usage.ru_maxrss);
	return EXIT_SUCCESS;
}

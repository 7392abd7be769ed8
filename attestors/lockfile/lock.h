/* SPDX-License-Identifier: Apache-2.0 */
/* Lock files: which packages, in which versions, with which digests. */
#ifndef IT_ATTESTORS_LOCKFILE_LOCK_H
#define IT_ATTESTORS_LOCKFILE_LOCK_H

#include <intoto/attestor.h>

enum { LOCK_DIGESTS_MAX = 4096, LOCK_DIGEST_BYTES = 160 };

/* One package on its way out; texts are borrowed, NULL where nothing is said. */
struct lock_package {
	const char *name;
	const char *version;
	const char *source;		    /* a URL; what is secret in it is left out */
	const char *scope;		    /* "dev", "optional", "peer" */
	char (*digests)[LOCK_DIGEST_BYTES]; /* "sha512:HEX" */
	size_t digest_count;
};

struct lock_writer {
	struct intoto_json_out *out;
	const char *type;    /* of package URLs: "npm" */
	const char *version; /* of the format, if it says one; "" */
	uint64_t count;
	uint64_t with_digest;
	struct lock_package package;
};

/* Begins a new package: forgets the one before. */
void lock_begin(struct lock_writer *writer);
/*
 * Adds a digest to the package: of an algorithm, as hex digits or as base64 when base64 says so.
 * FORMAT: it is none.
 */
int lock_add_digest(struct lock_writer *writer, const char *algorithm, const char *text,
		    size_t length, bool base64, struct intoto_error **err);
/* "sha512-BASE64 sha1-BASE64" (W3C Subresource Integrity). */
int lock_add_integrity(struct lock_writer *writer, const char *text, struct intoto_error **err);
/* Writes the package; it must have a name. */
int lock_end(struct lock_writer *writer, struct intoto_error **err);
void lock_writer_done(struct lock_writer *writer);

/* --- lines --- */

struct lock_lines {
	char *at;
	char *end;
	size_t line; /* number of the one that was given last */
};
/* Cuts the next line off and gives it, without its end; NULL: there is none. */
char *lock_next_line(struct lock_lines *lines);
int lock_refuse(const struct lock_lines *lines, struct intoto_error **err, const char *what);
/* Cuts blanks off both ends, and one pair of quotes. */
char *lock_trim(char *text);

/* --- formats --- */

struct lock_format {
	const char *word; /* as "as" wants it */
	const char *file; /* name of the file; a beginning and an end when it has a '*' */
	const char *purl; /* type of package URLs */
	int (*read)(struct lock_writer *writer, char *text, size_t length,
		    struct intoto_error **err);
};
extern const struct lock_format lock_formats[];
extern const size_t lock_format_count;

int lock_read_npm(struct lock_writer *writer, char *text, size_t length, struct intoto_error **err);
int lock_read_composer(struct lock_writer *writer, char *text, size_t length,
		       struct intoto_error **err);
int lock_read_yarn(struct lock_writer *writer, char *text, size_t length,
		   struct intoto_error **err);
int lock_read_pnpm(struct lock_writer *writer, char *text, size_t length,
		   struct intoto_error **err);
int lock_read_toml(struct lock_writer *writer, char *text, size_t length,
		   struct intoto_error **err);
int lock_read_go(struct lock_writer *writer, char *text, size_t length, struct intoto_error **err);
int lock_read_requirements(struct lock_writer *writer, char *text, size_t length,
			   struct intoto_error **err);
int lock_read_gem(struct lock_writer *writer, char *text, size_t length, struct intoto_error **err);

#endif

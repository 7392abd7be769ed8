/* SPDX-License-Identifier: Apache-2.0 */
/* Where a document of evidence stands, a file or a line of a bundle, and which bytes it had when it
 * was verified. */
#ifndef IT_LAYOUTS_SOURCE_H
#define IT_LAYOUTS_SOURCE_H

#include "base/regular.h"
#include "crypto/fingerprint.h"

enum { IT_SOURCE_DIGEST_SIZE = 65 };

struct it_source {
	char *name;   /* for people: its name in the folder of links, "NAME#LINE" in a bundle */
	char *path;   /* as it is opened */
	size_t line;  /* of a bundle, from 1; 0: the whole file */
	size_t bytes; /* once it was read */
	struct it_extent extent;
	struct it_fingerprint fingerprint; /* of its bytes, once they were read */
	/* Of its bytes, hex digits; "" until it was read with hashed set. */
	char sha256[IT_SOURCE_DIGEST_SIZE];
	bool hashed; /* somebody wants to know the digest */
};

/* Of a file: name in dir (which may be NULL, or the file itself when name is NULL).  Copies. */
IT_CHECK int it_source_new(struct it_source **out, const char *dir, const char *name,
			   struct intoto_error **err);
/* Of a line of a bundle; its bytes are known already. */
IT_CHECK int it_source_new_line(struct it_source **out, const struct it_source *bundle, size_t line,
				uint64_t offset, struct it_span bytes, struct intoto_error **err);
void it_source_free(struct it_source *source);

IT_DEFINE_AUTO(struct it_source, it_source_free);

/*
 * Reads the bytes into text (emptied first).  From the second time on they must be the same:
 * INTOTO_E_UNTRUSTED says that the file was changed meanwhile.
 */
IT_CHECK int it_source_read(struct it_source *source, struct it_buf *text,
			    struct intoto_error **err);

/* Of its bytes, hex digits; NULL when nobody wants to know. */
const char *it_source_sha256(const struct it_source *source);

/* "PATH" or "PATH#LINE"; owned, NULL without memory. */
char *it_source_uri(const struct it_source *source);

#endif

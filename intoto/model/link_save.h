/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links on their way into files.  A long one is never held in memory as a document: it is written
 * from its tables once for each pass of the signature and once more into the file, and it is
 * checked that every time it was the same.
 */
#ifndef IT_MODEL_LINK_SAVE_H
#define IT_MODEL_LINK_SAVE_H

#include <sys/types.h>

#include "crypto/digest.h"
#include "crypto/signer.h"
#include "json/writer.h"
#include "model/link.h"

struct it_link_saving {
	const char *path;
	mode_t mode;	/* with umask */
	unsigned flags; /* of it_file_write() */
	enum intoto_envelope_format format;
	const struct it_signer *signer;
	enum intoto_keyid_style keyid_style;
	unsigned char *sha256; /* gets IT_SHA256_SIZE bytes, the digest of the file; NULL: nobody
				  asks */
};

/* A document that is written the same each time; kind is "link" or "statement". */
struct it_writing {
	void (*write)(struct it_writer *writer, const void *arg);
	const void *arg;
	const char *kind;
};

/* A link whose document has fewer bytes than this goes through memory, which is faster. */
enum { IT_LINK_SHORT = 64 * 1024 };

/*
 * Signs a sealed link and writes its envelope; at path there is all of it or what was there before.
 * INTOTO_E_LIMIT, and no file, for one that no reader would take (IT_JSON_BYTES_MAX); INTERNAL, and
 * no file, when the bytes written were not those signed.
 */
IT_CHECK int it_link_save(const struct intoto_link *link, const struct it_link_saving *how,
			  struct intoto_error **err);
/* The same for another document. */
IT_CHECK int it_writing_save(const struct it_writing *document, const struct it_link_saving *how,
			     struct intoto_error **err);

#endif

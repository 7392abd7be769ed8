/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What belongs into an archive: everything that a verification read, as it was read, and what
 * explains it.
 */
#ifndef IT_ARCHIVE_COLLECT_H
#define IT_ARCHIVE_COLLECT_H

#include "archive/archive.h"
#include "crypto/signer.h"
#include "layouts/report.h"
#include "layouts/trace.h"
#include "layouts/verify.h"

/* All is borrowed. */
struct it_archive_wish {
	const struct intoto_verify_options *verify; /* as the chain was verified */
	const struct intoto_report *report;	    /* with digests */
	const struct intoto_link *summary;	    /* NULL: it did not pass */
	const struct it_trace *trace;
	const struct it_strings *raw;	 /* folders, beside that of the links */
	const struct it_strings *trust;	 /* files */
	const struct it_strings *others; /* "NAME=FILE" */
	const char *verifier_id;	 /* of the VSA */
	const char *resource_uri;
	struct it_signer *const *signers; /* of the VSA */
	size_t signer_count;
};

/* What was found; owns all that the sources borrow, but what the wish lent. */
struct it_archive_collection {
	struct it_archive_source *sources;
	size_t count;
	void *names; /* of the members, for tfind(3) */
	struct it_strings texts;
	struct it_buf *documents; /* those that were made here */
	size_t document_count;
};

/* Fills a zeroed collection, and the verdict and steps of the manifest. */
IT_CHECK int it_archive_collect(struct it_archive_collection *out,
				struct it_archive_manifest *manifest,
				const struct it_archive_wish *wish, struct intoto_error **err);
void it_archive_collection_done(struct it_archive_collection *collection);

#endif

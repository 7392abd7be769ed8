/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that collect share. */
#ifndef IT_ARCHIVE_COLLECT_PART_H
#define IT_ARCHIVE_COLLECT_PART_H

#include "archive/collect.h"

/* Adds a file, unless there is one by that name; name and path are copied. */
IT_CHECK int it_collect_file(struct it_archive_collection *out, enum it_archive_role role,
			     const char *name, const char *path, const char *sha256,
			     struct intoto_error **err);
/* Adds a document; takes its bytes. */
IT_CHECK int it_collect_document(struct it_archive_collection *out, enum it_archive_role role,
				 const char *name, struct it_buf *bytes, struct intoto_error **err);
bool it_collect_has(const struct it_archive_collection *out, const char *name);

/* The report, the VSA, the parameters. */
IT_CHECK int it_collect_verdict(struct it_archive_collection *out,
				const struct it_archive_wish *wish, struct intoto_error **err);
/* All DSSE envelopes among the sources, a line each. */
IT_CHECK int it_collect_bundle(struct it_archive_collection *out, struct intoto_error **err);
/* Files whose digest evidence names. */
IT_CHECK int it_collect_raw(struct it_archive_collection *out, const struct it_archive_wish *wish,
			    struct intoto_error **err);

#endif

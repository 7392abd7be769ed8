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

#define IT_COLLECT_LAYOUT "layout/root.layout"

/* Appends the name of the member that a document that was read is in; *line is what its own name
 * has besides: "#3" of a bundle's, or "". */
IT_CHECK int it_collect_name(struct it_buf *out, const char **line,
			     const struct it_archive_wish *wish, const char *uri,
			     struct intoto_error **err);
/* In the place of the folder of links a bundle may stand. */
bool it_collect_is_folder(const char *path);
bool it_collect_is_file(const char *path);
/* The report with the names of members for the paths in it. */
IT_CHECK int it_collect_report(struct intoto_report **out, const struct it_archive_wish *wish,
			       struct intoto_error **err);

/* The report, the VSA, the parameters. */
IT_CHECK int it_collect_verdict(struct it_archive_collection *out,
				const struct it_archive_wish *wish, struct intoto_error **err);
/* All DSSE envelopes among the sources, a line each. */
IT_CHECK int it_collect_bundle(struct it_archive_collection *out, struct intoto_error **err);
/* Files whose digest evidence names. */
IT_CHECK int it_collect_raw(struct it_archive_collection *out, const struct it_archive_wish *wish,
			    struct intoto_error **err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles among the members: files NAME.intoto.jsonl, an envelope a line. */
#ifndef IT_ARCHIVE_BUNDLE_H
#define IT_ARCHIVE_BUNDLE_H

#include "base/buf.h"

bool it_archive_is_bundle(const char *name);
/* How much of what a verification calls a document names its file: "NAME.intoto.jsonl#3" is a line
 * of that bundle, or "NAME#3" of the one given (NULL: none), and else a "#3" belongs to the name.
 */
size_t it_archive_file_len(const char *name, const char *given);
/* What makes a bundle of a name that is none: ".intoto.jsonl", or "". */
const char *it_archive_bundle_suffix(const char *name);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What an attestor says of itself: the answer to "NAME describe" (intoto-attestor(7)). */
#ifndef IT_ATTEST_MANIFEST_H
#define IT_ATTEST_MANIFEST_H

#include "base/strings.h"

enum {
	IT_ATTEST_PROTOCOL = 1,
	IT_MANIFEST_BYTES_MAX = 256 * 1024,
	IT_ATTEST_INPUTS_MAX = 4096,
	IT_ATTEST_SECONDS_MAX = 3600,
	IT_ATTEST_OUTPUT_MAX = 256 << 20,
	IT_ATTEST_OUTPUT = 64 << 20, /* of who says nothing */
};
#define IT_ATTEST_MEMORY_MAX (UINT64_C(8) << 30)

enum it_attest_needs {
	IT_NEEDS_NETWORK = 1,
	IT_NEEDS_ARTIFACTS = 2,
	IT_NEEDS_OUTPUT = 4,
	IT_NEEDS_PROGRAMS = 8,
	IT_NEEDS_FOLDER = 16,
	IT_NEEDS_STEP = 32,
};

struct it_manifest_option {
	char *name;
	char *argument;
	char *summary;
	bool many;
};

struct it_manifest {
	char *name;
	char *version;
	char *summary;
	struct it_strings predicates; /* type URIs */
	unsigned least;		      /* inputs */
	unsigned most;
	struct it_manifest_option *options;
	size_t option_count;
	struct it_strings need_words; /* as they stood */
	unsigned needs;
	struct it_strings environment; /* "NAME" or "PREFIX_*" */
	struct it_strings secrets;
	struct it_strings paths;
	uint64_t memory;
	unsigned seconds;
	size_t output;
};

/* Whose name is not the one that it was asked by is refused, too. */
IT_CHECK int it_manifest_read(struct it_manifest *out, struct it_span text, const char *name,
			      struct intoto_error **err);
void it_manifest_done(struct it_manifest *manifest);

const struct it_manifest_option *it_manifest_option(const struct it_manifest *manifest,
						    struct it_span name);

/* Whether a name is one of an attestor: 1 to 64 of a-z 0-9 . _ -, a letter or digit first. */
bool it_attestor_name_is_good(struct it_span name);

#endif

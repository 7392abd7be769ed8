/* SPDX-License-Identifier: Apache-2.0 */
/* What image copy, save and load share: what goes along, how it is shown meanwhile, and what is
 * told at the end. */
#ifndef IT_CMD_IMAGE_COPYING_H
#define IT_CMD_IMAGE_COPYING_H

#include "cmd/image_options.h"
#include "image/copy.h"

struct it_copying_words {
	struct it_strings only;
	struct it_strings platforms;
	struct it_strings missing;
	const char *depth;
	const char *parallel;
	bool no_attached;
	bool merge;
	bool quiet;
};

/* "image", "signature" … of enum it_tree_what; IT_CLEAN_REFERRERS is no word of these. */
extern const char *const it_copying_what_words[];

/* clang-format off */
#define IT_COPYING_OPTIONS(type, member) \
	{ .name = "only", .argument = "WHAT", .kind = IT_OPTION_TEXTS, .choices = it_copying_what_words, \
	  .offset = offsetof(type, member.only), \
	  .help = "of all that there is, only this; may be repeated" }, \
	IT_FLAG(type, member.no_attached, 0, "no-attached", "the image alone, nothing that hangs on it"), \
	IT_EACH(type, member.platforms, 0, "platform", "OS/ARCH[/VARIANT]", \
		"of an index, the images for this platform only; may be repeated"), \
	IT_EACH(type, member.missing, 0, "allow-missing", "DIGEST|TAG", \
		"go on without this one, which hangs on the image and cannot be read; may be repeated"), \
	IT_VALUE(type, member.depth, 0, "depth", "NUMBER", \
		 "how deep what hangs on what hangs is followed; more is refused (8)"), \
	IT_FLAG(type, member.merge, 0, "merge", \
		"add to signatures that the destination alone has, where a tag keeps them together"), \
	IT_VALUE(type, member.parallel, 0, "parallel", "NUMBER", "blobs at once (4)"), \
	IT_FLAG(type, member.quiet, 'q', "quiet", "no progress on standard error")
/* clang-format on */

/* A number of an option; otherwise when text is NULL. */
IT_CHECK int it_copying_number(unsigned *out, const char *option, const char *text,
			       unsigned otherwise, unsigned most, struct intoto_error **err);

struct it_copying {
	const char *command; /* "intoto image copy" */
	const char *from, *to;
	const struct it_copying_words *words;
	const struct it_image_options *image;
	/* Called when all is there, before it is told; may be NULL. */
	int (*after)(void *arg, const struct it_copy_report *report, struct intoto_error **err);
	void *arg;
};

/* Returns an exit status, for run(). */
int it_copying_run(const struct it_copying *copying, struct intoto_error **err);

#endif

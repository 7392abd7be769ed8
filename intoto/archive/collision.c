/* SPDX-License-Identifier: Apache-2.0 */
/* Names that cannot stand beside each other on every file system: one would replace the other. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "archive/manifest.h"
#include "base/text.h"

static int compare(const void *a, const void *b)
{
	return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

/* Whether a folder that name stands in is the name of a file, too. */
static bool stands_in_file(const char *name, const char *const *sorted, size_t count)
{
	char folder[IT_ARCHIVE_NAME_MAX + 1] = "";
	const char *key = folder;

	for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
		size_t len = (size_t)(slash - name);

		if (len >= sizeof folder)
			return true; /* no name that is safe is as long */
		memcpy(folder, name, len);
		if (bsearch(&key, sorted, count, sizeof *sorted, compare))
			return true;
	}
	return false;
}

int it_archive_collision_find(struct it_archive_collision *out,
			      const struct it_archive_manifest *manifest, struct intoto_error **err)
{
	size_t count = manifest->member_count + 1;
	IT_AUTO(it_freep) void *block = calloc(count, sizeof(char *));
	const char **names = block;

	*out = (struct it_archive_collision){ 0 };
	if (!names)
		return it_err_nomem(err);
	names[0] = IT_ARCHIVE_MANIFEST_NAME;
	for (size_t i = 1; i < count; i++)
		names[i] = manifest->members[i - 1].name;
	qsort(names, count, sizeof *names, compare);
	for (size_t i = 0; i < count && !out->name; i++) {
		if (i && it_streq_nocase(names[i - 1], names[i]))
			*out = (struct it_archive_collision){
				names[i], "differs from another name in case alone"
			};
		else if (stands_in_file(names[i], names, count))
			*out = (struct it_archive_collision){
				names[i], "stands below a name that is a file"
			};
	}
	return INTOTO_OK;
}

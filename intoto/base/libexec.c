/* SPDX-License-Identifier: Apache-2.0 */
/* Where the package's own helper programs are. */
#include "base/libexec.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"

const char it_libexec_folder[] = LIBEXECDIR "/intoto";
const char it_libexec_attestors[] = LIBEXECDIR "/intoto/attestors";

char *it_libexec_path(const char *name)
{
	char own[PATH_MAX] = "";
	ssize_t len = readlink("/proc/self/exe", own, sizeof own - 1);
	char *slash = len > 0 ? strrchr(own, '/') : NULL;
	char *path;

	if (slash) {
		*slash = '\0';
		path = it_path_join(own, name);
		if (!path || !access(path, X_OK))
			return path;
		free(path);
	}
	return it_path_join(it_libexec_folder, name);
}

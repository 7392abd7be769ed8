/* SPDX-License-Identifier: Apache-2.0 */
/* A file of passwords, whatever it is: somebody whole, nobody, or a sentence; no program that it
 * names can be found here. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

#include "net/oci/access.h"

static void look_for(const char *image, const char *path)
{
	IT_AUTO(it_image_reference_done) struct it_image_reference reference = { 0 };
	IT_AUTO(it_credentials_done) struct it_credentials found;
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	const struct it_registry_access access = { .auth_file = path };
	int rc;

	if (it_image_reference_parse(&reference, image, NULL))
		abort();
	rc = it_credentials_find(&found, &access, &reference, &err);
	if (rc ? found.user || found.password || found.identity || !*intoto_error_text(err)
	       : !found.user != !found.password)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	int fd = memfd_create("auth", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || setenv("PATH", "/nowhere", 1))
		abort();
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	look_for("a.b/team/app", path);
	look_for("app", path);
	(void)close(fd); /* it was only in memory */
	return 0;
}

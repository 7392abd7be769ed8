/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments of a call that waits: numbers, memory, names from a folder of its own. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/path.h"
#include "base/text.h"
#include "run/tracer_look.h"
#include "run/tracer_memory.h"

/* --- arguments --- */

uint64_t it_look_argument(const struct it_look *look, int index)
{
	uint64_t value = index < 0 ? 0 : look->asked->args[index];

	return look->narrow ? (uint32_t)value : value;
}

unsigned it_look_flags(const struct it_look *look)
{
	return (unsigned)it_look_argument(look, look->call->flags);
}

int it_look_descriptor(const struct it_look *look, int index)
{
	return index < 0 ? AT_FDCWD : (int)(uint32_t)it_look_argument(look, index);
}

/* What the kernel could not read either, it answers by itself: then nothing is lost. */
bool it_look_could(const struct it_look *look, int number, const char *what)
{
	if (number && number != EFAULT && number != ENAMETOOLONG) {
		look->deed->lost = what;
		look->deed->number = number;
	}
	return !number;
}

bool it_look_bytes(const struct it_look *look, uint64_t address, void *out, size_t len)
{
	return it_look_could(look, it_tracer_read(look->asked->tid, address, out, len),
			     "the memory of a process");
}

/* False also for a descriptor that is not open, or leads to no file. */
bool it_look_link(const struct it_look *look, int fd, char out[PATH_MAX])
{
	int number =
		it_tracer_read_link(look->asked->tid, fd == AT_FDCWD ? IT_LINK_FOLDER : fd, out);

	if (number == ENOENT)
		return false;
	if (number == ENAMETOOLONG) {
		look->deed->lost = "a path";
		look->deed->number = number;
		return false;
	}
	return it_look_could(look, number, "what a process has open") && out[0] == '/';
}

/* --- names --- */

bool it_look_join(const struct it_look *look, const char *folder, const char *name,
		  char out[PATH_MAX])
{
	int len = snprintf(out, PATH_MAX, "%s/%s", it_streq(folder, "/") ? "" : folder, name);

	if (len >= 0 && len < PATH_MAX)
		return true;
	look->deed->lost = "a path";
	look->deed->number = ENAMETOOLONG;
	return false;
}

/* A name may be as long as the kernel takes it and say little. */
static bool join_long(const struct it_look *look, const char *folder, const char *name,
		      char out[PATH_MAX])
{
	IT_AUTO(it_buf_done) struct it_buf clean = IT_BUF(PATH_MAX);

	if (strlen(folder) + 1 + strlen(name) < PATH_MAX)
		return it_look_join(look, folder, name, out);
	(void)it_path_clean(&clean, it_span_text(name)); /* then it is too long, or no name */
	return it_look_join(look, folder, clean.failed ? name : it_buf_text(&clean), out);
}

/* "/proc/self/…" is another file for us. */
static const char *behind_self(const char *path)
{
	static const char *const selves[] = { "/proc/self/", "/proc/thread-self/" };

	for (size_t i = 0; i < IT_COUNT_OF(selves); i++)
		if (it_starts_with(path, selves[i]))
			return path + strlen(selves[i]);
	return NULL;
}

/* The descriptor or folder that such a name goes through, and what comes behind that. */
static const char *through(const char *path, int *fd)
{
	static const struct {
		const char *name;
		int fd;
	} names[] = { { "/dev/stdin", 0 },	{ "/dev/stdout", 1 },
		      { "/dev/stderr", 2 },	{ "cwd", IT_LINK_FOLDER },
		      { "root", IT_LINK_ROOT }, { "exe", IT_LINK_PROGRAM } };
	const char *self = behind_self(path);
	const char *at = it_starts_with(path, "/dev/fd/") ? path + 8 : NULL;
	const char *rest = self ? self : path;

	if (self && it_starts_with(self, "fd/"))
		at = self + 3;
	if (at && *at >= '0' && *at <= '9') {
		for (*fd = 0; *at >= '0' && *at <= '9' && *fd < 1000 * 1000; at++)
			*fd = *fd * 10 + (*at - '0');
		return *at == '/' || !*at ? at : NULL;
	}
	for (size_t i = 0; i < IT_COUNT_OF(names); i++) {
		size_t len = strlen(names[i].name);

		if (it_starts_with(rest, names[i].name) && (rest[len] == '/' || !rest[len]) &&
		    (self != NULL) == (names[i].fd < 0)) {
			*fd = names[i].fd;
			return rest + len;
		}
	}
	return NULL;
}

/* An absolute name as it is for us: in the step's root, and with its process in /proc. */
static bool place_absolute(const struct it_look *look, const char *text, char out[PATH_MAX])
{
	char link[PATH_MAX];
	int fd = 0;
	const char *self = behind_self(text);
	const char *rest = through(text, &fd);

	if (rest && it_tracer_read_link(look->asked->tid, fd, link) == 0 && link[0] == '/') {
		if (*rest)
			return it_look_join(look, link, rest + 1, out);
		(void)memcpy(out, link, strlen(link) + 1);
		return true;
	}
	if (self) {
		(void)snprintf(link, sizeof link, "/proc/%jd", (intmax_t)look->asked->tid);
		return it_look_join(look, link, self, out);
	}
	if (look->follow->place.blind &&
	    it_tracer_read_link(look->asked->tid, IT_LINK_ROOT, link) == 0 && !it_streq(link, "/"))
		return it_look_join(look, link, text + 1, out);
	(void)memcpy(out, text, strlen(text) + 1);
	return true;
}

/* The absolute path of what arguments name; false: of nothing, so that the call will fail, or lost.
 */
bool it_look_name(const struct it_look *look, int at, int path, bool may_be_empty,
		  char out[PATH_MAX])
{
	char text[PATH_MAX];
	char link[PATH_MAX];
	uint64_t address = it_look_argument(look, path);

	if (path < 0 || (!address && may_be_empty))
		return it_look_link(look, it_look_descriptor(look, at), out);
	if (!it_look_could(look, it_tracer_read_text(look->asked->tid, address, text),
			   "the memory of a process"))
		return false;
	if (!*text)
		return may_be_empty && it_look_link(look, it_look_descriptor(look, at), out);
	if (*text == '/')
		return place_absolute(look, text, out);
	return it_look_link(look, it_look_descriptor(look, at), link) &&
	       join_long(look, link, text, out);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Never across a page at once: the one behind it may not be there. */
#include "run/tracer_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

enum {
	PAGE = 4096, /* the smallest there is */
	PIECE = 256, /* most names are shorter */
	NAME_SIZE = 64,
	STATUS_SIZE = 4096,
};

static int read_some(pid_t tid, uint64_t address, void *out, size_t len)
{
	struct iovec ours = { out, len };
	struct iovec theirs = { (void *)(uintptr_t)address, len };
	ssize_t got = process_vm_readv(tid, &ours, 1, &theirs, 1, 0);

	if (got == (ssize_t)len)
		return 0;
	return got < 0 ? errno : EFAULT;
}

static size_t up_to_page(uint64_t address, size_t len)
{
	size_t left = PAGE - (size_t)(address % PAGE);

	return len < left ? len : left;
}

int it_tracer_read(pid_t tid, uint64_t address, void *out, size_t len)
{
	int number = 0;

	for (size_t done = 0; !number && done < len;) {
		size_t piece = up_to_page(address + done, len - done);

		number = read_some(tid, address + done, (char *)out + done, piece);
		done += piece;
	}
	return number;
}

int it_tracer_read_text(pid_t tid, uint64_t address, char out[PATH_MAX])
{
	size_t piece = PIECE;

	for (size_t done = 0; done < PATH_MAX; piece = PAGE) {
		size_t len = up_to_page(address + done,
					piece < PATH_MAX - done ? piece : PATH_MAX - done);
		int number = read_some(tid, address + done, out + done, len);

		if (number)
			return number;
		if (memchr(out + done, '\0', len))
			return 0;
		done += len;
	}
	return ENAMETOOLONG;
}

int it_tracer_read_link(pid_t tid, int fd, char out[PATH_MAX])
{
	static const char *const names[] = { "", "cwd", "root", "exe" };
	char name[NAME_SIZE];
	ssize_t len;

	/* There is room. */
	if (fd < 0)
		(void)snprintf(name, sizeof name, "/proc/%jd/%s", (intmax_t)tid, names[-fd]);
	else
		(void)snprintf(name, sizeof name, "/proc/%jd/fd/%d", (intmax_t)tid, fd);
	len = readlink(name, out, PATH_MAX);
	if (len < 0)
		return errno;
	if (len == PATH_MAX)
		return ENAMETOOLONG;
	out[len] = '\0';
	return 0;
}

/* The number behind a word at the start of a line; 0: not there. */
static uint64_t field(const char *status, const char *word)
{
	const char *at = strstr(status, word);
	uint64_t value = 0;

	if (!at)
		return 0;
	for (at += strlen(word); *at == ' ' || *at == '\t'; at++)
		continue;
	for (; *at >= '0' && *at <= '9' && value < INT32_MAX; at++)
		value = value * 10 + (uint64_t)(*at - '0');
	return value;
}

int it_tracer_read_task(pid_t tid, struct it_tracer_task *task)
{
	char name[NAME_SIZE];
	char status[STATUS_SIZE];
	IT_AUTO(it_fd_close) int fd = -1;
	const char *state;
	ssize_t len;

	*task = (struct it_tracer_task){ 0 };
	(void)snprintf(name, sizeof name, "/proc/%jd/status", (intmax_t)tid); /* there is room */
	fd = open(name, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, status, sizeof status - 1);
	if (len < 0)
		return errno;
	status[len] = '\0';
	/* Its name comes first, and the kernel writes a newline in it as \\n. */
	state = strstr(status, "\nState:\t");
	task->name[0] = '\0';
	if (it_starts_with(status, "Name:\t"))
		(void)snprintf(task->name, sizeof task->name, "%.*s",
			       (int)strcspn(status + 6, "\n"), status + 6); /* cut if need be */
	task->alive = state && !strchr("ZXx", state[sizeof "\nState:\t" - 1]);
	task->pid = (pid_t)field(status, "\nTgid:");
	task->parent = (pid_t)field(status, "\nPPid:");
	task->no_privileges = field(status, "\nNoNewPrivs:") == 1;
	task->filtered = field(status, "\nSeccomp:") == 2;
	return 0;
}

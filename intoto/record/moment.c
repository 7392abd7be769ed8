/* SPDX-License-Identifier: Apache-2.0 */
/* Change times against the clock. */
#include "record/moment.h"

#include <linux/magic.h>
#include <sys/vfs.h>
#include <time.h>

#define NS_PER_S INT64_C(1000000000)
/* More than two ticks of the slowest kernel, whose clocks are read one after the other. */
#define MARGIN_NS INT64_C(50000000)

static int64_t read_clock(clockid_t clock)
{
	struct timespec time = { 0 };

	(void)clock_gettime(clock, &time); /* these are always there; zero rests never */
	return (int64_t)time.tv_sec * NS_PER_S + time.tv_nsec;
}

/* The clock that stamps are taken from; it stands still within a tick, and costs no system call. */
void it_moment_take(struct it_moment *moment)
{
	moment->time = read_clock(CLOCK_REALTIME_COARSE);
	moment->offset = moment->time - read_clock(CLOCK_MONOTONIC_COARSE);
}

/* Those of the kernel that this runs on, with its own clock. */
static bool has_our_stamps(int fd)
{
	static const unsigned long local[] = {
		EXT4_SUPER_MAGIC,	   0x58465342 /* xfs */,
		BTRFS_SUPER_MAGIC,	   TMPFS_MAGIC,
		F2FS_SUPER_MAGIC,	   RAMFS_MAGIC,
		0xca451a4e /* bcachefs */, OVERLAYFS_SUPER_MAGIC,
	};
	struct statfs about;

	if (fstatfs(fd, &about))
		return false;
	for (size_t i = 0; i < IT_COUNT_OF(local); i++)
		if ((unsigned long)about.f_type == local[i])
			return true;
	return false;
}

static bool was_clock_set(const struct it_moment *since)
{
	struct it_moment now;
	int64_t moved;

	it_moment_take(&now);
	moved = now.offset - since->offset;
	return moved > MARGIN_NS || moved < -MARGIN_NS;
}

bool it_moment_rests(const struct it_moment *since, struct it_moment_stamps *stamps, int fd,
		     const struct stat *about)
{
	int64_t changed;

	if (!stamps->known || stamps->dev != about->st_dev) {
		stamps->dev = about->st_dev;
		stamps->ours = has_our_stamps(fd);
		stamps->known = true;
	}
	if (!stamps->ours || about->st_ctim.tv_sec < 0 ||
	    about->st_ctim.tv_sec > since->time / NS_PER_S)
		return false;
	changed = (int64_t)about->st_ctim.tv_sec * NS_PER_S + about->st_ctim.tv_nsec;
	return changed < since->time - MARGIN_NS && !was_clock_set(since);
}

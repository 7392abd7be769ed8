/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which file systems keep honest change times.  Honest means: nobody but root can change what a
 * file holds while its ctime stays, not even its owner, and not through a mapping.
 */
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <string.h>
#include <sys/vfs.h>

#include "record/reuse_part.h"

/*
 * Tried one by one, by a program that writes through a mapping and one that exchanges extents.
 * What is not here is not honest:
 *
 *   xfs          an owner can exchange the extents of two files (XFS_IOC_SWAPEXT), and both times
 *                stay
 *   tmpfs        a page that was mapped by reading is written without a fault: no time moves
 *   overlayfs    its files are those of other file systems, and a mapping of one does not show as
 *                open for writing
 *   f2fs, zfs    not tried; f2fs moved ranges between files without a change time in some kernels
 *   network, FUSE, 9p, virtiofs   the times are those of somebody else, who may say anything, and
 *                attributes may come from a cache
 *   vfat, exfat  no change time, or one of 2 seconds and without a time zone
 *   proc, sysfs, devices   content without a change
 */
static const uint64_t honest[] = {
	EXT4_SUPER_MAGIC, /* ext2, ext3 and ext4 have the same */
	BTRFS_SUPER_MAGIC,
};

bool it_reuse_system_is_honest(uint64_t magic)
{
	for (size_t i = 0; i < IT_COUNT_OF(honest); i++)
		if (honest[i] == magic)
			return true;
	return false;
}

static struct it_reuse_device *find_device(struct it_reuse *reuse, uint64_t dev)
{
	size_t count = atomic_load(&reuse->device_count);

	for (size_t i = 0; i < count; i++)
		if (reuse->devices[i].dev == dev &&
		    atomic_load(&reuse->devices[i].trust) != IT_REUSE_GONE)
			return &reuse->devices[i];
	return NULL;
}

int it_reuse_device_known(const struct it_reuse *reuse, const struct stat *about, bool *checked)
{
	size_t count = atomic_load(&reuse->device_count);

	*checked = false;
	for (size_t i = 0; i < count; i++) {
		unsigned trust = atomic_load(&reuse->devices[i].trust);

		if (reuse->devices[i].dev != about->st_dev || trust == IT_REUSE_GONE)
			continue;
		*checked = trust != IT_REUSE_UNCHECKED;
		return trust == IT_REUSE_HONEST ? (int)i : -1;
	}
	return -1;
}

/* The number of a device is given again when it is unmounted: then the system's own id differs.
   Under the lock. */
static void check_device(struct it_reuse *reuse, uint64_t dev, uint64_t id, unsigned trust)
{
	struct it_reuse_device *device = find_device(reuse, dev);
	size_t count = atomic_load(&reuse->device_count);

	if (device && device->id == id) {
		atomic_store(&device->trust, trust);
		return;
	}
	if (device)
		atomic_store(&device->trust, IT_REUSE_GONE);
	if (count == IT_REUSE_DEVICES)
		return; /* nothing of it is trusted */
	reuse->devices[count].dev = dev;
	reuse->devices[count].id = id;
	atomic_store(&reuse->devices[count].trust, trust);
	atomic_store(&reuse->device_count, count + 1);
}

int it_reuse_device(struct it_reuse *reuse, int fd, const struct stat *about)
{
	bool checked;
	int device = it_reuse_device_known(reuse, about, &checked);
	struct statfs system;
	unsigned trust;
	uint64_t id;

	if (checked || fstatfs(fd, &system))
		return device;
	_Static_assert(sizeof system.f_fsid == sizeof id, "the id of a file system");
	memcpy(&id, &system.f_fsid, sizeof id);
	trust = it_reuse_system_is_honest((uint64_t)system.f_type) ? IT_REUSE_HONEST
								   : IT_REUSE_DISHONEST;
	(void)pthread_rwlock_wrlock(&reuse->lock); /* ours, and initialised: cannot fail */
	(void)it_reuse_device_known(reuse, about, &checked);
	if (!checked)
		check_device(reuse, about->st_dev, id, trust);
	(void)pthread_rwlock_unlock(&reuse->lock);
	return it_reuse_device_known(reuse, about, &checked);
}

/*
 * A page that is mapped for writing and was written to lets more writes through without a change
 * time, until it was written to the disk.  A read lease is refused while anybody has the file open
 * for writing, and a mapping counts as that (fcntl(2)).  Only the owner gets one: the files of
 * others are read again.  Should somebody open the file in the moment in which we hold the lease,
 * the signal is one that nobody minds.
 */
bool it_reuse_is_settled(int fd)
{
	if (fcntl(fd, F_SETSIG, SIGURG) || fcntl(fd, F_SETLEASE, F_RDLCK))
		return false;
	(void)fcntl(fd, F_SETLEASE, F_UNLCK); /* it was ours */
	return true;
}

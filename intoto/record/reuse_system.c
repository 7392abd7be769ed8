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

static int add_device(struct it_reuse *reuse, uint64_t dev, uint64_t id, bool is_honest)
{
	struct it_reuse_device *device = &reuse->devices[reuse->device_count];

	if (reuse->device_count == IT_REUSE_DEVICES)
		return -1;
	*device = (struct it_reuse_device){
		.dev = dev, .id = id, .checked = true, .honest = is_honest
	};
	reuse->device_count++;
	return is_honest ? (int)reuse->device_count - 1 : -1;
}

static int find_device(const struct it_reuse *reuse, uint64_t dev)
{
	for (size_t i = 0; i < reuse->device_count; i++)
		if (reuse->devices[i].dev == dev && !reuse->devices[i].gone)
			return (int)i;
	return -1;
}

/* The number of a device is given again when it is unmounted: then the system's own id differs. */
int it_reuse_device(struct it_reuse *reuse, int fd, const struct stat *about)
{
	int found = find_device(reuse, about->st_dev);
	struct it_reuse_device *device = found < 0 ? NULL : &reuse->devices[found];
	struct statfs system;
	uint64_t id;
	bool is_honest;

	if (device && device->checked)
		return device->honest ? found : -1;
	if (fd < 0 || fstatfs(fd, &system))
		return -1;
	_Static_assert(sizeof system.f_fsid == sizeof id, "the id of a file system");
	memcpy(&id, &system.f_fsid, sizeof id);
	is_honest = it_reuse_system_is_honest((uint64_t)system.f_type);
	if (!device)
		return add_device(reuse, about->st_dev, id, is_honest);
	if (device->id != id) {
		device->gone = true;
		return add_device(reuse, about->st_dev, id, is_honest);
	}
	device->checked = true;
	device->honest = is_honest;
	return is_honest ? found : -1;
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

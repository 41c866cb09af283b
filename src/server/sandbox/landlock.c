/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Landlock, by its bare system calls, because libc has no functions for them. */
#include "config.h"

#include "server/sandbox/landlock.h"

#include <errno.h>

#ifdef HAVE_LINUX_LANDLOCK_H
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file/file.h"

/* Rights of kernels newer than the headers of this build. */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14) /* version 3 */
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15) /* version 5 */
#endif
#define SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0) /* version 6 */
#define SCOPE_SIGNAL (1ULL << 1)

struct ruleset {
	uint64_t files, network, scope;
};

#define OF_FILES                                                      \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | \
	    LANDLOCK_ACCESS_FS_TRUNCATE | LANDLOCK_ACCESS_FS_IOCTL_DEV)
#define WRITING                                                          \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE |   \
	    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | \
	    LANDLOCK_ACCESS_FS_REMOVE_FILE)
#define REMOVING LANDLOCK_ACCESS_FS_REMOVE_FILE

/* Returns all rights to change anything that `version` of the interface has. */
static uint64_t
rights_to_change(int version)
{
	uint64_t rights = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
	                  LANDLOCK_ACCESS_FS_REMOVE_DIR |
	                  LANDLOCK_ACCESS_FS_REMOVE_FILE |
	                  LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
	                  LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
	                  LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
	                  LANDLOCK_ACCESS_FS_MAKE_SYM;

	/* Any ruleset denies REFER, moving files between folders. */
	if (version >= 3)
		rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
	if (version >= 5)
		rights |= LANDLOCK_ACCESS_FS_IOCTL_DEV;
	return rights;
}

static int
create_ruleset(int version)
{
	struct ruleset ruleset = { .files = rights_to_change(version) };
	/* Older kernels only accept shorter structs. */
	size_t size = sizeof ruleset.files;

	if (version >= 6) {
		ruleset.scope = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL;
		size = sizeof ruleset;
	}
	return (int)syscall(SYS_landlock_create_ruleset, &ruleset, size, 0);
}

/* Allows `rights` at `path`. Adds no rule if the path does not exist, or if no right applies to
 * it. */
static void
permit_path(int fd, const char *path, uint64_t rights)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = rights };
	struct stat st;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return;
	if (fstat(rule.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.allowed_access &= OF_FILES;
	if (rule.allowed_access != 0)
		syscall(
		    SYS_landlock_add_rule, fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(rule.parent_fd);
}

static void
permit_paths(int fd, const struct stringlist *paths, uint64_t rights)
{
	for (size_t i = 0; i < paths->count; i++)
		permit_path(fd, paths->items[i], rights);
}

int
landlock_confine(const struct landlock_places *places)
{
	int version = (int)syscall(
	    SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	/* Not in the kernel, or disabled at boot. */
	if (version <= 0)
		return 0;
	int fd = create_ruleset(version);
	if (fd < 0)
		return -1;
	permit_paths(fd, &places->writable, WRITING & rights_to_change(version));
	permit_paths(fd, &places->removable, REMOVING);
	permit_path(fd, "/dev/null", LANDLOCK_ACCESS_FS_WRITE_FILE);
	int result = (int)syscall(SYS_landlock_restrict_self, fd, 0);
	file_close(fd);
	return result < 0 ? -1 : version;
}

#else

int
landlock_confine(const struct landlock_places *places)
{
	(void)places;
	return 0;
}

#endif

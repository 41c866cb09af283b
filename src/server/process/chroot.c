/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changing the root folder. */
#include "server/process/chroot.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"

/* Returns the rest of `path` after `folder`, from its slash on; NULL if `path` is not in
 * `folder`. */
static const char *
path_after_folder(const char *folder, const char *path)
{
	size_t length = strlen(folder);

	while (length > 0 && folder[length - 1] == '/')
		length--;
	if (strncmp(folder, path, length) != 0 || path[length] != '/')
		return NULL;
	return path + length;
}

static bool
is_usable_root(const char *folder, struct findings *findings)
{
	char *null = memory_format("%s/dev/null", folder);
	bool has_null = access(null, F_OK) == 0;

	free(null);
	if (geteuid() != 0)
		findings_error(findings,
		    "chroot: %s: only root can change the root folder: start tlsd as "
		    "root",
		    folder);
	else if (!has_null)
		findings_error(findings,
		    "chroot: %s: has no dev/null: run mknod -m 666 %s/dev/null c 1 3",
		    folder, folder);
	else
		return true;
	return false;
}

static int
change_root(const char *folder)
{
	/* Load the time zone, whose file is not in the new root. */
	tzset();
	return chroot(folder) < 0 ? -1 : chdir("/");
}

/* Enters `folder`; both paths are resolved. */
static char *
enter_folder(const char *folder, const char *path, struct findings *findings)
{
	const char *inside = path_after_folder(folder, path);

	if (inside == NULL) {
		findings_error(findings,
		    "chroot: %s: %s is outside it, so a reload cannot read it: move it "
		    "there",
		    folder, path);
		return NULL;
	}
	if (!is_usable_root(folder, findings))
		return NULL;
	char *result = memory_copy(inside);
	if (change_root(folder) == 0)
		return result;
	findings_error(findings, "chroot: %s: %s", folder, strerrordesc_np(errno));
	free(result);
	return NULL;
}

char *
chroot_enter(const char *folder, const char *path, struct findings *findings)
{
	char *result = NULL;

	if (folder[0] == '\0')
		return memory_copy(path);
	char *real_folder = realpath(folder, NULL);
	char *real_path = realpath(path, NULL);
	if (real_folder == NULL || real_path == NULL)
		findings_error(findings, "chroot: %s: %s",
		    real_folder == NULL ? folder : path, strerrordesc_np(errno));
	else
		result = enter_folder(real_folder, real_path, findings);
	free(real_path);
	free(real_folder);
	return result;
}

char *
chroot_outside(const char *folder, const char *path)
{
	/* A relative path was completed from its file's path, which is an outside path. */
	if (path[0] == '\0' || path_after_folder(folder, path) != NULL)
		return memory_copy(path);
	return memory_format("%s%s", folder, path);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/file/readerror.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file/file.h"
#include "lib/suite.h"

static void
expect(const char *path, int error, const char *part)
{
	char *why = readerror_why(path, error);

	ck_assert_msg(
	    strncmp(why, path, strlen(path)) == 0 && strstr(why, part) != NULL,
	    "\"%s\" is without \"%s\"", why, part);
	free(why);
}

START_TEST(missing_file_error_names_the_folder_searched)
{
	ck_assert_int_eq(chdir("/"), 0);
	expect("etc/no-such.crt", ENOENT, ": no such file in /: correct the path");
	expect("/etc/no-such.crt", ENOENT, ": no such file: correct the path");
}
END_TEST

START_TEST(permission_error_names_user_owner_and_remedy)
{
	const char *path = suite_file("key.pem", "secret");

	expect(path, EACCES, "may not read it (owner ");
	expect(path, EACCES, ", mode 0600): run chgrp to a group of ");
	expect(suite_path("."), EACCES, ", then chmod g+rx ");
	expect("/no/folder/key.pem", EACCES, "may not enter a folder of its path");
}
END_TEST

START_TEST(unusable_file_type_is_reported)
{
	expect("/tmp", EISDIR, ": is a folder: ");
	expect(
	    "/dev/null/a", ENOTDIR, ": is not a folder, or is below a file: correct ");
	expect("/dev/null", EINVAL, ": is not a regular file");
	expect("/dev/zero", EFBIG, "too large");
	expect(
	    "/x", EILSEQ, "has a NUL byte and so is not a text file: save it as UTF-8");
	expect("/x", ELOOP, ": cannot be read: Too many levels of symbolic links");
}
END_TEST

SUITE("unreadable", missing_file_error_names_the_folder_searched,
    permission_error_names_user_owner_and_remedy, unusable_file_type_is_reported)

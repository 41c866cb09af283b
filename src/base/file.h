/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_FILE_H
#define TLSD_BASE_FILE_H

/* Small files read whole and written atomically. Safe in any thread. */

#include <stddef.h>
#include <sys/types.h>

/*
 * Opens the regular file `path` for reading, without hanging on anything else. Returns a
 * CLOEXEC descriptor that the caller closes, or -1 with errno: what open(2) said, EISDIR
 * for a folder, EINVAL for what is no regular file.
 */
int file_open(const char *path);

/*
 * Follows the symbolic links that `path` itself names, but none in /proc and /dev/fd, where
 * they are not paths. Returns where open(2) finds the file or would make it, as memory that the caller frees.
 */
char *file_follow(const char *path);

/*
 * Reads the regular file `path`, at most `limit` bytes of it, into memory that the caller
 * frees (and wipes, if it holds a secret); a NUL stands behind the last byte. Returns 0, or
 * -1 with errno: what file_open() or read(2) said, EFBIG for more than `limit` bytes,
 * ENOMEM.
 */
int file_read(const char *path, size_t limit, char **data, size_t *size);

/*
 * Reads `path` as file_read() does, and removes a byte order mark from its beginning. Returns
 * 0, or -1 with errno: an error of file_read(), or EILSEQ if a NUL is among the bytes.
 */
int file_read_text(const char *path, size_t limit, char **data, size_t *size);

/*
 * Writes `size` bytes to `path` so that nobody ever sees half of it: a temporary file in
 * the same folder, fsync(2), then link(2) for FILE_KEEP and rename(2) for FILE_REPLACE.
 * The file has exactly the rights `mode`. Returns 0, or -1 with errno (EEXIST for
 * FILE_KEEP when `path` is there already), leaving no temporary file behind.
 */
enum file_existing { FILE_KEEP, FILE_REPLACE };
int file_write(const char *path, const char *data, size_t size, mode_t mode,
    enum file_existing existing);

/* Writes all of `size` bytes to `fd`, through partial writes and EINTR. 0 or -1, errno. */
int file_write_all(int fd, const char *data, size_t size);

/* Closes `fd` and keeps errno, for the way out after an error. */
void file_close(int fd);

#endif

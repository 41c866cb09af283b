/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_FILE_FILE_H
#define TLSD_BASE_FILE_FILE_H

/* Reads small files whole and writes them atomically. Thread-safe. */

#include <stddef.h>
#include <sys/types.h>

/*
 * Opens the regular file `path` for reading, without blocking on other kinds of file. Returns a
 * CLOEXEC descriptor that the caller closes, or -1 with errno: an error of open(2), EISDIR for
 * a folder, EINVAL for other files that are not regular.
 */
int file_open(const char *path);

/*
 * Follows the symbolic links that `path` itself names, but none in /proc and /dev/fd, where
 * they are not paths. Returns where open(2) finds the file or would create it. The caller frees
 * it.
 */
char *file_follow(const char *path);

/*
 * Reads the regular file `path`, at most `limit` bytes of it, into memory that the caller frees
 * (and wipes, if it holds a secret). A NUL follows the last byte. Returns 0, or -1 with errno:
 * an error of file_open() or read(2), EFBIG for more than `limit` bytes, ENOMEM.
 */
int file_read(const char *path, size_t limit, char **data, size_t *size);

/*
 * Reads the file `name` in the folder that the descriptor `folder` is of, as file_read() does.
 * Follows no symbolic link (ELOOP), and reads no file with a second name (EMLINK): the owner of
 * the folder may have made either, to a file that only this process can read.
 */
int file_read_in(int folder, const char *name, size_t limit, char **data, size_t *size);

/*
 * Reads `path` as file_read() does, and removes a byte order mark from its beginning. Returns
 * 0, or -1 with errno: an error of file_read(), or EILSEQ if a NUL is among the bytes.
 */
int file_read_text(const char *path, size_t limit, char **data, size_t *size);

/*
 * Writes `size` bytes to `path` so that readers never see a partial file: a temporary file in
 * the same folder, fsync(2), then link(2) for FILE_KEEP and rename(2) for FILE_REPLACE. The
 * file gets exactly the permissions `mode`. Returns 0, or -1 with errno (EEXIST for FILE_KEEP
 * if `path` exists), and leaves no temporary file.
 */
enum file_existing { FILE_KEEP, FILE_REPLACE };
int file_write(const char *path, const char *data, size_t size, mode_t mode,
    enum file_existing existing);

/* Writes all of `size` bytes to `fd`, despite partial writes and EINTR. Returns 0, or -1 with
 * errno. */
int file_write_all(int fd, const char *data, size_t size);

/* Closes `fd` and keeps errno, for clean-up after an error. */
void file_close(int fd);

#endif

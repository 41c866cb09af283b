/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_FILE_READERROR_H
#define TLSD_BASE_FILE_READERROR_H

/*
 * Explains why a file or a folder could not be read, for the administrator. errno has the
 * cause. This adds the user of the process, the owner and permissions of the file, the folder
 * that a relative path starts from, and the remedy. Thread-safe.
 */

/*
 * Returns the text "PATH: problem: remedy" for the errno `error` that file_read() or opendir()
 * left. The caller frees it.
 */
char *readerror_why(const char *path, int error);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_UNREADABLE_H
#define TLSD_BASE_UNREADABLE_H

/*
 * Why a file could not be read, in words for whoever has to repair it: errno knows the
 * cause, this adds what a person would look up next - the user that the process runs as,
 * the owner and rights of the file, the folder that a relative path starts from - and the
 * remedy. Safe in any thread.
 */

/*
 * The text "PATH: what is wrong: what helps" for the errno `error` that file_read() left.
 * The caller frees it.
 */
char *unreadable_why(const char *path, int error);

#endif

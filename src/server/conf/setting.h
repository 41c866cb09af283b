/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_SERVER_CONF_SETTING_H
#define TLSD_SERVER_CONF_SETTING_H

/* The types of values that configuration keys have, and how each is read into a field of a struct
 * and written from it. Pure functions. */

#include <stddef.h>
#include <stdint.h>

enum setting_type {
	SETTING_NUMBER, /* int64_t */
	SETTING_SIZE, /* int64_t, bytes */
	SETTING_DURATION, /* int64_t, milliseconds; 0 means without end */
	SETTING_MODE, /* int64_t; rights of a file, in octal */
	SETTING_BOOL, /* bool */
	SETTING_TEXT, /* char *, owned */
	SETTING_PATH, /* char *, owned; relative to its file, except for PKCS#11 URLs */
	SETTING_LIST, /* struct stringlist */
	SETTING_PATHS, /* struct stringlist of paths */
	SETTING_CHOICE /* int, the index of a name */
};

struct setting {
	enum setting_type type;
	int64_t min, max; /* of numbers, sizes and durations */
	const char *(*choice)(int index); /* names of a choice, NULL after the last */
};

/*
 * Reads `text` into `field`. Lists grow; other fields are replaced. `folder` is where relative
 * paths start. Returns NULL, or the problem and the right form (for a message that starts with
 * "KEY: "). The caller frees that; `field` is of no use then.
 */
char *setting_parse(
    const struct setting *setting, const char *text, const char *folder, void *field);

/* Frees the memory that `field` owns. */
void setting_clear(const struct setting *setting, void *field);

/* Makes the empty field `to` a copy of `from`. */
void setting_copy(const struct setting *setting, const void *from, void *to);

/* Returns the value in the form that setting_parse() reads; the caller frees it. */
char *setting_format(const struct setting *setting, const void *field);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_BASE_TEXT_OPTIONTABLE_H
#define TLSD_BASE_TEXT_OPTIONTABLE_H

/*
 * Reads the options of a command line by a table, with getopt_long(3). The program writes the
 * messages and the help. One thread, because getopt_long(3) has static variables.
 */

#include <getopt.h>
#include <stddef.h>
#include <stdint.h>

enum { OPTIONTABLE_MAX = 40 };

struct optionrow;

struct optionvalue {
	const struct optionrow *row;
	void *member; /* at the row's offset */
	const char *text; /* of a flag: NULL */
	void *context;
};

struct optionrow {
	unsigned commands; /* bits: the commands that have the option */
	char letter; /* '\0' without a short form */
	const char *name;
	const char *help;
	const char *argument; /* its name in the help; NULL: it takes none */
	/* Stores the value, or reports an error. */
	void (*set)(const struct optionvalue *value);
	size_t offset; /* of its member in the program's struct */
	int64_t min, max; /* for `set` */
};

/* The rows of one command, as getopt_long(3) needs them. Points to the table. */
struct optiontable {
	const struct optionrow *rows[OPTIONTABLE_MAX];
	size_t count;
	struct option longs[OPTIONTABLE_MAX + 1];
	char shorts[2 * OPTIONTABLE_MAX + 3];
};

/*
 * Selects those of the `count` rows that belong to one of `commands`, each name once, at most
 * OPTIONTABLE_MAX. `prefix` is the start of getopt's option string: with ":", the caller reports
 * the errors. The next call of optiontable_next() or getopt_long(3) reads argv[1].
 */
void optiontable_init(struct optiontable *table, const struct optionrow *rows,
    size_t count, unsigned commands, const char *prefix);

/*
 * Reads the next option and stores its value in the struct `values`. Returns 0, or '?' for an
 * unknown option, ':' for a missing value, or -1 after the last option: then optind is the index
 * of the first operand.
 */
int optiontable_next(const struct optiontable *table, int argc, char **argv,
    void *values, void *context);

/* For rows: sets a bool to true, or a const char * to the text. */
void optiontable_set_flag(const struct optionvalue *value);
void optiontable_set_text(const struct optionvalue *value);

#endif

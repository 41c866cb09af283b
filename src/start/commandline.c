/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses tlsd's command line. */
#include "start/commandline.h"

#include <stddef.h>

#include "base/text/optiontable.h"

#define DEFAULT_CONF TLSD_SYSCONFDIR "/tlsd/tlsd.ini"

void
commandline_print_usage(FILE *out)
{
	fputs("usage: tlsd [-f] [-u] [-c FILE]\n"
	      "       tlsd -t [-f] [-c FILE]\n"
	      "\n"
	      "  -c, --config FILE   the configuration; the default is\n"
	      "                      " DEFAULT_CONF "\n"
	      "  -f, --foreground    stay in the foreground and log to standard error\n"
	      "  -t, --test          check the configuration, print what is in effect, "
	      "exit\n"
	      "  -u, --upgrade       replace the running tlsd, which finishes its\n"
	      "                      open connections\n"
	      "  -V, --version       print the versions of tlsd and its libraries\n"
	      "  -h, --help          print this\n"
	      "\n"
	      "Signals: HUP reloads, USR1 reopens the log file, USR2 logs the "
	      "status,\n"
	      "TERM and INT stop.\n"
	      "Exit status: 0 stopped as asked, 1 could not run, 2 usage or "
	      "configuration.\n"
	      "See tlsd(8) and tlsd.ini(5).\n",
	    out);
}

#define ROW(letter, name, argument, set, member)               \
	{                                                      \
		1, letter, name, NULL, argument, set,          \
		    offsetof(struct commandline, member), 0, 0 \
	}
static const struct optionrow rows[] = {
	ROW('c', "config", "FILE", optiontable_set_text, conf),
	ROW('f', "foreground", NULL, optiontable_set_flag, foreground),
	ROW('t', "test", NULL, optiontable_set_flag, test),
	ROW('u', "upgrade", NULL, optiontable_set_flag, upgrade),
	ROW('V', "version", NULL, optiontable_set_flag, version),
	ROW('h', "help", NULL, optiontable_set_flag, help),
};

int
commandline_parse(int argc, char **argv, struct commandline *line)
{
	struct optiontable table;
	int result;

	*line = (struct commandline){ .conf = DEFAULT_CONF };
	optiontable_init(&table, rows, sizeof rows / sizeof rows[0], 1, "");
	do
		result = optiontable_next(&table, argc, argv, line, NULL);
	while (result == 0);
	if (result > 0)
		return -1;
	if (optind == argc)
		return 0;
	fprintf(stderr, "tlsd: %s: is not an option: see tlsd --help\n", argv[optind]);
	return -1;
}

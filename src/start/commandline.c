/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses tlsd's command line. */
#include "start/commandline.h"

#include <getopt.h>

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

int
commandline_parse(int argc, char **argv, struct commandline *line)
{
	static const struct option longs[] = { { "config", required_argument, NULL,
						   'c' },
		{ "foreground", no_argument, NULL, 'f' },
		{ "test", no_argument, NULL, 't' },
		{ "upgrade", no_argument, NULL, 'u' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' }, { 0 } };
	int letter;

	*line = (struct commandline){ .conf = DEFAULT_CONF };
	while ((letter = getopt_long(argc, argv, "c:ftuVh", longs, NULL)) != -1)
		switch (letter) {
		case 'c':
			line->conf = optarg;
			break;
		case 'f':
			line->foreground = true;
			break;
		case 't':
			line->test = true;
			break;
		case 'u':
			line->upgrade = true;
			break;
		case 'V':
			line->version = true;
			break;
		case 'h':
			line->help = true;
			break;
		default:
			return -1;
		}
	if (optind == argc)
		return 0;
	fprintf(stderr, "tlsd: %s: is not an option: see tlsd --help\n", argv[optind]);
	return -1;
}

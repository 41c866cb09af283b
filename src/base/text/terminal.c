/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text/terminal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define USUAL_WIDTH 80
#define LEAST_WIDTH 40 /* narrower lines are left for the terminal to break */

bool
terminal_takes_controls(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) && term != NULL && strcmp(term, "dumb") != 0;
}

bool
terminal_has_colours(int fd)
{
	const char *no = getenv("NO_COLOR");

	return terminal_takes_controls(fd) && (no == NULL || no[0] == '\0');
}

size_t
terminal_width(int fd)
{
	struct winsize size;

	if (!isatty(fd))
		return SIZE_MAX;
	if (ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return USUAL_WIDTH;
	return size.ws_col > LEAST_WIDTH ? size.ws_col : LEAST_WIDTH;
}

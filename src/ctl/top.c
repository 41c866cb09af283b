/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The live screen. It uses control sequences of ECMA-48 that every terminal knows. */
#include "ctl/top.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/text/terminal.h"
#include "ctl/frame.h"
#include "ctl/ctlstatus.h"
#include "ctl/table.h"
#include "ctl/wire.h"

#define PERIOD_MS 1000
#define NS_PER_S 1e9

/* The alternate screen, so that the old contents return; and a hidden cursor. */
#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"
#define HOME "\033[H"
#define CLEAR_REST "\033[J"

/* The last two looks at the server. */
struct view {
	struct wire *wire;
	struct frame *now, *before;
	struct table *slowest;
	int64_t now_ns, before_ns;
};

static void
take_number(void *context, const char *line)
{
	frame_add(context, line);
}

static void
take_connection(void *context, const char *line)
{
	table_add(context, line);
}

static int
read_figures(struct view *view)
{
	frame_free(view->before);
	view->before = view->now;
	view->before_ns = view->now_ns;
	view->now = frame_new();
	view->now_ns = deadline_now_ns();
	table_free(view->slowest);
	view->slowest = table_new();
	int status = wire_ask(view->wire, "stats", take_number, view->now);
	if (status == CTLSTATUS_OK) /* the oldest come first */
		status = wire_ask(
		    view->wire, "connections 100", take_connection, view->slowest);
	return status;
}

static void
print_view(const struct view *view, struct frame_screen screen)
{
	frame_print(view->now, view->before,
	    (double)(view->now_ns - view->before_ns) / NS_PER_S, view->slowest, screen,
	    stdout);
}

static struct frame_screen
find_screen(void)
{
	struct frame_screen screen = { .rows = 24,
		.columns = 80,
		.colours = terminal_has_colours(STDOUT_FILENO) };
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_row == 0)
		return screen;
	/* The last line ends with a newline too, which must not scroll. */
	screen.rows = size.ws_row - 1U;
	screen.columns = size.ws_col;
	return screen;
}

/* Waits for the end of the period. True if the user or a signal ends the display. */
static bool
wait_for_end(int signals, bool has_keys)
{
	struct deadline deadline = deadline_in(PERIOD_MS);
	struct pollfd polls[] = { { .fd = signals, .events = POLLIN },
		{ .fd = has_keys ? STDIN_FILENO : -1, .events = POLLIN } };

	while (poll(polls, 2, deadline_left_ms(deadline)) > 0) {
		char key = 'q';
		if (polls[0].revents != 0)
			return true;
		if (read(STDIN_FILENO, &key, 1) <= 0 || key == 'q')
			return true;
	}
	return false;
}

static int
repeat_until_end(struct view *view, int signals, bool has_keys)
{
	int status;

	while ((status = read_figures(view)) == CTLSTATUS_OK) {
		fputs(HOME CLEAR_REST, stdout);
		print_view(view, find_screen());
		fflush(stdout);
		if (wait_for_end(signals, has_keys))
			break;
	}
	return status;
}

/* Reads keys one by one and without echo. Signals that end a program come through a descriptor,
 * so that the terminal is restored. */
static int
show_live(struct view *view)
{
	struct termios before, during;
	bool has_keys = tcgetattr(STDIN_FILENO, &before) == 0;
	sigset_t ending;

	sigemptyset(&ending);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGHUP);
	sigprocmask(SIG_BLOCK, &ending, NULL);
	int signals = signalfd(-1, &ending, SFD_CLOEXEC);
	if (has_keys) {
		during = before;
		during.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		tcsetattr(STDIN_FILENO, TCSANOW, &during);
	}
	fputs(ENTER, stdout);
	int status = repeat_until_end(view, signals, has_keys);
	fputs(LEAVE, stdout);
	fflush(stdout);
	if (has_keys)
		tcsetattr(STDIN_FILENO, TCSANOW, &before);
	close(signals);
	return status;
}

static int
show_once(struct view *view)
{
	int status = read_figures(view);

	if (status != CTLSTATUS_OK)
		return status;
	poll(NULL, 0, PERIOD_MS);
	status = read_figures(view);
	if (status == CTLSTATUS_OK)
		print_view(view, find_screen());
	return status;
}

int
top_show(struct wire *wire)
{
	struct view view = { .wire = wire };
	int status = terminal_takes_controls(STDOUT_FILENO) ? show_live(&view)
	                                                    : show_once(&view);

	frame_free(view.now);
	frame_free(view.before);
	table_free(view.slowest);
	return status;
}

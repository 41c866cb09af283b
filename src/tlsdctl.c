/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main of tlsdctl: sends one command to a running tlsd and shows the answer. */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/address.h"
#include "base/file.h"
#include "base/findings.h"
#include "base/memory.h"
#include "server/conf.h"
#include "server/jail.h"

#define DEFAULT_CONF TLSD_SYSCONFDIR "/tlsd/tlsd.ini"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NO_DAEMON = 3 };

static void
print_usage(FILE *out)
{
	fputs("usage: tlsdctl [-s SOCKET | -c FILE] COMMAND\n"
	      "\n"
	      "  -s, --socket SOCKET  the control socket\n"
	      "  -c, --config FILE    the configuration that names it [" DEFAULT_CONF
	      "]\n"
	      "  -V, --version        print the version\n"
	      "  -h, --help           print this\n"
	      "\n"
	      "Commands:\n"
	      "  status   what the server is and does\n"
	      "  reload   read the configuration and certificates again, and say "
	      "whether\n"
	      "           they are in force now\n"
	      "  reopen   open the log file again, after it was moved\n"
	      "  stop     finish what has begun, then stop; twice: stop at once\n"
	      "\n"
	      "Exit status: 0 done, 1 failed, 2 usage, 3 no tlsd answers. See "
	      "tlsdctl(8).\n",
	    out);
}

/* The socket that the configuration names; the caller frees it. */
static char *
configured_socket(const char *path)
{
	struct findings findings;

	/* A configuration that has errors still says where the running server listens. */
	findings_init(&findings);
	struct conf *conf = conf_read(path, &findings);
	char *socket = jail_outside(conf->process.chroot, conf->process.control_socket);
	conf_free(conf);
	findings_fini(&findings);
	return socket;
}

static int
connect_to(const char *path)
{
	struct address addresses[ADDRESS_MAX];
	char wrong[ADDRESS_TEXT_SIZE];

	if (path[0] != '/' || address_parse_listen(path, addresses, wrong) < 0) {
		errno = EINVAL;
		return -1;
	}
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&addresses[0].storage,
			   addresses[0].length) == 0)
		return fd;
	int saved = errno;
	if (fd >= 0)
		close(fd);
	errno = saved;
	return -1;
}

/* Prints the answer up to its verdict, and turns that into an exit status. */
static int
show_answer(FILE *in)
{
	char *line = NULL;
	size_t room = 0;
	int status = EXIT_NO_DAEMON;

	while (status == EXIT_NO_DAEMON && getline(&line, &room, in) > 0) {
		if (strcmp(line, "ok\n") == 0)
			status = EXIT_OK;
		else if (strcmp(line, "failed\n") == 0)
			status = EXIT_FAILED;
		else
			fputs(line, stdout);
	}
	free(line);
	if (status == EXIT_NO_DAEMON)
		fputs("tlsdctl: the server closed the connection without a verdict\n",
		    stderr);
	return status;
}

static int
run(const char *socket, const char *command)
{
	int fd = connect_to(socket);

	if (fd < 0) {
		fprintf(stderr,
		    "tlsdctl: %s: %s: does tlsd run, with this control-socket?\n",
		    socket, strerrordesc_np(errno));
		return EXIT_NO_DAEMON;
	}
	char *line = memory_format("%s\n", command);
	FILE *in = fdopen(fd, "r");
	int status = EXIT_NO_DAEMON;
	if (in != NULL && file_write_all(fd, line, strlen(line)) == 0)
		status = show_answer(in);
	free(line);
	if (in != NULL)
		fclose(in);
	return status;
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = { { "socket", required_argument, NULL,
						   's' },
		{ "config", required_argument, NULL, 'c' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' }, { 0 } };
	const char *socket = NULL, *conf = DEFAULT_CONF;
	int letter;

	while ((letter = getopt_long(argc, argv, "s:c:Vh", longs, NULL)) != -1)
		switch (letter) {
		case 's':
			socket = optarg;
			break;
		case 'c':
			conf = optarg;
			break;
		case 'V':
			puts("tlsdctl " PACKAGE_VERSION);
			return EXIT_OK;
		case 'h':
			print_usage(stdout);
			return EXIT_OK;
		default:
			print_usage(stderr);
			return EXIT_USAGE;
		}
	if (optind + 1 != argc || strpbrk(argv[optind], "\r\n") != NULL) {
		fputs("tlsdctl: one command is needed\n", stderr);
		print_usage(stderr);
		return EXIT_USAGE;
	}
	char *path = socket != NULL ? memory_copy(socket) : configured_socket(conf);
	int status = run(path, argv[optind]);
	free(path);
	return status;
}

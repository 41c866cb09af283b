/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tlscert: makes, shows and checks certificates. */
#include "config.h"

#include <gnutls/gnutls.h>

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/text/resemblance.h"
#include "base/text/wrap.h"
#include "cert/options/arguments.h"
#include "cert/command/checkcommand.h"
#include "cert/command/make.h"
#include "cert/command/renew.h"
#include "cert/command/revocation.h"
#include "cert/command/show.h"
#include "cert/command/ticketfile.h"

static const struct command commands[] = {
	{ .name = "self-signed",
	    .operands = "NAME...",
	    .summary = "Makes a key, and a certificate signed by this key",
	    .details =
		"\nEach NAME is a host name, *.DOMAIN or an IP address of the server.\n"
		"Writes server.crt and server.key; valid for 365 days.\n",
	    .options = ARGUMENT_MAKE | ARGUMENT_KEY,
	    .operands_min = 1,
	    .operands_max = INT_MAX,
	    .days = 365,
	    .usage_status = 2,
	    .run = make_self_signed },
	{ .name = "ca",
	    .operands = "NAME",
	    .summary = "Makes a certification authority",
	    .details =
		"\nNAME is any text, such as \"Example CA\".\n"
		"Writes ca.crt and ca.key, valid for 3650 days, and ca.crl,\n"
		"an empty revocation list. With --ca-cert, that authority signs\n"
		"the new one.\n",
	    .options = ARGUMENT_MAKE | ARGUMENT_KEY | ARGUMENT_SIGN |
	               ARGUMENT_PATH_LENGTH | ARGUMENT_CRL,
	    .operands_min = 1,
	    .operands_max = 1,
	    .days = 3650,
	    .usage_status = 2,
	    .run = make_ca },
	{ .name = "server",
	    .operands = "NAME...",
	    .summary = "Makes a server's key and certificate, signed by an authority",
	    .details =
		"\nEach NAME is a host name, *.DOMAIN or an IP address of the server.\n"
		"Reads ca.crt and ca.key; writes server.crt and server.key; valid for\n"
		"398 days.\n",
	    .options = ARGUMENT_MAKE | ARGUMENT_KEY | ARGUMENT_SIGN,
	    .operands_min = 1,
	    .operands_max = INT_MAX,
	    .days = 398,
	    .usage_status = 2,
	    .run = make_server },
	{ .name = "client",
	    .operands = "NAME...",
	    .summary = "Makes a client's key and certificate, signed by an authority",
	    .details =
		"\nThe first NAME is the common name, any text. Each NAME that is an\n"
		"e-mail address, a URI, an IP address or a host name with a dot is\n"
		"an alternative name. Reads ca.crt and ca.key; writes client.crt\n"
		"and client.key; valid for 398 days.\n",
	    .options = ARGUMENT_MAKE | ARGUMENT_KEY | ARGUMENT_SIGN,
	    .operands_min = 1,
	    .operands_max = INT_MAX,
	    .days = 398,
	    .usage_status = 2,
	    .run = make_client },
	{ .name = "renew",
	    .operands = "CERT...",
	    .summary = "Renews certificates: same contents, later end",
	    .details =
		"\nReplaces each file CERT. Reads ca.crt and ca.key in its folder,\n"
		"unless the certificate is self-signed.\n",
	    .options = ARGUMENT_RENEW | ARGUMENT_KEY | ARGUMENT_SIGN,
	    .operands_min = 1,
	    .operands_max = INT_MAX,
	    .usage_status = 2,
	    .run = renew },
	{ .name = "revoke",
	    .operands = "CERT...",
	    .summary = "Revokes certificates that an authority issued",
	    .details =
		"\nReads ca.crt and ca.key; adds each CERT to ca.crl. A server checks\n"
		"the list only if crl-file in tlsd.ini names it.\n",
	    .options = ARGUMENT_REVOKE | ARGUMENT_CRL | ARGUMENT_SIGN,
	    .operands_min = 1,
	    .operands_max = INT_MAX,
	    .usage_status = 2,
	    .run = revocation_add },
	{ .name = "crl",
	    .operands = "",
	    .summary = "Signs the revocation list again, with later dates",
	    .details = "\nReads ca.crt and ca.key; writes ca.crl.\n",
	    .options = ARGUMENT_CRL | ARGUMENT_SIGN,
	    .operands_min = 0,
	    .operands_max = 0,
	    .usage_status = 2,
	    .run = revocation_refresh },
	{ .name = "show",
	    .operands = "FILE...",
	    .summary = "Shows the contents of certificates and revocation lists",
	    .details = "",
	    .options = ARGUMENT_SHOW,
	    .operands_min = 1,
	    .operands_max = INT_MAX,
	    .usage_status = 2,
	    .run = show },
	{ .name = "check",
	    .operands = "FILE...",
	    .summary = "Checks certificates, for a monitoring system",
	    .details =
		"\nExits with 0 for OK, 1 for a warning, 2 for a critical result,\n"
		"3 if the result is unknown.\n",
	    .options = ARGUMENT_CHECK | ARGUMENT_KEY,
	    .operands_min = 1,
	    .operands_max = INT_MAX,
	    .usage_status = CHECKCOMMAND_UNKNOWN,
	    .run = checkcommand },
	{ .name = "ticket-keys",
	    .operands = "FILE",
	    .summary = "Makes or rotates the ticket keys that several machines share",
	    .details =
		"\nAdds a key to FILE, for ticket-key-file in tlsd.ini, and removes\n"
		"the oldest keys. Makes FILE if it does not exist.\n",
	    .options = ARGUMENT_TICKETS,
	    .operands_min = 1,
	    .operands_max = 1,
	    .usage_status = 2,
	    .run = ticketfile_rotate },
};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0], USAGE = 2 };

static void
print_command(const struct command *command)
{
	wrap_format(stdout, ARGUMENTS_HELP_WIDTH, strlen("  self-signed  NAME...  "),
	    "  %-12s %-8s %s", command->name, command->operands, command->summary);
}

static int
print_help(void)
{
	printf("usage: tlscert COMMAND [option ...] [argument ...]\n\ncommands:\n");
	for (int i = 0; i < COMMAND_COUNT; i++)
		print_command(&commands[i]);
	printf("\ntlscert COMMAND --help prints the options of a command.\n"
	       "tlscert --version prints the version. The manual is tlscert(1).\n");
	return 0;
}

static int
print_version(void)
{
	printf("tlscert %s, GnuTLS %s\n", PACKAGE_VERSION, gnutls_check_version(NULL));
	return 0;
}

static const struct command *
find_command(const char *name)
{
	for (int i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static void
report_unknown_command(const char *word)
{
	struct resemblance resemblance = resemblance_to(word);

	for (int i = 0; i < COMMAND_COUNT; i++)
		resemblance_try(&resemblance, commands[i].name);
	if (word[0] == '-')
		fprintf(
		    stderr, "tlscert: %s: unknown option: see tlscert --help\n", word);
	else if (resemblance.nearest != NULL)
		fprintf(stderr, "tlscert: %s: unknown command: did you mean %s?\n",
		    word, resemblance.nearest);
	else
		fprintf(
		    stderr, "tlscert: %s: unknown command: see tlscert --help\n", word);
}

static int
run_command(const struct command *command, int argc, char **argv)
{
	struct arguments arguments;

	switch (arguments_read(command, argc, argv, &arguments)) {
	case ARGUMENTS_RUN:
		return command->run(&arguments);
	case ARGUMENTS_HELP:
		arguments_print_help(command);
		return 0;
	default:
		return command->usage_status;
	}
}

static int
run_word(int argc, char **argv)
{
	const char *word = argv[1];
	const struct command *command = find_command(word);

	if (command != NULL)
		return run_command(command, argc - 1, argv + 1);
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		return print_help();
	if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
		return print_version();
	report_unknown_command(word);
	return USAGE;
}

int
main(int argc, char **argv)
{
	int status;

	signal(SIGXFSZ, SIG_IGN); /* a file too large is an error, not a signal */
	if (argc < 2) {
		fprintf(stderr, "tlscert: missing COMMAND: see tlscert --help\n");
		return USAGE;
	}
	status = run_word(argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "tlscert: standard output: %m\n");
		return status != 0 ? status : 1;
	}
	return status;
}

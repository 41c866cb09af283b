/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a command of tlsc up to its first call. */
#include "client/options/subcommand.h"

#include <config.h>
#include <stdio.h>

#include <gnutls/gnutls.h>

#include "base/log/findings.h"
#include "client/options/parameters.h"
#include "client/options/say.h"
#include "client/options/exitstatus.h"

/* Prints the help, or the version. */
static int
print_help_or_version(enum options_command command, const struct options *options)
{
	say_begin_report();
	if (options->help)
		options_print_help(command, stdout);
	else
		printf("tlsc %s (GnuTLS %s)\n", PACKAGE_VERSION,
		    gnutls_check_version(NULL));
	return say_end_report() == 0 ? EXITSTATUS_ANSWERED : EXITSTATUS_FAILED;
}

static int
load_and_run(const struct options *options,
    int (*run)(const struct options *options, const struct parameters *parameters),
    int usage_status)
{
	struct parameters parameters;
	struct findings findings;
	int status = usage_status;

	findings_init(&findings);
	int result = parameters_load(&parameters, options, &findings);
	say_findings(NULL, &findings);
	findings_fini(&findings);
	if (result == 0)
		status = run(options, &parameters);
	parameters_fini(&parameters);
	return status;
}

int
subcommand_run(enum options_command command, int argc, char **argv,
    int (*run)(const struct options *options, const struct parameters *parameters),
    int usage_status)
{
	struct options options;
	struct findings findings;
	int status = usage_status;

	findings_init(&findings);
	int result = options_parse(&options, command, argc, argv, &findings);
	say_findings(NULL, &findings);
	findings_fini(&findings);
	if (result < 0)
		say(NULL, "usage: %s [OPTIONS] TARGET, or %s --help",
		    options_name(command), options_name(command));
	else if (options.help || options.version)
		status = print_help_or_version(command, &options);
	else
		status = load_and_run(&options, run, usage_status);
	options_fini(&options);
	return status;
}

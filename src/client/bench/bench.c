/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A load, from the command line to the exit status. */
#include "client/bench/bench.h"

#include <stdio.h>

#include "base/log/findings.h"
#include "base/text/text.h"
#include "client/bench/benchcaller.h"
#include "client/bench/benchreport.h"
#include "client/bench/benchrun.h"
#include "client/connection/channel.h"
#include "client/options/subcommand.h"
#include "client/connection/dial.h"
#include "client/options/parameters.h"
#include "client/options/say.h"
#include "client/options/exitstatus.h"
#include "client/connection/talk.h"

/* Makes a handshake whose failure is reported in all detail. Closes `fd`. */
static int
try_handshake(int fd, const struct options *options,
    const struct parameters *parameters, struct deadline deadline)
{
	struct channel *channel = channel_new(fd, parameters);
	int status = EXITSTATUS_ANSWERED;

	if (channel == NULL) {
		say(options->target.text, "TLS cannot be initialized");
		return EXITSTATUS_FAILED;
	}
	if (channel_handshake(channel, deadline) < 0)
		status = talk_explain_handshake(options, parameters, channel);
	else
		channel_close(channel);
	channel_free(channel);
	return status;
}

/* Finds the address that answers, for all later calls. */
static int
call_once(const struct options *options, const struct parameters *parameters,
    struct address *reached)
{
	struct deadline deadline = deadline_in(options->timeout_ms);
	struct findings attempts;

	findings_init(&attempts);
	int fd = dial(&options->target, deadline, reached, &attempts);
	if (fd < 0)
		say_findings(options->target.text, &attempts);
	findings_fini(&attempts);
	if (fd < 0)
		return EXITSTATUS_FAILED;
	return try_handshake(fd, options, parameters, deadline);
}

static int
print_report(const struct options *options, const struct benchrun_outcome *outcome)
{
	say_begin_report();
	if (options->json)
		benchreport_print_json(stdout, options, outcome);
	else
		benchreport_print(stdout, options, outcome);
	if (say_end_report() < 0)
		return EXITSTATUS_FAILED;
	return benchtally_failures(&outcome->tally) == 0 ? EXITSTATUS_ANSWERED
	                                                 : EXITSTATUS_FAILED;
}

static int
run_load(const struct options *options, const struct parameters *parameters)
{
	static struct benchrun_outcome outcome; /* too big for a stack */
	struct benchcaller_plan plan = { .parameters = parameters,
		.message = options->message,
		.message_size = options->message_size,
		.timeout_ms = options->timeout_ms,
		.resume = options->resume };
	int status = call_once(options, parameters, &plan.server);

	if (status != EXITSTATUS_ANSWERED)
		return status;
	if (benchrun(&plan, &options->load, &outcome) < 0) {
		say(NULL, "cannot create %d thread%s: %m", options->load.concurrency,
		    text_plural((uint64_t)options->load.concurrency));
		return EXITSTATUS_FAILED;
	}
	return print_report(options, &outcome);
}

int
bench_main(int argc, char **argv)
{
	return subcommand_run(OPTIONS_BENCH, argc, argv, run_load, EXITSTATUS_USAGE);
}

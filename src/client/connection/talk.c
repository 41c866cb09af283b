/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One call, from the command line to the exit status. */
#include "client/connection/talk.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include <gnutls/gnutls.h>

#include "base/net/address.h"
#include "base/deadline.h"
#include "base/log/findings.h"
#include "base/text/text.h"
#include "client/connection/channel.h"
#include "client/options/subcommand.h"
#include "client/connection/dial.h"
#include "client/connection/exchange.h"
#include "client/options/options.h"
#include "client/options/parameters.h"
#include "client/connection/sessionreport.h"
#include "client/options/say.h"
#include "client/options/exitstatus.h"

static void
say_reasons(const struct options *options, const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->reasons.count; i++)
		say(options->target.text, "%s", verdict->reasons.items[i]);
}

int
talk_explain_handshake(const struct options *options,
    const struct parameters *parameters, const struct channel *channel)
{
	const char *subject = options->target.text;

	switch (channel_failure(channel)) {
	case CHANNEL_UNTRUSTED:
		say(subject,
		    "the certificate is not trusted for \"%s\":", parameters->name);
		say_reasons(options, channel_verdict(channel));
		return EXITSTATUS_UNTRUSTED;
	case CHANNEL_TIMED_OUT:
		say(subject, "handshake: no answer within %s", options->timeout_text);
		break;
	default:
		say(subject, "handshake: %s", channel_reason(channel));
	}
	return EXITSTATUS_FAILED;
}

static void
warn_of_insecurity(const struct options *options, const struct parameters *parameters,
    const struct verdict *verdict)
{
	const char *subject = options->target.text;

	say(subject, "WARNING: --insecure: the server is not verified to be \"%s\"",
	    parameters->name);
	if (verdict->trusted)
		say(subject, "WARNING: --insecure: the certificate is trusted: remove "
			     "the option");
	for (size_t i = 0; i < verdict->reasons.count; i++)
		say(subject, "WARNING: %s", verdict->reasons.items[i]);
}

/* Reports a failure after the handshake. An alert before any answer counts as a refusal. */
static int
explain_channel(const char *subject, const struct channel *channel,
    const struct exchange_outcome *outcome)
{
	if (channel_failure(channel) == CHANNEL_REFUSED &&
	    outcome->bytes_received == 0) {
		say(subject, "%s", channel_reason(channel));
		return EXITSTATUS_FAILED;
	}
	if (channel_failure(channel) == CHANNEL_ENDED)
		say(subject,
		    "truncated: the connection ended without close_notify after "
		    "%" PRIu64 " byte%s",
		    outcome->bytes_received, text_plural(outcome->bytes_received));
	else
		say(subject, "truncated after %" PRIu64 " byte%s: %s",
		    outcome->bytes_received, text_plural(outcome->bytes_received),
		    channel_reason(channel));
	return EXITSTATUS_TRUNCATED;
}

static int
explain_outcome(const struct options *options, const struct channel *channel,
    const struct exchange_outcome *outcome)
{
	const char *subject = options->target.text;

	errno = outcome->error;
	switch (outcome->end) {
	case EXCHANGE_CHANNEL:
		return explain_channel(subject, channel, outcome);
	case EXCHANGE_IDLE:
		say(subject,
		    "truncated after %" PRIu64 " byte%s: the server was silent for %s",
		    outcome->bytes_received, text_plural(outcome->bytes_received),
		    options->timeout_text);
		return EXITSTATUS_TRUNCATED;
	case EXCHANGE_INPUT:
		say(subject, "standard input: %m");
		return EXITSTATUS_FAILED;
	case EXCHANGE_OUTPUT:
		if (errno != EPIPE) /* head(1) closes its input early */
			say(subject, "standard output: %m");
		return EXITSTATUS_FAILED;
	case EXCHANGE_GOING:
	case EXCHANGE_ANSWERED:
		break;
	}
	return EXITSTATUS_ANSWERED;
}

static int
exchange_data(const struct options *options, struct channel *channel)
{
	struct exchange_outcome outcome;
	struct exchange_settings settings = { .message = options->message,
		.message_size = options->message_size,
		.input_fd = STDIN_FILENO,
		.output_fd = STDOUT_FILENO,
		.idle_ms = options->timeout_ms,
		.end_after_ms = options->end_after_ms };

	exchange_run(channel, &settings, &outcome);
	channel_close(channel);
	if (options->verbosity > 0)
		sessionreport_exchange(channel, &outcome);
	return explain_outcome(options, channel, &outcome);
}

/* Runs the call on a connected socket, and closes it. */
static int
run_call(int fd, const struct options *options, const struct parameters *parameters,
    struct deadline deadline, const struct address *reached, int64_t started_ns)
{
	int64_t connected_ns = deadline_now_ns();
	struct channel *channel = channel_new(fd, parameters);
	int status;

	if (channel == NULL) {
		say(options->target.text, "TLS cannot be initialized");
		return EXITSTATUS_FAILED;
	}
	int result = channel_handshake(channel, deadline);
	if (options->verbosity > 0)
		sessionreport_connection(reached, connected_ns - started_ns,
		    deadline_now_ns() - connected_ns);
	if (result < 0) {
		status = talk_explain_handshake(options, parameters, channel);
	} else {
		if (options->verbosity > 0)
			sessionreport_session(channel, parameters, options->verbosity);
		if (options->insecure)
			warn_of_insecurity(
			    options, parameters, channel_verdict(channel));
		status = exchange_data(options, channel);
	}
	channel_free(channel);
	return status;
}

static int
call_target(const struct options *options, const struct parameters *parameters)
{
	struct deadline deadline = deadline_in(options->timeout_ms);
	int64_t started_ns = deadline_now_ns();
	struct findings attempts;
	struct address reached;

	findings_init(&attempts);
	int fd = dial(&options->target, deadline, &reached, &attempts);
	if (fd < 0 || options->verbosity > 0)
		say_findings(options->target.text, &attempts);
	findings_fini(&attempts);
	if (fd < 0)
		return EXITSTATUS_FAILED;
	return run_call(fd, options, parameters, deadline, &reached, started_ns);
}

int
talk_main(int argc, char **argv)
{
	return subcommand_run(OPTIONS_TALK, argc, argv, call_target, EXITSTATUS_USAGE);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The examination of a TLS server. */
#include "client/check/check.h"

#include <stdio.h>
#include <unistd.h>

#include "base/text/terminal.h"
#include "client/connection/channel.h"
#include "client/options/subcommand.h"
#include "client/check/servercerts.h"
#include "client/check/behaviour.h"
#include "client/check/offered.h"
#include "client/check/scantarget.h"
#include "client/options/say.h"

#define STATUS_UNKNOWN 3

/* All that this library can do, for a server that today's clients refuse. */
#define LENIENT                                                                      \
	"NORMAL:+VERS-TLS-ALL:+SHA1:+SIGN-ALL:+3DES-CBC:+ARCFOUR-128:%PROFILE_VERY_" \
	"WEAK"

static const char *
remedy_for(enum channel_failure failure)
{
	switch (failure) {
	case CHANNEL_NOT_TLS:
		return "check the port: tlsc does not support STARTTLS";
	case CHANNEL_TIMED_OUT:
		return "check its load, or set a longer --timeout";
	default:
		return "run tlsc explain to see how far it gets";
	}
}

static void
tell_failure(struct scantarget *patient, const struct channel *channel)
{
	enum channel_failure failure =
	    channel != NULL ? channel_failure(channel) : CHANNEL_BROKEN;

	patient->hopeless = failure == CHANNEL_NOT_TLS || failure == CHANNEL_TIMED_OUT;
	diagnosis_add(&patient->diagnosis, SEVERITY_FAIL, "handshake",
	    remedy_for(failure), "%s",
	    channel != NULL ? channel_reason(channel) : "no connection");
}

/* Returns an established connection, or NULL after reporting why not. */
static struct channel *
shake_hands(struct scantarget *patient)
{
	int result;
	struct channel *channel = scantarget_call(patient, NULL, &result);

	if (result == 0)
		return channel;
	tell_failure(patient, channel);
	channel_free(channel);
	if (patient->hopeless)
		return NULL;
	channel = scantarget_call(patient, LENIENT, &result);
	if (result == 0)
		return channel;
	channel_free(channel);
	return NULL;
}

static void
examine_offer(struct scantarget *patient)
{
	if (offered_check_versions(patient) == 0)
		return;
	offered_check_suites(patient);
	offered_check_groups(patient);
	offered_check_retry(patient);
}

static void
examine_server(struct scantarget *patient)
{
	struct channel *channel = shake_hands(patient);

	if (patient->hopeless)
		return;
	if (channel != NULL) {
		servercerts_check(patient, channel);
		behaviour_check_talk(patient, channel);
	}
	channel_free(channel);
	examine_offer(patient);
	if (channel != NULL) {
		servercerts_check_kinds(patient);
		if (patient->options->alpn.count == 0)
			behaviour_check_protocols(patient);
		behaviour_check_sha1(patient);
		behaviour_check_dh(patient);
		behaviour_check_resumption(patient);
		behaviour_check_renegotiation(patient);
	}
}

static int
print_diagnosis(const struct diagnosis *diagnosis, const struct options *options)
{
	say_begin_report();
	if (options->json)
		diagnosis_print_json(diagnosis, options->quiet, stdout);
	else if (isatty(STDOUT_FILENO))
		diagnosis_show(diagnosis, options->quiet, terminal_width(STDOUT_FILENO),
		    terminal_has_colours(STDOUT_FILENO), stdout);
	else
		diagnosis_print(diagnosis, options->quiet, stdout);
	return say_end_report() == 0 ? diagnosis_status(diagnosis) : STATUS_UNKNOWN;
}

static int
check_server(const struct options *options, const struct parameters *parameters)
{
	struct scantarget patient = { .options = options,
		.parameters = parameters,
		.diagnosis = { .target = options->target.text } };

	if (scantarget_find(&patient) == 0)
		examine_server(&patient);
	int status = print_diagnosis(&patient.diagnosis, options);
	diagnosis_fini(&patient.diagnosis);
	return status;
}

int
check_main(int argc, char **argv)
{
	return subcommand_run(OPTIONS_CHECK, argc, argv, check_server, STATUS_UNKNOWN);
}

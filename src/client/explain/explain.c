/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The drawing of a handshake that was just made. */
#include "client/explain/explain.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gnutls/gnutls.h>

#include "base/net/address.h"
#include "base/deadline.h"
#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/terminal.h"
#include "base/text/wrap.h"
#include "client/connection/peerchain.h"
#include "client/connection/channel.h"
#include "client/options/subcommand.h"
#include "client/explain/diagram.h"
#include "client/connection/dial.h"
#include "client/connection/ending.h"
#include "client/options/parameters.h"
#include "client/connection/sessionreport.h"
#include "client/options/say.h"
#include "client/options/exitstatus.h"
#include "client/explain/tracesummary.h"
#include "client/explain/svg.h"
#include "client/connection/trace.h"

enum { FACT_WIDTH = 76, LABEL_WIDTH = 13 }; /* columns */

/* One connection and its trace. */
struct call {
	const struct options *options;
	const struct parameters *parameters;
	struct address reached;
	struct trace trace;
	struct channel *channel; /* NULL if no connection was made */
	int handshake; /* 0, or -1 */
	struct ending ending;
	gnutls_datum_t *ticket; /* is collected, unless it is NULL */
};

/* Returns a connected channel, or NULL after reporting why not. */
static struct channel *
connect_channel(struct call *call, struct deadline deadline)
{
	const struct target *target = &call->options->target;
	struct channel *channel = NULL;
	struct findings attempts;

	findings_init(&attempts);
	trace_init(&call->trace, deadline_now_ns());
	int fd = dial(target, deadline, &call->reached, &attempts);
	if (fd < 0) {
		say_findings(target->text, &attempts);
	} else {
		trace_add(&call->trace, TRACE_OUT, TRACE_CONNECT, call->trace.start_ns);
		trace_add(&call->trace, TRACE_IN, TRACE_CONNECT, deadline_now_ns());
		channel = channel_new(fd, call->parameters);
		if (channel == NULL)
			say(target->text, "TLS cannot be initialized");
	}
	findings_fini(&attempts);
	return channel;
}

/* Makes the call, up to the end of the server's answer. Returns -1 if no connection was made. */
static int
make_call(struct call *call)
{
	struct deadline deadline = deadline_in(call->options->timeout_ms);

	call->channel = connect_channel(call, deadline);
	if (call->channel == NULL)
		return -1;
	channel_observe(call->channel, &call->trace);
	call->handshake = channel_handshake(call->channel, deadline);
	if (call->handshake == 0 && call->ticket != NULL)
		channel_collect_ticket(call->channel, call->ticket);
	if (call->handshake == 0)
		call->ending = ending_await(call->channel, call->options);
	if (channel_failure(call->channel) == CHANNEL_ENDED)
		trace_add(&call->trace, TRACE_IN, TRACE_END, deadline_now_ns());
	channel_close(call->channel);
	trace_finish(&call->trace);
	return 0;
}

static void
end_call(struct call *call)
{
	channel_free(call->channel);
	trace_fini(&call->trace);
}

/* Adds "LABEL TEXT" in lines that fit into the diagram. */
static void
add_fact(struct stringlist *facts, const char *label, const char *text)
{
	do {
		size_t length = wrap_length(text, FACT_WIDTH - LABEL_WIDTH);
		stringlist_format(
		    facts, "%-*s%.*s", LABEL_WIDTH, label, (int)length, text);
		text = wrap_rest(text, length);
		label = "";
	} while (*text != '\0');
}

/* Adds a fact if `text` is not NULL, and frees `text`. */
static void
add_fact_taking(struct stringlist *facts, const char *label, char *text)
{
	if (text != NULL)
		add_fact(facts, label, text);
	free(text);
}

static void
add_name(struct stringlist *facts, const char *label, const char *name)
{
	add_fact(facts, label, name != NULL ? name : "none");
}

static void
add_certificate(struct stringlist *facts, gnutls_session_t session)
{
	struct peerchain chain;

	peerchain_init(&chain, session);
	if (chain.count > 0) {
		add_fact_taking(
		    facts, "certificate", peerchain_subject(chain.items[0]));
		add_fact_taking(facts, "", peerchain_algorithms(chain.items[0]));
	}
	peerchain_fini(&chain);
}

static void
add_facts(struct stringlist *facts, const struct call *call)
{
	gnutls_session_t session = channel_session(call->channel);
	gnutls_sign_algorithm_t signature =
	    (gnutls_sign_algorithm_t)gnutls_sign_algorithm_get(session);

	add_name(facts, "version",
	    gnutls_protocol_get_name(gnutls_protocol_get_version(session)));
	add_name(facts, "suite", sessionreport_suite_name(session));
	add_name(facts, "group", gnutls_group_get_name(gnutls_group_get(session)));
	if (signature != GNUTLS_SIGN_UNKNOWN)
		add_name(facts, "signature", gnutls_sign_get_name(signature));
	add_certificate(facts, session);
}

/* True if the connection did not serve its purpose. A missing close_notify, which the story
 * reports, is a failure in the handshake only. */
static bool
has_failed(const struct call *call)
{
	enum channel_failure failure = channel_failure(call->channel);

	return call->handshake < 0 ||
	       (failure != CHANNEL_FINE && failure != CHANNEL_ENDED);
}

static void
add_failure(struct stringlist *facts, const struct call *call)
{
	const struct verdict *verdict = channel_verdict(call->channel);

	add_fact(facts, "FAILED:", channel_reason(call->channel));
	for (size_t i = 0; i < verdict->reasons.count; i++)
		add_fact(facts, "", verdict->reasons.items[i]);
}

static const char *
end_in_words(const struct ending *ending)
{
	static const char *const words[] = {
		[ENDING_CLOSE_NOTIFY] = "in order, with a close_notify",
		[ENDING_CUT] = "without close_notify: the answer may be truncated",
		[ENDING_REFUSED] = "by an alert",
		[ENDING_BROKEN] = "broken",
		[ENDING_LONG] = "not within the first mebibyte",
		[ENDING_SILENT] = "not within the time",
	};

	return words[ending->kind];
}

static struct diagram
make_diagram(const struct call *call, char *title)
{
	struct diagram diagram = { .trace = &call->trace, .title = title };

	if (call->handshake == 0)
		add_facts(&diagram.facts, call);
	if (has_failed(call))
		add_failure(&diagram.facts, call);
	tracesummary_tell(&call->trace,
	    gnutls_session_is_resumed(channel_session(call->channel)) != 0,
	    &diagram.story);
	if (call->handshake == 0)
		stringlist_format(&diagram.story, "The server's side ended: %s.",
		    end_in_words(&call->ending));
	return diagram;
}

static bool
is_utf8(void)
{
	setlocale(LC_CTYPE, "");
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static int
write_svg(const struct diagram *diagram, const char *path)
{
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);

	if (memory == NULL)
		return -1;
	svg_print(diagram, memory);
	int result = fclose(memory);
	if (result == 0)
		result = file_write(path, text, size, 0644, FILE_REPLACE);
	free(text);
	return result;
}

static enum exitstatus
status_of(const struct call *call)
{
	if (channel_failure(call->channel) == CHANNEL_UNTRUSTED)
		return EXITSTATUS_UNTRUSTED;
	return has_failed(call) ? EXITSTATUS_FAILED : EXITSTATUS_ANSWERED;
}

static int
draw_call(const struct call *call)
{
	const struct options *options = call->options;
	char address[ADDRESS_TEXT_SIZE];
	char *title = memory_format("TLS with %s (%s)", options->target.text,
	    address_format(&call->reached, address));
	struct diagram diagram = make_diagram(call, title);
	struct diagram_style style = { .ascii = options->ascii || !is_utf8(),
		.colours = terminal_has_colours(STDOUT_FILENO) };
	int status = (int)status_of(call);

	if (options->svg_file != NULL && write_svg(&diagram, options->svg_file) < 0) {
		say(options->svg_file, "%m");
		status = EXITSTATUS_USAGE;
	}
	say_begin_report();
	diagram_print(&diagram, &style, stdout);
	if (say_end_report() < 0)
		status = EXITSTATUS_FAILED;
	stringlist_fini(&diagram.facts);
	stringlist_fini(&diagram.story);
	free(title);
	return status;
}

static int
call_and_draw(const struct options *options, const struct parameters *parameters)
{
	struct call call = { .options = options, .parameters = parameters };
	int status = EXITSTATUS_FAILED;

	if (make_call(&call) == 0)
		status = draw_call(&call);
	end_call(&call);
	return status;
}

/* Makes a first connection to get a ticket. */
static int
get_ticket(const struct options *options, const struct parameters *parameters,
    gnutls_datum_t *ticket)
{
	struct call call = {
		.options = options, .parameters = parameters, .ticket = ticket
	};
	int result = make_call(&call), status = EXITSTATUS_FAILED;

	if (result == 0 && call.handshake < 0) {
		say(options->target.text, "handshake: %s",
		    channel_reason(call.channel));
		status = (int)status_of(&call);
	} else if (result == 0 && ticket->size == 0) {
		say(options->target.text, "sent no ticket: no session can be resumed");
	} else if (result == 0) {
		status = EXITSTATUS_ANSWERED;
	}
	end_call(&call);
	return status;
}

static int
explain_handshake(const struct options *options, const struct parameters *parameters)
{
	struct parameters resuming = *parameters;

	if (!options->resume)
		return call_and_draw(options, parameters);
	int status = get_ticket(options, parameters, &resuming.resume);
	if (status == EXITSTATUS_ANSWERED)
		status = call_and_draw(options, &resuming);
	gnutls_free(resuming.resume.data);
	return status;
}

int
explain_main(int argc, char **argv)
{
	return subcommand_run(
	    OPTIONS_EXPLAIN, argc, argv, explain_handshake, EXITSTATUS_USAGE);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answer of a program. */
#include "responders/answerexec.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/net/address.h"
#include "base/deadline.h"
#include "base/failure.h"
#include "base/memory/shortage.h"
#include "base/text/text.h"
#include "responders/program/child.h"
#include "responders/program/environment.h"
#include "responders/program/program.h"
#include "responders/backend/relay.h"
#include "responders/program/stderrlog.h"
#include "responders/fdwait.h"
#include "tls/session/appdata.h"
#include "tls/session/await.h"
#include "tls/session/closure.h"
#include "tls/session/session.h"

#define TERM_MS 2000 /* how long a program may run after SIGTERM */
#define CLOSE_MS 1000 /* how long to wait for its end after it has closed its output */
#define GRACE_MS 1000 /* for its work on the last bytes of a client that broke off */

enum { COMPLAINTS, PROCESS }; /* indices of relay_aside's polls */

static void *
prepare_exec(const struct responder_settings *settings, struct findings *findings)
{
	return program_new(settings->service, settings->exec, settings->exec_user,
	    settings->exec_timeout_ms, findings);
}

static void
release_exec(void *prepared)
{
	program_free(prepared);
}

/* A running program that answers. */
struct run {
	struct relay_aside aside; /* the first member */
	struct relay *relay;
	const struct program *program;
	struct child child;
	int stream,
	    complaints; /* the daemon's ends of its input and output, and of its errors */
	struct deadline deadline;
	bool has_closed; /* its output at least; then: */
	struct deadline closing; /* how long to wait for its end */
	int result; /* of its answer; SESSION_PARKED until the answer is over */
	bool has_all; /* the program has read all bytes of a client that broke off */
	struct deadline grace; /* how long it may then go on */
	bool is_whole; /* neither these bytes nor bytes of its answer were lost */
	bool is_asked; /* it was asked to end; then: */
	struct deadline killing;
	char peer[ADDRESS_TEXT_SIZE];
	struct stderrlog log;
};

static const char *
name_of(const struct run *run)
{
	return run->program->arguments[0];
}

static int
fail_by_status(
    struct session *session, const struct run *run, const char *what, int number)
{
	struct session_facts facts;

	session_facts(session, &facts);
	return session_fail(session, FAILURE_EXEC,
	    "%s %s %d after %llu byte%s in, %llu out", name_of(run), what, number,
	    (unsigned long long)facts.bytes_in, text_plural(facts.bytes_in),
	    (unsigned long long)facts.bytes_out);
}

/* Judges the answer by the end of the program. */
static int
judge_status(const struct run *run, struct session *session)
{
	int status = child_status(&run->child);

	if (WIFSIGNALED(status))
		return fail_by_status(
		    session, run, "was ended by signal", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return fail_by_status(
		    session, run, "exited with status", WEXITSTATUS(status));
	return 1;
}

/* Logs its standard error, and notices its end. */
static void
listen_to(struct run *run)
{
	struct pollfd *polls = run->aside.polls;

	if (polls[COMPLAINTS].revents != 0 &&
	    !stderrlog_take(&run->log, run->complaints))
		polls[COMPLAINTS].fd = -1;
	if (polls[PROCESS].revents != 0) {
		run->aside.is_alone = true;
		polls[PROCESS].fd = -1;
	}
}

static int
attend_program(struct relay_aside *aside, struct session *session)
{
	struct run *run = (struct run *)aside;

	listen_to(run);
	if (aside->is_alone || !deadline_passed(run->deadline))
		return 0;
	return session_fail(session, FAILURE_EXEC, "%s did not end in %lld ms",
	    name_of(run), (long long)run->program->timeout_ms);
}

/* Decides if the answer is over once the program has closed its output. A program that ends
 * closes its output a moment earlier. One that does not end within CLOSE_MS has ended its
 * answer. */
static int
decide_end(struct relay_aside *aside, struct session *session)
{
	struct run *run = (struct run *)aside;

	if (aside->is_alone)
		return judge_status(run, session);
	if (!run->has_closed) {
		run->has_closed = true;
		run->closing = deadline_in(CLOSE_MS);
		aside->until = deadline_earlier(run->deadline, run->closing);
	}
	if (!deadline_passed(run->closing))
		return 0;
	aside->until = run->deadline;
	return 1;
}

/* Lets the program read the bytes that the client sent before it broke off, and work on them
 * for a moment. A program that ends before it has read all of them wants no more. Returns 0 or
 * SESSION_PARKED. */
static int
hand_over(struct run *run, struct session *session)
{
	if (!run->has_all) {
		int result = relay_deliver(run->relay, run->stream);
		if (result == SESSION_PARKED)
			return result;
		run->has_all = result == 0;
		run->grace = deadline_in(GRACE_MS);
	}
	while (run->has_all && !run->aside.is_alone && !deadline_passed(run->grace)) {
		if (session_await_others(session, run->aside.polls, 2, run->grace) ==
		    SESSION_PARKED)
			return SESSION_PARKED;
		listen_to(run);
	}
	run->is_whole =
	    (run->has_all || run->aside.is_alone) && relay_has_passed_all(run->relay);
	return 0;
}

/* Makes the program end, first by SIGTERM, then by SIGKILL. Returns 0 or SESSION_PARKED. */
static int
stop_program(struct run *run, struct session *session)
{
	struct pollfd *polls = run->aside.polls;

	if (!run->aside.is_alone && !run->is_asked) {
		session_try_flush(session); /* the client need not wait for this */
		run->is_asked = true;
		run->killing = deadline_in(TERM_MS);
		child_signal(&run->child, SIGTERM);
	}
	while (!run->aside.is_alone) {
		if (deadline_passed(run->killing)) {
			run->killing = deadline_never();
			child_signal(&run->child, SIGKILL);
		}
		if (session_await_others(session, polls, 2, run->killing) ==
		    SESSION_PARKED)
			return SESSION_PARKED;
		listen_to(run);
	}
	return 0;
}

/* Starts the program with `stream` and `complaints` as its ends. Returns 0, or -1 with errno. */
static int
start_program(struct run *run, struct session *session, int stream, int complaints)
{
	struct environment *environment = malloc(sizeof *environment);

	if (environment == NULL)
		return -1;
	int result = environment_init(environment, session, run->program->service);
	errno = E2BIG;
	if (result == 0) {
		struct child_plan plan = { .arguments = run->program->arguments,
			.environment = environment->items,
			.account = run->program->account,
			.stream = stream,
			.complaints = complaints };
		result = child_start(&run->child, &plan);
	}
	int error = errno;
	free(environment);
	errno = error;
	return result;
}

/* Records the failure. A local shortage, also of processes, is not the program's fault. */
static int
fail_to_start(const struct program *program, struct session *session, int error)
{
	bool is_ours = shortage_is_cause(error) || error == EAGAIN;

	if (error == ENOMEM)
		return session_fail(session, FAILURE_INTERNAL, "out of memory");
	return session_fail(session, is_ours ? FAILURE_INTERNAL : FAILURE_EXEC,
	    "%s cannot be started: %s", program->arguments[0], strerrordesc_np(error));
}

/* Starts the program with `stream` and `complaints` as its ends, and closes them. Returns 0, or
 * -1 with errno. */
static int
start_with(struct run *run, struct session *session, int stream, int complaints)
{
	int started = start_program(run, session, stream, complaints);
	int error = errno;

	close(stream);
	close(complaints);
	errno = error;
	if (started < 0)
		return -1;
	run->aside.polls[COMPLAINTS] =
	    (struct pollfd){ .fd = run->complaints, .events = POLLIN };
	run->aside.polls[PROCESS] =
	    (struct pollfd){ .fd = run->child.fd, .events = POLLIN };
	return 0;
}

static void
describe_run(struct run *run, const struct session *session)
{
	struct address peer;

	session_peer(session, &peer);
	stderrlog_init(&run->log, address_format(&peer, run->peer),
	    run->program->service, session_id(session));
}

/* Opens both pairs or none. Returns 0, or -1 with errno. */
static int
open_ends(int streams[2], int complaints[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, streams) < 0)
		return -1;
	if (pipe2(complaints, O_CLOEXEC) == 0)
		return 0;
	int error = errno;
	close(streams[0]);
	close(streams[1]);
	errno = error;
	return -1;
}

/* Starts the program with new sockets and pipes. Returns 0, or -1 with errno. */
static int
connect_and_start(struct run *run, struct session *session)
{
	int streams[2], complaints[2];

	if (open_ends(streams, complaints) < 0)
		return -1;
	run->stream = streams[0];
	run->complaints = complaints[0];
	fcntl(run->complaints, F_SETFL, O_NONBLOCK);
	/* Only processes that may read the program's /proc/PID/fd find the pipe. */
	if (run->program->account != NULL)
		fchmod(complaints[1], 0622); /* so that it may open /dev/stderr */
	if (start_with(run, session, streams[1], complaints[1]) == 0)
		return 0;
	int error = errno;
	close(run->stream);
	close(run->complaints);
	errno = error;
	return -1;
}

/* Starts a program. Returns NULL with errno. */
static struct run *
begin_run(const struct program *program, struct session *session)
{
	struct deadline deadline = deadline_in(program->timeout_ms);
	struct run *run = calloc(1, sizeof *run);

	if (run == NULL)
		return NULL;
	run->program = program;
	run->aside = (struct relay_aside){
		.attend = attend_program, .end = decide_end, .until = deadline
	};
	run->deadline = deadline;
	run->result = SESSION_PARKED;
	describe_run(run, session);
	run->relay = relay_new(session, name_of(run), &run->aside);
	if (run->relay != NULL && connect_and_start(run, session) == 0)
		return run;
	int error = errno;
	relay_free(run->relay);
	free(run);
	errno = error;
	return NULL;
}

/* Starts a program for an answer. Returns 0, -1 with a failure, or SESSION_PARKED. */
static int
begin_answer(
    const struct program *program, struct session *session, struct cursor *cursor)
{
	while ((cursor->state = begin_run(program, session)) == NULL) {
		int error = errno;
		int wanted = fdwait_descriptors(session, cursor, error);
		if (wanted != 0)
			return wanted < 0 ? fail_to_start(program, session, error)
			                  : wanted;
	}
	return 0;
}

/* Frees a program that has ended or is about to, and kills the rest of its process group. */
static void
free_run(struct run *run)
{
	child_reap(&run->child);
	stderrlog_finish(&run->log, run->complaints);
	close(run->stream);
	close(run->complaints);
	relay_free(run->relay);
	free(run);
}

/* Returns the result of an answer that is over. If a client broke off after a complete
 * exchange, the exit status decides, unless the program had to be asked to end. */
static int
conclude_run(const struct run *run, struct session *session)
{
	if (!run->is_whole || !session_excuse(session))
		return run->result;
	return run->is_asked || judge_status(run, session) > 0 ? 0 : -1;
}

static int
answer_exec(const void *prepared, struct session *session, struct cursor *cursor)
{
	int begun = cursor->state == NULL ? begin_answer(prepared, session, cursor) : 0;
	struct run *run = cursor->state;

	if (begun != 0)
		return begun;
	if (run->result == SESSION_PARKED)
		run->result = relay_run(run->relay, run->stream);
	if (run->result == SESSION_PARKED)
		return SESSION_PARKED;
	if (run->result < 0 && !run->is_asked && !cursor->is_cut &&
	    hand_over(run, session) == SESSION_PARKED)
		return SESSION_PARKED;
	cursor->is_ending = true;
	if (stop_program(run, session) == SESSION_PARKED)
		return SESSION_PARKED;
	int result = conclude_run(run, session);
	free_run(run);
	cursor->state = NULL;
	return result;
}

static void
abandon_exec(void *state)
{
	struct run *run = state;

	child_signal(&run->child, SIGKILL);
	free_run(run);
}

const struct responder_kind responder_exec = { .name = "exec",
	.keys = "exec exec-user exec-timeout",
	.blocks = true,
	.runs_programs = true,
	.occupies = true,
	.lasts = true,
	.descriptors = 7, /* a socket pair, two pipes, the pidfd */
	.prepare = prepare_exec,
	.answer = answer_exec,
	.abandon = abandon_exec,
	.release = release_exec };

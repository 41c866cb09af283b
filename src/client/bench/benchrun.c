/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The threads of a load, and the thread that watches them. */
#include "client/bench/benchrun.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/text/text.h"
#include "client/bench/benchcaller.h"
#include "client/options/cputime.h"
#include "client/options/options.h"

#define REST_MS 10 /* ms after a failure, so that a dead server is not hammered */
#define PROGRESS_MS 200
#define STACK_SIZE (256 * 1024)
#define NS_PER_S 1e9

struct benchrun {
	const struct options_load *load;
	struct deadline end;
	atomic_bool stopped;
	atomic_int running; /* threads */
	_Atomic int64_t begun, whole, failed; /* connections */
	int64_t started_ns;
	int done_fd; /* readable once no thread is running */
	int signal_fd;
};

struct worker {
	pthread_t thread;
	struct benchrun *run;
	struct benchcaller *caller;
	struct benchtally tally;
};

static bool
wants_more(struct benchrun *run)
{
	if (run->stopped || deadline_passed(run->end))
		return false;
	return run->begun++ < run->load->connections || run->load->connections == 0;
}

static void *
make_calls(void *argument)
{
	struct worker *worker = argument;
	struct benchrun *run = worker->run;
	struct benchtally_call call;

	while (wants_more(run)) {
		benchcaller_call(worker->caller, &call);
		benchtally_add(&worker->tally, &call);
		if (call.class == BENCHTALLY_WHOLE) {
			run->whole++;
		} else {
			run->failed++;
			poll(NULL, 0, REST_MS);
		}
	}
	if (--run->running == 0)
		eventfd_write(run->done_fd, 1);
	return NULL;
}

/* --- the watching thread ---------------------------------------------------------------
 */

static void
show_progress(struct benchrun *run)
{
	double elapsed = (double)(deadline_now_ns() - run->started_ns) / NS_PER_S;
	int64_t whole = run->whole, failed = run->failed;

	fprintf(stderr, "\r%.1f s: %lld answer%s, %lld failed, %.0f/s\033[K", elapsed,
	    (long long)whole, text_plural((uint64_t)whole), (long long)failed,
	    (double)(whole + failed) / elapsed);
}

/* Waits until no thread is running; a signal stops them. */
static void
wait_for_workers(struct benchrun *run)
{
	struct pollfd fds[2] = { { .fd = run->done_fd, .events = POLLIN },
		{ .fd = run->signal_fd, .events = POLLIN } };
	bool shows = isatty(STDERR_FILENO);
	struct signalfd_siginfo info;

	while ((fds[0].revents & POLLIN) == 0) {
		int n = poll(fds, 2, shows ? PROGRESS_MS : -1);
		if (n < 0)
			fds[0].revents = fds[1].revents = 0;
		if ((fds[1].revents & POLLIN) != 0 &&
		    read(run->signal_fd, &info, sizeof info) > 0)
			run->stopped = true;
		if (shows)
			show_progress(run);
	}
	if (shows)
		fputs("\r\033[K", stderr);
}

/* --- starting and ending ---------------------------------------------------------------
 */

static int
start_worker(struct worker *worker)
{
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	worker->run->running++;
	int error = pthread_create(&worker->thread, &attributes, make_calls, worker);
	pthread_attr_destroy(&attributes);
	if (error == 0)
		return 0;
	worker->run->running--;
	errno = error;
	return -1;
}

static int
prepare_workers(struct worker *workers, int count, struct benchrun *run,
    const struct benchcaller_plan *plan)
{
	for (int i = 0; i < count; i++) {
		workers[i].run = run;
		workers[i].caller = benchcaller_new(plan);
		if (workers[i].caller == NULL)
			return -1;
	}
	return 0;
}

/* Starts all threads and waits for their end. If one cannot be started, it stops the others. */
static int
run_workers(struct worker *workers, int count, struct benchrun *run)
{
	int started = 0;

	run->running = 1; /* this thread: the last one must end after all starts */
	while (started < count && start_worker(&workers[started]) == 0)
		started++;
	int error = errno;
	run->stopped = started < count;
	if (--run->running == 0)
		eventfd_write(run->done_fd, 1);
	wait_for_workers(run);
	for (int i = 0; i < started; i++)
		pthread_join(workers[i].thread, NULL);
	errno = error;
	return started < count ? -1 : 0;
}

static int
measure_run(
    struct worker *workers, struct benchrun *run, struct benchrun_outcome *outcome)
{
	const struct options_load *load = run->load;
	int64_t server_ns = load->server > 0 ? cputime_of(load->server) : -1;
	int64_t client_ns = cputime_own();

	run->started_ns = deadline_now_ns();
	run->end = deadline_after(run->started_ns, load->duration_ms);
	int result = run_workers(workers, load->concurrency, run);
	outcome->elapsed_ns = deadline_now_ns() - run->started_ns;
	outcome->client_cpu_ns = cputime_own() - client_ns;
	int64_t then_ns = server_ns >= 0 ? cputime_of(load->server) : -1;
	outcome->server_cpu_ns =
	    then_ns >= server_ns && then_ns >= 0 ? then_ns - server_ns : -1;
	return result;
}

static void
merge_tallies(struct benchtally *tally, struct worker *workers, int count)
{
	*tally = (struct benchtally){ 0 };
	for (int i = 0; i < count; i++) {
		benchtally_merge(tally, &workers[i].tally);
		benchcaller_free(workers[i].caller);
	}
	free(workers);
}

int
benchrun(const struct benchcaller_plan *plan, const struct options_load *load,
    struct benchrun_outcome *outcome)
{
	struct benchrun run = { .load = load };
	int result = -1;
	sigset_t ends, before;

	struct worker *workers = calloc((size_t)load->concurrency, sizeof *workers);
	if (workers == NULL)
		return -1;
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &ends, &before);
	run.done_fd = eventfd(0, EFD_CLOEXEC);
	run.signal_fd = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
	if (run.done_fd >= 0 && run.signal_fd >= 0 &&
	    prepare_workers(workers, load->concurrency, &run, plan) == 0)
		result = measure_run(workers, &run, outcome);
	int error = errno;
	merge_tallies(&outcome->tally, workers, load->concurrency);
	close(run.done_fd);
	close(run.signal_fd);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return result;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_DAEMON_H
#define TLSD_TESTS_DAEMON_H

/*
 * A real tlsd as a child of the test: started in the foreground with a configuration, found
 * by what it logs, and killed at the latest when the test ends. Whatever is waited for is a
 * condition with a far deadline, and a deadline that passes fails the test with the log.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct daemon {
	pid_t pid;
	const char *conf; /* the path of its configuration */
	const char *log; /* the path of what is read as its log */
	char *text; /* what daemon_log() returned last */
};

struct daemon_options {
	const char *ini; /* the text of its configuration */
	const char *log; /* the configuration's log-file; NULL: standard error */
	unsigned descriptors; /* its limit of open files; 0: as inherited */
};

/*
 * A configuration that listens on a port of 127.0.0.1 with a certificate for localhost,
 * issued by the authority in suite_path("ca.crt"), and then says `more`. Lives as long as
 * the process.
 */
const char *daemon_ini(const char *more);

/* Starts one without waiting for anything. */
struct daemon *daemon_spawn(const struct daemon_options *options);

/* Starts one with the text `ini` and waits until it serves. */
struct daemon *daemon_start(const char *ini);

/* The same with daemon_ini(more). */
struct daemon *daemon_serve(const char *more);

/* Ends it by SIGTERM, wants exit status 0, and frees. Clients should be gone before. */
void daemon_stop(struct daemon *daemon);

/* Sends a signal. */
void daemon_signal(const struct daemon *daemon, int number);

/* Waits for its end. Returns the exit status, or 128 and the signal. */
int daemon_wait(struct daemon *daemon);

/* Writes its configuration anew. */
void daemon_configure(const struct daemon *daemon, const char *ini);

/* Reloads by SIGHUP and waits for the line that tells of `result`: "done" or "failed". */
void daemon_reload(struct daemon *daemon, const char *result);

/* The log so far; valid until the next call about this daemon. */
const char *daemon_log(struct daemon *daemon);

/* How often `text` stands in the log. */
size_t daemon_count(struct daemon *daemon, const char *text);

/* Waits until `text` stands in the log, or does so `times`. */
void daemon_expect(struct daemon *daemon, const char *text);
void daemon_expect_times(struct daemon *daemon, const char *text, size_t times);

/* Waits until `line`, which it frees, stands in the figures of the server whose control-socket is
 * suite_path("control"), as Prometheus gets them. */
void daemon_expect_figure(char *line);

/* The port of the last listener announced for `service` at `host`, such as "127.0.0.1". */
unsigned daemon_port_of(struct daemon *daemon, const char *host, const char *service);

/* The port of a configuration with one service and one address. */
unsigned daemon_port(struct daemon *daemon);

/* How many descriptors and threads it has. */
size_t daemon_descriptors(const struct daemon *daemon);
size_t daemon_threads(const struct daemon *daemon);

/* Its resident memory, and whether that grew by at most `kib` since it was `before`: true
 * under a sanitizer, whose own memory says nothing. */
size_t daemon_resident_kib(const struct daemon *daemon);
bool daemon_grew_at_most(const struct daemon *daemon, size_t before_kib, size_t kib);

/* Wants it to be nearly idle for a while. */
void daemon_expect_calm(const struct daemon *daemon);

/* Wait until it has `count` descriptors or threads. */
void daemon_expect_descriptors(const struct daemon *daemon, size_t count);
void daemon_expect_threads(const struct daemon *daemon, size_t count);

/* Wants nothing in the log but printable ASCII and ends of lines. */
void daemon_expect_clean_log(struct daemon *daemon);

/* Runs tlsd with up to three arguments to its end. Returns its exit status; what it wrote
 * to both outputs is `*output`, freed when the process exits. */
int daemon_run(const char **output, const char *const arguments[3]);

/* Kills a process that daemonized, too, when the test ends. */
void daemon_adopt(pid_t pid);

/* Pauses for a moment between two looks at a condition; fails the test when `deadline_ns`,
 * made by daemon_deadline(), is over, saying what was waited for. */
long long daemon_deadline(void);
void daemon_pause(long long deadline_ns, const char *what);

#endif

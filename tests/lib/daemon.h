/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TESTS_DAEMON_H
#define TLSD_TESTS_DAEMON_H

/*
 * Runs a real tlsd as a child of the test: in the foreground, with a configuration. Its
 * address is read from its log. It is killed when the test process exits, at the
 * latest. Each function that waits polls a condition until a distant deadline; a missed
 * deadline fails the test and prints the log.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct daemon {
	pid_t pid;
	const char *conf; /* path of the configuration file */
	const char *log; /* path of the file that is read as the log */
	char *text; /* result of the last daemon_log() */
};

struct daemon_options {
	const char *ini; /* text of the configuration */
	const char *log; /* value of the key log-file; NULL: standard error */
	unsigned descriptors; /* RLIMIT_NOFILE; 0: as inherited */
};

/*
 * Returns a configuration that listens on a port of 127.0.0.1, followed by the text
 * `more`. Its certificate is for localhost; the issuer is the authority in
 * suite_path("ca.crt"). The text is freed when the process exits.
 */
const char *daemon_ini(const char *more);

/* Starts a daemon without waiting for it. */
struct daemon *daemon_spawn(const struct daemon_options *options);

/* Starts a daemon with the configuration `ini` and waits until it serves. */
struct daemon *daemon_start(const char *ini);

/* Starts a daemon with daemon_ini(more) and waits until it serves. */
struct daemon *daemon_serve(const char *more);

/* Stops the daemon with SIGTERM, expects exit status 0, and frees `daemon`. The clients
 * should have disconnected before. */
void daemon_stop(struct daemon *daemon);

/* Sends the daemon a signal. */
void daemon_signal(const struct daemon *daemon, int number);

/* Waits until the daemon exits. Returns its exit status, or 128 plus the signal number. */
int daemon_wait(struct daemon *daemon);

/* Overwrites the configuration file. */
void daemon_configure(const struct daemon *daemon, const char *ini);

/* Reloads by SIGHUP and waits for the line "reload: " with `result`: "done" or "failed". */
void daemon_reload(struct daemon *daemon, const char *result);

/* Overwrites the configuration file with daemon_ini(more) and reloads it. Connections that the
 * daemon has accepted before keep their settings. */
void daemon_change(struct daemon *daemon, const char *more);

/* Returns the log so far; valid until the next call with this daemon. */
const char *daemon_log(struct daemon *daemon);

/* Returns how often the log contains `text`. */
size_t daemon_count(struct daemon *daemon, const char *text);

/* Waits until the log contains `text`, or contains it at least `times` times. */
void daemon_expect(struct daemon *daemon, const char *text);
void daemon_expect_times(struct daemon *daemon, const char *text, size_t times);

/* Waits until the Prometheus statistics contain `line`, and frees `line`. They come
 * from the server with the control socket suite_path("control"). */
void daemon_expect_figure(char *line);

/* Returns the port that the log names last for `service` at `host`, such as "127.0.0.1". */
unsigned daemon_port_of(struct daemon *daemon, const char *host, const char *service);

/* Returns the port of a daemon with one service and one address. */
unsigned daemon_port(struct daemon *daemon);

/* Return the number of descriptors or threads of the daemon. */
size_t daemon_descriptors(const struct daemon *daemon);
size_t daemon_threads(const struct daemon *daemon);

/* The first returns the daemon's resident memory in KiB. The second is true if it grew by
 * at most `kib` from `before_kib`, or under a sanitizer, whose own memory distorts it. */
size_t daemon_resident_kib(const struct daemon *daemon);
bool daemon_grew_at_most(const struct daemon *daemon, size_t before_kib, size_t kib);

/* Expects the daemon to use almost no processor time for 1.5 s. */
void daemon_expect_calm(const struct daemon *daemon);

/* Wait until the daemon has exactly `count` descriptors or threads. */
void daemon_expect_descriptors(const struct daemon *daemon, size_t count);
void daemon_expect_threads(const struct daemon *daemon, size_t count);

/* Expects only printable ASCII and newlines in the log. */
void daemon_expect_clean_log(struct daemon *daemon);

/* Runs tlsd with up to three arguments and waits until it exits. Returns its exit
 * status. `*output` is the text of both its outputs, freed when the process exits. */
int daemon_run(const char **output, const char *const arguments[3]);

/* Registers a process that has daemonized: it is killed, too, when the test process exits. */
void daemon_adopt(pid_t pid);

/* daemon_pause() sleeps for 3 ms between two checks of a condition. It fails the test
 * with the message `what` if `deadline_ns`, made by daemon_deadline(), has passed. */
long long daemon_deadline(void);
void daemon_pause(long long deadline_ns, const char *what);

#endif

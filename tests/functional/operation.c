/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests how a real tlsd is administered: listening, reloading, stopping. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/memory/memory.h"
#include "lib/daemon.h"
#include "lib/peer.h"
#include "lib/pki.h"
#include "lib/suite.h"
#include "tls/accel/libcrypto.h"

#define HELLO "Hello, TLS!\n"
#define NOT_HURRIED "hello-timeout = 5m\nhandshake-timeout = 5m\nclose-timeout = 5m\n"

/* Starts a server with global keys and sections. */
static struct daemon *
start(const char *globals, const char *sections)
{
	return daemon_serve(suite_format("%s%s", globals, sections));
}

/* Expects the answer `text` from `service` at its port of 127.0.0.1. */
static void
expect_answer(struct daemon *daemon, const char *service, const char *text)
{
	unsigned port = daemon_port_of(daemon, "127.0.0.1", service);

	ck_assert_str_eq(peer_ask(port), text);
}

/* Returns daemon_ini() that also listens on `port`. */
static const char *
ini_with_port(unsigned port)
{
	return daemon_ini(suite_format("listen = 127.0.0.1:%u\n", port));
}

START_TEST(each_service_has_its_own_listeners_and_answer)
{
	struct daemon *daemon =
	    start("", "[one]\ntext = 1\n[two]\nlisten = 127.0.0.2:0\ntext = 2\n"
		      "[three]\nlisten = 127.0.0.3:0\ntext = 3\n");

	expect_answer(daemon, "one", "1");
	ck_assert_uint_gt(daemon_port_of(daemon, "127.0.0.2", "two"), 0);
	ck_assert_uint_gt(daemon_port_of(daemon, "127.0.0.3", "three"), 0);
	daemon_expect(daemon, ": one: done ");
	daemon_stop(daemon);
}
END_TEST

/* True if this machine has IPv6. Otherwise prints that the test is skipped. */
static bool
has_ipv6(void)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool has =
	    fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;

	if (fd >= 0)
		close(fd);
	if (!has)
		fputs("SKIPPED: there is no IPv6 here\n", stderr);
	return has;
}

START_TEST(ipv6_serves)
{
	if (!has_ipv6())
		return;
	struct daemon *daemon = daemon_serve("listen = [::1]:0\n");
	unsigned port = daemon_port_of(daemon, "::1", "tlsd");

	ck_assert_str_eq(peer_ask_over(peer_dial_v6(port), NULL), HELLO);
	daemon_expect(daemon, " [::1]:");
	expect_answer(daemon, "tlsd", HELLO);
	daemon_stop(daemon);
}
END_TEST

START_TEST(wildcard_listen_address_serves_both_families)
{
	if (!has_ipv6())
		return;
	struct daemon *daemon = daemon_serve("listen = *:0\n");
	unsigned v4 = daemon_port_of(daemon, "0.0.0.0", "tlsd");
	unsigned v6 = daemon_port_of(daemon, "::", "tlsd");

	ck_assert_str_eq(peer_ask(v4), HELLO);
	ck_assert_str_eq(peer_ask_over(peer_dial_v6(v6), NULL), HELLO);
	daemon_stop(daemon);
}
END_TEST

/* Returns daemon_ini() with a Unix-domain listener at `path` and the lines `more`. */
static const char *
ini_with_path(const char *path, const char *more)
{
	return daemon_ini(suite_format("listen = %s\n%s", path, more));
}

START_TEST(unix_domain_socket_serves_and_goes_with_the_server)
{
	const char *path = suite_path("sock");
	struct daemon *daemon = daemon_start(ini_with_path(path, ""));

	ck_assert_str_eq(peer_ask_over(peer_dial_path(path), NULL), HELLO);
	daemon_expect(daemon, " unix:: tlsd: done ");
	daemon_stop(daemon);
	ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

/* Leaves a socket at `path` without a listener, as a killed process does. */
static void
leave_stale(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, path, strlen(path) + 1);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	close(fd);
}

START_TEST(socket_that_a_dead_process_left_is_replaced)
{
	const char *path = suite_path("sock");

	leave_stale(path);
	struct daemon *daemon = daemon_start(ini_with_path(path, ""));
	ck_assert_str_eq(peer_ask_over(peer_dial_path(path), NULL), HELLO);
	daemon_stop(daemon);
}
END_TEST

/* Expects tlsd not to start with the configuration `ini`, for `reason`. */
static void
refuse_to_start(const char *ini, int status, const char *reason)
{
	const char *conf = suite_file("refused.ini", ini);
	const char *output;

	int result = daemon_run(&output, (const char *const[]){ "-f", "-c", conf });
	ck_assert_msg(result == status, "status %d: %s", result, output);
	ck_assert_msg(strstr(output, reason) != NULL, "no \"%s\": %s", reason, output);
}

START_TEST(socket_of_a_running_server_is_not_replaced)
{
	const char *path = suite_path("sock");
	struct daemon *daemon = daemon_start(ini_with_path(path, ""));

	refuse_to_start(ini_with_path(path, ""), 1, "/sock: Address already in use");
	ck_assert_str_eq(peer_ask_over(peer_dial_path(path), NULL), HELLO);
	daemon_stop(daemon);
}
END_TEST

START_TEST(file_at_the_path_of_a_socket_is_not_removed)
{
	const char *path = suite_file("precious", "data");
	struct stat st;

	refuse_to_start(ini_with_path(path, ""), 1, "/precious: ");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_size, 4);
}
END_TEST

START_TEST(port_in_use_is_named_and_ends_the_start)
{
	unsigned port = 0;
	int fd = peer_listen(&port);
	char reason[64];

	snprintf(reason, sizeof reason,
	    "listen: [127.0.0.1]:%u: Address already in use", port);
	refuse_to_start(ini_with_port(port), 1, reason);
	close(fd);
}
END_TEST

START_TEST(bad_configuration_is_status_2)
{
	refuse_to_start("workers = 0\n", 2, "refused.ini:1: workers: \"0\" is not ");
	refuse_to_start("cert = /nowhere/x.pem\n", 2, "/nowhere/x.pem");
}
END_TEST

START_TEST(wrong_options_are_status_2)
{
	const char *output;

	ck_assert_int_eq(
	    daemon_run(&output, (const char *const[]){ "--bogus", NULL, NULL }), 2);
	ck_assert_ptr_nonnull(strstr(output, "usage: tlsd"));
	ck_assert_int_eq(
	    daemon_run(&output, (const char *const[]){ "x", NULL, NULL }), 2);
	ck_assert_int_eq(
	    daemon_run(&output, (const char *const[]){ "-h", NULL, NULL }), 0);
	ck_assert_int_eq(
	    daemon_run(&output, (const char *const[]){ "-V", NULL, NULL }), 0);
	ck_assert_ptr_nonnull(strstr(output, "GnuTLS 3."));
	const char *signing = libcrypto_version();
	if (signing != NULL)
		ck_assert_ptr_nonnull(strstr(output, signing));
	else
		ck_assert_ptr_null(strstr(output, "libcrypto"));
}
END_TEST

START_TEST(check_prints_the_effective_configuration)
{
	const char *conf =
	    suite_file("good.ini", daemon_ini("pid-file =\nalpn = h2, http/1.1\n"));
	const char *output;

	int status = daemon_run(&output, (const char *const[]){ "-t", "-c", conf });
	ck_assert_msg(status == 0, "status %d: %s", status, output);
	ck_assert_ptr_nonnull(strstr(output, "[tlsd]\n"));
	ck_assert_ptr_nonnull(strstr(output, " h2 http/1.1\n"));
	ck_assert_ptr_nonnull(strstr(output, " localhost"));
	ck_assert_ptr_nonnull(strstr(output, "TLS1.3"));
}
END_TEST

/* Line 38 sets a key twice; line 39 has a priority of more than 400 characters. */
static const char *
many_mistakes(void)
{
	char *priority = memory_new(512);
	char *empty =
	    memory_copy("\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n");

	strcpy(priority, "NORMAL");
	while (strlen(priority) < 420)
		strcat(priority, ":+VERS-TLS1.3");
	char *text = memory_format("workers = many\n"
				   "wrokers = 4\n"
				   "   queue-size = -1\n"
				   "\tbacklog = 0\n"
				   "no value here\n"
				   "listen = nowhere\n"
				   "listen 127.0.0.1:4433\n"
				   "[a]\nidle-timeout = soon\n%sidle-timeout = 5\n"
				   "priority = %s:+BOGUS\n"
				   "[a]\nworkers = 2\n",
	    empty, priority);
	const char *path = suite_file("mistakes.ini", text);
	free(text);
	free(empty);
	free(priority);
	return path;
}

START_TEST(check_reports_all_errors_of_a_file_in_one_run)
{
	static const char *const wanted[] = {
		"mistakes.ini:1: workers: \"many\" is not ",
		"mistakes.ini:2: wrokers: unknown key: did you mean workers?",
		"mistakes.ini:3: queue-size: \"-1\" is not ",
		"mistakes.ini:4: backlog: \"0\" is not ",
		"mistakes.ini:5: no value here: ",
		"mistakes.ini:6: listen: \"nowhere\" ",
		"mistakes.ini:7: listen 127.0.0.1: a = is missing after the key: ",
		"mistakes.ini:9: idle-timeout: \"soon\" is not ",
		"mistakes.ini:38: idle-timeout: is set twice",
		"mistakes.ini:39: priority: ", "\"+BOGUS\"",
		"mistakes.ini:40: [a]: is defined twice",
		"mistakes.ini:41: workers: is for the whole process", ": cert: is empty"
	};
	const char *output, *conf = many_mistakes();

	ck_assert_int_eq(
	    daemon_run(&output, (const char *const[]){ "-t", "-c", conf }), 2);
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
		ck_assert_msg(strstr(output, wanted[i]) != NULL, "no \"%s\":\n%s",
		    wanted[i], output);
}
END_TEST

START_TEST(sigterm_under_load_answers_accepted_clients)
{
	struct daemon *daemon = daemon_serve("workers = 4\n" NOT_HURRIED);
	struct peer **crowd = peer_crowd(daemon_port(daemon), 200, NULL);

	daemon_signal(daemon, SIGTERM);
	peer_crowd_finish(crowd, 200, HELLO);
	ck_assert_int_eq(daemon_wait(daemon), 0);
	daemon_expect(daemon, "stopped: 200 connections answered, 0 failed");
	daemon_stop(daemon);
}
END_TEST

START_TEST(sigterm_under_load_answers_slower_clients_too)
{
	struct daemon *daemon =
	    daemon_serve("workers = 4\nearly-answer = no\n" NOT_HURRIED);
	struct peer **crowd = peer_crowd(daemon_port(daemon), 200, NULL);

	daemon_signal(daemon, SIGTERM);
	daemon_expect(daemon, "stopping: finishing open connections");
	peer_crowd_finish(crowd, 200, HELLO);
	ck_assert_int_eq(daemon_wait(daemon), 0);
	daemon_expect(daemon, "stopped: 200 connections answered, 0 failed");
	daemon_stop(daemon);
}
END_TEST

START_TEST(sigint_stops_like_sigterm)
{
	struct daemon *daemon = daemon_serve("");

	expect_answer(daemon, "tlsd", HELLO);
	daemon_signal(daemon, SIGINT);
	ck_assert_int_eq(daemon_wait(daemon), 0);
	daemon_stop(daemon);
}
END_TEST

START_TEST(stopping_server_listens_no_more)
{
	struct daemon *daemon =
	    daemon_serve("hello-timeout = 5m\nshutdown-timeout = 5m\n");
	unsigned port = daemon_port(daemon);
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int waiting = peer_dial(port),
	    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	peer_send(waiting, "\x16\x03\x01", 3);
	daemon_signal(daemon, SIGTERM);
	daemon_expect(daemon, "stopping: finishing open connections");
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), -1);
	ck_assert_int_eq(errno, ECONNREFUSED);
	close(fd);
	peer_see_off(waiting);
	ck_assert_int_eq(daemon_wait(daemon), 0);
	daemon_stop(daemon);
}
END_TEST

/* Starts a server with a program that writes without end, and a client that does not read. */
static struct daemon *
serve_stuck(const char *settings, struct peer **stuck)
{
	char *more = memory_format("%srespond = exec\nexec = /bin/cat "
				   "/dev/zero\nidle-timeout = 5m\n" NOT_HURRIED,
	    settings);

	struct daemon *daemon = daemon_serve(more);
	free(more);
	*stuck = peer_new(peer_dial_narrow(daemon_port(daemon)), NULL);
	ck_assert_int_eq(peer_shake(*stuck), 0);
	return daemon;
}

START_TEST(stuck_client_ends_with_the_shutdown_timeout)
{
	struct peer *stuck;
	struct daemon *daemon = serve_stuck("shutdown-timeout = 300ms\n", &stuck);

	daemon_signal(daemon, SIGTERM);
	ck_assert_int_eq(daemon_wait(daemon), 0);
	daemon_expect(
	    daemon, "closing unfinished connections: shutdown-timeout has passed");
	peer_free(stuck);
	daemon_stop(daemon);
}
END_TEST

START_TEST(second_sigterm_cuts)
{
	struct peer *stuck;
	struct daemon *daemon = serve_stuck("shutdown-timeout = 5m\n", &stuck);

	daemon_signal(daemon, SIGTERM);
	daemon_expect(daemon, "stopping: finishing open connections");
	daemon_signal(daemon, SIGTERM);
	ck_assert_int_eq(daemon_wait(daemon), 0);
	daemon_expect(daemon, "closing unfinished connections: second request to stop");
	peer_free(stuck);
	daemon_stop(daemon);
}
END_TEST

START_TEST(forced_stop_drops_parked_and_queued_connections)
{
	struct peer *stuck;
	struct daemon *daemon = serve_stuck(
	    "log-level = debug\nworkers = 1\nshutdown-timeout = 300ms\n", &stuck);
	struct peer **crowd = peer_crowd(daemon_port(daemon), 50, NULL);

	daemon_signal(daemon, SIGTERM);
	ck_assert_int_eq(daemon_wait(daemon), 0);
	daemon_expect_times(
	    daemon, ": tlsd: refused-limit: the server is stopping", 50);
	for (int i = 0; i < 50; i++)
		peer_free(crowd[i]);
	free(crowd);
	peer_free(stuck);
	daemon_stop(daemon);
}
END_TEST

/* Makes a self-signed pair with the common name `name` in the files that daemon_ini() uses. */
static void
replace_pair(const char *name)
{
	static const char *const dns[] = { "localhost", NULL };
	struct pki_pair *pair =
	    pki_make(&(struct pki_options){ .name = name, .dns = dns }, NULL);

	pki_cert_file("server.crt", pair);
	pki_key_file("server.key", pair);
	pki_free(pair);
}

/* Expects the server's certificate to be trusted by means of the file `trust` alone. */
static void
expect_trusted_by(struct daemon *daemon, const char *trust)
{
	struct peer_options options = { .trust = trust, .host = "localhost" };

	ck_assert_str_eq(
	    peer_ask_over(peer_dial(daemon_port(daemon)), &options), HELLO);
}

START_TEST(reload_under_load_loses_no_client_and_shows_the_new_certificate)
{
	struct daemon *daemon =
	    daemon_serve("workers = 4\nearly-answer = no\n" NOT_HURRIED);
	unsigned port = daemon_port(daemon);

	expect_trusted_by(daemon, suite_path("ca.crt"));
	struct peer **before = peer_crowd(port, 100, NULL);
	replace_pair("renewed");
	daemon_signal(daemon, SIGHUP);
	struct peer **meanwhile = peer_crowd(port, 100, NULL);
	peer_crowd_finish(before, 100, HELLO);
	daemon_expect(daemon, "reload: done");
	peer_crowd_finish(meanwhile, 100, HELLO);
	expect_trusted_by(daemon, suite_path("server.crt"));
	daemon_expect_times(daemon, ": tlsd: done ", 202);
	daemon_stop(daemon);
}
END_TEST

START_TEST(many_reloads_lose_no_connection)
{
	struct daemon *daemon = daemon_serve("workers = 4\n" NOT_HURRIED);
	size_t descriptors = daemon_descriptors(daemon);

	for (int i = 0; i < 10; i++) {
		struct peer **crowd = peer_crowd(daemon_port(daemon), 20, NULL);
		daemon_reload(daemon, "done");
		peer_crowd_finish(crowd, 20, HELLO);
	}
	daemon_expect_descriptors(daemon, descriptors);
	daemon_stop(daemon);
}
END_TEST

START_TEST(reload_with_rubbish_keeps_the_old_certificate_and_names_the_file)
{
	struct daemon *daemon = daemon_serve("");

	suite_file("server.crt", "rubbish\n");
	daemon_reload(daemon, "failed");
	daemon_expect(daemon, "error: reload: ");
	daemon_expect(daemon, ".ini:2: cert: ");
	daemon_expect(daemon, "/server.crt: ");
	expect_trusted_by(daemon, suite_path("ca.crt"));
	replace_pair("good again");
	daemon_reload(daemon, "done");
	expect_trusted_by(daemon, suite_path("server.crt"));
	daemon_stop(daemon);
}
END_TEST

START_TEST(reload_with_a_bad_file_keeps_the_old_configuration)
{
	struct daemon *daemon = daemon_serve("text = old\n");

	daemon_configure(daemon, daemon_ini("text = new\nworkers = none\n"));
	daemon_reload(daemon, "failed");
	daemon_expect(daemon, "workers: \"none\" is not ");
	expect_answer(daemon, "tlsd", "old");
	ck_assert_int_eq(unlink(daemon->conf), 0);
	daemon_reload(daemon, "failed");
	daemon_expect(daemon, ".ini: no such file");
	ck_assert_uint_eq(daemon_count(daemon, ": error: reload: /"), 2);
	expect_answer(daemon, "tlsd", "old");
	daemon_stop(daemon);
}
END_TEST

START_TEST(reload_adds_and_removes_services_and_listeners)
{
	struct daemon *daemon = start("", "[one]\ntext = 1\n");
	unsigned port = daemon_port_of(daemon, "127.0.0.1", "one");
	size_t descriptors = daemon_descriptors(daemon);

	daemon_change(daemon, "listen = 127.0.0.2:0\n[one]\ntext = 1b\n"
			      "[two]\nlisten = 127.0.0.3:0\ntext = 2\n");
	ck_assert_str_eq(peer_ask(port), "1b");
	daemon_expect(daemon, "listening: [127.0.0.2]:");
	daemon_expect(daemon, "listening: [127.0.0.3]:");
	ck_assert_uint_eq(daemon_count(daemon, "listening: [127.0.0.1]:"), 1);
	daemon_change(daemon, "[one]\ntext = 1c\n");
	ck_assert_str_eq(peer_ask(port), "1c");
	daemon_expect_descriptors(daemon, descriptors);
	daemon_stop(daemon);
}
END_TEST

START_TEST(reload_that_needs_a_taken_port_changes_nothing)
{
	struct daemon *daemon = daemon_serve("text = old\n");
	unsigned port, taken = 0;
	int fd = peer_listen(&taken);
	char reason[64];

	port = daemon_port(daemon);
	size_t descriptors = daemon_descriptors(daemon);
	daemon_configure(daemon, ini_with_port(taken));
	daemon_reload(daemon, "failed");
	snprintf(reason, sizeof reason,
	    "listen: [127.0.0.1]:%u: Address already in use", taken);
	daemon_expect(daemon, reason);
	ck_assert_str_eq(peer_ask(port), "old");
	daemon_expect_descriptors(daemon, descriptors);
	close(fd);
	daemon_reload(daemon, "done");
	ck_assert_str_eq(peer_ask(taken), HELLO);
	daemon_stop(daemon);
}
END_TEST

START_TEST(reload_names_options_that_need_a_restart)
{
	struct daemon *daemon = daemon_serve("workers = 2\n");
	daemon_reload(daemon, "done"); /* starts the thread of the loader */
	size_t threads = daemon_threads(daemon);

	daemon_change(daemon, "workers = 3\nqueue-size = 7\n");
	daemon_expect(
	    daemon, "reload: workers, queue-size: takes effect only after a restart");
	daemon_expect_threads(daemon, threads);
	expect_answer(daemon, "tlsd", HELLO);
	daemon_stop(daemon);
}
END_TEST

START_TEST(sigusr1_opens_the_log_file_again)
{
	const char *log = suite_path("tlsd.log"), *moved = suite_path("tlsd.log.1");
	char *more = memory_format("log-file = %s\n", log);
	struct daemon *daemon = daemon_spawn(
	    &(struct daemon_options){ .ini = daemon_ini(more), .log = log });

	free(more);
	daemon_expect(daemon, ": started: ");
	unsigned port = daemon_port(daemon);
	ck_assert_int_eq(rename(log, moved), 0);
	ck_assert_str_eq(peer_ask(port), HELLO);
	daemon->log = moved;
	daemon_expect(daemon, ": tlsd: done ");
	daemon_signal(daemon, SIGUSR1);
	daemon->log = log;
	daemon_expect(daemon, "log file reopened");
	ck_assert_str_eq(peer_ask(port), HELLO);
	daemon_expect(daemon, ": tlsd: done ");
	daemon_stop(daemon);
}
END_TEST

START_TEST(killed_server_starts_again_at_once)
{
	const char *path = suite_path("sock");
	struct daemon *first = daemon_start(ini_with_path(path, ""));
	unsigned port = daemon_port(first);
	char *more = memory_format("listen = 127.0.0.1:%u\n", port);
	int fd = peer_dial(port);

	ck_assert_str_eq(peer_ask(port), HELLO);
	daemon_signal(first, SIGKILL);
	ck_assert_int_eq(daemon_wait(first), 128 + SIGKILL);
	struct daemon *second = daemon_start(ini_with_path(path, more));
	free(more);
	ck_assert_str_eq(peer_ask(port), HELLO);
	ck_assert_str_eq(peer_ask_over(peer_dial_path(path), NULL), HELLO);
	close(fd);
	daemon_stop(second);
	daemon_stop(first);
}
END_TEST

/* Returns the process ID in the pid file, which must exist. */
static pid_t
read_pid(const char *path)
{
	char *text;
	size_t size;

	ck_assert_int_eq(file_read(path, 64, &text, &size), 0);
	pid_t pid = (pid_t)strtol(text, NULL, 10);
	free(text);
	ck_assert_int_gt(pid, 1);
	return pid;
}

START_TEST(daemon_is_ready_when_its_starter_returns)
{
	const char *output, *path = suite_path("sock"), *pid_file = suite_path("pid");
	long long deadline = daemon_deadline();
	char *more =
	    memory_format("pid-file = %s\ncontrol-socket =\nlog-file = %s/log\n",
		pid_file, suite_folder());
	const char *conf = suite_file("daemon.ini", ini_with_path(path, more));

	free(more);
	int status = daemon_run(&output, (const char *const[]){ "-c", conf, NULL });
	ck_assert_msg(status == 0, "status %d: %s", status, output);
	pid_t pid = read_pid(pid_file);
	daemon_adopt(pid);
	ck_assert_str_eq(peer_ask_over(peer_dial_path(path), NULL), HELLO);
	ck_assert_int_eq(
	    daemon_run(&output, (const char *const[]){ "-c", conf, NULL }), 1);
	ck_assert_ptr_nonnull(strstr(output, "pid-file: "));
	kill(pid, SIGTERM);
	while (access(pid_file, F_OK) == 0 || access(path, F_OK) == 0)
		daemon_pause(deadline, "the daemon does not end");
}
END_TEST

SUITE("operation", each_service_has_its_own_listeners_and_answer, ipv6_serves,
    wildcard_listen_address_serves_both_families,
    unix_domain_socket_serves_and_goes_with_the_server,
    socket_that_a_dead_process_left_is_replaced,
    socket_of_a_running_server_is_not_replaced,
    file_at_the_path_of_a_socket_is_not_removed,
    port_in_use_is_named_and_ends_the_start, bad_configuration_is_status_2,
    wrong_options_are_status_2, check_prints_the_effective_configuration,
    check_reports_all_errors_of_a_file_in_one_run,
    sigterm_under_load_answers_accepted_clients,
    sigterm_under_load_answers_slower_clients_too, sigint_stops_like_sigterm,
    stopping_server_listens_no_more, stuck_client_ends_with_the_shutdown_timeout,
    second_sigterm_cuts, forced_stop_drops_parked_and_queued_connections,
    reload_under_load_loses_no_client_and_shows_the_new_certificate,
    many_reloads_lose_no_connection,
    reload_with_rubbish_keeps_the_old_certificate_and_names_the_file,
    reload_with_a_bad_file_keeps_the_old_configuration,
    reload_adds_and_removes_services_and_listeners,
    reload_that_needs_a_taken_port_changes_nothing,
    reload_names_options_that_need_a_restart, sigusr1_opens_the_log_file_again,
    killed_server_starts_again_at_once, daemon_is_ready_when_its_starter_returns)

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests backends that have names, with a resolver that fails, hangs or changes its answers. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory/memory.h"
#include "lib/daemon.h"
#include "lib/peer.h"
#include "lib/suite.h"

#define HELLO "hello"
#define HOST "redis.example"
#define ANSWER "one"

static const char *
lacks_preload(void)
{
	return SUITE_IS_SANITIZED ? "a sanitizer has to be loaded first" : NULL;
}

/* A backend on a port of 127.0.0.1 that sends ANSWER to each client. */
struct backend {
	int listener;
	unsigned port;
	pthread_t thread;
};

static void *
speak(void *argument)
{
	const struct backend *backend = argument;
	int fd;

	while ((fd = accept(backend->listener, NULL, NULL)) >= 0) {
		peer_say(fd, ANSWER);
		close(fd);
	}
	return NULL;
}

static void
backend_start(struct backend *backend)
{
	*backend = (struct backend){ 0 };
	backend->listener = peer_listen(&backend->port);
	ck_assert_int_eq(pthread_create(&backend->thread, NULL, speak, backend), 0);
}

static void
backend_stop(const struct backend *backend)
{
	shutdown(backend->listener, SHUT_RDWR);
	pthread_join(backend->thread, NULL);
	close(backend->listener);
}

/* Lets the resolver answer with an address, "fail", or "wait". */
static void
answer(const char *host, const char *text)
{
	suite_file(host, text);
}

/* Returns the configuration of a service "one" without a backend, and of "two" with the
 * backend `place`. */
static const char *
ini_of(const char *text, const char *place)
{
	return suite_format("control-socket = %s\nshutdown-timeout = 5m\n[one]\n"
			    "text = %s\n[two]\nlisten = %s\nrespond = connect\n"
			    "resolve-every = 1s\nconnect = %s\n",
	    suite_path("control"), text, suite_path("two"), place);
}

static struct daemon *
serve(const char *ini)
{
	const char *folder = getenv("top_builddir");
	char *library =
	    memory_format("%s/fakesystem.so", folder != NULL ? folder : ".");

	setenv("LD_PRELOAD", library, 1);
	setenv("FAKE_SYSTEM", suite_folder(), 1);
	struct daemon *daemon = daemon_serve(ini);
	unsetenv("LD_PRELOAD");
	free(library);
	return daemon;
}

static const char *
place_of(const char *host, const struct backend *backend)
{
	return suite_format("%s:%u", host, backend->port);
}

/* Starts the backend, and a daemon to which HOST resolves as of answer(). */
static struct daemon *
serve_backend(struct backend *backend, const char *text)
{
	backend_start(backend);
	answer(HOST, text);
	return serve(ini_of(HELLO, place_of(HOST, backend)));
}

static void
stop(struct daemon *daemon, const struct backend *backend)
{
	daemon_stop(daemon);
	backend_stop(backend);
}

static const char *
ask_one(struct daemon *daemon)
{
	return peer_ask(daemon_port_of(daemon, "127.0.0.1", "one"));
}

/* Returns the backend's answer, after which the connection must end properly. */
static const char *
ask_two(void)
{
	return peer_ask_over(peer_dial_path(suite_path("two")), NULL);
}

/* Expects a client of the backend not to see a proper end. */
static void
expect_down(void)
{
	struct peer *peer = peer_new(peer_dial_path(suite_path("two")), NULL);

	ck_assert_int_ne(peer_run(peer), 0);
	peer_free(peer);
}

START_TEST(name_that_does_not_resolve_at_the_start_counts_as_down_until_it_does)
{
	struct backend backend;
	struct daemon *daemon = serve_backend(&backend, "fail");

	daemon_expect(daemon, "connect: " HOST);
	daemon_expect(daemon, "does not resolve yet (Name or service not known), so it "
			      "counts as down");
	ck_assert_str_eq(ask_one(daemon), HELLO);
	expect_down();
	daemon_expect(daemon, "backend: " HOST);
	answer(HOST, "127.0.0.1");
	daemon_expect(daemon, ": now resolves to [127.0.0.1]:");
	ck_assert_str_eq(ask_two(), ANSWER);
	ck_assert_uint_eq(daemon_count(daemon, "does not resolve yet"), 1);
	ck_assert_uint_eq(daemon_count(daemon, "does not resolve ("), 0);
	stop(daemon, &backend);
}
END_TEST

START_TEST(start_does_not_wait_for_a_lookup_that_hangs)
{
	struct backend backend;
	struct daemon *daemon = serve_backend(&backend, "wait");

	daemon_expect(daemon, "does not resolve yet (no answer within 2 s)");
	ck_assert_str_eq(ask_one(daemon), HELLO);
	expect_down();
	answer(HOST, "127.0.0.1");
	daemon_expect(daemon, ": now resolves to [127.0.0.1]:");
	ck_assert_str_eq(ask_two(), ANSWER);
	stop(daemon, &backend);
}
END_TEST

START_TEST(reload_takes_effect_while_a_lookup_hangs)
{
	struct backend backend;
	struct daemon *daemon = serve_backend(&backend, "127.0.0.1");

	ck_assert_str_eq(ask_two(), ANSWER);
	answer(HOST, "wait");
	daemon_change(daemon, ini_of("new", place_of(HOST, &backend)));
	daemon_expect(daemon,
	    "does not resolve yet (no answer within 2 s), so its last "
	    "addresses stay in use");
	ck_assert_str_eq(ask_one(daemon), "new");
	ck_assert_str_eq(ask_two(), ANSWER);
	daemon_reload(daemon, "done");
	stop(daemon, &backend);
}
END_TEST

START_TEST(reload_with_a_new_name_that_fails_changes_the_rest)
{
	struct backend backend;
	struct daemon *daemon = serve_backend(&backend, "127.0.0.1");

	answer("other.example", "fail");
	daemon_change(daemon, ini_of("new", place_of("other.example", &backend)));
	daemon_expect(daemon, "connect: other.example:");
	ck_assert_str_eq(ask_one(daemon), "new");
	expect_down();
	stop(daemon, &backend);
}
END_TEST

START_TEST(second_backend_answers_while_the_first_has_no_address)
{
	struct backend backend;

	backend_start(&backend);
	answer(HOST, "fail");
	struct daemon *daemon = serve(
	    ini_of(HELLO, suite_format("%s:1, 127.0.0.1:%u", HOST, backend.port)));
	for (int i = 0; i < 3; i++)
		ck_assert_str_eq(ask_two(), ANSWER);
	ck_assert_uint_eq(daemon_count(daemon, ": avoided for"), 0);
	stop(daemon, &backend);
}
END_TEST

START_TEST(new_connections_go_to_the_new_address)
{
	struct backend backend;
	struct daemon *daemon = serve_backend(&backend, "127.0.0.9");

	expect_down();
	ck_assert_uint_eq(daemon_count(daemon, ": now resolves to "), 0);
	answer(HOST, "127.0.0.1");
	daemon_expect(daemon, ": now resolves to [127.0.0.1]:");
	ck_assert_str_eq(ask_two(), ANSWER);
	stop(daemon, &backend);
}
END_TEST

START_TEST(old_addresses_serve_while_lookups_fail)
{
	struct backend backend;
	struct daemon *daemon = serve_backend(&backend, "127.0.0.1");

	answer(HOST, "fail");
	daemon_expect(daemon,
	    "does not resolve (Name or service not known), so its last "
	    "addresses stay in use");
	ck_assert_str_eq(ask_two(), ANSWER);
	answer(HOST, "127.0.0.1");
	daemon_expect(daemon, ": resolves again");
	answer(HOST, "fail");
	daemon_expect_times(daemon, "does not resolve (", 2);
	ck_assert_uint_eq(daemon_count(daemon, ": resolves again"), 1);
	ck_assert_uint_eq(daemon_count(daemon, ": now resolves to "), 0);
	stop(daemon, &backend);
}
END_TEST

START_TEST(stop_does_not_wait_for_a_lookup_that_hangs)
{
	answer(HOST, "wait");
	struct daemon *daemon = serve(ini_of(HELLO, HOST ":1"));
	daemon_expect(daemon, "does not resolve yet");
	daemon_stop(daemon);
}
END_TEST

START_TEST(stop_does_not_wait_for_a_reload_whose_lookup_hangs)
{
	answer(HOST, "127.0.0.1");
	struct daemon *daemon = serve(ini_of(HELLO, HOST ":1"));
	answer(HOST, "wait");
	daemon_signal(daemon, SIGHUP);
	daemon_signal(daemon, SIGTERM);
	ck_assert_int_eq(daemon_wait(daemon), 0);
	daemon_stop(daemon);
}
END_TEST

START_TEST(check_warns_of_a_name_that_does_not_resolve)
{
	const char *output;
	const char *path = suite_file(
	    "tlsd.ini", daemon_ini("respond = connect\nconnect = name.invalid:80\n"));
	const char *const arguments[] = { "-t", "-c", path };

	ck_assert_int_eq(daemon_run(&output, arguments), 0);
	ck_assert_ptr_nonnull(strstr(output, "tlsd.ini:5: connect: name.invalid:80: "));
	ck_assert_ptr_nonnull(strstr(output, "can be used, with warnings"));
}
END_TEST

SUITE_IF(lacks_preload, "resolver",
    name_that_does_not_resolve_at_the_start_counts_as_down_until_it_does,
    start_does_not_wait_for_a_lookup_that_hangs,
    reload_takes_effect_while_a_lookup_hangs,
    reload_with_a_new_name_that_fails_changes_the_rest,
    second_backend_answers_while_the_first_has_no_address,
    new_connections_go_to_the_new_address, old_addresses_serve_while_lookups_fail,
    stop_does_not_wait_for_a_lookup_that_hangs,
    stop_does_not_wait_for_a_reload_whose_lookup_hangs,
    check_warns_of_a_name_that_does_not_resolve)

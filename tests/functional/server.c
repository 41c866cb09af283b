/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of a real tlsd with well-behaved, unusual and hostile clients. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/memory/memory.h"
#include "lib/daemon.h"
#include "lib/peer.h"
#include "lib/suite.h"

#define HELLO "Hello, TLS!\n"
#define NOT_HURRIED "hello-timeout = 5m\nhandshake-timeout = 5m\nclose-timeout = 5m\n"
#define MIB (1 << 20)

/* Sends `bytes` to a new server. Expects the failure `class` in its log, and that the
 * only worker serves the next client. Returns the bytes received in `answer`. */
static void
provoke(const void *bytes, size_t size, const char *class, char *answer, size_t room)
{
	struct daemon *daemon = daemon_serve("workers = 1\n");
	char expected[64];
	int fd = peer_dial(daemon_port(daemon));

	peer_send(fd, bytes, size);
	shutdown(fd, SHUT_WR);
	peer_hear(fd, answer, room);
	snprintf(expected, sizeof expected, ": tlsd: %s: ", class);
	daemon_expect(daemon, expected);
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	ck_assert_uint_eq(daemon_count(daemon, expected), 1);
	daemon_stop(daemon);
}

/* A fatal alert (RFC 8446, 5). */
#define UNEXPECTED_MESSAGE "\x15\x03\x03\x00\x02\x02\x0a"

START_TEST(bytes_other_than_tls_are_logged_as_not_tls)
{
	char answer[64];

	provoke("\xde\xad\xbe\xef\x00\x01\x02\x03", 8, "not-tls", answer, 64);
	ck_assert_mem_eq(answer, UNEXPECTED_MESSAGE, 7);
}
END_TEST

START_TEST(record_other_than_a_handshake_is_logged_as_not_tls)
{
	char answer[64];

	provoke("\x17\x03\x03\x00\x04"
		"data",
	    9, "not-tls", answer, 64);
	ck_assert_mem_eq(answer, UNEXPECTED_MESSAGE, 7);
}
END_TEST

START_TEST(plain_http_request_gets_an_answer_that_can_be_read)
{
	const char *request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
	char answer[512];

	provoke(request, strlen(request), "not-tls-http", answer, sizeof answer);
	ck_assert_int_eq(strncmp(answer, "HTTP/1.0 400 ", 13), 0);
	ck_assert_ptr_nonnull(strstr(answer, "\r\n\r\nThis port requires TLS"));
}
END_TEST

START_TEST(ssl_2_hello_is_not_tls_and_gets_an_alert)
{
	static const unsigned char hello[] = { 0x80, 0x2e, 0x01, 0x00, 0x02, 0x00, 0x15,
		0x00, 0x00, 0x00, 0x10, 0x01, 0x00, 0x80 };
	char answer[64];

	provoke(hello, sizeof hello, "not-tls", answer, sizeof answer);
	ck_assert_mem_eq(answer, "\x15\x03\x01\x00\x02\x02\x46", 7);
}
END_TEST

START_TEST(ssh_client_is_not_tls)
{
	char answer[64];

	provoke("SSH-2.0-OpenSSH_9.2\r\n", 21, "not-tls", answer, sizeof answer);
	ck_assert_mem_eq(answer, UNEXPECTED_MESSAGE, 7);
}
END_TEST

START_TEST(half_a_hello_and_an_end_is_an_early_close)
{
	struct daemon *daemon = daemon_serve("workers = 1\n");
	unsigned char hello[2048];
	size_t size = peer_hello(hello);
	int fd = peer_dial(daemon_port(daemon));

	peer_send(fd, hello, size / 2);
	shutdown(fd, SHUT_WR);
	peer_see_off(fd);
	daemon_expect(daemon, ": tlsd: early-close: ");
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	daemon_stop(daemon);
}
END_TEST

START_TEST(end_without_a_byte_is_an_early_close)
{
	char answer[64];

	provoke("", 0, "early-close", answer, sizeof answer);
	ck_assert_str_eq(answer, "");
}
END_TEST

START_TEST(hello_full_of_nonsense_is_a_protocol_failure)
{
	unsigned char hello[2048];
	size_t size = peer_hello(hello);
	char answer[64];

	memset(hello + 60, 0xff, size - 60);
	provoke(hello, size, "protocol", answer, sizeof answer);
	ck_assert_mem_eq(answer, "\x15\x03", 2);
}
END_TEST

/* Sends a part of a ClientHello and waits. Expects `class` in the log, and that the
 * only worker serves the next client. */
static void
fall_silent(size_t (*choose)(size_t whole), const char *settings, const char *class)
{
	struct daemon *daemon = daemon_serve(suite_format("workers = 1\n%s", settings));
	unsigned char hello[2048];
	size_t size = choose(peer_hello(hello));
	int fd = peer_dial(daemon_port(daemon));

	peer_send(fd, hello, size);
	peer_see_off(fd);
	daemon_expect(daemon, class);
	daemon_change(daemon, "workers = 1\n");
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	daemon_stop(daemon);
}

static size_t
none(size_t whole)
{
	return 0 * whole;
}

static size_t
half(size_t whole)
{
	return whole / 2;
}

static size_t
all(size_t whole)
{
	return whole;
}

START_TEST(silence_from_the_start_ends_at_the_hello_timeout)
{
	fall_silent(none, "hello-timeout = 300ms\n", ": tlsd: hello-timeout: ");
}
END_TEST

START_TEST(half_a_hello_and_silence_ends_at_the_hello_timeout)
{
	fall_silent(half, "hello-timeout = 300ms\n", ": tlsd: hello-timeout: ");
}
END_TEST

START_TEST(silence_after_the_hello_ends_at_the_handshake_timeout)
{
	fall_silent(all, "early-answer = no\nhandshake-timeout = 300ms\n",
	    ": tlsd: handshake-timeout: ");
}
END_TEST

START_TEST(silence_after_the_hello_costs_an_early_answer_no_worker)
{
	fall_silent(all, "handshake-timeout = 5m\n", " early=yes ");
}
END_TEST

/* Expects a client that sends its bytes in an unusual way to be served. */
static void
serve_odd(const struct peer_options *options)
{
	struct daemon *daemon = daemon_serve("workers = 1\n" NOT_HURRIED);
	int fd = peer_dial(daemon_port(daemon));

	ck_assert_str_eq(peer_ask_over(fd, options), HELLO);
	daemon_expect(daemon, ": tlsd: done TLS1.3 ");
	daemon_stop(daemon);
}

START_TEST(hello_of_single_bytes_works)
{
	serve_odd(&(struct peer_options){ .segment = 1 });
}
END_TEST

START_TEST(hello_in_several_segments_works)
{
	serve_odd(&(struct peer_options){ .segment = 100 });
}
END_TEST

START_TEST(hello_in_several_records_works)
{
	serve_odd(&(struct peer_options){ .record = 50 });
}
END_TEST

START_TEST(hello_in_many_tiny_records_works)
{
	serve_odd(&(struct peer_options){ .record = 5, .segment = 7 });
}
END_TEST

START_TEST(hello_in_records_of_any_size_works_in_every_version)
{
	static const size_t sizes[] = { 1, 2, 3, 4, 6, 64, 511 };
	static const char *const versions[] = { "NORMAL:-VERS-ALL:+VERS-TLS1.2",
		"NORMAL:-VERS-ALL:+VERS-TLS1.3" };
	struct daemon *daemon = daemon_serve("workers = 1\n" NOT_HURRIED);

	for (size_t i = 0; i < 2 * sizeof sizes / sizeof sizes[0]; i++) {
		struct peer_options options = { .priority = versions[i % 2],
			.record = sizes[i / 2] };
		int fd = peer_dial(daemon_port(daemon));
		ck_assert_str_eq(peer_ask_over(fd, &options), HELLO);
	}
	daemon_expect_times(daemon, ": tlsd: done TLS1.2 ", 7);
	daemon_expect_times(daemon, ": tlsd: done TLS1.3 ", 7);
	daemon_stop(daemon);
}
END_TEST

START_TEST(reset_within_the_hello_is_an_early_close)
{
	struct daemon *daemon = daemon_serve("workers = 1\n");
	unsigned char hello[2048];
	size_t size = peer_hello(hello);
	int fd = peer_dial(daemon_port(daemon));

	peer_send(fd, hello, size / 2);
	peer_reset(fd);
	daemon_expect(daemon, ": tlsd: early-close: ");
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	daemon_stop(daemon);
}
END_TEST

START_TEST(reset_within_the_handshake_is_an_early_close)
{
	struct daemon *daemon = daemon_serve("workers = 1\nearly-answer = no\n");
	unsigned char hello[2048];
	char byte;
	size_t size = peer_hello(hello);
	int fd = peer_dial(daemon_port(daemon));

	peer_send(fd, hello, size);
	ck_assert_int_eq(recv(fd, &byte, 1, 0), 1);
	peer_reset(fd);
	daemon_expect(daemon, ": tlsd: early-close: ");
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	daemon_stop(daemon);
}
END_TEST

/* Expects a client with `options` to get the fatal alert `alert`, and `class` in the log. */
static void
disagree(const char *settings, const struct peer_options *options, int alert,
    const char *class)
{
	struct daemon *daemon = daemon_serve(suite_format("workers = 1\n%s", settings));
	struct peer *peer = peer_new(peer_dial(daemon_port(daemon)), options);

	ck_assert_int_eq(peer_run(peer), GNUTLS_E_FATAL_ALERT_RECEIVED);
	ck_assert_int_eq((int)gnutls_alert_get(peer->tls), alert);
	peer_free(peer);
	daemon_expect(daemon, class);
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	daemon_stop(daemon);
}

START_TEST(client_of_tls_1_1_fails_by_its_version)
{
	disagree("",
	    &(struct peer_options){ .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.1" },
	    GNUTLS_A_PROTOCOL_VERSION,
	    ": tlsd: version: the client offers at most TLS 1.1, but the service "
	    "requires "
	    "TLS 1.2 or 1.3 ");
}
END_TEST

START_TEST(client_of_tls_1_2_fails_by_its_version_where_1_3_is_wanted)
{
	disagree("profile = tls13\n",
	    &(struct peer_options){ .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2" },
	    GNUTLS_A_PROTOCOL_VERSION,
	    ": tlsd: version: the client offers at most TLS 1.2, but the service "
	    "requires "
	    "TLS 1.3 ");
}
END_TEST

START_TEST(client_of_tls_1_3_fails_by_its_version_where_1_2_is_wanted)
{
	disagree("tls-max = 1.2\n",
	    &(struct peer_options){ .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3" },
	    GNUTLS_A_PROTOCOL_VERSION,
	    ": tlsd: version: the client does not offer TLS 1.2, but the service "
	    "allows "
	    "no newer version ");
}
END_TEST

START_TEST(no_common_cipher_fails_by_the_cipher)
{
	disagree("",
	    &(struct peer_options){
		.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-CBC" },
	    GNUTLS_A_HANDSHAKE_FAILURE, ": tlsd: cipher: ");
	disagree("",
	    &(struct peer_options){
		.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-CCM" },
	    GNUTLS_A_HANDSHAKE_FAILURE,
	    ": tlsd: cipher: the client supports none of the cipher suites of the "
	    "service, "
	    "or not its groups or certificates: tlsd -t prints them ");
}
END_TEST

START_TEST(no_common_group_fails_by_the_cipher)
{
	disagree("",
	    &(struct peer_options){ .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3:"
						"-GROUP-ALL:+GROUP-SECP521R1" },
	    GNUTLS_A_HANDSHAKE_FAILURE,
	    ": tlsd: cipher: the client supports none of the groups of the service: "
	    "tlsd "
	    "-t prints them ");
}
END_TEST

START_TEST(no_common_protocol_fails_by_alpn)
{
	disagree("alpn = h2, http/1.1\n", &(struct peer_options){ .alpn = "smtp" },
	    GNUTLS_A_NO_APPLICATION_PROTOCOL, ": tlsd: alpn: ");
}
END_TEST

START_TEST(negotiated_protocol_is_logged)
{
	struct daemon *daemon = daemon_serve("alpn = h2, http/1.1\n");
	struct peer_options options = { .alpn = "http/1.1", .name = "localhost" };

	ck_assert_str_eq(
	    peer_ask_over(peer_dial(daemon_port(daemon)), &options), HELLO);
	daemon_expect(daemon, " sni=localhost alpn=http/1.1 resumed=no ");
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	daemon_expect(daemon, " sni=- alpn=- resumed=no ");
	daemon_stop(daemon);
}
END_TEST

/* A client that rejects the certificate sends an alert. */
static void
refuse_certificate(const char *priority)
{
	struct daemon *daemon = daemon_serve("workers = 1\nearly-answer = no\n");
	const char *trust = suite_path("server.crt");
	struct peer_options options = {
		.priority = priority, .trust = trust, .host = "elsewhere.example"
	};

	ck_assert_int_eq(peer_try(daemon_port(daemon), &options),
	    GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR);
	daemon_expect(daemon, ": tlsd: client-alert: ");
	daemon_expect(daemon, "(alert ");
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	daemon_stop(daemon);
}

START_TEST(client_that_refuses_our_certificate_in_tls_1_2_is_named)
{
	refuse_certificate("NORMAL:-VERS-ALL:+VERS-TLS1.2");
}
END_TEST

START_TEST(client_that_refuses_our_certificate_in_tls_1_3_is_named)
{
	refuse_certificate("NORMAL:-VERS-ALL:+VERS-TLS1.3");
}
END_TEST

/* A client rejects the certificate in plaintext, before it has keys, as OpenSSL does. */
static void
refuse_in_plaintext(const char *settings, const char *reason)
{
	struct daemon *daemon = daemon_serve(settings);
	unsigned char hello[2048];
	size_t size = peer_hello(hello);
	int fd = peer_dial(daemon_port(daemon));
	char byte;

	peer_send(fd, hello, size);
	ck_assert_int_eq(recv(fd, &byte, 1, 0), 1);
	peer_send(fd, "\x15\x03\x03\x00\x02\x02\x30", 7);
	peer_see_off(fd);
	daemon_expect(daemon, reason);
	daemon_expect(daemon, "sent in plaintext (alert 48)");
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	daemon_stop(daemon);
}

START_TEST(alert_in_plaintext_is_read_too)
{
	refuse_in_plaintext("workers = 1\nearly-answer = no\n",
	    ": tlsd: client-alert: the client refused: ");
}
END_TEST

START_TEST(plaintext_alert_after_an_early_answer_is_recognized)
{
	refuse_in_plaintext("workers = 1\n",
	    ": tlsd: client-alert: the client refused the early answer: ");
}
END_TEST

/* Makes a file of `size` bytes whose pages all differ. Returns its path. If `content`
 * is not NULL, it gets the bytes, which the caller frees. */
static const char *
make_file(const char *name, size_t size, char **content)
{
	const char *path = suite_path(name);
	char *bytes = memory_new(size + 1);

	for (size_t i = 0; i + 4 < size; i += 4)
		memcpy(bytes + i,
		    &(unsigned){ (unsigned)i * 2654435761u | 0x01010101u }, 4);
	ck_assert_int_eq(file_write(path, bytes, size, 0600, FILE_REPLACE), 0);
	if (content != NULL)
		*content = bytes;
	else
		free(bytes);
	return path;
}

/* Starts a server that answers with the file `path`. */
static struct daemon *
serve_file(const char *path, const char *settings)
{
	return daemon_serve(
	    suite_format("%srespond = file\nfile = %s\n", settings, path));
}

START_TEST(client_that_never_reads_ends_at_the_write_timeout)
{
	const char *path = make_file("big", 64 * MIB, NULL);
	struct daemon *daemon = serve_file(path, "workers = 1\nidle-timeout = 300ms\n");
	struct peer *stuck = peer_new(peer_dial_narrow(daemon_port(daemon)), NULL);

	ck_assert_int_eq(peer_shake(stuck), 0);
	daemon_expect(daemon, ": tlsd: write-timeout: ");
	suite_file("big", "small");
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), "small");
	peer_free(stuck);
	daemon_stop(daemon);
}
END_TEST

START_TEST(client_that_reads_slowly_but_steadily_gets_everything)
{
	char *content;
	const char *path = make_file("big", 8 * MIB, &content);
	struct daemon *daemon = serve_file(path, "workers = 1\nidle-timeout = 2s\n");
	struct peer_options slow = { .gulp = 8192 };
	struct peer *peer = peer_new(peer_dial_narrow(daemon_port(daemon)), &slow);

	ck_assert_int_eq(peer_run(peer), 0);
	ck_assert_uint_eq(peer->size, 8 * MIB);
	ck_assert(memcmp(peer->answer, content, peer->size) == 0);
	free(content);
	peer_free(peer);
	daemon_expect(daemon, " out=8388608 ");
	daemon_stop(daemon);
}
END_TEST

START_TEST(client_that_reads_very_little_at_a_time_is_not_idle)
{
	const char *path = make_file("big", 8 * MIB, NULL);
	struct daemon *daemon = serve_file(path, "workers = 1\nidle-timeout = 2s\n");
	struct peer_options slow = { .gulp = 4096 };
	struct peer *peer = peer_new(peer_dial_narrow(daemon_port(daemon)), &slow);

	ck_assert_int_eq(peer_shake(peer), 0);
	for (int i = 0; i < 40; i++) {
		peer_step(peer);
		poll(NULL, 0, 100);
	}
	slow.gulp = 0;
	ck_assert_int_eq(peer_run(peer), 0);
	ck_assert_uint_eq(peer->size, 8 * MIB);
	peer_free(peer);
	daemon_stop(daemon);
}
END_TEST

START_TEST(maximum_lifetime_ends_even_a_steady_reader)
{
	const char *path = make_file("big", 64 * MIB, NULL);
	struct daemon *daemon = serve_file(
	    path, "workers = 1\nidle-timeout = 5m\nmax-lifetime = 1s\n" NOT_HURRIED);
	struct peer_options slow = { .gulp = 64 };
	struct peer *peer = peer_new(peer_dial_narrow(daemon_port(daemon)), &slow);

	ck_assert_int_lt(peer_run(peer), 0);
	ck_assert_uint_lt(peer->size, 64 * MIB);
	peer_free(peer);
	daemon_expect(daemon, ": tlsd: write-timeout: ");
	suite_file("big", "small");
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), "small");
	daemon_stop(daemon);
}
END_TEST

enum { READERS = 8, READER_KIB = 256 };

/* Each client is in the middle of the file, and all buffers are full. */
START_TEST(big_file_costs_little_memory)
{
	const char *path = make_file("big", 64 * MIB, NULL);
	struct daemon *daemon = serve_file(path, "workers = 8\n" NOT_HURRIED);
	struct peer_options steady = { .gulp = 65536 };
	struct peer *readers[READERS];

	size_t before = daemon_resident_kib(daemon);
	for (size_t i = 0; i < READERS; i++) {
		readers[i] = peer_new(peer_dial_narrow(daemon_port(daemon)), &steady);
		ck_assert_int_eq(peer_shake(readers[i]), 0);
		while (readers[i]->size < MIB)
			peer_step(readers[i]);
	}
	ck_assert(daemon_grew_at_most(daemon, before, (size_t)READERS * READER_KIB));
	for (size_t i = 0; i < READERS; i++)
		peer_free(readers[i]);
	daemon_stop(daemon);
}
END_TEST

START_TEST(empty_file_is_an_empty_answer)
{
	struct daemon *daemon = serve_file(suite_file("empty", ""), "");

	ck_assert_str_eq(peer_ask(daemon_port(daemon)), "");
	daemon_expect(daemon, " out=0 ");
	daemon_stop(daemon);
}
END_TEST

START_TEST(file_is_read_afresh_for_each_client)
{
	struct daemon *daemon = serve_file(suite_file("news", "old"), "");

	ck_assert_str_eq(peer_ask(daemon_port(daemon)), "old");
	suite_file("news", "new");
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), "new");
	daemon_stop(daemon);
}
END_TEST

START_TEST(file_that_is_gone_ends_in_an_alert_and_nothing_else)
{
	const char *path = suite_file("news", "here");
	struct daemon *daemon = serve_file(path, "workers = 1\n");
	unsigned port = daemon_port(daemon);

	ck_assert_int_eq(unlink(path), 0);
	struct peer *peer = peer_new(peer_dial(port), NULL);
	ck_assert_int_eq(peer_run(peer), GNUTLS_E_FATAL_ALERT_RECEIVED);
	ck_assert_int_eq((int)gnutls_alert_get(peer->tls), GNUTLS_A_INTERNAL_ERROR);
	ck_assert_uint_eq(peer->size, 0);
	peer_free(peer);
	daemon_expect(daemon, ": tlsd: internal: ");
	daemon_expect(daemon, "/news: No such file or directory");
	suite_file("news", "back");
	ck_assert_str_eq(peer_ask(port), "back");
	daemon_stop(daemon);
}
END_TEST

START_TEST(no_reset_follows_an_answer_that_left_a_request_unread)
{
	struct daemon *daemon = daemon_serve("workers = 1\n" NOT_HURRIED);
	struct peer_options options = { .request = 100 * 1024 };

	for (int i = 0; i < 20; i++) {
		struct peer *peer = peer_new(peer_dial(daemon_port(daemon)), &options);
		struct pollfd end = { .fd = peer->fd, .events = POLLIN };
		char byte;

		ck_assert_int_eq(peer_run(peer), 0);
		ck_assert_str_eq(peer->answer, HELLO);
		/* The server closes once it has read some of the request. */
		ck_assert_int_eq(poll(&end, 1, SUITE_PATIENCE_MS), 1);
		ck_assert_int_eq(recv(peer->fd, &byte, 1, 0), 0);
		peer_free(peer);
	}
	daemon_stop(daemon);
}
END_TEST

START_TEST(thousand_clients_at_once_are_all_answered)
{
	struct daemon *daemon = daemon_serve("workers = 4\n" NOT_HURRIED);

	peer_raise_limit();
	struct peer **crowd = peer_crowd(daemon_port(daemon), 1000, NULL);
	peer_crowd_finish(crowd, 1000, HELLO);
	daemon_expect_times(daemon, ": tlsd: done TLS1.3 ", 1000);
	daemon_stop(daemon);
}
END_TEST

START_TEST(full_queue_delays_clients_and_refuses_none)
{
	struct daemon *daemon =
	    daemon_serve("workers = 1\nqueue-size = 2\nbacklog = 500\n" NOT_HURRIED);
	struct peer **crowd = peer_crowd(daemon_port(daemon), 300, NULL);

	peer_crowd_finish(crowd, 300, HELLO);
	daemon_expect_times(daemon, ": tlsd: done TLS1.3 ", 300);
	daemon_stop(daemon);
}
END_TEST

START_TEST(longest_waiting_client_is_closed_at_max_waiting)
{
	struct daemon *daemon =
	    daemon_serve("log-level = debug\nmax-waiting = 10\nhello-timeout = 5m\n");
	unsigned char hello[2048];
	size_t size = peer_hello(hello);
	int fds[30];

	for (int i = 0; i < 30; i++) {
		fds[i] = peer_dial(daemon_port(daemon));
		peer_send(fds[i], hello, size / 2);
	}
	daemon_expect_times(daemon, ": tlsd: refused-limit: ", 20);
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	for (int i = 0; i < 30; i++)
		close(fds[i]);
	daemon_expect_times(daemon, ": tlsd: early-close: ", 10);
	ck_assert_uint_eq(daemon_count(daemon, ": tlsd: refused-limit: "), 20);
	daemon_stop(daemon);
}
END_TEST

START_TEST(many_silent_clients_do_not_delay_others)
{
	struct daemon *daemon =
	    daemon_serve("log-level = debug\nworkers = 2\nhello-timeout = 5m\n");
	unsigned char hello[2048];
	size_t size = peer_hello(hello);
	int fds[200];

	for (int i = 0; i < 200; i++) {
		fds[i] = peer_dial(daemon_port(daemon));
		if (i % 2 == 0)
			peer_send(fds[i], hello, size - 1);
	}
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	for (int i = 0; i < 200; i++)
		close(fds[i]);
	daemon_expect_times(daemon, ": tlsd: early-close: ", 200);
	daemon_stop(daemon);
}
END_TEST

/* Makes a connection of the given sort; sort 0 is well-behaved. */
static void
connect_somehow(unsigned port, int sort, const unsigned char *hello, size_t size)
{
	int fd;

	if (sort == 0) {
		ck_assert_str_eq(peer_ask(port), HELLO);
		return;
	}
	fd = peer_dial(port);
	switch (sort) {
	case 1:
		peer_say(fd, "GET / HTTP/1.0\r\n\r\n");
		peer_see_off(fd);
		return;
	case 2:
		peer_send(fd, hello, size / 2);
		break;
	case 3:
		peer_send(fd, hello, size);
		break;
	default:
		peer_send(fd, hello, size);
		peer_reset(fd);
		return;
	}
	close(fd);
}

START_TEST(server_leaks_no_descriptor_and_no_thread)
{
	struct daemon *daemon = daemon_serve("workers = 4\n");
	unsigned port = daemon_port(daemon);
	unsigned char hello[2048];
	size_t size = peer_hello(hello);

	size_t threads = daemon_threads(daemon);
	size_t descriptors = daemon_descriptors(daemon);
	for (int i = 0; i < 500; i++)
		connect_somehow(port, i % 5, hello, size);
	daemon_expect_descriptors(daemon, descriptors);
	daemon_expect_threads(daemon, threads);
	daemon_stop(daemon);
}
END_TEST

START_TEST(load_shedding_at_the_descriptor_limit_keeps_serving)
{
	struct daemon *daemon = daemon_spawn(&(struct daemon_options){
	    .ini = daemon_ini("workers = 4\nhello-timeout = 5m\n"),
	    .descriptors = 64 });
	int fds[200];

	daemon_expect(daemon, ": started: ");
	unsigned port = daemon_port(daemon);
	for (int i = 0; i < 200; i++) {
		fds[i] = peer_dial(port);
		peer_send(fds[i], "\x16\x03\x01", 3);
	}
	daemon_expect(daemon, ": tlsd: refused-limit: ");
	ck_assert_str_eq(peer_ask(port), HELLO);
	for (int i = 0; i < 200; i++)
		close(fds[i]);
	ck_assert_str_eq(peer_ask(port), HELLO);
	daemon_stop(daemon);
}
END_TEST

START_TEST(name_of_odd_bytes_does_not_reach_the_log)
{
	struct daemon *daemon = daemon_serve("");
	unsigned char hello[2048];
	struct peer_options options = { .name = "evil-name.example" };
	size_t size = peer_hello_of(&options, hello);
	unsigned char *name = memmem(hello, size, "evil-name", 9);
	int fd = peer_dial(daemon_port(daemon));

	ck_assert_ptr_nonnull(name);
	memcpy(name, "\x1b[2J\n\r\x07\x80\xff", 9);
	peer_send(fd, hello, size);
	shutdown(fd, SHUT_WR);
	peer_see_off(fd);
	daemon_expect(daemon, "[127.0.0.1]:");
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	daemon_expect_clean_log(daemon);
	daemon_stop(daemon);
}
END_TEST

START_TEST(protocol_of_odd_bytes_is_escaped_in_the_log)
{
	struct daemon *daemon = daemon_serve("alpn = a\x1b[2J\x07\x80\xff z\n");
	struct peer_options options = { .alpn = "a\x1b[2J\x07\x80\xff z" };

	ck_assert_str_eq(
	    peer_ask_over(peer_dial(daemon_port(daemon)), &options), HELLO);
	daemon_expect(daemon, " alpn=a\\x1b[2J\\x07\\x80\\xff");
	daemon_expect_clean_log(daemon);
	daemon_stop(daemon);
}
END_TEST

START_TEST(unwritable_log_does_not_stop_service)
{
	/* With a sandbox, a reload could not open another log file. */
	struct daemon *daemon = daemon_serve("sandbox = no\ntext = old\n");
	unsigned port = daemon_port(daemon);
	long long deadline = daemon_deadline();

	daemon_configure(
	    daemon, daemon_ini("sandbox = no\nlog-file = /dev/full\ntext = new\n"));
	daemon_signal(daemon, SIGHUP);
	while (strcmp(peer_ask(port), "new") != 0)
		daemon_pause(deadline, "no reload");
	for (int i = 0; i < 20; i++)
		ck_assert_str_eq(peer_ask(port), "new");
	daemon_stop(daemon);
}
END_TEST

SUITE("server", bytes_other_than_tls_are_logged_as_not_tls,
    record_other_than_a_handshake_is_logged_as_not_tls,
    plain_http_request_gets_an_answer_that_can_be_read,
    ssl_2_hello_is_not_tls_and_gets_an_alert, ssh_client_is_not_tls,
    half_a_hello_and_an_end_is_an_early_close, end_without_a_byte_is_an_early_close,
    hello_full_of_nonsense_is_a_protocol_failure,
    silence_from_the_start_ends_at_the_hello_timeout,
    half_a_hello_and_silence_ends_at_the_hello_timeout,
    silence_after_the_hello_ends_at_the_handshake_timeout,
    silence_after_the_hello_costs_an_early_answer_no_worker,
    hello_of_single_bytes_works, hello_in_several_segments_works,
    hello_in_several_records_works, hello_in_many_tiny_records_works,
    hello_in_records_of_any_size_works_in_every_version,
    reset_within_the_hello_is_an_early_close,
    reset_within_the_handshake_is_an_early_close,
    client_of_tls_1_1_fails_by_its_version,
    client_of_tls_1_2_fails_by_its_version_where_1_3_is_wanted,
    client_of_tls_1_3_fails_by_its_version_where_1_2_is_wanted,
    no_common_cipher_fails_by_the_cipher, no_common_group_fails_by_the_cipher,
    no_common_protocol_fails_by_alpn, negotiated_protocol_is_logged,
    client_that_refuses_our_certificate_in_tls_1_2_is_named,
    client_that_refuses_our_certificate_in_tls_1_3_is_named,
    alert_in_plaintext_is_read_too, plaintext_alert_after_an_early_answer_is_recognized,
    client_that_never_reads_ends_at_the_write_timeout,
    client_that_reads_slowly_but_steadily_gets_everything,
    client_that_reads_very_little_at_a_time_is_not_idle,
    maximum_lifetime_ends_even_a_steady_reader, big_file_costs_little_memory,
    empty_file_is_an_empty_answer, file_is_read_afresh_for_each_client,
    file_that_is_gone_ends_in_an_alert_and_nothing_else,
    no_reset_follows_an_answer_that_left_a_request_unread,
    thousand_clients_at_once_are_all_answered,
    full_queue_delays_clients_and_refuses_none,
    longest_waiting_client_is_closed_at_max_waiting,
    many_silent_clients_do_not_delay_others, server_leaks_no_descriptor_and_no_thread,
    load_shedding_at_the_descriptor_limit_keeps_serving,
    name_of_odd_bytes_does_not_reach_the_log,
    protocol_of_odd_bytes_is_escaped_in_the_log, unwritable_log_does_not_stop_service)

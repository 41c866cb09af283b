/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of a real tlsd against clients that are slow, stuck or hostile on purpose: each
 * of them ends in its class, and the only worker serves the next client. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/memory/memory.h"
#include "base/net/socket.h"
#include "lib/daemon.h"
#include "lib/forge.h"
#include "lib/peer.h"
#include "lib/pki.h"
#include "lib/suite.h"

#define HELLO "Hello, TLS!\n"
#define ONE_WORKER "workers = 1\n"
#define PATIENT "hello-timeout = 5m\nhandshake-timeout = 5m\nclose-timeout = 5m\n"
/* close-timeout limits how long the rest of a flood is read after its end. */
#define BRIEF "hello-timeout = 5m\nhandshake-timeout = 5m\nclose-timeout = 1s\n"
#define ECHO ONE_WORKER "respond = echo\nidle-timeout = 5m\n"
#define TLS12 "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-GCM"
#define TLS13 "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM"
#define MIB (1 << 20)
#define SHORT 60000UL /* bytes of an answer that the kernel keeps after a close */
#define PROTOCOL ": tlsd: protocol: "

/* --- dripping -------------------------------------------------------------------------- */

/* Sends single bytes until the server closes. Returns true if it closes before the last one. */
static bool
drip(int fd, const unsigned char *bytes, size_t size)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLRDHUP };

	for (size_t i = 0; i < size; i++) {
		if (send(fd, bytes + i, 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			return true;
		if (poll(&pollfd, 1, 80) > 0)
			return true;
	}
	return false;
}

START_TEST(hello_that_drips_ends_at_the_hello_timeout)
{
	struct daemon *daemon = daemon_serve(ONE_WORKER "hello-timeout = 400ms\n");
	unsigned char hello[2048];
	size_t size = peer_hello(hello);
	int fd = peer_dial(daemon_port(daemon));

	ck_assert(drip(fd, hello, size));
	peer_see_off(fd);
	daemon_expect(daemon, ": tlsd: hello-timeout: ");
	daemon_change(daemon, ONE_WORKER);
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	daemon_stop(daemon);
}
END_TEST

/* Bytes that a client would send, kept back. */
static struct kept {
	unsigned char bytes[8192];
	size_t size;
} kept;

static ssize_t
keep(gnutls_transport_ptr_t pointer, const void *bytes, size_t size)
{
	(void)pointer;
	ck_assert_uint_le(kept.size + size, sizeof kept.bytes);
	memcpy(kept.bytes + kept.size, bytes, size);
	kept.size += size;
	return (ssize_t)size;
}

/* Returns a client whose second flight is in `kept`, or one that was too slow for the server. */
static struct peer *
keep_second_flight(unsigned port, const struct peer_options *options)
{
	struct peer *peer = peer_new(peer_dial(port), options);
	struct pollfd pollfd = { .fd = peer->fd, .events = POLLIN };

	/* The bytes are kept from the start: a fast server may let one step make both flights. */
	kept.size = 0;
	gnutls_transport_set_push_function(peer->tls, keep);
	peer_step(peer);
	peer_send(peer->fd, kept.bytes, kept.size);
	kept.size = 0;
	while (kept.size == 0 && !peer->done) {
		ck_assert_int_eq(poll(&pollfd, 1, SUITE_PATIENCE_MS), 1);
		peer_step(peer);
	}
	return peer;
}

static void
drip_second_flight(const char *priority)
{
	struct daemon *daemon =
	    daemon_serve(ONE_WORKER "early-answer = no\nhandshake-timeout = 1s\n");
	struct peer_options options = { .priority = priority };
	struct peer *peer = keep_second_flight(daemon_port(daemon), &options);

	while (peer->done) {
		peer_free(peer);
		peer = keep_second_flight(daemon_port(daemon), &options);
	}
	ck_assert(drip(peer->fd, kept.bytes, kept.size));
	daemon_expect(daemon, ": tlsd: handshake-timeout: ");
	daemon_change(daemon, ONE_WORKER);
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	peer_free(peer);
	daemon_stop(daemon);
}

START_TEST(second_flight_that_drips_ends_at_the_handshake_timeout)
{
	drip_second_flight(TLS13);
	drip_second_flight(TLS12);
}
END_TEST

/* --- standstill ------------------------------------------------------------------------ */

START_TEST(client_that_neither_sends_nor_reads_ends_at_the_idle_timeout)
{
	struct daemon *daemon =
	    daemon_serve(ONE_WORKER "respond = echo\nidle-timeout = 300ms\n");
	struct peer *peer = peer_new(peer_dial(daemon_port(daemon)), NULL);

	ck_assert_int_eq(peer_shake(peer), 0);
	daemon_expect(daemon, ": tlsd: idle-timeout: ");
	peer_free(peer);
	daemon_stop(daemon);
}
END_TEST

/* --- floods ---------------------------------------------------------------------------- */

/* An echo server, and a client whose keys are used to forge records. */
struct flood {
	struct daemon *daemon;
	struct peer *peer;
	struct forge forge;
};

static struct flood
begin_flood_of(const char *ini, const char *priority)
{
	static struct peer_options options;
	struct flood flood = { .daemon = daemon_serve(ini) };

	options.priority = priority;
	flood.peer = peer_new(peer_dial(daemon_port(flood.daemon)), &options);
	ck_assert_int_eq(peer_shake(flood.peer), 0);
	forge_init(&flood.forge, flood.peer->tls);
	return flood;
}

static struct flood
begin_flood(const char *priority)
{
	return begin_flood_of(ECHO BRIEF, priority);
}

/* Sends the bytes, and discards received ones. Returns false once the server has closed. */
static bool
push_through(int fd, const unsigned char *bytes, size_t size)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLOUT };
	char bin[4096];

	while (size > 0) {
		ssize_t n = send(fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN)
			return false;
		if (n < 0 && poll(&pollfd, 1, SUITE_PATIENCE_MS) != 1)
			ck_abort_msg("the server neither takes nor closes");
		while (recv(fd, bin, sizeof bin, MSG_DONTWAIT) > 0)
			;
		if (n > 0) {
			bytes += n;
			size -= (size_t)n;
		}
	}
	return true;
}

/* Expects the server to have ended the connection, and to log `why`. */
static void
end_flood(struct flood *flood, const char *why)
{
	daemon_expect(flood->daemon, why);
	peer_free(flood->peer);
	forge_fini(&flood->forge);
	daemon_stop(flood->daemon);
}

/* Sends up to a million records with that content. The server must end the connection earlier. */
static void
flood_with(
    const char *priority, int type, const void *bytes, size_t size, const char *why)
{
	struct flood flood = begin_flood(priority);
	unsigned char record[FORGE_RECORD_MAX];
	long count = 0;

	for (; count < 1000000; count++) {
		size_t length = forge_record(&flood.forge, type, bytes, size, record);
		if (!push_through(flood.peer->fd, record, length))
			break;
	}
	ck_assert_int_lt(count, 1000000);
	end_flood(&flood, why);
}

START_TEST(empty_records_without_end_are_a_protocol_failure)
{
	flood_with(TLS13, FORGE_DATA, "", 0, PROTOCOL);
	flood_with(TLS12, FORGE_DATA, "", 0, PROTOCOL);
}
END_TEST

START_TEST(warnings_without_end_end_the_session)
{
	/* In TLS 1.3, the first one ends the session: RFC 8446, 6. */
	flood_with(TLS13, FORGE_ALERT, "\x01\x5a", 2, ": tlsd: client-alert: ");
	flood_with(TLS12, FORGE_ALERT, "\x01\x64", 2, PROTOCOL);
}
END_TEST

START_TEST(updates_of_keys_without_end_are_a_protocol_failure)
{
	struct daemon *daemon = daemon_serve(ECHO PATIENT);
	struct peer_options options = { .priority = TLS13 };
	struct peer *peer = peer_new(peer_dial(daemon_port(daemon)), &options);
	int code = 0, count = 0;

	ck_assert_int_eq(peer_shake(peer), 0);
	for (; count < 100000 && (code == 0 || code == GNUTLS_E_AGAIN); count++) {
		code = gnutls_session_key_update(peer->tls, GNUTLS_KU_PEER);
		peer_step(peer);
	}
	ck_assert_int_lt(count, 100000);
	daemon_expect(daemon, ": tlsd: protocol: ");
	peer_free(peer);
	daemon_stop(daemon);
}
END_TEST

/* Sends a record every 80 ms. Each one is progress, but the server must close nevertheless. */
static void
drip_records(const char *priority, const void *bytes, size_t size)
{
	struct flood flood =
	    begin_flood_of(ECHO PATIENT "max-lifetime = 2s\n", priority);
	struct pollfd pollfd = { .fd = flood.peer->fd, .events = POLLRDHUP };
	unsigned char record[FORGE_RECORD_MAX];
	bool open = true;

	for (int i = 0; open && i < SUITE_PATIENCE_MS / 80; i++) {
		size_t length =
		    forge_record(&flood.forge, FORGE_DATA, bytes, size, record);
		open = push_through(flood.peer->fd, record, length) &&
		       poll(&pollfd, 1, 80) == 0;
	}
	ck_assert(!open);
	end_flood(&flood, ": tlsd: idle-timeout: ");
}

START_TEST(records_that_drip_do_not_prolong_the_longest_life)
{
	drip_records(TLS13, "x", 1);
	drip_records(TLS13, "", 0);
	drip_records(TLS12, "", 0);
}
END_TEST

START_TEST(updates_of_keys_that_drip_do_not_prolong_the_longest_life)
{
	struct daemon *daemon = daemon_serve(ECHO PATIENT "max-lifetime = 2s\n");
	struct peer_options options = { .priority = TLS13 };
	struct peer *peer = peer_new(peer_dial(daemon_port(daemon)), &options);
	struct pollfd pollfd = { .fd = peer->fd, .events = POLLRDHUP };
	int rounds = 0;

	ck_assert_int_eq(peer_shake(peer), 0);
	for (; rounds < SUITE_PATIENCE_MS / 150; rounds++)
		/* The library accepts eight a second. */
		if (gnutls_session_key_update(peer->tls, 0) < 0 ||
		    poll(&pollfd, 1, 150) > 0)
			break;
	ck_assert_int_lt(rounds, SUITE_PATIENCE_MS / 150);
	daemon_expect(daemon, ": tlsd: idle-timeout: ");
	peer_free(peer);
	daemon_stop(daemon);
}
END_TEST

START_TEST(new_session_ticket_from_a_client_is_a_protocol_failure)
{
	flood_with(TLS13, FORGE_HANDSHAKE, "\x04\0\0\x0f\0\0\0\1\0\0\0\1\1\0\0\1\0\0\0",
	    19, PROTOCOL);
}
END_TEST

START_TEST(hello_within_a_session_is_refused)
{
	unsigned char hello[2048];
	size_t size = peer_hello(hello);
	struct flood flood = begin_flood(TLS12);
	unsigned char record[FORGE_RECORD_MAX];

	ck_assert_uint_gt(size, 200);
	/* A ClientHello without extensions, with which a client starts a renegotiation. */
	hello[5 + 3] = 34 + 1 + 4 + 2;
	hello[5 + 1] = hello[5 + 2] = 0;
	memcpy(hello + 5 + 4 + 34, "\0\0\2\xc0\x2b\1\0", 7);
	size_t length =
	    forge_record(&flood.forge, FORGE_HANDSHAKE, hello + 5, 4 + 34 + 7, record);
	ck_assert(push_through(flood.peer->fd, record, length));
	end_flood(&flood, PROTOCOL);
}
END_TEST

/* Floods the server before there are keys: sends `record` many times after a whole ClientHello. */
static void
flood_handshake(const char *priority, const void *record, size_t size, const char *why)
{
	struct daemon *daemon = daemon_serve(ONE_WORKER "early-answer = no\n" PATIENT);
	struct peer_options options = { .priority = priority };
	unsigned char hello[2048];
	size_t hello_size = peer_hello_of(&options, hello);
	int fd = peer_dial(daemon_port(daemon)), count = 0;

	peer_send(fd, hello, hello_size);
	while (count < 100000 && push_through(fd, record, size))
		count++;
	/* The client is still connected: the worker did not wait for it to leave. */
	daemon_expect(daemon, why);
	close(fd);
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	daemon_stop(daemon);
}

START_TEST(changes_of_cipher_without_end_are_a_protocol_failure)
{
	flood_handshake(TLS13, "\x14\x03\x03\0\1\1", 6, PROTOCOL);
}
END_TEST

START_TEST(warnings_within_a_handshake_end_it)
{
	flood_handshake(TLS12, "\x15\x03\x03\0\2\1\x5a", 7, ": tlsd: client-alert: ");
	flood_handshake(TLS13, "\x15\x03\x03\0\2\1\x5a", 7, ": tlsd: client-alert: ");
}
END_TEST

START_TEST(empty_handshake_records_are_a_protocol_failure)
{
	flood_handshake(TLS12, "\x16\x03\x03\0\0", 5, PROTOCOL);
	flood_handshake(TLS13, "\x16\x03\x03\0\0", 5, PROTOCOL);
}
END_TEST

START_TEST(handshake_message_that_never_ends_is_a_protocol_failure)
{
	/* A ClientKeyExchange that claims to have 16 MB. */
	unsigned char record[5 + 16384] = { 0x16, 3, 3, 0x40, 0, 16, 0xff, 0xff, 0xff };

	flood_handshake(TLS12, record, sizeof record, PROTOCOL);
}
END_TEST

/* --- certificates ---------------------------------------------------------------------- */

START_TEST(stranger_is_refused_before_its_signature_is_tried)
{
	struct daemon *daemon = daemon_serve(
	    suite_format(ONE_WORKER PATIENT "client-verify = optional\nca-file = %s\n",
		suite_path("ca.crt")));
	struct peer_options options = { .priority = TLS13 };
	struct peer *peer = peer_new(peer_dial(daemon_port(daemon)), &options);
	/* Clients only send certificates whose issuer the server names, so this
	 * authority has the right name. */
	struct pki_pair *namesake = pki_ca("tlsd test authority");
	struct pki_pair *stranger = pki_make(&(struct pki_options){ .name = "stranger",
						 .purpose = GNUTLS_KP_TLS_WWW_CLIENT },
	    namesake);

	/* The signature is made with another key than the certificate's. */
	gnutls_certificate_set_flags(
	    peer->credentials, GNUTLS_CERTIFICATE_SKIP_KEY_CERT_MATCH);
	ck_assert_int_ge(gnutls_certificate_set_x509_key(
			     peer->credentials, &stranger->cert, 1, namesake->key),
	    0);
	ck_assert_int_eq(peer_run(peer), GNUTLS_E_FATAL_ALERT_RECEIVED);
	daemon_expect(daemon, ": tlsd: cert-untrusted: CN=stranger: ");
	peer_free(peer);
	pki_free(stranger);
	pki_free(namesake);
	daemon_stop(daemon);
}
END_TEST

/* --- closing --------------------------------------------------------------------------- */

/* Makes a file of `size` bytes. Returns its path. */
static const char *
make_file(size_t size)
{
	char *bytes = memory_new(size);
	const char *path = suite_path("file");

	memset(bytes, 'x', size);
	ck_assert_int_eq(file_write(path, bytes, size, 0600, FILE_REPLACE), 0);
	free(bytes);
	return path;
}

static struct daemon *
serve_file(size_t size, const char *settings)
{
	return daemon_serve(suite_format(
	    ONE_WORKER "%srespond = file\nfile = %s\n", settings, make_file(size)));
}

/* Waits until the close-timeout of another client has passed, so that it has passed for the first
 * one too. That one is the only connection left beside `descriptors`. */
static void
await_close_timeout(struct daemon *daemon, size_t descriptors)
{
	struct peer_options without = { .priority = TLS12 };
	struct peer *other = peer_new(peer_dial(daemon_port(daemon)), &without);

	ck_assert_int_eq(peer_run(other), 0);
	daemon_expect_descriptors(daemon, descriptors + 1);
	peer_free(other);
}

START_TEST(early_answered_client_has_the_handshake_timeout_to_finish)
{
	struct daemon *daemon =
	    daemon_serve(ONE_WORKER "close-timeout = 100ms\nhandshake-timeout = 5m\n");
	size_t descriptors = daemon_descriptors(daemon);
	struct peer *early = peer_new(peer_dial(daemon_port(daemon)), NULL);

	peer_step(early);
	daemon_expect(daemon, " early=yes ");
	await_close_timeout(daemon, descriptors);
	ck_assert_int_eq(peer_run(early), 0);
	ck_assert_str_eq(early->answer, HELLO);
	peer_free(early);
	daemon_expect_descriptors(daemon, descriptors);
	daemon_stop(daemon);
}
END_TEST

/* Returns a client that sent its ClientHello, after its answer or, if the machine was too slow
 * for that, its failure was logged. */
static struct peer *
begin_early(struct daemon *daemon)
{
	size_t failures = daemon_count(daemon, ": tlsd: handshake-timeout: ");
	struct peer *early = peer_new(peer_dial(daemon_port(daemon)), NULL);
	long long deadline = daemon_deadline();

	peer_step(early);
	while (daemon_count(daemon, " early=yes ") == 0 &&
	       daemon_count(daemon, ": tlsd: handshake-timeout: ") == failures)
		daemon_pause(deadline, "neither an answer nor a failure");
	return early;
}

START_TEST(early_client_that_never_finishes_ends_with_the_handshake_timeout)
{
	struct daemon *daemon = daemon_serve(
	    ONE_WORKER "close-timeout = 100ms\nhandshake-timeout = 500ms\n");
	size_t descriptors = daemon_descriptors(daemon);
	struct peer *early = begin_early(daemon);

	while (daemon_count(daemon, " early=yes ") == 0) {
		peer_free(early);
		early = begin_early(daemon);
	}
	daemon_expect_descriptors(daemon, descriptors);
	peer_free(early);
	daemon_stop(daemon);
}
END_TEST

START_TEST(megabytes_in_flight_after_the_answer_do_not_cause_a_reset)
{
	struct daemon *daemon = daemon_serve(ONE_WORKER PATIENT);
	struct peer_options options = { .request = 8 * MIB };

	ck_assert_str_eq(
	    peer_ask_over(peer_dial(daemon_port(daemon)), &options), HELLO);
	daemon_stop(daemon);
}
END_TEST

START_TEST(client_that_sends_endlessly_after_the_answer_is_cut)
{
	struct daemon *daemon = daemon_serve(ONE_WORKER PATIENT);
	struct peer_options options = { .request = 2048UL * MIB };
	struct peer *peer = peer_new(peer_dial(daemon_port(daemon)), &options);

	ck_assert_int_lt(peer_run(peer), 0);
	ck_assert_uint_gt(peer->asked, 8 * MIB);
	peer_free(peer);
	daemon_stop(daemon);
}
END_TEST

START_TEST(slow_reader_gets_the_whole_answer_after_the_close_timeout)
{
	struct daemon *daemon =
	    serve_file(MIB, "close-timeout = 100ms\nidle-timeout = 5m\n");
	struct peer_options slow = { .gulp = 2048 };
	struct peer *peer = peer_new(peer_dial_narrow(daemon_port(daemon)), &slow);

	ck_assert_int_eq(peer_run(peer), 0);
	ck_assert_uint_eq(peer->size, MIB);
	peer_free(peer);
	ck_assert_uint_eq(daemon_count(daemon, "write-timeout"), 0);
	daemon_stop(daemon);
}
END_TEST

START_TEST(request_of_a_slow_reader_after_the_close_timeout_does_not_cut_a_short_answer)
{
	struct daemon *daemon =
	    serve_file(SHORT, "close-timeout = 100ms\nidle-timeout = 5m\n");
	size_t descriptors = daemon_descriptors(daemon);
	struct peer_options late = { .priority = TLS12, .request = 100 };
	struct peer *slow = peer_new(peer_dial_narrow(daemon_port(daemon)), &late);

	ck_assert_int_eq(peer_shake(slow), 0);
	daemon_expect(daemon, ": tlsd: done ");
	await_close_timeout(daemon, descriptors);
	ck_assert_int_eq(peer_run(slow), 0);
	ck_assert_uint_eq(slow->size, SHORT);
	peer_free(slow);
	daemon_expect_descriptors(daemon, descriptors);
	daemon_stop(daemon);
}
END_TEST

START_TEST(reset_before_the_kernel_has_delivered_the_answer_is_a_failure)
{
	struct daemon *daemon = serve_file(MIB, "idle-timeout = 5m\n");
	struct peer *peer = peer_new(peer_dial_narrow(daemon_port(daemon)), NULL);

	ck_assert_int_eq(peer_shake(peer), 0);
	daemon_expect(daemon, ": tlsd: done ");
	socket_reset_on_close(peer->fd);
	peer_free(peer);
	daemon_expect(
	    daemon, ": tlsd: early-close: connection lost before the client ");
	daemon_expect(daemon, " in=0 out=1048576 end=reset ");
	daemon_stop(daemon);
}
END_TEST

/* A client stops reading when the kernel has the whole answer, and then calls `leave`. */
static void
stop_taking(void (*leave)(int fd))
{
	struct daemon *daemon = serve_file(
	    MIB, "early-answer = no\nclose-timeout = 100ms\nidle-timeout = 500ms\n");
	size_t descriptors = daemon_descriptors(daemon);
	struct peer *peer = peer_new(peer_dial_narrow(daemon_port(daemon)), NULL);

	ck_assert_int_eq(peer_shake(peer), 0);
	daemon_expect(daemon, ": tlsd: done ");
	leave(peer->fd);
	daemon_expect(
	    daemon, ": tlsd: write-timeout: the client did not accept the last ");
	daemon_expect_descriptors(daemon, descriptors);
	ck_assert_int_ne(peer_run(peer), 0);
	peer_free(peer);
	daemon_stop(daemon);
}

static void
stay(int fd)
{
	(void)fd;
}

static void
half_close(int fd)
{
	shutdown(fd, SHUT_WR);
}

START_TEST(client_that_stops_taking_the_rest_is_reset)
{
	stop_taking(stay);
	stop_taking(half_close);
}
END_TEST

START_TEST(client_that_never_closes_is_dropped_at_the_close_timeout)
{
	struct daemon *daemon = daemon_serve(ONE_WORKER "close-timeout = 100ms\n");
	struct peer_options without = { .priority = TLS12 };
	size_t descriptors = daemon_descriptors(daemon);
	struct peer *peer = peer_new(peer_dial(daemon_port(daemon)), &without);

	ck_assert_int_eq(peer_run(peer), 0);
	daemon_expect_descriptors(daemon, descriptors);
	peer_free(peer);
	daemon_stop(daemon);
}
END_TEST

/* --- the name of a Unix-domain client ----------------------------------------------------- */

/* Connects from a path that ends an answer, clears a terminal and looks like further fields. */
static int
dial_under_a_forged_name(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX },
			   server = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(name.sun_path, sizeof name.sun_path, "%s/c\nok\n\x1b[2J: tlsd: done",
	    suite_folder());
	snprintf(server.sun_path, sizeof server.sun_path, "%s", path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&server, sizeof server), 0);
	return fd;
}

#define FORGED "/c\\x0aok\\x0a\\x1b[2J:\\x20tlsd:\\x20done"

/* Receives the answer of the control socket, which must fit into `room` bytes. */
static void
ask_control(const char *path, const char *command, char *answer, size_t room)
{
	int fd = peer_dial_path(path);

	peer_say(fd, command);
	ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
	ck_assert_uint_lt(peer_hear(fd, answer, room), room);
}

START_TEST(unix_client_cannot_forge_answers_or_lines_of_the_log_by_its_name)
{
	const char *path = suite_path("tls"), *control = suite_path("control");
	struct daemon *daemon =
	    daemon_serve(suite_format("workers = 1\nhello-timeout = 5m\n"
				      "control-socket = %s\n[second]\nlisten = %s\n"
				      "cert = %s\nkey = %s\n",
		control, path, suite_path("server.crt"), suite_path("server.key")));
	char answer[4096];

	int fd = dial_under_a_forged_name(path);
	long long deadline = daemon_deadline();
	do {
		ask_control(control, "connections\n", answer, sizeof answer);
		daemon_pause(deadline, "the connection");
	} while (strstr(answer, "connection: ") == NULL);
	ck_assert_msg(strstr(answer, FORGED " service=") != NULL, "%s", answer);
	ck_assert_ptr_eq(strstr(answer, "\nok\n"), answer + strlen(answer) - 4);
	peer_say(fd, "GET / HTTP/1.0\r\n\r\n");
	peer_see_off(fd);
	daemon_expect(daemon, FORGED ": second: ");
	daemon_expect_clean_log(daemon);
	daemon_stop(daemon);
}
END_TEST

/* --- the list of connections -------------------------------------------------------------- */

#define CROWDS 40
#define CROWD 16
#define LISTS "connections\nconnections\nconnections\nconnections\n"

/* Opens a connection whose handshake fails in a worker. */
static int
dial_to_fail(struct daemon *daemon)
{
	unsigned char hello[2048];
	size_t size = peer_hello(hello);
	int fd = peer_dial(daemon_port(daemon));

	memcpy(hello + size, "\x16\x03\x03\0\4\0\0\0\0", 9);
	peer_send(fd, hello, size + 9);
	return fd;
}

/* The main thread reads what workers change: ThreadSanitizer notices if it may not. */
START_TEST(connections_are_listed_while_their_handshakes_fail)
{
	const char *control = suite_path("control");
	struct daemon *daemon =
	    daemon_serve(suite_format("workers = 4\nearly-answer = no\n"
				      "control-socket = %s\n",
		control));
	char answer[4 * CROWD * 512];

	for (int i = 0; i < CROWDS; i++) {
		int fds[CROWD];
		for (int j = 0; j < CROWD; j++)
			fds[j] = dial_to_fail(daemon);
		ask_control(control, LISTS LISTS, answer, sizeof answer);
		ck_assert_str_eq(answer + strlen(answer) - 3, "ok\n");
		for (int j = 0; j < CROWD; j++)
			peer_see_off(fds[j]);
	}
	daemon_stop(daemon);
}
END_TEST

SUITE("hostile", hello_that_drips_ends_at_the_hello_timeout,
    second_flight_that_drips_ends_at_the_handshake_timeout,
    client_that_neither_sends_nor_reads_ends_at_the_idle_timeout,
    empty_records_without_end_are_a_protocol_failure,
    warnings_without_end_end_the_session,
    updates_of_keys_without_end_are_a_protocol_failure,
    records_that_drip_do_not_prolong_the_longest_life,
    updates_of_keys_that_drip_do_not_prolong_the_longest_life,
    new_session_ticket_from_a_client_is_a_protocol_failure,
    hello_within_a_session_is_refused,
    changes_of_cipher_without_end_are_a_protocol_failure,
    warnings_within_a_handshake_end_it, empty_handshake_records_are_a_protocol_failure,
    handshake_message_that_never_ends_is_a_protocol_failure,
    stranger_is_refused_before_its_signature_is_tried,
    early_answered_client_has_the_handshake_timeout_to_finish,
    early_client_that_never_finishes_ends_with_the_handshake_timeout,
    megabytes_in_flight_after_the_answer_do_not_cause_a_reset,
    client_that_sends_endlessly_after_the_answer_is_cut,
    slow_reader_gets_the_whole_answer_after_the_close_timeout,
    request_of_a_slow_reader_after_the_close_timeout_does_not_cut_a_short_answer,
    reset_before_the_kernel_has_delivered_the_answer_is_a_failure,
    client_that_stops_taking_the_rest_is_reset,
    client_that_never_closes_is_dropped_at_the_close_timeout,
    unix_client_cannot_forge_answers_or_lines_of_the_log_by_its_name,
    connections_are_listed_while_their_handshakes_fail)

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of a real tlsd with ClientHellos that arrive in many parts, or never completely. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory/memory.h"
#include "lib/daemon.h"
#include "lib/peer.h"
#include "lib/suite.h"

#define HELLO "Hello, TLS!\n"
#define RECORD_HEADER 5
#define NOT_HURRIED "hello-timeout = 5m\nhandshake-timeout = 5m\n"

/* A ClientHello without its record header. */
struct message {
	unsigned char bytes[80 * 1024];
	size_t size;
};

static void
put_16(unsigned char *at, size_t number)
{
	at[0] = (unsigned char)(number >> 8);
	at[1] = (unsigned char)number;
}

static size_t
get_16(const unsigned char *at)
{
	return (size_t)at[0] << 8 | at[1];
}

/* Returns the place of the length of the extensions (RFC 8446, 4.1.2). */
static unsigned char *
extensions_of(struct message *message)
{
	unsigned char *at = message->bytes + 4 + 2 + 32;

	at += 1 + at[0];
	at += 2 + get_16(at);
	return at + 1 + at[0];
}

/* Makes a well-formed ClientHello of `size` bytes, with the padding of RFC 7685. */
static void
make_message(struct message *message, size_t size)
{
	unsigned char record[2048];

	message->size = peer_hello(record) - RECORD_HEADER;
	memcpy(message->bytes, record + RECORD_HEADER, message->size);
	if (size <= message->size)
		return;
	unsigned char *extensions = extensions_of(message);
	unsigned char *padding = message->bytes + message->size;
	size_t more = size - message->size;
	memset(padding, 0, more);
	put_16(padding, 21);
	put_16(padding + 2, more - 4);
	put_16(extensions, get_16(extensions) + more);
	message->size = size;
	message->bytes[1] = (unsigned char)((size - 4) >> 16);
	put_16(message->bytes + 2, size - 4);
}

/* Sends the message in records of at most `piece` bytes. */
static void
send_message(int fd, const struct message *message, size_t piece)
{
	static unsigned char wire[6 * 80 * 1024];
	size_t size = 0;

	for (size_t at = 0; at < message->size; at += piece) {
		size_t part = message->size - at < piece ? message->size - at : piece;
		unsigned char header[RECORD_HEADER] = { 22, 3, 1 };
		put_16(header + 3, part);
		memcpy(wire + size, header, sizeof header);
		memcpy(wire + size + sizeof header, message->bytes + at, part);
		size += sizeof header + part;
	}
	peer_send(fd, wire, size);
}

/* Expects a ServerHello, which shows that the server has accepted the whole ClientHello. */
static void
expect_server_hello(int fd)
{
	unsigned char answer[6];

	ck_assert_int_eq(recv(fd, answer, sizeof answer, MSG_WAITALL), 6);
	ck_assert_uint_eq(answer[0], 22);
	ck_assert_uint_eq(answer[5], 2);
	close(fd);
}

/* Expects an answer to a ClientHello of `size` bytes in records of `piece` bytes, over
 * TCP and over a Unix-domain socket. */
static void
is_answered(size_t size, size_t piece)
{
	static struct message message;
	const char *path = suite_path("sock");
	struct daemon *daemon =
	    daemon_serve(suite_format("workers = 1\nlisten = %s\n" NOT_HURRIED, path));

	make_message(&message, size);
	int fd = peer_dial(daemon_port(daemon));
	send_message(fd, &message, piece);
	expect_server_hello(fd);
	fd = peer_dial_path(path);
	send_message(fd, &message, piece);
	expect_server_hello(fd);
	daemon_stop(daemon);
}

START_TEST(long_hello_in_full_records_is_answered)
{
	is_answered(4 + 32 * 1024, 16384);
}
END_TEST

/* The extensions have 65,535 bytes, the maximum (RFC 8446, 4.1.2). */
START_TEST(hello_with_as_many_extensions_as_there_can_be_is_answered)
{
	unsigned char record[2048];
	static struct message message;

	message.size = peer_hello(record) - RECORD_HEADER;
	memcpy(message.bytes, record + RECORD_HEADER, message.size);
	size_t rest = (size_t)(extensions_of(&message) + 2 - message.bytes);
	is_answered(rest + 65535, 16384);
	is_answered(rest + 65535, 100);
}
END_TEST

START_TEST(long_hello_in_short_records_is_answered)
{
	is_answered(4 + 32 * 1024, 100);
}
END_TEST

START_TEST(hello_in_records_of_one_byte_is_answered)
{
	is_answered(0, 1);
}
END_TEST

START_TEST(hello_in_records_of_one_byte_is_served)
{
	struct daemon *daemon = daemon_serve("workers = 1\n" NOT_HURRIED);
	struct peer_options options = { .record = 1 };

	ck_assert_str_eq(
	    peer_ask_over(peer_dial(daemon_port(daemon)), &options), HELLO);
	daemon_stop(daemon);
}
END_TEST

START_TEST(whole_records_without_the_whole_message_take_no_worker)
{
	struct daemon *daemon = daemon_serve("workers = 1\nhello-timeout = 2s\n");
	const unsigned port = daemon_port(daemon);
	unsigned char hello[2048];
	size_t size = peer_hello(hello);
	int fds[8];

	/* Even clients send one byte of the message, odd ones all except the last byte. */
	put_16(hello + 3, size - RECORD_HEADER - 1);
	for (size_t i = 0; i < 8; i++) {
		fds[i] = peer_dial(port);
		if (i % 2 == 0)
			peer_send(fds[i], "\x16\x03\x01\x00\x01\x01", 6);
		else
			peer_send(fds[i], hello, size - 1);
	}
	daemon_change(daemon, "workers = 1\n");
	ck_assert_str_eq(peer_ask(port), HELLO);
	ck_assert_str_eq(peer_ask(port), HELLO);
	daemon_expect_times(daemon, ": tlsd: hello-timeout: ", 8);
	for (size_t i = 0; i < 8; i++)
		peer_see_off(fds[i]);
	ck_assert_uint_eq(daemon_count(daemon, "handshake-timeout"), 0);
	daemon_stop(daemon);
}
END_TEST

/* Expects the bytes to be refused with the alert `alert` and logged as `class`. The
 * server examines the first `first` bytes before the others are sent. */
static void
is_refused_as(
    const char *class, const void *bytes, size_t size, size_t first, int alert)
{
	struct daemon *daemon = daemon_serve("workers = 1\n" NOT_HURRIED);
	char *line = memory_format(": tlsd: %s: ", class);
	int fd = peer_dial(daemon_port(daemon));
	char answer[64];

	peer_send(fd, bytes, first);
	/* When this client is answered, the first bytes have been examined. */
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	peer_send(fd, (const char *)bytes + first, size - first);
	ck_assert_uint_eq(peer_hear(fd, answer, sizeof answer), 7);
	ck_assert_mem_eq(answer, "\x15\x03\x03\x00\x02\x02", 6);
	ck_assert_int_eq(answer[6], alert);
	daemon_expect(daemon, line);
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	daemon_stop(daemon);
	free(line);
}

static void
is_refused(const void *bytes, size_t size, int alert)
{
	is_refused_as("protocol", bytes, size, 0, alert);
}

START_TEST(empty_record_within_the_hello_breaks_the_protocol)
{
	is_refused("\x16\x03\x01\x00\x01\x01\x16\x03\x01\x00\x00", 11,
	    GNUTLS_A_UNEXPECTED_MESSAGE);
}
END_TEST

START_TEST(other_record_type_within_the_hello_gets_unexpected_message)
{
	is_refused("\x16\x03\x01\x00\x01\x01\x17\x03\x03\x00\x01x", 12,
	    GNUTLS_A_UNEXPECTED_MESSAGE);
}
END_TEST

START_TEST(hello_that_says_it_is_too_long_is_refused_at_once)
{
	is_refused("\x16\x03\x01\x00\x04\x01\x01\x10\x01", 9, GNUTLS_A_DECODE_ERROR);
	is_refused("\x16\x03\x01\x00\x04\x01\xff\xff\xff", 9, GNUTLS_A_DECODE_ERROR);
}
END_TEST

/* RFC 8446, 5: an unexpected record ends the connection with unexpected_message. */
START_TEST(bytes_other_than_a_hello_get_unexpected_message)
{
	static const struct {
		const char *bytes;
		size_t size;
	} others[] = { { "\x17\x03\x03\x00\x01x", 6 }, { "\x16\x03\x01\x00\x00", 5 },
		{ "\x16\x03\x01\x00\x04\x02\x00\x00\x00", 9 },
		{ "EHLO localhost\r\n", 16 }, { "SSH-2.0-OpenSSH_9.2\r\n", 21 } };

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		is_refused_as("not-tls", others[i].bytes, others[i].size, 0,
		    GNUTLS_A_UNEXPECTED_MESSAGE);
}
END_TEST

/* RFC 8446, 5.1. */
START_TEST(record_of_more_than_16384_bytes_gets_record_overflow)
{
	is_refused("\x16\x03\x01\x40\x01\x01", 6, GNUTLS_A_RECORD_OVERFLOW);
	is_refused("\x16\x03\x01\x00\x01\x01\x16\x03\x01\x40\x01", 11,
	    GNUTLS_A_RECORD_OVERFLOW);
}
END_TEST

START_TEST(record_that_interrupts_a_hello_gets_an_alert_at_once)
{
	is_refused_as("protocol", "\x16\x03\x01\x00\x02\x01\x00\x17\x03\x03\x00\x00",
	    12, 7, GNUTLS_A_UNEXPECTED_MESSAGE);
}
END_TEST

START_TEST(hello_in_more_records_than_are_read_is_refused)
{
	struct daemon *daemon = daemon_serve("workers = 1\n" NOT_HURRIED);
	static struct message message;
	int fd = peer_dial(daemon_port(daemon));
	char answer[64];

	make_message(&message, 4 + 64 * 1024);
	send_message(fd, &message, 1);
	ck_assert_uint_eq(peer_hear(fd, answer, sizeof answer), 7);
	daemon_expect(daemon, ": tlsd: protocol: ");
	ck_assert_str_eq(peer_ask(daemon_port(daemon)), HELLO);
	daemon_stop(daemon);
}
END_TEST

/* Returns the data of an extension of the message, or NULL if it is missing. */
static unsigned char *
find_extension(struct message *message, size_t type)
{
	unsigned char *at = extensions_of(message) + 2;

	while (at < message->bytes + message->size) {
		if (get_16(at) == type)
			return at + 4;
		at += 4 + get_16(at + 2);
	}
	return NULL;
}

/* Makes a well-formed ClientHello of a client with that priority. */
static void
make_message_of(struct message *message, const char *priority)
{
	struct peer_options options = { .priority = priority };
	unsigned char record[2048];

	message->size = peer_hello_of(&options, record) - RECORD_HEADER;
	memcpy(message->bytes, record + RECORD_HEADER, message->size);
}

#define NEW "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/* Expects the daemon to answer the message with the fatal alert `alert`. */
static void
is_told(struct daemon *daemon, const struct message *message, int alert)
{
	int fd = peer_dial(daemon_port(daemon));
	char answer[64];

	send_message(fd, message, 16384);
	ck_assert_uint_eq(peer_hear(fd, answer, sizeof answer), 7);
	ck_assert_int_eq(answer[6], alert);
}

/* RFC 8446, 4.2.1: the legacy version of the ClientHello, 1.2, does not count. */
START_TEST(client_gets_no_version_that_it_does_not_list)
{
	struct daemon *daemon = daemon_serve("tls-max = 1.2\n" NOT_HURRIED);
	static struct message message;

	make_message_of(&message, NEW);
	unsigned char *versions = find_extension(&message, 43);
	ck_assert_ptr_nonnull(versions);
	memcpy(versions, "\x04\x03\x08\x03\x04", 5);
	is_told(daemon, &message, GNUTLS_A_PROTOCOL_VERSION);
	daemon_expect(daemon, ": tlsd: version: ");
	memcpy(versions, "\x04\x03\x04\x03\x03", 5);
	int fd = peer_dial(daemon_port(daemon));
	send_message(fd, &message, 16384);
	expect_server_hello(fd);
	daemon_stop(daemon);
}
END_TEST

/* Sends a ChangeCipherSpec with another version after the ClientHello. The client may
 * choose that version: RFC 8446, 5.1 and D.4. */
static ssize_t
push_old_version(gnutls_transport_ptr_t pointer, const void *bytes, size_t size)
{
	struct peer *peer = pointer;
	bool first = !peer->first_sent;

	peer->first_sent = true;
	peer_send(peer->fd, bytes, size);
	if (first)
		peer_send(peer->fd, "\x14\x03\x01\x00\x01\x01", 6);
	return (ssize_t)size;
}

START_TEST(version_of_a_change_cipher_spec_is_ignored)
{
	struct daemon *daemon = daemon_serve("respond = echo\n" NOT_HURRIED);
	struct peer_options options = { .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3:"
						    "%DISABLE_TLS13_COMPAT_MODE" };
	struct peer *peer = peer_new(peer_dial(daemon_port(daemon)), &options);
	char byte = 'x';
	int code;

	gnutls_transport_set_push_function(peer->tls, push_old_version);
	ck_assert_int_eq(peer_shake(peer), 0);
	ck_assert_int_eq((int)gnutls_record_send(peer->tls, &byte, 1), 1);
	do
		code = (int)gnutls_record_recv(peer->tls, &byte, 1);
	while (code < 0 && !gnutls_error_is_fatal(code));
	ck_assert_int_eq(code, 1);
	peer_free(peer);
	daemon_stop(daemon);
}
END_TEST

/* The server lacks the group of the client's key share, so it requests another ClientHello. */
START_TEST(later_record_that_is_too_long_gets_record_overflow)
{
	struct daemon *daemon = daemon_serve(NOT_HURRIED);
	static struct message message;
	unsigned char answer[4096];
	int fd = peer_dial(daemon_port(daemon));

	make_message_of(&message, NEW ":-GROUP-ALL:+GROUP-SECP521R1:+GROUP-SECP384R1");
	send_message(fd, &message, 16384);
	peer_send(fd, "\x16\x03\x03\xff\xff", 5);
	size_t size = peer_hear(fd, (char *)answer, sizeof answer);
	ck_assert_uint_gt(size, 7);
	ck_assert_mem_eq(answer + size - 7, "\x15\x03\x03\x00\x02\x02\x16", 7);
	daemon_expect(daemon, ": tlsd: protocol: ");
	daemon_stop(daemon);
}
END_TEST

SUITE("admission", long_hello_in_full_records_is_answered,
    long_hello_in_short_records_is_answered, hello_in_records_of_one_byte_is_answered,
    hello_in_records_of_one_byte_is_served,
    whole_records_without_the_whole_message_take_no_worker,
    empty_record_within_the_hello_breaks_the_protocol,
    other_record_type_within_the_hello_gets_unexpected_message,
    hello_that_says_it_is_too_long_is_refused_at_once,
    bytes_other_than_a_hello_get_unexpected_message,
    client_gets_no_version_that_it_does_not_list,
    version_of_a_change_cipher_spec_is_ignored,
    later_record_that_is_too_long_gets_record_overflow,
    record_of_more_than_16384_bytes_gets_record_overflow,
    record_that_interrupts_a_hello_gets_an_alert_at_once,
    hello_in_more_records_than_are_read_is_refused,
    hello_with_as_many_extensions_as_there_can_be_is_answered)

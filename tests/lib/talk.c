/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/talk.h"

#include <poll.h>
#include <string.h>

#include "base/deadline.h"
#include "lib/daemon.h"
#include "lib/suite.h"

#define PIECE TALK_PIECE

static char
stream_byte(size_t offset)
{
	return (char)(offset * 31 + (offset >> 8) * 7 + (offset >> 16));
}

void
stream_fill(char *bytes, size_t size, size_t offset)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = stream_byte(offset + i);
}

void
stream_check(const char *bytes, size_t size, size_t offset)
{
	char expected[PIECE];

	stream_fill(expected, size, offset);
	ck_assert_msg(memcmp(bytes, expected, size) == 0,
	    "a byte behind the first %zu is wrong", offset);
}

static bool
is_soft(ssize_t code)
{
	return code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED;
}

static void
fill(const struct talk *talk, char *piece, size_t size)
{
	if (talk->words != NULL)
		memcpy(piece, talk->words + talk->sent, size);
	else
		stream_fill(piece, size, talk->sent);
}

/* gnutls_record_send() is repeated with the same bytes after GNUTLS_E_AGAIN. */
void
talk_speak(struct talk *talk)
{
	char piece[PIECE];

	if (talk->words != NULL)
		talk->size = strlen(talk->words);
	while (talk->sent < talk->size) {
		size_t left = talk->size - talk->sent;
		size_t part = left < PIECE ? left : PIECE;
		fill(talk, piece, part);
		ssize_t n = gnutls_record_send(talk->peer->tls, piece, part);
		if (is_soft(n))
			return;
		ck_assert_msg(n > 0, "sending: %s", gnutls_strerror((int)n));
		talk->sent += (size_t)n;
	}
	if (!talk->open && !talk->said)
		talk->said = gnutls_bye(talk->peer->tls, GNUTLS_SHUT_WR) == 0;
}

void
talk_press(struct talk *talk)
{
	char piece[PIECE] = "";
	ssize_t n;

	do
		n = gnutls_record_send(talk->peer->tls, piece, sizeof piece);
	while (n > 0);
}

static void
check(struct talk *talk, const char *bytes, size_t size)
{
	size_t room = sizeof talk->answer - 1 - talk->heard;

	if (talk->words == NULL)
		stream_check(bytes, size, talk->heard);
	else if (talk->heard < sizeof talk->answer)
		memcpy(talk->answer + talk->heard, bytes, size < room ? size : room);
}

bool
talk_hear(struct talk *talk)
{
	char piece[PIECE];
	ssize_t n;

	while ((n = gnutls_record_recv(talk->peer->tls, piece, sizeof piece)) > 0) {
		check(talk, piece, (size_t)n);
		talk->heard += (size_t)n;
	}
	talk->code = (int)n;
	return !is_soft(n);
}

bool
talk_goes_on(const struct talk *talk)
{
	return talk->sent < talk->size || !(talk->open || talk->said);
}

void
talk_pause(struct talk *talk)
{
	struct pollfd pollfd = { .fd = talk->peer->fd,
		.events = (short)((talk->late ? 0 : POLLIN) |
				  (talk_goes_on(talk) ? POLLOUT : 0)) };

	if (poll(&pollfd, 1, 100) == 0 || !talk_goes_on(talk))
		talk->late = false;
}

void
talk_run(struct talk *talk)
{
	long long deadline = daemon_deadline();

	for (;;) {
		talk_speak(talk);
		if (!talk->late && talk_hear(talk))
			return;
		talk_pause(talk);
		ck_assert_msg(!deadline_passed((struct deadline){ .at_ns = deadline }),
		    "%zu of %zu sent, %zu heard", talk->sent, talk->size, talk->heard);
	}
}

struct peer *
talk_meet(unsigned port, const struct peer_options *options)
{
	struct peer *peer = peer_new(peer_dial(port), options);

	ck_assert_int_eq(peer_shake(peer), 0);
	return peer;
}

void
talk_expect_echo(struct peer *peer)
{
	struct talk talk = { .peer = peer, .size = 1, .open = true };
	long long deadline = daemon_deadline();

	talk_speak(&talk);
	while (talk.heard < 1) {
		ck_assert(!talk_hear(&talk));
		daemon_pause(deadline, "no echo");
	}
}

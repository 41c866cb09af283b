/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending and receiving at once, from one thread. */
#include "client/connection/exchange.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/deadline.h"
#include "client/connection/channel.h"

/* Records in a row, before the other direction has its turn. */
#define BURST 16

struct exchange {
	struct channel *channel;
	const struct exchange_settings *settings;
	struct exchange_outcome *outcome;
	bool input_over; /* the channel has all of it */
	bool end_over; /* the channel has the close_notify too, or never will */
	bool sending_over; /* the connection takes no more */
	struct deadline quiet; /* when to tell the server of the end of the input */
	struct deadline idle;
	uint64_t seen_bytes; /* on the wire, when `idle` was set */
	bool input_ready, answer_ready;
};

static void
set_outcome(struct exchange *exchange, enum exchange_end end, int error)
{
	exchange->outcome->end = end;
	exchange->outcome->error = error;
}

static void
note_progress(struct exchange *exchange)
{
	exchange->idle = deadline_in(exchange->settings->idle_ms);
	exchange->quiet = deadline_in(exchange->settings->end_after_ms);
	exchange->seen_bytes = channel_wire_bytes(exchange->channel);
}

/* Stops sending. Bytes that the server sent before must still be read. */
static void
give_up_sending(struct exchange *exchange)
{
	exchange->sending_over = exchange->input_over = exchange->end_over = true;
}

static void
hand_over(struct exchange *exchange, const char *bytes, size_t size)
{
	if (channel_write(exchange->channel, bytes, size) < 0)
		give_up_sending(exchange);
	else
		exchange->outcome->bytes_sent += size;
}

static void
send_message(struct exchange *exchange)
{
	const struct exchange_settings *settings = exchange->settings;
	size_t sent = exchange->outcome->bytes_sent;
	size_t left = settings->message_size - sent;

	if (left > 0)
		hand_over(exchange, settings->message + sent,
		    left < CHANNEL_PART ? left : CHANNEL_PART);
	if (exchange->outcome->bytes_sent == settings->message_size)
		exchange->input_over = true;
}

static void
send_input(struct exchange *exchange)
{
	char bytes[CHANNEL_PART];

	if (!exchange->input_ready)
		return;
	exchange->input_ready = false;
	ssize_t n = read(exchange->settings->input_fd, bytes, sizeof bytes);
	if (n > 0)
		hand_over(exchange, bytes, (size_t)n);
	else if (n == 0)
		exchange->input_over = true;
	else if (errno != EINTR && errno != EAGAIN)
		set_outcome(exchange, EXCHANGE_INPUT, errno);
	note_progress(exchange);
}

static bool
end_is_due(const struct exchange *exchange)
{
	if (!exchange->input_over || exchange->end_over)
		return false;
	return exchange->settings->end_after_ms == 0 ||
	       deadline_passed(exchange->quiet);
}

static bool
is_going(const struct exchange *exchange)
{
	return exchange->outcome->end == EXCHANGE_GOING;
}

/* Sends the next bytes. Like receive_what_came() and check_time(), returns true if the exchange
 * goes on. */
static bool
send_what_is_due(struct exchange *exchange)
{
	if (!channel_unsent(exchange->channel) && !exchange->input_over) {
		if (exchange->settings->message != NULL)
			send_message(exchange);
		else
			send_input(exchange);
	}
	if (!channel_unsent(exchange->channel) && end_is_due(exchange)) {
		exchange->end_over = true;
		if (channel_end(exchange->channel) < 0)
			give_up_sending(exchange);
	}
	if (!exchange->sending_over && channel_flush(exchange->channel) < 0)
		give_up_sending(exchange);
	return is_going(exchange);
}

/* Writes all of it, even to a non-blocking descriptor. */
static int
write_whole(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		struct pollfd pollfd = { .fd = fd, .events = POLLOUT };
		ssize_t n = write(fd, bytes, size);

		if (n < 0 && errno == EAGAIN)
			poll(&pollfd, 1, -1);
		else if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0) {
			bytes += n;
			size -= (size_t)n;
		}
	}
	return 0;
}

/* Takes one record. False if there is none now, or the answer is over. */
static bool
receive_one(struct exchange *exchange)
{
	char bytes[CHANNEL_PART];
	size_t size = 0;

	switch (channel_read(exchange->channel, bytes, sizeof bytes, &size)) {
	case CHANNEL_DATA:
		break;
	case CHANNEL_WAIT:
		return false;
	case CHANNEL_CLOSED:
		set_outcome(exchange, EXCHANGE_ANSWERED, 0);
		return false;
	case CHANNEL_FAILED:
		set_outcome(exchange, EXCHANGE_CHANNEL, 0);
		return false;
	}
	exchange->outcome->bytes_received += size;
	int result = write_whole(exchange->settings->output_fd, bytes, size);
	if (result < 0)
		set_outcome(exchange, EXCHANGE_OUTPUT, errno);
	note_progress(exchange); /* writing the output may have taken long */
	return result == 0;
}

static bool
receive_what_came(struct exchange *exchange)
{
	int n = 0;

	if (!exchange->answer_ready && !channel_pending(exchange->channel))
		return true;
	exchange->answer_ready = false;
	while (n < BURST && receive_one(exchange))
		n++;
	/* The burst limit ended the loop, not the socket: there may be more. */
	exchange->answer_ready = n == BURST;
	return is_going(exchange);
}

static bool
server_is_awaited(const struct exchange *exchange)
{
	return exchange->input_over || channel_unsent(exchange->channel);
}

/* True if more of the message can be sent without waiting. */
static bool
more_is_at_hand(const struct exchange *exchange)
{
	return exchange->settings->message != NULL && !exchange->input_over &&
	       !channel_unsent(exchange->channel);
}

static int
time_to_wait(const struct exchange *exchange)
{
	struct deadline deadline = deadline_never();

	if (exchange->answer_ready || channel_pending(exchange->channel) ||
	    more_is_at_hand(exchange))
		return 0;
	if (server_is_awaited(exchange))
		deadline = exchange->idle;
	if (exchange->input_over && !exchange->end_over)
		deadline = deadline_earlier(deadline, exchange->quiet);
	return deadline_left_ms(deadline);
}

static void
wait_for_more(struct exchange *exchange)
{
	bool unsent = !exchange->sending_over && channel_unsent(exchange->channel);
	bool wants_input =
	    exchange->settings->message == NULL && !exchange->input_over && !unsent;
	struct pollfd fds[2] = {
		{ .fd = channel_fd(exchange->channel),
		    .events = (short)(POLLIN | (unsent ? POLLOUT : 0)) },
		{ .fd = exchange->settings->input_fd, .events = POLLIN },
	};

	if (poll(fds, wants_input ? 2 : 1, time_to_wait(exchange)) < 0)
		return;
	if ((fds[0].revents & ~POLLOUT) != 0)
		exchange->answer_ready = true;
	if (wants_input && fds[1].revents != 0)
		exchange->input_ready = true;
}

static bool
check_time(struct exchange *exchange)
{
	if (channel_wire_bytes(exchange->channel) != exchange->seen_bytes)
		note_progress(exchange);
	if (server_is_awaited(exchange) && deadline_passed(exchange->idle))
		set_outcome(exchange, EXCHANGE_IDLE, 0);
	return is_going(exchange);
}

void
exchange_run(struct channel *channel, const struct exchange_settings *settings,
    struct exchange_outcome *outcome)
{
	struct exchange exchange = { .channel = channel,
		.settings = settings,
		.outcome = outcome,
		.answer_ready = true }; /* it may have come with the handshake */

	*outcome = (struct exchange_outcome){ .end = EXCHANGE_GOING };
	note_progress(&exchange);
	while (send_what_is_due(&exchange) && receive_what_came(&exchange) &&
	       check_time(&exchange))
		wait_for_more(&exchange);
}

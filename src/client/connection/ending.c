/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of a conversation, as the server makes it. */
#include "client/connection/ending.h"

#include <poll.h>
#include <stdbool.h>
#include <string.h>

#include "base/deadline.h"
#include "client/connection/channel.h"
#include "client/options/options.h"

#define SILENCE_MS 1000
#define LIMIT_MS 10000
#define LIMIT_BYTES (1024 * 1024) /* of an answer whose content does not matter */

struct talk {
	struct channel *channel;
	const char *message; /* the rest of it */
	size_t left;
	bool told; /* close_notify has been sent */
};

/* Sends as much as the channel takes now. */
static void
say_more(struct talk *talk)
{
	channel_flush(talk->channel);
	while (talk->left > 0 && !channel_unsent(talk->channel)) {
		size_t n = talk->left < CHANNEL_PART ? talk->left : CHANNEL_PART;

		if (channel_write(talk->channel, talk->message, n) < 0) {
			talk->left = 0;
			return;
		}
		talk->message += n;
		talk->left -= n;
		channel_flush(talk->channel);
	}
}

/* False if nothing can be read before `deadline`. */
static bool
wait_for(const struct talk *talk, struct deadline deadline)
{
	struct pollfd pollfd = { .fd = channel_fd(talk->channel), .events = POLLIN };

	if (channel_pending(talk->channel))
		return true;
	if (channel_unsent(talk->channel))
		pollfd.events |= POLLOUT;
	return poll(&pollfd, 1, deadline_left_ms(deadline)) != 0;
}

static enum ending_kind
kind_of(const struct channel *channel, enum channel_event event)
{
	if (event == CHANNEL_CLOSED)
		return ENDING_CLOSE_NOTIFY;
	if (channel_failure(channel) == CHANNEL_REFUSED)
		return ENDING_REFUSED;
	if (channel_failure(channel) == CHANNEL_ENDED)
		return ENDING_CUT;
	return ENDING_BROKEN;
}

/* Reads once. True if that was the end. */
static bool
read_once(struct talk *talk, struct ending *ending)
{
	char bytes[CHANNEL_PART];
	size_t got = 0;
	enum channel_event event =
	    channel_read(talk->channel, bytes, sizeof bytes, &got);

	if (event == CHANNEL_DATA)
		ending->bytes += got;
	else if (event != CHANNEL_WAIT)
		ending->kind = kind_of(talk->channel, event);
	if (ending->bytes > LIMIT_BYTES)
		ending->kind = ENDING_LONG;
	return ending->kind != ENDING_SILENT;
}

/* Sends a close_notify, once. True if the server may still answer it. */
static bool
tell_end(struct talk *talk)
{
	if (talk->told)
		return false;
	talk->told = true;
	channel_end(talk->channel);
	channel_flush(talk->channel);
	return true;
}

struct ending
ending_await(struct channel *channel, const struct options *options)
{
	int64_t limit = options->timeout_ms > 0 ? options->timeout_ms : LIMIT_MS;
	int64_t silence = limit < 2 * SILENCE_MS ? limit / 2 : SILENCE_MS;
	struct deadline end = deadline_in(limit);
	struct talk talk = { .channel = channel,
		.message = options->message,
		.left = options->message != NULL ? options->message_size : 0 };
	struct ending ending = { .kind = ENDING_SILENT };
	bool going = true;

	while (going && !deadline_passed(end)) {
		say_more(&talk);
		if (wait_for(&talk, deadline_earlier(end, deadline_in(silence))))
			going = !read_once(&talk, &ending);
		else
			going = tell_end(&talk);
	}
	return ending;
}

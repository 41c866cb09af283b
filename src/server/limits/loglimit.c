/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rate limit of failures in the log. */
#include "server/limits/loglimit.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/net/address.h"
#include "base/memory/memory.h"
#include "base/net/network.h"
#include "base/thread/sync.h"

#define EXAMPLES 3

/* The failures of one class in this minute. */
struct kind {
	unsigned lines;
	uint64_t more; /* without a line */
	enum log_level level; /* of the last one without a line */
	struct address examples[EXAMPLES]; /* clients of those without a line */
	size_t example_count;
	bool others; /* there were more clients */
};

struct book {
	struct book *next;
	struct kind kinds[FAILURE_COUNT];
	char service[];
};

struct loglimit {
	pthread_mutex_t mutex;
	struct book *books; /* one for each service that had a failure */
	int64_t minute_ms;
	struct deadline minute; /* main thread */
};

struct loglimit *
loglimit_new(int64_t minute_ms)
{
	struct loglimit *loglimit = memory_new(sizeof *loglimit);

	sync_mutex_init(&loglimit->mutex);
	loglimit->minute_ms = minute_ms;
	loglimit->minute = deadline_in(minute_ms);
	return loglimit;
}

void
loglimit_free(struct loglimit *loglimit)
{
	if (loglimit == NULL)
		return;
	loglimit_flush(loglimit);
	while (loglimit->books != NULL) {
		struct book *book = loglimit->books;
		loglimit->books = book->next;
		free(book);
	}
	sync_mutex_fini(&loglimit->mutex);
	free(loglimit);
}

/* Returns the book of a service, and makes it if there is none; NULL if memory is exhausted. */
static struct book *
find_book(struct loglimit *loglimit, const char *service)
{
	struct book *book = loglimit->books;

	while (book != NULL && strcmp(book->service, service) != 0)
		book = book->next;
	if (book != NULL)
		return book;
	size_t size = strlen(service) + 1;
	book = calloc(1, sizeof *book + size);
	if (book == NULL)
		return NULL;
	memcpy(book->service, service, size);
	book->next = loglimit->books;
	loglimit->books = book;
	return book;
}

static bool
are_one_client(const struct address *a, const struct address *b)
{
	unsigned char clients[2][NETWORK_CLIENT_SIZE];

	network_client(a, clients[0]);
	network_client(b, clients[1]);
	return memcmp(clients[0], clients[1], NETWORK_CLIENT_SIZE) == 0;
}

static void
add_example(struct kind *kind, const struct address *peer)
{
	for (size_t i = 0; i < kind->example_count; i++)
		if (are_one_client(&kind->examples[i], peer))
			return;
	if (kind->example_count < EXAMPLES)
		kind->examples[kind->example_count++] = *peer;
	else
		kind->others = true;
}

/* Counts a failure. Returns true if it may have a line. */
static bool
count_failure(struct kind *kind, enum log_level level, const struct address *peer)
{
	if (kind->lines < LOGLIMIT_LINES) {
		kind->lines++;
		return true;
	}
	kind->more++;
	kind->level = level;
	add_example(kind, peer);
	return false;
}

bool
loglimit_admit(struct loglimit *loglimit, const char *service, enum failure failure,
    enum log_level level, const struct address *peer)
{
	if (log_wants(LOG_LEVEL_DEBUG))
		return true;
	sync_lock(&loglimit->mutex);
	struct book *book = find_book(loglimit, service);
	bool admitted =
	    book == NULL || count_failure(&book->kinds[failure], level, peer);
	sync_unlock(&loglimit->mutex);
	return admitted;
}

static void
log_sum(const char *service, enum failure failure, const struct kind *kind)
{
	char text[(EXAMPLES + 1) * ADDRESS_TEXT_SIZE] = "", host[ADDRESS_TEXT_SIZE];
	size_t length = 0;

	for (size_t i = 0; i < kind->example_count; i++)
		length += (size_t)snprintf(text + length, sizeof text - length, "%s%s",
		    i > 0 ? ", " : "", address_host(&kind->examples[i], host));
	log_at(kind->level,
	    "repeats: %s: %s: %" PRIu64 " more within a minute, from %s%s", service,
	    failure_name(failure), kind->more, text, kind->others ? " and others" : "");
}

/* Logs the sum without holding the lock, because logging may take long. */
static void
flush_kind(struct loglimit *loglimit, struct book *book, enum failure failure)
{
	sync_lock(&loglimit->mutex);
	struct kind kind = book->kinds[failure];
	book->kinds[failure] = (struct kind){ .lines = 0 };
	sync_unlock(&loglimit->mutex);
	if (kind.more > 0)
		log_sum(book->service, failure, &kind);
}

void
loglimit_flush(struct loglimit *loglimit)
{
	loglimit->minute = deadline_in(loglimit->minute_ms);
	sync_lock(&loglimit->mutex);
	struct book *book = loglimit->books; /* newer books are inserted before it */
	sync_unlock(&loglimit->mutex);
	for (; book != NULL; book = book->next)
		for (int i = 0; i < FAILURE_COUNT; i++)
			flush_kind(loglimit, book, (enum failure)i);
}

struct deadline
loglimit_expire(struct loglimit *loglimit)
{
	if (deadline_passed(loglimit->minute))
		loglimit_flush(loglimit);
	return loglimit->minute;
}

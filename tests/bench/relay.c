/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "bench-relay PORT TARGET MS": a TCP relay on 127.0.0.1 that delays all bytes, in both
 * directions, by MS milliseconds. An operation that takes a client n times 2 x MS took
 * n round trips, whatever the machine's load. It has one thread, because connections
 * are few and small.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 64
#define CHUNK_SIZE 16384
#define NS_PER_MS 1000000

/* The bytes of one read(2); without bytes, the end of the stream. */
struct chunk {
	struct chunk *next;
	int64_t due_ns;
	ssize_t size;
	char bytes[CHUNK_SIZE];
};

/* One direction of a connection. */
struct way {
	int from, to;
	bool ended; /* the input has ended */
	bool over; /* the output has ended, too */
	struct chunk *first, **last;
};

struct connection {
	bool used;
	struct way ways[2];
};

static struct connection connections[CONNECTIONS_MAX];
static struct sockaddr_in target;
static int64_t delay_ns;

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 * NS_PER_MS + now.tv_nsec;
}

static struct sockaddr_in
loopback(const char *port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtol(port, NULL, 10)),
		.sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
}

/*
 * Sets a TCP option: TCP_NODELAY, so that segments are not held back (RFC 896), or
 * TCP_QUICKACK, in case the server holds back its own. On a real network that wait
 * would have another length, so it must not look like a round trip.
 */
static void
set(int fd, int option)
{
	int yes = 1;

	setsockopt(fd, IPPROTO_TCP, option, &yes, sizeof yes);
}

static void
way_init(struct way *way, int from, int to)
{
	*way = (struct way){ .from = from, .to = to };
	way->last = &way->first;
}

/* Connects an accepted client to the target. Closes both if the target cannot be
 * reached or there are too many connections. */
static void
take(int client)
{
	int server = socket(AF_INET, SOCK_STREAM, 0);
	struct connection *free_one = connections;

	while (free_one < connections + CONNECTIONS_MAX && free_one->used)
		free_one++;
	if (server < 0 || free_one == connections + CONNECTIONS_MAX ||
	    connect(server, (struct sockaddr *)&target, sizeof target) < 0) {
		close(client);
		close(server);
		return;
	}
	set(client, TCP_NODELAY);
	set(server, TCP_NODELAY);
	free_one->used = true;
	way_init(&free_one->ways[0], client, server);
	way_init(&free_one->ways[1], server, client);
}

static void
read_chunk(struct way *way)
{
	struct chunk *chunk = malloc(sizeof *chunk);

	if (chunk == NULL)
		abort();
	chunk->next = NULL;
	chunk->due_ns = now_ns() + delay_ns;
	chunk->size = read(way->from, chunk->bytes, sizeof chunk->bytes);
	way->ended = chunk->size <= 0;
	set(way->from, TCP_QUICKACK);
	*way->last = chunk;
	way->last = &chunk->next;
}

static void
pass_on(struct way *way, const struct chunk *chunk)
{
	ssize_t sent = 0;

	while (sent < chunk->size) {
		ssize_t n = send(way->to, chunk->bytes + sent,
		    (size_t)(chunk->size - sent), MSG_NOSIGNAL);
		if (n < 0)
			return;
		sent += n;
	}
	if (chunk->size <= 0) {
		shutdown(way->to, SHUT_WR);
		way->over = true;
	}
}

/* Sends the chunks that are due. Returns the time of the next one, or INT64_MAX. */
static int64_t
pass_on_due(struct way *way)
{
	while (way->first != NULL && way->first->due_ns <= now_ns()) {
		struct chunk *chunk = way->first;
		way->first = chunk->next;
		if (way->first == NULL)
			way->last = &way->first;
		pass_on(way, chunk);
		free(chunk);
	}
	return way->first == NULL ? INT64_MAX : way->first->due_ns;
}

static void
close_finished(struct connection *connection)
{
	if (!connection->used || !connection->ways[0].over || !connection->ways[1].over)
		return;
	close(connection->ways[0].from);
	close(connection->ways[1].from);
	connection->used = false;
}

/* Sends all chunks that are due. Returns the time-out for poll(2) in milliseconds, or -1. */
static int
work_off(void)
{
	int64_t next_ns = INT64_MAX;

	for (int i = 0; i < CONNECTIONS_MAX; i++) {
		for (int k = 0; k < 2 && connections[i].used; k++) {
			int64_t due_ns = pass_on_due(&connections[i].ways[k]);
			if (due_ns < next_ns)
				next_ns = due_ns;
		}
		close_finished(&connections[i]);
	}
	if (next_ns == INT64_MAX)
		return -1;
	int64_t left_ns = next_ns - now_ns();
	return left_ns <= 0 ? 0 : (int)((left_ns + NS_PER_MS - 1) / NS_PER_MS);
}

static void
serve(int listener)
{
	struct pollfd fds[2 * CONNECTIONS_MAX + 1];
	struct way *ways[2 * CONNECTIONS_MAX + 1];

	for (;;) {
		nfds_t count = 1;
		int wait_ms = work_off();
		fds[0] = (struct pollfd){ .fd = listener, .events = POLLIN };
		for (int i = 0; i < 2 * CONNECTIONS_MAX; i++) {
			struct way *way = &connections[i / 2].ways[i % 2];
			if (!connections[i / 2].used || way->ended)
				continue;
			ways[count] = way;
			fds[count++] =
			    (struct pollfd){ .fd = way->from, .events = POLLIN };
		}
		if (poll(fds, count, wait_ms) <= 0)
			continue;
		for (nfds_t i = 1; i < count; i++)
			if (fds[i].revents != 0)
				read_chunk(ways[i]);
		if (fds[0].revents != 0)
			take(accept(listener, NULL, NULL));
	}
}

int
main(int argc, char **argv)
{
	int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;

	if (argc != 4) {
		fputs("usage: bench-relay PORT TARGET MS\n", stderr);
		return 2;
	}
	struct sockaddr_in here = loopback(argv[1]);
	target = loopback(argv[2]);
	delay_ns = strtol(argv[3], NULL, 10) * NS_PER_MS;
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (bind(listener, (struct sockaddr *)&here, sizeof here) < 0 ||
	    listen(listener, CONNECTIONS_MAX) < 0) {
		perror("bench-relay");
		return 1;
	}
	serve(listener);
}

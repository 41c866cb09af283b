/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A whole connection through the session layer, on a socket pair: handshake, answer,
 * end. The first byte of an input selects the service and the client. The rest is sent
 * instead of TLS, or after an honest handshake, full or resumed, or instead of the
 * client's last flight. It becomes records, arbitrary bytes, key updates and
 * renegotiations. The session must not hang, and what it logs must be printable.
 */
#include "tls/session/session.h"

#include <gnutls/gnutls.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/deadline.h"
#include "fuzz.h"
#include "responders/responder.h"
#include "server/accept/hello.h"
#include "server/snapshot/service.h"
#include "server/snapshot/snapshot.h"
#include "services.h"
#include "tls/hello/clienthello.h"
#include "tls/x509/servername.h"
#include "tls/session/closure.h"
#include "tls/session/handshake.h"
#include "tls/transport/pause.h"
#include "tls/transport/transport.h"

#define PATIENCE_MS 10000 /* after so long, the server hangs */
#define IMPATIENCE_MS 20 /* of later handshakes: the server may be waiting for more */

enum choice { HONEST = 1, OLD = 2, EARLY = 4, ECHO = 8, RESUMED = 16, UNFINISHED = 32 };

static struct snapshot *snapshot;
static struct transport transport;
static gnutls_certificate_credentials_t credentials;
static gnutls_datum_t visits[2]; /* TLS 1.3 sessions to resume, one for each service */

/* Always true: in this test, other connections always need the worker thread. */
static bool
is_wanted(void *context)
{
	(void)context;
	return true;
}

static void
make_services(void)
{
	snapshot = services_new("cert = server.crt\nkey = server.key\n"
				"alpn = http/1.1\n"
				"[text]\nlisten = 127.0.0.1:1\nrespond = text\n"
				"[echo]\nlisten = 127.0.0.1:2\nrespond = echo\n");
	FUZZ_EXPECT(transport_init(&transport) == 0);
	transport_tell(&transport, is_wanted, is_wanted, NULL);
	FUZZ_EXPECT(gnutls_certificate_allocate_credentials(&credentials) == 0);
}

struct client {
	int fd;
	unsigned choice;
	const uint8_t *data;
	size_t size;
	bool greeted;
};

/* Takes up to `most` bytes of the input. */
static const uint8_t *
take(struct client *client, size_t most, size_t *size)
{
	const uint8_t *start = client->data;

	*size = most < client->size ? most : client->size;
	client->data += *size;
	client->size -= *size;
	return start;
}

static void
send_raw(struct client *client, size_t most)
{
	size_t size;
	const uint8_t *bytes = take(client, most, &size);

	/* The server may have closed the connection already. */
	if (send(client->fd, bytes, size, MSG_NOSIGNAL) < 0)
		client->size = 0;
}

/* Performs one action. The next byte of the input selects it and the number of bytes it uses. */
static int
act(struct client *client, gnutls_session_t tls)
{
	size_t size;
	unsigned what = *take(client, 1, &size);
	size_t most = what >> 2;

	switch (what & 3) {
	case 0:
		send_raw(client, most);
		return 0;
	case 1:
		if (client->choice & OLD)
			return gnutls_handshake(tls);
		return gnutls_session_key_update(tls, most & 1 ? GNUTLS_KU_PEER : 0);
	default: {
		const uint8_t *bytes = take(client, most, &size);
		return (int)gnutls_record_send(tls, bytes, size);
	}
	}
}

/* With UNFINISHED, discards all but the first flight; the library does not notice. */
static ssize_t
push(gnutls_transport_ptr_t pointer, const void *bytes, size_t size)
{
	struct client *client = pointer;
	bool hushed = client->greeted && client->choice & UNFINISHED;

	client->greeted = true;
	return hushed ? (ssize_t)size : send(client->fd, bytes, size, MSG_NOSIGNAL);
}

/* Returns the index of the client's service. */
static size_t
service_of(const struct client *client)
{
	return client->choice & ECHO ? 1 : 0;
}

static gnutls_session_t
honest_session(struct client *client)
{
	gnutls_session_t tls;

	FUZZ_EXPECT(gnutls_init(&tls, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL) == 0);
	FUZZ_EXPECT(gnutls_priority_set_direct(tls,
			client->choice & OLD ? "NORMAL:-VERS-ALL:+VERS-TLS1.2"
					     : "NORMAL:-VERS-ALL:+VERS-TLS1.3",
			NULL) == 0);
	gnutls_credentials_set(tls, GNUTLS_CRD_CERTIFICATE, credentials);
	gnutls_server_name_set(tls, GNUTLS_NAME_DNS, "localhost", 9);
	gnutls_transport_set_ptr2(
	    tls, (gnutls_transport_ptr_t)(intptr_t)client->fd, client);
	gnutls_transport_set_push_function(tls, push);
	gnutls_handshake_set_timeout(tls, PATIENCE_MS);
	return tls;
}

static void
shake_hands(gnutls_session_t tls)
{
	int code;

	do
		code = gnutls_handshake(tls);
	while (code < 0 && !gnutls_error_is_fatal(code));
	FUZZ_EXPECT(code == 0);
}

static void
behave_at_first(struct client *client)
{
	gnutls_session_t tls = honest_session(client);
	const gnutls_datum_t *visit = &visits[service_of(client)];
	bool resumes = client->choice & RESUMED;
	int code = 0;

	if (resumes)
		FUZZ_EXPECT(
		    gnutls_session_set_data(tls, visit->data, visit->size) == 0);
	shake_hands(tls);
	FUZZ_EXPECT(gnutls_session_is_resumed(tls) == resumes);
	client->choice &= ~(unsigned)UNFINISHED;
	gnutls_handshake_set_timeout(tls, IMPATIENCE_MS);
	while (code >= 0 && client->size > 0)
		code = act(client, tls);
	gnutls_deinit(tls);
}

static void
drain(int fd)
{
	char bytes[4096];

	while (recv(fd, bytes, sizeof bytes, 0) > 0)
		;
}

static void *
run_client(void *argument)
{
	struct client *client = argument;

	if (client->choice & HONEST)
		behave_at_first(client);
	else
		send_raw(client, client->size);
	shutdown(client->fd, SHUT_WR);
	drain(client->fd);
	return NULL;
}

static void
expect_printable(const char *text)
{
	for (; *text != '\0'; text++)
		FUZZ_EXPECT(*text >= ' ' && *text <= '~');
}

static void
check_log(const struct session *session)
{
	struct session_facts facts;

	expect_printable(session_reason(session));
	if (session_failure(session) != FAILURE_NONE)
		return;
	session_facts(session, &facts);
	expect_printable(facts.sni);
	expect_printable(facts.alpn);
}

/* Waits for a parked session, as the main thread would. */
static void
unpark(struct session *session)
{
	const struct pollfd *polls;
	struct pollfd copies[1 + TRANSPORT_OTHERS];
	struct pause *pause = transport_leave(&transport);

	FUZZ_EXPECT(pause != NULL);
	size_t count = pause_polls(pause, &polls);
	memcpy(copies, polls, count * sizeof *polls);
	poll(copies, count, deadline_left_ms(pause_end(pause)));
	transport_return(&transport, pause);
	session_move(session, &transport);
}

/* Returns the host by which the main thread would route the client, or NULL. It is
 * valid until the next call. */
static const char *
find_host(const struct client *client)
{
	static unsigned char bytes[HELLO_SIZE_MAX];
	static char host[SERVERNAME_MAX_SIZE + 1];
	struct clienthello hello;
	size_t needed;

	if (client->choice & HONEST)
		return "localhost";
	if (client->size > sizeof bytes)
		return NULL;
	memcpy(bytes, client->data, client->size);
	if (hello_judge(bytes, client->size, &needed) != HELLO_WHOLE ||
	    clienthello_read(bytes + HELLO_RECORD_HEADER, hello_gather(bytes), &hello) <
		0 ||
	    hello.name == NULL)
		return NULL;
	memcpy(host, hello.name, hello.name_size);
	host[hello.name_size] = '\0';
	return host;
}

/* Does with a connection what conversation_serve() does. */
static void
serve(int fd, const struct service *service, enum session_start start, const char *host)
{
	transport_attach(&transport, fd, false);
	transport_park(&transport, true);
	transport_set_deadline(&transport, deadline_in(PATIENCE_MS), 0);
	struct session *session =
	    session_new(service->context, &transport, start, 1000, host);
	FUZZ_EXPECT(session != NULL);
	struct cursor cursor = CURSOR_START;
	int result;
	while ((result = session_handshake(session)) == SESSION_PARKED)
		unpark(session);
	if (result == 0) {
		transport_set_deadline(
		    &transport, deadline_in(PATIENCE_MS), PATIENCE_MS);
		while (responder_answer(service->responder, session, &cursor) ==
		       SESSION_PARKED)
			unpark(session);
	}
	while (session_finish(session) == SESSION_PARKED)
		unpark(session);
	FUZZ_EXPECT(transport.failure != TRANSPORT_TIMED_OUT_READING);
	FUZZ_EXPECT(transport.failure != TRANSPORT_TIMED_OUT_WRITING);
	check_log(session);
	session_free(session);
}

/* Makes a connection and keeps its session for resumption. */
static void *
visit_once(void *argument)
{
	struct client *client = argument;
	gnutls_session_t tls = honest_session(client);
	char bytes[64];

	shake_hands(tls);
	gnutls_bye(tls, GNUTLS_SHUT_WR);
	while (gnutls_record_recv(tls, bytes, sizeof bytes) > 0)
		;
	FUZZ_EXPECT(gnutls_session_get_data2(tls, &visits[service_of(client)]) == 0);
	gnutls_deinit(tls);
	shutdown(client->fd, SHUT_WR);
	return NULL;
}

/* Runs `run`, the client, in a thread, and serves it. */
static void
meet(struct client *client, void *(*run)(void *client), enum session_start start)
{
	pthread_t thread;
	const char *host = find_host(client);
	int pair[2];

	FUZZ_EXPECT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	client->fd = pair[1];
	FUZZ_EXPECT(pthread_create(&thread, NULL, run, client) == 0);
	serve(pair[0], snapshot_service(snapshot, service_of(client)), start, host);
	/* Reads on like a lingering connection: after an early answer, the client's
	 * last flight is still to come. */
	shutdown(pair[0], SHUT_WR);
	drain(pair[0]);
	pthread_join(thread, NULL);
	close(pair[0]);
	close(pair[1]);
}

static void
set_up(void)
{
	struct client clients[] = { { .choice = HONEST }, { .choice = HONEST | ECHO } };

	make_services();
	for (size_t i = 0; i < 2; i++)
		meet(&clients[i], visit_once, SESSION_COMPLETE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (snapshot == NULL)
		set_up();
	if (size == 0)
		return 0;
	struct client client = {
		.choice = data[0], .data = data + 1, .size = size - 1
	};
	if (client.choice & OLD) /* only TLS 1.3 has these */
		client.choice &= ~(unsigned)(RESUMED | UNFINISHED);
	if (client.choice & ECHO) /* only a responder that does not read has these */
		client.choice &= ~(unsigned)EARLY;
	meet(&client, run_client,
	    client.choice & EARLY ? SESSION_EARLY : SESSION_COMPLETE);
	return 0;
}

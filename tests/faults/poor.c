/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a tlsd that lacks a resource, and repeats a connection to it. */
#include "faults/poor.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/memory/memory.h"
#include "lib/daemon.h"
#include "lib/pki.h"
#include "lib/suite.h"

#define LISTENING ": listening: [127.0.0.1]:"
#define INTERNAL ": internal: "
#define TEAM 4 /* servers at once; in half of them, all further allocations fail */
#define TRIES 4 /* attempts until missing blocks count as lost */
#define PATIENCE_TIMES "4" /* for Check: these tests make more connections */
#define LONGEST_LOG "1048576" /* bytes: a log can be a test's message */
#define PAUSE_NS 50000
#define PATIENCE_NS 500000000 /* the time in which blocks may still be freed */

/* Maps the shared page from a new file, which replaces an older one. */
static struct shortage *
make_shortage(void)
{
	const char *path = suite_file("shortage", "");
	int fd = open(path, O_RDWR | O_CLOEXEC);
	struct shortage *shortage;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, sizeof *shortage), 0);
	shortage =
	    mmap(NULL, sizeof *shortage, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ck_assert_ptr_ne(shortage, MAP_FAILED);
	close(fd);
	setenv(SHORTAGE_VARIABLE, path, 1);
	return shortage;
}

static struct poor
spawn(const char *more, long thread, bool bare)
{
	const char *folder = getenv("top_builddir");
	char *library = memory_format("%s/shortage.so", folder != NULL ? folder : ".");
	struct daemon_options options = { .ini = daemon_ini(more) };
	struct poor poor = { .shortage = make_shortage() };

	atomic_store(&poor.shortage->thread, thread);
	atomic_store(&poor.shortage->bare, bare);
	setenv("LD_PRELOAD", library, 1);
	poor.daemon = daemon_spawn(&options);
	unsetenv("LD_PRELOAD");
	free(library);
	return poor;
}

struct poor
poor_spawn(const char *more, long thread)
{
	return spawn(more, thread, false);
}

/* Returns the port of the only service, whatever its name. */
static unsigned
find_port(struct poor *poor)
{
	const char *at = strstr(daemon_log(poor->daemon), LISTENING);

	ck_assert_ptr_nonnull(at);
	return (unsigned)strtoul(at + strlen(LISTENING), NULL, 10);
}

static struct poor
serve(size_t workers, const char *more, bool bare)
{
	char *ini =
	    memory_format("log-level = debug\nworkers = %zu\n%s", workers, more);
	struct poor poor = spawn(ini, 0, bare);

	free(ini);
	daemon_expect(poor.daemon, ": started: ");
	ck_assert_msg(poor.shortage->count > 0, "shortage.so is not loaded");
	poor.port = find_port(&poor);
	poor.descriptors = daemon_descriptors(poor.daemon);
	return poor;
}

struct poor
poor_serve_crowd(size_t workers, const char *more)
{
	return serve(workers, more, false);
}

struct poor
poor_serve(const char *more)
{
	return serve(2, more, false);
}

void
poor_stop(struct poor *poor)
{
	daemon_stop(poor->daemon);
	if (poor->pair != NULL)
		gnutls_certificate_free_credentials(poor->pair);
	gnutls_free(poor->ticket.data);
	munmap(poor->shortage, sizeof *poor->shortage);
}

void
poor_order(struct poor *poor, long first, long many)
{
	atomic_store(&poor->shortage->last, first + many - 1);
	atomic_store(&poor->shortage->failed, 0);
	atomic_store(&poor->shortage->count, 0);
	atomic_store(&poor->shortage->first, first);
}

long
poor_relieve(struct poor *poor)
{
	atomic_store(&poor->shortage->first, 0);
	return atomic_load(&poor->shortage->count);
}

static const char *
tail_of_log(struct poor *poor)
{
	const char *log = daemon_log(poor->daemon);
	size_t length = strlen(log);

	return length > 1000 ? log + length - 1000 : log;
}

/* Sleeps for a shorter time than a handshake takes. */
static void
pause_briefly(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };

	nanosleep(&pause, NULL);
}

void
poor_settle(struct poor *poor)
{
	struct deadline deadline = deadline_in(SUITE_PATIENCE_MS);
	pid_t pid = poor->daemon->pid;
	int status;

	while (daemon_descriptors(poor->daemon) != poor->descriptors) {
		bool ended = waitpid(pid, &status, WNOHANG) == pid;
		if (ended)
			poor->daemon->pid = 0;
		ck_assert_msg(!ended, "%ld, %s: it ends with status %d:\n%s",
		    atomic_load(&poor->shortage->first), poor->shortage->where, status,
		    tail_of_log(poor));
		ck_assert_msg(!deadline_passed(deadline), "descriptors are lost");
		pause_briefly();
	}
}

static gnutls_certificate_credentials_t
read_pair(const char *name)
{
	gnutls_certificate_credentials_t pair;
	char *cert = memory_format("%s/%s.crt", suite_folder(), name);
	char *key = memory_format("%s/%s.key", suite_folder(), name);

	ck_assert_int_eq(gnutls_certificate_allocate_credentials(&pair), 0);
	ck_assert_int_ge(
	    gnutls_certificate_set_x509_key_file(pair, cert, key, GNUTLS_X509_FMT_PEM),
	    0);
	free(cert);
	free(key);
	return pair;
}

static struct peer *
dial(struct poor *poor, const struct life *life)
{
	int fd = life->stalls ? peer_dial_narrow(poor->port) : peer_dial(poor->port);
	const gnutls_datum_t *ticket = &poor->ticket;

	if (life->header != NULL)
		peer_say(fd, life->header);
	struct peer *peer = peer_new(fd, &life->options);
	if (life->pair != NULL) {
		if (poor->pair == NULL)
			poor->pair = read_pair(life->pair);
		gnutls_credentials_set(peer->tls, GNUTLS_CRD_CERTIFICATE, poor->pair);
	}
	if (ticket->data != NULL)
		ck_assert_int_eq(
		    gnutls_session_set_data(peer->tls, ticket->data, ticket->size), 0);
	return peer;
}

static bool
is_answer(const struct life *life, const char *text)
{
	if (life->opening != NULL)
		return strncmp(text, life->opening, strlen(life->opening)) == 0;
	if (life->answer != NULL)
		return strcmp(text, life->answer) == 0;
	return strcmp(text, life->words != NULL ? life->words : POOR_HELLO) == 0;
}

/* Runs the connection unless the life has `leave`. Returns true if the whole answer came. */
static bool
ask(struct peer *peer, const struct life *life)
{
	if (peer_shake(peer) != 0)
		return false;
	if (life->words != NULL) {
		gnutls_record_send(peer->tls, life->words, strlen(life->words));
		gnutls_bye(peer->tls, GNUTLS_SHUT_WR);
	}
	return peer_run(peer) == 0 && is_answer(life, peer->answer);
}

static unsigned retries;

static int
count_retry(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
    const gnutls_datum_t *message)
{
	(void)session;
	(void)type;
	(void)when;
	(void)incoming;
	(void)message;
	retries++;
	return 0;
}

/* Keeps the ticket of the first connection. Expects later ones to be resumed, unless
 * allocations fail. */
static void
resume_next(struct poor *poor, const struct peer *peer)
{
	if (poor->ticket.data == NULL)
		ck_assert_int_eq(gnutls_session_get_data2(peer->tls, &poor->ticket), 0);
	else if (atomic_load(&poor->shortage->first) == 0)
		ck_assert(gnutls_session_is_resumed(peer->tls) != 0);
}

/* Returns how often a connection was parked in the direction in which this one will
 * wait. Lingering connections count as well. */
static long
count_parked(const struct poor *poor, const struct life *life)
{
	return atomic_load(
	    life->stalls ? &poor->shortage->to_write : &poor->shortage->to_read);
}

/* True if the server has ended the connection, even if its FIN still follows unread data. */
static bool
is_ended(const struct poor *poor, const struct life *life)
{
	struct pollfd pollfd = { .fd = poor->peer->fd, .events = POLLRDHUP };

	return poll(&pollfd, 1, 0) > 0 ||
	       (life->stalls && daemon_descriptors(poor->daemon) == poor->descriptors);
}

static void
await_parking(const struct poor *poor, const struct life *life)
{
	struct deadline deadline = deadline_in(SUITE_PATIENCE_MS);

	while (count_parked(poor, life) == poor->parked && !is_ended(poor, life)) {
		ck_assert_msg(!deadline_passed(deadline), "it is not parked");
		pause_briefly();
	}
}

/* Runs the connection as far as it goes without being parked. */
static void
begin_life(struct poor *poor, const struct life *life)
{
	poor->parked = count_parked(poor, life);
	if (life->hold != NULL)
		life->hold(true);
	poor->peer = dial(poor, life);
	if (life->waits) {
		poor->peer->deaf = true;
		peer_step(poor->peer);
		poor->peer->deaf = false;
	} else if (life->stalls || life->idles) {
		peer_shake(poor->peer);
	}
}

/* Runs the rest of the connection. Returns true if the whole answer came. */
static bool
end_life(struct poor *poor, const struct life *life)
{
	struct peer *peer = poor->peer;
	bool good = false;

	if (life->waits || life->stalls || life->idles)
		await_parking(poor, life);
	if (life->hold != NULL)
		life->hold(false);
	if (life->stalls)
		peer_widen(peer->fd);
	retries = 0;
	gnutls_handshake_set_hook_function(peer->tls,
	    GNUTLS_HANDSHAKE_HELLO_RETRY_REQUEST, GNUTLS_HOOK_POST, count_retry);
	if (life->leave != NULL)
		life->leave(peer);
	else
		good = ask(peer, life);
	ck_assert(!good || life->refused == NULL);
	ck_assert(!good || life->retried == (retries > 0));
	if (good && life->resumed)
		resume_next(poor, peer);
	peer_free(peer);
	return good;
}

bool
poor_attempt(struct poor *poor, const struct life *life)
{
	begin_life(poor, life);
	return end_life(poor, life);
}

/* Expects a connection to succeed, or to be refused, as without a failure. */
static void
succeed(struct poor *poor, const struct life *life)
{
	ck_assert_msg(poor_attempt(poor, life) == (life->refused == NULL),
	    "no answer after allocation %ld failed, %s:\n%s",
	    atomic_load(&poor->shortage->last), poor->shortage->where,
	    tail_of_log(poor));
}

/* Returns how many more blocks are allocated than before. Waits up to 0.5 s for their release. */
static long
count_lost(const struct poor *poor)
{
	long lost = 0;

	for (int i = 0; i < PATIENCE_NS / PAUSE_NS; i++) {
		lost = atomic_load(&poor->shortage->blocks) - poor->before;
		if (lost <= 0)
			return 0;
		pause_briefly();
	}
	return lost;
}

/* Begins a connection during which the ordered allocations fail. */
static void
begin_broken(struct poor *poor, const struct life *life, long number)
{
	poor->before = atomic_load(&poor->shortage->blocks);
	poor_order(poor, number, poor->many);
	begin_life(poor, life);
}

/* With `bare`, a failure of the first allocation is not logged: the connection does not
 * exist yet. */
static void
end_broken(struct poor *poor, const struct life *life)
{
	bool heard = !life->bare || atomic_load(&poor->shortage->first) > 1;

	poor->broken += !end_life(poor, life) && life->refused == NULL && heard;
}

static const struct life *
next_of(const struct life *life)
{
	return life->next != NULL ? life->next : life;
}

/* Makes the next connection. Returns the number of allocations of the connection before it. */
static long
go_on(struct poor *poor, const struct life *life)
{
	poor_settle(poor);
	long count = poor_relieve(poor);
	succeed(poor, next_of(life));
	return count;
}

/* Expects the failure to leak no memory, except for what is allocated once and kept. */
static void
lose_nothing(struct poor *poor, const struct life *life, long number)
{
	long lost = count_lost(poor);

	for (int i = 1; i < TRIES && lost > 0; i++) {
		begin_broken(poor, life, number);
		end_broken(poor, life);
		go_on(poor, life);
		poor_settle(poor);
		lost = count_lost(poor);
	}
	ck_assert_msg(lost == 0, "%ld blocks are lost when allocation %ld fails, %s",
	    lost, number, poor->shortage->where);
}

/* Lets allocation `first` fail in two servers, and the next one in the two others. They
 * run at once because a server needs some milliseconds to notice that a client has
 * gone. Returns the largest number of allocations made. */
static long
fail_some(struct poor team[TEAM], const struct life *life, long first)
{
	long most = 0;

	for (int i = 0; i < TEAM; i++)
		begin_broken(&team[i], life, first + i / 2);
	for (int i = 0; i < TEAM; i++)
		end_broken(&team[i], life);
	for (int i = 0; i < TEAM; i++) {
		long count = go_on(&team[i], life);
		most = count > most ? count : most;
	}
	for (int i = 0; i < TEAM; i++) {
		poor_settle(&team[i]);
		lose_nothing(&team[i], life, first + i / 2);
	}
	return most;
}

/* Starts a server. Its first connections allocate what the server keeps. */
static struct poor
serve_some(const char *ini, const struct life *life, long many)
{
	struct poor poor = serve(2, ini, life->bare);

	poor.many = many;
	for (int i = 0; i < 2; i++) {
		poor_order(&poor, 0, 0);
		succeed(&poor, life);
		poor_settle(&poor);
		poor.made = poor_relieve(&poor);
		succeed(&poor, next_of(life));
		poor_settle(&poor);
	}
	return poor;
}

/* Expects the log to name the reason for each broken connection, and for no other. A
 * refused connection may have broken as well if `bare` or `idles` is set; then the
 * number is not checked. */
static void
expect_words(struct poor *poor, const struct life *life)
{
	const char *words = life->bare ? INTERNAL : INTERNAL "out of memory";

	daemon_expect_times(poor->daemon, words, poor->broken);
	if (life->refused == NULL || !(life->bare || life->idles))
		ck_assert_uint_eq(daemon_count(poor->daemon, words), poor->broken);
	if (life->refused != NULL)
		daemon_expect(poor->daemon, life->refused);
}

/* Continues up to the largest number of allocations of a connection, because a broken
 * one makes fewer. */
void
poor_fail_each(const char *ini, const struct life *life)
{
	struct poor team[TEAM];
	long first = 1, most = 0;

	for (int i = 0; i < TEAM; i++) {
		team[i] = serve_some(ini, life, i % 2 == 0 ? 1 : POOR_ALL);
		most = team[i].made > most ? team[i].made : most;
	}
	do {
		long count = fail_some(team, life, first);
		most = count > most ? count : most;
		first += TEAM / 2;
	} while (first <= most);
	ck_assert_int_gt(most, 0);
	for (int i = 0; i < TEAM; i++) {
		expect_words(&team[i], life);
		poor_stop(&team[i]);
	}
}

/* Makes NAME.crt and NAME.key for a client. */
static void
make_client(
    const char *name, gnutls_pk_algorithm_t algorithm, const struct pki_pair *issuer)
{
	struct pki_options options = { .name = name,
		.purpose = GNUTLS_KP_TLS_WWW_CLIENT,
		.algorithm = algorithm };
	struct pki_pair *pair = pki_make(&options, issuer);
	char *cert = memory_format("%s.crt", name),
	     *key = memory_format("%s.key", name);

	pki_cert_file(cert, pair);
	pki_key_file(key, pair);
	pki_free(pair);
	free(cert);
	free(key);
}

/* The two authorities have the same name, because clients only send certificates whose
 * issuer the server names. */
void
poor_fail_each_client(
    const char *more, const struct life *life, gnutls_pk_algorithm_t algorithm)
{
	struct pki_pair *ca = pki_ca("clients"), *impostor = pki_ca("clients");
	char *ini = memory_format("client-verify = required\nca-file = %s\n%s",
	    pki_cert_file("clients.crt", ca), more);

	if (life->pair != NULL)
		make_client(
		    life->pair, algorithm, life->refused != NULL ? impostor : ca);
	poor_fail_each(ini, life);
	free(ini);
	pki_free(impostor);
	pki_free(ca);
}

const char *
poor_lacks_malloc(void)
{
	return SUITE_IS_SANITIZED
	           ? "a sanitizer has a malloc(3) of its own, which does "
	             "not take from the reserve"
	           : NULL;
}

/* Runs before main(), because Check reads these variables when it runs the tests. */
__attribute__((constructor)) static void
take_time(void)
{
	setenv("CK_TIMEOUT_MULTIPLIER", PATIENCE_TIMES, 0);
	setenv("CK_MAX_MSG_SIZE", LONGEST_LOG, 0);
}

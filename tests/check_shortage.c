/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A real tlsd in which allocations fail: that costs the connection which needed them, and
 * nothing else. */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "daemon.h"
#include "peer.h"
#include "pki.h"
#include "shortage.h"
#include "suite.h"

#define HELLO "Hello, TLS!\n"
#define WORDS "to be said again\n"
#define TLS13 "NORMAL:-VERS-ALL:+VERS-TLS1.3"
#define TLS12 "NORMAL:-VERS-ALL:+VERS-TLS1.2"
#define COMPLETE "early-answer = no\n"
#define OUT_OF_MEMORY ": tlsd: internal: out of memory"
#define TRIES 4 /* until what is gone is lost */
#define ALONE 1 /* only one allocation fails */
#define ALL (LONG_MAX / 2) /* so do all behind it */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED true
#else
#define IS_SANITIZED false
#endif

/* A connection that a test makes again and again. */
struct life {
	struct peer_options options;
	const char *pair; /* of the client, in suite_folder(); NULL for none */
	bool resumed, refused;
	long first, step; /* allocations to be left out, and from one to the next */
	const char *words; /* that the client says, and the server repeats; or NULL */
};

/* A server in which a shortage can be ordered. */
struct poor {
	struct daemon *daemon;
	unsigned port;
	size_t descriptors; /* while nobody is connected */
	struct shortage *shortage;
	gnutls_datum_t ticket; /* of the life that is resumed */
	size_t broken; /* connections, by the shortage */
};

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
serve(const char *more)
{
	const char *folder = getenv("top_builddir");
	char *library = memory_format("%s/shortage.so", folder != NULL ? folder : ".");
	char *ini = memory_format("log-level = debug\nworkers = 2\n%s", more);
	struct poor poor = { .shortage = make_shortage() };

	setenv("LD_PRELOAD", library, 1);
	poor.daemon = daemon_serve(ini);
	unsetenv("LD_PRELOAD");
	poor.port = daemon_port(poor.daemon);
	poor.descriptors = daemon_descriptors(poor.daemon);
	ck_assert_msg(poor.shortage->count > 0, "%s is not loaded", library);
	free(ini);
	free(library);
	return poor;
}

/* Allocations from `first` on fail, `many` of them. */
static void
order(struct poor *poor, long first, long many)
{
	atomic_store(&poor->shortage->last, first + many - 1);
	atomic_store(&poor->shortage->failed, 0);
	atomic_store(&poor->shortage->count, 0);
	atomic_store(&poor->shortage->first, first);
}

/* Ends the shortage. Returns how many allocations there were since it was ordered. */
static long
relieve(struct poor *poor)
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

/* Waits until the server has nobody connected. */
static void
settle(struct poor *poor)
{
	long long deadline = daemon_deadline();
	pid_t pid = poor->daemon->pid;
	int status;

	while (daemon_descriptors(poor->daemon) != poor->descriptors) {
		bool ended = waitpid(pid, &status, WNOHANG) == pid;
		if (ended)
			poor->daemon->pid = 0;
		ck_assert_msg(!ended, "%ld, %s: it ends with status %d:\n%s",
		    atomic_load(&poor->shortage->first), poor->shortage->where, status,
		    tail_of_log(poor));
		daemon_pause(deadline, "descriptors are lost");
	}
}

static struct peer *
dial(const struct poor *poor, const struct life *life)
{
	struct peer *peer = peer_new(peer_dial(poor->port), &life->options);
	const gnutls_datum_t *ticket = &poor->ticket;

	if (life->pair != NULL) {
		char *cert = memory_format("%s/%s.crt", suite_folder(), life->pair);
		char *key = memory_format("%s/%s.key", suite_folder(), life->pair);
		ck_assert_int_ge(gnutls_certificate_set_x509_key_file(
				     peer->credentials, cert, key, GNUTLS_X509_FMT_PEM),
		    0);
		free(cert);
		free(key);
	}
	if (ticket->data != NULL)
		ck_assert_int_eq(
		    gnutls_session_set_data(peer->tls, ticket->data, ticket->size), 0);
	return peer;
}

/* One connection. Whether there was the whole answer. */
static bool
attempt(struct poor *poor, const struct life *life)
{
	struct peer *peer = dial(poor, life);
	bool good = peer_shake(peer) == 0;

	if (good && life->words != NULL) {
		gnutls_record_send(peer->tls, life->words, strlen(life->words));
		gnutls_bye(peer->tls, GNUTLS_SHUT_WR);
	}
	good = good && peer_run(peer) == 0;
	ck_assert(!(good && life->refused));
	good = good &&
	       strcmp(peer->answer, life->words != NULL ? life->words : HELLO) == 0;
	if (good && life->resumed && poor->ticket.data == NULL)
		ck_assert_int_eq(gnutls_session_get_data2(peer->tls, &poor->ticket), 0);
	peer_free(peer);
	return good;
}

/* Wants one as if nothing had been. */
static void
succeed(struct poor *poor, const struct life *life)
{
	ck_assert_msg(attempt(poor, life) != life->refused,
	    "no answer after allocation %ld failed, %s:\n%s",
	    atomic_load(&poor->shortage->last), poor->shortage->where,
	    tail_of_log(poor));
	settle(poor);
}

/* How many blocks of memory there are more than `before`, at the end of a moment. */
static long
count_lost(const struct poor *poor, long before)
{
	long lost = 0;

	for (int i = 0; i < 500; i++) {
		lost = atomic_load(&poor->shortage->blocks) - before;
		if (lost <= 0)
			return 0;
		poll(NULL, 0, 1);
	}
	return lost;
}

/* Makes a connection while allocations from `number` on fail, and then another one. Returns
 * how many allocations the first took. */
static long
survive(struct poor *poor, const struct life *life, long number, long many)
{
	order(poor, number, many);
	bool good = attempt(poor, life);
	settle(poor);
	long count = relieve(poor);
	poor->broken += !good && !life->refused;
	succeed(poor, life);
	return count;
}

/* The same, and wants no memory to be lost by it, but for what is made once and kept.
 * Returns whether that many allocations were made. */
static bool
lose_nothing(struct poor *poor, const struct life *life, long number, long many)
{
	long lost = 1, count = 0;

	for (int i = 0; i < TRIES && lost > 0; i++) {
		long before = atomic_load(&poor->shortage->blocks);
		count = survive(poor, life, number, many);
		lost = count_lost(poor, before);
	}
	ck_assert_msg(lost == 0, "%ld blocks are lost when allocation %ld fails, %s",
	    lost, number, poor->shortage->where);
	return count >= number;
}

/* Lets each allocation fail, or each in so many, and `many` - 1 behind it. A connection that
 * ends by that ends as such. */
static void
fail_so_many(const char *ini, const struct life *life, long many)
{
	struct poor poor = serve(ini);
	long number = life->first;

	succeed(&poor, life);
	succeed(&poor, life);
	while (lose_nothing(&poor, life, 1 + number, many))
		number += life->step > 0 ? life->step : 1;
	ck_assert_uint_eq(daemon_count(poor.daemon, OUT_OF_MEMORY), poor.broken);
	gnutls_free(poor.ticket.data);
	daemon_stop(poor.daemon);
}

static void
fail_each(const char *ini, const struct life *life)
{
	fail_so_many(ini, life, ALONE);
	fail_so_many(ini, life, ALL);
}

START_TEST(a_connection_outlives_every_allocation_that_fails)
{
	fail_each(COMPLETE, &(struct life){ .options = { .priority = TLS13 } });
	fail_each(COMPLETE, &(struct life){ .options = { .priority = TLS12 } });
}
END_TEST

START_TEST(so_does_one_that_is_answered_early)
{
	fail_each("", &(struct life){ .options = { .priority = TLS13 } });
}
END_TEST

START_TEST(so_does_one_with_a_curve_that_takes_big_numbers)
{
	static const struct life life = { .options = { .priority = TLS13
						       ":-GROUP-ALL:+GROUP-SECP384R1",
					      .name = "localhost",
					      .record = 100 } };

	fail_each(COMPLETE, &life);
}
END_TEST

START_TEST(so_does_one_that_is_resumed)
{
	fail_each(
	    "", &(struct life){ .options = { .priority = TLS13 }, .resumed = true });
}
END_TEST

/* Makes NAME.crt and NAME.key of a client. */
static void
make_client(const char *name, gnutls_pk_algorithm_t algorithm, unsigned bits,
    const struct pki_pair *issuer)
{
	struct pki_options options = { .name = name,
		.purpose = GNUTLS_KP_TLS_WWW_CLIENT,
		.algorithm = algorithm,
		.bits = bits };
	struct pki_pair *pair = pki_make(&options, issuer);
	char *cert = memory_format("%s.crt", name),
	     *key = memory_format("%s.key", name);

	pki_cert_file(cert, pair);
	pki_key_file(key, pair);
	pki_free(pair);
	free(cert);
	free(key);
}

static void
fail_each_of_client(const struct life *life, long many)
{
	struct pki_pair *ca = pki_ca("clients");
	char *ini = memory_format("client-verify = required\nca-file = %s\n",
	    pki_cert_file("clients.crt", ca));

	make_client("ecdsa", GNUTLS_PK_ECDSA, 0, ca);
	make_client("rsa", GNUTLS_PK_RSA, 2048, ca);
	make_client("stranger", GNUTLS_PK_ECDSA, 0, NULL);
	fail_so_many(ini, life, many);
	free(ini);
	pki_free(ca);
}

/* There are more than a thousand: in three parts. */
static void
fail_third(long first)
{
	const struct life life = { .options = { .priority = TLS13 },
		.pair = "ecdsa",
		.first = first,
		.step = 3 };

	fail_each_of_client(&life, ALONE);
}

START_TEST(so_does_one_whose_client_has_a_certificate)
{
	fail_third(0);
}
END_TEST

START_TEST(so_does_one_whose_client_has_a_certificate_2)
{
	fail_third(1);
}
END_TEST

START_TEST(so_does_one_whose_client_has_a_certificate_3)
{
	fail_third(2);
}
END_TEST

START_TEST(so_does_one_whose_client_has_a_certificate_in_tls12)
{
	const struct life life = {
		.options = { .priority = TLS12 }, .pair = "rsa", .step = 5
	};

	fail_each_of_client(&life, ALL);
}
END_TEST

START_TEST(who_is_refused_is_refused_whatever_fails)
{
	const struct life life = { .options = { .priority = TLS13 },
		.pair = "stranger",
		.refused = true,
		.step = 3 };

	fail_each_of_client(&life, ALONE);
	fail_each_of_client(&life, ALL);
}
END_TEST

START_TEST(an_echo_outlives_every_allocation_that_fails)
{
	fail_each("respond = echo\n",
	    &(struct life){ .options = { .priority = TLS13 }, .words = WORDS });
}
END_TEST

START_TEST(a_program_outlives_every_allocation_that_fails)
{
	fail_each("respond = exec\nexec = /bin/cat\n",
	    &(struct life){ .options = { .priority = TLS13 }, .words = WORDS });
}
END_TEST

START_TEST(a_file_outlives_every_allocation_that_fails)
{
	char *ini =
	    memory_format("respond = file\nfile = %s\n", suite_file("hello", HELLO));

	fail_each(ini, &(struct life){ .options = { .priority = TLS12 } });
	free(ini);
}
END_TEST

/* Repeats what comes, one client after the other. */
static void *
repeat(void *argument)
{
	int listener = *(const int *)argument, fd;
	char bytes[256];

	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		ssize_t n;
		while ((n = read(fd, bytes, sizeof bytes)) > 0)
			ck_assert_int_eq(write(fd, bytes, (size_t)n), n);
		close(fd);
	}
	return NULL;
}

START_TEST(a_relay_outlives_every_allocation_that_fails)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	static int listener;
	pthread_t thread;

	strcpy(address.sun_path, suite_path("backend"));
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(
	    bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(listen(listener, 16), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, repeat, &listener), 0);
	char *ini =
	    memory_format("respond = connect\nconnect = %s\n", address.sun_path);
	fail_each(
	    ini, &(struct life){ .options = { .priority = TLS13 }, .words = WORDS });
	free(ini);
	pthread_cancel(thread);
	pthread_join(thread, NULL);
	close(listener);
}
END_TEST

/* Reloads while allocations from `number` on fail. Returns how many it took; `*done` tells
 * whether it was done. */
static long
reload_poorly(struct poor *poor, long number, long many, bool *done)
{
	long long deadline = daemon_deadline();
	size_t good = daemon_count(poor->daemon, "reload: done"),
	       bad = daemon_count(poor->daemon, "reload: failed");

	order(poor, number, many);
	daemon_signal(poor->daemon, SIGHUP);
	do {
		settle(poor);
		daemon_pause(deadline, "neither done nor failed");
		*done = daemon_count(poor->daemon, "reload: done") > good;
	} while (!*done && daemon_count(poor->daemon, "reload: failed") == bad);
	return relieve(poor);
}

/* From any point on: every tenth and those around the places of the whole are enough, for
 * there are thousands. */
static void
reload_without_memory(long many)
{
	struct poor poor = serve("on-bad-cert = skip\n");
	const struct life life = { .options = { .priority = TLS13 } };
	size_t failed = 0;
	bool done;
	long count = reload_poorly(&poor, 0, 1, &done);

	ck_assert(done);
	for (long number = 1; number <= count; number += 1 + count / 150) {
		reload_poorly(&poor, number, many, &done);
		failed += !done;
		attempt(&poor, &life);
	}
	ck_assert_uint_gt(failed, 50);
	ck_assert_uint_eq(daemon_count(poor.daemon, "is skipped"), 0);
	daemon_reload(poor.daemon, "done");
	daemon_stop(poor.daemon);
}

START_TEST(a_reload_without_memory_fails_and_the_next_one_does_not)
{
	reload_without_memory(ALONE);
	reload_without_memory(ALL);
}
END_TEST

int
main(void)
{
	if (IS_SANITIZED) {
		puts(
		    "SKIPPED: sanitizers have their own malloc(3), which does not take "
		    "from the reserve: NOTHING was tested here");
		return 77;
	}
	return SUITE_RUN("shortage", a_connection_outlives_every_allocation_that_fails,
	    so_does_one_that_is_answered_early,
	    so_does_one_with_a_curve_that_takes_big_numbers,
	    so_does_one_that_is_resumed, so_does_one_whose_client_has_a_certificate,
	    so_does_one_whose_client_has_a_certificate_2,
	    so_does_one_whose_client_has_a_certificate_3,
	    so_does_one_whose_client_has_a_certificate_in_tls12,
	    who_is_refused_is_refused_whatever_fails,
	    an_echo_outlives_every_allocation_that_fails,
	    a_program_outlives_every_allocation_that_fails,
	    a_file_outlives_every_allocation_that_fails,
	    a_relay_outlives_every_allocation_that_fails,
	    a_reload_without_memory_fails_and_the_next_one_does_not);
}

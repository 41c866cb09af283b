/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state of the server in lines for people. */
#include "server/report/statustext.h"

#include "config.h"

#include <inttypes.h>
#include <time.h>
#include <unistd.h>

#include "base/log/findings.h"
#include "base/log/log.h"
#include "base/text/text.h"
#include "server/accept/acceptor.h"
#include "server/connection/connection.h"
#include "server/report/serverinfo.h"
#include "server/connection/connectiontable.h"
#include "server/snapshot/service.h"
#include "server/snapshot/snapshot.h"
#include "server/connection/stats.h"
#include "server/report/confdump.h"
#include "tls/session/context.h"
#include "tls/keys/keypair.h"
#include "tls/library.h"
#include "tls/keys/pairs.h"

#define NS_PER_S 1e9
#define SECONDS_PER_DAY 86400

static void
print_time(FILE *out, const char *what, int64_t when)
{
	char text[32];
	time_t seconds = when;
	struct tm utc;

	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &utc));
	fprintf(
	    out, "%s: %s, %" PRId64 " s ago\n", what, text, (int64_t)time(NULL) - when);
}

/* Prints the certificate's end, in whole days; -1 if it ended within the last day. */
static void
print_certificate(const struct service *service, const struct keypair *pair, FILE *out)
{
	char text[32];
	struct tm utc;
	time_t end = keypair_not_after(pair);
	int64_t left = end - time(NULL);
	int64_t days = left / SECONDS_PER_DAY - (left % SECONDS_PER_DAY < 0);

	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&end, &utc));
	fprintf(out, "certificate: %s: %s until %s, %" PRId64 " day%s\n", service->name,
	    keypair_file(pair), text, days, text_plural((uint64_t)days));
}

static void
print_certificates(const struct snapshot *snapshot, FILE *out)
{
	for (size_t i = 0; i < snapshot_service_count(snapshot); i++) {
		const struct service *service = snapshot_service(snapshot, i);
		const struct pairs *pairs = context_pairs(service->context);
		for (size_t j = 0; j < pairs_count(pairs); j++)
			print_certificate(service, pairs_offer(pairs, j)->pair, out);
	}
}

static void
print_expiry(const struct snapshot *snapshot, FILE *out)
{
	struct findings findings;

	findings_init(&findings);
	snapshot_warn(snapshot, &findings);
	for (size_t i = 0; i < findings.count; i++)
		fprintf(out, "warning: %s\n", findings.items[i].text);
	findings_fini(&findings);
}

static void
print_numbers(const struct serverinfo *serverinfo, FILE *out)
{
	struct stats_sums sums;

	stats_sum(serverinfo_stats(serverinfo), &sums);
	fprintf(out, "workers: %" PRIu64 " of %zu busy\n",
	    serverinfo_busy(serverinfo, &sums), serverinfo_workers(serverinfo));
	fprintf(out, "queue: %" PRIu64 "\n", stats_queued(&sums));
	fprintf(out, "held: %" PRIu64 " by max-workers\n", stats_held(&sums));
	fprintf(out, "waiting: %" PRIu64 " for their ClientHello\n",
	    sums.present[PHASE_HELLO]);
	fprintf(out, "lingering: %" PRIu64 "\n", sums.present[PHASE_LINGER]);
	fprintf(out, "accepted: %" PRIu64 "\n", sums.accepted);
	fprintf(out, "active: %" PRIu64 "\n", stats_active(&sums));
	fprintf(out, "answered: %" PRIu64 "\n", sums.done);
	fprintf(out, "failed: %" PRIu64 "\n", stats_failed(&sums));
	fprintf(
	    out, "log: %" PRIu64 " line%s lost\n", log_lost(), text_plural(log_lost()));
}

void
statustext_print(
    struct serverinfo *serverinfo, const struct acceptor *acceptor, FILE *out)
{
	struct snapshot *snapshot = serverinfo_snapshot(serverinfo);

	fprintf(out, "version: tlsd %s, ", PACKAGE_VERSION);
	library_print(out);
	fputc('\n', out);
	fprintf(out, "process: %ld, %s\n", (long)getpid(),
	    serverinfo_state_name(serverinfo_state(serverinfo)));
	print_time(out, "started", serverinfo_started(serverinfo));
	print_time(out, "loaded", snapshot_time(snapshot));
	if (!serverinfo_last_reload_worked(serverinfo))
		fputs("reload: the last one failed, and changed nothing\n", out);
	acceptor_print(acceptor, out);
	confdump_print_skipped(snapshot, out);
	print_certificates(snapshot, out);
	print_expiry(snapshot, out);
	snapshot_drop(snapshot);
	print_numbers(serverinfo, out);
}

static double
seconds_since(int64_t then_ns, int64_t now_ns)
{
	return (double)(now_ns - then_ns) / NS_PER_S;
}

static void
print_connection(const struct connection *connection, int64_t now_ns, FILE *out)
{
	char peer[ADDRESS_TEXT_SIZE];
	enum phase phase =
	    atomic_load_explicit(&connection->phase, memory_order_relaxed);
	int64_t phase_ns =
	    atomic_load_explicit(&connection->phase_ns, memory_order_relaxed);

	const char *client = atomic_load(&connection->client);

	/* A phase may have begun since `now_ns` was read. */
	if (phase_ns > now_ns)
		phase_ns = now_ns;
	fprintf(out,
	    "connection: id=%" PRIu64
	    " peer=%s service=%s phase=%s since=%.3fs age=%.3fs in=%" PRIu64
	    " out=%" PRIu64 " client=%s\n",
	    connection->entry.id, address_format(&connection->peer, peer),
	    connection->service->name, phase_name(phase),
	    seconds_since(phase_ns, now_ns),
	    seconds_since(connection->accepted_ns, now_ns),
	    atomic_load_explicit(&connection->traffic.in, memory_order_relaxed),
	    atomic_load_explicit(&connection->traffic.out, memory_order_relaxed),
	    client != NULL ? client : "-");
}

void
statustext_print_connections(const struct connectiontable *table, size_t max, FILE *out)
{
	const struct connectiontable_entry *entry = connectiontable_first(table);
	int64_t now_ns = deadline_now_ns();

	for (; entry != NULL && max > 0; max--) {
		print_connection(entry->connection, now_ns, out);
		entry = connectiontable_next(entry);
	}
}

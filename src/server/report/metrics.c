/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server's metrics in the text format of Prometheus. */
#include "server/report/metrics.h"

#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/log/log.h"
#include "server/report/serverinfo.h"
#include "server/snapshot/service.h"
#include "server/snapshot/snapshot.h"
#include "server/connection/stats.h"
#include "tls/session/context.h"
#include "tls/keys/keypair.h"
#include "tls/library.h"
#include "tls/keys/pairs.h"
#include "tls/keys/staple.h"

#define NS_PER_S 1e9

/* Prints the head of a metric family. */
static void
print_family_head(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
print_value(
    FILE *out, const char *name, const char *type, const char *help, uint64_t value)
{
	print_family_head(out, name, type, help);
	fprintf(out, "%s %" PRIu64 "\n", name, value);
}

/* Prints one family's samples for one service, whose sums are `sums`. */
typedef void print_service(
    FILE *out, const char *name, const char *service, const struct stats_sums *sums);

/* Returns the sums of all services, the newest first, as of one moment for all families. The
 * caller frees them. Returns NULL if memory is exhausted. */
static struct stats_sums *
sum_services(const struct tally *first)
{
	size_t count = 0;

	for (const struct tally *tally = first; tally != NULL;
	     tally = stats_next(tally))
		count++;
	struct stats_sums *sums = calloc(count + 1, sizeof *sums);
	if (sums == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++, first = stats_next(first))
		tally_add_to(first, &sums[i]);
	return sums;
}

static void
print_accepted(
    FILE *out, const char *name, const char *service, const struct stats_sums *sums)
{
	fprintf(out, "%s{service=\"%s\"} %" PRIu64 "\n", name, service, sums->accepted);
}

static void
print_active(
    FILE *out, const char *name, const char *service, const struct stats_sums *sums)
{
	fprintf(
	    out, "%s{service=\"%s\"} %" PRIu64 "\n", name, service, stats_active(sums));
}

static void
print_results(
    FILE *out, const char *name, const char *service, const struct stats_sums *sums)
{
	fprintf(out, "%s{service=\"%s\",result=\"done\"} %" PRIu64 "\n", name, service,
	    sums->done);
	fprintf(out, "%s{service=\"%s\",result=\"failed\"} %" PRIu64 "\n", name,
	    service, stats_failed(sums));
}

static void
print_classes(
    FILE *out, const char *name, const char *service, const uint64_t *failures)
{
	for (int i = FAILURE_NONE + 1; i < FAILURE_COUNT; i++)
		fprintf(out, "%s{service=\"%s\",class=\"%s\"} %" PRIu64 "\n", name,
		    service, failure_name((enum failure)i), failures[i]);
}

static void
print_handshake_failures(
    FILE *out, const char *name, const char *service, const struct stats_sums *sums)
{
	print_classes(out, name, service, sums->handshake_failures);
}

static void
print_answer_failures(
    FILE *out, const char *name, const char *service, const struct stats_sums *sums)
{
	print_classes(out, name, service, sums->answer_failures);
}

static void
print_bytes(
    FILE *out, const char *name, const char *service, const struct stats_sums *sums)
{
	fprintf(out, "%s{service=\"%s\",direction=\"in\"} %" PRIu64 "\n", name, service,
	    sums->bytes_in);
	fprintf(out, "%s{service=\"%s\",direction=\"out\"} %" PRIu64 "\n", name,
	    service, sums->bytes_out);
}

static void
print_phases(
    FILE *out, const char *name, const char *service, const struct stats_sums *sums)
{
	for (int i = 0; i < PHASE_COUNT; i++)
		fprintf(out, "%s{service=\"%s\",phase=\"%s\"} %" PRIu64 "\n", name,
		    service, phase_name((enum phase)i), sums->present[i]);
}

/* In this format, buckets are cumulative. */
static void
print_histogram(FILE *out, const char *name, const char *service,
    const struct stats_histogram *histogram)
{
	uint64_t count = 0;

	for (size_t i = 0; i < STATS_BUCKETS; i++) {
		char bound[32] = "+Inf";
		if (!isinf(stats_bound(i)))
			snprintf(bound, sizeof bound, "%g", stats_bound(i));
		count += histogram->counts[i];
		fprintf(out, "%s_bucket{service=\"%s\",le=\"%s\"} %" PRIu64 "\n", name,
		    service, bound, count);
	}
	fprintf(out, "%s_sum{service=\"%s\"} %.9f\n", name, service,
	    (double)histogram->sum_ns / NS_PER_S);
	fprintf(out, "%s_count{service=\"%s\"} %" PRIu64 "\n", name, service, count);
}

static void
print_queue_times(
    FILE *out, const char *name, const char *service, const struct stats_sums *sums)
{
	print_histogram(out, name, service, &sums->times[STATS_QUEUE]);
}

static void
print_handshake_times(
    FILE *out, const char *name, const char *service, const struct stats_sums *sums)
{
	print_histogram(out, name, service, &sums->times[STATS_HANDSHAKE]);
}

static void
print_total_times(
    FILE *out, const char *name, const char *service, const struct stats_sums *sums)
{
	print_histogram(out, name, service, &sums->times[STATS_TOTAL]);
}

static const struct {
	const char *name, *type, *help;
	print_service *print;
} families[] = {
	{ "tlsd_accepted_total", "counter", "Connections accepted for a service.",
	    print_accepted },
	{ "tlsd_active", "gauge",
	    "Connections accepted that are neither done nor failed yet.",
	    print_active },
	{ "tlsd_connections_total", "counter",
	    "Connections that are over, answered whole (done) or failed.",
	    print_results },
	{ "tlsd_handshake_failures_total", "counter",
	    "Connections that failed up to the end of the handshake, by class.",
	    print_handshake_failures },
	{ "tlsd_answer_failures_total", "counter",
	    "Connections that failed after the handshake, by class.",
	    print_answer_failures },
	{ "tlsd_bytes_total", "counter",
	    "Bytes on the wire of connections that a worker has finished.",
	    print_bytes },
	{ "tlsd_connections", "gauge", "Connections just now, by phase.",
	    print_phases },
	{ "tlsd_queue_seconds", "histogram",
	    "Time from having the ClientHello to having a worker.", print_queue_times },
	{ "tlsd_handshake_seconds", "histogram",
	    "Time of handshakes that succeeded, from having a worker.",
	    print_handshake_times },
	{ "tlsd_connection_seconds", "histogram",
	    "Time of connections that had a worker, from accepting until it was "
	    "done.",
	    print_total_times },
};

/* Prints the families with a sample for each service. The names of services need no escapes. */
static void
print_services(const struct tally *first, const struct stats_sums *sums, FILE *out)
{
	for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
		const struct stats_sums *next = sums;
		print_family_head(
		    out, families[i].name, families[i].type, families[i].help);
		for (const struct tally *tally = first; tally != NULL;
		     tally = stats_next(tally))
			families[i].print(
			    out, families[i].name, tally_name(tally), next++);
	}
}

static void
print_process(const struct serverinfo *serverinfo, FILE *out)
{
	struct stats_sums sums, unrouted = { 0 };

	stats_sum(serverinfo_stats(serverinfo), &sums);
	tally_add_to(stats_unrouted(serverinfo_stats(serverinfo)), &unrouted);
	print_family_head(out, "tlsd_build_info", "gauge",
	    "Versions of tlsd and of GnuTLS; the value is always 1.");
	fprintf(out, "tlsd_build_info{version=\"%s\",gnutls=\"%s\"} 1\n",
	    PACKAGE_VERSION, library_version());
	print_family_head(out, "tlsd_start_time_seconds", "gauge",
	    "When the process started, seconds since 1970.");
	fprintf(out, "tlsd_start_time_seconds %" PRId64 "\n",
	    serverinfo_started(serverinfo));
	print_value(out, "tlsd_workers", "gauge", "Worker threads.",
	    serverinfo_workers(serverinfo));
	print_value(out, "tlsd_workers_busy", "gauge",
	    "Worker threads that have a connection.",
	    serverinfo_busy(serverinfo, &sums));
	print_value(out, "tlsd_queue_depth", "gauge",
	    "Connections that wait for a free worker.", stats_queued(&sums));
	print_value(out, "tlsd_unrouted", "gauge",
	    "Connections whose ClientHello has not named their service yet.",
	    unrouted.present[PHASE_HELLO]);
	print_value(out, "tlsd_draining", "gauge",
	    "1 while the server asks for no more clients.",
	    serverinfo_state(serverinfo) != SERVERINFO_RUNNING);
	print_value(out, "tlsd_reloads_total", "counter", "Reloads that worked.",
	    serverinfo_reloads(serverinfo));
	print_value(out, "tlsd_reload_failures_total", "counter",
	    "Reloads that failed; the configuration before stayed in force.",
	    serverinfo_failed_reloads(serverinfo));
	print_value(out, "tlsd_last_reload_successful", "gauge",
	    "Whether the last reload worked; 1 before the first.",
	    serverinfo_last_reload_worked(serverinfo));
	print_value(out, "tlsd_log_lost_total", "counter",
	    "Lines that could not be written to the log.", log_lost());
}

/* Prints a label's value; only these three characters need an escape. */
static void
print_escaped(const char *text, FILE *out)
{
	for (; *text != '\0'; text++)
		if (*text == '\n')
			fputs("\\n", out);
		else if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
}

static void
print_end(const char *name, const struct service *service, const struct keypair *pair,
    time_t end, FILE *out)
{
	fprintf(out, "%s{service=\"%s\",name=\"", name, service->name);
	print_escaped(keypair_file(pair), out);
	fprintf(out, "\"} %" PRId64 "\n", (int64_t)end);
}

static void
print_certificates(const struct service *service, FILE *out)
{
	const struct pairs *pairs = context_pairs(service->context);

	for (size_t i = 0; i < pairs_count(pairs); i++)
		print_end("tlsd_certificate_not_after_seconds", service,
		    pairs_offer(pairs, i)->pair,
		    keypair_not_after(pairs_offer(pairs, i)->pair), out);
}

static void
print_staples(const struct service *service, FILE *out)
{
	const struct pairs *pairs = context_pairs(service->context);

	for (size_t i = 0; i < pairs_count(pairs); i++) {
		const struct offer *offer = pairs_offer(pairs, i);
		if (offer->staple != NULL)
			print_end("tlsd_ocsp_next_update_seconds", service, offer->pair,
			    staple_ends(offer->staple), out);
	}
}

static void
print_snapshot(const struct snapshot *snapshot, FILE *out)
{
	print_family_head(out, "tlsd_configuration_time_seconds", "gauge",
	    "When the configuration in force was loaded, seconds since 1970.");
	fprintf(out, "tlsd_configuration_time_seconds %" PRId64 "\n",
	    snapshot_time(snapshot));
	print_family_head(out, "tlsd_certificate_not_after_seconds", "gauge",
	    "When each certificate, or the first of its chain, expires, seconds "
	    "since 1970; by its file.");
	for (size_t i = 0; i < snapshot_service_count(snapshot); i++)
		print_certificates(snapshot_service(snapshot, i), out);
	print_family_head(out, "tlsd_ocsp_next_update_seconds", "gauge",
	    "When the OCSP response of each certificate gets stale and is sent no "
	    "more, seconds since 1970.");
	for (size_t i = 0; i < snapshot_service_count(snapshot); i++)
		print_staples(snapshot_service(snapshot, i), out);
}

int
metrics_print(struct serverinfo *serverinfo, FILE *out)
{
	const struct tally *first = stats_first(serverinfo_stats(serverinfo));
	struct stats_sums *sums = sum_services(first);

	if (sums == NULL)
		return -1;
	struct snapshot *snapshot = serverinfo_snapshot(serverinfo);
	print_process(serverinfo, out);
	print_snapshot(snapshot, out);
	snapshot_drop(snapshot);
	print_services(first, sums, out);
	free(sums);
	return 0;
}

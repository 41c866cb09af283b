/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server's statistics for people and scripts. */
#include "server/report/statsjson.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "base/text/json.h"
#include "base/log/log.h"
#include "server/report/serverinfo.h"
#include "server/connection/stats.h"

#define MS_PER_S 1e3

static const char *const time_names[STATS_TIME_COUNT] = { [STATS_QUEUE] = "queue",
	[STATS_HANDSHAKE] = "handshake",
	[STATS_TOTAL] = "total" };

static const struct {
	const char *name;
	double share;
} quantiles[] = { { "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 } };

#define QUANTILES (sizeof quantiles / sizeof quantiles[0])

static double
quantile_ms(const struct stats_histogram *histogram, size_t index)
{
	return stats_quantile(histogram, quantiles[index].share) * MS_PER_S;
}

static void
print_failures(FILE *out, const char *subject, const char *service,
    const uint64_t failures[FAILURE_COUNT])
{
	fprintf(out, "%s %s:", subject, service);
	for (int i = FAILURE_NONE + 1; i < FAILURE_COUNT; i++)
		if (failures[i] > 0)
			fprintf(out, " %s=%" PRIu64, failure_name((enum failure)i),
			    failures[i]);
	fputc('\n', out);
}

static void
print_times(FILE *out, const char *service, const struct stats_sums *sums)
{
	fprintf(out, "times %s:", service);
	for (int i = 0; i < STATS_TIME_COUNT; i++)
		for (size_t j = 0; j < QUANTILES; j++)
			fprintf(out, " %s-%s=%.2fms", time_names[i], quantiles[j].name,
			    quantile_ms(&sums->times[i], j));
	fputc('\n', out);
}

static void
print_service(const struct tally *tally, FILE *out)
{
	const char *name = tally_name(tally);
	struct stats_sums sums = { 0 };

	tally_add_to(tally, &sums);
	fprintf(out,
	    "service %s: accepted=%" PRIu64 " done=%" PRIu64 " failed=%" PRIu64
	    " active=%" PRIu64 " in=%" PRIu64 " out=%" PRIu64 "\n",
	    name, sums.accepted, sums.done, stats_failed(&sums), stats_active(&sums),
	    sums.bytes_in, sums.bytes_out);
	fprintf(out, "phases %s:", name);
	for (int i = 0; i < PHASE_COUNT; i++)
		fprintf(
		    out, " %s=%" PRIu64, phase_name((enum phase)i), sums.present[i]);
	fputc('\n', out);
	print_failures(out, "handshake-failures", name, sums.handshake_failures);
	print_failures(out, "answer-failures", name, sums.answer_failures);
	print_times(out, name, &sums);
}

/* Returns how many connections wait for the ClientHello that names their service. */
static uint64_t
count_unrouted(const struct stats *stats)
{
	struct stats_sums sums = { 0 };

	tally_add_to(stats_unrouted(stats), &sums);
	return sums.present[PHASE_HELLO];
}

void
statsjson_print(struct serverinfo *serverinfo, FILE *out)
{
	const struct stats *stats = serverinfo_stats(serverinfo);
	struct stats_sums sums;

	stats_sum(stats, &sums);
	fprintf(out,
	    "server: uptime=%" PRId64 "s workers=%zu busy=%" PRIu64 " queue=%" PRIu64
	    " held=%" PRIu64 " unrouted=%" PRIu64 " state=%s log-lost=%" PRIu64 "\n",
	    (int64_t)time(NULL) - serverinfo_started(serverinfo),
	    serverinfo_workers(serverinfo), serverinfo_busy(serverinfo, &sums),
	    stats_queued(&sums), stats_held(&sums), count_unrouted(stats),
	    serverinfo_state_name(serverinfo_state(serverinfo)), log_lost());
	for (const struct tally *tally = stats_first(stats); tally != NULL;
	     tally = stats_next(tally))
		print_service(tally, out);
}

static void
json_failures(
    struct json *json, const char *name, const uint64_t failures[FAILURE_COUNT])
{
	json_open_object(json, name);
	for (int i = FAILURE_NONE + 1; i < FAILURE_COUNT; i++)
		json_integer(json, failure_name((enum failure)i), (int64_t)failures[i]);
	json_close(json);
}

static void
json_times(struct json *json, const struct stats_sums *sums)
{
	json_open_object(json, "times_ms");
	for (int i = 0; i < STATS_TIME_COUNT; i++) {
		json_open_object(json, time_names[i]);
		json_integer(json, "count", (int64_t)stats_time_count(&sums->times[i]));
		for (size_t j = 0; j < QUANTILES; j++)
			json_real(
			    json, quantiles[j].name, quantile_ms(&sums->times[i], j));
		json_close(json);
	}
	json_close(json);
}

static void
json_service(struct json *json, const struct tally *tally)
{
	struct stats_sums sums = { 0 };

	tally_add_to(tally, &sums);
	json_open_object(json, NULL);
	json_text(json, "name", tally_name(tally));
	json_integer(json, "accepted", (int64_t)sums.accepted);
	json_integer(json, "done", (int64_t)sums.done);
	json_integer(json, "failed", (int64_t)stats_failed(&sums));
	json_integer(json, "active", (int64_t)stats_active(&sums));
	json_integer(json, "bytes_in", (int64_t)sums.bytes_in);
	json_integer(json, "bytes_out", (int64_t)sums.bytes_out);
	json_open_object(json, "phases");
	for (int i = 0; i < PHASE_COUNT; i++)
		json_integer(json, phase_name((enum phase)i), (int64_t)sums.present[i]);
	json_close(json);
	json_failures(json, "handshake_failures", sums.handshake_failures);
	json_failures(json, "answer_failures", sums.answer_failures);
	json_times(json, &sums);
	json_close(json);
}

void
statsjson_print_json(struct serverinfo *serverinfo, FILE *out)
{
	const struct stats *stats = serverinfo_stats(serverinfo);
	struct stats_sums sums;
	struct json json;

	stats_sum(stats, &sums);
	json_init(&json, JSON_LINE);
	json_open_object(&json, NULL);
	json_integer(&json, "started", serverinfo_started(serverinfo));
	json_integer(&json, "workers", (int64_t)serverinfo_workers(serverinfo));
	json_integer(&json, "busy", (int64_t)serverinfo_busy(serverinfo, &sums));
	json_integer(&json, "queue", (int64_t)stats_queued(&sums));
	json_integer(&json, "held", (int64_t)stats_held(&sums));
	json_integer(&json, "unrouted", (int64_t)count_unrouted(stats));
	json_text(&json, "state", serverinfo_state_name(serverinfo_state(serverinfo)));
	json_integer(&json, "log_lost", (int64_t)log_lost());
	json_open_array(&json, "services");
	for (const struct tally *tally = stats_first(stats); tally != NULL;
	     tally = stats_next(tally))
		json_service(&json, tally);
	json_close(&json);
	json_close(&json);
	char *text = json_finish(&json);
	fprintf(out, "%s\n", text);
	free(text);
}

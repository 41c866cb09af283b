/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report of a load. */
#include "client/bench/benchreport.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/memory/memory.h"
#include "base/text/wrap.h"
#include "client/options/options.h"
#include "client/bench/benchrun.h"

#define NS_PER_S 1e9
#define NS_PER_MS 1e6
#define NS_PER_US 1e3
#define BYTES_PER_MB 1e6
#define MS_SIZE 32

static const struct {
	const char *name;
	double share;
} quantiles[] = {
	{ "p50", 0.5 },
	{ "p90", 0.9 },
	{ "p99", 0.99 },
	{ "p99.9", 0.999 },
	{ "max", 1.0 },
};

#define QUANTILES (sizeof quantiles / sizeof quantiles[0])

/* Returns the share of one connection, or 0 if there was none. */
static double
average_of(double sum, uint64_t count)
{
	return count == 0 ? 0 : sum / (double)count;
}

/* Prints "FACT VALUES" in lines of 80 columns, and frees `values`. */
static void
print_fact(FILE *out, const char *fact, char *values)
{
	wrap_format(out, 80, 13, "%-13s%s", fact, values);
	free(values);
}

/* Writes milliseconds with three significant digits, or as a whole number. */
static const char *
format_ms(int64_t ns, char out[MS_SIZE])
{
	double ms = (double)ns / NS_PER_MS;

	snprintf(out, MS_SIZE, "%.*f", ms < 10 ? 2 : ms < 100 ? 1 : 0, ms);
	return out;
}

static void
print_times(FILE *out, const char *fact, const struct histogram *times)
{
	char *values;
	char ms[MS_SIZE];

	if (times->total == 0)
		return;
	values = memory_copy("");
	for (size_t i = 0; i < QUANTILES; i++) {
		int64_t ns = histogram_quantile(times, quantiles[i].share);
		memory_append(&values, "%s%s %s ms", i > 0 ? ", " : "",
		    quantiles[i].name, format_ms(ns, ms));
	}
	print_fact(out, fact, values);
}

static void
print_failures(FILE *out, const struct benchtally *tally)
{
	char *values = memory_format("%" PRIu64, benchtally_failures(tally));
	const char *before = ": ";

	for (int i = BENCHTALLY_WHOLE + 1; i < BENCHTALLY_CLASSES; i++) {
		if (tally->ended[i] == 0)
			continue;
		memory_append(&values, "%s%s %" PRIu64, before,
		    benchtally_word((enum benchtally_class)i), tally->ended[i]);
		before = ", ";
	}
	print_fact(out, "failed", values);
}

static void
print_handshakes(FILE *out, const struct benchtally *tally)
{
	const struct benchtally_suite *row = tally->suites;

	for (int i = 0; i < BENCHTALLY_SUITES && row[i].version != NULL; i++)
		fprintf(out, "%-13s%" PRIu64 " %s %s\n", "handshakes", row[i].count,
		    row[i].version, row[i].suite);
	fprintf(out, "%-13s%" PRIu64 "\n", "resumed", tally->resumed);
}

static void
print_cpu(FILE *out, const char *fact, int64_t ns, uint64_t connections)
{
	if (ns >= 0 && connections > 0)
		fprintf(out, "%-13s%.1f us for each connection\n", fact,
		    average_of((double)ns / NS_PER_US, connections));
}

void
benchreport_print(
    FILE *out, const struct options *options, const struct benchrun_outcome *outcome)
{
	const struct benchtally *tally = &outcome->tally;
	uint64_t connections = benchtally_connections(tally);
	double seconds = (double)outcome->elapsed_ns / NS_PER_S;

	fprintf(out, "%-13s%s, %d at a time\n", "target", options->target.text,
	    options->load.concurrency);
	fprintf(out, "%-13s%" PRIu64 " in %.2f s: %.1f a second\n", "connections",
	    connections, seconds, (double)connections / seconds);
	fprintf(
	    out, "%-13s%" PRIu64 " whole\n", "answers", tally->ended[BENCHTALLY_WHOLE]);
	print_failures(out, tally);
	fprintf(out, "%-13s%" PRIu64 ", %.2f MB a second\n", "bytes", tally->bytes,
	    (double)tally->bytes / BYTES_PER_MB / seconds);
	print_times(out, "first byte", &tally->first);
	print_times(out, "whole answer", &tally->total);
	print_handshakes(out, tally);
	print_cpu(out, "server CPU", outcome->server_cpu_ns, connections);
	print_cpu(out, "client CPU", outcome->client_cpu_ns, connections);
}

/* --- JSON ---------------------------------------------------------------------------- */

/* Writes a JSON string. A byte that is not ASCII becomes the character with its number. */
static void
put_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;
		if (byte < ' ' || byte >= 0x7f || byte == '"' || byte == '\\')
			fprintf(out, "\\u%04x", byte);
		else
			fputc(byte, out);
	}
	fputc('"', out);
}

static void
put_times(FILE *out, const char *name, const struct histogram *times)
{
	fprintf(out, "  \"%s\": {", name);
	for (size_t i = 0; i < QUANTILES; i++)
		fprintf(out, "%s\"%s\": %.4f", i > 0 ? ", " : "", quantiles[i].name,
		    (double)histogram_quantile(times, quantiles[i].share) / NS_PER_MS);
	fputs("},\n", out);
}

static void
put_failures(FILE *out, const struct benchtally *tally)
{
	fputs("  \"failures\": {", out);
	for (int i = BENCHTALLY_WHOLE + 1; i < BENCHTALLY_CLASSES; i++)
		fprintf(out, "%s\"%s\": %" PRIu64, i > BENCHTALLY_WHOLE + 1 ? ", " : "",
		    benchtally_word((enum benchtally_class)i), tally->ended[i]);
	fputs("},\n", out);
}

static void
put_handshakes(FILE *out, const struct benchtally *tally)
{
	const struct benchtally_suite *row = tally->suites;

	fputs("  \"handshakes\": [", out);
	for (int i = 0; i < BENCHTALLY_SUITES && row[i].version != NULL; i++)
		fprintf(out,
		    "%s{\"version\": \"%s\", \"suite\": \"%s\", \"count\": %" PRIu64
		    "}",
		    i > 0 ? ", " : "", row[i].version, row[i].suite, row[i].count);
	fputs("],\n", out);
}

static void
put_cpu(FILE *out, const char *name, int64_t ns, uint64_t connections)
{
	fprintf(out, "  \"%s\": ", name);
	if (ns < 0 || connections == 0)
		fputs("null", out);
	else
		fprintf(out, "%.2f", average_of((double)ns / NS_PER_US, connections));
}

void
benchreport_print_json(
    FILE *out, const struct options *options, const struct benchrun_outcome *outcome)
{
	const struct benchtally *tally = &outcome->tally;
	uint64_t connections = benchtally_connections(tally);
	double seconds = (double)outcome->elapsed_ns / NS_PER_S;

	fputs("{\n  \"target\": ", out);
	put_string(out, options->target.text);
	fprintf(out, ",\n  \"concurrency\": %d,\n  \"seconds\": %.4f,\n",
	    options->load.concurrency, seconds);
	fprintf(out,
	    "  \"connections\": %" PRIu64 ",\n  \"connections_per_second\": %.2f,\n",
	    connections, (double)connections / seconds);
	fprintf(out, "  \"whole\": %" PRIu64 ",\n  \"failed\": %" PRIu64 ",\n",
	    tally->ended[BENCHTALLY_WHOLE], benchtally_failures(tally));
	put_failures(out, tally);
	fprintf(out, "  \"bytes\": %" PRIu64 ",\n", tally->bytes);
	put_times(out, "first_byte_ms", &tally->first);
	put_times(out, "whole_answer_ms", &tally->total);
	put_handshakes(out, tally);
	fprintf(out, "  \"resumed\": %" PRIu64 ",\n", tally->resumed);
	put_cpu(out, "server_cpu_us", outcome->server_cpu_ns, connections);
	fputs(",\n", out);
	put_cpu(out, "client_cpu_us", outcome->client_cpu_ns, connections);
	fputs("\n}\n", out);
}

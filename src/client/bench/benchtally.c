/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counting connections. */
#include "client/bench/benchtally.h"

#include <assert.h>
#include <string.h>

static const char *const words[BENCHTALLY_CLASSES] = {
	[BENCHTALLY_WHOLE] = "whole",
	[BENCHTALLY_REFUSED] = "refused",
	[BENCHTALLY_UNREACHABLE] = "unreachable",
	[BENCHTALLY_LOCAL] = "local",
	[BENCHTALLY_RESET] = "reset",
	[BENCHTALLY_TIMEOUT] = "timeout",
	[BENCHTALLY_CLOSED] = "closed",
	[BENCHTALLY_NOT_TLS] = "not-tls",
	[BENCHTALLY_UNTRUSTED] = "untrusted",
	[BENCHTALLY_ALERT] = "alert",
	[BENCHTALLY_PROTOCOL] = "protocol",
	[BENCHTALLY_TRUNCATED] = "truncated",
};

const char *benchtally_word(enum benchtally_class class)
{
	assert(class < BENCHTALLY_CLASSES);
	return words[class];
}

/* Counts a suite. The last row counts all suites that have no row of their own. */
static void
add_suite(
    struct benchtally *tally, const char *version, const char *suite, uint64_t count)
{
	struct benchtally_suite *row = tally->suites;
	const struct benchtally_suite *last = row + BENCHTALLY_SUITES - 1;

	while (row < last && row->version != NULL &&
	       (strcmp(row->version, version) != 0 || strcmp(row->suite, suite) != 0))
		row++;
	if (row->version == NULL) {
		row->version = version;
		row->suite = suite;
	}
	row->count += count;
}

void
benchtally_add(struct benchtally *tally, const struct benchtally_call *call)
{
	tally->ended[call->class]++;
	tally->bytes += call->bytes;
	if (call->version != NULL) {
		add_suite(tally, call->version, call->suite, 1);
		tally->resumed += call->resumed;
	}
	if (call->class != BENCHTALLY_WHOLE)
		return;
	histogram_add(&tally->total, call->total_ns);
	if (call->first_ns >= 0)
		histogram_add(&tally->first, call->first_ns);
}

void
benchtally_merge(struct benchtally *tally, const struct benchtally *from)
{
	for (int i = 0; i < BENCHTALLY_CLASSES; i++)
		tally->ended[i] += from->ended[i];
	for (int i = 0; i < BENCHTALLY_SUITES && from->suites[i].version != NULL; i++)
		add_suite(tally, from->suites[i].version, from->suites[i].suite,
		    from->suites[i].count);
	tally->resumed += from->resumed;
	tally->bytes += from->bytes;
	histogram_merge(&tally->first, &from->first);
	histogram_merge(&tally->total, &from->total);
}

uint64_t
benchtally_failures(const struct benchtally *tally)
{
	return benchtally_connections(tally) - tally->ended[BENCHTALLY_WHOLE];
}

uint64_t
benchtally_connections(const struct benchtally *tally)
{
	uint64_t sum = 0;

	for (int i = 0; i < BENCHTALLY_CLASSES; i++)
		sum += tally->ended[i];
	return sum;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates and revocation lists, for people. */
#include "cert/command/textform.h"

#include <stdbool.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/memory/memory.h"
#include "base/text/terminal.h"
#include "base/text/text.h"
#include "cert/crl/crl.h"
#include "cert/crl/crlreason.h"
#include "cert/command/facts.h"

enum { DAY = 86400, NUMBER_MAX = 20, LIST_WARN_DAYS = 3 };

static void
print_row(const char *name, const char *value)
{
	if (value != NULL)
		printf("  %-12s %s\n", name, value);
}

static void
print_strings(const char *name, const struct stringlist *list, const char *without)
{
	printf("  %-12s ", name);
	if (list->count == 0)
		printf("%s", without);
	for (size_t i = 0; i < list->count; i++)
		printf("%s%s", i > 0 ? ", " : "", list->items[i]);
	printf("\n");
}

static const char *
choose_colour(time_t start, time_t end, int warn_days)
{
	time_t now = time(NULL);

	if (end != FACTS_FOR_EVER && end < now)
		return TERMINAL_RED;
	if (start > now ||
	    (end != FACTS_FOR_EVER && end - now < (int64_t)warn_days * DAY))
		return TERMINAL_YELLOW;
	return TERMINAL_GREEN;
}

/* Returns the whole days of `seconds` between two texts; the caller frees them. */
static char *
days_in_words(const char *before, time_t seconds, const char *after)
{
	uint64_t days = (uint64_t)(seconds / DAY);

	return memory_format(
	    "%s%" PRIu64 " day%s%s", before, days, text_plural(days), after);
}

/* Returns the time until the end, in words; the caller frees it. */
static char *
describe_rest(time_t start, time_t end)
{
	time_t now = time(NULL);

	if (end == FACTS_FOR_EVER)
		return memory_copy("without an end");
	if (end < now)
		return days_in_words("EXPIRED ", now - end, " ago");
	if (start > now)
		return days_in_words("NOT YET VALID, for ", start - now, "");
	return days_in_words("", end - now, " left");
}

static void
print_end(time_t start, time_t end, int warn_days)
{
	char text[CERTIFICATE_TIME_SIZE];
	char *rest = describe_rest(start, end);
	bool colours = terminal_has_colours(STDOUT_FILENO);

	printf("  %-12s %s (%s%s%s)\n", "valid until", facts_time(end, text),
	    colours ? choose_colour(start, end, warn_days) : "", rest,
	    colours ? TERMINAL_PLAIN : "");
	free(rest);
}

static void
print_authority(const struct facts *facts)
{
	if (!facts->authority)
		print_row("authority", "no");
	else if (facts->path_length < 0)
		print_row("authority", "yes");
	else
		printf(
		    "  %-12s yes, path length %d\n", "authority", facts->path_length);
}

void
textform_print_certificate(struct gnutls_x509_crt_int *cert, int warn_days)
{
	char text[CERTIFICATE_TIME_SIZE];
	struct facts facts;

	facts_read(cert, &facts);
	print_row("subject", facts.subject);
	print_row("issuer", facts.issuer);
	print_strings("names", &facts.names, "none");
	print_row("valid from", facts_time(facts.not_before, text));
	print_end(facts.not_before, facts.not_after, warn_days);
	print_row("key", facts.key);
	printf("  %-12s %s%s\n", "signature", facts.signature,
	    facts.broken ? " (broken, clients refuse it)" : "");
	print_strings("usage", &facts.usage, facts.any_usage ? "any" : "none");
	print_strings("purposes", &facts.purposes, "any");
	print_authority(&facts);
	print_row("serial", facts.serial);
	print_row("sha256", facts.sha256);
	print_row("pin", facts.pin);
	facts_fini(&facts);
}

static void
print_entry(const struct crl_entry *entry)
{
	char text[CERTIFICATE_TIME_SIZE];
	char *serial = facts_hex(entry->serial.bytes, entry->serial.size);

	printf("  %-12s %s, %s, %s\n", "revoked", serial,
	    facts_time(entry->since, text), crlreason_name(entry->reason));
	free(serial);
}

void
textform_print_list(const struct crl *crl)
{
	unsigned char number[NUMBER_MAX];
	size_t size = sizeof number;
	char text[CERTIFICATE_TIME_SIZE];
	char *issuer = crl_issuer(crl), *hex = NULL;

	if (crl_number(crl, number, &size))
		hex = facts_hex(number, size);
	print_row("issuer", issuer);
	print_row("number", hex);
	print_row("valid from", facts_time(crl_this_update(crl), text));
	print_end(crl_this_update(crl), crl_next_update(crl), LIST_WARN_DAYS);
	if (crl->count == 0)
		print_row("revoked", "none");
	for (size_t i = 0; i < crl->count; i++)
		print_entry(&crl->entries[i]);
	free(hex);
	free(issuer);
}

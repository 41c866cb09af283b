/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A policy in words. */
#include "tls/policy/listing.h"

#include <stdbool.h>

#include "tls/policy/suite.h"
#include "tls/policy/weakness.h"

static void
print_suites(gnutls_priority_t priority, bool tls13, FILE *out)
{
	struct suite suite;

	for (unsigned i = 0; suite_at(priority, i, &suite); i++)
		if (suite.name != NULL && suite_is_tls13(&suite) == tls13)
			fprintf(out, " %s", suite.name);
}

static const char *
protocol_name(unsigned protocol)
{
	return gnutls_protocol_get_name((gnutls_protocol_t)protocol);
}

static const char *
group_name(unsigned group)
{
	return gnutls_group_get_name((gnutls_group_t)group);
}

static const char *
signature_name(unsigned signature)
{
	return gnutls_sign_get_name((gnutls_sign_algorithm_t)signature);
}

static void
print_list(FILE *out, const unsigned *list, int count, const char *(*name)(unsigned))
{
	for (int i = 0; i < count; i++)
		fprintf(out, " %s", name(list[i]));
	fputc('\n', out);
}

void
listing_print(
    gnutls_priority_t priority, gnutls_priority_t tls12, FILE *out, const char *indent)
{
	const unsigned *list;

	fprintf(out, "%sversions:   ", indent);
	int count = gnutls_priority_protocol_list(priority, &list);
	print_list(out, list, count, protocol_name);
	fprintf(out, "%ssuites:     ", indent);
	print_suites(priority, true, out);
	if (weakness_speaks(priority, GNUTLS_TLS1_2))
		print_suites(tls12, false, out);
	fprintf(out, "\n%sgroups:     ", indent);
	count = gnutls_priority_group_list(priority, &list);
	print_list(out, list, count, group_name);
	fprintf(out, "%ssignatures: ", indent);
	count = gnutls_priority_sign_list(priority, &list);
	print_list(out, list, count, signature_name);
}

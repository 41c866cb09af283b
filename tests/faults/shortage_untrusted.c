/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of a real tlsd in which allocations fail while it verifies bad client
 * certificates: it accepts none of them. */
#include "faults/poor.h"

START_TEST(untrusted_tls13_client_is_refused_at_every_allocation_failure)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.pair = "stranger",
		.refused = ": cert-untrusted: " };

	poor_fail_each_client("", &life, GNUTLS_PK_ECDSA);
}
END_TEST

START_TEST(untrusted_tls12_client_is_refused_at_every_allocation_failure)
{
	static const struct life life = { .options = { .priority = POOR_TLS12 },
		.pair = "stranger",
		.refused = ": cert-untrusted: " };

	poor_fail_each_client("", &life, GNUTLS_PK_RSA);
}
END_TEST

START_TEST(client_without_certificate_is_refused_at_every_allocation_failure)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.refused = ": cert-missing: " };

	poor_fail_each_client("", &life, GNUTLS_PK_ECDSA);
}
END_TEST

POOR("shortage with bad certificates of clients",
    untrusted_tls13_client_is_refused_at_every_allocation_failure,
    untrusted_tls12_client_is_refused_at_every_allocation_failure,
    client_without_certificate_is_refused_at_every_allocation_failure)

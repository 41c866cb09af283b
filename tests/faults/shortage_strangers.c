/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A real tlsd in which allocations fail while it looks at certificates that are not good: it
 * takes none of them for a good one. */
#include "faults/poor.h"

START_TEST(a_stranger_is_refused_whatever_fails)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.pair = "stranger",
		.refused = ": cert-untrusted: " };

	poor_fail_each_client("", &life, GNUTLS_PK_ECDSA);
}
END_TEST

START_TEST(so_is_a_stranger_of_tls12)
{
	static const struct life life = { .options = { .priority = POOR_TLS12 },
		.pair = "stranger",
		.refused = ": cert-untrusted: " };

	poor_fail_each_client("", &life, GNUTLS_PK_RSA);
}
END_TEST

START_TEST(whoever_has_no_certificate_is_refused_whatever_fails)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.refused = ": cert-missing: " };

	poor_fail_each_client("", &life, GNUTLS_PK_ECDSA);
}
END_TEST

POOR("shortage with bad certificates of clients", a_stranger_is_refused_whatever_fails,
    so_is_a_stranger_of_tls12, whoever_has_no_certificate_is_refused_whatever_fails)

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A real tlsd in which allocations fail while it looks at certificates of clients. */
#include "faults/poor.h"

START_TEST(a_client_with_a_certificate_outlives_every_allocation_that_fails)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.pair = "client" };

	poor_fail_each_client("", &life, GNUTLS_PK_ECDSA);
}
END_TEST

START_TEST(so_does_one_of_tls12_with_a_big_key)
{
	static const struct life life = { .options = { .priority = POOR_TLS12 },
		.pair = "client" };

	poor_fail_each_client("", &life, GNUTLS_PK_RSA);
}
END_TEST

START_TEST(a_program_is_told_who_the_client_is_whatever_fails)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.pair = "client",
		.answer = "client\n" };

	poor_fail_each_client(
	    "respond = exec\nexec = /usr/bin/printenv SSL_CLIENT_NAME\n", &life,
	    GNUTLS_PK_ECDSA);
}
END_TEST

POOR("shortage with clients' certificates",
    a_client_with_a_certificate_outlives_every_allocation_that_fails,
    so_does_one_of_tls12_with_a_big_key,
    a_program_is_told_who_the_client_is_whatever_fails)

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of a real tlsd in which allocations fail while it verifies client certificates. */
#include "faults/poor.h"

START_TEST(client_certificate_survives_every_allocation_failure)
{
	static const struct life life = { .options = { .priority = POOR_TLS13 },
		.pair = "client" };

	poor_fail_each_client("", &life, GNUTLS_PK_ECDSA);
}
END_TEST

START_TEST(tls12_client_certificate_with_rsa_survives_every_allocation_failure)
{
	static const struct life life = { .options = { .priority = POOR_TLS12 },
		.pair = "client" };

	poor_fail_each_client("", &life, GNUTLS_PK_RSA);
}
END_TEST

START_TEST(program_gets_the_client_name_at_every_allocation_failure)
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
    client_certificate_survives_every_allocation_failure,
    tls12_client_certificate_with_rsa_survives_every_allocation_failure,
    program_gets_the_client_name_at_every_allocation_failure)

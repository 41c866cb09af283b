/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/conf/keyadvice.h"

#include <string.h>

#include "lib/suite.h"

static void
expect_advice(const char *name, const char *words)
{
	const char *advice = keyadvice_of_others(name);

	ck_assert_msg(advice != NULL, "no advice for %s", name);
	ck_assert_msg(strstr(advice, words) != NULL, "%s: %s", name, advice);
}

START_TEST(keys_of_other_servers_are_known)
{
	expect_advice("CAfile", "ca-file = ");
	expect_advice("verifyPeer", "client-verify = required");
	expect_advice("sni", "server-name = ");
	expect_advice("ssl_ciphers", "ciphers = ");
	expect_advice("ssl_ecdh_curve", "groups = ");
	expect_advice("TIMEOUTidle", "idle-timeout = ");
	expect_advice("frontend", "listen = ");
	expect_advice("pem-file", "cert = ");
	expect_advice("ssl_certificate_key", "key = ");
	expect_advice("proxy_pass", "connect = ");
	expect_advice("pid", "pid-file = ");
	expect_advice("socket", "remove it");
	expect_advice("keepalive", "remove it");
}
END_TEST

START_TEST(other_words_have_no_advice)
{
	static const char *const words[] = { "", "-", "workers", "listen", "timeout",
		"capat", "capathh",
		"a name that has more letters than any key may have" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		ck_assert_ptr_null(keyadvice_of_others(words[i]));
}
END_TEST

SUITE("keyadvice", keys_of_other_servers_are_known, other_words_have_no_advice)

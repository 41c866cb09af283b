/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/digest.h"

#include "lib/suite.h"

START_TEST(digest_is_sha256_in_base64)
{
	char text[DIGEST_TEXT_SIZE];

	/* printf abc | openssl dgst -sha256 -binary | base64 */
	ck_assert_int_eq(digest_sha256("abc", 3, text), 0);
	ck_assert_str_eq(text, "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
	ck_assert_int_eq(digest_sha256("", 0, text), 0);
	ck_assert_str_eq(text, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}
END_TEST

SUITE("digest", digest_is_sha256_in_base64)

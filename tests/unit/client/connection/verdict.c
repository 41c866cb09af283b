/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the reasons why a server is not trusted. */
#include "client/connection/verdict.h"

#include <string.h>

#include "client/connection/peerchain.h"
#include "lib/pki.h"
#include "lib/suite.h"

/* Returns the reasons for `status`, one a line; they live until the process exits. */
static const char *
reasons_for(unsigned status, const struct peerchain *chain)
{
	struct stringlist reasons = { 0 };
	const char *text = "";

	verdict_explain(&reasons, status, chain, "www.example.org");
	for (size_t i = 0; i < reasons.count; i++)
		text = PKI_JOIN(text, reasons.items[i], "\n");
	stringlist_fini(&reasons);
	return text;
}

static void
assert_reason(unsigned status, const struct peerchain *chain, const char *expected)
{
	const char *reasons = reasons_for(status, chain);

	ck_assert_msg(strstr(reasons, expected) != NULL, "%s", reasons);
}

/* Returns a chain of a server's certificate and, unless it is NULL, its authority's. */
static struct peerchain
chain_of(const struct pki_pair *server, const struct pki_pair *authority)
{
	struct peerchain chain = { .items = { server->cert }, .count = 1 };

	if (authority != NULL)
		chain.items[chain.count++] = authority->cert;
	return chain;
}

START_TEST(each_bit_of_the_status_has_a_reason)
{
	struct pki_pair *server = pki_server(NULL);
	struct peerchain chain = chain_of(server, NULL);
	unsigned bits = 0;

	for (unsigned bit = 1U << 5; bit <= 1U << 19; bit <<= 1)
		if (strstr(reasons_for(bit, &chain), "(status ") == NULL)
			bits++;
	ck_assert_uint_ge(bits, 14);
	assert_reason(
	    1U << 30, &chain, "the certificate is invalid (status 0x40000000)");
	pki_free(server);
}
END_TEST

START_TEST(several_bits_give_several_reasons_the_gravest_first)
{
	struct pki_pair *server = pki_server(NULL);
	struct peerchain chain = chain_of(server, NULL);

	const char *reasons = reasons_for(
	    GNUTLS_CERT_UNEXPECTED_OWNER | GNUTLS_CERT_REVOKED | GNUTLS_CERT_INVALID,
	    &chain);
	ck_assert_str_eq(suite_keep(reasons, strcspn(reasons, ":")),
	    "the certificate is revoked\n"
	    "the certificate is not for \"www.example.org\"");
	ck_assert_ptr_nonnull(strstr(reasons, ": it is for localhost"));
	pki_free(server);
}
END_TEST

START_TEST(a_chain_without_names_is_said_to_have_none)
{
	struct peerchain chain = { .count = 0 };

	assert_reason(GNUTLS_CERT_UNEXPECTED_OWNER, &chain, "it is for no name at all");
	ck_assert_str_eq(
	    reasons_for(GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_REVOKED, &chain),
	    "the certificate is revoked\n");
}
END_TEST

START_TEST(the_certificate_outside_its_time_is_named)
{
	struct pki_pair *early = pki_make(
	    &(struct pki_options){
		.name = "early", .ca = true, .begins = PKI_DAY, .ends = 2 * PKI_DAY },
	    NULL);
	struct pki_pair *late = pki_make(
	    &(struct pki_options){
		.name = "late", .begins = -4 * PKI_DAY, .ends = -2 * PKI_DAY },
	    NULL);
	struct peerchain chain = chain_of(late, early);

	assert_reason(GNUTLS_CERT_EXPIRED, &chain, "the certificate expired on ");
	assert_reason(GNUTLS_CERT_EXPIRED, &chain, ", 2 days ago\n");
	assert_reason(GNUTLS_CERT_NOT_ACTIVATED, &chain,
	    "the authority's certificate \"CN=early\" is not valid before ");
	pki_free(early);
	pki_free(late);
}
END_TEST

START_TEST(an_authority_outside_its_time_is_blamed_if_no_certificate_is)
{
	struct pki_pair *server = pki_server(NULL);
	struct peerchain chain = chain_of(server, NULL);

	assert_reason(GNUTLS_CERT_EXPIRED, &chain,
	    "an authority above the certificate has expired");
	assert_reason(GNUTLS_CERT_NOT_ACTIVATED, &chain,
	    "an authority above the certificate is not yet valid");
	pki_free(server);
}
END_TEST

START_TEST(a_weak_chain_is_shown_with_its_algorithms)
{
	struct pki_pair *authority = pki_ca("weak authority");
	struct pki_pair *server = pki_server(authority);
	struct peerchain chain = chain_of(server, authority);
	const char *reasons = reasons_for(GNUTLS_CERT_INSECURE_ALGORITHM, &chain);

	ck_assert_ptr_nonnull(strstr(reasons, "chain: the certificate has "));
	ck_assert_ptr_nonnull(
	    strstr(reasons, "the authority's certificate \"CN=weak authority\" has "));
	pki_free(server);
	pki_free(authority);
}
END_TEST

START_TEST(an_unknown_issuer_is_named_with_the_option_that_trusts_it)
{
	struct pki_pair *authority = pki_ca("far authority");
	struct pki_pair *server = pki_server(authority);
	struct pki_pair *alone = pki_server(NULL);
	struct peerchain chain = chain_of(server, NULL), single = chain_of(alone, NULL);

	assert_reason(GNUTLS_CERT_SIGNER_NOT_FOUND, &chain,
	    "the issuer \"CN=far authority\" is unknown: if it is the right one, trust "
	    "it with --ca FILE");
	assert_reason(GNUTLS_CERT_SIGNER_NOT_FOUND, &single,
	    "the certificate is self-signed and not trusted");
	pki_free(server);
	pki_free(authority);
	pki_free(alone);
}
END_TEST

SUITE("verdict", each_bit_of_the_status_has_a_reason,
    several_bits_give_several_reasons_the_gravest_first,
    a_chain_without_names_is_said_to_have_none,
    the_certificate_outside_its_time_is_named,
    an_authority_outside_its_time_is_blamed_if_no_certificate_is,
    a_weak_chain_is_shown_with_its_algorithms,
    an_unknown_issuer_is_named_with_the_option_that_trusts_it)

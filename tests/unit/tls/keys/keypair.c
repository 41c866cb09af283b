/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/keys/keypair.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/stringlist.h"
#include "lib/pki.h"
#include "lib/suite.h"
#include "tls/x509/chain.h"
#include "tls/keys/credential.h"

static const char *const localhost[] = { "localhost", NULL };
static const struct pki_options usual = { .name = "localhost", .dns = localhost };

/* Returns all findings as one text, for messages. The caller frees it. */
static char *
all_findings(const struct findings *findings)
{
	char *all = memory_copy("");

	for (size_t i = 0; i < findings->count; i++)
		memory_append(&all, "%s\n", findings->items[i].text);
	return all;
}

/* Loads `files` and expects exactly one finding, of `kind`, that contains `part`; none
 * if `part` is NULL. */
static struct keypair *
load(const struct keypair_files *files, enum finding_kind kind, const char *part)
{
	struct findings findings;

	findings_init(&findings);
	struct keypair *pair = keypair_load(files, &findings);
	char *all = all_findings(&findings);
	if (part == NULL)
		ck_assert_msg(findings.count == 0, "unexpected: %s", all);
	else
		ck_assert_msg(findings.count == 1 && findings.items[0].kind == kind &&
				  strstr(all, part) != NULL && all[0] == '/',
		    "no \"%s\" alone in: %s", part, all);
	ck_assert_int_eq(pair == NULL, findings.errors > 0);
	free(all);
	findings_fini(&findings);
	return pair;
}

static struct keypair *
accept_pair(const char *cert, const char *key)
{
	struct keypair_files files = { .cert = cert, .key = key };

	return load(&files, FINDING_WARNING, NULL);
}

static void
warn_of(const char *cert, const char *key, const char *part)
{
	struct keypair_files files = { .cert = cert, .key = key };

	keypair_drop(load(&files, FINDING_WARNING, part));
}

static void
refuse(const char *cert, const char *key, const char *part)
{
	struct keypair_files files = { .cert = cert, .key = key };

	ck_assert_ptr_null(load(&files, FINDING_ERROR, part));
}

static void
refuse_with_pin(const char *key, const char *pin_file, const char *part)
{
	struct keypair_files files = {
		.cert = suite_path("server.crt"), .key = key, .pin_file = pin_file
	};

	ck_assert_ptr_null(load(&files, FINDING_ERROR, part));
}

/* Writes server.crt and server.key as `options` say. */
static void
make_files(const struct pki_options *options)
{
	struct pki_pair *pair = pki_make(options, NULL);

	pki_cert_file("server.crt", pair);
	pki_key_file("server.key", pair);
	pki_free(pair);
}

static void
warn_of_made(const struct pki_options *options, const char *part)
{
	make_files(options);
	warn_of(suite_path("server.crt"), suite_path("server.key"), part);
}

static void
refuse_made(const struct pki_options *options, const char *part)
{
	make_files(options);
	refuse(suite_path("server.crt"), suite_path("server.key"), part);
}

/* Returns the number of certificates that a session with the pair sends. Checks their order. */
static unsigned
presented_count(const struct keypair *pair)
{
	const struct credential *credential = keypair_credential(pair);
	struct chain chain = { 0 };

	ck_assert_ptr_nonnull(credential->key);
	ck_assert_int_eq(credential_chain(credential, &chain), 0);
	ck_assert_uint_eq(chain.count, credential->count);
	for (size_t i = 0; i + 1 < chain.count; i++)
		ck_assert(
		    gnutls_x509_crt_check_issuer(chain.certs[i], chain.certs[i + 1]));
	chain_fini(&chain);
	return credential->count;
}

START_TEST(valid_pair_reports_algorithm_names_and_dates)
{
	struct pki_pair *ca = pki_ca("Test CA"), *server = pki_server(ca);
	time_t now = time(NULL);

	struct keypair *pair = accept_pair(
	    pki_cert_file("server.crt", server), pki_key_file("server.key", server));
	ck_assert_int_eq(keypair_algorithm(pair), KEYPAIR_ECDSA);
	ck_assert_str_eq(keypair_description(pair), "ECDSA P-256");
	ck_assert_uint_eq(keypair_names(pair)->count, 2);
	ck_assert(stringlist_has(keypair_names(pair), "localhost"));
	ck_assert(stringlist_has(keypair_names(pair), "127.0.0.1"));
	ck_assert_int_lt(keypair_not_before(pair), now);
	ck_assert_int_gt(keypair_not_after(pair), now + 29 * PKI_DAY);
	ck_assert_uint_eq(presented_count(pair), 1);
	keypair_drop(pair);
	pki_free(server);
	pki_free(ca);
}
END_TEST

START_TEST(the_last_reference_frees_the_pair)
{
	make_files(&usual);
	struct keypair *pair =
	    accept_pair(suite_path("server.crt"), suite_path("server.key"));
	struct keypair *same = keypair_take(pair);

	ck_assert_ptr_eq(same, pair);
	keypair_drop(pair);
	ck_assert_uint_eq(presented_count(same), 1);
	keypair_drop(same);
	keypair_drop(NULL);
}
END_TEST

START_TEST(every_algorithm_of_tls_loads)
{
	static const struct {
		struct pki_options options;
		enum keypair_algorithm algorithm;
		const char *description;
	} cases[] = {
		{ { .bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1) },
		    KEYPAIR_ECDSA, "ECDSA P-384" },
		{ { .bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP521R1) },
		    KEYPAIR_ECDSA, "ECDSA P-521" },
		{ { .algorithm = GNUTLS_PK_EDDSA_ED25519,
		      .bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519) },
		    KEYPAIR_EDDSA, "Ed25519" },
		{ { .algorithm = GNUTLS_PK_RSA }, KEYPAIR_RSA, "RSA 2048" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct pki_options options = cases[i].options;
		options.dns = localhost;
		make_files(&options);
		struct keypair *pair =
		    accept_pair(suite_path("server.crt"), suite_path("server.key"));
		ck_assert_int_eq(keypair_algorithm(pair), cases[i].algorithm);
		ck_assert_str_eq(keypair_description(pair), cases[i].description);
		ck_assert_uint_eq(presented_count(pair), 1);
		keypair_drop(pair);
	}
}
END_TEST

/* Loads `key_text`, plain or with the passphrase "open sesame", for `cert`. */
static void
accept_key_text(const char *cert, const char *key_text, bool encrypted)
{
	struct keypair_files files = { .cert = cert,
		.key = suite_file("any.key", key_text),
		.pin_file =
		    encrypted ? suite_file("pin", "open sesame\r\nx\n") : NULL };

	keypair_drop(load(&files, FINDING_WARNING, NULL));
}

static void
accept_all_forms(gnutls_pk_algorithm_t algorithm)
{
	struct pki_options options = { .dns = localhost, .algorithm = algorithm };
	struct pki_pair *server = pki_make(&options, NULL);
	const char *cert = pki_cert_file("server.crt", server);

	for (int form = PKI_PKCS8; form <= PKI_TRADITIONAL_ENCRYPTED; form++)
		accept_key_text(cert, pki_key_pem(server, form, "open sesame"),
		    form >= PKI_PKCS8_ENCRYPTED);
	pki_free(server);
}

START_TEST(every_form_of_key_loads)
{
	accept_all_forms(GNUTLS_PK_ECDSA);
	accept_all_forms(GNUTLS_PK_RSA);
}
END_TEST

START_TEST(parameters_before_an_elliptic_key_do_no_harm)
{
	struct pki_pair *server = pki_make(&usual, NULL);
	const char *parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
				 "-----END EC PARAMETERS-----\n";

	accept_key_text(pki_cert_file("server.crt", server),
	    PKI_JOIN(parameters, pki_key_pem(server, PKI_TRADITIONAL, NULL)), false);
	pki_free(server);
}
END_TEST

START_TEST(one_file_may_hold_both)
{
	struct pki_pair *server = pki_make(&usual, NULL);
	const char *key = pki_key_pem(server, PKI_PKCS8, NULL);
	const char *path = suite_file("both.pem", PKI_JOIN(key, pki_cert_pem(server)));

	keypair_drop(accept_pair(path, NULL));
	keypair_drop(accept_pair(path, path));
	suite_file("both.pem", PKI_JOIN(pki_cert_pem(server), key));
	keypair_drop(accept_pair(path, NULL));
	pki_free(server);
}
END_TEST

/* Returns `text` with CR LF instead of each LF. The caller frees it. */
static char *
with_crlf(const char *text)
{
	char *out = memory_new(2 * strlen(text) + 1), *end = out;

	for (; *text != '\0'; text++) {
		if (*text == '\n')
			*end++ = '\r';
		*end++ = *text;
	}
	return out;
}

START_TEST(line_ends_of_windows_do_no_harm)
{
	struct pki_pair *server = pki_make(&usual, NULL);
	char *cert = with_crlf(pki_cert_pem(server));
	char *key = with_crlf(pki_key_pem(server, PKI_PKCS8, NULL));
	char *sec1 =
	    with_crlf(pki_key_pem(server, PKI_TRADITIONAL_ENCRYPTED, "open sesame"));
	const char *path = suite_file("server.crt", cert);

	accept_key_text(path, key, false);
	accept_key_text(path, sec1, true);
	free(sec1);
	free(key);
	free(cert);
	pki_free(server);
}
END_TEST

START_TEST(files_glued_without_a_line_end_load)
{
	struct pki_pair *ca = pki_ca("Test CA"), *server = pki_server(ca);
	char *pem = memory_copy(pki_cert_pem(server));

	pem[strlen(pem) - 1] = '\0';
	struct keypair *pair = accept_pair(
	    suite_file("server.crt", PKI_JOIN("\xef\xbb\xbf", pem, pki_cert_pem(ca))),
	    pki_key_file("server.key", server));
	ck_assert_uint_eq(presented_count(pair), 2);
	keypair_drop(pair);
	free(pem);
	pki_free(server);
	pki_free(ca);
}
END_TEST

START_TEST(unreadable_certificate_or_key_is_reported)
{
	make_files(&usual);
	const char *cert = suite_path("server.crt"), *key = suite_path("server.key");
	const char *none = suite_path("none.pem");

	refuse(none, key, "none.pem: no such file");
	refuse(cert, none, "none.pem: no such file");
	refuse(suite_folder(), key, ": is a folder");
	refuse(cert, "/dev/null", "/dev/null: is not a regular file");
}
END_TEST

START_TEST(errors_of_both_files_are_reported_in_one_run)
{
	struct findings findings;
	struct keypair_files files = { .cert = suite_path("a"),
		.key = suite_path("b") };

	findings_init(&findings);
	ck_assert_ptr_null(keypair_load(&files, &findings));
	ck_assert_uint_eq(findings.errors, 2);
	findings_fini(&findings);
}
END_TEST

START_TEST(unreadable_key_error_names_user_and_remedy)
{
	bool root = geteuid() == 0;

	make_files(&usual);
	const char *key = suite_path("server.key");
	ck_assert_int_eq(chmod(key, 0), 0);
	ck_assert_int_eq(chmod(suite_folder(), 0711), 0);
	ck_assert_int_eq(chmod(suite_path("server.crt"), 0644), 0);
	if (root)
		ck_assert_int_eq(seteuid(65534), 0);
	refuse(suite_path("server.crt"), key, "may not read it (owner ");
	if (root)
		ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

START_TEST(file_other_than_pem_is_reported)
{
	make_files(&usual);
	const char *cert = suite_path("server.crt"), *key = suite_path("server.key");

	refuse(suite_file("x", ""), key, "x: is empty");
	refuse(cert, suite_file("x", ""), "x: is empty");
	refuse(suite_file("x", "hello\n"), key, "x: is not PEM");
	refuse(cert, suite_file("x", "-----BEGIN \n"), "x: is not PEM");
	refuse(suite_file("x", "\x30\x82\x01\x02\x30\x03"), key,
	    "openssl x509 -inform DER");
	refuse(cert, suite_file("x", "\x30\x77\x02\x01\x01\x04"), "x: is not PEM");
	refuse(
	    cert, suite_file("x", "\x30\x81\x87\x02\x01\x01"), "openssl pkey -inform");
	refuse(cert, suite_file("x", "\x30\x82\x07\x08\x02\x01\x03"), "openssl pkcs12");
	refuse(suite_file("x", "\xff\xfe-"), key, "iconv -f UTF-16");
}
END_TEST

START_TEST(file_without_a_certificate_or_key_is_reported)
{
	struct pki_pair *server = pki_make(&usual, NULL);
	const char *cert = pki_cert_file("server.crt", server);
	const char *key = pki_key_file("server.key", server);
	const char *request = "-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n"
			      "-----END CERTIFICATE REQUEST-----\n";
	const char *public =
	    "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n";
	const char *ssh = "-----BEGIN OPENSSH PRIVATE KEY-----\nAA==\n"
			  "-----END OPENSSH PRIVATE KEY-----\n";

	refuse(key, key, "no certificate in it, only a private key");
	refuse(cert, cert, "no private key in it, only a certificate");
	refuse(cert, NULL, "no private key in it, only a certificate");
	refuse(suite_file("x", request), key, "only a request for one");
	refuse(cert, suite_file("x", public), "no private key in it, only PUBLIC KEY");
	refuse(suite_file("x", public), key, "no certificate in it, only a public key");
	refuse(cert, suite_file("x", ssh), "is an SSH key");
	pki_free(server);
}
END_TEST

/* Some authorities issue these for requests with an empty field. */
START_TEST(certificate_with_an_empty_alternative_name_is_reported)
{
	static const unsigned char types[] = { 0x81, 0x82, 0x86, 0x87 };
	struct pki_pair *server = pki_make(&usual, NULL);
	const char *key = pki_key_file("server.key", server);

	for (size_t i = 0; i < sizeof types; i++) {
		const unsigned char name[] = { 0x30, 0x02, types[i], 0x00 };
		gnutls_datum_t pem;
		ck_assert_int_eq(gnutls_x509_crt_set_extension_by_oid(
				     server->cert, "2.5.29.17", name, sizeof name, 0),
		    0);
		ck_assert_int_eq(gnutls_x509_crt_sign2(server->cert, server->cert,
				     server->key, GNUTLS_DIG_SHA256, 0),
		    0);
		ck_assert_int_eq(
		    gnutls_x509_crt_export2(server->cert, GNUTLS_X509_FMT_PEM, &pem),
		    0);
		refuse(suite_file("x", (const char *)pem.data), key,
		    "line 1 has an empty alternative name");
		gnutls_free(pem.data);
	}
	pki_free(server);
}
END_TEST

START_TEST(an_encrypted_key_wants_its_passphrase)
{
	struct pki_pair *server = pki_make(&usual, NULL);
	const char *empty = suite_file("empty", "\nopen sesame\n");
	const char *wrong = suite_file("wrong", "close sesame\n");
	const char *binary = suite_path("binary");

	pki_cert_file("server.crt", server);
	ck_assert_int_eq(
	    file_write(binary, "\xff\xfeo\0p\0", 6, 0600, FILE_REPLACE), 0);
	for (int form = PKI_PKCS8_ENCRYPTED; form <= PKI_TRADITIONAL_ENCRYPTED;
	     form++) {
		const char *key =
		    suite_file("x.key", pki_key_pem(server, form, "open sesame"));
		refuse_with_pin(key, NULL, "x.key: the key is encrypted: set pin-file");
		refuse_with_pin(key, suite_path("none"), "none: no such file");
		refuse_with_pin(key, empty, "empty: its first line is empty");
		refuse_with_pin(key, suite_file("none2", ""), "first line is empty");
		refuse_with_pin(key, wrong, "does not decrypt the key");
		refuse_with_pin(key, binary, "has a NUL byte");
	}
	pki_free(server);
}
END_TEST

START_TEST(a_byte_order_mark_is_not_part_of_a_passphrase)
{
	struct pki_pair *server = pki_make(&usual, NULL);
	const char *pem = pki_key_pem(server, PKI_PKCS8_ENCRYPTED, "open sesame");
	struct keypair_files files = { .cert = pki_cert_file("server.crt", server),
		.key = suite_file("x.key", PKI_JOIN("\xef\xbb\xbf", pem)),
		.pin_file = suite_file("pin", "\xef\xbb\xbfopen sesame\r\n") };

	keypair_drop(load(&files, FINDING_WARNING, NULL));
	pki_free(server);
}
END_TEST

START_TEST(needless_passphrase_for_a_plain_key_is_reported)
{
	make_files(&usual);
	struct keypair_files files = { .cert = suite_path("server.crt"),
		.key = suite_path("server.key"),
		.pin_file = suite_file("pin", "open sesame\n") };

	keypair_drop(load(&files, FINDING_WARNING, "the key is not encrypted"));
}
END_TEST

START_TEST(unsupported_key_encryption_is_reported_with_the_remedy)
{
	/* PBES2 with scrypt (RFC 7914, 7.1); the encrypted content does not matter. */
	static const unsigned char der[] = { 0x30, 0x4e, 0x30, 0x49, 0x06, 0x09, 0x2a,
		0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d, 0x30, 0x3c, 0x30, 0x1b,
		0x06, 0x09, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x04, 0x0b, 0x30,
		0x0e, 0x04, 0x02, 0x01, 0x02, 0x02, 0x02, 0x40, 0x00, 0x02, 0x01, 0x08,
		0x02, 0x01, 0x01, 0x30, 0x1d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
		0x03, 0x04, 0x01, 0x2a, 0x04, 0x10, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
		11, 12, 13, 14, 15, 0x04, 0x01, 0x00 };
	gnutls_datum_t datum = { memory_new(sizeof der), sizeof der }, pem;

	make_files(&usual);
	memcpy(datum.data, der, sizeof der);
	ck_assert_int_eq(
	    gnutls_pem_base64_encode2("ENCRYPTED PRIVATE KEY", &datum, &pem), 0);
	refuse_with_pin(suite_file("x.key", (const char *)pem.data),
	    suite_file("pin", "open sesame\n"), "openssl pkcs8 -topk8 -v2 aes256");
	gnutls_free(pem.data);
	free(datum.data);
}
END_TEST

START_TEST(a_key_of_another_pair_is_refused)
{
	make_files(&usual);
	struct pki_pair *other = pki_make(&usual, NULL);

	refuse(suite_path("server.crt"), pki_key_file("other.key", other),
	    "other.key does not belong to the certificate");
	pki_free(other);
}
END_TEST

START_TEST(certificate_after_its_issuer_in_the_file_is_reported)
{
	struct pki_pair *ca = pki_ca("Test CA"), *server = pki_server(ca);
	const char *chain = PKI_JOIN(pki_cert_pem(ca), pki_cert_pem(server));

	refuse(suite_file("server.crt", chain), pki_key_file("server.key", server),
	    "belongs to certificate 2, not to the first");
	pki_free(server);
	pki_free(ca);
}
END_TEST

START_TEST(small_keys_are_refused)
{
	struct pki_options rsa = {
		.dns = localhost, .algorithm = GNUTLS_PK_RSA, .bits = 1024
	};
	struct pki_options ec = { .dns = localhost,
		.bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP224R1) };

	refuse_made(&rsa, "the key is RSA 1024, which is too small");
	refuse_made(&ec, "the key is ECDSA SECP224R1, which is too small");
}
END_TEST

START_TEST(kinds_of_key_that_tls_does_not_sign_with_are_refused)
{
	static const struct pki_options kinds[] = {
		{ .dns = localhost, .algorithm = GNUTLS_PK_DSA, .bits = 2048 },
		{ .dns = localhost,
		    .algorithm = GNUTLS_PK_ECDH_X25519,
		    .bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_X25519) },
		{ .dns = localhost,
		    .algorithm = GNUTLS_PK_GOST_12_256,
		    .bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_GOST256CPA) },
	};
	struct pki_pair *ca = pki_ca("Test CA");

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct pki_pair *server = pki_make(&kinds[i], ca);
		refuse(pki_cert_file("server.crt", server),
		    pki_key_file("server.key", server), "which cannot sign for TLS");
		pki_free(server);
	}
	pki_free(ca);
}
END_TEST

START_TEST(a_key_that_may_not_sign_is_refused)
{
	struct pki_options options = usual;

	options.usage = GNUTLS_KEY_KEY_ENCIPHERMENT;
	refuse_made(&options, "lacks digitalSignature");
}
END_TEST

START_TEST(dates_are_warned_of)
{
	struct pki_options expired = usual, early = usual;

	expired.begins = -10 * PKI_DAY;
	expired.ends = -PKI_DAY;
	warn_of_made(&expired, "the certificate expired on 20");
	early.begins = PKI_DAY;
	early.ends = 2 * PKI_DAY;
	warn_of_made(&early, "the certificate is not valid before 20");
}
END_TEST

START_TEST(a_purpose_of_another_role_is_warned_of)
{
	struct pki_options client = usual;

	client.purpose = GNUTLS_KP_TLS_WWW_CLIENT;
	warn_of_made(&client, "lack server authentication, so clients refuse it");
	struct keypair_files files = { .cert = suite_path("server.crt"),
		.key = suite_path("server.key"),
		.role = KEYPAIR_CLIENT };
	keypair_drop(load(&files, FINDING_WARNING, NULL));
	make_files(&usual);
	keypair_drop(load(&files, FINDING_WARNING, "lack client authentication"));
}
END_TEST

START_TEST(missing_names_are_warned_of)
{
	warn_of_made(&(struct pki_options){ .name = NULL }, "has no names");
	warn_of_made(&(struct pki_options){ .name = "old\x1b.example" },
	    "has only the common name old\\x1b.example");
}
END_TEST

START_TEST(the_common_name_stands_in_for_missing_names)
{
	make_files(&(struct pki_options){ .name = "old.example" });
	struct keypair_files files = { .cert = suite_path("server.crt"),
		.key = suite_path("server.key") };
	struct keypair *pair = load(&files, FINDING_WARNING, "only the common name");

	ck_assert(stringlist_has(keypair_names(pair), "old.example"));
	keypair_drop(pair);
}
END_TEST

START_TEST(broken_signatures_are_warned_of)
{
	struct pki_options sha1 = usual, md5 = usual;

	sha1.hash = GNUTLS_DIG_SHA1;
	warn_of_made(&sha1, "is signed with SHA1");
	md5.algorithm = GNUTLS_PK_RSA;
	md5.hash = GNUTLS_DIG_MD5;
	warn_of_made(&md5, "is signed with MD5");
}
END_TEST

/* Certificates of a root, an intermediate, a leaf and an unrelated one, and the path of
 * the leaf's key. */
struct family {
	struct pki_pair *root, *middle, *leaf, *stranger;
	const char *key;
};

static struct family
make_family(const struct pki_options *middle)
{
	struct family family = { .root = pki_ca("Root"),
		.stranger = pki_ca("Stranger") };

	family.middle = pki_make(middle, family.root);
	family.leaf = pki_server(family.middle);
	family.key = pki_key_file("server.key", family.leaf);
	return family;
}

static void
free_family(struct family *family)
{
	pki_free(family->leaf);
	pki_free(family->middle);
	pki_free(family->root);
	pki_free(family->stranger);
}

static const struct pki_options good_middle = { .name = "Middle", .ca = true };

START_TEST(a_chain_is_sent_whole)
{
	struct family f = make_family(&good_middle);
	const char *path =
	    suite_file("server.crt", PKI_JOIN(pki_cert_pem(f.leaf),
					 pki_cert_pem(f.middle), pki_cert_pem(f.root)));

	struct keypair *pair = accept_pair(path, f.key);
	ck_assert_uint_eq(presented_count(pair), 3);
	keypair_drop(pair);
	free_family(&f);
}
END_TEST

START_TEST(a_chain_out_of_order_is_put_right)
{
	struct family f = make_family(&good_middle);
	struct keypair_files files = { .key = f.key };

	files.cert =
	    suite_file("server.crt", PKI_JOIN(pki_cert_pem(f.leaf),
					 pki_cert_pem(f.root), pki_cert_pem(f.middle)));
	struct keypair *pair =
	    load(&files, FINDING_WARNING, "the chain is out of order");
	ck_assert_uint_eq(presented_count(pair), 3);
	keypair_drop(pair);
	free_family(&f);
}
END_TEST

START_TEST(strangers_in_a_chain_are_left_out)
{
	struct family f = make_family(&good_middle);
	struct keypair_files files = { .key = f.key };

	files.cert = suite_file(
	    "server.crt", PKI_JOIN(pki_cert_pem(f.leaf), pki_cert_pem(f.stranger),
			      pki_cert_pem(f.middle)));
	struct keypair *pair = load(&files, FINDING_WARNING,
	    "certificate 2, CN=Stranger, does not belong to the");
	ck_assert_uint_eq(presented_count(pair), 2);
	keypair_drop(pair);
	free_family(&f);
}
END_TEST

START_TEST(a_certificate_that_is_there_twice_is_sent_once)
{
	struct family f = make_family(&good_middle);
	struct keypair_files files = { .key = f.key };
	const char *middle = pki_cert_pem(f.middle);

	files.cert =
	    suite_file("server.crt", PKI_JOIN(pki_cert_pem(f.leaf), middle, middle));
	struct keypair *pair = load(&files, FINDING_WARNING, "CN=Middle, occurs twice");
	ck_assert_uint_eq(presented_count(pair), 2);
	keypair_drop(pair);
	free_family(&f);
}
END_TEST

START_TEST(issuer_with_the_right_name_and_another_key_is_reported)
{
	struct family f = make_family(&good_middle);
	struct pki_pair *namesake = pki_make(&good_middle, f.root);

	warn_of(suite_file("server.crt",
		    PKI_JOIN(pki_cert_pem(f.leaf), pki_cert_pem(namesake))),
	    f.key, "CN=Middle, has the issuer's name but not the key");
	pki_free(namesake);
	free_family(&f);
}
END_TEST

START_TEST(the_rest_of_the_chain_is_examined_too)
{
	struct pki_options middle = good_middle;

	middle.begins = -10 * PKI_DAY;
	middle.ends = -PKI_DAY;
	struct family f = make_family(&middle);
	const char *chain = PKI_JOIN(pki_cert_pem(f.leaf), pki_cert_pem(f.middle));
	warn_of(suite_file("server.crt", chain), f.key,
	    "the issuer's certificate CN=Middle expired");
	free_family(&f);

	middle = good_middle;
	middle.hash = GNUTLS_DIG_SHA1;
	f = make_family(&middle);
	chain = PKI_JOIN(pki_cert_pem(f.leaf), pki_cert_pem(f.middle));
	warn_of(
	    suite_file("server.crt", chain), f.key, "CN=Middle is signed with SHA1");
	free_family(&f);
}
END_TEST

START_TEST(a_key_for_everyone_is_warned_of)
{
	make_files(&usual);
	const char *cert = suite_path("server.crt"), *key = suite_path("server.key");

	ck_assert_int_eq(chmod(key, 0644), 0);
	warn_of(cert, key,
	    "everyone may read the file with the private key (mode 0644): "
	    "run chmod o= ");
	ck_assert_int_eq(chmod(key, 0602), 0);
	warn_of(cert, key, "everyone may write the file");
	ck_assert_int_eq(chmod(key, 0640), 0);
	keypair_drop(accept_pair(cert, key));
}
END_TEST

START_TEST(a_second_key_is_warned_of)
{
	struct pki_pair *server = pki_make(&usual, NULL),
			*other = pki_make(&usual, NULL);
	const char *keys = PKI_JOIN(pki_key_pem(server, PKI_PKCS8, NULL),
	    pki_key_pem(other, PKI_TRADITIONAL, NULL));

	warn_of(pki_cert_file("server.crt", server), suite_file("x.key", keys),
	    "2 private keys in it, of which the first is used");
	pki_free(other);
	pki_free(server);
}
END_TEST

/* Loads a pair, which must succeed or report an error. Findings must not contain newlines. */
static void
survive(const char *cert, const char *key)
{
	struct keypair_files files = {
		.cert = cert, .key = key, .pin_file = suite_path("pin")
	};
	struct findings findings;

	findings_init(&findings);
	struct keypair *pair = keypair_load(&files, &findings);
	ck_assert(pair != NULL || findings.errors > 0);
	for (size_t i = 0; i < findings.count; i++)
		ck_assert_ptr_null(strchr(findings.items[i].text, '\n'));
	keypair_drop(pair);
	findings_fini(&findings);
}

START_TEST(random_bytes_are_refused)
{
	char bytes[3000];
	unsigned seed = 4711;
	const char *path = suite_path("random");

	make_files(&usual);
	for (int round = 0; round < 60; round++) {
		for (size_t i = 0; i < sizeof bytes; i++)
			bytes[i] = (char)rand_r(&seed);
		if (round % 3 == 0)
			memcpy(bytes, "-----BEGIN CERTIFICATE-----\n", 28);
		if (round % 3 == 1)
			memcpy(bytes, "-----BEGIN RSA PRIVATE KEY-----\n", 32);
		size_t size = (size_t)rand_r(&seed) % sizeof bytes;
		ck_assert_int_eq(file_write(path, bytes, size, 0600, FILE_REPLACE), 0);
		survive(path, suite_path("server.key"));
		survive(suite_path("server.crt"), path);
		survive(path, path);
	}
}
END_TEST

/* At each 97th byte of `text`, loads the text cut off there, and with that byte set to NUL. */
static void
survive_damage(const char *text, bool as_cert)
{
	size_t size = strlen(text);
	char *copy = memory_copy(text);
	const char *path = suite_path("damaged");

	for (size_t place = 0; place < size; place += 97) {
		ck_assert_int_eq(file_write(path, text, place, 0600, FILE_REPLACE), 0);
		survive(as_cert ? path : suite_path("server.crt"),
		    as_cert ? suite_path("server.key") : path);
		copy[place] = '\0';
		ck_assert_int_eq(file_write(path, copy, size, 0600, FILE_REPLACE), 0);
		survive(as_cert ? path : suite_path("server.crt"),
		    as_cert ? suite_path("server.key") : path);
		copy[place] = text[place];
	}
	free(copy);
}

START_TEST(damaged_files_are_survived)
{
	struct family f = make_family(&good_middle);

	suite_file("pin", "open sesame\n");
	pki_cert_file("server.crt", f.leaf);
	survive_damage(PKI_JOIN(pki_cert_pem(f.leaf), pki_cert_pem(f.middle)), true);
	for (int form = PKI_PKCS8; form <= PKI_TRADITIONAL_ENCRYPTED; form++)
		survive_damage(pki_key_pem(f.leaf, form, "open sesame"), false);
	free_family(&f);
}
END_TEST

START_TEST(truncated_pem_file_is_reported)
{
	struct pki_pair *server = pki_make(&usual, NULL);
	const char *cert = pki_cert_file("server.crt", server);
	const char *key = pki_key_file("server.key", server);
	char *pem = memory_copy(pki_cert_pem(server));

	pem[strlen(pem) / 2] = '\0';
	refuse(suite_file("x", pem), key, "begins in line 1 has no end line");
	free(pem);
	pem = memory_copy(pki_key_pem(server, PKI_PKCS8, NULL));
	pem[strlen(pem) / 2] = '\0';
	refuse(cert, suite_file("x", pem), "begins in line 1 has no end line");
	free(pem);
	pki_free(server);
}
END_TEST

START_TEST(freeing_a_null_pair_does_nothing)
{
	keypair_drop(NULL);
}
END_TEST

SUITE("keypair", valid_pair_reports_algorithm_names_and_dates,
    the_last_reference_frees_the_pair, every_algorithm_of_tls_loads,
    every_form_of_key_loads, parameters_before_an_elliptic_key_do_no_harm,
    one_file_may_hold_both, line_ends_of_windows_do_no_harm,
    files_glued_without_a_line_end_load, unreadable_certificate_or_key_is_reported,
    errors_of_both_files_are_reported_in_one_run,
    unreadable_key_error_names_user_and_remedy, file_other_than_pem_is_reported,
    file_without_a_certificate_or_key_is_reported,
    certificate_with_an_empty_alternative_name_is_reported,
    an_encrypted_key_wants_its_passphrase,
    needless_passphrase_for_a_plain_key_is_reported,
    a_byte_order_mark_is_not_part_of_a_passphrase,
    unsupported_key_encryption_is_reported_with_the_remedy,
    a_key_of_another_pair_is_refused,
    certificate_after_its_issuer_in_the_file_is_reported, small_keys_are_refused,
    kinds_of_key_that_tls_does_not_sign_with_are_refused,
    a_key_that_may_not_sign_is_refused, dates_are_warned_of,
    a_purpose_of_another_role_is_warned_of, missing_names_are_warned_of,
    the_common_name_stands_in_for_missing_names, broken_signatures_are_warned_of,
    a_chain_is_sent_whole, a_chain_out_of_order_is_put_right,
    strangers_in_a_chain_are_left_out, a_certificate_that_is_there_twice_is_sent_once,
    issuer_with_the_right_name_and_another_key_is_reported,
    the_rest_of_the_chain_is_examined_too, a_key_for_everyone_is_warned_of,
    a_second_key_is_warned_of, random_bytes_are_refused, damaged_files_are_survived,
    truncated_pem_file_is_reported, freeing_a_null_pair_does_nothing)

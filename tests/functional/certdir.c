/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/keys/certdir.h"

#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/stringlist.h"
#include "lib/daemon.h"
#include "lib/peer.h"
#include "lib/pki.h"
#include "lib/suite.h"

static struct stringlist certs, keys;
static struct findings findings;

static void
list(const char *folder)
{
	stringlist_fini(&certs);
	stringlist_fini(&keys);
	findings_fini(&findings);
	certdir_list(folder, &certs, &keys, &findings);
}

static void
make_folder(const char *name)
{
	ck_assert_int_eq(mkdir(suite_path(name), 0700), 0);
}

START_TEST(each_way_to_keep_a_pair_is_found_by_name)
{
	make_folder("d");
	make_folder("d/c");
	make_folder("d/empty");
	suite_file("d/b.crt", "");
	suite_file("d/b.key", "");
	suite_file("d/a.pem", "");
	suite_file("d/c/fullchain.pem", "");
	suite_file("d/c/privkey.pem", "");
	suite_file("d/README", "");
	suite_file("d/.hidden.crt", "");
	list(suite_path("d"));
	ck_assert_uint_eq(findings.count, 0);
	ck_assert_uint_eq(certs.count, 3);
	ck_assert_str_eq(certs.items[0], suite_path("d/a.pem"));
	ck_assert_str_eq(keys.items[0], "");
	ck_assert_str_eq(certs.items[1], suite_path("d/b.crt"));
	ck_assert_str_eq(keys.items[1], suite_path("d/b.key"));
	ck_assert_str_eq(certs.items[2], suite_path("d/c/fullchain.pem"));
	ck_assert_str_eq(keys.items[2], suite_path("d/c/privkey.pem"));
}
END_TEST

/* The files that a tool leaves in the folder d, NULL-terminated; names that end in "/"
 * are folders. */
struct layout {
	const char *const *files;
	const char *const *pairs; /* expected: certificate, key, and so on */
};

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

static const struct layout layouts[] = {
	/* lego(1) in .lego/certificates, with --pem and --pfx */
	{ LIST("_.example.org.crt", "_.example.org.issuer.crt", "_.example.org.json",
	      "_.example.org.key", "www.example.org.crt", "www.example.org.issuer.crt",
	      "www.example.org.json", "www.example.org.key", "www.example.org.pem",
	      "www.example.org.pfx"),
	    LIST("_.example.org.crt", "_.example.org.key", "www.example.org.crt",
		"www.example.org.key") },
	/* A mounted secret of cert-manager, with all its additional formats */
	{ LIST("..2026_11_29_06_22_57.1234/", "..2026_11_29_06_22_57.1234/tls.crt",
	      "..2026_11_29_06_22_57.1234/tls.key", "ca.crt", "key.der", "keystore.jks",
	      "keystore.p12", "tls-combined.pem", "tls.crt", "tls.key",
	      "truststore.jks", "truststore.p12"),
	    LIST("tls.crt", "tls.key") },
	/* Several of these secrets */
	{ LIST("one/", "one/ca.crt", "one/tls.crt", "one/tls.key", "two/", "two/ca.crt",
	      "two/tls.crt", "two/tls.key"),
	    LIST("one/tls.crt", "one/tls.key", "two/tls.crt", "two/tls.key") },
	/* acme.sh in .acme.sh */
	{ LIST("account.conf", "acme.sh", "acme.sh.env", "ca/", "dnsapi/",
	      "http.header", "*.example.org_ecc/",
	      "*.example.org_ecc/*.example.org.cer",
	      "*.example.org_ecc/*.example.org.conf",
	      "*.example.org_ecc/*.example.org.csr",
	      "*.example.org_ecc/*.example.org.csr.conf",
	      "*.example.org_ecc/*.example.org.key", "*.example.org_ecc/ca.cer",
	      "*.example.org_ecc/fullchain.cer", "old.example.org/",
	      "old.example.org/backup/", "old.example.org/ca.cer",
	      "old.example.org/fullchain.cer", "old.example.org/old.example.org.cer",
	      "old.example.org/old.example.org.conf",
	      "old.example.org/old.example.org.key"),
	    LIST("*.example.org_ecc/fullchain.cer",
		"*.example.org_ecc/*.example.org.key", "old.example.org/fullchain.cer",
		"old.example.org/old.example.org.key") },
	/* One certificate of acme.sh */
	{ LIST("ca.cer", "fullchain.cer", "www.example.org.cer", "www.example.org.conf",
	      "www.example.org.csr", "www.example.org.csr.conf", "www.example.org.key"),
	    LIST("fullchain.cer", "www.example.org.key") },
	/* certbot(1) in live */
	{ LIST("README", "one/", "one/README", "one/cert.pem", "one/chain.pem",
	      "one/fullchain.pem", "one/privkey.pem", "two/", "two/README",
	      "two/cert.pem", "two/chain.pem", "two/fullchain.pem", "two/privkey.pem"),
	    LIST("one/fullchain.pem", "one/privkey.pem", "two/fullchain.pem",
		"two/privkey.pem") },
	/* One certificate of certbot */
	{ LIST("README", "cert.pem", "chain.pem", "fullchain.pem", "privkey.pem"),
	    LIST("fullchain.pem", "privkey.pem") },
	/* One certificate of dehydrated */
	{ LIST("cert-1795935056.csr", "cert-1795935056.pem", "cert.csr", "cert.pem",
	      "chain-1795935056.pem", "chain.pem", "fullchain-1795935056.pem",
	      "fullchain.pem", "ocsp.der", "privkey-1795935056.pem", "privkey.pem"),
	    LIST("fullchain.pem", "privkey.pem") },
};

static const char *
path_in(const char *folder, const char *name)
{
	char *path = memory_format("%s/%s", folder, name);
	const char *kept = suite_path(path);

	free(path);
	return kept;
}

static void
make_layout(const char *folder, const char *const *files)
{
	make_folder(folder);
	for (; *files != NULL; files++) {
		char *name = memory_format("%s/%s", folder, *files);
		if (name[strlen(name) - 1] == '/')
			make_folder(name);
		else
			suite_file(name, "");
		free(name);
	}
}

static void
try_layout(const struct layout *layout, const char *folder)
{
	size_t count = 0;

	make_layout(folder, layout->files);
	list(suite_path(folder));
	ck_assert_msg(findings.count == 0, "%s",
	    findings.count > 0 ? findings.items[0].text : "");
	for (; layout->pairs[2 * count] != NULL; count++) {
		ck_assert_uint_lt(count, certs.count);
		ck_assert_str_eq(
		    certs.items[count], path_in(folder, layout->pairs[2 * count]));
		ck_assert_str_eq(
		    keys.items[count], path_in(folder, layout->pairs[2 * count + 1]));
	}
	ck_assert_uint_eq(certs.count, count);
}

START_TEST(layout_of_each_acme_client_has_its_pairs_and_no_error)
{
	for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
		char *folder = memory_format("d%zu", i);
		try_layout(&layouts[i], folder);
		free(folder);
	}
}
END_TEST

START_TEST(folder_without_a_pair_is_an_error)
{
	make_folder("d");
	list(suite_path("d"));
	ck_assert_uint_eq(findings.errors, 1);
	ck_assert_ptr_nonnull(strstr(findings.items[0].text, "contains no pair"));
	suite_file("d/a.crt", "");
	list(suite_path("d"));
	ck_assert_uint_eq(findings.errors, 1);
	ck_assert_ptr_nonnull(strstr(findings.items[0].text, "a.crt: has no a.key"));
	list(suite_path("nowhere"));
	ck_assert_uint_eq(findings.errors, 1);
	ck_assert_ptr_nonnull(
	    strstr(findings.items[0].text, "/nowhere: no such file: correct the path"));
	list(suite_path("d/a.crt"));
	ck_assert_uint_eq(findings.errors, 1);
	ck_assert_ptr_nonnull(
	    strstr(findings.items[0].text, "/a.crt: is not a folder"));
}
END_TEST

/* Makes a pair for `host`, issued by `ca`. */
static void
put_pair(const struct pki_pair *ca, const char *host, const char *cert, const char *key)
{
	struct pki_pair *pair =
	    pki_make(&(struct pki_options){ .name = host,
			 .dns = (const char *const[]){ host, NULL } },
		ca);

	pki_cert_file(cert, pair);
	pki_key_file(key, pair);
	pki_free(pair);
}

START_TEST(service_has_the_names_of_all_its_pairs)
{
	struct pki_pair *ca = pki_ca("folder");
	const char *trust = pki_cert_file("folder-ca.crt", ca);

	make_folder("d");
	put_pair(ca, "one.example.org", "d/one.crt", "d/one.key");
	make_folder("d/two");
	put_pair(ca, "two.example.org", "d/two/fullchain.pem", "d/two/privkey.pem");
	struct daemon *daemon = daemon_serve("cert-dir = d\n");
	const char *const hosts[] = { "one.example.org", "two.example.org" };
	for (size_t i = 0; i < 2; i++)
		ck_assert_str_eq(
		    peer_ask_over(peer_dial(daemon_port(daemon)),
			&(struct peer_options){
			    .name = hosts[i], .host = hosts[i], .trust = trust }),
		    "Hello, TLS!\n");
	pki_cert_file("d/one.issuer.crt", ca);
	pki_cert_file("d/ca.crt", ca);
	pki_cert_file("d/two/chain.pem", ca);
	put_pair(ca, "new.example.org", "d/new.cer", "d/new.key");
	daemon_reload(daemon, "done");
	ck_assert_str_eq(peer_ask_over(peer_dial(daemon_port(daemon)),
			     &(struct peer_options){ .name = "new.example.org",
				 .host = "new.example.org",
				 .trust = trust }),
	    "Hello, TLS!\n");
	suite_file("d/half.crt", "-----BEGIN CERTIFICATE-----\n");
	suite_file("d/half.key", "");
	daemon_reload(daemon, "failed");
	daemon_expect(daemon, ": cert-dir: ");
	pki_free(ca);
	daemon_stop(daemon);
}
END_TEST

enum { MANY = 1000, RENEWED = 500 };

static const char *
name_host(int number)
{
	return suite_format("h%d.example.org", number);
}

static void
put_numbered(const struct pki_pair *ca, int number)
{
	char *cert = memory_format("d/h%d.crt", number);
	char *key = memory_format("d/h%d.key", number);

	put_pair(ca, name_host(number), cert, key);
	free(cert);
	free(key);
}

static void
expect_host(struct daemon *daemon, int number, const char *trust)
{
	const char *host = name_host(number);

	ck_assert_str_eq(
	    peer_ask_over(peer_dial(daemon_port(daemon)),
		&(struct peer_options){ .name = host, .host = host, .trust = trust }),
	    "Hello, TLS!\n");
}

START_TEST(reload_puts_one_of_a_thousand_pairs_into_force)
{
	struct pki_pair *before = pki_ca("before"), *after = pki_ca("after");
	const char *old = pki_cert_file("before.crt", before);
	const char *new = pki_cert_file("after.crt", after);

	make_folder("d");
	for (int i = 0; i < MANY; i++)
		put_numbered(before, i);
	struct daemon *daemon = daemon_serve("cert-dir = d\n");
	for (int i = 0; i < MANY; i += RENEWED / 5)
		expect_host(daemon, i, old);
	daemon_reload(daemon, "done");
	expect_host(daemon, RENEWED, old);
	put_numbered(after, RENEWED);
	daemon_reload(daemon, "done");
	expect_host(daemon, RENEWED, new);
	expect_host(daemon, RENEWED - 1, old);
	expect_host(daemon, RENEWED + 1, old);
	pki_free(before);
	pki_free(after);
	daemon_stop(daemon);
}
END_TEST

SUITE("certdir", each_way_to_keep_a_pair_is_found_by_name,
    layout_of_each_acme_client_has_its_pairs_and_no_error,
    folder_without_a_pair_is_an_error, service_has_the_names_of_all_its_pairs,
    reload_puts_one_of_a_thousand_pairs_into_force)

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/certdir.h"

#include <gnutls/x509.h>
#include <string.h>
#include <sys/stat.h>

#include "base/findings.h"
#include "base/stringlist.h"
#include "daemon.h"
#include "peer.h"
#include "pki.h"
#include "suite.h"

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

START_TEST(what_holds_no_pair_is_an_error)
{
	make_folder("d");
	list(suite_path("d"));
	ck_assert_uint_eq(findings.errors, 1);
	ck_assert_ptr_nonnull(strstr(findings.items[0].text, "holds no pair"));
	suite_file("d/a.crt", "");
	list(suite_path("d"));
	ck_assert_uint_eq(findings.errors, 1);
	ck_assert_ptr_nonnull(strstr(findings.items[0].text, "a.crt: has no a.key"));
	list(suite_path("nowhere"));
	ck_assert_uint_eq(findings.errors, 1);
	ck_assert_ptr_nonnull(strstr(findings.items[0].text, "No such file"));
}
END_TEST

/* A pair for `host`, issued by the authority. */
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

START_TEST(a_service_has_the_names_of_all_its_pairs)
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
	put_pair(ca, "new.example.org", "d/new.crt", "d/new.key");
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

int
main(void)
{
	return SUITE_RUN("certdir", each_way_to_keep_a_pair_is_found_by_name,
	    what_holds_no_pair_is_an_error, a_service_has_the_names_of_all_its_pairs);
}

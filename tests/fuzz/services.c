/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes services from temporary files. */
#include "services.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "fuzz.h"
#include "server/snapshot/snapshot.h"

/* Writes a datum of the library to a file and frees it. */
static void
write_datum(const char *folder, const char *name, gnutls_datum_t *datum)
{
	char *path = memory_format("%s/%s", folder, name);

	FUZZ_EXPECT(file_write(path, (const char *)datum->data, datum->size, 0600,
			FILE_REPLACE) == 0);
	gnutls_free(datum->data);
	free(path);
}

static void
write_pair(const char *folder)
{
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t cert;
	gnutls_datum_t pem;
	time_t now = time(NULL);

	gnutls_x509_privkey_init(&key);
	FUZZ_EXPECT(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
			GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) == 0);
	gnutls_x509_crt_init(&cert);
	gnutls_x509_crt_set_version(cert, 3);
	gnutls_x509_crt_set_serial(cert, "\x01", 1);
	gnutls_x509_crt_set_activation_time(cert, now - 60);
	gnutls_x509_crt_set_expiration_time(cert, now + 30 * 86400);
	gnutls_x509_crt_set_subject_alt_name(
	    cert, GNUTLS_SAN_DNSNAME, "localhost", 9, GNUTLS_FSAN_SET);
	gnutls_x509_crt_set_key(cert, key);
	FUZZ_EXPECT(gnutls_x509_crt_sign2(cert, cert, key, GNUTLS_DIG_SHA256, 0) == 0);
	FUZZ_EXPECT(gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_PEM, &pem) == 0);
	write_datum(folder, "server.crt", &pem);
	FUZZ_EXPECT(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem) == 0);
	write_datum(folder, "server.key", &pem);
	gnutls_x509_crt_deinit(cert);
	gnutls_x509_privkey_deinit(key);
}

static void
remove_from(const char *folder, const char *name)
{
	char *path = memory_format("%s/%s", folder, name);

	remove(path);
	free(path);
}

struct snapshot *
services_new(const char *ini)
{
	char folder[] = "/tmp/tlsd-fuzz-XXXXXX";
	struct findings findings;

	FUZZ_EXPECT(mkdtemp(folder) != NULL);
	write_pair(folder);
	char *path = memory_format("%s/tlsd.ini", folder);
	FUZZ_EXPECT(file_write(path, ini, strlen(ini), 0600, FILE_REPLACE) == 0);
	findings_init(&findings);
	struct snapshot *snapshot = snapshot_new(path, NULL, &findings);
	for (size_t i = 0; i < findings.count; i++)
		fprintf(stderr, "%s\n", findings.items[i].text);
	FUZZ_EXPECT(snapshot != NULL);
	findings_fini(&findings);
	free(path);
	remove_from(folder, "server.crt");
	remove_from(folder, "server.key");
	remove_from(folder, "tlsd.ini");
	rmdir(folder);
	return snapshot;
}

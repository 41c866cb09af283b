/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "bench-pairs FOLDER COUNT": makes COUNT self-signed ECDSA P-256 certificates, for
 * h1.example.org and so on, each with its own key, as hN.crt and hN.key in FOLDER.
 * Existing pairs are kept. Progress is shown on standard error.
 */
#include <gnutls/gnutls.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define YEAR_S (365 * 24 * 3600L)
#define PROGRESS 1000
#define SERIAL_SIZE 16

static void
check(int code, const char *action)
{
	if (code >= 0)
		return;
	fprintf(stderr, "bench-pairs: %s: %s\n", action, gnutls_strerror(code));
	exit(1);
}

static void
write_file(const char *path, const gnutls_datum_t *bytes)
{
	FILE *file = fopen(path, "w");

	if (file == NULL || fwrite(bytes->data, 1, bytes->size, file) != bytes->size ||
	    fclose(file) != 0) {
		perror(path);
		exit(1);
	}
}

static gnutls_x509_privkey_t
make_key(void)
{
	gnutls_x509_privkey_t key;

	check(gnutls_x509_privkey_init(&key), "gnutls_x509_privkey_init");
	check(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
		  GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
	    "gnutls_x509_privkey_generate");
	return key;
}

/* Sets everything except the name. The serial number is random, like that of a public
 * authority. */
static void
fill_certificate(gnutls_x509_crt_t certificate)
{
	unsigned char serial[SERIAL_SIZE];

	check(gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof serial), "gnutls_rnd");
	serial[0] = (serial[0] & 0x3f) | 0x40; /* positive, with its full length */
	gnutls_x509_crt_set_version(certificate, 3);
	gnutls_x509_crt_set_serial(certificate, serial, sizeof serial);
	gnutls_x509_crt_set_activation_time(certificate, time(NULL) - 3600);
	gnutls_x509_crt_set_expiration_time(certificate, time(NULL) + YEAR_S);
	gnutls_x509_crt_set_basic_constraints(certificate, 0, -1);
	gnutls_x509_crt_set_key_usage(certificate, GNUTLS_KEY_DIGITAL_SIGNATURE);
	gnutls_x509_crt_set_key_purpose_oid(certificate, GNUTLS_KP_TLS_WWW_SERVER, 0);
}

static gnutls_x509_crt_t
make_certificate(gnutls_x509_privkey_t key, const char *name)
{
	gnutls_x509_crt_t certificate;
	unsigned size = (unsigned)strlen(name);

	check(gnutls_x509_crt_init(&certificate), "gnutls_x509_crt_init");
	fill_certificate(certificate);
	check(gnutls_x509_crt_set_dn_by_oid(
		  certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name, size),
	    "gnutls_x509_crt_set_dn_by_oid");
	check(gnutls_x509_crt_set_subject_alt_name(
		  certificate, GNUTLS_SAN_DNSNAME, name, size, GNUTLS_FSAN_SET),
	    "gnutls_x509_crt_set_subject_alt_name");
	check(gnutls_x509_crt_set_key(certificate, key), "gnutls_x509_crt_set_key");
	check(
	    gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0),
	    "gnutls_x509_crt_sign2");
	return certificate;
}

/* Writes a key as PKCS #8, as certbot and openssl do. */
static void
write_pair(unsigned long number)
{
	char name[64], path[80];
	gnutls_datum_t bytes;
	gnutls_x509_privkey_t key = make_key();

	snprintf(name, sizeof name, "h%lu.example.org", number);
	gnutls_x509_crt_t certificate = make_certificate(key, name);
	check(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &bytes),
	    "gnutls_x509_crt_export2");
	snprintf(path, sizeof path, "h%lu.crt", number);
	write_file(path, &bytes);
	gnutls_free(bytes.data);
	check(gnutls_x509_privkey_export2_pkcs8(
		  key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &bytes),
	    "gnutls_x509_privkey_export2_pkcs8");
	snprintf(path, sizeof path, "h%lu.key", number);
	write_file(path, &bytes);
	gnutls_free(bytes.data);
	gnutls_x509_crt_deinit(certificate);
	gnutls_x509_privkey_deinit(key);
}

/* True if the pair is complete: its key, which is written last, exists. */
static int
is_there(unsigned long number)
{
	struct stat st;
	char path[80];

	snprintf(path, sizeof path, "h%lu.key", number);
	return stat(path, &st) == 0 && st.st_size > 0;
}

int
main(int argc, char **argv)
{
	if (argc != 3) {
		fputs("usage: bench-pairs FOLDER COUNT\n", stderr);
		return 2;
	}
	if (chdir(argv[1]) != 0) {
		perror(argv[1]);
		return 1;
	}
	umask(077);
	unsigned long count = strtoul(argv[2], NULL, 10), made = 0;
	for (unsigned long number = 1; number <= count; number++) {
		if (is_there(number))
			continue;
		write_pair(number);
		if (++made % PROGRESS == 0)
			fprintf(stderr, "made %lu pairs\n", made);
	}
	return 0;
}

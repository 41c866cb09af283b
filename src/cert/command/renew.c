/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Renews certificates in place. */
#include "cert/command/renew.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/text.h"
#include "cert/options/arguments.h"
#include "cert/issue/authority.h"
#include "cert/files/authoritypaths.h"
#include "cert/issue/pemrewrite.h"
#include "cert/files/renewalsource.h"
#include "cert/issue/renewal.h"
#include "cert/files/replacement.h"
#include "cert/options/filereport.h"
#include "cert/command/revokedkey.h"
#include "cert/issue/signing.h"
#include "tls/x509/certificate.h"
#include "tls/x509/chain.h"
#include "tls/keys/privatekey.h"

enum { DAY = 86400, CERT_MODE = 0644, KEY_MODE = 0600 };

enum outcome { RENEWED, NOT_DUE, FAILED };

/* The renewal of one certificate: its input and its results. */
struct renewing {
	const struct arguments *arguments;
	struct renewalsource old;
	struct findings findings;
	struct authority authority; /* empty if it is self-signed */
	struct renewal_request request;
	struct renewal renewal;
};

static void
end_renewing(struct renewing *renewing)
{
	renewal_fini(&renewing->renewal);
	gnutls_x509_privkey_deinit(renewing->request.key);
	authority_fini(&renewing->authority);
	renewalsource_fini(&renewing->old);
	fflush(stdout);
	filereport_findings(&renewing->findings);
}

static bool
is_due(const struct renewing *renewing)
{
	int days = renewing->arguments->if_within;

	return days < 0 ||
	       renewalsource_end(&renewing->old) - time(NULL) <= (int64_t)days * DAY;
}

static void
print_not_due(const struct renewing *renewing)
{
	time_t until = renewalsource_end(&renewing->old);
	long long days = (long long)(until - time(NULL)) / DAY;
	char date[CERTIFICATE_DATE_SIZE];

	printf("%s: nothing to do, %lld day%s left (%s)\n", renewing->old.file, days,
	    text_plural((uint64_t)days), certificate_date(until, date));
}

/* Checks that the old key belongs to the old certificate; otherwise only a new key makes a
 * pair. */
static int
examine_key(struct renewing *renewing)
{
	if (renewing->arguments->new_key ||
	    privatekey_matches(renewing->request.key, renewing->request.old))
		return 0;
	findings_error(&renewing->findings,
	    "%s: the key in %s does not belong to it: give the right one with --key, "
	    "or make a new one with --new-key",
	    renewing->old.file, renewalsource_key_file(&renewing->old));
	return -1;
}

/* Refuses to replace a key that has a passphrase, because a new key is written without one. */
static int
refuse_passphrase(struct renewing *renewing)
{
	findings_error(&renewing->findings,
	    "%s: the old key has a passphrase, or cannot be read, and --new-key writes "
	    "one "
	    "without: keep the key, or move it away first",
	    renewalsource_key_file(&renewing->old));
	return -1;
}

/*
 * Loads the old key if it is needed, and checks it if it is readable. An authority can renew a
 * certificate with its old key without reading that key.
 */
static int
load_key(struct renewing *renewing, bool signs_itself)
{
	const struct arguments *arguments = renewing->arguments;
	bool there = renewalsource_has_key(&renewing->old);
	bool needed = signs_itself && !arguments->new_key;
	struct findings unneeded;

	if (!there && !needed)
		return 0;
	findings_init(&unneeded);
	renewing->request.key = renewalsource_read_key(&renewing->old,
	    arguments->pin_file, needed ? &renewing->findings : &unneeded);
	findings_fini(&unneeded);
	if (renewing->request.key != NULL && arguments->pin_file == NULL)
		return examine_key(renewing);
	if (arguments->new_key)
		return refuse_passphrase(renewing);
	if (renewing->request.key != NULL)
		return examine_key(renewing);
	return needed ? -1 : 0;
}

/* Checks that the authority is the old issuer, or that the user asked for the change. */
static int
examine_authority(struct renewing *renewing, const char *file)
{
	gnutls_x509_crt_t old = renewing->request.old;
	gnutls_x509_crt_t signer = renewing->authority.chain.certs[0];

	if (renewing->arguments->force || certificate_names_issuer(old, signer))
		return 0;
	char *issuer = certificate_issuer(old), *subject = certificate_subject(signer);
	findings_error(&renewing->findings,
	    "%s: was issued by %s, not by %s: give its authority with --ca-cert, or "
	    "change to the one in %s with --force",
	    renewing->old.file, issuer, subject, file);
	free(subject);
	free(issuer);
	return -1;
}

/* Refuses a renewal that gains no time: with --if-within it would be repeated each day. */
static int
examine_gain(struct renewing *renewing)
{
	char date[CERTIFICATE_DATE_SIZE];
	time_t limit =
	    gnutls_x509_crt_get_expiration_time(renewing->authority.chain.certs[0]);

	if (renewing->arguments->if_within < 0 ||
	    limit > renewalsource_end(&renewing->old))
		return 0;
	findings_error(&renewing->findings,
	    "%s: cannot last longer than its authority, which ends on %s: renew that "
	    "first",
	    renewing->old.file, certificate_date(limit, date));
	return -1;
}

/* Checks that the authority has not revoked the key. */
static int
examine_revocation(struct renewing *renewing, const char *list)
{
	const struct revokedkey_query query = { .file = renewing->old.file,
		.cert = renewing->request.old,
		.authority = renewing->authority.chain.certs[0],
		.list = list,
		.new_key = renewing->arguments->new_key };

	return revokedkey_check(&query, &renewing->findings);
}

static int
load_authority(struct renewing *renewing)
{
	const char *slash = strrchr(renewing->old.file, '/');
	char *folder = slash == NULL
	                   ? memory_copy(".")
	                   : memory_format("%.*s", (int)(slash - renewing->old.file),
				 renewing->old.file);
	unsigned is_authority = 0;
	struct authoritypaths paths;

	gnutls_x509_crt_get_basic_constraints(
	    renewing->request.old, NULL, &is_authority, NULL);
	authoritypaths_init(&paths, renewing->arguments, folder);
	int result = is_authority ? authority_load_above(&renewing->authority,
					&paths.files, &renewing->findings)
	                          : authority_load(&renewing->authority, &paths.files,
					&renewing->findings);
	if (result == 0)
		result = examine_authority(renewing, paths.cert);
	if (result == 0)
		result = examine_gain(renewing);
	if (result == 0)
		result = examine_revocation(renewing, paths.crl);
	authoritypaths_fini(&paths);
	free(folder);
	renewing->request.authority = &renewing->authority;
	return result;
}

/* Loads the signer: the key or the authority. */
static int
load_signer(struct renewing *renewing)
{
	gnutls_x509_crt_t old = renewing->request.old;
	bool signs_itself = certificate_is_signed_by(old, old);

	if (load_key(renewing, signs_itself) < 0)
		return -1;
	return signs_itself ? 0 : load_authority(renewing);
}

/* Replaces the certificate, and its key if there is a new one with its own file. */
static int
replace_files(struct renewing *renewing, const char *cert_pem, const char *key_pem)
{
	struct replacement both[2] = { 0 };
	size_t count = 0;
	int result = 0;

	if (key_pem != NULL && renewing->old.key_file != NULL)
		result = replacement_stage(&both[count++], renewing->old.key_file,
		    key_pem, KEY_MODE, REPLACEMENT_KEEP_RIGHTS, &renewing->findings);
	if (result == 0)
		result = replacement_stage(&both[count++], renewing->old.file, cert_pem,
		    CERT_MODE, REPLACEMENT_KEEP_RIGHTS, &renewing->findings);
	if (result == 0)
		result = replacement_commit(both, count, &renewing->findings);
	replacement_fini(&both[0]);
	replacement_fini(&both[1]);
	return result;
}

static int
write_files(struct renewing *renewing)
{
	char *cert_pem = NULL, *key_pem = NULL;
	bool inside = renewing->old.key_file == NULL;
	const struct pemrewrite composition = { .text = renewing->old.data,
		.size = renewing->old.size,
		.old = &renewing->old.chain,
		.cert = renewing->renewal.cert,
		.above = &renewing->authority.chain };
	int code = 0, result = -1;

	if (renewing->renewal.key != NULL)
		code = signing_export_key(renewing->renewal.key, &key_pem);
	STEP(code, pemrewrite_make(&composition, inside ? key_pem : NULL, &cert_pem));
	if (code < 0)
		findings_error(&renewing->findings, "%s: cannot be written: %s",
		    renewing->old.file, gnutls_strerror(code));
	else
		result = replace_files(renewing, cert_pem, key_pem);
	memory_wipe(key_pem, key_pem != NULL ? strlen(key_pem) : 0);
	free(key_pem);
	memory_wipe(cert_pem, cert_pem != NULL ? strlen(cert_pem) : 0);
	free(cert_pem);
	return result;
}

static void
print_renewed(const struct renewing *renewing)
{
	gnutls_x509_crt_t cert = renewing->renewal.cert;
	char *subject = certificate_subject(cert), *issuer = certificate_issuer(cert);
	bool signs_itself = renewing->request.authority == NULL;
	char date[CERTIFICATE_DATE_SIZE];

	printf("%s: renewed, %s, valid until %s, signed by %s, with %s key\n",
	    renewing->old.file, subject,
	    certificate_date(gnutls_x509_crt_get_expiration_time(cert), date),
	    signs_itself ? "itself" : issuer,
	    renewing->renewal.key != NULL ? "a new" : "the same");
	free(issuer);
	free(subject);
	if (renewing->renewal.key == NULL)
		return;
	char *kind = certificate_key_description(cert);
	printf("%s: private key, %s\n", renewalsource_key_file(&renewing->old), kind);
	free(kind);
}

/* Renews one certificate while the lock keeps other processes from its files. */
static enum outcome
renew_locked(struct renewing *renewing)
{
	const struct arguments *arguments = renewing->arguments;

	if (renewalsource_read(&renewing->old, renewing->old.file, arguments->key,
		&renewing->findings) < 0)
		return FAILED;
	renewing->request.old = renewalsource_cert(&renewing->old);
	if (!is_due(renewing)) {
		print_not_due(renewing);
		return NOT_DUE;
	}
	renewing->request.new_key = arguments->new_key;
	renewing->request.days = arguments->days;
	if (load_signer(renewing) < 0)
		return FAILED;
	if (renewal_make(&renewing->request, &renewing->renewal, &renewing->findings) <
		0 ||
	    write_files(renewing) < 0)
		return FAILED;
	print_renewed(renewing);
	return RENEWED;
}

/* Prints who needs the new certificate: clients that trust it directly, and the server. */
static void
print_next_step(const struct renewing *renewing)
{
	unsigned is_authority = 0;

	gnutls_x509_crt_get_basic_constraints(
	    renewing->renewal.cert, NULL, &is_authority, NULL);
	if (renewing->request.authority == NULL)
		printf("Give %s to all clients that trust it.\n", renewing->old.file);
	if (!is_authority)
		printf("A server that runs with %s takes the new one with\n"
		       "    tlsdctl reload\n",
		    renewing->old.file);
}

static enum outcome
renew_one(const struct arguments *arguments, const char *file)
{
	struct renewing renewing = { .arguments = arguments, .old = { .file = file } };
	enum outcome outcome = FAILED;

	findings_init(&renewing.findings);
	struct replacement_lock lock;
	if (replacement_lock(&lock, file, &renewing.findings) == 0)
		outcome = renew_locked(&renewing);
	replacement_unlock(&lock);
	if (outcome == RENEWED)
		print_next_step(&renewing);
	end_renewing(&renewing);
	return outcome;
}

int
renew(const struct arguments *arguments)
{
	int status = 0;

	if (arguments->key != NULL && arguments->operand_count > 1) {
		fprintf(stderr, "tlscert renew: --key: is only for one CERT: renew the "
				"others separately\n");
		return 2;
	}
	for (int i = 0; i < arguments->operand_count; i++)
		if (renew_one(arguments, arguments->operands[i]) == FAILED)
			status = 1;
	return status;
}

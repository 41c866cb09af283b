/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Maintains an authority's revocation list. */
#include "cert/command/revocation.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "cert/options/arguments.h"
#include "cert/files/authoritypaths.h"
#include "cert/crl/crl.h"
#include "cert/crl/crlreason.h"
#include "cert/crl/crlupdate.h"
#include "cert/files/replacement.h"
#include "cert/issue/signing.h"
#include "cert/options/filereport.h"
#include "tls/x509/certificate.h"
#include "tls/x509/chain.h"
#include "tls/x509/pem.h"

enum { CRL_MODE = 0644 };

/* One run. */
struct revoking {
	const struct arguments *arguments;
	struct findings findings;
	struct authoritypaths paths;
	struct authority authority;
	struct crl old; /* all-zero if there is none yet */
	struct chain certs; /* the certificates to add */
	int reason;
};

static int
read_file(const char *file, size_t limit, char **data, size_t *size,
    struct findings *findings)
{
	if (file_read(file, limit, data, size) == 0)
		return 0;
	findings_read_error(findings, file, errno);
	return -1;
}

static int
load_authority(struct authority *authority, const struct authoritypaths *paths,
    struct findings *findings)
{
	if (authority_load(authority, &paths->files, findings) < 0)
		return -1;
	if (certificate_permits(authority->chain.certs[0], GNUTLS_KEY_CRL_SIGN))
		return 0;
	findings_error(findings,
	    "%s: its key usage lacks cRLSign, so it cannot sign revocation lists: make "
	    "an authority with tlscert ca",
	    paths->cert);
	return -1;
}

/* Reads the existing list and checks that it can be continued. */
static int
read_old(struct revoking *revoking)
{
	const char *file = revoking->paths.crl;
	char *data;
	size_t size;

	if (access(file, F_OK) < 0 && errno == ENOENT)
		return 0; /* this will be the first list */
	if (read_file(file, CRL_FILE_LIMIT, &data, &size, &revoking->findings) < 0)
		return -1;
	int result = crl_read(&revoking->old, file, data, size, &revoking->findings);
	free(data);
	if (result < 0)
		return -1;
	if (!crl_is_signed_by(&revoking->old, revoking->authority.chain.certs[0]))
		findings_error(&revoking->findings,
		    "%s: was not signed by the authority in %s: move it away, or give "
		    "the right one",
		    file, revoking->paths.cert);
	else if (crl_is_delta(&revoking->old))
		findings_error(&revoking->findings,
		    "%s: lists only changes since another list: give the complete one",
		    file);
	else
		return 0;
	return -1;
}

/* Checks that the authority issued the certificate. */
static int
examine_issuer(struct revoking *revoking, const char *file, gnutls_x509_crt_t cert)
{
	gnutls_x509_crt_t signer = revoking->authority.chain.certs[0];

	if (gnutls_x509_crt_equals(cert, signer)) {
		findings_error(&revoking->findings,
		    "%s: is the authority, which cannot revoke itself: tell its users "
		    "not to trust it",
		    file);
		return -1;
	}
	if (certificate_is_signed_by(cert, signer))
		return 0;
	char *issuer = certificate_issuer(cert);
	findings_error(&revoking->findings,
	    "%s: was not issued by the authority in %s, but by %s: give that "
	    "one with --ca-cert",
	    file, revoking->paths.cert, issuer);
	free(issuer);
	return -1;
}

static void
print_known(const char *file, const struct crl_entry *entry)
{
	char date[CERTIFICATE_DATE_SIZE];

	printf("%s: is revoked already, since %s (%s)\n", file,
	    certificate_date(entry->since, date), crlreason_name(entry->reason));
}

/* True if the certificate was added already, from another file. */
static bool
is_added(const struct revoking *revoking, gnutls_x509_crt_t cert)
{
	for (size_t i = 0; i < revoking->certs.count; i++)
		if (gnutls_x509_crt_equals(revoking->certs.certs[i], cert))
			return true;
	return false;
}

/* Moves the first certificate of `chain` to those to revoke. */
static void
add_first(struct revoking *revoking, struct chain *chain)
{
	struct chain *certs = &revoking->certs;

	certs->certs =
	    memory_resize(certs->certs, (certs->count + 1) * sizeof *certs->certs);
	certs->certs[certs->count++] = chain->certs[0];
	chain->certs[0] = NULL;
}

static void
add_file(struct revoking *revoking, const char *file)
{
	struct chain chain = { 0 };
	char *data;
	size_t size;

	if (read_file(file, PEM_FILE_LIMIT, &data, &size, &revoking->findings) < 0)
		return;
	if (chain_read(&chain, file, data, size, &revoking->findings) == 0 &&
	    examine_issuer(revoking, file, chain.certs[0]) == 0) {
		const struct crl_entry *entry =
		    crl_find(&revoking->old, chain.certs[0]);
		if (entry != NULL)
			print_known(file, entry);
		else if (!is_added(revoking, chain.certs[0]))
			add_first(revoking, &chain);
	}
	chain_fini(&chain);
	memory_wipe(data, size); /* the file may also contain a key */
	free(data);
}

/* Makes the new list and writes its PEM text to `file`. */
static int
write_list(const struct crlupdate_request *request, const char *file,
    struct findings *findings)
{
	struct replacement replacement = { 0 };
	char *pem = crlupdate_make(request, findings);

	if (pem == NULL)
		return -1;
	int result = replacement_stage(
	    &replacement, file, pem, CRL_MODE, REPLACEMENT_KEEP_RIGHTS, findings);
	if (result == 0)
		result = replacement_commit(&replacement, 1, findings);
	replacement_fini(&replacement);
	free(pem);
	return result;
}

static void
print_list(const struct revoking *revoking)
{
	time_t now = time(NULL);
	char date[CERTIFICATE_DATE_SIZE];

	for (size_t i = 0; i < revoking->certs.count; i++) {
		char *subject = certificate_subject(revoking->certs.certs[i]);
		printf("revoked: %s (%s)\n", subject, crlreason_name(revoking->reason));
		free(subject);
	}
	printf("%s: revocation list with %zu certificate%s, valid until %s\n",
	    revoking->paths.crl, revoking->old.count + revoking->certs.count,
	    revoking->old.count + revoking->certs.count == 1 ? "" : "s",
	    certificate_date(
		signing_days_after(now, revoking->arguments->crl_days), date));
	printf("A server checks the list only if tlsd.ini has the line\n");
	filereport_setting("crl-file", revoking->paths.crl);
	printf("Put the new list into force with\n"
	       "    tlsdctl reload\n");
}

/* Revokes the given certificates while the lock keeps other processes from the list. */
static int
run_locked(struct revoking *revoking)
{
	const struct arguments *arguments = revoking->arguments;

	if (load_authority(
		&revoking->authority, &revoking->paths, &revoking->findings) < 0 ||
	    read_old(revoking) < 0)
		return 1;
	for (int i = 0; i < arguments->operand_count; i++)
		add_file(revoking, arguments->operands[i]);
	if (revoking->findings.errors > 0)
		return 1;
	if (arguments->operand_count > 0 && revoking->certs.count == 0)
		return 0;
	struct crlupdate_request request = {
		.old = revoking->old.handle != NULL ? &revoking->old : NULL,
		.certs = revoking->certs.certs,
		.count = revoking->certs.count,
		.reason = revoking->reason,
		.authority = &revoking->authority,
		.days = arguments->crl_days,
	};
	if (write_list(&request, revoking->paths.crl, &revoking->findings) < 0)
		return 1;
	print_list(revoking);
	return 0;
}

static int
lock_and_run(const struct arguments *arguments, int reason)
{
	struct revoking revoking = { .arguments = arguments, .reason = reason };
	int status = 1;

	findings_init(&revoking.findings);
	authoritypaths_init(&revoking.paths, arguments, arguments->out_dir);
	struct replacement_lock lock;
	if (replacement_lock(&lock, revoking.paths.crl, &revoking.findings) == 0)
		status = run_locked(&revoking);
	replacement_unlock(&lock);
	chain_fini(&revoking.certs);
	crl_fini(&revoking.old);
	authority_fini(&revoking.authority);
	authoritypaths_fini(&revoking.paths);
	fflush(stdout);
	filereport_findings(&revoking.findings);
	return status;
}

int
revocation_add(const struct arguments *arguments)
{
	int reason = CRLREASON_NONE;

	if (arguments->reason != NULL)
		reason = crlreason_number(arguments->reason);
	if (reason >= 0)
		return lock_and_run(arguments, reason);
	fprintf(stderr,
	    "tlscert revoke: --reason: %s is unknown: use one of " CRLREASON_WORDS "\n",
	    arguments->reason);
	return 2;
}

int
revocation_refresh(const struct arguments *arguments)
{
	return lock_and_run(arguments, CRLREASON_NONE);
}

int
revocation_start(
    const struct authoritypaths *paths, int days, struct findings *findings)
{
	struct authority authority = { 0 };
	struct crlupdate_request request = { .authority = &authority, .days = days };
	int result = load_authority(&authority, paths, findings);

	if (result == 0)
		result = write_list(&request, paths->crl, findings);
	authority_fini(&authority);
	return result;
}

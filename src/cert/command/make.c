/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands that make certificates. */
#include "cert/command/make.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/text.h"
#include "cert/options/arguments.h"
#include "cert/issue/authority.h"
#include "cert/files/authoritypaths.h"
#include "cert/issue/issue.h"
#include "cert/files/pairfiles.h"
#include "cert/options/filereport.h"
#include "cert/command/revocation.h"
#include "cert/issue/subject.h"
#include "tls/x509/certificate.h"

enum status { DONE = 0, FAILED = 1, USAGE = 2 };

/* One run: its input and its results. */
struct making {
	const struct arguments *arguments;
	struct findings findings;
	struct subject subject;
	struct authority authority;
	struct pairfiles files;
	struct issued issued;
};

static void
begin_making(struct making *making, const struct arguments *arguments, const char *base)
{
	*making = (struct making){ .arguments = arguments };
	findings_init(&making->findings);
	pairfiles_init(&making->files, arguments, base);
}

static void
end_making(struct making *making)
{
	filereport_findings(&making->findings);
	issued_fini(&making->issued);
	authority_fini(&making->authority);
	subject_fini(&making->subject);
	pairfiles_fini(&making->files);
}

static int
load_authority(struct making *making, const struct issue_request *request)
{
	struct authority *authority = &making->authority;
	struct authoritypaths paths;

	authoritypaths_init(&paths, making->arguments, making->arguments->out_dir);
	int result =
	    request->purpose == ISSUE_FOR_AUTHORITY
		? authority_load_above(authority, &paths.files, &making->findings)
		: authority_load(authority, &paths.files, &making->findings);
	authoritypaths_fini(&paths);
	return result;
}

/* Prints the files that were written. */
static void
print_pair(const struct making *making)
{
	char date[CERTIFICATE_DATE_SIZE];
	const struct subject *subject = &making->subject;

	printf("%s: certificate for ", making->files.cert);
	if (subject->count == 0)
		printf("%s", subject->common_name);
	for (size_t i = 0; i < subject->count; i++)
		printf("%s%s", i > 0 ? ", " : "", subject->names[i].text);
	printf(", valid until %s, ", certificate_date(making->issued.not_after, date));
	if (making->issued.issuer != NULL)
		printf("signed by %s\n", making->issued.issuer);
	else
		printf("signed by itself\n");
	printf("%s: private key, %s, for its owner only\n", making->files.key,
	    making->issued.key_description);
}

/* Returns what to do with existing files. */
static enum file_existing
choose_existing(const struct making *making)
{
	return making->arguments->force ? FILE_REPLACE : FILE_KEEP;
}

/* Issues the certificate and writes the files, after all other checks. */
static int
issue_and_write(struct making *making, const struct issue_request *request)
{
	if (issue(request, &making->issued, &making->findings) < 0)
		return FAILED;
	if (pairfiles_write(&making->files, making->issued.cert_pem,
		making->issued.key_pem, choose_existing(making), &making->findings) < 0)
		return FAILED;
	print_pair(making);
	return DONE;
}

/* Returns the path for the new authority's revocation list; the caller frees it. */
static char *
list_path(const struct making *making)
{
	if (making->arguments->crl != NULL)
		return memory_copy(making->arguments->crl);
	return pairfiles_beside(making->files.cert, ".crl");
}

/* Adds an error if the list may not be written. */
static void
examine_list(struct making *making)
{
	char *crl = list_path(making);

	pairfiles_examine_path(crl, choose_existing(making), &making->findings);
	free(crl);
}

/* Makes what `request` asks for. `subject` is the result of reading its subject. */
static int
make_pair(struct making *making, struct issue_request *request, int subject)
{
	const struct arguments *arguments = making->arguments;

	request->subject = &making->subject;
	request->key_type = arguments->key_type;
	request->days = arguments->days;
	request->path_length = -1;
	if (request->purpose == ISSUE_FOR_AUTHORITY)
		request->path_length = arguments->path_length;
	if (!issue_knows_key_type(arguments->key_type)) {
		findings_error(&making->findings,
		    "--key-type: %s is unknown: use ecdsa, ecdsa-p384, ed25519 or rsa",
		    arguments->key_type);
		return USAGE;
	}
	if (subject < 0)
		return USAGE;
	pairfiles_examine(&making->files, choose_existing(making), &making->findings);
	if (request->purpose == ISSUE_FOR_AUTHORITY)
		examine_list(making);
	if (making->findings.errors > 0)
		return FAILED;
	if (request->authority != NULL && load_authority(making, request) < 0)
		return FAILED;
	return issue_and_write(making, request);
}

static void
print_server_settings(const struct making *making)
{
	printf("Put into tlsd.ini:\n");
	filereport_setting("cert", making->files.cert);
	filereport_setting("key", making->files.key);
}

int
make_self_signed(const struct arguments *arguments)
{
	struct making making;
	struct issue_request request = { .purpose = ISSUE_FOR_SERVER };

	begin_making(&making, arguments, "server");
	int status = make_pair(&making, &request,
	    subject_server(&making.subject, arguments->operands,
		arguments->operand_count, &making.findings));
	if (status == DONE) {
		print_server_settings(&making);
		printf("Give %s to the clients, which need nothing else to trust the "
		       "server.\n",
		    making.files.cert);
	}
	end_making(&making);
	return status;
}

/* Writes the revocation list of the new authority, which is empty. */
static int
start_list(struct making *making)
{
	const struct pairfiles *files = &making->files;
	char *crl = list_path(making);
	struct authoritypaths paths = { .crl = crl,
		.cert = files->cert,
		.key = files->key,
		.files = { .cert = files->cert, .key = files->key } };

	int result =
	    revocation_start(&paths, making->arguments->crl_days, &making->findings);
	if (result == 0)
		printf("%s: revocation list, empty, valid for %d day%s\n", crl,
		    making->arguments->crl_days,
		    text_plural((uint64_t)making->arguments->crl_days));
	free(crl);
	return result == 0 ? DONE : FAILED;
}

/* Makes an authority, self-signed unless the arguments name another one. */
int
make_ca(const struct arguments *arguments)
{
	struct making making;
	struct issue_request request = { .purpose = ISSUE_FOR_AUTHORITY };

	begin_making(&making, arguments, "ca");
	if (arguments->ca_cert != NULL || arguments->ca_key != NULL)
		request.authority = &making.authority;
	int status = make_pair(&making, &request,
	    subject_authority(
		&making.subject, arguments->operands[0], &making.findings));
	if (status == DONE)
		status = start_list(&making);
	if (status == DONE)
		printf("Keep %s secret, and give %s to the clients that trust the "
		       "authority.\n"
		       "Make a server's certificate with\n"
		       "    tlscert server --ca-cert %s --ca-key %s NAME...\n",
		    making.files.key, making.files.cert, making.files.cert,
		    making.files.key);
	end_making(&making);
	return status;
}

int
make_server(const struct arguments *arguments)
{
	struct making making;
	struct issue_request request = { .purpose = ISSUE_FOR_SERVER };

	begin_making(&making, arguments, "server");
	request.authority = &making.authority;
	int status = make_pair(&making, &request,
	    subject_server(&making.subject, arguments->operands,
		arguments->operand_count, &making.findings));
	if (status == DONE)
		print_server_settings(&making);
	end_making(&making);
	return status;
}

static void
print_client_settings(const struct arguments *arguments)
{
	struct authoritypaths paths;

	authoritypaths_init(&paths, arguments, arguments->out_dir);
	printf("Give both files to the client. A server asks for them with, in "
	       "tlsd.ini:\n    client-verify = required\n");
	filereport_setting("ca-file", paths.cert);
	if (access(paths.crl, F_OK) == 0) {
		printf("To refuse revoked clients, add this line, and renew the list "
		       "with tlscert crl:\n");
		filereport_setting("crl-file", paths.crl);
	}
	authoritypaths_fini(&paths);
}

int
make_client(const struct arguments *arguments)
{
	struct making making;
	struct issue_request request = { .purpose = ISSUE_FOR_CLIENT };

	begin_making(&making, arguments, "client");
	request.authority = &making.authority;
	int status = make_pair(&making, &request,
	    subject_client(&making.subject, arguments->operands,
		arguments->operand_count, &making.findings));
	if (status == DONE)
		print_client_settings(arguments);
	end_making(&making);
	return status;
}

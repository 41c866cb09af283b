/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The check of certificates for a monitor. */
#include "cert/command/checkcommand.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/stringlist.h"
#include "base/text/text.h"
#include "cert/command/anchors.h"
#include "cert/options/arguments.h"
#include "tls/x509/certificate.h"
#include "tls/x509/chain.h"
#include "tls/keys/keypair.h"
#include "tls/x509/pem.h"

enum { DAY = 86400, NAMES_SHOWN = 4 };

/* The result for one file. */
struct verdict {
	enum checkcommand_status status;
	const char *file;
	char *line; /* without the word for the status */
	struct findings findings;
};

static const char *
status_word(enum checkcommand_status status)
{
	static const char *const words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

	return words[status];
}

/* True if `a` is worse than `b`. Unknown is worse than a warning, because it may hide a
 * critical state. */
static bool
is_worse(enum checkcommand_status a, enum checkcommand_status b)
{
	static const int ranks[] = { [CHECKCOMMAND_OK] = 0,
		[CHECKCOMMAND_WARNING] = 1,
		[CHECKCOMMAND_UNKNOWN] = 2,
		[CHECKCOMMAND_CRITICAL] = 3 };

	return ranks[a] > ranks[b];
}

static void
raise_status(struct verdict *verdict, enum checkcommand_status status)
{
	if (is_worse(status, verdict->status))
		verdict->status = status;
}

/* Reads `chain` in the file's order. Returns 0, or -1 after errors in the verdict. */
static int
read_chain(const char *file, struct chain *chain, struct verdict *verdict)
{
	char *data;
	size_t size;

	if (file_read(file, PEM_FILE_LIMIT, &data, &size) < 0) {
		findings_read_error(&verdict->findings, file, errno);
		return -1;
	}
	chain_read(chain, file, data, size, &verdict->findings);
	memory_wipe(data, size); /* the file may also contain a key */
	free(data);
	return verdict->findings.errors == 0 ? 0 : -1;
}

/* Returns the client's role if the certificate is for clients and not for servers. */
static enum keypair_role
find_role(gnutls_x509_crt_t cert)
{
	if (gnutls_x509_crt_check_key_purpose(cert, GNUTLS_KP_TLS_WWW_SERVER, 0) == 0 &&
	    gnutls_x509_crt_check_key_purpose(cert, GNUTLS_KP_TLS_WWW_CLIENT, 0) != 0)
		return KEYPAIR_CLIENT;
	return KEYPAIR_SERVER;
}

/* Loads the pair as the server would. That finds the faults of the chain too. */
static void
examine_pair(const struct arguments *arguments, const char *file,
    gnutls_x509_crt_t cert, struct verdict *verdict)
{
	struct keypair_files files = { .cert = file,
		.key = arguments->key,
		.pin_file = arguments->pin_file,
		.role = find_role(cert) };

	keypair_drop(keypair_load(&files, &verdict->findings));
	if (verdict->findings.errors > 0)
		raise_status(verdict, access(arguments->key, R_OK) == 0
					  ? CHECKCOMMAND_CRITICAL
					  : CHECKCOMMAND_UNKNOWN);
}

static void
examine_name(
    const char *name, const char *file, gnutls_x509_crt_t cert, struct verdict *verdict)
{
	if (gnutls_x509_crt_check_hostname(cert, name) != 0)
		return;
	findings_error(&verdict->findings,
	    "%s: is not for %s: have it issued again with that name", file, name);
	raise_status(verdict, CHECKCOMMAND_CRITICAL);
}

static void
examine_trust(const struct arguments *arguments, const char *file,
    const struct chain *chain, struct verdict *verdict)
{
	const char *purpose = find_role(chain->certs[0]) == KEYPAIR_CLIENT
	                          ? GNUTLS_KP_TLS_WWW_CLIENT
	                          : GNUTLS_KP_TLS_WWW_SERVER;

	switch (
	    anchors_verify(arguments->ca, chain, purpose, file, &verdict->findings)) {
	case ANCHORS_TRUSTED:
		break;
	case ANCHORS_UNTRUSTED:
		raise_status(verdict, CHECKCOMMAND_CRITICAL);
		break;
	case ANCHORS_UNREADABLE:
		raise_status(verdict, CHECKCOMMAND_UNKNOWN);
	}
}

/* Returns the certificate that ends first: it limits the whole chain. */
static gnutls_x509_crt_t
find_first_to_end(const struct chain *chain)
{
	return chain->certs[chain_first_to_end(chain)];
}

static void
judge_dates(const struct arguments *arguments, const struct chain *chain,
    struct verdict *verdict)
{
	time_t now = time(NULL);
	time_t end = gnutls_x509_crt_get_expiration_time(find_first_to_end(chain));

	for (size_t i = 0; i < chain->count; i++)
		if (gnutls_x509_crt_get_activation_time(chain->certs[i]) > now)
			raise_status(verdict, CHECKCOMMAND_CRITICAL);
	if (end < now || (end - now) / DAY < arguments->critical_days)
		raise_status(verdict, CHECKCOMMAND_CRITICAL);
	else if ((end - now) / DAY < arguments->warn_days)
		raise_status(verdict, CHECKCOMMAND_WARNING);
}

/* Returns "names localhost, 127.0.0.1", or the subject; the caller frees it. */
static char *
describe_holder(gnutls_x509_crt_t cert)
{
	struct stringlist names;
	char *text;

	stringlist_init(&names);
	certificate_server_names(cert, &names);
	certificate_other_names(cert, &names);
	text = names.count == 0 ? certificate_subject(cert) : memory_copy("names ");
	for (size_t i = 0; i < names.count && i <= NAMES_SHOWN; i++)
		memory_append(&text, "%s%s", i > 0 ? ", " : "",
		    i < NAMES_SHOWN ? names.items[i] : "...");
	stringlist_fini(&names);
	return text;
}

/* Returns "89 days left (2027-02-21)", or "expired 3 days ago (2026-11-20)". */
static char *
describe_rest(gnutls_x509_crt_t cert)
{
	time_t now = time(NULL), end = gnutls_x509_crt_get_expiration_time(cert);
	char date[CERTIFICATE_DATE_SIZE];
	bool expired = end < now;
	long long days = (expired ? now - end : end - now) / DAY;

	return memory_format("%s%lld day%s %s (%s)", expired ? "expired " : "", days,
	    text_plural((uint64_t)days), expired ? "ago" : "left",
	    certificate_date(end, date));
}

static char *
describe_chain(const char *file, const struct chain *chain)
{
	gnutls_x509_crt_t first = find_first_to_end(chain);
	char *rest = describe_rest(first), *holder = describe_holder(chain->certs[0]);
	char *link = certificate_subject(first);
	char *line = first == chain->certs[0]
	                 ? memory_format("%s: %s, %s", file, rest, holder)
	                 : memory_format("%s: %s for the issuer's %s, %s", file, rest,
			       link, holder);

	free(link);
	free(holder);
	free(rest);
	return line;
}

static void
examine_chain(const struct arguments *arguments, const char *file, struct chain *chain,
    struct verdict *verdict)
{
	struct findings again;

	findings_init(&again);
	if (arguments->key != NULL)
		examine_pair(arguments, file, chain->certs[0], verdict);
	/* examine_pair() has reported these findings of the chain already. */
	chain_arrange(
	    chain, file, arguments->key != NULL ? &again : &verdict->findings);
	if (arguments->key == NULL)
		chain_examine(chain, file, &verdict->findings);
	findings_fini(&again);
	if (arguments->name != NULL)
		examine_name(arguments->name, file, chain->certs[0], verdict);
	if (arguments->ca != NULL)
		examine_trust(arguments, file, chain, verdict);
	judge_dates(arguments, chain, verdict);
	if (verdict->findings.count > 0)
		raise_status(verdict, CHECKCOMMAND_WARNING);
	verdict->line = describe_chain(file, chain);
}

static void
check_file(const struct arguments *arguments, const char *file, struct verdict *verdict)
{
	struct chain chain = { 0 };

	*verdict = (struct verdict){ .status = CHECKCOMMAND_OK, .file = file };
	findings_init(&verdict->findings);
	if (read_chain(file, &chain, verdict) == 0) {
		examine_chain(arguments, file, &chain, verdict);
	} else {
		verdict->status = CHECKCOMMAND_UNKNOWN;
		verdict->line = memory_format("%s: cannot be checked", file);
	}
	chain_fini(&chain);
}

/* Returns the finding that ends the verdict's line: the first error, or else the first finding. */
static size_t
find_reason(const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->items[i].kind == FINDING_ERROR)
			return i;
	return 0;
}

/* Returns the text after "FILE: ", for lines that have named the file already. */
static const char *
without_file(const char *text, const char *file)
{
	size_t length = strlen(file);

	if (strncmp(text, file, length) == 0 && strncmp(text + length, ": ", 2) == 0)
		return text + length + 2;
	return text;
}

static void
print_verdict(const struct verdict *verdict)
{
	const struct findings *findings = &verdict->findings;

	printf("%s: %s", status_word(verdict->status), verdict->line);
	if (findings->count > 0)
		printf("; %s", without_file(findings->items[find_reason(findings)].text,
				   verdict->file));
}

/* Prints the findings that the line left out. */
static void
print_rest(const struct findings *findings)
{
	size_t reason = find_reason(findings);

	for (size_t i = 0; i < findings->count; i++)
		if (i != reason)
			printf("  %s: %s\n",
			    findings->items[i].kind == FINDING_ERROR ? "error"
								     : "warning",
			    findings->items[i].text);
}

static void
print_all(const struct verdict *verdicts, int count)
{
	int worst = 0;

	for (int i = 1; i < count; i++)
		if (is_worse(verdicts[i].status, verdicts[worst].status))
			worst = i;
	print_verdict(&verdicts[worst]);
	if (count > 1)
		printf(" (the worst of %d files)", count);
	printf("\n");
	for (int i = 0; i < count; i++) {
		if (count > 1) {
			print_verdict(&verdicts[i]);
			printf("\n");
		}
		print_rest(&verdicts[i].findings);
	}
}

int
checkcommand(const struct arguments *arguments)
{
	int count = arguments->operand_count;
	enum checkcommand_status status = CHECKCOMMAND_OK;

	if (arguments->key != NULL && count > 1) {
		printf("UNKNOWN: --key: is only for one FILE, not for %d: check them "
		       "separately\n",
		    count);
		return CHECKCOMMAND_UNKNOWN;
	}
	struct verdict *verdicts = memory_new((size_t)count * sizeof *verdicts);
	for (int i = 0; i < count; i++) {
		check_file(arguments, arguments->operands[i], &verdicts[i]);
		if (is_worse(verdicts[i].status, status))
			status = verdicts[i].status;
	}
	print_all(verdicts, count);
	for (int i = 0; i < count; i++) {
		findings_fini(&verdicts[i].findings);
		free(verdicts[i].line);
	}
	free(verdicts);
	return status;
}

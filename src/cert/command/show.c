/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shows the contents of certificates and revocation lists. */
#include "cert/command/show.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/text/json.h"
#include "base/memory/memory.h"
#include "cert/options/arguments.h"
#include "cert/crl/crl.h"
#include "cert/command/jsonform.h"
#include "cert/command/textform.h"
#include "cert/options/filereport.h"
#include "tls/x509/chain.h"
#include "tls/x509/pem.h"

/* The contents of one file. */
struct contents {
	const char *file;
	struct chain chain;
	struct crl crl; /* the first list */
	bool has_list; /* and it is valid */
	struct findings findings;
};

/* Finds the kinds of blocks in a file. */
static void
find_kinds(const char *data, size_t size, bool *has_certificate, bool *has_list)
{
	struct pem_block block;
	size_t offset = 0;

	*has_certificate = false;
	*has_list = false;
	while (pem_next(data, size, &offset, &block)) {
		*has_certificate = *has_certificate || pem_is_certificate(&block);
		*has_list = *has_list || pem_is(&block, "X509 CRL");
	}
}

/* Reads the readable contents, and collects errors about the rest. */
static void
read_contents(struct contents *contents, const char *file)
{
	bool has_certificate, has_list;
	char *data;
	size_t size;

	*contents = (struct contents){ .file = file };
	findings_init(&contents->findings);
	if (file_read(file, CRL_FILE_LIMIT, &data, &size) < 0) {
		findings_read_error(&contents->findings, file, errno);
		return;
	}
	find_kinds(data, size, &has_certificate, &has_list);
	if (has_certificate || !has_list)
		chain_read(&contents->chain, file, data, size, &contents->findings);
	if (has_list)
		contents->has_list = crl_read(&contents->crl, file, data, size,
					 &contents->findings) == 0;
	memory_wipe(data, size); /* the file may also contain a key */
	free(data);
}

/* Reports the errors. Returns the exit status. */
static int
end_contents(struct contents *contents)
{
	int status = contents->findings.errors > 0 ? 1 : 0;

	crl_fini(&contents->crl);
	chain_fini(&contents->chain);
	fflush(stdout);
	filereport_findings(&contents->findings);
	return status;
}

static void
print_contents(const struct contents *contents, int warn_days)
{
	const struct chain *chain = &contents->chain;

	for (size_t i = 0; i < chain->count; i++) {
		printf("%s, certificate %zu of %zu:\n", contents->file, i + 1,
		    chain->count);
		textform_print_certificate(chain->certs[i], warn_days);
		printf("\n");
	}
	if (contents->has_list) {
		printf("%s, revocation list:\n", contents->file);
		textform_print_list(&contents->crl);
		printf("\n");
	}
}

static void
add_contents(struct json *json, const struct contents *contents)
{
	json_open_object(json, NULL);
	json_text(json, "file", contents->file);
	json_open_array(json, "certificates");
	for (size_t i = 0; i < contents->chain.count; i++)
		jsonform_add_certificate(json, contents->chain.certs[i]);
	json_close(json);
	json_open_array(json, "revocation_lists");
	if (contents->has_list)
		jsonform_add_list(json, &contents->crl);
	json_close(json);
	json_open_array(json, "errors");
	for (size_t i = 0; i < contents->findings.count; i++)
		json_text(json, NULL, contents->findings.items[i].text);
	json_close(json);
	json_close(json);
}

static int
show_pages(const struct arguments *arguments)
{
	struct contents contents;
	int status = 0;

	for (int i = 0; i < arguments->operand_count; i++) {
		read_contents(&contents, arguments->operands[i]);
		print_contents(&contents, arguments->warn_days);
		status |= end_contents(&contents);
	}
	return status;
}

static int
show_document(const struct arguments *arguments)
{
	struct contents contents;
	struct json json;
	int status = 0;

	json_init(&json, JSON_PAGE);
	json_open_array(&json, NULL);
	for (int i = 0; i < arguments->operand_count; i++) {
		read_contents(&contents, arguments->operands[i]);
		add_contents(&json, &contents);
		status |= end_contents(&contents);
	}
	json_close(&json);
	char *text = json_finish(&json);
	fputs(text, stdout);
	free(text);
	return status;
}

int
show(const struct arguments *arguments)
{
	return arguments->json ? show_document(arguments) : show_pages(arguments);
}

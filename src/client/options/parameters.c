/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trusted authorities, the client's own certificate or pre-shared key, and the priorities. */
#include "client/options/parameters.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/x509.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/stringlist.h"
#include "client/options/defaultpriority.h"
#include "client/options/options.h"
#include "tls/secrets/pskfile.h"

#define CA_LIMIT (16 << 20)
#define PEM_LIMIT (1 << 20)
#define PIN_LIMIT 4096

/* The bytes of a file, which may be secret. */
struct blob {
	char *data;
	size_t size;
};

static void
wipe_blob(struct blob *blob)
{
	memory_wipe(blob->data, blob->size);
	free(blob->data);
	*blob = (struct blob){ NULL, 0 };
}

static int
read_blob(struct blob *blob, const char *path, size_t limit, struct findings *findings)
{
	if (file_read(path, limit, &blob->data, &blob->size) == 0)
		return 0;
	if (errno == EINVAL)
		findings_error(findings, "%s: is not a regular file", path);
	else
		findings_error(findings, "%s: %m", path);
	*blob = (struct blob){ NULL, 0 };
	return -1;
}

static gnutls_datum_t
as_datum(const struct blob *blob)
{
	return (gnutls_datum_t){ (unsigned char *)blob->data, (unsigned)blob->size };
}

static void
trust_file(struct parameters *parameters, const char *path, struct findings *findings)
{
	struct blob blob;

	if (read_blob(&blob, path, CA_LIMIT, findings) < 0)
		return;
	gnutls_datum_t datum = as_datum(&blob);
	if (gnutls_certificate_set_x509_trust_mem(
		parameters->credentials, &datum, GNUTLS_X509_FMT_PEM) <= 0)
		findings_error(findings, "%s: contains no certificate in PEM", path);
	wipe_blob(&blob);
}

static void
load_trust(struct parameters *parameters, const struct stringlist *ca_files,
    struct findings *findings)
{
	for (size_t i = 0; i < ca_files->count; i++)
		trust_file(parameters, ca_files->items[i], findings);
	if (ca_files->count == 0 &&
	    gnutls_certificate_set_x509_system_trust(parameters->credentials) <= 0 &&
	    !parameters->insecure)
		findings_warning(
		    findings, "the system's trust store is empty: use --ca FILE");
}

static bool
holds_certificate(const struct blob *blob)
{
	gnutls_x509_crt_t *certs;
	unsigned count = 0;
	gnutls_datum_t datum = as_datum(blob);

	if (gnutls_x509_crt_list_import2(
		&certs, &count, &datum, GNUTLS_X509_FMT_PEM, 0) < 0)
		return false;
	for (unsigned i = 0; i < count; i++)
		gnutls_x509_crt_deinit(certs[i]);
	gnutls_free(certs);
	return count > 0;
}

static void
explain_pair(struct findings *findings, int result, const struct options *options,
    const char *key_file)
{
	switch (result) {
	case GNUTLS_E_DECRYPTION_FAILED:
		if (options->pin_file == NULL)
			findings_error(findings,
			    "%s: the key is encrypted: give its passphrase with "
			    "--pin-file FILE",
			    key_file);
		else
			findings_error(findings,
			    "%s: the passphrase in %s does not decrypt the key",
			    key_file, options->pin_file);
		break;
	case GNUTLS_E_CERTIFICATE_KEY_MISMATCH:
		findings_error(findings,
		    "%s: is not the key of the first certificate in %s", key_file,
		    options->cert_file);
		break;
	case GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE:
	case GNUTLS_E_BASE64_UNEXPECTED_HEADER_ERROR:
	case GNUTLS_E_BASE64_DECODING_ERROR:
		findings_error(
		    findings, "%s: contains no private key in PEM", key_file);
		break;
	default:
		findings_error(findings, "%s: %s", key_file, gnutls_strerror(result));
	}
}

static void
install_pair(struct parameters *parameters, const struct options *options,
    const struct blob *cert, const struct blob *key, const char *pin,
    struct findings *findings)
{
	const char *key_file =
	    options->key_file != NULL ? options->key_file : options->cert_file;
	gnutls_datum_t cert_datum = as_datum(cert), key_datum = as_datum(key);

	if (!holds_certificate(cert)) {
		findings_error(
		    findings, "%s: contains no certificate in PEM", options->cert_file);
		return;
	}
	int result = gnutls_certificate_set_x509_key_mem2(parameters->credentials,
	    &cert_datum, &key_datum, GNUTLS_X509_FMT_PEM, pin, 0);
	if (result < 0)
		explain_pair(findings, result, options, key_file);
	else
		parameters->has_certificate = true;
}

/* Reads the pin, the first line of the file. */
static int
read_pin(struct blob *pin, const char *path, struct findings *findings)
{
	if (path == NULL)
		return 0;
	if (read_blob(pin, path, PIN_LIMIT, findings) < 0)
		return -1;
	pin->data[strcspn(pin->data, "\r\n")] = '\0';
	return 0;
}

static void
load_pair(struct parameters *parameters, const struct options *options,
    struct findings *findings)
{
	struct blob cert = { 0 }, key = { 0 }, pin = { 0 };
	const char *key_file = options->key_file;

	if (options->cert_file == NULL)
		return;
	int result = read_blob(&cert, options->cert_file, PEM_LIMIT, findings);
	if (key_file != NULL && read_blob(&key, key_file, PEM_LIMIT, findings) < 0)
		result = -1;
	if (read_pin(&pin, options->pin_file, findings) < 0)
		result = -1;
	if (result == 0)
		install_pair(parameters, options, &cert,
		    key_file != NULL ? &key : &cert, pin.data, findings);
	wipe_blob(&cert);
	wipe_blob(&key);
	wipe_blob(&pin);
}

static void
install_psk(
    struct parameters *parameters, const struct psk *psk, struct findings *findings)
{
	/* The library only reads these bytes. */
	const gnutls_datum_t identity = { (unsigned char *)(uintptr_t)psk->identity,
		psk->identity_size };
	const gnutls_datum_t key = { (unsigned char *)(uintptr_t)psk->key,
		psk->key_size };

	if (gnutls_psk_allocate_client_credentials(&parameters->psk) < 0 ||
	    gnutls_psk_set_client_credentials2(
		parameters->psk, &identity, &key, GNUTLS_PSK_KEY_RAW) < 0)
		findings_error(findings, "out of memory");
}

static void
load_psk(struct parameters *parameters, const struct options *options,
    struct findings *findings)
{
	struct findings found;

	if (options->psk_file == NULL)
		return;
	findings_init(&found);
	struct pskfile *file = pskfile_new(options->psk_file, &found);
	findings_move(findings, &found, "--psk-file");
	if (file == NULL)
		return;
	const struct psk *psk =
	    pskfile_find(file, options->psk_identity, strlen(options->psk_identity));
	if (psk == NULL)
		findings_error(findings,
		    "--psk-identity: \"%s\" is not in %s: add a line IDENTITY:HEXKEY",
		    options->psk_identity, options->psk_file);
	else
		install_psk(parameters, psk, findings);
	pskfile_free(file);
}

static void
complain_priority(
    const char *string, const char *place, int result, struct findings *findings)
{
	if (result == GNUTLS_E_INVALID_REQUEST && place >= string &&
	    place <= string + strlen(string))
		findings_error(findings,
		    "--priority: \"%s\": invalid from character %zu on: \"%s\"", string,
		    (size_t)(place - string) + 1, place);
	else
		findings_error(findings, "--priority: \"%s\": %s", string,
		    gnutls_strerror(result));
}

static void
load_priority(
    struct parameters *parameters, const char *text, struct findings *findings)
{
	char *string = text != NULL ? memory_copy(text) : defaultpriority(NULL);
	if (text == NULL && parameters->psk != NULL)
		memory_append(&string, DEFAULTPRIORITY_PSK);
	const char *place = string;
	int result = gnutls_priority_init(&parameters->priority, string, &place);

	if (result < 0) {
		parameters->priority = NULL;
		complain_priority(string, place, result, findings);
	}
	free(string);
}

int
parameters_load(struct parameters *parameters, const struct options *options,
    struct findings *findings)
{
	*parameters = (struct parameters){ .alpn = &options->alpn,
		.insecure = options->insecure,
		.name = options->servername != NULL ? options->servername
		                                    : options->target.name };
	if (gnutls_certificate_allocate_credentials(&parameters->credentials) < 0) {
		findings_error(findings, "out of memory");
		return -1;
	}
	load_trust(parameters, &options->ca_files, findings);
	load_pair(parameters, options, findings);
	load_psk(parameters, options, findings);
	load_priority(parameters, options->priority, findings);
	return findings->errors == 0 ? 0 : -1;
}

void
parameters_fini(struct parameters *parameters)
{
	if (parameters->priority != NULL)
		gnutls_priority_deinit(parameters->priority);
	if (parameters->psk != NULL)
		gnutls_psk_free_client_credentials(parameters->psk);
	if (parameters->credentials != NULL)
		gnutls_certificate_free_credentials(parameters->credentials);
	*parameters = (struct parameters){ 0 };
}

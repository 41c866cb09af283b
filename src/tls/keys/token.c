/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys and certificates in PKCS#11 tokens. */
#include "tls/keys/token.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/pkcs11.h>
#include <gnutls/x509.h>

#include <stdio.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/stringlist.h"
#include "tls/x509/chain.h"
#include "tls/keys/secret.h"

bool
token_is_url(const char *place)
{
	return strncmp(place, "pkcs11:", strlen("pkcs11:")) == 0;
}

bool
token_is_among(const struct stringlist *places)
{
	for (size_t i = 0; i < places->count; i++)
		if (token_is_url(places->items[i]))
			return true;
	return false;
}

int
token_check_url(const char *url, struct findings *findings)
{
	if (strstr(url, "pin-value=") == NULL)
		return 0;
	/* Shows only the part of the URL before the question mark. */
	findings_error(findings,
	    "%.*s: the PIN must not be here, because logs show this: remove pin-value, "
	    "write the PIN to a file and set pin-file",
	    (int)strcspn(url, "?"), url);
	return -1;
}

static int
give_pin(void *context, int attempt, const char *url, const char *label, unsigned flags,
    char *pin, size_t size)
{
	const struct secret *secret = context;

	(void)url;
	(void)label;
	if (secret->text == NULL || attempt > 0 || (flags & GNUTLS_PIN_WRONG) != 0 ||
	    strlen(secret->text) >= size)
		return GNUTLS_E_PKCS11_PIN_ERROR;
	memcpy(pin, secret->text, strlen(secret->text) + 1);
	return 0;
}

gnutls_privkey_t
token_key(const char *url, struct secret *pin, int *code)
{
	gnutls_privkey_t key = NULL;

	*code = gnutls_privkey_init(&key);
	if (*code < 0)
		return NULL;
	gnutls_privkey_set_pin_function(key, give_pin, pin);
	*code = gnutls_privkey_import_url(key, url, 0);
	if (*code >= 0)
		return key;
	gnutls_privkey_deinit(key);
	return NULL;
}

static int
sign_and_verify(
    gnutls_privkey_t key, gnutls_pubkey_t public, gnutls_sign_algorithm_t algorithm)
{
	static unsigned char text[] = "tlsd";
	const gnutls_datum_t data = { text, sizeof text };
	gnutls_datum_t signature = { NULL, 0 };
	int code = gnutls_privkey_sign_data2(key, algorithm, 0, &data, &signature);

	if (code >= 0 &&
	    gnutls_pubkey_verify_data2(public, algorithm, 0, &data, &signature) < 0)
		code = GNUTLS_E_CERTIFICATE_KEY_MISMATCH;
	gnutls_free(signature.data);
	return code;
}

int
token_prove(gnutls_privkey_t key, gnutls_x509_crt_t cert)
{
	gnutls_pubkey_t public = NULL;
	gnutls_digest_algorithm_t hash = GNUTLS_DIG_SHA256;
	int algorithm = gnutls_x509_crt_get_pk_algorithm(cert, NULL);

	if (gnutls_privkey_get_pk_algorithm(key, NULL) != algorithm)
		return GNUTLS_E_CERTIFICATE_KEY_MISMATCH;
	int code = gnutls_pubkey_init(&public);
	if (code >= 0)
		code = gnutls_pubkey_import_x509(public, cert, 0);
	if (code >= 0)
		code = gnutls_pubkey_get_preferred_hash_algorithm(public, &hash, NULL);
	if (code >= 0)
		code = sign_and_verify(key, public,
		    gnutls_pk_to_sign((gnutls_pk_algorithm_t)algorithm, hash));
	gnutls_pubkey_deinit(public);
	return code < 0 ? code : 0;
}

static int
encrypt_and_decrypt(gnutls_privkey_t key, gnutls_pubkey_t public)
{
	static unsigned char text[] = "tlsd";
	const gnutls_datum_t data = { text, sizeof text };
	gnutls_datum_t encrypted = { NULL, 0 };
	unsigned char out[sizeof text];
	int code = gnutls_pubkey_encrypt_data(public, 0, &data, &encrypted);

	if (code >= 0)
		code =
		    gnutls_privkey_decrypt_data2(key, 0, &encrypted, out, sizeof out);
	if (code >= 0 && memcmp(out, text, sizeof out) != 0)
		code = GNUTLS_E_DECRYPTION_FAILED;
	gnutls_free(encrypted.data);
	return code;
}

int
token_prove_decryption(gnutls_privkey_t key, gnutls_x509_crt_t cert)
{
	gnutls_pubkey_t public = NULL;

	if (gnutls_x509_crt_get_pk_algorithm(cert, NULL) != GNUTLS_PK_RSA)
		return 0;
	int code = gnutls_pubkey_init(&public);
	if (code >= 0)
		code = gnutls_pubkey_import_x509(public, cert, 0);
	if (code >= 0)
		code = encrypt_and_decrypt(key, public);
	gnutls_pubkey_deinit(public);
	return code < 0 ? code : 0;
}

int
token_read_chain(
    struct chain *chain, const char *url, struct secret *pin, struct findings *findings)
{
	gnutls_x509_crt_t *certs = NULL;
	unsigned count = 0;
	int code =
	    gnutls_x509_crt_list_import_url(&certs, &count, url, give_pin, pin, 0);

	if (code < 0) {
		token_report(url, "certificate", NULL, code, findings);
		return -1;
	}
	chain->certs = memory_new(count * sizeof(gnutls_x509_crt_t));
	memcpy(chain->certs, certs, count * sizeof *certs);
	chain->count = count;
	gnutls_free(certs);
	return 0;
}

static bool
is_absent(int code)
{
	return code == GNUTLS_E_PKCS11_REQUESTED_OBJECT_NOT_AVAILBLE ||
	       code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
}

static bool
has_token(const char *url)
{
	unsigned flags;

	return gnutls_pkcs11_token_get_flags(url, &flags) >= 0;
}

void
token_report(const char *url, const char *what, const char *pin_file, int code,
    struct findings *findings)
{
	if (code == GNUTLS_E_PKCS11_PIN_ERROR && pin_file == NULL)
		findings_error(findings,
		    "%s: the token requires a PIN: set pin-file to a file with it",
		    url);
	else if (code == GNUTLS_E_PKCS11_PIN_ERROR)
		findings_error(findings,
		    "%s: the token refuses the PIN in %s: correct it, before the token "
		    "locks itself",
		    url, pin_file);
	else if (code == GNUTLS_E_PKCS11_PIN_LOCKED)
		findings_error(findings,
		    "%s: the token is locked after too many wrong PINs: unlock it with "
		    "the token's tool",
		    url);
	else if (code == GNUTLS_E_PARSING_ERROR)
		findings_error(findings,
		    "%s: is not a PKCS#11 URL: list them with p11tool --list-all", url);
	else if (is_absent(code) && !has_token(url))
		findings_error(findings,
		    "%s: there is no such token, or its module is missing or "
		    "unreadable: run p11tool --list-tokens as this user",
		    url);
	else if (is_absent(code))
		findings_error(findings,
		    "%s: the token has no such %s: list its objects with p11tool "
		    "--login --list-all",
		    url, what);
	else
		findings_error(findings,
		    "%s: the token does not provide the %s (%s): examine it with "
		    "p11tool",
		    url, what, gnutls_strerror(code));
}

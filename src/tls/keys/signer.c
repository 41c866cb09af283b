/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A private key in a file or a token. */
#include "tls/keys/signer.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <stdlib.h>
#include <unistd.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "tls/accel/libcrypto.h"
#include "tls/keys/privatekey.h"
#include "tls/keys/secret.h"
#include "tls/keys/token.h"

struct signer {
	gnutls_x509_privkey_t key; /* from a file; NULL: in a token */
	struct libcrypto_key *faster; /* a copy of it; NULL: the library signs */
	char *url; /* of the key in the token */
	struct secret *pin; /* unlocks the token again, for other sessions */
	bool decrypts;
};

/* Checks at once that the token has the key. */
static int
open_token(struct signer *signer, const char *pin_file, struct findings *findings)
{
	int code;

	if (token_check_url(signer->url, findings) < 0 ||
	    (pin_file != NULL && secret_read(pin_file, signer->pin, findings) < 0))
		return -1;
	gnutls_privkey_t key = token_key(signer->url, signer->pin, &code);
	if (key == NULL) {
		token_report(signer->url, "private key", pin_file, code, findings);
		return -1;
	}
	gnutls_privkey_deinit(key);
	return 0;
}

/* The choice changes the server's load, but not what clients see. */
static struct libcrypto_key *
find_faster(gnutls_x509_privkey_t key, const char *place, struct findings *findings)
{
	bool refused;
	struct libcrypto_key *faster = libcrypto_key_new(key, &refused);

	if (refused)
		findings_warning(findings,
		    "%s: libcrypto does not accept the key, so GnuTLS signs, which "
		    "takes several times as long: make another key",
		    place);
	return faster;
}

struct signer *
signer_load(const char *place, const char *data, size_t size, const char *pin_file,
    struct findings *findings)
{
	struct signer *signer = memory_new(sizeof *signer);
	bool good;

	signer->pin = memory_new(sizeof *signer->pin);
	if (data != NULL) {
		signer->key = privatekey_read(place, data, size, pin_file, findings);
		good = signer->key != NULL;
		if (good)
			signer->faster = find_faster(signer->key, place, findings);
	} else {
		signer->url = memory_copy(place);
		good = open_token(signer, pin_file, findings) == 0;
	}
	if (good)
		return signer;
	signer_free(signer);
	return NULL;
}

void
signer_free(struct signer *signer)
{
	if (signer == NULL)
		return;
	libcrypto_key_free(signer->faster);
	gnutls_x509_privkey_deinit(signer->key);
	secret_wipe(signer->pin);
	free(signer->pin);
	free(signer->url);
	free(signer);
}

bool
signer_is_in_token(const struct signer *signer)
{
	return signer->url != NULL;
}

void
signer_enable_decryption(struct signer *signer)
{
	signer->decrypts = true;
	if (signer->key == NULL ||
	    gnutls_x509_privkey_get_pk_algorithm(signer->key) != GNUTLS_PK_RSA)
		return;
	libcrypto_key_free(signer->faster);
	signer->faster = NULL;
}

static int
prove_in_token(const struct signer *signer, gnutls_x509_crt_t cert)
{
	int code;
	gnutls_privkey_t key = token_key(signer->url, signer->pin, &code);

	if (key == NULL)
		return code;
	code = token_prove(key, cert);
	gnutls_privkey_deinit(key);
	return code;
}

bool
signer_matches(const struct signer *signer, gnutls_x509_crt_t cert)
{
	if (signer->url == NULL)
		return privatekey_matches(signer->key, cert);
	/* signer_prove() reports keys that cannot sign at all. */
	return prove_in_token(signer, cert) != GNUTLS_E_CERTIFICATE_KEY_MISMATCH;
}

gnutls_privkey_t
signer_key(const struct signer *signer, int *code)
{
	gnutls_privkey_t key = NULL;

	if (signer->url != NULL)
		return token_key(signer->url, signer->pin, code);
	*code = gnutls_privkey_init(&key);
	if (*code >= 0 && signer->faster != NULL)
		*code = libcrypto_key_give(signer->faster, key);
	else if (*code >= 0)
		*code = gnutls_privkey_import_x509(
		    key, signer->key, GNUTLS_PRIVKEY_IMPORT_COPY);
	if (*code >= 0)
		return key;
	gnutls_privkey_deinit(key);
	return NULL;
}

static void
prove_decryption(
    const struct signer *signer, gnutls_x509_crt_t cert, struct findings *findings)
{
	int code;
	gnutls_privkey_t key = token_key(signer->url, signer->pin, &code);

	if (key != NULL) {
		code = token_prove_decryption(key, cert);
		gnutls_privkey_deinit(key);
	}
	if (code < 0)
		findings_error(findings,
		    "%s: the key in the token cannot decrypt (%s), which the key "
		    "exchange RSA requires: remove +RSA from priority, or allow the "
		    "key to decrypt",
		    signer->url, gnutls_strerror(code));
}

void
signer_prove(
    const struct signer *signer, gnutls_x509_crt_t cert, struct findings *findings)
{
	int code = signer->url != NULL ? prove_in_token(signer, cert) : 0;

	if (code >= 0 && signer->url != NULL && signer->decrypts)
		prove_decryption(signer, cert, findings);
	if (code < 0)
		findings_error(findings,
		    "%s: uid %u cannot sign with the key in the token (%s): allow that "
		    "user to use the token, and the key to sign",
		    signer->url, (unsigned)getuid(), gnutls_strerror(code));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A private key from a PEM file, with its passphrase. */
#include "tls/keys/privatekey.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "tls/keys/keykind.h"
#include "tls/x509/pem.h"
#include "tls/keys/secret.h"

enum { KEY_ID_SIZE = 32 };

static bool
is_encrypted_pkcs8(const struct pem_block *block)
{
	return pem_is(block, "ENCRYPTED PRIVATE KEY");
}

/* RFC 1421, 4.6.1.1, as OpenSSL writes PKCS#1 and SEC1 keys with a passphrase. */
static bool
is_encrypted_traditional(const struct pem_block *block)
{
	static const char mark[] = "Proc-Type: 4,ENCRYPTED";

	return memmem(block->text, block->size, mark, strlen(mark)) != NULL;
}

static bool
is_encrypted(const struct pem_block *block)
{
	return is_encrypted_pkcs8(block) || is_encrypted_traditional(block);
}

static int
import_into(gnutls_x509_privkey_t key, const struct pem_block *block,
    const gnutls_datum_t *datum, const char *passphrase)
{
	if (passphrase == NULL)
		return gnutls_x509_privkey_import(key, datum, GNUTLS_X509_FMT_PEM);
	if (is_encrypted_pkcs8(block))
		return gnutls_x509_privkey_import_pkcs8(
		    key, datum, GNUTLS_X509_FMT_PEM, passphrase, 0);
	return gnutls_x509_privkey_import_openssl(key, datum, passphrase);
}

/* Returns the key, or NULL with the library's code. */
static gnutls_x509_privkey_t
import_key_block(const struct pem_block *block, const char *passphrase, int *code)
{
	gnutls_datum_t datum = { pem_copy(block), (unsigned)block->size };
	gnutls_x509_privkey_t key = NULL;

	*code = gnutls_x509_privkey_init(&key);
	if (*code >= 0)
		*code = import_into(key, block, &datum, passphrase);
	memory_wipe(datum.data, datum.size);
	free(datum.data);
	if (*code >= 0)
		return key;
	gnutls_x509_privkey_deinit(key);
	return NULL;
}

/* True if the library knows the encryption of an encrypted PKCS#8 key. */
static bool
knows_encryption(const struct pem_block *block)
{
	gnutls_datum_t datum = { pem_copy(block), (unsigned)block->size };
	char *oid = NULL;

	int code = gnutls_pkcs8_info(
	    &datum, GNUTLS_X509_FMT_PEM, NULL, NULL, NULL, NULL, NULL, &oid);
	gnutls_free(oid);
	free(datum.data);
	return code >= 0;
}

static void
report_plain(const char *file, const struct pem_block *block, int code,
    struct findings *findings)
{
	switch (keykind_of(block)) {
	case KEYKIND_CURVE:
		findings_error(findings,
		    "%s: the key is on an elliptic curve that GnuTLS does not support, "
		    "such as brainpool or secp256k1: make one on P-256, and have a "
		    "certificate issued for it",
		    file);
		break;
	case KEYKIND_EXPLICIT:
		findings_error(findings,
		    "%s: the key is on an elliptic curve given by explicit parameters, "
		    "which GnuTLS cannot read: make one on P-256, and have a "
		    "certificate issued for it",
		    file);
		break;
	case KEYKIND_ALGORITHM:
		findings_error(findings,
		    "%s: the key is neither RSA nor ECDSA nor EdDSA, so it cannot sign "
		    "for TLS: make one on P-256, and have a certificate issued for it",
		    file);
		break;
	default:
		findings_error(findings,
		    "%s: the key that begins in line %u is damaged or of an unknown "
		    "kind (%s): copy it again",
		    file, block->line, gnutls_strerror(code));
	}
}

static void
report_encryption(const char *file, struct findings *findings)
{
	findings_error(findings,
	    "%s: the key is encrypted in a way that GnuTLS does not support, such as "
	    "scrypt: convert it with openssl pkcs8 -topk8 -v2 aes256 -in %s -out "
	    "%s.new",
	    file, file, file);
}

static void
report_encrypted(
    const char *file, const char *pin_file, int code, struct findings *findings)
{
	if (code == GNUTLS_E_DECRYPTION_FAILED)
		findings_error(findings,
		    "%s: the passphrase in %s does not decrypt the key: correct it",
		    file, pin_file);
	else
		findings_error(findings,
		    "%s: the passphrase in %s does not decrypt the key, or the key is "
		    "damaged (%s): correct the passphrase or copy the key again",
		    file, pin_file, gnutls_strerror(code));
}

static gnutls_x509_privkey_t
read_plain(const char *file, const struct pem_block *block, const char *pin_file,
    struct findings *findings)
{
	int code;
	gnutls_x509_privkey_t key = import_key_block(block, NULL, &code);

	if (key == NULL)
		report_plain(file, block, code, findings);
	else if (pin_file != NULL)
		findings_warning(findings,
		    "%s: the key is not encrypted, so pin-file %s is not used: remove "
		    "the setting or encrypt the key",
		    file, pin_file);
	return key;
}

static gnutls_x509_privkey_t
read_encrypted(const char *file, const struct pem_block *block, const char *pin_file,
    struct findings *findings)
{
	struct secret passphrase;
	int code;

	if (is_encrypted_pkcs8(block) && !knows_encryption(block)) {
		report_encryption(file, findings);
		return NULL;
	}
	if (pin_file == NULL) {
		findings_error(findings,
		    "%s: the key is encrypted: set pin-file to a file with its "
		    "passphrase, or decrypt it with openssl pkey -in %s -out %s.plain",
		    file, file, file);
		return NULL;
	}
	if (secret_read(pin_file, &passphrase, findings) < 0)
		return NULL;
	gnutls_x509_privkey_t key = import_key_block(block, passphrase.text, &code);
	if (key == NULL)
		report_encrypted(file, pin_file, code, findings);
	secret_wipe(&passphrase);
	return key;
}

/* Reports the lack of a key among the blocks, the last of which is `other`. */
static void
report_no_key(
    const char *file, const struct pem_block *other, struct findings *findings)
{
	if (pem_is_certificate(other))
		findings_error(findings,
		    "%s: no private key in it, only a certificate: set key to the file "
		    "that the key is in",
		    file);
	else if (pem_is_pkcs7(other))
		findings_error(findings,
		    "%s: is PKCS#7, which holds no private key: name the private key's "
		    "file",
		    file);
	else
		findings_error(findings,
		    "%s: no private key in it, only %s: name the private key's file",
		    file, other->label);
}

/* Finds the first private key. Returns false with an error. */
static bool
find_key(const char *file, const char *data, size_t size, struct pem_block *found,
    struct findings *findings)
{
	struct pem_block block, other = { 0 };
	size_t offset = 0, keys = 0;

	while (pem_next(data, size, &offset, &block)) {
		if (!pem_is_private_key(&block))
			other = block;
		else if (keys++ == 0)
			*found = block;
	}
	if (keys > 1)
		findings_warning(findings,
		    "%s: %zu private keys in it, of which the first is used: remove "
		    "the others",
		    file, keys);
	if (keys == 0 && other.text != NULL)
		report_no_key(file, &other, findings);
	else if (keys == 0)
		pem_report_none(file, data, size, "pkey", findings);
	return keys > 0;
}

gnutls_x509_privkey_t
privatekey_read(const char *file, const char *data, size_t size, const char *pin_file,
    struct findings *findings)
{
	struct pem_block block;

	if (!find_key(file, data, size, &block, findings))
		return NULL;
	if (!block.complete) {
		findings_error(findings,
		    "%s: the key that begins in line %u has no end line: the file was "
		    "cut off: copy it again",
		    file, block.line);
		return NULL;
	}
	if (pem_is(&block, "OPENSSH PRIVATE KEY")) {
		findings_error(findings,
		    "%s: is an SSH key: make one for TLS with tlscert(1)", file);
		return NULL;
	}
	if (is_encrypted(&block))
		return read_encrypted(file, &block, pin_file, findings);
	return read_plain(file, &block, pin_file, findings);
}

bool
privatekey_matches(gnutls_x509_privkey_t key, gnutls_x509_crt_t cert)
{
	unsigned char of_cert[KEY_ID_SIZE], of_key[KEY_ID_SIZE];
	size_t cert_size = sizeof of_cert, key_size = sizeof of_key;

	if (gnutls_x509_crt_get_key_id(
		cert, GNUTLS_KEYID_USE_SHA256, of_cert, &cert_size) < 0 ||
	    gnutls_x509_privkey_get_key_id(
		key, GNUTLS_KEYID_USE_SHA256, of_key, &key_size) < 0)
		return false;
	return cert_size == key_size && memcmp(of_cert, of_key, cert_size) == 0;
}

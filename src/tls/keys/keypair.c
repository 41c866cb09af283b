/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A certificate chain with its private key: loaded, examined, installed. */
#include "tls/keys/keypair.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/stringlist.h"
#include "tls/keys/clientcaps.h"
#include "tls/x509/certificate.h"
#include "tls/x509/chain.h"
#include "tls/keys/credential.h"
#include "tls/x509/pem.h"
#include "tls/keys/secret.h"
#include "tls/x509/servername.h"
#include "tls/keys/signer.h"
#include "tls/keys/token.h"

enum { RSA_BITS_MIN = 2048, EC_BITS_MIN = 256, DAY = 86400 };

struct keypair {
	_Atomic(unsigned) references;
	char *file; /* of the chain */
	struct chain chain; /* as read; empty once the credential is made */
	struct signer *signer; /* NULL then, unless the key is in a token */
	struct credential credential;
	bool must_staple;
	struct stringlist names;
	char *description;
	enum keypair_algorithm algorithm;
	struct requirements requirements;
	time_t not_before, not_after; /* of the whole chain */
};

struct contents {
	char *
	    data; /* NULL: in a token; or it could not be read, and that was reported */
	size_t size;
};

static struct contents
read_contents(const char *file, struct findings *findings)
{
	struct contents contents = { NULL, 0 };

	if (token_is_url(file))
		return contents;
	if (file_read(file, PEM_FILE_LIMIT, &contents.data, &contents.size) < 0) {
		findings_read_error(findings, file, errno);
		contents.data = NULL;
	}
	return contents;
}

static void
wipe_contents(struct contents *contents)
{
	memory_wipe(contents->data, contents->size);
	free(contents->data);
	contents->data = NULL;
}

/* Returns the file of the key. */
static const char *
key_file(const struct keypair_files *files)
{
	return files->key != NULL ? files->key : files->cert;
}

static void
read_cert(struct keypair *pair, const struct keypair_files *files,
    const struct contents *contents, struct findings *findings)
{
	struct secret none = { NULL, 0 };

	if (contents->data != NULL)
		chain_read(&pair->chain, files->cert, contents->data, contents->size,
		    findings);
	else if (token_is_url(files->cert) &&
		 token_check_url(files->cert, findings) == 0)
		token_read_chain(&pair->chain, files->cert, &none, findings);
}

static void
read_key(struct keypair *pair, const struct keypair_files *files,
    const struct contents *contents, struct findings *findings)
{
	if (contents->data != NULL || token_is_url(key_file(files)))
		pair->signer = signer_load(key_file(files), contents->data,
		    contents->size, files->pin_file, findings);
}

/* Reads both files, so that one run reports all problems. */
static void
read_files(
    struct keypair *pair, const struct keypair_files *files, struct findings *findings)
{
	struct contents cert = read_contents(files->cert, findings);

	read_cert(pair, files, &cert, findings);
	if (strcmp(key_file(files), files->cert) == 0) {
		read_key(pair, files, &cert, findings);
	} else {
		struct contents key = read_contents(files->key, findings);
		read_key(pair, files, &key, findings);
		wipe_contents(&key);
	}
	wipe_contents(&cert);
}

/* Checks that the library can read it. Returns false with an error. */
static bool
examine_public_key(const struct keypair *pair, const struct keypair_files *files,
    struct findings *findings)
{
	if (certificate_key_is_readable(pair->chain.certs[0]))
		return true;
	findings_error(findings,
	    "%s: the certificate is for a key that GnuTLS cannot read, such as one on "
	    "a brainpool curve or with explicit parameters: make a key on P-256, and "
	    "have a certificate issued for it",
	    files->cert);
	return false;
}

/* Checks that the key belongs to the first certificate of the file. Returns false with an
 * error. */
static bool
examine_match(const struct keypair *pair, const struct keypair_files *files,
    struct findings *findings)
{
	const struct chain *chain = &pair->chain;
	size_t place = 0;

	while (
	    place < chain->count && !signer_matches(pair->signer, chain->certs[place]))
		place++;
	if (place == 0)
		return true;
	if (place < chain->count)
		findings_error(findings,
		    "%s: the key in %s belongs to certificate %zu, not to the first: "
		    "move that one to the top",
		    files->cert, key_file(files), place + 1);
	else
		findings_error(findings,
		    "%s: the key in %s does not belong to the certificate: use the "
		    "pair that was made together, or have the certificate issued again",
		    files->cert, key_file(files));
	return false;
}

static enum keypair_algorithm
classify_algorithm(int algorithm)
{
	switch (algorithm) {
	case GNUTLS_PK_ECDSA:
		return KEYPAIR_ECDSA;
	case GNUTLS_PK_EDDSA_ED25519:
	case GNUTLS_PK_EDDSA_ED448:
		return KEYPAIR_EDDSA;
	case GNUTLS_PK_RSA:
	case GNUTLS_PK_RSA_PSS:
		return KEYPAIR_RSA;
	default:
		return KEYPAIR_OTHER;
	}
}

static void
examine_key(struct keypair *pair, const char *file, struct findings *findings)
{
	gnutls_x509_crt_t cert = pair->chain.certs[0];
	unsigned bits = 0;
	int algorithm = gnutls_x509_crt_get_pk_algorithm(cert, &bits);

	pair->algorithm = classify_algorithm(algorithm);
	pair->description = certificate_key_description(cert);
	if (pair->algorithm == KEYPAIR_RSA && bits < RSA_BITS_MIN)
		findings_error(findings,
		    "%s: the key is %s, which is too small: make one with at least %d "
		    "bits",
		    file, pair->description, RSA_BITS_MIN);
	if (pair->algorithm == KEYPAIR_ECDSA && bits < EC_BITS_MIN)
		findings_error(findings,
		    "%s: the key is %s, which is too small: make one on P-256", file,
		    pair->description);
	if (!certificate_key_fits_tls(cert))
		findings_error(findings,
		    "%s: the key is %s, which cannot sign for TLS: make one on P-256, "
		    "and have a certificate issued for it",
		    file, pair->description);
	if (!certificate_permits(cert, GNUTLS_KEY_DIGITAL_SIGNATURE))
		findings_error(findings,
		    "%s: its key usage lacks digitalSignature, so it cannot sign a "
		    "handshake: have it issued again with that usage",
		    file);
}

static void
examine_chain(struct keypair *pair, const char *file, struct findings *findings)
{
	struct chain *chain = &pair->chain;

	chain_arrange(chain, file, findings);
	chain_examine(chain, file, findings);
	clientcaps_require(&pair->requirements, chain);
	pair->not_after = gnutls_x509_crt_get_expiration_time(
	    chain->certs[chain_first_to_end(chain)]);
	pair->not_before = gnutls_x509_crt_get_activation_time(
	    chain->certs[chain_last_to_begin(chain)]);
	pair->must_staple = certificate_must_staple(chain->certs[0]);
}

static void
examine_purpose(const struct keypair *pair, const struct keypair_files *files,
    struct findings *findings)
{
	bool client = files->role == KEYPAIR_CLIENT;
	const char *oid = client ? GNUTLS_KP_TLS_WWW_CLIENT : GNUTLS_KP_TLS_WWW_SERVER;

	if (!gnutls_x509_crt_check_key_purpose(pair->chain.certs[0], oid, 0))
		findings_warning(findings,
		    "%s: its purposes lack %s authentication, so %s refuse it: have it "
		    "issued again with that purpose",
		    files->cert, client ? "client" : "server",
		    client ? "servers" : "clients");
}

static void
examine_names(
    struct keypair *pair, const struct keypair_files *files, struct findings *findings)
{
	gnutls_x509_crt_t cert = pair->chain.certs[0];
	char *common = certificate_common_name(cert);

	certificate_server_names(cert, &pair->names);
	if (pair->names.count == 0 && files->role == KEYPAIR_SERVER) {
		if (common != NULL)
			findings_warning(findings,
			    "%s: has only the common name %s and no alternative names, "
			    "so most clients refuse it: have it issued again with them",
			    files->cert, common);
		else
			findings_warning(findings,
			    "%s: has no names, so clients refuse it: have it issued "
			    "again with the server's DNS names",
			    files->cert);
	}
	if (pair->names.count == 0 && common != NULL)
		stringlist_add(&pair->names, common, strlen(common));
	free(common);
}

static void
examine_pair(
    struct keypair *pair, const struct keypair_files *files, struct findings *findings)
{
	/* A certificate of another key is not examined further. */
	if (!examine_public_key(pair, files, findings) ||
	    !examine_match(pair, files, findings))
		return;
	examine_key(pair, files->cert, findings);
	examine_chain(pair, files->cert, findings);
	examine_purpose(pair, files, findings);
	examine_names(pair, files, findings);
	if (files->decrypts &&
	    certificate_permits(pair->chain.certs[0], GNUTLS_KEY_KEY_ENCIPHERMENT))
		signer_enable_decryption(pair->signer);
	signer_prove(pair->signer, pair->chain.certs[0], findings);
	secret_check_rights(key_file(files), "the private key", findings);
}

/* Frees the parsed parts, which are no longer needed and would take most of the pair's memory. */
static void
make_credential(struct keypair *pair, struct findings *findings)
{
	int code = credential_init(&pair->credential, &pair->chain, pair->signer);

	if (code < 0)
		findings_error(findings, "%s: the library refuses the %s pair: %s",
		    pair->file, pair->description, gnutls_strerror(code));
	chain_fini(&pair->chain);
	if (signer_is_in_token(pair->signer))
		return;
	signer_free(pair->signer);
	pair->signer = NULL;
}

struct keypair *
keypair_load(const struct keypair_files *files, struct findings *findings)
{
	size_t errors = findings->errors;
	struct keypair *pair = memory_new(sizeof *pair);

	atomic_init(&pair->references, 1);
	pair->file = memory_copy(files->cert);
	read_files(pair, files, findings);
	if (findings->errors == errors)
		examine_pair(pair, files, findings);
	if (findings->errors == errors)
		make_credential(pair, findings);
	if (findings->errors == errors)
		return pair;
	keypair_drop(pair);
	return NULL;
}

struct keypair *
keypair_take(struct keypair *pair)
{
	atomic_fetch_add_explicit(&pair->references, 1, memory_order_relaxed);
	return pair;
}

void
keypair_drop(struct keypair *pair)
{
	if (pair == NULL || atomic_fetch_sub(&pair->references, 1) > 1)
		return;
	credential_fini(&pair->credential);
	chain_fini(&pair->chain);
	signer_free(pair->signer);
	stringlist_fini(&pair->names);
	free(pair->description);
	free(pair->file);
	free(pair);
}

enum keypair_algorithm
keypair_algorithm(const struct keypair *pair)
{
	return pair->algorithm;
}

const char *
keypair_description(const struct keypair *pair)
{
	return pair->description;
}

const struct stringlist *
keypair_names(const struct keypair *pair)
{
	return &pair->names;
}

bool
keypair_covers(const struct keypair *pair, const char *host)
{
	for (size_t i = 0; i < pair->names.count; i++)
		if (servername_matches(pair->names.items[i], host))
			return true;
	return false;
}

enum suitability
keypair_suits(const struct keypair *pair, const struct clientcaps *client, bool tls13)
{
	return clientcaps_meet(client, &pair->requirements, tls13);
}

const char *
keypair_file(const struct keypair *pair)
{
	return pair->file;
}

const struct credential *
keypair_credential(const struct keypair *pair)
{
	return &pair->credential;
}

bool
keypair_must_staple(const struct keypair *pair)
{
	return pair->must_staple;
}

bool
keypair_is_valid(const struct keypair *pair, time_t now)
{
	return keypair_not_before(pair) <= now && now <= keypair_not_after(pair);
}

time_t
keypair_not_after(const struct keypair *pair)
{
	return pair->not_after;
}

time_t
keypair_not_before(const struct keypair *pair)
{
	return pair->not_before;
}

/* Copies the chain only if there is something to report. */
void
keypair_warn(const struct keypair *pair, int64_t days, struct findings *findings)
{
	struct chain chain = { 0 };

	if (keypair_not_after(pair) >= time(NULL) + (days + 1) * DAY)
		return;
	if (credential_chain(&pair->credential, &chain) == 0)
		chain_warn(&chain, pair->file, days, findings);
	chain_fini(&chain);
}

void
keypair_prove(const struct keypair *pair, struct findings *findings)
{
	struct chain chain = { 0 };

	if (pair->signer == NULL)
		return;
	if (credential_chain(&pair->credential, &chain) == 0)
		signer_prove(pair->signer, chain.certs[0], findings);
	chain_fini(&chain);
}

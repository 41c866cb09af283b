/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Authentication of clients by pre-shared keys. */
#include "tls/session/pskauth.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "base/alert.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "tls/clientauth/peercert.h"
#include "tls/clientauth/refusal.h"
#include "tls/secrets/pskfile.h"
#include "tls/session/session.h"
#include "tls/session/sessionstate.h"
#include "tls/transport/transport.h"
#include "tls/x509/identity.h"

enum { SECRET_SIZE = 32 };
_Static_assert(
    (int)PEERPSK_IDENTITY_MAX == (int)PSKFILE_IDENTITY_MAX, "an identity has no room");

struct pskauth {
	gnutls_psk_server_credentials_t credentials;
	struct pskfile *file;
	unsigned char secret[SECRET_SIZE]; /* for the keys of unknown identities */
};

/* Gives the library the key of an identity. The keys of known and unknown identities cost the
 * same work. */
static int
copy_key(const struct pskauth *pskauth, const struct psk *psk,
    const gnutls_datum_t *name, gnutls_datum_t *key)
{
	unsigned char unknown[SECRET_SIZE];
	const unsigned char *from = psk != NULL ? psk->key : unknown;
	const unsigned size = psk != NULL ? psk->key_size : SECRET_SIZE;

	if (gnutls_hmac_fast(GNUTLS_MAC_SHA256, pskauth->secret, SECRET_SIZE,
		name->data, name->size, unknown) < 0)
		return -1;
	key->data = gnutls_malloc(size);
	if (key->data != NULL) {
		memcpy(key->data, from, size);
		key->size = size;
	}
	memory_wipe(unknown, sizeof unknown);
	return key->data != NULL ? 0 : -1;
}

/* Makes the identity that the client named the session's, as not verified yet. */
static int
name_client(struct session *session, const gnutls_datum_t *name)
{
	if (session->identity == NULL)
		session->identity = malloc(sizeof *session->identity);
	if (session->identity == NULL)
		return session_fail(session, FAILURE_INTERNAL, "out of memory");
	identity_from_psk(name->data, name->size, session->identity);
	return 0;
}

/* Called by the library when a client names an identity: in its hello in TLS 1.3, with its key
 * share in TLS 1.2. */
static int
on_identity(gnutls_session_t tls, const gnutls_datum_t *name, gnutls_datum_t *key)
{
	struct session *session = gnutls_session_get_ptr(tls);

	const struct psk *psk =
	    pskfile_find(session->pskauth->file, name->data, name->size);

	session->psk_named = true;
	session->psk_known = psk != NULL;
	if (name_client(session, name) < 0)
		return -1;
	/* Last, as the library does not free a key after an error. */
	if (copy_key(session->pskauth, psk, name, key) < 0)
		return session_fail(session, FAILURE_INTERNAL, "out of memory");
	return 0;
}

static int
prepare_credentials(struct pskauth *pskauth)
{
	int code = gnutls_psk_allocate_server_credentials(&pskauth->credentials);

	if (code < 0)
		return code;
	gnutls_psk_set_server_credentials_function2(pskauth->credentials, on_identity);
	return gnutls_rnd(GNUTLS_RND_KEY, pskauth->secret, sizeof pskauth->secret);
}

struct pskauth *
pskauth_new(const char *path, struct findings *findings)
{
	struct pskauth *pskauth = memory_new(sizeof *pskauth);
	int code = prepare_credentials(pskauth);

	if (code < 0)
		findings_error(findings, "%s: %s", path, gnutls_strerror(code));
	else
		pskauth->file = pskfile_new(path, findings);
	if (pskauth->file != NULL)
		return pskauth;
	pskauth_free(pskauth);
	return NULL;
}

void
pskauth_free(struct pskauth *pskauth)
{
	if (pskauth == NULL)
		return;
	if (pskauth->credentials != NULL)
		gnutls_psk_free_server_credentials(pskauth->credentials);
	pskfile_free(pskauth->file);
	memory_wipe(pskauth->secret, sizeof pskauth->secret);
	free(pskauth);
}

size_t
pskauth_count(const struct pskauth *pskauth)
{
	return pskfile_count(pskauth->file);
}

static int
hash_psk(gnutls_hash_hd_t hash, const struct psk *psk)
{
	const unsigned sizes[] = { psk->identity_size, psk->key_size };

	if (gnutls_hash(hash, sizes, sizeof sizes) < 0 ||
	    gnutls_hash(hash, psk->identity, psk->identity_size) < 0)
		return -1;
	return gnutls_hash(hash, psk->key, psk->key_size);
}

int
pskauth_digest(const struct pskauth *pskauth, unsigned char digest[PSKAUTH_DIGEST_SIZE])
{
	gnutls_hash_hd_t hash;
	int code = gnutls_hash_init(&hash, GNUTLS_DIG_SHA256);

	if (code < 0)
		return -1;
	for (size_t i = 0; i < pskfile_count(pskauth->file) && code >= 0; i++)
		code = hash_psk(hash, pskfile_at(pskauth->file, i));
	gnutls_hash_deinit(hash, digest);
	return code < 0 ? -1 : 0;
}

int
pskauth_equip(const struct pskauth *pskauth, gnutls_session_t session)
{
	return gnutls_credentials_set(session, GNUTLS_CRD_PSK, pskauth->credentials);
}

static int
hash_key(const struct psk *psk, unsigned char hash[PEERPSK_HASH_SIZE])
{
	return gnutls_hash_fast(GNUTLS_DIG_SHA256, psk->key, psk->key_size, hash);
}

bool
pskauth_accepts(
    const struct pskauth *pskauth, const struct peerpsk *peer, struct refusal *refusal)
{
	unsigned char hash[PEERPSK_HASH_SIZE];
	const struct psk *psk =
	    pskfile_find(pskauth->file, peer->identity, peer->identity_size);

	if (psk == NULL)
		return refusal_set(refusal, FAILURE_PSK, GNUTLS_A_DECRYPT_ERROR,
		    "the identity was removed from psk-file");
	return (hash_key(psk, hash) >= 0 &&
		   memcmp(hash, peer->key_hash, sizeof hash) == 0) ||
	       refusal_set(refusal, FAILURE_PSK, GNUTLS_A_DECRYPT_ERROR,
		   "the identity has another key in psk-file");
}

void
pskauth_forget(struct session *session)
{
	if (!session->psk_named)
		return;
	session->psk_named = false;
	free(session->identity);
	session->identity = NULL;
}

/* Returns the identity that the client has proved, or, in TLS 1.2, is about to prove. A second
 * hello without a key makes that of the first one void, even if the library keeps it. */
static bool
used_identity(const struct session *session, gnutls_datum_t *name)
{
	return session->pskauth != NULL &&
	       (session->psk_named || gnutls_session_is_resumed(session->tls)) &&
	       gnutls_psk_server_get_username2(session->tls, name) >= 0;
}

bool
pskauth_is_used(const struct session *session)
{
	gnutls_datum_t name;

	return used_identity(session, &name);
}

/* Stores the key by which the client has proved its identity. */
static int
keep_peer(const struct psk *psk, struct peerpsk *peer)
{
	memcpy(peer->identity, psk->identity, psk->identity_size);
	peer->identity_size = psk->identity_size;
	return hash_key(psk, peer->key_hash);
}

int
pskauth_settle(struct session *session)
{
	gnutls_datum_t name;

	if (!used_identity(session, &name))
		return 0;
	const struct psk *psk =
	    pskfile_find(session->pskauth->file, name.data, name.size);
	if (name_client(session, &name) < 0)
		return -1;
	if (psk == NULL) {
		session->refusal_alert = GNUTLS_A_DECRYPT_ERROR;
		return session_fail(
		    session, FAILURE_PSK, "the identity is not in psk-file");
	}
	if (keep_peer(psk, &session->peerpsk) < 0)
		return session_fail(session, FAILURE_INTERNAL, "cannot hash a key");
	session->identity->verified = true;
	return 0;
}

/* True if the library's `code` means a wrong key: the binder in TLS 1.3, or Finished in TLS 1.2,
 * which then is not decrypted. */
static bool
is_wrong_key(const struct session *session, int code)
{
	if (gnutls_protocol_get_version(session->tls) == GNUTLS_TLS1_3)
		return code == GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER &&
		       !pskauth_is_used(session);
	return code == GNUTLS_E_DECRYPTION_FAILED ||
	       code == GNUTLS_E_ERROR_IN_FINISHED_PACKET;
}

void
pskauth_blame(struct session *session, int code)
{
	if (!session->psk_named || session->handshaken ||
	    session->transport->failure != TRANSPORT_FINE ||
	    !is_wrong_key(session, code))
		return;
	session->refusal_alert = GNUTLS_A_DECRYPT_ERROR;
	session_fail(session, FAILURE_PSK, "\"%.120s\": %s", session->identity->name,
	    session->psk_known ? "the key is not the one in psk-file"
			       : "the identity is not in psk-file");
}

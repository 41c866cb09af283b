/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shared secret of X25519 by OpenSSL's libcrypto. */
#include "config.h"

#include "tls/x25519.h"

#include <dlfcn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <pthread.h>

#include <stdbool.h>
#include <string.h>

typedef void function(uint8_t *, const uint8_t *, const uint8_t *);

static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_PKEY_CTX *maker; /* of keys; only copied; NULL: do without libcrypto */
static function *nettle; /* NULL: nettle is not there */

static void
start(void)
{
	/* ISO C knows no other way from what dlsym() returns to a function. */
	void *found = dlsym(RTLD_NEXT, "nettle_curve25519_mul");

	memcpy(&nettle, &found, sizeof found);
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) == 1)
		maker = EVP_PKEY_CTX_new_from_name(NULL, "X25519", NULL);
}

/*
 * The private key with `point` for its public one: libcrypto would compute that at a cost as
 * high as the secret's, and it has no part in making a secret.
 */
static EVP_PKEY *
make_key(const uint8_t *private, const uint8_t *point)
{
	uint8_t own[X25519_SIZE],
	    other[X25519_SIZE]; /* copied, as parts are not const */
	OSSL_PARAM parts[] = {
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, own, sizeof own),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, other, sizeof other),
		OSSL_PARAM_END,
	};
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *context = maker != NULL ? EVP_PKEY_CTX_dup(maker) : NULL;

	memcpy(own, private, sizeof own);
	memcpy(other, point, sizeof other);
	if (context != NULL && EVP_PKEY_fromdata_init(context) > 0)
		EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parts);
	EVP_PKEY_CTX_free(context);
	OPENSSL_cleanse(own, sizeof own);
	return key;
}

/* The key is its own peer, as the public one in it is the other side's. */
static bool
derive(EVP_PKEY *key, uint8_t *secret)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	size_t size = X25519_SIZE;

	bool good = context != NULL && EVP_PKEY_derive_init(context) > 0 &&
	            EVP_PKEY_derive_set_peer_ex(context, key, 0) > 0 &&
	            EVP_PKEY_derive(context, secret, &size) > 0;
	EVP_PKEY_CTX_free(context);
	return good;
}

void
nettle_curve25519_mul(uint8_t *secret, const uint8_t *private, const uint8_t *point)
{
	pthread_once(&once, start);
	EVP_PKEY *key = make_key(private, point);
	bool good = key != NULL && derive(key, secret);

	EVP_PKEY_free(key);
	if (good)
		return;
	ERR_clear_error();
	/* Also for a point that libcrypto refuses. */
	if (nettle != NULL)
		nettle(secret, private, point);
	else
		memset(secret, 0, X25519_SIZE);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shared secret of X25519 by OpenSSL's libcrypto. */
#include "config.h"

#include "tls/accel/x25519.h"

#include <dlfcn.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <pthread.h>

#include <stdbool.h>
#include <string.h>

#include "tls/accel/provider.h"

typedef void function(uint8_t *, const uint8_t *, const uint8_t *);

/* The functions for X25519 of libcrypto's provider. The EVP layer adds a tenth to the cost of a
 * secret. */
static struct {
	void *provider;
	OSSL_FUNC_keymgmt_new_fn *key_new;
	OSSL_FUNC_keymgmt_import_fn *key_import;
	OSSL_FUNC_keymgmt_free_fn *key_free;
	OSSL_FUNC_keyexch_newctx_fn *exchange_new;
	OSSL_FUNC_keyexch_init_fn *exchange_init;
	OSSL_FUNC_keyexch_set_peer_fn *exchange_peer;
	OSSL_FUNC_keyexch_derive_fn *exchange_derive;
	OSSL_FUNC_keyexch_freectx_fn *exchange_free;
} use;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool usable; /* all of `use` was found */
static function *nettle; /* NULL if nettle is not there */

static void
learn_keys(const OSSL_DISPATCH *row)
{
	for (; row->function_id != 0; row++)
		if (row->function_id == OSSL_FUNC_KEYMGMT_NEW)
			use.key_new = OSSL_FUNC_keymgmt_new(row);
		else if (row->function_id == OSSL_FUNC_KEYMGMT_IMPORT)
			use.key_import = OSSL_FUNC_keymgmt_import(row);
		else if (row->function_id == OSSL_FUNC_KEYMGMT_FREE)
			use.key_free = OSSL_FUNC_keymgmt_free(row);
}

static void
learn_exchange(const OSSL_DISPATCH *row)
{
	for (; row->function_id != 0; row++)
		if (row->function_id == OSSL_FUNC_KEYEXCH_NEWCTX)
			use.exchange_new = OSSL_FUNC_keyexch_newctx(row);
		else if (row->function_id == OSSL_FUNC_KEYEXCH_INIT)
			use.exchange_init = OSSL_FUNC_keyexch_init(row);
		else if (row->function_id == OSSL_FUNC_KEYEXCH_SET_PEER)
			use.exchange_peer = OSSL_FUNC_keyexch_set_peer(row);
		else if (row->function_id == OSSL_FUNC_KEYEXCH_DERIVE)
			use.exchange_derive = OSSL_FUNC_keyexch_derive(row);
		else if (row->function_id == OSSL_FUNC_KEYEXCH_FREECTX)
			use.exchange_free = OSSL_FUNC_keyexch_freectx(row);
}

static void
load_provider(void)
{
	/* ISO C has no other conversion from dlsym()'s result to a function. */
	void *found = dlsym(RTLD_NEXT, "nettle_curve25519_mul");

	memcpy(&nettle, &found, sizeof found);
	const OSSL_DISPATCH *keys = provider_functions(OSSL_OP_KEYMGMT, "X25519"),
			    *exchange = provider_functions(OSSL_OP_KEYEXCH, "X25519");
	if (keys == NULL || exchange == NULL)
		return;
	use.provider = provider_context();
	learn_keys(keys);
	learn_exchange(exchange);
	usable = use.key_new != NULL && use.key_import != NULL &&
	         use.key_free != NULL && use.exchange_new != NULL &&
	         use.exchange_init != NULL && use.exchange_peer != NULL &&
	         use.exchange_derive != NULL && use.exchange_free != NULL;
}

/*
 * Imports the private key with `point` as its public key. libcrypto would compute the real one
 * at the cost of the secret, and it is not needed to make a secret.
 */
static bool
import_key(void *key, const uint8_t *private, const uint8_t *point)
{
	uint8_t own[X25519_SIZE],
	    other[X25519_SIZE]; /* copied, as parts are not const */
	OSSL_PARAM parts[] = {
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, own, sizeof own),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, other, sizeof other),
		OSSL_PARAM_END,
	};

	memcpy(own, private, sizeof own);
	memcpy(other, point, sizeof other);
	bool good = use.key_import(key, OSSL_KEYMGMT_SELECT_KEYPAIR, parts) == 1;
	OPENSSL_cleanse(own, sizeof own);
	return good;
}

/* Derives the secret with the key as its own peer, because its public part is the other side's. */
static bool
derive_secret(void *key, uint8_t *secret)
{
	void *exchange = use.exchange_new(use.provider);
	size_t size = X25519_SIZE;

	if (exchange == NULL)
		return false;
	bool good = use.exchange_init(exchange, key, NULL) == 1 &&
	            use.exchange_peer(exchange, key) == 1 &&
	            use.exchange_derive(exchange, secret, &size, X25519_SIZE) == 1;
	use.exchange_free(exchange);
	return good;
}

static bool
multiply_point(uint8_t *secret, const uint8_t *private, const uint8_t *point)
{
	void *key = usable ? use.key_new(use.provider) : NULL;

	if (key == NULL)
		return false;
	bool good = import_key(key, private, point) && derive_secret(key, secret);
	use.key_free(key);
	return good;
}

void
nettle_curve25519_mul(uint8_t *secret, const uint8_t *private, const uint8_t *point)
{
	pthread_once(&once, load_provider);
	if (multiply_point(secret, private, point))
		return;
	ERR_clear_error();
	/* Also called for a point that libcrypto refuses. */
	if (nettle != NULL)
		nettle(secret, private, point);
	else
		memset(secret, 0, X25519_SIZE);
}

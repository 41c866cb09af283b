/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ChaCha20-Poly1305 by OpenSSL's libcrypto. */
#include "config.h"

#include "tls/accel/chachapoly.h"

#include <dlfcn.h>
#include <openssl/core_dispatch.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <pthread.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tls/accel/provider.h"

/* The version of nettle whose functions these are. In version 4, digest has no size; then each
 * function passes its arguments on as they came. */
#define NETTLE_MAJOR 3

enum {
	CHACHA_BLOCK = 64,
	CHACHA_IV_SIZE = 16, /* a counter, then the nonce */
	POLY_BLOCK = 16,
	POLY_KEY_SIZE = 32,
	NETTLE_SIZE = 176, /* of a context of nettle 3 */
};

/*
 * Computes one message. This is not libcrypto's own ChaCha20-Poly1305, because that checks a
 * received tag itself and never returns the right one, with which GnuTLS compares it.
 */
struct engine {
	void *cipher;
	void *mac;
};

/* The start of the caller's memory. `mark` is MARK, or the memory is nettle's context, which
 * starts with "expa". */
struct message {
	uint32_t mark;
	uint32_t header_size;
	uint8_t key[CHACHAPOLY_KEY_SIZE];
	uint8_t nonce[CHACHAPOLY_NONCE_SIZE];
	uint8_t header[POLY_BLOCK]; /* the associated data, then zeros */
	uint64_t size; /* of the text */
	struct engine *engine; /* NULL before the text */
};

_Static_assert(sizeof(struct message) <= NETTLE_SIZE, "the caller has memory for it");

#define MARK 0x746c7364U

static struct {
	void (*set_key)(void *, const uint8_t *);
	void (*set_nonce)(void *, const uint8_t *);
	void (*update)(void *, size_t, const uint8_t *);
	void (*encrypt)(void *, size_t, uint8_t *, const uint8_t *);
	void (*decrypt)(void *, size_t, uint8_t *, const uint8_t *);
	void (*digest)(void *, size_t, uint8_t *);
	int (*version_major)(void);
} nettle;

/* The functions for ChaCha20 and Poly1305 of libcrypto's provider. */
static struct {
	void *provider;
	OSSL_FUNC_cipher_newctx_fn *cipher_new;
	OSSL_FUNC_cipher_encrypt_init_fn *cipher_init;
	OSSL_FUNC_cipher_update_fn *cipher_update;
	OSSL_FUNC_cipher_freectx_fn *cipher_free;
	OSSL_FUNC_mac_newctx_fn *mac_new;
	OSSL_FUNC_mac_init_fn *mac_init;
	OSSL_FUNC_mac_update_fn *mac_update;
	OSSL_FUNC_mac_final_fn *mac_final;
	OSSL_FUNC_mac_freectx_fn *mac_free;
} use;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool usable; /* libcrypto has both, and nettle is the version that we replace */
static pthread_key_t spare; /* an engine that waits for the thread's next message */

static void
engine_free(void *of)
{
	struct engine *engine = of;

	use.cipher_free(engine->cipher);
	use.mac_free(engine->mac);
	free(engine);
}

static struct engine *
engine_new(void)
{
	struct engine *engine = malloc(sizeof *engine);

	if (engine == NULL)
		return NULL;
	engine->cipher = use.cipher_new(use.provider);
	engine->mac = use.mac_new(use.provider);
	if (engine->cipher != NULL && engine->mac != NULL)
		return engine;
	engine_free(engine);
	return NULL;
}

static struct engine *
engine_take(void)
{
	struct engine *engine = pthread_getspecific(spare);

	if (engine == NULL)
		return engine_new();
	pthread_setspecific(spare, NULL);
	return engine;
}

static bool
engine_set(struct engine *engine, const uint8_t *key, const uint8_t *iv)
{
	return use.cipher_init(engine->cipher, key, CHACHAPOLY_KEY_SIZE, iv,
		   CHACHA_IV_SIZE, NULL) == 1;
}

/* Adds the next bytes of the key stream. */
static bool
engine_crypt(struct engine *engine, size_t size, uint8_t *out, const uint8_t *in)
{
	size_t done;

	return use.cipher_update(engine->cipher, out, &done, size, in, size) == 1;
}

static bool
engine_authenticate(struct engine *engine, size_t size, const uint8_t *bytes)
{
	return use.mac_update(engine->mac, bytes, size) == 1;
}

/* Overwrites the key, and the rest of the key stream. Poly1305 has wiped its key itself. */
static bool
engine_wipe(struct engine *engine)
{
	static const uint8_t zeros[CHACHAPOLY_KEY_SIZE];
	uint8_t byte = 0;

	return engine_set(engine, zeros, zeros) &&
	       engine_crypt(engine, 1, &byte, &byte);
}

static void
engine_return(struct engine *engine)
{
	if (!engine_wipe(engine) || pthread_getspecific(spare) != NULL ||
	    pthread_setspecific(spare, engine) != 0)
		engine_free(engine);
}

/* ISO C has no other conversion from dlsym()'s result to a function. */
static bool
find(const char *name, void *function)
{
	void *found = dlsym(RTLD_NEXT, name);

	memcpy(function, &found, sizeof found);
	return found != NULL;
}

static bool
find_nettle(void)
{
	bool all = find("nettle_chacha_poly1305_set_key", &nettle.set_key);

	all &= find("nettle_chacha_poly1305_set_nonce", &nettle.set_nonce);
	all &= find("nettle_chacha_poly1305_update", &nettle.update);
	all &= find("nettle_chacha_poly1305_encrypt", &nettle.encrypt);
	all &= find("nettle_chacha_poly1305_decrypt", &nettle.decrypt);
	all &= find("nettle_chacha_poly1305_digest", &nettle.digest);
	all &= find("nettle_version_major", &nettle.version_major);
	return all && nettle.version_major() == NETTLE_MAJOR;
}

static void
learn_cipher(const OSSL_DISPATCH *row)
{
	for (; row->function_id != 0; row++)
		if (row->function_id == OSSL_FUNC_CIPHER_NEWCTX)
			use.cipher_new = OSSL_FUNC_cipher_newctx(row);
		else if (row->function_id == OSSL_FUNC_CIPHER_ENCRYPT_INIT)
			use.cipher_init = OSSL_FUNC_cipher_encrypt_init(row);
		else if (row->function_id == OSSL_FUNC_CIPHER_UPDATE)
			use.cipher_update = OSSL_FUNC_cipher_update(row);
		else if (row->function_id == OSSL_FUNC_CIPHER_FREECTX)
			use.cipher_free = OSSL_FUNC_cipher_freectx(row);
}

static void
learn_mac(const OSSL_DISPATCH *row)
{
	for (; row->function_id != 0; row++)
		if (row->function_id == OSSL_FUNC_MAC_NEWCTX)
			use.mac_new = OSSL_FUNC_mac_newctx(row);
		else if (row->function_id == OSSL_FUNC_MAC_INIT)
			use.mac_init = OSSL_FUNC_mac_init(row);
		else if (row->function_id == OSSL_FUNC_MAC_UPDATE)
			use.mac_update = OSSL_FUNC_mac_update(row);
		else if (row->function_id == OSSL_FUNC_MAC_FINAL)
			use.mac_final = OSSL_FUNC_mac_final(row);
		else if (row->function_id == OSSL_FUNC_MAC_FREECTX)
			use.mac_free = OSSL_FUNC_mac_freectx(row);
}

static bool
find_libcrypto(void)
{
	const OSSL_DISPATCH *cipher = provider_functions(OSSL_OP_CIPHER, "ChaCha20"),
			    *mac = provider_functions(OSSL_OP_MAC, "POLY1305");

	if (cipher == NULL || mac == NULL)
		return false;
	use.provider = provider_context();
	learn_cipher(cipher);
	learn_mac(mac);
	return use.cipher_new != NULL && use.cipher_init != NULL &&
	       use.cipher_update != NULL && use.cipher_free != NULL &&
	       use.mac_new != NULL && use.mac_init != NULL && use.mac_update != NULL &&
	       use.mac_final != NULL && use.mac_free != NULL;
}

static void
start(void)
{
	usable = find_nettle() && find_libcrypto() &&
	         pthread_key_create(&spare, engine_free) == 0;
}

/* Aborts if a step fails after the start, where libcrypto allocates nothing and has no reason
 * to fail: the text would not be encrypted. */
static void
require(bool good)
{
	if (!good)
		abort();
}

/* Makes the key of the MAC from the first block of the key stream (RFC 8439, 2.6), and starts
 * the MAC with the associated data. */
static bool
engine_start(struct engine *engine, const struct message *message)
{
	uint8_t block[CHACHA_BLOCK] = { 0 }, iv[CHACHA_IV_SIZE] = { 0 };

	memcpy(iv + CHACHA_IV_SIZE - CHACHAPOLY_NONCE_SIZE, message->nonce,
	    CHACHAPOLY_NONCE_SIZE);
	bool good = engine_set(engine, message->key, iv) &&
	            engine_crypt(engine, sizeof block, block, block) &&
	            use.mac_init(engine->mac, block, POLY_KEY_SIZE, NULL) == 1 &&
	            engine_authenticate(engine,
			message->header_size > 0 ? POLY_BLOCK : 0, message->header);
	OPENSSL_cleanse(block, sizeof block);
	return good;
}

/* Makes nettle's context of a message that has no text yet. */
static void
leave_to_nettle(struct message *message)
{
	struct message copy = *message;

	nettle.set_key(message, copy.key);
	nettle.set_nonce(message, copy.nonce);
	nettle.update(message, copy.header_size, copy.header);
	OPENSSL_cleanse(&copy, sizeof copy);
}

/* True if the message has an engine. False if nettle's functions must continue. */
static bool
begin(struct message *message)
{
	if (message->mark != MARK)
		return false;
	if (message->engine != NULL)
		return true;
	struct engine *engine = engine_take();
	if (engine != NULL && engine_start(engine, message)) {
		message->engine = engine;
		return true;
	}
	ERR_clear_error();
	if (engine != NULL)
		engine_free(engine);
	leave_to_nettle(message);
	return false;
}

static void
crypt_text(struct message *message, size_t size, uint8_t *out, const uint8_t *in)
{
	require(engine_crypt(message->engine, size, out, in));
}

static void
authenticate_text(struct message *message, size_t size, const uint8_t *text)
{
	require(engine_authenticate(message->engine, size, text));
	message->size += size;
}

/* Writes the sizes with 8 bytes each, the least significant byte first. */
static void
write_sizes(uint8_t *out, const struct message *message)
{
	for (unsigned i = 0; i < 8; i++) {
		out[i] = (uint8_t)((uint64_t)message->header_size >> 8 * i);
		out[8 + i] = (uint8_t)(message->size >> 8 * i);
	}
}

void
nettle_chacha_poly1305_set_key(void *context, const uint8_t *key)
{
	struct message *message = context;

	pthread_once(&once, start);
	if (!usable) {
		nettle.set_key(context, key);
		return;
	}
	*message = (struct message){ .mark = MARK };
	memcpy(message->key, key, sizeof message->key);
}

static void
end_message(struct message *message)
{
	uint8_t tag[CHACHAPOLY_TAG_SIZE];

	nettle_chacha_poly1305_digest(message, sizeof tag, tag);
}

void
nettle_chacha_poly1305_set_nonce(void *context, const uint8_t *nonce)
{
	struct message *message = context;

	if (message->mark != MARK) {
		nettle.set_nonce(context, nonce);
		return;
	}
	if (message->engine != NULL) /* the message before had no end */
		end_message(message);
	memcpy(message->nonce, nonce, sizeof message->nonce);
	memset(message->header, 0, sizeof message->header);
	message->header_size = 0;
	message->size = 0;
}

void
nettle_chacha_poly1305_update(void *context, size_t size, const uint8_t *data)
{
	struct message *message = context;

	if (message->mark == MARK && size > POLY_BLOCK - message->header_size)
		leave_to_nettle(message);
	if (message->mark != MARK) {
		nettle.update(context, size, data);
		return;
	}
	if (size > 0)
		memcpy(message->header + message->header_size, data, size);
	message->header_size += (uint32_t)size;
}

void
nettle_chacha_poly1305_encrypt(
    void *context, size_t size, uint8_t *out, const uint8_t *in)
{
	if (!begin(context)) {
		nettle.encrypt(context, size, out, in);
		return;
	}
	crypt_text(context, size, out, in);
	authenticate_text(context, size, out);
}

void
nettle_chacha_poly1305_decrypt(
    void *context, size_t size, uint8_t *out, const uint8_t *in)
{
	if (!begin(context)) {
		nettle.decrypt(context, size, out, in);
		return;
	}
	authenticate_text(context, size, in);
	crypt_text(context, size, out, in);
}

void
nettle_chacha_poly1305_digest(void *context, size_t size, uint8_t *digest)
{
	static const uint8_t zeros[POLY_BLOCK];
	struct message *message = context;
	uint8_t tag[CHACHAPOLY_TAG_SIZE], sizes[POLY_BLOCK];
	size_t written;

	if (!begin(message)) {
		nettle.digest(context, size, digest);
		return;
	}
	struct engine *engine = message->engine;
	write_sizes(sizes, message);
	require(
	    engine_authenticate(engine, (size_t)(-message->size % POLY_BLOCK), zeros));
	require(engine_authenticate(engine, sizeof sizes, sizes));
	require(use.mac_final(engine->mac, tag, &written, sizeof tag) == 1);
	memcpy(digest, tag, size < sizeof tag ? size : sizeof tag);
	engine_return(engine);
	message->engine = NULL;
}

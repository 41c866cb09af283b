/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/accel/chachapoly.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/suite.h"

enum {
	TEXT_MOST = 16384 + 256 + 1, /* a record of TLS, and more */
	BLOCK = 64,
	HEADER_13 = 5,
	HEADER_12 = 13,
};

/* Memory for either's context. */
struct context {
	_Alignas(16) uint8_t bytes[512];
};

struct functions {
	void (*set_key)(void *, const uint8_t *);
	void (*set_nonce)(void *, const uint8_t *);
	void (*update)(void *, size_t, const uint8_t *);
	void (*encrypt)(void *, size_t, uint8_t *, const uint8_t *);
	void (*decrypt)(void *, size_t, uint8_t *, const uint8_t *);
	void (*digest)(void *, size_t, uint8_t *);
};

static const struct functions own = {
	nettle_chacha_poly1305_set_key,
	nettle_chacha_poly1305_set_nonce,
	nettle_chacha_poly1305_update,
	nettle_chacha_poly1305_encrypt,
	nettle_chacha_poly1305_decrypt,
	nettle_chacha_poly1305_digest,
};

static uint8_t text[TEXT_MOST], header[64];

static void
find(void *where, const char *name, void *function)
{
	void *found = dlsym(where, name);

	ck_assert_ptr_nonnull(found);
	memcpy(function, &found, sizeof found);
}

static struct functions
find_all(void *where)
{
	struct functions all;

	find(where, "nettle_chacha_poly1305_set_key", &all.set_key);
	find(where, "nettle_chacha_poly1305_set_nonce", &all.set_nonce);
	find(where, "nettle_chacha_poly1305_update", &all.update);
	find(where, "nettle_chacha_poly1305_encrypt", &all.encrypt);
	find(where, "nettle_chacha_poly1305_decrypt", &all.decrypt);
	find(where, "nettle_chacha_poly1305_digest", &all.digest);
	return all;
}

static void
from_hex(const char *hex, uint8_t *bytes)
{
	for (size_t i = 0; hex[2 * i] != '\0'; i++)
		ck_assert_int_eq(sscanf(hex + 2 * i, "%2hhx", &bytes[i]), 1);
}

static void
fill_in(void)
{
	gnutls_rnd(GNUTLS_RND_NONCE, text, sizeof text);
	gnutls_rnd(GNUTLS_RND_NONCE, header, sizeof header);
}

/* Encrypts or decrypts a message whose nonce is made of `number`. As GnuTLS does in TLS 1.3, it
 * does so in two steps if `split`. */
static void
run(const struct functions *by, struct context *context, uint64_t number,
    size_t header_size, void (*crypt)(void *, size_t, uint8_t *, const uint8_t *),
    size_t size, bool split, uint8_t *out, const uint8_t *in, uint8_t *tag)
{
	uint8_t nonce[CHACHAPOLY_NONCE_SIZE] = { 0 };
	size_t first = split ? size / BLOCK * BLOCK : size;

	memcpy(nonce + 4, &number, sizeof number);
	by->set_nonce(context, nonce);
	by->update(context, header_size, header);
	crypt(context, first, out, in);
	if (split)
		crypt(context, size - first, out + first, in + first);
	by->digest(context, CHACHAPOLY_TAG_SIZE, tag);
}

/* RFC 8439, 2.8.2 and A.5 */
static const struct {
	const char *key, *nonce, *header, *text, *sealed;
} examples[] = {
	{ "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
	    "070000004041424344454647", "50515253c0c1c2c3c4c5c6c7",
	    "4c616469657320616e642047656e746c656d656e206f662074686520636c61737320"
	    "6f66202739393a204966204920636f756c64206f6666657220796f75206f6e6c7920"
	    "6f6e652074697020666f7220746865206675747572652c2073756e73637265656e20"
	    "776f756c642062652069742e",
	    "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbe"
	    "a45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f"
	    "2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b"
	    "7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691" },
	{ "1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0",
	    "000000000102030405060708", "f33388860000000000004e91",
	    "496e7465726e65742d4472616674732061726520647261667420646f63756d656e74"
	    "732076616c696420666f722061206d6178696d756d206f6620736978206d6f6e7468"
	    "7320616e64206d617920626520757064617465642c207265706c616365642c206f72"
	    "206f62736f6c65746564206279206f7468657220646f63756d656e747320617420616e"
	    "792074696d652e20497420697320696e617070726f70726961746520746f20757365"
	    "20496e7465726e65742d447261667473206173207265666572656e6365206d617465"
	    "7269616c206f7220746f2063697465207468656d206f74686572207468616e206173"
	    "202fe2809c776f726b20696e2070726f67726573732e2fe2809d",
	    "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb24c6c"
	    "fc18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf332f830e"
	    "710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c8559797a06ef4f0"
	    "ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4b9166c767b804d46"
	    "a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523eaf4534d7f83fa1155b00"
	    "47718cbc546a0d072b04b3564eea1b422273f548271a0bb2316053fa76991955ebd6"
	    "3159434ecebb4e466dae5a1073a6727627097a1049e617d91d361094fa68f0ff7798"
	    "7130305beaba2eda04df997b714d6c6f2c29a6ad5cb4022b02709beead9d67890cbb"
	    "22392336fea1851f38" },
};

START_TEST(messages_are_those_of_the_rfc)
{
	struct context context;
	uint8_t key[CHACHAPOLY_KEY_SIZE], nonce[CHACHAPOLY_NONCE_SIZE], data[64],
	    plain[512], sealed[512], out[512];

	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		size_t size = strlen(examples[i].text) / 2;
		from_hex(examples[i].key, key);
		from_hex(examples[i].nonce, nonce);
		from_hex(examples[i].header, data);
		from_hex(examples[i].text, plain);
		from_hex(examples[i].sealed, sealed);
		ck_assert_uint_eq(
		    strlen(examples[i].sealed) / 2, size + CHACHAPOLY_TAG_SIZE);
		own.set_key(&context, key);
		own.set_nonce(&context, nonce);
		own.update(&context, strlen(examples[i].header) / 2, data);
		own.encrypt(&context, size, out, plain);
		own.digest(&context, CHACHAPOLY_TAG_SIZE, out + size);
		ck_assert_mem_eq(out, sealed, size + CHACHAPOLY_TAG_SIZE);
	}
}
END_TEST

/* Returns how many messages of up to TEXT_MOST bytes one of the two encrypts in another way than
 * the other, or does not decrypt. */
static unsigned
count_differences(const struct functions *one, const struct functions *other,
    size_t header_size, bool split)
{
	static uint8_t sealed[TEXT_MOST], expected[TEXT_MOST];
	uint8_t key[CHACHAPOLY_KEY_SIZE], tags[3][CHACHAPOLY_TAG_SIZE];
	struct context first, second;
	unsigned differ = 0;

	gnutls_rnd(GNUTLS_RND_NONCE, key, sizeof key);
	one->set_key(&first, key);
	other->set_key(&second, key);
	for (size_t n = 0; n <= TEXT_MOST; n++) {
		run(one, &first, n, header_size, one->encrypt, n, split, sealed, text,
		    tags[0]);
		run(other, &second, n, header_size, other->encrypt, n, split, expected,
		    text, tags[1]);
		differ += memcmp(sealed, expected, n) != 0;
		run(one, &first, n, header_size, one->decrypt, n, split, sealed, sealed,
		    tags[2]);
		differ += memcmp(sealed, text, n) != 0;
		differ += memcmp(tags[0], tags[1], sizeof tags[0]) != 0;
		differ += memcmp(tags[0], tags[2], sizeof tags[0]) != 0;
	}
	return differ;
}

START_TEST(each_length_of_a_record_is_as_with_nettle)
{
	struct functions nettle = find_all(RTLD_NEXT);

	fill_in();
	ck_assert_uint_eq(count_differences(&own, &nettle, HEADER_13, true), 0);
	ck_assert_uint_eq(count_differences(&own, &nettle, HEADER_12, false), 0);
}
END_TEST

/* TLS has none of more than 16 bytes. */
START_TEST(each_length_of_associated_data_is_as_with_nettle)
{
	struct functions nettle = find_all(RTLD_NEXT);
	uint8_t key[CHACHAPOLY_KEY_SIZE], out[100], tags[2][CHACHAPOLY_TAG_SIZE];
	struct context first, second;

	fill_in();
	gnutls_rnd(GNUTLS_RND_NONCE, key, sizeof key);
	for (size_t n = 0; n <= sizeof header; n++) {
		own.set_key(&first, key);
		nettle.set_key(&second, key);
		for (uint64_t i = 0; i < 2; i++) {
			run(&own, &first, i, n, own.encrypt, sizeof out, false, out,
			    text, tags[0]);
			run(&nettle, &second, i, n, nettle.encrypt, sizeof out, false,
			    out, text, tags[1]);
			ck_assert_mem_eq(tags[0], tags[1], sizeof tags[0]);
		}
	}
}
END_TEST

/* Encrypts with two keys at once on one thread, and leaves a message without an end. */
START_TEST(messages_can_be_mixed_and_left)
{
	const uint8_t keys[2][CHACHAPOLY_KEY_SIZE] = { { 1 }, { 2 } };
	const uint8_t nonce[CHACHAPOLY_NONCE_SIZE] = { 0 };
	uint8_t mixed[2][3 * BLOCK], alone[3 * BLOCK], tags[3][CHACHAPOLY_TAG_SIZE];
	struct context contexts[2], other;

	fill_in();
	own.set_key(&contexts[0], keys[0]);
	own.set_key(&contexts[1], keys[1]);
	own.set_nonce(&contexts[0], header);
	own.encrypt(&contexts[0], 100, mixed[0], text);
	for (int i = 0; i < 2; i++) {
		own.set_nonce(&contexts[i], nonce);
		own.update(&contexts[i], HEADER_13, header);
	}
	for (size_t at = 0; at < sizeof mixed[0]; at += BLOCK)
		for (int i = 0; i < 2; i++)
			own.encrypt(&contexts[i], BLOCK, mixed[i] + at, text + at);
	own.digest(&contexts[0], sizeof tags[0], tags[0]);
	own.digest(&contexts[1], sizeof tags[1], tags[1]);
	for (int i = 0; i < 2; i++) {
		own.set_key(&other, keys[i]);
		run(&own, &other, 0, HEADER_13, own.encrypt, sizeof alone, false, alone,
		    text, tags[2]);
		ck_assert_mem_eq(mixed[i], alone, sizeof alone);
		ck_assert_mem_eq(tags[i], tags[2], sizeof tags[2]);
	}
}
END_TEST

/* As GnuTLS does for a record of TLS 1.3: the content type is a piece of its own. */
static void
seal(gnutls_aead_cipher_hd_t cipher, size_t size, uint8_t *out)
{
	uint8_t nonce[CHACHAPOLY_NONCE_SIZE] = { 1 }, type = 23;
	giovec_t data = { header, HEADER_13 },
		 pieces[2] = { { text, size }, { &type, 1 } };
	size_t written = size + 1 + CHACHAPOLY_TAG_SIZE;

	ck_assert_int_eq(gnutls_aead_cipher_encryptv(cipher, nonce, sizeof nonce, &data,
			     1, CHACHAPOLY_TAG_SIZE, pieces, 2, out, &written),
	    0);
	ck_assert_uint_eq(written, size + 1 + CHACHAPOLY_TAG_SIZE);
}

/* Returns GnuTLS's code. `nonce` is the first byte of it, and `data` the one of the header. */
static int
unseal(gnutls_aead_cipher_hd_t cipher, uint8_t first, uint8_t data, const uint8_t *in,
    size_t size, uint8_t *out)
{
	uint8_t nonce[CHACHAPOLY_NONCE_SIZE] = { first }, changed[HEADER_13];
	size_t written = TEXT_MOST + CHACHAPOLY_TAG_SIZE;

	memcpy(changed, header, sizeof changed);
	changed[0] ^= data;
	return gnutls_aead_cipher_decrypt(cipher, nonce, sizeof nonce, changed,
	    sizeof changed, CHACHAPOLY_TAG_SIZE, in, size, out, &written);
}

static gnutls_aead_cipher_hd_t
make_cipher(const uint8_t key[CHACHAPOLY_KEY_SIZE])
{
	uint8_t copy[CHACHAPOLY_KEY_SIZE];
	gnutls_datum_t datum = { copy, sizeof copy };
	gnutls_aead_cipher_hd_t cipher;

	memcpy(copy, key, sizeof copy);
	ck_assert_int_eq(
	    gnutls_aead_cipher_init(&cipher, GNUTLS_CIPHER_CHACHA20_POLY1305, &datum),
	    0);
	return cipher;
}

/* Returns the number of records, of those with one altered byte, that are not refused in the way
 * of GnuTLS; and of those that lack bytes at the end. */
static unsigned
count_unrefused(gnutls_aead_cipher_hd_t cipher, size_t size)
{
	static uint8_t sealed[TEXT_MOST + 1 + CHACHAPOLY_TAG_SIZE],
	    out[TEXT_MOST + CHACHAPOLY_TAG_SIZE];
	size_t all = size + 1 + CHACHAPOLY_TAG_SIZE;
	size_t step = size < 200 ? 1 : 61;
	unsigned wrong = 0;

	seal(cipher, size, sealed);
	for (size_t at = 0; at < all; at += at + step < size ? step : 1) {
		sealed[at] ^= 1;
		wrong += unseal(cipher, 1, 0, sealed, all, out) !=
		         GNUTLS_E_DECRYPTION_FAILED;
		sealed[at] ^= 1;
		wrong +=
		    unseal(cipher, 1, 0, sealed, at, out) != GNUTLS_E_DECRYPTION_FAILED;
	}
	wrong += unseal(cipher, 2, 0, sealed, all, out) != GNUTLS_E_DECRYPTION_FAILED;
	wrong += unseal(cipher, 1, 1, sealed, all, out) != GNUTLS_E_DECRYPTION_FAILED;
	wrong += unseal(cipher, 1, 0, sealed, all, out) != 0;
	return wrong + (memcmp(out, text, size) != 0);
}

START_TEST(altered_and_truncated_records_are_refused_with_the_code_of_gnutls)
{
	const uint8_t key[CHACHAPOLY_KEY_SIZE] = { 5 };
	gnutls_aead_cipher_hd_t cipher = make_cipher(key);
	unsigned wrong = 0;

	fill_in();
	for (size_t size = 0; size < 200; size++)
		wrong += count_unrefused(cipher, size);
	wrong += count_unrefused(cipher, 16384);
	gnutls_aead_cipher_deinit(cipher);
	ck_assert_uint_eq(wrong, 0);
}
END_TEST

/* GnuTLS itself calls what the dynamic linker finds first. */
START_TEST(own_chacha20_poly1305_takes_precedence_over_nettle)
{
	struct functions found = find_all(RTLD_DEFAULT);

	ck_assert(memcmp(&found, &own, sizeof own) == 0);
}
END_TEST

static _Thread_local bool lacks_memory;

/* The linker redirects calls of malloc() to this wrapper, except those in shared libraries. */
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *
__wrap_malloc(size_t size)
{
	return lacks_memory ? NULL : __real_malloc(size);
}

static void *
count_in_thread(void *differ)
{
	struct functions nettle = find_all(RTLD_NEXT);

	lacks_memory = true;
	*(unsigned *)differ = count_differences(&own, &nettle, HEADER_13, true);
	return NULL;
}

/* A new thread has no context of libcrypto yet. */
START_TEST(nettle_computes_when_libcrypto_has_no_memory)
{
	pthread_t thread;
	unsigned differ = 1;

	fill_in();
	ck_assert_int_eq(pthread_create(&thread, NULL, count_in_thread, &differ), 0);
	pthread_join(thread, NULL);
	ck_assert_uint_eq(differ, 0);
}
END_TEST

static void *
seal_often(void *wrong)
{
	uint8_t key[CHACHAPOLY_KEY_SIZE], sealed[1000 + 1 + CHACHAPOLY_TAG_SIZE],
	    out[TEXT_MOST + CHACHAPOLY_TAG_SIZE];

	gnutls_rnd(GNUTLS_RND_NONCE, key, sizeof key);
	gnutls_aead_cipher_hd_t cipher = make_cipher(key);
	for (int i = 0; i < 500; i++) {
		seal(cipher, 1000, sealed);
		*(unsigned *)wrong +=
		    unseal(cipher, 1, 0, sealed, sizeof sealed, out) != 0 ||
		    memcmp(out, text, 1000) != 0;
	}
	gnutls_aead_cipher_deinit(cipher);
	return NULL;
}

START_TEST(threads_encrypt_at_once)
{
	enum { THREADS = 8 };
	pthread_t threads[THREADS];
	unsigned wrong[THREADS] = { 0 }, sum = 0;

	fill_in();
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, seal_often, &wrong[i]), 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		sum += wrong[i];
	}
	ck_assert_uint_eq(sum, 0);
}
END_TEST

/* True if some page of `from` to `to` contains the bytes. */
static bool
range_contains(
    int memory, uint64_t from, uint64_t to, const uint8_t *bytes, size_t size)
{
	uint8_t page[4096 + 64];

	for (; from < to; from += 4096) {
		ssize_t got = pread(memory, page, 4096 + size, (off_t)from);
		if (got > 0 && memmem(page, (size_t)got, bytes, size) != NULL)
			return true;
	}
	return false;
}

/* True if the heap, or memory that is mapped for one, contains the bytes. Skips the large
 * mappings of sanitizers. */
static bool
heap_contains(const uint8_t *bytes, size_t size)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	char line[512], name[256];
	uint64_t from, to;
	bool found = false;

	ck_assert(maps != NULL && memory >= 0);
	while (!found && fgets(line, sizeof line, maps) != NULL) {
		name[0] = '\0';
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " rw-p %*s %*s %*s %255s",
			&from, &to, name) >= 2 &&
		    (name[0] == '\0' || strcmp(name, "[heap]") == 0) &&
		    to - from < 1U << 30)
			found = range_contains(memory, from, to, bytes, size);
	}
	close(memory);
	fclose(maps);
	return found;
}

/* The text is zeros, so that the encrypted one is the key stream. */
START_TEST(no_key_stays_in_the_heap_after_a_message)
{
	uint8_t key[CHACHAPOLY_KEY_SIZE], stream[40] = { 0 }, tag[CHACHAPOLY_TAG_SIZE];
	const uint8_t nonce[CHACHAPOLY_NONCE_SIZE] = { 0 };
	struct context context;

	gnutls_rnd(GNUTLS_RND_KEY, key, sizeof key);
	own.set_key(&context, key);
	own.set_nonce(&context, nonce);
	own.encrypt(&context, sizeof stream, stream, stream);
	ck_assert(heap_contains(key, sizeof key));
	ck_assert(heap_contains(stream, sizeof stream));
	own.digest(&context, sizeof tag, tag);
	ck_assert(!heap_contains(key, sizeof key));
	ck_assert(!heap_contains(stream, sizeof stream));
}
END_TEST

SUITE("chachapoly", messages_are_those_of_the_rfc,
    each_length_of_a_record_is_as_with_nettle,
    each_length_of_associated_data_is_as_with_nettle, messages_can_be_mixed_and_left,
    altered_and_truncated_records_are_refused_with_the_code_of_gnutls,
    own_chacha20_poly1305_takes_precedence_over_nettle,
    nettle_computes_when_libcrypto_has_no_memory, threads_encrypt_at_once,
    no_key_stays_in_the_heap_after_a_message)

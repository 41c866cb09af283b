/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Master keys of session tickets. */
#include "tls/secrets/ticketkeys.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "tls/keys/secret.h"

enum { FILE_LIMIT = 64 * 1024, HASH_SIZE = 64 };

#define TIME_FORMAT "%Y-%m-%dT%H:%M:%SZ"

int
ticketkeys_random(struct ticketkeys *keys)
{
	struct ticketkey key = { .begins = 0 };

	*keys = (struct ticketkeys){ 0 };
	if (gnutls_rnd(GNUTLS_RND_KEY, key.bytes, sizeof key.bytes) < 0)
		return -1;
	ticketkeys_add(keys, &key);
	memory_wipe(&key, sizeof key);
	return 0;
}

void
ticketkeys_wipe(struct ticketkeys *keys)
{
	memory_wipe(keys, sizeof *keys);
}

void
ticketkeys_add(struct ticketkeys *keys, const struct ticketkey *key)
{
	size_t place = keys->count++;

	while (place > 0 && keys->items[place - 1].begins < key->begins) {
		keys->items[place] = keys->items[place - 1];
		place--;
	}
	keys->items[place] = *key;
}

void
ticketkeys_wipe_last(struct ticketkeys *keys)
{
	keys->count--;
	memory_wipe(&keys->items[keys->count], sizeof keys->items[0]);
}

static bool
has_key(const struct ticketkeys *keys, const struct ticketkey *key)
{
	for (size_t i = 0; i < keys->count; i++)
		if (memcmp(keys->items[i].bytes, key->bytes, TICKETKEY_SIZE) == 0)
			return true;
	return false;
}

static bool
read_bytes(char *text, struct ticketkey *key)
{
	gnutls_datum_t base64 = { (unsigned char *)text, (unsigned)strlen(text) },
		       bytes;

	if (gnutls_base64_decode2(&base64, &bytes) < 0)
		return false;
	bool whole = bytes.size == TICKETKEY_SIZE;
	if (whole)
		memcpy(key->bytes, bytes.data, TICKETKEY_SIZE);
	memory_wipe(bytes.data, bytes.size);
	gnutls_free(bytes.data);
	return whole;
}

/* Returns the problem of the line, or NULL. Cuts the line into its words. */
static const char *
read_line(char *line, struct ticketkeys *keys)
{
	struct ticketkey key;
	struct tm tm = { 0 };
	char *rest;
	const char *wrong = NULL;

	char *word = strtok_r(line, " \t\r", &rest);
	if (word == NULL || word[0] == '#')
		return NULL;
	const char *end = strptime(word, TIME_FORMAT, &tm);
	char *base64 = strtok_r(NULL, " \t\r", &rest);
	key.begins = timegm(&tm);
	if (end == NULL || *end != '\0')
		wrong = "the time is not in the form 2026-11-24T04:00:00Z";
	else if (base64 == NULL || strtok_r(NULL, " \t\r", &rest) != NULL ||
		 !read_bytes(base64, &key))
		wrong = "the time is not followed by 64 bytes in base64";
	else if (has_key(keys, &key))
		wrong = "this key occurs twice";
	else if (keys->count == TICKETKEYS_MAX)
		wrong = "there are more than 32 keys";
	else
		ticketkeys_add(keys, &key);
	memory_wipe(&key, sizeof key);
	return wrong;
}

static int
read_lines(
    const char *path, char *text, struct ticketkeys *keys, struct findings *findings)
{
	unsigned number = 0;
	char *line;

	while ((line = strsep(&text, "\n")) != NULL) {
		const char *wrong = read_line(line, keys);
		number++;
		if (wrong == NULL)
			continue;
		findings_error(findings,
		    "%s:%u: %s: make the file with tlscert ticket-keys", path, number,
		    wrong);
		return -1;
	}
	if (keys->count > 0)
		return 0;
	findings_error(findings,
	    "%s: contains no key: make the file with tlscert ticket-keys", path);
	return -1;
}

int
ticketkeys_read(const char *path, struct ticketkeys *keys, struct findings *findings)
{
	char *text;
	size_t size;

	*keys = (struct ticketkeys){ 0 };
	if (file_read_text(path, FILE_LIMIT, &text, &size) < 0) {
		findings_read_error(findings, path, errno);
		return -1;
	}
	int result = read_lines(path, text, keys, findings);
	memory_wipe(text, size);
	free(text);
	if (result == 0)
		secret_check_rights(path, "the keys of all tickets", findings);
	else
		ticketkeys_wipe(keys);
	return result;
}

/* Adds the line of one key to the file. */
static void
write_line(FILE *out, const struct ticketkey *key)
{
	struct ticketkey copy = *key; /* the library's datum is not const */
	gnutls_datum_t bytes = { copy.bytes, TICKETKEY_SIZE }, base64;
	char text[sizeof "2026-11-24T04:00:00Z"];
	time_t begins = (time_t)key->begins;
	struct tm tm;

	strftime(text, sizeof text, TIME_FORMAT, gmtime_r(&begins, &tm));
	if (gnutls_base64_encode2(&bytes, &base64) < 0)
		abort(); /* as memory_new() does */
	fprintf(out, "%s %.*s\n", text, (int)base64.size, (const char *)base64.data);
	memory_wipe(&copy, sizeof copy);
	memory_wipe(base64.data, base64.size);
	gnutls_free(base64.data);
}

char *
ticketkeys_write(const struct ticketkeys *keys)
{
	char *text = memory_new(FILE_LIMIT);
	FILE *out = fmemopen(text, FILE_LIMIT, "w");

	if (out == NULL)
		abort(); /* as memory_new() does */
	fputs(
	    "# Keys of session tickets, each with the time from which it issues them.\n"
	    "# They decrypt tickets: only the daemon's user may read this file.\n",
	    out);
	for (size_t i = 0; i < keys->count; i++)
		write_line(out, &keys->items[i]);
	fclose(out);
	return text;
}

int
ticketkeys_bind(struct ticketkeys *keys, const void *rules, size_t size)
{
	for (size_t i = 0; i < keys->count; i++) {
		unsigned char *bytes = keys->items[i].bytes;
		unsigned char bound[TICKETKEY_SIZE];

		if (gnutls_hmac_fast(GNUTLS_MAC_SHA512, bytes, TICKETKEY_SIZE, rules,
			size, bound) < 0)
			return -1;
		memcpy(bytes, bound, sizeof bound);
		memory_wipe(bound, sizeof bound);
	}
	return 0;
}

const struct ticketkey *
ticketkeys_issuing(const struct ticketkeys *keys, int64_t now)
{
	for (size_t i = 0; i < keys->count; i++)
		if (keys->items[i].begins <= now)
			return &keys->items[i];
	return &keys->items[keys->count - 1];
}

/* True if the library gives keys of this master the name in the given period: the name is the
 * start of SHA3-512 over the period, big-endian, and the master. */
static bool
gives_name(const struct ticketkey *key, uint64_t period, const unsigned char *name)
{
	unsigned char input[8 + TICKETKEY_SIZE], hash[HASH_SIZE];

	for (size_t i = 0; i < 8; i++)
		input[i] = (unsigned char)(period >> (56 - 8 * i));
	memcpy(input + 8, key->bytes, TICKETKEY_SIZE);
	bool same =
	    gnutls_hash_fast(GNUTLS_DIG_SHA3_512, input, sizeof input, hash) == 0 &&
	    memcmp(hash, name, TICKETKEY_NAME_SIZE) == 0;
	memory_wipe(input, sizeof input);
	memory_wipe(hash, sizeof hash);
	return same;
}

const struct ticketkey *
ticketkeys_named(const struct ticketkeys *keys,
    const unsigned char name[TICKETKEY_NAME_SIZE], unsigned lifetime, int64_t now)
{
	uint64_t period = (uint64_t)now / (3 * (uint64_t)lifetime);

	for (size_t i = 0; i < keys->count; i++)
		for (uint64_t p = period - 1; p <= period + 1; p++)
			if (gives_name(&keys->items[i], p, name))
				return &keys->items[i];
	return NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the first bytes of a connection are. */
#include "server/hello.h"

#include <stdbool.h>
#include <string.h>

#define HEADER_SIZE 5
#define TYPE_HANDSHAKE 22
#define CLIENT_HELLO 1
#define PLAINTEXT_MAX 16384

static bool
starts_with(const unsigned char *bytes, size_t size, const char *word)
{
	size_t length = strlen(word);

	return memcmp(bytes, word, size < length ? size : length) == 0;
}

static enum hello
judge_record(const unsigned char *bytes, size_t size, size_t *needed)
{
	if (size > 1 && bytes[1] != 3)
		return HELLO_OTHER;
	if (size < HEADER_SIZE) {
		*needed = HEADER_SIZE;
		return HELLO_PARTIAL;
	}
	size_t length = (size_t)bytes[3] << 8 | bytes[4];
	if (length == 0 || length > PLAINTEXT_MAX)
		return HELLO_OTHER;
	if (size > HEADER_SIZE && bytes[HEADER_SIZE] != CLIENT_HELLO)
		return HELLO_OTHER;
	if (size >= HEADER_SIZE + length)
		return HELLO_WHOLE;
	*needed = HEADER_SIZE + length;
	return HELLO_PARTIAL;
}

/* Only looks at what a server that speaks no other protocol can tell for certain. */
static enum hello
judge_other(const unsigned char *bytes, size_t size, size_t *needed)
{
	static const struct {
		const char *word;
		enum hello kind;
	} words[] = { { "GET ", HELLO_HTTP }, { "POST ", HELLO_HTTP },
		{ "HEAD ", HELLO_HTTP }, { "PUT ", HELLO_HTTP },
		{ "DELETE ", HELLO_HTTP }, { "OPTIONS ", HELLO_HTTP },
		{ "CONNECT ", HELLO_HTTP }, { "PATCH ", HELLO_HTTP },
		{ "TRACE ", HELLO_HTTP }, { "PRI ", HELLO_HTTP },
		{ "SSH-", HELLO_SSH } };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (!starts_with(bytes, size, words[i].word))
			continue;
		if (size >= strlen(words[i].word))
			return words[i].kind;
		*needed = strlen(words[i].word);
		return HELLO_PARTIAL;
	}
	/* Two bytes of length with the high bit set, then the message type. */
	if ((bytes[0] & 0x80) && size > 2 && bytes[2] == CLIENT_HELLO)
		return HELLO_SSL2;
	if ((bytes[0] & 0x80) && size <= 2) {
		*needed = 3;
		return HELLO_PARTIAL;
	}
	return HELLO_OTHER;
}

enum hello
hello_judge(const unsigned char *bytes, size_t size, size_t *needed)
{
	if (size == 0) {
		*needed = 1;
		return HELLO_PARTIAL;
	}
	if (bytes[0] == TYPE_HANDSHAKE)
		return judge_record(bytes, size, needed);
	return judge_other(bytes, size, needed);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the first bytes of a connection are. */
#include "server/hello.h"

#include <stdbool.h>
#include <string.h>

#include "tls/clienthello.h"

#define HEADER_SIZE HELLO_RECORD_HEADER
#define MESSAGE_HEADER_SIZE 4
#define TYPE_HANDSHAKE 22
#define CLIENT_HELLO 1
#define PLAINTEXT_MAX 16384

/* A walk over the records of a message. */
struct walk {
	size_t at; /* of the record that is next */
	size_t have; /* bytes of the message in those before */
	unsigned char header[MESSAGE_HEADER_SIZE]; /* of the message, as far as seen */
};

static size_t
record_length(const unsigned char *record)
{
	return (size_t)record[3] << 8 | record[4];
}

/* Keeps what the first `size` bytes of a record bring of the message's header. */
static void
note_header(struct walk *walk, const unsigned char *part, size_t size)
{
	for (size_t i = 0; i < size && walk->have + i < MESSAGE_HEADER_SIZE; i++)
		walk->header[walk->have + i] = part[i];
}

/* The whole message, as far as that is known when `have` bytes of it are there. */
static size_t
message_size(const struct walk *walk, size_t have)
{
	const unsigned char *header = walk->header;

	if (have < MESSAGE_HEADER_SIZE)
		return MESSAGE_HEADER_SIZE;
	return MESSAGE_HEADER_SIZE +
	       ((size_t)header[1] << 16 | (size_t)header[2] << 8 | header[3]);
}

static bool
starts_with(const unsigned char *bytes, size_t size, const char *word)
{
	size_t length = strlen(word);

	return memcmp(bytes, word, size < length ? size : length) == 0;
}

/* Whether a record, of which `size` bytes are there, may carry a part of the message. */
static bool
may_carry(const unsigned char *record, size_t size)
{
	if (size > 0 && record[0] != TYPE_HANDSHAKE)
		return false;
	if (size > 1 && record[1] != 3)
		return false;
	return size < HEADER_SIZE ||
	       (record_length(record) > 0 && record_length(record) <= PLAINTEXT_MAX);
}

/* `end` is where the part behind it begins: nothing can be told before. */
static enum hello
wait_for(size_t end, size_t *needed)
{
	if (end > HELLO_SIZE_MAX)
		return HELLO_TOO_LONG;
	*needed = end;
	return HELLO_PARTIAL;
}

/* Judges a record whose header is whole and good; `size` bytes of it are there. HELLO_WHOLE
 * stands for the record here: `walk` is then behind it. */
static enum hello
judge_record(
    struct walk *walk, const unsigned char *record, size_t size, size_t *needed)
{
	size_t length = record_length(record);
	size_t part = size - HEADER_SIZE < length ? size - HEADER_SIZE : length;
	size_t end = walk->at + HEADER_SIZE + length;

	note_header(walk, record + HEADER_SIZE, part);
	size_t message = message_size(walk, walk->have + part);
	if (message > CLIENTHELLO_SIZE_MAX || end > HELLO_SIZE_MAX)
		return HELLO_TOO_LONG;
	if (part < length && message > walk->have + length)
		return wait_for(
		    end + HEADER_SIZE + message - walk->have - length, needed);
	if (part < length)
		return wait_for(end, needed);
	walk->at = end;
	walk->have += length;
	return HELLO_WHOLE;
}

/* Judges by the message's own length, whatever records it comes in. */
static enum hello
judge_records(const unsigned char *bytes, size_t size, size_t *needed)
{
	struct walk walk = { 0 };

	if (!may_carry(bytes, size) ||
	    (size > HEADER_SIZE && bytes[HEADER_SIZE] != CLIENT_HELLO))
		return HELLO_OTHER;
	for (;;) {
		size_t missing = message_size(&walk, walk.have) - walk.have;
		if (!may_carry(bytes + walk.at, size - walk.at))
			return HELLO_BROKEN;
		if (size - walk.at < HEADER_SIZE)
			return wait_for(walk.at + HEADER_SIZE + missing, needed);
		enum hello verdict =
		    judge_record(&walk, bytes + walk.at, size - walk.at, needed);
		if (verdict != HELLO_WHOLE)
			return verdict;
		if (walk.have >= message_size(&walk, walk.have))
			return HELLO_WHOLE;
	}
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
		return judge_records(bytes, size, needed);
	return judge_other(bytes, size, needed);
}

size_t
hello_gather(unsigned char *bytes)
{
	struct walk walk = { 0 };

	do {
		/* Gathering may overwrite this header, never the next one. */
		const unsigned char *record = bytes + walk.at;
		size_t length = record_length(record);
		note_header(&walk, record + HEADER_SIZE, length);
		memmove(bytes + HEADER_SIZE + walk.have, record + HEADER_SIZE, length);
		walk.at += HEADER_SIZE + length;
		walk.have += length;
	} while (walk.have < message_size(&walk, walk.have));
	return message_size(&walk, walk.have);
}

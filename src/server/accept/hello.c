/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first bytes of a connection. */
#include "server/accept/hello.h"

#include <stdbool.h>
#include <string.h>

#include "tls/hello/clienthello.h"

#define HEADER_SIZE HELLO_RECORD_HEADER
#define MESSAGE_HEADER_SIZE 4
#define TYPE_HANDSHAKE 22
#define CLIENT_HELLO 1
#define PLAINTEXT_MAX 16384
#define RECORDS_WATCHED 64 /* this many are judged as soon as each is complete */

/* A walk over the records of a message. */
struct walk {
	size_t at; /* offset of the next record */
	size_t have; /* bytes of the message in the previous records */
	size_t count; /* number of previous records */
	unsigned char header[MESSAGE_HEADER_SIZE]; /* of the message, as far as read */
};

static size_t
record_length(const unsigned char *record)
{
	return (size_t)record[3] << 8 | record[4];
}

/* Copies the part of the message's header that is in the first `size` bytes of a record. */
static void
note_header(struct walk *walk, const unsigned char *part, size_t size)
{
	for (size_t i = 0; i < size && walk->have + i < MESSAGE_HEADER_SIZE; i++)
		walk->header[walk->have + i] = part[i];
}

/* Returns the size of the whole message, or the least it can be before its header is complete;
 * `have` bytes of it are there. */
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

/* Judges the header of a record, of which `size` bytes are there. Returns HELLO_WHOLE if the
 * record may carry a part of the message. */
static enum hello
judge_header(const unsigned char *record, size_t size)
{
	if (size > 0 && record[0] != TYPE_HANDSHAKE)
		return HELLO_BROKEN;
	if (size > 1 && record[1] != 3)
		return HELLO_BROKEN;
	if (size < HEADER_SIZE)
		return HELLO_WHOLE;
	if (record_length(record) > PLAINTEXT_MAX)
		return HELLO_OVERFLOW;
	return record_length(record) > 0 ? HELLO_WHOLE : HELLO_BROKEN;
}

/* Waits until `end` bytes are there. */
static enum hello
require_bytes(size_t end, size_t *needed)
{
	if (end > HELLO_SIZE_MAX)
		return HELLO_TOO_LONG;
	*needed = end;
	return HELLO_PARTIAL;
}

/* Waits for another record at `at`; `missing` bytes of the message are still to come. */
static enum hello
wait_for_record(const struct walk *walk, size_t at, size_t missing, size_t *needed)
{
	if (at + HEADER_SIZE + missing > HELLO_SIZE_MAX)
		return HELLO_TOO_LONG;
	return require_bytes(
	    at + HEADER_SIZE + (walk->count < RECORDS_WATCHED ? 0 : missing), needed);
}

/* Waits for more of a record with `length` bytes, `part` of which are there. The message has
 * `message` bytes, as far as known. */
static enum hello
require_more_of_record(
    const struct walk *walk, size_t length, size_t part, size_t message, size_t *needed)
{
	const size_t start = walk->at + HEADER_SIZE;
	size_t after = walk->have + length;

	/* Judge the type of the message, and then its length, as soon as they are there. */
	if (walk->have + part == 0)
		return require_bytes(start + 1, needed);
	if (walk->have + part < MESSAGE_HEADER_SIZE && after >= MESSAGE_HEADER_SIZE)
		return require_bytes(start + MESSAGE_HEADER_SIZE - walk->have, needed);
	if (message > after)
		return wait_for_record(walk, start + length, message - after, needed);
	return require_bytes(start + length, needed);
}

/* Judges a record whose header is complete and valid; `size` bytes of it are there. Returns
 * HELLO_WHOLE, and moves `walk` past the record, if the record is complete. */
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
	if (part < length)
		return require_more_of_record(walk, length, part, message, needed);
	walk->at = end;
	walk->have += length;
	walk->count++;
	return HELLO_WHOLE;
}

/* Judges by the message's own length, however many records it has. */
static enum hello
judge_records(const unsigned char *bytes, size_t size, size_t *needed)
{
	struct walk walk = { 0 };
	enum hello first = judge_header(bytes, size);

	/* The length of a record is judged before its contents. */
	if (first == HELLO_BROKEN || (first == HELLO_WHOLE && size > HEADER_SIZE &&
					 bytes[HEADER_SIZE] != CLIENT_HELLO))
		return HELLO_OTHER;
	for (;;) {
		size_t missing = message_size(&walk, walk.have) - walk.have;
		enum hello verdict = judge_header(bytes + walk.at, size - walk.at);
		if (verdict != HELLO_WHOLE)
			return verdict;
		if (size - walk.at < HEADER_SIZE)
			return wait_for_record(&walk, walk.at, missing, needed);
		verdict = judge_record(&walk, bytes + walk.at, size - walk.at, needed);
		if (verdict != HELLO_WHOLE)
			return verdict;
		if (walk.have >= message_size(&walk, walk.have))
			return HELLO_WHOLE;
	}
}

/* Recognizes only other protocols that it can tell for certain. */
static enum hello
judge_other_protocol(const unsigned char *bytes, size_t size, size_t *needed)
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
	return judge_other_protocol(bytes, size, needed);
}

size_t
hello_gather(unsigned char *bytes)
{
	struct walk walk = { 0 };

	do {
		/* Gathering may overwrite this header, but never the next one. */
		const unsigned char *record = bytes + walk.at;
		size_t length = record_length(record);
		note_header(&walk, record + HEADER_SIZE, length);
		memmove(bytes + HEADER_SIZE + walk.have, record + HEADER_SIZE, length);
		walk.at += HEADER_SIZE + length;
		walk.have += length;
	} while (walk.have < message_size(&walk, walk.have));
	return message_size(&walk, walk.have);
}

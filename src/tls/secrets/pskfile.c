/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of pre-shared keys. */
#include "tls/secrets/pskfile.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/file/file.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/utf8.h"
#include "tls/keys/secret.h"

#define FILE_LIMIT ((size_t)64 << 20)
enum { ERRORS_MAX = 20 };

struct pskfile {
	char *data; /* the file: the identities as they are, and the keys in binary */
	size_t size;
	struct psk *keys; /* sorted by identity once all are read */
	size_t count, room;
};

/* A file that is being read, and the number of the current line. */
struct reading {
	struct pskfile *file;
	struct findings *findings;
	const char *path;
	unsigned line;
};

static const char blanks[] = " \t\r";

/* Adds an error at the current line. Nothing of the line is in it, because any part may be a
 * key in the wrong place. Returns false. */
static bool
report_line(struct reading *reading, const char *problem)
{
	findings_error(
	    reading->findings, "%s:%u: %s", reading->path, reading->line, problem);
	return false;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_printable(const char *text, size_t size)
{
	const unsigned char *bytes = (const unsigned char *)text;

	while (size > 0) {
		uint32_t character;
		size_t length = utf8_read(bytes, size, &character);
		if (length == 0 || !utf8_is_printable(character))
			return false;
		bytes += length;
		size -= length;
	}
	return true;
}

static bool
check_identity(struct reading *reading, const char *text, size_t size)
{
	if (size == 0)
		return report_line(
		    reading, "the identity is empty: write a name before the colon");
	if (size > PSKFILE_IDENTITY_MAX)
		return report_line(
		    reading, "the identity has more than 128 bytes: shorten it");
	if (is_blank(text[0]) || is_blank(text[size - 1]))
		return report_line(reading,
		    "the identity begins or ends with a blank: remove the blank");
	if (!is_printable(text, size))
		return report_line(
		    reading, "the identity is not printable UTF-8: choose another one");
	return true;
}

static int
digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
check_key(struct reading *reading, const char *hex, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (digit_value(hex[i]) < 0)
			return report_line(reading,
			    "the key is not hexadecimal: make one with openssl rand "
			    "-hex 32");
	if (length % 2 != 0)
		return report_line(
		    reading, "the key has an odd number of digits: copy it again");
	if (length / 2 < PSKFILE_KEY_MIN)
		return report_line(reading,
		    "the key has fewer than 16 bytes (32 digits): make one with "
		    "openssl rand -hex 32");
	if (length / 2 > PSKFILE_KEY_MAX)
		return report_line(reading,
		    "the key has more than 256 bytes (512 digits): make one with "
		    "openssl rand -hex 32");
	return true;
}

/* Overwrites the digits with the bytes, so that there is only one copy of the key. */
static const unsigned char *
decode_in_place(char *hex, size_t length)
{
	unsigned char *bytes = (unsigned char *)hex;

	for (size_t i = 0; i < length / 2; i++)
		bytes[i] = (unsigned char)(digit_value(hex[2 * i]) << 4 |
					   digit_value(hex[2 * i + 1]));
	memory_wipe(bytes + length / 2, length - length / 2);
	return bytes;
}

static void
add_key(struct pskfile *file, const struct psk *key)
{
	if (file->count == file->room) {
		file->room = 2 * file->room + 16;
		file->keys = memory_resize(file->keys, file->room * sizeof *file->keys);
	}
	file->keys[file->count++] = *key;
}

static void
read_line(struct reading *reading, char *line)
{
	size_t length = strlen(line);
	char *colon = strchr(line, ':');

	if (line[strspn(line, blanks)] == '\0' || line[strspn(line, blanks)] == '#')
		return;
	if (colon == NULL) {
		report_line(reading, "there is no colon: write IDENTITY:HEXKEY");
		return;
	}
	while (strchr(blanks, line[length - 1]) != NULL)
		length--;
	char *hex = colon + 1 + strspn(colon + 1, blanks);
	size_t digits = (size_t)(line + length - hex);
	if (hex >= line + length)
		digits = 0;
	if (!check_identity(reading, line, (size_t)(colon - line)) ||
	    !check_key(reading, hex, digits))
		return;
	add_key(reading->file, &(struct psk){ .identity = line,
				   .identity_size = (unsigned)(colon - line),
				   .key = decode_in_place(hex, digits),
				   .key_size = (unsigned)(digits / 2),
				   .line = reading->line });
}

static void
read_lines(struct reading *reading)
{
	char *rest = reading->file->data, *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		reading->line++;
		read_line(reading, line);
		if (reading->findings->errors >= ERRORS_MAX)
			return;
		if (reading->file->count > PSKFILE_COUNT_MAX) {
			report_line(reading,
			    "there are more than 100000 identities: divide them among "
			    "several services");
			return;
		}
	}
}

static int
compare_identities(const void *a, const void *b)
{
	const struct psk *x = a, *y = b;
	unsigned size =
	    x->identity_size < y->identity_size ? x->identity_size : y->identity_size;
	int order = memcmp(x->identity, y->identity, size);

	return order != 0 ? order
	                  : (x->identity_size > y->identity_size) -
	                        (x->identity_size < y->identity_size);
}

static void
sort_keys(const struct reading *reading)
{
	struct psk *keys = reading->file->keys;
	size_t count = reading->file->count;

	if (count > 0)
		qsort(keys, count, sizeof *keys, compare_identities);
	for (size_t i = 1; i < count; i++) {
		unsigned a = keys[i - 1].line, b = keys[i].line;
		if (compare_identities(&keys[i - 1], &keys[i]) == 0 &&
		    reading->findings->errors < ERRORS_MAX)
			findings_error(reading->findings,
			    "%s:%u: has the identity of line %u: remove one",
			    reading->path, a > b ? a : b, a > b ? b : a);
	}
}

static void
load_keys(struct reading *reading)
{
	struct pskfile *file = reading->file;

	if (file_read_text(reading->path, FILE_LIMIT, &file->data, &file->size) < 0) {
		file->data = NULL;
		findings_read_error(reading->findings, reading->path, errno);
		return;
	}
	secret_check_rights(reading->path, "the pre-shared keys", reading->findings);
	read_lines(reading);
	sort_keys(reading);
	if (file->count == 0 && reading->findings->errors == 0)
		findings_warning(reading->findings,
		    "%s: has no key, so no client can use one: add a line "
		    "IDENTITY:HEXKEY",
		    reading->path);
}

struct pskfile *
pskfile_new(const char *path, struct findings *findings)
{
	struct pskfile *file = memory_new(sizeof *file);
	struct findings found;

	findings_init(&found);
	load_keys(&(struct reading){ .file = file, .findings = &found, .path = path });
	bool failed = found.errors > 0;
	findings_copy(findings, &found);
	findings_fini(&found);
	if (!failed)
		return file;
	pskfile_free(file);
	return NULL;
}

void
pskfile_free(struct pskfile *file)
{
	if (file == NULL)
		return;
	if (file->data != NULL)
		memory_wipe(file->data, file->size);
	free(file->data);
	free(file->keys);
	free(file);
}

const struct psk *
pskfile_find(const struct pskfile *file, const void *identity, size_t size)
{
	const struct psk wanted = { .identity = identity,
		.identity_size = (unsigned)size };

	if (file->count == 0 || size > PSKFILE_IDENTITY_MAX)
		return NULL;
	return bsearch(
	    &wanted, file->keys, file->count, sizeof wanted, compare_identities);
}

size_t
pskfile_count(const struct pskfile *file)
{
	return file->count;
}

const struct psk *
pskfile_at(const struct pskfile *file, size_t i)
{
	return &file->keys[i];
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outside of a PEM file: its blocks. */
#include "tls/pem.h"

#include <stdio.h>
#include <string.h>

#include "base/findings.h"
#include "base/memory.h"

static const char begin_mark[] = "-----BEGIN ";
static const char dashes[] = "-----";

static const char *
find(const char *data, const char *end, const char *text)
{
	return memmem(data, (size_t)(end - data), text, strlen(text));
}

/* Copies the label behind a "-----BEGIN "; false if what follows is no label. */
static bool
read_label(const char *label, const char *end, struct pem_block *block)
{
	const char *stop = find(label, end, dashes);

	if (stop == NULL || (size_t)(stop - label) >= sizeof block->label)
		return false;
	size_t length = (size_t)(stop - label);
	for (size_t i = 0; i < length; i++)
		if (label[i] < 0x20 || label[i] > 0x7e)
			return false; /* and so it can stand in a message */
	memcpy(block->label, label, length);
	block->label[length] = '\0';
	return true;
}

/* Finds where the block that starts at `start` ends: behind its end line, or before the
 * next block if that comes first. */
static void
find_end(const char *start, const char *end, struct pem_block *block)
{
	char mark[sizeof block->label + 16];

	snprintf(mark, sizeof mark, "-----END %s-----", block->label);
	const char *next = find(start + 1, end, begin_mark);
	const char *stop = find(start, next != NULL ? next : end, mark);
	block->complete = stop != NULL;
	if (stop != NULL)
		stop += strlen(mark);
	else
		stop = next != NULL ? next : end;
	block->text = start;
	block->size = (size_t)(stop - start);
}

static unsigned
line_of(const char *data, const char *place)
{
	unsigned line = 1;

	for (; data < place; data++)
		line += *data == '\n';
	return line;
}

bool
pem_next(const char *data, size_t size, size_t *offset, struct pem_block *block)
{
	const char *end = data + size, *start = data + *offset;

	while ((start = find(start, end, begin_mark)) != NULL) {
		if (read_label(start + strlen(begin_mark), end, block)) {
			find_end(start, end, block);
			block->line = line_of(data, start);
			*offset = (size_t)(start - data) + block->size;
			return true;
		}
		start += strlen(begin_mark);
	}
	return false;
}

unsigned char *
pem_copy(const struct pem_block *block)
{
	unsigned char *copy = memory_new(block->size + 1);

	memcpy(copy, block->text, block->size);
	return copy;
}

bool
pem_is(const struct pem_block *block, const char *label)
{
	return strcmp(block->label, label) == 0;
}

bool
pem_is_certificate(const struct pem_block *block)
{
	return pem_is(block, "CERTIFICATE") || pem_is(block, "X509 CERTIFICATE");
}

bool
pem_is_private_key(const struct pem_block *block)
{
	static const char ending[] = "PRIVATE KEY";
	size_t length = strlen(block->label);

	return length >= strlen(ending) &&
	       strcmp(block->label + length - strlen(ending), ending) == 0;
}

/* A DER SEQUENCE whose length is as long as the file makes it. */
static bool
looks_like_der(const unsigned char *data, size_t size)
{
	return size > 4 && data[0] == 0x30 && (data[1] & 0x80) != 0 && data[1] <= 0x84;
}

/* PFX (RFC 7292, 4): the sequence begins with INTEGER 3. */
static bool
looks_like_pkcs12(const unsigned char *data, size_t size)
{
	static const unsigned char version_3[] = { 0x02, 0x01, 0x03 };

	if (!looks_like_der(data, size))
		return false;
	size_t header = 2 + (size_t)(data[1] & 0x7f);
	return size >= header + sizeof version_3 &&
	       memcmp(data + header, version_3, sizeof version_3) == 0;
}

static bool
looks_like_utf16(const unsigned char *data, size_t size)
{
	return size >= 2 && ((data[0] == 0xff && data[1] == 0xfe) ||
				(data[0] == 0xfe && data[1] == 0xff));
}

void
pem_report_none(const char *file, const char *data, size_t size, const char *tool,
    struct findings *findings)
{
	const unsigned char *bytes = (const unsigned char *)data;

	if (size == 0)
		findings_error(
		    findings, "%s: is empty: put the PEM text into it", file);
	else if (looks_like_pkcs12(bytes, size))
		findings_error(findings,
		    "%s: is PKCS#12, not PEM: openssl pkcs12 -in %s -nodes -out %s.pem "
		    "converts it",
		    file, file, file);
	else if (looks_like_der(bytes, size))
		findings_error(findings,
		    "%s: is DER, not PEM: openssl %s -inform DER -in %s -out %s.pem "
		    "converts it",
		    file, tool, file, file);
	else if (looks_like_utf16(bytes, size))
		findings_error(findings,
		    "%s: is UTF-16 text: iconv -f UTF-16 -t ASCII %s converts it", file,
		    file);
	else
		findings_error(findings,
		    "%s: is not PEM: it must hold a line that starts with -----BEGIN",
		    file);
}

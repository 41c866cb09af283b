/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The blocks of a PEM file. */
#include "tls/x509/pem.h"

#include <stdio.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"

static const char begin_mark[] = "-----BEGIN ";
static const char dashes[] = "-----";

static const char *
find_text(const char *data, const char *end, const char *text)
{
	return memmem(data, (size_t)(end - data), text, strlen(text));
}

/* Copies the label after a "-----BEGIN ". Returns false if there is not a valid label. */
static bool
read_label(const char *label, const char *end, struct pem_block *block)
{
	const char *stop = find_text(label, end, dashes);

	if (stop == NULL || (size_t)(stop - label) >= sizeof block->label)
		return false;
	size_t length = (size_t)(stop - label);
	for (size_t i = 0; i < length; i++)
		if (label[i] < 0x20 || label[i] > 0x7e)
			return false; /* so that it can appear in a message */
	memcpy(block->label, label, length);
	block->label[length] = '\0';
	return true;
}

/* Finds where the block that starts at `start` ends: after its end line, or before the next
 * block if that comes first. */
static void
find_end(const char *start, const char *end, struct pem_block *block)
{
	char mark[sizeof block->label + 16];

	snprintf(mark, sizeof mark, "-----END %s-----", block->label);
	const char *next = find_text(start + 1, end, begin_mark);
	const char *stop = find_text(start, next != NULL ? next : end, mark);
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

	while ((start = find_text(start, end, begin_mark)) != NULL) {
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

bool
pem_is_pkcs7(const struct pem_block *block)
{
	return pem_is(block, "PKCS7") || pem_is(block, "CMS");
}

static bool
starts_with(const unsigned char *data, size_t size, const char *text)
{
	return size >= strlen(text) && memcmp(data, text, strlen(text)) == 0;
}

/* True for a DER SEQUENCE with a long length, or with a length that matches the file. */
static bool
is_der(const unsigned char *data, size_t size)
{
	if (size <= 4 || data[0] != 0x30)
		return false;
	return (data[1] & 0x80) != 0 ? data[1] <= 0x84 : (size_t)data[1] + 2 == size;
}

/* True if the sequence begins with these bytes. */
static bool
is_der_with(const unsigned char *data, size_t size, const char *bytes, size_t count)
{
	if (!is_der(data, size))
		return false;
	size_t header = 2 + ((data[1] & 0x80) != 0 ? (size_t)(data[1] & 0x7f) : 0);
	return size >= header + count && memcmp(data + header, bytes, count) == 0;
}

/* PFX (RFC 7292, 4): the sequence begins with INTEGER 3. */
static bool
is_pkcs12(const unsigned char *data, size_t size)
{
	return is_der_with(data, size, "\x02\x01\x03", 3);
}

/* ContentInfo (RFC 5652, 3): the sequence begins with the OID of signed data. */
static bool
is_pkcs7(const unsigned char *data, size_t size)
{
	return is_der_with(
	    data, size, "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", 11);
}

/* True for "JKS" or "JCEKS". */
static bool
is_keystore(const unsigned char *data, size_t size)
{
	return starts_with(data, size, "\xfe\xed\xfe\xed") ||
	       starts_with(data, size, "\xce\xce\xce\xce");
}

static bool
is_ssh(const unsigned char *data, size_t size)
{
	return starts_with(data, size, "PuTTY-User-Key-File-") ||
	       starts_with(data, size, "---- BEGIN SSH2") ||
	       starts_with(data, size, "ssh-") ||
	       starts_with(data, size, "ecdsa-sha2-");
}

/* Returns the encoding, with or without a byte order mark, or NULL if it is not UTF-16. */
static const char *
utf16_name(const unsigned char *data, size_t size)
{
	static const char little[] = "-\0-\0-\0-", big[] = "\0-\0-\0-\0-";

	if (starts_with(data, size, "\xff\xfe") || starts_with(data, size, "\xfe\xff"))
		return "UTF-16";
	if (size < 2 || memmem(data, size, little, sizeof little - 1) == NULL)
		return NULL;
	return data[0] == '\0' || memmem(data, size, big, sizeof big - 1) == data
	           ? "UTF-16BE"
	           : "UTF-16LE";
}

static bool
is_markup(const unsigned char *data, size_t size)
{
	size_t blank = 0;

	while (blank < size && strchr(" \t\r\n", data[blank]) != NULL &&
	       data[blank] != '\0')
		blank++;
	return blank < size && data[blank] == '<';
}

/* True for formats that openssl(1) converts. */
static bool
report_der(const char *file, const unsigned char *data, size_t size, const char *tool,
    struct findings *findings)
{
	if (is_pkcs12(data, size))
		findings_error(findings,
		    "%s: is PKCS#12, not PEM: convert it with openssl pkcs12 -in %s "
		    "-nodes -out %s.pem",
		    file, file, file);
	else if (is_pkcs7(data, size))
		findings_error(findings,
		    "%s: is PKCS#7, not PEM: convert it with openssl pkcs7 -inform DER "
		    "-print_certs -in %s -out %s.pem",
		    file, file, file);
	else if (is_der(data, size))
		findings_error(findings,
		    "%s: is DER, not PEM: convert it with openssl %s -inform DER -in "
		    "%s -out %s.pem",
		    file, tool, file, file);
	else
		return false;
	return true;
}

void
pem_report_none(const char *file, const char *data, size_t size, const char *tool,
    struct findings *findings)
{
	const unsigned char *bytes = (const unsigned char *)data;
	const char *utf16 = utf16_name(bytes, size);

	if (size == 0)
		findings_error(
		    findings, "%s: is empty: put the PEM text into it", file);
	else if (report_der(file, bytes, size, tool, findings))
		return;
	else if (is_keystore(bytes, size))
		findings_error(findings,
		    "%s: is a Java keystore, not PEM: convert it with keytool "
		    "-importkeystore -srckeystore %s -destkeystore %s.p12 "
		    "-deststoretype pkcs12, then openssl pkcs12 -in %s.p12 -nodes -out "
		    "%s.pem",
		    file, file, file, file, file);
	else if (is_ssh(bytes, size))
		findings_error(findings,
		    "%s: is an SSH key: make one for TLS with tlscert(1)", file);
	else if (utf16 != NULL)
		findings_error(findings,
		    "%s: is UTF-16 text: convert it with iconv -f %s -t ASCII %s "
		    ">%s.new",
		    file, utf16, file, file);
	else if (is_markup(bytes, size))
		findings_error(findings,
		    "%s: is a web page or XML, not PEM: fetch the file itself", file);
	else
		findings_error(findings,
		    "%s: is not PEM: use a file with a line that starts with "
		    "-----BEGIN",
		    file);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The subject of a certificate. */
#include "cert/issue/subject.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/text/text.h"
#include "base/text/utf8.h"

enum { COMMON_NAME_MAX = 64, DNS_MAX = 253, LABEL_MAX = 63, SHOWN_SIZE = 320 };

/* Adds an error about `text`, which comes from the shell and may contain any bytes. */
static void
report_text(struct findings *findings, const char *text, const char *why)
{
	char shown[SHOWN_SIZE];

	findings_error(findings, "\"%s\" %s",
	    text_escape_name(shown, sizeof shown, text, strlen(text)), why);
}

static bool
is_printable_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

/* Checks a name that is not a common name: it must be printable ASCII. */
static int
examine_any(const char *text, struct findings *findings)
{
	if (text[0] == '\0')
		report_text(findings, text, "is empty: give a name");
	else if (!is_printable_ascii(text))
		report_text(findings, text,
		    "has characters other than printable ASCII: write a domain in its "
		    "ASCII form, which starts with xn-- (idn2 prints it)");
	else
		return 0;
	return -1;
}

/* Returns how many characters `text` has, or -1 if it is not UTF-8 or has control characters. */
static int
count_characters(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t left = strlen(text), length;
	uint32_t character;
	int count = 0;

	for (; left > 0; at += length, left -= length) {
		length = utf8_read(at, left, &character);
		if (length == 0 || character < 0x20 ||
		    (character >= 0x7f && character < 0xa0))
			return -1;
		count++;
	}
	return count;
}

/* Returns the fault of the label of `length` characters, or NULL. */
static const char *
label_fault(const char *label, size_t length)
{
	if (length == 0)
		return "has an empty label: remove the extra dot";
	if (length > LABEL_MAX)
		return "has a label with more than 63 characters: shorten it";
	if (label[0] == '-' || label[length - 1] == '-')
		return "has a label that begins or ends with a hyphen: remove it";
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)label[i]) && label[i] != '-')
			return "is not a host name: use letters, digits, hyphens and "
			       "dots";
	return NULL;
}

/* True for an IPv4 address that inet_pton(3) has rejected. */
static bool
ends_in_number(const char *text)
{
	const char *last = strrchr(text, '.');

	last = last != NULL ? last + 1 : text;
	return *last != '\0' && strspn(last, "0123456789") == strlen(last);
}

/* Returns the fault of `text` as a DNS name (RFC 1123, 2.1; RFC 6125, 6.4.3), or NULL. */
static const char *
dns_fault(const char *text)
{
	if (strstr(text, "://") != NULL)
		return "is a URL: give only the host name in it";
	if (strchr(text, ':') != NULL)
		return "is neither a host name nor an IP address: remove the port";
	if (strlen(text) > DNS_MAX)
		return "has more than 253 characters: shorten it";
	if (ends_in_number(text))
		return "is not an IP address, and a host name does not end in a number";
	if (strncmp(text, "*.", 2) == 0)
		text += 2;
	else if (strchr(text, '*') != NULL)
		return "has a wildcard in the wrong place: write *.DOMAIN";
	for (;;) {
		size_t length = strcspn(text, ".");
		const char *fault = label_fault(text, length);
		if (fault != NULL || text[length] == '\0')
			return fault;
		text += length + 1;
	}
}

static void
add_name(struct subject *subject, const struct subject_name *name)
{
	for (size_t i = 0; i < subject->count; i++)
		if (strcasecmp(subject->names[i].text, name->text) == 0) {
			free(name->text);
			return;
		}
	subject->names = memory_resize(
	    subject->names, (subject->count + 1) * sizeof *subject->names);
	subject->names[subject->count++] = *name;
}

static void
add_text(struct subject *subject, enum subject_kind kind, const char *text)
{
	struct subject_name name = { .kind = kind, .text = memory_copy(text) };

	add_name(subject, &name);
}

/* Adds `text` if it is an IP address; one of version 6 may be in brackets. */
static bool
add_ip(struct subject *subject, const char *text)
{
	struct subject_name name = { .kind = SUBJECT_IP };
	char bare[INET6_ADDRSTRLEN], usual[INET6_ADDRSTRLEN];
	size_t length = strlen(text);
	bool bracketed = length > 2 && text[0] == '[' && text[length - 1] == ']';

	if (length >= sizeof bare)
		return false;
	memcpy(bare, text + bracketed, length - 2 * (size_t)bracketed);
	bare[length - 2 * (size_t)bracketed] = '\0';
	int family = strchr(bare, ':') != NULL ? AF_INET6 : AF_INET;
	if (inet_pton(family, bare, name.ip) != 1)
		return false;
	name.ip_size = family == AF_INET6 ? 16 : 4;
	inet_ntop(family, name.ip, usual, sizeof usual);
	name.text = memory_copy(usual);
	add_name(subject, &name);
	return true;
}

static void
add_server_name(struct subject *subject, const char *text, struct findings *findings)
{
	if (examine_any(text, findings) < 0 || add_ip(subject, text))
		return;
	const char *fault =
	    strchr(text, '@') != NULL
		? "is an e-mail address: give host names and IP addresses of the server"
		: dns_fault(text);
	if (fault != NULL)
		report_text(findings, text, fault);
	else
		add_text(subject, SUBJECT_DNS, text);
}

int
subject_server(
    struct subject *subject, char *const *texts, int count, struct findings *findings)
{
	size_t errors = findings->errors;

	for (int i = 0; i < count; i++)
		add_server_name(subject, texts[i], findings);
	/* Clients read the alternative names; the common name is for people. */
	if (subject->count > 0)
		subject->common_name =
		    memory_copy(strlen(subject->names[0].text) <= COMMON_NAME_MAX
				    ? subject->names[0].text
				    : "server");
	return findings->errors == errors ? 0 : -1;
}

static int
set_common_name(struct subject *subject, const char *text, struct findings *findings)
{
	int count = count_characters(text);

	if (count < 0)
		report_text(findings, text,
		    "is not text in UTF-8 without control characters: check the "
		    "encoding of the terminal");
	else if (count == 0)
		report_text(findings, text, "is empty: give a name");
	else if (count > COMMON_NAME_MAX)
		report_text(findings, text,
		    "has more than 64 characters, too many for a common name: shorten "
		    "it");
	else
		subject->common_name = memory_copy(text);
	return subject->common_name != NULL ? 0 : -1;
}

int
subject_authority(struct subject *subject, const char *text, struct findings *findings)
{
	return set_common_name(subject, text, findings);
}

static bool
is_uri(const char *text)
{
	return strstr(text, "://") != NULL || strncasecmp(text, "urn:", 4) == 0;
}

static bool
is_email(const char *text)
{
	const char *at = strchr(text, '@');

	return at != NULL && at != text && strchr(text, ' ') == NULL &&
	       dns_fault(at + 1) == NULL;
}

/* Adds `text` if its form tells its kind. */
static bool
add_client_name(struct subject *subject, const char *text)
{
	if (!is_printable_ascii(text))
		return false;
	if (add_ip(subject, text))
		return true;
	if (is_uri(text))
		add_text(subject, SUBJECT_URI, text);
	else if (is_email(text))
		add_text(subject, SUBJECT_EMAIL, text);
	else if (strchr(text, '.') != NULL && dns_fault(text) == NULL)
		add_text(subject, SUBJECT_DNS, text);
	else
		return false;
	return true;
}

/* Adds the first text. A URI may be too long for a common name, and then need not be one. */
static void
add_client_first(struct subject *subject, const char *text, struct findings *findings)
{
	if (strlen(text) > COMMON_NAME_MAX && is_uri(text))
		set_common_name(subject, "client", findings);
	else
		set_common_name(subject, text, findings);
	if (subject->common_name != NULL)
		add_client_name(subject, text);
}

int
subject_client(
    struct subject *subject, char *const *texts, int count, struct findings *findings)
{
	size_t errors = findings->errors;

	add_client_first(subject, texts[0], findings);
	for (int i = 1; i < count; i++)
		if (examine_any(texts[i], findings) == 0 &&
		    !add_client_name(subject, texts[i]))
			report_text(findings, texts[i],
			    "is not a DNS name with a dot, IP address, e-mail address "
			    "or URI: correct it, because only the first name can be "
			    "any text");
	return findings->errors == errors ? 0 : -1;
}

void
subject_fini(struct subject *subject)
{
	for (size_t i = 0; i < subject->count; i++)
		free(subject->names[i].text);
	free(subject->names);
	free(subject->common_name);
	*subject = (struct subject){ 0 };
}

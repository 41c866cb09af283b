/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The identity of a client by its certificate or pre-shared key. */
#include "tls/x509/identity.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text/text.h"

typedef int name_reader(gnutls_x509_crt_t, gnutls_datum_t *, unsigned);

/* An empty or unavailable name becomes "". */
static void
read_name(gnutls_x509_crt_t cert, name_reader *read, char *out, size_t room)
{
	gnutls_datum_t name = { NULL, 0 };

	out[0] = '\0';
	if (read(cert, &name, 0) < 0)
		return;
	text_escape_dn(out, room, name.data, name.size);
	gnutls_free(name.data);
}

static void
write_hex(
    char *out, size_t room, const char *digits, const unsigned char *bytes, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < size && n + 2 < room; i++) {
		out[n++] = digits[bytes[i] >> 4];
		out[n++] = digits[bytes[i] & 15];
	}
	out[n] = '\0';
}

static void
read_numbers(gnutls_x509_crt_t cert, struct identity *identity)
{
	unsigned char bytes[32]; /* a serial number has 20 at most: RFC 5280, 4.1.2.2 */
	size_t size = sizeof bytes;

	if (gnutls_x509_crt_get_serial(cert, bytes, &size) >= 0)
		write_hex(identity->serial, sizeof identity->serial, "0123456789ABCDEF",
		    bytes, size);
	size = sizeof bytes;
	if (gnutls_x509_crt_get_fingerprint(cert, GNUTLS_DIG_SHA256, bytes, &size) >= 0)
		write_hex(identity->fingerprint, sizeof identity->fingerprint,
		    "0123456789abcdef", bytes, size);
}

/* True for string types whose bytes are their text (RFC 5280, 4.1.2.4): the bytes of a
 * BMPString may look like another name. */
static bool
is_plain(const gnutls_x509_ava_st *part)
{
	enum {
		UTF8_STRING = 12,
		PRINTABLE_STRING = 19,
		T61_STRING = 20,
		IA5_STRING = 22
	};

	return part->value_tag == UTF8_STRING || part->value_tag == PRINTABLE_STRING ||
	       part->value_tag == T61_STRING || part->value_tag == IA5_STRING;
}

static bool
is_common_name(const gnutls_x509_ava_st *part)
{
	static const char oid[] = GNUTLS_OID_X520_COMMON_NAME;

	return strncmp((char *)part->oid.data, oid, sizeof oid) == 0;
}

/* The library's own function for this would escape the name. */
bool
identity_common_name(gnutls_x509_crt_t cert, void *name)
{
	gnutls_datum_t *found = name;
	gnutls_x509_ava_st part;
	gnutls_x509_dn_t subject;
	int count = 0;

	if (gnutls_x509_crt_get_subject(cert, &subject) < 0)
		return false;
	for (int i = 0; gnutls_x509_dn_get_rdn_ava(subject, i, 0, &part) >= 0; i++)
		for (int j = 0; gnutls_x509_dn_get_rdn_ava(subject, i, j, &part) >= 0;
		     j++) {
			if (!is_common_name(&part))
				continue;
			if (++count > 1 || !is_plain(&part))
				return false;
			*found = part.value;
		}
	return count == 1;
}

static void
choose_name(gnutls_x509_crt_t cert, struct identity *identity)
{
	gnutls_datum_t common;

	if (identity_common_name(cert, &common))
		text_escape_name(
		    identity->name, sizeof identity->name, common.data, common.size);
	else
		snprintf(
		    identity->name, sizeof identity->name, "%.255s", identity->subject);
}

void
identity_read(gnutls_x509_crt_t cert, struct identity *identity)
{
	*identity =
	    (struct identity){ .not_after = gnutls_x509_crt_get_expiration_time(cert) };
	read_name(
	    cert, gnutls_x509_crt_get_dn3, identity->subject, sizeof identity->subject);
	read_name(cert, gnutls_x509_crt_get_issuer_dn3, identity->issuer,
	    sizeof identity->issuer);
	read_numbers(cert, identity);
	choose_name(cert, identity);
}

void
identity_from_psk(const void *name, size_t size, struct identity *identity)
{
	*identity = (struct identity){ .is_psk = true, .not_after = INT64_MAX };
	text_escape_name(identity->name, sizeof identity->name, name, size);
}

void
identity_rename(struct identity *identity, const char *name)
{
	snprintf(identity->name, sizeof identity->name, "%s", name);
}

const char *
identity_word(const struct identity *identity, char out[IDENTITY_WORD_SIZE])
{
	size_t n = 0;

	if (identity == NULL || identity->name[0] == '\0')
		return strcpy(out, "-");
	for (const char *from = identity->name; *from != '\0'; from++)
		if (*from == ' ' || *from == '"')
			n += (size_t)snprintf(
			    out + n, IDENTITY_WORD_SIZE - n, "\\x%02x", *from);
		else
			out[n++] = *from;
	out[n] = '\0';
	return out;
}

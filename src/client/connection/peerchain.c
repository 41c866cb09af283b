/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The certificates that the server presented, in words. */
#include "client/connection/peerchain.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/abstract.h>

#include "base/memory/memory.h"
#include "base/text/stringlist.h"
#include "base/text/text.h"
#include "tls/x509/pin.h"

#define NAME_SIZE 1024

void
peerchain_init(struct peerchain *chain, gnutls_session_t session)
{
	unsigned count = 0;
	const gnutls_datum_t *peers = gnutls_certificate_get_peers(session, &count);

	*chain = (struct peerchain){ .count = 0 };
	for (unsigned i = 0; peers != NULL && i < count && i < PEERCHAIN_MAX; i++) {
		gnutls_x509_crt_t cert;

		if (gnutls_x509_crt_init(&cert) < 0)
			return;
		if (gnutls_x509_crt_import(cert, &peers[i], GNUTLS_X509_FMT_DER) < 0) {
			gnutls_x509_crt_deinit(cert);
			return;
		}
		chain->items[chain->count++] = cert;
	}
}

void
peerchain_fini(struct peerchain *chain)
{
	for (size_t i = 0; i < chain->count; i++)
		gnutls_x509_crt_deinit(chain->items[i]);
	chain->count = 0;
}

static char *
escape_bytes(const void *bytes, size_t size)
{
	size_t room = 4 * size + 8;

	return text_escape_name(memory_new(room), room, bytes, size);
}

static char *
take_dn(int result, gnutls_datum_t *dn)
{
	if (result < 0 || dn->size == 0)
		return memory_copy("(none)");
	size_t room = 3 * (size_t)dn->size + 8;
	char *text = text_escape_dn(memory_new(room), room, dn->data, dn->size);
	gnutls_free(dn->data);
	return text;
}

char *
peerchain_subject(gnutls_x509_crt_t cert)
{
	gnutls_datum_t dn = { NULL, 0 };

	return take_dn(gnutls_x509_crt_get_dn3(cert, &dn, 0), &dn);
}

char *
peerchain_issuer(gnutls_x509_crt_t cert)
{
	gnutls_datum_t dn = { NULL, 0 };

	return take_dn(gnutls_x509_crt_get_issuer_dn3(cert, &dn, 0), &dn);
}

static void
add_escaped(struct stringlist *names, const void *bytes, size_t size)
{
	char *text = escape_bytes(bytes, size);

	stringlist_add(names, text, strlen(text));
	free(text);
}

static void
add_ip(struct stringlist *names, const void *bytes, size_t size)
{
	char text[INET6_ADDRSTRLEN];

	if (size != 4 && size != 16)
		return;
	inet_ntop(size == 4 ? AF_INET : AF_INET6, bytes, text, sizeof text);
	stringlist_add(names, text, strlen(text));
}

static void
add_alternative_names(gnutls_x509_crt_t cert, struct stringlist *names)
{
	for (unsigned i = 0;; i++) {
		char name[NAME_SIZE];
		size_t size = sizeof name;
		int type =
		    gnutls_x509_crt_get_subject_alt_name(cert, i, name, &size, NULL);

		if (type == GNUTLS_E_SHORT_MEMORY_BUFFER)
			continue;
		if (type < 0)
			return;
		if (type == GNUTLS_SAN_DNSNAME)
			add_escaped(names, name, size);
		else if (type == GNUTLS_SAN_IPADDRESS)
			add_ip(names, name, size);
	}
}

void
peerchain_add_names(gnutls_x509_crt_t cert, struct stringlist *names)
{
	char name[NAME_SIZE];
	size_t size = sizeof name;

	add_alternative_names(cert, names);
	if (names->count == 0 &&
	    gnutls_x509_crt_get_dn_by_oid(
		cert, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size) == 0)
		add_escaped(names, name, size);
}

bool
peerchain_parse_ip(const char *text, unsigned char address[16], size_t *size)
{
	if (inet_pton(AF_INET, text, address) == 1)
		*size = 4;
	else if (inet_pton(AF_INET6, text, address) == 1)
		*size = 16;
	else
		return false;
	return true;
}

bool
peerchain_is_for(gnutls_x509_crt_t cert, const char *name)
{
	unsigned char address[16];
	size_t size;

	if (peerchain_parse_ip(name, address, &size))
		return gnutls_x509_crt_check_ip(cert, address, (unsigned)size, 0) != 0;
	return gnutls_x509_crt_check_hostname(cert, name) != 0;
}

char *
peerchain_pin(gnutls_x509_crt_t cert)
{
	struct pin pin;
	char text[PIN_TEXT_SIZE];

	return memory_copy(
	    pin_read(cert, &pin) == 0 ? pin_format(&pin, text) : "(none)");
}

char *
peerchain_algorithms(gnutls_x509_crt_t cert)
{
	unsigned bits = 0;
	int key = gnutls_x509_crt_get_pk_algorithm(cert, &bits);
	int signature = gnutls_x509_crt_get_signature_algorithm(cert);
	const char *key_name =
	    key < 0 ? NULL : gnutls_pk_get_name((gnutls_pk_algorithm_t)key);
	const char *signature_name =
	    signature < 0 ? NULL
			  : gnutls_sign_get_name((gnutls_sign_algorithm_t)signature);

	return memory_format("%s %u bits, signed with %s",
	    key_name != NULL ? key_name : "unknown key", bits,
	    signature_name != NULL ? signature_name : "an unknown algorithm");
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compares two parsers' results for a server name. */
#include "lib/readings.h"

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "server/accept/hello.h"
#include "tls/hello/clienthello.h"
#include "tls/session/hiddenname.h"

/* A session of the library that stops after reading the ClientHello. */
struct reader {
	const unsigned char *bytes;
	size_t left;
	bool hides, has_read;
	char *name; /* as the library read it; NULL if it found none */
	size_t size;
};

static ssize_t
pull(gnutls_transport_ptr_t pointer, void *bytes, size_t size)
{
	struct reader *reader = pointer;
	size_t n = size < reader->left ? size : reader->left;

	memcpy(bytes, reader->bytes, n);
	reader->bytes += n;
	reader->left -= n;
	return (ssize_t)n;
}

static ssize_t
push(gnutls_transport_ptr_t pointer, const void *bytes, size_t size)
{
	(void)pointer;
	(void)bytes;
	return (ssize_t)size;
}

/* Hides the name, as a session of tlsd does, before the library reads the ClientHello. */
static int
hide_name(gnutls_session_t tls, unsigned type, unsigned when, unsigned incoming,
    const gnutls_datum_t *message)
{
	struct reader *reader = gnutls_session_get_ptr(tls);
	struct clienthello hello;

	(void)type;
	(void)when;
	if (!incoming ||
	    clienthello_read_body(message->data, message->size, &hello) < 0 ||
	    !hiddenname_is_needed(&hello))
		return 0;
	reader->hides = true;
	return hiddenname_hide(tls);
}

static int
read_name(gnutls_session_t tls)
{
	struct reader *reader = gnutls_session_get_ptr(tls);
	unsigned type;
	size_t room = 70000;

	reader->has_read = true;
	reader->name = malloc(room);
	reader->size = room;
	if (gnutls_server_name_get(tls, reader->name, &reader->size, &type, 0) < 0) {
		free(reader->name);
		reader->name = NULL;
	}
	return GNUTLS_E_UNRECOGNIZED_NAME; /* ends the handshake */
}

/* Returns the library's result of the handshake. */
static int
let_library_read(struct reader *reader)
{
	static gnutls_certificate_credentials_t nothing;
	gnutls_session_t tls;
	int code;

	if (nothing == NULL)
		gnutls_certificate_allocate_credentials(&nothing);
	gnutls_init(&tls, GNUTLS_SERVER | GNUTLS_NO_SIGNAL);
	gnutls_set_default_priority(tls);
	gnutls_credentials_set(tls, GNUTLS_CRD_CERTIFICATE, nothing);
	gnutls_session_set_ptr(tls, reader);
	gnutls_transport_set_ptr(tls, reader);
	gnutls_transport_set_pull_function(tls, pull);
	gnutls_transport_set_push_function(tls, push);
	gnutls_handshake_set_post_client_hello_function(tls, read_name);
	gnutls_handshake_set_hook_function(
	    tls, GNUTLS_HANDSHAKE_CLIENT_HELLO, GNUTLS_HOOK_PRE, hide_name);
	do
		code = gnutls_handshake(tls);
	while (code < 0 && !gnutls_error_is_fatal(code));
	gnutls_deinit(tls);
	return code;
}

static enum readings
compare(const struct clienthello *hello, const struct reader *reader)
{
	if (reader->hides)
		return reader->name == NULL ? READINGS_HIDDEN : READINGS_DIFFER;
	if (reader->name == NULL)
		return hello->said == NULL ? READINGS_AGREE : READINGS_DIFFER;
	return hello->said != NULL && hello->said_size == reader->size &&
	               memcmp(hello->said, reader->name, reader->size) == 0
	           ? READINGS_AGREE
	           : READINGS_DIFFER;
}

enum readings
readings_compare(const unsigned char *records, size_t size)
{
	struct reader reader = { .bytes = records, .left = size };
	enum readings result = READINGS_UNREAD;
	unsigned char *copy = malloc(size + 1);
	struct clienthello hello;
	size_t needed;

	memcpy(copy, records, size);
	if (hello_judge(copy, size, &needed) == HELLO_WHOLE &&
	    clienthello_read(copy + HELLO_RECORD_HEADER, hello_gather(copy), &hello) ==
		0) {
		int code = let_library_read(&reader);
		if (reader.has_read)
			result = compare(&hello, &reader);
		else
			result = code == GNUTLS_E_RECEIVED_DISALLOWED_NAME
			             ? READINGS_NAME_REFUSED
			             : READINGS_REFUSED;
	}
	free(reader.name);
	free(copy);
	return result;
}

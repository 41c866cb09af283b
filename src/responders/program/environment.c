/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The description of the connection that a program gets. */
#include "responders/program/environment.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/net/address.h"
#include "tls/x509/identity.h"
#include "tls/session/session.h"

#define SEARCH_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* Adds a variable. If one does not fit, `used` becomes the size of the text. */
static void __attribute__((format(printf, 3, 4)))
add_variable(struct environment *environment, const char *name, const char *format, ...)
{
	char *item = environment->text + environment->used;
	size_t room = sizeof environment->text - environment->used;
	size_t length = strlen(name) + 1;
	va_list args;

	if (room <= length || environment->count == ENVIRONMENT_ITEMS - 1) {
		environment->used = sizeof environment->text;
		return;
	}
	snprintf(item, room, "%s=", name);
	va_start(args, format);
	length += (size_t)vsnprintf(item + length, room - length, format, args);
	va_end(args);
	if (length >= room) {
		environment->used = sizeof environment->text;
		return;
	}
	environment->items[environment->count++] = item;
	environment->used += length + 1;
}

/* cr.yp.to/proto/ucspi.txt: PROTO says which variables there are. stunnel's follow. */
static void
add_addresses(struct environment *environment, const struct session *session)
{
	struct address peer, local;
	char text[ADDRESS_TEXT_SIZE];

	session_peer(session, &peer);
	session_local(session, &local);
	if (address_family(&local) == AF_UNIX) {
		add_variable(environment, "PROTO", "UNIX");
		add_variable(environment, "UNIXLOCALPATH", "%s", address_path(&local));
		return;
	}
	add_variable(environment, "PROTO", "TCP");
	add_variable(environment, "TCPLOCALIP", "%s", address_host(&local, text));
	add_variable(environment, "TCPLOCALPORT", "%u", address_port(&local));
	add_variable(environment, "TCPREMOTEIP", "%s", address_host(&peer, text));
	add_variable(environment, "TCPREMOTEPORT", "%u", address_port(&peer));
	add_variable(environment, "REMOTE_HOST", "%s", text);
	add_variable(environment, "REMOTE_PORT", "%u", address_port(&peer));
}

/* Adds a value that the client has sent. If it is missing ("-"), the variable is left out. */
static void
add_if_there(struct environment *environment, const char *name, const char *value)
{
	if (strcmp(value, "-") != 0)
		add_variable(environment, name, "%s", value);
}

/* mod_ssl writes a version as "TLSv1.3". */
static void
add_session(struct environment *environment, const struct session *session)
{
	struct session_facts facts;

	session_facts(session, &facts);
	add_variable(environment, "SSL_PROTOCOL", "TLSv%s",
	    strncmp(facts.version, "TLS", 3) == 0 ? facts.version + 3 : facts.version);
	add_variable(environment, "SSL_CIPHER", "%s", facts.suite);
	add_if_there(environment, "SSL_TLS_SNI", facts.sni);
	add_if_there(environment, "SSL_TLS_ALPN", facts.alpn);
	add_variable(environment, "SSL_SESSION_RESUMED", "%s",
	    facts.resumed ? "Resumed" : "Initial");
}

/* Describes a verified client only: a program must not take an unproved name for a proved one.
 * The variables about certificates do not describe a pre-shared key. */
static void
add_client(struct environment *environment, const struct identity *identity)
{
	if (identity != NULL && identity->verified && identity->is_psk)
		add_variable(environment, "SSL_PSK_IDENTITY", "%s", identity->name);
	if (identity == NULL || !identity->verified || identity->is_psk) {
		add_variable(environment, "SSL_CLIENT_VERIFY", "NONE");
		return;
	}
	add_variable(environment, "SSL_CLIENT_VERIFY", "SUCCESS");
	add_variable(environment, "SSL_CLIENT_NAME", "%s", identity->name);
	add_variable(environment, "SSL_CLIENT_S_DN", "%s", identity->subject);
	add_variable(environment, "SSL_CLIENT_DN", "%s", identity->subject);
	add_variable(environment, "SSL_CLIENT_I_DN", "%s", identity->issuer);
	add_variable(environment, "SSL_CLIENT_M_SERIAL", "%s", identity->serial);
	add_variable(
	    environment, "SSL_CLIENT_FINGERPRINT", "%s", identity->fingerprint);
}

int
environment_init(
    struct environment *environment, const struct session *session, const char *service)
{
	environment->count = environment->used = 0;
	add_variable(environment, "PATH", SEARCH_PATH);
	add_variable(environment, "SERVICE", "%s", service);
	add_addresses(environment, session);
	add_session(environment, session);
	add_client(environment, session_identity(session));
	environment->items[environment->count] = NULL;
	return environment->used < sizeof environment->text ? 0 : -1;
}

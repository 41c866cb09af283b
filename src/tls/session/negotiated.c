/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The negotiated parameters. */
#include "tls/session/negotiated.h"

#include <string.h>

#include "base/text/text.h"
#include "tls/session/sessionfacts.h"

static void
read_alpn(gnutls_session_t tls, char *out, size_t room)
{
	gnutls_datum_t name;

	if (gnutls_alpn_get_selected_protocol(tls, &name) < 0)
		strcpy(out, "-");
	else
		text_escape(out, room, name.data, name.size);
}

/* Only from 3.7.4 on does the library have a name for the suite of a session. */
static const char *
suite_name(gnutls_session_t tls)
{
	const bool is_tls13 = gnutls_protocol_get_version(tls) == GNUTLS_TLS1_3;
	gnutls_kx_algorithm_t exchange;
	gnutls_cipher_algorithm_t cipher;
	gnutls_mac_algorithm_t mac;
	gnutls_protocol_t oldest;

	for (size_t i = 0;; i++) {
		const char *name = gnutls_cipher_suite_info(
		    i, NULL, &exchange, &cipher, &mac, &oldest);
		if (name == NULL)
			return NULL;
		bool fits = is_tls13 ? oldest == GNUTLS_TLS1_3
		                     : exchange == gnutls_kx_get(tls) &&
		                           mac == gnutls_mac_get(tls);
		if (fits && cipher == gnutls_cipher_get(tls))
			return name;
	}
}

static const char *
or_dash(const char *name)
{
	return name != NULL ? name : "-";
}

void
negotiated_tell(gnutls_session_t tls, struct session_facts *facts)
{
	facts->version =
	    or_dash(gnutls_protocol_get_name(gnutls_protocol_get_version(tls)));
	facts->cipher = or_dash(gnutls_cipher_get_name(gnutls_cipher_get(tls)));
	facts->suite = or_dash(suite_name(tls));
	facts->group = or_dash(gnutls_group_get_name(gnutls_group_get(tls)));
	read_alpn(tls, facts->alpn, sizeof facts->alpn);
	facts->resumed = gnutls_session_is_resumed(tls);
}

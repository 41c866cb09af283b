/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SESSION_NEGOTIATED_H
#define TLSD_TLS_SESSION_NEGOTIATED_H

/* The negotiated parameters, as the library reports them. */

#include <gnutls/gnutls.h>

struct session_facts;

/* Fills in all that `tls` knows; an unknown name is "-". */
void negotiated_tell(gnutls_session_t tls, struct session_facts *facts);

#endif

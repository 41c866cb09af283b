/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library's way to the transport. */
#include "tls/session/recordio.h"

#include <errno.h>
#include <gnutls/gnutls.h>

#include "tls/session/sessionstate.h"
#include "tls/transport/input.h"
#include "tls/transport/output.h"

/* Reads for the library, unless it must stop instead: early data can be sent, or the client's
 * records make no progress. */
static ssize_t
pull(gnutls_transport_ptr_t pointer, void *bytes, size_t size)
{
	struct session *session = pointer;

	if (earlydata_opens(&session->early)) {
		gnutls_transport_set_errno(session->tls, EAGAIN);
		return -1;
	}
	if (recordguard_want(&session->guard, size, session->handshaken)) {
		gnutls_transport_set_errno(session->tls, EPROTO);
		return -1;
	}
	ssize_t n = session->nonblocking
	                ? transport_try_read(session->transport, bytes, size)
	                : transport_read(session->transport, bytes, size);

	if (n < 0)
		gnutls_transport_set_errno(session->tls, errno);
	else {
		recordguard_take(&session->guard, bytes, (size_t)n);
		recordguard_mend(&session->guard, bytes, (size_t)n,
		    gnutls_protocol_get_version(session->tls) == GNUTLS_TLS1_3);
	}
	return n;
}

/* The library calls this only for its own time-outs, which are not used. */
static int
pull_timeout(gnutls_transport_ptr_t pointer, unsigned ms)
{
	(void)pointer;
	(void)ms;
	return 1;
}

/* Drops output to a client that takes nothing more: the library would not read on after a
 * failure, and the client may have sent something before it left. */
static ssize_t
push(gnutls_transport_ptr_t pointer, const giovec_t *parts, int count)
{
	struct session *session = pointer;
	ssize_t total = 0;

	for (int i = 0; i < count; i++) {
		if (!transport_is_deaf(session->transport) &&
		    transport_write(
			session->transport, parts[i].iov_base, parts[i].iov_len) < 0) {
			gnutls_transport_set_errno(session->tls, errno);
			return -1;
		}
		total += (ssize_t)parts[i].iov_len;
	}
	return total;
}

void
recordio_connect(struct session *session)
{
	gnutls_transport_set_ptr(session->tls, session);
	gnutls_transport_set_pull_function(session->tls, pull);
	gnutls_transport_set_pull_timeout_function(session->tls, pull_timeout);
	gnutls_transport_set_vec_push_function(session->tls, push);
}

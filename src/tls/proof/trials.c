/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trial handshakes between a service and a client of this file. */
#include "tls/proof/trials.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/ocsp.h>

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "base/memory/shortage.h"
#include "tls/keys/credential.h"
#include "tls/keys/keypair.h"
#include "tls/keys/pairs.h"
#include "tls/keys/staple.h"
#include "tls/session/context.h"
#include "tls/session/handshake.h"
#include "tls/session/session.h"
#include "tls/transport/output.h"
#include "tls/x509/certificate.h"

/* A handshake has up to five flights, a second hello's among them (RFC 8446, 2.1). */
enum { TURNS_MAX = 10, TIME_MAX_MS = 5000 };

/* The signatures accepted by a client that knows only one algorithm. */
static const char *const signatures[] = {
	[KEYPAIR_ECDSA] =
	    "+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SECP384R1-SHA384:"
	    "+SIGN-ECDSA-SECP521R1-SHA512:+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:"
	    "+SIGN-ECDSA-SHA512",
	[KEYPAIR_EDDSA] = "+SIGN-EDDSA-ED25519:+SIGN-EDDSA-ED448",
	[KEYPAIR_RSA] =
	    "+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-PSS-RSAE-SHA384:"
	    "+SIGN-RSA-PSS-RSAE-SHA512:+SIGN-RSA-PSS-SHA256:+SIGN-RSA-PSS-SHA384:"
	    "+SIGN-RSA-PSS-SHA512:+SIGN-RSA-SHA256:+SIGN-RSA-SHA384:+SIGN-RSA-SHA512",
	[KEYPAIR_OTHER] = ""
};

/* One handshake. */
struct trial {
	struct trials *trials;
	const struct keypair *pair; /* the pair to test; NULL for any */
	char *host; /* the host that the client names; NULL for none */
	int fds[2]; /* the server's and the client's */
	struct session *server;
	gnutls_session_t client;
	bool asked; /* TLS 1.2: the server's first flight is complete */
};

bool
trials_init(struct trials *trials, const struct context *context,
    const struct context *old, struct findings *findings)
{
	*trials =
	    (struct trials){ .context = context, .old = old, .findings = findings };
	if (transport_init(&trials->transport) == 0 &&
	    gnutls_certificate_allocate_credentials(&trials->nothing) == 0)
		return true;
	findings_error(findings, "cert: out of memory for a trial handshake");
	return false;
}

void
trials_fini(struct trials *trials)
{
	if (trials->nothing != NULL)
		gnutls_certificate_free_credentials(trials->nothing);
	transport_fini(&trials->transport);
}

static void __attribute__((format(printf, 2, 3)))
report_trial(const struct trial *trial, const char *format, ...)
{
	const struct keypair *pair = trial->pair;
	va_list args;

	va_start(args, format);
	char *text = memory_vformat(format, args);
	va_end(args);
	if (pair == NULL)
		findings_error(trial->trials->findings,
		    "cert: in a trial handshake, a client that asks for no host %s",
		    text);
	else
		findings_error(trial->trials->findings,
		    "cert: %s: in a trial handshake, a client that supports only %s "
		    "and asks for %s %s",
		    keypair_file(pair), keypair_description(pair),
		    trial->host != NULL ? trial->host : "no host", text);
	free(text);
}

/* Called when the server's certificate and its signature have been verified. */
static int
note_request(gnutls_session_t tls, unsigned type, unsigned when, unsigned incoming,
    const gnutls_datum_t *message)
{
	struct trial *trial = gnutls_session_get_ptr(tls);

	(void)type;
	(void)when;
	(void)message;
	trial->asked = trial->asked || incoming != 0;
	return 0;
}

/* If the server requests a certificate from the client, which has none, the server has sent its
 * own before (RFC 5246, 7.3). A failure after that is not the server's. */
static bool
is_proved(const struct trial *trial, int code)
{
	return code == 0 ||
	       (trial->asked &&
		   gnutls_certificate_client_get_request_status(trial->client) != 0);
}

static int
make_client(struct trial *trial)
{
	struct trials *trials = trial->trials;
	enum keypair_algorithm algorithm =
	    trial->pair != NULL ? keypair_algorithm(trial->pair) : KEYPAIR_OTHER;

	if (gnutls_init(
		&trial->client, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0)
		return -1;
	if (context_equip_client(
		trials->context, trial->client, signatures[algorithm]) < 0 ||
	    gnutls_credentials_set(
		trial->client, GNUTLS_CRD_CERTIFICATE, trials->nothing) < 0)
		return -1;
	if (trial->host != NULL)
		gnutls_server_name_set(
		    trial->client, GNUTLS_NAME_DNS, trial->host, strlen(trial->host));
	gnutls_session_set_ptr(trial->client, trial);
	gnutls_handshake_set_hook_function(trial->client,
	    GNUTLS_HANDSHAKE_SERVER_HELLO_DONE, GNUTLS_HOOK_POST, note_request);
	gnutls_transport_set_int(trial->client, trial->fds[1]);
	return 0;
}

/* Makes the server side. The client must have sent its hello. */
static int
make_server(struct trial *trial)
{
	struct transport *transport = &trial->trials->transport;

	transport_attach(transport, trial->fds[0], false);
	transport_set_deadline(transport, deadline_in(TIME_MAX_MS), 0);
	trial->server = session_new(
	    trial->trials->context, transport, SESSION_COMPLETE, 0, trial->host);
	return trial->server != NULL ? 0 : -1;
}

/* Runs the server's turn. Its output is sent even if the handshake fails. */
static void
run_server(struct trial *trial)
{
	session_try_handshake(trial->server);
	transport_try_flush(&trial->trials->transport);
}

static void
complain_unserved(const struct trial *trial, int code)
{
	const char *reason = session_failure(trial->server) != FAILURE_NONE
	                         ? session_reason(trial->server)
	                         : gnutls_strerror(code);

	if (session_failure(trial->server) == FAILURE_CIPHER)
		report_trial(trial,
		    "cannot be served (%s): add its algorithm to ciphers or priority, "
		    "or remove the certificate",
		    reason);
	else
		report_trial(trial, "cannot be served: %s", reason);
}

/* Returns true once the client is satisfied. Both sides take turns in this thread. */
static bool
shake_hands(struct trial *trial)
{
	int code = gnutls_handshake(trial->client);

	if (make_server(trial) < 0) {
		report_trial(trial, "ran out of memory");
		return false;
	}
	for (int turn = 0; turn < TURNS_MAX && !is_proved(trial, code); turn++) {
		run_server(trial);
		code = gnutls_handshake(trial->client);
		if (code < 0 && gnutls_error_is_fatal(code))
			break;
	}
	if (is_proved(trial, code))
		return true;
	complain_unserved(trial, code);
	return false;
}

static bool
is_chain_of(const struct keypair *pair, const gnutls_datum_t *sent, unsigned count)
{
	const struct credential *credential = keypair_credential(pair);

	if (count != credential->count)
		return false;
	for (unsigned i = 0; i < count; i++) {
		const gnutls_datum_t *own = &credential->certs[i].cert;
		if (own->size != sent[i].size ||
		    memcmp(own->data, sent[i].data, own->size) != 0)
			return false;
	}
	return true;
}

/* Returns the presented pair if the client received its chain, whole and in order, or NULL. */
static const struct offer *
find_sent(const struct trial *trial)
{
	unsigned count = 0;
	const gnutls_datum_t *sent =
	    gnutls_certificate_get_peers(trial->client, &count);

	const struct offer *presented = session_offer(trial->server);
	return sent != NULL && is_chain_of(presented->pair, sent, count) ? presented
	                                                                 : NULL;
}

/* Returns a valid pair for the same client, from this service or the one in effect, or NULL. */
static const struct keypair *
find_better(const struct trial *trial)
{
	const struct pairs *pairs = context_pairs(trial->trials->context);
	time_t now = time(NULL);

	for (size_t i = 0; i < pairs_count(pairs); i++) {
		const struct keypair *pair = pairs_offer(pairs, i)->pair;
		if (keypair_is_valid(pair, now) &&
		    (trial->pair == NULL ||
			keypair_algorithm(pair) == keypair_algorithm(trial->pair)) &&
		    (trial->host == NULL || keypair_covers(pair, trial->host)))
			return pair;
	}
	return trial->trials->old != NULL && trial->host != NULL
	           ? pairs_valid_for(context_pairs(trial->trials->old), trial->host)
	           : NULL;
}

static void
examine_validity(const struct trial *trial)
{
	char end[CERTIFICATE_DATE_SIZE];
	const struct keypair *better = find_better(trial);

	if (better == NULL)
		return;
	report_trial(trial,
	    "gets a certificate that is not valid, although the one in %s is valid "
	    "until %s: set that one, or renew it",
	    keypair_file(better), certificate_date(keypair_not_after(better), end));
}

/* A fresh response must be sent (RFC 6066, 8). */
static void
examine_staple(const struct trial *trial, const struct staple *staple)
{
	gnutls_datum_t response;

	if (staple != NULL && staple_is_fresh(staple, time(NULL)) &&
	    gnutls_ocsp_status_request_get2(trial->client, 0, &response) < 0)
		report_trial(
		    trial, "gets no OCSP response: this is a bug in tlsd: report it");
}

static void
examine_sent(const struct trial *trial)
{
	const struct offer *sent = find_sent(trial);

	if (sent == NULL)
		report_trial(
		    trial, "gets none of the chains: this is a bug in tlsd: report it");
	else if (trial->host != NULL && !keypair_covers(sent->pair, trial->host))
		report_trial(trial,
		    "gets a certificate that is not for it: this is a bug "
		    "in tlsd: report it");
	else if (!keypair_is_valid(sent->pair, time(NULL)))
		examine_validity(trial);
	else
		examine_staple(trial, sent->staple);
}

void
trials_run(struct trials *trials, const struct keypair *pair, char *host)
{
	struct trial trial = {
		.trials = trials, .pair = pair, .host = host, .fds = { -1, -1 }
	};

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		trial.fds) < 0) {
		shortage_note_cause(errno);
		findings_error(trials->findings,
		    "cert: no trial handshake is possible: %s", strerrordesc_np(errno));
	} else if (make_client(&trial) < 0)
		report_trial(&trial, "cannot be simulated: GnuTLS does not support it");
	else if (shake_hands(&trial))
		examine_sent(&trial);
	session_free(trial.server);
	if (trial.client != NULL)
		gnutls_deinit(trial.client);
	for (int i = 0; i < 2; i++)
		if (trial.fds[i] >= 0)
			close(trial.fds[i]);
}

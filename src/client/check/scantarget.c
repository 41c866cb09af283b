/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server under examination. */
#include "client/check/scantarget.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gnutls/gnutls.h>

#include "base/deadline.h"
#include "base/log/findings.h"
#include "client/connection/peerchain.h"
#include "client/connection/channel.h"
#include "client/connection/dial.h"
#include "client/options/defaultpriority.h"
#include "client/options/options.h"
#include "client/options/parameters.h"
#include "tls/transport/input.h"
#include "tls/transport/output.h"
#include "tls/transport/transport.h"

#define ANSWER_SIZE 4096

static void
try_address(struct scantarget *patient, const struct address *address, bool *reached)
{
	struct findings attempts;

	findings_init(&attempts);
	int fd =
	    dial_address(address, deadline_in(patient->options->timeout_ms), &attempts);
	if (fd >= 0) {
		char text[ADDRESS_TEXT_SIZE];
		diagnosis_add(&patient->diagnosis, SEVERITY_OK, "address", NULL,
		    "%s answers", address_format(address, text));
		close(fd);
		if (!*reached)
			patient->address = *address;
		*reached = true;
	} else {
		diagnosis_add(&patient->diagnosis, SEVERITY_WARNING, "address",
		    "clients may try it first: start the server there, or remove the "
		    "address from the name",
		    "%s", attempts.items[0].text);
	}
	findings_fini(&attempts);
}

int
scantarget_find(struct scantarget *patient)
{
	struct address addresses[DIAL_MAX];
	struct findings attempts;
	bool reached = false;

	findings_init(&attempts);
	size_t n =
	    dial_resolve(&patient->options->target, addresses, DIAL_MAX, &attempts);
	for (size_t i = 0; i < attempts.count; i++)
		diagnosis_add(&patient->diagnosis, SEVERITY_FAIL, "address", NULL, "%s",
		    attempts.items[i].text);
	findings_fini(&attempts);
	for (size_t i = 0; i < n; i++)
		try_address(patient, &addresses[i], &reached);
	if (!reached)
		diagnosis_add(&patient->diagnosis, SEVERITY_FAIL, "address",
		    "start the server, or use the address where it runs",
		    "no server answers at %s", patient->options->target.text);
	return reached ? 0 : -1;
}

static int
connect_patient(const struct scantarget *patient, struct deadline deadline)
{
	struct findings attempts;

	findings_init(&attempts);
	int fd = dial_address(&patient->address, deadline, &attempts);
	findings_fini(&attempts);
	return fd;
}

struct channel *
scantarget_call_with(
    const struct scantarget *patient, const struct parameters *parameters, int *result)
{
	struct deadline deadline = deadline_in(patient->options->timeout_ms);
	int fd = connect_patient(patient, deadline);
	struct channel *channel = fd < 0 ? NULL : channel_new(fd, parameters);

	*result = channel == NULL ? -1 : channel_handshake(channel, deadline);
	return channel;
}

gnutls_priority_t
scantarget_priority(const char *text)
{
	gnutls_priority_t priority = NULL;
	char *wide = defaultpriority_widen(text);
	int code = gnutls_priority_init(&priority, wide, NULL);

	free(wide);
	return code < 0 ? NULL : priority;
}

struct channel *
scantarget_call(struct scantarget *patient, const char *priority, int *result)
{
	struct parameters *parameters = &patient->variation;
	gnutls_priority_t cache = NULL;

	*result = -1;
	*parameters = *patient->parameters;
	parameters->insecure = true;
	if (priority != NULL && (cache = scantarget_priority(priority)) == NULL)
		return NULL;
	if (cache != NULL)
		parameters->priority = cache;
	struct channel *channel = scantarget_call_with(patient, parameters, result);
	if (cache != NULL)
		gnutls_priority_deinit(cache); /* the session holds a reference */
	return channel;
}

/* Reads up to the end of the first message. */
static struct probe_answer
read_answer(struct transport *transport)
{
	unsigned char bytes[ANSWER_SIZE];
	struct probe_answer answer = { .kind = PROBE_PARTIAL };
	size_t size = 0;

	while (answer.kind == PROBE_PARTIAL && size < sizeof bytes) {
		ssize_t n =
		    transport_read(transport, bytes + size, sizeof bytes - size);
		if (n <= 0)
			break;
		size += (size_t)n;
		probe_parse(bytes, size, &answer);
	}
	if (answer.kind == PROBE_PARTIAL)
		answer.kind = PROBE_SILENT;
	return answer;
}

struct probe_answer
scantarget_ask(const struct scantarget *patient, struct probe probe)
{
	struct deadline deadline = deadline_in(patient->options->timeout_ms);
	struct probe_answer answer = { .kind = PROBE_SILENT };
	unsigned char ip[16];
	struct transport transport;
	size_t ip_size;
	int fd = connect_patient(patient, deadline);

	if (!peerchain_parse_ip(patient->parameters->name, ip, &ip_size))
		probe.name = patient->parameters->name;
	if (patient->options->alpn.count > 0)
		probe.alpn = patient->options->alpn.items[0];
	if (fd >= 0 && transport_init(&transport) == 0) {
		unsigned char bytes[PROBE_SIZE];
		transport_attach(&transport, fd, false);
		transport_set_deadline(&transport, deadline, 0);
		if (transport_write(&transport, bytes, probe_build(&probe, bytes)) == 0)
			answer = read_answer(&transport);
		transport_fini(&transport);
	}
	if (fd >= 0)
		close(fd);
	return answer;
}

bool
scantarget_offers(const struct scantarget *patient, uint16_t version)
{
	return patient->offers[version - PROBE_SSL3];
}

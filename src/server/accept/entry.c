/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Admitting clients, and finding their services. */
#include "server/accept/entry.h"

#include <string.h>

#include "server/conf/conf.h"
#include "server/connection/connection.h"
#include "server/limits/limits.h"
#include "server/snapshot/route.h"
#include "server/snapshot/service.h"
#include "tls/hello/clienthello.h"

/* Checks the limits of the service. A client that it refuses does not count for the process, and
 * so costs the other services nothing. */
static enum failure
enter_service(struct limits *limits, struct connection *connection, const char **reason)
{
	struct gate *gate = limits_gate(limits, connection->service->name);
	enum failure failure = limits_enter(gate, &connection->peer, reason);

	if (failure == FAILURE_NONE) {
		connection->gate = gate;
		return FAILURE_NONE;
	}
	limits_cancel(connection->process_gate, &connection->peer);
	connection->process_gate = NULL;
	return failure;
}

enum failure
entry_greet(struct limits *limits, struct connection *connection, const char **reason)
{
	struct gate *process = limits_process(limits);
	enum failure failure = limits_enter(process, &connection->peer, reason);

	if (failure != FAILURE_NONE)
		return failure;
	connection->process_gate = process;
	if (route_only(connection->route) == NULL)
		return FAILURE_NONE;
	return enter_service(limits, connection, reason);
}

enum failure
entry_meet(struct limits *limits, struct connection *connection, const char **reason)
{
	const struct service *service = connection->service;

	/* All services of a listener have the same value. */
	connection->header_due = service->conf->accept_proxy;
	if (!connection->header_due)
		return entry_greet(limits, connection, reason);
	if (networklist_have(&service->proxies, &connection->peer))
		return FAILURE_NONE;
	*reason = "the address is not in accept-proxy-from";
	return FAILURE_PROXY_HEADER;
}

static const char *
why_unrouted(enum failure failure, const struct clienthello *hello,
    const struct service *service)
{
	if (failure == FAILURE_ALPN)
		return "no application protocol in common";
	if (service != NULL)
		return "the service is skipped because its certificate is bad";
	if (hello->name != NULL)
		return "no service has this server name";
	return hello->said != NULL
	           ? "the server name is not a host name, and no service is the default"
	           : "no server name, and no service is the default";
}

/* Keeps the host, which all later steps use. */
static int
keep_host(struct connection *connection, const struct clienthello *hello)
{
	if (hello->name == NULL)
		return 0;
	connection->host = strndup(hello->name, hello->name_size);
	return connection->host != NULL ? 0 : -1;
}

enum failure
entry_route(struct limits *limits, struct connection *connection,
    const struct clienthello *hello, const char **reason)
{
	const struct service *service;
	enum failure failure = route_find(connection->route, hello, &service);

	connection->wants_p256 = hello->wants_p256;
	connection->record_size = (uint16_t)hello->record_size;
	if (keep_host(connection, hello) < 0) {
		*reason = "out of memory";
		return FAILURE_INTERNAL;
	}
	if (service != NULL)
		connection_assign(connection, service);
	if (failure != FAILURE_NONE) {
		*reason = why_unrouted(failure, hello, service);
		return failure;
	}
	/* At a listener with one service for all, this is done already. */
	return connection->gate == NULL ? enter_service(limits, connection, reason)
	                                : FAILURE_NONE;
}

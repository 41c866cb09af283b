/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reasons why an address cannot be bound. */
#include "server/accept/bindfault.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/net/address.h"
#include "base/log/findings.h"
#include "server/conf/conf.h"
#include "server/accept/listener.h"
#include "server/snapshot/route.h"
#include "server/snapshot/service.h"
#include "server/snapshot/snapshot.h"

static const char *
remedy_of_path(int error)
{
	switch (error) {
	case EADDRINUSE:
		return ": stop the server that uses it, or set another address";
	case EEXIST:
		return ": it is not a socket: remove it, or set another path";
	case ENOENT:
	case ENOTDIR:
		return ": create its folder, or set another path";
	case EACCES:
		return ": this user may not create it there: restart tlsd as root, or "
		       "set another folder";
	default:
		return "";
	}
}

static const char *
remedy_of_port(int error)
{
	switch (error) {
	case EADDRINUSE:
		return ": stop the server that uses it, or set another address";
	case EADDRNOTAVAIL:
		return ": this machine does not have that address: set one that it "
		       "has, or *:PORT";
	case EAFNOSUPPORT:
		return ": this machine has no IPv6: set an IPv4 address, or *:PORT";
	case EACCES:
		return ": ports below 1024 need root: start tlsd as root";
	case EMFILE:
		return ": raise ulimit -Hn";
	default:
		return "";
	}
}

const char *
bindfault_remedy(int family, int error)
{
	return family == AF_UNIX ? remedy_of_path(error) : remedy_of_port(error);
}

/* True if every service there listens on IPv4 as well. */
static bool
is_dispensable(const struct route *route)
{
	for (size_t i = 0; i < route_count(route); i++)
		if (service_insists_on(route_service(route, i), route_address(route)))
			return false;
	return true;
}

void
bindfault_report(const struct route *route, int error, struct findings *findings)
{
	const struct address *address = route_address(route);
	char text[ADDRESS_TEXT_SIZE];

	address_format(address, text);
	if (is_dispensable(route) && listener_lacks_ipv6(address, error))
		findings_warning(findings,
		    "listen: %s: %s: this machine has no IPv6: only IPv4 clients are "
		    "served",
		    text, strerrordesc_np(error));
	else
		findings_error(findings, "listen: %s: %s%s", text,
		    strerrordesc_np(error),
		    bindfault_remedy(address_family(address), error));
}

/* Tries to bind to the route's address. For an ordinary user, an error that root would not get is
 * only a warning. */
static void
try_address(const struct route *route, struct findings *findings)
{
	if (listener_try(route_address(route)) == 0)
		return;
	int error = errno;
	bindfault_report(route, error, findings);
	if (error == EACCES && geteuid() != 0)
		findings_soften(findings);
}

/* Checks that the socket at the route's address can get its owner and its group. */
static void
try_owner(const struct route *route, uid_t user, gid_t group, struct findings *findings)
{
	const struct address *address = route_address(route);
	char error[512];

	if (address_family(address) != AF_UNIX)
		return;
	const struct socketfile file = service_socketfile(
	    route_service(route, 0), address_path(address), user, group);
	if (socketfile_check(&file, error, sizeof error) == 0)
		return;
	if (geteuid() == 0)
		findings_error(findings, "listen: %s", error);
	else
		findings_warning(findings, "listen: %s", error);
}

void
bindfault_find(
    const struct snapshot *snapshot, uid_t user, gid_t group, struct findings *findings)
{
	for (size_t i = 0; i < snapshot_route_count(snapshot); i++) {
		const struct route *route = snapshot_route(snapshot, i);
		struct findings found;

		findings_init(&found);
		try_address(route, &found);
		if (found.count == 0)
			try_owner(route, user, group, &found);
		conf_locate(&route_service(route, 0)->conf->section, &found, findings);
	}
}

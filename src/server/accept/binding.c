/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A listener in the loop: its file, its clients, its services in words. */
#include "server/accept/binding.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/log/log.h"
#include "server/snapshot/route.h"
#include "server/snapshot/service.h"

void
binding_close(struct binding *binding, struct loop *loop)
{
	loop_remove(loop, binding->listener->fd, &binding->watch);
	listener_close(binding->listener);
	stringlist_fini(&binding->announced);
	free(binding);
}

void
binding_own_file(struct binding *binding, const struct route *route, uid_t user,
    gid_t group, struct findings *findings)
{
	const struct address *address = &binding->listener->address;
	const struct socketfile file = service_socketfile(
	    route_service(route, 0), address_path(address), user, group);
	char error[512];

	if (address_family(address) != AF_UNIX || binding->listener->passed ||
	    (binding->file.path != NULL && binding->file.owner == file.owner &&
		binding->file.group == file.group && binding->file.mode == file.mode))
		return;
	if (socketfile_apply(&file, error, sizeof error) == 0)
		binding->file = file;
	else
		findings_error(findings, "listen: %s", error);
}

bool
binding_has_client(const struct binding *binding)
{
	struct pollfd pollfd = { .fd = binding->listener->fd, .events = POLLIN };

	return poll(&pollfd, 1, 0) > 0;
}

static void
announce_service(struct binding *binding, const struct service *service)
{
	char text[ADDRESS_TEXT_SIZE];

	if (service->skipped || stringlist_has(&binding->announced, service->name))
		return;
	stringlist_add(&binding->announced, service->name, strlen(service->name));
	log_notice("listening: %s: %s", listener_format(binding->listener, text),
	    service->name);
}

void
binding_announce(struct binding *binding)
{
	for (size_t i = 0; i < route_count(binding->route); i++)
		announce_service(binding, route_service(binding->route, i));
}

void
binding_print(const struct binding *binding, FILE *out)
{
	char text[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < route_count(binding->route); i++)
		if (!route_service(binding->route, i)->skipped)
			fprintf(out, "service: %s: %s\n",
			    route_service(binding->route, i)->name,
			    listener_format(binding->listener, text));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Capabilities. */
#include "server/sandbox/capabilities.h"

#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct needed {
	unsigned number;
	const char *name;
	unsigned use; /* 0: always needed */
} needed[] = { { CAP_NET_BIND_SERVICE, "net_bind_service", 0 },
	{ CAP_DAC_READ_SEARCH, "dac_read_search", 0 },
	{ CAP_DAC_OVERRIDE, "dac_override", CAPABILITIES_TO_WRITE },
	{ CAP_SETUID, "setuid", CAPABILITIES_FOR_PROGRAMS },
	{ CAP_SETGID, "setgid", CAPABILITIES_FOR_PROGRAMS },
	{ CAP_KILL, "kill", CAPABILITIES_FOR_PROGRAMS } };

#define NEEDED_COUNT (sizeof needed / sizeof needed[0])

static int
get_permitted(uint64_t *permitted)
{
	struct __user_cap_header_struct header = { .version =
						       _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) < 0)
		return -1;
	*permitted = (uint64_t)data[1].permitted << 32 | data[0].permitted;
	return 0;
}

static int
set_permitted(uint64_t permitted)
{
	struct __user_cap_header_struct header = { .version =
						       _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	data[0].permitted = data[0].effective = (uint32_t)permitted;
	data[1].permitted = data[1].effective = (uint32_t)(permitted >> 32);
	return (int)syscall(SYS_capset, &header, data);
}

int
capabilities_drop(unsigned uses)
{
	uint64_t permitted, keep = 0;

	for (size_t i = 0; i < NEEDED_COUNT; i++)
		if ((needed[i].use & ~uses) == 0)
			keep |= (uint64_t)1 << needed[i].number;
	if (get_permitted(&permitted) < 0)
		return -1;
	/* Also drops them from the bounding set, from which programs run by root would get them
	 * back. */
	for (unsigned i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
		if (!(keep >> i & 1))
			prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
	return set_permitted(permitted & keep);
}

char *
capabilities_format(char *out, size_t room)
{
	uint64_t permitted = 0;
	size_t length = 0;

	get_permitted(&permitted);
	snprintf(out, room, "none");
	for (size_t i = 0; i < NEEDED_COUNT; i++)
		if (permitted >> needed[i].number & 1 && length < room)
			length += (size_t)snprintf(out + length, room - length, "%s%s",
			    length > 0 ? " " : "", needed[i].name);
	return out;
}

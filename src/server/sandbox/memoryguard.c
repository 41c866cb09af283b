/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps keys inside this process. */
#include "server/sandbox/memoryguard.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static struct rlimit inherited; /* of core dumps */

void
memoryguard_begin(void)
{
	unsetenv("SSLKEYLOGFILE");
	if (getrlimit(RLIMIT_CORE, &inherited) == 0) {
		struct rlimit none = { .rlim_cur = 0, .rlim_max = inherited.rlim_max };
		setrlimit(RLIMIT_CORE, &none);
	}
	memoryguard_renew();
}

void
memoryguard_renew(void)
{
	/* The limit does not apply to a core that is piped to a program, but this does. */
	prctl(PR_SET_DUMPABLE, 0);
}

void
memoryguard_end(void)
{
	setrlimit(RLIMIT_CORE, &inherited);
	prctl(PR_SET_DUMPABLE, 1);
}

bool
memoryguard_lock_memory(void)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	setrlimit(RLIMIT_MEMLOCK, &limit);
	if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0 || limit.rlim_cur != RLIM_INFINITY)
		return false;
	return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
}

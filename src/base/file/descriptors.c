/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closing what another process or thread left open. */
#include "base/file/descriptors.h"

#include <limits.h>
#include <sys/resource.h>
#include <unistd.h>

/* Does what close_range(2) does, for Linux before 5.9. */
static void
close_each(unsigned first, unsigned last)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	for (rlim_t fd = first; fd <= last && fd < limit.rlim_cur; fd++)
		close((int)fd);
}

static void
close_all(unsigned first, unsigned last)
{
	if (first <= last && close_range(first, last, 0) < 0)
		close_each(first, last);
}

void
descriptors_close_except(int kept)
{
	close_all(STDERR_FILENO + 1, (unsigned)kept - 1);
	close_all((unsigned)kept + 1, UINT_MAX);
}

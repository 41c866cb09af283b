/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processor time from /proc. */
#include "client/options/cputime.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000

struct usage {
	int parent;
	unsigned long long user, system; /* clock ticks */
};

/* Reads fields 4, 14 and 15 of /proc/PID/stat. The name in field 2 may contain any character. */
static bool
read_usage(pid_t pid, struct usage *usage)
{
	char path[64], line[1024];

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return false;
	size_t size = fread(line, 1, sizeof line - 1, file);
	fclose(file);
	line[size] = '\0';
	const char *rest = strrchr(line, ')');
	return rest != NULL &&
	       sscanf(rest + 1, " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu",
		   &usage->parent, &usage->user, &usage->system) == 3;
}

static int64_t
in_ns(const struct usage *usage)
{
	return (int64_t)(usage->user + usage->system) *
	       (NS_PER_S / sysconf(_SC_CLK_TCK));
}

static int64_t
children_of(pid_t pid)
{
	DIR *folder = opendir("/proc");
	const struct dirent *entry;
	struct usage usage;
	int64_t sum = 0;

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		pid_t child = (pid_t)strtol(entry->d_name, NULL, 10);
		if (child > 0 && read_usage(child, &usage) && usage.parent == pid)
			sum += in_ns(&usage);
	}
	if (folder != NULL)
		closedir(folder);
	return sum;
}

int64_t
cputime_of(pid_t pid)
{
	struct usage usage;

	if (!read_usage(pid, &usage))
		return -1;
	return in_ns(&usage) + children_of(pid);
}

int64_t
cputime_own(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (int64_t)used.tv_sec * NS_PER_S + used.tv_nsec;
}

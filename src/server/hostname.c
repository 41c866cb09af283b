/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of hosts. */
#include "server/hostname.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define LABEL_MAX_SIZE 63

static bool
is_label(const char *label, size_t size)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

	return size > 0 && size <= LABEL_MAX_SIZE && strspn(label, letters) >= size;
}

const char *
hostname_check(const char *name)
{
	const char *label = name;

	if (strncmp(name, "*.", 2) == 0) {
		label += 2;
		if (strchr(label, '.') == NULL)
			return "stands for too much: a * needs two labels behind it";
	}
	for (;; label++) {
		size_t size = strcspn(label, ".");
		if (!is_label(label, size))
			return "is no host's name: there are www.example.org and "
			       "*.example.org, and the xn-- form of what is no ASCII";
		label += size;
		if (*label == '\0')
			break;
	}
	return strlen(name) <= HOSTNAME_MAX_SIZE ? NULL
	                                         : "is too long for a host's name";
}

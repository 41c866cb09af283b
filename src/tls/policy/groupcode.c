/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The codes of groups, which the library does not tell. */
#include "tls/policy/groupcode.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *name;
	unsigned code;
} groups[] = {
	{ "X25519-MLKEM768", 0x11ec },
	{ "SECP256R1-MLKEM768", 0x11eb },
	{ "SECP384R1-MLKEM1024", 0x11ed },
	{ "X25519", 0x001d },
	{ "SECP256R1", 0x0017 },
	{ "SECP384R1", 0x0018 },
	{ "SECP521R1", 0x0019 },
	{ "X448", 0x001e },
	{ "FFDHE2048", 0x0100 },
	{ "FFDHE3072", 0x0101 },
	{ "FFDHE4096", 0x0102 },
	{ "FFDHE6144", 0x0103 },
	{ "FFDHE8192", 0x0104 },
};

unsigned
groupcode(const char *name)
{
	for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
		if (strcmp(groups[i].name, name) == 0)
			return groups[i].code;
	return 0;
}

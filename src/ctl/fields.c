/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fields of the server's lines. */
#include "ctl/fields.h"

#include <stdlib.h>
#include <string.h>

static void
copy_part(char *to, size_t room, const char *from, size_t length)
{
	if (length >= room)
		length = room - 1;
	memcpy(to, from, length);
	to[length] = '\0';
}

bool
fields_next(const char **rest, char *name, char *value, size_t room)
{
	for (;;) {
		const char *word = *rest + strspn(*rest, " ");
		size_t length = strcspn(word, " ");
		const char *equals = memchr(word, '=', length);

		if (length == 0)
			return false;
		*rest = word + length;
		if (equals == NULL)
			continue;
		copy_part(name, room, word, (size_t)(equals - word));
		copy_part(
		    value, room, equals + 1, length - (size_t)(equals - word) - 1);
		return true;
	}
}

bool
fields_text(const char *line, const char *name, char *value, size_t room)
{
	size_t length = strlen(name);
	const char *found = line;

	while ((found = strstr(found, name)) != NULL) {
		if (found > line && found[-1] == ' ' && found[length] == '=') {
			found += length + 1;
			copy_part(value, room, found, strcspn(found, " "));
			return true;
		}
		found += length;
	}
	value[0] = '\0';
	return false;
}

double
fields_number(const char *line, const char *name)
{
	char value[64];

	return fields_text(line, name, value, sizeof value) ? strtod(value, NULL) : 0;
}

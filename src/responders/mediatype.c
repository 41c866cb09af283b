/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The field "Accept" of a request. */
#include "responders/mediatype.h"

#include <string.h>
#include <strings.h>

#define FIELD "accept:"

/* A piece of the request. */
struct part {
	const char *bytes;
	size_t size;
};

/* Takes the part up to the next `separator` off `rest`, without blanks around it. Returns false if
 * nothing is left. */
static bool
take_part(struct part *rest, char separator, struct part *part)
{
	const char *end = memchr(rest->bytes, separator, rest->size);

	if (rest->size == 0)
		return false;
	*part = (struct part){ rest->bytes,
		end != NULL ? (size_t)(end - rest->bytes) : rest->size };
	size_t taken = part->size + (end != NULL);
	rest->bytes += taken;
	rest->size -= taken;
	while (part->size > 0 && strchr(" \t\r", part->bytes[part->size - 1]) != NULL)
		part->size--;
	while (part->size > 0 && (part->bytes[0] == ' ' || part->bytes[0] == '\t')) {
		part->bytes++;
		part->size--;
	}
	return true;
}

/* True if the part begins with `text`, in any case of its letters. */
static bool
begins_with(const struct part *part, const char *text)
{
	size_t length = strlen(text);

	return part->size >= length && strncasecmp(part->bytes, text, length) == 0;
}

/* True if the parameters have the weight 0: "q=0", "q=0.0". */
static bool
is_refused(struct part parameters)
{
	struct part part;

	while (take_part(&parameters, ';', &part)) {
		if (!begins_with(&part, "q=0"))
			continue;
		for (size_t i = strlen("q=0"); i < part.size; i++)
			if (part.bytes[i] != '.' && part.bytes[i] != '0')
				return false;
		return true;
	}
	return false;
}

/* True if one of the members of a field's value is the type. */
static bool
is_in_list(struct part list, const char *type)
{
	struct part member, name;

	while (take_part(&list, ',', &member))
		if (take_part(&member, ';', &name) && name.size == strlen(type) &&
		    begins_with(&name, type) && !is_refused(member))
			return true;
	return false;
}

bool
mediatype_is_named(const char *head, size_t size, const char *type)
{
	struct part rest = { head, size }, line;

	while (take_part(&rest, '\n', &line)) {
		if (!begins_with(&line, FIELD))
			continue;
		line.bytes += strlen(FIELD);
		line.size -= strlen(FIELD);
		if (is_in_list(line, type))
			return true;
	}
	return false;
}

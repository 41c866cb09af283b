/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notes that something has run out. */
#include "base/memory/shortage.h"

#include <errno.h>

static _Thread_local bool noted;

bool
shortage_is_cause(int error)
{
	switch (error) {
	case EADDRNOTAVAIL: /* ports for outgoing connections have run out */
	case ENOBUFS:
	case ENOMEM:
		return true;
	default:
		return shortage_is_of_descriptors(error);
	}
}

bool
shortage_is_of_descriptors(int error)
{
	return error == EMFILE || error == ENFILE;
}

void
shortage_note(void)
{
	noted = true;
}

void
shortage_note_cause(int error)
{
	if (shortage_is_cause(error))
		noted = true;
}

bool
shortage_is_noted(void)
{
	return noted;
}

void
shortage_forget(void)
{
	noted = false;
}

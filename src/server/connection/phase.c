/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words for the phases of a connection. */
#include "server/connection/phase.h"

#include <assert.h>

static const char *const names[PHASE_COUNT] = {
	[PHASE_HELLO] = "hello",
	[PHASE_HOLD] = "hold",
	[PHASE_QUEUE] = "queue",
	[PHASE_PARKED] = "parked",
	[PHASE_HANDSHAKE] = "handshake",
	[PHASE_ANSWER] = "answer",
	[PHASE_CLOSE] = "close",
	[PHASE_LINGER] = "linger",
};

const char *
phase_name(enum phase phase)
{
	assert(phase < PHASE_COUNT);
	return names[phase];
}

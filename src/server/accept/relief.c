/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closing a connection to free its descriptors. */
#include "server/accept/relief.h"

#include <stddef.h>

#include "server/accept/admission.h"
#include "server/wait/linger.h"
#include "server/wait/parking.h"

bool
relief_close_one(const struct relief *relief, const char *limit)
{
	size_t waiting = admission_count(relief->admission);
	size_t parked = parking_count(relief->parking);
	size_t lingering = linger_count(relief->linger);

	/* Do not evict a new client while there are more parked or lingering connections:
	 * answered ones whose clients stay, or clients that do not take their answer. */
	if (parked > waiting && parked > lingering) {
		parking_evict(relief->parking, limit);
		return true;
	}
	if (lingering > waiting && linger_evict(relief->linger))
		return true;
	return admission_evict(relief->admission, limit);
}

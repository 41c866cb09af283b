/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing piece by piece, as far as the client takes it. */
#include "responders/stream.h"

#include "tls/session.h"

#define PIECE_SIZE 16384 /* what a record holds: RFC 8446, 5.1 */

int
stream_write(struct session *session, const char *bytes, size_t size, size_t *done)
{
	while (*done < size) {
		size_t left = size - *done;
		size_t piece = left < PIECE_SIZE ? left : PIECE_SIZE;
		int result = session_make_room(session);
		if (result != 0)
			return result;
		if (session_write(session, bytes + *done, piece) < 0)
			return -1;
		*done += piece;
	}
	return 0;
}

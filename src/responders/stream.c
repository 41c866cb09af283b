/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing in pieces, as far as the client takes them. */
#include "responders/stream.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/failure.h"
#include "tls/session/appdata.h"
#include "tls/session/session.h"

#define PIECE_SIZE 16384 /* bytes, as a record holds: RFC 8446, 5.1 */

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

int
stream_file(struct session *session, int fd, const char *path, size_t *left)
{
	char piece[PIECE_SIZE];

	while (*left > 0) {
		int result = session_make_room(session);
		if (result != 0)
			return result;
		ssize_t n = read(fd, piece, *left < PIECE_SIZE ? *left : PIECE_SIZE);
		if (n == 0)
			return 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return session_fail(session, FAILURE_INTERNAL, "%s: %s", path,
			    strerrordesc_np(errno));
		if (session_write(session, piece, (size_t)n) < 0)
			return -1;
		*left -= (size_t)n;
	}
	return 0;
}

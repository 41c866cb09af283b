/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_SESSION_RECORDIO_H
#define TLSD_TLS_SESSION_RECORDIO_H

/* The bytes that the library reads and writes for a session, on the way to and from the
 * transport. For the files of this folder only. Single thread. */

struct session;

/* Makes the library read from and write to the session's transport. */
void recordio_connect(struct session *session);

#endif

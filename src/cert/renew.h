/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_RENEW_H
#define TLSD_CERT_RENEW_H

/* The command that renews certificates, in the files where they stand. */

struct arguments;

/*
 * Renews each certificate, says what it did and what comes next. Where one cannot be renewed
 * its files stay as they are and the others are renewed all the same. Returns the exit
 * status: 0 when all are renewed or need not be, 1 when one is not, 2 usage.
 */
int renew(const struct arguments *arguments);

#endif

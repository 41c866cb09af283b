/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_COMMAND_RENEW_H
#define TLSD_CERT_COMMAND_RENEW_H

/* The command that renews certificates in place. */

struct arguments;

/*
 * Renews each certificate, and prints what it did and the next step. If a certificate cannot be
 * renewed, its files stay unchanged, and the others are still renewed. Returns the exit status:
 * 0 if all are renewed or need not be, 1 if any failed, 2 usage.
 */
int renew(const struct arguments *arguments);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_COMMAND_TEXTFORM_H
#define TLSD_CERT_COMMAND_TEXTFORM_H

/* Certificates and revocation lists on standard output, for people. */

struct crl;
struct gnutls_x509_crt_int;

/*
 * Prints the time left in colour on a terminal: green, yellow if it is less than `warn_days`
 * days, red if it is over. No colours if the variable NO_COLOR is set or TERM is dumb.
 */
void textform_print_certificate(struct gnutls_x509_crt_int *cert, int warn_days);
void textform_print_list(const struct crl *crl);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_CERT_COMMAND_JSONFORM_H
#define TLSD_CERT_COMMAND_JSONFORM_H

/* Certificates and revocation lists as JSON. tlscert(1) lists the names of the members. */

struct crl;
struct gnutls_x509_crt_int;
struct json;

/* Both add an object to the array that is open in `json`. */
void jsonform_add_certificate(struct json *json, struct gnutls_x509_crt_int *cert);
void jsonform_add_list(struct json *json, const struct crl *crl);

#endif

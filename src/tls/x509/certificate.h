/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_X509_CERTIFICATE_H
#define TLSD_TLS_X509_CERTIFICATE_H

/*
 * Facts about one X.509 certificate, in words. Text from the certificate is escaped, so that it
 * is safe in a log or on a terminal. The functions have no state: they are thread-safe as long
 * as no thread changes the certificate. Only for files that may use GnuTLS.
 */

#include <stdbool.h>
#include <time.h>

struct gnutls_x509_crt_int;
struct stringlist;

#define CERTIFICATE_DATE_SIZE 16
#define CERTIFICATE_TIME_SIZE 32

/* Returns the subject's or issuer's name as in RFC 4514, such as
 * "CN=www.example.org,O=Example", or "an empty subject", escaped by text_escape_dn(). The
 * caller frees it. */
char *certificate_subject(struct gnutls_x509_crt_int *cert);
char *certificate_issuer(struct gnutls_x509_crt_int *cert);

/* Returns the subject's common name, or NULL. The caller frees it. */
char *certificate_common_name(struct gnutls_x509_crt_int *cert);

/* Adds to `names` the DNS names and IP addresses among the subject's alternative names. Clients
 * identify a server by these. */
void certificate_server_names(
    struct gnutls_x509_crt_int *cert, struct stringlist *names);

/* Adds the URIs and e-mail addresses among the subject's alternative names, as "URI:..." and
 * "email:...". */
void certificate_other_names(
    struct gnutls_x509_crt_int *cert, struct stringlist *names);

/* Returns a description such as "ECDSA P-256", "RSA 2048" or "Ed25519". The caller frees it. */
char *certificate_key_description(struct gnutls_x509_crt_int *cert);

/* True if the library supports the algorithm and the curve of its public key. */
bool certificate_key_is_readable(struct gnutls_x509_crt_int *cert);

/* True if the key is of a kind that signs handshakes; DSA, GOST, X25519 and X448 are not. */
bool certificate_key_fits_tls(struct gnutls_x509_crt_int *cert);

/* Returns the name of the broken hash in its signature, such as "SHA1", or NULL if the hash is
 * sound. */
const char *certificate_weak_hash(struct gnutls_x509_crt_int *cert);

/* True if its subject is its issuer. */
bool certificate_is_self_issued(struct gnutls_x509_crt_int *cert);

/* True if the issuer's name in `cert` is the subject of `issuer`. */
bool certificate_names_issuer(
    struct gnutls_x509_crt_int *cert, struct gnutls_x509_crt_int *issuer);

/* True if the issuer's name in `cert` is the subject of `issuer`, and the key of `issuer` made
 * the signature. */
bool certificate_is_signed_by(
    struct gnutls_x509_crt_int *cert, struct gnutls_x509_crt_int *issuer);

/* True if the key usage contains `usage`, a GNUTLS_KEY_ number, or is absent (RFC 5280, 4.2.1.3):
 * GNUTLS_KEY_DIGITAL_SIGNATURE to sign handshakes, GNUTLS_KEY_KEY_ENCIPHERMENT for clients that
 * encrypt to it. */
bool certificate_permits(struct gnutls_x509_crt_int *cert, unsigned usage);

/* True if the certificate demands an OCSP response beside it (RFC 7633). */
bool certificate_must_staple(struct gnutls_x509_crt_int *cert);

/* Returns the first critical extension that the library does not support, such as
 * "policyConstraints (2.5.29.36)", or NULL if there is none. The caller frees it. */
char *certificate_unknown_extension(struct gnutls_x509_crt_int *cert);

/* Returns the earlier of `next` and `end`. Ignores `end` if it is not after `now`, and `next`
 * if it is 0. */
time_t certificate_next_end(time_t next, time_t end, time_t now);

/* Writes a date such as "2027-01-31", in UTC. Returns `out`. */
char *certificate_date(time_t when, char out[CERTIFICATE_DATE_SIZE]);

/* Writes a time such as "2026-11-23 18:45:06 UTC". Returns `out`. */
char *certificate_time(time_t when, char out[CERTIFICATE_TIME_SIZE]);

#endif

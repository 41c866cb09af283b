/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TLSD_TLS_CERTIFICATE_H
#define TLSD_TLS_CERTIFICATE_H

/*
 * Facts of one X.509 certificate, in words. Whatever the certificate's maker wrote is
 * escaped, so that it can go to a log or a terminal. Functions without state: safe in any
 * thread, as long as nobody changes the certificate. Only for files that may know GnuTLS.
 */

#include <stdbool.h>
#include <time.h>

struct gnutls_x509_crt_int;
struct stringlist;

#define CERTIFICATE_DATE_SIZE 16

/* The subject's or issuer's name as in RFC 4514, such as "CN=www.example.org,O=Example",
 * or "an empty subject"; by text_escape_dn(). The caller frees it. */
char *certificate_subject(struct gnutls_x509_crt_int *cert);
char *certificate_issuer(struct gnutls_x509_crt_int *cert);

/* The subject's common name, or NULL. The caller frees it. */
char *certificate_common_name(struct gnutls_x509_crt_int *cert);

/* Adds to `names` the DNS names and IP addresses among the subject's alternative names, by
 * which clients know a server. */
void certificate_server_names(
    struct gnutls_x509_crt_int *cert, struct stringlist *names);

/* Adds the URIs and e-mail addresses among them, as "URI:..." and "email:...". */
void certificate_other_names(
    struct gnutls_x509_crt_int *cert, struct stringlist *names);

/* "ECDSA P-256", "RSA 2048", "Ed25519". The caller frees it. */
char *certificate_key_description(struct gnutls_x509_crt_int *cert);

/* The library can read its public key, by the curve or the algorithm. */
bool certificate_key_is_readable(struct gnutls_x509_crt_int *cert);

/* The key is of a kind that signs handshakes; DSA, GOST, X25519 and X448 are not. */
bool certificate_key_fits_tls(struct gnutls_x509_crt_int *cert);

/* The name of the broken hash in its signature, such as "SHA1"; NULL for a sound one. */
const char *certificate_weak_hash(struct gnutls_x509_crt_int *cert);

/* Its subject is its issuer. */
bool certificate_is_self_issued(struct gnutls_x509_crt_int *cert);

/* The name that `cert` calls its issuer is the subject of `issuer`. */
bool certificate_names_issuer(
    struct gnutls_x509_crt_int *cert, struct gnutls_x509_crt_int *issuer);

/* `issuer` has the name that `cert` calls its issuer, and its key made the signature. */
bool certificate_is_signed_by(
    struct gnutls_x509_crt_int *cert, struct gnutls_x509_crt_int *issuer);

/* The key usage lets it sign a handshake: digitalSignature is in it, or there is none. */
bool certificate_may_sign(struct gnutls_x509_crt_int *cert);

/* The key usage lets clients encrypt to it: keyEncipherment is in it, or there is none. */
bool certificate_may_decrypt(struct gnutls_x509_crt_int *cert);

/* It demands that an OCSP response comes with it (RFC 7633). */
bool certificate_must_staple(struct gnutls_x509_crt_int *cert);

/* The first critical extension that the library does not support, such as "policyConstraints
 * (2.5.29.36)"; NULL if there is none. The caller frees it. */
char *certificate_unknown_extension(struct gnutls_x509_crt_int *cert);

/* The earlier of `next`, 0 for none, and `end`, if that is after `now`. */
time_t certificate_next_end(time_t next, time_t end, time_t now);

/* "2027-01-31", in UTC. Returns `out`. */
char *certificate_date(time_t when, char out[CERTIFICATE_DATE_SIZE]);

#endif

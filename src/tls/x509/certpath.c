/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certification paths from a client's certificate to a trust anchor. */
#include "tls/x509/certpath.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <assert.h>
#include <stdbool.h>

#include "tls/x509/chain.h"

/* Limits the work for certificates that all have one name. An honest client needs about one
 * step for each certificate. */
enum { STEPS_MAX = 128 };

struct search {
	const struct chain *sent, *anchors;
	bool used[CERTPATH_LENGTH]; /* sent certificates not to be used (again) */
	struct certpath path; /* so far */
	struct certpaths *found;
	unsigned steps;
};

static bool
has_cert(gnutls_x509_crt_t const *certs, size_t count, gnutls_x509_crt_t cert)
{
	for (size_t i = 0; i < count; i++)
		if (gnutls_x509_crt_equals(certs[i], cert))
			return true;
	return false;
}

static void
push_cert(struct certpath *path, gnutls_x509_crt_t cert)
{
	path->certs[path->count++] = cert;
}

static void
keep_path(struct search *search)
{
	if (search->found->count < CERTPATHS_MAX)
		search->found->items[search->found->count++] = search->path;
}

/* Keeps the path so far with each anchor that may be the issuer of its last certificate. */
static void
end_at_anchors(struct search *search)
{
	gnutls_x509_crt_t last = search->path.certs[search->path.count - 1];

	for (size_t i = 0; i < search->anchors->count; i++) {
		if (!gnutls_x509_crt_check_issuer(last, search->anchors->certs[i]))
			continue;
		push_cert(&search->path, search->anchors->certs[i]);
		keep_path(search);
		search->path.count--;
	}
}

/* Keeps all paths that continue with sent certificate number `place`, the short ones first. */
static void
follow_cert(struct search *search, size_t place)
{
	gnutls_x509_crt_t cert = search->sent->certs[place];

	search->steps++;
	search->used[place] = true;
	push_cert(&search->path, cert);
	end_at_anchors(search);
	for (size_t i = 1; i < search->sent->count; i++)
		if (search->steps < STEPS_MAX && !search->used[i] &&
		    gnutls_x509_crt_check_issuer(cert, search->sent->certs[i]))
			follow_cert(search, i);
	search->path.count--;
	search->used[place] = false;
}

void
certpaths_find(
    struct certpaths *paths, const struct chain *sent, const struct chain *anchors)
{
	struct search search = { .sent = sent, .anchors = anchors, .found = paths };

	assert(sent->count > 0 && sent->count < CERTPATH_LENGTH);
	paths->count = 0;
	for (size_t i = 1; i < sent->count; i++)
		search.used[i] =
		    has_cert(sent->certs, i, sent->certs[i]) ||
		    has_cert(anchors->certs, anchors->count, sent->certs[i]);
	if (has_cert(anchors->certs, anchors->count, sent->certs[0])) {
		push_cert(&search.path, sent->certs[0]);
		keep_path(&search);
		search.path.count--;
	}
	follow_cert(&search, 0);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/x509/certpath.h"

#include "lib/pki.h"
#include "lib/suite.h"
#include "tls/x509/chain.h"

enum { ROOM = CERTPATH_LENGTH - 1 };

static struct gnutls_x509_crt_int *sent_certs[ROOM], *anchor_certs[ROOM];
static struct chain sent, anchors;
static struct certpaths paths;
static struct pki_pair *pairs[2 * ROOM];
static size_t pair_count;

static void
begin(void)
{
	sent = (struct chain){ .certs = sent_certs };
	anchors = (struct chain){ .certs = anchor_certs };
}

static void
end(void)
{
	while (pair_count > 0)
		pki_free(pairs[--pair_count]);
}

static struct pki_pair *
keep(struct pki_pair *pair)
{
	return pairs[pair_count++] = pair;
}

static struct pki_pair *
put(struct chain *chain, struct pki_pair *pair)
{
	chain->certs[chain->count++] = pair->cert;
	return pair;
}

static struct pki_pair *
make(const char *name, const struct pki_pair *issuer)
{
	return keep(
	    pki_make(&(struct pki_options){ .name = name, .ca = true }, issuer));
}

/* Expects path number `place` to consist of these certificates. */
#define EXPECT_PATH(place, ...) \
	expect_path(place, (struct gnutls_x509_crt_int *const[]){ __VA_ARGS__, NULL })

static void
expect_path(size_t place, struct gnutls_x509_crt_int *const *certs)
{
	const struct certpath *path = &paths.items[place];
	size_t i = 0;

	ck_assert_uint_lt(place, paths.count);
	for (; certs[i] != NULL; i++) {
		ck_assert_uint_lt(i, path->count);
		ck_assert_ptr_eq(path->certs[i], certs[i]);
	}
	ck_assert_uint_eq(path->count, i);
}

START_TEST(a_path_leaves_out_certificates_that_lead_elsewhere)
{
	begin();
	struct pki_pair *root = put(&anchors, make("root", NULL));
	struct pki_pair *middle = make("middle", root);
	struct pki_pair *leaf = put(&sent, make("leaf", middle));
	put(&sent, make("stranger", NULL));
	put(&sent, middle);
	put(&sent, root);
	certpaths_find(&paths, &sent, &anchors);
	ck_assert_uint_eq(paths.count, 1);
	EXPECT_PATH(0, leaf->cert, middle->cert, root->cert);
	end();
}
END_TEST

START_TEST(a_path_ends_at_its_first_anchor)
{
	begin();
	struct pki_pair *root = put(&anchors, make("root", NULL));
	struct pki_pair *middle = put(&anchors, make("middle", root));
	struct pki_pair *leaf = put(&sent, make("leaf", middle));
	put(&sent, middle);
	certpaths_find(&paths, &sent, &anchors);
	ck_assert_uint_eq(paths.count, 1);
	EXPECT_PATH(0, leaf->cert, middle->cert);
	end();
}
END_TEST

START_TEST(a_cross_signed_authority_has_two_paths_the_short_one_first)
{
	begin();
	struct pki_pair *outer = put(&anchors, make("outer", NULL));
	struct pki_pair *inner = put(&anchors, make("inner", NULL));
	struct pki_pair *leaf = put(&sent, make("leaf", inner));
	const struct pki_options options = { .name = "inner", .ca = true };
	struct pki_pair *cross = keep(pki_make_again(&options, outer, inner));
	put(&sent, cross);
	certpaths_find(&paths, &sent, &anchors);
	ck_assert_uint_eq(paths.count, 2);
	EXPECT_PATH(0, leaf->cert, inner->cert);
	EXPECT_PATH(1, leaf->cert, cross->cert, outer->cert);
	end();
}
END_TEST

START_TEST(a_certificate_that_is_an_anchor_stands_alone)
{
	begin();
	struct pki_pair *root = put(&anchors, make("root", NULL));
	struct pki_pair *middle = put(&sent, put(&anchors, make("middle", root)));
	certpaths_find(&paths, &sent, &anchors);
	ck_assert_uint_eq(paths.count, 2);
	EXPECT_PATH(0, middle->cert);
	EXPECT_PATH(1, middle->cert, root->cert);
	end();
}
END_TEST

START_TEST(a_stranger_has_no_path)
{
	begin();
	put(&anchors, make("root", NULL));
	put(&sent, make("leaf", make("other", NULL)));
	certpaths_find(&paths, &sent, &anchors);
	ck_assert_uint_eq(paths.count, 0);
	end();
}
END_TEST

/* Sends as many certificates as allowed, each of which could have issued every other. */
static struct pki_pair *
send_namesakes(void)
{
	static const struct pki_options options = { .name = "same", .ca = true };
	struct pki_pair *same = keep(pki_make(&options, NULL));

	put(&sent, make("leaf", same));
	while (sent.count < ROOM)
		put(&sent, keep(pki_make_again(&options, same, same)));
	return same;
}

/* An unbounded search would try 10! orders. */
START_TEST(many_namesakes_without_an_anchor_have_no_path)
{
	begin();
	put(&anchors, make("root", NULL));
	send_namesakes();
	certpaths_find(&paths, &sent, &anchors);
	ck_assert_uint_eq(paths.count, 0);
	end();
}
END_TEST

START_TEST(many_namesakes_do_not_hide_the_shortest_path)
{
	begin();
	struct pki_pair *same = put(&anchors, send_namesakes());
	certpaths_find(&paths, &sent, &anchors);
	ck_assert_uint_eq(paths.count, CERTPATHS_MAX);
	EXPECT_PATH(0, sent.certs[0], same->cert);
	end();
}
END_TEST

SUITE("certpath", a_path_leaves_out_certificates_that_lead_elsewhere,
    a_path_ends_at_its_first_anchor,
    a_cross_signed_authority_has_two_paths_the_short_one_first,
    a_certificate_that_is_an_anchor_stands_alone, a_stranger_has_no_path,
    many_namesakes_without_an_anchor_have_no_path,
    many_namesakes_do_not_hide_the_shortest_path)

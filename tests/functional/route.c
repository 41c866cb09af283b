/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/snapshot/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log/findings.h"
#include "base/memory/memory.h"
#include "lib/daemon.h"
#include "server/snapshot/service.h"
#include "server/snapshot/snapshot.h"
#include "lib/suite.h"
#include "tls/hello/clienthello.h"

static struct findings findings;
static struct snapshot *snapshot;

/* Loads services that share 127.0.0.1:0. */
static void
load(const char *services)
{
	findings_init(&findings);
	snapshot =
	    snapshot_new(suite_file("tlsd.ini", daemon_ini(services)), NULL, &findings);
}

static void
unload(void)
{
	snapshot_drop(snapshot);
	findings_fini(&findings);
}

/* Routes a client that names `name` and offers `protocol`; NULL: neither. Returns the
 * name of the service, or of the failure. */
static const char *
ask(const char *name, const char *protocol)
{
	unsigned char list[64] = { 0 };
	struct clienthello hello = { .name = name,
		.name_size = name != NULL ? strlen(name) : 0 };
	const struct service *service;

	if (protocol != NULL) {
		list[0] = (unsigned char)strlen(protocol);
		memcpy(list + 1, protocol, list[0]);
		hello.protocols = list;
		hello.protocols_size = list[0] + 1u;
	}
	ck_assert_uint_eq(snapshot_route_count(snapshot), 1);
	enum failure failure =
	    route_find(snapshot_route(snapshot, 0), &hello, &service);
	return failure == FAILURE_NONE ? service->name : failure_name(failure);
}

static void
serves(const char *services)
{
	load(services);
	ck_assert_msg(
	    snapshot != NULL, "%s", findings.count > 0 ? findings.items[0].text : "");
}

START_TEST(single_service_gets_all_clients)
{
	serves("[a]\nserver-name = a.example.org\n");
	ck_assert_str_eq(ask("a.example.org", NULL), "a");
	ck_assert_str_eq(ask("b.example.org", NULL), "a");
	ck_assert_str_eq(ask(NULL, "h2"), "a");
	ck_assert_ptr_nonnull(route_only(snapshot_route(snapshot, 0)));
	unload();
}
END_TEST

START_TEST(server_name_match_ignores_case)
{
	serves("[a]\nserver-name = a.example.org, A2.example.org\n"
	       "[b]\nserver-name = b.example.org\n");
	ck_assert_str_eq(ask("a.example.org", NULL), "a");
	ck_assert_str_eq(ask("a2.EXAMPLE.org", NULL), "a");
	ck_assert_str_eq(ask("B.example.ORG", NULL), "b");
	ck_assert_ptr_null(route_only(snapshot_route(snapshot, 0)));
	unload();
}
END_TEST

START_TEST(wildcard_stands_for_one_label_and_comes_after_the_name)
{
	serves("[d]\ndefault = yes\n[w]\nserver-name = *.example.org\n"
	       "[a]\nserver-name = a.example.org\n");
	ck_assert_str_eq(ask("a.example.org", NULL), "a");
	ck_assert_str_eq(ask("x.example.org", NULL), "w");
	ck_assert_str_eq(ask("example.org", NULL), "d");
	ck_assert_str_eq(ask(".example.org", NULL), "d");
	ck_assert_str_eq(ask("x.y.example.org", NULL), "d");
	ck_assert_str_eq(ask("*.example.org", NULL), "w");
	unload();
}
END_TEST

START_TEST(default_is_the_marked_or_the_nameless_or_the_first_service)
{
	serves("[a]\nserver-name = a\n[b]\nserver-name = b\n");
	ck_assert_str_eq(ask(NULL, NULL), "a");
	ck_assert_str_eq(ask("c", NULL), "a");
	unload();
	serves("[a]\nserver-name = a\n[b]\n[c]\nserver-name = c\n");
	ck_assert_str_eq(ask(NULL, NULL), "b");
	unload();
	serves("[a]\nserver-name = a\n[b]\nserver-name = b\ndefault = yes\n");
	ck_assert_str_eq(ask(NULL, NULL), "b");
	ck_assert_str_eq(ask("c", NULL), "b");
	ck_assert_str_eq(ask("a", NULL), "a");
	unload();
}
END_TEST

START_TEST(strict_service_refuses_other_names)
{
	serves("[a]\nserver-name = a\nsni-strict = yes\n");
	ck_assert_str_eq(ask("a", NULL), "a");
	ck_assert_str_eq(ask("b", NULL), "sni");
	ck_assert_str_eq(ask(NULL, NULL), "sni");
	ck_assert_ptr_null(route_only(snapshot_route(snapshot, 0)));
	unload();
	serves("[a]\nserver-name = a\nsni-strict = yes\n[b]\nserver-name = b\n");
	ck_assert_str_eq(ask("c", NULL), "b");
	unload();
}
END_TEST

START_TEST(alpn_selects_among_services_of_one_name)
{
	serves("[a]\nserver-name = x\nalpn = h2\n"
	       "[b]\nserver-name = x\nalpn = http/1.1, http/1.0\n"
	       "[c]\nserver-name = y\nalpn = h2\n"
	       "[d]\nserver-name = y\n");
	ck_assert_str_eq(ask("x", "h2"), "a");
	ck_assert_str_eq(ask("x", "http/1.0"), "b");
	ck_assert_str_eq(ask("x", "http/0.9"), "alpn");
	ck_assert_str_eq(ask("x", NULL), "a");
	ck_assert_str_eq(ask("y", "h2"), "c");
	ck_assert_str_eq(ask("y", "imap"), "d");
	ck_assert_str_eq(ask("y", NULL), "d");
	ck_assert_str_eq(ask("z", "http/1.1"), "b");
	unload();
}
END_TEST

START_TEST(server_prefers_its_first_protocol)
{
	static const unsigned char list[] = "\x03one\x03two";
	struct clienthello hello = { .protocols = list,
		.protocols_size = sizeof list - 1 };
	const struct service *service;

	serves("[a]\nalpn = two\n[b]\nalpn = one\n");
	ck_assert_int_eq(
	    route_find(snapshot_route(snapshot, 0), &hello, &service), FAILURE_NONE);
	ck_assert_str_eq(service->name, "a");
	unload();
}
END_TEST

static const char *
first_error(void)
{
	for (size_t i = 0; i < findings.count; i++)
		if (findings.items[i].kind == FINDING_ERROR)
			return findings.items[i].text;
	return "";
}

/* Expects `services`, which start at line 4, to be refused. The first error must be `text`. */
static void
clashes(const char *services, const char *text)
{
	load(services);
	ck_assert_ptr_null(snapshot);
	const char *found = strstr(first_error(), "/tlsd.ini:");
	ck_assert_ptr_nonnull(found);
	ck_assert_msg(strncmp(found + strlen("/tlsd.ini:"), text, strlen(text)) == 0,
	    "%s", found);
	findings_fini(&findings);
}

START_TEST(overlaps_are_errors_at_their_line)
{
	clashes("[a]\nserver-name = x, y\n[b]\nserver-name = Y\n",
	    "7: server-name: Y at [127.0.0.1]:0 already belongs to [a]");
	clashes("[a]\nserver-name = *.x.org\n[b]\nserver-name = *.x.org\n",
	    "7: server-name: *.x.org at [127.0.0.1]:0 already belongs to [a]");
	clashes("[a]\nserver-name = x\ndefault = yes\n"
		"[b]\nserver-name = y\ndefault = yes\n",
	    "9: default: [a] is already the default at [127.0.0.1]:0");
	clashes("[a]\n[b]\n", "1: listen: [127.0.0.1]:0 already belongs to [a]");
	clashes("[a]\nserver-name = x\nalpn = h2\n"
		"[b]\nserver-name = x\nalpn = h3, h2\n",
	    "9: alpn: h2 for x at [127.0.0.1]:0 already belongs to [a]");
	clashes("[a]\nalpn = h2\n[b]\nalpn = h2\n",
	    "7: alpn: h2 for clients without a name at [127.0.0.1]:0 already belongs "
	    "to [a]");
}
END_TEST

START_TEST(impossible_routing_settings_are_errors)
{
	clashes("[a]\nserver-name = *\n", "5: server-name: \"*\" is not a host name");
	clashes(
	    "[a]\nserver-name = *.org\n", "5: server-name: \"*.org\" matches too much");
	clashes("[a]\nserver-name = a..b\n", "5: server-name: \"a..b\" is not a host");
	clashes("[a]\nserver-name = w*.b.org\n",
	    "5: server-name: \"w*.b.org\" is not a host");
	clashes("[a]\nsni-strict = yes\n",
	    "5: sni-strict: has no effect without server-name");
	clashes("[a]\nserver-name = a\nsni-strict = yes\ndefault = yes\n",
	    "7: default: cannot be combined with sni-strict");
	clashes("[a]\nserver-name = a\ndefault = yes\n[b]\nalpn = h2\n",
	    " [b]: server-name: is not set, and the default at");
}
END_TEST

START_TEST(service_may_list_a_name_twice)
{
	serves("[a]\nserver-name = x, X, y\n[b]\nserver-name = z\n");
	ck_assert_str_eq(ask("x", NULL), "a");
	unload();
}
END_TEST

START_TEST(each_of_thousands_of_names_is_found)
{
	char *services = memory_copy("");
	char name[64];

	for (int i = 0; i < 20; i++) {
		char *more = memory_format("%s[s%d]\ntext = %d\n", services, i, i);
		free(services);
		services = more;
		for (int j = 0; j < 100; j++) {
			more = memory_format(
			    "%sserver-name = h%d-%d.example.org\n", services, i, j);
			free(services);
			services = more;
		}
	}
	serves(services);
	for (int i = 0; i < 2000; i++) {
		snprintf(name, sizeof name, "h%d-%d.example.org", i / 100, i % 100);
		const char *service = ask(name, NULL);
		ck_assert_int_eq(atoi(service + 1), i / 100);
	}
	free(services);
	unload();
}
END_TEST

SUITE("route", single_service_gets_all_clients, server_name_match_ignores_case,
    wildcard_stands_for_one_label_and_comes_after_the_name,
    default_is_the_marked_or_the_nameless_or_the_first_service,
    strict_service_refuses_other_names, alpn_selects_among_services_of_one_name,
    server_prefers_its_first_protocol, overlaps_are_errors_at_their_line,
    impossible_routing_settings_are_errors, service_may_list_a_name_twice,
    each_of_thousands_of_names_is_found)

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "responders/backend/backends.h"

#include "base/log/findings.h"
#include "base/text/stringlist.h"
#include "lib/suite.h"
#include "lib/virtualtime.h"

#define AVOIDED_MS 10000
#define TIMEOUT_MS 5000

static struct backends *backends;
static struct backend *backend;

/* Makes a backend that has failed at the stopped clock. */
static void
fail_one(void)
{
	struct stringlist names;
	struct findings findings;

	stringlist_init(&names);
	findings_init(&findings);
	ck_assert_ptr_null(stringlist_split(&names, "127.0.0.1:1"));
	backends = backends_new(&names, BALANCE_FIRST, 0, &findings);
	ck_assert_ptr_nonnull(backends);
	backend = &backends->list[0];
	virtualtime_start(1, NULL);
	backend_avoid(backend, "test");
	findings_fini(&findings);
	stringlist_fini(&names);
}

static void
end_one(void)
{
	virtualtime_end();
	backends_free(backends);
}

START_TEST(failed_backend_is_left_out_for_ten_seconds)
{
	fail_one();
	virtualtime_pass(AVOIDED_MS - 1);
	ck_assert(!backend_may_try(backend, TIMEOUT_MS));
	virtualtime_pass(1);
	ck_assert(backend_may_try(backend, TIMEOUT_MS));
	end_one();
}
END_TEST

START_TEST(one_client_at_a_time_tests_a_failed_backend)
{
	fail_one();
	for (int i = 0; i < 3; i++) {
		virtualtime_pass(AVOIDED_MS);
		ck_assert(backend_may_try(backend, TIMEOUT_MS));
		virtualtime_pass(TIMEOUT_MS);
		ck_assert(!backend_may_try(backend, TIMEOUT_MS));
		backend_avoid(backend, "test");
		ck_assert(!backend_may_try(backend, TIMEOUT_MS));
	}
	end_one();
}
END_TEST

START_TEST(backend_that_works_again_gets_all_clients)
{
	fail_one();
	virtualtime_pass(AVOIDED_MS);
	ck_assert(backend_may_try(backend, TIMEOUT_MS));
	backend_welcome(backend);
	ck_assert(backend_may_try(backend, TIMEOUT_MS));
	ck_assert(backend_may_try(backend, TIMEOUT_MS));
	end_one();
}
END_TEST

START_TEST(another_client_tests_the_backend_if_the_first_one_leaves)
{
	fail_one();
	virtualtime_pass(AVOIDED_MS);
	ck_assert(backend_may_try(backend, TIMEOUT_MS));
	virtualtime_pass(TIMEOUT_MS + AVOIDED_MS);
	ck_assert(backend_may_try(backend, TIMEOUT_MS));
	ck_assert(!backend_may_try(backend, TIMEOUT_MS));
	end_one();
}
END_TEST

SUITE("backends", failed_backend_is_left_out_for_ten_seconds,
    one_client_at_a_time_tests_a_failed_backend,
    backend_that_works_again_gets_all_clients,
    another_client_tests_the_backend_if_the_first_one_leaves)

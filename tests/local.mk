## SPDX-License-Identifier: GPL-3.0-or-later
## The tests, part of the Makefile; tests/README tells what belongs where.

## One program for each layer of src/, and one for each subject of the functional tests. They
## are built when somebody runs them.
EXTRA_PROGRAMS = $(test_programs) $(fuzz_programs) $(bench_programs) $(test_helpers)
CLEANFILES = $(EXTRA_PROGRAMS) $(EXTRA_LIBRARIES) shortage.so fakesystem.so \
	bench-reload.txt bench.svg bench.txt

if HAVE_CHECK
unit_tests = \
	tests/unit/check_tls \
	tests/unit/check_server \
	tests/unit/check_base \
	tests/unit/check_responders \
	tests/unit/check_client \
	tests/unit/check_ctl
programs_1 = \
	tests/functional/check_hostile \
	tests/functional/check_operation
programs_2 = \
	tests/functional/check_clients \
	tests/functional/check_answers
programs_3 = \
	tests/functional/check_relay \
	tests/functional/check_exec
programs_4 = \
	tests/functional/check_names \
	tests/functional/check_parking \
	tests/functional/check_sandbox
functional_tests = $(programs_1) $(programs_2) $(programs_3) $(programs_4)
fault_tests = tests/faults/check_exhaustion
test_programs = $(unit_tests) $(functional_tests) $(fault_tests) \
	tests/faults/check_allocation
endif

EXTRA_LIBRARIES = libsuite.a
libsuite_a_SOURCES = \
	tests/lib/confprint.c tests/lib/confprint.h \
	tests/lib/daemon.c tests/lib/daemon.h \
	tests/lib/forge.c tests/lib/forge.h \
	tests/lib/peer.c tests/lib/peer.h \
	tests/lib/pki.c tests/lib/pki.h \
	tests/lib/privatenet.c tests/lib/privatenet.h \
	tests/lib/readings.c tests/lib/readings.h \
	tests/lib/repeater.c tests/lib/repeater.h \
	tests/lib/suite.c tests/lib/suite.h \
	tests/lib/talk.c tests/lib/talk.h
LDADD = libsuite.a $(program_libs) $(CHECK_LIBS)

tests_unit_check_base_SOURCES = \
	tests/unit/base/alert.c \
	tests/unit/base/deadline.c \
	tests/unit/base/failure.c \
	tests/unit/base/file/file.c \
	tests/unit/base/file/lockfile.c \
	tests/unit/base/file/readerror.c \
	tests/unit/base/file/safepath.c \
	tests/unit/base/log/findings.c \
	tests/unit/base/log/journal.c \
	tests/unit/base/log/log.c \
	tests/unit/base/log/logline.c \
	tests/unit/base/log/outlet.c \
	tests/unit/base/log/spool.c \
	tests/unit/base/memory/reserve.c \
	tests/unit/base/net/address.c \
	tests/unit/base/net/network.c \
	tests/unit/base/net/resolver.c \
	tests/unit/base/text/shellwords.c \
	tests/unit/base/text/html.c \
	tests/unit/base/text/json.c \
	tests/unit/base/text/resemblance.c \
	tests/unit/base/text/stringlist.c \
	tests/unit/base/text/text.c \
	tests/unit/base/text/wrap.c \
	tests/unit/base/thread/parallel.c
tests_unit_check_base_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=getaddrinfo
## With the malloc(3) of tlsd itself.
tests_unit_check_base_SOURCES += $(malloc_sources)
## Programs with a clock that the test moves; see tests/lib/virtualtime.h.
virtualtime = tests/lib/virtualtime.c tests/lib/virtualtime.h
virtualtime_ldflags = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime,--wrap=poll,--wrap=__poll_chk,--wrap=recv

tests_unit_check_tls_LDFLAGS = $(virtualtime_ldflags)
tests_unit_check_tls_SOURCES = \
	$(virtualtime) \
	tests/unit/tls/clientauth/allow.c \
	tests/unit/tls/clientauth/authorized.c \
	tests/unit/tls/digest.c \
	tests/unit/tls/hello/clienthello.c \
	tests/unit/tls/hello/groupchoice.c \
	tests/unit/tls/hello/plainalert.c \
	tests/unit/tls/hello/pskoffer.c \
	tests/unit/tls/keys/challenge.c \
	tests/unit/tls/keys/clientcaps.c \
	tests/unit/tls/keys/keypair.c \
	tests/unit/tls/keys/keyring.c \
	tests/unit/tls/keys/nameindex.c \
	tests/unit/tls/keys/signer.c \
	tests/unit/tls/policy/groupset.c \
	tests/unit/tls/policy/hybrids.c \
	tests/unit/tls/policy/policy.c \
	tests/unit/tls/policy/selection.c \
	tests/unit/tls/policy/suite.c \
	tests/unit/tls/policy/weakness.c \
	tests/unit/tls/proof/proof.c \
	tests/unit/tls/secrets/pskfile.c \
	tests/unit/tls/secrets/ticketkeys.c \
	tests/unit/tls/session/context.c \
	tests/unit/tls/session/hiddenname.c \
	tests/unit/tls/transport/pause.c \
	tests/unit/tls/transport/recordguard.c \
	tests/unit/tls/transport/transport.c \
	tests/unit/tls/x509/certpath.c \
	tests/unit/tls/x509/servername.c \
	$(accel_sources)
tests_unit_check_tls_LDADD = $(LDADD) $(LIB25519_LIBS)
if HAVE_LIBCRYPTO
tests_unit_check_tls_SOURCES += tests/unit/tls/accel/chachapoly.c
tests_unit_check_tls_LDFLAGS += -Wl,--wrap=EVP_PKEY_sign_init,--wrap=malloc
endif
if HAVE_LIB25519
tests_unit_check_tls_SOURCES += \
	tests/unit/tls/accel/lib25519.c \
	tests/unit/tls/accel/x25519.c
else
if HAVE_LIBCRYPTO
tests_unit_check_tls_SOURCES += tests/unit/tls/accel/x25519.c
endif
endif
tests_unit_check_responders_LDFLAGS = $(virtualtime_ldflags)
tests_unit_check_responders_SOURCES = \
	$(virtualtime) \
	tests/unit/responders/backend/backends.c \
	tests/unit/responders/backend/sendproxy.c \
	tests/unit/responders/http.c \
	tests/unit/responders/mediatype.c
tests_unit_check_server_LDFLAGS = $(virtualtime_ldflags)
tests_unit_check_server_SOURCES = \
	$(virtualtime) \
	tests/unit/server/accept/hello.c \
	tests/unit/server/accept/proxyheader.c \
	tests/unit/server/conf/conf.c \
	tests/unit/server/conf/keyadvice.c \
	tests/unit/server/connection/peers.c \
	tests/unit/server/connection/stats.c \
	tests/unit/server/connection/waitlist.c \
	tests/unit/server/control/control.c \
	tests/unit/server/event/timers.c \
	tests/unit/server/limits/limits.c \
	tests/unit/server/manual.c \
	tests/unit/server/page/pagefailures.c \
	tests/unit/server/page/pagegraph.c \
	tests/unit/server/page/pagetext.c \
	tests/unit/server/process/daemon.c \
	tests/unit/server/process/pidfile.c \
	tests/unit/server/process/socketfile.c \
	tests/unit/server/report/history.c \
	tests/unit/server/report/serverinfo.c \
	tests/unit/server/snapshot/verbosity.c \
	tests/unit/server/worker/queue.c
tests_unit_check_client_SOURCES = \
	tests/unit/client/bench/benchreport.c \
	tests/unit/client/bench/benchtally.c \
	tests/unit/client/bench/histogram.c \
	tests/unit/client/check/diagnosis.c \
	tests/unit/client/check/probe.c \
	tests/unit/client/connection/channel.c \
	tests/unit/client/connection/trace.c \
	tests/unit/client/connection/verdict.c \
	tests/unit/client/options/defaultpriority.c \
	tests/unit/client/options/options.c \
	tests/unit/client/options/parameters.c \
	tests/unit/client/options/target.c
tests_unit_check_client_LDADD = libtlsc.a $(LDADD)
tests_unit_check_ctl_SOURCES = \
	tests/unit/ctl/frame.c \
	tests/unit/ctl/table.c
tests_unit_check_ctl_LDADD = libtlsdctl.a $(LDADD)

tests_functional_check_answers_SOURCES = \
	tests/functional/earlydata.c \
	tests/functional/ending.c \
	tests/functional/server.c
tests_functional_check_clients_SOURCES = \
	tests/functional/admission.c \
	tests/functional/deadpeer.c \
	tests/functional/idle.c \
	tests/functional/limits.c \
	tests/functional/ports.c
tests_functional_check_hostile_SOURCES = \
	tests/functional/hostile.c
tests_functional_check_parking_SOURCES = \
	tests/functional/parking.c
tests_functional_check_exec_SOURCES = \
	tests/functional/exec.c
tests_functional_check_relay_SOURCES = \
	tests/functional/proxyheader.c \
	tests/functional/relay.c
tests_functional_check_names_SOURCES = \
	tests/functional/certdir.c \
	tests/functional/identity.c \
	tests/functional/route.c \
	tests/functional/routing.c
tests_functional_check_operation_SOURCES = \
	tests/functional/inheritance.c \
	tests/functional/loader.c \
	tests/functional/loglimit.c \
	tests/functional/operation.c \
	tests/functional/resolver.c
tests_functional_check_sandbox_SOURCES = \
	tests/functional/sandbox.c

## Shortages of tlsd.
poor = tests/faults/poor.c tests/faults/poor.h tests/faults/shortage.h
tests_faults_check_exhaustion_SOURCES = tests/faults/exhaustion.c
tests_faults_check_allocation_SOURCES = \
	tests/faults/shortage.c \
	tests/faults/shortage_accept.c \
	tests/faults/shortage_clients.c \
	tests/faults/shortage_crowd.c \
	tests/faults/shortage_parking.c \
	tests/faults/shortage_reload.c \
	tests/faults/shortage_untrusted.c \
	$(poor)
## Loaded into tlsd by the allocation tests; without sanitizers, and without libtool.
shortage.so: $(srcdir)/tests/faults/preload.c $(srcdir)/tests/faults/shortage.h
	$(AM_V_CCLD)$(CC) $(AM_CPPFLAGS) $(CPPFLAGS) $(CFLAGS) -fno-builtin -fPIC -shared \
		-o $@ $(srcdir)/tests/faults/preload.c

fakesystem.so: $(srcdir)/tests/functional/fakesystem.c
	$(AM_V_CCLD)$(CC) $(AM_CPPFLAGS) $(CPPFLAGS) $(CFLAGS) -fPIC -shared \
		-o $@ $(srcdir)/tests/functional/fakesystem.c

## Clients and wrappers that the scripts call.
test_helpers = failing hostile noipv6 segments
soak_call = tests/soak/call.c tests/soak/call.h
failing_SOURCES = tests/soak/failing.c $(soak_call)
failing_LDADD = $(GNUTLS_LIBS)
hostile_SOURCES = tests/soak/hostile.c $(soak_call)
hostile_LDADD = $(GNUTLS_LIBS)
noipv6_SOURCES = tests/functional/noipv6.c
noipv6_LDADD =
segments_SOURCES = tests/functional/segments.c
segments_LDADD = $(GNUTLS_LIBS)

## Fuzzers. Each fuzz_NOUN has its inputs in tests/fuzz/corpus/NOUN/, which
## tests/fuzz/replay.sh runs in every build.
fuzz_programs = \
	fuzz_address \
	fuzz_authorized \
	fuzz_clienthello \
	fuzz_conf \
	fuzz_control \
	fuzz_hello \
	fuzz_http \
	fuzz_network \
	fuzz_proxyheader \
	fuzz_pskfile \
	fuzz_servername \
	fuzz_session \
	fuzz_text
if ENABLE_FUZZERS
fuzz_driver = tests/fuzz/fuzz.h
fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer
else
fuzz_driver = tests/fuzz/fuzz.h tests/fuzz/replay.c
fuzz_ldflags = $(AM_LDFLAGS)
endif
fuzz_memoryfile = tests/fuzz/memoryfile.c tests/fuzz/memoryfile.h
fuzz_services = tests/fuzz/services.c tests/fuzz/services.h
fuzz_address_SOURCES = tests/fuzz/fuzz_address.c $(fuzz_driver)
fuzz_address_LDADD = $(program_libs)
fuzz_address_LDFLAGS = $(fuzz_ldflags) -Wl,--wrap=getaddrinfo
fuzz_authorized_SOURCES = tests/fuzz/fuzz_authorized.c $(fuzz_memoryfile) $(fuzz_driver)
fuzz_authorized_LDADD = $(program_libs)
fuzz_authorized_LDFLAGS = $(fuzz_ldflags)
fuzz_clienthello_SOURCES = tests/fuzz/fuzz_clienthello.c $(fuzz_driver)
fuzz_clienthello_LDADD = $(program_libs)
fuzz_clienthello_LDFLAGS = $(fuzz_ldflags)
fuzz_conf_SOURCES = tests/fuzz/fuzz_conf.c $(fuzz_memoryfile) $(fuzz_driver) \
	tests/lib/confprint.c tests/lib/confprint.h
fuzz_conf_LDADD = $(program_libs)
fuzz_conf_LDFLAGS = $(fuzz_ldflags)
fuzz_control_SOURCES = tests/fuzz/fuzz_control.c $(fuzz_services) $(fuzz_driver)
fuzz_control_LDADD = $(program_libs)
fuzz_control_LDFLAGS = $(fuzz_ldflags)
fuzz_hello_SOURCES = tests/fuzz/fuzz_hello.c $(fuzz_driver)
fuzz_hello_LDADD = $(program_libs)
fuzz_hello_LDFLAGS = $(fuzz_ldflags)
fuzz_http_SOURCES = tests/fuzz/fuzz_http.c $(fuzz_driver)
fuzz_http_LDADD = $(program_libs)
fuzz_http_LDFLAGS = $(fuzz_ldflags)
fuzz_network_SOURCES = tests/fuzz/fuzz_network.c $(fuzz_driver)
fuzz_network_LDADD = $(program_libs)
fuzz_network_LDFLAGS = $(fuzz_ldflags)
fuzz_proxyheader_SOURCES = tests/fuzz/fuzz_proxyheader.c $(fuzz_driver)
fuzz_proxyheader_LDADD = $(program_libs)
fuzz_proxyheader_LDFLAGS = $(fuzz_ldflags)
fuzz_pskfile_SOURCES = tests/fuzz/fuzz_pskfile.c $(fuzz_memoryfile) $(fuzz_driver)
fuzz_pskfile_LDADD = $(program_libs)
fuzz_pskfile_LDFLAGS = $(fuzz_ldflags)
fuzz_servername_SOURCES = tests/fuzz/fuzz_servername.c tests/lib/readings.c tests/lib/readings.h \
	$(fuzz_driver)
fuzz_servername_LDADD = $(program_libs)
fuzz_servername_LDFLAGS = $(fuzz_ldflags)
fuzz_session_SOURCES = tests/fuzz/fuzz_session.c $(fuzz_services) $(fuzz_driver)
fuzz_session_LDADD = $(program_libs)
fuzz_session_LDFLAGS = $(fuzz_ldflags)
fuzz_text_SOURCES = tests/fuzz/fuzz_text.c $(fuzz_driver)
fuzz_text_LDADD = $(program_libs)
fuzz_text_LDFLAGS = $(fuzz_ldflags)

## make fuzz [SECONDS=600] [FUZZERS="text conf"]: after ./configure CC=clang --enable-fuzzers.
fuzz: $(fuzz_programs)
	top_builddir='$(abs_top_builddir)' seconds='$(SECONDS)' fuzzers='$(FUZZERS)' \
		$(srcdir)/tests/fuzz/run
.PHONY: fuzz

## make bench [ROUNDS=3] [SECONDS=2]: tlsd beside its peers; nothing of it is a test.
bench_programs = bench-hello bench-hold bench-late bench-pairs bench-relay bench-waits
bench_hello_SOURCES = tests/bench/hello.c
bench_hello_LDADD =
bench_hold_SOURCES = tests/bench/hold.c
bench_hold_LDADD =
bench_late_SOURCES = tests/bench/late.c $(soak_call)
bench_late_LDADD = $(GNUTLS_LIBS)
bench_pairs_SOURCES = tests/bench/pairs.c
bench_pairs_LDADD = $(GNUTLS_LIBS)
bench_relay_SOURCES = tests/bench/relay.c
bench_relay_LDADD =
bench_waits_SOURCES = tests/bench/waits.c $(soak_call)
bench_waits_LDADD = $(GNUTLS_LIBS)
bench: all-am $(bench_programs)
	top_builddir='$(abs_top_builddir)' rounds='$(ROUNDS)' seconds='$(SECONDS)' \
		$(srcdir)/tests/bench/run
## make bench-scale [ROUNDS=3] [SECONDS=2]: tlsd alone, by workers and by waiting clients.
bench-scale: all-am bench-hold
	top_builddir='$(abs_top_builddir)' rounds='$(ROUNDS)' seconds='$(SECONDS)' \
		$(srcdir)/tests/bench/scale
## make bench-attack [SILENT=5000] [DRIPPING=500] [STALLING=500] [SECONDS=4]: honest clients
## under attack.
bench-attack: all-am bench-hello bench-hold
	top_builddir='$(abs_top_builddir)' silent='$(SILENT)' dripping='$(DRIPPING)' \
		stalling='$(STALLING)' seconds='$(SECONDS)' $(srcdir)/tests/bench/attack
## make bench-deadlines [ROUNDS=5]: how late hostile clients of each kind are ended.
bench-deadlines: all-am bench-late
	top_builddir='$(abs_top_builddir)' rounds='$(ROUNDS)' $(srcdir)/tests/bench/deadlines
## make bench-reload [COUNTS="1000 3000 10000"]: a check, a start and reloads with so many
## certificates, beside nginx and haproxy.
bench-reload: all-am bench-pairs bench-waits
	top_builddir='$(abs_top_builddir)' counts='$(COUNTS)' $(srcdir)/tests/bench/reload
.PHONY: bench bench-attack bench-deadlines bench-reload bench-scale


## make check: each module and each feature once, the longest ones first. Programs wait and scripts
## compute most of their time, so they take turns.
## make check TESTS=NAME: that one, and no more is built than it needs.
TESTS = \
	$(programs_1) $(scripts_1) \
	$(programs_2) $(scripts_2) \
	$(programs_3) $(scripts_3) \
	$(fault_tests) $(programs_4) $(unit_tests) $(quick_scripts)
TEST_EXTENSIONS = .sh
LOG_DRIVER = $(SHELL) $(top_srcdir)/tests/lib/driver
SH_LOG_DRIVER = $(LOG_DRIVER)
AM_TESTS_ENVIRONMENT = \
	top_srcdir='$(abs_top_srcdir)'; export top_srcdir; \
	top_builddir='$(abs_top_builddir)'; export top_builddir; \
	test_logs='$(TEST_LOGS)'; export test_logs;

scripts_1 = \
	tests/functional/daemon.sh \
	tests/functional/clientauth.sh
scripts_2 = \
	tests/functional/certificates.sh \
	tests/functional/clients.sh
scripts_3 = \
	tests/functional/tlsc_check.sh \
	tests/functional/pkcs11.sh \
	tests/functional/tlscert.sh \
	tests/functional/notify.sh
quick_scripts = \
	tests/functional/psk.sh \
	tests/functional/tlsc_explain.sh \
	tests/functional/control.sh \
	tests/functional/logs.sh \
	tests/functional/upgrade.sh \
	tests/functional/truncation.sh \
	tests/functional/tlscert_renew.sh \
	tests/functional/tlsc.sh \
	tests/functional/preflight.sh \
	tests/functional/tlsc_bench.sh \
	tests/functional/bootstrap.sh \
	tests/functional/acme.sh \
	tests/functional/sandbox.sh \
	tests/functional/container.sh \
	tests/functional/examples.sh \
	tests/functional/monitor.sh \
	tests/functional/page.sh \
	tests/functional/relay.sh \
	tests/functional/syscalls.sh \
	tests/functional/tickets.sh \
	tests/functional/tlscert_crl.sh \
	tests/functional/help.sh \
	tests/fuzz/replay.sh \
	tests/layers.sh \
	tests/prose.sh

## make check-long: the scripts that take minutes each, and the long tests of the scripts above.
long_scripts = \
	tests/functional/fail2ban.sh \
	tests/functional/haproxy.sh \
	tests/functional/browsers.sh \
	tests/functional/scanners.sh \
	tests/functional/package.sh \
	tests/functional/systemd.sh \
	tests/functional/walkthrough.sh \
	tests/fleet/fleet.sh \
	tests/soak/soak.sh \
	tests/faults/allocation.sh
longer_scripts = \
	tests/functional/acme.sh \
	tests/functional/certificates.sh \
	tests/functional/clientauth.sh \
	tests/functional/clients.sh \
	tests/functional/control.sh \
	tests/functional/daemon.sh \
	tests/functional/monitor.sh \
	tests/functional/logs.sh \
	tests/functional/relay.sh \
	tests/functional/tickets.sh \
	tests/functional/tlsc.sh \
	tests/functional/tlsc_check.sh \
	tests/functional/tlscert_renew.sh \
	tests/functional/truncation.sh \
	tests/functional/upgrade.sh
check-long: all-am
	long_tests=yes $(MAKE) $(AM_MAKEFLAGS) check TEST_SUITE_LOG=test-suite-long.log \
		TESTS='$(long_scripts) $(longer_scripts)'
## Builds all that make check runs, and runs nothing.
check-programs: all-am $(unit_tests) $(functional_tests) $(fault_tests) $(test_helpers) \
	$(fuzz_programs)
## Of a build with --enable-coverage: the tests that check runs, and what they have reached.
coverage: all-am
	+$(top_srcdir)/tests/lib/coverage $(MAKE) $(AM_MAKEFLAGS) check
.PHONY: check-long check-programs coverage

## Programs that a script runs beside those of tlsd.
needs_fuzzers = tests/fuzz/replay.log
$(needs_fuzzers): $(fuzz_programs)
needs_callers = tests/soak/soak.log
$(needs_callers): failing hostile
needs_noipv6 = tests/functional/preflight.log
$(needs_noipv6): noipv6
needs_segments = tests/functional/syscalls.log
$(needs_segments): segments
needs_fakesystem = tests/functional/check_operation.log tests/functional/acme.log
$(needs_fakesystem): fakesystem.so
needs_allocation = tests/faults/allocation.log
$(needs_allocation): tests/faults/check_allocation shortage.so

EXTRA_DIST = \
	tests/README \
	tests/bench/README \
	tests/fleet/README \
	tests/bench/attack \
	tests/bench/deadlines \
	tests/bench/medians.awk \
	tests/bench/picture.awk \
	tests/bench/reload \
	tests/bench/reload.awk \
	tests/bench/run \
	tests/bench/scale \
	tests/bench/scale.awk \
	tests/bench/servers \
	tests/bench/table.awk \
	tests/faults/preload.c \
	tests/fleet/network.sh \
	tests/functional/browsers \
	tests/functional/manager \
	tests/functional/fakesystem.c \
	tests/functional/systemd_box \
	tests/functional/truncation \
	tests/fuzz/corpus \
	tests/fuzz/run \
	tests/lib/coverage \
	tests/lib/driver \
	tests/lib/replay.py \
	tests/lib/suite.sh \
	tests/lib/tlsc_suite.sh \
	tests/lib/tlscert_suite.sh \
	$(scripts_1) $(scripts_2) $(scripts_3) $(quick_scripts) \
	$(long_scripts)

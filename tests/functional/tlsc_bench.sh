#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# tlsc bench against tlsd and against servers of OpenSSL that fail in every way. No test
# depends on how fast anything is.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/tlsc_suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/tlsc_suite.sh"
usage='usage: tlsc bench'

# --- servers: all of them on Unix-domain sockets, which are nobody else's ----------------

# serve [LINE...]: tlsd, with those lines for the service
serve() {
	printf '%s\n' 'workers = 4' '[hello]' "listen = $PWD/socket" 'cert = server.crt' \
		'key = server.key' "$@" >server.ini
	start_tlsd server
}

# serve_openssl [OPTION...]: s_server
serve_openssl() {
	start_openssl s_server -unix socket -cert server.crt -key server.key "$@"
}

# --- what is expected ----------------------------------------------------------------------

bench() {
	run bench "$@" </dev/null
}

# load [OPTION...]: of the server that was started
load() {
	bench --ca server.crt --timeout 20s "$@" "$PWD/socket"
}

# expect_line PATTERN...: lines of the report that match
expect_line() {
	for pattern in "$@"; do
		grep -qE -- "^$pattern$" out || complain "the report lacks: $pattern"
	done
}

expect_whole() {
	expect_status 0
	expect_line "connections  $1 in .*" "answers      $1 whole" 'failed       0'
	expect_silence
}

# --- what is counted -----------------------------------------------------------------------

as_many_connections_are_made_as_were_wanted() {
	serve
	load --connections 50 --concurrency 8
	expect_whole 50
	expect_line 'bytes        600, .*' 'resumed      0' \
		'handshakes   50 TLS1\.3 TLS_AES_128_GCM_SHA256' \
		'first byte   p50 .* ms, p90 .* ms, p99 .* ms, p99\.9 .* ms, max .* ms' \
		'whole answer p50 .*'
}

bench_accepts_a_concurrency_of_one() {
	serve
	load --connections 3 --concurrency 1
	expect_whole 3
}

a_load_ends_with_its_time() {
	serve
	load --duration 200ms
	expect_status 0
	expect_line 'failed       0'
}

each_thread_resumes_its_own_sessions() {
	serve
	load --connections 30 --concurrency 1 --resume
	expect_whole 30
	expect_line 'resumed      29'
}

a_server_without_tickets_is_not_resumed() {
	serve_openssl -www -num_tickets 0 -tls1_3
	load --connections 5 --resume --message 'GET / HTTP/1.0\r\n\r\n'
	expect_whole 5
	expect_line 'resumed      0'
}

tls_1_2_is_resumed_too() {
	serve_openssl -www
	load --connections 9 --concurrency 1 --tls 1.2 --resume --message 'GET / HTTP/1.0\r\n\r\n'
	expect_whole 9
	expect_line 'resumed      8' 'handshakes   9 TLS1\.2 TLS_ECDHE_ECDSA_.*'
}

a_version_can_be_demanded() {
	serve
	load --connections 4 --tls 1.3
	expect_line 'handshakes   4 TLS1\.3 .*'
	load --connections 4 --tls 1.2
	expect_line 'handshakes   4 TLS1\.2 .*'
}

answers_of_many_records_are_counted_in_whole() {
	dd if=/dev/zero of=big bs=1024 count=1024 2>/dev/null
	serve 'respond = file' "file = $PWD/big"
	load --connections 6 --concurrency 2
	expect_whole 6
	expect_line 'bytes        6291456, .*'
}

a_host_and_a_port_are_a_target() {
	serve 'listen = 127.0.0.1:0'
	port=$(port_of hello server)
	bench --ca server.crt --connections 5 "localhost:$port"
	expect_whole 5
	bench --ca server.crt --servername 127.0.0.1 --connections 1 "127.0.0.1:$port"
	expect_whole 1
}

the_cpu_time_of_the_server_is_reported_on_demand() {
	serve
	load --connections 20 --pid "$(cat server.pid)"
	expect_line 'server CPU   [0-9.]+ us for each connection' \
		'client CPU   [0-9.]+ us for each connection'
	load --connections 20
	! grep -q 'server CPU' out || complain "nobody's time was measured"
}

json_is_json() {
	serve
	load --connections 7 --json
	expect_status 0
	expect_line '  "connections": 7,' '  "whole": 7,' '  "failed": 0,' \
		'  "server_cpu_us": null,' '  "bytes": 84,' \
		'  "handshakes": \[\{"version": "TLS1.3", .*, "count": 7\}\],'
	needs python3
	python3 -m json.tool <out >/dev/null 2>err || complain "it cannot be read"
}

signal_ends_bench_with_a_report() {
	serve
	"$tlsc" bench --ca server.crt --duration 1h "$PWD/socket" >out 2>err &
	client=$!
	echo $client >client.pid
	# Blocked, and so caught, once the load has begun.
	wait_for grep -qE '^SigBlk:\s*0*4002$' "/proc/$client/status" ||
		complain "it does not wait for signals"
	kill -TERM "$client"
	status=0
	wait "$client" || status=$?
	expect_status 0
	expect_line 'failed       0'
}

# --- failures ------------------------------------------------------------------------------

# The first one that it does not take may have been waiting already.
a_server_that_leaves_refuses_the_rest() {
	serve_openssl -www -naccept 3
	load --connections 5 --concurrency 1 --message 'GET / HTTP/1.0\r\n\r\n'
	expect_status 1
	expect_line 'answers      2 whole' 'failed       3: refused [23].*'
}

# It says nothing, and serves one client after the other.
a_silent_server_times_out() {
	serve_openssl
	load --connections 1 --timeout 500ms
	expect_status 1
	expect_line 'failed       1: timeout 1'
}

# The kernel may close the first connection before the listening socket, which the second one
# then still reaches.
a_server_that_dies_truncates() {
	serve_openssl
	"$tlsc" bench --ca server.crt --connections 2 --concurrency 1 --message hello-there \
		"$PWD/socket" >out 2>err &
	client=$!
	echo $client >client.pid
	wait_for grep -q hello-there server.log || complain "the message did not come"
	kill -KILL "$(cat server.pid)"
	status=0
	wait "$client" || status=$?
	expect_status 1
	expect_line 'failed       2: (refused|reset) 1, truncated 1'
}

a_refusal_after_the_handshake_is_an_alert() {
	serve_openssl -www -Verify 1 -tls1_3
	load --connections 3 --json
	expect_status 1
	expect_line '  "failed": 3,' '  "failures": .*"alert": 3, .*'
}

# --- nothing to load -----------------------------------------------------------------------

missing_server_is_reported_by_bench() {
	load
	expect_status 1
	expect_error "unix:$PWD/socket: No such file or directory"
}

bench_refuses_an_untrusted_server() {
	serve
	bench --ca other.crt "$PWD/socket"
	expect_status 3
	expect_error 'the certificate is not trusted'
	[ ! -s out ] || complain "there is a report"
}

bench_with_insecure_loads_an_untrusted_server() {
	serve
	bench --insecure --connections 5 "$PWD/socket"
	expect_whole 5
}

insecure_needs_no_trust_store() {
	unshare -m true 2>/dev/null || skip 'only root may mount'
	serve
	# shellcheck disable=SC2016 # the shell in there expands it
	unshare -m sh -c 'mount -t tmpfs tmpfs /etc/ssl/certs && exec "$@"' sh \
		"$tlsc" bench --insecure --connections 1 "$PWD/socket" >out 2>err ||
		complain 'it did not go on'
	expect_silence
}

a_certificate_for_another_name_is_not_trusted() {
	serve
	load --servername other.example
	expect_status 3
	expect_error 'the certificate is not for "other.example"'
}

wrong_command_line_is_reported() {
	expect_usage 'TARGET is missing' bench
	expect_usage 'more than one' bench localhost:1 localhost:2
	expect_usage 'is not HOST:PORT' bench localhost
	expect_usage '--bogus: is not an option' bench --bogus localhost:1
	expect_usage '--connections: its value is missing' bench localhost:1 --connections
	expect_usage '--connections: "0" is not in' bench --connections 0 localhost:1
	expect_usage '--concurrency: "many" is not in' bench --concurrency many localhost:1
	expect_usage '--duration: "0" is not a duration' bench --duration 0 localhost:1
	expect_usage '--tls: "1.1" is not a version' bench --tls 1.1 localhost:1
	expect_usage '--tls: cannot be combined with --priority' bench --tls 1.3 --priority NORMAL localhost:1
	expect_usage '--pid: there is no process' bench --pid 2147483647 localhost:1
	expect_usage 'is not an escape' bench --message '\z' localhost:1
}

help_names_every_option() {
	bench --help
	expect_status 0
	for option in connections duration concurrency resume tls message timeout ca \
		servername insecure priority pid json; do
		grep -q -- "--$option " out || complain "--$option is missing"
	done
}

unwritable_output_is_reported() {
	serve
	status=0
	"$tlsc" bench --ca server.crt --connections 1 "$PWD/socket" >/dev/full 2>err || status=$?
	expect_status 1
	expect_error 'standard output: No space left on device'
}

# --- running them --------------------------------------------------------------------------

cd "$folder" || exit 1
"$builddir/tlscert" self-signed localhost 127.0.0.1 >tlscert.log || exit 1
"$builddir/tlscert" self-signed --cert other.crt --key other.key localhost >tlscert.log || exit 1
run_tests "$@"

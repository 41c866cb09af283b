#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# tlsc bench against tlsd and against servers of OpenSSL that fail in every way. No test
# depends on how fast anything is.
# shellcheck source=tests/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/suite.sh"
needs openssl timeout mkfifo
build=$builddir
tlsc=$build/tlsc
servers=
end_processes() {
	for pid in $servers; do
		kill "$pid" 2>/dev/null
	done
	wait 2>/dev/null
}
open_folder
cd "$folder" || exit 1
# An input without end, for servers that leave when theirs ends.
mkfifo silence
exec 4<>silence

# --- servers: all of them on Unix-domain sockets, which are nobody else's ----------------

start() {
	rm -f socket
	"$@" <&4 >server.log 2>&1 &
	server=$!
	servers="$servers $server"
	wait_for is_listening socket || {
		echo "no server: $*" >&2
		cat server.log >&2
		exit 1
	}
}

# start_tlsd [LINE...]: of configuration, for the service
start_tlsd() {
	{
		printf '%s\n' 'workers = 4' 'log-level = warning' '[hello]' \
			"listen = $folder/socket" "cert = $folder/server.crt" \
			"key = $folder/server.key" "$@"
	} >tlsd.ini
	start "$build/tlsd" -f -c tlsd.ini
}

openssl_server() {
	start openssl s_server -unix "$folder/socket" -cert server.crt -key server.key "$@"
}

stop() {
	[ -n "$server" ] || return 0
	kill "$server" 2>/dev/null
	wait "$server" 2>/dev/null
	server=
}

# --- what is expected ----------------------------------------------------------------------

bench() {
	timeout 60 "$tlsc" bench "$@" >out 2>err </dev/null
	status=$?
}

# load [OPTION...]: of the server that was started
load() {
	bench --ca server.crt --timeout 20s "$@" "$folder/socket"
}

complain() {
	echo "  $*"
	sed 's/^/  | /' out err | head -30
	good=false
}

expect_status() {
	[ "$status" -eq "$1" ] || complain "exit status $status instead of $1"
}

# expect_line PATTERN...: lines of the report that match
expect_line() {
	for pattern in "$@"; do
		grep -qE -- "^$pattern$" out || complain "the report lacks: $pattern"
	done
}

expect_error() {
	grep -qF -- "$1" err || complain "standard error lacks: $1"
}

expect_usage() {
	text=$1
	shift
	bench "$@"
	expect_status 2
	expect_error "$text"
	expect_error 'usage: tlsc bench'
}

expect_all_whole() {
	expect_status 0
	expect_line "connections  $1 in .*" "answers      $1 whole" 'failed       0'
	[ ! -s err ] || complain "standard error is not empty"
}

try() {
	good=true
	server=
	: >out
	: >err
	"$1"
	stop
	if $good; then
		has_passed "$1"
	else
		has_failed "$1"
	fi
}

# --- what is counted -----------------------------------------------------------------------

as_many_connections_are_made_as_were_wanted() {
	start_tlsd
	load --connections 50 --concurrency 8
	expect_all_whole 50
	expect_line 'bytes        600, .*' 'resumed      0' \
		'handshakes   50 TLS1\.3 TLS_AES_128_GCM_SHA256' \
		'first byte   p50 .* ms, p90 .* ms, p99 .* ms, p99\.9 .* ms, max .* ms' \
		'whole answer p50 .*'
}

one_at_a_time_is_possible() {
	start_tlsd
	load --connections 3 --concurrency 1
	expect_all_whole 3
}

a_load_ends_with_its_time() {
	start_tlsd
	load --duration 200ms
	expect_status 0
	expect_line 'failed       0'
}

each_thread_resumes_its_own_sessions() {
	start_tlsd
	load --connections 30 --concurrency 1 --resume
	expect_all_whole 30
	expect_line 'resumed      29'
}

a_server_without_tickets_is_not_resumed() {
	openssl_server -www -num_tickets 0 -tls1_3
	load --connections 5 --resume --message 'GET / HTTP/1.0\r\n\r\n'
	expect_all_whole 5
	expect_line 'resumed      0'
}

tls_1_2_is_resumed_too() {
	openssl_server -www
	load --connections 9 --concurrency 1 --tls 1.2 --resume --message 'GET / HTTP/1.0\r\n\r\n'
	expect_all_whole 9
	expect_line 'resumed      8' 'handshakes   9 TLS1\.2 TLS_ECDHE_ECDSA_.*'
}

a_version_can_be_demanded() {
	start_tlsd
	load --connections 4 --tls 1.3
	expect_line 'handshakes   4 TLS1\.3 .*'
	load --connections 4 --tls 1.2
	expect_line 'handshakes   4 TLS1\.2 .*'
}

answers_of_many_records_are_counted_in_whole() {
	dd if=/dev/zero of=big bs=1024 count=1024 2>/dev/null
	start_tlsd 'respond = file' "file = $folder/big"
	load --connections 6 --concurrency 2
	expect_all_whole 6
	expect_line 'bytes        6291456, .*'
}

a_host_and_a_port_are_a_target() {
	for port in $((10000 + $$ % 20000)) $((10001 + $$ % 20000)) $((10002 + $$ % 20000)); do
		start_tlsd "listen = 127.0.0.1:$port"
		kill -0 "$server" 2>/dev/null && break
	done
	bench --ca server.crt --connections 5 "localhost:$port"
	expect_all_whole 5
	bench --ca server.crt --servername 127.0.0.1 --connections 1 "127.0.0.1:$port"
	expect_all_whole 1
}

the_cpu_time_of_the_server_is_reported_on_demand() {
	start_tlsd
	load --connections 20 --pid "$server"
	expect_line 'server CPU   [0-9.]+ us for each connection' \
		'client CPU   [0-9.]+ us for each connection'
	load --connections 20
	! grep -q 'server CPU' out || complain "nobody's time was measured"
}

json_is_json() {
	start_tlsd
	load --connections 7 --json
	expect_status 0
	expect_line '  "connections": 7,' '  "whole": 7,' '  "failed": 0,' \
		'  "server_cpu_us": null,' '  "bytes": 84,' \
		'  "handshakes": \[\{"version": "TLS1.3", .*, "count": 7\}\],'
	if command -v python3 >/dev/null; then
		python3 -m json.tool <out >/dev/null 2>err || complain "it cannot be read"
	else
		echo "  (no python3: its grammar was not checked)"
	fi
}

an_interrupt_ends_it_with_a_report() {
	start_tlsd
	"$tlsc" bench --ca server.crt --duration 1h "$folder/socket" >out 2>err &
	client=$!
	servers="$servers $client"
	# Blocked, and so caught, once the load has begun.
	wait_for grep -qE '^SigBlk:\s*0*4002$' "/proc/$client/status" ||
		complain "it does not wait for signals"
	kill -TERM "$client"
	wait "$client"
	status=$?
	expect_status 0
	expect_line 'failed       0'
}

# --- failures ------------------------------------------------------------------------------

# The first one that it does not take may have been waiting already.
a_server_that_leaves_refuses_the_rest() {
	openssl_server -www -naccept 3
	load --connections 5 --concurrency 1 --message 'GET / HTTP/1.0\r\n\r\n'
	expect_status 1
	expect_line 'answers      2 whole' 'failed       3: refused [23].*'
}

# It says nothing, and serves one client after the other.
a_silent_server_times_out() {
	openssl_server
	load --connections 1 --timeout 500ms
	expect_status 1
	expect_line 'failed       1: timeout 1'
}

a_server_that_dies_truncates() {
	openssl_server
	"$tlsc" bench --ca server.crt --connections 2 --concurrency 1 --message hello-there \
		"$folder/socket" >out 2>err &
	client=$!
	servers="$servers $client"
	wait_for grep -q hello-there server.log || complain "the message did not come"
	kill -KILL "$server"
	wait "$client"
	status=$?
	expect_status 1
	expect_line 'failed       2: refused 1, truncated 1'
}

a_refusal_after_the_handshake_is_an_alert() {
	openssl_server -www -Verify 1 -tls1_3
	load --connections 3 --json
	expect_status 1
	expect_line '  "failed": 3,' '  "failures": .*"alert": 3, .*'
}

# --- nothing to load -----------------------------------------------------------------------

a_server_that_is_not_there_is_told() {
	rm -f socket
	load
	expect_status 1
	expect_error "unix:$folder/socket: No such file or directory"
}

an_untrusted_server_is_not_loaded() {
	start_tlsd
	bench --ca other.crt "$folder/socket"
	expect_status 3
	expect_error 'the certificate is not trusted'
	[ ! -s out ] || complain "there is a report"
}

without_trust_insecure_goes_on() {
	start_tlsd
	bench --insecure --connections 5 "$folder/socket"
	expect_all_whole 5
}

a_certificate_for_another_name_is_not_trusted() {
	start_tlsd
	load --servername other.example
	expect_status 3
	expect_error 'the certificate is not for "other.example"'
}

a_wrong_command_line_is_told() {
	expect_usage 'whom to call is missing'
	expect_usage 'more than one' localhost:1 localhost:2
	expect_usage 'is not HOST:PORT' localhost
	expect_usage '--bogus is not an option' --bogus localhost:1
	expect_usage '--connections needs a value' localhost:1 --connections
	expect_usage '--connections: "0" is not in' --connections 0 localhost:1
	expect_usage '--concurrency: "many" is not in' --concurrency many localhost:1
	expect_usage '--duration: "0" is no duration' --duration 0 localhost:1
	expect_usage '--tls: "1.1" is neither' --tls 1.1 localhost:1
	expect_usage '--tls and --priority' --tls 1.3 --priority NORMAL localhost:1
	expect_usage '--pid: there is no process' --pid 2147483647 localhost:1
	expect_usage 'is no escape' --message '\z' localhost:1
}

help_names_every_option() {
	bench --help
	expect_status 0
	for option in connections duration concurrency resume tls message timeout ca \
		servername insecure priority pid json; do
		grep -q -- "--$option " out || complain "--$option is missing"
	done
}

an_output_that_cannot_be_written_is_told() {
	start_tlsd
	"$tlsc" bench --ca server.crt --connections 1 "$folder/socket" >/dev/full 2>err
	status=$?
	expect_status 1
	expect_error 'standard output: No space left on device'
}

"$build/tlscert" self-signed localhost 127.0.0.1 >tlscert.log || exit 1
"$build/tlscert" self-signed --cert other.crt --key other.key localhost >tlscert.log || exit 1
for name in \
	as_many_connections_are_made_as_were_wanted \
	one_at_a_time_is_possible \
	a_load_ends_with_its_time \
	each_thread_resumes_its_own_sessions \
	a_server_without_tickets_is_not_resumed \
	tls_1_2_is_resumed_too \
	a_version_can_be_demanded \
	answers_of_many_records_are_counted_in_whole \
	a_host_and_a_port_are_a_target \
	the_cpu_time_of_the_server_is_reported_on_demand \
	json_is_json \
	an_interrupt_ends_it_with_a_report \
	a_server_that_leaves_refuses_the_rest \
	a_silent_server_times_out \
	a_server_that_dies_truncates \
	a_refusal_after_the_handshake_is_an_alert \
	a_server_that_is_not_there_is_told \
	an_untrusted_server_is_not_loaded \
	without_trust_insecure_goes_on \
	a_certificate_for_another_name_is_not_trusted \
	a_wrong_command_line_is_told \
	help_names_every_option \
	an_output_that_cannot_be_written_is_told; do
	try "$name"
done
finish

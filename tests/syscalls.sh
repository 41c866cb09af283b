#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a connection costs in system calls and segments: that the handshake, the answer and
# the end leave in as few pieces as the protocol allows. The calls are those of the only
# worker thread on the connection's descriptor, as strace(1) sees them; the segments are
# counted by the client's kernel.
# shellcheck source=tests/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/suite.sh"
build=$builddir
tls13=NORMAL:-VERS-ALL:+VERS-TLS1.3
tls12=NORMAL:-VERS-ALL:+VERS-TLS1.2
server=
port=$((10000 + $$ % 20000))

stop() {
	[ -n "$server" ] || return 0
	kill "$server" 2>/dev/null
	wait "$server" 2>/dev/null
	server=
}

end_processes() {
	stop
}
open_folder
cd "$folder" || exit 1
# A leak cannot be looked for by a process that is traced already.
ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0
LSAN_OPTIONS=${LSAN_OPTIONS:-}:detect_leaks=0
export ASAN_OPTIONS LSAN_OPTIONS

needs strace
strace -f -D -o probe true 2>/dev/null || skip 'strace is not permitted here'
# Its own process writes the trace, and may be late.
tries=100
until grep -q exit_group probe; do
	tries=$((tries - 1))
	[ $tries -gt 0 ] || skip 'strace is not permitted here'
	sleep 0.05
done

# --- the server ----------------------------------------------------------------------------

is_up_or_gone() {
	grep -q epoll_wait trace || ! kill -0 "$server" 2>/dev/null
}

# start [LINE...]: of configuration, for the service; on the first port that it can have
start() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		port=$((port + 1))
		printf '%s\n' 'workers = 1' 'log-level = warning' '[hello]' \
			"listen = 127.0.0.1:$port" "cert = $folder/server.crt" \
			"key = $folder/server.key" "$@" >tlsd.ini
		: >trace
		strace -D -f -qq -s 8 -e trace=%network,%desc -e signal=none -o trace \
			"$build/tlsd" -f -c tlsd.ini >server.log 2>&1 &
		server=$!
		wait_for is_up_or_gone
		kill -0 "$server" 2>/dev/null && return 0
	done
	echo 'no server:' >&2
	cat server.log >&2
	exit 1
}

# --- the calls -----------------------------------------------------------------------------

has_closed() {
	grep -q "^$server .*close($descriptor)" trace
}

# call PRIORITY: one connection; then `calls` has those of the worker for it, a line each
call() {
	"$build/segments" "$port" "$1" >out 2>&1 || complain "the client failed"
	wait_for grep -q '^[0-9]* *accept4(.*= [0-9]' trace
	descriptor=$(sed -n 's/.*accept4.* = \([0-9][0-9]*\)$/\1/p' trace | head -n 1)
	wait_for has_closed || complain "the connection is still open"
	awk -v main="$server" -v fd="$descriptor" '
		$1 == main { next }
		/<\.\.\. / { next }
		{ sub(/^[0-9]+ +/, "") }
		$0 ~ "^[a-z0-9_]+\\(" fd "[,)]" || /^(p?poll|p?select6?|epoll_p?wait2?)\(/
	' trace >calls
}

complain() {
	echo "  $*"
	sed 's/^/  | /' out calls | head -30
	good=false
}

# expect_calls NAME...: these and no others, in this order
expect_calls() {
	found=$(sed 's/(.*//' calls | tr '\n' ' ')
	[ "$found" = "$* " ] || complain "calls: $found instead of: $*"
}

expect_told() {
	grep -qE "^$1\$" out || complain "the client did not see: $1"
}

# The last bytes wait for the end of our side, so that both are one segment.
expect_fin_on_the_last_bytes() {
	tail -n 2 calls | head -n 1 | grep -q '^sendto(.*MSG_MORE' ||
		complain "the last bytes do not wait"
	tail -n 1 calls | grep -q '^shutdown(.*SHUT_WR' || complain "no FIN behind them"
	tail -n 2 out | head -n 1 | grep -q '1 segments, fin$' ||
		complain "the FIN came alone"
}

try() {
	good=true
	: >out
	: >calls
	"$1"
	stop
	if $good; then
		has_passed "$1"
	else
		has_failed "$1"
	fi
}

an_early_answer_costs_one_call_in_and_one_out() {
	start
	call $tls13
	expect_calls recvfrom sendto shutdown
	expect_told 'flight 1: .* 1 segments, fin'
	expect_told 'answer after flight 1: whole'
	expect_fin_on_the_last_bytes
}

a_tls_1_3_answer_that_waits_costs_two_and_two() {
	start 'early-answer = no'
	call $tls13
	expect_calls recvfrom sendto recvfrom sendto shutdown
	expect_told 'flight 1: .* 1 segments'
	expect_told 'flight 2: .* 1 segments, fin'
	expect_told 'answer after flight 2: whole'
	expect_fin_on_the_last_bytes
}

# The server's last flight of the handshake (RFC 5246, 7.3) has the answer behind it.
a_tls_1_2_connection_costs_two_and_two() {
	start
	call $tls12
	expect_calls recvfrom sendto recvfrom sendto shutdown
	expect_told 'flight 2: .* 1 segments, fin'
	expect_told 'answer after flight 2: whole'
	expect_fin_on_the_last_bytes
}

a_small_file_costs_no_more_than_a_text() {
	echo 'Hello, file!' >file
	start 'respond = file' "file = $folder/file"
	call $tls13
	expect_calls recvfrom sendto shutdown
	expect_told 'answer after flight 1: whole'
	expect_fin_on_the_last_bytes
}

"$build/tlscert" self-signed localhost >tlscert.log || exit 1
for name in \
	an_early_answer_costs_one_call_in_and_one_out \
	a_tls_1_3_answer_that_waits_costs_two_and_two \
	a_tls_1_2_connection_costs_two_and_two \
	a_small_file_costs_no_more_than_a_text; do
	try "$name"
done
finish

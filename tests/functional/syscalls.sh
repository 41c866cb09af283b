#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a connection costs in system calls and segments: that the handshake, the answer and
# the end leave in as few pieces as the protocol allows. The calls are those of the only
# worker thread on the connection's descriptor, as strace(1) sees them; the segments are
# counted by the client's kernel.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
tls13=NORMAL:-VERS-ALL:+VERS-TLS1.3
tls12=NORMAL:-VERS-ALL:+VERS-TLS1.2
open_folder
# A leak cannot be looked for by a process that is traced already.
ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0
LSAN_OPTIONS=${LSAN_OPTIONS:-}:detect_leaks=0
export ASAN_OPTIONS LSAN_OPTIONS

needs strace
strace -f -D -o "$folder/probe" true 2>/dev/null || skip 'strace is not permitted here'
# Its own process writes the trace, and may be late.
wait_for grep -q exit_group "$folder/probe" || skip 'strace is not permitted here'

# --- messages ---------------------------------------------------------------------------------

# The long path makes the message longer than the pieces in which some libraries write.
each_message_is_written_in_one_piece() {
	long=$(printf '%0150d' 0)
	printf '%s\n' "cert = $long.crt" '[hello]' 'listen = 127.0.0.1:0' >tlsd.ini
	fails strace -qq -s 400 -e trace=write -e signal=none -o trace \
		"$builddir/tlsd" -t -c tlsd.ini 2>messages
	grep -q "$long" messages
	[ "$(grep -c '^write(2, ' trace)" -eq "$(grep -c '' messages)" ]
}

# --- the server ----------------------------------------------------------------------------

# serve [LINE...]: of configuration, for the service; at $port
serve() {
	printf '%s\n' 'workers = 1' 'access-log = no' '[hello]' 'listen = 127.0.0.1:0' \
		"cert = $folder/server.crt" "key = $folder/server.key" "$@" >tlsd.ini
	start_tlsd tlsd strace -D -f -qq -s 8 -e trace=%network,%desc -e signal=none -o trace
	server=$(cat tlsd.pid)
	port=$(port_of hello)
}

# --- the calls -----------------------------------------------------------------------------

# What strace saw since the connection began, after line $begun.
since() {
	tail -n "+$((begun + 1))" trace
}

has_accepted() {
	since | grep -q '^[0-9]* *accept4(.*= [0-9]'
}

has_closed() {
	since | grep -q "^$server .*close($descriptor)"
}

call_once() {
	begun=$(wc -l <trace)
	"$builddir/segments" "$port" "$1" >out.log 2>&1 || fail "the client failed"
	wait_for has_accepted
	descriptor=$(since | sed -n 's/.*accept4.* = \([0-9][0-9]*\)$/\1/p' | head -n 1)
	wait_for has_closed || fail "the connection is still open"
	since | awk -v main="$server" -v fd="$descriptor" '
		$1 == main { next }
		/<\.\.\. / { next }
		{ sub(/^[0-9]+ +/, "") }
		$0 ~ "^[a-z0-9_]+\\(" fd "[,)]" || /^(p?poll|p?select6?|epoll_p?wait2?)\(/
	' >calls.log
}

# was_parked: a worker's call had nothing to read. If another thread's call came between, strace
# prints the result in a line of its own.
was_parked() {
	since | grep -v "^$server " | grep -Eq '(recv(from)?|send(to)?)( resumed>|\().*EAGAIN'
}

# call PRIORITY: one connection; then ./calls.log has those of the worker for it, a line each.
# A client that a busy machine keeps from answering within 20 ms is parked, and calls again.
call() {
	for attempt in 1 2 3 4 5 6 7 8 9 10; do
		call_once "$1"
		was_parked || break
		echo "attempt $attempt: parked"
	done
}

# expect_calls NAME...: these and no others, in this order. recv is also the name of recv, and
# send of sendto, because i386 has both.
expect_calls() {
	found=$(sed 's/(.*//; s/^recvfrom$/recv/; s/^sendto$/send/' calls.log | tr '\n' ' ')
	[ "$found" = "$* " ] || fail "calls: $found instead of: $*"
}

expect_told() {
	grep -qE "^$1\$" out.log || fail "the client did not see: $1"
}

# The end of our side waits for the client, which has not sent anything after its handshake.
expect_open() {
	! grep -q fin out.log || fail "the FIN came with the answer"
}

# --- the tests -----------------------------------------------------------------------------

an_early_answer_costs_one_call_in_and_one_out() {
	serve
	call $tls13
	expect_calls recv send
	expect_told 'flight 1: .* 1 segments'
	expect_told 'answer after flight 1: whole'
	expect_open
}

tls_1_3_answer_after_finished_costs_two_receives_and_two_sends() {
	serve 'early-answer = no'
	call $tls13
	expect_calls recv send recv send
	expect_told 'flight 1: .* 1 segments'
	expect_told 'flight 2: .* 1 segments'
	expect_told 'answer after flight 2: whole'
	expect_open
}

# The server's last flight of the handshake (RFC 5246, 7.3) has the answer behind it.
tls_1_2_connection_costs_two_receives_and_two_sends() {
	serve
	call $tls12
	expect_calls recv send recv send
	expect_told 'flight 2: .* 1 segments'
	expect_told 'answer after flight 2: whole'
	expect_open
}

a_small_file_costs_no_more_than_a_text() {
	echo 'Hello, file!' >file
	serve 'respond = file' "file = $PWD/file"
	call $tls13
	expect_calls recv send
	expect_told 'answer after flight 1: whole'
	expect_open
}

# --- running them --------------------------------------------------------------------------

(cd "$folder" && "$builddir/tlscert" self-signed localhost >tlscert.log) || exit 1
run_tests "$@"

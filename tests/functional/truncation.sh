#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Everything that a client has sent arrives when the client leaves, with or without a
# close_notify, and a connection that broke is never passed off as one that ended.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
PATH=$PATH:/usr/sbin
needs python3
open_folder
ends=$srcdir/tests/functional/truncation/ends.py
sizes='1 100 2000 16384 16385 65536 100000 400000 700001 1048576'

make_certificates() (
	cd "$folder" || exit 1
	"$builddir/tlscert" ca 'Test Authority' && "$builddir/tlscert" server localhost
) >/dev/null

# --- what tests are made of -----------------------------------------------------------

# ends WORD...: runs the program that the backend and the clients are.
ends() {
	python3 "$ends" "$@"
}

# start_backend [GATE]: starts the backend, whose lines are ./backend.log and whose port is
# $backend.
start_backend() {
	start backend python3 "$ends" backend "$PWD/port" "$@"
	wait_for test -s port
	backend=$(cat port)
}

# serve: starts tlsd with the backend, and with services that use it or a program.
serve() {
	python=$(python3 -c 'import sys; print(sys.executable)')
	cat >tlsd.ini <<-END
		pid-file =
		control-socket =
		workers = 32
		cert = $folder/server.crt
		key = $folder/server.key
		[connect]
		listen = 127.0.0.1:0
		respond = connect
		connect = 127.0.0.1:$backend
		[connect-without-tickets]
		listen = 127.0.0.2:0
		respond = connect
		connect = 127.0.0.1:$backend
		session-tickets = no
		[exec]
		listen = 127.0.0.3:0
		respond = exec
		exec = '$python' '$ends' program $backend
		[echo]
		listen = 127.0.0.4:0
		respond = echo
	END
	start_tlsd tlsd
}

# has_lines COUNT: true if the backend has told of so many connections.
has_lines() {
	[ "$(grep -c . backend.log)" -ge "$1" ]
}

# expect_lines HOW COUNT SIZE...: fails unless the backend tells of COUNT connections for each
# size, with all bytes and that end, and of no others. Forgets them.
expect_lines() {
	how=$1 count=$2
	shift 2
	for size; do
		for _ in $(seq "$count"); do
			echo "$size $how"
		done
	done | sort -n >wanted
	wait_for has_lines "$(grep -c . wanted)" || :
	sort -n backend.log >arrived
	: >backend.log
	diff wanted arrived || fail "< is what was sent, > is what arrived: $case"
}

# each_size SERVICE END HOW: fails unless all bytes of clients that leave by END arrive, in both
# versions of TLS, and the backend sees the end HOW.
each_size() {
	for version in TLSv1_3 TLSv1_2; do
		case="$1, $version, $2"
		# shellcheck disable=SC2086 # a list of sizes
		ends send "$(address_of "$1")" "$folder/ca.crt" $version "$2" 1 $sizes
		# shellcheck disable=SC2086 # a list of sizes
		expect_lines "$3" 1 $sizes
	done
}

# --- what a backend gets --------------------------------------------------------------

backend_gets_all_before_a_clean_end() {
	start_backend
	serve
	each_size connect notify end
	each_size connect-without-tickets notify end
}

backend_gets_all_before_a_reset_if_client_closes_at_once() {
	start_backend
	serve
	each_size connect close reset
	each_size connect-without-tickets close reset
}

# --- what a program and an echo get ---------------------------------------------------

program_gets_all_before_a_clean_end() {
	start_backend
	serve
	sizes='1 16385 1048576' # a program for each
	each_size exec notify end
}

echo_returns_all_to_a_client_that_ends_tcp_only() {
	start_backend
	serve
	for version in TLSv1_3 TLSv1_2; do
		# shellcheck disable=SC2086 # a list of sizes
		ends echo "$(address_of echo)" "$folder/ca.crt" $version $sizes >heard
		# shellcheck disable=SC2086 # a list of sizes
		printf '%s echoed\n' $sizes | diff - heard || fail "$version: > came back"
	done
}

# --- others ---------------------------------------------------------------------------

# start_stunnel: starts it at $peer.
start_stunnel() {
	cat "$folder/server.key" "$folder/server.crt" >pair.pem
	cat >stunnel.conf <<-END
		foreground = yes
		pid =
		[relay]
		accept = 127.0.0.1:0
		connect = 127.0.0.1:$backend
		cert = $PWD/pair.pem
	END
	start stunnel stunnel4 stunnel.conf
	wait_for finds_port stunnel
	peer=127.0.0.1:$port
}

# start_haproxy: starts it at $peer. It takes no port 0, so others are tried until one is free.
start_haproxy() {
	cat "$folder/server.key" "$folder/server.crt" >pair.pem
	port=$((10000 + $$ % 20000))
	while :; do
		port=$((port + 1))
		haproxy_cfg
		start haproxy haproxy -db -f haproxy.cfg
		wait_for has_begun
		is_gone "$(cat haproxy.pid)" || break
		grep -q 'cannot bind' haproxy.log
	done
	peer=127.0.0.1:$port
}

# has_begun: true if haproxy listens, or has ended because it cannot.
has_begun() {
	is_gone "$(cat haproxy.pid)" || [ -S haproxy.sock ]
}

haproxy_cfg() {
	cat >haproxy.cfg <<-END
		global
			stats socket $PWD/haproxy.sock
		defaults
			mode tcp
			timeout client 60s
			timeout server 60s
			timeout connect 60s
		listen relay
			bind 127.0.0.1:$port ssl crt $PWD/pair.pem
			server backend 127.0.0.1:$backend
	END
}

# is_idle NAME: true if it has no connection any more. It may have none with the backend even
# though a client called.
is_idle() {
	sockets=$(find "/proc/$(cat "$1.pid")/fd" -lname 'socket:*' -printf '%l ')
	awk -v sockets="$sockets" '$4 != "0A" && index(sockets, "[" $10 "]") { exit 1 }' \
		/proc/net/tcp
}

# deliver ADDRESS END CONDITION...: sets $bytes to how many bytes the backend gets of four
# clients that send 400000 each, once the condition is met.
deliver() {
	ends send "$1" "$folder/ca.crt" TLSv1_3 "$2" 4 400000
	shift 2
	wait_for "$@"
	bytes=$(awk '{ sum += $1 } END { print sum + 0 }' backend.log)
	: >backend.log
}

# compare NAME: fails unless tlsd passes on at least as much as the server NAME at $peer.
compare() {
	for end in fin close reset; do
		deliver "$peer" $end is_idle "$1"
		theirs=$bytes
		deliver "$(address_of connect)" $end has_lines 4
		echo "$end: $1 $theirs, tlsd $bytes of 1600000 bytes"
		[ "$bytes" -ge "$theirs" ]
	done
}

make_certificates || skip 'tlscert made no certificates'

# --- the tests of make check-long -------------------------------------------------------

backend_gets_all_before_a_reset_if_client_ends_tcp_only() {
	start_backend
	serve
	each_size connect fin reset
	each_size connect-without-tickets fin reset
}

backend_gets_all_before_a_reset_if_client_resets() {
	start_backend
	serve
	each_size connect reset reset
	each_size connect-without-tickets reset reset
}

# The ticket that such a client never reads makes its kernel reset the connection.
backend_gets_all_of_fifty_clients_that_close_with_a_ticket_unread() {
	start_backend
	serve
	case='TLSv1_3, close'
	ends send "$(address_of connect)" "$folder/ca.crt" TLSv1_3 close 50 2000
	expect_lines reset 50 2000
}

slow_backend_gets_all_after_the_client_has_gone() {
	for end in fin close reset; do
		start_backend "$PWD/gate.$end"
		serve
		case="slow backend, $end"
		start clients python3 "$ends" send "$(address_of connect)" \
			"$folder/ca.crt" TLSv1_3 "$end" 4 1000 200000
		# All but the clients that end TCP only, and then wait, have left before it reads.
		[ "$end" = fin ] || wait_for is_gone "$(cat clients.pid)"
		: >"gate.$end"
		expect_lines reset 4 1000 200000
		wait "$(cat clients.pid)" || fail "$(cat clients.log)"
		stop
		kill "$(cat backend.pid)"
		rm port clients.pid
	done
}

program_gets_all_before_sigterm_if_client_breaks_off() {
	start_backend
	serve
	for end in fin close reset; do
		each_size exec "$end" terminated
	done
}

stunnel_delivers_no_more() {
	needs stunnel4
	start_backend
	serve
	start_stunnel
	compare stunnel
}

haproxy_delivers_no_more() {
	needs haproxy
	start_backend
	serve
	start_haproxy
	compare haproxy
}

run_tests "$@"

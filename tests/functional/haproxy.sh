#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Two daemons behind haproxy: who the client is, health by respond = status and = agent, and
# what draining does.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
umask 077
PATH=$PATH:/usr/sbin
needs haproxy openssl curl socat timeout
open_folder
tlsc=$builddir/tlsc

make_certificates() (
	cd "$folder" || exit 1
	"$builddir/tlscert" ca 'Test Authority'
	"$builddir/tlscert" server localhost
) >/dev/null

# --- what tests are made of -----------------------------------------------------------

# configure NAME TEXT STATUS AGENT: ports of the machine NAME; 0 for any.
configure() {
	cat >"$1.ini" <<-END
		pid-file =
		control-socket = $PWD/$1.sock
		cert = $folder/server.crt
		key = $folder/server.key
		[text]
		listen = 127.0.0.1:$2
		accept-proxy = yes
		accept-proxy-from = 127.0.0.1
		deny = 127.0.0.66
		text = $1\\n
		[status]
		listen = 127.0.0.2:$3
		respond = status
		[agent]
		listen = 127.0.0.3:$4
		respond = agent
	END
}

# serve NAME: at the same ports when it is started again.
serve() {
	configure "$1" 0 0 0
	start_tlsd "$1"
	configure "$1" "$(port_of text "$1")" "$(port_of status "$1")" "$(port_of agent "$1")"
}

ctl() {
	machine=$1
	shift
	"$builddir/tlsdctl" -s "$PWD/$machine.sock" "$@"
}

# balance HOW: haproxy in front of a and b, at $front, which looks after them by their status or
# by their agent; the two ports behind it lead to the agents, with TLS. They are chosen until
# they are free.
balance() {
	front=$((10000 + $$ % 20000))
	while :; do
		front=$((front + 3))
		"by_$1" >haproxy.cfg
		start haproxy haproxy -db -f haproxy.cfg
		wait_for has_begun
		is_gone "$(cat haproxy.pid)" || return 0
		grep -q 'cannot bind' haproxy.log
	done
}

# Checks of the machines' status begin when it has begun.
has_begun() {
	is_gone "$(cat haproxy.pid)" || { says_of a UP && says_of b UP; }
}

common_part() {
	cat <<-END
		global
			stats socket $PWD/haproxy.sock
		defaults
			mode tcp
			timeout client 60s
			timeout connect 5s
			timeout server 60s
			timeout check 5s
		# inter also limits the handshake of a check, so it must suit a slow machine.
		listen tls
			bind 127.0.0.1:$front
			option redispatch 1
			default-server check inter 5s fastinter 200ms downinter 200ms check-ssl check-sni localhost verify required ca-file $folder/ca.crt send-proxy-v2
	END
}

by_status() {
	common_part
	cat <<-END
			option httpchk GET /
			server a 127.0.0.1:$(port_of text a) addr 127.0.0.2 port $(port_of status a)
			server b 127.0.0.1:$(port_of text b) addr 127.0.0.2 port $(port_of status b)
	END
}

# The check is a handshake; the agent says the rest.
by_agent() {
	common_part
	cat <<-END
			default-server agent-check agent-inter 200ms agent-addr 127.0.0.1
			server a 127.0.0.1:$(port_of text a) addr 127.0.0.3 port $(port_of agent a) agent-port $((front + 1))
			server b 127.0.0.1:$(port_of text b) addr 127.0.0.3 port $(port_of agent b) agent-port $((front + 2))
		listen agent-a
			bind 127.0.0.1:$((front + 1))
			server a 127.0.0.3:$(port_of agent a) ssl verify required ca-file $folder/ca.crt sni str(localhost)
		listen agent-b
			bind 127.0.0.1:$((front + 2))
			server b 127.0.0.3:$(port_of agent b) ssl verify required ca-file $folder/ca.crt sni str(localhost)
	END
}

# says_of MACHINE PATTERN: what haproxy thinks of it
says_of() {
	echo 'show stat' | socat -t 10 - "UNIX-CONNECT:$PWD/haproxy.sock" 2>/dev/null |
		awk -F, -v machine="$1" '$1 == "tls" && $2 == machine { print $18 }' |
		grep -Eq "$2"
}

# answerers COUNT: how many of so many connections each machine has answered
answerers() {
	for _ in $(seq "$1"); do
		"$tlsc" --ca "$folder/ca.crt" "localhost:$front" </dev/null
	done | sort | uniq -c | sed 's/^ *//'
}

# load NAME: calls all the time, until it is told to report.
load() {
	start "$1" "$tlsc" bench --ca "$folder/ca.crt" --concurrency 4 --duration 1h \
		"localhost:$front"
}

# report NAME: and each answer came whole
report() {
	load=$(cat "$1.pid")
	kill -INT "$load"
	wait "$load" || {
		cat "$1.log"
		return 1
	}
	rm "$1.pid"
	grep '^connections ' "$1.log"
}

# --- the tests ------------------------------------------------------------------------

log_and_limits_know_the_client() {
	serve a
	serve b
	balance status
	ask() { curl -sS --http0.9 --max-time 60 --cacert "$folder/ca.crt" --resolve \
		"localhost:$front:127.0.0.1" "$@" "https://localhost:$front/"; }
	ask --interface 127.0.0.65 | grep -qx '[ab]'
	! ask --interface 127.0.0.66 || return 1
	wait_for grep -qh '\[127\.0\.0\.65\]:[0-9]*: text: done ' a.log b.log
	wait_for grep -qh '\[127\.0\.0\.66\]:[0-9]*: text: refused-address: ' a.log b.log
}

# drains HOW OUT: by its $1 a is seen as $2 once it drains.
drains() {
	serve a
	serve b
	balance "$1"
	[ "$(answerers 10)" = '5 a
5 b' ]
	load bench
	ctl a drain --settle 1s --timeout 90s
	wait_for says_of a "$2"
	before=$(ctl a stats | sed -n 's/^service text: \(accepted=[0-9]*\).*/\1/p')
	[ "$(answerers 20)" = '20 b' ]
	[ "$(ctl a stats | sed -n 's/^service text: \(accepted=[0-9]*\).*/\1/p')" = "$before" ]
	ctl a resume
	wait_for says_of a '^UP'
	answerers 20 | grep -q ' a$'
	report bench
}

draining_takes_a_machine_out_by_its_status() {
	drains status '^DOWN'
}

draining_takes_a_machine_out_by_its_agent() {
	drains agent '^DRAIN'
}

# restart MACHINE: drained before, and back in haproxy's favour after
restart() {
	ctl "$1" drain --settle 1s --timeout 90s
	ctl "$1" stop
	wait "$(cat "$1.pid")"
	wait_for says_of "$1" '^(DOWN|MAINT)'
	start_tlsd "$1"
	wait_for says_of "$1" '^UP'
}

a_rolling_restart_loses_no_connection() {
	serve a
	serve b
	balance agent
	load bench
	restart a
	restart b
	report bench
	answerers 10 | grep -q ' a$'
}

# Without word from the agent the checks of the status still tell that it is gone, and back.
a_machine_that_dies_is_out_until_it_is_back() {
	serve a
	serve b
	balance agent
	kill -KILL "$(cat a.pid)"
	wait_for says_of a '^DOWN'
	[ "$(answerers 10)" = '10 b' ]
	start_tlsd a
	wait_for says_of a '^UP'
	answerers 10 | grep -q ' a$'
}

# by_mixed OPTION: haproxy sets the client's address, of the other family than its own, tells
# tlsd, and answers with the addresses that tlsd tells it.
by_mixed() {
	cat <<-END
		global
			stats socket $PWD/haproxy.sock
		defaults
			timeout client 60s
			timeout connect 5s
			timeout server 60s
		listen to6
			mode tcp
			bind [::1]:$front
			tcp-request connection set-src str(192.0.2.7)
			server tlsd 127.0.0.1:$(port_of text tlsd) $1
		listen to4
			mode tcp
			bind 127.0.0.1:$front
			tcp-request connection set-src str(2001:db8::7)
			server tlsd 127.0.0.1:$(port_of text tlsd) $1
		frontend back
			mode http
			bind unix@$PWD/back.sock accept-proxy
			http-request return content-type text/plain lf-string "%[src] %[dst]\n"
	END
}

is_settled() {
	is_gone "$(cat haproxy.pid)" ||
		echo 'show info' | socat -t 10 - "UNIX-CONNECT:$PWD/haproxy.sock" | grep -q Uptime
}

# tells_apart OPTION VERSION: tlsd and its backend know both addresses.
tells_apart() {
	cat >tlsd.ini <<-END
		pid-file =
		control-socket =
		[text]
		listen = 127.0.0.1:0
		accept-proxy = yes
		accept-proxy-from = 127.0.0.1
		cert = $folder/server.crt
		key = $folder/server.key
		respond = connect
		connect = $PWD/back.sock
		send-proxy = $2
	END
	start_tlsd tlsd
	front=$((10000 + $$ % 20000))
	while :; do
		front=$((front + 3))
		by_mixed "$1" >haproxy.cfg
		start haproxy haproxy -db -f haproxy.cfg
		wait_for is_settled
		is_gone "$(cat haproxy.pid)" || break
		grep -q 'cannot bind' haproxy.log
	done
	ask() { curl -sS --max-time 60 --cacert "$folder/ca.crt" --resolve \
		"localhost:$front:$1" "https://localhost:$front/"; }
	ask '[::1]' | grep -qx '::ffff:192.0.2.7 ::1'
	ask 127.0.0.1 | grep -qx '2001:db8::7 ::ffff:127.0.0.1'
	expect '\[192\.0\.2\.7\]:[0-9]*: text: done '
	expect '\[2001:db8::7\]:[0-9]*: text: done '
}

addresses_of_both_families_pass_in_version_1() {
	tells_apart send-proxy v1
}

addresses_of_both_families_pass_in_version_2() {
	tells_apart send-proxy-v2 v2
}

make_certificates || skip 'tlscert made no certificates'
run_tests "$@"

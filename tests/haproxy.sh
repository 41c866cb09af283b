#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Two daemons behind haproxy: who the client is, health by respond = status and = agent, and
# what draining does. A test is a function whose name is a sentence; it runs in a folder and a
# shell of its own, which ends at the first command that fails.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/suite.sh"
umask 077
PATH=$PATH:/usr/sbin
needs haproxy openssl curl socat timeout
open_folder
tlsc=$builddir/tlsc

# What a test has started, by its pids in files of its folder, and nothing else.
end_processes() {
	for file in "$folder"/*/*.pid; do
		[ -s "$file" ] && kill -KILL "$(cat "$file")" 2>/dev/null
	done
}

make_certificates() (
	cd "$folder" || exit 1
	"$builddir/tlscert" ca 'Test Authority'
	"$builddir/tlscert" server localhost
) >/dev/null

# --- what tests are made of -----------------------------------------------------------

# start NAME COMMAND...: in the background; its output is added to ./NAME.log.
start() {
	name=$1
	shift
	"$@" >>"$name.log" 2>&1 </dev/null &
	echo $! >"$name.pid"
}

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

# port NAME SERVICE
port() {
	sed -n "s/.*: listening: \\[127\\.0\\.0\\.[123]\\]:\\([0-9]*\\): $2\$/\\1/p" "$1.log" | tail -n 1
}

started() {
	[ "$(grep -c ': started: ' "$1.log")" -ge "$2" ]
}

# serve NAME: at the same ports when it is started again.
serve() {
	configure "$1" 0 0 0
	start "$1" "$builddir/tlsd" -f -c "$1.ini"
	wait_for started "$1" 1
	configure "$1" "$(port "$1" text)" "$(port "$1" status)" "$(port "$1" agent)"
}

ctl() {
	machine=$1
	shift
	timeout 100 "$builddir/tlsdctl" -s "$PWD/$machine.sock" "$@"
}

# is_running PID
is_running() {
	kill -0 "$1" 2>/dev/null
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
		! is_running "$(cat haproxy.pid)" || return 0
		grep -q 'cannot bind' haproxy.log
		rm haproxy.log
	done
}

# Checks of the machines' status begin when it has begun.
has_begun() {
	! is_running "$(cat haproxy.pid)" || { says_of a UP && says_of b UP; }
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
		listen tls
			bind 127.0.0.1:$front
			option redispatch 1
			default-server check inter 200ms check-ssl check-sni localhost verify required ca-file $folder/ca.crt send-proxy-v2
	END
}

by_status() {
	common_part
	cat <<-END
			option httpchk GET /
			server a 127.0.0.1:$(port a text) addr 127.0.0.2 port $(port a status)
			server b 127.0.0.1:$(port b text) addr 127.0.0.2 port $(port b status)
	END
}

# The check is a handshake; the agent says the rest.
by_agent() {
	common_part
	cat <<-END
			default-server agent-check agent-inter 200ms agent-addr 127.0.0.1
			server a 127.0.0.1:$(port a text) addr 127.0.0.3 port $(port a agent) agent-port $((front + 1))
			server b 127.0.0.1:$(port b text) addr 127.0.0.3 port $(port b agent) agent-port $((front + 2))
		listen agent-a
			bind 127.0.0.1:$((front + 1))
			server a 127.0.0.3:$(port a agent) ssl verify required ca-file $folder/ca.crt sni str(localhost)
		listen agent-b
			bind 127.0.0.1:$((front + 2))
			server b 127.0.0.3:$(port b agent) ssl verify required ca-file $folder/ca.crt sni str(localhost)
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
	says_of a "$2"
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
	start "$1" "$builddir/tlsd" -f -c "$1.ini"
	wait_for started "$1" 2
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
	start a "$builddir/tlsd" -f -c a.ini
	wait_for says_of a '^UP'
	answerers 10 | grep -q ' a$'
}

# --- running them ---------------------------------------------------------------------

make_certificates || skip 'tlscert made no certificates'
for test in log_and_limits_know_the_client draining_takes_a_machine_out_by_its_status \
	draining_takes_a_machine_out_by_its_agent a_rolling_restart_loses_no_connection \
	a_machine_that_dies_is_out_until_it_is_back; do
	run_test "$test"
done
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# tlsdctl and the control socket of a running tlsd.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
umask 077
needs openssl timeout
open_folder

# serve LINE...: tlsd with a service of text at $port, and one of echo at $echo.
serve() {
	take_pair
	{
		printf '%s\n' 'pid-file =' "control-socket = $PWD/sock" \
			'cert = server.crt' 'key = server.key' "$@" \
			'[hello]' 'listen = 127.0.0.1:0' \
			'[echo]' 'listen = 127.0.0.2:0' 'respond = echo'
	} >tlsd.ini
	start_tlsd tlsd
	port=$(port_of hello)
	echo=$(address_of echo)
}

# hold NAME: a client of the echo that stays.
hold() {
	mkfifo "$1.in"
	openssl s_client -connect "$echo" -quiet <"$1.in" \
		>"$1.log" 2>&1 &
	echo $! >"$1.pid"
	exec 7>"$1.in"
}

# leave NAME: it goes.
leave() {
	kill "$(cat "$1.pid")"
	rm "$1.pid"
}

# --- the tests ------------------------------------------------------------------------

stats_count_connections_bytes_and_handshakes() {
	serve
	greet
	wait_for says '^service hello: accepted=[1-9][0-9]* done=[1-9]' stats
	says ' in=[1-9][0-9]* out=[1-9]' stats
	says '^tlsd_connections_total\{service="hello",result="done"\} [1-9]' stats --prometheus
	says '^tlsd_handshake_seconds_count\{service="hello"\} [1-9]' stats --prometheus
	says '"name":"hello","accepted":[1-9]' stats --json
	says '^answered: [1-9]' status
	says '^certificate: hello: .*/server.crt until .*Z, (29|30) days$' status
	says '^tlsd_certificate_not_after_seconds\{service="echo",name=".*/server.crt"\} [0-9]+$' \
		stats --prometheus
}

figures_for_prometheus_please_its_own_lint() {
	needs promtool
	serve
	greet
	ctl stats --prometheus | promtool check metrics
	ctl stats --prometheus --output metrics.prom
	promtool check metrics <metrics.prom
	[ "$(stat -c %a metrics.prom)" = 644 ]
}

# The collector of node_exporter may read at any time, every name that ends in .prom.
metrics_file_is_replaced_atomically() {
	needs python3
	serve
	greet
	ctl stats --prometheus --output figures.prom
	python3 -c 'import glob, os
while not os.path.exists("enough"):
    for name in glob.glob("*.prom"):
        try:
            text = open(name).read()
        except FileNotFoundError:
            continue
        assert text.startswith("# HELP tlsd_build_info "), name
        assert "\ntlsd_connection_seconds_count{" in text and text.endswith("\n"), name' &
	reader=$!
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		ctl stats --prometheus --output figures.prom
	done
	touch enough
	wait "$reader"
	[ "$(echo figures*)" = figures.prom ]
}

stats_survive_a_reload() {
	serve
	greet
	wait_for says '^service hello: .* done=[1-9]' stats
	ctl reload
	says '^service hello: .* done=[1-9]' stats
	echo 'rubbish = 1' >>tlsd.ini
	! ctl reload >reload.out || return 1
	grep -q 'rubbish' reload.out
	says '^tlsd_reload_failures_total 1$' stats --prometheus
	says '^tlsd_last_reload_successful 0$' stats --prometheus
	says '^reload: the last one failed' status
}

reload_prints_which_keys_need_a_restart() {
	serve
	sed -i '1i workers = 3' tlsd.ini
	ctl reload >reload.out
	grep -qx 'warning: workers: takes effect only after a restart' reload.out
}

a_connection_is_shown_and_can_be_killed() {
	serve
	hold one
	wait_for says '^ +[0-9]+ echo +(answer|parked) .* \[127\.0\.0\.1\]' connections --sort age
	id=$(ctl connections | awk '$2 == "echo" { print $1 }')
	ctl kill "$id"
	expect ": echo: killed: by tlsdctl version=.* id=$id\$"
	# The record is written just before the connection is gone.
	wait_for fails ctl kill "$id"
	! ctl kill all || return 1
	wait_for says '^answer-failures echo: killed=1$' stats
}

draining_waits_for_connections_and_still_serves() {
	serve
	hold one
	wait_for says ' echo +(answer|parked) ' connections
	! ctl drain --timeout 300ms >drain.out || return 1
	grep -qx '1 connection left' drain.out
	says '^process: [0-9]+, draining$' status
	greet
	ctl resume
	says '^process: [0-9]+, running$' status
	leave one
	ctl drain --timeout 50s | grep -qx '0 connections left'
}

health_is_a_word_and_a_status() {
	serve
	[ "$(ctl health)" = running ]
	ctl drain >drain.out
	status=0
	ctl health >word || status=$?
	[ "$status" -eq 1 ]
	[ "$(cat word)" = draining ]
	ctl resume
	ctl health
	hold one
	wait_for says ' echo +(answer|parked) ' connections
	ctl stop
	! ctl health >word || return 1
	[ "$(cat word)" = stopping ]
	kill -KILL "$(cat tlsd.pid)"
	wait_for no_health
}

# no_health: nobody answers
no_health() {
	status=0
	ctl health >/dev/null 2>&1 || status=$?
	[ "$status" -eq 3 ]
}

the_socket_answers_while_every_worker_is_busy() {
	needs python3
	start_stuck
	serve 'workers = 1' 'queue-size = 1' '[stuck]' 'listen = 127.0.0.3:0' 'respond = exec' \
		"exec = $PWD/stuck"
	echo=$(address_of stuck)
	hold one
	wait_for says '^workers: 1 of 1 busy' status
	for n in 1 2 3; do
		openssl s_client -connect "127.0.0.1:$port" </dev/null \
			>"more$n.log" 2>&1 &
		echo $! >"more$n.pid"
	done
	wait_for says '^queue: [1-3]' status
	says '^server: .* busy=1 queue=[1-3]' stats
	end stuck || :
	wait_for says '^workers: 0 of 1 busy' status
}

# long_held: the connection that max-workers holds has waited so long.
long_held() {
	ctl connections | grep -Eq ' slow +hold +[1-9][0-9]*\.'
}

a_connection_that_max_workers_holds_is_not_in_the_queue() {
	mkfifo go
	serve 'workers = 2' '[slow]' 'listen = 127.0.0.3:0' 'respond = exec' \
		"exec = /bin/cat $PWD/go" 'max-workers = 1'
	echo=$(address_of slow)
	hold one
	wait_for says ' slow +(parked|answer) ' connections
	hold two
	wait_for says ' slow +hold ' connections
	says '^held: 1 by max-workers' status
	says '^queue: 0' status
	says '^server: .* queue=0 held=1 ' stats
	says '"queue":0,"held":1,' stats --json
	says '^tlsd_queue_depth 0$' stats --prometheus
	wait_for long_held
	: >go
	wait_for says '^held: 0 by max-workers' status
	: >go
	expect ': slow: done .* queue=[1-9][0-9][0-9][0-9]*\.[0-9]ms .* id=2$'
}

top_prints_one_picture_where_there_is_no_terminal() {
	serve
	greet
	ctl top >picture
	[ "$(wc -l <picture)" -le 24 ]
	[ "$(awk '{ print length }' picture | sort -n | tail -n 1)" -le 80 ]
	grep -q '^tlsd running, up ' picture
	grep -q '^hello ' picture
	! grep -q "$(printf '\033')" picture
}

the_log_level_can_be_changed() {
	serve
	ctl log-level warning
	greet
	wait_for says '^answered: [1-9]' status
	! grep -q ': hello: done ' tlsd.log || return 1
	ctl log-level info
	greet
	expect ': hello: done '
	! ctl log-level loud || return 1
}

sigusr2_writes_the_status_to_the_log() {
	serve
	kill -USR2 "$(cat tlsd.pid)"
	expect ': status: workers: 0 of 16 busy$'
	expect ': status: service: hello: '
}

control_socket_path_may_be_relative() {
	serve
	"$builddir/tlsdctl" -s sock health
	mkdir deep
	(cd deep && "$builddir/tlsdctl" -s ../sock health)
}

# Thousands of connections that say nothing, rubbish, endless lines, and ask for much without
# reading any of it, eight at a time and more; $1 is the user to do it as, if not one's own.
assault() {
	python3 - "$PWD/sock" "$@" <<'END'
import os, random, socket, sys
if len(sys.argv) > 2:
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
random.seed(1)
says = [b"", b"x" * 100000, b"connections\n" * 2000, b"stats prometheus\n" * 500,
        bytes(random.randbytes(4096)), b"kill 1\nlog-level debug\nstop\n" * 20, b"\0" * 128]
clients = []
for i in range(5000):
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(60)
    try:
        client.connect(sys.argv[1])
        client.setblocking(False)
        client.send(says[i % len(says)] if len(sys.argv) > 2 or i % len(says) != 5 else b"stats\n")
    except OSError:
        pass
    clients.append(client)
    if len(clients) > 50:
        clients.pop(random.randrange(len(clients))).close()
END
}

# complains STATUS PATTERN WORD...: tlsdctl with these words exits so, and says that.
complains() {
	wanted=$1 pattern=$2
	shift 2
	status=0
	ctl "$@" >out 2>err || status=$?
	cat out err
	[ "$status" -eq "$wanted" ] && [ ! -s out ] && grep -Eq -e "$pattern" err
}

wrong_usage_is_status_2() {
	complains 2 'missing command'
	complains 2 'stop: takes no argument' stop now
	complains 2 'kill: missing argument: write kill ID' kill
	complains 2 'connections: takes only one argument' connections 1 2
	complains 2 'json: cannot be combined with --prometheus' stats --json --prometheus
	complains 2 'sort: unknown column: use' connections --sort age2
	echo 'control-socket =' >none.ini
	for wrong in 'none.ini: control-socket is empty: set it' 'gone.ini: No such file'; do
		status=0
		"$builddir/tlsdctl" -c "${wrong%%:*}" status 2>err || status=$?
		cat err
		[ "$status" -eq 2 ]
		grep -q "$wrong" err
	done
}

misspelt_command_is_status_2_and_its_name_is_guessed() {
	serve
	complains 2 '^tlsdctl: statsu: unknown command: did you mean stats\?$' statsu
	complains 2 '^tlsdctl: log-lvl: .* did you mean log-level\?$' log-lvl debug
	complains 2 '^tlsdctl: nonsense: unknown command: see tlsdctl --help' nonsense
	complains 2 '^tlsdctl: handover: unknown command' handover
}

unreachable_socket_is_status_3_with_a_remedy() {
	complains 3 '/sock: No such file or directory: start tlsd, or give .*; tlsd -f opens it only' status
	: >sock
	complains 3 '/sock: Connection refused: it is not a socket: give' status
	rm sock
	serve
	kill -KILL "$(cat tlsd.pid)"
	wait_for complains 3 '/sock: Connection refused: no tlsd listens there: start tlsd' status
}

other_user_reads_which_users_may_use_the_socket() {
	needs setpriv
	[ "$(id -u)" -eq 0 ] || skip 'only root can be somebody else'
	chmod 755 .
	serve
	for mode in 600 660; do
		chmod "$mode" sock
		status=0
		setpriv --reuid=65534 --regid=65534 --clear-groups \
			"$builddir/tlsdctl" -s sock status 2>err || status=$?
		[ "$status" -eq 3 ]
		grep -q 'sock: Permission denied: run tlsdctl as root' err
	done
	grep -q "as root or as a member of the socket's group" err
}

# show VARIABLE=VALUE...: ./typescript is what tlsdctl top shows on a terminal of 80 columns with
# these variables. Its keys are the standard input.
show() {
	env TERM=xterm NO_COLOR= "$@" script -qfec \
		"stty cols 80 rows 24; '$builddir/tlsdctl' -s '$PWD/sock' top" typescript >/dev/null
}

# watch VARIABLE=VALUE...: shows it until the first picture is there
watch() {
	: >typescript # not the one of the last time, which has all that is waited for
	mkfifo keys
	show "$@" <keys &
	watcher=$!
	exec 8>keys
	wait_for grep -q 'out *peer' typescript
	printf q >&8
	exec 8>&-
	wait "$watcher"
	rm keys
}

top_has_colours_unless_the_terminal_or_the_user_has_none() {
	needs script
	serve
	bold=$(printf '\033')'\[1mtlsd running'
	watch
	grep -q "$bold" typescript
	watch NO_COLOR=1
	fails grep -q "$bold" typescript
	grep -q "$(printf '\033')\[H" typescript
	# Without a terminal that can be drawn on, it ends by itself.
	show TERM=dumb </dev/null
	grep -q 'out *peer' typescript
	fails grep -q "$(printf '\033')" typescript
}

# --- the tests of make check-long -------------------------------------------------------

drain_settles_only_after_new_connections_stop() {
	serve
	greet
	wait_for says '^service hello: accepted=[1-9]' stats
	ctl drain --settle 300ms | grep -qx '0 connections left'
	"$builddir/tlsc" bench --insecure --duration 40s "localhost:$port" >bench.log &
	echo $! >bench.pid
	wait_for says '^service hello: accepted=[0-9]{2}' stats
	! ctl drain --settle 1h --timeout 1s >drain.out 2>&1 || return 1
	leave bench
	ctl drain --settle 300ms --timeout 50s | grep -qx '0 connections left'
}

top_leaves_the_terminal_as_it_was() {
	needs script
	serve
	{
		wait_for grep -q 'workers busy' typescript
		printf q
	} | script -qefc "$builddir/tlsdctl -s $PWD/sock top" typescript >/dev/null
	grep -q 'workers busy' typescript
	tail -c 200 typescript | grep -q "$(printf '\033')\[?1049l"
}

socat_speaks_the_protocol_too() {
	needs socat
	serve
	printf 'status\nnonsense\n' | socat -t 10 - "UNIX-CONNECT:$PWD/sock" >heard
	grep -qx ok heard
	[ "$(tail -n 1 heard)" = failed ]
	grep -q '^error: unknown command: use one of status .* stop$' heard
	head -c 100000 /dev/urandom | socat - "UNIX-CONNECT:$PWD/sock" \
		>/dev/null 2>&1 || :
	says '^process: [0-9]+, running$' status
}

hostile_clients_of_the_socket_harm_nothing() {
	needs python3
	serve
	hold one
	wait_for says ' echo +(answer|parked) ' connections
	assault &
	assault=$!
	greet
	wait "$assault"
	greet
	says '^process: [0-9]+, running$' status
	says ' echo +(answer|parked) ' connections
	[ "$(find "/proc/$(cat tlsd.pid)/fd" | wc -l)" -lt 60 ]
	leave one
}

read_only_control_clients_do_not_block_other_users() {
	needs python3
	[ "$(id -u)" -eq 0 ] || skip 'only root can be somebody else'
	chmod 755 "$PWD"
	serve 'control-socket-mode = 0666'
	assault 65534 &
	assault=$!
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		says '^process: [0-9]+, running$' status
		ctl reload
	done
	wait "$assault"
	! grep -q 'log-level: ' tlsd.log || return 1
	says '^tlsd_reloads_total 10$' stats --prometheus
}

run_tests "$@"

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The messages to a service manager and the sockets that it passes: the protocols of sd_notify(3) and
# sd_listen_fds(3), without systemd.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
needs openssl python3
open_folder
(cd "$folder" && make_pair) || exit 1

# --- what tests are made of -----------------------------------------------------------

# write_ini LINE...: a service at $listen, and those lines for the process. The pid file and the
# control socket are named, for the folders of their defaults are not the test's.
write_ini() {
	{
		printf '%s\n' "pid-file = $PWD/own.pid" "control-socket = $PWD/sock" \
			'workers = 2' "$@"
		printf '%s\n' '[hello]' "listen = ${listen:-127.0.0.1:0}" \
			'cert = ../server.crt' 'key = ../server.key'
	} >tlsd.ini
}

# start_managed OPTION...: tlsd in the foreground, for a service manager with these options. Sets
# $first to its process.
start_managed() {
	start_tlsd tlsd python3 "$srcdir/tests/functional/manager" "$@" || return
	first=$(cat tlsd.pid)
}

# was_told PATTERN: succeeds if a line of ./told matches.
was_told() {
	grep -Eqx -e "$1" told
}

# expect_told PATTERN
expect_told() {
	wait_for was_told "$1"
}

# has_told COUNT PATTERN
has_told() {
	[ "$(grep -Ecx -e "$2" told)" -ge "$1" ]
}

serves_at() {
	port=${1##*:}
	greet
}

# greet_at PATH
greet_at() {
	[ "$(openssl s_client -unix "$1" -quiet </dev/null 2>/dev/null)" = \
		'Hello, TLS!' ]
}

# free_port: $port is one of 127.0.0.1 that no process has.
free_port() {
	port=$(python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
}

# --- the notifications ----------------------------------------------------------------

ready_is_sent_when_the_server_serves() {
	write_ini
	start_managed
	expect_told "$first READY=1"
	was_told "$first STATUS=serving"
	serves_at "$(address_of hello)"
	stop
}

notification_reaches_an_abstract_socket() {
	write_ini
	start_managed --abstract
	expect_told "$first READY=1"
	stop
}

without_notify_socket_no_notification_is_sent() {
	write_ini
	unset NOTIFY_SOCKET
	start_tlsd tlsd
	[ ! -e told ]
	fails test -e own.pid
	stop
}

a_manager_that_does_not_listen_is_a_warning() {
	write_ini
	NOTIFY_SOCKET=$PWD/nowhere start_tlsd tlsd env
	logged "warning: NOTIFY_SOCKET: $PWD/nowhere: No such file or directory"
	serves_at "$(address_of hello)"
	stop
}

a_start_that_fails_is_never_ready() {
	write_ini 'wrokers = 3'
	fails start_managed
	[ ! -s told ]
}

reload_sends_reloading_with_its_time_and_then_ready() {
	write_ini
	start_managed
	expect_told "$first READY=1"
	before=$(awk '{ printf "%d", $1 * 1000000 }' /proc/uptime)
	kill -HUP "$first"
	expect_told "$first RELOADING=1"
	wait_for has_told 2 "$first READY=1"
	[ "$(sed -n "s/$first MONOTONIC_USEC=//p" told)" -ge $((before - 1000000)) ]
	stop
}

a_reload_that_fails_leaves_the_service_ready_and_says_so() {
	write_ini
	start_managed
	echo 'wrokers = 3' | cat - tlsd.ini >bad.ini
	mv bad.ini tlsd.ini
	fails ctl reload
	wait_for has_told 2 "$first READY=1"
	expect_told "$first STATUS=serving, but the last reload failed and the old configuration is in force"
	serves_at "$(address_of hello)"
	stop
}

draining_shows_in_the_status() {
	write_ini
	start_managed
	ctl drain
	expect_told "$first STATUS=serving, but asking load balancers for no more clients"
	ctl resume
	wait_for has_told 2 "$first STATUS=serving"
	stop
}

# 30 s for the connections, and 10 for the rest.
stop_sends_stopping_with_the_time_it_may_take() {
	write_ini 'shutdown-timeout = 30s'
	start_managed
	expect_told "$first READY=1"
	stop
	expect_told "$first STOPPING=1"
	was_told "$first EXTEND_TIMEOUT_USEC=40000000"
}

a_watchdog_gets_its_signs_of_life() {
	write_ini
	start_managed --watchdog 100
	wait_for has_told 5 "$first WATCHDOG=1"
	stop
}

a_watchdog_of_another_process_gets_none() {
	write_ini
	start_managed --watchdog 100 --for-another
	expect_told "$first READY=1"
	ctl drain
	expect_told "$first STATUS=serving, but asking load balancers for no more clients"
	fails was_told "$first WATCHDOG=1"
	stop
}

# Messages pass with another user, in the sandbox and in a chroot.
notifications_pass_the_sandbox() {
	[ "$(id -u)" -eq 0 ] || skip 'only root can'
	# Leaks cannot be looked for without /proc.
	export ASAN_OPTIONS="detect_leaks=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
	mkdir -p jail/dev
	mknod -m 666 jail/dev/null c 1 3
	cp ../server.crt ../server.key jail
	chmod 644 jail/server.key
	chown nobody jail
	printf '%s\n' "chroot = $PWD/jail" 'user = nobody' 'pid-file =' \
		'control-socket =' '[hello]' 'listen = 127.0.0.1:0' 'cert = server.crt' \
		'key = server.key' >jail/tlsd.ini
	ln -s jail/tlsd.ini tlsd.ini
	start_managed --watchdog 100
	expect_told "$first READY=1"
	wait_for has_told 3 "$first WATCHDOG=1"
	kill -HUP "$first"
	wait_for has_told 2 "$first READY=1"
	stop
	expect_told "$first STOPPING=1"
}

a_managed_server_has_a_pid_file_and_a_control_socket() {
	write_ini
	start_managed
	[ "$(cat own.pid)" = "$first" ]
	says "^process: $first, running" status
	stop
	[ ! -e own.pid ]
}

programs_see_nothing_of_the_manager() {
	write_ini
	printf '%s\n' 'respond = exec' 'exec = /usr/bin/env' >>tlsd.ini
	start_managed --watchdog 60000 --pass "$PWD/hello.sock"
	port=$(port_of hello)
	openssl s_client -connect "127.0.0.1:$port" -quiet </dev/null \
		>environment 2>/dev/null
	grep -q ^PROTO= environment
	fails grep -E '^(NOTIFY|WATCHDOG|LISTEN)_' environment
	fails grep -qz -E '^(NOTIFY|WATCHDOG|LISTEN)_' /proc/self/environ
	stop
}

# --- an upgrade -----------------------------------------------------------------------

# The new process is not a child of the manager and does not have its environment.
upgrade_notifies_the_new_main_pid() {
	write_ini
	start_managed --watchdog 100
	expect_told "$first READY=1"
	"$builddir/tlsd" -u -c tlsd.ini
	second=$(cat own.pid)
	[ "$second" != "$first" ]
	echo "$second" >second.pid
	wait_for is_gone "$first"
	expect_told "$second READY=1"
	wait_for has_told 2 "$second WATCHDOG=1"
	# From there on the old one is silent.
	sed "1,/$first MAINPID=$second/d" told >later
	[ -s later ]
	fails grep "^$first " later
	says "^process: $second, running" status
	ctl stop
	expect_told "$second STOPPING=1"
	wait_for is_gone "$second"
}

failed_upgrade_sends_no_notification() {
	write_ini
	start_managed
	expect_told "$first READY=1"
	cp tlsd.ini bad.ini
	echo 'key = nowhere.key' >>bad.ini
	fails "$builddir/tlsd" -u -c bad.ini
	ctl drain
	expect_told "$first STATUS=serving, but asking load balancers for no more clients"
	fails grep -v "^$first " told
	fails grep MAINPID told
	stop
}

# --- the sockets ----------------------------------------------------------------------

a_passed_socket_is_used_where_a_service_listens() {
	free_port
	listen="127.0.0.1:$port, $PWD/hello.sock" write_ini 'listen-mode = 0600'
	start_managed --pass "$PWD/hello.sock" --pass "127.0.0.1:$port"
	fails logged 'socket activation'
	serves_at "127.0.0.1:$port"
	greet_at "$PWD/hello.sock"
	ctl reload
	serves_at "127.0.0.1:$port"
	stop
	# It is the manager's, and so are its name and its mode.
	[ -S hello.sock ]
	[ "$(stat -c %a hello.sock)" = 755 ]
}

a_passed_socket_that_no_service_wants_is_closed_with_a_warning() {
	write_ini
	start_managed --pass "$PWD/other.sock"
	logged "warning: socket activation: socket1: unix:$PWD/other.sock: closed: no service listens there: add it to listen"
	fails is_listening "$PWD/other.sock"
	serves_at "$(address_of hello)"
	stop
	[ -S other.sock ]
}

a_passed_socket_that_does_not_listen_is_closed_with_a_warning() {
	write_ini
	start_managed --pass "udp:127.0.0.1:0"
	logged 'warning: socket activation: socket1: closed: does not listen: set ListenStream'
	stop
}

a_passed_socket_that_takes_both_families_is_not_used() {
	[ -e /proc/net/if_inet6 ] || skip 'there is no IPv6'
	free_port
	listen="[::]:$port" write_ini
	fails start_managed --pass "dual:$port"
	logged "warning: socket activation: socket1: .*:$port: closed: accepts IPv4 too: set BindIPv6Only=ipv6-only"
	logged "listen: .*:$port: Address already in use"
}

sockets_for_another_process_are_not_touched() {
	write_ini
	start_managed --for-another --pass "$PWD/other.sock"
	fails logged 'socket activation'
	is_listening "$PWD/other.sock"
	stop
}

a_passed_socket_stays_the_managers_after_an_upgrade() {
	listen="127.0.0.1:0, $PWD/hello.sock" write_ini
	start_managed --pass "$PWD/hello.sock"
	"$builddir/tlsd" -u -c tlsd.ini
	second=$(cat own.pid)
	echo "$second" >second.pid
	wait_for is_gone "$first"
	greet_at "$PWD/hello.sock"
	ctl stop
	wait_for is_gone "$second"
	[ -S hello.sock ]
}

run_tests "$@"

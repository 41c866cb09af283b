#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a running daemon has given up, as the kernel tells it, and that it still does all that
# it has to.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
needs stat
[ -r /proc/self/status ] || skip 'there is no /proc'
open_folder
# serve LINE...: a daemon with those lines behind the process keys; as another user if root
# may choose
serve() {
	"$builddir/tlscert" self-signed localhost >made
	if [ "$(id -u)" -eq 0 ]; then
		# The user need not get to the files above its own folder.
		chown nobody . server.key
		set -- 'user = nobody' "$@"
	fi
	printf '%s\n' 'workers = 2' "control-socket = $PWD/sock" \
		'cert = server.crt' 'key = server.key' "$@" >tlsd.ini
	start_tlsd tlsd
	server=$(cat tlsd.pid)
}

# in_force WORDS: the log says so
in_force() {
	logged "sandbox: .*$1"
}

# of_threads FIELD: what /proc/PID/status says of each thread, once
of_threads() {
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$server"/task/*/status | sort -u
}

# ask SERVICE [INPUT]: its answer
ask() {
	printf '%s' "${2:-}" |
		"$builddir/tlsc" --ca server.crt --servername localhost "$(address_of "$1")"
}

no_thread_gains_privileges_or_has_any() {
	serve '[text]' 'listen = 127.0.0.1:0'
	in_force 'no new privileges'
	[ "$(of_threads NoNewPrivs)" = 1 ]
	[ "$(id -u)" -eq 0 ] || skip 'only root has capabilities to lose'
	in_force 'capabilities: none'
	for set in CapInh CapPrm CapEff CapAmb; do
		[ "$(of_threads $set)" = 0000000000000000 ]
	done
	[ "$(of_threads Uid | tr '\t' '\n' | sort -u)" = "$(id -u nobody)" ]
}

each_thread_has_the_seccomp_filter_named_in_the_log() {
	serve '[text]' 'listen = 127.0.0.1:0'
	if in_force 'system calls: unrestricted'; then
		skip 'this build has no filter of system calls'
	fi
	[ "$(of_threads Seccomp)" = 2 ]
}

keys_are_neither_dumped_nor_shown() {
	serve '[text]' 'listen = 127.0.0.1:0'
	in_force 'memory: not dumped'
	grep -q '^Max core file size *0 ' "/proc/$server/limits"
	# What may not be dumped belongs to root.
	[ "$(stat -c %u "/proc/$server/mem")" -eq 0 ]
	[ "$(id -u)" -eq 0 ] || ! cat "/proc/$server/environ"
}

locked_memory_matches_the_log() {
	serve '[text]' 'listen = 127.0.0.1:0'
	locked=$(of_threads VmLck | sed 's/ kB//')
	if in_force 'not swapped'; then [ "$locked" -gt 0 ]; else [ "$locked" -eq 0 ]; fi
}

without_a_sandbox_the_log_says_off() {
	serve 'sandbox = no' '[text]' 'listen = 127.0.0.1:0'
	in_force off
	[ "$(of_threads NoNewPrivs)" = 0 ]
	[ "$(of_threads Seccomp)" = 0 ]
}

ask_all() {
	[ "$(ask text)" = "$1" ]
	[ "$(ask file)" = "$1" ]
	[ "$(ask echo "$1")" = "$1" ]
	[ "$(ask relay "$1")" = "$1" ]
	[ "$(ask agent)" = 'up ready' ]
	ask status 'GET / HTTP/1.0

' | grep -q '^HTTP/1.0 200 '
	ask metrics 'GET / HTTP/1.0

' | grep -q '^tlsd_workers 2'
}

every_responder_works_in_the_sandbox_before_and_after_a_reload() {
	needs socat
	start backend socat "UNIX-LISTEN:backend,fork,mode=777" EXEC:cat
	wait_for is_listening backend
	echo old >file
	serve '[text]' 'listen = 127.0.0.1:0' 'text = old' \
		'[file]' 'listen = 127.0.0.2:0' 'respond = file' 'file = file' \
		'[echo]' 'listen = 127.0.0.3:0' 'respond = echo' \
		'[relay]' 'listen = 127.0.0.4:0' 'respond = connect' "connect = $PWD/backend" \
		'[agent]' 'listen = 127.0.0.5:0' 'respond = agent' \
		'[status]' 'listen = 127.0.0.6:0' 'respond = status' \
		'[metrics]' 'listen = 127.0.0.7:0' 'respond = metrics'
	ask_all old
	echo new >file
	sed -i 's/^text = old/text = new/' tlsd.ini
	ctl reload
	ask_all new
}

programs_inherit_the_sandbox_limits_of_the_manual() {
	serve '[exec]' 'listen = 127.0.0.1:0' 'respond = exec' \
		"exec = /bin/sh -c 'cat /proc/self/status /proc/self/limits'"
	in_force 'exec'
	ask exec >program
	grep -q '^NoNewPrivs:[[:space:]]*1' program
	grep -q '^Max core file size *0 ' program
	if in_force 'system calls: unrestricted'; then
		skip 'this build has no filter of system calls'
	fi
	grep -q '^Seccomp:[[:space:]]*2' program
	ctl reload
	ask exec | grep -q '^NoNewPrivs:[[:space:]]*1'
}

run_tests "$@"

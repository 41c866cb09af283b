#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A server in a container: as process 1, and with its log in what it was given for output.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
needs openssl unshare
open_folder

# --- what tests are made of -----------------------------------------------------------

set_up() {
	cp ../pair/server.crt ../pair/server.key .
}

# write_ini LINE...: a service at a port of its own with those lines, and the lines $process
# for the process.
write_ini() {
	{
		printf '%s\n' "${process:-daemon = no}" 'workers = 2'
		printf '%s\n' '[hello]' 'listen = 127.0.0.1:0' 'cert = server.crt' \
			'key = server.key' "$@"
	} >tlsd.ini
}

needs_root() {
	[ "$(id -u)" -eq 0 ] || skip 'only root can'
}

# as_first COMMAND...
as_first() {
	exec unshare --pid --fork --mount-proc "$@"
}

needs_namespaces() {
	(as_first true) 2>/dev/null || skip 'there is no right to make a PID namespace'
}

# Sets $first to the pid that process 1 has out here; unshare does not pass signals on to it.
find_first() {
	outer=$(cat tlsd.pid)
	first=$(tr -d ' ' <"/proc/$outer/task/$outer/children")
	echo "$first" >inner.pid
}

# has_zombies: among all children of process 1
has_zombies() {
	# shellcheck disable=SC2013 # a list of words
	for child in $(cat "/proc/$first"/task/*/children); do
		grep -q '^State:[[:blank:]]*Z' "/proc/$child/status" 2>/dev/null && return
	done
	return 1
}

has_none() {
	! has_zombies
}

# call: a client of `hello` that says nothing
call() {
	openssl s_client -connect "$(address_of hello)" -quiet </dev/null 2>client.err
}

# The log, in ./got, tells of the start, and after a SIGUSR1 still goes there.
expect_log() {
	wait_for grep -q 'started: ' got
	kill -USR1 "$(cat "${1:-tlsd.pid}")"
	wait_for grep -q 'log file reopened' got
}

# --- process 1 ------------------------------------------------------------------------

process_1_reaps_orphans_and_knows_how_its_programs_ended() {
	needs_namespaces
	cat >program <<-'END'
		#!/bin/sh
		# The first leaves the process group and outlives the program; the second is killed.
		setsid sh -c 'touch "$0"; sleep 0.1; echo >>ended' "$0.$$" &
		sleep 600 &
		until [ -e "$0.$$" ]; do
			sleep 0.01
		done
		echo answer
		exit 7
	END
	sed -i "s|>>ended|>>$PWD/ended|" program
	chmod +x program
	write_ini 'respond = exec' "exec = $PWD/program"
	start_tlsd tlsd as_first
	find_first
	for count in 1 2 3; do
		[ "$(call)" = answer ]
		wait_for has_ended "$count"
	done
	[ "$(grep -c 'program exited with status 7' tlsd.log)" -eq 3 ]
	wait_for has_none
	[ "$(call)" = answer ]
}

# has_ended COUNT: so many orphans
has_ended() {
	[ "$(wc -l <ended)" -eq "$1" ]
}

# Their parent was a script that became the server; the sandbox is that of one without programs.
children_from_before_the_start_are_reaped() {
	needs_namespaces
	write_ini
	# shellcheck disable=SC2016 # the shell in there expands it
	start_tlsd tlsd as_first sh -c 'true & sh -c "while ! [ -e go ]; do sleep 0.05; done" &
		exec "$@"' sh
	find_first
	wait_for has_none
	[ -n "$(cat "/proc/$first/task/$first/children")" ]
	touch go
	wait_for is_childless
	[ "$(call)" = 'Hello, TLS!' ]
}

is_childless() {
	[ -z "$(cat "/proc/$first/task/$first/children")" ]
}

# --- the log --------------------------------------------------------------------------

# Only its owner may open a pipe by its name in /dev.
the_log_goes_to_a_pipe_of_another_user() {
	needs_root
	chown nobody server.key
	mkfifo pipe
	cat pipe >got &
	for name in stdout stderr; do
		: >got
		process="user = nobody
log-file = /dev/$name" write_ini
		"$builddir/tlsd" -f -c tlsd.ini >pipe 2>&1 &
		echo $! >tlsd.pid
		expect_log
		kill "$(cat tlsd.pid)"
		wait_for grep -q 'stopped: ' got
		rm tlsd.pid
		cat pipe >got &
	done
	: >pipe
}

the_log_goes_to_a_socket() {
	needs python3
	process='log-file = /dev/stdout' write_ini
	start reader python3 -c 'import socket, subprocess, sys
ours, theirs = socket.socketpair()
server = subprocess.Popen(sys.argv[1:], stdout=theirs)
theirs.close()
print(server.pid, file=open("server.pid", "w"), flush=True)
while data := ours.recv(65536):
    open("got", "ab").write(data)' "$builddir/tlsd" -f -c tlsd.ini
	wait_for test -s server.pid
	expect_log server.pid
}

the_log_goes_to_a_terminal() {
	needs python3
	process='log-file = /dev/stdout' write_ini
	start reader python3 -c 'import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
print(pid, file=open("server.pid", "w"), flush=True)
while True:
    open("got", "ab").write(os.read(terminal, 65536))' "$builddir/tlsd" -f -c tlsd.ini
	wait_for test -s server.pid
	expect_log server.pid
}

# As images of containers have it.
the_log_is_a_link_to_standard_output() {
	needs_root
	chown nobody server.key
	ln -s /dev/stdout log
	process='user = nobody
log-file = log' write_ini
	"$builddir/tlsd" -f -c tlsd.ini >got 2>err &
	echo $! >tlsd.pid
	expect_log
	grep -q 'warning: .*key' err && fail 'the log is not where it belongs'
	kill -HUP "$(cat tlsd.pid)"
	wait_for grep -q 'reload: done' got
}

standard_output_needs_no_dev_in_a_chroot() {
	needs_root
	mkdir -p jail/dev
	mknod -m 666 jail/dev/null c 1 3 2>/dev/null || skip 'there is no right to make a device'
	(: >jail/dev/null) 2>/dev/null || skip 'devices cannot be used here'
	chown nobody server.key
	process="user = nobody
chroot = $PWD/jail
log-file = /dev/stdout" write_ini
	sed -i 's|= server|= /server|' tlsd.ini
	mv server.* tlsd.ini jail
	"$builddir/tlsd" -f -c jail/tlsd.ini >got 2>err &
	echo $! >tlsd.pid
	expect_log
}

a_daemon_has_no_standard_output_to_log_to() {
	process="log-file = /dev/stdout
pid-file = $PWD/pid
control-socket =" write_ini
	for option in -t ''; do
		status=0
		# shellcheck disable=SC2086 # no word, or one
		"$builddir/tlsd" $option -c tlsd.ini >out 2>err || status=$?
		[ "$status" -eq 2 ]
		grep -q 'tlsd.ini:1: log-file: /dev/stdout: a daemon has no output: set daemon = no' err
	done
	"$builddir/tlsd" -t -f -c tlsd.ini
}

# --- programs -------------------------------------------------------------------------

a_program_of_another_user_opens_its_standard_error() {
	needs_root
	cat >program <<-'END'
		#!/bin/sh
		id -un
		echo opened by its name >/dev/stderr
	END
	chmod 755 program
	write_ini 'respond = exec' "exec = $PWD/program" 'exec-user = nobody'
	start_tlsd tlsd
	[ "$(call)" = nobody ]
	expect 'exec: opened by its name'
}

# rsync and others ask whether standard input is a socket.
standard_input_and_output_of_a_program_are_a_socket() {
	cat >program <<-'END'
		#!/bin/sh
		[ -S /proc/self/fd/0 ] && [ /proc/self/fd/0 -ef /proc/self/fd/1 ] && echo yes
	END
	chmod 755 program
	write_ini 'respond = exec' "exec = /bin/bash $PWD/program"
	start_tlsd tlsd
	[ "$(call)" = yes ]
}

# --- running them ---------------------------------------------------------------------

mkdir "$folder/pair"
(cd "$folder/pair" && make_pair) || exit 1
run_tests "$@"

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The installed units and the init script under a real systemd, which is process 1 of a container
# that sees this machine's files, or those of the tree $systemd_root: of another Debian, for example.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL
needs make nsenter openssl pivot_root timeout unshare
[ "$(id -u)" -eq 0 ] || skip 'only root can make a container'
[ -x "${systemd_root-}/lib/systemd/systemd" ] || skip 'systemd is not installed'

# The container lasts as long as the suite.
end_box() {
	[ ! -e "$folder/runner.pid" ] || kill -TERM "$(cat "$folder/runner.pid")" 2>/dev/null
	wait
}

open_folder
trap 'end_processes; end_box; rm -rf "$folder"' EXIT
mkdir "$folder/share" "$folder/share/root"
(cd "$folder/share" && make_pair && chgrp "$(id -g nobody)" server.key &&
	chmod 640 server.key) || exit 1
make -s -C "$builddir" install DESTDIR="$folder/share/root" systemdsystemunitdir=/units \
	pkglibexec_SCRIPTS=conf/check-restart >"$folder/install.log" 2>&1 || {
	cat "$folder/install.log"
	exit 1
}

# --- what tests are made of -----------------------------------------------------------

# inside COMMAND...: in the container
inside() {
	nsenter -t "$(cat "$folder/box.pid")" -a -- "$@"
}

# has_booted: or has failed to
has_booted() {
	[ -s "$folder/box.pid" ] && inside systemctl is-active --quiet basic.target
}

boot() {
	unshare --mount sh "$srcdir/tests/functional/systemd_box" "$folder" \
		>"$folder/box.log" 2>&1 &
	echo $! >"$folder/runner.pid"
	until has_booted 2>/dev/null; do
		is_gone "$(cat "$folder/runner.pid")" && return 1
		sleep 0.1
	done
}

# Copies from the container's /srv, where the tests keep their files.
install_all() {
	inside sh -euc "cp -a /srv/root/. / && mkdir -p /etc/init.d &&
		find /srv/root -path '*/init.d/tlsd' -exec cp {} /etc/init.d/tlsd ';'" &&
		install_units
}

install_units() {
	inside sh -c 'cp /srv/units/* /etc/systemd/system && systemctl daemon-reload'
}

boot || {
	why=$(tail -n 1 "$folder/box.log")
	skip "systemd does not start in a container here: ${why:-it ended}"
}
mkdir "$folder/share/units"
cp "$builddir"/conf/*.service "$folder/share/units"
install_all || exit 1
tlsd=$(sed -n 's/^ExecStart=\([^ ]*\) .*/\1/p' "$builddir/conf/tlsd.service")
ini=$(sed -n 's/^ExecStart=.* -c //p' "$builddir/conf/tlsd.service")
tlsdctl=$(sed -n 's/^ExecReload=\([^ ]*\) .*/\1/p' "$builddir/conf/tlsd.service")

# write_ini [LINE...]: the configuration in there, with these lines for the process.
write_ini() {
	{
		printf '%s\n' 'workers = 2' "$@"
		printf '%s\n' '[hello]' 'listen = 127.0.0.1:4433' 'cert = /srv/server.crt' \
			'key = /srv/server.key'
	} | inside tee "$ini" >/dev/null
}

# ctl WORD...: systemctl in there, without waiting for a terminal.
ctl() {
	inside timeout 100 systemctl --no-pager "$@" </dev/null
}

# send_there SIGNAL PID
send_there() {
	inside sh -c "kill -$1 $2"
}

main_pid() {
	ctl show -P MainPID "${1:-tlsd}"
}

is_active() {
	[ "$(ctl show -P ActiveState "${1:-tlsd}")" = "${2:-active}" ]
}

serves() {
	[ "$(inside timeout 20 openssl s_client -connect "127.0.0.1:${1:-4433}" -quiet \
		</dev/null 2>/dev/null)" = 'Hello, TLS!' ]
}

refuses() {
	! serves "$@"
}

# init ACTION: the init script, as an administrator calls it
init() {
	inside timeout 100 /etc/init.d/tlsd "$@" </dev/null
}

# journaled PATTERN: a line of tlsd in the journal has it.
journaled() {
	inside journalctl -u 'tlsd*' -o cat --no-pager | grep -E -e "$1"
}

# add_lines UNIT LINE...: to the unit's section [Service]
add_lines() {
	inside mkdir -p "/run/systemd/system/$1.d"
	unit=$1
	shift
	printf '%s\n' '[Service]' "$@" |
		inside tee "/run/systemd/system/$unit.d/test.conf" >/dev/null
	ctl daemon-reload
}

# As it was installed, also after a test that has failed.
set_up() {
	inside sh -c "systemctl stop 'tlsd*'
		[ ! -s /run/tlsd.pid ] || kill -KILL \$(cat /run/tlsd.pid)
		rm -rf /run/systemd/system/tlsd* /run/tlsd*"
	install_units
	ctl reset-failed
	write_ini
}

# --- the unit -------------------------------------------------------------------------

systemctl_start_returns_when_the_server_serves() {
	ctl start tlsd
	serves
	is_active
	[ "$(ctl show -P SubState tlsd)" = running ]
	[ "$(ctl show -P StatusText tlsd)" = serving ]
	[ "$(inside cat /run/tlsd.pid)" = "$(main_pid)" ]
	journaled 'started: 2 workers'
	ctl stop tlsd
	is_active tlsd inactive
	refuses
	[ "$(ctl show -P Result tlsd)" = success ]
}

# warned PATTERN: a line in the journal that `journalctl -p warning` shows has it.
warned() {
	inside journalctl -u 'tlsd*' -p warning -o cat --no-pager | grep -E -e "$1"
}

the_journal_has_the_level_of_each_line() {
	write_ini 'class-level = not-tls-http=warning'
	ctl start tlsd
	serves
	inside timeout 20 sh -c 'exec curl -s http://127.0.0.1:4433' || :
	wait_for warned '^20[^ ]* tlsd\[[0-9]+\]: warning: .*: not-tls-http: '
	fails warned 'started: 2 workers'
	fails warned ': hello: done '
	journaled '^20.*: hello: done '
	ctl stop tlsd
	write_ini 'nowhere = 3'
	fails ctl start tlsd
	warned 'nowhere: unknown key'
	warned 'cannot be used'
}

a_wrong_configuration_fails_the_start() {
	write_ini 'wrokers = 3'
	fails ctl start tlsd
	is_active tlsd failed
	[ "$(ctl show -P ExecMainStatus tlsd)" = 2 ]
	journaled 'wrokers: unknown key: did you mean workers'
	write_ini
	ctl start tlsd
	serves
}

systemctl_reload_returns_the_verdict_of_the_reload() {
	ctl start tlsd
	process=$(main_pid)
	ctl reload tlsd
	write_ini 'wrokers = 3'
	fails ctl reload tlsd
	journaled 'wrokers: unknown key'
	is_active
	[ "$(ctl show -P StatusText tlsd)" = 'serving, but the last reload failed and the old configuration is in force' ]
	serves
	write_ini
	ctl reload tlsd
	[ "$(ctl show -P StatusText tlsd)" = serving ]
	[ "$(main_pid)" = "$process" ]
}

a_restart_with_a_wrong_configuration_is_cancelled() {
	ctl start tlsd
	process=$(main_pid)
	write_ini 'wrokers = 3'
	for action in restart try-restart; do
		fails ctl "$action" tlsd
		is_active
		[ "$(main_pid)" = "$process" ]
		serves
	done
	journaled 'wrokers: unknown key'
	warned '^tlsd: tlsd.service: not restarted: it keeps its configuration'
	write_ini
	ctl restart tlsd
	[ "$(main_pid)" != "$process" ]
	serves
	# A stop is a stop.
	write_ini 'wrokers = 3'
	ctl stop tlsd
	is_active tlsd inactive
}

a_killed_server_is_started_again() {
	ctl start tlsd
	process=$(main_pid)
	send_there KILL "$process"
	wait_for serves
	[ "$(main_pid)" != "$process" ]
	is_active
	# Also if the check before a restart would cancel it.
	write_ini 'wrokers = 3'
	send_there KILL "$(main_pid)"
	wait_for is_active tlsd failed
	write_ini
	ctl restart tlsd
	serves
}

a_server_that_stands_still_is_started_again() {
	add_lines tlsd.service WatchdogSec=1 TimeoutAbortSec=1
	ctl start tlsd
	process=$(main_pid)
	send_there STOP "$process"
	wait_for serves
	[ "$(main_pid)" != "$process" ]
	journaled 'Watchdog timeout'
}

a_stop_may_take_longer_than_the_unit_says() {
	add_lines tlsd.service TimeoutStopSec=1
	write_ini 'shutdown-timeout = 10m'
	printf '%s\n' 'respond = exec' 'exec = /bin/sh -c "while ! [ -e /srv/go ]; do sleep 0.1; done; echo finished"' |
		inside tee -a "$ini" >/dev/null
	ctl start tlsd
	start client inside timeout 60 openssl s_client -connect 127.0.0.1:4433 -quiet
	wait_for says_answering
	ctl stop --no-block tlsd
	wait_for is_active tlsd deactivating
	process=$(main_pid)
	# Longer than TimeoutStopSec, by the clock that systemd uses.
	until=$(($(cut -d. -f1 /proc/uptime) + 3))
	wait_for later_than "$until"
	is_active tlsd deactivating
	[ "$(main_pid)" = "$process" ]
	: >"$folder/share/go"
	wait_for is_active tlsd inactive
	rm "$folder/share/go"
	[ "$(ctl show -P Result tlsd)" = success ]
	grep -q finished client.log
}

says_answering() {
	inside "$tlsdctl" -c "$ini" connections | grep -q " hello "
}

later_than() {
	[ "$(cut -d. -f1 /proc/uptime)" -ge "$1" ]
}

an_upgrade_makes_the_new_process_the_main_one() {
	inside mkdir -p /var/log/tlsd
	inside chown nobody /var/log/tlsd
	# With and without the right to move to another control group later.
	for line in 'queue-size = 100' 'user = nobody'; do
		write_ini "$line"
		ctl start tlsd
		process=$(main_pid)
		inside "$tlsd" -u -c "$ini"
		wait_for is_other "$process"
		second=$(main_pid)
		[ "$(inside cat /run/tlsd.pid)" = "$second" ]
		inside grep -q '/system.slice/tlsd.service$' "/proc/$second/cgroup"
		serves
		is_active
		wait_for has_ended "$process"
		is_active
		ctl reload tlsd
		[ "$(main_pid)" = "$second" ]
		[ "$(ctl show -P StatusText tlsd)" = serving ]
		# systemd watches it, too.
		send_there KILL "$second"
		wait_for is_other "$second"
		wait_for serves
		init upgrade
		ctl stop tlsd
		is_active tlsd inactive
		refuses
	done
}

is_other() {
	now=$(main_pid)
	[ "$now" != "$1" ] && [ "$now" != 0 ]
}

has_ended() {
	! inside test -e "/proc/$1"
}

an_upgraded_server_is_watched_as_the_first_one() {
	add_lines tlsd.service WatchdogSec=1 TimeoutAbortSec=1
	ctl start tlsd
	process=$(main_pid)
	inside "$tlsd" -u -c "$ini"
	wait_for is_other "$process"
	second=$(main_pid)
	# It lives longer than the interval.
	until=$(($(cut -d. -f1 /proc/uptime) + 3))
	wait_for later_than "$until"
	[ "$(main_pid)" = "$second" ]
	send_there STOP "$second"
	wait_for is_other "$second"
	wait_for serves
}

the_unit_takes_nothing_that_the_sandbox_leaves() {
	inside mkdir -p /var/log/tlsd
	inside chown nobody /var/log/tlsd
	for lines in 'queue-size = 100' 'user = nobody
log-file = /var/log/tlsd/tlsd.log'; do
		write_ini "$lines"
		ctl start tlsd
		inside "$tlsdctl" -c "$ini" status | grep ^sandbox >managed
		ctl stop tlsd
		inside "$tlsd" -c "$ini"
		inside "$tlsdctl" -c "$ini" status | grep ^sandbox >alone
		process=$(inside cat /run/tlsd.pid)
		send_there TERM "$process"
		wait_for has_ended "$process"
		diff alone managed
		done
	inside test -s /var/log/tlsd/tlsd.log
}

a_program_of_another_user_answers() {
	write_ini
	printf '%s\n' 'respond = exec' 'exec = /usr/bin/id -un' 'exec-user = nobody' |
		inside tee -a "$ini" >/dev/null
	ctl start tlsd
	[ "$(inside timeout 20 openssl s_client -connect 127.0.0.1:4433 -quiet </dev/null \
		2>/dev/null)" = nobody ]
}

several_servers_run_side_by_side() {
	for name in one two; do
		{
			printf '%s\n' "pid-file = /run/tlsd-$name.pid" \
				"control-socket = /run/tlsd-$name.sock" 'workers = 2' '[hello]'
			printf '%s\n' 'cert = /srv/server.crt' 'key = /srv/server.key'
			case $name in
			one) echo 'listen = 127.0.0.1:4434' ;;
			two) echo 'listen = 127.0.0.1:4435' ;;
			esac
		} | inside tee "${ini%tlsd.ini}$name.ini" >/dev/null
	done
	ctl start tlsd tlsd@one tlsd@two
	serves && serves 4434 && serves 4435
	ctl reload tlsd@one
	echo 'wrokers = 2' | inside tee -a "${ini%tlsd.ini}two.ini" >/dev/null
	process=$(main_pid tlsd@two)
	fails ctl restart tlsd@two
	fails ctl reload tlsd@two
	[ "$(main_pid tlsd@two)" = "$process" ]
	ctl restart tlsd@one
	ctl stop tlsd@one
	refuses 4434
	serves && serves 4435
}

a_socket_unit_starts_the_server_and_keeps_its_clients() {
	printf '%s\n' '[Socket]' 'ListenStream=127.0.0.1:4433' 'ListenStream=/run/tlsd-test.listen' |
		inside tee /run/systemd/system/tlsd.socket >/dev/null
	write_ini
	inside sed -i 's|^listen = .*|&, /run/tlsd-test.listen|' "$ini"
	ctl daemon-reload
	ctl start tlsd.socket
	is_active tlsd inactive
	serves
	is_active
	fails journaled 'socket activation'
	# A client that connects while no server runs waits for the next one.
	ctl restart tlsd
	serves
	process=$(main_pid)
	inside "$tlsd" -u -c "$ini"
	wait_for is_other "$process"
	ctl restart tlsd
	inside test -S /run/tlsd-test.listen
	[ "$(inside timeout 20 openssl s_client -unix /run/tlsd-test.listen -quiet </dev/null \
		2>/dev/null)" = 'Hello, TLS!' ]
	ctl stop tlsd.socket tlsd
	refuses
}

# --- the init script ------------------------------------------------------------------

the_init_script_hands_over_to_the_unit() {
	inside test -e /lib/lsb/init-functions.d/40-systemd || skip 'no hook of Debian is here'
	init start
	is_active
	process=$(main_pid)
	init status
	write_ini 'wrokers = 3'
	for action in restart try-restart reload force-reload; do
		fails init "$action" 2>err
		cat err
		grep -q 'wrokers: unknown key' err
		grep -q "process $process keeps its configuration" err
		[ "$(main_pid)" = "$process" ]
		serves
	done
	write_ini
	init reload
	init reopen
	[ "$(main_pid)" = "$process" ]
	init restart
	is_other "$process"
	serves
	init stop
	is_active tlsd inactive
	write_ini 'wrokers = 3'
	fails init start
	fails init restart
	is_active tlsd failed || is_active tlsd inactive
}

# Debian's hook does not wait for a reload where some unit has failed.
init_script_reload_returns_its_verdict_on_a_degraded_machine() {
	printf '%s\n' '[Service]' 'Type=oneshot' 'ExecStart=/bin/false' |
		inside tee /run/systemd/system/tlsd-test-failing.service >/dev/null
	ctl daemon-reload
	fails ctl start tlsd-test-failing
	fails ctl is-system-running
	init start
	write_ini 'wrokers = 3'
	fails init reload
	serves
}

# --- the unit that systemd makes of the init script -----------------------------------

without_units() {
	inside sh -c 'rm /etc/systemd/system/tlsd*.service; systemctl daemon-reload'
	[ "$(ctl show -P SourcePath tlsd)" = /etc/init.d/tlsd ]
}

a_generated_unit_sees_the_server_end() {
	without_units
	ctl start tlsd
	serves
	[ "$(main_pid)" = "$(inside cat /run/tlsd.pid)" ]
	send_there KILL "$(main_pid)"
	wait_for is_active tlsd failed
	ctl start tlsd
	serves
	send_there TERM "$(main_pid)"
	wait_for is_active tlsd inactive
	init start
	serves
	init stop
	is_active tlsd inactive
}

a_generated_unit_never_says_active_without_a_server() {
	without_units
	ctl start tlsd
	process=$(main_pid)
	write_ini 'wrokers = 3'
	for action in restart try-restart reload force-reload; do
		fails init "$action"
		[ "$(main_pid)" = "$process" ]
		serves
	done
	fails ctl reload tlsd
	serves
	is_active
	# systemd does not check by itself.
	fails ctl restart tlsd
	refuses
	is_active tlsd failed
	fails ctl start tlsd
	is_active tlsd failed
	write_ini
	ctl start tlsd
	serves
}

an_upgrade_keeps_a_generated_unit_active() {
	without_units
	init start
	# Which of the two processes is faster at the end of an upgrade is up to chance.
	for round in 1 2 3 4 5; do
		echo "round $round"
		process=$(main_pid)
		init upgrade
		wait_for has_ended "$process"
		is_other "$process"
		serves
		is_active
	done
	init restart
	serves
	init stop
	refuses
	is_active tlsd inactive
}

run_tests "$@"

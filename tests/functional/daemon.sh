#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The installed daemon, through its init script: start, stop, restart, reload, reopen, status,
# and what can go wrong with each.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL
needs make openssl flock realpath
[ -d /proc/self/fd ] || skip 'there is no /proc'
open_folder
root=$folder/root

# Daemons that a test has left, by the program installed here. The name they were called by is
# what everybody may read of a process that is not dumpable.
end_processes() {
	pkill -KILL -f "^$root/" || :
}

make -s -C "$builddir" install DESTDIR="$root" >"$folder/install.log" 2>&1 || {
	cat "$folder/install.log"
	exit 1
}
sbindir=$(dirname "$(find "$root" -path '*/sbin/tlsd')")
init=$(find "$root" -path '*/init.d/tlsd')
shipped_ini=$(find "$root" -path '*/tlsd/tlsd.ini')
shipped_settings=$(find "$root" -path '*/default/tlsd')
shipped_rotation=$(find "$root" -path '*/logrotate.d/tlsd')

# --- what tests are made of -----------------------------------------------------------

# write_ini [LINE...]: a daemon of its own in this folder, with the further lines for the
# process; $listen is where.
write_ini() {
	{
		for line in 'pid-file = tlsd.pid' 'control-socket = tlsd.sock' \
			'log-file = tlsd.log'; do
			case "$*" in
			*"${line%% *} ="*) ;;
			*) echo "$line" ;;
			esac
		done
		for line; do
			echo "$line"
		done
		echo '[hello]'
		echo "listen = ${listen:-127.0.0.1:0}"
		echo 'cert = server.crt'
		echo 'key = server.key'
	} >tlsd.ini
}

# What a sanitizer has to say would be lost with the daemon's standard error. Leaks cannot
# be looked for in a process that has changed its user.
set_up() {
	cp ../pair/server.crt ../pair/server.key .
	write_settings
	write_ini
	reports=$PWD/report.log
	export ASAN_OPTIONS="log_path=$reports:detect_leaks=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
	export UBSAN_OPTIONS="log_path=$reports${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}"
	export TSAN_OPTIONS="log_path=$reports${TSAN_OPTIONS:+:$TSAN_OPTIONS}"
}

tear_down() {
	fails ls report.log.*
}

write_settings() {
	echo "TLSD_CONF=$PWD/tlsd.ini"
	echo "TLSD_SBINDIR=$sbindir"
	echo 'TLSD_STOP_TIMEOUT=20'
} >settings

# expect STATUS ACTION: the init script's exit status; its words are in ./out and ./err.
expect() {
	wanted=$1
	shift
	status=0
	TLSD_DEFAULTS=$PWD/settings "$init" "$@" >out 2>err </dev/null || status=$?
	cat out err
	[ "$status" -eq "$wanted" ]
}

pid() {
	read -r its_pid <"${1:-tlsd.pid}" && echo "$its_pid"
}

# The port that the kernel chose, by the log, which may just have been moved.
port() {
	sed -n 's/.* listening: \[127\.0\.0\.1\]:\([0-9]*\): hello$/\1/p' \
		tlsd.log.1 tlsd.log 2>/dev/null | tail -n 1
}

# The answer, from a server whose certificate is the one in $1.
answer() {
	openssl s_client -quiet -verify_return_error -verify_hostname localhost \
		-CAfile "${1:-server.crt}" -connect "127.0.0.1:$(port)" </dev/null 2>client.err ||
		cat client.err
}

# Over a Unix-domain socket, for the log may not tell of a port.
answer_at() {
	openssl s_client -quiet -unix "$1" </dev/null 2>client.err
}

serves() {
	[ "$(answer "$@")" = 'Hello, TLS!' ]
}

# Ordinary users cannot look into the daemon either, for it is not dumpable.
needs_root() {
	[ "$(id -u)" -eq 0 ] || skip 'only root can'
}

count_descriptors() {
	find "/proc/$1/fd" -type l | wc -l
}

descriptors_within() {
	[ "$(count_descriptors "$(pid)")" -le "$1" ]
}

# as_nobody COMMAND...
as_nobody() {
	setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups "$@"
}

# --- the tests ------------------------------------------------------------------------

start_returns_when_the_daemon_serves() {
	expect 0 start
	serves
	fails is_gone "$(pid)"
	grep -qz "^$sbindir/tlsd$" "/proc/$(pid)/cmdline"
}

the_init_script_names_its_pid_file_for_systemd() {
	named=$(sed -n 's/^setting_outside pid-file //p' "$init")
	sed '1,/^### END INIT INFO/d' "$init" | grep -qx "# pidfile: $named"
}

nettle_computes_hashes_if_gnutls_would_be_slow() {
	grep -qw sha_ni /proc/cpuinfo || skip 'this processor has no instructions for SHA-256'
	[ "$(getconf LONG_BIT)" -eq 64 ] || skip 'nettle does not use these instructions here'
	"$builddir/tlsd" -V >out
	fails grep -q 'GnuTLS 3\.7\.' out || skip 'GnuTLS 3.7 finds these instructions'
	GNUTLS_DEBUG_LEVEL=2 "$builddir/tlsd" -V >out 2>&1
	grep 'AES accelerator was detected' out
	fails grep 'SSSE3 was detected' out
	GNUTLS_CPUID_OVERRIDE=0x4 GNUTLS_DEBUG_LEVEL=2 "$builddir/tlsd" -V 2>&1 |
		grep 'SSSE3 was detected'
}

the_pid_file_holds_the_process_id_alone() {
	expect 0 start
	pid | grep -qxE '[0-9]+'
	[ "$(wc -l <tlsd.pid)" -eq 1 ]
}

the_daemon_leads_no_session_and_has_no_terminal() {
	expect 0 start
	# Process, name, state, parent, group, session, terminal.
	read -r _ _ _ _ _ session terminal _ <"/proc/$(pid)/stat"
	[ "$session" -ne "$(pid)" ]
	[ "$terminal" -eq 0 ]
}

the_daemon_has_left_its_surroundings() {
	needs_root
	echo secret >inherited
	expect 0 start 9<inherited
	[ "$(readlink "/proc/$(pid)/cwd")" = / ]
	for number in 0 1 2; do
		[ "$(readlink "/proc/$(pid)/fd/$number")" = /dev/null ]
	done
	fails sh -c "ls -l /proc/$(pid)/fd | grep inherited"
}

a_second_start_finds_the_first() {
	expect 0 start
	first=$(pid)
	expect 0 start
	grep -q "already runs as process $first" out
	[ "$(pid)" = "$first" ]
	serves
}

stop_returns_when_the_process_is_gone() {
	expect 0 start
	process=$(pid)
	expect 0 stop
	is_gone "$process"
	[ ! -e tlsd.pid ]
	[ ! -e tlsd.sock ]
	expect 0 stop
	grep -q 'is not running' out
}

status_distinguishes_running_dead_and_stopped() {
	expect 3 status
	expect 0 start
	expect 0 status
	grep -q "is running, as process $(pid)" out
	kill -KILL "$(pid)"
	wait_for is_gone "$(pid)"
	expect 1 status
	expect 0 stop
	expect 3 status
}

start_succeeds_after_a_killed_daemon() {
	expect 0 start
	first=$(pid)
	kill -KILL "$first"
	wait_for is_gone "$first"
	[ -S tlsd.sock ]
	expect 0 start
	[ "$(pid)" != "$first" ]
	serves
	expect 0 reload
}

start_fails_with_the_address_of_a_port_in_use() {
	expect 0 start
	mkdir other
	cp server.* other
	listen=127.0.0.1:$(port)
	cd other
	write_ini
	write_settings
	expect 1 start
	grep -q "tlsd.ini:[0-9]*: listen: .*$listen\|listen: \[127.0.0.1\]:.*: Address already in use" err
	[ ! -e tlsd.pid ]
	expect 3 status
	cd ..
	serves
}

start_reports_an_error_in_the_configuration() {
	write_ini 'workers = many'
	expect 6 start
	grep -q "tlsd.ini:4: workers: \"many\" is not" err
	expect 3 status
	status=0
	"$sbindir/tlsd" -c tlsd.ini 2>err || status=$?
	[ "$status" -eq 2 ]
}

restart_makes_a_new_process() {
	expect 0 start
	first=$(pid)
	expect 0 restart
	is_gone "$first"
	[ "$(pid)" != "$first" ]
	serves
}

restart_keeps_a_good_daemon_from_a_wrong_configuration() {
	expect 0 start
	first=$(pid)
	write_ini 'wrokers = 3'
	for action in restart try-restart; do
		expect 6 "$action"
		grep -q 'tlsd.ini:4: wrokers: unknown key: did you mean workers' err
		grep -q "not restarted: process $first keeps its configuration" err
		[ "$(pid)" = "$first" ]
	done
	serves
}

reload_puts_a_new_certificate_into_force() {
	expect 0 start
	process=$(pid)
	cp server.crt old.crt
	make_pair
	serves old.crt
	for action in reload force-reload; do
		expect 0 "$action"
		serves server.crt
	done
	fails serves old.crt
	[ "$(pid)" = "$process" ]
}

reload_reports_the_reason_for_keeping_the_old_certificate() {
	expect 0 start
	process=$(pid)
	cp server.crt old.crt
	cp server.key old.key
	make_pair
	cp old.key server.key
	expect 1 reload
	grep -q 'server.key' err
	grep -q "not reloaded: process $process keeps its configuration" err
	serves old.crt
	echo nonsense >server.crt
	expect 1 reload
	grep -q 'server.crt' err
	serves old.crt
}

reopen_lets_the_log_be_moved() {
	expect 0 start
	mv tlsd.log tlsd.log.1
	expect 0 reopen
	serves
	wait_for grep -q 'hello: done' tlsd.log
	fails grep -q 'hello: done' tlsd.log.1
}

options_from_the_settings_are_used() {
	mkdir other
	cp server.* other
	(cd other && write_ini 'workers = 3')
	expect 0 start
	expect 0 stop
	echo "TLSD_OPTIONS='-c $PWD/other/tlsd.ini'" >>settings
	# Its pid file is the other's, which the script does not know.
	expect 0 start
	kill "$(pid other/tlsd.pid)"
	wait_for grep -q 'stopped:' other/tlsd.log
	wait_for grep -q 'started: 3 workers' other/tlsd.log
}

wrong_usage_is_reported() {
	expect 2
	grep -q usage err
	expect 2 frobnicate
	expect 2 start stop
}

the_shipped_configuration_lacks_a_certificate_only() {
	cp "$shipped_ini" tlsd.ini
	status=0
	"$sbindir/tlsd" -t -c tlsd.ini 2>err || status=$?
	[ "$status" -eq 2 ]
	grep -q 'cert: is empty: set a certificate ("tlscert self-signed NAME" makes one)' err
	[ "$(grep -c . err)" -eq 2 ]
	sed -i -e 's/^#cert =$/cert = server.crt/' -e 's/^#key =$/key = server.key/' \
		-e 's|^#\(pid-file =\).*|\1 tlsd.pid|' tlsd.ini
	"$sbindir/tlsd" -t -c tlsd.ini
}

every_thread_is_the_user() {
	needs_root
	group=$(id -g nobody)
	chgrp "$group" server.key
	chmod 640 server.key
	chown nobody .
	write_ini 'user = nobody'
	expect 0 start
	fails grep -q 'warning' tlsd.log
	[ "$(stat -c %U tlsd.log)" = nobody ]
	[ "$(find "/proc/$(pid)/task" -mindepth 1 -maxdepth 1 | wc -l)" -ge 17 ]
	for what in Uid:"$(id -u nobody)" Gid:"$group"; do
		id=${what#*:}
		cat "/proc/$(pid)/task"/*/status | grep "^${what%%:*}:" | sort -u >ids
		printf '%s:\t%s\t%s\t%s\t%s\n' "${what%%:*}" "$id" "$id" "$id" "$id" | cmp - ids
	done
	cat "/proc/$(pid)/task"/*/status | sed -n 's/^Groups:[[:space:]]*//p' |
		sed 's/[[:space:]]*$//' | sort -u >groups
	id -G nobody | cmp - groups
	serves
	expect 0 reload
	expect 0 stop
	expect 3 status
}

# runs_as UID GID GROUPS LINE...: with these lines tlsd becomes that.
runs_as() {
	ids="$1 $2 $3"
	shift 3
	write_ini "$@"
	expect 0 start
	[ "$(sed -n 's/^[UG]id:\t\([0-9]*\)\t.*/\1/p; s/^Groups:[[:space:]]*//p' \
		"/proc/$(pid)/status" | xargs)" = "$ids" ]
	serves
	expect 0 stop
}

# has_rights OWNER:GROUP MODE SOCKET
has_rights() {
	stat -c '%u:%g %a' "$3"
	[ "$(stat -c '%u:%g %a' "$3")" = "$1 $2" ]
}

nobodys() {
	echo "$(id -u nobody):$(id -g nobody)"
}

# socket_ini LINE...: it becomes nobody, who may read the key and write here.
socket_ini() {
	needs_root
	chgrp "$(id -g nobody)" server.key
	chmod 640 server.key
	chown nobody .
	listen=${sockets:-$PWD/front} write_ini 'user = nobody' "$@"
}

a_socket_has_the_owner_group_and_mode_of_its_service() {
	socket_ini
	umask 077
	expect 0 start
	has_rights "$(nobodys)" 600 front
	expect 0 stop
	socket_ini 'listen-owner = 4711' 'listen-group = daemon' 'listen-mode = 0660'
	expect 0 start
	has_rights "4711:$(getent group daemon | cut -d: -f3)" 660 front
	[ "$(answer_at front)" = 'Hello, TLS!' ]
	# An upgrade has the rights of root again.
	socket_ini 'listen-group = 4712' 'listen-mode = 0666'
	expect 0 upgrade
	has_rights "$(id -u nobody):4712" 666 front
	[ "$(answer_at front)" = 'Hello, TLS!' ]
	expect 0 stop
	[ ! -e front ]
}

a_reload_sets_the_mode_of_sockets() {
	socket_ini
	expect 0 start
	sockets="$PWD/front, $PWD/second" socket_ini 'listen-mode = 0666'
	expect 0 reload
	has_rights "$(nobodys)" 666 front
	has_rights "$(nobodys)" 666 second
	[ "$(answer_at second)" = 'Hello, TLS!' ]
	expect 0 stop
}

a_reload_that_cannot_give_a_socket_away_changes_nothing() {
	socket_ini
	expect 0 start
	sockets="$PWD/front, $PWD/second" socket_ini 'listen-mode = 0666' \
		'listen-owner = 4711'
	expect 1 reload
	grep -q 'listen: .*/front: its owner, group or mode cannot be set: .*: restart tlsd as root' err
	has_rights "$(nobodys)" 600 front
	[ ! -e second ]
	# Of two services one can be changed, and is changed back.
	socket_ini
	{
		echo 'listen-mode = 0666'
		echo '[other]'
		echo "listen = $PWD/other"
		echo 'listen-owner = 4711'
		echo 'cert = server.crt'
		echo 'key = server.key'
	} >>tlsd.ini
	expect 1 reload
	has_rights "$(nobodys)" 600 front
	[ "$(answer_at front)" = 'Hello, TLS!' ]
	expect 0 stop
}

a_reload_says_why_it_cannot_make_a_socket() {
	mkdir roots
	socket_ini 'sandbox = no'
	expect 0 start
	sockets=$PWD/roots/front socket_ini 'sandbox = no'
	expect 1 reload
	grep -q 'listen: unix:.*/roots/front: Permission denied: this user may not create it there: restart tlsd as root, or set another folder' err
	expect 0 stop
}

a_key_that_only_root_reads_serves_until_a_reload() {
	needs_root
	chmod 600 server.key
	chown nobody .
	write_ini 'user = nobody'
	expect 0 start
	serves
	wait_for grep -q 'warning: .*server.key: a reload as uid [0-9]* cannot read it' tlsd.log
	expect 1 reload
	grep -q 'server.key: user nobody may not read it' err
	serves
	chgrp "$(id -g nobody)" server.key
	chmod 640 server.key
	expect 0 reload
	serves
}

# adm_reads FILE: nobody, the user, writes it, and the group adm reads it.
adm_reads() {
	[ "$(stat -c '%U:%G %a' "$1")" = 'nobody:adm 640' ]
}

# debian_ini: the log is in a folder as README says to make it.
debian_ini() {
	needs_root
	getent group adm >/dev/null || skip 'there is no group adm'
	install -d -o nobody -g adm -m 2750 logs
	listen=$PWD/front write_ini 'user = nobody' "log-file = $PWD/logs/tlsd.log"
	chown nobody .
}

a_log_in_a_folder_of_adm_is_for_adm_to_read() {
	debian_ini
	umask 077
	expect 0 start
	adm_reads logs/tlsd.log
	expect 0 stop
}

a_rotated_log_is_for_adm_to_read() {
	needs logrotate
	debian_ini
	expect 0 start
	sed -e "s|^/.*/\*\.log|$PWD/logs/*.log|" -e "s|[^ ]*/init.d/tlsd|$init|" \
		"$shipped_rotation" >rotation
	chmod 644 rotation
	TLSD_DEFAULTS=$PWD/settings logrotate -f -s "$PWD/state" rotation
	adm_reads logs/tlsd.log
	adm_reads logs/tlsd.log.1
	expect 0 stop
}

# warns FILE: it has the warnings of tlsd -t, each once.
warns() {
	grep 'warning: ' "$1" | sed 's/.*warning: //' | cmp - warnings
}

start_prints_the_warnings_of_the_configuration_test() {
	needs_root
	chown nobody .
	write_ini 'user = nobody'
	"$sbindir/tlsd" -t -c "$PWD/tlsd.ini" >out 2>err
	sed -n 's/.*warning: //p' err >warnings
	grep 'server.key: a reload as uid [0-9]* cannot read it' warnings
	expect 0 start
	warns err
	warns tlsd.log
	expect 0 upgrade
	warns err
	expect 0 stop
	rm tlsd.log
	"$sbindir/tlsd" -c tlsd.ini 2>err
	warns err
	warns tlsd.log
	expect 0 stop
}

start_in_the_foreground_warns_once_on_the_terminal() {
	needs_root
	chown nobody .
	for log in 'log-file = tlsd.log' 'log-file ='; do
		write_ini 'user = nobody' "$log"
		"$sbindir/tlsd" -t -f -c "$PWD/tlsd.ini" >out 2>err
		sed -n 's/.*warning: //p' err >warnings
		grep server.key warnings
		"$sbindir/tlsd" -f -c tlsd.ini 2>err &
		foreground=$!
		wait_for grep -q 'started: ' tlsd.log err
		kill "$foreground"
		wait "$foreground"
		rm -f tlsd.log
		warns err
	done
}

logrotate_moves_the_log() {
	needs logrotate
	expect 0 start
	sed -e "s|^/.*/\*\.log|$PWD/*.log|" -e "s|[^ ]*/init.d/tlsd|$init|" \
		"$shipped_rotation" >rotation
	chmod 644 rotation
	TLSD_DEFAULTS=$PWD/settings logrotate -f -v -s "$PWD/state" rotation
	[ -e tlsd.log.1 ]
	find tlsd.log -perm 0640 | grep -q .
	serves
	wait_for grep -q 'hello: done' tlsd.log
	fails grep -q 'hello: done' tlsd.log.1
	# Without a daemon there is nobody to tell.
	expect 0 stop
	TLSD_DEFAULTS=$PWD/settings logrotate -f -s "$PWD/state" rotation
	[ -e tlsd.log.2.gz ]
}

readme_and_its_examples_are_installed_in_one_folder() {
	documents=$(dirname "$(find "$root" -path '*/doc/tlsd/README')")
	cmp "$documents/README" "$srcdir/README"
	for example in alerts.yml fail2ban-tlsd.conf; do
		cmp "$documents/$example" "$srcdir/conf/$example"
	done
}

install_keeps_a_changed_configuration() {
	cp -a "$root" second
	find second -type f | sort >before
	changed=$(find second -path '*/tlsd/tlsd.ini')
	echo '# changed' >>"$changed"
	make -s -C "$builddir" install DESTDIR="$PWD/second"
	tail -n 1 "$changed" | grep -q '# changed'
	make -s -C "$builddir" uninstall DESTDIR="$PWD/second"
	find second -type f >after
	echo "$changed" | cmp - after
	[ "$(wc -l <before)" -gt 10 ]
}

upgrade_replaces_the_process() {
	expect 7 upgrade
	expect 0 start
	first=$(pid)
	expect 0 upgrade
	[ "$(pid)" != "$first" ]
	wait_for is_gone "$first"
	expect 0 status
	grep -q "process $(pid)" out
	serves
	echo 'wrokers = 2' | cat - tlsd.ini >bad.ini
	mv bad.ini tlsd.ini
	second=$(pid)
	expect 1 upgrade
	grep -q wrokers err
	grep -q "process $second keeps its configuration" err
	serves
	expect 0 stop
	wait_for is_gone "$second"
}

# --- running them ---------------------------------------------------------------------

mkdir "$folder/pair"
(cd "$folder/pair" && make_pair) || exit 1

# --- the tests of make check-long -------------------------------------------------------

a_second_daemon_is_refused() {
	expect 0 start
	status=0
	"$sbindir/tlsd" -c tlsd.ini 2>err || status=$?
	[ "$status" -eq 1 ]
	grep -q "tlsd already runs as process $(pid)" err
	serves
}

status_is_unknown_to_others_than_root() {
	needs setpriv
	[ "$(id -u)" -eq 0 ] || skip 'only root can be somebody else'
	expect 0 start
	[ "$(stat -c %a tlsd.pid)" = 600 ]
	status=0
	TLSD_DEFAULTS=$PWD/settings setpriv --reuid=nobody --regid="$(id -g nobody)" \
		--clear-groups "$init" status >out 2>err || status=$?
	[ "$status" -eq 4 ]
	grep -q "only root may read .*tlsd.pid: run this as root" out
	[ ! -s err ]
	expect 0 stop
}

every_action_by_others_than_root_is_exit_status_4() {
	needs setpriv
	[ "$(id -u)" -eq 0 ] || skip 'only root can be somebody else'
	expect 0 start
	for action in start stop restart try-restart reload force-reload reopen upgrade; do
		status=0
		TLSD_DEFAULTS=$PWD/settings as_nobody "$init" $action >out 2>err || status=$?
		[ "$status" -eq 4 ] || fail "$action: $status"
		[ ! -s out ]
		[ "$(wc -l <err)" -eq 1 ]
		grep -q 'only root may read .*tlsd.pid: run this as root' err
	done
	serves
	expect 0 stop
}

paths_after_a_byte_order_mark_are_found() {
	write_ini
	printf '\357\273\277' | cat - tlsd.ini | sed 's/$/\r/' >marked.ini
	sed -i "s|^TLSD_CONF=.*|TLSD_CONF=$PWD/marked.ini|" settings
	expect 0 start
	fails grep -q 'does not name it' err
	serves
	expect 0 status
	expect 0 reload
	expect 0 stop
	fails test -e tlsd.pid
}

start_warns_of_a_pid_file_in_an_included_file() {
	write_ini 'include = more.ini'
	sed -i '/^pid-file/d' tlsd.ini
	echo "pid-file = $PWD/tlsd.pid" >more.ini
	expect 0 start
	grep -q 'does not name it: set pid-file in .*tlsd.ini itself' err
	serves
	kill "$(pid)"
	wait_for fails test -e tlsd.pid
}

pid_file_of_another_program_does_not_get_it_killed() {
	sleep 600 &
	stranger=$!
	echo "$stranger" >tlsd.pid
	expect 1 status
	expect 0 stop
	fails is_gone "$stranger"
	echo "$stranger" >tlsd.pid
	expect 0 start
	fails is_gone "$stranger"
	[ "$(pid)" != "$stranger" ]
	kill "$stranger"
	serves
}

a_pid_file_that_names_another_tlsd_does_not_hurt_that() {
	expect 0 start
	mkdir other
	cp server.* other
	(
		cd other
		write_ini
		write_settings
		cp ../tlsd.pid .
		expect 1 status
		expect 0 stop
		cp ../tlsd.pid .
		expect 0 start
		[ "$(pid)" != "$(pid ../tlsd.pid)" ]
		expect 0 stop
	)
	fails is_gone "$(pid)"
	serves
}

start_fails_with_a_reason_for_each_limit_of_processes() {
	! is_sanitized || skip 'a sanitizer has a thread of its own'
	needs setpriv prlimit
	[ "$(id -u)" -eq 0 ] || skip 'only root can be somebody else'
	chown 4711471 . server.key
	for processes in 1 2 3; do
		status=0
		# No other process has this user.
		setpriv --reuid=4711471 --regid=4711471 --clear-groups prlimit --nproc="$processes" \
			"$sbindir/tlsd" -c tlsd.ini >out 2>err || status=$?
		[ "$status" -eq 1 ]
		grep -q '^tlsd: .*raise ulimit -u' err || fail "$processes: $(cat err)"
	done
}

unwritable_log_is_reported_at_start() {
	write_ini 'log-file = nowhere/tlsd.log'
	expect 6 start
	grep -q "tlsd.ini:3: log-file: .*/nowhere/tlsd.log: .*: No such file or directory" err
	mkdir nowhere nowhere/tlsd.log
	expect 6 start
	grep -q "log-file: .*/nowhere/tlsd.log: is a folder" err
	expect 3 status
}

restart_starts_a_stopped_daemon() {
	expect 0 try-restart
	expect 3 status
	expect 0 restart
	serves
	first=$(pid)
	expect 0 try-restart
	[ "$(pid)" != "$first" ]
}

reload_works_without_a_control_socket() {
	write_ini 'control-socket ='
	expect 0 start
	cp server.crt old.crt
	make_pair
	expect 0 reload
	wait_for serves server.crt
	cp server.crt old.crt
	echo nonsense >server.crt
	expect 1 reload
	grep -q 'server.crt' err
	serves old.crt
}

reload_and_reopen_need_a_daemon() {
	expect 7 reload
	expect 7 force-reload
	expect 7 reopen
}

reopen_works_without_a_control_socket() {
	write_ini 'control-socket ='
	expect 0 start
	mv tlsd.log tlsd.log.1
	expect 0 reopen
	wait_for grep -q 'reopened' tlsd.log
}

descriptors_stay_the_same_over_reloads() {
	needs_root
	expect 0 start
	expect 0 reload
	serves
	expect 0 reload
	before=$(count_descriptors "$(pid)")
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		expect 0 reload
		expect 0 reopen
	done
	echo nonsense >server.crt
	for _ in 1 2 3 4 5; do
		expect 1 reload
	done
	# The connection of the last tlsdctl may take a moment to go.
	wait_for descriptors_within "$before"
}

a_daemon_that_does_not_stop_is_killed() {
	echo TLSD_STOP_TIMEOUT=1 >>settings
	expect 0 start
	process=$(pid)
	kill -STOP "$process"
	expect 0 stop
	grep -q 'was killed because it did not stop within 1 s' err
	is_gone "$process"
	expect 3 status
}

a_program_that_was_replaced_still_runs() {
	mkdir bin
	cp "$sbindir/tlsd" "$sbindir/tlsdctl" bin
	sed -i "s|^TLSD_SBINDIR=.*|TLSD_SBINDIR=$PWD/bin|" settings
	expect 0 start
	first=$(pid)
	cp bin/tlsd bin/new
	mv bin/new bin/tlsd
	expect 0 status
	expect 0 restart
	is_gone "$first"
	expect 0 stop
}

a_program_that_was_renamed_still_runs() {
	own=$PWD/sbin
	mkdir "$own"
	cp "$sbindir/tlsd" "$sbindir/tlsdctl" "$own"
	sed -i "s|^TLSD_SBINDIR=.*|TLSD_SBINDIR=$own|" settings
	expect 0 start
	# As dpkg-divert renames it, and administrators who keep the old program.
	mv "$own/tlsd" "$own/tlsd.old"
	cp "$sbindir/tlsd" "$own"
	expect 0 status
	process=$(pid)
	expect 0 restart
	is_gone "$process"
	serves
	expect 0 stop
}

an_empty_pid_file_key_is_refused() {
	write_ini 'pid-file ='
	expect 6 start
	grep -q 'pid-file: is empty' out err
}

missing_program_is_exit_status_5() {
	sed -i "s|^TLSD_SBINDIR=.*|TLSD_SBINDIR=$PWD|" settings
	expect 5 start
	expect 0 stop
}

the_settings_are_those_of_the_script() {
	sed -n 's/^#\(TLSD_[A-Z_]*=.*\)/\1/p' "$shipped_settings" | sort >shipped
	sed -n 's/^\(TLSD_[A-Z_]*=.*\)/\1/p' "$init" | sort >used
	[ -s used ]
	diff shipped used
}

users_and_groups_may_be_numbers() {
	needs_root
	nobody=$(id -u nobody) group=$(id -g nobody)
	: >tlsd.log
	chmod 666 tlsd.log
	chmod 644 server.key
	runs_as "$nobody" "$group" "$(id -G nobody)" "user = $nobody"
	runs_as 3999999999 3999999998 3999999998 'user = 3999999999' 'group = 3999999998'
	write_ini 'user = 3999999999'
	fails "$sbindir/tlsd" -t -c tlsd.ini >out 2>&1
	grep -q 'tlsd.ini:[0-9]*: user: no user has the number 3999999999' out
	grep -q 'set group too' out
	for user in -1 4294967295 1x; do
		write_ini "user = $user"
		fails "$sbindir/tlsd" -t -c tlsd.ini >out 2>&1
		grep -q "there is no user \"$user\"" out
	done
}

a_test_by_an_ordinary_user_only_warns_of_a_pid_file_of_root() {
	needs_root
	chown nobody . server.key
	mkdir -m 755 run
	write_ini 'pid-file = run/tlsd.pid'
	as_nobody "$sbindir/tlsd" -t -c tlsd.ini >out 2>err
	cat err
	grep -q "warning: .*tlsd.ini:3: pid-file: .*/run/tlsd.pid: uid $(id -u nobody) may not write it: start tlsd as root or with -f" err
	as_nobody "$sbindir/tlsd" -t -f -c tlsd.ini >out 2>err
	fails grep -q pid-file err
	fails as_nobody "$sbindir/tlsd" -c tlsd.ini 2>err
	grep -q 'pid-file: .*cannot create it' err
	rmdir run
	fails as_nobody "$sbindir/tlsd" -t -c tlsd.ini 2>err
	grep -q 'pid-file: .*cannot create it: No such file' err
}

log_that_the_configured_user_cannot_write_is_reported() {
	needs_root
	write_ini 'user = nobody'
	expect 1 start
	grep -q "log-file: .*/tlsd.log: uid $(id -u nobody) cannot write it" err
	"$sbindir/tlsd" -t -c tlsd.ini >out 2>err && fail 'the check finds nothing'
	grep -q "tlsd.ini:3: log-file: .*/tlsd.log: uid $(id -u nobody) cannot create it" err
	expect 3 status
	touch tlsd.log
	"$sbindir/tlsd" -t -c tlsd.ini >out 2>err && fail 'the check finds nothing'
	grep -q "tlsd.ini:3: log-file: .*/tlsd.log: uid $(id -u nobody) may not write it" err
	chown nobody tlsd.log
	expect 0 start
	serves
}

a_full_disk_stops_a_start_for_its_pid_file_only() {
	mkdir full
	mount -t tmpfs -o size=4k none full 2>/dev/null ||
		skip 'there is no right to mount a small disk'
	trap 'umount -l full' EXIT
	head -c 8192 /dev/zero >full/fill || true
	write_ini 'pid-file = full/tlsd.pid'
	expect 1 start
	grep 'pid-file: .*: No space left on device' out err
	listen=$PWD/front write_ini 'log-file = full/tlsd.log'
	expect 0 start
	[ "$(answer_at front)" = 'Hello, TLS!' ]
	"$sbindir/tlsdctl" -s "$PWD/tlsd.sock" status | grep '^log: [1-9][0-9]* lines* lost'
	rm full/fill
	[ "$(answer_at front)" = 'Hello, TLS!' ]
	wait_for grep ' lines* could not be written$' full/tlsd.log
	expect 0 stop
}

run_tests "$@"

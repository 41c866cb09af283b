# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # variables for the suites, and of theirs
# What the shell suites share: the programs that they need, a folder, waiting, what runs in
# the background, tlsd as others see it, and the count of tests. A suite reads this first, and
# its last command is run_tests "$@". A test is a function whose name is a sentence; it runs in
# a folder and a shell of its own, which ends at the first command that fails.
set -u
umask 022
# The programs of the system first: wrappers in other folders may be slow.
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
unset SSLKEYLOGFILE OPENSSL_CONF SSL_CERT_FILE SSL_CERT_DIR http_proxy https_proxy ALL_PROXY
# What the programs print on a terminal depends on these.
unset NO_COLOR COLUMNS LINES
export TERM=xterm

srcdir=$(cd "${top_srcdir:-.}" && pwd)
builddir=$(cd "${top_builddir:-.}" && pwd)
suite=$(cd "$(dirname "$0")" && pwd)/$(basename "$0")
passed=0
failed=0
skipped=0

# skip WHY: ends the suite, or the shell of a test; which counts as skipped, not as passed.
skip() {
	echo "SKIPPED: $1: NOTHING more was tested here"
	exit 77
}

# needs PROGRAM...: or the suite, or the test, is skipped.
needs() {
	for program; do
		command -v "$program" >/dev/null || skip "$program is missing"
	done
}

# needs_faketime: $library, which changes the clock of a program that preloads it.
needs_faketime() {
	for library in /usr/lib/*/faketime/libfaketime.so.1 /usr/lib*/faketime/libfaketime.so.1; do
		[ ! -e "$library" ] || return 0
	done
	skip 'libfaketime is missing'
}

# fails COMMAND...: as a test wants it; for a command behind ! does not end its shell.
fails() {
	if "$@"; then
		return 1
	fi
}

# fail WORD...: ends a test with these as its reason.
fail() {
	echo "$*"
	exit 1
}

# What tests have left running, by the pids in files of their folders, and nothing else. A
# suite that keeps its pids elsewhere defines it anew.
end_processes() {
	for file in "$folder"/*/*.pid; do
		[ -s "$file" ] || continue
		read -r left <"$file"
		end_process "$left"
	done
}

# end_process PID: at once, unless $end_signal asks for an end that takes longer.
end_process() {
	if kill -"${end_signal:-KILL}" "$1" 2>/dev/null && [ -n "${end_signal-}" ]; then
		timeout 20 tail --pid="$1" -f /dev/null || kill -KILL "$1"
	fi
}

# end_those_in FOLDER: ends the processes that work in a folder below it.
end_those_in() {
	# shellcheck disable=SC2044 # no path of /proc has a blank
	for file in $(find /proc -maxdepth 2 -name cwd -lname "$1/*" 2>/dev/null); do
		left=${file#/proc/}
		end_process "${left%/cwd}"
	done
}

# Ends also the processes that a test started through a function or a wrapper, whose pid is in
# no file: those that work in $folder.
end_all_processes() {
	end_processes
	end_those_in "$folder"
}

# watch_tests: ends a test that hangs, with all that it has started. It looks at the suite every
# ten minutes until the suite ends. A test that it sees for the fourth time hangs.
watch_tests() {
	seen='' looks=0
	until timeout 600 tail --pid=$$ -f /dev/null; do
		[ -d "$folder" ] || return
		set -- "$folder"/*/test.log
		[ "$seen" = "$1" ] || looks=0
		seen=$1 looks=$((looks + 1))
		[ "$looks" -lt 4 ] || end_those_in "$folder"
	done
}

# open_folder: makes $folder, which every user may enter, until the suite ends.
open_folder() {
	folder=$(mktemp -d "${TMPDIR:-/tmp}/$(basename "$0" .sh).XXXXXX") || exit 1
	chmod 755 "$folder"
	trap 'end_all_processes; rm -rf "$folder"' EXIT
	trap 'exit 1' HUP INT TERM
}

# wait_for COMMAND...: until it succeeds, with pauses of five minutes in all at most. They grow,
# so that a test that waits leaves the processor to others.
wait_for() {
	waited=0 # hundredths of a second
	until "$@" >/dev/null 2>&1; do
		[ "$waited" -lt 30000 ] || {
			echo "in vain: $*"
			return 1
		}
		case $waited in
		0) sleep 0.02 && waited=2 ;;
		2) sleep 0.05 && waited=7 ;;
		*) sleep 0.1 && waited=$((waited + 10)) ;;
		esac
	done
}

# is_listening SOCKET: that its file is there does not mean it yet (__SO_ACCEPTCON in the
# flags). A server may have bound a longer name that it then changed.
is_listening() {
	[ -S "$1" ] && awk -v name="$1" -v path="$PWD/$1" '
		$4 == "00010000" && (index($8, path) == 1 || index($8, name) == 1) { found = 1 }
		END { exit !found }' /proc/net/unix
}

# --- what runs in the background ------------------------------------------------------

# start NAME COMMAND...: without input; its output is ./NAME.log, empty at first, and its pid
# in ./NAME.pid, by which it is ended when its test is over at the latest.
start() {
	start_with /dev/null "$@"
}

# start_with INPUT NAME COMMAND...: the same, with that file as its input.
start_with() {
	input=$1 started=$2
	shift 2
	: >"$started.log"
	"$@" >>"$started.log" 2>&1 <"$input" &
	echo $! >"$started.pid"
}

# start_stuck: ./stuck is a program that does not begin until it is ended as "stuck", and the
# worker that starts it waits. Who opens a file under a lease waits for its holder: fcntl(2),
# which ends that after 45 s.
start_stuck() {
	cp /bin/true stuck
	start stuck python3 -c 'import fcntl, os, signal, time
signal.signal(signal.SIGIO, signal.SIG_IGN)
program = os.open("stuck", os.O_RDONLY)
fcntl.fcntl(program, fcntl.F_SETLEASE, fcntl.F_WRLCK)
print("held", flush=True)
time.sleep(300)'
	wait_for grep -q held stuck.log
}

# finds_port NAME: $port is the first one at which, as the kernel tells, it listens by IPv4.
finds_port() {
	sockets=$(find "/proc/$(cat "$1.pid")/fd" -lname 'socket:*' -printf '%l ')
	port=$(awk -v sockets="$sockets" '$4 == "0A" && index(sockets, "[" $10 "]") {
		print "0x" substr($2, index($2, ":") + 1)
		exit
	}' /proc/net/tcp)
	[ -n "$port" ] && port=$(printf %d "$port")
}

# is_gone PID: it has ended, even if its parent has not noticed yet. One look, because it may go
# between two.
is_gone() {
	while read -r field state; do
		case $field$state in
		State:[ZX]*) return 0 ;;
		State:*) return 1 ;;
		esac
	done 2>/dev/null <"/proc/$1/status" || :
}

# read_pid NAME: sets $its_pid to the process that start has begun.
read_pid() {
	read -r its_pid <"$1.pid"
}

# end NAME: by SIGTERM. Its exit status is returned.
end() {
	read_pid "$1"
	kill "$its_pid"
	rm "$1.pid"
	wait "$its_pid"
}

# --- tlsd -----------------------------------------------------------------------------

# Whether this build has sanitizers, which need more of everything.
is_sanitized() {
	grep -q -e __asan_init -e __tsan_init -e __ubsan_handle "$builddir/tlsd"
}

# make_pair: server.crt and server.key for localhost, by openssl.
make_pair() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
		-subj /CN=localhost -addext subjectAltName=DNS:localhost \
		-keyout server.key -out server.crt 2>/dev/null
}

# take_pair: copies server.crt and server.key here, which make_pair makes once for the suite.
take_pair() {
	[ -d "$folder/pair" ] || (mkdir "$folder/pair" && cd "$folder/pair" && make_pair)
	cp "$folder/pair/server.crt" "$folder/pair/server.key" .
}

# sign_ended REQUEST EXTENSIONS CA KEY: prints a certificate that ended in 2020. `openssl x509`
# takes no start date before 3.4, and no negative number of days since.
sign_ended() {
	printf '%s\n' '[ca]' 'default_ca = signer' '[signer]' 'database = ended.db' \
		'new_certs_dir = .' 'rand_serial = yes' 'default_md = sha256' 'policy = any' \
		'[any]' 'commonName = supplied' >ended.cnf
	: >ended.db
	openssl ca -batch -notext -config ended.cnf -in "$1" -extfile "$2" -cert "$3" \
		-keyfile "$4" -startdate 20200101000000Z -enddate 20200201000000Z 2>/dev/null
}

# start_tlsd NAME [WRAPPER...]: as start does, with ./NAME.ini, and run by WRAPPER. It serves
# when this returns; if it ended instead, this fails.
start_tlsd() {
	machine=$1
	shift
	start "$machine" "$@" "$builddir/tlsd" -f -c "$machine.ini"
	wait_for serves_or_is_gone "$machine"
	is_serving "$machine"
}

is_serving() {
	while read -r logged_line; do
		case $logged_line in
		*': started: '* | *'"started: '*) return 0 ;;
		esac
	done <"$1.log"
	return 1
}

serves_or_is_gone() {
	is_serving "$1" || { read_pid "$1" && is_gone "$its_pid"; }
}

# stop: ends ./tlsd.ini's.
stop() {
	end tlsd
}

# address_of SERVICE [NAME]: HOST:PORT where tlsd listens for it, or did last, as ./NAME.log
# says, or ./tlsd.log.
address_of() {
	find_address "$@"
	[ -z "$its_address" ] || echo "$its_address"
}

# port_of SERVICE [NAME]: the port alone.
port_of() {
	find_address "$@"
	[ -z "$its_address" ] || echo "${its_address##*:}"
}

# find_address SERVICE [NAME]: sets $its_address to what address_of prints.
find_address() {
	its_address=
	while read -r logged_line; do
		case $logged_line in
		*"listening: ["*"]:"*": $1" | *"listening: ["*"]:"*": $1\""*)
			its_address=${logged_line#*listening: [}
			its_address=${its_address%": $1"*}
			its_address=${its_address%%]*}${its_address#*]}
			;;
		esac
	done <"${2:-tlsd}.log" || :
}

# logged TEXT: it stands in ./tlsd.log.
logged() {
	grep -q -e "$1" tlsd.log
}

# expect TEXT: it stands there, or soon will.
expect() {
	wait_for logged "$1"
}

# greet: openssl gets the usual answer at $port.
greet() {
	[ "$(openssl s_client -connect "127.0.0.1:$port" -quiet </dev/null \
		2>/dev/null)" = 'Hello, TLS!' ]
}

# ask_https ARGUMENT...: curl, which trusts the authority of this suite.
ask_https() {
	curl -sS --max-time 60 --cacert "$folder/ca.crt" "$@"
}

# gets_code CODE ARGUMENT...: curl gets that status code.
gets_code() {
	wanted=$1
	shift
	[ "$(ask_https -o body -w '%{http_code}' "$@")" = "$wanted" ]
}

# ctl WORD...: tlsdctl, by ./sock.
ctl() {
	"$builddir/tlsdctl" -s "$PWD/sock" "$@"
}

# says PATTERN WORD...: what ctl prints has a line like that.
says() {
	pattern=$1
	shift
	ctl "$@" | grep -Eq "$pattern"
}

# write_nginx_conf LINE...: ./nginx.conf, of nginx in the foreground, with all its files here
# and one server of these lines.
write_nginx_conf() {
	cat >nginx.conf <<-END
		daemon off;
		master_process off;
		pid $PWD/nginx.pid.own;
		error_log $PWD/nginx.err;
		events {}
		http {
			access_log off;
			client_body_temp_path $PWD/t1;
			proxy_temp_path $PWD/t2;
			fastcgi_temp_path $PWD/t3;
			uwsgi_temp_path $PWD/t4;
			scgi_temp_path $PWD/t5;
			server {
				$(printf '%s\n' "$@")
			}
		}
	END
}

# --- the count ------------------------------------------------------------------------

has_passed() {
	passed=$((passed + 1))
	echo "ok $1 ($took s)"
}

has_failed() {
	failed=$((failed + 1))
	echo "FAIL $1 ($took s)"
}

# was_skipped NAME WHY
was_skipped() {
	skipped=$((skipped + 1))
	echo "SKIPPED $1: $2"
}

# What is done before and after each test, where it runs; a suite may define these anew.
set_up() {
	:
}

tear_down() {
	:
}

# run_test NAME: of one that failed the ends of its logs are shown.
run_test() {
	read -r began _ </proc/uptime
	mkdir "$folder/$1"
	(
		cd "$folder/$1" || exit 1
		set -e
		set_up
		"$1"
		tear_down
	) >"$folder/$1/test.log" 2>&1
	status=$?
	read -r took _ </proc/uptime
	took=$((${took%.*} - ${began%.*}))
	case $status in
	0) has_passed "$1" ;;
	77) was_skipped "$1" "$(sed -n 's/^SKIPPED: //p' "$folder/$1/test.log")" ;;
	*)
		has_failed "$1"
		tail -n 30 "$folder/$1"/*.log* | sed 's/^/    /'
		;;
	esac
	end_processes
	rm -rf "${folder:?}/$1"
}

# test_names: the functions of the suite with names of three words and more, because the names
# of its helpers have fewer. Functions below the line that says so are for make check-long,
# which sets $long_tests and runs only them. A suite without that line runs whole in either.
test_names() {
	below='^# --- the tests of make check-long'
	if ! grep -q "$below" "$suite"; then
		cat "$suite"
	elif [ "${long_tests:-no}" = yes ]; then
		sed "1,/$below/d" "$suite"
	else
		sed "/$below/,\$d" "$suite"
	fi | sed -n 's/^\([a-z0-9]*_[a-z0-9]*_[a-z0-9_]*\)() {$/\1/p'
}

# run_tests [NAME...]: these, or all, and finish.
run_tests() {
	# shellcheck disable=SC2046 # a list of words
	[ $# -gt 0 ] || set -- $(test_names)
	(watch_tests >/dev/null 2>&1 </dev/null &)
	for test; do
		run_test "$test"
	done
	finish
}

# finish: the count, and success if something passed and nothing failed.
finish() {
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$skipped" -eq 0 ] || [ $((passed + failed)) -gt 0 ] || skip 'all tests were skipped'
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

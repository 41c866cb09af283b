#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The log of a running tlsd, from outside: its forms and levels, and what becomes of it where
# writing is slow or fails: a pipe that nobody reads, a full disk, syslogd.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
umask 077
needs openssl python3
open_folder

# write_ini LINE...: tlsd's, with the lines for the process
write_ini() {
	[ -s server.crt ] || take_pair
	{
		printf '%s\n' 'pid-file =' "control-socket = ${socket:-$PWD/sock}" "$@" \
			'[hello]' 'listen = 127.0.0.1:0' 'cert = server.crt' \
			'key = server.key'
	} >tlsd.ini
}

# find_port: where tlsd listens; its log may be anywhere
find_port() {
	ctl status >status.out
	port=$(sed -n 's/^service: hello: .*:\([0-9]*\)$/\1/p' status.out)
}

# serve LINE...: tlsd with these lines for the process, on $port
serve() {
	write_ini "$@"
	start tlsd "$builddir/tlsd" -f -c tlsd.ini
	wait_for ctl status
	find_port
	[ -n "$port" ]
}

# http TIMES: plain HTTP requests
http() {
	python3 - "$port" "$1" <<'END'
import socket, sys
for _ in range(int(sys.argv[2])):
    with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 60) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        while client.recv(4096):
            pass
END
}

# number NAME: of the sums for Prometheus, over services
number() {
	ctl stats --prometheus | awk -v name="$1" '
		index($1, name) == 1 { sum += $2 } END { print sum + 0 }'
}

# flood: clients that are answered, for a second
flood() {
	"$builddir/tlsc" bench --insecure --duration 1s "localhost:$port" \
		>bench.out 2>&1
}

# --- forms ----------------------------------------------------------------------------

# The log in $1 has the fields of the one in $2, which is JSON, as text.
compare_forms() {
	python3 - "$1" "$2" <<'END'
import json, re, sys
stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
texts = [line for line in open(sys.argv[1]) if ": hello: " in line]
objects = [json.loads(line) for line in open(sys.argv[2])]
for each in objects:
    assert re.fullmatch(stamp, each["time"]), each
    assert isinstance(each["pid"], int) and each["level"], each

def of_text(pattern, result):
    found = next(m for m in (re.search(pattern, line) for line in texts) if m)
    fields = found.groupdict()
    named = dict(re.findall(r"(\w+)=(\S+)", found.string[found.end():]))
    return list({"time": 0, "pid": 0, "level": 0, **fields, "result": result, **named})

def of_json(result):
    each = next(o for o in objects if o.get("result") == result)
    return [name.removesuffix("_ms") for name in each], each

peer = rf"^{stamp} tlsd\[\d+\]: (?P<peer>\S+): (?P<service>hello): "
text = of_text(peer + r"(?P<result>done) (?P<version>\S+) (?P<cipher>\S+) (?P<group>\S+) ", "done")
names, done = of_json("done")
assert text == names, (text, names)
assert done["version"] == "TLS1.3" and done["service"] == "hello", done
assert done["end"] is None and done["client"] is None, done
assert done["alpn"] is None and done["resumed"] is False, done
assert isinstance(done["handshake_ms"], (int, float)) and done["out"] == 12, done
text = of_text(peer + r"(?P<result>not-tls-http): (?P<reason>.*?) (?=\w+=)", "not-tls-http")
names, failed = of_json("not-tls-http")
assert text == names, (text, names)
assert isinstance(failed["total_ms"], (int, float)), failed
assert failed["level"] == "notice" and failed["reason"] == "a plain HTTP request", failed
assert any(o.get("message", "").startswith("status: workers: ") for o in objects)
END
}

text_and_json_have_the_same_fields() {
	serve 'log-file = text'
	greet
	http 1
	write_ini 'log-file = json' 'log-format = json'
	ctl reload
	greet
	http 1
	kill -USR2 "$(cat tlsd.pid)"
	wait_for grep -q not-tls-http json
	wait_for grep -q 'status: workers' json
	wait_for grep -q '"result":"done"' json
	stop
	compare_forms text json
	! grep -q '^{' text || return 1
	! grep -qv '^{' json
}

stderr_of_a_program_is_logged_with_its_connection_id() {
	printf '#!/bin/sh\necho "one \"word\"" >&2\necho hello\n' >program
	chmod 755 program
	serve 'log-file = log' 'log-format = json'
	printf 'respond = exec\nexec = %s\n' "$PWD/program" >>tlsd.ini
	stop
	start tlsd "$builddir/tlsd" -f -c tlsd.ini
	wait_for ctl status
	find_port
	openssl s_client -connect "127.0.0.1:$port" -quiet </dev/null \
		>answer 2>/dev/null
	grep -qx hello answer
	stop
	python3 -c 'import json
lines = [json.loads(line) for line in open("log")]
said, = [line for line in lines if line.get("source") == "exec"]
done, = [line for line in lines if line.get("result") == "done"]
assert said["message"] == "one \"word\"" and said["service"] == "hello", said
assert said["id"] == done["id"] and said["peer"] == done["peer"], (said, done)'
}

a_flood_of_connections_survives_changes_of_form_and_file() {
	serve 'log-file = 1' 'log-format = text'
	flood &
	flood=$!
	for n in 2 3 4 5; do
		form=json
		[ $((n % 2)) -eq 0 ] || form=text
		write_ini "log-file = $n" "log-format = $form"
		ctl reload
		mv "$n" "$n.old"
		ctl reopen
	done
	wait "$flood"
	wait_for says '^workers: 0 ' status
	answered=$(number 'tlsd_connections_total{service="hello",result="done"}')
	[ "$answered" -gt 0 ]
	[ "$(number tlsd_log_lost_total)" -eq 0 ]
	stop
	[ "$(cat 1 2 3 4 5 ./*.old | grep -Ec ': hello: done |"result":"done"')" -eq "$answered" ]
	! grep -h '^{' 1 3 3.old 5 5.old || return 1
	! grep -hv '^{' 2 2.old 4 4.old || return 1
}

# --- levels ---------------------------------------------------------------------------

class_level_sets_the_level_of_a_failure_class() {
	serve 'log-file = log' 'log-level = warning' \
		'class-level = not-tls-http=warning, done=error'
	greet
	http 15
	stop
	[ "$(grep -c '\]: error: \[127.*: hello: done ' log)" -eq 1 ]
	grep -q '\]: warning: \[127.*: hello: not-tls-http: ' log
	grep -q '\]: warning: repeats: hello: not-tls-http: [0-9]* more ' log
}

quiet_classes_have_no_lines_and_are_counted() {
	serve 'log-file = log' 'quiet = not-tls-http, done'
	greet
	http 15
	wait_for says '^handshake-failures hello: not-tls-http=15$' stats
	write_ini 'log-file = log'
	ctl reload
	greet
	stop
	! grep -q not-tls-http log || return 1
	[ "$(grep -c ': hello: done ' log)" -eq 1 ]
}

unknown_failure_class_is_an_error() {
	write_ini 'quiet = noise' 'class-level = sni=loud'
	status=0
	"$builddir/tlsd" -t -c tlsd.ini >out 2>err || status=$?
	[ "$status" -eq 2 ]
	grep -q 'tlsd.ini:3: quiet: "noise" is not a class: ' err
	grep -q 'tlsd.ini:4: class-level: "sni=loud" has no level: write sni=error, ' err
}

each_class_has_its_remedy_in_the_manual() {
	serve
	greet
	wait_for says '"name":"hello"' stats --json
	ctl stats --json | python3 -c 'import json, sys
print("\n".join(json.load(sys.stdin)["services"][0]["handshake_failures"]))' >classes
	[ "$(wc -l <classes)" -gt 20 ]
	while read -r class; do
		grep -qx "\.It $class" "$srcdir/src/tlsd.8" || {
			echo "tlsd.8 does not explain $class"
			return 1
		}
	done <classes
}

# --- where writing is slow, or fails --------------------------------------------------

# talk TIMES: commands, each of which has a line in the log
talk() {
	python3 - "$PWD/sock" "$1" <<'END'
import socket, sys, threading
client = socket.socket(socket.AF_UNIX)
client.connect(sys.argv[1])
times = int(sys.argv[2])
threading.Thread(target=client.sendall, args=(b"log-level info\n" * times,)).start()
answers = client.makefile()
assert all(answers.readline() == "ok\n" for _ in range(times))
END
}

# All that may wait, and more.
MANY=60000

loses_lines() {
	[ "$(number tlsd_log_lost_total)" -gt 0 ]
}

# read_later BYTES SECONDS: a reader of ./pipe, as `reader`, that begins once there is ./read.
# It copies so many bytes at a time into ./log, with a pause behind them.
read_later() {
	start reader python3 -c 'import os, sys, time
size, pause = int(sys.argv[1]), float(sys.argv[2])
pipe = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
print("ready", flush=True)
while not os.path.exists("read"): time.sleep(0.01)
os.set_blocking(pipe, True)
with open("log", "wb", 0) as log:
    while data := os.read(pipe, size):
        log.write(data)
        time.sleep(pause)' "$@"
	wait_for grep -q ready reader.log
}

a_pipe_without_a_reader_is_refused() {
	mkfifo pipe
	write_ini 'log-file = pipe'
	status=0
	"$builddir/tlsd" -f -c tlsd.ini 2>err || status=$?
	[ "$status" -eq 1 ]
	grep -q 'log-file: .*/pipe: ' err
	serve 'log-file = log'
	write_ini 'log-file = pipe'
	! ctl reload >reload.out || return 1
	grep -q 'log-file: .*/pipe: ' reload.out
	greet
	stop
	grep -q ': hello: done ' log
}

# A file system of 64 KiB, in a name space of the test's own.
full_disk_is_reported_when_it_has_room_again() {
	unshare -m true 2>/dev/null || skip 'only root may mount'
	mkdir disk
	write_ini "log-file = $PWD/disk/log" 'log-level = debug'
	cat >inside <<-'END'
		mount -t tmpfs -o size=64k none disk || exit 77
		head -c 60k /dev/zero >disk/junk
		"$1" -f -c tlsd.ini &
		echo $! >tlsd.pid
		until [ -e room ]; do sleep 0.05; done
		rm disk/junk
		until [ -e end ]; do sleep 0.05; done
		cp disk/log log
		wait
	END
	start inside unshare -m sh inside "$builddir/tlsd"
	wait_for ctl status
	find_port
	talk 1000
	wait_for loses_lines
	greet
	touch room
	# A line that finds room again is preceded by the count of those that did not.
	told() { http 1 && lost=$(number tlsd_log_lost_total) && http 1 &&
		[ "$(number tlsd_log_lost_total)" -eq "$lost" ]; }
	wait_for told
	kill "$(cat tlsd.pid)"
	touch end
	wait "$(cat inside.pid)"
	grep -q '\]: warning: log: [0-9]* lines* could not be written$' log
	# The line on which the disk was full is ended before the next.
	! grep -q '.Z tlsd.*[0-9]Z tlsd' log
}

# --- syslog ---------------------------------------------------------------------------

# start_syslogd NAME: at $PWD/dev/log; what comes is a line of ./NAME each
start_syslogd() {
	mkdir -p dev
	rm -f dev/log
	start "$1" python3 -c 'import os, socket, sys
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind("dev/log")
os.chmod("dev/log", 0o666)
with open(sys.argv[1], "w") as out:
    while True:
        print(repr(log.recv(65536).decode())[1:-1], file=out, flush=True)' "$1"
	wait_for test -S dev/log
}

# serve_chrooted LINE...: where dev/log is that of the test
serve_chrooted() {
	[ "$(id -u)" -eq 0 ] || skip 'only root may change the root folder'
	[ -e dev/null ] || mknod -m 666 dev/null c 1 3 || skip 'no devices can be made here'
	# Leaks cannot be looked for where there is no /proc.
	ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0
	export ASAN_OPTIONS
	socket=/sock serve "chroot = $PWD" 'syslog = yes' "$@"
}

syslog_has_facility_severity_and_lines_of_its_own() {
	start_syslogd heard
	serve_chrooted 'syslog-facility = local3' 'class-level = not-tls-http=warning'
	greet
	http 1
	wait_for grep -q not-tls-http heard
	# local3 is 19 (RFC 3164, 4.1.1), times 8, and notice 5, information 6, warning 4
	stamp='[A-Z][a-z][a-z] [ 123][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]'
	grep -Eq "^<157>$stamp tlsd\\[$(cat tlsd.pid)\\]: started: " heard
	grep -Eq "^<158>$stamp tlsd\\[[0-9]+\\]: \\[127.*: hello: done .* id=[0-9]+\$" heard
	grep -Eq "^<156>$stamp tlsd\\[[0-9]+\\]: .*: hello: not-tls-http: .* id=[0-9]+\$" heard
	stop
	wait_for grep -q ': stopped: ' heard
}

syslog_takes_json_and_another_facility_by_a_reload() {
	start_syslogd heard
	serve_chrooted
	socket=/sock write_ini "chroot = $PWD" 'syslog = yes' 'log-format = json' \
		'syslog-facility = auth'
	ctl reload
	greet
	wait_for grep -q '"result":"done"' heard
	grep -q '^<29>.*: started: ' heard
	sed -n 's/^<38>.* tlsd\[[0-9]*\]: \({.*"result":"done".*\)/\1/p' heard |
		python3 -c 'import json, sys; assert json.load(sys.stdin)["id"]'
	stop
}

# all_heard: it has written all that it was sent, but for what was lost and counted
all_heard() {
	[ "$(($(grep -c ': hello: done ' heard) + lost))" -eq "$answered" ]
}

# --- the tests of make check-long -------------------------------------------------------

# Nobody reads what tlsd writes; later it is read, and all is there but for what was counted.
log_pipe_without_a_reader_does_not_stop_service() {
	mkfifo pipe
	read_later 65536 0
	serve 'log-file = pipe'
	talk $MANY
	loses_lines
	greet
	ctl reload
	says '^log: [1-9][0-9]* lines? lost$' status
	says ' log-lost=[1-9]' stats
	touch read
	wait_for grep -q '\]: warning: log: [0-9]* lines* could not be written$' log
	greet
	answered=$(number 'tlsd_connections_total{service="hello",result="done"}')
	lost=$(number tlsd_log_lost_total)
	stop
	wait_for is_gone "$(cat reader.pid)"
	grep -q ': stopped: ' log
	[ "$(($(grep -Ec ': hello: done |: log-level: info' log) + lost))" -ge \
		"$((answered + MANY))" ]
	[ "$(awk '/ lines? could not be written$/ { sum += $(NF - 5) } END { print sum }' log)" \
		-eq "$lost" ]
}

a_slow_reader_loses_nothing() {
	mkfifo pipe
	read_later 8192 0.02
	serve 'log-file = pipe'
	touch read
	flood
	greet
	answered=$(number 'tlsd_connections_total{service="hello",result="done"}')
	stop
	wait_for is_gone "$(cat reader.pid)"
	[ "$(grep -c ': hello: done ' log)" -eq "$answered" ]
	! grep -q 'could not be written' log
}

server_with_a_blocked_log_can_be_stopped() {
	mkfifo pipe
	start holder sleep 600
	exec 8<>pipe
	serve 'log-file = pipe'
	talk $MANY
	loses_lines
	ctl stop
	wait "$(cat tlsd.pid)"
	exec 8<&-
}

a_syslogd_that_does_not_run_is_warned_of() {
	start_syslogd heard
	serve_chrooted
	stop
	"$builddir/tlsd" -t -c tlsd.ini >out 2>err
	! grep -q syslog err || return 1
	rm dev/log
	"$builddir/tlsd" -t -c tlsd.ini >out 2>err
	grep -q 'tlsd.ini:4: syslog: /dev/log: No such file or directory: log lines are' err
}

a_syslogd_that_was_restarted_is_found_again() {
	start_syslogd first
	serve_chrooted
	greet
	wait_for grep -q 'hello: done' first
	kill -KILL "$(cat first.pid)"
	greet
	wait_for says '^log: [1-9][0-9]* lines? lost' status
	start_syslogd second
	greet
	wait_for grep -q 'hello: done' second
	wait_for grep -q '^<28>.*: log: [0-9]* lines* could not be written' second
	stop
}

stalled_syslogd_does_not_stop_service_and_gets_all_lines_later() {
	start_syslogd heard
	serve_chrooted
	kill -STOP "$(cat heard.pid)"
	flood
	greet
	ctl reload
	answered=$(number 'tlsd_connections_total{service="hello",result="done"}')
	lost=$(number tlsd_log_lost_total)
	kill -CONT "$(cat heard.pid)"
	stop
	wait_for all_heard
}

run_tests "$@"

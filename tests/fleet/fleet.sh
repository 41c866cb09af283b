#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A fleet on one machine: a client, two balancers with haproxy and keepalived, and three tlsd,
# each in a network namespace, while one thing after the other happens to it under load. What
# was lost in each case is printed as a table. Needs root; FLEET_SECONDS=20 holds each state
# for so long instead of a second.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
PATH=$PATH:/usr/sbin:/sbin
hold=${FLEET_SECONDS:-1}
[ "$(id -u)" -eq 0 ] || skip 'only root can make network namespaces'
needs ip tc sysctl haproxy keepalived faketime socat
open_folder
# A test may take hours.
watch_tests() {
	:
}
# shellcheck source=tests/fleet/network.sh disable=SC1091
. "${top_srcdir:-.}/tests/fleet/network.sh"
trap 'take_down 2>/dev/null; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
can_make_networks 2>/dev/null || skip 'no network namespaces here'

front=192.0.2.100 # the balancers' address
pair=192.0.2.101 # the one that a and b have between them, without a balancer
tlsc=$builddir/tlsc

# --- the machines ---------------------------------------------------------------------

# serve NAME [VARIABLE=VALUE...]: tlsd there, with these in its environment.
serve() {
	name=$1
	shift
	: >"$folder/$name.log"
	launch "$name" "$name" env "$@" "$builddir/tlsd" -f -c "$folder/$name.ini"
	wait_for grep -q ': started: ' "$folder/$name.log"
}

configure_tlsd() {
	cat >"$folder/$1.ini" <<-END
		pid-file =
		control-socket = $folder/$1.sock
		access-log = no
		workers = 32
		cert = $folder/$1/server.crt
		key = $folder/$1/server.key
		ticket-key-file = $folder/$1/tickets.key
		watch = yes
		text = $1\\n
		[web]
		listen = *:443
		accept-proxy = yes
		accept-proxy-from = 192.0.2.21, 192.0.2.22
		[pair]
		listen = *:444
		[agent]
		listen = *:9435
		respond = agent
	END
}

# haproxy of both balancers, as tlsd-fleet(7) has it
configure_haproxy() {
	tls="verify required ca-file $folder/ca.crt"
	cat >"$folder/$1.cfg" <<-END
		global
			stats socket $folder/$1.stats expose-fd listeners
		defaults
			mode tcp
			timeout client 70s
			timeout server 70s
			timeout connect 1s
			timeout check 2s
		listen web
			bind *:443
			option redispatch 1
			default-server send-proxy-v2 check port 9435 inter 500ms fall 2 rise 2
			default-server check-ssl check-sni www.example.org $tls
			default-server agent-check agent-inter 500ms agent-addr 127.0.0.1
			server a 192.0.2.11:443 agent-port 9011
			server b 192.0.2.12:443 agent-port 9012
			server c 192.0.2.13:443 agent-port 9013
		listen agent-a
			bind 127.0.0.1:9011
			server a 192.0.2.11:9435 ssl sni str(www.example.org) $tls
		listen agent-b
			bind 127.0.0.1:9012
			server b 192.0.2.12:9435 ssl sni str(www.example.org) $tls
		listen agent-c
			bind 127.0.0.1:9013
			server c 192.0.2.13:9435 ssl sni str(www.example.org) $tls
	END
}

# configure_keepalived MACHINE ROUTER PRIORITY ADDRESS CHECK...: the address is there as long
# as CHECK succeeds, or fails on the other machine too.
configure_keepalived() {
	cat >"$folder/$1-vrrp.conf" <<-END
		global_defs {
			script_user root
			vrrp_garp_master_delay 1
		}
		vrrp_script check {
			script "$5"
			interval 1
			timeout 2
			fall 2
			rise 2
			weight -50
		}
		vrrp_instance one {
			interface wire
			virtual_router_id $2
			priority $3
			advert_int 1
			virtual_ipaddress {
				$4/24
			}
			track_script {
				check
			}
		}
	END
}

start_keepalived() {
	launch "$1" "$1-vrrp" keepalived --dont-fork --log-console --vrrp \
		--use-file "$folder/$1-vrrp.conf" --pid "$folder/$1-keepalived.pid" \
		--vrrp_pid "$folder/$1-vrrp-child.pid"
}

start_balancer() {
	launch "$1" "$1" haproxy -W -db -p "$folder/$1-master.pid" -f "$folder/$1.cfg"
}

build_fleet() {
	machine client 192.0.2.1
	machine a 192.0.2.11
	machine b 192.0.2.12
	machine c 192.0.2.13
	machine l1 192.0.2.21
	machine l2 192.0.2.22
	for name in a b c; do
		mkdir "$folder/$name"
		cp "$folder/server.crt" "$folder/server.key" "$folder/tickets.key" "$folder/$name"
		configure_tlsd "$name"
		serve "$name"
	done
	for name in l1 l2; do
		configure_haproxy "$name"
		start_balancer "$name"
		cat >"$folder/$name-check" <<-END
			#!/bin/sh
			read -r pid <$folder/$name.pid && kill -0 "\$pid"
		END
		chmod 755 "$folder/$name-check"
	done
	configure_keepalived l1 100 120 "$front" "$folder/l1-check"
	configure_keepalived l2 100 100 "$front" "$folder/l2-check"
	configure_keepalived a 101 120 "$pair" "$builddir/tlsdctl -s $folder/a.sock health"
	configure_keepalived b 101 100 "$pair" "$builddir/tlsdctl -s $folder/b.sock health"
	for name in l1 l2 a b; do
		start_keepalived "$name"
	done
}

# --- what tests are made of -----------------------------------------------------------

ctl() {
	name=$1
	shift
	"$builddir/tlsdctl" -s "$folder/$name.sock" "$@"
}

# says MACHINE PATTERN: what each balancer that runs thinks of it
says() {
	for balancer in l1 l2; do
		! is_gone "$(pid_of "$balancer")" || continue
		echo 'show stat' | socat -t 10 - "UNIX-CONNECT:$folder/$balancer.stats" |
			awk -F, -v machine="$1" '$1 == "web" && $2 == machine { print $18 }' |
			grep -Eq "$2" || return 1
	done
}

# holds MACHINE ADDRESS
holds() {
	on "$1" ip address show dev wire | grep -q "inet $2/"
}

has_moved() {
	holds "$2" "$3" && ! holds "$1" "$3"
}

is_well() {
	says a '^UP' && says b '^UP' && says c '^UP' && has_moved l2 l1 "$front" &&
		has_moved b a "$pair" && call "$front:443" && call "$pair:444"
}

# call TARGET: what it answers
call() {
	on client "$tlsc" --ca "$folder/ca.crt" --servername www.example.org --timeout 5s "$1" \
		</dev/null
}

# Eight clients without a pause; options and the target may be others.
begin_load() {
	launch client load "$tlsc" bench --ca "$folder/ca.crt" --servername www.example.org \
		--concurrency 8 --duration 1h --timeout 5s "${@:-$front:443}"
	sleep "$hold"
}

# end_load EVENT: a row of the table, and the numbers $connections, $failed and $resumed.
end_load() {
	sleep "$hold"
	finish_off load INT
	connections=$(sed -n 's/^connections *\([0-9]*\) .*/\1/p' "$folder/load.log")
	failed=$(sed -n 's/^failed *\([0-9]*\).*/\1/p' "$folder/load.log")
	resumed=$(sed -n 's/^resumed *\([0-9]*\).*/\1/p' "$folder/load.log")
	classes=$(sed -n 's/^failed *[0-9]*: *//p' "$folder/load.log")
	longest=$(sed -n 's/^whole answer .*max \(.*\)/\1/p' "$folder/load.log")
	cat "$folder/load.log"
	printf '%-38s %8s %6s %10s  %s\n' "$1" "$connections" "$failed" "$longest" "$classes" |
		sed 's/ *$//' | tee -a "$folder/table"
	rm "$folder/load.log"
	[ "$connections" -gt 0 ]
}

# at least 95 of 100; it is full for the first call of each client
most_resumed() {
	echo "resumed: $resumed of $connections" | tee -a "$folder/table"
	[ "$failed" -eq 0 ] && [ $((resumed * 100)) -ge $((connections * 95)) ]
}

reloads_of() {
	grep -c ': reload: done' "$folder/$1.log" || :
}

has_reloaded() {
	[ "$(reloads_of "$1")" -gt "$2" ]
}

clock_library() {
	find /usr/lib -name libfaketimeMT.so.1 | head -n 1
}

end_processes() {
	[ ! -e "$folder/load.log" ] || finish_off load KILL
	rm -f "$folder/load.log"
}

# --- what happens ---------------------------------------------------------------------

nothing_happens_at_all() {
	begin_load
	end_load 'nothing happens'
	[ "$failed" -eq 0 ]
}

# What a had begun is lost; what finds it dead is sent to another machine.
a_machine_dies() {
	begin_load
	finish_off a KILL
	wait_for says a '^DOWN'
	end_load 'a machine killed'
	serve a
	wait_for is_well
	[ "$failed" -le 16 ]
}

a_machine_is_cut_off() {
	begin_load
	ip -n "$fleet-b" link set wire down
	wait_for says b '^DOWN'
	end_load 'a machine cut off'
	ip -n "$fleet-b" link set wire up
	wait_for is_well
}

# A slow line: by delay where the kernel has that, or else by a few bytes a second.
a_machine_is_slow() {
	begin_load
	how='200 ms more each way'
	on c tc qdisc add dev wire root netem delay 200ms 2>/dev/null || {
		how='its line at 256 kbit/s'
		on c tc qdisc add dev wire root tbf rate 256kbit burst 4kb latency 10s
	}
	sleep "$hold"
	end_load "a machine slow: $how"
	on c tc qdisc delete dev wire root
	wait_for is_well
	[ "$failed" -eq 0 ]
}

a_clock_is_wrong() {
	! is_sanitized || skip 'a sanitizer takes no library before its own'
	finish_off c TERM
	serve c LD_PRELOAD="$(clock_library)" FAKETIME=+60s
	ahead=$(($(date -d "$(sed -n 's/ .*: started: .*//p' "$folder/c.log")" +%s) - $(date +%s)))
	[ "$ahead" -ge 55 ] && [ "$ahead" -le 60 ]
	wait_for is_well
	begin_load
	end_load 'a clock a minute ahead'
	finish_off c TERM
	serve c
	wait_for is_well
	[ "$failed" -eq 0 ]
}

a_balancer_reloads() {
	begin_load
	for _ in 1 2 3; do
		kill -USR2 "$(pid_of l1)"
		sleep "$hold"
	done
	end_load 'haproxy reloaded, three times'
	wait_for is_well
	[ "$failed" -eq 0 ]
}

# It takes its workers along; keepalived sees that after two seconds.
a_balancer_dies() {
	begin_load
	finish_off l1 KILL
	wait_for has_moved l1 l2 "$front"
	end_load 'haproxy killed: the address moves'
	start_balancer l1
	wait_for is_well
}

a_balancer_is_cut_off() {
	begin_load
	ip -n "$fleet-l1" link set wire down
	wait_for holds l2 "$front"
	end_load 'a balancer cut off: the address moves'
	ip -n "$fleet-l1" link set wire up
	wait_for is_well
}

# restart NAME: as tlsd-fleet(7) says
restart() {
	ctl "$1" drain --settle 2s --timeout 50s
	ctl "$1" stop
	wait_for is_gone "$(pid_of "$1")"
	serve "$1"
	wait_for says "$1" '^UP'
}

all_are_restarted() {
	begin_load
	for name in a b c; do
		restart "$name"
	done
	end_load 'each drained and restarted'
	[ "$failed" -eq 0 ]
}

# lagging: the machines whose certificate has fewer than 30 days left
lagging() {
	for address in 11 12 13; do
		on client "$tlsc" check --quiet --warn-days 30 --ca "$folder/ca.crt" \
			--servername www.example.org "192.0.2.$address:444" >"$folder/verdict" ||
			printf '%s ' "$address"
	done
}

# lag ADDRESSES
lag() {
	[ "$(lagging)" = "$1" ]
}

# As tlsd-fleet(7) says, but for the ssh between.
a_renewed_certificate_gets_to_all() {
	needs rsync
	begin_load
	lag '11 12 13 '
	"$builddir/tlscert" renew --days 90 "$folder/server.crt"
	for name in a b; do
		rsync -a --delay-updates "$folder/server.key" "$folder/server.crt" "$folder/$name/"
	done
	wait_for lag '13 '
	rsync -a --delay-updates "$folder/server.key" "$folder/server.crt" "$folder/c/"
	wait_for lag ''
	end_load 'a certificate renewed on all'
	[ "$failed" -eq 0 ]
}

# The next machine has not issued the ticket, as a rule: each balancer takes turns.
sessions_resume_on_every_machine() {
	begin_load --resume "$front:443"
	end_load 'sessions resumed'
	most_resumed
}

# rotate NAME...: as tlsd-fleet(7) says, with two keys, and the hour until the new one, which
# is the first, issues made two seconds.
rotate() {
	"$builddir/tlscert" ticket-keys --keep 2 "$folder/tickets.key"
	soon=$(date -u -d '+2 seconds' +%Y-%m-%dT%H:%M:%SZ)
	awk -v time="$soon" '!done && !/^#/ { $1 = time; done = 1 } { print }' \
		"$folder/tickets.key" >"$folder/tickets.new"
	cat "$folder/tickets.new" >"$folder/tickets.key"
	for name; do
		reloads=$(reloads_of "$name")
		rsync -a --delay-updates "$folder/tickets.key" "$folder/$name/"
		wait_for has_reloaded "$name" "$reloads"
	done
	sleep 2
}

# The one whose clock is a minute ahead issues by a new key at once. The first key is gone
# after the second rotation.
ticket_keys_rotate() {
	needs rsync
	finish_off c TERM
	if is_sanitized; then
		serve c # a sanitizer takes no library before its own
	else
		serve c LD_PRELOAD="$(clock_library)" FAKETIME=+60s
	fi
	wait_for is_well
	begin_load --resume "$front:443"
	first=$(tail -n 1 "$folder/tickets.key")
	rotate a b c
	grep -qF "$first" "$folder/tickets.key"
	rotate a b c
	[ "$(grep -cF "$first" "$folder/tickets.key" || :)" -eq 0 ]
	rotate b a c
	end_load 'ticket keys rotated, a clock ahead'
	finish_off c TERM
	serve c
	wait_for is_well
	most_resumed
}

# --- two without a balancer -----------------------------------------------------------

the_address_moves_when_tlsd_dies() {
	begin_load "$pair:444"
	finish_off a KILL
	wait_for has_moved a b "$pair"
	end_load 'a pair: tlsd killed'
	[ "$(call "$pair:444")" = b ]
	serve a
	wait_for has_moved b a "$pair"
	wait_for is_well
}

the_address_moves_when_tlsd_drains() {
	begin_load "$pair:444"
	ctl a drain --settle 2s --timeout 50s
	has_moved a b "$pair"
	[ "$(call "$pair:444")" = b ]
	ctl a resume
	wait_for has_moved b a "$pair"
	end_load 'a pair: drained and resumed'
	[ "$(call "$pair:444")" = a ]
}

# --- running them ---------------------------------------------------------------------

(
	cd "$folder" || exit 1
	"$builddir/tlscert" ca 'Test Authority' &&
		"$builddir/tlscert" server --days 10 www.example.org &&
		"$builddir/tlscert" ticket-keys tickets.key
) >/dev/null || skip 'tlscert made no certificates'
build_fleet
wait_for is_well || {
	tail -n 20 "$folder"/*.log
	exit 1
}
printf '%-38s %8s %6s %10s\n' '' calls failed longest >"$folder/table"
run_tests "$@"
status=$?
cat "$folder/table"
exit $status

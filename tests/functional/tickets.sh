#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Sessions that are resumed by tickets: on the machine that issued them and on others with the
# same ticket-key-file, across rotations and reloads. The clients are those of openssl and GnuTLS.
# shellcheck disable=SC2317 # tests are called by their names
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"

needs openssl gnutls-cli
open_folder

# --- what tests are made of -----------------------------------------------------------

keys() {
	"$builddir/tlscert" ticket-keys "$@"
}

# serve NAME [LINE...]: a daemon, the lines for its one service.
serve() {
	machine=$1
	shift
	{
		printf '%s\n' 'pid-file =' "control-socket = $PWD/$machine.sock" '[web]' \
			'listen = 127.0.0.1:0' 'cert = server.crt' 'key = server.key'
		printf '%s\n' "$@"
	} >"$machine.ini"
	start_tlsd "$machine"
}

reload() {
	"$builddir/tlsdctl" -s "$PWD/$1.sock" reload
}

# visit NAME SESSION [OPTION...]: a full handshake whose session is kept.
visit() {
	at=$(address_of web "$1")
	session=$2
	shift 2
	openssl s_client -connect "$at" -sess_out "$session" -ign_eof "$@" \
		</dev/null >visit.log 2>&1
	grep -q '^New, ' visit.log && [ -s "$session" ]
}

# resumes NAME SESSION [OPTION...]: which is kept as it was.
resumes() {
	at=$(address_of web "$1")
	session=$2
	shift 2
	openssl s_client -connect "$at" -sess_in "$session" -ign_eof "$@" \
		</dev/null >resumes.log 2>&1 || cat resumes.log
	grep -q 'Hello, TLS!' resumes.log
	grep -q '^Reused, ' resumes.log
}

# --- the tests ------------------------------------------------------------------------

another_machine_resumes_by_the_same_file() {
	take_pair
	keys shared
	serve one 'ticket-key-file = shared'
	serve two 'ticket-key-file = shared'
	visit one session
	resumes one session
	resumes two session
}

a_machine_with_another_file_makes_a_full_handshake() {
	take_pair
	keys shared
	keys other
	serve one 'ticket-key-file = shared'
	serve two 'ticket-key-file = other'
	serve three
	visit one session
	fails resumes two session
	fails resumes three session
	resumes one session
}

future_ticket_key_is_accepted_before_it_issues_tickets() {
	take_pair
	keys shared
	keys --delay 60 shared
	serve one 'ticket-key-file = shared'
	# The other has a clock that is two hours ahead: the further key issues there.
	sed '/^#/d' shared | head -n 1 | sed 's/^[^ ]* /2020-01-01T00:00:00Z /' >ahead
	serve two 'ticket-key-file = ahead'
	visit two session
	resumes one session
}

tls_1_2_is_not_resumed_by_default() {
	take_pair
	keys shared
	serve one 'ticket-key-file = shared'
	visit one session -tls1_2
	fails resumes one session -tls1_2
}

ticket_of_another_service_is_refused_despite_a_shared_key_file() {
	take_pair
	keys shared
	serve one 'ticket-key-file = shared'
	serve two 'ticket-key-file = shared'
	sed -i 's/^\[web\]$/[other]/' two.ini
	reload two
	visit one session
	fails resumes two session
}

gnutls_cli_resumes_too() {
	take_pair
	keys shared
	keys --delay 0 shared
	serve one 'ticket-key-file = shared'
	gnutls-cli --resume --x509cafile server.crt -p "$(port_of web one)" \
		--verify-hostname localhost 127.0.0.1 </dev/null >gnutls.log 2>&1 || :
	grep -q 'This is a resumed session' gnutls.log
}

invalid_ticket_key_file_is_reported_with_its_line() {
	take_pair
	keys shared
	serve one 'ticket-key-file = shared'
	visit one session
	for wrong in 'yesterday AAAA' '2026-11-24T04:00:00Z AAAA' '2026-11-24T04:00:00Z'; do
		{
			cat shared
			echo "$wrong"
		} >shared.wrong
		sed 's/= shared$/= shared.wrong/' one.ini >wrong.ini
		fails "$builddir/tlsd" -t -c wrong.ini >/dev/null 2>err
		grep "ticket-key-file: $PWD/shared.wrong:4: .*: make the file with" err
	done
	sed 's/= shared$/= none/' one.ini >wrong.ini
	fails "$builddir/tlsd" -t -c wrong.ini >/dev/null 2>err
	grep "ticket-key-file: .*$PWD/none" err
	: >shared
	fails reload one
	resumes one session
}

tlscert_keeps_the_file_for_its_owner() {
	keys shared >out
	grep -q '^shared: key 1: issues since ' out
	[ "$(stat -c %a shared)" = 600 ]
	chmod 640 shared
	for _ in 1 2 3 4; do
		keys shared >out
	done
	[ "$(stat -c %a shared)" = 640 ]
	# What issues now stays, whatever comes.
	grep -q ': issues since ' out
	echo nonsense >>shared
	cp shared before
	fails keys shared
	cmp before shared
}

# --- the tests of make check-long -------------------------------------------------------

sessions_outlive_a_rotation_until_their_key_is_gone() {
	take_pair
	keys shared
	serve one 'ticket-key-file = shared'
	serve two 'ticket-key-file = shared'
	visit one oldest
	# Of two keys of the same second the first one issues.
	sleep 1
	keys --delay 0 --keep 2 shared
	reload one
	resumes one oldest
	visit one newer
	# A machine that has not heard of it yet, and then has.
	fails resumes two newer
	reload two
	resumes two newer
	resumes two oldest
	sleep 1
	keys --delay 0 --keep 2 shared
	sleep 1
	keys --delay 0 --keep 2 shared
	reload two
	fails resumes two oldest
	visit two newest
	resumes two newest
}

changed_client_verification_invalidates_tickets() {
	take_pair
	keys shared
	"$builddir/tlscert" ca --out-dir . 'Test CA'
	serve one 'ticket-key-file = shared'
	visit one session
	resumes one session
	sed -i '$a client-verify = optional\nca-file = ca.crt' one.ini
	reload one
	fails resumes one session
	visit one session
	resumes one session
}

order_of_authorities_does_not_invalidate_tickets() {
	take_pair
	mkdir a b
	"$builddir/tlscert" ca --out-dir a 'Authority A'
	"$builddir/tlscert" ca --out-dir b 'Authority B'
	serve one 'client-verify = optional' 'ca-file = a/ca.crt, b/ca.crt'
	visit one session
	sed -i 's,^ca-file.*,ca-file = b/ca.crt\nca-file = a/ca.crt,' one.ini
	reload one
	resumes one session
	cat a/ca.crt b/ca.crt a/ca.crt >all.crt
	sed -i '/^ca-file = a/d; s,^ca-file.*,ca-file = all.crt,' one.ini
	reload one
	resumes one session
	sed -i 's,^ca-file.*,ca-file = a/ca.crt,' one.ini
	reload one
	fails resumes one session
}

# Services at one address, told apart by their hosts, and otherwise alike but for their rules.
a_ticket_of_one_service_is_worth_nothing_at_another_with_other_rules() {
	take_pair
	keys shared
	"$builddir/tlscert" ca --out-dir . 'Test CA'
	"$builddir/tlscert" client alice --cert alice.crt --key alice.key
	for version in -tls1_3 -tls1_2; do
		serve both 'server-name = open.example' 'ticket-key-file = shared' \
			'priority = NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2' 'allow-weak = yes' \
			'[closed]' 'listen = 127.0.0.1:0' 'server-name = closed.example' \
			'cert = server.crt' 'key = server.key' 'ticket-key-file = shared' \
			'priority = NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2' 'allow-weak = yes' \
			'client-verify = required' 'ca-file = ca.crt'
		visit both session $version -servername open.example
		resumes both session $version -servername open.example
		fails resumes both session $version -servername closed.example
		wait_for grep -q ': closed: cert-missing: ' both.log
		visit both session $version -servername closed.example \
			-cert alice.crt -key alice.key
		resumes both session $version -servername closed.example
		fails resumes both session $version -servername open.example
		wait_for grep -q ': web: done .* sni=open.example .* resumed=no ' both.log
		end both
	done
}

a_watched_file_is_taken_by_itself() {
	take_pair
	keys shared
	serve one 'ticket-key-file = shared'
	sed -i '1i watch = yes' one.ini
	reload one
	visit one session
	rm shared
	keys shared
	wait_for fails resumes one session
}

run_tests "$@"

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Handshakes of many kinds, drawn.
# shellcheck source=tests/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/suite.sh"
needs openssl timeout script
build=$builddir
server=
# Numbers below the kernel's own range for outgoing connections.
port=$((10000 + $$ % 20000))

stop() {
	[ -z "$server" ] || kill "$server" 2>/dev/null
	wait 2>/dev/null
	server=
}

end_processes() {
	stop
}
open_folder
cd "$folder" || exit 1

# --- certificates ---------------------------------------------------------------------

printf '[req]\ndistinguished_name = name\n[name]\n' >ca.cnf

# self_sign NAME
self_sign() {
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null
	openssl req -x509 -new -config ca.cnf -key "$1.key" -subj "/CN=$1" -days 100 \
		-addext subjectAltName=DNS:localhost -out "$1.pem"
}

# --- servers --------------------------------------------------------------------------

# is_ready COMMAND: while it is on its way, wait; false if it ended
is_ready() {
	tries=200
	while ! grep -qE '^ACCEPT|: started:' server.log; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] && kill -0 "$server" 2>/dev/null || return 1
		sleep 0.05
	done
}

# start COMMAND...: on the first port that it can have, written PORT
start() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		port=$((port + 1))
		: >server.log
		[ ! -f tlsd.in ] || sed "s/PORT/$port/" tlsd.in >tlsd.ini
		command=$(printf '%s\n' "$@" | sed "s/PORT/$port/")
		(
			set -f
			IFS='
'
			# shellcheck disable=SC2086 # one word a line
			exec timeout 100 $command
		) </dev/null >>server.log 2>&1 &
		server=$!
		is_ready && return 0
		stop
	done
	echo "no server: $*" >&2
	cat server.log >&2
	exit 1
}

# openssl_server NAME [OPTION...]: with NAME's certificate
openssl_server() {
	name=$1
	shift
	start openssl s_server -accept 127.0.0.1:PORT -cert "$name.pem" -key "$name.key" \
		-www "$@"
}

tlsd_server() {
	cat >tlsd.in <<CONF
daemon = no
[hello]
listen = 127.0.0.1:PORT
cert = $folder/server.pem
key = $folder/server.key
CONF
	chmod 600 server.key
	start "$build/tlsd" -f -c "$folder/tlsd.ini"
}

# --- what is expected -----------------------------------------------------------------

# explain [OPTION...]: the server, by the name localhost
explain() {
	LC_ALL=C.UTF-8 timeout 60 "$build/tlsc" explain --timeout 2s --ca "$trusted" "$@" \
		"localhost:$port" </dev/null >out 2>err
	status=$?
}

# expect_order TEXT...: lines with them, in this order
expect_order() {
	pattern=
	for text in "$@"; do
		pattern="$pattern.*$text"
	done
	tr '\n' ' ' <out | grep -q -- "$pattern" || complain "not in this order: $*"
}

# messages: those of the drawing in order, < from and > to the server
messages() {
	LC_ALL=C.UTF-8 sed -n \
		-e 's/^[ 0-9.]*│◀[─═] \([^─═,]*[^─═, ]\)[, ].*/< \1/p' \
		-e 's/^[ 0-9.]*│[─═][─═] \([^─═,]*[^─═, ]\)[, ].*/> \1/p' out
}

# expect_messages MESSAGE...: it begins with just these, behind those of TCP
expect_messages() {
	printf '%s\n' '> TCP SYN' '< TCP SYN-ACK' "$@" >wanted
	messages | head -n $(($# + 2)) | diff wanted - >differ ||
		complain "not these messages: $(cat differ)"
}

# expect_trips HANDSHAKE [ANSWER]: so many round trips
expect_trips() {
	expect "The handshake took $1 round trip"
	[ $# -lt 2 ] || expect "The first byte of the answer came after $2 round trip"
	# TCP's own is the first at the side.
	[ "$(grep -c 'trip [0-9]*$' out)" -eq $((${2-$1} + 1)) ] ||
		complain "not $((${2-$1} + 1)) round trips at the side"
}

complain() {
	echo "  $*"
	sed 's/^/  | /' err out | head -60
	good=false
}

expect_status() {
	[ "$status" -eq "$1" ] || complain "exit status $status instead of $1"
}

# expect TEXT...: each of them on one line of the output, blanks counting as one
expect() {
	for text in "$@"; do
		tr -s ' ' <out | grep -qF -- "$text" || complain "the output lacks: $text"
	done
}

try() {
	good=true
	: >out
	: >err
	"$1"
	stop
	if $good; then
		has_passed "$1"
	else
		has_failed "$1"
	fi
}

# --- tests ----------------------------------------------------------------------------

an_early_answer_is_seen() {
	tlsd_server
	explain
	expect_status 0
	expect 'Early answer' 'version TLS1.3'
	expect_trips 1 1
	expect_messages '> ClientHello' '< ServerHello' '< ChangeCipherSpec' \
		'< EncryptedExtensions' '< Certificate' '< CertificateVerify' '< Finished' \
		'< NewSessionTicket' '< application data' '< Alert: close notify' \
		'> ChangeCipherSpec' '> Finished' '> Alert: close notify'
}

a_request_is_answered_after_two_round_trips() {
	openssl_server server
	explain --message 'GET / HTTP/1.0\r\n\r\n'
	expect_status 0
	expect_trips 1 2
	expect_messages '> ClientHello' '< ServerHello' '< ChangeCipherSpec' \
		'< EncryptedExtensions' '< Certificate' '< CertificateVerify' '< Finished' \
		'> ChangeCipherSpec' '> Finished' '> application data' \
		'< NewSessionTicket' '< NewSessionTicket' '< application data'
	! grep -q 'Early answer' out || complain 'that was no early answer'
}

tls_1_2_takes_two_round_trips() {
	openssl_server server -tls1_2
	explain --message 'GET / HTTP/1.0\r\n\r\n'
	expect_status 0
	expect_trips 2 3
	expect_messages '> ClientHello' '< ServerHello' '< Certificate' \
		'< ServerKeyExchange' '< ServerHelloDone' '> ClientKeyExchange' \
		'> ChangeCipherSpec' '> Finished' '< NewSessionTicket' '< ChangeCipherSpec' \
		'< Finished' '> application data' '< application data'
	expect '◀─ ServerHelloDone' '── ClientKeyExchange' '══ Finished'
}

a_session_of_tls_1_3_is_resumed() {
	openssl_server server
	explain --resume --message 'GET / HTTP/1.0\r\n\r\n'
	expect_status 0
	expect 'the session was resumed'
	expect_trips 1 2
	expect_messages '> ClientHello' '< ServerHello' '< ChangeCipherSpec' \
		'< EncryptedExtensions' '< Finished' '> ChangeCipherSpec' '> Finished' \
		'> application data'
}

a_session_of_tls_1_2_is_resumed() {
	openssl_server server -tls1_2
	explain --resume --message 'GET / HTTP/1.0\r\n\r\n'
	expect_status 0
	expect 'the session was resumed'
	expect_trips 1 2
	expect_messages '> ClientHello' '< ServerHello' '< ChangeCipherSpec' \
		'< Finished' '> ChangeCipherSpec' '> Finished' '> application data' \
		'< application data'
}

without_a_ticket_there_is_nothing_to_resume() {
	openssl_server server -tls1_3 -num_tickets 0
	explain --resume
	expect_status 1
	grep -q 'gave no ticket' err || complain 'not told'
}

client_authentication_is_drawn() {
	openssl_server server -Verify 1 -CAfile client.pem
	explain --cert client.pem --key client.key
	expect_status 0
	expect 'asked for a client certificate, and was given one'
	expect_messages '> ClientHello' '< ServerHello' '< ChangeCipherSpec' \
		'< EncryptedExtensions' '< CertificateRequest' '< Certificate' \
		'< CertificateVerify' '< Finished' '> ChangeCipherSpec' '> Certificate' \
		'> CertificateVerify' '> Finished'
	expect 'The handshake took 1 round trip,'
	explain
	expect 'none was given' 'Alert: certificate required'
}

a_hello_retry_request_is_drawn() {
	openssl_server server -groups P-384
	explain
	expect_status 0
	expect 'HelloRetryRequest: a round trip lost' 'The handshake took 2 round trips'
	expect_messages '> ClientHello' '< HelloRetryRequest' '< ChangeCipherSpec' \
		'> ClientHello' '< ServerHello' '< EncryptedExtensions' '< Certificate' \
		'< CertificateVerify' '< Finished' '> ChangeCipherSpec' '> Finished'
}

an_untrusted_server_is_drawn_up_to_our_alert() {
	openssl_server server
	trusted=client.pem
	explain
	expect_status 3
	expect 'FAILED: the certificate is not trusted' 'Alert: unknown ca'
	explain --insecure
	trusted=server.pem
	expect_status 0
}

a_refusal_is_drawn() {
	openssl_server server -tls1_2
	explain --priority NORMAL:-VERS-ALL:+VERS-TLS1.3
	expect_status 1
	expect_order ClientHello 'Alert: protocol version' FAILED
}

it_fits_into_eighty_columns() {
	openssl_server server
	explain
	[ "$(LC_ALL=C.UTF-8 wc -L <out)" -le 80 ] || complain 'it is wider'
}

ascii_is_enough() {
	openssl_server server
	explain --ascii
	expect '== Finished' '-- ClientHello'
	! LC_ALL=C grep -q '[^ -~]' out || complain 'more than ASCII'
}

a_terminal_gets_colours() {
	tlsd_server
	explain
	! grep -q "$escape" out || complain 'a file got colours'
	for no in '' 1; do
		TERM=xterm NO_COLOR=$no script -qec "'$build/tlsc' explain --ca '$trusted' \
			localhost:$port" /dev/null >out 2>err </dev/null
		colours=$(grep -c "$escape\[32m" out)
		expect 'Early answer'
		if [ -z "$no" ]; then
			[ "$colours" -gt 5 ] || complain 'the terminal got no colours'
		else
			[ "$colours" -eq 0 ] || complain 'it got colours that it did not want'
		fi
	done
}

the_image_is_xml() {
	openssl_server server
	explain --svg image.svg
	expect_status 0
	grep -q '>ClientHello</text>' image.svg || complain 'no ClientHello in the image'
	! command -v xmllint >/dev/null || xmllint --noout image.svg || complain 'no XML'
	explain --svg /nowhere/image.svg
	expect_status 2
}

escape=$(printf '\033')
trusted=server.pem
self_sign server
self_sign client
for name in \
	an_early_answer_is_seen \
	a_request_is_answered_after_two_round_trips \
	tls_1_2_takes_two_round_trips \
	a_session_of_tls_1_3_is_resumed \
	a_session_of_tls_1_2_is_resumed \
	without_a_ticket_there_is_nothing_to_resume \
	client_authentication_is_drawn \
	a_hello_retry_request_is_drawn \
	an_untrusted_server_is_drawn_up_to_our_alert \
	a_refusal_is_drawn \
	it_fits_into_eighty_columns \
	ascii_is_enough \
	a_terminal_gets_colours \
	the_image_is_xml; do
	try "$name"
done
finish

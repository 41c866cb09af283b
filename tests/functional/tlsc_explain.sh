#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Handshakes of many kinds, drawn.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/tlsc_suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/tlsc_suite.sh"
needs script
LC_ALL=C.UTF-8
export LC_ALL

# --- what is expected -----------------------------------------------------------------

# explain [OPTION...]: the server, by the name localhost
explain() {
	run explain --timeout 2s --ca "$trusted" "$@" "localhost:$port" </dev/null
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
	sed -n \
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
	web_server server
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
	web_server server -tls1_2
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
	web_server server
	explain --resume --message 'GET / HTTP/1.0\r\n\r\n'
	expect_status 0
	expect 'the session was resumed'
	expect_trips 1 2
	expect_messages '> ClientHello' '< ServerHello' '< ChangeCipherSpec' \
		'< EncryptedExtensions' '< Finished' '> ChangeCipherSpec' '> Finished' \
		'> application data'
}

a_session_of_tls_1_2_is_resumed() {
	web_server server -tls1_2
	explain --resume --message 'GET / HTTP/1.0\r\n\r\n'
	expect_status 0
	expect 'the session was resumed'
	expect_trips 1 2
	expect_messages '> ClientHello' '< ServerHello' '< ChangeCipherSpec' \
		'< Finished' '> ChangeCipherSpec' '> Finished' '> application data' \
		'< application data'
}

without_a_ticket_there_is_nothing_to_resume() {
	web_server server -tls1_3 -num_tickets 0
	explain --resume
	expect_status 1
	expect_error 'sent no ticket'
}

client_authentication_is_drawn() {
	web_server server -Verify 1 -CAfile client.pem
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
	web_server server -groups P-384
	explain
	expect_status 0
	expect 'HelloRetryRequest: a round trip lost' 'The handshake took 2 round trips'
	[ "$(wc -L <out)" -le 80 ] || complain 'it is wider'
	expect_messages '> ClientHello' '< HelloRetryRequest' '< ChangeCipherSpec' \
		'> ClientHello' '< ServerHello' '< EncryptedExtensions' '< Certificate' \
		'< CertificateVerify' '< Finished' '> ChangeCipherSpec' '> Finished'
}

an_untrusted_server_is_drawn_up_to_our_alert() {
	web_server server
	trusted=client.pem
	explain
	expect_status 3
	expect 'FAILED: the certificate is not trusted' 'Alert: unknown ca'
	explain --resume
	expect_status 3
	explain --insecure
	trusted=server.pem
	expect_status 0
}

a_refusal_is_drawn() {
	web_server server -tls1_2
	explain --priority NORMAL:-VERS-ALL:+VERS-TLS1.3
	expect_status 1
	expect_order ClientHello 'Alert: protocol version' FAILED
}

refusal_after_the_handshake_is_a_failure_with_its_whole_reason() {
	web_server server -tls1_3 -Verify 1 -verify_return_error -CAfile client.pem
	explain --svg image.svg
	expect_status 1
	expect 'FAILED: the server refused: certificate required (alert 116): it asked'
	for picture in out image.svg; do
		sed 's/<[^>]*>//g' $picture | tr -s '\n ' ' ' |
			grep -q 'asked for a client certificate and got none: give one with --cert FILE' ||
			complain "the reason is cut in $picture"
	done
	[ "$(wc -L <out)" -le 80 ] || complain 'it is wider than 80 columns'
}

end_in_the_handshake_is_a_failure() {
	needs python3
	start server python3 -c 'import socket
s = socket.create_server(("127.0.0.1", 0))
while True:
    c = s.accept()[0]
    c.recv(65536)
    c.close()'
	wait_for finds_port server
	explain
	expect_status 1
	expect 'FAILED: the server closed the connection'
}

reasons_of_mistrust_are_whole() {
	web_server server
	explain --servername a.name.that.the.certificate.does.not.have.example.org
	expect_status 3
	tr -s '\n ' ' ' <out | grep -q 'have.example.org": it is for localhost' ||
		complain 'the reason is cut'
	[ "$(wc -L <out)" -le 80 ] || complain 'it is wider than 80 columns'
}

explain_output_fits_into_eighty_columns() {
	web_server server
	explain
	[ "$(wc -L <out)" -le 80 ] || complain 'it is wider'
}

ascii_is_enough() {
	web_server server
	explain --ascii
	expect '== Finished' '-- ClientHello'
	! LC_ALL=C grep -q '[^ -~]' out || complain 'more than ASCII'
}

a_terminal_gets_colours() {
	tlsd_server
	explain
	! grep -q "$escape" out || complain 'a file got colours'
	for no in '' 1; do
		TERM=xterm NO_COLOR=$no script -qec "'$tlsc' explain --ca '$trusted' \
			localhost:$port" /dev/null >out 2>err </dev/null
		colours=$(grep -c "$escape\[32m" out || :)
		expect 'Early answer'
		if [ -z "$no" ]; then
			[ "$colours" -gt 5 ] || complain 'the terminal got no colours'
		else
			[ "$colours" -eq 0 ] || complain 'it got colours that it did not want'
		fi
	done
}

the_image_is_xml() {
	web_server server
	explain --svg image.svg
	expect_status 0
	grep -q '>ClientHello</text>' image.svg || complain 'no ClientHello in the image'
	explain --svg /nowhere/image.svg
	expect_status 2
	needs xmllint
	xmllint --noout image.svg || complain 'no XML'
}

# --- running them ---------------------------------------------------------------------

cd "$folder" || exit 1
escape=$(printf '\033')
trusted=server.pem
open_authority
self_sign server subjectAltName=DNS:localhost
self_sign client subjectAltName=DNS:localhost
run_tests "$@"

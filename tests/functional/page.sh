#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# respond = page, asked by curl and by hand.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
umask 077
needs openssl curl
open_folder

make_certificates() (
	cd "$folder" || exit 1
	"$builddir/tlscert" ca 'Test Authority'
	"$builddir/tlscert" server localhost 127.0.0.1
) >/dev/null

# write_ini LINE...: a service that answers with a page, with these lines.
write_ini() {
	cat >tlsd.ini <<-END
		pid-file =
		control-socket =
		cert = $folder/server.crt
		key = $folder/server.key
		[page]
		listen = 127.0.0.1:0
		respond = page
		$(printf '%s\n' "$@")
	END
}

# serve LINE...: tlsd with that service, at $page.
serve() {
	write_ini "$@"
	start_tlsd tlsd
	page=https://$(address_of page)
}

# header LINE: is in the head that was received.
header() {
	tr -d '\r' <head.txt | grep -qx "$1"
}

# --- the tests ------------------------------------------------------------------------

file_is_sent_as_html_with_its_length() {
	printf '<p>Back soon.</p>\n' >page.html
	serve "file = $PWD/page.html"
	ask_https -D head.txt -o body "$page/any/path?a=b"
	cmp body page.html
	header 'HTTP/1.0 200 OK'
	header 'Content-Type: text/html; charset=utf-8'
	header 'Content-Length: 18'
}

text_is_sent_with_its_content_type() {
	serve 'text = Back soon.\n' 'content-type = text/plain'
	[ "$(ask_https -D head.txt "$page/")" = 'Back soon.' ]
	header 'Content-Type: text/plain'
	header 'Content-Length: 11'
}

head_request_gets_the_head_alone() {
	printf '<p>Back soon.</p>\n' >page.html
	serve "file = $PWD/page.html"
	ask_https -I "$page/" >head.txt
	header 'Content-Length: 18'
	[ "$(tail -c 4 head.txt | od -An -tx1 | tr -d ' ')" = 0d0a0d0a ]
}

big_file_is_sent_whole_and_read_afresh() {
	head -c 3000000 /dev/urandom >big
	serve "file = $PWD/big" 'content-type = application/octet-stream'
	ask_https -o body "$page/"
	cmp body big
	echo new >big.new
	mv big.new big
	[ "$(ask_https "$page/")" = new ]
}

empty_file_is_an_empty_page() {
	: >empty
	serve "file = $PWD/empty"
	gets_code 200 "$page/"
	[ ! -s body ]
}

other_methods_and_nonsense_are_refused() {
	serve 'text = Back soon.\n'
	gets_code 405 -d a=b "$page/"
	{ printf 'nonsense\r\n\r\n'; sleep 30; } | openssl s_client -quiet \
		-connect "${page#https://}" 2>/dev/null >answer &
	asking=$!
	wait_for is_gone "$asking"
	grep -q '^HTTP/1.0 400 ' answer
}

file_that_is_gone_ends_in_an_alert() {
	echo here >page.html
	serve "file = $PWD/page.html"
	rm page.html
	fails ask_https "$page/"
	wait_for grep -q 'internal: .*page.html: No such file' tlsd.log
}

content_type_that_is_not_one_is_an_error() {
	write_ini 'content-type = html'
	fails "$builddir/tlsd" -t -c tlsd.ini 2>errors
	grep -q 'tlsd.ini:8: content-type: "html" is not a media type: write one such as' \
		errors
}

make_certificates || skip 'tlscert made no certificates'
run_tests "$@"

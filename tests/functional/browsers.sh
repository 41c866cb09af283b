#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Loads pages, and texts and files that are whole HTTP responses, with a browser and with HTTP
# clients of other people, hundreds of times each: not one request may fail.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
needs openssl timeout cmp
open_folder
clients=$srcdir/tests/functional/browsers

# --- the server -----------------------------------------------------------------------

make_certificates() (
	cd "$folder" || exit 1
	"$builddir/tlscert" ca 'Test Authority' || exit 1
	# shellcheck disable=SC2046 # a list of addresses
	"$builddir/tlscert" server localhost $(seq -f 127.0.0.%.0f 16)
) >/dev/null

# response BODY: prints the whole HTTP response that has the file as its body.
response() {
	printf 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n'
	printf 'Content-Length: %d\r\nConnection: close\r\n\r\n' "$(wc -c <"$1")"
	cat "$1"
}

# service NAME BODY LINE...: adds a service that answers with the body in that file. Each has
# an address of its own, because services can share port 0 of one only if their names differ.
service() {
	services=$((services + 1))
	echo "$1 $PWD/$2" >>bodies
	{
		printf '%s\n' "[$1]" "listen = 127.0.0.$services:0"
		shift 2
		printf '%s\n' "$@"
	} >>tlsd.ini
}

# variants NAME BODY LINE...: adds the service with and without early answers and tickets.
variants() {
	name=$1
	shift
	for early in yes no; do
		for tickets in yes no; do
			service "$name.early-$early.tickets-$tickets" "$@" \
				"early-answer = $early" "session-tickets = $tickets"
		done
	done
}

# Starts tlsd. ./targets has a line for each service: its name, its host and port, and
# the file with its body.
serve() {
	services=0
	printf '%s\n' 'pid-file =' 'control-socket =' "cert = $folder/server.crt" \
		"key = $folder/server.key" >tlsd.ini
	printf 'whole\n' >small
	yes 'a line of a long answer' | head -c 200000 >large
	printf 'up\n' >up
	response small >small.http
	response large >large.http
	text='text = HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n'
	text=$text'Connection: close\r\n\r\nwhole\n'
	variants text small "$text"
	variants file small 'respond = file' "file = $PWD/small.http"
	service large large 'respond = file' "file = $PWD/large.http"
	service text-1.2 small "$text" 'tls-max = 1.2'
	service page small 'respond = page' 'text = whole\n' 'content-type = text/plain'
	service page.tickets-no small 'respond = page' 'text = whole\n' \
		'content-type = text/plain' 'session-tickets = no'
	service page.file large 'respond = page' "file = $PWD/large" \
		'content-type = text/plain'
	service page-1.2 small 'respond = page' 'text = whole\n' \
		'content-type = text/plain' 'tls-max = 1.2'
	service status up 'respond = status'
	service status.tickets-no up 'respond = status' 'session-tickets = no'
	start_tlsd tlsd
	while read -r name body; do
		echo "$name $(address_of "$name") $body"
	done <bodies >targets
}

# expect_whole COMMAND...: fails unless the client that COMMAND starts exits 0, after it has got
# the answers of ./targets. The client prints how its requests ended.
expect_whole() {
	timeout 1200 "$@" <targets 2>client.err || {
		tail -n 5 client.err
		fail 'not every answer came whole'
	}
}

# each_target COMMAND...: runs COMMAND for each line of ./targets, with $name, $address and $body.
# All of them run even if one fails.
each_target() {
	whole=yes
	while read -r name address body; do
		"$@" </dev/null || {
			echo "$name: not all answers came whole"
			whole=no
		}
	done <targets
	[ $whole = yes ]
}

# repeat_body COUNT: writes the body so many times to ./wanted.
repeat_body() {
	for _ in $(seq "$1"); do
		cat "$body"
	done >wanted
}

# Fails unless some sessions were resumed: their answers must have been tested too.
expect_resumed() {
	expect "done TLS1\\.3 .* resumed=yes"
}

# --- the tests ------------------------------------------------------------------------

# pin_of CERTIFICATE: prints the hash of its key, by which Chromium trusts it.
pin_of() {
	openssl x509 -in "$1" -noout -pubkey | openssl pkey -pubin -outform der |
		openssl dgst -sha256 -binary | base64
}

chromium_shows_each_page() {
	needs chromium bash python3
	serve
	# A browser gets another answer from status: see below.
	sed -i '/^status/d' targets
	pin=$(pin_of "$folder/server.crt")
	expect_whole python3 -B "$clients/chromium.py" 20 "$pin"
	expect_resumed
}

# A certificate, its file and a socket have names that are markup.
status_page_renews_itself_and_runs_nothing_else_in_chromium() {
	needs chromium bash python3
	odd="$PWD/<img src=x onerror='parent.odd=1'>&amp;"
	name=status-$(printf '%041d' 7)
	mkdir "$odd"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 \
		-subj '/CN=<b>"bold"<\/b>' -keyout "$odd/odd.key" -out "$odd/odd.crt" \
		2>openssl.log
	cat >tlsd.ini <<-END
		workers = 4
		pid-file =
		control-socket = $PWD/sock
		[$name]
		listen = 127.0.0.1:0
		respond = status
		cert = $folder/server.crt
		key = $folder/server.key
		[$(printf '%048d' 7)]
		listen = "unix:$PWD/<svg onload=odd=1>"
		cert = "$odd/odd.crt"
		key = "$odd/odd.key"
	END
	start_tlsd tlsd
	timeout 600 python3 -B "$clients/statuspage.py" "$(pin_of "$folder/server.crt")" \
		"$(address_of "$name")" "$builddir/tlsdctl" -s "$PWD/sock"
}

go_gets_each_answer() {
	needs go
	HOME=$PWD GOPROXY=off GOTOOLCHAIN=local GOFLAGS='' \
		go build -o get "$clients/get.go"
	serve
	# Go takes an answer that comes before its request for a broken connection.
	sed -i -E '/^(text|file|large)/d' targets
	expect_whole ./get 200 "$folder/ca.crt"
	expect_resumed
}

java_gets_each_answer() {
	needs java javac
	javac -d . "$clients/Get.java"
	serve
	expect_whole java -cp . Get 200 "$folder/ca.crt"
	expect_resumed
}

python_gets_each_answer() {
	needs python3
	serve
	expect_whole python3 "$clients/get.py" 200 "$folder/ca.crt"
	expect_resumed
}

# curl_get COUNT OPTION...: gets so many answers with one curl.
curl_get() {
	repeat_body "$1"
	page="https://$address/[1-$1]"
	shift
	curl -sS --max-time 60 --cacert "$folder/ca.crt" "$@" "$page" >heard && cmp heard wanted
}

curl_gets_each_answer() {
	needs curl
	serve
	each_target curl_get 100
	expect_resumed
	each_target curl_get 100 --no-sessionid
}

# wget_get COUNT: gets so many answers with one wget, which resumes no session.
wget_get() {
	repeat_body "$1"
	for i in $(seq "$1"); do
		echo "https://$address/$i"
	done | wget -nv --tries=1 --ca-certificate="$folder/ca.crt" -O heard -i - &&
		cmp heard wanted
}

wget_gets_each_answer() {
	needs wget
	serve
	each_target wget_get 25
}

# openssl_get OPTION...: sends ./request and compares the body.
openssl_get() {
	openssl s_client -quiet -CAfile "$folder/ca.crt" -verify_return_error \
		-connect "$address" -servername localhost "$@" <request 2>client.err |
		sed '1,/^\r$/d' >heard && cmp heard "$body"
}

# openssl_gets COUNT: gets so many answers. The first client keeps its session, and the others
# resume it where the server gives tickets.
openssl_gets() {
	rm -f session
	openssl_get -sess_out session || return
	set -- "$(($1 - 1))"
	while [ "$1" -gt 0 ]; do
		if [ -s session ]; then
			openssl_get -sess_in session -sess_out session || return
		else
			openssl_get || return
		fi
		set -- "$(($1 - 1))"
	done
}

openssl_gets_each_answer() {
	serve
	printf 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n' >request
	each_target openssl_gets 10
	expect_resumed
}

make_certificates || skip 'tlscert made no certificates'
run_tests "$@"

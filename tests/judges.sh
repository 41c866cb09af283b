#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What sslscan says of a tlsd whose configuration is a certificate and nothing else.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/suite.sh"
umask 077
needs timeout sslscan
open_folder
servers=

# The tests share the servers, which end with the suite and not with each of them.
end_processes() {
	# shellcheck disable=SC2086 # words
	[ $((passed + failed + skipped)) -lt 2 ] || kill $servers 2>/dev/null
}

# --- the server -----------------------------------------------------------------------

# serve NAME PAIR...: tlsd with these certificates; NAME.port is its port.
serve() {
	name=$1
	shift
	{
		printf '%s\n' 'pid-file =' 'control-socket =' "[$name]" 'listen = 127.0.0.1:0' \
			'text = HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nhi\n'
		for pair; do
			printf '%s\n' "cert = $folder/$pair.crt" "key = $folder/$pair.key"
		done
	} >"$name.ini"
	"$builddir/tlsd" -f -c "$name.ini" >"$name.log" 2>&1 &
	servers="$servers $!"
	wait_for grep -q ': started: ' "$name.log" || {
		cat "$name.log"
		exit 1
	}
	sed -n 's/.*: listening: \[127\.0\.0\.1\]:\([0-9]*\): .*/\1/p' "$name.log" >"$name.port"
}

make_certificates() {
	"$builddir/tlscert" ca --out-dir . 'Test Authority' || exit 1
	for type in ecdsa rsa; do
		"$builddir/tlscert" server --key-type $type --cert $type.crt --key $type.key \
			localhost 127.0.0.1 || exit 1
	done
}

# none COMMAND...: it finds nothing
none() {
	if "$@"; then
		return 1
	fi
}

# --- the tests ------------------------------------------------------------------------

# scan NAME: sslscan grades by colour only, so its words are judged here.
scan() {
	timeout 120 sslscan --no-colour "localhost:$(cat "$folder/$1.port")" >scan.log 2>&1
	grep -qE '^TLSv1.3 +enabled' scan.log
	grep -qE '^TLSv1.2 +enabled' scan.log
	[ "$(grep -cE '^(SSLv2|SSLv3|TLSv1.0|TLSv1.1) +disabled' scan.log)" -eq 4 ]
	grep -q 'Server supports TLS Fallback SCSV' scan.log
	grep -q 'Session renegotiation not supported' scan.log
	[ "$(grep -c 'not vulnerable to heartbleed' scan.log)" -eq 2 ]
	# All suites are ephemeral and authenticated encryption, with 128 bits or more.
	grep -E '^(Preferred|Accepted) ' scan.log >suites
	[ "$(grep -c . suites)" -ge 6 ]
	none grep -vE ' (TLS_(AES|CHACHA20)_|ECDHE-(ECDSA|RSA)-(AES(128|256)-GCM|CHACHA20))' suites
	grep -E '^TLSv1\.[23] +[0-9]+ bits' scan.log >groups
	none grep -vE ' (1[1-9][0-9]|[2-9][0-9][0-9]) bits' groups
}

sslscan_finds_no_fault_with_ecdsa() {
	scan ecdsa
}

sslscan_finds_no_fault_with_ecdsa_and_rsa() {
	scan both
	grep -q 'ECDHE-RSA-AES128-GCM-SHA256' suites
}

cd "$folder" || exit 1
make_certificates >tlscert.log 2>&1
serve ecdsa ecdsa
serve both ecdsa rsa
for name in \
	sslscan_finds_no_fault_with_ecdsa \
	sslscan_finds_no_fault_with_ecdsa_and_rsa; do
	run_test "$name"
done
finish

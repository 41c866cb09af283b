#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What sslscan and testssl.sh say of a tlsd whose configuration is a certificate, or two, and
# nothing else. testssl.sh takes minutes, and so is asked only if TESTSSL=yes is set.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
umask 077
needs timeout awk
open_folder

# --- the server -----------------------------------------------------------------------

make_certificates() {
	"$builddir/tlscert" ca --out-dir . 'Test Authority' || exit 1
	for type in ecdsa rsa; do
		"$builddir/tlscert" server --key-type $type --cert $type.crt --key $type.key \
			localhost 127.0.0.1 || exit 1
	done
}

# serve PAIR...: tlsd with these certificates, at $target.
serve() {
	{
		printf '%s\n' 'pid-file =' 'control-socket =' '[hello]' 'listen = 127.0.0.1:0'
		for pair; do
			printf '%s\n' "cert = $folder/$pair.crt" "key = $folder/$pair.key"
		done
	} >tlsd.ini
	start_tlsd tlsd
	target=localhost:$(port_of hello)
}

# --- sslscan --------------------------------------------------------------------------

# It grades by colour only, so its words are judged here.
scan() {
	sslscan --no-colour "$target" >scan.log 2>&1
	grep -qE '^TLSv1.3 +enabled' scan.log
	grep -qE '^TLSv1.2 +enabled' scan.log
	[ "$(grep -cE '^(SSLv2|SSLv3|TLSv1.0|TLSv1.1) +disabled' scan.log)" -eq 4 ]
	grep -q 'Server supports TLS Fallback SCSV' scan.log
	grep -q 'Session renegotiation not supported' scan.log
	[ "$(grep -c 'not vulnerable to heartbleed' scan.log)" -eq 2 ]
	# All suites are ephemeral and authenticated encryption, with 128 bits or more.
	grep -E '^(Preferred|Accepted) ' scan.log >suites
	[ "$(grep -c . suites)" -ge 6 ]
	fails grep -vE ' (TLS_(AES|CHACHA20)_|ECDHE-(ECDSA|RSA)-(AES(128|256)-GCM|CHACHA20))' suites
	grep -E '^TLSv1\.[23] +[0-9]+ bits' scan.log >groups
	fails grep -vE ' (1[1-9][0-9]|[2-9][0-9][0-9]) bits' groups
}

sslscan_finds_no_fault_with_ecdsa() {
	needs sslscan
	serve ecdsa
	scan
}

sslscan_finds_no_fault_with_ecdsa_and_rsa() {
	needs sslscan
	serve ecdsa rsa
	scan
	grep -q 'ECDHE-RSA-AES128-GCM-SHA256' suites
}

# --- testssl.sh -----------------------------------------------------------------------

# As Debian calls it, or as it calls itself.
testssl=$(command -v testssl || command -v testssl.sh)

# Its findings without what is no matter of the server: that the openssl which it uses has no
# GOST, that the test's authority has neither a CRL nor OCSP, that no DNS names it, and that
# behind TLS there is something else than HTTP.
judge() {
	timeout 1500 "$testssl" --quiet --color 0 --warnings off --add-ca "$folder/ca.crt" \
		--csvfile findings.csv "$target" >findings.log 2>&1 </dev/null ||
		echo "testssl.sh: exit status $?" # counts complaints
	awk -F'","' 'NR == 1 { next }
		{ sub(/^"/, "", $1); sub(/ .*/, "", $1) }
		$4 == "OK" || $4 == "INFO" { next }
		$1 ~ /^(engine_problem|cert_revocation|DNS_CAArecord)$/ { next }
		$1 == "service" && $4 == "DEBUG" { next }
		{ print $1, $4, $5 }' findings.csv >faults
	cat faults
	[ ! -s faults ]
	# That it asked from the first to the last, and the right server.
	grep -q '^"TLS1_3",.*"OK"' findings.csv
	grep -qE '^"P?FS",.*"OK"' findings.csv
	grep -q '^"heartbleed",.*"OK"' findings.csv
	grep -q '^"RC4",.*"OK"' findings.csv
	grep -q '^"clientsimulation-openssl.*TLSv1\.3' findings.csv
}

testssl_finds_no_fault_with_ecdsa_and_rsa() {
	[ "${TESTSSL-}" = yes ] || skip 'TESTSSL=yes is not set'
	[ -n "$testssl" ] || skip 'testssl.sh is missing'
	serve ecdsa rsa
	judge
	grep -q '^"cert_keySize <cert#2>"' findings.csv
}

cd "$folder" || exit 1
make_certificates >tlscert.log 2>&1
run_tests "$@"

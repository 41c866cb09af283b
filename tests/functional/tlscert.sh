#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The program tlscert, from outside: what it makes is judged by openssl(1) and certtool(1).
# shellcheck disable=SC2015,SC2154 # complain always fails; the suite sets the variables
# shellcheck source=tests/lib/tlscert_suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/tlscert_suite.sh"

help_names_every_command() {
	expect 0 --help || return 1
	for command in self-signed ca server client renew revoke crl show check; do
		has out "  $command" && expect 0 $command --help &&
			has out "usage: tlscert $command" && expect 0 --help || return 1
	done
	expect 0 --version && has out "GnuTLS 3."
}

wrong_usage_is_reported_with_a_hint() {
	expect 2 && has err "see tlscert --help" &&
		expect 2 frobnicate && has err "frobnicate: unknown command: see tlscert --help" &&
		expect 2 self-singed x && has err "unknown command: did you mean self-signed?" &&
		expect 2 --frobnicate && has err "--frobnicate: unknown option" &&
		expect 2 server --frobnicate x && has err "see tlscert server --help" &&
		expect 2 server && has err "missing NAME" &&
		expect 2 server --days && has err "missing value of --days" &&
		expect 2 server --days 0 x && has err "0 is not in 1-36500" &&
		expect 2 server --days soon x && has err "soon is not in" &&
		expect 2 ca one two && has err "too many arguments, from two" &&
		expect 2 show && has err "missing FILE" &&
		expect 2 ca --key-type dsa x && has err "dsa is unknown: use ecdsa" &&
		expect 2 show --force x && has err "unknown option --force" &&
		expect 3 check && has err "missing FILE" &&
		expect 3 check --frobnicate x && has err "see tlscert check --help" &&
		there_is_no ca.crt ca.key server.crt server.key
}

authority_certificate_has_the_extensions_of_rfc_5280() {
	expect 0 ca 'Test CA' && has out "tlscert server --ca-cert ca.crt" &&
		verifies -CAfile ca.crt ca.crt && read_text ca.crt &&
		has text "CN=Test CA" && has text "X509v3 Basic Constraints: critical" &&
		has text "CA:TRUE" && has text "X509v3 Key Usage: critical" &&
		has text "Certificate Sign, CRL Sign" &&
		has text "X509v3 Subject Key Identifier" &&
		has text "X509v3 Authority Key Identifier" && has text "Version: 3" &&
		lacks text pathlen && public_keys_match ca.crt ca.key
}

a_server_is_verified_by_name_and_address() {
	make_both || return 1
	verifies -CAfile ca.crt -purpose sslserver -verify_hostname localhost server.crt &&
		verifies -CAfile ca.crt -verify_ip 127.0.0.1 server.crt &&
		verifies -CAfile ca.crt -verify_ip ::1 server.crt &&
		read_text server.crt && has text "CA:FALSE" && has text "Digital Signature" &&
		has text "TLS Web Server Authentication" &&
		lacks text "TLS Web Client Authentication" &&
		public_keys_match server.crt server.key &&
		certtool --verify --load-ca-certificate ca.crt --infile server.crt \
			--verify-hostname localhost >out 2>err ||
		complain "certtool: $(cat out err)"
}

client_certificate_is_not_valid_for_a_server() {
	expect 0 ca 'Test CA' &&
		expect 0 client 'Alice Smith' alice@example.org spiffe://example.org/alice &&
		has out "client-verify = required" && has out "ca-file = $PWD/ca.crt" &&
		verifies -CAfile ca.crt -purpose sslclient client.crt && read_text client.crt &&
		has text "email:alice@example.org, URI:spiffe://example.org/alice" &&
		has text "CN=Alice Smith" && has text "TLS Web Client Authentication" &&
		lacks text "TLS Web Server Authentication" || return 1
	! openssl verify -CAfile ca.crt -purpose sslserver client.crt >out 2>&1 ||
		complain "a client's certificate is good for a server"
}

a_self_signed_one_is_verified_by_itself() {
	expect 0 self-signed localhost '*.example.org' && read_text server.crt &&
		has text "DNS:localhost, DNS:*.example.org" && has text "CA:FALSE" &&
		verifies -CAfile server.crt -verify_hostname www.example.org server.crt &&
		expect 0 check --ca server.crt --name localhost --key server.key server.crt
}

the_next_step_is_printed() {
	make_both && has out "cert = $PWD/server.crt" && has out "key = $PWD/server.key"
}

only_the_owner_can_read_a_key() {
	make_both && rights ca.key -rw------- && rights server.key -rw------- &&
		rights ca.crt -rw-r--r-- && rights server.crt -rw-r--r-- &&
		has server.key "BEGIN PRIVATE KEY"
}

every_key_type_works() {
	expect 0 ca --key-type ed25519 'Test CA' || return 1
	while read -r type words; do
		expect 0 server --key-type "$type" --cert "$type.crt" localhost &&
			read_text "$type.crt" && has text "$words" &&
			verifies -CAfile ca.crt "$type.crt" &&
			public_keys_match "$type.crt" "$type.key" || return 1
	done <<-END
		ecdsa prime256v1
		ecdsa-p384 secp384r1
		ed25519 ED25519
		rsa (3072 bit)
	END
	expect 0 ca --key-type ecdsa-p384 --cert big.crt 'Big CA' &&
		expect 0 client --ca-cert big.crt bob && read_text client.crt &&
		has text ecdsa-with-SHA384 && verifies -CAfile big.crt client.crt
}

serial_numbers_are_random_and_positive() {
	expect 0 ca 'Test CA' || return 1
	for i in 1 2 3 4 5 6 7 8; do
		expect 0 server --cert $i.crt localhost &&
			openssl x509 -in $i.crt -noout -serial >>serials || return 1
	done
	[ "$(sort -u serials | grep -cE '^serial=[4-7][0-9A-F]{31}$')" -eq 8 ] ||
		complain "$(cat serials)"
}

dates_are_as_asked_for() {
	make_both && has out "valid until" || return 1
	openssl x509 -in server.crt -noout -checkend $((397 * 86400)) >out ||
		complain "less than 397 days" || return 1
	! openssl x509 -in server.crt -noout -checkend $((398 * 86400)) >out ||
		complain "more than 398 days" || return 1
	expect 0 server --days 7 --cert week.crt localhost || return 1
	! openssl x509 -in week.crt -noout -checkend $((7 * 86400)) >out ||
		complain "--days 7 is more than a week"
}

nothing_outlives_its_authority() {
	expect 0 ca --days 10 'Short CA' && expect 0 server localhost &&
		has err "warning: the authority ends on" || return 1
	! openssl x509 -in server.crt -noout -checkend $((10 * 86400)) >out ||
		complain "it outlives its authority"
}

existing_files_are_not_overwritten() {
	make_both && cp server.key before.key && cp server.crt before.crt || return 1
	expect 1 server localhost && has err "server.crt: already exists" &&
		has err "server.key: already exists" && has err "--force" &&
		cmp server.key before.key && cmp server.crt before.crt || return 1
	rm server.crt
	expect 1 server localhost && there_is_no server.crt &&
		cmp server.key before.key || return 1
	ln -s nowhere server.crt && rm server.key
	expect 1 server localhost && there_is_no server.key server.crt nowhere
}

force_replaces_both() {
	make_both && cp server.key before.key && cp server.crt before.crt || return 1
	chmod 0666 server.key
	expect 0 server --force localhost && rights server.key -rw------- &&
		public_keys_match server.crt server.key &&
		verifies -CAfile ca.crt server.crt &&
		there_is_no server.crt.new server.key.new || return 1
	! cmp -s server.key before.key || complain "the key is the old one"
}

a_failure_with_force_keeps_the_old() {
	make_both && cp server.key before.key && cp server.crt before.crt || return 1
	rm ca.key
	expect 1 server --force localhost && has err "ca.key: no such file in $PWD" &&
		cmp server.key before.key && cmp server.crt before.crt || return 1
	expect 1 self-signed --force --cert server.crt --key none/server.key x &&
		has err "mkdir -p none" && cmp server.crt before.crt
}

output_options_set_the_paths_of_the_files() {
	mkdir out.d && expect 0 ca --out-dir out.d 'Test CA' &&
		expect 0 server --out-dir out.d localhost &&
		public_keys_match out.d/server.crt out.d/server.key &&
		expect 0 server --ca-cert out.d/ca.crt --cert a.pem --key b.pem localhost &&
		public_keys_match a.pem b.pem &&
		expect 0 client --ca-cert out.d/ca.crt --cert out.d/bob bob &&
		public_keys_match out.d/bob out.d/bob.key &&
		expect 1 ca --out-dir nowhere x && has err "mkdir -p nowhere" &&
		expect 1 ca --cert same --key same x && has err "both certificate and key" &&
		expect 1 ca --cert out.d x && has err "is a folder"
}

an_authority_below_another_makes_a_chain() {
	expect 0 ca --cert root.crt --path-length 1 Root &&
		expect 0 ca --ca-cert root.crt --path-length 0 Middle &&
		expect 0 server localhost || return 1
	[ "$(grep -c BEGIN server.crt)" -eq 2 ] || complain "no chain" || return 1
	verifies -CAfile root.crt -untrusted server.crt server.crt &&
		read_text ca.crt && has text "CA:TRUE, pathlen:0" &&
		expect 0 check --key server.key --ca root.crt server.crt &&
		expect 1 ca --ca-cert ca.crt --cert third.crt Third &&
		has err "path length is 0" && there_is_no third.crt third.key
}

certificate_used_as_issuer_must_be_an_authority() {
	make_both || return 1
	expect 1 server --ca-cert server.crt --cert x.crt x && has err "is not an authority" &&
		expect 1 server --ca-key server.key --cert x.crt x &&
		has err "does not belong to the certificate" &&
		expect 1 server --ca-cert none.crt --cert x.crt x &&
		has err "none.crt: no such file" && has err "with tlscert ca" &&
		there_is_no x.crt x.key
}

an_encrypted_authority_opens_with_its_passphrase() {
	expect 0 ca 'Test CA' && echo 'open sesame' >pin &&
		openssl pkcs8 -topk8 -v2 aes256 -in ca.key -out secret.key \
			-passout file:pin 2>err || complain "$(cat err)" || return 1
	expect 1 server --ca-key secret.key localhost && has err "the key is encrypted" &&
		expect 0 server --ca-key secret.key --ca-pin-file pin localhost &&
		verifies -CAfile ca.crt server.crt
}

invalid_names_are_refused() {
	expect 0 ca 'Test CA' || return 1
	long=aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg
	for name in 'a b' a_b -a a- a..b .a a. '*' 'a.*.b' 'a*.b' 300.1.2.3 1.2.3 \
		localhost:443 https://localhost/ x@y.z '' "$long" "$(printf 'b\303\274cher.de')" \
		'[::1' 1:2 "$(printf 'a\nb')"; do
		expect 2 server -- "$name" && has err "tlscert: \"" || return 1
	done
	expect 2 server good.example 'bad name' && expect 2 ca "$long$long" &&
		has err "too many for a common name" &&
		expect 2 client "$(printf 'J\374rgen')" && has err "not text in UTF-8" &&
		expect 2 client "$(printf 'a\033b')" && has err "control characters" &&
		expect 2 client alice "$(printf 'b\303\274cher.de')" &&
		has err "printable ASCII" &&
		expect 2 client alice 'not a name' && has err "only the first name" &&
		there_is_no server.crt server.key client.crt client.key
}

valid_names_are_accepted() {
	expect 0 ca 'Test CA' || return 1
	long=a.very.long.name.that.does.not.fit.into.a.common.name.of.an.example.org
	expect 0 server $long xn--bcher-kva.example '[2001:DB8::1]' 10.0.0.1 LOCALHOST \
		localhost 10.0.0.1 && read_text server.crt &&
		has text "DNS:$long, DNS:xn--bcher-kva.example" &&
		has text "IP Address:2001:DB8:0:0:0:0:0:1, IP Address:10.0.0.1, DNS:LOCALHOST" &&
		lacks text "DNS:localhost" && has text "CN=server" &&
		verifies -CAfile ca.crt server.crt
}

a_common_name_may_have_any_letters() {
	u=$(printf '\303\274')
	ten=$u$u$u$u$u$u$u$u$u$u
	expect 0 ca "${u}ber – CA" && expect 0 client "J$u, \"M\"" j@example.org &&
		verifies -CAfile ca.crt client.crt && expect 0 show client.crt &&
		has out "issuer       CN=${u}ber – CA" && has out "subject      CN=J$u\\, " &&
		openssl x509 -in client.crt -noout -subject -nameopt utf8,sep_multiline \
			-nameopt esc_ctrl >text && has text "CN=J$u, \"M\"" &&
		openssl asn1parse -in client.crt >text && has text "UTF8STRING        :J$u" &&
		expect 0 client --force "abcd$ten$ten$ten$ten$ten$ten" &&
		expect 2 client --force "abcde$ten$ten$ten$ten$ten$ten" &&
		has err "too many for a common name" &&
		expect 0 client --force "j$u@example.org" && read_text client.crt &&
		lacks text "Alternative Name"
}

show_prints_all_fields_of_a_certificate() {
	make_both && cat server.crt ca.crt >both.pem && expect 0 show both.pem &&
		has out "both.pem, certificate 2 of 2:" && has out "CN=Test CA" &&
		has out "localhost, 127.0.0.1, ::1" && has out "(397 days left)" &&
		has out "ECDSA P-256" && has out "ECDSA-SHA256" && has out "digital signature" &&
		has out "TLS server" && has out "certificate signature, CRL signature" &&
		has out "  authority    yes" || return 1
	sum=$(openssl x509 -in server.crt -noout -fingerprint -sha256 | cut -d= -f2 |
		tr A-F a-f)
	pin=$(openssl x509 -in server.crt -noout -pubkey |
		openssl pkey -pubin -outform DER 2>err | openssl dgst -sha256 -binary |
		openssl base64)
	serial=$(openssl x509 -in server.crt -noout -serial | cut -d= -f2 | tr A-F a-f |
		sed 's/../&:/g; s/:$//')
	has out "$sum" && has out "pin-sha256:$pin" && has out "$serial"
}

show_escapes_control_characters() {
	printf 'cn = "a\033[31mb"\nexpiration_days = 3\n' >template
	certtool --generate-privkey --key-type ecdsa --outfile x.key >out 2>err &&
		certtool --generate-self-signed --load-privkey x.key --template template \
			--outfile x.crt >out 2>err || complain "certtool: $(cat err)" || return 1
	expect 0 show x.crt && has out '\1B[31mb' && lacks out "$(printf '\033')"
}

show_reports_unreadable_files() {
	make_both || return 1
	openssl x509 -in server.crt -outform DER -out server.der
	: >empty
	expect 1 show none server.crt && has err "none: no such file" &&
		has out "server.crt, certificate 1 of 1:" &&
		expect 1 show server.der && has err "openssl x509 -inform DER" &&
		expect 1 show server.key && has err "only a private key" &&
		expect 1 show . && has err "is a folder" &&
		expect 1 show empty && has err "is empty"
}

# is_json FACT...: the JSON in ./out is well formed, and each Python expression about it, "it",
# is true.
is_json() {
	command -v python3 >/dev/null || return 0
	python3 -IS -c 'import json, sys
it = json.load(sys.stdin)
for fact in sys.argv[1:]:
    assert eval(fact), fact' "$@" <out 2>why || complain "$(tail -n 1 why): $(cat out)"
}

show_writes_json() {
	make_both && cat server.crt ca.crt >both.pem &&
		expect 1 show --json both.pem none ca.crl && has err "none: no such file" &&
		is_json '[len(x["certificates"]) for x in it] == [2, 0, 0]' \
			'it[0]["certificates"][0]["names"] == ["localhost", "127.0.0.1", "::1"]' \
			'it[0]["certificates"][0]["days_left"] == 397' \
			'it[0]["certificates"][0]["purposes"] == ["TLS server"]' \
			'it[0]["certificates"][1]["authority"] is True' \
			'it[1]["errors"][0].startswith("none: no such")' \
			'it[2]["revocation_lists"][0]["revoked"] == []' &&
		has out '"issuer": "CN=Test CA"' && has out '"pin": "pin-sha256:' &&
		make_dated "2020-01-01 00:00:00" "2020-03-01 00:00:00" &&
		expect 0 show --json old.crt && has out '"not_after": "2020-03-01T00:00:00Z"' &&
		is_json 'it[0]["certificates"][0]["days_left"] < -2000'
}

show_escapes_json_as_json() {
	printf 'cn = "Zo\303\253 \033[31m"\nexpiration_days = 3\n' >template
	certtool --generate-privkey --key-type ecdsa --outfile x.key >out 2>err &&
		certtool --generate-self-signed --load-privkey x.key --template template \
			--outfile x.crt >out 2>err || complain "certtool: $(cat err)" || return 1
	expect 0 show --json x.crt && has out '"CN=Zo\u00eb \u001b[31m"' &&
		is_json 'it[0]["certificates"][0]["subject"] == "CN=Zo\xeb \x1b[31m"'
}

show_knows_a_revocation_list() {
	make_both && expect 0 revoke --reason superseded server.crt && expect 0 show ca.crl &&
		has out "ca.crl, revocation list:" && has out "  issuer       CN=Test CA" &&
		has out "  number       02" && has out " UTC, superseded" &&
		has out " days left)" || return 1
	serial=$(openssl x509 -in server.crt -noout -serial | cut -d= -f2 | tr A-F a-f |
		sed 's/../&:/g; s/:$//')
	has out "  revoked      $serial, 20" && expect 0 show --json ca.crl &&
		is_json 'it[0]["revocation_lists"][0]["revoked"][0]["reason"] == "superseded"' &&
		has out "\"serial\": \"$serial\"" && has out '"number": "02"' &&
		head -c 150 ca.crl >cut.crl && expect 1 show cut.crl && has err "damaged"
}

show_has_colours_on_a_terminal_only() {
	make_both && expect 0 show server.crt && lacks out "$(printf '\033')" || return 1
	script -qec true /dev/null >out 2>&1 || skip 'script(1) is missing: no terminal'
	TERM=xterm NO_COLOR='' script -qec "'$tlscert' show server.crt" /dev/null >out 2>&1
	has out "$(printf '(\033[32m397 days left\033[0m)')" || return 1
	TERM=xterm NO_COLOR='' script -qec "'$tlscert' show --warn-days 400 server.crt" \
		/dev/null >out 2>&1
	has out "$(printf '(\033[33m397 days left')" || return 1
	TERM=xterm NO_COLOR=1 script -qec "'$tlscert' show server.crt" /dev/null >out 2>&1
	lacks out "$(printf '\033')" && has out "(397 days left)"
}

check_says_ok_in_one_line() {
	make_both && expect 0 check --key server.key --ca ca.crt --name localhost server.crt &&
		has out "OK: server.crt: 397 days left (20" &&
		has out "), names localhost, 127.0.0.1, ::1" || return 1
	[ "$(wc -l <out)" -eq 1 ] || complain "more than a line: $(cat out)" || return 1
	expect 0 check ca.crt && has out "CN=Test CA" &&
		expect 0 check --ca ca.crt --name 127.0.0.1 server.crt &&
		expect 0 check --ca ca.crt ca.crt
}

check_knows_the_days_that_are_left() {
	expect 0 self-signed --days 10 localhost && expect 1 check server.crt &&
		has out "WARNING: server.crt: " && has out "days left" &&
		expect 2 check --critical-days 11 server.crt &&
		has out "CRITICAL: server.crt: " &&
		expect 0 check --warn-days 5 server.crt && has out "OK: " &&
		expect 1 check --warn-days 11 --critical-days 9 server.crt
}

check_finds_expired_and_not_yet_valid_certificates() {
	make_dated "2020-01-01 00:00:00" "2020-03-01 00:00:00" &&
		expect 2 check old.crt && has out "CRITICAL: old.crt: expired " &&
		has out "days ago (2020-03-01), names localhost" &&
		expect 2 check --key old.key --ca old.crt old.crt &&
		has out "not trusted by old.crt: a certificate of the chain has expired" &&
		make_dated "2037-01-01 00:00:00" "2037-03-01 00:00:00" &&
		expect 2 check old.crt && has out "not valid before 2037-01-01"
}

check_finds_a_chain_that_ends_early() {
	expect 0 ca --cert root.crt Root && expect 0 ca --ca-cert root.crt --days 400 Middle &&
		expect 0 server --days 300 localhost || return 1
	expect 0 check server.crt && has out "OK: server.crt: 299 days left" || return 1
	expect 0 ca --force --ca-cert root.crt --days 5 Middle &&
		expect 0 server --force --days 300 localhost && expect 1 check server.crt &&
		has out "days left"
}

check_knows_key_name_and_authority() {
	make_both && expect 0 ca --cert other.crt Other || return 1
	expect 2 check --key other.key server.crt &&
		has out "CRITICAL: server.crt: " && has out "does not belong to the certificate" &&
		expect 2 check --name www.example.org server.crt &&
		has out "is not for www.example.org" &&
		expect 2 check --ca other.crt server.crt &&
		has out "is not trusted by other.crt: its issuer is unknown there" &&
		expect 3 check --key none.key server.crt && has out "none.key: no such file" &&
		expect 3 check --ca none.crt server.crt && has out "none.crt: no such file"
}

check_judges_a_client_as_one() {
	expect 0 ca 'Test CA' && expect 0 client alice &&
		expect 0 check --key client.key --ca ca.crt client.crt && has out "CN=alice"
}

check_warns_of_a_key_for_everyone_and_of_strangers() {
	make_both && expect 0 ca --cert other.crt Other || return 1
	chmod 0644 server.key
	expect 1 check --key server.key server.crt && has out "chmod o= server.key" &&
		cat server.crt other.crt >both.pem && expect 1 check both.pem &&
		has out "certificate 2, CN=Other, does not belong to the chain" &&
		expect 1 check --key server.key both.pem && has out "does not belong to the chain" &&
		has out "chmod o= server.key"
}

check_takes_the_worst_of_several() {
	make_both && make_dated "2020-01-01 00:00:00" "2020-03-01 00:00:00" || return 1
	expect 2 check server.crt none old.crt &&
		has out "CRITICAL: old.crt: expired" && has out "(the worst of 3 files)" &&
		has out "UNKNOWN: none: cannot be checked; no such file" &&
		has out "OK: server.crt: " || return 1
	sed -n 1p out | grep -q '^CRITICAL: old.crt' || complain "$(cat out)" || return 1
	expect 3 check server.crt none && has out "UNKNOWN: none: " &&
		expect 3 check --key server.key server.crt ca.crt && has out "only for one FILE"
}

check_says_unknown_where_it_cannot_know() {
	make_both || return 1
	head -c 300 server.crt >cut.crt
	expect 3 check none.crt && has out "UNKNOWN: none.crt: cannot be checked; no such" &&
		expect 3 check cut.crt && has out "the file was cut off" &&
		expect 3 check server.key && has out "only a private key"
}

an_output_that_is_full_is_an_error() {
	[ -c /dev/full ] || return 0
	expect 0 ca 'Test CA' || return 1
	if "$tlscert" show ca.crt >/dev/full 2>err; then
		complain "a full output is no error"
	else
		has err "standard output"
	fi
}

a_pair_is_replaced_whole_or_not_at_all() {
	expect 0 self-signed localhost && cp server.key old.key && mv server.crt old.crt &&
		mkfifo server.crt && expect 1 self-signed --force localhost &&
		has err "server.crt: is not a regular file" && [ -p server.crt ] &&
		cmp server.key old.key && rm server.crt && cp old.crt server.crt || return 1
	unshare -m true 2>/dev/null || skip 'only root may mount'
	# A file that is mounted, as in a container, cannot be renamed.
	for mounted in server.crt server.key; do
		fails unshare -m sh -c "mount --bind $mounted $mounted && exec \"\$@\"" sh \
			"$tlscert" self-signed --force localhost >out 2>err &&
			has err "$mounted: cannot be replaced: Device or resource busy" &&
			cmp server.crt old.crt && cmp server.key old.key &&
			there_is_no server.crt.new server.key.new || return 1
	done
	rm server.key
	fails unshare -m sh -c 'mount --bind server.crt server.crt && exec "$@"' sh \
		"$tlscert" self-signed --force localhost >out 2>err &&
		has err "server.crt: cannot be replaced" && cmp server.crt old.crt &&
		there_is_no server.key server.crt.new server.key.new
}

the_demo_is_made_once_and_renewed() {
	TLSCERT=$tlscert
	export TLSCERT
	"$make_demo" demo >out 2>err && has out "demo/server.crt: certificate for localhost" &&
		verifies -CAfile demo/ca.crt -verify_hostname localhost demo/server.crt &&
		verifies -CAfile demo/ca.crt -verify_ip ::1 demo/server.crt &&
		cp demo/server.key before.key && "$make_demo" demo >out 2>err &&
		has out "demo/ca.crt: kept" && has out "demo/server.crt: kept" &&
		cmp demo/server.key before.key || complain "$(cat out err)" || return 1
	expect 0 server --force --out-dir demo --days 5 localhost &&
		"$make_demo" demo >out 2>err && has out "demo/ca.crt: kept" &&
		has out "demo/server.crt: replaced: WARNING" &&
		expect 0 check --ca demo/ca.crt demo/server.crt || return 1
	rm demo/ca.key
	"$make_demo" demo >out 2>err && has out "is not trusted by" &&
		expect 0 check --key demo/server.key --ca demo/ca.crt demo/server.crt
}

run_tests "$@"

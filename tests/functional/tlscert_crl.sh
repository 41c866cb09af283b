#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Revocation by tlscert, from outside: openssl(1) and certtool(1) judge the lists.
# shellcheck disable=SC2015,SC2154 # complain always fails; the suite sets the variables
# shellcheck source=tests/lib/tlscert_suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/tlscert_suite.sh"

# The list (first argument), whose signature its authority (second) made, in ./text.
read_list() {
	openssl crl -in "$1" -CAfile "$2" -noout -text >text 2>err && has err "verify OK" ||
		complain "openssl crl: $(cat err)"
}

# The number of the list ca.crl, in the form that openssl prints, is the argument.
number() {
	found=$(openssl crl -in ca.crl -noout -crlnumber) && [ "$found" = "crlNumber=$1" ] ||
		complain "the list has the number $found, not $1"
}

is_good() {
	openssl verify -crl_check -CAfile ca.crt -CRLfile ca.crl "$1" >out 2>&1 &&
		certtool --verify --load-ca-certificate ca.crt --load-crl ca.crl --infile "$1" \
			>out 2>&1 || complain "$1 is not good: $(cat out)"
}

is_revoked() {
	fails openssl verify -crl_check -CAfile ca.crt -CRLfile ca.crl "$1" >out 2>&1 &&
		has out "certificate revoked" &&
		fails certtool --verify --load-ca-certificate ca.crt --load-crl ca.crl \
			--infile "$1" >out 2>&1 && has out "revoked"
}

# Makes an authority and the servers a, b and c.
make_four() {
	expect 0 ca 'Test CA' || return 1
	for name in a b c; do
		expect 0 server --cert $name.crt $name.example || return 1
	done
}

an_authority_begins_with_an_empty_list() {
	make_four && read_list ca.crl ca.crt && has text "No Revoked Certificates" &&
		has text "Version 2" && has text "X509v3 Authority Key Identifier" &&
		number 0x01 && rights ca.crl -rw-r--r-- && is_good a.crt &&
		expect 1 ca Again && has err "ca.crl: already exists" &&
		rm ca.crt ca.key && expect 1 ca Again && there_is_no ca.crt ca.key &&
		expect 0 ca --force --crl-days 3 Again && read_list ca.crl ca.crt
}

a_revoked_certificate_is_refused() {
	make_four && expect 0 revoke --reason keyCompromise b.crt &&
		has out "revoked: CN=b.example (keyCompromise)" && has out "tlsdctl reload" &&
		has out "crl-file = $PWD/ca.crl" && is_revoked b.crt && is_good a.crt &&
		read_list ca.crl ca.crt &&
		has text "Key Compromise" && number 0x02 && there_is_no ca.crl.new
}

client_command_names_the_list_if_there_is_one() {
	expect 0 ca 'Test CA' && expect 0 client alice && has out "crl-file = $PWD/ca.crl" &&
		rm ca.crl && expect 0 client --cert bob.crt bob && lacks out crl-file
}

revocation_keeps_earlier_entries_of_the_crl() {
	make_four && expect 0 revoke --reason SUPERSEDED a.crt &&
		expect 0 revoke b.crt c.crt && read_list ca.crl ca.crt &&
		has text "Superseded" && is_revoked a.crt && is_revoked b.crt &&
		is_revoked c.crt && number 0x03 &&
		[ "$(grep -c 'Serial Number' text)" -eq 3 ] || complain "$(cat text)" || return 1
	[ "$(grep -c 'Reason Code' text)" -eq 1 ] || complain "$(cat text)"
}

a_list_in_another_folder_is_found_as_its_authority_is() {
	mkdir there && expect 0 ca --out-dir there 'Test CA' &&
		expect 0 server --out-dir there localhost &&
		expect 0 revoke --out-dir there there/server.crt &&
		expect 0 crl --out-dir there && read_list there/ca.crl there/ca.crt &&
		has text 'Serial Number' && there_is_no ca.crl &&
		expect 0 crl --out-dir there --crl other.crl &&
		read_list other.crl there/ca.crt
}

# on DATE COMMAND...: at that time
on() (
	export FAKETIME="@$1 12:00:00" LD_PRELOAD="$library"
	shift
	exec "$@"
)

# Dates before 2050 and later ones have different types.
crl_dates_after_2050_use_generalized_time() {
	needs_faketime
	! is_sanitized || skip 'a sanitizer takes no library before its own'
	needs_dates_after_2038 && expect 0 ca --days 30000 'Test CA' || return 1
	for name in a b; do
		expect 0 client --days 30000 --cert $name.crt $name || return 1
	done
	on 2049-12-15 "$tlscert" revoke a.crt && openssl asn1parse -in ca.crl >text &&
		has text 'UTCTIME           :491215' &&
		has text 'GENERALIZEDTIME   :20500114' &&
		on 2050-01-10 "$tlscert" revoke b.crt && openssl asn1parse -in ca.crl >text &&
		has text 'UTCTIME           :491215' &&
		has text 'GENERALIZEDTIME   :20500110' &&
		has text 'GENERALIZEDTIME   :20500209' &&
		openssl crl -in ca.crl -noout -CAfile ca.crt >out 2>&1 && has out 'verify OK' &&
		on 2050-01-10 "$tlscert" show ca.crl >out &&
		has out '2049-12-15 11:55' && has out '2050-01-10 11:55' &&
		on 2049-11-10 "$tlscert" crl && number 0x04
}

revoking_twice_says_so() {
	make_four && expect 0 revoke --reason superseded a.crt && cp ca.crl before &&
		expect 0 revoke a.crt && has out "a.crt: is revoked already, since 20" &&
		has out "(superseded)" && cmp ca.crl before && expect 0 revoke b.crt a.crt b.crt &&
		has out "a.crt: is revoked already" && has out "with 2 certificates" &&
		number 0x03 && read_list ca.crl ca.crt
}

nothing_is_revoked_when_one_cannot_be() {
	make_four && expect 0 ca --cert other.crt Other &&
		expect 0 server --ca-cert other.crt --cert x.crt x && cp ca.crl before &&
		expect 1 revoke a.crt x.crt && has err "x.crt: was not issued by the authority" &&
		has err "but by CN=Other: give that one with --ca-cert" && cmp ca.crl before &&
		expect 1 revoke ca.crt && has err "cannot revoke itself" &&
		expect 1 revoke a.crt none.crt && has err "none.crt: no such file" &&
		expect 1 revoke a.key && has err "only a private key" &&
		expect 2 revoke --reason boredom a.crt && has err "keyCompromise, cACompromise" &&
		expect 2 revoke --reason certificateHold a.crt && expect 2 crl a.crt &&
		cmp ca.crl before
}

a_refreshed_list_lasts_longer() {
	make_four && expect 0 revoke --crl-days 1 --reason superseded a.crt &&
		openssl crl -in ca.crl -noout -nextupdate >before &&
		expect 0 crl --crl-days 60 && has out "ca.crl: revocation list with 1 cert" &&
		openssl crl -in ca.crl -noout -nextupdate >after && number 0x03 &&
		is_revoked a.crt && read_list ca.crl ca.crt && has text Superseded || return 1
	! cmp -s before after || complain "the dates are the same"
}

a_list_that_was_lost_begins_again() {
	make_four && rm ca.crl && expect 0 crl && read_list ca.crl ca.crt && number 0x01 &&
		expect 0 revoke --crl other.crl a.crt && read_list other.crl ca.crt &&
		has text "Serial Number" && is_good a.crt
}

a_list_by_others_is_kept() {
	make_four && expect 0 ca --cert other.crt Other && cp ca.crl before &&
		cp other.crl ca.crl && expect 1 revoke a.crt &&
		has err "ca.crl: was not signed by the authority in ca.crt" &&
		cmp ca.crl other.crl && echo nonsense >ca.crl && expect 1 crl &&
		has err "no revocation list in it" && head -c 200 before >ca.crl &&
		expect 1 crl && has err "damaged"
}

crl_made_by_openssl_is_continued() {
	make_four && mkdir ca.d && : >ca.d/index && echo 7FFE >ca.d/number && cat >ca.cnf <<-END
		[ca]
		default_ca = it
		[it]
		database = ca.d/index
		crlnumber = ca.d/number
		default_md = sha256
		crl_extensions = ext
		[ext]
		authorityKeyIdentifier = keyid
		issuerAltName = DNS:ca.example
	END
	openssl ca -config ca.cnf -cert ca.crt -keyfile ca.key -revoke a.crt \
		-crl_hold holdInstructionReject >out 2>err &&
		openssl ca -config ca.cnf -cert ca.crt -keyfile ca.key -gencrl -crldays 9 \
			-out ca.crl >out 2>err || complain "openssl: $(cat err)" || return 1
	expect 0 revoke b.crt && number 0x7FFF && expect 0 crl && number 0x8000 &&
		expect 0 crl && number 0x8001 && read_list ca.crl ca.crt &&
		has text "Certificate Hold" && has text "Hold Instruction Code" &&
		has text "DNS:ca.example" && is_revoked a.crt && is_revoked b.crt
}

an_authority_below_another_has_its_own_list() {
	expect 0 ca --cert root.crt Root && expect 0 ca --ca-cert root.crt Middle &&
		expect 0 server localhost && expect 0 revoke server.crt &&
		read_list ca.crl ca.crt && expect 0 revoke --ca-cert root.crt ca.crt &&
		has out "root.crl: " && read_list root.crl root.crt && has text "Serial Number"
}

revocations_at_once_are_all_there() {
	make_four || return 1
	for name in a b c; do
		"$tlscert" revoke $name.crt >out.$name 2>&1 &
	done
	wait
	is_revoked a.crt && is_revoked b.crt && is_revoked c.crt && number 0x04
}

a_full_disk_leaves_the_old_list() {
	needs_no_room
	make_four && cp ca.crl before && chmod 0640 ca.crl || return 1
	(
		ulimit -f 0
		"$tlscert" revoke a.crt 2>&1 || echo "status $?"
	) | cat >out
	has out "status 1" && has out "cannot be written" && cmp ca.crl before &&
		there_is_no ca.crl.new && expect 0 revoke a.crt && rights ca.crl -rw-r-----
}

crl_fails_for_an_authority_without_crl_signing() {
	printf 'cn = "Odd"\nca\ncert_signing_key\nexpiration_days = 9\n' >template
	certtool --generate-privkey --key-type ecdsa --outfile ca.key >out 2>err &&
		certtool --generate-self-signed --load-privkey ca.key --template template \
			--outfile ca.crt >out 2>err || complain "certtool: $(cat err)" || return 1
	expect 1 crl && has err "cannot sign revocation lists" && there_is_no ca.crl
}

run_tests "$@"

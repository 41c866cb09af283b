#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# tlscert renew, from outside: what it makes is judged by openssl(1) and certtool(1).
# shellcheck disable=SC2015,SC2154 # complain always fails; the suite sets the variables
# shellcheck source=tests/lib/tlscert_suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/tlscert_suite.sh"

# What openssl says of a certificate, but for serial number, dates and signature, in ./$2.
facts() {
	openssl x509 -in "$1" -noout -text -certopt no_serial,no_validity,no_sigdump \
		>"$2" 2>err || complain "openssl: $(cat err)"
}

# Both files are the same.
same() {
	cmp -s "$1" "$2" || complain "$1 and $2 are not the same"
}

differ() {
	! cmp -s "$1" "$2" || complain "$1 and $2 are the same"
}

# The public key in a certificate, in ./$2.
key() {
	openssl x509 -in "$1" -noout -pubkey >"$2" 2>err || complain "openssl: $(cat err)"
}

serial() {
	openssl x509 -in "$1" -noout -serial >"$2" 2>err || complain "openssl: $(cat err)"
}

# Makes an authority and a server whose certificate ends in 20 days; old.* are copies.
short_pair() {
	expect 0 ca 'Test CA' && expect 0 server --days 20 localhost 127.0.0.1 &&
		cp server.crt old.crt && cp server.key old.key
}

untouched() {
	same server.crt old.crt && same server.key old.key &&
		there_is_no server.crt.new server.key.new
}

renewed_certificate_keeps_its_contents_and_lasts_longer() {
	short_pair && expect 0 renew --days 90 server.crt &&
		has out "server.crt: renewed, CN=localhost, valid until" &&
		has out "signed by CN=Test CA, with the same key" &&
		has out "    tlsdctl reload" && facts old.crt before && facts server.crt after &&
		same before after && serial old.crt before && serial server.crt after &&
		differ before after && verifies -CAfile ca.crt -verify_ip 127.0.0.1 server.crt &&
		public_keys_match server.crt server.key && same server.key old.key || return 1
	openssl x509 -in server.crt -noout -checkend $((89 * 86400)) >out ||
		complain "it does not last longer"
}

a_renewed_one_lasts_as_long_as_the_old_one() {
	short_pair && expect 0 renew server.crt && expect 0 check --warn-days 19 server.crt &&
		expect 1 check --warn-days 21 server.crt
}

# Dates before 2050 and later ones have different types.
a_renewed_one_passes_2050() {
	needs_dates_after_2038 || return 1
	expect 0 ca --days 30000 'Test CA' && expect 0 server --days 3 localhost &&
		expect 0 renew --days 10000 server.crt && has out "valid until 205" &&
		verifies -CAfile ca.crt server.crt && openssl asn1parse -in server.crt >text &&
		has text "GENERALIZEDTIME   :205" &&
		expect 0 renew --new-key --days 3 server.crt &&
		verifies -CAfile ca.crt server.crt && openssl asn1parse -in server.crt >text &&
		lacks text GENERALIZEDTIME && expect 0 renew --days 3 ca.crt &&
		verifies -CAfile ca.crt server.crt
}

a_compromised_key_is_not_renewed() {
	short_pair && expect 0 revoke --reason keyCompromise server.crt &&
		expect 1 renew server.crt &&
		has err "server.crt: its key is revoked as compromised: use --new-key" &&
		untouched && expect 0 renew --new-key server.crt && lacks err revoked &&
		differ server.key old.key && verifies -CAfile ca.crt server.crt
}

another_revoked_certificate_is_renewed_with_a_warning() {
	short_pair && expect 0 revoke --reason superseded server.crt &&
		expect 0 renew server.crt && has err "server.crt: is revoked (superseded), but" &&
		same server.key old.key && expect 0 renew server.crt && lacks err revoked
}

a_revocation_by_another_authority_does_not_count() {
	short_pair && expect 0 ca --cert other.crt 'Test CA' && cp other.crl ca.crl &&
		expect 0 renew server.crt && echo rubbish >ca.crl && cp server.crt old.crt &&
		expect 1 renew server.crt && has err "ca.crl: " && untouched
}

nothing_is_done_before_it_is_time() {
	short_pair && expect 0 renew --if-within 10 server.crt &&
		has out "server.crt: nothing to do, 19 days left (20" && untouched &&
		lacks out reload && expect 0 renew --if-within 30 --days 90 server.crt &&
		differ server.crt old.crt && cp server.crt old.crt &&
		expect 0 renew --if-within 30 server.crt && has out "nothing to do" && untouched
}

an_expired_certificate_is_renewed() {
	make_dated "2020-01-01 00:00:00" "2020-03-01 00:00:00" &&
		expect 0 renew --if-within 0 old.crt && has out "signed by itself" &&
		has out "Give old.crt to all clients that trust it" &&
		verifies -CAfile old.crt -verify_hostname localhost old.crt &&
		public_keys_match old.crt old.key && expect 0 check --warn-days 59 old.crt
}

a_new_key_is_of_the_same_kind() {
	expect 0 ca 'Test CA' || return 1
	for type in ecdsa ecdsa-p384 ed25519 rsa; do
		expect 0 server --key-type $type --cert $type.crt localhost &&
			cp $type.crt old.crt && key old.crt before &&
			expect 0 renew --new-key $type.crt && has out "with a new key" &&
			has out "$type.key: private key, " && key $type.crt after &&
			differ before after && public_keys_match $type.crt $type.key &&
			verifies -CAfile ca.crt $type.crt && expect 0 show old.crt &&
			grep '^  key ' out >before && expect 0 show $type.crt &&
			grep '^  key ' out >after && same before after || return 1
	done
}

renewed_authority_still_verifies_issued_certificates() {
	make_both && expect 0 renew --days 4000 ca.crt && has out "Give ca.crt to all" &&
		lacks out tlsdctl && verifies -CAfile ca.crt ca.crt &&
		verifies -CAfile ca.crt server.crt &&
		certtool --verify --load-ca-certificate ca.crt --infile server.crt >out 2>err ||
		complain "certtool: $(cat out err)"
}

a_certificate_by_others_is_renewed_byte_by_byte() {
	cat >ca.cnf <<-END
		[req]
		prompt = no
		distinguished_name = dn
		[dn]
		C = DE
		O = Zoë & Söhne
		CN = Others
		[ca]
		basicConstraints = critical, CA:TRUE, pathlen:1
		keyUsage = keyCertSign, cRLSign
		subjectKeyIdentifier = hash
		[leaf]
		basicConstraints = CA:FALSE
		keyUsage = digitalSignature, keyEncipherment
		extendedKeyUsage = serverAuth, clientAuth, 1.2.3.4
		subjectAltName = DNS:a.example, otherName:1.2.3.4;UTF8:x, URI:urn:x
		crlDistributionPoints = URI:http://crl.example/
		tlsfeature = status_request
		nsComment = old and odd
		subjectKeyIdentifier = hash
		authorityKeyIdentifier = keyid, issuer
	END
	openssl req -utf8 -x509 -newkey rsa:2048 -nodes -days 900 -config ca.cnf -extensions ca \
		-keyout ca.key -out ca.crt 2>err &&
		openssl req -utf8 -newkey rsa:2048 -nodes -config ca.cnf -keyout leaf.key \
			-out leaf.csr 2>err &&
		openssl x509 -req -in leaf.csr -CA ca.crt -CAkey ca.key -days 30 -extfile ca.cnf \
			-extensions leaf -out leaf.crt 2>err ||
		complain "openssl: $(cat err)" || return 1
	cp leaf.crt old.crt
	cp ca.crt oldca.crt
	expect 0 renew leaf.crt && facts old.crt before && facts leaf.crt after &&
		sed -i '/DirName\|serial:/d' before && has after "1.2.3.4" &&
		has after "http://crl.example/" && has after "old and odd" &&
		sort before >before.sorted && sort after >after.sorted &&
		diff before.sorted after.sorted >out || complain "$(cat out)" || return 1
	verifies -CAfile ca.crt leaf.crt && expect 0 renew ca.crt &&
		verifies -CAfile ca.crt leaf.crt && verifies -CAfile ca.crt old.crt
}

change_of_authority_requires_force() {
	short_pair && expect 0 ca --cert other.crt Other &&
		expect 1 renew --ca-cert other.crt server.crt &&
		has err "was issued by CN=Test CA, not by CN=Other" && untouched &&
		expect 0 renew --force --ca-cert other.crt server.crt &&
		verifies -CAfile other.crt server.crt &&
		expect 1 renew --ca-cert none.crt server.crt && has err "none.crt: no such file"
}

the_form_of_the_file_is_kept() {
	expect 0 ca --cert root.crt Root && expect 0 ca --ca-cert root.crt Middle &&
		expect 0 server --cert chain.crt localhost &&
		cat chain.crt root.crt >full.crt && sed '/END/q' chain.crt >leaf.crt &&
		cat chain.key full.crt >both.pem || return 1
	while read -r file count; do
		expect 0 renew --days 50 "$file" &&
			[ "$(grep -c 'BEGIN CERT' "$file")" -eq "$count" ] ||
			complain "$file: not $count certificates" || return 1
		verifies -CAfile root.crt -untrusted ca.crt "$file" &&
			public_keys_match "$file" chain.key || return 1
	done <<-END
		leaf.crt 1
		chain.crt 2
		full.crt 3
		both.pem 3
	END
	sed -n 1p both.pem | grep -q "BEGIN PRIVATE KEY" || complain "the key has gone" ||
		return 1
	expect 0 renew --new-key both.pem && public_keys_match both.pem both.pem &&
		[ "$(grep -c 'BEGIN PRIVATE' both.pem)" -eq 1 ] && there_is_no both.key
}

a_renewed_authority_takes_its_place_in_a_chain() {
	expect 0 ca --cert root.crt Root && expect 0 ca --ca-cert root.crt Middle &&
		expect 0 server localhost && expect 0 renew --ca-cert root.crt ca.crt &&
		expect 0 renew server.crt && sed '1,/END/d' server.crt >above &&
		same above ca.crt && verifies -CAfile root.crt -untrusted server.crt server.crt
}

a_bundle_is_not_torn_apart() {
	short_pair && expect 0 ca --cert other.crt Other && cat ca.crt other.crt >all.crt &&
		cp all.crt before && expect 1 renew all.crt &&
		has err "certificates that renewing would lose" && same all.crt before
}

rights_and_links_are_kept() {
	short_pair && chmod 0640 server.key && chmod 0604 server.crt && mkdir live &&
		ln -s ../server.crt live/tls.crt && ln -s ../server.key live/tls.key || return 1
	if [ "$(id -u)" -eq 0 ]; then
		chown 12:34 server.key && chown 56:78 server.crt || return 1
	fi
	stat -c '%a %u %g' server.key server.crt >before &&
		expect 0 renew --new-key --ca-cert ca.crt live/tls.crt &&
		stat -c '%a %u %g' server.key server.crt >after && same before after &&
		[ -L live/tls.crt ] && [ -L live/tls.key ] || complain "no link" || return 1
	differ server.key old.key && public_keys_match server.crt server.key
}

a_full_disk_leaves_the_old() {
	needs_no_room
	short_pair || return 1
	for option in --days=30 --new-key; do
		(
			ulimit -f 0
			"$tlscert" renew $option server.crt 2>&1 || echo "status $?"
		) | cat >out
		has out "status 1" && has out "cannot be written: File too large" && untouched ||
			return 1
	done
}

a_failure_leaves_the_old() {
	short_pair && chmod 0600 server.key && mkdir server.key.new &&
		expect 1 renew --new-key server.crt && same server.crt old.crt &&
		same server.key old.key && there_is_no server.crt.new && rmdir server.key.new &&
		mkdir server.crt.new && expect 1 renew --new-key server.crt &&
		same server.crt old.crt && same server.key old.key && rmdir server.crt.new &&
		untouched && mv ca.key hidden && expect 1 renew server.crt &&
		has err "ca.key: no such file" && untouched
}

an_owner_that_cannot_be_kept_is_an_error() {
	needs setpriv
	[ "$(id -u)" -eq 0 ] || skip 'only root can be somebody else'
	short_pair && chmod 0777 . && chmod 0644 ca.key server.key && chmod 0755 "$folder" &&
		chown 12:34 server.crt && cp server.crt old.crt || return 1
	setpriv --reuid 65534 --regid 65534 --clear-groups "$tlscert" renew server.crt \
		>out 2>err && complain "it was renewed" || has err "cannot be kept" && untouched
}

renewals_at_once_end_with_a_pair() {
	short_pair && public_keys_match server.crt server.key || return 1
	for i in 1 2 3 4 5 6 7 8; do
		"$tlscert" renew --new-key server.crt >out.$i 2>&1 &
	done
	wait
	for i in 1 2 3 4 5 6 7 8; do
		has out.$i "renewed" || return 1
	done
	public_keys_match server.crt server.key && verifies -CAfile ca.crt server.crt &&
		there_is_no server.crt.new server.key.new
}

lock_by_another_user_does_not_block_a_renewal() {
	needs setpriv flock timeout
	[ "$(id -u)" -eq 0 ] || skip 'only root can be somebody else'
	short_pair && mkfifo locked || return 1
	chmod 0755 "$folder" . && chmod 0666 locked || return 1
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		flock -F . sh -c 'echo >locked; exec sleep 600' &
	echo $! >holder.pid
	read -r _ <locked
	"$tlscert" renew server.crt >out 2>err || complain "$(cat out err)" || return 1
	kill "$(cat holder.pid)"
	has out renewed && there_is_no .tlscert.lock
}

a_link_of_another_user_is_not_followed() {
	[ "$(id -u)" -eq 0 ] || skip 'only root can give a link away'
	short_pair && mkdir theirs && echo precious >precious || return 1
	ln -s ../precious theirs/server.crt && ln -s ../server.key theirs/server.key &&
		chown -h 12:34 theirs/server.crt theirs/server.key || return 1
	expect 1 server --force --ca-cert ca.crt --cert theirs/server.crt localhost &&
		has err "is a symbolic link of another user" &&
		[ "$(cat precious)" = precious ] && same server.key old.key || return 1
	rm theirs/server.crt && cp server.crt theirs && mv theirs/server.crt mine.crt &&
		ln -s ../mine.crt theirs/server.crt && chown -h 12:34 theirs/server.crt &&
		expect 1 renew --ca-cert ca.crt --key server.key theirs/server.crt &&
		has err "is a symbolic link of another user" && same mine.crt old.crt
}

renewal_recovers_from_a_power_failure() {
	short_pair && echo rest >server.crt.new && expect 0 ca --cert other.crt Other &&
		cp other.key server.key && expect 1 renew server.crt &&
		has err "the key in server.key does not belong to it" &&
		has err "--new-key" && expect 0 renew --new-key server.crt &&
		public_keys_match server.crt server.key && there_is_no server.crt.new
}

an_authority_needs_no_keys_of_others() {
	short_pair && rm server.key && expect 0 renew server.crt && there_is_no server.key &&
		public_keys_match server.crt old.key && expect 0 renew --new-key server.crt &&
		public_keys_match server.crt server.key && rights server.key -rw-------
}

a_passphrase_is_not_lost() {
	expect 0 self-signed localhost && echo sesame >pin && cp server.crt old.crt &&
		openssl pkcs8 -topk8 -v2 aes256 -in server.key -out new.key -passout file:pin \
			2>err && mv new.key server.key && cp server.key old.key || return 1
	expect 1 renew server.crt && has err "the key is encrypted" && untouched &&
		expect 1 renew --new-key server.crt && has err "has a passphrase" && untouched &&
		expect 1 renew --new-key --pin-file pin server.crt && untouched &&
		expect 0 renew --pin-file pin server.crt && same server.key old.key &&
		verifies -CAfile server.crt server.crt
}

an_authority_that_ends_is_named() {
	expect 0 ca --days 10 'Short CA' && expect 0 server --days 10 localhost &&
		cp server.crt old.crt && cp server.key old.key &&
		expect 1 renew --if-within 30 --days 90 server.crt &&
		has err "cannot last longer than its authority, which ends on 20" &&
		untouched && expect 0 renew --days 90 server.crt &&
		has err "warning: the authority ends on"
}

renewal_failure_does_not_stop_other_renewals() {
	short_pair && expect 0 client --days 20 alice && echo nonsense >bad.crt &&
		expect 1 renew bad.crt none.crt server.crt client.crt && has err "bad.crt: " &&
		has err "none.crt: no such file" && has out "server.crt: renewed" &&
		has out "client.crt: renewed" && differ server.crt old.crt &&
		expect 2 renew --key server.key server.crt client.crt &&
		has err "only for one CERT" && expect 2 renew && has err "missing CERT"
}

# --- the tests of make check-long -------------------------------------------------------

process_that_locked_the_folder_is_named() {
	needs flock
	short_pair && mkfifo locked && (umask 077 && : >.tlscert.lock) || return 1
	flock -F .tlscert.lock sh -c 'echo >locked; exec sleep 600' &
	echo $! >holder.pid
	read -r _ <locked
	expect 1 renew server.crt && kill "$(cat holder.pid)" &&
		has err "process $(cat holder.pid) has locked its folder" &&
		untouched
}

run_tests "$@"

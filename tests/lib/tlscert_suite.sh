# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2015,SC2034
# What the suites of the program tlscert share, beside suite.sh, which this reads.
#
# complain always fails, so A && B || complain is if-then-else.
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
needs openssl certtool
open_folder
tlscert=$builddir/tlscert
make_demo=$srcdir/certs/make-demo

complain() {
	echo "$*"
	return 1
}

# Runs tlscert; its words are in ./out and ./err, its exit status must be the first argument.
expect() {
	wanted=$1
	shift
	status=0
	"$tlscert" "$@" >out 2>err || status=$?
	[ $status -eq "$wanted" ] ||
		complain "tlscert $*: exit status $status, not $wanted: $(cat out err)"
}

# The file (first argument) has a line with the text (second argument).
has() {
	grep -qF -e "$2" "$1" || complain "no \"$2\" in $1: $(cat "$1")"
}

lacks() {
	! grep -qF -e "$2" "$1" || complain "\"$2\" in $1: $(cat "$1")"
}

# The rights of a file, such as -rw-------.
rights() {
	found=$(find "$1" -exec ls -ld {} + | cut -c 1-10)
	[ "$found" = "$2" ] || complain "$1 has the rights $found, not $2"
}

# Without more than 32 bits, dates end in 2038, and tlscert says so.
needs_dates_after_2038() {
	expect 0 ca --days 30000 --cert far.crt Far || return 1
	! grep -q 'tlscert: warning: dates of this system end on 2038-01-19' err ||
		skip 'time_t has 32 bits'
}

there_is_no() {
	for file; do
		[ ! -e "$file" ] || complain "$file is there" || return 1
	done
}

# The text of a certificate, as openssl tells it, in ./text.
read_text() {
	openssl x509 -in "$1" -noout -text -nameopt RFC2253 >text 2>err ||
		complain "openssl: $(cat err)"
}

# openssl verifies the certificate (last argument) with the options before it.
verifies() {
	openssl verify -x509_strict "$@" >out 2>err ||
		complain "openssl verify $*: $(cat out err)"
}

public_keys_match() {
	openssl x509 -in "$1" -noout -pubkey >public.cert 2>err &&
		openssl pkey -in "$2" -pubout >public.key 2>>err &&
		cmp -s public.cert public.key || complain "$1 and $2 do not match: $(cat err)"
}

# Makes an authority and a server, as most tests want them.
make_both() {
	expect 0 ca 'Test CA' && expect 0 server localhost 127.0.0.1 ::1
}

# A self-signed pair old.crt, old.key that is valid between the two dates.
make_dated() {
	cat >template <<-END
		cn = "old"
		dns_name = "localhost"
		activation_date = "$1"
		expiration_date = "$2"
		signing_key
		tls_www_server
	END
	certtool --generate-privkey --key-type ecdsa --outfile old.key >out 2>err &&
		certtool --generate-self-signed --load-privkey old.key --template template \
			--outfile old.crt >out 2>>err || complain "certtool: $(cat err)"
}

# That the program can begin under a limit that stands for a full disk: ThreadSanitizer
# writes a file of its own before it.
needs_no_room() {
	(
		ulimit -f 0
		exec "$tlscert" --version
	) >/dev/null 2>&1 || skip 'this build cannot start under ulimit -f 0'
}

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The Debian package, in a minimal tree of this machine's release with network and processes of its
# own and without systemd: installed, upgraded, removed and purged.
# shellcheck disable=SC2317 # the tests are called by their names at the end
# shellcheck source=tests/lib/suite.sh disable=SC1091
. "${top_srcdir:-.}/tests/lib/suite.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL
needs debootstrap dpkg-buildpackage dpkg-checkbuilddeps ip make nsenter unshare
[ "$(id -u)" -eq 0 ] || skip 'only root can make a tree of Debian'
missing=$(cd "$srcdir/conf" && dpkg-checkbuilddeps debian/control 2>&1) || skip "$missing"

end_tree() {
	[ ! -e "$folder/tree.pid" ] || kill -KILL "$(cat "$folder/tree.pid")" 2>/dev/null
	wait
}

open_folder
trap 'end_tree; rm -rf "$folder"' EXIT
tree=$folder/tree
deb=$folder/deb

# quietly COMMAND...: prints its output only if it fails, and that ends the suite.
quietly() {
	"$@" >"$folder/log" 2>&1 </dev/null || {
		tail -n 40 "$folder/log"
		return 1
	}
}

# --- the tree and the packages --------------------------------------------------------

# Makes two packages of the same files: the second version is higher.
make_packages() {
	quietly make -s -C "$builddir" deb || exit 1
	mkdir "$deb"
	cp "$builddir"/tlsd_*.deb "$deb/first.deb"
	dpkg-deb -R "$deb/first.deb" "$deb/second"
	sed -i 's/^Version: .*/&+second/' "$deb/second/DEBIAN/control"
	quietly dpkg-deb --root-owner-group -b "$deb/second" "$deb/second.deb" || exit 1
}

# Makes the tree from the archive of this machine's apt.
make_tree() {
	# shellcheck source=/dev/null
	codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
	# shellcheck disable=SC2016 # apt expands it
	archive=$(apt-get indextargets --format '$(SITE)' "Codename: $codename" \
		'Created-By: Packages' | head -n 1)
	[ -n "$archive" ] || skip "apt's lists name no archive of $codename"
	quietly debootstrap --foreign --variant=minbase "$codename" "$tree" "$archive" ||
		skip "debootstrap cannot get $codename from $archive"
	# dpkg does not wait for the disk.
	echo force-unsafe-io >"$tree/etc/dpkg/dpkg.cfg.d/unsafe"
	quietly chroot "$tree" /debootstrap/debootstrap --second-stage || exit 1
	cp -L /etc/hosts /etc/resolv.conf "$tree/etc/"
	# Without an init system, nothing is started or stopped unless this allows it.
	printf '#!/bin/sh\nexit 0\n' >"$tree/usr/sbin/policy-rc.d"
	chmod 755 "$tree/usr/sbin/policy-rc.d"
	mkdir "$tree/srv/deb"
	cp "$deb"/*.deb "$tree/srv/deb"
}

# The libraries of the package come from the archive, and then the network is left.
apt_install() {
	quietly chroot "$tree" apt-get -q -y -o Dpkg::Use-Pty=0 --no-install-recommends \
		install /srv/deb/first.deb
}

# Process 1 of the tree lasts as long as the suite.
enter_tree() {
	# shellcheck disable=SC2016 # the shell in there expands it
	start "$tree" unshare --mount --pid --net --ipc --uts --fork --kill-child sh -euc '
		ip link set lo up
		mount -t proc proc "$1/proc"
		mount --bind /dev "$1/dev"
		mount -t tmpfs -o mode=755 tmpfs "$1/run"
		: >"$1/run/entered"
		exec sleep infinity' sh "$tree"
	wait_for find_first
	wait_for inside test -e /run/entered
}

# Sets $first to the pid that process 1 of the tree has out here.
find_first() {
	outer=$(cat "$folder/tree.pid")
	first=$(tr -d ' ' <"/proc/$outer/task/$outer/children")
	[ -n "$first" ]
}

# inside COMMAND...: in the tree
inside() {
	nsenter -t "$first" --mount --pid --net --ipc --uts \
		chroot "$tree" env -i LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

# --- what tests are made of -----------------------------------------------------------

# Removes the package of the test before, even if that test has failed.
set_up() {
	inside dpkg --purge tlsd
	inside rm -rf /etc/tlsd
	inside dpkg -i /srv/deb/first.deb >install.log 2>&1
}

# Follows README.Debian.
configure_server() {
	inside tlscert self-signed --out-dir /etc/tlsd localhost
	inside sh -c 'cd /etc/tlsd && chgrp tlsd server.key && chmod 640 server.key'
	sed -i -e 's/^\[hello\]$/&\ncert = server.crt\nkey = server.key/' "$tree/etc/tlsd/tlsd.ini"
}

start_server() {
	configure_server
	inside service tlsd start
}

# Sets $pid to the server's in the tree.
find_server() {
	pid=$(cat "/proc/$first/root$tree/run/tlsd.pid")
}

greets() {
	[ "$(inside tlsc --ca /etc/tlsd/server.crt localhost:4433 </dev/null)" = 'Hello, TLS!' ]
}

# mode FILE: rights, user and group in the tree
mode() {
	inside stat -c '%a %U:%G' "$1"
}

# is_enabled: both init systems start the server at boot.
is_enabled() {
	[ -e "$tree/etc/rc2.d/S01tlsd" ] &&
		[ -L "$tree/etc/systemd/system/multi-user.target.wants/tlsd.service" ]
}

# call_on NAME: calls until ./NAME.end is there; ./NAME.log has a line for each answer.
call_on() {
	until [ -e "$1.end" ]; do
		if greets; then echo ok; else echo failed; fi
	done >"$1.log" 2>&1
}

# has_more NAME N: there were more than N answers.
has_more() {
	[ "$(wc -l <"$1.log")" -gt "$2" ]
}

# --- the package ----------------------------------------------------------------------

lintian_finds_no_fault_above_info() {
	needs lintian
	lintian --allow-root --fail-on error,warning "$deb/first.deb"
}

a_new_installation_waits_for_a_certificate() {
	cat install.log
	grep -q 'is installed but not started: correct /etc/tlsd/tlsd.ini' install.log
	fails inside service tlsd status
	fails is_enabled
	[ "$(mode /var/log/tlsd)" = '2750 tlsd:adm' ]
	inside id tlsd
}

a_configured_server_runs_as_its_account() {
	start_server
	greets
	find_server
	[ "$(inside stat -c %U "/proc/$pid")" = tlsd ]
	[ "$(mode /var/log/tlsd/tlsd.log)" = '640 tlsd:adm' ]
	inside service tlsd reload
	inside tlsdctl status
	inside service tlsd status
}

a_first_installation_with_a_configuration_starts_the_server() {
	configure_server
	cp "$tree/etc/tlsd/tlsd.ini" .
	inside dpkg --purge tlsd
	cp tlsd.ini "$tree/etc/tlsd"
	inside dpkg -i --force-confold /srv/deb/first.deb
	greets
	is_enabled
}

a_removed_package_starts_the_server_when_it_is_installed_again() {
	configure_server
	inside dpkg --remove tlsd
	inside dpkg -i /srv/deb/first.deb
	greets
}

an_upgrade_keeps_serving() {
	start_server
	find_server
	old=$pid
	call_on calls &
	echo $! >calls.pid
	wait_for has_more calls 2
	inside dpkg -i /srv/deb/second.deb
	find_server
	[ "$pid" != "$old" ]
	has_more calls 0
	wait_for has_more calls $(($(wc -l <calls.log) + 2))
	touch calls.end
	wait "$(cat calls.pid)"
	fails grep -v '^ok$' calls.log
	inside readlink "/proc/$pid/exe" | grep -x /usr/sbin/tlsd
}

a_broken_configuration_does_not_fail_an_upgrade() {
	start_server
	find_server
	old=$pid
	echo 'nonsense = 1' >>"$tree/etc/tlsd/tlsd.ini"
	inside dpkg -i /srv/deb/second.deb >upgrade.log 2>&1
	grep -q 'still runs the old program' upgrade.log
	find_server
	[ "$pid" = "$old" ]
	greets
}

removal_stops_the_server_and_keeps_its_settings() {
	start_server
	inside dpkg --remove tlsd
	fails inside test -e /run/tlsd.pid
	inside test -e /var/log/tlsd/tlsd.log
	inside grep -q '^cert = server.crt' /etc/tlsd/tlsd.ini
}

purge_removes_logs_and_settings_but_no_keys() {
	start_server
	inside dpkg --purge tlsd
	[ "$(ls "$tree/etc/tlsd")" = 'server.crt
server.key' ]
	[ -z "$(find "$tree/etc" "$tree/var/log" "$tree/var/lib" -name '*tlsd*' \
		! -path '*/etc/tlsd')" ]
	inside id tlsd
}

make_packages
make_tree
apt_install || exit 1
enter_tree
run_tests "$@"

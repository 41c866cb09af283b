# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2154 # folder is its reader's
# Machines that are network namespaces of this one, on one bridge, in networks that nothing
# else sees. Their names begin with tlsd-PID-, so that two fleets may run at once; take_down
# ends what runs in them and removes them. To be read by the shell, with $folder set.
fleet=tlsd-$$

can_make_networks() {
	ip netns add "$fleet-switch" && ip -n "$fleet-switch" link add bridge type bridge &&
		ip -n "$fleet-switch" link set bridge up
}

# machine NAME ADDRESS: on the bridge, in 192.0.2.0/24.
machine() {
	ip netns add "$fleet-$1"
	ip -n "$fleet-$1" link add wire type veth peer name "$1" netns "$fleet-switch"
	ip -n "$fleet-switch" link set dev "$1" master bridge up
	ip -n "$fleet-$1" link set lo up
	ip -n "$fleet-$1" link set wire up
	ip -n "$fleet-$1" address add "$2/24" dev wire
	# One client and one balancer stand for many: ports have to last.
	on "$1" sysctl -q -w net.ipv4.tcp_tw_reuse=1 \
		net.ipv4.ip_local_port_range='10000 65000'
}

# on MACHINE COMMAND...: runs it there.
on() {
	where=$1
	shift
	ip netns exec "$fleet-$where" "$@"
}

# launch MACHINE NAME COMMAND...: in the background there; its output is added to NAME.log,
# its pid is in NAME.pid, both in $folder.
launch() {
	where=$1
	name=$2
	shift 2
	ip netns exec "$fleet-$where" "$@" >>"$folder/$name.log" 2>&1 </dev/null &
	echo $! >"$folder/$name.pid"
}

pid_of() {
	cat "$folder/$1.pid"
}

# finish_off NAME SIGNAL: and waits for its end.
finish_off() {
	ended=$(pid_of "$1")
	kill "-$2" "$ended"
	wait_for is_gone "$ended"
}

take_down() {
	for space in $(ip netns list | sed -n "s/^\\($fleet-[a-z0-9]*\\).*/\\1/p"); do
		for process in $(ip netns pids "$space"); do
			kill -KILL "$process" 2>/dev/null
		done
		ip netns delete "$space"
	done
	# ip(8) leaves this folder, and a mount of it on itself.
	if [ -d /run/netns ] && [ -z "$(ls /run/netns)" ]; then
		umount /run/netns && rmdir /run/netns
	fi
}

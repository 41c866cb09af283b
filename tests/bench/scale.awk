# SPDX-License-Identifier: GPL-3.0-or-later
# The table of "make bench-scale"; needs medians.awk before it.

function row(name) {
	printf "%-16s%10.0f%10.1f%10.1f\n", name, median("rate", name), median("time", name),
	    median("memory", name) / 1024
}

END {
	print "Full TLS 1.3 connections a second, the server's processor time for each in"
	print "microseconds, and its resident memory in MiB."
	print ""
	printf "%-16s%10s%10s%10s\n", "", "conn/s", "us/conn", "MiB"
	for (i = 4; i <= 1024; i *= 4)
		row("workers=" i)
	row("waiting=0")
	for (i = 100; i <= 10000; i *= 10)
		row("waiting=" i)
	printf "\n%.0f bytes for each of 10000 that wait\n",
	    1024 * median("growth", "waiting=10000") / 10000
}

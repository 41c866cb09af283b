# SPDX-License-Identifier: GPL-3.0-or-later
# The table of "make bench-reload", of rows "PAIRS SERVER KIND FIGURE".

function cell(count, name, kind, format, factor) {
	if (!((count, name, kind) in figures))
		return "-"
	return sprintf(format, figures[count, name, kind] * factor)
}

function seconds(count, name, kind) {
	return cell(count, name, kind, "%.2f", 1)
}

function mib(count, name, kind) {
	return cell(count, name, kind, "%.1f", 1 / 1024)
}

function wait_ms(count, name, kind) {
	return cell(count, name, kind, "%.1f", 1)
}

function ratio(count, name,    calm) {
	calm = figures[count, name, "wait_calm"]
	return calm > 0 ? cell(count, name, "wait_reloads", "%.1f", 1 / calm) : "-"
}

function print_times(count,    i, name) {
	printf "%-14s%9s%9s%9s%9s%9s\n", count " pairs", "check", "start", "ini", "one", "all"
	for (i = 1; i <= servers; i++) {
		name = names[i]
		printf "  %-12s%9s%9s%9s%9s%9s\n", name, seconds(count, name, "check"),
		    seconds(count, name, "start"), seconds(count, name, "ini"),
		    seconds(count, name, "one"), seconds(count, name, "all")
	}
}

function print_memory(count,    i, name) {
	printf "%-14s%9s%9s%9s%9s%9s%9s\n", count " pairs", "start", "1", "10", "calm",
	    "reloads", "ratio"
	for (i = 1; i <= servers; i++) {
		name = names[i]
		printf "  %-12s%9s%9s%9s%9s%9s%9s\n", name, mib(count, name, "memory_0"),
		    mib(count, name, "memory_1"), mib(count, name, "memory_10"),
		    wait_ms(count, name, "wait_calm"), wait_ms(count, name, "wait_reloads"),
		    ratio(count, name)
	}
}

!($1 in known) {
	known[$1] = 1
	counts[++sizes] = $1
}

!($2 in known) {
	known[$2] = 1
	names[++servers] = $2
}

{
	figures[$1, $2, $3] = $4
}

END {
	print "Seconds of processor time: a check of the configuration, the start, and a reload"
	print "after a comment in the configuration, after one pair was renewed, and after all were."
	print ""
	for (n = 1; n <= sizes; n++)
		print_times(counts[n])
	print ""
	print "Resident memory in MiB after the start, one reload and ten; the longest wait of a"
	print "client in milliseconds in a period without reloads, and in one with three."
	print ""
	for (n = 1; n <= sizes; n++)
		print_memory(counts[n])
}

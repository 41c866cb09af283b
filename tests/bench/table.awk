# SPDX-License-Identifier: GPL-3.0-or-later
# The table of bench.txt; needs medians.awk before it.

function cell(kind, name, format,    value) {
	value = median(kind, name)
	return value == "" ? "-" : sprintf(format, value)
}

function ratio(name,    own, value) {
	own = median("full13", "tlsd")
	value = median("full13", name)
	return own == "" || own == 0 || value == "" ? "-" : sprintf("%.2f", value / own)
}

END {
	print "The server's processor time for each connection in microseconds, and for each KiB"
	print "of a 64 MiB answer in nanoseconds, with AES-128-GCM or what the server prefers to"
	print "it, and with ChaCha20-Poly1305."
	print ""
	row = "%-12s%14s%9s%14s%14s%9s%9s\n"
	printf row, "", "TLS 1.3 full", "to tlsd", "1.3 resumed", "TLS 1.2 full", "ns/KiB",
	    "ChaCha20"
	for (i = 1; i <= servers; i++)
		printf row, label(names[i]), cell("full13", names[i], "%.1f"), ratio(names[i]),
		    cell("resumed", names[i], "%.1f"), cell("full12", names[i], "%.1f"),
		    cell("bulk", names[i], "%.0f"), cell("chacha", names[i], "%.0f")
	print ""
	print "Round trips to the first byte of the answer after the TCP handshake."
	print ""
	row = "%-12s%14s%14s%14s\n"
	printf row, "", "TLS 1.3 full", "1.3 resumed", "TLS 1.2 full"
	for (i = 1; i <= servers; i++)
		printf row, label(names[i]), cell("trips13", names[i], "%.2f"),
		    cell("trips_resumed", names[i], "%.2f"), cell("trips12", names[i], "%.2f")
}

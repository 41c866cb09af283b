# SPDX-License-Identifier: GPL-3.0-or-later
# The picture bench.svg: bars for processor time and for round trips; needs medians.awk
# before it.

function text(x, y, class, words) {
	printf "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">%s</text>\n", x, y, class, words
}

function bar(x, y, width, color) {
	printf "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"14\" fill=\"%s\"/>\n",
	    x, y, width, color
}

function longest(kinds, n,    i, k, value, max) {
	max = 0
	for (i = 1; i <= servers; i++)
		for (k = 1; k <= n; k++) {
			value = median(kinds[k], names[i])
			if (value != "" && value > max)
				max = value
		}
	return max
}

# One bar with its figure behind it; what was not measured is told in its place.
function figure(x, y, kind, name, max, width, format, color,    value, length_) {
	value = median(kind, name)
	if (value == "") {
		text(x + 4, y + 12, "figure", "not measured")
		return
	}
	length_ = max > 0 ? value / max * width : 0
	bar(x, y, length_, color)
	text(x + length_ + 5, y + 12, "figure", sprintf(format, value))
}

END {
	cpu[1] = "full13"
	cpu[2] = "resumed"
	cpu[3] = "full12"
	trips[1] = "trips13"
	trips[2] = "trips_resumed"
	trips[3] = "trips12"
	words[1] = "TLS 1.3, full handshake"
	words[2] = "TLS 1.3, resumed"
	words[3] = "TLS 1.2, full handshake"
	color[1] = "#1f5fa8"
	color[2] = "#e0912f"
	color[3] = "#6aa3dd"
	row = 64
	top = 110
	cpu_width = 360
	trips_left = 600
	trips_width = 200
	cpu_max = longest(cpu, 3)
	trips_max = longest(trips, 3)
	height = top + servers * row + 20

	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"880\" height=\"%d\" " \
	    "viewBox=\"0 0 880 %d\" font-family=\"sans-serif\">\n", height, height
	print "<style>.title{font-size:17px;font-weight:bold}.name{font-size:15px;" \
	    "text-anchor:end}.figure,.legend{font-size:12px;fill:#333}</style>"
	printf "<rect width=\"880\" height=\"%d\" fill=\"#ffffff\"/>\n", height
	text(120, 32, "title", "Processor time of the server, \302\265s a connection")
	text(trips_left, 32, "title", "Round trips to the first byte")
	for (k = 1; k <= 3; k++) {
		bar(120 + (k - 1) * 165, 52, 14, color[k])
		text(139 + (k - 1) * 165, 64, "legend", words[k])
	}
	text(120, 88, "legend", "shorter is better")
	text(trips_left, 88, "legend", "after the TCP handshake; shorter is better")
	for (i = 1; i <= servers; i++) {
		y = top + (i - 1) * row
		text(108, y + 28, "name", label(names[i]))
		for (k = 1; k <= 3; k++) {
			figure(120, y + (k - 1) * 17, cpu[k], names[i], cpu_max, cpu_width,
			    "%.0f", color[k])
			figure(trips_left, y + (k - 1) * 17, trips[k], names[i], trips_max,
			    trips_width, "%.2f", color[k])
		}
	}
	print "</svg>"
}

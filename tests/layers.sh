#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The layers of the sources: no include cycle, no include upwards, and the libraries only
# where they belong.
set -eu
cd "${top_srcdir:-.}/src"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Complaints are printed; "FILE INCLUDED" of headers in headers go to the file `edges`. The
# path of a file, as it is named in an include, is its path here.
# shellcheck disable=SC2016 # awk expands them
find . -name '*.[ch]' -printf '%P\n' | sort | xargs awk -v edges="$folder/edges" '
	function layer(file) {
		if (file ~ /^base\//) return 0
		if (file ~ /^tls\//) return 1
		if (file ~ /^responders\//) return 2
		if (file ~ /^server\//) return 3
		return 4
	}
	/^#include "/ {
		split($0, part, "\"")
		if (part[2] == "config.h") next
		if (layer(FILENAME) < layer(part[2]))
			print "src/" FILENAME " includes " part[2] ", which is a layer above it"
		if (FILENAME ~ /\.h$/ && part[2] ~ /\.h$/) print FILENAME, part[2] >edges
	}
	/<gnutls\// && FILENAME !~ /^(tls|client|cert)\// && !told[FILENAME]++ {
		print "src/" FILENAME " includes GnuTLS; only src/tls, src/client and src/cert may"
	}
	/<ini\.h>/ && FILENAME != "server/conf/conf.c" {
		print "src/" FILENAME " includes ini.h; only src/server/conf/conf.c may"
	}
	/^main\(/ { is_main[FILENAME] = 1 }
	# Neither _exit() behind fork() nor abort().
	/(^|[^_[:alnum:]])exit\(/ && FILENAME ~ /\.c$/ { exits[FILENAME] = 1 }
	END {
		for (file in exits)
			if (!is_main[file]) print "src/" file " calls exit(); only a main may"
	}' >"$folder/complaints"
tsort "$folder/edges" >/dev/null 2>"$folder/cycles" || {
	echo 'include cycle:'
	cat "$folder/cycles"
} >>"$folder/complaints"
cat "$folder/complaints"
[ ! -s "$folder/complaints" ]

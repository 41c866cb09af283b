#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The layers of the sources: a file includes and calls only its own folder and the folders that
# src/README lists before it, never in a circle, and the libraries only where they belong. Calls
# are those that the objects of the build have.
set -eu
sources=$(cd "${top_srcdir:-.}/src" && pwd)
objects=$(cd "${top_builddir:-.}/src" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# listed: the folders, in the order of src/README
listed() {
	sed -n '/^Folders$/,$ s/^    \([a-z0-9./]*\) .*/\1/p' "$sources/README"
}

# read_includes: prints "FILE FILE include" for each include; files are without suffixes, as both
# a header and its source are the same file here. Complaints go to `complaints`.
# shellcheck disable=SC2016 # awk expands them
read_includes() {
	find . -name '*.[ch]' -printf '%P\n' | xargs awk -v complaints="$folder/complaints" '
		function bare(file) {
			sub(/\.[ch]$/, "", file)
			return file
		}
		/^#include "/ {
			split($0, part, "\"")
			if (part[2] != "config.h" && bare(part[2]) != bare(FILENAME))
				print bare(FILENAME), bare(part[2]), "include"
		}
		/<gnutls\// && FILENAME !~ /^(tls|client|cert)\// && !told[FILENAME]++ {
			print "src/" FILENAME " includes GnuTLS; only src/tls, src/client " \
				"and src/cert may" >complaints
		}
		/<ini\.h>/ && FILENAME != "server/conf/inifile.c" {
			print "src/" FILENAME " includes ini.h; only src/server/conf/inifile.c " \
				"may" >complaints
		}
		/^main\(/ { is_main[FILENAME] = 1 }
		# Neither _exit() after fork() nor abort().
		/(^|[^_[:alnum:]])exit\(/ && FILENAME ~ /\.c$/ { exits[FILENAME] = 1 }
		END {
			for (file in exits)
				if (!is_main[file])
					print "src/" file " calls exit(); only a main may" >complaints
		}'
}

# read_calls: prints "FILE FILE FUNCTION" for each use of another file's function or variable.
# Names in two files belong to two programs. malloc.c has the names of the C library.
# shellcheck disable=SC2016
read_calls() {
	find . -name '*.o' -printf '%P\n' | xargs nm -A | awk '
		{
			split($1, part, ".o:")
			kind = $(NF - 1)
			if (kind == "U")
				used[part[1] " " $NF] = 1
			else if (kind ~ /^[BDRTVW]$/ && part[1] != "base/memory/malloc")
				definer[$NF] = definers[$NF]++ > 0 ? "several" : part[1]
		}
		END {
			for (use in used) {
				split(use, part, " ")
				file = definer[part[2]]
				if (file != "" && file != "several" && file != part[1])
					print part[1], file, part[2]
			}
		}'
}

# upwards: of such lines, complains of those that lead to a folder that comes later
# shellcheck disable=SC2016
upwards() {
	awk -v folders="$(listed | tr '\n' ' ')" '
		BEGIN {
			count = split(folders, name, " ")
			for (i = 1; i <= count; i++) place[name[i]] = i
		}
		function folder(file) {
			if (!sub(/\/[^\/]*$/, "", file)) file = "."
			if (!(file in place)) {
				print "src/README does not list src/" file
				place[file] = 0
			}
			return place[file]
		}
		folder($1) < folder($2) && !told[$1, $2]++ {
			print "src/" $1 " uses src/" $2 " (" $3 "), whose folder comes after its own"
		}'
}

: >"$folder/complaints"
(cd "$sources" && read_includes) >"$folder/edges"
(cd "$objects" && read_calls) >"$folder/calls"
[ -s "$folder/calls" ] || echo "$objects has no objects: build first" >>"$folder/complaints"
cat "$folder/calls" >>"$folder/edges"
upwards <"$folder/edges" | sort -u >>"$folder/complaints"
cut -d ' ' -f 1,2 "$folder/edges" | sort -u | tsort >/dev/null 2>"$folder/circles" || {
	echo 'a circle of includes or calls:'
	sed -n 1,12p "$folder/circles"
} >>"$folder/complaints"
cat "$folder/complaints"
[ ! -s "$folder/complaints" ]

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The English of comments, manuals and README: no sentence begins with a bare "What" or "Who",
# which makes people read it twice, and sentences in README have 30 words at most.
set -eu
cd "${top_srcdir:-.}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Each line of `sentences` is a sentence as "FILE:LINE: SENTENCE", the line where its comment or
# paragraph begins.
cat >"$folder/sentences.awk" <<'AWK'
function split_up(text, line, parts, count, i) {
	gsub(/[ \t]+/, " ", text)
	count = split(text, parts, /[.:;?!] +/)
	for (i = 1; i <= count; i++) {
		sub(/^ +/, "", parts[i])
		if (parts[i] != "") print FILENAME ":" line ": " parts[i]
	}
}
AWK

# Comments of C: the text between the marks, without the stars in front of its lines.
cat >"$folder/c.awk" <<'AWK'
FNR == 1 { inside = 0 }
{
	rest = $0
	while (rest != "") {
		if (!inside) {
			at = index(rest, "/*")
			if (at == 0) next
			inside = 1
			line = FNR
			text = ""
			rest = substr(rest, at + 2)
		}
		at = index(rest, "*/")
		piece = at > 0 ? substr(rest, 1, at - 1) : rest
		rest = at > 0 ? substr(rest, at + 2) : ""
		sub(/^[ \t]*\*? ?/, "", piece)
		text = text " " piece
		if (at > 0) {
			inside = 0
			split_up(text, line)
		}
	}
}
AWK

# Paragraphs of a text or a manual, without examples, which are indented there, and without the
# requests of mdoc(7), which end a sentence only if a line of text follows that begins one.
cat >"$folder/text.awk" <<'AWK'
function finish() {
	if (text != "") split_up(text, line)
	text = ""
}
FNR == 1 { finish() }
/^\.Bd/ { literal = 1 }
/^\.Ed/ { literal = 0 }
literal || /^[ \t]/ || /^\.\\"/ { next }
/^[-=]+$/ { text = "" } # of a heading
/^[-=]*$/ || /^\.(Pp|It|Sh|Ss|Bl|El)/ { finish(); next }
/^\./ { text = text " x"; next }
{
	if (text == "") line = FNR
	text = text " " $0
}
END { finish() }
AWK

find src tests -name '*.[ch]' | sort |
	xargs awk -f "$folder/sentences.awk" -f "$folder/c.awk" >"$folder/sentences"
manuals='conf/tlsd.ini.5 conf/tlsd-fleet.7 src/tlsd.8 src/ctl/tlsdctl.8 src/client/tlsc.1
	src/cert/tlscert.1'
# shellcheck disable=SC2086 # words
awk -f "$folder/sentences.awk" -f "$folder/text.awk" README src/README tests/README \
	$manuals >>"$folder/sentences"

complain() { # PATTERN REMEDY: about each sentence that the pattern matches after its place
	grep -E "^[^ ]+:[0-9]+: $1" "$folder/sentences" | sed "s/\$/: $2/" >>"$folder/found" || :
}
: >"$folder/found"
complain '(What|Who|Whoever|Whatever|Whether|Nobody|Somebody)([ ,]|$)' 'name the subject'
complain '(.*[^e] |.*[^r]e )?is no ([^lm]|l[^o]|m[^o])' 'say "is not a"'
complain '.*behind (it|that|them|this|each)( |$)' 'say "after" if it is about time'
awk '/^README:/ && NF - 1 > 30 { print $0 ": has more than 30 words" }' \
	"$folder/sentences" >>"$folder/found"
cut -c 1-150 "$folder/found"
[ ! -s "$folder/found" ]

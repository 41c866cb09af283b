#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Each input in tests/fuzz/corpus/NOUN/ through fuzz_NOUN, once: what fuzzing has found, and
# what it started from.
set -u
corpus=${top_srcdir:-.}/tests/fuzz/corpus
bin=${top_builddir:-.}
out=$(mktemp -d) || exit 99
trap 'rm -rf "$out"' EXIT
failed=0

for folder in "$corpus"/*/; do
	noun=$(basename "$folder")
	if "$bin/fuzz_$noun" "$folder"* >"$out/$noun" 2>&1; then
		echo "ok: fuzz_$noun: $(find "$folder" -type f | grep -c '') inputs"
	else
		failed=1
		echo "FAILED: fuzz_$noun, at its last input:"
		tail -n 40 "$out/$noun"
	fi
done
exit "$failed"

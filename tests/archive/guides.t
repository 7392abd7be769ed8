#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The guides docs/archive.md and docs/store.md: their commands run as they stand there, and print what stands there.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
for tool in jq zstd tar; do command -v $tool >/dev/null || skip_all "there is no $tool"; done

# told BLOCK: each line of what it shall print is in a line of what it printed; a … stands for anything
told() {
	local line
	while IFS= read -r line; do
		[ -z "$line" ] || grep -qF -- "$line" "$tap_top/told" || { echo "not printed: $line"; cat "$tap_top/told"; return 1; }
	done <"$1"
}

run() { # SCRIPT STATUS
	local status=0
	bash -euo pipefail "$1" >"$tap_top/told" 2>&1 || status=$?
	cat "$tap_top/told"
	[ $status = "$2" ] || { echo "exit status $status, want $2"; return 1; }
}

for guide in archive store; do
	mkdir "$tap_work/$guide" "$tap_top/$guide"
	cd "$tap_top/$guide" || exit
	ok "$guide.md: has blocks" awk -f "$INTOTO_SOURCE/tests/archive/guide.awk" "$INTOTO_SOURCE/docs/$guide.md"
	for block in *.sh; do
		cd "$tap_work/$guide" || exit
		ok "$guide.md: $(grep -v '^#\|^for' "$tap_top/$guide/$block" | head -n 1 | cut -c -70)" run "$tap_top/$guide/$block" \
			"$(cat "$tap_top/$guide/${block%.sh}.status")"
		[ ! -e "$tap_top/$guide/${block%.sh}.want" ] || ok '... prints what it says' told "$tap_top/$guide/${block%.sh}.want"
	done
done

done_testing

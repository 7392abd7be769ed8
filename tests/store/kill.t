#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Whoever puts or collects is killed in front of one call of the system after another: what was acknowledged is there, no
# row is without its object, the log is whole, and the next one goes on.  FAULTS_MOST=all takes every call.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
most=4
. "$INTOTO_SOURCE/tests/faults/faults.sh"

program=$INTOTO_BUILD/intoto/cmd/.libs/intoto-store
[ -x "$program" ] || program=$INTOTO_BUILD/intoto/cmd/intoto-store
export LD_LIBRARY_PATH=$INTOTO_BUILD/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
sql() {
	python3 -c 'import sqlite3, sys
with sqlite3.connect(sys.argv[1] + "/index.sqlite") as db: db.executescript(sys.argv[2])' store "$1"
}

# Documents with facts of every sort, an archive, and what is due for a collection.
documents() {
	local number

	intoto key generate --type ed25519 --no-passphrase -o key >/dev/null && echo app >app && mkdir links new &&
		intoto-run -n build -p app --metadata-directory links --signing-key key -- true &&
		intoto layout init root.layout --expires 2091-01-01T00:00:00Z && intoto layout add-step root.layout build --key key.pub --product-rule 'ALLOW *' &&
		intoto sign -f root.layout --signing-key key &&
		intoto archive pack -o new/app.tar.zst -l root.layout --verification-keys key.pub --link-dir links --signing-key key || return
	cp links/build.* new
	cat >new/app.cdx.json <<'JSON'
{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[
{"type":"library","name":"zlib","version":"1.3","purl":"pkg:deb/debian/zlib1g@1.3?arch=amd64"}]}
JSON
	for number in $(seq 8); do echo "old $number" >"old$number" && echo "new $number" >"new/$number"; done
	intoto store init --store store >/dev/null && intoto store put --store store -q --retention short old* &&
		intoto store put --store store -q --retention long app &&
		intoto store retention --store store --by alice --class short=10d && python3 "$INTOTO_SOURCE/tests/store/age.py" store 20
}
ok 'documents are made' documents
cp -a store good

reset() {
	rm -rf store && cp -a good store
}

# What is acknowledged is in $tap_stdout, a line each, as it was written.
whole() {
	local id

	"$program" fsck --store store >fscked || { cat fscked; return 1; }
	"$program" search --store store --limit 1000 >found || { echo 'nothing is found'; return 1; }
	for id in $(sed -n 's/^\(sha256:[0-9a-f]\{64\}\)  [0-9]*  put  .*/\1/p' "$tap_stdout"); do
		grep -q "^$id" found || { echo "acknowledged, and lost: $id"; return 1; }
		"$program" get --store store "$id" >/dev/null || { echo "no bytes of $id"; return 1; }
	done
}
put_again() {
	"$program" put --store store new/* >"$tap_stdout" && whole && [ "$(grep -c '  \(put\|there\)  ' "$tap_stdout")" -eq 11 ]
}
gc_again() {
	"$program" gc --store store --by alice --reason over >"$tap_stdout" && whole && ! grep -q old found && grep -q app found &&
		[ "$(find store/objects -type f ! -name '.new-*' | wc -l)" -eq 1 ]
}

# killed CLASS AGAIN CMD...: tells how many runs were killed
killed() {
	local class=$1 again=$2 count n runs=0 why
	shift 2
	reset
	disturbed count "$@"
	count=$(sed -n "s/^$class //p" "$tap_top/fault")
	[ "${count:-0}" -gt 0 ] || { echo "no call of $class"; return 1; }
	for n in $(numbers "$count"); do
		reset
		disturbed "$class:$n:kill" "$@"
		[ $? -eq 137 ] || continue
		runs=$((runs + 1))
		why=$(whole) || { echo "$class $n: $why"; return 1; }
		"$again" || { echo "$class $n: the next one does not go on"; cat fscked; return 1; }
	done
	[ $runs -gt 0 ] || { echo "$class: nobody was killed"; return 1; }
	echo "$class: killed $runs times of $count" >"$tap_top/told"
	total=$((total + runs))
}
total=0
for class in write sync name open close read alloc; do
	killed $class put_again "$program" put --store store new/* >why
	tap_result $? "a put that is killed at $class" && diag "$(cat "$tap_top/told")" || sed 's/^/# /' why
done
for class in write sync name open close alloc; do
	killed $class gc_again "$program" gc --store store --by alice --reason over >why
	tap_result $? "a collection that is killed at $class" && diag "$(cat "$tap_top/told")" || sed 's/^/# /' why
done
diag "killed $total times in all"

# --- failures that are no death --------------------------------------------------------------------------
judge() {
	local why

	why=$(whole) || { echo "$why"; return; }
	[ "$1" -ne 0 ] || [ "$(grep -c '  put  ' "$tap_stdout")" -eq 11 ] || echo 'it says that all is well, and put less'
}
# Not without memory: jansson then calls a good document a bad one, and libarchive crashes.
most=2 faults_most=${FAULTS_MOST:-2} FAULTS_ONLY=${FAULTS_ONLY:-'write:ENOSPC write:short sync:EIO name:EIO read:EIO open:EMFILE'}
walk 'a put that is failed' "$program" put --store store new/*
done_testing

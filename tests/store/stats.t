#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# How much a store holds, of what, and how it grew.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
export INTOTO_STORE=$PWD/store
intoto store init >/dev/null
is "$(intoto store stats --format=json | jq -c '[.entries, .bytes, .leaves, .first, .by.kinds]')" '[0,0,0,0,[]]' 'an empty store'
refuses 0 ' 0  entries' 'in words' intoto store stats
for name in one two three; do echo "$name" >"$name"; done
cat >app.cdx.json <<'JSON'
{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[
{"type":"library","name":"zlib","version":"1.3","purl":"pkg:deb/debian/zlib1g@1.3?arch=amd64"}]}
JSON
intoto store put -q --retention short one
intoto store put -q two app.cdx.json
intoto store put -q --lock-until 2100-01-01T00:00:00Z three
intoto store hold add --name case --by legal --reason why "$(intoto store search --kind sbom --format=json | jq -r .id)"
intoto store retention --by alice --class short=10d
# 2026-02-28, 2026-03-01 and 2025-12-31, at noon
python3 - <<'PYTHON'
import sqlite3
with sqlite3.connect('store/index.sqlite') as db:
    for number, put in ((0, 1772280000), (1, 1772366400), (2, 1767182400), (3, 1767182400)):
        db.execute('UPDATE entry SET put = ? WHERE number = ?', (put, number))
PYTHON
stats() { intoto store stats --format=json | jq -c "$1"; }
size=$(stat -c %s app.cdx.json)
is "$(stats '[.entries, .bytes, .largest, .leaves, .locked, .held, .due, .packages, .removals]')" "[4,$((14 + size)),$size,6,1,1,1,1,0]" 'sums'
is "$(stats '[.by.months[] | [.name, .entries]]')" '[["2025-12",2],["2026-02",1],["2026-03",1]]' 'by month'
is "$(stats '[.by.kinds[] | [.name, .entries, .bytes]]')" "[[\"file\",3,14],[\"sbom\",1,$size]]" 'by kind'
is "$(stats '[.by.classes[] | [.name, .entries]]')" '[["",3],["short",1]]' 'by class'
refuses 0 'put from 2025-12-31T12:00:00Z to 2026-03-01T12:00:00Z' 'and in words' intoto store stats
python3 "$INTOTO_SOURCE/tests/store/age.py" store 11
intoto store gc --by alice --reason over >/dev/null
is "$(stats '[.entries, .removals, .leaves, .due]')" '[3,1,7,0]' 'behind a collection'
refuses 64 'unexpected' 'nothing else is wanted' intoto store stats store
done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An operator who removes, changes or reorders what a store holds, in the database and beside it: fsck
# finds it, and says what.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
prints() {
	refuses 0 "$@"
}
export INTOTO_STORE=$PWD/store
id_of() { echo "sha256:$(sha256sum "$1" | cut -c -64)"; }
object() { echo "$INTOTO_STORE/objects/$(id_of "$1" | cut -c 8-9)/$(id_of "$1" | cut -c 10-)"; }
sql() {
	python3 -c 'import sqlite3, sys
with sqlite3.connect(sys.argv[1] + "/index.sqlite") as db: db.executescript(sys.argv[2])' "$INTOTO_STORE" "$1"
}

# --- a store with everything in it -----------------------------------------------------------------------
intoto store init --log-name example.org/log >log.vkey
mkdir many && for number in $(seq 600); do echo "document $number" >"many/$number"; done
intoto store put -q many/*
intoto key generate --type ed25519 --no-passphrase -o key >/dev/null
echo app >app && intoto-run -n build -p app --signing-key key -- true
cat >app.cdx.json <<'JSON'
{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[
{"type":"library","name":"zlib","version":"1.3","purl":"pkg:deb/debian/zlib1g@1.3?arch=amd64"}]}
JSON
cat >app.vex.json <<'JSON'
{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://example.org/vex/1","author":"alice","timestamp":"2026-01-01T00:00:00Z","version":1,
"statements":[{"vulnerability":{"name":"CVE-2026-1"},"products":[{"@id":"pkg:deb/debian/zlib1g@1.3"}],"status":"not_affected","justification":"vulnerable_code_not_present"}]}
JSON
intoto store put -q build.*.link app.cdx.json app.vex.json
sbom=602
intoto store put -q --retention short app
intoto store hold add --name case --by legal --reason why "$(id_of many/7)"
intoto store hold add --name over --by legal --reason why "$(id_of many/8)"
intoto store hold release --name over --by legal --reason closed >/dev/null
intoto store retention --by alice --class short=10d
python3 "$INTOTO_SOURCE/tests/store/age.py" store 11
intoto store log >kept
intoto store gc --by alice --reason 'its time is over' >/dev/null
prints 'whole: 609 leaves, 603 entries, 603 objects' 'a store that was only used is whole' intoto store fsck --checkpoint kept --verifier log.vkey
is "$(intoto store fsck --format=json | jq -c '[.faults, .notes]')" '[0,0]' 'for programs, too'
is "$(intoto store fsck -q)" '' 'and silent if asked'

# --- what an operator may do -------------------------------------------------------------------------------
cp -a store good
# finds CODE SENTENCE TEXT SQL: after this
finds() {
	sql "$4"
	refuses 1 "$3" "$2" intoto store fsck --checkpoint kept --verifier log.vkey
	ok "... [$1]" grep -qF "[$1]" <(intoto store fsck --checkpoint kept --verifier log.vkey)
	rm -rf store && cp -a good store
}
finds entry.missing 'a row that was deleted' "$(id_of many/5): was put, is not there, and nobody says that he removed it" \
	"DELETE FROM entry WHERE name = '5'"
finds removal.unlogged 'with a removal that nobody logged' 'the index says that this was removed, the log does not' \
	"INSERT INTO removal (number, entry, id, time, actor, reason) SELECT 900, number, id, 1, 'me', 'so' FROM entry WHERE name = '5'; DELETE FROM entry WHERE name = '5'"
finds removal.unlogged 'or in the place of one that somebody did' 'the index says that this was removed, the log does not' \
	"INSERT INTO removal (number, entry, id, time, actor, reason) SELECT 608 + 1, number, id, 1, 'me', 'so' FROM entry WHERE name = '5'; DELETE FROM entry WHERE name = '5'"
finds removal.row 'a removal that was forgotten' 'the log says that this was removed, the index does not' 'DELETE FROM removal'
finds entry.changed 'a row of another document' 'the entry is another one than was put' \
	"UPDATE entry SET id = randomblob(32) WHERE name = '5'"
finds entry.changed 'rows that changed places' 'the entry is another one than was put' \
	"UPDATE entry SET number = -1 WHERE number = 3; UPDATE entry SET number = 3 WHERE number = 4; UPDATE entry SET number = 4 WHERE number = -1"
finds entry.unlogged 'a row that was never put' 'an entry of which the log does not say that it was put' \
	"UPDATE entry SET number = 5000 WHERE name = '5'"
finds log.gap 'a leaf that was deleted' '1 leaves are missing in front of number 8' 'DELETE FROM leaf WHERE number = 7'
finds log.leaf 'a leaf that was written anew' 'its hash is not the one of what it says' \
	"UPDATE leaf SET entry = replace(entry, 'put', 'pat') WHERE number = 7"
finds log.leaf 'with another hash' 'its hash is not the one of what it says' 'UPDATE leaf SET hash = randomblob(32) WHERE number = 7'
finds log.edge 'what is signed' 'the log is signed as 0 leaves, and has 609' "UPDATE meta SET value = zeroblob(8) WHERE name = 'edge'"
finds log.checkpoint 'leaves that were cut off' 'the log had 608 leaves once, and has 600: its end was cut off' \
	'DELETE FROM leaf WHERE number >= 600; DELETE FROM entry WHERE number >= 600'
finds log.node 'a hash of many leaves' 'a hash of level 1 is not that of its leaves' 'UPDATE node SET hash = randomblob(32) WHERE number = 1'
finds log.node 'that is missing' 'a hash of level 1 is missing' 'DELETE FROM node WHERE number = 1'
finds hold.missing 'a hold that was dropped' "was held for case, is not held, and nobody says that he released it: QUIETLY RELEASED" 'DELETE FROM hold'
finds hold.unlogged 'a hold that nobody logged' 'is held for secret, of which the log says nothing' \
	"INSERT INTO hold (entry, name, reason, actor, since) VALUES (9, 'secret', '', '', 1)"
finds facts.missing 'a package that a search shall not find' 'the index lacks 1 things that the document says' "DELETE FROM package"
finds facts.missing 'a digest' 'the index lacks 1 things that the document says' "DELETE FROM subject"
finds facts.missing 'a signer' 'the index lacks 1 things that the document says' "DELETE FROM signer"
finds facts.missing 'a vulnerability' 'the index lacks 1 things that the document says' "DELETE FROM vulnerability"
finds facts.missing 'a kind' 'the index lacks 1 things that the document says' "UPDATE entry SET kind = 'file' WHERE kind = 'sbom'"
finds facts.added 'a package that no document names' 'the index has 1 things that the document does not say' \
	"INSERT INTO package (base, version, purl, name, license, line, place, entry) VALUES ('a', 'b', 'c', 'd', '', 0, 7, $sbom)"
finds facts.stray 'a package of no entry' 'the index has 1 rows of "package" that belong to no entry' \
	"INSERT INTO package (base, version, purl, name, license, line, place, entry) VALUES ('a', 'b', 'c', 'd', '', 0, 7, 9999)"

# --- beside the database -------------------------------------------------------------------------------------
rm -f "$(object many/9)"
refuses 1 "$(id_of many/9): its bytes are gone" 'a file that was deleted' intoto store fsck
rm -rf store && cp -a good store
chmod u+w "$(object many/9)" && echo other >"$(object many/9)"
refuses 1 'its bytes are not those that were put' 'a file that was changed' intoto store fsck
ok 'which the log alone does not tell' intoto store fsck --log-only
: >"$(object many/9)"
refuses 1 'its bytes are not those that were put' 'a file that lost its bytes when the machine went down' intoto store fsck
intoto store put -q many/9
ok 'gets them back when it is put again' intoto store fsck
rm -rf store && cp -a good store
mkdir -p "$INTOTO_STORE/objects/$(echo nobody | sha256sum | cut -c -2)"
echo nobody >"$INTOTO_STORE/objects/$(echo nobody | sha256sum | cut -c -2)/$(echo nobody | sha256sum | cut -c 3-64)"
prints '[object.orphan]' 'a file of nobody is noted, and no fault' intoto store fsck
rm -rf store && cp -a good store

# --- a log that was written anew ---------------------------------------------------------------------------------
intoto store init --store anew --log-name example.org/log >/dev/null
for number in $(seq 20); do echo "another $number" >"many/another $number"; done
INTOTO_STORE=$PWD/anew intoto store put -q many/*
cp anew/index.sqlite store/index.sqlite && rm -f store/index.sqlite-*
refuses 1 'the first 608 leaves are not those of the checkpoint: the log was written anew' 'a store that began anew' \
	intoto store fsck --checkpoint kept --verifier log.vkey
rm -rf store && cp -a good store
sed 's/^608$/607/' kept >other
refuses 1 'other: the signature of example.org/log does not verify' 'a checkpoint that somebody changed' intoto store fsck --checkpoint other --verifier log.vkey
INTOTO_STORE=$PWD/anew intoto store log >strange
refuses 1 'strange: is not signed by example.org/log' 'a checkpoint that another key signed' intoto store fsck --checkpoint strange --verifier log.vkey
refuses 66 'not-there' 'a checkpoint that is not there' intoto store fsck --checkpoint not-there
done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A store that moves: what was exported is what was put, all of it, or the import says what is wrong and puts nothing.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
most=3
. "$INTOTO_SOURCE/tests/faults/faults.sh"
prints() {
	refuses 0 "$@"
}
export INTOTO_STORE=$PWD/store
id_of() { echo "sha256:$(sha256sum "$1" | cut -c -64)"; }
object() { echo "$1/objects/$(id_of "$2" | cut -c 8-9)/$(id_of "$2" | cut -c 10-)"; }
sql() {
	python3 -c 'import sqlite3, sys
with sqlite3.connect(sys.argv[1] + "/index.sqlite") as db: db.executescript(sys.argv[2])' "$INTOTO_STORE" "$1"
}

# --- a store with everything in it -----------------------------------------------------------------------
documents() {
	local number

	intoto key generate --type ed25519 --no-passphrase -o key >/dev/null && echo app >app && mkdir links raw many &&
		echo '{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[{"type":"library","name":"zlib","version":"1.3","purl":"pkg:deb/debian/zlib1g@1.3"}]}' >raw/app.cdx.json &&
		intoto-run -n build -p app raw/app.cdx.json --metadata-directory links --signing-key key -- true &&
		intoto layout init root.layout --expires 2091-01-01T00:00:00Z &&
		intoto layout add-step root.layout build --key key.pub --product-rule 'ALLOW *' && intoto sign -f root.layout --signing-key key &&
		intoto archive pack -o app.tar.zst -l root.layout --verification-keys key.pub --link-dir links --signing-key key \
			--product app --release 1.0 --raw raw --retention release --keep 3653d || return
	intoto store init --log-name example.org/log >log.vkey || return
	for number in $(seq 100); do echo "document $number" >"many/$number"; done
	printf 'many\nlines' >"a name
of two lines"
	intoto store put -q --by alice app.tar.zst && intoto store put -q --by bob --retention short many/7 &&
		intoto store put -q many/* && intoto store put -q --lock-until 2090-01-01T00:00:00Z key.pub &&
		intoto store put -q 'a name
of two lines' && intoto store hold add --name case-1 --by legal --reason 'a "letter"
of two lines' "$(id_of many/9)" && intoto store hold add --name case-2 --by legal --reason why "$(id_of app.tar.zst)" &&
		intoto store put -q --retention gone app && intoto store retention --by alice --class gone=1d --class release=3653d --class default=9d &&
		python3 "$INTOTO_SOURCE/tests/store/age.py" store 2 && intoto store gc --by alice --reason over >removed &&
		intoto store put -q --by carol app && sql 'PRAGMA wal_checkpoint(TRUNCATE)'
}
ok 'a store is made' documents
ok '... one of which an entry was removed and put again' grep -q '1 entries' removed

# Of both: what is in them, without what is the business of each, the number and the time of the put.
contents() {
	local before='' more

	while :; do
		more=$(intoto store search --store "$1" --format=json --limit 10000 ${before:+--before "$before"})
		[ -n "$more" ] || break
		echo "$more" | jq -c 'del(.number, .put)'
		before=$(echo "$more" | tail -n 1 | jq .number)
		[ "$before" -gt 0 ] || break
	done | sort
	intoto store hold list --store "$1" --format=json | jq -cS . | sort
	intoto store retention --store "$1" --format=json | jq -cS 'select(.class != "default" and .class != "") | del(.due)'
	intoto store affected --store "$1" pkg:deb/debian/zlib1g
}
fresh() {
	rm -rf to && intoto store init --store to --log-name example.org/other >/dev/null
}
import() { intoto store import --store to --verifier log.vkey "$@"; }

# --- all of it -------------------------------------------------------------------------------------------
prints 'exported 110 entries' 'all of it is exported' intoto store export out
is "$(ls out | xargs)" 'checkpoint entries.jsonl log.jsonl objects' '... into a folder'
ok 'what holds the bytes is the same as in a store' diff -r --exclude='.new-*' store/objects out/objects
fresh
prints 'whole: all 110 entries' 'it is looked at without a put' import --dry-run out
is "$(intoto store search --store to)" '' '... which puts nothing'
prints '110 new, 0 there already, 1 archives' 'it is imported' import out
contents store >from && contents to >there
ok 'the other store says the same of everything: names, who, locks, classes, holds, releases' diff from there
ok '... which is something' grep -q 'app 1.0' there
is "$(intoto store retention --store to --format=json | jq -c 'select(.class == "default" or .class == "") | .duration')" null \
	'the class "default" does not come along: nothing is kept for less'
prints '0 faults' '... and is whole' intoto store fsck --store to
prints '0 new, 110 there already' 'once more changes nothing' import out
contents to >again
ok '... at all' diff from again
is "$(import --format=json out | jq -c '[.all, .entries, .fresh, .origin, .verified]')" '[true,110,0,"example.org/log",true]' 'for programs, too'
is "$(import -q out)" '' 'and silent if asked'
prints 'UNVERIFIED' 'an import of whatever log it is says so' intoto store import --store to --unverified out
fresh
intoto store retention --store to --by alice --class release=30d --class own=1d >/dev/null
echo mine >mine && intoto store put -q --store to --retention gone mine
import -q out
is "$(intoto store retention --store to --format=json | jq -c 'select(.class == "gone") | .duration')" null 'a class that is used here gets no duration'
is "$(intoto store retention --store to --format=json | jq -c 'select(.class == "release" or .class == "own") | .duration' | xargs)" '86400 2592000' \
	'a class keeps the duration that it has here'
prints 'the log had' 'the checkpoint is one for fsck, too' bash -c '! intoto store fsck --store to --checkpoint out/checkpoint --verifier log.vkey; echo "the log had"'
ok '... of the store that it is of' intoto store fsck --checkpoint out/checkpoint --verifier log.vkey

mkdir more && for number in $(seq 1050); do echo "more $number" >"more/$number"; done
intoto store init --store large --log-name example.org/large >large.vkey && intoto store put -q --store large more/*
ok 'more than a batch' intoto store export -q --store large large.out
fresh
prints '1050 new' '... is imported' intoto store import --store to --verifier large.vkey large.out
rm -rf large large.out more

# --- some of it ------------------------------------------------------------------------------------------
prints 'exported 1 entries' 'a release alone' intoto store export --product app some
ok 'nothing is told of the others: no name' lacks some/entries.jsonl document
ok '... no reason' lacks some/log.jsonl legal
is "$(grep -c '^{"leaf"' some/log.jsonl)" 1 '... no leaf but one'
fresh
prints 'some, 1 entries' 'it is imported' import some
prints 'app 1.0' '... with what the archive holds' intoto store affected --store to pkg:deb/debian/zlib1g
refuses 66 'there is nothing to export' 'nothing is no export' intoto store export --product none nothing
ok '... and makes no folder' not test -e nothing
refuses 64 'option --role wants --digest or --name' 'conditions are those of a search' intoto store export --role product nothing
prints 'sha256:' 'a search by product' intoto store search --product app
is "$(intoto store search --exception '*')" '' 'a search by exception'

# --- where to --------------------------------------------------------------------------------------------
refuses 64 'want a folder' 'an export has a folder' intoto store export
refuses 64 'holds something else' 'which is empty' intoto store export many
refuses 64 'holds something else (index.sqlite' 'and no store' intoto store export store
refuses 64 'want --verifier KEY' 'an import says of whom' intoto store import --store to out
refuses 64 'exclude each other' 'or that it does not care' intoto store import --store to --verifier log.vkey --unverified out
refuses 66 'is no export, or one that was not finished' 'an import of something else' import many
refuses 66 'not-there' 'an import of nothing' import not-there
mv store/log.key away
refuses 66 'log.key' 'an export without the key of the log' intoto store export keyless
mv away store/log.key
git init -q --bare bare 2>/dev/null || mkdir -p bare/objects
refuses 64 'holds something else' 'an export among objects of somebody else' intoto store export bare
mkdir foreign && echo precious >foreign/checkpoint && : >foreign/log.jsonl
refuses 64 'holds something else (checkpoint)' 'an export over a checkpoint of somebody else' intoto store export foreign
is "$(cat foreign/checkpoint)" precious '... which stays'
mkdir -p led elsewhere && : >led/log.jsonl && ln -s ../elsewhere led/objects
refuses 64 'holds something else (objects)' 'an export through a link' intoto store export led
is "$(ls elsewhere)" '' '... and nothing lands behind it'
mkdir -p fanned/objects && : >fanned/log.jsonl && ln -s ../../elsewhere fanned/objects/ab
refuses 64 'holds something else (ab)' 'nor one further down' intoto store export fanned
mkdir piped && mkfifo piped/log.jsonl
refuses 64 'holds something else (log.jsonl)' 'an export into a pipe does not wait' timeout 20 intoto store export piped
mkdir locked
refuses 69 'another export is writing there' 'two exports into one folder' flock locked intoto store export locked
cp -a out reused
ok 'an export of a part into a folder that had all' intoto store export -q --product app reused
is "$(find reused -type f | wc -l)" 4 '... leaves nothing of the rest there'
ok '... and is imported' intoto store import -n --verifier log.vkey reused
cp -a out damaged
chmod u+w "$(object damaged many/5)" && printf '%011d' 0 >"$(object damaged many/5)"
refuses 1 'other bytes than its name says' 'an object that was damaged there' intoto store import -n --verifier log.vkey damaged
ok 'is written again' intoto store export -q damaged
ok '... whole' intoto store import -n --verifier log.vkey damaged
intoto store init --store empty --log-name example.org/empty >empty.vkey
prints 'exported 0 entries' 'an empty store is exported' intoto store export --store empty nothing
prints 'imported: all 0 entries' '... and imported' intoto store import --store to --verifier empty.vkey nothing
intoto store init --store odd --log-name example.org/odd >odd.vkey
echo odd >$'\xff\xfe.txt' && intoto store put -q --store odd --by $'\xfd' $'\xff\xfe.txt'
is "$(intoto store search --store odd --format=json | jq -r '.name, .by' | xargs -d '\n')" '\xff\xfe.txt \xfd' 'a name that is no text is kept as it is shown'
ok '... and exported' intoto store export -q --store odd odd.out

# --- nothing is kept for less --------------------------------------------------------------------------------
fresh
echo there >there.txt
intoto store put -q --store to --retention release there.txt
intoto store put -q --store to many/7
import -q out
is "$(intoto store retention --store to --format=json | jq -c 'select(.class == "release") | .duration')" null 'a class that is used and kept for ever stays so'
is "$(intoto store search --store to --digest "$(id_of many/7)" --format=json; intoto store retention --store to --format=json | jq -c 'select(.class == "short") | .entries')" '' \
	'what was there without a class gets none'
cp -a store good
member=$(intoto store search --kind link --limit 1 --format=json | jq -r .id)
intoto store hold release --name case-2 --by legal --reason over "$member" >/dev/null
intoto store export -q released
fresh
intoto store import -q --store to --verifier log.vkey released
is "$(intoto store hold list --store to --format=json | jq -r .id | sort | xargs)" "$(intoto store hold list --format=json | jq -r .id | sort | xargs)" \
	'a member that was released is not held again with its archive'
rm -rf store && mv good store

# --- what somebody may do to it on its way ---------------------------------------------------------------
fresh
lines() { grep -n "$1" bad/entries.jsonl | head -n 1 | cut -d: -f1; }
seal() { # the checkpoint says of the files what they are now; its signature is none any more
	local name

	for name in log.jsonl entries.jsonl; do
		sed -i "s/^$name sha256:.*/$name sha256:$(sha256sum "bad/$name" | cut -c -64)/" bad/checkpoint
	done
}
# breaks STATUS TEXT SENTENCE CMD...: as it is, and nothing is put
breaks() {
	local status=$1 text=$2 sentence=$3
	shift 3
	rm -rf bad && cp -a out bad && "$@"
	refuses "$status" "$text" "$sentence" import bad
	is "$(intoto store search --store to)" '' '... and nothing is put'
}
# deep STATUS TEXT SENTENCE CMD...: somebody without the key makes it fit; only who does not look at signatures comes that far
deep() {
	local status=$1 text=$2 sentence=$3
	shift 3
	rm -rf bad && cp -a out bad && "$@" && seal
	refuses 1 'the signature of example.org/log does not verify' "$sentence: the signature says so" import bad
	refuses "$status" "$text" "$sentence" intoto store import --store to --unverified bad
	is "$(intoto store search --store to)" '' '... and nothing is put'
}
intoto store init --store another --log-name example.org/log >another.vkey
intoto store init --store third --log-name example.org/third >third.vkey
refuses 1 'is not signed by example.org/log' 'another key of the same name' intoto store import --store to --verifier another.vkey out
refuses 1 'is not signed by example.org/third' 'another log' intoto store import --store to --verifier third.vkey out
breaks 66 'is no export, or one that was not finished' 'no checkpoint' rm bad/checkpoint
breaks 65 'is of a log, and not of an export' 'the checkpoint of a log' bash -c 'intoto store log >bad/checkpoint'
breaks 65 'checkpoint: is no file' 'a pipe for a checkpoint' bash -c 'rm bad/checkpoint && mkfifo bad/checkpoint'
breaks 65 'log.jsonl: is no file' 'a device for a log' ln -sf /dev/zero bad/log.jsonl
breaks 66 'log.jsonl' 'no log' rm bad/log.jsonl
breaks 66 'entries.jsonl' 'no entries' rm bad/entries.jsonl
breaks 1 'entries.jsonl: is another one than the checkpoint says' 'a hold that was dropped' sed -i 's/"name":"case-1"/"name":"case-0"/' bad/entries.jsonl
breaks 1 'entries.jsonl: is another one than the checkpoint says' 'a last line that was cut' truncate -s -3 bad/entries.jsonl
breaks 1 'log.jsonl: is another one than the checkpoint says' 'a leaf that was changed' sed -i 's/alice/elica/' bad/log.jsonl
breaks 66 'No such file' 'an object that is missing' rm -f "$(object bad many/5)"
breaks 1 'other bytes than its name says' 'an object that was changed' bash -c 'chmod u+w "$1" && echo other >"$1"' - "$(object bad many/5)"
breaks 1 'other bytes than its name says' 'a pipe in its place' bash -c 'rm -f "$1" && mkfifo "$1"' - "$(object bad many/5)"
breaks 74 'many' 'a link in its place' bash -c 'mv "$1" bad/many && ln -s "$PWD/bad/many" "$1"' - "$(object bad many/5)"

entry='"name":"5",'
deep 1 'lines are missing, or were added' 'a leaf that is missing' sed -i 5d bad/log.jsonl
deep 1 'lines are missing, or were added' 'a leaf that was added' sed -i 5p bad/log.jsonl
deep 1 'lines were changed, or changed places' 'leaves that changed places' sed -i '5{h;d};6G' bad/log.jsonl
deep 1 'lines were changed, or changed places' 'a leaf of another time' sed -i 's/\(time\\":\)1/\12/' bad/log.jsonl
deep 1 'and does not show leaf' 'a leaf of which there is the hash alone' python3 -c '
import hashlib, json
lines = open("bad/log.jsonl", "rb").read().splitlines()
at = [n for n, line in enumerate(lines) if json.loads(json.loads(line)["leaf"])["type"] == "hold"][0]
lines[at] = json.dumps({"hash": hashlib.sha256(b"\0" + json.loads(lines[at])["leaf"].encode()).hexdigest()}).encode()
open("bad/log.jsonl", "wb").write(b"\n".join(lines) + b"\n")'
deep 1 'was left out: the log says that it was put' 'an entry that was left out' sed -i "/$entry/d" bad/entries.jsonl
deep 1 'stands there twice' 'an entry that is there twice' sed -i "/$entry/p" bad/entries.jsonl
deep 1 'does not say that this was put as number 7000' 'an entry of another number' sed -i "/$entry/s/\"number\":[0-9]*/\"number\":7000/" bad/entries.jsonl
deep 1 'does not say that this was put' 'an entry of another size' sed -i "/$entry/s/\"size\":[0-9]*/\"size\":1/" bad/entries.jsonl
deep 1 'does not say that this was put' 'an entry of something else' sed -i "/$entry/s/sha256:..../sha256:0000/" bad/entries.jsonl
deep 1 'the log says that this was removed' 'an entry as it was before it was removed' python3 -c '
import json
leaves = [json.loads(json.loads(line)["leaf"]) for line in open("bad/log.jsonl")]
gone = [leaf["id"] for leaf in leaves if leaf["type"] == "removal"][0]
lines = [json.loads(line) for line in open("bad/entries.jsonl")]
for line in lines:
    if line.get("id") == gone: line["number"] = [n for n, leaf in enumerate(leaves) if leaf["type"] == "put" and leaf["id"] == gone][0]
open("bad/entries.jsonl", "w").write("".join(json.dumps(line) + "\n" for line in lines))'
deep 65 'entries.jsonl: line 5' 'a line that is no JSON' sed -i '5s/.*/what/' bad/entries.jsonl
deep 65 'entries.jsonl: line 5' 'a line that says a thing twice' sed -i '5s/{/{"size":1,/' bad/entries.jsonl
deep 65 'name: want a text without NUL' 'a name with a NUL' sed -i "s/$entry/\"name\":\"5\\\\u0000\",/" bad/entries.jsonl
deep 65 'name: want a text without NUL, got a list' 'a name that is none' sed -i "s/$entry/\"name\":[],/" bad/entries.jsonl
deep 65 'lockUntil: want a whole number from 0' 'a lock that is none' sed -i "/$entry/s/\"lockUntil\":0/\"lockUntil\":-1/" bad/entries.jsonl
deep 65 'holds: want a list' 'holds that are none' sed -i "/$entry/s/\"holds\":\\[\\]/\"holds\":\"case\"/" bad/entries.jsonl
deep 65 'holds: one has no name' 'a hold without a name' sed -i "/$entry/s/\"holds\":\\[\\]/\"holds\":[{\"since\":1}]/" bad/entries.jsonl
deep 65 'holds: want texts of at most 1024 bytes' 'a hold for a very long reason' sed -i "/$entry/s/\"holds\":\\[\\]/\"holds\":[{\"name\":\"a\",\"since\":1,\"reason\":\"$(printf %02000d 0)\"}]/" bad/entries.jsonl
deep 65 'duration: want at most' 'a class for longer than there are years' sed -i 's/"duration":[0-9]*/"duration":9223372036854775807/' bad/entries.jsonl
deep 65 'class: want a name' 'a class without a name' sed -i '1s/"class":"[a-z]*"/"class":""/' bad/entries.jsonl
deep 65 'lockUntil: want at most' 'a lock for ever' sed -i "/$entry/s/\"lockUntil\":0/\"lockUntil\":9223372036854775807/" bad/entries.jsonl
deep 65 'id: want sha256:HEX' 'an entry without an id' sed -i "/$entry/s/sha256:/sha512:/" bad/entries.jsonl
deep 65 'duration: want a whole number from 0' 'a class for ever' sed -i 's/"duration":[0-9]*/"duration":null/' bad/entries.jsonl
deep 65 'log.jsonl: line 2: is no leaf' 'a line that is no leaf' sed -i '2s/.*/{"hash":"00"}/' bad/log.jsonl
deep 65 'log.jsonl: line 2' 'a leaf of nothing' sed -i '2s/.*/{"leaf":"{}"}/' bad/log.jsonl
deep 65 'is no checkpoint of a log' 'a checkpoint of nothing' sed -i 2d bad/checkpoint

# --- a store that is not whole, or changes ---------------------------------------------------------------
cp -a store good
sql 'DELETE FROM leaf WHERE number = 7'
refuses 65 'the log has a gap' 'a store that lost a leaf is not exported' intoto store export broken
rm -rf store && cp -a good store
sql "UPDATE leaf SET entry = replace(entry, '\"time\":1', '\"time\":2') WHERE number = 7"
refuses 65 'not those that are signed' 'nor one whose leaf was changed' intoto store export broken
ok '... and what there is of it is no export' not import broken
rm -rf store && cp -a good store
rm -f "$(object store many/5)"
refuses 66 'entry ' 'nor one that lost an object' intoto store export broken
rm -rf store && cp -a good store

# --- killed, and begun again -----------------------------------------------------------------------------
program=$INTOTO_BUILD/intoto/cmd/.libs/intoto-store
[ -x "$program" ] || program=$INTOTO_BUILD/intoto/cmd/intoto-store
export LD_LIBRARY_PATH=$INTOTO_BUILD/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
# killed CLASS RESET AGAIN CMD...
killed() {
	local class=$1 reset=$2 again=$3 count n runs=0
	shift 3
	$reset
	disturbed count "$@"
	count=$(sed -n "s/^$class //p" "$tap_top/fault")
	[ "${count:-0}" -gt 0 ] || { echo "no call of $class"; return 1; }
	for n in $(numbers "$count"); do
		$reset
		disturbed "$class:$n:kill" "$@"
		[ $? -eq 137 ] || continue
		runs=$((runs + 1))
		$again || { echo "$class $n of $count"; return 1; }
	done
	[ $runs -gt 0 ] || { echo "$class: nobody was killed"; return 1; }
}
no_export() { rm -rf part; }
export_again() {
	# Either it was finished, or it says that it was not.
	if import -n part >/dev/null 2>why; then :; else grep -q 'not finished\|No such file' why || { cat why; return 1; }; fi
	"$program" export --store store -q part && import -n part >/dev/null
}
import_again() {
	intoto store fsck --store to >why || { cat why; return 1; }
	import -q out && contents to >there && diff from there
}
for class in write sync name open close; do
	killed $class no_export export_again "$program" export --store store part >why 2>&1
	tap_result $? "an export that is killed at $class" || sed 's/^/# /' why
	killed $class fresh import_again "$program" import --store to --verifier log.vkey out >why 2>&1
	tap_result $? "an import that is killed at $class" || sed 's/^/# /' why
done
done_testing

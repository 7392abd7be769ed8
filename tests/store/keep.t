#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# How long a store keeps what it was given, and what removes it: never what is locked or held.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
prints() {
	refuses 0 "$@"
}
export INTOTO_STORE=$PWD/store
id_of() { echo "sha256:$(sha256sum "$1" | cut -c -64)"; }
names() { intoto store search --format=json "$@" | jq -r .name | sort | xargs; }
# The clock of the store, by so many days: everything in it was put earlier.
age() { python3 "$INTOTO_SOURCE/tests/store/age.py" "$INTOTO_STORE" "$1"; }
gc() { intoto store gc --by alice --reason 'its time is over' "$@"; }

intoto store init >/dev/null
for name in short long none locked held; do echo "$name" >"$name"; done
intoto store put -q --retention short short locked held
intoto store put -q --retention long long
intoto store put -q none

# --- classes -------------------------------------------------------------------------------------------
refuses 64 'want NAME=TIME' 'a class without a duration' intoto store retention --by alice --class short
refuses 64 'want a number' 'a duration that is none' intoto store retention --by alice --class short=soon
refuses 64 'want --set or --lock-until' 'entries for which nothing is wanted' intoto store retention "$(id_of short)"
refuses 64 'want entries' 'a class of nothing' intoto store retention --by alice --set long
refuses 66 'there is no such entry' 'an entry that is not there' intoto store retention --by alice --set long sha256:0123456789
refuses 64 'want --by WHO' 'nobody says namelessly how long a class is kept' intoto store retention --class short=10d
refuses 64 'want --by WHO' 'nor an entry' intoto store retention --set long "$(id_of short)"
refuses 64 'want --by WHO' 'nor locks one' intoto store retention --by '' --lock-until 2200-01-01T00:00:00Z "$(id_of short)"
ok 'classes get durations' intoto store retention --by alice --class short=10d --class long=3653d
prints 'short  10d  3 entries' 'they are listed' intoto store retention
prints '(none)  forever  1 entries' 'with those that have none' intoto store retention
is "$(intoto store retention --format=json | jq -c 'select(.class == "long") | [.duration, .entries, .due]')" '[315619200,1,0]' 'for programs, too'
refuses 64 'want --by WHO and --reason' 'nothing is removed namelessly' intoto store gc
refuses 64 'want --by WHO and --reason' 'nor for no reason' intoto store gc --by alice --reason ''
is "$(intoto store gc --dry-run)" '' 'nothing is due yet'
prints 'removed: 0 entries, 0 objects' 'so nothing is removed' gc
ok 'a lock' intoto store retention --by alice --lock-until 2200-01-01T00:00:00Z "$(id_of locked)"
refuses 64 'is locked until 2200-01-01T00:00:00Z, which can only be lengthened' 'it is never made shorter' \
	intoto store retention --by alice --lock-until 2199-01-01T00:00:00Z "$(id_of locked)"
ok 'a lock for longer' intoto store retention --by alice --lock-until 2201-01-01T00:00:00Z "$(id_of locked)"
intoto store put -q --lock-until 2100-01-01T00:00:00Z locked
refuses 64 'locked until 2201' 'a put again does not shorten it, either' intoto store retention --by alice --lock-until 2200-01-01T00:00:00Z "$(id_of locked)"

# --- holds -----------------------------------------------------------------------------------------------
refuses 64 '--name' 'a hold has a name' intoto store hold add --by legal --reason why "$(id_of held)"
refuses 64 'want a text' 'and a reason' intoto store hold add --name case --by legal --reason '' "$(id_of held)"
refuses 64 'want entries' 'and holds something' intoto store hold add --name case --by legal --reason why
ok 'an entry is held' intoto store hold add --name case-1 --by legal --reason 'a subpoena' "$(id_of held)"
ok 'for two matters' intoto store hold add --name case-2 --by legal --reason 'another one' "$(id_of held)"
is "$(intoto store hold list --format=json | jq -r '.name + " " + .entry + " " + .by + " " + .reason')" \
	"case-1 held legal a subpoena
case-2 held legal another one" 'they are listed'

# --- removing ----------------------------------------------------------------------------------------------
age 11
prints 'short  10d  3 entries  18 bytes  1 of them are due' 'what is due is counted' intoto store retention
is "$(intoto store gc --dry-run --format=json | jq -r .name)" short 'what would go is told'
is "$(names)" 'held locked long none short' 'and stays'
intoto store log >before
prints 'removed: 1 entries, 1 objects (6 bytes)' 'then it goes' gc
is "$(names)" 'held locked long none' 'it alone'
refuses 66 'Z by alice: its time is over' 'who asks for it is told' intoto store get "$(id_of short)"
ok 'its object is gone, too' test ! -e "store/objects/$(id_of short | cut -c 8-9)/$(id_of short | cut -c 10-)"
prints '"reason":"its time is over"' 'the log says why' python3 -c "import sqlite3
for row in sqlite3.connect('store/index.sqlite').execute('SELECT entry FROM leaf'): print(row[0].decode())"
ok 'what was logged before is still there' sh -c 'intoto store log --consistent-since "$(sed -n 2p before)" >/dev/null'
prints 'put  short' 'it may be put again' intoto store put --retention short short
is "$(names)" 'held locked long none short' 'and is there'
ok 'with its bytes' sh -c 'intoto store get "$1" | cmp - short' - "$(id_of short)"
prints 'released: 1 entries' 'one matter is closed' intoto store hold release --name case-1 --by legal --reason 'closed'
age 11
gc >/dev/null
is "$(names)" 'held locked long none' 'the other one still holds'
refuses 66 'nothing of it is held under that name' 'a matter that holds nothing' intoto store hold release --name case-1 --by legal --reason 'closed'
prints 'released: 1 entries' 'then that one' intoto store hold release --name case-2 --by legal --reason 'closed' "$(id_of held)"
gc >/dev/null
is "$(names)" 'locked long none' 'and nothing holds it any more'
ok 'a default' intoto store retention --by alice --class default=1d
gc >/dev/null
is "$(names)" 'locked long' 'is for those without a class'
ok 'for ever' intoto store retention --by alice --class long=forever
age 36500
gc >/dev/null
is "$(names)" 'locked long' 'is for ever, and a lock is a lock'

# --- archives ------------------------------------------------------------------------------------------------
archive() {
	intoto key generate --type ed25519 --no-passphrase -o key >/dev/null && mkdir links && echo app >app &&
		intoto-run -n build -p app --metadata-directory links --signing-key key -- true &&
		intoto layout init root.layout --expires 2091-01-01T00:00:00Z && intoto layout add-step root.layout build --key key.pub --product-rule 'ALLOW *' &&
		intoto sign -f root.layout --signing-key key &&
		intoto archive pack -o app.tar.zst -l root.layout --verification-keys key.pub --link-dir links --signing-key key --retention release "$@"
}
ok 'an archive is packed' archive
export INTOTO_STORE=$PWD/releases
intoto store init >/dev/null
intoto store put -q app.tar.zst
count() { intoto store search --format=json | jq -s length; }
all=$(count)
ok 'it has the class of its manifest' test "$(intoto store retention --format=json | jq -r 'select(.class == "release").entries')" = "$all"
intoto store retention --by alice --class release=10d
link=$(intoto store search --kind link --format=json | jq -r .id)
ok 'the archive is kept for longer than its members' intoto store retention --by alice --set years "$(id_of app.tar.zst)"
intoto store retention --by alice --set release "$link"
age 11
gc >/dev/null
is "$(count)" "$all" 'what an archive holds stays as long as the archive'
intoto store retention --by alice --class years=10d
ok 'a member is held' intoto store hold add --name case --by legal --reason why "$link"
gc >/dev/null
is "$(intoto store search --format=json | jq -r .id)" "$link" 'an archive goes with its members, but for what is held'
intoto store put -q app.tar.zst
is "$(count)" "$all" 'and may be put again'

# --- what killed puts leave ------------------------------------------------------------------------------------
echo orphan >orphan
object=releases/objects/$(id_of orphan | cut -c 8-9)/$(id_of orphan | cut -c 10-)
mkdir -p "$(dirname "$object")" && cp orphan "$object"
: >releases/objects/.new-old && touch -d '2 days ago' releases/objects/.new-old
: >releases/objects/.new-young
prints '1 objects (7 bytes), 1 files of puts that were killed' 'an object of nobody is removed' gc
ok 'and so is an old file that was not finished' test ! -e releases/objects/.new-old
ok 'a young one may still be written' test -e releases/objects/.new-young
refuses 66 'there is no such entry' 'nobody removed what never was one' intoto store get "$(id_of orphan)"

# A put that finds the object there already, which a collection takes before its row is written.
race() {
	local round lost=0

	for round in $(seq 12); do
		echo "racer $round" >racer
		object=releases/objects/$(id_of racer | cut -c 8-9)/$(id_of racer | cut -c 10-)
		mkdir -p "$(dirname "$object")" && cp racer "$object"
		gc >/dev/null &
		intoto store put -q racer || return 1
		wait
		intoto store get "$(id_of racer)" 2>/dev/null | cmp -s - racer || lost=$((lost + 1))
	done
	[ $lost -eq 0 ]
}
ok 'collections beside puts take nothing that was acknowledged' race
done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An operator who changes, in the database, what a store says of releases, and how long it keeps what: fsck finds it.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
prints() {
	refuses 0 "$@"
}
export INTOTO_STORE=$PWD/store
id_of() { echo "sha256:$(sha256sum "$1" | cut -c -64)"; }
sql() {
	python3 -c 'import sqlite3, sys
with sqlite3.connect(sys.argv[1] + "/index.sqlite") as db: db.executescript(sys.argv[2])' "$INTOTO_STORE" "$1"
}
# finds CODE SENTENCE TEXT SQL: after this
finds() {
	sql "$4"
	refuses 1 "$3" "$2" intoto store fsck
	ok "... [$1]" grep -qF "[$1]" <(intoto store fsck)
	rm -rf store && cp -a good store
}

# --- a locked archive, the next one of the same product, one without some of its members, and a file ----------------
archives() {
	intoto key generate --type ed25519 --no-passphrase -o key >/dev/null && mkdir links && echo app >app && echo secret >secret &&
		intoto-run -n build -p app --metadata-directory links --signing-key key -- true &&
		intoto layout init root.layout --expires 2091-01-01T00:00:00Z && intoto layout add-step root.layout build --key key.pub --product-rule 'ALLOW *' &&
		intoto sign -f root.layout --signing-key key || return
	pack=(intoto archive pack -l root.layout --verification-keys key.pub --link-dir links --signing-key key --product app)
	"${pack[@]}" -o one.tar.zst --release 1.0 --retention release --lock-until 2090-01-01T00:00:00Z &&
		"${pack[@]}" -o two.tar.zst --release 1.1 --previous one.tar.zst --add secret=secret &&
		intoto archive export -o three.tar --redact other/secret --reason confidential --signing-key key two.tar.zst &&
		"${pack[@]}" -o four --release 2.0 --add app=app
}
ok 'archives are made' archives
intoto store init >/dev/null
intoto store put -q one.tar.zst two.tar.zst app
prints '; 0 faults' 'a store with archives is whole' intoto store fsck
is "$(intoto store fsck --format=json | jq -c '[.faults, .notes]')" '[0,0]' 'for programs, too'
intoto store put -q three.tar
is "$(intoto store fsck --format=json | jq -c '[.faults, .notes]')" '[0,0]' 'so is one from which something was withheld'
cp -a store good
intoto store put -q four
prints '[archive.unnoted]' 'one whose put was killed, or that is called otherwise, is noted, and no fault' intoto store fsck
rm -rf store && cp -a good store

finds archive.release 'a verdict that was changed' 'the index says another product, release, verdict or time of it than its manifest' \
	"UPDATE release SET verdict = 'refused' WHERE release = '1.0'"
finds archive.release 'a product' 'the index says another product' "UPDATE release SET product = 'other' WHERE release = '1.0'"
finds archive.release 'a number of the release' 'the index says another product, release' "UPDATE release SET release = '1.5' WHERE release = '1.1'"
finds archive.release 'a time' 'the index says another product, release, verdict or time' "UPDATE release SET time = time - 1 WHERE release = '1.1'"
finds archive.release 'the one before it' 'the index says another product' "UPDATE release SET previous = x'' WHERE release = '1.1'"
finds archive.release 'releases that were deleted' 'the index does not say what release it is' 'DELETE FROM release'
finds archive.entry 'a verdict of the entry' 'its entry has another verdict or type than its manifest says' \
	"UPDATE entry SET verdict = 'refused' WHERE name = 'one.tar.zst'"
finds archive.entry 'a type' 'its entry has another verdict or type' "UPDATE entry SET media_type = 'text/plain' WHERE name = 'one.tar.zst'"
finds archive.members 'members that were deleted' 'members that its manifest names' 'DELETE FROM member'
finds archive.members 'one of them' 'the index lacks 1 members that its manifest names' "DELETE FROM member WHERE name = 'other/secret'"
finds archive.members 'one that is another' 'the index lacks 1 members that its manifest names' \
	"UPDATE member SET entry = (SELECT number FROM entry WHERE name = 'app') WHERE name = 'other/secret'"
finds archive.members 'one that no manifest names' 'the index has 1 members that its manifest does not name' \
	"INSERT INTO member (archive, entry, role, name) SELECT number, 0, 'other', 'other/more' FROM entry WHERE name = 'one.tar.zst'"
finds archive.lock 'a lock that was taken away' 'its manifest says that it is locked until 2090-01-01T00:00:00Z, the index says until never' \
	"UPDATE entry SET lock_until = 0 WHERE name = 'one.tar.zst'"
finds archive.lock 'or made earlier' 'the index says until 2020-09-13T12:26:40Z' "UPDATE entry SET lock_until = 1600000000 WHERE name = 'one.tar.zst'"
finds archive.lock 'that of a member' 'and 1 of its members are for less' "UPDATE entry SET lock_until = 0 WHERE name = 'root.layout'"
finds archive.stray 'a release of what is no archive' 'and not that it is an archive' \
	"INSERT INTO release (entry, product, release, verdict, time, previous) SELECT number, 'app', '3.0', 'passed', 1, x'' FROM entry WHERE name = 'app'"
finds archive.stray 'an archive that was made a file' 'and not that it is an archive' \
	"UPDATE entry SET kind = 'file', media_type = 'application/octet-stream', verdict = '' WHERE name = 'one.tar.zst'"
finds archive.stray 'a file that was made an archive' 'the index says that it is an archive; its bytes are none' \
	"UPDATE entry SET kind = 'archive' WHERE name = 'app'"
ok 'a later lock is none of the manifest, and no fault' sql "UPDATE entry SET lock_until = lock_until + 86400 WHERE name = 'one.tar.zst'"
ok '... indeed' intoto store fsck
rm -rf store && cp -a good store

# --- how long: the log has it, too ------------------------------------------------------------------------------------
echo plain >plain && echo other >other && echo third >third
intoto store put -q --retention short --lock-until 2080-01-01T00:00:00Z plain
intoto store put -q --retention short other third
intoto store retention --by alice --class short=10d --class long=3653d
intoto store retention --by bob --lock-until 2085-01-01T00:00:00Z "$(id_of third)"
intoto store retention --by carol --set long "$(id_of other)"
intoto store put -q --by dave --lock-until 2086-01-01T00:00:00Z other
leaves() { python3 -c 'import sqlite3
for row in sqlite3.connect("store/index.sqlite").execute("SELECT entry FROM leaf ORDER BY number"): print(row[0].decode())'; }
of() { leaves | jq -c "select($1)"; }
is "$(of '.type == "put" and .kind == "file" and .lockUntil == 3471292800' | jq -c '[.class, .size]')" '["short",6]' 'a put says class and lock'
is "$(of '.type == "retention"' | jq -c '[.actor, .class, .duration, .id]')" '["alice","short",864000,null]
["alice","long",315619200,null]' 'who says how long a class is kept stands in the log'
is "$(of '.type == "class"' | jq -c '[.actor, .class, .id]')" "[null,\"release\",\"$(id_of one.tar.zst)\"]
[null,\"release\",\"$(id_of two.tar.zst)\"]
[null,\"release\",\"$(id_of three.tar)\"]
[\"carol\",\"long\",\"$(id_of other)\"]" 'who changes a class, or what the manifest of an archive says'
is "$(of '.type == "lock"' | jq -c '[.actor, .lockUntil, .id]')" "[null,3786912000,\"$(id_of one.tar.zst)\"]
[\"bob\",3629145600,\"$(id_of third)\"]
[\"dave\",3660681600,\"$(id_of other)\"]" 'and who locks something'
is "$(of '.type == "archive"' | jq -r .id)" "$(id_of one.tar.zst)
$(id_of two.tar.zst)
$(id_of three.tar)" 'and what is an archive'
intoto store put -q one.tar.zst two.tar.zst three.tar plain
is "$(of '.type == "archive"' | wc -l)" 3 'once'
is "$(intoto store fsck --format=json | jq -c '[.faults, .notes]')" '[0,0]' 'all of that is whole'
rm -rf good && cp -a store good
lock_of() { echo "UPDATE entry SET lock_until = $2 WHERE name = '$1'"; }
finds entry.lock 'a lock of a put that was taken away' 'the log says that it is locked until 2080-01-01T00:00:00Z, the index says until never' "$(lock_of plain 0)"
finds entry.lock 'a lock of later, made earlier' 'the log says that it is locked until 2085-01-01T00:00:00Z, the index says until 2025-06-18' "$(lock_of third 1750204800)"
finds entry.lock 'a lock of a second put' 'the log says that it is locked until 2086-01-01T00:00:00Z' "$(lock_of other 0)"
finds entry.class 'a class of a put' "the log says that its class is short, the index says gone" "UPDATE entry SET class = 'gone' WHERE name = 'plain'"
finds entry.class 'a class that was changed back' "the log says that its class is long, the index says short" "UPDATE entry SET class = 'short' WHERE name = 'other'"
finds entry.class 'a class of an archive' "the log says that its class is release, the index says (none)" "UPDATE entry SET class = '' WHERE name = 'one.tar.zst'"
finds entry.class 'one where there was none' "the log says that its class is (none), the index says short" "UPDATE entry SET class = 'short' WHERE name = 'app'"
finds entry.time 'the time of a put' 'the index says another time of its put than the log' "UPDATE entry SET put = put - 86400 WHERE name = 'app'"
finds class.duration 'a duration that was made shorter' "the log says that the class long is kept for 315619200 seconds, the index says 86400" \
	"UPDATE retention SET duration = 86400 WHERE class = 'long'"
finds class.duration 'one that was forgotten' "the log says that the class long is kept for a time, the index says for ever" "DELETE FROM retention WHERE class = 'long'"
finds class.unlogged 'a class that nobody defined' "the index has the class gone, of which the log says nothing" "INSERT INTO retention VALUES ('gone', 1)"
finds archive.hidden 'an archive that was made a file, and all that was said of it forgotten' 'the log says that it is an archive, the index does not' \
	"UPDATE entry SET kind = 'file', media_type = 'application/octet-stream', verdict = '' WHERE name = 'one.tar.zst'; DELETE FROM release; DELETE FROM member"
intoto store retention --by alice --class short=forever
ok 'a class that is kept for ever is whole, too' intoto store fsck
finds class.duration 'and is no other' "the log says that the class short is kept for ever, the index says for a time" "INSERT INTO retention VALUES ('short', 1)"

# --- a store of before, whose log tells of none of this ----------------------------------------------------------------
intoto store init --store old >/dev/null
INTOTO_STORE=$PWD/old intoto store put -q --retention short --lock-until 2080-01-01T00:00:00Z plain other
intoto store init --store older >/dev/null
INTOTO_STORE=$PWD/older intoto store put -q two.tar.zst
older() { python3 "$INTOTO_SOURCE/tests/store/age.py" --older "$1" 0; }
older old && older older
INTOTO_STORE=$PWD/old sql "INSERT INTO retention VALUES ('short', 864000)"
INTOTO_STORE=$PWD/older
is "$(intoto store fsck --format=json | tail -n 1 | jq -c '[.faults, .notes]')" '[0,0]' 'an archive of before is whole'
sql "UPDATE entry SET class = 'gone' WHERE kind = 'archive'"
prints 'its manifest says that its class is release, the index says gone' 'another class of it is noted' intoto store fsck
is "$(intoto store fsck --format=json | tail -n 1 | jq -c '[.faults, .notes]')" '[0,1]' '... and no fault'
sql "UPDATE release SET product = 'other'"
refuses 1 'the index says another product' 'another product is one' intoto store fsck
INTOTO_STORE=$PWD/old
prints '[class.unlogged]' 'a class of before is noted' intoto store fsck
is "$(intoto store fsck --format=json | tail -n 1 | jq -c '[.faults, .notes]')" '[0,1]' '... and no fault'
intoto store retention --by alice --class short=10d --set short "$(id_of other)"
is "$(intoto store fsck --format=json | tail -n 1 | jq -c '[.faults, .notes]')" '[0,0]' 'what is said again is in the log'
sql "UPDATE entry SET class = 'gone'"
refuses 1 "the log says that its class is short, the index says gone" '... and stays so' intoto store fsck
is "$(intoto store fsck --format=json | tail -n 1 | jq -c '[.faults, .notes]')" '[1,0]' 'of what was not, nothing is known'

# --- what a collection believes -----------------------------------------------------------------------------------------
INTOTO_STORE=$PWD/store
gc() { intoto store gc --by mallory --reason 'to hide it' "$@"; }
cheat="UPDATE entry SET lock_until = 0, class = 'gone', put = put - 86400 * 3653; DELETE FROM hold; INSERT INTO retention VALUES ('gone', 1)"
rm -rf store && cp -a good store
intoto store hold add --name case --by legal --reason why "$(id_of app)"
count=$(intoto store search --limit 1000 --format=json | jq -s length)
sql "$cheat"
refuses 1 "removed: 0 entries, 0 objects (0 bytes), $count entries stay: see store fsck" 'an index that was cheated removes nothing' gc
is "$(intoto store search --limit 1000 --format=json | jq -s length)" "$count" '... indeed'
refuses 1 'the log says that it is locked until 2090-01-01T00:00:00Z, and the index that its time is over' 'a locked archive is told' gc --dry-run
refuses 1 'the log says that it is held' 'and what is held' gc
refuses 1 'the log says that it is locked until 2086-01-01T00:00:00Z' 'and what was locked later' gc
refuses 1 'the log says that it is kept for ever' 'and what has no class' gc
is "$(gc --format=json | jq -r 'select(.name == "third").stays')" 'the log says that it is locked until 2085-01-01T00:00:00Z' 'for programs, too'
is "$(gc --format=json | tail -n 1 | jq -c '[.entries, .kept]')" "[0,$count]" 'with how many'
rm -rf store && cp -a good store
sql "UPDATE entry SET put = put - 86400 * 11 WHERE name = 'plain'; UPDATE entry SET lock_until = 0 WHERE name = 'plain'"
python3 "$INTOTO_SOURCE/tests/store/age.py" store 11
refuses 1 'stays: ' 'what is due goes beside what stays' gc
is "$(intoto store search --format=json --limit 1000 | jq -r .name | grep -cx 'plain')" 1 '... which is there'
sql "UPDATE entry SET kind = 'file' WHERE number = 1; UPDATE leaf SET entry = replace(entry, 'put', 'pat') WHERE number = (SELECT number FROM entry WHERE name = 'plain')"
refuses 65 'of the log: is no leaf' 'a log that cannot be read removes nothing' gc
done_testing

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
done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Archives that were made to harm: manifests that are signed well and lie, files that are packed oddly, bombs,
# masses.  Each is refused with its sentence, within bounds of memory, time and disk.  What only changes a good archive is in archive.t.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
for tool in python3 openssl zstd; do command -v $tool >/dev/null || skip_all "there is no $tool"; done
signed() { python3 "$INTOTO_SOURCE/tests/archive/signed.py" "$@"; }
check() { intoto archive verify --key packer.pub "$@"; }
for name in packer stranger; do intoto key generate --type ed25519 --no-passphrase -o $name >/dev/null; done

# --- a manifest that its signer should not have signed ----------------------------------------------------------
signed packer good.tar same
ok 'what another program packed and signed is whole' intoto archive list good.tar
ok 'and comes out' intoto archive extract --key packer.pub -o out good.tar
is "$(cat out/other/a out/other/b)" ab 'as it went in'
refuses 1 'signed by none of the 1 keys' 'for those whom one trusts' intoto archive extract --key stranger.pub -o none good.tar

lying() { signed packer bad.tar "$1" && check bad.tar; }
while IFS='|' read -r what status sentence; do
	refuses "$status" "$sentence" "$what: is refused" lying "$what"
done <<'TABLE'
dotdot|65|manifest.dsse.json: subject[1]: its name is none that a member may have
absolute|65|subject[1]: its name is none that a member may have
backslash|65|subject[1]: its name is none that a member may have
control|65|subject[1]: its name is none that a member may have
empty-part|65|subject[1]: its name is none that a member may have
long-part|65|subject[1]: its name is none that a member may have
long-name|65|subject[1]: its name is none that a member may have
not-utf8|65|manifest.dsse.json: 
two-of-one-name|65|subject[1]: the names are not in order
order|65|subject[1]: the names are not in order
case|1|other/a: differs from another name in case alone [archive.repeated]
case-manifest|1|differs from another name in case alone [archive.repeated]
case-renewals|65|subject[0]: its name is none that a member may have
file-and-folder|1|other/a/b: stands below a name that is a file [archive.repeated]
case-folder|1|other/a/b: stands below a name that is a file [archive.repeated]
root|65|predicate.merkleRoot: is not the root over its members
size-below-0|65|predicate.members[0]: a size below 0
size-real|65|manifest.dsse.json: 
size-huge|65|its members have no end
role|65|predicate.members[0]: a role that is unknown
fewer-members|65|predicate.members: want as many as there are subjects
upper-hex|65|subject[0]: want digests in lower-case hex digits
evidence-elsewhere|65|predicate.completeness[0]: its evidence is no member
first-of-a-chain|65|predicate.previous: the first archive of a chain has none
number-without-previous|65|predicate.previous: the first archive of a chain has none, all others have one
time|65|predicate.time: want a time like
type|65|predicateType: want
statement|65|_type: want
TABLE

# --- a file that is packed oddly ----------------------------------------------------------------------------------
zstd -q good.tar -o good.tar.zst
ok 'a compressed one is whole' intoto archive list good.tar.zst
twice() { zstd -q -f good.tar.zst -o bad.zst && check bad.zst; }
refuses 65 'is compressed more than once' 'compressed twice' twice
# A frame that zstd passes over, with a secret in it; and a second, empty one.
behind() { { cat good.tar.zst && printf "$1"; } >bad.zst && intoto archive list bad.zst; }
refuses 1 'goes on behind its end' 'bytes that no reader sees stand behind it' behind '\x50\x2a\x4d\x18\x06\x00\x00\x00secret'
refuses 1 'goes on behind its end' 'an empty frame stands behind it' behind '\x28\xb5\x2f\xfd\x00\x58\x01\x00\x00'
before() { { printf '\x50\x2a\x4d\x18\x06\x00\x00\x00secret' && cat good.tar.zst; } >bad.zst && intoto archive list bad.zst; }
refuses 1 'goes on behind its end' 'or in front of it' before
mkfifo pipe
refuses 65 'is no file' 'a pipe that nobody writes to' timeout 20 intoto archive list pipe

# What was cut short in the middle of a member leaves nothing of that member.
head -c 300000 /dev/urandom >big
chain() {
	for name in owner bob; do intoto key generate --type ed25519 --no-passphrase -o $name || return; done
	intoto layout init root.layout --expires 2031-01-01T00:00:00Z &&
		intoto layout add-step root.layout build --key bob.pub --product-rule 'ALLOW *' &&
		intoto sign -f root.layout --signing-key owner && mkdir links &&
		intoto-run -n build --metadata-directory links --signing-key bob -- true
}
ok 'a chain is made' chain
pack() {
	local out=$1
	shift
	intoto archive pack -o "$out" -l root.layout --verification-keys owner.pub --link-dir links --at 2030-06-01T00:00:00Z \
		--signing-key packer "$@"
}
ok 'an archive with a large member' pack big.tar --compression none --add big=big
cut_extract() { rm -rf cut && head -c 200000 big.tar >cut.tar && intoto archive extract --key packer.pub -o cut cut.tar; }
refuses 1 'cut ' 'one that ends in the middle of it' cut_extract
ok 'what is good is there' test -s cut/layout/root.layout
ok 'and of that member nothing' test ! -e cut/other/big

# --- what cannot be packed, because nobody would unpack it ---------------------------------------------------------
refuses 65 'stands below a name that is a file' 'a file in the place of a folder' pack no.tar --add x=big --add x/y=big
refuses 65 'differs from another name in case alone' 'two files for one name' pack no.tar --add same=big --add SAME=big
refuses 74 'became longer while it was packed' 'a file that has more than it says' pack no.tar --add x=/proc/self/status
ok 'leaves nothing' test ! -e no.tar

# --- bombs and masses -----------------------------------------------------------------------------------------------
# The address space of a program with libarchive and a window of zstd is far from what the bombs hold.
small() { prlimit --as=$((320 << 20)) --cpu=60 -- "$@"; }
[ -n "${INTOTO_KIND-}" ] && small() { "$@"; } # a sanitizer has memory of its own
mkdir room
signed packer - bomb | zstd -q -1 -o bomb.zst
ok 'a bomb of more than 1:5,000 is made' test "$(stat -c %s bomb.zst)" -lt 268435
refuses 65 'more than 1000 times its size' 'is not begun with, whoever signed it' small env TMPDIR="$PWD/room" intoto archive verify --key packer.pub bomb.zst
refuses 65 'more than 1000 times its size' 'nor extracted' small intoto archive extract --unverified -o out2 bomb.zst
refuses 65 'more than 1000 times its size' 'nor listed' small intoto archive list bomb.zst
rm bomb.zst
signed stranger - bomb-small | zstd -q -1 -o bomb.zst
# 1 MiB is what the program may write: nothing of a stranger's members is.
refuses 1 'the manifest is signed by none of the 1 keys' 'nothing of a smaller one is unpacked that a stranger signed' \
	prlimit --fsize=$((1 << 20)) -- env TMPDIR="$PWD/room" intoto archive verify --key packer.pub bomb.zst
refuses 1 'signed by none of the 1 keys' 'nor extracted' prlimit --fsize=$((1 << 20)) -- intoto archive extract --key packer.pub -o out3 bomb.zst
ok 'no folder was made' test ! -e out3 -a -z "$(ls room)"
ok 'what its signer is trusted for is read in constant memory' small intoto archive list bomb.zst
rm bomb.zst

signed packer million.tar million
refuses 65 'more than 134217728 bytes' 'a manifest of a million members' small intoto archive list million.tar
signed packer million.tar one-too-many
refuses 65 'subject: more than 100000 members' 'or of one more than an archive may have' small intoto archive list million.tar
rm million.tar
signed packer most.tar most
ok 'as many as an archive may have are read' small intoto archive list --format=json most.tar
is "$(jq '.members | length' "$tap_stdout")" 100000 'all of them'

done_testing

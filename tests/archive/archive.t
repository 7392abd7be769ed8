#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Archives: what is packed proves the release alone, and each way of changing one is named.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
forge=$INTOTO_SOURCE/tests/archive/forge.py
# prints TEXT SENTENCE COMMAND...: it succeeds, and says so
prints() {
	refuses 0 "$@"
}

# --- a chain -----------------------------------------------------------------------------------------
export SOURCE_DATE_EPOCH=1900000000
now=2030-03-17T17:46:40Z
for name in owner bob packer stranger; do
	intoto key generate --type ed25519 --no-passphrase -o $name >/dev/null || diag "no key $name"
done
intoto key generate --type ecdsa-p256 --no-passphrase -o carol >/dev/null
echo '{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[]}' >app.cdx.json
chain() {
	intoto layout init root.layout --expires 2031-01-01T00:00:00Z &&
		intoto layout add-step root.layout build --key bob.pub --product-rule 'ALLOW *' &&
		intoto layout add-step root.layout test --key carol.pub --material-rule 'MATCH app WITH PRODUCTS FROM build' &&
		intoto sign -f root.layout --signing-key owner && echo x >app && mkdir links &&
		intoto-run -n build -p app app.cdx.json --metadata-directory links --signing-key bob -- true &&
		intoto-run -n test -m app --metadata-directory links --signing-key carol -- true
}
ok 'a chain is made' chain
pack() {
	local out=$1
	shift
	intoto archive pack -o "$out" -l root.layout --verification-keys owner.pub --link-dir links --at $now \
		--signing-key packer "$@"
}
mkdir reports && cp app.cdx.json reports/sbom.json && echo nobody >reports/other
prints 'packed: one.tar.zst, 9 members; the chain passed' 'it is packed' pack one.tar.zst --product app --release 1.0 \
	--raw reports --keep 3653d
prints 'build: 1 of 1' 'with the evidence of each step' pack again.tar.zst --product app --release 1.0 --raw reports --keep 3653d
ok 'the same chain gives the same bytes' cmp one.tar.zst again.tar.zst
ok 'a report that evidence names is in it' intoto archive show one.tar.zst "raw/sha256/$(sha256sum app.cdx.json | cut -c -64)"
refuses 66 'there is no member' 'one that nobody names is not' intoto archive show one.tar.zst "raw/sha256/$(sha256sum reports/other | cut -c -64)"

# --- it proves the release -----------------------------------------------------------------------------
check() { intoto archive verify --key packer.pub "$@"; }
prints 'PASSED: one.tar.zst' 'it passes' check one.tar.zst
elsewhere() { mkdir -p away && cp one.tar.zst packer.pub away && (cd away && check one.tar.zst); }
prints 'PASSED' 'without anything beside it' elsewhere
refuses 1 'the manifest is signed by none of the 1 keys' 'a stranger did not sign it' intoto archive verify --key stranger.pub one.tar.zst
refuses 1 'expired at 2031-01-01' 'as of a later time its layout has expired' check --at 2031-06-01T00:00:00Z one.tar.zst
ok 'as of a time before it has not' check --at 2030-06-01T00:00:00Z one.tar.zst
refuses 64 'want the public key' 'nobody is trusted who was not named' intoto archive verify one.tar.zst
today() {
	intoto layout init today.layout --expires 2031-01-01T00:00:00Z &&
		intoto layout add-step today.layout build --key bob.pub --threshold 1 --product-rule 'ALLOW *' &&
		intoto layout add-step today.layout review --key bob.pub && intoto sign -f today.layout --signing-key owner
}
today >/dev/null
refuses 1 'found 0 of 1 valid links' 'under a stricter layout of today it would not pass' check --layout today.layout \
	--verification-keys owner.pub one.tar.zst
ok 'under the same layout it does' check --layout root.layout --verification-keys owner.pub one.tar.zst
refuses 64 'wants the keys of who signed it' 'a layout from outside needs its keys' check --layout root.layout one.tar.zst
refuses 1 'no signature by key' 'and is verified with them' check --layout root.layout --verification-keys stranger.pub one.tar.zst
json() { check --format json one.tar.zst | jq -e '.verdict == "passed" and .chain.verdict == "passed" and (.signers | length) == 1 and ([.chain.inputs[].uri] | all(startswith("/") | not))'; }
ok 'programs are told the same' json

refuses 1 '1.0: is not the release that was asked for, 1.1 [archive.release]' 'an archive is no other release' check --product app --release 1.1 one.tar.zst
refuses 1 'app: is not the product that was asked for, lib [archive.release]' 'nor another product' check --product lib one.tar.zst
prints 'app: says that it is of release 1.0' 'it says which it is' check --product app --release 1.0 one.tar.zst

# --- the chain of archives -----------------------------------------------------------------------------
ok 'the next release names it' pack two.tar.zst --release 1.1 --previous one.tar.zst
prints 'is the archive before this one, number 0' 'which is verified' check --previous one.tar.zst two.tar.zst
prints 'which was not given' 'or said to be open' check two.tar.zst
ok 'another one is packed' pack other.tar.zst --product app --release 0.9
refuses 1 'is not the archive that this one names' 'another one is not the one before' check --previous other.tar.zst two.tar.zst
strange() {
	intoto archive pack -o bad.tar.zst -l root.layout --verification-keys owner.pub --link-dir links --at $now --product app --release 9 "$@"
}
ok "a stranger's archive is packed" strange --signing-key stranger
mv bad.tar.zst theirs.tar.zst
refuses 1 'theirs.tar.zst: who signed it must be named (--previous-key FILE), unless the same key signs now' \
	'which is nothing to go on from' pack three.tar.zst --release 1.1 --previous theirs.tar.zst
ok 'and nothing is packed' test ! -e three.tar.zst
refuses 1 'is signed by none of the 2 keys' 'nor where somebody else is named' pack three.tar.zst --release 1.1 --previous theirs.tar.zst --previous-key bob.pub
ok 'unless he is named' pack three.tar.zst --release 1.1 --previous theirs.tar.zst --previous-key stranger.pub
ok 'a new key goes on from the old one, where that is named' strange --signing-key carol --previous one.tar.zst --previous-key packer.pub
refuses 64 'option --previous-key wants --previous' 'a key of no archive' pack four.tar.zst --previous-key packer.pub
refuses 64 'is of another product' 'nor may the product change' pack three.tar.zst --product else --previous one.tar.zst

# --- taking out ----------------------------------------------------------------------------------------
out() { rm -rf out && intoto archive extract -o out "$@"; }
ok 'members are extracted' out --key packer.pub one.tar.zst
ok 'what comes out verifies' intoto verify -l out/layout/root.layout --verification-keys out/layout/keys/*.pub --link-dir out/links --at $now
ok 'one member alone' out --key packer.pub one.tar.zst links/"$(ls links | grep '^build')"
is "$(find out -type f | wc -l)" 1 'is one file'
refuses 1 'signed by none of the 1 keys' 'nothing comes out for a stranger' out --key stranger.pub one.tar.zst
ok 'not even a folder' test ! -e out
refuses 64 'want the key' 'without a key' out one.tar.zst
mkdir full && touch full/x
refuses 64 'want an empty folder' 'into a folder that holds something' intoto archive extract -o full --key packer.pub one.tar.zst

# --- one that does not pass ----------------------------------------------------------------------------
mkdir few && cp links/build* few
few() { pack few.tar.zst --link-dir few "$@"; }
refuses 1 'nothing was packed' 'a chain that does not pass is not packed' few
ok 'and nothing is left' test ! -e few.tar.zst
prints 'DID NOT PASS' 'unless one wants it' few --even-if-refused
prints 'test: no evidence' 'the archive says what is missing' intoto archive list few.tar.zst
refuses 1 'the chain does not pass' 'and does not pass' check few.tar.zst
refuses 64 'want a key that signs' 'an archive is always signed' intoto archive pack -o no.tar -l root.layout \
	--verification-keys owner.pub --link-dir links --at $now

# --- changed archives ------------------------------------------------------------------------------------
pack plain.tar --compression none --product app --release 1.0 >/dev/null
forged() { python3 "$forge" plain.tar bad.tar "$1" && check bad.tar; }
ok 'one that was only written anew passes' forged same
ok 'or with headers of GNU' forged gnu
while IFS='|' read -r what sentence; do
	refuses 1 "$sentence" "$what: is named" forged "$what"
done <<'TABLE'
removed|is in the manifest, and is not there [archive.removed]
replaced|has other bytes than the manifest says [archive.replaced]
longer|has another size than the manifest says [archive.replaced]
added|links/more.link: is there, and the manifest does not name it [archive.added]
repeated|is there twice [archive.repeated]
reordered|does not stand where the manifest has it [archive.reordered]
dotdot|links/../../outside: is a name that no archive has [archive.unsafe]
absolute|/etc/outside: is a name that no archive has [archive.unsafe]
backslash|is a name that no archive has [archive.unsafe]
control|links/\u{1b}[2Joutside: is a name that no archive has [archive.unsafe]
symlink|links/out: is no file: archives hold no links, folders and devices [archive.unsafe]
hardlink|links/out: is no file: archives hold no links, folders and devices [archive.unsafe]
device|links/out: is no file: archives hold no links, folders and devices [archive.unsafe]
global|it has headers that other programs read in another way [archive.cut]
gnu-long-name|it has headers that other programs read in another way [archive.cut]
unknown-attribute|it has headers that other programs read in another way [archive.cut]
later-size|is there, and the manifest does not name it [archive.added]
renewal|renewals/0001.dsse.json: later evidence that this version cannot judge: predicateType: is neither a renewal nor a redaction [archive.added]
TABLE
refuses 65 'is no archive of evidence: its first member is not manifest.dsse.json' 'a manifest at the end' forged late-manifest
refuses 65 'is no archive of evidence' 'no manifest' forged no-manifest

# A good manifest on the bytes of another release, and a stranger's.
mixed() {
	rm -rf mix && mkdir mix && tar -xf plain.tar -C mix && cp "links/$(ls links | grep '^test')" "mix/links/$(ls links | grep '^build')" &&
		(cd mix && tar --format=pax -cf ../bad.tar manifest.dsse.json $(cd .. && tar -tf plain.tar | tail -n +2)) && check bad.tar
}
refuses 1 'than the manifest says [archive.replaced]' 'a good manifest on other bytes' mixed
theirs() { intoto archive pack -o bad.tar.zst -l root.layout --verification-keys owner.pub --link-dir links --at $now --signing-key stranger >/dev/null && check bad.tar.zst; }
refuses 1 'the manifest is signed by none' "a stranger's manifest on good bytes" theirs

refuses 65 'differs from another name in case alone' 'names that some file systems take for one are not packed' pack bad.tar.zst --add same=app --add SAME=app

# --- hostile files -----------------------------------------------------------------------------------------
cut_at() { head -c "$1" one.tar.zst >bad.tar.zst && check bad.tar.zst; }
size=$(stat -c %s one.tar.zst)
refuses 65 'Truncated zstd input' 'one byte is missing at the end' cut_at $((size - 1))
ok 'half of it is no archive that passes' not cut_at $((size / 2))
behind() { cat plain.tar - <<<more >bad.tar && check bad.tar; }
refuses 1 '[archive.cut]' 'something stands behind the end' behind
# --- what no reader shows ------------------------------------------------------------------------------------
# hidden WHICH: a byte in the filling behind the manifest, a member, the last one, or an extended header
pack long.tar --compression none --add "$(printf %0150d 0)=app" >/dev/null
hidden() {
	python3 - long.tar bad.tar "$1" <<'PYTHON' && check bad.tar
import sys, tarfile
data = bytearray(open(sys.argv[1], 'rb').read())
ends = [m.offset_data + m.size for m in tarfile.open(sys.argv[1])]
long = next(m.offset for m in tarfile.open(sys.argv[1]) if len(m.name) > 100)
head = long + 512 + int(bytes(data[long + 124:long + 135]), 8)
end = {'manifest': ends[0], 'member': ends[1], 'last': ends[-1], 'header': head}[sys.argv[3]]
assert end % 512 and not any(data[end:end + 512 - end % 512])
data[end + (511 - end % 512)] = 1
open(sys.argv[2], 'wb').write(data)
PYTHON
}
ok 'an archive with a long name' check long.tar
for what in manifest member last header; do
	refuses 1 'it hides bytes in the filling behind a member [archive.cut]' "a byte in the filling of: $what" hidden $what
done
packed() { hidden member >/dev/null; zstd -q -f bad.tar -o bad.tar.zst && check bad.tar.zst; }
refuses 1 'it hides bytes in the filling behind a member' 'in a compressed one, too' packed

bomb() {
	python3 - plain.tar bad.tar <<'PYTHON'
import io, sys, tarfile
source = tarfile.open(sys.argv[1])
with tarfile.open(sys.argv[2], 'w', format=tarfile.PAX_FORMAT) as out:
    for m in source.getmembers():
        out.addfile(m, source.extractfile(m))
    m = tarfile.TarInfo('other/zero')
    m.size = 1 << 30
    class Zero(io.RawIOBase):
        def read(self, n=-1):
            return b'\0' * n
    out.addfile(m, Zero())
PYTHON
	zstd -q -f bad.tar -o bad.tar.zst && rm bad.tar && check bad.tar.zst
}
refuses 1 'more comes out of it than it may hold' 'a bomb of 1:10,000 is not unpacked' bomb
many() {
	python3 - plain.tar bad.tar <<'PYTHON'
import sys, tarfile
source = tarfile.open(sys.argv[1])
block = tarfile.TarInfo('other/x').tobuf(tarfile.USTAR_FORMAT)
with tarfile.open(sys.argv[2], 'w', format=tarfile.PAX_FORMAT) as out:
    for m in source.getmembers():
        out.addfile(m, source.extractfile(m))
    for _ in range(1000):
        out.fileobj.write(block * 1000)
PYTHON
	zstd -q -f bad.tar -o bad.tar.zst && rm bad.tar && check bad.tar.zst
}
refuses 1 'many more members than the manifest names' 'a million members are not read' many
refuses 65 'Unrecognized archive format' 'a text' check root.layout
refuses 66 'not-there' 'no file' check not-there
refuses 65 'is no file' 'a folder' check links

# --- packing what cannot be packed ---------------------------------------------------------------------------
refuses 64 'want NAME=FILE' 'a file without a name' pack no.tar --add app
refuses 64 'want names without' 'a name that leads out' pack no.tar --add ../x=app
refuses 66 'not-there' 'a file that is not there' pack no.tar --add x=not-there
refuses 64 'from 1 to 19' 'a level that zstd does not have' pack no.tar --level 40
refuses 64 'want one of' 'two times for one lock' pack no.tar --keep 1d --lock-until 2036-01-01T00:00:00Z
ok 'leaves nothing' test ! -e no.tar
full_disk() { (ulimit -f 1 && trap '' XFSZ && pack no.tar --add big="$(readlink -f "$(type -P intoto)")" --compression none); }
if [ -n "${INTOTO_KIND-}" ]; then
	skip 'libarchive loses its buffer when a write fails, which a leak check tells' 'a disk that is full'
else
	refuses 74 'no.tar' 'a disk that is full' full_disk
fi
ok 'leaves nothing, too' test -z "$(ls -A | grep no.tar)"

done_testing

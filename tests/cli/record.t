#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto record: a step in two halves, and what must hold between them.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'

for name in alice eve; do
	intoto key generate --no-passphrase -o "$tap_top/$name.pem" >/dev/null
done
alice=$tap_top/alice.pem
id=$(intoto key id --keyid-style=legacy "$alice.pub")
eve_id=$(intoto key id --keyid-style=legacy "$tap_top/eve.pem.pub")
link=edit.${id:0:8}.link
unfinished=.edit.${id:0:8}.link-unfinished

start() { intoto record start -n edit --signing-key "$alice" "$@"; }
stop() { intoto record stop -n edit --signing-key "$alice" "$@"; }
fresh() {
	cd "$tap_work" && rm -rf -- "$1" && mkdir "$1" && cd "$1" || exit 1
}
payload() {
	sed -n 's/.*"payload": *"\([^"]*\)".*/\1/p' "$link" | base64 -d
}
link_has() { payload >"$tap_top/payload" && has "$tap_top/payload" "$1"; }
link_lacks() { payload >"$tap_top/payload" && [ -s "$tap_top/payload" ] && lacks "$tap_top/payload" "$1"; }
signed() { intoto sign --verify -q -f "${1:-$link}" -k "$alice.pub"; }
absent() { [ ! -e "$1" ] || { echo "$1 is there"; return 1; }; }
files() { find . -mindepth 1 -printf '%P\n' | LC_ALL=C sort | tr '\n' ' '; }
full_disk() {
	(trap '' XFSZ; ulimit -f 0; "$@" 2>&1) | cat
	return "${PIPESTATUS[0]}"
}

# --- both halves -------------------------------------------------------------------------------------
fresh both
echo one >a
ok 'a step starts' start -m .
is "$(files)" "$unfinished a " 'there is an unfinished link'
ok 'it is signed' signed "$unfinished"
echo two >a
echo three >b
ok 'the step stops' stop -v -p .
is "$(cat "$tap_stderr")" "intoto record stop: $link: 1 materials, 2 products" 'and says so'
is "$(files)" "a b $link " 'the link is there, and nothing else'
ok 'signed' signed
ok 'with the material' link_has '"materials":{"a":{"sha256":"2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806"}}'
ok 'and the products' link_has '"products":{"a":{"sha256":"27dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a"},"b"'
ok 'without a command' link_has '"command":[]'
ok 'and a status' link_has '"byproducts":{}'

fresh python
mkdir meta
ok 'lines for the Python tool work: start' intoto-record start -n edit -k "$alice" -t ed25519 -m . --use-dsse
ok 'and stop, with the metadata folder that only it knows there' \
	intoto-record stop -n edit -k "$alice" -p . -d meta --use-dsse
is "$(files)" "meta meta/$link " 'the link is where it belongs'

fresh format
ok 'what starts as Metablock' start --format=metablock
ok 'stops' stop
ok 'as Metablock' has "$link" '"signatures"'
ok 'signed' signed

fresh folder
mkdir meta
ok 'both in a folder: start' start -d meta
is "$(files)" "meta meta/$unfinished " 'there'
ok 'stop' stop -d meta
is "$(files)" "meta meta/$link " 'there, too'

fresh patterns
touch a.o a.c
ok 'with patterns' start -m . --exclude '*.o'
ok 'and others' stop -p . --exclude nothing
ok 'the link has both' link_has '"environment":{"intoto":{"exclude":["*.o"],'
ok 'each by its name' link_has '"intoto-products":{"exclude":["nothing"],'

# --- refusals ----------------------------------------------------------------------------------------
fresh refusals
refuses 66 "$unfinished: no such file; 'intoto record start' with the same step name and key makes it" \
	'stop without start' stop
ok 'start' start
refuses 64 "$unfinished: a record of this step has been started; finish it with 'intoto record stop', or remove the file" \
	'start twice' start
refuses 66 'no such file' 'stop with another key' intoto record stop -n edit -k "$tap_top/eve.pem"
cp "$unfinished" ".edit.${eve_id:0:8}.link-unfinished"
refuses 1 ".edit.${eve_id:0:8}.link-unfinished: " 'even under its name' intoto record stop -n edit -k "$tap_top/eve.pem"
cp "$unfinished" "${unfinished/edit/other}"
refuses 65 "link.name: want 'other', found another name" 'another step' intoto record stop -n other -k "$alice"
refuses 66 'intoto record stop: nowhere: no such file or folder' 'a product that is not there' stop -p nowhere
ok 'leaves the unfinished link' signed "$unfinished"
sed 's/"payload": *"../&AA/' "$unfinished" >changed
mv "$unfinished" kept
mv changed "$unfinished"
refuses 65 "$unfinished: " 'an unfinished link that was changed' stop
head -c 100 kept >"$unfinished"
refuses 65 "$unfinished: " 'one that was cut off' stop
ok 'no link came of these' absent "$link"
mv kept "$unfinished"
refuses 74 'File too large' 'a full disk' full_disk stop
ok 'leaves no link' absent "$link"
ok 'and the unfinished one' signed "$unfinished"
ok 'with which it goes on' stop

fresh usage
refuses 64 'want a command: start, stop' 'neither' intoto record
refuses 64 "unknown option '--products'" 'products at the start' start --products x
refuses 64 "unknown option '-m'" 'materials at the end' intoto record stop -n edit -k "$alice" -m=x
refuses 64 "unexpected 'word'" 'a word too many' intoto record start -n edit -k "$alice" -- word
refuses 64 'every process could read the passphrase' 'a passphrase on the command line' start -P
refuses 66 'nowhere: no such file or folder' 'a material that is not there' start -m nowhere
refuses 74 'File too large' 'a full disk' full_disk start
is "$(files)" '' 'nothing was written'

done_testing

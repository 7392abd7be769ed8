#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto sign: signatures on layouts and links, added, replaced and looked for.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

# What the last command of ok or refuses said, or did not.
says() {
	grep -qF -- "$1" "$tap_out"
	tap_result $? "$2" || tap_show_output
}
silent() {
	is "$(cat "$tap_out")" '' "$1"
}

for name in alice bob carl; do
	intoto key generate --no-passphrase -o $name.key >/dev/null
done
intoto key generate --no-passphrase -t ecdsa-p256 -o dora.key >/dev/null
intoto key generate --no-passphrase -t rsa -o emil.key >/dev/null
echo 'a secret' >secret
intoto key generate --passphrase-file secret -o frank.key >/dev/null

# As somebody who may not write everywhere, also when root runs the tests.
unprivileged() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --bounding-set=-dac_override,-dac_read_search "$@"
	else
		"$@"
	fi
}
# No file can grow: what a full disk does, without one.  The output goes through a pipe.
full_disk() {
	(trap '' XFSZ; ulimit -f 0; "$@" 2>&1) | cat
	return "${PIPESTATUS[0]}"
}

layout='{"_type":"layout","expires":"2035-01-01T00:00:00Z","inspect":[],"keys":{},"readme":"x\ny \u00e9","steps":[]}'
link='{"_type":"link","byproducts":{},"command":["make"],"environment":{},"materials":{},"name":"build","products":{}}'
metablock() { printf '{"signed":%s,"signatures":[]}' "$1"; }
dsse() {
	printf '{"payload":"%s","payloadType":"application/vnd.in-toto+json","signatures":[]}' \
		"$(printf %s "$1" | base64 -w0)"
}
signers() {
	grep -oE '"keyid": ?"[0-9a-f]*"' "$1" | cut -d'"' -f4 | while read -r id; do
		for name in alice bob carl dora emil frank; do
			[ "$(intoto key id $name.key.pub)" = "$id" ] && echo -n "$name "
		done
	done
}

for form in metablock dsse; do
	$form "$layout" >root.layout
	ok "$form: signs a layout in place" intoto sign -f root.layout -k alice.key
	silent "$form: and says nothing"
	is "$(signers root.layout)" 'alice ' "$form: with the right keyid"
	ok "$form: --verify finds it" intoto sign -f root.layout --verify -k alice.key.pub
	says 'root.layout: signed by alice.key.pub (' "$form: and says by whom"
	refuses 1 'root.layout: not signed by bob.key.pub' "$form: --verify misses another" \
		intoto sign -f root.layout --verify -k alice.key.pub bob.key.pub
	is "$(grep -c 'not signed by alice' "$tap_stderr")" 0 "$form: but not the first"
	ok "$form: other keys are added" intoto sign -f root.layout -k bob.key dora.key emil.key
	is "$(signers root.layout)" 'alice bob dora emil ' "$form: behind those that were there"
	ok "$form: all of them are good" intoto sign -f root.layout --verify \
		-k alice.key.pub bob.key.pub dora.key.pub emil.key.pub
	ok "$form: a second signature replaces the first of that key" intoto sign -f root.layout -a -k bob.key
	is "$(signers root.layout)" 'alice bob dora emil ' "$form: there are no duplicates"
	ok "$form: --replace drops the others" intoto sign -f root.layout --replace -k carl.key
	is "$(signers root.layout)" 'carl ' "$form: and only those"
	refuses 1 'not signed by alice.key.pub' "$form: the old ones are gone" \
		intoto sign -f root.layout --verify -k carl.key.pub alice.key.pub
	$form "${layout/\"2035-01-01T00:00:00Z\"/5}" >broken.layout
	cp broken.layout before
	refuses 65 'broken.layout: layout.expires: want a text, found a number' "$form: signs no layout that nobody could read" \
		intoto sign -f broken.layout -k alice.key
	ok "$form: and leaves it as it was" cmp broken.layout before
	sed 's/2035/2036/; s/IyMDM1/IyMDM2/; s/MjAzNS/MjAzNi/; s/yMDM1L/yMDM2L/' root.layout >changed.layout
	ok "$form: the change was made" not cmp -s root.layout changed.layout
	refuses 1 'changed.layout: not signed by carl.key.pub' "$form: a changed document is not signed" \
		intoto sign -f changed.layout --verify -k carl.key.pub
	ok "$form: -o leaves the input alone" intoto sign -f root.layout -k alice.key -o signed.layout
	is "$(signers root.layout)/$(signers signed.layout)" 'carl /carl alice ' "$form: and writes the other"
	through() { intoto sign -f - -k bob.key <root.layout; }
	ok "$form: standard input comes out of standard output" through
	is "$(signers "$tap_stdout")" 'carl bob ' "$form: signed"

	# links
	$form "$link" >unsigned
	rm -f build.*.link
	ok "$form: a link goes to the name that verification looks for" intoto sign -f unsigned -k alice.key
	id=$(intoto key id alice.key)
	file=build.${id:0:8}.link
	says "intoto sign: wrote $file" "$form: and says so"
	ok "$form: signed" intoto sign -f "$file" --verify -k alice.key.pub
	is "$(signers unsigned)" '' "$form: the input stays"
	ok "$form: again in place" intoto sign -f "$file" -k alice.key
	silent "$form: needs no word"
	current=$(intoto key id --keyid-style=current alice.key)
	ok "$form: in the other dialect" intoto sign -q -f unsigned --keyid-style=current -k alice.key
	silent "$form: -q says nothing"
	ok "$form: the name follows" has "build.${current:0:8}.link" "$current"
	mkdir -p meta && cp unsigned meta/
	ok "$form: beside its input" intoto sign -f meta/unsigned -k alice.key
	ok "$form: not in the current folder" test -s "meta/$file"
	refuses 64 "the name of a link's file has room for one key, found 2" "$form: two keys want --output" \
		intoto sign -f unsigned -k alice.key bob.key
	ok "$form: which does it" intoto sign -f unsigned -k alice.key bob.key -o two.link
	is "$(signers two.link)" 'alice bob ' "$form: with both"
	$form "${link/build/..\\/evil}" >evil
	refuses 65 'evil: link.name' "$form: a name is not taken for a path" intoto sign -f evil -k alice.key
	ok "$form: nothing was written" not compgen -G '../evil*'
done

metablock "$layout" >root.layout
ln -s root.layout alias.layout
ok 'a symbolic link stays one' intoto sign -f alias.layout -k alice.key
ok 'and its file is signed' intoto sign -f root.layout --verify -k alice.key.pub
ok 'it is still a link' test -L alias.layout
ok 'an encrypted key' intoto sign -f root.layout -k frank.key --passphrase-file secret
refuses 65 'frank.key: there is no terminal' 'an encrypted key without a source' intoto sign -f root.layout -k frank.key
ok '-v names keys and file' intoto sign -v -f root.layout -k alice.key -o out.layout
says "signed with key $(intoto key id alice.key)" 'with the keyid'
says 'wrote out.layout' 'and the path'
ok '--verify --format=json' intoto sign -f root.layout --verify --format=json -k alice.key.pub frank.key.pub
verdict() { python3 -c 'import json, sys
report = json.load(open(sys.argv[1]))
print(report["verdict"], *(key["file"] + ":" + str(key["signed"]) for key in report["keys"]))' "$1"; }
is "$(verdict "$tap_stdout")" 'passed alice.key.pub:True frank.key.pub:True' 'lists every key'
refuses 1 'not signed by bob.key.pub' '--format=json refuses alike' \
	intoto sign -f root.layout --verify --format=json -k alice.key.pub bob.key.pub
is "$(verdict "$tap_stdout")" 'failed alice.key.pub:True bob.key.pub:False' 'and says who is missing'
ok '--verify -q says nothing on success' intoto sign -q -f root.layout --verify -k alice.key.pub
silent 'not a word'

# Mistakes.
before=$(cat root.layout)
refuses 64 'option --file FILE is missing' 'wants a file' intoto sign -k alice.key
refuses 64 'option --key KEY is missing' 'wants a key' intoto sign -f root.layout
ok '--signing-key is another name' intoto sign -f root.layout --signing-key alice.key -o out.layout
refuses 64 'option --append contradicts --replace' 'append or replace' intoto sign -f root.layout --append --replace -k alice.key
refuses 64 'option --verify only looks' '--verify writes nothing' intoto sign -f root.layout --verify -o x -k alice.key.pub
refuses 64 'option --format wants --verify' '--format is for the report' intoto sign -f root.layout --format=json -k alice.key
refuses 65 'alice.key.pub: this key is public, want the private one' 'signs with no public key' \
	intoto sign -f root.layout -k alice.key.pub
refuses 66 'none.key: No such file' 'a key that is not there' intoto sign -f root.layout -k bob.key none.key
refuses 66 'none.layout: No such file' 'a document that is not there' intoto sign -f none.layout -k bob.key
refuses 65 'kms:key: no such file and no known kind of signer' 'a signer of another world' intoto sign -f root.layout -k kms:key
is "$(cat root.layout)" "$before" 'after every refusal the document is what it was'
echo '{"signed":{},"signatures":[],"signed":{}}' >twice
refuses 65 'twice: ' 'a duplicate member' intoto sign -f twice -k alice.key
head -c 40 root.layout >cut
refuses 65 'cut: ' 'a document that is cut off' intoto sign -f cut -k alice.key
printf '{"a":1}' >other.json
refuses 65 'other.json: ' 'a document that is no envelope' intoto sign -f other.json -k alice.key
refuses 65 'twice: ' '--verify of a bad document is no "no"' intoto sign -f twice --verify -k alice.key.pub
refuses 66 'none.pub: No such file' '--verify with a missing key is no "no"' \
	intoto sign -f root.layout --verify -k alice.key.pub none.pub
full() { intoto sign -f root.layout -k alice.key -o - >/dev/full; }
refuses 74 'No space left on device' 'a full standard output' full
refuses 74 'root.layout: write: File too large' 'a full disk' full_disk intoto sign -f root.layout -k bob.key
is "$(cat root.layout)" "$before" 'leaves the document as it was'
mkdir locked && cp root.layout locked && chmod 555 locked
refuses 74 'locked/root.layout: Permission denied' 'a folder that cannot be written to' \
	unprivileged intoto sign -f locked/root.layout -k bob.key
is "$(cat locked/root.layout)" "$before" 'leaves the document as it was'
ok 'nothing half-written is left' not compgen -G '.*.tmp'

done_testing

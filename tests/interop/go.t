#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# in-toto-golang of Debian 13: layouts and links made by us verify there, links made there verify here,
# in Metablock and DSSE, for RSA, ECDSA and Ed25519 keys.
#
# It does not write layouts, and three of its faults limit the directions.  Each is asserted by its
# symptom, so that we notice when it goes:
#   A  it verifies Metablock over the document rebuilt from its own model.  A key object without
#      keyid_hash_algorithms (our --keyid-style=current) gets "null" for it: wrong signature.
#   B  for the same reason a key object with "private": "" (the Python tool's) loses that member.
#   C  its DSSE payload is canonical JSON, which leaves newlines raw: a link of a command that printed
#      a line is no JSON.  It then skips its own link; we refuse it by name.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/interop/chain.sh"

if ! folder=$(bash "$INTOTO_SOURCE/tests/lib/peers.sh" in-toto-golang 2>peers.log); then
	diag "$(tail -n 3 peers.log)"
	skip_all 'in-toto-golang of Debian 13 cannot be had'
fi
go=$folder/in-toto-golang
future=2100-01-01T00:00:00Z
past=2020-01-01T00:00:00Z
here=$PWD

for type in rsa ecdsa ed25519; do
	for name in owner bob eve; do
		ok "we make the $type key $name" key_of_ours $name-$type $type
	done
	is "$("$go" key id bob-$type.pem.pub)" "$(intoto key id --keyid-style=legacy bob-$type.pem.pub)" \
		"$type: its keyid is our legacy one"
done

# go_steps FOLDER KEY WRITER [OPTION...]
go_steps() (
	folder=$1 key=$2 writer=$3
	shift 3
	mkdir -p "$folder" && cd "$folder" &&
		"$go" run -n write "$@" -k "$key" -p src -- "$writer" &&
		# shellcheck disable=SC2086 # words
		"$go" run -n package "$@" -k "$key" -m src -p demo.tar -- $pack
)
# go_verify FOLDER LAYOUT KEY
go_verify() {
	in_fresh_folder "$1" "$go" verify -l "$here/$2" -k "$3" -d "$here/$1"
}
# our_verify FOLDER LAYOUT KEY
our_verify() {
	in_fresh_folder "$1" intoto-verify -v -l "$here/$2" --verification-keys "$3" --link-dir "$here/$1"
}

for format in metablock dsse; do
	for type in rsa ecdsa ed25519; do
		it="$format, $type"
		owner=$here/owner-$type.pem.pub
		layout=$format-$type.layout
		links=$format-$type
		dsse=
		[ $format = metablock ] || dsse=--use-dsse

		# --- made here, verified there ---------------------------------------------------------
		ok "$it: we write a layout" layout_of_ours $layout $format legacy $future owner-$type.pem bob-$type.pem.pub
		ok "$it: we record two steps" steps_of_ours $links $format legacy "$here/bob-$type.pem"
		ok "$it: our chain verifies here" our_verify $links $layout "$owner"
		ok "$it: our chain verifies there" go_verify $links $layout "$owner"

		refuses 1 'signature' "$it: another owner's key is refused there" \
			go_verify $links $layout "$here/eve-$type.pem.pub"
		rm -f expired.layout
		layout_of_ours expired.layout $format legacy $past owner-$type.pem bob-$type.pem.pub >/dev/null 2>&1
		refuses 1 'expired' "$it: our expired layout is refused there" go_verify $links expired.layout "$owner"
		cp -r $links changed
		printf x >>changed/demo.tar
		refuses 1 'DISALLOW' "$it: a changed product is refused there" go_verify changed $layout "$owner"
		rm -r changed
		steps_of_ours eve $format legacy "$here/eve-$type.pem" >/dev/null 2>&1
		refuses 1 'link(s) have a valid signature' "$it: links by another functionary are refused there" go_verify eve $layout "$owner"
		refuses 1 'step.threshold' "$it: and here" our_verify eve $layout "$owner"
		rm -r eve

		# --- made there, verified here: links, under our layout ------------------------------------
		# Fault C: in DSSE only what prints nothing.
		writer=write-sources
		[ $format = metablock ] || writer=write-silently
		# shellcheck disable=SC2086 # an option or nothing
		ok "$it: it records two steps" go_steps go-$links "$here/bob-$type.pem" $writer $dsse
		ok "$it: its links verify there" go_verify go-$links $layout "$owner"
		ok "$it: its links verify here" our_verify go-$links $layout "$owner"
		ok "$it: our sign --verify takes its link" intoto sign --verify -f go-$links/write.*.link -k bob-$type.pem.pub
		ok "$it: its sign --verify takes our link" "$go" sign --verify -f $links/write.*.link -k bob-$type.pem.pub

		cp -r go-$links spoilt
		if [ $format = metablock ]; then
			spoil spoilt/write.*.link 's/"return-value": 0/"return-value": 1/'
		else
			spoil spoilt/write.*.link 's/"payload": "eyJfdHlwZSI6ImxpbmsiLCJi/"payload": "eyJfdHlwZSI6ImxpbmsiLCJj/'
		fi
		refuses 1 'link.signature' "$it: a changed link of its is refused here" our_verify spoilt $layout "$owner"
		rm -r spoilt
		cp -r go-$links changed
		printf x >>changed/demo.tar
		refuses 1 'rule.disallow' "$it: a changed product of its is refused here" our_verify changed $layout "$owner"
		rm -r changed
	done
done

# --- a layout that it signed -----------------------------------------------------------------------------
cp metablock-rsa.layout signed-there.layout
ok 'it adds a signature to our layout' "$go" sign -f signed-there.layout -k eve-rsa.pem -o signed-there.layout
ok 'which we take' our_verify metablock-rsa signed-there.layout "$here/eve-rsa.pem.pub"
ok 'with ours still there' our_verify metablock-rsa signed-there.layout "$here/owner-rsa.pem.pub"

# --- its faults ------------------------------------------------------------------------------------------
ok 'A: we write a layout with keys in the current dialect' layout_of_ours current.layout metablock current $future \
	owner-rsa.pem bob-rsa.pem.pub
steps_of_ours current metablock current "$here/bob-rsa.pem" >/dev/null 2>&1
ok 'A: its chain verifies here' our_verify current current.layout "$here/owner-rsa.pem.pub"
intoto sign -f current.layout --keyid-style=legacy --signing-key owner-rsa.pem >/dev/null # the id it looks for
refuses 1 'invalid signature' 'A: it still loses the absence of keyid_hash_algorithms' \
	go_verify current current.layout "$here/owner-rsa.pem.pub"

if /usr/bin/python3 -c 'import in_toto, securesystemslib.interface' 2>/dev/null; then
	in-toto-keygen python-owner
	/usr/bin/python3 "$INTOTO_SOURCE/tests/interop/python_layout.py" python.layout $future python-owner rsa bob-rsa.pem.pub rsa
	ok 'B: a layout of the Python tool verifies here' our_verify metablock-rsa python.layout "$here/python-owner.pub"
	refuses 1 'invalid signature' 'B: it still loses an empty private member' \
		go_verify metablock-rsa python.layout "$here/python-owner.pub"
else
	skip "Debian's in-toto is not installed" 'B: it still loses an empty private member'
fi

ok 'C: it records in DSSE what printed a line' go_steps printed "$here/bob-rsa.pem" write-sources --use-dsse
refuses 1 "found '0'" 'C: it still cannot read that itself' go_verify printed dsse-rsa.layout "$here/owner-rsa.pem.pub"
refuses 1 'step.threshold' 'C: we refuse it' our_verify printed dsse-rsa.layout "$here/owner-rsa.pem.pub"
ok 'C: and name the file' has "$tap_out" "$(cd printed && echo write.*.link)"
refuses 65 'unexpected newline' 'C: and what is wrong with it' intoto sign --verify -f printed/write.*.link -k bob-rsa.pem.pub

done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Whole chains that nobody here wrote: the test data that other implementations carry, with layouts,
# links, keys and products of theirs.  Each verifies, and its twins are refused.
#
# From Debian's packages of their source code (tests/lib/peers.sh), and from $INTOTO_VECTORS.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

here=$PWD
# in_folder PRODUCT... -- COMMAND...: in a fresh folder with copies of the products
in_folder() {
	local products=()
	while [ "$1" != -- ]; do products+=("$1"); shift; done
	shift
	rm -rf "$here/fresh" && mkdir "$here/fresh" && cp -- "${products[@]}" "$here/fresh/" && (cd "$here/fresh" && "$@")
}
# chain PRODUCT LAYOUT KEY LINKS [OPTION...]: in a folder with the product alone
chain() {
	local product layout key links
	product=$(realpath -e "$1") && layout=$(realpath -e "$2") && key=$(realpath -e "$3") && links=$(realpath -e "$4") || return 99
	in_folder "$product" -- intoto verify -v -l "$layout" --verification-keys "$key" --link-dir "$links" "${@:5}"
}
# source_of PACKAGE FOLDER: sets $folder, or skips
source_of() {
	folder=$(bash "$INTOTO_SOURCE/tests/lib/peers.sh" "$1" trixie "$2" 2>peers.log) && return 0
	diag "$(tail -n 2 peers.log)"
	skip "Debian's $1 cannot be had" "the chains of $1"
	return 1
}
# twin FILE OUT: a copy with other digests
twin() {
	sed 's/"sha256": *"0/"sha256": "1/; t; s/"sha256": *"[1-9a-f]/"sha256": "0/' "$1" >"$2" && not cmp -s "$1" "$2"
}

# --- in-toto-golang ----------------------------------------------------------------------------------------
if source_of golang-github-in-toto-in-toto-golang-dev usr/share/gocode/src/github.com/in-toto/in-toto-golang/test/data; then
	# One is of an envelope, has certificates beside keys, and an inspection that unpacks the product.
	for layout in demo.layout demo.dsse.layout; do
		good=("$folder/foo.tar.gz" "$folder/$layout" "$folder/alice.pub" "$folder")
		ok "Go's $layout verifies" chain "${good[@]}"
		refuses 1 '[layout.signature]' "Go's $layout is refused with another key" \
			chain "$folder/foo.tar.gz" "$folder/$layout" "$folder/carol.pub" "$folder"
		printf x | cat "$folder/foo.tar.gz" - >foo.tar.gz
		refuses 1 '[rule.disallow]' "Go's $layout is refused with a changed product" \
			chain foo.tar.gz "$folder/$layout" "$folder/alice.pub" "$folder"
		refuses 1 '[layout.expiry]' "Go's $layout is refused when it has expired" chain "${good[@]}" --at 2031-01-01T00:00:00Z
		for step in write-code package; do
			rm -rf links && cp -r "$folder" links && rm links/$step.*.link
			refuses 1 '[step.threshold]' "Go's $layout is refused without a link of $step" chain "${good[@]:0:3}" links
			name=$(cd "$folder" && echo $step.*.link)
			ok "there is a changed link of $step" twin "$folder/$name" "links/$name"
			refuses 1 '[link.signature]' "Go's $layout is refused with a changed link of $step" chain "${good[@]:0:3}" links
		done
	done
	three=("$folder/foo.tar.gz" "$folder/dsse-only.root.layout" "$folder/alice.pub" "$folder")
	ok "Go's chain of three steps in DSSE verifies as of 2023" chain "${three[@]}" --at 2023-05-01T00:00:00Z
	refuses 1 '[layout.expiry]' 'and has expired by now' chain "${three[@]}"
	# Its chain with a sublayout comes unsigned, and its links beside it: as its own test does.
	cp "$folder/super.layout" "$folder/alice" .
	rm -rf links && mkdir -p links/sub_layout.70ca5750
	cp "$folder"/sub_layout.*.link links && cp "$folder"/write-code.*.link "$folder"/package.*.link links/sub_layout.70ca5750
	refuses 1 '[layout.signature]' "Go's layout over a sublayout comes unsigned" \
		chain "$folder/foo.tar.gz" super.layout "$folder/alice.pub" links --at 2021-03-01T00:00:00Z
	ok 'its key can sign it' intoto sign -f super.layout -k alice
	ok "Go's chain with a sublayout verifies as of 2021" \
		chain "$folder/foo.tar.gz" super.layout "$folder/alice.pub" links --at 2021-03-01T00:00:00Z
	rm links/sub_layout.*.link
	refuses 1 '[step.threshold]' 'and not without the sublayout' \
		chain "$folder/foo.tar.gz" super.layout "$folder/alice.pub" links --at 2021-03-01T00:00:00Z
fi

# --- go-securesystemslib ---------------------------------------------------------------------------------------
if source_of golang-github-secure-systems-lab-go-securesystemslib-dev \
	usr/share/gocode/src/github.com/secure-systems-lab/go-securesystemslib/signerverifier/test-data; then
	for link in rsa ecdsa ed25519; do
		for key in rsa-test-key ecdsa-test-key ecdsa-test-key-pem ed25519-test-key ed25519-test-key-pem; do
			if [ "${key%%-*}" = $link ]; then
				ok "its $link link verifies with $key" intoto sign --verify -f "$folder"/test-$link.*.link -k "$folder/$key.pub"
			else
				refuses 1 'no signature by key' "its $link link is refused with $key" \
					intoto sign --verify -f "$folder"/test-$link.*.link -k "$folder/$key.pub"
			fi
		done
	done
fi

# --- in-toto-rs ------------------------------------------------------------------------------------------------
if source_of librust-in-toto-dev usr/share/cargo/registry/in-toto-0.4.0/tests/test_verifylib; then
	rust=("$folder/workdir/demo-project.tar.gz" "$folder/workdir/root.layout" "$folder/workdir/alice.pub")
	ok "Rust's chain verifies as of 2022" chain "${rust[@]}" "$folder/links" --at 2022-11-30T00:00:00Z
	refuses 1 '[layout.expiry]' 'and has expired by now' chain "${rust[@]}" "$folder/links"
	for link in "$folder"/links/*.link; do
		name=$(basename "$link")
		rm -rf links && cp -r "$folder/links" links && rm "links/$name"
		refuses 1 '[step.threshold]' "not without $name" chain "${rust[@]}" links --at 2022-11-30T00:00:00Z
		ok "there is a changed $name" twin "$link" "links/$name"
		refuses 1 '[link.signature]' "not with a changed $name" chain "${rust[@]}" links --at 2022-11-30T00:00:00Z
	done
	printf x | cat "$folder/workdir/demo-project.tar.gz" - >demo-project.tar.gz
	refuses 1 '[rule.disallow]' 'not with a changed product' chain demo-project.tar.gz "${rust[@]:1}" "$folder/links" --at 2022-11-30T00:00:00Z
fi

# --- the Python tool: its links and its OpenPGP links, under layouts of ours -------------------------------------
vectors=${INTOTO_VECTORS:-$INTOTO_SOURCE/../shared/vectors}/in-toto-python
if [ -d "$vectors" ]; then
	vectors=$(cd "$vectors" && pwd)
	intoto key generate --type ed25519 --no-passphrase -o owner.pem >/dev/null
	# python_layout OUT WRITER PACKER KEY...: the demo's two steps and its inspection
	python_layout() {
		intoto layout init "$1" --expires 2100-01-01T00:00:00Z && intoto layout add-key "$1" "${@:4}" >/dev/null &&
			intoto layout add-step "$1" write-code --keyid "$2" --product-rule 'CREATE foo.py' --product-rule 'DISALLOW *' &&
			intoto layout add-step "$1" package --keyid "$3" \
				--material-rule 'MATCH foo.py WITH PRODUCTS FROM write-code' --material-rule 'DISALLOW *' \
				--product-rule 'CREATE foo.tar.gz' --product-rule 'ALLOW foo.py' --product-rule 'DISALLOW *' &&
			intoto layout add-inspection "$1" untar \
				--material-rule 'MATCH foo.tar.gz WITH PRODUCTS FROM package' --material-rule 'DISALLOW foo.tar.gz' \
				--product-rule 'MATCH foo.py WITH PRODUCTS FROM write-code' --product-rule 'DISALLOW foo.py' \
				--run tar xfz foo.tar.gz && intoto sign -f "$1" -k owner.pem
	}
	keyid() { intoto key id --keyid-style=legacy "$vectors/metablock/$1.pub"; }
	ok 'a layout of ours names their functionaries' python_layout python.layout "$(keyid bob)" "$(keyid carl)" \
		--keyid-style=legacy "$vectors/metablock/bob.pub" "$vectors/metablock/carl.pub"
	ring=$vectors/gpg/rsa-pubring.gpg
	writer=8288ef560ed3795f9df2c0db56193089b285da58 packer=7b3abb26b97b655ab9296bd15b0bd02e1c768c43
	ok 'and one their OpenPGP keys' python_layout gpg.layout $writer $packer "$ring#$writer" "$ring#$packer"
	for form in metablock dsse gpg; do
		layout=python.layout
		[ $form != gpg ] || layout=gpg.layout
		product=$vectors/$form/foo.tar.gz
		[ -f "$product" ] || product=$vectors/metablock/foo.tar.gz
		ok "their links verify ($form)" chain "$product" "$layout" owner.pem.pub "$vectors/$form"
		rm -rf links && cp -r "$vectors/$form" links && rm links/package.*.link
		refuses 1 '[step.threshold]' "not without the second one ($form)" chain "$product" "$layout" owner.pem.pub links
		printf x | cat "$product" - >foo.tar.gz
		refuses 1 '[rule.disallow]' "not with a changed product ($form)" chain foo.tar.gz "$layout" owner.pem.pub "$vectors/$form"
		rm -rf links && cp -r "$vectors/$form" links
		(cd links && first=$(echo write-code.*.link) && mv "$first" saved && cp package.*.link "$first")
		refuses 1 '[step.threshold]' "not with the second link in the place of the first ($form)" \
			chain "$product" "$layout" owner.pem.pub links
	done
else
	skip 'the vectors of in-toto-python are not here (INTOTO_VECTORS)' "the Python tool's links"
fi

[ "$tap_count" -gt 0 ] || skip_all 'no public chains can be had'
done_testing

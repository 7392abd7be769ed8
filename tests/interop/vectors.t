#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Links and keys that the Python tool's own tests carry: each link verifies with its own key and with
# no other, every keyid comes out as published, and tampered twins are refused for the right reason.
#
# The files are looked for in $INTOTO_VECTORS, else beside the source tree (in-toto/in-toto
# tests/demo_files and tests/pems, unchanged).
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

vectors=${INTOTO_VECTORS:-$INTOTO_SOURCE/../shared/vectors}/in-toto-python
[ -d "$vectors" ] || skip_all "the vectors of in-toto-python are not here (INTOTO_VECTORS)"
keys=$vectors/metablock
pems=$vectors/pems

# verify LINK KEY
verify() {
	intoto sign --verify -f "$1" -k "$2"
}

# --- keyids: reference values of securesystemslib's and in-toto's tests --------------------------------
while read -r key legacy current; do
	is "$(intoto key id --keyid-style=legacy "$vectors/$key" | cut -c1-8)" "$legacy" "the legacy keyid of $key"
	is "$(intoto key id --keyid-style=current "$vectors/$key" | cut -c1-8)" "$current" "the current keyid of $key"
done <<'TABLE'
metablock/alice.pub 556caebd c8ef46bd
metablock/bob.pub 776a00e2 210dcc50
metablock/carl.pub 2f89b927 be06db20
TABLE
for pem in "$pems"/*.pem; do
	ok "reads $(basename "$pem")" intoto key show "$pem"
done

# --- every link with every key -------------------------------------------------------------------------
for form in metablock dsse; do
	for link in write-code:776a00e2:bob package:2f89b927:carl; do
		IFS=: read -r step id owner <<<"$link"
		file=$vectors/$form/$step.$id.link
		for key in alice bob carl danny; do
			if [ $key = "$owner" ]; then
				ok "$form $step verifies with $key" verify "$file" "$keys/$key.pub"
			else
				refuses 1 'no signature by key' "$form $step is refused with $key" verify "$file" "$keys/$key.pub"
			fi
		done
		for pem in "$pems"/*.pem; do
			refuses 1 'no signature by key' "$form $step is refused with $(basename "$pem")" verify "$file" "$pem"
		done
	done
done

# --- tampered twins ------------------------------------------------------------------------------------
# twin FILE SED: a copy with one change, which must be a change
twin() {
	sed "$2" "$1" >twin.link
	! cmp -s "$1" twin.link
}
link=$keys/package.2f89b927.link
tampered() {
	ok "there is a twin with $2" twin "$link" "$1"
	refuses "$3" "$4" "a link with $2 is refused" verify twin.link "$keys/carl.pub"
}
tampered '/"products"/,$s/"sha256": "5/"sha256": "6/' 'another product digest' 1 'signature'
tampered 's/"name": "package"/"name": "Package"/' 'another name' 1 'signature'
tampered 's/"foo.py": {/"foo.px": {/' 'another material' 1 'signature'
tampered 's/"return-value": 0/"return-value": 1/' 'another return value' 1 'signature'
tampered 's/"environment": {}/"environment": {"a": "b"}/' 'something unsigned in its environment' 1 'signature'
tampered 's/"sig": "6636/"sig": "6637/' 'another signature' 1 'signature'
tampered 's/"sig": "6636/"sig": "66/' 'a shorter signature' 1 'signature'
tampered 's/"sig": "6636/"sig": "zz36/' 'a signature that is no hex' 65 'signatures[0].sig'
tampered 's/"name": "package"/"name": "package", "name": "package"/' 'a duplicate key' 65 'name'
tampered 's/"return-value": 0/"return-value": 0.0/' 'a real number' 65 'return-value'
tampered '$s/$/x/' 'bytes behind its end' 65 'twin.link'
ok 'there is a twin with another keyid' twin "$link" 's/"keyid": "2f89/"keyid": "2f88/'
ok 'a keyid is a hint: with another one the good signature still counts' verify twin.link "$keys/carl.pub"
link=$vectors/dsse/package.2f89b927.link
tampered 's/"payload": "eyJfdHlwZSI6ImxpbmsiLCJi/"payload": "eyJfdHlwZSI6ImxpbmsiLCJj/' 'another payload' 1 'signature'
tampered 's|vnd.in-toto+json|vnd.in-toto.x+json|' 'another payload type' 1 'signature'
tampered 's/"payload": "eyJ/"payload": "ey/' 'a payload that is no base64' 65 'payload'

# --- what we do not read -------------------------------------------------------------------------------
for link in "$vectors"/gpg/*.link; do
	refuses 1 'no signature by key' "a GPG signature is not taken for another ($(basename "$link"))" \
		verify "$link" "$keys/carl.pub"
done

# --- the product ---------------------------------------------------------------------------------------
cp "$keys/foo.tar.gz" .
ok 'the product is what the link says' intoto match -l "$keys/package.2f89b927.link" -p foo.tar.gz
printf x >>foo.tar.gz
refuses 1 'foo.tar.gz' 'a changed product is seen' intoto match -l "$keys/package.2f89b927.link" -p foo.tar.gz

done_testing

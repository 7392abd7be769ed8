#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Private keys that other tools encrypted: Debian's securesystemslib (@@@@ and PEM), cosign; and the RSA
# schemes that securesystemslib has beside the usual one.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

for python in /usr/bin/python3 python3; do
	"$python" -c 'import securesystemslib.interface' 2>/dev/null && break
	python=
done
export RIGHT=pw WRONG=px

# opens NAME PUBLIC: the same key with the right passphrase, as PEM too, and not with a wrong one
opens() {
	local id

	id=$(intoto key id "$2")
	is "$(intoto key id --passphrase-env RIGHT "$1")" "$id" "$1: opens"
	refuses 65 'wrong passphrase' "$1: a wrong passphrase is refused" intoto key id --passphrase-env WRONG "$1"
	ok "$1: becomes PEM" intoto key convert --to=pem --private --no-passphrase --passphrase-env RIGHT -o "$1.pem" "$1"
	is "$(intoto key id "$1.pem")" "$id" "$1: the PEM is the same key"
	ok "$1: signs" signs "$1" "$2"
}
signs() {
	rm -f ./build.*.link
	intoto run -n build --passphrase-env RIGHT --signing-key "$1" -x && intoto sign --verify -f build.*.link -k "$2"
}

if [ -n "$python" ]; then
	"$python" - <<'PYTHON'
from securesystemslib import interface as i
i.generate_and_write_ed25519_keypair(password="pw", filepath="ed25519")
i.generate_and_write_ecdsa_keypair(password="pw", filepath="ecdsa")
i.generate_and_write_rsa_keypair(password="pw", filepath="rsa", bits=2048)
PYTHON
	for type in ed25519 ecdsa rsa; do
		opens $type $type.pub
	done
	tail -c 1 ed25519 | grep -q 0 && last=1 || last=0
	{ head -c -1 ed25519; printf $last; } >damaged
	refuses 65 'damaged: wrong passphrase, or a damaged file' 'a damaged file is refused' \
		intoto key id --passphrase-env RIGHT damaged

	# the schemes: signed there, verified here
	for scheme in rsassa-pss-sha224 rsassa-pss-sha256 rsassa-pss-sha384 rsassa-pss-sha512 \
		rsa-pkcs1v15-sha224 rsa-pkcs1v15-sha256 rsa-pkcs1v15-sha384 rsa-pkcs1v15-sha512; do
		rm -f signed.link key.json
		"$python" - $scheme <<'PYTHON'
import json, sys
from securesystemslib import formats, interface, keys
key = interface.import_rsa_privatekey_from_file("rsa", password="pw", scheme=sys.argv[1])
link = {"_type": "link", "name": "x", "command": [], "materials": {}, "products": {}, "byproducts": {}, "environment": {}}
signature = keys.create_signature(key, formats.encode_canonical(link).encode())
json.dump({"signed": link, "signatures": [signature]}, open("signed.link", "w"))
key["keyval"].pop("private")
json.dump(key, open("key.json", "w"))
PYTHON
		ok "$scheme: their signature verifies" intoto sign --verify -f signed.link -k key.json
		sed -i 's/"name": "x"/"name": "y"/' signed.link
		refuses 1 'does not verify with that key' "$scheme: a changed link does not" intoto sign --verify -f signed.link -k key.json
	done
else
	skip 'no Python tool' 'keys of securesystemslib'
fi

if folder=$(bash "$INTOTO_SOURCE/tests/lib/peers.sh" cosign 2>peers.log); then
	COSIGN_PASSWORD=pw "$folder/cosign" generate-key-pair >/dev/null 2>&1
	opens cosign.key cosign.pub
	for suite in trixie sid; do
		if ! folder=$(bash "$INTOTO_SOURCE/tests/lib/peers.sh" cosign $suite 2>peers.log); then
			skip "no cosign of Debian $suite" 'our key files'
			continue
		fi
		for type in ecdsa-p256 ed25519 rsa; do
			name=$type.$suite.key
			ok "$suite: $type: a key file for cosign" intoto key generate --format=cosign -t $type --passphrase-env RIGHT -o $name
			is "$(COSIGN_PASSWORD=pw "$folder/cosign" public-key --key $name)" "$(cat $name.pub)" "$suite: $type: cosign opens it"
			ok "$suite: $type: not with a wrong passphrase" \
				not env COSIGN_PASSWORD=px "$folder/cosign" public-key --key $name
		done
		ok "$suite: one without a passphrase" intoto key generate --format=cosign --no-passphrase -o empty.$suite.key
		is "$(COSIGN_PASSWORD='' "$folder/cosign" public-key --key empty.$suite.key)" "$(cat empty.$suite.key.pub)" \
			"$suite: has the empty one for cosign"
		openssl genpkey -algorithm ed25519 -out imported.$suite.pem
		COSIGN_PASSWORD=pw "$folder/cosign" import-key-pair --key imported.$suite.pem \
			--output-key-prefix imported.$suite >/dev/null 2>&1
		opens imported.$suite.key imported.$suite.pub
	done
else
	skip 'no cosign' 'keys of cosign'
fi

done_testing

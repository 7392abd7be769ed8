#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A chain whose step "image" made an image, for tests of what is signed; sourced after registries.sh,
# chain.sh and place.sh.
#
#	gate_chain DIGEST [NAME]    keys owner, builder, packer; release.layout; links/: the step "build",
#	                            then "image", which made oci:NAME of that digest
#	gate_keys                   signer.pem and other.pem (ECDSA P-256), rsa.pem, ed.pem; NAME.pub each
#	sign IMAGE [OPTION...]      image sign by that chain and signer.pem; $sign_keys in its place
#	chain=(…)                   the options that verify it

chain=(--layout release.layout --verification-keys owner.pem.pub --link-dir links)

gate_chain() {
	local hex=${1#sha256:} name=${2:-registry.example/app:1}

	[ -e owner.pem ] || chain_keys owner builder packer || return
	layout release.layout owner 'builder packer' "$(step build builder 1 '["ALLOW","src"]' '["CREATE","app"]'),$(
		step image packer 1 '["MATCH","*","WITH","PRODUCTS","FROM","build"]' \
			'["CREATE","oci:*"],["ALLOW","*"]')" || return
	link links build builder "\"src\":$(sha 1)" "\"app\":$(sha 2)" &&
		link links image packer "\"app\":$(sha 2)" "\"oci:$name\":{\"sha256\":\"$hex\"}"
}

gate_keys() {
	local name

	for name in signer other; do
		openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $name.pem 2>/dev/null || return
	done
	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem 2>/dev/null &&
		openssl genpkey -algorithm ED25519 -out ed.pem 2>/dev/null || return
	for name in signer other rsa ed; do
		openssl pkey -in $name.pem -pubout -out $name.pub || return
	done
}

sign() {
	local image=$1
	shift
	image sign "$image" "${chain[@]}" --signing-key signer.pem "$@"
}

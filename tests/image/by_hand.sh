#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Signatures, attestations and images made by openssl, jq and curl alone, and put into the last registry's
# repository $name; sourced after registries.sh and place.sh.
#
#	keys_make                                     keys by openssl
#	fresh NAME                                    another repository with an image of its own; sets $name, $image
#	                                              and $image_digest
#	sign_simple KEY DIGEST [IDENTITY [OPTIONAL]]  the one signature of sha256-HEX.sig
#	sign_bundle KEY DIGEST [TYPE [PREDICATE [ANNOTATIONS]]]  a statement in a bundle, as a referrer
#	verify [ARGUMENT...]                          intoto image verify, by plain HTTP
#	trips                                         round trips that the last JSON report tells

simple_layer=application/vnd.dev.cosign.simplesigning.v1+json
envelope_layer=application/vnd.dsse.envelope.v1+json
bundle_type=application/vnd.dev.sigstore.bundle.v0.3+json
sign_type=https://sigstore.dev/cosign/sign/v1
manifest_type=application/vnd.oci.image.manifest.v1+json

# keys_make: a, b and stranger (ECDSA P-256), rsa and ed, each NAME.key and NAME.pub
keys_make() {
	local name

	for name in a b stranger; do
		openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $name.key 2>/dev/null
		openssl pkey -in $name.key -pubout -out $name.pub
	done
	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.key 2>/dev/null
	openssl pkey -in rsa.key -pubout -out rsa.pub
	openssl genpkey -algorithm ED25519 -out ed.key
	openssl pkey -in ed.key -pubout -out ed.pub
}

# signed KEY FILE: the signature in base64, as cosign makes it with such a key
signed() {
	case $1 in
	ed) openssl pkeyutl -sign -rawin -inkey ed.key -in "$2" | base64 -w0 ;;
	pss) openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -sign rsa.key "$2" | base64 -w0 ;;
	*) openssl dgst -sha256 -sign "$1.key" "$2" | base64 -w0 ;;
	esac
}

# --- a registry, spoken to by hand ---

# blob FILE: puts it and prints its digest
blob() {
	local digest=sha256:$(sha256sum <"$1" | cut -c -64) location

	location=$(curl -sS -D - -o /dev/null -X POST -d '' "http://$registry/v2/$name/blobs/uploads/" |
		sed -nE 's/^[Ll]ocation: (.*)\r$/\1/p')
	case $location in /*) location=http://$registry$location ;; esac
	case $location in *\?*) location+="&" ;; *) location+="?" ;; esac
	curl -sSf -o /dev/null -X PUT -H 'Content-Type: application/octet-stream' --data-binary "@$1" \
		"${location}digest=$digest" || return
	echo "$digest"
}
# put_manifest FILE [TAG]: by its digest without a tag
put_manifest() {
	curl -sSf -o /dev/null -X PUT -H "Content-Type: $(jq -r .mediaType "$1")" --data-binary "@$1" \
		"http://$registry/v2/$name/manifests/${2-sha256:$(sha256sum <"$1" | cut -c -64)}"
}
# descriptor TYPE FILE: puts the file and prints its descriptor
descriptor() {
	local digest
	digest=$(blob "$2") || return
	jq -cn --arg type "$1" --arg digest "$digest" --argjson size "$(wc -c <"$2")" '{mediaType: $type, $digest, $size}'
}
printf '{}' >empty

# payload DIGEST [IDENTITY [OPTIONAL]] >FILE
payload() {
	jq -cnj --arg digest "$1" --arg identity "${2-$registry/$name}" --argjson optional "${3-null}" \
		'{critical: {identity: {"docker-reference": $identity}, image: {"docker-manifest-digest": $digest},
			type: "cosign container image signature"}, optional: $optional}'
}
# simple_layer_of FILE SIGNATURE
simple_layer_of() {
	descriptor "$simple_layer" "$1" | jq -c --arg signature "$2" \
		'.annotations = {"dev.cosignproject.cosign/signature": $signature}'
}
# put_sig DIGEST LAYER...: replaces sha256-HEX.sig
put_sig() {
	local digest=$1 config
	shift

	config=$(descriptor application/vnd.oci.image.config.v1+json empty) &&
		printf '%s\n' "$@" | jq -cs --arg type "$manifest_type" --argjson config "$config" \
			'{schemaVersion: 2, mediaType: $type, $config, layers: .}' >sig.json &&
		put_manifest sig.json "${digest/:/-}.${suffix-sig}"
}
# sign_simple KEY DIGEST [IDENTITY [OPTIONAL]]: the image's one signature
sign_simple() {
	local key=$1
	shift
	payload "$@" >payload.json && put_sig "$1" "$(simple_layer_of payload.json "$(signed "$key" payload.json)")"
}

# statement DIGEST TYPE [PREDICATE [ANNOTATIONS]] >FILE
statement() {
	jq -cnj --arg hex "${1#*:}" --arg type "$2" --argjson predicate "${3-{\}}" --argjson annotations "${4-null}" \
		'{_type: "https://in-toto.io/Statement/v1",
			subject: [{digest: {sha256: $hex}} + (if $annotations then {$annotations} else {} end)],
			predicateType: $type, $predicate}'
}
# envelope KEY STATEMENT >FILE: DSSE
envelope() {
	local type=application/vnd.in-toto+json
	{ printf 'DSSEv1 %d %s %d ' ${#type} $type "$(wc -c <"$2")"; cat "$2"; } >pae
	jq -cnj --arg type $type --arg payload "$(base64 -w0 <"$2")" --arg sig "$(signed "$1" pae)" \
		'{payloadType: $type, $payload, signatures: [{$sig}]}'
}
# bundle ENVELOPE >FILE
bundle() {
	jq -cj --arg type $bundle_type \
		'{mediaType: $type, verificationMaterial: {publicKey: {hint: "anything"}}, dsseEnvelope: .}' "$1"
}
# referrer DIGEST FILE [PREDICATE [SIZE]]: hangs a bundle on an image
referrer() {
	local config layer
	config=$(descriptor application/vnd.oci.empty.v1+json empty) && layer=$(descriptor $bundle_type "$2") &&
		jq -cn --arg type "$manifest_type" --arg artifact $bundle_type --argjson config "$config" --argjson layer "$layer" \
			--arg digest "$1" --argjson size "$(curl -sS -H "Accept: $manifest_type" -H 'Accept: application/vnd.oci.image.index.v1+json' \
				"http://$registry/v2/$name/manifests/$1" | wc -c)" --arg predicate "${3-$sign_type}" \
			'{schemaVersion: 2, mediaType: $type, artifactType: $artifact, $config, layers: [$layer],
				subject: {mediaType: $type, $digest, $size},
				annotations: {"dev.sigstore.bundle.content": "dsse-envelope", "dev.sigstore.bundle.predicateType": $predicate}}' \
			>referrer.json && put_manifest referrer.json
}
# sign_bundle KEY DIGEST [TYPE [PREDICATE [ANNOTATIONS]]]
sign_bundle() {
	statement "$2" "${3-$sign_type}" "${4-{\}}" "${5-null}" >statement.json && envelope "$1" statement.json >envelope.json &&
		bundle envelope.json >bundle.json && referrer "$2" bundle.json "${3-$sign_type}"
}

intoto_image() {
	"$image_program" "$@"
}
verify() {
	intoto_image verify --insecure-registry "$@"
}
# fresh NAME: another repository with an image of its own; sets $name and $image
fresh() {
	local config
	name=$1
	config=$(descriptor application/vnd.oci.image.config.v1+json empty) &&
		jq -cn --arg type "$manifest_type" --argjson config "$config" --arg note "$1" \
			'{schemaVersion: 2, mediaType: $type, $config, layers: [], annotations: {note: $note}}' >image.json &&
		put_manifest image.json 1 || exit 1
	image_digest=sha256:$(sha256sum <image.json | cut -c -64)
	image=$registry/$name@$image_digest
}
trips() {
	jq -r .roundTrips "$tap_stdout"
}

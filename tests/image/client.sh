#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Calls to a registry by registry_client, and things to put there; sourced after registries.sh.
#
#	client ARGUMENT...             registry_client with $client_options
#	blob NAME SIZE                 a file of noise; $NAME is its digest
#	got REPOSITORY DIGEST FILE     whether the blob comes as FILE is
#	same FILE CMD...               whether CMD prints FILE
#	referrer NAME SUBJECT          a file: a manifest of the type text/NAME about SUBJECT; sets $digest
#	empty_blob REPOSITORY          puts the configuration that such a manifest has

[ -x "${REGISTRY_CLIENT:=$INTOTO_BUILD/tests/image/registry_client}" ] || skip_all 'the client of registries is not built'
manifest_type=application/vnd.oci.image.manifest.v1+json
# shellcheck disable=SC2034 # for the tests
index_type=application/vnd.oci.image.index.v1+json
empty_digest=sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a
client_options=(--plain --seconds 5)

client() {
	"$REGISTRY_CLIENT" "${client_options[@]}" "$@"
}
blob() {
	head -c "$2" /dev/urandom >"$1"
	printf -v "$1" 'sha256:%s' "$(sha256sum <"$1" | cut -c -64)"
}
same() {
	local file=$1
	shift

	"$@" >same.out && cmp "$file" same.out
}
got() {
	same "$3" client "$1" blob "$2" "$(wc -c <"$3")"
}
# shellcheck disable=SC2034 # for the tests
referrer() {
	jq -cnj --arg name "$1" --arg subject "$2" --arg type "$manifest_type" --arg empty "$empty_digest" \
		'{schemaVersion: 2, mediaType: $type, artifactType: ("text/" + $name),
			config: {mediaType: "application/vnd.oci.empty.v1+json", size: 2, digest: $empty}, layers: [],
			subject: {mediaType: $type, size: 7, digest: $subject}, annotations: {$name}}' >"$1" &&
		digest=sha256:$(sha256sum <"$1" | cut -c -64)
}
empty_blob() {
	printf '{}' >empty && client "$1" push "$empty_digest" empty
}

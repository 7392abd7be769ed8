#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# For tests of what moves images; sourced after registries.sh.
#
#	image CMD [ARGUMENT...]     intoto image CMD, plain HTTP allowed, without patience for what is broken
#	attach FOLDER TAG WORD...   attached.py; the digests are then in ${attached[NAME]}
#	manifest_status NAME        what the last registry answers for that manifest of its repository $repository

image_program=${INTOTO_PREFIX:+$INTOTO_PREFIX/libexec/intoto/}
image_program=${image_program:-$INTOTO_BUILD/intoto/cmd/}intoto-image
[ -x "$image_program" ] || skip_all 'intoto-image was not built'

image() {
	"$image_program" "$@" --insecure-registry --retry-seconds=1
}
declare -A attached
attach() {
	local name digest

	python3 "$INTOTO_SOURCE/tests/image/attached.py" "$@" >attached.out || return
	while read -r name digest; do attached[$name]=$digest; done <attached.out
}
manifest_status() {
	curl -s -o /dev/null -w '%{http_code}' -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
		-H 'Accept: application/vnd.oci.image.index.v1+json' "http://$registry/v2/$repository/manifests/$1"
}
# referrers_of DIGEST: as the last registry lists them
referrers_of() {
	curl -sf "http://$registry/v2/$repository/referrers/$1" | jq -r '.manifests[].digest' | sort | xargs
}

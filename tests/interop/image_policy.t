#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What "intoto image policy" writes, before skopeo 1.18 (containers/image, which podman and CRI-O have too): it
# refuses what "intoto image verify" refuses, and takes what that takes.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/registries.sh"
. "$INTOTO_SOURCE/tests/interop/image_peers.sh"
. "$INTOTO_SOURCE/tests/image/place.sh"
. "$INTOTO_SOURCE/tests/image/by_hand.sh"

[ -n "$skopeo13" ] || skip_all 'there is no skopeo 1.18'
keys_make
registry_start || exit 1
mkdir registries.d

# policy OPTION...: for this registry
policy() {
	"$image_program" policy --registry "$registry" -o policy.json --registries registries.d/ours.yaml --force "$@"
}
pull() {
	rm -rf pulled
	skopeo_new --registries.d registries.d --policy policy.json copy --quiet --remove-signatures --src-tls-verify=false \
		"docker://$1" oci:pulled:1
}
# both_take IMAGE SENTENCE OPTION...: keys are given as to both
both_take() {
	local image=$1 sentence=$2
	shift 2
	ok "$sentence: we" verify "$image" "$@"
	policy "$@" && ok "$sentence: skopeo" pull "$image"
}
# both_refuse STATUS IMAGE SENTENCE OPTION...
both_refuse() {
	local status=$1 image=$2 sentence=$3
	shift 3
	refuses "$status" '' "$sentence: we" verify "$image" "$@"
	policy "$@" && refuses 1 'rejected' "$sentence: skopeo" pull "$image"
}

# An image that skopeo can copy.
real() {
	name=$1
	image_make images "$1" "$1" && image_push images "$1" "$registry/$1:1" || exit 1
	image=$registry/$name@$image_digest
}

real app
both_refuse 3 "$image" 'an image that is not signed' --key a.pub
for key in a rsa ed; do
	sign_simple $key "$image_digest"
	both_take "$image" "one signed by $key" --key $key.pub
	both_refuse 1 "$image" "one signed by $key, not b" --key b.pub
done
sign_simple a "$image_digest"
both_take "$image" 'either of two keys' --key b.pub --key a.pub
both_refuse 1 "$image" 'both of two keys, where one signed' --key a.pub --key b.pub --threshold 2
payload "$image_digest" >payload.json
one=$(simple_layer_of payload.json "$(signed a payload.json)")
put_sig "$image_digest" "$one" "$(simple_layer_of payload.json "$(signed a payload.json)")"
both_refuse 1 "$image" 'both of two keys, where one signed twice' --key a.pub --key b.pub --threshold 2
put_sig "$image_digest" "$one" "$(simple_layer_of payload.json "$(signed b payload.json)")"
both_take "$image" 'both of two keys' --key a.pub --key b.pub --threshold 2
payload "sha256:$(printf x | sha256sum | cut -c -64)" >payload.json
put_sig "$image_digest" "$(simple_layer_of payload.json "$(signed a payload.json)")"
both_refuse 1 "$image" 'a signature over another image' --key a.pub
sign_simple a "$image_digest" "$registry/other"
both_refuse 1 "$image" 'a signature for another repository' --key a.pub
both_take "$image" 'a signature for another repository that is named' --key a.pub --identity "$registry/other"

sign_simple a "$image_digest"
policy --key a.pub --embed
ok 'keys in the policy itself' pull "$image"
policy --key a.pub
rm registries.d/ours.yaml
refuses 1 'rejected' 'without the file in registries.d no signature is looked for' pull "$image"

done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What hangs on an image is taken off it, and never the image.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/registries.sh"
. "$INTOTO_SOURCE/tests/image/place.sh"

image_make app one 'first file'
one=$image_digest tag=${image_digest/:/-}
attach app one referrers sig=alice att=built
repository=app

# on KIND...: the whole of it against such a registry
on() {
	ok "a registry starts ($*)" registry_start "$@"
	image copy oci-layout:app:one "$registry/app:one" >/dev/null || diag 'the image could not be put there'
	refuses 64 'there is no terminal to ask on' 'does nothing unasked' image clean "$registry/app:one" --type all
	ok 'says what it would do' image clean "$registry/app:one" --type sbom --dry-run
	ok 'with what hangs on it' grep -qF "signature ${attached[signed-sbom]}" "$tap_out"
	is "$(manifest_status "${attached[sbom]}")" 200 'and does not do it'
	ok 'takes off an SBOM' image clean "$registry/app:one" --type sbom --yes
	is "$(manifest_status "${attached[sbom]}") $(manifest_status "${attached[signed-sbom]}")" '404 404' 'and what hung on it'
	is "$(manifest_status "${attached[note]}") $(manifest_status "$tag.sig")" '200 200' 'and nothing else'
	ok 'the rest is found as before' image tree "$registry/app:one"
	ok 'the note, too' grep -q "${attached[note]}" "$tap_out"
	ok 'takes off signatures' image clean "$registry/app:one" --type signature --yes --format=json
	is "$(jq -r '.manifests[].tag' "$tap_out")" "$tag.sig" 'and says which'
	is "$(manifest_status "$tag.sig") $(manifest_status "$tag.att")" '404 200' 'but no attestation'
	ok 'takes off the rest' image clean "$registry/app:one" --type all --yes
	is "$(manifest_status "$tag.att") $(manifest_status "${attached[note]}") $(manifest_status one)" '404 404 200' 'but not the image'
	ok 'then there is nothing left' image clean "$registry/app:one" --type all --yes
	ok 'and it says so' grep -q '^nothing deleted from' "$tap_out"
}
on --strict
# A tag of signatures that stands at the image itself: only the name goes.
curl -sf -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://$registry/v2/app/manifests/one" >manifest
curl -sf -X PUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' --data-binary @manifest "http://$registry/v2/app/manifests/$tag.sig"
ok 'a name that stands at the image is taken away' image clean "$registry/app:one" --type signature --yes
is "$(manifest_status "$tag.sig") $(manifest_status one) $(manifest_status "$one")" '404 200 200' 'and the image stays'
image copy oci-layout:app:one "$registry/app:one" >/dev/null
registry_fault 'status 405 code=UNSUPPORTED method=DELETE'
refuses 69 405 'a registry that does not delete is told so' image clean "$registry/app:one" --type signature --yes
registry_fault 'status 503 method=GET path=/referrers/'
refuses 69 503 'what could not be found out is not deleted' image clean "$registry/app:one" --type all --yes
registry_fault
is "$(manifest_status "$tag.sig")" 200 'all is there'
on
ok 'asks on a terminal' script -qec "$image_program clean --insecure-registry $registry/app:one --type all" answer <<<n
image copy oci-layout:app:one "$registry/app:one" >/dev/null
script -qec "$image_program clean --insecure-registry $registry/app:one --type signature" answer <<<n >/dev/null
is "$? $(manifest_status "$tag.sig")" '1 200' 'no is no'
ok 'yes is yes' script -qec "$image_program clean --insecure-registry $registry/app:one --type signature" answer <<<y
is "$(manifest_status "$tag.sig")" 404 'and done'

cp -r app folder
ok 'cleans a folder' image clean oci-layout:folder:one --type all --yes
ok 'nothing hangs there then' image tree oci-layout:folder:one
is "$(wc -l <"$tap_out")" 2 'but the image is'
refuses 64 'wants signature or' 'refuses another type' image clean oci-layout:folder:one --type moon --yes
refuses 64 '--type' 'wants a type' image clean oci-layout:folder:one --yes
refuses 64 'want an image' 'wants an image' image clean --type all --yes
refuses 66 'no image with the tag' 'refuses an image that is not there' image clean oci-layout:folder:two --type all --yes
done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The registries that other tests use, as curl and skopeo find them.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/registries.sh"
command -v skopeo >/dev/null || skip_all 'there is no skopeo'

status_of() {
	curl -s -o body -w '%{http_code}' "$@"
}

ok 'a plain registry starts' registry_start
is "$(status_of "http://$registry/v2/")" 200 'and answers'
ok 'umoci makes an image' image_make app one 'first file'
one=$image_digest
ok 'and a second beside it' image_make app two 'second file'
ok 'an index names both' image_index app both one two
ok 'skopeo puts an image there' image_push app one "$registry/team/app:1"
is "$(status_of -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://$registry/v2/team/app/manifests/$one")" 200 \
	'it is there by its digest'
ok 'skopeo puts an index there' image_push app both "$registry/team/app:both"
is "$(curl -sI -H 'Accept: application/vnd.oci.image.index.v1+json' "http://$registry/v2/team/app/manifests/both" |
	tr -d '\r' | sed -n 's/^Docker-Content-Digest: //ip')" "$image_digest" 'with the digest that it has in the layout'
is "$(status_of "http://$registry/v2/team/app/referrers/$one")" 404 'there is no referrers API'
ok 'its requests are counted' test "$(registry_requests GET)" -ge 3
first=$registry
ok 'it can be stopped' registry_stop
ok 'and started again on the same port' registry_again
is "$registry" "$first" 'the same port'
is "$(status_of -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://$registry/v2/team/app/manifests/1")" 200 \
	'with what it had'

ok 'a registry with https and users starts' registry_start --tls --htpasswd
is "$(status_of --cacert "$registry_ca" "https://$registry/v2/")" 401 'nobody is let in without a name'
is "$(status_of --cacert "$registry_ca" -u writer:secret "https://$registry/v2/")" 200 'a user is'

ok 'a registry that wants certificates starts' registry_start --tls --client-certs
ok 'who has none is not heard' not curl -sf --cacert "$registry_ca" "https://$registry/v2/"
is "$(status_of --cacert "$registry_ca" --cert "$registry_cert" --key "$registry_key" "https://$registry/v2/")" 200 \
	'who has one is'

ok 'a registry that wants tokens starts' registry_start --token
is "$(status_of "http://$registry/v2/")" 401 'nobody is let in without one'
ok 'skopeo puts an image there as a user' image_push app one "$registry/app:1" --dest-creds writer:secret
ok 'everybody may pull it' skopeo inspect --tls-verify=false "docker://$registry/app:1"
ok 'who may only read cannot write' not image_push app two "$registry/app:2" --dest-creds reader:known

done_testing

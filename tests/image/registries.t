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

ok 'ours, which has the referrers API, starts' registry_start --strict
ok 'skopeo puts an index there' image_push app both "$registry/team/app:both"
is "$(curl -s "http://$registry/v2/team/app/tags/list" | jq -c .tags)" '["both"]' 'it lists its tag'
jq -cnj --arg digest "$one" '{schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json",
	artifactType: "text/plain", config: {mediaType: "application/vnd.oci.empty.v1+json", size: 2,
	digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}, layers: [],
	subject: {mediaType: "application/vnd.oci.image.manifest.v1+json", size: 7, digest: $digest}}' >referrer
put_referrer() {
	status_of -D head -X PUT --data-binary @referrer -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' \
		"http://$registry/v2/team/app/manifests/$1"
}
is "$(put_referrer x)" 400 'a manifest without its blobs is not taken'
is "$(status_of -X POST --data '{}' -H 'Content-Type: application/octet-stream' \
	"http://$registry/v2/team/app/blobs/uploads/?digest=sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")" \
	201 'a blob is'
is "$(put_referrer "sha256:$(sha256sum <referrer | cut -c -64)")" 201 'and then the manifest'
ok 'it says that it has processed the subject' has head "OCI-Subject: $one"
referrers() {
	curl -s "http://$registry/v2/team/app/referrers/$one$1" | jq -r '.manifests[].artifactType'
}
is "$(referrers '')" text/plain 'and lists what refers to it'
is "$(referrers '?artifactType=text%2Fplain')" text/plain 'by its type'
is "$(referrers '?artifactType=text%2Fother')" '' 'and not by another'
is "$(put_referrer "sha256:${one#sha256:}")" 400 'a manifest under a wrong digest is not taken'
ok 'it can be told to fail' registry_fault 'status 503 path=/referrers/ times=1 retry-after=7'
is "$(status_of -D head "http://$registry/v2/team/app/referrers/$one")" 503 'and does'
ok 'as it was told' has head 'Retry-After: 7'
is "$(status_of "http://$registry/v2/team/app/referrers/$one")" 200 'as often as it was told'

ok 'ours starts with https and users, too' registry_start --strict --tls --htpasswd -- --locations absolute
is "$(status_of --cacert "$registry_ca" "https://$registry/v2/")" 401 'nobody is let in without a name'
ok 'a user may write' image_push app one "$registry/app:1" --dest-creds writer:secret

done_testing

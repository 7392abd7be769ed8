#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Images as artifacts of steps: oci:, oci-layout: and the archives, in run, record, match and check.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/registries.sh"
command -v skopeo >/dev/null || skip_all 'there is no skopeo'

product() { # product LINK NAME
	python3 -c '
import base64, json, sys
link = json.loads(base64.b64decode(json.load(open(sys.argv[1]))["payload"]))
print(link["products"].get(sys.argv[2], {}).get("sha256", "none"))' "$1" "$2"
}

ok 'a registry starts' registry_start
ok 'an image is made' image_make out 1.4 'of the step'
digest=$image_digest
ok 'and another' image_make out 2.0 'of another'
ok 'the first is in the registry' image_push out 1.4 "$registry/team/app:1.4"
ok 'a key is made' intoto key generate --no-passphrase --output key

is "$(intoto image digest --insecure-registry "$registry/team/app:1.4" oci-layout:out:1.4)" "$digest
$digest" 'image digest prints what both call it'
is "$(intoto image digest --format=json oci-layout:out:1.4 | jq -r '.[0].digest')" "$digest" 'and for programs'

ok 'run records it as a product' intoto run -n image --signing-key key -p "oci:$registry/team/app:1.4" oci-layout:out:1.4 \
	--insecure-registry -- true
link=$(echo image.*.link)
is "$(product "$link" "oci:$registry/team/app:1.4")" "${digest#sha256:}" 'under its name, by the digest of its manifest'
is "$(product "$link" oci-layout:out:1.4)" "${digest#sha256:}" 'and in the layout'

ok 'match finds it unchanged' intoto match -l "$link" -p "oci:$registry/team/app:1.4" oci-layout:out:1.4 --insecure-registry
ok 'the tag is moved' image_push out 2.0 "$registry/team/app:1.4"
refuses 1 'differs' 'match says that it changed' intoto match -l "$link" -p "oci:$registry/team/app:1.4" oci-layout:out:1.4 \
	--insecure-registry
ok 'record does, too' intoto record start -n built --signing-key key -m oci-layout:out:1.4
ok 'to its end' intoto record stop -n built --signing-key key -p oci-layout:out:2.0
is "$(product "$(echo built.*.link)" oci-layout:out:2.0)" "${image_digest#sha256:}" 'with the other image'

refuses 125 "oci:$registry/team/none:1" 'an image that is not there ends the step' \
	intoto run -n none --signing-key key -p "oci:$registry/team/none:1" --insecure-registry -- true
ok 'and leaves no link' not compgen -G 'none.*.link'
refuses 125 'oci:' 'http without leave is not spoken' intoto run -n plain --signing-key key -p "oci:$registry/team/app:1.4" -- true
refuses 125 'oci-layout:out:3' 'a layout that has no such tag' intoto run -n tag --signing-key key -p oci-layout:out:3 -- true
refuses 125 'want a repository' 'a reference that is none' intoto run -n bad --signing-key key -p oci:registry.example/APP -- true
refuses 125 'want an image' 'nothing behind the scheme' intoto run -n empty --signing-key key -p oci: -- true
# An inspection's rules can demand the very image that a step made.
ok 'the tag is where it was' image_push out 1.4 "$registry/team/app:1.4"
ok 'an owner is there' intoto key generate --no-passphrase --output owner
cat >root.yaml <<EOF
expires: 2099-01-01T00:00:00Z
keys:
  builder: key.pub
steps:
  - name: image
    pubkeys: [builder]
inspect:
  - name: deployed
    run: ["true"]
    expected_materials:
      - [MATCH, "oci:*", WITH, PRODUCTS, FROM, image]
      - [DISALLOW, "oci:*"]
EOF
ok 'a layout is compiled' intoto layout compile root.yaml -o root.layout
ok 'and signed' intoto sign -f root.layout -k owner -o root.layout
deployed() {
	intoto verify -l root.layout --verification-keys owner.pub --inspection-paths=root.yaml \
		"--inspection-paths=oci:$registry/team/app:1.4" "$@"
}
ok 'verify passes while it is what the step made' deployed --insecure-registry
ok 'another image takes its tag' image_push out 2.0 "$registry/team/app:1.4"
refuses 1 "oci:$registry/team/app:1.4" 'verify refuses it then' deployed --insecure-registry
refuses 69 'needs --insecure-registry' 'and decides nothing when it may not ask' deployed

registry_stop
refuses 69 "oci:$registry/team/app:1.4" 'or is not answered' deployed --insecure-registry --retry-seconds=0
refuses 125 "oci:$registry/team/app:1.4" 'a registry that is away ends the step' \
	intoto run -n away --signing-key key -p "oci:$registry/team/app:1.4" --insecure-registry --retry-seconds=0 -- true
ok 'and leaves no link' not compgen -G 'away.*.link'

done_testing

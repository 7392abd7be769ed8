#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto image policy: what is written.  Whether podman and skopeo follow it: tests/interop/image_policy.t.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

image_program=${INTOTO_PREFIX:+$INTOTO_PREFIX/libexec/intoto/}
image_program=${image_program:-$INTOTO_BUILD/intoto/cmd/}intoto-image
[ -x "$image_program" ] || skip_all 'intoto-image was not built'
command -v jq >/dev/null || skip_all 'there is no jq'

for name in a b d; do
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $name.key 2>/dev/null
	openssl pkey -in $name.key -pubout -out $name.pub
done
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out large.key 2>/dev/null
openssl pkey -in large.key -pubout -out large.pub
policy() {
	"$image_program" policy "$@"
}
# says FILTER: of the policy on standard output
says() {
	jq -e "$1" "$tap_stdout" >/dev/null
}
one='.transports.docker["registry.example/team"]'

ok 'a policy for one key' policy --key a.pub --registry registry.example/team
cp "$tap_stdout" policy.json
ok '… rejects everything else' says '.default == [{type: "reject"}]'
ok '… wants a signature by the key' says "$one | length == 1 and .[0].type == \"sigstoreSigned\" and .[0].keyPath == \"$PWD/a.pub\""
ok '… for a name in the same repository' says "$one[0].signedIdentity == {type: \"matchRepository\"}"
ok 'either of two keys' policy --key a.pub --key b.pub --registry registry.example/team
ok '… is one requirement' says "$one | length == 1 and .[0].keyPaths == [\"$PWD/a.pub\", \"$PWD/b.pub\"]"
ok 'both of two keys' policy --key a.pub --key b.pub --threshold 2 --registry registry.example/team
ok '… are two' says "$one | length == 2 and .[0].keyPath == \"$PWD/a.pub\" and .[1].keyPath == \"$PWD/b.pub\""
cp a.pub c.pub
refuses 64 'are one key' 'one key twice is not two' policy --key a.pub --key c.pub --threshold 2 --registry registry.example
ok 'the keys themselves' policy --key a.pub --embed --registry registry.example/team
is "$(jq -r "$one[0].keyData" "$tap_stdout" | base64 -d)" "$(cat a.pub)" '… are in it'
ok 'another name' policy --key a.pub --registry registry.example/team --identity origin.example/app
ok '… of a repository' says "$one[0].signedIdentity == {type: \"exactRepository\", dockerRepository: \"origin.example/app\"}"
ok 'the name of one image' policy --key a.pub --registry registry.example/team --identity origin.example/app:1
ok '… is exact' says "$one[0].signedIdentity == {type: \"exactReference\", dockerReference: \"origin.example/app:1\"}"
ok 'an exact match' policy --key a.pub --registry registry.example/team --match exact --default accept
ok '… and everything else is taken when somebody says so' says ".default == [{type: \"insecureAcceptAnything\"}] and $one[0].signedIdentity.type == \"matchExact\""

ok 'into files' policy --key a.pub --registry registry.example --registry other.example:5000/x -o p.json --registries r.yaml
is "$(cat r.yaml)" "$(printf 'docker:\n  "other.example:5000/x":\n    use-sigstore-attachments: true\n  "registry.example":\n    use-sigstore-attachments: true')" \
	'the file for registries.d turns attachments on'
ok 'the policy has both' jq -e '.transports.docker | keys == ["other.example:5000/x", "registry.example"]' p.json
refuses 74 'p.json' 'a file that is there is not replaced' policy --key a.pub --registry registry.example -o p.json
ok '… but with --force' policy --key b.pub --registry registry.example -o p.json --force
ok '… it is' has p.json b.pub

refuses 64 'nothing between' 'two of three cannot be said' policy --key a.pub --key b.pub --key d.pub --threshold 2 --registry registry.example
refuses 65 'take no other' 'a key that the tools do not take' policy --key large.pub --registry registry.example
refuses 64 '--key FILE' 'no key' policy --registry registry.example
refuses 64 '--registry HOST' 'no registry' policy --key a.pub
refuses 64 'want HOST' 'a registry that is none' policy --key a.pub --registry 'x y'
refuses 64 'want HOST' 'nor what would be taken for a name of docker.io' policy --key a.pub --registry app
refuses 64 'want HOST' 'nor one that would be more YAML' policy --key a.pub --registry $'a.example":\n  x'
refuses 66 'absent.pub' 'a key that is not there' policy --key absent.pub --registry registry.example
refuses 64 'exclude each other' 'two ways to match' policy --key a.pub --registry registry.example --match exact --identity x.example/y

done_testing

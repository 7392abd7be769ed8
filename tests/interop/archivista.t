#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# witness, which keeps its evidence in Archivista, keeps it in ours: it stores there, searches there by
# GraphQL, and verifies with what it finds and nothing else.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

if ! folder=$(bash "$INTOTO_SOURCE/tests/lib/peers.sh" witness sid 2>peers.log); then
	diag "$(tail -n 3 peers.log)"
	skip_all 'witness of Debian sid cannot be had'
fi
witness=$folder/witness
. "$INTOTO_SOURCE/tests/serve/server.sh"

server_keys
tokens
export SSL_CERT_FILE=$PWD/server.crt # what Go takes for the system's authorities
openssl genpkey -algorithm ed25519 -out key.pem 2>/dev/null && openssl pkey -in key.pem -pubout -out key.pub
ok 'starts for what this key has signed' server_start --tokens tokens.json --trusted-key key.pub

# step NAME TOKEN COMMAND: a step by witness, whose evidence goes to the server alone
step() {
	"$witness" run -s "$1" -a environment -k key.pem -o out.json --enable-archivista --archivista-server "$url/v1" \
		--archivista-headers "$(as "$2")" -- sh -c "$3" && rm out.json
}
ok 'witness stores a step' step build both 'echo built >app'
gitoid=$(sed -n 's/.*Stored in archivista as \([0-9a-f]*\).*/\1/p' "$tap_out")
is "$(jq -r 'select(.status == 200 and .method == "POST") | .who' audit.log)" both 'as the one whose token it has'
ok 'under the name that it expects' asked 200 -H "$(as both)" "/download/$gitoid"
is "$( (printf 'blob %s\0' "$(stat -c %s answer)" && cat answer) | sha256sum | cut -c1-64)" "$gitoid" 'which is what git calls it'
refuses 1 'no right to write' 'a token without the right stores nothing' step build reader 'true'
refuses 1 'want a token' 'nor does nobody' "$witness" run -s build -a environment -k key.pem -o out.json --enable-archivista \
	--archivista-server "$url/v1" -- true
openssl genpkey -algorithm ed25519 -out other.pem 2>/dev/null
refuses 1 'no signature of this is good' 'nor does a stranger' "$witness" run -s build -a environment -k other.pem -o out.json \
	--enable-archivista --archivista-server "$url/v1" --archivista-headers "$(as both)" -- true

# policy FILE STEP
policy() {
	local id

	id=$(sha256sum key.pub | cut -c1-64)
	jq -n --arg id "$id" --arg key "$(base64 -w0 key.pub)" --arg step "$2" '{expires: "2090-01-01T00:00:00Z",
		steps: {($step): {name: $step, functionaries: [{publickeyid: $id}], attestations:
			["material", "command-run", "product"] | map({type: "https://witness.dev/attestations/\(.)/v0.1", regopolicies: []})}},
		publickeys: {($id): {keyid: $id, key: $key}}}' >policy.json
	"$witness" sign -f policy.json -k key.pem -o "$1" >/dev/null 2>&1
}
verify() {
	"$witness" verify -p "$1" -k key.pub -f "$2" --enable-archivista --archivista-server "$url/v1" \
		--archivista-headers "$(as "$3")"
}
ok 'there is a policy' policy build.policy build
ok 'witness verifies with what it finds there' verify build.policy app both
ok 'the evidence that it stored' has "$tap_out" "$gitoid"
ok 'and asked for it by GraphQL' sh -c 'jq -r "select(.target == \"/v1/query\" and .status == 200) | .who" audit.log | grep -qx both'
echo other >stranger
refuses 1 'failed to verify policy' 'not what has no evidence there' verify build.policy stranger both
ok 'there is a policy for another step' policy test.policy test
refuses 1 'failed to verify policy' 'nor with evidence of another step' verify test.policy app both
refuses 1 'no right to read' 'nor without the right to read' verify build.policy app writer
server_stop
done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A registry that dies while a signature is put: what is there is told, and the same command again
# completes it.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/registries.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"
. "$INTOTO_SOURCE/tests/image/place.sh"
. "$INTOTO_SOURCE/tests/image/gate.sh"

image_make app one 'first file' && one=$image_digest
registry_start --strict
image copy oci-layout:app:one "$registry/app:one" >/dev/null
gate_keys && gate_chain "$one"
app=$registry/app
hex=${one#*:}

# what REPOSITORY: referrers, then layers of .sig and .att
what() {
	local suffix

	curl -sf "http://$registry/v2/$1/referrers/$one" | jq '.manifests | length'
	for suffix in sig att; do
		curl -s -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
			"http://$registry/v2/$1/manifests/sha256-$hex.$suffix" | jq '.layers | length'
	done
}
attached() { what "$1" | xargs; }

# --- before anything was put ---
registry_fault "status 503 method=PUT"
refuses 69 'nothing was attached' 'says that nothing is there when nothing could be put' sign "$app:one"
is "$(attached app)" '0 0 0' 'and there is nothing'
registry_fault "status 500 method=GET path=/referrers/"
refuses 69 '127.0.0.1' 'could not find out what is there' sign "$app:one"
registry_fault
is "$(attached app)" '0 0 0' 'and signs nothing then'
registry_fault "status 401 method=POST challenge=Basic"
refuses 69 'nothing was attached' 'who may not write signs nothing' sign "$app:one"
registry_fault
is "$(attached app)" '0 0 0' 'at all'

# --- between two puts ---
registry_fault "status 503 method=PUT path=/manifests/sha256: skip=1"
refuses 69 "signed in part: there is the VSA of $one as a bundle by ecdsa key sha256:" 'says what is there' sign "$app:one"
cp "$tap_stderr" said
ok 'and what is missing' grep -qF "missing is the VSA of $one in its .att tag by ecdsa key" said
ok 'and what to do' grep -qF 'the same command again completes it' said
is "$(attached app)" '1 0 0' 'as it is'
registry_fault "status 503 method=PUT path=/manifests/sha256-$hex.sig"
refuses 69 "missing is the signature of $one in its .sig tag" 'comes further' sign "$app:one"
is "$(attached app)" '2 0 1' 'step by step'
registry_fault
ok 'completes it' sign "$app:one"
is "$(attached app)" '2 1 1' 'and doubles nothing'

# --- cut connections ---
n=0
for fault in "hangup method=POST" "hangup method=PUT" "dropped method=PUT" "hangup method=GET path=/manifests/" \
	"hangup method=GET path=/referrers/" "dropped method=PUT path=/manifests/sha256: skip=1" \
	"hangup method=PUT path=/manifests/sha256-" "cut 40 method=GET path=/manifests/sha256-"; do
	n=$((n + 1))
	image copy oci-layout:app:one "$registry/cut$n:one" >/dev/null
	registry_fault "$fault"
	refuses 69 '127.0.0.1' "ends when the registry is gone: ${fault%%/manifests*}, $n" sign "$registry/cut$n:one" --retry-seconds=0
	registry_fault
	ok 'and is completed' sign "$registry/cut$n:one"
	is "$(attached "cut$n")" '2 1 1' 'whole and once'
done
done_testing

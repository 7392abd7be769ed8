#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto verify: attestations and bundles of them are evidence beside links, on the same terms.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'

chain_keys owner alice bob carol eve

verify() { intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links "$@"; }
told() { tap_run "$@" && has "$tap_out" "$want"; }
# passes_with TEXT SENTENCE CMD...
passes_with() { want=$1; shift; ok "$1" told "${@:2}"; }

link_type=https://in-toto.io/attestation/link/v0.3
slsa_type=https://slsa.dev/provenance/v1
# attest FILE SIGNERS PREDICATETYPE PREDICATE [DIGIT]: a signed statement about "out"
attest() {
	local signer file=$1

	printf '{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"out","digest":%s}],"predicateType":"%s","predicate":%s}' \
		"$(sha "${5:-1}")" "$3" "$4" | base64 -w0 >payload
	printf '{"payloadType":"application/vnd.in-toto+json","payload":"%s","signatures":[]}\n' "$(cat payload)" >statement.tmp
	for signer in $2; do intoto sign -q --unchecked -f statement.tmp -k "$signer.pem" -o statement.tmp || return; done
	mkdir -p "$(dirname "$file")" && mv statement.tmp "$file"
}
# attested FILE SIGNERS [NAME [DIGIT]]: the attested link of a step without materials
attested() { attest "$1" "$2" "$link_type" "{\"name\":\"${3:-build}\",\"command\":[],\"materials\":[]}" "${4:-1}"; }
provenance() {
	attest "$1" "$2" "$slsa_type" '{"buildDefinition":{"buildType":"https://example.org/b","externalParameters":{},"resolvedDependencies":[]},"runDetails":{"builder":{"id":"https://example.org/builder"}}}' "${3:-1}"
}
# one line of a bundle
line() { tr -d '\n' <"$1" >>"$2"; echo >>"$2"; rm "$1"; }
# start [KEYS [THRESHOLD]]: a layout whose step "build" makes "out", which "pack" takes
start() {
	rm -rf links && mkdir links
	layout root.layout owner 'alice bob carol' \
		"$(step build "${1:-alice}" "${2:-1}" '["DISALLOW","*"]' '["CREATE","out"],["DISALLOW","*"]'),$(step pack bob 1 \
			'["MATCH","out","WITH","PRODUCTS","FROM","build"],["DISALLOW","*"]' '["CREATE","tar"],["DISALLOW","*"]')"
	link links pack bob "\"out\":$(sha 1)" "\"tar\":$(sha 2)"
}

# --- files -------------------------------------------------------------------------------------------
start; attested "links/build.${id[alice]:0:8}.json" alice
passes_with 'is signed by "ed25519 ' 'an attested link in <step>.<8 hex>.json counts' verify -v
start; attested links/build.json alice
passes_with "build: 1 of 1 links by distinct keys" 'so does one in <step>.json' verify -v
start; attested links/build.json eve
refuses 1 'found 0 of 1 valid links' 'one by a stranger does not' verify
ok 'and is told' has "$tap_out" '[link.signature]'
start; attested links/build.json alice build 7
refuses 1 '"out" (its digests differ from those in the products of "build")' 'its digests are judged' verify
start; attested links/build.json alice other
refuses 1 'this is a link of the step "other", renamed [link.name]' 'one of another step is refused as renamed' verify
ok 'unless that is allowed' verify --allow name-mismatch
start; attested links/build.mine.json alice other; link links build alice '' "\"out\":$(sha 1)"
passes_with 'this is a link of the step "other"' 'under a name that promises little that is told' verify -v
start; echo '{' >links/build.json
refuses 1 'build.json: ' 'a broken one is told' verify
link links build alice '' "\"out\":$(sha 1)"
passes_with '[link.format]' 'and does not stop the others' verify -v
start; echo '{"name":"build","dependencies":{}}' >links/build.json; link links build alice '' "\"out\":$(sha 1)"
passes_with 'skipped    build: build.json: is no signed document' 'a file that claims nothing is skipped' verify -v
start; link links build alice '' "\"out\":$(sha 1)"; mkfifo links/build.json
passes_with 'is no regular file' 'a FIFO is not waited for' timeout 20 \
	intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links -v
start; attest links/build.json alice https://spdx.dev/Document '{}'; link links build alice '' "\"out\":$(sha 1)"
passes_with '[attestation.predicate]' 'an attestation about something else is skipped' verify -v
ok 'and no warning' verify --format=json
start; link links build alice '' "\"out\":$(sha 1)"; mv links/build.*.link links/build.json
passes_with '1 of 1 links' 'a classic link is one under that name, too' verify -v

# --- thresholds --------------------------------------------------------------------------------------
start 'alice carol' 2; link links build alice '' "\"out\":$(sha 1)"
attested links/build.more.json alice
refuses 1 'found 1 of 2 valid links' 'the same signer in a link and an attestation counts once' verify
attested links/build.more.json carol
passes_with '2 of 2 links by distinct keys' 'two signers count twice' verify -v
attested links/build.more.json carol build 3
refuses 1 '(products: "out" has other digests) [step.agreement]' 'and must agree' verify
start 'alice carol' 2; attested links/build.json 'alice carol'
passes_with '2 of 2 links by distinct keys' 'two signatures on one attestation are two' verify -v

# --- provenance --------------------------------------------------------------------------------------
start; provenance links/build.json alice
passes_with '1 of 1 links' 'a provenance counts for the step that its file is called after' verify -v
start; provenance links/build.github.json alice
ok 'with anything in between' verify
start; provenance p alice; line p links/build.intoto.jsonl
ok 'in a bundle likewise' verify
start; provenance p alice; line p links/build.ci.linux.intoto.jsonl
ok 'with more words' verify
start; provenance p alice; line p links/all.intoto.jsonl
refuses 1 'names no step, and neither does its file' 'but not in a bundle that names none' verify
ok 'which is told' has "$tap_out" 'all.intoto.jsonl#1'
start; provenance links/builder.json alice
refuses 1 'found 0 of 1' 'nor in a file that only begins like the step' verify

start 'alice bob'; provenance links/build.json bob
refuses 1 'this provenance names no step, and who signed it may do others, too' \
	'nor one by somebody who may do another step: it could be of that one' verify
ok 'unless that is allowed' verify --allow=unnamed-provenance
start; provenance "links/build.${id[alice]:0:8}.link" alice
refuses 1 'this provenance names no step, and a .link file holds a link' 'nor one that is called like a link' verify
start; attested "links/build.${id[alice]:0:8}.link" alice
ok 'where a statement that names its step does count' verify

# --- bundles -----------------------------------------------------------------------------------------
start
attest a alice https://example.org/review '{}'; line a links/all.intoto.jsonl
attested a alice; line a links/all.intoto.jsonl
passes_with '1 of 1 links' 'a link statement in any bundle counts for its step' verify -v
ok 'other predicates are skipped' has "$tap_out" 'all.intoto.jsonl#1'
tap_run verify
is "$(wc -l <"$tap_out")" 1 'in silence'
echo '{"mediaType":"application/x","more":1}' >>links/all.intoto.jsonl
passes_with 'skipped    layout: all.intoto.jsonl#3: is no signed document' 'so are lines of another kind' verify -v
echo '{"broken' >>links/all.intoto.jsonl
passes_with 'warning    layout: all.intoto.jsonl#4: ' 'a broken line is told' verify -v
for n in $(seq 30); do echo '{' >>links/all.intoto.jsonl; done
passes_with '23 more lines could not be used' 'but not thousands of them' verify -v
start; attested a alice elsewhere; line a links/all.intoto.jsonl
refuses 1 'found 0 of 1 valid links by distinct keys; looked for "build.' 'a statement of another step is none of this' verify
ok 'and what was looked for is told' has "$tap_out" 'and 1 bundle of attestations in links'
start; for n in 1 2 3; do attested a eve; line a links/all.intoto.jsonl; done
refuses 1 'all.intoto.jsonl#2: ' 'statements by strangers are told with their line' verify
for n in $(seq 20); do attested a eve; line a links/all.intoto.jsonl; done
refuses 1 '13 more attestations are signed by nobody who may do the step' 'and counted when they are many' verify -v
start 'alice carol' 2
attested a alice; line a links/all.intoto.jsonl
for n in 1 2 3; do attested a alice; line a links/more.intoto.jsonl; done
refuses 1 'found 1 of 2' 'the same signer in many lines counts once' verify
attested a carol; line a links/more.intoto.jsonl
ok 'a second one is missed no more' verify
printf '\n\n' >>links/more.intoto.jsonl
ok 'empty lines are nothing' verify

# --- one bundle in place of a folder -----------------------------------------------------------------
start
attested a alice; line a one.intoto.jsonl
attest a bob "$link_type" "{\"name\":\"pack\",\"materials\":[{\"name\":\"out\",\"digest\":$(sha 1)}]}"
line a one.intoto.jsonl
layout root.layout owner 'alice bob' "$(step build alice 1 '' '["CREATE","out"],["DISALLOW","*"]'),$(step pack bob 1 \
	'["MATCH","out","WITH","PRODUCTS","FROM","build"],["DISALLOW","*"]' '["ALLOW","out"],["DISALLOW","*"]')"
ok '--link-dir may be one bundle' intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir one.intoto.jsonl
sed -i 2d one.intoto.jsonl
refuses 1 'pack: found 0 of 1 valid links by distinct keys; looked for 1 bundle of attestations in one.intoto.jsonl' \
	'a line that is missing is missed' intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir one.intoto.jsonl
refuses 1 '[link.folder]' 'neither folder nor bundle is no evidence' \
	intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir nowhere.intoto.jsonl
start; mkdir links/all.intoto.jsonl; attested links/build.json alice
passes_with '[attestation.file]' 'a folder that is called like a bundle is told, and not missed' verify -v
if can_be_unprivileged; then
	start; attested a alice; line a links/all.intoto.jsonl; chmod 0 links/all.intoto.jsonl
	refuses 74 '[attestation.file]' 'a bundle that cannot be read decides nothing' unprivileged \
		intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links
else
	skip 'root reads everything, and cannot become anyone else here' 'a bundle that cannot be read decides nothing'
fi

done_testing

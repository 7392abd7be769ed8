#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Attestors within a step: what they get, what the link says of them, what happens when they fail, and
# what of the output is not signed.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

key=$tap_top/key.pem
intoto key generate --no-passphrase -o "$key" >/dev/null
id=$(intoto key id --keyid-style=legacy "$key.pub")
id=${id:0:8}
link=test.$id.link
there=$tap_top/there
mkdir "$there"
cp "$INTOTO_SOURCE/examples/attestors/coverage" "$there"
# shellcheck disable=SC2086
${INTOTO_CC:-cc} -O1 -o "$there/actor" "$INTOTO_SOURCE/tests/cli/attestor_acts.c" || skip_all 'no compiler'
cp "$there/actor" "$there/listener"
printf 'SF:/a.c\nDA:1,3\nend_of_record\n' >coverage.info

step() { rm -f ./*.link ./*.intoto.json ./.*unfinished; intoto run -n test -p app --signing-key "$key" --attestor-path "$there" "$@"; }
told() { sed -n 's/.*"payload": *"\([^"]*\)".*/\1/p' "$1" | base64 -d; }
tells() { told "$1" >"$tap_top/text" && has "$tap_top/text" "$2"; }
hides() { told "$1" >"$tap_top/text" && [ -s "$tap_top/text" ] && lacks "$tap_top/text" "$2"; }
says() {
	local want=$1
	shift
	"$@" >"$tap_top/said" 2>&1 && has "$tap_top/said" "$want"
}
sum() { sha256sum "$1" | cut -d' ' -f1; }

ok 'hears an attestor in a step' step --attest coverage=coverage.info -- sh -c 'echo app >app'
ok 'about its product' tells "test.$id.coverage.intoto.json" "},\"digest\":{\"sha256\":\"$(sum app)\"},\"name\":\"app\"}]"
ok 'and its step' tells "test.$id.coverage.intoto.json" '"step":"test"'
ok 'signed with its key' intoto sign --verify -f "test.$id.coverage.intoto.json" -k "$key.pub"
ok 'the link names it' tells "$link" "{\"attestor\":\"coverage\",\"file\":\"test.$id.coverage.intoto.json\",\"outcome\":\"ok\",\"predicateType\":\"https://example.org/coverage/v1\",\"sha256\":\"$(sum "test.$id.coverage.intoto.json")\"}"
ok 'keeps the report' test -e "sha256-$(sum coverage.info).report"
ok 'verification takes the folder as it is' intoto sign --verify -f "$link" -k "$key.pub"
ok 'hears one twice' step --attest coverage=coverage.info --attest coverage=coverage.info --attest actor -- sh -c 'echo app >app'
ok 'each with a file of its own' ls "test.$id.coverage.intoto.json" "test.$id.coverage-2.intoto.json" "test.$id.actor.intoto.json"
ok 'in a folder of its own, too' eval 'mkdir -p meta && step -d meta --attest coverage=coverage.info -- true && ls meta/test.*.coverage.intoto.json'
ok 'also of a report that the step makes' step --attest coverage=made.info --attest-option coverage:least=50 -- cp coverage.info made.info
ok 'also of a step that fails' eval "! step --attest actor -- false && ls test.$id.actor.intoto.json"
ok 'is about the materials of a step without products' eval \
	"rm -f *.intoto.json; intoto run -n look -m app --signing-key $key --attestor-path $there --attest actor -- true && tells look.$id.actor.intoto.json '\"name\":\"app\"'"
refuses 125 'the step has neither' 'refuses a step without both' \
	intoto run -n look --signing-key "$key" --attestor-path "$there" --attest actor -- true

# --- what it gets ---
ok 'tells an attestor of the step' step --attest actor --attest-option actor:act=echo -- sh -c 'echo app >app; exit 0'
ok 'its command' tells "test.$id.actor.intoto.json" '"step":{"command":["sh","-c","echo app >app; exit 0"]'
ok 'its status' tells "test.$id.actor.intoto.json" '"status":0'
ok 'its products as subjects' tells "test.$id.actor.intoto.json" "\"subjects\":[{\"digest\":{\"sha256\":\"$(sum app)\"},\"name\":\"app\"}]"
ok 'but not what it did not ask for' hides "test.$id.actor.intoto.json" captured
ok 'tells one that asks of the output' step -s --attest listener --attest-option listener:act=echo -- echo hello
ok 'as base64' tells "test.$id.listener.intoto.json" "\"captured\":{\"stderr\":{\"cut\":false,\"offset\":0,\"text\":\"\"},\"stdout\":{\"cut\":false,\"offset\":0,\"text\":\"$(echo hello | base64)\"}}"
ok 'and of all artifacts' tells "test.$id.listener.intoto.json" '"products":[{'

# --- failures ---
refuses 125 'attestor actor: was ended by SIGSEGV; the command ended with status 0' 'a failure is fatal' \
	step --attest actor --attest-option actor:act=die -- sh -c 'echo app >app'
ok 'no link is signed' test ! -e "$link"
ok 'no statement either' eval '! ls ./*.intoto.json 2>/dev/null'
ok 'but the unfinished link is kept' test -e ".test.$id.link-unfinished"
refuses 125 'want 101' 'also one behind an attestor that did not fail' \
	step --attest actor --attest coverage=coverage.info --attest-option coverage:least=101 -- true
ok 'whose statement is not signed either' eval '! ls ./*.intoto.json 2>/dev/null'
ok 'a failure can be recorded, and is told' says 'attestor actor: was ended by SIGSEGV' \
	step --attest actor --attest-option actor:act=die --attest-on-failure actor=record -- true
ok 'with a statement' tells "test.$id.actor.intoto.json" '"predicate":{"attestor":"actor","by":"host","reason":"was ended by SIGSEGV"}'
ok 'which the link names as a failure' tells "$link" '"outcome":"failed","predicateType":"https://in-toto.io/intoto/attestor-failure/v1","reason":"was ended by SIGSEGV"'
ok 'a failure can be ignored, and is told' says 'attestor actor: was ended by SIGSEGV' \
	step --attest actor --attest-option actor:act=die --attest-on-failure actor=ignore -- true
ok 'and leaves nothing' test ! -e "test.$id.actor.intoto.json"
ok 'but an empty list' tells "$link" '"attestations":[]'
refuses 125 'no file matches' 'a pattern that matches nothing is a failure' step --attest 'coverage=no/*.info' -- true

# --- what is wrong before the command runs ---
rm -f ran
refuses 125 'there is no such program' 'an attestor that is not there is found before the command runs' step --attest nothing -- touch ran
refuses 64 'it has none of that name' 'so is an option that it does not have' step --attest actor --attest-option actor:x=1 -- touch ran
refuses 64 'that --attest names, too' 'and a word for an attestor that nobody asked for' step --attest actor --attest-option other:act=1 -- touch ran
refuses 64 'want fatal, record or ignore' 'and a policy that is none' step --attest actor --attest-on-failure actor=maybe -- touch ran
refuses 64 'wants a file' 'and a file that is missing' step --attest coverage -- touch ran
refuses 64 'does not ask for the network' 'and a network that it does not want' step --attest actor --attest-network actor -- touch ran
ok 'nothing was run' test ! -e ran

# --- what is not signed ---
export DEPLOY_TOKEN=tok-0123456789 MY_KEY=abc
ok 'takes a secret out of the output, and shows it to the user all the same' says 'with tok-0123456789 and abc' \
	step -s --attest actor -- sh -c 'echo "with $DEPLOY_TOKEN and abc"; echo "$DEPLOY_TOKEN" >&2'
ok 'of both streams' tells "$link" '"stderr":"[redacted: DEPLOY_TOKEN]\n","stdout":"with [redacted: DEPLOY_TOKEN] and abc\n"'
ok 'and records it' tells "$link" '{"count":1,"rule":"environment","stream":"stdout","variable":"DEPLOY_TOKEN"}'
ok 'takes it out of the command line' step --redact -- sh -c ": $DEPLOY_TOKEN"
ok 'where it is recorded, too' tells "$link" '{"count":1,"rule":"environment","stream":"command","variable":"DEPLOY_TOKEN"}'
ok 'it is nowhere' hides "$link" tok-0123456789
ok 'unless it is allowed' step -s --redact --allow-secret DEPLOY_TOKEN -- sh -c 'echo "$DEPLOY_TOKEN"'
ok 'then it is there' tells "$link" tok-0123456789
ok 'without attestors and --redact nothing is taken out' step -s -- sh -c 'echo "$DEPLOY_TOKEN"'
ok 'it is there' tells "$link" tok-0123456789
ok 'takes it out of output that is no UTF-8' step -s --redact -- sh -c 'printf "\377 %s\n" "$DEPLOY_TOKEN"'
ok 'and drops the exact bytes' tells "$link" '"stdout-base64":""'
# 1 MiB is kept: the secret stands across the end of the head
ok 'takes what is left of it at a cut' step -s --redact -- sh -c 'head -c 524283 /dev/zero | tr "\0" x; printf %s "$DEPLOY_TOKEN"; head -c 2000000 /dev/zero | tr "\0" y'
ok 'so that no part of it is signed' hides "$link" 'tok-0'
ok 'and says so' tells "$link" '"variable":"DEPLOY_TOKEN"'
ok 'an unfinished link has none either' eval '! step -s --redact -p missing -- sh -c "echo \$DEPLOY_TOKEN"'
ok 'in its output' hides ".test.$id.link-unfinished" tok-0123456789

ok 'an attestor takes more out' step -s --attest listener --attest-option listener:act=redact --attest-option listener:arg=3,4 -- printf 'the word is out\n'
ok 'by its rule' tells "$link" '"stdout":"the[redacted: test-rule]d is out\n"'
ok 'and that is recorded' tells "$link" '"redactions":[{"attestor":"listener","length":4,"offset":3,"rule":"test-rule","stream":"stdout"}]'
refuses 125 'are not within the 5 bytes of stdout' 'but not what is not there' \
	step -s --attest listener --attest-option listener:act=redact --attest-option listener:arg=3,40 -- echo word
ok 'then nothing of the output is kept' hides ".test.$id.link-unfinished" '"stdout":"word'
ok 'and it says so' tells ".test.$id.link-unfinished" '"stdout-withheld":true'
refuses 125 'its manifest has no need "output"' 'nor from one that was not shown it' \
	step -s --attest actor --attest-option actor:act=redact --attest-option actor:arg=0,1 -- echo word
ok 'never cuts a character in two' step -s --attest listener --attest-option listener:act=redact --attest-option listener:arg=2,1 -- printf 'aüb\n'
ok 'but takes all of it' tells "$link" '"stdout":"a[redacted: test-rule]b\n"'
ok 'an attestor sees no value of a secret either' step -s --attest listener --attest-option listener:act=echo -- sh -c 'echo "$DEPLOY_TOKEN"'
ok 'but what stands for it' tells "test.$id.listener.intoto.json" "$(echo '[redacted: DEPLOY_TOKEN]' | base64)"
ok 'a failure of one that reads the output' step -s --attest listener --attest-option listener:act=die --attest-on-failure listener=record -- echo word
ok 'leaves nothing of it' tells "$link" '"stdout":"","stdout-withheld":true'

# --- the key in the work folder ---
cp "$there/actor" "$there/digger"
intoto key generate --no-passphrase -o inner.pem >/dev/null
dig() {
	intoto run -n dig -m coverage.info --signing-key inner.pem --attestor-path "$there" --attest digger \
		--attest-option digger:act=read --attest-option "digger:arg=$tap_work/$1" -- true && told dig.*.digger.intoto.json
}
is "$(dig coverage.info | grep -o '"told":"[^"]*"')" '"told":"opened"' 'an attestor that needs the work folder sees it'
is "$(dig inner.pem | grep -o '"told":"[^"]*"')" '"told":"No such file or directory"' 'but not the key that signs'

done_testing

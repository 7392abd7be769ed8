#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Attestors that lie, flood, hang, fork, pry and die; and manifests that ask for too much.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

mkdir there private
for name in actor listener digger asker bad-{protocol,name,twice,member,need,limit,variable,path,predicate,text,nothing,hang,flood}; do
	[ -f there/$name ] && continue
	# shellcheck disable=SC2086
	[ -f acts ] || ${INTOTO_CC:-cc} -O1 -o acts "$INTOTO_SOURCE/tests/cli/attestor_acts.c" || skip_all 'no compiler'
	cp acts there/$name
done
intoto key generate -t ed25519 --no-passphrase -o key.pem >/dev/null
echo app >app
echo report >report

# act ACT [ARG]: the attestor does it, and what it says is signed in out
act() {
	rm -f out
	intoto attest actor --subject app --signing-key key.pem -o out --attestor-path there --option "act=$1" \
		--option "arg=${2-}"
}
# told FILE: the statement
told() { python3 -c 'import base64,json,sys; sys.stdout.buffer.write(base64.b64decode(json.load(open(sys.argv[1]))["payload"]))' "$1"; }
# hears TEXT ACT [ARG]: what the attestor found out
hears() {
	local want=$1
	shift
	act "$@" && told out | grep -qF "\"told\":\"$want\"" || { told out; return 1; }
}
# refused TEXT SENTENCE ACT [ARG]: nothing is signed
refused() {
	local text=$1 sentence=$2
	shift 2
	refuses 69 "$text" "$sentence" act "$@"
	ok "and signs nothing ($1)" test ! -e out
}

ok 'an attestor that does as it should is heard' hears hello say hello

# --- what it prints ---
refused 'answer: ' 'refuses an attestor that prints garbage' garbage
refused 'printed over 16777216 bytes, which is its limit, and was ended' 'ends an attestor that prints 10 GB' flood
ok 'reads the answer of one that prints 4 MB for people' hears 'said a lot' flood-error
refused 'answer: is empty' 'refuses an attestor that answers nothing' nothing
refused 'answer.protocol: want 1, which it was asked in, found 2' 'refuses an answer in another protocol' wrong-protocol
refused 'two members of one object have the same name' 'refuses two members of one name in a predicate' twice
refused 'two members of one object have the same name' 'refuses two members of one name in an answer' twice-outside
refused 'it is nested more than 34 levels deep' 'refuses an answer that is nested 2,000 levels deep' deep
refused 'want one that its manifest names, found "https://slsa.dev/provenance/v1"' \
	'refuses a statement of a type that the manifest does not name' other-type
refused 'answer.statements.predicate: want an object' 'refuses a predicate that is no object' no-object
refused 'want predicateType and predicate, each once, found "subject"' 'refuses an attestor that names subjects itself' subject
refused 'answer: ' 'refuses an answer that is cut off' cut-off
refused 'answer: ' 'refuses two answers' trailing
refused 'want at least one with the outcome "ok"' 'refuses success without a statement' no-statement
refuses 65 'the report is \u{1b}[31mstale' 'says why an attestor failed, and tames it' act says-failed
ok 'and signs nothing (says-failed)' test ! -e out
ok 'takes white space and numbers as they are' act raw
ok 'and signs the predicate byte for byte' eval "told out | grep -qF '\"predicate\":{ \"z\": 9.80, \"a\" : 1E2 }'"

# --- how it ends ---
SECONDS=0
refused 'took longer than 1 seconds, which is its limit, and was ended' 'ends an attestor that hangs' hang
refused 'took longer than 1 seconds, which is its limit, and was ended' 'ends one that hangs with its output closed' hang-closed
ok 'both in time' test $SECONDS -lt 9
refused 'was ended by SIGSEGV' 'refuses an attestor that dies by a signal' die
refused 'ended with status 3, want 0; it said: out of \u{1b}[31mluck' 'refuses one that ends with a status, and says what it said' fail
ok 'an attestor may leave a process behind' hears 'left one' leave-one "$tap_work/alive"
sleep 1.3
ok 'but it is gone at once' test ! -e alive
act say hello
if [ "$(id -u)" != 0 ] || told out | grep -q other-user; then
	ok 'an attestor that forks without end is stopped' hears stopped fork-many
else
	skip 'root is not bound by the limit' 'an attestor that forks without end is stopped'
fi
if [ -z "${INTOTO_KIND-}" ]; then
	ok 'an attestor that eats memory is stopped' hears stopped memory
else
	skip 'a sanitizer needs all address space' 'an attestor that eats memory is stopped'
fi

# --- what it sees ---
ok 'an attestor cannot open the key' hears 'No such file or directory' read "$tap_work/key.pem"
cp key.pem there/key.pem
ok 'nor what lies beside its own program' hears 'No such file or directory' read "$tap_work/there/key.pem"
rm there/key.pem
ok 'nor a file of the work that it was not given' hears 'No such file or directory' read "$tap_work/app"
ok 'nor the passwords' hears 'No such file or directory' read /etc/shadow
ok 'nor make a file' hears 'Read-only file system' write "/made"
ok 'nor change its own program' not hears opened write "$tap_work/there/actor"
ok 'it has no descriptors but the three' hears none descriptors
(exec 7</etc/passwd; act descriptors && told out | grep -q '"told":"none"')
is $? 0 'also when we have more'
if python3 -c 'import socket' 2>/dev/null; then
	python3 -c '
import socket, sys, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(1)
print(s.getsockname()[1], flush=True); time.sleep(20)' >port &
	listener=$!
	for _ in $(seq 50); do [ -s port ] && break; sleep 0.1; done
	ok 'an attestor cannot reach a service' hears refused socket "$(cat port)"
	kill $listener
else
	skip 'no Python' 'an attestor cannot reach a service'
fi

# --- what it knows of our variables ---
export ACTOR_PLACE=here ACTOR_TOKEN=t0psecret-value OTHER=world
ok 'an attestor gets no variable of ours' hears 'not set' variable OTHER
asks() {
	rm -f out
	intoto attest asker --subject app --signing-key key.pem -o out --attestor-path there --option act=variable \
		--option "arg=$1" "${@:2}" && told out
}
is "$(asks ACTOR_PLACE | grep -o '"told":"[^"]*"')" '"told":"here"' 'but those that its manifest names'
is "$(asks ACTOR_TOKEN | grep -o '"told":"[^"]*"')" '"told":"not set"' 'not, though, one whose name says secret'
is "$(asks ACTOR_TOKEN --env ACTOR_TOKEN | grep -o '"told":"[^"]*"')" '"told":"[redacted: ACTOR_TOKEN]"' \
	'which the user must name; and its value is not signed even then'
is "$(asks ACTOR_TOKEN --env ACTOR_TOKEN --allow-secret ACTOR_TOKEN | grep -o '"told":"[^"]*"')" \
	'"told":"t0psecret-value"' 'unless that is allowed, too'
is "$(asks ACTOR_PLACE | grep -c masked)" 0 'what had to be taken out of nothing is not told'
is "$(asks ACTOR_TOKEN --env ACTOR_TOKEN | grep -o '"masked":\["ACTOR_TOKEN"\]')" '"masked":["ACTOR_TOKEN"]' 'what was taken out is told'

# --- the work folder, for who asks for it ---
dig() {
	rm -f out
	intoto attest digger --subject app --signing-key key.pem -o out --attestor-path there --option act=read --option "arg=$1" &&
		told out | grep -o '"told":"[^"]*"'
}
is "$(dig "$tap_work/app")" '"told":"opened"' 'an attestor that needs the work folder sees it'
is "$(dig "$tap_work/key.pem")" '"told":"No such file or directory"' 'but never the key that signs'

# --- manifests ---
describe() { intoto attest describe "$1" --attestor-path there; }
refuses 65 'manifest.protocol: want 1, the one that is spoken here, found 2' 'refuses a manifest in another protocol' describe bad-protocol
refuses 65 'manifest.name: want the name that it was found by, found "scan"' 'refuses an attestor under a false name' describe bad-name
refuses 65 'manifest' 'refuses a manifest with two members of a name' describe bad-twice
refuses 65 'manifest' 'refuses a manifest with an unknown member' describe bad-member
refuses 65 'manifest.needs: want network, artifacts, output, programs, folder or step, found "keys"' 'refuses a need that nobody knows' describe bad-need
refuses 65 'manifest.limits.seconds: want a number from 1 to 3600, found 100000' 'refuses limits that are none' describe bad-limit
refuses 65 'manifest.environment: want NAME, or PREFIX_* of three characters and more, found "*"' 'refuses to give all variables' describe bad-variable
refuses 65 'manifest.paths: want an absolute path without dots' 'refuses a path with dots' describe bad-path
refuses 65 'manifest.predicates: want a URI' 'refuses a predicate type that is none' describe bad-predicate
refuses 65 'manifest' 'refuses a manifest that is no JSON' describe bad-text
refuses 65 'manifest' 'refuses an empty manifest' describe bad-nothing
refuses 69 'printed over 262144 bytes' 'ends one that describes itself without end' describe bad-flood

# --- finding ---
refuses 66 'there is no such program' 'finds no attestor through $PATH' env PATH="$tap_work/there:$PATH" intoto attest describe actor
refuses 64 'want a name of a-z 0-9' 'takes no path for a name' intoto attest describe ./there/actor
mkdir -m 777 open
cp acts open/actor
refuses 74 'can be changed by others' 'refuses an attestor in a folder that everybody can write to' \
	intoto attest describe actor --attestor-path open
chmod 755 open
chmod 777 open/actor
refuses 74 'can be changed by others' 'refuses an attestor that everybody can change' intoto attest describe actor --attestor-path open
mkdir there/nested
cp acts there/nested/nested
ok 'finds an attestor in a folder of its name' describe nested

done_testing

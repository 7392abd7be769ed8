#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto attest, with the two attestors of examples/: they were written from intoto-attestor(7).
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

intoto key generate -t ecdsa-p256 --no-passphrase -o key.pem >/dev/null
export here="$tap_work"
mkdir attestors
cp "$INTOTO_SOURCE"/examples/attestors/* attestors/
chmod 755 attestors/*
echo app >app
printf 'TN:\nSF:/src/a.c\nDA:1,3\nDA:2,0\nDA:3,1\nend_of_record\nSF:/src/b.c\nDA:1,1\nend_of_record\n' >coverage.info

attest() { intoto attest "$@" --attestor-path attestors --signing-key key.pem; }
told() { sed -n 's/.*"payload": *"\([^"]*\)".*/\1/p' "$1" | base64 -d; }
tells() { told "$1" >text && has text "$2"; }
says() {
	local want=$1
	shift
	"$@" >"$tap_top/said" 2>&1 && has "$tap_top/said" "$want"
}
sum() { sha256sum "$1" | cut -d' ' -f1; }

# --- list and describe ---
ok 'lists attestors with what they do' says 'coverage        lines that the tests ran' intoto attest list --attestor-path attestors
ok 'lists them for programs, with their digests' says "\"sha256\": \"$(sum attestors/coverage)\"" \
	intoto attest list --attestor-path attestors --format=json
ok 'describes one with its options' says 'least=PERCENT  fail when fewer lines were run' \
	intoto attest describe coverage --attestor-path attestors
refuses 66 "attestor nothing: there is no such program in" 'names the folders that have no such attestor' \
	intoto attest describe nothing --attestor-path attestors
refuses 64 'want the name of an attestor' 'wants to know which one' intoto attest describe

# --- the one in POSIX shell ---
ok 'hears an attestor in POSIX shell' attest coverage coverage.info --subject app -o cov.intoto.json
ok 'signs its predicate' tells cov.intoto.json '"predicate":{ "files": 2, "lines": 4, "run": 3, "percent": 75 }'
ok 'about the subject' tells cov.intoto.json "},\"digest\":{\"sha256\":\"$(sum app)\"},\"name\":\"app\"}]"
ok 'with the digest of the attestor' tells cov.intoto.json "\"sha256\":\"$(sum attestors/coverage)\",\"version\":\"1.0\""
ok 'and of what it read' tells cov.intoto.json "\"name\":\"coverage.info\",\"sha256\":\"$(sum coverage.info)\""
ok 'with a good signature' intoto sign --verify -f cov.intoto.json -k key.pem.pub
ok 'keeps what it read' cmp "sha256-$(sum coverage.info).report" coverage.info
rm -f sha256-*
ok 'unless it is not to' attest coverage coverage.info --subject app -o cov.intoto.json --no-reports
ok 'and then keeps nothing' test ! -e "sha256-$(sum coverage.info).report"
refuses 65 'only 75 percent of the lines were run, want 80' 'says why an attestor failed' \
	attest coverage coverage.info --subject app -o low.json --option least=80
ok 'and signs nothing' test ! -e low.json
ok 'unless that is to be recorded' attest coverage coverage.info --subject app -o low.json --option least=80 --on-failure=record
ok 'as a failure' tells low.json '"predicateType":"https://in-toto.io/intoto/attestor-failure/v1"'
ok 'which says so where it counts' tells low.json '"outcome":"failed","reason":"only 75 percent'
ok 'and who said it' tells low.json '"predicate":{"attestor":"coverage","by":"attestor","reason":"only'
refuses 64 'wants fatal or record' 'wants a word that it knows' attest coverage coverage.info --subject app -o low.json --on-failure=ignore
head -c 30 coverage.info >cut.info
refuses 65 'the tracefile is cut off' 'the example refuses half a report' attest coverage cut.info --subject app -o cut.json
cp coverage.info 'we"ird.info'
refuses 65 'has a character that this program does not read' 'and a name that it cannot read' attest coverage 'we"ird.info' --subject app -o w.json
cp coverage.info 'a name with ümlauts.info'
ok 'but not one with spaces and umlauts' attest coverage 'a name with ümlauts.info' --subject app -o w.json

# --- the one in Python ---
if command -v python3 >/dev/null && [ -x /usr/bin/python3 ]; then
	echo '{"results":[{"command":"./app","mean":0.5,"times":[0.4,0.6],"exit_codes":[0,0]},{"command":"ls","mean":2.5,"times":[2.5]}]}' >bench.json
	ok 'hears an attestor in Python' attest benchmark bench.json --subject app -o bench.intoto.json
	ok 'signs its predicate' tells bench.intoto.json '"command": "./app", "mean": 0.5, "runs": 2, "failed": 0'
	refuses 65 "'ls' took 2.500 seconds, want 1.0 at most" 'which can fail' attest benchmark bench.json --subject app -o b.json --option most=1
	ok 'and can be told more than one thing, and has a note' says 'intoto attest: benchmark: 1 other commands were passed over' \
		attest benchmark bench.json --subject app -o b.json --option command=./app --option command=x
	ok 'which is signed' tells b.json '"notes":["1 other commands were passed over"]'
	ok 'and so are its options' tells b.json '"options":{"command":["./app","x"]}'
	echo '{' >no.json
	refuses 65 'no.json: is no report of hyperfine' 'and says what it cannot read' attest benchmark bench.json no.json --subject app -o b.json
	mkdir results
	cp bench.json results/1.json
	cp bench.json results/2.json
	ok 'takes a pattern' attest benchmark 'results/*.json' --subject app -o b.json
	ok 'and names each file' eval "tells b.json results/1.json && tells b.json results/2.json"
	refuses 64 'may be given once only' 'refuses an option twice' attest benchmark bench.json --subject app -o c.json --option most=1 --option most=2
else
	skip 'no Python' 'hears an attestor in Python'
fi

# --- what is refused ---
refuses 69 'no file matches' 'refuses a pattern that matches nothing' attest coverage 'no/*.info' --subject app -o x.json
refuses 69 'No such file' 'refuses a file that is not there' attest coverage no.info --subject app -o x.json
refuses 64 'wants a file' 'refuses to go without the file that it wants' attest coverage --subject app -o x.json
refuses 64 'takes at most 1 files' 'refuses more files than it takes' attest coverage coverage.info cut.info --subject app -o x.json
refuses 64 'want --subject FILE or --subject-digest' 'wants to know what it is about' attest coverage coverage.info -o x.json
refuses 64 'option --output FILE is missing' 'wants to know where to put it' attest coverage coverage.info --subject app
refuses 64 'it has none of that name' 'refuses an option that the attestor does not have' \
	attest coverage coverage.info --subject app -o x.json --option most=1
refuses 64 'does not ask for the network' 'grants no network that nobody asked for' attest coverage coverage.info --subject app -o x.json --network
refuses 64 '--subject-digest: want sha256:HEX=NAME' 'refuses a digest that is none' \
	attest coverage coverage.info --subject-digest sha256:123=app -o x.json
ok 'none of them wrote anything' test ! -e x.json

# --- other subjects ---
hex=$(sum app)
ok 'takes a digest as subject' attest coverage coverage.info --subject-digest "sha256:$hex=registry/app" \
	--subject-digest gitCommit:9fceb02d0ae598e95dc970b74767f19372d61af8=app -o x.json
ok 'by its name' tells x.json "{\"digest\":{\"sha256\":\"$hex\"},\"name\":\"registry/app\"}"
ok 'of any kind' tells x.json '"digest":{"gitCommit":"9fceb02d0ae598e95dc970b74767f19372d61af8"},"name":"app"}'
mkdir folder
echo 1 >folder/1
echo 2 >folder/2
ok 'takes a folder as subject' attest coverage coverage.info --subject folder -o x.json
ok 'with all files in it' eval 'tells x.json folder/1 && tells x.json folder/2'
mkdir empty
refuses 64 'there is no file in it' 'but not one without any' attest coverage coverage.info --subject empty -o y.json

# --- several statements ---
# shellcheck disable=SC2086
if ${INTOTO_CC:-cc} -O1 -o attestors/actor "$INTOTO_SOURCE/tests/cli/attestor_acts.c"; then
	ok 'puts each statement into a file' attest actor --subject app --option act=two -o 'two.intoto.json'
	ok 'the first' tells two.intoto.json '"predicate":{"n":1}'
	ok 'and the second beside it' tells two-2.intoto.json '"predicate":{"n":2}'
	# what is changed while it is read
	ok 'a report that stays as it is, is taken' attest actor coverage.info --subject app --option act=say -o z.json
else
	skip 'no compiler' 'puts each statement into a file'
fi

# --- secrets in reports ---
export CI_DEPLOY_TOKEN='s3cr"et\token' # as JSON: s3cr\"et\\token
cat >attestors/leaky <<'END'
#!/bin/sh
case $1 in
describe) echo '{"protocol":1,"name":"leaky","version":"1","summary":"s","predicates":["https://example.org/l/v1"],"inputs":{"most":1}}' ;;
attest) cat >/dev/null
	printf '%s\n' '{"protocol":1,"outcome":"ok","notes":["it is s3cr\"et\\token"],"statements":[{"predicateType":"https://example.org/l/v1","predicate":{"line":"with s3cr\u0022et\u005ctoken in it","s3cr\"et\\token":[9.80]}}]}' ;;
esac
END
chmod 755 attestors/leaky
rm -f sha256-*
ok 'an attestor that found a secret in a report is heard' attest leaky coverage.info --subject app -o leak.json
ok 'without it' tells leak.json '"predicate":{"line":"with [redacted: CI_DEPLOY_TOKEN] in it","[redacted: CI_DEPLOY_TOKEN]":[9.80]}'
ok 'also in its notes' tells leak.json '"notes":["it is [redacted: CI_DEPLOY_TOKEN]"]'
ok 'and the statement says so' tells leak.json '"masked":["CI_DEPLOY_TOKEN"]'
ok 'the report is not kept then' test ! -e "sha256-$(sum coverage.info).report"
ok 'unless its name is allowed' attest leaky coverage.info --subject app -o leak.json --allow-secret CI_DEPLOY_TOKEN
ok 'then it is as it was' tells leak.json 'with s3cr\u0022et\u005ctoken in it'

# --- by others ---
if folder=$(bash "$INTOTO_SOURCE/tests/lib/peers.sh" cosign 2>peers.log); then
	openssl pkey -pubin -in key.pem.pub -out spki.pem 2>/dev/null || cp key.pem.pub spki.pem
	verify_blob() {
		"$folder/cosign" verify-blob-attestation --key spki.pem --signature cov.intoto.json \
			--type https://example.org/coverage/v1 --insecure-ignore-tlog "$1"
	}
	attest coverage coverage.info --subject app -o cov.intoto.json
	ok 'cosign accepts the statement' verify_blob app
	refuses 1 'no matching subject digest' 'for its subject alone' verify_blob coverage.info
else
	skip 'no cosign' 'cosign accepts the statement'
fi

done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What may be uploaded: signed by whom, how large, and what becomes of it when it is cut off.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/serve/server.sh"

server_keys
tokens
for name in alice mallory; do intoto key generate --no-passphrase -o $name.pem >/dev/null; done
put() { asked "$1" -H "$(as writer)" --data-binary "@$2" "/v1/upload${3-}"; }

# --- signatures ---
ok 'starts for signed documents' server_start --tokens tokens.json --trusted-key alice.pem.pub --max-upload 3M --max-document 200K
echo x >app
intoto run -n build --signing-key alice.pem -p app -d . -- true >/dev/null && mv build.*.link good.link
intoto run -n build --signing-key mallory.pem -p app -d . -- true >/dev/null && mv build.*.link stranger.link
intoto run -n build --signing-key alice.pem --format=metablock -p app -d . -- true >/dev/null && mv build.*.link metablock.link
ok 'takes a link that is signed' put 200 good.link
ok 'in the older form' put 200 metablock.link
refuses 0 'no signature of this is good by a key that is trusted here' 'refuses one by a stranger' put 403 stranger.link
jq -c '.payload = (.payload | @base64d | sub("\"build\""; "\"bu1ld\"") | @base64)' good.link >changed.link
refuses 0 'no signature of this is good' 'refuses one that was changed' put 403 changed.link
jq -c '.signatures = []' good.link >unsigned.link
refuses 0 'nobody has signed this' 'refuses one that nobody signed' put 403 unsigned.link
jq -c --slurpfile s stranger.link '.signatures = $s[0].signatures + .signatures' good.link >both.link
ok 'takes one that somebody else has signed, too' put 200 both.link
echo '{"bomFormat":"CycloneDX"}' >bom.json
refuses 0 'want a signed document' 'refuses what is not signed at all' put 422 bom.json
echo text >text
refuses 0 'want a signed document or an archive' 'refuses what is nothing' put 422 text
: >empty
refuses 0 'found no bytes' 'refuses nothing' put 422 empty
head -c 250000 /dev/zero | tr '\0' ' ' >long.link && cat good.link >>long.link
refuses 0 'want a document of at most 204800 bytes' 'refuses a document that is too long to be looked into' put 413 long.link
refuses 0 'want the bytes as they are' 'refuses what is packed' \
	asked 415 -H "$(as writer)" -H 'Content-Encoding: gzip' --data-binary @good.link /v1/upload

# --- words ---
ok 'takes a name and how long it is kept' put 200 good.link '?name=build.link&retention=release&lock-until=2090-01-01T00:00:00Z'
refuses 0 'lock-until: want a time' 'refuses a time that is none' put 400 good.link '?lock-until=never'
refuses 0 "no parameter 'lock'" 'refuses a word that is none' put 400 good.link '?lock=1'

# --- archives ---
mkdir chain && cd chain || exit 1
cat >../layout.sh <<'SH'
. "$INTOTO_SOURCE/tests/lib/chain.sh"
chain_keys owner
layout root.layout owner owner "$(step build owner 1 '["ALLOW","*"]' '["ALLOW","*"]')"
link . build owner '' ''
SH
if (. ../layout.sh) >../layout.log 2>&1 &&
	"$INTOTO_BUILD/intoto/cmd/intoto-archive" pack -o ../release.tar.zst --layout root.layout \
		--verification-keys owner.pem.pub --signing-key ../alice.pem >>../layout.log 2>&1; then
	cd ..
	ok 'takes an archive that is signed' put 200 release.tar.zst
	export_by() { # KEY FILE
		"$INTOTO_BUILD/intoto/cmd/intoto-archive" export -o "$2" --redact report/vsa.dsse.json --reason x --signing-key "$1" \
			--key alice.pem.pub release.tar.zst >/dev/null
	}
	export_by alice.pem less.tar.zst
	ok 'takes one from which the same key withholds a member' put 200 less.tar.zst
	export_by chain/owner.pem theirs.tar.zst
	refuses 0 'no signature of this is good' 'refuses one from which a stranger does' put 403 theirs.tar.zst
	printf X | dd of=release.tar.zst bs=1 seek=$(($(stat -c %s release.tar.zst) / 2)) conv=notrunc 2>/dev/null
	ok 'refuses one that was changed' sh -c '[ "$1" != 200 ]' sh "$(put 200 release.tar.zst >/dev/null; cat status)"
else
	cd ..
	diag "$(tail -n 3 layout.log)"
	skip 'no archive could be packed' 'takes an archive that is signed'
	skip 'no archive could be packed' 'takes one from which the same key withholds a member'
	skip 'no archive could be packed' 'refuses one from which a stranger does'
	skip 'no archive could be packed' 'refuses one that was changed'
fi

# --- sizes ---
head -c 4000000 /dev/zero >large
refuses 0 'want at most 3145728 bytes' 'refuses what is too large before it is sent' put 413 large
refuses 0 'want at most 3145728 bytes' 'also when the client does not wait' \
	asked 413 -H "$(as writer)" -H Expect: --data-binary @large /v1/upload
refuses 0 'want at most 3145728 bytes' 'also when it does not say how much will come' \
	asked 413 -H "$(as writer)" -H 'Transfer-Encoding: chunked' -H Expect: --data-binary @large /v1/upload
truncate -s 10G huge
refuses 0 'want at most 3145728 bytes' 'refuses 10 GB' asked 413 -H "$(as writer)" -T huge -X POST /v1/upload
ok 'and takes none of it' sh -c '[ "$(jq -r "select(.status == 413) | .received" audit.log | tail -n 1)" -lt 4000000 ]'
ok '10 GB that come in pieces are cut off' sh -c '[ "$1" != 200 ]' sh \
	"$(asked 413 -H "$(as writer)" -H 'Transfer-Encoding: chunked' -H Expect: -T huge -X POST /v1/upload >/dev/null 2>&1; cat status)"
ok 'soon' sh -c '[ "$(jq -r "select(.method == \"POST\") | .received" audit.log | tail -n 1)" -lt 40000000 ]'
rm huge
rss=$(awk '/^VmHWM/ { print $2 }' "/proc/$server/status")
if [ -n "${INTOTO_KIND-}" ]; then
	skip 'a sanitizer has memory of its own' 'and never kept in memory'
else
	ok 'and never kept in memory' test "$rss" -lt 200000
fi
is "$(ls spool/*)" '' 'nor on the disk'
ok 'goes on afterwards' put 200 good.link
server_stop

# --- a large one goes through the disk ---
ok 'starts for anything' server_start --tokens tokens.json --accept any --max-upload 300M
head -c 150000000 /dev/urandom >large
ok 'takes 150 MB' put 200 large
ok 'gives them back' asked 200 -H "$(as reader)" "/v1/download/$(sha256sum large | cut -c1-64)"
ok 'byte for byte' cmp answer large
server_stop

# --- named by what is there ---
ok 'starts for what evidence names' server_start --tokens tokens.json --trusted-key alice.pem.pub --accept named
refuses 0 'want a signed document' 'refuses an SBOM that nothing names' put 422 bom.json
cp bom.json app
intoto run -n sbom --signing-key alice.pem -p app -d . -- true >/dev/null && mv sbom.*.link sbom.link
ok 'takes the evidence' put 200 sbom.link
ok 'and then the SBOM' put 200 bom.json
server_stop

# --- nobody is trusted ---
ok 'starts without a key' server_start --tokens tokens.json
ok 'and says so' has server.err 'no --trusted-key: uploads will be refused'
refuses 0 'no signature of this is good by a key that is trusted here' 'takes nothing' put 403 good.link
server_stop
done_testing

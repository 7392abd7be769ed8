#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Who may do what over HTTPS, what is answered, and what the audit log says of it.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/serve/server.sh"

server_keys
tokens
"$store" store token create --tokens tokens.json --name brief --rights read --days 1 >brief 2>/dev/null
ok 'starts' server_start --tokens tokens.json --accept any --max-upload 100K
echo '{"a":1}' >doc
digest=$(sha256sum doc | cut -c1-64)
gitoid=$( (printf 'blob 8\0' && cat doc) | sha256sum | cut -c1-64)

# --- rights ---
ok 'says to everybody that it is well' asked 200 /healthz
refuses 0 'want a token' 'tells nobody anything without a token' asked 401 /v1/search
ok 'and asks for one' grep -qi '^www-authenticate: Bearer realm="intoto store"' headers
refuses 0 'want a token' 'nor what is there and what is not' asked 401 /none
refuses 0 'there is no such token' 'refuses a token that is none' asked 401 -H 'Authorization: Bearer intoto_00' /v1/search
refuses 0 'there is no such token' 'also where nobody needs one' asked 401 -H 'Authorization: Bearer intoto_00' /healthz
refuses 0 'want \"Bearer TOKEN' 'refuses what is no token' asked 401 -H 'Authorization: Digest x' /v1/search
refuses 0 'each header of a request once' 'refuses two tokens' \
	asked 400 -H "$(as reader)" -H "authorization: Bearer ${token[writer]}" /v1/search
refuses 0 'no right to write' 'a reader writes nothing' asked 403 -H "$(as reader)" --data-binary @doc /v1/upload
refuses 0 'no right to read' 'a writer reads nothing' asked 403 -H "$(as writer)" /v1/search
refuses 0 'no right to read' 'nor asks by GraphQL' asked 403 -H "$(as writer)" --data '{}' /v1/query
ok 'a writer writes' asked 200 -H "$(as writer)" --data-binary @doc /v1/upload
is "$(jq -r '"\(.digest) \(.gitoid) \(.fresh) \(.number)"' answer)" "sha256:$digest $gitoid true 0" 'and is told what it is called'
ok 'an administrator may do both' asked 200 -H "$(as admin)" --data-binary @doc /upload
is "$(jq -r .fresh answer)" false 'and is told that it was there'
ok 'a reader reads it by its digest' asked 200 -H "$(as reader)" "/v1/download/sha256:$digest"
ok 'byte for byte' cmp answer doc
ok 'by its gitoid, as clients of Archivista do' asked 200 -H "$(as reader)" "/download/$gitoid"
ok 'which a browser neither shows nor guesses' sh -c 'grep -qi "^content-disposition: attachment" headers &&
	grep -qi "^x-content-type-options: nosniff" headers && grep -qi "^content-security-policy: default-src .none" headers'
ok 'as the password of a browser' asked 200 -u "anybody:${token[both]}" /v1/search
refuses 0 'no right to write' 'which writes nothing' asked 403 -u "anybody:${token[both]}" --data-binary @doc /v1/upload
refuses 0 'a page in a browser may not' 'nor does a page of another site' \
	asked 403 -H "$(as both)" -H 'Origin: https://example.org' --data-binary @doc /v1/upload

# --- tokens change while it runs ---
ok 'a token is good' asked 200 -H "Authorization: Bearer $(cat brief)" /v1/search
ok 'until it is taken away' "$store" store token revoke --tokens tokens.json brief
refuses 0 'there is no such token' 'from then on it is none' asked 401 -H "Authorization: Bearer $(cat brief)" /v1/search
jq '.tokens[0].expires="2020-01-01T00:00:00Z"' tokens.json >new && cat new >tokens.json
refuses 0 'the token has expired' 'one that has expired is none' asked 401 -H "$(as reader)" /v1/search
cp tokens.json kept && echo '{' >tokens.json
refuses 0 'cannot be reached now' 'a file that cannot be read gives nobody a right' asked 503 -H "$(as admin)" /v1/search
jq 'del(.tokens[].expires)' kept >tokens.json
ok 'until it can be' asked 200 -H "$(as admin)" /v1/search
chmod g+w tokens.json
refuses 0 'cannot be reached now' 'nor does one that others may write' asked 503 -H "$(as admin)" /v1/search
chmod g-w tokens.json

# --- what is asked for ---
refuses 0 "no parameter 'digset'" 'refuses a condition that is misspelt' asked 400 -H "$(as reader)" '/v1/search?digset=x'
refuses 0 'limit: want a number' 'refuses a limit that is none' asked 400 -H "$(as reader)" '/v1/search?limit=0'
refuses 0 'role: wants digest or name' 'refuses a role of nothing' asked 400 -H "$(as reader)" '/v1/search?role=product'
refuses 0 'role: wants digest or name' 'or beside what has none' asked 400 -H "$(as reader)" '/v1/search?role=product&kind=link'
ok 'and takes it beside a name' asked 200 -H "$(as reader)" '/v1/search?role=product&name=app'
refuses 0 'since: want a time' 'refuses a time that is none' asked 400 -H "$(as reader)" '/v1/search?since=yesterday'
refuses 0 'each parameter once' 'refuses a condition twice' asked 400 -H "$(as reader)" '/v1/search?name=a&name=b'
for path in /../etc/passwd /v1/%2e%2e/x //v1/search /v1/download/%2e%2e; do
	refuses 0 'no empty part' "refuses $path" asked 400 --path-as-is -H "$(as reader)" "$path"
done
refuses 0 'no %2F in a path' 'refuses a hidden slash' asked 400 --path-as-is -H "$(as reader)" /v1/download/a%2Fb
refuses 0 'found the byte 0' 'refuses a hidden NUL' asked 400 -H "$(as reader)" /v1/download/a%00b
refuses 0 'found the byte 13' 'refuses a hidden header' asked 400 -H "$(as reader)" /v1/search?name=%0d%0aX:y
refuses 0 'at most 8192' 'refuses what is too long' asked 414 -H "$(as reader)" "/v1/search?name=$(printf '%09000d' 0)"
refuses 0 'there is no such entry' 'says what is not there' asked 404 -H "$(as reader)" "/v1/download/${digest/?/0}0"
refuses 0 'nothing of that name' 'says what path is none' asked 404 -H "$(as reader)" /v2/
refuses 0 'cannot be asked for with that method' 'says which method is none' asked 405 -X DELETE -H "$(as admin)" /v1/search
ok 'and names those that are' grep -qi '^allow: ' headers
refuses 0 'cannot be asked for with that method' 'nothing is written by asking' asked 405 -H "$(as admin)" /v1/upload
ok 'gives the log its checkpoint' asked 200 -H "$(as reader)" /log/checkpoint
ok 'as text' grep -qi '^content-type: text/plain' headers
ok 'its tiles' asked 200 -H "$(as reader)" /log/tile/0/x001/067
is "$(cat answer)" 'a tile' 'by their path'
refuses 0 'there is no such tile' 'but no other' asked 404 -H "$(as reader)" /log/tile/0/x001/068
ok 'a proof' asked 200 -H "$(as reader)" "/v1/proof/$digest"
is "$(sed -n 2p answer)" 'index 0' 'of an entry'
ok 'and what was before' asked 200 -H "$(as reader)" /log/consistency/1
refuses 0 'want the size of an older tree' 'not of anything' asked 400 -H "$(as reader)" /log/consistency/-1
ok 'who is affected' asked 200 -H "$(as reader)" '/v1/affected?what=CVE-2024-1234'
is "$(jq -r '.affected[0] | "\(.product) \(.release) \(.vulnerability) \(.state)"' answer)" 'app 1.0 CVE-2024-1234 found' 'by what'
refuses 0 'what: want the id' 'not by nothing' asked 400 -H "$(as reader)" /v1/affected

# --- GraphQL ---
cat >collection <<-'JSON'
	{"predicateType":"https://witness.testifysec.com/attestation-collection/v0.1","subject":[{"name":"app","digest":{"sha256":"aa11bb22"}}],
	"predicate":{"name":"build","attestations":[{"type":"product"}]}}
JSON
printf '{"payload":"%s","payloadType":"application/vnd.in-toto+json","signatures":[]}' "$(base64 -w0 collection)" >envelope
ok 'takes an envelope' asked 200 -H "$(as writer)" --data-binary @envelope /v1/upload
gitoid=$(jq -r .gitoid answer)
query='query($d: [String!]) { dsses(where: {hasStatementWith: {hasSubjectsWith: {hasSubjectDigestsWith: {valueIn: $d}}}}) { edges { node { gitoidSha256 } } } }'
jq -n --arg q "$query" '{query: $q, variables: {d: ["aa11bb22"]}}' >request
ok 'finds it by GraphQL' asked 200 -H "$(as reader)" --data-binary @request /v1/query
is "$(jq -c .data.dsses.edges answer)" "[{\"node\":{\"gitoidSha256\":\"$gitoid\"}}]" 'and nothing else'
jq -n '{query: "mutation { x }"}' >request
refuses 0 '"errors":[{"message":"a mutation is not offered' 'changes nothing by GraphQL' asked 422 -H "$(as admin)" --data-binary @request /query
refuses 0 '"message":"query: line 1: want a field' 'says what is wrong with a query' asked 422 -H "$(as reader)" --data '{"query":"{"}' /query
refuses 0 'want at most 1048576 bytes' 'bounds a query' asked 413 -H "$(as reader)" --data-binary @<(head -c 1100000 /dev/zero) /query

# --- the dashboard ---
refuses 0 'want a token' 'shows its pages to nobody else' asked 401 /
ok 'shows them to who may read' asked 200 -u "anybody:${token[reader]}" /
ok 'as a page' sh -c 'grep -qi "^content-type: text/html" headers && grep -qi "<!doctype html>" answer'
ok 'under a policy of its own' grep -qi "^content-security-policy: .*style-src 'self'" headers
refuses 0 'cannot be asked for with that method' 'and takes nothing there' asked 405 -H "$(as admin)" --data x /

# --- the audit log ---
is "$(jq -r 'select(.method == "POST" and .status == 200 and .object == "sha256:'"$digest"'") | .who' audit.log | xargs)" \
	'writer admin' 'the audit log says who wrote what'
is "$(jq -r 'select(.status == 403) | .reason' audit.log | sort -u | wc -l)" 3 'and what was refused'
ok 'and from where' sh -c '[ "$(jq -r .address audit.log | sort -u)" = 127.0.0.1 ]'
is "$(jq -r .target audit.log | sort -u | grep -c '^/v1/search?')" 9 'and a line for each request'
ok 'and no token' sh -c '! grep -F intoto_ audit.log tokens.json | grep -v none'
server_stop
is "$server_status" 0 'stops when it is told to'
is "$(ls spool)" '' 'and leaves nothing behind'

# --- everybody ---
ok 'starts for everybody' server_start --anonymous-read
ok 'says so loudly' has server.err 'everybody who reaches this server may read'
ok 'who may then read' asked 200 /v1/search
refuses 0 'want a token' 'and no more' asked 401 --data-binary @doc /v1/upload
server_stop

# --- words ---
serve() { timeout 5 "$store" store serve --store place "$@"; }
refuses 64 'want --certificate and --key (or --insecure-http' 'is not started without a certificate' serve --tokens tokens.json
refuses 64 'want --tokens' 'nor without tokens' serve --certificate server.crt --key server.key
refuses 64 '--insecure-http has no certificates' 'nor with half of both' serve --insecure-http --key server.key --tokens tokens.json
refuses 64 'want a store' 'nor without a store' "$store" store serve --insecure-http --tokens tokens.json
refuses 64 'leave --trusted-key away' 'nor where keys would not count' serve --insecure-http --tokens tokens.json --accept any --trusted-key x
refuses 64 'ADDRESS:PORT' 'nor on a port that is none' serve --insecure-http --tokens tokens.json --listen 127.0.0.1
refuses 64 '--max-upload: want a number of bytes' 'nor with a size that is none' serve --insecure-http --tokens tokens.json --max-upload 1T
refuses 66 'none.json' 'nor with tokens that are not there' serve --insecure-http --tokens none.json
refuses 66 'none.crt' 'nor with a certificate that is not there' serve --certificate none.crt --key server.key --tokens tokens.json
refuses 65 'want a certificate and its key' 'nor with one that is none' serve --certificate tokens.json --key server.key --tokens tokens.json
refuses 74 'Address already in use' 'nor where another one listens' sh -c '
	timeout 5 "$1" store serve --store place --insecure-http --tokens tokens.json --listen 127.0.0.1:0 2>one.err & one=$!
	until port=$(sed -n "s/.*listening on http.*:\([0-9]*\)$/\1/p" one.err) && [ -n "$port" ]; do sleep 0.05; done
	timeout 5 "$1" store serve --store place --insecure-http --tokens tokens.json --listen 127.0.0.1:$port; status=$?
	kill $one; wait $one; exit $status' sh "$store"
server_scheme=http
ok 'speaks plain HTTP when it must' server_start --tokens tokens.json
ok 'and says what that means' has server.err 'WARNING: --insecure-http: tokens and evidence go over the network in the clear'
ok 'and answers' asked 200 -H "$(as reader)" /v1/search
server_stop
done_testing

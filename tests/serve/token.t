#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Tokens for a served store: made once, kept as digests, taken away.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/serve/server.sh"

create() { "$store" store token create --tokens tokens.json "$@"; }

ok 'makes a token' create --name ci --rights write --days 90
secret=$(cat "$tap_stdout")
is "${#secret} ${secret%%_*}" '71 intoto' 'of 256 bits'
is "$(jq -r '.tokens[0].sha256' tokens.json)" "$(printf %s "$secret" | sha256sum | cut -c1-64)" 'and keeps its digest'
ok 'alone' lacks tokens.json "$secret"
is "$(stat -c %a tokens.json)" 600 'in a file of its own'
ok 'makes another' create --name auditor --rights read,admin --expires 2099-01-31T00:00:00Z --format=json
is "$(jq -r '"\(.name) \(.rights) \(.expires)"' "$tap_stdout")" 'auditor read,admin 2099-01-31T00:00:00Z' 'and says so'
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout c.key -out c.crt -days 2 -subj /CN=c 2>/dev/null
ok 'gives a certificate rights' create --name runner --rights read --certificate c.crt
is "$(cat "$tap_stdout")" '' 'without a secret'
is "$(jq -r '.tokens[2].certificate' tokens.json)" \
	"$(openssl x509 -in c.crt -outform DER | sha256sum | cut -c1-64)" 'by its fingerprint'
ok 'lists them' "$store" store token list --tokens tokens.json
is "$(cut -d' ' -f1,3 "$tap_stdout" | xargs)" 'ci write auditor read,admin runner read' 'with their rights'
ok 'for programs' "$store" store token list --tokens tokens.json --format=json
is "$(jq -r 'map("\(.name)=\(.certificate)=\(.expired)") | join(" ")' "$tap_stdout")" \
	'ci=false=false auditor=false=false runner=true=false' 'too'

cp tokens.json before
refuses 64 "a token 'ci' already" 'refuses a name twice' create --name ci --rights read
refuses 64 'under another name' 'refuses a certificate twice' create --name other --rights read --certificate c.crt
refuses 64 "found 'all'" 'refuses a right that is none' create --name x --rights read,all
refuses 64 'want a name' 'refuses a name that could be misread' create --name 'a b' --rights read
refuses 64 'either --expires or --days' 'refuses two ends' create --name x --rights read --days 1 --expires 2099-01-01T00:00:00Z
refuses 64 'over already' 'refuses an end that was' create --name x --rights read --expires 2020-01-01T00:00:00Z
refuses 64 'want a number' 'refuses days that are none' create --name x --rights read --days 0
refuses 66 'none.crt' 'refuses a certificate that is not there' create --name x --rights read --certificate none.crt
refuses 66 "no token 'x'" 'refuses to take away what is not there' "$store" store token revoke --tokens tokens.json ci x
ok 'and changed nothing' cmp before tokens.json
ok 'takes one away' "$store" store token revoke --tokens tokens.json ci
is "$(jq -r '.tokens[].name' tokens.json | xargs)" 'auditor runner' 'and no other'
chmod o+w tokens.json
refuses 1 'chmod go-w' 'refuses a file that others may write' "$store" store token list --tokens tokens.json
chmod o-w tokens.json
echo '{"tokens":[{"name":"\u001b[31m","rights":["read"],"sha256":"00"}]}' >bad.json
refuses 65 'want 64 hex digits' 'refuses a file that is none' "$store" store token list --tokens bad.json
refuses 66 'none.json' 'refuses a file that is not there' "$store" store token list --tokens none.json

# Eight at once lose none.
for i in 1 2 3 4 5 6 7 8; do create --name "many$i" --rights read >/dev/null 2>&1 & done
wait
is "$(jq '.tokens | length' tokens.json)" 10 'those who make tokens at once lose none'
# The manual has every option, and no other.
sed -e 's/\\f.//g; s/\\-/-/g' "$INTOTO_SOURCE/docs/intoto-store-serve.1" | sed -n '/^\.SH OPTIONS/,/^\.SH "*EXIT/p' |
	grep -oE '(^|[^a-z-])--[a-z][a-z0-9-]*' | sed 's/^[^-]*//; s/-*$//' | sort -u >described
for words in 'store serve' 'store token create' 'store token list' 'store token revoke'; do
	"$store" help --options-of="$words"
done | cat - <(printf '%s\n' --help --version) | grep -E '^--' | sort -u >there
ok 'the manual describes every option and no other' diff described there
done_testing

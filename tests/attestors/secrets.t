#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The attestor "secrets": what is a credential and what is none, and that it never repeats one.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/attestor.sh"

command -v jq >/dev/null || skip_all 'jq is not installed'
attestor=secrets

# Nothing here is a credential of anybody: each is put together, so that no scanner of sources finds it.
aws=AKIA'QWERTYUIOPASDF12'
github=ghp_'0123456789abcdefghijABCDEFGHIJ456789'
value=q7R'z9Lk2Xv8Pw4Tn6Bd1'
jwt=eyJ'hbGciOiJIUzI1NiJ9'.eyJ'zdWIiOiIxMjM0NTY3ODkwIn0'.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U

# finds RULE LINE SENTENCE: a file with this line has this finding alone, and it is not repeated
finds() {
	found() {
		printf 'first\n%s\nlast\n' "$2" >file
		attest file || return
		[ "$(of '[.findings[] | .rule + ":" + (.line | tostring)] | join(" ")')" = "$1:2" ] || { of .findings; return 1; }
		not grep -qF -e "$aws" -e "$github" -e "$value" -e "$jwt" answer
	}
	ok "finds $3" found "$1" "$2"
}
# passes LINE SENTENCE: this line has none
passes() {
	clean() {
		printf '%s\n' "$1" >file
		attest file && [ "$(of '.findings | length')" = 0 ] || { of .findings; return 1; }
	}
	ok "passes $2" clean "$1"
}

finds aws-access-key "id $aws" 'an access key'
passes "id ${aws}X" 'a longer word'
passes "id x$aws" 'the middle of a word'
passes "id AKIAqwertyuiopasdf12" 'small letters'
finds github-token "GITHUB=$github" 'a token by its prefix'
passes "ghp_short" 'a prefix alone'
finds github-token "token: $github" 'the token rather than the assignment'
finds jwt "x $jwt" 'a JSON web token'
passes "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0" 'one without a signature'
finds url-password "git clone https://me:hunter22@example.org/x" 'a password in a URL'
passes 'git clone https://me@example.org/x:y' 'a URL without one'
passes 'https://me:$PASSWORD@example.org' 'a variable'
passes 'see https://example.org:8080/a@b' 'a port'
finds authorization-header 'Authorization: Basic bWU6aHVudGVyMjI=' 'a header'
finds authorization-header '"authorization": "Bearer abcdefghijkl"' 'a header in JSON'
passes 'Authorization: required' 'a word about one'
finds assignment "DB_PASSWORD=$value" 'a value of high entropy'
finds assignment "\"api_key\": \"$value\"" 'one in JSON'
finds assignment "client-secret = '$value'" 'one in quotes'
passes "checksum=$value" 'a name that says nothing'
passes 'password=aaaaaaaaaaaaaaaaaaaa1' 'a value that repeats'
passes 'password=/usr/share/passwords' 'a path'
passes 'token=short1' 'a short value'

block=$(printf -- '-----BEGIN %s KEY-----\nMIIEow\nabc\n-----END %s KEY-----' 'RSA PRIVATE' 'RSA PRIVATE')
printf 'a\n%s\nb\n' "$block" >file
attest file
is "$(of '.findings[0] | .rule + ":" + (.line | tostring)')" private-key:2 'finds a key block'
printf -- '-----BEGIN PUBLIC KEY-----\nMIIEow\n-----END PUBLIC KEY-----\n' >file
attest file
is "$(of '.findings | length')" 0 'passes a public key'

# --- places ------------------------------------------------------------------------------------------
printf '%s\n' "$aws" >one
printf '%s\n%s\n' "${aws}" "AKIA"'ZZZZYUIOPASDF123' >two
attest one two
is "$(of '[.findings[].file] | join(" ")')" 'one two two' 'says in which file'
is "$(of '[.findings[].saltedSha256] | (.[0] == .[1], .[1] == .[2])' | xargs)" 'true false' 'equal credentials have equal digests'
first=$(of '.findings[0].saltedSha256')
attest one two
ok 'but in another statement others' test "$first" != "$(of '.findings[0].saltedSha256')"
digest=$({ of .salt | xxd -r -p; printf %s "$aws"; } | sha256sum | cut -d' ' -f1)
is "$(of '.findings[0].saltedSha256')" "$digest" 'which are SHA-256 of the salt and the credential'

# At every place around the end of a window: it begins in one and ends in the next.
across() {
	local at window=1048576

	for at in -40 -20 -19 -1 0 1; do
		{ head -c $((window + at)) /dev/zero | tr '\0' '\n'; printf 'x_password=%s\n%s\n' "$value" "$aws"; head -c 20000 /dev/zero; } >large
		attest large || return
		[ "$(of '[.findings[] | .rule + ":" + (.line | tostring)] | join(" ")')" = \
			"assignment:$((window + at + 1)) aws-access-key:$((window + at + 2))" ] || { echo "at $at"; of .findings; return 1; }
	done
}
ok 'finds what lies across windows, with its line' across
request_more=',"products":[{"name":"one","digest":{}},{"name":"gone","digest":{}},{"name":"folder","digest":{}}]'
mkdir folder
ok 'looks into products' attest
is "$(of '.findings[0].file')" one 'and finds there'
is "$(of '.complete')" false 'a product that it cannot read makes it incomplete'
ok 'and is named' has answer 'gone: was not looked at'
request_more=',"products":[{"name":"one","digest":{}}]'
ok 'all products can be read' attest
is "$(of '[.complete, .files, .bytes] | map(tostring) | join(" ")')" 'true 1 21' 'then it is complete'
attest 'exclude=o*'
is "$(of '[.findings | length, 0] | first')$(of .excluded)" 01 'leaves out what the user excludes, and counts it'
attest allow=aws-access-key
is "$(of '.findings | length')" 0 'takes a rule back that the user allows'
refuses 1 'want the name of a rule' 'refuses a rule that is none' attest allow=aws

# --- streams -----------------------------------------------------------------------------------------
text=$(printf 'login %s ok\npassword=%s\nend\n' "$github" "$value" | base64 -w0)
request_more=",\"captured\":{\"stdout\":{\"text\":\"$text\",\"offset\":0,\"cut\":false},\"stderr\":{\"text\":\"\",\"offset\":0,\"cut\":false}}"
ok 'looks at what was printed' attest
is "$(jq -cr '[.redactions[] | "\(.stream) \(.offset) \(.length) \(.rule)"] | join(", ")' answer)" \
	'stdout 6 40 github-token, stdout 59 20 assignment' 'and says which bytes must not be signed'
is "$(of '[.findings[] | .stream + ":" + (.line | tostring)] | join(" ")')" 'stdout:1 stdout:2' 'and where they are'
is "$(of '.streams | join(" ")')" 'stdout stderr' 'says which streams it saw'
attest allow=github-token allow=assignment
is "$(jq -c .redactions answer)" '[]' 'what is allowed is not redacted'
request_more=',"captured":{"stdout":{"text":"%%"}}'
refuses 1 'want base64' 'refuses a stream that is no base64' attest
request_more=

done_testing

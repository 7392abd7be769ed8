#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The attestors of what a step ran on: environment, host, compiler.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

intoto key generate --no-passphrase -o key.pem >/dev/null
run() { rm -f ./*.link ./*.intoto.json ./.*unfinished; intoto run -n b -p app --signing-key key.pem --attestor-path "$INTOTO_BUILD/attestors" "$@"; }
told() { sed -n 's/.*"payload": *"\([^"]*\)".*/\1/p' "$1" | base64 -d | jq -r ".predicate | $2"; }
one() { told "$(ls ./b.*."$1".intoto.json)" "$2"; }
printf 'int main(void) { return 0; }\n' >a.c

# --- environment ---

export CFLAGS=-O2 MY_TOKEN=hunter2hunter2 MY_OWN=mine SOURCE_DATE_EPOCH=1
ok 'attests the environment' run --attest environment -- touch app
is "$(one environment '[.variables[] | select(.name == "CFLAGS" or .name == "SOURCE_DATE_EPOCH") | .name + "=" + .value] | join(" ")')" \
	'CFLAGS=-O2 SOURCE_DATE_EPOCH=1' 'has the harmless variables'
is "$(one environment '[.variables[] | select(.name == "PATH" or .name == "HOME" or .name == "MY_OWN" or .name == "MY_TOKEN")] | length')" 0 \
	'and no other, nor those of the sandbox'
ok 'takes one that the user names' run --attest environment --attest-env environment=MY_OWN -- touch app
is "$(one environment '.variables[] | select(.name == "MY_OWN") | [.value, (.granted | tostring)] | join(" ")')" 'mine true' 'and says that it was named'
ok 'takes those of a pattern' run --attest environment --attest-env 'environment=MY_*' -- touch app
is "$(one environment '[.variables[].name] | map(select(startswith("MY_"))) | join(" ")')" MY_OWN 'but for what looks like a secret'
run --attest environment --attest-env environment=MY_TOKEN -- touch app
ok 'the value of a secret is not signed though it was named' eval "! one environment . | grep -q hunter2"
ok 'unless it was allowed, too' run --attest environment --attest-env environment=MY_TOKEN --allow-secret MY_TOKEN -- touch app
is "$(one environment '.variables[] | select(.name == "MY_TOKEN") | .value')" hunter2hunter2 'by its name'
unset MY_TOKEN CFLAGS

# --- host ---

ok 'attests the host' run --attest host --attest-option host:packages=no -- touch app
is "$(one host '.kernel | [.name, .release, .machine] | join(" ")')" "$(uname -srm)" 'has the kernel'
is "$(one host '[.distribution.id, (has("packages") | tostring)] | join(" ")')" \
	"$(. /etc/os-release && echo "$ID") false" 'and the distribution'
ok 'names no machine' eval "! one host . | grep -qF '\"$(uname -n)\"'"
if dpkg-query -W -f '${Version}' bash >/dev/null 2>&1; then
	run --attest host --attest-option host:package=bash -- touch app
	is "$(one host '.packages | [.database, (.list | length | tostring), .list[0].version] | join(" ")')" \
		"dpkg 1 $(dpkg-query -W -f '${Version}' bash)" 'has the packages that were asked for'
	run --attest host -- touch app
	is "$(one host '.packages | [.installed, (.list | length)] | map(tostring) | join(" ")')" \
		"$(dpkg-query -W -f '${db:Status-Status}\n' | grep -c '^installed$' | sed 's/.*/& &/')" 'or all that are installed'
else
	skip 'no dpkg here' 'has the packages'
fi
refuses 125 'want yes or no' 'refuses an option that is neither' run --attest host --attest-option host:packages=some -- touch app

# --- compiler ---

cc=$(command -v gcc || command -v cc)
ok 'attests tools by name' run --attest compiler --attest-option compiler:tool="${cc##*/}" --attest-option compiler:tool=sh -- touch app
is "$(one compiler '.tools[0] | [.source, .version, .digest.sha256] | join(" | ")')" \
	"option | $($cc --version | head -n 1) | $(sha256sum <"$cc" | cut -c1-64)" 'with version and digest'
is "$(one compiler '.tools[1] | [.name, .digest.sha256] | join(" ")')" "sh $(sha256sum <"$(command -v sh)" | cut -c1-64)" \
	'also those that do not say their version'
ok 'attests the command when nothing is named' run --attest compiler -- touch app
is "$(one compiler '.tools[0] | [.name, .source] | join(" ")')" 'touch command' 'and says so'
is "$(one compiler '.tools[0] | has("version")')" false 'without asking what nobody named'
refuses 125 "there is no program 'no-such-tool'" 'refuses a tool that is not there' \
	run --attest compiler --attest-option compiler:tool=no-such-tool -- touch app
printf '{"predicateType": "https://example.org/x"}' >no.json
refuses 125 'want a runtime trace' 'refuses what is no trace' run --attest compiler=no.json -- touch app
if run --trace=full -- "$cc" -o app a.c 2>/dev/null; then
	ok 'reads a trace' intoto attest compiler ./b.*.trace.intoto.json --attestor-path "$INTOTO_BUILD/attestors" \
		--subject app --signing-key key.pem -o tools.intoto.json
	# under whatever name the kernel followed it to
	is "$(told tools.intoto.json "[.tools[] | select(.digest.sha256 == \"$(sha256sum <"$cc" | cut -c1-64)\")][0] | .source")" trace \
		'has the compiler that ran, by its digest then'
	is "$(told tools.intoto.json '[.tools[] | select(.known and .version)] | length > 0')" true 'and versions of what is known'
else
	skip 'no full trace here' 'reads a trace'
fi

done_testing

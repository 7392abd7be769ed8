#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a store knows of its documents: each is found by what it says, and by nothing that it does not say.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
prints() {
	refuses 0 "$@"
}
export INTOTO_STORE=$PWD/store
export SOURCE_DATE_EPOCH=1900000000
# found CONDITION...: the names of what is found, in order
found() { intoto store search --format=json "$@" | jq -r .name | sort | xargs; }
sum() { sha256sum "$1" | cut -c -64; }

intoto key generate --type ed25519 --no-passphrase -o key >/dev/null || diag 'no key'
echo hello >app && mkdir links && echo more >more
intoto-run -n build -p app --metadata-directory links --signing-key key -- true || diag 'no link'
intoto-run -n test -m app -p more --metadata-directory links --signing-key key -- true || diag 'no link'
build=$(echo links/build.*) test=$(echo links/test.*)
intoto store init >/dev/null || diag 'no store'

# statement TYPE PREDICATE [NAME DIGEST]: a statement in an envelope that nobody has signed, in one line
statement() {
	local payload='{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"'${3-app}'","digest":{"sha256":"'${4-$(sum app)}'"}}],"predicateType":"'$1'","predicate":'$2'}'

	printf '{"payloadType":"application/vnd.in-toto+json","payload":"%s","signatures":[]}\n' "$(printf %s "$payload" | base64 -w 0)"
}
scan() { # ID PACKAGE [NAME DIGEST]
	statement https://in-toto.io/attestation/vulns/v0.1 '{"scanner":{"uri":"https://example.org/scanner","version":"1","db":{"uri":"https://example.org/db"},
		"result":[{"id":"'"$1"'","severity":[{"method":"nvd","score":"9.8"}],"annotations":[{"package":"'"$2"'"}]}]},
		"metadata":{"scanStartedOn":"2026-06-01T09:58:30Z","scanFinishedOn":"2026-06-01T09:59:30Z"}}' "${@:3}"
}

# --- bundles ------------------------------------------------------------------------------------------------
cat "$build" "$test" | jq -c . >two.intoto.jsonl
prints 'put  two.intoto.jsonl' 'a bundle of two links is put' intoto store put two.intoto.jsonl
is "$(found --step build) $(found --step test)" 'two.intoto.jsonl two.intoto.jsonl' 'and found by the step of each'
is "$(found --digest "sha256:$(sum more)" --role product)" two.intoto.jsonl 'by a product of the second one'
is "$(found --kind bundle)" two.intoto.jsonl 'as a bundle'
is "$(found --step deploy) $(found --kind link)" ' ' 'but not by what no line says'
printf '\r\n' >three.intoto.jsonl && scan CVE-2026-77 pkg:deb/debian/xz@5.6.0 image-a "$(printf %064d 1)" >>three.intoto.jsonl
scan CVE-2026-78 pkg:deb/debian/zlib1g@1.3 image-b "$(printf %064d 2)" >>three.intoto.jsonl && jq -c . "$build" >>three.intoto.jsonl
intoto store put -q three.intoto.jsonl || diag 'not put'
is "$(found --type https://in-toto.io/attestation/vulns/v0.1)" three.intoto.jsonl 'a bundle is found by the type of a line'
is "$(found --step build)" 'three.intoto.jsonl two.intoto.jsonl' '... and by the step of another one'
is "$(intoto store affected CVE-2026-77 --format=json | jq -r '[.image, .package, .vulnerability] | join(" ")')" \
	'image-a pkg:deb/debian/xz@5.6.0 CVE-2026-77' 'what a line finds is of the subject of that line, and no alias of what another one finds'
prints 'whole: 2 leaves' 'the index is as the bundles say' intoto store fsck
cp -r store changed && python3 -c 'import sqlite3
with sqlite3.connect("changed/index.sqlite") as db: db.execute("DELETE FROM bundled WHERE step = \"test\"")'
refuses 1 'the index lacks 1 things' 'a line that the index lacks is missed' intoto store fsck --store changed
{ jq -c . "$build" && echo '{"cut' && jq -c . "$test"; } >broken.intoto.jsonl && printf '{"a":1}\n{"b":2}\n' >lines.jsonl
intoto store put -q broken.intoto.jsonl lines.jsonl || diag 'not put'
is "$(found --step test)" 'broken.intoto.jsonl two.intoto.jsonl' 'a line that cannot be read hides no other one'
is "$(found --kind file)" lines.jsonl 'lines that are no envelopes make no bundle'
archive() {
	mkdir bundled && cp two.intoto.jsonl bundled/build.intoto.jsonl && mkdir raw &&
		intoto layout init root.layout --expires 2091-01-01T00:00:00Z &&
		intoto layout add-step root.layout build --key key.pub --product-rule 'ALLOW *' && intoto sign -f root.layout --signing-key key &&
		intoto archive pack -o app.tar.zst -l root.layout --verification-keys key.pub --link-dir bundled --at 2030-03-17T17:46:40Z \
			--signing-key key --product app --release 1.0 && intoto store init --store packed >/dev/null && intoto store put -q --store packed app.tar.zst
}
ok 'an archive with a bundle is packed and put' archive
is "$(found --store packed --step test | wc -w)" 1 'its bundle is found by the step of its second line'


# --- ids and names in another case -----------------------------------------------------------------------------
statement https://cyclonedx.org/bom '{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[
	{"type":"library","name":"bar","version":"v1.2.0","purl":"pkg:golang/github.com/Foo/Bar@v1.2.0"}]}' >go.json
scan cve-2026-99 pkg:golang/github.com/foo/bar@v1.2.0 >small.json && scan GHSA-JFH8-C2JP-5V3Q pkg:npm/x@1 >ghsa.json
intoto store put -q go.json small.json ghsa.json || diag 'not put'
for id in CVE-2026-77 cve-2026-77; do
	is "$(found --vulnerability $id) $(intoto store affected $id | wc -l)" 'three.intoto.jsonl 1' "$id is found"
done
is "$(found --vulnerability CVE-2026-99) $(found --vulnerability ghsa-jfh8-c2jp-5v3q)" 'small.json ghsa.json' 'so is what a document writes in another case'
is "$(found --vulnerability cve-2026-7)" '' 'but not what only begins so'
is "$(intoto store affected CVE-2026-99 --format=json | jq -r .state | sort | xargs)" 'contains found' 'a Go module is one, whatever its case, for its vulnerabilities'
is "$(found --package pkg:golang/github.com/foo/bar) $(found --package pkg:golang/GitHub.com/FOO/bar@v1.2.0)" 'go.json go.json' 'and by its name'
is "$(found --package pkg:npm/X)" '' 'npm tells A from a'
intoto store affected pkg:golang/github.com/foo/bar >affected
prints 'contains' 'what contains it is told' grep contains affected

done_testing

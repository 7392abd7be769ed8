#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What changed between two releases, by their archives.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
. "$INTOTO_SOURCE/tests/lib/chain.sh"
. "$INTOTO_SOURCE/tests/report/release.sh"
forge=$INTOTO_SOURCE/tests/archive/forge.py
prints() {
	refuses 0 "$@"
}

export SOURCE_DATE_EPOCH=1780300000
pack() {
	local out=$1
	shift
	intoto archive pack -o "$out" -l root.layout --verification-keys owner.pem.pub --link-dir links --signing-key owner.pem \
		--at 2026-06-01T11:00:00Z --product app --even-if-refused --compression none --raw raw "$@"
}
# changed SED FILE TYPE SIGNER [ATTESTOR]: a document of the release is changed and signed again
changed() {
	sed -i "$1" "$2.json" && release_statement "links/$2.json" "$4" "$3" "$2.json" ${5:+"$5" package}
}
cyclonedx=https://cyclonedx.org/bom vulns=https://in-toto.io/attestation/vulns/v0.1 vex=https://openvex.dev/ns/v0.2.0
trace=https://in-toto.io/attestation/runtime-trace/v0.1 slsa=https://slsa.dev/provenance/v1
# trace_of DIGEST-OF-GCC PROGRAM: what a build executed
trace_of() {
	cat >build.trace.json <<-JSON
		{"monitor":{"type":"https://in-toto.io/intoto/monitor/v1"},"monitoredProcess":{"hostID":"x","type":"y","event":"build"},
		 "monitorLog":{"process":[],"network":[],"fileAccess":[
		  {"name":"/usr/bin/gcc","digest":{"sha256":"$1"},"annotations":{"accessed":["read","executed"],"events":1,"state":"same"}},
		  {"uri":"file://$2","annotations":{"accessed":["executed"],"events":1,"state":"gone"}},
		  {"name":"/usr/include/stdio.h","digest":{"sha256":"$1"},"annotations":{"accessed":["read"],"events":1,"state":"same"}}]}}
	JSON
	release_statement links/build.trace.json bob $trace build.trace.json
}
mkdir raw && echo 'a binary report' >raw/report.bin && echo '{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[{"type":"library","name":"left-pad","version":"1.0.0","purl":"pkg:npm/left-pad@1.0.0"}]}' >raw/npm.json
named() {
	sed -i "s/\"resolvedDependencies\": \[/&{\"uri\":\"report\",\"digest\":{\"sha256\":\"$(sha256sum raw/report.bin | cut -c -64)\"}},{\"uri\":\"npm\",\"digest\":{\"sha256\":\"$(sha256sum raw/npm.json | cut -c -64)\"}},/" provenance.json &&
		release_statement links/provenance.json bob $slsa provenance.json
}
# excepted ID OWNER FINDING UNTIL: release_make's holds from today on
excepted() {
	intoto exception create -f --id "$1" --owner "$2" --reason 'not reachable' --ticket SEC-1 --gate vulnerabilities --finding "$3" \
		--not-before 2026-01-01T00:00:00Z --expires "$4" --signing-key security.pem -o "links/$1.exception.json" >/dev/null
}
# A verification reads what gates ask for: these two want everything.
layout_more() {
	intoto layout add-gate root.layout package "require:{\"predicates\":[\"$trace\"]}" --key bob.pem.pub --drop-signatures &&
		intoto layout add-gate root.layout package "require:{\"predicates\":[\"$slsa\"]}" --key bob.pem.pub &&
		intoto sign -q -f root.layout -k owner.pem
}
named_anew() {
	sed -i 's/"resolvedDependencies": \[{"uri":"report"[^]]*}},{"uri":"npm"[^}]*}},/"resolvedDependencies": [/' provenance.json && named
}
first() {
	release_make && excepted EX-7 alice CVE-2024-2398 2026-12-01T00:00:00Z && layout_more && trace_of aaaa /usr/bin/as && named && pack one.tar --release 1.0 --trust owner.pem.pub --add notes=sbom.json
}
ok 'a release' first
ok 'has its raw report' eval 'tar -tf one.tar | grep -q ^raw/'

# --- the same ------------------------------------------------------------------------------------------
ok 'an archive and itself' intoto archive diff one.tar one.tar
is "$(cat "$tap_stdout")" '' 'differ in nothing'
json_same() { intoto archive diff --format json one.tar one.tar | jq -e '.differ == false and (.changes | length) == 0 and ([.same[] | select(.group == "dependencies")][0].count) == 10'; }
ok 'programs are told the same' json_same
repacked() { intoto archive pack -o plain.tar.zst -l root.layout --verification-keys owner.pem.pub --link-dir links --signing-key owner.pem \
	--at 2026-06-01T11:00:00Z --product app --even-if-refused --raw raw --release 1.0 --trust owner.pem.pub --add notes=sbom.json; }
repacked >/dev/null
ok 'nor does the same release packed again' intoto archive diff one.tar plain.tar.zst
# It has more behind it, and says the same.
ok 'it is renewed' intoto archive renew -o renewed.tar --signing-key owner.pem one.tar
ok 'a renewed one says the same' intoto archive diff one.tar renewed.tar

# --- each thing ----------------------------------------------------------------------------------------
changed 's/"1.2.13"/"1.3.1"/; s/@1.2.13/@1.3.1/; s/readline/libedit/g; s/"name": "syft", "version": "1.4"/"name": "syft", "version": "1.9"/' sbom $cyclonedx bob sbom
changed 's/CVE-2023-45853/CVE-2026-0001/; s/"0.80.0"/"0.90.0"/; s/"severity": \[{"method": "nvd", "score": "4.3"}\]/"severity": [{"method": "nvd", "score": "9.9"}]/' vulns $vulns bob scan
changed 's/CVE-2023-45853/CVE-2023-0000/; s/zlib@1.2.13/sqlite@3.40.1/' vex $vex bob
trace_of bbbb /usr/bin/mold
link links build bob "\"src/main.c\":$(sha 1),\"src/Makefile\":$(sha 7)" "\"out/app\":$(sha 8)"
link links checkout alice '' "\"src/main.c\":$(sha 1),\"src/Makefile\":$(sha 7)"
rm links/package.*.link
link links package alice "\"out/app\":$(sha 3),\"debian/control\":$(sha 6),\"debian/rules\":$(sha 6)" "\"app.tar\":$(sha 5)"
rm links/EX-7.exception.json
excepted EX-8 bob CVE-2024-9143 2026-12-31T23:59:59Z
sed -i 's/left-pad@1.0.0/left-pad@1.3.0/; s/"1.0.0"/"1.3.0"/' raw/npm.json; echo 'another' >raw/report.bin
named_anew
release_layout 'Another readme' && layout_more && pack two.tar --release 1.1 --trust alice.pem.pub --add notes=vex.json >/dev/null
refuses 1 'from one.tar: app 1.0' 'the next release differs' intoto archive diff one.tar two.tar
cp "$tap_stdout" told
while read -r line; do
	[ -n "$line" ] || continue
	ok "$line" has told "$line"
done <<TABLE
to   two.tar: app 1.1
release: 1 differ
  changed   release: 1.0 -> 1.1
  changed   layout/root.layout:
  changed   program /usr/bin/gcc: sha256:aaaa -> sha256:bbbb
  removed   program file:///usr/bin/as: without a digest
  added     program file:///usr/bin/mold: without a digest
  changed   maker of SBOM: syft-1.4 -> syft-1.9
  changed   scanner grype: 0.80.0 -> 0.90.0
  changed   debian/control: sha256:$(printf %064d 4) -> sha256:$(printf %064d 6)
  added     debian/rules: sha256:$(printf %064d 6)
  changed   out/app: sha256:$(printf %064d 3) -> sha256:$(printf %064d 8)
  added     pkg:deb/debian/libedit: 8.2
  removed   pkg:deb/debian/readline: 8.2
  changed   pkg:deb/debian/zlib: 1.2.13 -> 1.3.1
  changed   pkg:npm/left-pad: 1.0.0 -> 1.3.0
  gone      CVE-2023-45853: found in pkg:deb/debian/zlib@1.2.13 (critical), not_affected in pkg:deb/debian/zlib@1.2.13
  new       CVE-2026-0001: found in
  excused   CVE-2023-0000: found in pkg:deb/debian/sqlite@3.40.1 (low) -> found in pkg:deb/debian/sqlite@3.40.1 (low), not_affected in pkg:deb/debian/sqlite@3.40.1
  excused   CVE-2024-9143: found in pkg:deb/debian/openssl@3.0.15
  new       CVE-2024-2398: excepted by EX-7, found in pkg:deb/debian/curl@7.88.1 (high) -> found in pkg:deb/debian/curl@7.88.1 (high)
  removed   EX-7: of alice until 2026-12-01T00:00:00Z
  added     EX-8: of bob until 2026-12-31T23:59:59Z for vulnerabilities: CVE-2024-9143
  changed   package: evidence by 2, 2 wanted -> evidence by 1, 2 wanted
  added     trust/alice.pem.pub:
  removed   trust/owner.pem.pub:
  changed   other/notes:
  is of no kind that is known (sha256:$(sha256sum raw/report.bin | cut -c -64))
TABLE
ok 'what a step made for another is no input' not has told '  changed   src/Makefile: sha256:x'
lacks_inputs() { sed -n '/^inputs:/,/^[a-z]/p' told | grep -q src/Makefile; }
ok 'neither is it listed among them' not lacks_inputs
ok 'a header that was only read is no tool' lacks told stdio.h
json() {
	intoto archive diff --format json one.tar two.tar >json
	[ $? -eq 1 ] && jq -e '.differ and .before.release == "1.0" and .after.release == "1.1" and
		([.changes[] | select(.group == "findings") | .change] | sort) == ["excused", "excused", "gone", "new", "new"] and
		([.changes[] | select(.name == "pkg:deb/debian/zlib")][0] | .group == "dependencies" and .change == "changed" and .before == "1.2.13" and .after == "1.3.1")' json
}
ok 'programs are told the same' json

# --- who packed, and with which words --------------------------------------------------------------------
packed_by() { # OUT KEY [MORE...]
	local out=$1 key=$2
	shift 2
	intoto archive pack -o "$out" -l root.layout --verification-keys owner.pem.pub --link-dir links --signing-key "$key.pem" \
		--at 2026-06-01T11:00:00Z --product app --even-if-refused --compression none --raw raw --release 1.1 "$@"
}
packed_by mine.tar owner >/dev/null
packed_by theirs.tar bob >/dev/null
refuses 1 "  changed   manifest.dsse.json: ${id[owner]} -> ${id[bob]}" 'who packed is told where it is another one' intoto archive diff mine.tar theirs.tar
ok 'among the signers' has "$tap_out" 'signers: 1 differ'
packed_by both.tar owner --signing-key bob.pem >/dev/null
refuses 1 'changed   manifest.dsse.json: ' 'and where one more signed' intoto archive diff mine.tar both.tar
packed_by words.tar owner --param what=one --allow zero-threshold --allow no-expiry >/dev/null
refuses 1 '  added     parameter what: one' 'a parameter is told' intoto archive diff mine.tar words.tar
ok 'and what was allowed' has "$tap_out" '  added     allowed: no-expiry, zero-threshold'
packed_by words2.tar owner --param what=two --allow no-expiry --pass-parameters >/dev/null
refuses 1 '  changed   parameter what: one -> two' 'and where that is another one' intoto archive diff words.tar words2.tar
cp "$tap_stdout" told
ok 'or less' has told '  changed   allowed: no-expiry, zero-threshold -> no-expiry'
ok 'or goes to sublayouts' has told '  added     parameters of sublayouts: the same'
packed_by words3.tar owner --param what=two --allow no-expiry --pass-parameters >/dev/null
ok 'the same words and key are no change' intoto archive diff words2.tar words3.tar

# --- what is not compared --------------------------------------------------------------------------------
build=links/$(ls links | grep '^build.*link$')
intoto archive export -o less.tar --redact "$build" --reason secret --signing-key owner.pem two.tar >/dev/null
ok 'a withheld link is not taken for a difference: its digest is the same' intoto archive diff two.tar less.tar
ok 'nor where both withhold it' intoto archive diff less.tar less.tar
refuses 1 "unknown   $build: is withheld (sha256:" 'where it differs nobody can tell in what' intoto archive diff less.tar one.tar
python3 "$forge" two.tar bad.tar replaced
refuses 65 'bad.tar: is not whole: ' 'one that is not whole is not compared' intoto archive diff one.tar bad.tar
refuses 64 'want two archives, found 1 words' 'one archive' intoto archive diff one.tar
refuses 66 'not-there' 'one that is not there' intoto archive diff one.tar not-there
refuses 65 'Unrecognized archive format' 'a text' intoto archive diff told one.tar
echo '{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":7}' >raw/npm.json
named_anew && pack three.tar --release 1.1 >/dev/null
refuses 1 "raw/sha256/$(sha256sum raw/npm.json | cut -c -64): cannot be read whole" 'an SBOM that cannot be read is told' intoto archive diff two.tar three.tar

# --- hostile text ------------------------------------------------------------------------------------------
hostile=$'\e[2Jgone\nfindings: 0 differ'
release_make "$hostile" >/dev/null && pack hostile.tar --release "$hostile" --resource-uri https://example.org/app >/dev/null
refuses 1 '\u{1b}[2Jgone\nfindings: 0 differ' 'is escaped' intoto archive diff one.tar hostile.tar
ok 'and moves no terminal' eval '! grep -q "$(printf "\033")" "$tap_out"'
hostile_json() { intoto archive diff --format json one.tar hostile.tar | jq -e '.after.release | startswith("\u001b[2Jgone\n")'; }
ok 'and is JSON' hostile_json

done_testing

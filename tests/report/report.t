#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto report: what it says of an archive, what it does not say, and that no document can write into it.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"
. "$INTOTO_SOURCE/tests/report/release.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
release_make || exit 1

# pack FILE [OPTION...]
pack() {
	local file=$1
	shift
	rm -f "$file"
	intoto archive pack -o "$file" --layout root.layout --verification-keys owner.pem.pub --link-dir links \
		--signing-key owner.pem --product app --release 1.4.0 --even-if-refused "$@" >/dev/null
}
# told PYTHON: an expression over the document d is true
told() {
	python3 -c 'import json,sys; d = json.load(open("report.json")); sys.exit(0 if eval(sys.argv[1]) else 1)' "$1" ||
		{ echo "not so: $1"; return 1; }
}
state() { echo "[c['state'] for f in d['controls'] if f['framework'] == '$1' for c in f['controls'] if c['id'] == '$2'] == ['$3']"; }
gap() { echo "any('$1' in g['what'] and g['wanted'] == $2 for g in d['notEvidenced'])"; }
reports() { intoto report -f --format=json -o report.json "$@"; }

ok 'packs a release that did not pass' pack app.itar --retention cra-10y --keep 3653d
ok 'reads it' reports app.itar
ok 'says the verdict as it was recorded' told "d['verdict'] == 'refused' and d['product'] == 'app' and d['release'] == '1.4.0'"
ok 'says that nobody verified the archive' told "d['archive']['verified'] is None and $(gap 'who signed this archive' True)"
ok 'names the steps in their order' told "[s['item'] for s in d['steps']] == ['checkout', 'build', 'test', 'package']"
ok 'who signed them' told "len(d['steps'][3]['signers']) == 2 and d['steps'][3]['people'] == 2 and d['steps'][3]['threshold'] == 2"
ok 'what is wrong with one' told "d['steps'][3]['state'] == 'failed' and 'blocked' in d['steps'][3]['why']"
ok 'what went from step to step' told "{(f['from'], f['to'], f['files']) for f in d['flow']} == {('checkout','build',2), ('checkout','test',1), ('build','test',1), ('build','package',1)}"
ok 'what gates demand' told "len(d['steps'][3]['gates']) == 4"
ok 'the files that are evidence' told "'links/package.${id[alice]:0:8}.link' in d['steps'][3]['evidence']"
ok 'the exception, its owner and its use' told "[(e['id'], e['owner'], e['ticket'], e['used']) for e in d['exceptions']] == [('EX-7', 'alice@example.org', 'SEC-42', 1)]"
ok 'packages and their licences, without the one thing that the SBOM is about' told "len(d['packages']) == 8 and any(p['name'] == 'zlib' and p['license'] == 'Zlib' for p in d['packages'])"
ok 'findings, the one that blocks first' told "[f['id'] for f in d['findings'] if f['blocked']] == ['CVE-2023-45853'] and d['findings'][0]['blocked']"
ok 'what was allowed, and by what' told "any(f['id'] == 'CVE-2024-2398' and f['allowed'] and 'EX-7' in f['decided'] for f in d['findings'])"
ok 'what VEX says, as its word' told "d['findings'][0]['vex'].startswith('not_affected') and len(d['vex']) == 1"
ok 'members with their digests' told "any(m['name'] == 'layout/root.layout' and len(m['sha256']) == 64 for m in d['archive']['members'])"
ok 'that licences are missing' told "$(gap 'licence of 1 of 8 packages' False)"
ok 'that nobody demanded a source' told "$(gap 'from which source' False)"
ok 'that the gate of vulnerabilities failed' told "$(gap 'known vulnerabilities' True)"
ok 'a control whose evidence failed is contradicted' told "$(state ssdf RV.1.1 contradicted)"
ok 'a control with all of its evidence is evidenced' told "$(state ssdf PO.3.3 evidenced)"
ok 'a control of which no archive shows anything is not' told "$(state cra 'Annex VII, 7' 'not evidenced')"
ok 'a control whose archive nobody verified is evidenced in part' told "$(state pci 10.3.4 'in part')"
ok 'every control has a state and names what it asks' told "all(c['state'] and c['asks'] for f in d['controls'] for c in f['controls']) and len(d['controls']) == 5"

ok 'verifies the archive with a key' reports --key owner.pem.pub app.itar
ok 'and says that it is as it was packed, though its chain did not pass' told "d['archive']['verified'] is True and d['verdict'] == 'refused' and not $(gap 'who signed this archive' True)"
ok 'then a control on the archive is evidenced' told "$(state pci 10.3.4 evidenced)"
ok 'any one of several keys will do' reports --key bob.pem.pub --key owner.pem.pub app.itar
ok 'as before' told "d['archive']['verified'] is True"
ok 'verifies it with the key of a stranger' reports --key bob.pem.pub app.itar
ok 'and says that it did not pass' told "d['archive']['verified'] is False and $(gap 'what its signer packed' True) and $(state pci 10.3.4 contradicted)"
# What was replaced behind the signature is shown to nobody.
replace() {
	rm -rf tampered && mkdir tampered && bsdtar -xf app.itar -C tampered && chmod -R u+w tampered &&
		sed -i 's/Zlib/GPL9/; s/"signatures"/ "signatures"/' tampered/links/sbom.json &&
		bsdtar -tf app.itar >order && bsdtar --format pax --zstd -cf tampered.itar -C tampered -n -T order
}
if command -v bsdtar >/dev/null; then
	ok 'replaces a member' replace
	ok 'reads what is left' reports --key owner.pem.pub tampered.itar
	ok 'says which is not as the manifest says' told "d['archive']['verified'] is False and $(gap '1 members of the archive' True)"
	ok 'and uses nothing of it' told "d['packages'] == [] and not any(x['member'] == 'links/sbom.json' for x in d['documents'])"
else
	skip 'no bsdtar' 'replaces a member'
fi

# What was put behind the members is told.
later() {
	intoto archive renew -o renewed.itar --signing-key owner.pem app.itar &&
		intoto archive export -o less.itar --redact links/sbom.json --reason '<b>secret' --signing-key owner.pem renewed.itar
}
ok 'renews it and withholds a member' later
ok 'reads that' reports less.itar
ok 'tells both' told "[(l['kind'], l['name'], l['stamped']) for l in d['archive']['later']] == [('renewal', 'renewals/0001.dsse.json', False), ('redaction', 'renewals/0002.dsse.json', False)]"
ok 'what is withheld, and why' told "d['archive']['later'][1]['reason'] == '<b>secret' and 'links/sbom.json' in d['archive']['later'][1]['withheld']"
ok 'and that it is not evidenced' told "$(gap '2 members that are withheld' True) and d['packages'] == []"
ok 'and that neither is a timestamp' told "$(gap 'when the archive was signed' False)"
ok 'also with its key' reports --key owner.pem.pub renewed.itar
ok 'there is none' told "$(gap 'when the archive was signed' False)"
ok 'writes the page of it' intoto report -f -o later.html less.itar
ok 'which says the same' has later.html '<code>renewals/0002.dsse.json</code>: redaction of 2'
ok 'and escapes the reason' has later.html '&lt;b&gt;secret; withheld: <code>'

# Taken away, each is missed.
without() { # FILE: packs the release without it
	mv "links/$1" kept && pack less.itar && mv kept "links/$1" && reports less.itar
}
ok 'packs it without the SBOM' without sbom.json
ok 'then there are no packages' told "d['packages'] == [] and $(gap 'what it is made of' True)"
ok 'and nothing rests on them' told "$(state pci 6.3.2 contradicted)"
ok 'packs it without a link' without "build.${id[bob]:0:8}.link"
ok 'then the step has no evidence' told "$(gap 'step build' True) and d['steps'][1]['state'] == 'failed'"
ok 'and steps are not all signed' told "$(state ssdf PO.3.3 contradicted)"
ok 'packs it without tests' without tests.json
ok 'then a report of tests is not claimed' told "$(state cra 'Annex VII, 6' contradicted)"

# --- sublayouts ---------------------------------------------------------------------------------------
mkdir sub && cp ./*.pem* sub && cd sub || exit 1
inner=compile.${id[alice]:0:8}
layout root.layout owner 'alice bob carol' "$(step fetch bob 1 '' '["CREATE","src"]'),$(
	step compile alice 1 '["MATCH","*","WITH","PRODUCTS","FROM","fetch"]' '["CREATE","bin"]'),$(
	step ship carol 1 '["MATCH","bin","WITH","PRODUCTS","FROM","compile"]' '["CREATE","tar"]')" &&
	layout "links/$inner.link" alice 'bob carol' "$(step parse bob 1 '["ALLOW","*"]' '["CREATE","ast"]'),$(
		step emit carol 1 '["MATCH","ast","WITH","PRODUCTS","FROM","parse"]' '["CREATE","bin"]')" &&
	link links fetch bob '' "\"src\":$(sha 1)" && link "links/$inner" parse bob "\"src\":$(sha 1)" "\"ast\":$(sha 2)" &&
	link "links/$inner" emit carol "\"ast\":$(sha 2)" "\"bin\":$(sha 3)" &&
	link links ship carol "\"bin\":$(sha 3)" "\"tar\":$(sha 4)" || exit 1
ok 'packs a chain with a sublayout' pack sub.itar
ok 'reads it' reports sub.itar
ok 'names the steps of both layouts' told "[s['item'] for s in d['steps']] == ['fetch', 'compile', 'ship', 'compile/parse', 'compile/emit'] and all(s['state'] == 'passed' for s in d['steps'])"
ok 'and what went between them: what a sublayout gives is what its last step made' told "{(f['from'], f['to'], f['files']) for f in d['flow']} == {('fetch','compile',1), ('compile','ship',1), ('compile/parse','compile/emit',1)}"
ok 'says that nothing was demanded of tests' told "$(gap 'that tests passed' False) and $(state cra 'Annex VII, 6' 'not evidenced')"
cd .. || exit 1

# --- the page -----------------------------------------------------------------------------------------
page() { intoto report -f -o page.html "$@"; }
ok 'writes the page' page app.itar
ok 'which names its style by digest, and allows nothing else' grep -q "default-src 'none'; style-src 'sha256-" page.html
ok 'runs no script' bash -c '! grep -qiE "<script|javascript:| on[a-z]+=" page.html'
ok 'loads nothing' bash -c '! grep -qE "(src|href)=\"(http|//|data:)|url\(|@import" page.html'
style=$(sed -n '/<style>/,/<\/style>/p' page.html | sed '1s/.*<style>//' | sed '$s/<\/style>.*//')
is "$(printf '%s\n' "$style" | openssl dgst -sha256 -binary | base64)" \
	"$(grep -o 'sha256-[A-Za-z0-9+/=]*' page.html | head -1 | cut -c8-)" 'the digest is that of the style sheet'
# Each address within the page leads somewhere.
anchors() {
	grep -oE 'href="#[^"]*"' page.html | sort -u | sed 's/href="#//; s/"//' >wanted
	grep -oE 'id="[^"]*"' page.html | sed 's/id="//; s/"//' | sort >there
	[ -z "$(uniq -d there)" ] || { echo "twice: $(uniq -d there)"; return 1; }
	comm -23 wanted there | grep . && return 1
	test "$(wc -l <wanted)" -gt 20
}
ok 'each link of the page leads to a place in it, which is there once' anchors
ok 'the same archive gives the same page' bash -c 'intoto report app.itar | cmp - page.html'
refuses 74 'page.html' 'does not replace a file' intoto report -o page.html app.itar
cp app.itar cut.itar; truncate -s -200 cut.itar
refuses 65 "cut.itar" "refuses one that is cut short" intoto report cut.itar

# --- a table ------------------------------------------------------------------------------------------
intoto report --format=csv app.itar >report.csv
csv() { python3 -c 'import csv,sys; rows = list(csv.reader(open("report.csv", newline=""))); sys.exit(0 if eval(sys.argv[1]) else 1)' "$1"; }
ok 'the table has six columns everywhere' csv "all(len(r) == 6 for r in rows) and len(rows) > 50"
ok 'and controls' csv "['PCI DSS', '10.3.4'] in [r[:2] for r in rows]"

# --- bad input ----------------------------------------------------------------------------------------
refuses 64 'want an archive' 'wants an archive' intoto report
refuses 64 "unexpected 'b'" 'wants one' intoto report app.itar b
refuses 64 'verifies nothing' 'wants a key beside roots' intoto report --timestamp-roots x app.itar
refuses 66 'absent.pub' 'misses a key' intoto report --key absent.pub app.itar
refuses 64 '' 'knows its forms' intoto report --format=pdf app.itar
refuses 66 'absent' 'misses one that is not there' intoto report absent
echo no >no.itar
refuses 65 'no.itar' 'refuses what is no archive' intoto report no.itar

nasty=$'"><script>alert(1)</script><img src=x onerror=alert(2)>\x1b[31m\xe2\x80\xae\'=cmd|x'
ok 'makes a release in which every text is hostile' release_make "$nasty"
ok 'packs it' pack nasty.itar --product '"><svg onload=alert(3)>' --release '=1+1'
ok 'shows it' page nasty.itar
ok 'no text became markup' bash -c '! grep -qE "<(script|img|svg onload)|<[a-z]+ [^>]*onerror" page.html'
ok 'but is there to be read' grep -q '&lt;script&gt;alert(1)&lt;/script&gt;' page.html
ok 'no control character came through' bash -c '! LC_ALL=C grep -qP "\x1b|\xe2\x80\xae" page.html'
well_formed() { python3 - <<-'END'
	import html.parser
	void = {"meta", "link", "img", "br", "input", "rect", "path"}
	class P(html.parser.HTMLParser):
	    def __init__(self): super().__init__(); self.open = []
	    def handle_starttag(self, tag, attrs):
	        names = [a for a, _ in attrs]
	        assert len(names) == len(set(names)), (tag, names)
	        if tag not in void: self.open.append(tag)
	    def handle_startendtag(self, tag, attrs): pass
	    def handle_endtag(self, tag):
	        if tag in void: return
	        assert self.open and self.open[-1] == tag, (tag, self.open[-3:], self.getpos())
	        self.open.pop()
	p = P(); p.feed(open("page.html").read()); p.close()
	assert not p.open, p.open
END
}
ok 'every element is closed where it was opened' well_formed
intoto report --format=csv nasty.itar >report.csv
ok 'no cell of the table is a formula' csv "not any(c[:1] in ('=', '+', '-', '@') for r in rows for c in r)"
ok 'reads the hostile one as JSON' reports nasty.itar
ok 'which keeps texts as they are' told "d['exceptions'][0]['owner'].startswith('\"><script>')"

done_testing

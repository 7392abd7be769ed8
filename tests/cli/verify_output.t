#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What intoto verify says: the forms of its report, files and the CI summary, the first screen of a
# refusal, and signed verdicts.  Names in the documents are as hostile as they can be.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
chain_keys owner alice bob carol || skip_all 'no keys can be made'

hostile='a]]>b<script>x</script>|`c`\u001b[2J\nd\"e\u202ef'"'"'&amp;*_[l](http://x)@user#1 -->\ufffe'
long=$(printf '%3000s' '' | tr ' ' x)

steps() {
	step fetch alice 1 '' '["CREATE","src/*"],["DISALLOW","*"]'
	printf ,
	step build alice 1 '["MATCH","*","WITH","PRODUCTS","FROM","fetch"],["DISALLOW","*"]' '["CREATE","app"],["DISALLOW","*"]'
	printf ,
	step pack bob 1 '["MATCH","app","WITH","PRODUCTS","FROM","build"],["DISALLOW","*"]' '["CREATE","*.tar"],["DISALLOW","*"]'
}
good() {
	rm -rf links
	layout root.layout owner 'alice bob' "$(steps)"
	link links fetch alice '' "\"src/a\":$(sha 1)"
	link links build alice "\"src/a\":$(sha 1)" "\"app\":$(sha 2)"
	link links pack bob "\"app\":$(sha 2)" "\"a.tar\":$(sha 4),\"b.tar\":$(sha 5)"
}
bad() {
	good
	link links build alice "\"src/a\":$(sha 1)" "\"app\":$(sha 2),\"$hostile\":$(sha 3)$(for n in 1 2 3 4; do printf ',"%s%d":%s' "$long" $n "$(sha 3)"; done)"
}
verify() { intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links "$@"; }
# json FILE EXPRESSION: what python makes of it
json() { python3 -c "import json,sys; r=json.load(open(sys.argv[1])); print(($2))" "$1" 2>&1; }
# payload FILE EXPRESSION: of a DSSE envelope
payload() {
	python3 -c "import base64,json,sys; r=json.loads(base64.b64decode(json.load(open(sys.argv[1]))['payload'])); p=r['predicate']; print(($2))" "$1" 2>&1
}
# Whether a file holds only text that a terminal can be shown.
tame() { python3 -c '
import sys, unicodedata
text = open(sys.argv[1], encoding="utf-8").read()
bad = [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") and c != "\u200d"]
sys.exit(repr(bad[:5]) if bad else 0)' "$1"; }

# The output of the last command, for more than one look at it.
keep() { cp "$tap_out" said; }

# --- files -------------------------------------------------------------------------------------------
good
ok 'a report in every form' verify --report text=r.txt --report json=r.json --report junit=r.xml \
	--report sarif=r.sarif --report markdown=r.md
ok 'beside the one that is printed' has "$tap_out" 'PASSED: root.layout: '
ok 'the text is the same' has r.txt 'PASSED: root.layout: '
bad
for form in text json junit sarif markdown; do
	refuses 1 '' "$form is printed when asked for" verify --format $form
	cp "$tap_stdout" printed
	refuses 1 '' "and written on a refusal, too" verify --report $form=written --at 2026-01-01T00:00:00Z
	verify --format $form --at 2026-01-01T00:00:00Z >printed
	ok 'the same bytes' cmp printed written
	ok 'without one character that a terminal obeys' tame printed
done
refuses 64 "--report: want FORMAT=FILE" 'a form that is not known is refused' verify --report html=x
refuses 64 "--report: want FORMAT=FILE" 'so is a missing file' verify --report json=
refuses 64 "--report: want FORMAT=FILE" 'so is a missing form' verify --report x.json
refuses 64 "option --format wants text or json or junit or sarif or markdown" 'and so is it for --format' verify --format html
good
refuses 66 'no/such/r.json' 'a pass without its report is no success' verify --report json=no/such/r.json
ok 'but the verdict is told' has "$tap_out" 'PASSED'
ok 'others are written all the same' test ! -e later
verify --report json=no/such/r.json --report text=later >/dev/null 2>&1
ok 'also behind the one that fails' has later PASSED
bad
refuses 1 'no/such/r.json' 'a refusal stays a refusal' verify --report json=no/such/r.json

# --- JSON --------------------------------------------------------------------------------------------
bad
verify --format=json >r.json
is "$(json r.json '[i["item"]+":"+str(i["people"])+"/"+str(i["threshold"])+":"+str(i["materials"])+">"+str(i["products"]) for i in r["items"]]')" \
	"['fetch:1/1:0>1', 'build:1/1:1>6', 'pack:1/1:1>2']" 'JSON has the evidence of each step'
is "$(json r.json '[s["file"]==i["file"] and len(s["identity"])==64 for i in r["items"] for s in i["signers"]]')" \
	'[True, True, True]' 'and who signed it'
is "$(json r.json 'sorted(i["uri"].split("/")[-1].split(".")[0] for i in r["inputs"])')" \
	"['build', 'fetch', 'pack', 'root']" 'and every document that the verdict rests on'
is "$(json r.json '[i["sha256"] for i in r["inputs"] if i["uri"]=="root.layout"][0]')" \
	"$(sha256sum root.layout | cut -d' ' -f1)" 'with its digest'
is "$(json r.json 'r["verdict"]+" "+str(r["version"])')" 'refused 1' 'and the verdict'

# --- JUnit XML -----------------------------------------------------------------------------------------
junit() { python3 - "$1" <<'PY'
import sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
assert root.tag == "testsuites", root.tag
seen = set()
totals = dict.fromkeys(("tests", "failures", "errors"), 0)
for suite in root:
    assert suite.tag == "testsuite" and suite.get("name") and suite.get("timestamp"), suite.attrib
    cases = list(suite)
    assert all(case.tag == "testcase" for case in cases)
    counted = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "errors": sum(case.find("error") is not None for case in cases),
        "skipped": sum(case.find("skipped") is not None for case in cases),
    }
    for name, count in counted.items():
        assert int(suite.get(name)) == count, (suite.get("name"), name, suite.get(name), count)
    for name in totals:
        totals[name] += counted[name]
    for case in cases:
        key = (case.get("classname"), case.get("name"))
        assert all(key) and key not in seen, key
        seen.add(key)
        assert len(case) <= 1 and all(e.tag in ("failure", "error", "skipped", "system-out") for e in case)
for name, count in totals.items():
    assert int(root.get(name)) == count, (name, root.get(name), count)
print(root.get("failures"), root.get("errors"), ",".join(suite.get("name") for suite in root))
PY
}
verify --format=junit >r.xml
is "$(junit r.xml 2>&1)" '2 0 verdict,layout,fetch,build,pack' 'JUnit XML adds up, with a suite for each step and one for the verdict'
if command -v xmllint >/dev/null; then
	ok 'it is well-formed for others, too' xmllint --noout r.xml
else
	skip 'no xmllint' 'it is well-formed for others, too'
fi
good; verify --format=junit >r.xml
is "$(junit r.xml 2>&1)" '0 0 verdict,layout,fetch,build,pack' 'and is green on a pass'
rm links/build.*; verify --format=junit >r.xml
is "$(junit r.xml 2>&1)" '3 0 verdict,layout,fetch,build,pack' 'a skipped check is no failure'
intoto verify -l no.layout --verification-keys owner.pem.pub --format=junit >r.xml
is "$(junit r.xml 2>&1)" '0 2 verdict,layout' 'what is undecided is an error'

# --- SARIF -------------------------------------------------------------------------------------------
sarif() { python3 - "$1" <<'PY'
import json, re, sys
log = json.load(open(sys.argv[1]))
assert log["version"] == "2.1.0" and "sarif" in log["$schema"] and set(log) == {"$schema", "runs", "version"}
(run,) = log["runs"]
driver = run["tool"]["driver"]
rules = driver["rules"]
assert driver["name"] == "intoto" and driver["version"]
for rule in rules:
    assert rule["id"] and re.fullmatch("[A-Z][A-Za-z]*", rule["name"]), rule
    for text in ("shortDescription", "fullDescription", "help"):
        assert rule[text]["text"].endswith("."), rule
assert len({rule["id"] for rule in rules}) == len(rules)
prints = set()
for result in run["results"]:
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert result["level"] in ("error", "warning") and result["message"]["text"]
    (location,) = result["locations"]
    uri = location["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"(file:///)?[A-Za-z0-9._~%/-]+", uri), uri
    assert location["physicalLocation"]["region"]["startLine"] >= 1
    prints.add(result["partialFingerprints"]["intotoCheck/v1"])
assert len(prints) == len(run["results"])
assert isinstance(run["invocations"][0]["executionSuccessful"], bool)
print(" ".join(f"{r['level']}:{r['ruleId']}:{r['locations'][0]['physicalLocation']['artifactLocation']['uri'].split('.')[0]}"
               for r in run["results"]), run["invocations"][0]["executionSuccessful"])
PY
}
bad; verify --format=sarif >r.sarif
is "$(sarif r.sarif 2>&1)" 'error:rule.disallow:links/build True' 'SARIF has what failed, with its rule and the file to look at'
one=$(json r.sarif 'r["runs"][0]["results"][0]["partialFingerprints"]')
link links build alice "\"src/a\":$(sha 1)" "\"app\":$(sha 2),\"other\":$(sha 3)"
verify --format=sarif >r.sarif
is "$(json r.sarif 'r["runs"][0]["results"][0]["partialFingerprints"]')" "$one" 'its fingerprint is of the check, not of its sentence'
good; verify --format=sarif >r.sarif
is "$(sarif r.sarif 2>&1)" ' True' 'and nothing on a pass'
intoto verify -l no.layout --verification-keys owner.pem.pub --format=sarif >r.sarif
is "$(sarif r.sarif 2>&1)" 'error:layout.file:no False' 'nothing decided is an execution that failed'

# --- markdown ----------------------------------------------------------------------------------------
bad; verify --format=markdown >r.md
ok 'markdown says the verdict first' bash -c 'head -n 1 r.md | grep -q "^## .* Refused: <code>root&#46;layout</code>$"'
is "$(grep -c '^| ❌ failed |' r.md)" 1 'a failure is one row, whatever the names in it are'
is "$(awk -F'|' '/^\| ❌ failed/ { print NF }' r.md)" 8 'and has its six cells'
ok 'no HTML of a document stands in it' bash -c "! sed 's/<\/\?\(code\|details\|summary\)>//g' r.md | grep '[<>]'"
ok 'nor a backtick, a link or a mention' bash -c "! grep '[\`@]\|](' r.md"
is "$(grep -c '<details>' r.md) $(grep -c '</details>' r.md)" '1 1' 'what passed is folded'
good; verify --format=markdown >r.md
ok 'a pass has no table of what is wrong' bash -c 'grep -q "Passed: " r.md && ! grep -q "What is wrong" r.md'

# --- the CI summary ------------------------------------------------------------------------------------
export GITHUB_STEP_SUMMARY=summary.md
printf 'before\n' >summary.md
verify >/dev/null
ok 'the summary of a CI job is written when its variable is set' has summary.md 'Passed: '
is "$(head -n 1 summary.md)" before 'behind what is there'
bad; verify >/dev/null
ok 'on a refusal, too' has summary.md 'Refused: '
size=$(wc -c <summary.md); verify --no-ci-summary >/dev/null
is "$(wc -c <summary.md)" "$size" 'but not against --no-ci-summary'
good
GITHUB_STEP_SUMMARY=no/such/folder ok 'one that cannot be written is a remark' verify
ok 'and says which' has "$tap_out" 'GITHUB_STEP_SUMMARY: no/such/folder'
GITHUB_STEP_SUMMARY=. ok 'a folder is none' verify
ok 'and says so' has "$tap_out" 'GITHUB_STEP_SUMMARY: '
mkfifo fifo
GITHUB_STEP_SUMMARY=fifo ok 'a pipe does not make it wait' timeout 20 intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links
unset GITHUB_STEP_SUMMARY

# --- the first screen of a refusal ---------------------------------------------------------------------
good; rm links/build.*
refuses 1 'to do:   have a functionary of the step carry it out' 'a missing link: what to do' verify
keep
ok 'what only follows is said to follow' bash -c "grep -A1 '^what follows from that:' said | grep -q '^  follows    pack: DISALLOW'"
is "$(grep -c '^  failed ' "said")" 1 'and is no cause'
good; echo garbage >"links/build.${id[alice]:0:8}.link"
refuses 1 '  failed     build: build.' 'a broken link is the cause' verify
keep
ok 'its threshold follows' has "said" '  follows    build: found 0 of 1'
good; link links pack bob "\"app\":$(sha 9)" "\"a.tar\":$(sha 4)"
refuses 1 'its digests differ' 'a file that was changed between two steps' verify
keep
ok 'names the link to look at' has "said" "look at: links/pack.${id[bob]:0:8}.link"
bad
refuses 1 '(--verbose shows all of it)' 'an endless name is cut' verify
keep
is "$(awk 'length > 900' "said" | wc -l)" 0 'in every line'
ok 'and is whole when asked' bash -c "intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links -v | grep -q xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
rm -rf links
layout root.layout owner 'alice' "$(for n in 1 2 3 4 5 6 7 8 9; do [ $n = 1 ] || printf ,; step s$n alice 1 '' ''; done)"
refuses 1 'and 5 more failed (--verbose lists them)' 'many of one kind are counted' verify
keep
ok 'a folder that is not there is told beside them' has "said" '[link.folder]'
ok 'in one screen' test "$(wc -l <"said")" -lt 20
# A sublayout: the cause is inside.
layout root.layout owner 'alice bob' "$(step build bob 1 '' '["ALLOW","app"],["DISALLOW","*"]')"
layout "links/build.${id[bob]:0:8}.link" bob alice "$(step compile alice 1 '' '["DISALLOW","*"]')"
link "links/build.${id[bob]:0:8}" compile alice '' "\"app\":$(sha 5)"
refuses 1 '  failed     build/compile: DISALLOW *' 'what failed in a sublayout is the cause' verify
keep
ok 'the sublayout follows from it' has "said" '[sublayout.verdict]'
is "$(grep -c '^  failed ' "said")" 1 'and the threshold from that'

# --- signed verdicts -------------------------------------------------------------------------------------
good
sign() { verify --signing-key carol.pem --verifier-id https://example.org/verifier "$@"; }
vsa() { sign --resource-uri pkg:generic/app "$@"; }
ok 'a VSA, an SVR and the summary link' vsa --vsa vsa.json --svr svr.json --summary-link sum.json
for file in vsa.json svr.json sum.json; do
	ok "$file is signed" intoto sign --verify -f $file -k carol.pem.pub
	refuses 1 '' 'by nobody else' intoto sign --verify -f $file -k alice.pem.pub
done
is "$(payload vsa.json 'r["_type"], r["predicateType"], sorted(p)')" \
	"('https://in-toto.io/Statement/v1', 'https://slsa.dev/verification_summary/v1', ['inputAttestations', 'policy', 'resourceUri', 'slsaVersion', 'timeVerified', 'verificationResult', 'verifiedLevels', 'verifier'])" \
	'the VSA has every field'
is "$(payload vsa.json 'p["verificationResult"], p["verifiedLevels"], p["verifier"]["id"], p["resourceUri"]')" \
	"('PASSED', ['SLSA_BUILD_LEVEL_UNEVALUATED'], 'https://example.org/verifier', 'pkg:generic/app')" 'and claims no level that was not given'
is "$(payload vsa.json '[s["name"] for s in r["subject"]]')" "['a.tar', 'b.tar']" 'about the products of the last step'
is "$(payload vsa.json 'p["policy"]["digest"]["sha256"]') $(payload vsa.json 'p["policy"]["uri"]')" \
	"$(sha256sum root.layout | cut -d' ' -f1) file:root.layout" 'by this layout'
is "$(payload vsa.json 'len(p["inputAttestations"]), all(len(i["digest"]["sha256"])==64 for i in p["inputAttestations"])')" \
	'(3, True)' 'from these links'
is "$(payload svr.json 'r["predicateType"], p["properties"], p["verifier"]["policies"][0]["uri"], sorted(p)')" \
	"('https://in-toto.io/attestation/svr/v0.2', ['INTOTO_LAYOUT_VERIFIED'], 'file:root.layout', ['properties', 'timeCreated', 'verifier'])" \
	'the SVR has every field'
vsa --vsa v.json --verified-level SLSA_BUILD_LEVEL_3 --verified-level OURS --subject a.tar --policy-uri https://example.org/p >/dev/null
is "$(payload v.json '[s["name"] for s in r["subject"]], p["verifiedLevels"], p["policy"]["uri"]')" \
	"(['a.tar'], ['SLSA_BUILD_LEVEL_3', 'OURS'], 'https://example.org/p')" 'what is given is in it'
vsa --vsa v.json --subject "sha256:$(printf %064d 5)" >/dev/null
is "$(payload v.json '[s["name"] for s in r["subject"]]')" "['b.tar']" 'a product by its digest'
vsa --vsa v.json --at 2027-02-03T04:05:06Z >/dev/null
is "$(payload v.json 'p["timeVerified"]')" 2027-02-03T04:05:06Z 'the time is that of --at'
SOURCE_DATE_EPOCH=86400 vsa --vsa v.json >/dev/null
is "$(payload v.json 'p["timeVerified"]')" 1970-01-02T00:00:00Z 'or of SOURCE_DATE_EPOCH'
SOURCE_DATE_EPOCH=86400 vsa --vsa v2.json >/dev/null
ok 'which makes the same bytes again' cmp v.json v2.json
SOURCE_DATE_EPOCH=soon refuses 64 'SOURCE_DATE_EPOCH: want whole seconds' 'if it is a time' vsa --vsa v.json
refuses 1 "is no product of the last step, so it was not verified" 'nothing else is verified' vsa --vsa v.json --subject app
ok 'and no VSA is left' test ! -e v.json
refuses 1 'is no product of the last step' 'by digest neither' vsa --vsa v.json --subject "sha256:$(printf %064d 9)"

# mistakes, before anything is verified
refuses 64 'option --vsa wants --signing-key' 'a VSA wants a key' verify --vsa v.json
refuses 64 'option --vsa wants --verifier-id' 'and who verifies' verify --vsa v.json --signing-key carol.pem
refuses 64 'option --vsa wants --resource-uri' 'and what' sign --vsa v.json
ok 'an SVR does not' sign --svr v.json
refuses 64 '--verifier-id: want a URI' 'as a URI' verify --svr v.json --signing-key carol.pem --verifier-id me
refuses 64 "--verified-level: want a level like SLSA_BUILD_LEVEL_3" 'a level must be one' vsa --vsa v.json --verified-level SLSA_GOLD
refuses 64 'at most one level of a track' 'one for each track' vsa --vsa v.json --verified-level SLSA_BUILD_LEVEL_1 --verified-level SLSA_BUILD_LEVEL_2
refuses 64 'want --vsa or --svr' 'a subject of nothing makes no sense' verify --subject a.tar
refuses 64 'wants something to sign' 'nor does a key for nothing' verify --signing-key carol.pem
refuses 66 'no.pem' 'a key that is not there is missed at once' verify --signing-key no.pem --summary-link s.json
intoto key generate --type ed25519 --passphrase-file <(echo secret) -o locked.pem >/dev/null 2>&1
ok 'a key under a passphrase' verify --signing-key locked.pem --summary-link s.json --passphrase-file <(echo secret)
ok 'signs' intoto sign --verify -f s.json -k locked.pem.pub
refuses 65 'locked.pem' 'a wrong passphrase does not' verify --signing-key locked.pem --summary-link s.json --passphrase-file <(echo wrong)

# refusals
bad; cp vsa.json old.json; cp svr.json oldsvr.json; cp sum.json oldsum.json
refuses 1 'no VSA was written: the chain was refused' 'on a refusal there is no subject by itself' \
	vsa --vsa old.json --svr oldsvr.json --summary-link oldsum.json
ok 'and nothing old is left to be taken for it' bash -c '! ls old.json oldsvr.json oldsum.json 2>/dev/null'
printf content >file.tar
refuses 1 'REFUSED' 'with subjects it says so' vsa --vsa v.json --subject "sha256:$(printf %064d 4)" --subject file.tar --verified-level SLSA_BUILD_LEVEL_3
is "$(payload v.json 'p["verificationResult"], p["verifiedLevels"]')" "('FAILED', ['FAILED'])" 'FAILED, and no level'
is "$(payload v.json '[s.get("name") for s in r["subject"]], r["subject"][1]["digest"]["sha256"]')" \
	"([None, 'file.tar'], '$(sha256sum file.tar | cut -d' ' -f1)')" 'about what was given'
refuses 1 'its digest must come from a file of that name' 'a name without a file is none' vsa --vsa v.json --subject nothing.tar
refuses 66 'no VSA was written: nothing was decided' 'what is undecided gives none' \
	intoto verify -l no.layout --verification-keys owner.pem.pub --signing-key carol.pem \
	--verifier-id https://example.org/v --resource-uri pkg:generic/app --vsa v.json --subject file.tar
ok 'not even an old one' test ! -e v.json

# --- a layout that is not there -----------------------------------------------------------------------
mv root.layout gone.layout
refuses 66 'root.layout: No such file' 'a layout that is not there is told' verify
ok 'and nobody is sent to the folder of links for it' eval '! has "$tap_out" links/root.layout'
mv gone.layout root.layout

done_testing

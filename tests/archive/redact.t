#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Members that are withheld: the archive still proves them, says who withheld them and why, and nobody else can.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
command -v openssl >/dev/null || skip_all 'there is no openssl program'
forge=$INTOTO_SOURCE/tests/archive/forge.py
prints() {
	refuses 0 "$@"
}

export SOURCE_DATE_EPOCH=1700000000
now=2023-11-14T22:13:20Z
for name in owner bob carol packer stranger; do
	intoto key generate --type ed25519 --no-passphrase -o $name >/dev/null || diag "no key $name"
done
echo '{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[]}' >app.cdx.json
chain() {
	intoto layout init root.layout --expires 2080-01-01T00:00:00Z &&
		intoto layout add-step root.layout build --key bob.pub --product-rule 'ALLOW *' &&
		intoto layout add-step root.layout test --key carol.pub --material-rule 'MATCH app WITH PRODUCTS FROM build' &&
		intoto sign -f root.layout --signing-key owner && echo x >app && mkdir links &&
		intoto-run -n build -p app app.cdx.json --metadata-directory links --signing-key bob -- true &&
		intoto-run -n test -m app --metadata-directory links --signing-key carol -- true
}
ok 'a chain is made' chain
mkdir reports && cp app.cdx.json reports && echo 'Acme Ltd' >secret && cp secret twin
pack() {
	local out=$1
	shift
	intoto archive pack -o "$out" -l root.layout --verification-keys owner.pub --link-dir links --at $now --signing-key packer \
		--compression none --product app --release 1.0 --raw reports "$@"
}
ok 'it is packed' pack one.tar --add secret=secret --add notes=app
build=links/$(ls links | grep '^build') test=links/$(ls links | grep '^test')
raw=raw/sha256/$(sha256sum app.cdx.json | cut -c -64)
check() { intoto archive verify --key packer.pub "$@"; }
export_() {
	local out=$1
	shift
	intoto archive export -o "$out" --signing-key packer --reason 'names of customers' "$@"
}

# --- what is withheld ------------------------------------------------------------------------------------
prints 'exported: public.tar, 1 members withheld' 'a file is withheld' export_ public.tar --redact other/secret one.tar
ok 'it is not there' lacks public.tar 'Acme Ltd'
ok 'it was' has one.tar 'Acme Ltd'
prints 'PASSED: public.tar' 'the rest passes' check public.tar
prints "other/secret: is withheld by key $(intoto archive verify --key packer.pub --format json one.tar | jq -r '.signers[0]'): names of customers" \
	'who withheld it, and why' check public.tar
prints 'withheld  other/secret' 'list tells it' intoto archive list public.tar
ok 'and why' has "$tap_out" 'redaction renewals/0001.dsse.json of 2023-11-14T22:13:20Z, withholds 1: names of customers'
json() { check --format json public.tar | jq -e '.verdict == "passed" and ([.checks[] | select(.code == "archive.withheld" and .outcome == "warning" and .subject == "other/secret")] | length) == 1'; }
ok 'programs are told the same' json
out() { rm -rf out && intoto archive extract -o out "$@"; }
ok 'the others are extracted' out --key packer.pub public.tar
ok 'all but that one' test -e out/other/notes -a ! -e out/other/secret
same() { export_ again.tar --redact other/secret one.tar && cmp again.tar public.tar; }
ok 'the same export gives the same bytes' same
# The digest, and with it the Merkle leaf and root, are still what the packer signed.
manifests() { [ "$(tar -xOf one.tar manifest.dsse.json | sha256sum)" = "$(tar -xOf public.tar manifest.dsse.json | sha256sum)" ]; }
ok 'the manifest is the same' manifests
proven() {
	tar -xOf public.tar manifest.dsse.json | jq -r .payload | base64 -d >statement &&
		jq -e --arg d "$(sha256sum secret | cut -c -64)" '.subject[] | select(.name == "other/secret").digest.sha256 == $d' statement
}
ok 'whoever has the file can prove that it was in it' proven
put_back() { python3 "$forge" public.tar bad.tar put other/secret secret && check bad.tar; }
refuses 1 'is said to be withheld, and is there' 'put back behind its redaction it is refused' put_back
ok 'one more is withheld' export_ less.tar --redact other/notes public.tar
prints 'PASSED' 'both redactions hold' check less.tar
ok 'both members are told' sh -c 'grep -c "is withheld by key" "$1" | grep -qx 2' sh "$tap_out"

# --- evidence ---------------------------------------------------------------------------------------------
prints 'exported: nolink.tar, 2 members withheld' 'a link goes with what repeats it' export_ nolink.tar --redact "$build" one.tar
ok 'both are named' has "$tap_out" attestations.intoto.jsonl
refuses 1 'UNDECIDED: nolink.tar' 'without a link nobody can tell any more whether the chain passes' check nolink.tar
ok 'which is said' has "$tap_out" 'the manifest says of when it was packed: passed'
refuses 1 'REFUSED: nolink.tar' 'when the layout has expired it fails whatever is withheld' check --at 2081-01-01T00:00:00Z nolink.tar
mkdir few && cp "$build" few
ok 'a chain that did not pass is packed' pack refused.tar --even-if-refused --link-dir few
ok 'and its link withheld' export_ refused2.tar --redact "$build" refused.tar
refuses 1 'REFUSED: refused2.tar' 'which does not make it undecided' check refused2.tar
ok 'a report is withheld' export_ noraw.tar --redact "$raw" one.tar
ok 'the chain passes without it' check noraw.tar
renewed() { intoto archive renew -o renewed.tar --signing-key packer public.tar && check renewed.tar; }
ok 'an export is renewed' renewed
ok 'and exported again' export_ twice.tar --redact other/notes renewed.tar
ok 'and verifies' check twice.tar
after() { intoto archive renew -o first.tar --signing-key packer one.tar && export_ after.tar --redact other/secret first.tar && check after.tar; }
ok 'what was renewed is exported, and its renewal still holds' after

# --- what is withheld may be what failed ------------------------------------------------------------------
disagreeing() {
	rm -f two.layout && intoto layout init two.layout --expires 2080-01-01T00:00:00Z &&
		intoto layout add-step two.layout build --key bob.pub --key carol.pub --threshold 1 --product-rule 'ALLOW *' &&
		intoto sign -f two.layout --signing-key owner && mkdir two && echo y >app &&
		intoto-run -n build -p app --metadata-directory two --signing-key bob -- true && echo z >app &&
		intoto-run -n build -p app --metadata-directory two --signing-key carol -- true &&
		echo x >app && mkdir both && intoto-run -n build -p app --metadata-directory both --signing-key bob -- true &&
		intoto-run -n build -p app --metadata-directory both --signing-key carol -- true
}
ok 'two who say other things of one step' disagreeing
two() {
	local out=$1
	shift
	intoto archive pack -o "$out" -l two.layout --verification-keys owner.pub --link-dir two --at $now --signing-key packer --compression none "$@"
}
ok 'are packed, though they were refused' two two.tar --even-if-refused
refuses 1 '[step.agreement]' 'which is said of all of them' check two.tar
for link in two/*.link; do
	link=${link#two/}
	ok "$link is withheld" export_ two2.tar --redact "links/$link" two.tar
	refuses 69 'UNDECIDED: two2.tar' 'which lets nothing pass' check two2.tar
	ok 'for it may be what fails' has "$tap_out" 'the chain passes under the layout in the archive without what is withheld, which may be what does not; the manifest says of when it was packed: refused'
	refuses 69 'under the layout that was given without what is withheld' 'nor under a layout from outside' \
		check --layout two.layout --verification-keys owner.pub two2.tar
	refuses 69 'UNDECIDED' 'nor as of another time' check --at 2024-01-01T00:00:00Z two2.tar
done
renamed() {
	python3 "$forge" two.tar odd.tar manifest packer 'for m in s["predicate"]["members"]: m["role"] = "raw" if m["role"] == "link" else m["role"]' &&
		export_ odd2.tar --redact "links/$link" odd.tar && check odd2.tar
}
refuses 69 'UNDECIDED: odd2.tar' 'nor where another program calls links something else' renamed
ok 'two who say the same are packed' two same2.tar --link-dir both
ok 'and pass also without one of them' eval 'export_ one2.tar --redact "links/$(ls both | tail -n 1)" same2.tar && check one2.tar'
refuses 69 'the manifest says of when it was packed: passed' 'but not when something else is asked than then' check --at 2024-01-01T00:00:00Z one2.tar
ok 'which all of it can answer' check --at 2024-01-01T00:00:00Z same2.tar

# --- forgeries --------------------------------------------------------------------------------------------
forged() { local good=$1; shift; python3 "$forge" "$good" bad.tar "$@" && check bad.tar; }
refuses 1 'other/secret: is in the manifest, and is not there [archive.removed]' 'a removal without a redaction' forged public.tar drop 1
refuses 1 'other/notes: is in the manifest, and is not there [archive.removed]' 'more removed than was withheld' forged public.tar lose other/notes
refuses 1 'its manifest is signed by none' "a stranger may not" intoto archive export -o bad.tar --redact other/secret --reason x \
	--signing-key stranger one.tar
theirs() { intoto archive export -o bad.tar --redact other/secret --reason x --signing-key stranger --key packer.pub one.tar && check bad.tar; }
refuses 1 'renewals/0001.dsse.json: is signed by none of the keys that may' 'nor where he names the packer' theirs
ok 'the member then counts as removed' has "$tap_out" 'other/secret: is not there, and no redaction that counts withholds it [archive.removed]'
refuses 1 'renewals/0001.dsse.json is signed by none of the 1 keys' 'nor is it extracted' out --key packer.pub bad.tar
pack other.tar --add secret=app --add notes=twin >/dev/null
export_ other2.tar --redact other/secret other.tar >/dev/null
from_other() { python3 "$forge" one.tar half.tar lose other/secret && forged half.tar take other2.tar 1; }
refuses 1 'other/secret: is in the manifest, and is not there' 'the redaction of another archive' from_other
while IFS='|' read -r what code sentence; do
	refuses 1 "$sentence" "$what" forged public.tar sign packer "$code"
done <<'TABLE'
of another digest|s["predicate"]["withheld"][0]["digest"]["sha256"] = "0" * 64|is in the manifest, and is not there
of another size|s["predicate"]["withheld"][0]["size"] += 1|is said to be withheld, and is no such member
of no member|s["predicate"]["withheld"] = []|want from 1 to 10000 members
of one that is there|s["predicate"]["withheld"] += [dict(s["predicate"]["withheld"][0], name="other/zzz")]|is said to be withheld, and is no such member
twice|s["predicate"]["withheld"] *= 2|the names are not in order
outside|s["predicate"]["withheld"][0]["name"] = "../secret"|its name or size is none that a member may have
with no size|s["predicate"]["withheld"][0]["size"] = -1|its name or size is none that a member may have
without a reason|del s["predicate"]["reason"]|does not fit its predicateType
with a timestamp|s["predicate"]["timestamp"] = "AAAA"|does not fit its predicateType
TABLE
escaped() { forged public.tar sign packer 's["predicate"]["reason"] = "\x1b[2Jgone"'; }
refuses 0 '\u{1b}[2Jgone' 'a reason cannot move the terminal' escaped

# --- what cannot be withheld -------------------------------------------------------------------------------
refuses 64 'cannot be withheld: without the layout' 'the layout' export_ bad.tar --redact layout/root.layout one.tar
refuses 64 'cannot be withheld: without the layout' 'the parameters' export_ bad.tar --redact report/parameters.json one.tar
refuses 66 "member 'other/none' is not there" 'what is not there' export_ bad.tar --redact other/none one.tar
refuses 66 "member 'manifest.dsse.json' is not there" 'the manifest' export_ bad.tar --redact manifest.dsse.json one.tar
refuses 64 'is withheld already' 'what is withheld' export_ bad.tar --redact other/secret public.tar
ok 'one with the same bytes twice is packed' pack twins.tar --add secret=secret --add twin=twin
refuses 64 "member 'other/twin' has the same bytes as one that is to be withheld: withhold both" 'one of two copies' export_ bad.tar --redact other/secret twins.tar
ok 'both are withheld' export_ both.tar --redact other/secret --redact other/twin twins.tar
ok 'which verifies' check both.tar
refuses 64 'want members to leave out' 'nothing' export_ bad.tar one.tar
refuses 64 'reason' 'no reason' intoto archive export -o bad.tar --redact other/secret --signing-key packer one.tar
refuses 64 'and a reason of at most' 'an empty one' intoto archive export -o bad2.tar --redact other/secret --reason '' --signing-key packer one.tar
ok 'leaves nothing' test ! -e bad2.tar
full() { (ulimit -f 1 && trap '' XFSZ && export_ full.tar --redact other/notes one.tar); }
if [ -n "${INTOTO_KIND-}" ]; then
	skip 'libarchive loses its buffer when a write fails, which a leak check tells' 'a disk that is full'
else
	refuses 74 'full.tar' 'a disk that is full' full
fi
ok 'leaves nothing, too' test -z "$(ls -A | grep full.tar)"

done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Renewals: an archive is hashed, stamped and signed anew before what proves it ages, by a real authority of
# openssl's; each way of cheating about it is named.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
. "$INTOTO_SOURCE/tests/lib/certificates.sh"
forge=$INTOTO_SOURCE/tests/archive/forge.py
prints() {
	refuses 0 "$@"
}

# --- an archive ----------------------------------------------------------------------------------------
export SOURCE_DATE_EPOCH=1700000000
now=2023-11-14T22:13:20Z
for name in owner bob packer later stranger; do
	intoto key generate --type ed25519 --no-passphrase -o $name >/dev/null || diag "no key $name"
done
chain() {
	intoto layout init root.layout --expires 2080-01-01T00:00:00Z &&
		intoto layout add-step root.layout build --key bob.pub --product-rule 'ALLOW *' &&
		intoto sign -f root.layout --signing-key owner && echo x >app && mkdir links &&
		intoto-run -n build -p app --metadata-directory links --signing-key bob -- true
}
ok 'a chain is made' chain
pack() {
	intoto archive pack -o "$1" -l root.layout --verification-keys owner.pub --link-dir links --at $now --signing-key packer \
		--compression none --product app --release "$2"
}
ok 'it is packed' pack one.tar 1.0
ok 'and another one' pack other.tar 2.0
check() { intoto archive verify --key packer.pub "$@"; }
roots='--timestamp-roots tsaroot.pem'

# --- two authorities, one of which ends soon ---------------------------------------------------------------
make_authority tsaroot tsa
# tsa_until NAME DATE: another one below the same root
tsa_until() {
	key "$1" && certify "$1" tsaroot "/CN=$1" 20200101000000Z "$2" 'basicConstraints=CA:FALSE' \
		'keyUsage=critical,digitalSignature' 'extendedKeyUsage=critical,timeStamping' >/dev/null 2>&1
}
# answer FILE [TSA]: to question.tsq
answer() {
	openssl ts -reply -config tsa.cnf -queryfile question.tsq -signer "${2-tsa}.pem" -inkey "${2-tsa}.key" -out "$1" 2>/dev/null
}
ask() { rm -f question.tsq && intoto archive renew --timestamp-request question.tsq "$1"; }
# renew OLD NEW [TSA]
renew() {
	ask "$1" && answer answer.tsr "${3-tsa}" && intoto archive renew -o "$2" --signing-key packer --timestamp answer.tsr "$1"
}
ok 'a request is written' ask one.tar
sha512_asked() { openssl ts -query -in question.tsq -text | grep -q 'Hash Algorithm: sha512' && openssl ts -query -in question.tsq -text | grep -q 'Certificate required: yes'; }
ok 'for SHA-512, which openssl reads' sha512_asked
ok 'the authority answers' answer answer.tsr
prints 'renewals/0001.dsse.json over 8 entries, with a timestamp of 20' 'it is renewed' intoto archive renew -o first.tar --signing-key packer \
	--timestamp answer.tsr one.tar
prints 'authorities vouch for it from 20' 'and verifies, with the time' check $roots first.tar
ok 'until when is told' has "$tap_out" 'until 2090-01-01T00:00:00Z'
held() { check --format json $roots first.tar | jq -e '.evidence.until == "2090-01-01T00:00:00Z" and (.evidence.from | startswith("20"))'; }
ok 'for programs, too' held
not_held() { check --format json $roots one.tar | jq -e '.evidence == null'; }
ok 'and that nobody vouches for one that was not renewed' not_held
prints 'hashes all before it with SHA-512, signed by key' 'and who renewed' check $roots first.tar
prints 'does not count without the root of its authority' 'without a root the timestamp does not count' check first.tar
refuses 1 'no authority vouches for it' 'which may be wanted' check --require-timestamp first.tar
refuses 1 'no authority vouches for it' 'also of one that was never renewed' check --require-timestamp one.tar
ok 'with it, it does' check --require-timestamp $roots first.tar
stamped() { intoto report --format json --key packer.pub "$@" first.tar | jq -e "$wanted"; }
wanted='[.notEvidenced[].what] | index("when the archive was signed") == null'
ok 'a report has no gap there' stamped $roots
wanted='[.notEvidenced[] | select(.what == "when the archive was signed") | .wanted] == [true]'
ok 'but one without the root' stamped
ok 'the members before it are the same bytes' sh -c 'for f in $(tar -tf one.tar); do tar -xOf one.tar $f >a; tar -xOf first.tar $f | cmp - a || exit 1; done'
same() { SOURCE_DATE_EPOCH=1700000000 intoto archive renew -o "$1" --signing-key packer --timestamp answer.tsr one.tar; }
ok 'the same inputs' same again.tar
ok 'give the same bytes' cmp again.tar first.tar
json() { intoto archive renew --format json -o "$1" --signing-key packer --timestamp answer.tsr one.tar | jq -e '.renewal == "renewals/0001.dsse.json" and .entries == 8 and (.timestamp | startswith("20"))'; }
ok 'programs are told the same' json again.tar
prints 'renewal   renewals/0001.dsse.json of 2023-11-14T22:13:20Z, with a timestamp' 'list names it' intoto archive list first.tar
shown() { intoto archive show first.tar renewals/0001.dsse.json | jq -e '.predicate.entries == 8 and (.predicate.timestamp | length) > 1000'; }
ok 'show prints it' shown
listed_json() { intoto archive list --format json first.tar | jq -e '.later[0].name == "renewals/0001.dsse.json" and .later[0].statement.predicate.entries == 8'; }
ok 'and list for programs' listed_json

# --- again and again -------------------------------------------------------------------------------------
ok 'a renewed archive is renewed' renew first.tar second.tar
ok 'over the renewal before, too' has "$tap_out" 'over 9 entries'
prints 'renewals/0002.dsse.json' 'both are judged' check $roots second.tar
zstd -q one.tar -o one.tar.zst
ok 'a compressed one, too' renew one.tar.zst second.tar.zst
ok 'stays compressed' zstd -q -t second.tar.zst
ok 'and verifies' check $roots second.tar.zst
prints 'without a timestamp' 'a renewal may have none' intoto archive renew -o bare.tar --signing-key packer one.tar
prints 'its time is by the word of who signed it' 'which is told' check $roots bare.tar
refuses 1 'no authority vouches' 'and is no timestamp' check --require-timestamp $roots bare.tar
ok 'the next may have one' renew bare.tar stamped.tar
ok 'which then counts' check --require-timestamp $roots stamped.tar

refuses 1 ', and not for any time before' 'as of a time before the timestamp nobody vouches for it' \
	check --require-timestamp $roots --at 2001-01-01T00:00:00Z first.tar
ok 'as of a time after it somebody does' check --require-timestamp $roots --at 2050-01-01T00:00:00Z first.tar
ok 'between two, too' check --require-timestamp $roots --at now second.tar
prints ', and not for any time before [archive.evidence]' 'where it is not wanted that is told' check $roots --at 2023-12-01T00:00:00Z first.tar

# Somebody else renews, years later, with a key of then.
refuses 1 'must be named (--key FILE)' 'another key wants to know who signed before' intoto archive renew -o x.tar --signing-key later first.tar
ok 'when told, it renews' intoto archive renew -o later.tar --signing-key later --key packer.pub first.tar
refuses 1 'renewals/0002.dsse.json: is signed by none of the keys that may' 'a stranger renewed it' check $roots later.tar
ok 'unless both may' check --key later.pub $roots later.tar
refuses 1 'signed by none of the 1 keys' 'a strange archive is not renewed' intoto archive renew -o x.tar --signing-key later --key stranger.pub one.tar

# --- in time -----------------------------------------------------------------------------------------------
tsa_until short "$(date -u -d '+2 seconds' +%Y%m%d%H%M%SZ)"
ok 'stamped by one that ends soon' renew one.tar brief.tar short
ok 'as of then it holds' check --require-timestamp $roots brief.tar
ok 'renewed in time by another one' renew brief.tar intime.tar tsa
in_time() { intoto archive renew -o intime.tar --signing-key packer --timestamp answer.tsr --timestamp-roots tsaroot.pem brief.tar; }
ok 'where the roots are given, too' in_time
prints 'and nobody renewed it before then' 'one that was not renewed has aged later' check --at 2060-01-01T00:00:00Z $roots brief.tar
refuses 1 'and nobody renewed it before then' 'which refuses where it must hold' check --require-timestamp --at 2060-01-01T00:00:00Z $roots brief.tar
ok 'one that was holds then' check --require-timestamp --at 2060-01-01T00:00:00Z $roots intime.tar
refuses 1 'nobody renewed it before then' 'without its renewal it does not' eval 'python3 $forge intime.tar bad.tar drop 2 && check --require-timestamp --at 2060-01-01T00:00:00Z $roots bad.tar'
until [ "$(date -u +%Y%m%d%H%M%SZ)" \> "$(openssl x509 -in short.pem -noout -enddate -dateopt iso_8601 | sed 's/.*=//; s/[-: ]//g')" ]; do sleep 0.2; done
ok 'renewed too late by another one' renew brief.tar toolate.tar tsa
with_roots() { intoto archive renew -o x.tar --signing-key packer --timestamp answer.tsr --timestamp-roots "${1-tsaroot.pem}" brief.tar; }
refuses 1 'it comes too late: the timestamp before it had aged by then, which no renewal mends' 'who gives the roots is told in time' with_roots
ok 'and nothing is written' test ! -e x.tar
refuses 1 'came too late: the timestamp before it had aged by then' 'it is refused' check $roots toolate.tar

# --- forgeries -----------------------------------------------------------------------------------------------
forged() { local good=$1; shift; python3 "$forge" "$good" bad.tar "$@" && check $roots bad.tar; }
refuses 1 'renewals/0002.dsse.json: does not stand where it belongs, where renewals/0001.dsse.json should [archive.reordered]' \
	'the first of two removed' forged second.tar drop 1
removed_and_renamed() { python3 "$forge" second.tar half.tar drop 1 && forged half.tar move 2 1; }
refuses 1 'renewals/0001.dsse.json: is over other entries than those before it [archive.replaced]' 'and the other one renamed' removed_and_renamed
refuses 1 'does not stand where it belongs' 'both in another order' forged second.tar swap
ok 'another archive is renewed' renew other.tar other2.tar
refuses 1 'renewals/0001.dsse.json: is over other entries than those before it' 'the renewal of another archive' forged one.tar take other2.tar 1
refuses 1 'renewals/0003.dsse.json: is over other entries than those before it' 'one of before once more' forged second.tar take second.tar 2
refuses 1 'has other bytes than the manifest says' 'a member changed under a renewal' forged first.tar replaced
refuses 1 '[archive.removed]' 'a member removed under a renewal' forged first.tar removed
# Only who holds the key can do these.
ok 'signed again it passes' forged first.tar sign packer 'pass'
refuses 1 'is signed by none of the keys that may' "a stranger's signature" forged first.tar sign stranger 'pass'
while IFS='|' read -r what code sentence; do
	refuses 1 "$sentence" "$what" forged first.tar sign packer "$code"
done <<'TABLE'
over fewer entries|s["predicate"]["entries"] = 7|is over other entries than those before it
over another listing|s["subject"][0]["digest"]["sha512"] = "0" * 128|is over other entries than those before it
a weaker digest alone|s["subject"][0]["digest"] = {"sha256": "0" * 64}|subject: want a sha512 in lower-case hex digits
a digest in capitals|s["subject"][0]["digest"]["sha512"] = s["subject"][0]["digest"]["sha512"].upper()|want a sha512 in lower-case hex digits
of two listings|s["subject"] *= 2|want one, the listing
of another type|s["predicateType"] += "x"|is neither a renewal nor a redaction
a renewal said to be a redaction|s["predicateType"] = s["predicateType"].replace("renewal", "redaction")|does not fit its predicateType
a renewal that withholds|s["predicate"]["withheld"] = []|does not fit its predicateType
with a word nobody knows|s["predicate"]["more"] = 1|predicate: unknown member "more"
without a time|s["predicate"]["time"] = "yesterday"|its time or number of entries is none
with no base64|s["predicate"]["timestamp"] = "?"|want a token in base64
with an empty timestamp|s["predicate"]["timestamp"] = ""|want a token in base64
with a timestamp that is none|s["predicate"]["timestamp"] = "AAAA"|the timestamp is no RFC 3161 token
TABLE
# token FILE: the timestamp of an answer, as base64
token() { openssl ts -reply -in "$1" -token_out 2>/dev/null | base64 -w0; }
other_bytes() {
	ask other.tar && answer other.tsr && forged first.tar sign packer "s['predicate']['timestamp'] = '$(token other.tsr)'"
}
refuses 1 'the timestamp is over other bytes than these' 'a timestamp over another archive' other_bytes
# listing ARCHIVE: the text that a renewal of it is over, by another program
listing() {
	python3 - "$1" <<'PYTHON'
import hashlib, sys, tarfile
archive = tarfile.open(sys.argv[1])
for m in archive.getmembers():
    data = archive.extractfile(m).read()
    print('%d:%s %d sha512:%s' % (len(m.name.encode()), m.name, len(data), hashlib.sha512(data).hexdigest()))
PYTHON
}
listed() { listing one.tar >listing && ask one.tar && [ "$(openssl ts -query -in question.tsq -text | sed -n 's/^ *[0-9a-f]* - //p' | cut -c -49 | tr -d ' -' | tr -d '\n')" = "$(sha512sum listing | cut -c -128)" ]; }
ok 'the request is over the listing, as another program makes it' listed
weaker() {
	openssl ts -query -data listing -sha256 -cert -out question.tsq 2>/dev/null && answer weak.tsr &&
		forged first.tar sign packer "s['predicate']['timestamp'] = '$(token weak.tsr)'"
}
refuses 1 'its timestamp does not hash with SHA-512' 'a timestamp by a weaker digest' weaker
refuses 1 'the timestamp does not hash with SHA-512' 'which is not taken either' intoto archive renew -o x.tar --signing-key packer --timestamp weak.tsr one.tar
refuses 1 'the timestamp is over other bytes than these' 'nor one over another archive' intoto archive renew -o x.tar --signing-key packer --timestamp other.tsr one.tar
make_authority otherroot othertsa
ask first.tar && answer answer.tsr
refuses 1 "the timestamp's authority" 'nor one by nobody known, where the roots are given' intoto archive renew -o x.tar --signing-key packer --timestamp answer.tsr \
	--timestamp-roots otherroot.pem first.tar
refuses 64 'wants a timestamp' 'roots without a timestamp' intoto archive renew -o x.tar --signing-key packer --timestamp-roots tsaroot.pem one.tar
refuses 65 'is empty' 'nor an empty file' intoto archive renew -o x.tar --signing-key packer --timestamp /dev/null one.tar
refuses 1 "the timestamp's authority" 'an authority that nobody knows' check --timestamp-roots otherroot.pem first.tar
SOURCE_DATE_EPOCH=3000000000 intoto archive pack -o future.tar -l root.layout --verification-keys owner.pub --link-dir links \
	--at $now --signing-key packer --compression none >/dev/null
ok 'one that says it is of 2065' renew future.tar future2.tar
refuses 1 'its timestamp is older than the archive' 'cannot have existed today' check $roots future2.tar
refuses 1 'is not over what stands before it' 'a renewal over forged evidence is not renewed' eval 'python3 $forge one.tar bad.tar take other2.tar 1; intoto archive renew -o x.tar --signing-key packer bad.tar'
refuses 1 'is not whole' 'nor an archive that is not whole' eval 'python3 $forge one.tar bad.tar removed; intoto archive renew -o x.tar --signing-key packer bad.tar'
ok 'and nothing is left' test ! -e x.tar

# --- the chain of archives -----------------------------------------------------------------------------------
pack_next() { intoto archive pack -o next.tar -l root.layout --verification-keys owner.pub --link-dir links --at $now --signing-key packer --release 1.1 --previous one.tar; }
ok 'the next release names it as it was' pack_next
ok 'as it was it is the one before' check --previous one.tar next.tar
ok 'and renewed it still is' check --previous second.tar $roots next.tar
refuses 1 'is not the archive that this one names' 'another one that was renewed is not' check --previous other2.tar $roots next.tar
refuses 1 'is not the archive that this one names' 'nor what a stranger renewed' check --previous later.tar $roots next.tar

# --- words -------------------------------------------------------------------------------------------------------
refuses 64 'want a name for the new archive' 'no name' intoto archive renew --signing-key packer one.tar
refuses 64 'want a key that signs' 'no key' intoto archive renew -o x.tar one.tar
refuses 64 'only writes a request' 'asking and renewing at once' intoto archive renew -o x.tar --timestamp-request q.tsq one.tar
refuses 64 'want an archive' 'no archive' intoto archive renew -o x.tar --signing-key packer
refuses 66 'not-there' 'one that is not there' intoto archive renew -o x.tar --signing-key packer not-there
ok 'in its own place' sh -c 'cp one.tar place.tar && intoto archive renew -o place.tar --signing-key packer place.tar'
ok 'it is renewed as well' check place.tar

done_testing

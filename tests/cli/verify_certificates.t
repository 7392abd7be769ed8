#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Functionaries by certificate (ITE-7): certificates and timestamps made by the openssl program, links
# and layouts made and verified here.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
command -v intoto >/dev/null || skip_all 'the program is not built'
command -v python3 >/dev/null || skip_all 'there is no python3'
. "$INTOTO_SOURCE/tests/lib/certificates.sh"

ok 'there are authorities and people' make_people
ok 'somebody has the names of bob under the other authority' \
	person twin other /CN=bob.example.com/O=Example URI:spiffe://example.com/build
ok 'eve has a key' intoto key generate -o eve.key --no-passphrase
cat twin.pem other.pem >twin.chain

# --- ours, by ours -------------------------------------------------------------------------------------

root_id=$(intoto layout init ids.layout --expires-in 1d && intoto layout add-root ids.layout root.pem)
other_id=$(intoto layout add-root ids.layout other.pem)
ok 'a layout asks for a URI under one root' layout root.layout "uri=spiffe://example.com/build root=$root_id"
ok 'layout show tells the root' has <(intoto layout show root.layout) "root $root_id CN=root"
ok 'the intermediate' has <(intoto layout show root.layout) 'CN=middle'
ok 'and the constraint' has <(intoto layout show root.layout) 'uris: spiffe://example.com/build'

for format in metablock dsse; do
	ok "$format: bob makes a link with his certificate" links $format bob.key bob.pem --format=$format
	ok "$format: which counts" verify root.layout $format
	ok "$format: and says under which root" has "$tap_out" "is good, under the root \"$root_id\""
	ok "$format: without the layout's intermediate, too" links $format-chain bob.key bob.chain --format=$format
done

ok 'a layout without the intermediate' without_middle
refuses 1 'no chain of issuers leads from the certificate to such a root' 'is not enough for a bare leaf' \
	verify short.layout dsse
ok 'unless the signature carries it' verify short.layout dsse-chain
ok 'or the caller gives it' verify short.layout dsse --intermediate-certs middle.pem
ok 'under the option of in-toto-golang' verify short.layout metablock -i middle.pem
refuses 66 'nothing.pem' 'who gives a file that is not there, is told' verify short.layout dsse -i nothing.pem
refuses 65 'want CERTIFICATE, found' 'and who gives a key' verify short.layout dsse -i bob.key

# --- constraints ---------------------------------------------------------------------------------------

refusal() {
	layout refused.layout "$1" >/dev/null || diag "no layout: $1"
	refuses 1 "$2" "$3" verify refused.layout dsse
}
refusal 'uri=spiffe://example.com/other' 'has the URI "spiffe://example.com/build", want "spiffe://example.com/other"' \
	'another URI is refused'
refusal 'uri=spiffe://example.com/build uri=spiffe://example.com/b' 'want "spiffe://example.com/build", "spiffe://example.com/b"' \
	'one URI of two is not enough'
refusal uri= 'has the URI "spiffe://example.com/build", want none' 'no URI is wanted, one is there'
refusal cn=carl 'has the common name "bob.example.com", want "carl"' 'another common name is refused'
refusal cn=BOB.example.com 'want "BOB.example.com"' 'letters count as they are'
refusal email=bob@example.com 'has no mail address, want "bob@example.com"' 'a missing mail address is refused'
refusal dns=example.com 'has no DNS name, want "example.com"' 'a missing DNS name is refused'
refusal 'organization=Example organization=More' 'want "Example", "More"' 'one organization of two is not enough'
refusal "cn=bob.example.com root=$other_id" 'no chain of issuers leads from' 'another root is refused'
layout some.layout "cn=eve" --cert-constraint "cn=bob.example.com organization=Example root=$root_id" >/dev/null
ok 'one of two constraints is enough' verify some.layout dsse
layout none.layout "cn=eve" --cert-constraint "cn=carl" >/dev/null
refuses 1 'constraint 2 of 2: has the common name' 'none of two is not, and each is told' verify none.layout dsse
layout open.layout 'cn=*' >/dev/null
ok 'a constraint that takes everybody' verify open.layout dsse
ok 'is remarked' has "$tap_out" 'takes everybody who has a certificate under its roots'

# The trap of in-toto-golang: there "roots" names all roots of the layout, or nothing passes.
ok 'the twin under the other root makes a link' links twin twin.key twin.chain
refuses 1 'no chain of issuers leads from' 'the same names under another root are refused' verify root.layout twin
layout both.layout 'uri=spiffe://example.com/build' >/dev/null
ok 'where any root is good, they count' verify both.layout twin

# --- signatures ----------------------------------------------------------------------------------------

swap() {
	local folder=$1 cert=$2
	rm -rf swapped && cp -r "$folder" swapped
	python3 - swapped/*.link "$cert" <<-'PY'
		import json, sys
		link = json.load(open(sys.argv[1]))
		link["signatures"][0]["cert"] = open(sys.argv[2]).read()
		json.dump(link, open(sys.argv[1], "w"))
	PY
}
for format in metablock dsse; do
	swap $format twin.chain
	refuses 1 'the signature does not verify' "$format: another certificate on the signature is refused" \
		verify both.layout swapped
	swap $format root.pem
	refuses 1 'does not verify' "$format: so is that of the authority" verify both.layout swapped
done
# ITE-7 calls the member certificate; go-witness writes base64 of PEM, and intermediates beside it.
rename() {
	rm -rf renamed && cp -r dsse renamed
	python3 - renamed/*.link "$1" middle.pem <<-'PY'
		import base64, json, sys
		link = json.load(open(sys.argv[1]))
		entry = link["signatures"][0]
		pem = entry.pop("cert")
		middle = open(sys.argv[3]).read()
		coded = lambda text: base64.b64encode(text.encode()).decode()
		if sys.argv[2] == "text":
		    entry["certificate"] = pem
		    entry["intermediates"] = [middle]
		elif sys.argv[2] == "base64":
		    entry["certificate"] = coded(pem)
		    entry["intermediates"] = [coded(middle)]
		else:
		    entry["cert"] = pem
		    entry["certificate"] = middle
		json.dump(link, open(sys.argv[1], "w"))
	PY
}
rename text
ok 'the member of ITE-7 counts' verify short.layout renamed
rename base64
ok 'as go-witness writes it, too' verify short.layout renamed
rename both
refuses 1 'and not the same certificate' 'two certificates on one signature are refused' verify short.layout renamed

refuses 125 'belongs to another key than the one that signs' 'a certificate of another key is not put onto a link' \
	links never eve.key bob.pem
refuses 125 'want CERTIFICATE, found PRIVATE KEY' 'a private key even less' links never bob.key bob.key
refuses 125 'nothing.pem' 'nor a file that is not there' links never bob.key nothing.pem
key boss && certify boss root /CN=boss 20200101000000Z 20900101000000Z 'basicConstraints=CA:TRUE' >/dev/null 2>&1
refuses 125 'is that of an authority' 'nor that of an authority' links never boss.key boss.pem
ok 'no such link was written' test ! -e never -o -z "$(ls never 2>/dev/null)"

# A leaf that may not sign: put on by hand, as somebody hostile would.
forge() {
	rm -rf forged
	links forged "$1.key" bob.pem >/dev/null 2>&1
	mkdir -p forged
	rm -rf work && mkdir work
	(cd work && intoto run -n build --signing-key "$here/$1.key" -d "$here/forged" -p . -- sh -c 'echo >out')
	swap forged "$1.pem"
}
forge boss
refuses 1 'is that of an authority' 'a link that an authority signed is refused' verify both.layout swapped
key stamper && certify stamper root /CN=stamper 20200101000000Z 20900101000000Z 'basicConstraints=CA:FALSE' \
	'extendedKeyUsage=critical,timeStamping' >/dev/null 2>&1
forge stamper
refuses 1 'is for other purposes' 'so is one that a timestamp authority signed' verify open.layout swapped
key nul && python3 - >/dev/null 2>&1 <<'PY' && have_nul=1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID
import datetime
load = lambda name: serialization.load_pem_private_key(open(name, "rb").read(), None)
root = x509.load_pem_x509_certificate(open("root.pem", "rb").read())
name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bob.example.com\0.evil")])
made = (x509.CertificateBuilder().subject_name(name).issuer_name(root.subject)
    .public_key(load("nul.key").public_key()).serial_number(99)
    .not_valid_before(datetime.datetime(2020, 1, 1)).not_valid_after(datetime.datetime(2090, 1, 1))
    .sign(load("root.key"), hashes.SHA256()))
open("nul.pem", "wb").write(made.public_bytes(serialization.Encoding.PEM))
PY
if [ "${have_nul-}" ]; then
	forge nul
	refuses 1 'has a NUL character inside' 'a NUL inside a common name is refused' verify open.layout swapped
else
	skip 'python3-cryptography is missing' 'a NUL inside a common name is refused'
fi

# What takes a while is recorded in two halves.
recorded() {
	rm -rf work recorded && mkdir work recorded && cd work || return
	intoto record start -n build --signing-key ../bob.key -c ../bob.pem -d ../recorded &&
		echo >out && intoto record stop -n build --signing-key ../bob.key -c ../bob.pem -d ../recorded -p .
	local status=$?
	cd ..
	return "$status"
}
ok 'record puts the certificate on, too' recorded
ok 'and that counts' verify root.layout recorded
cp -r dsse resigned && python3 - resigned/*.link <<'PY'
import json, sys
link = json.load(open(sys.argv[1]))
link["signatures"] = []
json.dump(link, open(sys.argv[1], "w"))
PY
ok 'sign as well, for the right one of two keys' sh -c \
	'intoto sign -q -f resigned/build.*.link -k eve.key bob.key --cert bob.pem -o x && mv x resigned/build.*.link'
ok 'which counts' verify root.layout resigned

# --- thresholds ----------------------------------------------------------------------------------------

ok 'two people are wanted' layout two.layout 'organization=Example' --threshold 2 --key eve.key.pub
rm -rf two && cp -r dsse two
refuses 1 'step.threshold' 'one is not enough' verify two.layout two
ok 'bob gets another key' person bob2 middle /CN=bob.example.com/O=Example URI:spiffe://example.com/build
ok 'and signs with it' links two bob2.key bob2.pem
refuses 1 'step.threshold' 'which does not make him two' verify two.layout two
ok 'carl is another one' links two carl.key carl.pem
ok 'so they are enough' verify two.layout two
rm -rf mixed && cp -r dsse mixed
rm -rf work && mkdir work
(cd work && intoto run -n build --signing-key ../eve.key -d ../mixed -p . -- sh -c 'echo >out')
ok 'a certificate and a key are enough' verify two.layout mixed
ok 'dora with Ed25519 is good as well' links mixed dora.key dora.pem --format=metablock
ok 'three of two are fine' verify two.layout mixed

# --- time ----------------------------------------------------------------------------------------------

ok 'gone has a certificate of 2025' key gone
certify gone middle /CN=gone/O=Example 20250101000000Z 20250201000000Z 'basicConstraints=CA:FALSE' >/dev/null 2>&1
ok 'with which a link was made' links gone gone.key gone.pem --format=metablock
layout time.layout cn=gone >/dev/null
refuses 1 'the certificate expired at 2025-02-01T00:00:00Z' 'which is over now' verify time.layout gone
ok 'and was not in January' verify time.layout gone --at 2025-01-15T00:00:00Z
refuses 1 'is valid from 2025-01-01' 'nor before it' verify time.layout gone --at 2024-12-15T00:00:00Z

make_authority tsaroot tsa
# stamp FOLDER: of now
stamp() {
	intoto sign -f "$1"/build.*.link --extract bytes &&
		openssl ts -query -data bytes -sha256 -cert -out question.tsq &&
		openssl ts -reply -config tsa.cnf -queryfile question.tsq -signer tsa.pem -inkey tsa.key -out answer.tsr &&
		intoto sign -f "$1"/build.*.link --timestamp answer.tsr
}
# A certificate of today, looked at when it is over.
key brief && certify brief middle /CN=brief/O=Example 20200101000000Z "$(date -u -d '+1 day' +%Y%m%d%H%M%SZ)" \
	'basicConstraints=CA:FALSE' >/dev/null 2>&1
layout brief.layout cn=brief >/dev/null
for format in metablock dsse; do
	rm -rf brief && links brief brief.key brief.pem --format=$format >/dev/null 2>&1
	later="--at 2070-01-01T00:00:00Z"
	# shellcheck disable=SC2086 # two words
	refuses 1 'the certificate expired' "$format: a short certificate is over later" verify brief.layout brief $later
	ok "$format: a timestamp is put onto the signature" stamp brief
	ok "$format: and told" has "$tap_out" 'put on a timestamp of 2'
	# shellcheck disable=SC2086
	ok "$format: then it counts later, too" verify brief.layout brief $later --timestamp-roots tsaroot.pem
	ok "$format: as of the timestamp" has "$tap_out" '(its timestamp)'
	# shellcheck disable=SC2086
	refuses 1 'cannot be verified without the root of its authority' "$format: but not without its root" \
		verify brief.layout brief $later
	# shellcheck disable=SC2086
	refuses 1 'no chain of issuers leads from' "$format: nor with another" \
		verify brief.layout brief $later --timestamp-roots root.pem
	ok "$format: while the certificate is good, that is a warning" verify brief.layout brief --timestamp-roots root.pem
	ok "$format: which is told" has "$tap_out" 'it does not count'
done
refuses 1 'is over other bytes' 'a timestamp over another signature is not put on' \
	intoto sign -f gone/build.*.link --timestamp answer.tsr
refuses 64 'option --timestamp signs nothing' 'a key has no business with a timestamp' \
	intoto sign -f gone/build.*.link --timestamp answer.tsr -k eve.key
refuses 65 'has 2 signatures' 'of two signatures none is extracted' sh -c \
	'cp time.layout t && intoto sign -q -f t -k eve.key && intoto sign -f t --extract bytes'

# --- SPIFFE --------------------------------------------------------------------------------------------

ok 'an SVID with two URIs' person pair middle /CN=pair 'URI:spiffe://example.com/a,URI:spiffe://example.com/b'
forge pair
refuses 1 'has a SPIFFE ID and 2 URIs' 'is refused' verify open.layout swapped
ok 'an SVID of a trust domain' person domain middle /CN=domain URI:spiffe://example.com
forge domain
refuses 1 'the SPIFFE ID of a trust domain' 'is refused, too' verify open.layout swapped

done_testing

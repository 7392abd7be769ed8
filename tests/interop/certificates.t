#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Functionaries by certificate (ITE-7): certificates and timestamps made by the openssl program, links
# made here and by in-toto-golang, verified here and, where it can, there.
#
# What limits in-toto-golang: it compares "roots" with all roots of a layout, takes no certificate in
# DSSE, and judges dates as of now.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v openssl >/dev/null || skip_all 'there is no openssl program'
here=$PWD

# --- authorities, people -------------------------------------------------------------------------------

# key NAME [rsa|ec|ed25519]
key() {
	case ${2-ec} in
	rsa) openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out "$1.key" ;;
	ec) openssl genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" ;;
	ed25519) openssl genpkey -algorithm ed25519 -out "$1.key" ;;
	esac 2>/dev/null
}
serial=0
# certify FILE ISSUER SUBJECT FROM UNTIL EXTENSION...: by ISSUER, or itself when that is FILE
certify() {
	local file=$1 issuer=$2 subject=$3 from=$4 until=$5
	shift 5
	printf '%s\n' "$@" >"$file.ext"
	openssl req -new -key "$file.key" -subj "$subject" -out "$file.csr" || return
	: >ca.txt
	rm -f ca.txt.attr
	serial=$((serial + 1))
	printf '%08X\n' "$serial" >ca.serial
	cat >ca.cnf <<-CNF
		[ca]
		default_ca = one
		[one]
		database = ca.txt
		serial = ca.serial
		new_certs_dir = .
		default_md = sha256
		policy = any
		unique_subject = no
		[any]
		commonName = optional
		organizationName = optional
		emailAddress = optional
	CNF
	if [ "$issuer" = "$file" ]; then
		openssl ca -batch -notext -config ca.cnf -selfsign -keyfile "$file.key" -in "$file.csr" -out "$file.pem" \
			-startdate "$from" -enddate "$until" -extfile "$file.ext"
	else
		openssl ca -batch -notext -config ca.cnf -keyfile "$issuer.key" -cert "$issuer.pem" -in "$file.csr" \
			-out "$file.pem" -startdate "$from" -enddate "$until" -extfile "$file.ext"
	fi
}
long='20200101000000Z 20900101000000Z'
# authority NAME [ISSUER]
authority() {
	# shellcheck disable=SC2086 # two dates
	key "$1" && certify "$1" "${2-$1}" "/CN=$1" $long 'basicConstraints=critical,CA:TRUE' \
		'keyUsage=critical,keyCertSign,cRLSign' 'subjectKeyIdentifier=hash'
}
# person NAME ISSUER SUBJECT ALTERNATIVE [KIND]
person() {
	# shellcheck disable=SC2086 # two dates
	key "$1" "${5-ec}" && certify "$1" "$2" "$3" $long 'basicConstraints=CA:FALSE' \
		'keyUsage=critical,digitalSignature' "subjectAltName=$4"
}

ok 'there is an authority' authority root
ok 'and another one' authority other
ok 'and one below the first' authority middle root
ok 'bob works under it' person bob middle /CN=bob.example.com/O=Example URI:spiffe://example.com/build
ok 'carl works under it, with RSA' person carl middle /CN=carl/O=Example URI:spiffe://example.com/carl rsa
ok 'dora works under it, with Ed25519' person dora middle /CN=dora/O=Example URI:spiffe://example.com/dora ed25519
ok 'somebody has the names of bob under the other authority' \
	person twin other /CN=bob.example.com/O=Example URI:spiffe://example.com/build
ok 'the owner has a key' intoto key generate -o owner.key --no-passphrase
ok 'eve has a key' intoto key generate -o eve.key --no-passphrase
cat bob.pem middle.pem >bob.chain
cat twin.pem other.pem >twin.chain

# layout FILE CONSTRAINT [OPTION...]: one step, under both authorities; Metablock
layout() {
	local file=$1 constraint=$2
	shift 2
	rm -f "$file"
	intoto layout init "$file" --expires 2080-01-01T00:00:00Z --format=metablock &&
		intoto layout add-root "$file" root.pem other.pem &&
		intoto layout add-root "$file" --intermediate middle.pem &&
		intoto layout add-step "$file" build --quiet --cert-constraint "$constraint" "$@" \
			--product-rule 'CREATE out' --product-rule 'DISALLOW *' &&
		intoto sign -f "$file" -k owner.key
}
# links FOLDER KEY CERTIFICATE [OPTION...]
links() {
	local folder=$1 key=$2 cert=$3
	shift 3
	rm -rf work
	mkdir -p "$folder" work
	(cd work && intoto run -n build --signing-key "$here/$key" --cert "$here/$cert" -d "$here/$folder" -p . "$@" \
		-- sh -c 'echo >out')
}
verify() {
	local file=$1 folder=$2
	shift 2
	intoto verify -v -l "$file" --verification-keys owner.key.pub --link-dir "$folder" "$@"
}

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

without_middle() {
	intoto layout init short.layout --expires 2080-01-01T00:00:00Z --format=metablock &&
		intoto layout add-root short.layout root.pem &&
		intoto layout add-step short.layout build --quiet --product-rule 'ALLOW *' --cert-constraint \
			"uri=spiffe://example.com/build organization=Example root=$root_id email= dns=" &&
		intoto sign -f short.layout -k owner.key
}
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

authority tsaroot >/dev/null 2>&1
key tsa && certify tsa tsaroot /CN=tsa 20200101000000Z 20900101000000Z 'basicConstraints=CA:FALSE' \
	'keyUsage=critical,digitalSignature' 'extendedKeyUsage=critical,timeStamping' >/dev/null 2>&1
cat >tsa.cnf <<'CNF'
[tsa]
default_tsa = one
[one]
serial = tsa.serial
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha512
ess_cert_id_alg = sha256
CNF
echo 01 >tsa.serial
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

# --- in-toto-golang ------------------------------------------------------------------------------------

if ! folder=$(bash "$INTOTO_SOURCE/tests/lib/peers.sh" in-toto-golang 2>peers.log); then
	skip 'in-toto-golang of Debian 13 cannot be had' 'the same with in-toto-golang'
	done_testing
fi
go=$folder/in-toto-golang
go_links() {
	local folder=$1 name=$2 key=$2
	rm -rf work
	mkdir -p "$folder" work
	(cd work && "$go" run -n build -k "$here/$key.key" -c "$here/$name.pem" -d "$here/$folder" -p . -- touch out)
}
go_verify() {
	local file=$1 folder=$2
	shift 2
	"$go" verify -l "$file" -k owner.key.pub -d "$folder" "$@"
}
# It knows one root only where it is to be named.
one_root() {
	rm -f one.layout
	intoto layout init one.layout --expires 2080-01-01T00:00:00Z --format=metablock &&
		intoto layout add-root one.layout root.pem && intoto layout add-root one.layout --intermediate middle.pem &&
		intoto layout add-step one.layout build --quiet --product-rule 'ALLOW *' \
			--cert-constraint "cn=* uri=spiffe://example.com/$1 organization=Example root=$root_id email= dns=" &&
		intoto sign -f one.layout -k owner.key
}
for name in bob:build carl:carl dora:dora; do
	person=${name%:*}
	ok "$person: we write a layout for both" one_root "${name#*:}"
	ok "$person: in-toto-golang makes a link" go_links go-$person "$person"
	ok "$person: it verifies here" verify one.layout go-$person
	ok "$person: and there" go_verify one.layout go-$person
	ok "$person: we make a link" links ours-$person "$person.key" "$person.pem" --format=metablock
	ok "$person: it verifies there" go_verify one.layout ours-$person
	ok "$person: and here" verify one.layout ours-$person
done
refuses 1 'cert failed constraints check' 'dora is not carl there' go_verify one.layout ours-carl
refuses 1 'has the URI' 'nor here' verify one.layout ours-carl
ok 'our chain of certificates is read there' links ours-chain bob.key bob.chain --format=metablock
one_root build >/dev/null 2>&1
ok 'its first one counts' go_verify one.layout ours-chain
ok 'here too' verify one.layout ours-chain
rm -rf short && links short bob.key bob.pem --format=metablock >/dev/null 2>&1
refuses 1 'failed to verify roots' 'a missing intermediate is missing there' go_verify short.layout short
ok 'and is given in the same way' go_verify short.layout short -i middle.pem

# The three things that it does not do.
refuses 1 'cert has an unexpected root' 'with two roots, naming one of them passes nobody there' go_verify root.layout metablock
ok 'and selects here' verify root.layout metablock
refuses 1 'Signature has empty Certificate' 'a certificate in DSSE is not seen there' go_verify one.layout dsse
ok 'and counts here' verify one.layout dsse
refuses 1 'cert cannot be verified' 'a certificate that is over is over there, whatever the timestamp' go_verify time.layout gone

done_testing

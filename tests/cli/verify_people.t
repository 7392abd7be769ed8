#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto verify: who counts for a threshold.  People known by a key of the layout, by a certificate and
# by an OpenPGP key stand beside each other in one step, and nobody counts twice.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
command -v openssl >/dev/null || skip_all 'openssl is not installed'

verify() { intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links "$@"; }
told() { tap_run "$@" && has "$tap_out" "$want"; }
# passes_with TEXT SENTENCE CMD...
passes_with() { want=$1; shift; ok "$1" told "${@:2}"; }

chain_keys owner alice bob carol dora eve frank
# --- certificates: carol and dora have one each, frank has one in carol's name -----------------------------
quiet_openssl() { openssl "$@" 2>/dev/null; }
quiet_openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem \
	-days 3650 -subj /CN=root -addext keyUsage=critical,keyCertSign
issue() { # FILE KEY MAIL
	quiet_openssl req -new -key "$2.pem" -subj "/CN=$3" -out request.pem &&
		printf 'keyUsage=critical,digitalSignature\nbasicConstraints=CA:FALSE\nsubjectAltName=email:%s\n' "$3" >extensions &&
		quiet_openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 365 \
			-extfile extensions -out "$1"
}
ok 'openssl issues certificates' eval 'issue carol.cert carol carol@example.org && issue dora.cert dora dora@example.org &&
	issue frank.cert frank carol@example.org && issue bob.cert bob bob@example.org'
anchor='"r":{"keyid":"r","keytype":"ecdsa","scheme":"ecdsa-sha2-nistp256","keyval":{"public":"","certificate":"'$(sed ':a;N;$!ba;s/\n/\\n/g' ca.pem)'"}}'
constraints='{"common_name":"*","dns_names":["*"],"emails":["*"],"organizations":["*"],"roots":["*"],"uris":["*"]}'

# start KEYS THRESHOLD [CONSTRAINTS]
start() {
	local name keys= comma=

	rm -rf links && mkdir links
	for name in alice bob; do keys=$keys$comma"\"${id[$name]}\":${object[$name]}" comma=,; done
	printf '{"signatures":[],"signed":{"_type":"layout","expires":"2100-01-01T00:00:00Z","readme":"","rootcas":{%s},"intermediatecas":{},"keys":{%s},"steps":[%s],"inspect":[]}}\n' \
		"$anchor" "$keys" "$(step build "$1" "$2" '' '["CREATE","out"],["DISALLOW","*"]' |
			sed "s/\"threshold\"/\"cert_constraints\":[$(printf %s "${3-$constraints}" | sed 's/[*&/]/\\&/g')],\"threshold\"/")" >layout.tmp
	intoto sign -q -f layout.tmp -k owner.pem -o root.layout
}
# certified CERTIFICATE KEY [DIGIT]: a link of "build" signed with a certificate
certified() {
	link links build "$2" '' "\"out\":$(sha "${3:-1}")" &&
		intoto sign -q -f "links/build.${id[$2]:0:8}.link" --replace -k "$2.pem" --cert "$1" -o "links/build.${id[$2]:0:8}.link"
}
by_key() { link links build "$1" '' "\"out\":$(sha "${2:-1}")"; }

start '' 1; certified carol.cert carol
passes_with 'build: 1 of 1 links by distinct people' 'a link by certificate counts, whatever its file is called after' verify -v
start '' 1; by_key carol
refuses 1 'found 0 of 1 valid links by distinct people; looked for "build.????????.link" with a certificate' \
	'one without the certificate does not' verify
start '' 2; certified carol.cert carol; certified dora.cert dora
passes_with '2 of 2 links by distinct people' 'two certificates are two people' verify -v
start '' 2; certified carol.cert carol; certified frank.cert frank
refuses 1 'found 1 of 2 valid links' 'two keys under one name are one' verify
start 'alice bob' 2; by_key alice; certified carol.cert carol
for n in 1 2 3 4 5; do
	passes_with '2 of 2 links by distinct people' "a key and a certificate are two people, always (run $n)" verify -v
done
start 'alice bob' 3; by_key alice; by_key bob; certified carol.cert carol
ok 'in any order' verify
start 'alice bob' 2; by_key alice; certified carol.cert carol 5
refuses 1 '[step.agreement]' 'they must agree' verify
start 'alice bob' 2; certified bob.cert bob
refuses 1 'found 1 of 2' 'a key of the layout that has a certificate too is one person' verify
start 'alice bob' 2; certified bob.cert bob; cp links/build.*.link "links/build.00000000.link"
refuses 1 'found 1 of 2' 'under another file name too' verify
start 'alice' 1 "${constraints/'"emails":["*"]'/'"emails":["dora@example.org"]'}"; certified carol.cert carol
refuses 1 '[link.certificate]' 'a certificate must satisfy a constraint' verify
by_key alice
passes_with '1 of 1 links by distinct people' 'where one does not, others are not kept from counting' verify -v
start 'alice' 1; certified carol.cert carol
python3 - links/build.*.link dora.cert <<'PYTHON'
import json, sys
link = json.load(open(sys.argv[1]))
assert "BEGIN" in link["signatures"][0].pop("cert", "") or "BEGIN" in link["signatures"][0].pop("certificate")
link["signatures"][0]["cert"] = open(sys.argv[2]).read()
json.dump(link, open(sys.argv[1], "w"))
PYTHON
refuses 1 'found 0 of 1' "somebody else's certificate is none" verify
printf '{' >links/build.12345678.link; by_key alice
passes_with 'build.12345678.link' 'a broken file is told, and not missed' verify -v

# --- OpenPGP -------------------------------------------------------------------------------------------
pgp='an OpenPGP key counts once, whatever subkey signs'
if ! command -v gpg >/dev/null || ! command -v gpgconf >/dev/null; then
	skip 'gpg is not installed' "$pgp"
	done_testing
	exit
fi
unset GNUPG GPG_AGENT_INFO
export GNUPGHOME=$tap_top/g # a socket's name must be short
mkdir -m 700 "$GNUPGHOME"
trap 'gpgconf --homedir "$GNUPGHOME" --kill all >/dev/null 2>&1; tap_leave' EXIT
quiet_gpg() { gpg --batch --quiet --no-greeting --pinentry-mode loopback --passphrase '' "$@" 2>/dev/null; }
part() { gpg --batch --with-colons --list-keys 2>/dev/null | awk -F: -v want="$1" '$1 == "fpr" && n++ == want { print tolower($10); exit }'; }
quiet_gpg --quick-generate-key 'grace <grace@example.org>' ed25519 cert,sign never
for n in 1 2; do quiet_gpg --quick-add-key "$(part 0 | tr a-f A-F)" ed25519 sign never; done
# gpg chooses among the subkeys of a key unless the id has this mark.
cat >exactly.sh <<'SH'
#!/usr/bin/env bash
words=() last=
for word; do
	[ "$last" != --local-user ] || word=${word%!}!
	words+=("$word") last=$word
done
exec gpg "${words[@]}"
SH
chmod +x exactly.sh
main=$(part 0) first=$(part 1) second=$(part 2)
grace=$(intoto key convert --to=json "gpg:$main")
# pgp_start PUBKEYS THRESHOLD
pgp_start() {
	rm -rf links && mkdir links
	printf '{"signatures":[],"signed":{"_type":"layout","expires":"2100-01-01T00:00:00Z","readme":"","keys":{"%s":%s,"%s":%s},"steps":[%s],"inspect":[]}}\n' \
		"$main" "$grace" "${id[alice]}" "${object[alice]}" "$(step build '' "$2" '' '' | sed "s/\"pubkeys\":\[\]/\"pubkeys\":[$1]/")" >layout.tmp
	intoto sign -q -f layout.tmp -k owner.pem -o root.layout
}
# by_part ID: a link signed by that subkey, and named after it
by_part() {
	link links build eve '' "\"out\":$(sha 1)"
	GNUPG=$PWD/exactly.sh intoto sign -q -f "links/build.${id[eve]:0:8}.link" --replace -g "$1" -o "links/build.${1:0:8}.link"
	rm "links/build.${id[eve]:0:8}.link"
}
pgp_start "\"$main\"" 1; by_part "$first"
passes_with '1 of 1 links by distinct keys' 'a main key stands for its subkeys' verify -v
pgp_start "\"$first\"" 1; by_part "$first"
ok 'a subkey stands for itself' verify
pgp_start "\"$first\"" 1; by_part "$second"
refuses 1 'found 0 of 1' 'but for no other' verify
mv "links/build.${second:0:8}.link" "links/build.${first:0:8}.link"
refuses 1 '[link.signature]' 'under its name either' verify
pgp_start "\"$first\"" 1; by_part "$main"
refuses 1 'found 0 of 1' 'nor for the main key' verify
pgp_start "\"$main\",\"${id[alice]}\"" 2; by_part "$first"; by_part "$second"
refuses 1 'found 1 of 2 valid links by distinct keys' "$pgp" verify
by_key alice
ok 'and with somebody else there are two' verify
pgp_start "\"$first\",\"$second\"" 2; by_part "$first"; by_part "$second"
refuses 1 'only 1 distinct keys may do the step, and its threshold is 2' 'two subkeys in a step are one key' verify
ok 'which is told' has "$tap_out" 'counts once with it'

done_testing

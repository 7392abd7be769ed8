#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# OpenPGP keys that the real gpg makes, in a folder of this test: signed by us through gpg and by
# Debian's in-toto, verified by either; and every reason for which such a signature must not count.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/interop/chain.sh"

command -v gpg >/dev/null && command -v gpgconf >/dev/null || skip_all 'gpg is not installed'
for python in /usr/bin/python3 python3; do
	"$python" -c 'import in_toto, securesystemslib.gpg.functions' 2>/dev/null && break
	python=
done
[ -n "$python" ] && command -v in-toto-verify >/dev/null || python=

unset GNUPG GNUPGHOME GPG_AGENT_INFO
# A socket's name must be short.
export GNUPGHOME=$tap_top/g
mkdir -m 700 "$GNUPGHOME"
here=$PWD
stop_agents() {
	gpgconf --homedir "$GNUPGHOME" --kill all >/dev/null 2>&1
	[ ! -d "$tap_top/other" ] || gpgconf --homedir "$tap_top/other" --kill all >/dev/null 2>&1
}
trap 'stop_agents; tap_leave' EXIT

quiet_gpg() {
	gpg --batch --quiet --no-greeting --pinentry-mode loopback --passphrase '' "$@"
}
# fingerprint NAME [NUMBER]: of the main key, or of the subkey with that number, in lower case
fingerprint() {
	gpg --batch --with-colons --list-keys "<$1@example.org>" | awk -F: -v want="${2-0}" \
		'$1 == "pub" || $1 == "sub" { n++ } $1 == "fpr" && n == want + 1 { print tolower($10); exit }'
}
# new_key NAME ALGORITHM USAGE EXPIRES [gpg options]
new_key() {
	local name=$1 algorithm=$2 usage=$3 expires=$4
	shift 4
	quiet_gpg "$@" --quick-generate-key "$name <$name@example.org>" "$algorithm" "$usage" "$expires"
}
# new_subkey NAME ALGORITHM USAGE EXPIRES [gpg options]
new_subkey() {
	local name=$1 algorithm=$2 usage=$3 expires=$4
	shift 4
	quiet_gpg "$@" --quick-add-key "$(fingerprint "$name")" "$algorithm" "$usage" "$expires"
}
# edit NAME, with answers on standard input
edit() {
	gpg --no-tty --quiet --no-greeting --expert --pinentry-mode loopback --passphrase '' --command-fd 0 \
		--edit-key "<$1@example.org>"
}
revoke_main() {
	local rev
	rev=$GNUPGHOME/openpgp-revocs.d/$(fingerprint "$1" | tr a-f A-F).rev
	sed 's/^:---/---/' "$rev" | quiet_gpg --import
}

old=20200101T000000
# --- the keys -------------------------------------------------------------------------------------------
ok 'gpg makes an RSA key' new_key rsa rsa2048 sign never --faked-system-time 20210101T000000
ok 'gpg makes a DSA key' new_key dsa dsa2048 sign never
ok 'gpg makes an Ed25519 key' new_key eddsa ed25519 sign never
ok 'gpg makes an RSA key with a signing and an encrypting subkey' eval \
	'new_key subs rsa2048 cert never && new_subkey subs rsa2048 sign never && new_subkey subs rsa2048 encr never'
ok 'gpg makes a key that expired in 2021' new_key expired rsa2048 sign 1y --faked-system-time $old

# --- one step, by each kind -----------------------------------------------------------------------------
printf 'int x;\n' >source.c
# our_step NAME [ID] [OPTIONS]: the link stands in a folder of that name
our_step() {
	mkdir -p "$1" && (
		name=$1 id=$2
		shift 2
		intoto-run -n build -m source.c -d "$name" --gpg "$id" "$@" -- true
	)
}
# verify_link FOLDER KEYID [KEYRING]
verify_link() {
	intoto sign --verify -f "$1"/build.*.link -k "$2"
}
for kind in rsa dsa eddsa; do
	id=$(fingerprint $kind)
	gpg --export --armor "$id" >$kind.asc
	gpg --export "$id" >$kind.gpg
	for format in dsse metablock; do
		folder=ours-$kind-$format
		ok "$kind, $format: we sign a link through gpg" our_step $folder "$id" --format=$format
		is "$(ls $folder)" "build.${id:0:8}.link" "$kind, $format: it is named after the key"
		ok "$kind, $format: it verifies with the armored export" verify_link $folder $kind.asc
		ok "$kind, $format: it verifies with the binary export" verify_link $folder $kind.gpg
		ok "$kind, $format: it verifies with the key from gpg" intoto sign --verify -f $folder/build.*.link -g "$id"
		cp -r $folder $folder-changed
		case $format in
		dsse) spoil $folder-changed/build.*.link 's/"payload":"eyJfdHlwZSI6/"payload":"eyJfdHlwZSI7/' ||
			sed -i 's/"payload":"\(.\{40\}\)./"payload":"\1A/' $folder-changed/build.*.link ;;
		metablock) spoil $folder-changed/build.*.link 's/"return-value": 0/"return-value": 1/' ;;
		esac
	done
	refuses 1 "by \"$id\", does not count: it does not verify" "$kind: a changed link is refused" \
		verify_link ours-$kind-metablock-changed $kind.asc
done
refuses 1 'no signature by key' 'a link by another key is refused' verify_link ours-rsa-dsse eddsa.asc
rsa=$(fingerprint rsa)
cp -r ours-rsa-metablock renamed
spoil renamed/build.*.link "s/\"keyid\": \"$rsa\"/\"keyid\": \"$(fingerprint eddsa)\"/"
refuses 1 'does not count: the signature names another key as its maker' \
	'the keyid beside a signature proves nothing' verify_link renamed eddsa.asc
cp -r ours-rsa-metablock headers
spoil headers/build.*.link 's/"other_headers": "04000108/"other_headers": "04010108/'
refuses 1 'a signature of type 0x01, want one on a binary document (0x00)' 'another type of signature is refused' \
	verify_link headers rsa.asc
spoil headers/build.*.link 's/"other_headers": "04010108/"other_headers": "04000102/'
refuses 1 'signed with digest algorithm 2 (SHA-1), want SHA-256' 'SHA-1 is refused' verify_link headers rsa.asc
spoil headers/build.*.link 's/"other_headers": "04000102/"other_headers": "03000108/'
refuses 1 'other_headers: the OpenPGP signature is malformed: it has version 3, want 4' 'version 3 is refused' \
	verify_link headers rsa.asc

# resign OUT GPG_OPTION...: the link of the RSA key, signed again by gpg alone
resign() {
	local out=$1
	shift
	mkdir -p "$out" && /usr/bin/env python3 "$INTOTO_SOURCE/tests/interop/gpg_resign.py" ours-rsa-dsse/build.*.link \
		"$out/build.again.link" "$@" --detach-sign 2>/dev/null
}
for digest in SHA256 SHA384 SHA512; do
	ok "gpg signs a link with $digest" resign again-$digest --local-user "$rsa" --digest-algo $digest
	ok "$digest verifies" verify_link again-$digest rsa.asc
done
resign again-sha1 --local-user "$rsa" --digest-algo SHA1
refuses 1 'signed with digest algorithm 2 (SHA-1), want SHA-256, SHA-384 or SHA-512' \
	'SHA-1 is refused, however good the signature' verify_link again-sha1 rsa.asc
resign again-text --local-user "$rsa" --digest-algo SHA256 --textmode
refuses 1 'a signature of type 0x01' 'a signature on a text is refused' verify_link again-text rsa.asc
resign again-notation --local-user "$rsa" --digest-algo SHA256 --sig-notation '!meaning@example.org=other'
refuses 1 'a critical subpacket that is not known here' 'a critical notation is refused' verify_link again-notation rsa.asc
ok 'gpg signs with a notation that is not critical' resign again-remark --local-user "$rsa" --digest-algo SHA256 \
	--sig-notation 'meaning@example.org=other'
ok 'which verifies' verify_link again-remark rsa.asc
resign again-future --local-user "$rsa" --digest-algo SHA256 --faked-system-time 20900101T000000
refuses 1 'was made on 2090-01-01T00:00:00Z, in the future' 'a signature from the future is refused' \
	verify_link again-future rsa.asc
resign again-past --local-user "$rsa" --digest-algo SHA256 --faked-system-time $old --ignore-time-conflict
refuses 1 "was made on 2020-01-01T00:00:00Z, before the key $rsa was" 'a signature from before its key is refused' \
	verify_link again-past rsa.asc
resign again-short --local-user "$rsa" --digest-algo SHA256 --faked-system-time "$(date -u -d '1 hour ago' +%Y%m%dT%H%M%S)" \
	--ignore-time-conflict --default-sig-expire seconds=60
refuses 1 'the signature expired on' 'a signature that expired is refused' verify_link again-short rsa.asc

# --- subkeys --------------------------------------------------------------------------------------------
subs=$(fingerprint subs)
signing=$(fingerprint subs 1)
gpg --export --armor "$subs" >subs.asc
ok 'the signing subkey signs for a key that only certifies' our_step by-subkey "$subs" --format=metablock
is "$(ls by-subkey)" "build.${signing:0:8}.link" 'the link is named after the subkey'
ok 'its signature verifies with the whole key' verify_link by-subkey subs.asc
is "$(intoto key show subs.asc | grep -c 'must not sign: its key flags say so')" 2 \
	'the main key and the encrypting subkey must not sign'
ok 'the key object has only the subkey that signs' eval \
	'intoto key convert --to=json subs.asc >subs.json && has subs.json "$signing" && lacks subs.json "$(fingerprint subs 2)"'
ok 'its signature verifies with the key object' verify_link by-subkey subs.json
cat rsa.gpg dsa.gpg >both.gpg
refuses 65 'several OpenPGP keys, want one: FILE#KEYID names it' 'a file with several keys wants a choice' \
	intoto key show both.gpg
ok 'FILE#KEYID chooses' verify_link ours-dsa-dsse "both.gpg#$(fingerprint dsa)"
ok 'the last 16 digits will do' verify_link ours-dsa-dsse "both.gpg#$(fingerprint dsa | tail -c 17)"
refuses 1 'no signature by key' 'and chooses the right one' verify_link ours-dsa-dsse "both.gpg#$rsa"
refuses 66 '0 OpenPGP keys with the id' 'an id that is not there is refused' intoto key show "both.gpg#$subs"
head -c 200 rsa.gpg >short.gpg
refuses 65 'short.gpg: byte 0: no whole OpenPGP packet' 'half a key is refused' intoto key show short.gpg
sed 's/^=..../=AAAA/' rsa.asc >sum.asc
refuses 65 'the checksum is wrong, so the block is damaged' 'a wrong checksum is refused' intoto key show sum.asc
quiet_gpg --export-secret-keys --armor "$rsa" >secret.asc
refuses 65 'a private OpenPGP key; gpg keeps those' 'a private key is refused' intoto key show secret.asc
refuses 65 'a keybox of gpg'"'"'s own, want exported keys' 'a keybox is refused' intoto key show "$GNUPGHOME/pubring.kbx"

# --- expiry ---------------------------------------------------------------------------------------------
expired=$(fingerprint expired)
gpg --export "$expired" >expired.gpg
ok 'gpg signs while the key lives' resign expired --local-user "$expired" --digest-algo SHA256 --faked-system-time 20200601T000000
refuses 1 "does not count: the key $expired expired on 2020-12-31T00:00:00Z" \
	'a link by a key that has expired since is refused, and when it did is told' verify_link expired expired.gpg
refuses 65 "expired.gpg: the key $expired expired on 2020-12-31T00:00:00Z" 'and no layout takes such a key' \
	eval 'intoto layout init old.layout --expires 2100-01-01T00:00:00Z >/dev/null && intoto layout add-key old.layout expired.gpg'
intoto key convert --to=json expired.gpg >expired.json
ok 'the key object says how long the key lives' has expired.json '"validity_period": 31536000'
refuses 1 "the key $expired expired on 2020-12-31T00:00:00Z" 'the key object expires like the key' verify_link expired expired.json
# The signer finds out before anything is done.
printf '#!/bin/sh\nexec gpg --faked-system-time 20200601T000000 "$@"\n' >"then gpg; false"
chmod +x 'then gpg; false'
refuses 125 "the signature that gpg made: the key $expired expired" '$GNUPG is started, without a shell, and not believed' \
	env GNUPG="$here/then gpg; false" intoto run -n build -g "$expired" -- touch ran
ok 'nothing ran' not test -e ran

# --- revocation -----------------------------------------------------------------------------------------
ok 'gpg makes keys to be revoked' eval \
	'new_key lost ed25519 sign never && new_key halved rsa2048 cert never && new_subkey halved rsa2048 sign never &&
	new_key retired ed25519 sign never && new_key second ed25519 sign never && new_key named ed25519 sign never'
for name in lost halved retired named; do
	our_step by-$name "$(fingerprint $name)" >/dev/null 2>&1
	gpg --export "$(fingerprint $name)" >$name-before.gpg
	ok "$name: the link verifies before" verify_link by-$name $name-before.gpg
done
ok 'gpg revokes a main key' revoke_main lost
gpg --export "$(fingerprint lost)" >lost.gpg
refuses 1 "does not count: the key $(fingerprint lost) was revoked on" 'a link by a revoked key is refused' \
	verify_link by-lost lost.gpg
refuses 1 "the key $(fingerprint lost) was revoked on" 'also with the key from gpg' \
	intoto sign --verify -f by-lost/build.*.link -g "$(fingerprint lost)"
refuses 65 'was revoked on' 'a layout does not take a revoked key' intoto layout add-key old.layout -g "$(fingerprint lost)"
ok 'gpg revokes a subkey' edit halved <<<$'key 1\nrevkey\ny\n0\n\ny\nsave\n'
gpg --export "$(fingerprint halved)" >halved.gpg
refuses 1 "does not count: the key $(fingerprint halved 1) was revoked on" 'a link by a revoked subkey is refused' \
	verify_link by-halved halved.gpg
refuses 65 'neither the key' 'a layout does not take a key without a subkey that may sign' \
	intoto layout add-key old.layout halved.gpg
ok 'a new subkey heals that' eval 'new_subkey halved rsa2048 sign never && intoto layout add-key old.layout -g "$(fingerprint halved)"'
ok 'the revoked one stays outside' eval 'intoto layout show --format=json old.layout >old.json && lacks old.json "$(fingerprint halved 1)" && has old.json "$(fingerprint halved)"'
# revocation NAME REASON: a revocation certificate
revocation() {
	printf 'y\n%s\n\ny\n' "$2" | gpg --no-tty --quiet --no-greeting --pinentry-mode loopback --passphrase '' \
		--command-fd 0 --gen-revoke "<$1@example.org>" | quiet_gpg --import
}
ok 'gpg retires a key' revocation retired 3
gpg --export "$(fingerprint retired)" >retired.gpg
refuses 1 "the key $(fingerprint retired) was revoked on" 'a link by a retired key is refused now' \
	verify_link by-retired retired.gpg
ok 'show says that older signatures stay good' has <(intoto key show retired.gpg) '(older signatures stay good)'

# A revocation by somebody else, whom the key names for that.
ok 'gpg names another key as revoker' edit named <<<"addrevoker
$(fingerprint second)
y
y
save
"
gpg --export "$(fingerprint named)" >named.gpg
ok 'naming one revokes nothing' verify_link by-named named.gpg
desig_revoke() {
	printf 'y\n1\n\ny\n' | gpg --no-tty --quiet --no-greeting --pinentry-mode loopback --passphrase '' --command-fd 0 \
		--local-user "$(fingerprint second)" --desig-revoke "<named@example.org>" | quiet_gpg --import
}
ok 'that one revokes the key' desig_revoke
gpg --export "$(fingerprint named)" >named.gpg
gpg --export "$(fingerprint named)" "$(fingerprint second)" >named-both.gpg
ok 'without the key of the revoker nothing can be said' verify_link by-named named.gpg
refuses 1 "the key $(fingerprint named) was revoked on" 'with it the key is revoked' \
	verify_link by-named "named-both.gpg#$(fingerprint named)"
refuses 1 "the key $(fingerprint named) was revoked on" 'and with gpg, which knows it' \
	intoto sign --verify -f by-named/build.*.link -g "$(fingerprint named)"

# --- the words of the command line ----------------------------------------------------------------------
refuses 64 '--signing-key and --gpg: want one of them' 'one key at a time' \
	intoto run -n build --signing-key x.pem -g "$rsa" -x
refuses 64 'option --signing-key KEY is missing (or --gpg [KEYID])' 'but one' intoto run -n build -x
refuses 64 'option --gpg-home wants --gpg' 'a folder of gpg wants a key' intoto run -n build --signing-key x --gpg-home x -x
refuses 64 'gpg: want the id of a key, 16 to 40 hex digits' 'a short id is refused' intoto run -n build -g 12345678 -x
refuses 64 'gpg: want the id of a key, 16 to 40 hex digits' 'an option for gpg is no id' intoto run -n build --gpg=--version -x
refuses 125 'gpg ended with status 2' 'a key that is not there is refused' \
	intoto run -n build -g 0123456789abcdef0123456789abcdef01234567 -- touch ran
ok 'and nothing ran' not test -e ran
refuses 66 'gpg has no public key' 'nor is there a public one' \
	intoto sign --verify -f ours-rsa-dsse/build.*.link -g 0123456789abcdef0123456789abcdef01234567
refuses 125 'nowhere/gpg' 'gpg that is not installed is told' env GNUPG=/nowhere/gpg intoto run -n build -g "$rsa" -x
printf '#!/bin/sh\necho no key today >&2\nexit 3\n' >failing && chmod +x failing
refuses 125 'ended with status 3: no key today' 'the last words of gpg are passed on' \
	env GNUPG=./failing intoto run -n build -g "$rsa" -x
printf '#!/bin/sh\necho no signature\n' >lying && chmod +x lying
refuses 125 'what gpg wrote: this is not one signature packet' 'what is no signature is refused' \
	env GNUPG=./lying intoto run -n build -g "$rsa" -x
mkdir -m 700 "$tap_top/other"
ok 'gpg has a key in another folder' quiet_gpg --homedir "$tap_top/other" --quick-generate-key other ed25519 sign never
ok 'the default key of another folder signs' eval \
	'mkdir default && intoto run -n build -d default -x --gpg-home "$tap_top/other" -m source.c -g'
ok 'record takes it, too' eval 'mkdir record && intoto record start -n build -d record -m source.c -g "$rsa" &&
	intoto record stop -n build -d record -p source.c -g "$rsa" && verify_link record rsa.asc'

# --- whole chains ---------------------------------------------------------------------------------------
our_keys() { # LAYOUT EXPIRES OWNER WRITER PACKAGER: ids
	intoto layout init "$1" --format=metablock --expires "$2" --readme x &&
		intoto layout add-key "$1" -g "$4" "$5" &&
		intoto layout add-step "$1" write --keyid "$4" --product-rule 'CREATE src/*' --product-rule 'DISALLOW *' &&
		intoto layout add-step "$1" package --keyid "$5" \
			--material-rule 'MATCH src/* WITH PRODUCTS FROM write' --material-rule 'DISALLOW *' \
			--product-rule 'CREATE demo.tar' --product-rule 'DISALLOW *' &&
		intoto layout add-inspection "$1" unpack \
			--material-rule 'MATCH demo.tar WITH PRODUCTS FROM package' --material-rule 'DISALLOW *' \
			--product-rule 'MATCH src/* WITH PRODUCTS FROM write' \
			--product-rule 'ALLOW demo.tar' --product-rule 'DISALLOW *' --run tar -xf demo.tar &&
		intoto sign -f "$1" -g "$3"
}
our_steps() ( # FOLDER WRITER PACKAGER
	mkdir -p "$1" && cd "$1" &&
		intoto-run -n write -s --format=metablock -g "$2" -p src -- write-sources &&
		# shellcheck disable=SC2086 # words
		intoto-run -n package -s --format=metablock -g "$3" -m src -p demo.tar -- $pack
)
our_verify() { # FOLDER LAYOUT OWNER
	in_fresh_folder "$1" intoto-verify -v -l "$here/$2" --link-dir "$here/$1" -g "$3"
}
their_steps() ( # FOLDER WRITER PACKAGER
	mkdir -p "$1" && cd "$1" &&
		in-toto-run -n write -s -g "$2" -p src -- write-sources &&
		# shellcheck disable=SC2086 # words
		in-toto-run -n package -s -g "$3" -m src -p demo.tar -- $pack
)
their_verify() { # FOLDER LAYOUT OWNER
	in_fresh_folder "$1" in-toto-verify -v -l "$here/$2" --link-dir "$here/$1" -g "$3"
}
dsa=$(fingerprint dsa)
eddsa=$(fingerprint eddsa)
future=2100-01-01T00:00:00Z
for writer in "$rsa" "$dsa" "$eddsa" "$subs"; do
	name=chain-${writer:0:8}
	ok "$name: we write a layout" our_keys $name.layout $future "$eddsa" "$writer" "$rsa"
	ok "$name: we record its steps" our_steps $name "$writer" "$rsa"
	ok "$name: it verifies here" our_verify $name $name.layout "$eddsa"
	refuses 1 'layout.signature' "$name: not with another owner" our_verify $name $name.layout "$rsa"
	if [ -z "$python" ]; then
		skip 'no Python tool' "$name: interop"
		continue
	fi
	ok "$name: it verifies there" their_verify $name $name.layout "$eddsa"
	refuses 1 'SignatureVerificationError' "$name: not with another owner there" their_verify $name $name.layout "$rsa"
	ok "$name: they record its steps" their_steps theirs-$name "$writer" "$rsa"
	ok "$name: theirs verifies there" their_verify theirs-$name $name.layout "$eddsa"
	ok "$name: theirs verifies here" our_verify theirs-$name $name.layout "$eddsa"
	cp -r theirs-$name changed-$name
	printf x >>changed-$name/demo.tar
	refuses 1 'rule.disallow' "$name: a changed product of theirs is refused" our_verify changed-$name $name.layout "$eddsa"
	cp -r theirs-$name spoilt-$name
	spoil spoilt-$name/write.*.link 's/"return-value": 0/"return-value": 00/; s/"return-value": 00/"return-value": 2/'
	refuses 1 'does not count: it does not verify' "$name: a changed link of theirs is refused" \
		our_verify spoilt-$name $name.layout "$eddsa"
done
# Trust in a main key extends to its subkeys, and not back.
ok 'gpg makes a key that signs itself and by a subkey' eval \
	'new_key double rsa2048 sign never && new_subkey double rsa2048 sign never'
double=$(fingerprint double)
half=$(fingerprint double 1)
# one_step ID...: a layout whose step wants that many links
one_step() {
	rm -f step.layout
	intoto layout init step.layout --format=metablock --expires $future >/dev/null &&
		intoto layout add-key step.layout -g "$double" >/dev/null &&
		intoto layout add-step step.layout build --keyid "$double" >/dev/null 2>&1 &&
		python3 - "$@" <<'PYTHON' && intoto sign -f step.layout -g "$rsa"
import json, sys
with open("step.layout") as file:
    layout = json.load(file)
layout["signed"]["steps"][0].update(pubkeys=sys.argv[1:], threshold=len(sys.argv) - 1)
with open("step.layout", "w") as file:
    json.dump(layout, file)
PYTHON
}
verify_step() {
	intoto-verify -l step.layout --link-dir "$1" -g "$rsa" -v
}
mkdir by-half by-whole
cp ours-rsa-dsse/build.*.link source.link
python3 "$INTOTO_SOURCE/tests/interop/gpg_resign.py" source.link "by-half/build.${half:0:8}.link" --local-user "$half!" \
	--digest-algo SHA256 --detach-sign 2>/dev/null
python3 "$INTOTO_SOURCE/tests/interop/gpg_resign.py" source.link "by-whole/build.${double:0:8}.link" \
	--local-user "$double!" --digest-algo SHA256 --detach-sign 2>/dev/null
ok 'a layout names the main key' one_step "$double"
ok 'the main key may sign' verify_step by-whole
ok 'its subkey may sign' verify_step by-half
ok 'a layout names the subkey only' one_step "$half"
ok 'the subkey may sign' verify_step by-half
refuses 1 "the key $double signed, and only $half may" 'the main key may not' verify_step by-whole
ok 'a layout names both, and wants two' one_step "$half" "$double"
cp by-half/* by-whole/
refuses 1 'step.quorum' 'they are one person' verify_step by-whole

our_keys other.layout $future "$eddsa" "$dsa" "$rsa" >/dev/null 2>&1
refuses 1 'step.threshold' 'links by others do not count' our_verify chain-${rsa:0:8} other.layout "$eddsa"
if [ -n "$python" ]; then
	"$python" - "$rsa" "$subs" "$expired" >theirs.json <<'PYTHON'
import json, sys
from securesystemslib.gpg.functions import export_pubkey
json.dump([export_pubkey(i) for i in sys.argv[1:]], sys.stdout)
PYTHON
	ok 'our key objects are theirs, but for subkeys that cannot sign' "$python" - "$rsa" "$subs" "$expired" <<'PYTHON'
import json, subprocess, sys
for theirs in json.load(open("theirs.json")):
    ours = json.loads(subprocess.run(["intoto", "key", "convert", "--to=json", "gpg:" + theirs["keyid"]],
        stdout=subprocess.PIPE, check=True).stdout)
    kept = ours.get("subkeys", {})
    for keyid in list(theirs.get("subkeys", {})):
        if keyid not in kept:
            del theirs["subkeys"][keyid]
    if not theirs.get("subkeys", True):
        del theirs["subkeys"]
    assert ours == theirs, (ours, theirs)
PYTHON
fi

stop_agents
done_testing

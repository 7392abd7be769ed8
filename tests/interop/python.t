#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Debian's in-toto (the Python reference, 1.x): layouts and links in Metablock, made by either, verified
# by either, for RSA, ECDSA and Ed25519 keys; and the refused twins of each.
#
# Its key files are those of the old securesystemslib: RSA as PEM, ECDSA and Ed25519 as a JSON key
# object; "intoto key convert --to=json" makes the public ones.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/interop/chain.sh"

# The interpreter that has the tool's modules: the system's, whatever else is in PATH.
for python in /usr/bin/python3 python3; do
	"$python" -c 'import in_toto, securesystemslib.interface' 2>/dev/null && break
	python=
done
[ -n "$python" ] && command -v in-toto-verify >/dev/null || skip_all "Debian's in-toto is not installed"

future=2100-01-01T00:00:00Z
past=2020-01-01T00:00:00Z

# --- keys: ours, and theirs ----------------------------------------------------------------------------
keys_of_theirs() {
	"$python" - <<'PYTHON'
from securesystemslib import interface as i
for name in ("their-owner", "their-bob"):
    i.generate_and_write_unencrypted_rsa_keypair(bits=2048, filepath=name + "-rsa")
    i.generate_and_write_unencrypted_ecdsa_keypair(filepath=name + "-ecdsa")
    i.generate_and_write_unencrypted_ed25519_keypair(filepath=name + "-ed25519")
PYTHON
}
ok 'the Python tool makes keys' keys_of_theirs
for type in rsa ecdsa ed25519; do
	for name in our-owner our-bob our-eve; do
		ok "we make the $type key $name" key_of_ours $name-$type $type
	done
done
here=$PWD

# The public key file of ours that the Python tool reads.
public_for_python() {
	case $2 in
	rsa) echo "$here/$1-rsa.pem.pub" ;;
	*) echo "$here/$1-$2.json" ;;
	esac
}

# --- both tools by one interface -----------------------------------------------------------------------
# python_layout OUT EXPIRES OWNER TYPE FUNCTIONARY_PUB TYPE
python_layout() {
	"$python" "$INTOTO_SOURCE/tests/interop/python_layout.py" "$@"
}
# python_steps FOLDER KEY TYPE
python_steps() (
	mkdir -p "$1" && cd "$1" &&
		in-toto-run -n write -s -k "$2" -t "$3" -p src -- write-sources &&
		# shellcheck disable=SC2086 # words
		in-toto-run -n package -s -k "$2" -t "$3" -m src -p demo.tar -- $pack
)
# python_verify FOLDER LAYOUT KEY TYPE
python_verify() {
	in_fresh_folder "$1" in-toto-verify -v -l "$here/$2" -k "$3" -t "$4" --link-dir "$here/$1"
}
# our_verify FOLDER LAYOUT KEY
our_verify() {
	in_fresh_folder "$1" intoto-verify -v -l "$here/$2" --verification-keys "$3" --link-dir "$here/$1"
}

# The key files of securesystemslib 0.26 give an ECDSA key an id of its own kind: legacy, but over the
# PEM with its last newline.  We answer to it, but do not write it, so that the Python tool does not find a
# link when its own ECDSA key file is used by us.  (Keys that we made have one id everywhere.)
in_their_eyes() {
	if [ $type = ecdsa ]; then
		refuses 1 'LinkNotFoundError' "$type: $1, except that it looks for another keyid" python_verify "$2" "$3" "$4" $type
	else
		ok "$type: $1" python_verify "$2" "$3" "$4" $type
	fi
}

for type in rsa ecdsa ed25519; do
	ours=$(public_for_python our-owner $type)

	# --- made here, verified there -----------------------------------------------------------------
	ok "$type: we write a layout" layout_of_ours ours-$type.layout metablock legacy $future \
		our-owner-$type.pem our-bob-$type.pem.pub
	ok "$type: we record two steps" steps_of_ours ours-$type metablock legacy "$here/our-bob-$type.pem"
	ok "$type: our chain verifies here" our_verify ours-$type ours-$type.layout "$here/our-owner-$type.pem.pub"
	ok "$type: our chain verifies there" python_verify ours-$type ours-$type.layout "$ours" $type
	ok "$type: their sign --verify takes our link" in-toto-sign --verify -f ours-$type/write.*.link \
		-k "$(public_for_python our-bob $type)" -t $type

	# its twins, refused there (and here) for their reason
	refuses 1 'SignatureVerificationError' "$type: another owner's key is refused there" \
		python_verify ours-$type ours-$type.layout "$(public_for_python our-eve $type)" $type
	refuses 1 'layout.signature' "$type: another owner's key is refused here" \
		our_verify ours-$type ours-$type.layout "$here/our-eve-$type.pem.pub"
	rm -f expired.layout
	layout_of_ours expired.layout metablock legacy $past our-owner-$type.pem our-bob-$type.pem.pub >/dev/null 2>&1
	refuses 1 'LayoutExpiredError' "$type: our expired layout is refused there" \
		python_verify ours-$type expired.layout "$ours" $type
	refuses 1 'layout.expiry' "$type: our expired layout is refused here" \
		our_verify ours-$type expired.layout "$here/our-owner-$type.pem.pub"
	steps_of_ours eve-$type metablock legacy "$here/our-eve-$type.pem" >/dev/null 2>&1
	refuses 1 'LinkNotFoundError' "$type: links by another functionary are refused there" \
		python_verify eve-$type ours-$type.layout "$ours" $type
	refuses 1 'step.threshold' "$type: links by another functionary are refused here" \
		our_verify eve-$type ours-$type.layout "$here/our-owner-$type.pem.pub"
	cp -r ours-$type changed-$type
	printf x >>changed-$type/demo.tar
	refuses 1 'RuleVerificationError' "$type: a changed product is refused there" \
		python_verify changed-$type ours-$type.layout "$ours" $type
	refuses 1 'rule.disallow' "$type: a changed product is refused here" \
		our_verify changed-$type ours-$type.layout "$here/our-owner-$type.pem.pub"
	cp -r ours-$type spoilt-$type
	spoil spoilt-$type/package.*.link 's/"sha256": *"./"sha256": "f/; s/"sha256": *"f\(f*\)/"sha256": "0\1/'
	refuses 1 'ThresholdVerificationError' "$type: a changed digest in our link is refused there" \
		python_verify spoilt-$type ours-$type.layout "$ours" $type
	refuses 1 'link.signature' "$type: a changed digest in our link is refused here" \
		our_verify spoilt-$type ours-$type.layout "$here/our-owner-$type.pem.pub"

	# --- made there, verified here -----------------------------------------------------------------
	ok "$type: they write a layout" python_layout theirs-$type.layout $future their-owner-$type $type \
		their-bob-$type.pub $type
	ok "$type: they record two steps" python_steps theirs-$type "$here/their-bob-$type" $type
	ok "$type: their chain verifies there" python_verify theirs-$type theirs-$type.layout "$here/their-owner-$type.pub" $type
	ok "$type: their chain verifies here" our_verify theirs-$type theirs-$type.layout "$here/their-owner-$type.pub"
	ok "$type: our sign --verify takes their link" intoto sign --verify -f theirs-$type/write.*.link \
		-k their-bob-$type.pub

	refuses 1 'layout.signature' "$type: their layout is refused with another key" \
		our_verify theirs-$type theirs-$type.layout "$here/their-bob-$type.pub"
	python_layout their-expired.layout $past their-owner-$type $type their-bob-$type.pub $type
	refuses 1 'layout.expiry' "$type: their expired layout is refused" \
		our_verify theirs-$type their-expired.layout "$here/their-owner-$type.pub"
	python_steps their-eve-$type "$here/their-owner-$type" $type >/dev/null 2>&1
	refuses 1 'step.threshold' "$type: their links by another functionary are refused" \
		our_verify their-eve-$type theirs-$type.layout "$here/their-owner-$type.pub"
	cp -r theirs-$type their-changed-$type
	printf x >>their-changed-$type/demo.tar
	refuses 1 'rule.disallow' "$type: a changed product of theirs is refused" \
		our_verify their-changed-$type theirs-$type.layout "$here/their-owner-$type.pub"
	cp -r theirs-$type their-spoilt-$type
	spoil their-spoilt-$type/write.*.link 's/"return-value": 0/"return-value": 1/'
	refuses 1 'link.signature' "$type: a changed link of theirs is refused" \
		our_verify their-spoilt-$type theirs-$type.layout "$here/their-owner-$type.pub"
	# The Python tool itself verifies a document rebuilt from its model, and sees neither of these.
	cp theirs-$type.layout injected.layout
	spoil injected.layout 's/"readme":/"unsigned": 1,\n  "readme":/'
	refuses 65 'unknown member "unsigned"' "$type: a member injected into their layout is seen" \
		our_verify theirs-$type injected.layout "$here/their-owner-$type.pub"
	cp theirs-$type.layout injected.layout
	spoil injected.layout 's/"keytype":/"unsigned": 1,\n  "keytype":/'
	refuses 1 'layout.signature' "$type: and one injected where more members are allowed" \
		our_verify theirs-$type injected.layout "$here/their-owner-$type.pub"

	# --- mixed: their layout names our functionary ---------------------------------------------------
	ok "$type: they write a layout for our key" python_layout mixed-$type.layout $future their-owner-$type $type \
		"$(public_for_python our-bob $type)" $type
	ok "$type: our links satisfy their layout there" python_verify ours-$type mixed-$type.layout \
		"$here/their-owner-$type.pub" $type
	ok "$type: our links satisfy their layout here" our_verify ours-$type mixed-$type.layout "$here/their-owner-$type.pub"

	# --- mixed: our layout names their functionary ---------------------------------------------------
	ok "$type: we write a layout for their key" layout_of_ours mixed2-$type.layout metablock legacy $future \
		our-owner-$type.pem their-bob-$type.pub
	ok "$type: their links satisfy our layout here" our_verify theirs-$type mixed2-$type.layout "$here/our-owner-$type.pem.pub"
	in_their_eyes "their links satisfy our layout there" theirs-$type mixed2-$type.layout "$ours"

	# --- their private key in our hands --------------------------------------------------------------
	ok "$type: we sign with their private key" steps_of_ours shared-$type metablock legacy "$here/their-bob-$type"
	ok "$type: which their layout takes here" our_verify shared-$type theirs-$type.layout "$here/their-owner-$type.pub"
	in_their_eyes "which their layout takes there" shared-$type theirs-$type.layout "$here/their-owner-$type.pub"
done

done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Another program, written after docs/intoto-archive.5 alone, takes our archives and refuses what we refuse.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
for tool in python3 openssl zstd; do command -v $tool >/dev/null || skip_all "there is no $tool"; done
theirs() { python3 "$INTOTO_SOURCE/tests/archive/verify.py" "$@"; }
ours() { intoto archive verify --key packer.pub "$@"; }

export SOURCE_DATE_EPOCH=1900000000
for name in owner bob packer stranger; do intoto key generate --type ed25519 --no-passphrase -o $name >/dev/null; done
chain() {
	intoto layout init root.layout --expires 2031-01-01T00:00:00Z &&
		intoto layout add-step root.layout build --key bob.pub --product-rule 'ALLOW *' &&
		intoto layout add-step root.layout test --key bob.pub --material-rule 'MATCH app WITH PRODUCTS FROM build' &&
		intoto sign -f root.layout --signing-key owner && echo x >app && mkdir links &&
		intoto-run -n build -p app --metadata-directory links --signing-key bob -- true &&
		intoto-run -n test -m app --metadata-directory links --signing-key bob -- true
}
ok 'a chain is made' chain
pack() {
	local out=$1
	shift
	intoto archive pack -o "$out" -l root.layout --verification-keys owner.pub --link-dir links --at 2030-06-01T00:00:00Z \
		--signing-key packer --product app "$@"
}
ok 'and packed' pack one.tar.zst --release 1.0 --add "$(printf '%0150d' 0)=app" --add "ünï=app"
refuses 0 'whole: 10 members, 0 of them withheld' 'it is whole, names that are long and not ASCII too' theirs one.tar.zst packer.pub
refuses 1 'is not signed by the key' 'for those whom one trusts' theirs one.tar.zst stranger.pub
ok 'the next release' pack two.tar.zst --release 1.1 --previous one.tar.zst
ok 'names it' theirs two.tar.zst packer.pub one.tar.zst
refuses 1 'is another archive than the one before it' 'and no other one' theirs one.tar.zst packer.pub two.tar.zst
ok 'it is renewed' intoto archive renew one.tar.zst -o renewed.tar.zst --signing-key packer
ok 'twice' intoto archive renew renewed.tar.zst -o again.tar.zst --signing-key packer
ok 'and whole' theirs again.tar.zst packer.pub
ok 'a member is withheld' intoto archive export again.tar.zst -o less.tar --redact report/verification.json --reason 'a name in it' \
	--signing-key packer
refuses 0 '1 of them withheld' 'which is proved' theirs less.tar packer.pub
refuses 0 'PASSED' 'we say the same' ours less.tar

# What is changed is found by both.
ok 'a plain one' pack plain.tar --release 1.0 --compression none
both() {
	local judge what=$1
	python3 "$INTOTO_SOURCE/tests/archive/forge.py" plain.tar bad.tar "$what" || return
	for judge in ours theirs; do
		if [ $judge = ours ]; then ours bad.tar; else theirs bad.tar packer.pub; fi >told 2>&1
		case $?:$what in
		0:same) ;;
		1:same | 0:*) echo "$judge: $what"; cat told; return 1 ;;
		1:* | 65:*) ;;
		*) echo "$judge: status $?"; cat told; return 1 ;;
		esac
	done
}
for what in same removed replaced longer added repeated reordered dotdot absolute backslash control symlink hardlink device \
	filling renewal late-manifest no-manifest; do
	ok "$what: both say the same" both "$what"
done
for what in same dotdot two-of-one-name case case-manifest case-renewals file-and-folder order root role fewer-members upper-hex \
	evidence-elsewhere first-of-a-chain number-without-previous size-below-0 long-part type statement; do
	python3 "$INTOTO_SOURCE/tests/archive/signed.py" packer bad.tar "$what"
	if [ "$what" = same ]; then
		ok 'a manifest that is signed well is taken' theirs bad.tar packer.pub
	else
		ok "$what: a manifest that is signed well and lies is refused by the other, too" not theirs bad.tar packer.pub
	fi
done

done_testing

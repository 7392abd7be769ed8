#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A link with listings in the hands of Debian's in-toto, which knows none: what disallows the unexpected
# refuses it, and what names a file does not find it.  We read the same link and apply the same rules.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
command -v in-toto-verify >/dev/null || skip_all "Debian's in-toto is not installed"

for name in owner bob; do
	intoto key generate --type ed25519 --no-passphrase -o $name.pem >/dev/null
	intoto key convert --to=json $name.pem.pub >$name.json
done

layout() { # PRODUCT-RULE...
	local rule rules=()
	for rule; do rules+=(--product-rule "$rule"); done
	rm -f root.layout
	intoto layout init root.layout --expires 2100-01-01T00:00:00Z --format=metablock --readme demo &&
		intoto layout add-step root.layout build --quiet --key bob.pem.pub --keyid-style=legacy "${rules[@]}" &&
		intoto sign -q --unchecked -f root.layout -k owner.pem --keyid-style=legacy
}
link() { # LISTING
	rm -rf links && mkdir -p links src && echo a >src/a
	intoto run -q -n build -p src --listing="$1" --format=metablock --keyid-style=legacy -d links --signing-key bob.pem -- true
}
theirs() { in-toto-verify -v -l root.layout -k owner.json -t ed25519 --link-dir links; }
ours() { intoto verify -l root.layout -k owner.pem.pub -d links; }

layout 'REQUIRE src/a' 'CREATE src/*' 'DISALLOW *'
link inline
ok 'both take a link without listings: theirs' theirs
ok 'both take a link without listings: ours' ours
link merkle
refuses 1 'RuleVerificationError' 'they refuse one with a listing, where a file is required' theirs
ok 'we find the file in the listing' ours
layout 'CREATE src/*' 'DISALLOW *'
refuses 1 'listing:merkle-sha256' 'they refuse it where anything else is disallowed' theirs
ok 'we do not' ours
layout 'DISALLOW src/a'
refuses 1 '[rule.disallow]' 'what is forbidden by name we refuse' ours
link inline
refuses 1 'RuleVerificationError' 'as they do without listings' theirs
done_testing

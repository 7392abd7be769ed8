#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Two releases of this very project, each in an archive of its own, in a folder of its own:
#
#	./examples/release.sh [FOLDER [SOURCE]]      FOLDER: a new temporary one; SOURCE: the tree of this script
#
# The source tarball is made, listed in an SBOM, and checked; each of that is a step. What proves it is packed, verified,
# shown to an auditor, put into a store, and found again; the second release names the first one. Then somebody
# tampers with it.
# Needs intoto in PATH. INTOTO_ATTESTORS names folders with attestors that are not installed, separated by colons.
set -euo pipefail

folder=${1:-$(mktemp -d "${TMPDIR:-/tmp}/intoto-release.XXXXXX")}
source=$(cd "${2:-$(dirname "$0")/..}" && pwd)
mkdir -p "$folder"
cd "$folder"
say() { printf '\n==> %s\n' "$*"; }
die() { printf '\nrelease.sh: %s\n' "$*" >&2; exit 1; }
refused() { # SENTENCE COMMAND...: it is a no, and says so
	local sentence=$1 status=0
	shift
	"$@" >told 2>&1 || status=$?
	cat told
	[ $status -eq 1 ] || die "status $status instead of a no: $*"
	grep -qF -- "$sentence" told || die "it does not say: $sentence"
}

say '1. People: an owner, a maintainer who makes the tarball, a CI job, and the compliance team'
for name in owner maintainer ci compliance; do
	intoto key generate --type ed25519 --no-passphrase -o $name.pem >keys.log
done

say '2. What the owner wants: a tarball by the maintainer, its SBOM and its check by CI, of that tarball'
intoto layout init root.layout --expires-in 365d
intoto layout add-step root.layout dist --quiet --key maintainer.pem.pub \
	--product-rule 'CREATE intoto.tar' --product-rule 'DISALLOW *'
intoto layout add-step root.layout sbom --quiet --key ci.pem.pub \
	--material-rule 'MATCH intoto.tar WITH PRODUCTS FROM dist' --material-rule 'DISALLOW *' \
	--product-rule 'CREATE intoto.cdx.json' --product-rule 'DISALLOW *'
intoto layout add-step root.layout check --quiet --key ci.pem.pub \
	--material-rule 'MATCH intoto.tar WITH PRODUCTS FROM dist' --material-rule 'DISALLOW *' \
	--product-rule 'CREATE check.tap' --product-rule 'DISALLOW *'
intoto layout add-gate root.layout sbom 'sbom:{ "formats": ["cyclonedx"], "leastComponents": 1 }'
intoto layout add-gate root.layout check 'tests:{ "least": 30 }'
intoto sign -q -f root.layout -k owner.pem

# --- the steps ------------------------------------------------------------------------------------------------
# The same tree gives the same tarball: names in order, nobody's user, one time.
cat >dist.sh <<'SH'
set -eu
tar -C tree --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --mtime=@0 -cf intoto.tar .
SH
# The libraries that it is built with, as far as this machine has them.
cat >sbom.sh <<'SH'
set -eu
printf '{ "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,\n  "metadata": { "timestamp": "%s", "component": { "type": "application", "bom-ref": "intoto", "name": "intoto", "version": "%s" } },\n  "components": [' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1"
comma=
for one in $(tar -xOf intoto.tar ./configure.ac | sed -n 's/^ *PKG_CHECK_MODULES(\[[A-Z0-9]*\], \[\([^] ]*\).*/\1/p'); do
	version=$(pkg-config --modversion "$one" 2>/dev/null) || version=unknown
	printf '%s\n    { "type": "library", "bom-ref": "%s", "name": "%s", "version": "%s", "purl": "pkg:generic/%s@%s" }' \
		"$comma" "$one" "$one" "$version" "$one" "$version"
	comma=,
done
printf '\n  ] }\n'
SH
# Every script in the tarball is one that a shell can read.
cat >check.sh <<'SH'
set -eu
rm -rf unpacked && mkdir unpacked && tar -xf intoto.tar -C unpacked
cd unpacked
number=0
for file in $(grep -rlE '^#!.*[/ ]bash$' . | LC_ALL=C sort); do
	number=$((number + 1))
	if bash -n "$file"; then echo "ok $number - $file"; else echo "not ok $number - $file"; fi
done
echo "1..$number"
SH

attestors=()
IFS=: read -ra paths <<<"${INTOTO_ATTESTORS-}"
for path in ${paths[@]+"${paths[@]}"}; do attestors+=("--attestor-path=$path"); done

release() { # VERSION ARCHIVE [PREVIOUS]
	local version=$1 archive=$2
	shift 2
	rm -rf links && mkdir links
	step() { intoto run --quiet --metadata-directory links "$@"; }
	step -n dist --signing-key maintainer.pem -p intoto.tar -- sh dist.sh
	step -n sbom --signing-key ci.pem -m intoto.tar -p intoto.cdx.json ${attestors[@]+"${attestors[@]}"} --attest sbom=intoto.cdx.json -- \
		sh -c 'sh sbom.sh "$1" >intoto.cdx.json' sh "$version"
	step -n check --signing-key ci.pem -m intoto.tar -p check.tap ${attestors[@]+"${attestors[@]}"} --attest tests=check.tap -- \
		sh -c 'sh check.sh >check.tap'
	intoto archive pack -o "$archive" -l root.layout --verification-keys owner.pem.pub --link-dir links --raw . \
		--signing-key compliance.pem --product intoto --release "$version" --retention release --keep 3653d "$@"
}

say '3. The first release, packed'
mkdir tree
(cd "$source" && tar --exclude-vcs --exclude='*~' --exclude='*.o' --exclude='*.lo' --exclude='*.la' --exclude=.libs --exclude=.deps \
	-cf - intoto layouts attestors include docs examples tests/cli tests/unit tests/lib README.md COPYING NEWS configure.ac) |
	tar -xf - -C tree
chmod -R u+w tree
release 0.1.0 intoto-0.1.0.tar.zst
intoto archive list intoto-0.1.0.tar.zst

say '4. The second one, with a change; it names the first'
printf '#!/usr/bin/env bash\necho "a fix"\n' >tree/examples/fix.sh
release 0.1.1 intoto-0.1.1.tar.zst --previous intoto-0.1.0.tar.zst

say '5. Years later: is it whole, who signed it, does it pass?'
intoto archive verify --key compliance.pem.pub --previous intoto-0.1.0.tar.zst intoto-0.1.1.tar.zst

say '6. What changed between them?'
intoto archive diff intoto-0.1.0.tar.zst intoto-0.1.1.tar.zst || [ $? -eq 1 ] || die 'they cannot be compared'

say '7. What an auditor reads'
intoto report --key compliance.pem.pub -o intoto-0.1.1.html intoto-0.1.1.tar.zst
ls -l intoto-0.1.1.html

say '8. Both in a store, and found by the digest of the tarball that was shipped, and by a library'
intoto store init --store evidence --log-name example.org/intoto >evidence.vkey
intoto store put --store evidence --quiet intoto-0.1.0.tar.zst intoto-0.1.1.tar.zst
intoto store search --store evidence --digest "sha256:$(sha256sum intoto.tar | cut -c -64)" --role product
intoto store search --store evidence --package pkg:generic/libcrypto
intoto store fsck --store evidence

say '9. Somebody puts another SBOM into the archive'
rm -rf changed && mkdir changed && tar --zstd -xf intoto-0.1.1.tar.zst -C changed
sbom=$(sha256sum intoto.cdx.json | cut -c -64)
sed -i 's/libcrypto/libkrypto/' "changed/raw/sha256/$sbom"
(cd changed && tar --zstd -cf ../changed.tar.zst $(tar --zstd -tf ../intoto-0.1.1.tar.zst))
refused 'has other bytes than the manifest says [archive.replaced]' intoto archive verify --key compliance.pem.pub changed.tar.zst

say '10. ... and signs a manifest of his own for it'
intoto key generate --type ed25519 --no-passphrase -o stranger.pem >keys.log
intoto archive pack -o stranger.tar.zst -l root.layout --verification-keys owner.pem.pub --link-dir links --signing-key stranger.pem \
	--product intoto --release 0.1.1 >/dev/null
refused 'the manifest is signed by none of the 1 keys' intoto archive verify --key compliance.pem.pub stranger.tar.zst

say "Done; everything is in $folder"

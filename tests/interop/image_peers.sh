# SPDX-License-Identifier: Apache-2.0
# The judges of images, and keys of three kinds (with the passphrase pw) and an SBOM; sourced after
# registries.sh.  Each variable holds the folder of a program, or nothing, which is said:
#
#	$cosign2 $cosign3 $oras $crane $skopeo13 (called as skopeo_new)
# shellcheck disable=SC2034 # for the tests
[ -x "$INTOTO_BUILD/intoto/cmd/intoto-image" ] || skip_all 'there is no intoto-image'
image() { "$INTOTO_BUILD/intoto/cmd/intoto-image" "$@"; }

# Nothing looks outside: a trust root with nothing in it, no cache, and keys alone.
export COSIGN_PASSWORD=pw SIGSTORE_NO_CACHE=1 RIGHT=pw
cat >empty.json <<'JSON'
{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1", "tlogs": [], "certificateAuthorities": [],
"ctlogs": [], "timestampAuthorities": []}
JSON

absent=()
# peer VARIABLE PACKAGE SUITE [FOLDER]
peer() {
	local found

	found=$(bash "$INTOTO_SOURCE/tests/lib/peers.sh" "$2" "$3" "${4-usr/bin}" 2>peers.log) || { absent+=("$2 of $3"); found=; }
	printf -v "$1" %s "$found"
}
peer cosign2 cosign trixie
peer cosign3 cosign sid
peer oras oras trixie
peer crane crane sid
peer skopeo13 skopeo trixie
libraries=
for package in libc6 libgpgme11t64 libassuan9 libgpg-error0 libsqlite3-0; do
	peer folder "$package" trixie usr/lib
	[ -n "$folder" ] || skopeo13=
	[ -z "$folder" ] || libraries=$libraries:$(find "$folder" -name '*.so*' -printf '%h\n' | sort -u | grep -v gconv | paste -sd:)
done
loader=$(find "${XDG_CACHE_HOME:-$HOME/.cache}/intoto-tests/trixie/libc6" -name 'ld-linux-*.so.*' -type f 2>/dev/null | head -1)
[ -n "$loader" ] || skopeo13=
# A newer skopeo than this Debian's, by the loader and the libraries that it was built with.
skopeo_new() { "$loader" --library-path "${libraries#:}" "$skopeo13/skopeo" "$@"; }
[ ${#absent[@]} -eq 0 ] || diag "ABSENT, SO NOT ASKED: ${absent[*]}"

for type in ecdsa-p256 ed25519 rsa; do
	intoto key generate --format=cosign -t $type --passphrase-env RIGHT -o $type.key >/dev/null || skip_all 'no keys'
done
intoto key generate --format=cosign --passphrase-env RIGHT -o other.key >/dev/null
echo '{"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": "app",
"documentNamespace": "https://example.org/app", "creationInfo": {"created": "2026-01-01T00:00:00Z", "creators": ["Tool: t"]},
"packages": []}' >sbom.json

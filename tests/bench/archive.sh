#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Packing 10,000 attestations: our intoto archive pack beside bsdtar --zstd on the same files, interleaved.
#
#	tests/bench/archive.sh [ROUNDS]        20 rounds if not said
#
# The files are signed links of chain.py, given with --add; the chain that is verified on the way has one step.
# Ours hashes each file, signs a manifest of all, puts that in front and waits for the disk;
# bsdtar does none of these.  Uses the program of $INTOTO_BUILD (else of build-tests/gcc, else that in PATH).
# goal: at least 80 % of what bsdtar reaches
set -euo pipefail

source=$(cd "$(dirname "$0")/../.." && pwd)
rounds=${1:-20}
work=$(mktemp -d "${TMPDIR:-/tmp}/intoto-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT

fail() {
	echo "archive.sh: $*" >&2
	exit 69
}

for build in ${INTOTO_BUILD:+"$INTOTO_BUILD"} "$source/build-tests/gcc" "$source"; do
	[ -x "$build/intoto/cmd/intoto-archive" ] || continue
	ours=$build/intoto/cmd/intoto
	break
done
ours=${ours:-$(command -v intoto)} || fail 'there is no intoto: build it first'
bsdtar=$(command -v bsdtar) || fail 'bsdtar is missing: it is in libarchive-tools'
${CC:-cc} -D_GNU_SOURCE -O2 -o "$work/timer" "$source/tests/bench/timer.c"
cd "$work"
python3 "$source/tests/bench/chain.py" all chain 10000 4
{
	for name in owner bob packer; do "$ours" key generate -t ed25519 --no-passphrase -o $name; done
	"$ours" layout init root.layout --expires 2040-01-01T00:00:00Z
	"$ours" layout add-step root.layout build --key bob.pub --product-rule 'ALLOW *'
	"$ours" sign -f root.layout --signing-key owner
	mkdir links
	"$ours" run -n build --metadata-directory links --signing-key bob -- true
} >setup.log 2>&1 || { cat setup.log >&2; fail 'the chain could not be made'; }
add=()
for file in all/*.link; do add+=("--add=${file#all/}=$file"); done
ls all/*.link >names

ours_pack=("$ours" archive pack -o ours.tar.zst -l root.layout --verification-keys owner.pub --link-dir links
	--signing-key packer "${add[@]}")
bsdtar_pack=("$bsdtar" --zstd --format pax -c -f theirs.tar.zst -T names)
"${ours_pack[@]}" >/dev/null 2>&1 || fail 'ours does not pack'
"${bsdtar_pack[@]}" || fail 'bsdtar does not pack'
"$work/timer" "$rounds" 1 ours "$work" "${ours_pack[@]}" :: 1 bsdtar "$work" "${bsdtar_pack[@]}" :: >times

printf 'machine: %s, %s cores, Linux %s, load %s\n' \
	"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" "$(uname -r)" "$(cut -d' ' -f1 /proc/loadavg)"
printf '%s files, %s bytes; packed: ours %s, bsdtar %s bytes\n\n' "$(wc -l <names)" "$(cat all/*.link | wc -c)" \
	"$(stat -c %s ours.tar.zst)" "$(stat -c %s theirs.tar.zst)"
awk '
	{ median[$1] = $5; p10[$1] = $4; printf "%-8s %4d runs  minimum %8.1f ms  median %8.1f ms\n", $1, $2, $3 / 1e3, $5 / 1e3 }
	END {
		printf "\nours reaches %.0f %% of bsdtar (median), %.0f %% (p10)   goal: at least 80 %%\n",
			100 * median["bsdtar"] / median["ours"], 100 * p10["bsdtar"] / p10["ours"]
	}' times

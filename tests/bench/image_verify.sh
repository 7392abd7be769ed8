#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Verifying a signed image in a registry on this machine: our intoto image verify and cosign, with the same
# key and the same signatures, interleaved in one run; by the tag sha256-HEX.sig, and by the bundle alone.
#
#	tests/bench/image_verify.sh [ROUNDS]        100 rounds if not said; cosign takes part in every fifth
#
# Uses the programs of $INTOTO_BUILD (else of build-tests/gcc, else those in PATH), docker-registry, umoci, and
# cosign of Debian 13 (2.x) and of Debian sid (3.x) by tests/lib/peers.sh.  Wall time from vfork to wait.
# goals: at least 5 times less wall time than cosign, at most 3 HTTP round trips for a signed digest with a key
set -euo pipefail

source=$(cd "$(dirname "$0")/../.." && pwd)
rounds=${1:-100}
work=$(mktemp -d "${TMPDIR:-/tmp}/intoto-bench.XXXXXX")
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT

fail() {
	echo "image_verify.sh: $*" >&2
	exit 69
}

for build in ${INTOTO_BUILD:+"$INTOTO_BUILD"} "$source/build-tests/gcc" "$source"; do
	[ -x "$build/intoto/cmd/intoto-image" ] || continue
	ours=$build/intoto/cmd/intoto
	break
done
ours=${ours:-$(command -v intoto)} || fail 'there is no intoto: build it first'
for tool in docker-registry umoci jq; do
	command -v $tool >/dev/null || fail "$tool is missing: tests/packages.sh --install test"
done
cosign2=$("$source/tests/lib/peers.sh" cosign trixie)/cosign
cosign3=$("$source/tests/lib/peers.sh" cosign sid)/cosign || cosign3=
${CC:-cc} -D_GNU_SOURCE -O2 -o "$work/timer" "$source/tests/bench/timer.c"

cd "$work"
port=$((20000 + RANDOM % 20000))
printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: ./data}}\nhttp: {addr: "127.0.0.1:%s"}\n' $port >registry.yml
docker-registry serve registry.yml >registry.log 2>&1 &
server=$!
until (: <>/dev/tcp/127.0.0.1/$port) 2>/dev/null; do
	kill -0 "$server" || fail 'docker-registry does not start'
	sleep 0.05
done

export COSIGN_PASSWORD='' SIGSTORE_NO_CACHE=1
printf 'hello\n' >file
{
	umoci init --layout layout && umoci new --image layout:app && umoci insert --rootless --image layout:app file /file
	"$ours" key generate --no-passphrase --format=cosign -o key
	for name in sig bundle; do
		"$ours" image copy oci-layout:layout:app 127.0.0.1:$port/$name/app:1 --insecure-registry
	done
	"$ours" image sign 127.0.0.1:$port/sig/app:1 --unverified --signing-key key --signature simple --insecure-registry
	"$ours" image sign 127.0.0.1:$port/bundle/app:1 --unverified --signing-key key --signature bundle --insecure-registry
} >setup.log 2>&1 || { cat setup.log >&2; fail 'the images could not be made'; }
digest=$("$ours" image digest 127.0.0.1:$port/sig/app:1 --insecure-registry)
echo '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","tlogs":[],"certificateAuthorities":[],"ctlogs":[],"timestampAuthorities":[]}' >roots.json

# Each once, and what it says must be yes.
sig=127.0.0.1:$port/sig/app@$digest bundle=127.0.0.1:$port/bundle/app@$digest
trips() { grep -cE '"(GET|HEAD) /v2/' registry.log || true; }
before=$(trips)
"$ours" image verify "$sig" --key key.pub --insecure-registry >ours.sig || fail 'ours refuses the tag'
sig_trips=$(($(trips) - before)) before=$(trips)
"$ours" image verify "$bundle" --key key.pub --signature bundle --insecure-registry >ours.bundle || fail 'ours refuses the bundle'
bundle_trips=$(($(trips) - before)) before=$(trips)
two=("$cosign2" verify --key key.pub --insecure-ignore-tlog=true --allow-insecure-registry "$sig")
"${two[@]}" >cosign2.log 2>&1 || { cat cosign2.log >&2; fail 'cosign 2 refuses the tag'; }
two_trips=$(($(trips) - before)) before=$(trips)
commands=(1 ours-sig "$work" "$ours" image verify "$sig" --key key.pub --insecure-registry ::
	1 ours-bundle "$work" "$ours" image verify "$bundle" --key key.pub --signature bundle --insecure-registry ::
	5 cosign2-sig "$work" "${two[@]}" ::)
if [ -n "$cosign3" ]; then
	three=("$cosign3" verify --key key.pub --trusted-root roots.json --insecure-ignore-tlog=true --allow-insecure-registry
		--allow-http-registry "$bundle")
	"${three[@]}" >cosign3.log 2>&1 || { cat cosign3.log >&2; fail 'cosign 3 refuses the bundle'; }
	three_trips=$(($(trips) - before))
	commands+=(5 cosign3-bundle "$work" "${three[@]}" ::)
fi
"$work/timer" "$rounds" "${commands[@]}" >times

printf 'machine: %s, %s cores, Linux %s, load %s\n' \
	"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" "$(uname -r)" "$(cut -d' ' -f1 /proc/loadavg)"
printf 'ours: intoto-image, %s bytes; cosign 2: %s bytes; cosign 3: %s bytes\n' "$(stat -Lc %s "$(dirname "$ours")/intoto-image" 2>/dev/null || echo '?')" \
	"$(stat -Lc %s "$cosign2")" "$([ -z "$cosign3" ] && echo absent || stat -Lc %s "$cosign3")"
printf 'requests for a digest with a key: ours %s (tag), %s (bundle); cosign %s (tag), %s (bundle); goal for ours: at most 3\n\n' \
	"$sig_trips" "$bundle_trips" "$two_trips" "${three_trips-absent}"
awk '
	{ count[$1] = $2; low[$1] = $3; p10[$1] = $4; median[$1] = $5; p90[$1] = $6; order[++n] = $1 }
	function ratio(peer, own) {
		if (peer in median)
			printf "%s / %s  %6.1f (median)  %6.1f (p10)   goal: at least 5\n", peer, own, median[peer] / median[own], p10[peer] / p10[own]
	}
	END {
		printf "%-15s %6s %10s %10s %10s %10s\n", "ms", "runs", "minimum", "p10", "median", "p90"
		for (i = 1; i <= n; i++) {
			t = order[i]
			printf "%-15s %6d %10.2f %10.2f %10.2f %10.2f\n", t, count[t], low[t] / 1e3, p10[t] / 1e3, median[t] / 1e3, p90[t] / 1e3
		}
		print ""
		ratio("cosign2-sig", "ours-sig")
		ratio("cosign3-bundle", "ours-bundle")
	}' times

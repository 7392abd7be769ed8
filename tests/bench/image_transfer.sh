#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What moving a big layer costs: "intoto image copy" from a layout folder to docker-registry and back, beside
# curl, which sends the same bytes to the same registry (one PUT) and gets them (one GET), one after the other
# in one run.  Ours does all of a copy: manifests, configuration, whether the blobs are there, and each byte
# is hashed on its way; curl hashes nothing.  Medians of wall time, CPU time and peak memory.
#
#	tests/bench/image_transfer.sh [--size MIB] [--rounds N] [--tls] [--folder FOLDER] [--check]
#
# The layer has 2048 MiB if not said; FOLDER (/dev/shm where there is room, else $TMPDIR) holds it four times,
# so that the disk is no part of it.  --check exits 1 when a goal was missed: 90 % of curl's throughput, at
# most 32 MiB of memory.  Uses the program of $INTOTO_BUILD (else of build-tests/gcc, else of build).
set -euo pipefail

source=$(cd "$(dirname "$0")/../.." && pwd)
size=2048 rounds=5 tls='' folder='' check='' goal=90 most=32

fail() {
	echo "image_transfer.sh: $2" >&2
	exit "$1"
}

while [ $# -gt 0 ]; do
	case $1 in
	--size) size=${2:?--size wants a number}; shift ;;
	--rounds) rounds=${2:?--rounds wants a number}; shift ;;
	--tls) tls=yes ;;
	--folder) folder=${2:?--folder wants a folder}; shift ;;
	--check) check=yes ;;
	*) fail 64 'usage: image_transfer.sh [--size MIB] [--rounds N] [--tls] [--folder FOLDER] [--check]' ;;
	esac
	shift
done
for program in docker-registry curl openssl jq; do
	command -v $program >/dev/null || fail 69 "there is no $program: tests/packages.sh --install test"
done
for build in "${INTOTO_BUILD-}" "$source/build-tests/gcc" "$source/build"; do
	[ -z "$build" ] || [ ! -x "$build/intoto/cmd/intoto-image" ] || break
done
ours=$build/intoto/cmd/intoto-image
[ -x "$ours" ] || fail 69 'there is no intoto-image: build first, or set INTOTO_BUILD'

room() {
	df -m --output=avail "$1" 2>/dev/null | tail -n 1
}
if [ -z "$folder" ]; then
	folder=${TMPDIR:-/tmp}
	[ "$(room /dev/shm || echo 0)" -lt $((size * 6)) ] || folder=/dev/shm
fi
[ "$(room "$folder")" -ge $((size * 5)) ] || fail 69 "$folder has no room for $((size * 5)) MiB"
work=$(mktemp -d "$folder/intoto-bench.XXXXXX")
registry_pid=
leave() {
	[ -z "$registry_pid" ] || kill "$registry_pid" 2>/dev/null || true
	wait
	rm -rf "$work"
}
trap leave EXIT
${CC:-cc} -D_GNU_SOURCE -O2 -o "$work/rusage" "$source/tests/bench/rusage.c"

# --- the registry ---
curl=("$(command -v curl)" -sf) options=() scheme=http
if [ -n "$tls" ]; then
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" \
		-days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>/dev/null
	curl+=(--cacert "$work/cert.pem") options=(--registry-ca "$work/cert.pem") scheme=https
else
	options=(--insecure-registry)
fi
cat >"$work/config.yml" <<YAML
version: 0.1
log: {level: info, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $work/registry}, delete: {enabled: true}}
http: {addr: '127.0.0.1:0'${tls:+, tls: {certificate: $work/cert.pem, key: $work/key.pem\}}}
YAML
OTEL_TRACES_EXPORTER=none docker-registry serve "$work/config.yml" >"$work/registry.log" 2>&1 &
registry_pid=$!
registry=
for ((count = 0; count < 500 && ${#registry} == 0; count++)); do
	registry=$(sed -nE 's/.*listening on (127\.0\.0\.1:[0-9]+).*/\1/p' "$work/registry.log" | head -n 1)
	sleep 0.02
done
[ -n "$registry" ] || fail 69 "docker-registry does not start: $(tail -n 1 "$work/registry.log")"
url=$scheme://$registry

# --- an image with one layer of noise ---
blobs=$work/layout/blobs/sha256
mkdir -p "$blobs"
head -c $((size << 20)) /dev/zero | openssl enc -aes-128-ctr -nosalt -K 00112233445566778899aabbccddeeff -iv 00 2>/dev/null >"$work/layer" ||
	fail 74 'no room for the layer'
layer=$(sha256sum "$work/layer" | cut -c -64)
mv "$work/layer" "$blobs/$layer"
# keep TEXT: it is a blob; prints its digest
keep() {
	local digest

	digest=$(printf %s "$1" | sha256sum | cut -c -64)
	printf %s "$1" >"$blobs/$digest"
	echo "$digest"
}
config_text='{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:'$layer'"]}}'
config=$(keep "$config_text")
manifest_type=application/vnd.oci.image.manifest.v1+json
manifest_text='{"schemaVersion":2,"mediaType":"'$manifest_type'","config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":'${#config_text}',"digest":"sha256:'$config'"},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","size":'$((size << 20))',"digest":"sha256:'$layer'"}]}'
manifest=$(keep "$manifest_text")
printf '{"imageLayoutVersion":"1.0.0"}' >"$work/layout/oci-layout"
printf '{"schemaVersion":2,"manifests":[{"mediaType":"%s","size":%d,"digest":"sha256:%s","annotations":{"org.opencontainers.image.ref.name":"1"}}]}' \
	"$manifest_type" ${#manifest_text} "$manifest" >"$work/layout/index.json"

# --- measured ---
# run WHAT WHO COMMAND...: a line "WHAT WHO CPU WALL MEMORY" behind $work/results
run() {
	local what=$1 who=$2 took
	shift 2

	took=$("$work/rusage" "$work" "$@" 2>"$work/stderr") || fail 69 "$what by $who: $(tail -n 3 "$work/stderr")"
	printf '%s %s %s\n' "$what" "$who" "$took" >>"$work/results"
}
push_by_curl() {
	local to

	to=$("${curl[@]}" -o /dev/null -w '%header{location}' -X POST "$url/v2/curl$1/blobs/uploads/")
	run push curl "${curl[@]}" -T "$blobs/$layer" -H 'Content-Type: application/octet-stream' -o /dev/null "$to&digest=sha256:$layer"
}
push_by_us() {
	run push ours "$ours" copy -q "oci-layout:$work/layout:1" "$registry/ours$1:1" "${options[@]}"
}
pull_by_curl() {
	rm -f "$work/got"
	run pull curl "${curl[@]}" -o "$work/got" "$url/v2/curl$1/blobs/sha256:$layer"
	rm -f "$work/got"
}
pull_by_us() {
	run pull ours "$ours" copy -q "$registry/ours$1:1" "oci-layout:$work/got:1" "${options[@]}"
	cmp "$work/got/blobs/sha256/$layer" "$blobs/$layer" || fail 1 'the layer that came is another one'
	rm -rf "$work/got"
}
printf 'machine: %s, %s cores, Linux %s, load %s\n' \
	"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" "$(uname -r)" "$(cut -d' ' -f1 /proc/loadavg)"
printf 'ours:    %s\ncurl:    %s\nlayer:   %d MiB, docker-registry on the loopback interface, %s, files in %s\n' \
	"$("$ours" --version | head -n 1)" "$(curl --version | head -n 1)" "$size" "$scheme" "$folder"
for ((round = 0; round < rounds; round++)); do
	# Neither always goes first.
	order=(us curl)
	[ $((round % 2)) -eq 0 ] || order=(curl us)
	for way in push pull; do
		for who in "${order[@]}"; do
			echo "image_transfer.sh: round $((round + 1)), $way by $who" >&2
			${way}_by_$who $round
		done
	done
done

awk -v size="$size" -v goal=$goal -v most=$most -v check="$check" '
	function median(key, column,    n, i, j, sorted, t) {
		n = count[key]
		for (i = 1; i <= n; i++)
			sorted[i] = value[key, column, i]
		for (i = 2; i <= n; i++)
			for (j = i; j > 1 && sorted[j - 1] > sorted[j]; j--) {
				t = sorted[j]; sorted[j] = sorted[j - 1]; sorted[j - 1] = t
			}
		return n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
	}
	function judge(text, met) {
		printf "%s: %s\n", text, (met ? "met" : "MISSED")
		missed = missed || !met
	}
	{
		n = ++count[$1 SUBSEP $2]
		for (i = 1; i <= 3; i++)
			value[$1 SUBSEP $2, i, n] = $(i + 2)
	}
	END {
		printf "\n%-6s %-8s %5s %10s %10s %10s %10s\n", "way", "program", "runs", "wall s", "MiB/s", "CPU s", "peak MiB"
		split("push pull", ways, " ")
		split("ours curl", tools, " ")
		for (w = 1; w <= 2; w++)
			for (t = 1; t <= 2; t++) {
				key = ways[w] SUBSEP tools[t]
				printf "%-6s %-8s %5d %10.3f %10.1f %10.3f %10.1f\n", ways[w], tools[t], count[key], median(key, 2) / 1e6,
					size / median(key, 2) * 1e6, median(key, 1) / 1e6, median(key, 3) / 1024
			}
		print ""
		for (w = 1; w <= 2; w++) {
			part = 100 * median(ways[w] SUBSEP "curl", 2) / median(ways[w] SUBSEP "ours", 2)
			judge(sprintf("%s: %.0f %% of the throughput of curl; goal: at least %d", ways[w], part, goal), part >= goal)
			peak = median(ways[w] SUBSEP "ours", 3) / 1024
			judge(sprintf("%s: our peak is %.1f MiB; goal: at most %d", ways[w], peak, most), peak <= most)
		}
		exit check != "" && missed
	}' "$work/results"

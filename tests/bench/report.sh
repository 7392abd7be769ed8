#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a scanner report of 140 MB costs the attestor "scan", beside jq on the same file, which makes the same
# list of it.  CPU time, wall time and peak memory; the answer, which stays in the kernel's memory until it is
# whole, is counted to the attestor's.  Fails when that is over 120 MB.
#
#	tests/bench/report.sh [--matches N] [--rounds N]
#
# Uses the attestor of $INTOTO_BUILD (else of build-tests/gcc, else of build) and the jq in PATH.
set -euo pipefail

source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/intoto-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
matches=85000 rounds=3 most=120000000

fail() {
	echo "report.sh: $2" >&2
	exit "$1"
}

while [ $# -gt 0 ]; do
	case $1 in
	--matches) matches=${2:?--matches wants a number}; shift ;;
	--rounds) rounds=${2:?--rounds wants a number}; shift ;;
	*) fail 64 'usage: report.sh [--matches N] [--rounds N]' ;;
	esac
	shift
done
for build in "${INTOTO_BUILD-}" "$source/build-tests/gcc" "$source/build"; do
	[ -z "$build" ] || [ ! -x "$build/attestors/scan/scan" ] || break
done
scan=$build/attestors/scan/scan
[ -x "$scan" ] || fail 69 'no attestor: build first, or set INTOTO_BUILD'
command -v jq >/dev/null || fail 69 'jq is not installed'
${CC:-cc} -D_GNU_SOURCE -O2 -o "$work/rusage" "$source/tests/bench/rusage.c"

# As Grype writes them for Debian packages: 1.4 kB for a match.
awk -v count="$matches" 'BEGIN {
	text = "A flaw was found in the way that the library handled some input. An attacker who can send it could use this to read memory that belongs to another request, or to end the process. "
	printf "{\n \"matches\": ["
	split("Critical High Medium Low Negligible", words, " ")
	for (i = 0; i < count; i++) {
		id = sprintf("CVE-20%02d-%05d", 10 + i % 16, i)
		printf "%s\n  {\"vulnerability\":{\"id\":\"%s\",\"dataSource\":\"https://security-tracker.debian.org/tracker/%s\",\"namespace\":\"debian:distro:debian:12\",\"severity\":\"%s\",\"urls\":[\"https://security-tracker.debian.org/tracker/%s\"],\"description\":\"%s%s\",\"cvss\":[{\"source\":\"nvd@nist.gov\",\"type\":\"Primary\",\"version\":\"3.1\",\"vector\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N\",\"metrics\":{\"baseScore\":7.5,\"exploitabilityScore\":3.9,\"impactScore\":3.6},\"vendorMetadata\":{}}],\"epss\":[{\"cve\":\"%s\",\"epss\":0.00%d,\"percentile\":0.4,\"date\":\"2026-01-01\"}],\"fix\":{\"versions\":[\"1.%d-1\"],\"state\":\"fixed\"},\"advisories\":[],\"risk\":1.1},\"relatedVulnerabilities\":[{\"id\":\"%s\",\"dataSource\":\"https://nvd.nist.gov/vuln/detail/%s\",\"namespace\":\"nvd:cpe\",\"severity\":\"High\",\"urls\":[]}],\"matchDetails\":[{\"type\":\"exact-indirect-match\",\"matcher\":\"dpkg-matcher\",\"searchedBy\":{\"distro\":{\"type\":\"debian\",\"version\":\"12\"},\"package\":{\"name\":\"lib%d\",\"version\":\"1.%d\"}},\"found\":{\"vulnerabilityID\":\"%s\",\"versionConstraint\":\"none (deb)\"}}],\"artifact\":{\"id\":\"%016x\",\"name\":\"lib%d\",\"version\":\"1.%d\",\"type\":\"deb\",\"locations\":[{\"path\":\"/var/lib/dpkg/status\"}],\"licenses\":[],\"cpes\":[],\"purl\":\"pkg:deb/debian/lib%d@1.%d?arch=amd64&distro=debian-12\",\"upstreams\":[]}}", (i ? "," : ""), id, id, words[i % 5 + 1], id, text, text, id, i % 100 + 1, i % 50, id, id, i % 900, i % 50, id, i, i % 900, i % 50, i % 900, i % 50
	}
	printf "\n ],\n \"source\":{\"type\":\"image\",\"target\":{}},\n \"distro\":{\"name\":\"debian\",\"version\":\"12\",\"idLike\":[]},\n \"descriptor\":{\"name\":\"grype\",\"version\":\"0.100.0\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"db\":{\"status\":{\"built\":\"2026-01-01T00:00:00Z\",\"valid\":true}}}\n}\n"
}' >"$work/grype.json"
size=$(stat -c %s "$work/grype.json")
modified=$(stat -c %.9Y "$work/grype.json" | tr -d .)
printf '{"protocol":1,"folder":"%s","step":null,"inputs":[{"name":"grype.json","path":"%s/grype.json","sha256":"","size":%s,"modified":"%s"}],"options":{},"network":false,"deadline":300,"subjects":[]}' \
	"$work" "$work" "$size" "$modified" >"$work/request"

"$scan" attest <"$work/request" >"$work/answer"
jq='[.matches[] | {id: .vulnerability.id, severity: .vulnerability.severity, package: .artifact.name, purl: .artifact.purl, fixedIn: .vulnerability.fix.versions}]'
is=$(grep -o '"id":"CVE' "$work/answer" | wc -l)
[ "$is" -eq "$matches" ] || fail 1 "the answer has $is findings of $matches"
kept=$(stat -c %s "$work/answer")

# median COLUMN of the rounds
median() {
	sort -n -k"$1,$1" "$work/rounds" | awk -v column="$1" '{ value[NR] = $column } END { print value[int((NR + 1) / 2)] }'
}
# measure NAME MORE COMMAND: one line; MORE bytes that the peak does not show
measure() {
	: >"$work/rounds"
	for _ in $(seq "$rounds"); do
		"$work/rusage" "$work" /bin/sh -c "$3" >>"$work/rounds"
	done
	peak=$(($(median 3) * 1024 + $2))
	awk -v name="$1" -v cpu="$(median 1)" -v wall="$(median 2)" -v peak="$peak" -v size="$size" 'BEGIN {
		printf "%-10s %7.2f s CPU %7.2f s wall %8.1f MB memory %8.1f MB/s\n", name, cpu / 1e6, wall / 1e6, peak / 1e6, size / wall
	}'
}
awk -v size="$size" -v kept="$kept" -v matches="$matches" -v rounds="$rounds" 'BEGIN {
	printf "%.1f MB, %d matches, an answer of %.1f MB; medians of %d\n", size / 1e6, matches, kept / 1e6, rounds
}'
measure scan "$kept" "exec '$scan' attest <'$work/request'"
ours=$peak
measure "$(jq --version)" 0 "exec jq -c '$jq' '$work/grype.json'"
[ "$ours" -le "$most" ] || fail 1 "scan took $ours bytes of memory, at most $most"

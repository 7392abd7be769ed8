#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What verification costs: ours, Debian's in-toto-verify and in-toto-golang on the same layouts and links,
# one after the other in one run.  CPU time (user and system), wall time and peak memory: medians.
#
#	tests/bench/verify.sh [--rounds N] [--ours-only] [--huge] [--markdown] [CASE...]
#
# A CASE is MODE:NUMBERxARTIFACTS as in chain.py: chain:100x10000 (steps), literal:1000x100000,
# prefix:1000x100000, miss:1000x100000 (rules).  Without one, all of those below.  --huge adds
# chain:1000x10000, which is 2.5 GB of links and for ours alone.  --rounds says how often each program runs;
# if not said, 5 times, and once where the others take half a minute (ours then 3 times).
#
# Uses the program of $INTOTO_BUILD (else of build-tests/gcc, else the one in PATH), Debian's in-toto, and
# in-toto-golang of Debian 13 (tests/lib/peers.sh).  Files are read once before the first run.
set -euo pipefail

source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/intoto-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
cases=(chain:1x1 chain:1x10000 chain:10x10000 chain:100x1000 chain:100x10000 chain:1000x10 chain:1000x1000
	literal:1000x10000 prefix:1000x10000 literal:1000x100000 prefix:1000x100000)
rounds='' tools='ours python go' huge='' form=plain chosen=()

fail() {
	echo "verify.sh: $*" >&2
	exit 69
}

while [ $# -gt 0 ]; do
	case $1 in
	--rounds) rounds=${2:?--rounds wants a number}; shift ;;
	--ours-only) tools=ours ;;
	--huge) huge=chain:1000x10000 ;;
	--markdown) form=markdown ;;
	chain:*x* | literal:*x* | prefix:*x* | miss:*x*) chosen+=("$1") ;;
	*) echo 'usage: verify.sh [--rounds N] [--ours-only] [--huge] [--markdown] [CASE...]' >&2; exit 64 ;;
	esac
	shift
done
[ ${#chosen[@]} -eq 0 ] || cases=("${chosen[@]}")
[ -z "$huge" ] || cases+=("$huge")

for build in ${INTOTO_BUILD:+"$INTOTO_BUILD"} "$source/build-tests/gcc" "$source"; do
	[ -x "$build/intoto/cmd/intoto" ] || continue
	ours=$build/intoto/cmd/intoto
	break
done
ours=${ours:-$(command -v intoto)} || fail 'there is no intoto: build it first'
if [ "$tools" != ours ]; then
	python=$(command -v in-toto-verify) || fail "Debian's in-toto is missing: tests/packages.sh --install test"
	go=$("$source/tests/lib/peers.sh" in-toto-golang)/in-toto-golang
fi
${CC:-cc} -D_GNU_SOURCE -O2 -o "$work/rusage" "$source/tests/bench/rusage.c"

# run TOOL: one line "CPU WALL MEMORY"
run() {
	case $1 in
	ours) "$work/rusage" "$work/case" "$ours" verify -q --layout root.layout --verification-keys owner.pem ;;
	python) "$work/rusage" "$work/case" "$python" -k owner.pub -t ed25519 --layout root.layout ;;
	go) "$work/rusage" "$work/case" "$go" verify -l root.layout -k owner.pem ;;
	esac 2>"$work/stderr" || fail "$1: $(cat "$work/stderr")"
}

# measure CASE: lines "CASE TOOL CPU WALL MEMORY" behind $work/results
measure() {
	local mode=${1%%:*} numbers=${1#*:} number artifacts often=5 seldom=5 with=$tools round tool

	number=${numbers%x*} artifacts=${numbers#*x}
	[ $((number * artifacts)) -lt 1000000 ] || often=3 seldom=1
	often=${rounds:-$often} seldom=${rounds:-$seldom}
	[ $((number * artifacts)) -lt 10000000 ] || [ "$mode" != chain ] || with=ours
	rm -rf "$work/case"
	python3 "$source/tests/bench/chain.py" "$work/case" "$mode" "$number" "$artifacts"
	cat "$work"/case/* >"$work/case/warm" && rm "$work/case/warm"
	for ((round = 0; round < often; round++)); do
		for tool in $with; do
			[ "$tool" = ours ] || [ "$round" -lt "$seldom" ] || continue
			printf '%s %s %s\n' "$1" "$tool" "$(run "$tool")" >>"$work/results"
		done
	done
}

printf 'machine: %s, %s cores, Linux %s, load %s\n' \
	"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" "$(uname -r)" "$(cut -d' ' -f1 /proc/loadavg)"
printf 'ours:    %s\n' "$("$ours" --version | head -n 1)"
[ "$tools" = ours ] || printf 'python:  in-toto %s\ngo:      in-toto-golang of Debian 13\n' \
	"$(dpkg-query -W -f '${Version}' in-toto 2>/dev/null || echo '(version unknown)')"
for one in "${cases[@]}"; do
	echo "verify.sh: $one" >&2
	measure "$one"
done

awk -v form="$form" '
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
	function cells(a, b, c, d, e, f, g) {
		if (form == "markdown")
			printf "| %s | %s | %s | %s | %s | %s | %s |\n", a, b, c, d, e, f, g
		else
			printf "%-20s %-7s %5s %10s %10s %10s %12s\n", a, b, c, d, e, f, g
	}
	function judge(one, tool, want,    ratio) {
		if (!count[one, tool])
			return
		ratio = median(one SUBSEP tool, 1) / median(one SUBSEP "ours", 1)
		printf "%s: %s takes %.1f times our CPU time; goal: at least %d: %s\n", one, tool, ratio, want,
			(ratio >= want ? "met" : "MISSED")
	}
	function weigh(one, limit,    peak) {
		if (!count[one, "ours"])
			return
		peak = median(one SUBSEP "ours", 3) / 1024
		printf "%s: our peak is %.1f MiB; goal: at most %d: %s\n", one, peak, limit, (peak <= limit ? "met" : "MISSED")
	}
	{
		if (!known[$1]++)
			names[++cases] = $1
		n = ++count[$1, $2]
		for (i = 1; i <= 3; i++)
			value[$1 SUBSEP $2, i, n] = $(i + 2)
	}
	END {
		print ""
		cells("case", "program", "runs", "CPU s", "wall s", "peak MiB", "CPU of ours")
		if (form == "markdown")
			cells("---", "---", "--:", "--:", "--:", "--:", "--:")
		split("ours python go", tools, " ")
		for (c = 1; c <= cases; c++)
			for (t = 1; t <= 3; t++) {
				key = names[c] SUBSEP tools[t]
				if (!count[key])
					continue
				cells(names[c], tools[t], count[key], sprintf("%.3f", median(key, 1) / 1e6),
					sprintf("%.3f", median(key, 2) / 1e6), sprintf("%.1f", median(key, 3) / 1024),
					sprintf("%.1f x", median(key, 1) / median(names[c] SUBSEP "ours", 1)))
			}
		print ""
		judge("chain:100x10000", "python", 40)
		judge("chain:100x10000", "go", 30)
		weigh("chain:100x10000", 32)
		weigh("chain:1000x10000", 64)
		split("literal prefix", modes, " ")
		for (m = 1; m <= 2; m++) {
			judge(modes[m] ":1000x100000", "python", 100)
			judge(modes[m] ":1000x100000", "go", 100)
		}
	}' "$work/results"

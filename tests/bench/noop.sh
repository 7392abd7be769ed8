#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a wrapper costs on a step that does nothing: an Ed25519 key is loaded, "true" is started, and a
# signed link is written; by our intoto-run, the Go tool and the Python tool, interleaved in one run.
#
#	tests/bench/noop.sh [ROUNDS]        200 rounds if not said; Python takes part in every tenth
#
# Uses the program of $INTOTO_BUILD (else of build-tests/gcc, else the one in PATH), Debian's in-toto,
# and in-toto-golang of Debian 13 (tests/lib/peers.sh).  Wall time from vfork to wait.  The goal:
# at most half of Go's time and a fortieth of Python's.
set -euo pipefail

source=$(cd "$(dirname "$0")/../.." && pwd)
rounds=${1:-200}
work=$(mktemp -d "${TMPDIR:-/tmp}/intoto-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work"/{ours,go,python}

fail() {
	echo "noop.sh: $*" >&2
	exit 69
}

for build in ${INTOTO_BUILD:+"$INTOTO_BUILD"} "$source/build-tests/gcc" "$source"; do
	[ -x "$build/intoto/cmd/intoto" ] || continue
	ours=$build/intoto/cmd/intoto
	break
done
ours=${ours:-$(command -v intoto)} || fail 'there is no intoto: build it first'
python=$(command -v in-toto-run) || fail "Debian's in-toto is missing: tests/packages.sh --install test"
go=$("$source/tests/lib/peers.sh" in-toto-golang)/in-toto-golang
${CC:-cc} -D_GNU_SOURCE -O2 -o "$work/timer" "$source/tests/bench/timer.c"
ln -s "$ours" "$work/intoto-run"

"$ours" key generate --type ed25519 --no-passphrase -o "$work/key.pem" >/dev/null
(cd "$work" && in-toto-keygen -t ed25519 python-key)

"$work/timer" "$rounds" \
	1 true "$work" /bin/true :: \
	1 ours "$work/ours" "$work/intoto-run" -n noop --signing-key "$work/key.pem" -- /bin/true :: \
	1 go "$work/go" "$go" run -n noop -k "$work/key.pem" -d . -- /bin/true :: \
	10 python "$work/python" "$python" -n noop -k "$work/python-key" -t ed25519 -- /bin/true :: \
	>"$work/times"
for tool in ours go python; do
	[ "$(find "$work/$tool" -name 'noop.*.link' -size +0 | wc -l)" -eq 1 ] || fail "$tool left no link"
done

printf 'machine: %s, %s cores, Linux %s, load %s\n' \
	"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" "$(uname -r)" "$(cut -d' ' -f1 /proc/loadavg)"
printf 'ours:   %s, %s bytes, %s shared libraries\n' "$("$ours" --version | head -n 1)" "$(stat -Lc %s "$ours")" \
	"$(ldd "$ours" | grep -c '=>')"
printf 'go:     in-toto-golang of Debian 13, %s bytes\n' "$(stat -Lc %s "$go")"
printf 'python: in-toto %s\n\n' "$(dpkg-query -W -f '${Version}' in-toto 2>/dev/null || echo '(version unknown)')"
awk '
	{ count[$1] = $2; low[$1] = $3; p10[$1] = $4; median[$1] = $5; p90[$1] = $6 }
	END {
		printf "%-8s %6s %10s %10s %10s %10s\n", "ms", "runs", "minimum", "p10", "median", "p90"
		n = split("true ours go python", names, " ")
		for (i = 1; i <= n; i++) {
			t = names[i]
			printf "%-8s %6d %10.2f %10.2f %10.2f %10.2f\n", t, count[t], low[t] / 1e3, p10[t] / 1e3, median[t] / 1e3, p90[t] / 1e3
		}
		printf "\nours / go      %6.3f (median)  %6.3f (p10)   goal: at most 0.5\n", median["ours"] / median["go"], p10["ours"] / p10["go"]
		printf "python / ours  %6.1f (median)  %6.1f (p10)   goal: at least 40\n", median["python"] / median["ours"], p10["python"] / p10["ours"]
	}' "$work/times"

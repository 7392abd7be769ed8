#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What it costs to see what a step touches, and to confine it: three workloads, each alone, below
# "intoto run", with --trace=writes, --trace=full (as an ordinary user and as root) and --sandbox, and below
# strace with the same events; interleaved, so that whatever the machine does meanwhile meets them all alike.
#
#	tests/bench/trace.sh [--rounds N] [--only "WORKLOAD…"] [--markdown]       5 rounds if not said
#
#	configure   configure of binutils' libiberty: thousands of short processes
#	small       its make -j2
#	large       make -j2 of binutils' bfd at -O0: most opens look for a header where it is not
#
# Sources: Debian's binutils-source (tests/packages.sh).  The rows of the ordinary user run as nobody when
# root calls this, and the rows of root are skipped when somebody else does; each is set beside the bare
# workload of the same user.  A step records the folder that it works in as products (-p .), so the time
# holds the hashing of them: "run" is that without a trace, and the last column takes it out.  Medians of
# wall time and of CPU time with that of the tracer.
#
# goals, wall time beside the bare workload:   configure   small   large
#	--trace=writes                         1.08        1.05    1.10
#	--trace=full, ordinary user            1.15        1.15    1.50
#	--trace=full, root                     1.08        1.08    1.08
#	--sandbox                              1.05        1.05    1.05
set -euo pipefail

source=$(cd "$(dirname "$0")/../.." && pwd)
rounds=5
only='configure small large'
markdown=
fail() {
	echo "trace.sh: $2" >&2
	exit "$1"
}
while [ $# -gt 0 ]; do
	case $1 in
	--rounds) rounds=${2:?} && shift ;;
	--only) only=${2:?} && shift ;;
	--markdown) markdown=yes ;;
	-h | --help) sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0" && exit 0 ;;
	*) fail 64 "unknown option '$1' (see --help)" ;;
	esac
	shift
done

for build in ${INTOTO_BUILD:+"$INTOTO_BUILD"} "$source/build-tests/gcc" "$source"; do
	[ -x "$build/intoto/cmd/intoto" ] || continue
	ours=$build/intoto/cmd/intoto
	break
done
ours=${ours:-$(command -v intoto)} || fail 69 'there is no intoto: build it first'
tarball=$(ls /usr/src/binutils/binutils-*.tar.xz 2>/dev/null | tail -n 1) || tarball=
[ -n "$tarball" ] || fail 69 "binutils-source is missing: tests/packages.sh --install test"
command -v strace >/dev/null || fail 69 'strace is missing: tests/packages.sh --install test'

work=$(mktemp -d "${TMPDIR:-/tmp}/intoto-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
as_user=()
root=
if [ "$(id -u)" -eq 0 ]; then
	root=yes
	as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
fi
export HOME=$work LC_ALL=C

# --- what is built -----------------------------------------------------------------------------------
mkdir "$work/source" "$work/links"
tar -xf "$tarball" -C "$work/source" --strip-components=1
${CC:-cc} -D_GNU_SOURCE -O2 -o "$work/rusage" "$source/tests/bench/rusage.c"
cp -L "$ours" "$work/intoto"
"$work/intoto" key generate --type ed25519 --no-passphrase -o "$work/key.pem" >/dev/null
chmod a+r "$work/key.pem"

# A tree for each user: nobody owns his own.
configured() {
	mkdir -p "$1" && cd "$1" && shift && "$@" CFLAGS='-O0 -w' --disable-nls --disable-shared
}
prepare() {
	local trees=$work/$1 part
	mkdir "$trees"
	for part in libiberty zlib libsframe bfd; do configured "$trees/$part" "$work/source/$part/configure"; done
	make -C "$trees/zlib" -j2
	make -C "$trees/libsframe" -j2 MAKEINFO=true
}
echo 'preparing: configuring and building what the workloads need' >&2
users=user
[ -z "$root" ] || users='user root'
for user in $users; do
	(prepare "$user") >"$work/prepare.log" 2>&1 || { tail -n 20 "$work/prepare.log" >&2; fail 69 'the sources cannot be built'; }
done
if [ -n "$root" ]; then chown -R 65534:65534 "$work/user" "$work/links"; fi

# What a round does, and what comes before it and is not measured; in the folder of its user.
cat >"$work/configure.sh" <<END
cd configure && exec sh "$work/source/libiberty/configure" CFLAGS='-O0 -w' --disable-nls
END
echo 'exec make -C libiberty -j2' >"$work/small.sh"
echo 'exec make -C bfd -j2 MAKEINFO=true' >"$work/large.sh"
clear_configure() { rm -rf configure && mkdir configure; }
clear_small() { make -C libiberty clean; }
clear_large() { make -C bfd clean; }
folder_of() { case $1 in configure) echo configure ;; small) echo libiberty ;; large) echo bfd ;; esac; }

events=open,openat,openat2,creat,execve,execveat,rename,renameat,renameat2,unlink,unlinkat,link,linkat
events+=,symlink,symlinkat,truncate,mkdir,mkdirat,rmdir

# words VARIANT WORKLOAD: the command, a word a line
words() {
	local folder
	folder=$(folder_of "$2")
	local run=("$work/intoto" run -q -n "$2" --signing-key "$work/key.pem" -d "$work/links" -p "$folder")
	local step=(/bin/sh "$work/$2.sh")
	case $1 in
	plain | plain-root) set -- "${step[@]}" ;;
	run) set -- "${run[@]}" -- "${step[@]}" ;;
	writes) set -- "${run[@]}" --trace=writes -- "${step[@]}" ;;
	full | full-root) set -- "${run[@]}" --trace=full -- "${step[@]}" ;;
	sandbox) set -- "${run[@]}" --sandbox --sandbox-read "$work" --sandbox-write "$folder" -- "${step[@]}" ;;
	strace) set -- "$(command -v strace)" -f -q --seccomp-bpf -e "trace=$events" -o "$work/links/strace" "${step[@]}" ;;
	esac
	printf '%s\n' "$@"
}
as() { # as VARIANT CMD...
	case $1 in
	*-root) shift && "$@" ;;
	*) shift && "${as_user[@]}" "$@" ;;
	esac
}
trees_of() { case $1 in *-root) echo "$work/root" ;; *) echo "$work/user" ;; esac; }

one_run() { # VARIANT WORKLOAD: appends "WORKLOAD VARIANT CPU WALL"
	local line command
	mapfile -t command < <(words "$1" "$2")
	cd "$(trees_of "$1")"
	as "$1" bash -c "$(declare -f "clear_$2"); clear_$2" >/dev/null 2>&1
	line=$(as "$1" "$work/rusage" "$PWD" "${command[@]}" 2>"$work/error") || {
		cat "$work/error" >&2
		as "$1" "${command[@]}" 2>&1 | tail -n 20 >&2 || true
		fail 1 "$2 failed with $1"
	}
	set -- "$1" "$2" $line
	echo "$2 $1 $3 $4" >>"$work/times"
}

variants='plain run writes full sandbox strace'
[ -z "$root" ] || variants+=' plain-root full-root'
list=($variants)
for workload in $only; do
	[ -e "$work/$workload.sh" ] || fail 64 "there is no workload '$workload'"
	for variant in $variants; do # once to warm up, and to see that each works
		one_run "$variant" "$workload"
		[ "$variant" != strace ] || cp "$work/links/strace" "$work/$workload.events"
		case $variant in
		writes | full*)
			link=$(ls "$work/links/$workload".*.link)
			sed -n 's/.*"payload": *"\([^"]*\)".*/\1/p' "$link" | base64 -d |
				grep -o '"trace":{.*' | grep -oE '"(mechanism|complete|events)":[^,}]*' | tr '\n' ' ' >"$work/$workload.$variant"
			;;
		esac
		rm -rf "$work/links"/*
	done
	: >"$work/warm"
	grep -v "^$workload " "$work/times" >"$work/warm" || true
	mv "$work/warm" "$work/times"
	for ((round = 0; round < rounds; round++)); do
		echo "$workload: round $((round + 1)) of $rounds" >&2
		for ((i = 0; i < ${#list[@]}; i++)); do
			one_run "${list[(i + round) % ${#list[@]}]}" "$workload"
			rm -rf "$work/links"/*
		done
	done
done

# --- what came of it ---------------------------------------------------------------------------------
printf 'machine: %s, %s cores, Linux %s, load %s\n' \
	"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" "$(uname -r)" "$(cut -d' ' -f1-3 /proc/loadavg)"
printf 'ours: %s; %s; %s; %s; %s rounds\n' "$("$work/intoto" --version | head -n 1)" "$(strace --version | head -n 1)" \
	"$(basename "$tarball" .tar.xz)" "$(${CC:-cc} --version | head -n 1)" "$rounds"
for workload in $only; do
	awk -v name="$workload" '/ENOENT/ { failed++ } /execve/ && / = 0$/ { programs++ } !/resumed|\+\+\+|---/ { n++ }
		END { printf "%s: %d events, %d of them for names that are not there, %d programs\n", name, n, failed, programs }' \
		"$work/$workload.events"
	for variant in writes full full-root; do
		[ ! -s "$work/$workload.$variant" ] || printf '    %s: %s\n' "$variant" "$(cat "$work/$workload.$variant")"
	done
done
for workload in $only; do
	awk -v name="$workload" -v markdown="$markdown" -v order="$variants" '
		function median(values, n,    i, j, t) {
			for (i = 2; i <= n; i++)
				for (j = i; j > 1 && values[j] < values[j - 1]; j--) { t = values[j]; values[j] = values[j - 1]; values[j - 1] = t }
			return n % 2 ? values[(n + 1) / 2] : (values[n / 2] + values[n / 2 + 1]) / 2
		}
		function of(variant, what,    i, n, list) {
			split("", list)
			n = count[variant]
			for (i = 1; i <= n; i++) list[i] = what == "wall" ? wall[variant, i] : cpu[variant, i]
			return median(list, n)
		}
		BEGIN {
			goal["configure", "writes"] = 1.08; goal["small", "writes"] = 1.05; goal["large", "writes"] = 1.10
			goal["configure", "full"] = 1.15; goal["small", "full"] = 1.15; goal["large", "full"] = 1.50
			goal["configure", "full-root"] = goal["small", "full-root"] = goal["large", "full-root"] = 1.08
			goal["configure", "sandbox"] = goal["small", "sandbox"] = goal["large", "sandbox"] = 1.05
		}
		$1 == name { i = ++count[$2]; cpu[$2, i] = $3; wall[$2, i] = $4 }
		END {
			if (markdown) {
				printf "\n| %s | wall s | CPU s | wall / bare | CPU / bare | goal | wall / run |\n", name
				print "| --- | --: | --: | --: | --: | --: | --: |"
			} else
				printf "\n%-12s %9s %9s %12s %12s %6s %12s\n", name, "wall s", "CPU s", "wall / bare", "CPU / bare", "goal", "wall / run"
			n = split(order, variants, " ")
			form = markdown ? "| %s | %.3f | %.3f | %.3f | %.3f | %s | %s |\n" : "%-12s %9.3f %9.3f %12.3f %12.3f %6s %12s\n"
			for (i = 1; i <= n; i++) {
				v = variants[i]
				bare = v ~ /-root$/ ? "plain-root" : "plain"
				beside = v ~ /plain|-root$/ ? "" : sprintf("%.3f", of(v, "wall") / of("run", "wall"))
				g = (name, v) in goal ? sprintf("%.2f", goal[name, v]) : ""
				printf form, v, of(v, "wall") / 1e6, of(v, "cpu") / 1e6, of(v, "wall") / of(bare, "wall"), of(v, "cpu") / of(bare, "cpu"), g, beside
			}
		}' "$work/times"
done

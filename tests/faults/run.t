#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto run and record while calls of the system fail: no crash, no file left behind, and either there is
# no link, and the status says so, or it is the one of the undisturbed run.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
. "$INTOTO_SOURCE/tests/faults/faults.sh"

key=$tap_top/key.pem
intoto key generate --no-passphrase -o "$key" >/dev/null
id=$(intoto key id --keyid-style=legacy "$key.pub")
link=build.${id:0:8}.link
unfinished=.build.${id:0:8}.link-unfinished

mkdir -p src/deep empty
for name in a b c deep/d deep/e; do echo "$name" >"src/$name"; done
seq 1 100000 >src/big
: >src/nothing
ln -s a src/link
ln -s deep src/folder
ln -s gone src/dangling
tree='./empty ./src ./src/a ./src/b ./src/big ./src/c ./src/dangling ./src/deep ./src/deep/d ./src/deep/e ./src/folder ./src/link ./src/nothing'

# left: what is there beside the tree
left() {
	local name shopt_was
	shopt -s globstar dotglob nullglob
	for name in ./**; do
		case " $tree " in *" $name "*) ;; *) printf '%s ' "${name#./}" ;; esac
	done
	shopt -u globstar dotglob nullglob
}
# parts LINK: the artifacts, command and status of it, without what is said of its making
payload() { sed -n 's/.*"payload": *"\([^"]*\)".*/\1/p' "$1" | base64 -d; }

# Output that could not be read to its end is another one, if the link says so.
says_so() {
	sed -E 's/"stdout":"[^"]*","stdout-open":true/"stdout":"said\\n"/; s/,"stderr-open":true//'
}

# judge_link STATUS: the rules that hold for every command that writes a link
judge_link() {
	local status=$1
	if [ -e "$link" ]; then
		[ "$(<"$link")" = "$want" ] && return
		intoto sign --verify -q -f "$link" -k "$key.pub" >/dev/null 2>&1 || { echo 'the link is not signed'; return; }
		payload "$link" >"$tap_top/got"
		[ "$(says_so <"$tap_top/got")" = "$want_payload" ] || { echo "the link is another one: $(cut -c1-2000 "$tap_top/got")"; return; }
	elif [ "$status" -eq 0 ]; then
		echo 'success without a link'
	fi
}
judge_left() {
	local name others=
	for name in $(left); do
		case " $1 " in *" $name "*) ;; *) others+=" $name" ;; esac
	done
	[ -z "$others" ] || echo "files are left:$others"
}
# A fault in writing the sentence itself, or without standard streams, may cost the sentence.
judge_words() {
	[ "$1" -eq 0 ] || [ -s "$tap_stderr" ] || grep -qE ' write |^fcntl open [123]$' "$tap_top/fault" || echo 'a failure without a word'
}
# What can be finished must become the right link.
judge_unfinished() {
	[ -e "$unfinished" ] || return
	[ ! -e "$link" ] || grep -q '^unlink' "$tap_top/fault" || { echo 'a link and an unfinished one'; return; }
	rm -f "$link"
	intoto record stop -n build -k "$key" -p . >/dev/null 2>&1 || { echo 'what is unfinished cannot be finished'; return; }
	[ "$(<"$link")" = "$want" ] || { payload "$link" >"$tap_top/got"; echo "what was finished is another one: $(cut -c1-2000 "$tap_top/got")"; }
}
# remove of a file may be what failed
may_stay() {
	! grep -q '^unlink' "$tap_top/fault" || (shopt -s dotglob nullglob; echo .intoto-*.tmp)
}
learn() {
	reset
	ok "undisturbed: $1" "${@:2}"
	ok 'there is a link' test -s "$link"
	want=$(<"$link")
	want_payload=$(payload "$link")
}

reset() { rm -rf -- $(left); }
judge() {
	judge_link "$1"
	judge_left "out $link $unfinished $(may_stay)"
	judge_words "$1"
	judge_unfinished
}

# --- the judge itself ----------------------------------------------------------------------------------
step=(intoto run -s -n build -k "$key" -m . -p . -- sh -c 'echo said; echo made >out')
learn 'a step' "${step[@]}"
: >"$tap_top/fault"
is "$(judge 0)" '' 'the judge finds nothing wrong with it'
is "$(rm "$link"; judge 0)" 'success without a link' 'but with a success without a link'
reset
"${step[@]}" >/dev/null 2>&1
is "$(: >.intoto-0123.tmp; judge 0; rm .intoto-0123.tmp)" 'files are left: .intoto-0123.tmp' 'with a temporary file'
is "$(: >"$tap_stderr"; rm "$link"; judge 125)" 'a failure without a word' 'with silence'
reset
intoto run -s -n build -k "$key" -m . -p src -- sh -c 'echo said; echo made >out' >/dev/null 2>&1
is "$(judge 0 | cut -c1-24)" 'the link is another one:' 'and with another link'

# --- the calls -----------------------------------------------------------------------------------------
# What asks the system for nothing, or cannot fail with these arguments, or has no second way.
harmless='chdir clock_gettime dirfd environ ferror fputs free fwrite getegid getenv geteuid getpgrp getpid getppid
getrusage globfree gmtime_r inet_ntop isatty kill munmap posix_spawn_file_actions_destroy posix_spawnattr_destroy ptrace
pthread_cond_broadcast pthread_cond_destroy pthread_cond_signal pthread_cond_timedwait pthread_cond_wait pthread_join
pthread_mutex_destroy pthread_mutex_lock pthread_mutex_unlock pthread_rwlock_destroy pthread_rwlock_init
pthread_rwlock_rdlock pthread_sigmask pthread_rwlock_unlock pthread_rwlock_wrlock qsort qsort_r raise sched_yield setsockopt snprintf stderr
stdout strdup strndup sysconf tcgetattr tcgetpgrp tcsetattr tcsetpgrp tdestroy tfind timegm timerfd_settime
tsearch unsetenv writev'
# Functions of libc that the program calls, and nobody here makes fail.
forgotten() {
	local program
	program=$(readlink -f "$(type -P intoto)")
	comm -23 <(nm -D --undefined-only "$program" | awk '{ print $2 }' | grep -F @GLIBC | sed 's/@.*//' |
		grep -vE '^(mem|str|sig|posix_spawnattr_set|__[^op])' | sort -u) \
		<({ nm -D --defined-only "$faults" | awk '{ print $3 }'; tr ' ' '\n' <<<"$harmless"; } | sort -u)
}
if [ -z "$(ldd "$(readlink -f "$(type -P intoto)")" | grep libasan)" ]; then
	is "$(forgotten)" '' 'every call of the system that the program makes can be made to fail'
else
	skip 'a sanitizer calls much itself' 'every call of the system that the program makes can be made to fail'
fi

# --- a step --------------------------------------------------------------------------------------------
walk 'run' "${step[@]}"

# --- its halves ----------------------------------------------------------------------------------------
learn_halves() {
	reset
	ok 'undisturbed: both halves' eval 'intoto record start -n build -k "$key" -m . && cp "$unfinished" "$tap_top/started" &&
		intoto record stop -n build -k "$key" -p .'
	want=$(<"$link")
	want_payload=$(payload "$link")
}
learn_halves
judge() {
	[ "$1" -ne 0 ] || [ -e "$unfinished" ] || echo 'success without an unfinished link'
	[ ! -e "$link" ] || echo 'a link'
	judge_left "$unfinished $(may_stay)"
	judge_words "$1"
	judge_unfinished
}
walk 'record start' intoto record start -n build -k "$key" -m .

reset() {
	rm -rf -- $(left)
	cp "$tap_top/started" "$unfinished"
}
judge() {
	judge_link "$1"
	[ -e "$link" ] || [ -e "$unfinished" ] || echo 'all of it is lost'
	judge_left "$link $unfinished $(may_stay)"
	judge_words "$1"
	judge_unfinished
}
walk 'record stop' intoto record stop -n build -k "$key" -p .

done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Traces, sandboxes and known digests while calls of the system fail: the link says the same of the same
# files as without them, and nothing of its making that is not so.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
most=2
. "$INTOTO_SOURCE/tests/faults/faults.sh"

key=$tap_top/key.pem
intoto key generate --no-passphrase -o "$key" >/dev/null
id=$(intoto key id --keyid-style=legacy "$key.pub")
link=build.${id:0:8}.link
unfinished=.build.${id:0:8}.link-unfinished
statement=build.${id:0:8}.trace.intoto.json
echo secret >"$tap_top/secret"
cache=$tap_top/cache
mkdir src
for name in a b c; do echo "$name" >"src/$name"; done
seq 1 30000 >src/big

# What the step does: it reads, writes, and tries what a sandbox refuses.
cat >src/step.sh <<END
cat src/a src/big >out/made
cat "$tap_top/secret" >out/leak 2>/dev/null
mv out/old out/new
rm -rf out/folder
mkdir out/folder
cp src/b out/folder/b
exit 0
END
reset() {
	local name
	for name in * .[!.]*; do case $name in src | '*' | '.[!.]*') ;; *) rm -rf -- "$name" ;; esac; done
	rm -rf "$tap_top"/.intoto-overlay-*
	mkdir -p out/folder
	echo old >out/old
	echo old >out/folder/a
	[ "${keep_cache-}" ] || rm -f "$cache"
}
# Without what is said of the making.
parts() {
	local text
	text=$(sed -n 's/.*"payload": *"\([^"]*\)".*/\1/p' "$1" | base64 -d)
	making=${text#*\"environment\":}
	making=${making%%,\"materials\":*}
	artifacts=${text%%\"environment\":*}${text#*\"materials\":}
}
# Nothing of a step is in it: the next run takes it away.
is_empty_place() { [ ! -e "$1/about" ] || [ -z "$(ls -A "$1/upper" 2>/dev/null)" ]; }
judge() {
	local name sum
	for name in * .[!.]*; do
		case $name in
		src | out | "$link" | "$unfinished" | "$statement" | '.[!.]*') ;;
		.intoto-*.tmp) grep -q '^unlink' "$tap_top/fault" || echo "left: $name" ;;
		.intoto-overlay-*) grep -qF "$name" "$tap_stderr" || echo "left without a word: $name" ;;
		*) echo "left: $name" ;;
		esac
	done
	if [ -e "$link" ] && [ "$1" -eq 0 ] && [ -e out/new ] && ! grep -q 'Function not implemented' "$tap_stderr"; then
		[ ! -e out/old ] && [ ! -e out/folder/a ] || echo 'what the step removed is there again'
	fi
	# Where an overlay keeps changes: gone, or named, so that somebody can get what is in it.
	for name in "$tap_top"/.intoto-overlay-*; do
		[ ! -e "$name" ] || grep -qF "${name##*/}" "$tap_stderr" || is_empty_place "$name" ||
			{ [ "$1" -ne 0 ] && [ -s "$name/about" ]; } || # a failure that could not tell it: the next run does
			echo "left without a word: $name"
	done
	[ "$1" -eq 0 ] || [ -s "$tap_stderr" ] || grep -qE ' write |^fcntl open [123]$' "$tap_top/fault" || echo 'a failure without a word'
	if [ ! -e "$link" ]; then
		[ "$1" -ne 0 ] || echo 'success without a link'
		return
	fi
	intoto sign --verify -q -f "$link" -k "$key.pub" >/dev/null 2>&1 || { echo 'the link is not signed'; return; }
	parts "$link"
	# A step whose tracer was lost is refused what it asks for, and does what it does then.
	[ "$artifacts" = "$want" ] || [ "$1" -ne 0 ] || [[ $making == *'"complete":false'* ]] ||
		echo "the link has other artifacts: ${artifacts:0:1500}"
	[ "$artifacts" = "$want" ] || judge_what_is_there
	judge_making
}
# Whatever became of the step: what is recorded is what is there.
judge_what_is_there() {
	local name
	for name in src/a src/b src/c src/big out/made out/leak out/new out/old out/folder/a out/folder/b; do
		if [ -e "$name" ]; then
			[[ $artifacts == *"\"$name\":{\"sha256\":\"$(sha256sum <"$name" | cut -d' ' -f1)\""* ]] || echo "$name is there, and not so in the link"
		else
			[[ $artifacts != *"\"$name\":"* ]] || echo "$name is in the link, and not there"
		fi
	done
}
judge_making() { :; }
# learn OPTIONS…: the undisturbed run
learn() {
	step=(intoto run -n build -k "$key" -m src -p out "$@" -- sh src/step.sh)
	reset
	"${step[@]}" >"$tap_out" 2>&1 || return
	parts "$link"
	want=$artifacts
}
: >"$tap_top/fault"

# --- known digests -----------------------------------------------------------------------------------
sleep 0.05
ok 'undisturbed: known digests' learn -p src --reuse-digests
walk 'reuse' "${step[@]}"
keep_cache=
ok 'undisturbed: a cache' learn -p src --cache --cache-file "$cache"
walk 'a new cache' "${step[@]}"
ok 'a full one' learn -p src --cache --cache-file "$cache"
keep_cache=yes
walk 'a full cache' "${step[@]}"
# Whatever the cache is now, it does not say what is not so.
sleep 0.05
echo changed >src/a
ok 'undisturbed, with another file' learn -p src --cache --cache-file "$cache"
ok 'it is seen' test -z "${want##*$(sha256sum <src/a | cut -d' ' -f1)*}"
keep_cache=

# --- traces ------------------------------------------------------------------------------------------
# A trace that calls itself complete has what the step did.
judge_making() {
	local text sum
	[[ $making == *'"trace":'* ]] || { [ "$1" != 0 ] || echo 'success without a trace'; return; }
	[ -e "$statement" ] || { echo 'a trace without its statement'; return; }
	sum=$(sha256sum <"$statement" | cut -d' ' -f1)
	[[ $making == *"\"sha256\":\"$sum\""* ]] || echo "the statement is another one than the link says: $making"
	[[ $making == *'"complete":true'* ]] || return
	text=$(sed -n 's/.*"payload": *"\([^"]*\)".*/\1/p' "$statement" | base64 -d)
	[ ! -e out/made ] || [[ $text == *'/out/made"'* ]] || echo 'a complete trace without what was written'
	[ ! -e out/new ] || [[ $text == *'/out/new"'* ]] || echo 'a complete trace without a new name'
	[[ $making != *'"tier":"full"'* ]] || [ ! -s out/made ] || [[ $text == *'/src/big"'* ]] || echo 'a complete trace without what was read'
}
for trace in ${FAULTS_TRACES-writes:overlay writes:user-notification full:fanotify full:user-notification full:ptrace}; do
	if learn --trace="${trace%:*}" --trace-with="${trace#*:}"; then
		walk "$trace" "${step[@]}"
	else
		skip "it does not work here: $(head -n 1 "$tap_out" | tr -d '#')" "a trace: $trace"
	fi
done

# --- a sandbox ---------------------------------------------------------------------------------------
# One that promises to show no other file showed none.
judge_making() {
	[[ $making == *'"promises":["files","no-network","nothing-left"]'* ]] || echo "other promises: $making"
	[ ! -s out/leak ] || echo 'the step could read what it was not shown'
}
if learn --sandbox; then
	walk 'sandbox' "${step[@]}"
else
	skip "it does not work here: $(head -n 1 "$tap_out" | tr -d '#')" 'a sandbox'
fi

done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Steps that take ways around a tracer: whatever they do is in the trace, or was refused, or the trace says
# that it is not complete.  A complete trace that misses something is the one thing that must not be.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'

key=$tap_top/key.pem
intoto key generate --no-passphrase -o "$key" >/dev/null
id=$(intoto key id --keyid-style=legacy "$key.pub")
link=build.${id:0:8}.link
statement=build.${id:0:8}.trace.intoto.json
acts=$tap_top/acts
ok 'the hostile program is built' ${INTOTO_CC:-cc} -O1 -o "$acts" "$INTOTO_SOURCE/tests/cli/hostile_acts.c" -pthread

payload() { sed -n 's/.*"payload": *"\([^"]*\)".*/\1/p' "$1" | base64 -d; }
fresh() { cd "$tap_work" && rm -rf -- "$1" && mkdir "$1" && cd "$1" || exit 1; }
run() { timeout 120 intoto run -n build --signing-key "$key" -p . "$@"; }
complete() { payload "$link" | grep -q '"complete":true'; }
# said WORD: a number of the statement in the link is not 0
said() { payload "$link" | grep -qE "\"$1\":[1-9]"; }
# in_trace NAME: as the last part of a path
in_trace() { payload "$statement" | grep -qF "/$1\""; }
show() { payload "$link" | grep -o '"trace":{.*' | cut -c1-600; }

# Who reads names from the step's memory can be deceived by one that exchanges them there meanwhile, and says so.
may_miss() { # MECHANISM ACT
	[ "$2" = thread ] && [[ $1 == user-notification || $1 == ptrace ]] && payload "$link" | grep -q '"writes-proven":false'
}
# truthful STATUS WHAT NAME: what the act did is in the trace, or it is not complete
truthful() {
	local status=$1 name=$2
	[ -e "$link" ] || { echo 'there is no link'; return 1; }
	if [ "$status" -eq 0 ] && complete && ! in_trace "$name" && ! may_miss "$mechanism" "$act"; then
		echo "a complete trace without $name"
		show
		return 1
	fi
}
act() { # MECHANISM TIER ACT NAME
	local status act=$3
	run --trace="$2" --trace-with="$1" -- "$acts" "$3" "$4"
	status=$?
	[ $status -le 2 ] || { echo "status $status"; return 1; }
	echo "$status" >"$tap_top/status"
	truthful $status "${4##*/}"
}
status() { cat "$tap_top/status"; }

for mechanism in overlay:writes user-notification:writes user-notification:full fanotify:full ptrace:writes ptrace:full; do
	tier=${mechanism#*:} mechanism=${mechanism%:*}
	fresh probe
	if ! run --trace=$tier --trace-with=$mechanism -- true >"$tap_out" 2>&1; then
		skip "$(head -n 1 "$tap_out" | tr -d '#')" "$mechanism, $tier"
		continue
	fi
	for name in uring openat2 int80 thread; do
		fresh "$mechanism"
		ok "$mechanism, $tier: a file that is made by $name" act $mechanism $tier $name made
		[ ! -e made ] || [ "$(status)" -ne 0 ] || ok '... is among the products' \
			eval 'payload "$link" | grep -q "\"made\":{"'
	done
	# What could not be seen was answered as absent, and the statement counts it.
	case $mechanism in
	user-notification | ptrace)
		fresh "$mechanism"
		ok "$mechanism, $tier: io_uring" act $mechanism $tier uring made
		is "$(status)" 2 '... is absent for the step'
		ok '... and the link counts that' said refused
		ok '... no file came of it' test ! -e made
		fresh "$mechanism"
		ok "$mechanism, $tier: a 32-bit call" act $mechanism $tier int80 made
		ok '... is absent, or seen, or told as not followed' eval \
			'[ "$(status)" -eq 2 ] || in_trace made || said unfollowed'
		;;
	esac
	fresh "$mechanism"
	echo text >mapped
	ok "$mechanism, $tier: a file that is changed through a mapping" act $mechanism $tier map mapped
	fresh "$mechanism"
	exec 9>inherited
	ok "$mechanism, $tier: a file that is written through a descriptor that was handed down" \
		act $mechanism $tier inherit inherited
	exec 9>&-
	if [ $tier = full ]; then
		fresh "$mechanism"
		cp /bin/true program
		ok "$mechanism, $tier: a program that is run by execveat" act $mechanism $tier execveat "$PWD/program"
		ok '... is in the trace, as executed, or the trace is not complete' eval \
			'! complete || payload "$statement" | grep -o "/program\"[^}]*" | grep -q . '
	fi
	fresh "$mechanism"
	# A daemon makes a file when the step has ended.
	ok "$mechanism, $tier: a daemon" eval 'run --trace=$tier --trace-with=$mechanism -- \
		sh -c "setsid sh -c \"sleep 1.5; echo late >late; exec sleep 30\" </dev/null >/dev/null 2>&1 & echo \$! >pid"'
	ok '... is counted as escaped' said escaped
	ok '... so that the trace is not complete' not complete
	kill -KILL -- "-$(cat pid)" 2>/dev/null
	fresh "$mechanism"
	many() {
		run --trace=$tier --trace-with=$mechanism -- \
			bash -c 'for ((i = 0; i < 50; i++)); do for ((j = 0; j < 20; j++)); do (: >f$i.$j) & done; wait; done'
	}
	ok "$mechanism, $tier: a thousand processes, each with a file" many
	ok '... all are in a complete trace' eval 'complete && [ "$(payload "$statement" | grep -o "/f[0-9]*\.[0-9]*\"" | sort -u | wc -l)" -eq 1000 ]'
done

done_testing
